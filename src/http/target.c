/*
 * Request targets and forms: splitting first, then percent-decoding, so that an encoded slash in a SKU stays in it.
 * What comes out is valid UTF-8.
 */
#include "http/internal.h"

#define FIELDS_MAX 64

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    int lower = c | 0x20;
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

static bool decode(str s, bool form, arena *a, str *ret, err *e)
{
    char *to = ARENA_NEW(a, char, s.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] != '%') {
            to[len] = s.at[i];
            if (form && to[len] == '+')
                to[len] = ' ';
            len++;
            continue;
        }
        int high = s.len - i > 2 ? hex_digit(s.at[i + 1]) : -1, low = s.len - i > 2 ? hex_digit(s.at[i + 2]) : -1;
        if (high < 0 || low < 0)
            return ERR(e, ERR_INPUT, "a %% that two hexadecimal digits do not follow");
        to[len++] = (char)(high * 16 + low);
        i += 2;
    }
    if (!utf8_valid((str){to, len}))
        return ERR(e, ERR_INPUT, "the address or form holds bytes that are not UTF-8");
    *ret = (str){to, len};
    return true;
}

bool http__form_parse(str text, arena *a, http_fields *ret, err *e)
{
    http_fields fields = {0};
    while (!str_empty(text)) {
        str pair, name, value;
        str_cut(text, '&', &pair, &text);
        if (str_empty(pair))
            continue;
        if (fields.count == FIELDS_MAX)
            return ERR(e, ERR_INPUT, "more than %d fields", FIELDS_MAX);
        str_cut(pair, '=', &name, &value);
        http_field *f = vec_push(a, &fields);
        if (!decode(name, true, a, &f->name, e) || !decode(value, true, a, &f->value, e))
            return false;
    }
    *ret = fields;
    return true;
}

bool http__target_parse(str target, arena *a, str *ret_segments, size_t *ret_count, http_fields *ret_query, err *e)
{
    str path, query, segments[HTTP_SEGMENTS_MAX];
    size_t count = 0;
    http_fields fields;
    if (!str_starts(target, STR("/")))
        return ERR(e, ERR_INPUT, "the address must begin with a slash");
    str_cut((str){target.at + 1, target.len - 1}, '?', &path, &query);
    while (!str_empty(path)) {
        str segment;
        str_cut(path, '/', &segment, &path);
        if (count == HTTP_SEGMENTS_MAX)
            return ERR(e, ERR_INPUT, "a path of more than %d parts", HTTP_SEGMENTS_MAX);
        if (!decode(segment, false, a, &segments[count++], e))
            return false;
    }
    if (!http__form_parse(query, a, &fields, e))
        return false;
    memcpy(ret_segments, segments, count * sizeof *segments);
    *ret_count = count;
    *ret_query = fields;
    return true;
}

str http__field(const http_fields *f, const char *name)
{
    for (size_t i = 0; i < f->count; i++)
        if (str_equal(f->at[i].name, str_of(name)))
            return f->at[i].value;
    return STR("");
}

void http__encode(buf *to, str text)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     (c != '\0' && strchr("-._~", c));
        if (plain) {
            buf_add_char(to, (char)c);
            continue;
        }
        buf_add(to, (str){(const char[]){'%', hex[c >> 4], hex[c & 15]}, 3});
    }
}

const char *http__href(arena *a, const char *pattern, const str *texts, size_t count)
{
    AUTO(buf_end) buf to = buf_new(HTTP_ANSWER_MAX);
    str rest = str_of(pattern), before;
    size_t used = 0;
    while (str_cut(rest, '*', &before, &rest)) {
        CHECK(used < count);
        buf_add(&to, before);
        http__encode(&to, texts[used++]);
    }
    CHECK(used == count);
    buf_add(&to, before);
    return str_z(a, buf_str(&to));
}
