/*
 * What a file is, and how it is brought forward. M1 a migration and its number are one transaction. M2 a migration is
 * never edited after its release: its hash is kept in the database and compared at every open.
 */
#include "base/embed.h"
#include "store/sqlite/sqlite.h"

#define APPLICATION_ID 1163285332 /* "EVST" in the file's header: it is ours; OURS_IS in sql.def writes it */

static str text_of(const struct embed_file *f)
{
    return (str){(const char *)f->at, f->len};
}

bool store__sq_identify(sq_store *s, size_t count, int64_t *ret_version, err *e)
{
    int64_t id, version, objects;
    /* Objects first: between two of these reads another program may commit the first migration, which signs the file.
     */
    if (!store__sq_setup_int(s, SETUP_OBJECTS, &objects, e) || !store__sq_setup_int(s, SETUP_OURS, &id, e) ||
        !store__sq_setup_int(s, SETUP_VERSION, &version, e))
        return false;
    if (id != APPLICATION_ID && (id != 0 || objects > 0))
        return ERR(e, ERR_CORRUPT, "%s is a database of another program; name another file with --db", s->path);
    if (version > (int64_t)count)
        return ERR(e, ERR_CORRUPT,
                   "%s was written by a newer version of Evenstock (%" PRId64 ", this one knows %zu); use that one",
                   s->path, version, count);
    *ret_version = id == APPLICATION_ID ? version : 0;
    return true;
}

static bool unchanged(sq_store *s, const struct embed_file *files, int64_t version, err *e)
{
    AUTO(store__sq_drop) sqlite3_stmt *q = NULL;
    if (!store__sq_setup_use(s, SETUP_MIGRATION_HASH, &q, e))
        return false;
    for (int64_t v = 1; v <= version; v++) {
        digest kept, ours = digest_of(text_of(&files[v - 1]));
        bool some;
        store__sq_bind_value(q, 1, INT(v));
        if (!store__sq_find_digest(&s->base, q, &kept, &some, e))
            return false;
        if (!some || memcmp(kept.at, ours.at, sizeof kept.at) != 0)
            return ERR(e, ERR_CORRUPT, "%s was made with another text of migration %s", s->path, files[v - 1].name);
        sqlite3_reset(q);
    }
    return true;
}

static bool foreign_keys_hold(sq_store *s, err *e)
{
    AUTO(store__sq_drop) sqlite3_stmt *q = NULL;
    bool broken;
    if (!store__sq_setup_use(s, SETUP_MIGRATION_BROKEN, &q, e) || !store__sq_step(&s->base, q, &broken, e))
        return false;
    return !broken || ERR(e, ERR_CORRUPT, "%s: the migration would leave rows that name nothing", s->path);
}

static bool record(sq_store *s, const struct embed_file *f, int64_t version, err *e)
{
    AUTO(store__sq_drop) sqlite3_stmt *q = NULL;
    AUTO(buf_end) buf number = buf_new(64);
    digest hash = digest_of(text_of(f));
    if (!store__sq_setup(s, SETUP_MIGRATIONS, e) || !store__sq_setup_use(s, SETUP_MIGRATION_ADD, &q, e))
        return false;
    store__sq_bind_value(q, 1, INT(version));
    store__sq_bind_value(q, 2, WORD(str_of(f->name)));
    store__sq_bind_value(q, 3, DIGEST(&hash));
    buf_printf(&number, "%s%" PRId64, store__sq_setup_text(SETUP_VERSION_IS),
               version); /* a pragma takes no parameter */
    buf_add_char(&number, '\0');
    return store__sq_run(&s->base, q, e) && store__sq_setup(s, SETUP_OURS_IS, e) && store__sq_script(s, number.at, e);
}

/* One step forward, unless another program has taken it while we waited for the lock. */
static bool step(sq_store *s, const struct embed_file *files, size_t count, err *e)
{
    int64_t version;
    if (!store__sq_identify(s, count, &version, e))
        return false;
    if (version == (int64_t)count)
        return true;
    const struct embed_file *f = &files[version];
    return (store__sq_script(s, (const char *)f->at, e) && record(s, f, version + 1, e) && foreign_keys_hold(s, e)) ||
           err_wrap(e, "migration %s", f->name);
}

bool store__sq_migrate(sq_store *s, const struct embed_file *files, size_t count, err *e)
{
    int64_t version;
    if (!store__sq_identify(s, count, &version, e) || (version > 0 && !unchanged(s, files, version, e)))
        return false;
    while (version < (int64_t)count) {
        if (!store__sq_setup(s, SETUP_MIGRATION_BEGIN, e))
            return false;
        if (!step(s, files, count, e) || !store__sq_setup(s, SETUP_MIGRATION_END, e)) {
            store__sq_abandon(s);
            return false;
        }
        if (!store__sq_identify(s, count, &version, e))
            return false;
    }
    return true;
}
