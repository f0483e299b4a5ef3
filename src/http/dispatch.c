/*
 * From a request to an answer: whose request it is, which route, whether the visitor may, and the handler. What the
 * handlers share to read the store stands here, too.
 */
#include "http/internal.h"

const http_route http__routes[] = {
#define ROUTE(method, pattern, right, run) {HTTP_##method, pattern, HTTP_##right, run},
#include "http/routes.def"
#undef ROUTE
    {.pattern = NULL},
};

bool http__is_api(str target)
{
    return str_starts(target, STR("/api/"));
}

/* -- routes -- */

static bool matches(const char *pattern, const http_call *c, str *ret_parts)
{
    str rest = {pattern + 1, strlen(pattern) - 1};
    size_t segment = 0, part = 0;
    while (!str_empty(rest)) {
        str want;
        str_cut(rest, '/', &want, &rest);
        if (segment == c->segment_count)
            return false;
        if (str_starts(want, STR("{")))
            ret_parts[part++] = c->segments[segment++];
        else if (!str_equal(want, c->segments[segment++]))
            return false;
    }
    return segment == c->segment_count;
}

/* NULL: there is none; *ret_allow then has the methods that the path does know, "" none. */
static const http_route *route_of(http_call *c, str *ret_allow)
{
    static const char *const METHODS[] = {[HTTP_GET] = "GET", [HTTP_POST] = "POST", [HTTP_PUT] = "PUT"};
    *ret_allow = STR("");
    for (const http_route *r = http__routes; r->pattern; r++) {
        if (!matches(r->pattern, c, c->parts))
            continue;
        if (r->method == c->request->method)
            return r;
        *ret_allow = str_printf(c->memory, "%.*s%s%s", STR_ARG(*ret_allow), str_empty(*ret_allow) ? "" : ", ",
                                METHODS[r->method]);
    }
    return NULL;
}

static bool refused(http_call *c, unsigned status, str detail)
{
    http__problem(c, status, detail);
    return true;
}

static bool no_route(http_call *c, str allow)
{
    if (str_empty(allow))
        return refused(c, 404, STR("there is nothing at this address"));
    refused(c, 405, str_printf(c->memory, "this address knows %.*s", STR_ARG(allow)));
    c->answer->allow = str_z(c->memory, allow);
    return true;
}

/* -- may they? -- */

/* False: answered already. */
static bool allowed(http_call *c, const http_route *r, bool wrong_token)
{
    bool form = c->visitor == HTTP_SIGNED_IN && r->right == HTTP_OPERATE;
    if (r->right == HTTP_OPEN || r->right == HTTP_SIGNED)
        return true;
    if (wrong_token)
        return !refused(c, 401, STR("that is not a token of this service"));
    if (c->visitor == HTTP_NOBODY && (r->right == HTTP_OPERATE || !c->house->public_reading))
        return !refused(c, 401,
                        STR("send the header 'Authorization: Bearer TOKEN', or sign in; 'evenstock serve' printed the "
                            "token when it was started for the first time"));
    if (form && c->api)
        return !refused(c, 401, STR("the REST core takes the header 'Authorization: Bearer TOKEN', no cookie"));
    if (form && !str_equal(http__field(&c->form, "csrf"), http__csrf(c)))
        return !refused(c, 403,
                        STR("the form is not from this page, or from before you signed in; load the page again"));
    return true;
}

/* False: answered already, or an error. */
static bool addressed_to_us(http_call *c, bool *ret_answered)
{
    *ret_answered = true;
    if (str_empty(c->request->host))
        return !refused(c, 400, STR("the request has no Host header"));
    if (!http__host_own(c->house, c->request->host))
        return !refused(c, 421, STR("this service answers for its own name only (see --host)"));
    if (c->request->method != HTTP_GET && !str_empty(c->request->origin) &&
        !http__origin_own(c->request->origin, c->request->host))
        return !refused(c, 403, STR("a page of another origin may not write here"));
    *ret_answered = false;
    return true;
}

