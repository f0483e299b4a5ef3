/*
 * Whole numbers from text.
 */
#include "base/num.h"

#define SHOWN_MAX 40 /* bytes of a wrong value that an error repeats */

typedef enum reading { READ_WHOLE, READ_NO_NUMBER, READ_TOO_LOW, READ_TOO_HIGH } reading;

static reading read_whole(str s, int64_t *ret)
{
    bool negative = s.len > 0 && s.at[0] == '-';
    size_t i = negative || (s.len > 0 && s.at[0] == '+') ? 1 : 0;
    if (i == s.len)
        return READ_NO_NUMBER;
    int64_t value = 0;
    bool fits = true;
    for (; i < s.len; i++) {
        int digit = s.at[i] - '0';
        if (digit < 0 || digit > 9)
            return READ_NO_NUMBER;
        /* Built on its own side of zero, as INT64_MIN has no counterpart. */
        fits = fits && !__builtin_mul_overflow(value, 10, &value) &&
               !__builtin_add_overflow(value, negative ? -digit : digit, &value);
    }
    if (!fits)
        return negative ? READ_TOO_LOW : READ_TOO_HIGH;
    *ret = value;
    return READ_WHOLE;
}

bool num_parse_i64(str s, int64_t *ret)
{
    return read_whole(s, ret) == READ_WHOLE;
}

bool num_parse_qty(str s, qty least, qty most, qty *ret, err *e)
{
    qty value = 0;
    reading is = read_whole(s, &value);
    if (is == READ_WHOLE && value < least)
        is = READ_TOO_LOW;
    else if (is == READ_WHOLE && value > most)
        is = READ_TOO_HIGH;

    str start = str_head(s, SHOWN_MAX);
    const char *more = start.len < s.len ? "..." : "";
    switch (is) {
    case READ_WHOLE:
        *ret = value;
        return true;
    case READ_NO_NUMBER:
        if (str_empty(s))
            return ERR(e, ERR_INPUT, "'' is empty; a whole number is needed");
        return ERR(e, ERR_INPUT, "'%.*s%s' is not a whole number", STR_ARG(start), more);
    case READ_TOO_LOW:
        return ERR(e, ERR_INPUT, "%.*s%s is below the least allowed, %" PRId64, STR_ARG(start), more, least);
    case READ_TOO_HIGH:
        return ERR(e, ERR_INPUT, "%.*s%s is above the largest allowed, %" PRId64, STR_ARG(start), more, most);
    }
    check_failed("a reading without a case", ERR_HERE);
}
