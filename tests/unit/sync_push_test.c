/* The push: planned, sent, booked once, whatever is lost, refused or killed. Protocol P1-P10. */
#include "sync_fixture.h"

static fixture *with_products(int count, qty units)
{
    fixture *f = fixture_new();
    for (int i = 0; i < count; i++) {
        char sku[16];
        snprintf(sku, sizeof sku, "SKU-%03d", i);
        fixture_product(f, sku, units);
        fixture_explain(f, i, units);
    }
    fixture_adopted(f);
    return f;
}

static void test_what_is_owed_is_pushed_once(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = with_products(3, 10);
    fixture_move(f, 0, -3);
    fixture_move(f, 2, 5);
    sync_report r = fixture_recent(f);
    assert_int_equal(r.selected, 2);
    assert_int_equal(r.pushed, 2);
    assert_int_equal(r.in_doubt, 0);
    assert_int_equal(r.calls, 1);
    assert_int_equal(model_available(f->m, 0, 0), 7);
    assert_int_equal(model_available(f->m, 2, 0), 15);
    fixture_settled(f);
    r = fixture_recent(f);
    assert_int_equal(r.selected, 0);
    assert_int_equal(r.calls, 0);
}

static void test_several_calls_fly_at_once(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = with_products(600, 5);
    for (int i = 0; i < 600; i++)
        fixture_move(f, i, i % 2 ? 1 : -1);
    sync_report r = fixture_recent(f);
    assert_int_equal(r.pushed, 600);
    assert_int_equal(r.calls, 3);
    fixture_settled(f);
}

static void test_a_sale_meanwhile_is_not_undone(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = with_products(1, 10);
    fixture_move(f, 0, 2);
    model_place(f->m, (model_sale){.item = 0, .units = 4, .location = 0});
    fixture_recent(f);
    assert_int_equal(model_available(f->m, 0, 0), 8);
    assert_int_equal(fixture_e(f, 0), 12); /* U = 4 */
    fixture_verify(f);
}

/* Each fault hits the first send or the first two; the number at Shopify is right all the same, and booked once. */
static void test_faults_are_survived_by_the_same_key(void **state)
{
    (void)state;
    static const model_fault_kind KINDS[] = {MODEL_LOSE_REQUEST, MODEL_LOSE_ANSWER, MODEL_500_BEFORE,
                                             MODEL_500_AFTER,    MODEL_THROTTLED,   MODEL_NO_CONNECTION,
                                             MODEL_ARRIVES_LATE, MODEL_DOUBLED};
    for (size_t i = 0; i < COUNT(KINDS); i++)
        for (int hits = 1; hits <= 3; hits++) {
            AUTO(fixture_end) fixture *f = with_products(2, 10);
            fixture_move(f, 0, -4);
            fixture_move(f, 1, 3);
            model_fail(f->m, KINDS[i], "Adjust", 0, hits);
            sync_report r = fixture_recent(f);
            assert_int_equal(r.pushed, 2);
            assert_int_equal(r.in_doubt, 0);
            model_advance(f->m, 120 * US_PER_S);
            fixture_recent(f); /* lets late copies arrive */
            fixture_move(f, 0, 1);
            fixture_recent(f);
            fixture_settled(f);
        }
}

static void test_an_outage_leaves_it_in_doubt_for_the_next_run(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = with_products(300, 10);
    for (int i = 0; i < 300; i++)
        fixture_move(f, i, -1);
    model_fail(f->m, MODEL_500_AFTER, "Adjust", 0, 1000);
    sync_report r = fixture_recent(f);
    assert_int_equal(r.pushed, 0);
    assert_true(r.in_doubt > 0);
    assert_false(str_empty(r.stopped));
    assert_true(r.calls <= 20);
    f->m->faults[0].count = 0;
    r = fixture_recent(f);
    assert_int_equal(r.selected, 300);
    assert_int_equal(r.pushed, 300);
    fixture_settled(f);
    assert_int_equal(f->m->writes_applied, 300);
}

