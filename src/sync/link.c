/*
 * Links every SKU to its inventory item, compared exactly, and reads whether it is tracked and stocked (P9). A link
 * that is new or changed re-derives the stored readings of the item in the same transaction (I10).
 */
#include "sync/internal.h"

#define PAGE 200

typedef struct found {
    int64_t product; /* 0: not ours */
    str sku, item;
    size_t items; /* of this SKU */
    bool tracked, bundle;
} found;

typedef struct linking {
    sync_lane *lane;
    arena *memory;
    map *by_sku;  /* what the shop has */
    bool by_hand; /* the operator ran this: releases what was refused, too */
    VEC(str) unlinked, duplicates, untracked, not_stocked;
    VEC(sync_relinked) relinked;
    int64_t linked;
} linking;

static bool take_item(void *ctx, const shop_item *i, err *e)
{
    linking *n = ctx;
    str sku = str_trim(i->sku);
    if (str_empty(sku))
        return true;
    found *f = map_get(n->by_sku, sku);
    if (!f) {
        f = ARENA_NEW(n->memory, found, 1);
        *f = (found){.sku = str_copy(n->memory, sku),
                     .item = str_copy(n->memory, i->item),
                     .tracked = i->tracked,
                     .bundle = i->bundle};
        map_put(n->by_sku, sku, f);
        f->items = 1;
    } else if (!str_equal(f->item, i->item)) { /* one item may serve several variants */
        f->items++;
    }
    return sync__alive(n->lane, e);
}

/* The state that the item alone tells; stocking is read afterwards. Releases what was refused: the operator ran this.
 */
static bool put_item_state(linking *n, store_tx *tx, const found *f, err *e)
{
    const store_config *c;
    if (!store_config_get(tx, &c, e))
        return false;
    for (size_t i = 0; i < c->channel_count; i++) {
        target_row row;
        bool some;
        if (c->channels[i].shop != n->lane->shop)
            continue;
        if (!store_target_get(tx, (target_key){f->product, c->channels[i].id}, store_arena(tx), &row, &some, e))
            return false;
        target_state state = f->bundle ? TARGET_BUNDLE : !f->tracked ? TARGET_UNTRACKED : TARGET_OK;
        bool was_tracked = row.target.state != TARGET_UNTRACKED;
        if (!some || state == row.target.state)
            continue;
        if ((was_tracked != f->tracked && !sync__tracked(tx, &row, f->tracked, e)) ||
            !sync__put_state(tx, row.key, state, e))
            return false;
    }
    return true;
}

/* The item that the product is linked to now; "" none. */
static bool linked_item(linking *n, store_tx *tx, int64_t product, str *ret, err *e)
{
    const store_config *c;
    const store_world *w;
    *ret = STR("");
    if (!store_config_get(tx, &c, e) || !store_world_get(tx, product, &w, e))
        return false;
    for (size_t i = 0; i < w->target_count; i++) {
        const store_channel *ch = config_channel(c, w->targets[i].channel);
        if (ch && ch->shop == n->lane->shop && !str_empty(w->targets[i].item))
            *ret = str_copy(store_arena(tx), w->targets[i].item);
    }
    return true;
}

/* The SKU decides: a product that was linked to the item of another one's SKU lets it go. */
static bool take_over(linking *n, store_tx *tx, const store_product *p, str item, err *e)
{
    store_product other;
    int64_t owner;
    if (!store_product_of_item(tx, n->lane->shop, item, &owner, e))
        return false;
    if (owner == 0 || owner == p->id)
        return true;
    if (!store_product_get(tx, owner, store_arena(tx), &other, e) || !store_link(tx, n->lane->shop, owner, STR(""), e))
        return false;
    *vec_push(n->memory, &n->relinked) =
        (sync_relinked){str_copy(n->memory, other.sku), str_copy(n->memory, item), STR("")};
    return store_flush(tx, e);
}

static bool link_product(linking *n, store_tx *tx, const store_product *p, instant baseline, err *e)
{
    found *f = map_get(n->by_sku, p->sku);
    str before;
    if (!linked_item(n, tx, p->id, &before, e))
        return false;
    if (f && f->items > 1) { /* which of them, only a person can tell; a link that is there stays */
        *vec_push(n->memory, &n->duplicates) = f->sku;
        return true;
    }
    if (!f) {
        if (str_empty(before))
            *vec_push(n->memory, &n->unlinked) = str_copy(n->memory, p->sku);
        n->linked += !str_empty(before); /* linked by hand to an item with another SKU */
        return true;
    }
    f->product = p->id;
    n->linked++;
    if (!f->tracked)
        *vec_push(n->memory, &n->untracked) = f->sku;
    if (!n->by_hand && str_equal(before, f->item))
        return true;
    if (!str_empty(before) && !str_equal(before, f->item))
        *vec_push(n->memory, &n->relinked) = (sync_relinked){f->sku, str_copy(n->memory, before), f->item};
    if (!take_over(n, tx, p, f->item, e) || !store_link(tx, n->lane->shop, p->id, f->item, e) ||
        !put_item_state(n, tx, f, e))
        return false;
    return str_equal(before, f->item) || (store_flush(tx, e) && sync__rederive(n->lane, tx, f->item, baseline, e));
}

