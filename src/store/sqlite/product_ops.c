/* Products, their identifiers, what a search looks through, and kits. */
#include "store/sqlite/sqlite.h"

static bool with_tags(sq_store *s, sqlite3_stmt *q, int column, arena *a, void *row, err *e)
{
    store_product *p = row;
    const js_value *list;
    if (!store__sq_json(s, q, column, a, &list, e))
        return false;
    str *tags = list ? ARENA_NEW(a, str, list->count + 1) : NULL;
    p->tag_count = 0;
    JS_EACH(tag, list)
        tags[p->tag_count++] = js_str(tag, STR(""));
    p->tags = tags;
    return true;
}

static const sq_field PRODUCT_FIELDS[] = {F(store_product, id), F_AS(store_product, sku, WORD), F(store_product, title),
                                          F(store_product, product_type), F(store_product, vendor)};
static const sq_shape PRODUCT = {sizeof(store_product), COUNT(PRODUCT_FIELDS), PRODUCT_FIELDS, with_tags};
static const sq_field IDENTIFIER_FIELDS[] = {F(store_identifier, type), F(store_identifier, value)};
static const sq_shape IDENTIFIER = SHAPE(store_identifier, IDENTIFIER_FIELDS);
static const sq_field PART_FIELDS[] = {F(store_kit_part, product), F(store_kit_part, quantity)};
static const sq_shape PART = SHAPE(store_kit_part, PART_FIELDS);

bool store__sq_product_find(store *s, str sku, int64_t *ret_id, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, PRODUCT_FIND, WORD(sku));
    return store__sq_int(s, q, 0, ret_id, e);
}

bool store__sq_product_get(store *s, int64_t id, arena *a, store_product *ret, bool *ret_some, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, PRODUCT_GET, INT(id));
    return store__sq_one(s, q, &PRODUCT, a, ret, ret_some, e);
}

bool store__sq_products_after(store *s, int64_t id, uint32_t limit, arena *a, store_product **ret, size_t *ret_count,
                              err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, PRODUCTS_AFTER, INT(id), INT(limit));
    return store__sq_all(s, q, &PRODUCT, a, ret, ret_count, e);
}

bool store__sq_products_by_sku(store *s, str sku, uint32_t limit, arena *a, store_product **ret, size_t *ret_count,
                               err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, PRODUCTS_BY_SKU, WORD(sku), INT(limit));
    return store__sq_all(s, q, &PRODUCT, a, ret, ret_count, e);
}

bool store__sq_products_count(store *s, int64_t *ret, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE_BARE(s, PRODUCTS_COUNT);
    return store__sq_int(s, q, 0, ret, e);
}

bool store__sq_products_search(store *s, str text, uint32_t limit, arena *a, store_product **ret, size_t *ret_count,
                               err *e)
{
    str folded = utf8_fold(a, text);
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, PRODUCTS_SEARCH, WORD(folded), INT(limit));
    return store__sq_all(s, q, &PRODUCT, a, ret, ret_count, e);
}

/* -- writing -- */

bool store__sq_identifiers(store *s, int64_t product, arena *a, store_identifier **ret, size_t *ret_count, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, IDENTIFIERS, INT(product));
    return store__sq_all(s, q, &IDENTIFIER, a, ret, ret_count, e);
}

/* What a search looks through follows from the product and its identifiers. */
static bool search_put(store *s, const store_product *p, err *e)
{
    AUTO(arena_end) arena *a = arena_new(0);
    store_identifier *list;
    size_t count;
    if (!store__sq_identifiers(s, p->id, a, &list, &count, e))
        return false;
    str text = str_printf(a, "%.*s\n%.*s", STR_ARG(p->sku), STR_ARG(p->title));
    for (size_t i = 0; i < count; i++)
        text = str_printf(a, "%.*s\n%.*s", STR_ARG(text), STR_ARG(list[i].value));
    str folded = utf8_fold(a, text);
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, SEARCH_PUT, INT(p->id), WORD(folded));
    return store__sq_run(s, q, e);
}

