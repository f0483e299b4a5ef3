/* Times as text: every day against a calendar that is walked day by day, and what is no time. */
#include "unit.h"

static instant parsed(const char *text)
{
    err e = {0};
    instant t = INSTANT_NONE;
    if (!instant_parse(str_of(text), &t, &e))
        fail_msg("%s", e.text);
    return t;
}

/* The second implementation: a calendar that can only turn its page. */
typedef struct calendar {
    int year, month, day;
} calendar;

static bool is_leap(int year)
{
    if (year % 400 == 0)
        return true;
    if (year % 100 == 0)
        return false;
    return year % 4 == 0;
}

static void turn_page(calendar *c)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int last = lengths[c->month - 1];
    if (c->month == 2 && is_leap(c->year))
        last = 29;
    c->day++;
    if (c->day > last) {
        c->day = 1;
        c->month++;
    }
    if (c->month > 12) {
        c->month = 1;
        c->year++;
    }
}

/* Every day of two whole cycles of 400 years; after that the days at which calendars go wrong. */
static bool is_worth_a_look(const calendar *c)
{
    return c->year < 2800 || (c->month == 2 && c->day >= 28) || (c->month == 3 && c->day == 1) ||
           (c->month == 12 && c->day == 31) || (c->month == 1 && c->day == 1);
}

static void test_every_day_prints_and_parses_as_the_calendar_says(void **state)
{
    (void)state;
    calendar c = {1970, 1, 1};
    int64_t day = 0;
    for (; c.year < 10000; turn_page(&c), day++) {
        if (!is_worth_a_look(&c))
            continue;
        char want[40];
        snprintf(want, sizeof want, "%04d-%02d-%02dT23:59:59Z", c.year, c.month, c.day);
        instant t = ((day + 1) * 86400 - 1) * US_PER_S;
        if (strcmp(INSTANT_Z(t), want) != 0)
            fail_msg("day %" PRId64 " prints as %s, and is %s", day, INSTANT_Z(t), want);
        assert_int_equal(parsed(want), t);
    }
    assert_int_equal(day, 2932897);
}

static void test_days_that_do_not_exist_are_refused(void **state)
{
    (void)state;
    for (int year = 1970; year < 2470; year++)
        for (int month = 0; month <= 13; month++)
            for (int day = 0; day <= 32; day++) {
                /* A date exists when the page before it turns to it. */
                calendar before = {year, month, day - 1};
                bool exists = month >= 1 && month <= 12 && day >= 1 && day <= 31;
                if (exists && day > 1) {
                    turn_page(&before);
                    exists = before.day == day;
                }
                char text[40];
                snprintf(text, sizeof text, "%04d-%02d-%02dT00:00:00Z", year, month, day);
                err e = {0};
                instant t;
                if (instant_parse(str_of(text), &t, &e) != exists)
                    fail_msg("%s: %s", text, exists ? e.text : "was read");
            }
}

static void test_a_fraction_is_printed_where_there_is_one(void **state)
{
    (void)state;
    assert_string_equal(INSTANT_Z(0), "1970-01-01T00:00:00Z");
    assert_string_equal(INSTANT_Z(1), "1970-01-01T00:00:00.000001Z");
    assert_string_equal(INSTANT_Z(500000), "1970-01-01T00:00:00.500000Z");
    assert_string_equal(INSTANT_Z(parsed("9999-12-31T23:59:59.999999Z")), "9999-12-31T23:59:59.999999Z");
    assert_string_equal(INSTANT_Z(INSTANT_NONE), "");
    AUTO(arena_end) arena *a = arena_new(0);
    assert_text(instant_text(a, parsed("2026-11-24T02:03:04Z")), "2026-11-24T02:03:04Z");
    assert_text(instant_text(a, INSTANT_NONE), "");
}

