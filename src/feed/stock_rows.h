#pragma once
/*
 * What the rows of levels and adjustments have in common: a product, a facility, a reason; and the order in which a
 * chunk of them is applied.
 */
#include "feed/internal.h"

/* Rows of a transaction: more share a product's pages, and keep other writers waiting longer (some tenths of a second).
 */
#define FEED__STOCK_CHUNK 20000

/* The common columns come first in each kind's table of columns. */
enum {
    STOCK_SKU,
    STOCK_PRODUCT_ID,
    STOCK_ID_TYPE,
    STOCK_ID_VALUE,
    STOCK_FACILITY,
    STOCK_EXTERNAL,
    STOCK_REASON,
    STOCK_COMMENTS,
    STOCK_PLACE,
    STOCK_COLUMNS
};
#define STOCK_KNOWN                                                                                                    \
    [STOCK_SKU] = {"sku"}, [STOCK_PRODUCT_ID] = {"productId"}, [STOCK_ID_TYPE] = {"id_type", {"idType"}},              \
    [STOCK_ID_VALUE] = {"id_value", {"idValue"}}, [STOCK_FACILITY] = {"facility", {"facilityId"}},                     \
    [STOCK_EXTERNAL] = {"externalFacilityId"}, [STOCK_REASON] = {"reason", {"varianceReasonId"}},                      \
    [STOCK_COMMENTS] = {"comments", {"comment"}}, [STOCK_PLACE] = {"locationSeqId"}

typedef struct stock_row {
    feed__item item;
    feed__name name;
    str facility_code, reason, comment;
    int64_t product, facility;
} stock_row;

/* Finds the columns of `known` (count of them); `number` is the place of the one that has the quantity. */
MUST bool feed__stock_header(feed__run *r, const feed__column *known, size_t count, size_t number, int *ret_at, err *e);
/* The common part of a row; may refuse it. */
void feed__stock_read(feed__run *r, const int *at, const feed__row *in, stock_row *to);
/* A whole number between the bounds; refuses the row for any other text. */
bool feed__stock_number(feed__run *r, feed__item *row, str text, str column, qty least, qty *ret);
/* A time, or INSTANT_NONE for an empty text; refuses the row for any other. */
bool feed__stock_time(feed__run *r, feed__item *row, str text, str column, instant *ret);

/*
 * Finds product and facility of every row, refuses rows whose product or facility does not exist or is a kit, and
 * applies the others one by one. `by_product`: in order of product, which is quicker, and never changes the order of
 * rows of one (product, facility); else in the file's order. `each` is given the level as it is before the row.
 */
typedef bool stock_apply(feed__run *r, stock_row *row, const store_level *level, err *e);
MUST bool feed__stock_apply(feed__run *r, feed__resolver *names, const int *at, bool by_product, stock_apply *each,
                            err *e);
