/* Configuration: what is put comes back, in order; what a change touches is recomputed. */
#include "store_tests.h"

static void test_what_is_put_comes_back_sorted_by_code(void **state)
{
    fixture *f = *state;
    begin(f);
    int64_t b = a_facility(f, "B", FACILITY_STORE), a = a_facility(f, "A", FACILITY_WAREHOUSE);
    store_member members[] = {{b, NOON - 5, INSTANT_NONE}, {a, INSTANT_NONE, NOON + 5}};
    int64_t group = a_group(f, "G", members, 2);
    int64_t shop = a_shop(f, "main");
    int64_t web = a_channel(f, "web", shop, "gid://shopify/Location/1", group);
    int64_t nyc = a_physical(f, "nyc", 0, "", a);
    commit(f);
    if (fixture_has_file())
        reopen(f, STORE_READ);

    const store_config *c;
    look(f);
    OK(store_config_get(f->tx, &c, &trouble));
    assert_int_equal(c->facility_count, 2);
    assert_text(c->facilities[0].code, "A");
    assert_int_equal(c->facilities[0].id, a);
    assert_int_equal(c->facilities[0].type, FACILITY_WAREHOUSE);
    assert_text(c->facilities[1].time_zone, "America/New_York");
    const store_group *g = config_group_by_code(c, STR("G"));
    assert_int_equal(g->member_count, 2);
    assert_int_equal(g->members[0].facility, b);
    assert_int_equal(g->members[0].from, NOON - 5);
    assert_int_equal(g->members[0].thru, INSTANT_NONE);
    assert_int_equal(g->members[1].thru, NOON + 5);
    const store_shop *s = config_shop(c, shop);
    assert_text(s->token_env, "SHOP_TOKEN");
    assert_text(s->token_file, "");
    assert_int_equal(s->adopted_at, INSTANT_NONE);
    assert_int_equal(config_channel(c, web)->group, group);
    assert_int_equal(config_channel(c, web)->behind, -1);
    assert_int_equal(config_channel(c, nyc)->facility, a);
    assert_int_equal(config_channel(c, nyc)->shop, 0);
    assert_ptr_equal(config_channel_at(c, shop, STR("gid://shopify/Location/1")), config_channel(c, web));
    assert_null(config_channel_at(c, shop, STR("")));
    assert_ptr_equal(config_channel_unmapped(c, shop), config_channel(c, web));
    assert_null(config_facility_by_code(c, STR("C")));
    assert_null(config_facility(c, 99));
    assert_null(config_channel(c, 0));
    assert_true(config_in_channel(c, config_channel(c, web), a, NOON));
    assert_false(config_in_channel(c, config_channel(c, web), a, NOON + 5));
}

static void test_a_code_is_taken_once(void **state)
{
    fixture *f = *state;
    begin(f);
    a_facility(f, "A", FACILITY_STORE);
    store_facility twin = {.code = STR("A"), .name = STR(""), .type = FACILITY_STORE, .time_zone = STR("")};
    FAILS(store_facility_put(f->tx, &twin, NULL, &trouble), ERR_CONFLICT, "facility.code");
}

static void test_two_channels_on_one_location_are_refused(void **state)
{
    fixture *f = *state;
    begin(f);
    int64_t nyc = a_facility(f, "NYC", FACILITY_STORE), shop = a_shop(f, "main");
    a_physical(f, "one", shop, "gid://shopify/Location/1", nyc);
    store_channel twin = {.code = STR("two"),
                          .shop = shop,
                          .location = STR("gid://shopify/Location/1"),
                          .mode = CHANNEL_PHYSICAL,
                          .facility = nyc};
    FAILS(store_channel_put(f->tx, &twin, NULL, &trouble), ERR_CONFLICT, "location");
}

static void test_a_rolled_back_change_is_forgotten(void **state)
{
    fixture *f = *state;
    const store_config *c;
    begin(f);
    a_facility(f, "A", FACILITY_STORE);
    OK(store_config_get(f->tx, &c, &trouble));
    assert_int_equal(c->facility_count, 1);
    back(f);
    look(f);
    OK(store_config_get(f->tx, &c, &trouble));
    assert_int_equal(c->facility_count, 0);
}

