/* import config: whole file or nothing, changes told, references and rules checked; export config gives the same again.
 */
#include "feed_unit.h"

static feed_config_result result;

static bool config(bed *b, const char *text)
{
    return feed_config(b->store, bed_file(b, text), false, b->memory, &result, &b->error);
}

/* Each change as a line: `+what`, `=what`, `what.field: old -> new`. */
static str told(bed *b)
{
    str out = STR("");
    for (size_t i = 0; i < result.change_count; i++) {
        const feed_change *c = &result.changes[i];
        if (c->kind == FEED_CHANGE)
            out = str_printf(b->memory, "%.*s%.*s.%.*s: %.*s -> %.*s\n", STR_ARG(out), STR_ARG(c->what),
                             STR_ARG(c->field), STR_ARG(c->old_value), STR_ARG(c->new_value));
        else
            out =
                str_printf(b->memory, "%.*s%c%.*s\n", STR_ARG(out), c->kind == FEED_ADD ? '+' : '=', STR_ARG(c->what));
    }
    return out;
}

/* The contract's own example, with more of everything. */
static const char WHOLE[] =
    "{\"facilities\": [{\"code\": \"NYC\", \"name\": \"New York\", \"type\": \"store\", \"active\": true, "
    "\"time_zone\": \"America/New_York\"},"
    " {\"code\": \"LA\", \"type\": \"warehouse\", \"active\": false}, {\"code\": \"AAA\", \"type\": \"outlet\"}],"
    "\"groups\": [{\"code\": \"ONLINE\", \"members\": [{\"facility\": \"NYC\", \"from\": \"2026-01-01T00:00:00Z\", "
    "\"thru\": null},"
    " {\"facility\": \"LA\"}]}],"
    "\"shops\": [{\"code\": \"main\", \"url\": \"http://127.0.0.1:9292/\", \"api_version\": \"2026-10\", "
    "\"token_env\": \"SHOP_TOKEN\","
    " \"webhook_secret_env\": \"SHOP_SECRET\", \"writable\": true},"
    " {\"code\": \"b2b\", \"url\": \"https://b2b.example\", \"client_id_env\": \"ID\", \"client_secret_file\": \"/s\", "
    "\"index_lag_s\": 1,"
    " \"unmapped_orders\": \"ignore\"}],"
    "\"channels\": [{\"code\": \"web\", \"shop\": \"main\", \"location\": \"gid://shopify/Location/1\", \"mode\": "
    "\"aggregate\","
    " \"group\": \"ONLINE\", \"reserve_inventory\": true, \"hold_preorder\": true, \"ships_from\": \"LA\"},"
    " {\"code\": \"computed\", \"mode\": \"aggregate\", \"group\": \"ONLINE\", \"reserve_inventory\": false, "
    "\"publish_negative\": true},"
    " {\"code\": \"nyc\", \"shop\": \"main\", \"location\": \"gid://shopify/Location/2\", \"mode\": \"physical\", "
    "\"facility\": \"NYC\"}],"
    "\"products\": [{\"sku\": \"KIT\", \"kit\": [{\"sku\": \"A\", \"quantity\": 2}, {\"sku\": \"B\", \"quantity\": "
    "1}]},"
    " {\"sku\": \"A\", \"title\": \"Shirt \\\"S\\\"\", \"product_type\": \"Shirts\", \"vendor\": \"ABC\", \"tags\": "
    "[\"sale\", \"new\"],"
    " \"identifiers\": [{\"type\": \"UPCA\", \"value\": \"012\"}, {\"type\": \"EAN\", \"value\": \"7\"}]}, {\"sku\": "
    "\"B\"}],"
    "\"product_facilities\": [{\"sku\": \"A\", \"facility\": \"NYC\", \"safety_stock\": 5, \"allow_brokering\": false, "
    "\"allow_pickup\": false}],"
    "\"product_channels\": [{\"sku\": \"A\", \"channel\": \"web\", \"threshold\": 10, \"sellable\": false,"
    " \"item\": \"gid://shopify/InventoryItem/7\"}, {\"sku\": \"B\", \"channel\": \"computed\", \"threshold\": 3}],"
    "\"rules\": []}";

