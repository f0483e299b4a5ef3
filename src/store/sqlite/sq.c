/*
 * Statements, values and rows: how structs go into SQLite and come out again, and what its errors mean to the caller.
 */
#include "store/sqlite/sqlite.h"

static const char *const SQL_TEXTS[SQL_COUNT] = {
#define SQL(name, text) [SQL_##name] = text,
#define SETUP(name, text)
#include "store/sqlite/sql.def"
#undef SQL
};

static const char *const SETUP_TEXTS[SETUP_COUNT] = {
#define SQL(name, text)
#define SETUP(name, text) [SETUP_##name] = text,
#include "store/sqlite/sql.def"
#undef SQL
};

/* -- errors -- */

static const struct meaning {
    int rc;
    err_code code;
    const char *text;
} MEANINGS[] = {
    {SQLITE_BUSY, ERR_BUSY, "another program is writing to it; try again when that is done"},
    {SQLITE_LOCKED, ERR_BUSY, "another program is writing to it; try again when that is done"},
    {SQLITE_FULL, ERR_IO, "the disk is full; make room and try again"},
    {SQLITE_IOERR, ERR_IO, "it cannot be read or written; look at the disk and its room"},
    {SQLITE_READONLY, ERR_IO, "it may not be written; look at the rights of the file and its folder"},
    {SQLITE_PERM, ERR_IO, "it may not be opened; look at the rights of the file and its folder"},
    {SQLITE_CANTOPEN, ERR_IO, "it cannot be opened; look at the folder and the rights"},
    {SQLITE_AUTH, ERR_IO, "it may not be opened"},
    {SQLITE_NOTADB, ERR_CORRUPT, "it is no database; name another file with --db"},
    {SQLITE_CORRUPT, ERR_CORRUPT, "it is damaged; bring back a backup with `evenstock restore`"},
    {SQLITE_NOMEM, ERR_MEMORY, "there is not enough memory"},
    {SQLITE_TOOBIG, ERR_INPUT, "a text is too long for it"},
    {SQLITE_CONSTRAINT, ERR_CONFLICT, "it refuses the row"},
};

bool store__sq_fail(const sq_store *s, int rc, err *e)
{
    static const struct meaning OTHER = {0, ERR_CORRUPT, "an error of the database"};
    const struct meaning *m = &OTHER;
    for (size_t i = 0; i < COUNT(MEANINGS); i++)
        if (MEANINGS[i].rc == (rc & 0xff))
            m = &MEANINGS[i];
    int os = s->db ? sqlite3_system_errno(s->db) : 0;
    const char *said = s->db ? sqlite3_errmsg(s->db) : sqlite3_errstr(rc);
    if (m->code == ERR_IO && os != 0)
        return ERR(e, m->code, "database %s: %s (%s: %s)", s->path, m->text, said, strerror(os));
    return ERR(e, m->code, "database %s: %s (%s)", s->path, m->text, said);
}

/* -- statements -- */

static bool prepare(sq_store *s, const char *text, unsigned flags, sqlite3_stmt **ret, err *e)
{
    int rc = sqlite3_prepare_v3(s->db, text, -1, flags, ret, NULL);
    return rc == SQLITE_OK || store__sq_fail(s, rc, e);
}

bool store__sq_prepare_all(sq_store *s, err *e)
{
    for (size_t i = 0; i < SQL_COUNT; i++)
        if (!prepare(s, SQL_TEXTS[i], SQLITE_PREPARE_PERSISTENT, &s->sql[i], e))
            return err_wrap(e, "'%s'", SQL_TEXTS[i]);
    return true;
}

void store__sq_bind_value(sqlite3_stmt *q, int at, sq_value v)
{
    int rc = SQLITE_OK;
    switch (v.kind) {
    case VALUE_INT:
        rc = sqlite3_bind_int64(q, at, v.integer);
        break;
    case VALUE_ID:
        rc = v.integer ? sqlite3_bind_int64(q, at, v.integer) : sqlite3_bind_null(q, at);
        break;
    case VALUE_NONE:
        rc = v.integer != INT64_MIN ? sqlite3_bind_int64(q, at, v.integer) : sqlite3_bind_null(q, at);
        break;
    case VALUE_TEXT:
        rc = v.text.len ? sqlite3_bind_text64(q, at, v.text.at, v.text.len, SQLITE_STATIC, SQLITE_UTF8)
                        : sqlite3_bind_null(q, at);
        break;
    case VALUE_WORD:
        rc = sqlite3_bind_text64(q, at, v.text.at, v.text.len, SQLITE_STATIC, SQLITE_UTF8);
        break;
    case VALUE_DIGEST:
        rc = sqlite3_bind_blob64(q, at, v.text.at, v.text.len, SQLITE_STATIC);
        break;
    }
    CHECK(rc == SQLITE_OK); /* static values take no memory, so only a wrong number can fail */
}

