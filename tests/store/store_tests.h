#pragma once
/*
 * What the tests of the store share: a fixture with a clock that the test moves, and short words for a small world.
 *
 * The tests know no backend: EVENSTOCK_TEST_STORE names one of the table in store_tests.c, and each file is run once
 * for each. A test whose name ends in _sqlite_test is for that backend alone.
 */
#include "store/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* The error of the last call; OK() stops the test with its text, FAILS() checks its code and a part of its text. */
extern err trouble;
#define OK(call) ok_((call), __FILE__, __LINE__)
void ok_(bool done, const char *file, int line);
#define FAILS(call, code, part) fails_((call), (code), (part), __FILE__, __LINE__)
void fails_(bool done, err_code code, const char *part, const char *file, int line);

#define assert_text(got, want) text_((got), (want), __FILE__, __LINE__)
void text_(str got, const char *want, const char *file, int line);

/* -- the fixture -- */

typedef struct fixture {
    store *s;
    store_tx *tx; /* of BEGIN .. COMMIT */
    instant now;  /* the clock's */
    io_clock clock;
    arena *a;     /* ends with the fixture */
    char dir[64]; /* "" where the store has no file */
    char url[128];
} fixture;

int fixture_setup(void **state);    /* an empty store, open for writing */
int fixture_teardown(void **state); /* also checks that verify finds nothing, unless `tampered` was called */
void tampered(void);                /* the test damages the store on purpose */
bool fixture_has_file(void);        /* does the backend keep what was written after a close */
void reopen(fixture *f, store_mode mode);

store_tx *begin(fixture *f); /* for writing; one at a time */
void commit(fixture *f);
void back(fixture *f);      /* rolls back */
store_tx *look(fixture *f); /* begins reading; ends with back() */

#define NOON       INT64_C(1800000000000000) /* the fixture's first now */
#define MINUTES(n) (INT64_C(60) * US_PER_S * (n))

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

/* -- a small world; each writes in the open transaction -- */

int64_t a_facility(fixture *f, const char *code, facility_type type);
int64_t a_group(fixture *f, const char *code, const store_member *members, size_t count);
int64_t a_group_of(fixture *f, const char *code, int64_t facility, int64_t other); /* undated; other may be 0 */
int64_t a_shop(fixture *f, const char *code);
int64_t a_channel(fixture *f, const char *code, int64_t shop, const char *location, int64_t group);
int64_t a_physical(fixture *f, const char *code, int64_t shop, const char *location, int64_t facility);
int64_t a_product(fixture *f, const char *sku);
int64_t a_kit(fixture *f, const char *sku, int64_t component, qty quantity, int64_t other, qty other_quantity);
void adjust(fixture *f, int64_t product, int64_t facility, qty delta, instant at);
reset_outcome reset(fixture *f, int64_t product, int64_t facility, reset_mode mode, qty quantity, instant as_of);
void adopt(fixture *f, int64_t product, int64_t channel, qty e); /* links it, E := e */

/* One event of a line, settled. `line` 0 makes the line first; returns its id. */
int64_t event(fixture *f, int64_t line, int64_t channel, int64_t product, const order_event *ev);

/* Reads an order of one line at one location, stores what follows and settles the line; returns its id. */
typedef struct reading_of_one {
    int order;
    int64_t shop, channel, product;
    qty ordered, current, open, fulfilled;
    qty returned, lost;        /* refunded: shipped and restocked there; not shipped and not restocked */
    instant updated, refunded; /* 0: the first a second after that of the reading before, the other with it */
    const char *location;
} reading_of_one;
int64_t a_reading(fixture *f, const reading_of_one *r);

/* -- looking; in the open transaction -- */

store_level level_of(fixture *f, int64_t product, int64_t facility);  /* zeros where there is none */
store_target target_of(fixture *f, int64_t product, int64_t channel); /* must exist */
qty queue_of(fixture *f, int64_t product, int64_t channel, queue_kind kind);
qty atp_of(fixture *f, int64_t product, int64_t channel); /* online ATP as of now */
verify_report verify(fixture *f);                         /* no transaction may be open */
