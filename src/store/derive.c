/*
 * What an order line does to the books, from its events alone or from the reading of a shop's order with our events
 * beside it. Protocol section 3: I4, I7, I8. Pure over rows: the same rows give the same effect, so verify calls it
 * too. With a reading:
 *
 * D1 A facility loses what our events say it shipped or sold, and gets back what they say was returned to it, each as
 *    of its event. The reading tells of the same units without a facility, so our events pay for those it tells of:
 *    shipments for what departed, then lost, then is open still (Shopify has not been told); returns for what came
 * back. D2 Booked units are paid for already. A shipment that a count took in, though it was told here later, is one of
 * them and pays for nothing else: its facility's QOH does not fall a second time. D3 What is left departed is gone from
 * the facility that a physical channel or `ships_from` names, below 0 where more came back than went; else it is queue
 * demand, at least 0. Lost units leave the facility they were reserved at. D4 Open units stand where our side put them
 * (domain/order.h, O2), else at the channel's own facility or in brokering.
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
    struct decided {
        decision_kind kind;
        str location;
        qty units, left; /* left: what no place has taken yet */
        instant at;
        int64_t seen_event;
    } * decisions;
    size_t decision_count;
} derive_job;

static void add_facility(derive_job *j, int64_t facility, instant at, qty reserved, qty gone)
{
    line_effect *f = j->out;
    if (reserved == 0 && gone == 0)
        return;
    for (size_t i = 0; i < f->facility_count; i++)
        if (f->facilities[i].facility == facility && f->facilities[i].at == at) {
            f->facilities[i].reserved += reserved;
            f->facilities[i].gone += gone;
            return;
        }
    f->facilities[f->facility_count++] =
        (effect_facility){.facility = facility, .at = at, .reserved = reserved, .gone = gone};
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
        add_facility(j, e.facilities[i].facility, e.facilities[i].at, e.facilities[i].reserved, e.facilities[i].gone);
    for (size_t i = 0; i < j->decision_count; i++) /* whatever location they name: the line has one channel */
        if (j->decisions[i].kind == DECIDE_DEPARTED_BOOKED)
            e.queue[QUEUE_DEPARTED] -= take(&j->decisions[i].left, e.queue[QUEUE_DEPARTED]);
    for (queue_kind k = 0; k < QUEUE_KINDS; k++)
        add_queue(j, j->line->channel, k, e.queue[k]);
    for (size_t i = 0; i < e.location_count; i++)
        j->out->locations[j->out->location_count++] = e.locations[i];
    j->out->left_at = e.departed_at;
    *ret_waiting = e.waiting;
}

/* -- from a reading -- */

/* Units that our events moved at facilities, and that no unit of the reading has accounted for yet; D1. */
typedef struct own_side {
    qty shipped, returned;
} own_side;

static bool ships(const order_event *ev)
{
    return ev->facility && (ev->kind == EVENT_FULFILLED || ev->kind == EVENT_POS_SOLD);
}

static bool returns(const order_event *ev)
{
    return ev->facility && ev->kind == EVENT_RETURNED && ev->restock;
}

/* Units of a shipment that counts had taken in before it was told here, each booked unit once; D2. */
static qty take_counted(derive_job *j, const order_event *ev)
{
    qty sum = 0;
    for (size_t i = 0; i < j->decision_count; i++) {
        struct decided *d = &j->decisions[i];
        if (d->kind == DECIDE_DEPARTED_BOOKED && ev->arrival > d->seen_event && ev->at != INSTANT_NONE &&
            ev->at <= d->at)
            sum += take(&d->left, ev->quantity - sum);
    }
    return sum;
}

