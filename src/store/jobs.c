/*
 * Jobs and their runs: jobs.h says what they are.
 *
 * J1 an edit of a job names the version it was made from; every edit raises it.
 * J2 a run that somebody works on is changed only under its own fence; a crashed one has none any more.
 */
#include "store/internal.h"

const char *run_state_name(run_state s)
{
    static const char *const NAMES[RUN_STATES] = {"pending", "queued",  "running",  "finished",
                                                  "failed",  "crashed", "cancelled"};
    CHECK(s < RUN_STATES);
    return NAMES[s];
}

bool run_state_over(run_state s)
{
    return s >= RUN_FINISHED;
}

/* -- jobs -- */

bool store_job_get(store_tx *tx, str kind, int64_t shop, arena *a, store_job *ret, bool *ret_some, err *e)
{
    return tx->owner->ops->job_get(tx->owner, kind, shop, a, ret, ret_some, e);
}

bool store_jobs(store_tx *tx, arena *a, store_job **ret, size_t *ret_count, err *e)
{
    return tx->owner->ops->jobs(tx->owner, a, ret, ret_count, e);
}

bool store_job_put(store_tx *tx, const store_job *j, err *e)
{
    store_job now;
    bool some;
    if (!store_job_get(tx, j->kind, j->shop, tx->memory, &now, &some, e))
        return false;
    if ((some ? now.version : 0) != j->version) /* J1 */
        return ERR(e, ERR_CONFLICT, "somebody else has changed this job meanwhile; look at it again");
    store_job row = *j;
    row.id = some ? now.id : 0;
    row.version = j->version + 1;
    row.changed_at = tx->now;
    return tx->owner->ops->job_put(tx->owner, &row, e);
}

bool store_job_next(store_tx *tx, str kind, int64_t shop, instant next_at, err *e)
{
    store_job row;
    bool some;
    if (!store_job_get(tx, kind, shop, tx->memory, &row, &some, e))
        return false;
    if (!some)
        return ERR(e, ERR_MISSING, "this job is not scheduled");
    row.next_at = next_at;
    return tx->owner->ops->job_put(tx->owner, &row, e);
}

/* -- runs -- */

bool store_run_get(store_tx *tx, int64_t id, arena *a, store_run *ret, bool *ret_some, err *e)
{
    return tx->owner->ops->run_get(tx->owner, id, a, ret, ret_some, e);
}

static bool run_put(store_tx *tx, const store_run *r, err *e)
{
    int64_t id;
    return tx->owner->ops->run_put(tx->owner, r, &id, e);
}

bool store_run_add(store_tx *tx, const store_run *r, int64_t *ret_id, err *e)
{
    store_run row = *r;
    CHECK(r->state == RUN_PENDING || r->state == RUN_QUEUED);
    row.id = 0;
    row.queued_at = tx->now;
    row.beat_at = r->state == RUN_QUEUED ? tx->now : INSTANT_NONE;
    row.started_at = row.ended_at = INSTANT_NONE;
    row.fence = 0;
    row.cancel_asked = false;
    return tx->owner->ops->run_put(tx->owner, &row, ret_id, e);
}

static bool run_named(store_tx *tx, int64_t id, store_run *ret, err *e)
{
    bool some;
    if (!store_run_get(tx, id, tx->memory, ret, &some, e))
        return false;
    return some || ERR(e, ERR_MISSING, "there is no run %" PRId64 "; 'evenstock job history' lists them", id);
}

bool store_run_take(store_tx *tx, int64_t id, err *e)
{
    store_run row;
    if (!run_named(tx, id, &row, e))
        return false;
    if (row.state != RUN_PENDING)
        return ERR(e, ERR_CONFLICT, "run %" PRId64 " is %s, it is not to be taken up", id, run_state_name(row.state));
    row.state = RUN_QUEUED;
    row.beat_at = tx->now;
    return run_put(tx, &row, e);
}

bool store_run_start(store_tx *tx, int64_t id, int64_t *ret_fence, err *e)
{
    store_run row;
    int64_t fence;
    store *s = tx->owner;
    if (!run_named(tx, id, &row, e) || !s->ops->meta_get(s, "run_fence", 0, &fence, e))
        return false;
    if (row.state != RUN_QUEUED)
        return ERR(e, ERR_CONFLICT, "run %" PRId64 " is %s, it cannot be started", id, run_state_name(row.state));
    row.state = RUN_RUNNING;
    row.started_at = row.beat_at = tx->now;
    row.fence = fence + 1;
    if (!run_put(tx, &row, e) || !s->ops->meta_put(s, "run_fence", fence + 1, e))
        return false;
    *ret_fence = fence + 1;
    return true;
}

