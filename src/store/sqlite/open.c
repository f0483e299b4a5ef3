/*
 * A connection's life: opening, its settings, transactions; the table of operations; the database's own check.
 *
 * Settings: WAL with synchronous FULL, since an operation must be durable before its first byte goes out (protocol P2)
 * and a booked answer must survive power loss; batches make it cheap. A writer takes the lock at its start.
 */
#include "base/embed.h"
#include "store/sqlite/sqlite.h"

#include <stdlib.h>

extern const struct embed_file store__migrations[]; /* generated: migrations/sqlite/, in order */
extern const size_t store__migrations_count;

/* -- opening -- */

static bool exists(const char *path)
{
    sqlite3_vfs *disk = sqlite3_vfs_find(NULL);
    int there = 0;
    return disk->xAccess(disk, path, SQLITE_ACCESS_EXISTS, &there) == SQLITE_OK && there;
}

static bool connect(sq_store *s, err *e)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    if (s->base.mode == STORE_WRITE)
        flags |= SQLITE_OPEN_CREATE;
    else if (!exists(s->path)) /* also ":memory:", which holds nothing to read */
        return ERR(e, ERR_MISSING, "there is no database %s; make one with `evenstock init`, or name another with --db",
                   s->path);
    int rc = sqlite3_open_v2(s->path, &s->db, flags, NULL);
    if (rc != SQLITE_OK)
        return store__sq_fail(s, rc, e);
    sqlite3_busy_timeout(s->db, STORE_BUSY_MS);
    return true;
}

/* A file becomes a WAL by a lock for which SQLite calls no busy handler, so whoever meets another's waits here. */
static bool make_durable(sq_store *s, err *e)
{
    static const int STEP_MS = 10;
    for (int waited = 0; !store__sq_setup(s, SETUP_DURABLE, e); waited += STEP_MS) {
        if (e->code != ERR_BUSY || waited >= STORE_BUSY_MS)
            return false;
        sqlite3_sleep(STEP_MS);
    }
    return true;
}

static bool bring_forward(sq_store *s, err *e)
{
    int64_t version;
    if (!store__sq_identify(s, store__migrations_count, &version, e))
        return false;
    if (s->base.mode == STORE_WRITE)
        return make_durable(s, e) && store__sq_migrate(s, store__migrations, store__migrations_count, e);
    if (version == 0)
        return ERR(e, ERR_MISSING, "the database %s is empty; `evenstock init` prepares it", s->path);
    if (version < (int64_t)store__migrations_count)
        return ERR(e, ERR_CONFLICT, "the database %s is of an earlier version; `evenstock init` brings it forward",
                   s->path);
    return store__sq_migrate(s, store__migrations, store__migrations_count, e);
}

bool store__sq_open(store *base, str address, err *e)
{
    sq_store *s = sq_of(base);
    s->path = strndup(address.at, address.len);
    if (!s->path)
        return ERR(e, ERR_MEMORY, "no memory for the database's name");
    /* Foreign keys are on only after the migrations, which may rebuild tables. */
    return connect(s, e) && bring_forward(s, e) && store__sq_setup(s, SETUP_SAFE, e) &&
           store__sq_setup(s, SETUP_CACHE, e) && store__sq_setup(s, SETUP_SCRATCH, e) && store__sq_prepare_all(s, e);
}

void store__sq_close(store *base)
{
    sq_store *s = sq_of(base);
    for (size_t i = 0; i < SQL_COUNT; i++)
        sqlite3_finalize(s->sql[i]);
    int rc = sqlite3_close(s->db);
    CHECK(rc == SQLITE_OK); /* nothing of ours is left in it */
    free(s->path);
}

/* -- transactions -- */

bool store__sq_begin(store *s, store_mode mode, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = mode == STORE_WRITE ? USE_BARE(s, BEGIN_WRITE) : USE_BARE(s, BEGIN_READ);
    return store__sq_run(s, q, e);
}

bool store__sq_commit(store *s, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE_BARE(s, COMMIT);
    return store__sq_run(s, q, e);
}

void store__sq_rollback(store *s)
{
    store__sq_abandon(sq_of(s));
}

