#pragma once
/* What one read of an order line comes to in sums, before it is compared with another. Shared by reading*.c only. */
#include "domain/reading.h"

typedef VEC(reading_place) place_list;
size_t domain__place(arena *a, place_list *places, str location); /* its index; a new one is added */

/* One location's part. The last two were certainly restocked there. */
typedef struct reading_spot {
    qty open, shipped;
    qty cancelled; /* by CANCEL refunds */
    qty returned;  /* by RETURN and LEGACY refunds */
} reading_spot;

/*
 * Every ordered unit is one of four: open in a fulfilment order, shipped, pending, or removed before it was shipped.
 * Of the shipped ones some were given back or refunded, `removed_shipped`: they stay shipped, too.
 */
typedef struct reading_state {
    reading_spot *spots; /* one for each place */
    qty ordered, removed, open, shipped;
    qty held;                          /* by fulfilment orders, open or shipped: see domain__reading_held */
    qty cancelled_sure, returned_sure; /* the sums of the spots */
    qty returned;                      /* units of RETURN refunds, wherever they went */
    qty untold;                        /* removed units whose restock no refund line tells for certain */
    qty pending, removed_open, removed_shipped;
    qty untold_open, untold_shipped; /* the most of `untold` that can be among the two */
    bool contradicts;                /* more open and shipped units than were ordered */
} reading_state;

/* Names in `places` every location of the line; adds up what it says, once they are named. */
void domain__reading_name(arena *a, place_list *places, const reading_raw *order, const reading_raw_line *l);
reading_state domain__reading_sum(arena *a, place_list *places, const reading_raw *order, const reading_raw_line *l);

/* The rest of the state: of a line whose pending units are known; of one that follows (`ended`: nothing more is
 * routed). */
void domain__reading_split(reading_state *s, qty pending);
void domain__reading_follow(const reading_state *before, reading_state *s, bool ended);

/* Units that are or went through a fulfilment order, and those of them that are still to ship. */
qty domain__reading_held(const reading_fo_line *f);
qty domain__reading_open(const reading_fo_line *f);