static void test_a_shop_that_says_stop_is_left_alone(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = with_products(1, 10);
    fixture_move(f, 0, -1);
    model_fail(f->m, MODEL_DENIED, "Adjust", 0, 1);
    sync_report r = fixture_recent(f);
    assert_false(str_empty(r.stopped));
    assert_int_equal(r.in_doubt, 1);
    assert_int_equal(f->m->mutations, 0);
    r = fixture_recent(f);
    assert_int_equal(r.pushed, 1);
    fixture_settled(f);
}

static void test_refused_lines_go_out_and_the_rest_goes_again(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = with_products(40, 10);
    for (int i = 0; i < 40; i++)
        fixture_move(f, i, -1);
    f->m->items[7].refused = true;
    f->m->items[31].deleted = true;
    sync_report r = fixture_recent(f);
    assert_int_equal(r.selected, 40);
    assert_int_equal(r.refused, 2);
    assert_int_equal(r.pushed, 38);
    assert_int_equal(r.calls, 2);
    assert_int_equal(fixture_target(f, 7).target.state, TARGET_BUNDLE);
    assert_int_equal(fixture_target(f, 31).target.state, TARGET_ITEM_GONE);
    assert_false(str_empty(fixture_target(f, 7).target.reason));
    assert_false(str_empty(fixture_target(f, 7).target.fix));
    fixture_settled(f);
    r = fixture_recent(f);
    assert_int_equal(r.calls, 0); /* nothing is retried for ever */
}

static void test_without_a_named_line_halves_find_it(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = with_products(40, 10);
    for (int i = 0; i < 40; i++)
        fixture_move(f, i, -1);
    model_fail(f->m, MODEL_BLIND_REFUSAL, "Adjust", 0, 1000);
    f->m->faults[0].item = 13;
    sync_report r = fixture_recent(f);
    assert_int_equal(r.refused, 1);
    assert_int_equal(r.pushed, 39);
    assert_int_equal(fixture_target(f, 13).target.state, TARGET_REFUSED);
    fixture_settled(f);
}

/* P8: the first copy may still arrive, so the refusal of the second does not close the operation at once. */
static void test_a_refusal_waits_for_an_earlier_copy(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = with_products(2, 10);
    fixture_move(f, 0, -1);
    fixture_move(f, 1, -1);
    f->m->items[1].refused = true;
    model_fail(f->m, MODEL_ARRIVES_LATE, "Adjust", 0, 1);
    sync_report r = fixture_recent(f);
    assert_int_equal(r.refused, 0);
    assert_int_equal(r.in_doubt, 2);
    model_advance(f->m, 15 * US_PER_S);
    r = fixture_recent(f);
    assert_int_equal(r.in_doubt, 2);
    int64_t pushed = 0;
    for (int i = 0; i < 3; i++) { /* runs that come often do not put it off */
        model_advance(f->m, 15 * US_PER_S);
        r = fixture_recent(f);
        pushed += r.pushed;
    }
    assert_int_equal(r.in_doubt, 0);
    assert_int_equal(pushed, 1);
    fixture_settled(f);
}

/* P6: after 12 hours the key may be forgotten, so it is not sent again; only a reading closes it. */
static void test_an_old_operation_is_not_sent_again(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = with_products(1, 10);
    fixture_move(f, 0, -1);
    model_fail(f->m, MODEL_LOSE_ANSWER, "Adjust", 0, 100);
    fixture_recent(f);
    f->m->faults[0].count = 0;
    model_advance(f->m, INT64_C(13) * 3600 * US_PER_S);
    int before = f->m->mutations;
    sync_report r = fixture_recent(f);
    assert_int_equal(f->m->mutations, before);
    assert_int_equal(r.in_doubt, 1);
    fixture_verify(f);
}

static void run_recent(fixture *f)
{
    AUTO(arena_end) arena *a = arena_new(0);
    err trouble = {0};
    sync_report r;
    AUTO(sync_close) sync_lane *l = NULL;
    if (!sync_open(f->db, &f->w, &(sync_options){.shop = STR("main"), .channel = STR("")}, 60000, &l, &trouble) ||
        !sync_recent(l, a, &r, &trouble))
        _exit(1);
}

