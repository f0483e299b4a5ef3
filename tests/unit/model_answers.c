/* The model shop's answers: one function a document, over an io_net in virtual time. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "model_internal.h"

/* -- the net: answers wait in the process that asked -- */

typedef struct waiting {
    uint64_t ticket;
    int64_t ready;
    net_outcome outcome;
    int status;
    char *body, date[40];
} waiting;
static waiting queue[64];
static size_t queue_count;

static void enqueue(model *m, uint64_t ticket, net_outcome outcome, int status, const buf *body)
{
    CHECK(queue_count < COUNT(queue));
    time_t s = (time_t)(model__shop_now(m) / US_PER_S);
    struct tm t;
    gmtime_r(&s, &t);
    waiting *w = &queue[queue_count++];
    *w = (waiting){.ticket = ticket, .ready = m->ticks + m->latency_us, .outcome = outcome, .status = status};
    strftime(w->date, sizeof w->date, "%a, %d %b %Y %H:%M:%S GMT", &t);
    w->body = strndup(body ? body->at : "", body ? body->len : 0);
    CHECK(w->body);
}

static bool net_next(void *ctx, int64_t until, arena *a, net_answer *ret, bool *ret_some, err *e)
{
    (void)e;
    model *m = ctx;
    size_t first = 0;
    for (size_t i = 1; i < queue_count; i++)
        if (queue[i].ready < queue[first].ready)
            first = i;
    *ret_some = queue_count > 0 && queue[first].ready <= until;
    CHECK(*ret_some || until < INT64_MAX); /* nobody waits for ever for what cannot come */
    int64_t to = *ret_some ? queue[first].ready : until;
    if (to > m->ticks)
        model_advance(m, to - m->ticks);
    if (!*ret_some)
        return true;
    waiting w = queue[first];
    queue[first] = queue[--queue_count];
    *ret = (net_answer){.ticket = w.ticket,
                        .outcome = w.outcome,
                        .status = w.status,
                        .body = str_copy(a, str_of(w.body)),
                        .date = str_copy(a, str_of(w.date)),
                        .retry_after = STR(""),
                        .content_type = STR("application/json"),
                        .api_version = STR("2026-10"),
                        .request_id = STR("")};
    if (w.outcome != NET_ANSWERED)
        snprintf(ret->why, sizeof ret->why, "connection cut");
    free(w.body);
    return true;
}

void model__net_reset(void)
{
    while (queue_count)
        free(queue[--queue_count].body);
}

/* -- reads -- */

typedef struct call {
    model *m;
    arena *a;
    const js_value *variables;
    js_writer *w;
} call;

static int number_of(str gid)
{
    int64_t n = 0;
    for (size_t i = gid.len; i > 0 && gid.at[i - 1] != '/'; i--)
        if (!num_parse_i64((str){gid.at + i - 1, gid.len - i + 1}, &n))
            break;
    return (int)n - 1;
}

/* Ends a list and its connection; a cursor of "" says that there is no further page. */
static void put_connection_end(js_writer *w, str cursor)
{
    js_close(w);
    js_object(w, "pageInfo");
    js_put_bool(w, "hasNextPage", !str_empty(cursor));
    if (str_empty(cursor))
        js_put_null(w, "endCursor");
    else
        js_put_str(w, "endCursor", cursor);
    js_close(w);
    js_close(w);
}

static void put_id(js_writer *w, const char *key, str gid)
{
    js_object(w, key);
    js_put_str(w, "id", gid);
    js_close(w);
}

