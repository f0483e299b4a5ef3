/*
 * A bulk result: fetched in ranges, cut into lines, told one by one. Memory stays at one range and one line, whatever
 * the size of the file.
 */
#include "shop/internal.h"

#define RANGE_BYTES         (INT64_C(8) << 20)
#define DOWNLOAD_TIMEOUT_MS INT64_C(120000) /* of one range */
_Static_assert(RANGE_BYTES <= SHOP_ANSWER_MAX, "a range is an answer");

/* -- lines -- */

shop__lines shop__lines_new(shop__object *each, void *ctx)
{
    return (shop__lines){.each = each, .ctx = ctx, .rest = buf_new(SHOP_BULK_LINE_MAX), .memory = arena_new(0)};
}

void shop__lines_drop(shop__lines *l)
{
    buf_end(&l->rest);
    arena_end(&l->memory);
}

static bool tell_line(shop__lines *l, str line, err *e)
{
    const js_value *object;
    line = str_trim(line);
    if (str_empty(line))
        return true;
    arena_clear(l->memory);
    if (!js_parse(l->memory, line, &object, e) || (object->kind != JS_OBJECT && !ERR(e, ERR_INPUT, "not an object"))) {
        e->code = ERR_REMOTE;
        return err_wrap(e, "line %" PRId64, l->objects + 1);
    }
    l->objects++;
    l->roots += js_get(object, "__parentId") == NULL;
    return l->each(l->ctx, object, e) || err_wrap(e, "line %" PRId64, l->objects);
}

bool shop__lines_add(shop__lines *l, str part, err *e)
{
    str line, behind;
    while (str_cut(part, '\n', &line, &behind)) {
        buf_add(&l->rest, line);
        if (l->rest.full)
            break;
        if (!tell_line(l, buf_str(&l->rest), e))
            return false;
        buf_clear(&l->rest);
        part = behind;
    }
    if (!l->rest.full)
        buf_add(&l->rest, part);
    if (l->rest.full)
        return ERR(e, ERR_REMOTE, "line %" PRId64 " is longer than %u bytes (SHOP_BULK_LINE_MAX)", l->objects + 1,
                   SHOP_BULK_LINE_MAX);
    return true;
}

bool shop__lines_end(shop__lines *l, err *e)
{
    bool told = tell_line(l, buf_str(&l->rest), e);
    buf_clear(&l->rest);
    return told;
}

/* -- ranges -- */

/* One range, in spite of what passes. A server that knows no ranges answers 200 with the whole file. */
static bool fetch_range(shop *s, str url, int64_t from, int64_t to, arena *a, net_answer *ret, err *e)
{
    for (unsigned tries = 0;; tries++) {
        arena_clear(a);
        shop__exchange x = {.method = STR("GET"),
                            .url = url,
                            .body = STR(""),
                            .content_type = STR(""),
                            .range = str_printf(a, "bytes=%" PRId64 "-%" PRId64, from, to - 1),
                            .bytes_max = SHOP_ANSWER_MAX,
                            .timeout_ms = DOWNLOAD_TIMEOUT_MS};
        if (!shop__exchange_once(s, &x, a, ret, e))
            return false;
        bool part = ret->status == 206 && (int64_t)ret->body.len == to - from;
        if (ret->outcome == NET_ANSWERED && (part || ret->status == 200))
            return true;
        if (ret->outcome == NET_TOO_BIG)
            return ERR(
                e, ERR_REMOTE,
                "the file's server does not serve ranges, and the file is longer than %u bytes (SHOP_ANSWER_MAX)",
                SHOP_ANSWER_MAX);
        bool final = ret->outcome == NET_ANSWERED && shop__meaning_of_status(ret->status).class != SHOP_RETRY &&
                     ret->status != 206;
        if (final || tries + 1 == SHOP_TRIES_MAX)
            return ERR(e, ERR_REMOTE, "bytes %" PRId64 " to %" PRId64 ": %s (status %d, %zu bytes)", from, to,
                       ret->outcome == NET_ANSWERED ? "not what was asked for" : ret->why, ret->status, ret->body.len);
        if (!shop__wait_until(s, shop__ticks(s) + shop__backoff_ms(s, tries) * US_PER_MS, e))
            return false;
    }
}

bool shop__download(shop *s, str url, int64_t bytes, shop__lines *to, err *e)
{
    AUTO(arena_end) arena *a = arena_new(0);
    if (bytes < 0)
        return ERR(e, ERR_REMOTE, "its size is not told");
    for (int64_t at = 0; at < bytes;) {
        int64_t end = qty_min(at + RANGE_BYTES, bytes);
        net_answer n;
        if (!fetch_range(s, url, at, end, a, &n, e))
            return false;
        if (n.status == 200 && (at > 0 || (int64_t)n.body.len != bytes))
            return ERR(e, ERR_REMOTE, "%zu bytes came, %" PRId64 " were told", n.body.len, bytes);
        if (!shop__lines_add(to, n.body, e))
            return false;
        at += (int64_t)n.body.len;
    }
    return true;
}
