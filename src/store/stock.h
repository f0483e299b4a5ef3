#pragma once
/*
 * Products, levels and the append-only ledger. Every change of stock is one store_move; the balance is a consequence.
 */
#include "store/config.h"

typedef struct store_identifier {
    str type, value; /* "UPCA", "012345678905" */
} store_identifier;

typedef struct store_kit_part {
    int64_t product;
    qty quantity;
} store_kit_part;

typedef struct store_product {
    int64_t id;
    str sku, title, product_type, vendor;
    const str *tags;
    size_t tag_count;
} store_product;

/* What a product is at a facility. `configured`: it has settings of its own; `moved`: some movement named it. */
typedef struct store_level {
    int64_t facility;
    qty qoh, atp;
    bool moved, configured;
    qty safety_stock;
    bool allow_brokering, allow_pickup;
    instant reset_at; /* time of the newest reset: its as_of, or its import; INSTANT_NONE: none */
    bool reset_given; /* that reset was given an as_of: later movements of QOH dated at or before it are in it */
    int64_t seen_run; /* the import run that last named this pair: finds a second row of one file */
} store_level;

typedef enum target_state { /* why a target is not pushed; text in store_target.reason and .fix */
                            TARGET_OK,
                            TARGET_REFUSED, /* Shopify refused the line; released by the operator or when the cause is
                                               gone */
                            TARGET_NOT_STOCKED, /* read: the item is not stocked at the location (P9) */
                            TARGET_UNTRACKED,   /* read: the item is not tracked */
                            TARGET_LOCATION_INACTIVE,
                            TARGET_BUNDLE, /* a bundle's parent: Shopify computes it */
                            TARGET_ITEM_GONE,
                            TARGET_STATES
} target_state;
const char *target_state_name(target_state s);

/* What a product is in a channel. A row exists once it has settings, an item or E. */
typedef struct store_target {
    int64_t channel;
    bool configured;
    qty threshold;
    bool sellable;
    str item; /* inventory item gid; "" not linked */
    qty t, raw;
    maybe_qty e;         /* unknown until adopted */
    qty baseline;        /* damaged + safety_stock + quality_control at adoption; protocol 1, H */
    instant epoch;       /* what an order did before it is in the number that was adopted (R3) */
    qty accepted_excess; /* unknown commitment that the operator accepted; R5 */
    instant owing_since; /* INSTANT_NONE: owes nothing */
    target_state state;
    str reason, fix;
    bool marked;      /* reconcile must look here; I3, I4 */
    instant moved_at; /* own date of the last imported movement with dS != 0; R2 */
    instant group_at; /* createdAt of our last adjustment group here; R2 */
    int64_t
        touched_seq; /* changes with every change of E, and when an operation opens or closes: R1's "nothing touched" */
} store_target;

/* One product with all that its numbers need. Borrowed from the transaction: read only, valid until its next change. */
typedef struct store_world {
    store_product product; /* tags not loaded */
    const store_level *levels;
    size_t level_count;
    const store_target *targets;
    size_t target_count;
    const struct store_queue {
        int64_t channel;
        qty units[QUEUE_KINDS];
    } * queues;
    size_t queue_count;
    const store_kit_part *kit; /* the composition if it is a kit */
    size_t kit_count;
} store_world;

/* -- products -- */
MUST bool store_product_find(store_tx *tx, str sku, int64_t *ret_id, err *e); /* 0: none; byte for byte */
/* By identifier ("UPCA", value) or any type when `type` is ""; *ret_id 0: none, -1: more than one. */
MUST bool store_product_find_by(store_tx *tx, str type, str value, int64_t *ret_id, err *e);
MUST bool store_product_get(store_tx *tx, int64_t id, arena *a, store_product *ret, err *e);
MUST bool store_product_identifiers(store_tx *tx, int64_t id, arena *a, const store_identifier **ret, size_t *ret_count,
                                    err *e);
MUST bool store_product_put(store_tx *tx, const store_product *p, int64_t *ret_id, err *e); /* by id, or new when 0 */
MUST bool store_identifiers_replace(store_tx *tx, int64_t id, const store_identifier *list, size_t count, err *e);
/* ERR_INPUT: a component that is a kit, a product with movements as a kit, a component twice, quantity < 1. */
MUST bool store_kit_replace(store_tx *tx, int64_t id, const store_kit_part *parts, size_t count, err *e);
/* Products after `id` in order of id, up to `limit`: for streaming over all. */
MUST bool store_products_after(store_tx *tx, int64_t id, uint32_t limit, arena *a, store_product **ret,
                               size_t *ret_count, err *e);
