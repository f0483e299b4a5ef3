/*
 * What comes to us from elsewhere: the ERP's movements and counts, the operator's thresholds. Each has a key, so that
 * it can be told again when nobody knows whether it was heard.
 */
#include "model.h"

/* -- our feeds: each has a key, so that it can be told again when nobody knows whether it was heard -- */

static bool set(const sim *w, store_tx *tx, const feed_row *f, err *e)
{
    bool member[SIM_PLACES_MAX];
    int64_t group = w->groups[f->channel];
    if (f->kind == FEED_THRESHOLD)
        return store_channel_settings(tx, w->products[f->item], w->channels[f->shop][f->channel], f->units,
                                      /* sellable= */ true, e);
    if (f->kind == FEED_SAFETY)
        return store_facility_settings(tx, w->products[f->item], w->places[f->place], f->units,
                                       /* allow_brokering= */ true, /* allow_pickup= */ true, e);
    memcpy(member, w->member[f->channel], sizeof member);
    member[f->place] = f->units;
    return setup_group(w, tx, f->channel, member, &group, e);
}

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
    if (f->kind >= FEED_THRESHOLD)
        return set(w, tx, f, e);
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

bool erp_feed(sim *w, err *e)
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
            oracle_threshold(w, (sim_target){f->shop, f->channel, f->item}, f->units);
        else if (f->kind == FEED_SAFETY)
            w->safety[f->item][f->place] = f->units;
        else if (f->kind == FEED_MEMBER)
            w->member[f->channel][f->place] = f->units;
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
    if (erp_feed(w, &e) || w->programs[0]->user.dead)
        return;
    sim_note(w, "a feed failed: %.90s", e.text);
    if (e.code != ERR_IO || !sim_has(w, TROUBLE_FULL))
        sim_broken(w, "error", "a feed failed: %s", e.text);
}

static bool waits(const sim *w)
{
    return w->feed_count > 0 || w->till_count > 0;
}

void erp_tills(sim *w)
{
    if (!waits(w))
        tills_sell(w);
    feed_now(w);
}

void erp_move(sim *w)
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

void erp_count(sim *w)
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

static feed_row any_setting(sim *w)
{
    uint64_t kind = sim_roll(w, DICE_PEOPLE, 3);
    feed_row f = {.kind = kind == 0   ? FEED_THRESHOLD
                          : kind == 1 ? FEED_SAFETY
                                      : FEED_MEMBER,
                  .item = (int)sim_roll(w, DICE_PEOPLE, (uint64_t)w->item_count),
                  .place = (int)sim_roll(w, DICE_PEOPLE, (uint64_t)w->place_count),
                  .shop = (int)sim_roll(w, DICE_PEOPLE, (uint64_t)w->shop_count),
                  .channel = (int)sim_roll(w, DICE_PEOPLE, (uint64_t)w->channel_count),
                  .units = (qty)sim_roll(w, DICE_PEOPLE, 4)};
    if (f.kind == FEED_MEMBER)
        f.units = !w->member[f.channel][f.place];
    if (f.kind == FEED_MEMBER && f.place == f.channel % w->place_count)
        f.kind = FEED_SAFETY; /* each channel keeps one place */
    return f;
}

void erp_configure(sim *w)
{
    if (!waits(w)) {
        feed_row f = any_setting(w);
        if (f.kind == FEED_THRESHOLD)
            sim_note(w, "shop %d: item %d at %d has a threshold of %" PRId64, f.shop, f.item, f.channel, f.units);
        else if (f.kind == FEED_SAFETY)
            sim_note(w, "item %d has a safety stock of %" PRId64 " in place %d", f.item, f.units, f.place);
        else
            sim_note(w, "place %d %s the group of channel %d", f.place, f.units ? "joins" : "leaves", f.channel);
        add_feed(w, f);
    }
    feed_now(w);
}

/* Every place is counted: what had departed from nobody knew where is settled (I8). */
void erp_count_all(sim *w)
{
    feed_now(w);
    for (int item = 0; item < w->item_count; item++)
        for (int place = 0; place < w->place_count; place++)
            add_feed(w, (feed_row){.kind = FEED_COUNTED, .item = item, .place = place, .units = w->real[item][place]});
    feed_now(w);
}
