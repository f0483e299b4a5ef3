/* Targets: by product for the writer, by channel for sync; the journal of E. */
#include "store/sqlite/sqlite.h"

static const sq_field TARGET_FIELDS[] = {
    F(store_target, channel),
    F(store_target, configured),
    F(store_target, threshold),
    F(store_target, sellable),
    F(store_target, item),
    F(store_target, t),
    F(store_target, raw),
    F(store_target, e),
    F(store_target, baseline),
    F_AS(store_target, epoch, NONE),
    F(store_target, accepted_excess),
    F_AS(store_target, owing_since, NONE),
    F(store_target, state),
    F(store_target, reason),
    F(store_target, fix),
    F(store_target, marked),
    F_AS(store_target, moved_at, NONE),
    F_AS(store_target, group_at, NONE),
    F(store_target, touched_seq),
};
static const sq_shape TARGET = SHAPE(store_target, TARGET_FIELDS);

bool store__sq_targets(store *s, int64_t product, arena *a, store_target **ret, size_t *ret_count, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, TARGETS, INT(product));
    return store__sq_all(s, q, &TARGET, a, ret, ret_count, e);
}

static void bind_target(sqlite3_stmt *q, const store__target_row *row)
{
    int64_t danger;
    bool owes = store__owes(&row->target, &danger);
    store__sq_bind(q, 2, &TARGET, 0, &row->target);
    store__sq_bind_value(q, 2 + (int)TARGET.count, NONE(owes ? danger : INT64_MIN));
}

bool store__sq_target_put(store *s, const store__target_row *row, err *e)
{
    {
        AUTO(store__sq_end) sqlite3_stmt *q = USE(s, TARGET_UPDATE, INT(row->product));
        bind_target(q, row);
        if (!store__sq_run(s, q, e))
            return false;
        if (store__sq_changes(s) > 0)
            return true;
    }
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, TARGET_PUT, INT(row->product));
    bind_target(q, row);
    return store__sq_run(s, q, e);
}

/* -- by channel -- */

static bool rest_of_row(sq_store *s, sqlite3_stmt *q, int column, arena *a, void *row, err *e)
{
    target_row *to = row;
    int after = column + (int)TARGET.count;
    if (!store__sq_read(s, q, column, &TARGET, a, &to->target, e))
        return false;
    to->key.channel = to->target.channel;
    to->sku = store__sq_text(q, after, a);
    to->location = store__sq_text(q, after + 1, a);
    to->open_operation = sqlite3_column_int64(q, after + 2);
    return true;
}

static const sq_field ROW_FIELDS[] = {F(target_row, key.product)};
static const sq_shape ROW = {sizeof(target_row), COUNT(ROW_FIELDS), ROW_FIELDS, rest_of_row};

bool store__sq_owing(store *s, int64_t channel, int64_t danger, instant until, uint32_t limit, arena *a,
                     target_row **ret, size_t *ret_count, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, OWING, INT(channel), INT(danger), INT(until), INT(limit));
    return store__sq_all(s, q, &ROW, a, ret, ret_count, e);
}

bool store__sq_owing_next(store *s, int64_t channel, int64_t after, int64_t *ret, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, OWING_NEXT, INT(channel), INT(after));
    return store__sq_int(s, q, INT64_MAX, ret, e);
}

bool store__sq_owing_count(store *s, int64_t channel, int64_t *ret, instant *ret_oldest, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, OWING_COUNT, INT(channel));
    bool row;
    if (!store__sq_step(s, q, &row, e))
        return false;
    CHECK(row); /* a count always is */
    *ret = sqlite3_column_int64(q, 0);
    *ret_oldest = *ret > 0 ? sqlite3_column_int64(q, 1) : INSTANT_NONE;
    return true;
}

bool store__sq_targets_after(store *s, int64_t channel, int64_t product, uint32_t limit, arena *a, target_row **ret,
                             size_t *ret_count, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, TARGETS_AFTER, INT(channel), INT(product), INT(limit));
    return store__sq_all(s, q, &ROW, a, ret, ret_count, e);
}

