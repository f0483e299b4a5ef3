/* Resets: the table of the domain study 7.2, the replay of what is newer than the snapshot, and the law of each mode.
 */
#include "domain/domain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>

#include <cmocka.h>

#include "domain_random.h"

static const struct {
    const char *id;
    reset_mode mode;
    qty quantity, qoh, atp, newer, want_qoh, want_atp;
} VECTORS[] = {
    {"exact ATP", RESET_ATP, 4, 10, 5, 0, 9, 4},                      /* 7.2, first row */
    {"exact QOH", RESET_QOH, 4, 10, 5, 0, 4, -1},                     /* 7.2, second row */
    {"ATP and QOH, gap kept", RESET_KEEP_GAP, 20, 15, 10, 0, 20, 15}, /* 7.2, third row */
    {"cycle count", RESET_QOH, 6, 2, 1, 0, 6, 5},                     /* 7.2, cycle count */
    {"scheduled incoming", RESET_QOH, 100, 0, 0, 0, 100, 100},        /* 7.2, scheduled incoming */
    {"late snapshot of 102", RESET_QOH, 102, 99, 99, -3, 99, 99},     /* 7.2, the snapshot race: -2 and -1 since */
    {"shipped since, not known to the source", RESET_QOH, 10, 8, 8, -2, 8, 8}, /* 7.2, reset hazard, given an as-of */
    {"ATP, reservation of 2 since", RESET_ATP, 10, 10, 8, -2, 10, 8}, /* contracts: reservations are replayed, too */
    {"count of 0", RESET_QOH, 0, 7, 5, 0, 0, -2},
    {"ATP may be told negative", RESET_ATP, -3, 4, 1, 0, 0, -3}, /* contracts: only qoh and keep-gap refuse */
    {"from a negative balance", RESET_QOH, 5, -2, -4, 0, 5, 3},
    {"no difference", RESET_KEEP_GAP, 7, 7, 3, 0, 7, 3},
};

static void test_reset_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(VECTORS); i++) {
        qty d =
            domain_reset_delta(VECTORS[i].mode, VECTORS[i].quantity, VECTORS[i].qoh, VECTORS[i].atp, VECTORS[i].newer);
        if (VECTORS[i].qoh + d != VECTORS[i].want_qoh || VECTORS[i].atp + d != VECTORS[i].want_atp)
            fail_msg("%s: a difference of %lld", VECTORS[i].id, (long long)d);
    }
}

/* A snapshot at some moment of a random history, applied at its end, must change nothing if it told the truth then. */
static void test_a_true_snapshot_undoes_nothing_however_late(void **state)
{
    (void)state;
    dice d = dice_new("true snapshots");
    for (int round = 0; round < 2000; round++) {
        qty qoh = dice_between(&d, -20, 100), atp = qoh - dice_between(&d, 0, 20), newer_qoh = 0, newer_atp = 0;
        qty told_qoh = qoh, told_atp = atp;
        for (int64_t moves = dice_between(&d, 0, 10); moves > 0; moves--) {
            qty dq = dice_between(&d, -5, 5), da = dice_between(&d, -5, 5);
            qoh += dq, newer_qoh += dq, atp += da, newer_atp += da;
        }
        assert_int_equal(domain_reset_delta(RESET_QOH, told_qoh, qoh, atp, newer_qoh), 0);
        assert_int_equal(domain_reset_delta(RESET_KEEP_GAP, told_qoh, qoh, atp, newer_qoh), 0);
        assert_int_equal(domain_reset_delta(RESET_ATP, told_atp, qoh, atp, newer_atp), 0);
        qty error = dice_between(&d, -9, 9); /* and one that told something else moves both by just that */
        assert_int_equal(domain_reset_delta(RESET_QOH, told_qoh + error, qoh, atp, newer_qoh), error);
        assert_int_equal(domain_reset_delta(RESET_ATP, told_atp + error, qoh, atp, newer_atp), error);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reset_vectors),
        cmocka_unit_test(test_a_true_snapshot_undoes_nothing_however_late),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
