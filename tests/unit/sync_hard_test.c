/* The hard sync: finds what others did, mends it once, and never lowers E while anything is unseen. Protocol R1-R8, I5.
 */
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

static size_t incidents(fixture *f, int product, bool open_only, store_incident **ret)
{
    store_tx *tx = NULL;
    size_t count;
    OK(store_begin(f->db, STORE_WRITE, &tx, e));
    OK(store_incidents(tx, f->shop, (target_key){f->products[product], f->channel}, open_only, 50, f->a, ret, &count,
                       e));
    store_tx_end(&tx);
    return count;
}

static void hard_again_finds_nothing(fixture *f)
{
    int before = f->m->mutations;
    sync_report r = fixture_hard(f);
    assert_int_equal(f->m->mutations, before);
    assert_int_equal(r.drifted, 0);
    assert_int_equal(r.left_count, 0);
    fixture_settled(f);
}

static void test_foreign_changes_are_found_and_mended_once(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = adopted(120, 10);
    model_edit(f->m, 3, 0, 5);
    model_edit(f->m, 77, 0, -4);
    fixture_move(f, 78, 2);
    model_advance(f->m, 60 * US_PER_S);
    sync_report r = fixture_hard(f);
    assert_int_equal(r.drifted, 2);
    assert_int_equal(r.left_count, 0);
    assert_int_equal(r.pushed, 3);
    assert_int_equal(model_available(f->m, 3, 0), 10);
    assert_int_equal(model_available(f->m, 77, 0), 10);
    store_incident *list;
    assert_int_equal(incidents(f, 3, false, &list), 1);
    assert_int_equal(list[0].drift, 5);
    assert_int_equal(list[0].available, 15);
    assert_int_equal(list[0].explained, 10);
    assert_true(list[0].operation > 0);
    assert_false(list[0].open);
    assert_non_null(strstr(str_z(f->a, list[0].evidence), "admin/history"));
    fixture_settled(f);
    hard_again_finds_nothing(f);
}

static void test_mended_at_once_waits_seconds(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = adopted(1, 10);
    model_edit(f->m, 0, 0, -4);
    instant before = f->m->now;
    sync_report r = fixture_hard(f);
    assert_int_equal(r.drifted, 1);
    assert_int_equal(r.left_count, 0);
    assert_true(f->m->now - before < 10 * US_PER_S);
    fixture_settled(f);
    hard_again_finds_nothing(f);
}

/*
 * A sale that the search does not show yet looks like a foreign fall; mending it upward would sell the unit twice. A
 * sale at a till leaves no trace in `committed`: there the index lag alone holds (R5).
 */
static void test_what_is_unseen_is_never_repaired_upward(void **state)
{
    (void)state;
    for (int pos = 0; pos < 2; pos++) {
        AUTO(fixture_end) fixture *f = adopted(1, 10);
        fixture_index_lag(f, 120);
        f->m->index_lag_us = 110 * US_PER_S;
        model_place(f->m, (model_sale){.item = 0, .units = 2, .location = 0, .pos = pos});
        for (int i = 0; i < 5; i++) {
            model_advance(f->m, 2 * US_PER_S);
            sync_report r = fixture_hard(f);
            assert_int_equal(r.drifted, 0);
            assert_int_equal(r.left_count, 1);
            assert_int_equal(model_available(f->m, 0, 0), 8);
        }
        model_advance(f->m, 200 * US_PER_S);
        sync_report r = fixture_hard(f);
        assert_int_equal(r.left_count, 0);
        assert_int_equal(fixture_e(f, 0), 8);
        fixture_settled(f);
    }
}

static void test_an_unreadable_order_vetoes_upward_only(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = adopted(2, 10);
    int hidden = model_place(f->m, (model_sale){.item = 0, .units = 2, .location = 0});
    f->m->orders[hidden].deleted = true;
    model_edit(f->m, 1, 0, 3);
    model_advance(f->m, 600 * US_PER_S);
    sync_report r = fixture_hard(f);
    assert_int_equal(r.drifted, 1); /* SKU-001, downward */
    assert_int_equal(r.left_count, 1);
    assert_text(r.left[0].sku, "SKU-000");
    assert_int_equal(model_available(f->m, 0, 0), 8);
    assert_int_equal(model_available(f->m, 1, 0), 10);
    fixture_verify(f);
}

