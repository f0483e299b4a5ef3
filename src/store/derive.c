/*
 * What an order line does to the books, from its events alone or from the readings of a shop's order with our events
 * beside them. Protocol section 3: I4, I7, I8. Pure over rows: the same rows give the same effect, so verify calls it
 * too. A reading tells of units without a facility or a time of their own; when the first one did, units.c knows.
 *
 * D1 A facility loses what our events say it shipped or sold, and gets back what they say was returned to it, each as
 *    of its event.
 *
 * D2 Each such unit is one of those that Shopify told of, if there is any left: the oldest is the oldest that was told
 *    no earlier, for units leave before they are told; else, as clocks differ, any. The pair is one unit, and does what
 *    the event says. A unit that Shopify has not told of yet is open there, and is not open here.
 *
 * D3 A told unit that no event tells of left the facility that a physical channel or `ships_from` names, by the time it
 *    was told, or came back there; else it is queue demand, for nobody said which facility lost it. One that came back
 *    makes up for it until a count of any facility may have found it. Lost units leave where they were reserved.
 *
 * D4 A booking (a count of every facility) has lost the units that were told of by its `told_at`. Of our events those
 *    up to its `at` are of them before they are of any other: a late event of a unit that the counts have taken in
 *    moves no QOH, and so must not take an open unit away.
 *
 * D5 Open units stand where our side put them (domain/order.h, O2), else at the channel's own facility or in brokering.
 *
 * So the books promise no unit that is not there. Of the units told by any time, D2 pairs as many as it can: those that
 * are left over, each with a time no earlier than its own, are at most as many as left and that no event tells of. What
 * is paired in error leaves a unit open that is not, which promises less.
 */
#include "store/internal.h"

typedef struct derive_job {
    store_tx *tx;
    const store_line *line;
    const store_config *config;
    const line_effect *was; /* the effect so far: what had been told */
    arena *memory;
    line_effect *out;
    const order_event *events;
    size_t event_count;
    struct decided {
        decision_kind kind;
        str location;
        qty units, left; /* left: what no place has taken yet */
        instant at, told_at;
    } * decisions;
    size_t decision_count;
    struct own_units {
        const order_event *event;
        qty left; /* of no told unit */
    } * own;      /* one for each event that moved units at a facility; D1 */
    size_t own_count;
    struct told_units {
        const store_channel *channel;
        instant at, booked;   /* booked: the `at` of the booking that has them; INSTANT_NONE: none */
        qty left[TOLD_KINDS]; /* of no event of ours */
    } * told;
    size_t told_count;
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
    j->out->departed_at = e.queue[QUEUE_DEPARTED] ? e.departed_at : INSTANT_NONE;
    *ret_waiting = e.waiting;
}

/* -- from readings: our side -- */

static bool ships(const order_event *ev)
{
    return ev->facility && (ev->kind == EVENT_FULFILLED || ev->kind == EVENT_POS_SOLD);
}

static bool returns(const order_event *ev)
{
    return ev->facility && ev->kind == EVENT_RETURNED && ev->restock;
}

static void take_own(derive_job *j)
{
    j->own = ARENA_NEW(j->memory, struct own_units, j->event_count + 1);
    for (size_t i = 0; i < j->event_count; i++) {
        const order_event *ev = &j->events[i];
        if (!ships(ev) && !returns(ev))
            continue;
        j->own[j->own_count++] = (struct own_units){ev, ev->quantity};
        add_facility(j, ev->facility, ev->at, 0, ships(ev) ? ev->quantity : -ev->quantity);
    }
}

/* The oldest that happened by `limit` and has units left; NULL: none. */
static struct own_units *own_oldest(derive_job *j, bool returned, instant limit)
{
    struct own_units *oldest = NULL;
    for (size_t i = 0; i < j->own_count; i++) {
        struct own_units *o = &j->own[i];
        if (o->left > 0 && returns(o->event) == returned && o->event->at <= limit &&
            (!oldest || o->event->at < oldest->event->at))
            oldest = o;
    }
    return oldest;
}