static void answer_check(call *c)
{
    static const char *const SCOPES[] = {"read_inventory",
                                         "write_inventory",
                                         "read_products",
                                         "read_locations",
                                         "read_orders",
                                         "read_all_orders",
                                         "read_merchant_managed_fulfillment_orders",
                                         "read_assigned_fulfillment_orders",
                                         "read_third_party_fulfillment_orders",
                                         "read_returns"};
    js_writer *w = c->w;
    js_object(w, "shop");
    js_put_z(w, "name", "Model");
    js_put_z(w, "myshopifyDomain", "model.myshopify.com");
    js_object(w, "plan");
    js_put_z(w, "publicDisplayName", "Basic");
    js_close(w);
    js_close(w);
    js_object(w, "currentAppInstallation");
    js_array(w, "accessScopes");
    for (size_t i = 0; i < COUNT(SCOPES); i++) {
        if (strcmp(SCOPES[i], c->m->missing_scope) == 0)
            continue;
        js_object(w, NULL);
        js_put_z(w, "handle", SCOPES[i]);
        js_close(w);
    }
    js_close(w);
    js_close(w);
    js_object(w, "locations");
    js_array(w, "nodes");
    for (int i = 0; i < c->m->location_count; i++) {
        js_object(w, NULL);
        js_put_str(w, "id", model_location_gid(c->a, i));
        js_put_z(w, "name", c->m->locations[i].name);
        js_put_bool(w, "isActive", c->m->locations[i].active);
        js_put_bool(w, "fulfillsOnlineOrders", true);
        js_close(w);
    }
    put_connection_end(w, STR(""));
}

static void put_item_level(call *c, int item, int location)
{
    static const char *const NAMES[MODEL_QUANTITIES] = {"available", "committed", "on_hand",         "incoming",
                                                        "reserved",  "damaged",   "quality_control", "safety_stock"};
    bool frozen = c->m->frozen_at && c->m->now < c->m->frozen_at + MODEL_FREEZE_US;
    const model_item *i = frozen ? &c->m->frozen_items[item] : &c->m->items[item];
    const model_level *l = &i->levels[location];
    js_writer *w = c->w;
    js_put_str(w, "id", model_item_gid(c->a, item));
    js_put_bool(w, "tracked", i->tracked);
    if (!l->exists) {
        js_put_null(w, "inventoryLevel");
        return;
    }
    js_object(w, "inventoryLevel");
    js_put_bool(w, "isActive", l->active);
    js_array(w, "quantities");
    for (int q = 0; q < MODEL_QUANTITIES; q++) {
        js_object(w, NULL);
        js_put_z(w, "name", NAMES[q]);
        js_put_int(w, "quantity", l->q[q]);
        js_put_instant(w, "updatedAt", l->at[q] ? l->at[q] : INSTANT_NONE);
        js_close(w);
    }
    js_close(w);
    js_close(w);
}

static bool known_item(const model *m, int item)
{
    return item >= 0 && item < m->item_count && !m->items[item].deleted;
}

static void answer_levels(call *c)
{
    int location = number_of(js_str(js_get(c->variables, "location"), STR("")));
    js_array(c->w, "nodes");
    JS_EACH(id, js_get(c->variables, "ids")) {
        int item = number_of(id->text);
        if (!known_item(c->m, item)) {
            js_put_null(c->w, NULL);
            continue;
        }
        js_object(c->w, NULL);
        put_item_level(c, item, location);
        js_close(c->w);
    }
    js_close(c->w);
}

/* The newest change of an order that the search index has seen; 0 none. */
static instant indexed(const model *m, const model_order *o)
{
    instant seen = 0;
    for (int i = 0; i < o->update_count; i++)
        if (o->updates[i] <= model__shop_now(m) - m->index_lag_us)
            seen = o->updates[i];
    return seen;
}

#define ORDERS_PAGE 5 /* small, so that tests meet more than one */

/* A place in the list: the update that the index has seen, then the id. What moves in it later skips nothing. */
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
    str seen, order;
    int64_t n;
    order_place p = {.order = -1};
    if (str_empty(cursor))
        return p;
    CHECK(str_cut(cursor, '.', &seen, &order));
    CHECK(num_parse_i64(seen, &p.seen));
    CHECK(num_parse_i64(order, &n));
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

