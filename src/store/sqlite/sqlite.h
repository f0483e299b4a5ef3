#pragma once
/*
 * The SQLite backend's own vocabulary; only files of this folder include it.
 *
 * Every statement has a name in sql.def, is prepared once at open and used as
 *
 *     AUTO(store__sq_end) sqlite3_stmt *q = USE(s, LEVELS, INT(product));
 *     return store__sq_all(s, q, &store__sq_level, ...);
 *
 * Values are bound without a copy, so they must outlive the statement's use; store__sq_end resets it and unbinds them.
 * How the fields of a struct lie in columns is told once by a `sq_shape`, which both binding and reading follow.
 */
#include "store/internal.h"

#include <sqlite3.h>

typedef enum sq_name {
#define SQL(name, text) SQL_##name,
#define SETUP(name, text)
#include "store/sqlite/sql.def"
#undef SQL
    SQL_COUNT
} sq_name;

typedef enum sq_setup {
#define SQL(name, text)
#define SETUP(name, text) SETUP_##name,
#include "store/sqlite/sql.def"
#undef SQL
    SETUP_COUNT
} sq_setup;

typedef struct sq_store {
    store base;
    sqlite3 *db;
    char *path; /* as it was given: for messages */
    sqlite3_stmt *sql[SQL_COUNT];
} sq_store;
static inline sq_store *sq_of(store *s)
{
    return (sq_store *)s; /* struct store is its first member */
}

/* -- errors -- */
/* Sets `e` from what the connection says of its last call (`rc`), returns false. Names the file and the mend. */
bool store__sq_fail(const sq_store *s, int rc, err *e);

/* -- values -- */
typedef struct sq_value {
    enum { VALUE_INT, VALUE_ID, VALUE_NONE, VALUE_TEXT, VALUE_WORD, VALUE_DIGEST } kind;
    int64_t integer;
    str text;
} sq_value;
#define INT(v)    ((sq_value){.kind = VALUE_INT, .integer = (v)})
#define ID(v)     ((sq_value){.kind = VALUE_ID, .integer = (v)})   /* 0 is NULL */
#define NONE(v)   ((sq_value){.kind = VALUE_NONE, .integer = (v)}) /* INT64_MIN is NULL: INSTANT_NONE, EVENT_NO_SEQ */
#define TEXT(v)   ((sq_value){.kind = VALUE_TEXT, .text = (v)})    /* "" is NULL */
#define WORD(v)   ((sq_value){.kind = VALUE_WORD, .text = (v)})    /* "" is "" */
#define DIGEST(v) ((sq_value){.kind = VALUE_DIGEST, .text = {(const char *)(v)->at, sizeof(v)->at}})

/* The statement with parameters ?1, ?2 ... bound. */
sqlite3_stmt *store__sq_use(store *s, sq_name name, const sq_value *values, size_t count);
#define USE(s, name, ...)                                                                                              \
    store__sq_use((s), SQL_##name, (const sq_value[]){__VA_ARGS__},                                                    \
                  sizeof((const sq_value[]){__VA_ARGS__}) / sizeof(sq_value))
#define USE_BARE(s, name) store__sq_use((s), SQL_##name, NULL, 0)
void store__sq_end(sqlite3_stmt **q);
void store__sq_bind_value(sqlite3_stmt *q, int at, sq_value v);

/* -- shapes -- */
typedef enum sq_kind {
    FIELD_INT,   /* int64_t */
    FIELD_ID,    /* int64_t, 0 <-> NULL */
    FIELD_NONE,  /* int64_t, INT64_MIN <-> NULL */
    FIELD_INT32, /* int */
    FIELD_ENUM,  /* unsigned int */
    FIELD_BOOL,
    FIELD_TEXT,   /* str, "" <-> NULL */
    FIELD_WORD,   /* str */
    FIELD_MAYBE,  /* maybe_qty, unknown <-> NULL */
    FIELD_DIGEST, /* digest */
} sq_kind;
typedef struct sq_field {
    uint16_t kind, offset;
} sq_field;
typedef struct sq_shape {
    size_t size; /* of the struct */
    size_t count;
    const sq_field *fields; /* in the order of the columns */
    /* Reads what needs more than a copy, from the columns that follow; may be NULL. */
    bool (*more)(sq_store *s, sqlite3_stmt *q, int column, arena *a, void *row, err *e);
} sq_shape;

#define FIELD_KIND(T, member)                                                                                          \
    _Generic(((T *)0)->member, int64_t                                                                                 \
             : FIELD_INT, int                                                                                          \
             : FIELD_INT32, unsigned                                                                                   \
             : FIELD_ENUM, bool                                                                                        \
             : FIELD_BOOL, str                                                                                         \
             : FIELD_TEXT, maybe_qty                                                                                   \
             : FIELD_MAYBE, digest                                                                                     \
             : FIELD_DIGEST)
