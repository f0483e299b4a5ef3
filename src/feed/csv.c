/*
 * Rows of a CSV file. Only this file sees libcsv, which is fed whole lines: so we know which bytes a row is made of,
 * and a row whose quotes are wrong costs that line and not the rest of the file.
 */
#include "feed/internal.h"

#include <csv.h>
#include <stdlib.h>

struct feed__csv {
    arena *memory;
    feed__source *from;
    struct csv_parser parser;
    bool parser_open;
    char delimiter;
    str header; /* its bytes */
    const str *names;
    size_t name_count;
    int64_t number;
    /* The row in hand. */
    char *text; /* its fields without their quotes, one after the other; they are no longer than the row */
    size_t text_len;
    str *fields;
    size_t field_count; /* may pass FEED__COLUMNS_MAX, which is refused */
    bool row_ended;
    bool cut; /* the rest of a line that is too long is to be skipped */
};

static const char BAD_QUOTES[] =
    "a quote is not closed, or stands inside a field without quotes; double it and quote the field";

/* -- what libcsv calls -- */

static void field_ended(void *at, size_t len, void *held)
{
    feed__csv *c = held;
    CHECK(c->text_len + len <= 2 * FEED__ROW_MAX);
    memcpy(c->text + c->text_len, len ? at : "", len);
    if (c->field_count < FEED__COLUMNS_MAX)
        c->fields[c->field_count] = str_trim((str){c->text + c->text_len, len});
    c->text_len += len;
    c->field_count++;
}

static void row_ended(int terminator, void *held)
{
    (void)terminator;
    feed__csv *c = held;
    c->row_ended = true;
}

static bool parser_open(feed__csv *c, err *e)
{
    if (c->parser_open)
        csv_free(&c->parser);
    c->parser_open = csv_init(&c->parser, CSV_STRICT | CSV_STRICT_FINI) == 0;
    if (!c->parser_open)
        return ERR(e, ERR_MEMORY, "no memory for the CSV parser");
    csv_set_delim(&c->parser, (unsigned char)c->delimiter);
    return true;
}

/* -- one row -- */

static bool blank(const feed__csv *c, str line)
{
    for (size_t i = 0; i < line.len; i++)
        if (line.at[i] == '\0' || !strchr("\r\n \t", line.at[i]) || line.at[i] == c->delimiter)
            return false;
    return true;
}

/* Skips empty lines; *ret_line is the row's first one, empty at the end of the file. */
static bool first_line(feed__csv *c, str *ret_line, err *e)
{
    if (c->cut && !feed__source_take_line(c->from, e))
        return false;
    c->cut = false;
    for (;;) {
        if (!feed__source_line(c->from, 0, ret_line, e))
            return false;
        if (ret_line->len == 0 || !blank(c, *ret_line))
            return true;
        feed__source_take(c->from, ret_line->len);
    }
}

typedef enum feeding { FED, FED_BAD_QUOTES, FED_TOO_LONG } feeding;

/* Feeds lines until the row ends; *ret_len is how many bytes it has. */
static bool feed_row(feed__csv *c, str line, size_t *ret_len, feeding *ret, err *e)
{
    size_t len = 0;
    c->row_ended = false;
    c->text_len = c->field_count = 0;
    for (;;) {
        len += line.len;
        *ret_len = len;
        if (feed__without_end(feed__source_held(c->from, len)).len > FEED__ROW_MAX) {
            *ret = FED_TOO_LONG;
            return true;
        }
        bool parsed = csv_parse(&c->parser, line.at, line.len, field_ended, row_ended, c) == line.len;
        if (line.len == 0 && parsed) /* the end of the file */
            parsed = csv_fini(&c->parser, field_ended, row_ended, c) == 0;
        if (!parsed && csv_error(&c->parser) == CSV_ENOMEM)
            return ERR(e, ERR_MEMORY, "no memory for a row of CSV");
        *ret = parsed ? FED : FED_BAD_QUOTES;
        if (!parsed || c->row_ended)
            return true;
        CHECK(line.len > 0); /* the end of the file ends a row */
        if (!feed__source_line(c->from, len, &line, e))
            return false;
    }
}

static const char *row_wrong(feed__csv *c, str bytes)
{
    if (!utf8_valid(bytes))
        return "the row is not UTF-8; save the file as UTF-8";
    if (c->names && c->field_count < c->name_count)
        return "the row has fewer fields than the header";
    if (c->names && c->field_count > c->name_count)
        return "the row has more fields than the header; quote a field that has the delimiter in it";
    return NULL;
}

