/*
 * Two reads of a target around a finished catch-up of the import (R1). Nothing here is pushed between the first read
 * and the booking (R8). Waits are as short as the rules allow, and end with the time that the caller gave.
 */
#include "sync/internal.h"

#include <stdlib.h>

#define ROUNDS_MAX    8
#define HISTORIES_MAX 20
#define LOAD_PAGE     500 /* suspects loaded in one transaction */
/* A wait is never shorter: the shop's Date has whole seconds, so a read just after a boundary may still show the old
 * one. */
#define WAIT_US (500 * US_PER_MS)

static int64_t ticks(const sync__confirmation *c)
{
    return c->lane->world.clock.ticks_us(c->lane->world.clock.ctx);
}

/* -- reading -- */

typedef struct wanted { /* suspects of one location, by item */
    sync__suspect **list;
    size_t count;
    bool second;
} wanted;

static int by_place(const void *x, const void *y)
{
    const sync__suspect *a = *(sync__suspect *const *)x, *b = *(sync__suspect *const *)y;
    int order = str_compare(a->row.location, b->row.location);
    return order ? order : str_compare(a->row.target.item, b->row.target.item);
}

static void take_level(const wanted *w, sync__suspect *s, const shop_level *l, instant asked)
{
    *(w->second ? &s->second : &s->first) = *l;
    *(w->second ? &s->second_asked : &s->first_asked) = asked;
}

static bool take_from_bulk(void *ctx, const shop_level *l, err *e)
{
    (void)e;
    const wanted *w = ctx;
    size_t low = 0, high = w->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (str_compare(w->list[middle]->row.target.item, l->item) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < w->count && str_equal(w->list[low]->row.target.item, l->item); low++) {
        shop_level known = *l; /* the texts of a bulk row end with it */
        known.item = w->list[low]->row.target.item;
        known.location = w->list[low]->row.location;
        take_level(w, w->list[low], &known, INSTANT_NONE);
    }
    return true;
}

static bool read_by_bulk(sync__confirmation *c, wanted *w, err *e)
{
    instant asked;
    for (size_t i = 0; i < w->count; i++) /* an item that does not come does not exist */
        take_level(w, w->list[i],
                   &(shop_level){.item = w->list[i]->row.target.item, .location = w->list[i]->row.location},
                   INSTANT_NONE);
    if (!shop_levels_all(c->lane->remote, w->list[0]->row.location, take_from_bulk, w, &asked, e))
        return false;
    for (size_t i = 0; i < w->count; i++)
        *(w->second ? &w->list[i]->second_asked : &w->list[i]->first_asked) = asked;
    return true;
}

static bool read_by_id(sync__confirmation *c, const wanted *w, err *e)
{
    AUTO(arena_end) arena *a = arena_new(0);
    for (size_t from = 0; from < w->count; from += SHOP_LEVEL_IDS_MAX) {
        size_t some = w->count - from < SHOP_LEVEL_IDS_MAX ? w->count - from : SHOP_LEVEL_IDS_MAX;
        str items[SHOP_LEVEL_IDS_MAX];
        shop_level *levels;
        instant asked;
        for (size_t i = 0; i < some; i++)
            items[i] = w->list[from + i]->row.target.item;
        arena_clear(a);
        if (!sync__alive(c->lane, e) ||
            !shop_levels(c->lane->remote, w->list[0]->row.location, items, some, a, &levels, &asked, e))
            return false;
        for (size_t i = 0; i < some; i++) {
            levels[i].item = items[i];
            levels[i].location = w->list[from + i]->row.location;
            take_level(w, w->list[from + i], &levels[i], asked);
        }
    }
    return true;
}

static bool read_all(sync__confirmation *c, bool second, err *e)
{
    AUTO(arena_end) arena *a = arena_new(0);
    sync__suspect **list = ARENA_NEW(a, sync__suspect *, c->count + 1);
    size_t count = 0;
    for (size_t i = 0; i < c->count; i++)
        if (!c->list[i].done && (!second || c->list[i].ready))
            list[count++] = &c->list[i];
    qsort(list, count, sizeof *list, by_place);
    for (size_t from = 0, to; from < count; from = to) {
        for (to = from + 1; to < count && str_equal(list[to]->row.location, list[from]->row.location);)
            to++;
        wanted w = {.list = list + from, .count = to - from, .second = second};
        bool bulk = w.count >= SYNC__BULK_FROM && w.count >= c->mapped / SYNC__BULK_SHARE;
        if (!(bulk ? read_by_bulk(c, &w, e) : read_by_id(c, &w, e)))
            return false;
    }
    return true;
}

/* -- catching up -- */

static bool catch_up(sync__confirmation *c, err *e)
{
    sync__import open = {.since = INSTANT_NONE, .open_only = true, .baseline = c->shop.adopted_at};
    bool adopts = false;
    if (MUTANT(no_catch_up))
        return true;
    for (size_t i = 0; i < c->count; i++)
        adopts |= !c->list[i].done && !c->list[i].row.target.e.known;
    if ((adopts || c->open_orders_wanted) && !c->open_orders_read) { /* R3, R5: every open order of any age */
        if (!sync__import_orders(c->lane, c->report, open, e))
            return false;
        c->open_orders_read = true;
    }
    for (; c->items_read < c->items_to_read.count; c->items_read++)
        if (!sync__import_again(c->lane, c->report, c->items_to_read.at[c->items_read], c->shop.adopted_at, e))
            return false;
    return sync__import_again(c->lane, c->report, STR(""), c->shop.adopted_at, e) && sync__poll(c->lane, c->report, e);
}

