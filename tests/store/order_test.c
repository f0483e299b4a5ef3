/* Order lines: events in any order, readings of a shop's orders, decisions; what they do to stock, queues and E. */
#include "store_tests.h"

#define LOCATION "gid://shopify/Location/1"

typedef struct shop_world {
    int64_t nyc, la, shop, web, product;
} shop_world;

/* 10 units in NYC, none in LA; both in the channel "web", which shows 10. */
static shop_world a_shop_world(fixture *f)
{
    shop_world w = {0};
    begin(f);
    w.nyc = a_facility(f, "NYC", FACILITY_STORE);
    w.la = a_facility(f, "LA", FACILITY_STORE);
    w.shop = a_shop(f, "main");
    w.web = a_channel(f, "web", w.shop, LOCATION, a_group_of(f, "G", w.nyc, w.la));
    w.product = a_product(f, "A");
    adjust(f, w.product, w.nyc, 10, INSTANT_NONE);
    adopt(f, w.product, w.web, 10);
    commit(f);
    return w;
}

static void test_a_line_comes_back_and_is_found_by_order_or_name(void **state)
{
    fixture *f = *state;
    shop_world w = a_shop_world(f);
    const store_kit_part parts[] = {{w.product, 2}};
    store_line l = {.channel = w.web,
                    .order = STR("gid://shopify/Order/1"),
                    .line = STR("L1"),
                    .scope = w.shop,
                    .product = w.product,
                    .parts = parts,
                    .part_count = 1,
                    .name = STR("#1001"),
                    .departed_at = INSTANT_NONE},
               got;
    int64_t id;
    bool some;
    begin(f);
    OK(store_line_put(f->tx, &l, &id, &trouble));
    OK(store_line_find(f->tx, w.shop, STR("gid://shopify/Order/1"), STR("L1"), f->a, &got, &some, &trouble));
    assert_true(some);
    assert_int_equal(got.id, id);
    assert_int_equal(got.part_count, 1);
    assert_int_equal(got.parts[0].quantity, 2);
    OK(store_line_find(f->tx, w.shop, STR("#1001"), STR("L1"), f->a, &got, &some, &trouble));
    assert_true(some);
    OK(store_line_find(f->tx, w.shop + 1, STR("#1001"), STR("L1"), f->a, &got, &some, &trouble));
    assert_false(some);
    got.name = STR("#1002");
    OK(store_line_put(f->tx, &got, &id, &trouble));
    OK(store_line_get(f->tx, id, f->a, &got, &trouble));
    assert_text(got.name, "#1002");
    FAILS(store_line_get(f->tx, id + 1, f->a, &got, &trouble), ERR_MISSING, "order line");
    FAILS(store_line_put(f->tx, &l, &id, &trouble), ERR_CONFLICT, "order_line");
    store_line *list;
    size_t count;
    OK(store_lines_of_product(f->tx, w.product, 0, 10, f->a, &list, &count, &trouble));
    assert_int_equal(count, 1);
}

static void test_a_line_moves_from_queue_to_facility_to_gone(void **state)
{
    fixture *f = *state;
    shop_world w = a_shop_world(f);
    begin(f);
    int64_t line = event(f, 0, w.web, w.product, &(order_event){.kind = EVENT_PLACED, .quantity = 3, .queue = -1});
    assert_int_equal(queue_of(f, w.product, w.web, QUEUE_BROKERING), 3);
    assert_int_equal(atp_of(f, w.product, w.web), 7);
    event(f, line, w.web, w.product,
          &(order_event){.kind = EVENT_ALLOCATED, .quantity = 3, .queue = -1, .facility = w.nyc});
    assert_int_equal(queue_of(f, w.product, w.web, QUEUE_BROKERING), 0);
    assert_int_equal(level_of(f, w.product, w.nyc).atp, 7);
    assert_int_equal(atp_of(f, w.product, w.web), 7); /* never flickers */
    event(f, line, w.web, w.product,
          &(order_event){.kind = EVENT_FULFILLED, .quantity = 3, .queue = -1, .facility = w.nyc});
    assert_int_equal(level_of(f, w.product, w.nyc).qoh, 7);
    assert_int_equal(level_of(f, w.product, w.nyc).atp, 7);
    commit(f);
    look(f);
    assert_int_equal(target_of(f, w.product, w.web).t, 7);
}

