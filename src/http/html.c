/* Writing HTML: tags in order, everything else escaped. */
#include "http/html.h"

#include <stdarg.h>
#include <stdio.h>

/* Elements without content. */
static bool is_void(const char *name)
{
    static const char *const VOIDS[] = {"br", "hr", "input", "link", "meta", "line", "rect"};
    for (size_t i = 0; i < COUNT(VOIDS); i++)
        if (strcmp(name, VOIDS[i]) == 0)
            return true;
    return false;
}

static void tag_done(html *h)
{
    if (!h->in_tag)
        return;
    bool empty = is_void(h->open[h->depth - 1]);
    h->in_tag = false;
    buf_add(h->to, empty ? STR("/>") : STR(">")); /* within SVG the slash is needed */
    h->depth -= empty;
}

/* Control characters have no place in HTML, escaped or not. */
static str escape_of(unsigned char c)
{
    switch (c) {
    case '&':
        return STR("&amp;");
    case '<':
        return STR("&lt;");
    case '>':
        return STR("&gt;");
    case '"':
        return STR("&quot;");
    case '\'':
        return STR("&#39;");
    case '\t':
    case '\n':
        return STR("");
    default:
        return c < ' ' || c == 0x7F ? STR("\xEF\xBF\xBD") : STR("");
    }
}

static void add_escaped(buf *to, str s)
{
    size_t start = 0;
    for (size_t i = 0; i < s.len; i++) {
        str escape = escape_of((unsigned char)s.at[i]);
        if (str_empty(escape))
            continue;
        buf_add(to, (str){s.at + start, i - start});
        buf_add(to, escape);
        start = i + 1;
    }
    buf_add(to, (str){s.at + start, s.len - start});
}

/* A cell is labelled with the head of its column. */
static void in_table(html *h, const char *name)
{
    if (strcmp(name, "tr") == 0)
        h->column = 0;
    if ((strcmp(name, "td") != 0 && strcmp(name, "th") != 0) || !h->heads[h->column])
        return;
    const char *head = h->heads[h->column++];
    http__attr(h, "data-label", str_of(head + (*head == '#')));
}

void http__tag(html *h, const char *name, const char *class)
{
    tag_done(h);
    CHECK(h->depth < HTML_DEPTH_MAX);
    h->open[h->depth++] = name;
    h->in_tag = true;
    buf_add_char(h->to, '<');
    buf_add(h->to, str_of(name));
    if (class)
        http__attr(h, "class", str_of(class));
    if (h->heads)
        in_table(h, name);
}

void http__attr(html *h, const char *name, str value)
{
    CHECK(h->in_tag);
    buf_add_char(h->to, ' ');
    buf_add(h->to, str_of(name));
    buf_add(h->to, STR("=\""));
    add_escaped(h->to, value);
    buf_add_char(h->to, '"');
}

void http__attr_int(html *h, const char *name, int64_t value)
{
    char text[24];
    int len = snprintf(text, sizeof text, "%" PRId64, value);
    http__attr(h, name, (str){text, (size_t)len});
}

void http__text(html *h, str text)
{
    tag_done(h);
    add_escaped(h->to, text);
}

static void text_of(html *h, const char *format, va_list arguments) __attribute__((format(printf, 2, 0)));
static void text_of(html *h, const char *format, va_list arguments)
{
    char room[512];
    va_list again;
    va_copy(again, arguments);
    int len = vsnprintf(room, sizeof room, format, arguments);
    CHECK(len >= 0);
    if ((size_t)len < sizeof room) {
        http__text(h, (str){room, (size_t)len});
    } else {
        char *at = ARENA_NEW(h->call->memory, char, (size_t)len + 1);
        (void)vsnprintf(at, (size_t)len + 1, format, again);
        http__text(h, (str){at, (size_t)len});
    }
    va_end(again);
}

void http__textf(html *h, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    text_of(h, format, arguments);
    va_end(arguments);
}

void http__end_tag(html *h, const char *name)
{
    tag_done(h);
    CHECK(h->depth > 0 && strcmp(h->open[h->depth - 1], name) == 0);
    h->depth--;
    buf_add(h->to, STR("</"));
    buf_add(h->to, str_of(name));
    buf_add_char(h->to, '>');
}

void http__leaf(html *h, const char *name, const char *class, str text)
{
    http__tag(h, name, class);
    http__text(h, text);
    http__end_tag(h, name);
}

void http__leaff(html *h, const char *name, const char *class, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    http__tag(h, name, class);
    text_of(h, format, arguments);
    va_end(arguments);
    http__end_tag(h, name);
}
