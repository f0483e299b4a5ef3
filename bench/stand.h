#pragma once
/*
 * What the benchmarks of sync stand on: a database of one channel, and a lean shop in a process of its own over
 * loopback, which takes next to no processor time. It knows one location, a bucket of points and the level of each
 * item, and holds no writes: nothing is read back.
 */
#include "sync/sync.h"

#define STAND_ITEM_FIRST INT64_C(40000000000000) /* ids as long as Shopify's */
#define STAND_ITEM       "gid://shopify/InventoryItem/"
#define STAND_LOCATION   "gid://shopify/Location/1"
#define STAND_WRONG_EACH 1000 /* each such item shows one unit, the others none */

_Noreturn void stand_stop(const char *what, const char *why);

/* Products with no stock, linked, adopted with E = `explained`. */
void stand_database(const char *url, int64_t products, qty explained);
/* The shop that it has is at `port`. */
void stand_point(const char *url, uint16_t port);

typedef struct stand_shop {
    const char *file; /* the result of a bulk query; NULL: none */
    int64_t pairs, file_bytes;
    int64_t bucket, rate; /* points; it is empty at the start */
    /* set by stand_open */
    int child;
    uint16_t port;
    const struct stand_seen *seen;
} stand_shop;
struct stand_seen { /* shared with the shop's process */
    int64_t calls, throttled;
};
/* Writes the level of every item to `path`, a line each; its size. */
int64_t stand_file(const char *path, int64_t pairs);
void stand_open(stand_shop *s);
void stand_close(stand_shop *s);

/* -- its folder -- */
void stand_begin(void);
void stand_end(void);                     /* takes it away, with all that is in it */
const char *stand_path(const char *name); /* of a file there; good for the next three calls, too */
const char *stand_url(const char *name);  /* of a database there; good until the next call */

/* -- two that are compared -- */
#define STAND_RUNS_MAX 99
typedef struct stand_turns {
    double ours, bare; /* seconds of processor time, since other work of the machine does not count; medians */
    double ratio, ratio_least, ratio_most; /* bare : ours, turn by turn */
    long peak_kib;                         /* of ours */
} stand_turns;
/* They take turns, each run a process of its own on the database "run", a fresh copy of "template". */
stand_turns stand_compare(void (*ours)(void), void (*bare)(void), int runs);
