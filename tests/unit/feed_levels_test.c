/* import levels: arithmetic of the three modes, replay, refusals, and the rules of all file imports. */
#include "feed_unit.h"

static bool levels_at(bed *b, const char *text, reset_mode mode, const char *as_of)
{
    instant at = INSTANT_NONE;
    if (as_of)
        GOOD(b, instant_parse(str_of(as_of), &at, &b->error));
    return feed_levels(b->store, bed_file(b, text), mode, at, &b->options, b->memory, &b->summary, &b->error);
}

static bool levels(bed *b, const char *text, reset_mode mode)
{
    return levels_at(b, text, mode, NULL);
}

static int setup(void **state)
{
    bed_setup(state);
    bed *b = *state;
    bed_facility(b, "NYC");
    bed_facility(b, "LA");
    bed_product(b, "A", "012");
    bed_product(b, "B", "777");
    bed_product(b, "C", "777");
    return 0;
}

/* Not after tests that reserve units without an order: verify would rightly miss it. */
static int teardown(void **state)
{
    bed_verify(*state);
    return bed_teardown(state);
}

/* The table of the domain study 7.2. */
static const struct {
    reset_mode mode;
    qty qoh, atp, file, qoh_after, atp_after;
} MODES[] = {
    {RESET_ATP, 10, 5, 4, 9, 4},
    {RESET_QOH, 10, 5, 4, 4, -1},
    {RESET_KEEP_GAP, 15, 10, 20, 20, 15},
    {RESET_ATP, 0, 0, -3, -3, -3},
};

static void test_the_three_modes(void **state)
{
    bed *b = *state;
    for (size_t i = 0; i < COUNT(MODES); i++) {
        b->now += US_PER_S;
        str sku = str_printf(b->memory, "M%zu", i);
        bed_product(b, str_z(b->memory, sku), NULL);
        bed_move(b, str_z(b->memory, sku), "NYC", MODES[i].qoh, MODES[i].atp, NULL);
        str text = str_printf(b->memory, "facility,sku,quantity\nNYC,%.*s,%" PRId64 "\n", STR_ARG(sku), MODES[i].file);
        GOOD(b, levels(b, str_z(b->memory, text), MODES[i].mode));
        assert_counts(b, 1, 0, 0, 0, 1);
        assert_stock(b, str_z(b->memory, sku), "NYC", MODES[i].qoh_after, MODES[i].atp_after);
    }
}

static void test_a_late_snapshot_undoes_nothing(void **state)
{
    bed *b = *state;
    /* The documented race: 102 at 12:02; then -2, -1; the snapshot comes last. A reservation moves ATP alone. */
    bed_move(b, "A", "NYC", 102, 102, "2026-11-24T10:00:00Z");
    bed_move(b, "A", "NYC", -2, -2, "2026-11-24T10:03:00Z");
    bed_move(b, "A", "NYC", 0, -5, "2026-11-24T10:04:00Z");
    GOOD(b, levels_at(b, "sku,facility,quantity\nA,NYC,103\n", RESET_QOH, "2026-11-24T10:02:00Z"));
    assert_stock(b, "A", "NYC", 101, 96);
    assert_counts(b, 1, 0, 0, 0, 1);

    /* atp: the reservation is replayed, too; a row's own as_of goes before the file's. */
    GOOD(b, levels_at(b, "sku,facility,quantity,as_of\nA,NYC,50,2026-11-24T10:03:30Z\n", RESET_ATP,
                      "2020-01-01T00:00:00Z"));
    assert_stock(b, "A", "NYC", 50, 45);

    GOOD(b, levels_at(b, "sku,facility,quantity\nA,NYC,1\n", RESET_ATP, "2026-11-24T10:03:00Z"));
    assert_counts(b, 0, 1, 0, 0, 0); /* older than the newest reset there */
    assert_stock(b, "A", "NYC", 50, 45);
}

static void test_without_difference_it_is_unchanged(void **state)
{
    bed *b = *state;
    GOOD(b, levels(b, "sku,facility,quantity\nA,NYC,5\nB,NYC,0\n", RESET_QOH));
    assert_counts(b, 2, 0, 0, 0, 2); /* a first count of 0 is a ledger row */
    assert_int_equal(bed_ledger_rows(b), 2);
    GOOD(b, levels(b, "sku,facility,quantity\nB,NYC,0\nA,NYC,5\n", RESET_QOH));
    assert_counts(b, 0, 2, 0, 0, 0);
    assert_int_equal(bed_ledger_rows(b), 2);
}

