/*
 * Configuration in memory, its lookups and its changes. C1: what a change can move is marked as behind in the same
 * transaction (a channel's `behind`), and recomputed in chunks afterwards; store.c.
 */
#include "store/internal.h"

#include <stdlib.h>

/* The public struct with what makes lookups by id quick: ids are small and dense. */
typedef struct config_cache {
    store_config shown;                                     /* first, so that the public pointer is ours */
    int32_t *facility_at, *channel_at, *group_at, *shop_at; /* id -> index, -1 none */
    int64_t facility_ids, channel_ids, group_ids, shop_ids; /* lengths */
} config_cache;

static int32_t *index_new(arena *a, int64_t highest, int64_t *ret_ids)
{
    *ret_ids = highest + 1;
    int32_t *at = ARENA_NEW(a, int32_t, (size_t)*ret_ids);
    for (int64_t i = 0; i < *ret_ids; i++)
        at[i] = -1;
    return at;
}

#define INDEX(cache, a, list, count, ids, at)                                                                          \
    do {                                                                                                               \
        int64_t highest = 0;                                                                                           \
        for (size_t n = 0; n < (count); n++)                                                                           \
            if ((list)[n].id > highest)                                                                                \
                highest = (list)[n].id;                                                                                \
        (cache)->at = index_new((a), highest, &(cache)->ids);                                                          \
        for (size_t n = 0; n < (count); n++)                                                                           \
            (cache)->at[(list)[n].id] = (int32_t)n;                                                                    \
    } while (0)

static bool config_read(store *s, err *e)
{
    arena_clear(s->config_arena);
    s->config = NULL;
    arena *a = s->config_arena;
    config_cache *c = ARENA_NEW(a, config_cache, 1);
    store_facility *facilities;
    store_group *groups;
    store_shop *shops;
    store_channel *channels;
    store_config *v = &c->shown;
    if (!s->ops->meta_get(s, "config_version", 0, &v->version, e) ||
        !s->ops->facilities(s, a, &facilities, &v->facility_count, e) ||
        !s->ops->groups(s, a, &groups, &v->group_count, e) || !s->ops->shops(s, a, &shops, &v->shop_count, e) ||
        !s->ops->channels(s, a, &channels, &v->channel_count, e))
        return err_wrap(e, "reading the configuration");
    v->facilities = facilities;
    v->groups = groups;
    v->shops = shops;
    v->channels = channels;
    INDEX(c, a, facilities, v->facility_count, facility_ids, facility_at);
    INDEX(c, a, groups, v->group_count, group_ids, group_at);
    INDEX(c, a, shops, v->shop_count, shop_ids, shop_at);
    INDEX(c, a, channels, v->channel_count, channel_ids, channel_at);
    s->config = v;
    return true;
}

bool store_config_get(store_tx *tx, const store_config **ret, err *e)
{
    store *s = tx->owner;
    if (!s->config && !config_read(s, e))
        return false;
    *ret = s->config;
    return true;
}

#define BY_ID(c, list, at, ids, id)                                                                                    \
    ((id) > 0 && (id) < ((const config_cache *)(c))->ids && ((const config_cache *)(c))->at[id] >= 0                   \
         ? &(c)->list[((const config_cache *)(c))->at[id]]                                                             \
         : NULL)

const store_facility *config_facility(const store_config *c, int64_t id)
{
    return BY_ID(c, facilities, facility_at, facility_ids, id);
}

const store_group *config_group(const store_config *c, int64_t id)
{
    return BY_ID(c, groups, group_at, group_ids, id);
}

const store_shop *config_shop(const store_config *c, int64_t id)
{
    return BY_ID(c, shops, shop_at, shop_ids, id);
}

const store_channel *config_channel(const store_config *c, int64_t id)
{
    return BY_ID(c, channels, channel_at, channel_ids, id);
}

size_t config__facility_index(const store_config *c, int64_t id)
{
    const store_facility *f = config_facility(c, id);
    CHECK(f);
    return (size_t)(f - c->facilities);
}

/* Lists are sorted by code. */
#define BY_CODE(list, count, wanted)                                                                                   \
    do {                                                                                                               \
        size_t low = 0, high = (count);                                                                                \
        while (low < high) {                                                                                           \
            size_t middle = low + (high - low) / 2;                                                                    \
            int order = str_compare((list)[middle].code, (wanted));                                                    \
            if (order == 0)                                                                                            \
                return &(list)[middle];                                                                                \
            if (order < 0)                                                                                             \
                low = middle + 1;                                                                                      \
            else                                                                                                       \
                high = middle;                                                                                         \
        }                                                                                                              \
        return NULL;                                                                                                   \
    } while (0)

const store_facility *config_facility_by_code(const store_config *c, str code)
{
    BY_CODE(c->facilities, c->facility_count, code);
}

const store_group *config_group_by_code(const store_config *c, str code)
{
    BY_CODE(c->groups, c->group_count, code);
}

const store_shop *config_shop_by_code(const store_config *c, str code)
{
    BY_CODE(c->shops, c->shop_count, code);
}

