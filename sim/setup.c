/*
 * The beginning of a world: the shops, the places, and the configuration of the store.
 */
#include "model.h"

#include <stdio.h>

static bool configure_channel(sim *w, store_tx *tx, int of, int number, int64_t group, err *e)
{
    store_channel c = {.code = str_printf(store_arena(tx), "shop%d-%d", of, number),
                       .shop = w->shop_ids[of],
                       .location = str_printf(store_arena(tx), "gid://shopify/Location/%d", number + 1),
                       .mode = CHANNEL_AGGREGATE,
                       .group = group,
                       .reserve_inventory = true,
                       .behind = -1};
    return store_channel_put(tx, &c, &w->channels[of][number], e);
}

static bool configure_shop(sim *w, store_tx *tx, int number, err *e)
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
                      .index_lag_s = SIM_INDEX_LAG_S,
                      .adopted_at = INSTANT_NONE,
                      .orders_until = INSTANT_NONE};
    if (!store_shop_put(tx, &row, &w->shop_ids[number], e))
        return false;
    for (int i = 0; i < w->channel_count; i++)
        if (!configure_channel(w, tx, number, i, w->groups[i], e))
            return false;
    return true;
}

bool setup_group(const sim *w, store_tx *tx, int channel, const bool *member, int64_t *id, err *e)
{
    store_member members[SIM_PLACES_MAX];
    store_group g = {.id = *id, .code = str_printf(store_arena(tx), "GROUP%d", channel), .members = members};
    for (int i = 0; i < w->place_count; i++)
        if (member[i])
            members[g.member_count++] =
                (store_member){.facility = w->places[i], .from = INSTANT_NONE, .thru = INSTANT_NONE};
    return store_group_put(tx, &g, id, e);
}

static bool configure(sim *w, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
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
    }
    for (int i = 0; i < w->channel_count; i++)
        if (!setup_group(w, tx, i, w->member[i], &w->groups[i], e))
            return false;
    for (int i = 0; i < w->shop_count; i++)
        if (!configure_shop(w, tx, i, e))
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
        for (int n = 0; n < w->channel_count; n++)
            model_shift(s, i, n, Q_AVAILABLE, (qty)sim_roll(w, DICE_PEOPLE, 15), BY_OTHERS);
        model_shift(s, i, SHOP_ELSEWHERE, Q_AVAILABLE, w->kind == WORLD_UNMAPPED ? 6 : 0, BY_OTHERS);
    }
}

/* Mostly each channel sells the stock of one place; some places are shared. */
static void share_places(sim *w)
{
    for (int i = 0; i < w->channel_count; i++) {
        w->member[i][i % w->place_count] = true;
        for (int n = 0; n < w->place_count; n++)
            w->member[i][n] |= w->channel_count == 1 || sim_chance(w, DICE_PEOPLE, 250);
    }
}

bool setup_world(sim *w, err *e)
{
    share_places(w);
    for (int i = 0; i < w->shop_count; i++)
        open_shop(w, i);
    if (!configure(w, e) || !stock(w, e))
        return false;
    for (int i = 0; i < w->item_count; i++)
        for (int n = 0; n < w->place_count; n++)
            w->real[i][n] = (qty)sim_roll(w, DICE_PEOPLE, 12);
    erp_count_all(w);
    return true;
}
