/* evenstock-sim: plays worlds, one a seed, until the time is over or an invariant is broken. */
#include "sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double cpu_seconds(void)
{
    struct timespec t;
    CHECK(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) == 0);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    int64_t seconds = 10, seed = 1;
    CHECK(setenv("SIM_TOKEN", "simulated", 1) == 0);
    log_set_level(LOG_ERROR);
    if (argc > 1)
        CHECK(num_parse_i64(str_of(argv[1]), &seconds));
    if (argc > 2)
        CHECK(num_parse_i64(str_of(argv[2]), &seed));
    uint64_t events = 0, worlds = 0;
    double begun = cpu_seconds();
    while (cpu_seconds() - begun < (double)seconds) {
        sim_result r = sim_play(&(sim_options){.seed = (uint64_t)seed, .troubles = TROUBLE_ALL, .echo = getenv("SIM_ECHO") != NULL}, stdout);
        events += r.events;
        worlds++;
        if (r.failure.some) {
            printf("seed %" PRId64 " step %" PRIu64 ": %s: %s\n", seed, r.failure.step, r.failure.invariant, r.failure.text);
            return 1;
        }
        seed++;
        if (seconds == 1) break;
    }
    double took = cpu_seconds() - begun;
    printf("%" PRIu64 " worlds, %" PRIu64 " events, %.0f a second\n", worlds, events, (double)events / took);
    return 0;
}