/* -- from readings: places -- */

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

/* Unsure units in a channel: queue demand, but for those that were decided. Returns the ones that turned out gone. */
static qty place_unsure(derive_job *j, const store_channel *ch, str location, qty unsure)
{
    qty gone = take_decided(j, location, DECIDE_UNSURE_DEPARTED, unsure);
    qty there = take_decided(j, location, DECIDE_UNSURE_RELEASED, unsure - gone);
    add_queue(j, ch->id, QUEUE_UNSURE, unsure - gone - there);
    return gone;
}

/* Where our side or the channel has the line's open units; D5. 0: in *ret_queue. */
static int64_t standing(const derive_job *j, const store_channel *ch, queue_kind *ret_queue)
{
    int64_t home = ch->mode == CHANNEL_PHYSICAL ? ch->facility : 0;
    return domain_order_standing(j->events, j->event_count, home, ret_queue);
}

/* The one that units of a channel leave and come back to; 0: nobody says which. */
static int64_t facility_of(const store_channel *ch)
{
    return ch->mode == CHANNEL_PHYSICAL ? ch->facility : ch->ships_from;
}

static void place_open(derive_job *j, const store_channel *ch, qty open)
{
    queue_kind queue;
    int64_t facility = standing(j, ch, &queue);
    for (struct own_units *o; open > 0 && (o = own_oldest(j, /* returned= */ false, INT64_MAX));)
        open -= take(&o->left, open);
    if (facility)
        add_facility(j, facility, INSTANT_NONE, open, 0);
    else if (!MUTANT(no_demand))
        add_queue(j, ch->id, queue, open);
}

/* -- from readings: what Shopify told -- */

/* What a reading says of a channel's units that are not open any more. */
typedef struct channel_units {
    qty shipped, lost, returned;
} channel_units;

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
        bool mapped = config_channel_at(c, j->line->scope, p->location);
        qty shipped = p->departed + p->returned;
        here->shipped += shipped;
        /* What came back where nobody maps is not the channel's to sell, beyond what went from there. */
        here->returned += mapped ? p->returned : qty_min(p->returned, qty_max(0, shipped));
        here->lost += p->lost;
        if (mapped)
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

/* Units came back when the refund was made: the first one that the reading before did not know of. */
static instant returned_at(const derive_job *j, const reading_raw_line *l)
{
    instant known = j->was->read_at < j->out->read_at ? j->was->read_at : INSTANT_NONE;
    instant first = j->out->read_at;
    for (size_t i = 0; i < l->refund_count; i++)
        if (l->refunds[i].restocked && l->refunds[i].at > known && l->refunds[i].at < first)
            first = l->refunds[i].at;
    return first;
}

static bool books(const derive_job *j, const struct decided *d, const store_channel *ch)
{
    return d->kind == DECIDE_DEPARTED_BOOKED && channel_of(j, d->location) == ch;
}

/* The first reading tells of units that a booking before it named: they had left by then. */
static void tell_named(derive_job *j, store__units *told, const store_channel *ch, const channel_units *u)
{
    qty named = 0;
    instant by = INSTANT_NONE;
    for (size_t i = 0; i < j->decision_count; i++)
        if (books(j, &j->decisions[i], ch)) {
            named += j->decisions[i].units;
            by = qty_max(by, qty_min(j->decisions[i].told_at, j->out->read_at));
        }
    if (named == 0)
        return;
    qty shipped = qty_max(0, qty_min(named, u->shipped));
    store__units_set(j->memory, told, ch->id, TOLD_SHIPPED, shipped, by);
    store__units_set(j->memory, told, ch->id, TOLD_LOST, qty_min(named - shipped, u->lost), by);
    store__units_set(j->memory, told, ch->id, TOLD_RETURNED, u->returned, by);
}

