#pragma once
/*
 * What the files of feed share: the bytes of a file, its rows and columns, the engine that runs an import, and the
 * table of the configuration's fields. Two-underscore names are for this folder only.
 */
#include "feed/feed.h"

#define FEED__ROW_MAX     ((size_t)65536) /* bytes of one row, without its end */
#define FEED__COLUMNS_MAX ((size_t)1024)  /* of one CSV file */
#define FEED__CODE_MAX    ((size_t)255)   /* bytes of a SKU, a code, a key */
#define FEED__CHUNK_BYTES                                                                                              \
    ((size_t)4 << 20)            /* rows of one transaction end after this many bytes, however few they are */
#define FEED__FLUSH_PRODUCTS 512 /* products that a transaction keeps in memory */

/* -- bytes; source.c -- */
typedef struct feed__source feed__source;
/* Reads the file once for its digest and checks that it is UTF-8 by its first bytes. Then its lines can be read. */
MUST bool feed__source_open(const char *path, feed__source **ret, err *e);
void feed__source_close(feed__source **s);
digest feed__source_digest(const feed__source *s); /* of the unpacked bytes */
int64_t feed__source_size(const feed__source *s);  /* unpacked */
int64_t feed__source_done(const feed__source *s);  /* bytes taken so far */
/*
 * The line that begins `skip` bytes after the position, with its end (LF or CR); empty at the end of the file. A line
 * longer than FEED__ROW_MAX comes cut, without its end. Valid until the next call.
 */
MUST bool feed__source_line(feed__source *s, size_t skip, str *ret, err *e);
str feed__source_held(const feed__source *s,
                      size_t len);                   /* the first bytes after the position; they were read before */
void feed__source_take(feed__source *s, size_t len); /* moves the position past bytes that were read before */
MUST bool feed__source_take_line(feed__source *s, err *e); /* moves it past the line's end, however long the line is */
str feed__without_end(str line);
/* At the end: were these the bytes that the digest was made of? ERR_INPUT. */
MUST bool feed__source_same(feed__source *s, err *e);
/* A whole small file. */
MUST bool feed__source_all(const char *path, size_t bytes_max, arena *a, str *ret, err *e);

/* -- rows; csv.c, jsonl.c -- */
typedef struct feed__row {
    int64_t number;     /* 1 is the first data row; empty lines are none */
    str bytes;          /* as it stands in the file, without the line's end; valid until the next row */
    const str *fields;  /* CSV: trimmed, one for each column of the header; JSON lines: none */
    const char *broken; /* why it cannot be read at all; NULL: it can */
} feed__row;

typedef struct feed__csv feed__csv;
/* Reads the header, whose commonest character of , ; and tab is the delimiter. ERR_INPUT: no header, or it is broken.
 */
MUST bool feed__csv_open(feed__source *from, feed__csv **ret, err *e);
void feed__csv_close(feed__csv **c);
str feed__csv_header(const feed__csv *c, const str **ret_names, size_t *ret_count);
char feed__csv_delimiter(const feed__csv *c);
MUST bool feed__csv_next(feed__csv *c, feed__row *ret, bool *ret_some, err *e);
/* One field as CSV text, quoted where it must be. */
void feed__csv_put(buf *to, char delimiter, str field);

MUST bool feed__jsonl_next(feed__source *from, int64_t *number, feed__row *ret, bool *ret_some, err *e);

/* -- columns; columns.c -- */
typedef struct feed__column {
    const char *name;
    const char *also[2]; /* other names of the same column */
} feed__column;
/*
 * Where each known column stands in the file: ret_at[i] is its place, or -1. Names are compared without case.
 * ERR_INPUT: a column that stands there twice. *ret_unknown names the others, "" when there are none.
 */
MUST bool feed__columns_find(const feed__column *known, size_t count, const str *names, size_t name_count, arena *a,
                             int *ret_at, str *ret_unknown, err *e);

/* -- products by what a row calls them; resolve.c -- */
typedef struct feed__resolver feed__resolver;
feed__resolver *feed__resolver_new(arena *a);
typedef struct feed__name {
    str sku;         /* or: */
    str type, value; /* an identifier; type "": any, the SKU first */
} feed__name;
/* *ret_product 0: refused, and *ret_reason says why. */
MUST bool feed__resolve(feed__resolver *r, store_tx *tx, const feed__name *n, arena *a, int64_t *ret_product,
                        str *ret_reason, err *e);
