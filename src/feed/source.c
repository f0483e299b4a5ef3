/*
 * The bytes of a file: from disk or standard input, plain or gzip, read twice: once for their digest, which decides
 * whether this file was imported before, and once for their lines. Only this file sees zlib.
 */
#include "feed/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#define WINDOW (4 * FEED__ROW_MAX)

struct feed__source {
    arena *memory;
    const char *name; /* for messages */
    gzFile file;
    digest content;
    int64_t size, done;
    digest_run *again; /* of what the second reading saw */
    char *window;      /* bytes from..to are read and not taken yet */
    size_t from, to;
    bool ended;
};

static bool read_error(const feed__source *s, const char *why, err *e)
{
    return ERR(e, ERR_IO, "%s cannot be read: %s", s->name, why);
}

static bool read_some(feed__source *s, char *to, size_t room, size_t *ret_len, err *e)
{
    int got = gzread(s->file, to, (unsigned)room); /* at most WINDOW */
    int code = Z_OK;
    const char *why = gzerror(s->file, &code);
    if (code == Z_BUF_ERROR)
        return ERR(e, ERR_INPUT, "%s is a gzip file that ends too early; copy it again", s->name);
    if (code == Z_DATA_ERROR)
        return ERR(e, ERR_INPUT, "%s is a damaged gzip file (%s); copy it again", s->name, why);
    if (got < 0)
        return read_error(s, code == Z_ERRNO ? strerror(errno) : why, e);
    *ret_len = (size_t)got;
    return true;
}

/* -- opening -- */

/* A file that can be read only once is copied to one that can be read twice, and that ends with the process. */
static bool spool(const feed__source *s, int from, int *ret_fd, err *e)
{
    FILE *copy = tmpfile();
    if (!copy)
        return ERR(e, ERR_IO, "no temporary file for the copy of %s: %s", s->name, strerror(errno));
    int fd = dup(fileno(copy));
    (void)fclose(copy);
    char *block = s->window;
    ssize_t got = -1;
    while (fd >= 0 && (got = read(from, block, WINDOW)) > 0)
        for (ssize_t put = 0, n; put < got; put += n)
            if ((n = write(fd, block + put, (size_t)(got - put))) < 0) {
                (void)ERR(e, ERR_IO, "the temporary copy of %s cannot be written: %s", s->name, strerror(errno));
                (void)close(fd);
                return false;
            }
    if (fd < 0 || got < 0 || lseek(fd, 0, SEEK_SET) < 0) {
        (void)read_error(s, strerror(errno), e);
        if (fd >= 0)
            (void)close(fd);
        return false;
    }
    *ret_fd = fd;
    return true;
}

static bool file_open(feed__source *s, const char *path, err *e)
{
    bool standard = strcmp(path, "-") == 0;
    int fd = standard ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return read_error(s, strerror(errno), e);
    if (lseek(fd, 0, SEEK_CUR) != 0) { /* a pipe, or a file that somebody has read a part of */
        int copy = -1;
        bool good = spool(s, fd, &copy, e);
        (void)close(fd);
        if (!good)
            return false;
        fd = copy;
    }
    s->file = gzdopen(fd, "rb");
    if (!s->file) {
        (void)close(fd);
        return ERR(e, ERR_MEMORY, "no memory to read %s", s->name);
    }
    return gzbuffer(s->file, (unsigned)FEED__ROW_MAX) == 0 || ERR(e, ERR_MEMORY, "no memory to read %s", s->name);
}

static bool encoding_check(const feed__source *s, const char *head, size_t len, err *e)
{
    static const char LITTLE[] = {'\xff', '\xfe'}, BIG[] = {'\xfe', '\xff'};
    bool marked = len >= 2 && (memcmp(head, LITTLE, 2) == 0 || memcmp(head, BIG, 2) == 0);
    if (marked || (len >= 2 && (head[0] == 0) != (head[1] == 0)))
        return ERR(e, ERR_INPUT, "%s is UTF-16; save it as UTF-8 and import that", s->name);
    return true;
}

static bool first_reading(feed__source *s, err *e)
{
    digest_run *run = digest_begin(s->memory);
    for (;;) {
        size_t len;
        if (!read_some(s, s->window, WINDOW, &len, e))
            return false;
        if (s->size == 0 && !encoding_check(s, s->window, len, e))
            return false;
        if (len == 0)
            break;
        digest_add(run, (str){s->window, len});
        s->size += (int64_t)len;
    }
    s->content = digest_end(run);
    return gzrewind(s->file) == 0 || read_error(s, "it cannot be read from its start again", e);
}

static bool skip_mark(feed__source *s, err *e)
{
    static const str MARK = {"\xef\xbb\xbf", 3};
    str line;
    if (!feed__source_line(s, 0, &line, e))
        return false;
    if (str_starts(line, MARK))
        feed__source_take(s, MARK.len);
    return true;
}

