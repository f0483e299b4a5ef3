#pragma once
/*
 * Targets and the sync protocol's own records: E with its journal, operations, incidents. Protocol sections 1, 2, 4.
 */
#include "store/stock.h"

typedef struct target_key {
    int64_t product, channel;
} target_key;

/* Every change of E goes through this and leaves a row in an append-only journal, from which verify recomputes E. */
typedef enum explained_kind {
    EXPLAINED_ADOPT,   /* E := value */
    EXPLAINED_PUSH,    /* E += a booked line's delta; P5 */
    EXPLAINED_IMPORT,  /* E += dS; I1 */
    EXPLAINED_DRIFT,   /* E += drift; R6 */
    EXPLAINED_UNDRIFT, /* E -= drift: the compare was stale; R6 */
    EXPLAINED_READ,    /* E := what was read, for an operation too old to send again; R7 */
    EXPLAINED_FORGET,  /* E := null: relinked, remapped, tracked changed; I5, I10 */
    EXPLAINED_CLAIM,   /* E += what readings of an app that turned out claimless had booked; I5 */
    EXPLAINED_KINDS
} explained_kind;
const char *explained_kind_name(explained_kind k);
/* `value` is the new E for ADOPT and READ, the change for the others, ignored for FORGET. `ref` names what did it. */
MUST bool store_explained(store_tx *tx, target_key k, explained_kind kind, qty value, str ref, err *e);

typedef struct explained_row { /* one row of the journal */
    int64_t seq;
    target_key key;
    explained_kind kind;
    qty value;
    maybe_qty after;
    instant at;
    str ref;
} explained_row;
/* The journal of a target in order of seq, after `seq`. */
MUST bool store_explained_after(store_tx *tx, target_key k, int64_t seq, uint32_t limit, arena *a, explained_row **ret,
                                size_t *ret_count, err *e);
/* The newest `limit` rows of it, newest first. */
MUST bool store_explained_newest(store_tx *tx, target_key k, uint32_t limit, arena *a, explained_row **ret,
                                 size_t *ret_count, err *e);

/* Link (or, with "", unlink) the item of a product in every channel of a shop. A changed item sets E to null (I10). */
MUST bool store_link(store_tx *tx, int64_t shop, int64_t product, str item, err *e);
MUST bool store_product_of_item(store_tx *tx, int64_t shop, str item, int64_t *ret_product, err *e); /* 0: none */

/* Plain fields of a target that only sync knows. */
MUST bool store_target_adopted(store_tx *tx, target_key k, qty baseline, instant epoch, err *e);
MUST bool store_target_baseline(store_tx *tx, target_key k, qty baseline, err *e);
MUST bool store_target_state(store_tx *tx, target_key k, target_state s, str reason, str fix, err *e);
MUST bool store_target_mark(store_tx *tx, target_key k, bool marked, err *e);
MUST bool store_target_stamps(store_tx *tx, target_key k, instant moved_at, instant group_at,
                              err *e); /* INSTANT_NONE: leave */
MUST bool store_target_accept_excess(store_tx *tx, target_key k, qty excess, err *e);

/* A target as sync reads it. */
typedef struct target_row {
    target_key key;
    store_target target;
    str sku, location;
    int64_t open_operation; /* 0: none */
} target_row;
/*
 * Targets that owe: E known, T != E, state OK, in no open operation, channel of `shop` (and `channel` unless 0) that is
 * not behind. Order of P10: where Shopify shows more than we can promise (T < E), those that fall to 0 first; then
 * rises from 0; then the rest. Within each, over all that owe, the larger difference first, by powers of two, and of
 * those what owes longest. Before them all, up to a share of `limit`, stand those that have owed for OWING_WAIT_S, so
 * that nothing waits for ever. Derived from the columns, never a flag.
 */
#define OWING_WAIT_S 600 /* P10's bound: from then on a row competes by age alone ... */
#define OWING_SHARE  4   /* ... for a quarter of each batch */
MUST bool store_owing(store_tx *tx, int64_t shop, int64_t channel, uint32_t limit, arena *a, target_row **ret,
                      size_t *ret_count, err *e);