/* What the search finds after a place, in order; returns how many. */
static int search_orders(const model *m, bool open_only, instant since, order_place after, order_place *found)
{
    int count = 0;
    for (int i = 0; i < m->order_count; i++) {
        const model_order *o = &m->orders[i];
        order_place p = {.seen = indexed(m, o), .order = i};
        if (p.seen == 0 || o->deleted || (open_only ? o->closed || o->cancelled : p.seen < since) ||
            !is_before(after, p))
            continue;
        int n = count++;
        for (; n > 0 && is_before(p, found[n - 1]); n--)
            found[n] = found[n - 1];
        found[n] = p;
    }
    return count;
}

static void answer_orders(call *c)
{
    js_writer *w = c->w;
    str query = js_str(js_get(c->variables, "query"), STR("")), cursor = STR("");
    bool open_only = str_starts(query, STR("status:open"));
    order_place found[MODEL_ORDERS_MAX], after = place_of(js_str(js_get(c->variables, "after"), STR("")));
    int count = search_orders(c->m, open_only, open_only || str_empty(query) ? 0 : since_of(query), after, found);
    js_object(w, "orders");
    js_array(w, "nodes");
    for (int i = 0; i < count && i < ORDERS_PAGE; i++) {
        js_object(w, NULL);
        js_put_str(w, "id", model_order_gid(c->a, found[i].order));
        js_put_str(w, "name", str_printf(c->a, "#%d", 1001 + found[i].order));
        js_put_instant(w, "updatedAt", c->m->orders[found[i].order].updated_at);
        js_close(w);
        if (count > ORDERS_PAGE)
            cursor = str_printf(c->a, "%" PRId64 ".%d", found[i].seen, found[i].order);
    }
    put_connection_end(w, cursor);
}

static str line_gid(arena *a, const model_order *o, int line)
{
    return str_printf(a, "gid://shopify/LineItem/%d", o->id * MODEL_LINES_MAX + line + 1);
}

static void put_order_lines(call *c, const model_order *o)
{
    js_writer *w = c->w;
    js_object(w, "lineItems");
    js_array(w, "nodes");
    for (int i = 0; i < o->line_count; i++) {
        const model_item *item = &c->m->items[o->lines[i].item];
        js_object(w, NULL);
        js_put_str(w, "id", line_gid(c->a, o, i));
        js_put_z(w, "sku", item->sku);
        js_put_int(w, "quantity", o->lines[i].ordered);
        js_put_int(w, "currentQuantity", o->lines[i].current);
        js_put_bool(w, "isGiftCard", false);
        if (item->deleted) {
            js_put_null(w, "variant");
        } else {
            js_object(w, "variant");
            js_object(w, "inventoryItem");
            js_put_str(w, "id", model_item_gid(c->a, o->lines[i].item));
            js_put_bool(w, "tracked", item->tracked);
            js_close(w);
            js_close(w);
        }
        js_close(w);
    }
    put_connection_end(w, STR(""));
}

static void put_fulfilment_orders(call *c, const model_order *o)
{
    js_writer *w = c->w;
    js_object(w, "fulfillmentOrders");
    js_array(w, "nodes");
    for (int i = 0; o->routed && i < o->fo_count; i++) {
        const model_part *f = &o->fos[i];
        js_object(w, NULL);
        js_put_str(w, "id", str_printf(c->a, "gid://shopify/FulfillmentOrder/%d", f->id));
        js_put_z(w, "status", f->closed ? "CLOSED" : "OPEN");
        js_object(w, "assignedLocation");
        put_id(w, "location", model_location_gid(c->a, f->location));
        js_close(w);
        js_object(w, "lineItems");
        js_array(w, "nodes");
        js_object(w, NULL);
        js_put_int(w, "totalQuantity", f->units);
        js_put_int(w, "remainingQuantity", f->remaining);
        put_id(w, "lineItem", line_gid(c->a, o, f->line));
        js_close(w);
        put_connection_end(w, STR(""));
        js_close(w);
    }
    put_connection_end(w, STR(""));
}