#define F(T, member)                                                                                                   \
    {                                                                                                                  \
        FIELD_KIND(T, member), offsetof(T, member)                                                                     \
    }
#define F_AS(T, member, kind)                                                                                          \
    {                                                                                                                  \
        FIELD_##kind, offsetof(T, member)                                                                              \
    } /* where the type alone does not tell: ID, NONE, WORD */
#define SHAPE(T, list)                                                                                                 \
    {                                                                                                                  \
        .size = sizeof(T), .count = sizeof(list) / sizeof *(list), .fields = (list)                                    \
    }

/* Binds the fields of `row` from number `skip` on to the parameters ?at, ?at+1 ... */
void store__sq_bind(sqlite3_stmt *q, int at, const sq_shape *shape, size_t skip, const void *row);
/* Reads the present row from a column on. Texts are copied to `a`. */
bool store__sq_read(sq_store *s, sqlite3_stmt *q, int column, const sq_shape *shape, arena *a, void *row, err *e);
str store__sq_text(sqlite3_stmt *q, int column, arena *a); /* NULL reads as "" */
bool store__sq_digest(sq_store *s, sqlite3_stmt *q, int column, digest *ret, err *e);

/* -- running -- */
bool store__sq_step(store *s, sqlite3_stmt *q, bool *ret_row, err *e);
bool store__sq_run(store *s, sqlite3_stmt *q, err *e); /* to its end */
int store__sq_changes(store *s);                       /* rows that the last store__sq_run changed */
/* One row or none. */
bool store__sq_one(store *s, sqlite3_stmt *q, const sq_shape *shape, arena *a, void *ret, bool *ret_some, err *e);
/* All rows, as an array in `a`; `ret` is the address of the pointer to it. */
bool store__sq_all(store *s, sqlite3_stmt *q, const sq_shape *shape, arena *a, void *ret, size_t *ret_count, err *e);
/* The integer of the first column of the first row; `otherwise` when there is none or it is NULL. */
bool store__sq_int(store *s, sqlite3_stmt *q, int64_t otherwise, int64_t *ret, err *e);
/* The same of a blob of 32 bytes; *ret_some false: no row. */
bool store__sq_find_digest(store *s, sqlite3_stmt *q, digest *ret, bool *ret_some, err *e);
/* Runs an insert and tells the id: `id` itself unless it is 0. */
bool store__sq_insert(store *s, sqlite3_stmt *q, int64_t id, int64_t *ret_id, err *e);

/* What runs outside of the prepared statements: a text of setup, one number of it, any script. */
const char *store__sq_setup_text(sq_setup name);
bool store__sq_setup(sq_store *s, sq_setup name, err *e);
bool store__sq_setup_int(sq_store *s, sq_setup name, int64_t *ret, err *e);
bool store__sq_setup_use(sq_store *s, sq_setup name, sqlite3_stmt **ret,
                         err *e); /* the caller finalizes: AUTO(store__sq_drop) */
void store__sq_drop(sqlite3_stmt **q);
bool store__sq_script(sq_store *s, const char *sql, err *e);
bool store__sq_prepare_all(sq_store *s, err *e);
void store__sq_abandon(sq_store *s); /* rolls back, if SQLite has not done it already after an error */

/* -- lists kept as JSON: tags, parts, effects -- */
#define SQ_JSON_MAX (4u << 20) /* bytes of one such text: a kit of 100,000 parts; more is refused as ERR_INPUT */
bool store__sq_json(sq_store *s, sqlite3_stmt *q, int column, arena *a, const js_value **ret,
                    err *e);                              /* NULL column: NULL */
bool store__sq_json_text(const buf *b, str *ret, err *e); /* ERR_INPUT when it passed its cap */
bool store__sq_parts_read(sq_store *s, sqlite3_stmt *q, int column, arena *a, store_line *to, err *e);
bool store__sq_parts_write(const store_line *l, buf *to, str *ret, err *e);
bool store__sq_effect_read(sq_store *s, sqlite3_stmt *q, int column, arena *a, line_effect *ret, err *e);
bool store__sq_effect_write(const line_effect *f, buf *to, str *ret, err *e);

/* -- shapes that several files read -- */
extern const sq_shape store__sq_number; /* one int64_t */
extern const sq_shape store__sq_target; /* store_target */

/* -- migrations -- */
struct embed_file;
/* Brings the database forward to the newest of `files`, numbered 0001- ... in order. ERR_CORRUPT: newer, or changed. */
bool store__sq_migrate(sq_store *s, const struct embed_file *files, size_t count, err *e);
/* Says what the file is: *ret_version 0 for an empty one. ERR_CORRUPT: not ours, newer than `count`. */
bool store__sq_identify(sq_store *s, size_t count, int64_t *ret_version, err *e);

/* -- the operations, as the slots of struct store_ops -- */
#define OP(slot) extern __typeof__(*((struct store_ops *)0)->slot) store__sq_##slot;
#include "store/sqlite/ops.def"
#undef OP
