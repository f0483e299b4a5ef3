/*
 * One order, gathered from its parts: what a reading holds, long orders in pages, and orders that change meanwhile.
 */
#include "shop_fixture.h"

#define LAST              "{\"hasNextPage\":false,\"endCursor\":null}"
#define MORE(cursor)      "{\"hasNextPage\":true,\"endCursor\":\"" cursor "\"}"
#define PAGE(nodes, info) "{\"nodes\":[" nodes "],\"pageInfo\":" info "}"
#define AT                "\"2026-11-24T10:00:00Z\""
#define HEAD                                                                                                           \
    "\"id\":\"o1\",\"name\":\"#1001\",\"createdAt\":\"2026-11-24T09:00:00Z\",\"processedAt\":\"2026-11-24T09:00:"      \
    "01Z\","                                                                                                           \
    "\"updatedAt\":" AT ",\"cancelledAt\":null,\"closedAt\":" AT ",\"test\":true,\"sourceName\":\"web\","              \
    "\"retailLocation\":null,\"app\":{\"id\":\"app1\"},"
#define ORDER(lines, orders, fulfilments, refunds)                                                                     \
    ANSWER("{\"order\":{" HEAD "\"lineItems\":" lines ",\"fulfillmentOrders\":" orders                                 \
           ",\"fulfillments\":[" fulfilments "],\"refunds\":[" refunds "]}}")
#define VARIANT(item) "{\"inventoryItem\":{\"id\":\"" item "\",\"tracked\":true}}"
#define LINE(id, quantity, current, gift, variant)                                                                     \
    "{\"id\":\"" id "\",\"sku\":\"S-" id "\",\"quantity\":" #quantity ",\"currentQuantity\":" #current                 \
    ",\"isGiftCard\":" gift ",\"variant\":" variant "}"
#define OF(line) "\"lineItem\":{\"id\":\"" line "\"}"
#define FO_LINE(line, total, remaining)                                                                                \
    "{\"totalQuantity\":" #total ",\"remainingQuantity\":" #remaining "," OF(line) "}"
#define FO(id, status, location, lines)                                                                                \
    "{\"id\":\"" id "\",\"status\":\"" status "\",\"assignedLocation\":{\"location\":" location                        \
    "},\"lineItems\":" lines "}"
#define LOCATION(id)         "{\"id\":\"" id "\"}"
#define SHIPPED(line, units) "{\"quantity\":" #units "," OF(line) "}"
#define FULFILMENT(status, location, lines)                                                                            \
    "{\"id\":\"f1\",\"status\":\"" status "\",\"location\":" location ",\"fulfillmentLineItems\":" lines "}"
#define REFUND_LINE(id, line, units, type, restocked, location)                                                        \
    "{\"id\":" id ",\"quantity\":" #units ",\"restockType\":\"" type "\",\"restocked\":" restocked                     \
    ",\"location\":" location "," OF(line) "}"
#define REFUND(lines) "{\"id\":\"r1\",\"createdAt\":" AT ",\"refundLineItems\":" lines "}"
#define NOTHING       PAGE("", LAST)

static reading_raw read_order(shop *s, arena *a)
{
    reading_raw r;
    instant asked;
    bool some = false;
    err e;
    if (!shop_order(s, STR("o1"), a, &r, &asked, &some, &e))
        fail_msg("%s", e.text);
    assert_true(some);
    assert_int_equal(asked - asked % US_PER_S, FAKE_BEGAN - US_PER_S); /* before the request, 10 ms ago */
    return r;
}

