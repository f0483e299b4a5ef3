/* What the shop answers, one function a document. */
#include "answers.h"

#include <stdio.h>

int model_number(str gid)
{
    int64_t n = 0;
    for (size_t i = gid.len; i > 0 && gid.at[i - 1] != '/'; i--)
        if (!num_parse_i64((str){gid.at + i - 1, gid.len - i + 1}, &n))
            break;
    return (int)n - 1;
}

str answer_gid(const call *c, const char *type, int number)
{
    return str_printf(c->a, "gid://shopify/%s/%d", type, number + 1);
}

void answer_put_id(call *c, const char *key, str id)
{
    js_object(c->w, key);
    js_put_str(c->w, "id", id);
    js_close(c->w);
}

/* Ends a list and its connection; a cursor of "" says that there is no further page. */
void answer_end_connection(call *c, str cursor)
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

void answer_begin_connection(call *c, const char *key)
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
    answer_begin_connection(c, "locations");
    for (int i = 0; i < SHOP_LOCATIONS; i++) {
        js_object(w, NULL);
        js_put_str(w, "id", answer_gid(c, "Location", i));
        js_put_str(w, "name", str_printf(c->a, "Location %d", i + 1));
        js_put_bool(w, "isActive", c->shop->location_active[i]);
        js_put_bool(w, "fulfillsOnlineOrders", true);
        js_close(w);
    }
    answer_end_connection(c, STR(""));
}

static void note_served(model *s, int number, int location, const model_level *l)
{
    model_served *to = &s->served[number][location][s->served_count[number][location]++ % SERVED_MAX];
    memcpy(to->moved, l->moved, sizeof to->moved);
    to->reserved = l->q[Q_RESERVED];
    to->unrouted = model_unrouted(s, number, -1);
    to->unrouted_here = model_unrouted(s, number, location);
}

void answer_put_level(call *c, int number, int location)
{
    static const char *const NAMES[Q_COUNT] = {"available", "committed", "on_hand",         "incoming",
                                               "reserved",  "damaged",   "quality_control", "safety_stock"};
    const model_item *i = model_frozen(c->shop) ? &c->shop->frozen[number] : &c->shop->items[number];
    const model_level *l = &i->levels[location];
    js_writer *w = c->w;
    note_served(c->shop, number, location, l);
    js_put_str(w, "id", answer_gid(c, "InventoryItem", number));
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

bool answer_known_item(const model *s, int number)
{
    return number >= 0 && number < s->item_count && !s->items[number].deleted;
}

static void answer_levels(call *c)
{
    int location = model_number(js_str(js_get(c->variables, "location"), STR("")));
    js_array(c->w, "nodes");
    JS_EACH(id, js_get(c->variables, "ids")) {
        int number = model_number(id->text);
        if (!answer_known_item(c->shop, number)) {
            js_put_null(c->w, NULL);
            continue;
        }
        js_object(c->w, NULL);
        answer_put_level(c, number, location);
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
    js_put_str(c->w, "id", answer_gid(c, "InventoryLevel", number * SHOP_LOCATIONS + location));
    js_put_bool(c->w, "isActive", true);
    js_close(c->w);
    js_array(c->w, "userErrors");
    js_close(c->w);
    js_close(c->w);
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
