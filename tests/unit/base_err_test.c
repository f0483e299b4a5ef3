/* Errors: what they keep, where they are cut, and that a failed CHECK stops. */
#include "unit.h"

static void test_an_error_keeps_its_code_and_origin_under_context(void **state)
{
    (void)state;
    err e = {0};
    assert_false(ERR(&e, ERR_REMOTE, "HTTP %d", 502));
    const char *where = e.where;
    assert_non_null(strstr(where, "base_err_test.c:"));
    assert_false(err_wrap(&e, "operation %d", 17));
    assert_false(err_wrap(&e, "push to main"));
    assert_string_equal(e.text, "push to main: operation 17: HTTP 502");
    assert_int_equal(e.code, ERR_REMOTE);
    assert_ptr_equal(e.where, where);
}

static void test_an_error_may_be_made_of_its_own_text(void **state)
{
    (void)state;
    err e = {0};
    ERR(&e, ERR_IO, "disk full");
    ERR(&e, ERR_INPUT, "<%s>", e.text);
    assert_string_equal(e.text, "<disk full>");
    err_wrap(&e, "%s, again", e.text);
    assert_string_equal(e.text, "<disk full>, again: <disk full>");
}

static void test_a_long_error_is_cut_with_dots(void **state)
{
    (void)state;
    err e = {0};
    size_t most = sizeof e.text - 1;
    char fits[sizeof e.text];
    memset(fits, 'x', most);
    fits[most] = '\0';
    ERR(&e, ERR_INPUT, "%s", fits);
    assert_string_equal(e.text, fits);
    ERR(&e, ERR_INPUT, "%sy", fits);
    assert_int_equal(strlen(e.text), most);
    assert_string_equal(e.text + most - 4, "x...");
    err_wrap(&e, "%sy", fits);
    assert_int_equal(strlen(e.text), most);
    assert_string_equal(e.text + most - 4, "x...");
}

static void test_a_cut_does_not_split_a_character(void **state)
{
    (void)state;
    for (size_t before = 465; before < 480; before++) {
        err e = {0};
        char text[600];
        memset(text, 'x', before);
        snprintf(text + before, sizeof text - before, "\U0001F600\U0001F600\U0001F600\U0001F600");
        ERR(&e, ERR_INPUT, "%s", text);
        assert_true(utf8_valid(str_of(e.text)));
        assert_true(strlen(e.text) <= sizeof e.text - 1);
    }
}

static void test_every_code_has_a_name(void **state)
{
    (void)state;
    for (err_code code = ERR_NONE; code <= ERR_MEMORY; code++)
        assert_true(strlen(err_code_name(code)) > 0);
    assert_string_equal(err_code_name(ERR_IN_DOUBT), "in_doubt");
}

static void fail_a_check(void)
{
    CHECK(1 + 1 == 3);
}

static void wrap_no_error(void)
{
    err e = {0};
    err_wrap(&e, "context");
}

static void test_a_failed_check_stops(void **state)
{
    (void)state;
    assert_true(stops(fail_a_check));
    assert_true(stops(wrap_no_error));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_error_keeps_its_code_and_origin_under_context),
        cmocka_unit_test(test_an_error_may_be_made_of_its_own_text),
        cmocka_unit_test(test_a_long_error_is_cut_with_dots),
        cmocka_unit_test(test_a_cut_does_not_split_a_character),
        cmocka_unit_test(test_every_code_has_a_name),
        cmocka_unit_test(test_a_failed_check_stops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
