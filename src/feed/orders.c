/*
 * import orders: one event of an order line a row, applied once per event_id, in whatever order they come. What an
 * event does follows from the set of its line's events, which the store derives; here events are read, checked and
 * stored.
 */
#include "feed/internal.h"

static const char *const KEYS[] = {"event_id", "order",    "line",  "sku",      "quantity", "kind", "channel", "origin",
                                   "at",       "facility", "queue", "location", "restock",  "seq",  NULL};

typedef struct order_row {
    feed__item item; /* first */
    str event_id, order, line, sku, channel_code, facility_code;
    order_event event;
    digest content;
} order_row;

typedef struct orders {
    feed__resolver *names;
} orders;

/* -- reading -- */

static void read_numbers(feed__run *r, const js_value *object, order_row *to)
{
    const js_value *quantity = js_get(object, "quantity"), *seq = js_get(object, "seq"),
                   *restock = js_get(object, "restock");
    order_event *ev = &to->event;
    bool moves_all = ev->kind == EVENT_ALLOCATED || ev->kind == EVENT_RELEASED; /* whatever quantity they name */
    ev->quantity = js_int(quantity, js_is_null(quantity) && moves_all ? 1 : 0);
    ev->seq = js_int(seq, EVENT_NO_SEQ);
    ev->restock = js_bool(restock, ev->kind == EVENT_CANCELLED);
    if (ev->quantity < 1 || ev->quantity > QTY_FILE_MAX)
        feed__refuse(r, &to->item, STR("quantity"), "\"quantity\" must be a whole number from 1 to %d", QTY_FILE_MAX);
    else if (!js_is_null(seq) && seq->kind != JS_INT)
        feed__refuse(r, &to->item, STR("seq"), "\"seq\" must be a whole number");
    else if (!js_is_null(restock) && restock->kind != JS_BOOL)
        feed__refuse(r, &to->item, STR("restock"), "\"restock\" must be true or false");
}

static void read_places(feed__run *r, const js_value *object, order_row *to)
{
    order_event *ev = &to->event;
    str queue_name = feed__json_text(r, &to->item, object, "queue");
    queue_kind queue = QUEUE_BROKERING;
    bool known = queue_kind_parse(queue_name, &queue) && queue <= QUEUE_UNFILLABLE;
    ev->queue = known ? (int)queue : -1;
    if (to->item.outcome == ROW_REFUSED)
        return;
    if (!str_empty(queue_name) && !known)
        feed__refuse(r, &to->item, STR("queue"), "\"queue\" must be brokering, preorder, backorder or unfillable");
    else if (known && ev->kind == EVENT_PLACED && !str_empty(to->facility_code))
        feed__refuse(r, &to->item, STR("queue"),
                     "an order is placed in a queue or at a facility, not both; remove one");
    else if (ev->kind == EVENT_ALLOCATED && str_empty(to->facility_code))
        feed__refuse(r, &to->item, STR("facility"), "\"facility\" is missing: an allocation is to one");
}

static void read_time(feed__run *r, const js_value *object, order_row *to)
{
    err why = {0};
    str text = feed__json_text(r, &to->item, object, "at");
    to->event.at = INSTANT_NONE;
    if (to->item.outcome != ROW_REFUSED && !str_empty(text) && !instant_parse(text, &to->event.at, &why))
        feed__refuse(r, &to->item, STR("at"), "%s", why.text);
}

/* What an event says, whatever the order of its keys; codes have no line ends in them. */
static digest content_of(const feed__run *r, const order_row *row)
{
    const order_event *ev = &row->event;
    return digest_of(str_printf(r->chunk, "%s\n%.*s\n%.*s\n%.*s\n%.*s\n%.*s\n%.*s\n%" PRId64 " %d %d %d %" PRId64 " %s",
                                event_kind_name(ev->kind), STR_ARG(row->order), STR_ARG(row->line), STR_ARG(row->sku),
                                STR_ARG(row->channel_code), STR_ARG(row->facility_code), STR_ARG(ev->location),
                                ev->quantity, ev->queue, ev->restock, ev->shop_origin, ev->seq, INSTANT_Z(ev->at)));
}

static void read_row(feed__run *r, const feed__row *in, feed__item *item)
{
    order_row *to = (order_row *)item;
    const js_value *object = feed__json_row(r, in, item, KEYS);
    if (!object)
        return;
    to->event_id = feed__json_code(r, item, object, "event_id", true);
    to->order = feed__json_code(r, item, object, "order", true);
    to->line = feed__json_code(r, item, object, "line", true);
    to->sku = feed__json_code(r, item, object, "sku", true);
    to->channel_code = feed__json_code(r, item, object, "channel", false);
    to->facility_code = feed__json_code(r, item, object, "facility", false);
    to->event.location = feed__json_code(r, item, object, "location", false);
    to->event.shop_origin = str_equal(feed__json_code(r, item, object, "origin", false), STR("shop"));
    str kind = feed__json_code(r, item, object, "kind", true);
    if (item->outcome != ROW_REFUSED && !event_kind_parse(kind, &to->event.kind))
        feed__refuse(r, item, STR("kind"),
                     "\"kind\" must be placed, allocated, released, fulfilled, cancelled, returned or pos_sold");
    if (item->outcome != ROW_REFUSED)
        read_time(r, object, to);
    if (item->outcome != ROW_REFUSED)
        read_places(r, object, to);
    if (item->outcome != ROW_REFUSED)
        read_numbers(r, object, to);
    if (item->outcome != ROW_REFUSED)
        to->content = content_of(r, to);
}

