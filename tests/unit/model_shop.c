/* The model shop's state, and what people, other programs and time do to it. Answers are in model_answers.c. */
#include "model_shop.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "model_internal.h"

model *model_new(void)
{
    model *m = mmap(NULL, sizeof *m, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(m != MAP_FAILED);
    m->now = INT64_C(1795000000) * US_PER_S; /* a day in November 2026 */
    m->ticks = US_PER_S;
    m->latency_us = 50 * US_PER_MS;
    m->seed = 1;
    return m;
}

void model_end(model **m)
{
    model__net_reset();
    if (*m)
        CHECK(munmap(*m, sizeof **m) == 0);
    *m = NULL;
}

/* -- time and randomness -- */

void model__step(model *m)
{
    if (m->die_at && ++m->steps == m->die_at)
        _exit(MODEL_DIED);
}

void model_advance(model *m, int64_t us)
{
    m->now += us;
    m->ticks += us;
}

static instant clock_now(void *ctx)
{
    model *m = ctx;
    model__step(m); /* a transaction looks at the clock when it begins */
    return m->now;
}

static int64_t clock_ticks(void *ctx)
{
    return ((const model *)ctx)->ticks;
}

static void clock_sleep(void *ctx, int64_t until)
{
    model *m = ctx;
    if (until > m->ticks)
        model_advance(m, until - m->ticks);
}

static void rng_bytes(void *ctx, void *to, size_t len)
{
    model *m = ctx;
    unsigned char *at = to;
    for (size_t i = 0; i < len; i++) { /* splitmix64 */
        uint64_t z = m->seed += UINT64_C(0x9e3779b97f4a7c15);
        z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
        at[i] = (unsigned char)(z ^ (z >> 31));
    }
}

world model_world(model *m)
{
    return (world){
        .clock = {.ctx = m, .now = clock_now, .ticks_us = clock_ticks, .sleep_until_us = clock_sleep},
        .rng = {.ctx = m, .bytes = rng_bytes},
        .net = model__net(m),
    };
}

instant model__shop_now(const model *m)
{
    instant t = m->now + m->skew_us;
    return t - t % US_PER_S; /* Shopify's stamps are whole seconds */
}

/* -- names -- */

str model_item_gid(arena *a, int item)
{
    return str_printf(a, "gid://shopify/InventoryItem/%d", item + 1);
}

str model_location_gid(arena *a, int location)
{
    return str_printf(a, "gid://shopify/Location/%d", location + 1);
}

str model_order_gid(arena *a, int order)
{
    return str_printf(a, "gid://shopify/Order/%d", order + 1);
}

/* -- quantities -- */

int model_add_location(model *m, const char *name)
{
    CHECK(m->location_count < MODEL_LOCATIONS_MAX);
    snprintf(m->locations[m->location_count].name, sizeof m->locations[0].name, "%s", name);
    m->locations[m->location_count].active = true;
    return m->location_count++;
}

void model__shift(model *m, int item, int location, model_quantity name, qty delta)
{
    model_level *l = &m->items[item].levels[location];
    if (delta == 0)
        return;
    l->exists = true; /* a write makes the level, it does not stock the item */
    l->q[name] += delta;
    l->at[name] = model__shop_now(m);
    if (name != MODEL_INCOMING)
        l->q[MODEL_ON_HAND] += delta;
}

int model_add_item(model *m, const char *sku, int location, qty available)
{
    CHECK(m->item_count < MODEL_ITEMS_MAX);
    model_item *i = &m->items[m->item_count];
    snprintf(i->sku, sizeof i->sku, "%s", sku);
    i->tracked = true;
    if (location >= 0) {
        i->levels[location] = (model_level){.exists = true, .active = true};
        model__shift(m, m->item_count, location, MODEL_AVAILABLE, available);
    }
    return m->item_count++;
}

qty model_available(const model *m, int item, int location)
{
    return m->items[item].levels[location].q[MODEL_AVAILABLE];
}

void model_edit(model *m, int item, int location, qty delta)
{
    model__shift(m, item, location, MODEL_AVAILABLE, delta);
}

void model_reserve(model *m, int item, int location, qty units)
{
    model__shift(m, item, location, MODEL_AVAILABLE, -units);
    model__shift(m, item, location, MODEL_RESERVED, units);
}

void model_freeze(model *m)
{
    m->frozen_at = m->now;
    memcpy(m->frozen_items, m->items, sizeof m->items);
}

void model_thaw(model *m)
{
    m->frozen_at = 0;
}

void model_set_tracked(model *m, int item, bool tracked)
{
    m->items[item].tracked = tracked;
}

bool model_consistent(const model *m)
{
    for (int i = 0; i < m->item_count; i++)
        for (int n = 0; n < m->location_count; n++) {
            const qty *q = m->items[i].levels[n].q;
            if (q[MODEL_ON_HAND] != q[MODEL_AVAILABLE] + q[MODEL_COMMITTED] + q[MODEL_RESERVED] + q[MODEL_DAMAGED] +
                                        q[MODEL_QUALITY_CONTROL] + q[MODEL_SAFETY_STOCK])
                return false;
        }
    return true;
}

void model_fail(model *m, model_fault_kind kind, const char *operation, int skip, int count)
{
    CHECK(m->fault_count < MODEL_FAULTS_MAX);
    model_fault *f = &m->faults[m->fault_count++];
    *f = (model_fault){.kind = kind, .count = count, .skip = skip};
    snprintf(f->operation, sizeof f->operation, "%s", operation);
}

/* -- orders -- */

static bool moves(const model *m, const model_order *o, int line)
{
    return o->claims && m->items[o->lines[line].item].tracked;
}

void model_touch(model *m, int order)
{
    model_order *o = &m->orders[order];
    o->updated_at = model__shop_now(m);
    if (o->update_count == MODEL_UPDATES_MAX)
        memmove(&o->updates[0], &o->updates[1], sizeof o->updates[0] * (size_t)--o->update_count);
    o->updates[o->update_count++] = o->updated_at;
}

static model_part *part(model *m, model_part *list, int *count, model_part p)
{
    CHECK(*count < MODEL_PARTS_MAX);
    p.id = ++m->next_part;
    p.at = model__shop_now(m);
    list[*count] = p;
    return &list[(*count)++];
}

void model_route(model *m, int order)
{
    model_order *o = &m->orders[order];
    o->routed = true;
    for (int i = 0; i < o->line_count; i++)
        if (o->lines[i].open)
            part(m, o->fos, &o->fo_count,
                 (model_part){
                     .line = i, .units = o->lines[i].open, .remaining = o->lines[i].open, .location = o->location});
    model_touch(m, order);
}

int model_place(model *m, model_sale s)
{
    CHECK(m->order_count < MODEL_ORDERS_MAX);
    int n = m->order_count++;
    model_order *o = &m->orders[n];
    *o = (model_order){.exists = true, .id = n, .location = s.location, .pos = s.pos, .claims = !s.claimless};
    snprintf(o->app, sizeof o->app, "%s", s.app ? s.app : "gid://shopify/App/1");
    o->created_at = model__shop_now(m);
    o->lines[0].item = s.item;
    o->lines[0].ordered = o->lines[0].current = o->lines[0].open = s.units;
    o->line_count = 1;
    if (moves(m, o, 0)) {
        model__shift(m, s.item, s.location, MODEL_AVAILABLE, -s.units);
        model__shift(m, s.item, s.location, MODEL_COMMITTED, s.units);
    }
    model_touch(m, n);
    if (!s.unrouted)
        model_route(m, n);
    if (s.pos)
        model_fulfil(m, n, s.units, s.location);
    return n;
}

static void fo_take(model_order *o, int line, int location, qty units, bool total)
{
    for (int i = 0; i < o->fo_count && units > 0; i++) {
        model_part *f = &o->fos[i];
        if (f->line != line || (location >= 0 && f->location != location))
            continue;
        qty n = qty_min(units, f->remaining);
        f->remaining -= n;
        if (total)
            f->units -= n;
        f->closed |= f->remaining == 0;
        units -= n;
    }
}

/* Open units leave: back to available at `to` (restock) or out of the books. */
static void remove_open(model *m, model_order *o, int line, qty units, bool restock, int to)
{
    int from = o->location;
    for (int i = 0; i < o->fo_count; i++)
        if (o->fos[i].line == line && o->fos[i].remaining > 0)
            from = o->fos[i].location;
    if (moves(m, o, line)) {
        model__shift(m, o->lines[line].item, from, MODEL_COMMITTED, -units);
        if (restock)
            model__shift(m, o->lines[line].item, to >= 0 ? to : from, MODEL_AVAILABLE, units);
    }
    o->restocked += restock ? units : 0;
    o->lines[line].open -= units;
    o->lines[line].current -= units;
    fo_take(o, line, -1, units, true);
}

void model_cancel(model *m, int order, bool restock, bool record)
{
    model_order *o = &m->orders[order];
    for (int i = 0; i < o->line_count; i++) {
        qty units = o->lines[i].open;
        int at = o->fo_count ? o->fos[o->fo_count - 1].location : o->location;
        if (units == 0)
            continue;
        remove_open(m, o, i, units, restock, -1);
        if (record) {
            model_part *r =
                part(m, o->refunds, &o->refund_count, (model_part){.line = i, .units = units, .location = at});
            snprintf(r->restock, sizeof r->restock, "%s", restock ? "CANCEL" : "NO_RESTOCK");
        }
    }
    o->cancelled = o->closed = true;
    o->cancelled_at = model__shop_now(m);
    model_touch(m, order);
}

static void relocate(model *m, model_order *o, model_part *f, int location)
{
    int item = o->lines[f->line].item;
    if (moves(m, o, f->line) && f->location != location) {
        model__shift(m, item, f->location, MODEL_AVAILABLE, f->remaining);
        model__shift(m, item, f->location, MODEL_COMMITTED, -f->remaining);
        model__shift(m, item, location, MODEL_AVAILABLE, -f->remaining);
        model__shift(m, item, location, MODEL_COMMITTED, f->remaining);
    }
    f->location = location;
}

void model_fulfil(model *m, int order, qty units, int location)
{
    model_order *o = &m->orders[order];
    for (int i = 0; i < o->fo_count && units > 0; i++) {
        model_part *f = &o->fos[i];
        qty n = qty_min(units, f->remaining);
        if (n == 0)
            continue;
        relocate(m, o, f, location);
        if (moves(m, o, f->line))
            model__shift(m, o->lines[f->line].item, location, MODEL_COMMITTED, -n);
        f->remaining -= n;
        f->closed |= f->remaining == 0;
        o->lines[f->line].open -= n;
        part(m, o->shipped, &o->shipped_count, (model_part){.line = f->line, .units = n, .location = location});
        units -= n;
    }
    bool open = false;
    for (int i = 0; i < o->line_count; i++)
        open |= o->lines[i].open > 0;
    o->closed = !open;
    model_touch(m, order);
}

void model_move(model *m, int order, int location)
{
    model_order *o = &m->orders[order];
    for (int i = 0; i < o->fo_count; i++)
        if (o->fos[i].remaining)
            relocate(m, o, &o->fos[i], location);
    model_touch(m, order);
}

void model_refund(model *m, int order, qty units, const char *restock, int location)
{
    model_order *o = &m->orders[order];
    bool back = strcmp(restock, "NO_RESTOCK") != 0;
    if (strcmp(restock, "RETURN") == 0) {
        o->lines[0].current -= units;
        o->restocked += units;
        o->returned += units;
        if (moves(m, o, 0))
            model__shift(m, o->lines[0].item, location, MODEL_AVAILABLE, units);
    } else {
        remove_open(m, o, 0, units, back, location);
    }
    model_part *r =
        part(m, o->refunds, &o->refund_count, (model_part){.line = 0, .units = units, .location = location});
    snprintf(r->restock, sizeof r->restock, "%s", restock);
    model_touch(m, order);
}
