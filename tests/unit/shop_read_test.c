/*
 * The typed reads of one call: check, levels, heads of orders, and what is asked of a single item.
 */
#include "shop_fixture.h"

#define CHECKED(scopes, locations, more)                                                                               \
    ANSWER("{\"shop\":{\"name\":\"Shop\",\"myshopifyDomain\":\"main.myshopify.com\",\"plan\":{\"publicDisplayName\":"  \
           "\"Basic\"}},\"currentAppInstallation\":{\"accessScopes\":[" scopes                                         \
           "]},\"locations\":{\"nodes\":[" locations "],\"pageInfo\":" more "}}")
#define SCOPE(name)       "{\"handle\":\"" name "\"}"
#define PLACE(id, active) "{\"id\":\"" id "\",\"name\":\"n\",\"isActive\":" active ",\"fulfillsOnlineOrders\":true}"
#define LAST              "{\"hasNextPage\":false,\"endCursor\":null}"
#define MORE(cursor)      "{\"hasNextPage\":true,\"endCursor\":\"" cursor "\"}"

static void test_check_tells_scopes_version_and_all_locations(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    AUTO(shop_close) shop *s = open_shop(f);
    AUTO(arena_end) arena *a = arena_new(0);
    shop_facts facts;
    err e;
    /* The right to write brings the right to read. */
#define SCOPES                                                                                                         \
    SCOPE("write_inventory")                                                                                           \
    "," SCOPE("read_products") "," SCOPE("write_orders") "," SCOPE("read_assigned_fulfillment_orders")
    fake_will(f, (fake_answer){.body = CHECKED(SCOPES, PLACE("l1", "true") "," PLACE("l2", "false"), MORE("c1")),
                               .api_version = "2026-07"});
    fake_will(f, (fake_answer){.body = CHECKED(SCOPES, PLACE("l3", "true"), LAST), .api_version = "2026-07"});
    assert_true(shop_check(s, a, &facts, &e));
    assert_text(facts.name, "Shop");
    assert_text(facts.domain, "main.myshopify.com");
    assert_text(facts.plan, "Basic");
    assert_text(facts.api_version, "2026-07"); /* not the 2026-10 that was asked for */
    assert_int_equal(facts.restore_rate, 100);
    assert_int_equal(facts.bucket, 2000);
    assert_int_equal(facts.scope_count, 4);
    assert_int_equal(facts.missing_count, 3);
    assert_text(facts.missing_scopes[0], "read_all_orders");
    assert_text(facts.missing_scopes[1], "read_merchant_managed_fulfillment_orders");
    assert_text(facts.missing_scopes[2], "read_third_party_fulfillment_orders");
    assert_int_equal(facts.location_count, 3);
    assert_text(facts.locations[2].id, "l3");
    assert_false(facts.locations[1].active);
    assert_true(request_has(f, 0, "\"after\":null"));
    assert_true(request_has(f, 1, "\"after\":\"c1\""));
}

static void test_check_ends_when_the_cursor_repeats(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    AUTO(shop_close) shop *s = open_shop(f);
    AUTO(arena_end) arena *a = arena_new(0);
    shop_facts facts;
    err e;
    fake_will_say(f, CHECKED("", PLACE("l1", "true"), MORE("c1")));
    fake_will_say(f, CHECKED("", PLACE("l1", "true"), MORE("c1")));
    assert_fails(shop_check(s, a, &facts, &e), &e, ERR_REMOTE, "does not end");
}

#define Q(name, quantity, at) "{\"name\":\"" name "\",\"quantity\":" quantity ",\"updatedAt\":" at "}"
#define QUANTITIES                                                                                                     \
    Q("available", "-3", "\"2026-11-23T23:59:58Z\"")                                                                   \
    "," Q("committed", "2", "null") "," Q("on_hand", "7", "null") "," Q("incoming", "4", "null") "," Q(                \
        "reserved", "5", "null") "," Q("damaged", "6", "null") "," Q("quality_control", "8",                           \
                                                                     "null") "," Q("safety_stock", "9", "null")
