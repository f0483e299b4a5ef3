/* The state of a shop, and what its buyers and staff do to it. What each does to the quantities: docs/shopify.md, 6. */
#include "model.h"

#include <stdio.h>
#include <stdlib.h>

model *model_new(sim *w, int number)
{
    model *s = calloc(1, sizeof *s);
    CHECK(s);
    s->w = w;
    s->number = number;
    for (int i = 0; i < FILES_MAX; i++)
        s->files[i].text = buf_new((size_t)1 << 20);
    for (int i = 0; i < SHOP_LOCATIONS; i++)
        s->location_active[i] = true;
    return s;
}

void model_free(model **held)
{
    model *s = *held;
    if (!s)
        return;
    free(s->orders);
    free(s->stale);
    free(s->keys);
    for (int i = 0; i < FILES_MAX; i++)
        buf_end(&s->files[i].text);
    free(s);
    *held = NULL;
}

instant model_now(const model *s)
{
    instant t = SIM_EPOCH + s->w->ticks + s->skew_us;
    return t - t % US_PER_S;
}

/* -- quantities -- */

model_level *model_level_of(model *s, int number, int location)
{
    CHECK(number >= 0 && number < s->item_count);
    CHECK(location >= 0 && location < SHOP_LOCATIONS);
    return &s->items[number].levels[location];
}

/* The one place where a quantity changes: what it was made of is kept beside it. */
void model_shift(model *s, int number, int location, model_quantity name, qty delta, model_mover who)
{
    model_level *l = model_level_of(s, number, location);
    if (delta == 0)
        return;
    /* R2 tells a replica that is behind by stamps of whole seconds: one that froze so shortly before passes unseen. */
    if (name == Q_AVAILABLE && model_now(s) - s->frozen[number].levels[location].at[name] <= 3 * US_PER_S)
        s->frozen_until = 0;
    l->exists = true; /* a write makes the level, it does not stock the item there */
    l->q[name] += delta;
    l->at[name] = model_now(s);
    if (name != Q_INCOMING)
        l->q[Q_ON_HAND] += delta;
    if (name == Q_AVAILABLE)
        l->moved[who] += delta;
}

void model_edit(model *s, int number, int location, qty delta)
{
    model_shift(s, number, location, Q_AVAILABLE, delta, BY_OTHERS);
}

void model_draft(model *s, int number, int location, qty units)
{
    model_shift(s, number, location, Q_AVAILABLE, -units, BY_DRAFTS);
    model_shift(s, number, location, Q_RESERVED, units, BY_DRAFTS);
}

void model_freeze(model *s, int64_t us)
{
    s->frozen_until = s->w->ticks + us;
    memcpy(s->frozen, s->items, sizeof s->items);
}

void model_freeze_orders(model *s, int64_t us)
{
    s->stale_until = s->w->ticks + us;
    s->stale_count = s->order_count;
    free(s->stale);
    s->stale = calloc((size_t)s->order_count + 1, sizeof *s->stale);
    CHECK(s->stale);
    if (s->order_count)
        memcpy(s->stale, s->orders, (size_t)s->order_count * sizeof *s->stale);
}

bool model_frozen(const model *s)
{
    return s->w->ticks < s->frozen_until;
}

const model_file *model_file_of(const model *s, int bulk)
{
    return bulk >= 0 && bulk < s->bulk_count && bulk >= s->bulk_count - FILES_MAX ? &s->files[bulk % FILES_MAX] : NULL;
}

/* -- orders -- */

void model_touch(model *s, int number)
{
    model_order *o = &s->orders[number];
    o->updated_at = model_now(s);
    if (o->seen_count == ORDER_SEEN_MAX)
        memmove(&o->seen[0], &o->seen[1], sizeof o->seen[0] * (size_t)--o->seen_count);
    o->seen[o->seen_count++] = o->updated_at;
    net_tell(s, number);
}

static model_part *add_part(model *s, model_part *list, int *count, model_part p)
{
    CHECK(*count < ORDER_PARTS_MAX);
    p.id = ++s->next_part;
    p.at = model_now(s);
    list[*count] = p;
    return &list[(*count)++];
}

/*
 * Where open units were taken off is told by the line's fulfilment orders alone. A line that had to do with one
 * location is told for certain; else the import may charge nobody (protocol I3), so it books too much where they were,
 * and what moves on from there may be charged where it stands when it is read (L4, moves/ROUNDTRIP): too little there.
 */
