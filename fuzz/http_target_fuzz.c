/*
 * Request targets: what parses is written and parses back the same; what does not is bad input, and nothing else. The
 * same bytes as a form, too.
 */
#include "fuzz.h"

#include "http/internal.h"

static void add_encoded(buf *to, const char *before, str text)
{
    buf_add(to, str_of(before));
    http__encode(to, text);
}

static void add_fields(buf *to, const http_fields *f)
{
    for (size_t i = 0; i < f->count; i++) {
        add_encoded(to, i > 0 ? "&" : "", f->at[i].name);
        add_encoded(to, "=", f->at[i].value);
    }
}

static void same_fields(const http_fields *one, const http_fields *two)
{
    CHECK(one->count == two->count);
    for (size_t i = 0; i < one->count; i++)
        CHECK(str_equal(one->at[i].name, two->at[i].name) && str_equal(one->at[i].value, two->at[i].value));
}

static void target(arena *a, str text)
{
    str one[HTTP_SEGMENTS_MAX], two[HTTP_SEGMENTS_MAX];
    size_t count, again;
    http_fields query, repeated;
    err e = {0};
    if (!http__target_parse(text, a, one, &count, &query, &e)) {
        CHECK(e.code == ERR_INPUT && e.text[0] != '\0');
        return;
    }
    AUTO(buf_end) buf written = buf_new(1 << 20);
    for (size_t i = 0; i < count; i++)
        add_encoded(&written, "/", one[i]);
    buf_add(&written, count == 0 || str_empty(one[count - 1]) ? STR("/?") : STR("?"));
    add_fields(&written, &query);
    if (written.full)
        return;
    CHECK(http__target_parse(buf_str(&written), a, two, &again, &repeated, &e) && again == count);
    for (size_t i = 0; i < count; i++)
        CHECK(str_equal(one[i], two[i]) && utf8_valid(one[i]));
    same_fields(&query, &repeated);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(arena_end) arena *a = arena_new(0);
    str text = {(const char *)data, size};
    http_fields form;
    err e = {0};
    target(a, text);
    CHECK(http__form_parse(text, a, &form, &e) || e.code == ERR_INPUT);
    http_call c = {.memory = a};
    const char *next = http__next_of(&c, text);
    CHECK(next[0] == '/' && next[1] != '/' && !strchr(next, '\\'));
    return 0;
}
