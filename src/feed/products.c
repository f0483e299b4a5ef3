/*
 * import products: our own columns, Shopify's product export, or JSON lines. A column or key that the file has replaces
 * what is stored, an absent one leaves it.
 */
#include "feed/internal.h"

/* Columns of either header. Shopify's newer export has the second names. */
enum { SKU, TITLE, TYPE, VENDOR, TAGS, UPC, COLUMNS };
static const feed__column OURS[COLUMNS] = {
    [SKU] = {"sku"},       [TITLE] = {"title"}, [TYPE] = {"product_type"},
    [VENDOR] = {"vendor"}, [TAGS] = {"tags"},   [UPC] = {"upc", {"barcode"}},
};
enum { OPTION_1 = COLUMNS, OPTION_2, OPTION_3, HANDLE, SHOPIFY_COLUMNS };
static const feed__column SHOPIFYS[SHOPIFY_COLUMNS] = {
    [SKU] = {"Variant SKU", {"SKU"}},
    [TITLE] = {"Title"},
    [TYPE] = {"Type"},
    [VENDOR] = {"Vendor"},
    [TAGS] = {"Tags"},
    [UPC] = {"Variant Barcode", {"Barcode"}},
    [OPTION_1] = {"Option1 Value"},
    [OPTION_2] = {"Option2 Value"},
    [OPTION_3] = {"Option3 Value"},
    [HANDLE] = {"Handle", {"URL handle"}},
};
static const char *const KEYS[] = {"sku", "title", "product_type", "vendor", "tags", "upc", "identifiers", NULL};

typedef struct product_row {
    feed__item item; /* first */
    bool no_variant; /* a row of Shopify's export that only adds a picture */
    bool given[COLUMNS], identifiers_given;
    str text[COLUMNS]; /* SKU, TITLE, TYPE, VENDOR, UPC */
    const str *tags;
    size_t tag_count;
    const store_identifier *identifiers;
    size_t identifier_count;
} product_row;

typedef struct products {
    bool shopify;
    int at[SHOPIFY_COLUMNS];
    /* Shopify's export names a product's own fields on its first row only; the variants below share them. */
    buf handle, shared[COLUMNS];
} products;

/* -- the header -- */

static bool header(feed__run *r, err *e)
{
    products *own = r->own;
    const str *names;
    size_t count;
    str unknown;
    (void)feed__csv_header(r->csv, &names, &count);
    for (size_t i = 0; i < count; i++)
        own->shopify |= str_equal_fold(names[i], STR("Handle")) || str_equal_fold(names[i], STR("URL handle"));
    if (!feed__columns_find(own->shopify ? SHOPIFYS : OURS, own->shopify ? (size_t)SHOPIFY_COLUMNS : (size_t)COLUMNS,
                            names, count, r->memory, own->at, &unknown, e))
        return false;
    if (!own->shopify && own->at[SKU] < 0)
        return ERR(e, ERR_INPUT,
                   "the header has no column 'sku' (nor is it Shopify's product export with 'Handle'); add it");
    if (own->shopify && own->at[SKU] < 0 && own->at[OPTION_1] < 0)
        return ERR(e, ERR_INPUT,
                   "the header has neither 'Variant SKU' nor 'Option1 Value'; export the products with their variants");
    if (!str_empty(unknown))
        feed__note(r, "columns that are not known were ignored: %.*s", STR_ARG(unknown));
    return true;
}

/* -- rows of CSV -- */

static void tags_split(feed__run *r, str text, product_row *to)
{
    size_t room = 1;
    for (size_t i = 0; i < text.len; i++)
        room += text.at[i] == ',';
    str *tags = ARENA_NEW(r->chunk, str, room), tag;
    for (str rest = text; !str_empty(rest);) {
        (void)str_cut(rest, ',', &tag, &rest);
        tag = str_trim(tag);
        if (!str_empty(tag))
            tags[to->tag_count++] = str_copy(r->chunk, tag);
    }
    to->tags = tags;
}

static void put(feed__run *r, product_row *to, int column, str text)
{
    to->given[column] = true;
    if (column == TAGS)
        tags_split(r, text, to);
    else
        to->text[column] = str_empty(text) ? STR("") : str_copy(r->chunk, text);
}

/* Shopify's export puts an apostrophe before numbers, so that spreadsheets keep their zeros. */
static str without_apostrophe(str text)
{
    bool marked = text.len > 1 && text.at[0] == '\'' && text.at[1] >= '0' && text.at[1] <= '9';
    return marked ? (str){text.at + 1, text.len - 1} : text;
}

static str variant_sku(feed__run *r, const products *own, const feed__row *in)
{
    str sku = without_apostrophe(feed__field(in, own->at[SKU]));
    if (!str_empty(sku))
        return sku;
    sku = feed__field(in, own->at[HANDLE]);
    for (int n = OPTION_1; n <= OPTION_3; n++) {
        str option = feed__field(in, own->at[n]);
        if (!str_empty(option))
            sku = str_printf(r->chunk, "%.*s:%.*s", STR_ARG(sku), STR_ARG(option));
    }
    return sku;
}

