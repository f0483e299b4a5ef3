/*
 * An order in the making: its parts are read one by one, and gathered under the line they belong to. Pure.
 *
 * A part that names a line which the order does not have belongs to another state of the order: ERR_BUSY, read again.
 */
#include "shop/internal.h"

typedef struct line_draft {
    reading_raw_line raw;
    VEC(reading_fo_line) fulfilment_orders;
    VEC(reading_unit_at) fulfilled;
    VEC(reading_refund) refunds;
    struct line_draft *next;
} line_draft;

struct shop__draft {
    arena *a;
    reading_raw head;
    line_draft *first, **end;
    size_t count;
    map *by_id;
};

shop__draft *shop__draft_new(arena *a)
{
    shop__draft *d = ARENA_NEW(a, shop__draft, 1);
    d->a = a;
    d->end = &d->first;
    d->by_id = map_new(a);
    return d;
}

static bool parse_units(const js_value *v, const char *key, const char *what, qty *ret, err *e)
{
    int64_t units;
    if (!js_want_int(v, key, what, &units, e))
        return false;
    if (units < 0 || units > INT32_MAX) /* GraphQL's Int */
        return ERR(e, ERR_INPUT, "%s: \"%s\" is %" PRId64, what, key, units);
    *ret = units;
    return true;
}

/* The id of an object that may be null: "". */
static bool parse_id_of(const js_value *v, const char *key, const char *what, str *ret, err *e)
{
    const js_value *named = js_get(v, key);
    if (!named)
        return ERR(e, ERR_INPUT, "%s: \"%s\" is missing", what, key);
    if (named->kind != JS_NULL)
        return js_want_str(named, "id", key, ret, e);
    *ret = STR("");
    return true;
}

bool shop__draft_head(shop__draft *d, const js_value *order, err *e)
{
    reading_raw h = {0};
    instant closed;
    str source;
    if (!js_want_str(order, "id", "order", &h.order, e) || !js_want_str(order, "name", "order", &h.name, e) ||
        !shop__want_instant(order, "createdAt", "order", &h.created_at, e) ||
        !shop__want_instant(order, "processedAt", "order", &h.processed_at, e) ||
        !shop__want_instant(order, "updatedAt", "order", &h.updated_at, e) ||
        !shop__maybe_instant(order, "cancelledAt", "order", &h.cancelled_at, e) ||
        !shop__maybe_instant(order, "closedAt", "order", &closed, e) ||
        !js_want_bool(order, "test", "order", &h.test, e) ||
        !shop__maybe_str(order, "sourceName", "order", &source, e) || !parse_id_of(order, "app", "order", &h.app, e) ||
        !parse_id_of(order, "retailLocation", "order", &h.retail_location, e))
        return false;
    h.cancelled = h.cancelled_at != INSTANT_NONE;
    h.closed = closed != INSTANT_NONE;
    h.pos = str_equal(source, STR("pos")) || !str_empty(h.retail_location);
    d->head = h;
    return true;
}

/* A custom line and one whose variant was deleted have no item; a gift card has one that holds no stock. */
static bool parse_item(const js_value *line, reading_raw_line *to, err *e)
{
    const js_value *variant = js_get(line, "variant"), *item;
    bool gift;
    if (!js_want_bool(line, "isGiftCard", "line", &gift, e))
        return false;
    if (!variant)
        return ERR(e, ERR_INPUT, "line: \"variant\" is missing");
    to->item = STR("");
    if (gift || variant->kind == JS_NULL)
        return true;
    return shop__want(variant, "inventoryItem", JS_OBJECT, "variant", &item, e) &&
           js_want_str(item, "id", "item", &to->item, e) && js_want_bool(item, "tracked", "item", &to->tracked, e);
}

bool shop__draft_lines(shop__draft *d, const js_value *nodes, err *e)
{
    JS_EACH(node, nodes) {
        reading_raw_line l = {0};
        if (!js_want_str(node, "id", "line", &l.id, e) || !shop__maybe_str(node, "sku", "line", &l.sku, e) ||
            !parse_units(node, "quantity", "line", &l.ordered, e) ||
            !parse_units(node, "currentQuantity", "line", &l.current, e) || !parse_item(node, &l, e))
            return false;
        if (map_get(d->by_id, l.id))
            return ERR(e, ERR_BUSY, "line %.*s came twice", STR_ARG(l.id));
        if (d->count == READING_LINES_MAX)
            return ERR(e, ERR_INPUT, "more than %d lines (READING_LINES_MAX)", READING_LINES_MAX);
        line_draft *made = ARENA_NEW(d->a, line_draft, 1);
        made->raw = l;
        *d->end = made;
        d->end = &made->next;
        d->count++;
        map_put(d->by_id, l.id, made);
    }
    return true;
}

/* -- parts -- */

static bool parse_fulfilment_order(const js_value *node, shop__part *to, err *e)
{
    const js_value *assigned;
    str status;
    if (!js_want_str(node, "status", "fulfilment order", &status, e) ||
        !shop__want(node, "assignedLocation", JS_OBJECT, "fulfilment order", &assigned, e))
        return false;
    to->closed = str_equal(status, STR("CLOSED")) || str_equal(status, STR("CANCELLED"));
    return parse_id_of(assigned, "location", "assigned location", &to->location, e);
}

