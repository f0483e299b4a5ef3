/*
 * U: what the shop's orders did that is not imported here yet, from the newest readings against the stored ones. For a
 * dry run only: nothing is stored.
 */
#include "sync/internal.h"

static void add(sync__unseen *u, str item, str location, qty units)
{
    str key = sync__place_key(u->memory, item, location);
    qty *sum = map_get(u->units, key);
    if (units == 0)
        return;
    if (!sum) {
        sum = ARENA_NEW(u->memory, qty, 1);
        map_put(u->units, key, sum);
    }
    *sum += units;
}

/* A claim is in the sign of S, U is not. */
static void add_reading(sync__unseen *u, const reading *r, qty sign)
{
    for (size_t i = 0; r && i < r->line_count; i++)
        for (size_t k = 0; k < r->lines[i].place_count; k++)
            add(u, r->lines[i].raw.item, r->lines[i].places[k].location, sign * r->lines[i].places[k].claim);
}

static bool look_at(sync_lane *l, sync__unseen *u, str id, err *e)
{
    AUTO(arena_end) arena *a = arena_new(0);
    AUTO(store_tx_end) store_tx *tx = NULL;
    reading_raw raw;
    instant asked;
    store_reading row;
    const reading *old = NULL;
    bool some, claimless;
    if (!shop_order(l->remote, id, a, &raw, &asked, &some, e))
        return false;
    if (!some)
        return true;
    if (!store_begin(l->db, STORE_READ, &tx, e) || !store_reading_get(tx, l->shop, id, a, &row, &some, e) ||
        !store_app_claimless(tx, l->shop, raw.app, &claimless, e))
        return false;
    if (some && row.updated_at > raw.updated_at) /* a lagging replica */
        return true;
    if (some && !domain_reading_parse(a, row.json, &old, e))
        return false;
    add_reading(u, old, 1);
    add_reading(u, domain_reading_next(a, old, &raw, asked, claimless), -1);
    return true;
}

bool sync__unseen_read(sync_lane *l, const store_shop *row, arena *a, sync__unseen *ret, err *e)
{
    AUTO(arena_end) arena *page_memory = arena_new(0);
    *ret = (sync__unseen){.memory = a, .units = map_new(a)};
    instant since = row->orders_until - row->index_lag_s * US_PER_S - SYNC__OVERLAP_US;
    str after = STR("");
    do {
        shop_orders_page page;
        if (!shop_orders(l->remote, since, /* open_only= */ false, after, page_memory, &page, e))
            return false;
        for (size_t i = 0; i < page.count; i++)
            if (!sync__alive(l, e) || !look_at(l, ret, page.orders[i].id, e))
                return err_wrap(e, "order %.*s", STR_ARG(page.orders[i].name));
        after = page.next;
    } while (!str_empty(after));
    return true;
}

qty sync__unseen_at(const sync__unseen *u, str item, str location)
{
    const qty *sum = map_get(u->units, sync__place_key(u->memory, item, location));
    return sum ? *sum : 0;
}

void sync__tell_dry(sync__report *r, const sync__mapped *m, const shop_level *l, target_state seen,
                    const sync__unseen *u)
{
    sync__numbers n = sync__numbers_of(l, m->baseline);
    qty unseen = sync__unseen_at(u, m->item, m->place->location);
    const char *why = "owed";
    qty drift = n.s + n.h + unseen - m->e.value;
    if (seen == TARGET_OK && m->e.known && drift == 0 && m->t == m->e.value)
        return;
    if (seen != TARGET_OK)
        why = sync__state_reason(seen);
    else if (!m->e.known)
        why = "not adopted yet";
    else if (m->in_doubt)
        why = "a push of it is in doubt";
    else if (drift != 0)
        why = "somebody else changed it";
    bool writes = seen == TARGET_OK && m->e.known && m->state == TARGET_OK && !m->in_doubt;
    *vec_push(r->memory, &r->lines) = (sync_plan_line){
        .sku = m->sku,
        .channel = m->place->channel,
        .target = m->t,
        .explained = m->e,
        .available = l->available.value,
        .unseen = qty_known(unseen),
        .delta = writes ? m->t - m->e.value - drift : 0,
        .why = str_of(why),
    };
    r->out.selected += writes;
    r->out.drifted += writes && drift != 0;
}
