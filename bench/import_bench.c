/*
 * File imports beside a bare C loop over SQLite that leaves the same rows: same file, same database settings, same rows
 * a transaction, prepared statements, no checks. Target: at least 0.6 of the bare loop's speed, and flat memory.
 *
 *     import_bench [ROWS] [PAIRS] [CASE]
 *
 * Each run is a process of its own on a fresh copy of one database; candidate and baseline take turns. Printed per
 * case: both medians, the median of the pairs' ratios, and the peak memory of the whole importing process.
 */
#include "feed/feed.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define FACILITIES 20
#define CHUNK      20000 /* rows of a transaction, as the import has them */
#define PAIRS_MAX  99

typedef enum file_order { BY_PRODUCT, BY_FACILITY, SHUFFLED } file_order;

typedef struct bench_case {
    const char *name;
    file_order order;
    bool adjustments;
    bool targets; /* every product has a target, whose T follows from all its levels */
} bench_case;
static const bench_case CASES[] = {
    {"levels by product", BY_PRODUCT, false, false},
    {"levels by facility", BY_FACILITY, false, false},
    {"levels shuffled", SHUFFLED, false, false},
    {"levels by product, with targets", BY_PRODUCT, false, true},
    {"levels by facility, with targets", BY_FACILITY, false, true},
    {"adjustments with keys by facility", BY_FACILITY, true, false},
};

static char dir[] = "/tmp/evenstock-bench-XXXXXX";
static int64_t rows = 200000;

_Noreturn static void stop(const char *what, const char *why)
{
    fprintf(stderr, "import_bench: %s: %s\n", what, why);
    exit(3);
}

static const char *path_of(const char *name)
{
    static char paths[4][128];
    static unsigned next;
    char *path = paths[next++ % COUNT(paths)];
    (void)snprintf(path, sizeof paths[0], "%s/%s", dir, name);
    return path;
}

/* -- what both work on -- */

static void make_database(bool targets)
{
    err e = {0};
    char url[160];
    io_clock clock = os_clock();
    store *s = NULL;
    store_tx *tx = NULL;
    (void)unlink(path_of("template"));
    (void)snprintf(url, sizeof url, "sqlite:%s", path_of("template"));
    AUTO(arena_end) arena *a = arena_new(0);
    bool good = store_open(url, STORE_WRITE, &clock, &s, &e) && store_begin(s, STORE_WRITE, &tx, &e);
    for (int i = 0; good && i < FACILITIES; i++) {
        store_facility f = {.code = str_printf(a, "F%d", i), .name = STR(""), .active = true, .time_zone = STR("UTC")};
        good = store_facility_put(tx, &f, NULL, &e);
    }
    store_member members[FACILITIES];
    for (int i = 0; i < FACILITIES; i++)
        members[i] = (store_member){.facility = i + 1, .from = INSTANT_NONE, .thru = INSTANT_NONE};
    store_group g = {.code = STR("G"), .members = members, .member_count = FACILITIES};
    store_channel ch = {.code = STR("web"), .location = STR(""), .mode = CHANNEL_AGGREGATE, .reserve_inventory = true};
    good = good && store_group_put(tx, &g, &ch.group, &e) && store_channel_put(tx, &ch, &ch.id, &e);
    for (int64_t i = 0, id; good && i < rows / FACILITIES; i++) {
        store_product p = {
            .sku = str_printf(a, "SKU-%06" PRId64, i), .title = STR(""), .product_type = STR(""), .vendor = STR("")};
        good = store_product_put(tx, &p, &id, &e) && (!targets || store_channel_settings(tx, id, ch.id, 0, true, &e)) &&
               (i % 1000 != 0 || store_flush(tx, &e));
    }
    if (!good || !store_commit(&tx, &e))
        stop("the database", e.text);
    store_close(&s);
}

