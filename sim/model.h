#pragma once
/*
 * A Shopify shop in a few hundred lines: quantities with stamps, orders, idempotency keys, compare, a search that lags,
 * a replica that stands still. It knows nothing of the program beyond the documents that it is sent, and shares nothing
 * with the sandbox. For the oracle it keeps beside each level what it never tells a client: who moved `available`.
 */
#include "sim.h"

#define SHOP_LOCATIONS  (SIM_CHANNELS_MAX + 1)
#define SHOP_ELSEWHERE  SIM_CHANNELS_MAX /* the location that no channel maps */
#define ORDER_LINES_MAX 3
#define ORDER_PARTS_MAX 24
#define ORDER_SEEN_MAX  32

typedef enum model_quantity {
    Q_AVAILABLE,
    Q_COMMITTED,
    Q_ON_HAND,
    Q_INCOMING,
    Q_RESERVED,
    Q_DAMAGED,
    Q_QUALITY_CONTROL,
    Q_SAFETY_STOCK,
    Q_COUNT
} model_quantity;

typedef enum model_mover { BY_US, BY_ORDERS, BY_OTHERS, BY_DRAFTS, MOVERS } model_mover;

#define SERVED_MAX 8
typedef struct model_level {
    bool exists, active;
    qty q[Q_COUNT];
    instant at[Q_COUNT];   /* 0: never changed */
    qty moved[MOVERS];     /* of `available`, ever */
    qty too_high, too_low; /* by so much, ever, the import may book here too much or too little; model.c, doubt */
} model_level;

typedef struct model_served { /* what the newest reads of a level told, by mover */
    qty moved[MOVERS];
    qty reserved;
    qty unrouted,
        unrouted_here; /* units of orders that were not routed yet: of the item, and those that it claims here */
} model_served;

typedef struct model_item {
    char sku[24];
    bool tracked, deleted, refused; /* refused: every write of it is, by name */
    model_level levels[SHOP_LOCATIONS];
} model_item;

typedef struct model_part { /* of a fulfilment order, fulfilment or refund: some units of one line */
    int id, line, location;
    qty units, remaining;
    bool closed;
    const char *restock; /* refunds: "CANCEL", "RETURN", "NO_RESTOCK" */
    instant at;
} model_part;

typedef struct model_order {
    int number, location; /* location: of a sale at a till */
    bool cancelled, closed, pos, routed;
    instant created_at, updated_at, cancelled_at;
    instant seen[ORDER_SEEN_MAX]; /* its changes, for the search that lags */
    int seen_count;
    struct {
        int item, location; /* location: where it was placed */
        qty ordered, current, open, restocked;
        bool claims;                                          /* the item was tracked when it was placed */
        unsigned named;                                       /* bits: the locations that it ever had to do with */
        qty removed[SHOP_LOCATIONS], doubted[SHOP_LOCATIONS]; /* open units that were taken off there; see doubt */
    } lines[ORDER_LINES_MAX];
    int line_count;
    model_part fos[ORDER_PARTS_MAX], shipped[ORDER_PARTS_MAX], refunds[ORDER_PARTS_MAX];
    int fo_count, shipped_count, refund_count;
} model_order;

typedef struct model_key {
    char key[40], reference[48];
    uint64_t content;
    int64_t at; /* ticks */
    bool failed;
    int group, applied; /* applied: how often it moved anything; more than once is what must never be */
} model_key;

#define FILES_MAX 4
typedef struct model_file { /* a bulk query's result */
    buf text;
    int64_t objects, begun_at; /* begun_at: ticks */
} model_file;

typedef enum model_bulk { BULK_GOOD, BULK_HANGS, BULK_FAILS, BULK_CUT, BULK_EXPIRED, BULK_FATES } model_bulk;

struct model {
    sim *w;
    int number;
    int64_t skew_us; /* its clock against the true time */
    model_item items[SIM_ITEMS_MAX];
    model_served served[SIM_ITEMS_MAX][SHOP_LOCATIONS][SERVED_MAX];
    unsigned served_count[SIM_ITEMS_MAX][SHOP_LOCATIONS];
    int item_count;
    bool location_active[SHOP_LOCATIONS];
    model_order *orders;
    int order_count, order_room;
    model_order *stale; /* a replica that stands still answers the reads of these orders until then, in ticks */
    int stale_count;
    int64_t stale_until;
    model_key *keys;
    int key_count, key_room, next_group, next_part;
    int64_t index_lag_us;
    int64_t frozen_until; /* ticks: a replica that stands still answers the reads of levels until then */
    model_item frozen[SIM_ITEMS_MAX];
    int64_t away_until; /* ticks: the shop answers nothing but 503 */
    model_bulk bulk_fate;
    model_file files[FILES_MAX]; /* of the newest bulk queries */
    int bulk_count;
    int refused_writes[SIM_ITEMS_MAX][SHOP_LOCATIONS]; /* writes that named a refused item; I7 */
};

#define BULK_TAKES_US (2 * US_PER_S)
#define KEY_LIFE_US   (INT64_C(24) * 3600 * US_PER_S)

model *model_new(sim *w, int number);
void model_free(model **s);
instant model_now(const model *s); /* whole seconds */

/* -- what people and others do -- */
typedef struct model_sale {
    int item[ORDER_LINES_MAX], location[ORDER_LINES_MAX]; /* at a till: one location */
    qty units[ORDER_LINES_MAX];
    int line_count;
    bool unrouted, pos;
} model_sale;
int model_place(model *s, const model_sale *what); /* the order's number */
void model_route(model *s, int order);
void model_cancel(model *s, int order, bool restock, bool record); /* record: a refund tells what was restocked */
#define MODEL_AT_PLACE (-1)                                        /* a location: the one where the units stand */
void model_fulfil(model *s, int order, qty units, int location);
void model_move(model *s, int order, int line, qty units, int location); /* of one fulfilment order that is open */
void model_touch(model *s, int order);                                   /* a note: updatedAt moves, nothing else */
void model_refund(model *s, int order, int line, qty units, const char *restock, int location);
void model_edit(model *s, int item, int location, qty delta);  /* somebody else's write */
void model_draft(model *s, int item, int location, qty units); /* holds units back; negative: lets them go */
void model_freeze(model *s, int64_t us);
void model_freeze_orders(model *s, int64_t us);
qty model_unrouted(const model *s, int item,
                   int location); /* units of orders not routed yet, claimed there; < 0: all */
qty model_returnable(const model_order *o, int line);
qty model_open_at(const model *s, int item, int location); /* units that buyers wait for there */

/* Between model.c and answers.c. */
model_level *model_level_of(model *s, int item, int location);
void model_shift(model *s, int item, int location, model_quantity name, qty delta, model_mover who);
bool model_frozen(const model *s);
const model_file *model_file_of(const model *s, int bulk); /* NULL: there is none, or none any more */

/* -- answers.c: executes a request; the answer is JSON. Returns the operation's name -- */
int model_number(str gid); /* of an item or location, from 0 */
str model_answer(model *s, arena *a, str body, buf *ret);
void model_error(const char *code, buf *ret); /* a GraphQL error at the top */
