/* The import: what orders did is the difference of two readings, once, in whatever order it is looked at. Protocol
 * I1-I9. */
#include "sync_fixture.h"

static fixture *adopted(int count, qty units)
{
    fixture *f = fixture_new();
    for (int i = 0; i < count; i++) {
        char sku[16];
        snprintf(sku, sizeof sku, "SKU-%03d", i);
        fixture_product(f, sku, units);
    }
    model_advance(f->m, 600 * US_PER_S);
    sync_adopted r = fixture_adopt(f);
    assert_int_equal(r.adopted, count);
    model_advance(f->m, 600 * US_PER_S);
    return f;
}

static void test_a_sale_moves_both_sides_once(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = adopted(1, 10);
    model_place(f->m, (model_sale){.item = 0, .units = 3, .location = 0});
    sync_report r = fixture_orders(f);
    assert_int_equal(r.events, 1);
    assert_int_equal(r.new_events, 1);
    assert_int_equal(fixture_e(f, 0), 7);
    assert_int_equal(fixture_t(f, 0), 7);
    assert_int_equal(fixture_queued(f, 0, QUEUE_BROKERING), 3);
    fixture_settled(f);
    r = fixture_orders(f);
    assert_int_equal(r.new_events, 0);
    model_advance(f->m, 10 * US_PER_S);
    fixture_orders(f);
    r = fixture_orders(f);
    assert_int_equal(r.events, 0); /* seen to the end: it is not even read; I1 */
    fixture_settled(f);
    r = fixture_recent(f);
    assert_int_equal(r.calls, 0); /* nothing is owed */
}

static void tell(fixture *f, int order)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    err *e = &(err){0};
    char gid[64];
    snprintf(gid, sizeof gid, "gid://shopify/Order/%d", order + 1);
    if (!store_begin(f->db, STORE_WRITE, &tx, e) || !store_told_add(tx, f->shop, str_of(gid), e) ||
        !store_commit(&tx, e))
        fail_msg("%s", e->text);
}

static size_t told(fixture *f)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    err *e = &(err){0};
    store_told *rows;
    size_t count = 0;
    if (!store_begin(f->db, STORE_READ, &tx, e) || !store_told_orders(tx, f->shop, 9, f->a, &rows, &count, e))
        fail_msg("%s", e->text);
    return count;
}

static void test_an_order_that_was_told_needs_no_search(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = adopted(1, 10);
    f->m->index_lag_us = 60 * US_PER_S;
    int order = model_place(f->m, (model_sale){.item = 0, .units = 3, .location = 0});
    sync_report r = fixture_orders(f);
    assert_int_equal(r.new_events, 0); /* the search does not show it yet */
    tell(f, order);
    tell(f, 999); /* deleted, or never there: nothing to enter */
    r = fixture_orders(f);
    assert_int_equal(r.new_events, 1);
    assert_int_equal(fixture_e(f, 0), 7);
    assert_int_equal(told(f), 0);
    model_advance(f->m, 120 * US_PER_S);
    r = fixture_orders(f);
    assert_int_equal(r.new_events, 0); /* once, though the search shows it now */
    fixture_settled(f);
}

static void test_the_whole_life_of_orders(void **state)
{
    (void)state;
    static const bool READ[] = {false, true};
    for (int mask = 0; mask < 16; mask++) { /* looked at after every step, or only after some */
        AUTO(fixture_end) fixture *f = adopted(1, 20);
        int a = model_place(f->m, (model_sale){.item = 0, .units = 3, .location = 0});
        int b = model_place(f->m, (model_sale){.item = 0, .units = 5, .location = 0});
        if (READ[mask & 1])
            fixture_orders(f);
        model_advance(f->m, 5 * US_PER_S);
        model_fulfil(f->m, a, 2, 0);
        model_move(f->m, b, 2);
        if (READ[mask >> 1 & 1])
            fixture_orders(f);
        model_advance(f->m, 5 * US_PER_S);
        model_refund(f->m, a, 1, "RETURN", 0);
        model_cancel(f->m, a, true, true);
        if (READ[mask >> 2 & 1])
            fixture_orders(f);
        model_advance(f->m, 5 * US_PER_S);
        model_move(f->m, b, 0);
        if (READ[mask >> 3 & 1])
            fixture_orders(f);
        model_advance(f->m, 5 * US_PER_S);
        fixture_orders(f);
        /* 20 - 5 open - 2 shipped + 1 back = 14 */
        assert_int_equal(model_available(f->m, 0, 0), 14);
        assert_int_equal(fixture_e(f, 0), 14);
        fixture_verify(f);
        fixture_recent(f);
        fixture_hard(f);
        fixture_verify(f);
        assert_int_equal(fixture_open_operations(f), 0);
    }
}

