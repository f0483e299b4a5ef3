/*
 * What an order line does to the books where times and our own events meet: counts, late events, readings (derive.c D1
 * to D5, apply.c N3). Ten units each at NYC and LA; "web" shows both.
 */
#include "store_tests.h"

#define LOCATION     "gid://shopify/Location/1"
#define NYC_LOCATION "gid://shopify/Location/2"

typedef struct derive_world {
    int64_t nyc, la, shop, web, home, product;
} derive_world;

static derive_world a_derive_world(fixture *f)
{
    derive_world w = {0};
    begin(f);
    w.nyc = a_facility(f, "NYC", FACILITY_STORE);
    w.la = a_facility(f, "LA", FACILITY_STORE);
    w.shop = a_shop(f, "main");
    w.web = a_channel(f, "web", w.shop, LOCATION, a_group_of(f, "G", w.nyc, w.la));
    w.home = a_physical(f, "nyc", w.shop, NYC_LOCATION, w.nyc);
    w.product = a_product(f, "A");
    adjust(f, w.product, w.nyc, 10, NOON - MINUTES(600));
    adjust(f, w.product, w.la, 10, NOON - MINUTES(600));
    return w;
}

/* One event, `minutes` after noon. Returns the line. */
static int64_t tell(fixture *f, const derive_world *w, int64_t line, order_event ev, int minutes)
{
    ev.at = NOON + MINUTES(minutes);
    if (!ev.queue)
        ev.queue = -1;
    return event(f, line, w->web, w->product, &ev);
}

static int64_t read_at(fixture *f, const derive_world *w, const char *location, qty open, qty fulfilled)
{
    return a_reading(f, &(reading_of_one){.order = 7,
                                          .shop = w->shop,
                                          .channel = w->web,
                                          .product = w->product,
                                          .ordered = open + fulfilled,
                                          .current = open + fulfilled,
                                          .open = open,
                                          .fulfilled = fulfilled,
                                          .location = location});
}

static void count_all(fixture *f, const derive_world *w, qty nyc, qty la, int minutes)
{
    reset(f, w->product, w->nyc, RESET_QOH, nyc, NOON + MINUTES(minutes));
    reset(f, w->product, w->la, RESET_QOH, la, NOON + MINUTES(minutes));
}

#define SHIPPED(units, where) ((order_event){.kind = EVENT_FULFILLED, .quantity = (units), .facility = (where)})
#define PLACED(units)         ((order_event){.kind = EVENT_PLACED, .quantity = (units)})
#define LOST(units)           ((order_event){.kind = EVENT_CANCELLED, .quantity = (units)})

static void test_a_shipment_that_a_count_took_in_pays_for_no_open_unit(void **state)
{
    fixture *f = *state;
    derive_world w = a_derive_world(f);
    int64_t line = read_at(f, &w, LOCATION, 3, 2);
    f->now += MINUTES(60);
    count_all(f, &w, 10, 8, 30);
    assert_int_equal(queue_of(f, w.product, w.web, QUEUE_DEPARTED), 0);
    tell(f, &w, line, SHIPPED(2, w.la), 10);
    assert_int_equal(level_of(f, w.product, w.la).qoh, 8);
    assert_int_equal(queue_of(f, w.product, w.web, QUEUE_BROKERING), 3);
    assert_int_equal(atp_of(f, w.product, w.web), 15);
    tell(f, &w, line, SHIPPED(1, w.la), 40); /* a newer one left after the count */
    assert_int_equal(level_of(f, w.product, w.la).qoh, 7);
    assert_int_equal(queue_of(f, w.product, w.web, QUEUE_BROKERING), 2);
    assert_int_equal(atp_of(f, w.product, w.web), 15);
    commit(f);
}

static void test_a_shipment_told_before_the_count_still_pays_after_it(void **state)
{
    fixture *f = *state;
    derive_world w = a_derive_world(f);
    int64_t line = read_at(f, &w, LOCATION, 0, 3);
    tell(f, &w, line, SHIPPED(2, w.la), 10);
    assert_int_equal(queue_of(f, w.product, w.web, QUEUE_DEPARTED), 1);
    f->now += MINUTES(60);
    count_all(f, &w, 9, 8, 30);
    assert_int_equal(queue_of(f, w.product, w.web, QUEUE_DEPARTED), 0);
    assert_int_equal(atp_of(f, w.product, w.web), 17);
    commit(f);
}

