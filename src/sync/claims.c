/*
 * Orders that claim no stock (I5). Nothing in an order tells so: Shopify's `committed` does, which must cover the open
 * units that the readings of a location say. Judged before any drift there is booked, on two reads that agree in it.
 */
#include "sync/internal.h"

typedef struct app_units {
    str app, order; /* order: the name of the newest that was counted */
    qty open;
} app_units;

typedef struct counting {
    arena *memory;
    str item, location;
    VEC(app_units) apps;
} counting;

static qty open_of(const reading *r, str item, str location, int claims)
{
    qty open = 0;
    for (size_t i = 0; i < r->line_count; i++)
        for (size_t k = 0; k < r->lines[i].place_count; k++)
            if (r->lines[i].claims == claims && str_equal(r->lines[i].raw.item, item) &&
                str_equal(r->lines[i].places[k].location, location))
                open += r->lines[i].places[k].open;
    return open;
}

static bool count_app(void *ctx, const reading *r, err *e)
{
    (void)e;
    counting *n = ctx;
    qty open = open_of(r, n->item, n->location, 1);
    if (open == 0 || str_empty(r->raw.app))
        return true;
    app_units *of = NULL;
    for (size_t i = 0; i < n->apps.count && !of; i++)
        if (str_equal(n->apps.at[i].app, r->raw.app))
            of = &n->apps.at[i];
    if (!of) {
        of = vec_push(n->memory, &n->apps);
        of->app = str_copy(n->memory, r->raw.app);
    }
    of->open += open;
    of->order = str_copy(n->memory, str_empty(r->raw.name) ? r->raw.order : r->raw.name);
    return true;
}

/* The one app whose open units are exactly what C does not cover; its name is "" where it is none, or more than one. */
static bool failing_app(sync__confirmation *c, store_tx *tx, const target_row *now, qty uncovered, app_units *ret,
                        err *e)
{
    counting n = {.memory = store_arena(tx), .item = now->target.item, .location = now->location};
    if (!sync__each_reading(c->lane, tx, now->target.item, count_app, &n, e))
        return false;
    const app_units none = {.app = STR("")};
    size_t found = 0;
    *ret = none;
    for (size_t i = 0; i < n.apps.count; i++)
        if (n.apps.at[i].open == uncovered) {
            *ret = n.apps.at[i];
            found++;
        }
    if (found != 1)
        *ret = none;
    return true;
}

/* -- taking back what such an app's orders booked -- */

/* What readings of this order booked into E since the last anchor: adopt, repair, R7. */
static bool booked_since_anchor(store_tx *tx, target_key k, str ref, qty *ret, err *e)
{
    int64_t seq = 0;
    *ret = 0;
    for (;;) {
        explained_row *rows;
        size_t count;
        if (!store_explained_after(tx, k, seq, 500, store_arena(tx), &rows, &count, e))
            return false;
        for (size_t i = 0; i < count; i++) {
            if (rows[i].kind == EXPLAINED_ADOPT || rows[i].kind == EXPLAINED_READ || rows[i].kind == EXPLAINED_DRIFT)
                *ret = 0;
            else if ((rows[i].kind == EXPLAINED_IMPORT || rows[i].kind == EXPLAINED_CLAIM) &&
                     str_equal(rows[i].ref, ref))
                *ret += rows[i].value;
            seq = rows[i].seq;
        }
        if (count < 500)
            return true;
    }
}

static bool take_back(sync_lane *l, store_tx *tx, const reading *r, err *e)
{
    const store_config *cfg;
    if (!store_config_get(tx, &cfg, e))
        return false;
    str ref = str_printf(store_arena(tx), "order %.*s", STR_ARG(str_empty(r->raw.name) ? r->raw.order : r->raw.name));
    for (size_t i = 0; i < r->line_count; i++) {
        int64_t product;
        if (str_empty(r->lines[i].raw.item) || !store_product_of_item(tx, l->shop, r->lines[i].raw.item, &product, e))
            continue;
        for (size_t n = 0; product && n < cfg->channel_count; n++) {
            target_key k = {product, cfg->channels[n].id};
            target_row row;
            bool some;
            qty booked;
            if (cfg->channels[n].shop != l->shop)
                continue;
            if (!store_target_get(tx, k, store_arena(tx), &row, &some, e))
                return false;
            if (!some || !row.target.e.known)
                continue;
            if (!booked_since_anchor(tx, k, ref, &booked, e) ||
                (booked != 0 && !store_explained(tx, k, EXPLAINED_CLAIM, -booked, ref, e)))
                return false;
        }
    }
    return true;
}

