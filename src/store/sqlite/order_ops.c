/* Order lines with their effects, events, decisions; readings of a shop's orders. */
#include "store/sqlite/sqlite.h"

/* -- lines -- */

static bool with_parts(sq_store *s, sqlite3_stmt *q, int column, arena *a, void *row, err *e)
{
    return store__sq_parts_read(s, q, column, a, row, e);
}

static const sq_field LINE_FIELDS[] = {
    F(store_line, id),
    F(store_line, channel),
    F_AS(store_line, order, WORD),
    F_AS(store_line, line, WORD),
    F(store_line, scope),
    F(store_line, product),
    F(store_line, waiting),
    F(store_line, name),
    F(store_line, from_reading),
    F_AS(store_line, departed_at, NONE),
};
static const sq_shape LINE = {sizeof(store_line), COUNT(LINE_FIELDS), LINE_FIELDS, with_parts};
#define LINE_PARTS  ((int)COUNT(LINE_FIELDS)) /* column of the parts */
#define LINE_EFFECT (LINE_PARTS + 1)          /* and of the effect, where a statement reads it */

bool store__sq_line_find(store *s, int64_t scope, str order, str line, arena *a, store_line *ret, bool *ret_some,
                         err *e)
{
    {
        AUTO(store__sq_end) sqlite3_stmt *q = USE(s, LINE_FIND, INT(scope), WORD(order), WORD(line));
        bool some;
        if (!store__sq_one(s, q, &LINE, a, ret, &some, e))
            return false;
        if (some) {
            *ret_some = true;
            return true;
        }
    }
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, LINE_FIND_BY_NAME, INT(scope), WORD(order), WORD(line));
    return store__sq_one(s, q, &LINE, a, ret, ret_some, e);
}

bool store__sq_line_get(store *s, int64_t id, arena *a, store_line *ret, bool *ret_some, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, LINE_GET, INT(id));
    return store__sq_one(s, q, &LINE, a, ret, ret_some, e);
}

bool store__sq_line_put(store *s, const store_line *l, int64_t *ret_id, err *e)
{
    AUTO(buf_end) buf json = buf_new(SQ_JSON_MAX);
    str parts;
    if (!store__sq_parts_write(l, &json, &parts, e))
        return false;
    AUTO(store__sq_end) sqlite3_stmt *q = l->id ? USE_BARE(s, LINE_UPDATE) : USE_BARE(s, LINE_ADD);
    store__sq_bind_value(q, 1, ID(l->id));
    store__sq_bind(q, 2, &LINE, 1, l);
    store__sq_bind_value(q, LINE_PARTS + 1, TEXT(parts));
    return store__sq_insert(s, q, l->id, ret_id, e);
}

bool store__sq_lines_after(store *s, int64_t id, uint32_t limit, arena *a, store_line **ret, size_t *ret_count, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, LINES_AFTER, INT(id), INT(limit));
    return store__sq_all(s, q, &LINE, a, ret, ret_count, e);
}

bool store__sq_lines_of_product(store *s, int64_t product, int64_t after, uint32_t limit, arena *a, store_line **ret,
                                size_t *ret_count, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, LINES_OF_PRODUCT, INT(product), INT(after), INT(limit));
    return store__sq_all(s, q, &LINE, a, ret, ret_count, e);
}

static bool unsettled_in(const line_effect *f, int64_t channel)
{
    for (size_t i = 0; i < f->queue_count; i++)
        if ((channel == 0 || f->queues[i].channel == channel) &&
            (f->queues[i].units[QUEUE_DEPARTED] || f->queues[i].units[QUEUE_UNSURE]))
            return true;
    for (size_t i = 0; i < f->told_count; i++)
        if ((channel == 0 || f->told[i].channel == channel) && f->told[i].units[TOLD_UNFOUND])
            return true;
    return false;
}

bool store__sq_lines_unsettled(store *s, int64_t product, int64_t channel, arena *a, store_line **ret,
                               size_t *ret_count, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, LINES_UNSETTLED, INT(product));
    VEC(store_line) lines = {0};
    for (;;) {
        store_line l;
        line_effect f;
        bool some;
        if (!store__sq_one(s, q, &LINE, a, &l, &some, e))
            return false;
        if (!some)
            break;
        if (!store__sq_effect_read(sq_of(s), q, LINE_EFFECT, a, &f, e))
            return false;
        if (unsettled_in(&f, channel))
            *vec_push(a, &lines) = l;
    }
    *ret = lines.at;
    *ret_count = lines.count;
    return true;
}

