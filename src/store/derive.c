/*
 * What an order line does to the books, from its events alone or from the reading of a shop's order with our events
 * beside it. Protocol section 3: I4, I7, I8. Pure over rows: the same rows give the same effect, so verify calls it
 * too.
 */
#include "store/internal.h"

typedef struct derive_job {
    store_tx *tx;
    const store_line *line;
    const store_config *config;
    arena *memory;
    line_effect *out;
    const order_event *events;
    size_t event_count;
    store_decision *decisions; /* `units` of those of departed units: what no place has taken yet */
    size_t decision_count;
} derive_job;

static void add_facility(derive_job *j, int64_t facility, qty reserved, qty gone)
{
    line_effect *f = j->out;
    if (reserved == 0 && gone == 0)
        return;
    for (size_t i = 0; i < f->facility_count; i++)
        if (f->facilities[i].facility == facility) {
            f->facilities[i].reserved += reserved;
            f->facilities[i].gone += gone;
            return;
        }
    f->facilities[f->facility_count++] = (effect_facility){.facility = facility, .reserved = reserved, .gone = gone};
}

static void add_queue(derive_job *j, int64_t channel, queue_kind kind, qty units)
{
    line_effect *f = j->out;
    if (units == 0)
        return;
    for (size_t i = 0; i < f->queue_count; i++)
        if (f->queues[i].channel == channel) {
            f->queues[i].units[kind] += units;
            return;
        }
    f->queues[f->queue_count] = (effect_queue){.channel = channel};
    f->queues[f->queue_count++].units[kind] = units;
}

static qty decided(const derive_job *j, str location, decision_kind kind)
{
    qty sum = 0;
    for (size_t i = 0; i < j->decision_count; i++)
        if (j->decisions[i].kind == kind && str_equal(j->decisions[i].location, location))
            sum += j->decisions[i].units;
    return sum;
}

static qty take(qty *from, qty most)
{
    qty n = qty_max(0, qty_min(*from, most));
    *from -= n;
    return n;
}

static void out_room(derive_job *j, size_t facilities, size_t queues, size_t locations)
{
    j->out->facilities = ARENA_NEW(j->memory, effect_facility, facilities + 1);
    j->out->queues = ARENA_NEW(j->memory, effect_queue, queues + 1);
    j->out->locations = ARENA_NEW(j->memory, effect_location, locations + 1);
}

static void from_events(derive_job *j, const store_channel *ch, bool *ret_waiting)
{
    order_effect e;
    domain_order_effect(j->memory, j->events, j->event_count, ch && ch->mode == CHANNEL_PHYSICAL ? ch->facility : 0,
                        &e);
    out_room(j, e.facility_count, 1, e.location_count);
    for (size_t i = 0; i < e.facility_count; i++)
        add_facility(j, e.facilities[i].facility, e.facilities[i].reserved, e.facilities[i].gone);
    for (size_t i = 0; i < j->decision_count; i++) /* whatever location they name: the line has one channel */
        if (j->decisions[i].kind == DECIDE_DEPARTED_BOOKED)
            e.queue[QUEUE_DEPARTED] -= take(&j->decisions[i].units, e.queue[QUEUE_DEPARTED]);
    for (queue_kind k = 0; k < QUEUE_KINDS; k++)
        add_queue(j, j->line->channel, k, e.queue[k]);
    for (size_t i = 0; i < e.location_count; i++)
        j->out->locations[j->out->location_count++] = e.locations[i];
    *ret_waiting = e.waiting;
}

/* -- from a reading -- */

/* What our own side did to the line: where its open units are allocated, and what left which facility. */
typedef struct own_side {
    int64_t allocated; /* facility; 0: none */
    qty fulfilled;     /* by events that name a facility: they cover departed units first, then open ones */
} own_side;

static own_side own_side_of(const derive_job *j)
{
    own_side own = {0};
    const order_event *newest = NULL;
    for (size_t i = 0; i < j->event_count; i++) {
        const order_event *ev = &j->events[i];
        if (ev->kind == EVENT_FULFILLED && ev->facility)
            own.fulfilled += ev->quantity;
        if (ev->kind != EVENT_ALLOCATED && ev->kind != EVENT_RELEASED)
            continue;
        if (!newest || ev->seq > newest->seq || (ev->seq == newest->seq && ev->arrival > newest->arrival))
            newest = ev;
    }
    if (newest && newest->kind == EVENT_ALLOCATED)
        own.allocated = newest->facility;
    return own;
}

/* The channel whose books take the units at a location; NULL: nobody's (unmapped_orders: ignore). */
static const store_channel *channel_of(const derive_job *j, str location)
{
    const store_channel *ch = config_channel_at(j->config, j->line->scope, location);
    const store_shop *shop = config_shop(j->config, j->line->scope);
    if (!ch && shop && !shop->unmapped_ignore)
        ch = config_channel_unmapped(j->config, j->line->scope);
    return ch;
}

