/*
 * import adjustments: signed changes. A row's key makes it apply once for ever: the same key with the same content was
 * seen before, with other content it is refused. A key is remembered with its row's effect, so a refused row's is not.
 */
#include "feed/stock_rows.h"

#include <stdlib.h>

enum { DELTA = STOCK_COLUMNS, AT, KEY, COLUMNS };

static const feed__column KNOWN[COLUMNS] = {
    STOCK_KNOWN, [DELTA] = {"delta", {"availableDelta"}}, [AT] = {"at"}, [KEY] = {"key"}};

typedef struct adjustment_row {
    stock_row stock; /* first */
    qty delta;
    instant at;
    str key; /* "": none */
} adjustment_row;

typedef struct adjustments {
    int at[COLUMNS];
    feed__resolver *names;
} adjustments;

static bool header(feed__run *r, err *e)
{
    adjustments *own = r->own;
    own->names = feed__resolver_new(r->memory);
    return feed__stock_header(r, KNOWN, COLUMNS, DELTA, own->at, e);
}

static void read_row(feed__run *r, const feed__row *in, feed__item *to)
{
    const adjustments *own = r->own;
    adjustment_row *row = (adjustment_row *)to;
    feed__stock_read(r, own->at, in, &row->stock);
    if (!feed__stock_number(r, to, feed__field(in, own->at[DELTA]), feed__column_name(r, own->at[DELTA], "delta"),
                            -QTY_FILE_MAX, &row->delta) ||
        !feed__stock_time(r, to, feed__field(in, own->at[AT]), STR("at"), &row->at))
        return;
    str key = feed__field(in, own->at[KEY]);
    const char *wrong = str_empty(key) ? NULL : feed__code_wrong(key);
    if (wrong)
        feed__refuse(r, to, STR("key"), "the key %s", wrong);
    row->key = str_empty(key) ? STR("") : str_copy(r->chunk, key);
}

static digest content_of(const adjustment_row *row)
{
    char text[128];
    int len = snprintf(text, sizeof text, "%" PRId64 " %" PRId64 " %" PRId64 " %s", row->stock.product,
                       row->stock.facility, row->delta, INSTANT_Z(row->at));
    return digest_of((str){text, (size_t)len});
}

/* *ret_new false: the row has its outcome already, for its key is known. */
static bool key_check(feed__run *r, adjustment_row *row, bool *ret_new, err *e)
{
    bool known;
    digest was, now = content_of(row);
    if (!store_key_find(r->tx, row->key, &was, &known, e))
        return false;
    *ret_new = !known;
    if (known && memcmp(&was, &now, sizeof now) == 0)
        row->stock.item.outcome = ROW_UNCHANGED;
    else if (known)
        feed__refuse(
            r, &row->stock.item, STR("key"),
            "the key '%.*s' was used before for another product, facility, delta or time; give this row its own key",
            STR_ARG(row->key));
    return true;
}

static bool adjust(feed__run *r, stock_row *stock, const store_level *level, err *e)
{
    (void)level;
    const adjustments *own = r->own;
    adjustment_row *row = (adjustment_row *)stock;
    bool keyed = !str_empty(row->key), new = true;
    if (keyed && !key_check(r, row, &new, e))
        return false;
    if (!new)
        return true;
    store_movement m = {.product = stock->product,
                        .facility = stock->facility,
                        .at = row->at,
                        .qoh_delta = row->delta,
                        .atp_delta = row->delta,
                        .kind = MOVE_ADJUST,
                        .reason = str_empty(stock->reason) ? STR("adjustment") : stock->reason,
                        .source = r->source_text,
                        .actor = r->actor,
                        .comment = stock->comment};
    if (row->delta != 0 && !store_move(r->tx, &m, e))
        return feed__refuse_halfway(r, &stock->item, feed__column_name(r, own->at[DELTA], "delta"), e);
    stock->item.outcome = ROW_APPLIED;
    stock->item.movements = row->delta != 0;
    return !keyed || store_key_add(r->tx, row->key, content_of(row), e);
}

static int hash_compare(const void *x, const void *y)
{
    uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;
    return a < b ? -1 : a > b;
}

/* Rows with one key must keep the file's order, whatever products they name. Two keys with one hash only cost speed. */
static bool keys_repeat(const feed__run *r)
{
    uint64_t *hashes = ARENA_NEW(r->chunk, uint64_t, r->row_count);
    size_t count = 0;
    for (size_t i = 0; i < r->row_count; i++) {
        const adjustment_row *row = (const adjustment_row *)feed__item_at(r, i);
        if (row->stock.item.outcome != ROW_REFUSED && !str_empty(row->key))
            hashes[count++] = str_hash(row->key);
    }
    qsort(hashes, count, sizeof *hashes, hash_compare);
    for (size_t i = 1; i < count; i++)
        if (hashes[i] == hashes[i - 1])
            return true;
    return false;
}

static bool apply(feed__run *r, err *e)
{
    const adjustments *own = r->own;
    return feed__stock_apply(r, own->names, own->at, !keys_repeat(r), adjust, e);
}

static const feed__kind ADJUSTMENTS = {.name = "adjustments",
                                       .row_size = sizeof(adjustment_row),
                                       .chunk_rows = FEED__STOCK_CHUNK,
                                       .shape = SHAPE_CSV,
                                       .header = header,
                                       .read = read_row,
                                       .apply = apply};

bool feed_adjustments(store *s, const char *path, const feed_options *o, arena *a, feed_summary *ret, err *e)
{
    adjustments own = {0};
    return feed__import(&ADJUSTMENTS, &own, s, path, STR(""), o, a, ret, e);
}
