/* Jobs, their runs and logs, and the service's tokens. */
#include "store_tests.h"

static store_job a_job(int64_t of)
{
    return (store_job){.kind = STR("recent"),
                       .shop = of,
                       .when = {SCHEDULE_EVERY, 15},
                       .paused_at = INSTANT_NONE,
                       .next_at = NOON + MINUTES(15)};
}

static void test_a_job_is_edited_from_the_version_that_was_seen(void **state)
{
    fixture *f = *state;
    store_job j, got, *all;
    bool some;
    size_t count;
    begin(f);
    j = a_job(a_shop(f, "main"));
    OK(store_job_get(f->tx, j.kind, j.shop, f->a, &got, &some, &trouble));
    assert_false(some);
    OK(store_job_put(f->tx, &j, &trouble));
    FAILS(store_job_put(f->tx, &j, &trouble), ERR_CONFLICT, "somebody else has changed this job");
    OK(store_job_get(f->tx, j.kind, j.shop, f->a, &got, &some, &trouble));
    assert_true(some);
    assert_int_equal(got.version, 1);
    assert_int_equal(got.when.minutes, 15);
    assert_int_equal(got.changed_at, NOON);
    got.paused = true;
    got.paused_at = NOON;
    OK(store_job_put(f->tx, &got, &trouble));
    OK(store_job_next(f->tx, j.kind, j.shop, NOON + MINUTES(30), &trouble));
    FAILS(store_job_next(f->tx, STR("hard"), j.shop, NOON, &trouble), ERR_MISSING, "not scheduled");
    OK(store_jobs(f->tx, f->a, &all, &count, &trouble));
    assert_int_equal(count, 1);
    assert_int_equal(all[0].version, 2); /* the scheduler's step is no edit */
    assert_true(all[0].paused);
    assert_int_equal(all[0].next_at, NOON + MINUTES(30));
    commit(f);
}

static int64_t a_run_that_is(fixture *f, run_state state, int64_t of, const char *kind)
{
    int64_t id;
    store_run r = {.kind = str_of(kind), .shop = of, .state = state, .cause = STR("by hand"), .actor = STR("test")};
    OK(store_run_add(f->tx, &r, &id, &trouble));
    return id;
}

static int64_t a_run(fixture *f, int64_t of, const char *kind)
{
    return a_run_that_is(f, RUN_QUEUED, of, kind);
}

static store_run the_run(fixture *f, int64_t id)
{
    store_run r;
    bool some;
    OK(store_run_get(f->tx, id, f->a, &r, &some, &trouble));
    assert_true(some);
    return r;
}

static void test_one_run_of_a_job_at_a_time(void **state)
{
    fixture *f = *state;
    int64_t fence, other;
    bool cancel;
    begin(f);
    int64_t of = a_shop(f, "main"), first = a_run(f, of, "recent"), second = a_run(f, of, "recent"),
            hard = a_run(f, of, "hard");
    OK(store_run_start(f->tx, first, &fence, &trouble));
    FAILS(store_run_start(f->tx, first, &other, &trouble), ERR_CONFLICT, "is running");
    OK(store_run_start(f->tx, hard, &other, &trouble));
    assert_true(other > fence);
    commit(f);
    begin(f);
    FAILS(store_run_start(f->tx, second, &other, &trouble), ERR_BUSY, "running already");
    back(f);
    begin(f);
    FAILS(store_run_beat(f->tx, first, fence + 7, &cancel, &trouble), ERR_CONFLICT, "was taken");
    OK(store_run_beat(f->tx, first, fence, &cancel, &trouble));
    assert_false(cancel);
    OK(store_run_end(f->tx, first, fence, RUN_FINISHED, STR("{\"pushed\":3}"), STR(""), &trouble));
    FAILS(store_run_end(f->tx, first, fence, RUN_FAILED, STR(""), STR(""), &trouble), ERR_CONFLICT, "finished");
    OK(store_run_start(f->tx, second, &fence, &trouble));
    assert_text(the_run(f, first).counts, "{\"pushed\":3}");
    assert_int_equal(the_run(f, first).ended_at, NOON);
    commit(f);
}

