/* Buyers and staff: what happens to a shop's orders, and to the goods that really lie in its places. */
#include "model.h"

/* -- what really is there -- */

/* The places whose stock a location sells; one that no channel maps sells what the first does. */
static const bool *places_of(const sim *w, int location)
{
    return w->member[location == SHOP_ELSEWHERE ? 0 : location];
}

static int first_place(const sim *w, int location)
{
    int i = 0;
    while (!places_of(w, location)[i])
        i++;
    return i;
}

static void carry_off(sim *w, int item, int location, qty units)
{
    const bool *ours = places_of(w, location);
    for (int i = 0; i < w->place_count && units > 0; i++) {
        qty n = ours[i] ? qty_min(units, qty_max(0, w->real[item][i])) : 0;
        w->real[item][i] -= n;
        units -= n;
    }
    w->real[item][first_place(w, location)] -= units;
}

static void put_back(sim *w, int item, int location, qty units)
{
    w->real[item][first_place(w, location)] += units;
}

/* What lies in the channel's places, less what its buyers still wait for. */
qty trade_there(const sim *w, sim_target k)
{
    const model *s = w->shops[k.shop];
    qty units = -model_open_at(s, k.item, k.channel);
    if (k.channel == 0)
        units -= model_open_at(s, k.item, SHOP_ELSEWHERE);
    for (int i = 0; i < w->place_count; i++)
        units += w->member[k.channel][i] ? qty_max(0, w->real[k.item][i] - w->safety[k.item][i]) : 0;
    return units;
}

static int any_location(sim *w)
{
    if (w->kind == WORLD_UNMAPPED && sim_chance(w, DICE_PEOPLE, 200))
        return SHOP_ELSEWHERE;
    return (int)sim_roll(w, DICE_PEOPLE, (uint64_t)w->channel_count);
}

/* -- buyers -- */

static qty shown(const model *s, int item, int location)
{
    const model_level *l = &s->items[item].levels[location];
    return l->active && s->location_active[location] ? l->q[Q_AVAILABLE] : 0;
}

/* false: the shop does not sell it, for want of stock. */
static bool choose_goods(sim *w, const model *s, model_sale *ret)
{
    qty left[SIM_ITEMS_MAX][SHOP_LOCATIONS];
    int location = any_location(w);
    for (int i = 0; i < s->item_count; i++)
        for (int n = 0; n < SHOP_LOCATIONS; n++)
            left[i][n] = shown(s, i, n);
    for (int i = 0; i < ret->line_count; i++) {
        ret->item[i] = (int)sim_roll(w, DICE_PEOPLE, (uint64_t)w->item_count);
        ret->units[i] = 1 + (qty)sim_roll(w, DICE_PEOPLE, 3);
        if (!ret->pos && i > 0 && sim_chance(w, DICE_PEOPLE, 300))
            location = any_location(w);
        ret->location[i] = location;
        left[ret->item[i]][location] -= ret->units[i];
        if (left[ret->item[i]][location] < 0)
            return false;
    }
    return true;
}

void trade_buy(sim *w)
{
    model *s = w->shops[sim_roll(w, DICE_PEOPLE, (uint64_t)w->shop_count)];
    model_sale what = {.line_count =
                           1 + (int)(sim_chance(w, DICE_PEOPLE, 250) ? sim_roll(w, DICE_PEOPLE, ORDER_LINES_MAX) : 0)};
    what.pos = sim_chance(w, DICE_PEOPLE, 150);
    what.unrouted = !what.pos && sim_chance(w, DICE_PEOPLE, 150);
    if (!choose_goods(w, s, &what))
        return;
    int number = model_place(s, &what);
    for (int i = 0; what.pos && i < what.line_count; i++)
        carry_off(w, what.item[i], what.location[i], what.units[i]);
    w->orders++;
    for (int i = 0; i < what.line_count; i++)
        sim_note(w, "shop %d: order %d: item %d at %d -%" PRId64 "%s%s", s->number, number, what.item[i],
                 what.location[i], what.units[i], what.pos ? ", POS" : "", what.unrouted ? ", not routed" : "");
}

/* A buyer is faster than a repair: its compare is stale then, and it must look again (R6). */
void trade_race(model *s, const js_value *changes)
{
    sim *w = s->w;
    model_sale what = {.line_count = 1, .units = {1}};
    if (w->resting || !changes || js_is_null(js_get(changes->first, "changeFromQuantity")) ||
        !sim_chance(w, DICE_NET, 250))
        return;
    what.item[0] = model_number(js_str(js_get(changes->first, "inventoryItemId"), STR("")));
    what.location[0] = model_number(js_str(js_get(changes->first, "locationId"), STR("")));
    if (what.item[0] >= s->item_count || shown(s, what.item[0], what.location[0]) < 1)
        return;
    sim_note(w, "shop %d: order %d: item %d at %d -1, just before a repair", s->number, model_place(s, &what),
             what.item[0], what.location[0]);
    w->orders++;
}

/* -- staff: the life of an order -- */