static void test_refused_rows_stand_in_the_errors_file(void **state)
{
    bed *b = *state;
    static const char FILE_TEXT[] = "sku;facility;quantity;as_of\n"
                                    "A;NYC;5;\n"
                                    " A ;\"NYC\";6;\n"
                                    "Z;NYC;1;\n"
                                    "A;XX;1;\n"
                                    ";NYC;1;\n"
                                    "A;LA;-1;\n"
                                    "B;LA;1.5;\n"
                                    "B;LA;1000000001;\n"
                                    "B;LA;;\n"
                                    "B;LA;1;yesterday\n"
                                    "B;LA\n"
                                    "B;;1;\n"
                                    "C;LA;7;\n";
    GOOD(b, levels(b, FILE_TEXT, RESET_QOH));
    assert_counts(b, 2, 0, 11, 0, 2);
    assert_stock(b, "A", "NYC", 5, 5);
    assert_stock(b, "C", "LA", 7, 7);
    assert_true(str_ends(b->summary.errors_path, STR("/f.errors.csv")));
    str errors = bed_read(b, "f.errors.csv");
    assert_contains(errors, "sku;facility;quantity;as_of;error_row;error_column;error_reason\n");
    assert_contains(errors, "\n A ;\"NYC\";6;;2;sku;\"the file names this product at this facility a second time;");
    assert_contains(errors, "\nZ;NYC;1;;3;sku;");
    assert_contains(errors, "\nA;XX;1;;4;facility;\"there is no facility with the code 'XX'");
    assert_contains(errors, "\n;NYC;1;;5;sku;");
    assert_contains(errors, "\nA;LA;-1;;6;quantity;");
    assert_contains(errors, "\nB;LA;1.5;;7;quantity;'1.5' is not a whole number");
    assert_contains(errors, "\nB;LA;1000000001;;8;quantity;");
    assert_contains(errors, "\nB;LA;;;9;quantity;");
    assert_contains(errors, "\nB;LA;1;yesterday;10;as_of;");
    assert_contains(errors, "\nB;LA;11;;the row has fewer fields than the header\n");
    assert_contains(errors, "\nB;;1;;12;facility;");
}

static void test_the_errors_file_can_be_mended_and_imported(void **state)
{
    bed *b = *state;
    b->options.errors_path = bed_path(b, "errors");
    GOOD(b, levels(b, "sku,facility,quantity\nA,NYC,x\n\"B,NYC,1\n", RESET_QOH));
    str errors = bed_read(b, "errors");
    assert_contains(errors, "\nA,NYC,x,1,quantity,'x' is not a whole number\n");
    assert_contains(errors, "\n\"B,NYC,1\",2,,"); /* its quote is closed, so that the reason can be read */
    assert_false(bed_exists(b, "f.errors.csv"));
    GOOD(b,
         levels(b, "sku,facility,quantity,error_row,error_column,error_reason\nA,NYC,3,1,quantity,why\n", RESET_QOH));
    assert_counts(b, 1, 0, 0, 0, 1);
    assert_false(contains(b->notes, "error_row"));
}

static void test_the_errors_file_goes_when_its_file_is_mended(void **state)
{
    bed *b = *state;
    static const char BAD_TEXT[] = "sku,facility,quantity\nA,NYC,x\n", MENDED[] = "sku,facility,quantity\nA,NYC,3\n";
    GOOD(b, levels(b, BAD_TEXT, RESET_QOH));
    b->options.dry_run = true;
    GOOD(b, levels(b, MENDED, RESET_QOH));
    assert_true(bed_exists(b, "f.errors.csv")); /* a dry run writes nothing */
    b->options.dry_run = false;
    b->options.errors_path = bed_path(b, "errors");
    bed_file_bytes(b, "errors", bed_read(b, "f.errors.csv"));
    GOOD(b, levels(b, "sku,facility,quantity\nA,NYC,4\n", RESET_QOH));
    assert_true(bed_exists(b, "errors")); /* named by hand: another file's rows may stand there */
    b->options.errors_path = NULL;
    GOOD(b, levels(b, MENDED, RESET_QOH));
    assert_false(bed_exists(b, "f.errors.csv"));
    assert_contains(b->notes, "f.errors.csv is gone: its rows are mended");
}

