/*
 * The hard sync: every mapped (item, location) is read once, each row judged at its own stamps (R4). What does not look
 * right is confirmed by two more reads around a catch-up, and mended; the rest of what is owed is pushed.
 */
#include "sync/internal.h"

#include <stdlib.h>

#define STATES_PAGE 200 /* targets whose state changed, in one transaction */

typedef struct seen_state {
    target_row row;
    target_state state;
} seen_state;

typedef struct scanning {
    sync_lane *lane;
    sync__report *report;
    const shop_facts *facts;
    const map *open; /* "item location" -> qty: open units that Shopify must have committed; I5 */
    arena *memory;
    VEC(sync__suspect) all; /* every linked target; of one location after another */
    VEC(sync__suspect) suspects;
    VEC(seen_state) states;
    const sync__unseen *unseen; /* of a dry run */
} scanning;

/* -- what must be committed -- */

typedef struct adding_up {
    arena *memory;
    map *open;
} adding_up;

static bool add_open(void *ctx, const reading *r, err *e)
{
    (void)e;
    adding_up *n = ctx;
    for (size_t i = 0; i < r->line_count; i++)
        for (size_t k = 0; k < r->lines[i].place_count; k++) {
            const reading_place *p = &r->lines[i].places[k];
            if (r->lines[i].claims != 1 || p->open == 0)
                continue;
            str key = sync__place_key(n->memory, r->lines[i].raw.item, p->location);
            qty *sum = map_get(n->open, key);
            if (!sum) {
                sum = ARENA_NEW(n->memory, qty, 1);
                map_put(n->open, key, sum);
            }
            *sum += p->open;
        }
    return true;
}

static bool open_units(sync_lane *l, arena *a, map **ret, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    adding_up n = {.memory = a, .open = map_new(a)};
    *ret = n.open;
    return store_begin(l->db, STORE_READ, &tx, e) && sync__each_reading(l, tx, STR(""), add_open, &n, e);
}

/* -- the scan -- */

static bool take_target(void *ctx, const target_row *row, str channel, err *e)
{
    (void)e;
    scanning *n = ctx;
    *vec_push(n->memory, &n->all) = sync__suspect_of(n->memory, row, channel);
    return true;
}

static bool looks_wrong(const scanning *n, const sync__suspect *s, const shop_level *l)
{
    AUTO(arena_end) arena *a = arena_new(0);
    const store_target *t = &s->row.target;
    sync__numbers q = sync__numbers_of(l, t->baseline);
    if (!t->e.known || t->marked || q.s + q.h != t->e.value || q.others < t->baseline)
        return true;
    const qty *open = map_get(n->open, sync__place_key(a, t->item, s->row.location));
    return open && q.committed < *open;
}

/* One row of the scan. A target in an open operation is in doubt: it is looked at when that is closed. */
static void scan_row(scanning *n, sync__suspect *s, const shop_level *l)
{
    target_state seen = sync__state_of(l, sync__location_active(n->facts, s->row.location));
    if (sync__state_changes(&s->row, seen))
        *vec_push(n->memory, &n->states) = (seen_state){.row = s->row, .state = seen};
    if (n->unseen)
        sync__tell_dry(n->report, s, l, seen, n->unseen);
    if (seen == TARGET_OK && !s->row.open_operation && looks_wrong(n, s, l))
        *vec_push(n->memory, &n->suspects) = *s;
}

typedef struct location_scan {
    scanning *scan;
    sync__suspect *list; /* by item */
    size_t count;
    bool *came;
} location_scan;

static int by_place(const void *x, const void *y)
{
    const sync__suspect *a = x, *b = y;
    int order = str_compare(a->row.location, b->row.location);
    return order ? order : str_compare(a->row.target.item, b->row.target.item);
}

