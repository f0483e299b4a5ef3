/* Products, identifiers, search, kits and settings. */
#include "store_tests.h"

static void test_a_product_comes_back_with_its_tags(void **state)
{
    fixture *f = *state;
    const str tags[] = {STR("sale"), STR("a \"quoted\" one, \xc3\xa9")};
    store_product row = {.sku = STR("A-1"),
                         .title = STR("Shirt"),
                         .product_type = STR("Shirts"),
                         .vendor = STR("ABC"),
                         .tags = tags,
                         .tag_count = 2},
                  got;
    int64_t id, found;
    begin(f);
    OK(store_product_put(f->tx, &row, &id, &trouble));
    commit(f);
    look(f);
    OK(store_product_find(f->tx, STR("A-1"), &found, &trouble));
    assert_int_equal(found, id);
    OK(store_product_find(f->tx, STR("a-1"), &found, &trouble)); /* byte for byte */
    assert_int_equal(found, 0);
    OK(store_product_get(f->tx, id, f->a, &got, &trouble));
    assert_text(got.sku, "A-1");
    assert_text(got.title, "Shirt");
    assert_text(got.product_type, "Shirts");
    assert_text(got.vendor, "ABC");
    assert_int_equal(got.tag_count, 2);
    assert_text(got.tags[1], "a \"quoted\" one, \xc3\xa9");
    FAILS(store_product_get(f->tx, 99, f->a, &got, &trouble), ERR_MISSING, "99");
}

static void test_a_product_changes_by_id_and_its_world_with_it(void **state)
{
    fixture *f = *state;
    const store_world *w;
    begin(f);
    int64_t id = a_product(f, "A");
    OK(store_world_get(f->tx, id, &w, &trouble));
    store_product row = {.id = id, .sku = STR("B"), .title = STR("New"), .product_type = STR(""), .vendor = STR("")};
    OK(store_product_put(f->tx, &row, NULL, &trouble));
    OK(store_world_get(f->tx, id, &w, &trouble));
    assert_text(w->product.sku, "B");
    row.id = 99;
    row.sku = STR("C");
    FAILS(store_product_put(f->tx, &row, NULL, &trouble), ERR_MISSING, "99");
}

static void test_a_sku_is_taken_once(void **state)
{
    fixture *f = *state;
    begin(f);
    a_product(f, "A");
    store_product twin = {.sku = STR("A"), .title = STR(""), .product_type = STR(""), .vendor = STR("")};
    FAILS(store_product_put(f->tx, &twin, NULL, &trouble), ERR_CONFLICT, "product.sku");
}

static void test_identifiers_find_one_none_or_several(void **state)
{
    fixture *f = *state;
    const store_identifier one[] = {{STR("UPCA"), STR("012345678905")}, {STR("ERP"), STR("77")}};
    const store_identifier other[] = {{STR("EAN"), STR("77")}};
    const store_identifier *list;
    size_t count;
    int64_t found;
    begin(f);
    int64_t a = a_product(f, "A"), b = a_product(f, "B");
    OK(store_identifiers_replace(f->tx, a, one, 2, &trouble));
    OK(store_identifiers_replace(f->tx, b, other, 1, &trouble));
    OK(store_product_find_by(f->tx, STR("UPCA"), STR("012345678905"), &found, &trouble));
    assert_int_equal(found, a);
    OK(store_product_find_by(f->tx, STR("EAN"), STR("77"), &found, &trouble));
    assert_int_equal(found, b);
    OK(store_product_find_by(f->tx, STR(""), STR("77"), &found, &trouble));
    assert_int_equal(found, -1);
    OK(store_product_find_by(f->tx, STR("UPCA"), STR("77"), &found, &trouble));
    assert_int_equal(found, 0);
    OK(store_identifiers_replace(f->tx, a, one, 1, &trouble));
    OK(store_product_identifiers(f->tx, a, f->a, &list, &count, &trouble));
    assert_int_equal(count, 1);
    assert_text(list[0].value, "012345678905");
    FAILS(store_identifiers_replace(f->tx, 99, one, 1, &trouble), ERR_CONFLICT, "");
}

static void test_search_looks_through_sku_title_and_identifiers_and_ignores_case(void **state)
{
    fixture *f = *state;
    const store_identifier upc[] = {{STR("UPCA"), STR("0123")}};
    store_product shirt = {
        .sku = STR("SH-1"), .title = STR("\xc3\x89toile"), .product_type = STR(""), .vendor = STR("")};
    store_product *list;
    size_t count;
    int64_t id;
    begin(f);
    OK(store_product_put(f->tx, &shirt, &id, &trouble));
    OK(store_identifiers_replace(f->tx, id, upc, 1, &trouble));
    a_product(f, "HAT");
    const struct {
        str text;
        size_t count;
    } WANT[] = {{STR("sh-1"), 1}, {STR("\xc3\xa9TOILE"), 1}, {STR("123"), 1}, {STR("h"), 2},
                {STR("%"), 0},    {STR("thing"), 1}};
    for (size_t i = 0; i < COUNT(WANT); i++) {
        OK(store_products_search(f->tx, WANT[i].text, 10, f->a, &list, &count, &trouble));
        assert_int_equal(count, WANT[i].count);
    }
    OK(store_products_search(f->tx, STR("h"), 1, f->a, &list, &count, &trouble));
    assert_int_equal(count, 1);
}

