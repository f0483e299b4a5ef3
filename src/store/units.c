/*
 * What the readings of a line told, and when. A reading says how many units were shipped, lost or returned until now.
 * The first that did says by when they had left, and that outlives it: it is stored with the line's effect.
 *
 * T1 The units of all times together are those that the newest reading tells of.
 *
 * T2 What Shopify takes back is the oldest of what went, and the newest of what came. In doubt a unit went late and
 *    came early: then a count has taken in no unit that went after it, and all that came before.
 */
#include "store/internal.h"

store__units store__units_of(arena *a, const line_effect *was)
{
    store__units t = {.at = ARENA_NEW(a, effect_told, was->told_count + 1), .room = was->told_count + 1};
    t.count = was->told_count;
    if (t.count > 0)
        memcpy(t.at, was->told, t.count * sizeof *t.at);
    return t;
}

static bool before(const effect_told *row, int64_t channel, instant at)
{
    return row->at < at || (row->at == at && row->channel < channel);
}

static effect_told *row_at(arena *a, store__units *t, int64_t channel, instant at)
{
    size_t n = 0;
    while (n < t->count && before(&t->at[n], channel, at))
        n++;
    if (n < t->count && t->at[n].at == at && t->at[n].channel == channel)
        return &t->at[n];
    (void)vec_push(a, t);
    memmove(&t->at[n + 1], &t->at[n], (t->count - 1 - n) * sizeof *t->at);
    t->at[n] = (effect_told){.channel = channel, .at = at};
    return &t->at[n];
}

qty store__units_told(const store__units *t, int64_t channel, told_kind kind)
{
    qty units = 0;
    for (size_t i = 0; i < t->count; i++)
        units += t->at[i].channel == channel ? t->at[i].units[kind] : 0;
    return units;
}

void store__units_set(arena *a, store__units *t, int64_t channel, told_kind kind, qty units, instant at)
{
    qty more = units - store__units_told(t, channel, kind);
    if (more > 0)
        row_at(a, t, channel, at)->units[kind] += more;
    for (size_t i = 0; i < t->count && more < 0; i++) {
        effect_told *row = &t->at[kind < TOLD_UNFOUND ? i : t->count - 1 - i]; /* T2 */
        qty less = row->channel == channel ? qty_min(row->units[kind], -more) : 0;
        row->units[kind] -= less;
        more += less;
    }
}

void store__units_write(const store__units *t, line_effect *to)
{
    to->told = t->at;
    to->told_count = 0;
    for (size_t i = 0; i < t->count; i++) {
        qty units = 0;
        for (told_kind k = 0; k < TOLD_KINDS; k++)
            units += t->at[i].units[k];
        if (units > 0)
            to->told[to->told_count++] = t->at[i];
    }
}

bool store__units_found(line_effect *f, int64_t channel, instant counted)
{
    bool some = false;
    for (size_t i = 0; i < f->told_count; i++) {
        effect_told *row = &f->told[i];
        if (row->channel != channel || row->at > counted || row->units[TOLD_UNFOUND] == 0)
            continue;
        row->units[TOLD_RETURNED] += row->units[TOLD_UNFOUND];
        row->units[TOLD_UNFOUND] = 0;
        some = true;
    }
    return some;
}

bool store__units_equal(const line_effect *x, const line_effect *y)
{
    if (x->read_at != y->read_at || x->told_count != y->told_count)
        return false;
    for (size_t i = 0; i < x->told_count; i++) {
        const effect_told *a = &x->told[i], *b = &y->told[i];
        bool same = a->channel == b->channel && a->at == b->at;
        for (told_kind k = 0; k < TOLD_KINDS; k++)
            same &= a->units[k] == b->units[k];
        if (!same)
            return false;
    }
    return true;
}