typedef struct race {
    const char *operation;
    int at;
    bool done, after;
    void (*what)(model *m);
} race;

static void run_race(void *ctx, model *m, const char *operation, int nth, bool after)
{
    race *r = ctx;
    if (r->done || after != r->after || strcmp(operation, r->operation) != 0 || nth < r->at)
        return;
    r->done = true;
    r->what(m);
}

static void sell_two(model *m)
{
    model_place(m, (model_sale){.item = 0, .units = 2, .location = 0});
}

static void edit_one(model *m)
{
    model_edit(m, 0, 0, 1);
}

/* Whatever happens at whichever moment of a reconcile, the sale is not undone and the drift is mended in the end. */
static void test_races_at_every_call(void **state)
{
    (void)state;
    static const char *const OPERATIONS[] = {"Levels", "Orders", "Order", "Adjust", "HistoryUrl"};
    static void (*const WHATS[])(model * m) = {sell_two, edit_one};
    for (size_t what = 0; what < COUNT(WHATS); what++)
        for (size_t o = 0; o < COUNT(OPERATIONS); o++)
            for (int at = 1; at <= 4; at++)
                for (int after = 0; after < 2; after++) {
                    AUTO(fixture_end) fixture *f = adopted(2, 10);
                    for (size_t i = 0; i < COUNT(f->m->operations); i++)
                        f->m->operations[i] = 0;
                    race r = {.operation = OPERATIONS[o], .at = at, .after = after, .what = WHATS[what]};
                    model_place(f->m, (model_sale){.item = 0, .units = 1, .location = 0});
                    model_edit(f->m, 0, 0, -3);
                    model_advance(f->m, 30 * US_PER_S);
                    f->m->hook = run_race;
                    f->m->hook_ctx = &r;
                    fixture_hard(f);
                    assert_true(model_available(f->m, 0, 0) <= 10 - 1 + (what == 1 && r.done));
                    fixture_verify(f);
                    model_advance(f->m, 30 * US_PER_S);
                    fixture_hard(f);
                    f->m->hook = NULL;
                    model_advance(f->m, 30 * US_PER_S);
                    fixture_hard(f);
                    fixture_settled(f);
                    assert_int_equal(model_available(f->m, 0, 0), 9 - (what == 0 && r.done ? 2 : 0));
                    hard_again_finds_nothing(f);
                }
}

static void sell_and_edit(model *m)
{
    model_place(m, (model_sale){.item = 0, .units = 1, .location = 0});
    model_edit(m, 0, 0, 1);
}

static void sell_and_edit_later(model *m)
{
    model_advance(m, 3 * US_PER_S);
    sell_and_edit(m);
}

/*
 * Between the two reads a unit is sold and somebody adds one: the values agree. Only the stamps tell (R1), and stamps
 * of the same second tell nothing, so what changed seconds ago is not believed yet.
 */
static void test_equal_values_prove_nothing(void **state)
{
    (void)state;
    static void (*const WHATS[])(model * m) = {sell_and_edit_later, sell_and_edit};
    for (size_t what = 0; what < COUNT(WHATS); what++) {
        AUTO(fixture_end) fixture *f = adopted(1, 10);
        model_advance(f->m, US_PER_S - f->m->now % US_PER_S);
        model_edit(f->m, 0, 0, 2);
        if (what == 0)
            model_advance(f->m, 30 * US_PER_S);
        for (size_t i = 0; i < COUNT(f->m->operations); i++)
            f->m->operations[i] = 0;
        race r = {.operation = "Levels",
                  .at = 3,
                  .after = false,
                  .what = WHATS[what]}; /* the scan, the first read, the second */
        f->m->hook = run_race;
        f->m->hook_ctx = &r;
        fixture_hard(f);
        assert_true(r.done);
        model_advance(f->m, 30 * US_PER_S);
        fixture_hard(f);
        fixture_settled(f);
        assert_int_equal(model_available(f->m, 0, 0), 9);
        store_incident *list;
        assert_int_equal(incidents(f, 0, false, &list), 1);
        assert_int_equal(list[0].drift, 3); /* all that others did, and nothing else */
    }
}

static fixture *beside; /* of the next test, whose hook is another program at work on the same database */