static void test_what_waited_moves_as_of_its_own_time(void **state)
{
    fixture *f = *state;
    derive_world w = a_derive_world(f);
    count_all(f, &w, 20, 10, -60);
    int64_t line = tell(f, &w, 0, SHIPPED(2, w.la), -10);
    tell(f, &w, line, SHIPPED(1, w.nyc), -90);
    tell(f, &w, line, PLACED(3), -120);
    assert_int_equal(level_of(f, w.product, w.la).qoh, 8);
    assert_int_equal(level_of(f, w.product, w.nyc).qoh, 20); /* this one had left before the count */
    assert_int_equal(atp_of(f, w.product, w.web), 28);
    tell(f, &w, line, SHIPPED(1, w.la), -70); /* late, and counted: beside a newer one it keeps its time */
    assert_int_equal(level_of(f, w.product, w.la).qoh, 8);
    commit(f);
}

static void test_units_that_a_reading_shows_gone_left_after_an_earlier_count(void **state)
{
    fixture *f = *state;
    derive_world w = a_derive_world(f);
    f->now = NOON; /* the reading settles as of noon, and was changed after it */
    reset(f, w.product, w.nyc, RESET_QOH, 10, NOON);
    read_at(f, &w, NYC_LOCATION, 0, 2);
    assert_int_equal(level_of(f, w.product, w.nyc).qoh, 8);
    commit(f);
}

static void test_lost_units_departed_when_they_were_lost(void **state)
{
    fixture *f = *state;
    derive_world w = a_derive_world(f);
    int64_t line = tell(f, &w, 0, LOST(2), -1);
    tell(f, &w, line, PLACED(2), -60);
    count_all(f, &w, 20, 20, -20);
    assert_int_equal(queue_of(f, w.product, w.web, QUEUE_DEPARTED), 2);
    assert_int_equal(atp_of(f, w.product, w.web), 38);
    commit(f);
}

static void test_one_facility_told_twice_moves_once(void **state)
{
    fixture *f = *state;
    derive_world w = a_derive_world(f);
    store_movement *rows;
    size_t before, after;
    int64_t line = read_at(f, &w, NYC_LOCATION, 0, 2);
    OK(store_movements_newest(f->tx, w.product, 100, f->a, &rows, &before, &trouble));
    tell(f, &w, line, SHIPPED(2, w.nyc), -1);
    OK(store_movements_newest(f->tx, w.product, 100, f->a, &rows, &after, &trouble));
    assert_int_equal(after, before);
    assert_int_equal(level_of(f, w.product, w.nyc).qoh, 8);
    commit(f);
}

/* -- units that a reading and our events both tell of -- */

static void test_a_sale_at_a_facility_covers_what_a_reading_shows_gone(void **state)
{
    fixture *f = *state;
    derive_world w = a_derive_world(f);
    int64_t line = read_at(f, &w, LOCATION, 0, 2);
    tell(f, &w, line, (order_event){.kind = EVENT_POS_SOLD, .quantity = 2, .facility = w.la}, 1);
    assert_int_equal(level_of(f, w.product, w.la).qoh, 8);
    assert_int_equal(queue_of(f, w.product, w.web, QUEUE_DEPARTED), 0);
    commit(f);
}

/* Shipped and come back: the refund lets the line's `returned` rise. */
static int64_t read_return(fixture *f, const derive_world *w, const char *location, qty open, qty shipped, qty back)
{
    return a_reading(f, &(reading_of_one){.order = 7,
                                          .shop = w->shop,
                                          .channel = w->web,
                                          .product = w->product,
                                          .ordered = open + shipped,
                                          .current = open + shipped - back,
                                          .open = open,
                                          .fulfilled = shipped,
                                          .returned = back,
                                          .location = location});
}

static void test_a_return_to_a_facility_puts_it_back_there_once(void **state)
{
    fixture *f = *state;
    derive_world w = a_derive_world(f);
    order_event back = {.kind = EVENT_RETURNED, .quantity = 1, .facility = w.la, .restock = true};
    int64_t line = read_at(f, &w, LOCATION, 0, 2);
    tell(f, &w, line, SHIPPED(2, w.la), 1);
    tell(f, &w, line, back, 2);
    assert_int_equal(level_of(f, w.product, w.la).qoh, 9);
    assert_int_equal(atp_of(f, w.product, w.web), 19);
    read_return(f, &w, LOCATION, 0, 2, 1);
    assert_int_equal(level_of(f, w.product, w.la).qoh, 9);
    assert_int_equal(atp_of(f, w.product, w.web), 19);
    commit(f);
}

