/*
 * Rows that name a product at a facility: reading them, finding what they name, and applying them in an order in which
 * the pages of one product are touched together.
 */
#include "feed/stock_rows.h"

#include <stdlib.h>

bool feed__stock_header(feed__run *r, const feed__column *known, size_t count, size_t number, int *ret_at, err *e)
{
    const str *names;
    size_t name_count;
    str unknown;
    (void)feed__csv_header(r->csv, &names, &name_count);
    if (!feed__columns_find(known, count, names, name_count, r->memory, ret_at, &unknown, e))
        return false;
    if (ret_at[STOCK_SKU] < 0 && ret_at[STOCK_ID_VALUE] < 0 && ret_at[STOCK_PRODUCT_ID] < 0)
        return ERR(e, ERR_INPUT, "the header has no column 'sku' (nor 'id_value'); add it");
    if (ret_at[STOCK_FACILITY] < 0 && ret_at[STOCK_EXTERNAL] < 0)
        return ERR(e, ERR_INPUT, "the header has no column 'facility'; add it");
    if (ret_at[number] < 0)
        return ERR(e, ERR_INPUT, "the header has no column '%s'; add it", known[number].name);
    if (!str_empty(unknown))
        feed__note(r, "columns that are not known were ignored: %.*s", STR_ARG(unknown));
    return true;
}

/* -- reading -- */

static str kept(feed__run *r, str text)
{
    return str_empty(text) ? STR("") : str_copy(r->chunk, text);
}

void feed__stock_read(feed__run *r, const int *at, const feed__row *in, stock_row *to)
{
    str value = feed__field(in, at[STOCK_ID_VALUE]);
    str facility = feed__field(in, at[STOCK_FACILITY]);
    to->name.sku = kept(r, feed__field(in, at[STOCK_SKU]));
    to->name.type = kept(r, feed__field(in, at[STOCK_ID_TYPE]));
    to->name.value = kept(r, value);
    if (str_empty(value)) { /* HotWax's productId names a product of ours whatever its type is */
        to->name.type = STR("");
        to->name.value = kept(r, feed__field(in, at[STOCK_PRODUCT_ID]));
    }
    to->facility_code = kept(r, str_empty(facility) ? feed__field(in, at[STOCK_EXTERNAL]) : facility);
    to->reason = kept(r, feed__field(in, at[STOCK_REASON]));
    to->comment = kept(r, feed__field(in, at[STOCK_COMMENTS]));
    if (str_empty(to->name.sku) && str_empty(to->name.value))
        feed__refuse(r, &to->item, feed__column_name(r, at[STOCK_SKU] >= 0 ? at[STOCK_SKU] : at[STOCK_ID_VALUE], "sku"),
                     "the row names no product");
    else if (str_empty(to->facility_code))
        feed__refuse(
            r, &to->item,
            feed__column_name(r, at[STOCK_FACILITY] >= 0 ? at[STOCK_FACILITY] : at[STOCK_EXTERNAL], "facility"),
            "the row names no facility");
}

bool feed__stock_number(feed__run *r, feed__item *row, str text, str column, qty least, qty *ret)
{
    err why = {0};
    if (row->outcome == ROW_REFUSED || num_parse_qty(text, least, QTY_FILE_MAX, ret, &why))
        return row->outcome != ROW_REFUSED;
    feed__refuse(r, row, column, "%s", str_empty(text) ? "the number is missing" : why.text);
    return false;
}

bool feed__stock_time(feed__run *r, feed__item *row, str text, str column, instant *ret)
{
    err why = {0};
    if (row->outcome == ROW_REFUSED)
        return false;
    if (str_empty(text)) {
        *ret = INSTANT_NONE;
        return true;
    }
    if (instant_parse(text, ret, &why))
        return true;
    feed__refuse(r, row, column, "%s", why.text);
    return false;
}

/* -- applying -- */

/* The column that names the row's product. */
static int product_column(const int *at, const stock_row *row)
{
    if (!str_empty(row->name.sku))
        return at[STOCK_SKU];
    return at[STOCK_ID_VALUE] >= 0 ? at[STOCK_ID_VALUE] : at[STOCK_PRODUCT_ID];
}

static bool find(feed__run *r, feed__resolver *names, const int *at, const store_config *c, stock_row *row, err *e)
{
    str reason;
    const store_facility *f = config_facility_by_code(c, row->facility_code);
    if (!f) {
        feed__refuse(
            r, &row->item,
            feed__column_name(r, at[STOCK_FACILITY] >= 0 ? at[STOCK_FACILITY] : at[STOCK_EXTERNAL], "facility"),
            "there is no facility with the code '%.*s'; import it with the configuration, or correct it",
            STR_ARG(row->facility_code));
        return true;
    }
    row->facility = f->id;
    if (!feed__resolve(names, r->tx, &row->name, r->chunk, &row->product, &reason, e))
        return false;
    if (row->product == 0)
        feed__refuse(r, &row->item, feed__column_name(r, product_column(at, row), "sku"), "%.*s", STR_ARG(reason));
    return true;
}

typedef struct place {
    int64_t product;
    size_t at;
} place;

static int place_compare(const void *x, const void *y)
{
    const place *a = x, *b = y;
    if (a->product != b->product)
        return a->product < b->product ? -1 : 1;
    return a->at < b->at ? -1 : a->at > b->at;
}

static bool apply_one(feed__run *r, const int *at, stock_row *row, stock_apply *each, err *e)
{
    store_level level;
    bool kit;
    if (!store_level_get(r->tx, row->product, row->facility, &level, &kit, e))
        return false;
    if (!kit)
        return each(r, row, &level, e);
    feed__refuse(r, &row->item, feed__column_name(r, product_column(at, row), "sku"),
                 "it is a kit: its stock is its components'; name those");
    return true;
}

bool feed__stock_apply(feed__run *r, feed__resolver *names, const int *at, bool by_product, stock_apply *each, err *e)
{
    const store_config *c;
    place *places = ARENA_NEW(r->chunk, place, r->row_count);
    size_t count = 0;
    if (!store_config_get(r->tx, &c, e))
        return false;
    for (size_t i = 0; i < r->row_count; i++) {
        stock_row *row = (stock_row *)feed__item_at(r, i);
        if (row->item.outcome != ROW_REFUSED && !find(r, names, at, c, row, e))
            return false;
        if (row->item.outcome != ROW_REFUSED)
            places[count++] = (place){row->product, i};
    }
    if (by_product)
        qsort(places, count, sizeof *places, place_compare);
    size_t products = 0;
    for (size_t i = 0; i < count; i++) {
        products += i > 0 && places[i].product != places[i - 1].product;
        if (products == FEED__FLUSH_PRODUCTS) { /* the store keeps the products it touched */
            products = 0;
            if (!store_flush(r->tx, e))
                return false;
        }
        if (!apply_one(r, at, (stock_row *)feed__item_at(r, places[i].at), each, e))
            return false;
    }
    return true;
}
