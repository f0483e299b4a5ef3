/* Shrinking by playing again: a world is cheap, and an act that is left out does not change the chances of the others.
 */
#include "shrink.h"

#include <stdlib.h>

#define PLAYS_MAX    300
#define CHUNKS_FIRST 4

typedef struct shrinking {
    sim_options best;
    sim_result result; /* of the best */
    bool *skipped;     /* of the best; as many as acts */
    int plays;
} shrinking;

/* Whether `o` breaks the same invariant; then it is the best so far. */
static bool still_fails(shrinking *s, const sim_options *o)
{
    sim_result r = sim_play(o, NULL);
    s->plays++;
    bool same = r.failure.some && strcmp(r.failure.invariant, s->result.failure.invariant) == 0;
    if (!same)
        return false;
    s->best = *o;
    s->result = r;
    return true;
}

static void drop_troubles(shrinking *s)
{
    for (int t = 0; t < TROUBLE_COUNT && s->plays < PLAYS_MAX; t++) {
        sim_options o = s->best;
        o.troubles &= ~TROUBLE_BIT(t);
        if (o.troubles != s->best.troubles)
            (void)still_fails(s, &o);
    }
}

static void drop_acts(shrinking *s)
{
    uint32_t count = s->best.acts;
    bool *trial = calloc(count + 1, sizeof *trial);
    CHECK(trial);
    for (uint32_t size = count / CHUNKS_FIRST; size > 0; size /= 2)
        for (uint32_t from = 0; from < count && s->plays < PLAYS_MAX; from += size) {
            memcpy(trial, s->skipped, count * sizeof *trial);
            for (uint32_t i = from; i < from + size && i < count; i++)
                trial[i] = true;
            sim_options o = s->best;
            o.skipped = trial;
            if (still_fails(s, &o))
                memcpy(s->skipped, trial, count * sizeof *trial);
            s->best.skipped = s->skipped;
        }
    free(trial);
}

void shrink_and_tell(const sim_options *o, const sim_result *r, FILE *to)
{
    shrinking s = {.best = *o, .result = *r};
    fprintf(to, "seed %" PRIu64 ", step %" PRIu64 ": %s is broken: %s\n", o->seed, r->failure.step,
            r->failure.invariant, r->failure.text);
    fflush(to);
    s.skipped = calloc(r->acts + 1, sizeof *s.skipped);
    CHECK(s.skipped);
    s.best.acts = r->acts; /* later ones have no part in it */
    s.best.skipped = s.skipped;
    s.best.echo = false;
    drop_troubles(&s);
    drop_acts(&s);
    uint32_t left = 0;
    for (uint32_t i = 0; i < r->acts; i++)
        left += !s.skipped[i];
    fprintf(to, "the same with %u of %u acts of people; trouble left:%s", left, r->acts,
            s.best.troubles ? "" : " none");
    for (int t = 0; t < TROUBLE_COUNT; t++)
        if (s.best.troubles & TROUBLE_BIT(t))
            fprintf(to, " %s", sim_trouble_names[t]);
    fprintf(to, "\n");
    if (!sim_play(&s.best, to).failure.some)
        fprintf(to, "and yet it did not break again: the simulator itself is not deterministic\n");
    free(s.skipped);
}