static void test_an_event_before_its_placed_waits(void **state)
{
    fixture *f = *state;
    shop_world w = a_shop_world(f);
    int64_t waiting;
    begin(f);
    int64_t line = event(f, 0, w.web, w.product,
                         &(order_event){.kind = EVENT_FULFILLED, .quantity = 2, .queue = -1, .facility = w.nyc});
    OK(store_events_waiting(f->tx, &waiting, &trouble));
    assert_int_equal(waiting, 1);
    assert_int_equal(level_of(f, w.product, w.nyc).qoh, 10);
    event(f, line, w.web, w.product, &(order_event){.kind = EVENT_PLACED, .quantity = 2, .queue = -1});
    OK(store_events_waiting(f->tx, &waiting, &trouble));
    assert_int_equal(waiting, 0);
    assert_int_equal(level_of(f, w.product, w.nyc).qoh, 8);
    commit(f);
}

static void test_an_event_is_known_by_its_id_and_content(void **state)
{
    fixture *f = *state;
    shop_world w = a_shop_world(f);
    order_event *list;
    size_t count;
    digest content;
    bool some;
    begin(f);
    int64_t line = event(f, 0, w.web, w.product,
                         &(order_event){.kind = EVENT_PLACED, .quantity = 2, .queue = QUEUE_PREORDER, .seq = 4});
    OK(store_events_of(f->tx, line, f->a, &list, &count, &trouble));
    assert_int_equal(count, 1);
    assert_int_equal(list[0].queue, QUEUE_PREORDER);
    assert_int_equal(list[0].seq, 4);
    assert_int_equal(list[0].facility, 0);
    assert_text(list[0].location, "");
    assert_true(list[0].arrival > 0);
    store_event twin = {.event_id = STR("once"), .content = digest_of(STR("x")), .line = line, .event = list[0]};
    OK(store_event_add(f->tx, &twin, &trouble));
    OK(store_event_find(f->tx, STR("once"), &content, &some, &trouble));
    assert_true(some);
    assert_memory_equal(content.at, digest_of(STR("x")).at, sizeof content.at);
    OK(store_event_find(f->tx, STR("never"), &content, &some, &trouble));
    assert_false(some);
    FAILS(store_event_add(f->tx, &twin, &trouble), ERR_CONFLICT, "event_id");
    back(f);
}

static void test_a_sale_at_the_shop_moves_e_with_t(void **state)
{
    fixture *f = *state;
    shop_world w = a_shop_world(f);
    explained_row *journal;
    size_t count;
    begin(f);
    event(f, 0, w.web, w.product,
          &(order_event){.kind = EVENT_PLACED, .quantity = 4, .queue = -1, .shop_origin = true});
    commit(f);
    look(f);
    store_target t = target_of(f, w.product, w.web);
    assert_int_equal(t.t, 6);
    assert_int_equal(t.e.value, 6);
    assert_int_equal(t.owing_since, INSTANT_NONE);
    assert_int_equal(t.moved_at, NOON);
    OK(store_explained_after(f->tx, (target_key){w.product, w.web}, 0, 10, f->a, &journal, &count, &trouble));
    assert_int_equal(count, 2);
    assert_int_equal(journal[1].kind, EXPLAINED_IMPORT);
    assert_int_equal(journal[1].value, -4);
    assert_int_equal(journal[1].after.value, 6);
}

static void test_adopting_can_import_without_touching_e(void **state)
{
    fixture *f = *state;
    shop_world w = a_shop_world(f);
    begin(f);
    int64_t line = event(f, 0, w.web, w.product, &(order_event){.kind = EVENT_PLACED, .quantity = 1, .queue = -1});
    effect_location sold = {STR(LOCATION), -1};
    line_effect effect = {.locations = &sold, .location_count = 1}, got;
    effect_change how = {
        .at = NOON, .reason = STR(""), .source = STR(""), .actor = STR(""), .comment = STR(""), .keep_explained = true};
    int64_t movements = 0;
    OK(store_line_apply(f->tx, line, &effect, &how, &movements, &trouble));
    assert_int_equal(target_of(f, w.product, w.web).e.value, 10);
    assert_int_equal(queue_of(f, w.product, w.web, QUEUE_BROKERING), 0);
    OK(store_line_effect(f->tx, line, f->a, &got, &trouble));
    assert_int_equal(got.location_count, 1);
    assert_text(got.locations[0].location, LOCATION);
    assert_int_equal(got.locations[0].available, -1);
    back(f);
}

