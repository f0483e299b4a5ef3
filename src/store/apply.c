/*
 * Applying a line's effect: what differs from the effect before moves.
 *
 * N1 the stored effect of a line is exactly what has been applied of it.
 *
 * N2 the effect follows from the line's events, readings and decisions alone; verify derives it again.
 *
 * N3 a movement of QOH has the time at which the units left or came back, not that of what made us derive the line
 *    again. What an effect says no more goes back as of the time at which it had been taken. So a facility holds what
 *    it was counted at, less what the lines say left after that count, whatever was believed in between.
 */
#include "store/internal.h"

typedef struct applying {
    store_tx *tx;
    const store_line *line;
    const line_effect *was, *now;
    line_effect change; /* the places of both, each once, with what differs at facilities */
    const effect_change *how;
    int64_t *movements;
} applying;

const store_kit_part *store__line_parts(const store_line *l, store_kit_part *own, size_t *ret_count)
{
    *own = (store_kit_part){.product = l->product, .quantity = 1};
    *ret_count = l->part_count ? l->part_count : 1;
    return l->part_count ? l->parts : own;
}

/* -- the places of two effects -- */

static effect_facility facility_part(const line_effect *f, int64_t facility, instant at)
{
    effect_facility sum = {.facility = facility, .at = at};
    for (size_t i = 0; i < f->facility_count; i++)
        if (f->facilities[i].facility == facility && f->facilities[i].at == at) {
            sum.reserved += f->facilities[i].reserved;
            sum.gone += f->facilities[i].gone;
        }
    return sum;
}

static qty queue_part(const line_effect *f, int64_t channel, queue_kind kind)
{
    qty sum = 0;
    for (size_t i = 0; i < f->queue_count; i++)
        if (f->queues[i].channel == channel)
            sum += f->queues[i].units[kind];
    return sum;
}

static qty location_part(const line_effect *f, str location)
{
    qty sum = 0;
    for (size_t i = 0; i < f->location_count; i++)
        if (str_equal(f->locations[i].location, location))
            sum += f->locations[i].available;
    return sum;
}

static bool facility_before(const line_effect *f, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (f->facilities[i].facility == f->facilities[n].facility && f->facilities[i].at == f->facilities[n].at)
            return true;
    return false;
}

static bool queue_before(const line_effect *f, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (f->queues[i].channel == f->queues[n].channel)
            return true;
    return false;
}

static bool location_before(const line_effect *f, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_equal(f->locations[i].location, f->locations[n].location))
            return true;
    return false;
}

/* The union of the places that two effects name, each once: those of `now`, then those of `was` that `now` has not. */
static line_effect both(arena *a, const line_effect *was, const line_effect *now)
{
    line_effect u = {.facilities = ARENA_NEW(a, effect_facility, was->facility_count + now->facility_count + 1),
                     .queues = ARENA_NEW(a, effect_queue, was->queue_count + now->queue_count + 1),
                     .locations = ARENA_NEW(a, effect_location, was->location_count + now->location_count + 1)};
    const line_effect *sides[] = {now, was};
    for (size_t s = 0; s < COUNT(sides); s++) {
        for (size_t i = 0; i < sides[s]->facility_count; i++) {
            u.facilities[u.facility_count] = sides[s]->facilities[i];
            u.facility_count += !facility_before(&u, u.facility_count);
        }
        for (size_t i = 0; i < sides[s]->queue_count; i++) {
            u.queues[u.queue_count] = sides[s]->queues[i];
            u.queue_count += !queue_before(&u, u.queue_count);
        }
        for (size_t i = 0; i < sides[s]->location_count; i++) {
            u.locations[u.location_count] = sides[s]->locations[i];
            u.location_count += !location_before(&u, u.location_count);
        }
    }
    return u;
}

static bool within(const line_effect *x, const line_effect *y)
{
    for (size_t i = 0; i < x->facility_count; i++) {
        effect_facility p = facility_part(x, x->facilities[i].facility, x->facilities[i].at);
        effect_facility q = facility_part(y, p.facility, p.at);
        if (p.reserved != q.reserved || p.gone != q.gone)
            return false;
    }
    for (size_t i = 0; i < x->queue_count; i++)
        for (queue_kind k = 0; k < QUEUE_KINDS; k++)
            if (queue_part(x, x->queues[i].channel, k) != queue_part(y, x->queues[i].channel, k))
                return false;
    for (size_t i = 0; i < x->location_count; i++)
        if (location_part(x, x->locations[i].location) != location_part(y, x->locations[i].location))
            return false;
    return true;
}

