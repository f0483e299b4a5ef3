#pragma once
/*
 * Random worlds for the tests of domain: the same seed gives the same worlds on every machine. The seed is fixed unless
 * EVENSTOCK_TEST_SEED names another; each test prints the one it used.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct dice {
    uint64_t state;
} dice;

static inline dice dice_new(const char *test)
{
    const char *z = getenv("EVENSTOCK_TEST_SEED");
    uint64_t seed = z ? strtoull(z, NULL, 0) : 20261124;
    printf("# %s: EVENSTOCK_TEST_SEED=%llu\n", test, (unsigned long long)seed);
    return (dice){seed};
}

static inline uint64_t dice_roll(dice *d) /* splitmix64 */
{
    uint64_t z = d->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* least <= result <= most */
static inline int64_t dice_between(dice *d, int64_t least, int64_t most)
{
    return least + (int64_t)(dice_roll(d) % (uint64_t)(most - least + 1));
}

static inline bool dice_chance(dice *d, int percent)
{
    return dice_between(d, 0, 99) < percent;
}
