/*
 * The one error type: setting it, putting context in front of it, and the stop of a failed CHECK.
 */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* `wanted` bytes did not fit: ends the text with "...", in front of the character that would be cut in two. */
static void mark_cut(char *text, size_t size, int wanted)
{
    static const char mark[] = "...";
    if (wanted < 0 || (size_t)wanted < size)
        return;
    size_t end = size - sizeof mark;
    while (end > 0 && ((unsigned char)text[end] & 0xC0) == 0x80)
        end--;
    memcpy(text + end, mark, sizeof mark);
}

void err_set(err *e, err_code code, const char *where, const char *format, ...)
{
    CHECK(code != ERR_NONE);
    char text[sizeof e->text]; /* the arguments may point into the old text */
    va_list args;
    va_start(args, format);
    int wanted = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    mark_cut(text, sizeof text, wanted);
    memcpy(e->text, text, sizeof text);
    e->code = code;
    e->where = where;
}

void err_context(err *e, const char *format, ...)
{
    CHECK(e->code != ERR_NONE);
    char context[sizeof e->text], text[sizeof e->text];
    va_list args;
    va_start(args, format);
    int wanted = vsnprintf(context, sizeof context, format, args);
    va_end(args);
    mark_cut(context, sizeof context, wanted);
    wanted = snprintf(text, sizeof text, "%s: %s", context, e->text);
    mark_cut(text, sizeof text, wanted);
    memcpy(e->text, text, sizeof text);
}

const char *err_code_name(err_code code)
{
    static const char *const names[] = {
        [ERR_NONE] = "none",         [ERR_USAGE] = "usage", [ERR_INPUT] = "input",   [ERR_MISSING] = "missing",
        [ERR_CONFLICT] = "conflict", [ERR_BUSY] = "busy",   [ERR_REMOTE] = "remote", [ERR_IN_DOUBT] = "in_doubt",
        [ERR_CORRUPT] = "corrupt",   [ERR_IO] = "io",       [ERR_MEMORY] = "memory",
    };
    CHECK(code <= ERR_MEMORY);
    return names[code];
}

_Noreturn void check_failed(const char *what, const char *where)
{
    fprintf(stderr, "evenstock: stopped at %s: %s\n", where, what);
    abort();
}
