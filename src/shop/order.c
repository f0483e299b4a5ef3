/*
 * One whole order: the first answer holds all of an ordinary one, the rest of a large one comes page by page. When it
 * took more than one call, the last one asks whether the order has changed meanwhile; then all is read again.
 */
#include "shop/internal.h"

#define READS_MAX  4       /* of an order that keeps changing */
#define PAGES_MAX  200     /* of one order: 2,000 lines in parts of few */
#define TEXT_NEVER STR("") /* a cursor before the first page */

static const int64_t LIST_SIZES[] = {20, 100, 250}; /* of the lists without a cursor; 250 is Shopify's largest */

typedef struct order_read {
    shop *s;
    arena *a;
    str id;
    shop__draft *draft;
    unsigned pages;
} order_read;

/* One more call for this order; `data` is the whole answer. */
static bool next_page(order_read *r, shop__document d, str id, str after, const js_value **ret_data, err *e)
{
    AUTO(shop__body_drop) shop__body b = {0};
    shop__answer answer;
    str body;
    if (++r->pages > PAGES_MAX)
        return ERR(e, ERR_INPUT, "more than %d pages", PAGES_MAX);
    shop__body_begin(&b, d);
    js_put_str(&b.w, "id", id);
    if (!str_empty(after))
        js_put_str(&b.w, "after", after);
    if (!shop__body_end(&b, &body, e) ||
        !shop__call_until_done(r->s, (shop__call){.document = d}, body, r->a, &answer, e))
        return false;
    *ret_data = answer.data;
    return true;
}

static bool advance(str *after, str next, err *e)
{
    if (!str_empty(next) && str_equal(next, *after))
        return ERR(e, ERR_INPUT, "the cursor repeats");
    *after = next;
    return true;
}

/* The lines of one part: those that came with it, then its other pages. */
static bool read_part_lines(order_read *r, const shop__part *p, const js_value *node, err *e)
{
    static const char *const first[] = {"lineItems", "fulfillmentLineItems", "refundLineItems"};
    static const char *const later[] = {"fulfillmentOrderLines", "fulfillmentLineItems", "refundLineItems"};
    const char *key = first[p->kind];
    str after = TEXT_NEVER;
    for (;;) {
        shop__page page;
        const js_value *data;
        if (!shop__want_page(node, key, "part", &page, e) || !shop__draft_part_lines(r->draft, p, page.nodes, e) ||
            !advance(&after, page.next, e))
            return false;
        if (str_empty(after))
            return true;
        if (!next_page(r, DOC_ORDER_PART, p->id, after, &data, e) ||
            !shop__want(data, "node", JS_OBJECT, "data", &node, e))
            return false;
        key = later[p->kind];
    }
}

static bool read_parts(order_read *r, shop__part_kind kind, const js_value *nodes, err *e)
{
    JS_EACH(node, nodes) {
        shop__part p;
        if (!shop__part_parse(node, kind, &p, e) || !read_part_lines(r, &p, node, e))
            return false;
    }
    return true;
}

static bool read_lines(order_read *r, const js_value *order, err *e)
{
    str after = TEXT_NEVER;
    for (;;) {
        shop__page page;
        const js_value *data;
        if (!shop__want_page(order, "lineItems", "order", &page, e) || !shop__draft_lines(r->draft, page.nodes, e) ||
            !advance(&after, page.next, e))
            return false;
        if (str_empty(after))
            return true;
        if (!next_page(r, DOC_ORDER_LINES, r->id, after, &data, e) ||
            !shop__want(data, "order", JS_OBJECT, "data", &order, e))
            return false;
    }
}

static bool read_fulfilment_orders(order_read *r, const js_value *order, err *e)
{
    str after = TEXT_NEVER;
    for (;;) {
        shop__page page;
        const js_value *data;
        if (!shop__want_page(order, "fulfillmentOrders", "order", &page, e) ||
            !read_parts(r, PART_FULFILLMENT_ORDER, page.nodes, e) || !advance(&after, page.next, e))
            return false;
        if (str_empty(after))
            return true;
        if (!next_page(r, DOC_ORDER_FULFILLMENT_ORDERS, r->id, after, &data, e) ||
            !shop__want(data, "order", JS_OBJECT, "data", &order, e))
            return false;
    }
}

