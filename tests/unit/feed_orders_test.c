/* import orders: events in any order come to the same, each once; waiting, refusals, kits, crashes. */
#include "feed_unit.h"

/* An event from the fields that a test cares about; the others are the same everywhere. */
#define EV(id, kind, quantity, more)                                                                                   \
    "{\"event_id\": \"" id "\", \"order\": \"1001\", \"line\": \"1\", \"sku\": \"A\", \"quantity\": " #quantity        \
    ", \"kind\": \"" kind "\", \"channel\": \"web\"" more "}\n"
#define AT_NYC ", \"facility\": \"NYC\""

static bool orders(bed *b, const char *text)
{
    return feed_orders(b->store, bed_file(b, text), &b->options, b->memory, &b->summary, &b->error);
}

static int setup(void **state)
{
    bed_setup(state);
    bed_config(*state,
               "{\"facilities\": [{\"code\": \"NYC\", \"type\": \"store\"}, {\"code\": \"LA\", \"type\": \"store\"}],"
               "\"groups\": [{\"code\": \"G\", \"members\": [{\"facility\": \"NYC\"}, {\"facility\": \"LA\"}]}],"
               "\"shops\": [{\"code\": \"main\", \"url\": \"http://127.0.0.1:1\", \"token_env\": \"T\"}],"
               "\"channels\": [{\"code\": \"web\", \"mode\": \"aggregate\", \"group\": \"G\", \"shop\": \"main\","
               " \"location\": \"gid://shopify/Location/1\"},"
               "{\"code\": \"nyc\", \"mode\": \"physical\", \"facility\": \"NYC\"}],"
               "\"products\": [{\"sku\": \"A\"}, {\"sku\": \"B\"}, {\"sku\": \"KIT\", \"kit\": [{\"sku\": \"B\", "
               "\"quantity\": 3}]}]}");
    return 0;
}

static int teardown(void **state)
{
    bed_verify(*state);
    return bed_teardown(state);
}

static qty queued(bed *b, const char *sku, queue_kind kind)
{
    store_tx *tx = NULL;
    int64_t id;
    const store_world *w = NULL;
    qty sum = 0;
    GOOD(b, store_begin(b->store, STORE_READ, &tx, &b->error) && store_product_find(tx, str_of(sku), &id, &b->error) &&
                store_world_get(tx, id, &w, &b->error));
    for (size_t i = 0; i < w->queue_count; i++)
        sum += w->queues[i].units[kind];
    store_tx_end(&tx);
    return sum;
}

static void test_the_life_of_a_line(void **state)
{
    bed *b = *state;
    GOOD(b, orders(b, EV("e1", "placed", 5, "")));
    assert_counts(b, 1, 0, 0, 0, 0); /* applied, though it is no movement of a level */
    assert_int_equal(queued(b, "A", QUEUE_BROKERING), 5);
    GOOD(b, orders(b, EV("e2", "allocated", 5, AT_NYC)));
    assert_counts(b, 1, 0, 0, 0, 1);
    assert_int_equal(queued(b, "A", QUEUE_BROKERING), 0);
    assert_stock(b, "A", "NYC", 0, -5);
    GOOD(b, orders(b, EV("e3", "fulfilled", 2, AT_NYC)));
    assert_stock(b, "A", "NYC", -2, -5);
    GOOD(b, orders(b, EV("e4", "cancelled", 1, ", \"restock\": false")));
    assert_stock(b, "A", "NYC", -3, -5);
    /* The line stands in a queue now: the unit that was lost left from somewhere that nobody named. */
    GOOD(b, orders(b, EV("e5", "released", 2, ", \"queue\": \"backorder\"")));
    assert_stock(b, "A", "NYC", -2, -2);
    assert_int_equal(queued(b, "A", QUEUE_BACKORDER), 2);
    assert_int_equal(queued(b, "A", QUEUE_DEPARTED), 1);
    GOOD(b, orders(b, EV("e6", "returned", 1, ", \"restock\": true, \"facility\": \"LA\"")));
    assert_stock(b, "A", "LA", 1, 1);
}

