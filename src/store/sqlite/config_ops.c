/* Configuration rows: facilities, groups with their members, shops, channels. */
#include "store/sqlite/sqlite.h"

static const sq_field FACILITY_FIELDS[] = {F_AS(store_facility, id, ID), F_AS(store_facility, code, WORD),
                                           F(store_facility, name),      F(store_facility, type),
                                           F(store_facility, active),    F(store_facility, time_zone)};
static const sq_shape FACILITY = SHAPE(store_facility, FACILITY_FIELDS);

bool store__sq_facilities(store *s, arena *a, store_facility **ret, size_t *ret_count, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE_BARE(s, FACILITIES);
    return store__sq_all(s, q, &FACILITY, a, ret, ret_count, e);
}

bool store__sq_facility_put(store *s, const store_facility *f, int64_t *ret_id, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE_BARE(s, FACILITY_PUT);
    store__sq_bind(q, 1, &FACILITY, 0, f);
    return store__sq_insert(s, q, f->id, ret_id, e);
}

/* -- groups -- */

static const sq_field MEMBER_FIELDS[] = {F(store_member, facility), F_AS(store_member, from, NONE),
                                         F_AS(store_member, thru, NONE)};
static const sq_shape MEMBER = SHAPE(store_member, MEMBER_FIELDS);

static bool with_members(sq_store *s, sqlite3_stmt *group, int column, arena *a, void *row, err *e)
{
    store_group *g = row;
    AUTO(store__sq_end) sqlite3_stmt *q = USE(&s->base, MEMBERS, INT(g->id));
    (void)group;
    (void)column;
    return store__sq_all(&s->base, q, &MEMBER, a, &g->members, &g->member_count, e);
}

static const sq_field GROUP_FIELDS[] = {F(store_group, id), F(store_group, code)};
static const sq_shape GROUP = {sizeof(store_group), COUNT(GROUP_FIELDS), GROUP_FIELDS, with_members};

bool store__sq_groups(store *s, arena *a, store_group **ret, size_t *ret_count, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE_BARE(s, GROUPS);
    return store__sq_all(s, q, &GROUP, a, ret, ret_count, e);
}

bool store__sq_group_put(store *s, const store_group *g, int64_t *ret_id, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, GROUP_PUT, ID(g->id), WORD(g->code));
    return store__sq_insert(s, q, g->id, ret_id, e);
}

static bool member_add(store *s, int64_t group, const store_member *m, err *e)
{
    AUTO(store__sq_end)
    sqlite3_stmt *q = USE(s, MEMBER_ADD, INT(group), INT(m->facility), NONE(m->from), NONE(m->thru));
    return store__sq_run(s, q, e);
}

bool store__sq_members_replace(store *s, int64_t group, const store_member *m, size_t count, instant now, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, MEMBERS_REPLACED, INT(group), INT(now));
    if (!store__sq_run(s, q, e))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!member_add(s, group, &m[i], e))
            return false;
    return true;
}

/* -- shops -- */

static const sq_field SHOP_FIELDS[] = {
    F_AS(store_shop, id, ID),
    F_AS(store_shop, code, WORD),
    F(store_shop, url),
    F(store_shop, api_version),
    F(store_shop, token_env),
    F(store_shop, token_file),
    F(store_shop, client_id_env),
    F(store_shop, client_id_file),
    F(store_shop, client_secret_env),
    F(store_shop, client_secret_file),
    F(store_shop, webhook_secret_env),
    F(store_shop, webhook_secret_file),
    F(store_shop, writable),
    F(store_shop, index_lag_s),
    F(store_shop, unmapped_ignore),
    F_AS(store_shop, adopted_at, NONE),
    F_AS(store_shop, orders_until, NONE),
    F_AS(store_shop, reconciled_at, NONE),
};
static const sq_shape SHOP = SHAPE(store_shop, SHOP_FIELDS);

bool store__sq_shops(store *s, arena *a, store_shop **ret, size_t *ret_count, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE_BARE(s, SHOPS);
    return store__sq_all(s, q, &SHOP, a, ret, ret_count, e);
}

bool store__sq_shop_put(store *s, const store_shop *row, int64_t *ret_id, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE_BARE(s, SHOP_PUT);
    store__sq_bind(q, 1, &SHOP, 0, row);
    return store__sq_insert(s, q, row->id, ret_id, e);
}

/* -- channels -- */

static const sq_field CHANNEL_FIELDS[] = {
    F_AS(store_channel, id, ID),
    F_AS(store_channel, code, WORD),
    F_AS(store_channel, shop, ID),
    F(store_channel, location),
    F(store_channel, mode),
    F_AS(store_channel, group, ID),
    F_AS(store_channel, facility, ID),
    F_AS(store_channel, ships_from, ID),
    F(store_channel, reserve_inventory),
    F(store_channel, hold_preorder),
    F(store_channel, publish_negative),
    F(store_channel, activate_items),
    F(store_channel, behind),
};
static const sq_shape CHANNEL = SHAPE(store_channel, CHANNEL_FIELDS);

bool store__sq_channels(store *s, arena *a, store_channel **ret, size_t *ret_count, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE_BARE(s, CHANNELS);
    return store__sq_all(s, q, &CHANNEL, a, ret, ret_count, e);
}

bool store__sq_channel_put(store *s, const store_channel *c, int64_t *ret_id, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE_BARE(s, CHANNEL_PUT);
    store__sq_bind(q, 1, &CHANNEL, 0, c);
    return store__sq_insert(s, q, c->id, ret_id, e);
}

bool store__sq_channel_behind(store *s, int64_t channel, int64_t behind, err *e)
{
    AUTO(store__sq_end) sqlite3_stmt *q = USE(s, CHANNEL_BEHIND, INT(channel), INT(behind));
    return store__sq_run(s, q, e);
}
