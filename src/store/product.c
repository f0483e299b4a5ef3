/*
 * Products, identifiers, kits and their settings.
 */
#include "store/internal.h"

bool store_product_find(store_tx *tx, str sku, int64_t *ret_id, err *e)
{
    return tx->owner->ops->product_find(tx->owner, sku, ret_id, e);
}

bool store_product_find_by(store_tx *tx, str type, str value, int64_t *ret_id, err *e)
{
    return tx->owner->ops->identifier_find(tx->owner, type, value, ret_id, e);
}

bool store_product_get(store_tx *tx, int64_t id, arena *a, store_product *ret, err *e)
{
    bool some;
    if (!tx->owner->ops->product_get(tx->owner, id, a, ret, &some, e))
        return false;
    return some || ERR(e, ERR_MISSING, "there is no product with the id %" PRId64, id);
}

bool store_product_identifiers(store_tx *tx, int64_t id, arena *a, const store_identifier **ret, size_t *ret_count,
                               err *e)
{
    store_identifier *list;
    if (!tx->owner->ops->identifiers(tx->owner, id, a, &list, ret_count, e))
        return false;
    *ret = list;
    return true;
}

bool store_product_put(store_tx *tx, const store_product *p, int64_t *ret_id, err *e)
{
    int64_t id;
    if (!tx->owner->ops->product_put(tx->owner, p, &id, e))
        return false;
    if (ret_id)
        *ret_id = id;
    return true;
}

bool store_identifiers_replace(store_tx *tx, int64_t id, const store_identifier *list, size_t count, err *e)
{
    return tx->owner->ops->identifiers_replace(tx->owner, id, list, count, e);
}

/* The shape of a kit: what can be told without writing. */
static bool kit_check(store_tx *tx, int64_t id, const store_kit_part *parts, size_t count, err *e)
{
    store *s = tx->owner;
    arena *a = tx->memory;
    store_kit_part *below;
    int64_t *kits;
    size_t n;
    for (size_t i = 0; i < count; i++) {
        if (parts[i].quantity < 1 || parts[i].quantity > QTY_FILE_MAX)
            return ERR(e, ERR_INPUT, "a kit takes 1 to %d of each component", QTY_FILE_MAX);
        if (parts[i].product == id)
            return ERR(e, ERR_INPUT, "a kit cannot be a component of itself");
        for (size_t j = 0; j < i; j++)
            if (parts[j].product == parts[i].product)
                return ERR(e, ERR_INPUT, "a component is named twice; give it once with its quantity");
        if (!s->ops->kit_parts(s, parts[i].product, a, &below, &n, e))
            return false;
        if (n > 0)
            return ERR(e, ERR_INPUT, "a component is itself a kit; name that kit's components instead");
    }
    if (!s->ops->kits_with(s, id, a, &kits, &n, e))
        return false;
    if (n > 0 && count > 0)
        return ERR(e, ERR_INPUT, "it is a component of another kit, so it cannot become one");
    store__entry *en;
    if (!store__entry_get(tx, id, &en, e))
        return false;
    const store_world *w = store__entry_world(tx, en);
    for (size_t i = 0; count > 0 && i < w->level_count; i++)
        if (w->levels[i].moved)
            return ERR(e, ERR_INPUT, "it has stock movements of its own; a kit's stock is its components'");
    for (size_t i = 0; count > 0 && w->kit_count == 0 && i < w->queue_count; i++)
        for (queue_kind k = 0; k < QUEUE_KINDS; k++)
            if (w->queues[i].units[k] != 0)
                return ERR(e, ERR_INPUT, "it has open orders of its own; a kit's orders take its components");
    return true;
}

bool store_kit_replace(store_tx *tx, int64_t id, const store_kit_part *parts, size_t count, err *e)
{
    store *s = tx->owner;
    if (!kit_check(tx, id, parts, count, e) || !s->ops->kit_replace(s, id, parts, count, e))
        return false;
    tx->any[STORE__KITS] = ANY_UNASKED;
    /* The world of this product was read with its old parts: write it, forget it, and recompute with the new ones. */
    store__entry *en;
    if (!store_flush(tx, e) || !store__entry_get(tx, id, &en, e))
        return false;
    store__entry_recompute(en);
    return true;
}

bool store_products_after(store_tx *tx, int64_t id, uint32_t limit, arena *a, store_product **ret, size_t *ret_count,
                          err *e)
{
    return tx->owner->ops->products_after(tx->owner, id, limit, a, ret, ret_count, e);
}

bool store_products_by_sku(store_tx *tx, str sku, uint32_t limit, arena *a, store_product **ret, size_t *ret_count,
                           err *e)
{
    return tx->owner->ops->products_by_sku(tx->owner, sku, limit, a, ret, ret_count, e);
}

bool store_products_count(store_tx *tx, int64_t *ret, err *e)
{
    return tx->owner->ops->products_count(tx->owner, ret, e);
}

bool store_products_search(store_tx *tx, str text, uint32_t limit, arena *a, store_product **ret, size_t *ret_count,
                           err *e)
{
    return tx->owner->ops->products_search(tx->owner, text, limit, a, ret, ret_count, e);
}

bool store_facility_settings(store_tx *tx, int64_t product, int64_t facility, qty safety_stock, bool allow_brokering,
                             bool allow_pickup, err *e)
{
    store__entry *en;
    if (!store__entry_get(tx, product, &en, e))
        return false;
    store_level *l = store__level_of(tx, en, facility);
    l->configured = true;
    l->safety_stock = safety_stock;
    l->allow_brokering = allow_brokering;
    l->allow_pickup = allow_pickup;
    store__entry_recompute(en);
    return true;
}

bool store_channel_settings(store_tx *tx, int64_t product, int64_t channel, qty threshold, bool sellable, err *e)
{
    store__entry *en;
    if (!store__entry_get(tx, product, &en, e))
        return false;
    store_target *t = store__target_of(tx, en, channel);
    t->configured = true;
    t->threshold = threshold;
    t->sellable = sellable;
    store__entry_recompute(en);
    return true;
}
