#pragma once
/*
 * What the tests of feed share: a folder and a database of their own, a clock that stands still, files, and checks of a
 * summary and of stock.
 */
#include "feed/feed.h"
#include "unit.h"

#include <sys/stat.h>

typedef struct bed {
    char dir[64];
    arena *memory;
    instant now;
    io_clock clock;
    store *store;
    feed_options options;
    str notes; /* one a line */
    feed_summary summary;
    err error;
} bed;

static inline instant bed_now(void *ctx)
{
    return ((bed *)ctx)->now;
}

static inline void bed_note(void *ctx, str line)
{
    bed *b = ctx;
    b->notes = str_printf(b->memory, "%.*s%.*s\n", STR_ARG(b->notes), STR_ARG(line));
}

#define GOOD(b, call)                                                                                                  \
    do {                                                                                                               \
        if (!(call))                                                                                                   \
            fail_msg("%s: %s (%s)", #call, (b)->error.text, (b)->error.where);                                         \
    } while (0)

static inline char *bed_path(bed *b, const char *name)
{
    return str_z(b->memory, str_printf(b->memory, "%s/%s", b->dir, name));
}

static inline void bed_open(bed *b)
{
    *b = (bed){.dir = "/tmp/evenstock-feed-XXXXXX", .memory = arena_new(0), .notes = STR("")};
    assert_non_null(mkdtemp(b->dir));
    GOOD(b, instant_parse(STR("2026-11-24T12:00:00Z"), &b->now, &b->error));
    b->clock = os_clock();
    b->clock.ctx = b;
    b->clock.now = bed_now;
    b->options = (feed_options){.note = bed_note, .note_ctx = b};
    char *url = str_z(b->memory, str_printf(b->memory, "sqlite:%s/db", b->dir));
    GOOD(b, store_open(url, STORE_WRITE, &b->clock, &b->store, &b->error));
}

static inline void bed_close(bed *b)
{
    store_close(&b->store);
    static const char *const MADE[] = {"db", "db-wal", "db-shm", "f", "f.errors.csv", "g", "errors", "f.gz"};
    for (size_t i = 0; i < COUNT(MADE); i++)
        (void)unlink(bed_path(b, MADE[i]));
    assert_int_equal(rmdir(b->dir), 0); /* nothing else was left behind */
    arena_end(&b->memory);
}

static inline int bed_setup(void **state)
{
    static bed it;
    bed_open(&it);
    *state = &it;
    return 0;
}

static inline int bed_teardown(void **state)
{
    bed_close(*state);
    return 0;
}

static inline char *bed_file_bytes(bed *b, const char *name, str text)
{
    char *path = bed_path(b, name);
    FILE *to = fopen(path, "w");
    assert_non_null(to);
    assert_int_equal(fwrite(text.at, 1, text.len, to), text.len);
    assert_int_equal(fclose(to), 0);
    return path;
}

static inline char *bed_file(bed *b, const char *text)
{
    return bed_file_bytes(b, "f", str_of(text));
}

static inline bool bed_exists(bed *b, const char *name)
{
    return access(bed_path(b, name), F_OK) == 0;
}

static inline str bed_read(bed *b, const char *name)
{
    str text = STR("");
    GOOD(b, os_read_file(b->memory, bed_path(b, name), 1 << 20, &text, &b->error));
    return text;
}

/* -- the world -- */

static inline void bed_facility(bed *b, const char *code)
{
    store_tx *tx = NULL;
    store_facility f = {
        .code = str_of(code), .name = STR(""), .type = FACILITY_STORE, .active = true, .time_zone = STR("UTC")};
    GOOD(b, store_begin(b->store, STORE_WRITE, &tx, &b->error) && store_facility_put(tx, &f, NULL, &b->error) &&
                store_commit(&tx, &b->error));
}

static inline int64_t bed_product(bed *b, const char *sku, const char *upc)
{
    store_tx *tx = NULL;
    int64_t id = 0;
    store_product p = {.sku = str_of(sku), .title = STR(""), .product_type = STR(""), .vendor = STR("")};
    store_identifier i = {STR("UPCA"), str_of(upc)};
    GOOD(b, store_begin(b->store, STORE_WRITE, &tx, &b->error) && store_product_put(tx, &p, &id, &b->error) &&
                (!upc || store_identifiers_replace(tx, id, &i, 1, &b->error)) && store_commit(&tx, &b->error));
    return id;
}

static inline void bed_config(bed *b, const char *text)
{
    feed_config_result r;
    GOOD(b, feed_config(b->store, bed_file_bytes(b, "g", str_of(text)), false, b->memory, &r, &b->error));
}

static inline str bed_export(bed *b)
{
    char *text = NULL;
    size_t len = 0;
    FILE *to = open_memstream(&text, &len);
    GOOD(b, feed_config_export(b->store, to, &b->error));
    (void)fclose(to);
    str copy = str_copy(b->memory, (str){text, len});
    free(text);
    return copy;
}

typedef struct stock {
    qty qoh, atp;
} stock;

static inline stock bed_stock(bed *b, const char *sku, const char *facility)
{
    store_tx *tx = NULL;
    int64_t id = 0;
    const store_world *w = NULL;
    const store_config *c = NULL;
    stock found = {-99999, -99999};
    GOOD(b, store_begin(b->store, STORE_READ, &tx, &b->error) && store_product_find(tx, str_of(sku), &id, &b->error));
    assert_true(id > 0);
    GOOD(b, store_world_get(tx, id, &w, &b->error) && store_config_get(tx, &c, &b->error));
    const store_facility *f = config_facility_by_code(c, str_of(facility));
    assert_non_null(f);
    for (size_t i = 0; i < w->level_count; i++)
        if (w->levels[i].facility == f->id)
            found = (stock){w->levels[i].qoh, w->levels[i].atp};
    store_tx_end(&tx);
    return found;
}

#define assert_stock(b, sku, facility, want_qoh, want_atp)                                                             \
    do {                                                                                                               \
        stock got_ = bed_stock((b), (sku), (facility));                                                                \
        assert_int_equal(got_.qoh, (want_qoh));                                                                        \
        assert_int_equal(got_.atp, (want_atp));                                                                        \
    } while (0)

/* Moves ATP alone, as a reservation does; or both. */
static inline void bed_move(bed *b, const char *sku, const char *facility, qty qoh, qty atp, const char *at)
{
    store_tx *tx = NULL;
    const store_config *c = NULL;
    store_movement m = {.qoh_delta = qoh,
                        .atp_delta = atp,
                        .kind = MOVE_ORDER,
                        .at = INSTANT_NONE,
                        .reason = STR("order"),
                        .source = STR("test"),
                        .actor = STR("test"),
                        .comment = STR("")};
    if (at)
        GOOD(b, instant_parse(str_of(at), &m.at, &b->error));
    GOOD(b, store_begin(b->store, STORE_WRITE, &tx, &b->error) && store_config_get(tx, &c, &b->error) &&
                store_product_find(tx, str_of(sku), &m.product, &b->error));
    m.facility = config_facility_by_code(c, str_of(facility))->id;
    GOOD(b, store_move(tx, &m, &b->error) && store_commit(&tx, &b->error));
}

static inline int64_t bed_ledger_rows(bed *b)
{
    store_tx *tx = NULL;
    store_movement *rows = NULL;
    size_t count = 0;
    GOOD(b, store_begin(b->store, STORE_READ, &tx, &b->error) &&
                store_movements_after(tx, 0, 0, 0, 100000, b->memory, &rows, &count, &b->error));
    store_tx_end(&tx);
    return (int64_t)count;
}

static inline void bed_verify(bed *b)
{
    verify_report report = {0};
    GOOD(b, store_verify(b->store, b->memory, &report, &b->error));
    for (size_t i = 0; i < report.detail_count; i++)
        print_error("%.*s of %.*s: stored %.*s, computed %.*s\n", STR_ARG(report.details[i].what),
                    STR_ARG(report.details[i].where), STR_ARG(report.details[i].stored),
                    STR_ARG(report.details[i].computed));
    assert_int_equal(report.differences, 0);
}

#define assert_counts(b, want_applied, want_unchanged, want_refused, want_waiting, want_movements)                     \
    do {                                                                                                               \
        import_counts c_ = (b)->summary.counts;                                                                        \
        if (c_.applied != (want_applied) || c_.unchanged != (want_unchanged) || c_.refused != (want_refused) ||        \
            c_.waiting != (want_waiting) || c_.movements != (want_movements) ||                                        \
            c_.rows != c_.applied + c_.unchanged + c_.refused + c_.waiting)                                            \
            fail_msg("rows %d = applied %d + unchanged %d + refused %d + waiting %d; movements %d\n%.*s",              \
                     (int)c_.rows, (int)c_.applied, (int)c_.unchanged, (int)c_.refused, (int)c_.waiting,               \
                     (int)c_.movements,                                                                                \
                     STR_ARG(bed_exists((b), "f.errors.csv") ? bed_read((b), "f.errors.csv") : STR("")));              \
    } while (0)

static inline bool contains(str text, const char *part)
{
    return memmem(text.at, text.len, part, strlen(part)) != NULL;
}

#define assert_contains(text, part)                                                                                    \
    do {                                                                                                               \
        if (!contains((text), (part)))                                                                                 \
            fail_msg("'%s' is not in: %.*s", (part), STR_ARG(text));                                                   \
    } while (0)

/* The call fails, and its text names `part`. */
#define BAD(b, call, want_code, part)                                                                                  \
    do {                                                                                                               \
        (b)->error = (err){0};                                                                                         \
        assert_false(call);                                                                                            \
        assert_contains(str_of((b)->error.text), (part));                                                              \
        assert_int_equal((b)->error.code, (want_code));                                                                \
    } while (0)