/* Where no facility got them back by name, a count of any may have found them. */
static bool tell_returned(derive_job *j, store__units *told, const store_channel *ch, qty returned, instant at, err *e)
{
    store__counts counts = {.newest = INT64_MAX};
    qty before = store__units_told(told, ch->id, TOLD_UNFOUND) + store__units_told(told, ch->id, TOLD_RETURNED);
    if (returned > before && facility_of(ch) == 0 && !store__counts_of(j->tx, j->config, ch, j->line, &counts, e))
        return false;
    told_kind as = counts.newest < at ? TOLD_UNFOUND : TOLD_RETURNED;
    told_kind other = as == TOLD_UNFOUND ? TOLD_RETURNED : TOLD_UNFOUND;
    qty others = qty_min(store__units_told(told, ch->id, other), returned);
    store__units_set(j->memory, told, ch->id, other, others, at);
    store__units_set(j->memory, told, ch->id, as, returned - others, at);
    return true;
}

/* What the reading tells of, by its last change; without a newer reading a decision or a mapping tells of it, now. */
static bool tell(derive_job *j, const reading_line *r, const channel_units *gone, err *e)
{
    store__units told = store__units_of(j->memory, j->was);
    bool first = j->was->read_at == INSTANT_NONE, newer = j->was->read_at < j->out->read_at;
    instant by = newer ? j->out->read_at : qty_max(j->out->read_at, store_now(j->tx));
    for (size_t i = 0; i < j->config->channel_count; i++) {
        const store_channel *ch = &j->config->channels[i];
        if (first)
            tell_named(j, &told, ch, &gone[i]);
        store__units_set(j->memory, &told, ch->id, TOLD_SHIPPED, gone[i].shipped, by);
        store__units_set(j->memory, &told, ch->id, TOLD_LOST, gone[i].lost, by);
        if (!tell_returned(j, &told, ch, gone[i].returned, returned_at(j, &r->raw), e))
            return false;
    }
    store__units_write(&told, j->out);
    return true;
}

/* D4 */
static instant booked_at(const derive_job *j, const store_channel *ch, instant told)
{
    instant at = INSTANT_NONE;
    for (size_t i = 0; i < j->decision_count; i++)
        if (books(j, &j->decisions[i], ch) && told <= j->decisions[i].told_at && at < j->decisions[i].at)
            at = j->decisions[i].at;
    return at;
}

static void take_told(derive_job *j)
{
    j->told = ARENA_NEW(j->memory, struct told_units, j->out->told_count + 1);
    for (size_t i = 0; i < j->out->told_count; i++) {
        const effect_told *row = &j->out->told[i];
        struct told_units *t = &j->told[j->told_count];
        t->channel = config_channel(j->config, row->channel);
        t->at = row->at;
        t->booked = booked_at(j, t->channel, row->at);
        memcpy(t->left, row->units, sizeof t->left);
        j->told_count += t->channel != NULL;
    }
}

/* D2, D4: pairs units of a kind with ours; `strictly`, with those that had happened when they were told. */
static void pair(derive_job *j, told_kind kind, bool strictly)
{
    bool returned = kind >= TOLD_UNFOUND;
    for (size_t i = 0; i < j->told_count; i++) {
        struct told_units *t = &j->told[i];
        instant limit = t->booked != INSTANT_NONE ? t->booked : strictly ? t->at : INT64_MAX;
        for (struct own_units *o; t->left[kind] > 0 && (o = own_oldest(j, returned, limit));)
            t->left[kind] -= take(&o->left, t->left[kind]);
    }
}

/* Units that left a facility, or (0) nobody said which. */
static void place_gone(derive_job *j, const struct told_units *t, int64_t facility, qty units)
{
    if (facility) {
        add_facility(j, facility, t->at, 0, units);
    } else if (units > 0) {
        add_queue(j, t->channel->id, QUEUE_DEPARTED, units);
        j->out->departed_at = qty_max(j->out->departed_at, t->at);
    }
}