/* Killed at every step, with answers lost on the way; the run after it ends right, and nothing is booked twice. */
static void test_killed_anywhere(void **state)
{
    (void)state;
    for (int fault = 0; fault < 3; fault++) {
        bool died = true;
        for (int64_t n = 1; died; n++) {
            AUTO(fixture_end) fixture *f = with_products(3, 10);
            fixture_move(f, 0, -4);
            fixture_move(f, 1, 3);
            fixture_move(f, 2, 1);
            f->m->items[2].refused = fault == 2;
            if (fault == 1)
                model_fail(f->m, MODEL_LOSE_ANSWER, "Adjust", 0, 1);
            died = fixture_dies(f, run_recent, n);
            fixture_verify(f);
            fixture_recent(f);
            model_advance(f->m, 120 * US_PER_S);
            fixture_recent(f);
            fixture_settled(f);
            assert_int_equal(fixture_target(f, 2).target.state, fault == 2 ? TARGET_BUNDLE : TARGET_OK);
            assert_true(n < 200);
        }
    }
}

/* The first call tells the bucket, then two fly at once; the shop has executed both when the process ends. */
static void die_with_two_in_flight(void *ctx, model *m, const char *operation, int nth, bool after)
{
    (void)ctx;
    if (strcmp(operation, "Adjust") == 0 && nth == 3 && after)
        m->die_at = m->steps + 1;
}

static void test_killed_with_several_in_flight(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = with_products(600, 5);
    for (int i = 0; i < 600; i++)
        fixture_move(f, i, -1);
    f->m->hook = die_with_two_in_flight;
    assert_true(fixture_dies(f, run_recent, INT64_MAX));
    f->m->hook = NULL;
    assert_int_equal(f->m->writes_applied, 600);
    assert_int_equal(fixture_open_operations(f), 2);
    fixture_move(f, 599, -1); /* in doubt, and already other than what was sent */
    sync_report r = fixture_recent(f);
    assert_int_equal(r.pushed, 351);
    assert_int_equal(r.calls, 3); /* the same two again, then the new one */
    assert_int_equal(f->m->writes_applied, 601);
    assert_int_equal(model_available(f->m, 599, 0), 3);
    fixture_settled(f);
}

static void test_changes_of_one_target_are_one_line(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = with_products(2, 10);
    for (int i = 0; i < 5; i++)
        fixture_move(f, 0, -1);
    fixture_move(f, 1, 3);
    fixture_move(f, 1, -3); /* nothing is left of it */
    sync_report r = fixture_recent(f);
    assert_int_equal(r.pushed, 1);
    assert_int_equal(f->m->writes_applied, 1);
    fixture_settled(f);
}

static bool recent_fails(fixture *f, err_code want, const char *mend)
{
    AUTO(sync_close) sync_lane *l = fixture_lane(f);
    sync_report r;
    err e = {0};
    return !sync_recent(l, f->a, &r, &e) && e.code == want && strstr(e.text, mend) != NULL;
}

static void test_never_adopted_and_read_only_are_refused_with_the_mend(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = fixture_new();
    fixture_product(f, "A", 3);
    fixture_explain(f, 0, 5);
    assert_true(recent_fails(f, ERR_CONFLICT, "shop adopt main"));
    fixture_adopted(f);
    AUTO(store_tx_end) store_tx *tx = NULL;
    const store_config *c;
    OK(store_begin(f->db, STORE_WRITE, &tx, e));
    OK(store_config_get(tx, &c, e));
    store_shop row = *config_shop(c, f->shop);
    row.writable = false;
    OK(store_shop_put(tx, &row, NULL, e));
    OK(store_commit(&tx, e));
    assert_true(recent_fails(f, ERR_CONFLICT, "writable"));
    assert_int_equal(f->m->calls, 0);
}

static void test_a_dry_run_tells_and_sends_nothing(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = with_products(2, 10);
    fixture_move(f, 1, -3);
    AUTO(sync_close) sync_lane *l = NULL;
    sync_report r;
    OK(sync_open(f->db, &f->w, &(sync_options){.shop = STR("main"), .channel = STR(""), .dry_run = true}, 0, &l, e));
    OK(sync_recent(l, f->a, &r, e));
    assert_int_equal(r.line_count, 1);
    assert_text(r.lines[0].sku, "SKU-001");
    assert_int_equal(r.lines[0].delta, -3);
    assert_int_equal(f->m->calls, 0);
}