sqlite3_stmt *store__sq_use(store *s, sq_name name, const sq_value *values, size_t count)
{
    sqlite3_stmt *q = sq_of(s)->sql[name];
    CHECK(!sqlite3_stmt_busy(q));
    for (size_t i = 0; i < count; i++)
        store__sq_bind_value(q, (int)i + 1, values[i]);
    return q;
}

void store__sq_end(sqlite3_stmt **q)
{
    sqlite3_reset(*q); /* repeats the error that its step has told */
    sqlite3_clear_bindings(*q);
}

/* -- shapes -- */

static sq_value value_of(const sq_field *f, const void *row)
{
    const void *p = (const char *)row + f->offset;
    switch ((sq_kind)f->kind) {
    case FIELD_INT:
        return INT(*(const int64_t *)p);
    case FIELD_ID:
        return ID(*(const int64_t *)p);
    case FIELD_NONE:
        return NONE(*(const int64_t *)p);
    case FIELD_INT32:
        return INT(*(const int *)p);
    case FIELD_ENUM:
        return INT(*(const unsigned *)p);
    case FIELD_BOOL:
        return INT(*(const bool *)p);
    case FIELD_TEXT:
        return TEXT(*(const str *)p);
    case FIELD_WORD:
        return WORD(*(const str *)p);
    case FIELD_MAYBE: {
        const maybe_qty *q = p;
        return NONE(q->known ? q->value : INT64_MIN);
    }
    case FIELD_DIGEST:
        return DIGEST((const digest *)p);
    }
    check_failed("a kind of field", ERR_HERE);
}

void store__sq_bind(sqlite3_stmt *q, int at, const sq_shape *shape, size_t skip, const void *row)
{
    for (size_t i = skip; i < shape->count; i++)
        store__sq_bind_value(q, at++, value_of(&shape->fields[i], row));
}

str store__sq_text(sqlite3_stmt *q, int column, arena *a)
{
    const void *at = sqlite3_column_text(q, column);
    return at ? str_copy(a, (str){at, (size_t)sqlite3_column_bytes(q, column)}) : STR("");
}

bool store__sq_digest(sq_store *s, sqlite3_stmt *q, int column, digest *ret, err *e)
{
    const void *at = sqlite3_column_blob(q, column);
    if (!at || sqlite3_column_bytes(q, column) != (int)sizeof ret->at)
        return ERR(e, ERR_CORRUPT, "database %s: a digest has not %zu bytes", s->path, sizeof ret->at);
    memcpy(ret->at, at, sizeof ret->at);
    return true;
}

static int64_t column_or(sqlite3_stmt *q, int column, int64_t otherwise)
{
    return sqlite3_column_type(q, column) == SQLITE_NULL ? otherwise : sqlite3_column_int64(q, column);
}

static bool read_field(sq_store *s, sqlite3_stmt *q, int column, const sq_field *f, arena *a, void *row, err *e)
{
    void *p = (char *)row + f->offset;
    switch ((sq_kind)f->kind) {
    case FIELD_INT:
    case FIELD_ID:
        *(int64_t *)p = sqlite3_column_int64(q, column); /* NULL reads as 0 */
        return true;
    case FIELD_NONE:
        *(int64_t *)p = column_or(q, column, INT64_MIN);
        return true;
    case FIELD_INT32:
        *(int *)p = sqlite3_column_int(q, column);
        return true;
    case FIELD_ENUM:
        *(unsigned *)p = (unsigned)sqlite3_column_int(q, column); /* the column's CHECK bounds it */
        return true;
    case FIELD_BOOL:
        *(bool *)p = sqlite3_column_int(q, column) != 0;
        return true;
    case FIELD_TEXT:
    case FIELD_WORD:
        *(str *)p = store__sq_text(q, column, a);
        return true;
    case FIELD_MAYBE: {
        int64_t v = column_or(q, column, INT64_MIN);
        *(maybe_qty *)p = v == INT64_MIN ? QTY_UNKNOWN : qty_known(v);
        return true;
    }
    case FIELD_DIGEST:
        return store__sq_digest(s, q, column, p, e);
    }
    check_failed("a kind of field", ERR_HERE);
}

