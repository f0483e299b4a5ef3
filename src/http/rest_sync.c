/* REST of synchronisation: shops, and targets (what each channel should show, what Shopify shows as far as is booked).
 */
#include "http/internal.h"

/* -- shops -- */

static bool put_shop(http_call *c, js_writer *w, const store_shop *s, err *e)
{
    int64_t owed;
    instant oldest;
    if (!store_owing_count(c->tx, s->id, 0, &owed, &oldest, e))
        return false;
    js_object(w, NULL);
    js_put_str(w, "shop", s->code);
    js_put_str(w, "url", s->url);
    js_put_str(w, "api_version", s->api_version);
    js_put_bool(w, "writable", s->writable);
    js_put_instant(w, "adopted_at", s->adopted_at);
    js_put_instant(w, "orders_until", s->orders_until);
    js_put_int(w, "owed", owed);
    js_put_instant(w, "oldest_owed_at", oldest);
    js_array(w, "channels");
    for (size_t i = 0; i < c->config->channel_count; i++)
        if (c->config->channels[i].shop == s->id)
            js_put_str(w, NULL, c->config->channels[i].code);
    js_close(w);
    js_close(w);
    return true;
}

bool http__rest_shops(http_call *c, err *e)
{
    if (!http__begin(c, e))
        return false;
    js_writer w = http__list(c);
    for (size_t i = 0; i < c->config->shop_count; i++)
        if (!put_shop(c, &w, &c->config->shops[i], e))
            return false;
    http__list_end(&w, STR(""));
    return true;
}

/* -- targets -- */

static void put_target(http_call *c, js_writer *w, const target_row *r)
{
    const store_target *t = &r->target;
    const store_channel *ch = config_channel(c->config, r->key.channel);
    js_object(w, NULL);
    js_put_str(w, "sku", r->sku);
    js_put_str(w, "channel", ch->code);
    js_put_str(w, "item", t->item);
    js_put_str(w, "location", r->location);
    js_put_int(w, "target", t->t);
    js_put_maybe(w, "explained", t->e);
    js_put_maybe(w, "owed", t->e.known ? qty_known(t->t - t->e.value) : QTY_UNKNOWN);
    js_put_instant(w, "owing_since", t->owing_since);
    js_put_z(w, "state", target_state_name(t->state));
    js_put_str(w, "reason", t->reason);
    js_put_str(w, "fix", t->fix);
    if (r->open_operation)
        js_put_int(w, "open_operation", r->open_operation);
    else
        js_put_null(w, "open_operation");
    js_close(w);
}

typedef struct targets_ask {
    int64_t channel, shop; /* 0: all */
    int64_t limit;
    target_key after;
} targets_ask;

/* A cursor is CHANNEL-PRODUCT. */
static bool cursor_read(str text, target_key *ret, err *e)
{
    str channel, product;
    target_key k = {0};
    if (!str_empty(text) && (!str_cut(text, '-', &channel, &product) || !num_parse_i64(channel, &k.channel) ||
                             !num_parse_i64(product, &k.product)))
        return ERR(e, ERR_INPUT, "after: that is no cursor of this list");
    *ret = k;
    return true;
}

static bool targets_asked(http_call *c, targets_ask *ret, err *e)
{
    str channel = http__field(&c->query, "channel"), code = http__field(&c->query, "shop");
    const store_channel *ch = NULL;
    const store_shop *s = NULL;
    targets_ask ask = {0};
    if (!http__begin(c, e) || !cursor_read(http__field(&c->query, "after"), &ask.after, e) ||
        !http__number(c, "limit", 1, HTTP_LIMIT_MAX, HTTP_LIMIT, &ask.limit, e) ||
        (!str_empty(channel) && !http__channel(c, channel, &ch, e)) ||
        (!str_empty(code) && !http__shop(c, code, &s, e)))
        return false;
    ask.channel = ch ? ch->id : 0;
    ask.shop = s ? s->id : 0;
    *ret = ask;
    return true;
}

static bool one_product(http_call *c, const targets_ask *ask, err *e)
{
    store_product p;
    if (!http__product(c, http__field(&c->query, "sku"), &p, e))
        return false;
    js_writer w = http__list(c);
    for (size_t i = 0; i < c->config->channel_count; i++) {
        const store_channel *ch = &c->config->channels[i];
        target_row row;
        bool some;
        if ((ask->channel && ask->channel != ch->id) || (ask->shop && ask->shop != ch->shop))
            continue;
        if (!store_target_get(c->tx, (target_key){p.id, ch->id}, c->memory, &row, &some, e))
            return false;
        if (some)
            put_target(c, &w, &row);
    }
    http__list_end(&w, STR(""));
    return true;
}

/* The most urgent of what is owed, up to the limit; the rest moves up as these are pushed. */
static bool owing(http_call *c, const targets_ask *ask, err *e)
{
    js_writer w = http__list(c);
    size_t sum = 0;
    for (size_t i = 0; i < c->config->shop_count && sum < (size_t)ask->limit; i++) {
        target_row *rows;
        size_t count;
        if (ask->shop && ask->shop != c->config->shops[i].id)
            continue;
        if (!store_owing(c->tx, c->config->shops[i].id, ask->channel, (uint32_t)((size_t)ask->limit - sum), c->memory,
                         &rows, &count, e))
            return false;
        for (size_t n = 0; n < count; n++)
            put_target(c, &w, &rows[n]);
        sum += count;
    }
    http__list_end(&w, STR(""));
    return true;
}

/* The synced channel with the lowest id that is asked for and not before the cursor's; NULL: none is left. */
static const store_channel *next_channel(const http_call *c, const targets_ask *ask, int64_t least)
{
    const store_channel *found = NULL;
    for (size_t i = 0; i < c->config->channel_count; i++) {
        const store_channel *ch = &c->config->channels[i];
        if (ch->shop && ch->id >= least && (!ask->channel || ask->channel == ch->id) &&
            (!ask->shop || ask->shop == ch->shop) && (!found || ch->id < found->id))
            found = ch;
    }
    return found;
}

static bool linked(http_call *c, const targets_ask *ask, err *e)
{
    js_writer w = http__list(c);
    target_key at = ask->after;
    size_t left = (size_t)ask->limit;
    const store_channel *ch;
    for (; left > 0 && (ch = next_channel(c, ask, at.channel)); at = (target_key){.channel = ch->id + 1}) {
        target_row *rows;
        size_t count;
        at.product = at.channel == ch->id ? at.product : 0;
        at.channel = ch->id;
        if (!store_targets_after(c->tx, ch->shop, ch->id, at, (uint32_t)left, c->memory, &rows, &count, e))
            return false;
        for (size_t n = 0; n < count; n++)
            put_target(c, &w, &rows[n]);
        left -= count;
        if (left == 0) {
            http__list_end(&w, str_printf(c->memory, "%" PRId64 "-%" PRId64, ch->id, rows[count - 1].key.product));
            return true;
        }
    }
    http__list_end(&w, STR(""));
    return true;
}

bool http__rest_targets(http_call *c, err *e)
{
    targets_ask ask;
    if (!targets_asked(c, &ask, e))
        return false;
    if (!str_empty(http__field(&c->query, "sku")))
        return one_product(c, &ask, e);
    return str_equal(http__field(&c->query, "owed"), STR("true")) ? owing(c, &ask, e) : linked(c, &ask, e);
}
