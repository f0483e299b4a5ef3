/* Links and the adoption: two reads around a catch-up, and what may not be adopted yet. Protocol R1-R3, R5, P9. */
#include "sync_fixture.h"

static fixture *with_products(int count, qty units)
{
    fixture *f = fixture_new();
    for (int i = 0; i < count; i++) {
        char sku[16];
        snprintf(sku, sizeof sku, "SKU-%03d", i);
        fixture_product(f, sku, units);
    }
    model_advance(f->m, 600 * US_PER_S);
    return f;
}

static const sync_left *left_of(const sync_adopted *r, const char *sku)
{
    for (size_t i = 0; i < r->not_adopted_count; i++)
        if (str_equal(r->not_adopted[i].sku, str_of(sku)))
            return &r->not_adopted[i];
    return NULL;
}

static void test_adoption_takes_what_the_shop_shows(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = with_products(5, 10);
    model_edit(f->m, 1, 0, -4);
    model_edit(f->m, 2, 0, 3);
    model_reserve(f->m, 3, 0, 2);
    model_advance(f->m, 600 * US_PER_S);
    sync_adopted r = fixture_adopt(f);
    assert_int_equal(r.adopted, 5);
    assert_int_equal(r.not_adopted_count, 0);
    assert_int_equal(r.differences, 2);
    assert_int_equal(r.largest_count, 2);
    assert_text(r.largest[0].sku, "SKU-001");
    assert_int_equal(r.largest[0].available, 6);
    assert_int_equal(f->m->mutations, 0);
    assert_int_equal(fixture_e(f, 0), 10);
    assert_int_equal(fixture_e(f, 1), 6);
    assert_int_equal(fixture_e(f, 3), 10); /* what a draft holds is explained */
    fixture_recent(f);
    fixture_settled(f);
    r = fixture_adopt(f);
    assert_int_equal(r.adopted, 0);
}

static void test_open_orders_of_any_age_are_in_the_start(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = with_products(2, 10);
    model_place(f->m, (model_sale){.item = 0, .units = 3, .location = 0});
    int shipped = model_place(f->m, (model_sale){.item = 1, .units = 4, .location = 0});
    model_fulfil(f->m, shipped, 1, 0);
    model_advance(f->m, INT64_C(90) * 86400 * US_PER_S);
    sync_adopted r = fixture_adopt(f);
    assert_int_equal(r.adopted, 2);
    assert_int_equal(fixture_e(f, 0), 7);
    assert_int_equal(fixture_t(f, 0), 7);
    assert_int_equal(r.differences,
                     1); /* the unit that was shipped before: our count still had it, or not; the books decide */
    assert_int_equal(fixture_queued(f, 1, QUEUE_BROKERING), 3);
    assert_int_equal(fixture_queued(f, 1, QUEUE_DEPARTED), 0);
    fixture_verify(f);
    model_cancel(f->m, 0, true, true);
    fixture_orders(f);
    assert_int_equal(fixture_e(f, 0), 10);
    fixture_verify(f);
}

typedef struct race {
    int at; /* the nth level read */
    bool done;
} race;

static void sell_during(void *ctx, model *m, const char *operation, int nth, bool after)
{
    race *r = ctx;
    if (after && !r->done && strcmp(operation, "Levels") == 0 && nth == r->at) {
        r->done = true;
        model_place(m, (model_sale){.item = 0, .units = 2, .location = 0});
    }
}

/* An order that comes between the two reads, or after them, is never lost and never counted twice. */
static void test_an_order_between_the_reads(void **state)
{
    (void)state;
    for (int at = 1; at <= 4; at++) {
        AUTO(fixture_end) fixture *f = with_products(2, 10);
        race r = {.at = at};
        f->m->hook = sell_during;
        f->m->hook_ctx = &r;
        fixture_adopt(f);
        model_advance(f->m, 60 * US_PER_S);
        fixture_hard(f);
        fixture_orders(f);
        assert_int_equal(fixture_e(f, 0), r.done ? 8 : 10);
        fixture_settled(f);
    }
}

/* R2: the catch-up between the two reads imports an order that a replica which stands still has not heard of. */
static void test_a_replica_that_stands_still_is_not_adopted(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = with_products(1, 10);
    model_freeze(f->m);
    model_place(f->m, (model_sale){.item = 0, .units = 3, .location = 0});
    model_advance(f->m, 20 * US_PER_S);
    assert_int_equal(fixture_adopt(f).adopted, 0);
    model_thaw(f->m);
    assert_int_equal(fixture_adopt(f).adopted, 1);
    assert_int_equal(fixture_e(f, 0), 7);
}