/* -- what a row names -- */

/* A file for a database with one channel need not name it. NULL: the row is refused now. */
static const store_channel *channel_of(feed__run *r, const store_config *c, order_row *row)
{
    const store_channel *ch = config_channel_by_code(c, row->channel_code);
    if (!ch && str_empty(row->channel_code) && c->channel_count == 1)
        return &c->channels[0];
    if (!ch && str_empty(row->channel_code))
        feed__refuse(r, &row->item, STR("channel"),
                     "\"channel\" is missing, and there is more than one to choose from, or none");
    else if (!ch)
        feed__refuse(r, &row->item, STR("channel"),
                     "there is no channel \"%.*s\"; import it with the configuration, or correct it",
                     STR_ARG(row->channel_code));
    return ch;
}

static bool find_facility(feed__run *r, const store_config *c, order_row *row)
{
    if (str_empty(row->facility_code))
        return true;
    const store_facility *f = config_facility_by_code(c, row->facility_code);
    if (!f)
        feed__refuse(r, &row->item, STR("facility"),
                     "there is no facility \"%.*s\"; import it with the configuration, or correct it",
                     STR_ARG(row->facility_code));
    row->event.facility = f ? f->id : 0;
    return f;
}

/* *ret_new false: the row has its outcome already, for its event is known. */
static bool check_known(feed__run *r, order_row *row, bool *ret_new, err *e)
{
    digest was;
    bool known;
    if (!store_event_find(r->tx, row->event_id, &was, &known, e))
        return false;
    *ret_new = !known;
    if (known && memcmp(&was, &row->content, sizeof was) == 0)
        row->item.outcome = ROW_UNCHANGED;
    else if (known)
        feed__refuse(r, &row->item, STR("event_id"),
                     "the event \"%.*s\" came before with other content; give this one its own id",
                     STR_ARG(row->event_id));
    return true;
}

/* -- the line -- */

/* A line keeps the composition of a kit that it was placed with. Before that, nothing of it may have taken effect. */
static bool compose(feed__run *r, store_line *line, err *e)
{
    const store_world *w;
    line_effect effect = {0};
    if (line->id && !store_line_effect(r->tx, line->id, r->chunk, &effect, e))
        return false;
    if (effect.facility_count || effect.queue_count)
        return true;
    if (!store_world_get(r->tx, line->product, &w, e))
        return false;
    store_kit_part *parts = ARENA_NEW(r->chunk, store_kit_part, w->kit_count + 1);
    for (size_t i = 0; i < w->kit_count; i++)
        parts[i] = w->kit[i];
    line->parts = parts;
    line->part_count = w->kit_count;
    return true;
}

static bool line_new(feed__run *r, const order_row *row, const store_channel *ch, int64_t product, store_line *ret,
                     err *e)
{
    *ret = (store_line){.channel = ch->id,
                        .order = row->order,
                        .line = row->line,
                        .scope = ch->shop ? ch->shop : -ch->id,
                        .product = product,
                        .name = STR(""),
                        .waiting = true, /* until it is settled, in this transaction */
                        .departed_at = INSTANT_NONE};
    return compose(r, ret, e) && store_line_put(r->tx, ret, &ret->id, e);
}

/* The line of an event; made when it is the first to name it. ret->id 0: the row is refused now. */
static bool line_of(feed__run *r, order_row *row, const store_channel *ch, int64_t product, store_line *ret, err *e)
{
    bool some;
    if (!store_line_find(r->tx, ch->shop ? ch->shop : -ch->id, row->order, row->line, r->chunk, ret, &some, e))
        return false;
    if (!some)
        return line_new(r, row, ch, product, ret, e);
    bool placed = row->event.kind == EVENT_PLACED && !ret->from_reading;
    if (ret->product != product)
        feed__refuse(r, &row->item, STR("sku"), "order %.*s, line %.*s is of another product", STR_ARG(row->order),
                     STR_ARG(row->line));
    else if (placed && ret->channel != ch->id && !ret->waiting)
        feed__refuse(r, &row->item, STR("channel"), "order %.*s, line %.*s was placed in another channel",
                     STR_ARG(row->order), STR_ARG(row->line));
    if (row->item.outcome == ROW_REFUSED) {
        ret->id = 0;
        return true;
    }
    if (!placed || !ret->waiting)
        return true;
    ret->channel = ch->id;
    return compose(r, ret, e) && store_line_put(r->tx, ret, NULL, e);
}