/* The rows as they stand when the catch-up has ended: whatever touches them from now on is seen by touched_seq (R1). */
static bool look_at_rows(sync__confirmation *c, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    if (!store_begin(c->lane->db, STORE_READ, &tx, e))
        return false;
    for (size_t i = 0; i < c->count; i++) {
        sync__suspect *s = &c->list[i];
        bool some;
        if (s->done || !s->ready)
            continue;
        if (!store_target_get(tx, s->row.key, c->memory, &s->row, &some, e))
            return false;
        CHECK(some);
    }
    return true;
}

/* A link for people beside an incident; for many drifts at once the first few are enough. */
static bool ask_histories(sync__confirmation *c, err *e)
{
    for (size_t i = 0; i < c->count && c->histories < HISTORIES_MAX; i++) {
        sync__suspect *s = &c->list[i];
        const store_target *t = &s->row.target;
        sync__numbers n = sync__numbers_of(&s->second, t->baseline);
        if (s->done || !s->ready || !t->e.known || n.s + n.h == t->e.value || !str_empty(s->history))
            continue;
        if (!shop_history_url(c->lane->remote, t->item, c->memory, &s->history, e))
            return false;
        c->histories++;
    }
    return true;
}

/* -- booking -- */

static bool book_group(sync__confirmation *c, sync__suspect **group, size_t count, err *e)
{
    AUTO(arena_end) arena *a = arena_new(0);
    AUTO(store_tx_end) store_tx *tx = NULL;
    sync__repairs r = {.lines = ARENA_NEW(a, operation_line, SYNC__REPAIR_LINES),
                       .changes = ARENA_NEW(a, shop_line, SYNC__REPAIR_LINES)};
    sync_lane *l = c->lane;
    if (!store_begin(l->db, STORE_WRITE, &tx, e) || !store_lane_beat(tx, l->shop, l->fence, e))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!sync__judge(c, tx, group[i], &r, e))
            return err_wrap(e, "%.*s", STR_ARG(group[i]->row.sku));
    if (r.count > 0) { /* the incident, E and the operation: one transaction; R6 */
        store_operation o = {.kind = OPERATION_REPAIR, .lines = r.lines, .line_count = r.count};
        if (!sync__operation_add(l, tx, &o, r.changes, a, e))
            return false;
        *vec_push(c->memory, &c->repairs) = o.id;
    }
    return store_commit(&tx, e);
}

static bool book_all(sync__confirmation *c, err *e)
{
    sync__suspect *group[SYNC__REPAIR_LINES];
    size_t count = 0;
    for (size_t i = 0; i <= c->count; i++) {
        bool ready = i < c->count && !c->list[i].done && c->list[i].ready;
        if (ready)
            group[count++] = &c->list[i];
        if (count == SYNC__REPAIR_LINES || (i == c->count && count > 0)) {
            if (!book_group(c, group, count, e))
                return false;
            count = 0;
        }
    }
    return true;
}

/* -- repairs go out -- */

static bool next_repair(sync__sender *s, arena *a, store_operation *ret, bool *ret_some, err *e)
{
    sync__confirmation *c = s->ctx;
    AUTO(store_tx_end) store_tx *tx = NULL;
    *ret_some = false;
    if (c->repairs.count == 0)
        return true;
    int64_t id = c->repairs.at[--c->repairs.count];
    return store_begin(c->lane->db, STORE_READ, &tx, e) && store_operation_get(tx, id, a, ret, ret_some, e);
}

/* A stale compare means: look again, never force (R6). */
static void look_again(sync__confirmation *c, target_key k)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->list[i].row.key.product == k.product && c->list[i].row.key.channel == k.channel) {
            c->list[i].done = false;
            c->list[i].ready_at = c->list[i].second_asked;
            c->list[i].why = STR("its quantity changed while it was being mended");
        }
}

static bool send_repairs(sync__confirmation *c, err *e)
{
    sync__sender s = {.lane = c->lane, .report = c->report, .next = next_repair, .ctx = c};
    if (c->repairs.count == 0)
        return true;
    if (!sync__send(&s, e))
        return false;
    for (size_t i = 0; i < s.stale.count; i++)
        look_again(c, s.stale.at[i]);
    c->repairs.count = 0; /* what was not sent is open, and is settled by the next run */
    return true;
}

/* -- rounds -- */

