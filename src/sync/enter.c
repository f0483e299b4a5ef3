/*
 * How a reading of an order enters the books, in one transaction: the reading, its lines, what they do to stock, queues
 * and E (I1). A line that is new to our books has a baseline: what it had done before we knew its target is in the
 * numbers already, here (units that departed then never enter, I8) and at Shopify (E := S of the adoption, R3).
 */
#include "sync/internal.h"

#define READING_JSON_MAX ((size_t)16 << 20)
#define EPOCH_MARGIN_US                                                                                                \
    US_PER_S /* an epoch is 2 s after a stamp, and adoption agrees on stamps, so nothing lies between */

typedef struct entered {
    const reading_line *line;
    int64_t id, product;
    bool fresh; /* new to our books */
} entered;

typedef struct entering {
    store_tx *tx;
    arena *memory;
    const store_config *config;
    const store_shop *shop;
    const reading *now;
    instant baseline; /* orders made before it are older than our books know; INSTANT_NONE: all are */
    VEC(entered) lines;
    int64_t movements;
} entering;

/* -- rows -- */

/* Any channel of the shop will do for the row: where the line's demand goes is told by its places. */
static const store_channel *row_channel(const entering *n, const reading_line *line)
{
    for (size_t i = 0; i < line->place_count; i++) {
        const store_channel *ch = config_channel_at(n->config, n->shop->id, line->places[i].location);
        if (ch)
            return ch;
    }
    const store_channel *ch = config_channel_unmapped(n->config, n->shop->id);
    for (size_t i = 0; i < n->config->channel_count && !ch; i++)
        if (n->config->channels[i].shop == n->shop->id)
            ch = &n->config->channels[i];
    return ch;
}

static effect_change how_of(const entering *n, instant at, bool keep_explained)
{
    return (effect_change){.at = at,
                           .reason = STR("shop_order"),
                           .source = str_printf(n->memory, "shop %.*s", STR_ARG(n->shop->code)),
                           .actor = STR(""),
                           .comment = n->now->raw.name,
                           .keep_explained = keep_explained};
}

/* An item that was relinked since: the line leaves the old product, and E of both is unknown already (I10). */
static bool move_to_product(entering *n, store_line *row, int64_t product, err *e)
{
    effect_change how = how_of(n, INSTANT_NONE, /* keep_explained= */ true);
    line_effect nothing = {.read_at = INSTANT_NONE, .departed_at = INSTANT_NONE};
    if (row->product == product)
        return true;
    if (!store_line_apply(n->tx, row->id, &nothing, &how, &n->movements, e) ||
        !store_line_get(n->tx, row->id, n->memory, row, e))
        return false;
    row->product = product;
    row->parts = NULL;
    row->part_count = 0;
    return store_line_put(n->tx, row, &row->id, e);
}

static bool line_row(entering *n, const reading_line *line, int64_t product, err *e)
{
    store_line row;
    bool some;
    const store_channel *ch = row_channel(n, line);
    if (!ch)
        return true;
    if (!store_line_find(n->tx, n->shop->id, n->now->raw.order, line->raw.id, n->memory, &row, &some, e))
        return false;
    bool fresh = !some || !row.from_reading;
    if (!some) {
        const store_world *stock;
        if (!store_world_get(n->tx, product, &stock, e))
            return false;
        row = (store_line){.order = n->now->raw.order,
                           .line = line->raw.id,
                           .scope = n->shop->id,
                           .product = product,
                           .departed_at = INSTANT_NONE};
        row.parts = stock->kit; /* a kit keeps the composition that it was placed with */
        row.part_count = stock->kit_count;
    } else if (!move_to_product(n, &row, product, e)) {
        return false;
    }
    if (fresh || !str_equal(row.name, n->now->raw.name)) {
        row.channel = some ? row.channel : ch->id;
        row.name = n->now->raw.name;
        row.from_reading = true;
        if (!store_line_put(n->tx, &row, &row.id, e))
            return false;
    }
    *vec_push(n->memory, &n->lines) = (entered){.line = line, .id = row.id, .product = product, .fresh = fresh};
    return true;
}

static bool find_lines(entering *n, err *e)
{
    for (size_t i = 0; i < n->now->line_count; i++) {
        const reading_line *line = &n->now->lines[i];
        int64_t product = 0;
        if (!str_empty(line->raw.item) && !store_product_of_item(n->tx, n->shop->id, line->raw.item, &product, e))
            return false;
        if (product &&
            !line_row(n, line, product, e)) /* an unlinked item moves nothing (I2) until it is linked (I10) */
            return err_wrap(e, "line %.*s", STR_ARG(line->raw.id));
    }
    return true;
}

