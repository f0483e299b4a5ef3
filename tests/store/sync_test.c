/* The records of the sync protocol: E and its journal, what owes and in which order, operations, lanes, incidents. */
#include "store_tests.h"

#define LOCATION "gid://shopify/Location/1"

typedef struct sync_world {
    int64_t nyc, shop, web, product;
    target_key key;
    int64_t fence;
} sync_world;

/* 10 units in NYC and in the channel "web", of which Shopify shows `shown`. The lane is ours. */
static sync_world a_sync_world(fixture *f, qty shown)
{
    sync_world w = {0};
    begin(f);
    w.nyc = a_facility(f, "NYC", FACILITY_STORE);
    w.shop = a_shop(f, "main");
    w.web = a_channel(f, "web", w.shop, LOCATION, a_group_of(f, "G", w.nyc, 0));
    w.product = a_product(f, "A");
    w.key = (target_key){w.product, w.web};
    adjust(f, w.product, w.nyc, 10, INSTANT_NONE);
    adopt(f, w.product, w.web, shown);
    OK(store_lane_take(f->tx, w.shop, STR("worker 1"), 60, &w.fence, &trouble));
    commit(f);
    return w;
}

/* -- E -- */

static void test_every_change_of_e_leaves_a_row(void **state)
{
    fixture *f = *state;
    sync_world w = a_sync_world(f, 4);
    const struct {
        explained_kind kind;
        qty value;
        maybe_qty after;
    } CHANGES[] = {
        {EXPLAINED_PUSH, 6, {true, 10}},    {EXPLAINED_IMPORT, -2, {true, 8}}, {EXPLAINED_DRIFT, -3, {true, 5}},
        {EXPLAINED_UNDRIFT, 3, {true, 8}},  {EXPLAINED_CLAIM, 1, {true, 9}},   {EXPLAINED_READ, 7, {true, 7}},
        {EXPLAINED_FORGET, 99, {false, 0}}, {EXPLAINED_ADOPT, 3, {true, 3}},
    };
    begin(f);
    int64_t touched = target_of(f, w.product, w.web).touched_seq;
    for (size_t i = 0; i < COUNT(CHANGES); i++) {
        OK(store_explained(f->tx, w.key, CHANGES[i].kind, CHANGES[i].value, STR("why"), &trouble));
        store_target t = target_of(f, w.product, w.web);
        assert_int_equal(t.e.known, CHANGES[i].after.known);
        assert_int_equal(t.e.known ? t.e.value : 0, CHANGES[i].after.value);
        assert_int_equal(t.touched_seq, ++touched);
    }
    explained_row *rows;
    size_t count;
    OK(store_explained_after(f->tx, w.key, 0, 100, f->a, &rows, &count, &trouble));
    assert_int_equal(count, COUNT(CHANGES) + 1);
    assert_int_equal(rows[0].kind, EXPLAINED_ADOPT);
    assert_int_equal(rows[7].kind, EXPLAINED_FORGET);
    assert_int_equal(rows[7].value, 0);
    assert_false(rows[7].after.known);
    assert_int_equal(rows[8].at, NOON);
    assert_text(rows[8].ref, "why");
    OK(store_explained_after(f->tx, w.key, rows[7].seq, 100, f->a, &rows, &count, &trouble));
    assert_int_equal(count, 1);
    OK(store_explained_newest(f->tx, w.key, 2, f->a, &rows, &count, &trouble));
    assert_int_equal(count, 2);
    assert_int_equal(rows[0].kind, EXPLAINED_ADOPT);
    assert_int_equal(rows[1].kind, EXPLAINED_FORGET);
    commit(f);
}

static void test_an_unknown_e_cannot_be_added_to(void **state)
{
    fixture *f = *state;
    sync_world w = a_sync_world(f, 4);
    begin(f);
    OK(store_explained(f->tx, w.key, EXPLAINED_FORGET, 0, STR("tracked changed"), &trouble));
    FAILS(store_explained(f->tx, w.key, EXPLAINED_PUSH, 1, STR(""), &trouble), ERR_CONFLICT, "adopt it first");
    OK(store_explained(f->tx, w.key, EXPLAINED_ADOPT, INT64_MAX, STR(""), &trouble));
    FAILS(store_explained(f->tx, w.key, EXPLAINED_PUSH, 1, STR(""), &trouble), ERR_INPUT, "would not fit");
    back(f);
}

