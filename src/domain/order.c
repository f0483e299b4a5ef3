/*
 * What the set of a line's events comes to. No event is applied to a state that another one left: sums and the newest
 * of each kind are taken over the whole set, so arrival decides only where no `seq` does.
 *
 * O1 Without a `placed` nothing applies but `pos_sold`, and a `returned` beside it: it came back from that sale. Every
 *    other event waits, and waits with its effect on Shopify's available, too.
 * O2 A line stands in one place with all of its open units: where the newest allocation or release put it, else where
 *    the newest `placed` did. Several `placed` add up. Newest: highest seq, then arrival. A `placed` that names both a
 *    facility and a queue stands at the facility; an allocation that names no facility leaves the line queued.
 * O3 Shipped goes before cancelled, and lost before restocked, where the numbers exceed what was placed: a cancellation
 *    moves no unit that was shipped, and of those it can mean the lost ones count first, as too little is promised
 *    rather than too much.
 * O4 What a facility lost or got back is a fact whatever was placed: `fulfilled`, `returned` and `pos_sold` move their
 *    whole quantity at the facility they name. So do all events from the shop on Shopify's available.
 * O5 Shipped units without a facility leave the one they are reserved at; queued ones depart, until shipments that name
 *    a facility have taken their place in what was placed (protocol I8). Cancelled without restock: the same.
 *    Each of them leaves as of its own event, in the order they came.
 * O6 A return to no facility goes to the channel's own, if it has one, else nowhere: nobody can count it there.
 */
#include "domain/order.h"
#include "domain/atp.h"
#include "domain/internal.h"

/* clang-format off */
static const char *const EVENT_KIND_NAMES[] = {
    [EVENT_PLACED] = "placed",
    [EVENT_ALLOCATED] = "allocated",
    [EVENT_RELEASED] = "released",
    [EVENT_FULFILLED] = "fulfilled",
    [EVENT_CANCELLED] = "cancelled",
    [EVENT_RETURNED] = "returned",
    [EVENT_POS_SOLD] = "pos_sold",
};
/* clang-format on */
_Static_assert(COUNT(EVENT_KIND_NAMES) == EVENT_KINDS, "an event kind has no name");

const char *event_kind_name(event_kind k)
{
    CHECK(k < EVENT_KINDS);
    return EVENT_KIND_NAMES[k];
}

bool event_kind_parse(str name, event_kind *ret)
{
    int i = domain__name_index(EVENT_KIND_NAMES, EVENT_KINDS, name);
    if (i >= 0)
        *ret = (event_kind)i;
    return i >= 0;
}

/* The set in a few words. */
typedef struct line_facts {
    const order_event *placed, *moved; /* the newest of each; NULL: none */
    qty ordered;
    qty shipped_named, shipped_unnamed; /* with and without a facility */
    qty lost, restocked;                /* cancelled, without and with restock */
    bool sold, waits;                   /* some pos_sold; some event that needs `placed` even beside one */
} line_facts;

static void add(qty *to, qty units)
{
    CHECK(qty_add(*to, units, to));
}

static const order_event *newest(const order_event *a, const order_event *b)
{
    return !a || b->seq > a->seq || (b->seq == a->seq && b->arrival > a->arrival) ? b : a;
}

static line_facts facts_of(const order_event *events, size_t count)
{
    line_facts l = {0};
    bool returned = false;
    for (size_t i = 0; i < count; i++) {
        const order_event *ev = &events[i];
        CHECK(ev->quantity > 0);
        CHECK(ev->quantity <= ATP_BALANCE_MAX);
        switch (ev->kind) {
        case EVENT_PLACED:
            l.placed = newest(l.placed, ev);
            add(&l.ordered, ev->quantity);
            break;
        case EVENT_ALLOCATED:
        case EVENT_RELEASED:
            l.moved = newest(l.moved, ev);
            break;
        case EVENT_FULFILLED:
            add(ev->facility ? &l.shipped_named : &l.shipped_unnamed, ev->quantity);
            break;
        case EVENT_CANCELLED:
            add(ev->restock ? &l.restocked : &l.lost, ev->quantity);
            break;
        case EVENT_RETURNED:
            returned = true;
            break;
        case EVENT_POS_SOLD:
            l.sold = true;
            break;
        case EVENT_KINDS:
            CHECK(ev->kind != EVENT_KINDS);
        }
    }
    l.waits = l.moved || l.shipped_named || l.shipped_unnamed || l.lost || l.restocked || (returned && !l.sold);
    return l;
}

static bool applies(const line_facts *l, event_kind k)
{
    return l->placed || k == EVENT_POS_SOLD || (k == EVENT_RETURNED && l->sold); /* O1 */
}

static bool before(const effect_facility *f, int64_t facility, instant at)
{
    return f->facility < facility || (f->facility == facility && f->at < at);
}

