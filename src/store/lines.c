/*
 * Order lines: their rows, events and decisions, and settling one: its effect is derived again and the difference to
 * what was applied before is applied; derive.c, apply.c.
 */
#include "store/internal.h"

bool store_line_find(store_tx *tx, int64_t scope, str order, str line, arena *a, store_line *ret, bool *ret_some,
                     err *e)
{
    return tx->owner->ops->line_find(tx->owner, scope, order, line, a, ret, ret_some, e);
}

bool store_lines_of_product(store_tx *tx, int64_t product, int64_t after, uint32_t limit, arena *a, store_line **ret,
                            size_t *ret_count, err *e)
{
    return tx->owner->ops->lines_of_product(tx->owner, product, after, limit, a, ret, ret_count, e);
}

bool store_line_get(store_tx *tx, int64_t id, arena *a, store_line *ret, err *e)
{
    bool some;
    if (!tx->owner->ops->line_get(tx->owner, id, a, ret, &some, e))
        return false;
    return some || ERR(e, ERR_MISSING, "there is no order line with the id %" PRId64, id);
}

bool store_line_put(store_tx *tx, const store_line *l, int64_t *ret_id, err *e)
{
    int64_t id;
    if (!tx->owner->ops->line_put(tx->owner, l, &id, e))
        return false;
    if (ret_id)
        *ret_id = id;
    return true;
}

bool store_line_effect(store_tx *tx, int64_t line, arena *a, line_effect *ret, err *e)
{
    return tx->owner->ops->effect_get(tx->owner, line, a, ret, e);
}

bool store_lines_unsettled(store_tx *tx, int64_t product, int64_t channel, arena *a, store_line **ret,
                           size_t *ret_count, err *e)
{
    return tx->owner->ops->lines_unsettled(tx->owner, product, channel, a, ret, ret_count, e);
}

bool store_line_apply(store_tx *tx, int64_t line, const line_effect *effect, const effect_change *how,
                      int64_t *ret_movements, err *e)
{
    AUTO(arena_end) arena *a = arena_new(0);
    store_line l;
    line_effect was;
    return store_line_get(tx, line, a, &l, e) && store_line_effect(tx, line, a, &was, e) &&
           store__line_apply(tx, &l, &was, effect, how, a, ret_movements, e);
}

/* -- events and decisions -- */

bool store_event_find(store_tx *tx, str event_id, digest *ret_content, bool *ret_some, err *e)
{
    return tx->owner->ops->event_find(tx->owner, event_id, ret_content, ret_some, e);
}

bool store_event_add(store_tx *tx, const store_event *ev, err *e)
{
    store_event row = *ev;
    row.came_at = tx->now;
    return tx->owner->ops->event_add(tx->owner, &row, e);
}

bool store_events_of(store_tx *tx, int64_t line, arena *a, order_event **ret, size_t *ret_count, err *e)
{
    return tx->owner->ops->events_of(tx->owner, line, a, ret, ret_count, e);
}

bool store_events_waiting(store_tx *tx, int64_t *ret_events, err *e)
{
    return tx->owner->ops->events_waiting(tx->owner, ret_events, e);
}

bool store_decision_add(store_tx *tx, const store_decision *d, err *e)
{
    return tx->owner->ops->decision_add(tx->owner, d, e);
}

bool store_decisions_of(store_tx *tx, int64_t line, arena *a, store_decision **ret, size_t *ret_count, err *e)
{
    return tx->owner->ops->decisions_of(tx->owner, line, a, ret, ret_count, e);
}

bool store_line_settle(store_tx *tx, int64_t line, const effect_change *how, int64_t *ret_movements, err *e)
{
    AUTO(arena_end) arena *a = arena_new(0); /* not the transaction's: an import settles thousands of lines in one */
    store_line l;
    line_effect was, effect;
    bool waiting;
    if (!store_line_get(tx, line, a, &l, e) || !store_line_effect(tx, line, a, &was, e) ||
        !store__line_derive(tx, &l, &was, a, &effect, &waiting, e))
        return false;
    if (waiting != l.waiting) {
        l.waiting = waiting;
        if (!store_line_put(tx, &l, NULL, e))
            return false;
    }
    return store__line_apply(tx, &l, &was, &effect, how, a, ret_movements, e);
}

#define RESETTLE_PAGE 500

bool store__lines_resettle(store_tx *tx, int64_t shop, int64_t channel, err *e)
{
    AUTO(arena_end) arena *a = arena_new(0);
    effect_change how = {.at = INSTANT_NONE,
                         .reason = STR("mapping changed"),
                         .source = STR("configuration"),
                         .actor = STR(""),
                         .comment = STR("")};
    int64_t after = 0, movements = 0;
    for (;;) {
        store_line *lines;
        size_t count;
        arena_clear(a);
        if (!tx->owner->ops->lines_after(tx->owner, after, RESETTLE_PAGE, a, &lines, &count, e))
            return false;
        for (size_t i = 0; i < count; i++)
            if (((shop && lines[i].scope == shop) || (channel && lines[i].channel == channel)) &&
                !store_line_settle(tx, lines[i].id, &how, &movements, e))
                return false;
        if (count == 0)
            return true;
        after = lines[count - 1].id;
        if (!store_flush(tx, e))
            return false;
    }
}

/* -- readings -- */

bool store_reading_get(store_tx *tx, int64_t shop, str order, arena *a, store_reading *ret, bool *ret_some, err *e)
{
    return tx->owner->ops->reading_get(tx->owner, shop, order, a, ret, ret_some, e);
}

bool store_reading_put(store_tx *tx, const store_reading *r, const str *items, size_t item_count, err *e)
{
    if (!tx->owner->ops->reading_put(tx->owner, r, items, item_count, e))
        return false;
    store__reading_forget(tx);
    return true;
}

bool store_readings(store_tx *tx, int64_t shop, str item, bool open_only, str after, uint32_t limit, arena *a,
                    store_reading **ret, size_t *ret_count, err *e)
{
    return tx->owner->ops->readings(tx->owner, shop, item, open_only, after, limit, a, ret, ret_count, e);
}

bool store_told_add(store_tx *tx, int64_t shop, str order, err *e)
{
    return tx->owner->ops->told_add(tx->owner, shop, order, store_now(tx), e);
}

bool store_told_orders(store_tx *tx, int64_t shop, uint32_t limit, arena *a, store_told **ret, size_t *ret_count,
                       err *e)
{
    return tx->owner->ops->told_orders(tx->owner, shop, limit, a, ret, ret_count, e);
}

bool store_told_done(store_tx *tx, int64_t shop, const store_told *t, err *e)
{
    return tx->owner->ops->told_done(tx->owner, shop, t, e);
}

bool store_app_claimless(store_tx *tx, int64_t shop, str app, bool *ret, err *e)
{
    return tx->owner->ops->app_claimless(tx->owner, shop, app, ret, e);
}

bool store_app_claimless_add(store_tx *tx, int64_t shop, const store_app *app, err *e)
{
    return tx->owner->ops->app_claimless_add(tx->owner, shop, app, e);
}

bool store_app_claimless_drop(store_tx *tx, int64_t shop, str app, err *e)
{
    return tx->owner->ops->app_claimless_drop(tx->owner, shop, app, e);
}

bool store_apps_claimless(store_tx *tx, int64_t shop, arena *a, store_app **ret, size_t *ret_count, err *e)
{
    return tx->owner->ops->apps_claimless(tx->owner, shop, a, ret, ret_count, e);
}
