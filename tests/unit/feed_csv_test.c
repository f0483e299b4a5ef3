/* Bytes to rows: encodings, gzip, delimiters, quotes, limits, columns. */
#include "feed_unit.h"

#include "feed/internal.h"

/* All rows of a file as text: `1[a|b]`, a broken one as `2!`. */
static str rows_of(bed *b, const char *path)
{
    feed__source *source = NULL;
    feed__csv *csv = NULL;
    str out = STR("");
    GOOD(b, feed__source_open(path, &source, &b->error) && feed__csv_open(source, &csv, &b->error));
    const str *names;
    size_t count;
    (void)feed__csv_header(csv, &names, &count);
    for (;;) {
        feed__row row;
        bool some;
        GOOD(b, feed__csv_next(csv, &row, &some, &b->error));
        if (!some)
            break;
        out = str_printf(b->memory, "%.*s%d", STR_ARG(out), (int)row.number);
        if (row.broken) {
            out = str_printf(b->memory, "%.*s!", STR_ARG(out));
            continue;
        }
        for (size_t i = 0; i < count; i++)
            out = str_printf(b->memory, "%.*s%c%.*s", STR_ARG(out), i ? '|' : '[', STR_ARG(row.fields[i]));
        out = str_printf(b->memory, "%.*s]", STR_ARG(out));
    }
    GOOD(b, feed__source_same(source, &b->error));
    feed__csv_close(&csv);
    feed__source_close(&source);
    return out;
}

static const struct {
    const char *what, *text, *rows;
} FORMS[] = {
    {"plain", "a,b\n1,2\n3,4\n", "1[1|2]2[3|4]"},
    {"no last line end", "a,b\n1,2", "1[1|2]"},
    {"windows line ends", "a,b\r\n1,2\r\n3,4\r\n", "1[1|2]2[3|4]"},
    {"old line ends", "a,b\r1,2\r3,4", "1[1|2]2[3|4]"},
    {"semicolons", "a;b\n1,5;2\n", "1[1,5|2]"},
    {"tabs", "a\tb\n1\t\n\t2\n\t\n", "1[1|]2[|2]3[|]"},
    {"byte order mark",
     "\xef\xbb\xbf"
     "a,b\n1,2\n",
     "1[1|2]"},
    {"spaces around", "a , b\n  1\t,  2  \n\" 3 \",4\n", "1[1|2]2[3|4]"},
    {"quotes", "a,b\n\"x, \"\"y\"\"\",\"\"\n", "1[x, \"y\"|]"},
    {"line ends in quotes", "a,b\n\"x\r\ny\",2\n3,4\n", "1[x\r\ny|2]2[3|4]"},
    {"empty lines", "\n\na,b\n\n1,2\n   \n\r\n3,4\n\n", "1[1|2]2[3|4]"},
    {"header only", "a,b\n", ""},
    {"too few, too many", "a,b\n1\n1,2,3\n4,5\n", "1!2!3[4|5]"},
    {"quote never closed", "a,b\n1,\"2\n3,4\n5,6", "1!2[3|4]3[5|6]"},
    {"quote never closed at the end", "a,b\n3,4\n1,\"2", "1[3|4]2!"},
    {"quote inside a field", "a,b\n5\" pipe,2\n3,4\n", "1!2[3|4]"},
    {"text after a quote", "a,b\n\"5\" pipe,2\n3,4\n", "1!2[3|4]"},
    {"not UTF-8", "a,b\n\xff,2\n3,4\n", "1!2[3|4]"},
};

static void test_rows_of_every_form(void **state)
{
    bed *b = *state;
    for (size_t i = 0; i < COUNT(FORMS); i++) {
        str got = rows_of(b, bed_file(b, FORMS[i].text));
        if (!str_equal(got, str_of(FORMS[i].rows)))
            fail_msg("%s: %.*s, want %s", FORMS[i].what, STR_ARG(got), FORMS[i].rows);
    }
}

static void test_a_row_knows_its_bytes(void **state)
{
    bed *b = *state;
    feed__source *source = NULL;
    feed__csv *csv = NULL;
    feed__row row;
    bool some;
    char *path = bed_file(b, "a,b\r\n \"x\ny\" , 2 \r\n");
    GOOD(b, feed__source_open(path, &source, &b->error) && feed__csv_open(source, &csv, &b->error) &&
                feed__csv_next(csv, &row, &some, &b->error));
    assert_text(row.bytes, " \"x\ny\" , 2 ");
    feed__csv_close(&csv);
    feed__source_close(&source);
}

