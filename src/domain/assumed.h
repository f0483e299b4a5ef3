#pragma once
/* What is assumed of Shopify: which assumptions a change of an order's line rests on. Pure. */
#include "domain/reading.h"

typedef enum assumed_id {
#define ASSUMED(id, name, what) ASSUMED_##id,
#include "domain/assumed.def"
#undef ASSUMED
    ASSUMED_KINDS
} assumed_id;
const char *domain_assumed_name(assumed_id id);
const char *domain_assumed_what(assumed_id id);

/*
 * Those on which the change of `available` at `location` rests, from `old` (NULL: the line's first reading) to `now`: a
 * set, 1 << id each. 0: none, or the line claims nothing.
 */
unsigned domain_assumed(const reading_raw *order, const reading_line *old, const reading_line *now, str location);
