#pragma once
/*
 * Order lines and what they do to the books. A line's effect is computed whole (from its events, or from the reading
 * of a shop's order with our events beside it) and the store applies the difference to the effect it stored: so a
 * line can be told again, in any order, and moves nothing twice.
 */
#include "store/stock.h"

typedef struct store_line {
    int64_t id;      /* 0: new */
    int64_t channel; /* whose queue its demand is in */
    str order, line; /* (order, line) is unique per shop or, without one, per channel: `scope` */
    int64_t scope;   /* shop id; for a channel without a shop: minus the channel id */
    int64_t product;
    const store_kit_part *parts; /* the composition it was placed with; none: the product itself */
    size_t part_count;
    bool waiting;        /* events whose `placed` has not come */
    str name;            /* the order's name for people; may be "" */
    bool from_reading;   /* its quantities come from readings, not from `placed` events */
    instant departed_at; /* newest departure of units that are still departed; INSTANT_NONE: none */
} store_line;

/* (scope, order, line) or its name; *ret_some false: none. */
MUST bool store_line_find(store_tx *tx, int64_t scope, str order, str line, arena *a, store_line *ret, bool *ret_some,
                          err *e);
MUST bool store_lines_of_product(store_tx *tx, int64_t product, int64_t after, uint32_t limit, arena *a,
                                 store_line **ret, size_t *ret_count, err *e);
MUST bool store_line_get(store_tx *tx, int64_t id, arena *a, store_line *ret, err *e);
/* Creates or updates the row; its effect stays as it is. */
MUST bool store_line_put(store_tx *tx, const store_line *l, int64_t *ret_id, err *e);

/*
 * Part of a line's effect in one channel's queue. A shop's order may sit in several channels at once (units at two
 * locations), so queue units carry their channel.
 */
typedef struct effect_queue {
    int64_t channel;
    qty units[QUEUE_KINDS];
} effect_queue;

/*
 * What the readings of a shop's order told of a line in one channel, by the time of the first reading that did: derived
 * from the reading before, so it is stored with the effect; units.c.
 */
typedef enum told_kind {
    TOLD_SHIPPED,
    TOLD_LOST,
    TOLD_UNFOUND,  /* returned to a facility that nobody named, and no count can have found them there yet */
    TOLD_RETURNED, /* the others */
    TOLD_KINDS
} told_kind;
typedef struct effect_told {
    int64_t channel;
    instant at;
    qty units[TOLD_KINDS];
} effect_told;

typedef struct line_effect {
    effect_facility *facilities; /* of the line's own product, in its units (kits: kits) */
    size_t facility_count;
    effect_queue *queues;
    size_t queue_count;
    effect_location *locations; /* what Shopify's available has done at each location, cumulative */
    size_t location_count;
    effect_told *told; /* in order of time and channel */
    size_t told_count;
    instant read_at;     /* its reading's last change; INSTANT_NONE: it follows from events alone */
    instant departed_at; /* newest of the units in QUEUE_DEPARTED; INSTANT_NONE: none. Derived, not stored here */
} line_effect;

MUST bool store_line_effect(store_tx *tx, int64_t line, arena *a, line_effect *ret, err *e);
/*
 * Makes `effect` the line's effect: movements for the differences at facilities (components for kits), queue changes,
 * and E += the differences at locations that a channel of the line's shop maps (only for targets that have an E;
 * journal kind `import`). Units that left a facility or came back move as of the time that the effect gives them; `at`
 * is that of the rest. *ret_movements counts ledger rows.
 */
typedef struct effect_change {
    instant at;
    str reason, source, actor, comment;
    bool keep_explained; /* locations are stored, but E does not move (adopt's catch-up does not need it) */
} effect_change;
MUST bool store_line_apply(store_tx *tx, int64_t line, const line_effect *effect, const effect_change *how,
                           int64_t *ret_movements, err *e);

