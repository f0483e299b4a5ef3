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

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define RUNS_MAX    99
#define PEAK_MIB    256
#define RATIO_LEAST 0.5

static char dir[] = "/tmp/evenstock-bench-XXXXXX";
static int64_t pairs = 1000000;
static stand_shop remote = {.bucket = 20000, .rate = 1000};

static const char *path_of(const char *name)
{
    static char paths[4][128];
    static unsigned next;
    char *path = paths[next++ % COUNT(paths)];
    (void)snprintf(path, sizeof paths[0], "%s/%s", dir, name);
    return path;
}

static const char *url_of(const char *name)
{
    static char url[160];
    (void)snprintf(url, sizeof url, "sqlite:%s", path_of(name));
    return url;
}

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
    if (!shop_net_open(&net, &w.net, &e) || !store_open(url_of("run"), STORE_WRITE, &w.clock, &s, &e) ||
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
    FILE *from = fopen(path_of("bulk.jsonl"), "r");
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

static void fresh_database(void)
{
    static const char *const BESIDE[] = {"run-wal", "run-shm"};
    for (size_t i = 0; i < COUNT(BESIDE); i++)
        (void)unlink(path_of(BESIDE[i]));
    stand_copy(path_of("template"), path_of("run"));
}

static int compare(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;
    return a < b ? -1 : a > b;
}

static bool measure(int runs)
{
    double ours[RUNS_MAX], bares[RUNS_MAX], ratios[RUNS_MAX];
    long kib, peak = 0, bare_kib;
    for (int i = 0; i < runs; i++) {
        fresh_database();
        bares[i] = stand_timed(parse_only, &bare_kib);
        ours[i] = stand_timed(hard_sync, &kib);
        ratios[i] = bares[i] / ours[i];
        peak = kib > peak ? kib : peak;
    }
    qsort(ours, (size_t)runs, sizeof *ours, compare);
    qsort(bares, (size_t)runs, sizeof *bares, compare);
    qsort(ratios, (size_t)runs, sizeof *ratios, compare);
    double ratio = ratios[runs / 2];
    printf("hard sync of %" PRId64 " pairs (%" PRId64
           " MiB): processor %.1f s, parsing alone %.1f s, ratio %.2f (%.2f to %.2f, "
           "at least %.1f), peak %ld MiB (at most %d)\n",
           pairs, remote.file_bytes >> 20, ours[runs / 2], bares[runs / 2], ratio, ratios[0], ratios[runs - 1],
           RATIO_LEAST, peak / 1024, PEAK_MIB);
    return ratio >= RATIO_LEAST && peak / 1024 <= PEAK_MIB;
}

int main(int argc, char **argv)
{
    int64_t runs = 1;
    static const char *const FILES[] = {"run",          "run-wal",      "run-shm",   "template",
                                        "template-wal", "template-shm", "bulk.jsonl"};
    if ((argc > 1 && (!num_parse_i64(str_of(argv[1]), &pairs) || pairs < 1)) ||
        (argc > 2 && (!num_parse_i64(str_of(argv[2]), &runs) || runs < 1 || runs > RUNS_MAX))) {
        fprintf(stderr, "usage: sync_bench [PAIRS] [RUNS]\n");
        return 2;
    }
    if (!mkdtemp(dir) || setenv("STAND_TOKEN", "token", 1) != 0)
        stand_stop(dir, strerror(errno));
    remote.file = strdup(path_of("bulk.jsonl"));
    remote.pairs = pairs;
    remote.file_bytes = stand_file(remote.file, pairs);
    stand_open(&remote);
    stand_database(url_of("template"), pairs, /* explained= */ 0);
    stand_point(url_of("template"), remote.port);
    bool good = measure((int)runs);
    stand_close(&remote);
    for (size_t i = 0; i < COUNT(FILES); i++)
        (void)unlink(path_of(FILES[i]));
    return rmdir(dir) == 0 && good ? 0 : 1;
}
