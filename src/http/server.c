/*
 * The HTTP server, over libmicrohttpd, which this file alone sees. One thread of the library reads requests and writes
 * answers; a whole request is suspended and given to a worker, which resumes it when the answer is there.
 *
 * H1: an exchange belongs to the library's thread, except between http__workers_give and MHD_resume_connection, when it
 *     belongs to the worker.
 */
#include "http/internal.h"

#include <microhttpd.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CONNECTIONS_MAX 256
#define CONNECTION_MEMORY                                                                                              \
    (32 * 1024)           /* of the library for each: request line and headers must fit; else 414 or 431               \
                           */
#define QUIET_S      130  /* the library's own limit; deadlines.c is stricter */
#define STOP_MS      5000 /* answers under way may take so long once the service ends */
#define STOP_LOOK_MS 10

struct http_server {
    http_house house;
    arena *memory;
    struct MHD_Daemon *daemon;
    http_workers *workers;
    http_deadlines *deadlines;
    atomic_size_t under_way; /* exchanges */
};

typedef enum exchange_state {
    EXCHANGE_NEW,     /* the request line is there */
    EXCHANGE_READING, /* headers are there, the body comes */
    EXCHANGE_TOO_BIG, /* the body is read and dropped */
    EXCHANGE_GIVEN,   /* a worker has it, or had it: the answer is complete when we are called again */
} exchange_state;

typedef struct exchange {
    http_task task; /* first: a task is its exchange */
    http_server *server;
    struct MHD_Connection *connection;
    exchange_state state;
    arena *memory;
    http_request request;
    http_answer answer;
    buf body;
    size_t swallowed;
} exchange;

static http_line *line_of(struct MHD_Connection *connection)
{
    return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

/* -- an exchange begins and ends -- */

static void *exchange_begin(void *ctx, const char *target, struct MHD_Connection *connection)
{
    http_server *s = ctx;
    arena *memory = arena_new(0);
    exchange *x = ARENA_NEW(memory, exchange, 1);
    *x = (exchange){.server = s, .connection = connection, .memory = memory, .body = buf_new(HTTP_BODY_MAX)};
    x->request.target = str_copy(memory, str_of(target));
    x->answer.body = buf_new(HTTP_ANSWER_MAX);
    atomic_fetch_add(&s->under_way, 1);
    return x;
}

static void exchange_end(void *ctx, struct MHD_Connection *connection, void **held, enum MHD_RequestTerminationCode how)
{
    http_server *s = ctx;
    exchange *x = *held;
    (void)how;
    if (!x)
        return;
    *held = NULL;
    if (line_of(connection))
        http__line_phase(line_of(connection), HTTP_HEADERS);
    arena *memory = x->memory;
    buf_end(&x->body);
    buf_end(&x->answer.body);
    arena_end(&memory);
    atomic_fetch_sub(&s->under_way, 1);
}

static void line_event(void *ctx, struct MHD_Connection *connection, void **socket_context,
                       enum MHD_ConnectionNotificationCode what)
{
    http_server *s = ctx;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        int fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
        *socket_context = http__line_open(s->deadlines, fd);
    } else if (*socket_context) {
        http__line_close(*socket_context);
        *socket_context = NULL;
    }
}

/* -- the request comes in -- */

static str header(const exchange *x, const char *name)
{
    return str_copy(x->memory, str_of(MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, name)));
}

static http_method method_of(const char *name)
{
    static const struct {
        const char *name;
        http_method method;
    } METHODS[] = {{"GET", HTTP_GET}, {"HEAD", HTTP_GET}, {"POST", HTTP_POST}, {"PUT", HTTP_PUT}};
    for (size_t i = 0; i < COUNT(METHODS); i++)
        if (strcmp(name, METHODS[i].name) == 0)
            return METHODS[i].method;
    return HTTP_OTHER;
}

