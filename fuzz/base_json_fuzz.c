/*
 * JSON: what parses prints and parses back the same, compact and pretty; what does not is bad input and nothing else.
 */
#include "fuzz.h"

#include "base/base.h"

static bool is_same(const js_value *a, const js_value *b)
{
    if (a->kind != b->kind || a->count != b->count || a->integer != b->integer || a->truth != b->truth ||
        memcmp(&a->real, &b->real, sizeof a->real) != 0 || !str_equal(a->text, b->text) || !str_equal(a->key, b->key))
        return false;
    const js_value *other = b->first;
    JS_EACH(child, a) {
        if (!other || !is_same(child, other))
            return false;
        other = other->next;
    }
    return other == NULL;
}

static void check_round_trip(arena *a, const js_value *first, bool pretty)
{
    AUTO(buf_end) buf text = buf_new((size_t)1 << 28);
    js_writer w = js_writer_new(&text);
    w.pretty = pretty;
    js_put_value(&w, NULL, first);
    CHECK(!text.full);
    CHECK(utf8_valid(buf_str(&text)));
    const js_value *again;
    err e = {0};
    CHECK(js_parse(a, buf_str(&text), &again, &e));
    CHECK(is_same(first, again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(arena_end) arena *a = arena_new(0);
    const js_value *v;
    err e = {0};
    if (!js_parse(a, (str){(const char *)data, size}, &v, &e)) {
        CHECK(e.code == ERR_INPUT);
        CHECK(utf8_valid(str_of(e.text)));
        return 0;
    }
    check_round_trip(a, v, false);
    check_round_trip(a, v, true);
    return 0;
}
