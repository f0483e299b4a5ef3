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

/* -- departed units that a full count covers; protocol I8 -- */

/* The earliest of the newest resets of every facility that counts in the channel, for one product; INSTANT_NONE: one
 * has none. */
static instant reset_everywhere(const store_config *c, const store__entry *en, const bool *members)
{
    instant earliest = INSTANT_NONE;
    for (size_t i = 0; i < c->facility_count; i++) {
        if (!members[i] || !facility_type_physical(c->facilities[i].type) || !c->facilities[i].active)
            continue;
        const store_level *l = store__level_if(en, c->facilities[i].id);
        if (!l || l->reset_at == INSTANT_NONE)
            return INSTANT_NONE;
        if (earliest == INSTANT_NONE || l->reset_at < earliest)
            earliest = l->reset_at;
    }
    return earliest;
}

/* The same for all that a line takes: the product, or the parts of the kit as it was placed. INSTANT_NONE: not after
 * its departed units left. */
static bool line_counted(store_tx *tx, const store_config *c, const store_channel *ch, const store_line *l,
                         instant *ret, err *e)
{
    store_kit_part own;
    size_t count;
    const store_kit_part *parts = store__line_parts(l, &own, &count);
    const bool *members = store__members(tx, c, ch);
    instant earliest = INSTANT_NONE;
    for (size_t i = 0; i < count; i++) {
        store__entry *en;
        if (!store__entry_get(tx, parts[i].product, &en, e))
            return false;
        instant at = reset_everywhere(c, en, members);
        if (i == 0 || at < earliest)
            earliest = at;
    }
    *ret = l->departed_at != INSTANT_NONE && earliest > l->departed_at ? earliest : INSTANT_NONE;
    return true;
}

static bool settle_line(store_tx *tx, const store_line *l, const store_channel *ch, instant counted, arena *a, err *e)
{
    line_effect effect;
    order_event *events;
    size_t event_count;
    if (!store_line_effect(tx, l->id, a, &effect, e) || !store_events_of(tx, l->id, a, &events, &event_count, e))
        return false;
    for (size_t i = 0; i < effect.queue_count; i++) {
        if (effect.queues[i].channel != ch->id || effect.queues[i].units[QUEUE_DEPARTED] == 0)
            continue;
        store_decision d = {.line = l->id,
                            .location = ch->location,
                            .kind = DECIDE_DEPARTED_BOOKED,
                            .units = effect.queues[i].units[QUEUE_DEPARTED],
                            .at = counted,
                            .why = STR("every facility of the channel was counted after they departed"),
                            .seen_event = event_count ? events[event_count - 1].arrival : 0};
        if (!store_decision_add(tx, &d, e))
            return false;
    }
    effect_change how = {.at = INSTANT_NONE, .reason = STR("departed units counted"), .source = STR("reset")};
    int64_t movements = 0;
    return store_line_settle(tx, l->id, &how, &movements, e);
}

static bool settle_lines(store_tx *tx, int64_t product, const store_config *c, const store_channel *ch, err *e)
{
    AUTO(arena_end) arena *a = arena_new(0);
    store_line *lines;
    size_t count;
    if (!store_lines_unsettled(tx, product, ch->id, a, &lines, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        instant counted;
        if (!line_counted(tx, c, ch, &lines[i], &counted, e) ||
            (counted != INSTANT_NONE && !settle_line(tx, &lines[i], ch, counted, a, e)))
            return false;
    }
    return true;
}

static bool settle_channel(store_tx *tx, int64_t product, const store_config *c, const store_channel *ch, err *e)
{
    AUTO(arena_end) arena *a = arena_new(0);
    int64_t *kits;
    size_t count;
    if (!settle_lines(tx, product, c, ch, e) || !tx->owner->ops->kits_with(tx->owner, product, a, &kits, &count, e))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!settle_lines(tx, kits[i], c, ch, e))
            return false;
    return true;
}

/* A component's queue has the units of its kits in it, so no departed unit there means none of any line. */
static bool settle_departed(store_tx *tx, int64_t product, err *e)
{
    const store_config *c;
    if (!store_config_get(tx, &c, e))
        return false;
    for (size_t i = 0; i < c->channel_count; i++) {
        const store_channel *ch = &c->channels[i];
        store__entry *en; /* asked for anew each time: settling may flush */
        if (!store__entry_get(tx, product, &en, e))
            return false;
        const qty *queue = store__queue_if(en, ch->id);
        if (queue && queue[QUEUE_DEPARTED] != 0 && ch->mode == CHANNEL_AGGREGATE &&
            !settle_channel(tx, product, c, ch, e))
            return false;
    }
    return true;
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
    bool known = l->moved;
    if ((delta != 0 || !known) && !move_at(tx, en, &m, e)) /* a first count of 0 is a fact worth a row */
        return false;
    l = store__level_of(tx, en, r->facility);
    l->reset_at = at;
    l->reset_given = given;
    if (!settle_departed(tx, r->product, e))
        return false;
    *ret = delta != 0 ? RESET_MOVED : RESET_SAME;
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
