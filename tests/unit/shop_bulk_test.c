/*
 * Bulk queries: every end they can have, what is done before one is started, and results of any size.
 */
#include "shop_fixture.h"

#define COUNTS(objects, roots, bytes, url)                                                                             \
    ",\"errorCode\":null,\"objectCount\":\"" #objects "\",\"rootObjectCount\":\"" #roots "\",\"fileSize\":" bytes      \
    ",\"url\":" url
#define POLLED(status, more) ANSWER("{\"bulkOperation\":{\"id\":\"b1\",\"status\":\"" status "\"" more "}}")
#define LISTED(nodes)        ANSWER("{\"bulkOperations\":{\"nodes\":[" nodes "]}}")
#define RAN(payload)         ANSWER("{\"bulkOperationRunQuery\":" payload "}")
#define STARTED                                                                                                        \
    RAN("{\"bulkOperation\":{\"id\":\"b1\",\"status\":\"CREATED\",\"createdAt\":\"2026-11-24T00:00:07Z\"},"            \
        "\"userErrors\":[]}")
#define REFUSED(code)                                                                                                  \
    RAN("{\"bulkOperation\":null,\"userErrors\":[{\"code\":\"" code "\",\"field\":null,\"message\":\"m\"}]}")
#define VARIANT(sku, item)                                                                                             \
    "{\"id\":\"v\",\"sku\":\"" sku                                                                                     \
    "\",\"displayName\":\"t\",\"requiresComponents\":false,\"inventoryItem\":{\"id\":\"" item                          \
    "\",\"tracked\":true}}\n"
#define FILE_URL "\"https://files.example/r\""

typedef struct seen {
    VEC(str) skus;
    arena *a;
    size_t stop_after;
} seen;

static bool note_item(void *ctx, const shop_item *i, err *e)
{
    seen *to = ctx;
    *vec_push(to->a, &to->skus) = str_copy(to->a, i->sku);
    return to->stop_after == 0 || to->skus.count < to->stop_after || ERR(e, ERR_BUSY, "enough");
}

static void script_start(fake_world *f)
{
    fake_will_say(f, LISTED(""));
    fake_will_say(f, STARTED);
}

static bool read_items(shop *s, seen *to, err *e)
{
    return shop_items_all(s, note_item, to, e);
}

static void test_a_result_is_told_line_by_line(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    AUTO(shop_close) shop *s = open_shop(f);
    seen got = {.a = f->a};
    err e;
    static const char file[] = VARIANT("A", "i1") VARIANT("B", "i2");
    script_start(f);
    fake_will_say(f, POLLED("CREATED", ""));
    fake_will_say(f, POLLED("RUNNING", ",\"errorCode\":null,\"objectCount\":\"1\""));
    str done = str_printf(
        f->a,
        POLLED("COMPLETED", ",\"objectCount\":\"2\",\"rootObjectCount\":\"2\",\"fileSize\":\"%zu\",\"url\":" FILE_URL),
        sizeof file - 1);
    fake_will(f, (fake_answer){.raw = done});
    fake_will(f, (fake_answer){.status = 206, .body = file, .content_type = "application/jsonl"});
    if (!read_items(s, &got, &e))
        fail_msg("%s", e.text);
    fake_played_all(f);
    assert_int_equal(got.skus.count, 2);
    assert_text(got.skus.at[1], "B");
    const fake_request *get = &f->requests.at[5];
    assert_text(get->method, "GET");
    assert_text(get->url, "https://files.example/r");
    assert_text(get->token, ""); /* the file lies elsewhere, and its address is its own key */
    assert_true(str_starts(get->range, STR("bytes=0-")));
    assert_true(request_has(f, 1, "productVariants"));
    /* The pauses grow. */
    int64_t first = f->requests.at[3].at - f->requests.at[2].at, second = f->requests.at[4].at - f->requests.at[3].at;
    assert_true(second > first);
}

static void test_no_rows_have_no_file(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    AUTO(shop_close) shop *s = open_shop(f);
    seen got = {.a = f->a};
    err e;
    script_start(f);
    fake_will_say(f, POLLED("COMPLETED", COUNTS(0, 0, "null", "null")));
    assert_true(read_items(s, &got, &e));
    assert_int_equal(got.skus.count, 0);
}

