/* What the shop answers about orders. */
#include "answers.h"

/* -- the search of orders -- */

#define ORDERS_PAGE 5 /* small, so that every world meets more than one */

/* A place in the list: the change that the search has seen, then the number. What moves in it later skips nothing. */
typedef struct order_place {
    instant seen;
    int order;
} order_place;

static bool is_before(order_place x, order_place y)
{
    return x.seen != y.seen ? x.seen < y.seen : x.order < y.order;
}

static order_place place_of(str cursor)
{
    str seen, which;
    int64_t n;
    order_place p = {.order = -1};
    if (str_empty(cursor))
        return p;
    CHECK(str_cut(cursor, '.', &seen, &which));
    CHECK(num_parse_i64(seen, &p.seen));
    CHECK(num_parse_i64(which, &n));
    p.order = (int)n;
    return p;
}

static instant since_of(str query)
{
    instant since;
    err e = {0};
    const char *at = memchr(query.at, '\'', query.len);
    CHECK(at && str_starts(query, STR("updated_at:>=")));
    CHECK(instant_parse((str){at + 1, query.len - (size_t)(at - query.at) - 2}, &since, &e));
    return since;
}

/* The newest change of an order that the search has seen; 0: none. */
static instant indexed(const model *s, const model_order *o)
{
    int64_t lag_us = s->index_lag_us * (1 + o->number % 3) / 3; /* one order is found sooner than another */
    instant until = model_now(s) - lag_us, seen = 0;
    for (int i = 0; i < o->seen_count && o->seen[i] <= until; i++)
        seen = o->seen[i];
    return seen;
}

/* What is found after a place, in order; returns how many. */
static int search(const model *s, bool open_only, instant since, order_place after, order_place *found)
{
    int count = 0;
    for (int i = 0; i < s->order_count; i++) {
        const model_order *o = &s->orders[i];
        if (!open_only && o->updated_at < since)
            continue;
        order_place p = {.seen = indexed(s, o), .order = i};
        if (p.seen == 0 || (open_only ? o->closed : p.seen < since) || !is_before(after, p))
            continue;
        int n = count++;
        for (; n > 0 && is_before(p, found[n - 1]); n--)
            found[n] = found[n - 1];
        found[n] = p;
    }
    return count;
}

void answer_orders(call *c)
{
    js_writer *w = c->w;
    str query = js_str(js_get(c->variables, "query"), STR("")), cursor = STR("");
    bool open_only = str_starts(query, STR("status:open"));
    order_place *found = ARENA_NEW(c->a, order_place, (size_t)c->shop->order_count + 1);
    order_place after = place_of(js_str(js_get(c->variables, "after"), STR("")));
    int count = search(c->shop, open_only, open_only || str_empty(query) ? 0 : since_of(query), after, found);
    answer_begin_connection(c, "orders");
    for (int i = 0; i < count && i < ORDERS_PAGE; i++) {
        js_object(w, NULL);
        js_put_str(w, "id", answer_gid(c, "Order", found[i].order));
        js_put_str(w, "name", str_printf(c->a, "#%d", 1001 + found[i].order));
        js_put_instant(w, "updatedAt", c->shop->orders[found[i].order].updated_at);
        js_close(w);
        if (count > ORDERS_PAGE)
            cursor = str_printf(c->a, "%" PRId64 ".%d", found[i].seen, found[i].order);
    }
    answer_end_connection(c, cursor);
}

/* -- one order -- */

static str line_gid(const call *c, const model_order *o, int line)
{
    return answer_gid(c, "LineItem", o->number * ORDER_LINES_MAX + line);
}

static void put_lines(call *c, const model_order *o)
{
    js_writer *w = c->w;
    answer_begin_connection(c, "lineItems");
    for (int i = 0; i < o->line_count; i++) {
        const model_item *of = &c->shop->items[o->lines[i].item];
        js_object(w, NULL);
        js_put_str(w, "id", line_gid(c, o, i));
        js_put_z(w, "sku", of->sku);
        js_put_int(w, "quantity", o->lines[i].ordered);
        js_put_int(w, "currentQuantity", o->lines[i].current);
        js_put_bool(w, "isGiftCard", false);
        if (of->deleted) {
            js_put_null(w, "variant");
        } else {
            js_object(w, "variant");
            js_object(w, "inventoryItem");
            js_put_str(w, "id", answer_gid(c, "InventoryItem", o->lines[i].item));
            js_put_bool(w, "tracked", of->tracked);
            js_close(w);
            js_close(w);
        }
        js_close(w);
    }
    answer_end_connection(c, STR(""));
}