/* Departed units that our books have lost by now. A decision covers every place of its location's channel. */
static qty booked(derive_job *j, const store_channel *ch, qty departed)
{
    qty sum = 0;
    for (size_t i = 0; i < j->decision_count; i++)
        if (j->decisions[i].kind == DECIDE_DEPARTED_BOOKED && channel_of(j, j->decisions[i].location) == ch)
            sum += take(&j->decisions[i].units, departed - sum);
    return sum;
}

static void place_gone(derive_job *j, const store_channel *ch, qty departed, own_side *own)
{
    departed -= take(&own->fulfilled, departed); /* our books lost these by an event */
    if (ch->mode == CHANNEL_PHYSICAL)
        add_facility(j, ch->facility, 0, departed);
    else if (ch->ships_from)
        add_facility(j, ch->ships_from, 0, departed);
    else
        add_queue(j, ch->id, QUEUE_DEPARTED, departed);
}

static void place_open(derive_job *j, const store_channel *ch, qty open, own_side *own)
{
    open -= take(&own->fulfilled, open); /* shipped by our side, Shopify has not been told yet */
    if (ch->mode == CHANNEL_PHYSICAL)
        add_facility(j, ch->facility, open, 0);
    else if (own->allocated)
        add_facility(j, own->allocated, open, 0);
    else
        add_queue(j, ch->id, QUEUE_BROKERING, open);
}

static void from_reading_line(derive_job *j, const reading_line *r)
{
    own_side own = own_side_of(j);
    out_room(j, j->event_count + 2 * r->place_count, r->place_count, r->place_count);
    for (size_t i = 0; i < j->event_count; i++)
        if (j->events[i].kind == EVENT_FULFILLED && j->events[i].facility)
            add_facility(j, j->events[i].facility, 0, j->events[i].quantity);
    for (size_t i = 0; i < r->place_count; i++) {
        const reading_place *p = &r->places[i];
        if (p->claim != 0)
            j->out->locations[j->out->location_count++] =
                (effect_location){.location = p->location, .available = p->claim};
        const store_channel *ch = channel_of(j, p->location);
        if (!ch)
            continue;
        qty gone = p->departed + p->lost + decided(j, p->location, DECIDE_UNSURE_DEPARTED);
        gone -= booked(j, ch, gone);
        qty unsure = p->unsure - decided(j, p->location, DECIDE_UNSURE_DEPARTED) -
                     decided(j, p->location, DECIDE_UNSURE_RELEASED);
        place_gone(j, ch, qty_max(0, gone), &own);
        add_queue(j, ch->id, QUEUE_UNSURE, qty_max(0, unsure));
    }
    for (size_t i = 0; i < r->place_count; i++) { /* after all departed units: shipped units cover those first */
        const store_channel *ch = channel_of(j, r->places[i].location);
        if (ch)
            place_open(j, ch, r->places[i].open, &own);
    }
}

/* The stored reading of the line's order; NULL: failed. Lives until another order's is asked for, or stored again. */
static const reading *reading_of(store_tx *tx, const store_line *l, err *e)
{
    store_reading row;
    bool some;
    if (tx->reading && tx->reading_shop == l->scope && str_equal(tx->reading_order, l->order))
        return tx->reading;
    store__reading_forget(tx);
    arena *a = tx->reading_memory;
    if (!store_reading_get(tx, l->scope, l->order, a, &row, &some, e))
        return NULL;
    if (!some)
        ERR(e, ERR_CORRUPT, "order %.*s has lines but no reading", STR_ARG(l->order));
    else if (!domain_reading_parse(a, row.json, &tx->reading, e))
        (void)err_wrap(e, "the reading of order %.*s", STR_ARG(l->order));
    tx->reading_shop = l->scope;
    tx->reading_order = row.order;
    return tx->reading;
}

void store__reading_forget(store_tx *tx)
{
    tx->reading = NULL;
    arena_clear(tx->reading_memory);
}

bool store__line_derive(store_tx *tx, const store_line *l, arena *a, line_effect *ret, bool *ret_waiting, err *e)
{
    derive_job j = {.tx = tx, .line = l, .memory = a, .out = ret};
    order_event *events;
    store_decision *decisions;
    if (!store_config_get(tx, &j.config, e) || !store_events_of(tx, l->id, a, &events, &j.event_count, e) ||
        !store_decisions_of(tx, l->id, a, &decisions, &j.decision_count, e))
        return false;
    j.events = events;
    j.decisions = decisions;
    *ret = (line_effect){0};
    *ret_waiting = false;
    if (!l->from_reading) {
        from_events(&j, config_channel(j.config, l->channel), ret_waiting);
        return true;
    }
    const reading *r = reading_of(tx, l, e);
    if (!r)
        return false;
    for (size_t i = 0; i < r->line_count; i++)
        if (str_equal(r->lines[i].raw.id, l->line)) {
            from_reading_line(&j, &r->lines[i]);
            return true;
        }
    out_room(&j, 0, 0, 0);
    return true; /* the line is gone from the order: it does nothing any more */
}
