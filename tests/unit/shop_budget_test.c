/*
 * The points: held against a model of Shopify's bucket, with other calls in flight and answers in any order. Nothing
 * that the budget lets through may be throttled, and it must not be slower than the bucket allows.
 */
#include "fake_world.h"

#include "shop/internal.h"

#define WORLDS 300
#define CALLS  400
#define FLYING 16
#define SECOND US_PER_S

/* The shop's side: exact, in millionths of a point. */
typedef struct model {
    int64_t bucket, rate, micro, at;
    bool takes_at_start; /* takes the requested cost when a call starts and gives back the rest, else the actual at its
                            end */
} model;

static void model_restore(model *m, int64_t now)
{
    m->micro = qty_min(m->bucket * US_PER_S, m->micro + (now - m->at) * m->rate);
    m->at = now;
}

typedef struct flying {
    bool used, arrived;
    int64_t starts, ends, lands; /* at the shop, at the shop, here */
    int64_t requested, actual;
    bool lost;
    shop__hold hold;
    shop__cost cost;
} flying;

typedef struct run {
    fake_world *f;
    model m;
    shop__budget b;
    flying calls[FLYING];
    int64_t throttled, sent, spent;
} run;

static int64_t between(fake_world *f, int64_t least, int64_t most)
{
    return least + (int64_t)(fake_random(f) % (uint64_t)(most - least + 1));
}

/* Everything that happens at the shop and here until `now`, in order. */
static void advance(run *r, int64_t now)
{
    for (;;) {
        flying *next = NULL;
        int64_t at = INT64_MAX;
        enum { START, END, LAND } what = START;
        for (size_t i = 0; i < FLYING; i++) {
            flying *c = &r->calls[i];
            if (!c->used)
                continue;
            int64_t when = c->starts >= 0 ? c->starts : c->ends >= 0 ? c->ends : c->lands;
            if (when > now || when >= at)
                continue;
            at = when;
            next = c;
            what = c->starts >= 0 ? START : c->ends >= 0 ? END : LAND;
        }
        if (!next)
            break;
        model_restore(&r->m, at);
        if (what == START) {
            if (r->m.micro < next->requested * US_PER_S)
                r->throttled++;
            if (r->m.takes_at_start)
                r->m.micro -= next->requested * US_PER_S;
            next->starts = -1;
        } else if (what == END) {
            r->m.micro += r->m.takes_at_start ? (next->requested - next->actual) * US_PER_S : -next->actual * US_PER_S;
            r->m.micro = qty_min(r->m.micro, r->m.bucket * US_PER_S);
            next->cost = (shop__cost){next->requested, next->actual, r->m.bucket, qty_floor_div(r->m.micro, US_PER_S),
                                      r->m.rate};
            next->ends = -1;
        } else {
            static const shop__cost none = {-1, -1, -1, -1, -1};
            shop__budget_give(&r->b, next->hold, next->lost ? &none : &next->cost, at);
            next->used = false;
        }
    }
    r->f->ticks = now;
}

static flying *free_call(run *r)
{
    for (size_t i = 0; i < FLYING; i++)
        if (!r->calls[i].used)
            return &r->calls[i];
    return NULL;
}

static int64_t next_landing(const run *r)
{
    int64_t at = INT64_MAX;
    for (size_t i = 0; i < FLYING; i++)
        if (r->calls[i].used)
            at = qty_min(at, r->calls[i].lands);
    return at;
}

static void send(run *r, int64_t requested, int64_t actual)
{
    for (;;) {
        int64_t now = r->f->ticks, ready = shop__budget_ready(&r->b, requested, now);
        flying *c = free_call(r);
        if (c && ready <= now) {
            int64_t starts = now + between(r->f, 1, SECOND / 2), ends = starts + between(r->f, 1, SECOND);
            *c = (flying){true,
                          false,
                          starts,
                          ends,
                          ends + between(r->f, 1, SECOND / 2),
                          requested,
                          actual,
                          between(r->f, 0, 30) == 0,
                          shop__budget_take(&r->b, requested),
                          {0}};
            r->sent++;
            r->spent += actual;
            return;
        }
        int64_t landing = next_landing(r);
        int64_t until = c ? qty_min(ready, landing) : landing;
        assert_true(until != INT64_MAX); /* else nothing would ever be sent again */
        advance(r, qty_max(until, now + 1));
    }
}

static void test_nothing_is_throttled_by_its_own_doing(void **state)
{
    (void)state;
    static const int64_t rates[] = {100, 200, 1000};
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    for (int n = 0; n < WORLDS; n++) {
        run r = {.f = f};
        int64_t rate = rates[between(f, 0, 2)];
        f->ticks = 0;
        r.m = (model){20 * rate, rate, 20 * rate * US_PER_S, 0, n % 2 == 0};
        r.b = shop__budget_new(0);
        for (int i = 0; i < CALLS; i++) {
            int64_t requested = between(f, 1, 300);
            send(&r, requested, between(f, 1, requested));
            if (between(f, 0, 9) == 0)
                advance(&r, f->ticks + between(f, 0, 3 * SECOND));
        }
        if (r.throttled > 0)
            fail_msg("world %d: %" PRId64 " of %" PRId64 " calls were throttled", n, r.throttled, r.sent);
    }
}

/* Small calls, quick answers: the rate of the shop is reached, not a fraction of it. */
static void test_the_rate_is_used(void **state)
{
    (void)state;
    AUTO(fake_world_end) fake_world *f = fake_world_new();
    run r = {.f = f, .m = {2000, 100, 2000 * US_PER_S, 0, false}, .b = shop__budget_new(0)};
    for (int i = 0; i < 4000; i++)
        send(&r, 13, 13);
    int64_t least_us = (4000 * 13 - 2000) * US_PER_S / 100; /* what the bucket allows at best */
    assert_int_equal(r.throttled, 0);
    if (f->ticks > least_us + least_us / 10)
        fail_msg("%" PRId64 " s, %" PRId64 " s would do", f->ticks / SECOND, least_us / SECOND);
}

