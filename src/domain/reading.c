/*
 * Two readings of an order compared, line by line. Everything is the difference of two states; what the second state
 * alone cannot tell (where a removed unit was claimed) is worked out from the two and kept.
 *
 * L1 Of a line that claims, at each place: claim falls by what is open and shipped there more than before, rises by
 *    what was restocked there more, and falls by the units that were removed from there.
 * L2 Where units were removed from is told by the fulfilment orders alone: they are the same ones at the same places,
 *    and those at one place shrank by just these units (I3). Else no place is charged, and all are marked.
 * L3 Nothing in doubt is taken back by a later reading: E was raised for it, and only a reading of S lowers it again.
 *    A late record of such units is believed to be of new ones, if units went at the same time.
 * L4 A line's first fulfilment orders have none before them. Then the place is told if the line named only one and all
 *    its removed units were restocked there, or one refund took all that was left. Were they restocked at another place
 *    than they were claimed at, and the rest then moved there, E is too low: such a place is marked all the same.
 * L5 The same reading again changes nothing.
 */
#include "domain/reading_state.h"

/* One line's way from its old reading to the next. */
typedef struct comparison {
    arena *memory;
    const reading_raw *order;
    const reading_line *old; /* NULL: none */
    const reading_raw_line *now;
    place_list places;
    reading_state before, after;
} comparison;

/* -- where removed units were claimed -- */

static const reading_fo_line *fo_find(const reading_raw_line *l, str fulfilment_order)
{
    for (size_t i = 0; i < l->fo_count; i++)
        if (str_equal(l->fulfilment_orders[i].fulfilment_order, fulfilment_order))
            return &l->fulfilment_orders[i];
    return NULL;
}

/* Both readings have the same fulfilment orders, each once and at its place. */
static bool fos_stayed(const reading_raw_line *old, const reading_raw_line *now)
{
    if (old->fo_count != now->fo_count)
        return false;
    for (size_t i = 0; i < now->fo_count; i++) {
        const reading_fo_line *f = &now->fulfilment_orders[i];
        const reading_fo_line *was = fo_find(old, f->fulfilment_order);
        if (!was || fo_find(now, f->fulfilment_order) != f || !str_equal(was->location, f->location))
            return false;
    }
    return true;
}

/* The one place whose fulfilment orders shrank, by all of `units`. */
static bool fos_shrank_at(const reading_raw_line *old, const reading_raw_line *now, qty units, str *ret)
{
    bool some = false;
    for (size_t i = 0; i < now->fo_count; i++) {
        const reading_fo_line *f = &now->fulfilment_orders[i];
        qty less = domain__reading_held(fo_find(old, f->fulfilment_order)) - domain__reading_held(f);
        if (less == 0)
            continue;
        if (some && !str_equal(f->location, *ret))
            return false;
        some = true;
        *ret = f->location;
        units -= less;
    }
    return some && units == 0;
}

/* L4. Units that a fulfilment order holds beyond its open and shipped ones came back, and nobody knows where. */
static bool origin_first(comparison *c, qty units, size_t *ret)
{
    const reading_raw_line *l = c->now;
    qty left = c->after.open + c->after.shipped;
    if (l->fo_count == 0 || c->after.held != left || c->places.count != 1 || str_empty(c->places.at[0].location))
        return false;
    bool at_once = left == 0 && l->refund_count == 1 && l->refunds[0].units >= units;
    bool all_back = c->after.spots[0].cancelled >= units;
    if (all_back && !at_once)
        c->places.at[0].mark = true;
    *ret = 0;
    return all_back || at_once;
}

/* L2 */
static bool origin(comparison *c, qty units, size_t *ret)
{
    str location = STR("");
    if (!c->old || c->old->raw.fo_count == 0)
        return origin_first(c, units, ret);
    if (!fos_stayed(&c->old->raw, c->now) || !fos_shrank_at(&c->old->raw, c->now, units, &location))
        return false;
    *ret = domain__place(c->memory, &c->places, location);
    return true;
}

/* -- booking -- */

static void mark_all(comparison *c)
{
    for (size_t i = 0; i < c->places.count; i++)
        c->places.at[i].mark = true;
}

/* Removed units that may have been restocked at any place: each is booked as if they all were. */
static void book_anywhere(comparison *c, qty units)
{
    if (units == 0)
        return;
    mark_all(c);
    for (size_t i = 0; i < c->places.count; i++) {
        reading_place *p = &c->places.at[i];
        p->claim += units;
        p->departed -= qty_max(0, qty_min(units, p->departed));
        p->unsure += units;
    }
}

