/* export atp, levels, ledger: every row, in every format. */
#include "feed_unit.h"

typedef bool export_call(store *s, feed_format f, FILE *to, err *e);

static str exported(bed *b, export_call *call, feed_format f)
{
    char *text = NULL;
    size_t len = 0;
    FILE *to = open_memstream(&text, &len);
    GOOD(b, call(b->store, f, to, &b->error));
    fclose(to);
    str copy = str_copy(b->memory, (str){text, len});
    free(text);
    return copy;
}

static int setup(void **state)
{
    bed_setup(state);
    bed *b = *state;
    feed_config_result r;
    GOOD(
        b,
        feed_config(
            b->store,
            bed_file(
                b,
                "{\"facilities\": [{\"code\": \"NYC\", \"type\": \"store\"}, {\"code\": \"L,A\", \"type\": \"store\"}],"
                "\"groups\": [{\"code\": \"G\", \"members\": [{\"facility\": \"NYC\"}]}],"
                "\"channels\": [{\"code\": \"web\", \"mode\": \"aggregate\", \"group\": \"G\"},"
                "{\"code\": \"la\", \"mode\": \"physical\", \"facility\": \"L,A\"}],"
                "\"products\": [{\"sku\": \"A\"}, {\"sku\": \"B \\\"x\\\"\"}],"
                "\"product_channels\": [{\"sku\": \"A\", \"channel\": \"web\", \"threshold\": 3}],"
                "\"product_facilities\": [{\"sku\": \"A\", \"facility\": \"L,A\", \"safety_stock\": 1}]}"),
            false, b->memory, &r, &b->error));
    GOOD(b, feed_adjustments(
                b->store, bed_file(b, "sku,facility,delta,at,reason\nA,NYC,5,2026-11-24T10:00:00Z,found\nA,NYC,-4,,\n"),
                &b->options, b->memory, &b->summary, &b->error));
    assert_counts(b, 2, 0, 0, 0, 2);
    return 0;
}

static void test_atp_has_a_line_for_every_product_in_every_channel(void **state)
{
    bed *b = *state;
    assert_text(exported(b, feed_export_atp, FEED_JSONL),
                "{\"sku\":\"A\",\"channel\":\"la\",\"online_atp\":0,\"raw\":0}\n"
                "{\"sku\":\"A\",\"channel\":\"web\",\"online_atp\":0,\"raw\":-2}\n"
                "{\"sku\":\"B \\\"x\\\"\",\"channel\":\"la\",\"online_atp\":0,\"raw\":0}\n"
                "{\"sku\":\"B \\\"x\\\"\",\"channel\":\"web\",\"online_atp\":0,\"raw\":0}\n");
    assert_contains(exported(b, feed_export_atp, FEED_CSV), "sku,channel,online_atp,raw\nA,la,0,0\n");
}

static void test_levels_are_those_that_ever_moved(void **state)
{
    bed *b = *state;
    static const char *const NYC = "{\"sku\":\"A\",\"facility\":\"NYC\",\"qoh\":1,\"reserved\":0,\"atp\":1}";
    assert_text(exported(b, feed_export_levels, FEED_JSONL), str_z(b->memory, str_printf(b->memory, "%s\n", NYC)));
    assert_text(exported(b, feed_export_levels, FEED_JSON), str_z(b->memory, str_printf(b->memory, "[%s]\n", NYC)));
    bed_move(b, "B \"x\"", "L,A", 1, 0, NULL);
    assert_text(exported(b, feed_export_levels, FEED_CSV),
                "sku,facility,qoh,reserved,atp\nA,NYC,1,0,1\n\"B \"\"x\"\"\",\"L,A\",1,1,0\n");
}

static void test_the_ledger_in_order(void **state)
{
    bed *b = *state;
    str rows = exported(b, feed_export_ledger, FEED_JSONL);
    assert_contains(rows, "{\"seq\":1,\"at\":\"2026-11-24T10:00:00Z\",\"recorded_at\":\"2026-11-24T12:00:00Z\",\"sku\":"
                          "\"A\",\"facility\":\"NYC\","
                          "\"qoh_delta\":5,\"atp_delta\":5,\"qoh\":5,\"atp\":5,\"reason\":\"found\",\"source\":"
                          "\"adjustments f\",\"actor\":\"cli\"}\n"
                          "{\"seq\":2,\"at\":\"2026-11-24T12:00:00Z\",");
    const js_value *all;
    GOOD(b, js_parse(b->memory, exported(b, feed_export_ledger, FEED_JSON), &all, &b->error));
    assert_int_equal(all->count, 2);
    assert_contains(exported(b, feed_export_ledger, FEED_CSV),
                    "\n2,2026-11-24T12:00:00Z,2026-11-24T12:00:00Z,A,NYC,-4,-4,1,1,adjustment,adjustments f,cli\n");
}

static void test_a_full_disk_is_told(void **state)
{
    bed *b = *state;
    FILE *full = fopen("/dev/full", "w");
    assert_non_null(full);
    BAD(b, feed_export_ledger(b->store, FEED_JSONL, full, &b->error), ERR_IO, "cannot be written");
    BAD(b, feed_config_export(b->store, full, &b->error), ERR_IO, "cannot be written");
    fclose(full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_atp_has_a_line_for_every_product_in_every_channel, setup, bed_teardown),
        cmocka_unit_test_setup_teardown(test_levels_are_those_that_ever_moved, setup, bed_teardown),
        cmocka_unit_test_setup_teardown(test_the_ledger_in_order, setup, bed_teardown),
        cmocka_unit_test_setup_teardown(test_a_full_disk_is_told, setup, bed_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