static void test_a_file_that_only_has_the_errors_files_name_stays(void **state)
{
    bed *b = *state;
    static const char *const OTHERS[] = {"", "my own notes\n", "sku,error_row,error_column\n",
                                         "error_row,error_column,error_reason\n",
                                         "sku,error_row,error_column,error_reason,more\n"};
    for (size_t i = 0; i < COUNT(OTHERS); i++) {
        bed_file_bytes(b, "f.errors.csv", str_of(OTHERS[i]));
        GOOD(b, levels(b, "sku,facility,quantity\nA,NYC,3\n", RESET_QOH));
        assert_text(bed_read(b, "f.errors.csv"), OTHERS[i]);
        b->options.again = true;
    }
}

static void test_an_errors_file_that_cannot_be_written_leaves_the_import_open(void **state)
{
    bed *b = *state;
    static const char FILE_TEXT[] = "sku,facility,quantity\nA,NYC,5\nZ,NYC,1\n";
    b->options.errors_path = bed_path(b, "nowhere/errors");
    BAD(b, levels(b, FILE_TEXT, RESET_QOH), ERR_IO, "--errors");
    b->options.errors_path = NULL;
    GOOD(b, levels(b, FILE_TEXT, RESET_QOH));
    assert_counts(b, 1, 0, 1, 0, 1);
    assert_contains(bed_read(b, "f.errors.csv"), "\nZ,NYC,1,2,sku,");
}

static void test_products_are_found_by_hotwaxs_names(void **state)
{
    bed *b = *state;
    GOOD(b, levels(b,
                   "facilityId,externalFacilityId,locationSeqId,idType,idValue,availableQty,extra\n"
                   "NYC,,TLTLTLLL01,sku,A,1,\n"
                   ",LA,TLTLTLLL01,UPCA,012,2,\n"
                   "NYC,,,shopifyProductSku,B,3,\n"
                   "LA,,,upc,777,4,\n"
                   "LA,,,,C,5,\n"
                   "LA,,,EAN,012,6,\n",
                   RESET_ATP));
    assert_counts(b, 4, 0, 2, 0, 4);
    assert_stock(b, "A", "NYC", 1, 1);
    assert_stock(b, "A", "LA", 2, 2);
    assert_stock(b, "B", "NYC", 3, 3);
    assert_stock(b, "C", "LA", 5, 5);
    str errors = bed_read(b, "f.errors.csv");
    assert_contains(errors, ",4,idValue,several products have the identifier '777' of type upc");
    assert_contains(errors, ",6,idValue,\"there is no product with the identifier '012' of type EAN");
    assert_contains(b->notes, "ignored: extra\n");
    GOOD(b, levels(b, "productId,facility,quantity\n012,NYC,9\n", RESET_ATP));
    assert_stock(b, "A", "NYC", 9, 9);
}

static void test_kits_are_refused(void **state)
{
    bed *b = *state;
    store_tx *tx = NULL;
    int64_t kit = bed_product(b, "KIT", NULL), part = 0;
    GOOD(b, store_begin(b->store, STORE_WRITE, &tx, &b->error) && store_product_find(tx, STR("A"), &part, &b->error) &&
                store_kit_replace(tx, kit, &(store_kit_part){part, 2}, 1, &b->error) && store_commit(&tx, &b->error));
    GOOD(b, levels(b, "sku,facility,quantity\nKIT,NYC,5\nA,NYC,2\n", RESET_QOH));
    assert_counts(b, 1, 0, 1, 0, 1);
    assert_contains(bed_read(b, "f.errors.csv"), ",1,sku,it is a kit");
}

static void test_a_file_without_its_columns_is_refused_whole(void **state)
{
    bed *b = *state;
    BAD(b, levels(b, "sku,quantity\nA,1\n", RESET_QOH), ERR_INPUT, "'facility'");
    BAD(b, levels(b, "facility,quantity\nNYC,1\n", RESET_QOH), ERR_INPUT, "'sku'");
    BAD(b, levels(b, "sku,facility\nA,NYC\n", RESET_QOH), ERR_INPUT, "'quantity'");
    BAD(b, levels(b, "sku,sku,facility,quantity\nA,A,NYC,1\n", RESET_QOH), ERR_INPUT, "twice");
    BAD(b, levels(b, "", RESET_QOH), ERR_INPUT, "empty");
    assert_int_equal(bed_ledger_rows(b), 0);
    GOOD(b, levels(b, "sku,facility,quantity\n", RESET_QOH)); /* a header alone is a file without rows */
    assert_counts(b, 0, 0, 0, 0, 0);
}