static void test_relinking_forgets_what_was_known_of_the_other_item(void **state)
{
    fixture *f = *state;
    sync_world w = a_sync_world(f, 4);
    int64_t found;
    begin(f);
    str item = target_of(f, w.product, w.web).item;
    OK(store_target_state(f->tx, w.key, TARGET_REFUSED, STR("no"), STR("mend it"), &trouble));
    OK(store_target_mark(f->tx, w.key, true, &trouble));
    OK(store_link(f->tx, w.shop, w.product, item, &trouble)); /* the same: nothing changes */
    assert_true(target_of(f, w.product, w.web).e.known);
    OK(store_link(f->tx, w.shop, w.product, STR("gid://other"), &trouble));
    store_target t = target_of(f, w.product, w.web);
    assert_false(t.e.known);
    assert_int_equal(t.state, TARGET_OK);
    assert_false(t.marked);
    assert_text(t.item, "gid://other");
    OK(store_flush(f->tx, &trouble));
    OK(store_product_of_item(f->tx, w.shop, STR("gid://other"), &found, &trouble));
    assert_int_equal(found, w.product);
    OK(store_product_of_item(f->tx, w.shop, item, &found, &trouble));
    assert_int_equal(found, 0);
    OK(store_product_of_item(f->tx, w.shop + 1, STR("gid://other"), &found, &trouble));
    assert_int_equal(found, 0);
    OK(store_link(f->tx, w.shop, w.product, STR(""), &trouble));
    assert_text(target_of(f, w.product, w.web).item, "");
    commit(f);
}

static void test_plain_fields_of_a_target_are_kept(void **state)
{
    fixture *f = *state;
    sync_world w = a_sync_world(f, 4);
    target_row row;
    bool some;
    begin(f);
    OK(store_target_adopted(f->tx, w.key, 5, NOON - 1, &trouble));
    OK(store_target_baseline(f->tx, w.key, 4, &trouble));
    OK(store_target_state(f->tx, w.key, TARGET_NOT_STOCKED, STR("not stocked"), STR("stock it"), &trouble));
    OK(store_target_mark(f->tx, w.key, true, &trouble));
    OK(store_target_stamps(f->tx, w.key, NOON + 1, NOON + 2, &trouble));
    OK(store_target_stamps(f->tx, w.key, INSTANT_NONE, NOON + 3, &trouble));
    OK(store_target_accept_excess(f->tx, w.key, 2, &trouble));
    commit(f);
    look(f);
    OK(store_target_get(f->tx, w.key, f->a, &row, &some, &trouble));
    assert_true(some);
    assert_text(row.sku, "A");
    assert_text(row.location, LOCATION);
    assert_int_equal(row.open_operation, 0);
    assert_int_equal(row.target.baseline, 4);
    assert_int_equal(row.target.epoch, NOON - 1);
    assert_int_equal(row.target.state, TARGET_NOT_STOCKED);
    assert_text(row.target.reason, "not stocked");
    assert_text(row.target.fix, "stock it");
    assert_true(row.target.marked);
    assert_int_equal(row.target.moved_at, NOON + 1);
    assert_int_equal(row.target.group_at, NOON + 3);
    assert_int_equal(row.target.accepted_excess, 2);
    OK(store_target_get(f->tx, (target_key){w.product, 99}, f->a, &row, &some, &trouble));
    assert_false(some);
}

/* -- what owes -- */

static size_t owing(fixture *f, int64_t shop, uint32_t limit, target_row **ret)
{
    size_t count;
    OK(store_owing(f->tx, shop, 0, limit, f->a, ret, &count, &trouble));
    return count;
}

/* A product that the channel promises `t` of, and of which Shopify shows `e`. */
static int64_t a_debt(fixture *f, const sync_world *w, const char *sku, qty t, qty e)
{
    int64_t product = a_product(f, sku);
    adjust(f, product, w->nyc, t, INSTANT_NONE);
    adopt(f, product, w->web, e);
    return product;
}

static void test_what_owes_comes_in_order_of_danger(void **state)
{
    fixture *f = *state;
    sync_world w = a_sync_world(f, 10); /* owes nothing */
    target_row *rows;
    int64_t count;
    instant oldest;
    begin(f);
    a_debt(f, &w, "REST", 5, 3);
    a_debt(f, &w, "REST-MUCH", 50, 3);
    a_debt(f, &w, "FROM-NONE", 5, 0);
    a_debt(f, &w, "FALL", 3, 5);
    a_debt(f, &w, "FALL-FAR", 3, 9);
    a_debt(f, &w, "TO-NONE", 0, 5);
    commit(f);
    look(f);
    static const char *const WANT[] = {"TO-NONE", "FALL-FAR", "FALL", "FROM-NONE", "REST-MUCH", "REST"};
    assert_int_equal(owing(f, w.shop, 10, &rows), COUNT(WANT));
    for (size_t i = 0; i < COUNT(WANT); i++)
        assert_text(rows[i].sku, WANT[i]);
    assert_int_equal(owing(f, w.shop, 2, &rows), 2);
    assert_int_equal(owing(f, w.shop + 1, 10, &rows), 0);
    OK(store_owing_count(f->tx, w.shop, 0, &count, &oldest, &trouble));
    assert_int_equal(count, COUNT(WANT));
    assert_int_equal(oldest, NOON);
    OK(store_owing_count(f->tx, w.shop, w.web + 1, &count, &oldest, &trouble));
    assert_int_equal(count, 0);
    assert_int_equal(oldest, INSTANT_NONE);
}