static void test_the_export_gives_the_same_configuration(void **state)
{
    bed *b = *state;
    GOOD(b, config(b, WHOLE));
    assert_int_equal(result.added, 3 + 1 + 2 + 3 + 3 + 1 + 2);
    str first = bed_export(b);
    store *other = NULL, *own = b->store;
    GOOD(b, store_open("sqlite::memory:", STORE_WRITE, &b->clock, &other, &b->error));
    b->store = other;
    GOOD(b, config(b, str_z(b->memory, first)));
    assert_text(bed_export(b), str_z(b->memory, first));
    b->store = own;
    store_close(&other);
    assert_contains(first, "\"url\":\"http://127.0.0.1:9292\"");
    assert_contains(first, "{\"sku\":\"A\",\"channel\":\"nyc\",\"item\":\"gid://shopify/InventoryItem/7\"}");
    GOOD(b, config(b, str_z(b->memory, first)));
    assert_int_equal(result.added + result.changed, 0);
    GOOD(b, config(b, WHOLE));
    assert_int_equal(result.added + result.changed, 0);
}

static void test_an_empty_database_exports_empty_lists(void **state)
{
    bed *b = *state;
    GOOD(b, config(b, str_z(b->memory, bed_export(b))));
    assert_int_equal(result.change_count, 0);
    assert_contains(bed_export(b), "\"facilities\": []");
}

static void test_changes_are_told_and_absent_keys_stay(void **state)
{
    bed *b = *state;
    GOOD(b, config(b, WHOLE));
    GOOD(b, config(b, "{\"facilities\": [{\"code\": \"NYC\", \"active\": false}, {\"code\": \"LA\"}, {\"code\": "
                      "\"NEW\", \"type\": \"store\"}],"
                      "\"groups\": [{\"code\": \"ONLINE\", \"members\": [{\"facility\": \"NEW\"}]}],"
                      "\"channels\": [{\"code\": \"web\", \"hold_preorder\": false, \"ships_from\": null}],"
                      "\"products\": [{\"sku\": \"A\", \"tags\": [\"new\"], \"identifiers\": [], \"title\": "
                      "\"Shirt\"}, {\"sku\": \"KIT\", \"kit\": []}],"
                      "\"product_facilities\": [{\"sku\": \"A\", \"facility\": \"NYC\", \"allow_pickup\": true}],"
                      "\"product_channels\": [{\"sku\": \"A\", \"channel\": \"web\", \"item\": null}]}"));
    assert_text(told(b), "facility NYC.active: true -> false\n"
                         "=facility LA\n"
                         "+facility NEW\n"
                         "group ONLINE.members: NYC from 2026-01-01T00:00:00Z, LA -> NEW\n"
                         "channel web.ships_from: LA -> \n"
                         "channel web.hold_preorder: true -> false\n"
                         "product A.title: Shirt \"S\" -> Shirt\n"
                         "product A.tags: sale, new -> new\n"
                         "product A.identifiers: EAN 7, UPCA 012 -> \n"
                         "product KIT.kit: A x 2, B x 1 -> \n"
                         "product A at NYC.allow_pickup: false -> true\n"
                         "product A in web.item: gid://shopify/InventoryItem/7 -> \n");
    assert_int_equal(result.added, 1);
    assert_int_equal(result.changed, 7);
    assert_int_equal(result.same, 1);
    str now = bed_export(b);
    assert_contains(now, "{\"code\":\"NYC\",\"name\":\"New "
                         "York\",\"type\":\"store\",\"active\":false,\"time_zone\":\"America/New_York\"}");
    assert_contains(now, "\"vendor\":\"ABC\",\"tags\":[\"new\"]}");
    assert_contains(now, "\"safety_stock\":5,\"allow_brokering\":false,\"allow_pickup\":true");
    assert_contains(now, "\"threshold\":10,\"sellable\":false}");
}

static void test_lists_that_only_look_alike_are_changes(void **state)
{
    bed *b = *state;
    bed_config(b, "{\"products\": [{\"sku\": \"A\", \"tags\": [\"a\", \"b\"], \"identifiers\": [{\"type\": \"X\", "
                  "\"value\": \"Y Z\"}]}]}");
    GOOD(b, config(b, "{\"products\": [{\"sku\": \"A\", \"tags\": [\"a, b\"], \"identifiers\": [{\"type\": \"X Y\", "
                      "\"value\": \"Z\"}]}]}"));
    assert_text(told(b), "product A.tags: a, b -> \"a, b\"\nproduct A.identifiers: X \"Y Z\" -> \"X Y\" Z\n");
}

