/*
 * Every mapped (item, location) read once: by id while there are few of a location, else by bulk query, which scales to
 * any catalogue. A bulk read is no snapshot, so each row stands for itself (R4).
 */
#include "sync/internal.h"

#include <stdlib.h>

#define PAGE 500

/* -- which -- */

static int by_place(const void *x, const void *y)
{
    const sync__mapped *a = *(const sync__mapped *const *)x, *b = *(const sync__mapped *const *)y;
    int order = str_compare(a->place->location, b->place->location);
    return order ? order : str_compare(a->item, b->item);
}

/* Those that rest on assumptions, and those of which an unknown commitment is open; few. */
typedef struct special {
    store_resting *resting;
    size_t resting_count;
    VEC(target_key) reported;
} special;

static int by_key(const void *x, const void *y) /* a row begins with its key */
{
    const target_key *a = x, *b = y;
    if (a->channel != b->channel)
        return a->channel < b->channel ? -1 : 1;
    return a->product == b->product ? 0 : a->product < b->product ? -1 : 1;
}

static bool has_key(const void *rows, size_t count, size_t size, target_key k)
{
    return count > 0 && bsearch(&k, rows, count, size, by_key);
}

static void take_row(arena *a, sync__mapped_list *to, const target_row *row, const store_channel *of, const special *s)
{
    const sync__mapped *last = to->count ? to->at[to->count - 1] : NULL;
    const sync__place *place = last ? last->place : NULL;
    if (!last || last->key.channel != row->key.channel) { /* targets come channel by channel */
        sync__place *other = ARENA_NEW(a, sync__place, 1);
        *other = (sync__place){str_copy(a, row->location), str_copy(a, of->code), of->activate_items};
        place = other;
    }
    sync__mapped *m = ARENA_NEW(a, sync__mapped, 1);
    *m = (sync__mapped){.key = row->key,
                        .place = place,
                        .sku = str_copy(a, row->sku),
                        .item = str_copy(a, row->target.item),
                        .e = row->target.e,
                        .t = row->target.t,
                        .baseline = row->target.baseline,
                        .state = row->target.state,
                        .marked = row->target.marked,
                        .in_doubt = row->open_operation != 0,
                        .rests = has_key(s->resting, s->resting_count, sizeof *s->resting, row->key),
                        .reported = has_key(s->reported.at, s->reported.count, sizeof(target_key), row->key)};
    *vec_push(a, to) = m;
}

static bool read_special(sync_lane *l, arena *a, special *ret, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    store_incident *open;
    size_t count;
    if (!store_begin(l->db, STORE_READ, &tx, e) ||
        !store_assumed_resting(tx, l->shop, a, &ret->resting, &ret->resting_count, e) ||
        !store_incidents(tx, l->shop, (target_key){0}, /* open_only= */ true, SYNC__REPORTED_MAX, a, &open, &count, e))
        return false;
    for (size_t i = 0; i < count; i++)
        if (str_equal(open[i].kind, STR(SYNC__UNKNOWN_COMMITMENT)))
            *vec_push(a, &ret->reported) = open[i].key;
    if (ret->reported.count > 0)
        qsort(ret->reported.at, ret->reported.count, sizeof *ret->reported.at, by_key);
    return true;
}

bool sync__mapped_all(sync_lane *l, arena *a, sync__mapped_list *ret, err *e)
{
    AUTO(arena_end) arena *page = arena_new(0);
    AUTO(arena_end) arena *kept = arena_new(0);
    target_key after = {0};
    size_t count;
    special s = {0};
    *ret = (sync__mapped_list){0};
    if (!read_special(l, kept, &s, e))
        return false;
    do {
        AUTO(store_tx_end) store_tx *tx = NULL;
        const store_config *c;
        target_row *rows;
        arena_clear(page);
        if (!sync__alive(l, e) || !store_begin(l->db, STORE_READ, &tx, e) || !store_config_get(tx, &c, e) ||
            !store_targets_after(tx, l->shop, l->channel, after, PAGE, page, &rows, &count, e))
            return false;
        for (size_t i = 0; i < count; i++)
            take_row(a, ret, &rows[i], config_channel(c, rows[i].key.channel), &s);
        if (count > 0)
            after = rows[count - 1].key;
    } while (count > 0);
    if (ret->count > 0)
        qsort((void *)ret->at, ret->count, sizeof *ret->at, by_place);
    return true;
}

