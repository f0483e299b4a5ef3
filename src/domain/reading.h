#pragma once
/*
 * Readings of Shopify's orders, protocol section 3: the import compares states, never sums events. A reading is one
 * order as it was read; what it did to Shopify's available, per (line, location), is kept with it as claims, so that
 * dS = claims(new) - claims(old). Pure; the store keeps a reading as JSON (domain_reading_write/parse).
 *
 * Units: pieces. A claim is in the sign of S: 2 sold is -2.
 */
#include "domain/words.h"

#define READING_LINES_MAX 2000
#define READING_PLACES_MAX 64 /* distinct locations one line ever named */

typedef struct reading_unit_at {
    str location; /* gid */
    qty units;
} reading_unit_at;

typedef struct reading_fo_line { /* one line's share of one fulfilment order */
    str fulfilment_order;        /* gid */
    str location;                /* assigned location's gid; "" unknown */
    qty total, remaining;
    bool closed; /* the fulfilment order is CLOSED or CANCELLED: what remains is not open */
} reading_fo_line;

typedef struct reading_refund { /* one refund line */
    str id;
    qty units;
    enum { REFUND_NO_RESTOCK, REFUND_CANCEL, REFUND_RETURN, REFUND_LEGACY } type;
    bool restocked;
    str location; /* "" not told */
} reading_refund;

/* What was read of a line. */
typedef struct reading_raw_line {
    str id;   /* line item gid */
    str item; /* inventory item gid; "" : custom line, deleted variant, gift card */
    str sku;
    bool tracked; /* at this reading */
    qty ordered, current;
    reading_fo_line *fulfilment_orders;
    size_t fo_count;
    reading_unit_at *fulfilled; /* per location, successful fulfilments only */
    size_t fulfilled_count;
    reading_refund *refunds;
    size_t refund_count;
} reading_raw_line;

typedef struct reading_raw {
    str order, name; /* gid, "#1001" */
    instant created_at, processed_at, updated_at;
    bool cancelled, closed, pos, test;
    str app;             /* app gid, "" unknown */
    str retail_location; /* POS */
    reading_raw_line *lines;
    size_t line_count;
} reading_raw;

/* What is known of a line after comparing: the derived part, kept with the reading. */
typedef struct reading_place { /* one location that the line ever named */
    str location;
    qty claim;     /* cumulative effect on S there */
    qty open;      /* units still to ship from there */
    qty departed;  /* fulfilled from there, less returned and restocked there */
    qty lost;      /* cancelled there and certainly not restocked */
    qty unsure;    /* removed, perhaps restocked: E was booked as if they were (I4) */
    qty returned;  /* restocked there after fulfilment */
    bool mark;     /* reconcile must look here (I3, I4) */
} reading_place;

typedef struct reading_line {
    reading_raw_line raw;
    int claims; /* 1 claims stock, 0 does not (untracked at placing, or its app claims none), -1 unknown: does not until C shows it (I5) */
    reading_place *places;
    size_t place_count;
    qty pending; /* units of an order not routed yet: neither T nor E (I6) */
} reading_line;

typedef struct reading {
    reading_raw raw; /* its lines are in `lines` */
    instant asked_at; /* shop's time when the answer's request was made */
    bool claimless_app;
    reading_line *lines;
    size_t line_count;
} reading;

/*
 * The reading that follows from `old` (NULL: the first one of this order) and what was read now. Never fails on
 * content: what cannot be told apart is booked with E high and marked (protocol, "In doubt, E high").
 */
const reading *domain_reading_next(arena *a, const reading *old, const reading_raw *now, instant asked_at, bool claimless_app);

void domain_reading_write(const reading *r, buf *to);                      /* JSON, for the store */
MUST bool domain_reading_parse(arena *a, str json, const reading **ret, err *e); /* ERR_CORRUPT */

/* What a reading says of one item at one location (or in all): the sums over its lines. */
typedef struct reading_sum {
    qty claim, open, departed, lost, unsure, returned, pending;
    bool mark;
} reading_sum;
reading_sum domain_reading_at(const reading *r, str item, str location);
