/* What is remembered of imported files. */
#include "store_tests.h"

static void test_an_import_is_known_by_bytes_kind_and_options(void **state)
{
    fixture *f = *state;
    digest content = digest_of(STR("the bytes"));
    import_counts counts = {.rows = 9, .applied = 5, .unchanged = 1, .refused = 2, .waiting = 1, .movements = 6};
    store_import got;
    bool some;
    int64_t id, again;
    begin(f);
    OK(store_import_find(f->tx, STR("levels"), STR("qoh"), content, &got, &some, &trouble));
    assert_false(some);
    OK(store_import_begin(f->tx, STR("levels"), STR("qoh"), content, STR("levels.csv"), &id, &trouble));
    OK(store_import_progress(f->tx, id, 4, &counts, false, &trouble));
    commit(f);
    if (fixture_has_file())
        reopen(f, STORE_WRITE); /* the crash */
    begin(f);
    OK(store_import_find(f->tx, STR("levels"), STR("qoh"), content, &got, &some, &trouble));
    assert_true(some);
    assert_int_equal(got.id, id);
    assert_false(got.finished);
    assert_int_equal(got.rows_done, 4);
    assert_int_equal(got.started_at, NOON);
    assert_memory_equal(&got.counts, &counts, sizeof counts);
    assert_memory_equal(got.content.at, content.at, sizeof content.at);
    OK(store_import_find(f->tx, STR("levels"), STR("atp"), content, &got, &some, &trouble));
    assert_false(some);
    OK(store_import_find(f->tx, STR("orders"), STR("qoh"), content, &got, &some, &trouble));
    assert_false(some);
    OK(store_import_begin(f->tx, STR("levels"), STR("qoh"), content, STR("levels.csv"), &again, &trouble));
    OK(store_import_progress(f->tx, again, 9, &counts, true, &trouble));
    OK(store_import_find(f->tx, STR("levels"), STR("qoh"), content, &got, &some, &trouble));
    assert_int_equal(got.id, again); /* the newest */
    assert_true(got.finished);
    FAILS(store_import_progress(f->tx, 99, 0, &counts, true, &trouble), ERR_MISSING, "99");
    commit(f);
}

static void test_refused_rows_come_back_as_they_stood(void **state)
{
    fixture *f = *state;
    refused_row *rows;
    size_t count;
    int64_t id;
    const refused_row REFUSED[] = {
        {7, STR("quantity"), STR("1.5 is not a whole number"), STR("A,\"N,YC\",1.5")},
        {3, STR(""), STR("4 fields, the header has 3"), {"\xff\0x", 3}}, /* bytes that are no text */
    };
    begin(f);
    OK(store_import_begin(f->tx, STR("levels"), STR(""), digest_of(STR("x")), STR(""), &id, &trouble));
    for (size_t i = 0; i < COUNT(REFUSED); i++)
        OK(store_refused_add(f->tx, id, &REFUSED[i], &trouble));
    commit(f);
    begin(f);
    OK(store_refused_after(f->tx, id, 0, 10, f->a, &rows, &count, &trouble));
    assert_int_equal(count, 2);
    assert_int_equal(rows[0].row, 3);
    assert_int_equal(rows[0].bytes.len, 3);
    assert_memory_equal(rows[0].bytes.at, REFUSED[1].bytes.at, 3);
    assert_text(rows[0].column, "");
    assert_text(rows[1].column, "quantity");
    OK(store_refused_after(f->tx, id, 3, 10, f->a, &rows, &count, &trouble));
    assert_int_equal(count, 1);
    assert_text(rows[0].bytes, "A,\"N,YC\",1.5");
    OK(store_refused_clear(f->tx, id, &trouble));
    OK(store_refused_after(f->tx, id, 0, 10, f->a, &rows, &count, &trouble));
    assert_int_equal(count, 0);
    commit(f);
}

static void test_a_key_applies_once_for_ever(void **state)
{
    fixture *f = *state;
    digest content, one = digest_of(STR("A,NYC,5"));
    bool some;
    begin(f);
    OK(store_key_find(f->tx, STR("k1"), &content, &some, &trouble));
    assert_false(some);
    OK(store_key_add(f->tx, STR("k1"), one, &trouble));
    FAILS(store_key_add(f->tx, STR("k1"), one, &trouble), ERR_CONFLICT, "adjustment_key");
    commit(f);
    look(f);
    OK(store_key_find(f->tx, STR("k1"), &content, &some, &trouble));
    assert_true(some);
    assert_memory_equal(content.at, one.at, sizeof one.at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_an_import_is_known_by_bytes_kind_and_options),
        TEST(test_refused_rows_come_back_as_they_stood),
        TEST(test_a_key_applies_once_for_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
