/* One run of a job against the model of a shop, in virtual time: its states, who waits for whom, and what is kept. */
#include "jobs/jobs.h"

#include "sync_fixture.h"

static fixture *with_debt(void)
{
    fixture *f = fixture_new();
    fixture_product(f, "A", 10);
    fixture_explain(f, 0, 10);
    fixture_adopted(f);
    fixture_move(f, 0, -3);
    return f;
}

static jobs_request by_hand(const char *kind)
{
    return (jobs_request){.kind = jobs_kind(str_of(kind)),
                          .shop = STR("main"),
                          .cause = STR("by hand"),
                          .actor = STR("test"),
                          .wait_ms = 3000};
}

static store_run run_of(fixture *f, int64_t id)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    store_run r;
    bool some;
    OK(store_begin(f->db, STORE_READ, &tx, e));
    OK(store_run_get(tx, id, f->a, &r, &some, e));
    assert_true(some);
    return r;
}

static int64_t a_run(fixture *f, const char *kind, run_state state)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    store_run like = {
        .kind = str_of(kind), .shop = f->shop, .state = state, .cause = STR("schedule"), .actor = STR("other")};
    int64_t id;
    OK(store_begin(f->db, STORE_WRITE, &tx, e));
    OK(store_run_add(tx, &like, &id, e));
    OK(store_commit(&tx, e));
    return id;
}

static void start(fixture *f, int64_t id)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    int64_t fence;
    OK(store_begin(f->db, STORE_WRITE, &tx, e));
    OK(store_run_start(tx, id, &fence, e));
    OK(store_commit(&tx, e));
}

static bool fails(fixture *f, const jobs_request *q, int64_t *ret_run, err_code code, const char *part)
{
    sync_report r;
    err trouble = {0};
    if (jobs_run(f->db, &f->w, q, f->a, &r, ret_run, &trouble) || trouble.code != code || !strstr(trouble.text, part))
        fail_msg("got: %s, \"%s\"", err_code_name(trouble.code), trouble.text);
    return true;
}

static void test_a_run_is_kept_with_its_counts(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = with_debt();
    jobs_request q = by_hand("recent");
    sync_report r;
    const js_value *counts;
    int64_t id;
    OK(jobs_run(f->db, &f->w, &q, f->a, &r, &id, e));
    assert_int_equal(r.pushed, 1);
    store_run kept = run_of(f, id);
    assert_int_equal(kept.state, RUN_FINISHED);
    assert_true(kept.queued_at <= kept.started_at && kept.started_at <= kept.ended_at);
    assert_text(kept.cause, "by hand");
    assert_text(kept.error, "");
    OK(js_parse(f->a, kept.counts, &counts, e));
    assert_int_equal(js_get(counts, "pushed")->integer, 1);
    fixture_settled(f);
}

static void test_a_pending_run_is_taken_up_as_itself(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = with_debt();
    jobs_request q = by_hand("recent");
    sync_report r;
    int64_t id = 0;
    q.run = a_run(f, "recent", RUN_PENDING);
    OK(jobs_run(f->db, &f->w, &q, f->a, &r, &id, e));
    assert_int_equal(id, q.run);
    assert_int_equal(run_of(f, id).state, RUN_FINISHED);
    assert_text(run_of(f, id).cause, "schedule");
    id = 0;
    assert_true(fails(f, &q, &id, ERR_CONFLICT, "is finished, it is not to be taken up"));
    assert_int_equal(id, 0);
    q = by_hand("recent");
    q.shop = STR("other");
    assert_true(fails(f, &q, &id, ERR_MISSING, "no shop 'other'"));
    assert_int_equal(id, 0);
}

static void test_a_run_of_the_same_job_is_waited_for(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = with_debt();
    jobs_request q = by_hand("recent");
    sync_report r;
    int64_t id, other = a_run(f, "recent", RUN_QUEUED);
    start(f, other);
    instant began = f->m->now;
    assert_true(fails(f, &q, &id, ERR_BUSY, "running already"));
    assert_true(f->m->now - began >= 3 * US_PER_S);
    assert_int_equal(run_of(f, id).state, RUN_FAILED);
    assert_text(run_of(f, id).counts, "");
    q.wait_ms = 60000; /* the other shows no life: it counts as crashed before that */
    OK(jobs_run(f->db, &f->w, &q, f->a, &r, &id, e));
    assert_int_equal(run_of(f, id).state, RUN_FINISHED);
    assert_int_equal(run_of(f, other).state, RUN_CRASHED);
    assert_true(run_of(f, id).started_at - began >= JOBS_STALE_S * US_PER_S);
}

static void test_a_run_that_failed_tells_why(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = fixture_new();
    jobs_request q = by_hand("recent");
    store_log_line *lines;
    size_t count;
    int64_t id;
    assert_true(fails(f, &q, &id, ERR_CONFLICT, "never adopted"));
    store_run kept = run_of(f, id);
    assert_int_equal(kept.state, RUN_FAILED);
    assert_non_null(memmem(kept.error.at, kept.error.len, "never adopted", 13));
    AUTO(store_tx_end) store_tx *tx = NULL;
    OK(store_begin(f->db, STORE_READ, &tx, e));
    OK(store_run_log_lines(tx, id, 0, 10, f->a, &lines, &count, e));
    assert_int_equal(count, 1);
    assert_true(str_equal(lines[0].text, kept.error));
}

