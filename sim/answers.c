/* What the shop answers, one function a document. */
#include "model.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct call {
    model *shop;
    arena *a;
    const js_value *variables;
    js_writer *w;
} call;

int model_number(str gid)
{
    int64_t n = 0;
    for (size_t i = gid.len; i > 0 && gid.at[i - 1] != '/'; i--)
        if (!num_parse_i64((str){gid.at + i - 1, gid.len - i + 1}, &n))
            break;
    return (int)n - 1;
}

static str gid(const call *c, const char *type, int number)
{
    return str_printf(c->a, "gid://shopify/%s/%d", type, number + 1);
}

static void put_id(call *c, const char *key, str id)
{
    js_object(c->w, key);
    js_put_str(c->w, "id", id);
    js_close(c->w);
}

/* Ends a list and its connection; a cursor of "" says that there is no further page. */
static void end_connection(call *c, str cursor)
{
    js_close(c->w);
    js_object(c->w, "pageInfo");
    js_put_bool(c->w, "hasNextPage", !str_empty(cursor));
    if (str_empty(cursor))
        js_put_null(c->w, "endCursor");
    else
        js_put_str(c->w, "endCursor", cursor);
    js_close(c->w);
    js_close(c->w);
}

static void begin_connection(call *c, const char *key)
{
    js_object(c->w, key);
    js_array(c->w, "nodes");
}

/* -- the shop and its levels -- */

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
    js_put_z(w, "name", "Simulated");
    js_put_z(w, "myshopifyDomain", "simulated.myshopify.com");
    js_object(w, "plan");
    js_put_z(w, "publicDisplayName", "Basic");
    js_close(w);
    js_close(w);
    js_object(w, "currentAppInstallation");
    js_array(w, "accessScopes");
    for (size_t i = 0; i < COUNT(SCOPES); i++) {
        js_object(w, NULL);
        js_put_z(w, "handle", SCOPES[i]);
        js_close(w);
    }
    js_close(w);
    js_close(w);
    begin_connection(c, "locations");
    for (int i = 0; i < SHOP_LOCATIONS; i++) {
        js_object(w, NULL);
        js_put_str(w, "id", gid(c, "Location", i));
        js_put_z(w, "name", i == 0 ? "Web" : i == 1 ? "Shelf" : "Elsewhere");
        js_put_bool(w, "isActive", c->shop->location_active[i]);
        js_put_bool(w, "fulfillsOnlineOrders", true);
        js_close(w);
    }
    end_connection(c, STR(""));
}

static void note_served(model *s, int number, int location, const model_level *l)
{
    model_served *to = &s->served[number][location][s->served_count[number][location]++ % SERVED_MAX];
    memcpy(to->moved, l->moved, sizeof to->moved);
    to->reserved = l->q[Q_RESERVED];
}

static void put_level(call *c, int number, int location)
{
    static const char *const NAMES[Q_COUNT] = {"available", "committed", "on_hand",         "incoming",
                                               "reserved",  "damaged",   "quality_control", "safety_stock"};
    const model_item *i = model_frozen(c->shop) ? &c->shop->frozen[number] : &c->shop->items[number];
    const model_level *l = &i->levels[location];
    js_writer *w = c->w;
    note_served(c->shop, number, location, l);
    js_put_str(w, "id", gid(c, "InventoryItem", number));
    js_put_bool(w, "tracked", i->tracked);
    if (!l->exists) {
        js_put_null(w, "inventoryLevel");
        return;
    }
    js_object(w, "inventoryLevel");
    js_put_bool(w, "isActive", l->active);
    js_array(w, "quantities");
    for (int q = 0; q < Q_COUNT; q++) {
        js_object(w, NULL);
        js_put_z(w, "name", NAMES[q]);
        js_put_int(w, "quantity", l->q[q]);
        js_put_instant(w, "updatedAt", l->at[q] ? l->at[q] : INSTANT_NONE);
        js_close(w);
    }
    js_close(w);
    js_close(w);
}

static bool known_item(const model *s, int number)
{
    return number >= 0 && number < s->item_count && !s->items[number].deleted;
}

static void answer_levels(call *c)
{
    int location = model_number(js_str(js_get(c->variables, "location"), STR("")));
    js_array(c->w, "nodes");
    JS_EACH(id, js_get(c->variables, "ids")) {
        int number = model_number(id->text);
        if (!known_item(c->shop, number)) {
            js_put_null(c->w, NULL);
            continue;
        }
        js_object(c->w, NULL);
        put_level(c, number, location);
        js_close(c->w);
    }
    js_close(c->w);
}

