/*
 * Who changed a quantity, as far as Shopify's analytics tell. They need a scope of their own, are some time behind, and
 * have a throttle of their own: they are asked once, not again, and nothing waits for them.
 */
#include "shop/internal.h"

#define SCOPE "read_reports"

static const char *const COLUMNS[] = {"day",
                                      "inventory_app_name",
                                      "staff_member_name",
                                      "inventory_change_reason",
                                      "reference_document_uri",
                                      "inventory_adjustment_change"};

str shop_adjustments_lack(const shop_facts *f)
{
    return shop__has_scope(f, SCOPE) ? STR("") : STR(SCOPE);
}

/* -- the question -- */

static bool number_of(str gid, str *ret, err *e)
{
    size_t from = gid.len;
    while (from > 0 && gid.at[from - 1] >= '0' && gid.at[from - 1] <= '9')
        from--;
    *ret = (str){gid.at + from, gid.len - from};
    return ret->len > 0 || ERR(e, ERR_INPUT, "'%.*s' is no id with a number", STR_ARG(gid));
}

static bool question(arena *a, str item, str location, instant since, instant until, str *ret, err *e)
{
    str item_number, location_number;
    if (!number_of(item, &item_number, e) || !number_of(location, &location_number, e))
        return false;
    *ret = str_printf(a,
                      "FROM inventory_adjustment_history SHOW inventory_adjustment_change WHERE inventory_item_id = "
                      "%.*s AND inventory_location_id = %.*s AND inventory_state = 'available' GROUP BY day, "
                      "inventory_app_name, staff_member_name, inventory_change_reason, reference_document_uri SINCE "
                      "%.10s UNTIL %.10s ORDER BY day ASC LIMIT %d",
                      STR_ARG(item_number), STR_ARG(location_number), INSTANT_Z(since), INSTANT_Z(until),
                      SHOP_ADJUSTMENTS_MAX);
    return true;
}

/* -- the answer: rows are objects, or lists in the order of the columns -- */

typedef struct table {
    arena *memory;
    size_t column[COUNT(COLUMNS)]; /* where each of ours is in a list */
} table;

static const js_value *cell(const table *t, const js_value *row, size_t column)
{
    size_t at = 0;
    if (row->kind == JS_OBJECT)
        return js_get(row, COLUMNS[column]);
    JS_EACH(one, row)
        if (at++ == t->column[column])
            return one;
    return NULL;
}

static bool text_of(const table *t, const js_value *row, size_t column, str *ret, err *e)
{
    const js_value *v = cell(t, row, column);
    *ret = STR("");
    if (js_is_null(v))
        return true;
    if (v->kind == JS_INT)
        *ret = str_printf(t->memory, "%" PRId64, v->integer);
    else if (v->kind == JS_STRING)
        *ret = v->text;
    else
        return ERR(e, ERR_INPUT, "rows: \"%s\" is no text", COLUMNS[column]);
    return true;
}

static bool find_columns(table *t, const js_value *columns, err *e)
{
    for (size_t i = 0; i < COUNT(COLUMNS); i++) {
        size_t at = 0;
        t->column[i] = columns->count;
        JS_EACH(one, columns) {
            str name;
            if (!js_want_str(one, "name", "column", &name, e))
                return false;
            if (str_equal(name, str_of(COLUMNS[i])))
                t->column[i] = at;
            at++;
        }
        if (t->column[i] == columns->count)
            return ERR(e, ERR_INPUT, "the table has no column \"%s\"", COLUMNS[i]);
    }
    return true;
}

static bool parse_row(const table *t, const js_value *row, shop_adjustment *ret, err *e)
{
    str *const texts[] = {&ret->day, &ret->app, &ret->staff, &ret->reason, &ret->reference};
    str change;
    if (row->kind != JS_OBJECT && row->kind != JS_ARRAY)
        return ERR(e, ERR_INPUT, "rows: one is neither an object nor a list");
    for (size_t i = 0; i < COUNT(texts); i++)
        if (!text_of(t, row, i, texts[i], e))
            return false;
    if (!text_of(t, row, COUNT(texts), &change, e))
        return false;
    return num_parse_i64(change, &ret->change) ||
           ERR(e, ERR_INPUT, "rows: \"%s\" is no whole number", COLUMNS[COUNT(texts)]);
}

bool shop__adjustments_parse(arena *a, const js_value *data, shop_adjustments *ret, err *e)
{
    const js_value *answer, *errors, *told, *columns, *rows;
    table t = {.memory = a};
    size_t count = 0;
    if (!shop__want(data, "shopifyqlQuery", JS_OBJECT, "data", &answer, e) ||
        !shop__want(answer, "parseErrors", JS_ARRAY, "answer", &errors, e))
        return false;
    if (errors->count > 0) {
        str words = js_str(errors->first, STR("no word why"));
        return ERR(e, ERR_INPUT, "the question was not understood: %.*s", STR_ARG(words));
    }
    if (!shop__want(answer, "tableData", JS_OBJECT, "answer", &told, e) ||
        !shop__want(told, "columns", JS_ARRAY, "table", &columns, e) ||
        !shop__want(told, "rows", JS_ARRAY, "table", &rows, e))
        return false;
    if (rows->count >= SHOP_ADJUSTMENTS_MAX)
        return ERR(e, ERR_INPUT, "%zu rows or more: the list may be cut", rows->count);
    if (rows->count > 0 && !find_columns(&t, columns, e)) /* an empty table need not name them */
        return false;
    shop_adjustment *list = ARENA_NEW(a, shop_adjustment, rows->count + 1);
    JS_EACH(row, rows)
        if (!parse_row(&t, row, &list[count++], e))
            return false;
    *ret = (shop_adjustments){list, count};
    return true;
}

bool shop_adjustments_of(shop *s, str item, str location, instant since, instant until, arena *a, shop_adjustments *ret,
                         err *e)
{
    AUTO(shop__body_drop) shop__body b = {0};
    shop__verdict v;
    instant asked;
    str query, body;
    if (!question(a, item, location, since, until, &query, e))
        return false;
    shop__body_begin(&b, DOC_ADJUSTMENTS);
    js_put_str(&b.w, "query", query);
    if (!shop__body_end(&b, &body, e) ||
        !shop__call_once(s, (shop__call){.document = DOC_ADJUSTMENTS}, body, a, &v, &asked, e))
        return false;
    if (v.class != SHOP_DONE)
        return shop__refused(s, DOC_ADJUSTMENTS, &v, e);
    return shop__adjustments_parse(a, v.data, ret, e) || shop__odd(s, DOC_ADJUSTMENTS, e);
}
