/* Migrations: forward from any earlier version, each whole or not at all. Played with a list of its own. */
#include "base/embed.h"
#include "store/sqlite/sqlite.h"
#include "store_tests.h"

#include <unistd.h>

#define FILE_OF(name, text)                                                                                            \
    {                                                                                                                  \
        name, (const unsigned char *)(text), sizeof(text) - 1                                                          \
    }

extern const struct embed_file store__migrations[];
extern const size_t store__migrations_count;

static const struct embed_file STEPS[] = {
    FILE_OF("0001-first.sql",
            "CREATE TABLE thing (id INTEGER PRIMARY KEY, size INTEGER); INSERT INTO thing VALUES (1, 5);"),
    FILE_OF("0002-names.sql", "ALTER TABLE thing ADD COLUMN name TEXT; UPDATE thing SET name = 'thing ' || id;"),
    /* a table that others refer to is built anew */
    FILE_OF("0003-parts.sql",
            "CREATE TABLE part (id INTEGER PRIMARY KEY, thing INTEGER REFERENCES thing (id));"
            "INSERT INTO part VALUES (1, 1); CREATE TABLE thing_new (id INTEGER PRIMARY KEY, name TEXT);"
            "INSERT INTO thing_new SELECT id, name FROM thing; DROP TABLE thing;"
            "ALTER TABLE thing_new RENAME TO thing;"),
};

typedef struct folder {
    char path[64];
    sq_store s;
} folder;

static int setup(void **state)
{
    folder *d = calloc(1, sizeof *d);
    assert_non_null(d);
    snprintf(d->path, sizeof d->path, "/tmp/evenstock-migrate-XXXXXX");
    int file = mkstemp(d->path);
    assert_int_not_equal(file, -1);
    close(file);
    d->s.path = d->path;
    assert_int_equal(sqlite3_open(d->path, &d->s.db), SQLITE_OK);
    *state = d;
    return 0;
}

static int teardown(void **state)
{
    folder *d = *state;
    assert_int_equal(sqlite3_close(d->s.db), SQLITE_OK);
    unlink(d->path);
    free(d);
    return 0;
}

