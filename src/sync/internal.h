#pragma once
/*
 * What the files of sync share. Rules P1-P10, I1-I10, R1-R8 are those of docs/protocol.md.
 *
 * Hidden state: none. All that must outlive a crash is in the store; a lane holds the lease and what this run has seen.
 */
#include "sync/sync.h"

/* -- limits; each with its reason -- */
#define SYNC__BEAT_US (2 * US_PER_S) /* a lane shows a sign of life this often, also while it waits for the shop */
#define SYNC__STALE_S 10             /* a lane without one for so long may be taken over */
#define SYNC__POLL_MS 100            /* between two looks at a lane that somebody holds */
#define SYNC__DEADLINE_US (45 * US_PER_S) /* of one send: wait for the budget, connect, send, answer; P7 */
/* No copy arrives later than this after its send began: the deadline and a margin for a proxy's queue; P8. */
#define SYNC__ARRIVAL_US (SYNC__DEADLINE_US + 15 * US_PER_S)
#define SYNC__SENT_AGAIN_US (INT64_C(12) * 3600 * US_PER_S) /* half of the 24 h that Shopify remembers a key; P6 */
#define SYNC__TRIES_MAX 6                                   /* sends of one operation in one run */
#define SYNC__DELTA_MAX INT64_C(2000000000)                 /* Shopify's bound of a delta; shopify.md 3 */

struct sync_lane {
    store *db;
    const world *outer; /* the caller's */
    world world;        /* the same, but waiting in it keeps the lease alive; the shop is opened with this one */
    sync_options options;
    arena *memory; /* as long as the lane */
    shop *remote;
    int64_t shop, channel; /* channel 0: all */
    int64_t fence;         /* 0: not taken yet */
    int64_t beat_ticks;    /* of the last sign of life */
};

/* -- lane.c -- */
/* Shows a sign of life when one is due. ERR_CONFLICT: another worker has taken the lane. */
MUST bool sync__alive(sync_lane *l, err *e);
bool sync__stop(const sync_lane *l);
void sync__progress(const sync_lane *l, const char *what, int64_t done, int64_t total);
void sync__sleep(const sync_lane *l, int64_t us);
/* The lane's shop as `tx` sees it. */
MUST bool sync__shop_row(sync_lane *l, store_tx *tx, const store_shop **ret, err *e);
/* The row in a transaction of its own; texts in `a`. `adopted`, `writable`: ERR_CONFLICT with the mending command when it is not. */
typedef struct sync__need {
    bool adopted, writable;
} sync__need;
MUST bool sync__check_shop(sync_lane *l, sync__need need, arena *a, store_shop *ret, err *e);

/* -- report.c -- */
typedef struct sync__report {
    arena *memory; /* the caller's: the result lives there */
    sync_report out;
    VEC(sync_left) left;
    VEC(sync_plan_line) lines;
    int64_t began_ticks;
    shop_totals before;
} sync__report;
void sync__report_begin(sync__report *r, sync_lane *l, arena *a);
void sync__report_left(sync__report *r, str sku, str channel, str why); /* texts are copied */
/* Ends it: what is open now is in doubt. */
MUST bool sync__report_end(sync__report *r, sync_lane *l, sync_report *ret, err *e);

/* -- send.c: operations out and answers in, several at once on disjoint targets -- */
typedef struct sync__sender sync__sender;
/* Gives the next durable, open operation to send, or *ret_some false; texts and lines in `a`. */
typedef bool sync__next_operation(sync__sender *s, arena *a, store_operation *ret, bool *ret_some, err *e);

typedef struct sync__slot {
    arena *memory;
    store_operation operation;
    bool used, out;
    bool clean;         /* when it was sent, no earlier copy could still arrive; P8 */
    int tries;          /* in this run */
    int64_t at_ticks;   /* not sent before */
    instant unanswered; /* newest send without an answer before the one that is out */
} sync__slot;

typedef VEC(int64_t) sync__ids;

struct sync__sender {
    sync_lane *lane;
    sync__report *report;
    sync__next_operation *next;
    void *ctx; /* of next */
    sync__slot slots[SHOP_FLIGHT_MAX];
    bool dry;    /* next has no more for now; asked again after an answer */
    bool ending; /* nothing more is sent; what is out is awaited */
    int fruitless; /* refusals in a row that settled no line */
    /* Lists in the report's memory: */
    VEC(target_key) halves; /* groups to be planned alone, each as long as its number in half_sizes; P8 */
    VEC(size_t) half_sizes;
    VEC(target_key) stale;  /* repairs whose compare failed: look again; R6 */
    sync__ids to_read;      /* operations that only a reading can close; R7 */
};
/* Sends until `next` has nothing and all answers are in. A shop that says stop ends it early: report->out.stopped. */
MUST bool sync__send(sync__sender *s, err *e);

/* -- book.c: what an answer does to the books, one transaction each -- */
MUST bool sync__book(sync__sender *s, const store_operation *o, const shop_written *w, err *e); /* P5 */
/* Nothing of it was applied: closes it; *ret_settled lines went to quarantine. */
MUST bool sync__refuse(sync__sender *s, const store_operation *o, const shop_written *w, size_t *ret_settled, err *e);
/* The copy that was out has its answer, the operation stays open. */
MUST bool sync__answered(sync_lane *l, const store_operation *o, instant newest_unanswered, err *e);

/* -- quarantine.c -- */
MUST bool sync__quarantine(store_tx *tx, const operation_line *line, str code, str message, err *e);

/* -- settle.c -- */
/* Sends again what an earlier run left open (P6). The operations that only a reading can close (R7) are told. */
MUST bool sync__settle(sync_lane *l, sync__report *r, sync__ids *ret_to_read, err *e);

/* -- push.c -- */
/* Pushes what is owed. */
MUST bool sync__push(sync_lane *l, sync__report *r, err *e);
/* Stores `o` (its kind and lines given) with a new key and the bytes to send; the rest is filled in, texts in `a`. */
MUST bool sync__operation_add(sync_lane *l, store_tx *tx, store_operation *o, const shop_line *changes, arena *a, err *e);
/* The lines that are open now count as selected. */
MUST bool sync__count_open(sync_lane *l, sync__report *r, err *e);
