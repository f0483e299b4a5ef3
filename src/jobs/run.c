/*
 * One run of a job: pending or queued, running with a heartbeat, ended; its counts, log and error are kept.
 *
 * The heart beats where the run waits: the world that the lane gets beats before each sleep and each answer.
 */
#include "jobs/internal.h"

#define OPEN_MAX 100 /* open runs of one job that are looked at: one runs, and few wait */
#define POLL_MS  100 /* between two looks at a run that is waited for */

typedef struct running {
    store *db;
    const world *outer;
    const jobs_request *request;
    int64_t id, fence; /* fence 0: queued */
    int64_t beat_ticks;
    int64_t ending_ticks; /* since when its end is wanted; 0: it is not */
    bool cancel;          /* somebody asked for the end */
    bool taken;           /* the run counts as crashed: another may be running */
} running;

static int64_t ticks(const world *w)
{
    return w->clock.ticks_us(w->clock.ctx);
}

/* -- the heart -- */

static void beat(running *r)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    err trouble = {0};
    bool cancel = false;
    if (ticks(r->outer) - r->beat_ticks < JOBS_BEAT_S * US_PER_S)
        return;
    r->beat_ticks = ticks(r->outer);
    if (store_begin(r->db, STORE_WRITE, &tx, &trouble) && store_run_beat(tx, r->id, r->fence, &cancel, &trouble) &&
        store_commit(&tx, &trouble))
        r->cancel |= cancel;
    else
        r->taken |= trouble.code == ERR_CONFLICT; /* a busy database is no reason to end */
}

static bool stop_in(void *ctx)
{
    running *r = ctx;
    bool wanted = r->cancel || r->taken || (r->request->stop && r->request->stop(r->request->ctx));
    if (wanted && r->ending_ticks == 0)
        r->ending_ticks = ticks(r->outer);
    return wanted;
}

static instant now_of(void *ctx)
{
    const running *r = ctx;
    return world_now(r->outer);
}

static int64_t ticks_of(void *ctx)
{
    const running *r = ctx;
    return ticks(r->outer);
}

static void sleep_in(void *ctx, int64_t until)
{
    running *r = ctx;
    beat(r);
    r->outer->clock.sleep_until_us(r->outer->clock.ctx, until);
}

static bool post_in(void *ctx, const net_request *q, uint64_t ticket, err *e)
{
    const running *r = ctx;
    return r->outer->net.post(r->outer->net.ctx, q, ticket, e);
}

static bool next_in(void *ctx, int64_t until, arena *a, net_answer *ret, bool *ret_some, err *e)
{
    running *r = ctx;
    beat(r);
    if (stop_in(r) && ticks(r->outer) - r->ending_ticks > JOBS_GRACE_S * US_PER_S)
        return ERR(e, ERR_BUSY,
                   "it was ended while the shop did not answer; what is in doubt is sent again by the next run");
    return r->outer->net.next(r->outer->net.ctx, until, a, ret, ret_some, e);
}

static void progress_in(void *ctx, const char *what, int64_t done, int64_t total)
{
    const running *r = ctx;
    if (r->request->progress)
        r->request->progress(r->request->ctx, what, done, total);
}

/* -- from asked for to running -- */

bool jobs__pend(store_tx *tx, const store_run *like, int64_t *ret_id, err *e)
{
    store_run *open, row = *like;
    size_t count;
    if (!store_runs(tx, like->kind, like->shop, /* open_only= */ true, 0, OPEN_MAX, store_arena(tx), &open, &count, e))
        return false;
    for (size_t i = 0; i < count; i++)
        if (open[i].state == RUN_PENDING) {
            *ret_id = open[i].id;
            return true;
        }
    row.state = RUN_PENDING;
    return store_run_add(tx, &row, ret_id, e);
}

static bool shop_of(store_tx *tx, str code, int64_t *ret, err *e)
{
    const store_config *c;
    if (!store_config_get(tx, &c, e))
        return false;
    const store_shop *of = config_shop_by_code(c, code);
    if (!of)
        return ERR(e, ERR_MISSING, "there is no shop '%.*s'; 'evenstock export config' shows them", STR_ARG(code));
    *ret = of->id;
    return true;
}

bool jobs_queue(store *db, const job_kind *k, str code, str actor, int64_t *ret_run, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    store_run like = {.kind = str_of(k->name), .cause = STR("by hand"), .actor = actor};
    return store_begin(db, STORE_WRITE, &tx, e) && shop_of(tx, code, &like.shop, e) &&
           jobs__pend(tx, &like, ret_run, e) && store_commit(&tx, e);
}

static bool queue(running *r, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    const jobs_request *q = r->request;
    store_run row = {.kind = str_of(q->kind->name), .state = RUN_QUEUED, .cause = q->cause, .actor = q->actor};
    int64_t id = q->run;
    if (!store_begin(r->db, STORE_WRITE, &tx, e) || !shop_of(tx, q->shop, &row.shop, e) ||
        !(id ? store_run_take(tx, id, e) : store_run_add(tx, &row, &id, e)) || !store_commit(&tx, e))
        return false;
    r->id = id;
    r->beat_ticks = ticks(r->outer);
    return true;
}

