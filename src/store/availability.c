/*
 * The availability function over rows of the database: gathers its inputs, computes T for the writer and the full
 * waterfall for readers. Source of the formula: domain/atp.h.
 */
#include "store/internal.h"

static atp_facility facility_of(const store_facility *f, bool member, const store_level *l)
{
    return (atp_facility){
        .facility = f->id,
        .physical = facility_type_physical(f->type),
        .active = f->active,
        .member = member,
        .brokering = !l || l->allow_brokering,
        .qoh = l ? l->qoh : 0,
        .atp = l ? l->atp : 0,
        .safety_stock = l ? l->safety_stock : 0,
    };
}

static atp_settings settings_of(const store__entry *en, const store_channel *ch)
{
    const store_target *t = store__target_if(en, ch->id);
    const qty *queue = store__queue_if(en, ch->id);
    atp_settings s = {
        .threshold = t ? t->threshold : 0,
        .sellable = !t || t->sellable,
        .reserve_inventory = ch->reserve_inventory,
        .hold_preorder = ch->hold_preorder,
    };
    if (queue)
        memcpy(s.queue, queue, sizeof s.queue);
    return s;
}

/* One entry for each facility of the configuration, in its order. */
static atp_facility *facilities_of(store_tx *tx, const store_config *c, const store_channel *ch, const store__entry *en,
                                   arena *a)
{
    const bool *members = store__members(tx, c, ch);
    atp_facility *f = ARENA_NEW(a, atp_facility, c->facility_count + 1);
    for (size_t i = 0; i < c->facility_count; i++)
        f[i] = facility_of(&c->facilities[i], members[i], store__level_if(en, c->facilities[i].id));
    return f;
}

static bool components_of(store_tx *tx, const store_config *c, const store_channel *ch, store__entry *kit, arena *a,
                          atp_component **ret, err *e)
{
    const store_world *w = store__entry_world(tx, kit);
    atp_component *parts = ARENA_NEW(a, atp_component, w->kit_count + 1);
    for (size_t i = 0; i < w->kit_count; i++) {
        store__entry *part;
        if (!store__entry_get(tx, w->kit[i].product, &part, e))
            return false;
        atp_settings *s = ARENA_NEW(a, atp_settings, 1);
        *s = settings_of(part, ch);
        parts[i] = (atp_component){
            .product = w->kit[i].product,
            .per_kit = w->kit[i].quantity,
            .facilities = facilities_of(tx, c, ch, part, a),
            .settings = s,
        };
    }
    *ret = parts;
    return true;
}

#define FACILITIES_ON_STACK 64

bool store__target_value(store_tx *tx, store__entry *en, const store_channel *ch, qty *ret_t, qty *ret_raw, err *e)
{
    const store_config *c;
    if (!store_config_get(tx, &c, e))
        return false;
    const store_world *w = store__entry_world(tx, en);
    atp_settings s = settings_of(en, ch);
    atp_result r;
    if (w->kit_count > 0) {
        AUTO(arena_end) arena *a = arena_new(0);
        atp_component *parts;
        if (!components_of(tx, c, ch, en, a, &parts, e))
            return false;
        domain_atp_kit(parts, w->kit_count, c->facility_count, &s, &r, NULL, NULL, NULL);
    } else {
        /* Facilities without a row hold nothing and add nothing: only the rows are looked at. */
        const bool *members = store__members(tx, c, ch);
        atp_facility near[FACILITIES_ON_STACK];
        atp_facility *f =
            w->level_count <= FACILITIES_ON_STACK ? near : ARENA_NEW(tx->cache, atp_facility, w->level_count);
        for (size_t i = 0; i < w->level_count; i++) {
            size_t n = config__facility_index(c, w->levels[i].facility);
            f[i] = facility_of(&c->facilities[n], members[n], &w->levels[i]);
        }
        domain_atp(f, w->level_count, &s, &r, NULL, NULL);
    }
    *ret_raw = r.raw;
    *ret_t = domain_target(&r, ch->publish_negative);
    return true;
}

bool store_availability_get(store_tx *tx, int64_t product, int64_t channel, arena *a, store_availability *ret, err *e)
{
    const store_config *c;
    store__entry *en;
    if (!store_config_get(tx, &c, e) || !store__entry_get(tx, product, &en, e))
        return false;
    const store_channel *ch = config_channel(c, channel);
    CHECK(ch);
    const store_world *w = store__entry_world(tx, en);
    atp_settings s = settings_of(en, ch);
    qty *counted = ARENA_NEW(a, qty, c->facility_count + 1);
    atp_why *why = ARENA_NEW(a, atp_why, c->facility_count + 1);
    store_availability v = {
        .facility_count = c->facility_count, .counted = counted, .why = why, .kit = w->kit_count > 0};
    if (v.kit) {
        atp_component *parts;
        atp_facility *shown = ARENA_NEW(a, atp_facility, c->facility_count + 1);
        if (!components_of(tx, c, ch, en, a, &parts, e))
            return false;
        domain_atp_kit(parts, w->kit_count, c->facility_count, &s, &v.result, shown, counted, why);
        v.facilities = shown;
    } else {
        atp_facility *f = facilities_of(tx, c, ch, en, a);
        domain_atp(f, c->facility_count, &s, &v.result, counted, why);
        v.facilities = f;
    }
    v.target = domain_target(&v.result, ch->publish_negative);
    *ret = v;
    return true;
}
