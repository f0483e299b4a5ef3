/*
 * Which column of a file is which: a table of known names against the header, without regard to case or order.
 */
#include "feed/internal.h"

/* What an errors file has added to the rows that it repeats: it may be mended and imported as it is. */
static const char *const ADDED[] = {"error_row", "error_column", "error_reason"};

static bool names_column(const feed__column *c, str name)
{
    if (str_equal_fold(str_of(c->name), name))
        return true;
    for (size_t i = 0; i < COUNT(c->also); i++)
        if (c->also[i] && str_equal_fold(str_of(c->also[i]), name))
            return true;
    return false;
}

static bool was_added(str name)
{
    for (size_t i = 0; i < COUNT(ADDED); i++)
        if (str_equal_fold(str_of(ADDED[i]), name))
            return true;
    return false;
}

static bool repeated(const str *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_equal_fold(names[i], names[n]))
            return true;
    return false;
}

bool feed__columns_find(const feed__column *known, size_t count, const str *names, size_t name_count, arena *a,
                        int *ret_at, str *ret_unknown, err *e)
{
    str unknown = STR("");
    for (size_t i = 0; i < count; i++)
        ret_at[i] = -1;
    for (size_t n = 0; n < name_count; n++) {
        if (was_added(names[n]))
            continue;
        if (!str_empty(names[n]) && repeated(names, n))
            return ERR(e, ERR_INPUT, "the header names the column '%.*s' twice; remove one of them", STR_ARG(names[n]));
        size_t i = 0;
        while (i < count && !names_column(&known[i], names[n]))
            i++;
        if (i == count)
            unknown = str_printf(a, "%.*s%s%.*s", STR_ARG(unknown), unknown.len ? ", " : "", STR_ARG(names[n]));
        else if (ret_at[i] >= 0)
            return ERR(e, ERR_INPUT, "the columns '%.*s' and '%.*s' are the same one; remove one of them",
                       STR_ARG(names[ret_at[i]]), STR_ARG(names[n]));
        else
            ret_at[i] = (int)n;
    }
    *ret_unknown = unknown;
    return true;
}
