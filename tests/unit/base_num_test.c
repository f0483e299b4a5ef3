/* Whole numbers: their bounds, and what is none. */
#include "unit.h"

static void test_whole_numbers_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t want;
    } rows[] = {
        {"0", 0},
        {"-0", 0},
        {"+5", 5},
        {"007", 7},
        {"1000000000", 1000000000},
        {"9223372036854775807", INT64_MAX},
        {"-9223372036854775808", INT64_MIN},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t got = 42;
        assert_true(num_parse_i64(str_of(rows[i].text), &got));
        assert_int_equal(got, rows[i].want);
    }
}

static void test_anything_else_is_refused(void **state)
{
    (void)state;
    static const str rows[] = {
        STR(""),
        STR("-"),
        STR("+"),
        STR(" 1"),
        STR("1 "),
        STR("1.0"),
        STR("1e3"),
        STR("0x1"),
        STR("--1"),
        STR("+-1"),
        STR("1,000"),
        STR("１"),
        STR("1\0"),
        STR("\0"
            "1"),
        STR("9223372036854775808"),
        STR("-9223372036854775809"),
        STR("92233720368547758070"),
        STR("inf"),
        STR("1_0"),
        STR("/"),
        STR(":"),
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t got = 42;
        if (num_parse_i64(rows[i], &got) || got != 42)
            fail_msg("'%.*s' was read as %" PRId64, STR_ARG(rows[i]), got);
    }
}

static void test_a_refused_quantity_says_why(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        qty least, most;
        const char *want;
    } rows[] = {
        {"1.5", 0, 10, "'1.5' is not a whole number"},
        {"", 0, 10, "'' is empty; a whole number is needed"},
        {"1000000001", 0, QTY_FILE_MAX, "1000000001 is above the largest allowed, 1000000000"},
        {"-1", 0, 10, "-1 is below the least allowed, 0"},
        {"99999999999999999999", 0, 10, "99999999999999999999 is above the largest allowed, 10"},
        {"-99999999999999999999", 0, 10, "-99999999999999999999 is below the least allowed, 0"},
        {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\u00e9", 0, 10,
         "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...' is not a whole number"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        err e = {0};
        qty got = 42;
        assert_false(num_parse_qty(str_of(rows[i].text), rows[i].least, rows[i].most, &got, &e));
        assert_int_equal(e.code, ERR_INPUT);
        assert_string_equal(e.text, rows[i].want);
        assert_int_equal(got, 42);
    }
}

static void test_the_bounds_themselves_are_allowed(void **state)
{
    (void)state;
    err e = {0};
    qty got;
    assert_true(num_parse_qty(STR("-3"), -3, 3, &got, &e));
    assert_int_equal(got, -3);
    assert_true(num_parse_qty(STR("3"), -3, 3, &got, &e));
    assert_int_equal(got, 3);
    assert_true(num_parse_qty(STR("-9223372036854775808"), INT64_MIN, INT64_MAX, &got, &e));
    assert_int_equal(got, INT64_MIN);
}

static void test_overflow_is_seen_and_not_wrapped(void **state)
{
    (void)state;
    qty got;
    assert_true(qty_add(INT64_MAX - 1, 1, &got));
    assert_int_equal(got, INT64_MAX);
    assert_false(qty_add(INT64_MAX, 1, &got));
    assert_false(qty_sub(INT64_MIN, 1, &got));
    assert_false(qty_mul(INT64_MAX / 2 + 1, 2, &got));
    assert_false(qty_mul(INT64_MIN, -1, &got));
    assert_true(qty_mul(INT64_MIN / 2, 2, &got));
    assert_int_equal(got, INT64_MIN);
}

static void test_floor_division_rounds_down_on_both_sides_of_zero(void **state)
{
    (void)state;
    for (qty n = 1; n <= 7; n++)
        for (qty a = -50; a <= 50; a++) {
            qty floor = -100;
            while ((floor + 1) * n <= a)
                floor++;
            assert_int_equal(qty_floor_div(a, n), floor);
        }
    assert_int_equal(qty_floor_div(INT64_MIN, 1), INT64_MIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_numbers_are_read),
        cmocka_unit_test(test_anything_else_is_refused),
        cmocka_unit_test(test_a_refused_quantity_says_why),
        cmocka_unit_test(test_the_bounds_themselves_are_allowed),
        cmocka_unit_test(test_overflow_is_seen_and_not_wrapped),
        cmocka_unit_test(test_floor_division_rounds_down_on_both_sides_of_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
