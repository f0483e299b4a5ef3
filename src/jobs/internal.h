#pragma once
/*
 * What the files of jobs share: how a pending run is made, and the service with its workers.
 *
 * The scheduler (service.c) decides what is due and leaves it as a pending run in the store; the worker of the shop
 * (worker.c) takes pending runs up, the oldest first. So a run that was due is not lost with the process, and a run
 * asked for by anybody else goes the same way.
 */
#include "jobs/jobs.h"

#include <pthread.h>
#include <stdatomic.h>

/* -- run.c -- */
/* Leaves a run for the service, unless one of the same job is pending already; *ret_id is that one then. */
MUST bool jobs__pend(store_tx *tx, const store_run *like, int64_t *ret_id, err *e);

/* -- the service -- */
#define JOBS__KINDS 3

typedef struct jobs__duty { /* what is remembered of one job of one shop between its runs; under the service's lock */
    bool in_hand;           /* the worker is at it: what the store says of it may not be learned from yet */
    int fruitless;          /* runs in a row that failed, or changed nothing of what they were started for */
    int64_t not_before;     /* ticks; 0: any time. Binds only a job that follows changes */
    int64_t since;          /* ticks when something to do was first seen; 0: nothing */
    int64_t quiet_run;      /* the latest run, when it followed changes and found nothing; else 0 */
} jobs__duty;

typedef struct jobs__worker {
    struct jobs__worker *next;
    jobs_service *owner;
    int64_t shop;
    jobs__duty duties[JOBS__KINDS]; /* by index in jobs_kinds */
    bool started, asked;            /* asked: pending runs may be there */
    pthread_cond_t work;
    pthread_t thread;
} jobs__worker;

struct jobs_service {
    char *db_url;
    world world; /* clock and randomness */
    bool (*net_open)(shop_net **ret, io_net *ret_net, err *e);
    int64_t gather_us;
    store *db; /* the scheduler's */
    pthread_t thread;
    bool started;
    atomic_bool stopping;
    pthread_mutex_t lock; /* guards all that follows, and the workers */
    pthread_cond_t look;
    bool woken;
    jobs__worker *workers; /* one for each shop that has a job; never fewer */
};

int64_t jobs__ticks(const jobs_service *s);
void jobs__cond_init(pthread_cond_t *c);                                  /* that waits by the clock of ticks */
void jobs__wait(jobs_service *s, pthread_cond_t *c, int64_t until_ticks); /* the lock is held; may return early */

/* -- worker.c; the lock is held -- */
jobs__worker *jobs__worker_of(jobs_service *s, int64_t of_shop); /* made when absent; NULL: no memory */
void jobs__worker_ask(jobs__worker *w);                          /* begins its thread when that has none */
void jobs__workers_end(jobs_service *s);                         /* the lock is not held; `stopping` is set */
