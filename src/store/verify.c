/*
 * Verify: recomputes and compares; verify.h says what. Everything streams in pages of PAGE rows by key; sums over order
 * lines go through the backend's scratch table, so memory stays flat whatever the size of the database.
 */
#include "store/internal.h"

#define PAGE 500
enum { SPACE_RESERVED = 1, SPACE_QUEUE = 2 };

typedef struct verifier {
    store_tx *tx;
    const store_config *config;
    arena *page;   /* cleared after each page */
    arena *result; /* the report's */
    verify_report *report;
} verifier;

/* Where a difference is; told in words only when there is one. */
typedef struct place {
    enum { PLACE_LEVEL, PLACE_TARGET, PLACE_QUEUE, PLACE_LINE, PLACE_WHOLE } kind;
    int64_t product, at; /* facility or channel */
    queue_kind queue;
    const store_line *line;
} place;

static str product_text(const verifier *v, int64_t id)
{
    store_product p;
    err ignored = {0};
    if (store_product_get(v->tx, id, v->page, &p, &ignored))
        return p.sku;
    return str_printf(v->page, "product %" PRId64, id);
}

static str facility_text(const verifier *v, int64_t id)
{
    const store_facility *f = config_facility(v->config, id);
    return f ? f->code : str_printf(v->page, "facility %" PRId64, id);
}

static str channel_text(const verifier *v, int64_t id)
{
    const store_channel *ch = config_channel(v->config, id);
    return ch ? ch->code : str_printf(v->page, "channel %" PRId64, id);
}

static str place_text(const verifier *v, const place *p)
{
    switch (p->kind) {
    case PLACE_LEVEL:
        return str_printf(v->result, "%.*s at %.*s", STR_ARG(product_text(v, p->product)),
                          STR_ARG(facility_text(v, p->at)));
    case PLACE_TARGET:
        return str_printf(v->result, "%.*s in %.*s", STR_ARG(product_text(v, p->product)),
                          STR_ARG(channel_text(v, p->at)));
    case PLACE_QUEUE:
        return str_printf(v->result, "%.*s in %.*s, %s", STR_ARG(product_text(v, p->product)),
                          STR_ARG(channel_text(v, p->at)), queue_kind_name(p->queue));
    case PLACE_LINE:
        return str_printf(v->result, "order %.*s line %.*s", STR_ARG(p->line->order), STR_ARG(p->line->line));
    case PLACE_WHOLE:
        return STR("the database");
    }
    check_failed("a kind of place", ERR_HERE);
}

static void differs(verifier *v, const char *what, place where, str stored, str computed)
{
    verify_report *r = v->report;
    r->differences++;
    if (r->detail_count == VERIFY_DETAILS_MAX)
        return;
    if (!r->details)
        r->details = ARENA_NEW(v->result, verify_difference, VERIFY_DETAILS_MAX);
    r->details[r->detail_count++] = (verify_difference){.what = str_of(what),
                                                        .where = place_text(v, &where),
                                                        .stored = str_copy(v->result, stored),
                                                        .computed = str_copy(v->result, computed)};
}

static void differs_qty(verifier *v, const char *what, place where, qty stored, qty computed)
{
    if (stored != computed)
        differs(v, what, where, str_printf(v->page, "%" PRId64, stored), str_printf(v->page, "%" PRId64, computed));
}

/* Sums and products of rows that may be damaged: a wrong number is a difference, never a trap. */
static qty plus(qty a, qty b)
{
    return (qty)((uint64_t)a + (uint64_t)b);
}

static qty times(qty a, qty b)
{
    return (qty)((uint64_t)a * (uint64_t)b);
}

/* -- lines: derived again, and their sums put aside -- */

static void line_effect_text(buf *to, const line_effect *f)
{
    for (size_t i = 0; i < f->facility_count; i++)
        buf_printf(to, "f%" PRId64 ":%" PRId64 "/%" PRId64 " ", f->facilities[i].facility, f->facilities[i].reserved,
                   f->facilities[i].gone);
    for (size_t i = 0; i < f->queue_count; i++)
        for (queue_kind k = 0; k < QUEUE_KINDS; k++)
            if (f->queues[i].units[k])
                buf_printf(to, "q%" PRId64 "/%s:%" PRId64 " ", f->queues[i].channel, queue_kind_name(k),
                           f->queues[i].units[k]);
    for (size_t i = 0; i < f->location_count; i++)
        if (f->locations[i].available)
            buf_printf(to, "%.*s:%" PRId64 " ", STR_ARG(f->locations[i].location), f->locations[i].available);
}