/* However long the backlog and whatever came first: the size is looked at over all that owes, not over a page of it. */
static void test_the_largest_fall_leads_a_backlog_of_older_ones(void **state)
{
    enum { SMALL = 300, PAGE = 20 };
    fixture *f = *state;
    sync_world w = a_sync_world(f, 10);
    target_row *rows;
    begin(f);
    int64_t shop = w.shop, la = a_facility(f, "LA", FACILITY_STORE);
    int64_t outlet = a_channel(f, "outlet", shop, "gid://shopify/Location/7", a_group_of(f, "H", la, 0));
    for (int i = 0; i < SMALL; i++)
        a_debt(f, &w, str_z(f->a, str_printf(f->a, "SMALL-%d", i)), 3, 5);
    commit(f);
    f->now += MINUTES(1);
    begin(f);
    a_debt(f, &w, "LARGE", 3, 103);
    int64_t elsewhere = a_product(f, "LARGER"); /* in the shop's other channel */
    adjust(f, elsewhere, la, 3, INSTANT_NONE);
    adopt(f, elsewhere, outlet, 303);
    a_debt(f, &w, "LARGE-TOO", 3, 93); /* of the same power of two, so age decides */
    commit(f);
    f->now += MINUTES(1);
    begin(f);
    a_debt(f, &w, "LARGE-LATER", 3, 123);
    commit(f);
    look(f);
    static const char *const WANT[] = {"LARGER", "LARGE", "LARGE-TOO", "LARGE-LATER", "SMALL-0", "SMALL-1"};
    assert_int_equal(owing(f, shop, PAGE, &rows), PAGE);
    for (size_t i = 0; i < COUNT(WANT); i++)
        assert_text(rows[i].sku, WANT[i]);
}

static void test_what_owes_of_several_channels_comes_by_age(void **state)
{
    fixture *f = *state;
    sync_world w = a_sync_world(f, 10);
    target_row *rows;
    begin(f);
    int64_t la = a_facility(f, "LA", FACILITY_STORE);
    int64_t outlet = a_channel(f, "outlet", w.shop, "gid://shopify/Location/7", a_group_of(f, "H", la, 0));
    commit(f);
    for (int i = 0; i < 8; i++) {
        begin(f);
        if (i % 2) {
            a_debt(f, &w, str_z(f->a, str_printf(f->a, "WEB-%d", i)), 3, 5);
        } else {
            int64_t product = a_product(f, str_z(f->a, str_printf(f->a, "OUTLET-%d", i)));
            adjust(f, product, la, 3, INSTANT_NONE);
            adopt(f, product, outlet, 5);
        }
        commit(f);
        f->now += MINUTES(1);
    }
    f->now += US_PER_S * OWING_WAIT_S;
    look(f);
    for (uint32_t limit = 1; limit <= 10; limit++) { /* a quarter of them for their age, the others for their danger */
        size_t count = owing(f, w.shop, limit, &rows);
        assert_int_equal(count, limit < 8 ? limit : 8);
        for (size_t i = 0; i < count; i++)
            assert_text(rows[i].sku, str_z(f->a, str_printf(f->a, i % 2 ? "WEB-%zu" : "OUTLET-%zu", i)));
    }
}

static void test_a_debt_is_dated_from_its_beginning_and_ends_with_it(void **state)
{
    fixture *f = *state;
    sync_world w = a_sync_world(f, 10);
    begin(f);
    adjust(f, w.product, w.nyc, 1, INSTANT_NONE);
    commit(f);
    f->now += MINUTES(1);
    begin(f);
    adjust(f, w.product, w.nyc, 1, INSTANT_NONE);
    commit(f);
    begin(f);
    assert_int_equal(target_of(f, w.product, w.web).owing_since, NOON);
    adjust(f, w.product, w.nyc, -2, INSTANT_NONE);
    commit(f);
    look(f);
    assert_int_equal(target_of(f, w.product, w.web).owing_since, INSTANT_NONE);
}

