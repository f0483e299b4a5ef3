/* import adjustments: signed changes, keys, and what is already in a count. */
#include "feed_unit.h"

static bool adjust(bed *b, const char *text)
{
    return feed_adjustments(b->store, bed_file(b, text), &b->options, b->memory, &b->summary, &b->error);
}

static int setup(void **state)
{
    bed_setup(state);
    bed *b = *state;
    bed_facility(b, "NYC");
    bed_facility(b, "LA");
    bed_product(b, "A", "012");
    bed_product(b, "B", NULL);
    return 0;
}

static int teardown(void **state)
{
    bed_verify(*state);
    return bed_teardown(state);
}

static void test_signed_changes_add_up(void **state)
{
    bed *b = *state;
    GOOD(b, adjust(b, "sku,facility,delta,reason\nA,NYC,10,found\nA,NYC,-12,\nA,LA,+3,\nA,LA,0,\n"));
    assert_counts(b, 4, 0, 0, 0, 3); /* never refused for its result; 0 moves nothing */
    assert_stock(b, "A", "NYC", -2, -2);
    assert_stock(b, "A", "LA", 3, 3);
    store_tx *tx = NULL;
    store_movement *rows = NULL;
    size_t count;
    GOOD(b, store_begin(b->store, STORE_READ, &tx, &b->error) &&
                store_movements_after(tx, 0, 0, 0, 10, b->memory, &rows, &count, &b->error));
    store_tx_end(&tx);
    assert_text(rows[0].reason, "found");
    assert_text(rows[1].reason, "adjustment");
    assert_text(rows[0].source, "adjustments f");
    assert_text(rows[0].actor, "cli");
}

static void test_hotwaxs_names(void **state)
{
    bed *b = *state;
    b->options.actor = "pos";
    GOOD(b, adjust(b, "facilityId,idType,idValue,availableDelta,varianceReasonId\nNYC,UPCA,012,-2,POS_SALE\n"));
    assert_counts(b, 1, 0, 0, 0, 1);
    assert_stock(b, "A", "NYC", -2, -2);
}

static void test_a_key_applies_once_for_ever(void **state)
{
    bed *b = *state;
    GOOD(b, adjust(b, "sku,facility,delta,key\nA,NYC,5,k1\nA,NYC,5,k1\nA,NYC,5,k2\nA,NYC,6,k1\nA,NYC,1,\n"));
    assert_counts(b, 3, 1, 1, 0, 3);
    assert_stock(b, "A", "NYC", 11, 11);
    assert_contains(bed_read(b, "f.errors.csv"), "\nA,NYC,6,k1,4,key,\"the key 'k1' was used before");
    /* The content is what the row names after identifiers are resolved. */
    GOOD(b, adjust(b, "id_type,id_value,facility,delta,key\nUPCA,012,NYC,5,k1\nUPCA,012,LA,5,k2\n"));
    assert_counts(b, 0, 1, 1, 0, 0);
    GOOD(b, adjust(b, "sku,facility,delta,key,at\nA,NYC,5,k1,2026-11-24T10:00:00Z\n")); /* its time is content, too */
    assert_counts(b, 0, 0, 1, 0, 0);
    assert_stock(b, "A", "NYC", 11, 11);
}

static void test_of_two_rows_with_one_key_the_files_first_counts(void **state)
{
    bed *b = *state;
    /* B is the later product: in order of product the second row would come first. */
    GOOD(b, adjust(b, "sku,facility,delta,key\nB,NYC,1,k\nA,NYC,1,k\n"));
    assert_counts(b, 1, 0, 1, 0, 1);
    assert_stock(b, "B", "NYC", 1, 1);
}

static void test_a_refused_rows_key_is_not_remembered(void **state)
{
    bed *b = *state;
    GOOD(b, adjust(b, "sku,facility,delta,key\nA,XX,1,k\nA,NYC,x,k\nA,NYC,7,k\n"));
    assert_counts(b, 1, 0, 2, 0, 1);
    assert_stock(b, "A", "NYC", 7, 7);
}

static void test_a_balance_past_its_limit_refuses_the_row_alone(void **state)
{
    bed *b = *state;
    bed_move(b, "A", "NYC", ATP_BALANCE_MAX - 5, ATP_BALANCE_MAX - 5, NULL);
    GOOD(b, adjust(b, "sku,facility,delta,key\nA,NYC,3,a\nA,NYC,3,b\nA,NYC,-1,c\nB,NYC,1,d\n"));
    assert_counts(b, 3, 0, 1, 0, 3);
    assert_stock(b, "A", "NYC", ATP_BALANCE_MAX - 3, ATP_BALANCE_MAX - 3);
    assert_contains(bed_read(b, "f.errors.csv"), "\nA,NYC,3,b,2,delta,the balance of A would pass");
    GOOD(b, adjust(b, "sku,facility,delta,key\nA,NYC,2,b\n")); /* its key was free again */
    assert_counts(b, 1, 0, 0, 0, 1);

    b->options.dry_run = true;
    GOOD(b, adjust(b, "sku,facility,delta\nA,NYC,3\nB,NYC,1\n"));
    assert_counts(b, 1, 0, 1, 0, 1);
}

static void test_what_a_count_has_in_it_does_not_move_qoh_again(void **state)
{
    bed *b = *state;
    instant as_of;
    GOOD(b, instant_parse(STR("2026-11-24T10:00:00Z"), &as_of, &b->error));
    char *counted = bed_file_bytes(b, "g", STR("sku,facility,quantity\nA,NYC,20\n"));
    GOOD(b, feed_levels(b->store, counted, RESET_QOH, as_of, &b->options, b->memory, &b->summary, &b->error));
    GOOD(b, adjust(b, "sku,facility,delta,at\nA,NYC,-2,2026-11-24T10:00:00Z\nA,NYC,-3,2026-11-24T10:00:01Z\n"));
    assert_counts(b, 2, 0, 0, 0, 2);
    assert_stock(b, "A", "NYC", 17, 17);
}

static void test_refusals_name_row_and_column(void **state)
{
    bed *b = *state;
    GOOD(b, adjust(b, "sku,facility,delta,at\nA,NYC,-1000000001,\nA,NYC,1,2026-13-01T00:00:00Z\nA,NYC,,\n"));
    assert_counts(b, 0, 0, 3, 0, 0);
    str errors = bed_read(b, "f.errors.csv");
    assert_contains(errors, ",1,delta,");
    assert_contains(errors, ",2,at,");
    assert_contains(errors, ",3,delta,the number is missing");
    BAD(b, adjust(b, "sku,facility\nA,NYC\n"), ERR_INPUT, "'delta'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_signed_changes_add_up, setup, teardown),
        cmocka_unit_test_setup_teardown(test_hotwaxs_names, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_key_applies_once_for_ever, setup, teardown),
        cmocka_unit_test_setup_teardown(test_of_two_rows_with_one_key_the_files_first_counts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_refused_rows_key_is_not_remembered, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_balance_past_its_limit_refuses_the_row_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_a_count_has_in_it_does_not_move_qoh_again, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refusals_name_row_and_column, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