static void test_the_forms_of_rfc_3339_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"2026-11-24t02:03:04z", "2026-11-24T02:03:04Z"},
        {"2026-11-24T02:03:04+00:00", "2026-11-24T02:03:04Z"},
        {"2026-11-24T02:03:04-00:00", "2026-11-24T02:03:04Z"},
        {"2026-11-24T02:03:04+05:30", "2026-11-23T20:33:04Z"},
        {"2026-12-31T23:30:00-01:00", "2027-01-01T00:30:00Z"},
        {"2026-11-24T02:03:04+23:59", "2026-11-23T02:04:04Z"},
        {"2026-11-24T02:03:04.5Z", "2026-11-24T02:03:04.500000Z"},
        {"2026-11-24T02:03:04.000Z", "2026-11-24T02:03:04Z"},
        {"2026-11-24T02:03:04.123456999999999999999Z", "2026-11-24T02:03:04.123456Z"},
        {"1969-12-31T23:00:00-01:00", "1970-01-01T00:00:00Z"},
        {"2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_string_equal(INSTANT_Z(parsed(rows[i].text)), rows[i].want);
}

static void test_other_text_is_refused_with_the_reason(void **state)
{
    (void)state;
    static const struct {
        const char *text, *why;
    } rows[] = {
        {"", "is not a time"},
        {"2026-11-24", "is not a time"},
        {"2026-11-24T02:03Z", "is not a time"},
        {"2026-11-24T02:03:04", "is not a time"},
        {"2026-11-24 02:03:04Z", "is not a time"},
        {"2026-11-24T02:03:04,5Z", "is not a time"},
        {"2026-11-24T02:03:04.Z", "is not a time"},
        {"2026-11-24T02:03:04+0100", "is not a time"},
        {"2026-11-24T02:03:04+01", "is not a time"},
        {"2026-11-24T02:03:04+24:00", "is not a time"},
        {"2026-11-24T02:03:04+01:60", "is not a time"},
        {"2026-11-24T02:03:04ZZ", "is not a time"},
        {" 2026-11-24T02:03:04Z", "is not a time"},
        {"20261124T020304Z", "is not a time"},
        {"+026-11-24T02:03:04Z", "is not a time"},
        {"10000-01-01T00:00:00Z", "is not a time"},
        {"2026-11-24T24:00:00Z", "time of day that does not exist"},
        {"2026-11-24T02:60:00Z", "time of day that does not exist"},
        {"2026-11-24T02:03:61Z", "time of day that does not exist"},
        {"2016-12-31T23:59:60Z", "is a leap second"},
        {"2026-11-31T00:00:00Z", "a day that does not exist"},
        {"1969-12-31T23:59:59Z", "outside the years 1970 to 9999"},
        {"0000-01-01T00:00:00Z", "outside the years 1970 to 9999"},
        {"1970-01-01T00:00:00+00:01", "outside the years 1970 to 9999"},
        {"9999-12-31T23:59:59-00:01", "outside the years 1970 to 9999"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        err e = {0};
        instant t = 42;
        assert_false(instant_parse(str_of(rows[i].text), &t, &e));
        assert_int_equal(e.code, ERR_INPUT);
        assert_int_equal(t, 42);
        if (!strstr(e.text, rows[i].why))
            fail_msg("'%s' says \"%s\", not \"%s\"", rows[i].text, e.text, rows[i].why);
    }
    err e = {0};
    instant t;
    assert_false(instant_parse(STR("2026-11-24\0"
                                   "02:03:04Z"),
                               &t, &e));
}

static void print_before_1970(void)
{
    (void)instant_print(-1);
}

static void test_a_time_outside_the_years_is_never_printed(void **state)
{
    (void)state;
    assert_true(stops(print_before_1970));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_day_prints_and_parses_as_the_calendar_says),
        cmocka_unit_test(test_days_that_do_not_exist_are_refused),
        cmocka_unit_test(test_a_fraction_is_printed_where_there_is_one),
        cmocka_unit_test(test_the_forms_of_rfc_3339_are_read),
        cmocka_unit_test(test_other_text_is_refused_with_the_reason),
        cmocka_unit_test(test_a_time_outside_the_years_is_never_printed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
