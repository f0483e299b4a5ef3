/* When a job runs: presets as text and back, and the next time. */
#include "domain/schedule.h"

#define MINUTE_US (INT64_C(60) * US_PER_S)
#define DAY_US    (INT64_C(1440) * MINUTE_US)

static const int64_t EVERY[] = {1, 5, 15, 30, 60};

static bool every(int64_t minutes, schedule *ret)
{
    for (size_t i = 0; i < COUNT(EVERY); i++)
        if (EVERY[i] == minutes) {
            *ret = (schedule){SCHEDULE_EVERY, minutes};
            return true;
        }
    return false;
}

/* "15m", "15 minutes", "15", "1 minute" */
static bool parse_minutes(str s, schedule *ret)
{
    static const char *const UNITS[] = {" minutes", " minute", " min", "min", "m"};
    int64_t n;
    for (size_t i = 0; i < COUNT(UNITS); i++)
        if (str_ends(s, str_of(UNITS[i]))) {
            s.len -= strlen(UNITS[i]);
            break;
        }
    return num_parse_i64(str_trim(s), &n) && every(n, ret);
}

/* "02:00", with or without " UTC" */
static bool parse_daily(str s, schedule *ret)
{
    str hours, minutes;
    int64_t h, m;
    if (str_ends(s, STR(" UTC")))
        s.len -= 4;
    if (!str_cut(str_trim(s), ':', &hours, &minutes) || hours.len != 2 || minutes.len != 2 ||
        !num_parse_i64(hours, &h) || !num_parse_i64(minutes, &m) || h < 0 || h > 23 || m < 0 || m > 59)
        return false;
    *ret = (schedule){SCHEDULE_DAILY, h * 60 + m};
    return true;
}

static bool parse(str s, schedule *ret)
{
    if (str_equal(s, STR("none"))) {
        *ret = (schedule){SCHEDULE_NONE, 0};
        return true;
    }
    if (str_equal(s, STR("as changes happen"))) {
        *ret = (schedule){SCHEDULE_CHANGES, 0};
        return true;
    }
    if (str_equal(s, STR("hourly")))
        return every(60, ret);
    if (str_starts(s, STR("daily at ")))
        return parse_daily((str){s.at + 9, s.len - 9}, ret);
    if (str_starts(s, STR("every ")))
        return parse_minutes((str){s.at + 6, s.len - 6}, ret);
    return parse_minutes(s, ret);
}

bool domain_schedule_parse(str text, schedule *ret, err *e)
{
    schedule s;
    str trimmed = str_trim(text);
    if (!parse(trimmed, &s))
        return ERR(e, ERR_INPUT,
                   "'%.*s' is no schedule; write every 1m, 5m, 15m, 30m, hourly, daily at HH:MM, or as changes happen",
                   STR_ARG(trimmed));
    *ret = s;
    return true;
}

str domain_schedule_text(arena *a, schedule s)
{
    switch (s.kind) {
    case SCHEDULE_NONE:
        return STR("none");
    case SCHEDULE_CHANGES:
        return STR("as changes happen");
    case SCHEDULE_EVERY:
        if (s.minutes == 60)
            return STR("hourly");
        return str_printf(a, "every %" PRId64 " minute%s", s.minutes, s.minutes == 1 ? "" : "s");
    case SCHEDULE_DAILY:
        return str_printf(a, "daily at %02" PRId64 ":%02" PRId64 " UTC", s.minutes / 60, s.minutes % 60);
    case SCHEDULE_KINDS:
        break;
    }
    check_failed("a kind of schedule", ERR_HERE);
}

/* The first multiple of `step` after `after`, less or more `offset`. */
static instant next_multiple(instant after, int64_t step, int64_t offset)
{
    return (after - offset) / step * step + offset + (after < offset ? 0 : step);
}

instant domain_schedule_next(schedule s, instant after)
{
    switch (s.kind) {
    case SCHEDULE_NONE:
    case SCHEDULE_CHANGES:
        return INSTANT_NONE;
    case SCHEDULE_EVERY:
        return next_multiple(after, s.minutes * MINUTE_US, 0);
    case SCHEDULE_DAILY:
        return next_multiple(after, DAY_US, s.minutes * MINUTE_US);
    case SCHEDULE_KINDS:
        break;
    }
    check_failed("a kind of schedule", ERR_HERE);
}
