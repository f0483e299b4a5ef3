/* Verify: finds nothing in a store with a row of every kind, at any moment, and counts what it looked at. */
#include "a_world.h"

static void test_nothing_is_found_in_a_world_with_everything(void **state)
{
    fixture *f = *state;
    a_world_build(f);
    verify_report r = verify(f);
    assert_int_equal(r.differences, 0);
    assert_int_equal(r.levels, 4);
    assert_int_equal(r.targets, 8);
    assert_int_equal(r.orders, 7);
    assert_true(r.movements > r.levels);
    assert_int_equal(r.behind, 0);
}

static void test_targets_that_a_date_made_stale_are_not_compared(void **state)
{
    fixture *f = *state;
    a_world_build(f);
    f->now += MINUTES(2000); /* LA has left the group */
    verify_report r = verify(f);
    assert_int_equal(r.behind, 5); /* all but those of the physical channel */
    OK(store_catch_up_all(f->s, &trouble));
    assert_int_equal(verify(f).behind, 0);
}

static void test_verify_reads_a_store_that_is_open_for_reading(void **state)
{
    fixture *f = *state;
    if (!fixture_has_file())
        return;
    a_world_build(f);
    reopen(f, STORE_READ);
    assert_int_equal(verify(f).differences, 0);
}

/* More products, pairs and lines than a page holds, so that every walk turns its pages. */
static void test_verify_turns_its_pages(void **state)
{
    fixture *f = *state;
    a_world w = a_world_build(f);
    enum { MANY = 1100 };
    for (int i = 0; i < MANY; i++) {
        if (i % 100 == 0)
            begin(f);
        int64_t product = a_product(f, str_z(f->a, str_printf(f->a, "P%d", i)));
        adjust(f, product, w.nyc, i + 1, INSTANT_NONE);
        OK(store_channel_settings(f->tx, product, w.web, 0, true, &trouble));
        event(f, 0, w.web, product, &(order_event){.kind = EVENT_PLACED, .quantity = 1, .queue = -1});
        if (i % 100 == 99)
            commit(f);
    }
    verify_report r = verify(f);
    assert_int_equal(r.levels, 4 + MANY);
    assert_int_equal(r.targets, 8 + MANY);
    assert_int_equal(r.orders, 7 + MANY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_nothing_is_found_in_a_world_with_everything),
        TEST(test_targets_that_a_date_made_stale_are_not_compared),
        TEST(test_verify_reads_a_store_that_is_open_for_reading),
        TEST(test_verify_turns_its_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
