#pragma once
/*
 * What the store remembers of imported files: the same-bytes rule, where a crashed import stopped, refused rows, and
 * the keys of adjustments.
 */
#include "store/config.h"

typedef struct import_counts {
    int64_t rows, applied, unchanged, refused, waiting, movements;
} import_counts;

typedef struct store_import {
    int64_t id;
    str kind;    /* "levels", "adjustments", "orders", "products" */
    str options; /* mode and as-of, in one canonical text */
    digest content;
    bool finished;
    int64_t rows_done; /* rows whose effects are committed: a crashed import goes on after them */
    instant started_at;
    import_counts counts;
} store_import;

/* The newest import of these bytes with this kind and options; *ret_some false: none. */
MUST bool store_import_find(store_tx *tx, str kind, str options, digest content, store_import *ret, bool *ret_some,
                            err *e);
MUST bool store_import_begin(store_tx *tx, str kind, str options, digest content, str file, int64_t *ret_id, err *e);
MUST bool store_import_progress(store_tx *tx, int64_t id, int64_t rows_done, const import_counts *c, bool finished,
                                err *e);

typedef struct refused_row {
    int64_t row; /* 1 is the first data row */
    str column, reason, bytes;
} refused_row;
MUST bool store_refused_add(store_tx *tx, int64_t import, const refused_row *r, err *e);
MUST bool store_refused_after(store_tx *tx, int64_t import, int64_t row, uint32_t limit, arena *a, refused_row **ret,
                              size_t *ret_count, err *e);
MUST bool store_refused_clear(store_tx *tx, int64_t import, err *e);

/* Keys of adjustments apply once for ever. */
MUST bool store_key_find(store_tx *tx, str key, digest *ret_content, bool *ret_some, err *e);
MUST bool store_key_add(store_tx *tx, str key, digest content, err *e);
