/* SQLite files: what is opened and what is refused, who waits for whom, what the database itself refuses. */
#include "store/sqlite/sqlite.h"
#include "store_tests.h"

#include <pthread.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *path_of(const fixture *f)
{
    return f->url + strlen("sqlite:");
}

static const char *url_beside(fixture *f, const char *name)
{
    return str_z(f->a, str_printf(f->a, "sqlite:%s/%s", f->dir, name));
}

static void file_write(const char *url, const char *text)
{
    FILE *to = fopen(url + strlen("sqlite:"), "w");
    assert_non_null(to);
    assert_true(fputs(text, to) >= 0);
    assert_int_equal(fclose(to), 0);
}

static void raw(const char *url, const char *sql)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(url + strlen("sqlite:"), &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static int64_t raw_int(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *q;
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &q, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(q), SQLITE_ROW);
    int64_t v = sqlite3_column_int64(q, 0);
    sqlite3_finalize(q);
    return v;
}

#define REFUSED(f, url, mode, code, part)                                                                              \
    do {                                                                                                               \
        store *none = NULL;                                                                                            \
        FAILS(store_open((url), (mode), &(f)->clock, &none, &trouble), (code), (part));                                \
        assert_null(none);                                                                                             \
    } while (0)

static void test_addresses_that_are_none_are_refused(void **state)
{
    fixture *f = *state;
    REFUSED(f, "stock.db", STORE_WRITE, ERR_USAGE, "write sqlite:FILE");
    REFUSED(f, "sqlite:", STORE_WRITE, ERR_USAGE, "write sqlite:FILE");
    REFUSED(f, "mysql:stock", STORE_WRITE, ERR_USAGE, "'mysql'");
    REFUSED(f, "postgres://localhost/stock", STORE_WRITE, ERR_USAGE, "postgres databases come later");
}

static void test_reading_a_missing_file_makes_none(void **state)
{
    fixture *f = *state;
    const char *url = url_beside(f, "none.db");
    REFUSED(f, url, STORE_READ, ERR_MISSING, "evenstock init");
    assert_int_not_equal(access(url + strlen("sqlite:"), F_OK), 0);
}

static void test_writing_makes_the_file_but_not_its_folder(void **state)
{
    fixture *f = *state;
    AUTO(store_close) store *s = NULL;
    OK(store_open(url_beside(f, "new.db"), STORE_WRITE, &f->clock, &s, &trouble));
    REFUSED(f, url_beside(f, "none/new.db"), STORE_WRITE, ERR_IO, "cannot be opened");
    REFUSED(f, str_z(f->a, str_printf(f->a, "sqlite:%s", f->dir)), STORE_WRITE, ERR_IO, "cannot be opened");
}

static void test_what_is_no_database_of_ours_is_left_alone(void **state)
{
    fixture *f = *state;
    const char *text = url_beside(f, "text.db"), *foreign = url_beside(f, "foreign.db");
    file_write(text, "This is a letter to a friend, and it is longer than the header of a database would be, by far.");
    raw(foreign, "CREATE TABLE mine (a)");
    const store_mode MODES[] = {STORE_READ, STORE_WRITE};
    for (size_t i = 0; i < COUNT(MODES); i++) {
        REFUSED(f, text, MODES[i], ERR_CORRUPT, "it is no database");
        REFUSED(f, foreign, MODES[i], ERR_CORRUPT, "of another program");
    }
    sqlite3 *db;
    assert_int_equal(sqlite3_open(foreign + strlen("sqlite:"), &db), SQLITE_OK);
    assert_int_equal(raw_int(db, "SELECT count(*) FROM sqlite_schema"), 1);
    assert_int_equal(raw_int(db, "PRAGMA application_id"), 0);
    sqlite3_close(db);
}

static void test_an_empty_file_is_no_store_to_read_and_a_place_to_make_one(void **state)
{
    fixture *f = *state;
    const char *nothing = url_beside(f, "nothing.db"), *empty = url_beside(f, "empty.db");
    file_write(nothing, "");
    raw(empty, "CREATE TABLE passing (a); DROP TABLE passing");
    REFUSED(f, nothing, STORE_READ, ERR_MISSING, "there is no database");
    REFUSED(f, empty, STORE_READ, ERR_MISSING, "is empty");
    AUTO(store_close) store *s = NULL, *other = NULL;
    OK(store_open(nothing, STORE_WRITE, &f->clock, &s, &trouble));
    OK(store_open(empty, STORE_WRITE, &f->clock, &other, &trouble));
}

static void test_a_newer_version_is_refused_and_a_changed_migration_too(void **state)
{
    fixture *f = *state;
    store_close(&f->s);
    raw(f->url, "UPDATE migration SET sha256 = zeroblob(32)");
    REFUSED(f, f->url, STORE_READ, ERR_CORRUPT, "another text of migration 0001-first.sql");
    REFUSED(f, f->url, STORE_WRITE, ERR_CORRUPT, "another text");
    raw(f->url, "PRAGMA user_version = 99");
    REFUSED(f, f->url, STORE_READ, ERR_CORRUPT, "newer version of Evenstock (99");
    REFUSED(f, f->url, STORE_WRITE, ERR_CORRUPT, "newer version");
}