/* What the two states say of each place by themselves. */
static void book_states(comparison *c)
{
    for (size_t i = 0; i < c->places.count; i++) {
        reading_place *p = &c->places.at[i];
        const reading_spot *was = &c->before.spots[i], *is = &c->after.spots[i];
        qty shipped = is->shipped - was->shipped, returned = is->returned - was->returned;
        p->open = is->open;
        p->claim -= is->open - was->open + (MUTANT(shipped_back) ? 0 : shipped);
        p->claim += is->cancelled - was->cancelled + (MUTANT(return_ignored) ? 0 : returned);
        p->departed += shipped - returned;
        p->returned += returned;
    }
}

/* Units that CANCEL refunds put back at a place, though they were not removed there (all but `matched` of them). */
static void book_elsewhere(comparison *c, size_t from, qty matched)
{
    for (size_t i = 0; i < c->places.count; i++) {
        qty back = c->after.spots[i].cancelled - c->before.spots[i].cancelled - (i == from ? matched : 0);
        c->places.at[i].returned += back;
        c->places.at[i].departed -= back;
    }
}

static void book_removed_at(comparison *c, size_t from, qty units, qty untold)
{
    reading_place *p = &c->places.at[from];
    qty restocked = qty_max(0, c->after.spots[from].cancelled - c->before.spots[from].cancelled);
    qty matched = qty_min(units, restocked);
    p->claim -= units - untold;
    p->lost += qty_max(0, units - untold - matched);
    p->unsure += untold;
    p->mark |= untold > 0;
    book_elsewhere(c, from, matched);
}

/* I3, I6: no place is charged; the units that did not certainly come back are demand wherever they may be missing. */
static void book_removed_somewhere(comparison *c, qty units, qty untold)
{
    qty back = c->after.cancelled_sure - c->before.cancelled_sure;
    qty unsure = qty_max(untold, units - qty_max(0, back));
    bool routed = c->now->fo_count > 0 || (c->old && c->old->raw.fo_count > 0) || c->after.shipped > 0;
    mark_all(c);
    if (unsure == 0)
        return;
    if (!routed) {
        size_t anywhere = domain__place(c->memory, &c->places, STR(""));
        c->places.at[anywhere].mark = true;
    }
    for (size_t i = 0; i < c->places.count; i++)
        if (routed || str_empty(c->places.at[i].location))
            c->places.at[i].unsure += unsure;
}

static void book_removed(comparison *c)
{
    qty units = qty_max(0, c->after.removed_open - c->before.removed_open);
    qty untold = qty_max(0, c->after.untold_open - c->before.untold_open);
    size_t from;
    if (units == 0)
        book_elsewhere(c, 0, 0);
    else if (origin(c, units, &from))
        book_removed_at(c, from, units, qty_min(units, untold));
    else
        book_removed_somewhere(c, units, qty_min(units, untold));
    qty shipped = qty_max(0, c->after.untold_shipped - c->before.untold_shipped);
    book_anywhere(c, shipped + qty_max(0, untold - units));
    if (c->after.contradicts || c->after.untold < c->before.untold)
        mark_all(c);
}

/* -- one line -- */

static bool same_numbers(const reading_place *a, const reading_place *b)
{
    return a->claim == b->claim && a->open == b->open && a->departed == b->departed && a->lost == b->lost &&
           a->unsure == b->unsure && a->returned == b->returned;
}

/* L5: a doubt stands until something moves. */
static void keep_marks(comparison *c, qty pending)
{
    if (c->places.count != c->old->place_count || pending != c->old->pending)
        return;
    for (size_t i = 0; i < c->places.count; i++)
        if (!same_numbers(&c->places.at[i], &c->old->places[i]))
            return;
    for (size_t i = 0; i < c->places.count; i++)
        c->places.at[i].mark |= c->old->places[i].mark;
}

/* I5: fixed at the first reading, but an app that turns out to claim nothing never did. */
static int claims_of(const reading_line *old, const reading_raw_line *now, bool claimless_app)
{
    if (claimless_app || str_empty(now->item))
        return 0;
    if (old)
        return old->claims;
    return now->tracked_unknown ? -1 : now->tracked;
}

static void start(comparison *c, const reading_raw *old_order)
{
    for (size_t i = 0; c->old && i < c->old->place_count; i++) {
        reading_place *p = vec_push(c->memory, &c->places);
        *p = c->old->places[i];
        p->mark = false;
    }
    if (c->old)
        domain__reading_name(c->memory, &c->places, old_order, &c->old->raw);
    domain__reading_name(c->memory, &c->places, c->order, c->now);
    c->before.spots = ARENA_NEW(c->memory, reading_spot, c->places.count + 1);
    if (c->old) {
        c->before = domain__reading_sum(c->memory, &c->places, old_order, &c->old->raw);
        domain__reading_split(&c->before, c->old->pending);
    }
    c->after = domain__reading_sum(c->memory, &c->places, c->order, c->now);
}

