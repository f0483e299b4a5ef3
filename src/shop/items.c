/*
 * Every variant of the shop with its inventory item, by bulk query.
 */
#include "shop/internal.h"

typedef struct each_item {
    shop_item_each *each;
    void *ctx;
} each_item;

bool shop__item_parse(const js_value *variant, shop_item *ret, err *e)
{
    shop_item i = {0};
    const js_value *item;
    if (!shop__maybe_str(variant, "sku", "variant", &i.sku, e) ||
        !js_want_str(variant, "displayName", "variant", &i.title, e) ||
        !js_want_bool(variant, "requiresComponents", "variant", &i.bundle, e) ||
        !shop__want(variant, "inventoryItem", JS_OBJECT, "variant", &item, e) ||
        !js_want_str(item, "id", "item", &i.item, e) || !js_want_bool(item, "tracked", "item", &i.tracked, e))
        return false;
    *ret = i;
    return true;
}

static bool tell_item(void *ctx, const js_value *object, err *e)
{
    each_item *t = ctx;
    shop_item i;
    if (shop__item_parse(object, &i, e))
        return t->each(t->ctx, &i, e);
    e->code = ERR_REMOTE;
    return false;
}

bool shop_items_all(shop *s, shop_item_each *each, void *ctx, err *e)
{
    each_item t = {each, ctx};
    instant started;
    return shop__bulk(s, DOC_ITEMS_ALL, shop__document_of(DOC_ITEMS_ALL).text, tell_item, &t, &started, e);
}