static void test_pos_sale_departs(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = adopted(1, 10);
    model_place(f->m, (model_sale){.item = 0, .units = 2, .location = 0, .pos = true});
    fixture_orders(f);
    assert_int_equal(fixture_queued(f, 0, QUEUE_DEPARTED), 2);
    assert_int_equal(fixture_e(f, 0), 8);
    fixture_settled(f);
}

static void test_demand_at_an_unmapped_location(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = adopted(1, 10);
    f->m->items[0].levels[2] = (model_level){.exists = true, .active = true};
    model_edit(f->m, 0, 2, 5);
    model_place(f->m, (model_sale){.item = 0, .units = 2, .location = 2});
    fixture_orders(f);
    assert_int_equal(fixture_e(f, 0), 10); /* nothing happened at the mapped location */
    assert_int_equal(fixture_t(f, 0), 8);  /* but the goods have to come from somewhere; I7 */
    fixture_recent(f);
    fixture_settled(f);
}

static void test_a_physical_channel_reserves(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = fixture_new();
    fixture_product(f, "A", 10);
    fixture_shelf(f);
    AUTO(store_tx_end) store_tx *tx = NULL;
    OK(store_begin(f->db, STORE_WRITE, &tx, e));
    OK(store_link(tx, f->shop, f->products[0], STR(""), e));
    OK(store_link(tx, f->shop, f->products[0], model_item_gid(f->a, 0), e));
    OK(store_commit(&tx, e));
    f->m->items[0].levels[1] = (model_level){.exists = true, .active = true};
    model_edit(f->m, 0, 1, 10);
    model_advance(f->m, 60 * US_PER_S);
    assert_int_equal(fixture_adopt(f).adopted, 2);
    int order = model_place(f->m, (model_sale){.item = 0, .units = 4, .location = 1});
    fixture_orders(f);
    assert_int_equal(fixture_t(f, 0), 6); /* both channels share the facility */
    fixture_recent(f);
    fixture_settled(f);
    model_fulfil(f->m, order, 4, 1);
    fixture_orders(f);
    assert_int_equal(fixture_t(f, 0), 6);
    fixture_settled(f);
}

static void test_pending_moves_nothing_until_it_is_routed(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = adopted(1, 10);
    int order = model_place(f->m, (model_sale){.item = 0, .units = 3, .location = 0, .unrouted = true});
    fixture_orders(f);
    assert_int_equal(fixture_e(f, 0), 10);
    assert_int_equal(fixture_t(f, 0), 10);
    model_advance(f->m, 60 * US_PER_S);
    sync_report r = fixture_hard(f);
    assert_int_equal(r.drifted, 0); /* S fell by three, and that is no drift */
    assert_int_equal(r.left_count, 0);
    assert_int_equal(f->m->mutations, 0);
    model_route(f->m, order);
    fixture_orders(f);
    assert_int_equal(fixture_e(f, 0), 7);
    fixture_settled(f);
}

