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

/* -- a few, by SKU -- */

#define SKUS_MAX  50 /* in one search */
#define PAGES_MAX 50

static void quote(buf *to, str sku)
{
    buf_add(to, STR("sku:\""));
    for (size_t i = 0; i < sku.len; i++) {
        if (sku.at[i] == '"' || sku.at[i] == '\\')
            buf_add_char(to, '\\');
        buf_add_char(to, sku.at[i]);
    }
    buf_add_char(to, '"');
}

static bool is_one_of(str sku, const str *skus, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_equal(str_trim(sku), skus[i]))
            return true;
    return false;
}

static bool tell_page(const js_value *nodes, const str *skus, size_t count, const each_item *t, err *e)
{
    JS_EACH(node, nodes) {
        shop_item i;
        if (!shop__item_parse(node, &i, e)) {
            e->code = ERR_REMOTE;
            return false;
        }
        if (is_one_of(i.sku, skus, count) && !t->each(t->ctx, &i, e))
            return false;
    }
    return true;
}

static bool items_of_some(shop *s, const str *skus, size_t count, const each_item *t, err *e)
{
    AUTO(buf_end) buf query = buf_new(SHOP_BODY_MAX);
    AUTO(arena_end) arena *a = arena_new(0);
    str after = STR("");
    for (size_t i = 0; i < count; i++) {
        buf_add(&query, i ? STR(" OR ") : STR(""));
        quote(&query, skus[i]);
    }
    for (unsigned pages = 0; pages == 0 || !str_empty(after); pages++) {
        AUTO(shop__body_drop) shop__body b = {0};
        shop__answer answer;
        shop__page page;
        str body;
        shop__body_begin(&b, DOC_ITEMS_OF);
        js_put_str(&b.w, "query", buf_str(&query));
        if (str_empty(after))
            js_put_null(&b.w, "after");
        else
            js_put_str(&b.w, "after", after);
        if (!shop__body_end(&b, &body, e) ||
            !shop__call_until_done(s, (shop__call){.document = DOC_ITEMS_OF}, body, a, &answer, e))
            return false;
        if (!shop__want_page(answer.data, "productVariants", "data", &page, e))
            return shop__odd(s, DOC_ITEMS_OF, e);
        if (pages == PAGES_MAX || (!str_empty(after) && str_equal(after, page.next)))
            return ERR(e, ERR_REMOTE, "shop %.*s: its search of SKUs does not end", STR_ARG(s->code));
        if (!tell_page(page.nodes, skus, count, t, e))
            return false;
        after = page.next;
    }
    return true;
}

bool shop_items_of(shop *s, const str *skus, size_t count, shop_item_each *each, void *ctx, err *e)
{
    each_item t = {each, ctx};
    for (size_t from = 0; from < count; from += SKUS_MAX)
        if (!items_of_some(s, skus + from, count - from < SKUS_MAX ? count - from : SKUS_MAX, &t, e))
            return false;
    return true;
}