/* -- readings -- */

typedef struct read_line {
    qty ordered, current, open, fulfilled;
    const char *location;
} read_line;

static int64_t read_order(fixture *f, const shop_world *w, read_line r)
{
    return a_reading(f, &(reading_of_one){.order = 7,
                                          .shop = w->shop,
                                          .channel = w->web,
                                          .product = w->product,
                                          .ordered = r.ordered,
                                          .current = r.current,
                                          .open = r.open,
                                          .fulfilled = r.fulfilled,
                                          .location = r.location});
}

static void test_a_reading_says_what_happened_and_says_it_once(void **state)
{
    fixture *f = *state;
    shop_world w = a_shop_world(f);
    begin(f);
    for (int i = 0; i < 2; i++) {
        read_order(f, &w, (read_line){.ordered = 2, .current = 2, .open = 2, .location = LOCATION});
        assert_int_equal(queue_of(f, w.product, w.web, QUEUE_BROKERING), 2);
        assert_int_equal(target_of(f, w.product, w.web).e.value, 8);
    }
    commit(f);
    look(f);
    assert_int_equal(target_of(f, w.product, w.web).t, 8);
}

static void test_units_shipped_from_somewhere_depart_until_every_facility_is_counted(void **state)
{
    fixture *f = *state;
    shop_world w = a_shop_world(f);
    store_line *lines;
    store_decision *decisions;
    size_t count;
    begin(f);
    int64_t line = read_order(f, &w, (read_line){.ordered = 2, .current = 2, .fulfilled = 2, .location = LOCATION});
    assert_int_equal(queue_of(f, w.product, w.web, QUEUE_DEPARTED), 2);
    assert_int_equal(atp_of(f, w.product, w.web), 8);
    OK(store_lines_unsettled(f->tx, w.product, w.web, f->a, &lines, &count, &trouble));
    assert_int_equal(count, 1);
    assert_in_range(lines[0].departed_at, NOON, NOON + MINUTES(1)); /* when the order was last changed */
    commit(f);

    f->now += MINUTES(10);
    begin(f);
    reset(f, w.product, w.nyc, RESET_QOH, 8, INSTANT_NONE);
    assert_int_equal(queue_of(f, w.product, w.web, QUEUE_DEPARTED), 2); /* LA may have lost them */
    reset(f, w.product, w.la, RESET_QOH, 0, NOON);
    assert_int_equal(queue_of(f, w.product, w.web, QUEUE_DEPARTED), 2); /* counted before they left */
    reset(f, w.product, w.la, RESET_QOH, 0, NOON + MINUTES(1));
    assert_int_equal(queue_of(f, w.product, w.web, QUEUE_DEPARTED), 0);
    assert_int_equal(atp_of(f, w.product, w.web), 8);
    OK(store_decisions_of(f->tx, line, f->a, &decisions, &count, &trouble));
    assert_int_equal(count, 1);
    assert_int_equal(decisions[0].kind, DECIDE_DEPARTED_BOOKED);
    assert_int_equal(decisions[0].units, 2);
    reset(f, w.product, w.la, RESET_QOH, 0, NOON + MINUTES(2));
    OK(store_decisions_of(f->tx, line, f->a, &decisions, &count, &trouble));
    assert_int_equal(count, 1); /* decided once */
    commit(f);
}

static void test_units_at_an_unmapped_location_depart_and_are_counted_too(void **state)
{
    fixture *f = *state;
    shop_world w = a_shop_world(f);
    begin(f);
    read_order(f, &w, (read_line){.ordered = 3, .current = 3, .fulfilled = 3, .location = "gid://shopify/Location/9"});
    assert_int_equal(queue_of(f, w.product, w.web, QUEUE_DEPARTED), 3);
    assert_int_equal(target_of(f, w.product, w.web).e.value, 10); /* S moved elsewhere */
    commit(f);
    f->now += MINUTES(10);
    begin(f);
    reset(f, w.product, w.nyc, RESET_QOH, 7, INSTANT_NONE);
    reset(f, w.product, w.la, RESET_QOH, 0, INSTANT_NONE);
    assert_int_equal(queue_of(f, w.product, w.web, QUEUE_DEPARTED), 0);
    commit(f);
}