/* An order that closed before the adoption and was never read: only what happened since counts. */
static void test_orders_from_before_the_adoption(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = fixture_new();
    fixture_product(f, "A", 10);
    int shipped = model_place(f->m, (model_sale){.item = 0, .units = 3, .location = 0});
    int cancelled = model_place(f->m, (model_sale){.item = 0, .units = 2, .location = 0});
    model_fulfil(f->m, shipped, 3, 0);
    model_cancel(f->m, cancelled, true, true);
    fixture_move(f, 0, -3); /* our books have lost what was shipped */
    model_advance(f->m, INT64_C(30) * 86400 * US_PER_S);
    assert_int_equal(fixture_adopt(f).adopted, 1);
    assert_int_equal(fixture_e(f, 0), 7);
    model_advance(f->m, 600 * US_PER_S);
    model_touch(f->m, cancelled); /* a note: nothing happened */
    fixture_orders(f);
    assert_int_equal(fixture_e(f, 0), 7);
    assert_int_equal(fixture_t(f, 0), 7);
    model_refund(f->m, shipped, 1, "RETURN", 0); /* this did */
    fixture_orders(f);
    assert_int_equal(model_available(f->m, 0, 0), 8);
    assert_int_equal(fixture_e(f, 0), 8);
    assert_int_equal(fixture_queued(f, 0, QUEUE_DEPARTED), 0);
    fixture_verify(f);
}

static void test_unsure_units_are_decided_by_a_reading(void **state)
{
    (void)state;
    for (int restocked = 0; restocked < 2; restocked++) {
        AUTO(fixture_end) fixture *f = adopted(1, 10);
        int order = model_place(f->m, (model_sale){.item = 0, .units = 3, .location = 0});
        fixture_orders(f);
        model_cancel(f->m, order, restocked, /* record= */ false); /* nothing tells what was restocked */
        fixture_orders(f);
        assert_int_equal(fixture_e(f, 0), 10);
        assert_int_equal(fixture_queued(f, 0, QUEUE_UNSURE), 3);
        assert_int_equal(fixture_t(f, 0), 7);
        assert_true(fixture_target(f, 0).target.marked);
        fixture_recent(f);
        model_advance(f->m, 60 * US_PER_S);
        sync_report r = fixture_hard(f);
        assert_int_equal(r.left_count, 0);
        assert_int_equal(r.drifted, 0); /* no foreign change */
        assert_int_equal(fixture_queued(f, 0, QUEUE_UNSURE), 0);
        assert_int_equal(fixture_queued(f, 0, QUEUE_DEPARTED), restocked ? 0 : 3);
        assert_int_equal(fixture_t(f, 0), restocked ? 10 : 7);
        assert_false(fixture_target(f, 0).target.marked);
        fixture_settled(f);
    }
}

static void test_a_deleted_order_leaves_its_units_unsure(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = adopted(1, 10);
    int order = model_place(f->m, (model_sale){.item = 0, .units = 3, .location = 0, .unrouted = true});
    fixture_orders(f);
    model_cancel(f->m, order, true, false);
    f->m->orders[order].deleted = true;
    model_advance(f->m, 60 * US_PER_S);
    fixture_hard(f);
    model_advance(f->m, 60 * US_PER_S);
    fixture_hard(f);
    fixture_settled(f);
    assert_int_equal(fixture_t(f, 0), 10);
}

static void test_the_cursor_survives_a_lagging_index(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = adopted(1, 100);
    f->m->index_lag_us = 40 * US_PER_S; /* more than index_lag_s says; the overlap has room */
    for (int i = 0; i < 30; i++) {
        model_place(f->m, (model_sale){.item = 0, .units = 1, .location = 0});
        model_advance(f->m, 3 * US_PER_S);
        fixture_orders(f);
    }
    model_advance(f->m, 60 * US_PER_S);
    fixture_orders(f);
    assert_int_equal(fixture_e(f, 0), 70);
    fixture_settled(f);
}

/* The search shows nothing for most of an hour, then all of it: time alone must not have moved the cursor. */
static void test_an_index_that_stood_still_is_caught_up(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = adopted(1, 100);
    f->m->index_lag_us = 3000 * US_PER_S;
    model_place(f->m, (model_sale){.item = 0, .units = 4, .location = 0});
    for (int i = 0; i < 10; i++) {
        model_advance(f->m, 290 * US_PER_S);
        assert_int_equal(fixture_orders(f).new_events, 0);
    }
    f->m->index_lag_us = 0;
    assert_int_equal(fixture_orders(f).new_events, 1);
    assert_int_equal(fixture_e(f, 0), 96);
    fixture_settled(f);
}

