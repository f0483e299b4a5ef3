/*
 * Growing text with a cap. `at` is never NULL between birth and end, and at[len] is always a terminator.
 */
#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define ROOM_FIRST 64

static void set_room(buf *b, size_t room)
{
    char *at = realloc(b->at, room + 1);
    if (!at)
        check_failed("the machine is out of memory", ERR_HERE);
    b->at = at;
    b->room = room;
}

buf buf_new(size_t cap)
{
    CHECK(cap < PTRDIFF_MAX);
    buf b = {.cap = cap};
    set_room(&b, cap < ROOM_FIRST ? cap : ROOM_FIRST);
    b.at[0] = '\0';
    return b;
}

void buf_end(buf *b)
{
    free(b->at);
    *b = (buf){0};
}

void buf_clear(buf *b)
{
    b->len = 0;
    b->full = false;
    b->at[0] = '\0';
}

/* Makes room for `more` bytes; false, and `full` from now on, when that passes the cap. */
static bool make_room(buf *b, size_t more)
{
    if (b->full || more > b->cap - b->len) {
        b->full = true;
        return false;
    }
    if (more > b->room - b->len) {
        size_t need = b->len + more, twice = b->room > b->cap / 2 ? b->cap : b->room * 2;
        set_room(b, need > twice ? need : twice);
    }
    return true;
}

void buf_add(buf *b, str s)
{
    if (s.len == 0 || !make_room(b, s.len))
        return;
    memcpy(b->at + b->len, s.at, s.len);
    b->len += s.len;
    b->at[b->len] = '\0';
}

void buf_add_char(buf *b, char c)
{
    buf_add(b, (str){&c, 1});
}

void buf_printf(buf *b, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    CHECK(len >= 0);
    if (make_room(b, (size_t)len)) {
        (void)vsnprintf(b->at + b->len, (size_t)len + 1, format, again);
        b->len += (size_t)len;
    }
    va_end(again);
    va_end(args);
}

str buf_str(const buf *b)
{
    return (str){b->at, b->len};
}
