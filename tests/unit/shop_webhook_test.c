/*
 * Webhooks: whose signature is taken, and which order a body is about.
 */
#include "shop_fixture.h"

/* HMAC-SHA256 of BODY under the key "s3cret", and under "old", as openssl dgst computes them. */
#define BODY      "{\"id\": 450789469}"
#define BY_S3CRET "03ud7ueco1JI2AnPsKnP6VS/9YDyrcSHyPDjq4WmugQ="
#define BY_OLD    "FUAZML24C3eU/wXinkFb5p/ZcakzOAk0UgL7BpJeVo4="

static store_shop a_shop(void)
{
    return (store_shop){.code = STR("main"), .webhook_secret_env = STR("WEBHOOK_TEST_SECRET")};
}

static bool is_signed(const char *signature)
{
    AUTO(arena_end) arena *a = arena_new(0);
    const store_shop row = a_shop();
    err e = {0};
    bool is = false;
    if (!shop_webhook_signed(&row, STR(BODY), str_of(signature), a, &is, &e))
        fail_msg("%s", e.text);
    return is;
}

static void test_a_body_is_signed_by_the_secret(void **state)
{
    (void)state;
    setenv("WEBHOOK_TEST_SECRET", "s3cret", 1);
    assert_true(is_signed(BY_S3CRET));
    assert_false(is_signed(BY_OLD));
    assert_false(is_signed(""));
    assert_false(is_signed("not base64"));
    assert_false(is_signed(BY_S3CRET "AAAA"));
}

static void test_after_a_rotation_either_secret_signs(void **state)
{
    (void)state;
    setenv("WEBHOOK_TEST_SECRET", "new\nold\n", 1);
    assert_true(is_signed(BY_OLD));
    assert_false(is_signed(BY_S3CRET));
}

static void test_without_a_secret_nobody_can_tell(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    const store_shop unset = a_shop(), none = {.code = STR("main")};
    err e = {0};
    bool is;
    unsetenv("WEBHOOK_TEST_SECRET");
    assert_false(shop_webhook_signed(&unset, STR(BODY), STR(BY_OLD), a, &is, &e));
    assert_non_null(strstr(e.text, "WEBHOOK_TEST_SECRET is not set"));
    assert_false(shop_webhook_signed(&none, STR(BODY), STR(BY_OLD), a, &is, &e));
    assert_non_null(strstr(e.text, "name webhook_secret_env"));
}

static void test_the_order_that_a_body_is_about(void **state)
{
    (void)state;
    static const struct {
        const char *topic, *body, *order; /* order NULL: refused */
    } ROWS[] = {
        {"orders/create", BODY, "gid://shopify/Order/450789469"},
        {"orders/edited", "{\"order_edit\": {\"order_id\": 7}}", "gid://shopify/Order/7"},
        {"refunds/create", "{\"id\": 1, \"order_id\": 7}", "gid://shopify/Order/7"},
        {"returns/process", "{\"id\": 1, \"order\": {\"id\": 7}}", "gid://shopify/Order/7"},
        {"fulfillments/update", "{\"id\": 1, \"order_id\": 7}", "gid://shopify/Order/7"},
        {"fulfillment_orders/moved", "{\"moved_fulfillment_order\": {\"order_id\": \"gid://shopify/Order/7\"}}",
         "gid://shopify/Order/7"},
        {"fulfillment_orders/moved", "{\"moved_fulfillment_order\": {\"id\": 1}}", ""},
        {"products/update", BODY, ""},
        {"", BODY, ""},
        {"orders/create", "{\"id\": \"gid://shopify/Product/7\"}", NULL},
        {"orders/create", "{\"id\": -7}", NULL},
        {"orders/create", "{\"id\": {}}", NULL},
        {"orders/create", "[]", NULL},
        {"orders/create", "{\"id\": 7", NULL},
    };
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        AUTO(arena_end) arena *a = arena_new(0);
        err e = {0};
        str order;
        bool done = shop_webhook_order(str_of(ROWS[i].topic), str_of(ROWS[i].body), a, &order, &e);
        assert_int_equal(done, ROWS[i].order != NULL);
        if (done)
            assert_text(order, ROWS[i].order);
        else
            assert_int_equal(e.code, ERR_INPUT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_body_is_signed_by_the_secret),
        cmocka_unit_test(test_after_a_rotation_either_secret_signs),
        cmocka_unit_test(test_without_a_secret_nobody_can_tell),
        cmocka_unit_test(test_the_order_that_a_body_is_about),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
