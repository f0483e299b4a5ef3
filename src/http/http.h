#pragma once
/*
 * http: the service's face on loopback: REST under /api/v1, health, and the pages, which work without script. The HTTP
 * library is seen by server.c alone; routes are a table.
 *
 * Every write needs the token (Authorization: Bearer, or the page's sign-in), also on loopback.
 */
#include "jobs/jobs.h"

typedef struct http_settings {
    const char *db_url;
    const char *host;        /* "127.0.0.1" */
    uint16_t port;           /* 0: a free one */
    const world *world;      /* its net is not used: each worker opens its own */
    void (*wake)(void *ctx); /* called after a write, by any thread, for the service of jobs to look; may be NULL */
    void *wake_ctx;
} http_settings;

typedef struct http_server http_server;
/* Listens; *ret_url "http://127.0.0.1:PORT". ERR_IO: the port is in use (named, with the mend). */
MUST bool http_start(const http_settings *s, http_server **ret, arena *a, str *ret_url, err *e);
void http_stop(http_server **s); /* ends accepting, lets answers finish */

/* Makes the service's first token; *ret_made false: there is one already (it cannot be shown again). */
MUST bool http_first_token(store *db, const world *w, arena *a, str *ret_token, bool *ret_made, err *e);
