#pragma once
/*
 * Whole numbers, checked. Quantities are int64_t units everywhere, also in JSON; no double touches stock.
 */
#include "base/str.h"
#include <stdint.h>

typedef int64_t qty;            /* whole units; negative allowed for ATP */
#define QTY_FILE_MAX 1000000000 /* largest quantity a file may name; contracts, "All file imports" */

/* A number that we may not know (Shopify's S before the first read): prints as null or "unknown", never as 0. */
typedef struct maybe_qty {
    bool known;
    qty value;
} maybe_qty;
#define QTY_UNKNOWN ((maybe_qty){false, 0})
static inline maybe_qty qty_known(qty v)
{
    return (maybe_qty){true, v};
}

MUST static inline bool qty_add(qty a, qty b, qty *ret)
{
    return !__builtin_add_overflow(a, b, ret);
}
MUST static inline bool qty_sub(qty a, qty b, qty *ret)
{
    return !__builtin_sub_overflow(a, b, ret);
}
MUST static inline bool qty_mul(qty a, qty b, qty *ret)
{
    return !__builtin_mul_overflow(a, b, ret);
}
static inline qty qty_min(qty a, qty b)
{
    return a < b ? a : b;
}
static inline qty qty_max(qty a, qty b)
{
    return a > b ? a : b;
}
/* Floor of a / n for n > 0, also for negative a (C rounds towards zero). */
static inline qty qty_floor_div(qty a, qty n)
{
    return a / n - (a % n < 0);
}

/* A decimal integer, the whole text, optional sign; false when it is anything else or does not fit. */
MUST bool num_parse_i64(str s, int64_t *ret);
/* The same with bounds; the error text says what is wrong with it ("1.5 is not a whole number"). */
MUST bool num_parse_qty(str s, qty least, qty most, qty *ret, err *e);