static void answer_history(call *c)
{
    js_object(c->w, "inventoryItem");
    js_put_z(c->w, "inventoryHistoryUrl", "https://simulated.myshopify.com/admin/history");
    js_close(c->w);
}

static void answer_activate(call *c)
{
    int number = model_number(js_str(js_get(c->variables, "item"), STR("")));
    int location = model_number(js_str(js_get(c->variables, "location"), STR("")));
    model_level *l = model_level_of(c->shop, number, location);
    l->exists = l->active = true;
    js_object(c->w, "inventoryActivate");
    js_object(c->w, "inventoryLevel");
    js_put_str(c->w, "id", gid(c, "InventoryLevel", number * SHOP_LOCATIONS + location));
    js_put_bool(c->w, "isActive", true);
    js_close(c->w);
    js_array(c->w, "userErrors");
    js_close(c->w);
    js_close(c->w);
}

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
    instant until = model_now(s) - s->index_lag_us, seen = 0;
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

static void answer_orders(call *c)
{
    js_writer *w = c->w;
    str query = js_str(js_get(c->variables, "query"), STR("")), cursor = STR("");
    bool open_only = str_starts(query, STR("status:open"));
    order_place *found = ARENA_NEW(c->a, order_place, (size_t)c->shop->order_count + 1);
    order_place after = place_of(js_str(js_get(c->variables, "after"), STR("")));
    int count = search(c->shop, open_only, open_only || str_empty(query) ? 0 : since_of(query), after, found);
    begin_connection(c, "orders");
    for (int i = 0; i < count && i < ORDERS_PAGE; i++) {
        js_object(w, NULL);
        js_put_str(w, "id", gid(c, "Order", found[i].order));
        js_put_str(w, "name", str_printf(c->a, "#%d", 1001 + found[i].order));
        js_put_instant(w, "updatedAt", c->shop->orders[found[i].order].updated_at);
        js_close(w);
        if (count > ORDERS_PAGE)
            cursor = str_printf(c->a, "%" PRId64 ".%d", found[i].seen, found[i].order);
    }
    end_connection(c, cursor);
}

/* -- one order -- */

static str line_gid(const call *c, const model_order *o, int line)
{
    return gid(c, "LineItem", o->number * ORDER_LINES_MAX + line);
}

static void put_lines(call *c, const model_order *o)
{
    js_writer *w = c->w;
    begin_connection(c, "lineItems");
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
            js_put_str(w, "id", gid(c, "InventoryItem", o->lines[i].item));
            js_put_bool(w, "tracked", of->tracked);
            js_close(w);
            js_close(w);
        }
        js_close(w);
    }
    end_connection(c, STR(""));
}

static void put_fulfilment_orders(call *c, const model_order *o)
{
    js_writer *w = c->w;
    begin_connection(c, "fulfillmentOrders");
    for (int i = 0; i < o->fo_count; i++) {
        const model_part *f = &o->fos[i];
        js_object(w, NULL);
        js_put_str(w, "id", gid(c, "FulfillmentOrder", f->id));
        js_put_z(w, "status", f->closed ? "CLOSED" : "OPEN");
        js_object(w, "assignedLocation");
        put_id(c, "location", gid(c, "Location", f->location));
        js_close(w);
        begin_connection(c, "lineItems");
        js_object(w, NULL);
        js_put_int(w, "totalQuantity", f->units);
        js_put_int(w, "remainingQuantity", f->remaining);
        put_id(c, "lineItem", line_gid(c, o, f->line));
        js_close(w);
        end_connection(c, STR(""));
        js_close(w);
    }
    end_connection(c, STR(""));
}