/* None of these is a result, whatever file there may be. */
static void test_only_completed_counts(void **state)
{
    (void)state;
    static const struct {
        const char *polled, *with;
    } rows[] = {
        {POLLED("FAILED", ",\"errorCode\":\"INTERNAL_SERVER_ERROR\",\"url\":null"), "FAILED: INTERNAL_SERVER_ERROR"},
        {POLLED("FAILED", ",\"errorCode\":\"ACCESS_DENIED\",\"url\":" FILE_URL), "FAILED: ACCESS_DENIED"},
        {POLLED("FAILED", ",\"errorCode\":\"TIMEOUT\""), "FAILED: TIMEOUT"},
        {POLLED("CANCELED", ""), "ended as CANCELED"},
        {POLLED("EXPIRED", ""), "ended as EXPIRED"},
        {POLLED("A_NEW_STATE", ""), "ended as A_NEW_STATE"},
        {POLLED("COMPLETED", COUNTS(2, 2, "null", "null")), "has 0 lines"}, /* counted, but no file */
        {POLLED("COMPLETED", ""), "without its counts"},
        {POLLED("COMPLETED", COUNTS(2, 2, "null", FILE_URL)), "size is not told"},
        {POLLED("COMPLETED", COUNTS(-2, 2, "null", "null")), "not what Shopify documents"},
        {ANSWER("{\"bulkOperation\":null}"), "not what Shopify documents"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        AUTO(fake_world_end) fake_world *f = fake_world_new();
        AUTO(shop_close) shop *s = open_shop(f);
        seen got = {.a = f->a};
        err e;
        script_start(f);
        fake_will_say(f, rows[i].polled);
        assert_fails(read_items(s, &got, &e), &e, ERR_REMOTE, rows[i].with);
        fake_played_all(f);
    }
}

static void test_a_running_one_is_found_again(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    AUTO(shop_close) shop *s = open_shop(f);
    seen got = {.a = f->a};
    err e;
    AUTO(buf_end) buf list = buf_new(1 << 16);
    js_writer w = js_writer_new(&list);
    js_object(&w, NULL);
    js_object(&w, "data");
    js_object(&w, "bulkOperations");
    js_array(&w, "nodes");
    static const struct {
        const char *id, *status;
        bool same;
    } rows[] = {
        {"other", "RUNNING", false}, {"old", "COMPLETED", true}, {"b7", "RUNNING", true}, {"b8", "CREATED", true}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        js_object(&w, NULL);
        js_put_z(&w, "id", rows[i].id);
        js_put_z(&w, "status", rows[i].status);
        js_put_z(&w, "createdAt", "2026-11-24T00:00:07Z");
        js_put_str(&w, "query", rows[i].same ? shop__document_of(DOC_ITEMS_ALL).text : STR("{ orders }"));
        js_close(&w);
    }
    for (int i = 0; i < 4; i++)
        js_close(&w);
    fake_will(f, (fake_answer){.raw = buf_str(&list)});
    fake_will_say(f, POLLED("COMPLETED", COUNTS(0, 0, "null", "null")));
    assert_true(read_items(s, &got, &e));
    assert_int_equal(f->requests.count, 2); /* none was started */
    assert_true(request_has(f, 1, "\"id\":\"b7\""));
}

/* A start has no key: after a lost answer it is looked for before another is made. */
static void test_a_lost_start_is_looked_for(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    AUTO(shop_close) shop *s = open_shop(f);
    seen got = {.a = f->a};
    err e;
    fake_will_say(f, LISTED(""));
    fake_will(f, (fake_answer){.outcome = NET_LOST});
    fake_will_say(f, LISTED(""));
    fake_will_say(f, REFUSED("OPERATION_IN_PROGRESS"));
    fake_will_say(f, LISTED(""));
    fake_will_say(f, STARTED);
    fake_will_say(f, POLLED("COMPLETED", COUNTS(0, 0, "null", "null")));
    assert_true(read_items(s, &got, &e));
    fake_played_all(f);
    fake_will_say(f, LISTED(""));
    fake_will_say(f, REFUSED("INVALID"));
    assert_fails(read_items(s, &got, &e), &e, ERR_REMOTE, "INVALID");
    for (int i = 0; i < SHOP_TRIES_MAX; i++) {
        fake_will_say(f, LISTED(""));
        fake_will_say(f, REFUSED("OPERATION_IN_PROGRESS"));
    }
    assert_fails(read_items(s, &got, &e), &e, ERR_REMOTE, "OPERATION_IN_PROGRESS");
    fake_played_all(f);
}

static void serve_stuck(void *ctx, const fake_request *r, fake_answer *to)
{
    bool *cancelled = ctx;
    if (memmem(r->body.at, r->body.len, "BulkList", 8))
        to->body = LISTED("");
    else if (memmem(r->body.at, r->body.len, "BulkRun", 7))
        to->body = STARTED;
    else if (memmem(r->body.at, r->body.len, "BulkPoll", 8))
        to->body = POLLED("RUNNING", "");
    else
        *cancelled = memmem(r->body.at, r->body.len, "bulkOperationCancel(", 20) != NULL;
}

static void test_one_that_does_not_end_is_cancelled(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    AUTO(shop_close) shop *s = open_shop(f);
    bool cancelled = false;
    seen got = {.a = f->a};
    err e;
    f->serve = serve_stuck;
    f->ctx = &cancelled;
    assert_fails(read_items(s, &got, &e), &e, ERR_REMOTE, "did not end in time and was cancelled");
    assert_true(cancelled);
    assert_true(f->requests.count < 600); /* 4 hours, at least every 30 s */
}

static bool note_idle(void *ctx, err *e)
{
    int *left = ctx;
    return --*left >= 0 || ERR(e, ERR_BUSY, "enough");
}

static void test_the_caller_works_while_it_runs(void **state)
{
    (void)state;
    for (int enough = 0; enough < 2; enough++) {
        AUTO(fake_world_end) fake_world *f = fake_world_new();
        AUTO(shop_close) shop *s = open_shop(f);
        seen got = {.a = f->a};
        err e;
        int left = enough ? 3 : 1000;
        script_start(f);
        for (int i = 0; i < 20; i++)
            fake_will_say(f, POLLED("RUNNING", ""));
        if (!enough)
            fake_will_say(f, POLLED("COMPLETED", COUNTS(0, 0, "null", "null")));
        int64_t began = f->ticks;
        shop_while_waiting(s, note_idle, &left);
        bool done = read_items(s, &got, &e);
        if (enough) {
            assert_fails(done, &e, ERR_BUSY, "enough");
            continue;
        }
        assert_true(done);
        int64_t seconds = (f->ticks - began) / US_PER_S;
        assert_true(seconds > 60); /* the looks grow rare, the work does not */
        assert_in_range(1000 - left, seconds, seconds + 21);
        fake_played_all(f);
    }
}

static void test_a_result_that_does_not_fit_its_counts_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *counts, *file, *with;
        int status;
    } rows[] = {
        {COUNTS(3, 3, "\"%zu\"", FILE_URL), VARIANT("A", "1") VARIANT("B", "2"), "2 lines", 206},
        {COUNTS(1, 1, "\"%zu\"", FILE_URL), VARIANT("A", "1") VARIANT("B", "2"), "2 lines", 206},
        {COUNTS(2, 1, "\"%zu\"", FILE_URL), VARIANT("A", "1") VARIANT("B", "2"), "2 roots", 206},
        {COUNTS(1, 1, "\"%zu\"", FILE_URL), "{\"id\":\"v\",\"sku\"\n", "line 1", 206},
        {COUNTS(1, 1, "\"%zu\"", FILE_URL), "[]\n", "not an object", 206},
        {COUNTS(1, 1, "\"%zu\"", FILE_URL), "{}\n", "line 1: variant", 206},
        {COUNTS(1, 1, "\"7%zu\"", FILE_URL), VARIANT("A", "1"), "bytes came", 200},
        {COUNTS(1, 1, "\"%zu\"", FILE_URL), "gone", "not what was asked for", 404},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        AUTO(fake_world_end) fake_world *f = fake_world_new();
        AUTO(shop_close) shop *s = open_shop(f);
        seen got = {.a = f->a};
        err e;
        AUTO(buf_end) buf polled = buf_new(1 << 16);
        script_start(f);
        buf_add(&polled, STR("{\"data\":{\"bulkOperation\":{\"id\":\"b1\",\"status\":\"COMPLETED\""));
        str before, behind;
        char size[32];
        snprintf(size, sizeof size, "%zu", strlen(rows[i].file));
        assert_true(str_cut(str_of(rows[i].counts), '%', &before, &behind));
        buf_add(&polled, before);
        buf_add(&polled, str_of(size));
        buf_add(&polled, (str){behind.at + 2, behind.len - 2}); /* behind "zu" */
        buf_add(&polled, STR("}}}"));
        fake_will(f, (fake_answer){.raw = buf_str(&polled)});
        fake_will(f, (fake_answer){.status = rows[i].status, .body = rows[i].file});
        assert_fails(read_items(s, &got, &e), &e, ERR_REMOTE, rows[i].with);
        fake_played_all(f);
    }
}

