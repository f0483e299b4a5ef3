/*
 * One HTTP answer, one class: every row of the error tables as the reference gives it, and every shape that an answer
 * must not have.
 */
#include "fake_world.h"

#include "shop/internal.h"

#define ROOT "inventoryAdjustQuantities"

static shop__verdict judge(arena *a, const char *root, fake_answer answer)
{
    net_answer n = fake_net_answer(a, &answer, 1, FAKE_BEGAN);
    return shop__judge(a, &n, root);
}

static void assert_verdict(shop__verdict v, const char *name, shop_class class, bool open)
{
    if (v.class != class || v.open != open)
        fail_msg("%s: %s, %s; wanted %s, %s", name, shop_class_name(v.class), v.open ? "open" : "shut",
                 shop_class_name(class), open ? "open" : "shut");
}

/* Reference 4.1; the codes that inventoryAdjustQuantities can answer with, and those of other quantity mutations. */
static const struct {
    const char *code;
    shop_class class;
    bool open;
} USER_CODES[] = {
    {"CHANGE_FROM_QUANTITY_STALE", SHOP_LOOK, false},
    {"COMPARE_QUANTITY_STALE", SHOP_LOOK, false},
    {"COMPARE_QUANTITY_REQUIRED", SHOP_BUG, false},
    {"IDEMPOTENCY_CONCURRENT_REQUEST", SHOP_RETRY, true},
    {"IDEMPOTENCY_KEY_PARAMETER_MISMATCH", SHOP_BUG, true},
    {"IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED", SHOP_LOOK, false},
    {"SERVICE_UNAVAILABLE", SHOP_RETRY, true},
    {"ADJUST_QUANTITIES_FAILED", SHOP_RETRY, true},
    {"INVALID_INVENTORY_ITEM", SHOP_LINE, false},
    {"INVALID_LOCATION", SHOP_LINE, false},
    {"NON_MUTABLE_INVENTORY_ITEM", SHOP_LINE, false},
    {"ITEM_NOT_STOCKED_AT_LOCATION", SHOP_LINE, false},
    {"INVALID_QUANTITY_TOO_HIGH", SHOP_LINE, false},
    {"INVALID_QUANTITY_TOO_LOW", SHOP_LINE, false},
    {"INVALID_QUANTITY_NEGATIVE", SHOP_LINE, false},
    {"NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR", SHOP_BUG, false},
    {"INVALID_NAME", SHOP_BUG, false},
    {"INVALID_QUANTITY_NAME", SHOP_BUG, false},
    {"INVALID_REASON", SHOP_BUG, false},
    {"INVALID_REFERENCE_DOCUMENT", SHOP_BUG, false},
    {"INVALID_LEDGER_DOCUMENT", SHOP_BUG, false},
    {"INTERNAL_LEDGER_DOCUMENT", SHOP_BUG, false},
    {"INVALID_AVAILABLE_DOCUMENT", SHOP_BUG, false},
    {"INVALID_QUANTITY_DOCUMENT", SHOP_BUG, false},
    {"MAX_ONE_LEDGER_DOCUMENT", SHOP_BUG, false},
    {"MAXIMUM_LEDGER_DOCUMENT_URIS", SHOP_BUG, false},
    {"SAME_QUANTITY_NAME", SHOP_BUG, false},
    {"DIFFERENT_LOCATIONS", SHOP_BUG, false},
    {"OPERATION_IN_PROGRESS", SHOP_RETRY, false},
    {"LIMIT_REACHED", SHOP_RETRY, false},
    {"INVALID", SHOP_BUG, false},
    {"A_CODE_OF_NEXT_YEAR", SHOP_LINE, false},
};

static void test_every_user_code_has_its_class(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    for (size_t i = 0; i < COUNT(USER_CODES); i++) {
        str body = str_printf(a,
                              "{\"data\":{\"" ROOT "\":{\"inventoryAdjustmentGroup\":null,\"userErrors\":[{\"code\":"
                              "\"%s\",\"field\":[\"input\"],\"message\":\"no\"}]}}}",
                              USER_CODES[i].code);
        shop__verdict v = judge(a, ROOT, (fake_answer){.raw = body});
        assert_verdict(v, USER_CODES[i].code, USER_CODES[i].class, USER_CODES[i].open);
        assert_text(v.code, USER_CODES[i].code);
        assert_text(v.message, "no");
    }
}

