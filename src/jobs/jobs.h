#pragma once
/*
 * jobs: the table of jobs, runs under a lease, the scheduler, and the diagnosis that needs all of them. Names and
 * titles are those that users of the studied system know.
 */
#include "sync/sync.h"

typedef struct job_kind {
    const char *name;  /* "recent" */
    const char *title; /* "Upload recent inventory change" */
    const char *what;  /* two sentences: what it does, when you need it */
    int64_t poll_s; /* as changes happen: 0 follows what is owed here, else the shop is polled, at once when it told */
    bool (*run)(sync_lane *l, arena *a, sync_report *ret, err *e);
} job_kind;
extern const job_kind jobs_kinds[]; /* ends with a row without a name */
/* By short name or title, case ignored for the title. NULL: none. */
const job_kind *jobs_kind(str name);
/* ERR_MISSING with the list of names. */
MUST bool jobs_kind_named(str name, const job_kind **ret, err *e);

#define JOBS_BEAT_S  5  /* a running run shows life this often */
#define JOBS_STALE_S 30 /* and counts as crashed when it has not for so long */

/* -- a report as the run keeps it and as `sync --json` prints it: one form -- */
void jobs_report_json(js_writer *w, const char *job, const sync_report *r, bool lines);
void jobs_relinked_json(js_writer *w, const sync_relinked *list, size_t count);
/* Nothing wrong: nothing refused, in doubt, drifted or left, not stopped. */
bool jobs_report_clean(const sync_report *r);

/* -- running -- */
#define JOBS_CAUSE_CHANGES "changes"
typedef struct jobs_request {
    int64_t run; /* 0: a new one; else the pending run of this kind and shop that is taken up */
    const job_kind *kind;
    str shop;         /* code */
    str cause, actor; /* "by hand", "schedule", "changes" */
    int64_t wait_ms;  /* how long a run of the same job, and then another worker of the shop, is waited for */
    bool (*stop)(void *ctx);
    void (*progress)(void *ctx, const char *what, int64_t done, int64_t total);
    void *ctx;
} jobs_request;
/*
 * Runs the job here and now, recorded in the history: queued, running (with heartbeat), then finished, failed or
 * cancelled. The report lives in `a`. A failure is recorded and returned as the error. Once the end is asked for, an
 * answer that does not come is waited for JOBS_GRACE_S: what was sent is in doubt then, and the next run settles it.
 * *ret_run stays as it is where the run did not come about: no such shop, or (ERR_CONFLICT) it is not pending any more.
 */
#define JOBS_GRACE_S 5
MUST bool jobs_run(store *db, const world *w, const jobs_request *r, arena *a, sync_report *ret, int64_t *ret_run,
                   err *e);

/* Whether *Upload recent inventory change* of the shop follows changes, so that an import pushes meanwhile. */
MUST bool jobs_pushes_follow(store *db, str code, bool *ret, err *e);

/*
 * Leaves a run for the service, which takes it up at its next look. A run of the job that is pending already is given
 * again, so that asking twice makes one run. ERR_MISSING: no such shop.
 */
MUST bool jobs_queue(store *db, const job_kind *k, str code, str actor, int64_t *ret_run, err *e);

/* -- editing; `code` is the shop's. ERR_CONFLICT: somebody edited at the same time; ERR_MISSING: no such shop -- */
MUST bool jobs_schedule(store *db, const job_kind *k, str code, schedule s, bool paused, int64_t version,
                        err *e); /* version -1: whatever it is */
MUST bool jobs_pause(store *db, const job_kind *k, str code, bool paused, err *e);
MUST bool jobs_cancel(store *db, int64_t run, err *e);

/* -- what the lists show -- */
typedef struct job_view {
    const job_kind *kind;
    str shop;
    const char *status; /* "scheduled", "paused", "unscheduled" */
    schedule when;
    str schedule_text;
    int64_t version;
    instant next_at, paused_at;
    bool has_running, has_last;
    store_run running, last; /* last: the newest run that is over */
    int64_t owed;            /* targets of the shop that owe now */
    instant oldest_owed_at;
} job_view;
/* Every job of every shop (or of one; "" all), scheduled or not, in the order of jobs_kinds. */
MUST bool jobs_list(store_tx *tx, str code, arena *a, job_view **ret, size_t *ret_count, err *e);

/*
 * -- the service: one thread sees what is due, by the clock, as changes happen or asked for; each shop has a thread of
 * its own for its runs, so one shop never delays another --
 */
typedef struct jobs_service jobs_service;
typedef struct jobs_service_settings {
    const char *db_url;
    const world *world; /* the real clock and randomness; its net is not used: each worker opens its own */
    int64_t gather_ms;  /* what is owed is pushed after so long, with what else is owed by then; 0: JOBS_GATHER_MS */
    bool (*net_open)(shop_net **ret, io_net *ret_net, err *e); /* NULL: shop_net_open */
} jobs_service_settings;
#define JOBS_GATHER_MS INT64_C(50)
MUST bool jobs_service_start(const jobs_service_settings *o, jobs_service **ret, err *e);
/* Something changed: look at once. It takes a jobs_service, and may be called by any thread. */
void jobs_service_wake(void *service);
/* For AUTO(jobs_service_stop). Runs end after the step in hand: within JOBS_GRACE_S and a few seconds, whatever the
 * shops do. */
void jobs_service_stop(jobs_service **s);

/* -- diagnosis -- */
/* The evidence that is an address: the admin page of the item's adjustment history. */
#define JOBS_HISTORY "Shopify's adjustment history"
/* Gathers the facts of one (product, channel), asks Shopify (reads only), and decides. ERR_MISSING: no such SKU or
 * channel. */
MUST bool jobs_diagnose(store *db, const world *w, str sku, str channel, arena *a, diagnosis *ret, err *e);

/* -- documents: one form for the command line and the REST core; `key` NULL at the top or in a list -- */
void jobs_run_fields(js_writer *w, const store_run *r); /* into an open object */
void jobs_run_json(js_writer *w, const char *key, const store_run *r);
void jobs_view_json(js_writer *w, const job_view *v);
void jobs_diagnosis_json(js_writer *w, str sku, str channel, const diagnosis *d);
