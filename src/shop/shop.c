/*
 * A shop's life, and what it says of itself.
 */
#include "shop/internal.h"

#include <stdlib.h>

#define ROUND_TRIP_FIRST_US 500000 /* until a write was measured; docs/shopify.md, limits */

static bool fill(shop *s, const store_shop *row, const world *w, err *e)
{
    s->memory = arena_new(0);
    s->w = *w;
    s->code = str_copy(s->memory, row->code);
    str url = row->url;
    while (str_ends(url, STR("/")))
        url.len--;
    if (!str_starts(url, STR("https://")) && !str_starts(url, STR("http://")))
        return ERR(e, ERR_INPUT, "shop %.*s: its url must begin with https://", STR_ARG(row->code));
    if (str_compare(row->api_version, STR(SHOP_VERSION_FIRST)) < 0) /* "unstable" is later than any date */
        return ERR(e, ERR_INPUT, "shop %.*s: api_version must be " SHOP_VERSION_FIRST " or later", STR_ARG(row->code));
    s->url = str_copy(s->memory, url);
    s->api_version = str_copy(s->memory, row->api_version);
    s->endpoint = str_printf(s->memory, "%.*s/admin/api/%.*s/graphql.json", STR_ARG(url), STR_ARG(row->api_version));
    s->budget = shop__budget_new(shop__ticks(s));
    for (shop__document d = 0; d < DOC_COUNT; d++) {
        s->points[d] = shop__document_of(d).points;
        s->points_each[d] = shop__document_of(d).points_each;
    }
    s->adjust_points = s->points[DOC_ADJUST];
    s->round_trip_us = ROUND_TRIP_FIRST_US;
    s->date = INSTANT_NONE;
    s->answered_version = STR("");
    s->next_ticket = world_random(w); /* the net may still bring answers for a shop that was closed */
    return shop__token_open(s, row, e) || err_wrap(e, "shop %.*s", STR_ARG(row->code));
}

bool shop_open(const store_shop *row, const world *w, shop **ret, err *e)
{
    shop *s = calloc(1, sizeof *s);
    if (!s)
        return ERR(e, ERR_MEMORY, "no memory for a shop");
    if (!fill(s, row, w, e)) {
        shop_close(&s);
        return false;
    }
    *ret = s;
    return true;
}

void shop_close(shop **s)
{
    if (!*s)
        return;
    shop__token_end(&(*s)->token);
    for (size_t i = 0; i < SHOP_FLIGHT_MAX; i++) {
        buf_end(&(*s)->flights[i].body);
        arena_end(&(*s)->flights[i].memory);
    }
    arena_end(&(*s)->memory);
    free(*s);
    *s = NULL;
}

shop_totals shop_totals_of(const shop *s)
{
    return s->totals;
}

store_budget shop_budget_now(const shop *s)
{
    if (!s->budget.known)
        return (store_budget){.told_at = INSTANT_NONE};
    return (store_budget){.points = shop__budget_left(&s->budget, shop__ticks(s)),
                          .bucket = s->budget.bucket,
                          .rate = s->budget.rate,
                          .told_at = world_now(&s->w)};
}

void shop_budget_resume(shop *s, const store_budget *b)
{
    CHECK(s->totals.calls == 0);
    if (b->told_at != INSTANT_NONE)
        s->budget = shop__budget_resumed(b->points, b->bucket, b->rate, world_now(&s->w) - b->told_at, shop__ticks(s));
}

instant shop_date(const shop *s)
{
    return s->date;
}

size_t shop_flight(const shop *s)
{
    int64_t cost_us = qty_max(s->adjust_points, 1) * US_PER_S;
    int64_t busy = (s->budget.rate * s->round_trip_us + cost_us - 1) / cost_us;
    return (size_t)qty_min(busy + 1, SHOP_FLIGHT_MAX);
}
