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
    s->bulk = buf_new((size_t)1 << 20);
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
    free(s->keys);
    buf_end(&s->bulk);
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

bool model_frozen(const model *s)
{
    return s->w->ticks < s->frozen_until;
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

void model_route(model *s, int number)
{
    model_order *o = &s->orders[number];
    o->routed = true;
    for (int i = 0; i < o->line_count; i++)
        if (o->lines[i].open > 0)
            add_part(s, o->fos, &o->fo_count,
                     (model_part){
                         .line = i, .units = o->lines[i].open, .remaining = o->lines[i].open, .location = o->location});
    model_touch(s, number);
}

/* Units of a line go from one quantity of a location to another; untracked ones are in none. */
static void claim(model *s, const model_order *o, int line, int location, qty available, qty committed)
{
    if (!o->lines[line].claims)
        return;
    model_shift(s, o->lines[line].item, location, Q_AVAILABLE, available, BY_ORDERS);
    model_shift(s, o->lines[line].item, location, Q_COMMITTED, committed, BY_ORDERS);
}

int model_place(model *s, const model_sale *what)
{
    if (s->order_count == s->order_room) {
        s->order_room = s->order_room ? 2 * s->order_room : 64;
        s->orders = reallocarray(s->orders, (size_t)s->order_room, sizeof *s->orders);
        CHECK(s->orders);
    }
    int number = s->order_count++;
    model_order *o = &s->orders[number];
    *o = (model_order){.number = number, .location = what->location, .pos = what->pos, .line_count = what->line_count};
    o->created_at = model_now(s);
    for (int i = 0; i < o->line_count; i++) {
        o->lines[i].item = what->item[i];
        o->lines[i].ordered = o->lines[i].current = o->lines[i].open = what->units[i];
        o->lines[i].claims = s->items[what->item[i]].tracked;
        claim(s, o, i, o->location, -what->units[i], what->units[i]);
    }
    model_touch(s, number);
    if (!what->unrouted)
        model_route(s, number);
    if (what->pos)
        for (int i = 0; i < o->line_count; i++)
            model_fulfil(s, number, what->units[i], what->location);
    return number;
}

int model_standing(const model_order *o, int line)
{
    for (int i = 0; i < o->fo_count; i++)
        if (o->fos[i].line == line && o->fos[i].remaining > 0)
            return o->fos[i].location;
    return o->location;
}

static void shrink_fos(model_order *o, int line, qty units)
{
    for (int i = 0; i < o->fo_count && units > 0; i++) {
        model_part *f = &o->fos[i];
        if (f->line != line)
            continue;
        qty n = qty_min(units, f->remaining);
        f->remaining -= n;
        f->units -= n;
        f->closed |= f->remaining == 0;
        units -= n;
    }
}

/* Open units leave: back to available at `to` (restock), or out of the books. */
static void remove_open(model *s, model_order *o, int line, qty units, bool restock, int to)
{
    claim(s, o, line, model_standing(o, line), 0, -units);
    if (restock)
        claim(s, o, line, to, units, 0);
    o->lines[line].restocked += restock ? units : 0;
    o->lines[line].open -= units;
    o->lines[line].current -= units;
    shrink_fos(o, line, units);
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
    for (int i = 0; i < o->line_count; i++) {
        qty units = o->lines[i].open;
        int at = model_standing(o, i);
        if (units == 0)
            continue;
        remove_open(s, o, i, units, restock, at);
        if (record)
            add_part(
                s, o->refunds, &o->refund_count,
                (model_part){.line = i, .units = units, .location = at, .restock = restock ? "CANCEL" : "NO_RESTOCK"});
    }
    o->cancelled = o->closed = true;
    o->cancelled_at = model_now(s);
    model_touch(s, number);
}

static void relocate(model *s, model_order *o, model_part *f, int location)
{
    if (f->location != location) {
        claim(s, o, f->line, f->location, f->remaining, -f->remaining);
        claim(s, o, f->line, location, -f->remaining, f->remaining);
    }
    f->location = location;
}

void model_fulfil(model *s, int number, qty units, int location)
{
    model_order *o = &s->orders[number];
    for (int i = 0; i < o->fo_count && units > 0; i++) {
        model_part *f = &o->fos[i];
        qty n = qty_min(units, f->remaining);
        if (n == 0)
            continue;
        relocate(s, o, f, location);
        claim(s, o, f->line, location, 0, -n);
        f->remaining -= n;
        f->closed |= f->remaining == 0;
        o->lines[f->line].open -= n;
        add_part(s, o->shipped, &o->shipped_count, (model_part){.line = f->line, .units = n, .location = location});
        units -= n;
    }
    close_if_done(o);
    model_touch(s, number);
}

void model_move(model *s, int number, int location)
{
    model_order *o = &s->orders[number];
    for (int i = 0; i < o->fo_count; i++)
        if (o->fos[i].remaining)
            relocate(s, o, &o->fos[i], location);
    model_touch(s, number);
}

qty model_unrouted(const model *s, int item)
{
    qty units = 0;
    for (int i = 0; i < s->order_count; i++)
        for (int n = 0; !s->orders[i].routed && n < s->orders[i].line_count; n++)
            units += s->orders[i].lines[n].item == item ? s->orders[i].lines[n].open : 0;
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
    } else {
        remove_open(s, o, line, units, strcmp(restock, "NO_RESTOCK") != 0, location);
    }
    add_part(s, o->refunds, &o->refund_count,
             (model_part){.line = line, .units = units, .location = location, .restock = restock});
    close_if_done(o);
    model_touch(s, number);
}
