/* What the stored readings say of an item at a location: open units that Shopify must have committed, pending ones. */
#include "sync/internal.h"

#define PAGE 100

str sync__place_key(arena *a, str item, str location)
{
    return str_printf(a, "%.*s %.*s", STR_ARG(item), STR_ARG(location));
}

reading_raw sync__raw_of(arena *a, const reading *r)
{
    reading_raw raw = r->raw;
    raw.lines = ARENA_NEW(a, reading_raw_line, r->line_count + 1);
    raw.line_count = r->line_count;
    for (size_t i = 0; i < r->line_count; i++)
        raw.lines[i] = r->lines[i].raw;
    return raw;
}

bool sync__each_reading(sync_lane *l, store_tx *tx, str item, sync__reading_each *each, void *ctx, err *e)
{
    AUTO(arena_end) arena *a = arena_new(0);
    str after = STR("");
    for (;;) {
        store_reading *rows;
        size_t count;
        str from = str_copy(store_arena(tx), after);
        arena_clear(a);
        if (!store_readings(tx, l->shop, item, /* open_only= */ true, from, PAGE, a, &rows, &count, e))
            return false;
        for (size_t i = 0; i < count; i++) {
            const reading *r;
            if (!domain_reading_parse(a, rows[i].json, &r, e))
                return err_wrap(e, "the reading of order %.*s", STR_ARG(rows[i].order));
            if (!each(ctx, r, e))
                return false;
        }
        if (count < PAGE)
            return true;
        after = rows[count - 1].order;
        after = str_copy(store_arena(tx), after);
    }
}

typedef struct adding {
    str item, location;
    sync__demand sum;
} adding;

static bool add_reading(void *ctx, const reading *r, err *e)
{
    (void)e;
    adding *n = ctx;
    for (size_t i = 0; i < r->line_count; i++) {
        const reading_line *line = &r->lines[i];
        if (!str_equal(line->raw.item, n->item))
            continue;
        n->sum.pending += line->pending;
        for (size_t k = 0; k < line->place_count; k++)
            if (line->claims != 0 && str_equal(line->places[k].location, n->location))
                *(line->claims == 1 ? &n->sum.open : &n->sum.unknown) += line->places[k].open;
    }
    return true;
}

bool sync__demand_at(sync_lane *l, store_tx *tx, str item, str location, sync__demand *ret, err *e)
{
    adding n = {.item = item, .location = location};
    if (!sync__each_reading(l, tx, item, add_reading, &n, e))
        return false;
    *ret = n.sum;
    return true;
}

/* -- units that nobody can tell; I4 -- */

static qty unsure_of(const reading_line *line, str location)
{
    qty units = 0;
    for (size_t k = 0; k < line->place_count; k++) /* those of no place stand for every mapped one; I6 */
        if (str_empty(line->places[k].location) || str_equal(line->places[k].location, location))
            units += line->places[k].unsure;
    return units;
}

static bool undecided(sync_lane *l, store_tx *tx, const store_line *line, str location, qty *ret, err *e)
{
    arena *a = store_arena(tx);
    store_reading row;
    const reading *r;
    store_decision *decisions;
    size_t count;
    bool some;
    *ret = 0;
    if (!line->from_reading)
        return true;
    if (!store_reading_get(tx, l->shop, line->order, a, &row, &some, e) || !some)
        return some || ERR(e, ERR_CORRUPT, "order %.*s has lines but no reading", STR_ARG(line->order));
    if (!domain_reading_parse(a, row.json, &r, e) || !store_decisions_of(tx, line->id, a, &decisions, &count, e))
        return false;
    for (size_t i = 0; i < r->line_count; i++)
        if (str_equal(r->lines[i].raw.id, line->line))
            *ret += unsure_of(&r->lines[i], location);
    for (size_t i = 0; i < count; i++)
        if (decisions[i].kind != DECIDE_DEPARTED_BOOKED && str_equal(decisions[i].location, location))
            *ret -= decisions[i].units;
    return true;
}

static bool decide(store_tx *tx, const store_line *line, str location, decision_kind kind, qty units, str why, err *e)
{
    store_decision d = {
        .line = line->id, .location = location, .kind = kind, .units = units, .at = store_now(tx), .why = why};
    return units == 0 || store_decision_add(tx, &d, e);
}

bool sync__unsure_at(sync_lane *l, store_tx *tx, const target_row *row, qty *ret, err *e)
{
    store_line *lines;
    size_t count;
    *ret = 0;
    if (!store_lines_unsettled(tx, row->key.product, row->key.channel, store_arena(tx), &lines, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        qty units;
        if (!undecided(l, tx, &lines[i], row->location, &units, e))
            return false;
        *ret += qty_max(0, units);
    }
    return true;
}

bool sync__decide_unsure(sync_lane *l, store_tx *tx, const target_row *row, qty gone, err *e)
{
    store_line *lines;
    size_t count;
    int64_t movements = 0;
    effect_change how = {
        .at = INSTANT_NONE, .reason = STR("reading"), .source = STR("sync"), .actor = STR(""), .comment = STR("")};
    if (!store_lines_unsettled(tx, row->key.product, row->key.channel, store_arena(tx), &lines, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        qty units;
        if (!undecided(l, tx, &lines[i], row->location, &units, e))
            return false;
        if (units <= 0)
            continue;
        qty left = qty_min(units, gone);
        gone -= left;
        if (!decide(tx, &lines[i], row->location, DECIDE_UNSURE_DEPARTED, left,
                    STR("a reading shows that they are gone"), e) ||
            !decide(tx, &lines[i], row->location, DECIDE_UNSURE_RELEASED, units - left,
                    STR("a reading shows that they are there"), e) ||
            !store_line_settle(tx, lines[i].id, &how, &movements, e))
            return false;
    }
    return true;
}
