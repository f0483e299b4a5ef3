/*
 * export atp, levels, ledger: rows in one of three formats, streamed from one consistent reading of the database.
 */
#include "feed/out.h"

#define PAGE 500 /* products or movements read at once */

typedef struct exporter {
    store_tx *tx;
    const store_config *config;
    feed_format format;
    feed__out out;
    bool any;    /* a row was written */
    bool in_row; /* CSV: a field was written in this row */
    js_writer writer;
} exporter;

static void exporter_end(exporter *x)
{
    store_tx_end(&x->tx);
    feed__out_end(&x->out);
}

/* -- rows of either format -- */

static void row_begin(exporter *x)
{
    if (x->format == FEED_JSON)
        buf_printf(&x->out.text, x->any ? ",\n" : "");
    x->any = true;
    x->in_row = false;
    if (x->format == FEED_CSV)
        return;
    x->writer = js_writer_new(&x->out.text);
    js_object(&x->writer, NULL);
}

static void put_text(exporter *x, const char *key, str v)
{
    if (x->format != FEED_CSV) {
        js_put_str(&x->writer, key, v);
        return;
    }
    if (x->in_row)
        buf_add_char(&x->out.text, ',');
    x->in_row = true;
    feed__csv_put(&x->out.text, ',', v);
}

static void put_number(exporter *x, const char *key, int64_t v)
{
    char text[24];
    if (x->format != FEED_CSV) {
        js_put_int(&x->writer, key, v);
        return;
    }
    int len = snprintf(text, sizeof text, "%" PRId64, v);
    put_text(x, key, (str){text, (size_t)len});
}

static void row_end(exporter *x)
{
    if (x->format != FEED_CSV)
        js_close(&x->writer);
    if (x->format != FEED_JSON)
        buf_add_char(&x->out.text, '\n');
    feed__out_row(&x->out);
}

/* -- atp and levels: product by product -- */

static bool put_atp(exporter *x, const store_product *p, arena *a, err *e)
{
    for (size_t i = 0; i < x->config->channel_count; i++) {
        const store_channel *ch = &x->config->channels[i];
        store_availability v;
        if (!store_availability_get(x->tx, p->id, ch->id, a, &v, e))
            return false;
        row_begin(x);
        put_text(x, "sku", p->sku);
        put_text(x, "channel", ch->code);
        put_number(x, "online_atp", v.result.online_atp);
        put_number(x, "raw", v.result.raw);
        row_end(x);
    }
    return true;
}

static bool put_levels(exporter *x, const store_product *p, arena *a, err *e)
{
    (void)a;
    const store_world *w;
    if (!store_world_get(x->tx, p->id, &w, e))
        return false;
    for (size_t i = 0; i < w->level_count; i++) {
        const store_level *l = &w->levels[i];
        if (!l->moved)
            continue;
        row_begin(x);
        put_text(x, "sku", p->sku);
        put_text(x, "facility", config_facility(x->config, l->facility)->code);
        put_number(x, "qoh", l->qoh);
        put_number(x, "reserved", l->qoh - l->atp);
        put_number(x, "atp", l->atp);
        row_end(x);
    }
    return true;
}

typedef bool put_each(exporter *x, const store_product *p, arena *a, err *e);

static bool put_products(exporter *x, put_each *put, err *e)
{
    AUTO(arena_end) arena *page = arena_new(0);
    AUTO(arena_end) arena *rows = arena_new(0); /* of one product */
    for (int64_t after = 0;;) {
        store_product *products;
        size_t count;
        arena_clear(page);
        if (!store_products_after(x->tx, after, PAGE, page, &products, &count, e))
            return false;
        for (size_t i = 0; i < count; i++) {
            arena_clear(rows);
            if (!put(x, &products[i], rows, e))
                return false;
        }
        if (count == 0)
            return true;
        after = products[count - 1].id;
        if (!store_flush(x->tx, e)) /* forgets the products it has read */
            return false;
    }
}

static bool put_all_atp(exporter *x, err *e)
{
    return put_products(x, put_atp, e);
}

static bool put_all_levels(exporter *x, err *e)
{
    return put_products(x, put_levels, e);
}

/* -- the ledger -- */

static bool put_movement(exporter *x, const store_movement *m, arena *a, err *e)
{
    store_product p;
    if (!store_product_get(x->tx, m->product, a, &p, e))
        return false;
    row_begin(x);
    put_number(x, "seq", m->seq);
    put_text(x, "at", str_of(INSTANT_Z(m->at)));
    put_text(x, "recorded_at", str_of(INSTANT_Z(m->recorded_at)));
    put_text(x, "sku", p.sku);
    put_text(x, "facility", config_facility(x->config, m->facility)->code);
    put_number(x, "qoh_delta", m->qoh_delta);
    put_number(x, "atp_delta", m->atp_delta);
    put_number(x, "qoh", m->qoh);
    put_number(x, "atp", m->atp);
    put_text(x, "reason", m->reason);
    put_text(x, "source", m->source);
    put_text(x, "actor", m->actor);
    row_end(x);
    return true;
}

static bool put_ledger(exporter *x, err *e)
{
    AUTO(arena_end) arena *page = arena_new(0);
    for (int64_t after = 0;;) {
        store_movement *rows;
        size_t count;
        arena_clear(page);
        if (!store_movements_after(x->tx, 0, 0, after, PAGE, page, &rows, &count, e))
            return false;
        for (size_t i = 0; i < count; i++)
            if (!put_movement(x, &rows[i], page, e))
                return false;
        if (count == 0)
            return true;
        after = rows[count - 1].seq;
    }
}

/* -- the three -- */

static bool export_rows(store *s, feed_format f, FILE *to, const char *header, bool (*put)(exporter *, err *), err *e)
{
    AUTO(exporter_end) exporter x = {.format = f, .out = feed__out_new(to)};
    if (!store_begin(s, STORE_READ, &x.tx, e) || !store_config_get(x.tx, &x.config, e))
        return false;
    if (f == FEED_CSV)
        buf_printf(&x.out.text, "%s\n", header);
    if (f == FEED_JSON)
        buf_add_char(&x.out.text, '[');
    if (!put(&x, e))
        return false;
    if (f == FEED_JSON)
        buf_add(&x.out.text, STR("]\n"));
    return feed__out_close(&x.out, e);
}

bool feed_export_atp(store *s, feed_format f, FILE *to, err *e)
{
    return export_rows(s, f, to, "sku,channel,online_atp,raw", put_all_atp, e);
}

bool feed_export_levels(store *s, feed_format f, FILE *to, err *e)
{
    return export_rows(s, f, to, "sku,facility,qoh,reserved,atp", put_all_levels, e);
}

bool feed_export_ledger(store *s, feed_format f, FILE *to, err *e)
{
    return export_rows(s, f, to, "seq,at,recorded_at,sku,facility,qoh_delta,atp_delta,qoh,atp,reason,source,actor",
                       put_ledger, e);
}
