/*
 * Bulk queries: started once, watched to their end, their result told line by line. Nothing but a COMPLETED operation
 * with all of its lines counts; a part is never used.
 *
 * An operation that this program started and lost sight of (a crash, a lost answer) is found again by its text, so that
 * the five that may run at once are not used up. One that does not end in time is cancelled.
 */
#include "shop/internal.h"

#define WAIT_FIRST_MS 100
#define WAIT_MOST_MS  30000
#define IDLE_US       US_PER_S                    /* between two calls of what the caller does meanwhile */
#define BULK_MOST_US  (INT64_C(14400) * US_PER_S) /* Shopify ends one after 10 days; nobody waits here so long */

typedef struct bulk_run {
    shop *s;
    shop__document document;
    str query;
    int64_t until; /* ticks */
} bulk_run;

bool shop__bulk_parse(const js_value *operation, shop__bulk_state *ret, err *e)
{
    shop__bulk_state b = {.created_at = INSTANT_NONE, .objects = -1, .roots = -1, .bytes = -1};
    const char *what = "bulk operation";
    if (!js_want_str(operation, "id", what, &b.id, e) || !js_want_str(operation, "status", what, &b.status, e) ||
        !shop__maybe_str(operation, "errorCode", what, &b.error_code, e) ||
        !shop__maybe_str(operation, "url", what, &b.url, e) ||
        !shop__maybe_str(operation, "query", what, &b.query, e) ||
        !shop__maybe_instant(operation, "createdAt", what, &b.created_at, e))
        return false;
    if ((!js_is_null(js_get(operation, "objectCount")) &&
         !shop__want_count(operation, "objectCount", what, &b.objects, e)) ||
        (!js_is_null(js_get(operation, "rootObjectCount")) &&
         !shop__want_count(operation, "rootObjectCount", what, &b.roots, e)) ||
        (!js_is_null(js_get(operation, "fileSize")) && !shop__want_count(operation, "fileSize", what, &b.bytes, e)))
        return false;
    *ret = b;
    return true;
}

static bool is_running(str status)
{
    return str_equal(status, STR("CREATED")) || str_equal(status, STR("RUNNING"));
}

/* One that already does what is wanted; *ret_some false: none. */
static bool find_running(const bulk_run *b, arena *a, shop__bulk_state *ret, bool *ret_some, err *e)
{
    AUTO(shop__body_drop) shop__body body = {0};
    shop__answer answer;
    shop__bulk_state one;
    const js_value *list;
    str text;
    shop__body_begin(&body, DOC_BULK_LIST);
    js_put_str(&body.w, "query", STR("operation_type:query"));
    if (!shop__body_end(&body, &text, e) ||
        !shop__call_until_done(b->s, (shop__call){.document = DOC_BULK_LIST}, text, a, &answer, e))
        return false;
    *ret_some = false;
    if (!shop__want(js_get(answer.data, "bulkOperations"), "nodes", JS_ARRAY, "bulkOperations", &list, e))
        return shop__odd(b->s, DOC_BULK_LIST, e);
    JS_EACH(node, list) {
        if (!shop__bulk_parse(node, &one, e))
            return shop__odd(b->s, DOC_BULK_LIST, e);
        if (*ret_some || !is_running(one.status) || !str_equal(one.query, b->query) || one.created_at == INSTANT_NONE)
            continue;
        *ret = one;
        *ret_some = true;
    }
    return true;
}

static bool run(const bulk_run *b, arena *a, shop__verdict *ret, err *e)
{
    AUTO(shop__body_drop) shop__body body = {0};
    str text;
    instant asked;
    shop__body_begin(&body, DOC_BULK_RUN);
    js_put_str(&body.w, "query", b->query);
    shop__call c = {.document = DOC_BULK_RUN, .root = "bulkOperationRunQuery"};
    return shop__body_end(&body, &text, e) && shop__call_once(b->s, c, text, a, ret, &asked, e);
}

/* The operation that works on it, found or started. A start has no key: after a lost answer it is looked for first. */
static bool start(const bulk_run *b, arena *a, shop__bulk_state *ret, err *e)
{
    for (unsigned tries = 0;; tries++) {
        shop__verdict v;
        bool some;
        if (!find_running(b, a, ret, &some, e))
            return false;
        if (some)
            return true;
        if (!run(b, a, &v, e))
            return false;
        if (v.class == SHOP_DONE) {
            if (!shop__bulk_parse(js_get(v.data, "bulkOperation"), ret, e))
                return shop__odd(b->s, DOC_BULK_RUN, e);
            return true;
        }
        if (v.class != SHOP_RETRY || tries + 1 == SHOP_TRIES_MAX)
            return shop__refused(b->s, DOC_BULK_RUN, &v, e);
        if (!shop__wait_until(b->s, shop__ticks(b->s) + shop__backoff_ms(b->s, tries) * US_PER_MS, e))
            return false;
    }
}