/*
 * With its `placed`, the events that waited take effect: what moves then carries the newest of their times, so that a
 * late snapshot of an earlier time does not take it for counted.
 */
static bool newest_time(feed__run *r, const store_line *line, event_kind kind, instant *at, err *e)
{
    order_event *events;
    size_t count;
    if (*at == INSTANT_NONE || !line->waiting || kind != EVENT_PLACED)
        return true;
    if (!store_events_of(r->tx, line->id, r->chunk, &events, &count, e))
        return false;
    for (size_t i = 0; i < count; i++)
        if (events[i].at > *at)
            *at = events[i].at;
    return true;
}

static bool store_it(feed__run *r, order_row *row, store_line *line, err *e)
{
    store_event ev = {.event_id = row->event_id, .content = row->content, .line = line->id, .event = row->event};
    effect_change how = {.at = row->event.at,
                         .reason = str_of(event_kind_name(row->event.kind)),
                         .source = str_printf(r->chunk, "order %.*s", STR_ARG(row->order)),
                         .actor = r->actor,
                         .comment =
                             str_printf(r->chunk, "event %.*s, %.*s", STR_ARG(row->event_id), STR_ARG(r->source_text))};
    row->item.movements = 0;
    if (!store_event_add(r->tx, &ev, e) || !newest_time(r, line, row->event.kind, &how.at, e))
        return false;
    if (!store_line_settle(r->tx, line->id, &how, &row->item.movements, e))
        return feed__refuse_halfway(r, &row->item, STR("quantity"), e);
    if (!store_line_get(r->tx, line->id, r->chunk, line, e))
        return false;
    bool waits = line->waiting && row->event.kind != EVENT_POS_SOLD;
    row->item.outcome = waits ? ROW_WAITING : ROW_APPLIED;
    return !waits || feed__waiting_add(r, &row->item, line->id, e);
}

static bool apply_row(feed__run *r, const store_config *c, order_row *row, err *e)
{
    const orders *own = r->own;
    bool new;
    int64_t product;
    str reason;
    store_line line;
    if (!check_known(r, row, &new, e))
        return false;
    if (!new)
        return true;
    const store_channel *ch = channel_of(r, c, row);
    if (!ch || !find_facility(r, c, row))
        return true;
    if (row->event.shop_origin && str_empty(row->event.location))
        row->event.location = str_copy(r->chunk, ch->location);
    if (!feed__resolve(own->names, r->tx, &(feed__name){.sku = row->sku}, r->chunk, &product, &reason, e))
        return false;
    if (product == 0) {
        feed__refuse(r, &row->item, STR("sku"), "%.*s", STR_ARG(reason));
        return true;
    }
    return line_of(r, row, ch, product, &line, e) && (line.id == 0 || store_it(r, row, &line, e));
}

static bool apply(feed__run *r, err *e)
{
    orders *own = r->own;
    const store_config *c;
    if (!own->names)
        own->names = feed__resolver_new(r->memory);
    if (!store_config_get(r->tx, &c, e))
        return false;
    for (size_t i = 0; i < r->row_count; i++) {
        order_row *row = (order_row *)feed__item_at(r, i);
        if (row->item.outcome != ROW_REFUSED && !apply_row(r, c, row, e))
            return false;
    }
    return true;
}

/* Of the rows that waited when they came: those whose order came later in the file were applied after all. */
static bool ended(feed__run *r, err *e)
{
    AUTO(arena_end) arena *page = arena_new(0);
    for (int64_t after = 0; r->counts.waiting > 0;) {
        refused_row *rows;
        size_t count;
        arena_clear(page);
        if (!store_refused_after(r->tx, r->import, after, 1000, page, &rows, &count, e))
            return false;
        for (size_t i = 0; i < count; i++) {
            int64_t id;
            store_line line;
            if (!feed__waiting_note(&rows[i]))
                continue;
            CHECK(num_parse_i64(rows[i].reason, &id));
            if (!store_line_get(r->tx, id, page, &line, e))
                return false;
            r->counts.waiting -= !line.waiting;
            r->counts.applied += !line.waiting;
        }
        if (count == 0)
            break;
        after = rows[count - 1].row;
    }
    return true;
}

static const feed__kind ORDERS = {.name = "orders",
                                  .row_size = sizeof(order_row),
                                  .chunk_rows = 1000,
                                  .shape = SHAPE_JSONL,
                                  .read = read_row,
                                  .apply = apply,
                                  .ended = ended};

bool feed_orders(store *s, const char *path, const feed_options *o, arena *a, feed_summary *ret, err *e)
{
    orders own = {0};
    return feed__import(&ORDERS, &own, s, path, STR(""), o, a, ret, e);
}
