/*
 * Order lines over random sets of events: against a second implementation that walks single units through their lives,
 * in any order of arrival, and by the laws that hold whatever came.
 */
#include "domain/domain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "domain_order_text.h"
#include "domain_random.h"

#define ROUNDS     20000
#define EVENTS_MAX 9
#define FACILITIES 4 /* ids 1 to 4; 4 is home where there is one */
#define UNITS_MAX  100

/* -- random events -- */

static order_event random_event(dice *d)
{
    static const char *const LOCATIONS[] = {"", "L1", "L2"};
    order_event ev = {
        .kind = (event_kind)dice_between(d, 0, EVENT_KINDS - 1),
        .quantity = dice_between(d, 1, 4),
        .facility = dice_chance(d, 60) ? dice_between(d, 1, FACILITIES) : 0,
        .queue = -1,
        .restock = dice_chance(d, 60),
        .location = str_of(LOCATIONS[dice_between(d, 0, 2)]),
        .shop_origin = dice_chance(d, 50),
    };
    if ((ev.kind == EVENT_PLACED || ev.kind == EVENT_RELEASED) && dice_chance(d, 50)) {
        ev.queue = (int)dice_between(d, QUEUE_BROKERING, QUEUE_UNFILLABLE);
        ev.facility = 0; /* both are refused at the door */
    }
    return ev;
}

/* `all_seq`: every event has a seq of its own, so nothing is left to arrival. */
static size_t random_events(dice *d, order_event *ev, bool all_seq)
{
    size_t count = (size_t)dice_between(d, 1, EVENTS_MAX);
    for (size_t i = 0; i < count; i++) {
        ev[i] = random_event(d);
        ev[i].arrival = (int64_t)i + 1;
        ev[i].seq = all_seq || dice_chance(d, 30) ? dice_between(d, -3, 3) * EVENTS_MAX + (int64_t)i : EVENT_NO_SEQ;
    }
    if (dice_chance(d, 70))
        ev[dice_between(d, 0, (int64_t)count - 1)].kind = EVENT_PLACED;
    for (size_t i = 0; i < count; i++)
        if (ev[i].kind == EVENT_PLACED && ev[i].queue >= 0)
            ev[i].facility = 0;
    return count;
}

static void shuffle(dice *d, order_event *ev, size_t count)
{
    for (size_t i = count; i > 1; i--) {
        size_t n = (size_t)dice_between(d, 0, (int64_t)i - 1);
        order_event t = ev[i - 1];
        ev[i - 1] = ev[n];
        ev[n] = t;
    }
}

/* -- the naive one: units, each with its own life -- */

typedef enum unit_fate { UNIT_OPEN, UNIT_SHIPPED, UNIT_LOST, UNIT_RESTOCKED } unit_fate;
typedef struct unit {
    unit_fate fate;
    int64_t facility; /* where it stands; 0: in `queue` */
    int queue;
    bool named; /* shipped by an event that names the facility, which counts it by itself */
} unit;

typedef struct life {
    unit units[UNITS_MAX];
    int count;
    qty gone[FACILITIES + 1], available[3]; /* of facilities by id; of "", L1, L2 */
    qty departed;                           /* not from the line's own units */
    bool placed, sold, waiting;
    int placed_queue;
} life;

static bool comes_before(const order_event *x, const order_event *y)
{
    if (x->seq != y->seq)
        return x->seq < y->seq;
    return x->arrival < y->arrival;
}

static void live(life *l, const order_event *ev, int64_t home)
{
    qty left = ev->quantity;
    switch (ev->kind) {
    case EVENT_PLACED: /* all units stand where the latest one says */
        for (; left > 0; left--)
            l->units[l->count++] = (unit){.fate = UNIT_OPEN};
        l->placed_queue = ev->queue >= 0 ? ev->queue : QUEUE_BROKERING;
        for (int i = 0; i < l->count; i++) {
            l->units[i].queue = l->placed_queue;
            l->units[i].facility = ev->facility ? ev->facility : ev->queue >= 0 ? 0 : home;
        }
        break;
    case EVENT_ALLOCATED:
    case EVENT_RELEASED:
        for (int i = 0; i < l->count; i++) {
            l->units[i].facility = ev->kind == EVENT_ALLOCATED ? ev->facility : 0;
            l->units[i].queue = ev->kind == EVENT_RELEASED && ev->queue >= 0 ? ev->queue : l->placed_queue;
        }
        break;
    case EVENT_FULFILLED:
        if (ev->facility)
            l->gone[ev->facility] += ev->quantity;
        for (int i = 0; i < l->count && left > 0; i++)
            if (l->units[i].fate == UNIT_OPEN) {
                l->units[i].fate = UNIT_SHIPPED;
                l->units[i].named = ev->facility != 0;
                left--;
            }
        break;
    case EVENT_CANCELLED:
        for (int i = 0; i < l->count && left > 0; i++)
            if (l->units[i].fate == UNIT_OPEN) {
                l->units[i].fate = ev->restock ? UNIT_RESTOCKED : UNIT_LOST;
                left--;
            }
        break;
    case EVENT_RETURNED:
        if (ev->restock && (ev->facility || home))
            l->gone[ev->facility ? ev->facility : home] -= ev->quantity;
        break;
    case EVENT_POS_SOLD:
        if (ev->facility || home)
            l->gone[ev->facility ? ev->facility : home] += ev->quantity;
        else
            l->departed += ev->quantity;
        break;
    case EVENT_KINDS:
        fail();
    }
    if (ev->shop_origin) {
        qty *s = &l->available[str_empty(ev->location) ? 0 : ev->location.at[1] - '0'];
        *s -= ev->kind == EVENT_PLACED || ev->kind == EVENT_POS_SOLD ? ev->quantity : 0;
        *s += (ev->kind == EVENT_CANCELLED || ev->kind == EVENT_RETURNED) && ev->restock ? ev->quantity : 0;
    }
}