static void test_a_lane_is_held_by_one(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = with_products(1, 10);
    AUTO(sync_close) sync_lane *first = fixture_lane(f), *second = NULL;
    err trouble = {0};
    sync_report r;
    assert_false(
        sync_open(f->db, &f->w, &(sync_options){.shop = STR("main"), .channel = STR("")}, 3000, &second, &trouble));
    assert_int_equal(trouble.code, ERR_BUSY);
    fixture_move(f, 0, -1);
    model_advance(f->m, 60 * US_PER_S); /* the first shows no life for a minute */
    OK(sync_open(f->db, &f->w, &(sync_options){.shop = STR("main"), .channel = STR("")}, 0, &second, e));
    assert_false(sync_recent(first, f->a, &r, &trouble)); /* its fence is gone: it plans and sends nothing */
    assert_int_equal(trouble.code, ERR_CONFLICT);
    assert_int_equal(f->m->mutations, 0);
    OK(sync_recent(second, f->a, &r, e));
    assert_int_equal(r.pushed, 1);
    fixture_settled(f);
}

static bool after_two_calls(void *ctx)
{
    return ((const model *)ctx)->calls >= 2;
}

static void test_a_stop_ends_between_calls(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = with_products(600, 5);
    for (int i = 0; i < 600; i++)
        fixture_move(f, i, -1);
    model_fail(f->m, MODEL_LOSE_ANSWER, "Adjust", 1, 1000); /* it would go on for long */
    sync_lane *l = NULL;
    sync_report r;
    sync_options o = {.shop = STR("main"), .channel = STR(""), .stop = after_two_calls, .ctx = f->m};
    OK(sync_open(f->db, &f->w, &o, 0, &l, e));
    OK(sync_recent(l, f->a, &r, e));
    sync_close(&l);
    assert_true(r.calls <= 4);
    f->m->faults[0].count = 0;
    fixture_recent(f);
    fixture_settled(f);
}

static void test_no_such_shop(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = fixture_new();
    sync_lane *l = NULL;
    err e = {0};
    assert_false(sync_open(f->db, &f->w, &(sync_options){.shop = STR("other"), .channel = STR("")}, 0, &l, &e));
    assert_int_equal(e.code, ERR_MISSING);
}

/* What one process spent is not there for the next one, which has no answer yet that says so. */
static void test_the_next_process_knows_what_is_spent(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = with_products(1, 10);
    f->m->points_missing = 2000;
    for (int run = 0; run < 2; run++) {
        fixture_move(f, 0, 1);
        instant began = f->m->now;
        fixture_recent(f);
        if (run == 1)
            assert_in_range(f->m->now - began, US_PER_S / 10, 2 * US_PER_S); /* 10 points at 100 a second */
    }
    model_advance(f->m, 30 * US_PER_S);
    instant began = f->m->now;
    fixture_move(f, 0, 1);
    fixture_recent(f);
    assert_in_range(f->m->now - began, 0, US_PER_S / 10 - 1); /* the bucket is full again, whatever was told */
    fixture_settled(f);
}

typedef struct change { /* numbers change here while orders are read; what the shop shows at the read of the last one */
    fixture *f;
    qty fall, rise, later;
} change;

static void change_during_import(void *ctx, model *m, const char *operation, int nth, bool after)
{
    change *c = ctx;
    if (strcmp(operation, "Order") != 0)
        return;
    if (nth == 1 && after) {
        fixture_move(c->f, 3, -4);
        fixture_move(c->f, 4, 4);
    }
    if (nth == 2 && after)
        fixture_move(c->f, 5, 4);
    if (nth == 3 && !after) {
        c->fall = model_available(m, 3, 0);
        c->rise = model_available(m, 4, 0);
    }
    if (nth == 4 && !after)
        c->later = model_available(m, 5, 0);
}

