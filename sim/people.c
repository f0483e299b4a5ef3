/*
 * What people and fate do, one act at a time; what others than the shop's staff do; the end of all trouble.
 */
#include "model.h"

/* -- others -- */

static void others_edit(sim *w, model *s, int item, int location)
{
    qty delta = (qty)sim_roll(w, DICE_PEOPLE, 7) - 3;
    if (delta == 0 || w->kind != WORLD_EXACT)
        return;
    model_edit(s, item, location, delta);
    w->foreign++;
    sim_note(w, "shop %d: item %d at %d %+" PRId64 " by somebody else", s->number, item, location, delta);
}

static void others_hold(sim *w, model *s, int item, int location)
{
    const model_level *l = model_level_of(s, item, location);
    qty units =
        l->q[Q_RESERVED] > 0 && sim_chance(w, DICE_PEOPLE, 600) ? -l->q[Q_RESERVED] : qty_min(2, l->q[Q_AVAILABLE]);
    if (units == 0 || w->kind != WORLD_EXACT)
        return;
    model_draft(s, item, location, units);
    sim_note(w, "shop %d: item %d at %d: a draft holds %+" PRId64, s->number, item, location, units);
}

/* -- fate -- */

static void switch_something(sim *w, model *s, int item, int location)
{
    model_level *l = model_level_of(s, item, location);
    switch (sim_roll(w, DICE_PEOPLE, 4)) {
    case 0:
    case 1:
        s->items[item].refused = !s->items[item].refused;
        memset(s->refused_writes[item], 0, sizeof s->refused_writes[item]);
        sim_note(w, "shop %d: item %d is %s", s->number, item, s->items[item].refused ? "refused" : "taken again");
        break;
    case 2:
        l->active = !l->active;
        sim_note(w, "shop %d: item %d is %s at %d", s->number, item,
                 l->active ? "stocked again" : "not stocked any more", location);
        break;
    default:
        s->location_active[location] = !s->location_active[location];
        sim_note(w, "shop %d: location %d is switched %s", s->number, location,
                 s->location_active[location] ? "on" : "off");
        break;
    }
}

static void stop_program(sim *w)
{
    program *p = w->programs[1 + sim_roll(w, DICE_PEOPLE, (uint64_t)w->program_count - 1)];
    int64_t us = (int64_t)(5 + sim_roll(w, DICE_PEOPLE, 90)) * US_PER_S;
    if (sim_chance(w, DICE_PEOPLE, 500)) { /* with an answer on its way: another worker takes that up meanwhile */
        w->freeze_us = us;
        return;
    }
    p->frozen_until = w->ticks + us;
    sim_note(w, "program %d stands still for %" PRId64 " s", p->number, (p->frozen_until - w->ticks) / US_PER_S);
}

static void trouble(sim *w, sim_trouble t)
{
    model *s = w->shops[sim_roll(w, DICE_PEOPLE, (uint64_t)w->shop_count)];
    int item = (int)sim_roll(w, DICE_PEOPLE, (uint64_t)w->item_count);
    int location = (int)sim_roll(w, DICE_PEOPLE, (uint64_t)w->channel_count);
    uint64_t n = sim_roll(w, DICE_PEOPLE, 1000);
    switch (t) {
    case TROUBLE_NET:
        w->net_per_mille = (unsigned)(n < 500 ? 20 : n < 800 ? 150 : 500);
        sim_note(w, "the net: %u of 1000 requests go wrong", w->net_per_mille);
        break;
    case TROUBLE_OTHERS:
        others_edit(w, s, item, location);
        break;
    case TROUBLE_HELD:
        others_hold(w, s, item, location);
        break;
    case TROUBLE_REPLICA:
        model_freeze(s, (int64_t)(1 + n % 100) * US_PER_S);
        sim_note(w, "shop %d: reads come from a replica that stands still", s->number);
        break;
    case TROUBLE_STALE:
        model_freeze_orders(s, (int64_t)(1 + n % (SIM_INDEX_LAG_S - 2)) * US_PER_S); /* R5 waits as long */
        sim_note(w, "shop %d: orders are read from a replica that stands still", s->number);
        break;
    case TROUBLE_INDEX:
        s->index_lag_us = n < 300 ? 0 : (int64_t)(SIM_INDEX_LAG_S / 2 + n % (SIM_INDEX_LAG_S / 2)) * US_PER_S;
        sim_note(w, "shop %d: the search of orders lags %" PRId64 " s", s->number, s->index_lag_us / US_PER_S);
        break;
    case TROUBLE_KILL:
    case TROUBLE_POWER:
        w->power_next = t == TROUBLE_POWER;
        disk_die_at(w->disk, 1 + n % 60);
        break;
    case TROUBLE_FULL:
        w->full_until = w->ticks + (int64_t)(n % 20) * US_PER_S;
        sim_note(w, "the disk is full for %" PRIu64 " s", n % 20);
        break;
    case TROUBLE_THEFT:
        stop_program(w);
        break;
    case TROUBLE_CLOCK:
        w->offset += ((int64_t)n - 500) * US_PER_S;
        sim_note(w, "the machine's clock jumps %+" PRId64 " s", (int64_t)n - 500);
        break;
    case TROUBLE_OUTAGE:
        w->down_for_us = (int64_t)(8 + n % 24) * 3600 * US_PER_S;
        w->power_next = true;
        disk_die_at(w->disk, 1 + n % 60);
        break;
    case TROUBLE_SWITCHES:
        switch_something(w, s, item, location);
        break;
    case TROUBLE_BULK:
        s->bulk_fate = (model_bulk)(n % BULK_FATES);
        break;
    case TROUBLE_HOOKS: /* goes along with every change of an order */
    case TROUBLE_COUNT:
        break;
    }
}

