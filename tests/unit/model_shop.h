#pragma once
/*
 * A tiny model of a Shopify shop for tests of sync: quantities with stamps, orders, idempotency keys, compare, faults.
 * It answers the documents that the shop module sends, through an io_net, in virtual time. It knows nothing of the
 * program beyond those documents, and shares nothing with the sandbox, so that the two can be held against each other.
 *
 * All of its state lies in one shared mapping: a forked child may run the program against it and die, and the parent
 * goes on with what the shop knows by then.
 */
#include "base/base.h"

#define MODEL_ITEMS_MAX     600
#define MODEL_LOCATIONS_MAX 6
#define MODEL_ORDERS_MAX    400
#define MODEL_LINES_MAX     6
#define MODEL_PARTS_MAX     8
#define MODEL_KEYS_MAX      4000
#define MODEL_FAULTS_MAX    32
#define MODEL_UPDATES_MAX   24

typedef enum model_quantity {
    MODEL_AVAILABLE,
    MODEL_COMMITTED,
    MODEL_ON_HAND,
    MODEL_INCOMING,
    MODEL_RESERVED,
    MODEL_DAMAGED,
    MODEL_QUALITY_CONTROL,
    MODEL_SAFETY_STOCK,
    MODEL_QUANTITIES
} model_quantity;

typedef struct model_level {
    bool exists, active;
    qty q[MODEL_QUANTITIES];
    instant at[MODEL_QUANTITIES]; /* 0: never changed */
} model_level;

typedef struct model_item {
    char sku[24];
    bool tracked, bundle, deleted;
    bool refused; /* every write of it is refused, named */
    model_level levels[MODEL_LOCATIONS_MAX];
} model_item;

typedef struct model_part { /* of a fulfilment order, fulfilment or refund: one line's units */
    int line;
    qty units, remaining;
    int location;
    char restock[16]; /* refunds: CANCEL, RETURN, NO_RESTOCK */
    instant at;
    bool closed;
    int id; /* the fulfilment order, fulfilment or refund */
} model_part;

typedef struct model_order {
    bool exists, deleted, cancelled, closed, pos, claims, routed;
    int id, location;
    char app[40];
    instant created_at, updated_at, cancelled_at;
    instant updates[MODEL_UPDATES_MAX]; /* for the lagging index */
    int update_count;
    struct {
        int item;
        qty ordered, current, open;
    } lines[MODEL_LINES_MAX];
    int line_count;
    model_part fos[MODEL_PARTS_MAX], shipped[MODEL_PARTS_MAX], refunds[MODEL_PARTS_MAX];
    int fo_count, shipped_count, refund_count;
    qty restocked, returned; /* of line 0: units that came back to available; shipped ones among them and beside them */
} model_order;

typedef enum model_fault_kind {
    MODEL_LOSE_REQUEST, /* the connection is cut before it arrives */
    MODEL_LOSE_ANSWER,  /* it is executed, the answer never comes */
    MODEL_500_BEFORE,   /* an error instead of execution */
    MODEL_500_AFTER,    /* executed, and answered with an error */
    MODEL_THROTTLED,
    MODEL_NO_CONNECTION, /* certainly not sent */
    MODEL_ARRIVES_LATE,  /* the client's connection is cut; the request arrives when the next but `after` comes */
    MODEL_DOUBLED,       /* it arrives twice */
    MODEL_DENIED,        /* 403 */
    MODEL_BLIND_REFUSAL, /* refused with ADJUST_QUANTITIES_FAILED, no line named, while it holds item `item` */
} model_fault_kind;
typedef struct model_fault {
    model_fault_kind kind;
    char operation[24]; /* "Adjust", "" any */
    int count;          /* of matching requests still to hit */
    int skip;           /* of matching requests first let through */
    int item;
    instant until; /* MODEL_ARRIVES_LATE: when it arrives */
} model_fault;

typedef struct model model;
typedef void model_hook(void *ctx, model *m, const char *operation, int nth, bool after);

struct model {
    instant now; /* one clock for the program and, with `skew_us`, the shop */
    int64_t skew_us, ticks, latency_us;
    int64_t points_missing; /* of the bucket, as answers tell it */
    uint64_t seed;
    model_item items[MODEL_ITEMS_MAX];
    int item_count;
    struct {
        char name[24];
        bool active;
    } locations[MODEL_LOCATIONS_MAX];
    int location_count;
    model_order orders[MODEL_ORDERS_MAX];
    int order_count;
    int64_t index_lag_us;
    instant frozen_at; /* since then a replica that stands still answers the reads of levels; 0: none does */
    model_item frozen_items[MODEL_ITEMS_MAX];
    struct {
        char key[40];
        uint64_t content;
        instant at;
        bool failed;
        int group;
    } keys[MODEL_KEYS_MAX];
    int key_count, next_group, next_part;
    model_fault faults[MODEL_FAULTS_MAX];
    int fault_count;
    struct {
        char body[60000];
        instant at;
        bool used;
    } late[16]; /* copies under way */
    char bulk[3000000];
    size_t bulk_len;
    int64_t bulk_objects;
    int bulk_count;
    char missing_scope[48];
    /* What happened: */
    int calls, mutations, writes_applied; /* mutations: adjust calls that came; lines applied */
    int operations[32];                   /* calls by kind, for hooks */
    char violations[400];
    /* For tests of crashes and races: */
    int64_t steps, die_at; /* the process ends at the die_at-th step; 0 never */
    model_hook *hook;
    void *hook_ctx;
};

#define MODEL_DIED 77 /* exit status of a process that ended at die_at */

model *model_new(void);
void model_end(model **m); /* for AUTO(model_end) */
world model_world(model *m);
void model_advance(model *m, int64_t us);

int model_add_location(model *m, const char *name);
int model_add_item(model *m, const char *sku, int location, qty available); /* location -1: not stocked anywhere */
str model_item_gid(arena *a, int item);
str model_location_gid(arena *a, int location);
str model_order_gid(arena *a, int order);
qty model_available(const model *m, int item, int location);
void model_edit(model *m, int item, int location, qty delta);    /* a foreign write */
void model_reserve(model *m, int item, int location, qty units); /* a draft order; negative: it is deleted */
void model_freeze(
    model *m); /* reads of levels come from a replica that stands still, until model_thaw or MODEL_FREEZE_US */
#define MODEL_FREEZE_US (110 * US_PER_S) /* no replica lags by two minutes: R2 assumes it */
void model_thaw(model *m);
void model_fail(model *m, model_fault_kind kind, const char *operation, int skip, int count);

typedef struct model_sale {
    int item;
    qty units;
    int location;
    bool claimless, unrouted, pos;
    const char *app;
} model_sale;
int model_place(model *m, model_sale s);
void model_route(model *m, int order);
void model_cancel(model *m, int order, bool restock, bool record); /* record: refund lines tell what was restocked */
void model_fulfil(model *m, int order, qty units, int location);
void model_move(model *m, int order, int location);
void model_touch(model *m, int order); /* a note: updatedAt moves, nothing else */
void model_refund(model *m, int order, qty units, const char *restock, int location);
void model_set_tracked(model *m, int item, bool tracked);
/* Units at Shopify that its books hold together: on hand = available + committed + ... at every level. */
bool model_consistent(const model *m);