/* One row for every product at every facility. The shuffle is a walk with a stride that has no factor in common. */
static void make_file(const bench_case *c)
{
    FILE *to = fopen(path_of("rows.csv"), "w");
    int64_t products = rows / FACILITIES, stride = 7919;
    while (products * FACILITIES % stride == 0)
        stride += 2;
    if (!to)
        stop("rows.csv", strerror(errno));
    fputs(c->adjustments ? "sku,facility,delta,key\n" : "sku,facility,quantity\n", to);
    for (int64_t n = 0; n < products * FACILITIES; n++) {
        int64_t at = c->order == SHUFFLED ? n * stride % (products * FACILITIES) : n;
        int64_t product = c->order == BY_FACILITY ? at % products : at / FACILITIES;
        int64_t facility = c->order == BY_FACILITY ? at / products : at % FACILITIES;
        fprintf(to, "SKU-%06" PRId64 ",F%d,%d", product, (int)facility, (int)(1 + at % 97));
        fprintf(to, c->adjustments ? ",pos-2026-11-24-%09" PRId64 "\n" : "\n", n);
    }
    if (fclose(to) != 0)
        stop("rows.csv", "it cannot be written");
}

/* -- the candidate -- */

static void ignore(void *ctx, str line)
{
    (void)ctx;
    (void)line;
}

static void import(const bench_case *c)
{
    err e = {0};
    char url[160];
    io_clock clock = os_clock();
    store *s = NULL;
    feed_options o = {.note = ignore};
    feed_summary summary = {0};
    (void)snprintf(url, sizeof url, "sqlite:%s", path_of("run"));
    AUTO(arena_end) arena *a = arena_new(0);
    bool good = store_open(url, STORE_WRITE, &clock, &s, &e);
    if (good && c->adjustments)
        good = feed_adjustments(s, path_of("rows.csv"), &o, a, &summary, &e);
    else if (good)
        good = feed_levels(s, path_of("rows.csv"), RESET_QOH, INSTANT_NONE, &o, a, &summary, &e);
    if (!good)
        stop("import", e.text);
    if (summary.counts.applied != summary.counts.rows || summary.counts.movements != rows)
        stop("import", "not every row was applied");
    store_close(&s);
}

/* -- the baseline -- */

typedef enum bare_sql { FIND, LEVEL, LEDGER, PUT, KEY_FIND, KEY_ADD, SUM, TARGET, BEGIN, COMMIT, STATEMENTS } bare_sql;
static const char *const BARE[STATEMENTS] = {
    [FIND] = "SELECT id FROM product WHERE sku = ?1",
    [LEVEL] = "SELECT qoh, atp FROM level WHERE product = ?1 AND facility = ?2",
    [LEDGER] = "INSERT INTO ledger (product, facility, at, recorded_at, qoh_delta, atp_delta, qoh, atp, kind, "
               "in_count, reason,"
               " source, actor) VALUES (?1, ?2, ?3, ?3, ?4, ?4, ?5, ?6, ?7, 0, 'reset', 'levels rows.csv', 'cli')",
    [PUT] =
        "INSERT INTO level (product, facility, qoh, atp, moved, configured, safety_stock, allow_brokering, "
        "allow_pickup,"
        " reset_at, reset_given, seen_run) VALUES (?1, ?2, ?3, ?4, 1, 0, 0, 1, 1, ?5, 0, 1) ON CONFLICT (product, "
        "facility)"
        " DO UPDATE SET qoh = excluded.qoh, atp = excluded.atp, moved = 1, reset_at = excluded.reset_at, seen_run = 1",
    [KEY_FIND] = "SELECT content FROM adjustment_key WHERE key = ?1",
    [KEY_ADD] = "INSERT INTO adjustment_key (key, content) VALUES (?1, ?2)",
    [SUM] = "SELECT sum(max(0, atp - safety_stock)) FROM level WHERE product = ?1",
    [TARGET] = "UPDATE target SET t = ?2, raw = ?2 WHERE product = ?1",
    [BEGIN] = "BEGIN IMMEDIATE",
    [COMMIT] = "COMMIT",
};

typedef struct bare {
    sqlite3 *db;
    sqlite3_stmt *q[STATEMENTS];
    bool *touched; /* by product: in this transaction */
    int64_t *products;
    size_t product_count;
} bare;

static int64_t step(bare *b, bare_sql which, int column)
{
    int rc = sqlite3_step(b->q[which]);
    int64_t value = rc == SQLITE_ROW && column >= 0 ? sqlite3_column_int64(b->q[which], column) : 0;
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        stop(BARE[which], sqlite3_errmsg(b->db));
    return value;
}