static void test_a_return_on_a_physical_channel_is_not_counted_twice(void **state)
{
    fixture *f = *state;
    derive_world w = a_derive_world(f);
    order_event back = {.kind = EVENT_RETURNED, .quantity = 1, .facility = w.nyc, .restock = true};
    int64_t line = read_at(f, &w, NYC_LOCATION, 0, 2);
    read_return(f, &w, NYC_LOCATION, 0, 2, 1);
    assert_int_equal(level_of(f, w.product, w.nyc).qoh, 9);
    tell(f, &w, line, back, 2);
    assert_int_equal(level_of(f, w.product, w.nyc).qoh, 9);
    commit(f);
}

static void test_a_shipment_that_came_back_pays_for_no_open_unit(void **state)
{
    fixture *f = *state;
    derive_world w = a_derive_world(f);
    int64_t line = read_at(f, &w, LOCATION, 3, 2);
    tell(f, &w, line, SHIPPED(2, w.la), 1);
    read_return(f, &w, LOCATION, 3, 2, 2);
    assert_int_equal(queue_of(f, w.product, w.web, QUEUE_BROKERING), 3);
    commit(f);
}

static void test_a_newer_shipment_of_ours_is_not_lost_behind_an_older_one(void **state)
{
    fixture *f = *state;
    derive_world w = a_derive_world(f);
    int64_t line = read_at(f, &w, NYC_LOCATION, 1, 1);
    f->now += MINUTES(60);
    reset(f, w.product, w.nyc, RESET_QOH, 9, NOON + MINUTES(30));
    tell(f, &w, line, SHIPPED(1, w.nyc),
         40); /* may be the one that was told, with a wrong time: the other stays open */
    assert_int_equal(level_of(f, w.product, w.nyc).qoh, 8);
    assert_int_equal(level_of(f, w.product, w.nyc).atp, 7);
    tell(f, &w, line, SHIPPED(1, w.nyc), -1); /* no: this is */
    assert_int_equal(level_of(f, w.product, w.nyc).qoh, 8);
    assert_int_equal(level_of(f, w.product, w.nyc).atp, 8);
    read_at(f, &w, NYC_LOCATION, 0, 2);
    assert_int_equal(level_of(f, w.product, w.nyc).qoh, 8);
    assert_int_equal(level_of(f, w.product, w.nyc).atp, 8);
    commit(f);
}

static void test_a_shipment_between_two_counts_pays_for_no_open_unit(void **state)
{
    fixture *f = *state;
    derive_world w = a_derive_world(f);
    int64_t line = read_at(f, &w, LOCATION, 3, 2);
    f->now += MINUTES(60);
    reset(f, w.product, w.nyc, RESET_QOH, 10, NOON + MINUTES(30));
    reset(f, w.product, w.la, RESET_QOH, 8, NOON + MINUTES(50));
    assert_int_equal(queue_of(f, w.product, w.web, QUEUE_DEPARTED), 0);
    tell(f, &w, line, SHIPPED(2, w.la), 40);
    assert_int_equal(level_of(f, w.product, w.la).qoh, 8);
    assert_int_equal(queue_of(f, w.product, w.web, QUEUE_BROKERING), 3);
    commit(f);
}

static void test_a_booking_takes_in_what_came_back_too(void **state)
{
    fixture *f = *state;
    derive_world w = a_derive_world(f);
    int64_t line = read_at(f, &w, LOCATION, 2, 3);
    read_return(f, &w, LOCATION, 2, 3, 1);
    f->now += MINUTES(60);
    count_all(f, &w, 11, 7, 30);
    assert_int_equal(queue_of(f, w.product, w.web, QUEUE_DEPARTED), 0);
    tell(f, &w, line, SHIPPED(3, w.la), -1);
    tell(f, &w, line, (order_event){.kind = EVENT_RETURNED, .quantity = 1, .facility = w.nyc, .restock = true}, 1);
    assert_int_equal(queue_of(f, w.product, w.web, QUEUE_DEPARTED), 0);
    assert_int_equal(queue_of(f, w.product, w.web, QUEUE_BROKERING), 2);
    assert_int_equal(atp_of(f, w.product, w.web), 16);
    commit(f);
}

