/*
 * The scheduler: one thread that sees what is due, and leaves it as a pending run for the worker of the shop.
 *
 * S1 what is due by the clock becomes a pending run in the transaction that moves its next time: once, and not lost.
 * S2 a job that follows changes has one open run at most; what changes meanwhile is seen after that.
 */
#include "jobs/internal.h"

#include <signal.h>
#include <stdlib.h>

#define POLL_US  (100 * US_PER_MS) /* between two looks at whether others have changed the database */
#define LOOK_US  US_PER_S          /* between two whole looks: dates that pass, runs that crash */
#define DOUBT_US (10 * US_PER_S)   /* a push in doubt is its sender's for so long, as the lane's lease is */
#define OPEN_MAX 10000             /* open runs looked at */

int64_t jobs__ticks(const jobs_service *s)
{
    return s->world.clock.ticks_us(s->world.clock.ctx);
}

void jobs__cond_init(pthread_cond_t *c)
{
    pthread_condattr_t how;
    CHECK(pthread_condattr_init(&how) == 0);
    CHECK(pthread_condattr_setclock(&how, CLOCK_MONOTONIC) == 0);
    CHECK(pthread_cond_init(c, &how) == 0);
    pthread_condattr_destroy(&how);
}

void jobs__wait(jobs_service *s, pthread_cond_t *c, int64_t until_ticks)
{
    struct timespec until = {.tv_sec = until_ticks / US_PER_S, .tv_nsec = until_ticks % US_PER_S * 1000};
    if (until_ticks == INT64_MAX)
        pthread_cond_wait(c, &s->lock);
    else
        pthread_cond_timedwait(c, &s->lock, &until);
}

/* -- one look -- */

typedef struct due {
    const job_kind *kind;
    int64_t shop;
    bool by_clock;
} due;

typedef struct sight {
    jobs_service *s;
    store_tx *tx;
    arena *a;
    int64_t next; /* ticks of the next look */
    store_run *open;
    size_t open_count;
    bool crashed; /* a run shows no life */
    VEC(due) due;
    VEC(int64_t) pending; /* shops with a pending run */
} sight;

static void look_by(sight *g, int64_t at_ticks)
{
    g->next = qty_min(g->next, at_ticks);
}

static bool is_open(const sight *g, const store_job *j)
{
    for (size_t i = 0; i < g->open_count; i++)
        if (g->open[i].shop == j->shop && str_equal(g->open[i].kind, j->kind))
            return true;
    return false;
}

/* Pushes that were sent, have no answer, and may be sent again: nothing owes, yet there is something to do. */
static bool in_doubt(sight *g, int64_t of, bool *ret, err *e)
{
    store_operation *open;
    size_t count;
    if (!store_operations_open(g->tx, of, g->a, &open, &count, e))
        return false;
    *ret = false;
    for (size_t i = 0; i < count; i++)
        *ret |= store_operation_repeatable(&open[i], store_now(g->tx));
    return true;
}

/* How long what there is to do may be gathered; -1: there is nothing. */
static bool to_gather_us(sight *g, const job_kind *k, int64_t of, int64_t *ret, err *e)
{
    target_row *owing;
    size_t count;
    bool doubt;
    if (k->poll_s > 0) {
        *ret = 0; /* what happens at the shop is not seen here: ask */
        return true;
    }
    if (!store_owing(g->tx, of, 0, 1, g->a, &owing, &count, e) || !in_doubt(g, of, &doubt, e))
        return false;
    *ret = count ? g->s->gather_us : doubt ? DOUBT_US : -1;
    return true;
}

/* A webhook told of an order: a job that polls need not wait for its next poll. */
static bool is_told(sight *g, const job_kind *k, int64_t of, bool *ret, err *e)
{
    store_told *told;
    size_t count = 0;
    if (k->poll_s > 0 && !store_told_orders(g->tx, of, 1, g->a, &told, &count, e))
        return false;
    *ret = count > 0;
    return true;
}