static bool line_sums(verifier *v, const store_line *l, const line_effect *f, err *e)
{
    store *s = v->tx->owner;
    store_kit_part own;
    size_t count;
    const store_kit_part *parts = store__line_parts(l, &own, &count);
    for (size_t i = 0; i < f->facility_count; i++)
        for (size_t p = 0; p < count && f->facilities[i].reserved; p++)
            if (!s->ops->scratch_add(s, SPACE_RESERVED, parts[p].product, f->facilities[i].facility, 0,
                                     times(f->facilities[i].reserved, parts[p].quantity), e))
                return false;
    for (size_t i = 0; i < f->queue_count; i++)
        for (queue_kind k = 0; k < QUEUE_KINDS; k++) {
            qty units = f->queues[i].units[k];
            if (units == 0)
                continue;
            if (!s->ops->scratch_add(s, SPACE_QUEUE, l->product, f->queues[i].channel, (int64_t)k, units, e))
                return false;
            for (size_t p = 0; p < l->part_count; p++)
                if (!s->ops->scratch_add(s, SPACE_QUEUE, l->parts[p].product, f->queues[i].channel, (int64_t)k,
                                         times(units, l->parts[p].quantity), e))
                    return false;
        }
    return true;
}

static bool verify_line(verifier *v, const store_line *l, err *e)
{
    AUTO(arena_end) arena *a = arena_new(0);
    line_effect stored, derived;
    bool waiting;
    err trouble = {0};
    place where = {.kind = PLACE_LINE, .line = l};
    if (!store_line_effect(v->tx, l->id, a, &stored, e))
        return false;
    if (!store__line_derive(v->tx, l, &stored, a, &derived, &waiting, &trouble)) {
        differs(v, "line", where, STR("an effect"), str_of(trouble.text));
        return line_sums(v, l, &stored, e);
    }
    if (!store__effect_equal(&stored, &derived)) {
        AUTO(buf_end) buf was = buf_new(4096);
        AUTO(buf_end) buf is = buf_new(4096);
        line_effect_text(&was, &stored);
        line_effect_text(&is, &derived);
        differs(v, "line", where, buf_str(&was), buf_str(&is));
    }
    if (waiting != l->waiting)
        differs(v, "line", where, l->waiting ? STR("waiting") : STR("placed"),
                waiting ? STR("waiting") : STR("placed"));
    return line_sums(v, l, &derived, e);
}

static bool verify_lines(verifier *v, err *e)
{
    store *s = v->tx->owner;
    int64_t after = 0;
    if (!s->ops->scratch_clear(s, e))
        return false;
    for (;;) {
        store_line *lines;
        size_t count;
        arena_clear(v->page);
        if (!s->ops->lines_after(s, after, PAGE, v->page, &lines, &count, e))
            return false;
        for (size_t i = 0; i < count; i++)
            if (!verify_line(v, &lines[i], e))
                return false;
        v->report->orders += (int64_t)count;
        if (count == 0)
            return true;
        after = lines[count - 1].id;
    }
}

/* -- levels against the ledger, and reservations against the lines -- */

static bool levels_against_ledger(verifier *v, err *e)
{
    store *s = v->tx->owner;
    int64_t product = 0, facility = 0;
    for (;;) {
        store__ledger_sum *sums;
        size_t count;
        arena_clear(v->page);
        if (!s->ops->ledger_sums_after(s, product, facility, PAGE, v->page, &sums, &count, e) || !store_flush(v->tx, e))
            return false;
        for (size_t i = 0; i < count; i++) {
            const store__ledger_sum *sum = &sums[i];
            place where = {.kind = PLACE_LEVEL, .product = sum->product, .at = sum->facility};
            store__entry *en;
            v->report->movements += sum->rows;
            if (!store__entry_get(v->tx, sum->product, &en, e))
                return false;
            const store_level *l = store__level_if(en, sum->facility);
            differs_qty(v, "qoh", where, l ? l->qoh : 0, sum->qoh);
            differs_qty(v, "atp", where, l ? l->atp : 0, sum->atp);
            if (!l || !l->moved)
                differs(v, "level", where, STR("not marked as moved"), STR("has movements"));
            if (sum->broken_seq)
                differs(v, "chain", where, str_printf(v->page, "ledger row %" PRId64, sum->broken_seq),
                        STR("the balance before it plus its own change"));
        }
        if (count == 0)
            return true;
        product = sums[count - 1].product;
        facility = sums[count - 1].facility;
    }
}

/* The sum put aside for (a, b, c); the caller walks both sides in the same order. */
typedef struct scratch_walk {
    store__scratch last;
    store__scratch *rows;
    size_t count, at;
    arena *memory;
    bool over;
} scratch_walk;