static void test_an_event_with_a_facility_covers_departed_units(void **state)
{
    fixture *f = *state;
    shop_world w = a_shop_world(f);
    begin(f);
    int64_t line = read_order(f, &w, (read_line){.ordered = 2, .current = 2, .fulfilled = 2, .location = LOCATION});
    event(f, line, w.web, w.product,
          &(order_event){.kind = EVENT_FULFILLED, .quantity = 2, .queue = -1, .facility = w.nyc});
    assert_int_equal(queue_of(f, w.product, w.web, QUEUE_DEPARTED), 0);
    assert_int_equal(level_of(f, w.product, w.nyc).qoh, 8);
    assert_int_equal(target_of(f, w.product, w.web).e.value, 8);
    commit(f);
}

static void test_a_channel_that_ships_from_a_facility_loses_there_at_once(void **state)
{
    fixture *f = *state;
    shop_world w = a_shop_world(f);
    begin(f);
    const store_config *c;
    OK(store_config_get(f->tx, &c, &trouble));
    store_channel ch = *config_channel(c, w.web);
    ch.ships_from = w.la;
    OK(store_channel_put(f->tx, &ch, NULL, &trouble));
    read_order(f, &w, (read_line){.ordered = 2, .current = 2, .fulfilled = 2, .location = LOCATION});
    assert_int_equal(level_of(f, w.product, w.la).qoh, -2);
    assert_int_equal(queue_of(f, w.product, w.web, QUEUE_DEPARTED), 0);
    commit(f);
}

static void test_a_mapping_that_changes_books_the_units_again(void **state)
{
    fixture *f = *state;
    shop_world w = a_shop_world(f);
    const store_config *c;
    begin(f);
    read_order(f, &w, (read_line){.ordered = 2, .current = 2, .fulfilled = 2, .location = "gid://shopify/Location/2"});
    assert_int_equal(queue_of(f, w.product, w.web, QUEUE_DEPARTED), 2);
    commit(f);
    begin(f);
    int64_t la = a_physical(f, "la", w.shop, "gid://shopify/Location/2", w.la);
    assert_int_equal(queue_of(f, w.product, w.web, QUEUE_DEPARTED), 0);
    assert_int_equal(level_of(f, w.product, w.la).qoh, -2);
    commit(f);
    verify(f);
    begin(f);
    OK(store_config_get(f->tx, &c, &trouble));
    store_channel ch = *config_channel(c, la);
    ch.location = STR("gid://shopify/Location/3");
    OK(store_channel_put(f->tx, &ch, NULL, &trouble));
    OK(store_config_get(f->tx, &c, &trouble));
    store_shop shop = *config_shop(c, w.shop);
    assert_int_equal(queue_of(f, w.product, w.web, QUEUE_DEPARTED), 2);
    shop.unmapped_ignore = true;
    OK(store_shop_put(f->tx, &shop, NULL, &trouble));
    assert_int_equal(queue_of(f, w.product, w.web, QUEUE_DEPARTED), 0);
    assert_int_equal(level_of(f, w.product, w.la).qoh, 0);
    commit(f);
}

static void test_unsure_units_are_demand_until_they_are_decided(void **state)
{
    fixture *f = *state;
    shop_world w = a_shop_world(f);
    begin(f);
    int64_t line = read_order(f, &w, (read_line){.ordered = 3, .current = 3, .open = 3, .location = LOCATION});
    read_order(f, &w, (read_line){.ordered = 3, .current = 1, .open = 1, .location = LOCATION}); /* no refund tells */
    assert_int_equal(queue_of(f, w.product, w.web, QUEUE_UNSURE), 2);
    assert_int_equal(target_of(f, w.product, w.web).e.value, 9); /* booked as if they were back: E high */
    assert_int_equal(atp_of(f, w.product, w.web), 7);
    store_decision gone = {.line = line,
                           .location = STR(LOCATION),
                           .kind = DECIDE_UNSURE_DEPARTED,
                           .units = 1,
                           .at = NOON,
                           .why = STR("the shop shows one less")};
    store_decision there = gone;
    there.kind = DECIDE_UNSURE_RELEASED;
    OK(store_decision_add(f->tx, &gone, &trouble));
    OK(store_decision_add(f->tx, &there, &trouble));
    effect_change how = {
        .at = NOON, .reason = STR("decided"), .source = STR("test"), .actor = STR(""), .comment = STR("")};
    int64_t movements = 0;
    OK(store_line_settle(f->tx, line, &how, &movements, &trouble));
    assert_int_equal(queue_of(f, w.product, w.web, QUEUE_UNSURE), 0);
    assert_int_equal(queue_of(f, w.product, w.web, QUEUE_DEPARTED), 1);
    assert_int_equal(atp_of(f, w.product, w.web), 8);
    commit(f);
}

