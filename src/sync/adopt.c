/*
 * Adoption: Shopify's quantities as the start of the law (R3). Nothing is written to the shop. The confirmation itself,
 * two reads around a catch-up, is the same as a reconcile's.
 */
#include "sync/internal.h"

#define PAGE 500

bool sync__confirmation_begin(sync__confirmation *c, sync_lane *l, sync__report *r, err *e)
{
    *c = (sync__confirmation){.lane = l, .report = r, .memory = r->memory};
    c->until_ticks = l->world.clock.ticks_us(l->world.clock.ctx) + l->options.settle_ms * US_PER_MS;
    return sync__check_shop(l, (sync__need){0}, r->memory, &c->shop, e) && sync__look_at_shop(l, r->memory, &c->facts, e);
}

bool sync__each_target(sync_lane *l, sync__target_each *each, void *ctx, err *e)
{
    AUTO(arena_end) arena *page = arena_new(0);
    target_key after = {0};
    for (;;) {
        AUTO(store_tx_end) store_tx *tx = NULL;
        const store_config *c;
        target_row *rows;
        size_t count;
        arena_clear(page);
        if (!sync__alive(l, e) || !store_begin(l->db, STORE_READ, &tx, e) || !store_config_get(tx, &c, e) ||
            !store_targets_after(tx, l->shop, l->channel, after, PAGE, page, &rows, &count, e))
            return false;
        for (size_t i = 0; i < count; i++)
            if (!each(ctx, &rows[i], config_channel(c, rows[i].key.channel)->code, e))
                return false;
        if (count == 0)
            return true;
        after = rows[count - 1].key;
    }
}

sync__suspect sync__suspect_of(arena *a, const target_row *row, str channel)
{
    sync__suspect s = {.row = *row, .channel = str_copy(a, channel), .why = STR("the run ended before it was read"), .history = STR("")};
    s.row.sku = str_copy(a, row->sku);
    s.row.location = str_copy(a, row->location);
    s.row.target.item = str_copy(a, row->target.item);
    s.row.target.reason = s.row.target.fix = STR("");
    return s;
}

/* -- the run -- */

typedef struct candidates {
    arena *memory;
    VEC(sync__suspect) list;
} candidates;

static bool take_candidate(void *ctx, const target_row *row, str channel, err *e)
{
    (void)e;
    candidates *n = ctx;
    if (!row->target.e.known)
        *vec_push(n->memory, &n->list) = sync__suspect_of(n->memory, row, channel);
    return true;
}

bool sync__rederive_all(sync_lane *l, const sync__suspect *list, size_t count, instant baseline, err *e)
{
    for (size_t from = 0; from < count; from += PAGE) {
        AUTO(store_tx_end) store_tx *tx = NULL;
        if (!sync__alive(l, e) || !store_begin(l->db, STORE_WRITE, &tx, e) || !store_lane_beat(tx, l->shop, l->fence, e))
            return false;
        for (size_t i = from; i < count && i < from + PAGE; i++)
            if (!list[i].row.target.e.known && !sync__rederive(l, tx, list[i].row.target.item, baseline, e))
                return false;
        if (!store_commit(&tx, e))
            return false;
    }
    return true;
}

/* The cursor begins with the first adoption: orders that ended before it are in the numbers that are read now. */
static bool begin_cursor(sync_lane *l, sync__confirmation *c, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    instant now = shop_date(l->remote);
    if (c->shop.adopted_at == INSTANT_NONE)
        c->shop.adopted_at = now;
    if (c->shop.orders_until != INSTANT_NONE)
        return true;
    return store_begin(l->db, STORE_WRITE, &tx, e) && store_shop_orders_until(tx, l->shop, now, e) && store_commit(&tx, e);
}

static bool end_adoption(sync_lane *l, const sync__confirmation *c, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    const store_shop *row;
    if (!store_begin(l->db, STORE_WRITE, &tx, e) || !store_lane_beat(tx, l->shop, l->fence, e) || !sync__shop_row(l, tx, &row, e))
        return false;
    return row->adopted_at != INSTANT_NONE || (store_shop_adopted(tx, l->shop, c->shop.adopted_at, e) && store_commit(&tx, e));
}

bool sync_adopt(sync_lane *l, arena *a, sync_adopted *ret, err *e)
{
    sync__report r;
    sync__confirmation c;
    candidates n = {.memory = a};
    sync__report_begin(&r, l, a);
    if (!store_catch_up_all(l->db, e) || !sync__confirmation_begin(&c, l, &r, e) || !begin_cursor(l, &c, e) ||
        !sync__each_target(l, take_candidate, &n, e) || !sync__rederive_all(l, n.list.at, n.list.count, c.shop.adopted_at, e))
        return false;
    c.adopting = true;
    c.list = n.list.at;
    c.count = n.list.count;
    if (!sync__confirm(&c, e) || !end_adoption(l, &c, e))
        return false;
    for (size_t i = 0; i < c.count; i++)
        if (!c.list[i].done)
            sync__report_left(&r, c.list[i].row.sku, c.list[i].channel, c.list[i].why);
    *ret = c.adopted;
    ret->not_adopted = r.left.at;
    ret->not_adopted_count = r.left.count;
    ret->largest = c.largest.at;
    ret->largest_count = c.largest.count;
    return true;
}