static reading_line next_line(comparison *c, const reading_raw *old_order, bool ended, bool claimless_app)
{
    start(c, old_order);
    domain__reading_follow(&c->before, &c->after, ended);
    book_states(c);
    book_removed(c);
    reading_line l = {.raw = *c->now, .pending = c->after.pending};
    if (c->old && str_empty(l.raw.item)) /* the variant was deleted; its units were claimed from this item */
        l.raw.item = c->old->raw.item;
    l.claims = claims_of(c->old, &l.raw, claimless_app);
    for (size_t i = 0; i < c->places.count; i++)
        if (l.claims != 1)
            c->places.at[i].claim = 0;
    if (c->old)
        keep_marks(c, l.pending);
    l.places = c->places.at;
    l.place_count = c->places.count;
    return l;
}

/* -- the order -- */

/* Lines mostly keep their order, so the search begins where the line would be. */
static const reading_line *line_find(const reading *r, str id, size_t hint)
{
    for (size_t n = 0; r && n < r->line_count; n++) {
        const reading_line *l = &r->lines[(hint + n) % r->line_count];
        if (str_equal(l->raw.id, id))
            return l;
    }
    return NULL;
}

static bool raw_has(const reading_raw *order, str id, size_t hint)
{
    for (size_t n = 0; n < order->line_count; n++)
        if (str_equal(order->lines[(hint + n) % order->line_count].id, id))
            return true;
    return false;
}

/* A line that the order does not name any more, as if what was open had been removed without a word. */
static const reading_raw_line *without_open(arena *a, const reading_line *old)
{
    reading_raw_line *l = ARENA_NEW(a, reading_raw_line, 1);
    *l = old->raw;
    l->fulfilment_orders = ARENA_NEW(a, reading_fo_line, l->fo_count + 1);
    l->current -= old->pending;
    for (size_t i = 0; i < l->fo_count; i++) {
        reading_fo_line *f = &l->fulfilment_orders[i];
        *f = old->raw.fulfilment_orders[i];
        l->current -= domain__reading_open(f);
        *f = (reading_fo_line){f->fulfilment_order, f->location,
                               .total = domain__reading_held(f) - domain__reading_open(f), .closed = true};
    }
    l->current = qty_max(0, l->current);
    return l;
}

const reading *domain_reading_next(arena *a, const reading *old, const reading_raw *now, instant asked_at,
                                   bool claimless_app)
{
    size_t old_count = old ? old->line_count : 0;
    reading *r = ARENA_NEW(a, reading, 1);
    *r = (reading){.raw = *now, .asked_at = asked_at, .claimless_app = claimless_app};
    r->raw.lines = NULL;
    r->raw.line_count = 0;
    r->lines = ARENA_NEW(a, reading_line, now->line_count + old_count + 1);
    for (size_t i = 0; i < now->line_count; i++) {
        comparison c = {.memory = a, .order = now, .old = line_find(old, now->lines[i].id, i), .now = &now->lines[i]};
        r->lines[r->line_count++] = next_line(&c, old ? &old->raw : NULL, now->cancelled || now->closed, claimless_app);
    }
    for (size_t i = 0; i < old_count; i++)
        if (!raw_has(now, old->lines[i].raw.id, i)) {
            comparison c = {.memory = a, .order = now, .old = &old->lines[i], .now = without_open(a, &old->lines[i])};
            r->lines[r->line_count++] = next_line(&c, &old->raw, /* ended= */ true, claimless_app);
        }
    return r;
}

const reading *domain_reading_claim(arena *a, const reading *r, str line, int claims)
{
    reading *next = ARENA_NEW(a, reading, 1);
    *next = *r;
    next->lines = ARENA_NEW(a, reading_line, r->line_count + 1);
    for (size_t i = 0; i < r->line_count; i++) {
        reading_line *l = &next->lines[i];
        *l = r->lines[i];
        if (!str_equal(l->raw.id, line) || l->claims == claims)
            continue;
        l->claims = claims;
        l->places = ARENA_NEW(a, reading_place, l->place_count + 1);
        for (size_t k = 0; k < l->place_count; k++) {
            reading_place *p = &l->places[k];
            *p = r->lines[i].places[k];
            p->claim = claims == 1 ? -(p->open + p->departed + p->lost) : 0;
        }
    }
    return next;
}

reading_sum domain_reading_at(const reading *r, str item, str location)
{
    reading_sum sum = {0};
    for (size_t i = 0; i < r->line_count; i++) {
        const reading_line *l = &r->lines[i];
        if (!str_equal(l->raw.item, item))
            continue;
        sum.pending += l->pending;
        for (size_t k = 0; k < l->place_count; k++) {
            const reading_place *p = &l->places[k];
            if (!str_empty(location) && !str_equal(p->location, location))
                continue;
            sum.claim += p->claim;
            sum.open += p->open;
            sum.departed += p->departed;
            sum.lost += p->lost;
            sum.unsure += p->unsure;
            sum.returned += p->returned;
            sum.mark |= p->mark;
        }
    }
    return sum;
}
