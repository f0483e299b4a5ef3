/*
 * Operations and lanes. O1 an operation changes only under the fence that it was made with, while that fence is the
 * shop's newest. O2 a target is in at most one open operation: the backend's unique index is the lock (P3).
 */
#include "store/internal.h"

#include <stdlib.h>

const char *operation_state_name(operation_state s)
{
    static const char *const NAMES[OPERATION_STATES] = {"open", "booked", "refused", "stale", "read"};
    CHECK(s < OPERATION_STATES);
    return NAMES[s];
}

static bool fence_check(store_tx *tx, int64_t shop, int64_t fence, err *e)
{
    str holder;
    int64_t newest;
    instant beat;
    if (!tx->owner->ops->lane_get(tx->owner, shop, tx->memory, &holder, &newest, &beat, e))
        return false;
    if (fence > 0 && newest == fence) /* 0: never taken */
        return true;
    return ERR(e, ERR_CONFLICT, "another worker has taken over this shop (fence %" PRId64 ", ours is %" PRId64 ")",
               newest, fence);
}

/* Whatever reads a target between two reads must see that an operation opened or closed on it; R1. */
static bool touch(store_tx *tx, const operation_line *lines, size_t count, err *e)
{
    for (size_t i = 0; i < count; i++) {
        store__entry *en;
        if (!store__entry_get(tx, lines[i].key.product, &en, e))
            return false;
        store__target_of(tx, en, lines[i].key.channel)->touched_seq++;
    }
    return true;
}

bool store_operation_add(store_tx *tx, const store_operation *o, int64_t *ret_id, err *e)
{
    CHECK(o->line_count > 0);
    return fence_check(tx, o->shop, o->fence, e) && touch(tx, o->lines, o->line_count, e) &&
           tx->owner->ops->operation_add(tx->owner, o, ret_id, e);
}

/* The operation if it is open and we hold the lane. */
static bool open_operation(store_tx *tx, int64_t id, int64_t fence, store_operation *ret, err *e)
{
    bool some;
    if (!tx->owner->ops->operation_get(tx->owner, id, tx->memory, ret, &some, e))
        return false;
    if (!some)
        return ERR(e, ERR_MISSING, "there is no operation %" PRId64, id);
    if (ret->state != OPERATION_OPEN)
        return ERR(e, ERR_CONFLICT, "operation %" PRId64 " is closed already (%s)", id,
                   operation_state_name(ret->state));
    return fence_check(tx, ret->shop, fence, e);
}

/* The same, and it goes on under our fence; O1. */
static bool own_operation(store_tx *tx, int64_t id, int64_t fence, store_operation *ret, err *e)
{
    if (!open_operation(tx, id, fence, ret, e))
        return false;
    return ret->fence == fence ||
           ERR(e, ERR_CONFLICT, "operation %" PRId64 " is another worker's (fence %" PRId64 "); take it over first", id,
               ret->fence);
}

bool store_operation_body(store_tx *tx, int64_t id, str idempotency_key, str body, err *e)
{
    store_operation o;
    bool some;
    if (!tx->owner->ops->operation_get(tx->owner, id, tx->memory, &o, &some, e))
        return false;
    CHECK(some && o.sends == 0);
    o.idempotency_key = idempotency_key;
    o.body = body;
    return tx->owner->ops->operation_put(tx->owner, &o, e);
}

bool store_operation_sending(store_tx *tx, int64_t id, int64_t fence, instant at, err *e)
{
    store_operation o;
    if (!own_operation(tx, id, fence, &o, e))
        return false;
    if (o.first_sent_at == INSTANT_NONE)
        o.first_sent_at = at;
    o.last_sent_at = at;
    o.sends++;
    o.unanswered++;
    return tx->owner->ops->operation_put(tx->owner, &o, e);
}

bool store_operation_answered(store_tx *tx, int64_t id, int64_t fence, instant newest_unanswered, err *e)
{
    store_operation o;
    if (!own_operation(tx, id, fence, &o, e))
        return false;
    CHECK(o.unanswered > 0);
    o.unanswered--;
    o.last_sent_at = newest_unanswered;
    return tx->owner->ops->operation_put(tx->owner, &o, e);
}

bool store_operation_close(store_tx *tx, int64_t id, int64_t fence, operation_state state, str group, instant group_at,
                           str note, err *e)
{
    store_operation o;
    CHECK(state != OPERATION_OPEN);
    if (!own_operation(tx, id, fence, &o, e) || !touch(tx, o.lines, o.line_count, e))
        return false;
    for (size_t i = 0; i < o.line_count && group_at != INSTANT_NONE; i++)
        if (!store_target_stamps(tx, o.lines[i].key, INSTANT_NONE, group_at, e))
            return false;
    o.state = state;
    o.closed_at = tx->now;
    o.group = group;
    o.note = note;
    return tx->owner->ops->operation_put(tx->owner, &o, e);
}

