/*
 * The hard sync: every mapped (item, location) is read once, each row judged at its own stamps (R4). What does not look
 * right is confirmed by two more reads around a catch-up, and mended; the rest of what is owed is pushed.
 */
#include "sync/internal.h"

typedef struct scanning {
    sync_lane *lane;
    sync__report *report;
    const shop_facts *facts;
    const map *open;       /* "item location" -> qty: open units that Shopify must have committed; I5 */
    VEC(target_key) right; /* read once, and as we have them */
    arena *memory, *scratch;
    sync__mapped_list all;
    VEC(sync__wanted) wanted;
    VEC(sync__seen_state) states;
    VEC(target_key) refused;
    VEC(const sync__mapped *) unstocked; /* in channels that want their items stocked */
    VEC(str) moved;                      /* SKUs of products whose item is gone or has another SKU, and these others */
    const sync__unseen *unseen;          /* of a dry run; else NULL */
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

static bool open_units(sync_lane *l, arena *a, const map **ret, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    adding_up n = {.memory = a, .open = map_new(a)};
    *ret = n.open;
    return store_begin(l->db, STORE_READ, &tx, e) && sync__each_reading(l, tx, STR(""), add_open, &n, e);
}

/* -- the scan -- */

#define MOVED_MAX 500 /* so many SKUs are searched for; for more all items are read */

static void note_moved(scanning *n, const sync__mapped *m, const shop_level *l)
{
    str other = str_trim(l->sku);
    bool differs = l->item_exists && !str_empty(other) && !str_equal(other, m->sku);
    if ((l->item_exists && !differs) || n->moved.count > MOVED_MAX)
        return;
    *vec_push(n->memory, &n->moved) = m->sku;
    if (differs)
        *vec_push(n->memory, &n->moved) = str_copy(n->memory, other);
}

static bool looks_wrong(const scanning *n, const sync__mapped *m, const shop_level *l)
{
    sync__numbers q = sync__numbers_of(l, m->baseline);
    if (!m->e.known || m->marked || q.s + q.h != m->e.value || q.others < m->baseline)
        return true;
    arena_clear(n->scratch);
    const qty *open = map_get(n->open, sync__place_key(n->scratch, m->item, m->place->location));
    return open && q.committed < *open;
}

/* A target in an open operation is in doubt: it is looked at when that is closed. */
static bool take_level(void *ctx, const sync__mapped *m, const shop_level *l, err *e)
{
    (void)e;
    scanning *n = ctx;
    target_state seen = sync__state_of(l, sync__location_active(n->facts, m->place->location));
    if (n->unseen) {
        sync__tell_dry(n->report, m, l, seen, n->unseen);
        return true;
    }
    note_moved(n, m, l);
    if (seen == TARGET_NOT_STOCKED && m->place->activate)
        *vec_push(n->memory, &n->unstocked) = m;
    if (sync__state_changes(m->state, seen))
        *vec_push(n->memory, &n->states) = (sync__seen_state){.key = m->key, .state = seen};
    if (seen == TARGET_OK && m->state == TARGET_REFUSED)
        *vec_push(n->memory, &n->refused) = m->key;
    if (seen == TARGET_OK && !m->in_doubt && (m->reported || looks_wrong(n, m, l)))
        *vec_push(n->memory, &n->wanted) = (sync__wanted){.key = m->key, .reported = m->reported};
    else if (seen == TARGET_OK && !m->in_doubt && m->rests)
        *vec_push(n->memory, &n->right) = m->key;
    return true;
}

/* -- operations that only a reading can close; R7 -- */

/* A target that is not linked any more has no E: its line closes unbooked. */
static bool close_unlinked(sync_lane *l, int64_t operation, target_key k, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    return store_begin(l->db, STORE_WRITE, &tx, e) && sync__line_read(l, tx, operation, k, e) && store_commit(&tx, e);
}

static bool target_of(sync_lane *l, target_key k, arena *a, target_row *ret, bool *ret_some, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    return store_begin(l->db, STORE_READ, &tx, e) && store_target_get(tx, k, a, ret, ret_some, e);
}

static bool add_old_lines(scanning *n, const store_operation *o, err *e)
{
    instant now = world_now(&n->lane->world);
    if (o->unanswered > 0 && now <= o->last_sent_at + SYNC__ARRIVAL_US) /* a copy may still arrive */
        return true;
    for (size_t i = 0; i < o->line_count; i++) {
        target_key k = o->lines[i].key;
        target_row row;
        bool some;
        if (o->lines[i].settled || (n->lane->channel && k.channel != n->lane->channel))
            continue;
        if (!target_of(n->lane, k, n->memory, &row, &some, e))
            return false;
        if (some && !str_empty(row.target.item))
            *vec_push(n->memory, &n->wanted) = (sync__wanted){.key = k, .operation = o->id};
        else if (!close_unlinked(n->lane, o->id, k, e))
            return false;
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

/* A scan judges nothing: a target that is pushed meanwhile at most looks wrong, and is confirmed by later reads. */
static bool push_meanwhile(void *ctx, err *e)
{
    const scanning *n = ctx;
    return sync__push_meanwhile(n->lane, n->report, e);
}

static bool scan(scanning *n, err *e)
{
    if (!open_units(n->lane, n->memory, &n->open, e) || !sync__mapped_all(n->lane, n->memory, &n->all, e))
        return false;
    if (!n->unseen)
        shop_while_waiting(n->lane->remote, push_meanwhile, n);
    bool done = sync__scan(n->lane, n->facts, &n->all, take_level, n, e);
    shop_while_waiting(n->lane->remote, NULL, NULL);
    return done;
}

/* Where an item is gone, or its SKU has moved, what the SKUs name now is linked, and the scan begins anew. All items
 * are read for that only when a search of these SKUs finds one elsewhere: a SKU may differ for good. */
static bool scan_linked(scanning *n, sync__confirmation *c, err *e)
{
    bool differ = false, changed = false;
    if (!scan(n, e))
        return false;
    if (n->moved.count > MOVED_MAX)
        differ = true;
    else if (n->moved.count > 0 && !sync__links_differ(n->lane, n->moved.at, n->moved.count, &differ, e))
        return false;
    if (differ && !sync__relink(n->lane, n->report, c->shop.adopted_at, &changed, e))
        return false;
    if (!changed)
        return true;
    n->right.count = n->wanted.count = n->states.count = n->refused.count = n->unstocked.count = 0;
    return scan(n, e);
}

static bool stock_items(scanning *n, err *e)
{
    sync__keys stocked = {0};
    if (!sync__activate(n->lane, n->report, n->unstocked.at, n->unstocked.count, n->memory, &stocked, e))
        return false;
    for (size_t i = 0; i < stocked.count; i++) /* its numbers are those of an earlier time: they are confirmed first */
        *vec_push(n->memory, &n->wanted) = (sync__wanted){.key = stocked.at[i]};
    return true;
}

/* What these targets rested on was so. */
static bool note_right(sync_lane *l, const target_key *list, size_t count, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    if (count == 0)
        return true;
    if (!store_begin(l->db, STORE_WRITE, &tx, e) || !store_lane_beat(tx, l->shop, l->fence, e))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!store_assumed_found(tx, l->shop, list[i], /* right= */ true, e))
            return false;
    return store_commit(&tx, e);
}

static bool look_at_all(sync_lane *l, sync__confirmation *c, const sync__ids *to_read, err *e)
{
    AUTO(arena_end) arena *memory = arena_new(0);
    AUTO(arena_end) arena *scratch = arena_new(0);
    scanning n = {.lane = l, .report = c->report, .facts = &c->facts, .memory = memory, .scratch = scratch};
    if (!sync__import_stranded(l, c->report, &c->facts, c->shop.adopted_at, e) || !scan_linked(&n, c, e) ||
        !note_right(l, n.right.at, n.right.count, e) || !sync__put_states(l, n.states.at, n.states.count, e) ||
        !sync__recheck(l, n.refused.at, n.refused.count, e) || !stock_items(&n, e) || !add_old(&n, to_read, e))
        return false;
    c->mapped = n.all.count;
    return sync__confirm(c, n.wanted.at, n.wanted.count, e);
}

static bool dry_run(sync_lane *l, sync__confirmation *c, err *e)
{
    AUTO(arena_end) arena *scratch = arena_new(0);
    scanning n = {.lane = l, .report = c->report, .facts = &c->facts, .memory = c->report->memory, .scratch = scratch};
    sync__unseen unseen;
    if (!sync__unseen_read(l, &c->shop, c->report->memory, &unseen, e))
        return false;
    n.unseen = &unseen;
    return scan(&n, e);
}

static bool push_unless_stopped(sync_lane *l, sync__report *r, err *e)
{
    return !str_empty(r->out.stopped) || sync__stop(l) || sync__push(l, r, e);
}

/* A run that left nothing bounds in time what drifts from now on (R6). */
static bool note_whole(sync_lane *l, const sync_report *r, instant began, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    if (r->left_count || r->in_doubt || !str_empty(r->stopped) || l->channel || sync__stop(l))
        return true;
    return store_begin(l->db, STORE_WRITE, &tx, e) && store_lane_beat(tx, l->shop, l->fence, e) &&
           store_shop_reconciled(tx, l->shop, began, e) && store_commit(&tx, e);
}

bool sync_hard(sync_lane *l, arena *a, sync_report *ret, err *e)
{
    sync__report r;
    store_shop row;
    sync__confirmation c;
    sync__ids to_read = {0};
    sync__report_begin(&r, l, a);
    if (!sync__check_shop(l, (sync__need){.adopted = true, .writable = true}, a, &row, e) ||
        !store_catch_up_all(l->db, e) || !sync__confirmation_begin(&c, l, &r, e))
        return false;
    if (l->options.dry_run)
        return dry_run(l, &c, e) && sync__report_end(&r, l, ret, e);
    r.push = true;
    if (!sync__count_open(l, &r, e) || !sync__settle(l, &r, &to_read, e) || !sync__poll(l, &r, e) ||
        !push_unless_stopped(l, &r, e))
        return false;
    r.push = false; /* by the imports between two reads; R8 */
    instant began = shop_date(l->remote);
    if (str_empty(r.out.stopped) && !sync__stop(l) && !look_at_all(l, &c, &to_read, e))
        return false;
    if (!push_unless_stopped(l, &r, e))
        return false;
    sync__tell_authors(&c);
    return sync__report_end(&r, l, ret, e) && note_whole(l, ret, began, e);
}