static void test_quarantined_and_behind_targets_do_not_owe(void **state)
{
    fixture *f = *state;
    sync_world w = a_sync_world(f, 4);
    target_row *rows;
    begin(f);
    OK(store_target_state(f->tx, w.key, TARGET_REFUSED, STR("no"), STR(""), &trouble));
    commit(f);
    begin(f);
    assert_int_equal(owing(f, w.shop, 10, &rows), 0);
    OK(store_target_state(f->tx, w.key, TARGET_OK, STR(""), STR(""), &trouble));
    commit(f);
    begin(f);
    assert_int_equal(owing(f, w.shop, 10, &rows), 1);
    const store_config *c;
    OK(store_config_get(f->tx, &c, &trouble));
    store_channel ch = *config_channel(c, w.web);
    ch.reserve_inventory = false;
    OK(store_channel_put(f->tx, &ch, NULL, &trouble));
    commit(f);
    look(f);
    assert_int_equal(owing(f, w.shop, 10, &rows), 0); /* its T is not the present one */
    back(f);
    OK(store_catch_up_all(f->s, &trouble));
    look(f);
    assert_int_equal(owing(f, w.shop, 10, &rows), 1);
}

static void test_targets_that_are_put_aside_are_listed_until_they_are_not(void **state)
{
    fixture *f = *state;
    sync_world w = a_sync_world(f, 4);
    target_row *rows;
    size_t count;
    begin(f);
    int64_t other = a_product(f, "B");
    adopt(f, other, w.web, 0);
    OK(store_target_state(f->tx, w.key, TARGET_NOT_STOCKED, STR("it is not there"), STR("stock it"), &trouble));
    OK(store_target_state(f->tx, (target_key){other, w.web}, TARGET_REFUSED, STR(""), STR(""), &trouble));
    commit(f);
    look(f);
    OK(store_targets_aside(f->tx, w.shop, 10, f->a, &rows, &count, &trouble));
    assert_int_equal(count, 2);
    assert_int_equal(rows[0].key.product, w.product);
    assert_int_equal(rows[0].target.state, TARGET_NOT_STOCKED);
    assert_text(rows[0].target.reason, "it is not there");
    assert_int_equal(rows[1].key.product, other);
    OK(store_targets_aside(f->tx, w.shop, 1, f->a, &rows, &count, &trouble));
    assert_int_equal(count, 1);
    back(f);
    begin(f);
    OK(store_target_state(f->tx, w.key, TARGET_OK, STR(""), STR(""), &trouble));
    commit(f);
    look(f);
    OK(store_targets_aside(f->tx, w.shop, 10, f->a, &rows, &count, &trouble));
    assert_int_equal(count, 1);
    assert_int_equal(rows[0].key.product, other);
}

/* A stream of urgent debts fills every batch; the one that may wait must not wait for ever. */
static void test_no_debt_waits_for_ever(void **state)
{
    fixture *f = *state;
    sync_world w = a_sync_world(f, 4); /* may rise from 4 to 10: the least urgent class */
    target_row *rows;
    size_t count;
    begin(f);
    for (int i = 0; i < 8; i++)
        a_debt(f, &w, str_z(f->a, str_printf(f->a, "URGENT-%d", i)), 0, 5);
    commit(f);
    f->now += US_PER_S * (OWING_WAIT_S - 1);
    look(f);
    count = owing(f, w.shop, 8, &rows);
    assert_int_equal(count, 8);
    for (size_t i = 0; i < count; i++)
        assert_true(rows[i].key.product != w.product);
    back(f);
    f->now += US_PER_S;
    for (int batch = 0; batch < 8; batch++) { /* each batch is pushed, and as many urgent ones come again */
        begin(f);
        count = owing(f, w.shop, 8, &rows);
        assert_int_equal(count, 8);
        for (size_t i = 0; i < count; i++)
            if (rows[i].key.product == w.product)
                return;
        for (size_t i = 0; i < count; i++)
            OK(store_explained(f->tx, rows[i].key, EXPLAINED_PUSH, -5, STR("pushed"), &trouble));
        commit(f);
        f->now += US_PER_S;
        begin(f);
        for (size_t i = 0; i < count; i++)
            OK(store_explained(f->tx, rows[i].key, EXPLAINED_DRIFT, 5, STR("somebody raised it"), &trouble));
        commit(f);
    }
    fail_msg("a debt of the last class waited through every batch");
}