MUST bool store_owing_count(store_tx *tx, int64_t shop, int64_t channel, int64_t *ret, instant *ret_oldest, err *e);
/* Linked targets of a shop after `after` in order of (channel, product); channel 0: all. */
MUST bool store_targets_after(store_tx *tx, int64_t shop, int64_t channel, target_key after, uint32_t limit, arena *a,
                              target_row **ret, size_t *ret_count, err *e);
/* Targets of a shop that are put aside (their state is not OK), in order of (channel, product). */
MUST bool store_targets_aside(store_tx *tx, int64_t shop, uint32_t limit, arena *a, target_row **ret, size_t *ret_count,
                              err *e);
MUST bool store_target_get(store_tx *tx, target_key k, arena *a, target_row *ret, bool *ret_some, err *e);

/* -- what is assumed of Shopify: domain/assumed.h -- */
typedef struct store_assumed {
    str what; /* its name */
    int64_t held, failed;
} store_assumed;
/* E of the target rests on these assumptions (a set of bits, added to those that stand). */
MUST bool store_assumed_rests(store_tx *tx, target_key k, unsigned what, err *e);
typedef struct store_resting {
    target_key key;
    int64_t what;
} store_resting;
MUST bool store_assumed_resting(store_tx *tx, int64_t shop, arena *a, store_resting **ret, size_t *ret_count, err *e);
/* The target was found right, or otherwise: counted for each assumption that it rested on, which it does no longer. */
MUST bool store_assumed_found(store_tx *tx, int64_t shop, target_key k, bool right, err *e);
MUST bool store_assumed_counts(store_tx *tx, int64_t shop, arena *a, store_assumed **ret, size_t *ret_count, err *e);

/* -- operations -- */
typedef enum operation_kind { OPERATION_PUSH, OPERATION_REPAIR, OPERATION_KINDS } operation_kind;
typedef enum operation_state {
    OPERATION_OPEN, /* durable; from its first send until it is closed it is in doubt (P2) */
    OPERATION_BOOKED,
    OPERATION_REFUSED, /* nothing of it was applied */
    OPERATION_STALE,   /* a compare failed: nothing was applied; look again (R6) */
    OPERATION_READ,    /* too old to send again: closed by reading (R7) */
    OPERATION_STATES
} operation_state;
const char *operation_state_name(operation_state s);

typedef struct operation_line {
    target_key key;
    str sku, item, location;
    qty delta;
    maybe_qty change_from; /* repairs: the compare */
    qty drift;             /* repairs: what was booked with it; taken back when the compare was stale */
    int64_t incident;      /* repairs; 0 */
    bool settled;          /* R7: this line has been closed by reading */
} operation_line;

typedef struct store_operation {
    int64_t id, shop;
    operation_kind kind;
    operation_state state;
    str idempotency_key; /* a UUID; the shop is in the text of the reference */
    str body;            /* the exact bytes; sent again as they are */
    int64_t fence;
    instant created_at, first_sent_at, deadline; /* deadline: never sent after it (P7) */
    instant sent_again_until;                    /* first send + 12 h (P6); after it: R7 */
    int64_t sends;                               /* begun so far: counted before the bytes go out */
    int64_t unanswered;                          /* sends without an answer: an earlier copy may still arrive (P8) */
    instant last_sent_at; /* the newest send, or the newest without an answer once that one has its own */
    instant closed_at;
    str group; /* the adjustment group's gid, from the answer */
    str note;
    const operation_line *lines;
    size_t line_count;
} store_operation;

/* ERR_CONFLICT: a target is in another open operation (the unique index is the lock, P3), or the fence is not the
 * shop's. */
MUST bool store_operation_add(store_tx *tx, const store_operation *o, int64_t *ret_id, err *e);
MUST bool store_operation_body(store_tx *tx, int64_t id, str idempotency_key, str body,
                               err *e); /* before the first send only */