static void run(bare *b, bare_sql which)
{
    (void)step(b, which, -1);
    sqlite3_reset(b->q[which]);
}

static void bind(bare *b, bare_sql which, const int64_t *values, int count)
{
    for (int i = 0; i < count; i++)
        sqlite3_bind_int64(b->q[which], i + 1, values[i]);
}

static void bare_row(bare *b, char *line, const bench_case *c, int64_t now)
{
    static const char CONTENT[32] = {0};
    char *facility_text = strchr(line, ',') + 1, *number = strchr(facility_text, ',') + 1, *key = strchr(number, ',');
    sqlite3_bind_text(b->q[FIND], 1, line, (int)(facility_text - 1 - line), SQLITE_STATIC);
    int64_t product = step(b, FIND, 0), facility = strtoll(facility_text + 1, NULL, 10) + 1,
            value = strtoll(number, NULL, 10);
    sqlite3_reset(b->q[FIND]);
    if (c->adjustments) {
        key[strcspn(key, "\n")] = '\0';
        sqlite3_bind_text(b->q[KEY_FIND], 1, key + 1, -1, SQLITE_STATIC);
        run(b, KEY_FIND);
        sqlite3_bind_text(b->q[KEY_ADD], 1, key + 1, -1, SQLITE_STATIC);
        sqlite3_bind_blob(b->q[KEY_ADD], 2, CONTENT, sizeof CONTENT, SQLITE_STATIC);
        run(b, KEY_ADD);
    }
    bind(b, LEVEL, (const int64_t[]){product, facility}, 2);
    int64_t qoh = step(b, LEVEL, 0), atp = sqlite3_data_count(b->q[LEVEL]) ? sqlite3_column_int64(b->q[LEVEL], 1) : 0;
    sqlite3_reset(b->q[LEVEL]);
    int64_t delta = c->adjustments ? value : value - qoh;
    bind(b, LEDGER, (const int64_t[]){product, facility, now, delta, qoh + delta, atp + delta, c->adjustments ? 0 : 1},
         7);
    run(b, LEDGER);
    bind(b, PUT, (const int64_t[]){product, facility, qoh + delta, atp + delta, now}, 5);
    run(b, PUT);
    if (c->targets && !b->touched[product]) {
        b->touched[product] = true;
        b->products[b->product_count++] = product;
    }
}

static void bare_targets(bare *b)
{
    for (size_t i = 0; i < b->product_count; i++) {
        int64_t product = b->products[i];
        bind(b, SUM, &product, 1);
        int64_t t = step(b, SUM, 0);
        sqlite3_reset(b->q[SUM]);
        bind(b, TARGET, (const int64_t[]){product, t}, 2);
        run(b, TARGET);
        b->touched[product] = false;
    }
    b->product_count = 0;
}