static bool room(const model_order *o)
{
    return o->fo_count + ORDER_LINES_MAX <= ORDER_PARTS_MAX / 2 &&
           o->shipped_count + o->fo_count + ORDER_LINES_MAX <= ORDER_PARTS_MAX &&
           o->refund_count + o->fo_count + ORDER_LINES_MAX <= ORDER_PARTS_MAX;
}

static void ship(sim *w, model *s, model_order *o)
{
    int before = o->shipped_count, from = sim_chance(w, DICE_PEOPLE, 200) ? any_location(w) : MODEL_AT_PLACE;
    model_fulfil(s, o->number, 1 + (qty)sim_roll(w, DICE_PEOPLE, 4), from);
    for (int i = before; i < o->shipped_count; i++)
        carry_off(w, o->lines[o->shipped[i].line].item, o->shipped[i].location, o->shipped[i].units);
    for (int i = before; i < o->shipped_count; i++)
        sim_note(w, "shop %d: order %d: %" PRId64 " of line %d are shipped from %d", s->number, o->number,
                 o->shipped[i].units, o->shipped[i].line, o->shipped[i].location);
}

/* Units that were taken off the order since and do not lie where they did: gone, or restocked elsewhere. */
static void settle_goods(sim *w, const model_order *o, const qty removed[ORDER_LINES_MAX][SHOP_LOCATIONS], bool found,
                         int to)
{
    for (int i = 0; i < o->line_count; i++)
        for (int n = 0; n < SHOP_LOCATIONS; n++) {
            qty units = o->lines[i].removed[n] - removed[i][n];
            if (units == 0 || (found && (to == MODEL_AT_PLACE || to == n)))
                continue;
            carry_off(w, o->lines[i].item, n, units);
            if (found)
                put_back(w, o->lines[i].item, to, units);
        }
}

static void removed_of(const model_order *o, qty ret[ORDER_LINES_MAX][SHOP_LOCATIONS])
{
    for (int i = 0; i < ORDER_LINES_MAX; i++)
        memcpy(ret[i], o->lines[i].removed, sizeof o->lines[i].removed);
}

static void cancel(sim *w, model *s, model_order *o)
{
    qty before[ORDER_LINES_MAX][SHOP_LOCATIONS];
    bool restock = w->kind != WORLD_UNTOLD || !sim_chance(w, DICE_PEOPLE, 300);
    bool record = w->kind != WORLD_UNTOLD || sim_chance(w, DICE_PEOPLE, 500);
    removed_of(o, before);
    model_cancel(s, o->number, restock, record);
    settle_goods(w, o, before, restock, MODEL_AT_PLACE);
    sim_note(w, "shop %d: order %d is cancelled%s%s", s->number, o->number, restock ? "" : ", not restocked",
             record ? "" : ", and nothing tells");
}

/* In the very second of the change that was read: only the time of the reading tells that there may be another (I1). */
void trade_follow(model *s, int number)
{
    model_order *o = &s->orders[number];
    bool open = o->routed && !o->cancelled && !o->closed && room(o);
    if (!s->w->resting && open && o->updated_at == model_now(s) && sim_chance(s->w, DICE_NET, 700))
        cancel(s->w, s, o);
}

static void refund(sim *w, model *s, model_order *o, int line)
{
    qty before[ORDER_LINES_MAX][SHOP_LOCATIONS];
    bool lost = w->kind == WORLD_UNTOLD && sim_chance(w, DICE_PEOPLE, 300);
    int to = sim_chance(w, DICE_PEOPLE, 250) ? any_location(w) : MODEL_AT_PLACE;
    removed_of(o, before);
    model_refund(s, o->number, line, 1, lost ? "NO_RESTOCK" : "CANCEL", to);
    settle_goods(w, o, before, !lost, to);
    sim_note(w, "shop %d: order %d: one of line %d is taken off%s", s->number, o->number, line,
             lost ? ", not restocked" : "");
    if (to != MODEL_AT_PLACE && !lost)
        sim_note(w, "  restocked at %d", to);
}

static void bring_back(sim *w, model *s, model_order *o, int line)
{
    int to = any_location(w);
    model_refund(s, o->number, line, 1, "RETURN", to);
    put_back(w, o->lines[line].item, to, 1);
    sim_note(w, "shop %d: order %d: one of line %d comes back to %d", s->number, o->number, line, to);
}

static void move(sim *w, model *s, model_order *o, int line)
{
    int to = any_location(w);
    qty units = sim_chance(w, DICE_PEOPLE, 300) ? 1 : o->lines[line].open;
    model_move(s, o->number, line, units, to);
    sim_note(w, "shop %d: order %d: up to %" PRId64 " of line %d move to %d", s->number, o->number, units, line, to);
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

void trade_serve(sim *w)
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
        ship(w, s, o);
    else if (open && turn == 4)
        cancel(w, s, o);
    else if (o->routed && open && turn == 5)
        refund(w, s, o, line);
    else if (o->routed && open && turn == 6)
        move(w, s, o, line);
    else if (!open && model_returnable(o, line) > 0)
        bring_back(w, s, o, line);
}