bool store__sq_effect_get(store *s, int64_t line, arena *a, line_effect *ret, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, EFFECT_GET, INT(line));
    bool row;
    if (!store__sq_step(s, q, &row, e))
        return false;
    if (row)
        return store__sq_effect_read(sq_of(s), q, 0, a, ret, e);
    *ret = (line_effect){.read_at = INSTANT_NONE, .departed_at = INSTANT_NONE};
    return true;
}

bool store__sq_effect_put(store *s, int64_t line, const line_effect *effect, err *e)
{
    AUTO(buf_end) buf json = buf_new(SQ_JSON_MAX);
    bool unsettled = unsettled_in(effect, 0);
    str text;
    if (!store__sq_effect_write(effect, &json, &text, e))
        return false;
    {
        AUTO(store__sq_end) sqlite3_stmt *q = USE(s, EFFECT_PUT, INT(line), TEXT(text), INT(unsettled));
        if (!store__sq_run(s, q, e))
            return false;
        if (store__sq_changes(s) > 0)
            return true;
    }
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, EFFECT_PUT_UNSETTLED, INT(line), TEXT(text), INT(unsettled));
    return store__sq_run(s, q, e);
}

/* -- events -- */

static const sq_field EVENT_FIELDS[] = {
    F(order_event, kind),        F(order_event, quantity), F_AS(order_event, facility, ID),
    F(order_event, queue),       F(order_event, restock),  F_AS(order_event, seq, NONE),
    F_AS(order_event, at, NONE), F(order_event, location), F(order_event, shop_origin),
};
static const sq_shape EVENT_WRITTEN = SHAPE(order_event, EVENT_FIELDS);

static bool with_arrival(sq_store *s, sqlite3_stmt *q, int column, arena *a, void *row, err *e)
{
    order_event *to = row;
    (void)s;
    (void)a;
    (void)e;
    to->arrival = sqlite3_column_int64(q, column);
    return true;
}
static const sq_shape EVENT = {sizeof(order_event), COUNT(EVENT_FIELDS), EVENT_FIELDS, with_arrival};

bool store__sq_event_find(store *s, str event_id, digest *ret_content, bool *ret_some, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, EVENT_FIND, WORD(event_id));
    return store__sq_find_digest(s, q, ret_content, ret_some, e);
}

bool store__sq_event_add(store *s, const store_event *ev, err *e)
{
    AUTO(store__sq_end)
    sqlite3_stmt *q = USE(s, EVENT_ADD, ID(ev->id), WORD(ev->event_id), DIGEST(&ev->content), INT(ev->line));
    store__sq_bind(q, 5, &EVENT_WRITTEN, 0, &ev->event);
    store__sq_bind_value(q, 5 + (int)EVENT_WRITTEN.count, INT(ev->came_at));
    return store__sq_run(s, q, e);
}

bool store__sq_events_of(store *s, int64_t line, arena *a, order_event **ret, size_t *ret_count, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, EVENTS_OF, INT(line));
    return store__sq_all(s, q, &EVENT, a, ret, ret_count, e);
}

bool store__sq_events_waiting(store *s, int64_t *ret, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE_BARE(s, EVENTS_WAITING);
    return store__sq_int(s, q, 0, ret, e);
}

/* -- decisions -- */

static const sq_field DECISION_FIELDS[] = {
    F(store_decision, line), F(store_decision, location), F(store_decision, kind),   F(store_decision, units),
    F(store_decision, at),   F(store_decision, why),      F(store_decision, told_at)};
static const sq_shape DECISION = SHAPE(store_decision, DECISION_FIELDS);

bool store__sq_decision_add(store *s, const store_decision *d, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE_BARE(s, DECISION_ADD);
    store__sq_bind(q, 1, &DECISION, 0, d);
    return store__sq_run(s, q, e);
}

bool store__sq_decisions_of(store *s, int64_t line, arena *a, store_decision **ret, size_t *ret_count, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, DECISIONS_OF, INT(line));
    return store__sq_all(s, q, &DECISION, a, ret, ret_count, e);
}

/* -- readings -- */