static bool follow_changes(sight *g, const job_kind *k, const store_job *j, err *e)
{
    jobs_service *s = g->s;
    int64_t now = jobs__ticks(s), gather = -1;
    pthread_mutex_lock(&s->lock);
    jobs__worker *w = jobs__worker_of(s, j->shop);
    jobs__duty d = w ? w->duties[k - jobs_kinds] : (jobs__duty){.in_hand = true};
    pthread_mutex_unlock(&s->lock);
    bool told;
    if (!is_told(g, k, j->shop, &told, e))
        return false;
    if (told && d.fruitless == 0)
        d.not_before = 0;
    bool rests = d.in_hand || is_open(g, j) || now < d.not_before; /* S2 */
    if (!rests && !to_gather_us(g, k, j->shop, &gather, e))
        return false;
    if (now < d.not_before)
        look_by(g, d.not_before);
    int64_t since = gather < 0 ? 0 : d.since ? d.since : now;
    if (gather >= 0 && now >= since + gather) {
        *vec_push(g->a, &g->due) = (due){.kind = k, .shop = j->shop};
        since = 0;
    } else if (gather >= 0) {
        look_by(g, since + gather);
    }
    pthread_mutex_lock(&s->lock);
    if (w)
        w->duties[k - jobs_kinds].since = since;
    pthread_mutex_unlock(&s->lock);
    return true;
}

/* By its schedule: its time has come, or lies further ahead than the next one can, since the clock was set back. */
static bool is_due(const store_job *j, instant now)
{
    return j->next_at != INSTANT_NONE && (j->next_at <= now || j->next_at > domain_schedule_next(j->when, now));
}

static bool look_at_job(sight *g, const store_job *j, err *e)
{
    const job_kind *k = jobs_kind(j->kind);
    if (!k || j->paused)
        return true;
    if (j->when.kind == SCHEDULE_CHANGES)
        return follow_changes(g, k, j, e);
    if (j->next_at == INSTANT_NONE)
        return true;
    instant now = store_now(g->tx);
    if (is_due(j, now))
        *vec_push(g->a, &g->due) = (due){.kind = k, .shop = j->shop, .by_clock = true};
    else
        look_by(g, jobs__ticks(g->s) + qty_min(LOOK_US, j->next_at - now));
    return true;
}

static void look_at_run(sight *g, const store_run *r)
{
    if (r->state == RUN_PENDING)
        *vec_push(g->a, &g->pending) = r->shop;
    else
        g->crashed |= store_silent(g->tx, r->beat_at, JOBS_STALE_S);
}

static bool look_around(sight *g, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    store_job *jobs;
    size_t count;
    if (!store_begin(g->s->db, STORE_READ, &tx, e) ||
        !store_runs(tx, STR(""), 0, /* open_only= */ true, 0, OPEN_MAX, g->a, &g->open, &g->open_count, e) ||
        !store_jobs(tx, g->a, &jobs, &count, e))
        return false;
    g->tx = tx;
    for (size_t i = 0; i < g->open_count; i++)
        look_at_run(g, &g->open[i]);
    for (size_t i = 0; i < count; i++)
        if (!look_at_job(g, &jobs[i], e))
            return false;
    return true;
}

/* -- what follows from it -- */

/* Looks again, now that nobody else writes: the job may have been edited since. S1 */
static bool pend(sight *g, store_tx *tx, const due *d, err *e)
{
    store_job j;
    bool some;
    int64_t id;
    if (!store_job_get(tx, str_of(d->kind->name), d->shop, g->a, &j, &some, e))
        return false;
    if (!some || j.paused || (d->by_clock ? !is_due(&j, store_now(tx)) : j.when.kind != SCHEDULE_CHANGES))
        return true;
    store_run like = {.kind = j.kind,
                      .shop = j.shop,
                      .cause = d->by_clock ? STR("schedule") : STR(JOBS_CAUSE_CHANGES),
                      .actor = STR("service")};
    *vec_push(g->a, &g->pending) = j.shop;
    return (!d->by_clock || store_job_next(tx, j.kind, j.shop, domain_schedule_next(j.when, store_now(tx)), e)) &&
           jobs__pend(tx, &like, &id, e);
}

static bool write_down(sight *g, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    int64_t crashed;
    if (g->due.count == 0 && !g->crashed)
        return true;
    if (!store_begin(g->s->db, STORE_WRITE, &tx, e) || !store_runs_crashed(tx, JOBS_STALE_S, &crashed, e))
        return false;
    for (size_t i = 0; i < g->due.count; i++)
        if (!pend(g, tx, &g->due.at[i], e))
            return false;
    if (!store_commit(&tx, e))
        return false;
    if (crashed)
        log_line(LOG_WARN, "run.crashed", F_INT("runs", crashed));
    return true;
}