#define LEVEL(active) "{\"isActive\":" active ",\"quantities\":[" QUANTITIES "]}"

static void test_levels_come_in_the_order_of_the_items(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    AUTO(shop_close) shop *s = open_shop(f);
    AUTO(arena_end) arena *a = arena_new(0);
    shop_level *l;
    instant asked;
    err e;
    const str items[] = {STR("a"), STR("gone"), STR("b"), STR("other")};
    f->ticks = 3 * US_PER_S;
    fake_will(f, (fake_answer){.body = ANSWER("{\"nodes\":[{\"id\":\"a\",\"tracked\":true,\"inventoryLevel\":" LEVEL(
                                   "false") "},null,"
                                            "{\"id\":\"b\",\"tracked\":false,\"inventoryLevel\":null},{}]}"),
                               .after_us = 1500000});
    assert_true(shop_levels(s, STR("loc"), items, 4, a, &l, &asked, &e));
    assert_true(l[0].item_exists && l[0].level_exists && l[0].tracked);
    assert_false(l[0].active);
    assert_text(l[0].location, "loc");
    assert_int_equal(l[0].available.value.value, -3);
    assert_int_equal(l[0].available.at, FAKE_BEGAN - 2 * US_PER_S);
    assert_int_equal(l[0].committed.value.value, 2);
    assert_int_equal(l[0].committed.at, INSTANT_NONE);
    assert_int_equal(l[0].on_hand.value.value, 7);
    assert_int_equal(l[0].incoming.value.value, 4);
    assert_int_equal(l[0].reserved.value.value, 5);
    assert_int_equal(l[0].damaged.value.value, 6);
    assert_int_equal(l[0].quality_control.value.value, 8);
    assert_int_equal(l[0].safety_stock.value.value, 9);
    assert_false(l[1].item_exists);
    assert_text(l[1].item, "gone");
    assert_false(l[1].available.value.known);
    assert_true(l[2].item_exists);
    assert_false(l[2].level_exists || l[2].tracked || l[2].available.value.known);
    assert_false(l[3].item_exists); /* an id of another kind */
    /* The answer's date, 4 s, less the 1.5 s that it took: the request was made no earlier. */
    assert_int_equal(asked, FAKE_BEGAN + 2500000);
    assert_true(request_has(f, 0, "\"ids\":[\"a\",\"gone\",\"b\",\"other\"],\"location\":\"loc\""));
}

static void test_levels_without_a_date_are_refused(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    AUTO(shop_close) shop *s = open_shop(f);
    AUTO(arena_end) arena *a = arena_new(0);
    shop_level *l;
    instant asked;
    err e;
    str item = STR("a");
    fake_will(f, (fake_answer){.body = ANSWER("{\"nodes\":[null]}"), .date = ""});
    assert_fails(shop_levels(s, STR("loc"), &item, 1, a, &l, &asked, &e), &e, ERR_REMOTE, "no date");
}

#define HEAD(id, at)      "{\"id\":\"" id "\",\"name\":\"#1\",\"updatedAt\":\"" at "\"}"
#define HEADS(list, info) ANSWER("{\"orders\":{\"nodes\":[" list "],\"pageInfo\":" info "}}")

static void test_orders_are_searched_by_time_or_by_state(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    AUTO(shop_close) shop *s = open_shop(f);
    AUTO(arena_end) arena *a = arena_new(0);
    shop_orders_page page;
    err e;
    fake_will_say(f, HEADS(HEAD("o1", "2026-11-23T10:00:00Z") "," HEAD("o2", "2026-11-23T10:00:01Z"), MORE("c1")));
    assert_true(shop_orders(s, FAKE_BEGAN + 900000, false, STR(""), a, &page, &e)); /* whole seconds, downwards */
    assert_true(request_has(f, 0, "\"query\":\"updated_at:>='2026-11-24T00:00:00Z'\",\"after\":null"));
    assert_int_equal(page.count, 2);
    assert_text(page.orders[1].id, "o2");
    assert_int_equal(page.orders[1].updated_at, FAKE_BEGAN - INT64_C(50399) * US_PER_S);
    assert_text(page.next, "c1");
    fake_will_say(f, HEADS("", LAST));
    assert_true(shop_orders(s, 0, true, STR("c1"), a, &page, &e));
    assert_true(request_has(f, 1,
                            "\"query\":\"status:open OR (NOT status:cancelled AND NOT fulfillment_status:shipped)\","
                            "\"after\":\"c1\""));
    assert_int_equal(page.count, 0);
    assert_text(page.next, "");
}

