/*
 * The real net: requests over libcurl's multi interface, many at once, connections kept. The only file that sees
 * libcurl.
 *
 * Nothing is followed (a redirect is an answer), nothing but http and https is spoken, certificates are checked,
 * proxies of the environment do not apply to this machine itself. A request ends by its own timeout, and says whether
 * anything of it can have arrived.
 */
#include "shop/internal.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>

#define CONNECT_TIMEOUT_MS   10000L
#define IDLE_CONNECTIONS_MAX 128L /* more than a shop's calls in flight, where HTTP/2 is not offered */
#define POLL_MOST_MS         1000 /* so that a clock that jumps is noticed */

typedef struct request {
    struct request *next, **link; /* among those in flight */
    uint64_t ticket;
    CURL *easy;
    struct curl_slist *headers;
    buf body; /* sent */
    buf answer;
    bool too_big, begun; /* begun: bytes of it may have reached the shop */
    char why[CURL_ERROR_SIZE];
} request;

struct shop_net {
    CURLM *multi;
    io_clock clock;
    request *first;
};

/* -- one request -- */

static void drop_request(shop_net *n, request *r)
{
    if (r->easy) {
        curl_multi_remove_handle(n->multi, r->easy);
        curl_easy_cleanup(r->easy);
    }
    curl_slist_free_all(r->headers);
    if (r->body.at)
        explicit_bzero(r->body.at, r->body.len); /* a token's request holds the client secret */
    buf_end(&r->body);
    buf_end(&r->answer);
    if (r->link) {
        *r->link = r->next;
        if (r->next)
            r->next->link = r->link;
    }
    free(r);
}

static size_t take_bytes(char *at, size_t size, size_t count, void *ctx)
{
    request *r = ctx;
    buf_add(&r->answer, (str){at, size * count});
    r->too_big = r->answer.full;
    return r->too_big ? 0 : size * count;
}

/* curl is about to send: from here on the request may arrive. */
static int note_begun(void *ctx, char *to_ip, char *from_ip, int to_port, int from_port)
{
    (void)to_ip, (void)from_ip, (void)to_port, (void)from_port;
    ((request *)ctx)->begun = true;
    return CURL_PREREQFUNC_OK;
}

static bool add_headers(request *r, const net_request *from)
{
    for (size_t i = 0; i < from->header_count; i++) {
        AUTO(buf_end) buf line = buf_new(8192);
        buf_printf(&line, "%.*s: %.*s", STR_ARG(from->headers[i].name), STR_ARG(from->headers[i].value));
        struct curl_slist *longer = line.full ? NULL : curl_slist_append(r->headers, line.at);
        explicit_bzero(line.at, line.len);
        if (!longer)
            return false;
        r->headers = longer;
    }
    return true;
}

static bool set_options(request *r, const net_request *from, const char *url)
{
    CURL *c = r->easy;
    bool ok = curl_easy_setopt(c, CURLOPT_URL, url) == CURLE_OK;
    ok &= curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK;
    ok &= curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK;
    ok &= curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK;
    ok &= curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK;
    ok &= curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS) == CURLE_OK;
    ok &=
        curl_easy_setopt(c, CURLOPT_PIPEWAIT, 1L) == CURLE_OK; /* share an HTTP/2 connection rather than open another */
    ok &= curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L) == CURLE_OK;
    ok &= curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS) == CURLE_OK;
    ok &= curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)from->timeout_ms) == CURLE_OK;
    ok &= curl_easy_setopt(c, CURLOPT_ERRORBUFFER, r->why) == CURLE_OK;
    ok &= curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_bytes) == CURLE_OK;
    ok &= curl_easy_setopt(c, CURLOPT_WRITEDATA, r) == CURLE_OK;
    ok &= curl_easy_setopt(c, CURLOPT_PREREQFUNCTION, note_begun) == CURLE_OK;
    ok &= curl_easy_setopt(c, CURLOPT_PREREQDATA, r) == CURLE_OK;
    ok &= curl_easy_setopt(c, CURLOPT_PRIVATE, r) == CURLE_OK;
    ok &= curl_easy_setopt(c, CURLOPT_HTTPHEADER, r->headers) == CURLE_OK;
    if (str_equal(from->method, STR("GET")))
        return ok;
    ok &= curl_easy_setopt(c, CURLOPT_ACCEPT_ENCODING, "") ==
          CURLE_OK; /* not with a range: it would count packed bytes */
    ok &= curl_easy_setopt(c, CURLOPT_POST, 1L) == CURLE_OK;
    ok &= curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.len) == CURLE_OK;
    return ok & (curl_easy_setopt(c, CURLOPT_POSTFIELDS, r->body.at) == CURLE_OK);
}

/* A proxy of the environment is for the outside; this machine is reached directly. */
static bool set_proxy(CURL *easy, const char *url)
{
    CURLU *parts = curl_url();
    char *host = NULL;
    bool ok = parts && curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
              curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK;
    bool here = ok && (strcmp(host, "localhost") == 0 || strncmp(host, "127.", 4) == 0 || strcmp(host, "[::1]") == 0);
    if (here)
        ok = curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK;
    curl_free(host);
    curl_url_cleanup(parts);
    return ok;
}