/* R2: what was sold and came back before its first reading adds up to nothing; the replica knows of the sale alone. */
static void test_what_came_back_before_it_was_read_warns_of_a_replica(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = with_products(1, 10);
    int order = model_place(f->m, (model_sale){.item = 0, .units = 1, .location = 0, .pos = true});
    model_advance(f->m, 20 * US_PER_S);
    model_freeze(f->m);
    model_refund(f->m, order, 1, "RETURN", 0);
    model_advance(f->m, 20 * US_PER_S);
    assert_int_equal(fixture_adopt(f).adopted, 0);
    model_thaw(f->m);
    assert_int_equal(fixture_adopt(f).adopted, 1);
    assert_int_equal(fixture_e(f, 0), 10);
}

/* R2: units that were moved here look, at their first reading, as if they had been sold here. */
static void test_an_order_that_moved_before_it_was_read_warns_of_a_replica(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = with_products(1, 10);
    int elsewhere = model_add_location(f->m, "Elsewhere");
    int order = model_place(f->m, (model_sale){.item = 0, .units = 2, .location = elsewhere});
    model_advance(f->m, 10 * US_PER_S);
    model_edit(f->m, 0, 0, 1); /* the replica is younger than the order */
    model_advance(f->m, 10 * US_PER_S);
    model_freeze(f->m);
    model_move(f->m, order, 0);
    model_advance(f->m, 20 * US_PER_S);
    assert_int_equal(fixture_adopt(f).adopted, 0);
    model_thaw(f->m);
    assert_int_equal(fixture_adopt(f).adopted, 1);
    assert_int_equal(fixture_e(f, 0), 9);
}

/* R3: an order that neither the replica nor the search had heard of when the target was adopted is not in its start. */
static void test_an_order_that_was_unheard_of_is_not_in_the_start(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = with_products(1, 10);
    fixture_index_lag(f, 40);
    f->m->index_lag_us = 30 * US_PER_S;
    model_freeze(f->m);
    model_place(f->m, (model_sale){.item = 0, .units = 3, .location = 0});
    model_advance(f->m, 20 * US_PER_S);
    assert_int_equal(fixture_adopt(f).adopted, 1);
    assert_int_equal(fixture_e(f, 0), 10);
    model_thaw(f->m);
    model_advance(f->m, 60 * US_PER_S);
    fixture_orders(f);
    assert_int_equal(fixture_e(f, 0), 7);
    fixture_settled(f);
}

static void test_a_fresh_change_waits_for_the_index(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = with_products(2, 10);
    fixture_index_lag(f, 120);
    f->m->index_lag_us = 100 * US_PER_S;
    model_place(f->m, (model_sale){.item = 0, .units = 2, .location = 0}); /* the search does not know it yet */
    sync_adopted r = fixture_adopt(f);
    assert_int_equal(r.adopted, 1);
    assert_non_null(left_of(&r, "SKU-000"));
    model_advance(f->m, 130 * US_PER_S);
    sync_report h = fixture_hard(f);
    assert_int_equal(h.left_count, 0);
    assert_int_equal(fixture_e(f, 0), 8);
    fixture_settled(f);
}

static void test_a_change_of_seconds_ago_is_waited_for(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = with_products(1, 10);
    model_edit(f->m, 0, 0, -1);
    instant before = f->m->now;
    sync_adopted r = fixture_adopt(f);
    assert_int_equal(r.adopted, 1);
    assert_int_equal(fixture_e(f, 0), 9);
    assert_true(f->m->now - before < 8 * US_PER_S);
    assert_true(f->m->now - before > 2 * US_PER_S);
}

