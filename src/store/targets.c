/*
 * Targets: E and its journal, links, states, what owes. E1: E changes only through store_explained, which leaves a row.
 */
#include "store/internal.h"

#include <stdlib.h>

const char *explained_kind_name(explained_kind k)
{
    static const char *const NAMES[EXPLAINED_KINDS] = {"adopt",   "push", "import", "drift",
                                                       "undrift", "read", "forget", "claim"};
    CHECK(k < EXPLAINED_KINDS);
    return NAMES[k];
}

const char *target_state_name(target_state s)
{
    static const char *const NAMES[TARGET_STATES] = {
        "ok", "refused", "not_stocked", "untracked", "location_inactive", "bundle", "item_gone"};
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
        check_failed("a kind of change of E", ERR_HERE);
    }
    store__explained_row row = {.key = k, .kind = kind, .value = value, .after = after, .at = tx->now, .ref = ref};
    if (!tx->owner->ops->explained_add(tx->owner, &row, e))
        return false;
    t->e = after;
    t->touched_seq++;
    return true;
}

bool store_explained_after(store_tx *tx, target_key k, int64_t seq, uint32_t limit, arena *a, explained_row **ret,
                           size_t *ret_count, err *e)
{
    return tx->owner->ops->explained_after(tx->owner, k, seq, limit, a, ret, ret_count, e);
}

bool store_explained_newest(store_tx *tx, target_key k, uint32_t limit, arena *a, explained_row **ret,
                            size_t *ret_count, err *e)
{
    return tx->owner->ops->explained_newest(tx->owner, k, limit, a, ret, ret_count, e);
}

