#pragma once
/*
 * Jobs, their runs and the tokens of the service. A job is (kind, shop); a run is one time that it ran. At most one run
 * of a job is running: a unique index is the lock, a heartbeat with a fence frees what crashed.
 */
#include "store/config.h"

typedef struct store_job {
    int64_t id; /* 0: not stored yet; every known job of every shop exists once it was scheduled, paused or run */
    str kind;   /* "recent", "hard", "orders" */
    int64_t shop;
    schedule when;
    bool paused;
    instant changed_at; /* of the schedule or the pause */
    instant paused_at;  /* INSTANT_NONE: not paused */
    instant next_at;    /* INSTANT_NONE: follows no clock */
    int64_t version;    /* rises with each edit: two edits at once are found by it */
} store_job;
/* *ret_some false: nothing was ever said of this job: it is not scheduled. */
MUST bool store_job_get(store_tx *tx, str kind, int64_t shop, arena *a, store_job *ret, bool *ret_some, err *e);
MUST bool store_jobs(store_tx *tx, arena *a, store_job **ret, size_t *ret_count, err *e);
/* Stores it if its version is still `j->version` (0: new), else ERR_CONFLICT: somebody changed it meanwhile. */
MUST bool store_job_put(store_tx *tx, const store_job *j, err *e);
/* The scheduler's own step; no edit: leaves the version. */
MUST bool store_job_next(store_tx *tx, str kind, int64_t shop, instant next_at, err *e);

typedef enum run_state {
    RUN_PENDING, /* asked for; the service takes it up */
    RUN_QUEUED,  /* a worker has it and waits for a run of the same job to end */
    RUN_RUNNING,
    RUN_FINISHED,
    RUN_FAILED,
    RUN_CRASHED,
    RUN_CANCELLED,
    RUN_STATES
} run_state;
const char *run_state_name(run_state s);
bool run_state_over(run_state s);

typedef struct store_run {
    int64_t id;
    str kind;
    int64_t shop;
    run_state state;
    str cause; /* "schedule", "changes", "by hand" */
    str actor;
    instant queued_at, started_at, ended_at, beat_at; /* INSTANT_NONE: not yet */
    int64_t fence;                                    /* 0: never running */
    bool cancel_asked;
    str counts; /* JSON object; "" before its end */
    str error;  /* "" none */
} store_run;
MUST bool store_run_add(store_tx *tx, const store_run *r, int64_t *ret_id, err *e); /* pending or queued, as it says */
/* Pending to queued. ERR_CONFLICT: another worker has it, or it was cancelled. */
MUST bool store_run_take(store_tx *tx, int64_t id, err *e);
/* Queued to running under a new fence. ERR_BUSY: a run of this job is running; ERR_CONFLICT: it is no longer queued. */
MUST bool store_run_start(store_tx *tx, int64_t id, int64_t *ret_fence, err *e);
/* Of a queued (fence 0) or running run. ERR_CONFLICT: the fence was taken, the run counts as crashed, or, while it was
 * queued, as cancelled. *ret_cancel: somebody asked for its end. */
MUST bool store_run_beat(store_tx *tx, int64_t id, int64_t fence, bool *ret_cancel, err *e);
MUST bool store_run_end(store_tx *tx, int64_t id, int64_t fence, run_state state, str counts, str error, err *e);
/* Pending or queued: cancelled at once. Running: asked to end. ERR_MISSING, ERR_CONFLICT: it is over already. */
MUST bool store_run_cancel(store_tx *tx, int64_t id, err *e);
/* No sign of life for `stale_s`. A beat that lies as far ahead is none: the clock was set back, and who lives would
 * have beaten by it. */
bool store_silent(const store_tx *tx, instant beat, int64_t stale_s);
/* Queued and running runs without a beat for `stale_s` become crashed; *ret_count of them. */
MUST bool store_runs_crashed(store_tx *tx, int64_t stale_s, int64_t *ret_count, err *e);
/* As if it had never been, with its log. ERR_MISSING; ERR_CONFLICT: it is not over. */
MUST bool store_run_forget(store_tx *tx, int64_t id, err *e);
MUST bool store_run_get(store_tx *tx, int64_t id, arena *a, store_run *ret, bool *ret_some, err *e);
/* Newest first, of one job (kind "" any, shop 0 any), before run id `before` (0: from the newest); only those not over
 * if asked. */
MUST bool store_runs(store_tx *tx, str kind, int64_t shop, bool open_only, int64_t before, uint32_t limit, arena *a,
                     store_run **ret, size_t *ret_count, err *e);

typedef struct store_log_line {
    int64_t seq;
    instant at;
    str text;
} store_log_line;
MUST bool store_run_log(store_tx *tx, int64_t run, str text, err *e);
MUST bool store_run_log_lines(store_tx *tx, int64_t run, int64_t after, uint32_t limit, arena *a, store_log_line **ret,
                              size_t *ret_count, err *e);

/* Tokens of the service, kept as digests. */
MUST bool store_token_any(store_tx *tx, bool *ret, err *e);
MUST bool store_token_add(store_tx *tx, str name, digest of, err *e);
MUST bool store_token_known(store_tx *tx, digest of, bool *ret, err *e);
