/*
 * How a shop proves who it is: a fixed token, or one that is fetched with client credentials and lives a day. Secrets
 * stay in this struct; no error, log line or row of the database ever holds one.
 */
#include "shop/internal.h"

#include <stdlib.h>

#define RENEW_BEFORE_S   900 /* of a day; of a shorter life a tenth */
#define TOKEN_ANSWER_MAX 65536
#define FORM_MAX         ((size_t)8 * SHOP_SECRET_MAX) /* two secrets, each byte as %XX, and their names */

static char *keep(str s)
{
    char *made = strndup(s.at, s.len); /* it holds no NUL: read_secret and JSON see to that */
    CHECK(made);
    return made;
}

static void forget(char **secret)
{
    if (*secret)
        explicit_bzero(*secret, strlen(*secret));
    free(*secret);
    *secret = NULL;
}

void shop__token_end(shop__token *t)
{
    forget(&t->text);
    forget(&t->id);
    forget(&t->secret);
    forget(&t->file);
}

bool shop__secret_text(arena *a, const char *what, str variable, str file, str *ret, err *e)
{
    str found = STR("");
    if (!str_empty(variable)) {
        found = str_of(getenv(str_z(a, variable)));
        if (str_empty(str_trim(found)))
            return ERR(e, ERR_INPUT, "the environment variable %.*s is not set: it must hold the %s", STR_ARG(variable),
                       what);
    } else if (!str_empty(file) && !os_read_file(a, str_z(a, file), SHOP_SECRET_MAX, &found, e)) {
        e->code = ERR_INPUT;
        return err_wrap(e, "the file must hold the %s", what);
    }
    *ret = str_trim(found);
    return true;
}

/* It becomes a header: nothing that could end one. */
static bool is_plain(str secret)
{
    bool plain = !str_empty(secret);
    for (size_t i = 0; i < secret.len; i++)
        plain &= secret.at[i] > ' ' && secret.at[i] <= '~';
    return plain;
}

/* One secret from a variable or a file; *ret stays NULL when neither is named. */
static bool read_secret(arena *a, const char *what, str variable, str file, char **ret, err *e)
{
    str found;
    if (str_empty(variable) && str_empty(file))
        return true;
    if (!shop__secret_text(a, what, variable, file, &found, e))
        return false;
    if (!is_plain(found))
        return ERR(e, ERR_INPUT, "the %s in %.*s is empty or has spaces or line ends inside", what,
                   STR_ARG(str_empty(variable) ? file : variable));
    forget(ret);
    *ret = keep(found);
    return true;
}

bool shop__token_open(shop *s, const store_shop *row, err *e)
{
    shop__token *t = &s->token;
    AUTO(arena_end) arena *a = arena_new(0);
    t->renew_at = INT64_MAX;
    if (!read_secret(a, "access token", row->token_env, row->token_file, &t->text, e) ||
        !read_secret(a, "client id", row->client_id_env, row->client_id_file, &t->id, e) ||
        !read_secret(a, "client secret", row->client_secret_env, row->client_secret_file, &t->secret, e))
        return false;
    if (t->text) {
        if (str_empty(row->token_env))
            t->file = keep(row->token_file);
        return true;
    }
    if (t->id && t->secret)
        return true;
    return ERR(e, ERR_INPUT,
               "no token: name token_env or token_file, or client_id_env and client_secret_env (or _file)");
}

/* -- client credentials -- */

static void add_form(buf *to, const char *name, str value)
{
    buf_printf(to, "%s%s=", to->len ? "&" : "", name);
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.at[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
        if (plain)
            buf_add_char(to, (char)c);
        else
            buf_printf(to, "%%%02X", c);
    }
}

static void drop_form(buf *b)
{
    if (b->at)
        explicit_bzero(b->at, b->room);
    buf_end(b);
}