static void read_variant(feed__run *r, const feed__row *in, product_row *to)
{
    static const int SHARED[] = {TITLE, TYPE, VENDOR, TAGS};
    products *own = r->own;
    str handle = feed__field(in, own->at[HANDLE]);
    bool first = !str_equal(handle, buf_str(&own->handle));
    if (str_empty(handle)) {
        feed__refuse(r, &to->item, feed__column_name(r, own->at[HANDLE], "Handle"), "the handle is missing");
        return;
    }
    if (first) {
        buf_clear(&own->handle);
        buf_add(&own->handle, handle);
    }
    for (size_t i = 0; i < COUNT(SHARED); i++) {
        int column = SHARED[i];
        str text = feed__field(in, own->at[column]);
        if (first || !str_empty(text)) {
            buf_clear(&own->shared[column]);
            buf_add(&own->shared[column], text);
        }
        if (own->at[column] >= 0)
            put(r, to, column, buf_str(&own->shared[column]));
    }
    to->no_variant = !first && str_empty(feed__field(in, own->at[OPTION_1])) &&
                     str_empty(feed__field(in, own->at[SKU])) && str_empty(feed__field(in, own->at[UPC]));
    put(r, to, SKU, variant_sku(r, own, in));
    if (own->at[UPC] >= 0)
        put(r, to, UPC, without_apostrophe(feed__field(in, own->at[UPC])));
}

static void read_ours(feed__run *r, const feed__row *in, product_row *to)
{
    const products *own = r->own;
    for (int column = 0; column < COLUMNS; column++)
        if (own->at[column] >= 0)
            put(r, to, column, feed__field(in, own->at[column]));
}

/* -- JSON lines -- */

static bool read_tags(feed__run *r, const js_value *list, product_row *to)
{
    str *tags = ARENA_NEW(r->chunk, str, list->count + 1);
    JS_EACH(v, list) {
        str tag = str_trim(js_str(v, STR("")));
        if (str_empty(tag))
            return false;
        tags[to->tag_count++] = tag;
    }
    to->given[TAGS] = true;
    to->tags = tags;
    return list->kind == JS_ARRAY || js_is_null(list);
}

static bool read_identifiers(feed__run *r, const js_value *list, product_row *to)
{
    store_identifier *all = ARENA_NEW(r->chunk, store_identifier, list->count + 1);
    JS_EACH(v, list) {
        store_identifier *i = &all[to->identifier_count++];
        i->type = str_trim(js_str(js_get(v, "type"), STR("")));
        i->value = str_trim(js_str(js_get(v, "value"), STR("")));
        if (v->count != 2 || feed__code_wrong(i->type) || feed__code_wrong(i->value))
            return false;
        for (size_t n = 0; n + 1 < to->identifier_count; n++)
            if (str_equal(all[n].type, i->type) && str_equal(all[n].value, i->value))
                return false;
    }
    to->identifiers_given = true;
    to->identifiers = all;
    return list->kind == JS_ARRAY || js_is_null(list);
}

static void read_json(feed__run *r, const feed__row *in, product_row *to)
{
    static const struct {
        int column;
        const char *key;
    } TEXTS[] = {{SKU, "sku"}, {TITLE, "title"}, {TYPE, "product_type"}, {VENDOR, "vendor"}, {UPC, "upc"}};
    const js_value *object = feed__json_row(r, in, &to->item, KEYS);
    if (!object)
        return;
    for (size_t i = 0; i < COUNT(TEXTS); i++) {
        to->given[TEXTS[i].column] = js_get(object, TEXTS[i].key);
        to->text[TEXTS[i].column] = feed__json_text(r, &to->item, object, TEXTS[i].key);
    }
    const js_value *tags = js_get(object, "tags"), *identifiers = js_get(object, "identifiers");
    if (tags && !read_tags(r, tags, to))
        feed__refuse(r, &to->item, STR("tags"), "\"tags\" must be a list of texts");
    else if (identifiers && to->given[UPC])
        feed__refuse(r, &to->item, STR("upc"), "give \"upc\" or \"identifiers\", not both");
    else if (identifiers && !read_identifiers(r, identifiers, to))
        feed__refuse(r, &to->item, STR("identifiers"),
                     "\"identifiers\" must be a list of different {\"type\", \"value\"}");
}

static void read_row(feed__run *r, const feed__row *in, feed__item *item)
{
    const products *own = r->own;
    product_row *to = (product_row *)item;
    if (!r->csv)
        read_json(r, in, to);
    else if (own->shopify)
        read_variant(r, in, to);
    else
        read_ours(r, in, to);
    if (item->outcome == ROW_REFUSED)
        return;
    const char *wrong = feed__code_wrong(to->text[SKU]);
    const char *upc_wrong = !to->given[UPC] || str_empty(to->text[UPC]) ? NULL : feed__code_wrong(to->text[UPC]);
    if (wrong)
        feed__refuse(r, item, feed__column_name(r, own->at[SKU], "sku"), "the SKU %s", wrong);
    else if (upc_wrong)
        feed__refuse(r, item, feed__column_name(r, own->at[UPC], "upc"), "the UPC %s", upc_wrong);
}