static void put_shipments(call *c, const model_order *o)
{
    js_writer *w = c->w;
    js_array(w, "fulfillments");
    for (int i = 0; i < o->shipped_count; i++) {
        js_object(w, NULL);
        js_put_str(w, "id", str_printf(c->a, "gid://shopify/Fulfillment/%d", o->shipped[i].id));
        js_put_z(w, "status", "SUCCESS");
        put_id(w, "location", model_location_gid(c->a, o->shipped[i].location));
        js_object(w, "fulfillmentLineItems");
        js_array(w, "nodes");
        js_object(w, NULL);
        js_put_int(w, "quantity", o->shipped[i].units);
        put_id(w, "lineItem", line_gid(c->a, o, o->shipped[i].line));
        js_close(w);
        put_connection_end(w, STR(""));
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
        js_put_str(w, "id", str_printf(c->a, "gid://shopify/Refund/%d", r->id));
        js_put_instant(w, "createdAt", r->at);
        js_object(w, "refundLineItems");
        js_array(w, "nodes");
        js_object(w, NULL);
        js_put_str(w, "id", str_printf(c->a, "gid://shopify/RefundLineItem/%d", r->id));
        js_put_int(w, "quantity", r->units);
        js_put_z(w, "restockType", r->restock);
        js_put_bool(w, "restocked", strcmp(r->restock, "NO_RESTOCK") != 0);
        put_id(w, "location", model_location_gid(c->a, r->location));
        put_id(w, "lineItem", line_gid(c->a, o, r->line));
        js_close(w);
        put_connection_end(w, STR(""));
        js_close(w);
    }
    js_close(w);
}

static void answer_order(call *c)
{
    js_writer *w = c->w;
    int n = number_of(js_str(js_get(c->variables, "id"), STR("")));
    const model_order *o = n >= 0 && n < c->m->order_count ? &c->m->orders[n] : NULL;
    if (!o || o->deleted) {
        js_put_null(w, "order");
        return;
    }
    js_object(w, "order");
    js_put_str(w, "id", model_order_gid(c->a, n));
    js_put_str(w, "name", str_printf(c->a, "#%d", 1001 + n));
    js_put_instant(w, "createdAt", o->created_at);
    js_put_instant(w, "processedAt", o->created_at);
    js_put_instant(w, "updatedAt", o->updated_at);
    js_put_instant(w, "cancelledAt", o->cancelled ? o->cancelled_at : INSTANT_NONE);
    js_put_instant(w, "closedAt", o->closed ? o->updated_at : INSTANT_NONE);
    js_put_bool(w, "test", false);
    js_put_z(w, "sourceName", o->pos ? "pos" : "web");
    if (o->pos)
        put_id(w, "retailLocation", model_location_gid(c->a, o->location));
    else
        js_put_null(w, "retailLocation");
    put_id(w, "app", str_of(o->app));
    put_order_lines(c, o);
    put_fulfilment_orders(c, o);
    put_shipments(c, o);
    put_refunds(c, o);
    js_close(w);
}

static void answer_history(call *c)
{
    js_object(c->w, "inventoryItem");
    js_put_z(c->w, "inventoryHistoryUrl", "https://model.myshopify.com/admin/history");
    js_close(c->w);
}

/* -- variants -- */

static void put_variant(call *c, int i)
{
    const model *m = c->m;
    js_put_str(c->w, "id", str_printf(c->a, "gid://shopify/ProductVariant/%d", i + 1));
    js_put_z(c->w, "sku", m->items[i].sku);
    js_put_z(c->w, "displayName", m->items[i].sku);
    js_put_bool(c->w, "requiresComponents", m->items[i].bundle);
    js_object(c->w, "inventoryItem");
    js_put_str(c->w, "id", model_item_gid(c->a, i));
    js_put_bool(c->w, "tracked", m->items[i].tracked);
    js_close(c->w);
}