/* The ranks of the contract, finer where order.c decides (O3, O5). */
static int rank_of(const order_event *ev)
{
    switch (ev->kind) {
    case EVENT_PLACED:
        return 0;
    case EVENT_ALLOCATED:
    case EVENT_RELEASED:
        return 1;
    case EVENT_FULFILLED:
        return ev->facility ? 2 : 3;
    case EVENT_CANCELLED:
        return ev->restock ? 5 : 4;
    case EVENT_RETURNED:
    case EVENT_POS_SOLD:
    case EVENT_KINDS:
        break;
    }
    return 6;
}

static life lived(const order_event *events, size_t count, int64_t home)
{
    life l = {0};
    for (size_t i = 0; i < count; i++) {
        l.placed |= events[i].kind == EVENT_PLACED;
        l.sold |= events[i].kind == EVENT_POS_SOLD;
    }
    bool done[EVENTS_MAX] = {0};
    for (size_t n = 0; n < count; n++) {
        size_t next = count;
        for (size_t i = 0; i < count; i++) {
            if (done[i])
                continue;
            int order = next == count ? -1 : rank_of(&events[i]) - rank_of(&events[next]);
            if (order < 0 || (order == 0 && comes_before(&events[i], &events[next])))
                next = i;
        }
        const order_event *ev = &events[next];
        done[next] = true;
        if (l.placed || ev->kind == EVENT_POS_SOLD || (ev->kind == EVENT_RETURNED && l.sold))
            live(&l, ev, home);
        else
            l.waiting = true;
    }
    return l;
}

static order_effect naive_effect(arena *a, const order_event *events, size_t count, int64_t home)
{
    life l = lived(events, count, home);
    order_effect f = {.facilities = ARENA_NEW(a, effect_facility, FACILITIES),
                      .facility_count = FACILITIES,
                      .locations = ARENA_NEW(a, effect_location, 3),
                      .location_count = 3,
                      .waiting = l.waiting};
    static const char *const LOCATIONS[] = {"", "L1", "L2"};
    for (int i = 0; i < FACILITIES; i++)
        f.facilities[i] = (effect_facility){.facility = i + 1, .gone = l.gone[i + 1]};
    for (int i = 0; i < 3; i++)
        f.locations[i] = (effect_location){.location = str_of(LOCATIONS[i]), .available = l.available[i]};
    f.queue[QUEUE_DEPARTED] = l.departed;
    for (int i = 0; i < l.count; i++) {
        const unit *u = &l.units[i];
        bool left = u->fate == UNIT_LOST || (u->fate == UNIT_SHIPPED && !u->named);
        f.open += u->fate == UNIT_OPEN;
        if (u->facility) {
            f.facilities[u->facility - 1].reserved += u->fate == UNIT_OPEN;
            f.facilities[u->facility - 1].gone += left;
        } else {
            f.queue[u->queue] += u->fate == UNIT_OPEN;
            f.queue[QUEUE_DEPARTED] += left;
        }
    }
    return f;
}

/* -- the tests -- */

static void events_print(const order_event *ev, size_t count)
{
    for (size_t i = 0; i < count; i++)
        print_error("  %s %d @%d queue %d restock %d seq %lld arrival %d shop %d \"%.*s\"\n",
                    event_kind_name(ev[i].kind), (int)ev[i].quantity, (int)ev[i].facility, ev[i].queue, ev[i].restock,
                    (long long)ev[i].seq, (int)ev[i].arrival, ev[i].shop_origin, STR_ARG(ev[i].location));
}

static void same_text(int round, str got, str want, const order_event *ev, size_t count)
{
    if (str_equal(got, want))
        return;
    events_print(ev, count);
    fail_msg("round %d: \"%.*s\", not \"%.*s\"", round, STR_ARG(got), STR_ARG(want));
}