static void put_shipments(call *c, const model_order *o)
{
    js_writer *w = c->w;
    js_array(w, "fulfillments");
    for (int i = 0; i < o->shipped_count; i++) {
        js_object(w, NULL);
        js_put_str(w, "id", gid(c, "Fulfillment", o->shipped[i].id));
        js_put_z(w, "status", "SUCCESS");
        put_id(c, "location", gid(c, "Location", o->shipped[i].location));
        begin_connection(c, "fulfillmentLineItems");
        js_object(w, NULL);
        js_put_int(w, "quantity", o->shipped[i].units);
        put_id(c, "lineItem", line_gid(c, o, o->shipped[i].line));
        js_close(w);
        end_connection(c, STR(""));
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
        js_put_str(w, "id", gid(c, "Refund", r->id));
        js_put_instant(w, "createdAt", r->at);
        begin_connection(c, "refundLineItems");
        js_object(w, NULL);
        js_put_str(w, "id", gid(c, "RefundLineItem", r->id));
        js_put_int(w, "quantity", r->units);
        js_put_z(w, "restockType", r->restock);
        js_put_bool(w, "restocked", strcmp(r->restock, "NO_RESTOCK") != 0);
        put_id(c, "location", gid(c, "Location", r->location));
        put_id(c, "lineItem", line_gid(c, o, r->line));
        js_close(w);
        end_connection(c, STR(""));
        js_close(w);
    }
    js_close(w);
}

static void answer_order(call *c)
{
    js_writer *w = c->w;
    int n = model_number(js_str(js_get(c->variables, "id"), STR("")));
    if (n < 0 || n >= c->shop->order_count) {
        js_put_null(w, "order");
        return;
    }
    const model_order *o = &c->shop->orders[n];
    js_object(w, "order");
    js_put_str(w, "id", gid(c, "Order", n));
    js_put_str(w, "name", str_printf(c->a, "#%d", 1001 + n));
    js_put_instant(w, "createdAt", o->created_at);
    js_put_instant(w, "processedAt", o->created_at);
    js_put_instant(w, "updatedAt", o->updated_at);
    js_put_instant(w, "cancelledAt", o->cancelled ? o->cancelled_at : INSTANT_NONE);
    js_put_instant(w, "closedAt", o->closed ? o->updated_at : INSTANT_NONE);
    js_put_bool(w, "test", false);
    js_put_z(w, "sourceName", o->pos ? "pos" : "web");
    if (o->pos)
        put_id(c, "retailLocation", gid(c, "Location", o->location));
    else
        js_put_null(w, "retailLocation");
    put_id(c, "app", STR("gid://shopify/App/1"));
    put_lines(c, o);
    put_fulfilment_orders(c, o);
    put_shipments(c, o);
    put_refunds(c, o);
    js_close(w);
}

/* -- bulk queries -- */

static void put_bulk_row(call *c, int number, int location)
{
    js_writer *w = c->w;
    js_object(w, NULL);
    if (location >= 0) {
        put_level(c, number, location);
    } else {
        const model_item *i = &c->shop->items[number];
        js_put_str(w, "id", gid(c, "ProductVariant", number));
        js_put_z(w, "sku", i->sku);
        js_put_z(w, "displayName", i->sku);
        js_put_bool(w, "requiresComponents", false);
        js_object(w, "inventoryItem");
        js_put_str(w, "id", gid(c, "InventoryItem", number));
        js_put_bool(w, "tracked", i->tracked);
        js_close(w);
    }
    js_close(w);
}

static void answer_bulk_run(call *c)
{
    model *s = c->shop;
    str query = js_str(js_get(c->variables, "query"), STR("")), left, right;
    const char *place = memmem(query.at, query.len, "gid://shopify/Location/", 23);
    int64_t location = 0;
    if (place && str_cut((str){place + 23, query.len - (size_t)(place + 23 - query.at)}, '"', &left, &right))
        CHECK(num_parse_i64(left, &location));
    buf_clear(&s->bulk);
    s->bulk_objects = 0;
    for (int i = 0; i < s->item_count; i++) {
        if (s->items[i].deleted)
            continue;
        js_writer w = js_writer_new(&s->bulk);
        put_bulk_row(&(call){.shop = s, .a = c->a, .w = &w}, i, (int)location - 1);
        buf_add_char(&s->bulk, '\n');
        s->bulk_objects++;
    }
    s->bulk_at = s->w->ticks;
    js_object(c->w, "bulkOperationRunQuery");
    js_object(c->w, "bulkOperation");
    js_put_str(c->w, "id", gid(c, "BulkOperation", s->bulk_count++));
    js_put_z(c->w, "status", "CREATED");
    js_put_instant(c->w, "createdAt", model_now(s));
    js_close(c->w);
    js_array(c->w, "userErrors");
    js_close(c->w);
    js_close(c->w);
}

