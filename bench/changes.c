/*
 * Makes so many changes a second in a database that a service watches, and tells how long each took until Shopify's
 * answer to its push was booked.
 *
 *     changes DATABASE FACILITY CHANNEL CHANGES_A_SECOND SECONDS
 *
 * Each change is of another product, so the newest push of a product is that of its change. The time of a change begins
 * with the transaction that makes it.
 */
#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>

#define TICK_US    (10 * US_PER_MS)
#define SETTLE_US  (120 * US_PER_S)
#define POLL_US    (20 * US_PER_MS)
#define CHANGE_MAX INT64_C(1000000)

typedef struct bench {
    store *db;
    io_clock clock;
    arena *memory;
    int64_t facility, shop, channel;
    int64_t *products;
    instant *made;
    int64_t count, done;
} bench;

_Noreturn static void stop(const char *what, const err *e)
{
    fprintf(stderr, "changes: %s: %s\n", what, e->text);
    exit(3);
}

static int64_t ticks(const bench *b)
{
    return b->clock.ticks_us(b->clock.ctx);
}

static bool find(bench *b, str facility, str channel, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    const store_config *c;
    if (!store_begin(b->db, STORE_READ, &tx, e) || !store_config_get(tx, &c, e))
        return false;
    const store_facility *f = config_facility_by_code(c, facility);
    const store_channel *ch = config_channel_by_code(c, channel);
    if (!f || !ch || ch->shop == 0)
        return ERR(e, ERR_MISSING, "no such facility, or no such channel of a shop");
    b->facility = f->id;
    b->channel = ch->id;
    b->shop = ch->shop;
    int64_t found = 0, after = 0;
    while (found < b->count) {
        store_product *page;
        size_t count;
        if (!store_products_after(tx, after, 1000, b->memory, &page, &count, e))
            return false;
        if (count == 0)
            return ERR(e, ERR_MISSING, "%" PRId64 " products, %" PRId64 " changes", found, b->count);
        for (size_t i = 0; i < count && found < b->count; i++)
            b->products[found++] = page[i].id;
        after = page[count - 1].id;
    }
    return true;
}

static bool change(bench *b, int64_t until, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    instant now = b->clock.now(b->clock.ctx);
    if (!store_begin(b->db, STORE_WRITE, &tx, e))
        return false;
    for (int64_t i = b->done; i < until; i++) {
        store_movement m = {.product = b->products[i],
                            .facility = b->facility,
                            .at = INSTANT_NONE,
                            .qoh_delta = 1,
                            .atp_delta = 1,
                            .kind = MOVE_ADJUST,
                            .reason = STR("bench"),
                            .source = STR("bench"),
                            .actor = STR(""),
                            .comment = STR("")};
        if (!store_move(tx, &m, e))
            return false;
        b->made[i] = now;
    }
    b->done = until;
    return store_commit(&tx, e);
}

static bool make_changes(bench *b, int64_t a_second, err *e)
{
    int64_t began = ticks(b);
    while (b->done < b->count) {
        int64_t due = qty_min(b->count, (ticks(b) - began) * a_second / US_PER_S + 1);
        if (due > b->done && !change(b, due, e))
            return false;
        b->clock.sleep_until_us(b->clock.ctx, ticks(b) + TICK_US);
    }
    return true;
}

static bool settled(bench *b, bool *ret, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    AUTO(arena_end) arena *a = arena_new(0);
    int64_t owing;
    instant oldest;
    store_operation *open;
    size_t count;
    if (!store_begin(b->db, STORE_READ, &tx, e) || !store_owing_count(tx, b->shop, b->channel, &owing, &oldest, e) ||
        !store_operations_open(tx, b->shop, a, &open, &count, e))
        return false;
    *ret = owing == 0 && count == 0;
    return true;
}

static bool wait_until_settled(bench *b, err *e)
{
    bool done = false;
    for (int64_t until = ticks(b) + SETTLE_US; !done;) {
        if (ticks(b) > until)
            return ERR(e, ERR_BUSY, "it is not pushed within %" PRId64 " s", SETTLE_US / US_PER_S);
        b->clock.sleep_until_us(b->clock.ctx, ticks(b) + POLL_US);
        if (!settled(b, &done, e))
            return false;
    }
    return true;
}

static int compare(const void *x, const void *y)
{
    const int64_t *a = x, *b = y;
    return (*a > *b) - (*a < *b);
}

static bool tell(bench *b, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    int64_t *us = ARENA_NEW(b->memory, int64_t, (size_t)b->count);
    if (!store_begin(b->db, STORE_READ, &tx, e))
        return false;
    for (int64_t i = 0; i < b->count; i++) {
        explained_row *newest;
        size_t count;
        if (!store_explained_newest(tx, (target_key){b->products[i], b->channel}, 1, b->memory, &newest, &count, e))
            return false;
        if (count == 0 || newest->kind != EXPLAINED_PUSH || newest->at < b->made[i])
            return ERR(e, ERR_CORRUPT, "change %" PRId64 " was not pushed", i);
        us[i] = newest->at - b->made[i];
    }
    qsort(us, (size_t)b->count, sizeof *us, compare);
    printf("{\"changes\": %" PRId64 ", \"p50_ms\": %" PRId64 ", \"p99_ms\": %" PRId64 ", \"most_ms\": %" PRId64 "}\n",
           b->count, us[b->count / 2] / US_PER_MS, us[b->count * 99 / 100] / US_PER_MS, us[b->count - 1] / US_PER_MS);
    return true;
}

int main(int argc, char **argv)
{
    err e = {0};
    bench b = {.clock = os_clock()};
    int64_t a_second, seconds;
    if (argc != 6 || !num_parse_i64(str_of(argv[4]), &a_second) || a_second < 1 ||
        !num_parse_i64(str_of(argv[5]), &seconds) || seconds < 1 || a_second > CHANGE_MAX / seconds) {
        fprintf(stderr, "usage: changes DATABASE FACILITY CHANNEL CHANGES_A_SECOND SECONDS\n");
        return 2;
    }
    b.memory = arena_new(0);
    b.count = a_second * seconds;
    b.products = ARENA_NEW(b.memory, int64_t, (size_t)b.count);
    b.made = ARENA_NEW(b.memory, instant, (size_t)b.count);
    if (!store_open(argv[1], STORE_WRITE, &b.clock, &b.db, &e) || !find(&b, str_of(argv[2]), str_of(argv[3]), &e) ||
        !make_changes(&b, a_second, &e) || !wait_until_settled(&b, &e) || !tell(&b, &e))
        stop(argv[1], &e);
    store_close(&b.db);
    arena_end(&b.memory);
    return 0;
}