static void test_a_damaged_file_says_so(void **state)
{
    fixture *f = *state;
    begin(f);
    for (int i = 0; i < 500; i++)
        a_product(f, str_z(f->a, str_printf(f->a, "SKU-%04d", i)));
    commit(f);
    store_close(&f->s);
    struct stat size;
    assert_int_equal(stat(path_of(f), &size), 0);
    FILE *file = fopen(path_of(f), "r+");
    for (long at = 4096; at < size.st_size; at += 4096) { /* the head of every page but the first */
        assert_int_equal(fseek(file, at, SEEK_SET), 0);
        assert_int_equal(fwrite("\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f", 1, 8, file), 8);
    }
    assert_int_equal(fclose(file), 0);
    tampered();
    REFUSED(f, f->url, STORE_READ, ERR_CORRUPT, "damaged; bring back a backup");
}

static void test_settings_are_those_that_durability_needs(void **state)
{
    fixture *f = *state;
    sqlite3 *db = sq_of(f->s)->db;
    assert_int_equal(raw_int(db, "PRAGMA synchronous"), 2); /* FULL */
    assert_int_equal(raw_int(db, "PRAGMA busy_timeout"), STORE_BUSY_MS);
    assert_int_equal(raw_int(db, "PRAGMA foreign_keys"), 1);
    assert_int_equal(raw_int(db, "PRAGMA trusted_schema"), 0);
    assert_int_equal(raw_int(db, "SELECT journal_mode = 'wal' FROM pragma_journal_mode"), 1);
}

/* -- who waits for whom -- */

typedef struct other_writer {
    const fixture *f;
    bool began, met, done; /* holds the lock; somebody else met it; has committed */
    pthread_mutex_t lock;
    pthread_cond_t changed;
} other_writer;

static void say(other_writer *w, bool *what)
{
    pthread_mutex_lock(&w->lock);
    *what = true;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->lock);
}

static void await(other_writer *w, const bool *what)
{
    pthread_mutex_lock(&w->lock);
    while (!*what)
        pthread_cond_wait(&w->changed, &w->lock);
    pthread_mutex_unlock(&w->lock);
}

static void *write_first(void *arg)
{
    other_writer *w = arg;
    err e = {0};
    store *s = NULL;
    store_tx *tx = NULL;
    int64_t id;
    store_product row = {.sku = STR("FIRST"), .title = STR(""), .product_type = STR(""), .vendor = STR("")};
    bool fine = store_open(w->f->url, STORE_WRITE, &w->f->clock, &s, &e) && store_begin(s, STORE_WRITE, &tx, &e);
    say(w, &w->began);
    await(w, &w->met);
    w->done = fine && store_product_put(tx, &row, &id, &e) && store_commit(&tx, &e);
    store_tx_end(&tx);
    store_close(&s);
    return NULL;
}

/* In place of the store's own patience, to know that the lock was met. */
static int on_busy(void *arg, int times)
{
    other_writer *w = arg;
    if (times == 0)
        say(w, &w->met);
    return 1;
}

static void test_the_second_writer_waits(void **state)
{
    fixture *f = *state;
    other_writer w = {.f = f, .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    pthread_t thread;
    int64_t found;
    assert_int_equal(pthread_create(&thread, NULL, write_first, &w), 0);
    await(&w, &w.began);
    sqlite3_busy_handler(sq_of(f->s)->db, on_busy, &w);
    begin(f); /* returns only when the other one is done */
    OK(store_product_find(f->tx, STR("FIRST"), &found, &trouble));
    assert_int_not_equal(found, 0);
    a_product(f, "SECOND");
    commit(f);
    pthread_join(thread, NULL);
    assert_true(w.done);
}

static void test_a_writer_that_waited_long_enough_is_told(void **state)
{
    fixture *f = *state;
    AUTO(store_close) store *other = NULL;
    AUTO(store_tx_end) store_tx *tx = NULL, *reader = NULL;
    begin(f);
    a_product(f, "A");
    OK(store_open(f->url, STORE_WRITE, &f->clock, &other, &trouble));
    sqlite3_busy_timeout(sq_of(other)->db, 20);
    FAILS(store_begin(other, STORE_WRITE, &tx, &trouble), ERR_BUSY, "another program is writing");
    OK(store_begin(other, STORE_READ, &reader, &trouble)); /* a reader waits for nobody */
    int64_t found;
    OK(store_product_find(reader, STR("A"), &found, &trouble));
    assert_int_equal(found, 0);
    store_tx_end(&reader);
    commit(f);
    OK(store_begin(other, STORE_WRITE, &tx, &trouble));
}

#define OPENERS 6
#define RUSHES  12 /* the openers meet in the WAL switch or the first migration about once in twenty */

static pid_t open_in_a_child(fixture *f, const char *url)
{
    pid_t child = fork();
    assert_int_not_equal(child, -1);
    if (child > 0)
        return child;
    store *s = NULL;
    err e = {0};
    if (!store_open(url, STORE_WRITE, &f->clock, &s, &e))
        fprintf(stderr, "# %s\n", e.text);
    _exit(s ? 0 : 1);
}

static void test_many_may_make_the_same_file_at_once(void **state)
{
    fixture *f = *state;
    for (int rush = 0; rush < RUSHES; rush++) {
        const char *url = url_beside(f, str_z(f->a, str_printf(f->a, "rush%d.db", rush)));
        pid_t children[OPENERS];
        for (size_t i = 0; i < OPENERS; i++)
            children[i] = open_in_a_child(f, url);
        for (size_t i = 0; i < OPENERS; i++) {
            int status;
            assert_int_equal(waitpid(children[i], &status, 0), children[i]);
            assert_int_equal(status, 0);
        }
    }
}

/* -- the second pair of eyes -- */

static void refuses(sqlite3 *db, const char *sql, const char *why)
{
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL) & 0xff, SQLITE_CONSTRAINT);
    if (!strstr(sqlite3_errmsg(db), why))
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
}