/* -- applying -- */

static bool replace_text(str *to, const product_row *row, int column)
{
    if (!row->given[column] || str_equal(*to, row->text[column]))
        return false;
    *to = row->text[column];
    return true;
}

static bool replace_tags(store_product *to, const product_row *row)
{
    bool same = to->tag_count == row->tag_count;
    for (size_t i = 0; same && i < row->tag_count; i++)
        same = str_equal(to->tags[i], row->tags[i]);
    if (!row->given[TAGS] || same)
        return false;
    to->tags = row->tags;
    to->tag_count = row->tag_count;
    return true;
}

static bool holds(const store_identifier *list, size_t count, const store_identifier *wanted)
{
    for (size_t i = 0; i < count; i++)
        if (str_equal(list[i].type, wanted->type) && str_equal(list[i].value, wanted->value))
            return true;
    return false;
}

/* What the identifiers become: all that the row lists, or the UPC in the place of every other UPC. */
static void identifiers_of(feed__run *r, const product_row *row, const store_identifier *old, size_t old_count,
                           const store_identifier **ret, size_t *ret_count)
{
    if (row->identifiers_given) {
        *ret = row->identifiers;
        *ret_count = row->identifier_count;
        return;
    }
    store_identifier *all = ARENA_NEW(r->chunk, store_identifier, old_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < old_count; i++)
        if (!row->given[UPC] || !str_equal(old[i].type, STR("UPCA")))
            all[count++] = old[i];
    if (row->given[UPC] && !str_empty(row->text[UPC]))
        all[count++] = (store_identifier){STR("UPCA"), row->text[UPC]};
    *ret = all;
    *ret_count = count;
}

static bool apply_identifiers(feed__run *r, const product_row *row, int64_t id, bool *changed, err *e)
{
    const store_identifier *old, *now;
    size_t old_count, count;
    if (!store_product_identifiers(r->tx, id, r->chunk, &old, &old_count, e))
        return false;
    identifiers_of(r, row, old, old_count, &now, &count);
    bool same = count == old_count;
    for (size_t i = 0; same && i < count; i++)
        same = holds(old, old_count, &now[i]);
    if (same)
        return true;
    *changed = true;
    return store_identifiers_replace(r->tx, id, now, count, e);
}

static bool apply_row(feed__run *r, product_row *row, err *e)
{
    str none = STR("");
    store_product p = {.sku = row->text[SKU], .title = none, .product_type = none, .vendor = none};
    int64_t id;
    if (!store_product_find(r->tx, row->text[SKU], &id, e) || (id && !store_product_get(r->tx, id, r->chunk, &p, e)))
        return false;
    bool changed = id == 0;
    changed |= replace_text(&p.title, row, TITLE);
    changed |= replace_text(&p.product_type, row, TYPE);
    changed |= replace_text(&p.vendor, row, VENDOR);
    changed |= replace_tags(&p, row);
    if (changed && !store_product_put(r->tx, &p, &id, e))
        return false;
    if ((row->given[UPC] || row->identifiers_given) && !apply_identifiers(r, row, id, &changed, e))
        return false;
    row->item.outcome = changed ? ROW_APPLIED : ROW_UNCHANGED;
    return true;
}

static bool apply(feed__run *r, err *e)
{
    for (size_t i = 0; i < r->row_count; i++) {
        product_row *row = (product_row *)feed__item_at(r, i);
        if (row->item.outcome == ROW_REFUSED)
            continue;
        row->item.outcome = ROW_UNCHANGED;
        if (!row->no_variant && !apply_row(r, row, e))
            return false;
    }
    return true;
}

static const feed__kind PRODUCTS = {.name = "products",
                                    .row_size = sizeof(product_row),
                                    .chunk_rows = 2000,
                                    .shape = SHAPE_EITHER,
                                    .header = header,
                                    .read = read_row,
                                    .apply = apply};

static void products_end(products *own)
{
    buf_end(&own->handle);
    for (size_t i = 0; i < COUNT(own->shared); i++)
        buf_end(&own->shared[i]);
}

bool feed_products(store *s, const char *path, const feed_options *o, arena *a, feed_summary *ret, err *e)
{
    AUTO(products_end) products own = {.handle = buf_new(FEED__ROW_MAX)};
    for (size_t i = 0; i < COUNT(own.shared); i++)
        own.shared[i] = buf_new(FEED__ROW_MAX);
    for (size_t i = 0; i < COUNT(own.at); i++)
        own.at[i] = -1;
    return feed__import(&PRODUCTS, &own, s, path, STR(""), o, a, ret, e);
}
