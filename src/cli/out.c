/*
 * What a command says: an answer that is printed whole or not at all, single lines on standard error, and progress on
 * a terminal.
 */
#include "cli/cli.h"

#include <errno.h>
#include <stdarg.h>
#include <unistd.h>

js_writer cli__json(cli *c)
{
    js_writer w = js_writer_new(&c->out);
    w.pretty = !c->jsonl && isatty(STDOUT_FILENO);
    return w;
}

static void PRINTF(2, 0) line_to(buf *to, const char *format, va_list args)
{
    char text[4096];
    int n = vsnprintf(text, sizeof text, format, args);
    if (n < 0)
        return;
    size_t len = (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
    buf_add(to, (str){text, len});
    buf_add_char(to, '\n');
}

void cli__line(cli *c, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    line_to(&c->out, format, args);
    va_end(args);
}

void cli__say(cli *c, const char *format, ...)
{
    AUTO(buf_end) buf line = buf_new(8192);
    va_list args;
    va_start(args, format);
    line_to(&line, format, args);
    va_end(args);
    cli__progress_end(c);
    (void)!write(STDERR_FILENO, line.at, line.len); /* nobody to tell when standard error is gone */
}

/* -- progress: one line that is written over, only on a terminal and only for work that takes a while -- */

#define PROGRESS_EVERY_US INT64_C(200000)

void cli__progress(void *ctx, const char *what, int64_t done, int64_t total)
{
    cli *c = ctx;
    int64_t now = c->world.clock.ticks_us(c->world.clock.ctx);
    if (!isatty(STDERR_FILENO))
        return;
    if (c->progress_us == 0)
        c->progress_us = now;
    if (now - c->progress_us < PROGRESS_EVERY_US * (c->progress_shown ? 1 : 5))
        return;
    c->progress_us = now;
    c->progress_shown = true;
    if (total > 0)
        (void)dprintf(STDERR_FILENO, "\r\033[K%s: %" PRId64 " of %" PRId64 " (%" PRId64 " %%)", what, done, total,
                      100 * done / total);
    else
        (void)dprintf(STDERR_FILENO, "\r\033[K%s: %" PRId64, what, done);
}

void cli__progress_end(cli *c)
{
    if (c->progress_shown)
        (void)dprintf(STDERR_FILENO, "\r\033[K");
    c->progress_shown = false;
    c->progress_us = 0;
}

/* -- the end -- */

bool cli__spool(cli *c, FILE **ret, err *e)
{
    CHECK(!c->spool);
    c->spool = tmpfile();
    if (!c->spool)
        return ERR(e, ERR_IO, "no temporary file can be made: %s; set TMPDIR to a folder with room", strerror(errno));
    *ret = c->spool;
    return true;
}

static bool written(FILE *to, str bytes, err *e)
{
    if (fwrite(bytes.at, 1, bytes.len, to) == bytes.len)
        return true;
    return ERR(e, ERR_IO, "standard output cannot be written: %s", strerror(errno));
}

static bool spool_copy(FILE *from, err *e)
{
    char block[1 << 16];
    if (fflush(from) != 0 || fseek(from, 0, SEEK_SET) != 0)
        return ERR(e, ERR_IO, "the temporary file cannot be written: %s; set TMPDIR to a folder with room",
                   strerror(errno));
    for (size_t n; (n = fread(block, 1, sizeof block, from)) > 0;)
        if (!written(stdout, (str){block, n}, e))
            return false;
    return !ferror(from) || ERR(e, ERR_IO, "the temporary file cannot be read: %s", strerror(errno));
}

bool cli__print(cli *c, err *e)
{
    if (c->out.full)
        return ERR(e, ERR_IO, "the answer is larger than %u bytes; ask for less with --limit, or use an export",
                   (unsigned)c->out.cap);
    if (c->spool && !spool_copy(c->spool, e))
        return false;
    if (c->json && c->out.len > 0 && c->out.at[c->out.len - 1] != '\n')
        buf_add_char(&c->out, '\n');
    if (!written(stdout, buf_str(&c->out), e))
        return false;
    return fflush(stdout) == 0 || ERR(e, ERR_IO, "standard output cannot be written: %s", strerror(errno));
}

int64_t cli__elapsed_us(const cli *c)
{
    return c->world.clock.ticks_us(c->world.clock.ctx) - c->started_us;
}