static bool start(running *r, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    int64_t crashed;
    bool cancel; /* a queued run is cancelled at once, not asked to end */
    /* Its own sign of life first: the clock may have been set since. */
    if (!store_begin(r->db, STORE_WRITE, &tx, e) || !store_run_beat(tx, r->id, 0, &cancel, e) ||
        !store_runs_crashed(tx, JOBS_STALE_S, &crashed, e) || !store_run_start(tx, r->id, &r->fence, e))
        return false;
    return store_commit(&tx, e);
}

/* Waits for a run of the same job to end. */
static bool start_within(running *r, err *e)
{
    int64_t until = ticks(r->outer) + r->request->wait_ms * US_PER_MS;
    while (!start(r, e)) {
        if (e->code != ERR_BUSY || ticks(r->outer) >= until || stop_in(r))
            return false;
        sleep_in(r, ticks(r->outer) + POLL_MS * US_PER_MS);
    }
    r->beat_ticks = ticks(r->outer);
    return true;
}

/* -- the end -- */

#define COUNTS_MAX (16u << 10)

/* What was found and what is left, one line each. */
static bool write_log(store_tx *tx, int64_t run, const sync_report *report, err *e)
{
    for (size_t i = 0; i < report->incident_count; i++) {
        const sync_incident *n = &report->incidents[i];
        str line = str_printf(store_arena(tx), "%.*s in %.*s: changed by somebody else by %+" PRId64, STR_ARG(n->sku),
                              STR_ARG(n->channel), n->drift);
        if (!store_run_log(tx, run, line, e))
            return false;
    }
    for (size_t i = 0; i < report->left_count; i++) {
        const sync_left *n = &report->left[i];
        str line = str_printf(store_arena(tx), "%.*s in %.*s: not confirmed: %.*s", STR_ARG(n->sku),
                              STR_ARG(n->channel), STR_ARG(n->why));
        if (!store_run_log(tx, run, line, e))
            return false;
    }
    return true;
}

/* `report` NULL: there is none, for the reason `error`. */
static bool finish(const running *r, const sync_report *report, str error, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    AUTO(buf_end) buf counts = buf_new(COUNTS_MAX);
    if (report) {
        sync_report brief = *report;
        brief.left_count = brief.incident_count = brief.line_count = brief.relinked_count =
            0; /* lists are told once, in the log */
        js_writer w = js_writer_new(&counts);
        jobs_report_json(&w, r->request->kind->name, &brief, /* lines= */ false);
    }
    run_state state = r->ending_ticks ? RUN_CANCELLED : str_empty(error) ? RUN_FINISHED : RUN_FAILED;
    if (!store_begin(r->db, STORE_WRITE, &tx, e) || (report && !write_log(tx, r->id, report, e)) ||
        (!str_empty(error) && !store_run_log(tx, r->id, error, e)))
        return false;
    return store_run_end(tx, r->id, r->fence, state, buf_str(&counts), error, e) && store_commit(&tx, e);
}

bool jobs_pushes_follow(store *db, str code, bool *ret, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    store_job push;
    int64_t of;
    bool some;
    if (!store_begin(db, STORE_READ, &tx, e) || !shop_of(tx, code, &of, e) ||
        !store_job_get(tx, STR("recent"), of, store_arena(tx), &push, &some, e))
        return false;
    *ret = some && !push.paused && push.when.kind == SCHEDULE_CHANGES;
    return true;
}

static bool work(running *r, arena *a, sync_report *ret, err *e)
{
    world w = {.clock = {r, now_of, ticks_of, sleep_in}, .rng = r->outer->rng, .net = {r, post_in, next_in}};
    AUTO(sync_close) sync_lane *l = NULL; /* ends before its world does */
    sync_options o = {.shop = r->request->shop,
                      .channel = STR(""),
                      .settle_ms = SYNC_SETTLE_MS,
                      .stop = stop_in,
                      .progress = progress_in,
                      .ctx = r};
    return jobs_pushes_follow(r->db, o.shop, &o.push, e) && store_catch_up_all(r->db, e) &&
           sync_open(r->db, &w, &o, r->request->wait_ms, &l, e) && r->request->kind->run(l, a, ret, e);
}

bool jobs_run(store *db, const world *w, const jobs_request *request, arena *a, sync_report *ret, int64_t *ret_run,
              err *e)
{
    running r = {.db = db, .outer = w, .request = request};
    sync_report report = {0};
    err ignored = {0};
    if (!queue(&r, e))
        return false;
    *ret_run = r.id;
    if (!start_within(&r, e) || !work(&r, a, &report, e)) {
        (void)!finish(&r, NULL, str_of(e->text), &ignored); /* the first error is the one to tell */
        return false;
    }
    *ret = report;
    return finish(&r, &report, report.stopped, e); /* the shop said stop: that is no good end */
}
