/*
 * Writes: the bytes, several in flight, and what each answer says was done.
 */
#include "shop_fixture.h"

static const shop_line LINES[] = {
    {STR("gid://shopify/InventoryItem/7"), STR("gid://shopify/Location/1"), -2, {false, 0}},
    {STR("gid://shopify/InventoryItem/8"), STR("gid://shopify/Location/1"), 5, {true, 0}},
    {STR("gid://shopify/InventoryItem/9"), STR("gid://shopify/Location/1"), 0, {true, -3}},
};

static void test_the_bytes_of_a_push(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    AUTO(shop_close) shop *s = open_shop(f);
    AUTO(buf_end) buf body = buf_new(1 << 16);
    err e;
    assert_true(shop_adjust_body(s, LINES, 3, STR("key-1"), STR("gid://evenstock/Push/412"), &body, &e));
    str variables = {strstr(body.at, "\"variables\":"), 0};
    variables.len = body.len - (size_t)(variables.at - body.at);
    assert_text(variables,
                "\"variables\":{\"key\":\"key-1\",\"input\":{\"name\":\"available\",\"reason\":\"correction\","
                "\"referenceDocumentUri\":\"gid://evenstock/Push/412\",\"changes\":["
                "{\"inventoryItemId\":\"gid://shopify/InventoryItem/7\",\"locationId\":\"gid://shopify/Location/1\","
                "\"delta\":-2,\"changeFromQuantity\":null},"
                "{\"inventoryItemId\":\"gid://shopify/InventoryItem/8\",\"locationId\":\"gid://shopify/Location/1\","
                "\"delta\":5,\"changeFromQuantity\":0},"
                "{\"inventoryItemId\":\"gid://shopify/InventoryItem/9\",\"locationId\":\"gid://shopify/Location/1\","
                "\"delta\":0,\"changeFromQuantity\":-3}]}}}");
    assert_non_null(strstr(body.at, "inventoryAdjustQuantities(input: $input) @idempotent(key: $key)"));
    /* The same lines give the same bytes: a key is bound to them. */
    AUTO(buf_end) buf again = buf_new(1 << 16);
    assert_true(shop_adjust_body(s, LINES, 3, STR("key-1"), STR("gid://evenstock/Push/412"), &again, &e));
    assert_true(str_equal(buf_str(&body), buf_str(&again)));
}

static void test_a_push_of_none_or_too_many_lines_or_units_is_refused(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    AUTO(shop_close) shop *s = open_shop(f);
    AUTO(buf_end) buf body = buf_new(1 << 20);
    err e;
    shop_line *many = ARENA_NEW(f->a, shop_line, SHOP_LINES_MAX + 1);
    for (size_t i = 0; i <= SHOP_LINES_MAX; i++)
        many[i] = LINES[0];
    assert_fails(shop_adjust_body(s, many, 0, STR("k"), STR("r"), &body, &e), &e, ERR_INPUT, "SHOP_LINES_MAX");
    assert_fails(shop_adjust_body(s, many, SHOP_LINES_MAX + 1, STR("k"), STR("r"), &body, &e), &e, ERR_INPUT,
                 "251 lines");
    assert_true(shop_adjust_body(s, many, SHOP_LINES_MAX, STR("k"), STR("r"), &body, &e));
    many[3].delta = 2000000001;
    assert_fails(shop_adjust_body(s, many, 4, STR("k"), STR("r"), &body, &e), &e, ERR_INPUT, "line 3");
    many[3].delta = 1;
    many[3].change_from = qty_known(INT64_C(1) << 40);
    assert_fails(shop_adjust_body(s, many, 4, STR("k"), STR("r"), &body, &e), &e, ERR_INPUT, "line 3");
    AUTO(buf_end) buf small = buf_new(100);
    assert_fails(shop_adjust_body(s, LINES, 1, STR("k"), STR("r"), &small, &e), &e, ERR_INPUT, "buffer");
}

static void send(shop *s, uint64_t ticket)
{
    err e;
    if (!shop_write(s, STR("{\"stored\":\"bytes\"}"), FAKE_BEGAN + 600 * US_PER_S, ticket, &e))
        fail_msg("%s", e.text);
}

static shop_written take(shop *s, arena *a)
{
    shop_written w;
    err e;
    if (!shop_written_next(s, a, &w, &e))
        fail_msg("%s", e.text);
    return w;
}

