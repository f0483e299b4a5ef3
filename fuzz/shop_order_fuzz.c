/*
 * Orders: what an answer gives as an order becomes a reading whose parts all belong to its lines; what does not is bad
 * input, or belongs to another state of the order.
 */
#include "fuzz.h"

#include "shop/internal.h"

static bool add_parts(shop__draft *d, shop__part_kind kind, const char *key, const js_value *nodes, err *e)
{
    JS_EACH(node, nodes) {
        shop__part p;
        shop__page page;
        if (!shop__part_parse(node, kind, &p, e) || !shop__want_page(node, key, "part", &page, e) ||
            !shop__draft_part_lines(d, &p, page.nodes, e))
            return false;
    }
    return true;
}

static bool read_order(shop__draft *d, const js_value *order, err *e)
{
    shop__page lines, orders;
    const js_value *fulfilments, *refunds;
    return shop__draft_head(d, order, e) && shop__want_page(order, "lineItems", "order", &lines, e) &&
           shop__draft_lines(d, lines.nodes, e) && shop__want_page(order, "fulfillmentOrders", "order", &orders, e) &&
           add_parts(d, PART_FULFILLMENT_ORDER, "lineItems", orders.nodes, e) &&
           shop__want(order, "fulfillments", JS_ARRAY, "order", &fulfilments, e) &&
           add_parts(d, PART_FULFILLMENT, "fulfillmentLineItems", fulfilments, e) &&
           shop__want(order, "refunds", JS_ARRAY, "order", &refunds, e) &&
           add_parts(d, PART_REFUND, "refundLineItems", refunds, e);
}

static void check_line(const reading_raw_line *l)
{
    CHECK(l->ordered >= 0);
    for (size_t i = 0; i < l->fo_count; i++)
        CHECK(l->fulfilment_orders[i].remaining >= 0 && l->fulfilment_orders[i].total >= 0);
    for (size_t i = 0; i < l->fulfilled_count; i++)
        for (size_t n = i + 1; n < l->fulfilled_count; n++)
            CHECK(!str_equal(l->fulfilled[i].location, l->fulfilled[n].location));
    for (size_t i = 0; i < l->refund_count; i++)
        CHECK(l->refunds[i].units >= 0 && !str_empty(l->refunds[i].id));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(arena_end) arena *a = arena_new(0);
    const js_value *v;
    err e = {0};
    if (!js_parse(a, (str){(const char *)data, size}, &v, &e))
        return 0;
    shop__draft *d = shop__draft_new(a);
    if (!read_order(d, v, &e)) {
        CHECK(e.code == ERR_INPUT || e.code == ERR_BUSY);
        return 0;
    }
    reading_raw r;
    shop__draft_finish(d, &r);
    CHECK(r.line_count <= READING_LINES_MAX);
    for (size_t i = 0; i < r.line_count; i++)
        check_line(&r.lines[i]);
    return 0;
}