static bool scan_from_bulk(void *ctx, const shop_level *l, err *e)
{
    location_scan *n = ctx;
    size_t low = 0, high = n->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (str_compare(n->list[middle].row.target.item, l->item) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < n->count && str_equal(n->list[low].row.target.item, l->item); low++) {
        n->came[low] = true;
        scan_row(n->scan, &n->list[low], l);
    }
    return sync__alive(n->scan->lane, e);
}

static bool scan_by_bulk(location_scan *n, err *e)
{
    instant asked;
    n->came = ARENA_NEW(n->scan->memory, bool, n->count);
    if (!shop_levels_all(n->scan->lane->remote, n->list[0].row.location, scan_from_bulk, n, &asked, e))
        return false;
    for (size_t i = 0; i < n->count; i++)
        if (!n->came[i]) /* every item comes, so it does not exist any more */
            scan_row(n->scan, &n->list[i], &(shop_level){.item = n->list[i].row.target.item});
    return true;
}

static bool scan_by_id(location_scan *n, err *e)
{
    AUTO(arena_end) arena *a = arena_new(0);
    str *items = ARENA_NEW(a, str, n->count);
    shop_level *levels = ARENA_NEW(a, shop_level, n->count);
    instant *asked = ARENA_NEW(a, instant, n->count);
    for (size_t i = 0; i < n->count; i++)
        items[i] = n->list[i].row.target.item;
    if (!sync__read_levels(n->scan->lane, n->list[0].row.location, items, n->count, a, levels, asked, e))
        return false;
    for (size_t i = 0; i < n->count; i++)
        scan_row(n->scan, &n->list[i], &levels[i]);
    return true;
}

static bool put_states(scanning *n, err *e)
{
    sync_lane *l = n->lane;
    for (size_t from = 0; from < n->states.count; from += STATES_PAGE) {
        AUTO(store_tx_end) store_tx *tx = NULL;
        if (!store_begin(l->db, STORE_WRITE, &tx, e) || !store_lane_beat(tx, l->shop, l->fence, e))
            return false;
        for (size_t i = from; i < n->states.count && i < from + STATES_PAGE; i++) {
            target_row now;
            bool some;
            if (!store_target_get(tx, n->states.at[i].row.key, store_arena(tx), &now, &some, e) ||
                (some && !sync__see_state(tx, &now, n->states.at[i].state, e)))
                return false;
        }
        if (!store_commit(&tx, e))
            return false;
    }
    return true;
}

static bool scan(scanning *n, err *e)
{
    if (!sync__each_target(n->lane, take_target, n, e))
        return false;
    qsort(n->all.at, n->all.count, sizeof *n->all.at, by_place);
    for (size_t from = 0, to; from < n->all.count; from = to) {
        for (to = from + 1; to < n->all.count && str_equal(n->all.at[to].row.location, n->all.at[from].row.location);)
            to++;
        location_scan s = {.scan = n, .list = n->all.at + from, .count = to - from};
        sync__progress(n->lane, "levels", (int64_t)from, (int64_t)n->all.count);
        if (!(s.count >= SYNC__BULK_FROM ? scan_by_bulk(&s, e) : scan_by_id(&s, e)))
            return false;
    }
    return true;
}

/* -- operations that only a reading can close; R7 -- */

static const sync__suspect *scanned(const scanning *n, target_key k)
{
    for (size_t i = 0; i < n->all.count; i++)
        if (n->all.at[i].row.key.product == k.product && n->all.at[i].row.key.channel == k.channel)
            return &n->all.at[i];
    return NULL;
}

/* A target that is not linked any more has no E: its line closes unbooked. */
static bool close_unlinked(sync_lane *l, int64_t operation, target_key k, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    target_row row;
    bool some;
    if (!store_begin(l->db, STORE_WRITE, &tx, e) || !store_target_get(tx, k, store_arena(tx), &row, &some, e))
        return false;
    if (!some || row.target.e.known)
        return true;
    return sync__line_read(l, tx, operation, k, e) && store_commit(&tx, e);
}

