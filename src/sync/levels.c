/*
 * What a level says of its target: whether it can be sold at all (P9), what Shopify holds back (H).
 */
#include "sync/internal.h"

#define STATES_PAGE 200 /* targets whose state changed, in one transaction */

/* -- state -- */

static const struct {
    target_state state;
    const char *reason, *fix;
} STATES[] = {
    {TARGET_OK, "", ""},
    {TARGET_ITEM_GONE, "the item does not exist at the shop any more", "run `evenstock shop link` to find the new one"},
    {TARGET_UNTRACKED, "Shopify does not track this item",
     "switch tracking on in Shopify; the next hard sync takes it up"},
    {TARGET_LOCATION_INACTIVE, "the location is not active",
     "activate the location in Shopify, or map the channel to another one"},
    {TARGET_NOT_STOCKED, "the item is not stocked at the location",
     "stock it there in Shopify; the next hard sync takes it up"},
    {TARGET_BUNDLE, "a bundle: Shopify computes it from its components",
     "sell its components' stock; unlink this product"},
};

target_state sync__state_of(const shop_level *l, bool location_active)
{
    if (!l->item_exists)
        return TARGET_ITEM_GONE;
    if (!l->tracked)
        return TARGET_UNTRACKED;
    if (!location_active)
        return TARGET_LOCATION_INACTIVE;
    return l->level_exists && l->active ? TARGET_OK : TARGET_NOT_STOCKED;
}

const char *sync__state_reason(target_state s)
{
    for (size_t i = 0; i < COUNT(STATES); i++)
        if (STATES[i].state == s)
            return STATES[i].reason;
    return "Shopify refused it";
}

bool sync__put_state(store_tx *tx, target_key k, target_state s, err *e)
{
    for (size_t i = 0; i < COUNT(STATES); i++)
        if (STATES[i].state == s)
            return store_target_state(tx, k, s, str_of(STATES[i].reason), str_of(STATES[i].fix), e);
    check_failed("a state that is read", ERR_HERE);
}

bool sync__tracked(store_tx *tx, const target_row *row, bool tracked, err *e)
{
    return sync__put_state(tx, row->key, tracked ? TARGET_OK : TARGET_UNTRACKED, e) &&
           (!row->target.e.known || store_explained(tx, row->key, EXPLAINED_FORGET, 0, STR("tracking changed"), e));
}

/* A refused line and a bundle are not released by a level that looks well: nothing in it tells their cause. */
bool sync__state_changes(target_state now, target_state seen)
{
    bool kept = seen == TARGET_OK && (now == TARGET_REFUSED || now == TARGET_BUNDLE);
    return seen != now && !kept;
}

bool sync__see_state(store_tx *tx, const target_row *row, target_state seen, err *e)
{
    if (!sync__state_changes(row->target.state, seen))
        return true;
    bool was_tracked = row->target.state != TARGET_UNTRACKED, is_tracked = seen != TARGET_UNTRACKED;
    if (was_tracked != is_tracked && seen != TARGET_ITEM_GONE && !sync__tracked(tx, row, is_tracked, e)) /* I5 */
        return false;
    return sync__put_state(tx, row->key, seen, e) && (seen != TARGET_OK || store_target_mark(tx, row->key, true, e));
}

bool sync__put_states(sync_lane *l, const sync__seen_state *list, size_t count, err *e)
{
    for (size_t from = 0; from < count; from += STATES_PAGE) {
        AUTO(store_tx_end) store_tx *tx = NULL;
        if (!store_begin(l->db, STORE_WRITE, &tx, e) || !store_lane_beat(tx, l->shop, l->fence, e))
            return false;
        for (size_t i = from; i < count && i < from + STATES_PAGE; i++) {
            target_row now;
            bool some;
            if (!store_target_get(tx, list[i].key, store_arena(tx), &now, &some, e) ||
                (some && !sync__see_state(tx, &now, list[i].state, e)))
                return false;
        }
        if (!store_commit(&tx, e))
            return false;
    }
    return true;
}

/* -- quantities -- */

static qty of(shop_quantity q)
{
    return q.value.known ? q.value.value : 0;
}

sync__numbers sync__numbers_of(const shop_level *l, qty baseline)
{
    const shop_quantity parts[] = {l->available, l->reserved, l->damaged, l->quality_control, l->safety_stock};
    sync__numbers n = {.s = of(l->available), .committed = of(l->committed), .newest = INSTANT_NONE};
    n.others = of(l->damaged) + of(l->quality_control) + of(l->safety_stock);
    n.h = MUTANT(ignore_held) ? 0 : of(l->reserved) + qty_max(0, n.others - baseline);
    for (size_t i = 0; i < COUNT(parts); i++)
        if (parts[i].at != INSTANT_NONE && parts[i].at > n.newest)
            n.newest = parts[i].at;
    return n;
}

static bool same(shop_quantity x, shop_quantity y)
{
    return x.value.known == y.value.known && (!x.value.known || x.value.value == y.value.value) && x.at == y.at;
}

bool sync__levels_agree(const shop_level *x, const shop_level *y)
{
    return x->item_exists == y->item_exists && x->level_exists == y->level_exists && x->active == y->active &&
           x->tracked == y->tracked && same(x->available, y->available) && same(x->reserved, y->reserved) &&
           same(x->damaged, y->damaged) && same(x->quality_control, y->quality_control) &&
           same(x->safety_stock, y->safety_stock);
}

bool sync__committed_agrees(const shop_level *x, const shop_level *y)
{
    return same(x->committed, y->committed);
}

/* -- locations and scopes -- */

bool sync__look_at_shop(sync_lane *l, arena *a, shop_facts *ret, err *e)
{
    if (!shop_check(l->remote, a, ret, e))
        return false;
    if (ret->missing_count == 0)
        return true;
    return ERR(
        e, ERR_CONFLICT,
        "shop '%.*s': the token lacks %zu access scopes, '%.*s' first; without them orders are hidden and numbers "
        "wrong. Grant them, then look with `evenstock shop check %.*s`",
        STR_ARG(l->options.shop), ret->missing_count, STR_ARG(ret->missing_scopes[0]), STR_ARG(l->options.shop));
}

bool sync__location_active(const shop_facts *f, str location)
{
    for (size_t i = 0; i < f->location_count; i++)
        if (str_equal(f->locations[i].id, location))
            return f->locations[i].active;
    return false;
}