static void headers_in(exchange *x, const char *method)
{
    x->request.method = method_of(method);
    x->request.host = header(x, "Host");
    x->request.authorization = header(x, "Authorization");
    x->request.cookie = header(x, "Cookie");
    x->request.origin = header(x, "Origin");
    x->request.type = header(x, "Content-Type");
    x->request.topic = header(x, "X-Shopify-Topic");
    x->request.signature = header(x, "X-Shopify-Hmac-Sha256");
    x->state = EXCHANGE_READING;
}

/* A body of a length that is told beforehand and that nobody will read to its end. */
static bool hopeless(const exchange *x)
{
    int64_t length;
    return num_parse_i64(header(x, "Content-Length"), &length) && length > (int64_t)HTTP_SWALLOW_MAX;
}

static enum MHD_Result body_in(exchange *x, const char *data, size_t *size)
{
    if (x->state == EXCHANGE_READING) {
        buf_add(&x->body, (str){data, *size});
        if (x->body.full)
            x->state = EXCHANGE_TOO_BIG;
    }
    x->swallowed += *size;
    *size = 0;
    if (x->swallowed <= HTTP_SWALLOW_MAX)
        return MHD_YES;
    if (line_of(x->connection))
        http__line_refuse(line_of(x->connection), 413);
    return MHD_NO;
}

/* -- the answer goes out -- */

static bool add_headers(struct MHD_Response *r, const exchange *x)
{
    const http_answer *a = &x->answer;
    char retry[16];
    (void)snprintf(retry, sizeof retry, "%u", a->retry_s);
    const struct {
        const char *name, *value;
    } headers[] = {
        {"Content-Type", a->type},
        {"Cache-Control", a->cache ? a->cache : "no-store"},
        {"Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
                                    "base-uri 'none'; frame-ancestors 'none'"},
        {"X-Content-Type-Options", "nosniff"},
        {"Referrer-Policy", "same-origin"},
        {"Cross-Origin-Opener-Policy", "same-origin"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"Location", a->location},
        {"Set-Cookie", a->cookie},
        {"Allow", a->allow},
        {"WWW-Authenticate", a->status == 401 ? "Bearer realm=\"evenstock\"" : NULL},
        {"Retry-After", a->retry_s ? retry : NULL},
    };
    for (size_t i = 0; i < COUNT(headers); i++)
        if (headers[i].value && MHD_add_response_header(r, headers[i].name, headers[i].value) != MHD_YES)
            return false;
    return true;
}

static enum MHD_Result answer_out(exchange *x)
{
    str body = buf_str(&x->answer.body);
    struct MHD_Response *r = MHD_create_response_from_buffer(body.len, x->answer.body.at, MHD_RESPMEM_PERSISTENT);
    if (!r)
        return MHD_NO;
    enum MHD_Result queued = add_headers(r, x) ? MHD_queue_response(x->connection, x->answer.status, r) : MHD_NO;
    MHD_destroy_response(r);
    return queued;
}

/* An answer without a worker. */
static void problem(exchange *x, unsigned status, str detail)
{
    http_call c = {.house = &x->server->house, .request = &x->request, .answer = &x->answer, .memory = x->memory};
    c.api = http__is_api(x->request.target);
    x->state = EXCHANGE_GIVEN;
    http__problem(&c, status, detail);
}

static enum MHD_Result too_big(exchange *x)
{
    problem(x, 413, STR("a request may have 1 MiB (HTTP_BODY_MAX)"));
    return answer_out(x);
}

static void answered(http_task *t)
{
    MHD_resume_connection(((exchange *)t)->connection);
}

static enum MHD_Result whole_request(exchange *x)
{
    if (x->state == EXCHANGE_TOO_BIG)
        return too_big(x);
    x->state = EXCHANGE_GIVEN;
    x->request.body = buf_str(&x->body);
    x->task.request = &x->request;
    x->task.answer = &x->answer;
    x->task.memory = x->memory;
    x->task.done = answered;
    MHD_suspend_connection(x->connection); /* first: the worker may be done before we are back here */
    if (http__workers_give(x->server->workers, &x->task))
        return MHD_YES;
    problem(x, 503, STR("too many requests wait already; try again in a moment"));
    MHD_resume_connection(x->connection);
    return MHD_YES;
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *connection, const char *url, const char *method,
                                  const char *version, const char *data, size_t *size, void **held)
{
    exchange *x = *held;
    (void)ctx;
    (void)url;
    (void)version;
    http_line *line = line_of(connection);
    if (x->state == EXCHANGE_NEW) {
        headers_in(x, method);
        if (line)
            http__line_phase(line, HTTP_BODY);
        return hopeless(x) ? too_big(x) : MHD_YES;
    }
    if (*size > 0)
        return body_in(x, data, size);
    if (x->state == EXCHANGE_GIVEN)
        return answer_out(x);
    if (line)
        http__line_phase(line, HTTP_ANSWERING);
    return whole_request(x);
}

