/*
 * What a count of stock means for the order lines whose units nobody gave a facility: protocol I8. Once every facility
 * of a channel was counted after they left, the counts have them, and they are no demand any more. Once any was counted
 * after they came back, it may have found them, and they make up for nothing any more.
 */
#include "store/internal.h"

static void count_in(store__counts *c, instant reset_at)
{
    c->earliest = reset_at < c->earliest ? reset_at : c->earliest;
    c->newest = reset_at > c->newest ? reset_at : c->newest;
}

bool store__counts_of(store_tx *tx, const store_config *c, const store_channel *ch, const store_line *l,
                      store__counts *ret, err *e)
{
    store_kit_part own;
    size_t count;
    const store_kit_part *parts = store__line_parts(l, &own, &count);
    const bool *members = store__members(tx, c, ch);
    store__counts all = {.earliest = INT64_MAX, .newest = INSTANT_NONE};
    for (size_t i = 0; i < count; i++) {
        store__entry *en; /* asked for anew each time: settling may flush */
        if (!store__entry_get(tx, parts[i].product, &en, e))
            return false;
        for (size_t n = 0; n < c->facility_count; n++) {
            const store_facility *f = &c->facilities[n];
            const store_level *level = store__level_if(en, f->id);
            if (members[n] && facility_type_physical(f->type) && f->active)
                count_in(&all, level ? level->reset_at : INSTANT_NONE);
        }
    }
    if (all.newest == INSTANT_NONE)
        all.earliest = INSTANT_NONE;
    *ret = all;
    return true;
}

static qty departed_in(const line_effect *f, const store_channel *ch)
{
    qty units = 0;
    for (size_t i = 0; i < f->queue_count; i++)
        if (f->queues[i].channel == ch->id)
            units += f->queues[i].units[QUEUE_DEPARTED];
    return units;
}

/* A unit that left between two of the counts is in one of them, and may be one of these; derive.c D4. */
static bool book(store_tx *tx, const store_line *l, const store_channel *ch, qty units, instant newest, err *e)
{
    store_decision d = {.line = l->id,
                        .location = ch->location,
                        .kind = DECIDE_DEPARTED_BOOKED,
                        .units = units,
                        .at = newest,
                        .why = STR("every facility of the channel was counted after they departed"),
                        .told_at = l->departed_at};
    return store_decision_add(tx, &d, e);
}

/* Again while it helps: a booking may pair an event of ours with an older unit, and leave a younger one to be booked.
 */
static bool settle_line(store_tx *tx, const store_config *c, const store_channel *ch, int64_t line, arena *a, err *e)
{
    effect_change how = {.at = INSTANT_NONE, .reason = STR("departed units counted"), .source = STR("reset")};
    int64_t movements = 0;
    instant booked = INSTANT_NONE;
    for (;;) {
        store_line l;
        line_effect effect;
        store__counts counts;
        if (!store_line_get(tx, line, a, &l, e) || !store_line_effect(tx, line, a, &effect, e) ||
            !store__counts_of(tx, c, ch, &l, &counts, e))
            return false;
        qty departed = !MUTANT(departed_kept) && l.departed_at > booked && counts.earliest > l.departed_at
                           ? departed_in(&effect, ch)
                           : 0;
        bool found = store__units_found(&effect, ch->id, counts.newest);
        if (departed == 0 && !found)
            return true;
        if ((found && !tx->owner->ops->effect_put(tx->owner, line, &effect, e)) ||
            (departed > 0 && !book(tx, &l, ch, departed, counts.newest, e)) ||
            !store_line_settle(tx, line, &how, &movements, e))
            return false;
        booked = departed > 0 ? l.departed_at : booked;
    }
}

static bool settle_lines(store_tx *tx, int64_t product, const store_config *c, err *e)
{
    AUTO(arena_end) arena *a = arena_new(0);
    store_line *lines;
    size_t count;
    if (!store_lines_unsettled(tx, product, /* channel= */ 0, a, &lines, &count, e))
        return false;
    for (size_t i = 0; i < count; i++)
        for (size_t n = 0; n < c->channel_count; n++)
            if (!settle_line(tx, c, &c->channels[n], lines[i].id, a, e))
                return false;
    return true;
}

bool store__settle_counted(store_tx *tx, int64_t product, err *e)
{
    AUTO(arena_end) arena *a = arena_new(0);
    const store_config *c;
    bool some;
    int64_t *kits;
    size_t count;
    if (!store__any(tx, STORE__UNSETTLED, &some, e))
        return false;
    if (!some)
        return true;
    if (!store_config_get(tx, &c, e) || !settle_lines(tx, product, c, e) ||
        !tx->owner->ops->kits_with(tx->owner, product, a, &kits, &count, e))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!settle_lines(tx, kits[i], c, e))
            return false;
    return true;
}
