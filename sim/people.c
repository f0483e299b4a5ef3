/*
 * What people and fate do, one act at a time: buyers, staff, other apps, the ERP's counts and movements, and trouble.
 * Beside the two sides' books there is what really lies in each place: orders take units away when they are shipped.
 */
#include "model.h"

#include <stdio.h>
#include <stdlib.h>

#define INDEX_LAG_S 10

/* -- what really is there -- */

static void carry_off(sim *w, int item, qty units)
{
    for (int i = 0; i < w->place_count && units > 0; i++) {
        qty n = qty_min(units, qty_max(0, w->real[item][i]));
        w->real[item][i] -= n;
        units -= n;
    }
    w->real[item][0] -= units;
}

/* Units that this shop may promise: what lies there, less what its buyers still wait for. */
qty people_there(const sim *w, sim_target k)
{
    const model *s = w->shops[k.shop];
    qty units = 0;
    for (int i = 0; i < w->place_count; i++)
        units += qty_max(0, w->real[k.item][i]);
    for (int i = 0; i < s->order_count; i++)
        for (int n = 0; n < s->orders[i].line_count; n++)
            units -= s->orders[i].lines[n].item == k.item ? s->orders[i].lines[n].open : 0;
    return units;
}

/* -- our feeds: each has a key, so that it can be told again when nobody knows whether it was heard -- */

static bool feed_in(sim *w, store_tx *tx, const feed_row *f, err *e)
{
    digest content = {0}, known;
    reset_outcome outcome;
    bool some;
    str key = str_printf(store_arena(tx), "feed %" PRIu64, f->number);
    if (!store_key_find(tx, key, &known, &some, e))
        return false;
    if (some)
        return true;
    if (!store_key_add(tx, key, content, e))
        return false;
    if (f->kind == FEED_THRESHOLD)
        return store_channel_settings(tx, w->products[f->item], w->web[f->place], f->units, /* sellable= */ true, e);
    if (f->kind == FEED_COUNTED)
        return store_reset(tx,
                           &(store_reset_row){.product = w->products[f->item],
                                              .facility = w->places[f->place],
                                              .mode = RESET_QOH,
                                              .quantity = f->units,
                                              .as_of = INSTANT_NONE,
                                              .reason = STR("count"),
                                              .source = STR("erp"),
                                              .actor = STR(""),
                                              .comment = STR("")},
                           &outcome, e);
    return store_move(tx,
                      &(store_movement){.product = w->products[f->item],
                                        .facility = w->places[f->place],
                                        .at = INSTANT_NONE,
                                        .qoh_delta = f->units,
                                        .atp_delta = f->units,
                                        .kind = MOVE_ADJUST,
                                        .reason = STR("moved"),
                                        .source = STR("erp"),
                                        .actor = STR(""),
                                        .comment = STR("")},
                      e);
}

static bool feed_all(sim *w, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    if (!store_begin(w->programs[0]->db, STORE_WRITE, &tx, e))
        return false;
    for (size_t i = 0; i < w->feed_count; i++)
        if (!feed_in(w, tx, &w->feed[i], e))
            return false;
    return store_commit(&tx, e);
}

bool people_feed(sim *w, err *e)
{
    if (!tills_feed(w, e))
        return false;
    if (w->feed_count == 0)
        return true;
    if (!feed_all(w, e))
        return false;
    for (size_t i = 0; i < w->feed_count; i++) {
        const feed_row *f = &w->feed[i];
        if (f->kind == FEED_THRESHOLD)
            oracle_threshold(w, (sim_target){f->place, f->item}, f->units);
        else if (f->kind == FEED_COUNTED)
            oracle_counted(w, f->item, f->place, f->units);
        else
            oracle_moved(w, f->item, f->place, f->units);
    }
    w->feed_count = 0;
    return true;
}

static void add_feed(sim *w, feed_row f)
{
    CHECK(w->feed_count < COUNT(w->feed));
    f.number = w->feeds++;
    w->feed[w->feed_count++] = f;
}

/* Several rows make a file: one transaction. What failed is told again with the next one. */
static void feed_now(sim *w)
{
    err e = {0};
    if (people_feed(w, &e) || w->programs[0]->user.dead)
        return;
    sim_note(w, "a feed failed: %.90s", e.text);
    if (e.code != ERR_IO || !sim_has(w, TROUBLE_FULL))
        sim_broken(w, "error", "a feed failed: %s", e.text);
}

static bool waits(const sim *w)
{
    return w->feed_count > 0 || w->till_count > 0;
}

static void tills(sim *w)
{
    if (!waits(w))
        tills_sell(w);
    feed_now(w);
}

