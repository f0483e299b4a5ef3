/*
 * The HTTP service alone, on a database and a free port: what tests of pages and REST talk to when no job shall run by
 * itself. Prints {"url", "token"} when it is ready, ends at SIGTERM.
 */
#include "http/http.h"

#include <signal.h>
#include <stdio.h>

static bool serve(const char *url, const sigset_t *ends, arena *a, err *e)
{
    const world w = {.clock = os_clock(), .rng = os_rng()}; /* outlives what is closed at the end */
    AUTO(store_close) store *db = NULL;
    AUTO(http_stop) http_server *server = NULL;
    AUTO(buf_end) buf line = buf_new(1024);
    const http_settings settings = {.db_url = url, .host = "127.0.0.1", .world = &w};
    js_writer ready = js_writer_new(&line);
    str token, at;
    bool made;
    int got;
    if (!store_open(url, STORE_WRITE, &w.clock, &db, e) || !http_first_token(db, &w, a, &token, &made, e) ||
        !http_start(&settings, &server, a, &at, e))
        return false;
    js_object(&ready, NULL);
    js_put_str(&ready, "url", at);
    if (made)
        js_put_str(&ready, "token", token);
    js_close(&ready);
    printf("%.*s\n", STR_ARG(buf_str(&line)));
    fflush(stdout);
    return sigwait(ends, &got) == 0 || ERR(e, ERR_IO, "sigwait failed");
}

int main(int argc, char **argv)
{
    AUTO(arena_end) arena *a = arena_new(0);
    err e = {0};
    sigset_t ends;
    if (argc != 2) {
        fprintf(stderr, "usage: http-probe DATABASE-URL\n");
        return 2;
    }
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGPIPE); /* never waited for in vain: a closed socket is an error of its write */
    sigprocmask(SIG_BLOCK, &ends, NULL);
    sigdelset(&ends, SIGPIPE);
    if (serve(argv[1], &ends, a, &e))
        return 0;
    fprintf(stderr, "http-probe: %s\n", e.text);
    return 3;
}