static void answer_items_of(call *c)
{
    str query = js_str(js_get(c->variables, "query"), STR(""));
    js_object(c->w, "productVariants");
    js_array(c->w, "nodes");
    for (int i = 0; i < c->m->item_count; i++) {
        str wanted = str_printf(c->a, "sku:\"%s\"", c->m->items[i].sku);
        if (c->m->items[i].deleted || !memmem(query.at, query.len, wanted.at, wanted.len))
            continue;
        js_object(c->w, NULL);
        put_variant(c, i);
        js_close(c->w);
    }
    put_connection_end(c->w, STR(""));
}

/* -- bulk queries: completed at once -- */

static void answer_bulk_run(call *c)
{
    model *m = c->m;
    str query = js_str(js_get(c->variables, "query"), STR(""));
    buf out = buf_new(sizeof m->bulk - 1);
    const char *place = memmem(query.at, query.len, "gid://shopify/Location/", 23);
    int location = place ? atoi(place + 23) - 1 : -1;
    m->bulk_objects = 0;
    for (int i = 0; i < m->item_count; i++) {
        if (m->items[i].deleted)
            continue;
        js_writer w = js_writer_new(&out);
        call row = {.m = m, .a = c->a, .w = &w};
        js_object(&w, NULL);
        if (location >= 0) {
            put_item_level(&row, i, location);
        } else {
            put_variant(&row, i);
        }
        js_close(&w);
        buf_add_char(&out, '\n');
        m->bulk_objects++;
    }
    CHECK(!out.full);
    if (out.len)
        memcpy(m->bulk, out.at, out.len);
    m->bulk_len = out.len;
    buf_end(&out);
    js_object(c->w, "bulkOperationRunQuery");
    js_object(c->w, "bulkOperation");
    js_put_str(c->w, "id", str_printf(c->a, "gid://shopify/BulkOperation/%d", ++m->bulk_count));
    js_put_z(c->w, "status", "CREATED");
    js_put_instant(c->w, "createdAt", model__shop_now(m));
    js_close(c->w);
    js_array(c->w, "userErrors");
    js_close(c->w);
    js_close(c->w);
}

static void answer_bulk_poll(call *c)
{
    js_writer *w = c->w;
    str objects = str_printf(c->a, "%" PRId64, c->m->bulk_objects);
    js_object(w, "bulkOperation");
    js_put_str(w, "id", js_str(js_get(c->variables, "id"), STR("")));
    js_put_z(w, "status", "COMPLETED");
    js_put_null(w, "errorCode");
    js_put_str(w, "objectCount", objects);
    js_put_str(w, "rootObjectCount", objects);
    js_put_str(w, "fileSize", str_printf(c->a, "%zu", c->m->bulk_len));
    js_put_z(w, "url", c->m->bulk_len ? "http://model.test/files/bulk.jsonl" : NULL);
    js_close(w);
}

static void answer_bulk_list(call *c)
{
    js_object(c->w, "bulkOperations");
    js_array(c->w, "nodes");
    js_close(c->w);
    js_close(c->w);
}

/* -- the write -- */

typedef struct refusal {
    int line; /* -1: none named */
    const char *code, *message, *field;
} refusal;

static void put_adjusted(call *c, int group, const refusal *errors, size_t count)
{
    js_writer *w = c->w;
    js_object(w, "inventoryAdjustQuantities");
    if (group) {
        js_object(w, "inventoryAdjustmentGroup");
        js_put_str(w, "id", str_printf(c->a, "gid://shopify/InventoryAdjustmentGroup/%d", group));
        js_put_instant(w, "createdAt", model__shop_now(c->m));
        js_close(w);
    } else {
        js_put_null(w, "inventoryAdjustmentGroup");
    }
    js_array(w, "userErrors");
    for (size_t i = 0; i < count; i++) {
        js_object(w, NULL);
        js_put_z(w, "code", errors[i].code);
        if (errors[i].line < 0) {
            js_put_null(w, "field");
        } else {
            js_array(w, "field");
            js_put_z(w, NULL, "input");
            js_put_z(w, NULL, "changes");
            js_put_str(w, NULL, str_printf(c->a, "%d", errors[i].line));
            js_put_z(w, NULL, errors[i].field);
            js_close(w);
        }
        js_put_z(w, "message", errors[i].message);
        js_close(w);
    }
    js_close(w);
    js_close(w);
}