static void test_a_run_without_a_heartbeat_has_crashed(void **state)
{
    fixture *f = *state;
    int64_t fence, count;
    bool cancel;
    begin(f);
    int64_t of = a_shop(f, "main"), first = a_run(f, of, "recent"), second = a_run(f, of, "recent");
    OK(store_run_start(f->tx, first, &fence, &trouble));
    commit(f);
    f->now += 29 * US_PER_S;
    begin(f);
    OK(store_runs_crashed(f->tx, 30, &count, &trouble));
    assert_int_equal(count, 0);
    OK(store_run_beat(f->tx, first, fence, &cancel, &trouble));
    commit(f);
    f->now += 31 * US_PER_S;
    begin(f);
    OK(store_run_beat(f->tx, second, 0, &cancel, &trouble));
    OK(store_runs_crashed(f->tx, 30, &count, &trouble));
    assert_int_equal(count, 1);
    assert_int_equal(the_run(f, first).state, RUN_CRASHED);
    FAILS(store_run_beat(f->tx, first, fence, &cancel, &trouble), ERR_CONFLICT, "crashed");
    OK(store_run_start(f->tx, second, &fence, &trouble)); /* it frees itself */
    commit(f);
}

static void test_a_pending_run_is_taken_up_once(void **state)
{
    fixture *f = *state;
    int64_t fence, count;
    bool cancel;
    begin(f);
    int64_t of = a_shop(f, "main"), asked = a_run_that_is(f, RUN_PENDING, of, "hard"),
            other = a_run_that_is(f, RUN_PENDING, of, "hard");
    FAILS(store_run_start(f->tx, asked, &fence, &trouble), ERR_CONFLICT, "is pending");
    FAILS(store_run_beat(f->tx, asked, 0, &cancel, &trouble), ERR_CONFLICT, "is pending");
    commit(f);
    f->now += MINUTES(60);
    begin(f);
    OK(store_runs_crashed(f->tx, 30, &count, &trouble));
    assert_int_equal(count, 0); /* nobody has it, so nobody has lost it */
    OK(store_run_take(f->tx, asked, &trouble));
    FAILS(store_run_take(f->tx, asked, &trouble), ERR_CONFLICT, "is queued");
    OK(store_run_cancel(f->tx, other, &trouble));
    FAILS(store_run_take(f->tx, other, &trouble), ERR_CONFLICT, "is cancelled");
    FAILS(store_run_take(f->tx, 99, &trouble), ERR_MISSING, "no run 99");
    OK(store_run_start(f->tx, asked, &fence, &trouble));
    commit(f);
}

static void test_a_queued_run_whose_worker_is_gone_has_crashed(void **state)
{
    fixture *f = *state;
    int64_t fence, count;
    bool cancel;
    begin(f);
    int64_t waiting = a_run(f, a_shop(f, "main"), "recent");
    commit(f);
    f->now += 29 * US_PER_S;
    begin(f);
    OK(store_run_beat(f->tx, waiting, 0, &cancel, &trouble));
    commit(f);
    f->now += 29 * US_PER_S;
    begin(f);
    OK(store_runs_crashed(f->tx, 30, &count, &trouble));
    assert_int_equal(count, 0);
    commit(f);
    f->now += US_PER_S;
    begin(f);
    OK(store_runs_crashed(f->tx, 30, &count, &trouble));
    assert_int_equal(count, 1);
    FAILS(store_run_start(f->tx, waiting, &fence, &trouble), ERR_CONFLICT, "is crashed");
    FAILS(store_run_beat(f->tx, waiting, 0, &cancel, &trouble), ERR_CONFLICT, "is crashed");
    commit(f);
}

static void test_only_a_run_that_is_over_is_forgotten(void **state)
{
    fixture *f = *state;
    store_run r;
    store_log_line *lines;
    size_t count;
    bool some;
    begin(f);
    int64_t of = a_shop(f, "main"), gone = a_run(f, of, "orders"), kept = a_run(f, of, "orders");
    OK(store_run_log(f->tx, gone, STR("nothing new"), &trouble));
    OK(store_run_log(f->tx, kept, STR("something"), &trouble));
    FAILS(store_run_forget(f->tx, gone, &trouble), ERR_CONFLICT, "is queued");
    OK(store_run_cancel(f->tx, gone, &trouble));
    OK(store_run_forget(f->tx, gone, &trouble));
    FAILS(store_run_forget(f->tx, gone, &trouble), ERR_MISSING, "no run");
    commit(f);
    look(f);
    OK(store_run_get(f->tx, gone, f->a, &r, &some, &trouble));
    assert_false(some);
    OK(store_run_log_lines(f->tx, gone, 0, 10, f->a, &lines, &count, &trouble));
    assert_int_equal(count, 0);
    OK(store_run_log_lines(f->tx, kept, 0, 10, f->a, &lines, &count, &trouble));
    assert_int_equal(count, 1);
    back(f);
}

