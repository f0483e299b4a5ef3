/*
 * Rows of a file of JSON lines: one document a line. What a document means is its kind's own matter.
 */
#include "feed/internal.h"

bool feed__jsonl_next(feed__source *from, int64_t *number, feed__row *ret, bool *ret_some, err *e)
{
    for (;;) {
        str line;
        if (!feed__source_line(from, 0, &line, e))
            return false;
        *ret_some = line.len > 0;
        if (!*ret_some)
            return true;
        if (line.len > FEED__ROW_MAX) {
            ret->number = ++*number;
            ret->bytes = STR(""); /* taking the rest of the line loses its first bytes */
            ret->broken = "the line is longer than 65536 bytes";
            return feed__source_take_line(from, e);
        }
        feed__source_take(from, line.len);
        str text = str_trim(line);
        if (str_empty(text))
            continue;
        *ret = (feed__row){.number = ++*number, .bytes = text};
        if (!utf8_valid(text))
            ret->broken = "the line is not UTF-8; save the file as UTF-8";
        return true;
    }
}
