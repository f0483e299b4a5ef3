/*
 * Bulk results: however a file is cut into parts, the same objects come out, or the same line is refused. The first
 * byte is the length of the parts.
 */
#include "fuzz.h"

#include "shop/internal.h"

static bool add_hash(void *ctx, const js_value *object, err *e)
{
    uint64_t *sum = ctx;
    (void)e;
    *sum = *sum * 31 + object->count;
    return true;
}

typedef struct outcome {
    bool done;
    int64_t objects, roots;
    uint64_t sum;
} outcome;

static outcome cut(str text, size_t part)
{
    outcome o = {.done = true};
    err e = {0};
    AUTO(shop__lines_drop) shop__lines lines = shop__lines_new(add_hash, &o.sum);
    for (size_t at = 0; o.done && at < text.len; at += part)
        o.done = shop__lines_add(&lines, (str){text.at + at, text.len - at < part ? text.len - at : part}, &e);
    o.done = o.done && shop__lines_end(&lines, &e);
    CHECK(o.done || e.code == ERR_REMOTE);
    o.objects = lines.objects;
    o.roots = lines.roots;
    return o;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    str text = {(const char *)data + 1, size - 1};
    outcome whole = cut(text, text.len), parts = cut(text, (size_t)data[0] + 1);
    CHECK(whole.done == parts.done);
    CHECK(whole.objects == parts.objects && whole.roots == parts.roots && whole.sum == parts.sum);
    return 0;
}
