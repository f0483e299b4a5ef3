/*
 * Tokens: where they come from, when they are renewed, and that no error ever shows one.
 */
#include "shop_fixture.h"

static void test_a_token_is_fetched_with_client_credentials(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    AUTO(shop_close) shop *s = open_with_credentials(f);
    err e;
    fake_will_say(f, TOKEN_ANSWER("day-token", 86399));
    fake_will_say(f, URL_ANSWER);
    assert_true(read_one(s, &e));
    assert_text(f->requests.at[0].url, "https://main.example/admin/oauth/access_token");
    assert_text(f->requests.at[0].content_type, "application/x-www-form-urlencoded");
    assert_text(f->requests.at[0].body, "grant_type=client_credentials&client_id=the-id&client_secret=s3cret%26%3D%2B");
    assert_text(f->requests.at[0].token, "");
    assert_text(f->requests.at[1].token, "day-token");
    assert_int_equal(shop_totals_of(s).calls, 1); /* of the Admin API */
}

static void test_it_is_renewed_before_its_end(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    AUTO(shop_close) shop *s = open_with_credentials(f);
    err e;
    fake_will_say(f, TOKEN_ANSWER("one", 86399));
    fake_will_say(f, URL_ANSWER);
    assert_true(read_one(s, &e));
    f->ticks = (86399 - 901) * US_PER_S;
    fake_will_say(f, URL_ANSWER);
    assert_true(read_one(s, &e));
    assert_text(f->requests.at[2].token, "one");
    f->ticks = (86399 - 899) * US_PER_S;
    fake_will_say(f, TOKEN_ANSWER("two", 100));
    fake_will_say(f, URL_ANSWER);
    assert_true(read_one(s, &e));
    assert_text(f->requests.at[4].token, "two");
    f->ticks += 95 * US_PER_S; /* of a short life a tenth is left */
    fake_will_say(f, TOKEN_ANSWER("three", 86399));
    fake_will_say(f, URL_ANSWER);
    assert_true(read_one(s, &e));
    assert_text(f->requests.at[6].token, "three");
    fake_played_all(f);
}

static void test_a_401_fetches_a_fresh_one_once(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    AUTO(shop_close) shop *s = open_with_credentials(f);
    err e;
    fake_will_say(f, TOKEN_ANSWER("one", 86399));
    fake_will(f, (fake_answer){.status = 401});
    fake_will_say(f, TOKEN_ANSWER("two", 86399));
    fake_will_say(f, URL_ANSWER);
    assert_true(read_one(s, &e));
    assert_text(f->requests.at[3].token, "two");
    /* A second 401 of one call stops. */
    fake_will(f, (fake_answer){.status = 401});
    fake_will_say(f, TOKEN_ANSWER("three", 86399));
    fake_will(f, (fake_answer){.status = 401});
    assert_fails(read_one(s, &e), &e, ERR_REMOTE, "the token is not accepted");
    fake_played_all(f);
}