static void violation(model *m, const char *what)
{
    size_t at = strlen(m->violations);
    snprintf(m->violations + at, sizeof m->violations - at, "%s; ", what);
}

static size_t judge_lines(call *c, const js_value *changes, refusal *errors)
{
    model *m = c->m;
    size_t count = 0;
    int n = 0;
    JS_EACH(line, changes) {
        int item = number_of(js_str(js_get(line, "inventoryItemId"), STR("")));
        int location = number_of(js_str(js_get(line, "locationId"), STR("")));
        const js_value *from = js_get(line, "changeFromQuantity");
        if (!from)
            violation(m, "changeFromQuantity left out");
        if (!known_item(m, item))
            errors[count++] = (refusal){n, "INVALID_INVENTORY_ITEM", "The item could not be found.", "inventoryItemId"};
        else if (m->items[item].bundle || m->items[item].refused)
            errors[count++] = (refusal){n, "NON_MUTABLE_INVENTORY_ITEM", "The item is not allowed to be adjusted.",
                                        "inventoryItemId"};
        else if (from && from->kind == JS_INT && from->integer != model_available(m, item, location))
            errors[count++] =
                (refusal){n, "CHANGE_FROM_QUANTITY_STALE", "It no longer matches the quantity.", "changeFromQuantity"};
        n++;
    }
    return count;
}

static void apply_lines(model *m, const js_value *changes)
{
    JS_EACH(line, changes) {
        int item = number_of(js_str(js_get(line, "inventoryItemId"), STR("")));
        int location = number_of(js_str(js_get(line, "locationId"), STR("")));
        model__shift(m, item, location, MODEL_AVAILABLE, js_int(js_get(line, "delta"), 0));
        m->writes_applied++;
    }
}

#define KEY_LIFE_US (INT64_C(24) * 3600 * US_PER_S)

static void answer_adjust(call *c)
{
    model *m = c->m;
    str key = js_str(js_get(c->variables, "key"), STR(""));
    const js_value *changes = js_path(c->variables, "input.changes");
    buf content = buf_new(1 << 20);
    js_writer cw = js_writer_new(&content);
    js_put_value(&cw, NULL, js_get(c->variables, "input"));
    uint64_t print = str_hash(buf_str(&content));
    buf_end(&content);
    m->mutations++;
    if (!changes || changes->count > 250 || str_empty(key))
        violation(m, "a bad adjust call");
    int found = -1;
    for (int i = 0; i < m->key_count; i++)
        if (str_equal(str_of(m->keys[i].key), key) && m->now - m->keys[i].at < KEY_LIFE_US)
            found = i;
    if (found >= 0 && m->keys[found].content != print) {
        violation(m, "a key with other content");
        put_adjusted(c, 0, &(refusal){-1, "IDEMPOTENCY_KEY_PARAMETER_MISMATCH", "other parameters", NULL}, 1);
        return;
    }
    if (found >= 0 && m->keys[found].failed) {
        put_adjusted(c, 0, &(refusal){-1, "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED", "A previous attempt failed.", NULL},
                     1);
        return;
    }
    if (found >= 0) {
        put_adjusted(c, m->keys[found].group, NULL, 0);
        return;
    }
    CHECK(m->key_count < MODEL_KEYS_MAX);
    snprintf(m->keys[m->key_count].key, sizeof m->keys[0].key, "%.*s", STR_ARG(key));
    m->keys[m->key_count].content = print;
    m->keys[m->key_count].at = m->now;
    refusal *errors = ARENA_NEW(c->a, refusal, changes->count + 1);
    size_t count = judge_lines(c, changes, errors);
    m->keys[m->key_count].failed = count > 0;
    if (count == 0) {
        m->keys[m->key_count].group = ++m->next_group;
        apply_lines(m, changes);
    }
    put_adjusted(c, count ? 0 : m->next_group, errors, count);
    m->key_count++;
}

