/*
 * One shop's lane: its lease, the sign of life that keeps it, and the wait for another holder. The lease only saves
 * work: the lock that matters is the one open operation of a target (P3), and every change of an operation checks the
 * fence.
 */
#include "sync/internal.h"

#include <stdlib.h>

static int64_t ticks(const sync_lane *l)
{
    return l->outer->clock.ticks_us(l->outer->clock.ctx);
}

/* -- the world as the shop's client sees it: waiting in it keeps the lease -- */

static instant lane_now(void *ctx)
{
    const sync_lane *l = ctx;
    return world_now(l->outer);
}

static int64_t lane_ticks(void *ctx)
{
    return ticks(ctx);
}

/* Always sleeps to the end, also in a lane that is lost: whatever is done next says so. */
static void lane_sleep_until(void *ctx, int64_t until)
{
    sync_lane *l = ctx;
    err lost = {0};
    while (ticks(l) < until) {
        int64_t slice = sync__alive(l, &lost) ? ticks(l) + SYNC__BEAT_US : until;
        l->outer->clock.sleep_until_us(l->outer->clock.ctx, slice < until ? slice : until);
    }
}

static bool lane_post(void *ctx, const net_request *r, uint64_t ticket, err *e)
{
    sync_lane *l = ctx;
    return sync__alive(l, e) && l->outer->net.post(l->outer->net.ctx, r, ticket, e);
}

static bool lane_next(void *ctx, int64_t until, arena *a, net_answer *ret, bool *ret_some, err *e)
{
    sync_lane *l = ctx;
    for (;;) {
        if (!sync__alive(l, e))
            return false;
        int64_t slice = ticks(l) + SYNC__BEAT_US;
        bool last = slice >= until;
        if (!l->outer->net.next(l->outer->net.ctx, last ? until : slice, a, ret, ret_some, e))
            return false;
        if (*ret_some || last)
            return true;
    }
}

/* -- the lease -- */

bool sync__keep_budget(sync_lane *l, store_tx *tx, err *e)
{
    if (!l->remote)
        return true;
    store_budget b = shop_budget_now(l->remote);
    return b.told_at == INSTANT_NONE || store_budget_put(tx, l->shop, l->fence, &b, e);
}

/* A run that waits in vain for an address ends once somebody has mended it; the next one goes there. */
static bool same_address(sync_lane *l, store_tx *tx, err *e)
{
    const store_shop *row;
    if (!l->remote)
        return true;
    if (!sync__shop_row(l, tx, &row, e))
        return false;
    return str_equal(row->url, l->url) ||
           ERR(e, ERR_CONFLICT, "the address of shop '%.*s' was changed during this run; the next one goes there",
               STR_ARG(row->code));
}

bool sync__alive(sync_lane *l, err *e)
{
    if (l->fence == 0 || ticks(l) - l->beat_ticks < SYNC__BEAT_US)
        return true;
    AUTO(store_tx_end) store_tx *tx = NULL;
    err trouble = {0};
    bool done = store_begin(l->db, STORE_WRITE, &tx, &trouble) && store_lane_beat(tx, l->shop, l->fence, &trouble) &&
                same_address(l, tx, &trouble) && sync__keep_budget(l, tx, &trouble) && store_commit(&tx, &trouble);
    bool kept = done || trouble.code == ERR_BUSY; /* who keeps the database busy keeps it from other workers, too */
    if (kept || MUTANT(no_fence)) {
        l->beat_ticks = ticks(l);
        return true;
    }
    *e = trouble;
    return false;
}

bool sync__stop(const sync_lane *l)
{
    return l->options.stop && l->options.stop(l->options.ctx);
}

void sync__progress(const sync_lane *l, const char *what, int64_t done, int64_t total)
{
    if (l->options.progress)
        l->options.progress(l->options.ctx, what, done, total);
}

void sync__sleep(const sync_lane *l, int64_t us)
{
    for (int64_t until = ticks(l) + us; ticks(l) < until && !sync__stop(l);)
        l->world.clock.sleep_until_us(l->world.clock.ctx, qty_min(until, ticks(l) + SYNC__BEAT_US));
}

static bool find(sync_lane *l, store_tx *tx, err *e)
{
    const store_config *c;
    if (!store_config_get(tx, &c, e))
        return false;
    const store_shop *row = config_shop_by_code(c, l->options.shop);
    if (!row)
        return ERR(e, ERR_MISSING, "there is no shop '%.*s'; 'evenstock export config' shows them",
                   STR_ARG(l->options.shop));
    l->shop = row->id;
    if (str_empty(l->options.channel))
        return true;
    const store_channel *ch = config_channel_by_code(c, l->options.channel);
    if (!ch || ch->shop != row->id)
        return ERR(e, ERR_MISSING, "shop '%.*s' has no channel '%.*s'", STR_ARG(l->options.shop),
                   STR_ARG(l->options.channel));
    l->channel = ch->id;
    return true;
}

