#pragma once
/*
 * The world comes in as an argument: clock, randomness and net are small structs of functions, so that the
 * simulator can own them. base/os.c has the real clock and randomness, shop/curl.c the real net.
 */
#include "base/instant.h"
#include "base/str.h"

typedef struct io_clock {
    void *ctx;
    instant (*now)(void *ctx);                           /* wall time */
    int64_t (*ticks_us)(void *ctx);                      /* monotonic */
    void (*sleep_until_us)(void *ctx, int64_t ticks_us); /* returns early only when interrupted */
} io_clock;

typedef struct io_rng {
    void *ctx;
    void (*bytes)(void *ctx, void *to, size_t len);
} io_rng;

typedef struct net_header {
    str name, value;
} net_header;

typedef struct net_request {
    str method; /* "POST" or "GET" */
    str url;
    const net_header *headers;
    size_t header_count;
    str body;
    int64_t timeout_ms;      /* connect, send and answer together */
    size_t answer_bytes_max; /* a longer answer is cut off and reported as NET_TOO_BIG */
} net_request;

typedef enum net_outcome {
    NET_ANSWERED, /* an HTTP status and a whole body */
    NET_NOT_SENT, /* no connection: certainly nothing arrived */
    NET_LOST,     /* sent, and no whole answer: unknown whether it was done */
    NET_TOO_BIG,  /* the answer passed answer_bytes_max */
} net_outcome;

typedef struct net_answer {
    uint64_t ticket;
    net_outcome outcome;
    int status;                                                   /* HTTP status; 0 unless answered */
    str body;                                                     /* lives in the arena given to next() */
    str date, retry_after, content_type, api_version, request_id; /* headers; "" when absent */
    char why[160];                                                /* for people, when not answered */
} net_answer;

/*
 * Requests go out with post() and come back, in any order, from next(). A caller that wants one answer posts one and
 * takes one. next() waits until an answer is there or `ticks_us` passes; *ret_some false: none in time.
 * net_request is copied by post().
 */
typedef struct io_net {
    void *ctx;
    bool (*post)(void *ctx, const net_request *r, uint64_t ticket, err *e);
    bool (*next)(void *ctx, int64_t until_ticks_us, arena *a, net_answer *ret, bool *ret_some, err *e);
} io_net;

typedef struct world {
    io_clock clock;
    io_rng rng;
    io_net net;
} world;

io_clock os_clock(void);
io_rng os_rng(void);
instant world_now(const world *w);
uint64_t world_random(const world *w);
/* A UUID version 4 as text of 36 characters and a terminator. */
void world_uuid(const world *w, char ret[37]);

/* Whole small files (tokens, config). ERR_IO names the path and the reason; more than `bytes_max` is ERR_INPUT. */
MUST bool os_read_file(arena *a, const char *path, size_t bytes_max, str *ret, err *e);