/* Everything behind the first answer. ERR_BUSY: the order changed between two calls. */
static bool read_rest(order_read *r, const js_value *order, reading_raw *ret, err *e)
{
    const js_value *fulfilments, *refunds, *data;
    instant updated;
    if (!shop__draft_head(r->draft, order, e) || !read_lines(r, order, e) || !read_fulfilment_orders(r, order, e) ||
        !shop__want(order, "fulfillments", JS_ARRAY, "order", &fulfilments, e) ||
        !read_parts(r, PART_FULFILLMENT, fulfilments, e) ||
        !shop__want(order, "refunds", JS_ARRAY, "order", &refunds, e) || !read_parts(r, PART_REFUND, refunds, e))
        return false;
    reading_raw made;
    shop__draft_finish(r->draft, &made);
    if (r->pages > 0) {
        if (!next_page(r, DOC_ORDER_UNCHANGED, r->id, TEXT_NEVER, &data, e))
            return false;
        const js_value *again = js_get(data, "order");
        if (js_is_null(again))
            return ERR(e, ERR_BUSY, "it was deleted while it was read");
        if (!shop__want_instant(again, "updatedAt", "order", &updated, e))
            return false;
        if (updated != made.updated_at)
            return ERR(e, ERR_BUSY, "it changed while it was read");
    }
    *ret = made;
    return true;
}

static bool ask(shop *s, str id, int64_t size, arena *a, shop__answer *ret, err *e)
{
    AUTO(shop__body_drop) shop__body b = {0};
    str body;
    shop__body_begin(&b, DOC_ORDER);
    js_put_str(&b.w, "id", id);
    js_put_int(&b.w, "fulfillments", size);
    js_put_int(&b.w, "refunds", size);
    return shop__body_end(&b, &body, e) &&
           shop__call_until_done(s, (shop__call){.document = DOC_ORDER}, body, a, ret, e);
}

/* A list without a cursor that is as long as it was asked for may have been cut. */
static bool is_cut(const js_value *order, int64_t size)
{
    const js_value *fulfilments = js_get(order, "fulfillments"), *refunds = js_get(order, "refunds");
    return (fulfilments && (int64_t)fulfilments->count >= size) || (refunds && (int64_t)refunds->count >= size);
}

/* The first answer, with lists that are certainly whole; *ret_order null: no such order. */
static bool ask_whole(shop *s, str id, arena *a, shop__answer *ret, const js_value **ret_order, err *e)
{
    for (size_t i = 0; i < COUNT(LIST_SIZES); i++) {
        if (!ask(s, id, LIST_SIZES[i], a, ret, e))
            return false;
        *ret_order = js_get(ret->data, "order");
        if (js_is_null(*ret_order) || !is_cut(*ret_order, LIST_SIZES[i]))
            return true;
    }
    return ERR(e, ERR_REMOTE,
               "shop %.*s: order %.*s has 250 fulfilments or refunds or more, and Shopify tells no more of them",
               STR_ARG(s->code), STR_ARG(id));
}

bool shop_order(shop *s, str id, arena *a, reading_raw *ret, instant *ret_asked, bool *ret_some, err *e)
{
    for (unsigned reads = 1;; reads++) {
        shop__answer answer;
        const js_value *order;
        if (!ask_whole(s, id, a, &answer, &order, e))
            return false;
        if (answer.asked == INSTANT_NONE)
            return ERR(e, ERR_REMOTE, "shop %.*s: the answer has no date; without it no order can be judged",
                       STR_ARG(s->code));
        if (js_is_null(order)) {
            *ret_some = false;
            *ret_asked = answer.asked;
            return true;
        }
        order_read r = {.s = s, .a = a, .id = id, .draft = shop__draft_new(a)};
        if (read_rest(&r, order, ret, e)) {
            *ret_some = true;
            *ret_asked = answer.asked;
            return true;
        }
        if (e->code == ERR_BUSY && reads == READS_MAX)
            return ERR(e, ERR_REMOTE, "shop %.*s: order %.*s keeps changing while it is read", STR_ARG(s->code),
                       STR_ARG(id));
        if (e->code != ERR_BUSY)
            return e->code == ERR_INPUT ? shop__odd(s, DOC_ORDER, e) : false;
    }
}