static void answer_bulk_poll(call *c)
{
    static const char *const ENDS[BULK_FATES] = {"COMPLETED", "RUNNING", "FAILED", "COMPLETED"};
    const model *s = c->shop;
    js_writer *w = c->w;
    bool over = s->w->ticks - s->bulk_at >= BULK_TAKES_US;
    str objects = str_printf(c->a, "%" PRId64, s->bulk_objects);
    js_object(w, "bulkOperation");
    js_put_str(w, "id", js_str(js_get(c->variables, "id"), STR("")));
    js_put_z(w, "status", over ? ENDS[s->bulk_fate] : "RUNNING");
    js_put_z(w, "errorCode", over && s->bulk_fate == BULK_FAILS ? "INTERNAL_SERVER_ERROR" : NULL);
    js_put_str(w, "objectCount", objects);
    js_put_str(w, "rootObjectCount", objects);
    js_put_str(w, "fileSize", str_printf(c->a, "%zu", s->bulk.len));
    if (over && s->bulk.len)
        js_put_str(w, "url", str_printf(c->a, "https://shop%d.test/files/bulk.jsonl", s->number));
    else
        js_put_null(w, "url");
    js_close(w);
}

static void answer_bulk_list(call *c)
{
    js_object(c->w, "bulkOperations");
    js_array(c->w, "nodes");
    js_close(c->w);
    js_close(c->w);
}