static bool try_orders(fixture *f)
{
    AUTO(arena_end) arena *a = arena_new(0);
    err trouble = {0};
    sync_report r;
    AUTO(sync_close) sync_lane *l = NULL;
    OK(sync_open(f->db, &f->w, &(sync_options){.shop = STR("main"), .channel = STR("")}, 60000, &l, e));
    return sync_orders(l, a, &r, &trouble);
}

/* The list goes by the date that the index knows; an order that has changed since shows a later one, amid the others.
 */
static void test_an_order_that_changed_amid_the_list_moves_the_cursor_over_nothing(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = adopted(1, 100);
    for (int i = 0; i < 12; i++) {
        model_place(f->m, (model_sale){.item = 0, .units = 1, .location = 0});
        model_advance(f->m, US_PER_S);
    }
    f->m->index_lag_us = 5 * US_PER_S;
    model_advance(f->m, 1800 * US_PER_S);
    model_fulfil(f->m, 4, 1, 0); /* the last of the first page */
    model_fail(f->m, MODEL_DENIED, "Orders", 1, 1);
    assert_false(try_orders(f));
    model_advance(f->m, 60 * US_PER_S);
    fixture_orders(f);
    assert_int_equal(fixture_e(f, 0), 88);
    fixture_settled(f);
}

static void run_orders(fixture *f)
{
    AUTO(arena_end) arena *a = arena_new(0);
    err trouble = {0};
    sync_report r;
    AUTO(sync_close) sync_lane *l = NULL;
    if (!sync_open(f->db, &f->w, &(sync_options){.shop = STR("main"), .channel = STR("")}, 60000, &l, &trouble) ||
        !sync_orders(l, a, &r, &trouble))
        _exit(1);
}

static void test_killed_anywhere(void **state)
{
    (void)state;
    bool died = true;
    for (int64_t n = 1; died; n += 1) {
        AUTO(fixture_end) fixture *f = adopted(2, 10);
        for (int i = 0; i < 7; i++) /* two pages */
            model_place(f->m, (model_sale){.item = i % 2, .units = 1, .location = 0});
        model_cancel(f->m, 3, true, true);
        died = fixture_dies(f, run_orders, n);
        fixture_verify(f);
        fixture_orders(f);
        assert_int_equal(fixture_e(f, 0), 6);
        assert_int_equal(fixture_e(f, 1), 8);
        fixture_settled(f);
        assert_true(n < 300);
    }
}

static void test_tracking_that_changes_voids_what_we_knew(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = adopted(1, 10);
    model_set_tracked(f->m, 0, false);
    model_place(f->m, (model_sale){.item = 0, .units = 3, .location = 0}); /* moves nothing */
    fixture_orders(f);
    target_row row = fixture_target(f, 0);
    assert_false(row.target.e.known);
    assert_int_equal(row.target.state, TARGET_UNTRACKED);
    assert_int_equal(row.target.t, 7);
    model_set_tracked(f->m, 0, true);
    model_advance(f->m, 60 * US_PER_S);
    sync_report r = fixture_hard(f);
    assert_int_equal(r.left_count, 0);
    assert_int_equal(model_available(f->m, 0, 0), 7);
    fixture_settled(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_sale_moves_both_sides_once),
        cmocka_unit_test(test_an_order_that_was_told_needs_no_search),
        cmocka_unit_test(test_the_whole_life_of_orders),
        cmocka_unit_test(test_pos_sale_departs),
        cmocka_unit_test(test_demand_at_an_unmapped_location),
        cmocka_unit_test(test_a_physical_channel_reserves),
        cmocka_unit_test(test_pending_moves_nothing_until_it_is_routed),
        cmocka_unit_test(test_orders_from_before_the_adoption),
        cmocka_unit_test(test_unsure_units_are_decided_by_a_reading),
        cmocka_unit_test(test_a_deleted_order_leaves_its_units_unsure),
        cmocka_unit_test(test_the_cursor_survives_a_lagging_index),
        cmocka_unit_test(test_an_index_that_stood_still_is_caught_up),
        cmocka_unit_test(test_an_order_that_changed_amid_the_list_moves_the_cursor_over_nothing),
        cmocka_unit_test(test_killed_anywhere),
        cmocka_unit_test(test_tracking_that_changes_voids_what_we_knew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
