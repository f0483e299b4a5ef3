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
    {"ignore_held",     "law", 100, "units that a draft holds back are no part of the law"},
    {"fall_forgotten",  "P1",  10,  "a fall is owed only when nothing is left"},
    {"undurable",       "P2",  10,  "a send is not written down before its first byte"},
    {"no_compare",      "P4",  10,  "changeFromQuantity is left out where it is null"},
    {"book_twice",      "P5",  10,  "a line's delta is booked twice"},
    {"split_booking",   "P5",  30,  "E is booked in one transaction, the operation closed in the next"},
    {"no_fence",        "P5",  60,  "an answer is booked although the operation is closed or another worker's"},
    {"coalesce",        "P5",  60,  "what is owed by now is booked in place of what was sent"},
    {"assume_applied",  "P6",  30,  "a lost answer counts as success"},
    {"new_key",         "P6",  30,  "after a lost answer the lines go out again under a new key"},
    {"forget_doubt",    "P6",  60,  "what an earlier run left in doubt is closed unread"},
    {"ignore_expiry",   "P6",  250, "the same bytes go out again when the key may be forgotten"},
    {"no_quarantine",   "P8",  60,  "refused lines are planned again and again"},
    {"ask_again",       "P8",  30,  "what was refused goes out again as it was"},
    {"part_applied",    "P8",  30,  "a call of which lines were refused counts as applied"},
    {"ignore_unseen",   "I1",  10,  "an imported order moves T and not E"},
    {"same_second",     "I1",  900, "an order that changed in the second in which it was read is not read again"},
    {"shipped_back",    "I2",  10,  "a shipped unit counts as given back"},
    {"return_ignored",  "I2",  30,  "a returned unit does not come back to its place"},
    {"pending_removed", "I6",  40,  "a unit without a fulfilment order yet counts as removed"},
    {"no_demand",       "I7",  10,  "an open unit is no demand in our books"},
    {"departed_kept",   "I8",  20,  "no count settles what departed"},
    {"no_overlap",      "I9",  2500, "the polling cursor trusts the index"},
    {"no_catch_up",     "R1",  120, "the second read follows the first without an import between them"},
    {"one_reading",     "R1",  60,  "the two reads need not agree"},
    {"believe_replica", "R2",  100, "a read older than our own write is believed"},
    {"adopt_unheld",    "R3",  100, "adoption leaves out what a draft holds"},
    {"ignore_pending",  "R4",  60,  "a fall is booked while C tells of units at a location that nobody knows"},
    {"repair_upward",   "R5",  2000, "a fall is booked before the index can know of its order"},
    {"drop_old",        "R7",  200, "an operation too old to send again closes as if nothing of it was applied"},
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

typedef struct hunt { /* a child that hunts for one of them */
    pid_t child;
    int from;
} hunt;

static void tell(int to, found f)
{
    CHECK(write(to, &f, sizeof f) == (ssize_t)sizeof f);
}

/* Plays seeds until one fails. Before each it tells what a CHECK would mean that ends the child there. */
static void play_seeds(const struct mutant *m, int64_t seed, int to)
{
    mutant_now = m->name;
    for (int i = 0; i < m->seeds; i++) {
        tell(to, (found){.seeds = i + 1, .invariant = "CHECK"});
        sim_result r = sim_play(&(sim_options){.seed = (uint64_t)(seed + i), .troubles = TROUBLE_ALL}, NULL);
        if (!r.failure.some)
            continue;
        found f = {.seeds = i + 1};
        memcpy(f.invariant, r.failure.invariant, sizeof f.invariant);
        tell(to, f);
        return;
    }
    tell(to, (found){0});
}

static hunt begin_hunt(const struct mutant *m, int64_t seed)
{
    int ends[2];
    CHECK(pipe(ends) == 0);
    fflush(NULL);
    hunt h = {.child = fork(), .from = ends[0]};
    CHECK(h.child >= 0);
    if (h.child == 0) {
        play_seeds(m, seed, ends[1]);
        _exit(0);
    }
    close(ends[1]);
    return h;
}

static found end_hunt(const hunt *h)
{
    found f = {0}, next;
    int status;
    while (read(h->from, &next, sizeof next) == (ssize_t)sizeof next)
        f = next;
    close(h->from);
    CHECK(waitpid(h->child, &status, 0) == h->child);
    CHECK(WIFEXITED(status) || WTERMSIG(status) == SIGABRT);
    return f;
}

int mutants_table(int64_t seed, const char *only, FILE *to)
{
    hunt hunts[COUNT(MUTANTS)];
    int survivors = 0;
    size_t begun = 0, shown = 0;
    fprintf(to, "seed %" PRId64 "\n%-17s %-4s %-12s %-8s %s\n", seed, "mutant", "rule", "seeds", "found by",
            "what it does");
    for (size_t i = 0; i < COUNT(MUTANTS); i++) {
        const struct mutant *m = &MUTANTS[i];
        if (only && strcmp(only, m->name) != 0)
            continue;
        for (; begun < COUNT(MUTANTS) && begun < i + 2; begun++) /* two at once: one ahead of the one that is shown */
            if (!only || begun == i)
                hunts[begun] = begin_hunt(&MUTANTS[begun], seed);
        found f = end_hunt(&hunts[i]);
        fprintf(to, "%-17s %-4s %4d of %-4d %-8s %s\n", m->name, m->rule, f.seeds, m->seeds,
                f.seeds ? f.invariant : "SURVIVES", m->what);
        fflush(to);
        survivors += f.seeds == 0;
        shown++;
    }
    fprintf(to, "%zu mutants, %d survive\n", shown, survivors);
    return survivors ? 1 : 0;
}
