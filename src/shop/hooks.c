/*
 * Subscriptions of the topics that tell of orders: which are there and where they go, and adding one that is missing.
 * Shopify drops a subscription whose address failed for hours, so what was registered once is looked at again.
 */
#include "shop/internal.h"

#define PAGES_MAX 50

/*
 * `scopes`: one of these must be granted. `fields`: all that is needed of a large body; left out where the body is
 * small, or names its order deeper down.
 */
static const struct topic {
    const char *name, *id, *scopes[4], *fields[3];
} TOPICS[] = {
    {"orders/create", "ORDERS_CREATE", {"read_orders"}, {"id", "updated_at"}},
    {"orders/updated", "ORDERS_UPDATED", {"read_orders"}, {"id", "updated_at"}},
    {"orders/cancelled", "ORDERS_CANCELLED", {"read_orders"}, {"id", "updated_at"}},
    {"orders/edited", "ORDERS_EDITED", {"read_orders"}, {NULL}},
    {"refunds/create", "REFUNDS_CREATE", {"read_orders"}, {"order_id", "id"}},
    {"fulfillments/create", "FULFILLMENTS_CREATE", {"read_fulfillments"}, {"order_id", "id", "updated_at"}},
    {"fulfillments/update", "FULFILLMENTS_UPDATE", {"read_fulfillments"}, {"order_id", "id", "updated_at"}},
    {"fulfillment_orders/moved",
     "FULFILLMENT_ORDERS_MOVED",
     {"read_merchant_managed_fulfillment_orders", "read_assigned_fulfillment_orders",
      "read_third_party_fulfillment_orders"},
     {NULL}},
    {"fulfillment_orders/order_routing_complete",
     "FULFILLMENT_ORDERS_ORDER_ROUTING_COMPLETE",
     {"read_merchant_managed_fulfillment_orders", "read_assigned_fulfillment_orders",
      "read_third_party_fulfillment_orders"},
     {NULL}},
    {"returns/process", "RETURNS_PROCESS", {"read_returns"}, {NULL}},
};

static const struct topic *topic_of(str id)
{
    for (size_t i = 0; i < COUNT(TOPICS); i++)
        if (str_equal(id, str_of(TOPICS[i].id)))
            return &TOPICS[i];
    return NULL;
}

/* -- which are there -- */

bool shop__hooks_parse(arena *a, const js_value *data, str after, shop__hooks *to, str *ret_next, err *e)
{
    shop__page page;
    if (!shop__want_page(data, "webhookSubscriptions", "data", &page, e))
        return false;
    if (!str_empty(page.next) && str_equal(page.next, after))
        return ERR(e, ERR_INPUT, "webhookSubscriptions: the cursor repeats, so the list would never end");
    JS_EACH(node, page.nodes) {
        str id, address;
        if (!js_want_str(node, "topic", "subscription", &id, e) ||
            !js_want_str(node, "uri", "subscription", &address, e))
            return false;
        const struct topic *t = topic_of(id);
        if (t)
            *vec_push(a, to) = (shop_hook){.topic = str_of(t->name), .address = address, .lacks = STR("")};
    }
    *ret_next = page.next;
    return true;
}

static bool ask(shop *s, str after, arena *a, shop__hooks *to, str *ret_next, err *e)
{
    AUTO(shop__body_drop) shop__body b = {0};
    shop__answer answer;
    str body;
    shop__body_begin(&b, DOC_HOOKS);
    if (str_empty(after))
        js_put_null(&b.w, "after");
    else
        js_put_str(&b.w, "after", after);
    return shop__body_end(&b, &body, e) &&
           shop__call_until_done(s, (shop__call){.document = DOC_HOOKS}, body, a, &answer, e) &&
           (shop__hooks_parse(a, answer.data, after, to, ret_next, e) || shop__odd(s, DOC_HOOKS, e));
}

static str lacking(const struct topic *t, const shop_facts *f)
{
    for (size_t i = 0; i < COUNT(t->scopes) && t->scopes[i]; i++)
        if (shop__has_scope(f, t->scopes[i]))
            return STR("");
    return str_of(t->scopes[0]);
}

bool shop_hooks(shop *s, const shop_facts *facts, arena *a, const shop_hook **ret, size_t *ret_count, err *e)
{
    shop__hooks found = {0}, all = {0};
    str after = STR("");
    for (unsigned pages = 0; pages == 0 || !str_empty(after); pages++) {
        if (pages == PAGES_MAX)
            return ERR(e, ERR_REMOTE, "shop %.*s: its list of webhook subscriptions does not end", STR_ARG(s->code));
        if (!ask(s, after, a, &found, &after, e))
            return false;
    }
    for (size_t t = 0; t < COUNT(TOPICS); t++) {
        str topic = str_of(TOPICS[t].name);
        size_t before = all.count;
        for (size_t i = 0; i < found.count; i++)
            if (str_equal(found.at[i].topic, topic))
                *vec_push(a, &all) = found.at[i];
        if (all.count == before)
            *vec_push(a, &all) = (shop_hook){.topic = topic, .address = STR(""), .lacks = lacking(&TOPICS[t], facts)};
    }
    *ret = all.at;
    *ret_count = all.count;
    return true;
}

/* -- adding one -- */

bool shop_hook_add(shop *s, str topic, str address, err *e)
{
    AUTO(shop__body_drop) shop__body b = {0};
    AUTO(arena_end) arena *a = arena_new(0);
    const struct topic *t = &TOPICS[0];
    shop__answer answer;
    str body;
    for (size_t i = 0; i < COUNT(TOPICS); i++)
        if (str_equal(topic, str_of(TOPICS[i].name)))
            t = &TOPICS[i];
    CHECK(str_equal(topic, str_of(t->name)));
    shop__body_begin(&b, DOC_HOOK_ADD);
    js_put_z(&b.w, "topic", t->id);
    js_object(&b.w, "subscription");
    js_put_str(&b.w, "uri", address);
    js_put_z(&b.w, "format", "JSON");
    if (t->fields[0]) {
        js_array(&b.w, "includeFields");
        for (size_t i = 0; i < COUNT(t->fields) && t->fields[i]; i++)
            js_put_z(&b.w, NULL, t->fields[i]);
        js_close(&b.w);
    }
    js_close(&b.w);
    shop__call c = {.document = DOC_HOOK_ADD, .root = "webhookSubscriptionCreate"};
    return shop__body_end(&b, &body, e) && shop__call_until_done(s, c, body, a, &answer, e);
}