static void answer_bulk_cancel(call *c)
{
    js_object(c->w, "bulkOperationCancel");
    js_object(c->w, "bulkOperation");
    js_put_str(c->w, "id", js_str(js_get(c->variables, "id"), STR("")));
    js_put_z(c->w, "status", "CANCELING");
    js_close(c->w);
    js_array(c->w, "userErrors");
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
        js_put_str(w, "id", gid(c, "InventoryAdjustmentGroup", group));
        js_put_instant(w, "createdAt", model_now(c->shop));
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

static size_t judge_lines(call *c, const js_value *changes, refusal *errors)
{
    model *s = c->shop;
    size_t count = 0;
    int n = 0;
    JS_EACH(line, changes) {
        int number = model_number(js_str(js_get(line, "inventoryItemId"), STR("")));
        int location = model_number(js_str(js_get(line, "locationId"), STR("")));
        const js_value *from = js_get(line, "changeFromQuantity");
        if (!from)
            sim_broken(s->w, "P4", "shop %d: a change without changeFromQuantity", s->number);
        if (!known_item(s, number)) {
            errors[count++] = (refusal){n, "INVALID_INVENTORY_ITEM", "It could not be found.", "inventoryItemId"};
        } else if (s->items[number].refused) {
            s->refused_writes[number]++;
            errors[count++] = (refusal){n, "NON_MUTABLE_INVENTORY_ITEM", "It may not be adjusted.", "inventoryItemId"};
        } else if (from && from->kind == JS_INT &&
                   from->integer != model_level_of(s, number, location)->q[Q_AVAILABLE]) {
            errors[count++] = (refusal){n, "CHANGE_FROM_QUANTITY_STALE", "It no longer matches.", "changeFromQuantity"};
        }
        n++;
    }
    return count;
}

static model_key *find_key(model *s, str key)
{
    for (int i = s->key_count - 1; i >= 0; i--)
        if (str_equal(str_of(s->keys[i].key), key) && s->w->ticks - s->keys[i].at < KEY_LIFE_US)
            return &s->keys[i];
    return NULL;
}

static model_key *new_key(model *s, str key, str reference, uint64_t content)
{
    if (s->key_count == s->key_room) {
        s->key_room = s->key_room ? 2 * s->key_room : 64;
        s->keys = reallocarray(s->keys, (size_t)s->key_room, sizeof *s->keys);
        CHECK(s->keys);
    }
    model_key *k = &s->keys[s->key_count++];
    *k = (model_key){.content = content, .at = s->w->ticks};
    snprintf(k->key, sizeof k->key, "%.*s", STR_ARG(key));
    snprintf(k->reference, sizeof k->reference, "%.*s", STR_ARG(reference));
    return k;
}

static void apply_lines(model *s, const js_value *changes)
{
    JS_EACH(line, changes) {
        int number = model_number(js_str(js_get(line, "inventoryItemId"), STR("")));
        int location = model_number(js_str(js_get(line, "locationId"), STR("")));
        model_shift(s, number, location, Q_AVAILABLE, js_int(js_get(line, "delta"), 0), BY_US);
        s->w->writes_applied++;
    }
}

static uint64_t print_of(const js_value *input)
{
    buf content = buf_new((size_t)1 << 20);
    js_writer w = js_writer_new(&content);
    js_put_value(&w, NULL, input);
    uint64_t print = str_hash(buf_str(&content));
    buf_end(&content);
    return print;
}

static void answer_adjust(call *c)
{
    model *s = c->shop;
    str key = js_str(js_get(c->variables, "key"), STR(""));
    const js_value *input = js_get(c->variables, "input"), *changes = js_get(input, "changes");
    str reference = js_str(js_get(input, "referenceDocumentUri"), STR(""));
    uint64_t print = print_of(input);
    people_race(s, changes);
    if (!changes || changes->count > 250 || str_empty(key))
        sim_broken(s->w, "P4", "shop %d: a write that Shopify would refuse", s->number);
    model_key *k = find_key(s, key);
    if (k && k->content != print) {
        sim_broken(s->w, "P6", "shop %d: a key came again with other content", s->number);
        put_adjusted(c, 0, &(refusal){-1, "IDEMPOTENCY_KEY_PARAMETER_MISMATCH", "other parameters", NULL}, 1);
    } else if (k && k->failed) {
        put_adjusted(c, 0, &(refusal){-1, "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED", "It failed before.", NULL}, 1);
    } else if (k) {
        put_adjusted(c, k->group, NULL, 0);
    } else {
        refusal *errors = ARENA_NEW(c->a, refusal, changes->count + 1);
        size_t count = judge_lines(c, changes, errors);
        k = new_key(s, key, reference, print);
        k->failed = count > 0;
        if (count == 0) {
            oracle_applied(s->w, s->number, changes, reference);
            k->group = ++s->next_group;
            apply_lines(s, changes);
        }
        put_adjusted(c, k->group, errors, count);
    }
}

/* -- dispatch -- */

static const struct {
    const char *operation;
    void (*answer)(call *c);
    int points;
} ANSWERS[] = {
    {"Check", answer_check, 14},       {"Levels", answer_levels, 10},     {"Orders", answer_orders, 11},
    {"Order", answer_order, 20},       {"HistoryUrl", answer_history, 1}, {"BulkRun", answer_bulk_run, 10},
    {"BulkPoll", answer_bulk_poll, 1}, {"BulkList", answer_bulk_list, 7}, {"BulkCancel", answer_bulk_cancel, 10},
    {"Activate", answer_activate, 10}, {"Adjust", answer_adjust, 10},
};

static size_t kind_of(str operation)
{
    for (size_t i = 0; i < COUNT(ANSWERS); i++)
        if (str_equal(operation, str_of(ANSWERS[i].operation)))
            return i;
    fprintf(stderr, "the simulated shop knows no document %.*s\n", STR_ARG(operation));
    check_failed("a document of the shop module", ERR_HERE);
}

static void put_cost(js_writer *w, int points)
{
    js_object(w, "extensions");
    js_object(w, "cost");
    js_put_int(w, "requestedQueryCost", points);
    js_put_int(w, "actualQueryCost", points);
    js_object(w, "throttleStatus");
    js_put_int(w, "maximumAvailable", 2000);
    js_put_int(w, "currentlyAvailable", 1900);
    js_put_int(w, "restoreRate", 100);
    js_close(w);
    js_close(w);
    js_close(w);
}

str model_answer(model *s, arena *a, str body, buf *ret)
{
    const js_value *root;
    err e = {0};
    if (!js_parse(a, body, &root, &e))
        check_failed("a request that is JSON", ERR_HERE);
    str operation = js_str(js_get(root, "operationName"), STR(""));
    js_writer w = js_writer_new(ret);
    call c = {.shop = s, .a = a, .variables = js_get(root, "variables"), .w = &w};
    size_t kind = kind_of(operation);
    js_object(&w, NULL);
    js_object(&w, "data");
    ANSWERS[kind].answer(&c);
    js_close(&w);
    put_cost(&w, ANSWERS[kind].points);
    js_close(&w);
    CHECK(!ret->full);
    return operation;
}

void model_error(const char *code, buf *ret)
{
    js_writer w = js_writer_new(ret);
    js_object(&w, NULL);
    js_array(&w, "errors");
    js_object(&w, NULL);
    js_put_z(&w, "message", code);
    js_object(&w, "extensions");
    js_put_z(&w, "code", code);
    js_close(&w);
    js_close(&w);
    js_close(&w);
    put_cost(&w, 0);
    js_close(&w);
}