static void test_another_store_sees_a_change(void **state)
{
    fixture *f = *state;
    if (!fixture_has_file())
        return;
    AUTO(store_close) store *other = NULL;
    AUTO(store_tx_end) store_tx *tx = NULL;
    const store_config *c;
    OK(store_open(f->url, STORE_READ, &f->clock, &other, &trouble));
    OK(store_begin(other, STORE_READ, &tx, &trouble));
    OK(store_config_get(tx, &c, &trouble));
    assert_int_equal(c->facility_count, 0);
    begin(f);
    a_facility(f, "A", FACILITY_STORE);
    commit(f);
    OK(store_config_get(tx, &c, &trouble));
    assert_int_equal(c->facility_count, 0); /* its own snapshot */
    store_tx_end(&tx);
    OK(store_begin(other, STORE_READ, &tx, &trouble));
    OK(store_config_get(tx, &c, &trouble));
    assert_int_equal(c->facility_count, 1);
}

/* One product with 10 at each of two facilities, one channel over both. */
typedef struct two {
    int64_t nyc, la, group, shop, web, product;
} two;

static two two_facilities(fixture *f)
{
    two w = {0};
    begin(f);
    w.nyc = a_facility(f, "NYC", FACILITY_STORE);
    w.la = a_facility(f, "LA", FACILITY_STORE);
    w.group = a_group_of(f, "G", w.nyc, w.la);
    w.shop = a_shop(f, "main");
    w.web = a_channel(f, "web", w.shop, "gid://shopify/Location/1", w.group);
    w.product = a_product(f, "A");
    OK(store_channel_settings(f->tx, w.product, w.web, 0, true, &trouble));
    adjust(f, w.product, w.nyc, 10, INSTANT_NONE);
    adjust(f, w.product, w.la, 10, INSTANT_NONE);
    commit(f);
    return w;
}

static qty stored_t(fixture *f, const two *w)
{
    look(f);
    qty t = target_of(f, w->product, w->web).t;
    back(f);
    return t;
}

static void test_members_that_change_mark_the_channel_behind_until_caught_up(void **state)
{
    fixture *f = *state;
    two w = two_facilities(f);
    assert_int_equal(stored_t(f, &w), 20);
    begin(f);
    store_member one = {w.nyc, INSTANT_NONE, INSTANT_NONE};
    store_group g = {.id = w.group, .code = STR("G"), .members = &one, .member_count = 1};
    OK(store_group_put(f->tx, &g, NULL, &trouble));
    commit(f);
    assert_int_equal(stored_t(f, &w), 20);
    assert_int_equal(verify(f).behind, 1);
    look(f);
    assert_int_equal(atp_of(f, w.product, w.web), 10); /* as of now, whatever is stored */
    back(f);
    bool more;
    OK(store_catch_up(f->s, 1, &more,
                      &trouble)); /* one product a chunk: that one, then the news that there is no other */
    assert_true(more);
    OK(store_catch_up_all(f->s, &trouble));
    assert_int_equal(stored_t(f, &w), 10);
    assert_int_equal(verify(f).behind, 0);
}

static void test_the_same_members_again_change_nothing(void **state)
{
    fixture *f = *state;
    two w = two_facilities(f);
    begin(f);
    store_member same[] = {{w.nyc, INSTANT_NONE, INSTANT_NONE}, {w.la, INSTANT_NONE, INSTANT_NONE}};
    store_group g = {.id = w.group, .code = STR("G"), .members = same, .member_count = 2};
    OK(store_group_put(f->tx, &g, NULL, &trouble));
    commit(f);
    assert_int_equal(verify(f).behind, 0);
}

static void test_a_facility_that_closes_takes_its_stock_out(void **state)
{
    fixture *f = *state;
    two w = two_facilities(f);
    begin(f);
    store_facility la = {.id = w.la,
                         .code = STR("LA"),
                         .name = STR("LA"),
                         .type = FACILITY_STORE,
                         .active = false,
                         .time_zone = STR("")};
    OK(store_facility_put(f->tx, &la, NULL, &trouble));
    commit(f);
    OK(store_catch_up_all(f->s, &trouble));
    assert_int_equal(stored_t(f, &w), 10);
}

