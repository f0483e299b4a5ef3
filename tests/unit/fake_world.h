#pragma once
/*
 * A world for tests: a clock that moves only when somebody waits, randomness from a seed, and a net whose answers are
 * scripted, or made by a function. Every request is kept. An answer comes after its own delay, so several requests in
 * flight are answered in the order of the delays.
 */
#include "unit.h"

#include "base/io.h"

typedef struct fake_answer {
    net_outcome outcome; /* NET_ANSWERED is 0: an answer is what it is unless told otherwise */
    int status;          /* 0: 200 */
    const char *body;    /* NULL: "{}" */
    str raw;             /* in place of `body`, may hold anything */
    const char *content_type, *date, *retry_after, *api_version; /* NULL: JSON, the clock's, none, none */
    int64_t after_us;                                            /* 0: 10 ms */
    bool never;                                                  /* the net loses it without a word */
} fake_answer;

typedef struct fake_request {
    str method, url, body, token, range, content_type;
    int64_t at, timeout_ms; /* ticks */
} fake_request;

typedef struct fake_flight {
    uint64_t ticket;
    int64_t due;
    fake_answer answer;
    struct fake_flight *next;
} fake_flight;

typedef struct fake_world fake_world;
typedef void fake_serve(void *ctx, const fake_request *r, fake_answer *to);

struct fake_world {
    world w;
    arena *a;
    int64_t ticks; /* the world began at FAKE_BEGAN, with 0 ticks */
    uint64_t seed;
    VEC(fake_answer) script;
    size_t played;
    VEC(fake_request) requests;
    fake_flight *flying; /* by time */
    fake_serve *serve;   /* instead of the script */
    void *ctx;
};

#define FAKE_BEGAN INT64_C(1795478400000000) /* 2026-11-24T00:00:00Z */

static inline instant fake_now(void *ctx)
{
    return FAKE_BEGAN + ((fake_world *)ctx)->ticks;
}

static inline int64_t fake_ticks(void *ctx)
{
    return ((fake_world *)ctx)->ticks;
}

static inline void fake_sleep(void *ctx, int64_t until)
{
    fake_world *f = ctx;
    f->ticks = until > f->ticks ? until : f->ticks;
}

static inline uint64_t fake_random(fake_world *f) /* xorshift64* */
{
    f->seed ^= f->seed >> 12;
    f->seed ^= f->seed << 25;
    f->seed ^= f->seed >> 27;
    return f->seed * UINT64_C(2685821657736338717);
}

static inline void fake_bytes(void *ctx, void *to, size_t len)
{
    for (size_t i = 0; i < len; i++)
        ((unsigned char *)to)[i] = (unsigned char)(fake_random(ctx) >> 56);
}

static inline str fake_header(const net_request *r, str name)
{
    for (size_t i = 0; i < r->header_count; i++)
        if (str_equal_fold(r->headers[i].name, name))
            return r->headers[i].value;
    return STR("");
}

static inline bool fake_post(void *ctx, const net_request *r, uint64_t ticket, err *e)
{
    fake_world *f = ctx;
    (void)e;
    fake_request *kept = vec_push(f->a, &f->requests);
    *kept = (fake_request){.method = str_copy(f->a, r->method),
                           .url = str_copy(f->a, r->url),
                           .body = str_copy(f->a, r->body),
                           .token = str_copy(f->a, fake_header(r, STR("X-Shopify-Access-Token"))),
                           .range = str_copy(f->a, fake_header(r, STR("Range"))),
                           .content_type = str_copy(f->a, fake_header(r, STR("Content-Type"))),
                           .at = f->ticks,
                           .timeout_ms = r->timeout_ms};
    fake_answer answer = {0};
    if (f->serve) {
        f->serve(f->ctx, kept, &answer);
    } else {
        if (f->played == f->script.count)
            fail_msg("request %zu is not in the script: %.*s", f->requests.count, STR_ARG(kept->body));
        answer = f->script.at[f->played++];
    }
    fake_flight *made = ARENA_NEW(f->a, fake_flight, 1), **at = &f->flying;
    *made = (fake_flight){ticket, f->ticks + (answer.after_us ? answer.after_us : 10000), answer, NULL};
    if (answer.outcome == NET_ANSWERED && !answer.never && answer.raw.len > r->answer_bytes_max)
        made->answer.outcome = NET_TOO_BIG;
    while (*at && (*at)->due <= made->due)
        at = &(*at)->next;
    made->next = *at;
    *at = made;
    return true;
}

static inline str fake_date(arena *a, instant t)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    str z = instant_text(a, t);
    int64_t month;
    assert_true(num_parse_i64((str){z.at + 5, 2}, &month));
    return str_printf(a, "Tue, %.2s %s %.4s %.8s GMT", z.at + 8, months[month - 1], z.at, z.at + 11);
}

static inline net_answer fake_net_answer(arena *a, const fake_answer *from, uint64_t ticket, instant now)
{
    net_answer n = {.ticket = ticket,
                    .outcome = from->outcome,
                    .body = STR(""),
                    .date = STR(""),
                    .retry_after = STR(""),
                    .content_type = STR(""),
                    .api_version = STR(""),
                    .request_id = STR("")};
    if (n.outcome != NET_ANSWERED) {
        snprintf(n.why, sizeof n.why, "as scripted");
        return n;
    }
    n.status = from->status ? from->status : 200;
    n.body = from->raw.at ? str_copy(a, from->raw) : str_copy(a, str_of(from->body ? from->body : "{}"));
    n.date = from->date ? str_of(from->date) : fake_date(a, now);
    n.retry_after = str_of(from->retry_after);
    n.content_type = str_of(from->content_type ? from->content_type : "application/json; charset=utf-8");
    n.api_version = str_of(from->api_version);
    n.request_id = STR("r-1");
    return n;
}

static inline bool fake_next(void *ctx, int64_t until, arena *a, net_answer *ret, bool *ret_some, err *e)
{
    fake_world *f = ctx;
    (void)e;
    while (f->flying && f->flying->answer.never)
        f->flying = f->flying->next;
    *ret_some = f->flying && f->flying->due <= until;
    if (!*ret_some) {
        if (until == INT64_MAX)
            fail_msg("it waits for ever for an answer to nothing");
        fake_sleep(f, until);
        return true;
    }
    fake_flight *first = f->flying;
    f->flying = first->next;
    fake_sleep(f, first->due);
    *ret = fake_net_answer(a, &first->answer, first->ticket, FAKE_BEGAN + f->ticks);
    return true;
}

static inline fake_world *fake_world_new(void)
{
    arena *a = arena_new(0);
    fake_world *f = ARENA_NEW(a, fake_world, 1);
    f->a = a;
    f->seed = 0x9E3779B97F4A7C15u;
    f->w = (world){
        .clock = {f, fake_now, fake_ticks, fake_sleep}, .rng = {f, fake_bytes}, .net = {f, fake_post, fake_next}};
    return f;
}

static inline void fake_world_end(fake_world **f) /* for AUTO */
{
    if (!*f)
        return;
    arena *a = (*f)->a;
    *f = NULL;
    arena_end(&a);
}

static inline void fake_will(fake_world *f, fake_answer answer)
{
    *vec_push(f->a, &f->script) = answer;
}

static inline void fake_will_say(fake_world *f, const char *body)
{
    fake_will(f, (fake_answer){.body = body});
}

/* The whole script was used; a shorter run means that a call was not made. */
static inline void fake_played_all(const fake_world *f)
{
    assert_int_equal(f->played, f->script.count);
}