static void test_a_dry_run_tells_and_writes_nothing(void **state)
{
    bed *b = *state;
    str before = bed_export(b);
    GOOD(b, feed_config(b->store, bed_file(b, WHOLE), true, b->memory, &result, &b->error));
    assert_int_equal(result.added, 15);
    assert_text(bed_export(b), str_z(b->memory, before));
}

static void test_what_a_kit_is_may_change_hands_in_one_file(void **state)
{
    bed *b = *state;
    GOOD(b, config(b, WHOLE));
    /* KIT becomes a component of B, which was a component of it. */
    GOOD(b, config(b, "{\"products\": [{\"sku\": \"B\", \"kit\": [{\"sku\": \"KIT\", \"quantity\": 1}]}, {\"sku\": "
                      "\"KIT\", \"kit\": null}]}"));
    assert_contains(bed_export(b), "{\"sku\":\"B\",\"kit\":[{\"sku\":\"KIT\",\"quantity\":1}]}");
}

static void test_a_shop_changes_its_way_in(void **state)
{
    bed *b = *state;
    GOOD(b, config(b, WHOLE));
    GOOD(b, config(b, "{\"shops\": [{\"code\": \"main\", \"client_id_env\": \"I\", \"client_secret_env\": \"S\"}, "
                      "{\"code\": \"b2b\", \"client_secret_env\": \"T\"}]}"));
    assert_contains(bed_export(b),
                    "\"client_id_env\":\"I\",\"client_secret_env\":\"S\",\"webhook_secret_env\":\"SHOP_SECRET\"");
    assert_contains(bed_export(b), "\"client_id_env\":\"ID\",\"client_secret_env\":\"T\",\"writable\"");
    GOOD(b, config(b, "{\"shops\": [{\"code\": \"main\", \"token_file\": \"/t\"}]}"));
    assert_contains(bed_export(b), "\"token_file\":\"/t\",\"webhook_secret_env\"");
}

static void test_a_channel_changes_its_mode(void **state)
{
    bed *b = *state;
    GOOD(b, config(b, WHOLE));
    GOOD(b, config(b, "{\"channels\": [{\"code\": \"computed\", \"mode\": \"physical\", \"facility\": \"LA\"}]}"));
    assert_contains(bed_export(b), "{\"code\":\"computed\",\"mode\":\"physical\",\"facility\":\"LA\",");
}

