/*
 * Order lines: deriving a line's effect on the books, and applying the difference to what was applied before.
 *
 * N1 the stored effect of a line is exactly what has been applied of it.
 * N2 the effect follows from the line's events, reading and decisions alone; verify derives it again.
 * N3 a movement of QOH has the time at which the units left or came back, not that of what made us derive the line
 *    again: a count at or before it must not take it for counted, nor settle departed units that left after the count.
 */
#include "store/internal.h"

bool store_line_find(store_tx *tx, int64_t scope, str order, str line, arena *a, store_line *ret, bool *ret_some,
                     err *e)
{
    return tx->owner->ops->line_find(tx->owner, scope, order, line, a, ret, ret_some, e);
}

bool store_lines_of_product(store_tx *tx, int64_t product, int64_t after, uint32_t limit, arena *a, store_line **ret,
                            size_t *ret_count, err *e)
{
    return tx->owner->ops->lines_of_product(tx->owner, product, after, limit, a, ret, ret_count, e);
}

bool store_line_get(store_tx *tx, int64_t id, arena *a, store_line *ret, err *e)
{
    bool some;
    if (!tx->owner->ops->line_get(tx->owner, id, a, ret, &some, e))
        return false;
    return some || ERR(e, ERR_MISSING, "there is no order line with the id %" PRId64, id);
}

bool store_line_put(store_tx *tx, const store_line *l, int64_t *ret_id, err *e)
{
    int64_t id;
    if (!tx->owner->ops->line_put(tx->owner, l, &id, e))
        return false;
    if (ret_id)
        *ret_id = id;
    return true;
}

bool store_line_effect(store_tx *tx, int64_t line, arena *a, line_effect *ret, err *e)
{
    return tx->owner->ops->effect_get(tx->owner, line, a, ret, e);
}

bool store_lines_unsettled(store_tx *tx, int64_t product, int64_t channel, arena *a, store_line **ret,
                           size_t *ret_count, err *e)
{
    return tx->owner->ops->lines_unsettled(tx->owner, product, channel, a, ret, ret_count, e);
}

/* -- applying -- */

const store_kit_part *store__line_parts(const store_line *l, store_kit_part *own, size_t *ret_count)
{
    *own = (store_kit_part){.product = l->product, .quantity = 1};
    *ret_count = l->part_count ? l->part_count : 1;
    return l->part_count ? l->parts : own;
}

static bool move(store_tx *tx, const store_line *l, int64_t facility, qty reserved, qty gone, instant at,
                 const effect_change *how, int64_t *movements, err *e)
{
    store_kit_part own;
    size_t count;
    if (reserved == 0 && gone == 0)
        return true;
    const store_kit_part *parts = store__line_parts(l, &own, &count);
    for (size_t i = 0; i < count; i++) {
        store_movement m = {.product = parts[i].product,
                            .facility = facility,
                            .at = at,
                            .kind = MOVE_ORDER,
                            .reason = how->reason,
                            .source = how->source,
                            .actor = how->actor,
                            .comment = how->comment};
        qty promised;
        if (!qty_mul(-gone, parts[i].quantity, &m.qoh_delta) || !qty_mul(reserved, parts[i].quantity, &promised) ||
            !qty_sub(m.qoh_delta, promised, &m.atp_delta))
            return ERR(e, ERR_INPUT, "the units of the order's kit do not fit");
        if (!store_move(tx, &m, e))
            return false;
        ++*movements;
    }
    return true;
}

/* The time of units that have none of their own; INSTANT_NONE: now. */
static instant undated(const effect_change *how, const line_effect *effect)
{
    return how->at == INSTANT_NONE || effect->left_at < how->at ? how->at : effect->left_at;
}

/*
 * What changes at the facility of change->facilities[first] and behind. Units that one time took and another gave back
 * did not move; the others move as of their time, and the reservation with the last of them.
 */
static bool apply_facility(store_tx *tx, const store_line *l, const line_effect *change, size_t first,
                           const effect_change *how, int64_t *movements, err *e)
{
    int64_t facility = change->facilities[first].facility;
    qty reserved = 0, gone = 0;
    for (size_t i = first; i < change->facility_count; i++)
        if (change->facilities[i].facility == facility) {
            reserved += change->facilities[i].reserved;
            gone += change->facilities[i].gone;
        }
    for (size_t i = first; i < change->facility_count && gone != 0; i++) {
        const effect_facility *c = &change->facilities[i];
        qty units = gone > 0 ? qty_max(0, qty_min(c->gone, gone)) : qty_min(0, qty_max(c->gone, gone));
        if (c->facility != facility || units == 0)
            continue;
        gone -= units;
        if (!move(tx, l, facility, gone == 0 ? reserved : 0, units,
                  c->at == INSTANT_NONE ? undated(how, change) : c->at, how, movements, e))
            return false;
        if (gone == 0)
            return true;
    }
    return move(tx, l, facility, reserved, 0, how->at, how, movements, e);
}

