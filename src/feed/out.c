/*
 * Text that streams to a file.
 */
#include "feed/out.h"

#include <errno.h>

#define ENOUGH ((size_t)65536)

feed__out feed__out_new(FILE *to)
{
    return (feed__out){.to = to, .text = buf_new(PTRDIFF_MAX - 1)};
}

void feed__out_end(feed__out *o)
{
    buf_end(&o->text);
}

static void write_all(feed__out *o)
{
    if (!o->failed && fwrite(o->text.at, 1, o->text.len, o->to) != o->text.len) {
        o->failed = true;
        o->why = errno;
    }
    buf_clear(&o->text);
}

void feed__out_row(feed__out *o)
{
    if (o->text.len >= ENOUGH)
        write_all(o);
}

bool feed__out_close(feed__out *o, err *e)
{
    write_all(o);
    if (!o->failed && fflush(o->to) != 0) {
        o->failed = true;
        o->why = errno;
    }
    return !o->failed || ERR(e, ERR_IO, "the output cannot be written: %s", strerror(o->why));
}
