/*
 * The points of one shop's bucket. It never sends what would be throttled by its own doing, and believes the answers.
 *
 * B1  available, less what calls in flight may still take, never exceeds what the shop holds, if nobody else spends.
 * An answer tells the bucket as it was when it was made. Calls that were in flight beside it may or may not be in that
 * number: those that are still flying stay reserved, those that were answered meanwhile are taken out again (`spent`).
 * So a number is at most too low, and the next answer corrects it.
 */
#include "shop/internal.h"

#define RATE_LEAST   100 /* points a second and bucket of the smallest plan; docs/shopify.md, limits */
#define BUCKET_LEAST 2000

shop__budget shop__budget_new(int64_t now)
{
    return (shop__budget){
        .bucket = BUCKET_LEAST, .rate = RATE_LEAST, .available = BUCKET_LEAST, .at = now, .not_before = INT64_MIN};
}

static int64_t available_at(const shop__budget *b, int64_t now)
{
    int64_t to_full = b->bucket - b->available;
    int64_t passed = now > b->at ? now - b->at : 0;
    if (to_full <= 0 || passed >= (to_full * US_PER_S + b->rate - 1) / b->rate)
        return b->bucket;
    return b->available + passed * b->rate / US_PER_S;
}

int64_t shop__budget_ready(const shop__budget *b, int64_t points, int64_t now)
{
    int64_t need = qty_min(points, b->bucket) + b->reserved;
    if (b->flying > 0 && (!b->known || need > b->bucket))
        return SHOP_BUDGET_LATER;
    int64_t missing = need - available_at(b, now);
    int64_t ready = now;
    if (missing > 0) /* from `at`, where the number is exact */
        ready = b->at + ((need - b->available) * US_PER_S + b->rate - 1) / b->rate;
    return qty_max(ready, b->not_before);
}

shop__hold shop__budget_take(shop__budget *b, int64_t points)
{
    b->reserved += points;
    b->flying++;
    return (shop__hold){points, b->spent};
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
}