/* Products after `sku` in order of SKU: for lists that people page through. */
MUST bool store_products_by_sku(store_tx *tx, str sku, uint32_t limit, arena *a, store_product **ret, size_t *ret_count,
                                err *e);
MUST bool store_products_count(store_tx *tx, int64_t *ret, err *e);
/* Products whose SKU, title or an identifier contains `text`, case ignored; for suggestions and searches. */
MUST bool store_products_search(store_tx *tx, str text, uint32_t limit, arena *a, store_product **ret,
                                size_t *ret_count, err *e);

MUST bool store_world_get(store_tx *tx, int64_t product, const store_world **ret, err *e);
/* What a product is at one facility, where nothing else of it is asked for. *ret_kit: it is a kit, which has no stock.
 */
MUST bool store_level_get(store_tx *tx, int64_t product, int64_t facility, store_level *ret, bool *ret_kit, err *e);

/* -- settings -- (rows are created; the world recomputes at commit) */
MUST bool store_facility_settings(store_tx *tx, int64_t product, int64_t facility, qty safety_stock,
                                  bool allow_brokering, bool allow_pickup, err *e);
/* The item of all channels of one shop changes with store_link (targets.h); this one sets the rest. */
MUST bool store_channel_settings(store_tx *tx, int64_t product, int64_t channel, qty threshold, bool sellable, err *e);

/* -- availability -- */
typedef struct store_availability { /* of one product in one channel, as of the transaction's now */
    atp_result result;
    qty target;
    size_t facility_count;
    const atp_facility *facilities; /* one for each facility of the configuration, in its order */
    const qty *counted;
    const atp_why *why;
    bool kit;
} store_availability;
MUST bool store_availability_get(store_tx *tx, int64_t product, int64_t channel, arena *a, store_availability *ret,
                                 err *e);

/* -- the ledger -- */
typedef enum move_kind { /* how the row came to be; decides what a late snapshot replays */
                         MOVE_ADJUST,
                         MOVE_RESET, /* a reset's own difference is never replayed */
                         MOVE_ORDER, /* reservation, release, shipment, return, POS sale */
                         MOVE_KINDS
} move_kind;

typedef struct store_movement {
    int64_t seq; /* given by the store, rising */
    int64_t product, facility;
    instant at, recorded_at; /* its own time; when it was written here */
    qty qoh_delta, atp_delta;
    qty qoh, atp; /* balances after */
    move_kind kind;
    bool in_count; /* dated at or before a given as-of: already in that count, so QOH did not move */
    str reason, source, actor, comment;
} store_movement;

/*
 * Appends a movement and moves the balance. `m` gives product, facility, at (INSTANT_NONE: now), the two deltas, kind
 * and texts; the rest is filled in. If QOH moves (qoh_delta != 0, kind not MOVE_RESET) and `at` is at or before a
 * *given* as-of of the newest reset there, the row is recorded with in_count, its qoh_delta is 0 and its atp_delta is
 * less by as much: a reservation that it ends still ends. ERR_INPUT: the balance would pass ATP_BALANCE_MAX; the
 * product is a kit.
 */
MUST bool store_move(store_tx *tx, const store_movement *m, err *e);

typedef enum reset_outcome {
    RESET_MOVED, /* a ledger row; the first count of a pair leaves one also when it is 0 */
    RESET_SAME,  /* no difference */
    RESET_OLDER, /* its time is older than the newest reset there: nothing changes */
} reset_outcome;
typedef struct store_reset_row {
    int64_t product, facility;
    reset_mode mode;
    qty quantity;
    instant as_of; /* INSTANT_NONE: it counts as of now and replays nothing */
    int64_t run;   /* marks the pair as named by this import run; store_level.seen_run */
    str reason, source, actor, comment;
} store_reset_row;
/* A reset of one pair. Departed units that it covers are settled (I8). ERR_INPUT as store_move. */
MUST bool store_reset(store_tx *tx, const store_reset_row *r, reset_outcome *ret, err *e);

/* Movements in order of seq after `seq`; product 0 / facility 0: all. */
MUST bool store_movements_after(store_tx *tx, int64_t product, int64_t facility, int64_t seq, uint32_t limit, arena *a,
                                store_movement **ret, size_t *ret_count, err *e);
/* The newest `limit` movements of a product, newest first. */
MUST bool store_movements_newest(store_tx *tx, int64_t product, uint32_t limit, arena *a, store_movement **ret,
                                 size_t *ret_count, err *e);