static bool take(sync_lane *l, str holder, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    int64_t fence;
    if (!store_begin(l->db, STORE_WRITE, &tx, e) || !find(l, tx, e) ||
        !store_lane_take(tx, l->shop, holder, SYNC__STALE_S, &fence, e) || !store_commit(&tx, e))
        return false;
    l->fence = fence;
    l->beat_ticks = ticks(l);
    return true;
}

static bool take_within(sync_lane *l, int64_t wait_ms, err *e)
{
    char id[37];
    world_uuid(l->outer, id);
    str holder = str_printf(l->memory, "the run %.8s, begun %s,", id, INSTANT_Z(world_now(l->outer)));
    int64_t until = ticks(l) + wait_ms * US_PER_MS;
    while (!take(l, holder, e)) {
        if (e->code != ERR_BUSY || ticks(l) >= until || sync__stop(l))
            return err_wrap(e, "shop %.*s", STR_ARG(l->options.shop));
        sync__sleep(l, SYNC__POLL_MS * US_PER_MS);
    }
    return true;
}

static bool connect_shop(sync_lane *l, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    const store_shop *row;
    store_budget budget;
    if (!store_begin(l->db, STORE_READ, &tx, e) || !sync__shop_row(l, tx, &row, e) ||
        !store_budget_get(tx, l->shop, &budget, e) || !shop_open(row, &l->world, &l->remote, e))
        return false;
    l->url = str_copy(l->memory, row->url);
    shop_budget_resume(l->remote, &budget);
    return true;
}

bool sync_open(store *db, const world *w, const sync_options *o, int64_t wait_ms, sync_lane **ret, err *e)
{
    AUTO(sync_close) sync_lane *l = calloc(1, sizeof *l);
    if (!l)
        return ERR(e, ERR_MEMORY, "no memory for a lane");
    l->db = db;
    l->outer = w;
    l->memory = arena_new(0);
    l->options = *o;
    l->options.shop = str_copy(l->memory, o->shop);
    l->options.channel = str_copy(l->memory, o->channel.at ? o->channel : STR(""));
    if (l->options.settle_ms == 0)
        l->options.settle_ms = SYNC_SETTLE_MS;
    l->world = (world){
        .clock = {.ctx = l, .now = lane_now, .ticks_us = lane_ticks, .sleep_until_us = lane_sleep_until},
        .rng = w->rng,
        .net = {.ctx = l, .post = lane_post, .next = lane_next},
    };
    if (!take_within(l, wait_ms, e) || !connect_shop(l, e))
        return false;
    *ret = l;
    l = NULL;
    return true;
}

static bool release(sync_lane *l, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    return store_begin(l->db, STORE_WRITE, &tx, e) && sync__keep_budget(l, tx, e) &&
           store_lane_release(tx, l->shop, l->fence, e) && store_commit(&tx, e);
}

void sync_close(sync_lane **held)
{
    sync_lane *l = *held;
    err ignored = {0};
    if (!l)
        return;
    if (l->fence && !release(l, &ignored)) /* taken over already, or it goes stale by itself */
        log_line(LOG_DEBUG, "lane.not_released", F_STR("shop", l->options.shop), F_STR("why", str_of(ignored.text)));
    shop_close(&l->remote);
    arena_end(&l->memory);
    free(l);
    *held = NULL;
}

/* -- the shop's row -- */

bool sync__shop_row(sync_lane *l, store_tx *tx, const store_shop **ret, err *e)
{
    const store_config *c;
    if (!store_config_get(tx, &c, e))
        return false;
    *ret = config_shop(c, l->shop);
    return *ret || ERR(e, ERR_MISSING, "shop '%.*s' is gone", STR_ARG(l->options.shop));
}

bool sync__check_shop(sync_lane *l, sync__need need, arena *a, store_shop *ret, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    const store_shop *row;
    if (!store_begin(l->db, STORE_READ, &tx, e) || !sync__shop_row(l, tx, &row, e))
        return false;
    if (need.adopted && row->adopted_at == INSTANT_NONE)
        return ERR(e, ERR_CONFLICT,
                   "shop '%.*s' was never adopted, so nothing is written to it; run `evenstock shop adopt %.*s` first",
                   STR_ARG(row->code), STR_ARG(row->code));
    if (need.writable && !row->writable)
        return ERR(e, ERR_CONFLICT,
                   "shop '%.*s' is read only here; `evenstock shop set %.*s --writable` lets sync write to it",
                   STR_ARG(row->code), STR_ARG(row->code));
    *ret = *row;
    ret->code = str_copy(a, row->code);
    ret->url = str_copy(a, row->url);
    return true;
}
