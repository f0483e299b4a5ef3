/*
 * export config: the configuration as a file that, imported into an empty database, gives the same configuration. One
 * entry a line; lists are in the order in which their rows were made, so that a second export is the same text.
 */
#include "feed/config_job.h"
#include "feed/out.h"

#include <stdlib.h>

#define PAGE 500 /* products read at once */

typedef struct exporter {
    store_tx *tx;
    const store_config *config;
    feed__out out;
    bool first_list, first_entry;
    js_writer writer; /* of the entry in hand */
} exporter;

static void exporter_end(exporter *x)
{
    feed__out_end(&x->out);
}

/* -- the frame -- */

static void list_begin(exporter *x, const char *name)
{
    buf_printf(&x->out.text, "%s\n  \"%s\": [", x->first_list ? "{" : ",", name);
    x->first_list = false;
    x->first_entry = true;
}

static void list_end(exporter *x)
{
    buf_printf(&x->out.text, x->first_entry ? "]" : "\n  ]");
}

static js_writer *entry_begin(exporter *x)
{
    buf_printf(&x->out.text, "%s\n    ", x->first_entry ? "" : ",");
    x->first_entry = false;
    x->writer = js_writer_new(&x->out.text);
    js_object(&x->writer, NULL);
    return &x->writer;
}

static void entry_end(exporter *x)
{
    js_close(&x->writer);
    feed__out_row(&x->out);
}

static void put_fields(exporter *x, js_writer *w, const config_thing *t, const void *of)
{
    for (size_t i = 0; i < t->field_count; i++)
        feed__field_write(w, x->config, &t->fields[i], of);
}

/* -- configuration proper: small lists, in order of id -- */

typedef struct in_order {
    int64_t id;
    const void *row;
} in_order;

static int order_compare(const void *x, const void *y)
{
    const in_order *a = x, *b = y;
    return a->id < b->id ? -1 : a->id > b->id;
}

static void put_members(exporter *x, js_writer *w, const store_group *g)
{
    js_array(w, "members");
    for (size_t i = 0; i < g->member_count; i++) {
        js_object(w, NULL);
        put_fields(x, w, &feed__MEMBERS, &g->members[i]);
        js_close(w);
    }
    js_close(w);
}

/* `rows` are `count` structs of `size` bytes, each beginning with its id. */
static void put_things(exporter *x, const config_thing *t, const void *rows, size_t count, size_t size)
{
    AUTO(arena_end) arena *a = arena_new(0);
    in_order *sorted = ARENA_NEW(a, in_order, count + 1);
    for (size_t i = 0; i < count; i++) {
        sorted[i].row = (const char *)rows + i * size;
        memcpy(&sorted[i].id, sorted[i].row, sizeof sorted[i].id);
    }
    qsort(sorted, count, sizeof *sorted, order_compare);
    list_begin(x, t->list);
    for (size_t i = 0; i < count; i++) {
        js_writer *w = entry_begin(x);
        put_fields(x, w, t, sorted[i].row);
        if (t == &feed__GROUPS)
            put_members(x, w, sorted[i].row);
        entry_end(x);
    }
    list_end(x);
}
_Static_assert(offsetof(store_facility, id) == 0 && offsetof(store_group, id) == 0, "put_things reads the id there");
_Static_assert(offsetof(store_shop, id) == 0 && offsetof(store_channel, id) == 0, "put_things reads the id there");

/* -- products and their settings: streamed -- */

static bool put_kit(exporter *x, js_writer *w, const store_world *of, arena *a, err *e)
{
    js_array(w, "kit");
    for (size_t i = 0; i < of->kit_count; i++) {
        store_product part;
        if (!store_product_get(x->tx, of->kit[i].product, a, &part, e))
            return false;
        js_object(w, NULL);
        js_put_str(w, "sku", part.sku);
        js_put_int(w, "quantity", of->kit[i].quantity);
        js_close(w);
    }
    js_close(w);
    return true;
}

