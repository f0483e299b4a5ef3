/*
 * evenstock-sim: plays worlds, one a seed, until the time is over or an invariant is broken; or shows that deliberate
 * bugs are found. A failure is shrunk and told with its seed.
 */
#include "mutants.h"
#include "shrink.h"

#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

typedef struct request {
    int64_t seconds, seed;
    int64_t worlds; /* 0: as many as fit into the time */
    const char *mutant;
    bool mutants, echo, twice;
} request;

static const char USAGE[] =
    "usage: evenstock-sim [SECONDS] [SEED] [--worlds N] [--mutant NAME] [--mutants] [--twice] [--echo]\n"
    "\n"
    "  SECONDS       of this machine, not of the worlds (60)\n"
    "  SEED          of the first world; each next one has the next seed (by the clock, and printed)\n"
    "  --worlds N    so many worlds, however long they take\n"
    "  --mutant NAME with one deliberate bug\n"
    "  --mutants     every deliberate bug in turn: is it found, after how many seeds, by which invariant;\n"
    "                with --mutant only that one\n"
    "  --twice       plays each world twice: both histories must be the same, to the byte\n"
    "  --echo        every event of the history as it happens\n";

#define KEPT_BYTES (1 << 30)

static int64_t seed_by_clock(void)
{
    io_clock c = os_clock();
    return c.now(c.ctx) / US_PER_S % 1000000 * 1000;
}

static bool parse(int argc, char **argv, request *ret)
{
    *ret = (request){.seconds = 60, .seed = -1};
    int place = 0;
    for (int i = 1; i < argc; i++) {
        str word = str_of(argv[i]);
        bool more = i + 1 < argc;
        if (str_equal(word, STR("--mutants")))
            ret->mutants = true;
        else if (str_equal(word, STR("--twice")))
            ret->twice = true;
        else if (str_equal(word, STR("--echo")))
            ret->echo = true;
        else if (str_equal(word, STR("--mutant")) && more)
            ret->mutant = argv[++i];
        else if (str_equal(word, STR("--worlds")) && more && num_parse_i64(str_of(argv[i + 1]), &ret->worlds))
            i++;
        else if (place >= 2 || !num_parse_i64(word, place == 0 ? &ret->seconds : &ret->seed))
            return false;
        else
            place++;
    }
    if (ret->seed < 0)
        ret->seed = seed_by_clock();
    return ret->seconds >= 0 && ret->worlds >= 0 && (!ret->mutant || mutant_choose(ret->mutant));
}

/* -- a failed CHECK stops the program: it says where it was -- */

static volatile sig_atomic_t seed_now;

static void on_abort(int sig)
{
    char text[80];
    int len = snprintf(text, sizeof text, "it stopped in the world of seed %ld\n", (long)seed_now);
    (void)sig;
    (void)!write(STDERR_FILENO, text, (size_t)len);
}

/* -- playing -- */

static double seconds_of_cpu(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

static void add(sim_result *sum, const sim_result *r)
{
    sum->steps += r->steps;
    sum->events += r->events;
    sum->hash = sum->hash * 31 + r->hash;
    sum->orders += r->orders;
    sum->counts += r->counts;
    sum->foreign += r->foreign;
    sum->requests += r->requests;
    sum->deaths += r->deaths;
    sum->power_cuts += r->power_cuts;
    sum->runs += r->runs;
    sum->writes_applied += r->writes_applied;
}

static void print_sum(const sim_result *s, int64_t worlds, double took)
{
    printf("%" PRId64 " worlds, %" PRIu64 " steps: %" PRIu64 " orders, %" PRIu64 " rows fed, %" PRIu64
           " changes by others, %" PRIu64 " requests,\n%" PRIu64 " lines applied, %" PRIu64 " runs, %" PRIu64
           " programs killed, %" PRIu64 " power cuts: no invariant broken\n",
           worlds, s->steps, s->orders, s->counts, s->foreign, s->requests, s->writes_applied, s->runs, s->deaths,
           s->power_cuts);
    printf("%" PRIu64 " events reached the store, %.0f a second on one core; history %016" PRIx64 "\n", s->events,
           (double)s->events / took, s->hash);
}

static int play(const request *q)
{
    sim_result sum = {0};
    int64_t worlds = 0;
    double begun = seconds_of_cpu();
    printf("seed %" PRId64 "\n", q->seed);
    fflush(stdout);
    while (q->worlds ? worlds < q->worlds : seconds_of_cpu() - begun < (double)q->seconds) {
        sim_options o = {.seed = (uint64_t)(q->seed + worlds), .troubles = TROUBLE_ALL, .echo = q->echo};
        seed_now = (sig_atomic_t)o.seed;
        sim_result r = sim_play(&o, NULL);
        worlds++;
        add(&sum, &r);
        if (q->twice && sim_play(&o, NULL).hash != r.hash) {
            printf("seed %" PRIu64 ": two plays have two histories\n", o.seed);
            return 1;
        }
        if (r.failure.some) {
            shrink_and_tell(&o, &r, stdout);
            return 1;
        }
    }
    print_sum(&sum, worlds, seconds_of_cpu() - begun);
    return 0;
}

int main(int argc, char **argv)
{
    request q;
    CHECK(setenv("SIM_TOKEN", "simulated", 1) == 0);
    log_set_level(LOG_ERROR);
    /* Worlds come and go: their memory is kept, for the next one. (A sanitizer's allocator does not listen.) */
    mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
    mallopt(M_MMAP_THRESHOLD, KEPT_BYTES);
    if (!parse(argc, argv, &q)) {
        fputs(USAGE, stderr);
        return 2;
    }
    signal(SIGABRT, on_abort);
    return q.mutants ? mutants_table(q.seed, q.mutant, stdout) : play(&q);
}