/* -- events -- */
typedef struct store_event {
    int64_t id; /* arrival */
    str event_id;
    digest content;
    int64_t line; /* order_line */
    order_event event;
    instant came_at; /* given by the store: the time of an event that has none of its own */
} store_event;
MUST bool store_event_find(store_tx *tx, str event_id, digest *ret_content, bool *ret_some, err *e);
MUST bool store_event_add(store_tx *tx, const store_event *ev, err *e);
MUST bool store_events_of(store_tx *tx, int64_t line, arena *a, order_event **ret, size_t *ret_count, err *e);
/* Lines that wait for their `placed`, and how many events. */
MUST bool store_events_waiting(store_tx *tx, int64_t *ret_events, err *e);

/*
 * Derives the line's effect again - from its events, or from the stored reading of its order with our events beside
 * it - less its decisions, and applies the difference. Called after an event, a reading or a decision was stored.
 */
MUST bool store_line_settle(store_tx *tx, int64_t line, const effect_change *how, int64_t *ret_movements, err *e);

/* -- decisions about units that nobody can tell; protocol I4, I8 -- */
typedef enum decision_kind {
    DECIDE_DEPARTED_BOOKED, /* departed units that our books have lost by now (a reset of every facility, the operator)
                             */
    DECIDE_UNSURE_DEPARTED, /* unsure units that turned out to be gone */
    DECIDE_UNSURE_RELEASED, /* unsure units that turned out to be there */
    DECISION_KINDS
} decision_kind;
typedef struct store_decision {
    int64_t line;
    str location;
    decision_kind kind;
    qty units;
    instant at; /* booked: what left later is not among them */
    str why;
    instant told_at; /* booked: of the line's units that readings tell of, those told by then are among them */
} store_decision;
MUST bool store_decision_add(store_tx *tx, const store_decision *d, err *e);
MUST bool store_decisions_of(store_tx *tx, int64_t line, arena *a, store_decision **ret, size_t *ret_count, err *e);
/* Lines of a product with departed, unsure or unfound units in a channel (0: any), oldest departure first. */
MUST bool store_lines_unsettled(store_tx *tx, int64_t product, int64_t channel, arena *a, store_line **ret,
                                size_t *ret_count, err *e);

/* -- readings of a shop's orders; protocol 3 -- */
typedef struct store_reading {
    int64_t shop;
    str order; /* gid */
    instant updated_at, asked_at;
    bool open; /* has open or pending units: read again when adopting and reconciling */
    bool pending;
    str json; /* domain_reading_write */
} store_reading;
MUST bool store_reading_get(store_tx *tx, int64_t shop, str order, arena *a, store_reading *ret, bool *ret_some,
                            err *e);
MUST bool store_reading_put(store_tx *tx, const store_reading *r, const str *items, size_t item_count, err *e);
/* Readings that name an inventory item, or all (item ""); only open ones if asked. In order of gid after `after`. */
MUST bool store_readings(store_tx *tx, int64_t shop, str item, bool open_only, str after, uint32_t limit, arena *a,
                         store_reading **ret, size_t *ret_count, err *e);
/*
 * -- orders that the shop told us to look at (webhooks): a hint that survives us, never an event of its own; I1 --
 */
typedef struct store_told {
    str order; /* gid */
    int64_t times;
    instant first_at;
} store_told;
MUST bool store_told_add(store_tx *tx, int64_t shop, str order, err *e);
/* The first `limit` by gid. */
MUST bool store_told_orders(store_tx *tx, int64_t shop, uint32_t limit, arena *a, store_told **ret, size_t *ret_count,
                            err *e);
/* It was read. Stays when it was told again since `times`. */
MUST bool store_told_done(store_tx *tx, int64_t shop, const store_told *t, err *e);

/* Apps whose orders claim no stock; protocol I5. */
typedef struct store_app {
    str app;    /* gid */
    instant at; /* when it was found */
    str proof;  /* what showed it, for people: the order, and what was missing */
} store_app;
MUST bool store_app_claimless(store_tx *tx, int64_t shop, str app, bool *ret, err *e);
MUST bool store_app_claimless_add(store_tx *tx, int64_t shop, const store_app *app, err *e); /* the first proof stays */
MUST bool store_app_claimless_drop(store_tx *tx, int64_t shop, str app, err *e);
MUST bool store_apps_claimless(store_tx *tx, int64_t shop, arena *a, store_app **ret, size_t *ret_count, err *e);