static void test_a_reading_holds_what_the_order_says(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    AUTO(shop_close) shop *s = open_shop(f);
    AUTO(arena_end) arena *a = arena_new(0);
    fake_will_say(
        f,
        ORDER(PAGE(LINE("a", 5, 4, "false", VARIANT("i1")) "," LINE("b", 1, 1, "false",
                                                                    "null") "," LINE("c", 1, 1, "true", VARIANT("i3")),
                   LAST),
              PAGE(FO("fo1", "OPEN", LOCATION("l1"), PAGE(FO_LINE("a", 3, 2), LAST)) "," FO(
                       "fo2", "CLOSED", "null",
                       PAGE(FO_LINE("a", 2, 0) "," FO_LINE("b", 1, 1), LAST)) "," FO("fo3", "CANCELLED", LOCATION("l2"),
                                                                                     PAGE(FO_LINE("a", 0, 0), LAST)),
                   LAST),
              FULFILMENT("SUCCESS", LOCATION("l1"), PAGE(SHIPPED("a", 1), LAST)) "," FULFILMENT(
                  "CANCELLED", LOCATION("l1"),
                  PAGE(SHIPPED("a", 9), LAST)) "," FULFILMENT("SUCCESS", LOCATION("l2"),
                                                              PAGE(SHIPPED("a", 1),
                                                                   LAST)) "," FULFILMENT("SUCCESS", LOCATION("l1"),
                                                                                         PAGE(SHIPPED("a", 1), LAST)),
              REFUND(
                  PAGE(REFUND_LINE("\"rl1\"", "a", 1, "CANCEL", "true", LOCATION("l1")) "," REFUND_LINE(
                           "null", "a", 2, "NO_RESTOCK", "false",
                           "null") "," REFUND_LINE("\"rl3\"", "b", 3, "RETURN", "true",
                                                   LOCATION("l2")) "," REFUND_LINE("\"rl4\"", "b", 4, "LEGACY_RESTOCK",
                                                                                   "false", "null"),
                       LAST))));
    reading_raw r = read_order(s, a);
    assert_text(r.order, "o1");
    assert_text(r.name, "#1001");
    assert_text(r.app, "app1");
    assert_text(r.retail_location, "");
    assert_int_equal(r.processed_at - r.created_at, US_PER_S);
    assert_int_equal(r.updated_at - r.created_at, 3600 * US_PER_S);
    assert_true(!r.cancelled && r.closed && r.test && !r.pos);
    assert_int_equal(r.line_count, 3);
    const reading_raw_line *l = &r.lines[0];
    assert_text(l->id, "a");
    assert_text(l->item, "i1");
    assert_text(l->sku, "S-a");
    assert_true(l->tracked);
    assert_int_equal(l->ordered, 5);
    assert_int_equal(l->current, 4);
    assert_int_equal(l->fo_count, 3);
    assert_text(l->fulfilment_orders[0].fulfilment_order, "fo1");
    assert_text(l->fulfilment_orders[0].location, "l1");
    assert_int_equal(l->fulfilment_orders[0].total, 3);
    assert_int_equal(l->fulfilment_orders[0].remaining, 2);
    assert_false(l->fulfilment_orders[0].closed);
    assert_text(l->fulfilment_orders[1].location, "");
    assert_true(l->fulfilment_orders[1].closed && l->fulfilment_orders[2].closed);
    assert_int_equal(l->fulfilled_count, 2);
    assert_text(l->fulfilled[0].location, "l1");
    assert_int_equal(l->fulfilled[0].units, 2);
    assert_text(l->fulfilled[1].location, "l2");
    assert_int_equal(l->fulfilled[1].units, 1);
    assert_int_equal(l->refund_count, 2);
    assert_int_equal(l->refunds[0].type, REFUND_CANCEL);
    assert_true(l->refunds[0].restocked);
    assert_text(l->refunds[0].location, "l1");
    assert_text(l->refunds[1].id, "r1/a");
    assert_int_equal(l->refunds[1].type, REFUND_NO_RESTOCK);
    assert_text(l->refunds[1].location, "");
    assert_text(r.lines[1].item, ""); /* a custom line, or its variant was deleted */
    assert_false(r.lines[1].tracked);
    assert_int_equal(r.lines[1].refunds[0].type, REFUND_RETURN);
    assert_int_equal(r.lines[1].refunds[1].type, REFUND_LEGACY);
    assert_text(r.lines[2].item, ""); /* a gift card */
    assert_int_equal(f->requests.count, 1);
}

static void test_a_sale_at_a_counter_is_told_by_source_or_place(void **state)
{
    (void)state;
    static const struct {
        const char *source, *place;
        bool pos;
    } rows[] = {{"\"pos\"", "null", true},
                {"\"web\"", LOCATION("l9"), true},
                {"null", "null", false},
                {"\"web\"", "null", false}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        AUTO(arena_end) arena *a = arena_new(0);
        const js_value *order;
        err e;
        str text = str_printf(a,
                              "{\"id\":\"o1\",\"name\":\"#1\",\"createdAt\":" AT ",\"processedAt\":" AT
                              ",\"updatedAt\":" AT ",\"cancelledAt\":" AT
                              ",\"closedAt\":null,\"test\":false,\"sourceName\":%s,\"retailLocation\":%s,"
                              "\"app\":null}",
                              rows[i].source, rows[i].place);
        reading_raw r;
        shop__draft *d = shop__draft_new(a);
        assert_true(js_parse(a, text, &order, &e));
        assert_true(shop__draft_head(d, order, &e));
        shop__draft_finish(d, &r);
        assert_int_equal(r.pos, rows[i].pos);
        assert_true(r.cancelled);
        assert_text(r.app, "");
        assert_int_equal(r.line_count, 0);
    }
}

static void test_no_such_order(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    AUTO(shop_close) shop *s = open_shop(f);
    AUTO(arena_end) arena *a = arena_new(0);
    reading_raw r;
    instant asked;
    bool some = true;
    err e;
    fake_will_say(f, ANSWER("{\"order\":null}"));
    assert_true(shop_order(s, STR("o1"), a, &r, &asked, &some, &e));
    assert_false(some);
}