static own_side own_side_of(derive_job *j)
{
    own_side own = {0};
    for (size_t i = 0; i < j->event_count; i++) {
        const order_event *ev = &j->events[i];
        if (ships(ev))
            own.shipped += ev->quantity - take_counted(j, ev);
        else if (returns(ev))
            own.returned += ev->quantity;
        if (ships(ev) || returns(ev))
            add_facility(j, ev->facility, ev->at, 0, ships(ev) ? ev->quantity : -ev->quantity);
    }
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

/* Up to `most` units that decisions of a kind name at a location, each unit once. */
static qty take_decided(derive_job *j, str location, decision_kind kind, qty most)
{
    qty sum = 0;
    for (size_t i = 0; i < j->decision_count; i++)
        if (j->decisions[i].kind == kind && str_equal(j->decisions[i].location, location))
            sum += take(&j->decisions[i].left, most - sum);
    return sum;
}

/* Departed units that our books have lost by now. A decision covers every place of its location's channel. */
static qty booked_in(const derive_job *j, const store_channel *ch)
{
    qty sum = 0;
    for (size_t i = 0; i < j->decision_count; i++)
        if (j->decisions[i].kind == DECIDE_DEPARTED_BOOKED && channel_of(j, j->decisions[i].location) == ch)
            sum += j->decisions[i].units;
    return sum;
}

/* Unsure units in a channel: queue demand, but for those that were decided. Returns the ones that turned out gone. */
static qty place_unsure(derive_job *j, const store_channel *ch, str location, qty unsure)
{
    qty gone = take_decided(j, location, DECIDE_UNSURE_DEPARTED, unsure);
    qty there = take_decided(j, location, DECIDE_UNSURE_RELEASED, unsure - gone);
    add_queue(j, ch->id, QUEUE_UNSURE, unsure - gone - there);
    return gone;
}

/* Where our side or the channel has the line's open units; D4. 0: in *ret_queue. */
static int64_t standing(const derive_job *j, const store_channel *ch, queue_kind *ret_queue)
{
    int64_t home = ch->mode == CHANNEL_PHYSICAL ? ch->facility : 0;
    return domain_order_standing(j->events, j->event_count, home, ret_queue);
}

/* What a reading says of a channel's units that are not open any more. */
typedef struct channel_units {
    qty shipped, lost, returned;
} channel_units;

static void place_gone(derive_job *j, const store_channel *ch, channel_units u, own_side *own)
{
    queue_kind ignored;
    int64_t from = ch->mode == CHANNEL_PHYSICAL ? ch->facility : ch->ships_from;
    int64_t reserved_at = standing(j, ch, &ignored);
    qty unpaid = u.shipped + u.lost - booked_in(j, ch);
    unpaid -= take(&own->shipped, unpaid);
    qty lost = reserved_at ? qty_max(0, qty_min(u.lost, unpaid)) : 0;
    qty departed = unpaid - lost - (u.returned - take(&own->returned, u.returned));
    add_facility(j, reserved_at, INSTANT_NONE, 0, lost);
    if (from)
        add_facility(j, from, INSTANT_NONE, 0, departed);
    else
        add_queue(j, ch->id, QUEUE_DEPARTED, qty_max(0, departed)); /* which facility got them back, nobody said */
}

static void place_open(derive_job *j, const store_channel *ch, qty open, own_side *own)
{
    queue_kind queue;
    int64_t facility = standing(j, ch, &queue);
    open -= take(&own->shipped, open);
    if (facility)
        add_facility(j, facility, INSTANT_NONE, open, 0);
    else
        add_queue(j, ch->id, queue, open);
}

/* What left each channel, by its index in the configuration. */
static channel_units *gone_of(derive_job *j, const reading_line *r)
{
    const store_config *c = j->config;
    channel_units *gone = ARENA_NEW(j->memory, channel_units, c->channel_count + 1);
    for (size_t i = 0; i < r->place_count; i++) {
        const reading_place *p = &r->places[i];
        const store_channel *ch = channel_of(j, p->location);
        if (!ch)
            continue;
        channel_units *here = &gone[ch - c->channels];
        here->shipped += p->departed + p->returned;
        here->returned += p->returned;
        here->lost += p->lost;
        if (config_channel_at(c, j->line->scope, p->location))
            here->lost += place_unsure(j, ch, p->location, p->unsure);
        else if (!str_empty(p->location))
            here->lost += p->unsure; /* unmapped: no reading of S can ever tell; I4 */
    }
    return gone;
}

/* Units that ended before they were routed, at no location that was told: unsure in every channel of the shop; I6. */
static void unsure_everywhere(derive_job *j, const reading_line *r, channel_units *gone)
{
    const store_config *c = j->config;
    for (size_t i = 0; i < r->place_count; i++)
        for (size_t n = 0; n < c->channel_count && str_empty(r->places[i].location); n++)
            if (c->channels[n].shop == j->line->scope && !str_empty(c->channels[n].location))
                gone[n].lost += place_unsure(j, &c->channels[n], c->channels[n].location, r->places[i].unsure);
}

/* The channel with the lowest id above `after`: an order that a new name does not change. */
static const store_channel *channel_after(const store_config *c, int64_t after)
{
    const store_channel *next = NULL;
    for (size_t i = 0; i < c->channel_count; i++)
        if (c->channels[i].id > after && (!next || c->channels[i].id < next->id))
            next = &c->channels[i];
    return next;
}

static void from_reading_line(derive_job *j, const reading_line *r)
{
    size_t channels = j->config->channel_count;
    out_room(j, j->event_count + r->place_count + 2 * channels, r->place_count + 2 * channels, r->place_count);
    own_side own = own_side_of(j);
    for (size_t i = 0; i < r->place_count; i++)
        if (r->places[i].claim != 0 && !str_empty(r->places[i].location))
            j->out->locations[j->out->location_count++] =
                (effect_location){.location = r->places[i].location, .available = r->places[i].claim};
    channel_units *gone = gone_of(j, r);
    unsure_everywhere(j, r, gone);
    for (const store_channel *ch = channel_after(j->config, 0); ch; ch = channel_after(j->config, ch->id))
        place_gone(j, ch, gone[ch - j->config->channels], &own);
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
    j.decisions = ARENA_NEW(a, struct decided, j.decision_count + 1);
    for (size_t i = 0; i < j.decision_count; i++)
        j.decisions[i] = (struct decided){decisions[i].kind,  decisions[i].location, decisions[i].units,
                                          decisions[i].units, decisions[i].at,       decisions[i].seen_event};
    *ret = (line_effect){.left_at = INSTANT_NONE};
    *ret_waiting = false;
    if (!l->from_reading) {
        from_events(&j, config_channel(j.config, l->channel), ret_waiting);
        return true;
    }
    const reading *r = reading_of(tx, l, e);
    if (!r)
        return false;
    ret->left_at = r->raw.updated_at;
    for (size_t i = 0; i < r->line_count; i++)
        if (str_equal(r->lines[i].raw.id, l->line)) {
            from_reading_line(&j, &r->lines[i]);
            return true;
        }
    out_room(&j, 0, 0, 0);
    return true; /* the line is gone from the order: it does nothing any more */
}