static const char *const LIFE[] = {
    EV("e1", "placed", 5, ""),
    EV("e2", "allocated", 5, AT_NYC),
    EV("e3", "fulfilled", 2, AT_NYC),
    EV("e4", "cancelled", 1, ", \"restock\": false"),
    EV("e5", "released", 2, ", \"seq\": 9"),
};

/* Every permutation, in one file and in a file for each event, ends with the same stock and the same counts. */
static void test_any_order_comes_to_the_same(void **state)
{
    bed *b = *state;
    for (int n = 0; n < 120; n++) {
        int order[] = {0, 1, 2, 3, 4};
        for (int i = 0, rest = n; i < 5; rest /= 5 - i, i++) {
            int at = i + rest % (5 - i), held = order[i];
            order[i] = order[at];
            order[at] = held;
        }
        bool apart = n % 2;
        bed one;
        bed_open(&one);
        void *it = &one;
        bed_config(&one, str_z(b->memory, bed_export(b)));
        str text = STR("");
        for (int i = 0; i < 5; i++) {
            text = apart ? str_of(LIFE[order[i]]) : str_printf(one.memory, "%.*s%s", STR_ARG(text), LIFE[order[i]]);
            if (apart || i == 4)
                GOOD(&one, orders(&one, str_z(one.memory, text)));
        }
        if (!apart && (one.summary.counts.applied != 5 || one.summary.counts.waiting != 0))
            fail_msg("permutation %d: %d applied, %d waiting", n, (int)one.summary.counts.applied,
                     (int)one.summary.counts.waiting);
        assert_stock(&one, "A", "NYC", -2, -2);
        assert_int_equal(queued(&one, "A", QUEUE_DEPARTED), 1);
        assert_int_equal(queued(&one, "A", QUEUE_BROKERING), 2);
        bed_verify(&one);
        assert_int_equal(bed_teardown(&it), 0);
    }
}

static void test_an_event_before_its_placed_waits(void **state)
{
    bed *b = *state;
    GOOD(b, orders(b, EV("e2", "allocated", 5, AT_NYC) EV("e3", "pos_sold", 1, AT_NYC)));
    assert_counts(b, 1, 0, 0, 1, 1); /* pos_sold stands alone */
    assert_stock(b, "A", "NYC", -1, -1);
    GOOD(b, orders(b, EV("e2", "allocated", 5, AT_NYC)));
    assert_counts(b, 0, 1, 0, 0, 0);
    GOOD(b, orders(b, EV("e1", "placed", 5, "")));
    assert_counts(b, 1, 0, 0, 0, 1);
    assert_stock(b, "A", "NYC", -1, -6);
    assert_false(bed_exists(b, "f.errors.csv"));
}

static void test_an_event_applies_once(void **state)
{
    bed *b = *state;
    /* Other order of keys, another default written out, an explicit null: the same event. */
    GOOD(b, orders(b, EV("e1", "placed", 5, "") EV("e1", "placed", 5, ", \"facility\": null, \"restock\": false")
                          EV("e1", "placed", 6, "") EV("e1", "placed", 5, ", \"queue\": \"preorder\"")));
    assert_counts(b, 1, 1, 2, 0, 0);
    assert_int_equal(queued(b, "A", QUEUE_BROKERING), 5);
    str errors = bed_read(b, "f.errors.csv");
    assert_contains(errors, ",3,event_id,");
    assert_contains(errors, ",4,event_id,");
}

