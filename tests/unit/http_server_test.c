/*
 * The server over real sockets: what is malformed, too big, too slow, from elsewhere or without the right, each with a
 * clear answer; and its end. The world's clock runs SPEED times as fast, so that deadlines pass soon.
 */
#include "unit.h"

#include "http/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#define SPEED    40
#define DEADLINE 20000 /* ms until a test fails */

typedef struct service {
    arena *memory;
    world real, fast;
    char dir[64];
    const char *url;
    store *db;
    http_server *server;
    uint16_t port;
    str token;
    int woken;
} service;

static int64_t fast_ticks(void *ctx)
{
    const world *w = ctx;
    return w->clock.ticks_us(w->clock.ctx) * SPEED;
}

static void fast_sleep(void *ctx, int64_t until)
{
    const world *w = ctx;
    w->clock.sleep_until_us(w->clock.ctx, until / SPEED);
}

static instant fast_now(void *ctx)
{
    const world *w = ctx;
    return w->clock.now(w->clock.ctx);
}

static void woken(void *ctx)
{
    ((service *)ctx)->woken++;
}

static int start(void **state, const char *host)
{
    arena *a = arena_new(0);
    service *s = ARENA_NEW(a, service, 1);
    err e = {0};
    bool made;
    str url, port, rest;
    int64_t number;
    s->memory = a;
    s->real = (world){.clock = os_clock(), .rng = os_rng()};
    s->fast = (world){.clock = {&s->real, fast_now, fast_ticks, fast_sleep}, .rng = os_rng()};
    strcpy(s->dir, "/tmp/evenstock-http-XXXXXX");
    if (!mkdtemp(s->dir))
        return -1;
    s->url = str_z(a, str_printf(a, "sqlite:%s/t.db", s->dir));
    const http_settings settings = {.db_url = s->url, .host = host, .world = &s->fast, .wake = woken, .wake_ctx = s};
    if (!store_open(s->url, STORE_WRITE, &s->real.clock, &s->db, &e) ||
        !http_first_token(s->db, &s->real, a, &s->token, &made, &e) || !made ||
        !http_start(&settings, &s->server, a, &url, &e)) {
        print_error("%s\n", e.text);
        return -1;
    }
    str_cut((str){url.at + strlen("http://"), url.len - strlen("http://")}, ':', &rest, &port);
    assert_true(num_parse_i64(port, &number));
    s->port = (uint16_t)number;
    *state = s;
    return 0;
}

static int setup(void **state)
{
    return start(state, "127.0.0.1");
}

static int setup_on_every_address(void **state)
{
    return start(state, "0.0.0.0");
}

static int teardown(void **state)
{
    service *s = *state;
    arena *a = s->memory;
    http_stop(&s->server);
    store_close(&s->db);
    static const char *const FILES[] = {"t.db", "t.db-wal", "t.db-shm"};
    for (size_t i = 0; i < COUNT(FILES); i++)
        (void)unlink(str_printf(a, "%s/%s", s->dir, FILES[i]).at);
    (void)rmdir(s->dir);
    arena_end(&a);
    return 0;
}

/* -- a client that does what it is told -- */

