/*
 * The products that a transaction touched, in memory: read once, changed in place, written once.
 *
 * W1 a row is written only if it differs from what was read.
 * W2 T of every target of a product whose stock, queue, settings or mapping changed is recomputed before the write, and
 *    so are the kits that it is a part of.
 * W3 owing_since is set when a target begins to owe and cleared when it owes nothing.
 */
#include "store/internal.h"

typedef struct queue_slot {
    struct store_queue now;
    qty read[QUEUE_KINDS];
} queue_slot;

struct store__entry {
    store__entry *next;
    store_world world;
    VEC(store_level) levels;
    const store_level *levels_read; /* as stored; fewer than levels by those made here */
    size_t levels_read_count;
    VEC(store_target) targets;
    const store_target *targets_read;
    size_t targets_read_count;
    VEC(queue_slot) queues;
    VEC(struct store_queue) queues_out; /* what the world shows */
    bool recompute;
};

/* -- the table -- */

static size_t slot_of(const store_tx *tx, int64_t product)
{
    uint64_t h = (uint64_t)product * UINT64_C(0x9e3779b97f4a7c15);
    size_t i = (size_t)(h >> 32) & (tx->table_room - 1);
    while (tx->table[i] && tx->table[i]->world.product.id != product)
        i = (i + 1) & (tx->table_room - 1);
    return i;
}

static void table_grow(store_tx *tx)
{
    size_t room = tx->table_room ? tx->table_room * 2 : 256;
    tx->table = ARENA_NEW(tx->cache, store__entry *, room);
    tx->table_room = room;
    for (store__entry *en = tx->first; en; en = en->next)
        tx->table[slot_of(tx, en->world.product.id)] = en;
}

/* -- reading -- */

bool store__any(store_tx *tx, store__table which, bool *ret, err *e)
{
    bool some;
    if (tx->any[which] == ANY_UNASKED) {
        if (!tx->owner->ops->any(tx->owner, which, &some, e))
            return false;
        tx->any[which] = some ? ANY_SOME : ANY_NONE;
    }
    *ret = tx->any[which] == ANY_SOME;
    return true;
}

static bool read_levels(store_tx *tx, int64_t product, store__entry *en, err *e)
{
    store_level *rows;
    size_t count;
    if (!tx->owner->ops->levels(tx->owner, product, tx->cache, &rows, &count, e))
        return false;
    en->levels_read = rows;
    en->levels_read_count = en->levels.count = count;
    en->levels.room = count + 1; /* most often one more facility comes */
    en->levels.at = ARENA_NEW(tx->cache, store_level, en->levels.room);
    if (count > 0)
        memcpy(en->levels.at, rows, count * sizeof *rows);
    return true;
}

static bool read_targets(store_tx *tx, int64_t product, store__entry *en, err *e)
{
    store_target *rows;
    size_t count;
    bool some;
    if (!store__any(tx, STORE__TARGETS, &some, e))
        return false;
    if (!some)
        return true;
    if (!tx->owner->ops->targets(tx->owner, product, tx->cache, &rows, &count, e))
        return false;
    if (count == 0)
        return true;
    en->targets_read = rows;
    en->targets_read_count = en->targets.count = en->targets.room = count;
    en->targets.at = ARENA_NEW(tx->cache, store_target, count);
    memcpy(en->targets.at, rows, count * sizeof *rows);
    return true;
}