static bool apply_queue(store_tx *tx, const store_line *l, int64_t channel, queue_kind kind, qty units, err *e)
{
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
static bool apply_location(store_tx *tx, const store_line *l, str location, qty available, const effect_change *how,
                           err *e)
{
    const store_config *c;
    if (available == 0 || how->keep_explained)
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
    instant at = how->at == INSTANT_NONE ? tx->now : how->at;
    /* Also without E: an adoption, too, must not believe a replica that has not heard of this (R2). */
    if ((t->moved_at == INSTANT_NONE || t->moved_at < at) && !store_target_stamps(tx, k, at, INSTANT_NONE, e))
        return false;
    if (!explained || MUTANT(ignore_unseen))
        return true;
    AUTO(arena_end) arena *a = arena_new(0);
    str ref = str_printf(a, "order %.*s", STR_ARG(str_empty(l->name) ? l->order : l->name));
    return store_explained(tx, k, EXPLAINED_IMPORT, available, ref, e);
}

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

/* When the newest of the units that are still departed left; I8 asks for counts that are newer. */
static bool departed_note(store_tx *tx, store_line *l, const line_effect *was, const line_effect *now,
                          const effect_change *how, err *e)
{
    bool any = false, more = false;
    for (size_t i = 0; i < now->queue_count; i++) {
        int64_t channel = now->queues[i].channel;
        qty units = queue_part(now, channel, QUEUE_DEPARTED);
        any |= units != 0;
        more |= units > queue_part(was, channel, QUEUE_DEPARTED);
    }
    instant when = undated(how, now);
    if (when == INSTANT_NONE)
        when = tx->now;
    if (more && (l->departed_at == INSTANT_NONE || l->departed_at < when))
        l->departed_at = when;
    else if (!any && l->departed_at != INSTANT_NONE)
        l->departed_at = INSTANT_NONE;
    else
        return true;
    return store_line_put(tx, l, NULL, e);
}

static bool apply_facilities(store_tx *tx, const store_line *l, const line_effect *change, const effect_change *how,
                             int64_t *movements, err *e)
{
    for (size_t i = 0; i < change->facility_count; i++) {
        bool done = false;
        for (size_t n = 0; n < i; n++)
            done |= change->facilities[n].facility == change->facilities[i].facility;
        if (!done && !apply_facility(tx, l, change, i, how, movements, e))
            return false;
    }
    return true;
}

static bool apply(store_tx *tx, store_line *l, const line_effect *effect, const effect_change *how, arena *a,
                  int64_t *ret_movements, err *e)
{
    line_effect was;
    if (!store_line_effect(tx, l->id, a, &was, e))
        return false;
    line_effect u = both(a, &was, effect);
    bool same = true;
    for (size_t i = 0; i < u.facility_count; i++) { /* u becomes the change */
        effect_facility *c = &u.facilities[i];
        effect_facility x = facility_part(&was, c->facility, c->at), y = facility_part(effect, c->facility, c->at);
        c->reserved = y.reserved - x.reserved;
        c->gone = y.gone - x.gone;
        same &= c->reserved == 0 && c->gone == 0;
    }
    u.left_at = effect->left_at;
    if (!apply_facilities(tx, l, &u, how, ret_movements, e))
        return false;
    for (size_t i = 0; i < u.queue_count; i++)
        for (queue_kind k = 0; k < QUEUE_KINDS; k++) {
            int64_t channel = u.queues[i].channel;
            qty units = queue_part(effect, channel, k) - queue_part(&was, channel, k);
            same &= units == 0;
            if (!apply_queue(tx, l, channel, k, units, e))
                return false;
        }
    for (size_t i = 0; i < u.location_count; i++) {
        str location = u.locations[i].location;
        qty available = location_part(effect, location) - location_part(&was, location);
        same &= available == 0;
        if (!apply_location(tx, l, location, available, how, e))
            return false;
    }
    if (same)
        return true;
    return tx->owner->ops->effect_put(tx->owner, l->id, effect, e) && departed_note(tx, l, &was, effect, how, e);
}

bool store_line_apply(store_tx *tx, int64_t line, const line_effect *effect, const effect_change *how,
                      int64_t *ret_movements, err *e)
{
    AUTO(arena_end) arena *a = arena_new(0);
    store_line l;
    return store_line_get(tx, line, a, &l, e) && apply(tx, &l, effect, how, a, ret_movements, e);
}

/* -- events and decisions -- */

bool store_event_find(store_tx *tx, str event_id, digest *ret_content, bool *ret_some, err *e)
{
    return tx->owner->ops->event_find(tx->owner, event_id, ret_content, ret_some, e);
}

bool store_event_add(store_tx *tx, const store_event *ev, err *e)
{
    return tx->owner->ops->event_add(tx->owner, ev, e);
}

bool store_events_of(store_tx *tx, int64_t line, arena *a, order_event **ret, size_t *ret_count, err *e)
{
    return tx->owner->ops->events_of(tx->owner, line, a, ret, ret_count, e);
}

bool store_events_waiting(store_tx *tx, int64_t *ret_events, err *e)
{
    return tx->owner->ops->events_waiting(tx->owner, ret_events, e);
}

bool store_decision_add(store_tx *tx, const store_decision *d, err *e)
{
    return tx->owner->ops->decision_add(tx->owner, d, e);
}

bool store_decisions_of(store_tx *tx, int64_t line, arena *a, store_decision **ret, size_t *ret_count, err *e)
{
    return tx->owner->ops->decisions_of(tx->owner, line, a, ret, ret_count, e);
}

bool store_line_settle(store_tx *tx, int64_t line, const effect_change *how, int64_t *ret_movements, err *e)
{
    AUTO(arena_end) arena *a = arena_new(0); /* not the transaction's: an import settles thousands of lines in one */
    store_line l;
    line_effect effect;
    bool waiting;
    if (!store_line_get(tx, line, a, &l, e) || !store__line_derive(tx, &l, a, &effect, &waiting, e))
        return false;
    if (waiting != l.waiting) {
        l.waiting = waiting;
        if (!store_line_put(tx, &l, NULL, e))
            return false;
    }
    return apply(tx, &l, &effect, how, a, ret_movements, e);
}

#define RESETTLE_PAGE 500

bool store__lines_resettle(store_tx *tx, int64_t shop, int64_t channel, err *e)
{
    AUTO(arena_end) arena *a = arena_new(0);
    effect_change how = {.at = INSTANT_NONE,
                         .reason = STR("mapping changed"),
                         .source = STR("configuration"),
                         .actor = STR(""),
                         .comment = STR("")};
    int64_t after = 0, movements = 0;
    for (;;) {
        store_line *lines;
        size_t count;
        arena_clear(a);
        if (!tx->owner->ops->lines_after(tx->owner, after, RESETTLE_PAGE, a, &lines, &count, e))
            return false;
        for (size_t i = 0; i < count; i++)
            if (((shop && lines[i].scope == shop) || (channel && lines[i].channel == channel)) &&
                !store_line_settle(tx, lines[i].id, &how, &movements, e))
                return false;
        if (count == 0)
            return true;
        after = lines[count - 1].id;
        if (!store_flush(tx, e))
            return false;
    }
}

/* -- readings -- */

bool store_reading_get(store_tx *tx, int64_t shop, str order, arena *a, store_reading *ret, bool *ret_some, err *e)
{
    return tx->owner->ops->reading_get(tx->owner, shop, order, a, ret, ret_some, e);
}

bool store_reading_put(store_tx *tx, const store_reading *r, const str *items, size_t item_count, err *e)
{
    if (!tx->owner->ops->reading_put(tx->owner, r, items, item_count, e))
        return false;
    store__reading_forget(tx);
    return true;
}

bool store_readings(store_tx *tx, int64_t shop, str item, bool open_only, str after, uint32_t limit, arena *a,
                    store_reading **ret, size_t *ret_count, err *e)
{
    return tx->owner->ops->readings(tx->owner, shop, item, open_only, after, limit, a, ret, ret_count, e);
}

bool store_told_add(store_tx *tx, int64_t shop, str order, err *e)
{
    return tx->owner->ops->told_add(tx->owner, shop, order, store_now(tx), e);
}

bool store_told_orders(store_tx *tx, int64_t shop, uint32_t limit, arena *a, store_told **ret, size_t *ret_count,
                       err *e)
{
    return tx->owner->ops->told_orders(tx->owner, shop, limit, a, ret, ret_count, e);
}

bool store_told_done(store_tx *tx, int64_t shop, const store_told *t, err *e)
{
    return tx->owner->ops->told_done(tx->owner, shop, t, e);
}

bool store_app_claimless(store_tx *tx, int64_t shop, str app, bool *ret, err *e)
{
    return tx->owner->ops->app_claimless(tx->owner, shop, app, ret, e);
}

bool store_app_claimless_add(store_tx *tx, int64_t shop, str app, instant at, err *e)
{
    return tx->owner->ops->app_claimless_add(tx->owner, shop, app, at, e);
}
