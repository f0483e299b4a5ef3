/*
 * The service of jobs, in real time: what is due runs, soon and once, beside other stores on the same file; a shop that
 * hangs delays no other. The net is scripted: the shop "slow" never answers while it hangs, all else is applied.
 */
#include "jobs/jobs.h"

#include "unit.h"

#include <stdatomic.h>

#define DEADLINE_S 60 /* of a condition that must come; generous for machines that are busy */

#define OK(call)                                                                                                       \
    do {                                                                                                               \
        err ok_error = {0};                                                                                            \
        err *e = &ok_error;                                                                                            \
        if (!(call))                                                                                                   \
            fail_msg("%s: %s (%s)", #call, ok_error.text, ok_error.where ? ok_error.where : "?");                      \
    } while (0)

/* -- the net -- */

static atomic_bool hangs;         /* the shop "slow" */
static atomic_int calls, waiting; /* answered; never answered */

typedef struct scripted {
    uint64_t tickets[SHOP_FLIGHT_MAX];
    size_t count;
} scripted;
static scripted nets[32];
static atomic_size_t net_count;

static bool net_post(void *ctx, const net_request *r, uint64_t ticket, err *e)
{
    scripted *n = ctx;
    (void)e;
    if (atomic_load(&hangs) && memmem(r->url.at, r->url.len, "slow", 4)) {
        atomic_fetch_add(&waiting, 1);
        return true;
    }
    n->tickets[n->count++] = ticket;
    atomic_fetch_add(&calls, 1);
    return true;
}

static bool net_next(void *ctx, int64_t until, arena *a, net_answer *ret, bool *ret_some, err *e)
{
    scripted *n = ctx;
    io_clock clock = os_clock();
    (void)a;
    (void)e;
    *ret_some = n->count > 0;
    if (!*ret_some) {
        clock.sleep_until_us(clock.ctx, until);
        return true;
    }
    *ret = (net_answer){
        .ticket = n->tickets[--n->count],
        .outcome = NET_ANSWERED,
        .status = 200,
        .body =
            STR("{\"data\":{\"inventoryAdjustQuantities\":{\"inventoryAdjustmentGroup\":{\"id\":"
                "\"gid://shopify/InventoryAdjustmentGroup/1\",\"createdAt\":\"2026-11-24T00:00:00Z\"},"
                "\"userErrors\":[]}},\"extensions\":{\"cost\":{\"requestedQueryCost\":10,\"actualQueryCost\":10,"
                "\"throttleStatus\":{\"maximumAvailable\":2000,\"currentlyAvailable\":1990,\"restoreRate\":100}}}}"),
        .date = STR(""),
        .retry_after = STR(""),
        .content_type = STR("application/json"),
        .api_version = STR("2026-10"),
        .request_id = STR("")};
    return true;
}

static bool net_open(shop_net **ret, io_net *ret_net, err *e)
{
    size_t at = atomic_fetch_add(&net_count, 1);
    (void)e;
    CHECK(at < COUNT(nets));
    *ret = NULL;
    *ret_net = (io_net){.ctx = &nets[at], .post = net_post, .next = net_next};
    return true;
}

/* -- the fixture: two shops with one product each -- */

enum { QUICK, SLOW, SHOPS };
static const char *const CODES[SHOPS] = {"quick", "slow"};

typedef struct fixture {
    char dir[64], url[96];
    world w;
    arena *a;
    store *db; /* what another process would have */
    store_tx *tx;
    int64_t facility, shops[SHOPS];
    target_key keys[SHOPS];
    jobs_service *service;
} fixture;

static int64_t ticks(const fixture *f)
{
    return f->w.clock.ticks_us(f->w.clock.ctx);
}

static void begin(fixture *f)
{
    OK(store_begin(f->db, STORE_WRITE, &f->tx, e));
}

static void look(fixture *f)
{
    OK(store_begin(f->db, STORE_READ, &f->tx, e));
}

static void commit(fixture *f)
{
    OK(store_commit(&f->tx, e));
}

static void move(fixture *f, int which, qty delta)
{
    store_movement m = {.product = f->keys[which].product,
                        .facility = f->facility,
                        .at = INSTANT_NONE,
                        .qoh_delta = delta,
                        .atp_delta = delta,
                        .kind = MOVE_ADJUST,
                        .reason = STR("test"),
                        .source = STR("test"),
                        .actor = STR(""),
                        .comment = STR("")};
    begin(f);
    OK(store_move(f->tx, &m, e));
    commit(f);
}

static void configure_shop(fixture *f, int which, int64_t group)
{
    store_shop row = {.code = str_of(CODES[which]),
                      .url = str_printf(f->a, "http://%s.example", CODES[which]),
                      .api_version = STR("2026-10"),
                      .token_env = STR("JOBS_TEST_TOKEN"),
                      .token_file = STR(""),
                      .client_id_env = STR(""),
                      .client_id_file = STR(""),
                      .client_secret_env = STR(""),
                      .client_secret_file = STR(""),
                      .webhook_secret_env = STR(""),
                      .webhook_secret_file = STR(""),
                      .writable = true,
                      .adopted_at = INSTANT_NONE,
                      .orders_until = INSTANT_NONE,
                      .reconciled_at = INSTANT_NONE};
    OK(store_shop_put(f->tx, &row, &f->shops[which], e));
    store_channel channel = {.code = row.code,
                             .shop = f->shops[which],
                             .location = STR("gid://shopify/Location/1"),
                             .mode = CHANNEL_AGGREGATE,
                             .group = group,
                             .reserve_inventory = true,
                             .behind = -1};
    OK(store_channel_put(f->tx, &channel, &f->keys[which].channel, e));
    store_product p = {.sku = row.code, .title = row.code, .product_type = STR(""), .vendor = STR("")};
    OK(store_product_put(f->tx, &p, &f->keys[which].product, e));
    OK(store_link(f->tx, f->shops[which], f->keys[which].product, STR("gid://shopify/InventoryItem/1"), e));
    OK(store_explained(f->tx, f->keys[which], EXPLAINED_ADOPT, 0, STR("test"), e));
    OK(store_shop_adopted(f->tx, f->shops[which], store_now(f->tx), e));
}

static int setup(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    int64_t group;
    assert_non_null(f);
    atomic_store(&hangs, false);
    atomic_store(&calls, 0);
    atomic_store(&waiting, 0);
    memset(nets, 0, sizeof nets);
    atomic_store(&net_count, 0);
    assert_int_equal(setenv("JOBS_TEST_TOKEN", "token", 1), 0);
    log_set_level(LOG_ERROR);
    f->a = arena_new(0);
    f->w = (world){.clock = os_clock(), .rng = os_rng()};
    snprintf(f->dir, sizeof f->dir, "/tmp/jobs-test-XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    snprintf(f->url, sizeof f->url, "sqlite:%s/db", f->dir);
    OK(store_open(f->url, STORE_WRITE, &f->w.clock, &f->db, e));
    begin(f);
    store_facility place = {
        .code = STR("WH"), .name = STR("WH"), .type = FACILITY_WAREHOUSE, .active = true, .time_zone = STR("UTC")};
    OK(store_facility_put(f->tx, &place, &f->facility, e));
    store_member member = {.facility = f->facility, .from = INSTANT_NONE, .thru = INSTANT_NONE};
    OK(store_group_put(f->tx, &(store_group){.code = STR("ALL"), .members = &member, .member_count = 1}, &group, e));
    for (int i = 0; i < SHOPS; i++)
        configure_shop(f, i, group);
    commit(f);
    OK(store_catch_up_all(f->db, e));
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture *f = *state;
    static const char *const FILES[] = {"db", "db-wal", "db-shm"};
    verify_report r;
    jobs_service_stop(&f->service);
    store_tx_end(&f->tx);
    OK(store_verify(f->db, f->a, &r, e));
    assert_int_equal(r.differences, 0);
    store_close(&f->db);
    for (size_t i = 0; i < COUNT(FILES); i++) {
        char path[96];
        snprintf(path, sizeof path, "%s/%s", f->dir, FILES[i]);
        (void)unlink(path);
    }
    assert_int_equal(rmdir(f->dir), 0);
    arena_end(&f->a);
    free(f);
    return 0;
}

static void serve(fixture *f)
{
    OK(jobs_service_start(&(jobs_service_settings){.db_url = f->url, .world = &f->w, .net_open = net_open}, &f->service,
                          e));
}

static void plan(fixture *f, const char *kind, int which, schedule s, bool paused)
{
    OK(jobs_schedule(f->db, jobs_kind(str_of(kind)), str_of(CODES[which]), s, paused, -1, e));
}

static const schedule CHANGES = {SCHEDULE_CHANGES, 0};

/* -- looks, and waiting for a condition -- */

static bool owes(fixture *f, int which)
{
    target_row row;
    bool some;
    look(f);
    OK(store_target_get(f->tx, f->keys[which], f->a, &row, &some, e));
    store_tx_end(&f->tx);
    assert_true(some && row.target.e.known);
    return row.target.t != row.target.e.value;
}

static size_t runs_of(fixture *f, const char *kind, int which, store_run **ret)
{
    size_t count;
    look(f);
    OK(store_runs(f->tx, str_of(kind), f->shops[which], false, 0, 100, f->a, ret, &count, e));
    store_tx_end(&f->tx);
    return count;
}

/* The newest run of a job; id 0, pending, when there is none. */
static store_run newest(fixture *f, const char *kind, int which)
{
    store_run *rows;
    return runs_of(f, kind, which, &rows) ? rows[0] : (store_run){.state = RUN_PENDING};
}

static void wait_until(fixture *f, bool (*is)(fixture *f), const char *what)
{
    int64_t until = ticks(f) + DEADLINE_S * US_PER_S;
    while (!is(f)) {
        if (ticks(f) > until)
            fail_msg("not within %d s: %s", DEADLINE_S, what);
        f->w.clock.sleep_until_us(f->w.clock.ctx, ticks(f) + 10 * US_PER_MS);
    }
}
#define WAIT(f, is) wait_until((f), (is), #is)

static bool quick_owes_nothing(fixture *f)
{
    return !owes(f, QUICK);
}

static bool slow_owes_nothing(fixture *f)
{
    return !owes(f, SLOW);
}

static bool slow_hangs(fixture *f)
{
    (void)f;
    return atomic_load(&waiting) > 0;
}

static bool hard_is_over(fixture *f)
{
    return run_state_over(newest(f, "hard", QUICK).state);
}

static bool recent_is_over(fixture *f)
{
    return run_state_over(newest(f, "recent", QUICK).state);
}

static bool three_have_failed(fixture *f)
{
    store_run *rows;
    return runs_of(f, "recent", QUICK, &rows) >= 3 && rows[0].state == RUN_FAILED;
}

/* -- tests -- */

static void test_what_is_owed_is_pushed_as_changes_happen(void **state)
{
    fixture *f = *state;
    store_run *rows;
    plan(f, "recent", QUICK, CHANGES, false);
    serve(f);
    for (qty units = 1; units <= 3; units++) {
        move(f, QUICK, units);
        int64_t began = ticks(f);
        WAIT(f, quick_owes_nothing);
        print_message("# pushed after %" PRId64 " ms\n", (ticks(f) - began) / US_PER_MS);
        WAIT(f, recent_is_over); /* else it might push the next change, too */
    }
    jobs_service_stop(&f->service); /* whole runs are over */
    assert_int_equal(runs_of(f, "recent", QUICK, &rows), 3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(rows[i].state, RUN_FINISHED);
        assert_text(rows[i].cause, "changes");
        assert_text(rows[i].actor, "service");
    }
    assert_int_equal(atomic_load(&calls), 3);
}

static void test_a_shop_that_hangs_delays_no_other(void **state)
{
    fixture *f = *state;
    atomic_store(&hangs, true);
    plan(f, "recent", QUICK, CHANGES, false);
    plan(f, "recent", SLOW, CHANGES, false);
    move(f, SLOW, 5);
    serve(f);
    WAIT(f, slow_hangs);
    move(f, QUICK, 7);
    WAIT(f, quick_owes_nothing);
    assert_int_equal(newest(f, "recent", SLOW).state, RUN_RUNNING);
    assert_true(owes(f, SLOW));
}

static void test_it_ends_although_a_shop_hangs_and_settles_what_is_in_doubt(void **state)
{
    fixture *f = *state;
    atomic_store(&hangs, true);
    plan(f, "recent", SLOW, CHANGES, false);
    move(f, SLOW, 5);
    serve(f);
    WAIT(f, slow_hangs);
    int64_t began = ticks(f);
    jobs_service_stop(&f->service);
    assert_true(ticks(f) - began < (JOBS_GRACE_S + 8) * US_PER_S);
    assert_int_equal(newest(f, "recent", SLOW).state, RUN_CANCELLED);
    assert_true(owes(f, SLOW)); /* and it is in an open operation, so that it is in doubt and not owed */
    atomic_store(&hangs, false);
    serve(f);
    WAIT(f, slow_owes_nothing);
    assert_int_equal(atomic_load(&calls), 1); /* the same bytes once more, booked once: teardown verifies */
}

static void test_fruitless_runs_wait_longer_and_longer(void **state)
{
    fixture *f = *state;
    store_run *rows;
    const store_config *c;
    begin(f);
    OK(store_config_get(f->tx, &c, e));
    store_shop row = *config_shop(c, f->shops[QUICK]);
    row.writable = false; /* its runs are refused at once */
    OK(store_shop_put(f->tx, &row, NULL, e));
    commit(f);
    plan(f, "recent", QUICK, CHANGES, false);
    move(f, QUICK, 1);
    serve(f);
    WAIT(f, three_have_failed);
    (void)runs_of(f, "recent", QUICK, &rows);
    assert_true(rows[1].queued_at - rows[2].queued_at >= US_PER_S);
    assert_true(rows[0].queued_at - rows[1].queued_at >= 2 * US_PER_S);
    assert_non_null(memmem(rows[0].error.at, rows[0].error.len, "read only", 9));
    assert_int_equal(atomic_load(&calls), 0);
}

static void test_what_is_due_by_the_clock_runs_once(void **state)
{
    fixture *f = *state;
    store_job j;
    store_run *rows;
    bool some;
    plan(f, "recent", QUICK, (schedule){SCHEDULE_EVERY, 60}, false);
    begin(f); /* it was due while nothing served */
    OK(store_job_next(f->tx, STR("recent"), f->shops[QUICK], store_now(f->tx) - 5000 * US_PER_S, e));
    commit(f);
    serve(f);
    WAIT(f, recent_is_over);
    look(f);
    OK(store_job_get(f->tx, STR("recent"), f->shops[QUICK], f->a, &j, &some, e));
    assert_true(j.next_at > store_now(f->tx));
    assert_int_equal(j.next_at, domain_schedule_next(j.when, store_now(f->tx)));
    store_tx_end(&f->tx);
    jobs_service_stop(&f->service);
    assert_int_equal(runs_of(f, "recent", QUICK, &rows), 1);
    assert_text(rows[0].cause, "schedule");
    assert_int_equal(rows[0].state, RUN_FINISHED);
}

static void test_a_clock_that_was_set_back_holds_no_schedule_up(void **state)
{
    fixture *f = *state;
    store_job j;
    bool some;
    plan(f, "recent", QUICK, (schedule){SCHEDULE_EVERY, 60}, false);
    begin(f); /* a day ago, by a clock that was two days ahead */
    OK(store_job_next(f->tx, STR("recent"), f->shops[QUICK], store_now(f->tx) + INT64_C(86400) * US_PER_S, e));
    commit(f);
    serve(f);
    WAIT(f, recent_is_over);
    look(f);
    OK(store_job_get(f->tx, STR("recent"), f->shops[QUICK], f->a, &j, &some, e));
    assert_int_equal(j.next_at, domain_schedule_next(j.when, store_now(f->tx)));
    store_tx_end(&f->tx);
}

static void test_a_run_that_is_asked_for_runs_and_a_paused_job_does_not(void **state)
{
    fixture *f = *state;
    store_run *rows;
    int64_t first, second;
    err trouble = {0};
    assert_false(jobs_queue(f->db, jobs_kind(STR("recent")), STR("none"), STR("test"), &first, &trouble));
    assert_int_equal(trouble.code, ERR_MISSING);
    plan(f, "orders", QUICK, CHANGES, true);
    plan(f, "recent", SLOW, CHANGES, true);
    move(f, SLOW, 1);
    OK(jobs_queue(f->db, jobs_kind(STR("recent")), STR("quick"), STR("test"), &first, e));
    OK(jobs_queue(f->db, jobs_kind(STR("recent")), STR("quick"), STR("test"), &second, e));
    assert_int_equal(first, second);
    serve(f);
    WAIT(f, recent_is_over);
    assert_int_equal(newest(f, "recent", QUICK).id, first);
    assert_text(newest(f, "recent", QUICK).cause, "by hand");
    assert_int_equal(runs_of(f, "orders", QUICK, &rows), 0); /* the same look has seen them */
    assert_int_equal(runs_of(f, "recent", SLOW, &rows), 0);
    OK(jobs_queue(f->db, jobs_kind(STR("recent")), STR("quick"), STR("test"), &second, e));
    jobs_service_wake(f->service);
    WAIT(f, recent_is_over);
    assert_int_equal(newest(f, "recent", QUICK).id, second);
    OK(jobs_pause(f->db, jobs_kind(STR("recent")), STR("slow"), false, e));
    WAIT(f, slow_owes_nothing);
}

static instant an_hour_ago(void *ctx)
{
    return world_now(ctx) - INT64_C(3600) * US_PER_S;
}

static void test_a_crashed_run_frees_itself(void **state)
{
    fixture *f = *state;
    AUTO(store_close) store *dead = NULL;
    store_run *rows, like = {.kind = STR("recent"), .state = RUN_QUEUED, .cause = STR("by hand"), .actor = STR("")};
    int64_t run, fence, next;
    io_clock clock = {&f->w, an_hour_ago, f->w.clock.ticks_us, f->w.clock.sleep_until_us};
    like.shop = f->shops[QUICK];
    OK(store_open(f->url, STORE_WRITE, &clock, &dead, e));
    OK(store_begin(dead, STORE_WRITE, &f->tx, e));
    OK(store_run_add(f->tx, &like, &run, e));
    OK(store_run_start(f->tx, run, &fence, e));
    commit(f);
    OK(jobs_queue(f->db, jobs_kind(STR("recent")), STR("quick"), STR("test"), &next, e));
    serve(f);
    WAIT(f, recent_is_over);
    assert_int_equal(runs_of(f, "recent", QUICK, &rows), 2);
    assert_int_equal(rows[0].state, RUN_FINISHED);
    assert_int_equal(rows[1].state, RUN_CRASHED);
    assert_non_null(memmem(rows[1].error.at, rows[1].error.len, "no sign of life", 15));
}

static void test_runs_of_one_shop_go_one_after_the_other(void **state)
{
    fixture *f = *state;
    int64_t id;
    OK(jobs_queue(f->db, jobs_kind(STR("recent")), STR("quick"), STR("test"), &id, e));
    OK(jobs_queue(f->db, jobs_kind(STR("hard")), STR("quick"), STR("test"), &id, e));
    serve(f);
    WAIT(f, hard_is_over);
    store_run first = newest(f, "recent", QUICK), second = newest(f, "hard", QUICK);
    assert_int_equal(first.state, RUN_FINISHED);
    assert_int_equal(second.state, RUN_FAILED); /* the scripted shop knows no bulk operation */
    assert_true(first.ended_at <= second.started_at);
}

static void test_a_database_that_cannot_be_opened_is_told(void **state)
{
    fixture *f = *state;
    err trouble = {0};
    assert_false(jobs_service_start(&(jobs_service_settings){.db_url = "sqlite:/nowhere/db", .world = &f->w},
                                    &f->service, &trouble));
    assert_int_equal(trouble.code, ERR_IO);
    assert_null(f->service);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_what_is_owed_is_pushed_as_changes_happen),
        TEST(test_a_shop_that_hangs_delays_no_other),
        TEST(test_it_ends_although_a_shop_hangs_and_settles_what_is_in_doubt),
        TEST(test_fruitless_runs_wait_longer_and_longer),
        TEST(test_what_is_due_by_the_clock_runs_once),
        TEST(test_a_clock_that_was_set_back_holds_no_schedule_up),
        TEST(test_a_run_that_is_asked_for_runs_and_a_paused_job_does_not),
        TEST(test_a_crashed_run_frees_itself),
        TEST(test_runs_of_one_shop_go_one_after_the_other),
        TEST(test_a_database_that_cannot_be_opened_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