static void test_what_is_owed_does_not_wait_for_the_end_of_an_import(void **state)
{
    (void)state;
    for (int push = 0; push < 2; push++) {
        AUTO(fixture_end) fixture *f = fixture_new();
        change c = {.f = f};
        sync_lane *lane = NULL;
        sync_report r;
        for (int i = 0; i < 6; i++)
            fixture_product(f, (const char *[]){"A", "B", "C", "D", "E", "F"}[i], 10);
        model_advance(f->m, 600 * US_PER_S);
        assert_int_equal(fixture_adopt(f).adopted, 6);
        model_advance(f->m, 600 * US_PER_S);
        OK(sync_open(f->db, &f->w, &(sync_options){.shop = STR("main"), .channel = STR(""), .push = push}, 0, &lane,
                     e));
        for (int i = 0; i < 4; i++)
            model_place(f->m, (model_sale){.item = i % 3, .units = 1, .location = 0});
        f->m->hook = change_during_import;
        f->m->hook_ctx = &c;
        OK(sync_orders(lane, f->a, &r, e));
        f->m->hook = NULL;
        assert_int_equal(r.new_events, 4);
        assert_int_equal(r.selected, push ? 2 : 0);
        assert_int_equal(r.pushed, push ? 2 : 0);
        assert_int_equal(c.fall, push ? 6 : 10);
        assert_int_equal(c.rise, push ? 14 : 10); /* the first rise does not wait */
        assert_int_equal(c.later, 10);            /* the next one waits for its second */
        sync_close(&lane);
        fixture_recent(f);
        fixture_settled(f);
    }
}

static void mend_address(void *ctx, model *m, const char *operation, int nth, bool after)
{
    (void)m;
    fixture *f = ctx;
    AUTO(store_tx_end) store_tx *tx = NULL;
    const store_config *c;
    if (strcmp(operation, "Adjust") != 0 || nth > 1 || after)
        return;
    OK(store_begin(f->db, STORE_WRITE, &tx, e));
    OK(store_config_get(tx, &c, e));
    store_shop row = *config_shop_by_code(c, STR("main"));
    row.url = STR("http://elsewhere.test");
    OK(store_shop_put(tx, &row, NULL, e));
    OK(store_commit(&tx, e));
}

static void test_a_run_ends_when_the_shops_address_is_mended(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = with_products(1, 10);
    sync_report r;
    err trouble = {0};
    fixture_move(f, 0, 1);
    model_fail(f->m, MODEL_LOSE_ANSWER, "Adjust", 0, 1000);
    f->m->hook = mend_address;
    f->m->hook_ctx = f;
    sync_lane *l = fixture_lane(f);
    instant began = f->m->now;
    assert_false(sync_recent(l, f->a, &r, &trouble));
    sync_close(&l);
    f->m->hook = NULL;
    f->m->faults[0].count = 0;
    assert_int_equal(trouble.code, ERR_CONFLICT);
    assert_non_null(strstr(trouble.text, "address of shop 'main' was changed"));
    assert_in_range(f->m->now - began, 0, 5 * US_PER_S); /* not the timeouts of six tries */
    fixture_recent(f);                                   /* what was in doubt is settled there */
    fixture_settled(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_owed_is_pushed_once),
        cmocka_unit_test(test_several_calls_fly_at_once),
        cmocka_unit_test(test_a_sale_meanwhile_is_not_undone),
        cmocka_unit_test(test_faults_are_survived_by_the_same_key),
        cmocka_unit_test(test_an_outage_leaves_it_in_doubt_for_the_next_run),
        cmocka_unit_test(test_a_shop_that_says_stop_is_left_alone),
        cmocka_unit_test(test_refused_lines_go_out_and_the_rest_goes_again),
        cmocka_unit_test(test_without_a_named_line_halves_find_it),
        cmocka_unit_test(test_a_refusal_waits_for_an_earlier_copy),
        cmocka_unit_test(test_an_old_operation_is_not_sent_again),
        cmocka_unit_test(test_killed_anywhere),
        cmocka_unit_test(test_killed_with_several_in_flight),
        cmocka_unit_test(test_changes_of_one_target_are_one_line),
        cmocka_unit_test(test_never_adopted_and_read_only_are_refused_with_the_mend),
        cmocka_unit_test(test_a_dry_run_tells_and_sends_nothing),
        cmocka_unit_test(test_a_lane_is_held_by_one),
        cmocka_unit_test(test_a_stop_ends_between_calls),
        cmocka_unit_test(test_no_such_shop),
        cmocka_unit_test(test_the_next_process_knows_what_is_spent),
        cmocka_unit_test(test_what_is_owed_does_not_wait_for_the_end_of_an_import),
        cmocka_unit_test(test_a_run_ends_when_the_shops_address_is_mended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