#define UNCHANGED(at) ANSWER("{\"order\":{\"updatedAt\":" at "}}")
#define LONG_ORDER                                                                                                     \
    ORDER(PAGE(LINE("a", 1, 1, "false", VARIANT("i1")), MORE("lines-2")),                                              \
          PAGE(FO("fo1", "OPEN", LOCATION("l1"), PAGE(FO_LINE("a", 1, 1), MORE("fo1-2"))), MORE("fos-2")),             \
          FULFILMENT("SUCCESS", LOCATION("l1"), PAGE(SHIPPED("a", 1), MORE("f1-2"))),                                  \
          REFUND(PAGE(REFUND_LINE("\"rl1\"", "a", 1, "RETURN", "true", LOCATION("l1")), MORE("r1-2"))))

static void script_long_order(fake_world *f, const char *updated_at_the_end)
{
    fake_will_say(f, LONG_ORDER);
    fake_will_say(f, ANSWER("{\"order\":{\"lineItems\":" PAGE(LINE("b", 2, 2, "false", VARIANT("i2")), LAST) "}}"));
    fake_will_say(f, ANSWER("{\"node\":{\"fulfillmentOrderLines\":" PAGE(FO_LINE("b", 1, 1), LAST) "}}"));
    fake_will_say(f, ANSWER("{\"order\":{\"fulfillmentOrders\":" PAGE(
                         FO("fo2", "OPEN", LOCATION("l2"), PAGE(FO_LINE("b", 1, 1), LAST)), LAST) "}}"));
    fake_will_say(f, ANSWER("{\"node\":{\"fulfillmentLineItems\":" PAGE(SHIPPED("b", 1), LAST) "}}"));
    fake_will_say(f, ANSWER("{\"node\":{\"refundLineItems\":" PAGE(
                         REFUND_LINE("\"rl2\"", "b", 1, "NO_RESTOCK", "false", "null"), LAST) "}}"));
    fake_will_say(f, updated_at_the_end);
}

static void test_every_list_is_read_to_its_end(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    AUTO(shop_close) shop *s = open_shop(f);
    AUTO(arena_end) arena *a = arena_new(0);
    script_long_order(f, UNCHANGED(AT));
    reading_raw r = read_order(s, a);
    fake_played_all(f);
    assert_int_equal(r.line_count, 2);
    assert_text(r.lines[1].id, "b");
    assert_int_equal(r.lines[1].fo_count, 2);
    assert_text(r.lines[1].fulfilment_orders[0].location, "l1");
    assert_text(r.lines[1].fulfilment_orders[1].location, "l2");
    assert_int_equal(r.lines[1].fulfilled_count, 1);
    assert_int_equal(r.lines[1].refund_count, 1);
    static const char *const asked[] = {"\"id\":\"o1\",\"after\":\"lines-2\"", "\"id\":\"fo1\",\"after\":\"fo1-2\"",
                                        "\"id\":\"o1\",\"after\":\"fos-2\"", "\"id\":\"f1\",\"after\":\"f1-2\"",
                                        "\"id\":\"r1\",\"after\":\"r1-2\""};
    for (size_t i = 0; i < COUNT(asked); i++)
        assert_true(request_has(f, 1 + i, asked[i]));
}

static void test_an_order_that_changed_between_two_pages_is_read_again(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    AUTO(shop_close) shop *s = open_shop(f);
    AUTO(arena_end) arena *a = arena_new(0);
    script_long_order(f, UNCHANGED("\"2026-11-24T10:00:01Z\""));
    script_long_order(f, UNCHANGED(AT));
    reading_raw r = read_order(s, a);
    assert_int_equal(r.line_count, 2);
    fake_played_all(f);
}

static void test_an_order_that_never_stays_is_an_error(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    AUTO(shop_close) shop *s = open_shop(f);
    AUTO(arena_end) arena *a = arena_new(0);
    reading_raw r;
    instant asked;
    bool some;
    err e;
    for (int i = 0; i < 4; i++) /* a part names a line that the order does not have (yet) */
        fake_will_say(f, ORDER(PAGE(LINE("a", 1, 1, "false", VARIANT("i1")), LAST),
                               PAGE(FO("fo1", "OPEN", LOCATION("l1"), PAGE(FO_LINE("z", 1, 1), LAST)), LAST), "", ""));
    assert_fails(shop_order(s, STR("o1"), a, &r, &asked, &some, &e), &e, ERR_REMOTE, "keeps changing");
    fake_played_all(f);
}

