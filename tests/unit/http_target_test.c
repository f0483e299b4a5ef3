/* Request targets, forms and addresses: decoding, its refusals, and writing them. */
#include "unit.h"

#include "http/internal.h"

static void test_a_path_is_split_before_it_is_decoded(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    str segments[HTTP_SEGMENTS_MAX];
    size_t count;
    http_fields query;
    err e = {0};
    assert_true(http__target_parse(STR("/products/A%2FB%20c%3F?channel=web+1&x=%C3%A9&x=2&empty"), a, segments, &count,
                                   &query, &e));
    assert_int_equal(count, 2);
    assert_text(segments[0], "products");
    assert_text(segments[1], "A/B c?");
    assert_text(http__field(&query, "channel"), "web 1");
    assert_text(http__field(&query, "x"), "\xC3\xA9");
    assert_text(http__field(&query, "empty"), "");
    assert_text(http__field(&query, "absent"), "");
    assert_true(http__target_parse(STR("/"), a, segments, &count, &query, &e));
    assert_int_equal(count, 0);
}

static void test_what_is_no_target_is_refused(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    static const char *const BAD[] = {"",
                                      "x",
                                      "*",
                                      "http://x/",
                                      "/%",
                                      "/%4",
                                      "/%zz",
                                      "/a?b=%",
                                      "/%ff",
                                      "/%00",
                                      "/%C3",
                                      "/?a=%ED%A0%80",
                                      "/1/2/3/4/5/6/7/8/9"};
    for (size_t i = 0; i < COUNT(BAD); i++) {
        str segments[HTTP_SEGMENTS_MAX];
        size_t count = 99;
        http_fields query;
        err e = {0};
        if (http__target_parse(str_of(BAD[i]), a, segments, &count, &query, &e))
            fail_msg("accepted: %s", BAD[i]);
        assert_int_equal(e.code, ERR_INPUT);
        assert_int_equal(count, 99);
    }
}

static void test_a_form_has_a_bound(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    AUTO(buf_end) buf text = buf_new(4096);
    http_fields fields;
    err e = {0};
    for (int i = 0; i < 64; i++)
        buf_printf(&text, "f%d=%d&", i, i);
    assert_true(http__form_parse(buf_str(&text), a, &fields, &e));
    assert_text(http__field(&fields, "f63"), "63");
    buf_add(&text, STR("one=more"));
    assert_false(http__form_parse(buf_str(&text), a, &fields, &e));
    assert_int_equal(e.code, ERR_INPUT);
}

static void test_an_address_that_is_written_reads_back(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    const char *href = http_href(a, "/products/*?channel=*", STR("a/b &?#%\xC3\xA9"), STR("web"));
    str segments[HTTP_SEGMENTS_MAX];
    size_t count;
    http_fields query;
    err e = {0};
    assert_string_equal(href, "/products/a%2Fb%20%26%3F%23%25%C3%A9?channel=web");
    assert_true(http__target_parse(str_of(href), a, segments, &count, &query, &e));
    assert_text(segments[1], "a/b &?#%\xC3\xA9");
}

static void test_only_paths_of_ours_are_gone_to_next(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    http_call c = {.memory = a};
    assert_string_equal(http__next_of(&c, STR("/products/A%2FB?channel=web")), "/products/A%2FB?channel=web");
    static const char *const FOREIGN[] = {"",           "//evil.example", "/\\evil.example", "http://evil.example",
                                          "/a\r\nX: 1", "/\xC3\xA9"};
    for (size_t i = 0; i < COUNT(FOREIGN); i++)
        assert_string_equal(http__next_of(&c, str_of(FOREIGN[i])), "/");
}

static void test_hosts_and_origins_of_ours(void **state)
{
    (void)state;
    http_house h = {.host = STR("shop.local"), .port = 8080};
    static const char *const OWN[] = {"127.0.0.1:8080", "localhost", "LOCALHOST:1", "[::1]:8080", "shop.local:8080"};
    static const char *const FOREIGN[] = {"evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "[::2]",
                                          ""};
    for (size_t i = 0; i < COUNT(OWN); i++)
        if (!http__host_own(&h, str_of(OWN[i])))
            fail_msg("refused: %s", OWN[i]);
    for (size_t i = 0; i < COUNT(FOREIGN); i++)
        if (http__host_own(&h, str_of(FOREIGN[i])))
            fail_msg("accepted: %s", FOREIGN[i]);
    assert_true(http__origin_own(STR("http://127.0.0.1:8080"), STR("127.0.0.1:8080")));
    assert_false(http__origin_own(STR("http://127.0.0.1:8081"), STR("127.0.0.1:8080")));
    assert_false(http__origin_own(STR("null"), STR("127.0.0.1:8080")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_path_is_split_before_it_is_decoded),
        cmocka_unit_test(test_what_is_no_target_is_refused),
        cmocka_unit_test(test_a_form_has_a_bound),
        cmocka_unit_test(test_an_address_that_is_written_reads_back),
        cmocka_unit_test(test_only_paths_of_ours_are_gone_to_next),
        cmocka_unit_test(test_hosts_and_origins_of_ours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
