/*
 * The whole life of a store with the n-th call to the disk failing, for every n until a run meets no fault: full disk,
 * one error, killed program. Afterwards the store opens, verify finds nothing, and each transaction is there whole or
 * not at all - and it is there if its commit said so.
 */
#include "a_world.h"
#include "faulty_disk.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define STEPS 2

/* Opens, makes a world of two products, and books STEPS sales, each in a transaction; *committed counts those. */
static bool life(const char *url, const io_clock *clock, int *committed, err *e)
{
    AUTO(store_close) store *s = NULL;
    if (!store_open(url, STORE_WRITE, clock, &s, e))
        return false;
    for (int step = 0; step < STEPS; step++) {
        AUTO(store_tx_end) store_tx *tx = NULL;
        int64_t product, facility = 0;
        char sku[8];
        snprintf(sku, sizeof sku, "P%d", step);
        store_facility nyc = {.code = STR("NYC"), .name = STR(""), .active = true, .time_zone = STR("")};
        store_product row = {.sku = str_of(sku), .title = STR(""), .product_type = STR(""), .vendor = STR("")};
        const store_config *c;
        if (!store_begin(s, STORE_WRITE, &tx, e) || !store_config_get(tx, &c, e) ||
            !store_product_put(tx, &row, &product, e))
            return false;
        if (c->facility_count == 1)
            facility = c->facilities[0].id;
        else if (!store_facility_put(tx, &nyc, &facility, e))
            return false;
        store_movement m = {.product = product,
                            .facility = facility,
                            .at = INSTANT_NONE,
                            .qoh_delta = 5,
                            .atp_delta = 5,
                            .reason = STR("test"),
                            .source = STR("test"),
                            .actor = STR(""),
                            .comment = STR("")};
        if (!store_move(tx, &m, e) || !store_commit(&tx, e))
            return false;
        *committed = step + 1;
    }
    return true;
}

/* What is there once the disk works again. */
static void check(fixture *f, int committed)
{
    int64_t products;
    verify_report r;
    faulty_disk_set(DISK_FINE, 0);
    OK(store_open(f->url, STORE_WRITE, &f->clock, &f->s, &trouble));
    OK(store_verify(f->s, f->a, &r, &trouble));
    assert_int_equal(r.differences, 0);
    look(f);
    OK(store_products_count(f->tx, &products, &trouble));
    back(f);
    assert_in_range(products, committed,
                    committed < STEPS ? committed + 1 : STEPS); /* a commit may be done and not said */
    assert_int_equal(r.levels, products);
    store_close(&f->s);
}

static const char *path_of(const fixture *f)
{
    return f->url + strlen("sqlite:");
}

static void remove_files(fixture *f)
{
    static const char *const ENDS[] = {"", "-wal", "-shm", "-journal"};
    store_close(&f->s);
    for (size_t i = 0; i < COUNT(ENDS); i++)
        unlink(str_z(f->a, str_printf(f->a, "%s%s", path_of(f), ENDS[i])));
}

/* A store as it was made, without its making. */
static void put_file(fixture *f, str bytes)
{
    remove_files(f);
    FILE *to = fopen(path_of(f), "w");
    assert_non_null(to);
    assert_int_equal(fwrite(bytes.at, 1, bytes.len, to), bytes.len);
    assert_int_equal(fclose(to), 0);
}

static void every_call_fails_once(fixture *f, disk_fault fault)
{
    int faults = 0;
    str empty;
    store_close(&f->s);
    OK(os_read_file(f->a, path_of(f), 1 << 24, &empty, &trouble));
    for (int n = 1;; n++) {
        int committed = 0;
        err e = {0};
        put_file(f, empty);
        faulty_disk_set(fault, n);
        bool done = life(f->url, &f->clock, &committed, &e);
        bool met = faulty_disk_calls() >= n;
        if (!done && e.code != ERR_IO && e.code != ERR_CORRUPT)
            fail_msg("call %d: %s", n, e.text);
        assert_true(met || done);
        check(f, committed);
        if (!met)
            break;
        faults++;
    }
    assert_in_range(faults, 20, 2000); /* the store does go through this disk */
}

static void test_a_disk_that_is_full_from_any_moment_on(void **state)
{
    every_call_fails_once(*state, DISK_FULL);
}

static void test_a_disk_that_fails_once_at_any_moment(void **state)
{
    every_call_fails_once(*state, DISK_BROKEN);
}

static void test_a_program_that_is_killed_at_any_moment(void **state)
{
    fixture *f = *state;
    int status = DISK_KILLED;
    int *committed = mmap(NULL, sizeof *committed, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(committed, MAP_FAILED);
    for (int n = 1; status == DISK_KILLED; n++) {
        remove_files(f);
        *committed = 0;
        pid_t child = fork();
        assert_int_not_equal(child, -1);
        if (child == 0) {
            err e = {0};
            faulty_disk_set(DISK_KILL, n);
            _exit(life(f->url, &f->clock, committed, &e) ? 0 : 1);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status));
        status = WEXITSTATUS(status);
        assert_true(status == DISK_KILLED || status == 0);
        check(f, *committed);
    }
    munmap(committed, sizeof *committed);
}

static int install(void **state)
{
    (void)state;
    faulty_disk_install();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_disk_that_is_full_from_any_moment_on),
        TEST(test_a_disk_that_fails_once_at_any_moment),
        TEST(test_a_program_that_is_killed_at_any_moment),
    };
    return cmocka_run_group_tests(tests, install, NULL);
}
