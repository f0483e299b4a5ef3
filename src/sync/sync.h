#pragma once
/*
 * sync: keeps Shopify's `available` right; docs/protocol.md is the law (rules P1-P10, I1-I10, R1-R8 are cited in the
 * code). Everything works on one shop under its lane: a lease with a fence in the store, so two workers never plan at
 * once.
 *
 *   S + H + U = E     for every adopted target with nothing in doubt
 *   owed      = T - E known here, no read needed
 *
 * Library code returns errors and reports; it prints nothing.
 */
#include "shop/shop.h"

typedef struct sync_lane sync_lane;

typedef struct sync_options {
    str shop;          /* code */
    str channel;       /* "" all of the shop */
    bool dry_run;      /* says what would be written, sends no write */
    bool push;         /* an import pushes what comes to be owed meanwhile, between two orders */
    int64_t settle_ms; /* how long hard and adopt wait for stamps to settle (R1, R5); SYNC_SETTLE_MS unless told */
    bool (*stop)(void *ctx); /* asked between steps; true: end cleanly and soon. NULL: never */
    void (*progress)(void *ctx, const char *what, int64_t done, int64_t total); /* NULL: none; total -1: unknown */
    void *ctx;
} sync_options;
#define SYNC_SETTLE_MS INT64_C(15000)

typedef struct sync_plan_line { /* of a dry run */
    str sku, channel;
    qty target;
    maybe_qty explained, available, unseen;
    qty delta;
    str why;
} sync_plan_line;
typedef struct sync_left { /* a target that could not be confirmed, and why */
    str sku, channel, why;
} sync_left;

typedef struct sync_incident { /* what somebody else did, found by this run; R6 */
    str sku, channel;
    qty drift, available, explained; /* S + H + U - E, S, and E before */
    instant after, before;           /* when it happened: after the last moment at which all was known to be right, at
                                        the latest at Shopify's own stamp; INSTANT_NONE: unknown */
    instant read_at;                 /* of the second of the two reads that show it */
    str who;                         /* as far as Shopify's API tells */
    str history;                     /* Shopify's page of the item's adjustments; "" not asked for */
} sync_incident;

typedef struct sync_relinked { /* a product whose SKU another item had by now */
    str sku, from, to;         /* items; to "": another product's SKU is on its item, and none has its own */
} sync_relinked;

typedef struct sync_claimless { /* an app whose orders were found to claim no stock; I5 */
    str app, proof;             /* gid; the order that showed it, and how */
} sync_claimless;

typedef struct sync_report {
    int64_t selected, pushed, refused, in_doubt, drifted; /* lines */
    int64_t events, new_events, movements; /* orders: readings looked at, that changed something, ledger rows */
    int64_t activated;                     /* items that were stocked at a location */
    int64_t calls, points, us;
    const sync_relinked *relinked;
    size_t relinked_count;
    const sync_claimless *claimless;
    size_t claimless_count;
    const sync_left *left;
    size_t left_count;
    const sync_incident *incidents;
    size_t incident_count;
    const sync_plan_line *lines;
    size_t line_count;
    str note;    /* what could not be told, and why; "" nothing. It changes no number */
    str stopped; /* why it ended early ("" not): the shop said stop; told with the mend */
} sync_report;

/*
 * Takes the shop's lane. ERR_MISSING: no such shop; ERR_BUSY: another worker holds it (waits up to wait_ms first).
 * Open operations are settled before anything else is planned (P6, P8, R7).
 */
MUST bool sync_open(store *db, const world *w, const sync_options *o, int64_t wait_ms, sync_lane **ret, err *e);
void sync_close(sync_lane **l); /* for AUTO(sync_close); releases the lane. The world must still be there. */

/* Pushes what is owed. Reads neither orders nor levels. ERR_CONFLICT: never adopted, or not writable (the text says
 * what mends it). */
MUST bool sync_recent(sync_lane *l, arena *a, sync_report *ret, err *e);
/* Imports what the shop's orders did since the last time. */
MUST bool sync_orders(sync_lane *l, arena *a, sync_report *ret, err *e);
/* Reads every mapped (item, location), imports, adopts what can be adopted by now, records incidents and mends them. */
MUST bool sync_hard(sync_lane *l, arena *a, sync_report *ret, err *e);

typedef struct sync_linked {
    int64_t linked;                                             /* SKUs */
    const str *unlinked, *duplicates, *untracked, *not_stocked; /* SKUs */
    size_t unlinked_count, duplicate_count, untracked_count, not_stocked_count;
    const sync_relinked *relinked;
    size_t relinked_count;
} sync_linked;
/* Finds the inventory item of every SKU, exactly compared, and reads whether it is tracked and stocked. */
MUST bool sync_link(sync_lane *l, arena *a, sync_linked *ret, err *e);

typedef struct sync_difference {
    str sku, channel;
    qty target, available, unseen;
} sync_difference;
typedef struct sync_adopted {
    int64_t adopted, differences;
    const sync_left *not_adopted;
    size_t not_adopted_count;
    const sync_difference *largest; /* up to 10, by |S - (T - U)| */
    size_t largest_count;
} sync_adopted;
/* Reads the shop's quantities as the start of the law; R3. Writes nothing to the shop. */
MUST bool sync_adopt(sync_lane *l, arena *a, sync_adopted *ret, err *e);

/* What names an operation's group in Shopify's adjustment history; the argument is its id. */
#define SYNC_REFERENCE "gid://evenstock/Push/%" PRId64

/* -- by hand -- */
/* A target in quarantine is planned again. ERR_CONFLICT: it is not in quarantine. */
MUST bool sync_release(store *db, target_key k, err *e);
/* Accepts what is committed at Shopify and explained by no order, as reported (R5): only a larger excess vetoes from
 * now on. ERR_CONFLICT: nothing of the kind was reported. */
MUST bool sync_accept(store *db, target_key k, qty *ret_excess, err *e);
/* Takes an app off the list of those whose orders claim no stock (I5): its open orders count again once C shows that
 * they do. ERR_MISSING: it is not on the list. */
MUST bool sync_app_claims(sync_lane *l, str app, err *e);

/* -- look -- */
typedef struct sync_sight { /* one target as Shopify shows it now; what could not be read is unknown */
    bool level_read, stocked, tracked;
    bool settled; /* the stamp of `available` is old enough to be trusted; R1 */
    maybe_qty available, committed, held, unseen;
    instant available_at;
    str history_url; /* the admin page of the item's adjustment history; "" unknown */
} sync_sight;
/*
 * Reads one target's quantities and what the shop's orders did to it that is not imported yet. Takes no lane, stores
 * nothing. More than SYNC_LOOK_ORDERS_MAX changed orders: `unseen` stays unknown. ERR_REMOTE: the shop did not answer.
 */
#define SYNC_LOOK_ORDERS_MAX 200
MUST bool sync_look(store *db, const world *w, target_key k, arena *a, sync_sight *ret, err *e);