static bool put_reading(entering *n, const reading *r, err *e)
{
    AUTO(buf_end) buf json = buf_new(READING_JSON_MAX);
    store_reading row = {
        .shop = n->shop->id, .order = r->raw.order, .updated_at = r->raw.updated_at, .asked_at = r->asked_at};
    str *items = ARENA_NEW(n->memory, str, r->line_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < r->line_count; i++) {
        const reading_line *line = &r->lines[i];
        row.pending |= line->pending > 0;
        for (size_t k = 0; k < line->place_count; k++)
            row.open |= line->places[k].open > 0;
        if (!str_empty(line->raw.item))
            items[count++] = line->raw.item;
    }
    row.open |= row.pending;
    domain_reading_write(r, &json);
    if (json.full)
        return ERR(e, ERR_REMOTE, "order %.*s does not fit %zu bytes (READING_JSON_MAX)", STR_ARG(r->raw.name),
                   READING_JSON_MAX);
    row.json = buf_str(&json);
    return store_reading_put(n->tx, &row, items, count, e);
}

/* -- the baseline of new lines -- */

static bool target_at(entering *n, int64_t product, str location, target_row *ret, bool *ret_some, err *e)
{
    const store_channel *ch = config_channel_at(n->config, n->shop->id, location);
    *ret_some = false;
    return !ch || store_target_get(n->tx, (target_key){product, ch->id}, n->memory, ret, ret_some, e);
}

/* The earliest epoch, among the places of new lines, that the order is older than; INSTANT_NONE: it is older than none.
 */
static bool epoch_after_order(entering *n, instant *ret, err *e)
{
    *ret = INSTANT_NONE;
    for (size_t i = 0; i < n->lines.count; i++)
        for (size_t k = 0; n->lines.at[i].fresh && k < n->lines.at[i].line->place_count; k++) {
            target_row row;
            bool some;
            if (!target_at(n, n->lines.at[i].product, n->lines.at[i].line->places[k].location, &row, &some, e))
                return false;
            if (some && row.target.e.known && n->now->raw.created_at < row.target.epoch - EPOCH_MARGIN_US &&
                (*ret == INSTANT_NONE || row.target.epoch < *ret))
                *ret = row.target.epoch;
        }
    return true;
}

/*
 * The line as it stood at the epoch: what was removed since is held by its fulfilment order again. What was removed
 * without a date counts as removed since, for then E is booked up, not down.
 */
static void line_at(arena *a, const reading_raw *order, instant epoch, reading_raw_line *line)
{
    reading_refund *kept = ARENA_NEW(a, reading_refund, line->refund_count + 1);
    size_t count = 0;
    qty before = 0;
    for (size_t i = 0; i < line->refund_count; i++)
        if (line->refunds[i].at < epoch - EPOCH_MARGIN_US) {
            kept[count++] = line->refunds[i];
            before += line->refunds[i].units;
        }
    if (order->cancelled && order->cancelled_at < epoch - EPOCH_MARGIN_US)
        return; /* all of it was over by then */
    qty current = qty_max(line->current, line->ordered - before);
    qty since = current - line->current;
    for (size_t i = 0; i < line->refund_count;
         i++) /* units that came back had been shipped: nothing holds them again */
        if (line->refunds[i].at >= epoch - EPOCH_MARGIN_US && line->refunds[i].type == REFUND_RETURN)
            since -= line->refunds[i].units;
    line->current = current;
    line->refunds = kept;
    line->refund_count = count;
    if (line->fo_count == 0 || since <= 0)
        return;
    reading_fo_line *fos = ARENA_NEW(a, reading_fo_line, line->fo_count);
    memcpy(fos, line->fulfilment_orders, line->fo_count * sizeof *fos);
    reading_fo_line *last = &fos[line->fo_count - 1];
    last->total = (last->closed ? last->total - last->remaining : last->total) + since;
    last->remaining = (last->closed ? 0 : last->remaining) + since;
    last->closed = false;
    line->fulfilment_orders = fos;
}

/* The order as it stood at the epoch, made from its first reading. */
static const reading *reading_at(arena *a, const reading *now, instant epoch)
{
    reading_raw raw = sync__raw_of(a, now);
    for (size_t i = 0; i < raw.line_count; i++)
        line_at(a, &now->raw, epoch, &raw.lines[i]);
    if (raw.cancelled_at >= epoch - EPOCH_MARGIN_US)
        raw.cancelled = raw.closed = false;
    return domain_reading_next(a, NULL, &raw, now->asked_at, now->claimless_app);
}

static const reading_line *line_of(const reading *r, str id)
{
    for (size_t i = 0; i < r->line_count; i++)
        if (str_equal(r->lines[i].raw.id, id))
            return &r->lines[i];
    return NULL;
}

static bool settle(entering *n, const entered *line, instant at, bool keep_explained, err *e)
{
    effect_change how = how_of(n, at, keep_explained);
    return store_line_settle(n->tx, line->id, &how, &n->movements, e);
}

