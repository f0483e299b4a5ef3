/* Levels and the ledger: movements, resets, late snapshots; the targets that follow. */
#include "store_tests.h"

typedef struct shelf {
    int64_t nyc, web, product;
} shelf;

static shelf a_shelf(fixture *f)
{
    shelf w = {0};
    begin(f);
    w.nyc = a_facility(f, "NYC", FACILITY_STORE);
    w.web = a_channel(f, "web", a_shop(f, "main"), "gid://shopify/Location/1", a_group_of(f, "G", w.nyc, 0));
    w.product = a_product(f, "A");
    OK(store_channel_settings(f->tx, w.product, w.web, 0, true, &trouble));
    commit(f);
    return w;
}

static size_t ledger(fixture *f, const shelf *w, store_movement **ret)
{
    size_t count;
    OK(store_movements_after(f->tx, w->product, w->nyc, 0, 100, f->a, ret, &count, &trouble));
    return count;
}

static void test_a_movement_moves_the_balance_and_the_target_together(void **state)
{
    fixture *f = *state;
    shelf w = a_shelf(f);
    begin(f);
    adjust(f, w.product, w.nyc, 7, NOON - 5);
    adjust(f, w.product, w.nyc, -2, INSTANT_NONE);
    commit(f);
    look(f);
    store_movement *rows;
    assert_int_equal(ledger(f, &w, &rows), 2);
    assert_int_equal(rows[0].at, NOON - 5);
    assert_int_equal(rows[0].recorded_at, NOON);
    assert_int_equal(rows[0].qoh_delta, 7);
    assert_int_equal(rows[1].at, NOON);
    assert_int_equal(rows[1].qoh, 5);
    assert_int_equal(rows[1].atp, 5);
    assert_text(rows[1].actor, "tester");
    assert_text(rows[1].comment, "");
    assert_true(rows[1].seq > rows[0].seq);
    assert_int_equal(level_of(f, w.product, w.nyc).qoh, 5);
    assert_int_equal(target_of(f, w.product, w.web).t, 5);
    assert_int_equal(target_of(f, w.product, w.web).raw, 5);
}

static void test_a_rollback_leaves_nothing(void **state)
{
    fixture *f = *state;
    shelf w = a_shelf(f);
    begin(f);
    adjust(f, w.product, w.nyc, 7, INSTANT_NONE);
    OK(store_flush(f->tx, &trouble)); /* written, and yet */
    back(f);
    look(f);
    store_movement *rows;
    assert_int_equal(ledger(f, &w, &rows), 0);
    assert_int_equal(level_of(f, w.product, w.nyc).qoh, 0);
    assert_int_equal(target_of(f, w.product, w.web).t, 0);
}

static void test_a_flush_shows_what_was_written_in_the_same_transaction(void **state)
{
    fixture *f = *state;
    shelf w = a_shelf(f);
    target_row *rows;
    size_t count;
    begin(f);
    adopt(f, w.product, w.web, 0);
    adjust(f, w.product, w.nyc, 7, INSTANT_NONE);
    OK(store_flush(f->tx, &trouble));
    OK(store_targets_after(f->tx, 1, 0, (target_key){0, 0}, 10, f->a, &rows, &count, &trouble));
    assert_int_equal(count, 1);
    assert_int_equal(rows[0].target.t, 7);
    adjust(f, w.product, w.nyc, 1, INSTANT_NONE);
    commit(f);
    look(f);
    assert_int_equal(target_of(f, w.product, w.web).t, 8);
}

static void test_a_balance_has_a_limit(void **state)
{
    fixture *f = *state;
    shelf w = a_shelf(f);
    begin(f);
    adjust(f, w.product, w.nyc, ATP_BALANCE_MAX, INSTANT_NONE);
    store_movement m = {.product = w.product, .facility = w.nyc, .at = INSTANT_NONE, .qoh_delta = 1, .atp_delta = 1};
    FAILS(store_move(f->tx, &m, &trouble), ERR_INPUT, "the balance of A would pass");
    assert_int_equal(level_of(f, w.product, w.nyc).qoh, ATP_BALANCE_MAX);
}

static void test_a_negative_balance_is_kept_and_promises_nothing(void **state)
{
    fixture *f = *state;
    shelf w = a_shelf(f);
    begin(f);
    adjust(f, w.product, w.nyc, -3, INSTANT_NONE);
    commit(f);
    look(f);
    assert_int_equal(level_of(f, w.product, w.nyc).qoh, -3);
    assert_int_equal(target_of(f, w.product, w.web).t, 0);
}