static void test_pages_that_do_not_end_are_refused(void **state)
{
    (void)state;
    static const char *const odd[] = {
        HEADS("", MORE("c1")), /* the cursor that was asked with */
        HEADS("", "{\"hasNextPage\":true,\"endCursor\":null}"),
        HEADS("", "{\"hasNextPage\":true,\"endCursor\":\"\"}"),
        HEADS("", "{\"endCursor\":\"c2\"}"),
        HEADS("", "null"),
        ANSWER("{\"orders\":{\"nodes\":[]}}"),
        HEADS("{\"id\":7,\"name\":\"x\",\"updatedAt\":\"2026-11-23T10:00:00Z\"}", LAST),
        HEADS(HEAD("o1", "yesterday"), LAST),
    };
    for (size_t i = 0; i < COUNT(odd); i++) {
        AUTO(fake_world_end) fake_world *f = fake_world_new();
        AUTO(shop_close) shop *s = open_shop(f);
        AUTO(arena_end) arena *a = arena_new(0);
        shop_orders_page page;
        err e;
        fake_will_say(f, odd[i]);
        assert_fails(shop_orders(s, 0, false, STR("c1"), a, &page, &e), &e, ERR_REMOTE, "the answer to Orders");
    }
}

#define ACTIVATED(payload) ANSWER("{\"inventoryActivate\":" payload "}")

static void test_activation_is_repeated_with_its_key(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    AUTO(shop_close) shop *s = open_shop(f);
    err e;
    fake_will(f, (fake_answer){.outcome = NET_LOST});
    fake_will_say(f, ACTIVATED("{\"inventoryLevel\":{\"id\":\"x\",\"isActive\":true},\"userErrors\":[]}"));
    assert_true(shop_activate(s, STR("i"), STR("l"), STR("key-9"), &e));
    assert_true(request_has(f, 0, "\"key\":\"key-9\""));
    assert_true(str_equal(f->requests.at[0].body, f->requests.at[1].body));
    fake_will_say(f, ACTIVATED("{\"inventoryLevel\":null,\"userErrors\":[{\"field\":null,\"message\":\"deleted\"}]}"));
    assert_fails(shop_activate(s, STR("i"), STR("l"), STR("key-9"), &e), &e, ERR_REMOTE, "deleted");
    fake_will_say(f, ACTIVATED("{\"inventoryLevel\":null,\"userErrors\":[]}"));
    assert_fails(shop_activate(s, STR("i"), STR("l"), STR("key-9"), &e), &e, ERR_REMOTE, "not stocked");
}

static void test_a_history_page_may_be_unknown(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    AUTO(shop_close) shop *s = open_shop(f);
    AUTO(arena_end) arena *a = arena_new(0);
    err e;
    str url;
    fake_will_say(f, URL_ANSWER);
    assert_true(shop_history_url(s, STR("i"), a, &url, &e));
    assert_text(url, "https://x");
    fake_will_say(f, ANSWER("{\"inventoryItem\":null}"));
    assert_true(shop_history_url(s, STR("i"), a, &url, &e));
    assert_text(url, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_check_tells_scopes_version_and_all_locations),
        cmocka_unit_test(test_check_ends_when_the_cursor_repeats),
        cmocka_unit_test(test_levels_come_in_the_order_of_the_items),
        cmocka_unit_test(test_levels_without_a_date_are_refused),
        cmocka_unit_test(test_orders_are_searched_by_time_or_by_state),
        cmocka_unit_test(test_pages_that_do_not_end_are_refused),
        cmocka_unit_test(test_activation_is_repeated_with_its_key),
        cmocka_unit_test(test_a_history_page_may_be_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