static void test_linked_targets_stream_by_channel_and_product(void **state)
{
    fixture *f = *state;
    sync_world w = a_sync_world(f, 10);
    target_row *rows;
    size_t count;
    begin(f);
    int64_t store_channel_id = a_physical(f, "nyc", w.shop, "gid://shopify/Location/2", w.nyc);
    int64_t other = a_product(f, "B");
    adopt(f, other, w.web, 0);
    OK(store_channel_settings(f->tx, a_product(f, "UNLINKED"), w.web, 1, true, &trouble));
    commit(f);
    look(f);
    target_key after = {0, 0};
    const target_key WANT[] = {{w.product, w.web}, {other, w.web}, {other, store_channel_id}};
    for (size_t i = 0; i < COUNT(WANT); i++) {
        OK(store_targets_after(f->tx, w.shop, 0, after, 1, f->a, &rows, &count, &trouble));
        assert_int_equal(count, 1);
        assert_int_equal(rows[0].key.product, WANT[i].product);
        assert_int_equal(rows[0].key.channel, WANT[i].channel);
        after = rows[0].key;
    }
    OK(store_targets_after(f->tx, w.shop, 0, after, 1, f->a, &rows, &count, &trouble));
    assert_int_equal(count, 0);
    OK(store_targets_after(f->tx, w.shop, store_channel_id, (target_key){0, 0}, 10, f->a, &rows, &count, &trouble));
    assert_int_equal(count, 1);
}

/* -- operations -- */

static store_operation an_operation(const sync_world *w, const operation_line *lines, size_t count)
{
    return (store_operation){.shop = w->shop,
                             .kind = OPERATION_PUSH,
                             .idempotency_key = STR(""),
                             .body = STR(""),
                             .fence = w->fence,
                             .created_at = NOON,
                             .first_sent_at = INSTANT_NONE,
                             .deadline = NOON + US_PER_S,
                             .sent_again_until = INSTANT_NONE,
                             .last_sent_at = INSTANT_NONE,
                             .closed_at = INSTANT_NONE,
                             .group = STR(""),
                             .note = STR(""),
                             .lines = lines,
                             .line_count = count};
}

static operation_line a_line_of(const sync_world *w, qty delta)
{
    return (operation_line){
        .key = w->key, .sku = STR("A"), .item = STR("gid://item"), .location = STR(LOCATION), .delta = delta};
}

static int64_t open_one(fixture *f, const sync_world *w)
{
    operation_line line = a_line_of(w, 6);
    store_operation o = an_operation(w, &line, 1);
    int64_t id;
    OK(store_operation_add(f->tx, &o, &id, &trouble));
    return id;
}

static void test_an_operation_lives_from_open_to_booked(void **state)
{
    fixture *f = *state;
    sync_world w = a_sync_world(f, 4);
    store_operation o, *open;
    target_row *rows;
    size_t count;
    bool some;
    begin(f);
    int64_t touched = target_of(f, w.product, w.web).touched_seq;
    int64_t id = open_one(f, &w);
    OK(store_operation_body(f->tx, id, STR("key-1"), STR("the bytes"), &trouble));
    OK(store_operation_sending(f->tx, id, w.fence, NOON + 1, &trouble));
    commit(f);
    if (fixture_has_file())
        reopen(f, STORE_WRITE); /* durable */

    begin(f);
    assert_true(target_of(f, w.product, w.web).touched_seq > touched);
    assert_int_equal(owing(f, w.shop, 10, &rows), 0);
    OK(store_targets_after(f->tx, w.shop, 0, (target_key){0, 0}, 10, f->a, &rows, &count, &trouble));
    assert_int_equal(rows[0].open_operation, id);
    OK(store_operations_open(f->tx, w.shop, f->a, &open, &count, &trouble));
    assert_int_equal(count, 1);
    assert_text(open[0].body, "the bytes");
    assert_text(open[0].idempotency_key, "key-1");
    assert_int_equal(open[0].first_sent_at, NOON + 1);
    assert_int_equal(open[0].sends, 1);
    assert_int_equal(open[0].unanswered, 1);
    assert_int_equal(open[0].line_count, 1);
    assert_int_equal(open[0].lines[0].delta, 6);
    assert_text(open[0].lines[0].sku, "A");
    assert_false(open[0].lines[0].change_from.known);
    OK(store_operation_sending(f->tx, id, w.fence, NOON + 2, &trouble));
    OK(store_operation_answered(f->tx, id, w.fence, NOON + 1, &trouble));
    OK(store_operation_get(f->tx, id, f->a, &o, &some, &trouble));
    assert_int_equal(o.first_sent_at, NOON + 1);
    assert_int_equal(o.sends, 2);
    assert_int_equal(o.unanswered, 1);
    assert_int_equal(o.last_sent_at, NOON + 1);
    OK(store_explained(f->tx, w.key, EXPLAINED_PUSH, 6, STR("operation 1"), &trouble));
    OK(store_operation_close(f->tx, id, w.fence, OPERATION_BOOKED, STR("gid://group"), NOON + 3, STR("fine"),
                             &trouble));
    commit(f);

    begin(f);
    store_target t = target_of(f, w.product, w.web);
    assert_int_equal(t.e.value, 10);
    assert_int_equal(t.group_at, NOON + 3);
    OK(store_operation_get(f->tx, id, f->a, &o, &some, &trouble));
    assert_int_equal(o.state, OPERATION_BOOKED);
    assert_text(o.group, "gid://group");
    assert_text(o.note, "fine");
    assert_int_equal(o.closed_at, NOON);
    OK(store_operations_open(f->tx, w.shop, f->a, &open, &count, &trouble));
    assert_int_equal(count, 0);
    OK(store_operations_of(f->tx, w.key, 10, f->a, &open, &count, &trouble));
    assert_int_equal(count, 1);
    OK(store_operations_of(f->tx, (target_key){w.product, 0}, 10, f->a, &open, &count, &trouble));
    assert_int_equal(count, 1);
    FAILS(store_operation_close(f->tx, id, w.fence, OPERATION_BOOKED, STR(""), INSTANT_NONE, STR(""), &trouble),
          ERR_CONFLICT, "closed already (booked)"); /* booked once */
    open_one(f, &w);                                /* the target is free again */
    back(f);
}

