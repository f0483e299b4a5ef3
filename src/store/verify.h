#pragma once
/*
 * Verify: recomputes every balance from the ledger, every reservation and queue from the order lines, every line from
 * its events or reading, every T from the rows and every E from its journal, and compares. Streams in bounded memory.
 */
#include "store/stock.h"

#define VERIFY_DETAILS_MAX 100 /* differences told one by one; all are counted */

typedef struct verify_difference {
    str what;  /* "qoh", "atp", "reserved", "queue", "t", "e", "line", "chain", "constraint" */
    str where; /* "SKU at FACILITY", "SKU in CHANNEL", "order line" */
    str stored, computed;
} verify_difference;

typedef struct verify_report {
    int64_t levels, targets, orders, movements, differences;
    int64_t behind; /* targets that wait for a recompute (store_catch_up): not compared, not a difference */
    verify_difference *details;
    size_t detail_count;
} verify_report;

MUST bool store_verify(store *s, arena *a, verify_report *ret, err *e);
