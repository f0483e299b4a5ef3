/* Operations with their lines, lanes, incidents. */
#include "store/sqlite/sqlite.h"

/* -- operations -- */

static const sq_field LINE_FIELDS[] = {
    F(operation_line, key.product), F(operation_line, key.channel),     F(operation_line, item),
    F(operation_line, location),    F(operation_line, delta),           F(operation_line, change_from),
    F(operation_line, drift),       F_AS(operation_line, incident, ID), F(operation_line, settled),
};
static const sq_shape LINE_WRITTEN = SHAPE(operation_line, LINE_FIELDS);

static bool with_sku(sq_store *s, sqlite3_stmt *q, int column, arena *a, void *row, err *e)
{
    operation_line *to = row;
    (void)s;
    (void)e;
    to->sku = store__sq_text(q, column, a);
    return true;
}
static const sq_shape LINE = {sizeof(operation_line), COUNT(LINE_FIELDS), LINE_FIELDS, with_sku};

static bool with_lines(sq_store *s, sqlite3_stmt *operation, int column, arena *a, void *row, err *e)
{
    store_operation *o = row;
    AUTO(store__sq_end) sqlite3_stmt *q = USE(&s->base, OPERATION_LINES, INT(o->id));
    (void)operation;
    (void)column;
    return store__sq_all(&s->base, q, &LINE, a, &o->lines, &o->line_count, e);
}

static const sq_field OPERATION_FIELDS[] = {
    F_AS(store_operation, id, ID),
    F(store_operation, shop),
    F(store_operation, kind),
    F(store_operation, state),
    F(store_operation, idempotency_key),
    F(store_operation, body),
    F(store_operation, fence),
    F(store_operation, created_at),
    F_AS(store_operation, first_sent_at, NONE),
    F_AS(store_operation, deadline, NONE),
    F_AS(store_operation, sent_again_until, NONE),
    F(store_operation, sends),
    F(store_operation, unanswered),
    F_AS(store_operation, last_sent_at, NONE),
    F_AS(store_operation, closed_at, NONE),
    F(store_operation, group),
    F(store_operation, note),
};
static const sq_shape OPERATION = {sizeof(store_operation), COUNT(OPERATION_FIELDS), OPERATION_FIELDS, with_lines};

static bool line_add(store *s, int64_t operation, size_t place, const operation_line *l, err *e)
{
    AUTO(store__sq_end)
    sqlite3_stmt *q = USE(s, OPERATION_LINE_ADD, INT(operation), INT((int64_t)place), INT(!l->settled));
    store__sq_bind(q, 4, &LINE_WRITTEN, 0, l);
    if (!store__sq_run(s, q, e))
        return e->code == ERR_CONFLICT ? err_wrap(e, "%.*s is in another open operation", STR_ARG(l->sku)) : false;
    AUTO(store__sq_end) sqlite3_stmt *link = USE(s, INCIDENT_OPERATION, INT(l->incident), INT(operation));
    return l->incident == 0 || store__sq_run(s, link, e);
}

bool store__sq_operation_add(store *s, const store_operation *o, int64_t *ret_id, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE_BARE(s, OPERATION_ADD);
    int64_t id;
    store__sq_bind(q, 1, &OPERATION, 0, o);
    if (!store__sq_insert(s, q, o->id, &id, e))
        return false;
    for (size_t i = 0; i < o->line_count; i++)
        if (!line_add(s, id, i, &o->lines[i], e))
            return false;
    *ret_id = id;
    return true;
}

bool store__sq_operation_put(store *s, const store_operation *o, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE_BARE(s, OPERATION_PUT);
    store__sq_bind(q, 1, &OPERATION, 0, o);
    if (!store__sq_run(s, q, e))
        return false;
    AUTO(store__sq_end) sqlite3_stmt *release = USE(s, OPERATION_LINES_FREE, INT(o->id));
    return o->state == OPERATION_OPEN || store__sq_run(s, release, e);
}

bool store__sq_operation_line_settled(store *s, int64_t id, target_key k, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, OPERATION_LINE_SETTLED, INT(id), INT(k.product), INT(k.channel));
    return store__sq_run(s, q, e);
}

bool store__sq_operations_open(store *s, int64_t shop, arena *a, store_operation **ret, size_t *ret_count, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, OPERATIONS_OPEN, INT(shop));
    return store__sq_all(s, q, &OPERATION, a, ret, ret_count, e);
}

bool store__sq_operation_get(store *s, int64_t id, arena *a, store_operation *ret, bool *ret_some, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, OPERATION_GET, INT(id));
    return store__sq_one(s, q, &OPERATION, a, ret, ret_some, e);
}