/* The reading with its claims ended, put in place of the old one; its lines' places are settled without moving E. */
static bool enter_again(sync_lane *l, store_tx *tx, const store_reading *row, const reading *next, err *e)
{
    AUTO(buf_end) buf json = buf_new((size_t)16 << 20);
    arena *a = store_arena(tx);
    store_reading put = *row;
    str *items = ARENA_NEW(a, str, next->line_count + 1);
    size_t count = 0;
    effect_change how = {.at = INSTANT_NONE,
                         .reason = STR("reading"),
                         .source = STR("sync"),
                         .actor = STR(""),
                         .comment = next->raw.name,
                         .keep_explained = true};
    for (size_t i = 0; i < next->line_count; i++)
        if (!str_empty(next->lines[i].raw.item))
            items[count++] = next->lines[i].raw.item;
    domain_reading_write(next, &json);
    CHECK(!json.full); /* it is no longer than the stored one */
    put.json = buf_str(&json);
    if (!store_reading_put(tx, &put, items, count, e))
        return false;
    for (size_t i = 0; i < next->line_count; i++) {
        store_line line;
        bool some;
        int64_t movements = 0;
        if (!store_line_find(tx, l->shop, next->raw.order, next->lines[i].raw.id, a, &line, &some, e) ||
            (some && !store_line_settle(tx, line.id, &how, &movements, e)))
            return false;
    }
    return true;
}

static const reading *without_claims(arena *a, const reading *r)
{
    reading_raw raw = sync__raw_of(a, r);
    return domain_reading_next(a, r, &raw, r->asked_at, /* claimless_app= */ true);
}

/* Its orders give back what they booked. */
static bool end_claims(sync_lane *l, store_tx *tx, str app, err *e)
{
    AUTO(arena_end) arena *a = arena_new(0);
    str after = STR("");
    for (;;) {
        store_reading *rows;
        size_t count;
        if (!store_readings(tx, l->shop, STR(""), /* open_only= */ false, after, 100, a, &rows, &count, e))
            return false;
        for (size_t i = 0; i < count; i++) {
            const reading *r;
            if (!domain_reading_parse(a, rows[i].json, &r, e))
                return err_wrap(e, "the reading of order %.*s", STR_ARG(rows[i].order));
            if (str_equal(r->raw.app, app) &&
                (!take_back(l, tx, r, e) || !enter_again(l, tx, &rows[i], without_claims(a, r), e)))
                return false;
        }
        if (count < 100)
            return true;
        after = rows[count - 1].order;
    }
}

static bool list_app(sync__confirmation *c, store_tx *tx, const target_row *now, const app_units *of, err *e)
{
    sync_claimless found = {.app = str_copy(c->report->memory, of->app)};
    found.proof = str_printf(c->report->memory,
                             "order %.*s: %" PRId64 " units of %.*s are to be shipped, and none of them is committed",
                             STR_ARG(of->order), of->open, STR_ARG(now->sku));
    store_app row = {.app = found.app, .at = store_now(tx), .proof = found.proof};
    *vec_push(c->report->memory, &c->report->claimless) = found;
    return store_app_claimless_add(tx, c->lane->shop, &row, e) && end_claims(c->lane, tx, of->app, e);
}

/* -- taking an app off the list -- */

/* Its open lines claim nothing until C shows it: E stays high meanwhile (I5). */
static const reading *with_doubt(arena *a, const reading *r)
{
    reading *next = ARENA_NEW(a, reading, 1);
    *next = *r;
    next->claimless_app = false;
    r = next;
    for (size_t i = 0; i < next->line_count; i++)
        if (next->lines[i].claims == 0 && next->lines[i].raw.tracked)
            r = domain_reading_claim(a, r, next->lines[i].raw.id, -1);
    return r;
}

