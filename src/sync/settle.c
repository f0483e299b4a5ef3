/*
 * What an earlier run left open is in doubt, and is settled before anything else is planned for its targets (P2, P6):
 * the same bytes with the same key, under our fence. What is too old for that is closed by reading; reconcile.c (R7).
 */
#include "sync/internal.h"

typedef struct settling {
    const store_operation *open;
    size_t count, at;
} settling;

/* A push that was planned and never sent: what it would do may not be wanted any more, so it is planned again. */
static bool never_sent(const store_operation *o)
{
    return o->kind == OPERATION_PUSH && (o->sends == 0 || MUTANT(forget_doubt));
}

static bool take_over(sync_lane *l, store_tx *tx, int64_t id, arena *a, store_operation *ret, bool *ret_some, err *e)
{
    if (!store_operation_adopt_fence(tx, id, l->fence, e) || !store_operation_get(tx, id, a, ret, ret_some, e))
        return false;
    if (!*ret_some || !never_sent(ret))
        return true;
    *ret_some = false;
    return store_operation_close(tx, id, l->fence, OPERATION_REFUSED, STR(""), INSTANT_NONE, STR("it was never sent"),
                                 e);
}

static bool next_open(sync__sender *s, arena *a, store_operation *ret, bool *ret_some, err *e)
{
    settling *job = s->ctx;
    sync_lane *l = s->lane;
    *ret_some = false;
    while (job->at < job->count && !*ret_some) {
        AUTO(store_tx_end) store_tx *tx = NULL;
        int64_t id = job->open[job->at++].id;
        if (!store_begin(l->db, STORE_WRITE, &tx, e) || !take_over(l, tx, id, a, ret, ret_some, e) ||
            !store_commit(&tx, e))
            return err_wrap(e, "taking over push %" PRId64, id);
    }
    return true;
}

bool sync__settle(sync_lane *l, sync__report *r, sync__ids *ret_to_read, err *e)
{
    AUTO(arena_end) arena *a = arena_new(0);
    settling job = {0};
    {
        AUTO(store_tx_end) store_tx *tx = NULL;
        store_operation *open;
        if (!store_begin(l->db, STORE_READ, &tx, e) || !store_operations_open(tx, l->shop, a, &open, &job.count, e))
            return false;
        job.open = open;
    }
    sync__sender s = {.lane = l, .report = r, .next = next_open, .ctx = &job};
    if (!sync__send(&s, e))
        return false;
    *ret_to_read = s.to_read;
    return true;
}
