/* Errors as answers: problem documents (RFC 9457) under /api/, pages elsewhere. */
#include "http/html.h"

static const struct {
    unsigned status;
    const char *name, *title;
} STATUSES[] = {
    {400, "bad-request", "Bad request"},
    {401, "unauthorized", "A token is needed"},
    {403, "forbidden", "Refused"},
    {404, "not-found", "Not found"},
    {405, "method-not-allowed", "Method not allowed"},
    {408, "timeout", "Request timeout"},
    {409, "conflict", "Conflict"},
    {413, "too-large", "Content too large"},
    {415, "unsupported-type", "Unsupported media type"},
    {421, "misdirected", "Misdirected request"},
    {500, "internal", "Internal error"},
    {502, "shop", "The shop did not do it"},
    {503, "busy", "Busy"},
};

const char *http__status_title(unsigned status)
{
    for (size_t i = 0; i < COUNT(STATUSES); i++)
        if (STATUSES[i].status == status)
            return STATUSES[i].title;
    return "Error";
}

static const char *name_of(unsigned status)
{
    for (size_t i = 0; i < COUNT(STATUSES); i++)
        if (STATUSES[i].status == status)
            return STATUSES[i].name;
    return "error";
}

unsigned http__status_of(err_code code)
{
    switch (code) {
    case ERR_USAGE:
    case ERR_INPUT:
        return 400;
    case ERR_MISSING:
        return 404;
    case ERR_CONFLICT:
        return 409;
    case ERR_BUSY:
        return 503;
    case ERR_REMOTE:
    case ERR_IN_DOUBT:
        return 502;
    case ERR_NONE:
    case ERR_CORRUPT:
    case ERR_IO:
    case ERR_MEMORY:
        return 500;
    }
    check_failed("an error code", ERR_HERE);
}

static void document(http_call *c, unsigned status, str detail)
{
    js_writer w = http__json(c);
    js_object(&w, NULL);
    js_put_str(&w, "type", str_printf(c->memory, "urn:evenstock:problem:%s", name_of(status)));
    js_put_z(&w, "title", http__status_title(status));
    js_put_int(&w, "status", status);
    js_put_str(&w, "detail", detail);
    js_close(&w);
    c->answer->type = "application/problem+json";
}

static void page(http_call *c, unsigned status, str detail)
{
    html h = http__page(c, http__status_title(status), HTTP_NO_TAB);
    http__leaf(&h, "h1", NULL, str_of(http__status_title(status)));
    http__leaf(&h, "p", "sentence", detail);
    if (status == 401)
        http__link(&h, "/sign-in", STR("Sign in"));
    http__page_end(&h);
}

void http__problem(http_call *c, unsigned status, str detail)
{
    buf_clear(&c->answer->body);
    if (c->api)
        document(c, status, detail);
    else
        page(c, status, detail);
    c->answer->status = status;
    c->answer->retry_s = status == 503 ? 1 : 0;
}