static const sq_field READING_FIELDS[] = {F(store_reading, shop),         F_AS(store_reading, order, WORD),
                                          F(store_reading, updated_at),   F(store_reading, asked_at),
                                          F(store_reading, open),         F(store_reading, pending),
                                          F_AS(store_reading, json, WORD)};
static const sq_shape READING = SHAPE(store_reading, READING_FIELDS);

bool store__sq_reading_get(store *s, int64_t shop, str order, arena *a, store_reading *ret, bool *ret_some, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, READING_GET, INT(shop), WORD(order));
    return store__sq_one(s, q, &READING, a, ret, ret_some, e);
}

static bool reading_item(store *s, const store_reading *r, int64_t id, str item, err *e)
{
    AUTO(store__sq_end)
    sqlite3_stmt *q = USE(s, READING_ITEM_ADD, INT(id), WORD(item), INT(r->shop), WORD(r->order), INT(r->open));
    return store__sq_run(s, q, e);
}

bool store__sq_reading_put(store *s, const store_reading *r, const str *items, size_t item_count, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE_BARE(s, READING_PUT);
    int64_t id;
    store__sq_bind(q, 1, &READING, 0, r);
    if (!store__sq_int(s, q, 0, &id, e) || !store__sq_run(s, q, e))
        return false;
    AUTO(store__sq_end) sqlite3_stmt *clear = USE(s, READING_ITEMS_CLEAR, INT(id));
    if (!store__sq_run(s, clear, e))
        return false;
    for (size_t i = 0; i < item_count; i++)
        if (!reading_item(s, r, id, items[i], e))
            return false;
    return true;
}

bool store__sq_readings(store *s, int64_t shop, str item, bool open_only, str after, uint32_t limit, arena *a,
                        store_reading **ret, size_t *ret_count, err *e)
{
    sq_name name = str_empty(item) ? (open_only ? SQL_READINGS_OPEN : SQL_READINGS_ALL)
                                   : (open_only ? SQL_READINGS_OF_ITEM_OPEN : SQL_READINGS_OF_ITEM);
    const sq_value values[] = {INT(shop), WORD(after), INT(limit), WORD(item)};
    AUTO(store__sq_end) sqlite3_stmt *q = store__sq_use(s, name, values, str_empty(item) ? 3 : 4);
    return store__sq_all(s, q, &READING, a, ret, ret_count, e);
}

bool store__sq_told_add(store *s, int64_t shop, str order, instant at, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, TOLD_ADD, INT(shop), WORD(order), INT(at));
    return store__sq_run(s, q, e);
}

static const sq_field TOLD_FIELDS[] = {F(store_told, order), F(store_told, times), F(store_told, first_at)};
static const sq_shape TOLD = SHAPE(store_told, TOLD_FIELDS);

bool store__sq_told_orders(store *s, int64_t shop, uint32_t limit, arena *a, store_told **ret, size_t *ret_count,
                           err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, TOLD_ORDERS, INT(shop), INT(limit));
    return store__sq_all(s, q, &TOLD, a, ret, ret_count, e);
}

bool store__sq_told_done(store *s, int64_t shop, const store_told *t, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, TOLD_DONE, INT(shop), WORD(t->order), INT(t->times));
    return store__sq_run(s, q, e);
}

bool store__sq_app_claimless(store *s, int64_t shop, str app, bool *ret, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, APP_CLAIMLESS, INT(shop), WORD(app));
    return store__sq_step(s, q, ret, e);
}

bool store__sq_app_claimless_add(store *s, int64_t shop, const store_app *app, err *e)
{
    AUTO(store__sq_end)
    sqlite3_stmt *q = USE(s, APP_CLAIMLESS_ADD, INT(shop), WORD(app->app), INT(app->at), WORD(app->proof));
    return store__sq_run(s, q, e);
}

bool store__sq_app_claimless_drop(store *s, int64_t shop, str app, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, APP_CLAIMLESS_DROP, INT(shop), WORD(app));
    return store__sq_run(s, q, e);
}

static const sq_field APP_FIELDS[] = {F_AS(store_app, app, WORD), F(store_app, at), F_AS(store_app, proof, WORD)};
static const sq_shape APP = SHAPE(store_app, APP_FIELDS);

bool store__sq_apps_claimless(store *s, int64_t shop, arena *a, store_app **ret, size_t *ret_count, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, APPS_CLAIMLESS, INT(shop));
    return store__sq_all(s, q, &APP, a, ret, ret_count, e);
}