/* Places in which one says 0 may be left out of the other. */
bool store__effect_equal(const line_effect *x, const line_effect *y)
{
    return within(x, y) && within(y, x) && store__units_equal(x, y);
}

/* -- facilities -- */

/* What one part of the line moves; `back`: as of a time at which the units had been taken. */
static bool move_part(const applying *ap, const store_kit_part *part, const effect_facility *c, bool back, err *e)
{
    store_movement m = {.product = part->product,
                        .facility = c->facility,
                        .at = c->at == INSTANT_NONE ? ap->how->at : c->at,
                        .kind = MOVE_ORDER,
                        .reason = ap->how->reason,
                        .source = ap->how->source,
                        .actor = ap->how->actor,
                        .comment = ap->how->comment};
    store_level level;
    bool kit;
    qty reserved;
    if (!store_level_get(ap->tx, part->product, c->facility, &level, &kit, e))
        return false;
    bool counted = back && level.reset_at != INSTANT_NONE && m.at <= level.reset_at; /* it was not on that shelf */
    if (!qty_mul(counted ? 0 : -c->gone, part->quantity, &m.qoh_delta) ||
        !qty_mul(c->reserved, part->quantity, &reserved) || !qty_sub(m.qoh_delta, reserved, &m.atp_delta))
        return ERR(e, ERR_INPUT, "the units of the order's kit do not fit");
    if (m.qoh_delta == 0 && m.atp_delta == 0)
        return true;
    ++*ap->movements;
    return store_move(ap->tx, &m, e);
}

static bool move(const applying *ap, const effect_facility *c, err *e)
{
    store_kit_part own;
    size_t count;
    const store_kit_part *parts = store__line_parts(ap->line, &own, &count);
    bool back = c->gone < 0 && facility_part(ap->was, c->facility, c->at).gone > 0;
    for (size_t i = 0; i < count; i++)
        if (!move_part(ap, &parts[i], c, back, e))
            return false;
    return true;
}

/* Whether a count of the facility took in what left at `from`, and not what left at `until`. */
static bool counted_between(const applying *ap, int64_t facility, instant from, instant until, bool *ret, err *e)
{
    store_kit_part own;
    size_t count;
    const store_kit_part *parts = store__line_parts(ap->line, &own, &count);
    *ret = false;
    for (size_t i = 0; i < count; i++) {
        store_level level;
        bool kit;
        if (!store_level_get(ap->tx, parts[i].product, facility, &level, &kit, e))
            return false;
        *ret |= level.reset_given && from <= level.reset_at && level.reset_at < until;
    }
    return true;
}

/*
 * Units that were taken at one time and go back at a later one, or at none as they were stored once, did not move, if
 * no count tells the two times apart. If they go back at an earlier one, both move: a count in between may yet be told.
 */
static bool cancel_out(const applying *ap, effect_facility *taken, effect_facility *back, err *e)
{
    bool apart = taken->at > back->at && back->at != INSTANT_NONE;
    if (taken->gone <= 0 || back->gone >= 0 || taken->facility != back->facility || apart)
        return true;
    if (!counted_between(ap, taken->facility, taken->at, back->at, &apart, e))
        return false;
    qty units = apart ? 0 : qty_min(taken->gone, -back->gone);
    taken->gone -= units;
    back->gone += units;
    return true;
}

/* What changes at the facility of change.facilities[first] and behind; the reservation with the last of the units. */
static bool apply_facility(const applying *ap, size_t first, err *e)
{
    effect_facility *list = ap->change.facilities;
    effect_facility reserved = {.facility = list[first].facility, .at = INSTANT_NONE}, *last = &reserved;
    size_t count = ap->change.facility_count;
    for (size_t i = first; i < count; i++)
        for (size_t n = first; n < count && list[i].facility == reserved.facility; n++)
            if (!cancel_out(ap, &list[i], &list[n], e))
                return false;
    for (size_t i = first; i < count; i++)
        if (list[i].facility == reserved.facility) {
            reserved.reserved += list[i].reserved;
            list[i].reserved = 0;
            last = list[i].gone != 0 ? &list[i] : last;
        }
    last->reserved = reserved.reserved;
    for (size_t i = first; i < count; i++)
        if (list[i].facility == reserved.facility && !move(ap, &list[i], e))
            return false;
    return last != &reserved || move(ap, &reserved, e);
}

