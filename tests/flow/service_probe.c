/*
 * The service of jobs alone, over the real net, on one database: what tests/flow/service.test.js starts. Prints a line
 * when it is ready, ends at SIGTERM.
 */
#include "jobs/jobs.h"

#include <signal.h>
#include <stdio.h>

static bool serve(const char *url, const sigset_t *ends, err *e)
{
    const world w = {.clock = os_clock(), .rng = os_rng()};
    AUTO(jobs_service_stop) jobs_service *service = NULL;
    int got;
    if (!jobs_service_start(&(jobs_service_settings){.db_url = url, .world = &w}, &service, e))
        return false;
    printf("ready\n");
    fflush(stdout);
    return sigwait(ends, &got) == 0 || ERR(e, ERR_IO, "no signal can be waited for");
}

int main(int argc, char **argv)
{
    err e = {0};
    sigset_t ends;
    if (argc != 2) {
        fprintf(stderr, "usage: service-probe DATABASE-URL\n");
        return 2;
    }
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    if (serve(argv[1], &ends, &e))
        return 0;
    fprintf(stderr, "service-probe: %s\n", e.text);
    return 3;
}
