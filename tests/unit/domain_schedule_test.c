/*
 * Schedules: text and back, what is refused, and the next time against a minute-by-minute twin.
 */
#include "domain/domain.h"

#include "unit.h"

static const struct {
    const char *text;
    schedule_kind kind;
    int64_t minutes;
    const char *words;
} GOOD[] = {
    {"every 15m", SCHEDULE_EVERY, 15, "every 15 minutes"},
    {"15m", SCHEDULE_EVERY, 15, "every 15 minutes"},
    {"every 1 minute", SCHEDULE_EVERY, 1, "every 1 minute"},
    {" every 30 minutes ", SCHEDULE_EVERY, 30, "every 30 minutes"},
    {"5", SCHEDULE_EVERY, 5, "every 5 minutes"},
    {"hourly", SCHEDULE_EVERY, 60, "hourly"},
    {"60m", SCHEDULE_EVERY, 60, "hourly"},
    {"daily at 02:00", SCHEDULE_DAILY, 120, "daily at 02:00 UTC"},
    {"daily at 23:59 UTC", SCHEDULE_DAILY, 1439, "daily at 23:59 UTC"},
    {"as changes happen", SCHEDULE_CHANGES, 0, "as changes happen"},
    {"none", SCHEDULE_NONE, 0, "none"},
};

static void test_schedules_are_read_and_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(GOOD); i++) {
        AUTO(arena_end) arena *a = arena_new(0);
        err e = {0};
        schedule s, again;
        if (!domain_schedule_parse(str_of(GOOD[i].text), &s, &e))
            fail_msg("%s: %s", GOOD[i].text, e.text);
        assert_int_equal(s.kind, GOOD[i].kind);
        assert_int_equal(s.minutes, GOOD[i].minutes);
        assert_text(domain_schedule_text(a, s), GOOD[i].words);
        assert_true(domain_schedule_parse(domain_schedule_text(a, s), &again, &e));
        assert_int_equal(again.kind, s.kind); /* not as bytes: there is padding between the two */
        assert_int_equal(again.minutes, s.minutes);
    }
}

static void test_other_texts_are_refused_with_what_is_possible(void **state)
{
    (void)state;
    static const char *const BAD[] = {"",
                                      "7m",
                                      "every 0m",
                                      "every",
                                      "daily",
                                      "daily at 24:00",
                                      "daily at 2:00",
                                      "daily at 02:60",
                                      "daily at -1:00",
                                      "* * * * *",
                                      "every 15 parsecs",
                                      "AS CHANGES HAPPEN",
                                      "every 15mm"};
    for (size_t i = 0; i < COUNT(BAD); i++) {
        err e = {0};
        schedule s;
        if (domain_schedule_parse(str_of(BAD[i]), &s, &e))
            fail_msg("'%s' was taken", BAD[i]);
        assert_int_equal(e.code, ERR_INPUT);
        assert_non_null(strstr(e.text, "daily at HH:MM"));
    }
}

static instant naive_next(schedule s, instant after)
{
    for (instant t = (after / (60 * US_PER_S) + 1) * 60 * US_PER_S;; t += 60 * US_PER_S) {
        int64_t minute_of_day = t / (60 * US_PER_S) % 1440;
        if (s.kind == SCHEDULE_EVERY ? minute_of_day % s.minutes == 0 : minute_of_day == s.minutes)
            return t;
    }
}

static void test_the_next_time_is_the_first_after(void **state)
{
    (void)state;
    uint64_t x = 88172645463325252u;
    for (int i = 0; i < 3000; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        static const int64_t EVERY[] = {1, 5, 15, 30, 60};
        schedule s = i % 2 ? (schedule){SCHEDULE_EVERY, EVERY[x % 5]} : (schedule){SCHEDULE_DAILY, (int64_t)(x % 1440)};
        instant after = (instant)(x % (uint64_t)(INT64_C(4000000000) * US_PER_S));
        if (i % 7 == 0)
            after = after / (1440 * 60 * US_PER_S) * (1440 * 60 * US_PER_S); /* midnight itself */
        assert_int_equal(domain_schedule_next(s, after), naive_next(s, after));
    }
    assert_int_equal(domain_schedule_next((schedule){SCHEDULE_CHANGES, 0}, 0), INSTANT_NONE);
    assert_int_equal(domain_schedule_next((schedule){SCHEDULE_NONE, 0}, 0), INSTANT_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_schedules_are_read_and_written),
        cmocka_unit_test(test_other_texts_are_refused_with_what_is_possible),
        cmocka_unit_test(test_the_next_time_is_the_first_after),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