static void test_on_a_physical_channel_the_facility_reserves_and_loses(void **state)
{
    fixture *f = *state;
    shop_world w = a_shop_world(f);
    begin(f);
    a_physical(f, "la", w.shop, "gid://shopify/Location/2", w.la);
    read_order(
        f, &w,
        (read_line){.ordered = 3, .current = 3, .open = 1, .fulfilled = 2, .location = "gid://shopify/Location/2"});
    assert_int_equal(level_of(f, w.product, w.la).qoh, -2);
    assert_int_equal(level_of(f, w.product, w.la).atp, -3);
    commit(f);
}

static void test_departed_kits_wait_for_the_count_of_every_component(void **state)
{
    fixture *f = *state;
    begin(f);
    int64_t nyc = a_facility(f, "NYC", FACILITY_STORE);
    int64_t web = a_channel(f, "web", a_shop(f, "main"), LOCATION, a_group_of(f, "G", nyc, 0));
    int64_t shirt = a_product(f, "SHIRT"), hat = a_product(f, "HAT"), kit = a_kit(f, "SET", shirt, 2, hat, 1);
    adjust(f, shirt, nyc, 10, INSTANT_NONE);
    adjust(f, hat, nyc, 10, INSTANT_NONE);
    int64_t line = event(f, 0, web, kit, &(order_event){.kind = EVENT_PLACED, .quantity = 1, .queue = -1});
    event(f, line, web, kit, &(order_event){.kind = EVENT_CANCELLED, .quantity = 1, .queue = -1, .restock = false});
    assert_int_equal(queue_of(f, shirt, web, QUEUE_DEPARTED), 2);
    commit(f);
    f->now += MINUTES(1);
    begin(f);
    reset(f, shirt, nyc, RESET_QOH, 8, INSTANT_NONE);
    assert_int_equal(queue_of(f, shirt, web, QUEUE_DEPARTED), 2);
    reset(f, hat, nyc, RESET_QOH, 9, INSTANT_NONE);
    assert_int_equal(queue_of(f, shirt, web, QUEUE_DEPARTED), 0);
    assert_int_equal(queue_of(f, hat, web, QUEUE_DEPARTED), 0);
    commit(f);
}