static void test_the_data_version_moves_with_the_commits_of_others(void **state)
{
    fixture *f = *state;
    AUTO(store_close) store *other = NULL;
    int64_t first, second;
    if (!fixture_has_file())
        return; /* nobody else can see such a store */
    begin(f);
    a_shop(f, "main");
    commit(f);
    OK(store_open(f->url, STORE_WRITE, &f->clock, &other, &trouble));
    OK(store_data_version(other, &first, &trouble));
    OK(store_data_version(other, &second, &trouble));
    assert_int_equal(first, second);
    begin(f);
    a_shop(f, "eu");
    back(f); /* taken back: nothing was changed */
    OK(store_data_version(other, &second, &trouble));
    assert_int_equal(first, second);
    begin(f);
    a_shop(f, "eu");
    commit(f);
    OK(store_data_version(other, &second, &trouble));
    assert_int_not_equal(first, second);
}

static void test_cancelling_ends_a_queued_run_and_asks_a_running_one(void **state)
{
    fixture *f = *state;
    int64_t fence;
    bool cancel;
    begin(f);
    int64_t of = a_shop(f, "main"), waiting = a_run(f, of, "hard"), running = a_run(f, of, "recent");
    OK(store_run_start(f->tx, running, &fence, &trouble));
    OK(store_run_cancel(f->tx, waiting, &trouble));
    OK(store_run_cancel(f->tx, running, &trouble));
    assert_int_equal(the_run(f, waiting).state, RUN_CANCELLED);
    assert_int_equal(the_run(f, running).state, RUN_RUNNING);
    OK(store_run_beat(f->tx, running, fence, &cancel, &trouble));
    assert_true(cancel);
    FAILS(store_run_cancel(f->tx, waiting, &trouble), ERR_CONFLICT, "over already");
    FAILS(store_run_cancel(f->tx, 99, &trouble), ERR_MISSING, "no run 99");
    commit(f);
}

static void test_runs_are_listed_newest_first_with_their_logs(void **state)
{
    fixture *f = *state;
    store_run *rows;
    store_log_line *lines;
    size_t count;
    begin(f);
    int64_t of = a_shop(f, "main"), other = a_shop(f, "eu");
    int64_t one = a_run(f, of, "recent"), two = a_run(f, of, "hard"), three = a_run(f, of, "recent"),
            four = a_run(f, other, "recent");
    OK(store_run_cancel(f->tx, one, &trouble));
    OK(store_run_log(f->tx, three, STR("first"), &trouble));
    OK(store_run_log(f->tx, three, STR("second"), &trouble));
    commit(f);
    look(f);
    OK(store_runs(f->tx, STR("recent"), of, false, 0, 10, f->a, &rows, &count, &trouble));
    assert_int_equal(count, 2);
    assert_int_equal(rows[0].id, three);
    OK(store_runs(f->tx, STR(""), 0, false, four, 2, f->a, &rows, &count, &trouble));
    assert_int_equal(count, 2);
    assert_int_equal(rows[1].id, two);
    OK(store_runs(f->tx, STR(""), 0, true, 0, 10, f->a, &rows, &count, &trouble));
    assert_int_equal(count, 3);
    assert_int_equal(rows[0].id, four);
    OK(store_run_log_lines(f->tx, three, 0, 10, f->a, &lines, &count, &trouble));
    assert_int_equal(count, 2);
    assert_text(lines[1].text, "second");
    OK(store_run_log_lines(f->tx, three, lines[0].seq, 10, f->a, &lines, &count, &trouble));
    assert_int_equal(count, 1);
    back(f);
}

static void test_tokens_are_known_by_their_digest(void **state)
{
    fixture *f = *state;
    bool known;
    begin(f);
    OK(store_token_any(f->tx, &known, &trouble));
    assert_false(known);
    OK(store_token_add(f->tx, STR("first"), digest_of(STR("secret")), &trouble));
    OK(store_token_any(f->tx, &known, &trouble));
    assert_true(known);
    OK(store_token_known(f->tx, digest_of(STR("secret")), &known, &trouble));
    assert_true(known);
    OK(store_token_known(f->tx, digest_of(STR("guess")), &known, &trouble));
    assert_false(known);
    commit(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_job_is_edited_from_the_version_that_was_seen),
        TEST(test_one_run_of_a_job_at_a_time),
        TEST(test_a_run_without_a_heartbeat_has_crashed),
        TEST(test_a_pending_run_is_taken_up_once),
        TEST(test_a_queued_run_whose_worker_is_gone_has_crashed),
        TEST(test_only_a_run_that_is_over_is_forgotten),
        TEST(test_the_data_version_moves_with_the_commits_of_others),
        TEST(test_cancelling_ends_a_queued_run_and_asks_a_running_one),
        TEST(test_runs_are_listed_newest_first_with_their_logs),
        TEST(test_tokens_are_known_by_their_digest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