/* A row in the middle of the file that is as long as a row may be (its end does not count), or longer by a byte. */
static void test_the_longest_row_and_a_longer_one(void **state)
{
    bed *b = *state;
    for (size_t more = 0; more <= 3 * FEED__ROW_MAX; more = more ? more * 3 : 1) {
        size_t pad = FEED__ROW_MAX - strlen(",2") + more;
        char *text = ARENA_NEW(b->memory, char, pad + 64);
        static const char FIRST[] = "a,b\n1,2\n", LAST[] = ",2\n3,4\n";
        size_t len = sizeof FIRST - 1;
        memcpy(text, FIRST, len);
        memset(text + len, 'x', pad);
        memcpy(text + len + pad, LAST, sizeof LAST - 1);
        len += pad + sizeof LAST - 1;
        str got = rows_of(b, bed_file_bytes(b, "f", (str){text, len}));
        str end = {got.at + got.len - strlen("3[3|4]"), strlen("3[3|4]")};
        assert_text(end, "3[3|4]");
        assert_true(contains(got, "2!") == (more > 0));
    }
}

/* "a,b\n1,2\n3,4\n" */
static const unsigned char PACKED[] = {0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x4b,
                                       0xd4, 0x49, 0xe2, 0x32, 0xd4, 0x31, 0xe2, 0x32, 0xd6, 0x31, 0xe1,
                                       0x02, 0x00, 0xe5, 0xe9, 0xd6, 0xce, 0x0c, 0x00, 0x00, 0x00};

static void test_gzip_is_read_and_damage_is_told(void **state)
{
    bed *b = *state;
    str whole = {(const char *)PACKED, sizeof PACKED};
    char *path = bed_file_bytes(b, "f.gz", whole);
    assert_text(rows_of(b, path), "1[1|2]2[3|4]");

    feed__source *source = NULL;
    bed_file_bytes(b, "f.gz", (str){whole.at, whole.len - 9});
    BAD(b, feed__source_open(path, &source, &b->error), ERR_INPUT, "ends too early");
    char *bytes = str_z(b->memory, whole);
    bytes[whole.len - 6] ^= 1; /* the check sum */
    bed_file_bytes(b, "f.gz", (str){bytes, whole.len});
    BAD(b, feed__source_open(path, &source, &b->error), ERR_INPUT, "damaged");
}

static void test_a_packed_file_has_the_digest_of_its_content(void **state)
{
    bed *b = *state;
    feed__source *packed = NULL, *plain = NULL;
    char *path = bed_file_bytes(b, "f.gz", (str){(const char *)PACKED, sizeof PACKED});
    GOOD(b, feed__source_open(path, &packed, &b->error) &&
                feed__source_open(bed_file(b, "a,b\n1,2\n3,4\n"), &plain, &b->error));
    digest x = feed__source_digest(packed), y = feed__source_digest(plain);
    assert_memory_equal(&x, &y, sizeof x);
    feed__source_close(&packed);
    feed__source_close(&plain);
}

static void test_other_encodings_are_refused_by_name(void **state)
{
    bed *b = *state;
    static const char MARKED[] = "\xff\xfe"
                                 "a\0,\0b\0",
                      BARE[] = "a\0,\0b\0", BIG[] = "\xfe\xff\0a";
    const str files[] = {{MARKED, sizeof MARKED - 1}, {BARE, sizeof BARE - 1}, {BIG, sizeof BIG - 1}};
    feed__source *source = NULL;
    for (size_t i = 0; i < COUNT(files); i++)
        BAD(b, feed__source_open(bed_file_bytes(b, "f", files[i]), &source, &b->error), ERR_INPUT, "UTF-16");
}

static void test_a_file_that_cannot_be_read(void **state)
{
    bed *b = *state;
    feed__source *source = NULL;
    BAD(b, feed__source_open(bed_path(b, "nothing"), &source, &b->error), ERR_IO, "nothing");
    BAD(b, feed__source_open(b->dir, &source, &b->error), ERR_IO, b->dir);
}

