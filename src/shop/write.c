/*
 * Writes of quantities: several may be in flight, each is sent once, and only a 401, which says that nothing was done,
 * sends the same bytes again with a fresh token.
 */
#include "shop/internal.h"

#define ROOT           "inventoryAdjustQuantities"
#define PAUSE_FIRST_MS 1000 /* before the same bytes go out again; the caller lets it grow */

static shop__flight *free_flight(shop *s)
{
    for (size_t i = 0; i < SHOP_FLIGHT_MAX; i++)
        if (!s->flights[i].used)
            return &s->flights[i];
    return NULL;
}

static void drop_flight(shop *s, shop__flight *f)
{
    buf_end(&f->body);
    f->used = f->arrived = false;
    s->flying--;
}

/* Sends the bytes of `f`. *ret_late: its deadline would pass first, and nothing was sent. */
static bool launch(shop *s, shop__flight *f, bool *ret_late, err *e)
{
    int64_t points = shop__points_of(s, DOC_ADJUST, 0);
    int64_t latest = shop__ticks(s) + (f->deadline - world_now(&s->w));
    bool some;
    if (!shop__wait_budget(s, points, latest, &some, e))
        return false;
    int64_t left_us = f->deadline - world_now(&s->w);
    *ret_late = !some || left_us < US_PER_MS;
    if (*ret_late)
        return true;
    shop__exchange x = shop__api_exchange(s, buf_str(&f->body));
    x.timeout_ms = qty_min(x.timeout_ms, left_us / US_PER_MS);
    if (!shop__post(s, &x, &f->net_ticket, &f->lost_at, e))
        return false;
    f->sent = shop__ticks(s);
    f->hold = shop__budget_take(&s->budget, points);
    f->token_generation = s->token.generation;
    f->arrived = false;
    s->totals.calls++;
    return true;
}

bool shop_write(shop *s, str body, instant deadline, uint64_t ticket, err *e)
{
    shop__flight *f = free_flight(s);
    bool late;
    if (!f)
        return ERR(e, ERR_BUSY, "shop %.*s: %d writes are in flight (SHOP_FLIGHT_MAX)", STR_ARG(s->code),
                   SHOP_FLIGHT_MAX);
    if (body.len > SHOP_BODY_MAX)
        return ERR(e, ERR_INPUT, "a write of %zu bytes; at most %u (SHOP_BODY_MAX)", body.len, SHOP_BODY_MAX);
    if (!shop__token_ready(s, e))
        return err_wrap(e, "shop %.*s", STR_ARG(s->code));
    f->body = buf_new(body.len);
    buf_add(&f->body, body);
    f->deadline = deadline;
    f->ticket = ticket;
    f->renewed = false;
    bool sent = launch(s, f, &late, e);
    if (sent && late)
        sent = ERR(e, ERR_CONFLICT, "shop %.*s: the write's deadline has passed; nothing was sent", STR_ARG(s->code));
    if (!sent) {
        buf_end(&f->body);
        return false;
    }
    f->used = true;
    s->flying++;
    return true;
}

/* -- answers -- */

int64_t shop__write_lost_at(const shop *s)
{
    int64_t first = INT64_MAX;
    for (size_t i = 0; i < SHOP_FLIGHT_MAX; i++)
        if (s->flights[i].used && !s->flights[i].arrived)
            first = qty_min(first, s->flights[i].lost_at);
    return first;
}

static void keep_answer(shop *s, shop__flight *f, const net_answer *n)
{
    f->memory = f->memory ? f->memory : arena_new(0);
    arena_clear(f->memory);
    f->outcome = n->outcome;
    f->verdict = shop__judge(f->memory, n, ROOT);
    f->arrived = true;
    shop__account(s, DOC_ADJUST, 0, f->hold, n, &f->verdict);
    if (n->outcome == NET_ANSWERED)
        s->round_trip_us = (3 * s->round_trip_us + (shop__ticks(s) - f->sent)) / 4;
}

void shop__write_arrived(shop *s, const net_answer *n)
{
    for (size_t i = 0; i < SHOP_FLIGHT_MAX; i++) {
        shop__flight *f = &s->flights[i];
        if (!f->used || f->arrived)
            continue;
        if (n && f->net_ticket == n->ticket)
            keep_answer(s, f, n);
        else if (shop__ticks(s) >= f->lost_at)
            keep_answer(s, f, &(net_answer){.outcome = NET_LOST, .why = "no answer in time"});
    }
}

