/* Levels and queues, clustered by product, and the ledger. */
#include "store/sqlite/sqlite.h"

/* -- levels -- */

static const sq_field LEVEL_FIELDS[] = {
    F(store_level, facility),        F(store_level, qoh),          F(store_level, atp),
    F(store_level, moved),           F(store_level, configured),   F(store_level, safety_stock),
    F(store_level, allow_brokering), F(store_level, allow_pickup), F_AS(store_level, reset_at, NONE),
    F(store_level, reset_given),     F(store_level, seen_run),
};
static const sq_shape LEVEL = SHAPE(store_level, LEVEL_FIELDS);

static bool level_of_row(sq_store *s, sqlite3_stmt *q, int column, arena *a, void *row, err *e)
{
    store__level_row *to = row;
    return store__sq_read(s, q, column, &LEVEL, a, &to->level, e);
}

static const sq_field LEVEL_ROW_FIELDS[] = {F(store__level_row, product)};
static const sq_shape LEVEL_ROW = {sizeof(store__level_row), COUNT(LEVEL_ROW_FIELDS), LEVEL_ROW_FIELDS, level_of_row};

bool store__sq_levels(store *s, int64_t product, arena *a, store_level **ret, size_t *ret_count, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, LEVELS, INT(product));
    return store__sq_all(s, q, &LEVEL, a, ret, ret_count, e);
}

bool store__sq_level_put(store *s, const store__level_row *row, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, LEVEL_PUT, INT(row->product));
    store__sq_bind(q, 2, &LEVEL, 0, &row->level);
    return store__sq_run(s, q, e);
}

bool store__sq_levels_after(store *s, int64_t product, int64_t facility, uint32_t limit, arena *a,
                            store__level_row **ret, size_t *ret_count, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, LEVELS_AFTER, INT(product), INT(facility), INT(limit));
    return store__sq_all(s, q, &LEVEL_ROW, a, ret, ret_count, e);
}

/* -- queues -- */

static const sq_field QUEUE_FIELDS[] = {F(store__queue_row, product), F(store__queue_row, channel),
                                        F(store__queue_row, kind), F(store__queue_row, units)};
static const sq_shape QUEUE = SHAPE(store__queue_row, QUEUE_FIELDS);

bool store__sq_queues(store *s, int64_t product, arena *a, store__queue_row **ret, size_t *ret_count, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, QUEUES, INT(product));
    return store__sq_all(s, q, &QUEUE, a, ret, ret_count, e);
}

bool store__sq_queue_put(store *s, const store__queue_row *row, err *e)
{
    if (row->units == 0) {
        AUTO(store__sq_end) sqlite3_stmt *q = USE(s, QUEUE_DROP, INT(row->product), INT(row->channel), INT(row->kind));
        return store__sq_run(s, q, e);
    }
    AUTO(store__sq_end) sqlite3_stmt *q = USE_BARE(s, QUEUE_PUT);
    store__sq_bind(q, 1, &QUEUE, 0, row);
    return store__sq_run(s, q, e);
}

bool store__sq_queues_after(store *s, const store__queue_row *after, uint32_t limit, arena *a, store__queue_row **ret,
                            size_t *ret_count, err *e)
{
    AUTO(store__sq_end)
    sqlite3_stmt *q = USE(s, QUEUES_AFTER, INT(after->product), INT(after->channel), INT(after->kind), INT(limit));
    return store__sq_all(s, q, &QUEUE, a, ret, ret_count, e);
}

/* -- the ledger -- */

static const sq_field MOVEMENT_FIELDS[] = {
    F(store_movement, seq),       F(store_movement, product),     F(store_movement, facility),
    F(store_movement, at),        F(store_movement, recorded_at), F(store_movement, qoh_delta),
    F(store_movement, atp_delta), F(store_movement, qoh),         F(store_movement, atp),
    F(store_movement, kind),      F(store_movement, in_count),    F(store_movement, reason),
    F(store_movement, source),    F(store_movement, actor),       F(store_movement, comment),
};
static const sq_shape MOVEMENT = SHAPE(store_movement, MOVEMENT_FIELDS);

