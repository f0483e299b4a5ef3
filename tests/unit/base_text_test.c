/* Text with a length, growing text with a cap, UTF-8, and the names of time zones. */
#include "base/tz.h"
#include "unit.h"

static void test_text_is_compared_by_its_bytes(void **state)
{
    (void)state;
    assert_true(str_compare(STR("a"), STR("b")) < 0);
    assert_true(str_compare(STR("b"), STR("a")) > 0);
    assert_true(str_compare(STR("a"), STR("ab")) < 0);
    assert_true(str_compare(STR("\x80"), STR("a")) > 0);
    assert_int_equal(str_compare(STR(""), STR("")), 0);
    assert_true(str_equal_fold(STR("SKU-a1"), STR("sku-A1")));
    assert_false(str_equal_fold(STR("["), STR("{")));
    assert_false(str_equal_fold(STR("a"), STR("ab")));
    assert_true(str_starts(STR("abc"), STR("ab")));
    assert_true(str_starts(STR("abc"), STR("")));
    assert_false(str_starts(STR("a"), STR("ab")));
    assert_true(str_ends(STR("abc"), STR("bc")));
    assert_false(str_ends(STR("c"), STR("bc")));
    assert_text(str_of(NULL), "");
}

static void test_text_is_trimmed_and_cut(void **state)
{
    (void)state;
    assert_text(str_trim(STR(" \t\r\n a b \v\f")), "a b");
    assert_text(str_trim(STR("  ")), "");
    assert_text(str_trim(STR("")), "");
    str left, right;
    assert_true(str_cut(STR("a=b=c"), '=', &left, &right));
    assert_text(left, "a");
    assert_text(right, "b=c");
    assert_false(str_cut(STR("abc"), '=', &left, &right));
    assert_text(left, "abc");
    assert_text(right, "");
    assert_true(str_cut(STR("="), '=', &left, &right));
    assert_text(left, "");
    assert_text(right, "");
}

static void test_the_head_of_a_text_ends_at_a_character(void **state)
{
    (void)state;
    assert_text(str_head(STR("abc"), 3), "abc");
    assert_text(str_head(STR("abc"), 2), "ab");
    assert_text(str_head(STR("a\u00e9"), 2), "a");
    assert_text(str_head(STR("\U0001F600"), 3), "");
}

static void test_copies_are_terminated_and_printed_text_is_whole(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    assert_string_equal(str_z(a, (str){"abcdef", 3}), "abc");
    assert_int_equal(str_copy(a, STR("abc")).at[3], '\0');
    assert_text(str_printf(a, "%d-%s", 7, "x"), "7-x");
    assert_int_equal(str_printf(a, "%5000d", 1).len, 5000);
}

static void test_the_hash_is_fnv_1a(void **state)
{
    (void)state;
    assert_true(str_hash(STR("")) == UINT64_C(0xcbf29ce484222325));
    assert_true(str_hash(STR("a")) == UINT64_C(0xaf63dc4c8601ec8c));
    assert_true(str_hash(STR("foobar")) == UINT64_C(0x85944171f73967e8));
}

static void test_a_buffer_grows_to_its_cap_and_no_further(void **state)
{
    (void)state;
    AUTO(buf_end) buf b = buf_new(1000);
    for (int i = 0; i < 250; i++)
        buf_printf(&b, "%04d", i);
    assert_false(b.full);
    assert_int_equal(b.len, 1000);
    assert_int_equal(strlen(b.at), 1000);
    buf_add(&b, STR(""));
    assert_false(b.full);
    buf_add_char(&b, 'x');
    assert_true(b.full);
    assert_int_equal(b.len, 1000);
}

