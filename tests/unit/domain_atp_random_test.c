/*
 * Availability against a second implementation over random worlds. The second one is naive on purpose: it counts units
 * one by one from the words of the design and shares no code and no shortcut with the first.
 */
#include "domain/domain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "domain_random.h"

#define WORLDS         20000
#define FACILITIES_MAX 7
#define COMPONENTS_MAX 4

/* -- the naive one -- */

static bool naive_in_sum(const atp_facility *f)
{
    return f->physical && f->active && f->member && f->brokering;
}

static qty naive_a(const atp_facility *f)
{
    qty a = 0;
    if (naive_in_sum(f))
        for (qty unit = f->safety_stock + 1; unit <= f->atp; unit++) /* the units above the safety stock */
            a += unit > 0;
    return a;
}

static atp_why naive_why(const atp_facility *f)
{
    if (!f->physical)
        return ATP_VIRTUAL;
    if (!f->active)
        return ATP_INACTIVE;
    if (!f->member)
        return ATP_NOT_IN_CHANNEL;
    if (!f->brokering)
        return ATP_BROKERING_OFF;
    if (f->atp <= f->safety_stock && (f->safety_stock > 0 || f->atp < 0))
        return ATP_BELOW_SAFETY_STOCK;
    return ATP_COUNTED;
}

static qty naive_queue(const atp_settings *s)
{
    if (!s->reserve_inventory)
        return 0;
    return s->queue[0] + s->queue[1] + s->queue[2] + s->queue[3] + s->queue[4] + s->queue[5];
}

static bool naive_zero(const atp_settings *s)
{
    return !s->sellable || (s->hold_preorder && s->queue[QUEUE_PREORDER] + s->queue[QUEUE_BACKORDER] > 0);
}

static qty naive_raw(const atp_facility *f, size_t count, const atp_settings *s)
{
    qty sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += naive_a(&f[i]);
    return naive_zero(s) ? 0 : sum - s->threshold - naive_queue(s);
}

/* Kits built one at a time out of the units given, until some component runs out. */
static qty naive_build(const qty *units, const atp_component *c, size_t components)
{
    qty left[COMPONENTS_MAX], kits = 0;
    memcpy(left, units, components * sizeof *left);
    for (;; kits++)
        for (size_t i = 0; i < components; i++) {
            if (left[i] < c[i].per_kit)
                return kits;
            left[i] -= c[i].per_kit;
        }
}

static qty naive_kits_at(const atp_component *c, size_t components, size_t n)
{
    qty units[COMPONENTS_MAX];
    for (size_t i = 0; i < components; i++)
        if (!naive_in_sum(&c[i].facilities[n]))
            return 0;
    for (size_t i = 0; i < components; i++)
        units[i] = naive_a(&c[i].facilities[n]);
    return naive_build(units, c, components);
}

static qty naive_kit_raw(const atp_component *c, size_t components, size_t facilities, const atp_settings *kit)
{
    qty sum = 0, free_units[COMPONENTS_MAX];
    for (size_t n = 0; n < facilities; n++)
        sum += naive_kits_at(c, components, n);
    for (size_t i = 0; i < components; i++) {
        atp_settings on = *c[i].settings;
        on.sellable = true;
        free_units[i] = naive_raw(c[i].facilities, facilities, &on);
    }
    qty limit = naive_build(free_units, c, components), kits = sum - naive_queue(kit);
    if (limit < kits)
        kits = limit;
    return naive_zero(kit) ? 0 : kits - kit->threshold;
}

/* The most kits that ATP stands for, deficits too: the largest k with k * n <= ATP for every component. */
static qty naive_kit_atp(const atp_component *c, size_t components, size_t n)
{
    qty k = -1000;
    for (;; k++)
        for (size_t i = 0; i < components; i++)
            if ((k + 1) * c[i].per_kit > c[i].facilities[n].atp)
                return k;
}

/* -- random worlds -- */

static atp_facility random_facility(dice *d, size_t n)
{
    atp_facility f = {
        .facility = (int64_t)n + 1,
        .physical = dice_chance(d, 90),
        .active = dice_chance(d, 90),
        .member = dice_chance(d, 85),
        .brokering = dice_chance(d, 85),
        .qoh = dice_between(d, -5, 60),
        .safety_stock = dice_chance(d, 50) ? 0 : dice_between(d, 0, 15),
    };
    f.atp = f.qoh - dice_between(d, 0, 25);
    return f;
}

