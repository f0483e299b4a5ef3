/* JSON: what is read, what is refused and where, what is written, and that the two agree. */
#include "unit.h"

static const js_value *parsed(arena *a, const char *text)
{
    err e = {0};
    const js_value *v = NULL;
    if (!js_parse(a, str_of(text), &v, &e))
        fail_msg("%s", e.text);
    return v;
}

static str printed(arena *a, const js_value *v)
{
    AUTO(buf_end) buf b = buf_new(1 << 20);
    js_writer w = js_writer_new(&b);
    js_put_value(&w, NULL, v);
    assert_false(b.full);
    return str_copy(a, buf_str(&b));
}

static void test_documents_come_back_as_they_were(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "null",
        "true",
        "0",
        "-9223372036854775808",
        "9223372036854775807",
        "\"\"",
        "[]",
        "{}",
        "[[],{},[{}]]",
        "{\"z\":1,\"a\":2,\"m\":{\"z\":[1,2,3]}}",
        "{\"\":\"\"}",
        "\"a\\\"b\\\\c/d\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\u00e9\U0001F600\"",
        "[0.5,-1.0,1e+300]",
    };
    AUTO(arena_end) arena *a = arena_new(0);
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_text(printed(a, parsed(a, rows[i])), rows[i]);
}

static void test_reals_come_back_exact_and_never_whole(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "0.1", "1.0", "1e2", "-0.0", "123456789012345678.0", "5e-324", "1.7976931348623157e308"};
    AUTO(arena_end) arena *a = arena_new(0);
    for (size_t i = 0; i < COUNT(rows); i++) {
        const js_value *first = parsed(a, rows[i]), *again = parsed(a, printed(a, first).at);
        assert_int_equal(first->kind, JS_REAL);
        assert_int_equal(again->kind, JS_REAL);
        assert_memory_equal(&first->real, &again->real, sizeof first->real);
    }
}

static void test_wrong_documents_are_refused_with_their_place(void **state)
{
    (void)state;
    static const struct {
        str text;
        const char *why;
    } rows[] = {
        {STR(""), "line 1"},
        {STR("{\"a\":\n tru}"), "line 2, column 4"},
        {STR("{\"a\":1,\"a\":1}"), "duplicate"},
        {STR("[1,]"), "line 1"},
        {STR("[1] 2"), "line 1, column 5"},
        {STR("9223372036854775808"), "too big"},
        {STR("-9223372036854775809"), "too big"},
        {STR("1e999"), "overflow"},
        {STR("01"), "line 1"},
        {STR("NaN"), "line 1"},
        {STR("'a'"), "line 1"},
        {STR("\"\\u0000\""), "must not contain the character \\u0000"},
        {STR("{\"a\\u0000\":1}"), "must not contain the character \\u0000"},
        {STR("\"\\ud800\""), "line 1"},
        {STR("\"a\nb\""), "line 1"},
        {STR("\"\xFF\""), "not UTF-8"},
        {STR("\"\xED\xA0\x80\""), "not UTF-8"},
        {STR("\"\\\u00e9\""), "line 1, column 3: invalid escape"},
        {STR("1\0"), "byte 2 is NUL"},
        {STR("{}\0{"), "byte 3 is NUL"},
        {STR("\xEF\xBB\xBF{}"), "line 1"},
    };
    AUTO(arena_end) arena *a = arena_new(0);
    for (size_t i = 0; i < COUNT(rows); i++) {
        err e = {0};
        const js_value *v = NULL;
        if (js_parse(a, rows[i].text, &v, &e))
            fail_msg("%.*s was read", STR_ARG(rows[i].text));
        assert_int_equal(e.code, ERR_INPUT);
        assert_null(v);
        assert_true(utf8_valid(str_of(e.text)));
        if (!strstr(e.text, rows[i].why))
            fail_msg("%.*s says \"%s\", not \"%s\"", STR_ARG(rows[i].text), e.text, rows[i].why);
    }
}

static str nested(arena *a, int levels)
{
    AUTO(buf_end) buf b = buf_new(1 << 20);
    for (int i = 0; i < levels; i++)
        buf_add_char(&b, '[');
    for (int i = 0; i < levels; i++)
        buf_add_char(&b, ']');
    return str_copy(a, buf_str(&b));
}

