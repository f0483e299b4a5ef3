/* Availability: the vectors of the domain study, section 3, and what the contract says of reasons and terms. */
#include "domain/domain.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define FACILITIES_MAX 4
typedef struct place { /* an active physical facility */
    qty atp, safety;
    bool out, off; /* not in the channel; brokering not allowed */
} place;

typedef struct vector {
    const char *id; /* and where the row comes from */
    place at[FACILITIES_MAX];
    size_t count;
    atp_settings s;
    qty online, raw;
} vector;

#define ON .sellable = true, .reserve_inventory = true
static const vector VECTORS[] = {
    {"T1 no word on brokering means allowed", {{100, 0}}, 1, {ON}, 100, 100},
    {"T2 the documented threshold example", {{100, 10}, {100, 10}, {50, 10}}, 3, {ON, .threshold = 10}, 210, 210},
    {"T3 the documented formula", {{90, 5}, {5, 0, .out = true}}, 2, {ON, .threshold = 5, .queue = {5}}, 75, 75},
    {"T4 a floor at each facility (the studied page says 7)", {{2, 10}, {20, 5}}, 2, {ON}, 15, 15},
    {"T5 a negative facility eats no other's stock (page: 12)", {{-3, 0}, {20, 5}}, 2, {ON}, 15, 15},
    {"T6 a negative sum is a number, too (studied: no row)", {{-8, 0}, {5, 0}}, 2, {ON}, 5, 5},
    {"T7 the studied unit test", {{10, 3, .off = true}, {8, 2}, {5, 1, .out = true}}, 3, {ON}, 6, 6},
    {"T8 threshold above the sum", {{4, 0}}, 1, {ON, .threshold = 5}, 0, -1},
    {"T9 queue above the sum", {{4, 0}}, 1, {ON, .queue = {6}}, 0, -2},
    {"T10 safety stock of an excluded one (documents: 20)",
     {{20, 5}, {20, 5}, {10, 5}, {50, 5, .out = true}},
     4,
     {ON, .threshold = 10},
     25,
     25},
    {"T11 the same with it", {{20, 2}, {20, 2}, {10, 2}, {50, 2}}, 4, {ON, .threshold = 5}, 87, 87},
    {"T12 brokering off everywhere (studied: no row)", {{10, 0, .off = true}}, 1, {ON}, 0, 0},
    {"T13 the product is off in the channel", {{100, 0}}, 1, {.reserve_inventory = true}, 0, 0},
    {"T14 held for pre-orders", {{100, 0}}, 1, {ON, .hold_preorder = true, .queue = {[QUEUE_PREORDER] = 3}}, 0, 0},
    {"T15 the same, not holding", {{100, 0}}, 1, {ON, .queue = {[QUEUE_PREORDER] = 3}}, 97, 97},
    {"T16 no reservations: the queue is left out (page: 42)", {{50, 0}}, 1, {.sellable = true, .queue = {8}}, 50, 50},
    {"design 2: held for backorders, too",
     {{100, 0}},
     1,
     {ON, .hold_preorder = true, .queue = {[QUEUE_BACKORDER] = 1}},
     0,
     0},
    {"design 2: other queues do not hold",
     {{9, 0}},
     1,
     {ON, .hold_preorder = true, .queue = {2, [QUEUE_UNSURE] = 1}},
     6,
     6},
    {"design 2: off with a negative sum is 0, not less", {{1, 0}}, 1, {.reserve_inventory = true, .queue = {5}}, 0, 0},
    {"protocol I4, I8: departed and unsure units are demand",
     {{10, 0}},
     1,
     {ON, .queue = {[QUEUE_DEPARTED] = 2, [QUEUE_UNSURE] = 3, [QUEUE_UNFILLABLE] = 1}},
     4,
     4},
    {"design 2: no facility gives 0, never nothing", {{0}}, 0, {ON}, 0, 0},
};

static qty sum_of(const qty *terms)
{
    qty sum = 0;
    for (size_t t = 0; t < ATP_TERMS; t++)
        sum += terms[t];
    return sum;
}

static void facilities_of(const vector *v, atp_facility *f)
{
    for (size_t i = 0; i < v->count; i++)
        f[i] = (atp_facility){.facility = (int64_t)i + 1,
                              .physical = true,
                              .active = true,
                              .member = !v->at[i].out,
                              .brokering = !v->at[i].off,
                              .qoh = v->at[i].atp,
                              .atp = v->at[i].atp,
                              .safety_stock = v->at[i].safety};
}

