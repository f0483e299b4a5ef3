/*
 * Writing JSON: commas, nesting and escapes.
 */
#include "base/js.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

js_writer js_writer_new(buf *to)
{
    return (js_writer){.to = to};
}

static void new_line(js_writer *w)
{
    if (!w->pretty)
        return;
    buf_add_char(w->to, '\n');
    for (unsigned i = 0; i < w->depth; i++)
        buf_add(w->to, STR("  "));
}

/* The escape of what must not stand in a JSON string as it is; NULL: it may. */
static const char *escape_of(unsigned char c, char room[8])
{
    static const char *const controls[0x20] = {
        ['\b'] = "\\b", ['\f'] = "\\f", ['\n'] = "\\n", ['\r'] = "\\r", ['\t'] = "\\t",
    };
    if (c == '"')
        return "\\\"";
    if (c == '\\')
        return "\\\\";
    if (c >= 0x20)
        return NULL;
    if (controls[c])
        return controls[c];
    static const char hex[] = "0123456789abcdef";
    memcpy(room, "\\u00", 4);
    room[4] = hex[c >> 4];
    room[5] = hex[c & 0x0F];
    room[6] = '\0';
    return room;
}

static void add_quoted(buf *b, str s)
{
    char room[8];
    size_t start = 0;
    buf_add_char(b, '"');
    for (size_t i = 0; i < s.len; i++) {
        const char *escape = escape_of((unsigned char)s.at[i], room);
        if (!escape)
            continue;
        buf_add(b, (str){s.at + start, i - start});
        buf_add(b, str_of(escape));
        start = i + 1;
    }
    if (s.len > start)
        buf_add(b, (str){s.at + start, s.len - start});
    buf_add_char(b, '"');
}

/* What stands in front of every value: comma, line, key. A value has a key exactly when it is inside an object. */
static void open_value(js_writer *w, const str *key)
{
    bool in_object = w->depth > 0 && w->close[w->depth] == '}';
    CHECK(in_object == (key != NULL));
    CHECK(w->depth > 0 || !w->comma[0]); /* one value a document */
    if (w->comma[w->depth])
        buf_add_char(w->to, ',');
    w->comma[w->depth] = true;
    if (w->depth > 0)
        new_line(w);
    if (key) {
        add_quoted(w->to, *key);
        buf_add(w->to, w->pretty ? STR(": ") : STR(":"));
    }
}

static void open_nested(js_writer *w, const str *key, char open, char close)
{
    open_value(w, key);
    CHECK(w->depth < JS_WRITE_DEPTH_MAX);
    w->depth++;
    w->comma[w->depth] = false;
    w->close[w->depth] = close;
    buf_add_char(w->to, open);
}

void js_close(js_writer *w)
{
    CHECK(w->depth > 0);
    bool some = w->comma[w->depth];
    char close = w->close[w->depth];
    w->depth--;
    if (some)
        new_line(w);
    buf_add_char(w->to, close);
}

/* Keys arrive as C strings or NULL; inside they are a `str` or NULL. */
#define KEY(key) ((key) ? &(str){(key), strlen(key)} : NULL)

void js_object(js_writer *w, const char *key)
{
    open_nested(w, KEY(key), '{', '}');
}

void js_array(js_writer *w, const char *key)
{
    open_nested(w, KEY(key), '[', ']');
}

void js_put_str(js_writer *w, const char *key, str v)
{
    open_value(w, KEY(key));
    add_quoted(w->to, v);
}

void js_put_z(js_writer *w, const char *key, const char *v)
{
    if (v)
        js_put_str(w, key, str_of(v));
    else
        js_put_null(w, key);
}

void js_put_int(js_writer *w, const char *key, int64_t v)
{
    open_value(w, KEY(key));
    buf_printf(w->to, "%" PRId64, v);
}

void js_put_maybe(js_writer *w, const char *key, maybe_qty v)
{
    if (v.known)
        js_put_int(w, key, v.value);
    else
        js_put_null(w, key);
}

void js_put_bool(js_writer *w, const char *key, bool v)
{
    open_value(w, KEY(key));
    buf_add(w->to, v ? STR("true") : STR("false"));
}

void js_put_null(js_writer *w, const char *key)
{
    open_value(w, KEY(key));
    buf_add(w->to, STR("null"));
}

void js_put_seconds(js_writer *w, const char *key, int64_t us)
{
    open_value(w, KEY(key));
    int64_t ms = us / US_PER_MS;
    uint64_t size = ms < 0 ? 0 - (uint64_t)ms : (uint64_t)ms;
    buf_printf(w->to, "%s%" PRIu64 ".%03" PRIu64, ms < 0 ? "-" : "", size / 1000, size % 1000);
}

void js_put_instant(js_writer *w, const char *key, instant t)
{
    js_put_z(w, key, t == INSTANT_NONE ? NULL : INSTANT_Z(t));
}

/* The fewest digits that bring back the same double; a fraction or exponent keeps it from being read as whole. */
static void add_real(buf *b, double v)
{
    CHECK(isfinite(v));
    char text[32];
    int digits = DBL_DIG;
    do
        snprintf(text, sizeof text, "%.*g", digits, v);
    while (strtod(text, NULL) != v && digits++ < DBL_DECIMAL_DIG);
    buf_add(b, str_of(text));
    if (!strpbrk(text, ".e"))
        buf_add(b, STR(".0"));
}

static void put_value(js_writer *w, const str *key, const js_value *v)
{
    if (v->kind == JS_ARRAY)
        open_nested(w, key, '[', ']');
    else if (v->kind == JS_OBJECT)
        open_nested(w, key, '{', '}');
    else
        open_value(w, key);
    switch (v->kind) {
    case JS_NULL:
        buf_add(w->to, STR("null"));
        break;
    case JS_BOOL:
        buf_add(w->to, v->truth ? STR("true") : STR("false"));
        break;
    case JS_INT:
        buf_printf(w->to, "%" PRId64, v->integer);
        break;
    case JS_REAL:
        add_real(w->to, v->real);
        break;
    case JS_STRING:
        add_quoted(w->to, v->text);
        break;
    case JS_ARRAY:
    case JS_OBJECT:
        JS_EACH(child, v)
            put_value(w, v->kind == JS_OBJECT ? &child->key : NULL, child);
        js_close(w);
        break;
    }
}

void js_put_value(js_writer *w, const char *key, const js_value *v)
{
    if (v)
        put_value(w, KEY(key), v);
    else
        js_put_null(w, key);
}
