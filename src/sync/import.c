/*
 * Import of what the shop's orders did (I1): a poll says "look at this order", the order is read, and what it did is
 * the difference of two readings. One order is read by one importer at a time: the lane's fence is checked in the very
 * transaction that enters a reading, so a reading that slept is dropped.
 */
#include "sync/internal.h"

#define READS_MAX 3 /* of one order that was changed back in time between two reads */
/* A reading later than this after the last change has seen all of that second; I1. */
#define SETTLED_US (2 * US_PER_S)
/* Without an order to follow the cursor stays so far behind the shop: an index that stood still is caught up. */
#define STOOD_STILL_US (3600 * US_PER_S)

typedef struct importing {
    sync_lane *lane;
    sync__report *report;
    sync__import how;
    arena *memory; /* of one order */
} importing;

/* Whether the stored reading has seen all that the list tells; I1. */
static bool looks_unchanged(importing *n, const shop_order_head *h, bool *ret, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    store_reading row;
    bool some;
    if (!store_begin(n->lane->db, STORE_READ, &tx, e) ||
        !store_reading_get(tx, n->lane->shop, h->id, n->memory, &row, &some, e))
        return false;
    *ret = some && !n->how.all && row.updated_at == h->updated_at &&
           (row.updated_at < row.asked_at - SETTLED_US || MUTANT(same_second));
    return true;
}

/* A shop's item whose tracking is not what we saw last: what we know of S there is void until it is adopted again; I5.
 */
static bool tracking_changed(sync_lane *l, store_tx *tx, reading_raw_line *line, bool first, err *e)
{
    const store_config *c;
    int64_t product;
    if (str_empty(line->item))
        return true;
    if (!store_product_of_item(tx, l->shop, line->item, &product, e) || !store_config_get(tx, &c, e))
        return false;
    for (size_t i = 0; product && i < c->channel_count; i++) {
        target_key k = {product, c->channels[i].id};
        target_row row;
        bool some;
        if (c->channels[i].shop != l->shop)
            continue;
        if (!store_target_get(tx, k, store_arena(tx), &row, &some, e))
            return false;
        bool was_tracked = row.target.state != TARGET_UNTRACKED;
        if (!some || was_tracked == line->tracked || (was_tracked && !row.target.e.known))
            continue;
        line->tracked_unknown |= first;
        if (!sync__tracked(tx, &row, line->tracked, e))
            return false;
    }
    return true;
}

static bool enter_raw(importing *n, reading_raw *raw, instant asked, bool *ret_stale, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    sync_lane *l = n->lane;
    store_reading row;
    const reading *old = NULL;
    bool some, claimless;
    sync__entered entered;
    if (!store_begin(l->db, STORE_WRITE, &tx, e) || !store_lane_beat(tx, l->shop, l->fence, e) ||
        !store_reading_get(tx, l->shop, raw->order, n->memory, &row, &some, e))
        return false;
    *ret_stale = some && raw->updated_at < row.updated_at; /* a lagging replica: dropped, and read again; I1 */
    if (*ret_stale)
        return true;
    if (some && !domain_reading_parse(n->memory, row.json, &old, e))
        return err_wrap(e, "the stored reading of order %.*s", STR_ARG(raw->name));
    for (size_t i = 0; i < raw->line_count; i++) {
        bool first = true;
        for (size_t k = 0; old && k < old->line_count; k++)
            first &= !str_equal(old->lines[k].raw.id, raw->lines[i].id);
        if (!tracking_changed(l, tx, &raw->lines[i], first, e))
            return false;
    }
    if (!store_app_claimless(tx, l->shop, raw->app, &claimless, e))
        return false;
    const reading *now = domain_reading_next(n->memory, old, raw, asked, claimless);
    if (!sync__enter(l, tx, old, now, n->how.baseline, &entered, e) || !store_commit(&tx, e))
        return false;
    n->report->out.new_events += entered.changed;
    n->report->out.movements += entered.movements;
    return true;
}

/* An order that Shopify does not know any more: its open units were removed without a word. */
static bool gone(importing *n, str id, reading_raw *ret, bool *ret_some, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    store_reading row;
    const reading *old;
    if (!store_begin(n->lane->db, STORE_READ, &tx, e) ||
        !store_reading_get(tx, n->lane->shop, id, n->memory, &row, ret_some, e))
        return false;
    if (!*ret_some)
        return true;
    if (!domain_reading_parse(n->memory, row.json, &old, e))
        return err_wrap(e, "the stored reading of order %.*s", STR_ARG(id));
    *ret = old->raw;
    ret->cancelled = ret->closed = true;
    ret->cancelled_at = ret->updated_at;
    ret->lines = NULL;
    ret->line_count = 0;
    return true;
}

