#pragma once
/*
 * What the files of sync share. Rules P1-P10, I1-I10, R1-R8 are those of docs/protocol.md.
 *
 * Hidden state: none. All that must outlive a crash is in the store; a lane holds the lease and what this run has seen.
 */
#include "sync/sync.h"

/* -- limits; each with its reason -- */
#define SYNC__BEAT_US     (2 * US_PER_S)  /* a lane shows a sign of life this often, also while it waits for the shop */
#define SYNC__STALE_S     10              /* a lane without one for so long may be taken over */
#define SYNC__POLL_MS     100             /* between two looks at a lane that somebody holds */
#define SYNC__DEADLINE_US (45 * US_PER_S) /* of one send: wait for the budget, connect, send, answer; P7 */
/* No copy arrives later than this after its send began: the deadline and a margin for a proxy's queue; P8. */
#define SYNC__ARRIVAL_US    (SYNC__DEADLINE_US + 15 * US_PER_S)
#define SYNC__SENT_AGAIN_US (INT64_C(12) * 3600 * US_PER_S) /* half of the 24 h that Shopify remembers a key; P6 */
#define SYNC__TRIES_MAX     6                               /* sends of one operation in one run */
#define SYNC__DELTA_MAX     INT64_C(2000000000)             /* Shopify's bound of a delta; shopify.md 3 */

struct sync_lane {
    store *db;
    const world *outer; /* the caller's */
    world world;        /* the same, but waiting in it keeps the lease alive; the shop is opened with this one */
    sync_options options;
    arena *memory; /* as long as the lane */
    shop *remote;
    str url;               /* that it was opened with */
    int64_t shop, channel; /* channel 0: all */
    int64_t fence;         /* 0: not taken yet */
    int64_t beat_ticks;    /* of the last sign of life */
    int64_t rises_ticks;   /* from which on rises go out, too, in the midst of other work */
};

/* -- lane.c -- */
/* Shows a sign of life when one is due. ERR_CONFLICT: another worker has taken the lane. */
MUST bool sync__alive(sync_lane *l, err *e);
/* In `tx`: what the shop's bucket holds, so that a next process does not spend it again. */
MUST bool sync__keep_budget(sync_lane *l, store_tx *tx, err *e);
bool sync__stop(const sync_lane *l);
void sync__progress(const sync_lane *l, const char *what, int64_t done, int64_t total);
void sync__sleep(const sync_lane *l, int64_t us);
/* The lane's shop as `tx` sees it. */
MUST bool sync__shop_row(sync_lane *l, store_tx *tx, const store_shop **ret, err *e);
/* The row in a transaction of its own; texts in `a`. `adopted`, `writable`: ERR_CONFLICT with the mending command when
 * it is not. */
typedef struct sync__need {
    bool adopted, writable;
} sync__need;
MUST bool sync__check_shop(sync_lane *l, sync__need need, arena *a, store_shop *ret, err *e);

/* -- report.c -- */
typedef struct sync__found { /* what the store has of an incident of this run */
    int64_t incident;
    target_key key;
    str item, location;
} sync__found;

