/*
 * The errors file: every refused row as it stood, then the row's number, the column and the reason. It appears whole or
 * not at all, but for a device or a pipe, which is written to and never replaced. It goes when its file is mended.
 */
#include "feed/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 1000 /* refused rows read at once */

typedef struct errors_file {
    char *path; /* of the temporary file; NULL: none is left behind */
    FILE *to;
} errors_file;

static void errors_end(errors_file *f)
{
    if (f->to)
        (void)fclose(f->to);
    if (f->path)
        (void)unlink(f->path);
}

/* A row whose quotes do not close takes what follows into its last field: it gets the quote that it lacks. */
static bool quote_open(str row)
{
    bool open = false;
    for (size_t i = 0; i < row.len; i++)
        open ^= row.at[i] == '"';
    return open;
}

static void put_row(const feed__run *r, char delimiter, const refused_row *row, buf *line)
{
    if (r->csv) {
        buf_add(line, row->bytes);
        if (quote_open(row->bytes))
            buf_add_char(line, '"');
    } else
        feed__csv_put(line, delimiter, row->bytes);
    buf_printf(line, "%c%" PRId64 "%c", delimiter, row->row, delimiter);
    feed__csv_put(line, delimiter, row->column);
    buf_add_char(line, delimiter);
    feed__csv_put(line, delimiter, row->reason);
    buf_add_char(line, '\n');
}

static bool put_all(feed__run *r, FILE *to, err *e)
{
    const str *names;
    size_t count;
    char delimiter = ',';
    str header = r->csv ? feed__csv_header(r->csv, &names, &count) : STR("line");
    AUTO(buf_end) buf line = buf_new(4 * FEED__ROW_MAX);
    if (r->csv)
        delimiter = feed__csv_delimiter(r->csv);
    AUTO(arena_end) arena *page = arena_new(0);
    buf_printf(&line, "%.*s%cerror_row%cerror_column%cerror_reason\n", STR_ARG(header), delimiter, delimiter,
               delimiter);
    for (int64_t after = 0;;) {
        refused_row *rows;
        arena_clear(page);
        if (!store_refused_after(r->tx, r->import, after, PAGE, page, &rows, &count, e))
            return false;
        for (size_t i = 0; i <= count; i++) {
            CHECK(!line.full);
            if (fwrite(line.at, 1, line.len, to) != line.len)
                return ERR(e, ERR_IO, "writing failed: %s", strerror(errno));
            buf_clear(&line);
            if (i < count && !feed__waiting_note(&rows[i]))
                put_row(r, delimiter, &rows[i], &line);
        }
        if (count == 0)
            return true;
        after = rows[count - 1].row;
    }
}

static bool is_special(const char *path)
{
    struct stat is;
    return stat(path, &is) == 0 && !S_ISREG(is.st_mode);
}

static bool errors_write(feed__run *r, const char *path, err *e)
{
    AUTO(errors_end) errors_file f = {0};
    bool special = is_special(path);
    char *temporary = special ? NULL : str_z(r->memory, str_printf(r->memory, "%s.%ld.tmp", path, (long)getpid()));
    int fd = open(special ? path : temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return ERR(e, ERR_IO, "%s", strerror(errno));
    f.path = temporary;
    f.to = fdopen(fd, "w");
    if (!f.to) {
        (void)close(fd);
        return ERR(e, ERR_MEMORY, "no memory");
    }
    if (!put_all(r, f.to, e))
        return false;
    FILE *to = f.to;
    f.to = NULL;
    bool safe = fflush(to) == 0 && (special || fsync(fileno(to)) == 0);
    if (fclose(to) != 0 || !safe || (!special && rename(temporary, path) != 0))
        return ERR(e, ERR_IO, "%s", strerror(errno));
    f.path = NULL;
    return true;
}

bool feed__refused_check(const char *errors, const char *path, err *e)
{
    struct stat to, from;
    bool known =
        stat(errors, &to) == 0 && (strcmp(path, "-") == 0 ? fstat(STDIN_FILENO, &from) : stat(path, &from)) == 0;
    return !known || !S_ISREG(to.st_mode) || to.st_dev != from.st_dev || to.st_ino != from.st_ino ||
           ERR(e, ERR_USAGE, "--errors names the file that is imported, %s; name another one", errors);
}

bool feed__refused_write(feed__run *r, const char *path, err *e)
{
    return errors_write(r, path, e) ||
           err_wrap(e, "the errors file %s cannot be written; name another one with --errors", path);
}

/* A file with the columns that we append is one of ours. */
static bool is_errors_file(const char *path)
{
    static const char *const ADDED[] = {"error_row", "error_column", "error_reason"};
    AUTO(feed__source_close) feed__source *source = NULL;
    AUTO(feed__csv_close) feed__csv *csv = NULL;
    struct stat is;
    err ignored = {0};
    const str *names;
    size_t count;
    if (lstat(path, &is) != 0 || !S_ISREG(is.st_mode) || !feed__source_open(path, &source, &ignored) ||
        !feed__csv_open(source, &csv, &ignored))
        return false;
    (void)feed__csv_header(csv, &names, &count);
    if (count <= COUNT(ADDED))
        return false;
    for (size_t i = 0; i < COUNT(ADDED); i++)
        if (!str_equal(names[count - COUNT(ADDED) + i], str_of(ADDED[i])))
            return false;
    return true;
}

void feed__refused_remove(const feed__run *r, const char *path)
{
    if (!is_errors_file(path))
        return;
    if (unlink(path) == 0)
        feed__note(r, "%s is gone: its rows are mended", path);
    else
        feed__note(r, "%s is of an earlier import, and cannot be removed: %s", path, strerror(errno));
}