static void test_a_target_is_in_one_open_operation(void **state)
{
    fixture *f = *state;
    sync_world w = a_sync_world(f, 4);
    begin(f);
    int64_t id = open_one(f, &w);
    commit(f);
    begin(f);
    operation_line line = a_line_of(&w, 1);
    store_operation second = an_operation(&w, &line, 1);
    FAILS(store_operation_add(f->tx, &second, &id, &trouble), ERR_CONFLICT, "A is in another open operation");
    back(f);
}

static void test_a_line_that_is_settled_frees_its_target(void **state)
{
    fixture *f = *state;
    sync_world w = a_sync_world(f, 4);
    store_operation o;
    bool some;
    begin(f);
    int64_t id = open_one(f, &w);
    OK(store_operation_line_settled(f->tx, id, w.fence, w.key, &trouble));
    commit(f);
    begin(f);
    OK(store_operation_get(f->tx, id, f->a, &o, &some, &trouble));
    assert_int_equal(o.state, OPERATION_OPEN);
    assert_true(o.lines[0].settled);
    open_one(f, &w);
    commit(f);
}

static void test_the_budget_is_kept_by_the_holder_of_the_lane(void **state)
{
    fixture *f = *state;
    sync_world w = a_sync_world(f, 4);
    store_budget b;
    begin(f);
    OK(store_budget_get(f->tx, w.shop, &b, &trouble));
    assert_int_equal(b.told_at, INSTANT_NONE);
    FAILS(store_budget_put(f->tx, w.shop, w.fence + 1, &(store_budget){7, 2000, 100, NOON}, &trouble), ERR_CONFLICT,
          "");
    back(f);
    begin(f);
    OK(store_budget_put(f->tx, w.shop, w.fence, &(store_budget){7, 2000, 100, NOON}, &trouble));
    OK(store_budget_put(f->tx, w.shop, w.fence, &(store_budget){-3, 4000, 200, NOON + 1}, &trouble));
    commit(f);
    begin(f);
    OK(store_budget_get(f->tx, w.shop, &b, &trouble));
    assert_int_equal(b.points, -3);
    assert_int_equal(b.bucket, 4000);
    assert_int_equal(b.rate, 200);
    assert_int_equal(b.told_at, NOON + 1);
    back(f);
}