static bool link_all(linking *n, instant baseline, err *e)
{
    AUTO(arena_end) arena *page = arena_new(0);
    sync_lane *l = n->lane;
    int64_t after = 0;
    for (;;) {
        AUTO(store_tx_end) store_tx *tx = NULL;
        store_product *products;
        size_t count;
        arena_clear(page);
        if (!store_begin(l->db, STORE_WRITE, &tx, e) || !store_lane_beat(tx, l->shop, l->fence, e) ||
            !store_products_after(tx, after, PAGE, page, &products, &count, e))
            return false;
        for (size_t i = 0; i < count; i++)
            if (!link_product(n, tx, &products[i], baseline, e))
                return err_wrap(e, "linking %.*s", STR_ARG(products[i].sku));
        if (!store_commit(&tx, e))
            return false;
        if (count == 0)
            return true;
        after = products[count - 1].id;
        sync__progress(l, "link", n->linked, -1);
    }
}

/* -- stocked? -- */

typedef struct stocking {
    linking *link;
    shop_facts facts;
    arena *memory;
    VEC(sync__seen_state) states;
    map *listed; /* SKUs that were told */
} stocking;

static bool take_level(void *ctx, const sync__mapped *m, const shop_level *l, err *e)
{
    (void)e;
    stocking *s = ctx;
    linking *n = s->link;
    target_state seen = sync__state_of(l, sync__location_active(&s->facts, m->place->location));
    if (sync__state_changes(m->state, seen))
        *vec_push(s->memory, &s->states) = (sync__seen_state){.key = m->key, .state = seen};
    if (seen == TARGET_NOT_STOCKED && !map_get(s->listed, m->sku)) {
        *vec_push(n->memory, &n->not_stocked) = str_copy(n->memory, m->sku);
        map_put(s->listed, m->sku, s);
    }
    return true;
}

static bool read_stocking(linking *n, err *e)
{
    AUTO(arena_end) arena *memory = arena_new(0);
    stocking s = {.link = n, .memory = memory, .listed = map_new(memory)};
    sync__mapped_list all;
    return shop_check(n->lane->remote, memory, &s.facts, e) && sync__mapped_all(n->lane, memory, &all, e) &&
           sync__scan(n->lane, &s.facts, &all, take_level, &s, e) &&
           sync__put_states(n->lane, s.states.at, s.states.count, e);
}

bool sync__links_differ(sync_lane *l, const str *skus, size_t count, bool *ret, err *e)
{
    AUTO(arena_end) arena *memory = arena_new(0);
    AUTO(store_tx_end) store_tx *tx = NULL;
    linking n = {.lane = l, .memory = memory, .by_sku = map_new(memory)};
    *ret = false;
    if (!shop_items_of(l->remote, skus, count, take_item, &n, e) || !store_begin(l->db, STORE_READ, &tx, e))
        return false;
    for (size_t i = 0; i < count && !*ret; i++) {
        const found *f = map_get(n.by_sku, skus[i]);
        int64_t product;
        str item;
        if (!f || f->items > 1) /* none has it, or nobody can tell which: its link stays */
            continue;
        if (!store_product_find(tx, skus[i], &product, e) || (product && !linked_item(&n, tx, product, &item, e)))
            return false;
        *ret = product && !str_equal(item, f->item);
    }
    return true;
}

bool sync__relink(sync_lane *l, sync__report *r, instant baseline, bool *ret_changed, err *e)
{
    linking n = {.lane = l, .memory = r->memory, .by_sku = map_new(r->memory)};
    if (!shop_items_all(l->remote, take_item, &n, e) || !link_all(&n, baseline, e))
        return false;
    for (size_t i = 0; i < n.relinked.count; i++)
        *vec_push(r->memory, &r->relinked) = n.relinked.at[i];
    *ret_changed = n.relinked.count > 0;
    return true;
}

bool sync_link(sync_lane *l, arena *a, sync_linked *ret, err *e)
{
    linking n = {.lane = l, .memory = a, .by_sku = map_new(a), .by_hand = true};
    store_shop row;
    if (!sync__check_shop(l, (sync__need){0}, a, &row, e) || !shop_items_all(l->remote, take_item, &n, e) ||
        !link_all(&n, row.adopted_at, e) || !read_stocking(&n, e))
        return false;
    *ret = (sync_linked){.linked = n.linked,
                         .unlinked = n.unlinked.at,
                         .unlinked_count = n.unlinked.count,
                         .duplicates = n.duplicates.at,
                         .duplicate_count = n.duplicates.count,
                         .untracked = n.untracked.at,
                         .untracked_count = n.untracked.count,
                         .not_stocked = n.not_stocked.at,
                         .not_stocked_count = n.not_stocked.count,
                         .relinked = n.relinked.at,
                         .relinked_count = n.relinked.count};
    return true;
}
