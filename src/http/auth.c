/*
 * Who asks. A token comes as `Authorization: Bearer`, or as the cookie that signing in sets; it is kept as a digest.
 * A form of a signed-in visitor carries a field that follows from the token, so that no other site's form is obeyed;
 * the cookie is SameSite=Strict, and a foreign Origin is refused besides.
 */
#include "http/html.h"

#define TOKEN_BYTES 32

bool http_first_token(store *db, const world *w, arena *a, str *ret_token, bool *ret_made, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    static const char hex[] = "0123456789abcdef";
    unsigned char random[TOKEN_BYTES];
    char text[2 * TOKEN_BYTES];
    bool any;
    if (!store_begin(db, STORE_WRITE, &tx, e) || !store_token_any(tx, &any, e))
        return false;
    w->rng.bytes(w->rng.ctx, random, sizeof random);
    for (size_t i = 0; i < TOKEN_BYTES; i++) {
        text[2 * i] = hex[random[i] >> 4];
        text[2 * i + 1] = hex[random[i] & 15];
    }
    str token = {text, sizeof text};
    if (!any && (!store_token_add(tx, STR("first"), digest_of(token), e) || !store_commit(&tx, e)))
        return false;
    *ret_token = any ? STR("") : str_copy(a, token);
    *ret_made = !any;
    return true;
}

/* The name of a Host header, without the port. */
static str name_of(str host)
{
    str name, rest;
    if (str_starts(host, STR("["))) {
        str_cut((str){host.at + 1, host.len - 1}, ']', &name, &rest);
        return name;
    }
    str_cut(host, ':', &name, &rest);
    return name;
}

bool http__host_own(const http_house *h, str host)
{
    str name = name_of(host);
    return http__host_loopback(name) || str_equal_fold(name, h->host);
}

bool http__origin_own(str origin, str host)
{
    str scheme = STR("http://");
    return str_starts(origin, scheme) && str_equal_fold((str){origin.at + scheme.len, origin.len - scheme.len}, host);
}

/* Two services on one machine share their cookies, which know no port: so it is in the name. */
static str cookie_name(http_call *c)
{
    return str_printf(c->memory, "evenstock_%u", c->house->port);
}

static str cookie_value(http_call *c)
{
    str rest = c->request->cookie, one, name, value, want = cookie_name(c);
    while (!str_empty(rest)) {
        str_cut(rest, ';', &one, &rest);
        if (str_cut(str_trim(one), '=', &name, &value) && str_equal(name, want))
            return value;
    }
    return STR("");
}

static bool known(http_call *c, str token, bool *ret, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    return store_begin(c->db, STORE_READ, &tx, e) && store_token_known(tx, digest_of(token), ret, e);
}

bool http__visitor(http_call *c, bool *ret_wrong, err *e)
{
    str kind, token, cookie = cookie_value(c);
    bool good = false;
    *ret_wrong = false;
    if (!str_empty(c->request->authorization)) {
        str_cut(c->request->authorization, ' ', &kind, &token);
        if (!str_equal_fold(kind, STR("Bearer")))
            return ERR(e, ERR_USAGE, "the Authorization header must read: Bearer TOKEN");
        c->token = str_trim(token);
        if (!known(c, c->token, &good, e))
            return false;
        c->visitor = good ? HTTP_BEARER : HTTP_NOBODY;
        *ret_wrong = !good;
        return true;
    }
    if (str_empty(cookie))
        return true;
    c->token = cookie;
    if (!known(c, cookie, &good, e))
        return false;
    c->visitor = good ? HTTP_SIGNED_IN : HTTP_NOBODY;
    return true;
}

str http__csrf(http_call *c)
{
    char text[65];
    digest_hex(digest_of(str_printf(c->memory, "form\n%.*s", STR_ARG(c->token))), text);
    return str_copy(c->memory, str_of(text));
}

/* -- signing in -- */

/* Where to go afterwards: a path of ours, and nothing that a browser reads as another host. */
const char *http__next_of(http_call *c, str next)
{
    bool ours = str_starts(next, STR("/")) && !str_starts(next, STR("//")) && !memchr(next.at, '\\', next.len);
    for (size_t i = 0; i < next.len; i++)
        ours &= (unsigned char)next.at[i] > ' ' && (unsigned char)next.at[i] < 0x7F;
    return ours ? str_z(c->memory, next) : "/";
}

static void form(http_call *c, const char *next, const char *trouble)
{
    html h = http__page(c, "Sign in", HTTP_NO_TAB);
    http__leaf(&h, "h1", NULL, STR("Sign in"));
    if (trouble)
        http__note(&h, "bad", str_of(trouble));
    http__leaf(&h, "p", NULL,
               STR("Reading needs no token here. Running, pausing and scheduling jobs does: it was printed once, when "
                   "the service was started for the first time."));
    http__tag(&h, "form", "stack");
    http__attr(&h, "method", STR("post"));
    http__attr(&h, "action", STR("/sign-in"));
    http__hidden(&h, "next", str_of(next));
    http__tag(&h, "label", NULL);
    http__text(&h, STR("Token"));
    http__tag(&h, "input", NULL);
    http__attr(&h, "type", STR("password"));
    http__attr(&h, "name", STR("token"));
    http__attr(&h, "autocomplete", STR("current-password"));
    http__attr(&h, "required", STR(""));
    http__end_tag(&h, "label");
    http__button(&h, "Sign in");
    http__end_tag(&h, "form");
    http__page_end(&h);
}

bool http__sign_in_page(http_call *c, err *e)
{
    (void)e;
    form(c, http__next_of(c, http__field(&c->query, "next")), NULL);
    return true;
}

static void set_cookie(http_call *c, str value, const char *more)
{
    c->answer->cookie = str_printf(c->memory, "%.*s=%.*s; Path=/; HttpOnly; SameSite=Strict%s", STR_ARG(cookie_name(c)),
                                   STR_ARG(value), more)
                            .at;
}

bool http__sign_in(http_call *c, err *e)
{
    const char *next = http__next_of(c, http__field(&c->form, "next"));
    str token = str_trim(http__field(&c->form, "token"));
    bool good;
    if (!known(c, token, &good, e))
        return false;
    if (good) {
        set_cookie(c, token, "");
        return http__redirect(c, next);
    }
    form(c, next, "That is not a token of this service.");
    c->answer->status = 403;
    return true;
}

bool http__sign_out(http_call *c, err *e)
{
    (void)e;
    set_cookie(c, STR(""), "; Max-Age=0");
    return http__redirect(c, "/");
}