typedef struct sync__report {
    arena *memory; /* the caller's: the result lives there */
    sync_report out;
    VEC(sync_left) left;
    VEC(sync_plan_line) lines;
    VEC(sync_incident) incidents;
    VEC(sync__found) found; /* of each incident, in the same order */
    VEC(sync_relinked) relinked;
    VEC(sync_claimless) claimless;
    int64_t began_ticks;
    shop_totals before;
    bool push; /* what comes to be owed is pushed between two orders of an import */
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
    size_t turn;   /* the slot that may send next: none waits behind the others */
    bool dry;      /* next has no more for now; asked again after an answer */
    bool ending;   /* nothing more is sent; what is out is awaited */
    int fruitless; /* refusals in a row that settled no line */
    /* Lists in the report's memory: */
    VEC(target_key) halves; /* groups to be planned alone, each as long as its number in half_sizes; P8 */
    VEC(size_t) half_sizes;
    VEC(target_key) stale; /* repairs whose compare failed: look again; R6 */
    sync__ids to_read;     /* operations that only a reading can close; R7 */
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
/* Releases those refused targets whose push would say something else by now. */
MUST bool sync__recheck(sync_lane *l, const target_key *list, size_t count, err *e);

/* -- settle.c -- */
/* Sends again what an earlier run left open (P6). The operations that only a reading can close (R7) are told. */
MUST bool sync__settle(sync_lane *l, sync__report *r, sync__ids *ret_to_read, err *e);

/* -- push.c -- */
/* Pushes what is owed. */
MUST bool sync__push(sync_lane *l, sync__report *r, err *e);
/* Between two steps of a long run: falls at once, whatever else is owed once in SYNC__RISES_US. Costs one look where
 * nothing is owed. */
#define SYNC__RISES_US US_PER_S
MUST bool sync__push_meanwhile(sync_lane *l, sync__report *r, err *e);
/* Stores `o` (its kind and lines given) with a new key and the bytes to send; the rest is filled in, texts in `a`. */
MUST bool sync__operation_add(sync_lane *l, store_tx *tx, store_operation *o, const shop_line *changes, arena *a,
                              err *e);
/* The lines that are open now count as selected. */
MUST bool sync__count_open(sync_lane *l, sync__report *r, err *e);

/* -- enter.c -- */
typedef struct sync__entered {
    bool changed; /* the reading differs from the stored one in more than its times */
    int64_t movements;
} sync__entered;
/*
 * Enters a reading into the books of `tx`. `baseline`: when our books began; of orders made before it, what had left
 * by their first reading never enters (INSTANT_NONE: of all orders).
 */
MUST bool sync__enter(sync_lane *l, store_tx *tx, const reading *old, const reading *now, instant baseline,
                      sync__entered *ret, err *e);
/* Enters again every stored reading that names the item, with the links and mappings of now (I10). */
MUST bool sync__rederive(sync_lane *l, store_tx *tx, str item, instant baseline, err *e);

/* -- import.c -- */
#define SYNC__OVERLAP_US (60 * US_PER_S) /* the polling cursor overlaps by this more than the index lag; I9 */
typedef struct sync__import {
    instant since;    /* orders updated at or after it ... */
    bool open_only;   /* ... or all open ones of any age */
    bool all;         /* reads again what looks unchanged, too */
    instant baseline; /* as of sync__enter */
} sync__import;
MUST bool sync__import_orders(sync_lane *l, sync__report *r, sync__import how, err *e);
/* From the cursor on, and moves it. */
MUST bool sync__poll(sync_lane *l, sync__report *r, err *e);
/* Reads again the orders that are pending, or (item not "") the open ones that name it. */
MUST bool sync__import_again(sync_lane *l, sync__report *r, str item, instant baseline, err *e);

/* Reads again the open orders with units at a location that is closed by now: closing it moved them, and an order that
 * was moved so keeps its `updatedAt`. */
MUST bool sync__import_stranded(sync_lane *l, sync__report *r, const shop_facts *facts, instant baseline, err *e);

/* -- levels.c -- */
typedef struct sync__numbers { /* of one level */
    qty s, h, committed;
    qty others;     /* damaged, quality control and safety stock: H counts them beyond the baseline */
    instant newest; /* stamp of all that S and H are made of; INSTANT_NONE: never changed */
} sync__numbers;
sync__numbers sync__numbers_of(const shop_level *l, qty baseline);
bool sync__levels_agree(const shop_level *x, const shop_level *y); /* values and stamps of S and H; R1 */
bool sync__committed_agrees(const shop_level *x, const shop_level *y);
target_state sync__state_of(const shop_level *l, bool location_active);
const char *sync__state_reason(target_state s);
bool sync__state_changes(target_state now, target_state seen);
MUST bool sync__put_state(store_tx *tx, target_key k, target_state s, err *e);
typedef struct sync__seen_state {
    target_key key;
    target_state state;
} sync__seen_state;
MUST bool sync__put_states(sync_lane *l, const sync__seen_state *list, size_t count, err *e); /* as seen by a scan */
MUST bool sync__see_state(store_tx *tx, const target_row *row, target_state seen, err *e);
/* Tracking changed: E is void until the target is adopted again; I5. */
MUST bool sync__tracked(store_tx *tx, const target_row *row, bool tracked, err *e);
/* ERR_CONFLICT: a scope is missing. */
MUST bool sync__look_at_shop(sync_lane *l, arena *a, shop_facts *ret, err *e);
bool sync__location_active(const shop_facts *f, str location);

/* -- readings.c -- */
str sync__place_key(arena *a, str item, str location); /* of a map */
reading_raw sync__raw_of(arena *a, const reading *r);  /* what was read, with its lines */
typedef bool sync__reading_each(void *ctx, const reading *r, err *e);
/* Open readings that name the item, or all (item ""). */
MUST bool sync__each_reading(sync_lane *l, store_tx *tx, str item, sync__reading_each *each, void *ctx, err *e);
typedef struct sync__demand {
    qty open;    /* of lines that claim: Shopify has committed as many, if all is known */
    qty unknown; /* open units of lines of which it is not known whether they claim; I5 */
    qty pending; /* of the item, at a location not known yet */
} sync__demand;
MUST bool sync__demand_at(sync_lane *l, store_tx *tx, str item, str location, sync__demand *ret, err *e);
/* Unsure units of a target, and the decision: so many are gone (departed), the rest is released; I4. */
MUST bool sync__unsure_at(sync_lane *l, store_tx *tx, const target_row *row, qty *ret, err *e);
MUST bool sync__decide_unsure(sync_lane *l, store_tx *tx, const target_row *row, qty gone, err *e);

/* -- confirm.c: two reads around a catch-up of the import, and what follows from them; R1 -- */
#ifndef SYNC__BULK_FROM      /* the simulator's shops are small */
#define SYNC__BULK_FROM 1000 /* so many items of one location are read by a bulk query */
#endif
typedef struct sync__suspect { /* a target that is to be confirmed */
    target_row row;            /* as it stood at the end of the catch-up */
    str channel;               /* code */
    int64_t operation;         /* to be closed by this reading (R7); 0: none */
    shop_level first, second;
    instant first_asked, second_asked;
    instant ready_at; /* shop's time before which it cannot be confirmed */
    bool ready, done;
    bool reported; /* an unknown commitment of it is open; R5 */
    str why;       /* why it is not done; in the confirmation's memory */
    str history;   /* Shopify's page of its history; "" not asked */
} sync__suspect;

typedef struct sync__confirmation {
    sync_lane *lane;
    sync__report *report;
    arena *memory; /* of one chunk of suspects; what lasts is in the report's */
    store_shop shop;
    shop_facts facts;
    sync__suspect *list;
    size_t count;
    size_t mapped;           /* linked targets in all: whether a bulk query pays for those to be confirmed */
    bool adopting;           /* writes nothing to the shop, and takes only targets without E */
    bool open_orders_read;   /* every open order of any age was read in this run; R3 */
    bool open_orders_wanted; /* Shopify has committed more than is explained; R5 */
    int64_t until_ticks;     /* no wait goes beyond it */
    int histories;           /* pages asked for so far */
    VEC(int64_t) repairs;    /* operations to be sent */
    VEC(str) items_to_read;  /* whose open orders are to be read again; I5 */
    size_t items_read;       /* of these, in this run */
    sync_adopted adopted;
    VEC(sync_difference) largest;
} sync__confirmation;
#define SYNC__LARGEST_MAX 10
typedef struct sync__wanted { /* a target that is to be confirmed */
    target_key key;
    int64_t operation; /* to be closed by the reading (R7); 0: none */
    bool reported;     /* an unknown commitment of it is open; R5 */
} sync__wanted;
#define SYNC__CONFIRM_MAX 20000  /* targets confirmed together: bounds memory, at 1 KiB each */
#define SYNC__ADOPT_MAX   200000 /* more in an adoption: each such chunk is two bulk reads of all there is */
#define SYNC__BULK_SHARE  10     /* fewer than a tenth of all are read by id: 3 points each, whatever the catalogue */
MUST bool sync__confirmation_begin(sync__confirmation *c, sync_lane *l, sync__report *r, err *e);
/* Confirms them, chunk by chunk; what is left is in the report. */
MUST bool sync__confirm(sync__confirmation *c, const sync__wanted *list, size_t count, err *e);

/* -- judge.c -- */
/* All that can be said of a drift: every write of ours has its key and its group, and the orders were read. */
#define SYNC__WHO                "not us: staff, another app or a transfer; Shopify's API names nobody, its history page does"
#define SYNC__UNKNOWN_COMMITMENT "unknown_commitment" /* kind of an incident; R5 */
#define SYNC__REPORTED_MAX       10000 /* open incidents of a shop that are looked at again, newest first */
/* After the first read: from when on it can be confirmed, with why not before; INSTANT_NONE: now. */
instant sync__ready_from(const sync__confirmation *c, sync__suspect *s);
typedef struct sync__repairs { /* lines of the operation in the making, in one transaction with what they rest on; R6 */
    operation_line *lines;
    shop_line *changes;
    size_t count;
} sync__repairs;
#define SYNC__REPAIR_LINES 50 /* a stale line refuses its whole call, so calls are small */
/* A line of an operation that only a reading can close is settled; with the last one the operation closes. R7 */
MUST bool sync__line_read(sync_lane *l, store_tx *tx, int64_t operation, target_key k, err *e);
/* Books what the two reads say: adoption (R3), drift (R4, R6), a line of an old operation (R7); or says why not. */
MUST bool sync__judge(sync__confirmation *c, store_tx *tx, sync__suspect *s, sync__repairs *r, err *e);

/* -- author.c -- */
/* Says of this run's incidents who made them, where that can be told; what goes wrong is a note of the report. */
void sync__tell_authors(sync__confirmation *c);

/* -- claims.c: what C tells of orders that claim nothing (BYPASS), and of those that may; I5 -- */
/* *ret_again: something about this target changed, or has to be read first; it is judged again in the next round. */
MUST bool sync__claims(sync__confirmation *c, store_tx *tx, sync__suspect *s, const target_row *now, bool *ret_again,
                       err *e);

/* -- scan.c -- */
typedef struct sync__place { /* shared by all targets of a channel */
    str location, channel;
    bool activate; /* the channel wants its items stocked */
} sync__place;
typedef struct sync__mapped { /* what a scan needs of a linked target; there may be a million */
    target_key key;
    const sync__place *place;
    str sku, item;
    maybe_qty e;
    qty t, baseline;
    target_state state;
    bool marked, in_doubt, rests; /* in an open operation; E rests on what is assumed of Shopify */
    bool reported;                /* an unknown commitment of it is open; R5 */
} sync__mapped;
typedef VEC(const sync__mapped *) sync__mapped_list;
/* Linked targets of the lane, by location, then item. */
MUST bool sync__mapped_all(sync_lane *l, arena *a, sync__mapped_list *ret, err *e);
typedef bool sync__level_each(void *ctx, const sync__mapped *m, const shop_level *l, err *e);
/* Reads the level of each, but where `facts` say that the location is closed; no transaction is open when it is told.
 */
MUST bool sync__scan(sync_lane *l, const shop_facts *facts, const sync__mapped_list *list, sync__level_each *each,
                     void *ctx, err *e);

/* -- items.c: what a hard sync does about items that are not what they were -- */
/* Stocks the items at their locations; what cannot be stocked is left. Those that are now stocked come to *ret. */
typedef VEC(target_key) sync__keys;
MUST bool sync__activate(sync_lane *l, sync__report *r, const sync__mapped *const *list, size_t count, arena *a,
                         sync__keys *ret, err *e);

/* -- link.c -- */
/* Whether one of these SKUs is by now on another item than its product is linked to; asked by a search of them alone.
 */
MUST bool sync__links_differ(sync_lane *l, const str *skus, size_t count, bool *ret, err *e);
/* Links again the products whose SKU another item has by now; *ret_changed: one was. The report names them. */
MUST bool sync__relink(sync_lane *l, sync__report *r, instant baseline, bool *ret_changed, err *e);

/* -- unseen.c: for dry runs -- */
typedef struct sync__unseen {
    arena *memory;
    map *units; /* "item location" -> qty */
} sync__unseen;
MUST bool sync__unseen_read(sync_lane *l, const store_shop *row, arena *a, sync__unseen *ret, err *e);
qty sync__unseen_at(const sync__unseen *u, str item, str location);
/* Adds a line where something is owed or wrong. */
void sync__tell_dry(sync__report *r, const sync__mapped *m, const shop_level *l, target_state seen,
                    const sync__unseen *u);