/* D3, D4: a booking of the channel says nothing of another facility that lost units there. */
static void place_told(derive_job *j, const struct told_units *t)
{
    queue_kind ignored;
    int64_t from = facility_of(t->channel), reserved_at = standing(j, t->channel, &ignored);
    int64_t lost_from = reserved_at ? reserved_at : from;
    qty back = from ? t->left[TOLD_UNFOUND] + t->left[TOLD_RETURNED] : 0;
    if (t->booked == INSTANT_NONE || lost_from != from)
        place_gone(j, t, lost_from, t->left[TOLD_LOST]);
    if (t->booked == INSTANT_NONE)
        place_gone(j, t, from, t->left[TOLD_SHIPPED] - back);
}

/* D3: what no count can have found makes up for what departed in its channel. */
static void make_up(derive_job *j)
{
    bool some = false;
    for (size_t n = 0; n < j->out->queue_count; n++) {
        effect_queue *q = &j->out->queues[n];
        for (size_t i = 0; i < j->told_count; i++)
            if (j->told[i].channel->id == q->channel)
                (void)take(&q->units[QUEUE_DEPARTED], j->told[i].left[TOLD_UNFOUND]);
        some |= q->units[QUEUE_DEPARTED] > 0;
    }
    if (!some)
        j->out->departed_at = INSTANT_NONE;
}

static bool from_reading_line(derive_job *j, const reading_line *r, err *e)
{
    out_room(j, /* facilities= */ 0, j->config->channel_count, r->place_count);
    channel_units *gone = gone_of(j, r);
    unsure_everywhere(j, r, gone);
    if (!tell(j, r, gone, e))
        return false;
    take_told(j);
    j->out->facilities = ARENA_NEW(j->memory, effect_facility, j->event_count + 2 * j->told_count + r->place_count + 1);
    take_own(j);
    for (int strictly = 1; strictly >= 0; strictly--) /* shipped before lost before open: Shopify's word for a unit */
        for (told_kind k = 0; k < TOLD_KINDS; k++)
            pair(j, k, strictly);
    for (size_t i = 0; i < j->told_count; i++)
        place_told(j, &j->told[i]);
    make_up(j);
    for (size_t i = 0; i < r->place_count; i++) {
        const reading_place *p = &r->places[i];
        const store_channel *ch = channel_of(j, p->location);
        if (ch)
            place_open(j, ch, p->open);
        if (p->claim != 0 && !str_empty(p->location))
            j->out->locations[j->out->location_count++] = (effect_location){p->location, p->claim};
    }
    return true;
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

static bool from_reading(derive_job *j, err *e)
{
    const reading *r = reading_of(j->tx, j->line, e);
    if (!r)
        return false;
    j->out->read_at = r->raw.updated_at;
    for (size_t i = 0; i < r->line_count; i++)
        if (str_equal(r->lines[i].raw.id, j->line->line))
            return from_reading_line(j, &r->lines[i], e);
    return true; /* a line that is gone from the order does nothing any more */
}

static bool take_decisions(derive_job *j, err *e)
{
    store_decision *rows;
    if (!store_decisions_of(j->tx, j->line->id, j->memory, &rows, &j->decision_count, e))
        return false;
    j->decisions = ARENA_NEW(j->memory, struct decided, j->decision_count + 1);
    for (size_t i = 0; i < j->decision_count; i++)
        j->decisions[i] =
            (struct decided){rows[i].kind, rows[i].location, rows[i].units, rows[i].units, rows[i].at, rows[i].told_at};
    return true;
}

bool store__line_derive(store_tx *tx, const store_line *l, const line_effect *was, arena *a, line_effect *ret,
                        bool *ret_waiting, err *e)
{
    derive_job j = {.tx = tx, .line = l, .was = was, .memory = a, .out = ret};
    order_event *events;
    if (!store_config_get(tx, &j.config, e) || !store_events_of(tx, l->id, a, &events, &j.event_count, e) ||
        !take_decisions(&j, e))
        return false;
    j.events = events;
    *ret = (line_effect){.read_at = INSTANT_NONE, .departed_at = INSTANT_NONE};
    *ret_waiting = false;
    if (l->from_reading)
        return from_reading(&j, e);
    from_events(&j, config_channel(j.config, l->channel), ret_waiting);
    return true;
}
