/*
 * The points of one shop's bucket. It never sends what would be throttled by its own doing, and believes the answers.
 *
 * B1  available, less what calls in flight may still take, never exceeds what the shop holds, if nobody else spends.
 * An answer tells the bucket as it was when it was made. Calls that were in flight beside it may or may not be in that
 * number: those that are still flying stay reserved, those that were answered meanwhile are taken out again (`spent`).
 * So a number is at most too low, and the next answer corrects it.
 *
 * B2  what other processes of the same app take is measured over OTHERS_US, as what is missing from the bucket though
 * we did not spend it, and the bucket is expected to fill by so much more slowly.
 */
#include "shop/internal.h"

#define RATE_LEAST   100 /* points a second and bucket of the smallest plan; docs/shopify.md, limits */
#define BUCKET_LEAST 2000
#define OTHERS_US    (5 * US_PER_S) /* calls in flight blur a shorter measure */
#define OTHERS_LEAST 10             /* a tenth of the rate: less is blur */
#define RATE_KEPT    10             /* we count on a tenth of the rate, whatever others take */

shop__budget shop__budget_new(int64_t now)
{
    return (shop__budget){.bucket = BUCKET_LEAST,
                          .rate = RATE_LEAST,
                          .available = BUCKET_LEAST,
                          .at = now,
                          .not_before = INT64_MIN,
                          .since.at = INT64_MIN};
}

/* What of the restore rate is ours. */
static int64_t own_rate(const shop__budget *b)
{
    return qty_max(b->rate - b->others, (b->rate + RATE_KEPT - 1) / RATE_KEPT);
}

static int64_t available_at(const shop__budget *b, int64_t now)
{
    int64_t to_full = b->bucket - b->available;
    int64_t passed = now > b->at ? now - b->at : 0;
    int64_t rate = own_rate(b);
    if (to_full <= 0 || passed >= (to_full * US_PER_S + rate - 1) / rate)
        return b->bucket;
    return b->available + passed * rate / US_PER_S;
}

shop__budget shop__budget_resumed(int64_t points, int64_t bucket, int64_t rate, int64_t ago_us, int64_t now)
{
    CHECK(bucket > 0 && rate > 0);
    shop__budget b = shop__budget_new(now);
    b.bucket = bucket;
    b.rate = rate;
    b.available = points;
    b.at = now - qty_max(0, ago_us); /* a clock that was set back has restored nothing */
    b.available = available_at(&b, now);
    b.at = now;
    return b;
}

int64_t shop__budget_left(const shop__budget *b, int64_t now)
{
    return available_at(b, now) - b->reserved;
}

int64_t shop__budget_ready(const shop__budget *b, int64_t points, int64_t now)
{
    int64_t need = qty_min(points, b->bucket) + b->reserved;
    if (b->flying > 0 && (!b->known || need > b->bucket))
        return SHOP_BUDGET_LATER;
    int64_t missing = need - available_at(b, now);
    int64_t ready = now;
    if (missing > 0) /* from `at`, where the number is exact */
        ready = b->at + ((need - b->available) * US_PER_S + own_rate(b) - 1) / own_rate(b);
    return qty_max(ready, b->not_before);
}

shop__hold shop__budget_take(shop__budget *b, int64_t points)
{
    b->reserved += points;
    b->flying++;
    return (shop__hold){points, b->spent};
}

/* B2; a bucket that is full has lost what nobody took, so it tells nothing. */
static void measure_others(shop__budget *b, const shop__cost *cost, int64_t now)
{
    bool full = cost->available >= b->bucket - b->rate || b->since.available >= b->bucket - b->rate;
    if (b->since.at != INT64_MIN && now - b->since.at < OTHERS_US)
        return;
    if (b->since.at != INT64_MIN && now - b->since.at < 2 * OTHERS_US && !full) {
        int64_t us = now - b->since.at;
        int64_t ours = b->since.available - cost->available - (b->spent - b->since.spent);
        int64_t taken = b->rate + ours * US_PER_S / us;
        b->others = taken > b->rate / OTHERS_LEAST ? qty_min(taken, b->rate) : 0;
    } else {
        b->others = 0;
    }
    b->since.at = now;
    b->since.available = cost->available;
    b->since.spent = b->spent;
}

void shop__budget_give(shop__budget *b, shop__hold h, const shop__cost *cost, int64_t now)
{
    b->reserved -= h.points;
    b->flying--;
    CHECK(b->reserved >= 0);
    CHECK(b->flying >= 0);
    if (cost->available < 0 || cost->bucket <= 0 ||
        cost->rate <= 0) { /* lost, or no answer of the API: it may have cost all */
        b->available = available_at(b, now) - h.points;
        b->at = now;
        b->spent += h.points;
        return;
    }
    b->known = true;
    b->bucket = cost->bucket;
    b->rate = cost->rate;
    b->available = cost->available - (b->spent - h.spent_before);
    b->at = now;
    b->spent += cost->actual > 0 ? cost->actual : 0;
    measure_others(b, cost, now);
}