/* Units that had left a place before our books began to follow it never enter (I8). */
static bool forget_departed(entering *n, const entered *line, const reading_line *base, instant epoch, err *e)
{
    for (size_t k = 0; k < base->place_count; k++) {
        const reading_place *p = &base->places[k];
        target_row row;
        bool some;
        qty gone = p->departed + p->returned + p->lost;
        instant by = epoch == INSTANT_NONE ? store_now(n->tx) : epoch;
        if (gone <= 0)
            continue;
        if (!target_at(n, line->product, p->location, &row, &some, e))
            return false;
        bool adopted = some && row.target.e.known;
        if (adopted ? epoch == INSTANT_NONE : n->baseline != INSTANT_NONE && n->now->raw.created_at >= n->baseline)
            continue;
        store_decision d = {.line = line->id,
                            .location = p->location,
                            .kind = DECIDE_DEPARTED_BOOKED,
                            .units = gone,
                            .at = by,
                            .told_at = by,
                            .why = STR("it had left before this order was followed here")};
        if (!store_decision_add(n->tx, &d, e))
            return false;
    }
    return true;
}

static bool set_baselines(entering *n, instant placed_at, err *e)
{
    instant epoch;
    bool any = false;
    for (size_t i = 0; i < n->lines.count; i++)
        any |= n->lines.at[i].fresh;
    if (!any)
        return true;
    if (!epoch_after_order(n, &epoch, e))
        return false;
    bool older = epoch != INSTANT_NONE;
    const reading *base = older ? reading_at(n->memory, n->now, epoch) : n->now;
    if (!put_reading(n, base, e))
        return false;
    for (size_t i = 0; i < n->lines.count; i++) {
        const entered *line = &n->lines.at[i];
        const reading_line *at_base = line_of(base, line->line->raw.id);
        if (line->fresh && at_base &&
            (!forget_departed(n, line, at_base, epoch, e) ||
             !settle(n, line, placed_at, /* keep_explained= */ older, e)))
            return false;
    }
    if (older) { /* what happened since the epoch follows from the reading at it (I3) */
        reading_raw raw = sync__raw_of(n->memory, n->now);
        n->now = domain_reading_next(n->memory, base, &raw, n->now->asked_at, n->now->claimless_app);
    }
    return true;
}

/* -- marks and doubts -- */

static bool mark(entering *n, int64_t product, str location, err *e)
{
    for (size_t i = 0; i < n->config->channel_count; i++) {
        const store_channel *ch = &n->config->channels[i];
        target_row row;
        bool some;
        if (ch->shop != n->shop->id || (!str_empty(location) && !str_equal(ch->location, location)))
            continue;
        target_key k = {product, ch->id};
        if (!store_target_get(n->tx, k, n->memory, &row, &some, e))
            return false;
        if (some && row.target.e.known && !row.target.marked && !store_target_mark(n->tx, k, true, e))
            return false;
    }
    return true;
}

/* Where no reading can tell what became of them, unsure units count as departed (I4). */
static bool nobody_can_tell(entering *n, const entered *line, err *e)
{
    store_decision *decisions;
    size_t count;
    if (!store_decisions_of(n->tx, line->id, n->memory, &decisions, &count, e))
        return false;
    for (size_t k = 0; k < line->line->place_count; k++) {
        const reading_place *p = &line->line->places[k];
        target_row row;
        bool some;
        qty unsure = p->unsure;
        for (size_t i = 0; i < count; i++)
            if (decisions[i].kind != DECIDE_DEPARTED_BOOKED && str_equal(decisions[i].location, p->location))
                unsure -= decisions[i].units;
        if (unsure <= 0 || str_empty(p->location))
            continue;
        if (!target_at(n, line->product, p->location, &row, &some, e))
            return false;
        if (some && row.target.e.known)
            continue;
        store_decision d = {.line = line->id,
                            .location = p->location,
                            .kind = DECIDE_UNSURE_DEPARTED,
                            .units = unsure,
                            .at = store_now(n->tx),
                            .why = STR("no reading of this location can tell")};
        if (!store_decision_add(n->tx, &d, e))
            return false;
    }
    return true;
}

static bool act_on_doubts(entering *n, bool changed, err *e)
{
    for (size_t i = 0; i < n->lines.count; i++) {
        const entered *line = &n->lines.at[i];
        for (size_t k = 0; changed && k < line->line->place_count; k++)
            if (line->line->places[k].mark && !mark(n, line->product, line->line->places[k].location, e))
                return false;
        if (!nobody_can_tell(n, line, e))
            return false;
    }
    return true;
}

