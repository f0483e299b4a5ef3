/*
 * One read of an order line in sums. Shopify tells quantities in four lists that need not agree at every moment; here
 * they become one account, in which no number is negative and a contradiction claims less rather than more.
 */
#include "domain/reading_state.h"

size_t domain__place(arena *a, place_list *places, str location)
{
    for (size_t i = 0; i < places->count; i++)
        if (str_equal(places->at[i].location, location))
            return i;
    vec_push(a, places)->location = location;
    return places->count - 1;
}

static qty sane(qty units)
{
    return qty_max(0, qty_min(units, READING_UNITS_MAX));
}

static qty clamp(qty units, qty most)
{
    return qty_max(0, qty_min(units, most));
}

qty domain__reading_open(const reading_fo_line *f)
{
    return f->closed ? 0 : clamp(f->remaining, sane(f->total));
}

qty domain__reading_held(const reading_fo_line *f)
{
    qty total = sane(f->total);
    return f->closed ? total - clamp(f->remaining, total) : total;
}

/* Where it was shipped from, when the fulfilment does not tell: the till, or the one place it can have been. */
static str shipped_from(const reading_raw *order, const reading_raw_line *l, str location)
{
    if (!str_empty(location))
        return location;
    if (order->pos && !str_empty(order->retail_location))
        return order->retail_location;
    for (size_t i = 0; i < l->fo_count; i++)
        if (!str_equal(l->fulfilment_orders[i].location, l->fulfilment_orders[0].location))
            return location;
    return l->fo_count ? l->fulfilment_orders[0].location : location;
}

/* A sale at the till that is over and has no fulfilment order: its goods went over the counter. */
static bool taken_away(const reading_raw *order, const reading_raw_line *l)
{
    return order->pos && order->closed && !order->cancelled && l->fo_count == 0 && !str_empty(order->retail_location);
}

/* Whether the refund line tells what became of its units; an unshipped or shipped unit that came back came to a place.
 */
static bool tells(const reading_refund *r)
{
    if (r->type == REFUND_NO_RESTOCK)
        return !r->restocked;
    if (r->type == REFUND_LEGACY && !r->restocked)
        return true;
    return r->restocked && !str_empty(r->location);
}

static bool restocks(const reading_refund *r)
{
    return tells(r) && r->restocked;
}

void domain__reading_name(arena *a, place_list *places, const reading_raw *order, const reading_raw_line *l)
{
    for (size_t i = 0; i < l->fo_count; i++)
        domain__place(a, places, l->fulfilment_orders[i].location);
    for (size_t i = 0; i < l->fulfilled_count; i++)
        domain__place(a, places, shipped_from(order, l, l->fulfilled[i].location));
    if (taken_away(order, l))
        domain__place(a, places, order->retail_location);
    for (size_t i = 0; i < l->refund_count; i++)
        if (restocks(&l->refunds[i]))
            domain__place(a, places, l->refunds[i].location);
}

static void add_refunds(reading_state *s, arena *a, place_list *places, const reading_raw_line *l)
{
    qty recorded = 0;
    for (size_t i = 0; i < l->refund_count; i++) {
        const reading_refund *r = &l->refunds[i];
        qty units = sane(r->units);
        recorded += units;
        if (r->type == REFUND_RETURN)
            s->returned += units;
        if (!tells(r))
            s->untold += units;
        else if (r->restocked && r->type == REFUND_CANCEL) {
            s->spots[domain__place(a, places, r->location)].cancelled += units;
            s->cancelled_sure += units;
        } else if (r->restocked) {
            s->spots[domain__place(a, places, r->location)].returned += units;
            s->returned_sure += units;
        }
    }
    s->untold += qty_max(0, s->removed - recorded);
}

static void add_up(reading_state *s, size_t places)
{
    s->open = s->shipped = 0;
    for (size_t i = 0; i < places; i++) {
        s->open += s->spots[i].open;
        s->shipped += s->spots[i].shipped;
    }
}

/* A unit that is told twice stands at one of two places: each counts only what is there for certain. */
static void drop_excess(reading_state *s, size_t places)
{
    qty excess = s->open + s->shipped - s->ordered;
    if (excess <= 0)
        return;
    s->contradicts = true;
    for (size_t i = 0; i < places; i++) {
        qty open = qty_min(excess, s->spots[i].open);
        s->spots[i].open -= open;
        s->spots[i].shipped = qty_max(0, s->spots[i].shipped - (excess - open));
    }
    add_up(s, places);
}

reading_state domain__reading_sum(arena *a, place_list *places, const reading_raw *order, const reading_raw_line *l)
{
    reading_state s = {.ordered = sane(l->ordered), .spots = ARENA_NEW(a, reading_spot, places->count + 1)};
    s.removed = s.ordered - clamp(l->current, s.ordered);
    add_refunds(&s, a, places, l);
    for (size_t i = 0; i < l->fo_count; i++) {
        const reading_fo_line *f = &l->fulfilment_orders[i];
        s.spots[domain__place(a, places, f->location)].open += domain__reading_open(f);
        s.held += domain__reading_held(f);
    }
    for (size_t i = 0; i < l->fulfilled_count; i++) {
        str from = shipped_from(order, l, l->fulfilled[i].location);
        s.spots[domain__place(a, places, from)].shipped += sane(l->fulfilled[i].units);
    }
    add_up(&s, places->count);
    if (taken_away(order, l)) {
        qty over_the_counter = qty_max(0, s.ordered - s.cancelled_sure - s.shipped);
        s.spots[domain__place(a, places, order->retail_location)].shipped += over_the_counter;
        s.shipped += over_the_counter;
    }
    drop_excess(&s, places->count);
    return s;
}

/* `either`: units removed before they were shipped, or else shipped and given back. */
static void split(reading_state *s, qty pending, qty either)
{
    s->pending = pending;
    s->removed_open = qty_max(0, s->ordered - s->open - s->shipped - pending);
    s->removed_shipped = clamp(s->removed - s->removed_open, s->shipped);
    qty shipped_most = qty_min(s->shipped, s->removed_shipped + either);
    qty vanished = qty_max(0, s->removed_open - s->removed); /* nothing says that they were removed */
    s->untold_open = clamp(s->untold + vanished, qty_max(0, s->removed_open - s->cancelled_sure));
    s->untold_shipped = clamp(s->untold, qty_max(0, shipped_most - s->returned_sure));
}

void domain__reading_split(reading_state *s, qty pending)
{
    split(s, pending, 0);
}

/*
 * A unit that nothing holds is either pending or was removed. It was removed as far as `current` fell for it: for
 * more than the shipped units that were given back, then or since. Where no fulfilment order shrank for it, it may yet
 * be pending, and a shipped one was given back in its stead. When the order has ended, none is pending.
 */
void domain__reading_follow(const reading_state *before, reading_state *s, bool ended)
{
    qty loose = qty_max(0, s->ordered - s->open - s->shipped);
    qty shipped_least = clamp(before->removed_shipped + qty_max(0, s->returned - before->returned), s->shipped);
    qty removed_most = qty_max(before->removed_open, s->removed - shipped_least);
    qty pending = ended || MUTANT(pending_removed) ? 0 : qty_max(0, loose - removed_most);
    qty shrank = qty_max(0, before->held - s->held);
    split(s, pending, ended ? 0 : qty_max(0, loose - pending - before->removed_open - shrank));
}