static void doubt(model *s, model_order *o, int line)
{
    unsigned named = o->lines[line].named;
    for (int i = 0; (named & (named - 1)) && i < SHOP_LOCATIONS; i++) {
        model_level_of(s, o->lines[line].item, i)->too_high += o->lines[line].removed[i] - o->lines[line].doubted[i];
        o->lines[line].doubted[i] = o->lines[line].removed[i];
    }
}

static void name(model *s, model_order *o, int line, int location)
{
    o->lines[line].named |= 1U << location;
    doubt(s, o, line);
}

/* location < 0: at all */
static qty open_of(const model_order *o, int line, int location)
{
    qty units = 0;
    if (!o->routed)
        return location < 0 || o->lines[line].location == location ? o->lines[line].open : 0;
    for (int i = 0; i < o->fo_count; i++)
        if (o->fos[i].line == line && (location < 0 || o->fos[i].location == location))
            units += o->fos[i].remaining;
    return units;
}

void model_route(model *s, int number)
{
    model_order *o = &s->orders[number];
    o->routed = true;
    for (int i = 0; i < o->line_count; i++)
        if (o->lines[i].open > 0)
            add_part(s, o->fos, &o->fo_count,
                     (model_part){.line = i,
                                  .units = o->lines[i].open,
                                  .remaining = o->lines[i].open,
                                  .location = o->lines[i].location});
    model_touch(s, number);
}

/* Units of a line go from one quantity of a location to another; untracked ones are in none. */
static void claim(model *s, model_order *o, int line, int location, qty available, qty committed)
{
    name(s, o, line, location);
    if (!o->lines[line].claims)
        return;
    model_shift(s, o->lines[line].item, location, Q_AVAILABLE, available, BY_ORDERS);
    model_shift(s, o->lines[line].item, location, Q_COMMITTED, committed, BY_ORDERS);
}

static model_order *new_order(model *s)
{
    if (s->order_count == s->order_room) {
        s->order_room = s->order_room ? 2 * s->order_room : 64;
        s->orders = reallocarray(s->orders, (size_t)s->order_room, sizeof *s->orders);
        CHECK(s->orders);
    }
    s->orders[s->order_count] = (model_order){.number = s->order_count};
    return &s->orders[s->order_count++];
}

int model_place(model *s, const model_sale *what)
{
    model_order *o = new_order(s);
    o->location = what->location[0];
    o->pos = what->pos;
    o->line_count = what->line_count;
    o->created_at = model_now(s);
    for (int i = 0; i < o->line_count; i++) {
        o->lines[i].item = what->item[i];
        o->lines[i].location = what->location[i];
        o->lines[i].ordered = o->lines[i].current = o->lines[i].open = what->units[i];
        o->lines[i].claims = s->items[what->item[i]].tracked;
        claim(s, o, i, what->location[i], -what->units[i], what->units[i]);
    }
    model_touch(s, o->number);
    if (!what->unrouted)
        model_route(s, o->number);
    if (what->pos)
        for (int i = 0; i < o->line_count; i++)
            model_fulfil(s, o->number, what->units[i], MODEL_AT_PLACE);
    return o->number;
}

/* Up to `units` open ones leave the line's first fulfilment order that has some; of an order not routed, the line. */
static qty take_open(model_order *o, int line, qty units, int *ret_from)
{
    *ret_from = o->lines[line].location;
    for (int i = 0; o->routed && i < o->fo_count; i++) {
        model_part *f = &o->fos[i];
        if (f->line != line || f->remaining == 0)
            continue;
        units = qty_min(units, f->remaining);
        f->remaining -= units;
        f->units -= units;
        f->closed |= f->remaining == 0;
        *ret_from = f->location;
        break;
    }
    o->lines[line].open -= units;
    o->lines[line].current -= units;
    return units;
}

/* Open units leave: back to available at `to` (restock), or out of the books. */
static void remove_open(model *s, model_order *o, int line, qty units, const char *restock, int to, bool record)
{
    bool back = strcmp(restock, "NO_RESTOCK") != 0;
    while (units > 0) {
        int from;
        qty n = take_open(o, line, units, &from);
        int at = to == MODEL_AT_PLACE ? from : to;
        claim(s, o, line, from, 0, -n);
        o->lines[line].removed[from] += n;
        if (back)
            claim(s, o, line, at, n, 0);
        doubt(s, o, line);
        o->lines[line].restocked += back ? n : 0;
        if (record)
            add_part(s, o->refunds, &o->refund_count,
                     (model_part){.line = line, .units = n, .location = at, .restock = restock});
        units -= n;
    }
}