bool store__sq_operations_of(store *s, target_key k, uint32_t limit, arena *a, store_operation **ret, size_t *ret_count,
                             err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, OPERATIONS_OF, INT(k.product), INT(k.channel), INT(limit));
    return store__sq_all(s, q, &OPERATION, a, ret, ret_count, e);
}

/* -- lanes -- */

bool store__sq_lane_get(store *s, int64_t shop, arena *a, str *ret_holder, int64_t *ret_fence, instant *ret_beat,
                        err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, LANE_GET, INT(shop));
    bool row;
    if (!store__sq_step(s, q, &row, e))
        return false;
    *ret_holder = row ? store__sq_text(q, 0, a) : STR("");
    *ret_fence = row ? sqlite3_column_int64(q, 1) : 0;
    *ret_beat = row ? sqlite3_column_int64(q, 2) : INSTANT_NONE;
    return true;
}

bool store__sq_lane_put(store *s, int64_t shop, str holder, int64_t fence, instant beat, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, LANE_PUT, INT(shop), TEXT(holder), INT(fence), INT(beat));
    return store__sq_run(s, q, e);
}

bool store__sq_budget_get(store *s, int64_t shop, store_budget *ret, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, BUDGET_GET, INT(shop));
    bool row;
    if (!store__sq_step(s, q, &row, e))
        return false;
    *ret = (store_budget){.told_at = INSTANT_NONE};
    if (row)
        *ret = (store_budget){.points = sqlite3_column_int64(q, 0),
                              .bucket = sqlite3_column_int64(q, 1),
                              .rate = sqlite3_column_int64(q, 2),
                              .told_at = sqlite3_column_int64(q, 3)};
    return true;
}

bool store__sq_budget_put(store *s, int64_t shop, const store_budget *b, err *e)
{
    AUTO(store__sq_end)
    sqlite3_stmt *q = USE(s, BUDGET_PUT, INT(shop), INT(b->points), INT(b->bucket), INT(b->rate), INT(b->told_at));
    return store__sq_run(s, q, e);
}

/* -- incidents -- */

static const sq_field INCIDENT_FIELDS[] = {
    F_AS(store_incident, id, ID),        F(store_incident, key.product),   F(store_incident, key.channel),
    F(store_incident, location),         F(store_incident, drift),         F(store_incident, available),
    F(store_incident, explained),        F(store_incident, found_at),      F_AS(store_incident, after, NONE),
    F_AS(store_incident, before, NONE),  F_AS(store_incident, kind, WORD), F(store_incident, evidence),
    F_AS(store_incident, operation, ID), F(store_incident, open),
};
static const sq_shape INCIDENT_WRITTEN = SHAPE(store_incident, INCIDENT_FIELDS);

static bool incident_rest(sq_store *s, sqlite3_stmt *q, int column, arena *a, void *row, err *e)
{
    store_incident *to = row;
    (void)s;
    (void)e;
    to->sku = store__sq_text(q, column, a);
    to->note = store__sq_text(q, column + 1, a);
    return true;
}
static const sq_shape INCIDENT = {sizeof(store_incident), COUNT(INCIDENT_FIELDS), INCIDENT_FIELDS, incident_rest};

bool store__sq_incident_add(store *s, const store_incident *i, int64_t *ret_id, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE_BARE(s, INCIDENT_ADD);
    store__sq_bind(q, 1, &INCIDENT_WRITTEN, 0, i);
    return store__sq_insert(s, q, i->id, ret_id, e);
}

static bool incident_changed(store *s, sqlite3_stmt *q, int64_t id, err *e)
{
    if (!store__sq_run(s, q, e))
        return false;
    return store__sq_changes(s) > 0 || ERR(e, ERR_MISSING, "there is no incident %" PRId64, id);
}

bool store__sq_incident_close(store *s, int64_t id, str note, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, INCIDENT_CLOSE, INT(id), TEXT(note));
    return incident_changed(s, q, id, e);
}

bool store__sq_incident_evidence(store *s, int64_t id, str evidence, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, INCIDENT_EVIDENCE, INT(id), TEXT(evidence));
    return incident_changed(s, q, id, e);
}

bool store__sq_incidents(store *s, int64_t shop, target_key k, bool open_only, uint32_t limit, arena *a,
                         store_incident **ret, size_t *ret_count, err *e)
{
    sqlite3_stmt *use =
        k.product   ? USE(s, INCIDENTS_OF, INT(shop), INT(limit), INT(k.product), INT(k.channel), INT(open_only))
        : open_only ? USE(s, INCIDENTS_OPEN, INT(shop), INT(limit), INT(k.channel))
                    : USE(s, INCIDENTS, INT(shop), INT(limit), INT(k.channel));
    AUTO(store__sq_end) sqlite3_stmt *q = use;
    return store__sq_all(s, q, &INCIDENT, a, ret, ret_count, e);
}