static void test_only_the_holder_of_the_lane_changes_an_operation(void **state)
{
    fixture *f = *state;
    sync_world w = a_sync_world(f, 4);
    int64_t fence;
    str holder;
    begin(f);
    int64_t id = open_one(f, &w);
    OK(store_operation_sending(f->tx, id, w.fence, NOON, &trouble));
    FAILS(store_lane_take(f->tx, w.shop, STR("worker 2"), 60, &fence, &trouble), ERR_BUSY, "worker 1 is working");
    commit(f);

    f->now += US_PER_S * 59;
    begin(f);
    OK(store_lane_beat(f->tx, w.shop, w.fence, &trouble));
    commit(f);
    f->now += US_PER_S * 59;
    begin(f);
    FAILS(store_lane_take(f->tx, w.shop, STR("worker 2"), 60, &fence, &trouble), ERR_BUSY, "worker 1");
    back(f);
    f->now += US_PER_S;
    begin(f);
    OK(store_lane_take(f->tx, w.shop, STR("worker 2"), 60, &fence, &trouble));
    assert_true(fence > w.fence);
    OK(store_lane_holder(f->tx, w.shop, f->a, &holder, &trouble));
    assert_text(holder, "worker 2");
    commit(f);

    begin(f); /* worker 1 wakes up */
    FAILS(store_lane_beat(f->tx, w.shop, w.fence, &trouble), ERR_CONFLICT, "another worker");
    FAILS(store_operation_answered(f->tx, id, w.fence, INSTANT_NONE, &trouble), ERR_CONFLICT, "another worker");
    FAILS(store_operation_sending(f->tx, id, w.fence, NOON, &trouble), ERR_CONFLICT, "another worker");
    FAILS(store_operation_close(f->tx, id, w.fence, OPERATION_BOOKED, STR(""), NOON, STR(""), &trouble), ERR_CONFLICT,
          "another worker");
    FAILS(store_operation_line_settled(f->tx, id, w.fence, w.key, &trouble), ERR_CONFLICT, "another worker");
    FAILS(store_operation_adopt_fence(f->tx, id, w.fence, &trouble), ERR_CONFLICT, "another worker");
    operation_line line = a_line_of(&w, 1);
    store_operation late = an_operation(&w, &line, 1);
    FAILS(store_operation_add(f->tx, &late, &id, &trouble), ERR_CONFLICT, "another worker");
    /* worker 2 takes over what was left open, and only then goes on with it */
    FAILS(store_operation_answered(f->tx, id, fence, INSTANT_NONE, &trouble), ERR_CONFLICT, "take it over first");
    OK(store_operation_adopt_fence(f->tx, id, fence, &trouble));
    OK(store_operation_answered(f->tx, id, fence, INSTANT_NONE, &trouble));
    OK(store_operation_close(f->tx, id, fence, OPERATION_REFUSED, STR(""), INSTANT_NONE, STR("no"), &trouble));
    OK(store_lane_release(f->tx, w.shop, fence, &trouble));
    OK(store_lane_holder(f->tx, w.shop, f->a, &holder, &trouble));
    assert_text(holder, "");
    commit(f);
    begin(f);
    OK(store_lane_take(f->tx, w.shop, STR("worker 3"), 60, &w.fence, &trouble));
    assert_int_equal(w.fence, fence + 1); /* fences rise for ever */
    commit(f);

    f->now -= US_PER_S * 59; /* the clock is set back */
    begin(f);
    FAILS(store_lane_take(f->tx, w.shop, STR("worker 4"), 60, &fence, &trouble), ERR_BUSY, "worker 3");
    back(f);
    f->now -= US_PER_S; /* and nobody beat by the new one */
    begin(f);
    OK(store_lane_take(f->tx, w.shop, STR("worker 4"), 60, &fence, &trouble));
    assert_int_equal(fence, w.fence + 1);
    back(f);
}

static void test_a_lane_that_nobody_took_gives_no_right(void **state)
{
    fixture *f = *state;
    sync_world w = a_sync_world(f, 4);
    begin(f);
    int64_t shop = a_shop(f, "other"), id;
    operation_line line = a_line_of(&w, 1);
    store_operation o = an_operation(&w, &line, 1);
    o.shop = shop;
    o.fence = 0;
    FAILS(store_operation_add(f->tx, &o, &id, &trouble), ERR_CONFLICT, "fence");
    FAILS(store_operation_answered(f->tx, 77, w.fence, INSTANT_NONE, &trouble), ERR_MISSING, "77");
    back(f);
}

static void test_an_incident_its_drift_and_its_repair_are_one(void **state)
{
    fixture *f = *state;
    sync_world w = a_sync_world(f, 10);
    store_incident i = {.key = w.key,
                        .sku = STR("A"),
                        .location = STR(LOCATION),
                        .drift = -3,
                        .available = 7,
                        .explained = 10,
                        .found_at = NOON,
                        .after = INSTANT_NONE,
                        .before = NOON - 1,
                        .kind = STR("foreign_change"),
                        .evidence = STR("{\"reads\":[7,7]}"),
                        .open = true},
                   *list;
    size_t count;
    int64_t id, operation;
    begin(f);
    OK(store_incident_add(f->tx, &i, &id, &trouble));
    OK(store_explained(f->tx, w.key, EXPLAINED_DRIFT, -3, STR("incident"), &trouble));
    operation_line line = a_line_of(&w, 3);
    line.change_from = qty_known(7);
    line.drift = -3;
    line.incident = id;
    store_operation o = an_operation(&w, &line, 1);
    o.kind = OPERATION_REPAIR;
    OK(store_operation_add(f->tx, &o, &operation, &trouble));
    commit(f);

    begin(f);
    OK(store_incidents(f->tx, w.shop, (target_key){0, 0}, true, 10, f->a, &list, &count, &trouble));
    assert_int_equal(count, 1);
    assert_int_equal(list[0].operation, operation);
    assert_int_equal(list[0].drift, -3);
    assert_int_equal(list[0].after, INSTANT_NONE);
    assert_text(list[0].sku, "A");
    assert_text(list[0].evidence, "{\"reads\":[7,7]}");
    OK(store_operation_get(f->tx, operation, f->a, &o, &(bool){false}, &trouble));
    assert_int_equal(o.lines[0].change_from.value, 7);
    assert_int_equal(o.lines[0].incident, id);
    OK(store_incident_evidence(f->tx, id, STR("{\"who\":\"Kim\"}"), &trouble));
    FAILS(store_incident_evidence(f->tx, 99, STR("{}"), &trouble), ERR_MISSING, "99");
    OK(store_incident_close(f->tx, id, STR("repaired"), &trouble));
    OK(store_incidents(f->tx, w.shop, (target_key){0, 0}, true, 10, f->a, &list, &count, &trouble));
    assert_int_equal(count, 0);
    const target_key KEYS[] = {w.key, {w.product, 0}, {0, w.web}, {0, 0}};
    for (size_t n = 0; n < COUNT(KEYS); n++) {
        OK(store_incidents(f->tx, w.shop, KEYS[n], false, 10, f->a, &list, &count, &trouble));
        assert_int_equal(count, 1);
    }
    OK(store_incidents(f->tx, w.shop + 1, w.key, false, 10, f->a, &list, &count, &trouble));
    assert_int_equal(count, 0);
    OK(store_incidents(f->tx, w.shop, (target_key){0, w.web + 1}, false, 10, f->a, &list, &count, &trouble));
    assert_int_equal(count, 0);
    FAILS(store_incident_close(f->tx, 99, STR(""), &trouble), ERR_MISSING, "99");
    commit(f);
}