static void test_products_page_in_order_of_sku(void **state)
{
    fixture *f = *state;
    store_product *list;
    size_t count;
    begin(f);
    a_product(f, "b");
    a_product(f, "C");
    a_product(f, "a/1");
    const char *const WANT[] = {"C", "a/1", "b"}; /* byte for byte */
    str after = STR("");
    for (size_t i = 0; i < COUNT(WANT); i++) {
        OK(store_products_by_sku(f->tx, after, 1, f->a, &list, &count, &trouble));
        assert_int_equal(count, 1);
        assert_text(list[0].sku, WANT[i]);
        after = list[0].sku;
    }
    OK(store_products_by_sku(f->tx, after, 1, f->a, &list, &count, &trouble));
    assert_int_equal(count, 0);
}

static void test_products_stream_in_order_of_id(void **state)
{
    fixture *f = *state;
    store_product *list;
    size_t count;
    int64_t total;
    begin(f);
    int64_t a = a_product(f, "Z"), b = a_product(f, "Y"), c = a_product(f, "X");
    OK(store_products_after(f->tx, a, 1, f->a, &list, &count, &trouble));
    assert_int_equal(count, 1);
    assert_int_equal(list[0].id, b);
    OK(store_products_after(f->tx, b, 5, f->a, &list, &count, &trouble));
    assert_int_equal(count, 1);
    assert_int_equal(list[0].id, c);
    OK(store_products_count(f->tx, &total, &trouble));
    assert_int_equal(total, 3);
}

/* -- kits -- */

typedef struct kits {
    int64_t nyc, web, shirt, hat, kit;
} kits;

/* 10 shirts and 9 hats in NYC; a kit is 2 shirts and 3 hats. */
static kits a_kit_of_two(fixture *f)
{
    kits k = {0};
    begin(f);
    k.nyc = a_facility(f, "NYC", FACILITY_STORE);
    k.web = a_channel(f, "web", 0, "", a_group_of(f, "G", k.nyc, 0));
    k.shirt = a_product(f, "SHIRT");
    k.hat = a_product(f, "HAT");
    k.kit = a_kit(f, "SET", k.shirt, 2, k.hat, 3);
    OK(store_channel_settings(f->tx, k.kit, k.web, 0, true, &trouble));
    OK(store_channel_settings(f->tx, k.shirt, k.web, 0, true, &trouble));
    OK(store_channel_settings(f->tx, k.hat, k.web, 0, true, &trouble));
    adjust(f, k.shirt, k.nyc, 10, INSTANT_NONE);
    adjust(f, k.hat, k.nyc, 9, INSTANT_NONE);
    commit(f);
    return k;
}

static void test_a_kit_follows_its_components(void **state)
{
    fixture *f = *state;
    kits k = a_kit_of_two(f);
    begin(f);
    assert_int_equal(target_of(f, k.kit, k.web).t, 3);
    adjust(f, k.hat, k.nyc, -4, INSTANT_NONE);
    commit(f);
    look(f);
    assert_int_equal(target_of(f, k.kit, k.web).t, 1);
    assert_int_equal(atp_of(f, k.kit, k.web), 1);
}

static void test_a_kit_that_changes_is_recomputed(void **state)
{
    fixture *f = *state;
    kits k = a_kit_of_two(f);
    begin(f);
    store_kit_part shirts = {k.shirt, 5};
    OK(store_kit_replace(f->tx, k.kit, &shirts, 1, &trouble));
    commit(f);
    look(f);
    assert_int_equal(target_of(f, k.kit, k.web).t, 2);
    back(f);
    begin(f);
    OK(store_kit_replace(f->tx, k.kit, NULL, 0, &trouble)); /* no kit any more */
    commit(f);
    look(f);
    assert_int_equal(target_of(f, k.kit, k.web).t, 0);
}

static void test_an_ordered_kit_takes_its_components(void **state)
{
    fixture *f = *state;
    kits k = a_kit_of_two(f);
    begin(f);
    int64_t line = event(f, 0, k.web, k.kit, &(order_event){.kind = EVENT_PLACED, .quantity = 1, .queue = -1});
    commit(f);
    begin(f);
    assert_int_equal(queue_of(f, k.shirt, k.web, QUEUE_BROKERING), 2);
    assert_int_equal(queue_of(f, k.kit, k.web, QUEUE_BROKERING), 1);
    assert_int_equal(target_of(f, k.shirt, k.web).t, 8);
    store_kit_part shirts = {k.shirt, 1};
    OK(store_kit_replace(f->tx, k.kit, &shirts, 1, &trouble)); /* the line keeps the composition it was placed with */
    event(f, line, k.web, k.kit,
          &(order_event){.kind = EVENT_FULFILLED, .quantity = 1, .queue = -1, .facility = k.nyc});
    commit(f);
    look(f);
    assert_int_equal(level_of(f, k.shirt, k.nyc).qoh, 8);
    assert_int_equal(level_of(f, k.hat, k.nyc).qoh, 6);
    assert_int_equal(queue_of(f, k.hat, k.web, QUEUE_BROKERING), 0);
}

