/*
 * Which orders changed: pages of their heads. The cursor and its overlap are the caller's.
 */
#include "shop/internal.h"

bool shop__orders_parse(arena *a, const js_value *data, str after, shop_orders_page *ret, err *e)
{
    shop__page page;
    if (!shop__want_page(data, "orders", "data", &page, e))
        return false;
    if (!str_empty(page.next) && str_equal(page.next, after))
        return ERR(e, ERR_INPUT, "orders: the cursor repeats, so the list would never end");
    shop_order_head *heads = ARENA_NEW(a, shop_order_head, page.nodes->count);
    size_t count = 0;
    JS_EACH(node, page.nodes) {
        shop_order_head *h = &heads[count++];
        if (!js_want_str(node, "id", "order", &h->id, e) || !js_want_str(node, "name", "order", &h->name, e) ||
            !shop__want_instant(node, "updatedAt", "order", &h->updated_at, e))
            return false;
    }
    *ret = (shop_orders_page){heads, count, page.next};
    return true;
}

/*
 * An archived order leaves status:open though units of it may still be to ship. A word that Shopify did not know would
 * make the second half find too many, never too few.
 */
#define MAY_BE_OPEN "status:open OR (NOT status:cancelled AND NOT fulfillment_status:shipped)"

bool shop_orders(shop *s, instant since, bool open_only, str after, arena *a, shop_orders_page *ret, err *e)
{
    AUTO(shop__body_drop) shop__body b = {0};
    str body, query = STR("");
    shop__answer answer;
    if (open_only)
        query = STR(MAY_BE_OPEN);
    else if (since != INSTANT_NONE) /* whole seconds, as the search has them; down, so that none is left out */
        query = str_printf(a, "updated_at:>='%s'", INSTANT_Z(since - since % US_PER_S));
    shop__body_begin(&b, DOC_ORDERS);
    js_put_str(&b.w, "query", query);
    if (str_empty(after))
        js_put_null(&b.w, "after");
    else
        js_put_str(&b.w, "after", after);
    if (!shop__body_end(&b, &body, e) ||
        !shop__call_until_done(s, (shop__call){.document = DOC_ORDERS}, body, a, &answer, e))
        return false;
    return shop__orders_parse(a, answer.data, after, ret, e) || shop__odd(s, DOC_ORDERS, e);
}
