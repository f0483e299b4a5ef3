/*
 * The append-only ledger: movements and resets. L1: a level's balances are the sums of its rows, at every commit.
 */
#include "store/internal.h"

/* A given as-of covers movements of QOH dated at or before it: they are in that count already. Contracts, imports. */
static bool already_counted(const store_level *l, const store_movement *m)
{
    return m->kind != MOVE_RESET && m->qoh_delta != 0 && l->reset_given && m->at <= l->reset_at;
}

static bool move_at(store_tx *tx, store__entry *en, const store_movement *wanted, err *e)
{
    store_movement m = *wanted;
    m.recorded_at = tx->now;
    if (m.at == INSTANT_NONE)
        m.at = tx->now;
    store_level *l = store__level_of(tx, en, m.facility);
    if (already_counted(l, &m)) {
        m.in_count = true;
        m.atp_delta -= m.qoh_delta;
        m.qoh_delta = 0;
    }
    qty qoh, atp;
    if (!qty_add(l->qoh, m.qoh_delta, &qoh) || !qty_add(l->atp, m.atp_delta, &atp) || qoh > ATP_BALANCE_MAX ||
        atp > ATP_BALANCE_MAX || qoh < -ATP_BALANCE_MAX || atp < -ATP_BALANCE_MAX)
        return ERR(e, ERR_INPUT, "the balance of %.*s would pass %" PRId64 " units", STR_ARG(store__entry_sku(tx, en)),
                   ATP_BALANCE_MAX);
    m.qoh = qoh;
    m.atp = atp;
    int64_t seq;
    if (!tx->owner->ops->movement_add(tx->owner, &m, &seq, e))
        return false;
    l->qoh = qoh;
    l->atp = atp;
    l->moved = true;
    store__entry_recompute(en);
    return true;
}

bool store_move(store_tx *tx, const store_movement *m, err *e)
{
    store__entry *en;
    if (!store__world_bound(tx, e) || !store__entry_get(tx, m->product, &en, e))
        return false;
    if (store__entry_is_kit(en))
        return ERR(e, ERR_INPUT, "%.*s is a kit: its stock is its components'", STR_ARG(store__entry_sku(tx, en)));
    return move_at(tx, en, m, e);
}

bool store_reset(store_tx *tx, const store_reset_row *r, reset_outcome *ret, err *e)
{
    store__entry *en;
    if (!store__world_bound(tx, e) || !store__entry_get(tx, r->product, &en, e))
        return false;
    if (store__entry_is_kit(en))
        return ERR(e, ERR_INPUT, "%.*s is a kit: its stock is its components'", STR_ARG(store__entry_sku(tx, en)));
    store_level *l = store__level_of(tx, en, r->facility);
    bool given = r->as_of != INSTANT_NONE;
    /* What is imported later is newer, also when the clock was set back meanwhile. */
    instant at = given ? r->as_of : l->reset_given ? tx->now : qty_max(tx->now, l->reset_at);
    l->seen_run = r->run;
    if (l->reset_at != INSTANT_NONE && at < l->reset_at) {
        *ret = RESET_OLDER;
        return true;
    }
    qty qoh = 0, atp = 0;
    if (given && l->moved && !tx->owner->ops->movements_newer(tx->owner, r->product, r->facility, at, &qoh, &atp, e))
        return false;
    qty delta = domain_reset_delta(r->mode, r->quantity, l->qoh, l->atp, r->mode == RESET_ATP ? atp : qoh);
    store_movement m = {.product = r->product,
                        .facility = r->facility,
                        .at = at,
                        .qoh_delta = delta,
                        .atp_delta = delta,
                        .kind = MOVE_RESET,
                        .reason = r->reason,
                        .source = r->source,
                        .actor = r->actor,
                        .comment = r->comment};
    bool moves = delta != 0 || !l->moved; /* a first count of 0 is a fact worth a row */
    if (moves && !move_at(tx, en, &m, e))
        return false;
    l = store__level_of(tx, en, r->facility);
    l->reset_at = at;
    l->reset_given = given;
    if (!store__settle_counted(tx, r->product, e))
        return false;
    *ret = moves ? RESET_MOVED : RESET_SAME;
    return true;
}

bool store_movements_after(store_tx *tx, int64_t product, int64_t facility, int64_t seq, uint32_t limit, arena *a,
                           store_movement **ret, size_t *ret_count, err *e)
{
    return tx->owner->ops->movements_after(tx->owner, product, facility, seq, limit, a, ret, ret_count, e);
}

bool store_movements_newest(store_tx *tx, int64_t product, uint32_t limit, arena *a, store_movement **ret,
                            size_t *ret_count, err *e)
{
    return tx->owner->ops->movements_newest(tx->owner, product, limit, a, ret, ret_count, e);
}