static bool post(void *ctx, const net_request *from, uint64_t ticket, err *e)
{
    shop_net *n = ctx;
    AUTO(buf_end) buf url = buf_new(8192);
    CHECK(str_equal(from->method, STR("POST")) || str_equal(from->method, STR("GET")));
    buf_add(&url, from->url);
    if (url.full || memchr(url.at, '\0', url.len))
        return ERR(e, ERR_INPUT, "the url is too long or holds a NUL");
    request *r = calloc(1, sizeof *r);
    if (!r)
        return ERR(e, ERR_MEMORY, "no memory for a request");
    r->ticket = ticket;
    r->body = buf_new(from->body.len);
    buf_add(&r->body, from->body);
    r->answer = buf_new(from->answer_bytes_max);
    r->easy = curl_easy_init();
    if (!r->easy || !add_headers(r, from) || !set_options(r, from, url.at)) {
        drop_request(n, r);
        return ERR(e, ERR_MEMORY, "libcurl refuses a request");
    }
    if (!set_proxy(r->easy, url.at)) {
        drop_request(n, r);
        return ERR(e, ERR_INPUT, "not a url: %.*s", STR_ARG(from->url));
    }
    if (curl_multi_add_handle(n->multi, r->easy) != CURLM_OK) {
        drop_request(n, r);
        return ERR(e, ERR_MEMORY, "libcurl takes no more requests");
    }
    r->next = n->first;
    r->link = &n->first;
    if (r->next)
        r->next->link = &r->next;
    n->first = r;
    return true;
}

/* -- answers -- */

static str header(const request *r, const char *name, arena *a)
{
    struct curl_header *h;
    if (curl_easy_header(r->easy, name, 0, CURLH_HEADER, -1, &h) != CURLHE_OK)
        return STR("");
    return str_copy(a, str_of(h->value));
}

static net_outcome outcome_of(const request *r, CURLcode code)
{
    if (code == CURLE_OK)
        return NET_ANSWERED;
    if (r->too_big)
        return NET_TOO_BIG;
    return r->begun ? NET_LOST : NET_NOT_SENT;
}

static void make_answer(shop_net *n, CURLMsg *m, arena *a, net_answer *ret)
{
    request *r = NULL;
    long status = 0;
    CURLcode code = m->data.result;
    CHECK(curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &r) == CURLE_OK);
    *ret = (net_answer){.ticket = r->ticket, .outcome = outcome_of(r, code)};
    if (ret->outcome == NET_ANSWERED) {
        (void)curl_easy_getinfo(r->easy, CURLINFO_RESPONSE_CODE, &status);
        ret->status = (int)status;
        ret->body = str_copy(a, buf_str(&r->answer));
        ret->date = header(r, "Date", a);
        ret->retry_after = header(r, "Retry-After", a);
        ret->content_type = header(r, "Content-Type", a);
        ret->api_version = header(r, "X-Shopify-API-Version", a);
        ret->request_id = header(r, "X-Request-Id", a);
    } else {
        ret->body = ret->date = ret->retry_after = ret->content_type = ret->api_version = ret->request_id = STR("");
        const char *text = r->why[0] ? r->why : curl_easy_strerror(code);
        (void)snprintf(ret->why, sizeof ret->why, "%s%.100s", r->too_big ? "the answer is too long: " : "", text);
    }
    drop_request(n, r);
}

static bool next(void *ctx, int64_t until_ticks_us, arena *a, net_answer *ret, bool *ret_some, err *e)
{
    shop_net *n = ctx;
    for (;;) {
        int running, queued;
        CURLMcode code = curl_multi_perform(n->multi, &running);
        CURLMsg *m = code == CURLM_OK ? curl_multi_info_read(n->multi, &queued) : NULL;
        *ret_some = m != NULL;
        if (m) {
            CHECK(m->msg == CURLMSG_DONE);
            make_answer(n, m, a, ret);
            return true;
        }
        int64_t left_ms = (until_ticks_us - n->clock.ticks_us(n->clock.ctx)) / US_PER_MS;
        if (code == CURLM_OK && left_ms <= 0)
            return true;
        if (code == CURLM_OK)
            code = curl_multi_poll(n->multi, NULL, 0, (int)qty_min(left_ms, POLL_MOST_MS), NULL);
        if (code != CURLM_OK)
            return ERR(e, ERR_IO, "libcurl: %s", curl_multi_strerror(code));
    }
}

bool shop_net_open(shop_net **ret, io_net *ret_net, err *e)
{
    static const CURLcode never = CURLE_OK;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != never)
        return ERR(e, ERR_MEMORY, "libcurl does not start");
    shop_net *n = calloc(1, sizeof *n);
    CURLM *multi = curl_multi_init();
    if (!n || !multi) {
        free(n);
        curl_multi_cleanup(multi);
        return ERR(e, ERR_MEMORY, "no memory for the net");
    }
    (void)curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, IDLE_CONNECTIONS_MAX);
    (void)curl_multi_setopt(multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
    n->multi = multi;
    n->clock = os_clock();
    *ret = n;
    *ret_net = (io_net){.ctx = n, .post = post, .next = next};
    return true;
}

void shop_net_close(shop_net **n)
{
    if (!*n)
        return;
    for (request *r = (*n)->first, *after; r; r = after) {
        after = r->next;
        drop_request(*n, r);
    }
    curl_multi_cleanup((*n)->multi);
    free(*n);
    *n = NULL;
}
