/*
 * Adoption: Shopify's quantities as the start of the law (R3). Nothing is written to the shop. The confirmation itself,
 * two reads around a catch-up, is the same as a reconcile's.
 */
#include "sync/internal.h"

/* The cursor begins with the first adoption: orders that ended before it are in the numbers that are read now. */
static bool begin_cursor(sync_lane *l, sync__confirmation *c, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    instant now = shop_date(l->remote);
    if (c->shop.adopted_at == INSTANT_NONE)
        c->shop.adopted_at = now;
    if (c->shop.orders_until != INSTANT_NONE)
        return true;
    return store_begin(l->db, STORE_WRITE, &tx, e) && store_shop_orders_until(tx, l->shop, now, e) &&
           store_commit(&tx, e);
}

/* Only now may sync write: the operator has seen the differences. */
static bool end_adoption(sync_lane *l, const sync__confirmation *c, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    const store_shop *row;
    if (!store_begin(l->db, STORE_WRITE, &tx, e) || !store_lane_beat(tx, l->shop, l->fence, e) ||
        !sync__shop_row(l, tx, &row, e))
        return false;
    return row->adopted_at != INSTANT_NONE ||
           (store_shop_adopted(tx, l->shop, c->shop.adopted_at, e) && store_commit(&tx, e));
}

static bool without_e(sync_lane *l, arena *a, sync__wanted **ret, size_t *ret_count, size_t *ret_mapped, err *e)
{
    AUTO(arena_end) arena *memory = arena_new(0);
    sync__mapped_list all;
    if (!sync__mapped_all(l, memory, &all, e))
        return false;
    *ret = ARENA_NEW(a, sync__wanted, all.count + 1);
    *ret_count = 0;
    *ret_mapped = all.count;
    for (size_t i = 0; i < all.count; i++)
        if (!all.at[i]->e.known)
            (*ret)[(*ret_count)++] = (sync__wanted){.key = all.at[i]->key, .reported = all.at[i]->reported};
    return true;
}

bool sync_adopt(sync_lane *l, arena *a, sync_adopted *ret, err *e)
{
    AUTO(arena_end) arena *memory = arena_new(0);
    sync__report r;
    sync__confirmation c;
    sync__wanted *list;
    size_t count;
    sync__report_begin(&r, l, a);
    if (!store_catch_up_all(l->db, e) || !sync__confirmation_begin(&c, l, &r, e) || !begin_cursor(l, &c, e) ||
        !sync__import_stranded(l, &r, &c.facts, c.shop.adopted_at, e) ||
        !without_e(l, memory, &list, &count, &c.mapped, e))
        return false;
    c.adopting = true;
    if (!sync__confirm(&c, list, count, e) || !end_adoption(l, &c, e))
        return false;
    *ret = c.adopted;
    ret->not_adopted = r.left.at;
    ret->not_adopted_count = r.left.count;
    ret->largest = c.largest.at;
    ret->largest_count = c.largest.count;
    return true;
}
