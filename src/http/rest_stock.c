/*
 * REST of stock: products, atp, levels, ledger. Each takes `sku` to ask for one product; without it the list goes over
 * all, in pages whose cursor is a product (for the ledger: a row), so what changes meanwhile is neither lost nor told
 * twice.
 */
#include "http/internal.h"

/* Which part of a list is asked for. `product` 0: all, after `after`. */
typedef struct page_ask {
    int64_t after, limit, product;
} page_ask;

static bool page_asked(http_call *c, page_ask *ret, err *e)
{
    str sku = http__field(&c->query, "sku");
    store_product p;
    *ret = (page_ask){0};
    if (!http__begin(c, e) || !http__number(c, "after", 0, INT64_MAX, 0, &ret->after, e) ||
        !http__number(c, "limit", 1, HTTP_LIMIT_MAX, HTTP_LIMIT, &ret->limit, e))
        return false;
    if (str_empty(sku))
        return true;
    if (!http__product(c, sku, &p, e))
        return false;
    ret->product = p.id;
    return true;
}

/* The products of the page, and the cursor after it ("" the end). */
static bool products_of(http_call *c, const page_ask *ask, store_product **ret, size_t *ret_count, str *ret_next,
                        err *e)
{
    *ret_next = STR("");
    if (ask->product) {
        *ret = ARENA_NEW(c->memory, store_product, 1);
        *ret_count = 1;
        return store_product_get(c->tx, ask->product, c->memory, *ret, e);
    }
    if (!store_products_after(c->tx, ask->after, (uint32_t)ask->limit, c->memory, ret, ret_count, e))
        return false;
    if (*ret_count == (size_t)ask->limit)
        *ret_next = str_printf(c->memory, "%" PRId64, (*ret)[*ret_count - 1].id);
    return true;
}

typedef bool put_product(http_call *c, js_writer *w, const store_product *p, const page_ask *ask, err *e);

static bool product_list(http_call *c, put_product *put, err *e)
{
    page_ask ask;
    store_product *list;
    size_t count;
    str next;
    if (!page_asked(c, &ask, e) || !products_of(c, &ask, &list, &count, &next, e))
        return false;
    js_writer w = http__list(c);
    for (size_t i = 0; i < count; i++)
        if (!put(c, &w, &list[i], &ask, e))
            return false;
    http__list_end(&w, next);
    return true;
}

/* -- products -- */

static bool put_plain(http_call *c, js_writer *w, const store_product *p, err *e)
{
    const store_identifier *ids;
    size_t count;
    if (!store_product_identifiers(c->tx, p->id, c->memory, &ids, &count, e))
        return false;
    js_object(w, NULL);
    js_put_str(w, "sku", p->sku);
    js_put_str(w, "title", p->title);
    js_put_str(w, "product_type", p->product_type);
    js_put_str(w, "vendor", p->vendor);
    js_array(w, "tags");
    for (size_t i = 0; i < p->tag_count; i++)
        js_put_str(w, NULL, p->tags[i]);
    js_close(w);
    js_array(w, "identifiers");
    for (size_t i = 0; i < count; i++) {
        js_object(w, NULL);
        js_put_str(w, "type", ids[i].type);
        js_put_str(w, "value", ids[i].value);
        js_close(w);
    }
    js_close(w);
    js_close(w);
    return true;
}

static bool put_listed(http_call *c, js_writer *w, const store_product *p, const page_ask *ask, err *e)
{
    (void)ask;
    return put_plain(c, w, p, e);
}

bool http__rest_products(http_call *c, err *e)
{
    str q = http__field(&c->query, "q");
    store_product *list;
    size_t count;
    page_ask ask;
    if (str_empty(q))
        return product_list(c, put_listed, e);
    if (!page_asked(c, &ask, e) || !store_products_search(c->tx, q, (uint32_t)ask.limit, c->memory, &list, &count, e))
        return false;
    js_writer w = http__list(c);
    for (size_t i = 0; i < count; i++)
        if (!put_plain(c, &w, &list[i], e))
            return false;
    http__list_end(&w, STR(""));
    return true;
}