static bool put_product(exporter *x, const store_product *p, const store_world *of, arena *a, err *e)
{
    const store_identifier *identifiers;
    size_t count;
    if (!store_product_identifiers(x->tx, p->id, a, &identifiers, &count, e))
        return false;
    js_writer *w = entry_begin(x);
    put_fields(x, w, &feed__PRODUCTS, p);
    if (p->tag_count > 0) {
        js_array(w, "tags");
        for (size_t i = 0; i < p->tag_count; i++)
            js_put_str(w, NULL, p->tags[i]);
        js_close(w);
    }
    if (count > 0) {
        js_array(w, "identifiers");
        for (size_t i = 0; i < count; i++) {
            js_object(w, NULL);
            js_put_str(w, "type", identifiers[i].type);
            js_put_str(w, "value", identifiers[i].value);
            js_close(w);
        }
        js_close(w);
    }
    if (of->kit_count > 0 && !put_kit(x, w, of, a, e))
        return false;
    entry_end(x);
    return true;
}

static bool put_at_facilities(exporter *x, const store_product *p, const store_world *of, arena *a, err *e)
{
    (void)a;
    (void)e;
    for (size_t i = 0; i < of->level_count; i++) {
        const store_level *l = &of->levels[i];
        if (!l->configured)
            continue;
        facility_settings settings = {l->safety_stock, l->allow_brokering, l->allow_pickup};
        js_writer *w = entry_begin(x);
        js_put_str(w, "sku", p->sku);
        js_put_str(w, "facility", config_facility(x->config, l->facility)->code);
        put_fields(x, w, &feed__PRODUCT_FACILITIES, &settings);
        entry_end(x);
    }
    return true;
}

/* An item alone is a link without settings, and stays so when it is imported. */
static bool put_in_channels(exporter *x, const store_product *p, const store_world *of, arena *a, err *e)
{
    (void)a;
    (void)e;
    for (size_t i = 0; i < of->target_count; i++) {
        const store_target *t = &of->targets[i];
        if (!t->configured && str_empty(t->item))
            continue;
        channel_settings settings = {t->threshold, t->sellable, t->item};
        js_writer *w = entry_begin(x);
        js_put_str(w, "sku", p->sku);
        js_put_str(w, "channel", config_channel(x->config, t->channel)->code);
        if (t->configured)
            put_fields(x, w, &feed__PRODUCT_CHANNELS, &settings);
        else
            js_put_str(w, "item", t->item);
        entry_end(x);
    }
    return true;
}

typedef bool put_each(exporter *x, const store_product *p, const store_world *of, arena *a, err *e);

static bool put_all_products(exporter *x, const char *list, put_each *put, err *e)
{
    AUTO(arena_end) arena *page = arena_new(0);
    list_begin(x, list);
    for (int64_t after = 0;;) {
        store_product *products;
        size_t count;
        arena_clear(page);
        if (!store_products_after(x->tx, after, PAGE, page, &products, &count, e))
            return false;
        for (size_t i = 0; i < count; i++) {
            const store_world *of;
            if (!store_world_get(x->tx, products[i].id, &of, e) || !put(x, &products[i], of, page, e))
                return false;
        }
        if (count == 0)
            break;
        after = products[count - 1].id;
        if (!store_flush(x->tx, e))
            return false;
    }
    list_end(x);
    return true;
}

bool feed_config_export(store *s, FILE *to, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    AUTO(exporter_end) exporter x = {.first_list = true, .out = feed__out_new(to)};
    const store_config *c;
    if (!store_begin(s, STORE_READ, &tx, e) || !store_config_get(tx, &c, e))
        return false;
    x.tx = tx;
    x.config = c;
    put_things(&x, &feed__FACILITIES, c->facilities, c->facility_count, sizeof *c->facilities);
    put_things(&x, &feed__GROUPS, c->groups, c->group_count, sizeof *c->groups);
    put_things(&x, &feed__SHOPS, c->shops, c->shop_count, sizeof *c->shops);
    put_things(&x, &feed__CHANNELS, c->channels, c->channel_count, sizeof *c->channels);
    if (!put_all_products(&x, "products", put_product, e) ||
        !put_all_products(&x, "product_facilities", put_at_facilities, e) ||
        !put_all_products(&x, "product_channels", put_in_channels, e))
        return false;
    list_begin(&x, "rules");
    list_end(&x);
    buf_printf(&x.out.text, "\n}\n");
    return feed__out_close(&x.out, e);
}