/* -- dispatch -- */

static const struct {
    const char *operation;
    void (*answer)(call *c);
} ANSWERS[] = {
    {"Check", answer_check},        {"Levels", answer_levels},      {"Orders", answer_orders},
    {"Order", answer_order},        {"HistoryUrl", answer_history}, {"BulkRun", answer_bulk_run},
    {"BulkPoll", answer_bulk_poll}, {"BulkList", answer_bulk_list}, {"Adjust", answer_adjust},
    {"ItemsOf", answer_items_of},
};

static void put_cost(const model *m, js_writer *w)
{
    js_object(w, "extensions");
    js_object(w, "cost");
    js_put_int(w, "requestedQueryCost", 10);
    js_put_int(w, "actualQueryCost", 10);
    js_object(w, "throttleStatus");
    js_put_int(w, "maximumAvailable", 2000);
    js_put_int(w, "currentlyAvailable", 2000 - m->points_missing);
    js_put_int(w, "restoreRate", 100);
    js_close(w);
    js_close(w);
    js_close(w);
}

static size_t kind_of(str operation)
{
    for (size_t i = 0; i < COUNT(ANSWERS); i++)
        if (str_equal(operation, str_of(ANSWERS[i].operation)))
            return i;
    fprintf(stderr, "the model shop knows no document %.*s\n", STR_ARG(operation));
    check_failed("a document of the shop module", ERR_HERE);
}

static void execute(model *m, arena *a, str body, buf *out)
{
    const js_value *root;
    err e = {0};
    if (!js_parse(a, body, &root, &e))
        check_failed("a request that is JSON", ERR_HERE);
    js_writer w = js_writer_new(out);
    call c = {.m = m, .a = a, .variables = js_get(root, "variables"), .w = &w};
    js_object(&w, NULL);
    js_object(&w, "data");
    ANSWERS[kind_of(js_str(js_get(root, "operationName"), STR("")))].answer(&c);
    js_close(&w);
    put_cost(m, &w);
    js_close(&w);
    CHECK(!out->full);
}

static void error_answer(const model *m, buf *out, const char *code)
{
    js_writer w = js_writer_new(out);
    js_object(&w, NULL);
    js_array(&w, "errors");
    js_object(&w, NULL);
    js_put_z(&w, "message", code);
    js_object(&w, "extensions");
    js_put_z(&w, "code", code);
    js_close(&w);
    js_close(&w);
    js_close(&w);
    put_cost(m, &w);
    js_close(&w);
}

static bool names_item(const js_value *changes, int item)
{
    JS_EACH(line, changes)
        if (number_of(js_str(js_get(line, "inventoryItemId"), STR(""))) == item)
            return true;
    return false;
}

static const model_fault *fault_of(model *m, str operation, const js_value *root)
{
    for (int i = 0; i < m->fault_count; i++) {
        model_fault *f = &m->faults[i];
        if (f->count == 0 || (f->operation[0] && !str_equal(str_of(f->operation), operation)))
            continue;
        if (f->kind == MODEL_BLIND_REFUSAL && !names_item(js_path(root, "variables.input.changes"), f->item))
            continue;
        if (f->skip > 0) {
            f->skip--;
            continue;
        }
        f->count--;
        return f;
    }
    return NULL;
}

static void keep_late(model *m, str body)
{
    for (size_t i = 0; i < COUNT(m->late); i++)
        if (!m->late[i].used) {
            m->late[i].used = true;
            m->late[i].at = m->now + 20 * US_PER_S;
            snprintf(m->late[i].body, sizeof m->late[i].body, "%.*s", STR_ARG(body));
            return;
        }
    check_failed("room for a late copy", ERR_HERE);
}