static bool read_queues(store_tx *tx, int64_t product, store__entry *en, err *e)
{
    store__queue_row *rows;
    size_t count;
    bool some;
    if (!store__any(tx, STORE__QUEUES, &some, e))
        return false;
    if (!some)
        return true;
    if (!tx->owner->ops->queues(tx->owner, product, tx->cache, &rows, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        queue_slot *q = en->queues.count ? &en->queues.at[en->queues.count - 1] : NULL;
        if (!q || q->now.channel != rows[i].channel) {
            q = vec_push(tx->cache, &en->queues);
            q->now.channel = rows[i].channel;
        }
        q->now.units[rows[i].kind] = q->read[rows[i].kind] = rows[i].units;
    }
    return true;
}

static bool read_kit(store_tx *tx, int64_t product, store__entry *en, err *e)
{
    store_kit_part *parts;
    bool some;
    if (!store__any(tx, STORE__KITS, &some, e))
        return false;
    if (!some)
        return true;
    if (!tx->owner->ops->kit_parts(tx->owner, product, tx->cache, &parts, &en->world.kit_count, e))
        return false;
    en->world.kit = parts;
    return true;
}

bool store__entry_get(store_tx *tx, int64_t product, store__entry **ret, err *e)
{
    if (2 * (tx->entry_count + 1) > tx->table_room)
        table_grow(tx);
    size_t slot = slot_of(tx, product);
    if (!tx->table[slot]) {
        store__entry *en = ARENA_NEW(tx->cache, store__entry, 1);
        en->world.product.id = product;
        if (!read_levels(tx, product, en, e) || !read_targets(tx, product, en, e) || !read_queues(tx, product, en, e) ||
            !read_kit(tx, product, en, e))
            return false;
        tx->table[slot] = en;
        *(tx->last ? &tx->last->next : &tx->first) = en;
        tx->last = en;
        tx->entry_count++;
    }
    *ret = tx->table[slot];
    return true;
}

void store__world_forget(store_tx *tx)
{
    tx->table = NULL;
    tx->table_room = tx->entry_count = 0;
    tx->first = tx->last = NULL;
}

store_world *store__entry_world(store_tx *tx, store__entry *en)
{
    en->world.levels = en->levels.at;
    en->world.level_count = en->levels.count;
    en->world.targets = en->targets.at;
    en->world.target_count = en->targets.count;
    en->queues_out.count = 0;
    for (size_t i = 0; i < en->queues.count; i++)
        *vec_push(tx->cache, &en->queues_out) = en->queues.at[i].now;
    en->world.queues = en->queues_out.at;
    en->world.queue_count = en->queues_out.count;
    return &en->world;
}

bool store_world_get(store_tx *tx, int64_t product, const store_world **ret, err *e)
{
    store__entry *en;
    if (!store__entry_get(tx, product, &en, e))
        return false;
    store_world *w = store__entry_world(tx, en);
    if (!store_product_get(tx, product, tx->cache, &w->product, e))
        return false;
    *ret = w;
    return true;
}

static store_level level_new(int64_t facility)
{
    return (store_level){.facility = facility, .allow_brokering = true, .allow_pickup = true, .reset_at = INSTANT_NONE};
}

bool store_level_get(store_tx *tx, int64_t product, int64_t facility, store_level *ret, bool *ret_kit, err *e)
{
    store__entry *en;
    if (!store__entry_get(tx, product, &en, e))
        return false;
    const store_level *l = store__level_if(en, facility);
    *ret = l ? *l : level_new(facility);
    *ret_kit = store__entry_is_kit(en);
    return true;
}

bool store__entry_is_kit(const store__entry *en)
{
    return en->world.kit_count > 0;
}

str store__entry_sku(store_tx *tx, const store__entry *en)
{
    store_product p;
    err ignored = {0};
    if (store_product_get(tx, en->world.product.id, tx->cache, &p, &ignored))
        return p.sku;
    return str_printf(tx->cache, "product %" PRId64, en->world.product.id);
}

void store__entry_recompute(store__entry *en)
{
    en->recompute = true;
}

/* -- parts of an entry; made when absent -- */

store_level *store__level_of(store_tx *tx, store__entry *en, int64_t facility)
{
    for (size_t i = 0; i < en->levels.count; i++)
        if (en->levels.at[i].facility == facility)
            return &en->levels.at[i];
    store_level *l = vec_push(tx->cache, &en->levels);
    *l = level_new(facility);
    return l;
}

store_target *store__target_of(store_tx *tx, store__entry *en, int64_t channel)
{
    for (size_t i = 0; i < en->targets.count; i++)
        if (en->targets.at[i].channel == channel)
            return &en->targets.at[i];
    store_target *t = vec_push(tx->cache, &en->targets);
    *t = (store_target){.channel = channel,
                        .sellable = true,
                        .item = STR(""),
                        .reason = STR(""),
                        .fix = STR(""),
                        .epoch = INSTANT_NONE,
                        .owing_since = INSTANT_NONE,
                        .moved_at = INSTANT_NONE,
                        .group_at = INSTANT_NONE};
    en->recompute = true;
    return t;
}

const store_target *store__target_if(const store__entry *en, int64_t channel)
{
    for (size_t i = 0; i < en->targets.count; i++)
        if (en->targets.at[i].channel == channel)
            return &en->targets.at[i];
    return NULL;
}

const store_level *store__level_if(const store__entry *en, int64_t facility)
{
    for (size_t i = 0; i < en->levels.count; i++)
        if (en->levels.at[i].facility == facility)
            return &en->levels.at[i];
    return NULL;
}

const qty *store__queue_if(const store__entry *en, int64_t channel)
{
    for (size_t i = 0; i < en->queues.count; i++)
        if (en->queues.at[i].now.channel == channel)
            return en->queues.at[i].now.units;
    return NULL;
}

bool store__queue_add(store_tx *tx, store__entry *en, int64_t channel, queue_kind kind, qty units, err *e)
{
    queue_slot *q = NULL;
    for (size_t i = 0; i < en->queues.count && !q; i++)
        if (en->queues.at[i].now.channel == channel)
            q = &en->queues.at[i];
    if (!q) {
        q = vec_push(tx->cache, &en->queues);
        q->now.channel = channel;
    }
    qty sum;
    if (!qty_add(q->now.units[kind], units, &sum) || sum > ATP_BALANCE_MAX)
        return ERR(e, ERR_INPUT, "the %s queue of %.*s would pass %" PRId64 " units", queue_kind_name(kind),
                   STR_ARG(store__entry_sku(tx, en)), ATP_BALANCE_MAX);
    if (sum < 0) /* the lines' effects are never negative, so the stored sum was not theirs */
        return ERR(e, ERR_CORRUPT, "the %s queue of %.*s would fall below 0; run `evenstock verify`",
                   queue_kind_name(kind), STR_ARG(store__entry_sku(tx, en)));
    q->now.units[kind] = sum;
    en->recompute = true;
    return true;
}

/* -- writing -- */

static bool level_equal(const store_level *x, const store_level *y)
{
    return x->qoh == y->qoh && x->atp == y->atp && x->moved == y->moved && x->configured == y->configured &&
           x->safety_stock == y->safety_stock && x->allow_brokering == y->allow_brokering &&
           x->allow_pickup == y->allow_pickup && x->reset_at == y->reset_at && x->reset_given == y->reset_given &&
           x->seen_run == y->seen_run;
}

static bool target_equal(const store_target *x, const store_target *y)
{
    return x->configured == y->configured && x->threshold == y->threshold && x->sellable == y->sellable &&
           str_equal(x->item, y->item) && x->t == y->t && x->raw == y->raw && x->e.known == y->e.known &&
           x->e.value == y->e.value && x->baseline == y->baseline && x->epoch == y->epoch &&
           x->accepted_excess == y->accepted_excess && x->owing_since == y->owing_since && x->state == y->state &&
           str_equal(x->reason, y->reason) && str_equal(x->fix, y->fix) && x->marked == y->marked &&
           x->moved_at == y->moved_at && x->group_at == y->group_at && x->touched_seq == y->touched_seq;
}

static bool target_recompute(store_tx *tx, store__entry *en, store_target *t, err *e)
{
    const store_config *c;
    if (!store_config_get(tx, &c, e))
        return false;
    const store_channel *ch = config_channel(c, t->channel);
    if (!ch)
        return ERR(e, ERR_CORRUPT, "a target names channel %" PRId64 ", which does not exist", t->channel);
    return store__target_value(tx, en, ch, &t->t, &t->raw, e);
}

static bool entry_write_targets(store_tx *tx, store__entry *en, err *e)
{
    store *s = tx->owner;
    for (size_t i = 0; i < en->targets.count; i++) {
        store_target *t = &en->targets.at[i];
        if (en->recompute && !target_recompute(tx, en, t, e))
            return false;
        bool owes = t->e.known && t->t != t->e.value; /* W3 */
        if (!owes)
            t->owing_since = INSTANT_NONE;
        else if (t->owing_since == INSTANT_NONE)
            t->owing_since = tx->now;
        if (i < en->targets_read_count && target_equal(t, &en->targets_read[i]))
            continue;
        if (!s->ops->target_put(s, &(store__target_row){.product = en->world.product.id, .target = *t}, e))
            return false;
        tx->any[STORE__TARGETS] = ANY_SOME;
    }
    return true;
}

static bool entry_write_stock(store_tx *tx, store__entry *en, err *e)
{
    store *s = tx->owner;
    int64_t product = en->world.product.id;
    for (size_t i = 0; i < en->levels.count; i++) {
        if (i < en->levels_read_count && level_equal(&en->levels.at[i], &en->levels_read[i]))
            continue;
        if (!s->ops->level_put(s, &(store__level_row){.product = product, .level = en->levels.at[i]}, e))
            return false;
    }
    for (size_t i = 0; i < en->queues.count; i++)
        for (queue_kind k = 0; k < QUEUE_KINDS; k++) {
            const queue_slot *q = &en->queues.at[i];
            if (q->now.units[k] == q->read[k])
                continue;
            store__queue_row row = {.product = product, .channel = q->now.channel, .kind = k, .units = q->now.units[k]};
            if (!s->ops->queue_put(s, &row, e))
                return false;
            tx->any[STORE__QUEUES] = ANY_SOME;
        }
    return true;
}

/* Kits that a changed product is a part of join the list of entries, so the loop that calls this reaches them too. */
static bool touch_kits(store_tx *tx, const store__entry *en, err *e)
{
    store *s = tx->owner;
    bool some;
    int64_t *kits;
    size_t count;
    if (!en->recompute || en->world.kit_count > 0)
        return true; /* a part may not be a kit */
    if (!store__any(tx, STORE__KITS, &some, e))
        return false;
    if (!some)
        return true;
    if (!s->ops->kits_with(s, en->world.product.id, tx->cache, &kits, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        store__entry *kit;
        if (!store__entry_get(tx, kits[i], &kit, e))
            return false;
        kit->recompute = true;
    }
    return true;
}

#define WORLDS_BYTES_MAX (8u << 20) /* some thousand products in memory before one transaction writes them */

bool store__world_bound(store_tx *tx, err *e)
{
    return arena_used(tx->cache) <= WORLDS_BYTES_MAX || store_flush(tx, e);
}

/* The caller forgets the worlds afterwards, or ends the transaction: what was read is no longer what is stored. */
bool store__world_write(store_tx *tx, err *e)
{
    for (store__entry *en = tx->first; en; en = en->next)
        if (!entry_write_stock(tx, en, e) || !touch_kits(tx, en, e))
            return false;
    for (store__entry *en = tx->first; en; en = en->next)
        if (!entry_write_targets(tx, en, e))
            return false;
    return true;
}