static void import_beside(model *m)
{
    AUTO(store_close) store *other = NULL;
    store_tx *tx = NULL;
    model_edit(m, 0, 0, 1); /* a unit came back at the shop, and that is imported at once */
    OK(store_open(beside->url, STORE_WRITE, &beside->w.clock, &other, e));
    OK(store_begin(other, STORE_WRITE, &tx, e));
    OK(store_explained(tx, (target_key){beside->products[0], beside->channel}, EXPLAINED_IMPORT, 1, STR("an event"),
                       e));
    OK(store_commit(&tx, e));
}

static void test_an_import_beside_the_reads_makes_them_void(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = adopted(1, 10);
    model_edit(f->m, 0, 0, 2);
    model_advance(f->m, 30 * US_PER_S);
    for (size_t i = 0; i < COUNT(f->m->operations); i++)
        f->m->operations[i] = 0;
    race r = {.operation = "Levels", .at = 3, .after = true, .what = import_beside};
    beside = f;
    f->m->hook = run_race;
    f->m->hook_ctx = &r;
    fixture_hard(f);
    assert_true(r.done);
    store_incident *list;
    assert_int_equal(incidents(f, 0, false, &list), 1);
    assert_int_equal(list[0].drift, 2);
    fixture_settled(f);
}

static void test_a_stale_compare_puts_e_back_and_looks_again(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = adopted(1, 10);
    race r = {.operation = "Adjust", .at = 1, .after = false, .what = sell_two};
    for (size_t i = 0; i < COUNT(f->m->operations); i++)
        f->m->operations[i] = 0;
    model_edit(f->m, 0, 0, 4);
    model_advance(f->m, 30 * US_PER_S);
    f->m->hook = run_race;
    f->m->hook_ctx = &r;
    sync_report h = fixture_hard(f);
    assert_int_equal(h.left_count, 0);
    fixture_settled(f);
    assert_int_equal(model_available(f->m, 0, 0), 8);
    AUTO(store_tx_end) store_tx *tx = NULL;
    explained_row *rows;
    size_t count, undrifts = 0;
    OK(store_begin(f->db, STORE_WRITE, &tx, e));
    OK(store_explained_after(tx, (target_key){f->products[0], f->channel}, 0, 50, f->a, &rows, &count, e));
    for (size_t i = 0; i < count; i++)
        undrifts += rows[i].kind == EXPLAINED_UNDRIFT;
    assert_int_equal(undrifts, 1);
}

static void test_a_lagging_replica_is_not_believed(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = adopted(2, 10);
    fixture_move(f, 0, -4);
    model_freeze(f->m);
    fixture_recent(f); /* the replica still shows ten */
    assert_int_equal(model_available(f->m, 0, 0), 6);
    sync_report r = fixture_hard(f);
    assert_int_equal(r.drifted, 0);
    assert_int_equal(r.left_count, 1);
    assert_int_equal(model_available(f->m, 0, 0), 6);
    model_thaw(f->m);
    hard_again_finds_nothing(f);
}

static void test_held_units_are_no_drift(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = adopted(1, 10);
    model_reserve(f->m, 0, 0, 3);
    model_advance(f->m, 30 * US_PER_S);
    hard_again_finds_nothing(f);
    assert_int_equal(model_available(f->m, 0, 0), 7);
    model_reserve(f->m, 0, 0, -3);
    model_advance(f->m, 30 * US_PER_S);
    hard_again_finds_nothing(f);
}

static void test_an_expired_operation_is_closed_by_reading(void **state)
{
    (void)state;
    for (int applied = 0; applied < 2; applied++) {
        AUTO(fixture_end) fixture *f = adopted(2, 10);
        fixture_move(f, 0, -4);
        model_fail(f->m, applied ? MODEL_LOSE_ANSWER : MODEL_LOSE_REQUEST, "Adjust", 0, 100);
        assert_int_equal(fixture_recent(f).in_doubt, 1);
        f->m->faults[0].count = 0;
        model_place(f->m, (model_sale){.item = 0, .units = 1, .location = 0});
        model_advance(f->m, INT64_C(25) * 3600 * US_PER_S); /* the key is forgotten: sent again it would apply again */
        sync_report r = fixture_hard(f);
        assert_int_equal(r.in_doubt, 0);
        assert_int_equal(r.left_count, 0);
        assert_int_equal(model_available(f->m, 0, 0), 5);
        fixture_settled(f);
        hard_again_finds_nothing(f);
    }
}