/* How often each happens, among 1000 acts of trouble. */
static const unsigned WEIGHTS[TROUBLE_COUNT] = {
    [TROUBLE_NET] = 150,  [TROUBLE_OTHERS] = 250, [TROUBLE_HELD] = 90,     [TROUBLE_REPLICA] = 60, [TROUBLE_STALE] = 60,
    [TROUBLE_INDEX] = 60, [TROUBLE_KILL] = 90,    [TROUBLE_POWER] = 30,    [TROUBLE_FULL] = 40,    [TROUBLE_THEFT] = 70,
    [TROUBLE_CLOCK] = 20, [TROUBLE_OUTAGE] = 10,  [TROUBLE_SWITCHES] = 40, [TROUBLE_BULK] = 30,
};

static void any_trouble(sim *w)
{
    unsigned n = (unsigned)sim_roll(w, DICE_PEOPLE, 1000);
    for (int t = 0; t < TROUBLE_COUNT; t++) {
        if (n >= WEIGHTS[t]) {
            n -= WEIGHTS[t];
            continue;
        }
        if (sim_has(w, (sim_trouble)t))
            trouble(w, (sim_trouble)t);
        return;
    }
}

/* Each act has its own stream of chance, from its number: one that is left out does not change the others. */
void people_act(sim *w)
{
    uint32_t number = w->acts++;
    if (w->options.skipped && w->options.skipped[number])
        return;
    w->dice[DICE_PEOPLE] = w->options.seed * 1000003 + number * UINT64_C(7919) + 17;
    uint64_t what = sim_roll(w, DICE_PEOPLE, 100);
    if (what < 32)
        trade_buy(w);
    else if (what < 60)
        trade_serve(w);
    else if (w->up_at)
        return; /* nobody feeds a machine that is down, and it can have no other trouble */
    else if (what < 64)
        erp_tills(w);
    else if (what < 76)
        erp_move(w);
    else if (what < 82)
        erp_count(w);
    else if (what < 84)
        erp_configure(w);
    else
        any_trouble(w);
}

static void let_go(model *s, int item, int location)
{
    model_level *l = model_level_of(s, item, location);
    l->active = true;
    if (l->q[Q_RESERVED])
        model_draft(s, item, location, -l->q[Q_RESERVED]);
}

void people_rest(sim *w)
{
    for (int n = 0; n < w->shop_count; n++) {
        model *s = w->shops[n];
        s->index_lag_us = s->frozen_until = s->stale_until = 0;
        s->bulk_fate = BULK_GOOD;
        for (int i = 0; i < SHOP_LOCATIONS; i++)
            s->location_active[i] = true;
        for (int i = 0; i < s->item_count; i++) {
            s->items[i].refused = false;
            for (int at = 0; at < SHOP_LOCATIONS; at++)
                let_go(s, i, at);
        }
        for (int i = 0; i < s->order_count; i++)
            if (!s->orders[i].routed && !s->orders[i].cancelled)
                model_route(s, i);
    }
}