/* Each thing assumed is counted once for each time that the target was found since. */
static void test_what_is_assumed_is_counted_when_it_is_found(void **state)
{
    fixture *f = *state;
    sync_world w = a_sync_world(f, 10);
    target_key k = w.key;
    store_resting *resting;
    store_assumed *counts;
    size_t count;
    begin(f);
    OK(store_assumed_rests(f->tx, k, 0, &trouble));
    OK(store_assumed_rests(f->tx, k, 1u << ASSUMED_MOVED, &trouble));
    OK(store_assumed_rests(f->tx, k, 1u << ASSUMED_EDITED_UP, &trouble));
    OK(store_assumed_resting(f->tx, w.shop, f->a, &resting, &count, &trouble));
    assert_int_equal(count, 1);
    assert_int_equal(resting[0].key.product, w.product);
    assert_int_equal(resting[0].what, 1 << ASSUMED_MOVED | 1 << ASSUMED_EDITED_UP);
    OK(store_assumed_found(f->tx, w.shop, k, true, &trouble));
    OK(store_assumed_found(f->tx, w.shop, k, true, &trouble)); /* it rests on nothing any more */
    OK(store_assumed_rests(f->tx, k, 1u << ASSUMED_MOVED, &trouble));
    OK(store_assumed_found(f->tx, w.shop, k, false, &trouble));
    OK(store_assumed_resting(f->tx, w.shop, f->a, &resting, &count, &trouble));
    assert_int_equal(count, 0);
    OK(store_assumed_counts(f->tx, w.shop, f->a, &counts, &count, &trouble));
    assert_int_equal(count, 2);
    assert_text(counts[0].what, "edited_up");
    assert_int_equal(counts[0].held, 1);
    assert_int_equal(counts[0].failed, 0);
    assert_text(counts[1].what, "moved");
    assert_int_equal(counts[1].held, 1);
    assert_int_equal(counts[1].failed, 1);
    commit(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_every_change_of_e_leaves_a_row),
        TEST(test_an_unknown_e_cannot_be_added_to),
        TEST(test_relinking_forgets_what_was_known_of_the_other_item),
        TEST(test_plain_fields_of_a_target_are_kept),
        TEST(test_the_largest_fall_leads_a_backlog_of_older_ones),
        TEST(test_what_owes_of_several_channels_comes_by_age),
        TEST(test_what_owes_comes_in_order_of_danger),
        TEST(test_a_debt_is_dated_from_its_beginning_and_ends_with_it),
        TEST(test_quarantined_and_behind_targets_do_not_owe),
        TEST(test_targets_that_are_put_aside_are_listed_until_they_are_not),
        TEST(test_no_debt_waits_for_ever),
        TEST(test_linked_targets_stream_by_channel_and_product),
        TEST(test_an_operation_lives_from_open_to_booked),
        TEST(test_a_target_is_in_one_open_operation),
        TEST(test_a_line_that_is_settled_frees_its_target),
        TEST(test_only_the_holder_of_the_lane_changes_an_operation),
        TEST(test_the_budget_is_kept_by_the_holder_of_the_lane),
        TEST(test_a_lane_that_nobody_took_gives_no_right),
        TEST(test_an_incident_its_drift_and_its_repair_are_one),
        TEST(test_what_is_assumed_is_counted_when_it_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