/* -- the same bytes -- */

static const char TWO[] = "sku,facility,quantity\nA,NYC,5\nB,NYC,6\nZ,NYC,7\n";

static void test_the_same_bytes_again_change_nothing(void **state)
{
    bed *b = *state;
    GOOD(b, levels(b, TWO, RESET_QOH));
    assert_counts(b, 2, 0, 1, 0, 2);
    bed_move(b, "A", "NYC", -1, -1, NULL);
    b->now += US_PER_S;
    GOOD(b, levels(b, TWO, RESET_QOH));
    assert_true(b->summary.same_bytes);
    assert_counts(b, 0, 3, 0, 0, 0);
    assert_contains(b->notes, "the same bytes");
    assert_stock(b, "A", "NYC", 4, 4);

    GOOD(b, levels(b, TWO, RESET_KEEP_GAP)); /* another mode is another import */
    assert_counts(b, 1, 1, 1, 0, 1);
    bed_move(b, "A", "NYC", -1, -1, NULL);
    b->now += US_PER_S;
    b->options.again = true;
    GOOD(b, levels(b, TWO, RESET_QOH));
    assert_counts(b, 1, 1, 1, 0, 1);
    assert_stock(b, "A", "NYC", 5, 5);
}

static void test_a_dry_run_writes_nothing_and_is_no_first_time(void **state)
{
    bed *b = *state;
    b->options.dry_run = true;
    GOOD(b, levels(b, TWO, RESET_QOH));
    assert_counts(b, 2, 0, 1, 0, 2);
    assert_int_equal(bed_ledger_rows(b), 0);
    assert_false(bed_exists(b, "f.errors.csv"));
    assert_text(b->summary.errors_path, "");
    assert_contains(b->notes, "row 3, sku: there is no product with the SKU 'Z'");
    b->options.dry_run = false;
    GOOD(b, levels(b, TWO, RESET_QOH));
    assert_counts(b, 2, 0, 1, 0, 2);
}

static void test_all_or_nothing(void **state)
{
    bed *b = *state;
    b->options.all_or_nothing = true;
    GOOD(b, levels(b, TWO, RESET_QOH));
    assert_counts(b, 0, 2, 1, 0, 0);
    assert_int_equal(bed_ledger_rows(b), 0);
    assert_contains(bed_read(b, "f.errors.csv"), "\nZ,NYC,7,3,sku,");
    GOOD(b, levels(b, TWO, RESET_QOH)); /* no first time either */
    assert_counts(b, 0, 2, 1, 0, 0);
    GOOD(b, levels(b, "sku,facility,quantity\nA,NYC,5\nB,NYC,6\n", RESET_QOH));
    assert_counts(b, 2, 0, 0, 0, 2);
    assert_stock(b, "B", "NYC", 6, 6);
}

/* -- many rows, and a crash -- */

enum { ROWS = 45000 }; /* three chunks */

/* Rows of 50 products at 900 facilities, facility by facility; every 1,000th is bad, and the last names a pair again.
 */
static const char *many(bed *b, const char *name, bool make)
{
    static const char *const HEADER = "sku,facility,quantity\n";
    char *path = bed_path(b, name);
    FILE *to = fopen(path, "w");
    fputs(HEADER, to);
    for (int i = 0; i < ROWS; i++)
        fprintf(to, "P%d,F%d,%s%d\n", i % 50, i / 50, i % 1000 == 999 ? "x" : "", i % 7);
    fputs("P0,F0,3\n", to);
    assert_int_equal(fclose(to), 0);
    store_tx *tx = NULL;
    if (!make)
        return path;
    GOOD(b, store_begin(b->store, STORE_WRITE, &tx, &b->error));
    for (int i = 0; i < 50; i++) {
        store_product p = {
            .sku = str_printf(b->memory, "P%d", i), .title = STR(""), .product_type = STR(""), .vendor = STR("")};
        GOOD(b, store_product_put(tx, &p, NULL, &b->error));
    }
    for (int i = 0; i < ROWS / 50; i++) {
        store_facility f = {
            .code = str_printf(b->memory, "F%d", i), .name = STR(""), .active = true, .time_zone = STR("UTC")};
        GOOD(b, store_facility_put(tx, &f, NULL, &b->error));
    }
    GOOD(b, store_commit(&tx, &b->error));
    return path;
}

