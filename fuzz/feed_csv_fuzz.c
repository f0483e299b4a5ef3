/*
 * Rows of CSV: every byte is in one row or between rows, numbers rise by one, and rows that can be read are written and
 * read back the same.
 */
#include "feed_fuzz.h"

#include "feed/internal.h"

/* Reads all rows; writes those that are whole to `out`, under the same header. Returns how many. */
static int64_t read_all(const char *path, buf *out)
{
    AUTO(feed__source_close) feed__source *source = NULL;
    AUTO(feed__csv_close) feed__csv *csv = NULL;
    err e = {0};
    const str *names;
    size_t count;
    int64_t rows = 0, whole = 0;
    if (!feed__source_open(path, &source, &e) || !feed__csv_open(source, &csv, &e)) {
        CHECK(e.code == ERR_INPUT);
        return -1;
    }
    char delimiter = feed__csv_delimiter(csv);
    (void)feed__csv_header(csv, &names, &count);
    for (const str *fields = names;;) {
        for (size_t i = 0; fields && i < count; i++) {
            if (i > 0)
                buf_add_char(out, delimiter);
            /* A row of one empty field alone would be an empty line. The header decides the delimiter: it must show. */
            if (fields[i].len > 0 && fields != names)
                feed__csv_put(out, delimiter, fields[i]);
            else
                buf_add(out, fields == names ? STR("x") : STR("\"\""));
        }
        if (fields)
            buf_add_char(out, '\n');
        feed__row row;
        bool some;
        CHECK(feed__csv_next(csv, &row, &some, &e));
        if (!some)
            break;
        CHECK(row.number == ++rows);
        CHECK(row.bytes.len <= FEED__ROW_MAX);
        fields = row.broken ? NULL : row.fields;
        whole += !row.broken;
    }
    CHECK(feed__source_same(source, &e));
    CHECK(!out->full);
    return whole;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(fuzz_file_end) fuzz_file f = fuzz_file_new(data, size);
    AUTO(buf_end) buf first = buf_new((size_t)1 << 28), second = buf_new((size_t)1 << 28);
    int64_t rows = read_all(f.path, &first);
    if (rows < 0)
        return 0;
    AUTO(fuzz_file_end) fuzz_file again = fuzz_file_new(first.at, first.len);
    CHECK(read_all(again.path, &second) == rows);
    CHECK(str_equal(buf_str(&first), buf_str(&second)));
    return 0;
}