const store_channel *config_channel_by_code(const store_config *c, str code)
{
    BY_CODE(c->channels, c->channel_count, code);
}

const store_channel *config_channel_at(const store_config *c, int64_t shop, str location)
{
    for (size_t i = 0; i < c->channel_count && shop && !str_empty(location); i++)
        if (c->channels[i].shop == shop && str_equal(c->channels[i].location, location))
            return &c->channels[i];
    return NULL;
}

const store_channel *config_channel_unmapped(const store_config *c, int64_t shop)
{
    const store_channel *first = NULL;
    for (size_t i = 0; i < c->channel_count; i++) {
        const store_channel *ch = &c->channels[i];
        if (ch->shop == shop && shop && ch->mode == CHANNEL_AGGREGATE && (!first || ch->id < first->id))
            first = ch;
    }
    return first;
}

bool config_in_channel(const store_config *c, const store_channel *ch, int64_t facility, instant now)
{
    if (ch->mode == CHANNEL_PHYSICAL)
        return ch->facility == facility;
    const store_group *g = config_group(c, ch->group);
    for (size_t i = 0; g && i < g->member_count; i++)
        if (g->members[i].facility == facility && domain_member_now(g->members[i].from, g->members[i].thru, now))
            return true;
    return false;
}

const bool *store__members(store_tx *tx, const store_config *c, const store_channel *ch)
{
    if (!tx->members || tx->members_version != c->version) {
        tx->members = ARENA_NEW(tx->memory, bool *, c->channel_count + 1);
        tx->members_version = c->version;
    }
    size_t n = (size_t)(ch - c->channels);
    if (!tx->members[n]) {
        tx->members[n] = ARENA_NEW(tx->memory, bool, c->facility_count + 1);
        if (ch->mode == CHANNEL_PHYSICAL)
            tx->members[n][config__facility_index(c, ch->facility)] = true;
        const store_group *g = ch->mode == CHANNEL_AGGREGATE ? config_group(c, ch->group) : NULL;
        for (size_t i = 0; g && i < g->member_count; i++)
            if (domain_member_now(g->members[i].from, g->members[i].thru, tx->now))
                tx->members[n][config__facility_index(c, g->members[i].facility)] = true;
    }
    return tx->members[n];
}

/* -- changes -- */

static bool config_changed(store_tx *tx, err *e)
{
    store *s = tx->owner;
    int64_t version;
    s->config = NULL;
    s->config_dirty = true;
    tx->members = NULL;
    return s->ops->meta_get(s, "config_version", 0, &version, e) &&
           s->ops->meta_put(s, "config_version", version + 1, e);
}

bool store__channel_behind(store_tx *tx, int64_t channel, int64_t product, err *e)
{
    return tx->owner->ops->channel_behind(tx->owner, channel, product, e) && config_changed(tx, e);
}

/* Marks the channels that a facility (or, with facility 0, a group) can change. */
static bool mark_behind(store_tx *tx, int64_t facility, int64_t group, err *e)
{
    const store_config *c;
    if (!store_config_get(tx, &c, e))
        return false;
    size_t count = 0;
    int64_t *ids = ARENA_NEW(tx->memory, int64_t, c->channel_count + 1);
    for (size_t i = 0; i < c->channel_count; i++) {
        const store_channel *ch = &c->channels[i];
        bool touched = group && ch->group == group;
        const store_group *g = facility ? config_group(c, ch->group) : NULL;
        for (size_t m = 0; g && m < g->member_count; m++)
            touched |= g->members[m].facility == facility;
        touched |= facility && ch->facility == facility;
        if (touched && ch->behind != 0)
            ids[count++] = ch->id;
    }
    for (size_t i = 0; i < count; i++)
        if (!store__channel_behind(tx, ids[i], 0, e))
            return false;
    return true;
}

bool store_facility_put(store_tx *tx, const store_facility *f, int64_t *ret_id, err *e)
{
    const store_config *c;
    if (!store_config_get(tx, &c, e))
        return false;
    const store_facility *old = config_facility(c, f->id);
    bool counts = old && (old->active != f->active || old->type != f->type);
    int64_t id;
    if (!tx->owner->ops->facility_put(tx->owner, f, &id, e) || !config_changed(tx, e))
        return false;
    if (ret_id)
        *ret_id = id;
    return !counts || mark_behind(tx, id, 0, e);
}

static bool group_equal(const store_group *x, const store_group *y)
{
    if (!str_equal(x->code, y->code) || x->member_count != y->member_count)
        return false;
    for (size_t i = 0; i < x->member_count; i++)
        if (x->members[i].facility != y->members[i].facility || x->members[i].from != y->members[i].from ||
            x->members[i].thru != y->members[i].thru)
            return false;
    return true;
}

bool store_group_put(store_tx *tx, const store_group *g, int64_t *ret_id, err *e)
{
    store *s = tx->owner;
    int64_t id;
    const store_config *c;
    if (!store_config_get(tx, &c, e))
        return false;
    const store_group *old = config_group(c, g->id);
    if (old && group_equal(old, g)) { /* no history row, nothing to recompute */
        if (ret_id)
            *ret_id = g->id;
        return true;
    }
    if (!s->ops->group_put(s, g, &id, e) || !s->ops->members_replace(s, id, g->members, g->member_count, tx->now, e) ||
        !config_changed(tx, e))
        return false;
    if (ret_id)
        *ret_id = id;
    return mark_behind(tx, 0, id, e);
}