bool store_operation_adopt_fence(store_tx *tx, int64_t id, int64_t fence, err *e)
{
    store_operation o;
    if (!open_operation(tx, id, fence, &o, e))
        return false;
    o.fence = fence;
    return tx->owner->ops->operation_put(tx->owner, &o, e);
}

bool store_operation_line_settled(store_tx *tx, int64_t id, int64_t fence, target_key k, err *e)
{
    store_operation o;
    operation_line line = {.key = k};
    return own_operation(tx, id, fence, &o, e) && touch(tx, &line, 1, e) &&
           tx->owner->ops->operation_line_settled(tx->owner, id, k, e);
}

bool store_operations_open(store_tx *tx, int64_t shop, arena *a, store_operation **ret, size_t *ret_count, err *e)
{
    return tx->owner->ops->operations_open(tx->owner, shop, a, ret, ret_count, e);
}

bool store_operation_get(store_tx *tx, int64_t id, arena *a, store_operation *ret, bool *ret_some, err *e)
{
    return tx->owner->ops->operation_get(tx->owner, id, a, ret, ret_some, e);
}

bool store_operations_of(store_tx *tx, target_key k, uint32_t limit, arena *a, store_operation **ret, size_t *ret_count,
                         err *e)
{
    return tx->owner->ops->operations_of(tx->owner, k, limit, a, ret, ret_count, e);
}

bool store_operation_repeatable(const store_operation *o, instant now)
{
    return now < o->sent_again_until;
}

/* -- lanes -- */

bool store_silent(const store_tx *tx, instant beat, int64_t stale_s)
{
    return llabs(tx->now - beat) >= stale_s * US_PER_S;
}

bool store_lane_take(store_tx *tx, int64_t shop, str holder, int64_t stale_s, int64_t *ret_fence, err *e)
{
    str present;
    int64_t fence;
    instant beat;
    if (!tx->owner->ops->lane_get(tx->owner, shop, tx->memory, &present, &fence, &beat, e))
        return false;
    if (!str_empty(present) && !store_silent(tx, beat, stale_s))
        return ERR(e, ERR_BUSY, "%.*s is working on this shop (last sign of life %s); wait for it or try again",
                   STR_ARG(present), INSTANT_Z(beat));
    *ret_fence = fence + 1;
    return tx->owner->ops->lane_put(tx->owner, shop, holder, fence + 1, tx->now, e);
}

bool store_lane_holder(store_tx *tx, int64_t shop, arena *a, str *ret, err *e)
{
    int64_t fence;
    instant beat;
    return tx->owner->ops->lane_get(tx->owner, shop, a, ret, &fence, &beat, e);
}

static bool lane_change(store_tx *tx, int64_t shop, int64_t fence, bool keep, err *e)
{
    str holder;
    int64_t newest;
    instant beat;
    return fence_check(tx, shop, fence, e) &&
           tx->owner->ops->lane_get(tx->owner, shop, tx->memory, &holder, &newest, &beat, e) &&
           tx->owner->ops->lane_put(tx->owner, shop, keep ? holder : STR(""), fence, tx->now, e);
}

bool store_lane_beat(store_tx *tx, int64_t shop, int64_t fence, err *e)
{
    return lane_change(tx, shop, fence, true, e);
}

bool store_lane_release(store_tx *tx, int64_t shop, int64_t fence, err *e)
{
    return lane_change(tx, shop, fence, false, e);
}

bool store_budget_get(store_tx *tx, int64_t shop, store_budget *ret, err *e)
{
    return tx->owner->ops->budget_get(tx->owner, shop, ret, e);
}

bool store_budget_put(store_tx *tx, int64_t shop, int64_t fence, const store_budget *b, err *e)
{
    return fence_check(tx, shop, fence, e) && tx->owner->ops->budget_put(tx->owner, shop, b, e);
}

/* -- incidents -- */

bool store_incident_add(store_tx *tx, const store_incident *i, int64_t *ret_id, err *e)
{
    return tx->owner->ops->incident_add(tx->owner, i, ret_id, e);
}

bool store_incident_evidence(store_tx *tx, int64_t id, str evidence, err *e)
{
    return tx->owner->ops->incident_evidence(tx->owner, id, evidence, e);
}

bool store_incident_close(store_tx *tx, int64_t id, str note, err *e)
{
    return tx->owner->ops->incident_close(tx->owner, id, note, e);
}

bool store_incidents(store_tx *tx, int64_t shop, target_key k, bool open_only, uint32_t limit, arena *a,
                     store_incident **ret, size_t *ret_count, err *e)
{
    return tx->owner->ops->incidents(tx->owner, shop, k, open_only, limit, a, ret, ret_count, e);
}