static void close_if_done(model_order *o)
{
    bool open = false;
    for (int i = 0; i < o->line_count; i++)
        open |= o->lines[i].open > 0;
    o->closed |= !open;
}

void model_cancel(model *s, int number, bool restock, bool record)
{
    model_order *o = &s->orders[number];
    for (int i = 0; i < o->line_count; i++)
        remove_open(s, o, i, o->lines[i].open, restock ? "CANCEL" : "NO_RESTOCK", MODEL_AT_PLACE, record);
    o->cancelled = o->closed = true;
    o->cancelled_at = model_now(s);
    model_touch(s, number);
}

/* Open units go from one location's claim to another's. */
static void relocate(model *s, model_order *o, int line, qty units, int from, int to)
{
    if (from == to)
        return;
    claim(s, o, line, from, units, -units);
    claim(s, o, line, to, -units, units);
}

void model_fulfil(model *s, int number, qty units, int location)
{
    model_order *o = &s->orders[number];
    for (int i = 0; i < o->fo_count && units > 0; i++) {
        model_part *f = &o->fos[i];
        int from = location == MODEL_AT_PLACE ? f->location : location;
        qty n = qty_min(units, f->remaining);
        if (n == 0)
            continue;
        relocate(s, o, f->line, n, f->location, from);
        claim(s, o, f->line, from, 0, -n);
        f->remaining -= n;
        f->closed |= f->remaining == 0;
        o->lines[f->line].open -= n;
        add_part(s, o->shipped, &o->shipped_count, (model_part){.line = f->line, .units = n, .location = from});
        units -= n;
    }
    close_if_done(o);
    model_touch(s, number);
}

/* All that is open of a fulfilment order moves, or a part, which becomes one of its own. */
void model_move(model *s, int number, int line, qty units, int location)
{
    model_order *o = &s->orders[number];
    for (int i = 0; i < o->fo_count; i++) {
        model_part *f = &o->fos[i];
        if (f->line != line || f->remaining == 0 || f->location == location)
            continue;
        qty n = qty_min(units, f->remaining);
        relocate(s, o, line, n, f->location, location);
        model_level_of(s, o->lines[line].item, location)->too_low += o->lines[line].removed[f->location];
        if (n == f->remaining && n == f->units) {
            f->location = location;
        } else {
            f->units -= n;
            f->remaining -= n;
            f->closed |= f->remaining == 0;
            add_part(s, o->fos, &o->fo_count,
                     (model_part){.line = line, .units = n, .remaining = n, .location = location});
        }
        break;
    }
    model_touch(s, number);
}

qty model_unrouted(const model *s, int item, int location)
{
    qty units = 0;
    for (int i = 0; i < s->order_count; i++)
        for (int n = 0; !s->orders[i].routed && n < s->orders[i].line_count; n++)
            units += s->orders[i].lines[n].item == item ? open_of(&s->orders[i], n, location) : 0;
    return units;
}

qty model_open_at(const model *s, int item, int location)
{
    qty units = 0;
    for (int i = 0; i < s->order_count; i++)
        for (int n = 0; n < s->orders[i].line_count; n++)
            units += s->orders[i].lines[n].item == item ? open_of(&s->orders[i], n, location) : 0;
    return units;
}

/* Units of a line that were shipped and did not come back. */
qty model_returnable(const model_order *o, int line)
{
    qty units = 0;
    for (int i = 0; i < o->shipped_count; i++)
        units += o->shipped[i].line == line ? o->shipped[i].units : 0;
    for (int i = 0; i < o->refund_count; i++)
        units -= o->refunds[i].line == line && strcmp(o->refunds[i].restock, "RETURN") == 0 ? o->refunds[i].units : 0;
    return units;
}

void model_refund(model *s, int number, int line, qty units, const char *restock, int location)
{
    model_order *o = &s->orders[number];
    if (strcmp(restock, "RETURN") == 0) {
        o->lines[line].current -= units;
        o->lines[line].restocked += units;
        claim(s, o, line, location, units, 0);
        add_part(s, o->refunds, &o->refund_count,
                 (model_part){.line = line, .units = units, .location = location, .restock = restock});
    } else {
        remove_open(s, o, line, units, restock, location, true);
    }
    close_if_done(o);
    model_touch(s, number);
}