static void test_depth_is_limited(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    err e = {0};
    const js_value *v;
    assert_true(js_parse(a, nested(a, JS_DEPTH_MAX), &v, &e));
    assert_text(printed(a, v), nested(a, JS_DEPTH_MAX).at);
    assert_false(js_parse(a, nested(a, JS_DEPTH_MAX + 1), &v, &e));
    assert_string_equal(e.text, "the JSON document nests deeper than 64 levels");
    assert_false(js_parse(a, nested(a, 100000), &v, &e));
    assert_int_equal(e.code, ERR_INPUT);
}

static void test_the_deepest_document_fits_inside_another(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    AUTO(buf_end) buf b = buf_new(10000);
    js_writer w = js_writer_new(&b);
    js_object(&w, NULL);
    js_put_value(&w, "payload", parsed(a, nested(a, JS_DEPTH_MAX).at));
    js_close(&w);
    assert_int_equal(b.len, 2 * JS_DEPTH_MAX + strlen("{\"payload\":}"));
}

static void test_members_are_found_by_key_and_path(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    const js_value *v =
        parsed(a, "{\"data\":{\"shop\":{\"id\":\"x\"},\"list\":[10,{\"n\":11}],\"no\":null,\"yes\":true}}");
    assert_text(js_str(js_path(v, "data.shop.id"), STR("?")), "x");
    assert_int_equal(js_int(js_path(v, "data.list.0"), -1), 10);
    assert_int_equal(js_int(js_path(v, "data.list.1.n"), -1), 11);
    assert_null(js_path(v, "data.list.2"));
    assert_null(js_path(v, "data.list.-1"));
    assert_null(js_path(v, "data.list.x"));
    assert_null(js_path(v, "data.shop.id.more"));
    assert_null(js_path(v, ""));
    assert_null(js_path(NULL, "data"));
    assert_ptr_equal(js_path(v, "data"), js_get(v, "data"));
    assert_null(js_get(v, "dat"));
    assert_null(js_get(js_path(v, "data.list"), "0"));
    assert_true(js_is_null(js_path(v, "data.no")));
    assert_true(js_is_null(js_path(v, "data.gone")));
    assert_false(js_is_null(js_path(v, "data.yes")));
    assert_true(js_bool(js_path(v, "data.yes"), false));
    assert_true(js_bool(NULL, true));
    assert_text(js_str(js_path(v, "data.yes"), STR("?")), "?");
    assert_int_equal(js_int(js_path(v, "data.yes"), -1), -1);
    size_t count = 0;
    JS_EACH(child, js_get(v, "data"))
        count++;
    JS_EACH(child, js_get(v, "gone"))
        count++;
    assert_int_equal(count, js_get(v, "data")->count);
}

static void test_a_wanted_member_is_given_or_named(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    const js_value *v = parsed(a, "{\"s\":\"x\",\"n\":7,\"b\":true,\"l\":[1],\"r\":1.5,\"o\":{},\"z\":null}");
    err e = {0};
    str s = STR("untouched");
    int64_t n = 42;
    bool b = false;
    const js_value *list = NULL;
    assert_true(js_want_str(v, "s", "facility 3", &s, &e));
    assert_text(s, "x");
    assert_true(js_want_int(v, "n", "facility 3", &n, &e));
    assert_int_equal(n, 7);
    assert_true(js_want_bool(v, "b", "facility 3", &b, &e));
    assert_true(b);
    assert_true(js_want_array(v, "l", "facility 3", &list, &e));
    assert_int_equal(list->count, 1);

    assert_false(js_want_str(v, "code", "facility 3", &s, &e));
    assert_string_equal(e.text, "facility 3: 'code' is missing");
    assert_false(js_want_int(v, "r", "facility 3", &n, &e));
    assert_string_equal(e.text, "facility 3: 'r' is a fraction, and must be a whole number");
    assert_false(js_want_bool(v, "z", "facility 3", &b, &e));
    assert_string_equal(e.text, "facility 3: 'z' is null, and must be true or false");
    assert_false(js_want_array(v, "o", "facility 3", &list, &e));
    assert_string_equal(e.text, "facility 3: 'o' is an object, and must be an array");
    assert_false(js_want_str(js_get(v, "l"), "code", "facility 3", &s, &e));
    assert_string_equal(e.text, "facility 3 is an array, and must be an object with 'code'");
    assert_false(js_want_str(NULL, "code", "facility 3", &s, &e));
    assert_string_equal(e.text, "facility 3 is missing, and must be an object with 'code'");
    assert_int_equal(e.code, ERR_INPUT);
    assert_text(s, "x");
    assert_int_equal(n, 7);
}