typedef struct killer {
    int chunks_left;
} killer;

static void die(void *ctx, int64_t done, int64_t total)
{
    killer *k = ctx;
    (void)done;
    (void)total;
    if (k->chunks_left-- == 0)
        _exit(7); /* no clean up whatever */
}

/* Imports in a child that dies after `chunks` of them are committed. */
static void crash(bed *b, const char *path, int chunks)
{
    store_close(&b->store);
    fflush(NULL);
    char *url = str_z(b->memory, str_printf(b->memory, "sqlite:%s/db", b->dir));
    pid_t child = fork();
    if (child == 0) {
        killer k = {chunks - 1};
        b->options.progress = die;
        b->options.progress_ctx = &k;
        if (!store_open(url, STORE_WRITE, &b->clock, &b->store, &b->error) ||
            !feed_levels(b->store, path, RESET_QOH, INSTANT_NONE, &b->options, b->memory, &b->summary, &b->error))
            _exit(1);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(WEXITSTATUS(status), 7);
    GOOD(b, store_open(url, STORE_WRITE, &b->clock, &b->store, &b->error));
}

static void test_after_a_crash_it_ends_as_one_whole_import_would_have(void **state)
{
    bed *b = *state;
    const char *path = many(b, "f", true);
    import_counts want = {.rows = ROWS + 1, .refused = ROWS / 1000 + 1};
    for (int i = 0; i < ROWS; i++)
        if (i % 1000 != 999)
            want.movements++, want.applied++; /* a first count of 0, too */
    crash(b, path, 1);
    assert_in_range(bed_ledger_rows(b), 19000, 19999);
    crash(b, path, 1); /* the second chunk, in a second run */
    GOOD(b, feed_levels(b->store, path, RESET_QOH, INSTANT_NONE, &b->options, b->memory, &b->summary, &b->error));
    assert_counts(b, want.applied, want.unchanged, want.refused, 0, want.movements);
    assert_int_equal(bed_ledger_rows(b), want.movements);
    assert_contains(b->notes, "going on after row 40000");
    str errors = bed_read(b, "f.errors.csv"), line;
    int64_t lines = 0;
    assert_contains(errors, "\nP49,F19,x5,1000,quantity,"); /* of the first run */
    assert_contains(errors, "\nP0,F0,3,45001,sku,the file names");
    while (str_cut(errors, '\n', &line, &errors))
        lines++;
    assert_int_equal(lines, want.refused + 1);
    GOOD(b, feed_levels(b->store, path, RESET_QOH, INSTANT_NONE, &b->options, b->memory, &b->summary, &b->error));
    assert_true(b->summary.same_bytes);
    assert_counts(b, 0, want.rows, 0, 0, 0);
}

static void test_what_was_interrupted_cannot_be_all_or_nothing(void **state)
{
    bed *b = *state;
    const char *path = many(b, "f", true);
    crash(b, path, 1);
    b->options.all_or_nothing = true;
    BAD(b, feed_levels(b->store, path, RESET_QOH, INSTANT_NONE, &b->options, b->memory, &b->summary, &b->error),
        ERR_CONFLICT, "interrupted after row 20000");
}

static void test_a_dry_run_over_many_chunks_counts_like_the_import(void **state)
{
    bed *b = *state;
    const char *path = many(b, "f", true);
    b->options.dry_run = true;
    GOOD(b, feed_levels(b->store, path, RESET_QOH, INSTANT_NONE, &b->options, b->memory, &b->summary, &b->error));
    import_counts dry = b->summary.counts;
    assert_int_equal(bed_ledger_rows(b), 0);
    b->options.dry_run = false;
    GOOD(b, feed_levels(b->store, path, RESET_QOH, INSTANT_NONE, &b->options, b->memory, &b->summary, &b->error));
    assert_memory_equal(&dry, &b->summary.counts, sizeof dry);
}

static void on_second(void *ctx, int64_t done, int64_t total)
{
    (void)done;
    (void)total;
    bed *b = ctx, *other = ARENA_NEW(b->memory, bed, 1);
    *other = *b;
    other->options.progress = NULL;
    other->store = NULL;
    b->options.progress = NULL;
    char *url = str_z(b->memory, str_printf(b->memory, "sqlite:%s/db", b->dir));
    GOOD(b, store_open(url, STORE_WRITE, &b->clock, &other->store, &b->error));
    GOOD(other, feed_levels(other->store, bed_path(b, "f"), RESET_QOH, INSTANT_NONE, &other->options, b->memory,
                            &other->summary, &other->error));
    store_close(&other->store);
}

static void test_two_imports_of_one_file_at_once_do_not_mix(void **state)
{
    bed *b = *state;
    const char *path = many(b, "f", true);
    b->options.progress = on_second; /* after the first chunk, another process takes the rest */
    b->options.progress_ctx = b;
    GOOD(b, feed_levels(b->store, path, RESET_QOH, INSTANT_NONE, &b->options, b->memory, &b->summary, &b->error));
    assert_true(b->summary.same_bytes);
    assert_int_equal(b->summary.counts.unchanged, ROWS + 1);
    assert_int_equal(bed_ledger_rows(b), ROWS - ROWS / 1000);
}

static void on_taken_and_left(void *ctx, int64_t done, int64_t total)
{
    (void)done;
    (void)total;
    bed *b = ctx;
    AUTO(store_tx_end) store_tx *tx = NULL;
    const import_counts counts = {0};
    b->options.progress = NULL;
    GOOD(b, store_begin(b->store, STORE_WRITE, &tx, &b->error));
    GOOD(b, store_import_progress(tx, 1, 7000, &counts, false, &b->error));
    GOOD(b, store_commit(&tx, &b->error));
}

static void test_an_import_that_was_overtaken_and_left_is_told(void **state)
{
    bed *b = *state;
    const char *path = many(b, "f", true);
    b->options.progress = on_taken_and_left;
    b->options.progress_ctx = b;
    BAD(b, feed_levels(b->store, path, RESET_QOH, INSTANT_NONE, &b->options, b->memory, &b->summary, &b->error),
        ERR_CONFLICT, "stands still after row 7000");
}

static void on_note(void *ctx, str line)
{
    bed *b = ctx;
    (void)line;
    b->options.note = bed_note;
    on_second(b, 0, 0);
}

static void test_two_first_imports_of_one_file_do_not_mix(void **state)
{
    bed *b = *state;
    b->options.note = on_note; /* of the unknown column: before the first chunk */
    GOOD(b, levels(b, "sku,facility,quantity,colour\nA,NYC,1,red\n", RESET_QOH));
    assert_true(b->summary.same_bytes);
    assert_int_equal(bed_ledger_rows(b), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_three_modes, setup, bed_teardown),
        cmocka_unit_test_setup_teardown(test_a_late_snapshot_undoes_nothing, setup, bed_teardown),
        cmocka_unit_test_setup_teardown(test_without_difference_it_is_unchanged, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refused_rows_stand_in_the_errors_file, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_errors_file_can_be_mended_and_imported, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_errors_file_goes_when_its_file_is_mended, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_file_that_only_has_the_errors_files_name_stays, setup, teardown),
        cmocka_unit_test_setup_teardown(test_an_errors_file_that_cannot_be_written_leaves_the_import_open, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_products_are_found_by_hotwaxs_names, setup, teardown),
        cmocka_unit_test_setup_teardown(test_kits_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_file_without_its_columns_is_refused_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_same_bytes_again_change_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_dry_run_writes_nothing_and_is_no_first_time, setup, teardown),
        cmocka_unit_test_setup_teardown(test_all_or_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_after_a_crash_it_ends_as_one_whole_import_would_have, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_was_interrupted_cannot_be_all_or_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_dry_run_over_many_chunks_counts_like_the_import, setup, teardown),
        cmocka_unit_test_setup_teardown(test_two_imports_of_one_file_at_once_do_not_mix, setup, teardown),
        cmocka_unit_test_setup_teardown(test_two_first_imports_of_one_file_do_not_mix, setup, teardown),
        cmocka_unit_test_setup_teardown(test_an_import_that_was_overtaken_and_left_is_told, setup, teardown),
    };
    /* The last one waits as long as a writer waits, 30 s: with `./dev test --long` only. */
    const char *patient = getenv("EVENSTOCK_LONG");
    size_t count = patient && strcmp(patient, "1") == 0 ? COUNT(tests) : COUNT(tests) - 1;
    return _cmocka_run_group_tests("tests", tests, count, NULL, NULL);
}