static void put_fulfilment_orders(call *c, const model_order *o)
{
    js_writer *w = c->w;
    answer_begin_connection(c, "fulfillmentOrders");
    for (int i = 0; i < o->fo_count; i++) {
        const model_part *f = &o->fos[i];
        js_object(w, NULL);
        js_put_str(w, "id", answer_gid(c, "FulfillmentOrder", f->id));
        js_put_z(w, "status", f->closed ? "CLOSED" : "OPEN");
        js_object(w, "assignedLocation");
        answer_put_id(c, "location", answer_gid(c, "Location", f->location));
        js_close(w);
        answer_begin_connection(c, "lineItems");
        js_object(w, NULL);
        js_put_int(w, "totalQuantity", f->units);
        js_put_int(w, "remainingQuantity", f->remaining);
        answer_put_id(c, "lineItem", line_gid(c, o, f->line));
        js_close(w);
        answer_end_connection(c, STR(""));
        js_close(w);
    }
    answer_end_connection(c, STR(""));
}

static void put_shipments(call *c, const model_order *o)
{
    js_writer *w = c->w;
    js_array(w, "fulfillments");
    for (int i = 0; i < o->shipped_count; i++) {
        js_object(w, NULL);
        js_put_str(w, "id", answer_gid(c, "Fulfillment", o->shipped[i].id));
        js_put_z(w, "status", "SUCCESS");
        answer_put_id(c, "location", answer_gid(c, "Location", o->shipped[i].location));
        answer_begin_connection(c, "fulfillmentLineItems");
        js_object(w, NULL);
        js_put_int(w, "quantity", o->shipped[i].units);
        answer_put_id(c, "lineItem", line_gid(c, o, o->shipped[i].line));
        js_close(w);
        answer_end_connection(c, STR(""));
        js_close(w);
    }
    js_close(w);
}

static void put_refunds(call *c, const model_order *o)
{
    js_writer *w = c->w;
    js_array(w, "refunds");
    for (int i = 0; i < o->refund_count; i++) {
        const model_part *r = &o->refunds[i];
        js_object(w, NULL);
        js_put_str(w, "id", answer_gid(c, "Refund", r->id));
        js_put_instant(w, "createdAt", r->at);
        answer_begin_connection(c, "refundLineItems");
        js_object(w, NULL);
        js_put_str(w, "id", answer_gid(c, "RefundLineItem", r->id));
        js_put_int(w, "quantity", r->units);
        js_put_z(w, "restockType", r->restock);
        js_put_bool(w, "restocked", strcmp(r->restock, "NO_RESTOCK") != 0);
        answer_put_id(c, "location", answer_gid(c, "Location", r->location));
        answer_put_id(c, "lineItem", line_gid(c, o, r->line));
        js_close(w);
        answer_end_connection(c, STR(""));
        js_close(w);
    }
    js_close(w);
}

void answer_order(call *c)
{
    js_writer *w = c->w;
    int n = model_number(js_str(js_get(c->variables, "id"), STR("")));
    if (n < 0 || n >= c->shop->order_count) {
        js_put_null(w, "order");
        return;
    }
    bool stale = c->shop->w->ticks < c->shop->stale_until && n < c->shop->stale_count;
    const model_order *o = stale ? &c->shop->stale[n] : &c->shop->orders[n];
    js_object(w, "order");
    js_put_str(w, "id", answer_gid(c, "Order", n));
    js_put_str(w, "name", str_printf(c->a, "#%d", 1001 + n));
    js_put_instant(w, "createdAt", o->created_at);
    js_put_instant(w, "processedAt", o->created_at);
    js_put_instant(w, "updatedAt", o->updated_at);
    js_put_instant(w, "cancelledAt", o->cancelled ? o->cancelled_at : INSTANT_NONE);
    js_put_instant(w, "closedAt", o->closed ? o->updated_at : INSTANT_NONE);
    js_put_bool(w, "test", false);
    js_put_z(w, "sourceName", o->pos ? "pos" : "web");
    if (o->pos)
        answer_put_id(c, "retailLocation", answer_gid(c, "Location", o->location));
    else
        js_put_null(w, "retailLocation");
    answer_put_id(c, "app", STR("gid://shopify/App/1"));
    put_lines(c, o);
    put_fulfilment_orders(c, o);
    put_shipments(c, o);
    put_refunds(c, o);
    js_close(w);
    trade_follow(c->shop, n);
}
