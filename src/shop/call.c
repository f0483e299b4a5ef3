/*
 * One call of the Admin API: token, budget, request, answer. Reads (and what a key makes apply once) are repeated here,
 * bounded; answers of writes that arrive meanwhile are kept.
 */
#include "shop/internal.h"

#define BACKOFF_FIRST_MS 500
#define BACKOFF_MOST_MS  20000
#define PAUSE_MOST_US                                                                                                  \
    (120 * US_PER_S)           /* a read waits for points, or out a pause that was asked for, at most this long */
#define LOST_GRACE_US US_PER_S /* a net ends each request by its own timeout; this much later it has failed to */

int64_t shop__ticks(const shop *s)
{
    return s->w.clock.ticks_us(s->w.clock.ctx);
}

int64_t shop__points_of(const shop *s, shop__document d, size_t ids)
{
    return s->points[d] + s->points_each[d] * (int64_t)ids;
}

/* Doubling, less up to its half by chance, so that many callers do not come back together. */
int64_t shop__backoff_ms(shop *s, unsigned tries)
{
    int64_t full = tries < 8 ? qty_min((int64_t)BACKOFF_FIRST_MS << tries, BACKOFF_MOST_MS) : BACKOFF_MOST_MS;
    return full - (int64_t)(world_random(&s->w) % (uint64_t)(full / 2));
}

/* -- waiting -- */

bool shop__take(shop *s, uint64_t ticket, int64_t until, arena *a, net_answer *ret, bool *ret_some, err *e)
{
    net_answer n;
    bool some;
    if (!s->w.net.next(s->w.net.ctx, qty_min(until, shop__write_lost_at(s)), a, &n, &some, e))
        return err_wrap(e, "shop %.*s", STR_ARG(s->code));
    *ret_some = some && n.ticket == ticket;
    if (*ret_some)
        *ret = n;
    else
        shop__write_arrived(s, some ? &n : NULL); /* one that nobody waits for is of a shop that was closed */
    return true;
}

/* Waits for what comes first, of an answer to a write and `ticks`. */
static bool wait_once(shop *s, int64_t ticks, err *e)
{
    AUTO(arena_end) arena *a = NULL;
    net_answer unasked;
    bool some;
    if (s->budget.flying == 0) {
        s->w.clock.sleep_until_us(s->w.clock.ctx, ticks);
        return true;
    }
    a = arena_new(0);
    return shop__take(s, /* ticket= */ s->next_ticket, ticks, a, &unasked, &some, e);
}

bool shop__wait_until(shop *s, int64_t ticks, err *e)
{
    while (shop__ticks(s) < ticks)
        if (!wait_once(s, ticks, e))
            return false;
    return true;
}

bool shop__wait_budget(shop *s, int64_t points, int64_t latest, bool *ret_some, err *e)
{
    for (;;) {
        int64_t now = shop__ticks(s), ready = shop__budget_ready(&s->budget, points, now);
        *ret_some = ready <= now;
        if (*ret_some || now >= latest || (ready > latest && ready != SHOP_BUDGET_LATER))
            return true;
        if (!wait_once(s, qty_min(ready, latest), e))
            return false;
    }
}

/* -- one HTTP request -- */

shop__exchange shop__api_exchange(const shop *s, str body)
{
    return (shop__exchange){.method = STR("POST"),
                            .url = s->endpoint,
                            .body = body,
                            .content_type = STR("application/json"),
                            .range = STR(""),
                            .with_token = true,
                            .bytes_max = SHOP_ANSWER_MAX,
                            .timeout_ms = SHOP_TIMEOUT_MS};
}

bool shop__post(shop *s, const shop__exchange *x, uint64_t *ret_ticket, int64_t *ret_lost_at, err *e)
{
    net_header headers[4] = {{STR("Accept"), STR("application/json")}};
    size_t count = 1;
    if (!str_empty(x->content_type))
        headers[count++] = (net_header){STR("Content-Type"), x->content_type};
    if (!str_empty(x->range))
        headers[count++] = (net_header){STR("Range"), x->range};
    if (x->with_token)
        headers[count++] = (net_header){STR("X-Shopify-Access-Token"), str_of(s->token.text)};
    net_request r = {.method = x->method,
                     .url = x->url,
                     .headers = headers,
                     .header_count = count,
                     .body = x->body,
                     .timeout_ms = x->timeout_ms,
                     .answer_bytes_max = x->bytes_max};
    uint64_t ticket = s->next_ticket++;
    int64_t lost_at = shop__ticks(s) + x->timeout_ms * US_PER_MS + LOST_GRACE_US;
    if (!s->w.net.post(s->w.net.ctx, &r, ticket, e))
        return err_wrap(e, "shop %.*s", STR_ARG(s->code));
    *ret_ticket = ticket;
    *ret_lost_at = lost_at;
    return true;
}