static void test_readings_are_found_by_item_and_openness(void **state)
{
    fixture *f = *state;
    shop_world w = a_shop_world(f);
    begin(f);
    const str items[] = {STR("gid://1"), STR("gid://2"), STR("gid://2")};
    for (int i = 1; i <= 3; i++) {
        store_reading row = {.shop = w.shop,
                             .order = str_printf(f->a, "order-%d", i),
                             .updated_at = NOON,
                             .asked_at = NOON + 1,
                             .open = i != 2,
                             .pending = i == 3,
                             .json = STR("{}")};
        OK(store_reading_put(f->tx, &row, items, (size_t)i, &trouble));
    }
    const struct {
        str item;
        bool open_only;
        str after;
        size_t count;
    } WANT[] = {
        {STR(""), false, STR(""), 3},
        {STR(""), true, STR(""), 2},
        {STR("gid://2"), false, STR(""), 2},
        {STR("gid://2"), true, STR(""), 1},
        {STR(""), false, STR("order-1"), 2},
        {STR("gid://3"), false, STR(""), 0},
        {STR("gid://1"), true, STR("order-1"), 1},
    };
    store_reading *rows;
    size_t count;
    for (size_t i = 0; i < COUNT(WANT); i++) {
        OK(store_readings(f->tx, w.shop, WANT[i].item, WANT[i].open_only, WANT[i].after, 10, f->a, &rows, &count,
                          &trouble));
        assert_int_equal(count, WANT[i].count);
    }
    OK(store_readings(f->tx, w.shop, STR(""), false, STR(""), 2, f->a, &rows, &count, &trouble));
    assert_int_equal(count, 2);
    assert_text(rows[1].order, "order-2");
    store_reading closed = {.shop = w.shop, .order = STR("order-1"), .updated_at = NOON + 5, .json = STR("{}")};
    OK(store_reading_put(f->tx, &closed, items, 1, &trouble)); /* replaces the row and its items' openness */
    OK(store_readings(f->tx, w.shop, STR("gid://1"), true, STR(""), 10, f->a, &rows, &count, &trouble));
    assert_int_equal(count, 1);
    bool some, claimless;
    OK(store_reading_get(f->tx, w.shop, STR("order-1"), f->a, &closed, &some, &trouble));
    assert_true(some);
    assert_int_equal(closed.updated_at, NOON + 5);
    OK(store_reading_get(f->tx, w.shop, STR("order-9"), f->a, &closed, &some, &trouble));
    assert_false(some);
    OK(store_app_claimless(f->tx, w.shop, STR("gid://app"), &claimless, &trouble));
    assert_false(claimless);
    OK(store_app_claimless_add(f->tx, w.shop, &(store_app){STR("gid://app"), NOON, STR("order #1")}, &trouble));
    OK(store_app_claimless_add(f->tx, w.shop, &(store_app){STR("gid://app"), NOON, STR("order #2")}, &trouble));
    OK(store_app_claimless(f->tx, w.shop, STR("gid://app"), &claimless, &trouble));
    assert_true(claimless);
    store_app *apps;
    size_t app_count;
    OK(store_apps_claimless(f->tx, w.shop, f->a, &apps, &app_count, &trouble));
    assert_int_equal(app_count, 1);
    assert_text(apps[0].app, "gid://app");
    assert_int_equal(apps[0].at, NOON);
    assert_text(apps[0].proof, "order #1");
    OK(store_app_claimless_drop(f->tx, w.shop, STR("gid://app"), &trouble));
    OK(store_app_claimless(f->tx, w.shop, STR("gid://app"), &claimless, &trouble));
    assert_false(claimless);
    commit(f);
}

static void test_an_order_that_was_told_waits_until_it_was_read(void **state)
{
    fixture *f = *state;
    begin(f);
    int64_t main = a_shop(f, "main"), other = a_shop(f, "other");
    store_told *told;
    size_t count;
    OK(store_told_add(f->tx, main, STR("gid://2"), &trouble));
    OK(store_told_add(f->tx, main, STR("gid://1"), &trouble));
    OK(store_told_add(f->tx, other, STR("gid://3"), &trouble));
    OK(store_told_orders(f->tx, main, 10, f->a, &told, &count, &trouble));
    assert_int_equal(count, 2);
    assert_text(told[0].order, "gid://1");
    assert_int_equal(told[1].first_at, f->now);
    store_told before = told[1];
    OK(store_told_add(f->tx, main, STR("gid://2"), &trouble)); /* while it is read */
    OK(store_told_done(f->tx, main, &told[0], &trouble));
    OK(store_told_done(f->tx, main, &before, &trouble));
    OK(store_told_orders(f->tx, main, 10, f->a, &told, &count, &trouble));
    assert_int_equal(count, 1);
    assert_text(told[0].order, "gid://2");
    assert_int_equal(told[0].times, 2);
    commit(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_line_comes_back_and_is_found_by_order_or_name),
        TEST(test_a_line_moves_from_queue_to_facility_to_gone),
        TEST(test_an_event_before_its_placed_waits),
        TEST(test_an_event_is_known_by_its_id_and_content),
        TEST(test_a_sale_at_the_shop_moves_e_with_t),
        TEST(test_adopting_can_import_without_touching_e),
        TEST(test_a_reading_says_what_happened_and_says_it_once),
        TEST(test_units_shipped_from_somewhere_depart_until_every_facility_is_counted),
        TEST(test_units_at_an_unmapped_location_depart_and_are_counted_too),
        TEST(test_an_event_with_a_facility_covers_departed_units),
        TEST(test_a_channel_that_ships_from_a_facility_loses_there_at_once),
        TEST(test_a_mapping_that_changes_books_the_units_again),
        TEST(test_unsure_units_are_demand_until_they_are_decided),
        TEST(test_on_a_physical_channel_the_facility_reserves_and_loses),
        TEST(test_departed_kits_wait_for_the_count_of_every_component),
        TEST(test_readings_are_found_by_item_and_openness),
        TEST(test_an_order_that_was_told_waits_until_it_was_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
