/* What is remembered of imported files: imports, refused rows, keys of adjustments. */
#include "store/sqlite/sqlite.h"

static const sq_field IMPORT_FIELDS[] = {
    F(store_import, id),
    F(store_import, content),
    F(store_import, finished),
    F(store_import, rows_done),
    F(store_import, started_at),
    F(store_import, counts.rows),
    F(store_import, counts.applied),
    F(store_import, counts.unchanged),
    F(store_import, counts.refused),
    F(store_import, counts.waiting),
    F(store_import, counts.movements),
};
static const sq_shape IMPORT = SHAPE(store_import, IMPORT_FIELDS);

bool store__sq_import_find(store *s, str kind, str options, digest content, store_import *ret, bool *ret_some, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, IMPORT_FIND, DIGEST(&content), WORD(kind), WORD(options));
    store_import found = {.kind = kind, .options = options};
    bool some;
    if (!store__sq_one(s, q, &IMPORT, NULL, &found, &some, e)) /* no texts: no arena */
        return false;
    if (some)
        *ret = found;
    *ret_some = some;
    return true;
}

bool store__sq_import_begin(store *s, str kind, str options, digest content, str file, instant now, int64_t *ret_id,
                            err *e)
{
    AUTO(store__sq_end)
    sqlite3_stmt *q = USE(s, IMPORT_ADD, WORD(kind), WORD(options), DIGEST(&content), TEXT(file), INT(now));
    return store__sq_insert(s, q, 0, ret_id, e);
}

bool store__sq_import_progress(store *s, int64_t id, int64_t rows_done, const import_counts *c, bool finished, err *e)
{
    AUTO(store__sq_end)
    sqlite3_stmt *q = USE(s, IMPORT_PROGRESS, INT(id), INT(rows_done), INT(finished), INT(c->rows), INT(c->applied),
                          INT(c->unchanged), INT(c->refused), INT(c->waiting), INT(c->movements));
    if (!store__sq_run(s, q, e))
        return false;
    return store__sq_changes(s) > 0 || ERR(e, ERR_MISSING, "there is no import %" PRId64, id);
}

/* -- refused rows -- */

static const sq_field REFUSED_FIELDS[] = {F(refused_row, row), F(refused_row, column), F_AS(refused_row, reason, WORD),
                                          F(refused_row, bytes)};
static const sq_shape REFUSED = SHAPE(refused_row, REFUSED_FIELDS);

bool store__sq_refused_add(store *s, int64_t import, const refused_row *r, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, REFUSED_ADD, INT(import));
    store__sq_bind(q, 2, &REFUSED, 0, r);
    return store__sq_run(s, q, e);
}

bool store__sq_refused_after(store *s, int64_t import, int64_t row, uint32_t limit, arena *a, refused_row **ret,
                             size_t *ret_count, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, REFUSED_AFTER, INT(import), INT(row), INT(limit));
    return store__sq_all(s, q, &REFUSED, a, ret, ret_count, e);
}

bool store__sq_refused_clear(store *s, int64_t import, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, REFUSED_CLEAR, INT(import));
    return store__sq_run(s, q, e);
}

/* -- keys of adjustments -- */

bool store__sq_key_find(store *s, str key, digest *ret_content, bool *ret_some, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, KEY_FIND, WORD(key));
    return store__sq_find_digest(s, q, ret_content, ret_some, e);
}

bool store__sq_key_add(store *s, str key, digest content, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, KEY_ADD, WORD(key), DIGEST(&content));
    return store__sq_run(s, q, e);
}
