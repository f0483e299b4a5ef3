/*
 * A look at one target: S, C and H from its level, U from the orders that changed since the last import. Reads only, so
 * a diagnosis can ask beside a running job.
 */
#include "sync/internal.h"

#define LOOK_OVERLAP_US (60 * US_PER_S) /* the cursor overlaps by more than the index lag; I9 */
#define STAMP_AGE_US    (2 * US_PER_S)  /* stamps are whole seconds; R1 */
#define ROUNDS_MAX      3

typedef struct look {
    store *db;
    shop *remote;
    arena *memory;
    store_shop shop;
    target_row target;
} look;

static bool look_target(look *k, target_key key, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    const store_config *c;
    bool some;
    if (!store_begin(k->db, STORE_READ, &tx, e) || !store_config_get(tx, &c, e) ||
        !store_target_get(tx, key, k->memory, &k->target, &some, e))
        return false;
    const store_channel *ch = config_channel(c, key.channel);
    const store_shop *s = ch ? config_shop(c, ch->shop) : NULL;
    if (!some || !s || str_empty(k->target.target.item))
        return ERR(e, ERR_CONFLICT, "the product is not linked to an item of a shop in this channel");
    k->shop = *s; /* its texts live as long as the store's configuration, which nothing here changes */
    return true;
}

/* -- the level: S, C, H -- */

static maybe_qty held_of(const shop_level *l, qty baseline)
{
    const maybe_qty parts[] = {l->damaged.value, l->safety_stock.value, l->quality_control.value};
    qty aside = -baseline;
    if (!l->reserved.value.known)
        return QTY_UNKNOWN;
    for (size_t i = 0; i < COUNT(parts); i++) {
        if (!parts[i].known)
            return QTY_UNKNOWN;
        aside += parts[i].value;
    }
    return qty_known(l->reserved.value.value + qty_max(0, aside));
}

static bool read_level(look *k, shop_level *ret, instant *ret_asked, err *e)
{
    shop_level *l;
    if (!shop_levels(k->remote, k->target.location, &k->target.target.item, 1, k->memory, &l, ret_asked, e))
        return false;
    *ret = *l;
    return true;
}

static void tell_level(const look *k, const shop_level *l, instant asked, sync_sight *to)
{
    to->level_read = l->item_exists;
    to->stocked = l->level_exists && l->active;
    to->tracked = l->tracked;
    to->available = l->available.value;
    to->committed = l->committed.value;
    to->available_at = l->available.at;
    to->held = held_of(l, k->target.target.baseline);
    to->settled = l->available.at == INSTANT_NONE || l->available.at + STAMP_AGE_US < asked;
}

/* -- the orders: U -- */

static bool stored_reading(look *k, str order, store_reading *ret, const reading **ret_reading, bool *ret_claimless,
                           str app, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    bool some;
    *ret_reading = NULL;
    if (!store_begin(k->db, STORE_READ, &tx, e) || !store_app_claimless(tx, k->shop.id, app, ret_claimless, e) ||
        !store_reading_get(tx, k->shop.id, order, k->memory, ret, &some, e))
        return false;
    return !some || domain_reading_parse(k->memory, ret->json, ret_reading, e);
}

/* What one changed order has done to S since its stored reading, with the sign turned. */
static bool unseen_of(look *k, const shop_order_head *head, qty *sum, err *e)
{
    reading_raw now;
    instant asked;
    bool some, claimless;
    store_reading row;
    const reading *old;
    if (!stored_reading(k, head->id, &row, &old, &claimless, STR(""), e))
        return false;
    if (old && row.updated_at == head->updated_at && row.asked_at > head->updated_at + STAMP_AGE_US) {
        *sum += domain_reading_at(old, k->target.target.item, k->target.location).pending;
        return true;
    }
    if (!shop_order(k->remote, head->id, k->memory, &now, &asked, &some, e))
        return false;
    if (!some)
        return true;
    if (!stored_reading(k, head->id, &row, &old, &claimless, now.app, e))
        return false;
    const reading *next = domain_reading_next(k->memory, old, &now, asked, claimless);
    str item = k->target.target.item;
    reading_sum was = old ? domain_reading_at(old, item, k->target.location) : (reading_sum){0};
    reading_sum is = domain_reading_at(next, item, k->target.location);
    *sum += was.claim - is.claim + is.pending; /* pending units have left S somewhere; I6 */
    return true;
}

static bool look_orders(look *k, maybe_qty *ret, err *e)
{
    str after = STR("");
    qty sum = 0;
    size_t looked = 0;
    instant since = k->shop.orders_until;
    *ret = QTY_UNKNOWN;
    if (since == INSTANT_NONE)
        return true; /* nothing was ever imported: unknown */
    since -= LOOK_OVERLAP_US + k->shop.index_lag_s * US_PER_S;
    do {
        shop_orders_page page;
        if (!shop_orders(k->remote, since, false, after, k->memory, &page, e))
            return false;
        looked += page.count;
        if (looked > SYNC_LOOK_ORDERS_MAX)
            return true;
        for (size_t i = 0; i < page.count; i++)
            if (!unseen_of(k, &page.orders[i], &sum, e))
                return false;
        after = page.next;
    } while (!str_empty(after));
    *ret = qty_known(sum);
    return true;
}

/*
 * The level before the orders and after them: a sale in between is in one of the two only, so both levels must agree,
 * or the orders are read again. One that never agrees is not settled.
 */
static bool look_around(look *k, sync_sight *to, err *e)
{
    shop_level before, after;
    instant asked;
    bool agree = false;
    if (!read_level(k, &before, &asked, e))
        return false;
    for (int round = 0; !agree && round < ROUNDS_MAX; round++) {
        if (!look_orders(k, &to->unseen, e) || !read_level(k, &after, &asked, e))
            return false;
        agree = sync__levels_agree(&before, &after);
        before = after;
    }
    tell_level(k, &before, asked, to);
    to->settled &= agree;
    return true;
}

bool sync_look(store *db, const world *w, target_key key, arena *a, sync_sight *ret, err *e)
{
    AUTO(shop_close) shop *remote = NULL;
    look k = {.db = db, .memory = a};
    sync_sight sight = {.available_at = INSTANT_NONE, .history_url = STR("")};
    if (!look_target(&k, key, e) || !shop_open(&k.shop, w, &remote, e))
        return false;
    k.remote = remote;
    if (!look_around(&k, &sight, e) || !shop_history_url(remote, k.target.target.item, a, &sight.history_url, e))
        return false;
    *ret = sight;
    return true;
}
