/*
 * What one HTTP answer means. Foreign bytes end here: whatever comes is one of the classes, and what does not have the
 * documented shape is treated like a lost answer, because a write behind it may have been applied.
 */
#include "shop/internal.h"

#include <stdio.h>

#define NUMBER_MAX         1000000000 /* no cost or size that is told is larger; keeps sums far from overflow */
#define RETRY_AFTER_MS_MAX 3600000    /* a longer pause is not waited for in one piece */
#define SHOWN_MAX          200        /* bytes of a foreign text that stand in a message */

/* -- small readers -- */

static str shorten(str s)
{
    if (s.len <= SHOWN_MAX)
        return s;
    size_t len = SHOWN_MAX;
    while (len > 0 && ((unsigned char)s.at[len] & 0xC0) == 0x80) /* not inside a character */
        len--;
    return (str){s.at, len};
}

/* Shopify writes points as 1990 or as 1990.0. */
static int64_t number_of(const js_value *v)
{
    if (v && v->kind == JS_INT && v->integer >= 0 && v->integer <= NUMBER_MAX)
        return v->integer;
    if (v && v->kind == JS_REAL && v->real >= 0 && v->real <= NUMBER_MAX)
        return (int64_t)v->real; /* down: a point that is not whole cannot be spent */
    return -1;
}

static shop__cost cost_of(const js_value *answer)
{
    const js_value *cost = js_path(answer, "extensions.cost");
    const js_value *status = js_get(cost, "throttleStatus");
    return (shop__cost){.requested = number_of(js_get(cost, "requestedQueryCost")),
                        .actual = number_of(js_get(cost, "actualQueryCost")),
                        .bucket = number_of(js_get(status, "maximumAvailable")),
                        .available = number_of(js_get(status, "currentlyAvailable")),
                        .rate = number_of(js_get(status, "restoreRate"))};
}

/* "2" or "2.0" seconds. */
static int64_t retry_after_ms(str header)
{
    str whole, fraction;
    int64_t seconds;
    (void)str_cut(str_trim(header), '.', &whole, &fraction); /* without a point all of it is `whole` */
    if (!num_parse_i64(whole, &seconds) || seconds < 0)
        return 0;
    if (seconds >= RETRY_AFTER_MS_MAX / 1000)
        return RETRY_AFTER_MS_MAX;
    bool more = false;
    for (size_t i = 0; i < fraction.len; i++)
        more |= fraction.at[i] != '0';
    return seconds * 1000 + (more ? 1000 : 0);
}

bool shop__http_date(str s, instant *ret)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    err e;
    if (s.len != STR("Tue, 24 Nov 2026 10:00:00 GMT").len || s.at[3] != ',' || !str_ends(s, STR(" GMT")))
        return false;
    unsigned month = 0;
    while (month < 12 && memcmp(months + 3 * (size_t)month, s.at + 8, 3) != 0)
        month++;
    if (month == 12)
        return false;
    char text[INSTANT_TEXT_MAX];
    int len = snprintf(text, sizeof text, "%.4s-%02u-%.2sT%.8sZ", s.at + 12, month + 1, s.at + 5, s.at + 17);
    return len > 0 && instant_parse((str){text, (size_t)len}, ret, &e);
}

/* -- verdicts -- */

static void set(shop__verdict *v, shop_class class, bool open, str code, str message)
{
    v->class = class;
    v->open = open;
    v->code = code;
    v->message = message;
}

static void malformed(arena *a, shop__verdict *v, str request_id, const char *what)
{
    set(v, SHOP_RETRY, true, STR("MALFORMED"),
        str_printf(a, "the answer is not what Shopify documents: %s (request %.*s)", what,
                   STR_ARG(shorten(request_id))));
}

static void judge_status(arena *a, const net_answer *n, shop__verdict *v)
{
    shop__meaning m = shop__meaning_of_status(n->status);
    set(v, m.class, m.open, str_printf(a, "HTTP_%d", n->status),
        str_printf(a, "HTTP %d: %s (request %.*s)", n->status, m.text, STR_ARG(shorten(n->request_id))));
    v->retry_after_ms = retry_after_ms(n->retry_after);
    v->throttled = n->status == 429;
}

/* Errors beside the data, of which the worst decides; false: there are none. */
static bool judge_errors(arena *a, const js_value *answer, shop__verdict *v)
{
    const js_value *errors = js_get(answer, "errors");
    if (js_is_null(errors) || (errors->kind == JS_ARRAY && errors->count == 0))
        return false;
    if (errors->kind != JS_ARRAY) { /* "errors": "Not Found" and the like come from before GraphQL */
        set(v, SHOP_RETRY, true, STR("MALFORMED"), shorten(js_str(errors, STR("errors without a list"))));
        return true;
    }
    bool ran = js_get(answer, "data") != NULL;
    JS_EACH(one, errors) {
        str code = js_str(js_path(one, "extensions.code"), STR(""));
        shop__meaning m;
        if (!shop__meaning_of_top_code(code, &m)) /* a document that was refused has a code and no data */
            m = !ran && !str_empty(code) ? (shop__meaning){SHOP_BUG, false, ""} : (shop__meaning){SHOP_RETRY, true, ""};
        bool open = v->open || m.open;
        if (v->class != m.class && shop__worse(v->class, m.class) == m.class)
            set(v, m.class, open, str_copy(a, shorten(code)),
                str_copy(a, shorten(js_str(js_get(one, "message"), STR("")))));
        v->open = open;
        v->throttled |= str_equal(code, STR("THROTTLED"));
    }
    return true;
}