static void test_the_caller_may_stop(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    AUTO(shop_close) shop *s = open_shop(f);
    seen got = {.a = f->a, .stop_after = 1};
    err e;
    static const char file[] = VARIANT("A", "1") VARIANT("B", "2");
    script_start(f);
    fake_will(f, (fake_answer){.raw = str_printf(f->a,
                                                 POLLED("COMPLETED", ",\"objectCount\":\"2\",\"rootObjectCount\":\"2\","
                                                                     "\"fileSize\":\"%zu\",\"url\":" FILE_URL),
                                                 sizeof file - 1)});
    fake_will(f, (fake_answer){.status = 206, .body = file});
    assert_fails(read_items(s, &got, &e), &e, ERR_BUSY, "enough");
    assert_int_equal(got.skus.count, 1);
}

/* -- files in ranges -- */

typedef struct file_server {
    str file;
    bool whole;   /* knows no ranges */
    int failures; /* of the next requests */
    size_t most;  /* longest answer given */
} file_server;

static void serve_file(void *ctx, const fake_request *r, fake_answer *to)
{
    file_server *s = ctx;
    int64_t from, end;
    str left, right, unit;
    if (s->failures > 0) {
        static const fake_answer kinds[] = {{.outcome = NET_LOST}, {.status = 503}, {.status = 206, .body = "short"}};
        *to = kinds[--s->failures % 3];
        return;
    }
    if (s->whole) {
        to->raw = s->file;
        return;
    }
    assert_true(str_cut(r->range, '=', &unit, &left));
    assert_true(str_cut(left, '-', &left, &right));
    assert_true(num_parse_i64(left, &from));
    assert_true(num_parse_i64(right, &end));
    to->status = 206;
    to->raw = (str){s->file.at + from, (size_t)(end + 1 - from)};
    s->most = to->raw.len > s->most ? to->raw.len : s->most;
}

