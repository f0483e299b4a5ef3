/*
 * The worker of one shop: a thread with its own store and net, so that a shop that hangs delays no other. It runs the
 * shop's pending runs, one after the other, and remembers how a job that follows changes fared.
 */
#include "jobs/internal.h"

#include <stdlib.h>

#define RETRY_US       US_PER_S        /* after trouble with the database */
#define BACKOFF_MOST_S 60              /* 1, 2, 4 ... seconds between fruitless runs, up to this */
#define WAIT_MS        INT64_C(600000) /* for another process that has the job or the shop's lane */
#define OPEN_MAX       1000            /* open runs of one shop that are looked at */

/* What a thread needs; opened when first needed, and again after trouble. */
typedef struct tools {
    store *db;
    shop_net *net;
    world world;
} tools;

static void tools_close(tools *t)
{
    store_close(&t->db);
    shop_net_close(&t->net);
}

static bool tools_open(const jobs_service *s, tools *t, err *e)
{
    if (t->db)
        return true;
    t->world = s->world;
    return s->net_open(&t->net, &t->world.net, e) && store_open(s->db_url, STORE_WRITE, &s->world.clock, &t->db, e);
}

static bool stopping(void *ctx)
{
    const jobs_service *s = ctx;
    return atomic_load(&s->stopping);
}

/* -- the oldest pending run -- */

static bool oldest_pending(tools *t, int64_t of_shop, arena *a, jobs_request *ret, bool *ret_some, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    const store_config *c;
    store_run *open;
    size_t count;
    *ret_some = false;
    if (!store_begin(t->db, STORE_READ, &tx, e) || !store_config_get(tx, &c, e) ||
        !store_runs(tx, STR(""), of_shop, /* open_only= */ true, 0, OPEN_MAX, a, &open, &count, e))
        return false;
    const store_shop *of = config_shop(c, of_shop);
    for (size_t i = count; of && i-- > 0 && !*ret_some;) {
        const job_kind *k = jobs_kind(open[i].kind); /* NULL: a kind of a newer program */
        *ret_some = k && open[i].state == RUN_PENDING;
        if (*ret_some)
            *ret = (jobs_request){.run = open[i].id,
                                  .kind = k,
                                  .shop = str_copy(a, of->code),
                                  .cause = open[i].cause,
                                  .actor = open[i].actor,
                                  .wait_ms = WAIT_MS};
    }
    return true;
}

/* -- what is learned from a run -- */

static bool changed_nothing(const sync_report *r)
{
    return r->pushed + r->refused + r->in_doubt + r->drifted + r->new_events + r->movements == 0 && r->left_count == 0;
}

static int64_t backoff_us(int fruitless)
{
    return (fruitless > 6 ? BACKOFF_MOST_S : qty_min(BACKOFF_MOST_S, INT64_C(1) << (fruitless - 1))) * US_PER_S;
}

static void forget(tools *t, int64_t run)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    err trouble = {0};
    if (!store_begin(t->db, STORE_WRITE, &tx, &trouble) || !store_run_forget(tx, run, &trouble) ||
        !store_commit(&tx, &trouble))
        log_line(LOG_DEBUG, "run.not_forgotten", F_INT("run", run), F_STR("why", str_of(trouble.text)));
}

/* Of runs in a row that followed changes and found nothing only the latest stays: a poll is no history. */
static void learn(jobs__worker *w, tools *t, const jobs_request *q, int64_t run, const sync_report *report)
{
    jobs_service *s = w->owner;
    jobs__duty *d = &w->duties[q->kind - jobs_kinds];
    bool follows = str_equal(q->cause, STR(JOBS_CAUSE_CHANGES));
    bool good = report && str_empty(report->stopped);
    bool quiet = good && follows && changed_nothing(report);
    bool fruitless = !good || (quiet && q->kind->poll_s == 0);
    pthread_mutex_lock(&s->lock);
    int64_t forgotten = quiet ? d->quiet_run : 0;
    d->quiet_run = quiet ? run : 0;
    d->fruitless = fruitless ? d->fruitless + 1 : 0;
    int64_t pause = q->kind->poll_s * US_PER_S;
    d->not_before = jobs__ticks(s) + (fruitless ? qty_max(pause, backoff_us(d->fruitless)) : pause);
    pthread_mutex_unlock(&s->lock);
    if (forgotten)
        forget(t, forgotten);
}