static void test_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(VECTORS); i++) {
        const vector *v = &VECTORS[i];
        atp_facility f[FACILITIES_MAX];
        atp_result r;
        facilities_of(v, f);
        domain_atp(f, v->count, &v->s, &r, NULL, NULL);
        if (r.online_atp != v->online || r.raw != v->raw || sum_of(r.terms) != v->raw)
            fail_msg("%s: %lld, raw %lld, terms %lld", v->id, (long long)r.online_atp, (long long)r.raw,
                     (long long)sum_of(r.terms));
    }
}

/* A single product is a kit of one of itself, but for its threshold and queue: those are the component's. */
static void test_a_kit_of_one_counts_like_its_component(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(VECTORS); i++) {
        const vector *v = &VECTORS[i];
        atp_facility f[FACILITIES_MAX + 1];
        atp_settings plain = {ON}, on = v->s;
        atp_result kit, own;
        facilities_of(v, f);
        on.sellable = true;
        domain_atp(f, v->count, &on, &own, NULL, NULL);
        atp_component c = {.product = 1, .per_kit = 1, .facilities = f, .settings = &v->s};
        domain_atp_kit(&c, 1, v->count, &plain, &kit, NULL, NULL, NULL);
        if (kit.online_atp != own.online_atp || sum_of(kit.terms) != kit.raw)
            fail_msg("%s: %lld", v->id, (long long)kit.online_atp);
    }
}

/* The contract's example, term by term. */
static void test_the_waterfall_names_what_it_takes(void **state)
{
    (void)state;
    static const atp_facility F[] = {
        {.facility = 1,
         .physical = true,
         .active = true,
         .member = true,
         .brokering = true,
         .qoh = 100,
         .atp = 90,
         .safety_stock = 5},
        {.facility = 2, .physical = true, .active = true, .brokering = true, .qoh = 5, .atp = 5},
        {.facility = 3, .physical = true, .member = true, .brokering = true, .qoh = 7, .atp = 7, .safety_stock = 1},
        {.facility = 4, .physical = true, .active = true, .member = true, .qoh = 11, .atp = 11},
        {.facility = 5,
         .physical = true,
         .active = true,
         .member = true,
         .brokering = true,
         .qoh = 3,
         .atp = 3,
         .safety_stock = 8},
        {.facility = 6,
         .physical = true,
         .active = true,
         .member = true,
         .brokering = true,
         .qoh = 0,
         .atp = -2,
         .safety_stock = 8},
        {.facility = 7, .active = true, .member = true, .brokering = true, .qoh = 500, .atp = 500},
    };
    static const atp_settings S = {ON, .threshold = 5, .queue = {[QUEUE_BROKERING] = 4, [QUEUE_DEPARTED] = 1}};
    static const qty TERMS[ATP_TERMS] = {
        [ATP_TERM_PHYSICAL] = 90 + 5 + 7 + 11 + 3 - 2,
        [ATP_TERM_EXCLUDED] = -5 - 7,
        [ATP_TERM_BROKERING_OFF] = -11,
        [ATP_TERM_SAFETY_STOCK] = -5 - 3, /* what it really holds back: 3 of 8 */
        [ATP_TERM_FACILITY_FLOOR] = 2,
        [ATP_TERM_QUEUE] = -5,
        [ATP_TERM_THRESHOLD] = -5,
    };
    atp_result r;
    qty counted[COUNT(F)];
    atp_why why[COUNT(F)];
    domain_atp(F, COUNT(F), &S, &r, counted, why);
    assert_int_equal(r.online_atp, 75);
    for (size_t t = 0; t < ATP_TERMS; t++)
        if (r.terms[t] != TERMS[t])
            fail_msg("%s is %lld", atp_term_name((atp_term)t), (long long)r.terms[t]);
    static const atp_why WHY[] = {ATP_COUNTED,       ATP_NOT_IN_CHANNEL,     ATP_INACTIVE,
                                  ATP_BROKERING_OFF, ATP_BELOW_SAFETY_STOCK, ATP_BELOW_SAFETY_STOCK,
                                  ATP_VIRTUAL};
    static const qty COUNTED[] = {85, 0, 0, 0, 0, 0, 0};
    for (size_t i = 0; i < COUNT(F); i++) {
        assert_int_equal(why[i], WHY[i]);
        assert_int_equal(counted[i], COUNTED[i]);
    }
}

