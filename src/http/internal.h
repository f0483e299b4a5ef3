#pragma once
/*
 * What the files of http share: a request and an answer of our own, so that server.c alone knows the HTTP library; one
 * call (a request being answered by a worker), the table of routes, and what every handler uses.
 */
#include "http/http.h"

#include <pthread.h>

#define HTTP_BODY_MAX     (1u << 20)  /* of a request; more is 413 */
#define HTTP_SWALLOW_MAX  (16u << 20) /* a body up to here is read to its end, so that its sender sees the 413 */
#define HTTP_ANSWER_MAX   (32u << 20) /* of an answer; lists page long before */
#define HTTP_WORKERS      4           /* each with a store of its own */
#define HTTP_WAITING_MAX  256         /* requests that wait for a worker; more are 503 */
#define HTTP_SLOW_MAX     2           /* workers that may wait for a shop at once (diagnosis), so that two stay free */
#define HTTP_PARTS_MAX    4           /* {...} of one route */
#define HTTP_SEGMENTS_MAX 8           /* of a path */

typedef enum http_method { HTTP_GET, HTTP_POST, HTTP_PUT, HTTP_OTHER } http_method;

typedef struct http_field { /* of a query or a form */
    str name, value;
} http_field;
typedef VEC(http_field) http_fields;

typedef struct http_request {
    http_method method;
    str target;                                    /* path and query as they came, not decoded */
    str host, authorization, cookie, origin, type; /* headers; "" absent. Bytes from outside, perhaps not UTF-8 */
    str topic, signature;                          /* of a webhook */
    str body;
} http_request;

typedef struct http_answer {
    unsigned status;
    const char *type;                      /* media type */
    const char *cache;                     /* NULL: no-store */
    const char *location, *cookie, *allow; /* headers; NULL: none. In the call's memory */
    unsigned retry_s;                      /* Retry-After; 0: none */
    buf body;
} http_answer;

/* What all workers share and never change. */
typedef struct http_house {
    const char *db_url;
    const world *world;
    void (*wake)(void *ctx); /* NULL: nobody waits for writes */
    void *wake_ctx;
    str host; /* what we listen on; a Host header may name it */
    uint16_t port;
    bool public_reading; /* on loopback: reading needs no token */
} http_house;

typedef enum http_visitor { HTTP_NOBODY, HTTP_BEARER, HTTP_SIGNED_IN } http_visitor;

typedef struct http_worker http_worker;
typedef struct http_call {
    const http_house *house;
    const http_request *request;
    http_answer *answer;
    arena *memory; /* of this call and its answer */
    store *db;
    http_worker *worker;
    str segments[HTTP_SEGMENTS_MAX]; /* of the path, decoded; for "/" none */
    size_t segment_count;
    str parts[HTTP_PARTS_MAX]; /* what the route's {...} stand for */
    http_fields query, form;
    bool api; /* errors are JSON, else a page */
    http_visitor visitor;
    str token; /* of a visitor who is somebody */
    /* After http__begin: */
    store_tx *tx;
    const store_config *config;
    instant now;
} http_call;

/* Fills c->answer. False with an error: it becomes a problem document or an error page, by its code. */
typedef bool http_handler(http_call *c, err *e);

typedef enum http_right { HTTP_OPEN, HTTP_READ, HTTP_OPERATE, HTTP_SIGNED } http_right;
typedef struct http_route {
    http_method method;
    const char *pattern; /* "/api/v1/runs/{id}" */
    http_right right;
    http_handler *run;
} http_route;
extern const http_route http__routes[]; /* routes.def; ends with a row without a pattern */

/* -- target.c: percent-encoding -- */
/* Path segments and query fields, decoded. ERR_INPUT: not a path, bad percent-encoding, not UTF-8, too many parts. */
MUST bool http__target_parse(str target, arena *a, str *ret_segments, size_t *ret_count, http_fields *ret_query,
                             err *e);
MUST bool http__form_parse(str text, arena *a, http_fields *ret, err *e);
str http__field(const http_fields *f, const char *name); /* "" absent; the first of several */
void http__encode(buf *to, str text);                    /* for a path segment or a query value */
/* A path with its query: `pattern` with each * replaced by the next text, encoded. */
const char *http__href(arena *a, const char *pattern, const str *texts, size_t count);
#define http_href(a, pattern, ...)                                                                                     \
    http__href((a), (pattern), (const str[]){__VA_ARGS__}, sizeof((const str[]){__VA_ARGS__}) / sizeof(str))