bool http__rest_product(http_call *c, err *e)
{
    store_product p;
    if (!http__begin(c, e) || !http__product(c, c->parts[0], &p, e))
        return false;
    js_writer w = http__json(c);
    return put_plain(c, &w, &p, e);
}

/* -- availability -- */

static bool put_atp(http_call *c, js_writer *w, const store_product *p, const page_ask *ask, err *e)
{
    str only = http__field(&c->query, "channel");
    for (size_t i = 0; i < c->config->channel_count; i++) {
        const store_channel *ch = &c->config->channels[i];
        store_availability v;
        if (!str_empty(only) && !str_equal(only, ch->code))
            continue;
        if (!store_availability_get(c->tx, p->id, ch->id, c->memory, &v, e))
            return false;
        js_object(w, NULL);
        js_put_str(w, "sku", p->sku);
        js_put_str(w, "channel", ch->code);
        js_put_int(w, "online_atp", v.result.online_atp);
        js_put_int(w, "raw", v.result.raw);
        if (ask->product)
            store_waterfall_json(w, c->config, &v);
        js_close(w);
    }
    return true;
}

/* A filter that names nothing is an error, not an empty list. */
static bool channel_known(http_call *c, err *e)
{
    str code = http__field(&c->query, "channel");
    const store_channel *ch;
    if (str_empty(code))
        return true;
    bool good = http__begin(c, e) && http__channel(c, code, &ch, e);
    http__end(c);
    return good;
}

bool http__rest_atp(http_call *c, err *e)
{
    return channel_known(c, e) && product_list(c, put_atp, e);
}

/* -- levels -- */

static bool put_levels(http_call *c, js_writer *w, const store_product *p, const page_ask *ask, err *e)
{
    const store_world *all;
    (void)ask;
    if (!store_world_get(c->tx, p->id, &all, e))
        return false;
    for (size_t i = 0; i < all->level_count; i++) {
        const store_level *l = &all->levels[i];
        if (!l->moved)
            continue;
        js_object(w, NULL);
        js_put_str(w, "sku", p->sku);
        js_put_str(w, "facility", config_facility(c->config, l->facility)->code);
        js_put_int(w, "qoh", l->qoh);
        js_put_int(w, "reserved", l->qoh - l->atp);
        js_put_int(w, "atp", l->atp);
        js_close(w);
    }
    return true;
}

bool http__rest_levels(http_call *c, err *e)
{
    return product_list(c, put_levels, e);
}

/* -- the ledger -- */

static bool put_movement(http_call *c, js_writer *w, const store_movement *m, err *e)
{
    store_product p;
    if (!store_product_get(c->tx, m->product, c->memory, &p, e))
        return false;
    js_object(w, NULL);
    store_movement_fields(w, c->config, p.sku, m);
    js_close(w);
    return true;
}

static bool facility_asked(http_call *c, int64_t *ret, err *e)
{
    str code = http__field(&c->query, "facility");
    *ret = 0;
    if (str_empty(code))
        return true;
    const store_facility *f = config_facility_by_code(c->config, code);
    if (!f)
        return ERR(e, ERR_MISSING, "there is no facility '%.*s'", STR_ARG(str_head(code, 100)));
    *ret = f->id;
    return true;
}

bool http__rest_ledger(http_call *c, err *e)
{
    page_ask ask;
    int64_t facility;
    store_movement *rows;
    size_t count;
    if (!page_asked(c, &ask, e) || !facility_asked(c, &facility, e) ||
        !store_movements_after(c->tx, ask.product, facility, ask.after, (uint32_t)ask.limit, c->memory, &rows, &count,
                               e))
        return false;
    js_writer w = http__list(c);
    for (size_t i = 0; i < count; i++)
        if (!put_movement(c, &w, &rows[i], e))
            return false;
    http__list_end(&w, count == (size_t)ask.limit ? str_printf(c->memory, "%" PRId64, rows[count - 1].seq) : STR(""));
    return true;
}
