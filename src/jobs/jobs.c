/*
 * The table of jobs, edits of a job, and what the lists show. To add a job: a row of jobs_kinds and its function.
 */
#include "jobs/internal.h"

const job_kind jobs_kinds[] = {
    {"recent", "Upload recent inventory change",
     "Pushes what Shopify does not show yet: stock, orders, settings that changed here. Needed all the time; as "
     "changes happen is best.",
     0, sync_recent},
    {"orders", "Import orders",
     "Reads what the shop's orders did since the last time, so that our books know of it. Needed every few minutes.", 5,
     sync_orders},
    {"hard", "Hard Sync",
     "Reads everything back from Shopify, finds what others changed there, and mends it. Needed once a day, and after "
     "somebody edited stock in Shopify.",
     900, sync_hard},
    {0},
};
_Static_assert(COUNT(jobs_kinds) == JOBS__KINDS + 1, "the service remembers each kind");

const job_kind *jobs_kind(str name)
{
    for (const job_kind *k = jobs_kinds; k->name; k++)
        if (str_equal(str_of(k->name), name) || str_equal_fold(str_of(k->title), name))
            return k;
    return NULL;
}

bool jobs_kind_named(str name, const job_kind **ret, err *e)
{
    const job_kind *k = jobs_kind(str_trim(name));
    if (!k)
        return ERR(e, ERR_MISSING, "there is no job '%.*s'; there are recent (\"%s\"), orders (\"%s\"), hard (\"%s\")",
                   STR_ARG(name), jobs_kinds[0].title, jobs_kinds[1].title, jobs_kinds[2].title);
    *ret = k;
    return true;
}

/* -- edits -- */

static bool shop_named(store_tx *tx, str code, const store_shop **ret, err *e)
{
    const store_config *c;
    if (!store_config_get(tx, &c, e))
        return false;
    *ret = config_shop_by_code(c, code);
    return *ret || ERR(e, ERR_MISSING, "there is no shop '%.*s'; 'evenstock export config' shows them", STR_ARG(code));
}

/* The job as it is stored, or as it is when nobody has said anything of it. */
static bool job_of(store_tx *tx, const job_kind *k, str code, arena *a, store_job *ret, err *e)
{
    const store_shop *row;
    bool some;
    if (!shop_named(tx, code, &row, e) || !store_job_get(tx, str_of(k->name), row->id, a, ret, &some, e))
        return false;
    if (!some)
        *ret = (store_job){.kind = str_of(k->name),
                           .shop = row->id,
                           .changed_at = INSTANT_NONE,
                           .paused_at = INSTANT_NONE,
                           .next_at = INSTANT_NONE};
    return true;
}

bool jobs_schedule(store *db, const job_kind *k, str code, schedule s, bool paused, int64_t version, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    store_job j;
    if (!store_begin(db, STORE_WRITE, &tx, e) || !job_of(tx, k, code, store_arena(tx), &j, e))
        return false;
    if (version >= 0)
        j.version = version;
    j.when = s;
    j.next_at = domain_schedule_next(s, store_now(tx));
    j.paused = paused;
    j.paused_at = paused ? store_now(tx) : INSTANT_NONE;
    return store_job_put(tx, &j, e) && store_commit(&tx, e);
}

bool jobs_pause(store *db, const job_kind *k, str code, bool paused, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    store_job j;
    if (!store_begin(db, STORE_WRITE, &tx, e) || !job_of(tx, k, code, store_arena(tx), &j, e))
        return false;
    if (j.when.kind == SCHEDULE_NONE)
        return ERR(e, ERR_CONFLICT, "%s of shop '%.*s' is not scheduled; 'evenstock job schedule %s' does it", k->title,
                   STR_ARG(code), k->name);
    if (j.paused == paused)
        return true;
    j.paused = paused;
    j.paused_at = paused ? store_now(tx) : INSTANT_NONE;
    j.next_at = domain_schedule_next(j.when, store_now(tx));
    return store_job_put(tx, &j, e) && store_commit(&tx, e);
}

bool jobs_cancel(store *db, int64_t run, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    return store_begin(db, STORE_WRITE, &tx, e) && store_run_cancel(tx, run, e) && store_commit(&tx, e);
}

/* -- lists -- */

#define LOOK_BACK 20 /* runs looked through for the newest that is over; open ones are few */

static bool view_runs(store_tx *tx, job_view *v, int64_t of, arena *a, err *e)
{
    store_run *rows;
    size_t count;
    if (!store_runs(tx, str_of(v->kind->name), of, /* open_only= */ false, 0, LOOK_BACK, a, &rows, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (rows[i].state == RUN_RUNNING && !v->has_running) {
            v->running = rows[i];
            v->has_running = true;
        }
        if (run_state_over(rows[i].state) && !v->has_last) {
            v->last = rows[i];
            v->has_last = true;
        }
    }
    return true;
}

static bool view_of(store_tx *tx, const job_kind *k, const store_shop *of, arena *a, job_view *ret, err *e)
{
    store_job j;
    job_view v = {.kind = k, .shop = str_copy(a, of->code)};
    if (!job_of(tx, k, of->code, a, &j, e) || !view_runs(tx, &v, of->id, a, e) ||
        !store_owing_count(tx, of->id, 0, &v.owed, &v.oldest_owed_at, e))
        return false;
    v.when = j.when;
    v.schedule_text = domain_schedule_text(a, j.when);
    v.version = j.version;
    v.status = j.when.kind == SCHEDULE_NONE ? "unscheduled" : j.paused ? "paused" : "scheduled";
    v.next_at = j.paused ? INSTANT_NONE : j.next_at;
    v.paused_at = j.paused_at;
    *ret = v;
    return true;
}

bool jobs_list(store_tx *tx, str code, arena *a, job_view **ret, size_t *ret_count, err *e)
{
    const store_config *c;
    const store_shop *only = NULL;
    size_t count = 0;
    if (!store_config_get(tx, &c, e) || (!str_empty(code) && !shop_named(tx, code, &only, e)))
        return false;
    job_view *views = ARENA_NEW(a, job_view, c->shop_count * (COUNT(jobs_kinds) - 1) + 1);
    for (size_t i = 0; i < c->shop_count; i++)
        for (const job_kind *k = jobs_kinds; k->name && (!only || only == &c->shops[i]); k++)
            if (!view_of(tx, k, &c->shops[i], a, &views[count++], e))
                return false;
    *ret = views;
    *ret_count = count;
    return true;
}