bool store__target_forget(store_tx *tx, target_key k, str ref, err *e)
{
    store_target *t;
    if (!target_of(tx, k, &t, e))
        return false;
    t->baseline = t->accepted_excess = 0;
    t->epoch = t->moved_at = t->group_at = INSTANT_NONE;
    t->marked = false;
    t->state = TARGET_OK;
    t->reason = t->fix = STR("");
    return !t->e.known || store_explained(tx, k, EXPLAINED_FORGET, 0, ref, e);
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
        if (!store__target_forget(tx, (target_key){product, ch->id}, STR("relinked"), e))
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

/* -- what is assumed of Shopify -- */

bool store_assumed_rests(store_tx *tx, target_key k, unsigned what, err *e)
{
    return what == 0 || tx->owner->ops->assumed_rests(tx->owner, k, what, e);
}

bool store_assumed_resting(store_tx *tx, int64_t shop, arena *a, store_resting **ret, size_t *ret_count, err *e)
{
    return tx->owner->ops->assumed_resting(tx->owner, shop, (target_key){0}, a, ret, ret_count, e);
}

bool store_assumed_found(store_tx *tx, int64_t shop, target_key k, bool right, err *e)
{
    store_resting *rows;
    size_t count;
    store *s = tx->owner;
    if (!s->ops->assumed_resting(s, shop, k, tx->memory, &rows, &count, e))
        return false;
    for (unsigned id = 0; count > 0 && id < ASSUMED_KINDS; id++)
        if ((rows[0].what >> id & 1) && !s->ops->assumed_count(s, shop, str_of(domain_assumed_name(id)), right, e))
            return false;
    return count == 0 || s->ops->assumed_rests(s, k, 0, e);
}

bool store_assumed_counts(store_tx *tx, int64_t shop, arena *a, store_assumed **ret, size_t *ret_count, err *e)
{
    return tx->owner->ops->assumed_counts(tx->owner, shop, a, ret, ret_count, e);
}

/* -- what owes -- */

/* The highest bit of the difference, which fits into unsigned numbers where the signed one does not. */
static int64_t owed_power(const store_target *t)
{
    uint64_t x = (uint64_t)t->t, y = (uint64_t)t->e.value;
    int power = 63 - __builtin_clzll(t->t > t->e.value ? x - y : y - x);
    return power < OWING_POWER_MAX ? power : OWING_POWER_MAX;
}

bool store__owes(const store_target *t, int64_t *ret_danger)
{
    if (!t->e.known || t->t == t->e.value || t->state != TARGET_OK)
        return false;
    if (MUTANT(fall_forgotten) && t->t < t->e.value && t->t > 0)
        return false;
    owing_class class = OWING_REST;
    if (t->t < t->e.value)
        class = t->t <= 0 ? OWING_TO_NONE : OWING_FALL;
    else if (t->e.value <= 0)
        class = OWING_FROM_NONE;
    *ret_danger = (int64_t) class * OWING_POWERS + OWING_POWER_MAX - owed_power(t);
    return true;
}

/* The ids of a shop's channels, or `channel` alone if it is one of them, in order. */
static bool channels_of(store_tx *tx, int64_t shop, int64_t channel, bool behind_too, int64_t **ret, size_t *ret_count,
                        err *e)
{
    const store_config *c;
    if (!store_config_get(tx, &c, e))
        return false;
    int64_t *ids = ARENA_NEW(tx->memory, int64_t, c->channel_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < c->channel_count; i++) {
        const store_channel *ch = &c->channels[i];
        if (ch->shop != shop || (channel && ch->id != channel) || (ch->behind >= 0 && !behind_too))
            continue;
        size_t at = count++;
        for (; at > 0 && ids[at - 1] > ch->id; at--)
            ids[at] = ids[at - 1];
        ids[at] = ch->id;
    }
    *ret = ids;
    *ret_count = count;
    return true;
}

typedef struct owing_list {
    target_row *at; /* with room for twice the limit */
    size_t count, limit;
    const target_key *keys; /* of those that stand first for their age, sorted */
    size_t oldest;          /* so many */
} owing_list;

typedef struct owing_source {
    store_tx *tx;
    arena *memory;
    const int64_t *channels;
    size_t channel_count;
} owing_source;

static bool next_danger(const owing_source *from, int64_t after, int64_t *ret, err *e)
{
    store *s = from->tx->owner;
    *ret = INT64_MAX;
    for (size_t i = 0; i < from->channel_count; i++) {
        int64_t danger;
        if (!s->ops->owing_next(s, from->channels[i], after, &danger, e))
            return false;
        *ret = qty_min(*ret, danger);
    }
    return true;
}

static int by_key(const void *x, const void *y)
{
    const target_key *l = x, *r = y;
    if (l->product != r->product)
        return l->product < r->product ? -1 : 1;
    return (l->channel > r->channel) - (l->channel < r->channel);
}

static int by_age(const void *x, const void *y)
{
    const target_row *l = x, *r = y;
    if (l->target.owing_since != r->target.owing_since)
        return l->target.owing_since < r->target.owing_since ? -1 : 1;
    return by_key(&l->key, &r->key);
}

static bool listed(const owing_list *l, const target_row *row)
{
    return l->oldest > 0 && bsearch(&row->key, l->keys, l->oldest, sizeof *l->keys, by_key);
}

/* Adds rows to those from `first` on, which stand by age; the youngest fall out at the end. */
static void merge(owing_list *l, size_t first, const target_row *rows, size_t count)
{
    size_t before = l->count;
    for (size_t i = 0; i < count; i++)
        if (!listed(l, &rows[i]))
            l->at[l->count++] = rows[i];
    if (before > first && l->count > before)
        qsort(l->at + first, l->count - first, sizeof *l->at, by_age);
    l->count = l->count < l->limit ? l->count : l->limit;
}

/* Of all channels the rows of one danger that owe longest, not later than `until`, from `first` on as far as they fit.
 */
static bool owing_of(const owing_source *from, int64_t danger, instant until, owing_list *l, size_t first, err *e)
{
    store *s = from->tx->owner;
    for (size_t i = 0; i < from->channel_count; i++) {
        target_row *rows;
        size_t count;
        if (l->count == l->limit) /* only what owes longer than the youngest pushes it out */
            until = qty_min(until, l->at[l->count - 1].target.owing_since - 1);
        if (!s->ops->owing(s, from->channels[i], danger, until, (uint32_t)l->limit, from->memory, &rows, &count, e))
            return false;
        merge(l, first, rows, count);
    }
    return true;
}

/* One danger after the other, each by age, until the list is full; or all of them by age alone. */
static bool fill(const owing_source *from, instant until, bool by_age, owing_list *l, err *e)
{
    for (int64_t danger = -1; by_age || l->count < l->limit;) {
        if (!next_danger(from, danger, &danger, e))
            return false;
        if (danger == INT64_MAX)
            return true;
        if (!owing_of(from, danger, until, l, by_age ? 0 : l->count, e))
            return false;
    }
    return true;
}

static void remember_oldest(owing_list *l, arena *a)
{
    target_key *keys = ARENA_NEW(a, target_key, l->count + 1);
    for (size_t i = 0; i < l->count; i++)
        keys[i] = l->at[i].key;
    qsort(keys, l->count, sizeof *keys, by_key);
    l->keys = keys;
    l->oldest = l->count;
}

/*
 * The bound on waiting of P10: a share of each batch goes to what waits longest, whatever its danger, so that no stream
 * of urgent rows can starve the rest. Only a share, so that a long backlog cannot hold up what is urgent.
 */
bool store_owing(store_tx *tx, int64_t shop, int64_t channel, uint32_t limit, arena *a, target_row **ret,
                 size_t *ret_count, err *e)
{
    int64_t *channels;
    owing_source from = {.tx = tx, .memory = a};
    owing_list l = {.at = ARENA_NEW(a, target_row, 2 * (size_t)limit + 1), .limit = limit / OWING_SHARE};
    if (!channels_of(tx, shop, channel, false, &channels, &from.channel_count, e))
        return false;
    from.channels = channels;
    if (l.limit > 0 && !fill(&from, tx->now - OWING_WAIT_S * US_PER_S, /* by_age= */ true, &l, e))
        return false;
    remember_oldest(&l, a);
    l.limit = limit;
    if (!fill(&from, /* until= */ INT64_MAX, /* by_age= */ false, &l, e))
        return false;
    *ret = l.at;
    *ret_count = l.count;
    return true;
}

bool store_owing_count(store_tx *tx, int64_t shop, int64_t channel, int64_t *ret, instant *ret_oldest, err *e)
{
    int64_t *channels, sum = 0;
    size_t channel_count;
    instant oldest = INSTANT_NONE;
    if (!channels_of(tx, shop, channel, false, &channels, &channel_count, e))
        return false;
    for (size_t i = 0; i < channel_count; i++) {
        int64_t count;
        instant since;
        if (!tx->owner->ops->owing_count(tx->owner, channels[i], &count, &since, e))
            return false;
        if (count > 0 && (oldest == INSTANT_NONE || since < oldest))
            oldest = since;
        sum += count;
    }
    *ret = sum;
    *ret_oldest = oldest;
    return true;
}

bool store_targets_after(store_tx *tx, int64_t shop, int64_t channel, target_key after, uint32_t limit, arena *a,
                         target_row **ret, size_t *ret_count, err *e)
{
    int64_t *channels;
    size_t channel_count, sum = 0;
    target_row *list = ARENA_NEW(a, target_row, limit + 1);
    if (!channels_of(tx, shop, channel, true, &channels, &channel_count, e))
        return false;
    for (size_t i = 0; i < channel_count && sum < limit; i++) {
        target_row *rows;
        size_t count;
        if (channels[i] < after.channel)
            continue;
        int64_t product = channels[i] == after.channel ? after.product : 0;
        if (!tx->owner->ops->targets_after(tx->owner, channels[i], product, limit - (uint32_t)sum, a, &rows, &count, e))
            return false;
        if (count > 0)
            memcpy(list + sum, rows, count * sizeof *rows);
        sum += count;
    }
    *ret = list;
    *ret_count = sum;
    return true;
}

bool store_targets_aside(store_tx *tx, int64_t shop, uint32_t limit, arena *a, target_row **ret, size_t *ret_count,
                         err *e)
{
    int64_t *channels;
    size_t channel_count, sum = 0;
    target_row *list = ARENA_NEW(a, target_row, limit + 1);
    if (!channels_of(tx, shop, /* channel= */ 0, true, &channels, &channel_count, e))
        return false;
    for (size_t i = 0; i < channel_count && sum < limit; i++) {
        target_row *rows;
        size_t count;
        if (!tx->owner->ops->targets_aside(tx->owner, channels[i], limit - (uint32_t)sum, a, &rows, &count, e))
            return false;
        if (count > 0)
            memcpy(list + sum, rows, count * sizeof *rows);
        sum += count;
    }
    *ret = list;
    *ret_count = sum;
    return true;
}

bool store_target_get(store_tx *tx, target_key k, arena *a, target_row *ret, bool *ret_some, err *e)
{
    const store_config *c;
    store__entry *en;
    if (!store_config_get(tx, &c, e) || !store__entry_get(tx, k.product, &en, e))
        return false;
    const store_target *t = store__target_if(en, k.channel);
    if (!t) {
        *ret_some = false;
        return true;
    }
    const store_channel *ch = config_channel(c, k.channel);
    store_product p;
    int64_t operation;
    if (!ch)
        return ERR(e, ERR_CORRUPT, "a target names channel %" PRId64 ", which does not exist", k.channel);
    if (!store_product_get(tx, k.product, a, &p, e) ||
        !tx->owner->ops->target_open_operation(tx->owner, k, &operation, e))
        return false;
    *ret = (target_row){
        .key = k, .target = *t, .sku = p.sku, .location = str_copy(a, ch->location), .open_operation = operation};
    ret->target.item = str_copy(a, t->item);
    ret->target.reason = str_copy(a, t->reason);
    ret->target.fix = str_copy(a, t->fix);
    *ret_some = true;
    return true;
}
