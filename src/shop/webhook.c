/*
 * Webhooks: whose they are, and which order they are about. They come late, twice, out of order or not at all, and
 * carry the state of when they were made, so the order's id is all that is taken from them.
 */
#include "shop/internal.h"

#define ORDER_GID "gid://shopify/Order/"
#define GID_MAX   100

bool shop_webhook_signed(const store_shop *row, str body, str signature, arena *a, bool *ret, err *e)
{
    bool own = !str_empty(row->webhook_secret_env) || !str_empty(row->webhook_secret_file);
    str secrets, secret;
    if (!own && str_empty(row->client_secret_env) && str_empty(row->client_secret_file))
        return ERR(e, ERR_INPUT, "the shop %.*s has no webhook secret: name webhook_secret_env or webhook_secret_file",
                   STR_ARG(row->code));
    if (!shop__secret_text(a, "webhook secret", own ? row->webhook_secret_env : row->client_secret_env,
                           own ? row->webhook_secret_file : row->client_secret_file, &secrets, e))
        return false;
    bool known = false;
    while (!str_empty(secrets)) {
        str_cut(secrets, '\n', &secret, &secrets);
        secret = str_trim(secret);
        known |= !str_empty(secret) && digest_is_base64(digest_keyed(secret, body), signature);
    }
    *ret = known;
    return true;
}

/* Where a topic's body names its order: the first key that is there. */
static const js_value *order_id(str topic, const js_value *body)
{
    static const struct {
        const char *topics, *keys[3];
    } KNOWN[] = {
        {"orders/edited", {"order_edit.order_id"}},
        {"orders/", {"id"}},
        {"refunds/", {"order_id"}},
        {"returns/", {"order_id", "order.id"}},
        {"fulfillments/", {"order_id"}},
        {"fulfillment_orders/", {"order_id", "moved_fulfillment_order.order_id"}},
    };
    for (size_t i = 0; i < COUNT(KNOWN); i++) {
        if (!str_starts(topic, str_of(KNOWN[i].topics)))
            continue;
        for (const char *const *key = KNOWN[i].keys; *key; key++)
            if (!js_is_null(js_path(body, *key)))
                return js_path(body, *key);
        return NULL;
    }
    return NULL;
}

bool shop_webhook_order(str topic, str body, arena *a, str *ret, err *e)
{
    const js_value *v;
    if (!js_parse(a, body, &v, e))
        return false;
    if (v->kind != JS_OBJECT)
        return ERR(e, ERR_INPUT, "the body is no JSON object");
    const js_value *id = order_id(topic, v);
    if (!id)
        *ret = STR("");
    else if (id->kind == JS_INT && id->integer > 0)
        *ret = str_printf(a, ORDER_GID "%" PRId64, id->integer);
    else if (id->kind == JS_STRING && str_starts(id->text, STR(ORDER_GID)) && id->text.len <= GID_MAX)
        *ret = id->text;
    else
        return ERR(e, ERR_INPUT, "what names the order is no id of one");
    return true;
}
