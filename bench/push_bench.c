/*
 * Pushing an owed backlog to a lean shop on plan Enterprise, over loopback by the real client: processor time of ours
 * for 1,000 lines, beside a bare loop of SQL that leaves the same rows under the same settings. So it tells what limits
 * a push where the shop does not: bench sync plays it against the stand-in, which needs more processor time than we do.
 *
 *     push_bench [LINES] [RUNS]
 *
 * Each run is a process of its own on a fresh copy of the database; ours and the bare loop take turns.
 */
#include "stand.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#define SHOWN    5 /* units that Shopify shows of each product; none is there */
#define BODY_LEN 45000

static int64_t lines = 50000;
static stand_shop remote = {.bucket = 40000, .rate = 2000};

/* -- the two that are compared -- */

static void push(void)
{
    err e = {0};
    shop_net *net = NULL;
    world w = {.clock = os_clock(), .rng = os_rng()};
    store *s = NULL;
    sync_lane *l = NULL;
    AUTO(arena_end) arena *a = arena_new(0);
    sync_options o = {.shop = STR("main"), .channel = STR("")};
    sync_report r;
    log_set_level(LOG_ERROR);
    if (!shop_net_open(&net, &w.net, &e) || !store_open(stand_url("run"), STORE_WRITE, &w.clock, &s, &e) ||
        !sync_open(s, &w, &o, 0, &l, &e) || !sync_recent(l, a, &r, &e))
        stand_stop("sync recent", e.text);
    if (r.pushed != lines || r.calls != (lines + SHOP_LINES_MAX - 1) / SHOP_LINES_MAX)
        stand_stop("sync recent", "it did not push all lines by the fewest calls");
    printf("  pushed %" PRId64 " lines by %" PRId64 " calls in %.1f s: %.1f %% of what the shop restored\n", r.pushed,
           r.calls, (double)r.us / 1e6, 100.0 * (double)r.points / ((double)r.us / 1e6 * (double)remote.rate));
    sync_close(&l);
    store_close(&s);
    shop_net_close(&net);
    fflush(stdout);
}

static void run_sql(sqlite3 *db, const char *sql)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        stand_stop("the bare loop", sqlite3_errmsg(db));
}

static void step(sqlite3 *db, sqlite3_stmt *q, int64_t a, int64_t b)
{
    sqlite3_bind_int64(q, 1, a);
    sqlite3_bind_int64(q, 2, b);
    if (sqlite3_step(q) != SQLITE_DONE)
        stand_stop("the bare loop", sqlite3_errmsg(db));
    sqlite3_reset(q);
}

/* What is planned, sent and booked of one call: three transactions, as it must be (P2, P5). */
static const char *const SQL[] = {
    "INSERT INTO operation VALUES (?1, 1, 0, 0, 'key-' || ?1, zeroblob(0) || printf('%*c', ?2, ' '), 1, 0, NULL, 0, 0, "
    "0, 0,"
    " NULL, NULL, NULL, NULL)",
    "INSERT INTO operation_line VALUES (?1, ?2 % 250, ?2, 1, (SELECT item FROM target WHERE product = ?2 AND channel = "
    "1),"
    " 'gid://shopify/Location/1', -5, NULL, 0, NULL, 0, 1)",
    "UPDATE target SET touched_seq = touched_seq + 1 WHERE product = ?2 AND channel = ?1",
    "UPDATE operation SET sends = ?2, unanswered = ?2, first_sent_at = 1, last_sent_at = 1 WHERE id = ?1",
    "INSERT INTO explained (product, channel, kind, value, after, at, ref) VALUES (?2, ?1, 1, -5, 0, 0, 'push')",
    "UPDATE target SET e = 0, owe = NULL, owing_since = NULL, group_at = 1, touched_seq = touched_seq + 1"
    " WHERE product = ?2 AND channel = ?1",
    "UPDATE operation_line SET open = 0 WHERE operation = ?1 AND open = ?2",
    "UPDATE operation SET state = ?2, closed_at = 1, adjustment_group = 'gid://shopify/InventoryAdjustmentGroup/1' "
    "WHERE id = ?1",
};

static void bare(void)
{
    sqlite3 *db;
    sqlite3_stmt *q[COUNT(SQL)];
    if (sqlite3_open(stand_path("run"), &db) != SQLITE_OK)
        stand_stop("the bare loop", sqlite3_errmsg(db));
    run_sql(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16384; PRAGMA "
                "wal_autocheckpoint = 4000");
    for (size_t i = 0; i < COUNT(SQL); i++)
        if (sqlite3_prepare_v2(db, SQL[i], -1, &q[i], NULL) != SQLITE_OK)
            stand_stop("the bare loop", sqlite3_errmsg(db));
    for (int64_t from = 1, call = 1; from <= lines; from += SHOP_LINES_MAX, call++) {
        int64_t to = qty_min(from + SHOP_LINES_MAX - 1, lines);
        run_sql(db, "BEGIN IMMEDIATE");
        step(db, q[0], call, BODY_LEN);
        for (int64_t product = from; product <= to; product++) {
            step(db, q[1], call, product);
            step(db, q[2], 1, product);
        }
        run_sql(db, "COMMIT; BEGIN IMMEDIATE");
        step(db, q[3], call, 1);
        run_sql(db, "COMMIT; BEGIN IMMEDIATE");
        for (int64_t product = from; product <= to; product++) {
            step(db, q[4], 1, product);
            step(db, q[5], 1, product);
        }
        step(db, q[6], call, 1);
        step(db, q[7], call, 1);
        run_sql(db, "COMMIT");
    }
    for (size_t i = 0; i < COUNT(SQL); i++)
        sqlite3_finalize(q[i]);
    sqlite3_close(db);
}

/* -- runs -- */

static bool measure(int runs)
{
    stand_turns t = stand_compare(push, bare, runs);
    double thousands = (double)lines / 1000, each = t.ours / thousands;
    printf("processor time for 1,000 lines: %.1f ms, bare SQL %.1f ms, ratio %.2f (%.2f to %.2f); one core carries "
           "%.0f lines "
           "a second: %.0f %% of plan Plus, %.0f %% of Enterprise\n",
           1000 * each, 1000 * t.bare / thousands, t.ratio, t.ratio_least, t.ratio_most, 1000 / each,
           100 * 1000 / each / 25000, 100 * 1000 / each / 50000);
    printf("calls %" PRId64 ", throttled %" PRId64 "\n", remote.seen->calls, remote.seen->throttled);
    return remote.seen->throttled == 0;
}

int main(int argc, char **argv)
{
    int64_t runs = 3;
    if ((argc > 1 && (!num_parse_i64(str_of(argv[1]), &lines) || lines < 1)) ||
        (argc > 2 && (!num_parse_i64(str_of(argv[2]), &runs) || runs < 1 || runs > STAND_RUNS_MAX))) {
        fprintf(stderr, "usage: push_bench [LINES] [RUNS]\n");
        return 2;
    }
    stand_begin();
    stand_open(&remote);
    stand_database(stand_url("template"), lines, SHOWN);
    stand_point(stand_url("template"), remote.port);
    bool good = measure((int)runs);
    stand_close(&remote);
    stand_end();
    return good ? 0 : 1;
}
