/* Readings as JSON: what is written parses back the same; damage is found wherever it is, and named by its path. */
#include "domain/domain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define JSON_BYTES_MAX 65536

/* Two readings of one order, so that every field has a value that is not 0 somewhere. */
static const reading *sample(arena *a)
{
    reading_fo_line before[] = {{STR("f1"), STR("L"), 5, 5, false}};
    reading_fo_line after[] = {{STR("f1"), STR("L"), 1, 0, true}, {STR("f2"), STR("M"), 2, 1, false}};
    reading_unit_at fulfilled[] = {{STR("L"), 1}, {STR("M"), 1}};
    reading_refund refunds[] = {{STR("r1"), 1, REFUND_NO_RESTOCK, false, STR("")},
                                {STR("r2"), 1, REFUND_RETURN, true, STR("K")},
                                {STR("r3"), 1, REFUND_CANCEL, true, STR("L")},
                                {STR("r4"), 1, REFUND_LEGACY, false, STR("")}};
    reading_raw_line lines[] = {
        {.id = STR("one"),
         .item = STR("item"),
         .sku = STR("A \"\xc3\xa4\" \\"),
         .tracked = true,
         .ordered = 5,
         .current = 5,
         .fulfilment_orders = before,
         .fo_count = 1},
        {.id = STR("two"), .item = STR(""), .sku = STR(""), .tracked_unknown = true, .ordered = 2, .current = 2},
    };
    reading_raw raw = {.order = STR("gid://shopify/Order/1"),
                       .name = STR("#1001"),
                       .created_at = 0,
                       .processed_at = INSTANT_NONE,
                       .updated_at = 1790000000123456,
                       .test = true,
                       .app = STR("gid://shopify/App/7"),
                       .pos = true,
                       .retail_location = STR("L"),
                       .lines = lines,
                       .line_count = COUNT(lines)};
    const reading *first = domain_reading_next(a, NULL, &raw, 5 * US_PER_S, false);
    lines[0].fulfilment_orders = after, lines[0].fo_count = COUNT(after);
    lines[0].fulfilled = fulfilled, lines[0].fulfilled_count = COUNT(fulfilled);
    lines[0].refunds = refunds, lines[0].refund_count = COUNT(refunds);
    lines[0].current = 1;
    raw.cancelled = raw.closed = true;

    AUTO(buf_end) buf b = buf_new(JSON_BYTES_MAX); /* a copy, as the arrays above end with this function */
    domain_reading_write(domain_reading_next(a, first, &raw, 6 * US_PER_S, false), &b);
    const reading *ret;
    err e;
    if (!domain_reading_parse(a, str_copy(a, buf_str(&b)), &ret, &e))
        fail_msg("%s", e.text);
    return ret;
}

static str text_of(arena *a, const reading *r)
{
    AUTO(buf_end) buf b = buf_new(JSON_BYTES_MAX);
    domain_reading_write(r, &b);
    assert_false(b.full);
    return str_copy(a, buf_str(&b));
}

static void test_what_is_written_parses_back_the_same(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    const reading *r = sample(a);
    assert_true(str_equal(r->raw.order, STR("gid://shopify/Order/1")));
    assert_true(str_equal(r->raw.name, STR("#1001")));
    assert_true(r->raw.created_at == 0 && r->raw.processed_at == INSTANT_NONE && r->raw.updated_at == 1790000000123456);
    assert_true(r->asked_at == 6 * US_PER_S);
    assert_true(r->raw.cancelled && r->raw.closed && r->raw.pos && r->raw.test && !r->claimless_app);
    assert_true(str_equal(r->raw.retail_location, STR("L")) && str_equal(r->raw.app, STR("gid://shopify/App/7")));
    assert_int_equal(r->line_count, 2);
    assert_null(r->raw.lines);

    const reading_line *l = &r->lines[0];
    assert_true(str_equal(l->raw.sku, STR("A \"\xc3\xa4\" \\")) && l->raw.tracked && l->claims == 1);
    assert_true(l->raw.ordered == 5 && l->raw.current == 1);
    assert_int_equal(l->raw.fo_count, 2);
    assert_true(str_equal(l->raw.fulfilment_orders[1].fulfilment_order, STR("f2")) &&
                l->raw.fulfilment_orders[0].closed);
    assert_true(l->raw.fulfilment_orders[1].total == 2 && l->raw.fulfilment_orders[1].remaining == 1);
    assert_int_equal(l->raw.refund_count, 4);
    assert_true(l->raw.refunds[2].type == REFUND_CANCEL && l->raw.refunds[2].restocked && l->raw.refunds[2].units == 1);
    assert_int_equal(l->place_count, 3);
    assert_true(l->places[0].mark && l->places[0].unsure > 0);
    assert_true(r->lines[1].claims == 0 && r->lines[1].raw.tracked_unknown);
}