static void test_a_fixed_token_that_is_refused_stops(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    AUTO(shop_close) shop *s = open_shop(f);
    err e;
    fake_will(f, (fake_answer){.status = 401});
    assert_fails(read_one(s, &e), &e, ERR_REMOTE, "give it a new one");
    assert_int_equal(f->requests.count, 1);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void test_a_token_file_may_be_replaced_while_it_runs(void **state)
{
    (void)state;
    char path[] = "/tmp/evenstock-token-XXXXXX";
    int made = mkstemp(path);
    assert_true(made >= 0);
    close(made);
    write_file(path, "old-token\n");
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    store_shop row = shop_row();
    row.token_file = str_of(path);
    AUTO(shop_close) shop *s = open_row(f, &row);
    err e;
    write_file(path, "new-token\n");
    fake_will(f, (fake_answer){.status = 401});
    fake_will_say(f, URL_ANSWER);
    assert_true(read_one(s, &e));
    assert_text(f->requests.at[0].token, "old-token");
    assert_text(f->requests.at[1].token, "new-token");
    fake_will(f, (fake_answer){.status = 401});
    assert_fails(read_one(s, &e), &e, ERR_REMOTE, "not accepted");
    assert_int_equal(remove(path), 0);
}

static void test_a_token_that_cannot_be_fetched_says_why(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    AUTO(shop_close) shop *s = open_with_credentials(f);
    err e;
    fake_will(f, (fake_answer){.status = 400, .body = "{\"error\":\"invalid_client\"}"});
    assert_fails(read_one(s, &e), &e, ERR_REMOTE, "shop main: fetching a token: HTTP 400: check the client id");
    static const char *const odd[] = {"<html>",
                                      "{}",
                                      "{\"access_token\":7,\"expires_in\":1}",
                                      "{\"access_token\":\"x\"}",
                                      "{\"access_token\":\"x\",\"expires_in\":\"1\"}",
                                      "{\"access_token\":\"s3cret\" \"expires_in\":1}"};
    for (size_t i = 0; i < COUNT(odd); i++)
        fake_will_say(f, odd[i]);
    assert_fails(read_one(s, &e), &e, ERR_REMOTE, "fetching a token");
    assert_null(strstr(e.text, "s3cret")); /* the last of them was cut inside the token's object */
    fake_will_say(f, TOKEN_ANSWER("", 86399));
    assert_fails(read_one(s, &e), &e, ERR_REMOTE, "fetching a token");
    fake_will_say(f, TOKEN_ANSWER("x", 0));
    assert_fails(read_one(s, &e), &e, ERR_REMOTE, "fetching a token");
    fake_will_say(f, TOKEN_ANSWER("x\\r\\nHost: elsewhere", 86399)); /* it would end the header that it becomes */
    assert_fails(read_one(s, &e), &e, ERR_REMOTE, "fetching a token");
    for (int i = 0; i < SHOP_TRIES_MAX; i++)
        fake_will(f, (fake_answer){.outcome = i % 2 ? NET_LOST : NET_NOT_SENT});
    assert_fails(read_one(s, &e), &e, ERR_REMOTE, "fetching a token: as scripted");
    assert_null(strstr(e.text, "s3cret"));
    fake_played_all(f);
}

static void test_what_is_missing_is_named_with_its_mend(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    shop *s = NULL;
    err e;
    store_shop row = shop_row();
    assert_fails(shop_open(&row, &f->w, &s, &e), &e, ERR_INPUT, "name token_env");
    row.client_id_env = STR("SHOP_TEST_ID");
    assert_int_equal(setenv("SHOP_TEST_ID", "the-id", 1), 0);
    assert_fails(shop_open(&row, &f->w, &s, &e), &e, ERR_INPUT, "client_secret_env");
    row.token_env = STR("SHOP_TEST_UNSET");
    assert_int_equal(unsetenv("SHOP_TEST_UNSET"), 0);
    assert_fails(shop_open(&row, &f->w, &s, &e), &e, ERR_INPUT, "SHOP_TEST_UNSET is not set");
    assert_int_equal(setenv("SHOP_TEST_UNSET", " \n", 1), 0);
    assert_fails(shop_open(&row, &f->w, &s, &e), &e, ERR_INPUT, "SHOP_TEST_UNSET is not set");
    assert_int_equal(setenv("SHOP_TEST_UNSET", "a b", 1), 0);
    assert_fails(shop_open(&row, &f->w, &s, &e), &e, ERR_INPUT, "spaces");
    assert_null(strstr(e.text, "a b"));
    assert_int_equal(unsetenv("SHOP_TEST_UNSET"), 0);
    row.token_env = STR("");
    row.token_file = STR("/nonexistent/token");
    assert_fails(shop_open(&row, &f->w, &s, &e), &e, ERR_INPUT, "/nonexistent/token");
    row.api_version = STR("2026-01");
    assert_fails(shop_open(&row, &f->w, &s, &e), &e, ERR_INPUT, "2026-04 or later");
    row.url = STR("ftp://x");
    assert_fails(shop_open(&row, &f->w, &s, &e), &e, ERR_INPUT, "https://");
    assert_null(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_token_is_fetched_with_client_credentials),
        cmocka_unit_test(test_it_is_renewed_before_its_end),
        cmocka_unit_test(test_a_401_fetches_a_fresh_one_once),
        cmocka_unit_test(test_a_fixed_token_that_is_refused_stops),
        cmocka_unit_test(test_a_token_file_may_be_replaced_while_it_runs),
        cmocka_unit_test(test_a_token_that_cannot_be_fetched_says_why),
        cmocka_unit_test(test_what_is_missing_is_named_with_its_mend),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