static void test_the_first_reason_that_holds_is_told(void **state)
{
    (void)state;
    atp_facility f = {.atp = -1, .safety_stock = 2};
    atp_settings s = {ON};
    atp_result r;
    atp_why why;
    bool *const LIFT[] = {&f.physical, &f.active, &f.member, &f.brokering};
    for (size_t i = 0; i <= COUNT(LIFT); i++) { /* lifting one reason after another shows the next */
        domain_atp(&f, 1, &s, &r, NULL, &why);
        assert_int_equal(why, i);
        if (i < COUNT(LIFT))
            *LIFT[i] = true;
    }
    f.atp = f.safety_stock = 0; /* nothing there and nothing held back: counted, with 0 */
    domain_atp(&f, 1, &s, &r, NULL, &why);
    assert_int_equal(why, ATP_COUNTED);
}

static void test_off_goes_before_held(void **state)
{
    (void)state;
    atp_facility f = {.physical = true, .active = true, .member = true, .brokering = true, .atp = 9};
    atp_settings s = {
        .hold_preorder = true, .reserve_inventory = true, .threshold = 2, .queue = {[QUEUE_PREORDER] = 3}};
    atp_result r;
    domain_atp(&f, 1, &s, &r, NULL, NULL);
    assert_int_equal(r.terms[ATP_TERM_OFF], -4);
    assert_int_equal(r.terms[ATP_TERM_HOLD], 0);
    s.sellable = true;
    domain_atp(&f, 1, &s, &r, NULL, NULL);
    assert_int_equal(r.terms[ATP_TERM_OFF], 0);
    assert_int_equal(r.terms[ATP_TERM_HOLD], -4);
    s.reserve_inventory = false; /* it only leaves the queue out of the number */
    domain_atp(&f, 1, &s, &r, NULL, NULL);
    assert_int_equal(r.terms[ATP_TERM_HOLD], -7);
    assert_int_equal(r.terms[ATP_TERM_QUEUE], 0);
}

static void test_the_target_is_raw_only_where_negatives_are_published(void **state)
{
    (void)state;
    atp_result r = {.raw = -2, .online_atp = 0};
    assert_int_equal(domain_target(&r, false), 0);
    assert_int_equal(domain_target(&r, true), -2);
}

static void test_the_largest_world_does_not_overflow(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    atp_facility *f = ARENA_NEW(a, atp_facility, ATP_FACILITIES_MAX);
    for (size_t i = 0; i < ATP_FACILITIES_MAX; i++)
        f[i] =
            (atp_facility){.physical = true, .active = true, .member = true, .brokering = true, .atp = ATP_BALANCE_MAX};
    atp_settings s = {ON, .threshold = ATP_BALANCE_MAX};
    atp_result r;
    for (size_t k = 0; k < QUEUE_KINDS; k++)
        s.queue[k] = ATP_BALANCE_MAX;
    domain_atp(f, ATP_FACILITIES_MAX, &s, &r, NULL, NULL);
    assert_int_equal(r.raw, (ATP_FACILITIES_MAX - QUEUE_KINDS - 1) * ATP_BALANCE_MAX);
    for (size_t i = 0; i < ATP_FACILITIES_MAX; i++)
        f[i].atp = -ATP_BALANCE_MAX, f[i].safety_stock = ATP_BALANCE_MAX;
    domain_atp(f, ATP_FACILITIES_MAX, &s, &r, NULL, NULL);
    assert_int_equal(r.raw, -(QUEUE_KINDS + 1) * ATP_BALANCE_MAX);
    assert_int_equal(sum_of(r.terms), r.raw);
}

/* -- kits -- */

#define AT(n, a, ...)                                                                                                  \
    {                                                                                                                  \
        .facility = (n), .physical = true, .active = true, .member = true, .brokering = true, .qoh = (a), .atp = (a),  \
        __VA_ARGS__                                                                                                    \
    }

typedef struct kit_row {
    const char *id;
    atp_facility parts[2][3]; /* belt, wallet: at three facilities */
    qty per_kit[2];
    atp_settings own[2], kit;
    qty want, split, limit;
} kit_row;