static void test_what_is_parsed_writes_back_the_same(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    str text = text_of(a, sample(a));
    const reading *r;
    err e;
    assert_true(domain_reading_parse(a, text, &r, &e));
    assert_true(str_equal(text, text_of(a, r)));
}

/* The value is written again with one member left out, or replaced by a fraction, which no field takes. */
typedef struct damage {
    size_t left; /* members until the damaged one */
    bool drop, done;
    str key;
} damage;

static void write_damaged(js_writer *w, const char *key, const js_value *v, damage *d, arena *a)
{
    if (v->kind != JS_OBJECT && v->kind != JS_ARRAY) {
        js_put_value(w, key, v);
        return;
    }
    (v->kind == JS_OBJECT ? js_object : js_array)(w, key);
    JS_EACH(child, v) {
        const char *name = v->kind == JS_OBJECT ? str_z(a, child->key) : NULL;
        if (!name || d->done || d->left-- > 0) {
            write_damaged(w, name, child, d, a);
            continue;
        }
        d->done = true;
        d->key = child->key;
        if (!d->drop)
            js_put_value(w, name, &(js_value){.kind = JS_REAL, .real = 0.5});
    }
    js_close(w);
}

static void test_every_damaged_member_is_found_and_named(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    const js_value *whole;
    const reading *r = NULL;
    err e;
    assert_true(js_parse(a, text_of(a, sample(a)), &whole, &e));
    size_t damaged = 0;
    for (int drop = 0; drop < 2; drop++)
        for (size_t i = 0;; i++) {
            AUTO(buf_end) buf b = buf_new(JSON_BYTES_MAX);
            js_writer w = js_writer_new(&b);
            damage d = {.left = i, .drop = drop};
            write_damaged(&w, NULL, whole, &d, a);
            if (!d.done)
                break;
            damaged++;
            if (domain_reading_parse(a, buf_str(&b), &r, &e))
                fail_msg("without a good '%.*s' it parsed: %.*s", STR_ARG(d.key), STR_ARG(buf_str(&b)));
            assert_int_equal(e.code, ERR_CORRUPT);
            assert_non_null(strstr(e.text, str_z(a, d.key)));
            assert_null(r); /* untouched */
        }
    assert_true(damaged > 200);
}

static void test_damage_is_named_by_its_path(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *want;
    } CASES[] = {
        {"\"type\":\"cancel\"", "\"type\":\"whim\"", "lines[0]: refunds[2]: refund: type is \"whim\""},
        {"\"claims\":1", "\"claims\":2", "lines[0]: line: claims is 2"},
        {"\"remaining\":1", "\"remaining\":9000000000000000000",
         "lines[0]: fulfilment_orders[1]: fulfilment order: remaining is 9000000000000000000"},
        {"\"location\":\"K\"", "\"location\":7",
         "lines[0]: refunds[1]: refund: 'location' is a whole number, and must be text"},
        {"\"mark\":true", "\"mark\":1",
         "lines[0]: places[0]: place: 'mark' is a whole number, and must be true or false"},
        {"\"asked_at\":\"1970", "\"asked_at\":\"197", "reading: asked_at"},
        {"}]}", "}", "not JSON"},
    };
    AUTO(arena_end) arena *a = arena_new(0);
    str text = text_of(a, sample(a));
    for (size_t i = 0; i < COUNT(CASES); i++) {
        const char *z = str_z(a, text), *at = strstr(z, CASES[i].from);
        const reading *r;
        err e;
        if (!at)
            fail_msg("no %s in %s", CASES[i].from, z);
        str damaged = str_printf(a, "%.*s%s%s", (int)(at - z), z, CASES[i].to, at + strlen(CASES[i].from));
        assert_false(domain_reading_parse(a, damaged, &r, &e));
        assert_int_equal(e.code, ERR_CORRUPT);
        if (!strstr(e.text, CASES[i].want))
            fail_msg("%s: %s", CASES[i].to, e.text);
    }
}

static void test_a_full_buffer_says_so(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    AUTO(buf_end) buf b = buf_new(100);
    domain_reading_write(sample(a), &b);
    assert_true(b.full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_written_parses_back_the_same),
        cmocka_unit_test(test_what_is_parsed_writes_back_the_same),
        cmocka_unit_test(test_every_damaged_member_is_found_and_named),
        cmocka_unit_test(test_damage_is_named_by_its_path),
        cmocka_unit_test(test_a_full_buffer_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