bool store_shop_put(store_tx *tx, const store_shop *row, int64_t *ret_id, err *e)
{
    const store_config *c;
    if (!store_config_get(tx, &c, e))
        return false;
    const store_shop *old = config_shop(c, row->id);
    bool books = old && old->unmapped_ignore != row->unmapped_ignore;
    int64_t id;
    if (!tx->owner->ops->shop_put(tx->owner, row, &id, e) || !config_changed(tx, e) ||
        (books && !store__lines_resettle(tx, id, 0, e)))
        return false;
    if (ret_id)
        *ret_id = id;
    return true;
}

/* E of every target of a channel becomes unknown: the numbers there were another location's. */
static bool forget_channel(store_tx *tx, int64_t channel, err *e)
{
    AUTO(arena_end) arena *a = arena_new(0);
    int64_t after = 0;
    for (;;) {
        arena_clear(a);
        store_product *products;
        size_t count;
        if (!store_products_after(tx, after, 500, a, &products, &count, e))
            return false;
        for (size_t i = 0; i < count; i++) {
            store__entry *en;
            if (!store__entry_get(tx, products[i].id, &en, e))
                return false;
            target_key k = {products[i].id, channel};
            if (store__target_if(en, channel) && !store__target_forget(tx, k, STR("channel changed"), e))
                return false;
        }
        if (count == 0)
            return true;
        after = products[count - 1].id;
        if (!store_flush(tx, e))
            return false;
    }
}

/* What a change of a channel has an effect on. */
typedef struct channel_change {
    bool counts;   /* T of its targets */
    bool remapped; /* the meaning of E: another shop or location */
    bool books;    /* where units of order lines are booked; derive.c */
    int64_t shop;  /* the one it had */
} channel_change;

static channel_change channel_compare(const store_channel *old, const store_channel *now)
{
    if (!old)
        return (channel_change){.books = now->shop != 0};
    bool remapped = old->shop != now->shop || !str_equal(old->location, now->location);
    bool moved = old->mode != now->mode || old->facility != now->facility;
    return (channel_change){
        .counts = moved || old->group != now->group || old->reserve_inventory != now->reserve_inventory ||
                  old->hold_preorder != now->hold_preorder || old->publish_negative != now->publish_negative,
        .remapped = remapped,
        .books = remapped || moved || old->ships_from != now->ships_from,
        .shop = old->shop,
    };
}

bool store_channel_put(store_tx *tx, const store_channel *ch, int64_t *ret_id, err *e)
{
    const store_config *c;
    if (!store_config_get(tx, &c, e))
        return false;
    const store_channel *old = config_channel(c, ch->id);
    channel_change change = channel_compare(old, ch);
    store_channel row = *ch; /* `ch` may be the configuration's own, which ends here */
    row.behind = !old ? -1 : change.counts ? 0 : old->behind;
    int64_t id;
    if (!tx->owner->ops->channel_put(tx->owner, &row, &id, e) || !config_changed(tx, e))
        return false;
    if ((change.remapped && !forget_channel(tx, id, e)) ||
        (change.books && !store__lines_resettle(tx, row.shop, id, e)) ||
        (change.books && change.shop && change.shop != row.shop && !store__lines_resettle(tx, change.shop, 0, e)))
        return false;
    if (ret_id)
        *ret_id = id;
    return true;
}

typedef struct shop_state { /* INSTANT_NONE: stays */
    instant adopted_at, orders_until, reconciled_at;
} shop_state;

static bool shop_change(store_tx *tx, int64_t shop, shop_state now, err *e)
{
    const store_config *c;
    if (!store_config_get(tx, &c, e))
        return false;
    const store_shop *found = config_shop(c, shop);
    CHECK(found);
    store_shop row = *found;
    if (now.adopted_at != INSTANT_NONE)
        row.adopted_at = now.adopted_at;
    if (now.orders_until != INSTANT_NONE)
        row.orders_until = now.orders_until;
    if (now.reconciled_at != INSTANT_NONE)
        row.reconciled_at = now.reconciled_at;
    return store_shop_put(tx, &row, NULL, e);
}

bool store_shop_adopted(store_tx *tx, int64_t shop, instant at, err *e)
{
    return shop_change(tx, shop, (shop_state){at, INSTANT_NONE, INSTANT_NONE}, e);
}

bool store_shop_orders_until(store_tx *tx, int64_t shop, instant until, err *e)
{
    return shop_change(tx, shop, (shop_state){INSTANT_NONE, until, INSTANT_NONE}, e);
}

bool store_shop_reconciled(store_tx *tx, int64_t shop, instant at, err *e)
{
    return shop_change(tx, shop, (shop_state){INSTANT_NONE, INSTANT_NONE, at}, e);
}