static void test_a_return_that_only_the_shop_told_counts_once(void **state)
{
    fixture *f = *state;
    derive_world w = a_derive_world(f);
    read_at(f, &w, LOCATION, 0, 3); /* from NYC; back to LA; but nobody told */
    read_return(f, &w, LOCATION, 0, 3, 1);
    assert_int_equal(queue_of(f, w.product, w.web, QUEUE_DEPARTED), 2);
    f->now += MINUTES(60);
    reset(f, w.product, w.la, RESET_QOH, 11, NOON + MINUTES(30));
    assert_int_equal(queue_of(f, w.product, w.web, QUEUE_DEPARTED), 3);
    assert_int_equal(atp_of(f, w.product, w.web), 18);
    reset(f, w.product, w.nyc, RESET_QOH, 7, NOON + MINUTES(30));
    assert_int_equal(queue_of(f, w.product, w.web, QUEUE_DEPARTED), 0);
    assert_int_equal(atp_of(f, w.product, w.web), 18);
    commit(f);
}

static void test_a_return_that_the_shop_tells_after_a_count_may_be_in_it(void **state)
{
    fixture *f = *state;
    derive_world w = a_derive_world(f);
    read_at(f, &w, LOCATION, 0, 3);
    f->now += MINUTES(60);
    reset(f, w.product, w.la, RESET_QOH, 11, NOON + MINUTES(30));
    read_return(f, &w, LOCATION, 0, 3, 1); /* of noon */
    assert_int_equal(queue_of(f, w.product, w.web, QUEUE_DEPARTED), 3);
    commit(f);
}

static void test_a_return_is_dated_by_its_refund(void **state)
{
    fixture *f = *state;
    derive_world w = a_derive_world(f);
    read_at(f, &w, NYC_LOCATION, 0, 3);
    f->now += MINUTES(60);
    reset(f, w.product, w.nyc, RESET_QOH, 8, NOON + MINUTES(30)); /* two are gone, one came back before */
    a_reading(f, &(reading_of_one){.order = 7,
                                   .shop = w.shop,
                                   .channel = w.web,
                                   .product = w.product,
                                   .ordered = 3,
                                   .current = 2,
                                   .fulfilled = 3,
                                   .returned = 1,
                                   .updated = NOON + MINUTES(40),
                                   .refunded = NOON + MINUTES(20),
                                   .location = NYC_LOCATION});
    assert_int_equal(level_of(f, w.product, w.nyc).qoh, 8);
    commit(f);
}

static void test_a_unit_that_a_count_had_taken_in_is_given_back(void **state)
{
    fixture *f = *state;
    derive_world w = a_derive_world(f);
    int64_t line = read_at(f, &w, NYC_LOCATION, 1, 0);
    f->now += MINUTES(60);
    reset(f, w.product, w.nyc, RESET_QOH, 9, NOON + MINUTES(30));
    a_reading(f, &(reading_of_one){.order = 7,
                                   .shop = w.shop,
                                   .channel = w.web,
                                   .product = w.product,
                                   .ordered = 1,
                                   .current = 1,
                                   .fulfilled = 1,
                                   .updated = NOON + MINUTES(40),
                                   .location = NYC_LOCATION});
    assert_int_equal(level_of(f, w.product, w.nyc).qoh, 8); /* as far as we know it left after the count */
    tell(f, &w, line, SHIPPED(1, w.nyc), 20);
    assert_int_equal(level_of(f, w.product, w.nyc).qoh, 9);
    commit(f);
}

static void test_a_count_without_a_time_is_not_raised_by_what_left_elsewhere(void **state)
{
    fixture *f = *state;
    derive_world w = a_derive_world(f);
    int64_t line = read_at(f, &w, NYC_LOCATION, 0, 1);
    commit(f);
    f->now += MINUTES(60);
    begin(f);
    reset(f, w.product, w.nyc, RESET_QOH, 10, INSTANT_NONE);
    tell(f, &w, line, SHIPPED(1, w.la), -1);
    assert_int_equal(level_of(f, w.product, w.nyc).qoh, 10);
    assert_int_equal(level_of(f, w.product, w.la).qoh, 9);
    commit(f);
}

static void test_an_event_without_a_time_is_of_its_coming(void **state)
{
    fixture *f = *state;
    derive_world w = a_derive_world(f);
    order_event shipped = SHIPPED(2, w.la);
    shipped.at = INSTANT_NONE;
    shipped.queue = -1;
    int64_t line = event(f, 0, w.web, w.product, &shipped); /* waits */
    count_all(f, &w, 10, 8, 30);
    tell(f, &w, line, PLACED(2), 40);
    assert_int_equal(level_of(f, w.product, w.la).qoh, 8);
    commit(f);
}

