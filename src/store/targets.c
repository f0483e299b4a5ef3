/*
 * Targets: E and its journal, links, states, what owes. E1: E changes only through store_explained, which leaves a row.
 */
#include "store/internal.h"

const char *explained_kind_name(explained_kind k)
{
    static const char *const NAMES[EXPLAINED_KINDS] = {"adopt", "push", "import", "drift", "undrift", "read", "forget", "claim"};
    CHECK(k < EXPLAINED_KINDS);
    return NAMES[k];
}

const char *target_state_name(target_state s)
{
    static const char *const NAMES[TARGET_STATES] = {"ok",     "refused", "not_stocked", "untracked", "location_inactive",
                                                     "bundle", "item_gone"};
    CHECK(s < TARGET_STATES);
    return NAMES[s];
}

static bool target_of(store_tx *tx, target_key k, store_target **ret, err *e)
{
    store__entry *en;
    if (!store__entry_get(tx, k.product, &en, e))
        return false;
    *ret = store__target_of(tx, en, k.channel);
    return true;
}

bool store_explained(store_tx *tx, target_key k, explained_kind kind, qty value, str ref, err *e)
{
    store_target *t;
    if (!target_of(tx, k, &t, e))
        return false;
    maybe_qty after = QTY_UNKNOWN;
    switch (kind) {
    case EXPLAINED_ADOPT:
    case EXPLAINED_READ:
        after = qty_known(value);
        break;
    case EXPLAINED_PUSH:
    case EXPLAINED_IMPORT:
    case EXPLAINED_DRIFT:
    case EXPLAINED_UNDRIFT:
    case EXPLAINED_CLAIM:
        if (!t->e.known)
            return ERR(e, ERR_CONFLICT, "what Shopify shows for this target is not known yet; adopt it first");
        after.known = true;
        if (!qty_add(t->e.value, value, &after.value))
            return ERR(e, ERR_INPUT, "the explained quantity would not fit");
        break;
    case EXPLAINED_FORGET:
        value = 0;
        break;
    case EXPLAINED_KINDS:
        CHECK(!"a kind of change of E");
    }
    t->e = after;
    t->touched_seq++;
    store__explained_row row = {
        .key = k, .kind = kind, .value = value, .after = after, .at = tx->now, .ref = ref};
    return tx->owner->ops->explained_add(tx->owner, &row, e);
}

bool store_explained_after(store_tx *tx, target_key k, int64_t seq, uint32_t limit, arena *a, explained_row **ret,
                           size_t *ret_count, err *e)
{
    return tx->owner->ops->explained_after(tx->owner, k, seq, limit, a, ret, ret_count, e);
}

bool store_link(store_tx *tx, int64_t shop, int64_t product, str item, err *e)
{
    const store_config *c;
    store__entry *en;
    if (!store_config_get(tx, &c, e) || !store__entry_get(tx, product, &en, e))
        return false;
    for (size_t i = 0; i < c->channel_count; i++) {
        const store_channel *ch = &c->channels[i];
        if (ch->shop != shop)
            continue;
        const store_target *old = store__target_if(en, ch->id);
        if ((!old && str_empty(item)) || (old && str_equal(old->item, item)))
            continue;
        store_target *t = store__target_of(tx, en, ch->id);
        t->item = str_copy(tx->cache, item);
        t->state = TARGET_OK;
        t->reason = t->fix = STR("");
        store__entry_recompute(en);
        target_key k = {product, ch->id};
        if (t->e.known && !store_explained(tx, k, EXPLAINED_FORGET, 0, STR("relinked"), e))
            return false;
    }
    return true;
}

bool store_product_of_item(store_tx *tx, int64_t shop, str item, int64_t *ret_product, err *e)
{
    return tx->owner->ops->product_of_item(tx->owner, shop, item, ret_product, e);
}

bool store_target_adopted(store_tx *tx, target_key k, qty baseline, instant epoch, err *e)
{
    store_target *t;
    if (!target_of(tx, k, &t, e))
        return false;
    t->baseline = baseline;
    t->epoch = epoch;
    return true;
}

bool store_target_baseline(store_tx *tx, target_key k, qty baseline, err *e)
{
    store_target *t;
    if (!target_of(tx, k, &t, e))
        return false;
    t->baseline = baseline;
    return true;
}

bool store_target_state(store_tx *tx, target_key k, target_state s, str reason, str fix, err *e)
{
    store_target *t;
    if (!target_of(tx, k, &t, e))
        return false;
    t->state = s;
    t->reason = str_copy(tx->cache, reason);
    t->fix = str_copy(tx->cache, fix);
    return true;
}

bool store_target_mark(store_tx *tx, target_key k, bool marked, err *e)
{
    store_target *t;
    if (!target_of(tx, k, &t, e))
        return false;
    t->marked = marked;
    return true;
}

bool store_target_stamps(store_tx *tx, target_key k, instant moved_at, instant group_at, err *e)
{
    store_target *t;
    if (!target_of(tx, k, &t, e))
        return false;
    if (moved_at != INSTANT_NONE)
        t->moved_at = moved_at;
    if (group_at != INSTANT_NONE)
        t->group_at = group_at;
    return true;
}

bool store_target_accept_excess(store_tx *tx, target_key k, qty excess, err *e)
{
    store_target *t;
    if (!target_of(tx, k, &t, e))
        return false;
    t->accepted_excess = excess;
    return true;
}

bool store_owing(store_tx *tx, int64_t shop, int64_t channel, uint32_t limit, arena *a, target_row **ret, size_t *ret_count, err *e)
{
    return tx->owner->ops->owing(tx->owner, shop, channel, limit, a, ret, ret_count, e);
}

bool store_owing_count(store_tx *tx, int64_t shop, int64_t channel, int64_t *ret, instant *ret_oldest, err *e)
{
    return tx->owner->ops->owing_count(tx->owner, shop, channel, ret, ret_oldest, e);
}

bool store_targets_after(store_tx *tx, int64_t shop, int64_t channel, target_key after, uint32_t limit, arena *a, target_row **ret,
                         size_t *ret_count, err *e)
{
    return tx->owner->ops->targets_after(tx->owner, shop, channel, after, limit, a, ret, ret_count, e);
}

bool store_target_get(store_tx *tx, target_key k, arena *a, target_row *ret, bool *ret_some, err *e)
{
    const store_config *c;
    store__entry *en;
    if (!store_config_get(tx, &c, e) || !store__entry_get(tx, k.product, &en, e))
        return false;
    const store_target *t = store__target_if(en, k.channel);
    *ret_some = t != NULL;
    if (!t)
        return true;
    const store_channel *ch = config_channel(c, k.channel);
    CHECK(ch);
    *ret = (target_row){.key = k,
                        .target = *t,
                        .sku = str_copy(a, store__entry_world(tx, en)->product.sku),
                        .location = str_copy(a, ch->location)};
    ret->target.item = str_copy(a, t->item);
    ret->target.reason = str_copy(a, t->reason);
    ret->target.fix = str_copy(a, t->fix);
    return tx->owner->ops->target_open_operation(tx->owner, k, &ret->open_operation, e);
}