static void deliver_late(model *m)
{
    AUTO(arena_end) arena *a = arena_new(0);
    for (size_t i = 0; i < COUNT(m->late); i++) {
        if (!m->late[i].used || m->late[i].at > m->now)
            continue;
        buf out = buf_new(1 << 22);
        m->late[i].used = false;
        execute(m, a, str_of(m->late[i].body), &out);
        buf_end(&out);
    }
}

static void call_hook(model *m, str operation, int nth, bool after)
{
    char name[32];
    snprintf(name, sizeof name, "%.*s", STR_ARG(operation));
    if (m->hook)
        m->hook(m->hook_ctx, m, name, nth, after);
}

static void answer(model *m, arena *a, str body, uint64_t ticket)
{
    const js_value *root;
    err e = {0};
    AUTO(buf_end) buf out = buf_new(1 << 24);
    if (!js_parse(a, body, &root, &e))
        check_failed("a request that is JSON", ERR_HERE);
    str operation = js_str(js_get(root, "operationName"), STR(""));
    int nth = ++m->operations[kind_of(operation)];
    const model_fault *f = fault_of(m, operation, root);
    bool runs = !f || f->kind == MODEL_LOSE_ANSWER || f->kind == MODEL_500_AFTER || f->kind == MODEL_DOUBLED;
    m->calls++;
    if (f && f->kind == MODEL_NO_CONNECTION) {
        enqueue(m, ticket, NET_NOT_SENT, 0, NULL);
        return;
    }
    call_hook(m, operation, nth, false);
    for (int i = 0; runs && i < (f && f->kind == MODEL_DOUBLED ? 2 : 1); i++) {
        buf_clear(&out);
        execute(m, a, body, &out);
    }
    call_hook(m, operation, nth, true);
    model__step(m);
    if (!f || f->kind == MODEL_DOUBLED) {
        enqueue(m, ticket, NET_ANSWERED, 200, &out);
        return;
    }
    buf_clear(&out);
    switch (f->kind) {
    case MODEL_THROTTLED:
        error_answer(m, &out, "THROTTLED");
        enqueue(m, ticket, NET_ANSWERED, 200, &out);
        break;
    case MODEL_BLIND_REFUSAL: {
        js_writer w = js_writer_new(&out);
        js_object(&w, NULL);
        js_object(&w, "data");
        put_adjusted(
            &(call){.m = m, .a = a, .w = &w}, 0,
            &(refusal){-1, "ADJUST_QUANTITIES_FAILED", "The quantities could not be adjusted. Try again.", NULL}, 1);
        js_close(&w);
        put_cost(m, &w);
        js_close(&w);
        enqueue(m, ticket, NET_ANSWERED, 200, &out);
        break;
    }
    case MODEL_500_BEFORE:
    case MODEL_500_AFTER:
        enqueue(m, ticket, NET_ANSWERED, 502, NULL);
        break;
    case MODEL_DENIED:
        enqueue(m, ticket, NET_ANSWERED, 403, NULL);
        break;
    case MODEL_ARRIVES_LATE:
        keep_late(m, body);
        enqueue(m, ticket, NET_LOST, 0, NULL);
        break;
    case MODEL_LOSE_REQUEST:
    case MODEL_LOSE_ANSWER:
    case MODEL_NO_CONNECTION:
    case MODEL_DOUBLED:
        enqueue(m, ticket, NET_LOST, 0, NULL);
        break;
    }
}

static bool net_post(void *ctx, const net_request *r, uint64_t ticket, err *e)
{
    (void)e;
    model *m = ctx;
    AUTO(arena_end) arena *a = arena_new(0);
    model__step(m);
    deliver_late(m);
    if (str_equal(r->method, STR("GET"))) {
        buf file = {.at = m->bulk, .len = m->bulk_len};
        enqueue(m, ticket, NET_ANSWERED, 200, &file);
        return true;
    }
    answer(m, a, r->body, ticket);
    return true;
}

io_net model__net(model *m)
{
    return (io_net){.ctx = m, .post = net_post, .next = net_next};
}