static void tell(const jobs_request *q, int64_t run, const sync_report *report, const err *trouble)
{
    str job = str_of(q->kind->name);
    if (!report)
        log_line(LOG_WARN, "run.failed", F_STR("job", job), F_STR("shop", q->shop), F_INT("run", run),
                 F_STR("why", str_of(trouble->text)));
    else if (!str_empty(report->stopped))
        log_line(LOG_WARN, "run.stopped", F_STR("job", job), F_STR("shop", q->shop), F_INT("run", run),
                 F_STR("why", report->stopped));
    else if (!changed_nothing(report))
        log_line(LOG_INFO, "run.finished", F_STR("job", job), F_STR("shop", q->shop), F_INT("run", run),
                 F_INT("pushed", report->pushed), F_INT("movements", report->movements));
}

/* -- the thread -- */

static void in_hand(jobs__worker *w, const job_kind *k, bool is)
{
    pthread_mutex_lock(&w->owner->lock);
    w->duties[k - jobs_kinds].in_hand = is;
    w->owner->woken |= !is; /* the scheduler may learn from it now */
    pthread_cond_signal(&w->owner->look);
    pthread_mutex_unlock(&w->owner->lock);
}

/* *ret_more: there was one. */
static bool run_oldest(jobs__worker *w, tools *t, bool *ret_more, err *e)
{
    AUTO(arena_end) arena *a = arena_new(0);
    jobs_request q;
    sync_report report;
    err trouble = {0};
    int64_t run = 0;
    if (!tools_open(w->owner, t, e) || !oldest_pending(t, w->shop, a, &q, ret_more, e))
        return false;
    if (!*ret_more)
        return true;
    q.stop = stopping;
    q.ctx = w->owner;
    in_hand(w, q.kind, true);
    bool done = jobs_run(t->db, &t->world, &q, a, &report, &run, &trouble);
    if (run) {
        learn(w, t, &q, run, done ? &report : NULL);
        tell(&q, run, done ? &report : NULL, &trouble);
    }
    in_hand(w, q.kind, false);
    if (run == 0 && trouble.code != ERR_CONFLICT) { /* it is pending still; ERR_CONFLICT: somebody else has it */
        *e = trouble;
        return false;
    }
    return true;
}

/* Runs what is pending; the time until which trouble keeps it waiting, else 0. */
static int64_t run_all(jobs__worker *w, tools *t)
{
    err trouble = {0};
    bool more = true;
    while (more && !atomic_load(&w->owner->stopping))
        if (!run_oldest(w, t, &more, &trouble)) {
            log_line(LOG_WARN, "worker.waits", F_INT("shop", w->shop), F_STR("why", str_of(trouble.text)));
            tools_close(t);
            return jobs__ticks(w->owner) + RETRY_US;
        }
    return 0;
}

static void *work(void *ctx)
{
    jobs__worker *w = ctx;
    jobs_service *s = w->owner;
    AUTO(tools_close) tools t = {0};
    int64_t again = 0;
    pthread_mutex_lock(&s->lock);
    while (!atomic_load(&s->stopping)) {
        if (!w->asked && !(again && jobs__ticks(s) >= again)) {
            jobs__wait(s, &w->work, again ? again : INT64_MAX);
            continue;
        }
        w->asked = false;
        pthread_mutex_unlock(&s->lock);
        again = run_all(w, &t);
        pthread_mutex_lock(&s->lock);
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

/* -- for the scheduler -- */

jobs__worker *jobs__worker_of(jobs_service *s, int64_t of_shop)
{
    for (jobs__worker *w = s->workers; w; w = w->next)
        if (w->shop == of_shop)
            return w;
    jobs__worker *made = calloc(1, sizeof *made);
    if (!made)
        return NULL;
    made->owner = s;
    made->shop = of_shop;
    made->next = s->workers;
    jobs__cond_init(&made->work);
    s->workers = made;
    return made;
}

void jobs__worker_ask(jobs__worker *w)
{
    w->asked = true;
    if (!w->started) {
        int failed = pthread_create(&w->thread, NULL, work, w);
        w->started = failed == 0;
        if (failed)
            log_line(LOG_ERROR, "worker.no_thread", F_INT("shop", w->shop), F_STR("why", str_of(strerror(failed))));
    }
    pthread_cond_signal(&w->work);
}

void jobs__workers_end(jobs_service *s)
{
    pthread_mutex_lock(&s->lock);
    for (jobs__worker *w = s->workers; w; w = w->next)
        pthread_cond_signal(&w->work);
    pthread_mutex_unlock(&s->lock);
    while (s->workers) {
        jobs__worker *w = s->workers;
        s->workers = w->next;
        if (w->started)
            pthread_join(w->thread, NULL);
        pthread_cond_destroy(&w->work);
        free(w);
    }
}
