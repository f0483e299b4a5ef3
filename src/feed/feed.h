#pragma once
/*
 * feed: files in and out. Every import checks its input row by row, applies in chunks (each a transaction), remembers
 * the file's bytes (the same file again changes nothing) and where it stood (a crashed import goes on), and keeps
 * refused rows with the reason. Contracts: "All file imports" and the sections of each command.
 */
#include "store/store.h"

#include <stdio.h>

typedef struct feed_options {
    bool dry_run, all_or_nothing, again;
    const char *errors_path; /* NULL: FILE.errors.csv, which is removed again when no row is refused any more */
    const char *actor;       /* who, for the ledger; NULL: "cli" */
    /* Called now and then with bytes read and the file's size (-1 unknown); NULL: no progress. */
    void (*progress)(void *ctx, int64_t done, int64_t total);
    void *progress_ctx;
    /* One line for people on standard error: unknown columns, "same bytes as ..."; never NULL. */
    void (*note)(void *ctx, str line);
    void *note_ctx;
} feed_options;

typedef struct feed_summary {
    import_counts counts; /* rows = applied + unchanged + refused + waiting */
    bool same_bytes;      /* nothing was done: this file was imported before */
    int64_t us;           /* time taken */
    str errors_path;      /* "" when nothing was refused; lives in the arena */
} feed_summary;

/* `path` may be "-" (standard input) and may be gzip (told by its bytes). ERR_IO, ERR_INPUT: refused whole. */
MUST bool feed_levels(store *s, const char *path, reset_mode mode, instant as_of, const feed_options *o, arena *a,
                      feed_summary *ret, err *e);
MUST bool feed_adjustments(store *s, const char *path, const feed_options *o, arena *a, feed_summary *ret, err *e);
MUST bool feed_products(store *s, const char *path, const feed_options *o, arena *a, feed_summary *ret, err *e);
MUST bool feed_orders(store *s, const char *path, const feed_options *o, arena *a, feed_summary *ret, err *e);

/* -- configuration: whole file or nothing -- */
typedef enum feed_change_kind { FEED_ADD, FEED_CHANGE, FEED_SAME } feed_change_kind;
typedef struct feed_change {
    feed_change_kind kind;
    str what;  /* "facility NYC", "product A in web" */
    str field; /* "" for a whole new thing */
    str old_value, new_value;
} feed_change;
typedef struct feed_config_result {
    const feed_change *changes;
    size_t change_count;
    int64_t added, changed, same;
} feed_config_result;
MUST bool feed_config(store *s, const char *path, bool dry_run, arena *a, feed_config_result *ret, err *e);
MUST bool feed_config_export(store *s, FILE *to, err *e);

/* -- exports, streaming -- */
typedef enum feed_format { FEED_JSONL, FEED_JSON, FEED_CSV } feed_format;
MUST bool feed_export_atp(store *s, feed_format f, FILE *to, err *e);
MUST bool feed_export_levels(store *s, feed_format f, FILE *to, err *e);
MUST bool feed_export_ledger(store *s, feed_format f, FILE *to, err *e);