/* Reference 4.3. `data`: whether the answer has any, as the document was valid. */
static const struct {
    const char *code;
    bool data;
    shop_class class;
    bool open;
} TOP_CODES[] = {
    {"THROTTLED", false, SHOP_RETRY, false},
    {"MAX_COST_EXCEEDED", false, SHOP_BUG, false},
    {"ACCESS_DENIED", true, SHOP_STOP, false},
    {"INTERNAL_SERVER_ERROR", true, SHOP_RETRY, true},
    {"INTERNAL_SERVER_ERROR", false, SHOP_RETRY, true},
    {"TIMEOUT", true, SHOP_RETRY, true},
    {"SERVICE_UNAVAILABLE", true, SHOP_RETRY, true},
    {"BAD_REQUEST", true, SHOP_BUG, false},
    {"INVALID_FIELD_ARGUMENTS", true, SHOP_BUG, false},
    {"INVALID_VARIABLE", false, SHOP_BUG, false},
    {"undefinedField", false, SHOP_BUG, false},
    {"argumentNotAccepted", false, SHOP_BUG, false},
    {"missingRequiredArguments", false, SHOP_BUG, false},
    {"argumentLiteralsIncompatible", false, SHOP_BUG, false},
    {"undefinedDirective", false, SHOP_BUG, false},
    {"variableNotUsed", false, SHOP_BUG, false},
    {"MAX_INPUT_SIZE_EXCEEDED", false, SHOP_BUG, false},
    {"SHOP_INACTIVE", false, SHOP_STOP, false},
    {"a_validation_of_next_year", false, SHOP_BUG, false},
    {"A_FAILURE_OF_NEXT_YEAR", true, SHOP_RETRY, true},
    {"", false, SHOP_RETRY, true},
};

static void test_every_top_level_code_has_its_class(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    for (size_t i = 0; i < COUNT(TOP_CODES); i++) {
        str body = str_printf(a, "{\"errors\":[{\"message\":\"no\",\"extensions\":{\"code\":\"%s\"}}]%s}",
                              TOP_CODES[i].code, TOP_CODES[i].data ? ",\"data\":{\"" ROOT "\":null}" : "");
        shop__verdict v = judge(a, ROOT, (fake_answer){.raw = body});
        assert_verdict(v, TOP_CODES[i].code, TOP_CODES[i].class, TOP_CODES[i].open);
        assert_int_equal(v.throttled, strcmp(TOP_CODES[i].code, "THROTTLED") == 0);
        v = judge(a, NULL, (fake_answer){.raw = body});
        assert_verdict(v, TOP_CODES[i].code, TOP_CODES[i].class, TOP_CODES[i].open);
    }
}

/* Reference 4.4. */
static const struct {
    int status;
    shop_class class;
    bool open;
} STATUSES[] = {
    {201, SHOP_RETRY, true},  {204, SHOP_RETRY, true}, {301, SHOP_STOP, false}, {302, SHOP_STOP, false},
    {307, SHOP_STOP, false},  {400, SHOP_BUG, false},  {401, SHOP_STOP, false}, {402, SHOP_STOP, false},
    {403, SHOP_STOP, false},  {404, SHOP_STOP, false}, {405, SHOP_BUG, false},  {409, SHOP_RETRY, true},
    {413, SHOP_BUG, false},   {415, SHOP_BUG, false},  {422, SHOP_BUG, false},  {423, SHOP_STOP, false},
    {429, SHOP_RETRY, false}, {430, SHOP_STOP, false}, {500, SHOP_RETRY, true}, {502, SHOP_RETRY, true},
    {503, SHOP_RETRY, true},  {504, SHOP_RETRY, true}, {599, SHOP_RETRY, true}, {999, SHOP_RETRY, true},
};