static void test_where_a_placed_line_goes(void **state)
{
    bed *b = *state;
    GOOD(b, orders(b, "{\"event_id\": \"p1\", \"order\": \"1\", \"line\": \"1\", \"sku\": \"A\", \"quantity\": 2, "
                      "\"kind\": \"placed\", \"channel\": \"nyc\"}\n"
                      "{\"event_id\": \"p2\", \"order\": \"1\", \"line\": \"2\", \"sku\": \"A\", \"quantity\": 1, "
                      "\"kind\": \"placed\", \"channel\": \"web\","
                      " \"facility\": \"LA\"}\n"
                      "{\"event_id\": \"p3\", \"order\": \"1\", \"line\": \"3\", \"sku\": \"A\", \"quantity\": 4, "
                      "\"kind\": \"placed\", \"channel\": \"nyc\","
                      " \"queue\": \"preorder\"}\n"
                      "{\"event_id\": \"p4\", \"order\": \"1\", \"line\": \"4\", \"sku\": \"A\", \"quantity\": 4, "
                      "\"kind\": \"placed\", \"channel\": \"web\","
                      " \"queue\": \"preorder\", \"facility\": \"LA\"}\n"));
    assert_counts(b, 3, 0, 1, 0, 2);
    assert_stock(b, "A", "NYC", 0, -2);
    assert_stock(b, "A", "LA", 0, -1);
    assert_int_equal(queued(b, "A", QUEUE_PREORDER), 4);
    assert_contains(bed_read(b, "f.errors.csv"), ",4,queue,");
}

static void test_the_shops_own_event_moves_what_is_explained(void **state)
{
    bed *b = *state;
    store_tx *tx = NULL;
    const store_config *c = NULL;
    target_key k;
    GOOD(b, store_begin(b->store, STORE_WRITE, &tx, &b->error) && store_config_get(tx, &c, &b->error) &&
                store_product_find(tx, STR("A"), &k.product, &b->error));
    k.channel = config_channel_by_code(c, STR("web"))->id;
    GOOD(b, store_link(tx, c->shops[0].id, k.product, STR("gid://shopify/InventoryItem/1"), &b->error) &&
                store_explained(tx, k, EXPLAINED_ADOPT, 10, STR("test"), &b->error) && store_commit(&tx, &b->error));
    GOOD(b, orders(b, EV("e1", "placed", 3, ", \"origin\": \"shop\"") EV("e2", "cancelled", 1, ", \"origin\": \"shop\"")
                          EV("e3", "placed", 1, ", \"origin\": \"phone\"")
                              EV("e4", "placed", 1,
                                 ", \"origin\": \"shop\", \"location\": \"gid://shopify/Location/9\"")));
    assert_counts(b, 4, 0, 0, 0, 0);
    target_row row;
    bool some;
    GOOD(b, store_begin(b->store, STORE_READ, &tx, &b->error) &&
                store_target_get(tx, k, b->memory, &row, &some, &b->error));
    assert_int_equal(row.target.e.value, 8); /* 10 - 3 + 1 restocked; the last was at a location that we do not map */
    store_tx_end(&tx);
}

static void test_a_kit_keeps_the_composition_it_was_placed_with(void **state)
{
    bed *b = *state;
#define KIT_EV(id, kind, more)                                                                                         \
    "{\"event_id\": \"" id                                                                                             \
    "\", \"order\": \"7\", \"line\": \"1\", \"sku\": \"KIT\", \"quantity\": 2, \"kind\": \"" kind                      \
    "\", \"channel\": \"web\"" more "}\n"
    GOOD(b, orders(b, KIT_EV("k2", "allocated", AT_NYC))); /* it waits: nothing is placed yet */
    bed_config(b, "{\"products\": [{\"sku\": \"KIT\", \"kit\": [{\"sku\": \"B\", \"quantity\": 4}]}]}");
    GOOD(b, orders(b, KIT_EV("k1", "placed", "")));
    assert_counts(b, 1, 0, 0, 0, 1);
    assert_stock(b, "B", "NYC", 0, -8);
    bed_config(b, "{\"products\": [{\"sku\": \"KIT\", \"kit\": [{\"sku\": \"B\", \"quantity\": 1}]}]}");
    GOOD(b, orders(b, KIT_EV("k3", "fulfilled", AT_NYC)));
    assert_stock(b, "B", "NYC", -8, -8);
}

static void test_what_waited_carries_its_own_time(void **state)
{
    bed *b = *state;
    GOOD(b, orders(b, EV("e2", "fulfilled", 2, AT_NYC ", \"at\": \"2026-11-24T10:00:00Z\"")
                          EV("e1", "placed", 2, AT_NYC ", \"at\": \"2026-11-24T08:00:00Z\"")));
    assert_counts(b, 2, 0, 0, 0, 1);
    instant as_of;
    GOOD(b, instant_parse(STR("2026-11-24T09:00:00Z"), &as_of, &b->error));
    char *path = bed_file_bytes(b, "g", STR("sku,facility,quantity\nA,NYC,10\n"));
    GOOD(b, feed_levels(b->store, path, RESET_QOH, as_of, &b->options, b->memory, &b->summary, &b->error));
    assert_stock(b, "A", "NYC", 8, 8); /* shipped after the count */
}

