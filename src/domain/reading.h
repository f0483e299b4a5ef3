#pragma once
/*
 * Readings of Shopify's orders, protocol section 3: the import compares states, never sums events. A reading is one
 * order as it was read; what it did to Shopify's available, per (line, location), is kept with it as claims, so that
 * dS = claims(new) - claims(old). Pure; the store keeps a reading as JSON (domain_reading_write/parse).
 *
 * Units: pieces. A claim is in the sign of S: 2 sold is -2. A location is a gid, or "": not told.
 */
#include "domain/words.h"

#define READING_LINES_MAX 2000                /* lines of one order; whoever reads orders refuses more */
#define READING_UNITS_MAX INT64_C(1000000000) /* units of anything in a line; what is beyond counts as this many */

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

typedef enum refund_type { REFUND_NO_RESTOCK, REFUND_CANCEL, REFUND_RETURN, REFUND_LEGACY, REFUND_TYPES } refund_type;

typedef struct reading_refund { /* one refund line */
    str id;
    qty units;
    refund_type type;
    bool restocked;
    str location; /* "" not told */
    instant at;   /* of its making; INSTANT_NONE: not told */
} reading_refund;

/* What was read of a line. */
typedef struct reading_raw_line {
    str id;   /* line item gid */
    str item; /* inventory item gid; "" : custom line, deleted variant, gift card */
    str sku;
    bool tracked;         /* at this reading */
    bool tracked_unknown; /* at its placing it may have been otherwise: the line claims nothing yet (I5) */
    qty ordered, current; /* ever ordered; less what was refunded or removed */
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
    instant cancelled_at; /* INSTANT_NONE: it is not; not kept with a reading */
    bool cancelled, closed, pos, test;
    str app;             /* app gid, "" unknown */
    str retail_location; /* POS */
    reading_raw_line *lines;
    size_t line_count;
} reading_raw;

/*
 * One location that the line ever named, and what is known of it after comparing. For a line that claims,
 * claim = -(open + departed + lost) + what was booked too high, or perhaps too high, in doubt.
 *
 * The location "" is where Shopify did not tell one. Its open and departed units are demand as at an unmapped location;
 * its unsure units and its mark stand for every mapped location of the item: an order that ended before it was routed
 * named none (I6).
 */
typedef struct reading_place {
    str location;
    qty claim;    /* cumulative effect on S there */
    qty open;     /* units still to ship from there */
    qty departed; /* fulfilled from there, less those that came back: below 0 where more came back than went */
    qty lost;     /* removed there before they were shipped, and not restocked there */
    qty unsure;   /* removed, perhaps restocked: E was booked as if they were (I4). Never falls: only S can tell */
    qty returned; /* restocked there, though not removed from there: shipped before, or of another location */
    bool mark;    /* this reading left a doubt: reconcile must look here (I3, I4) */
} reading_place;

typedef struct reading_line {
    reading_raw_line raw;
    int claims; /* stock: 1 yes, 0 no (untracked at placing, or its app claims none), -1 not until C shows it (I5) */
    reading_place *places;
    size_t place_count;
    qty pending; /* units that no fulfilment order holds yet: neither T nor E (I6) */
} reading_line;

typedef struct reading {
    reading_raw raw;  /* its lines are in `lines` */
    instant asked_at; /* shop's time when the answer's request was made */
    bool claimless_app;
    reading_line *lines;
    size_t line_count;
} reading;

/*
 * The reading that follows from `old` (NULL: the first one of this order) and what was read now. Never fails on
 * content: what cannot be told apart is booked with E high and marked (protocol, "In doubt, E high").
 *
 * It lives in `a` and borrows the texts and lists of both, which must live as long. A line that `now` does not name any
 * more is kept, its open units removed. Read again without a change it is the same, marks included: act on the marks
 * of a reading that differs from the stored one. `claimless_app` ends the claims of lines that had some.
 */
const reading *domain_reading_next(arena *a, const reading *old, const reading_raw *now, instant asked_at,
                                   bool claimless_app);

/* `r` with one line's `claims` (1, 0, -1) as C has shown them (I5): a line of 1 claims what its open, departed and lost
 * units say, the others nothing. */
const reading *domain_reading_claim(arena *a, const reading *r, str line, int claims);

void domain_reading_write(const reading *r, buf *to);                            /* JSON, for the store */
MUST bool domain_reading_parse(arena *a, str json, const reading **ret, err *e); /* ERR_CORRUPT with the path */

/* What a reading says of one item at one location ("" : in all), summed over its lines; `pending` is always in all. */
typedef struct reading_sum {
    qty claim, open, departed, lost, unsure, returned, pending;
    bool mark;
} reading_sum;
reading_sum domain_reading_at(const reading *r, str item, str location);