static bool walk_fill(verifier *v, scratch_walk *w, err *e)
{
    store *s = v->tx->owner;
    if (w->at < w->count || w->over)
        return true;
    arena_clear(w->memory);
    w->at = 0;
    if (!s->ops->scratch_after(s, &w->last, PAGE, w->memory, &w->rows, &w->count, e))
        return false;
    w->over = w->count == 0;
    if (w->count)
        w->last = w->rows[w->count - 1];
    return true;
}

static int scratch_order(const store__scratch *x, const store__scratch *y)
{
    const int64_t of_x[] = {x->space, x->a, x->b, x->c}, of_y[] = {y->space, y->a, y->b, y->c};
    for (size_t i = 0; i < COUNT(of_x); i++)
        if (of_x[i] != of_y[i])
            return of_x[i] < of_y[i] ? -1 : 1;
    return 0;
}

static void scratch_missing(verifier *v, const store__scratch *row)
{
    if (row->space == SPACE_RESERVED)
        differs_qty(v, "reserved", (place){.kind = PLACE_LEVEL, .product = row->a, .at = row->b}, 0, row->units);
    else
        differs_qty(v, "queue",
                    (place){.kind = PLACE_QUEUE, .product = row->a, .at = row->b, .queue = (queue_kind)row->c}, 0,
                    row->units);
}

/* The units that the lines say for `key`; what the lines have before it and the rows do not is a difference. */
static bool walk_to(verifier *v, scratch_walk *w, const store__scratch *key, qty *ret, err *e)
{
    *ret = 0;
    for (;;) {
        if (!walk_fill(v, w, e))
            return false;
        if (w->over || w->rows[w->at].space > key->space)
            return true;
        int order = scratch_order(&w->rows[w->at], key);
        if (order > 0)
            return true;
        if (order == 0)
            *ret = w->rows[w->at].units;
        else
            scratch_missing(v, &w->rows[w->at]);
        w->at++;
        if (order == 0)
            return true;
    }
}

static bool levels_against_lines(verifier *v, scratch_walk *w, err *e)
{
    store *s = v->tx->owner;
    int64_t product = 0, facility = 0;
    for (;;) {
        store__level_row *rows;
        size_t count;
        arena_clear(v->page);
        if (!s->ops->levels_after(s, product, facility, PAGE, v->page, &rows, &count, e))
            return false;
        for (size_t i = 0; i < count; i++) {
            store__scratch key = {.space = SPACE_RESERVED, .a = rows[i].product, .b = rows[i].level.facility};
            qty reserved;
            if (!walk_to(v, w, &key, &reserved, e))
                return false;
            place where = {.kind = PLACE_LEVEL, .product = rows[i].product, .at = rows[i].level.facility};
            differs_qty(v, "reserved", where, rows[i].level.qoh - rows[i].level.atp, reserved);
            if (!rows[i].level.moved && (rows[i].level.qoh || rows[i].level.atp))
                differs(v, "qoh", where, STR("a balance"), STR("no movement in the ledger"));
            v->report->levels += rows[i].level.moved;
        }
        if (count == 0)
            break;
        product = rows[count - 1].product;
        facility = rows[count - 1].level.facility;
    }
    qty rest;
    return walk_to(v, w, &(store__scratch){.space = SPACE_RESERVED, .a = INT64_MAX}, &rest, e);
}

static bool queues_against_lines(verifier *v, scratch_walk *w, err *e)
{
    store *s = v->tx->owner;
    store__queue_row after = {0};
    qty rest;
    for (;;) {
        store__queue_row *rows;
        size_t count;
        arena_clear(v->page);
        if (!s->ops->queues_after(s, &after, PAGE, v->page, &rows, &count, e))
            return false;
        for (size_t i = 0; i < count; i++) {
            store__scratch key = {
                .space = SPACE_QUEUE, .a = rows[i].product, .b = rows[i].channel, .c = (int64_t)rows[i].kind};
            qty units;
            if (!walk_to(v, w, &key, &units, e))
                return false;
            place where = {
                .kind = PLACE_QUEUE, .product = rows[i].product, .at = rows[i].channel, .queue = rows[i].kind};
            differs_qty(v, "queue", where, rows[i].units, units);
        }
        if (count == 0)
            break;
        after = rows[count - 1];
    }
    return walk_to(v, w, &(store__scratch){.space = SPACE_QUEUE, .a = INT64_MAX}, &rest, e);
}

/* -- targets: T from the rows, E from its journal -- */