/* -- numbers of the program itself -- */

bool store__sq_meta_get(store *s, const char *name, int64_t otherwise, int64_t *ret, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, META_GET, WORD(str_of(name)));
    return store__sq_int(s, q, otherwise, ret, e);
}

bool store__sq_meta_put(store *s, const char *name, int64_t value, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, META_PUT, WORD(str_of(name)), INT(value));
    return store__sq_run(s, q, e);
}

bool store__sq_data_version(store *s, int64_t *ret, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE_BARE(s, DATA_VERSION);
    return store__sq_int(s, q, 0, ret, e);
}

bool store__sq_any(store *s, store__table which, bool *ret, err *e)
{
    static const sq_name NAMES[STORE__TABLES] = {SQL_ANY_KIT, SQL_ANY_QUEUE, SQL_ANY_TARGET, SQL_ANY_UNSETTLED};
    AUTO(store__sq_end) sqlite3_stmt *q = store__sq_use(s, NAMES[which], NULL, 0);
    int64_t some;
    if (!store__sq_int(s, q, 0, &some, e))
        return false;
    *ret = some != 0;
    return true;
}

/* -- what verify asks of the backend -- */

bool store__sq_scratch_clear(store *s, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE_BARE(s, SCRATCH_CLEAR);
    return store__sq_run(s, q, e);
}

bool store__sq_scratch_add(store *s, int64_t space, int64_t a, int64_t b, int64_t c, qty units, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, SCRATCH_ADD, INT(space), INT(a), INT(b), INT(c), INT(units));
    return store__sq_run(s, q, e);
}

static const sq_field SCRATCH_FIELDS[] = {F(store__scratch, space), F(store__scratch, a), F(store__scratch, b),
                                          F(store__scratch, c), F(store__scratch, units)};
static const sq_shape SCRATCH = SHAPE(store__scratch, SCRATCH_FIELDS);

bool store__sq_scratch_after(store *s, const store__scratch *after, uint32_t limit, arena *a, store__scratch **ret,
                             size_t *ret_count, err *e)
{
    AUTO(store__sq_end)
    sqlite3_stmt *q = USE(s, SCRATCH_AFTER, INT(after->space), INT(after->a), INT(after->b), INT(after->c), INT(limit));
    return store__sq_all(s, q, &SCRATCH, a, ret, ret_count, e);
}

#define FINDINGS_MAX 100

/* The texts of `name` that are not "ok"; a row of several columns becomes "a b c". */
static bool findings_of(store *s, sqlite3_stmt *q, arena *a, str *to, size_t *count, err *e)
{
    for (;;) {
        bool row;
        if (!store__sq_step(s, q, &row, e))
            return false;
        if (!row || *count == FINDINGS_MAX)
            return true;
        str text = store__sq_text(q, 0, a);
        for (int i = 1; i < sqlite3_column_count(q); i++)
            text = str_printf(a, "%.*s %.*s", STR_ARG(text), STR_ARG(store__sq_text(q, i, a)));
        if (!str_equal(text, STR("ok")))
            to[(*count)++] = text;
    }
}

bool store__sq_self_check(store *s, arena *a, str **ret, size_t *ret_count, err *e)
{
    str *findings = ARENA_NEW(a, str, FINDINGS_MAX);
    size_t count = 0;
    AUTO(store__sq_end) sqlite3_stmt *whole = USE_BARE(s, INTEGRITY);
    AUTO(store__sq_end) sqlite3_stmt *links = USE_BARE(s, FOREIGN_KEYS);
    AUTO(store__sq_end) sqlite3_stmt *locks = USE_BARE(s, LOCKS);
    if (!findings_of(s, whole, a, findings, &count, e) || !findings_of(s, links, a, findings, &count, e) ||
        !findings_of(s, locks, a, findings, &count, e))
        return false;
    *ret = findings;
    *ret_count = count;
    return true;
}

/* -- the table -- */

const struct store_ops store__sqlite_ops = {
    .name = "sqlite",
    .store_size = sizeof(sq_store),
#define OP(slot) .slot = store__sq_##slot,
#include "store/sqlite/ops.def"
#undef OP
};
