/*
 * The hard sync of a million (item, location) pairs from a bulk file, beside a bare loop that parses each line of that
 * file with the same JSON library and drops it. Targets: at least half of the bare loop's speed, under 256 MiB.
 *
 *     sync_bench [PAIRS] [RUNS]
 *
 * The shop is a process of its own, and the file comes from it in ranges over loopback by the real client. Every
 * STAND_WRONG_EACH-th pair differs from our books, is read again, recorded and mended. Each run is a process of its own
 * on a fresh copy of the database; it and the bare loop take turns.
 */
#include "stand.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#define PEAK_MIB    256
#define RATIO_LEAST 0.5

static int64_t pairs = 1000000;
static stand_shop remote = {.bucket = 20000, .rate = 1000};

/* -- the two that are compared -- */

static void hard_sync(void)
{
    err e = {0};
    shop_net *net = NULL;
    world w = {.clock = os_clock(), .rng = os_rng()};
    store *s = NULL;
    sync_lane *l = NULL;
    AUTO(arena_end) arena *a = arena_new(0);
    sync_options o = {.shop = STR("main"), .channel = STR("")};
    sync_report r;
    int64_t wrong = (pairs + STAND_WRONG_EACH - 1) / STAND_WRONG_EACH;
    log_set_level(LOG_ERROR);
    if (!shop_net_open(&net, &w.net, &e) || !store_open(stand_url("run"), STORE_WRITE, &w.clock, &s, &e) ||
        !sync_open(s, &w, &o, 0, &l, &e) || !sync_hard(l, a, &r, &e))
        stand_stop("hard sync", e.text);
    if (r.drifted != wrong || r.pushed != wrong || r.left_count > 0)
        stand_stop("hard sync", "it did not find and mend exactly what differs");
    sync_close(&l);
    store_close(&s);
    shop_net_close(&net);
}

/* Nothing but reading, cutting into lines and parsing. */
static void parse_only(void)
{
    static char line[4096];
    FILE *from = fopen(stand_path("bulk.jsonl"), "r");
    int64_t count = 0;
    for (; from && fgets(line, sizeof line, from); count++) {
        json_t *parsed = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
        if (!parsed)
            stand_stop("bulk.jsonl", "it is not JSON");
        json_decref(parsed);
    }
    if (count != pairs || fclose(from) != 0)
        stand_stop("bulk.jsonl", "it was not read whole");
}

/* -- runs -- */

static bool measure(int runs)
{
    stand_turns t = stand_compare(hard_sync, parse_only, runs);
    printf("hard sync of %" PRId64 " pairs (%" PRId64
           " MiB): processor %.1f s, parsing alone %.1f s, ratio %.2f (%.2f to %.2f, "
           "at least %.1f), peak %ld MiB (at most %d)\n",
           pairs, remote.file_bytes >> 20, t.ours, t.bare, t.ratio, t.ratio_least, t.ratio_most, RATIO_LEAST,
           t.peak_kib / 1024, PEAK_MIB);
    return t.ratio >= RATIO_LEAST && t.peak_kib / 1024 <= PEAK_MIB;
}

int main(int argc, char **argv)
{
    int64_t runs = 1;
    if ((argc > 1 && (!num_parse_i64(str_of(argv[1]), &pairs) || pairs < 1)) ||
        (argc > 2 && (!num_parse_i64(str_of(argv[2]), &runs) || runs < 1 || runs > STAND_RUNS_MAX))) {
        fprintf(stderr, "usage: sync_bench [PAIRS] [RUNS]\n");
        return 2;
    }
    stand_begin();
    remote.file = strdup(stand_path("bulk.jsonl"));
    remote.pairs = pairs;
    remote.file_bytes = stand_file(remote.file, pairs);
    stand_open(&remote);
    stand_database(stand_url("template"), pairs, /* explained= */ 0);
    stand_point(stand_url("template"), remote.port);
    bool good = measure((int)runs);
    stand_close(&remote);
    stand_end();
    return good ? 0 : 1;
}