static void test_every_status_has_its_class(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    for (size_t i = 0; i < COUNT(STATUSES); i++) {
        shop__verdict v = judge(a, ROOT, (fake_answer){.status = STATUSES[i].status, .body = "{\"data\":{}}"});
        str code = str_printf(a, "HTTP_%d", STATUSES[i].status);
        assert_verdict(v, str_z(a, code), STATUSES[i].class, STATUSES[i].open);
        assert_true(str_equal(v.code, code));
    }
}

/* After any of these nobody knows whether the write was applied. */
static const struct {
    const char *name, *body, *content_type;
} ODD[] = {
    {"html", "<!doctype html><h1>We will be back soon</h1>", "text/html; charset=utf-8"},
    {"json called html", "{\"data\":{\"" ROOT "\":{\"userErrors\":[]}}}", "text/html"},
    {"empty", "", NULL},
    {"cut", "{\"data\":{\"" ROOT "\":{\"userErrors\":[", NULL},
    {"html called json", "<html></html>", NULL},
    {"list", "[]", NULL},
    {"number", "7", NULL},
    {"no data", "{}", NULL},
    {"null data", "{\"data\":null}", NULL},
    {"data is a text", "{\"data\":\"x\"}", NULL},
    {"another field", "{\"data\":{\"inventorySetQuantities\":{\"userErrors\":[]}}}", NULL},
    {"null payload without errors", "{\"data\":{\"" ROOT "\":null}}", NULL},
    {"payload is a list", "{\"data\":{\"" ROOT "\":[]}}", NULL},
    {"no list of errors", "{\"data\":{\"" ROOT "\":{\"inventoryAdjustmentGroup\":null}}}", NULL},
    {"errors are a text", "{\"data\":{\"" ROOT "\":{\"userErrors\":\"none\"}}}", NULL},
    {"errors are null", "{\"data\":{\"" ROOT "\":{\"userErrors\":null}}}", NULL},
    {"top errors are a text", "{\"errors\":\"Not Found\"}", NULL},
    {"top errors are an object", "{\"errors\":{\"base\":[\"x\"]}}", NULL},
    {"twice the same key", "{\"data\":{},\"data\":{}}", NULL},
    {"not UTF-8", "{\"data\":{\"" ROOT "\":{\"userErrors\":[],\"x\":\"\xff\"}}}", NULL},
};

static void test_what_is_not_an_answer_leaves_open_whether_it_was_applied(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    for (size_t i = 0; i < COUNT(ODD); i++) {
        fake_answer answer = {.body = ODD[i].body, .content_type = ODD[i].content_type};
        assert_verdict(judge(a, ROOT, answer), ODD[i].name, SHOP_RETRY, true);
    }
}

static void test_what_was_not_answered_is_open_unless_it_was_not_sent(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    assert_verdict(judge(a, ROOT, (fake_answer){.outcome = NET_NOT_SENT}), "not sent", SHOP_RETRY, false);
    assert_verdict(judge(a, ROOT, (fake_answer){.outcome = NET_LOST}), "lost", SHOP_RETRY, true);
    assert_verdict(judge(a, ROOT, (fake_answer){.outcome = NET_TOO_BIG}), "too big", SHOP_RETRY, true);
}

/* Fact 7: a refused field beside an applied write; the data decides. */
static void test_a_write_with_data_is_done_in_spite_of_errors(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    fake_answer answer = {.body = "{\"errors\":[{\"message\":\"Access denied for staffMember field.\",\"extensions\":{"
                                  "\"code\":\"ACCESS_DENIED\"},\"path\":[\"" ROOT "\"]}],\"data\":{\"" ROOT
                                  "\":{\"inventoryAdjustmentGroup\":{\"id\":\"g\"},\"userErrors\":[]}}}"};
    shop__verdict v = judge(a, ROOT, answer);
    assert_verdict(v, "beside", SHOP_DONE, false);
    assert_text(js_str(js_path(v.data, "inventoryAdjustmentGroup.id"), STR("")), "g");
    /* A read takes no part of an answer for the whole. */
    assert_verdict(judge(a, NULL, answer), "read", SHOP_STOP, false);
}