static void test_one_call_until_the_bucket_is_known(void **state)
{
    (void)state;
    shop__budget b = shop__budget_new(0);
    assert_int_equal(shop__budget_ready(&b, 10, 0), 0);
    shop__hold h = shop__budget_take(&b, 10);
    assert_true(shop__budget_ready(&b, 10, 0) == SHOP_BUDGET_LATER);
    shop__budget_give(&b, h, &(shop__cost){10, 10, 4000, 3990, 200}, SECOND);
    assert_int_equal(b.bucket, 4000);
    assert_int_equal(b.rate, 200);
    assert_int_equal(shop__budget_ready(&b, 10, SECOND), SECOND);
}

static void test_the_last_answer_is_believed(void **state)
{
    (void)state;
    shop__budget b = shop__budget_new(0);
    shop__hold h = shop__budget_take(&b, 10);
    shop__budget_give(&b, h, &(shop__cost){10, 10, 2000, 3, 100}, SECOND); /* somebody else used it up */
    assert_int_equal(shop__budget_ready(&b, 103, SECOND), 2 * SECOND);
    assert_int_equal(shop__budget_ready(&b, 104, SECOND), 2 * SECOND + SECOND / 100);
    assert_int_equal(shop__budget_ready(&b, 104, 9 * SECOND), 9 * SECOND);
}

/* Another process of the app takes `theirs` points a second; how many of our calls were throttled after the first 20 s.
 */
static int throttled_beside(int64_t theirs, int64_t *ret_spent)
{
    model m = {2000, 100, 0, 0, false};
    shop__budget b = shop__budget_new(0);
    int throttled = 0;
    *ret_spent = 0;
    for (int64_t now = 0; now < 120 * SECOND; now += SECOND / 100) {
        model_restore(&m, now);
        m.micro = qty_max(0, m.micro - theirs * (SECOND / 100));
        if (shop__budget_ready(&b, 10, now) > now)
            continue;
        shop__hold h = shop__budget_take(&b, 10);
        bool paid = m.micro >= 10 * SECOND;
        m.micro -= paid ? 10 * SECOND : 0;
        throttled += !paid && now > 20 * SECOND;
        *ret_spent += paid && now > 20 * SECOND ? 10 : 0;
        shop__budget_give(&b, h, &(shop__cost){10, paid ? 10 : 0, 2000, qty_floor_div(m.micro, SECOND), 100}, now);
    }
    return throttled;
}

static void test_what_others_take_is_not_counted_on(void **state)
{
    (void)state;
    int64_t spent;
    assert_int_equal(throttled_beside(0, &spent), 0);
    assert_in_range(spent, 100 * 98, 100 * 100);
    assert_in_range(throttled_beside(50, &spent), 0, 20); /* of 500: without the measure every second one */
    assert_in_range(spent, 100 * 45, 100 * 50);
}

static void test_an_earlier_process_has_spent(void **state)
{
    (void)state;
    shop__budget b = shop__budget_resumed(/* points= */ 4, 4000, 200, /* ago_us= */ SECOND / 100, 7 * SECOND);
    assert_int_equal(shop__budget_ready(&b, 10, 7 * SECOND), 7 * SECOND + SECOND / 50); /* 6 left; 4 are missing */
    (void)shop__budget_take(&b, 10);
    assert_true(shop__budget_ready(&b, 10, 8 * SECOND) == SHOP_BUDGET_LATER); /* until an answer confirms it */
    b = shop__budget_resumed(4, 4000, 200, -SECOND, 7 * SECOND);
    assert_int_equal(shop__budget_left(&b, 7 * SECOND), 4);
    b = shop__budget_resumed(4, 4000, 200, 3600 * SECOND, 7 * SECOND);
    assert_int_equal(shop__budget_left(&b, 7 * SECOND), 4000);
}

static void test_a_call_larger_than_the_bucket_waits_until_it_is_full(void **state)
{
    (void)state;
    shop__budget b = shop__budget_new(0);
    shop__hold h = shop__budget_take(&b, 10);
    shop__budget_give(&b, h, &(shop__cost){10, 10, 2000, 0, 100}, 0);
    assert_int_equal(shop__budget_ready(&b, 5000, 0), 20 * SECOND);
    h = shop__budget_take(&b, 5000);
    assert_true(shop__budget_ready(&b, 1, 0) == SHOP_BUDGET_LATER); /* what flies may take it all */
    shop__budget_give(&b, h, &(shop__cost){-1, -1, -1, -1, -1}, 0);
}

static void test_a_pause_that_was_asked_for_is_kept(void **state)
{
    (void)state;
    shop__budget b = shop__budget_new(0);
    b.not_before = 7 * SECOND;
    assert_int_equal(shop__budget_ready(&b, 1, 0), 7 * SECOND);
    assert_int_equal(shop__budget_ready(&b, 1, 8 * SECOND), 8 * SECOND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_is_throttled_by_its_own_doing),
        cmocka_unit_test(test_the_rate_is_used),
        cmocka_unit_test(test_one_call_until_the_bucket_is_known),
        cmocka_unit_test(test_the_last_answer_is_believed),
        cmocka_unit_test(test_what_others_take_is_not_counted_on),
        cmocka_unit_test(test_an_earlier_process_has_spent),
        cmocka_unit_test(test_a_call_larger_than_the_bucket_waits_until_it_is_full),
        cmocka_unit_test(test_a_pause_that_was_asked_for_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
