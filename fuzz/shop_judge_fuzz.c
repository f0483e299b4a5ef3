/*
 * Answers of the Admin API: whatever comes is one of the classes; a write is called done only when its payload says so,
 * named lines exist and are named once, and what a person reads is text.
 */
#include "fuzz.h"

#include "shop/internal.h"

static void check_verdict(const shop__verdict *v)
{
    CHECK(v->class < SHOP_CLASSES);
    if (v->class == SHOP_DONE) {
        CHECK(v->data && v->data->kind == JS_OBJECT);
        CHECK(!v->open && v->bad_count == 0);
        CHECK(str_empty(v->code) && str_empty(v->message));
    }
    bool named[SHOP_LINES_MAX] = {false};
    for (size_t i = 0; i < v->bad_count; i++) {
        CHECK(v->bad[i].line < SHOP_LINES_MAX);
        CHECK(!named[v->bad[i].line]);
        named[v->bad[i].line] = true;
        CHECK(utf8_valid(v->bad[i].message));
    }
    CHECK(utf8_valid(v->message));
    CHECK(v->cost.available >= -1 && v->cost.requested >= -1 && v->cost.rate >= -1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(arena_end) arena *a = arena_new(0);
    str text = {(const char *)data, size};
    net_answer n = {.outcome = NET_ANSWERED,
                    .status = 200,
                    .body = text,
                    .date = text,
                    .retry_after = text,
                    .content_type = STR("application/json"),
                    .api_version = STR(""),
                    .request_id = STR("")};
    shop__verdict v = shop__judge(a, &n, "inventoryAdjustQuantities");
    check_verdict(&v);
    v = shop__judge(a, &n, NULL);
    check_verdict(&v);
    n.status = 429;
    v = shop__judge(a, &n, NULL);
    CHECK(v.retry_after_ms >= 0);
    instant t;
    CHECK(!shop__http_date(text, &t) || t >= 0);
    return 0;
}
