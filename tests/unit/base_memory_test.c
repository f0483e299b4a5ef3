/* Arenas, and the lists and tables that live in them. */
#include "unit.h"

static bool is_zero(const unsigned char *at, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (at[i] != 0)
            return false;
    return true;
}

static void test_pieces_are_aligned_zeroed_and_apart(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    unsigned char *pieces[600];
    for (size_t i = 0; i < COUNT(pieces); i++) {
        size_t align = (size_t)1 << (i % 9), size = i % 67;
        pieces[i] = arena_get(a, 1, size, align);
        assert_int_equal((uintptr_t)pieces[i] % align, 0);
        assert_true(is_zero(pieces[i], size));
        memset(pieces[i], (int)(i % 255) + 1, size);
    }
    for (size_t i = 0; i < COUNT(pieces); i++)
        for (size_t j = 0; j < i % 67; j++)
            assert_int_equal(pieces[i][j], i % 255 + 1);
}

static void test_large_pieces_stand_beside_small_ones(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    char *small = ARENA_NEW(a, char, 10);
    unsigned char *large = ARENA_NEW(a, unsigned char, 50000000);
    assert_true(is_zero(large, 50000000));
    memset(large, 0xFF, 50000000);
    assert_true(is_zero((unsigned char *)small, 10));
    assert_true(is_zero(ARENA_NEW(a, unsigned char, 10), 10));
    assert_int_equal(arena_used(a), 50000020);
}

static void test_a_cleared_arena_gives_zeroed_memory_again(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(100000);
    arena_clear(a);
    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 3000; i++) {
            unsigned char *piece = ARENA_NEW(a, unsigned char, 100);
            assert_true(is_zero(piece, 100));
            memset(piece, 0xFF, 100);
        }
        assert_int_equal(arena_used(a), 300000);
        arena_clear(a);
        assert_int_equal(arena_used(a), 0);
    }
}

static void test_ending_no_arena_is_fine(void **state)
{
    (void)state;
    arena *a = NULL;
    arena_end(&a);
    a = arena_new(0);
    arena_end(&a);
    assert_null(a);
}

static void ask_for_more_than_there_is(void)
{
    AUTO(arena_end) arena *a = arena_new(0);
    arena_get(a, SIZE_MAX / 2, 4, 1);
}

static void test_a_size_that_overflows_stops_the_program(void **state)
{
    (void)state;
    assert_true(stops(ask_for_more_than_there_is));
}

static void test_a_list_grows_and_keeps_its_entries(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    VEC(int64_t) list = {0};
    for (int64_t i = 0; i < 10000; i++) {
        int64_t *slot = vec_push(a, &list);
        assert_int_equal(*slot, 0);
        *slot = i * i;
    }
    assert_int_equal(list.count, 10000);
    for (int64_t i = 0; i < 10000; i++)
        assert_int_equal(list.at[i], i * i);
}

static void test_a_table_finds_what_was_put(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    map *m = map_new(a);
    int values[20000];
    char key[16];
    for (int i = 0; i < 20000; i++) {
        snprintf(key, sizeof key, "sku-%d", i);
        map_put(m, str_of(key), &values[i]); /* `key` is written over: it must have been copied */
        assert_int_equal(map_count(m), i + 1);
    }
    for (int i = 0; i < 20000; i++) {
        snprintf(key, sizeof key, "sku-%d", i);
        assert_ptr_equal(map_get(m, str_of(key)), &values[i]);
    }
    assert_null(map_get(m, STR("sku-20000")));
    assert_null(map_get(m, STR("")));
}

static void test_putting_a_key_again_replaces_its_value(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    map *m = map_new(a);
    int one, two;
    map_put(m, STR(""), &one);
    map_put(m, STR("a"), &one);
    map_put(m, STR("a\0b"), &two);
    map_put(m, STR("a"), &two);
    assert_int_equal(map_count(m), 3);
    assert_ptr_equal(map_get(m, STR("")), &one);
    assert_ptr_equal(map_get(m, STR("a")), &two);
    assert_ptr_equal(map_get(m, STR("a\0b")), &two);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces_are_aligned_zeroed_and_apart),
        cmocka_unit_test(test_large_pieces_stand_beside_small_ones),
        cmocka_unit_test(test_a_cleared_arena_gives_zeroed_memory_again),
        cmocka_unit_test(test_ending_no_arena_is_fine),
        cmocka_unit_test(test_a_size_that_overflows_stops_the_program),
        cmocka_unit_test(test_a_list_grows_and_keeps_its_entries),
        cmocka_unit_test(test_a_table_finds_what_was_put),
        cmocka_unit_test(test_putting_a_key_again_replaces_its_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