static void test_a_refusal_that_adjusted_all_the_same_is_open(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    str both = STR("{\"data\":{\"" ROOT "\":{\"inventoryAdjustmentGroup\":{\"id\":\"g\"},\"userErrors\":"
                   "[{\"code\":\"INVALID_LOCATION\",\"message\":\"no\",\"field\":null}]}}}");
    assert_verdict(judge(a, ROOT, (fake_answer){.raw = both}), "MALFORMED", SHOP_RETRY, true);
}

static void test_a_null_group_without_errors_is_done(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    fake_answer answer = {.body = "{\"data\":{\"" ROOT "\":{\"inventoryAdjustmentGroup\":null,\"userErrors\":[]}}}"};
    assert_verdict(judge(a, ROOT, answer), "all zero", SHOP_DONE, false);
}

static const char *const TWO_LINES =
    "{\"data\":{\"" ROOT "\":{\"inventoryAdjustmentGroup\":null,\"userErrors\":["
    "{\"code\":\"INVALID_INVENTORY_ITEM\",\"field\":[\"input\",\"changes\",\"71\",\"inventoryItemId\"],\"message\":"
    "\"one\"},"
    "{\"code\":\"INVALID_LOCATION\",\"field\":[\"input\",\"changes\",\"71\",\"locationId\"],\"message\":\"two\"},"
    "{\"code\":null,\"field\":[\"input\",\"changes\",\"3\",\"delta\"],\"message\":\"three\"},"
    "{\"code\":\"INVALID_LOCATION\",\"field\":[\"input\",\"changes\",\"250\",\"locationId\"],\"message\":\"too far\"},"
    "{\"code\":\"INVALID_LOCATION\",\"field\":[\"input\",\"changes\",\"-1\",\"locationId\"],\"message\":\"too near\"},"
    "{\"code\":\"INVALID_LOCATION\",\"field\":[\"input\",\"other\",\"1\"],\"message\":\"elsewhere\"},"
    "{\"code\":\"INVALID_LOCATION\",\"field\":null,\"message\":\"nowhere\"}]}}}";

static void test_bad_lines_are_named_once_each(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    shop__verdict v = judge(a, ROOT, (fake_answer){.body = TWO_LINES});
    assert_verdict(v, "two lines", SHOP_LINE, false);
    assert_int_equal(v.bad_count, 2);
    assert_int_equal(v.bad[0].line, 71);
    assert_text(v.bad[0].code, "INVALID_INVENTORY_ITEM");
    assert_text(v.bad[0].message, "one");
    assert_int_equal(v.bad[1].line, 3);
    assert_text(v.bad[1].code, "");
}

/* A stale line is no bad line, and a call that may still be applied is neither. */
static void test_of_several_errors_the_worst_decides(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    static const char *const stale = "{\"code\":\"CHANGE_FROM_QUANTITY_STALE\",\"field\":[\"input\",\"changes\",\"1\","
                                     "\"changeFromQuantity\"],\"message\":\"s\"}";
    static const char *const bad =
        "{\"code\":\"INVALID_LOCATION\",\"field\":[\"input\",\"changes\",\"0\",\"locationId\"],\"message\":\"b\"}";
    static const char *const running = "{\"code\":\"IDEMPOTENCY_CONCURRENT_REQUEST\",\"field\":null,\"message\":\"r\"}";
    str body = str_printf(a, "{\"data\":{\"" ROOT "\":{\"userErrors\":[%s,%s]}}}", bad, stale);
    shop__verdict v = judge(a, ROOT, (fake_answer){.raw = body});
    assert_verdict(v, "bad and stale", SHOP_LOOK, false);
    assert_int_equal(v.bad_count, 1);
    assert_int_equal(v.bad[0].line, 1);
    assert_text(v.message, "s");
    body = str_printf(a, "{\"data\":{\"" ROOT "\":{\"userErrors\":[%s,%s]}}}", running, bad);
    v = judge(a, ROOT, (fake_answer){.raw = body});
    assert_verdict(v, "running", SHOP_RETRY, true);
    assert_int_equal(v.bad_count, 0);
}