static void test_the_database_refuses_what_the_program_never_does(void **state)
{
    fixture *f = *state;
    sqlite3 *db = sq_of(f->s)->db;
    begin(f);
    int64_t nyc = a_facility(f, "NYC", FACILITY_STORE), product = a_product(f, "A");
    int64_t web = a_channel(f, "web", a_shop(f, "main"), "gid://shopify/Location/1", a_group_of(f, "G", nyc, 0));
    adjust(f, product, nyc, 5, INSTANT_NONE);
    adopt(f, product, web, 5);
    event(f, 0, web, product, &(order_event){.kind = EVENT_PLACED, .quantity = 1, .queue = -1});
    commit(f);
    refuses(db, "UPDATE ledger SET qoh_delta = 6", "the ledger is append-only");
    refuses(db, "DELETE FROM ledger", "the ledger is append-only");
    refuses(db, "UPDATE explained SET value = 6", "the journal of E is append-only");
    refuses(db, "DELETE FROM explained", "the journal of E is append-only");
    refuses(db, "UPDATE order_event SET quantity = 6", "order events are append-only");
    refuses(db, "DELETE FROM order_event", "order events are append-only");
    refuses(db, "UPDATE target SET owe = 0, t = e", "CHECK");
    refuses(db, "UPDATE target SET e = t", "CHECK");     /* it would owe nothing, and the index must say so */
    refuses(db, "UPDATE target SET e = e + 8", "CHECK"); /* more, and the index must say so, too */
    refuses(db, "UPDATE level SET qoh = 1000000000001", "CHECK");
    refuses(db, "UPDATE order_line SET product = 99", "FOREIGN KEY");
    refuses(db, "DELETE FROM target", "FOREIGN KEY");
    refuses(db, "UPDATE product SET sku = ''", "CHECK");
}

/* A disk that has no more room, played by a limit on the file's pages. */
static void test_a_full_disk_keeps_nothing_of_the_change_and_the_store_goes_on(void **state)
{
    fixture *f = *state;
    sqlite3 *db = sq_of(f->s)->db;
    begin(f);
    int64_t nyc = a_facility(f, "NYC", FACILITY_STORE), product = a_product(f, "A");
    adjust(f, product, nyc, 5, INSTANT_NONE);
    commit(f);
    raw_int(db,
            str_z(f->a, str_printf(f->a, "PRAGMA max_page_count = %" PRId64, raw_int(db, "PRAGMA page_count") + 4)));
    begin(f);
    adjust(f, product, nyc, 1, INSTANT_NONE);
    store_product row = {.title = str_printf(f->a, "%04000d", 1), .product_type = STR(""), .vendor = STR("")};
    int64_t id;
    bool fits = true;
    for (int i = 0; i < 100 && fits; i++) {
        row.sku = str_printf(f->a, "BIG-%d", i);
        fits = store_product_put(f->tx, &row, &id, &trouble);
    }
    FAILS(fits, ERR_IO, "the disk is full; make room");
    back(f);
    verify(f);
    raw_int(db, "PRAGMA max_page_count = 1000000");
    begin(f);
    assert_int_equal(level_of(f, product, nyc).qoh, 5);
    adjust(f, product, nyc, 1, INSTANT_NONE);
    commit(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_addresses_that_are_none_are_refused),
        TEST(test_reading_a_missing_file_makes_none),
        TEST(test_writing_makes_the_file_but_not_its_folder),
        TEST(test_what_is_no_database_of_ours_is_left_alone),
        TEST(test_an_empty_file_is_no_store_to_read_and_a_place_to_make_one),
        TEST(test_a_newer_version_is_refused_and_a_changed_migration_too),
        TEST(test_a_damaged_file_says_so),
        TEST(test_settings_are_those_that_durability_needs),
        TEST(test_the_second_writer_waits),
        TEST(test_a_writer_that_waited_long_enough_is_told),
        TEST(test_many_may_make_the_same_file_at_once),
        TEST(test_the_database_refuses_what_the_program_never_does),
        TEST(test_a_full_disk_keeps_nothing_of_the_change_and_the_store_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