static bool count_object(void *ctx, const js_value *object, err *e)
{
    int64_t *sum = ctx;
    (void)e;
    *sum += js_int(js_get(object, "n"), 0);
    return true;
}

static str big_file(arena *a, int64_t lines)
{
    AUTO(buf_end) buf b = buf_new(64u << 20);
    for (int64_t i = 0; i < lines; i++)
        buf_printf(&b, "{\"n\":%" PRId64 ",\"filler\":\"%0200d\"}\n", i, 0);
    return str_copy(a, buf_str(&b));
}

static void test_a_large_file_comes_in_ranges(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    AUTO(shop_close) shop *s = open_shop(f);
    const int64_t lines = 100000;
    file_server server = {.file = big_file(f->a, lines), .failures = 3};
    int64_t sum = 0;
    err e;
    AUTO(shop__lines_drop) shop__lines to = shop__lines_new(count_object, &sum);
    f->serve = serve_file;
    f->ctx = &server;
    assert_true(server.file.len > SHOP_ANSWER_MAX);
    assert_true(shop__download(s, STR("https://files.example/r"), (int64_t)server.file.len, &to, &e));
    assert_true(shop__lines_end(&to, &e));
    assert_int_equal(to.objects, lines);
    assert_int_equal(sum, lines * (lines - 1) / 2);
    assert_true(server.most <= (8u << 20));
}

static void test_a_server_without_ranges_serves_small_files_only(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    AUTO(shop_close) shop *s = open_shop(f);
    file_server server = {.file = big_file(f->a, 100), .whole = true};
    int64_t sum = 0;
    err e;
    AUTO(shop__lines_drop) shop__lines to = shop__lines_new(count_object, &sum);
    f->serve = serve_file;
    f->ctx = &server;
    assert_true(shop__download(s, STR("https://files.example/r"), (int64_t)server.file.len, &to, &e));
    assert_int_equal(sum, 4950);
    server.file = big_file(f->a, 100000);
    AUTO(shop__lines_drop) shop__lines more = shop__lines_new(count_object, &sum);
    assert_fails(shop__download(s, STR("https://files.example/r"), (int64_t)server.file.len, &more, &e), &e, ERR_REMOTE,
                 "SHOP_ANSWER_MAX");
}