/* The run while somebody works on it under `fence`; J2. */
static bool run_ours(store_tx *tx, int64_t id, int64_t fence, store_run *ret, err *e)
{
    if (!run_named(tx, id, ret, e))
        return false;
    if (ret->state == (fence ? RUN_RUNNING : RUN_QUEUED) && ret->fence == fence)
        return true;
    return ERR(e, ERR_CONFLICT, "run %" PRId64 " was taken from us: it is %s", id, run_state_name(ret->state));
}

bool store_run_beat(store_tx *tx, int64_t id, int64_t fence, bool *ret_cancel, err *e)
{
    store_run row;
    if (!run_ours(tx, id, fence, &row, e))
        return false;
    row.beat_at = tx->now;
    if (!run_put(tx, &row, e))
        return false;
    *ret_cancel = row.cancel_asked;
    return true;
}

bool store_run_end(store_tx *tx, int64_t id, int64_t fence, run_state state, str counts, str error, err *e)
{
    store_run row;
    CHECK(run_state_over(state));
    if (!run_ours(tx, id, fence, &row, e))
        return false;
    row.state = state;
    row.ended_at = tx->now;
    row.counts = counts;
    row.error = error;
    return run_put(tx, &row, e);
}

bool store_run_cancel(store_tx *tx, int64_t id, err *e)
{
    store_run row;
    if (!run_named(tx, id, &row, e))
        return false;
    if (run_state_over(row.state))
        return ERR(e, ERR_CONFLICT, "run %" PRId64 " is over already: %s", id, run_state_name(row.state));
    if (row.state == RUN_RUNNING) {
        row.cancel_asked = true;
    } else {
        row.state = RUN_CANCELLED;
        row.ended_at = tx->now;
    }
    return run_put(tx, &row, e);
}

bool store_runs(store_tx *tx, str kind, int64_t shop, bool open_only, int64_t before, uint32_t limit, arena *a,
                store_run **ret, size_t *ret_count, err *e)
{
    const struct store_ops *ops = tx->owner->ops;
    int64_t from = before > 0 ? before : INT64_MAX;
    return (open_only ? ops->runs_open : ops->runs)(tx->owner, kind, shop, from, limit, a, ret, ret_count, e);
}

#define OPEN_RUNS_MAX 10000 /* more open runs than shops and jobs can have */

bool store_runs_crashed(store_tx *tx, int64_t stale_s, int64_t *ret_count, err *e)
{
    store_run *rows;
    size_t count;
    *ret_count = 0;
    if (!store_runs(tx, STR(""), 0, true, 0, OPEN_RUNS_MAX, tx->memory, &rows, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (rows[i].beat_at == INSTANT_NONE || !store_silent(tx, rows[i].beat_at, stale_s))
            continue; /* pending: nobody has it; or alive */
        rows[i].state = RUN_CRASHED;
        rows[i].ended_at = tx->now;
        rows[i].error = str_printf(tx->memory, "no sign of life since %s", INSTANT_Z(rows[i].beat_at));
        if (!run_put(tx, &rows[i], e))
            return false;
        ++*ret_count;
    }
    return true;
}

bool store_run_forget(store_tx *tx, int64_t id, err *e)
{
    store_run row;
    if (!run_named(tx, id, &row, e))
        return false;
    if (!run_state_over(row.state))
        return ERR(e, ERR_CONFLICT, "run %" PRId64 " is %s", id, run_state_name(row.state));
    return tx->owner->ops->run_drop(tx->owner, id, e);
}

bool store_run_log(store_tx *tx, int64_t run, str text, err *e)
{
    return tx->owner->ops->run_log_add(tx->owner, run, tx->now, text, e);
}

bool store_run_log_lines(store_tx *tx, int64_t run, int64_t after, uint32_t limit, arena *a, store_log_line **ret,
                         size_t *ret_count, err *e)
{
    return tx->owner->ops->run_log_lines(tx->owner, run, after, limit, a, ret, ret_count, e);
}

/* -- tokens -- */

bool store_token_any(store_tx *tx, bool *ret, err *e)
{
    return tx->owner->ops->token_any(tx->owner, ret, e);
}

bool store_token_add(store_tx *tx, str name, digest of, err *e)
{
    return tx->owner->ops->token_add(tx->owner, name, of, tx->now, e);
}

bool store_token_known(store_tx *tx, digest of, bool *ret, err *e)
{
    return tx->owner->ops->token_known(tx->owner, of, ret, e);
}