static void test_committed_units_that_no_order_explains_veto(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = with_products(1, 10);
    int order = model_place(f->m, (model_sale){.item = 0, .units = 2, .location = 0});
    model_advance(f->m, 600 * US_PER_S);
    f->m->orders[order].deleted = true; /* nobody can read it any more; its units are still committed */
    sync_adopted r = fixture_adopt(f);
    assert_int_equal(r.adopted, 0);
    assert_non_null(strstr(str_z(f->a, r.not_adopted[0].why), "committed"));
    model_advance(f->m, 7200 * US_PER_S);
    fixture_adopt(f);
    AUTO(store_tx_end) store_tx *tx = NULL;
    store_incident *incidents;
    size_t count;
    target_key k = {f->products[0], f->channel};
    OK(store_begin(f->db, STORE_WRITE, &tx, e));
    OK(store_incidents(tx, f->shop, k, true, 10, f->a, &incidents, &count, e));
    assert_int_equal(count, 1);
    assert_text(incidents[0].kind, "unknown_commitment");
    OK(store_target_accept_excess(tx, k, 2, e));
    OK(store_commit(&tx, e));
    r = fixture_adopt(f);
    assert_int_equal(r.adopted, 1);
    assert_int_equal(fixture_e(f, 0), 8);
}

static void test_pending_orders_wait_for_routing(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = with_products(1, 10);
    int order = model_place(f->m, (model_sale){.item = 0, .units = 2, .location = 0, .unrouted = true});
    model_advance(f->m, 60 * US_PER_S);
    sync_adopted r = fixture_adopt(f);
    assert_int_equal(r.adopted, 0);
    model_route(f->m, order);
    model_advance(f->m, 180 * US_PER_S); /* the stamp is that of its placing: for two minutes it may be a replica's */
    r = fixture_adopt(f);
    assert_int_equal(r.adopted, 1);
    assert_int_equal(fixture_e(f, 0), 8);
    assert_int_equal(fixture_t(f, 0), 8);
    fixture_settled(f);
}

static void test_what_cannot_be_sold_says_so(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = with_products(4, 10);
    model_set_tracked(f->m, 1, false);
    f->m->items[2].levels[0].active = false;
    f->m->items[3].deleted = true;
    sync_adopted r = fixture_adopt(f);
    assert_int_equal(r.adopted, 1);
    assert_int_equal(r.not_adopted_count, 3);
    assert_int_equal(fixture_target(f, 1).target.state, TARGET_UNTRACKED);
    assert_int_equal(fixture_target(f, 2).target.state, TARGET_NOT_STOCKED);
    assert_int_equal(fixture_target(f, 3).target.state, TARGET_ITEM_GONE);
    model_set_tracked(f->m, 1, true);
    f->m->items[2].levels[0].active = true;
    sync_report h = fixture_hard(f); /* takes up what can be adopted by then */
    assert_int_equal(h.left_count, 0);
    assert_int_equal(fixture_e(f, 1), 10);
    assert_int_equal(fixture_e(f, 2), 10);
    fixture_settled(f);
}

static void test_a_missing_scope_refuses(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = with_products(1, 10);
    snprintf(f->m->missing_scope, sizeof f->m->missing_scope, "read_merchant_managed_fulfillment_orders");
    AUTO(sync_close) sync_lane *l = fixture_lane(f);
    sync_adopted r;
    err trouble = {0};
    assert_false(sync_adopt(l, f->a, &r, &trouble));
    assert_int_equal(trouble.code, ERR_CONFLICT);
    assert_non_null(strstr(trouble.text, "read_merchant_managed_fulfillment_orders"));
}

static void test_many_are_adopted_by_bulk(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = with_products(3, 10);
    for (int i = 3; i < MODEL_ITEMS_MAX; i++) {
        char sku[16];
        snprintf(sku, sizeof sku, "SKU-%03d", i);
        fixture_product(f, sku, i);
    }
    fixture_shelf(f);
    model_advance(f->m, 600 * US_PER_S);
    sync_adopted r = fixture_adopt(f);
    assert_int_equal(r.adopted, MODEL_ITEMS_MAX);
    fixture_settled(f);
}

/* -- links -- */

static sync_linked link_all(fixture *f)
{
    AUTO(sync_close) sync_lane *l = fixture_lane(f);
    sync_linked r;
    OK(sync_link(l, f->a, &r, e));
    return r;
}

static void unlink_product(fixture *f, int product)
{
    store_tx *tx = NULL;
    OK(store_begin(f->db, STORE_WRITE, &tx, e));
    OK(store_link(tx, f->shop, f->products[product], STR(""), e));
    OK(store_commit(&tx, e));
}