static void goods_move(sim *w)
{
    if (waits(w)) {
        feed_now(w);
        return;
    }
    for (uint64_t rows = 1 + sim_roll(w, DICE_PEOPLE, 3); rows > 0; rows--) {
        int item = (int)sim_roll(w, DICE_PEOPLE, (uint64_t)w->item_count);
        int place = (int)sim_roll(w, DICE_PEOPLE, (uint64_t)w->place_count);
        qty delta = (qty)sim_roll(w, DICE_PEOPLE, 9) - 4;
        if (delta == 0 || w->real[item][place] + delta < 0)
            delta = 1;
        w->real[item][place] += delta;
        sim_note(w, "erp: item %d in place %d %+" PRId64, item, place, delta);
        add_feed(w, (feed_row){.item = item, .place = place, .units = delta});
    }
    w->counts++;
    feed_now(w);
}

static void count_goods(sim *w)
{
    if (waits(w)) {
        feed_now(w);
        return;
    }
    int item = (int)sim_roll(w, DICE_PEOPLE, (uint64_t)w->item_count);
    int place = (int)sim_roll(w, DICE_PEOPLE, (uint64_t)w->place_count);
    if (sim_chance(w, DICE_PEOPLE, 300) && w->real[item][place] > 0)
        w->real[item][place]--; /* stolen, and found out now */
    sim_note(w, "erp: item %d in place %d counted: %" PRId64, item, place, w->real[item][place]);
    add_feed(w, (feed_row){.kind = FEED_COUNTED, .item = item, .place = place, .units = w->real[item][place]});
    w->counts++;
    feed_now(w);
}

static void set_threshold(sim *w)
{
    if (!waits(w)) {
        feed_row f = {.kind = FEED_THRESHOLD,
                      .item = (int)sim_roll(w, DICE_PEOPLE, (uint64_t)w->item_count),
                      .place = (int)sim_roll(w, DICE_PEOPLE, (uint64_t)w->shop_count),
                      .units = (qty)sim_roll(w, DICE_PEOPLE, 4)};
        sim_note(w, "shop %d: item %d has a threshold of %" PRId64, f.place, f.item, f.units);
        add_feed(w, f);
    }
    feed_now(w);
}

/* -- buyers -- */

static void buy(sim *w)
{
    model *s = w->shops[sim_roll(w, DICE_PEOPLE, (uint64_t)w->shop_count)];
    model_sale what = {.line_count =
                           1 + (int)(sim_chance(w, DICE_PEOPLE, 250) ? sim_roll(w, DICE_PEOPLE, ORDER_LINES_MAX) : 0)};
    qty left[SIM_ITEMS_MAX];
    what.location = w->kind == WORLD_UNMAPPED && sim_chance(w, DICE_PEOPLE, 200) ? 2 : 0;
    if (!s->location_active[what.location])
        return;
    for (int i = 0; i < s->item_count; i++)
        left[i] = model_level_of(s, i, what.location)->active ? model_level_of(s, i, what.location)->q[Q_AVAILABLE] : 0;
    for (int i = 0; i < what.line_count; i++) {
        what.item[i] = (int)sim_roll(w, DICE_PEOPLE, (uint64_t)w->item_count);
        what.units[i] = 1 + (qty)sim_roll(w, DICE_PEOPLE, 3);
        left[what.item[i]] -= what.units[i];
        if (left[what.item[i]] < 0)
            return; /* sold out: the shop does not sell it */
    }
    what.pos = sim_chance(w, DICE_PEOPLE, 150);
    what.unrouted = !what.pos && sim_chance(w, DICE_PEOPLE, 150);
    int number = model_place(s, &what);
    for (int i = 0; what.pos && i < what.line_count; i++)
        carry_off(w, what.item[i], what.units[i]);
    w->orders++;
    for (int i = 0; i < what.line_count; i++)
        sim_note(w, "shop %d: order %d: item %d -%" PRId64 "%s%s%s", s->number, number, what.item[i], what.units[i],
                 what.location ? " elsewhere" : "", what.pos ? ", POS" : "", what.unrouted ? ", not routed" : "");
}

/* A buyer is faster than a repair: its compare is stale then, and it must look again (R6). */
void people_race(model *s, const js_value *changes)
{
    sim *w = s->w;
    model_sale what = {.line_count = 1, .units = {1}};
    if (w->resting || !changes || js_is_null(js_get(changes->first, "changeFromQuantity")) ||
        !sim_chance(w, DICE_NET, 250))
        return;
    what.item[0] = model_number(js_str(js_get(changes->first, "inventoryItemId"), STR("")));
    if (what.item[0] >= s->item_count || model_level_of(s, what.item[0], 0)->q[Q_AVAILABLE] < 1)
        return;
    sim_note(w, "shop %d: order %d: item %d -1, just before a repair", s->number, model_place(s, &what), what.item[0]);
    w->orders++;
}