/* -- reading -- */

/* Nothing is asked about a location that is closed or gone: it must not stop the others. */
static bool scan_closed(const sync__mapped *const *list, size_t count, sync__level_each *each, void *ctx, err *e)
{
    for (size_t i = 0; i < count; i++) {
        shop_level unread = {
            .item = list[i]->item, .location = list[i]->place->location, .item_exists = true, .tracked = true};
        if (!each(ctx, list[i], &unread, e))
            return false;
    }
    return true;
}

typedef struct location_scan {
    sync_lane *lane;
    const sync__mapped *const *list; /* by item */
    size_t count, expected;          /* expected: where the next row of a bulk result most likely belongs */
    bool *came;
    sync__level_each *each;
    void *ctx;
} location_scan;

static str location_of(const location_scan *n)
{
    return n->list[0]->place->location;
}

/* The first target of the item, or of the next one. A bulk result comes by id, so mostly it is the expected one. */
static size_t find_item(const location_scan *n, str item)
{
    size_t low = 0, high = n->count;
    if (n->expected < n->count && str_equal(n->list[n->expected]->item, item) &&
        (n->expected == 0 || !str_equal(n->list[n->expected - 1]->item, item)))
        return n->expected;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (str_compare(n->list[middle]->item, item) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool take_from_bulk(void *ctx, const shop_level *l, err *e)
{
    location_scan *n = ctx;
    size_t at = find_item(n, l->item);
    for (; at < n->count && str_equal(n->list[at]->item, l->item); at++) {
        n->came[at] = true;
        if (!n->each(n->ctx, n->list[at], l, e))
            return false;
    }
    n->expected = at;
    return sync__alive(n->lane, e);
}

static bool scan_by_bulk(location_scan *n, err *e)
{
    AUTO(arena_end) arena *a = arena_new(0);
    instant asked;
    n->came = ARENA_NEW(a, bool, n->count);
    if (!shop_levels_all(n->lane->remote, location_of(n), take_from_bulk, n, &asked, e))
        return false;
    for (size_t i = 0; i < n->count; i++) { /* all items come: one that did not does not exist any more */
        shop_level none = {.item = n->list[i]->item, .location = location_of(n)};
        if (!n->came[i] && !n->each(n->ctx, n->list[i], &none, e))
            return false;
    }
    return true;
}

static bool scan_by_id(const location_scan *n, err *e)
{
    AUTO(arena_end) arena *a = arena_new(0);
    for (size_t from = 0; from < n->count; from += SHOP_LEVEL_IDS_MAX) {
        str items[SHOP_LEVEL_IDS_MAX];
        shop_level *levels;
        instant asked;
        size_t some = n->count - from < SHOP_LEVEL_IDS_MAX ? n->count - from : SHOP_LEVEL_IDS_MAX;
        for (size_t i = 0; i < some; i++)
            items[i] = n->list[from + i]->item;
        arena_clear(a);
        if (!sync__alive(n->lane, e) ||
            !shop_levels(n->lane->remote, location_of(n), items, some, a, &levels, &asked, e))
            return false;
        for (size_t i = 0; i < some; i++)
            if (!n->each(n->ctx, n->list[from + i], &levels[i], e))
                return false;
    }
    return true;
}

bool sync__scan(sync_lane *l, const shop_facts *facts, const sync__mapped_list *list, sync__level_each *each, void *ctx,
                err *e)
{
    for (size_t from = 0, to; from < list->count; from = to) {
        for (to = from + 1;
             to < list->count && str_equal(list->at[to]->place->location, list->at[from]->place->location);)
            to++;
        location_scan n = {.lane = l, .list = list->at + from, .count = to - from, .each = each, .ctx = ctx};
        sync__progress(l, "levels", (int64_t)from, (int64_t)list->count);
        if (!sync__location_active(facts, n.list[0]->place->location)) {
            if (!scan_closed(n.list, n.count, each, ctx, e))
                return false;
        } else if (!(n.count >= SYNC__BULK_FROM ? scan_by_bulk(&n, e) : scan_by_id(&n, e))) {
            return false;
        }
    }
    return true;
}
