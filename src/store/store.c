/*
 * Opening, transactions, and the chunks that bring targets up to date after a change of configuration.
 * Invariant S1: a write transaction that commits has written every world it touched, with T recomputed.
 */
#include "store/internal.h"

#include <stdlib.h>

static const struct store_ops *const BACKENDS[] = {&store__sqlite_ops};

static bool address_of(const char *url, const struct store_ops **ret_ops, str *ret_address, err *e)
{
    str scheme, address;
    if (!str_cut(str_of(url), ':', &scheme, &address) || str_empty(address))
        return ERR(e, ERR_USAGE, "'%s' is no database address; write sqlite:FILE, for example sqlite:evenstock.db",
                   url);
    if (str_equal(scheme, STR("postgres")) || str_equal(scheme, STR("postgresql")))
        return ERR(e, ERR_USAGE, "postgres databases come later; use sqlite:FILE until then");
    for (size_t i = 0; i < COUNT(BACKENDS); i++)
        if (str_equal(scheme, str_of(BACKENDS[i]->name))) {
            *ret_ops = BACKENDS[i];
            *ret_address = address;
            return true;
        }
    return ERR(e, ERR_USAGE, "'%.*s' is no known kind of database; write sqlite:FILE", STR_ARG(scheme));
}

bool store_open(const char *url, store_mode mode, const io_clock *clock, store **ret, err *e)
{
    const struct store_ops *ops;
    str address;
    if (!address_of(url, &ops, &address, e))
        return false;
    AUTO(store_close) store *s = calloc(1, ops->store_size);
    if (!s)
        return ERR(e, ERR_MEMORY, "no memory for the database");
    s->ops = ops;
    s->clock = *clock;
    s->mode = mode;
    s->config_arena = arena_new(0);
    if (!ops->open(s, address, e))
        return false;
    *ret = s;
    s = NULL;
    return true;
}

void store_close(store **s)
{
    if (!*s)
        return;
    CHECK(!(*s)->tx);
    (*s)->ops->close(*s);
    arena_end(&(*s)->config_arena);
    free(*s);
    *s = NULL;
}

bool store_begin(store *s, store_mode mode, store_tx **ret, err *e)
{
    CHECK(!s->tx);
    CHECK(mode == STORE_READ || s->mode == STORE_WRITE);
    if (!s->ops->begin(s, mode, e))
        return false;
    int64_t version;
    if (!s->ops->meta_get(s, "config_version", 0, &version, e)) {
        s->ops->rollback(s);
        return false;
    }
    if (s->config && s->config->version != version)
        s->config = NULL;
    arena *memory = arena_new(0);
    store_tx *tx = ARENA_NEW(memory, store_tx, 1);
    tx->owner = s;
    tx->mode = mode;
    tx->now = s->clock.now(s->clock.ctx);
    tx->memory = memory;
    tx->cache = arena_new(0);
    tx->reading_memory = arena_new(0);
    s->tx = tx;
    *ret = tx;
    return true;
}

static void tx_over(store_tx **held)
{
    store_tx *tx = *held;
    *held = NULL;
    tx->owner->tx = NULL;
    tx->owner->config_dirty = false;
    store__world_forget(tx);
    arena_end(&tx->cache);
    arena_end(&tx->reading_memory);
    arena *memory = tx->memory;
    arena_end(&memory);
}

bool store_commit(store_tx **held, err *e)
{
    store_tx *tx = *held;
    store *s = tx->owner;
    bool done = (tx->mode == STORE_READ || store__world_write(tx, e)) && s->ops->commit(s, e);
    if (!done) {
        s->ops->rollback(s);
        if (s->config_dirty)
            s->config = NULL;
    }
    tx_over(held);
    return done;
}

void store_tx_end(store_tx **held)
{
    if (!*held)
        return;
    store *s = (*held)->owner;
    s->ops->rollback(s);
    if (s->config_dirty)
        s->config = NULL;
    tx_over(held);
}

bool store_flush(store_tx *tx, err *e)
{
    if (tx->mode == STORE_WRITE && !store__world_write(tx, e))
        return false;
    store__world_forget(tx);
    arena_clear(tx->cache);
    return true;
}

instant store_now(const store_tx *tx)
{
    return tx->now;
}

bool store_data_version(store *s, int64_t *ret, err *e)
{
    CHECK(!s->tx);
    return s->ops->data_version(s, ret, e);
}

arena *store_arena(store_tx *tx)
{
    return tx->memory;
}