static bool poll(const bulk_run *b, str id, arena *a, shop__bulk_state *ret, err *e)
{
    AUTO(shop__body_drop) shop__body body = {0};
    shop__answer answer;
    str text;
    shop__body_begin(&body, DOC_BULK_POLL);
    js_put_str(&body.w, "id", id);
    if (!shop__body_end(&body, &text, e) ||
        !shop__call_until_done(b->s, (shop__call){.document = DOC_BULK_POLL}, text, a, &answer, e))
        return false;
    return shop__bulk_parse(js_get(answer.data, "bulkOperation"), ret, e) || shop__odd(b->s, DOC_BULK_POLL, e);
}

/* Sets the error, returns false; that the cancellation was heard is not waited for. */
static bool give_up(const bulk_run *b, str id, err *e)
{
    AUTO(shop__body_drop) shop__body body = {0};
    AUTO(arena_end) arena *a = arena_new(0);
    shop__verdict ignored;
    instant asked;
    str text;
    shop__body_begin(&body, DOC_BULK_CANCEL);
    js_put_str(&body.w, "id", id);
    shop__call c = {.document = DOC_BULK_CANCEL, .root = "bulkOperationCancel"};
    if (!shop__body_end(&body, &text, e) || !shop__call_once(b->s, c, text, a, &ignored, &asked, e))
        return false;
    return ERR(e, ERR_REMOTE, "shop %.*s: bulk operation %.*s did not end in time and was cancelled",
               STR_ARG(b->s->code), STR_ARG(id));
}

void shop_while_waiting(shop *s, shop_idle *idle, void *ctx)
{
    s->idle = idle;
    s->idle_ctx = ctx;
}

static bool wait_until(shop *s, int64_t until, err *e)
{
    while (s->idle && shop__ticks(s) < until) {
        if (!s->idle(s->idle_ctx, e) || !shop__wait_until(s, qty_min(until, shop__ticks(s) + IDLE_US), e))
            return false;
    }
    return shop__wait_until(s, until, e);
}

static bool wait_for_end(const bulk_run *b, shop__bulk_state *state, arena *a, err *e)
{
    int64_t pause_ms = WAIT_FIRST_MS;
    while (is_running(state->status) || str_equal(state->status, STR("CANCELING"))) {
        if (shop__ticks(b->s) >= b->until)
            return give_up(b, state->id, e);
        if (!wait_until(b->s, shop__ticks(b->s) + pause_ms * US_PER_MS, e) || !poll(b, state->id, a, state, e))
            return false;
        pause_ms = qty_min(pause_ms + pause_ms / 2, WAIT_MOST_MS);
    }
    if (str_equal(state->status, STR("COMPLETED")))
        return true;
    return ERR(e, ERR_REMOTE, "shop %.*s: bulk operation %.*s ended as %.*s%s%.*s", STR_ARG(b->s->code),
               STR_ARG(state->id), STR_ARG(state->status), str_empty(state->error_code) ? "" : ": ",
               STR_ARG(state->error_code));
}

bool shop__bulk(shop *s, shop__document d, str query, shop__object *each, void *ctx, instant *ret_started, err *e)
{
    bulk_run b = {s, d, query, shop__ticks(s) + BULK_MOST_US};
    AUTO(arena_end) arena *a = arena_new(0);
    AUTO(shop__lines_drop) shop__lines lines = shop__lines_new(each, ctx);
    shop__bulk_state state = {0};
    if (!start(&b, a, &state, e))
        return false;
    instant started = state.created_at;
    if (started == INSTANT_NONE)
        return ERR(e, ERR_REMOTE, "shop %.*s: a bulk operation without the time it was made", STR_ARG(s->code));
    if (!wait_for_end(&b, &state, a, e))
        return false;
    if (state.objects < 0 || state.roots < 0)
        return ERR(e, ERR_REMOTE, "shop %.*s: a bulk operation without its counts", STR_ARG(s->code));
    if (!str_empty(state.url) && (!shop__download(s, state.url, state.bytes, &lines, e) || !shop__lines_end(&lines, e)))
        return err_wrap(e, "shop %.*s: the result of %.*s", STR_ARG(s->code), STR_ARG(state.id));
    if (lines.objects != state.objects || lines.roots != state.roots)
        return ERR(e, ERR_REMOTE,
                   "shop %.*s: the result of %.*s has %" PRId64 " lines (%" PRId64 " roots), Shopify counted %" PRId64
                   " (%" PRId64 ")",
                   STR_ARG(s->code), STR_ARG(state.id), lines.objects, lines.roots, state.objects, state.roots);
    *ret_started = started;
    return true;
}
