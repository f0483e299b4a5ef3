/* Jobs, their runs and logs, and the tokens of the service. */
#include "store/sqlite/sqlite.h"

static const sq_field JOB_FIELDS[] = {
    F(store_job, id),         F_AS(store_job, kind, WORD),      F(store_job, shop),
    F(store_job, when.kind),  F(store_job, when.minutes),       F(store_job, paused),
    F(store_job, changed_at), F_AS(store_job, paused_at, NONE), F_AS(store_job, next_at, NONE),
    F(store_job, version),
};
static const sq_shape JOB = SHAPE(store_job, JOB_FIELDS);

bool store__sq_job_get(store *s, str kind, int64_t shop, arena *a, store_job *ret, bool *ret_some, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, JOB_GET, WORD(kind), INT(shop));
    return store__sq_one(s, q, &JOB, a, ret, ret_some, e);
}

bool store__sq_jobs(store *s, arena *a, store_job **ret, size_t *ret_count, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE_BARE(s, JOBS);
    return store__sq_all(s, q, &JOB, a, ret, ret_count, e);
}

bool store__sq_job_put(store *s, const store_job *j, err *e)
{
    AUTO(store__sq_end)
    sqlite3_stmt *q = store__sq_use(s, j->id ? SQL_JOB_UPDATE : SQL_JOB_ADD, NULL, 0);
    store__sq_bind(q, 1, &JOB, 0, j);
    return store__sq_run(s, q, e);
}

static const sq_field RUN_FIELDS[] = {
    F(store_run, id),
    F_AS(store_run, kind, WORD),
    F(store_run, shop),
    F(store_run, state),
    F(store_run, cause),
    F(store_run, actor),
    F(store_run, queued_at),
    F_AS(store_run, started_at, NONE),
    F_AS(store_run, ended_at, NONE),
    F_AS(store_run, beat_at, NONE),
    F(store_run, fence),
    F(store_run, cancel_asked),
    F(store_run, counts),
    F(store_run, error),
};
static const sq_shape RUN = SHAPE(store_run, RUN_FIELDS);

bool store__sq_run_get(store *s, int64_t id, arena *a, store_run *ret, bool *ret_some, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, RUN_GET, INT(id));
    return store__sq_one(s, q, &RUN, a, ret, ret_some, e);
}

bool store__sq_run_put(store *s, const store_run *r, int64_t *ret_id, err *e)
{
    AUTO(store__sq_end)
    sqlite3_stmt *q = store__sq_use(s, r->id ? SQL_RUN_UPDATE : SQL_RUN_ADD, NULL, 0);
    store__sq_bind(q, 1, &RUN, 0, r);
    if (store__sq_insert(s, q, r->id, ret_id, e))
        return true;
    if (r->state == RUN_RUNNING && e->code == ERR_CONFLICT) /* the index run_running */
        return ERR(e, ERR_BUSY, "a run of this job is running already");
    return false;
}

bool store__sq_runs(store *s, str kind, int64_t shop, int64_t before, uint32_t limit, arena *a, store_run **ret,
                    size_t *ret_count, err *e)
{
    AUTO(store__sq_end)
    sqlite3_stmt *q = str_empty(kind) || shop == 0
                          ? USE(s, RUNS, INT(before), WORD(kind), INT(shop), INT(limit))
                          : USE(s, RUNS_OF_JOB, INT(before), WORD(kind), INT(shop), INT(limit));
    return store__sq_all(s, q, &RUN, a, ret, ret_count, e);
}

bool store__sq_runs_open(store *s, str kind, int64_t shop, int64_t before, uint32_t limit, arena *a, store_run **ret,
                         size_t *ret_count, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, RUNS_OPEN, INT(before), WORD(kind), INT(shop), INT(limit));
    return store__sq_all(s, q, &RUN, a, ret, ret_count, e);
}

bool store__sq_run_drop(store *s, int64_t id, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *log = USE(s, RUN_LOG_DROP, INT(id));
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, RUN_DROP, INT(id));
    return store__sq_run(s, log, e) && store__sq_run(s, q, e);
}

static const sq_field LOG_FIELDS[] = {F(store_log_line, seq), F(store_log_line, at), F_AS(store_log_line, text, WORD)};
static const sq_shape LOG_LINE = SHAPE(store_log_line, LOG_FIELDS);

bool store__sq_run_log_add(store *s, int64_t run, instant at, str text, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, RUN_LOG_ADD, INT(run), INT(at), WORD(text));
    return store__sq_run(s, q, e);
}

bool store__sq_run_log_lines(store *s, int64_t run, int64_t after, uint32_t limit, arena *a, store_log_line **ret,
                             size_t *ret_count, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, RUN_LOG_LINES, INT(run), INT(after), INT(limit));
    return store__sq_all(s, q, &LOG_LINE, a, ret, ret_count, e);
}

/* -- tokens -- */

static bool any_row(store *s, sqlite3_stmt *q, bool *ret, err *e)
{
    int64_t one;
    if (!store__sq_int(s, q, 0, &one, e))
        return false;
    *ret = one != 0;
    return true;
}

bool store__sq_token_any(store *s, bool *ret, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE_BARE(s, TOKEN_ANY);
    return any_row(s, q, ret, e);
}

bool store__sq_token_add(store *s, str name, digest of, instant at, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, TOKEN_ADD, DIGEST(&of), WORD(name), INT(at));
    return store__sq_run(s, q, e);
}

bool store__sq_token_known(store *s, digest of, bool *ret, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, TOKEN_KNOWN, DIGEST(&of));
    return any_row(s, q, ret, e);
}