bool store__sq_read(sq_store *s, sqlite3_stmt *q, int column, const sq_shape *shape, arena *a, void *row, err *e)
{
    for (size_t i = 0; i < shape->count; i++)
        if (!read_field(s, q, column++, &shape->fields[i], a, row, e))
            return false;
    return !shape->more || shape->more(s, q, column, a, row, e);
}

static const sq_field NUMBER_FIELDS[] = {{FIELD_INT, 0}};
const sq_shape store__sq_number = {.size = sizeof(int64_t), .count = 1, .fields = NUMBER_FIELDS};

/* -- running -- */

bool store__sq_step(store *s, sqlite3_stmt *q, bool *ret_row, err *e)
{
    int rc = sqlite3_step(q);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        return store__sq_fail(sq_of(s), rc, e);
    *ret_row = rc == SQLITE_ROW;
    return true;
}

bool store__sq_run(store *s, sqlite3_stmt *q, err *e)
{
    bool row = true;
    while (row)
        if (!store__sq_step(s, q, &row, e))
            return false;
    return true;
}

int store__sq_changes(store *s)
{
    return sqlite3_changes(sq_of(s)->db);
}

bool store__sq_one(store *s, sqlite3_stmt *q, const sq_shape *shape, arena *a, void *ret, bool *ret_some, err *e)
{
    bool row = false;
    if (!store__sq_step(s, q, &row, e) || (row && !store__sq_read(sq_of(s), q, 0, shape, a, ret, e)))
        return false;
    *ret_some = row;
    return true;
}

#define ROWS_FIRST_BYTES 512 /* room for the first rows of a list: most lists are short */

bool store__sq_all(store *s, sqlite3_stmt *q, const sq_shape *shape, arena *a, void *ret, size_t *ret_count, err *e)
{
    char *rows = NULL;
    size_t count = 0, room = 0;
    for (;;) {
        bool row = false;
        if (!store__sq_step(s, q, &row, e))
            return false;
        if (!row)
            break;
        if (count == room) {
            room = room ? 2 * room : shape->size < ROWS_FIRST_BYTES ? ROWS_FIRST_BYTES / shape->size : 1;
            char *larger = arena_get(a, room, shape->size, _Alignof(max_align_t));
            if (count > 0)
                memcpy(larger, rows, count * shape->size);
            rows = larger;
        }
        if (!store__sq_read(sq_of(s), q, 0, shape, a, rows + count * shape->size, e))
            return false;
        count++;
    }
    memcpy(ret, &rows, sizeof rows);
    *ret_count = count;
    return true;
}

bool store__sq_int(store *s, sqlite3_stmt *q, int64_t otherwise, int64_t *ret, err *e)
{
    bool row = false;
    if (!store__sq_step(s, q, &row, e))
        return false;
    *ret = row ? column_or(q, 0, otherwise) : otherwise;
    return true;
}

bool store__sq_find_digest(store *s, sqlite3_stmt *q, digest *ret, bool *ret_some, err *e)
{
    bool row = false;
    if (!store__sq_step(s, q, &row, e) || (row && !store__sq_digest(sq_of(s), q, 0, ret, e)))
        return false;
    *ret_some = row;
    return true;
}

bool store__sq_insert(store *s, sqlite3_stmt *q, int64_t id, int64_t *ret_id, err *e)
{
    if (!store__sq_run(s, q, e))
        return false;
    *ret_id = id ? id : sqlite3_last_insert_rowid(sq_of(s)->db);
    return true;
}

/* -- outside of the prepared statements -- */

bool store__sq_script(sq_store *s, const char *sql, err *e)
{
    int rc = sqlite3_exec(s->db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK || store__sq_fail(s, rc, e);
}

const char *store__sq_setup_text(sq_setup name)
{
    return SETUP_TEXTS[name];
}

bool store__sq_setup(sq_store *s, sq_setup name, err *e)
{
    return store__sq_script(s, SETUP_TEXTS[name], e);
}

bool store__sq_setup_use(sq_store *s, sq_setup name, sqlite3_stmt **ret, err *e)
{
    return prepare(s, SETUP_TEXTS[name], 0, ret, e);
}

void store__sq_drop(sqlite3_stmt **q)
{
    sqlite3_finalize(*q);
}

bool store__sq_setup_int(sq_store *s, sq_setup name, int64_t *ret, err *e)
{
    AUTO(store__sq_drop) sqlite3_stmt *q = NULL;
    return store__sq_setup_use(s, name, &q, e) && store__sq_int(&s->base, q, 0, ret, e);
}

void store__sq_abandon(sq_store *s)
{
    err ignored = {0};
    if (!sqlite3_get_autocommit(s->db))
        CHECK(store__sq_setup(s, SETUP_ABANDON, &ignored));
}