static void test_an_applied_write_tells_its_group(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    AUTO(shop_close) shop *s = open_shop(f);
    AUTO(arena_end) arena *a = arena_new(0);
    fake_will_say(f, APPLIED);
    send(s, 41);
    shop_written w = take(s, a);
    assert_int_equal(w.ticket, 41);
    assert_int_equal(w.class, SHOP_DONE);
    assert_true(w.answered);
    assert_false(w.not_sent);
    assert_text(w.group, "gid://shopify/InventoryAdjustmentGroup/9");
    assert_int_equal(w.group_at, FAKE_BEGAN + 5 * US_PER_S);
    assert_text(f->requests.at[0].body, "{\"stored\":\"bytes\"}");
    assert_int_equal(w.pause_ms, 0);
    fake_will_say(f, ADJUSTED("{\"inventoryAdjustmentGroup\":null,\"userErrors\":[]}"));
    send(s, 42);
    w = take(s, a);
    assert_int_equal(w.class, SHOP_DONE);
    assert_text(w.group, "");
    assert_int_equal(w.group_at, INSTANT_NONE);
}

/* What may be concluded from each way to get no, or no good, answer. */
static void test_what_is_known_of_a_write_that_failed(void **state)
{
    (void)state;
    static const struct {
        fake_answer answer;
        shop_class class;
        bool answered, not_sent;
    } rows[] = {
        {{.outcome = NET_NOT_SENT}, SHOP_RETRY, false, true},
        {{.outcome = NET_LOST}, SHOP_RETRY, false, false},
        {{.outcome = NET_TOO_BIG}, SHOP_RETRY, false, false},
        {{.never = true}, SHOP_RETRY, false, false},
        {{.status = 502, .body = "<html>"}, SHOP_RETRY, false, false},
        {{.content_type = "text/html", .body = "<html>"}, SHOP_RETRY, false, false},
        {{.body = "{\"data\":{\"inventoryAdju"}, SHOP_RETRY, false, false},
        {{.status = 429, .retry_after = "3"}, SHOP_RETRY, true, false},
        {{.status = 403}, SHOP_STOP, true, false},
        {{.status = 301}, SHOP_STOP, true, false},
        {{.body = ADJUSTED("{\"userErrors\":[{\"code\":\"IDEMPOTENCY_CONCURRENT_REQUEST\",\"message\":\"x\"}]}")},
         SHOP_RETRY,
         false,
         false},
        {{.body = ADJUSTED("{\"userErrors\":[{\"code\":\"IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED\",\"message\":\"x\"}]}")},
         SHOP_LOOK,
         true,
         false},
        {{.body = ADJUSTED("{\"userErrors\":[{\"code\":\"IDEMPOTENCY_KEY_PARAMETER_MISMATCH\",\"message\":\"x\"}]}")},
         SHOP_BUG,
         false,
         false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        AUTO(fake_world_end) fake_world *f = fake_world_new();
        AUTO(shop_close) shop *s = open_shop(f);
        AUTO(arena_end) arena *a = arena_new(0);
        fake_will(f, rows[i].answer);
        send(s, 1);
        shop_written w = take(s, a);
        if (w.class != rows[i].class || w.answered != rows[i].answered || w.not_sent != rows[i].not_sent)
            fail_msg("row %zu: %s, answered %d, not sent %d", i, shop_class_name(w.class), w.answered, w.not_sent);
        assert_true(w.class != SHOP_RETRY || w.pause_ms >= 1000 || str_equal(w.code, STR("THROTTLED")));
        assert_int_equal(f->requests.count, 1); /* it is never repeated here */
    }
}

static void test_pauses_of_a_write(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    AUTO(shop_close) shop *s = open_shop(f);
    AUTO(arena_end) arena *a = arena_new(0);
    fake_will(f, (fake_answer){.status = 429, .retry_after = "30"});
    send(s, 1);
    assert_int_equal(take(s, a).pause_ms, 30000);
    f->ticks += 40 * US_PER_S;
    fake_will_say(
        f, "{\"errors\":[{\"message\":\"Throttled\",\"extensions\":{\"code\":\"THROTTLED\"}}]" COST(11, null, 1) "}");
    send(s, 2);
    assert_int_equal(take(s, a).pause_ms, 100); /* for the points; that it was refused is certain */
    f->ticks += 40 * US_PER_S;
    fake_will_say(
        f, "{\"errors\":[{\"message\":\"Throttled\",\"extensions\":{\"code\":\"THROTTLED\"}}]" COST(511, null, 11) "}");
    send(s, 3);
    assert_int_equal(take(s, a).pause_ms, 5000);
}

static void test_bad_lines_reach_the_caller(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    AUTO(shop_close) shop *s = open_shop(f);
    AUTO(arena_end) arena *a = arena_new(0);
    fake_will_say(
        f, ADJUSTED("{\"inventoryAdjustmentGroup\":null,\"userErrors\":[{\"code\":\"NON_MUTABLE_INVENTORY_ITEM\","
                    "\"field\":[\"input\",\"changes\",\"2\",\"inventoryItemId\"],\"message\":\"a bundle\"}]}"));
    send(s, 1);
    shop_written w = take(s, a);
    fake_will_say(f, APPLIED);
    send(s, 2); /* its memory is its own: the next flight does not overwrite what was told */
    assert_int_equal(take(s, a).class, SHOP_DONE);
    assert_int_equal(w.class, SHOP_LINE);
    assert_int_equal(w.bad_count, 1);
    assert_int_equal(w.bad[0].line, 2);
    assert_text(w.bad[0].code, "NON_MUTABLE_INVENTORY_ITEM");
    assert_text(w.bad[0].message, "a bundle");
    assert_text(w.code, "NON_MUTABLE_INVENTORY_ITEM");
}

static void test_several_fly_and_come_back_in_any_order(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    AUTO(shop_close) shop *s = open_shop(f);
    AUTO(arena_end) arena *a = arena_new(0);
    fake_will_say(f, URL_ANSWER); /* the bucket is known: more than one may fly */
    fake_will(f, (fake_answer){.body = APPLIED, .after_us = 900000});
    fake_will(f, (fake_answer){.outcome = NET_LOST, .after_us = 100000});
    fake_will(f, (fake_answer){.body = APPLIED, .after_us = 300000});
    fake_will(f, (fake_answer){.body = URL_ANSWER, .after_us = 500000});
    err e;
    assert_true(read_one(s, &e));
    send(s, 1);
    send(s, 2);
    send(s, 3);
    assert_true(read_one(s, &e)); /* a read between: the answers of writes that come first are kept */
    shop_written w[3] = {take(s, a), take(s, a), take(s, a)};
    uint64_t seen = 0;
    for (size_t i = 0; i < 3; i++) {
        seen |= UINT64_C(1) << w[i].ticket;
        assert_int_equal(w[i].class, w[i].ticket == 2 ? SHOP_RETRY : SHOP_DONE);
    }
    assert_int_equal(seen, 0xE);
    assert_true(f->ticks < US_PER_S);
}

static void test_more_than_can_fly_are_refused(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    AUTO(shop_close) shop *s = open_shop(f);
    AUTO(arena_end) arena *a = arena_new(0);
    err e;
    fake_will_say(f, URL_ANSWER);
    assert_true(read_one(s, &e));
    for (uint64_t i = 0; i < SHOP_FLIGHT_MAX; i++) {
        fake_will(f, (fake_answer){.body = APPLIED, .after_us = 20 * US_PER_S});
        send(s, i);
    }
    assert_fails(shop_write(s, STR("{}"), FAKE_BEGAN + 600 * US_PER_S, 99, &e), &e, ERR_BUSY, "SHOP_FLIGHT_MAX");
    for (int i = 0; i < SHOP_FLIGHT_MAX; i++)
        assert_int_equal(take(s, a).class, SHOP_DONE);
}

static void test_nothing_is_sent_after_the_deadline(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    AUTO(shop_close) shop *s = open_shop(f);
    err e;
    assert_fails(shop_write(s, STR("{}"), FAKE_BEGAN, 1, &e), &e, ERR_CONFLICT, "deadline");
    /* Nor when the budget would let it go only then; and it does not wait for that. */
    fake_will_say(f, "{\"data\":{\"inventoryItem\":null}" COST(1, 1, 0) "}");
    assert_true(read_one(s, &e));
    s->points[DOC_ADJUST] = 1000;
    int64_t before = f->ticks;
    assert_fails(shop_write(s, STR("{}"), FAKE_BEGAN + 5 * US_PER_S, 1, &e), &e, ERR_CONFLICT, "nothing was sent");
    assert_int_equal(f->ticks, before);
    assert_int_equal(f->requests.count, 1);
    /* What is sent ends by then. */
    fake_will_say(f, APPLIED);
    assert_true(shop_write(s, STR("{}"), FAKE_BEGAN + 12 * US_PER_S, 1, &e));
    assert_true(f->requests.at[1].timeout_ms <= 2100);
    AUTO(arena_end) arena *a = arena_new(0);
    assert_int_equal(take(s, a).class, SHOP_DONE);
}

static void test_a_401_sends_the_same_bytes_with_a_fresh_token_once(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    AUTO(shop_close) shop *s = open_with_credentials(f);
    AUTO(arena_end) arena *a = arena_new(0);
    fake_will_say(f, TOKEN_ANSWER("one", 86399));
    fake_will(f, (fake_answer){.status = 401});
    fake_will_say(f, TOKEN_ANSWER("two", 86399));
    fake_will_say(f, APPLIED);
    send(s, 1);
    assert_int_equal(take(s, a).class, SHOP_DONE);
    assert_true(str_equal(f->requests.at[1].body, f->requests.at[3].body));
    assert_text(f->requests.at[1].token, "one");
    assert_text(f->requests.at[3].token, "two");
    fake_will(f, (fake_answer){.status = 401});
    fake_will_say(f, TOKEN_ANSWER("three", 86399));
    fake_will(f, (fake_answer){.status = 401});
    send(s, 2);
    shop_written w = take(s, a);
    assert_int_equal(w.class, SHOP_STOP);
    assert_true(w.answered);
    assert_text(w.code, "HTTP_401");
    /* No fresh one to be had: the write was refused all the same, and that is its answer. */
    fake_will(f, (fake_answer){.status = 401});
    fake_will(f, (fake_answer){.status = 400});
    send(s, 3);
    assert_int_equal(take(s, a).class, SHOP_STOP);
    fake_played_all(f);
}

static void test_two_401s_of_one_token_fetch_one_token(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    AUTO(shop_close) shop *s = open_with_credentials(f);
    AUTO(arena_end) arena *a = arena_new(0);
    err e;
    fake_will_say(f, TOKEN_ANSWER("one", 86399));
    fake_will_say(f, URL_ANSWER);
    assert_true(read_one(s, &e));
    fake_will(f, (fake_answer){.status = 401});
    fake_will(f, (fake_answer){.status = 401});
    fake_will_say(f, TOKEN_ANSWER("two", 86399));
    fake_will_say(f, APPLIED);
    fake_will_say(f, APPLIED);
    send(s, 1);
    send(s, 2);
    assert_int_equal(take(s, a).class, SHOP_DONE);
    assert_int_equal(take(s, a).class, SHOP_DONE);
    fake_played_all(f);
}

static void test_the_number_in_flight_follows_what_is_measured(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    AUTO(shop_close) shop *s = open_shop(f);
    AUTO(arena_end) arena *a = arena_new(0);
    assert_in_range(shop_flight(s), 1, SHOP_FLIGHT_MAX);
    for (int i = 0; i < 20; i++) {
        fake_will(f, (fake_answer){.body = APPLIED, .after_us = 20000});
        send(s, 1);
        (void)take(s, a);
    }
    assert_int_equal(shop_flight(s), 2); /* 100 points a second, 10 a call, 20 ms: one is nearly enough */
    for (int i = 0; i < 40; i++) {
        fake_will(f, (fake_answer){.body = APPLIED, .after_us = 20 * US_PER_S});
        send(s, 1);
        f->ticks = 0; /* so that the deadline does not pass */
        (void)take(s, a);
        f->ticks = 0;
    }
    assert_int_equal(shop_flight(s), SHOP_FLIGHT_MAX);
}

static void test_closing_forgets_what_flies(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    shop *s = open_shop(f);
    err e;
    fake_will(f, (fake_answer){.body = APPLIED, .after_us = 5000});
    send(s, 1);
    shop_close(&s);
    s = open_shop(f);
    fake_will_say(f, URL_ANSWER);
    assert_true(read_one(s, &e)); /* the old answer comes first, and is nobody's */
    shop_close(&s);
    assert_null(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_bytes_of_a_push),
        cmocka_unit_test(test_a_push_of_none_or_too_many_lines_or_units_is_refused),
        cmocka_unit_test(test_an_applied_write_tells_its_group),
        cmocka_unit_test(test_what_is_known_of_a_write_that_failed),
        cmocka_unit_test(test_pauses_of_a_write),
        cmocka_unit_test(test_bad_lines_reach_the_caller),
        cmocka_unit_test(test_several_fly_and_come_back_in_any_order),
        cmocka_unit_test(test_more_than_can_fly_are_refused),
        cmocka_unit_test(test_nothing_is_sent_after_the_deadline),
        cmocka_unit_test(test_a_401_sends_the_same_bytes_with_a_fresh_token_once),
        cmocka_unit_test(test_two_401s_of_one_token_fetch_one_token),
        cmocka_unit_test(test_the_number_in_flight_follows_what_is_measured),
        cmocka_unit_test(test_closing_forgets_what_flies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