static void test_what_can_be_no_kit_is_refused(void **state)
{
    fixture *f = *state;
    kits k = a_kit_of_two(f);
    begin(f);
    int64_t plain = a_product(f, "PLAIN"), open = a_product(f, "OPEN");
    event(f, 0, k.web, open, &(order_event){.kind = EVENT_PLACED, .quantity = 1, .queue = -1});
    const struct {
        int64_t id;
        store_kit_part parts[2];
        size_t count;
        const char *why;
    } REFUSED[] = {
        {plain, {{k.kit, 1}}, 1, "itself a kit"},
        {plain, {{plain, 1}}, 1, "of itself"},
        {plain, {{k.hat, 1}, {k.hat, 2}}, 2, "twice"},
        {plain, {{k.hat, 0}}, 1, "1 to"},
        {k.shirt, {{plain, 1}}, 1, "component of another kit"},
        {open, {{k.hat, 1}}, 1, "open orders"},
    };
    for (size_t i = 0; i < COUNT(REFUSED); i++)
        FAILS(store_kit_replace(f->tx, REFUSED[i].id, REFUSED[i].parts, REFUSED[i].count, &trouble), ERR_INPUT,
              REFUSED[i].why);
    adjust(f, plain, k.nyc, 1, INSTANT_NONE);
    FAILS(store_kit_replace(f->tx, plain, &(store_kit_part){k.hat, 1}, 1, &trouble), ERR_INPUT, "movements");
    store_movement m = {.product = k.kit, .facility = k.nyc, .at = INSTANT_NONE, .qoh_delta = 1};
    FAILS(store_move(f->tx, &m, &trouble), ERR_INPUT, "SET is a kit");
    reset_outcome outcome;
    store_reset_row r = {.product = k.kit, .facility = k.nyc, .as_of = INSTANT_NONE};
    FAILS(store_reset(f->tx, &r, &outcome, &trouble), ERR_INPUT, "SET is a kit");
}

/* -- settings -- */

static void test_settings_make_rows_and_move_the_number(void **state)
{
    fixture *f = *state;
    begin(f);
    int64_t nyc = a_facility(f, "NYC", FACILITY_STORE), product = a_product(f, "A");
    int64_t web = a_channel(f, "web", 0, "", a_group_of(f, "G", nyc, 0));
    adjust(f, product, nyc, 10, INSTANT_NONE);
    commit(f);
    begin(f);
    OK(store_facility_settings(f->tx, product, nyc, 3, true, false, &trouble));
    OK(store_channel_settings(f->tx, product, web, 2, true, &trouble));
    commit(f);
    look(f);
    store_level l = level_of(f, product, nyc);
    assert_true(l.configured);
    assert_int_equal(l.safety_stock, 3);
    assert_false(l.allow_pickup);
    store_target t = target_of(f, product, web);
    assert_true(t.configured);
    assert_int_equal(t.threshold, 2);
    assert_int_equal(t.t, 5);
    back(f);
    begin(f);
    OK(store_channel_settings(f->tx, product, web, 2, false, &trouble));
    commit(f);
    look(f);
    assert_int_equal(target_of(f, product, web).t, 0);
    assert_int_equal(atp_of(f, product, web), 0);
}

static void test_every_product_has_a_number_also_without_rows(void **state)
{
    fixture *f = *state;
    begin(f);
    int64_t nyc = a_facility(f, "NYC", FACILITY_STORE), product = a_product(f, "A");
    int64_t web = a_channel(f, "web", 0, "", a_group_of(f, "G", nyc, 0));
    store_availability v;
    OK(store_availability_get(f->tx, product, web, f->a, &v, &trouble));
    assert_int_equal(v.result.online_atp, 0);
    assert_int_equal(v.facility_count, 1);
    adjust(f, product, nyc, 4, INSTANT_NONE);
    assert_int_equal(atp_of(f, product, web), 4); /* also within the transaction */
    target_row row;
    bool some;
    OK(store_target_get(f->tx, (target_key){product, web}, f->a, &row, &some, &trouble));
    assert_false(some);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_product_comes_back_with_its_tags),
        TEST(test_a_product_changes_by_id_and_its_world_with_it),
        TEST(test_a_sku_is_taken_once),
        TEST(test_identifiers_find_one_none_or_several),
        TEST(test_search_looks_through_sku_title_and_identifiers_and_ignores_case),
        TEST(test_products_page_in_order_of_sku),
        TEST(test_products_stream_in_order_of_id),
        TEST(test_a_kit_follows_its_components),
        TEST(test_a_kit_that_changes_is_recomputed),
        TEST(test_an_ordered_kit_takes_its_components),
        TEST(test_what_can_be_no_kit_is_refused),
        TEST(test_settings_make_rows_and_move_the_number),
        TEST(test_every_product_has_a_number_also_without_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