static const atp_settings FREE = {ON};
static const kit_row KITS[] = {
    {"domain 2.6, first row",
     {{AT(1, 5), AT(2, 0), AT(3, 3)}, {AT(1, 0), AT(2, 10), AT(3, 7)}},
     {1, 1},
     {{ON}, {ON}},
     {ON},
     3,
     0,
     0},
    {"domain 2.6, second row",
     {{AT(1, 5), AT(2, 3), AT(3, 1)}, {AT(1, 0), AT(2, 2), AT(3, 5)}},
     {1, 1},
     {{ON}, {ON}},
     {ON},
     3,
     0,
     0},
    {"several of one component",
     {{AT(1, 5), AT(2, 5), AT(3, 1)}, {AT(1, 9), AT(2, 9), AT(3, 9)}},
     {2, 1},
     {{ON}, {ON}},
     {ON},
     4,
     0,
     0},
    {"a component's safety stock",
     {{AT(1, 5, .safety_stock = 2), AT(2, 0), AT(3, 0)}, {AT(1, 9), AT(2, 0), AT(3, 0)}},
     {1, 1},
     {{ON}, {ON}},
     {ON},
     3,
     -2,
     0},
    {"a component's negative facility",
     {{AT(1, -3), AT(2, 4), AT(3, 0)}, {AT(1, 9), AT(2, 4), AT(3, 0)}},
     {2, 1},
     {{ON}, {ON}},
     {ON},
     2,
     2,
     0},
    {"a component's threshold",
     {{AT(1, 5), AT(2, 0), AT(3, 0)}, {AT(1, 5), AT(2, 0), AT(3, 0)}},
     {1, 1},
     {{ON, .threshold = 2}, {ON}},
     {ON},
     3,
     0,
     -2},
    {"the kit's threshold goes off the smaller limit",
     {{AT(1, 5), AT(2, 0), AT(3, 0)}, {AT(1, 5), AT(2, 0), AT(3, 0)}},
     {1, 1},
     {{ON, .threshold = 2}, {ON}},
     {ON, .threshold = 1},
     2,
     0,
     -2},
    {"queued kits are taken out once, not twice",
     {{AT(1, 10), AT(2, 0), AT(3, 0)}, {AT(1, 10), AT(2, 0), AT(3, 0)}},
     {2, 1},
     {{ON, .queue = {4}}, {ON, .queue = {2}}},
     {ON, .queue = {2}},
     3,
     0,
     0},
    {"queued units of a component alone",
     {{AT(1, 10), AT(2, 0), AT(3, 0)}, {AT(1, 10), AT(2, 0), AT(3, 0)}},
     {2, 1},
     {{ON, .queue = {3}}, {ON}},
     {ON},
     3,
     0,
     -2},
    {"a component that is off by itself still goes into kits",
     {{AT(1, 4), AT(2, 0), AT(3, 0)}, {AT(1, 4), AT(2, 0), AT(3, 0)}},
     {1, 1},
     {{.reserve_inventory = true}, {ON}},
     {ON},
     4,
     0,
     0},
    {"a held component holds the kit",
     {{AT(1, 4), AT(2, 0), AT(3, 0)}, {AT(1, 4), AT(2, 0), AT(3, 0)}},
     {1, 1},
     {{ON, .hold_preorder = true, .queue = {[QUEUE_PREORDER] = 1}}, {ON}},
     {ON, .hold_preorder = true},
     0,
     0,
     -4},
    {"a kit that is off",
     {{AT(1, 4), AT(2, 0), AT(3, 0)}, {AT(1, 4), AT(2, 0), AT(3, 0)}},
     {1, 1},
     {{ON}, {ON}},
     {.reserve_inventory = true},
     0,
     0,
     0},
};

static void test_kit_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(KITS); i++) {
        const kit_row *k = &KITS[i];
        const atp_component c[] = {{1, k->per_kit[0], k->parts[0], &k->own[0]},
                                   {2, k->per_kit[1], k->parts[1], &k->own[1]}};
        atp_result r;
        domain_atp_kit(c, 2, 3, &k->kit, &r, NULL, NULL, NULL);
        if (r.online_atp != k->want || r.terms[ATP_TERM_KIT_SPLIT] != k->split ||
            r.terms[ATP_TERM_COMPONENT_LIMIT] != k->limit || sum_of(r.terms) != r.raw)
            fail_msg("%s: %lld, split %lld, limit %lld", k->id, (long long)r.online_atp,
                     (long long)r.terms[ATP_TERM_KIT_SPLIT], (long long)r.terms[ATP_TERM_COMPONENT_LIMIT]);
    }
}