bool shop__exchange_once(shop *s, const shop__exchange *x, arena *a, net_answer *ret, err *e)
{
    uint64_t ticket;
    int64_t lost_at;
    if (!shop__post(s, x, &ticket, &lost_at, e))
        return false;
    for (;;) {
        bool some;
        if (!shop__take(s, ticket, lost_at, a, ret, &some, e))
            return false;
        if (some)
            return true;
        if (shop__ticks(s) < lost_at)
            continue;
        *ret = (net_answer){.ticket = ticket, .outcome = NET_LOST, .why = "no answer in time"};
        return true;
    }
}

/* -- one GraphQL call -- */

void shop__account(shop *s, shop__document d, size_t ids, shop__hold h, const net_answer *n, const shop__verdict *v)
{
    int64_t now = shop__ticks(s);
    instant date;
    shop__budget_give(&s->budget, h, &v->cost, now);
    if (v->cost.requested > 0 && ids > 0)
        s->points_each[d] = qty_max(0, (v->cost.requested - s->points[d] + (int64_t)ids - 1) / (int64_t)ids);
    else if (v->cost.requested > 0)
        s->points[d] = v->cost.requested;
    if (v->cost.actual > 0)
        s->totals.points += v->cost.actual;
    if (d == DOC_ADJUST && v->cost.actual > 0)
        s->adjust_points = v->cost.actual;
    if (v->retry_after_ms > 0)
        s->budget.not_before = qty_max(s->budget.not_before, now + v->retry_after_ms * US_PER_MS);
    if (n->outcome == NET_ANSWERED && shop__http_date(n->date, &date) && (s->date == INSTANT_NONE || date > s->date))
        s->date = date;
    if (!str_empty(n->api_version) && !str_equal(n->api_version, s->answered_version))
        s->answered_version = str_copy(s->memory, n->api_version);
}

/* Sends and judges; *ret_asked is the answer's date less the time it took, so never after the shop began to read. */
static bool call(shop *s, shop__call c, str body, arena *a, shop__verdict *ret, instant *ret_asked, err *e)
{
    int64_t points = shop__points_of(s, c.document, c.ids);
    bool some;
    if (!shop__wait_budget(s, points, shop__ticks(s) + PAUSE_MOST_US, &some, e))
        return false;
    if (!some)
        return ERR(e, ERR_REMOTE, "shop %.*s: it asks for a longer pause; try again later", STR_ARG(s->code));
    shop__exchange x = shop__api_exchange(s, body);
    shop__hold h = shop__budget_take(&s->budget, points);
    int64_t begun = shop__ticks(s);
    net_answer n;
    s->totals.calls++;
    if (!shop__exchange_once(s, &x, a, &n, e)) {
        shop__budget_give(&s->budget, h, &(shop__cost){-1, -1, -1, -1, -1}, shop__ticks(s));
        return false;
    }
    shop__verdict v = shop__judge(a, &n, c.root);
    instant asked = INSTANT_NONE;
    if (shop__http_date(n.date, &asked))
        asked -= shop__ticks(s) - begun;
    shop__account(s, c.document, c.ids, h, &n, &v);
    *ret = v;
    *ret_asked = asked;
    return true;
}

bool shop__call_once(shop *s, shop__call c, str body, arena *a, shop__verdict *ret, instant *ret_asked, err *e)
{
    if (!shop__token_ready(s, e))
        return err_wrap(e, "shop %.*s", STR_ARG(s->code));
    uint64_t generation = s->token.generation;
    if (!call(s, c, body, a, ret, ret_asked, e))
        return false;
    if (!str_equal(ret->code, STR("HTTP_401")))
        return true;
    return shop__token_refused(s, generation, e) && call(s, c, body, a, ret, ret_asked, e);
}

bool shop__call_until_done(shop *s, shop__call c, str body, arena *a, shop__answer *ret, err *e)
{
    shop__verdict v;
    instant asked;
    for (unsigned tries = 0;; tries++) {
        if (!shop__call_once(s, c, body, a, &v, &asked, e))
            return false;
        if (v.class == SHOP_DONE) {
            *ret = (shop__answer){v.data, asked};
            return true;
        }
        if (v.class != SHOP_RETRY || tries + 1 == SHOP_TRIES_MAX)
            return shop__refused(s, c.document, &v, e);
        if (!shop__wait_until(s, shop__ticks(s) + shop__backoff_ms(s, tries) * US_PER_MS, e)) /* and not_before */
            return false;
    }
}

bool shop__refused(const shop *s, shop__document d, const shop__verdict *v, err *e)
{
    return ERR(e, ERR_REMOTE, "shop %.*s: %.*s: %.*s: %.*s", STR_ARG(s->code), STR_ARG(shop__document_of(d).operation),
               STR_ARG(v->code), STR_ARG(v->message));
}

bool shop__odd(const shop *s, shop__document d, err *e)
{
    e->code = ERR_REMOTE;
    return err_wrap(e, "shop %.*s: the answer to %.*s is not what Shopify documents", STR_ARG(s->code),
                    STR_ARG(shop__document_of(d).operation));
}