static void write_everything(js_writer *w)
{
    js_object(w, NULL);
    js_put_str(w, "text \"quoted\"", STR("a\nb"));
    js_put_z(w, "z", "c");
    js_put_z(w, "no_z", NULL);
    js_put_int(w, "int", INT64_MIN);
    js_put_maybe(w, "known", qty_known(-3));
    js_put_maybe(w, "unknown", QTY_UNKNOWN);
    js_put_bool(w, "bool", false);
    js_put_instant(w, "at", 0);
    js_put_instant(w, "never", INSTANT_NONE);
    js_put_seconds(w, "seconds", 1234567);
    js_put_seconds(w, "less", -1500);
    js_put_value(w, "no_value", NULL);
    js_array(w, "list");
    js_put_int(w, NULL, 1);
    js_object(w, NULL);
    js_close(w);
    js_array(w, NULL);
    js_put_null(w, NULL);
    js_close(w);
    js_close(w);
    js_close(w);
}

static void test_the_writer_keeps_commas_and_nesting(void **state)
{
    (void)state;
    AUTO(buf_end) buf b = buf_new(10000);
    js_writer w = js_writer_new(&b);
    write_everything(&w);
    assert_int_equal(w.depth, 0);
    assert_text(
        buf_str(&b),
        "{\"text \\\"quoted\\\"\":\"a\\nb\",\"z\":\"c\",\"no_z\":null,\"int\":-9223372036854775808,\"known\":-3,"
        "\"unknown\":null,\"bool\":false,\"at\":\"1970-01-01T00:00:00Z\",\"never\":null,\"seconds\":1.234,"
        "\"less\":-0.001,\"no_value\":null,\"list\":[1,{},[null]]}");
}

static void test_pretty_output_has_one_key_a_line(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    AUTO(buf_end) buf b = buf_new(10000);
    js_writer w = js_writer_new(&b);
    w.pretty = true;
    js_put_value(&w, NULL, parsed(a, "{\"a\":1,\"b\":{\"c\":[1,{}],\"d\":[]}}"));
    assert_text(buf_str(&b), "{\n"
                             "  \"a\": 1,\n"
                             "  \"b\": {\n"
                             "    \"c\": [\n"
                             "      1,\n"
                             "      {}\n"
                             "    ],\n"
                             "    \"d\": []\n"
                             "  }\n"
                             "}");
}

static void test_a_full_buffer_is_told_by_the_buffer(void **state)
{
    (void)state;
    AUTO(buf_end) buf b = buf_new(20);
    js_writer w = js_writer_new(&b);
    write_everything(&w);
    assert_true(b.full);
}

static void value_with_a_key_in_an_array(void)
{
    buf b = buf_new(100);
    js_writer w = js_writer_new(&b);
    js_array(&w, NULL);
    js_put_int(&w, "key", 1);
}

static void value_without_a_key_in_an_object(void)
{
    buf b = buf_new(100);
    js_writer w = js_writer_new(&b);
    js_object(&w, NULL);
    js_put_int(&w, NULL, 1);
}

static void close_of_nothing(void)
{
    buf b = buf_new(100);
    js_writer w = js_writer_new(&b);
    js_close(&w);
}

static void second_value_in_a_document(void)
{
    buf b = buf_new(100);
    js_writer w = js_writer_new(&b);
    js_put_int(&w, NULL, 1);
    js_put_int(&w, NULL, 2);
}

static void endless_nesting(void)
{
    buf b = buf_new(1000);
    js_writer w = js_writer_new(&b);
    for (int i = 0; i < 200; i++)
        js_array(&w, NULL);
}

static void test_misuse_of_the_writer_stops(void **state)
{
    (void)state;
    assert_true(stops(value_with_a_key_in_an_array));
    assert_true(stops(value_without_a_key_in_an_object));
    assert_true(stops(close_of_nothing));
    assert_true(stops(second_value_in_a_document));
    assert_true(stops(endless_nesting));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_documents_come_back_as_they_were),
        cmocka_unit_test(test_reals_come_back_exact_and_never_whole),
        cmocka_unit_test(test_wrong_documents_are_refused_with_their_place),
        cmocka_unit_test(test_depth_is_limited),
        cmocka_unit_test(test_the_deepest_document_fits_inside_another),
        cmocka_unit_test(test_members_are_found_by_key_and_path),
        cmocka_unit_test(test_a_wanted_member_is_given_or_named),
        cmocka_unit_test(test_the_writer_keeps_commas_and_nesting),
        cmocka_unit_test(test_pretty_output_has_one_key_a_line),
        cmocka_unit_test(test_a_full_buffer_is_told_by_the_buffer),
        cmocka_unit_test(test_misuse_of_the_writer_stops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