/* -- dispatch.c: from a request to an answer -- */
bool http__is_api(str target); /* its errors are JSON */
void http__dispatch(http_call *c);
/* Opens the call's reading transaction: config and now are there from then on. */
MUST bool http__begin(http_call *c, err *e);
void http__end(http_call *c); /* ends it early: before a function that needs the store free */
/* Answers; each returns true, so that a handler can end with it. */
bool http__redirect(http_call *c, const char *to);
void http__wake(http_call *c); /* the service: something has changed */
/* A number of the query: absent gives `otherwise`. ERR_INPUT names it and its bounds. */
MUST bool http__number(const http_call *c, const char *name, int64_t least, int64_t most, int64_t otherwise,
                       int64_t *ret, err *e);
/* The product named by a SKU; the channel or shop named by a code. ERR_MISSING. */
MUST bool http__product(http_call *c, str sku, store_product *ret, err *e);
MUST bool http__channel(http_call *c, str code, const store_channel **ret, err *e);
MUST bool http__run(http_call *c, int64_t id, store_run *ret, err *e); /* ERR_MISSING */
MUST bool http__shop(http_call *c, str code, const store_shop **ret, err *e);

/* -- problem.c: RFC 9457, and the same as a page -- */
unsigned http__status_of(err_code code);
void http__problem(http_call *c, unsigned status, str detail);
const char *http__status_title(unsigned status);

/* -- auth.c -- */
MUST bool http__host_own(const http_house *h, str host);
MUST bool http__origin_own(str origin, str host);
/* Finds out who asks. ERR_USAGE: an Authorization header that is not of the kind Bearer. *ret_wrong: a token that we
 * do not know. */
MUST bool http__visitor(http_call *c, bool *ret_wrong, err *e);
/* A path of ours to go to next, from outside; "/" where it is none. */
const char *http__next_of(http_call *c, str next);
str http__csrf(http_call *c); /* what a form of this visitor must carry */
http_handler http__sign_in_page, http__sign_in, http__sign_out;

/* -- workers.c: threads, each with its own store, that answer requests -- */
typedef struct http_task http_task;
struct http_task {
    http_task *next;
    const http_request *request;
    http_answer *answer;
    arena *memory;
    void (*done)(http_task *t); /* called by the worker, when the answer is there */
};
typedef struct http_workers http_workers;
MUST bool http__workers_start(const http_house *h, http_workers **ret, err *e);
MUST bool http__workers_give(http_workers *w, http_task *t); /* false: too many wait already, or it stops */
void http__workers_stop(http_workers *w);                    /* answers what was given; takes no more */
void http__workers_end(http_workers **w);
/* A world whose net is this worker's own; opened at the first use. */
MUST bool http__worker_world(http_worker *w, world *ret, err *e);
/* Asks to wait for a shop. ERR_BUSY: as many workers as may do so already. */
MUST bool http__slow_begin(http_worker *w, err *e);
void http__slow_end(http_worker *w);

/* -- deadlines.c: connections whose sender is too slow -- */
typedef enum http_phase { HTTP_HEADERS, HTTP_BODY, HTTP_ANSWERING, HTTP_PHASES } http_phase;
typedef struct http_deadlines http_deadlines;
typedef struct http_line http_line; /* one connection */
MUST bool http__deadlines_start(const io_clock *clock, http_deadlines **ret, err *e);
void http__deadlines_stop(http_deadlines **d);         /* every line is closed by now */
http_line *http__line_open(http_deadlines *d, int fd); /* it waits for headers; NULL: no memory */
void http__line_phase(http_line *l, http_phase p);     /* each begins anew; to HEADERS: the answer is out */
void http__line_close(http_line *l);
/* An answer beside the HTTP library, for a request that is given up before it is whole; then the line is cut. */
void http__line_refuse(http_line *l, unsigned status);

/* -- listen.c -- */
MUST bool http__listen(const char *host, uint16_t port, int *ret_fd, uint16_t *ret_port, err *e);
MUST bool http__host_loopback(str host);

/* -- rest_*.c -- */
#define HTTP_LIMIT     100 /* entries of a list unless asked otherwise */
#define HTTP_LIMIT_MAX 1000
js_writer http__json(http_call *c); /* the answer is this document */
/* {"items": [ ... ], "next": cursor or null}; between the two the items are written. */
js_writer http__list(http_call *c);
void http__list_end(js_writer *w, str next); /* "" none */
http_handler http__rest_products, http__rest_product, http__rest_atp, http__rest_levels, http__rest_targets,
    http__rest_ledger, http__rest_shops, http__rest_openapi;
http_handler http__rest_jobs, http__rest_job, http__rest_job_run, http__rest_job_pause, http__rest_job_resume,
    http__rest_job_schedule, http__rest_runs, http__rest_run, http__rest_run_cancel, http__rest_diagnose;
http_handler http__health;

/* -- webhooks.c -- */
http_handler http__webhook;

/* -- page_*.c -- */
http_handler http__page_jobs, http__page_job, http__page_run, http__page_products, http__page_product, http__asset;
http_handler http__job_run, http__job_pause, http__job_resume, http__job_schedule, http__run_cancel;
