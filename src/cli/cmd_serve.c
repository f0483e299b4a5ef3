/* serve: the schedules and the HTTP face in one process, until a signal asks for its end. */
#include "cli/cli.h"
#include "http/http.h"

#include <pthread.h>
#include <signal.h>

static bool port_of(const cli *c, uint16_t *ret, err *e)
{
    qty port;
    err inner = {0};
    if (!num_parse_qty(str_of(cli__text(c, "port", "0")), 0, UINT16_MAX, &port, &inner))
        return ERR(e, ERR_USAGE, "--port: %s", inner.text);
    *ret = (uint16_t)port; /* bounded above */
    return true;
}

#define GATHER_MS_MOST 60000 /* longer is what a schedule is for */

/* 0: not told. */
static bool gather_of(const cli *c, int64_t *ret, err *e)
{
    const char *text = cli__text(c, "gather-ms", "");
    err inner = {0};
    qty ms = 0;
    if (*text && !num_parse_qty(str_of(text), 1, GATHER_MS_MOST, &ms, &inner))
        return ERR(e, ERR_USAGE, "--gather-ms: %s", inner.text);
    *ret = ms;
    return true;
}

bool cli__check_serve(const cli *c, err *e)
{
    uint16_t port;
    int64_t gather_ms;
    return port_of(c, &port, e) && gather_of(c, &gather_ms, e);
}

/* The signals that end it come to this thread alone, which waits for them. */
static void hold_signals(sigset_t *ret, sigset_t *ret_before)
{
    sigemptyset(ret);
    sigaddset(ret, SIGINT);
    sigaddset(ret, SIGTERM);
    CHECK(pthread_sigmask(SIG_BLOCK, ret, ret_before) == 0);
}

static bool say_ready(cli *c, str url, str token, err *e)
{
    js_writer w = cli__json(c);
    w.pretty = false; /* one line, for who started it */
    js_object(&w, NULL);
    js_put_str(&w, "url", url);
    if (!str_empty(token))
        js_put_str(&w, "token", token);
    js_close(&w);
    buf_add_char(&c->out, '\n');
    bool said = cli__print(c, e);
    buf_clear(&c->out);
    return said;
}

/* The token is made last: one that is made and not told would be lost. */
static bool start(cli *c, jobs_service *jobs, http_server **ret, err *e)
{
    http_settings http = {.db_url = c->db,
                          .host = cli__text(c, "host", "127.0.0.1"),
                          .world = &c->world,
                          .wake = jobs_service_wake,
                          .wake_ctx = jobs};
    str url, token = STR("");
    bool made;
    return port_of(c, &http.port, e) && http_start(&http, ret, c->memory, &url, e) &&
           http_first_token(c->store, &c->world, c->memory, &token, &made, e) &&
           say_ready(c, url, made ? token : STR(""), e);
}

bool cmd_serve(cli *c, cli_exit *ret, err *e)
{
    sigset_t ends, before;
    int got;
    hold_signals(&ends, &before);
    AUTO(jobs_service_stop) jobs_service *jobs = NULL;
    AUTO(http_stop) http_server *server = NULL; /* ends first: it wakes the jobs */
    jobs_service_settings settings = {.db_url = c->db, .world = &c->world};
    bool done =
        gather_of(c, &settings.gather_ms, e) && jobs_service_start(&settings, &jobs, e) && start(c, jobs, &server, e);
    if (done)
        CHECK(sigwait(&ends, &got) == 0);
    CHECK(pthread_sigmask(SIG_SETMASK, &before, NULL) == 0); /* a second one ends at once */
    *ret = CLI_GOOD;
    return done;
}
