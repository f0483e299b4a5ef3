/*
 * Time as text and back: RFC 3339 over the proleptic Gregorian calendar, with arithmetic of its own, because libc's
 * depends on the process's zone and locale.
 */
#include "base/instant.h"

#include <stdio.h>

#define YEAR_LEAST   1970
#define YEAR_MOST    9999
#define S_PER_DAY    86400
#define INSTANT_END  (INT64_C(2932897) * S_PER_DAY * US_PER_S) /* 10000-01-01 */
#define DAYS_PER_ERA 146097                                    /* 400 years, after which the calendar repeats */
#define DAYS_TO_1970 719468                                    /* from 0000-03-01 */

typedef struct date {
    int year, month, day;
} date;

/*
 * Years are counted from March, so that the leap day is the last of its year: then month m (March is 0) starts on day
 * (153 m + 2) / 5, since five months in a row always have 153 days.
 */
static int64_t days_of(date d)
{
    int64_t year = d.month > 2 ? d.year : d.year - 1, month = (d.month + 9) % 12;
    return year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + d.day - 1 - DAYS_TO_1970;
}

static date date_of(int64_t days)
{
    int64_t era = (days + DAYS_TO_1970) / DAYS_PER_ERA, in_era = (days + DAYS_TO_1970) % DAYS_PER_ERA;
    int64_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    int64_t in_year = in_era - (year * 365 + year / 4 - year / 100);
    int64_t month = (5 * in_year + 2) / 153;
    return (date){
        .year = (int)(era * 400 + year + (month > 9)),
        .month = (int)(month < 10 ? month + 3 : month - 9),
        .day = (int)(in_year - (153 * month + 2) / 5 + 1),
    };
}

instant_buf instant_print(instant t)
{
    instant_buf b = {""};
    if (t == INSTANT_NONE)
        return b;
    CHECK(t >= 0 && t < INSTANT_END);
    date d = date_of(t / US_PER_S / S_PER_DAY);
    unsigned second = (unsigned)(t / US_PER_S % S_PER_DAY), us = (unsigned)(t % US_PER_S);
    int len = snprintf(b.z, sizeof b.z, "%04d-%02d-%02dT%02u:%02u:%02u", d.year, d.month, d.day, second / 3600,
                       second / 60 % 60, second % 60);
    snprintf(b.z + len, sizeof b.z - (size_t)len, us > 0 ? ".%06uZ" : "Z", us);
    return b;
}

str instant_text(arena *a, instant t)
{
    return str_copy(a, str_of(INSTANT_Z(t)));
}

/* Takes exactly `count` digits. */
static bool take_digits(str *s, size_t count, int *ret)
{
    int value = 0;
    if (s->len < count)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (s->at[i] < '0' || s->at[i] > '9')
            return false;
        value = value * 10 + (s->at[i] - '0');
    }
    *s = (str){s->at + count, s->len - count};
    *ret = value;
    return true;
}

/* Takes one character out of `any`. */
static bool take_any(str *s, const char *any, char *ret)
{
    if (s->len == 0 || s->at[0] == '\0' || !strchr(any, s->at[0]))
        return false;
    *ret = s->at[0];
    *s = (str){s->at + 1, s->len - 1};
    return true;
}

static bool take(str *s, char c)
{
    char taken;
    return take_any(s, (char[]){c, '\0'}, &taken);
}

/* ".5" is 500000; digits below the microsecond are read and dropped. */
static bool take_fraction(str *s, int *ret_us)
{
    int us = 0, unit = 100000, digit;
    if (take(s, '.')) {
        if (!take_digits(s, 1, &digit))
            return false;
        do {
            us += digit * unit;
            unit /= 10;
        } while (take_digits(s, 1, &digit));
    }
    *ret_us = us;
    return true;
}

static bool take_offset(str *s, int *ret_minutes)
{
    char sign;
    int hours = 0, minutes = 0;
    if (!take_any(s, "Zz+-", &sign))
        return false;
    if (sign == '+' || sign == '-')
        if (!take_digits(s, 2, &hours) || !take(s, ':') || !take_digits(s, 2, &minutes) || hours > 23 || minutes > 59)
            return false;
    *ret_minutes = (sign == '-' ? -1 : 1) * (hours * 60 + minutes);
    return true;
}

static int days_in_month(int year, int month)
{
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 ? 28 + leap : 30 + (month + month / 8) % 2;
}

bool instant_parse(str s, instant *ret, err *e)
{
    str rest = s, shown = str_head(s, 40);
    date d;
    int hour, minute, second, us, offset;
    char t;
    if (!take_digits(&rest, 4, &d.year) || !take(&rest, '-') || !take_digits(&rest, 2, &d.month) || !take(&rest, '-') ||
        !take_digits(&rest, 2, &d.day) || !take_any(&rest, "Tt", &t) || !take_digits(&rest, 2, &hour) ||
        !take(&rest, ':') || !take_digits(&rest, 2, &minute) || !take(&rest, ':') || !take_digits(&rest, 2, &second) ||
        !take_fraction(&rest, &us) || !take_offset(&rest, &offset) || rest.len > 0)
        return ERR(e, ERR_INPUT, "'%.*s' is not a time; write it like 2026-11-24T02:03:04Z", STR_ARG(shown));
    if (second == 60)
        return ERR(e, ERR_INPUT, "'%.*s' is a leap second; give the second before or after it", STR_ARG(shown));
    if (d.month < 1 || d.month > 12 || d.day < 1 || d.day > days_in_month(d.year, d.month))
        return ERR(e, ERR_INPUT, "'%.*s' names a day that does not exist", STR_ARG(shown));
    if (hour > 23 || minute > 59 || second > 59)
        return ERR(e, ERR_INPUT, "'%.*s' names a time of day that does not exist", STR_ARG(shown));

    int64_t minutes = days_of(d) * 1440 + INT64_C(60) * hour + minute - offset;
    instant at = (minutes * 60 + second) * US_PER_S + us;
    if (at < 0 || at >= INSTANT_END)
        return ERR(e, ERR_INPUT, "'%.*s' is outside the years %d to %d", STR_ARG(shown), YEAR_LEAST, YEAR_MOST);
    *ret = at;
    return true;
}