static void test_cost_is_read_as_whole_points(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    shop__verdict v =
        judge(a, NULL,
              (fake_answer){.body = "{\"data\":{},\"extensions\":{\"cost\":{\"requestedQueryCost\":13,"
                                    "\"actualQueryCost\":null,\"throttleStatus\":{\"maximumAvailable\":2000.0,"
                                    "\"currentlyAvailable\":1987.9,\"restoreRate\":100.0}}}}"});
    assert_int_equal(v.class, SHOP_DONE);
    assert_int_equal(v.cost.requested, 13);
    assert_int_equal(v.cost.actual, -1);
    assert_int_equal(v.cost.bucket, 2000);
    assert_int_equal(v.cost.available, 1987);
    assert_int_equal(v.cost.rate, 100);
    static const char *const odd[] = {"-1", "1e300", "\"7\"", "true", "[]", "99999999999999"};
    for (size_t i = 0; i < COUNT(odd); i++) {
        str body = str_printf(a, "{\"data\":{},\"extensions\":{\"cost\":{\"requestedQueryCost\":%s}}}", odd[i]);
        assert_int_equal(judge(a, NULL, (fake_answer){.raw = body}).cost.requested, -1);
    }
}

static void test_retry_after_is_seconds_with_or_without_a_fraction(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    static const struct {
        const char *text;
        int64_t ms;
    } rows[] = {{"2", 2000}, {"2.0", 2000}, {"1.5", 2000},         {" 3 ", 3000}, {"", 0},  {"soon", 0},
                {"-1", 0},   {"0", 0},      {"99999999", 3600000}, {"1e9", 0},    {".5", 0}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        shop__verdict v = judge(a, NULL, (fake_answer){.status = 429, .retry_after = rows[i].text});
        if (v.retry_after_ms != rows[i].ms)
            fail_msg("\"%s\": %" PRId64, rows[i].text, v.retry_after_ms);
    }
}

static void test_http_dates(void **state)
{
    (void)state;
    instant t = 0;
    assert_true(shop__http_date(STR("Tue, 24 Nov 2026 00:00:00 GMT"), &t));
    assert_int_equal(t, FAKE_BEGAN);
    static const char *const odd[] = {"",
                                      "Tue, 24 Nov 2026 00:00:00 CET",
                                      "Tue, 24 Nov 2026 00:00:00",
                                      "Tue, 24 Foo 2026 00:00:00 GMT",
                                      "Tue, 99 Nov 2026 00:00:00 GMT",
                                      "Tue, 24 Nov 2026 99:00:00 GMT",
                                      "2026-11-24T00:00:00Z",
                                      "Tuesday, 24-Nov-26 00:00:00 GMT"};
    for (size_t i = 0; i < COUNT(odd); i++)
        assert_false(shop__http_date(str_of(odd[i]), &t));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_user_code_has_its_class),
        cmocka_unit_test(test_every_top_level_code_has_its_class),
        cmocka_unit_test(test_every_status_has_its_class),
        cmocka_unit_test(test_what_is_not_an_answer_leaves_open_whether_it_was_applied),
        cmocka_unit_test(test_what_was_not_answered_is_open_unless_it_was_not_sent),
        cmocka_unit_test(test_a_write_with_data_is_done_in_spite_of_errors),
        cmocka_unit_test(test_a_refusal_that_adjusted_all_the_same_is_open),
        cmocka_unit_test(test_a_null_group_without_errors_is_done),
        cmocka_unit_test(test_bad_lines_are_named_once_each),
        cmocka_unit_test(test_of_several_errors_the_worst_decides),
        cmocka_unit_test(test_cost_is_read_as_whole_points),
        cmocka_unit_test(test_retry_after_is_seconds_with_or_without_a_fraction),
        cmocka_unit_test(test_http_dates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