static void test_link_compares_exactly(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = with_products(6, 10);
    for (int i = 0; i < 6; i++)
        unlink_product(f, i);
    snprintf(f->m->items[1].sku, sizeof f->m->items[1].sku, "sku-001"); /* another SKU: case counts */
    model_add_item(f->m, "SKU-002", 0, 1);                              /* the same SKU on two items */
    model_set_tracked(f->m, 3, false);
    f->m->items[4].levels[0].active = false;
    f->m->items[5].bundle = true;
    sync_linked r = link_all(f);
    assert_int_equal(r.linked, 4);
    assert_int_equal(r.unlinked_count, 1);
    assert_text(r.unlinked[0], "SKU-001");
    assert_int_equal(r.duplicate_count, 1);
    assert_text(r.duplicates[0], "SKU-002");
    assert_int_equal(r.untracked_count, 1);
    assert_text(r.untracked[0], "SKU-003");
    assert_int_equal(r.not_stocked_count, 1);
    assert_text(r.not_stocked[0], "SKU-004");
    assert_int_equal(fixture_target(f, 5).target.state, TARGET_BUNDLE);
    assert_int_equal(f->m->mutations, 0);
    r = link_all(f);
    assert_int_equal(r.linked, 4);
}

/* I10: orders that were read before their item was linked are in the books with the link. */
static void test_a_late_link_derives_what_was_read(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = with_products(2, 10);
    unlink_product(f, 0);
    fixture_adopt(f);
    int order = model_place(f->m, (model_sale){.item = 0, .units = 3, .location = 0});
    fixture_orders(f);
    assert_int_equal(fixture_queued(f, 0, QUEUE_BROKERING), 0);
    link_all(f);
    assert_int_equal(fixture_queued(f, 0, QUEUE_BROKERING), 3);
    model_advance(f->m, 60 * US_PER_S);
    fixture_hard(f);
    assert_int_equal(fixture_e(f, 0), 7);
    fixture_settled(f);
    model_cancel(f->m, order, true, true);
    fixture_orders(f);
    fixture_settled(f);
    assert_int_equal(fixture_e(f, 0), 10);
}

static void run_adopt(fixture *f)
{
    AUTO(arena_end) arena *a = arena_new(0);
    err trouble = {0};
    sync_adopted r;
    AUTO(sync_close) sync_lane *l = NULL;
    if (!sync_open(f->db, &f->w, &(sync_options){.shop = STR("main"), .channel = STR("")}, 60000, &l, &trouble) ||
        !sync_adopt(l, a, &r, &trouble))
        _exit(1);
}

static void test_killed_anywhere(void **state)
{
    (void)state;
    bool died = true;
    for (int64_t n = 1; died; n++) {
        AUTO(fixture_end) fixture *f = with_products(3, 10);
        model_place(f->m, (model_sale){.item = 0, .units = 2, .location = 0});
        model_edit(f->m, 1, 0, -3);
        model_advance(f->m, 60 * US_PER_S);
        died = fixture_dies(f, run_adopt, n);
        fixture_verify(f);
        fixture_adopt(f);
        fixture_recent(f);
        fixture_settled(f);
        assert_int_equal(fixture_e(f, 0), 8);
        assert_true(n < 300);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_adoption_takes_what_the_shop_shows),
        cmocka_unit_test(test_open_orders_of_any_age_are_in_the_start),
        cmocka_unit_test(test_an_order_between_the_reads),
        cmocka_unit_test(test_a_replica_that_stands_still_is_not_adopted),
        cmocka_unit_test(test_what_came_back_before_it_was_read_warns_of_a_replica),
        cmocka_unit_test(test_an_order_that_moved_before_it_was_read_warns_of_a_replica),
        cmocka_unit_test(test_an_order_that_was_unheard_of_is_not_in_the_start),
        cmocka_unit_test(test_a_fresh_change_waits_for_the_index),
        cmocka_unit_test(test_a_change_of_seconds_ago_is_waited_for),
        cmocka_unit_test(test_committed_units_that_no_order_explains_veto),
        cmocka_unit_test(test_pending_orders_wait_for_routing),
        cmocka_unit_test(test_what_cannot_be_sold_says_so),
        cmocka_unit_test(test_a_missing_scope_refuses),
        cmocka_unit_test(test_many_are_adopted_by_bulk),
        cmocka_unit_test(test_link_compares_exactly),
        cmocka_unit_test(test_a_late_link_derives_what_was_read),
        cmocka_unit_test(test_killed_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