/* A send begins: sends += 1, unanswered += 1, first_sent_at set. Committed before the first byte goes out. */
MUST bool store_operation_sending(store_tx *tx, int64_t id, int64_t fence, instant at, err *e);
/* The latest send has its answer: unanswered -= 1, and last_sent_at becomes the newest send that is still without one
 * (INSTANT_NONE: none), so that it tells until when a copy may still arrive (P8). */
MUST bool store_operation_answered(store_tx *tx, int64_t id, int64_t fence, instant newest_unanswered, err *e);
/* Only while it is open and under our fence, else ERR_CONFLICT. Does not touch E: the caller does, in the same
 * transaction. */
MUST bool store_operation_close(store_tx *tx, int64_t id, int64_t fence, operation_state state, str group,
                                instant group_at, str note, err *e);
/* An open operation that an earlier worker left goes on under the present holder's fence. ERR_CONFLICT: not the holder.
 */
MUST bool store_operation_adopt_fence(store_tx *tx, int64_t id, int64_t fence, err *e);
MUST bool store_operation_line_settled(store_tx *tx, int64_t id, int64_t fence, target_key k, err *e);
/* Open operations of a shop with their lines, oldest first. */
MUST bool store_operations_open(store_tx *tx, int64_t shop, arena *a, store_operation **ret, size_t *ret_count, err *e);
MUST bool store_operation_get(store_tx *tx, int64_t id, arena *a, store_operation *ret, bool *ret_some, err *e);
/* The newest operations that name a product (channel 0: any). */
MUST bool store_operations_of(store_tx *tx, target_key k, uint32_t limit, arena *a, store_operation **ret,
                              size_t *ret_count, err *e);

/* May its bytes be sent again (P6)? */
bool store_operation_repeatable(const store_operation *o, instant now);

/*
 * The lane of a shop: one worker at a time, by a fence that rises. Takes it when it is free or its holder's heartbeat
 * is further from now than `stale_s`; ERR_BUSY names the holder. A fence that was taken away makes store_operation_*
 * fail.
 */
MUST bool store_lane_take(store_tx *tx, int64_t shop, str holder, int64_t stale_s, int64_t *ret_fence, err *e);
/* Who holds the lane now; "" nobody. */
MUST bool store_lane_holder(store_tx *tx, int64_t shop, arena *a, str *ret, err *e);
MUST bool store_lane_beat(store_tx *tx, int64_t shop, int64_t fence, err *e);
MUST bool store_lane_release(store_tx *tx, int64_t shop, int64_t fence, err *e);

/* The shop's bucket of points as it was last told, kept from one process to the next by who holds the lane. */
typedef struct store_budget {
    int64_t points, bucket, rate; /* rate: points a second */
    instant told_at;              /* INSTANT_NONE: never */
} store_budget;
MUST bool store_budget_get(store_tx *tx, int64_t shop, store_budget *ret, err *e);
MUST bool store_budget_put(store_tx *tx, int64_t shop, int64_t fence, const store_budget *b, err *e);

/* -- incidents: what others did to Shopify; R6 -- */
typedef struct store_incident {
    int64_t id;
    target_key key;
    str sku, location;
    qty drift;                /* S + H + U - E */
    qty available, explained; /* S, and E before */
    instant found_at, after,
        before;        /* bounds in time of the change: our last agreed knowledge, the stamp that was read */
    str kind;          /* "foreign_change", "unknown_commitment" */
    str evidence;      /* JSON: the two reads, candidates, links */
    int64_t operation; /* the repair; 0 none */
    bool open;
    str note; /* how it was closed; "" it is open */
} store_incident;
MUST bool store_incident_add(store_tx *tx, const store_incident *i, int64_t *ret_id, err *e);
MUST bool store_incident_evidence(store_tx *tx, int64_t id, str evidence, err *e); /* in place of what there was */
MUST bool store_incident_close(store_tx *tx, int64_t id, str note, err *e);
MUST bool store_incidents(store_tx *tx, int64_t shop, target_key k, bool open_only, uint32_t limit, arena *a,
                          store_incident **ret, size_t *ret_count, err *e);