/* -- start and stop -- */

__attribute__((format(printf, 2, 0))) static void library_says(void *ctx, const char *format, va_list arguments)
{
    char text[256];
    (void)ctx;
    (void)vsnprintf(text, sizeof text, format, arguments);
    log_line(LOG_DEBUG, "http.library", F_STR("text", str_trim(str_of(text))));
}

static bool daemon_start(http_server *s, int fd, err *e)
{
    /* clang-format off */
    s->daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL, on_request, s,
        MHD_OPTION_EXTERNAL_LOGGER, library_says, NULL, /* first, so that it has all messages */
        MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_URI_LOG_CALLBACK, exchange_begin, s,
        MHD_OPTION_NOTIFY_COMPLETED, exchange_end, s,
        MHD_OPTION_NOTIFY_CONNECTION, line_event, s,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)QUIET_S,
        MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_END);
    /* clang-format on */
    if (s->daemon)
        return true;
    close(fd);
    return ERR(e, ERR_IO, "the HTTP service did not start: %m");
}

bool http_start(const http_settings *settings, http_server **ret, arena *a, str *ret_url, err *e)
{
    AUTO(http_stop) http_server *s = calloc(1, sizeof *s);
    int fd;
    if (!s)
        return ERR(e, ERR_MEMORY, "no memory for the HTTP service");
    s->memory = arena_new(0);
    s->house = (http_house){.db_url = str_z(s->memory, str_of(settings->db_url)),
                            .world = settings->world,
                            .wake = settings->wake,
                            .wake_ctx = settings->wake_ctx,
                            .host = str_copy(s->memory, str_of(settings->host)),
                            .public_reading = http__host_loopback(str_of(settings->host))};
    if (!http__workers_start(&s->house, &s->workers, e) ||
        !http__deadlines_start(&settings->world->clock, &s->deadlines, e) ||
        !http__listen(settings->host, settings->port, &fd, &s->house.port, e) || !daemon_start(s, fd, e))
        return false;
    bool v6 = memchr(s->house.host.at, ':', s->house.host.len) != NULL;
    *ret_url = str_printf(a, v6 ? "http://[%s]:%u" : "http://%s:%u", settings->host, s->house.port);
    *ret = s;
    s = NULL;
    return true;
}

/* Waits until every answer is out, but not for ever: who does not take its answer loses it. */
static void wait_for_answers(http_server *s)
{
    const io_clock *clock = &s->house.world->clock;
    int64_t until = clock->ticks_us(clock->ctx) + STOP_MS * US_PER_MS;
    while (atomic_load(&s->under_way) > 0 && clock->ticks_us(clock->ctx) < until)
        clock->sleep_until_us(clock->ctx, clock->ticks_us(clock->ctx) + STOP_LOOK_MS * US_PER_MS);
}

static void daemon_stop(http_server *s)
{
    int fd = MHD_quiesce_daemon(s->daemon);
    http__workers_stop(s->workers); /* resumes every exchange that it was given */
    wait_for_answers(s);
    MHD_stop_daemon(s->daemon);
    if (fd >= 0)
        close(fd);
}

void http_stop(http_server **held)
{
    http_server *s = *held;
    if (!s)
        return;
    if (s->daemon)
        daemon_stop(s);
    http__workers_end(&s->workers);
    http__deadlines_stop(&s->deadlines);
    arena_end(&s->memory);
    free(s);
    *held = NULL;
}
