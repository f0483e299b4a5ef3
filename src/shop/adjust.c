/*
 * The bytes of a push. They are made once, stored, and sent as they are, as often as it takes.
 */
#include "shop/internal.h"

#define DELTA_MAX INT64_C(2000000000) /* of one line; docs/shopify.md, limits */

static bool check_line(const shop_line *l, size_t i, err *e)
{
    if (l->delta < -DELTA_MAX || l->delta > DELTA_MAX)
        return ERR(e, ERR_INPUT, "line %zu: a delta of %" PRId64 " is more than Shopify takes", i, l->delta);
    if (l->change_from.known && (l->change_from.value < INT32_MIN || l->change_from.value > INT32_MAX))
        return ERR(e, ERR_INPUT, "line %zu: %" PRId64 " cannot be compared with", i, l->change_from.value);
    return true;
}

bool shop_adjust_body(const shop *s, const shop_line *lines, size_t count, str idempotency_key, str reference, buf *to,
                      err *e)
{
    (void)s; /* the documents of all supported versions are the same */
    AUTO(shop__body_drop) shop__body b = {0};
    str body;
    if (count == 0 || count > SHOP_LINES_MAX)
        return ERR(e, ERR_INPUT, "%zu lines; a call takes 1 to %d (SHOP_LINES_MAX)", count, SHOP_LINES_MAX);
    shop__body_begin(&b, DOC_ADJUST);
    js_put_str(&b.w, "key", idempotency_key);
    js_object(&b.w, "input");
    js_put_str(&b.w, "name", STR("available"));
    js_put_str(&b.w, "reason", STR("correction"));
    js_put_str(&b.w, "referenceDocumentUri", reference);
    js_array(&b.w, "changes");
    for (size_t i = 0; i < count; i++) {
        if (!check_line(&lines[i], i, e))
            return false;
        js_object(&b.w, NULL);
        js_put_str(&b.w, "inventoryItemId", lines[i].item);
        js_put_str(&b.w, "locationId", lines[i].location);
        js_put_int(&b.w, "delta", lines[i].delta);
        if (!MUTANT(no_compare))
            js_put_maybe(&b.w, "changeFromQuantity",
                         lines[i].change_from); /* null is printed: leaving it out is refused */
        js_close(&b.w);
    }
    js_close(&b.w);
    js_close(&b.w);
    if (!shop__body_end(&b, &body, e))
        return false;
    buf_add(to, body);
    return to->full ? ERR(e, ERR_INPUT, "the request is longer than its buffer") : true;
}