static int64_t number(folder *d, const char *sql)
{
    sqlite3_stmt *q;
    assert_int_equal(sqlite3_prepare_v2(d->s.db, sql, -1, &q, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(q), SQLITE_ROW);
    int64_t v = sqlite3_column_int64(q, 0);
    sqlite3_finalize(q);
    return v;
}

static void test_every_earlier_version_comes_forward(void **state)
{
    folder *d = *state;
    for (size_t from = 0; from <= COUNT(STEPS); from++) {
        assert_int_equal(sqlite3_close(d->s.db), SQLITE_OK);
        unlink(d->path);
        assert_int_equal(sqlite3_open(d->path, &d->s.db), SQLITE_OK);
        int64_t version;
        if (from > 0)
            OK(store__sq_migrate(&d->s, STEPS, from, &trouble));
        OK(store__sq_identify(&d->s, COUNT(STEPS), &version, &trouble));
        assert_int_equal(version, from);
        OK(store__sq_migrate(&d->s, STEPS, COUNT(STEPS), &trouble));
        assert_int_equal(number(d, "PRAGMA user_version"), COUNT(STEPS));
        assert_int_equal(number(d, "SELECT count(*) FROM migration"), COUNT(STEPS));
        assert_int_equal(number(d, "SELECT name = 'thing 1' FROM thing"), 1);
        OK(store__sq_migrate(&d->s, STEPS, COUNT(STEPS), &trouble)); /* again: nothing to do */
    }
}

static void test_an_earlier_program_refuses_a_later_database(void **state)
{
    folder *d = *state;
    OK(store__sq_migrate(&d->s, STEPS, 3, &trouble));
    FAILS(store__sq_migrate(&d->s, STEPS, 2, &trouble), ERR_CORRUPT,
          "newer version of Evenstock (3, this one knows 2)");
}

static void test_a_migration_that_was_edited_is_found(void **state)
{
    folder *d = *state;
    struct embed_file edited[] = {STEPS[0], STEPS[1], STEPS[2]};
    edited[1] = (struct embed_file)FILE_OF("0002-names.sql", "ALTER TABLE thing ADD COLUMN name TEXT;");
    OK(store__sq_migrate(&d->s, STEPS, 2, &trouble));
    FAILS(store__sq_migrate(&d->s, edited, 3, &trouble), ERR_CORRUPT, "another text of migration 0002-names.sql");
    assert_int_equal(number(d, "PRAGMA user_version"), 2);
}

static void test_a_step_that_fails_leaves_the_one_before(void **state)
{
    folder *d = *state;
    const struct embed_file BAD[] = {
        FILE_OF("0002-typo.sql", "UPDATE thing SET size = 6; ALTER TABLE nothing ADD COLUMN a;"),
        FILE_OF("0002-orphan.sql",
                "CREATE TABLE part (thing INTEGER REFERENCES thing (id)); INSERT INTO part VALUES (7);"),
    };
    const struct {
        err_code code;
        const char *why;
    } WANT[] = {{ERR_CORRUPT, "migration 0002-typo.sql"}, {ERR_CORRUPT, "name nothing"}};
    for (size_t i = 0; i < COUNT(BAD); i++) {
        struct embed_file list[] = {STEPS[0], BAD[i]};
        FAILS(store__sq_migrate(&d->s, list, 2, &trouble), WANT[i].code, WANT[i].why);
        assert_int_equal(number(d, "PRAGMA user_version"), 1);
        assert_int_equal(number(d, "SELECT count(*) FROM migration"), 1);
        assert_int_equal(number(d, "SELECT size FROM thing"), 5);
        assert_int_equal(number(d, "SELECT count(*) FROM sqlite_schema WHERE name = 'part'"), 0);
    }
    OK(store__sq_migrate(&d->s, STEPS, COUNT(STEPS), &trouble));
}

/* The released steps over a database of version 6: what it owes comes into the order of danger, the rest is kept. */
static void test_what_version_6_owes_is_put_in_order(void **state)
{
    static const char *const HAD =
        "INSERT INTO facility VALUES (1, 'WH', NULL, 0, 1, 'UTC');"
        "INSERT INTO channel VALUES (1, 'web', NULL, NULL, 1, NULL, 1, NULL, 0, 0, 0, -1, 0);"
        "CREATE TEMP TABLE had (product, t, e, owe);"
        "INSERT INTO had VALUES (1, 5, 3, 3), (2, 50, 3, 3), (3, 5, 0, 2), (4, 3, 5, 1), (5, 3, 9, 1), (6, 0, 5, 0),"
        " (7, 4, 4, NULL), (8, 4, NULL, NULL), (9, -1, 9223372036854775807, 0), (10, 5, 1, 3), (11, 0, 1, 0);"
        "INSERT INTO product SELECT product, 'P' || product, NULL, NULL, NULL, NULL FROM had;"
        "INSERT INTO target SELECT product, 1, 0, 0, 1, NULL, t, t, e, 0, NULL, 0, iif(owe IS NULL, NULL, 7), 0, 'why',"
        " NULL, 0, NULL, NULL, 0, owe FROM had;"
        "INSERT INTO explained VALUES (1, 1, 1, 0, 3, 3, 0, NULL);";
    folder *d = *state;
    OK(store__sq_migrate(&d->s, store__migrations, 6, &trouble));
    OK(store__sq_script(&d->s, HAD, &trouble));
    OK(store__sq_migrate(&d->s, store__migrations, store__migrations_count, &trouble));
    assert_int_equal(number(d, "SELECT group_concat(product) = '9,6,11,5,4,3,2,10,1' FROM (SELECT product FROM target"
                               " INDEXED BY target_owing WHERE owe IS NOT NULL ORDER BY channel, owe, owing_since)"),
                     1);
    assert_int_equal(number(d, "SELECT count(*) FROM target JOIN had USING (product) WHERE target.t = had.t AND"
                               " target.e IS had.e AND (target.owe IS NULL) = (had.owe IS NULL) AND reason = 'why'"),
                     11);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_every_earlier_version_comes_forward, setup, teardown),
        cmocka_unit_test_setup_teardown(test_an_earlier_program_refuses_a_later_database, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_migration_that_was_edited_is_found, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_step_that_fails_leaves_the_one_before, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_version_6_owes_is_put_in_order, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
