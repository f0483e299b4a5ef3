#pragma once
/*
 * Order lines from events, in whatever order they come: a line's state follows from its *set* of events. Contracts,
 * "Orders by API, CLI or webhook". The effect of a line on our books is computed from scratch from all of its events;
 * the difference between the old and the new effect is what moves.
 */
#include "domain/words.h"

typedef enum event_kind {
    EVENT_PLACED,
    EVENT_ALLOCATED,
    EVENT_RELEASED,
    EVENT_FULFILLED,
    EVENT_CANCELLED,
    EVENT_RETURNED,
    EVENT_POS_SOLD,
    EVENT_KINDS
} event_kind;
const char *event_kind_name(event_kind k);
MUST bool event_kind_parse(str name, event_kind *ret);

#define EVENT_NO_SEQ INT64_MIN
typedef struct order_event {
    event_kind kind;
    qty quantity;     /* > 0 */
    int64_t facility; /* 0: none named */
    int queue;        /* queue_kind, or -1: none named */
    bool restock;     /* cancelled, returned */
    int64_t seq;      /* EVENT_NO_SEQ: none; events with one rank above those without */
    int64_t arrival;  /* order of arrival, the tie-breaker */
    instant at;       /* its own time */
    str location;     /* origin shop: the Shopify location whose available changed; "" : the channel's own */
    bool shop_origin; /* Shopify has already changed its available for it */
} order_event;

/* One facility's part of a line's effect as of one time: a count takes in what left before it, so units keep theirs. */
typedef struct effect_facility {
    int64_t facility;
    instant at;   /* of the events that moved `gone`; INSTANT_NONE: no event says, and of all that is reserved */
    qty reserved; /* open units promised there: ATP -reserved */
    qty gone;     /* units that left QOH and ATP there (less returned ones) */
} effect_facility;

/* One location's part: what Shopify's available has already done (the sign of S: a sale of 2 is -2). */
typedef struct effect_location {
    str location; /* "" : the channel's own */
    qty available;
} effect_location;

/*
 * What a line does to our books: facilities, and queue units of its channel. Lists live in the arena, by facility id
 * and time, and by location, each once; texts are the events' own.
 */
typedef struct order_effect {
    effect_facility *facilities;
    size_t facility_count;
    qty queue[QUEUE_KINDS];
    instant departed_at; /* newest time of the units in QUEUE_DEPARTED; INSTANT_NONE: none has one */
    effect_location *locations;
    size_t location_count;
    qty open;     /* placed - fulfilled - cancelled, at least 0 */
    bool waiting; /* an event waits for its `placed`: only what stands alone applies */
} order_effect;

/*
 * `home` is the facility of a physical channel (a line placed without queue or facility is reserved there), 0 on an
 * aggregate one (it goes to the brokering queue). `pos_sold` stands alone and never waits.
 */
void domain_order_effect(arena *a, const order_event *events, size_t count, int64_t home, order_effect *ret);
/* Where open units stand: a facility, or 0 and *ret_queue. Without a `placed` among them: home, else brokering. */
int64_t domain_order_standing(const order_event *events, size_t count, int64_t home, queue_kind *ret_queue);