/* The lowest product id that some channel has yet to recompute; -1: none. */
static int64_t lowest_behind(const store_config *c)
{
    int64_t lowest = -1;
    for (size_t i = 0; i < c->channel_count; i++)
        if (c->channels[i].behind >= 0 && (lowest < 0 || c->channels[i].behind < lowest))
            lowest = c->channels[i].behind;
    return lowest;
}

static bool catch_up_chunk(store_tx *tx, const store_config *c, uint32_t products_max, bool *ret_more, err *e)
{
    int64_t from = lowest_behind(c);
    *ret_more = from >= 0;
    if (from < 0)
        return true;
    store_product *products;
    size_t count;
    if (!store_products_after(tx, from - 1, products_max, tx->memory, &products, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        store__entry *en;
        if (!store__entry_get(tx, products[i].id, &en, e))
            return false;
        store__entry_recompute(en);
    }
    int64_t next = count < products_max ? -1 : products[count - 1].id + 1;
    int64_t *ids = ARENA_NEW(tx->memory, int64_t, c->channel_count + 1);
    size_t id_count = 0;
    for (size_t i = 0; i < c->channel_count; i++)
        if (c->channels[i].behind >= 0 && (next < 0 || c->channels[i].behind < next))
            ids[id_count++] = c->channels[i].id;
    for (size_t i = 0; i < id_count; i++)
        if (!store__channel_behind(tx, ids[i], next, e))
            return false;
    *ret_more = next >= 0;
    return true;
}

bool store_catch_up(store *s, uint32_t products_max, bool *ret_more, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    const store_config *c;
    if (!store_begin(s, STORE_WRITE, &tx, e) || !store_config_get(tx, &c, e))
        return false;
    return catch_up_chunk(tx, c, products_max, ret_more, e) && store_commit(&tx, e);
}

static bool boundary_passed(const store_config *c, const store_channel *ch, instant since, instant now)
{
    const store_group *g = ch->group ? config_group(c, ch->group) : NULL;
    for (size_t i = 0; g && i < g->member_count; i++) {
        const store_member *m = &g->members[i];
        if ((m->from != INSTANT_NONE && m->from > since && m->from <= now) ||
            (m->thru != INSTANT_NONE && m->thru > since && m->thru <= now))
            return true;
    }
    return false;
}

bool store__boundaries(store_tx *tx, const store_config *c, bool *passed, bool *ret_any, err *e)
{
    int64_t since;
    if (!tx->owner->ops->meta_get(tx->owner, "boundary_at", INT64_MIN, &since, e))
        return false;
    *ret_any = false;
    for (size_t i = 0; i < c->channel_count; i++) {
        bool here = boundary_passed(c, &c->channels[i], since, tx->now);
        *ret_any |= here;
        if (passed)
            passed[i] = here;
    }
    return true;
}

/* Reads first, so that a store with nothing to do is not locked for writing. */
static bool anything_behind(store *s, bool *ret_dates, bool *ret_behind, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    const store_config *c;
    if (!store_begin(s, STORE_READ, &tx, e) || !store_config_get(tx, &c, e) ||
        !store__boundaries(tx, c, NULL, ret_dates, e))
        return false;
    *ret_behind = lowest_behind(c) >= 0;
    return true;
}

static bool mark_boundaries(store *s, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    const store_config *c;
    if (!store_begin(s, STORE_WRITE, &tx, e) || !store_config_get(tx, &c, e))
        return false;
    bool *passed = ARENA_NEW(tx->memory, bool, c->channel_count + 1), any;
    int64_t *ids = ARENA_NEW(tx->memory, int64_t, c->channel_count + 1);
    if (!store__boundaries(tx, c, passed, &any, e))
        return false;
    size_t count = c->channel_count;
    for (size_t i = 0; i < count; i++)
        ids[i] = c->channels[i].id;
    for (size_t i = 0; i < count; i++)
        if (passed[i] && !store__channel_behind(tx, ids[i], 0, e))
            return false;
    return s->ops->meta_put(s, "boundary_at", tx->now, e) && store_commit(&tx, e);
}

#define CATCH_UP_PRODUCTS 1000 /* a chunk's products: 3 ms typical; engine 3 */

bool store_catch_up_all(store *s, err *e)
{
    bool dates, more;
    if (!anything_behind(s, &dates, &more, e) || (dates && !mark_boundaries(s, e)))
        return false;
    more |= dates;
    while (more)
        if (!store_catch_up(s, CATCH_UP_PRODUCTS, &more, e))
            return false;
    return true;
}