bool store__sq_targets_aside(store *s, int64_t channel, uint32_t limit, arena *a, target_row **ret, size_t *ret_count,
                             err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, TARGETS_ASIDE, INT(channel), INT(limit));
    return store__sq_all(s, q, &ROW, a, ret, ret_count, e);
}

bool store__sq_product_of_item(store *s, int64_t shop, str item, int64_t *ret_product, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, PRODUCT_OF_ITEM, INT(shop), WORD(item));
    return store__sq_int(s, q, 0, ret_product, e);
}

bool store__sq_target_open_operation(store *s, target_key k, int64_t *ret, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, TARGET_OPEN_OPERATION, INT(k.product), INT(k.channel));
    return store__sq_int(s, q, 0, ret, e);
}

/* -- what is assumed -- */

bool store__sq_assumed_rests(store *s, target_key k, unsigned what, err *e)
{
    AUTO(store__sq_end)
    sqlite3_stmt *q = what ? USE(s, ASSUMED_RESTS, INT(k.product), INT(k.channel), INT(what))
                           : USE(s, ASSUMED_ENDS, INT(k.product), INT(k.channel));
    return store__sq_run(s, q, e);
}

static const sq_field RESTING_FIELDS[] = {F(store_resting, key.product), F(store_resting, key.channel),
                                          F(store_resting, what)};
static const sq_shape RESTING = SHAPE(store_resting, RESTING_FIELDS);

bool store__sq_assumed_resting(store *s, int64_t shop, target_key k, arena *a, store_resting **ret, size_t *ret_count,
                               err *e)
{
    AUTO(store__sq_end)
    sqlite3_stmt *q =
        k.product ? USE(s, ASSUMED_RESTING_AT, INT(k.product), INT(k.channel)) : USE(s, ASSUMED_RESTING, INT(shop));
    return store__sq_all(s, q, &RESTING, a, ret, ret_count, e);
}

bool store__sq_assumed_count(store *s, int64_t shop, str what, bool held, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, ASSUMED_COUNT, INT(shop), WORD(what), INT(held), INT(!held));
    return store__sq_run(s, q, e);
}

static const sq_field ASSUMED_FIELDS[] = {F_AS(store_assumed, what, WORD), F(store_assumed, held),
                                          F(store_assumed, failed)};
static const sq_shape ASSUMED = SHAPE(store_assumed, ASSUMED_FIELDS);

bool store__sq_assumed_counts(store *s, int64_t shop, arena *a, store_assumed **ret, size_t *ret_count, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, ASSUMED_COUNTS, INT(shop));
    return store__sq_all(s, q, &ASSUMED, a, ret, ret_count, e);
}

/* -- the journal of E -- */

static const sq_field EXPLAINED_FIELDS[] = {
    F(explained_row, seq),   F(explained_row, key.product), F(explained_row, key.channel), F(explained_row, kind),
    F(explained_row, value), F(explained_row, after),       F(explained_row, at),          F(explained_row, ref)};
static const sq_shape EXPLAINED = SHAPE(explained_row, EXPLAINED_FIELDS);

bool store__sq_explained_add(store *s, const store__explained_row *row, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE_BARE(s, EXPLAINED_ADD);
    store__sq_bind(q, 1, &EXPLAINED, 1, row);
    return store__sq_run(s, q, e);
}

bool store__sq_explained_after(store *s, target_key k, int64_t seq, uint32_t limit, arena *a,
                               store__explained_row **ret, size_t *ret_count, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, EXPLAINED_OF, INT(seq), INT(limit), INT(k.product), INT(k.channel));
    return store__sq_all(s, q, &EXPLAINED, a, ret, ret_count, e);
}

bool store__sq_explained_newest(store *s, target_key k, uint32_t limit, arena *a, store__explained_row **ret,
                                size_t *ret_count, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, EXPLAINED_NEWEST, INT(k.product), INT(k.channel), INT(limit));
    return store__sq_all(s, q, &EXPLAINED, a, ret, ret_count, e);
}