/* Each refuses the whole file, and its text says where and how to mend it. */
static const struct {
    const char *text, *says;
} BAD_FILES[] = {
    {"[]", "must be an object of lists"},
    {"{\"facilitys\": []}", "\"facilitys\" is not known"},
    {"{\"groups\": {}}", "\"groups\" must be a list"},
    {"{\"groups\": [], \"groups\": []}", "duplicate"},
    {"{\"groups\": [", "not JSON"},
    {"{\"rules\": [{}]}", "\"rules\" must be empty"},
    {"{\"facilities\": [7]}", "facilities[0]: it must be an object"},
    {"{\"facilities\": [{\"code\": \"X\", \"type\": \"store\"}, {\"type\": \"store\"}]}",
     "facilities[1]: \"code\" is missing"},
    {"{\"facilities\": [{\"code\": 7, \"type\": \"store\"}]}", "\"code\" must be a text"},
    {"{\"facilities\": [{\"code\": \"X\"}]}", "facilities[0] (X): \"type\" is missing"},
    {"{\"facilities\": [{\"code\": \"X\", \"type\": \"shoop\"}]}",
     "\"shoop\", which is none of store, outlet, warehouse"},
    {"{\"facilities\": [{\"code\": \"X\", \"type\": \"store\", \"actve\": true}]}", "\"actve\" is not known"},
    {"{\"facilities\": [{\"code\": \"X\", \"type\": \"store\", \"active\": 1}]}", "\"active\" must be true or false"},
    {"{\"facilities\": [{\"code\": \"X\", \"type\": \"store\", \"time_zone\": \"Mars/Base\"}]}",
     "\"Mars/Base\" is not known"},
    {"{\"facilities\": [{\"code\": \"NYC\"}, {\"code\": \"NYC\"}]}", "facilities[1] (NYC): the list names it twice"},
    {"{\"groups\": [{\"code\": \"G\", \"members\": [{\"facility\": \"NOPE\"}]}]}",
     "groups[0] (G): members[0]: \"facility\" names \"NOPE\""},
    {"{\"groups\": [{\"code\": \"G\", \"members\": [{\"facility\": \"NYC\"}, {\"facility\": \"NYC\", \"from\": "
     "\"2026-01-01T00:00:00Z\"}]}]}",
     "a member twice"},
    {"{\"groups\": [{\"code\": \"G\", \"members\": [{\"facility\": \"NYC\", \"from\": \"2026-02-01T00:00:00Z\", "
     "\"thru\": \"2026-01-01T00:00:00Z\"}]}]}",
     "\"thru\" must be later"},
    {"{\"groups\": [{\"code\": \"G\", \"members\": [{\"facility\": \"NYC\", \"from\": \"soon\"}]}]}",
     "\"from\": 'soon' is not a time"},
    {"{\"shops\": [{\"code\": \"s\", \"token_env\": \"T\"}]}", "\"url\" is missing"},
    {"{\"shops\": [{\"code\": \"s\", \"url\": \"s.myshopify.com\", \"token_env\": \"T\"}]}",
     "must begin with https://"},
    {"{\"shops\": [{\"code\": \"s\", \"url\": \"https://s\"}]}", "it needs \"token_env\""},
    {"{\"shops\": [{\"code\": \"s\", \"url\": \"https://s\", \"client_id_env\": \"I\"}]}", "it needs \"token_env\""},
    {"{\"shops\": [{\"code\": \"s\", \"url\": \"https://s\", \"token_env\": \"T\", \"token_file\": \"F\"}]}",
     "not both"},
    {"{\"shops\": [{\"code\": \"s\", \"url\": \"https://s\", \"token_env\": \"T\", \"client_id_env\": \"I\", "
     "\"client_secret_env\": \"S\"}]}",
     "not both"},
    {"{\"shops\": [{\"code\": \"s\", \"url\": \"https://s\", \"token_env\": \"T\", \"api_version\": \"latest\"}]}",
     "written like \"2026-10\""},
    {"{\"shops\": [{\"code\": \"main\", \"index_lag_s\": -1}]}", "whole number from 0"},
    {"{\"shops\": [{\"code\": \"main\", \"unmapped_orders\": \"drop\"}]}", "none of demand, ignore"},
    {"{\"channels\": [{\"code\": \"c\", \"mode\": \"aggregate\"}]}", "needs a \"group\""},
    {"{\"channels\": [{\"code\": \"c\", \"mode\": \"physical\", \"facility\": \"NYC\", \"group\": \"ONLINE\"}]}",
     "has a \"facility\", no \"group\""},
    {"{\"channels\": [{\"code\": \"c\", \"mode\": \"aggregate\", \"group\": \"NOPE\"}]}",
     "\"group\" names \"NOPE\", which does not exist"},
    {"{\"channels\": [{\"code\": \"c\", \"mode\": \"aggregate\", \"group\": \"ONLINE\", \"shop\": \"main\"}]}",
     "both \"shop\" and \"location\""},
    {"{\"channels\": [{\"code\": \"c\", \"mode\": \"aggregate\", \"group\": \"ONLINE\", \"shop\": \"main\", "
     "\"location\": \"1\"}]}",
     "gid://shopify/Location/"},
    {"{\"channels\": [{\"code\": \"c\", \"mode\": \"aggregate\", \"group\": \"ONLINE\", \"shop\": \"main\", "
     "\"location\": \"gid://shopify/Location/1\"}]}",
     "the channel \"web\" is on the same location"},
    {"{\"channels\": [{\"code\": \"web\", \"reserve_inventory\": false}]}", "\"reserve_inventory\" must be true"},
    {"{\"products\": [{\"sku\": \"A\", \"tags\": \"sale\"}]}", "\"tags\" must be a list"},
    {"{\"products\": [{\"sku\": \"A\", \"identifiers\": [{\"type\": \"UPCA\"}]}]}",
     "a \"value\" in \"identifiers\" is missing"},
    {"{\"products\": [{\"sku\": \"A\", \"identifiers\": [{\"type\": \"U\", \"value\": \"1\", \"x\": 1}]}]}",
     "\"x\" in \"identifiers\" is not known"},
    {"{\"products\": [{\"sku\": \"A\", \"kit\": [{\"sku\": \"NOPE\", \"quantity\": 1}]}]}",
     "products[0] (A): \"kit\" names the SKU \"NOPE\""},
    {"{\"products\": [{\"sku\": \"KIT\", \"kit\": [{\"sku\": \"A\", \"quantity\": 0}]}]}",
     "products[0] (KIT): \"kit\": a kit takes"},
    {"{\"products\": [{\"sku\": \"N\", \"kit\": [{\"sku\": \"KIT\", \"quantity\": 1}]}]}", "itself a kit"},
    {"{\"product_facilities\": [{\"sku\": \"NOPE\", \"facility\": \"NYC\"}]}", "there is no product \"NOPE\""},
    {"{\"product_facilities\": [{\"sku\": \"A\", \"facility\": \"NOPE\"}]}", "there is no facility \"NOPE\""},
    {"{\"product_facilities\": [{\"sku\": \"A\", \"facility\": \"NYC\", \"safety_stock\": 1.5}]}", "whole number"},
    {"{\"product_facilities\": [{\"sku\": \"A\", \"facility\": \"NYC\", \"safety_stock\": -1}]}",
     "\"safety_stock\" must be a whole number from 0"},
    {"{\"product_channels\": [{\"sku\": \"A\", \"channel\": \"computed\", \"item\": "
     "\"gid://shopify/InventoryItem/1\"}]}",
     "the channel has no shop"},
    {"{\"product_channels\": [{\"sku\": \"A\", \"channel\": \"web\", \"item\": \"7\"}]}",
     "gid://shopify/InventoryItem/"},
    {"{\"product_channels\": [{\"sku\": \"B\", \"channel\": \"web\", \"item\": \"gid://shopify/InventoryItem/7\"}]}",
     "linked to another product"},
};

