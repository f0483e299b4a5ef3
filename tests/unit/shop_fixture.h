#pragma once
/*
 * A shop over a fake world, for the tests of this module: opened with a fixed token or with client credentials, and the
 * shapes of the answers that these tests script.
 */
#include "fake_world.h"

#include "shop/internal.h"

#define COST(requested, actual, available)                                                                             \
    ",\"extensions\":{\"cost\":{\"requestedQueryCost\":" #requested ",\"actualQueryCost\":" #actual                    \
    ",\"throttleStatus\":{\"maximumAvailable\":2000,\"currentlyAvailable\":" #available ",\"restoreRate\":100}}}"
#define ANSWER(data)      "{\"data\":" data COST(10, 10, 1990) "}"
#define URL_ANSWER        ANSWER("{\"inventoryItem\":{\"inventoryHistoryUrl\":\"https://x\"}}")
#define ADJUSTED(payload) ANSWER("{\"inventoryAdjustQuantities\":" payload "}")
#define APPLIED                                                                                                        \
    ADJUSTED("{\"inventoryAdjustmentGroup\":{\"id\":\"gid://shopify/InventoryAdjustmentGroup/9\",\"createdAt\":"       \
             "\"2026-11-24T00:00:05Z\"},\"userErrors\":[]}")
#define TOKEN_ANSWER(token, life) "{\"access_token\":\"" token "\",\"scope\":\"x\",\"expires_in\":" #life "}"

static inline store_shop shop_row(void)
{
    return (store_shop){.code = STR("main"),
                        .url = STR("https://main.example/"),
                        .api_version = STR("2026-10"),
                        .token_env = STR(""),
                        .token_file = STR(""),
                        .client_id_env = STR(""),
                        .client_id_file = STR(""),
                        .client_secret_env = STR(""),
                        .client_secret_file = STR("")};
}

static inline shop *open_row(fake_world *f, const store_shop *row)
{
    shop *s;
    err e;
    if (!shop_open(row, &f->w, &s, &e))
        fail_msg("%s", e.text);
    return s;
}

static inline shop *open_shop(fake_world *f)
{
    store_shop row = shop_row();
    row.token_env = STR("SHOP_TEST_TOKEN");
    assert_int_equal(setenv("SHOP_TEST_TOKEN", "fixed-token", 1), 0);
    return open_row(f, &row);
}

static inline shop *open_with_credentials(fake_world *f)
{
    store_shop row = shop_row();
    row.client_id_env = STR("SHOP_TEST_ID");
    row.client_secret_env = STR("SHOP_TEST_SECRET");
    assert_int_equal(setenv("SHOP_TEST_ID", "the-id", 1), 0);
    assert_int_equal(setenv("SHOP_TEST_SECRET", "s3cret&=+", 1), 0);
    return open_row(f, &row);
}

/* The cheapest read of the module, as its result does not matter to most tests of calls. */
static inline bool read_one(shop *s, err *e)
{
    AUTO(arena_end) arena *a = arena_new(0);
    str url;
    return shop_history_url(s, STR("gid://shopify/InventoryItem/1"), a, &url, e);
}

static inline void assert_fails(bool done, const err *e, err_code code, const char *with)
{
    assert_false(done);
    if (e->code != code || !strstr(e->text, with))
        fail_msg("%s: %s (wanted %s, with \"%s\")", err_code_name(e->code), e->text, err_code_name(code), with);
}

static inline bool request_has(const fake_world *f, size_t i, const char *text)
{
    assert_true(i < f->requests.count);
    str body = f->requests.at[i].body;
    return memmem(body.at, body.len, text, strlen(text)) != NULL;
}