static bool apply_facilities(applying *ap, err *e)
{
    effect_facility *list = ap->change.facilities;
    for (size_t i = 0; i < ap->change.facility_count; i++) {
        effect_facility x = facility_part(ap->was, list[i].facility, list[i].at);
        effect_facility y = facility_part(ap->now, list[i].facility, list[i].at);
        list[i].reserved = y.reserved - x.reserved;
        list[i].gone = y.gone - x.gone;
    }
    for (size_t i = 0; i < ap->change.facility_count; i++) {
        bool done = false;
        for (size_t n = 0; n < i; n++)
            done |= list[n].facility == list[i].facility;
        if (!done && !apply_facility(ap, i, e))
            return false;
    }
    return true;
}

/* -- queues and locations -- */

static bool apply_queue(const applying *ap, int64_t channel, queue_kind kind, qty units, err *e)
{
    store_tx *tx = ap->tx;
    const store_line *l = ap->line;
    store__entry *en;
    if (units == 0)
        return true;
    if (!store__entry_get(tx, l->product, &en, e) || !store__queue_add(tx, en, channel, kind, units, e))
        return false;
    for (size_t i = 0; i < l->part_count; i++) { /* queued kits are queued units of each component, too; design 2 */
        qty of_part;
        if (!qty_mul(units, l->parts[i].quantity, &of_part))
            return ERR(e, ERR_INPUT, "the units of the order's kit do not fit");
        if (!store__entry_get(tx, l->parts[i].product, &en, e) || !store__queue_add(tx, en, channel, kind, of_part, e))
            return false;
    }
    return true;
}

/* dS at one location: E of the target there moves by as much, in this very transaction; protocol I1. */
static bool apply_location(const applying *ap, str location, qty available, err *e)
{
    store_tx *tx = ap->tx;
    const store_line *l = ap->line;
    const store_config *c;
    if (available == 0 || ap->how->keep_explained)
        return true;
    if (!store_config_get(tx, &c, e))
        return false;
    const store_channel *ch =
        str_empty(location) ? config_channel(c, l->channel) : config_channel_at(c, l->scope, location);
    if (!ch || ch->shop == 0)
        return true;
    store__entry *en;
    if (!store__entry_get(tx, l->product, &en, e))
        return false;
    const store_target *t = store__target_if(en, ch->id);
    target_key k = {l->product, ch->id};
    if (!t)
        return true;
    bool explained = t->e.known;
    instant at = ap->how->at == INSTANT_NONE ? tx->now : ap->how->at;
    /* Also without E: an adoption, too, must not believe a replica that has not heard of this (R2). */
    if ((t->moved_at == INSTANT_NONE || t->moved_at < at) && !store_target_stamps(tx, k, at, INSTANT_NONE, e))
        return false;
    if (!explained || MUTANT(ignore_unseen))
        return true;
    AUTO(arena_end) arena *a = arena_new(0);
    str ref = str_printf(a, "order %.*s", STR_ARG(str_empty(l->name) ? l->order : l->name));
    return store_explained(tx, k, EXPLAINED_IMPORT, available, ref, e);
}

static bool apply_queues(const applying *ap, err *e)
{
    for (size_t i = 0; i < ap->change.queue_count; i++)
        for (queue_kind k = 0; k < QUEUE_KINDS; k++) {
            int64_t channel = ap->change.queues[i].channel;
            if (!apply_queue(ap, channel, k, queue_part(ap->now, channel, k) - queue_part(ap->was, channel, k), e))
                return false;
        }
    return true;
}

static bool apply_locations(const applying *ap, err *e)
{
    for (size_t i = 0; i < ap->change.location_count; i++) {
        str location = ap->change.locations[i].location;
        if (!apply_location(ap, location, location_part(ap->now, location) - location_part(ap->was, location), e))
            return false;
    }
    return true;
}

/* When the newest of the units that are still departed left; I8 asks for counts that are newer. */
static bool departed_note(store_tx *tx, store_line *l, const line_effect *now, err *e)
{
    if (l->departed_at == now->departed_at)
        return true;
    l->departed_at = now->departed_at;
    return store_line_put(tx, l, NULL, e);
}

bool store__line_apply(store_tx *tx, store_line *l, const line_effect *was, const line_effect *now,
                       const effect_change *how, arena *a, int64_t *ret_movements, err *e)
{
    applying ap = {.tx = tx,
                   .line = l,
                   .was = was,
                   .now = now,
                   .change = both(a, was, now),
                   .how = how,
                   .movements = ret_movements};
    if (store__effect_equal(was, now)) /* but for which units departed, perhaps */
        return departed_note(tx, l, now, e);
    tx->any[STORE__UNSETTLED] = ANY_UNASKED;
    return apply_facilities(&ap, e) && apply_queues(&ap, e) && apply_locations(&ap, e) &&
           tx->owner->ops->effect_put(tx->owner, l->id, now, e) && departed_note(tx, l, now, e);
}