static bool import_one(importing *n, str id, err *e)
{
    bool stale = true;
    for (int reads = 0; stale && reads < READS_MAX; reads++) {
        reading_raw raw;
        instant asked;
        bool some;
        if (!shop_order(n->lane->remote, id, n->memory, &raw, &asked, &some, e))
            return false;
        if (!some && !gone(n, id, &raw, &some, e))
            return false;
        if (!some)
            return true;
        if (!enter_raw(n, &raw, asked, &stale, e))
            return false;
    }
    n->report->out.events++;
    return true;
}

static bool import_page(importing *n, const shop_orders_page *page, err *e)
{
    for (size_t i = 0; i < page->count && !sync__stop(n->lane); i++) {
        bool unchanged;
        arena_clear(n->memory);
        if (!sync__alive(n->lane, e) || !looks_unchanged(n, &page->orders[i], &unchanged, e))
            return false;
        if (!unchanged && !import_one(n, page->orders[i].id, e))
            return err_wrap(e, "order %.*s", STR_ARG(page->orders[i].name));
        if (n->report->push && !sync__push_meanwhile(n->lane, n->report, e))
            return false;
        sync__progress(n->lane, "orders", n->report->out.events, -1);
    }
    return true;
}

/* The cursor only moves forward, and only over what is durable. Time alone does not move it: that the search shows no
 * newer order proves nothing, for its index may stand still (I9). */
static bool move_cursor(sync_lane *l, instant until, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    const store_shop *row;
    if (!store_begin(l->db, STORE_WRITE, &tx, e) || !store_lane_beat(tx, l->shop, l->fence, e) ||
        !sync__shop_row(l, tx, &row, e))
        return false;
    if (row->orders_until != INSTANT_NONE && row->orders_until >= until)
        return true;
    return store_shop_orders_until(tx, l->shop, until, e) && store_commit(&tx, e);
}

/* What webhooks told: read at once, whatever the search index knows. */
static bool import_told(importing *n, err *e)
{
    AUTO(arena_end) arena *list = arena_new(0);
    sync_lane *l = n->lane;
    for (;;) {
        AUTO(store_tx_end) store_tx *tx = NULL;
        store_told *told;
        size_t count;
        arena_clear(list);
        if (!store_begin(l->db, STORE_READ, &tx, e) || !store_told_orders(tx, l->shop, 100, list, &told, &count, e))
            return false;
        for (size_t i = 0; i < count && !sync__stop(l); i++) {
            store_tx_end(&tx);
            arena_clear(n->memory);
            if (!sync__alive(l, e) || !import_one(n, told[i].order, e))
                return err_wrap(e, "order %.*s", STR_ARG(told[i].order));
            if (!store_begin(l->db, STORE_WRITE, &tx, e) || !store_lane_beat(tx, l->shop, l->fence, e) ||
                !store_told_done(tx, l->shop, &told[i], e) || !store_commit(&tx, e) ||
                (n->report->push && !sync__push_meanwhile(l, n->report, e)))
                return false;
        }
        if (count == 0 || sync__stop(l))
            return true;
    }
}

/* Where in the list a page has come to: the list goes by the index's date of an order, and shows the order's own. Of an
 * order that changed within the time by which the index may lag, the two may differ; it tells nothing of the place. */
static instant passed(const shop_orders_page *p, instant indexed)
{
    instant at = INSTANT_NONE;
    for (size_t i = 0; i < p->count; i++)
        if (p->orders[i].updated_at <= indexed)
            at = qty_max(at, p->orders[i].updated_at);
    return at;
}

/* `lag_us`: by which the search index may lag, for the cursor; -1: the cursor stays. */
static bool import_pages(sync_lane *l, sync__report *r, sync__import how, int64_t lag_us, err *e)
{
    AUTO(arena_end) arena *pages = arena_new(0);
    AUTO(arena_end) arena *memory = arena_new(0);
    importing n = {.lane = l, .report = r, .how = how, .memory = memory};
    str after = STR("");
    instant begun = INSTANT_NONE;
    do {
        shop_orders_page page;
        if (!shop_orders(l->remote, how.since, how.open_only, after, pages, &page, e))
            return false;
        if (begun == INSTANT_NONE)
            begun = shop_date(l->remote);
        if (!import_page(&n, &page, e))
            return false;
        if (sync__stop(l))
            return true;
        instant until = lag_us < 0 ? INSTANT_NONE : passed(&page, begun - lag_us);
        if (until != INSTANT_NONE && !move_cursor(l, until, e))
            return false;
        after = str_copy(memory, page.next);
        arena_clear(pages);
        after = str_copy(pages, after);
    } while (!str_empty(after));
    return lag_us < 0 || begun == INSTANT_NONE || move_cursor(l, begun - STOOD_STILL_US, e);
}