static void test_an_append_that_does_not_fit_changes_nothing(void **state)
{
    (void)state;
    AUTO(buf_end) buf b = buf_new(5);
    buf_add(&b, STR("abc"));
    buf_add(&b, STR("def"));
    assert_true(b.full);
    buf_printf(&b, "%s", "d");
    assert_string_equal(b.at, "abc");
    buf_clear(&b);
    assert_false(b.full);
    assert_string_equal(b.at, "");
    buf_add(&b, STR("abcde"));
    assert_text(buf_str(&b), "abcde");
    AUTO(buf_end) buf none = buf_new(0);
    assert_text(buf_str(&none), "");
    buf_add_char(&none, 'x');
    assert_true(none.full);
}

static void test_only_utf_8_is_valid(void **state)
{
    (void)state;
    static const str good[] = {
        STR(""), STR("plain"), STR("\u00e9"), STR("\u20ac"), STR("\U0010FFFF"), STR("\xEF\xBB\xBF"), STR("\x7F\x01"),
    };
    static const str bad[] = {
        STR("a\0b"),
        STR("\x80"),
        STR("\xC3"),
        STR("\xC0\xAF"),
        STR("\xE0\x80\xAF"),
        STR("\xED\xA0\x80"),
        STR("\xF4\x90\x80\x80"),
        STR("\xF8\x88\x80\x80\x80"),
        STR("abcdefghijklmnopqrstuvwxyz\xFF"),
        STR("\xE9t\xE9"),
        STR("\xFF\xFE"
            "a"),
    };
    for (size_t i = 0; i < COUNT(good); i++)
        if (!utf8_valid(good[i]))
            fail_msg("good text %zu was refused", i);
    for (size_t i = 0; i < COUNT(bad); i++)
        if (utf8_valid(bad[i]))
            fail_msg("bad text %zu was taken", i);
}

static void test_folding_joins_the_ways_to_write_a_word(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    assert_text(utf8_fold(a, STR("STRASSE")), "strasse");
    assert_text(utf8_fold(a, STR("Stra\u00dfe")), "strasse");
    assert_text(utf8_fold(a, STR("E\u0301")), "\u00e9");
    assert_text(utf8_fold(a, STR("\u00c9")), "\u00e9");
    assert_text(utf8_fold(a, STR("\uff21\ufb01")), "afi");
    assert_text(utf8_fold(a, STR("")), "");
}

static void test_only_names_of_tzdata_are_time_zones(void **state)
{
    (void)state;
    static const char *const good[] = {"UTC", "Europe/Amsterdam", "America/Argentina/Buenos_Aires", "Etc/GMT+5"};
    static const char *const bad[] = {
        "",
        "Europe",
        "Europe/",
        "/Europe/Amsterdam",
        "../Europe/Amsterdam",
        "Europe/../Europe/Amsterdam",
        "Europe/Atlantis",
        "Hello5",
        "+01:00",
        "EST5EDT4",
        "leapseconds",
        "posix/Europe/Amsterdam",
        "europe/amsterdam",
        "Europe/Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    };
    for (size_t i = 0; i < COUNT(good); i++)
        if (!tz_known(str_of(good[i])))
            fail_msg("%s is a zone", good[i]);
    for (size_t i = 0; i < COUNT(bad); i++)
        if (tz_known(str_of(bad[i])))
            fail_msg("%s is no zone", bad[i]);
    assert_false(tz_known(STR("Europe/Amsterdam\0x")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_is_compared_by_its_bytes),
        cmocka_unit_test(test_text_is_trimmed_and_cut),
        cmocka_unit_test(test_the_head_of_a_text_ends_at_a_character),
        cmocka_unit_test(test_copies_are_terminated_and_printed_text_is_whole),
        cmocka_unit_test(test_the_hash_is_fnv_1a),
        cmocka_unit_test(test_a_buffer_grows_to_its_cap_and_no_further),
        cmocka_unit_test(test_an_append_that_does_not_fit_changes_nothing),
        cmocka_unit_test(test_only_utf_8_is_valid),
        cmocka_unit_test(test_folding_joins_the_ways_to_write_a_word),
        cmocka_unit_test(test_only_names_of_tzdata_are_time_zones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