static const struct {
    const char *event, *column;
} REFUSED[] = {
    {"{\"event_id\": \"x\"}", "order"},
    {EV("x", "sold", 1, ""), "kind"},
    {EV("x", "placed", 0, ""), "quantity"},
    {EV("x", "placed", 1.0, ""), "quantity"},
    {EV("x", "placed", 1000000001, ""), "quantity"},
    {EV("x", "placed", 1, ", \"facility\": \"NOPE\""), "facility"},
    {EV("x", "placed", 1, ", \"queue\": \"departed\""), "queue"},
    {EV("x", "allocated", 1, ""), "facility"},
    {EV("x", "cancelled", 1, ", \"restock\": \"yes\""), "restock"},
    {EV("x", "placed", 1, ", \"seq\": \"1\""), "seq"},
    {EV("x", "placed", 1, ", \"at\": \"now\""), "at"},
    {EV("x", "placed", 1, ", \"colour\": 1"), "colour"},
    {"{\"event_id\": \"x\", \"order\": \"1\", \"line\": \"1\", \"sku\": \"NOPE\", \"quantity\": 1, \"kind\": "
     "\"placed\", \"channel\": \"web\"}",
     "sku"},
    {"{\"event_id\": \"x\", \"order\": \"1\", \"line\": \"1\", \"sku\": \"A\", \"quantity\": 1, \"kind\": \"placed\", "
     "\"channel\": \"x\"}",
     "channel"},
    {"{\"event_id\": \"x\", \"order\": \"1\", \"line\": \"1\", \"sku\": \"A\", \"quantity\": 1, \"kind\": \"placed\"}",
     "channel"},
    {"{\"event_id\": \"x\", \"order\": 1, \"line\": \"1\", \"sku\": \"A\", \"quantity\": 1, \"kind\": \"placed\", "
     "\"channel\": \"web\"}",
     "order"},
    {"{\"event_id\": \"x\", \"order\": \"1001\", \"line\": \"1\", \"sku\": \"B\", \"quantity\": 1, \"kind\": "
     "\"placed\", \"channel\": \"web\"}",
     "sku"},
};

static void test_each_refusal_names_its_key(void **state)
{
    bed *b = *state;
    GOOD(b, orders(b, EV("e1", "placed", 1, "")));
    for (size_t i = 0; i < COUNT(REFUSED); i++) {
        GOOD(b, orders(b, REFUSED[i].event));
        if (b->summary.counts.refused != 1)
            fail_msg("not refused: %s", REFUSED[i].event);
        assert_contains(bed_read(b, "f.errors.csv"),
                        str_z(b->memory, str_printf(b->memory, ",1,%s,", REFUSED[i].column)));
    }
    assert_int_equal(queued(b, "A", QUEUE_BROKERING), 1);
    GOOD(b, orders(b, EV("x", "placed", 1, ""))); /* a refused event's id is free */
    assert_counts(b, 1, 0, 0, 0, 0);
}

static void test_a_balance_past_its_limit_refuses_the_event_alone(void **state)
{
    bed *b = *state;
    char *path = bed_file_bytes(b, "g", STR("sku,facility,delta\nA,NYC,-1\n"));
    GOOD(b, feed_adjustments(b->store, path, &b->options, b->memory, &b->summary, &b->error));
    str text = STR("");
    for (int i = 0; i < 1001; i++) /* 1,001 x 10^9 passes 10^12 */
        text = str_printf(
            b->memory,
            "%.*s{\"event_id\": \"s%d\", \"order\": \"%d\", \"line\": \"1\", \"sku\": \"A\", \"quantity\": 1000000000,"
            " \"kind\": \"pos_sold\", \"channel\": \"nyc\", \"facility\": \"NYC\"}\n",
            STR_ARG(text), i, i);
    GOOD(b, orders(b, str_z(b->memory, text)));
    assert_counts(b, 999, 0, 2, 0, 999);
    assert_stock(b, "A", "NYC", -999 * INT64_C(1000000000) - 1, -999 * INT64_C(1000000000) - 1);
    assert_contains(bed_read(b, "f.errors.csv"), ",1000,quantity,");
}