bool store__sq_movement_add(store *s, const store_movement *m, int64_t *ret_seq, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE_BARE(s, MOVEMENT_ADD);
    store__sq_bind(q, 1, &MOVEMENT, 1, m);
    return store__sq_insert(s, q, 0, ret_seq, e);
}

bool store__sq_movements_after(store *s, int64_t product, int64_t facility, int64_t seq, uint32_t limit, arena *a,
                               store_movement **ret, size_t *ret_count, err *e)
{
    sqlite3_stmt *use = product && facility
                            ? USE(s, MOVEMENTS_OF_PAIR, INT(seq), INT(limit), INT(product), INT(facility))
                        : product  ? USE(s, MOVEMENTS_OF_PRODUCT, INT(seq), INT(limit), INT(product))
                        : facility ? USE(s, MOVEMENTS_OF_FACILITY, INT(seq), INT(limit), INT(facility))
                                   : USE(s, MOVEMENTS_ALL, INT(seq), INT(limit));
    AUTO(store__sq_end) sqlite3_stmt *q = use;
    return store__sq_all(s, q, &MOVEMENT, a, ret, ret_count, e);
}

bool store__sq_movements_newest(store *s, int64_t product, uint32_t limit, arena *a, store_movement **ret,
                                size_t *ret_count, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, MOVEMENTS_NEWEST, INT(product), INT(limit));
    return store__sq_all(s, q, &MOVEMENT, a, ret, ret_count, e);
}

bool store__sq_movements_newer(store *s, int64_t product, int64_t facility, instant after, qty *ret_qoh, qty *ret_atp,
                               err *e)
{
    AUTO(store__sq_end)
    sqlite3_stmt *q = USE(s, MOVEMENTS_NEWER, INT(product), INT(facility), INT(after), INT(MOVE_RESET));
    bool row;
    if (!store__sq_step(s, q, &row, e))
        return false;
    CHECK(row); /* sums always are */
    *ret_qoh = sqlite3_column_int64(q, 0);
    *ret_atp = sqlite3_column_int64(q, 1);
    return true;
}

typedef struct walk_row {
    int64_t product, facility, seq;
    qty qoh_delta, atp_delta, qoh, atp;
} walk_row;
static const sq_field WALK_FIELDS[] = {F(walk_row, product),   F(walk_row, facility),  F(walk_row, seq),
                                       F(walk_row, qoh_delta), F(walk_row, atp_delta), F(walk_row, qoh),
                                       F(walk_row, atp)};
static const sq_shape WALK = SHAPE(walk_row, WALK_FIELDS);

/* Unsigned, so that a damaged row cannot overflow: a wrong sum is a difference, not a trap. */
static qty plus(qty a, qty b)
{
    return (qty)((uint64_t)a + (uint64_t)b);
}

bool store__sq_ledger_sums_after(store *s, int64_t product, int64_t facility, uint32_t limit, arena *a,
                                 store__ledger_sum **ret, size_t *ret_count, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, LEDGER_WALK, INT(product), INT(facility));
    store__ledger_sum *sums = ARENA_NEW(a, store__ledger_sum, limit), *sum = NULL;
    size_t count = 0;
    for (;;) {
        walk_row w;
        bool some;
        if (!store__sq_one(s, q, &WALK, a, &w, &some, e))
            return false;
        if (!some)
            break;
        if (!sum || sum->product != w.product || sum->facility != w.facility) {
            if (count == limit)
                break;
            sum = &sums[count++];
            *sum = (store__ledger_sum){.product = w.product, .facility = w.facility};
        }
        if (!sum->broken_seq &&
            (w.qoh != plus(sum->last_qoh, w.qoh_delta) || w.atp != plus(sum->last_atp, w.atp_delta)))
            sum->broken_seq = w.seq;
        sum->qoh = plus(sum->qoh, w.qoh_delta);
        sum->atp = plus(sum->atp, w.atp_delta);
        sum->last_qoh = w.qoh;
        sum->last_atp = w.atp;
        sum->rows++;
    }
    *ret = sums;
    *ret_count = count;
    return true;
}
