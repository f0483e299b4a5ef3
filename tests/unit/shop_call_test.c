/*
 * One call: what goes out, how often it is tried again, and how long is waited in between.
 */
#include "shop_fixture.h"

static void test_a_call_goes_to_the_endpoint_with_its_token(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    AUTO(shop_close) shop *s = open_shop(f);
    AUTO(arena_end) arena *a = arena_new(0);
    err e;
    fake_will_say(f, URL_ANSWER);
    assert_true(read_one(s, &e));
    const fake_request *r = &f->requests.at[0];
    assert_text(r->method, "POST");
    assert_text(r->url, "https://main.example/admin/api/2026-10/graphql.json");
    assert_text(r->token, "fixed-token");
    assert_text(r->content_type, "application/json");
    assert_int_equal(r->timeout_ms, SHOP_TIMEOUT_MS);
    const js_value *body;
    assert_true(js_parse(a, r->body, &body, &e));
    assert_text(js_str(js_get(body, "operationName"), STR("")), "HistoryUrl");
    assert_text(js_str(js_path(body, "variables.id"), STR("")), "gid://shopify/InventoryItem/1");
    assert_true(str_starts(js_str(js_get(body, "query"), STR("")), STR("query HistoryUrl(")));
    assert_int_equal(shop_totals_of(s).calls, 1);
    assert_int_equal(shop_totals_of(s).points, 10);
    assert_int_equal(shop_date(s), FAKE_BEGAN);
}

static void test_what_passes_is_tried_again(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    AUTO(shop_close) shop *s = open_shop(f);
    err e;
    fake_will(f, (fake_answer){.outcome = NET_NOT_SENT});
    fake_will(f, (fake_answer){.outcome = NET_LOST});
    fake_will(f, (fake_answer){.status = 502, .content_type = "text/html", .body = "<html>"});
    fake_will(f, (fake_answer){.content_type = "text/html", .body = "<html>maintenance"});
    fake_will_say(f, "{\"data\":{\"inventoryItem\":");
    fake_will_say(f, URL_ANSWER);
    assert_true(read_one(s, &e));
    fake_played_all(f);
    /* 0.25-0.5 s, then twice that, and so on: the pauses grow, and no two runs are alike. */
    for (size_t i = 1; i < 6; i++) {
        int64_t pause = f->requests.at[i].at - f->requests.at[i - 1].at, full = 500000 << (i - 1);
        assert_in_range(pause, full / 2, full + 20000);
    }
}

static void test_tries_are_bounded(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    AUTO(shop_close) shop *s = open_shop(f);
    err e;
    for (int i = 0; i < SHOP_TRIES_MAX; i++)
        fake_will(f, (fake_answer){.status = 503, .body = "x"});
    assert_fails(read_one(s, &e), &e, ERR_REMOTE,
                 "shop main: HistoryUrl: HTTP_503: HTTP 503: the shop failed (request r-1)");
    assert_int_equal(f->requests.count, SHOP_TRIES_MAX);
}