static str text_of(arena *a, const order_event *ev, size_t count, int64_t home)
{
    order_effect f;
    domain_order_effect(a, ev, count, home, &f);
    return effect_text(a, &f);
}

static void test_lines_agree_with_the_lives_of_their_units(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    dice d = dice_new("lives of units");
    for (int round = 0; round < ROUNDS; round++) {
        order_event ev[EVENTS_MAX];
        size_t count = random_events(&d, ev, dice_chance(&d, 30));
        int64_t home = dice_chance(&d, 40) ? FACILITIES : 0;
        order_effect naive = naive_effect(a, ev, count, home);
        same_text(round, text_of(a, ev, count, home), effect_text(a, &naive), ev, count);
        arena_clear(a);
    }
}

/* With a seq everywhere, the order of arrival says nothing at all. */
static void test_arrival_does_not_matter_where_every_event_has_a_seq(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    dice d = dice_new("arrival with seq");
    for (int round = 0; round < ROUNDS / 4; round++) {
        order_event ev[EVENTS_MAX];
        size_t count = random_events(&d, ev, true);
        int64_t home = dice_chance(&d, 40) ? FACILITIES : 0;
        str first = text_of(a, ev, count, home);
        for (int times = 0; times < 4; times++) {
            shuffle(&d, ev, count);
            for (size_t i = 0; i < count; i++)
                ev[i].arrival = (int64_t)i + 1;
            same_text(round, text_of(a, ev, count, home), first, ev, count);
        }
        arena_clear(a);
    }
}

/* Without one, arrival orders only allocations and releases among themselves, and what was placed. */
static void test_arrival_matters_only_among_events_of_one_rank(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    dice d = dice_new("arrival without seq");
    for (int round = 0; round < ROUNDS / 4; round++) {
        order_event ev[EVENTS_MAX];
        size_t count = random_events(&d, ev, false);
        int64_t home = dice_chance(&d, 40) ? FACILITIES : 0;
        str first = text_of(a, ev, count, home);
        for (int times = 0; times < 4; times++) {
            shuffle(&d, ev, count);
            for (size_t i = 0; i < count; i++)
                if (rank_of(&ev[i]) > 1)
                    ev[i].arrival = dice_between(&d, -1000, 1000);
            same_text(round, text_of(a, ev, count, home), first, ev, count);
        }
        arena_clear(a);
    }
}

static bool consistent(const order_event *ev, size_t count, qty *ret_placed, qty *ret_shipped, qty *ret_cancelled)
{
    qty sums[EVENT_KINDS] = {0};
    for (size_t i = 0; i < count; i++)
        sums[ev[i].kind] += ev[i].quantity;
    *ret_placed = sums[EVENT_PLACED];
    *ret_shipped = sums[EVENT_FULFILLED];
    *ret_cancelled = sums[EVENT_CANCELLED];
    return sums[EVENT_PLACED] >= sums[EVENT_FULFILLED] + sums[EVENT_CANCELLED];
}

static void test_units_are_conserved(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    dice d = dice_new("conservation");
    int tried = 0;
    for (int round = 0; round < ROUNDS; round++) {
        order_event ev[EVENTS_MAX];
        size_t count = random_events(&d, ev, false);
        int64_t home = dice_chance(&d, 40) ? FACILITIES : 0;
        order_effect f;
        qty placed, shipped, cancelled, reserved = 0, gone = 0, queued = 0, lost = 0, moved = 0;
        arena_clear(a);
        domain_order_effect(a, ev, count, home, &f);
        for (size_t i = 0; i < f.facility_count; i++) {
            assert_true(f.facilities[i].reserved >= 0);
            reserved += f.facilities[i].reserved;
            gone += f.facilities[i].gone;
        }
        for (size_t k = 0; k < QUEUE_KINDS; k++)
            queued += k == QUEUE_DEPARTED ? 0 : f.queue[k];
        assert_int_equal(reserved + queued, f.open); /* always: open units stand somewhere, once */
        if (!consistent(ev, count, &placed, &shipped, &cancelled) || placed == 0)
            continue;
        tried++;
        assert_int_equal(placed, f.open + shipped + cancelled);
        for (size_t i = 0; i < count; i++) {
            lost += ev[i].kind == EVENT_CANCELLED && !ev[i].restock ? ev[i].quantity : 0;
            moved += ev[i].kind == EVENT_POS_SOLD ? ev[i].quantity : 0;
            moved -= ev[i].kind == EVENT_RETURNED && ev[i].restock && (ev[i].facility || home) ? ev[i].quantity : 0;
        }
        assert_int_equal(gone + f.queue[QUEUE_DEPARTED], shipped + lost + moved);
    }
    assert_true(tried > ROUNDS / 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_agree_with_the_lives_of_their_units),
        cmocka_unit_test(test_arrival_does_not_matter_where_every_event_has_a_seq),
        cmocka_unit_test(test_arrival_matters_only_among_events_of_one_rank),
        cmocka_unit_test(test_units_are_conserved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
