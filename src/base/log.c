/*
 * Lines for operators, on standard error. A line is put together without allocating and goes out in one write, so that
 * the lines of several threads (and, on a pipe, of several programs) do not mix.
 */
#include "base/log.h"

#include "base/io.h"

#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#define TAIL "...\n"

static _Atomic log_level level_most = LOG_INFO;

typedef struct line {
    size_t len;
    bool cut;
    char at[PIPE_BUF]; /* the longest write that a pipe takes as one */
} line;

void log_set_level(log_level most)
{
    atomic_store(&level_most, most);
}

/* Keeps room for the tail; what comes after a cut is dropped. */
static void add(line *l, str s)
{
    size_t room = sizeof l->at - (sizeof TAIL - 1) - l->len;
    if (l->cut || str_empty(s))
        return;
    l->cut = s.len > room;
    str fits = str_head(s, room);
    memcpy(l->at + l->len, fits.at, fits.len);
    l->len += fits.len;
}

static bool needs_quotes(str value)
{
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.at[i];
        if (c <= ' ' || c == '"' || c == '=' || c == '\\' || c == 0x7F)
            return true;
    }
    return str_empty(value);
}

static void add_quoted(line *l, str value)
{
    add(l, STR("\""));
    for (size_t i = 0, start = 0; i <= value.len; i++) {
        unsigned char c = i < value.len ? (unsigned char)value.at[i] : '"';
        if (c >= ' ' && c != '"' && c != '\\' && c != 0x7F)
            continue;
        add(l, (str){value.at + start, i - start});
        start = i + 1;
        char escape[8];
        int len = c == '"' || c == '\\' ? snprintf(escape, sizeof escape, "\\%c", c)
                  : c == '\n'           ? snprintf(escape, sizeof escape, "\\n")
                                        : snprintf(escape, sizeof escape, "\\x%02x", c);
        add(l, i < value.len ? (str){escape, (size_t)len} : STR("\""));
    }
}

static void add_field(line *l, const log_field *f)
{
    char number[24];
    str value = f->text;
    if (f->kind == LOG_INT)
        value = (str){number, (size_t)snprintf(number, sizeof number, "%" PRId64, f->integer)};
    add(l, STR(" "));
    add(l, str_of(f->key));
    add(l, STR("="));
    if (needs_quotes(value))
        add_quoted(l, value);
    else
        add(l, value);
}

void log_event(log_level level, const char *event, const log_field *fields, size_t count)
{
    static const char *const names[] = {"error", "warn", "info", "debug"};
    CHECK(level <= LOG_DEBUG);
    if (level > atomic_load(&level_most))
        return;
    io_clock clock = os_clock();
    instant now = clock.now(clock.ctx);
    line l = {.len = 0};
    add(&l, str_of(INSTANT_Z(now - now % US_PER_S)));
    add(&l, STR(" "));
    add(&l, str_of(names[level]));
    add(&l, STR(" "));
    add(&l, str_of(event));
    for (size_t i = 0; i < count; i++)
        add_field(&l, &fields[i]);
    str tail = l.cut ? STR(TAIL) : STR("\n");
    memcpy(l.at + l.len, tail.at, tail.len);
    /* A log that cannot be written has nowhere to say so. */
    ssize_t written = write(STDERR_FILENO, l.at, l.len + tail.len);
    (void)written;
}