static bool read_form(http_call *c, err *e)
{
    str kind, rest;
    str_cut(c->request->type, ';', &kind, &rest);
    if (c->request->method == HTTP_GET || c->api || str_empty(c->request->body))
        return true;
    if (!str_equal_fold(str_trim(kind), STR("application/x-www-form-urlencoded")))
        return refused(c, 415, STR("a form is application/x-www-form-urlencoded"));
    return http__form_parse(c->request->body, c->memory, &c->form, e);
}

static bool answer(http_call *c, err *e)
{
    str allow;
    bool wrong = false, done;
    c->api = http__is_api(c->request->target);
    if (!addressed_to_us(c, &done))
        return true;
    if (!http__target_parse(c->request->target, c->memory, c->segments, &c->segment_count, &c->query, e) ||
        !http__visitor(c, &wrong, e))
        return false;
    const http_route *r = route_of(c, &allow);
    if (!r)
        return no_route(c, allow);
    if (r->right != HTTP_SIGNED && !read_form(c, e))
        return false;
    return c->answer->status != 0 || !allowed(c, r, wrong) || r->run(c, e);
}

void http__dispatch(http_call *c)
{
    err e = {0};
    bool done = answer(c, &e);
    http__end(c);
    if (!done) {
        unsigned status = http__status_of(e.code);
        http__problem(c, status, str_of(e.text));
        if (status == 500)
            log_line(LOG_ERROR, "http.failed", F_STR("target", str_head(c->request->target, 200)),
                     F_STR("error", str_of(e.text)), F_STR("where", str_of(e.where)));
    } else if (c->answer->body.full) {
        http__problem(c, 500, STR("the answer is larger than 32 MiB (HTTP_ANSWER_MAX); ask for less"));
    }
}

/* -- what handlers use -- */

bool http__begin(http_call *c, err *e)
{
    if (!store_begin(c->db, STORE_READ, &c->tx, e) || !store_config_get(c->tx, &c->config, e))
        return false;
    c->now = store_now(c->tx);
    return true;
}

void http__end(http_call *c)
{
    store_tx_end(&c->tx);
    c->config = NULL;
}

bool http__redirect(http_call *c, const char *to)
{
    c->answer->status = 303;
    c->answer->location = to;
    return true;
}

void http__wake(http_call *c)
{
    if (c->house->wake)
        c->house->wake(c->house->wake_ctx);
}

bool http__number(const http_call *c, const char *name, int64_t least, int64_t most, int64_t otherwise, int64_t *ret,
                  err *e)
{
    str text = http__field(&c->query, name);
    if (str_empty(text))
        *ret = otherwise;
    else if (!num_parse_qty(text, least, most, ret, e))
        return err_wrap(e, "%s", name);
    return true;
}

bool http__product(http_call *c, str sku, store_product *ret, err *e)
{
    int64_t id;
    sku = str_trim(sku);
    if (!store_product_find(c->tx, sku, &id, e))
        return false;
    if (id == 0)
        return ERR(e, ERR_MISSING, "there is no product with the SKU '%.*s'", STR_ARG(str_head(sku, 100)));
    return store_product_get(c->tx, id, c->memory, ret, e);
}

bool http__channel(http_call *c, str code, const store_channel **ret, err *e)
{
    *ret = config_channel_by_code(c->config, str_trim(code));
    return *ret || ERR(e, ERR_MISSING, "there is no channel '%.*s'", STR_ARG(str_head(code, 100)));
}

bool http__run(http_call *c, int64_t id, store_run *ret, err *e)
{
    bool some;
    if (!store_run_get(c->tx, id, c->memory, ret, &some, e))
        return false;
    return some ||
           ERR(e, ERR_MISSING, "there is no run %" PRId64 "; of polls that found nothing only the last is kept", id);
}

bool http__shop(http_call *c, str code, const store_shop **ret, err *e)
{
    *ret = config_shop_by_code(c->config, str_trim(code));
    return *ret || ERR(e, ERR_MISSING, "there is no shop '%.*s'", STR_ARG(str_head(code, 100)));
}