static void test_the_ledger_reads_by_pair_product_facility_and_whole(void **state)
{
    fixture *f = *state;
    shelf w = a_shelf(f);
    begin(f);
    int64_t la = a_facility(f, "LA", FACILITY_STORE), other = a_product(f, "B");
    adjust(f, w.product, w.nyc, 1, INSTANT_NONE);
    adjust(f, other, w.nyc, 2, INSTANT_NONE);
    adjust(f, w.product, la, 3, INSTANT_NONE);
    adjust(f, w.product, w.nyc, 4, INSTANT_NONE);
    const struct {
        int64_t product, facility;
        qty want[4];
        size_t count;
    } READS[] = {
        {w.product, w.nyc, {1, 4}, 2}, {w.product, 0, {1, 3, 4}, 3}, {0, w.nyc, {1, 2, 4}, 3},
        {0, 0, {1, 2, 3, 4}, 4},       {other, la, {0}, 0},
    };
    for (size_t i = 0; i < COUNT(READS); i++) {
        store_movement *rows;
        size_t count, got = 0;
        int64_t seq = 0;
        do { /* in pages of two */
            OK(store_movements_after(f->tx, READS[i].product, READS[i].facility, seq, 2, f->a, &rows, &count,
                                     &trouble));
            for (size_t n = 0; n < count; n++)
                assert_int_equal(rows[n].qoh_delta, READS[i].want[got++]);
            seq = count ? rows[count - 1].seq : seq;
        } while (count == 2);
        assert_int_equal(got, READS[i].count);
    }
    store_movement *rows;
    size_t count;
    OK(store_movements_newest(f->tx, w.product, 2, f->a, &rows, &count, &trouble));
    assert_int_equal(count, 2);
    assert_int_equal(rows[0].qoh_delta, 4);
    assert_int_equal(rows[1].qoh_delta, 3);
}

/* -- resets -- */

static void test_a_reset_says_what_is_there(void **state)
{
    fixture *f = *state;
    shelf w = a_shelf(f);
    store_movement *rows;
    begin(f);
    adjust(f, w.product, w.nyc, 5, INSTANT_NONE);
    assert_int_equal(reset(f, w.product, w.nyc, RESET_QOH, 8, INSTANT_NONE), RESET_MOVED);
    assert_int_equal(reset(f, w.product, w.nyc, RESET_QOH, 8, INSTANT_NONE), RESET_SAME);
    assert_int_equal(ledger(f, &w, &rows), 2);
    assert_int_equal(rows[1].kind, MOVE_RESET);
    assert_int_equal(rows[1].qoh_delta, 3);
    store_level l = level_of(f, w.product, w.nyc);
    assert_int_equal(l.reset_at, NOON);
    assert_false(l.reset_given);
    assert_int_equal(l.seen_run, 1);
    commit(f);
}

static void test_a_first_count_of_nothing_is_remembered(void **state)
{
    fixture *f = *state;
    shelf w = a_shelf(f);
    store_movement *rows;
    begin(f);
    assert_int_equal(reset(f, w.product, w.nyc, RESET_QOH, 0, INSTANT_NONE), RESET_MOVED);
    assert_int_equal(ledger(f, &w, &rows), 1);
    assert_true(level_of(f, w.product, w.nyc).moved);
}

static void test_a_reset_of_atp_compares_with_atp(void **state)
{
    fixture *f = *state;
    shelf w = a_shelf(f);
    begin(f);
    adjust(f, w.product, w.nyc, 10, INSTANT_NONE);
    event(f, 0, w.web, w.product, &(order_event){.kind = EVENT_PLACED, .quantity = 4, .queue = -1, .facility = w.nyc});
    assert_int_equal(level_of(f, w.product, w.nyc).atp, 6);
    reset(f, w.product, w.nyc, RESET_ATP, 7, INSTANT_NONE);
    assert_int_equal(level_of(f, w.product, w.nyc).atp, 7);
    assert_int_equal(level_of(f, w.product, w.nyc).qoh, 11);
    reset(f, w.product, w.nyc, RESET_KEEP_GAP, 9, INSTANT_NONE);
    assert_int_equal(level_of(f, w.product, w.nyc).atp, 5);
    assert_int_equal(level_of(f, w.product, w.nyc).qoh, 9);
    commit(f);
}

static void test_a_late_snapshot_undoes_nothing(void **state)
{
    fixture *f = *state;
    shelf w = a_shelf(f);
    begin(f);
    adjust(f, w.product, w.nyc, 10, NOON - MINUTES(60));
    adjust(f, w.product, w.nyc, -4, NOON - MINUTES(10)); /* sold after the count, before its file came */
    reset(f, w.product, w.nyc, RESET_QOH, 9, NOON - MINUTES(30));
    store_level l = level_of(f, w.product, w.nyc);
    assert_int_equal(l.qoh, 5);
    assert_true(l.reset_given);
    /* A reset's own difference is never replayed: the same count again is no change. */
    assert_int_equal(reset(f, w.product, w.nyc, RESET_QOH, 9, NOON - MINUTES(30)), RESET_SAME);
    assert_int_equal(reset(f, w.product, w.nyc, RESET_QOH, 50, NOON - MINUTES(31)), RESET_OLDER);
    assert_int_equal(level_of(f, w.product, w.nyc).qoh, 5);
    commit(f);
}

