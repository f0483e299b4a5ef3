/*
 * Shopify's quantities of one (item, location): the short read of some items, and the bulk read of all.
 */
#include "shop/internal.h"

#include <stddef.h>

static const struct {
    const char *name;
    size_t at;
} QUANTITIES[] = {
    {"available", offsetof(shop_level, available)},
    {"committed", offsetof(shop_level, committed)},
    {"on_hand", offsetof(shop_level, on_hand)},
    {"incoming", offsetof(shop_level, incoming)},
    {"reserved", offsetof(shop_level, reserved)},
    {"damaged", offsetof(shop_level, damaged)},
    {"quality_control", offsetof(shop_level, quality_control)},
    {"safety_stock", offsetof(shop_level, safety_stock)},
};

static shop_quantity *quantity_of(shop_level *l, size_t i)
{
    return (shop_quantity *)(void *)((char *)l + QUANTITIES[i].at); /* offsetof gives an aligned place */
}

static void clear(shop_level *l)
{
    for (size_t i = 0; i < COUNT(QUANTITIES); i++)
        *quantity_of(l, i) = (shop_quantity){QTY_UNKNOWN, INSTANT_NONE};
}

static bool parse_quantity(const js_value *one, shop_level *to, err *e)
{
    str name;
    int64_t value;
    instant at;
    if (!js_want_str(one, "name", "quantity", &name, e) || !js_want_int(one, "quantity", "quantity", &value, e) ||
        !shop__maybe_instant(one, "updatedAt", "quantity", &at, e))
        return false;
    if (value < INT32_MIN || value > INT32_MAX) /* GraphQL's Int */
        return ERR(e, ERR_INPUT, "quantity: %" PRId64 " does not fit", value);
    for (size_t i = 0; i < COUNT(QUANTITIES); i++)
        if (str_equal(name, str_of(QUANTITIES[i].name)))
            *quantity_of(to, i) = (shop_quantity){qty_known(value), at};
    return true;
}

/* All or nothing: a level whose answer lacks a quantity is not a level with an unknown one. */
static bool parse_quantities(const js_value *level, shop_level *to, err *e)
{
    const js_value *list;
    if (!shop__want(level, "quantities", JS_ARRAY, "level", &list, e) ||
        !js_want_bool(level, "isActive", "level", &to->active, e))
        return false;
    JS_EACH(one, list)
        if (!parse_quantity(one, to, e))
            return false;
    for (size_t i = 0; i < COUNT(QUANTITIES); i++)
        if (!quantity_of(to, i)->value.known)
            return ERR(e, ERR_INPUT, "level: no quantity \"%s\"", QUANTITIES[i].name);
    return true;
}

bool shop__level_parse(const js_value *item, str location, shop_level *ret, err *e)
{
    shop_level l = {.location = location, .item_exists = true};
    clear(&l);
    if (!js_want_str(item, "id", "item", &l.item, e) || !shop__maybe_str(item, "sku", "item", &l.sku, e) ||
        !js_want_bool(item, "tracked", "item", &l.tracked, e))
        return false;
    const js_value *level = js_get(item, "inventoryLevel");
    if (!level)
        return ERR(e, ERR_INPUT, "item: \"inventoryLevel\" is missing");
    l.level_exists = level->kind != JS_NULL;
    if (l.level_exists && !parse_quantities(level, &l, e))
        return false;
    *ret = l;
    return true;
}

/* A node without fields is of another type than an item; null is none, or another shop's. */
static bool no_item(const js_value *node)
{
    return node->kind == JS_NULL || (node->kind == JS_OBJECT && node->count == 0);
}