static void test_bad_files_are_refused_whole(void **state)
{
    bed *b = *state;
    GOOD(b, config(b, WHOLE));
    str before = bed_export(b);
    for (size_t i = 0; i < COUNT(BAD_FILES); i++) {
        /* A good part in front, which must not stay. */
        const char *text = BAD_FILES[i].text;
        BAD(b, config(b, text), ERR_INPUT, BAD_FILES[i].says);
        assert_contains(str_of(b->error.text), b->dir); /* the file */
        assert_text(bed_export(b), str_z(b->memory, before));
    }
}

static void test_a_product_with_stock_cannot_become_a_kit(void **state)
{
    bed *b = *state;
    GOOD(b, config(b, WHOLE));
    bed_move(b, "B", "NYC", 1, 1, NULL);
    BAD(b,
        config(b, "{\"facilities\": [{\"code\": \"LA\", \"active\": true}], \"products\": [{\"sku\": \"B\", \"kit\": "
                  "[{\"sku\": \"A\", \"quantity\": 1}]}]}"),
        ERR_INPUT, "products[0] (B): \"kit\"");
    assert_contains(bed_export(b),
                    "{\"code\":\"LA\",\"type\":\"warehouse\",\"active\":false"); /* nothing of the file stays */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_export_gives_the_same_configuration, bed_setup, bed_teardown),
        cmocka_unit_test_setup_teardown(test_an_empty_database_exports_empty_lists, bed_setup, bed_teardown),
        cmocka_unit_test_setup_teardown(test_changes_are_told_and_absent_keys_stay, bed_setup, bed_teardown),
        cmocka_unit_test_setup_teardown(test_lists_that_only_look_alike_are_changes, bed_setup, bed_teardown),
        cmocka_unit_test_setup_teardown(test_a_dry_run_tells_and_writes_nothing, bed_setup, bed_teardown),
        cmocka_unit_test_setup_teardown(test_what_a_kit_is_may_change_hands_in_one_file, bed_setup, bed_teardown),
        cmocka_unit_test_setup_teardown(test_a_shop_changes_its_way_in, bed_setup, bed_teardown),
        cmocka_unit_test_setup_teardown(test_a_channel_changes_its_mode, bed_setup, bed_teardown),
        cmocka_unit_test_setup_teardown(test_bad_files_are_refused_whole, bed_setup, bed_teardown),
        cmocka_unit_test_setup_teardown(test_a_product_with_stock_cannot_become_a_kit, bed_setup, bed_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