/* -- where units stand -- */

static void test_a_released_unit_of_a_physical_channel_departs_until_a_count(void **state)
{
    fixture *f = *state;
    derive_world w = a_derive_world(f);
    order_event placed = {.kind = EVENT_PLACED, .quantity = 2, .queue = -1};
    int64_t line = event(f, 0, w.home, w.product, &placed);
    tell(f, &w, line, (order_event){.kind = EVENT_RELEASED, .quantity = 2}, 1);
    tell(f, &w, line, LOST(1), 2);
    assert_int_equal(queue_of(f, w.product, w.home, QUEUE_DEPARTED), 1);
    f->now += MINUTES(60);
    reset(f, w.product, w.nyc, RESET_QOH, 9, NOON + MINUTES(30));
    assert_int_equal(queue_of(f, w.product, w.home, QUEUE_DEPARTED), 0);
    assert_int_equal(queue_of(f, w.product, w.home, QUEUE_BROKERING), 1);
    commit(f);
}

static void test_an_allocation_on_a_physical_channel_reserves_where_it_says(void **state)
{
    fixture *f = *state;
    derive_world w = a_derive_world(f);
    int64_t line = read_at(f, &w, NYC_LOCATION, 2, 0);
    tell(f, &w, line, (order_event){.kind = EVENT_ALLOCATED, .quantity = 2, .facility = w.la}, 1);
    assert_int_equal(level_of(f, w.product, w.nyc).atp, 10);
    assert_int_equal(level_of(f, w.product, w.la).atp, 8);
    tell(f, &w, line, (order_event){.kind = EVENT_RELEASED, .quantity = 2}, 2);
    assert_int_equal(level_of(f, w.product, w.la).atp, 10);
    assert_int_equal(queue_of(f, w.product, w.home, QUEUE_BROKERING), 2);
    commit(f);
}

static void test_a_release_goes_to_the_queue_that_it_names(void **state)
{
    fixture *f = *state;
    derive_world w = a_derive_world(f);
    int64_t line = read_at(f, &w, LOCATION, 2, 0);
    tell(f, &w, line, (order_event){.kind = EVENT_RELEASED, .quantity = 2, .queue = QUEUE_PREORDER}, 1);
    assert_int_equal(queue_of(f, w.product, w.web, QUEUE_BROKERING), 0);
    assert_int_equal(queue_of(f, w.product, w.web, QUEUE_PREORDER), 2);
    commit(f);
}

static void test_booked_units_that_are_open_again_may_not_be_there(void **state)
{
    fixture *f = *state;
    derive_world w = a_derive_world(f);
    int64_t line = read_at(f, &w, NYC_LOCATION, 0, 2);
    store_decision booked = {.line = line,
                             .location = STR(NYC_LOCATION),
                             .kind = DECIDE_DEPARTED_BOOKED,
                             .units = 2,
                             .at = NOON + MINUTES(5),
                             .why = STR("before the baseline"),
                             .told_at = NOON + MINUTES(5)};
    OK(store_decision_add(f->tx, &booked, &trouble));
    read_at(f, &w, NYC_LOCATION, 0, 2);
    assert_int_equal(level_of(f, w.product, w.nyc).qoh, 10);
    read_at(f, &w, NYC_LOCATION, 1, 1); /* one fulfilment was cancelled; was it ever gone, or is it back? */
    assert_int_equal(level_of(f, w.product, w.nyc).qoh, 10);
    assert_int_equal(level_of(f, w.product, w.nyc).atp, 9);
    commit(f);
}

static void test_lost_units_leave_where_they_were_reserved(void **state)
{
    fixture *f = *state;
    derive_world w = a_derive_world(f);
    int64_t line = read_at(f, &w, LOCATION, 3, 0);
    tell(f, &w, line, (order_event){.kind = EVENT_ALLOCATED, .quantity = 3, .facility = w.la}, 1);
    a_reading(f, &(reading_of_one){.order = 7,
                                   .shop = w.shop,
                                   .channel = w.web,
                                   .product = w.product,
                                   .ordered = 3,
                                   .current = 1,
                                   .open = 1,
                                   .lost = 2,
                                   .location = LOCATION});
    assert_int_equal(queue_of(f, w.product, w.web, QUEUE_DEPARTED), 0);
    assert_int_equal(level_of(f, w.product, w.la).qoh, 8);
    assert_int_equal(level_of(f, w.product, w.la).atp, 7);
    commit(f);
}