/* -- staff: the life of an order -- */

static bool room(const model_order *o)
{
    return o->fo_count + ORDER_LINES_MAX <= ORDER_PARTS_MAX && o->shipped_count + ORDER_LINES_MAX <= ORDER_PARTS_MAX &&
           o->refund_count + ORDER_LINES_MAX <= ORDER_PARTS_MAX;
}

static void ship(sim *w, model *s, model_order *o, int location)
{
    qty before[ORDER_LINES_MAX];
    for (int i = 0; i < o->line_count; i++)
        before[i] = o->lines[i].open;
    model_fulfil(s, o->number, 1 + (qty)sim_roll(w, DICE_PEOPLE, 4), location);
    for (int i = 0; i < o->line_count; i++)
        carry_off(w, o->lines[i].item, before[i] - o->lines[i].open);
    sim_note(w, "shop %d: order %d: a part is shipped", s->number, o->number);
}

static void cancel(sim *w, model *s, model_order *o)
{
    bool restock = w->kind != WORLD_UNTOLD || !sim_chance(w, DICE_PEOPLE, 300);
    bool record = w->kind != WORLD_UNTOLD || sim_chance(w, DICE_PEOPLE, 500);
    for (int i = 0; !restock && i < o->line_count; i++)
        carry_off(w, o->lines[i].item, o->lines[i].open); /* nobody finds them */
    model_cancel(s, o->number, restock, record);
    sim_note(w, "shop %d: order %d is cancelled%s%s", s->number, o->number, restock ? "" : ", not restocked",
             record ? "" : ", and nothing tells");
}

static void refund(sim *w, model *s, model_order *o, int line)
{
    bool lost = w->kind == WORLD_UNTOLD && sim_chance(w, DICE_PEOPLE, 300);
    model_refund(s, o->number, line, 1, lost ? "NO_RESTOCK" : "CANCEL", o->fo_count ? o->fos[0].location : o->location);
    if (lost)
        carry_off(w, o->lines[line].item, 1);
    sim_note(w, "shop %d: order %d: one of line %d is taken off%s", s->number, o->number, line,
             lost ? ", not restocked" : "");
}

static void bring_back(sim *w, model *s, model_order *o, int line)
{
    model_refund(s, o->number, line, 1, "RETURN", 0);
    w->real[o->lines[line].item][0]++;
    sim_note(w, "shop %d: order %d: one of line %d comes back", s->number, o->number, line);
}

static model_order *any_order(sim *w, model *s, bool open)
{
    for (int tries = 0; tries < 8 && s->order_count > 0; tries++) {
        uint64_t newest = (uint64_t)qty_min(s->order_count, 40);
        model_order *o = &s->orders[s->order_count - 1 - (int)sim_roll(w, DICE_PEOPLE, newest)];
        bool is_open = false;
        for (int i = 0; i < o->line_count; i++)
            is_open |= o->lines[i].open > 0;
        if (is_open == open && room(o))
            return o;
    }
    return NULL;
}

static void handle_order(sim *w)
{
    model *s = w->shops[sim_roll(w, DICE_PEOPLE, (uint64_t)w->shop_count)];
    model_order *o = any_order(w, s, sim_chance(w, DICE_PEOPLE, 800));
    uint64_t turn = sim_roll(w, DICE_PEOPLE, 8);
    if (!o)
        return;
    int line = (int)sim_roll(w, DICE_PEOPLE, (uint64_t)o->line_count);
    bool open = o->lines[line].open > 0;
    if (turn == 0)
        model_touch(s, o->number);
    else if (!o->routed && !o->cancelled && turn < 5)
        model_route(s, o->number);
    else if (o->routed && open && turn < 4)
        ship(w, s, o, model_standing(o, line));
    else if (open && turn == 4)
        cancel(w, s, o);
    else if (o->routed && open && turn == 5)
        refund(w, s, o, line);
    else if (o->routed && open && turn == 6 && w->kind == WORLD_UNMAPPED)
        model_move(s, o->number, sim_chance(w, DICE_PEOPLE, 500) ? 0 : 2);
    else if (!open && model_returnable(o, line) > 0)
        bring_back(w, s, o, line);
}

/* -- others -- */