bool shop_written_waits(const shop *s)
{
    bool waits = false;
    for (size_t i = 0; i < SHOP_FLIGHT_MAX; i++)
        waits |= s->flights[i].used && s->flights[i].arrived;
    return waits;
}

/* Waits until one is there. */
static bool next_arrived(shop *s, shop__flight **ret, err *e)
{
    for (;;) {
        for (size_t i = 0; i < SHOP_FLIGHT_MAX; i++) {
            if (!s->flights[i].used || !s->flights[i].arrived)
                continue;
            *ret = &s->flights[i];
            return true;
        }
        AUTO(arena_end) arena *a = arena_new(0);
        net_answer unasked;
        bool some;
        if (!shop__take(s, /* ticket= */ s->next_ticket, INT64_MAX, a, &unasked, &some, e))
            return false;
    }
}

/* After a 401, which says that nothing was done: true when the bytes are on their way again, with a fresh token. */
static bool sent_again(shop *s, shop__flight *f, arena *a)
{
    err e;
    bool late = true;
    if (f->renewed || !str_equal(f->verdict.code, STR("HTTP_401")))
        return false;
    f->renewed = true;
    if (!shop__token_refused(s, f->token_generation, &e)) {
        f->verdict.message = str_printf(f->memory, "%s", e.text);
        return false;
    }
    if (launch(s, f, &late, &e) && !late)
        return true;
    f->verdict.class = SHOP_RETRY;
    f->verdict.message = str_printf(a, "the token was renewed, but the call did not go out again: %s",
                                    late ? "its deadline has passed" : e.text);
    return false;
}

/* What an adjustment's payload tells. A group that is null is success too: then all deltas were 0. */
static void take_group(arena *a, const js_value *payload, shop_written *to)
{
    const js_value *group = js_get(payload, "inventoryAdjustmentGroup");
    err ignored; /* the call is done; a group without a readable time is booked all the same */
    instant at;
    to->group = str_copy(a, js_str(js_get(group, "id"), STR("")));
    if (instant_parse(js_str(js_get(group, "createdAt"), STR("")), &at, &ignored))
        to->group_at = at;
}

/* The verdict's memory ends with the flight: what the caller gets is copied. */
static shop_written written_of(shop *s, arena *a, const shop__flight *f)
{
    const shop__verdict *v = &f->verdict;
    shop_bad_line *bad = ARENA_NEW(a, shop_bad_line, v->bad_count);
    for (size_t i = 0; i < v->bad_count; i++)
        bad[i] = (shop_bad_line){v->bad[i].line, str_copy(a, v->bad[i].code), str_copy(a, v->bad[i].message)};
    shop_written w = {.ticket = f->ticket,
                      .class = v->class,
                      .answered = f->outcome == NET_ANSWERED && !v->open,
                      .not_sent = f->outcome == NET_NOT_SENT,
                      .group = STR(""),
                      .group_at = INSTANT_NONE,
                      .bad = bad,
                      .bad_count = v->bad_count,
                      .code = str_copy(a, v->code),
                      .message = str_copy(a, v->message)};
    if (v->class == SHOP_RETRY) {
        int64_t now = shop__ticks(s);
        int64_t ready = shop__budget_ready(&s->budget, shop__points_of(s, DOC_ADJUST, 0), now);
        int64_t points_ms = ready == SHOP_BUDGET_LATER ? 0 : (ready - now + US_PER_MS - 1) / US_PER_MS;
        w.pause_ms = v->throttled ? points_ms : qty_max(PAUSE_FIRST_MS, points_ms); /* a Retry-After is in the budget */
    }
    if (v->class == SHOP_DONE)
        take_group(a, v->data, &w);
    return w;
}

bool shop_written_next(shop *s, arena *a, shop_written *ret, err *e)
{
    CHECK(s->flying > 0);
    shop__flight *f;
    do {
        if (!next_arrived(s, &f, e))
            return false;
    } while (sent_again(s, f, a));
    *ret = written_of(s, a, f);
    drop_flight(s, f);
    return true;
}