static void test_a_file_that_changes_meanwhile_is_told(void **state)
{
    bed *b = *state;
    feed__source *source = NULL;
    char *path = bed_file(b, "");
    FILE *to = fopen(path, "w");
    for (int i = 0; i < 100000; i++)
        fprintf(to, "row %d\n", i);
    fclose(to);
    GOOD(b, feed__source_open(path, &source, &b->error)); /* holds the first part */
    to = fopen(path, "r+");
    assert_int_equal(fseek(to, -2, SEEK_END), 0);
    fputc('x', to);
    fclose(to);
    BAD(b, feed__source_same(source, &b->error), ERR_INPUT, "changed while");
    feed__source_close(&source);
}

static void test_standard_input_is_a_file_too(void **state)
{
    bed *b = *state;
    int ends[2], held = dup(STDIN_FILENO);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "a,b\n1,2\n", 8), 8);
    close(ends[1]);
    assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    close(ends[0]);
    assert_text(rows_of(b, "-"), "1[1|2]");
    dup2(held, STDIN_FILENO);
    close(held);
}

static void test_an_empty_file_has_no_header(void **state)
{
    bed *b = *state;
    feed__source *source = NULL;
    feed__csv *csv = NULL;
    static const char *const FILES[] = {"", "\n\n", "\xef\xbb\xbf"};
    for (size_t i = 0; i < COUNT(FILES); i++) {
        GOOD(b, feed__source_open(bed_file(b, FILES[i]), &source, &b->error));
        BAD(b, feed__csv_open(source, &csv, &b->error), ERR_INPUT, "empty");
        feed__source_close(&source);
    }
}

static void test_columns_are_found_by_all_their_names(void **state)
{
    bed *b = *state;
    static const feed__column KNOWN[] = {{"sku"}, {"facility", {"facilityId"}}, {"quantity"}};
    int at[3];
    str unknown;
    const str good[] = {STR("FacilityID"), STR("x"), STR("SKU"), STR("error_row"), STR("error_row"), STR("y")};
    GOOD(b, feed__columns_find(KNOWN, 3, good, COUNT(good), b->memory, at, &unknown, &b->error));
    assert_int_equal(at[0], 2);
    assert_int_equal(at[1], 0);
    assert_int_equal(at[2], -1);
    assert_text(unknown, "x, y");
    const str twice[] = {STR("sku"), STR("Sku")}, both[] = {STR("facility"), STR("facilityId")},
              other[] = {STR("q"), STR("q")};
    BAD(b, feed__columns_find(KNOWN, 3, twice, 2, b->memory, at, &unknown, &b->error), ERR_INPUT, "twice");
    BAD(b, feed__columns_find(KNOWN, 3, both, 2, b->memory, at, &unknown, &b->error), ERR_INPUT, "the same one");
    BAD(b, feed__columns_find(KNOWN, 3, other, 2, b->memory, at, &unknown, &b->error), ERR_INPUT, "twice");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_rows_of_every_form, bed_setup, bed_teardown),
        cmocka_unit_test_setup_teardown(test_a_row_knows_its_bytes, bed_setup, bed_teardown),
        cmocka_unit_test_setup_teardown(test_the_longest_row_and_a_longer_one, bed_setup, bed_teardown),
        cmocka_unit_test_setup_teardown(test_gzip_is_read_and_damage_is_told, bed_setup, bed_teardown),
        cmocka_unit_test_setup_teardown(test_a_packed_file_has_the_digest_of_its_content, bed_setup, bed_teardown),
        cmocka_unit_test_setup_teardown(test_other_encodings_are_refused_by_name, bed_setup, bed_teardown),
        cmocka_unit_test_setup_teardown(test_a_file_that_cannot_be_read, bed_setup, bed_teardown),
        cmocka_unit_test_setup_teardown(test_a_file_that_changes_meanwhile_is_told, bed_setup, bed_teardown),
        cmocka_unit_test_setup_teardown(test_standard_input_is_a_file_too, bed_setup, bed_teardown),
        cmocka_unit_test_setup_teardown(test_an_empty_file_has_no_header, bed_setup, bed_teardown),
        cmocka_unit_test_setup_teardown(test_columns_are_found_by_all_their_names, bed_setup, bed_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