static void others_edit(sim *w, model *s, int item)
{
    qty delta = (qty)sim_roll(w, DICE_PEOPLE, 7) - 3;
    if (delta == 0 || w->kind != WORLD_EXACT)
        return;
    model_edit(s, item, 0, delta);
    w->foreign++;
    sim_note(w, "shop %d: item %d %+" PRId64 " by somebody else", s->number, item, delta);
}

static void others_hold(sim *w, model *s, int item)
{
    const model_level *l = model_level_of(s, item, 0);
    qty units =
        l->q[Q_RESERVED] > 0 && sim_chance(w, DICE_PEOPLE, 600) ? -l->q[Q_RESERVED] : qty_min(2, l->q[Q_AVAILABLE]);
    if (units == 0 || w->kind != WORLD_EXACT)
        return;
    model_draft(s, item, 0, units);
    sim_note(w, "shop %d: item %d: a draft holds %+" PRId64, s->number, item, units);
}

/* -- fate -- */

static void switch_something(sim *w, model *s, int item)
{
    model_level *l = model_level_of(s, item, 0);
    switch (sim_roll(w, DICE_PEOPLE, 4)) {
    case 0:
    case 1:
        s->items[item].refused = !s->items[item].refused;
        s->refused_writes[item] = 0;
        sim_note(w, "shop %d: item %d is %s", s->number, item, s->items[item].refused ? "refused" : "taken again");
        break;
    case 2:
        l->active = !l->active;
        sim_note(w, "shop %d: item %d is %s", s->number, item, l->active ? "stocked again" : "not stocked any more");
        break;
    default:
        s->location_active[0] = !s->location_active[0];
        sim_note(w, "shop %d: its location is switched %s", s->number, s->location_active[0] ? "on" : "off");
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
    uint64_t n = sim_roll(w, DICE_PEOPLE, 1000);
    switch (t) {
    case TROUBLE_NET:
        w->net_per_mille = (unsigned)(n < 500 ? 20 : n < 800 ? 150 : 500);
        sim_note(w, "the net: %u of 1000 requests go wrong", w->net_per_mille);
        break;
    case TROUBLE_OTHERS:
        others_edit(w, s, item);
        break;
    case TROUBLE_HELD:
        others_hold(w, s, item);
        break;
    case TROUBLE_REPLICA:
        model_freeze(s, (int64_t)(1 + n % 100) * US_PER_S);
        sim_note(w, "shop %d: reads come from a replica that stands still", s->number);
        break;
    case TROUBLE_INDEX:
        s->index_lag_us = n < 300 ? 0 : (int64_t)(INDEX_LAG_S / 2 + n % (INDEX_LAG_S / 2)) * US_PER_S;
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
        switch_something(w, s, item);
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
    [TROUBLE_NET] = 150,   [TROUBLE_OTHERS] = 250,  [TROUBLE_HELD] = 90, [TROUBLE_REPLICA] = 60, [TROUBLE_INDEX] = 60,
    [TROUBLE_KILL] = 90,   [TROUBLE_POWER] = 30,    [TROUBLE_FULL] = 40, [TROUBLE_THEFT] = 70,   [TROUBLE_CLOCK] = 20,
    [TROUBLE_OUTAGE] = 10, [TROUBLE_SWITCHES] = 40, [TROUBLE_BULK] = 30,
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
        buy(w);
    else if (what < 60)
        handle_order(w);
    else if (w->up_at)
        return; /* nobody feeds a machine that is down, and it can have no other trouble */
    else if (what < 64)
        tills(w);
    else if (what < 76)
        goods_move(w);
    else if (what < 82)
        count_goods(w);
    else if (what < 83)
        set_threshold(w);
    else
        any_trouble(w);
}

void people_rest(sim *w)
{
    for (int n = 0; n < w->shop_count; n++) {
        model *s = w->shops[n];
        s->index_lag_us = s->frozen_until = 0;
        s->bulk_fate = BULK_GOOD;
        for (int i = 0; i < SHOP_LOCATIONS; i++)
            s->location_active[i] = true;
        for (int i = 0; i < s->item_count; i++) {
            s->items[i].refused = false;
            model_level_of(s, i, 0)->active = true;
            if (model_level_of(s, i, 0)->q[Q_RESERVED])
                model_draft(s, i, 0, -model_level_of(s, i, 0)->q[Q_RESERVED]);
        }
        for (int i = 0; i < s->order_count; i++)
            if (!s->orders[i].routed && !s->orders[i].cancelled)
                model_route(s, i);
    }
}

/* Every place is counted: what had departed from nobody knew where is settled (I8). */
void people_count_all(sim *w)
{
    feed_now(w);
    for (int item = 0; item < w->item_count; item++)
        for (int place = 0; place < w->place_count; place++)
            add_feed(w, (feed_row){.kind = FEED_COUNTED, .item = item, .place = place, .units = w->real[item][place]});
    feed_now(w);
}

/* -- the beginning -- */

static bool configure_shop(sim *w, store_tx *tx, int number, int64_t group, err *e)
{
    arena *a = store_arena(tx);
    store_shop row = {.code = str_printf(a, "shop%d", number),
                      .url = str_printf(a, "https://shop%d.test", number),
                      .api_version = STR("2026-10"),
                      .token_env = STR("SIM_TOKEN"),
                      .token_file = STR(""),
                      .client_id_env = STR(""),
                      .client_id_file = STR(""),
                      .client_secret_env = STR(""),
                      .client_secret_file = STR(""),
                      .webhook_secret_env = STR(""),
                      .webhook_secret_file = STR(""),
                      .writable = true,
                      .index_lag_s = INDEX_LAG_S,
                      .adopted_at = INSTANT_NONE,
                      .orders_until = INSTANT_NONE};
    store_channel web = {.code = str_printf(a, "web%d", number),
                         .location = STR("gid://shopify/Location/1"),
                         .mode = CHANNEL_AGGREGATE,
                         .group = group,
                         .reserve_inventory = true,
                         .behind = -1};
    if (!store_shop_put(tx, &row, &w->shop_ids[number], e))
        return false;
    web.shop = w->shop_ids[number];
    return store_channel_put(tx, &web, &w->web[number], e);
}

static bool configure(sim *w, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    store_member members[SIM_PLACES_MAX];
    int64_t group;
    if (!store_begin(w->programs[0]->db, STORE_WRITE, &tx, e))
        return false;
    arena *a = store_arena(tx);
    for (int i = 0; i < w->place_count; i++) {
        store_facility f = {.code = str_printf(a, "P%d", i),
                            .name = STR("A place"),
                            .type = FACILITY_WAREHOUSE,
                            .active = true,
                            .time_zone = STR("UTC")};
        if (!store_facility_put(tx, &f, &w->places[i], e))
            return false;
        members[i] = (store_member){.facility = w->places[i], .from = INSTANT_NONE, .thru = INSTANT_NONE};
    }
    store_group g = {.code = STR("ONLINE"), .members = members, .member_count = (size_t)w->place_count};
    if (!store_group_put(tx, &g, &group, e))
        return false;
    for (int i = 0; i < w->shop_count; i++)
        if (!configure_shop(w, tx, i, group, e))
            return false;
    return store_commit(&tx, e);
}

static bool stock(sim *w, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    if (!store_begin(w->programs[0]->db, STORE_WRITE, &tx, e))
        return false;
    arena *a = store_arena(tx);
    for (int i = 0; i < w->item_count; i++) {
        str sku = str_printf(a, "SKU-%d", i);
        store_product p = {.sku = sku, .title = sku, .product_type = STR(""), .vendor = STR("")};
        if (!store_product_put(tx, &p, &w->products[i], e))
            return false;
        for (int n = 0; n < w->shop_count; n++)
            if (!store_link(tx, w->shop_ids[n], w->products[i], str_printf(a, "gid://shopify/InventoryItem/%d", i + 1),
                            e))
                return false;
    }
    return store_commit(&tx, e);
}

/* Both sides begin with numbers of their own: adoption and the first push bring them together. */
static void open_shop(sim *w, int number)
{
    model *s = w->shops[number] = model_new(w, number);
    s->skew_us = (int64_t)sim_roll(w, DICE_PEOPLE, 120) * US_PER_S - 60 * US_PER_S;
    for (int i = 0; i < w->item_count; i++) {
        model_item *it = &s->items[s->item_count++];
        *it = (model_item){.tracked = true};
        snprintf(it->sku, sizeof it->sku, "SKU-%d", i);
        for (int n = 0; n < SHOP_LOCATIONS; n++)
            it->levels[n] = (model_level){.exists = true, .active = true};
        model_shift(s, i, 0, Q_AVAILABLE, (qty)sim_roll(w, DICE_PEOPLE, 15), BY_OTHERS);
        model_shift(s, i, 2, Q_AVAILABLE, w->kind == WORLD_UNMAPPED ? 6 : 0, BY_OTHERS);
    }
}

bool people_build(sim *w, err *e)
{
    for (int i = 0; i < w->shop_count; i++)
        open_shop(w, i);
    if (!configure(w, e) || !stock(w, e))
        return false;
    for (int i = 0; i < w->item_count; i++)
        for (int n = 0; n < w->place_count; n++)
            w->real[i][n] = (qty)sim_roll(w, DICE_PEOPLE, 12);
    people_count_all(w);
    return true;
}