static atp_settings random_settings(dice *d)
{
    atp_settings s = {
        .threshold = dice_chance(d, 50) ? 0 : dice_between(d, 0, 20),
        .sellable = dice_chance(d, 90),
        .reserve_inventory = dice_chance(d, 85),
        .hold_preorder = dice_chance(d, 25),
    };
    for (size_t k = 0; k < QUEUE_KINDS; k++)
        s.queue[k] = dice_chance(d, 70) ? 0 : dice_between(d, 0, 9);
    return s;
}

static qty sum_of(const qty *terms)
{
    qty sum = 0;
    for (size_t t = 0; t < ATP_TERMS; t++)
        sum += terms[t];
    return sum;
}

#define SAME(round, x, y)                                                                                              \
    do {                                                                                                               \
        if ((x) != (y))                                                                                                \
            fail_msg("round %d: %s is %lld, not %lld", (round), #x, (long long)(x), (long long)(y));                   \
    } while (0)

/* Each term from its own words. */
static void terms_of_product(int round, const atp_facility *f, size_t count, const atp_settings *s, const atp_result *r)
{
    qty physical = 0, excluded = 0, off = 0, safety = 0, floor = 0;
    for (size_t i = 0; i < count; i++) {
        bool in = f[i].active && f[i].member;
        physical += f[i].physical ? f[i].atp : 0;
        excluded -= f[i].physical && !in ? f[i].atp : 0;
        off -= f[i].physical && in && !f[i].brokering ? f[i].atp : 0;
        for (qty unit = 1; naive_in_sum(&f[i]) && unit <= f[i].atp; unit++)
            safety -= unit <= f[i].safety_stock;
        for (qty unit = f[i].atp; naive_in_sum(&f[i]) && unit < 0; unit++)
            floor++;
    }
    SAME(round, r->terms[ATP_TERM_PHYSICAL], physical);
    SAME(round, r->terms[ATP_TERM_EXCLUDED], excluded);
    SAME(round, r->terms[ATP_TERM_BROKERING_OFF], off);
    SAME(round, r->terms[ATP_TERM_SAFETY_STOCK], safety);
    SAME(round, r->terms[ATP_TERM_FACILITY_FLOOR], floor);
    SAME(round, r->terms[ATP_TERM_KIT_SPLIT], 0);
    SAME(round, r->terms[ATP_TERM_COMPONENT_LIMIT], 0);
    SAME(round, r->terms[ATP_TERM_QUEUE], -naive_queue(s));
    SAME(round, r->terms[ATP_TERM_THRESHOLD], -s->threshold);
}

static void test_products_agree_with_the_naive_count(void **state)
{
    (void)state;
    dice d = dice_new("products");
    for (int round = 0; round < WORLDS; round++) {
        atp_facility f[FACILITIES_MAX];
        size_t count = (size_t)dice_between(&d, 0, FACILITIES_MAX);
        for (size_t i = 0; i < count; i++)
            f[i] = random_facility(&d, i);
        atp_settings s = random_settings(&d);
        atp_result r;
        qty counted[FACILITIES_MAX];
        atp_why why[FACILITIES_MAX];
        domain_atp(f, count, &s, &r, counted, why);
        qty raw = naive_raw(f, count, &s);
        SAME(round, r.raw, raw);
        SAME(round, r.online_atp, raw > 0 ? raw : 0);
        SAME(round, sum_of(r.terms), raw);
        SAME(round, !s.sellable || r.terms[ATP_TERM_OFF] == 0, true);
        SAME(round, naive_zero(&s) || r.terms[ATP_TERM_HOLD] == 0, true);
        terms_of_product(round, f, count, &s, &r);
        for (size_t i = 0; i < count; i++) {
            SAME(round, counted[i], naive_a(&f[i]));
            SAME(round, why[i], naive_why(&f[i]));
        }
    }
}

typedef struct kit_world {
    atp_facility facilities[COMPONENTS_MAX][FACILITIES_MAX];
    atp_settings own[COMPONENTS_MAX], kit;
    atp_component c[COMPONENTS_MAX];
    size_t components, count;
} kit_world;

static void random_kit(dice *d, kit_world *w)
{
    w->components = (size_t)dice_between(d, 1, COMPONENTS_MAX);
    w->count = (size_t)dice_between(d, 0, FACILITIES_MAX);
    w->kit = random_settings(d);
    for (size_t i = 0; i < w->components; i++) {
        w->own[i] = random_settings(d);
        w->c[i] = (atp_component){.product = (int64_t)i + 1,
                                  .per_kit = dice_chance(d, 60) ? 1 : dice_between(d, 2, 5),
                                  .facilities = w->facilities[i],
                                  .settings = &w->own[i]};
        for (size_t n = 0; n < w->count; n++) {
            atp_facility *f = &w->facilities[i][n];
            *f = random_facility(d, n);
            if (i > 0) { /* a place is the same for all components; brokering is each one's own */
                f->physical = w->facilities[0][n].physical;
                f->active = w->facilities[0][n].active;
                f->member = w->facilities[0][n].member;
            }
        }
    }
}

static void test_kits_agree_with_the_naive_count(void **state)
{
    (void)state;
    dice d = dice_new("kits");
    for (int round = 0; round < WORLDS; round++) {
        kit_world w;
        atp_result r;
        atp_facility f[FACILITIES_MAX];
        qty counted[FACILITIES_MAX], physical = 0, split = 0;
        atp_why why[FACILITIES_MAX];
        random_kit(&d, &w);
        domain_atp_kit(w.c, w.components, w.count, &w.kit, &r, f, counted, why);
        qty raw = naive_kit_raw(w.c, w.components, w.count, &w.kit);
        SAME(round, r.raw, raw);
        SAME(round, r.online_atp, raw > 0 ? raw : 0);
        SAME(round, sum_of(r.terms), raw);
        for (size_t n = 0; n < w.count; n++) {
            bool in_sum = true, cut = false;
            for (size_t i = 0; i < w.components; i++) {
                in_sum &= naive_in_sum(&w.facilities[i][n]);
                cut |= naive_why(&w.facilities[i][n]) == ATP_BELOW_SAFETY_STOCK;
            }
            SAME(round, f[n].atp, naive_kit_atp(w.c, w.components, n));
            SAME(round, counted[n], naive_kits_at(w.c, w.components, n));
            SAME(round, why[n] == ATP_COUNTED || why[n] == ATP_BELOW_SAFETY_STOCK, in_sum);
            SAME(round, why[n] == ATP_BELOW_SAFETY_STOCK, in_sum && counted[n] == 0 && (cut || f[n].atp != 0));
            physical += f[n].physical ? f[n].atp : 0;
            split += in_sum ? counted[n] - f[n].atp : 0;
        }
        SAME(round, r.terms[ATP_TERM_PHYSICAL], physical);
        SAME(round, r.terms[ATP_TERM_KIT_SPLIT], split);
        SAME(round, r.terms[ATP_TERM_SAFETY_STOCK], 0);
        SAME(round, r.terms[ATP_TERM_FACILITY_FLOOR], 0);
        SAME(round, r.terms[ATP_TERM_COMPONENT_LIMIT] <= 0, true);
    }
}

/* Selling a kit: if as many kits as promised are reserved where they can be made, no component falls below its own. */
static void test_promised_kits_can_be_made(void **state)
{
    (void)state;
    dice d = dice_new("promised kits");
    for (int round = 0; round < WORLDS / 4; round++) {
        kit_world w;
        atp_result r;
        qty counted[FACILITIES_MAX];
        random_kit(&d, &w);
        domain_atp_kit(w.c, w.components, w.count, &w.kit, &r, NULL, counted, NULL);
        for (qty left = r.online_atp, n = 0; n < (qty)w.count && left > 0; n++) {
            qty here = qty_min(left, counted[n]);
            for (size_t i = 0; i < w.components; i++)
                w.facilities[i][n].atp -= here * w.c[i].per_kit;
            left -= here;
        }
        for (size_t i = 0; i < w.components && r.online_atp > 0; i++) {
            atp_settings on = w.own[i];
            on.sellable = true;
            SAME(round, naive_raw(w.facilities[i], w.count, &on) >= 0, true);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_products_agree_with_the_naive_count),
        cmocka_unit_test(test_kits_agree_with_the_naive_count),
        cmocka_unit_test(test_promised_kits_can_be_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