/* The index in ["input", "changes", "71", "inventoryItemId"]. */
static bool line_of(const js_value *field, size_t *ret)
{
    int64_t line;
    if (!field || field->kind != JS_ARRAY || field->count < 3)
        return false;
    const js_value *second = field->first->next;
    if (!str_equal(js_str(field->first, STR("")), STR("input")) ||
        !str_equal(js_str(second, STR("")), STR("changes")) || !num_parse_i64(js_str(second->next, STR("")), &line) ||
        line < 0 || line >= SHOP_LINES_MAX)
        return false;
    *ret = (size_t)line;
    return true;
}

/* The lines that errors of the deciding class name, each once. */
static void list_bad(arena *a, const js_value *errors, const shop_class *classes, shop__verdict *v)
{
    shop_bad_line *bad = ARENA_NEW(a, shop_bad_line, errors->count);
    bool named[SHOP_LINES_MAX] = {false};
    size_t count = 0, i = 0, line;
    JS_EACH(one, errors) {
        if (classes[i++] != v->class || !line_of(js_get(one, "field"), &line) || named[line])
            continue;
        named[line] = true;
        bad[count++] = (shop_bad_line){line, str_copy(a, shorten(js_str(js_get(one, "code"), STR("")))),
                                       str_copy(a, shorten(js_str(js_get(one, "message"), STR(""))))};
    }
    v->bad = bad;
    v->bad_count = count;
}

static void judge_user_errors(arena *a, const js_value *errors, shop__verdict *v)
{
    shop_class *classes = ARENA_NEW(a, shop_class, errors->count);
    size_t i = 0;
    JS_EACH(one, errors) {
        str code = js_str(js_get(one, "code"), STR(""));
        shop__meaning m;
        if (!shop__meaning_of_user_code(code, &m)) /* none, or one newer than this program: the call was refused */
            m = (shop__meaning){SHOP_LINE, false, ""};
        bool open = v->open || m.open;
        if (v->class != m.class && shop__worse(v->class, m.class) == m.class)
            set(v, m.class, open, str_copy(a, shorten(code)),
                str_copy(a, shorten(js_str(js_get(one, "message"), STR("")))));
        v->open = open;
        classes[i++] = m.class;
    }
    if (errors->count > 0)
        list_bad(a, errors, classes, v);
}

/* data.<mutation> decides, whatever stands in errors: a write may be applied although a selected field was refused. */
static void judge_mutation(arena *a, const js_value *answer, const char *root, str request_id, shop__verdict *v)
{
    const js_value *payload = js_get(js_get(answer, "data"), root);
    if (js_is_null(payload)) {
        if (!judge_errors(a, answer, v))
            malformed(a, v, request_id, "neither data nor errors");
        return;
    }
    const js_value *errors = js_get(payload, "userErrors");
    if (payload->kind != JS_OBJECT || !errors || errors->kind != JS_ARRAY) {
        malformed(a, v, request_id, "a mutation without its list of errors");
        return;
    }
    if (errors->count > 0 && !js_is_null(js_get(payload, "inventoryAdjustmentGroup"))) {
        malformed(a, v, request_id, "refused, and yet an adjustment"); /* what of it was applied only a reading tells */
        return;
    }
    judge_user_errors(a, errors, v);
    v->data = payload;
}

shop__verdict shop__judge(arena *a, const net_answer *n, const char *root)
{
    shop__verdict v = {.class = SHOP_DONE, .code = STR(""), .message = STR(""), .cost = {-1, -1, -1, -1, -1}};
    const js_value *answer;
    err e;
    if (n->outcome != NET_ANSWERED) {
        bool sent = n->outcome != NET_NOT_SENT;
        set(&v, SHOP_RETRY, sent, sent ? STR("LOST") : STR("NOT_SENT"), str_copy(a, str_of(n->why)));
    } else if (shop__meaning_of_status(n->status).class != SHOP_DONE) {
        judge_status(a, n, &v);
    } else if (!str_starts(n->content_type, STR("application/json"))) {
        malformed(a, &v, n->request_id, "its content type is not JSON");
    } else if (!js_parse(a, n->body, &answer, &e)) {
        malformed(a, &v, n->request_id, e.text);
    } else if (answer->kind != JS_OBJECT) {
        malformed(a, &v, n->request_id, "not an object");
    } else {
        v.cost = cost_of(answer);
        if (root) {
            judge_mutation(a, answer, root, n->request_id, &v);
        } else if (!judge_errors(a, answer, &v)) {
            v.data = js_get(answer, "data");
            if (!v.data || v.data->kind != JS_OBJECT)
                malformed(a, &v, n->request_id, "neither data nor errors");
        }
    }
    return v;
}
