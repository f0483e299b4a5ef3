/*
 * Deliberate bugs, one at a time. A simulator that finds nothing has shown nothing: each of these must break an
 * invariant within its number of seeds. A world with a bug is played in a child, since a bug may trip a CHECK as well.
 */
#include "mutants.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct mutant {
    const char *name, *rule;
    int seeds; /* found within so many */
    const char *what;
} MUTANTS[] = {
    /* clang-format off */
    {"no_compare",      "P4", 10,  "changeFromQuantity is left out where it is null"},
    {"book_twice",      "P5", 10,  "a line's delta is booked twice"},
    {"no_fence",        "P5", 60,  "an answer is booked although the operation is closed or another worker's"},
    {"coalesce",        "P5", 60,  "what is owed by now is booked in place of what was sent"},
    {"assume_applied",  "P6", 30,  "a lost answer counts as success"},
    {"new_key",         "P6", 30,  "after a lost answer the lines go out again under a new key"},
    {"forget_doubt",    "P6", 60,  "what an earlier run left in doubt is closed unread"},
    {"ignore_expiry",   "P6", 200, "the same bytes go out again when the key may be forgotten"},
    {"no_quarantine",   "P8", 60,  "refused lines are planned again and again"},
    {"ignore_unseen",   "I1", 10,  "an imported order moves T and not E"},
    {"no_overlap",      "I9", 100, "the polling cursor trusts the index"},
    {"no_catch_up",     "R1", 60,  "the second read follows the first without an import between them"},
    {"one_reading",     "R1", 60,  "the two reads need not agree"},
    {"believe_replica", "R2", 100, "a read older than our own write is believed"},
    {"ignore_pending",  "R4", 60,  "a fall is booked while C tells of units at a location that nobody knows"},
    {"repair_upward",   "R5", 200, "a fall is booked before the index can know of its order"},
    {"drop_old",        "R7", 100, "an operation too old to send again closes as if nothing of it was applied"},
    /* clang-format on */
};

bool mutant_choose(const char *name)
{
    for (size_t i = 0; i < COUNT(MUTANTS); i++)
        if (strcmp(MUTANTS[i].name, name) == 0)
            mutant_now = MUTANTS[i].name;
    return mutant_now != NULL;
}

typedef struct found {
    int seeds; /* 0: not found */
    char invariant[8];
} found;

/* Plays seeds until one fails; writes which into `to`. A CHECK that fails ends the child before that. */
static void hunt(const struct mutant *m, int64_t seed, int to)
{
    found f = {0};
    mutant_now = m->name;
    for (int i = 0; i < m->seeds && !f.seeds; i++) {
        sim_result r = sim_play(&(sim_options){.seed = (uint64_t)(seed + i), .troubles = TROUBLE_ALL}, NULL);
        if (!r.failure.some)
            continue;
        f.seeds = i + 1;
        memcpy(f.invariant, r.failure.invariant, sizeof f.invariant);
    }
    CHECK(write(to, &f, sizeof f) == (ssize_t)sizeof f);
    _exit(0);
}

static found hunt_in_child(const struct mutant *m, int64_t seed)
{
    found f = {0};
    int ends[2], status;
    CHECK(pipe(ends) == 0);
    fflush(NULL);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0)
        hunt(m, seed, ends[1]);
    close(ends[1]);
    ssize_t got = read(ends[0], &f, sizeof f);
    close(ends[0]);
    CHECK(waitpid(child, &status, 0) == child);
    if (got != (ssize_t)sizeof f) {
        CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
        f = (found){.seeds = -1, .invariant = "CHECK"};
    }
    return f;
}

int mutants_table(int64_t seed, FILE *to)
{
    int survivors = 0;
    fprintf(to, "seed %" PRId64 "\n%-16s %-5s %-9s %-8s %s\n", seed, "mutant", "rule", "seeds", "found by",
            "what it does");
    for (size_t i = 0; i < COUNT(MUTANTS); i++) {
        const struct mutant *m = &MUTANTS[i];
        found f = hunt_in_child(m, seed);
        char seeds[24];
        survivors += f.seeds == 0;
        if (f.seeds < 0)
            snprintf(seeds, sizeof seeds, "of %d", m->seeds); /* it stopped in one of them */
        else
            snprintf(seeds, sizeof seeds, "%d of %d", f.seeds, m->seeds);
        fprintf(to, "%-16s %-5s %-9s %-8s %s\n", m->name, m->rule, seeds, f.seeds ? f.invariant : "SURVIVES", m->what);
        fflush(to);
    }
    fprintf(to, "%zu mutants, %d survive\n", COUNT(MUTANTS), survivors);
    return survivors ? 1 : 0;
}
