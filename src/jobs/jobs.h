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
/* Nothing wrong: nothing refused, in doubt, drifted or left, not stopped. */
bool jobs_report_clean(const sync_report *r);

/* -- running -- */
typedef struct jobs_request {
    const job_kind *kind;
    str shop;         /* code */
    str cause, actor; /* "by hand", "schedule", "changes" */
    int64_t wait_ms;  /* how long a run of the same job is waited for */
    bool (*stop)(void *ctx);
    void (*progress)(void *ctx, const char *what, int64_t done, int64_t total);
    void *ctx;
} jobs_request;
/*
 * Runs the job here and now, recorded in the history: queued, running (with heartbeat), then finished, failed or
 * cancelled. The report lives in `a`. A failure is recorded and returned as the error.
 */
MUST bool jobs_run(store *db, const world *w, const jobs_request *r, arena *a, sync_report *ret, int64_t *ret_run,
                   err *e);

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

/* -- diagnosis -- */
/* Gathers the facts of one (product, channel), asks Shopify (reads only), and decides. ERR_MISSING: no such SKU or
 * channel. */
MUST bool jobs_diagnose(store *db, const world *w, str sku, str channel, arena *a, diagnosis *ret, err *e);