/* None of these becomes better by asking again. */
static void test_what_does_not_pass_is_asked_once(void **state)
{
    (void)state;
    static const struct {
        fake_answer answer;
        const char *with;
    } rows[] = {
        {{.status = 302, .body = ""}, "myshopify.com"},
        {{.status = 402, .body = "{}"}, "bill"},
        {{.status = 403, .body = "{}"}, "scopes"},
        {{.status = 404, .body = "{\"errors\":\"Not Found\"}"}, "api_version"},
        {{.status = 430, .body = "{}"}, "security"},
        {{.status = 422, .body = "{}"}, "HTTP_422"},
        {{.body =
              "{\"errors\":[{\"message\":\"Access denied\",\"extensions\":{\"code\":\"ACCESS_DENIED\"}}],\"data\":{}}"},
         "ACCESS_DENIED: Access denied"},
        {{.body =
              "{\"errors\":[{\"message\":\"Query cost is 1723\",\"extensions\":{\"code\":\"MAX_COST_EXCEEDED\"}}]}"},
         "MAX_COST_EXCEEDED"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        AUTO(fake_world_end) fake_world *f = fake_world_new();
        AUTO(shop_close) shop *s = open_shop(f);
        err e;
        fake_will(f, rows[i].answer);
        assert_fails(read_one(s, &e), &e, ERR_REMOTE, rows[i].with);
        assert_int_equal(f->requests.count, 1);
        assert_null(strstr(e.text, "fixed-token"));
    }
}

static void test_retry_after_is_kept(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    AUTO(shop_close) shop *s = open_shop(f);
    err e;
    fake_will(f, (fake_answer){.status = 429, .retry_after = "17.0"});
    fake_will_say(f, URL_ANSWER);
    assert_true(read_one(s, &e));
    assert_true(f->requests.at[1].at - f->requests.at[0].at >= 17 * US_PER_S);
    assert_true(f->requests.at[1].at - f->requests.at[0].at < 18 * US_PER_S);
}

static void test_an_hour_of_pause_is_an_error_and_no_wait(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    AUTO(shop_close) shop *s = open_shop(f);
    err e;
    fake_will(f, (fake_answer){.status = 429, .retry_after = "3600"});
    assert_fails(read_one(s, &e), &e, ERR_REMOTE, "pause");
    assert_true(f->ticks < 60 * US_PER_S);
}

#define THROTTLED                                                                                                      \
    "{\"errors\":[{\"message\":\"Throttled\",\"extensions\":{\"code\":\"THROTTLED\"}}],\"extensions\":{\"cost\":{"     \
    "\"requestedQueryCost\":500,\"actualQueryCost\":null,\"throttleStatus\":{\"maximumAvailable\":2000.0,"             \
    "\"currentlyAvailable\":100,\"restoreRate\":100.0}}}}"

static void test_a_throttled_read_waits_for_its_points(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    AUTO(shop_close) shop *s = open_shop(f);
    err e;
    fake_will_say(f, THROTTLED);
    fake_will_say(f, URL_ANSWER);
    assert_true(read_one(s, &e));
    int64_t waited = f->requests.at[1].at - f->requests.at[0].at;
    assert_in_range(waited, 4 * US_PER_S, 4 * US_PER_S + 100000); /* (500 - 100) / 100 a second */
}

static void test_points_follow_what_the_shop_asked_for(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    AUTO(shop_close) shop *s = open_shop(f);
    err e;
    fake_will_say(f, "{\"data\":{\"inventoryItem\":null}" COST(600, 600, 1400) "}");
    fake_will_say(f, "{\"data\":{\"inventoryItem\":null}" COST(600, 600, 800) "}");
    fake_will_say(f, "{\"data\":{\"inventoryItem\":null}" COST(600, 600, 200) "}");
    fake_will_say(f, "{\"data\":{\"inventoryItem\":null}" COST(600, 600, 0) "}");
    for (int i = 0; i < 4; i++)
        assert_true(read_one(s, &e));
    int64_t waited = f->requests.at[3].at - f->requests.at[2].at;
    assert_in_range(waited, 4 * US_PER_S, 4 * US_PER_S + 100000);
}

static void test_an_answer_that_is_too_long_is_an_error(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    AUTO(shop_close) shop *s = open_shop(f);
    err e;
    size_t len = SHOP_ANSWER_MAX + 1;
    char *long_body = arena_get(f->a, len, 1, 1);
    memset(long_body, ' ', len);
    for (int i = 0; i < SHOP_TRIES_MAX; i++)
        fake_will(f, (fake_answer){.raw = {long_body, len}});
    assert_fails(read_one(s, &e), &e, ERR_REMOTE, "LOST");
}

/* Each is JSON and an answer, and not the one that was asked for. */
static void test_an_answer_of_another_shape_is_an_error_of_the_shop(void **state)
{
    (void)state;
    static const char *const odd[] = {
        ANSWER("{}"),
        ANSWER("{\"nodes\":null}"),
        ANSWER("{\"nodes\":[]}"),
        ANSWER("{\"nodes\":[null,null]}"),
        ANSWER("{\"nodes\":[7]}"),
        ANSWER("{\"nodes\":[{\"id\":\"gid://other\",\"tracked\":true,\"inventoryLevel\":null}]}"),
        ANSWER("{\"nodes\":[{\"id\":\"i\",\"tracked\":\"yes\",\"inventoryLevel\":null}]}"),
        ANSWER("{\"nodes\":[{\"id\":\"i\",\"tracked\":true}]}"),
        ANSWER("{\"nodes\":[{\"id\":\"i\",\"tracked\":true,\"inventoryLevel\":[]}]}"),
        ANSWER(
            "{\"nodes\":[{\"id\":\"i\",\"tracked\":true,\"inventoryLevel\":{\"isActive\":true,\"quantities\":[]}}]}"),
        ANSWER("{\"nodes\":[{\"id\":\"i\",\"tracked\":true,\"inventoryLevel\":{\"isActive\":true,\"quantities\":[{"
               "\"name\":"
               "\"available\",\"quantity\":1.5,\"updatedAt\":null}]}}]}"),
        ANSWER("{\"nodes\":[{\"id\":\"i\",\"tracked\":true,\"inventoryLevel\":{\"isActive\":true,\"quantities\":[{"
               "\"name\":"
               "\"available\",\"quantity\":1,\"updatedAt\":\"today\"}]}}]}"),
        ANSWER("{\"nodes\":[{\"id\":\"i\",\"tracked\":true,\"inventoryLevel\":{\"isActive\":true,\"quantities\":[{"
               "\"name\":"
               "\"available\",\"quantity\":9999999999,\"updatedAt\":null}]}}]}"),
    };
    for (size_t i = 0; i < COUNT(odd); i++) {
        AUTO(fake_world_end) fake_world *f = fake_world_new();
        AUTO(shop_close) shop *s = open_shop(f);
        AUTO(arena_end) arena *a = arena_new(0);
        err e;
        shop_level *levels;
        instant asked;
        str item = STR("i");
        fake_will_say(f, odd[i]);
        bool done = shop_levels(s, STR("l"), &item, 1, a, &levels, &asked, &e);
        assert_fails(done, &e, ERR_REMOTE, "the answer to Levels is not what Shopify documents");
    }
}

/* A net that never answers, against its word, is a lost answer. */
static void test_a_silent_net_ends_the_call(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    AUTO(shop_close) shop *s = open_shop(f);
    err e;
    for (int i = 0; i < SHOP_TRIES_MAX; i++)
        fake_will(f, (fake_answer){.never = true});
    assert_fails(read_one(s, &e), &e, ERR_REMOTE, "no answer in time");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_call_goes_to_the_endpoint_with_its_token),
        cmocka_unit_test(test_what_passes_is_tried_again),
        cmocka_unit_test(test_tries_are_bounded),
        cmocka_unit_test(test_what_does_not_pass_is_asked_once),
        cmocka_unit_test(test_retry_after_is_kept),
        cmocka_unit_test(test_an_hour_of_pause_is_an_error_and_no_wait),
        cmocka_unit_test(test_a_throttled_read_waits_for_its_points),
        cmocka_unit_test(test_points_follow_what_the_shop_asked_for),
        cmocka_unit_test(test_an_answer_that_is_too_long_is_an_error),
        cmocka_unit_test(test_an_answer_of_another_shape_is_an_error_of_the_shop),
        cmocka_unit_test(test_a_silent_net_ends_the_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