static bool at_once(void *ctx)
{
    (void)ctx;
    return true;
}

static void test_a_run_that_was_told_to_end_is_cancelled(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = with_debt();
    jobs_request q = by_hand("recent");
    sync_report r;
    int64_t id;
    q.stop = at_once;
    OK(jobs_run(f->db, &f->w, &q, f->a, &r, &id, e));
    assert_int_equal(run_of(f, id).state, RUN_CANCELLED);
    q.stop = NULL;
    OK(jobs_run(f->db, &f->w, &q, f->a, &r, &id, e));
    fixture_settled(f);
}

/* Somebody cancels it, by its number, while it waits for the shop's lane. */
static void cancel_open(fixture *f)
{
    AUTO(store_close) store *other = NULL;
    AUTO(store_tx_end) store_tx *tx = NULL;
    store_run *rows;
    size_t count;
    OK(store_open(f->url, STORE_WRITE, &f->w.clock, &other, e));
    OK(store_begin(other, STORE_WRITE, &tx, e));
    OK(store_runs(tx, STR("recent"), f->shop, true, 0, 1, f->a, &rows, &count, e));
    if (count == 1 && rows[0].state == RUN_RUNNING && !rows[0].cancel_asked)
        OK(store_run_cancel(tx, rows[0].id, e));
    OK(store_commit(&tx, e));
}

static fixture *cancelling;
static io_clock virtual;

static void sleep_and_cancel(void *ctx, int64_t until)
{
    (void)ctx;
    cancel_open(cancelling);
    virtual.sleep_until_us(virtual.ctx, until);
}

static void test_a_cancelled_run_ends_also_while_it_waits(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = with_debt();
    jobs_request q = by_hand("recent");
    world w = f->w;
    sync_report r;
    err trouble = {0};
    int64_t id;
    {
        AUTO(store_tx_end) store_tx *tx = NULL;
        int64_t fence;
        OK(store_begin(f->db, STORE_WRITE, &tx, e));
        OK(store_lane_take(tx, f->shop, STR("another"), 10, &fence, e));
        OK(store_commit(&tx, e));
    }
    cancelling = f;
    virtual = w.clock;
    w.clock.sleep_until_us = sleep_and_cancel;
    q.wait_ms = 9000; /* less than the other's lease */
    instant began = f->m->now;
    assert_false(jobs_run(f->db, &w, &q, f->a, &r, &id, &trouble));
    assert_int_equal(run_of(f, id).state, RUN_CANCELLED);
    assert_true(f->m->now - began < 9 * US_PER_S); /* it has noticed before its time was up */
}

static void test_jobs_are_named_by_word_or_title(void **state)
{
    (void)state;
    static const struct {
        const char *given, *name;
    } ROWS[] = {{"recent", "recent"},
                {"Upload recent inventory change", "recent"},
                {"hard", "hard"},
                {"hard sync", "hard"},
                {"  Import Orders ", "orders"},
                {"Hard", NULL},
                {"upload", NULL},
                {"", NULL}};
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        const job_kind *k = NULL;
        err trouble = {0};
        bool found = jobs_kind_named(str_of(ROWS[i].given), &k, &trouble);
        if (found != (ROWS[i].name != NULL) || (found && strcmp(k->name, ROWS[i].name) != 0))
            fail_msg("'%s'", ROWS[i].given);
        if (!found)
            assert_int_equal(trouble.code, ERR_MISSING);
    }
}

static void test_two_edits_of_one_job_at_once(void **state)
{
    (void)state;
    AUTO(fixture_end) fixture *f = fixture_new();
    const job_kind *k = jobs_kind(STR("hard"));
    const schedule nightly = {SCHEDULE_DAILY, 120};
    err trouble = {0};
    OK(jobs_schedule(f->db, k, STR("main"), nightly, false, 0, e)); /* both have seen version 0 */
    assert_false(jobs_schedule(f->db, k, STR("main"), (schedule){SCHEDULE_EVERY, 5}, false, 0, &trouble));
    assert_int_equal(trouble.code, ERR_CONFLICT);
    assert_non_null(strstr(trouble.text, "somebody else has changed this job"));
    OK(jobs_schedule(f->db, k, STR("main"), nightly, true, 1, e));
    OK(jobs_schedule(f->db, k, STR("main"), nightly, false, -1, e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_run_is_kept_with_its_counts),
        cmocka_unit_test(test_a_pending_run_is_taken_up_as_itself),
        cmocka_unit_test(test_a_run_of_the_same_job_is_waited_for),
        cmocka_unit_test(test_a_run_that_failed_tells_why),
        cmocka_unit_test(test_a_run_that_was_told_to_end_is_cancelled),
        cmocka_unit_test(test_a_cancelled_run_ends_also_while_it_waits),
        cmocka_unit_test(test_jobs_are_named_by_word_or_title),
        cmocka_unit_test(test_two_edits_of_one_job_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