static void test_a_booking_gives_another_facility_back_nothing(void **state)
{
    fixture *f = *state;
    derive_world w = a_derive_world(f);
    int64_t dc = a_facility(f, "DC", FACILITY_WAREHOUSE); /* "web" does not show it */
    int64_t line = read_at(f, &w, LOCATION, 3, 0);
    tell(f, &w, line, (order_event){.kind = EVENT_ALLOCATED, .quantity = 3, .facility = dc}, -1);
    a_reading(f, &(reading_of_one){.order = 7,
                                   .shop = w.shop,
                                   .channel = w.web,
                                   .product = w.product,
                                   .ordered = 3,
                                   .current = 2,
                                   .open = 1,
                                   .fulfilled = 1,
                                   .lost = 1,
                                   .location = LOCATION});
    assert_int_equal(level_of(f, w.product, dc).qoh, -1);
    f->now += MINUTES(60);
    count_all(f, &w, 10, 9, 30);
    assert_int_equal(queue_of(f, w.product, w.web, QUEUE_DEPARTED), 0);
    assert_int_equal(level_of(f, w.product, dc).qoh, -1);
    commit(f);
}

static void test_units_that_departed_in_another_channel_wait_for_a_newer_count(void **state)
{
    fixture *f = *state;
    derive_world w = a_derive_world(f);
    const store_config *c;
    store_line l;
    int64_t line = read_at(f, &w, LOCATION, 0, 2);
    int64_t other = a_channel(f, "other", w.shop, "gid://shopify/Location/4", a_group_of(f, "O", w.nyc, w.la));
    commit(f);
    f->now += MINUTES(10);
    begin(f);
    OK(store_config_get(f->tx, &c, &trouble));
    store_channel web = *config_channel(c, w.web);
    web.location = STR("gid://shopify/Location/5");
    OK(store_channel_put(f->tx, &web, NULL, &trouble));
    OK(store_config_get(f->tx, &c, &trouble)); /* a change ends what was read before it */
    store_channel moved = *config_channel(c, other);
    moved.location = STR(LOCATION);
    OK(store_channel_put(f->tx, &moved, NULL, &trouble));
    assert_int_equal(queue_of(f, w.product, w.web, QUEUE_DEPARTED), 0);
    assert_int_equal(queue_of(f, w.product, other, QUEUE_DEPARTED), 2);
    OK(store_line_get(f->tx, line, f->a, &l, &trouble));
    assert_int_equal(l.departed_at, f->now);
    commit(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_shipment_that_a_count_took_in_pays_for_no_open_unit),
        TEST(test_a_shipment_told_before_the_count_still_pays_after_it),
        TEST(test_what_waited_moves_as_of_its_own_time),
        TEST(test_units_that_a_reading_shows_gone_left_after_an_earlier_count),
        TEST(test_lost_units_departed_when_they_were_lost),
        TEST(test_one_facility_told_twice_moves_once),
        TEST(test_a_sale_at_a_facility_covers_what_a_reading_shows_gone),
        TEST(test_a_return_to_a_facility_puts_it_back_there_once),
        TEST(test_a_return_on_a_physical_channel_is_not_counted_twice),
        TEST(test_a_shipment_that_came_back_pays_for_no_open_unit),
        TEST(test_a_newer_shipment_of_ours_is_not_lost_behind_an_older_one),
        TEST(test_a_shipment_between_two_counts_pays_for_no_open_unit),
        TEST(test_a_booking_takes_in_what_came_back_too),
        TEST(test_a_return_that_only_the_shop_told_counts_once),
        TEST(test_a_return_that_the_shop_tells_after_a_count_may_be_in_it),
        TEST(test_a_return_is_dated_by_its_refund),
        TEST(test_a_unit_that_a_count_had_taken_in_is_given_back),
        TEST(test_a_count_without_a_time_is_not_raised_by_what_left_elsewhere),
        TEST(test_an_event_without_a_time_is_of_its_coming),
        TEST(test_a_released_unit_of_a_physical_channel_departs_until_a_count),
        TEST(test_an_allocation_on_a_physical_channel_reserves_where_it_says),
        TEST(test_a_release_goes_to_the_queue_that_it_names),
        TEST(test_booked_units_that_are_open_again_may_not_be_there),
        TEST(test_lost_units_leave_where_they_were_reserved),
        TEST(test_a_booking_gives_another_facility_back_nothing),
        TEST(test_units_that_departed_in_another_channel_wait_for_a_newer_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