bool sync__import_orders(sync_lane *l, sync__report *r, sync__import how, err *e)
{
    return import_pages(l, r, how, /* lag_us= */ -1, e);
}

bool sync__poll(sync_lane *l, sync__report *r, err *e)
{
    AUTO(arena_end) arena *a = arena_new(0);
    store_shop row;
    if (!sync__check_shop(l, (sync__need){0}, a, &row, e))
        return false;
    CHECK(row.orders_until != INSTANT_NONE); /* an adoption sets it */
    int64_t lag_us = MUTANT(no_overlap) ? 0 : row.index_lag_s * US_PER_S;
    int64_t overlap_us = MUTANT(no_overlap) ? 0 : lag_us + SYNC__OVERLAP_US;
    sync__import how = {.since = row.orders_until - overlap_us, .baseline = row.adopted_at};
    importing n = {.lane = l, .report = r, .how = how, .memory = arena_new(0)};
    bool told = import_told(&n, e);
    arena_end(&n.memory);
    return told && import_pages(l, r, how, lag_us, e);
}

bool sync__import_again(sync_lane *l, sync__report *r, str item, instant baseline, err *e)
{
    AUTO(arena_end) arena *list = arena_new(0);
    AUTO(arena_end) arena *memory = arena_new(0);
    importing n = {.lane = l, .report = r, .how = {.all = true, .baseline = baseline}, .memory = memory};
    str after = STR("");
    for (;;) {
        AUTO(store_tx_end) store_tx *tx = NULL;
        store_reading *rows;
        size_t count;
        if (!store_begin(l->db, STORE_READ, &tx, e) ||
            !store_readings(tx, l->shop, item, /* open_only= */ true, after, 100, list, &rows, &count, e))
            return false;
        store_tx_end(&tx);
        for (size_t i = 0; i < count; i++) {
            arena_clear(memory);
            if ((rows[i].pending || !str_empty(item)) && (!sync__alive(l, e) || !import_one(&n, rows[i].order, e)))
                return err_wrap(e, "order %.*s", STR_ARG(rows[i].order));
        }
        if (count < 100)
            return true;
        after = str_copy(list, rows[count - 1].order);
    }
}

/* -- orders that were moved without a word -- */

typedef struct stranded {
    const shop_facts *facts;
    arena *memory;
    VEC(str) orders;
} stranded;

static bool add_stranded(void *ctx, const reading *r, err *e)
{
    (void)e;
    stranded *n = ctx;
    for (size_t i = 0; i < r->line_count; i++)
        for (size_t k = 0; k < r->lines[i].place_count; k++) {
            const reading_place *p = &r->lines[i].places[k];
            if (p->open == 0 || str_empty(p->location) || sync__location_active(n->facts, p->location))
                continue;
            *vec_push(n->memory, &n->orders) = str_copy(n->memory, r->raw.order);
            return true;
        }
    return true;
}

static bool find_stranded(sync_lane *l, stranded *n, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    return store_begin(l->db, STORE_READ, &tx, e) && sync__each_reading(l, tx, STR(""), add_stranded, n, e);
}

bool sync__import_stranded(sync_lane *l, sync__report *r, const shop_facts *facts, instant baseline, err *e)
{
    AUTO(arena_end) arena *list = arena_new(0);
    AUTO(arena_end) arena *memory = arena_new(0);
    stranded found = {.facts = facts, .memory = list};
    importing n = {.lane = l, .report = r, .how = {.all = true, .baseline = baseline}, .memory = memory};
    if (!find_stranded(l, &found, e))
        return false;
    for (size_t i = 0; i < found.orders.count && !sync__stop(l); i++) {
        arena_clear(memory);
        if (!sync__alive(l, e) || !import_one(&n, found.orders.at[i], e))
            return err_wrap(e, "order %.*s", STR_ARG(found.orders.at[i]));
    }
    return true;
}

bool sync_orders(sync_lane *l, arena *a, sync_report *ret, err *e)
{
    sync__report r;
    store_shop row;
    sync__report_begin(&r, l, a);
    if (!sync__check_shop(l, (sync__need){.adopted = true}, a, &row, e) || !store_catch_up_all(l->db, e))
        return false;
    r.push = l->options.push && row.writable;
    return sync__poll(l, &r, e) && sync__report_end(&r, l, ret, e);
}
