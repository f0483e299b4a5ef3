/*
 * The pure availability function on one core: facility terms (one facility of one product in one channel) a second, for
 * products and for kits, beside the bare sum of max(0, ATP - safety stock) over the same rows. Target: 10 million a
 * second. Baseline and candidate take turns, so that a busy machine slows both.
 */
#include "domain/domain.h"

#include <stdio.h>
#include <stdlib.h>

#define WORLDS     512 /* products, each with its facilities: together larger than the innermost cache */
#define FACILITIES 50
#define COMPONENTS 3
#define ROUNDS     15
#define PASSES     60

static uint64_t state = 1;
static int64_t roll(int64_t most)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int64_t)((state >> 33) % (uint64_t)(most + 1));
}

static atp_facility facilities[WORLDS][FACILITIES];
static atp_settings settings[WORLDS];

static void make_worlds(void)
{
    for (size_t w = 0; w < WORLDS; w++) {
        settings[w] =
            (atp_settings){.threshold = roll(10), .sellable = true, .reserve_inventory = true, .queue = {roll(5)}};
        for (size_t i = 0; i < FACILITIES; i++) {
            atp_facility *f = &facilities[w][i];
            *f = (atp_facility){.facility = (int64_t)i + 1,
                                .physical = roll(19) > 0,
                                .active = roll(19) > 0,
                                .member = roll(9) > 0,
                                .brokering = roll(9) > 0,
                                .qoh = roll(100),
                                .safety_stock = roll(5)};
            f->atp = f->qoh - roll(20);
        }
    }
}

static qty bare_sums(void)
{
    qty sum = 0;
    for (size_t w = 0; w < WORLDS; w++)
        for (size_t i = 0; i < FACILITIES; i++)
            sum += qty_max(0, facilities[w][i].atp - facilities[w][i].safety_stock);
    return sum;
}

static qty products(void)
{
    qty sum = 0;
    for (size_t w = 0; w < WORLDS; w++) {
        atp_result r;
        domain_atp(facilities[w], FACILITIES, &settings[w], &r, NULL, NULL);
        sum += r.online_atp;
    }
    return sum;
}

static qty kits(void)
{
    qty sum = 0;
    for (size_t w = 0; w + COMPONENTS <= WORLDS; w += COMPONENTS) {
        atp_component c[COMPONENTS];
        atp_result r;
        for (size_t i = 0; i < COMPONENTS; i++)
            c[i] =
                (atp_component){.per_kit = (qty)i + 1, .facilities = facilities[w + i], .settings = &settings[w + i]};
        domain_atp_kit(c, COMPONENTS, FACILITIES, &settings[w], &r, NULL, NULL, NULL);
        sum += r.online_atp;
    }
    return sum;
}

static int by_value(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;
    return (a > b) - (a < b);
}

/* Millions of terms a second; the sum keeps the compiler from dropping the work. */
static double rate_of(qty (*run)(void), size_t terms, qty *sum)
{
    io_clock clock = os_clock();
    int64_t start = clock.ticks_us(clock.ctx);
    for (size_t p = 0; p < PASSES; p++)
        *sum += run();
    return (double)(terms * PASSES) / (double)(clock.ticks_us(clock.ctx) - start);
}

static void measure(const char *name, qty (*run)(void), size_t terms)
{
    double rate[ROUNDS], ratio[ROUNDS];
    qty sum = run();
    for (size_t r = 0; r < ROUNDS; r++) {
        double bare = rate_of(bare_sums, (size_t)WORLDS * FACILITIES, &sum);
        rate[r] = rate_of(run, terms, &sum);
        ratio[r] = rate[r] / bare;
    }
    qsort(rate, ROUNDS, sizeof *rate, by_value);
    qsort(ratio, ROUNDS, sizeof *ratio, by_value);
    printf(
        "%s: %.1f million facility terms/s (%.1f to %.1f), %.2f of the bare sum's rate (%.2f to %.2f); check %" PRId64
        "\n",
        name, rate[ROUNDS / 2], rate[0], rate[ROUNDS - 1], ratio[ROUNDS / 2], ratio[0], ratio[ROUNDS - 1], sum);
}

int main(void)
{
    make_worlds();
    measure("products", products, (size_t)WORLDS * FACILITIES);
    measure("kits", kits, (size_t)(WORLDS / COMPONENTS) * COMPONENTS * FACILITIES);
    return 0;
}