static void bare_loop(const bench_case *c)
{
    static const char SETTINGS[] =
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
        "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA cache_size = -16384;"
        "PRAGMA journal_size_limit = 67108864; PRAGMA wal_autocheckpoint = 4000";
    AUTO(arena_end) arena *a = arena_new(0);
    bare b = {.touched = ARENA_NEW(a, bool, (size_t)rows + 1), .products = ARENA_NEW(a, int64_t, CHUNK)};
    io_clock clock = os_clock();
    if (sqlite3_open_v2(path_of("run"), &b.db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK ||
        sqlite3_exec(b.db, SETTINGS, NULL, NULL, NULL) != SQLITE_OK)
        stop("run", sqlite3_errmsg(b.db));
    for (int i = 0; i < STATEMENTS; i++)
        if (sqlite3_prepare_v3(b.db, BARE[i], -1, SQLITE_PREPARE_PERSISTENT, &b.q[i], NULL) != SQLITE_OK)
            stop(BARE[i], sqlite3_errmsg(b.db));
    FILE *from = fopen(path_of("rows.csv"), "r");
    char line[256];
    int64_t n = 0, now = clock.now(clock.ctx);
    if (!from || !fgets(line, sizeof line, from))
        stop("rows.csv", "it cannot be read");
    for (; fgets(line, sizeof line, from); n++) {
        if (n % CHUNK == 0)
            run(&b, BEGIN);
        bare_row(&b, line, c, now);
        if (n % CHUNK == CHUNK - 1 || n == rows - 1) {
            bare_targets(&b);
            run(&b, COMMIT);
        }
    }
    fclose(from);
    for (int i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(b.q[i]);
    if (n != rows || sqlite3_close(b.db) != SQLITE_OK)
        stop("run", "the baseline did not end");
}

/* -- runs -- */

static void copy_file(const char *from_name, const char *to_name)
{
    static char block[1 << 20];
    int from = open(path_of(from_name), O_RDONLY), to = open(path_of(to_name), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ssize_t len = -1;
    while (from >= 0 && to >= 0 && (len = read(from, block, sizeof block)) > 0)
        if (write(to, block, (size_t)len) != len)
            stop(to_name, strerror(errno));
    if (len < 0)
        stop(to_name, strerror(errno));
    close(from);
    close(to);
}

static void drop_run(void)
{
    static const char *const FILES[] = {"run", "run-wal", "run-shm"};
    for (size_t i = 0; i < COUNT(FILES); i++)
        (void)unlink(path_of(FILES[i]));
}

/* Seconds of one run; *ret_kib the peak memory of its process. */
static double timed(void (*work)(const bench_case *), const bench_case *c, long *ret_kib)
{
    io_clock clock = os_clock();
    struct rusage usage;
    int status;
    drop_run();
    copy_file("template", "run");
    sync(); /* what a run before it wrote is not this one's to wait for */
    int64_t began = clock.ticks_us(clock.ctx);
    pid_t child = fork();
    if (child == 0) {
        work(c);
        _exit(0);
    }
    if (wait4(child, &status, 0, &usage) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        stop("a run", "it failed");
    *ret_kib = usage.ru_maxrss;
    return (double)(clock.ticks_us(clock.ctx) - began) / 1e6;
}

static int compare(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;
    return a < b ? -1 : a > b;
}

static double median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof *values, compare);
    return values[count / 2];
}

static void measure(const bench_case *c, int pairs)
{
    double ours[PAIRS_MAX], bares[PAIRS_MAX], ratios[PAIRS_MAX];
    long kib = 0, peak = 0, bare_kib;
    make_database(c->targets);
    make_file(c);
    for (int i = 0; i < pairs; i++) {
        bares[i] = timed(bare_loop, c, &bare_kib);
        ours[i] = timed(import, c, &kib);
        ratios[i] = bares[i] / ours[i];
        peak = kib > peak ? kib : peak;
    }
    double our = median(ours, pairs), bare_s = median(bares, pairs), ratio = median(ratios, pairs);
    printf("%-34s %8.0f rows/s, bare %8.0f rows/s, ratio %.2f (%.2f to %.2f), peak %ld MiB\n", c->name,
           (double)rows / our, (double)rows / bare_s, ratio, ratios[0], ratios[pairs - 1], peak / 1024);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    int64_t pairs = 5;
    if ((argc > 1 && (!num_parse_i64(str_of(argv[1]), &rows) || rows < FACILITIES)) ||
        (argc > 2 && (!num_parse_i64(str_of(argv[2]), &pairs) || pairs < 1 || pairs > PAIRS_MAX))) {
        fprintf(stderr, "usage: import_bench [ROWS] [PAIRS] [PART OF A CASE'S NAME]\n");
        return 2;
    }
    rows -= rows % FACILITIES;
    if (!mkdtemp(dir))
        stop(dir, strerror(errno));
    printf("%" PRId64 " rows, %" PRId64 " products at %d facilities, %d pairs\n", rows, rows / FACILITIES, FACILITIES,
           (int)pairs);
    for (size_t i = 0; i < COUNT(CASES); i++)
        if (argc < 4 || strstr(CASES[i].name, argv[3]))
            measure(&CASES[i], (int)pairs);
    drop_run();
    (void)unlink(path_of("template"));
    (void)unlink(path_of("rows.csv"));
    return rmdir(dir) == 0 ? 0 : 3;
}