static bool doubt_orders(sync_lane *l, store_tx *tx, str app, err *e)
{
    AUTO(arena_end) arena *a = arena_new(0);
    str after = STR("");
    for (;;) {
        store_reading *rows;
        size_t count;
        if (!store_readings(tx, l->shop, STR(""), /* open_only= */ true, after, 100, a, &rows, &count, e))
            return false;
        for (size_t i = 0; i < count; i++) {
            const reading *r;
            if (!domain_reading_parse(a, rows[i].json, &r, e))
                return err_wrap(e, "the reading of order %.*s", STR_ARG(rows[i].order));
            if (str_equal(r->raw.app, app) && !enter_again(l, tx, &rows[i], with_doubt(a, r), e))
                return false;
        }
        if (count < 100)
            return true;
        after = rows[count - 1].order;
    }
}

bool sync_app_claims(sync_lane *l, str app, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    bool listed;
    if (!store_begin(l->db, STORE_WRITE, &tx, e) || !store_lane_beat(tx, l->shop, l->fence, e) ||
        !store_app_claimless(tx, l->shop, app, &listed, e))
        return false;
    if (!listed)
        return ERR(e, ERR_MISSING, "shop '%.*s' has no app '%.*s' whose orders are known to claim no stock",
                   STR_ARG(l->options.shop), STR_ARG(app));
    return store_app_claimless_drop(tx, l->shop, app, e) && doubt_orders(l, tx, app, e) && store_commit(&tx, e);
}

/* -- lines of which it is not known whether they claim -- */

static bool lines_claim(sync__confirmation *c, store_tx *tx, const target_row *now, err *e)
{
    arena *a = store_arena(tx);
    store_reading *rows;
    size_t count;
    if (!store_readings(tx, c->lane->shop, now->target.item, /* open_only= */ true, STR(""), 1000, a, &rows, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        const reading *r;
        if (!domain_reading_parse(a, rows[i].json, &r, e))
            return false;
        if (open_of(r, now->target.item, now->location, -1) == 0)
            continue;
        const reading *next = r;
        for (size_t n = 0; n < r->line_count; n++)
            if (r->lines[n].claims == -1 && str_equal(r->lines[n].raw.item, now->target.item))
                next = domain_reading_claim(a, next, r->lines[n].raw.id, 1);
        /* E is an agreed reading of after these orders, or their claim is the very drift that is about to be judged. */
        bool in_anchor = r->raw.created_at < now->target.epoch;
        sync__entered ignored;
        if (in_anchor ? !enter_again(c->lane, tx, &rows[i], next, e)
                      : !sync__enter(c->lane, tx, r, next, c->shop.adopted_at, &ignored, e))
            return false;
    }
    return true;
}

static bool judge_again(sync__suspect *s, bool *ret_again, const char *why)
{
    *ret_again = true;
    s->ready_at = s->second_asked;
    s->why = str_of(why);
    return true;
}

bool sync__claims(sync__confirmation *c, store_tx *tx, sync__suspect *s, const target_row *now, bool *ret_again, err *e)
{
    sync__demand d;
    app_units app;
    instant stamp = s->second.committed.at;
    qty committed = sync__numbers_of(&s->second, 0).committed;
    *ret_again = false;
    if (!sync__demand_at(c->lane, tx, now->target.item, now->location, &d, e))
        return false;
    bool judged = sync__committed_agrees(&s->first, &s->second) &&
                  (stamp == INSTANT_NONE || s->first_asked - stamp >= c->shop.index_lag_s * US_PER_S);
    if (judged && d.unknown > 0 && committed == d.open + d.unknown)
        return lines_claim(c, tx, now, e) && judge_again(s, ret_again, "its orders were found to claim stock");
    if (committed >= d.open)
        return true;
    if (!judged) {
        *ret_again = true;
        s->why = STR("its committed units are still changing");
        s->ready_at = stamp == INSTANT_NONE ? s->second_asked : stamp + c->shop.index_lag_s * US_PER_S;
        return true;
    }
    for (size_t i = 0; i < c->items_to_read.count; i++)
        if (str_equal(c->items_to_read.at[i], now->target.item)) {
            if (!failing_app(c, tx, now, d.open - committed, &app, e))
                return false;
            if (!str_empty(app.app))
                return list_app(c, tx, now, &app, e) &&
                       judge_again(s, ret_again, "an app was found whose orders claim no stock");
            *ret_again = true;
            s->why = STR("Shopify has fewer units committed there than its open orders have");
            s->ready_at = INSTANT_NONE;
            return true;
        }
    *vec_push(c->report->memory, &c->items_to_read) =
        str_copy(c->report->memory, now->target.item); /* the readings may be old */
    return judge_again(s, ret_again, "Shopify has fewer units committed there than the orders read here have open");
}
