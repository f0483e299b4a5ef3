/* The product's page: facilities, queues, and what a kit is made of. */
#include "http/page.h"

static void number_cell(html *h, qty n)
{
    http__tag(h, "td", "number");
    http__qty(h, n);
    http__end_tag(h, "td");
}

/* -- facilities -- */

static void facility_row(html *h, const product_view *p, size_t i)
{
    const atp_facility *f = &p->v.facilities[i];
    const store_facility *row = &p->call->config->facilities[i];
    http__tag(h, "tr", NULL);
    http__tag(h, "th", NULL);
    http__attr(h, "scope", STR("row"));
    http__foreign(h, str_empty(row->name) ? row->code : row->name);
    http__end_tag(h, "th");
    number_cell(h, f->qoh);
    number_cell(h, f->qoh - f->atp);
    number_cell(h, f->atp);
    number_cell(h, f->safety_stock);
    number_cell(h, p->v.counted[i]);
    http__leaf(h, "td", NULL, str_of(http__why_words(p->v.why[i])));
    http__end_tag(h, "tr");
}

/* A facility that holds nothing and would not count says nothing. */
static bool worth_a_row(const product_view *p, size_t i)
{
    const atp_facility *f = &p->v.facilities[i];
    return f->qoh != 0 || f->atp != 0 || f->safety_stock != 0 || (f->physical && f->member);
}

/* Stock that does not count comes first: it is what people look for. */
static bool uncounted_stock(const product_view *p, size_t i)
{
    return p->v.facilities[i].atp > 0 && p->v.counted[i] == 0;
}

static void facilities(html *h, const product_view *p)
{
    static const char *const HEADS[] = {"Facility",      "#QOH",    "#Reserved", "#ATP",
                                        "#Safety stock", "#Counts", "Why",       NULL};
    size_t rows = 0;
    http__leaf(h, "h2", NULL, STR("Facilities"));
    for (size_t i = 0; i < p->v.facility_count; i++)
        rows += worth_a_row(p, i);
    if (rows == 0) {
        http__leaf(h, "p", NULL, STR("No facility holds this product, and none is in this channel."));
        return;
    }
    http__table(h, p->v.kit ? "In units of kits" : "In units", HEADS);
    for (int first = 1; first >= 0; first--)
        for (size_t i = 0; i < p->v.facility_count; i++)
            if (worth_a_row(p, i) && uncounted_stock(p, i) == (first == 1))
                facility_row(h, p, i);
    http__table_end(h);
}

/* -- queues -- */

static const char *const QUEUE_WORDS[QUEUE_KINDS] = {
    [QUEUE_BROKERING] = "Brokering",
    [QUEUE_PREORDER] = "Pre-order",
    [QUEUE_BACKORDER] = "Backorder",
    [QUEUE_UNFILLABLE] = "Unfillable",
    [QUEUE_DEPARTED] = "Departed: gone, from a facility that nobody has named yet",
    [QUEUE_UNSURE] = "Unsure: removed from an order, perhaps gone",
};

static void queues(html *h, const product_view *p, const store_world *w)
{
    static const char *const HEADS[] = {"Queue", "#Units", NULL};
    const qty *units = NULL;
    bool any = false;
    for (size_t i = 0; i < w->queue_count; i++)
        if (w->queues[i].channel == p->channel->id)
            units = w->queues[i].units;
    http__tag(h, "h2", NULL);
    http__attr(h, "id", STR("queues"));
    http__text(h, STR("Queues"));
    http__end_tag(h, "h2");
    for (queue_kind k = 0; units && k < QUEUE_KINDS; k++)
        any |= units[k] != 0;
    if (!any) {
        http__leaf(h, "p", NULL, STR("No ordered unit waits for a facility in this channel."));
        return;
    }
    http__table(h, "Ordered units with no facility yet", HEADS);
    for (queue_kind k = 0; k < QUEUE_KINDS; k++) {
        if (units[k] == 0)
            continue;
        http__tag(h, "tr", NULL);
        http__tag(h, "th", NULL);
        http__attr(h, "scope", STR("row"));
        http__text(h, str_of(QUEUE_WORDS[k]));
        http__end_tag(h, "th");
        number_cell(h, units[k]);
        http__end_tag(h, "tr");
    }
    http__table_end(h);
}

/* -- a kit -- */

static bool component_row(html *h, const product_view *p, const store_kit_part *part, err *e)
{
    http_call *c = p->call;
    store_product component;
    store_availability v;
    if (!store_product_get(c->tx, part->product, c->memory, &component, e) ||
        !store_availability_get(c->tx, part->product, p->channel->id, c->memory, &v, e))
        return false;
    http__tag(h, "tr", NULL);
    http__tag(h, "th", NULL);
    http__attr(h, "scope", STR("row"));
    http__link(h, http_href(c->memory, "/products/*?channel=*", component.sku, p->channel->code), component.sku);
    http__end_tag(h, "th");
    number_cell(h, part->quantity);
    number_cell(h, v.result.online_atp);
    number_cell(h, v.result.online_atp / part->quantity);
    http__end_tag(h, "tr");
    return true;
}

static bool components(html *h, const product_view *p, const store_world *w, err *e)
{
    static const char *const HEADS[] = {"Component", "#In a kit", "#Its online ATP here", "#Enough for", NULL};
    store_kit_part *parts = ARENA_NEW(p->call->memory, store_kit_part, w->kit_count + 1);
    size_t count = w->kit_count;
    if (count == 0)
        return true;
    memcpy(parts, w->kit, count * sizeof *parts); /* the world is borrowed, and we read others */
    http__tag(h, "h2", NULL);
    http__attr(h, "id", STR("components"));
    http__text(h, STR("Components"));
    http__end_tag(h, "h2");
    http__table(h, "What a kit is made of", HEADS);
    for (size_t i = 0; i < count; i++)
        if (!component_row(h, p, &parts[i], e))
            return false;
    http__table_end(h);
    return true;
}

bool http__section_stock(html *h, const product_view *p, err *e)
{
    const store_world *w;
    facilities(h, p);
    if (!store_world_get(p->call->tx, p->product.id, &w, e))
        return false;
    queues(h, p, w);
    return components(h, p, w, e);
}