static void test_a_range_that_never_comes_ends_the_download(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    AUTO(shop_close) shop *s = open_shop(f);
    file_server server = {.file = big_file(f->a, 10), .failures = 1000};
    int64_t sum = 0;
    err e;
    AUTO(shop__lines_drop) shop__lines to = shop__lines_new(count_object, &sum);
    f->serve = serve_file;
    f->ctx = &server;
    assert_fails(shop__download(s, STR("https://files.example/r"), (int64_t)server.file.len, &to, &e), &e, ERR_REMOTE,
                 "bytes 0 to");
    assert_int_equal(f->requests.count, SHOP_TRIES_MAX);
}

/* However a file is cut, the same lines come out. */
static void test_lines_survive_any_cut(void **state)
{
    (void)state;
    static const char text[] = "{\"n\":1}\n\n{\"n\":2}\r\n  {\"n\":4,\"__parentId\":\"x\"}\n{\"n\":8}";
    for (size_t cut = 0; cut < sizeof text; cut++) {
        int64_t sum = 0;
        err e;
        AUTO(shop__lines_drop) shop__lines to = shop__lines_new(count_object, &sum);
        assert_true(shop__lines_add(&to, (str){text, cut}, &e));
        assert_true(shop__lines_add(&to, (str){text + cut, sizeof text - 1 - cut}, &e));
        assert_true(shop__lines_end(&to, &e));
        assert_int_equal(sum, 15);
        assert_int_equal(to.objects, 4);
        assert_int_equal(to.roots, 3);
    }
}

static void test_a_line_without_end_is_refused(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    int64_t sum = 0;
    err e;
    AUTO(shop__lines_drop) shop__lines to = shop__lines_new(count_object, &sum);
    char *part = arena_get(a, SHOP_BULK_LINE_MAX, 1, 1);
    memset(part, 'x', SHOP_BULK_LINE_MAX);
    assert_true(shop__lines_add(&to, (str){part, SHOP_BULK_LINE_MAX}, &e));
    assert_fails(shop__lines_add(&to, STR("y"), &e), &e, ERR_REMOTE, "SHOP_BULK_LINE_MAX");
}

static bool refuse_level(void *ctx, const shop_level *l, err *e)
{
    (void)ctx, (void)l, (void)e;
    return true;
}

/* The location becomes part of a document. */
static void test_only_a_locations_id_goes_into_a_bulk_query(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    AUTO(shop_close) shop *s = open_shop(f);
    instant asked = 0;
    err e;
    static const char *const odd[] = {"",
                                      "7",
                                      "gid://shopify/InventoryItem/7",
                                      "gid://shopify/Location/1\") { x",
                                      "gid://shopify/Location/1\n",
                                      "gid://shopify/Location/\\u0022"};
    for (size_t i = 0; i < COUNT(odd); i++)
        assert_fails(shop_levels_all(s, str_of(odd[i]), refuse_level, NULL, &asked, &e), &e, ERR_INPUT,
                     "is not a location's id");
    fake_will_say(f, LISTED(""));
    fake_will_say(f, STARTED);
    fake_will_say(f, POLLED("COMPLETED", COUNTS(0, 0, "null", "null")));
    assert_true(shop_levels_all(s, STR("gid://shopify/Location/17"), refuse_level, NULL, &asked, &e));
    assert_true(
        request_has(f, 1, "inventoryLevel(locationId: \\\"gid://shopify/Location/17\\\", includeInactive: true)"));
    assert_int_equal(asked, FAKE_BEGAN + 7 * US_PER_S); /* when the shop made the operation */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_result_is_told_line_by_line),
        cmocka_unit_test(test_no_rows_have_no_file),
        cmocka_unit_test(test_only_completed_counts),
        cmocka_unit_test(test_a_running_one_is_found_again),
        cmocka_unit_test(test_a_lost_start_is_looked_for),
        cmocka_unit_test(test_one_that_does_not_end_is_cancelled),
        cmocka_unit_test(test_the_caller_works_while_it_runs),
        cmocka_unit_test(test_a_result_that_does_not_fit_its_counts_is_refused),
        cmocka_unit_test(test_the_caller_may_stop),
        cmocka_unit_test(test_a_large_file_comes_in_ranges),
        cmocka_unit_test(test_a_server_without_ranges_serves_small_files_only),
        cmocka_unit_test(test_a_range_that_never_comes_ends_the_download),
        cmocka_unit_test(test_lines_survive_any_cut),
        cmocka_unit_test(test_a_line_without_end_is_refused),
        cmocka_unit_test(test_only_a_locations_id_goes_into_a_bulk_query),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