static void test_closed_by_reading_while_an_order_is_not_routed(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = adopted(1, 10);
    fixture_move(f, 0, -4);
    model_fail(f->m, MODEL_LOSE_ANSWER, "Adjust", 0, 100);
    fixture_recent(f);
    f->m->faults[0].count = 0;
    model_advance(f->m, INT64_C(25) * 3600 * US_PER_S);
    int order = model_place(f->m, (model_sale){.item = 0, .units = 2, .location = 0, .unrouted = true});
    model_advance(f->m, 60 * US_PER_S);
    assert_int_equal(fixture_hard(f).in_doubt, 1); /* its committed units are nobody's yet: R5 vetoes */
    store_tx *tx = NULL;
    OK(store_begin(f->db, STORE_WRITE, &tx, e));
    OK(store_target_accept_excess(tx, (target_key){f->products[0], f->channel}, 2, e));
    OK(store_commit(&tx, e));
    assert_int_equal(fixture_hard(f).in_doubt, 0);
    assert_int_equal(fixture_e(f, 0), 6); /* 4 there, and 2 that are sold at a place not known yet */
    assert_int_equal(model_available(f->m, 0, 0), 4);
    model_route(f->m, order);
    model_advance(f->m, 60 * US_PER_S);
    fixture_hard(f);
    fixture_settled(f);
    assert_int_equal(model_available(f->m, 0, 0), 4);
}

static void test_an_app_that_claims_nothing_is_found(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = adopted(1, 20);
    model_place(f->m, (model_sale){.item = 0, .units = 1, .location = 0});
    model_place(f->m,
                (model_sale){.item = 0, .units = 4, .location = 0, .claimless = true, .app = "gid://shopify/App/77"});
    fixture_orders(f);
    assert_int_equal(fixture_e(f, 0), 15); /* too low by four: nothing in the order tells */
    model_advance(f->m, 60 * US_PER_S);
    sync_report r = fixture_hard(f);
    assert_int_equal(r.drifted, 0); /* no foreign change */
    assert_int_equal(r.left_count, 0);
    assert_int_equal(fixture_t(f, 0), 15);
    assert_int_equal(model_available(f->m, 0, 0), 15); /* like an order from outside: T fell, and was pushed */
    fixture_settled(f);
    model_place(f->m,
                (model_sale){.item = 0, .units = 2, .location = 0, .claimless = true, .app = "gid://shopify/App/77"});
    fixture_orders(f);
    assert_int_equal(fixture_e(f, 0), 15);
    fixture_recent(f);
    assert_int_equal(model_available(f->m, 0, 0), 13);
    fixture_settled(f);
    hard_again_finds_nothing(f);
}

static void test_a_target_that_always_sells_is_left(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = adopted(1, 100);
    model_edit(f->m, 0, 0, 5);
    race r = {.operation = "Levels", .at = 0, .after = true, .what = sell_two};
    f->m->hook = run_race;
    f->m->hook_ctx = &r;
    for (int i = 0; i < 3; i++) {
        r.done = false;
        fixture_hard(f);
        fixture_verify(f);
    }
    r.done = true;
    model_advance(f->m, 30 * US_PER_S);
    fixture_hard(f);
    fixture_settled(f);
}

static void test_a_dry_run_tells_and_stores_nothing(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = adopted(3, 10);
    model_edit(f->m, 0, 0, 2);
    model_place(f->m, (model_sale){.item = 1, .units = 3, .location = 0});
    fixture_move(f, 2, 4);
    model_advance(f->m, 30 * US_PER_S);
    AUTO(sync_close) sync_lane *l = NULL;
    sync_report r;
    OK(sync_open(f->db, &f->w, &(sync_options){.shop = STR("main"), .channel = STR(""), .dry_run = true}, 0, &l, e));
    OK(sync_hard(l, f->a, &r, e));
    assert_int_equal(r.line_count, 2);
    assert_text(r.lines[0].sku, "SKU-000");
    assert_int_equal(r.lines[0].delta, -2);
    assert_int_equal(r.lines[0].available.value, 12);
    assert_text(r.lines[1].sku, "SKU-002");
    assert_int_equal(r.lines[1].delta, 4);
    assert_int_equal(f->m->mutations, 0);
    assert_int_equal(fixture_e(f, 1), 10); /* not imported */
}