static void ask_workers(const sight *g)
{
    pthread_mutex_lock(&g->s->lock);
    for (size_t i = 0; i < g->pending.count; i++) {
        jobs__worker *w = jobs__worker_of(g->s, g->pending.at[i]);
        if (w)
            jobs__worker_ask(w);
    }
    pthread_mutex_unlock(&g->s->lock);
}

static bool look(jobs_service *s, int64_t *ret_next, err *e)
{
    AUTO(arena_end) arena *a = arena_new(0);
    sight g = {.s = s, .a = a, .next = jobs__ticks(s) + LOOK_US};
    if (!store_catch_up_all(s->db, e) || !look_around(&g, e) || !write_down(&g, e))
        return false;
    ask_workers(&g);
    *ret_next = g.next;
    return true;
}

/* -- the thread -- */

/* Waits until a look is due, asked for, or others have changed the database since version `seen`. */
static bool wait_for_change(jobs_service *s, int64_t until, int64_t seen, err *e)
{
    bool woken = false;
    int64_t version = seen;
    while (!woken && version == seen && jobs__ticks(s) < until) {
        pthread_mutex_lock(&s->lock);
        if (!s->woken)
            jobs__wait(s, &s->look, qty_min(until, jobs__ticks(s) + POLL_US));
        woken = s->woken || atomic_load(&s->stopping);
        s->woken = false;
        pthread_mutex_unlock(&s->lock);
        if (!store_data_version(s->db, &version, e))
            return false;
    }
    return true;
}

static void *schedule_all(void *ctx)
{
    jobs_service *s = ctx;
    while (!atomic_load(&s->stopping)) {
        err trouble = {0};
        int64_t seen, next;
        /* The version first: what is committed during the look is seen by the next one. */
        if (store_data_version(s->db, &seen, &trouble) && look(s, &next, &trouble) &&
            wait_for_change(s, next, seen, &trouble))
            continue;
        log_line(LOG_WARN, "scheduler.waits", F_STR("why", str_of(trouble.text)));
        pthread_mutex_lock(&s->lock);
        if (!atomic_load(&s->stopping))
            jobs__wait(s, &s->look, jobs__ticks(s) + LOOK_US);
        pthread_mutex_unlock(&s->lock);
    }
    return NULL;
}

/* Signals are for the threads of the caller; the workers inherit this mask. */
static bool begin_thread(jobs_service *s, err *e)
{
    sigset_t all, before;
    sigfillset(&all);
    CHECK(pthread_sigmask(SIG_BLOCK, &all, &before) == 0);
    int failed = pthread_create(&s->thread, NULL, schedule_all, s);
    CHECK(pthread_sigmask(SIG_SETMASK, &before, NULL) == 0);
    s->started = failed == 0;
    return s->started || ERR(e, ERR_MEMORY, "no thread for the scheduler: %s", strerror(failed));
}

bool jobs_service_start(const jobs_service_settings *o, jobs_service **ret, err *e)
{
    AUTO(jobs_service_stop) jobs_service *s = calloc(1, sizeof *s);
    if (!s || !(s->db_url = strdup(o->db_url))) {
        free(s);
        s = NULL;
        return ERR(e, ERR_MEMORY, "no memory for the service of jobs");
    }
    s->world = (world){.clock = o->world->clock, .rng = o->world->rng};
    s->net_open = o->net_open ? o->net_open : shop_net_open;
    s->gather_us = (o->gather_ms ? o->gather_ms : JOBS_GATHER_MS) * US_PER_MS;
    CHECK(pthread_mutex_init(&s->lock, NULL) == 0);
    jobs__cond_init(&s->look);
    if (!store_open(o->db_url, STORE_WRITE, &s->world.clock, &s->db, e) || !begin_thread(s, e))
        return false;
    *ret = s;
    s = NULL;
    return true;
}

void jobs_service_wake(void *service)
{
    jobs_service *s = service;
    pthread_mutex_lock(&s->lock);
    s->woken = true;
    pthread_cond_signal(&s->look);
    pthread_mutex_unlock(&s->lock);
}

void jobs_service_stop(jobs_service **held)
{
    jobs_service *s = *held;
    if (!s)
        return;
    atomic_store(&s->stopping, true);
    jobs_service_wake(s);
    if (s->started)
        pthread_join(s->thread, NULL);
    jobs__workers_end(s);
    store_close(&s->db);
    pthread_cond_destroy(&s->look);
    pthread_mutex_destroy(&s->lock);
    free(s->db_url);
    free(s);
    *held = NULL;
}
