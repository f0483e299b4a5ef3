/* Chance, and the history: one line an event, kept in a ring, all of them in the hash. */
#include "sim.h"

#include <stdarg.h>
#include <stdio.h>

uint64_t sim_roll(sim *w, sim_dice d, uint64_t sides)
{
    uint64_t z = w->dice[d] += UINT64_C(0x9e3779b97f4a7c15); /* splitmix64 */
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (z ^ (z >> 31)) % sides;
}

bool sim_chance(sim *w, sim_dice d, unsigned per_mille)
{
    return sim_roll(w, d, 1000) < per_mille;
}

static void add_to_hash(history *h, const char *at, size_t len)
{
    for (size_t i = 0; i < len; i++)
        h->hash = (h->hash ^ (unsigned char)at[i]) * UINT64_C(0x100000001b3);
}

void sim_note(sim *w, const char *format, ...)
{
    history *h = &w->history;
    char *line = h->lines[h->count++ % HISTORY_LINES];
    int used = snprintf(line, HISTORY_LINE, "%6" PRIu64 " %10.3f s  ", w->steps, (double)w->ticks / 1e6);
    va_list args;
    va_start(args, format);
    vsnprintf(line + used, HISTORY_LINE - (size_t)used, format, args);
    va_end(args);
    add_to_hash(h, line, strlen(line));
    if (h->echo)
        fprintf(stderr, "%s\n", line);
}

void sim_note_bytes(sim *w, str bytes)
{
    add_to_hash(&w->history, bytes.at, bytes.len);
}

void sim_broken(sim *w, const char *invariant, const char *format, ...)
{
    if (w->failure.some)
        return;
    w->failure.some = true;
    w->failure.step = w->steps;
    snprintf(w->failure.invariant, sizeof w->failure.invariant, "%s", invariant);
    va_list args;
    va_start(args, format);
    vsnprintf(w->failure.text, sizeof w->failure.text, format, args);
    va_end(args);
    sim_note(w, "BROKEN %s: %s", w->failure.invariant, w->failure.text);
}

void history_print(const history *h, FILE *to, size_t last)
{
    uint64_t kept = h->count < HISTORY_LINES ? h->count : HISTORY_LINES;
    uint64_t from = h->count - (kept < last ? kept : last);
    for (uint64_t i = from; i < h->count; i++)
        fprintf(to, "  %s\n", h->lines[i % HISTORY_LINES]);
}