/* -- a crash among waiting events -- */

enum { LINES = 1500 };

static const char *waiting_file(bed *b)
{
    char *path = bed_path(b, "f");
    FILE *to = fopen(path, "w");
    for (int pass = 0; pass < 2; pass++) /* all allocations, then the orders of all but the last 100 lines */
        for (int i = 0; i < (pass ? LINES - 100 : LINES); i++)
            fprintf(to,
                    "{\"event_id\": \"%d-%d\", \"order\": \"%d\", \"line\": \"1\", \"sku\": \"A\", \"quantity\": 1, "
                    "\"kind\": \"%s\", \"channel\": \"web\"%s}\n",
                    pass, i, i, pass ? "placed" : "allocated", pass ? "" : ", \"facility\": \"NYC\"");
    fclose(to);
    return path;
}

static void die(void *ctx, int64_t done, int64_t total)
{
    (void)done;
    (void)total;
    int *left = ctx;
    if (--*left == 0)
        _exit(7);
}

static void test_after_a_crash_the_waiting_ones_are_counted_all_the_same(void **state)
{
    bed *b = *state;
    const char *path = waiting_file(b);
    char *url = str_z(b->memory, str_printf(b->memory, "sqlite:%s/db", b->dir));
    store_close(&b->store);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        int chunks = 2; /* 2,000 rows: some orders of lines that wait have come */
        b->options.progress = die;
        b->options.progress_ctx = &chunks;
        if (!store_open(url, STORE_WRITE, &b->clock, &b->store, &b->error) ||
            !feed_orders(b->store, path, &b->options, b->memory, &b->summary, &b->error))
            _exit(1);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(WEXITSTATUS(status), 7);
    GOOD(b, store_open(url, STORE_WRITE, &b->clock, &b->store, &b->error));
    GOOD(b, feed_orders(b->store, path, &b->options, b->memory, &b->summary, &b->error));
    assert_counts(b, 2 * (LINES - 100), 0, 0, 100, LINES - 100);
    assert_stock(b, "A", "NYC", 0, -(LINES - 100));
    assert_text(b->summary.errors_path, "");
}

static void test_a_dry_run_counts_the_waiting_ones(void **state)
{
    bed *b = *state;
    b->options.dry_run = true;
    GOOD(b, feed_orders(b->store, waiting_file(b), &b->options, b->memory, &b->summary, &b->error));
    assert_counts(b, 2 * (LINES - 100), 0, 0, 100, LINES - 100);
    assert_int_equal(bed_ledger_rows(b), 0);
}

static void test_an_empty_file_has_no_rows(void **state)
{
    bed *b = *state;
    GOOD(b, orders(b, "\n"));
    assert_counts(b, 0, 0, 0, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_life_of_a_line, setup, teardown),
        cmocka_unit_test_setup_teardown(test_any_order_comes_to_the_same, setup, teardown),
        cmocka_unit_test_setup_teardown(test_an_event_before_its_placed_waits, setup, teardown),
        cmocka_unit_test_setup_teardown(test_an_event_applies_once, setup, teardown),
        cmocka_unit_test_setup_teardown(test_where_a_placed_line_goes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_shops_own_event_moves_what_is_explained, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_kit_keeps_the_composition_it_was_placed_with, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_waited_carries_its_own_time, setup, teardown),
        cmocka_unit_test_setup_teardown(test_each_refusal_names_its_key, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_balance_past_its_limit_refuses_the_event_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(test_after_a_crash_the_waiting_ones_are_counted_all_the_same, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_dry_run_counts_the_waiting_ones, setup, teardown),
        cmocka_unit_test_setup_teardown(test_an_empty_file_has_no_rows, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