static void test_a_date_that_passes_counts_at_once_and_is_caught_up(void **state)
{
    fixture *f = *state;
    two w = two_facilities(f);
    begin(f);
    store_member dated[] = {{w.nyc, INSTANT_NONE, INSTANT_NONE}, {w.la, INSTANT_NONE, NOON + MINUTES(1)}};
    store_group g = {.id = w.group, .code = STR("G"), .members = dated, .member_count = 2};
    OK(store_group_put(f->tx, &g, NULL, &trouble));
    commit(f);
    OK(store_catch_up_all(f->s, &trouble));
    assert_int_equal(stored_t(f, &w), 20);
    assert_int_equal(verify(f).behind, 0);

    f->now += MINUTES(2); /* no service runs */
    look(f);
    assert_int_equal(atp_of(f, w.product, w.web), 10);
    back(f);
    assert_int_equal(verify(f).behind, 1);
    assert_int_equal(stored_t(f, &w), 20);
    OK(store_catch_up_all(f->s, &trouble));
    assert_int_equal(stored_t(f, &w), 10);
    assert_int_equal(verify(f).behind, 0);
}

static void test_a_channel_that_changes_is_recomputed(void **state)
{
    fixture *f = *state;
    two w = two_facilities(f);
    begin(f);
    store_channel row = {.id = w.web,
                         .code = STR("web"),
                         .shop = w.shop,
                         .location = STR("gid://shopify/Location/1"),
                         .mode = CHANNEL_PHYSICAL,
                         .facility = w.la,
                         .reserve_inventory = true};
    OK(store_channel_put(f->tx, &row, NULL, &trouble));
    commit(f);
    OK(store_catch_up_all(f->s, &trouble));
    assert_int_equal(stored_t(f, &w), 10);
}

static void test_another_location_makes_e_unknown(void **state)
{
    fixture *f = *state;
    two w = two_facilities(f);
    begin(f);
    adopt(f, w.product, w.web, 20);
    OK(store_target_accept_excess(f->tx, (target_key){w.product, w.web}, 3, &trouble));
    commit(f);
    begin(f);
    assert_true(target_of(f, w.product, w.web).e.known);
    store_channel row = {.id = w.web,
                         .code = STR("web"),
                         .shop = w.shop,
                         .location = STR("gid://shopify/Location/2"),
                         .mode = CHANNEL_AGGREGATE,
                         .group = w.group,
                         .reserve_inventory = true};
    OK(store_channel_put(f->tx, &row, NULL, &trouble));
    commit(f);
    look(f);
    store_target t = target_of(f, w.product, w.web);
    assert_false(t.e.known);
    assert_int_equal(t.accepted_excess, 0);
    assert_int_equal(t.owing_since, INSTANT_NONE);
}

static void test_state_of_a_shop_is_kept_beside_its_configuration(void **state)
{
    fixture *f = *state;
    const store_config *c;
    begin(f);
    int64_t shop = a_shop(f, "main");
    OK(store_shop_adopted(f->tx, shop, NOON, &trouble));
    OK(store_shop_orders_until(f->tx, shop, NOON + 1, &trouble));
    OK(store_shop_reconciled(f->tx, shop, NOON + 2, &trouble));
    commit(f);
    look(f);
    OK(store_config_get(f->tx, &c, &trouble));
    assert_int_equal(config_shop(c, shop)->adopted_at, NOON);
    assert_int_equal(config_shop(c, shop)->orders_until, NOON + 1);
    assert_int_equal(config_shop(c, shop)->reconciled_at, NOON + 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_what_is_put_comes_back_sorted_by_code),
        TEST(test_a_code_is_taken_once),
        TEST(test_two_channels_on_one_location_are_refused),
        TEST(test_a_rolled_back_change_is_forgotten),
        TEST(test_another_store_sees_a_change),
        TEST(test_members_that_change_mark_the_channel_behind_until_caught_up),
        TEST(test_the_same_members_again_change_nothing),
        TEST(test_a_facility_that_closes_takes_its_stock_out),
        TEST(test_a_date_that_passes_counts_at_once_and_is_caught_up),
        TEST(test_a_channel_that_changes_is_recomputed),
        TEST(test_another_location_makes_e_unknown),
        TEST(test_state_of_a_shop_is_kept_beside_its_configuration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