bool feed__source_open(const char *path, feed__source **ret, err *e)
{
    arena *memory = arena_new(WINDOW + 4096);
    AUTO(feed__source_close) feed__source *s = ARENA_NEW(memory, feed__source, 1);
    s->memory = memory;
    s->name = strcmp(path, "-") == 0 ? "standard input" : str_z(memory, str_of(path));
    s->window = ARENA_NEW(memory, char, WINDOW);
    if (!file_open(s, path, e) || !first_reading(s, e))
        return false;
    s->again = digest_begin(memory);
    if (!skip_mark(s, e))
        return false;
    *ret = s;
    s = NULL;
    return true;
}

void feed__source_close(feed__source **held)
{
    feed__source *s = *held;
    *held = NULL;
    if (!s)
        return;
    if (s->file)
        (void)gzclose_r(s->file);
    arena *memory = s->memory;
    arena_end(&memory);
}

digest feed__source_digest(const feed__source *s)
{
    return s->content;
}

int64_t feed__source_size(const feed__source *s)
{
    return s->size;
}

int64_t feed__source_done(const feed__source *s)
{
    return s->done;
}

/* -- lines -- */

static bool fill(feed__source *s, err *e)
{
    size_t held = s->to - s->from, len;
    CHECK(held < WINDOW);
    memmove(s->window, s->window + s->from, held);
    s->from = 0;
    s->to = held;
    if (!read_some(s, s->window + held, WINDOW - held, &len, e))
        return false;
    digest_add(s->again, (str){s->window + held, len});
    s->to += len;
    s->ended = len == 0;
    return true;
}

/* The length of the line with its end; 0: its end is not among these bytes. */
static size_t line_length(const char *at, size_t len)
{
    const char *feed = memchr(at, '\n', len);
    if (feed)
        len = (size_t)(feed - at) + 1;
    const char *carriage = memchr(at, '\r', len);
    if (carriage)
        return (size_t)(carriage - at) + 1;
    return feed ? len : 0;
}

str feed__without_end(str line)
{
    while (line.len > 0 && (line.at[line.len - 1] == '\n' || line.at[line.len - 1] == '\r'))
        line.len--;
    return line;
}

bool feed__source_line(feed__source *s, size_t skip, str *ret, err *e)
{
    CHECK(skip <= FEED__ROW_MAX + 1);
    for (;;) {
        CHECK(s->to - s->from >= skip || !s->ended);
        if (s->to - s->from >= skip) {
            const char *at = s->window + s->from + skip;
            size_t len = s->to - s->from - skip;
            size_t line = line_length(at, len);
            if (line == 0 && s->ended)
                line = len;
            if (feed__without_end((str){at, line ? line : len}).len > FEED__ROW_MAX)
                line = FEED__ROW_MAX + 1;
            if (line > 0 || s->ended) {
                *ret = (str){at, line};
                return true;
            }
        }
        if (!fill(s, e))
            return false;
    }
}

str feed__source_held(const feed__source *s, size_t len)
{
    CHECK(len <= s->to - s->from);
    return (str){s->window + s->from, len};
}

void feed__source_take(feed__source *s, size_t len)
{
    CHECK(len <= s->to - s->from);
    s->from += len;
    s->done += (int64_t)len;
}

bool feed__source_take_line(feed__source *s, err *e)
{
    for (;;) {
        str line;
        if (!feed__source_line(s, 0, &line, e))
            return false;
        feed__source_take(s, line.len);
        if (feed__without_end(line).len <= FEED__ROW_MAX)
            return true;
    }
}

bool feed__source_same(feed__source *s, err *e)
{
    while (!s->ended) {
        s->from = s->to;
        if (!fill(s, e))
            return false;
    }
    digest now = digest_end(s->again);
    return memcmp(&now, &s->content, sizeof now) == 0 ||
           ERR(e, ERR_INPUT, "%s was changed while it was being imported; import it again when it is complete",
               s->name);
}

bool feed__source_all(const char *path, size_t bytes_max, arena *a, str *ret, err *e)
{
    AUTO(feed__source_close) feed__source *s = NULL;
    if (!feed__source_open(path, &s, e))
        return false;
    if ((uint64_t)s->size > bytes_max)
        return ERR(e, ERR_INPUT, "%s has %" PRId64 " bytes, at most %zu are taken", s->name, s->size, bytes_max);
    char *at = ARENA_NEW(a, char, (size_t)s->size + 1);
    size_t len = 0;
    for (;;) {
        memcpy(at + len, s->window + s->from, s->to - s->from);
        len += s->to - s->from;
        s->from = s->to;
        if (s->ended)
            break;
        if (!fill(s, e))
            return false;
        if (len + s->to > (size_t)s->size)
            return ERR(e, ERR_INPUT, "%s grew while it was being read; import it again when it is complete", s->name);
    }
    *ret = (str){at, len};
    return true;
}
