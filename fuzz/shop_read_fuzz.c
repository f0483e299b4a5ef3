/*
 * Typed answers: the first byte names the reader. What it refuses is bad input with a reason; what it takes is whole.
 */
#include "fuzz.h"

#include "shop/internal.h"

static bool read_check(arena *a, const js_value *v, err *e)
{
    shop_facts f = {0};
    shop__page page;
    if (!shop__check_parse(a, v, &f, &page, e))
        return false;
    CHECK(f.missing_count + f.scope_count > 0);
    shop_location *locations = ARENA_NEW(a, shop_location, page.nodes->count);
    return shop__locations_parse(page.nodes, locations, e);
}

static void check_level(const shop_level *l)
{
    CHECK(l->level_exists || !l->available.value.known);
    CHECK(!l->level_exists || (l->item_exists && l->available.value.known && l->safety_stock.value.known));
}

static bool read_level(arena *a, const js_value *v, err *e)
{
    (void)a;
    shop_level l;
    if (!shop__level_parse(v, STR("l"), &l, e))
        return false;
    check_level(&l);
    return true;
}

static bool read_levels(arena *a, const js_value *v, err *e)
{
    const str items[] = {STR("i1"), STR("i2")};
    shop_level *l;
    if (!shop__levels_parse(a, v, STR("l"), items, COUNT(items), &l, e))
        return false;
    for (size_t i = 0; i < COUNT(items); i++) {
        CHECK(str_equal(l[i].item, items[i]));
        check_level(&l[i]);
    }
    return true;
}

static bool read_item(arena *a, const js_value *v, err *e)
{
    (void)a;
    shop_item i;
    return shop__item_parse(v, &i, e);
}

static bool read_orders(arena *a, const js_value *v, err *e)
{
    shop_orders_page page;
    if (!shop__orders_parse(a, v, STR("c1"), &page, e))
        return false;
    CHECK(!str_equal(page.next, STR("c1")));
    return true;
}

static bool read_bulk(arena *a, const js_value *v, err *e)
{
    (void)a;
    shop__bulk_state b;
    if (!shop__bulk_parse(v, &b, e))
        return false;
    CHECK(b.objects >= -1 && b.roots >= -1 && b.bytes >= -1);
    return true;
}

static bool read_hooks(arena *a, const js_value *v, err *e)
{
    shop__hooks list = {0};
    str next;
    if (!shop__hooks_parse(a, v, STR("c1"), &list, &next, e))
        return false;
    for (size_t i = 0; i < list.count; i++)
        CHECK(!str_empty(list.at[i].topic));
    return true;
}

static bool read_adjustments(arena *a, const js_value *v, err *e)
{
    shop_adjustments list;
    if (!shop__adjustments_parse(a, v, &list, e))
        return false;
    CHECK(list.count < SHOP_ADJUSTMENTS_MAX);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool (*const readers[])(arena *, const js_value *, err *) = {
        read_check, read_level, read_levels, read_item, read_orders, read_bulk, read_hooks, read_adjustments};
    AUTO(arena_end) arena *a = arena_new(0);
    const js_value *v;
    err e = {0};
    if (size == 0 || !js_parse(a, (str){(const char *)data + 1, size - 1}, &v, &e))
        return 0;
    if (!readers[data[0] % COUNT(readers)](a, v, &e)) {
        CHECK(e.code == ERR_INPUT);
        CHECK(e.text[0]);
    }
    return 0;
}