/* A list without a cursor that is full may have been cut: it is asked for again, longer. */
static const char *with_refunds(arena *a, int count)
{
    AUTO(buf_end) buf list = buf_new(1 << 20);
    for (int i = 0; i < count; i++)
        buf_printf(&list, "%s{\"id\":\"r%d\",\"createdAt\":" AT ",\"refundLineItems\":" NOTHING "}", i ? "," : "", i);
    return str_z(a, str_printf(a,
                               "{\"data\":{\"order\":{" HEAD "\"lineItems\":" NOTHING ",\"fulfillmentOrders\":" NOTHING
                               ",\"fulfillments\":[],\"refunds\":[%s]}}" COST(10, 10, 1990) "}",
                               list.at));
}

static void test_a_full_list_without_a_cursor_is_asked_for_again(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    AUTO(shop_close) shop *s = open_shop(f);
    AUTO(arena_end) arena *a = arena_new(0);
    fake_will_say(f, with_refunds(f->a, 20));
    fake_will_say(f, with_refunds(f->a, 21));
    (void)read_order(s, a);
    assert_true(request_has(f, 0, "\"fulfillments\":20,\"refunds\":20"));
    assert_true(request_has(f, 1, "\"fulfillments\":100,\"refunds\":100"));
    reading_raw r;
    instant asked;
    bool some;
    err e;
    fake_will_say(f, with_refunds(f->a, 20));
    fake_will_say(f, with_refunds(f->a, 100));
    fake_will_say(f, with_refunds(f->a, 250));
    assert_fails(shop_order(s, STR("o1"), a, &r, &asked, &some, &e), &e, ERR_REMOTE, "250 fulfilments or refunds");
}

static void test_an_order_of_another_shape_is_an_error_of_the_shop(void **state)
{
    (void)state;
    static const char *const odd[] = {
        ANSWER("{\"order\":{}}"),
        ANSWER("{\"order\":[]}"),
        ORDER("null", NOTHING, "", ""),
        ORDER(PAGE("{}", LAST), NOTHING, "", ""),
        ORDER(PAGE(LINE("a", -1, 1, "false", "null"), LAST), NOTHING, "", ""),
        ORDER(PAGE(LINE("a", 9999999999, 1, "false", "null"), LAST), NOTHING, "", ""),
        ORDER(PAGE(LINE("a", 1, 1, "\"no\"", "null"), LAST), NOTHING, "", ""),
        ORDER(PAGE(LINE("a", 1, 1, "false", "{}"), LAST), NOTHING, "", ""),
        ORDER(NOTHING, PAGE("7", LAST), "", ""),
        ORDER(NOTHING,
              PAGE("{\"id\":\"x\",\"status\":\"OPEN\",\"assignedLocation\":null,\"lineItems\":" NOTHING "}", LAST), "",
              ""),
        ORDER(NOTHING, PAGE(FO("x", "OPEN", "\"l1\"", NOTHING), LAST), "", ""),
        ORDER(NOTHING, NOTHING, "7", ""),
        ORDER(NOTHING, NOTHING, FULFILMENT("SUCCESS", "null", "null"), ""),
        ORDER(PAGE(LINE("a", 1, 1, "false", "null"), LAST), NOTHING, "",
              REFUND(PAGE(REFUND_LINE("null", "a", 1, "A_NEW_TYPE", "false", "null"), LAST))),
        ORDER(PAGE("", MORE("c")), NOTHING, "", ""), /* and no such page comes */
    };
    for (size_t i = 0; i < COUNT(odd); i++) {
        AUTO(fake_world_end) fake_world *f = fake_world_new();
        AUTO(shop_close) shop *s = open_shop(f);
        AUTO(arena_end) arena *a = arena_new(0);
        reading_raw r;
        instant asked;
        bool some;
        err e;
        fake_will_say(f, odd[i]);
        if (strstr(odd[i], "hasNextPage\":true"))
            fake_will_say(f, ANSWER("{\"order\":{\"lineItems\":" PAGE("", MORE("c")) "}}"));
        assert_fails(shop_order(s, STR("o1"), a, &r, &asked, &some, &e), &e, ERR_REMOTE, "not what Shopify documents");
        fake_played_all(f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_reading_holds_what_the_order_says),
        cmocka_unit_test(test_a_sale_at_a_counter_is_told_by_source_or_place),
        cmocka_unit_test(test_no_such_order),
        cmocka_unit_test(test_every_list_is_read_to_its_end),
        cmocka_unit_test(test_an_order_that_changed_between_two_pages_is_read_again),
        cmocka_unit_test(test_an_order_that_never_stays_is_an_error),
        cmocka_unit_test(test_a_full_list_without_a_cursor_is_asked_for_again),
        cmocka_unit_test(test_an_order_of_another_shape_is_an_error_of_the_shop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