static effect_facility *facility_slot(order_effect *f, int64_t facility, instant at)
{
    size_t n = 0;
    while (n < f->facility_count && before(&f->facilities[n], facility, at))
        n++;
    effect_facility *slot = &f->facilities[n];
    if (n < f->facility_count && slot->facility == facility && slot->at == at)
        return slot;
    memmove(slot + 1, slot, (f->facility_count++ - n) * sizeof *slot);
    *slot = (effect_facility){.facility = facility, .at = at};
    return slot;
}

static effect_location *location_slot(order_effect *f, str location)
{
    size_t n = 0;
    while (n < f->location_count && str_compare(f->locations[n].location, location) < 0)
        n++;
    effect_location *slot = &f->locations[n];
    if (n < f->location_count && str_equal(slot->location, location))
        return slot;
    memmove(slot + 1, slot, (f->location_count++ - n) * sizeof *slot);
    *slot = (effect_location){.location = location};
    return slot;
}

/* Units that left the line by an event: from a facility, or (0) nobody said from where. */
static void place_left(order_effect *f, int64_t facility, const order_event *ev, qty units)
{
    if (facility) {
        add(&facility_slot(f, facility, ev->at)->gone, units);
    } else if (units > 0) {
        add(&f->queue[QUEUE_DEPARTED], units);
        f->departed_at = f->departed_at < ev->at ? ev->at : f->departed_at;
    }
}

/* What Shopify's available has done for this event. */
static qty available_of(const order_event *ev)
{
    if (ev->kind == EVENT_PLACED || ev->kind == EVENT_POS_SOLD)
        return -ev->quantity;
    if ((ev->kind == EVENT_CANCELLED || ev->kind == EVENT_RETURNED) && ev->restock)
        return ev->quantity;
    return 0;
}

/* The parts that an event has by itself, whatever became of the line; O4. */
static void place_event(order_effect *f, const order_event *ev, int64_t home)
{
    int64_t facility = ev->facility || ev->kind == EVENT_FULFILLED ? ev->facility : home;
    if (ev->kind == EVENT_POS_SOLD || (ev->kind == EVENT_FULFILLED && facility))
        place_left(f, facility, ev, ev->quantity);
    else if (ev->kind == EVENT_RETURNED && ev->restock && facility)
        place_left(f, facility, ev, -ev->quantity);
    if (ev->shop_origin && available_of(ev) != 0)
        add(&location_slot(f, ev->location)->available, available_of(ev));
}

/* Where the line stands; O2. Facility 0: in *ret_queue. */
static int64_t standing(const line_facts *l, int64_t home, queue_kind *ret_queue)
{
    const order_event *placed = l->placed, *moved = l->moved;
    *ret_queue = placed && placed->queue >= 0 ? (queue_kind)placed->queue : QUEUE_BROKERING;
    if (moved && moved->kind == EVENT_RELEASED && moved->queue >= 0)
        *ret_queue = (queue_kind)moved->queue;
    if (moved)
        return moved->kind == EVENT_ALLOCATED ? moved->facility : 0;
    return placed && (placed->facility || placed->queue >= 0) ? placed->facility : home;
}

int64_t domain_order_standing(const order_event *events, size_t count, int64_t home, queue_kind *ret_queue)
{
    line_facts l = facts_of(events, count);
    return standing(&l, home, ret_queue);
}

/* The open units where the line stands, and those that left it without a facility of their own; O3, O5. */
static void place_line(order_effect *f, const order_event *events, size_t count, const line_facts *l, int64_t home)
{
    qty unshipped = qty_max(0, l->ordered - l->shipped_named);
    qty left = qty_min(unshipped, l->shipped_unnamed + l->lost);
    queue_kind queue;
    int64_t facility = standing(l, home, &queue);
    f->open = qty_max(0, unshipped - left - l->restocked);
    CHECK(queue < QUEUE_KINDS);
    add(facility ? &facility_slot(f, facility, INSTANT_NONE)->reserved : &f->queue[queue], f->open);
    for (size_t i = 0; i < count && left > 0; i++) {
        const order_event *ev = &events[i];
        if ((ev->kind != EVENT_FULFILLED || ev->facility) && (ev->kind != EVENT_CANCELLED || ev->restock))
            continue;
        qty units = qty_min(left, ev->quantity);
        place_left(f, facility, ev, units);
        left -= units;
    }
}

void domain_order_effect(arena *a, const order_event *events, size_t count, int64_t home, order_effect *ret)
{
    line_facts l = facts_of(events, count);
    order_effect f = {
        .facilities = ARENA_NEW(a, effect_facility, count + 1),
        .departed_at = INSTANT_NONE,
        .locations = ARENA_NEW(a, effect_location, count + 1),
        .waiting = !l.placed && l.waits,
    };
    for (size_t i = 0; i < count; i++)
        if (applies(&l, events[i].kind))
            place_event(&f, &events[i], home);
    if (l.placed)
        place_line(&f, events, count, &l, home);
    *ret = f;
}