bool shop__part_parse(const js_value *node, shop__part_kind kind, shop__part *ret, err *e)
{
    shop__part p = {.kind = kind, .location = STR("")};
    str status;
    if (!js_want_str(node, "id", "part", &p.id, e))
        return false;
    if (kind == PART_FULFILLMENT_ORDER && !parse_fulfilment_order(node, &p, e))
        return false;
    if (kind == PART_REFUND && !shop__want_instant(node, "createdAt", "refund", &p.at, e))
        return false;
    if (kind == PART_FULFILLMENT) {
        if (!js_want_str(node, "status", "fulfilment", &status, e) ||
            !parse_id_of(node, "location", "fulfilment", &p.location, e))
            return false;
        p.counts = str_equal(status, STR("SUCCESS"));
    }
    *ret = p;
    return true;
}

static bool add_fulfilment_order(shop__draft *d, line_draft *l, const shop__part *p, const js_value *node, err *e)
{
    reading_fo_line f = {.fulfilment_order = p->id, .location = p->location, .closed = p->closed};
    if (!parse_units(node, "totalQuantity", "fulfilment order line", &f.total, e) ||
        !parse_units(node, "remainingQuantity", "fulfilment order line", &f.remaining, e))
        return false;
    *vec_push(d->a, &l->fulfilment_orders) = f;
    return true;
}

static bool add_fulfilled(shop__draft *d, line_draft *l, const shop__part *p, const js_value *node, err *e)
{
    qty units = 0;
    if (!parse_units(node, "quantity", "fulfilment line", &units, e))
        return false;
    if (!p->counts)
        return true;
    for (size_t i = 0; i < l->fulfilled.count; i++) {
        if (!str_equal(l->fulfilled.at[i].location, p->location))
            continue;
        l->fulfilled.at[i].units += units; /* sums of Int stay far below int64 */
        return true;
    }
    *vec_push(d->a, &l->fulfilled) = (reading_unit_at){p->location, units};
    return true;
}

static bool add_refund(shop__draft *d, line_draft *l, const shop__part *p, const js_value *node, err *e)
{
    static const struct {
        const char *name;
        refund_type type;
    } types[] = {{"NO_RESTOCK", REFUND_NO_RESTOCK},
                 {"CANCEL", REFUND_CANCEL},
                 {"RETURN", REFUND_RETURN},
                 {"LEGACY_RESTOCK", REFUND_LEGACY}};
    reading_refund r = {.at = p->at};
    str type;
    size_t t = 0;
    if (!shop__maybe_str(node, "id", "refund line", &r.id, e) ||
        !parse_units(node, "quantity", "refund line", &r.units, e) ||
        !js_want_str(node, "restockType", "refund line", &type, e) ||
        !js_want_bool(node, "restocked", "refund line", &r.restocked, e) ||
        !parse_id_of(node, "location", "refund line", &r.location, e))
        return false;
    while (t < COUNT(types) && !str_equal(type, str_of(types[t].name)))
        t++;
    if (t == COUNT(types))
        return ERR(e, ERR_INPUT, "refund line: unknown restock type \"%.*s\"", STR_ARG(type));
    r.type = types[t].type;
    if (str_empty(r.id)) /* Shopify may leave it out; refund and line name it as well */
        r.id = str_printf(d->a, "%.*s/%.*s", STR_ARG(p->id), STR_ARG(l->raw.id));
    *vec_push(d->a, &l->refunds) = r;
    return true;
}

bool shop__draft_part_lines(shop__draft *d, const shop__part *p, const js_value *nodes, err *e)
{
    static bool (*const add[])(shop__draft *, line_draft *, const shop__part *, const js_value *,
                               err *) = {[PART_FULFILLMENT_ORDER] = add_fulfilment_order,
                                         [PART_FULFILLMENT] = add_fulfilled,
                                         [PART_REFUND] = add_refund};
    JS_EACH(node, nodes) {
        const js_value *line;
        str id;
        if (!shop__want(node, "lineItem", JS_OBJECT, "part", &line, e) || !js_want_str(line, "id", "part", &id, e))
            return false;
        line_draft *l = map_get(d->by_id, id);
        if (!l)
            return ERR(e, ERR_BUSY, "%.*s names a line that the order does not have", STR_ARG(p->id));
        if (!add[p->kind](d, l, p, node, e))
            return false;
    }
    return true;
}

void shop__draft_finish(shop__draft *d, reading_raw *ret)
{
    *ret = d->head;
    ret->lines = ARENA_NEW(d->a, reading_raw_line, d->count);
    for (const line_draft *l = d->first; l; l = l->next) {
        reading_raw_line *to = &ret->lines[ret->line_count++];
        *to = l->raw;
        to->fulfilment_orders = l->fulfilment_orders.at;
        to->fo_count = l->fulfilment_orders.count;
        to->fulfilled = l->fulfilled.at;
        to->fulfilled_count = l->fulfilled.count;
        to->refunds = l->refunds.at;
        to->refund_count = l->refunds.count;
    }
}