bool shop__token_parse(arena *a, str body, str *ret_token, int64_t *ret_life_s, err *e)
{
    const js_value *answer;
    str text;
    int64_t life_s;
    err unshown; /* a parser quotes what it read, and that may be the token */
    if (!js_parse(a, body, &answer, &unshown) || !js_want_str(answer, "access_token", "the answer", &text, &unshown) ||
        !js_want_int(answer, "expires_in", "the answer", &life_s, &unshown))
        return ERR(e, ERR_REMOTE, "fetching a token: the answer does not hold one as documented");
    if (!is_plain(text) || text.len > SHOP_SECRET_MAX || life_s <= 0 || life_s > INT32_MAX)
        return ERR(e, ERR_INPUT, "fetching a token: it is empty, no header or has no life");
    *ret_token = text;
    *ret_life_s = life_s;
    return true;
}

/* What an answer of the token endpoint says. *ret_again: worth another try. */
static bool take_token(shop *s, arena *a, const net_answer *n, bool *ret_again, err *e)
{
    str text;
    int64_t life_s;
    *ret_again = n->outcome != NET_ANSWERED || n->status >= 500 || n->status == 429;
    if (n->outcome != NET_ANSWERED)
        return ERR(e, ERR_REMOTE, "fetching a token: %s", n->why);
    if (*ret_again)
        return ERR(e, ERR_REMOTE, "fetching a token: HTTP %d", n->status);
    if (n->status != 200)
        return ERR(e, ERR_REMOTE,
                   "fetching a token: HTTP %d: check the client id and secret, and that the app is installed",
                   n->status);
    if (!shop__token_parse(a, n->body, &text, &life_s, e)) {
        *ret_again = e->code == ERR_REMOTE; /* cut short, perhaps; what is whole and wrong stays so */
        e->code = ERR_REMOTE;
        return false;
    }
    forget(&s->token.text);
    s->token.text = keep(text);
    s->token.generation++;
    s->token.renew_at = shop__ticks(s) + (life_s - qty_min(RENEW_BEFORE_S, life_s / 10)) * US_PER_S;
    return true;
}

static bool fetch(shop *s, err *e)
{
    AUTO(drop_form) buf form = buf_new(FORM_MAX);
    add_form(&form, "grant_type", STR("client_credentials"));
    add_form(&form, "client_id", str_of(s->token.id));
    add_form(&form, "client_secret", str_of(s->token.secret));
    for (unsigned tries = 0;; tries++) {
        AUTO(arena_end) arena *a = arena_new(0);
        shop__exchange x = {.method = STR("POST"),
                            .url = str_printf(a, "%.*s/admin/oauth/access_token", STR_ARG(s->url)),
                            .body = buf_str(&form),
                            .content_type = STR("application/x-www-form-urlencoded"),
                            .bytes_max = TOKEN_ANSWER_MAX,
                            .timeout_ms = SHOP_TIMEOUT_MS};
        net_answer n;
        bool again;
        if (!shop__exchange_once(s, &x, a, &n, e))
            return false;
        if (take_token(s, a, &n, &again, e))
            return true;
        if (!again || tries + 1 == SHOP_TRIES_MAX)
            return false;
        if (!shop__wait_until(s, shop__ticks(s) + shop__backoff_ms(s, tries) * US_PER_MS, e))
            return false;
    }
}

bool shop__token_ready(shop *s, err *e)
{
    if (s->token.text && shop__ticks(s) < s->token.renew_at)
        return true;
    return fetch(s, e);
}

/* A file may have been replaced by its owner. */
static bool read_again(shop__token *t, bool *ret_fresh, err *e)
{
    AUTO(arena_end) arena *a = arena_new(0);
    char *old = keep(str_of(t->text));
    bool read = read_secret(a, "access token", STR(""), str_of(t->file), &t->text, e);
    if (read)
        *ret_fresh = strcmp(old, t->text) != 0;
    t->generation += *ret_fresh;
    forget(&old);
    return read;
}

bool shop__token_refused(shop *s, uint64_t generation, err *e)
{
    shop__token *t = &s->token;
    if (t->generation != generation)
        return true; /* another call has renewed it meanwhile */
    if (t->id && t->secret)
        return fetch(s, e);
    bool fresh = false;
    if (t->file && !read_again(t, &fresh, e))
        return false;
    return fresh ||
           ERR(e, ERR_REMOTE, "shop %.*s: the token is not accepted: give it a new one, or install the app again",
               STR_ARG(s->code));
}