/* What E rests on from now on at the places of a line that changed; the next hard sync finds out. */
static bool note_assumed(entering *n, const entered *line, const reading *old, err *e)
{
    const reading_line *was = old ? line_of(old, line->line->raw.id) : NULL;
    for (size_t k = 0; k < line->line->place_count; k++) {
        str location = line->line->places[k].location;
        unsigned what = domain_assumed(&n->now->raw, was, line->line, location);
        target_row row;
        bool some;
        if (what == 0)
            continue;
        if (!target_at(n, line->product, location, &row, &some, e) ||
            (some && row.target.e.known && !store_assumed_rests(n->tx, row.key, what, e)))
            return false;
    }
    return true;
}

/* -- entering -- */

/* The own date of what the reading did: of an order that is new and whole, its making; else its last change, never
 * earlier. */
static instant moved_at(const reading *old, const reading *now)
{
    bool whole = !old;
    for (size_t i = 0; i < now->line_count; i++)
        whole &= now->lines[i].raw.current == now->lines[i].raw.ordered;
    return whole ? now->raw.created_at : now->raw.updated_at;
}

/*
 * What a first reading did adds up: units that were sold and came back before it leave a sum of 0, which moves nothing,
 * and units that were moved from elsewhere look as if they had been sold here. Yet the last change may have moved S,
 * and a replica may not have heard of it: the places are stamped with it (R2).
 */
static bool stamp_first(entering *n, instant at, err *e)
{
    for (size_t i = 0; i < n->lines.count; i++) {
        const reading_line *line = n->lines.at[i].line;
        bool moved = line->claims > 0 || line->raw.current != line->raw.ordered;
        for (size_t k = 0; moved && k < line->place_count; k++) {
            target_row row;
            bool some;
            if (!target_at(n, n->lines.at[i].product, line->places[k].location, &row, &some, e))
                return false;
            bool newer = some && (row.target.moved_at == INSTANT_NONE || row.target.moved_at < at);
            if (newer && !store_target_stamps(n->tx, row.key, at, INSTANT_NONE, e))
                return false;
        }
    }
    return true;
}

static bool same_state(arena *a, const reading *old, const reading *now)
{
    if (!old)
        return false;
    buf x = buf_new(READING_JSON_MAX), y = buf_new(READING_JSON_MAX);
    reading *r = ARENA_NEW(a, reading, 1);
    *r = *now;
    r->asked_at = old->asked_at;
    r->raw.updated_at = old->raw.updated_at;
    domain_reading_write(old, &x);
    domain_reading_write(r, &y);
    bool same = str_equal(buf_str(&x), buf_str(&y));
    buf_end(&x);
    buf_end(&y);
    return same;
}

bool sync__enter(sync_lane *l, store_tx *tx, const reading *old, const reading *now, instant baseline,
                 sync__entered *ret, err *e)
{
    CHECK(now);
    entering n = {.tx = tx, .memory = store_arena(tx), .now = now, .baseline = baseline};
    instant at = moved_at(old, now);
    if (!store_config_get(tx, &n.config, e))
        return false;
    n.shop = config_shop(n.config, l->shop);
    CHECK(n.shop);
    bool same = same_state(n.memory, old, now);
    bool done = find_lines(&n, e) && set_baselines(&n, at, e) && put_reading(&n, n.now, e);
    for (size_t i = 0; done && i < n.lines.count; i++) {
        n.lines.at[i].line = line_of(n.now, n.lines.at[i].line->raw.id);
        CHECK(n.lines.at[i].line);
    }
    done = done && act_on_doubts(&n, !same, e) && (old || stamp_first(&n, now->raw.updated_at, e));
    for (size_t i = 0; done && !same && i < n.lines.count; i++)
        done = note_assumed(&n, &n.lines.at[i], old, e);
    for (size_t i = 0; done && i < n.lines.count; i++)
        done = settle(&n, &n.lines.at[i], n.now != now ? now->raw.updated_at : at, /* keep_explained= */ false, e);
    if (!done)
        return err_wrap(e, "order %.*s", STR_ARG(now->raw.name));
    *ret = (sync__entered){.changed = !same, .movements = n.movements};
    return true;
}

/* I10: an item that is linked now, or a location that is mapped now, is named by readings that did nothing there. */
bool sync__rederive(sync_lane *l, store_tx *tx, str item, instant baseline, err *e)
{
    arena *a = store_arena(tx);
    str after = STR("");
    for (;;) {
        store_reading *rows;
        size_t count;
        if (!store_readings(tx, l->shop, item, /* open_only= */ false, after, 100, a, &rows, &count, e))
            return false;
        for (size_t i = 0; i < count; i++) {
            const reading *r;
            sync__entered ignored;
            if (!domain_reading_parse(a, rows[i].json, &r, e) || !sync__enter(l, tx, r, r, baseline, &ignored, e))
                return err_wrap(e, "the reading of order %.*s", STR_ARG(rows[i].order));
        }
        if (count < 100)
            return true;
        after = rows[count - 1].order;
    }
}