static void test_kit_facilities_are_in_kits(void **state)
{
    (void)state;
    static const atp_facility BELT[] = {AT(1, 9), AT(2, 4, .safety_stock = 3), AT(3, 8), AT(4, 0), AT(5, 5)};
    static const atp_facility WALLET[] = {
        AT(1, 3),
        AT(2, 9),
        {.facility = 3, .physical = true, .active = true, .member = true, .qoh = 8, .atp = 6},
        AT(4, 9),
        AT(5, 0, .safety_stock = 1)};
    const atp_component c[] = {{1, 2, BELT, &FREE}, {2, 1, WALLET, &FREE}};
    static const struct {
        qty qoh, atp, counted;
        atp_why why;
    } WANT[] = {
        {3, 3, 3, ATP_COUNTED},
        {2, 2, 0, ATP_BELOW_SAFETY_STOCK}, /* one belt is left, a kit takes two */
        {4, 4, 0, ATP_BROKERING_OFF},      /* one component that may not be brokered is enough */
        {0, 0, 0, ATP_COUNTED},            /* nothing there, nothing held back */
        {0, 0, 0, ATP_BELOW_SAFETY_STOCK},
    };
    atp_facility f[COUNT(BELT)];
    qty counted[COUNT(BELT)];
    atp_why why[COUNT(BELT)];
    atp_result r;
    domain_atp_kit(c, 2, COUNT(BELT), &FREE, &r, f, counted, why);
    for (size_t i = 0; i < COUNT(BELT); i++) {
        assert_int_equal(f[i].facility, BELT[i].facility);
        assert_int_equal(f[i].qoh, WANT[i].qoh);
        assert_int_equal(f[i].atp, WANT[i].atp);
        assert_int_equal(f[i].safety_stock, 0);
        assert_int_equal(counted[i], WANT[i].counted);
        assert_int_equal(why[i], WANT[i].why);
    }
    assert_int_equal(r.raw, 3);
}

/* -- what never comes here stops the program -- */

static void stops(void (*body)(void))
{
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0});
        signal(SIGABRT, SIG_DFL);
        if (!freopen("/dev/null", "w", stderr))
            _exit(0);
        body();
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) != 0);
}

static void too_large_a_balance(void)
{
    atp_facility f = {.physical = true, .atp = ATP_BALANCE_MAX + 1};
    atp_result r;
    domain_atp(&f, 1, &FREE, &r, NULL, NULL);
}

static void too_large_a_queue(void)
{
    atp_settings s = {.queue = {[QUEUE_UNSURE] = ATP_BALANCE_MAX + 1}, .reserve_inventory = true};
    atp_result r;
    domain_atp(NULL, 0, &s, &r, NULL, NULL);
}

static void a_kit_of_nothing(void)
{
    atp_result r;
    domain_atp_kit(NULL, 0, 0, &FREE, &r, NULL, NULL, NULL);
}

static void facilities_in_another_order(void)
{
    static const atp_facility A[] = {AT(1, 1), AT(2, 1)}, B[] = {AT(2, 1), AT(1, 1)};
    const atp_component c[] = {{1, 1, A, &FREE}, {2, 1, B, &FREE}};
    atp_result r;
    domain_atp_kit(c, 2, 2, &FREE, &r, NULL, NULL, NULL);
}

static void test_broken_arguments_stop_the_program(void **state)
{
    (void)state;
    stops(too_large_a_balance);
    stops(too_large_a_queue);
    stops(a_kit_of_nothing);
    stops(facilities_in_another_order);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_a_kit_of_one_counts_like_its_component),
        cmocka_unit_test(test_the_waterfall_names_what_it_takes),
        cmocka_unit_test(test_the_first_reason_that_holds_is_told),
        cmocka_unit_test(test_off_goes_before_held),
        cmocka_unit_test(test_the_target_is_raw_only_where_negatives_are_published),
        cmocka_unit_test(test_the_largest_world_does_not_overflow),
        cmocka_unit_test(test_kit_vectors),
        cmocka_unit_test(test_kit_facilities_are_in_kits),
        cmocka_unit_test(test_broken_arguments_stop_the_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
