/*
 * What is asked of a single item: to be stocked at a location, and where a person finds its history.
 */
#include "shop/internal.h"

bool shop_activate(shop *s, str item, str location, str idempotency_key, err *e)
{
    AUTO(shop__body_drop) shop__body b = {0};
    AUTO(arena_end) arena *a = arena_new(0);
    shop__answer answer;
    str body;
    shop__body_begin(&b, DOC_ACTIVATE);
    js_put_str(&b.w, "item", item);
    js_put_str(&b.w, "location", location);
    js_put_str(&b.w, "key", idempotency_key);
    shop__call c = {.document = DOC_ACTIVATE, .root = "inventoryActivate"};
    if (!shop__body_end(&b, &body, e) || !shop__call_until_done(s, c, body, a, &answer, e))
        return false;
    if (!js_bool(js_path(answer.data, "inventoryLevel.isActive"), false))
        return ERR(e, ERR_REMOTE, "shop %.*s: %.*s was not stocked, and Shopify does not say why", STR_ARG(s->code),
                   STR_ARG(item));
    return true;
}

bool shop_history_url(shop *s, str item, arena *a, str *ret, err *e)
{
    AUTO(shop__body_drop) shop__body b = {0};
    shop__answer answer;
    str body;
    shop__body_begin(&b, DOC_HISTORY_URL);
    js_put_str(&b.w, "id", item);
    if (!shop__body_end(&b, &body, e) ||
        !shop__call_until_done(s, (shop__call){.document = DOC_HISTORY_URL}, body, a, &answer, e))
        return false;
    *ret = js_str(js_path(answer.data, "inventoryItem.inventoryHistoryUrl"), STR(""));
    return true;
}