bool shop__levels_parse(arena *a, const js_value *data, str location, const str *items, size_t count, shop_level **ret,
                        err *e)
{
    const js_value *nodes;
    if (!shop__want(data, "nodes", JS_ARRAY, "data", &nodes, e))
        return false;
    if (nodes->count != count)
        return ERR(e, ERR_INPUT, "%zu nodes for %zu ids", nodes->count, count);
    shop_level *levels = ARENA_NEW(a, shop_level, count);
    size_t i = 0;
    JS_EACH(node, nodes) {
        shop_level *l = &levels[i];
        if (no_item(node)) {
            *l = (shop_level){.item = items[i], .location = location};
            clear(l);
        } else if (!shop__level_parse(node, location, l, e)) {
            return err_wrap(e, "node %zu", i);
        } else if (!str_equal(l->item, items[i])) {
            return ERR(e, ERR_INPUT, "node %zu is another item than was asked for", i);
        }
        i++;
    }
    *ret = levels;
    return true;
}

bool shop_levels(shop *s, str location, const str *items, size_t count, arena *a, shop_level **ret, instant *ret_asked,
                 err *e)
{
    CHECK(count <= SHOP_LEVEL_IDS_MAX);
    AUTO(shop__body_drop) shop__body b = {0};
    str body;
    shop__answer answer;
    shop__body_begin(&b, DOC_LEVELS);
    js_array(&b.w, "ids");
    for (size_t i = 0; i < count; i++)
        js_put_str(&b.w, NULL, items[i]);
    js_close(&b.w);
    js_put_str(&b.w, "location", location);
    shop__call c = {.document = DOC_LEVELS, .ids = count};
    if (!shop__body_end(&b, &body, e) || !shop__call_until_done(s, c, body, a, &answer, e))
        return false;
    if (answer.asked == INSTANT_NONE)
        return ERR(e, ERR_REMOTE, "shop %.*s: the answer has no date; without it no quantity can be judged",
                   STR_ARG(s->code));
    shop_level *levels;
    if (!shop__levels_parse(a, answer.data, str_copy(a, location), items, count, &levels, e))
        return shop__odd(s, DOC_LEVELS, e);
    *ret = levels;
    *ret_asked = answer.asked;
    return true;
}

/* -- all -- */

typedef struct each_level {
    str location;
    shop_level_each *each;
    void *ctx;
} each_level;

static bool tell_level(void *ctx, const js_value *object, err *e)
{
    each_level *t = ctx;
    shop_level l;
    if (shop__level_parse(object, t->location, &l, e))
        return t->each(t->ctx, &l, e);
    e->code = ERR_REMOTE;
    return false;
}

/* The id becomes part of a document: nothing that could end its text. */
static bool plain_gid(str id)
{
    bool plain = str_starts(id, STR("gid://shopify/Location/"));
    for (size_t i = 0; i < id.len; i++)
        plain &= (id.at[i] >= '0' && id.at[i] <= '9') || (id.at[i] >= 'A' && id.at[i] <= 'Z') ||
                 (id.at[i] >= 'a' && id.at[i] <= 'z') || strchr(":/_-", id.at[i]) != NULL;
    return plain;
}

bool shop_levels_all(shop *s, str location, shop_level_each *each, void *ctx, instant *ret_asked, err *e)
{
    if (!plain_gid(location))
        return ERR(e, ERR_INPUT, "shop %.*s: \"%.*s\" is not a location's id", STR_ARG(s->code), STR_ARG(location));
    const str text = shop__document_of(DOC_LEVELS_ALL).text, place = STR("\"LOCATION\"");
    const char *at = memmem(text.at, text.len, place.at, place.len);
    CHECK(at);
    str before = {text.at, (size_t)(at - text.at)};
    str behind = {at + place.len, text.len - before.len - place.len};
    AUTO(arena_end) arena *a = arena_new(0);
    str query = str_printf(a, "%.*s\"%.*s\"%.*s", STR_ARG(before), STR_ARG(location), STR_ARG(behind));
    each_level t = {location, each, ctx};
    return shop__bulk(s, DOC_LEVELS_ALL, query, tell_level, &t, ret_asked, e);
}
