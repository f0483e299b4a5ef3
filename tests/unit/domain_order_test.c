/* A line's effect from its events: the contract, "Orders by API, CLI or webhook", sentence by sentence. */
#include "domain/domain.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "domain_order_text.h"

/* clang-format off */
static const struct {
    const char *events;
    const char *aggregate; /* the effect in an aggregate channel */
    const char *physical;  /* in a channel of facility 9; NULL: the same */
} ROWS[] = {
    /* placed */
    {"placed 2", "open=2 brokering=2", "open=2 @9=2/0"},
    {"placed 2 preorder", "open=2 preorder=2", NULL},
    {"placed 2 brokering", "open=2 brokering=2", NULL},
    {"placed 2 @3", "open=2 @3=2/0", NULL},
    {"placed 2; placed 3", "open=5 brokering=5", "open=5 @9=5/0"},
    {"placed 2; placed 3 backorder", "open=5 backorder=5", NULL},                   /* one place for the line: the newest */
    {"placed 2 preorder #5; placed 3 backorder #4", "open=5 preorder=5", NULL},
    /* allocated, released */
    {"placed 2; allocated @1", "open=2 @1=2/0", NULL},
    {"placed 2; allocated 1 @1", "open=2 @1=2/0", NULL},                            /* the whole open part moves */
    {"placed 2; allocated @1; allocated @2", "open=2 @2=2/0", NULL},
    {"placed 2; allocated @1 #2; allocated @2 #1", "open=2 @1=2/0", NULL},
    {"placed 2; allocated @1 #1; released", "open=2 @1=2/0", NULL},                 /* with a seq: above those without */
    {"placed 2; allocated @1 #-4; released; released", "open=2 @1=2/0", NULL},
    {"placed 2; allocated @1; released", "open=2 brokering=2", NULL},
    {"placed 2; released #2; allocated @1 #1", "open=2 brokering=2", NULL},
    {"placed 2 preorder; allocated @1; released", "open=2 preorder=2", NULL},       /* to the queue it was placed in */
    {"placed 2 preorder; released unfillable", "open=2 unfillable=2", NULL},        /* to the queue it names */
    {"placed 2 @3; released", "open=2 brokering=2", NULL},                          /* else to brokering */
    {"allocated @1; placed 2", "open=2 @1=2/0", NULL},                              /* the set, not the order of arrival */
    {"released backorder; allocated @1; placed 2", "open=2 @1=2/0", NULL},
    {"placed 2 backorder; allocated", "open=2 backorder=2", NULL},                  /* O2: no facility, no move */
    /* fulfilled */
    {"placed 3; allocated @1; fulfilled 2 @1", "open=1 @1=1/2", NULL},
    {"placed 3; allocated @1; fulfilled 2 @2", "open=1 @1=1/0 @2=0/2", NULL},       /* QOH at its own, reserved where it stands */
    {"placed 3; fulfilled 2 @2", "open=1 @2=0/2 brokering=1", "open=1 @2=0/2 @9=1/0"},
    {"placed 2; fulfilled 3 @2", "open=0 @2=0/3", NULL},                            /* O4: it has happened */
    {"fulfilled 2 @2; placed 2", "open=0 @2=0/2", NULL},
    {"placed 2; allocated @1; fulfilled 2", "open=0 @1=0/2", NULL},                 /* O5 */
    {"placed 2; fulfilled 2", "open=0 departed=2", "open=0 @9=0/2"},
    {"placed 2; fulfilled 2; fulfilled 2 @1", "open=0 @1=0/2", NULL},               /* I8: the event with a facility books them */
    {"placed 3; fulfilled 2; fulfilled 2 @1", "open=0 @1=0/2 departed=1", "open=0 @1=0/2 @9=0/1"},
    /* cancelled */
    {"placed 3; cancelled 1", "open=2 brokering=2", "open=2 @9=2/0"},
    {"placed 3; allocated @1; cancelled 3", "open=0", NULL},
    {"placed 3; allocated @1; cancelled 1 lost", "open=2 @1=2/1", NULL},            /* a reserved unit also leaves QOH */
    {"placed 3; cancelled 1 lost", "open=2 brokering=2 departed=1", "open=2 @9=2/1"},
    {"placed 3 preorder; cancelled 3 lost", "open=0 departed=3", NULL},
    {"placed 3; cancelled 1 lost; allocated @1", "open=2 @1=2/1", NULL},            /* allocated < cancelled, whatever came first */
    {"placed 1; cancelled 4", "open=0", NULL},
    {"placed 1 @1; cancelled 4 lost", "open=0 @1=0/1", NULL},                       /* no more than there was */
    {"placed 2 @1; fulfilled 2 @1; cancelled 1 lost", "open=0 @1=0/2", NULL},       /* O3: shipped before cancelled */
    {"placed 3 @1; fulfilled 1 @1; cancelled 3 lost", "open=0 @1=0/3", NULL},
    {"placed 2 @1; cancelled 1; cancelled 2 lost", "open=0 @1=0/2", NULL},          /* O3: lost before restocked */
    {"placed 2; cancelled 1 lost; fulfilled 2 @1", "open=0 @1=0/2", NULL},          /* the departed one was shipped after all */
    {"cancelled 1; placed 1", "open=0", NULL},
    /* returned */
    {"placed 2 @1; fulfilled 2 @1; returned 1 restock @1", "open=0 @1=0/1", NULL},
    {"placed 2 @1; fulfilled 2 @1; returned 1 restock @2", "open=0 @1=0/2 @2=0/-1", NULL},
    {"placed 2 @1; fulfilled 2 @1; returned 2 @1", "open=0 @1=0/2", NULL},          /* absent restock: false */
    {"placed 2 @1; fulfilled 2 @1; returned 1 restock", "open=0 @1=0/2", "open=0 @1=0/2 @9=0/-1"}, /* O6 */
    {"returned 1 restock @1; fulfilled 1 @1; placed 1", "open=0", NULL},
    /* waiting */
    {"allocated @1", "open=0 waiting", NULL},
    {"released", "open=0 waiting", NULL},
    {"fulfilled 2 @1", "open=0 waiting", NULL},
    {"cancelled 2", "open=0 waiting", NULL},
    {"cancelled 2 lost shop", "open=0 waiting", NULL},
    {"returned 2 restock @1 shop", "open=0 waiting", NULL},
    /* pos_sold */
    {"pos_sold 2 @1", "open=0 @1=0/2", NULL},
    {"pos_sold 2", "open=0 departed=2", "open=0 @9=0/2"},
    {"pos_sold 2 @1; pos_sold 1 @1", "open=0 @1=0/3", NULL},
    {"pos_sold 2 @1; fulfilled 2 @1", "open=0 @1=0/2 waiting", NULL},               /* it stands alone, the other waits */
    {"pos_sold 2 @1; returned 1 restock @2", "open=0 @1=0/2 @2=0/-1", NULL},        /* O1: what came back from it */
    {"placed 2; pos_sold 1 @1", "open=2 @1=0/1 brokering=2", "open=2 @1=0/1 @9=2/0"},
    /* origin shop: what Shopify's available has done */
    {"placed 2 shop", "open=2 brokering=2 own=-2", "open=2 @9=2/0 own=-2"},
    {"placed 2 shop=L1", "open=2 brokering=2 L1=-2", "open=2 @9=2/0 L1=-2"},
    {"placed 2 shop; cancelled 1 shop", "open=1 brokering=1 own=-1", "open=1 @9=1/0 own=-1"},
    {"placed 2 shop; cancelled 1 lost shop", "open=1 brokering=1 departed=1 own=-2", "open=1 @9=1/1 own=-2"},
    {"placed 2 shop; cancelled 1", "open=1 brokering=1 own=-2", "open=1 @9=1/0 own=-2"}, /* ours: Shopify does not know it */
    {"placed 2; cancelled 1 shop", "open=1 brokering=1 own=1", "open=1 @9=1/0 own=1"},
    {"placed 2 @1 shop; fulfilled 2 @1 shop", "open=0 @1=0/2 own=-2", NULL},
    {"placed 2 @1 shop; fulfilled 2 @1 shop; returned 1 restock @1 shop=L2", "open=0 @1=0/1 own=-2 L2=1", NULL},
    {"placed 2 @1 shop; fulfilled 2 @1 shop; returned 1 @1 shop", "open=0 @1=0/2 own=-2", NULL},
    {"placed 2 shop=L1; placed 1 shop=L2; cancelled 1 shop=L2", "open=2 brokering=2 L1=-2", "open=2 @9=2/0 L1=-2"},
    {"placed 1 shop; cancelled 3 shop", "open=0 own=2", NULL},                      /* O4 */
    {"placed 2 shop; allocated @1 shop; released shop", "open=2 brokering=2 own=-2", NULL},
    {"pos_sold 2 @1 shop=L3", "open=0 @1=0/2 L3=-2", NULL},
};
/* clang-format on */