static bool tags_text(const store_product *p, buf *to, str *ret, err *e)
{
    js_writer w = js_writer_new(to);
    *ret = STR("");
    if (p->tag_count == 0)
        return true;
    js_array(&w, NULL);
    for (size_t i = 0; i < p->tag_count; i++)
        js_put_str(&w, NULL, p->tags[i]);
    js_close(&w);
    return store__sq_json_text(to, ret, e);
}

bool store__sq_product_put(store *s, const store_product *p, int64_t *ret_id, err *e)
{
    AUTO(buf_end) buf json = buf_new(SQ_JSON_MAX);
    store_product row = *p;
    str tags;
    if (!tags_text(p, &json, &tags, e))
        return false;
    AUTO(store__sq_end) sqlite3_stmt *q = p->id ? USE_BARE(s, PRODUCT_UPDATE) : USE_BARE(s, PRODUCT_ADD);
    store__sq_bind_value(q, 1, ID(p->id));
    store__sq_bind(q, 2, &PRODUCT, 1, p);
    store__sq_bind_value(q, 1 + (int)PRODUCT.count, TEXT(tags));
    if (!store__sq_insert(s, q, p->id, &row.id, e))
        return false;
    if (store__sq_changes(s) == 0)
        return ERR(e, ERR_MISSING, "there is no product with the id %" PRId64, p->id);
    if (!search_put(s, &row, e))
        return false;
    *ret_id = row.id;
    return true;
}

static bool identifier_add(store *s, int64_t product, const store_identifier *i, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, IDENTIFIER_ADD, INT(product), WORD(i->type), WORD(i->value));
    return store__sq_run(s, q, e);
}

bool store__sq_identifiers_replace(store *s, int64_t product, const store_identifier *list, size_t count, err *e)
{
    AUTO(arena_end) arena *a = arena_new(0);
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, IDENTIFIERS_CLEAR, INT(product));
    store_product p;
    bool some;
    if (!store__sq_run(s, q, e))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!identifier_add(s, product, &list[i], e))
            return false;
    if (!store__sq_product_get(s, product, a, &p, &some, e))
        return false;
    if (!some)
        return ERR(e, ERR_MISSING, "there is no product with the id %" PRId64, product);
    return search_put(s, &p, e);
}

bool store__sq_identifier_find(store *s, str type, str value, int64_t *ret_product, err *e)
{
    AUTO(arena_end) arena *a = arena_new(0);
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, IDENTIFIER_FIND, WORD(type), WORD(value));
    int64_t *found;
    size_t count;
    if (!store__sq_all(s, q, &store__sq_number, a, &found, &count, e))
        return false;
    *ret_product = count == 0 ? 0 : count == 1 ? found[0] : -1;
    return true;
}

/* -- kits -- */

bool store__sq_kit_parts(store *s, int64_t kit, arena *a, store_kit_part **ret, size_t *ret_count, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, KIT_PARTS, INT(kit));
    return store__sq_all(s, q, &PART, a, ret, ret_count, e);
}

bool store__sq_kits_with(store *s, int64_t component, arena *a, int64_t **ret, size_t *ret_count, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, KITS_WITH, INT(component));
    return store__sq_all(s, q, &store__sq_number, a, ret, ret_count, e);
}

static bool part_add(store *s, int64_t kit, const store_kit_part *p, size_t place, err *e)
{
    AUTO(store__sq_end)
    sqlite3_stmt *q = USE(s, KIT_ADD, INT(kit), INT(p->product), INT(p->quantity), INT((int64_t)place));
    return store__sq_run(s, q, e);
}

bool store__sq_kit_replace(store *s, int64_t kit, const store_kit_part *parts, size_t count, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, KIT_CLEAR, INT(kit));
    if (!store__sq_run(s, q, e))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!part_add(s, kit, &parts[i], i, e))
            return false;
    return true;
}