static void run_hard(fixture *f)
{
    AUTO(arena_end) arena *a = arena_new(0);
    err trouble = {0};
    sync_report r;
    AUTO(sync_close) sync_lane *l = NULL;
    if (!sync_open(f->db, &f->w, &(sync_options){.shop = STR("main"), .channel = STR("")}, 60000, &l, &trouble) ||
        !sync_hard(l, a, &r, &trouble))
        _exit(1);
}

static void sell_two_over_the_counter(model *m)
{
    model_place(m, (model_sale){.item = 0, .units = 2, .location = 0, .pos = true});
    model_advance(m, 30 * US_PER_S);
}

static bool after_calls(void *ctx)
{
    const fixture *f = ctx;
    return f->m->calls >= f->which;
}

/* A catch-up that was stopped has not seen all: what it missed is no drift. */
static void test_stopped_anywhere_books_nothing_unseen(void **state)
{
    (void)state;
    bool stopped = true;
    for (int calls = 1; stopped; calls++) {
        AUTO(fixture_end) fixture *f = adopted(2, 10);
        AUTO(sync_close) sync_lane *l = NULL;
        race r = {.operation = "Levels", .at = 1, .what = sell_two_over_the_counter};
        sync_options o = {.shop = STR("main"), .channel = STR(""), .stop = after_calls, .ctx = f};
        sync_report told;
        store_incident *list;
        for (size_t i = 0; i < COUNT(f->m->operations); i++)
            f->m->operations[i] = 0;
        f->which = f->m->calls + calls;
        f->m->hook = run_race;
        f->m->hook_ctx = &r;
        OK(sync_open(f->db, &f->w, &o, 0, &l, e));
        OK(sync_hard(l, f->a, &told, e));
        sync_close(&l);
        f->m->hook = NULL;
        stopped = after_calls(f);
        assert_int_equal(told.drifted, 0);
        assert_int_equal(incidents(f, 0, false, &list), 0);
        assert_int_equal(model_available(f->m, 0, 0), r.done ? 8 : 10);
        model_advance(f->m, 30 * US_PER_S);
        fixture_hard(f);
        fixture_settled(f);
        assert_int_equal(incidents(f, 0, false, &list), 0);
        assert_true(calls < 100);
    }
}

static void test_killed_anywhere(void **state)
{
    (void)state;
    for (int fault = 0; fault < 2; fault++) {
        bool died = true;
        for (int64_t n = 1; died; n++) {
            AUTO(fixture_end) fixture *f = adopted(3, 10);
            model_edit(f->m, 0, 0, -4);
            model_edit(f->m, 1, 0, 3);
            fixture_move(f, 2, -1);
            model_place(f->m, (model_sale){.item = 1, .units = 2, .location = 0});
            model_advance(f->m, 30 * US_PER_S);
            if (fault)
                model_fail(f->m, MODEL_LOSE_ANSWER, "Adjust", 1, 1);
            died = fixture_dies(f, run_hard, n);
            fixture_verify(f);
            model_advance(f->m, 120 * US_PER_S);
            fixture_hard(f);
            fixture_settled(f);
            hard_again_finds_nothing(f);
            assert_int_equal(model_available(f->m, 0, 0), 10);
            assert_int_equal(model_available(f->m, 1, 0), 8);
            assert_true(n < 400);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_foreign_changes_are_found_and_mended_once),
        cmocka_unit_test(test_mended_at_once_waits_seconds),
        cmocka_unit_test(test_what_is_unseen_is_never_repaired_upward),
        cmocka_unit_test(test_an_unreadable_order_vetoes_upward_only),
        cmocka_unit_test(test_races_at_every_call),
        cmocka_unit_test(test_equal_values_prove_nothing),
        cmocka_unit_test(test_an_import_beside_the_reads_makes_them_void),
        cmocka_unit_test(test_a_stale_compare_puts_e_back_and_looks_again),
        cmocka_unit_test(test_a_lagging_replica_is_not_believed),
        cmocka_unit_test(test_held_units_are_no_drift),
        cmocka_unit_test(test_an_expired_operation_is_closed_by_reading),
        cmocka_unit_test(test_closed_by_reading_while_an_order_is_not_routed),
        cmocka_unit_test(test_an_app_that_claims_nothing_is_found),
        cmocka_unit_test(test_a_target_that_always_sells_is_left),
        cmocka_unit_test(test_a_dry_run_tells_and_stores_nothing),
        cmocka_unit_test(test_stopped_anywhere_books_nothing_unseen),
        cmocka_unit_test(test_killed_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