static void test_a_later_count_is_newer_though_the_clock_was_set_back(void **state)
{
    fixture *f = *state;
    shelf w = a_shelf(f);
    begin(f);
    assert_int_equal(reset(f, w.product, w.nyc, RESET_QOH, 9, INSTANT_NONE), RESET_MOVED);
    commit(f);
    f->now -= MINUTES(5);
    begin(f);
    assert_int_equal(reset(f, w.product, w.nyc, RESET_QOH, 7, INSTANT_NONE), RESET_MOVED);
    assert_int_equal(level_of(f, w.product, w.nyc).qoh, 7);
    commit(f);
}

static void test_without_as_of_a_reset_counts_as_of_now_and_replays_nothing(void **state)
{
    fixture *f = *state;
    shelf w = a_shelf(f);
    begin(f);
    adjust(f, w.product, w.nyc, 10, NOON + MINUTES(5)); /* a clock that runs ahead */
    reset(f, w.product, w.nyc, RESET_QOH, 3, INSTANT_NONE);
    assert_int_equal(level_of(f, w.product, w.nyc).qoh, 3);
    adjust(f, w.product, w.nyc, 2, NOON - MINUTES(60)); /* and later imports apply whatever their time */
    assert_int_equal(level_of(f, w.product, w.nyc).qoh, 5);
    commit(f);
}

static void test_a_movement_that_a_given_count_holds_already_does_not_move(void **state)
{
    fixture *f = *state;
    shelf w = a_shelf(f);
    store_movement *rows;
    begin(f);
    adjust(f, w.product, w.nyc, 10, NOON - MINUTES(90));
    int64_t line = event(f, 0, w.web, w.product,
                         &(order_event){.kind = EVENT_PLACED, .quantity = 2, .queue = -1, .facility = w.nyc});
    reset(f, w.product, w.nyc, RESET_QOH, 10, NOON - MINUTES(30));
    adjust(f, w.product, w.nyc, -4, NOON - MINUTES(30));
    assert_int_equal(level_of(f, w.product, w.nyc).qoh, 10);
    size_t count = ledger(f, &w, &rows);
    assert_true(rows[count - 1].in_count);
    assert_int_equal(rows[count - 1].qoh_delta, 0);
    /* A reservation that it ends still ends. */
    event(f, line, w.web, w.product,
          &(order_event){
              .kind = EVENT_FULFILLED, .quantity = 2, .queue = -1, .facility = w.nyc, .at = NOON - MINUTES(40)});
    store_level l = level_of(f, w.product, w.nyc);
    assert_int_equal(l.qoh, 10);
    assert_int_equal(l.atp, 10);
    adjust(f, w.product, w.nyc, -4, NOON - MINUTES(30) + 1);
    assert_int_equal(level_of(f, w.product, w.nyc).qoh, 6);
    commit(f);
}

/* More than a transaction keeps in memory: some are written and read again before it ends. */
static void test_a_transaction_may_touch_many_products(void **state)
{
    fixture *f = *state;
    shelf w = a_shelf(f);
    enum { MANY = 9000 };
    int64_t *ids = ARENA_NEW(f->a, int64_t, MANY);
    begin(f);
    for (int i = 0; i < MANY; i++) {
        char sku[16];
        snprintf(sku, sizeof sku, "P%d", i);
        ids[i] = a_product(f, sku);
        adjust(f, ids[i], w.nyc, i + 1, INSTANT_NONE);
    }
    for (int i = 0; i < MANY; i++)
        reset(f, ids[i], w.nyc, RESET_QOH, i + 2, INSTANT_NONE);
    commit(f);
    look(f);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(level_of(f, ids[i], w.nyc).qoh, i + 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_movement_moves_the_balance_and_the_target_together),
        TEST(test_a_rollback_leaves_nothing),
        TEST(test_a_flush_shows_what_was_written_in_the_same_transaction),
        TEST(test_a_balance_has_a_limit),
        TEST(test_a_negative_balance_is_kept_and_promises_nothing),
        TEST(test_the_ledger_reads_by_pair_product_facility_and_whole),
        TEST(test_a_reset_says_what_is_there),
        TEST(test_a_first_count_of_nothing_is_remembered),
        TEST(test_a_reset_of_atp_compares_with_atp),
        TEST(test_a_late_snapshot_undoes_nothing),
        TEST(test_a_later_count_is_newer_though_the_clock_was_set_back),
        TEST(test_without_as_of_a_reset_counts_as_of_now_and_replays_nothing),
        TEST(test_a_movement_that_a_given_count_holds_already_does_not_move),
        TEST(test_a_transaction_may_touch_many_products),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