static void row_is(const char *events, int64_t home, const char *want)
{
    AUTO(arena_end) arena *a = arena_new(0);
    size_t count;
    order_event *ev = events_of(a, events, &count);
    order_effect f;
    domain_order_effect(a, ev, count, home, &f);
    str got = effect_text(a, &f);
    if (!str_equal(got, str_of(want)))
        fail_msg("\"%s\" with home %d: \"%.*s\", not \"%s\"", events, (int)home, STR_ARG(got), want);
}

static void test_every_sentence_of_the_contract(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        row_is(ROWS[i].events, 0, ROWS[i].aggregate);
        row_is(ROWS[i].events, 9, ROWS[i].physical ? ROWS[i].physical : ROWS[i].aggregate);
    }
}

static void test_no_events_do_nothing(void **state)
{
    (void)state;
    row_is("", 0, "open=0");
}

static void test_places_come_once_each_and_in_order(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    size_t count;
    order_event *ev =
        events_of(a,
                  "placed 5 @7 shop=M; fulfilled 1 @7; fulfilled 1 @2; fulfilled 1 @9; returned 1 restock @2 shop=A;"
                  "placed 1 @7 shop=M; returned 1 restock @2 shop=Z",
                  &count);
    order_effect f;
    domain_order_effect(a, ev, count, 0, &f);
    static const int64_t FACILITIES[] = {2, 7, 9};
    static const char *const LOCATIONS[] = {"A", "M", "Z"};
    assert_int_equal(f.facility_count, COUNT(FACILITIES));
    assert_int_equal(f.location_count, COUNT(LOCATIONS));
    for (size_t i = 0; i < COUNT(FACILITIES); i++) {
        assert_int_equal(f.facilities[i].facility, FACILITIES[i]);
        assert_true(str_equal(f.locations[i].location, str_of(LOCATIONS[i])));
    }
}

/* A quantity of 0 is bad input that the import refuses; if one came this far, the number must not. */
static void test_a_quantity_of_zero_stops_the_program(void **state)
{
    (void)state;
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0});
        signal(SIGABRT, SIG_DFL);
        if (!freopen("/dev/null", "w", stderr))
            _exit(0);
        row_is("placed 0", 0, "open=0");
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_sentence_of_the_contract),
        cmocka_unit_test(test_no_events_do_nothing),
        cmocka_unit_test(test_places_come_once_each_and_in_order),
        cmocka_unit_test(test_a_quantity_of_zero_stops_the_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