/* Which are ready after the first read, and how long the others need that can be waited for; 0: nothing to wait for. */
static int64_t wait_needed(sync__confirmation *c)
{
    int64_t left = c->until_ticks - ticks(c), wait = 0;
    for (size_t i = 0; i < c->count; i++) {
        sync__suspect *s = &c->list[i];
        if (s->done)
            continue;
        s->ready_at = sync__ready_from(c, s);
        s->ready = s->ready_at == INSTANT_NONE || s->ready_at <= s->first_asked;
        int64_t needs = s->ready ? 0 : qty_max(s->ready_at - s->first_asked, WAIT_US);
        if (needs <= left && needs > wait)
            wait = needs;
    }
    return wait;
}

static bool any_ready(const sync__confirmation *c)
{
    for (size_t i = 0; i < c->count; i++)
        if (!c->list[i].done && c->list[i].ready)
            return true;
    return false;
}

/* One round; *ret_again: something that is not done may be by waiting. */
static bool confirm_round(sync__confirmation *c, bool *ret_again, err *e)
{
    *ret_again = false;
    if (!read_all(c, /* second= */ false, e))
        return false;
    for (int64_t wait; (wait = wait_needed(c)) > 0 && !sync__stop(c->lane);) {
        sync__sleep(c->lane, wait);
        if (!read_all(c, /* second= */ false, e))
            return false;
    }
    if (!any_ready(c))
        return true;
    if (!catch_up(c, e))
        return false;
    if (sync__stop(c->lane)) /* then the catch-up may have ended early, and nothing can be judged on it */
        return true;
    if (!look_at_rows(c, e) || !read_all(c, /* second= */ true, e) || !ask_histories(c, e) || !book_all(c, e) ||
        !send_repairs(c, e))
        return false;
    for (size_t i = 0; i < c->count; i++)
        *ret_again |= !c->list[i].done && c->list[i].ready_at != INSTANT_NONE &&
                      c->list[i].ready_at - c->list[i].first_asked < c->until_ticks - ticks(c);
    return true;
}

static bool confirm_chunk(sync__confirmation *c, err *e)
{
    bool again = c->count > 0;
    for (int round = 0; again && round < ROUNDS_MAX && !sync__stop(c->lane) && str_empty(c->report->out.stopped);
         round++) {
        if (!confirm_round(c, &again, e))
            return false;
        again &= ticks(c) < c->until_ticks;
    }
    for (size_t i = 0; i < c->count; i++)
        if (!c->list[i].done)
            sync__report_left(c->report, c->list[i].row.sku, c->list[i].channel, c->list[i].why);
    return true;
}

/* -- chunks -- */

static bool load_suspect(sync__confirmation *c, store_tx *tx, const sync__wanted *w, err *e)
{
    const store_config *cfg;
    sync__suspect *s = &c->list[c->count];
    bool some;
    if (!store_config_get(tx, &cfg, e) || !store_target_get(tx, w->key, c->memory, &s->row, &some, e))
        return false;
    if (!some || str_empty(s->row.target.item)) /* unlinked since */
        return true;
    s->channel = str_copy(c->memory, config_channel(cfg, w->key.channel)->code);
    s->operation = w->operation;
    s->reported = w->reported;
    s->why = STR("the run ended before it was read");
    s->history = STR("");
    c->count++;
    return true;
}

/* The suspects of a chunk. Those without E are derived again first: a link or a mapping may be newer than the readings
 * (I10). */
static bool load_chunk(sync__confirmation *c, const sync__wanted *list, size_t count, err *e)
{
    sync_lane *l = c->lane;
    c->list = ARENA_NEW(c->memory, sync__suspect, count + 1);
    c->count = 0;
    for (size_t from = 0; from < count; from += LOAD_PAGE) {
        AUTO(store_tx_end) store_tx *tx = NULL;
        if (!sync__alive(l, e) || !store_begin(l->db, STORE_WRITE, &tx, e) ||
            !store_lane_beat(tx, l->shop, l->fence, e))
            return false;
        for (size_t i = from; i < count && i < from + LOAD_PAGE; i++) {
            size_t before = c->count;
            if (!load_suspect(c, tx, &list[i], e))
                return false;
            const target_row *row = &c->list[before].row;
            if (c->count > before && !row->target.e.known &&
                !sync__rederive(l, tx, row->target.item, c->shop.adopted_at, e))
                return false;
        }
        if (!store_commit(&tx, e))
            return false;
    }
    return true;
}

bool sync__confirmation_begin(sync__confirmation *c, sync_lane *l, sync__report *r, err *e)
{
    *c = (sync__confirmation){.lane = l, .report = r};
    c->until_ticks = ticks(c) + l->options.settle_ms * US_PER_MS;
    return sync__check_shop(l, (sync__need){0}, r->memory, &c->shop, e) &&
           sync__look_at_shop(l, r->memory, &c->facts, e);
}

bool sync__confirm(sync__confirmation *c, const sync__wanted *list, size_t count, err *e)
{
    size_t most = c->adopting ? SYNC__ADOPT_MAX : SYNC__CONFIRM_MAX;
    for (size_t from = 0; from < count; from += most) {
        AUTO(arena_end) arena *memory = arena_new(0);
        size_t some = count - from < most ? count - from : most;
        c->memory = memory;
        memset(&c->repairs, 0, sizeof c->repairs);
        if (!load_chunk(c, list + from, some, e) || !confirm_chunk(c, e))
            return false;
    }
    return true;
}