static int dial(const service *s)
{
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(s->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

/* What can be sent; the server may have closed already. */
static void say(int fd, str text)
{
    while (text.len > 0) {
        ssize_t sent = send(fd, text.at, text.len, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        text = (str){text.at + sent, text.len - (size_t)sent};
    }
}

/* All until the server closes. */
static str hear(const service *s, int fd)
{
    AUTO(buf_end) buf all = buf_new(1 << 24);
    char chunk[4096];
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    for (;;) {
        if (poll(&ready, 1, DEADLINE) != 1)
            fail_msg("no answer within %d ms after: %.*s", DEADLINE, STR_ARG(buf_str(&all)));
        ssize_t got = recv(fd, chunk, sizeof chunk, 0);
        if (got <= 0)
            break;
        buf_add(&all, (str){chunk, (size_t)got});
    }
    close(fd);
    return str_copy(s->memory, buf_str(&all));
}

static str ask(const service *s, str request)
{
    int fd = dial(s);
    say(fd, request);
    return hear(s, fd);
}

/* A request with one more header and a body; the connection ends with it. */
static str request(const service *s, const char *line, const char *header, str body)
{
    str text = str_printf(
        s->memory, "%s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nConnection: close\r\n%s%sContent-Length: %zu\r\n\r\n%.*s",
        line, s->port, header, *header ? "\r\n" : "", body.len, STR_ARG(body));
    return ask(s, text);
}

static void assert_has(str text, const char *part)
{
    if (!memmem(text.at, text.len, part, strlen(part)))
        fail_msg("'%s' is not in: %.*s", part, STR_ARG(text));
}

static void assert_status(str answer, int status)
{
    char want[16];
    snprintf(want, sizeof want, "HTTP/1.1 %d", status);
    if (!str_starts(answer, str_of(want)))
        fail_msg("not %d: %.*s", status, STR_ARG(answer));
}

/* The value behind `name` up to `end`. */
static str value_of(str answer, const char *name, char end)
{
    const char *at = memmem(answer.at, answer.len, name, strlen(name));
    str value, rest;
    if (!at)
        fail_msg("'%s' is not in: %.*s", name, STR_ARG(answer));
    at += strlen(name);
    str_cut((str){at, (size_t)(answer.at + answer.len - at)}, end, &value, &rest);
    return value;
}

static const char *bearer(const service *s, const char *token)
{
    return str_z(s->memory, str_printf(s->memory, "Authorization: Bearer %s", token));
}

static const char *own(const service *s)
{
    return bearer(s, str_z(s->memory, s->token));
}

/* -- answers -- */

static void test_it_answers(void **state)
{
    service *s = *state;
    str health = request(s, "GET /healthz", "", STR(""));
    assert_status(health, 200);
    assert_has(health, "\"status\":\"ok\"");
    assert_has(health, "Content-Security-Policy: default-src 'none'");
    str page = request(s, "GET /products", "", STR(""));
    assert_status(page, 200);
    assert_has(page, "There are no products yet");
    str head = request(s, "HEAD /products", "", STR(""));
    assert_status(head, 200);
    assert_null(memmem(head.at, head.len, "<html", 5));
    assert_status(request(s, "GET /", "", STR("")), 200);
}

static void test_several_requests_on_one_connection(void **state)
{
    service *s = *state;
    str one = str_printf(s->memory, "GET /healthz HTTP/1.1\r\nHost: localhost:%u\r\n\r\n", s->port);
    str last = str_printf(s->memory, "GET /api/v1/shops HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    str all = ask(s, str_printf(s->memory, "%.*s%.*s%.*s", STR_ARG(one), STR_ARG(one), STR_ARG(last)));
    assert_has(all, "{\"items\":[],\"next\":null}");
}

static void test_addresses_that_lead_nowhere(void **state)
{
    service *s = *state;
    str missing = request(s, "GET /api/v1/nothing", "", STR(""));
    assert_status(missing, 404);
    assert_has(missing, "application/problem+json");
    str page = request(s, "GET /nothing", "", STR(""));
    assert_status(page, 404);
    assert_has(page, "text/html");
    str method = request(s, "PUT /api/v1/shops", own(s), STR("{}"));
    assert_status(method, 405);
    assert_has(method, "Allow: GET");
    assert_status(request(s, "DELETE /products", "", STR("")), 405);
    assert_status(request(s, "GET /%ff", "", STR("")), 400);
    assert_status(request(s, "GET /api/v1/atp?limit=0", "", STR("")), 400);
    assert_status(request(s, "GET /api/v1/atp?sku=NONE", "", STR("")), 404);
    assert_status(request(s, "GET /api/v1/targets?after=x", "", STR("")), 400);
    assert_status(request(s, "GET /products/NONE", "", STR("")), 404);
    assert_status(request(s, "GET /runs/x", "", STR("")), 404);
}

/* -- malformed, too big, too slow -- */

static void test_what_is_no_http_is_told_so(void **state)
{
    service *s = *state;
    assert_true(str_empty(ask(s, STR("HELLO\r\n\r\n")))); /* no request line at all: closed by the library */
    static const char *const BAD[] = {
        "GET /healthz\r\n\r\n", "GET / FOO/1.1\r\nHost: localhost\r\n\r\n", "GET / HTTP/1.1\r\nHost localhost\r\n\r\n",
        "POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        "POST /sign-in HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"};
    for (size_t i = 0; i < COUNT(BAD); i++)
        assert_status(ask(s, str_of(BAD[i])), 400);
    assert_status(ask(s, STR("GET / HTTP/9.9\r\nHost: localhost\r\n\r\n")), 505);
    assert_status(ask(s, STR("GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n")), 400);
    assert_status(ask(s, STR("GET /healthz HTTP/1.0\r\n\r\n")), 400); /* no Host here, either */
    assert_status(request(s, "GET /healthz", "", STR("")), 200);
}

static void test_headers_that_are_too_big(void **state)
{
    service *s = *state;
    char *filler = ARENA_NEW(s->memory, char, 100001);
    memset(filler, 'a', 100000);
    str answer = ask(s, str_printf(s->memory, "GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: %s\r\n\r\n", filler));
    assert_status(answer, 431);
    str line = ask(s, str_printf(s->memory, "GET /%s HTTP/1.1\r\nHost: localhost\r\n\r\n", filler));
    assert_status(line, 414);
    assert_status(request(s, "GET /healthz", "", STR("")), 200);
}

static void test_bodies_that_are_too_big(void **state)
{
    service *s = *state;
    size_t size = 3 << 20;
    char *filler = ARENA_NEW(s->memory, char, size + 1);
    memset(filler, 'a', size);
    str told = request(s, "POST /api/v1/jobs/recent/pause", own(s), (str){filler, size});
    assert_status(told, 413);
    assert_has(told, "1 MiB");
    /* A length that nobody would read to its end is refused before the body. */
    str huge = ask(s, STR("POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999999999999\r\n\r\nabc"));
    assert_status(huge, 413);
    /* Without a length: cut off when it is clear. */
    int fd = dial(s);
    say(fd, STR("POST /sign-in HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"));
    for (int i = 0; i < 8; i++) {
        say(fd, str_printf(s->memory, "%zx\r\n", size));
        say(fd, (str){filler, size});
        say(fd, STR("\r\n"));
    }
    str cut = hear(s, fd);
    assert_true(str_empty(cut) || str_starts(cut, STR("HTTP/1.1 413"))); /* what is unread may reset the answer */
    assert_status(request(s, "GET /healthz", "", STR("")), 200);
}

static void test_senders_that_are_too_slow(void **state)
{
    service *s = *state;
    static const char *const BEGINNINGS[] = {
        "", "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
        "POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nabc"};
    for (size_t i = 0; i < COUNT(BEGINNINGS); i++) {
        int fd = dial(s);
        say(fd, str_of(BEGINNINGS[i]));
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        for (int n = 0; n < DEADLINE / 20 && poll(&ready, 1, 20) == 0; n++)
            say(fd, STR("a")); /* it trickles, so it is never quiet */
        assert_status(hear(s, fd), 408);
    }
    assert_status(request(s, "GET /healthz", "", STR("")), 200);
}

/* -- who may -- */

static void test_only_our_own_name_is_answered(void **state)
{
    service *s = *state;
    assert_status(ask(s, STR("GET /healthz HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")), 421);
    str foreign = request(s, "POST /sign-in", "Origin: http://evil.example", STR("token=x"));
    assert_status(foreign, 403);
}

static void test_writing_needs_the_token(void **state)
{
    service *s = *state;
    str none = request(s, "POST /api/v1/jobs/recent/runs", "", STR(""));
    assert_status(none, 401);
    assert_has(none, "WWW-Authenticate: Bearer");
    assert_status(request(s, "POST /api/v1/jobs/recent/runs", bearer(s, "wrong"), STR("")), 401);
    assert_status(request(s, "POST /api/v1/jobs/recent/runs", "Authorization: Basic YTpi", STR("")), 400);
    assert_status(request(s, "GET /api/v1/shops", bearer(s, "wrong"), STR("")), 401);
    assert_status(request(s, "POST /jobs/recent/pause", "", STR("")), 401);
    assert_int_equal(s->woken, 0);
    /* With it, what is wrong is said: there is no shop. */
    str allowed = request(s, "POST /api/v1/jobs/recent/runs", own(s), STR(""));
    assert_status(allowed, 400);
    assert_has(allowed, "there are 0 shops");
    assert_status(request(s, "POST /api/v1/jobs/nothing/runs", own(s), STR("")), 404);
}

static void test_beyond_this_machine_reading_needs_the_token_too(void **state)
{
    service *s = *state;
    static const char *const READS[] = {"GET /",       "GET /products",     "GET /products/A",   "GET /jobs/recent",
                                        "GET /runs/1", "GET /api/v1/shops", "GET /api/v1/ledger"};
    static const char *const OPEN[] = {"GET /healthz", "GET /sign-in", "GET /style.css", "GET /api/v1/openapi.json"};
    for (size_t i = 0; i < COUNT(READS); i++) {
        assert_status(request(s, READS[i], "", STR("")), 401);
        assert_status(request(s, READS[i], bearer(s, "esk_wrong"), STR("")), 401);
    }
    for (size_t i = 0; i < COUNT(OPEN); i++)
        assert_status(request(s, OPEN[i], "", STR("")), 200);
    assert_status(request(s, "GET /", own(s), STR("")), 200);
    assert_status(request(s, "GET /api/v1/shops", own(s), STR("")), 200);
}

static void test_signing_in_gives_a_cookie_and_forms_carry_proof(void **state)
{
    service *s = *state;
    assert_status(request(s, "POST /sign-in", "Content-Type: application/x-www-form-urlencoded", STR("token=wrong")),
                  403);
    assert_status(request(s, "POST /sign-in", "Content-Type: text/plain", STR("token=x")), 415);
    str in = request(s, "POST /sign-in", "Content-Type: application/x-www-form-urlencoded",
                     str_printf(s->memory, "token=%.*s&next=/products", STR_ARG(s->token)));
    assert_status(in, 303);
    assert_has(in, "Location: /products\r");
    assert_has(in, "HttpOnly; SameSite=Strict");
    const char *cookie = str_printf(s->memory, "Content-Type: application/x-www-form-urlencoded\r\nCookie: %.*s",
                                    STR_ARG(value_of(in, "Set-Cookie: ", ';')))
                             .at;
    str page = request(s, "GET /products", cookie, STR(""));
    assert_has(page, "Sign out");
    str proof = value_of(page, "name=\"csrf\" value=\"", '"');
    assert_int_equal(proof.len, 64);
    assert_status(request(s, "POST /jobs/recent/pause", cookie, STR("shop=main")), 403);
    assert_status(request(s, "POST /jobs/recent/pause", cookie, STR("shop=main&csrf=0")), 403);
    str form = str_printf(s->memory, "shop=main&csrf=%.*s", STR_ARG(proof));
    assert_status(request(s, "POST /jobs/recent/pause", cookie, form), 404); /* allowed; there is no such shop */
    assert_status(request(s, "POST /api/v1/jobs/recent/pause", cookie, form), 401);
    str out = request(s, "POST /sign-out", cookie, form);
    assert_status(out, 303);
    assert_has(out, "Max-Age=0");
    assert_has(request(s, "GET /products", "Cookie: evenstock_1=x", STR("")), "Sign in");
}

static void test_the_first_token_is_made_once(void **state)
{
    service *s = *state;
    err e = {0};
    str token;
    bool made;
    assert_int_equal(s->token.len, 64);
    assert_true(http_first_token(s->db, &s->real, s->memory, &token, &made, &e));
    assert_false(made);
    assert_true(str_empty(token));
}

/* -- the end -- */

static void test_it_ends_with_connections_open(void **state)
{
    service *s = *state;
    int idle = dial(s), half = dial(s), whole = dial(s);
    say(half, STR("GET /healthz HTTP/1.1\r\nHost: loc"));
    say(whole, STR("GET /products HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
    struct pollfd ready = {.fd = whole, .events = POLLIN};
    assert_int_equal(poll(&ready, 1, DEADLINE), 1);
    http_stop(&s->server);
    assert_status(hear(s, whole), 200);
    (void)hear(s, idle);
    (void)hear(s, half);
}

static void test_a_port_in_use_is_named(void **state)
{
    service *s = *state;
    http_server *other = NULL;
    err e = {0};
    str url;
    const http_settings settings = {.db_url = s->url, .host = "127.0.0.1", .port = s->port, .world = &s->fast};
    assert_false(http_start(&settings, &other, s->memory, &url, &e));
    assert_int_equal(e.code, ERR_IO);
    assert_non_null(strstr(e.text, "is in use"));
    assert_null(other);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_it_answers),
        TEST(test_several_requests_on_one_connection),
        TEST(test_addresses_that_lead_nowhere),
        TEST(test_what_is_no_http_is_told_so),
        TEST(test_headers_that_are_too_big),
        TEST(test_bodies_that_are_too_big),
        TEST(test_senders_that_are_too_slow),
        TEST(test_only_our_own_name_is_answered),
        TEST(test_writing_needs_the_token),
        cmocka_unit_test_setup_teardown(test_beyond_this_machine_reading_needs_the_token_too, setup_on_every_address,
                                        teardown),
        TEST(test_signing_in_gives_a_cookie_and_forms_carry_proof),
        TEST(test_the_first_token_is_made_once),
        TEST(test_it_ends_with_connections_open),
        TEST(test_a_port_in_use_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