/* NULL when it can be a SKU, a code or a key; else what is wrong with it. */
const char *feed__code_wrong(str code);

/* -- the engine; run.c -- */
typedef enum feed__outcome { ROW_APPLIED, ROW_UNCHANGED, ROW_REFUSED, ROW_WAITING } feed__outcome;

/* A row of the chunk in hand; each kind's own row begins with it. */
typedef struct feed__item {
    int64_t number;
    str bytes;
    feed__outcome outcome;
    int64_t movements;
    str column, reason; /* of a refused one */
} feed__item;

typedef struct feed__run feed__run;

/* What differs between the kinds of files. */
typedef struct feed__kind {
    const char *name; /* "levels" */
    size_t row_size, chunk_rows;
    enum { SHAPE_CSV, SHAPE_JSONL, SHAPE_EITHER } shape;
    /* CSV: the header is known; finds its columns. ERR_INPUT refuses the file. */
    bool (*header)(feed__run *r, err *e);
    /* Text to values; may refuse the row. Is called for every row in order, also for those that an interrupted run did.
     */
    void (*read)(feed__run *r, const feed__row *in, feed__item *to);
    /* Gives every row of the chunk that is not refused its effect and its outcome, in r->tx. */
    bool (*apply)(feed__run *r, err *e);
    /* After the last row, in a transaction; may be NULL. */
    bool (*ended)(feed__run *r, err *e);
} feed__kind;

struct feed__run {
    const feed__kind *kind;
    void *own; /* the kind's */
    const feed_options *options;
    str source_text; /* "levels stock.csv": the movements' source */
    str actor;
    store *store;
    store_tx *tx;  /* while rows are applied */
    arena *memory; /* as long as the run */
    arena *chunk;  /* as long as the rows in hand */
    feed__source *source;
    feed__csv *csv; /* NULL: JSON lines */
    char *rows;     /* of kind->row_size */
    size_t row_count;
    int64_t import; /* 0: not begun */
    import_counts counts;
    int64_t rows_done; /* committed */
    bool redo;         /* a row failed halfway; it is refused now, and the chunk is done again without it */
    /* private to run.c */
    str import_options;
    int64_t numbered, last_row;
    bool ended, one_transaction, overtaken;
};

MUST bool feed__import(const feed__kind *kind, void *own, store *s, const char *path, str import_options,
                       const feed_options *o, arena *a, feed_summary *ret, err *e);
feed__item *feed__item_at(const feed__run *r, size_t n);
void feed__refuse(feed__run *r, feed__item *row, str column, const char *format, ...) PRINTF(4, 5);
/*
 * For a row that fails after a part of it took effect: refuses it with the error's text and has the chunk done again
 * without it. Returns what apply must return then. An error that is not ERR_INPUT is passed on.
 */
MUST bool feed__refuse_halfway(feed__run *r, feed__item *row, str column, err *e);
/* The object of a JSON line, whose keys must all be among `keys` (NULL ends them). NULL: the row is refused now. */
const js_value *feed__json_row(feed__run *r, const feed__row *in, feed__item *row, const char *const *keys);
/* The text of a key, trimmed; "" when it is absent or null. Refuses the row when it is no text. */
str feed__json_text(feed__run *r, feed__item *row, const js_value *object, const char *key);
/* The same for a code, which must be one; `needed`: and must be there. */
str feed__json_code(feed__run *r, feed__item *row, const js_value *object, const char *key, bool needed);
/*
 * A row that waits is noted beside the refused ones, with what it waits for, until the import ends; so the count of
 * those that still wait then outlives a crash. The errors file leaves notes out.
 */
MUST bool feed__waiting_add(feed__run *r, const feed__item *row, int64_t line, err *e);
bool feed__waiting_note(const refused_row *row);
/* A field of a CSV row; "" when the file has no such column. */
str feed__field(const feed__row *in, int at);
/* The name of a column as this file has it. */
str feed__column_name(const feed__run *r, int at, const char *otherwise);
void feed__note(const feed__run *r, const char *format, ...) PRINTF(2, 3);

/* -- the errors file; refused.c -- */
/* The errors file replaces what has its name: that must not be the file in hand. ERR_USAGE. */
MUST bool feed__refused_check(const char *errors, const char *path, err *e);
/* From the store's refused rows of the run's import. */
MUST bool feed__refused_write(feed__run *r, const char *path, err *e);
/* Takes an errors file of an earlier import away; a file that is not one stays. */
void feed__refused_remove(const feed__run *r, const char *path);
