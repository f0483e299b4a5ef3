/*
 * import levels: a reset says what a facility holds. Of two rows of one file for the same (product, facility) the
 * second is refused: the store marks each pair with the import that named it last.
 */
#include "feed/stock_rows.h"

enum { QUANTITY = STOCK_COLUMNS, AS_OF, COLUMNS };

static const feed__column KNOWN[COLUMNS] = {
    STOCK_KNOWN, [QUANTITY] = {"quantity", {"availableQty"}}, [AS_OF] = {"as_of"}};

typedef struct level_row {
    stock_row stock; /* first */
    qty quantity;
    instant as_of;
} level_row;

typedef struct levels {
    reset_mode mode;
    instant as_of; /* of rows that name none */
    int at[COLUMNS];
    feed__resolver *names;
} levels;

static bool header(feed__run *r, err *e)
{
    levels *own = r->own;
    io_clock clock = os_clock();
    if (own->as_of > clock.now(clock.ctx))
        feed__note(r, "the as-of time %s is in the future: movements until then count as known to this file",
                   INSTANT_Z(own->as_of));
    own->names = feed__resolver_new(r->memory);
    return feed__stock_header(r, KNOWN, COLUMNS, QUANTITY, own->at, e);
}

static void read_row(feed__run *r, const feed__row *in, feed__item *to)
{
    const levels *own = r->own;
    level_row *row = (level_row *)to;
    feed__stock_read(r, own->at, in, &row->stock);
    qty least = own->mode == RESET_ATP ? -QTY_FILE_MAX : 0;
    if (!feed__stock_number(r, to, feed__field(in, own->at[QUANTITY]),
                            feed__column_name(r, own->at[QUANTITY], "quantity"), least, &row->quantity) ||
        !feed__stock_time(r, to, feed__field(in, own->at[AS_OF]), STR("as_of"), &row->as_of))
        return;
    if (row->as_of == INSTANT_NONE)
        row->as_of = own->as_of;
}

static bool reset(feed__run *r, stock_row *stock, const store_level *level, err *e)
{
    const levels *own = r->own;
    const level_row *row = (const level_row *)stock;
    if (level->seen_run == r->import) {
        feed__refuse(r, &stock->item, STR("sku"),
                     "the file names this product at this facility a second time; keep one of the rows");
        return true;
    }
    reset_outcome outcome;
    store_reset_row what = {.product = stock->product,
                            .facility = stock->facility,
                            .mode = own->mode,
                            .quantity = row->quantity,
                            .as_of = row->as_of,
                            .run = r->import,
                            .reason = str_empty(stock->reason) ? STR("reset") : stock->reason,
                            .source = r->source_text,
                            .actor = r->actor,
                            .comment = stock->comment};
    if (!store_reset(r->tx, &what, &outcome, e))
        return feed__refuse_halfway(r, &stock->item, feed__column_name(r, own->at[QUANTITY], "quantity"), e);
    stock->item.outcome = outcome == RESET_MOVED ? ROW_APPLIED : ROW_UNCHANGED;
    stock->item.movements = outcome == RESET_MOVED;
    return true;
}

static bool apply(feed__run *r, err *e)
{
    const levels *own = r->own;
    return feed__stock_apply(r, own->names, own->at, /* by_product= */ true, reset, e);
}

static const feed__kind LEVELS = {.name = "levels",
                                  .row_size = sizeof(level_row),
                                  .chunk_rows = FEED__STOCK_CHUNK,
                                  .shape = SHAPE_CSV,
                                  .header = header,
                                  .read = read_row,
                                  .apply = apply};

bool feed_levels(store *s, const char *path, reset_mode mode, instant as_of, const feed_options *o, arena *a,
                 feed_summary *ret, err *e)
{
    levels own = {.mode = mode, .as_of = as_of};
    str options = str_printf(a, "mode=%s as_of=%s", reset_mode_name(mode), INSTANT_Z(as_of));
    return feed__import(&LEVELS, &own, s, path, options, o, a, ret, e);
}