static bool add_old_lines(scanning *n, const store_operation *o, err *e)
{
    instant now = world_now(&n->lane->world);
    if (o->unanswered > 0 && now <= o->last_sent_at + SYNC__ARRIVAL_US) /* a copy may still arrive */
        return true;
    for (size_t i = 0; i < o->line_count; i++) {
        const sync__suspect *known = scanned(n, o->lines[i].key);
        if (o->lines[i].settled)
            continue;
        if (known) {
            sync__suspect *s = vec_push(n->memory, &n->suspects);
            *s = *known;
            s->operation = o->id;
        } else if (!close_unlinked(n->lane, o->id, o->lines[i].key, e)) {
            return false;
        }
    }
    return true;
}

static bool read_operation(scanning *n, int64_t id, store_operation *ret, bool *ret_open, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    bool some;
    if (!store_begin(n->lane->db, STORE_READ, &tx, e) || !store_operation_get(tx, id, n->memory, ret, &some, e))
        return false;
    *ret_open = some && ret->state == OPERATION_OPEN;
    return true;
}

static bool add_old(scanning *n, const sync__ids *to_read, err *e)
{
    for (size_t i = 0; i < to_read->count; i++) {
        store_operation o;
        bool open;
        if (!read_operation(n, to_read->at[i], &o, &open, e) || (open && !add_old_lines(n, &o, e)))
            return false;
    }
    return true;
}

/* -- the run -- */

static bool confirm_suspects(sync_lane *l, sync__report *r, sync__confirmation *c, const sync__ids *to_read, err *e)
{
    scanning n = {.lane = l, .report = r, .facts = &c->facts, .memory = r->memory};
    map *open;
    if (!open_units(l, r->memory, &open, e))
        return false;
    n.open = open;
    if (!scan(&n, e) || !put_states(&n, e) || !add_old(&n, to_read, e) ||
        !sync__rederive_all(l, n.suspects.at, n.suspects.count, c->shop.adopted_at, e))
        return false;
    c->list = n.suspects.at;
    c->count = n.suspects.count;
    if (!sync__confirm(c, e))
        return false;
    for (size_t i = 0; i < c->count; i++)
        if (!c->list[i].done)
            sync__report_left(r, c->list[i].row.sku, c->list[i].channel, c->list[i].why);
    return true;
}

static bool dry_run(sync_lane *l, sync__report *r, sync__confirmation *c, err *e)
{
    scanning n = {.lane = l, .report = r, .facts = &c->facts, .memory = r->memory};
    sync__unseen unseen;
    map *open;
    if (!sync__unseen_read(l, &c->shop, r->memory, &unseen, e) || !open_units(l, r->memory, &open, e))
        return false;
    n.open = open;
    n.unseen = &unseen;
    return scan(&n, e);
}

static bool push_unless_stopped(sync_lane *l, sync__report *r, err *e)
{
    return !str_empty(r->out.stopped) || sync__stop(l) || sync__push(l, r, e);
}

bool sync_hard(sync_lane *l, arena *a, sync_report *ret, err *e)
{
    sync__report r;
    store_shop row;
    sync__confirmation c;
    sync__ids to_read = {0};
    sync__report_begin(&r, l, a);
    if (!sync__check_shop(l, (sync__need){.adopted = true, .writable = true}, a, &row, e) || !store_catch_up_all(l->db, e) ||
        !sync__confirmation_begin(&c, l, &r, e))
        return false;
    if (l->options.dry_run)
        return dry_run(l, &r, &c, e) && sync__report_end(&r, l, ret, e);
    if (!sync__count_open(l, &r, e) || !sync__settle(l, &r, &to_read, e) || !sync__poll(l, &r, e) || !push_unless_stopped(l, &r, e))
        return false;
    if (str_empty(r.out.stopped) && !sync__stop(l) && !confirm_suspects(l, &r, &c, &to_read, e))
        return false;
    return push_unless_stopped(l, &r, e) && sync__report_end(&r, l, ret, e);
}