bool feed__csv_next(feed__csv *c, feed__row *ret, bool *ret_some, err *e)
{
    str line;
    size_t len;
    feeding how;
    if (!first_line(c, &line, e))
        return false;
    *ret_some = line.len > 0;
    if (!*ret_some)
        return true;
    size_t first = line.len;
    bool cut = feed__without_end(line).len > FEED__ROW_MAX;
    if (!feed_row(c, line, &len, &how, e))
        return false;
    if (how != FED && !parser_open(c, e)) /* its state belongs to the bad row */
        return false;
    if (how != FED) /* the row's first line is refused, the next one begins a row again */
        len = cut ? FEED__ROW_MAX : first;
    str bytes = feed__without_end(feed__source_held(c->from, len));
    feed__source_take(c->from, len);
    c->cut = cut;
    ret->number = ++c->number;
    ret->bytes = bytes;
    ret->fields = c->fields;
    ret->broken = how == FED ? row_wrong(c, bytes) : cut ? "the row is longer than 65536 bytes" : BAD_QUOTES;
    return true;
}

/* -- the header -- */

static char delimiter_of(str line)
{
    static const char CHOICES[] = {',', ';', '\t'};
    size_t seen[COUNT(CHOICES)] = {0}, best = 0;
    bool quoted = false;
    for (size_t i = 0; i < line.len; i++) {
        quoted ^= line.at[i] == '"';
        for (size_t n = 0; n < COUNT(CHOICES); n++)
            seen[n] += !quoted && line.at[i] == CHOICES[n];
    }
    for (size_t n = 1; n < COUNT(CHOICES); n++)
        if (seen[n] > seen[best])
            best = n;
    return CHOICES[best];
}

static bool header_read(feed__csv *c, err *e)
{
    str line;
    feed__row row;
    bool some;
    c->delimiter = '\0';
    if (!first_line(c, &line, e))
        return false;
    c->delimiter = delimiter_of(line);
    if (!parser_open(c, e) || !feed__csv_next(c, &row, &some, e))
        return false;
    if (!some)
        return ERR(e, ERR_INPUT, "the file is empty; its first line must name its columns");
    if (row.broken)
        return ERR(e, ERR_INPUT, "the header cannot be read: %s", row.broken);
    if (c->field_count > FEED__COLUMNS_MAX)
        return ERR(e, ERR_INPUT, "the header has %zu columns, at most %zu are taken", c->field_count,
                   FEED__COLUMNS_MAX);
    str *names = ARENA_NEW(c->memory, str, c->field_count + 1);
    for (size_t i = 0; i < c->field_count; i++)
        names[i] = str_copy(c->memory, c->fields[i]);
    c->names = names;
    c->name_count = c->field_count;
    c->header = str_copy(c->memory, row.bytes);
    c->number = 0;
    return true;
}

bool feed__csv_open(feed__source *from, feed__csv **ret, err *e)
{
    arena *memory = arena_new(0);
    AUTO(feed__csv_close) feed__csv *c = ARENA_NEW(memory, feed__csv, 1);
    c->memory = memory;
    c->from = from;
    c->text = ARENA_NEW(memory, char, 2 * FEED__ROW_MAX);
    c->fields = ARENA_NEW(memory, str, FEED__COLUMNS_MAX);
    if (!header_read(c, e))
        return false;
    *ret = c;
    c = NULL;
    return true;
}

void feed__csv_close(feed__csv **held)
{
    feed__csv *c = *held;
    *held = NULL;
    if (!c)
        return;
    if (c->parser_open)
        csv_free(&c->parser);
    arena *memory = c->memory;
    arena_end(&memory);
}

str feed__csv_header(const feed__csv *c, const str **ret_names, size_t *ret_count)
{
    *ret_names = c->names;
    *ret_count = c->name_count;
    return c->header;
}

char feed__csv_delimiter(const feed__csv *c)
{
    return c->delimiter;
}

/* -- writing -- */

void feed__csv_put(buf *to, char delimiter, str field)
{
    bool quote = field.len > 0 && (field.at[0] == ' ' || field.at[field.len - 1] == ' ');
    for (size_t i = 0; i < field.len && !quote; i++)
        quote = strchr("\"\r\n\t", field.at[i]) || field.at[i] == delimiter;
    if (!quote) {
        buf_add(to, field);
        return;
    }
    buf_add_char(to, '"');
    for (size_t i = 0; i < field.len; i++) {
        if (field.at[i] == '"')
            buf_add_char(to, '"');
        buf_add_char(to, field.at[i]);
    }
    buf_add_char(to, '"');
}
