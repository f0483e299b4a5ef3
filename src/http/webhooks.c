/*
 * Webhooks in: the body's signature is checked, the order that it names is kept as one to look at, and that is all
 * before the answer; Shopify waits five seconds and takes a subscription away that fails too often. So what is not for
 * us is answered with 200, too; only a wrong signature, or a body that cannot be one of Shopify's, is refused.
 */
#include "http/internal.h"

static bool keep(http_call *c, int64_t of, str order, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    return store_begin(c->db, STORE_WRITE, &tx, e) && store_told_add(tx, of, order, e) && store_commit(&tx, e);
}

bool http__webhook(http_call *c, err *e)
{
    const http_request *q = c->request;
    const store_shop *s;
    err trouble = {0};
    bool is_signed;
    str order;
    c->api = true; /* no person reads the answer */
    if (!http__begin(c, e) || !http__shop(c, c->parts[0], &s, e))
        return false;
    if (!shop_webhook_signed(s, q->body, q->signature, c->memory, &is_signed, &trouble)) {
        log_line(LOG_WARN, "webhook.no_secret", F_STR("shop", s->code), F_STR("why", str_of(trouble.text)));
        http__problem(c, 503, STR("the webhook secret of this shop cannot be read; the log says why"));
        return true;
    }
    if (!is_signed) {
        http__problem(c, 401, STR("the signature is not the body's"));
        return true;
    }
    int64_t of = s->id;
    http__end(c);
    if (!shop_webhook_order(q->topic, q->body, c->memory, &order, e))
        return false;
    if (!str_empty(order) && !keep(c, of, order, e))
        return false;
    http__wake(c);
    js_writer w = http__json(c);
    js_object(&w, NULL);
    js_put_bool(&w, "kept", !str_empty(order));
    js_close(&w);
    return true;
}