static bool explained_sum(verifier *v, target_key k, maybe_qty *ret, err *e)
{
    store *s = v->tx->owner;
    maybe_qty sum = QTY_UNKNOWN;
    int64_t seq = 0;
    AUTO(arena_end) arena *a = arena_new(0);
    for (;;) {
        store__explained_row *rows;
        size_t count;
        arena_clear(a);
        if (!s->ops->explained_after(s, k, seq, PAGE, a, &rows, &count, e))
            return false;
        for (size_t i = 0; i < count; i++) {
            if (rows[i].kind == EXPLAINED_FORGET)
                sum = QTY_UNKNOWN;
            else if (rows[i].kind == EXPLAINED_ADOPT || rows[i].kind == EXPLAINED_READ)
                sum = qty_known(rows[i].value);
            else
                sum.value = plus(sum.value, rows[i].value);
            if (sum.known != rows[i].after.known || (sum.known && sum.value != rows[i].after.value))
                differs(v, "e", (place){.kind = PLACE_TARGET, .product = k.product, .at = k.channel},
                        str_printf(v->page, "journal row %" PRId64, rows[i].seq),
                        STR("the value before it plus its own change"));
            seq = rows[i].seq;
        }
        if (count < PAGE) {
            *ret = sum;
            return true;
        }
    }
}

static str maybe_text(const verifier *v, maybe_qty q)
{
    return q.known ? str_printf(v->page, "%" PRId64, q.value) : STR("unknown");
}

static bool verify_target(verifier *v, store__entry *en, const store_target *t, const bool *stale, err *e)
{
    int64_t product = store__entry_world(v->tx, en)->product.id;
    place where = {.kind = PLACE_TARGET, .product = product, .at = t->channel};
    const store_channel *ch = config_channel(v->config, t->channel);
    target_key k = {product, t->channel};
    maybe_qty explained;
    v->report->targets++;
    if (!ch) {
        differs(v, "t", where, STR("a target"), STR("its channel does not exist"));
        return true;
    }
    if (stale[ch - v->config->channels] || (ch->behind >= 0 && product >= ch->behind)) {
        v->report->behind++;
    } else {
        qty want_t, raw;
        if (!store__target_value(v->tx, en, ch, &want_t, &raw, e))
            return false;
        differs_qty(v, "t", where, t->t, want_t);
        differs_qty(v, "raw", where, t->raw, raw);
    }
    if (!explained_sum(v, k, &explained, e))
        return false;
    if (explained.known != t->e.known || (explained.known && explained.value != t->e.value))
        differs(v, "e", where, maybe_text(v, t->e), maybe_text(v, explained));
    bool owes = t->e.known && t->e.value != t->t;
    if (owes != (t->owing_since != INSTANT_NONE))
        differs(v, "owing_since", where, owes ? STR("none") : STR("a time"), owes ? STR("a time") : STR("none"));
    return true;
}

static bool verify_targets(verifier *v, err *e)
{
    bool any, *stale = ARENA_NEW(v->result, bool, v->config->channel_count + 1);
    int64_t after = 0;
    if (!store__boundaries(v->tx, v->config, stale, &any, e))
        return false;
    for (;;) {
        store_product *products;
        size_t count;
        arena_clear(v->page);
        if (!store_products_after(v->tx, after, PAGE, v->page, &products, &count, e) || !store_flush(v->tx, e))
            return false;
        for (size_t i = 0; i < count; i++) {
            store__entry *en;
            if (!store__entry_get(v->tx, products[i].id, &en, e))
                return false;
            const store_world *w = store__entry_world(v->tx, en);
            for (size_t n = 0; n < w->target_count; n++)
                if (!verify_target(v, en, &w->targets[n], stale, e))
                    return false;
        }
        if (count == 0)
            return true;
        after = products[count - 1].id;
    }
}

bool store_verify(store *s, arena *a, verify_report *ret, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    AUTO(arena_end) arena *page = arena_new(0);
    AUTO(arena_end) arena *walk_memory = arena_new(0);
    verifier v = {.page = page, .result = a, .report = ret};
    scratch_walk walk = {.memory = walk_memory, .last = {.space = 0}};
    *ret = (verify_report){0};
    if (!store_begin(s, STORE_READ, &tx, e) || !store_config_get(tx, &v.config, e))
        return false;
    v.tx = tx;
    str *findings;
    size_t count;
    if (!s->ops->self_check(s, a, &findings, &count, e))
        return false;
    for (size_t i = 0; i < count; i++)
        differs(&v, "constraint", (place){.kind = PLACE_WHOLE}, findings[i], STR("ok"));
    return verify_lines(&v, e) && levels_against_ledger(&v, e) && levels_against_lines(&v, &walk, e) &&
           queues_against_lines(&v, &walk, e) && verify_targets(&v, e) && s->ops->scratch_clear(s, e);
}
