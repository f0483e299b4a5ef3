/* Product Inventory View: one product in one channel, from the number to its reasons. */
#include "http/page.h"

/* -- what is shown -- */

/* The channel asked for, else the first that is synced, else the first. */
static bool choose_channel(http_call *c, const store_channel **ret, err *e)
{
    str code = http__field(&c->query, "channel");
    if (!str_empty(code))
        return http__channel(c, code, ret, e);
    *ret = c->config->channel_count ? &c->config->channels[0] : NULL;
    for (size_t i = 0; i < c->config->channel_count; i++)
        if (c->config->channels[i].shop) {
            *ret = &c->config->channels[i];
            break;
        }
    return true;
}

static bool named(product_view *p, err *e)
{
    http_call *c = p->call;
    return http__begin(c, e) && http__product(c, c->parts[0], &p->product, e) && choose_channel(c, &p->channel, e);
}

static bool numbers(product_view *p, err *e)
{
    http_call *c = p->call;
    store_movement *newest;
    size_t count;
    p->shop = config_shop(c->config, p->channel->shop);
    if (!store_availability_get(c->tx, p->product.id, p->channel->id, c->memory, &p->v, e) ||
        !store_target_get(c->tx, (target_key){p->product.id, p->channel->id}, c->memory, &p->target, &p->has_target,
                          e) ||
        !store_movements_newest(c->tx, p->product.id, 1, c->memory, &newest, &count, e))
        return false;
    p->changed_at = count ? newest[0].recorded_at : INSTANT_NONE;
    return true;
}

/* Asks Shopify, then reads everything anew: from one snapshot, younger than the answer. */
static bool diagnosed(product_view *p, err *e)
{
    str channel = str_copy(p->call->memory, p->channel->code);
    http__end(p->call);
    return http__diagnose(p, channel, e) && named(p, e);
}

static bool gather(product_view *p, err *e)
{
    bool asked = !str_empty(http__field(&p->call->query, "diagnose"));
    if (!named(p, e) || (asked && p->channel && !diagnosed(p, e)))
        return false;
    return !p->channel || numbers(p, e);
}

/* -- the page -- */

static bool identity(html *h, const product_view *p, err *e)
{
    http_call *c = p->call;
    const store_identifier *ids;
    size_t count;
    if (!store_product_identifiers(c->tx, p->product.id, c->memory, &ids, &count, e))
        return false;
    http__tag(h, "h1", NULL);
    http__leaf(h, "bdi", "id", p->product.sku);
    http__text(h, STR(" "));
    http__foreign(h, p->product.title);
    http__end_tag(h, "h1");
    http__tag(h, "p", "muted");
    const str words[] = {p->product.vendor, p->product.product_type, p->v.kit ? STR("a kit") : STR("")};
    const char *between = "";
    for (size_t i = 0; i < COUNT(words); i++) {
        if (str_empty(words[i]))
            continue;
        http__text(h, str_of(between));
        http__foreign(h, words[i]);
        between = " \xC2\xB7 ";
    }
    for (size_t i = 0; i < count; i++) {
        http__text(h, str_of(between));
        http__foreign(h, ids[i].type);
        http__text(h, STR(" "));
        http__leaf(h, "bdi", "id", ids[i].value);
        between = " \xC2\xB7 ";
    }
    http__end_tag(h, "p");
    return true;
}

static void channels(html *h, const product_view *p)
{
    http_call *c = p->call;
    if (c->config->channel_count < 2)
        return;
    http__tag(h, "nav", "tabs");
    http__attr(h, "aria-label", STR("Channels"));
    for (size_t i = 0; i < c->config->channel_count; i++) {
        const store_channel *ch = &c->config->channels[i];
        http__tag(h, "a", NULL);
        http__attr(h, "href", str_of(http_href(c->memory, "/products/*?channel=*", p->product.sku, ch->code)));
        if (ch->id == p->channel->id)
            http__attr(h, "aria-current", STR("page"));
        http__foreign(h, ch->code);
        http__end_tag(h, "a");
    }
    http__end_tag(h, "nav");
}

/* What Shopify shows: read just now by a diagnosis, else as it is booked. */
static void shopify_number(html *h, const product_view *p)
{
    bool read = p->diagnosed && p->d.available.known;
    maybe_qty booked = p->has_target ? p->target.target.e : QTY_UNKNOWN;
    http__leaf(h, "dt", NULL, read ? STR("Shopify, read now") : STR("Shopify, as booked here"));
    http__tag(h, "dd", NULL);
    http__maybe(h, read ? p->d.available : booked);
    http__end_tag(h, "dd");
}

static void verdict_number(html *h, const char *name, qty n)
{
    http__tag(h, "div", NULL);
    http__leaf(h, "dt", NULL, str_of(name));
    http__tag(h, "dd", NULL);
    http__qty(h, n);
    http__end_tag(h, "dd");
    http__end_tag(h, "div");
}

static void owed_number(html *h, const product_view *p)
{
    maybe_qty owed = p->has_target ? http__owed(&p->target) : QTY_UNKNOWN;
    http__tag(h, "div", NULL);
    http__leaf(h, "dt", NULL, STR("Owed to Shopify"));
    http__tag(h, "dd", NULL);
    if (owed.known)
        http__change(h, owed.value);
    else
        http__maybe(h, owed);
    http__end_tag(h, "dd");
    if (owed.known && owed.value != 0 && p->target.target.owing_since != INSTANT_NONE) {
        http__tag(h, "dd", "muted");
        http__text(h, STR("since "));
        http__time(h, p->target.target.owing_since);
        http__end_tag(h, "dd");
    }
    http__end_tag(h, "div");
}

static void told_so_far(html *h, qty owed)
{
    http__text(h, STR(": Shopify was told "));
    http__qty(h, owed > 0 ? owed : -owed);
    http__text(h, owed > 0 ? STR(" too few so far") : STR(" too many so far"));
}

static void standing(html *h, const product_view *p)
{
    http_standing s = http__standing(p->channel, p->has_target ? &p->target : NULL);
    maybe_qty owed = p->has_target ? http__owed(&p->target) : QTY_UNKNOWN;
    http__tag(h, "p", NULL);
    http__state(h, s.kind, s.word);
    if (owed.known && owed.value != 0)
        told_so_far(h, owed.value);
    if (p->has_target && !str_empty(p->target.target.reason)) {
        http__text(h, STR(": "));
        http__foreign(h, p->target.target.reason);
    }
    if (p->has_target && !str_empty(p->target.target.fix)) {
        http__text(h, STR(". "));
        http__foreign(h, p->target.target.fix);
    }
    http__end_tag(h, "p");
}

static void verdict(html *h, const product_view *p)
{
    http_call *c = p->call;
    http__tag(h, "section", "panel");
    http__leaff(h, "h2", NULL, "In %.*s", STR_ARG(p->channel->code));
    http__tag(h, "dl", "numbers");
    verdict_number(h, "Evenstock, online ATP", p->v.result.online_atp);
    if (p->v.target != p->v.result.online_atp)
        verdict_number(h, "Shopify is told", p->v.target);
    if (p->shop) {
        http__tag(h, "div", NULL);
        shopify_number(h, p);
        http__end_tag(h, "div");
        owed_number(h, p);
    }
    http__end_tag(h, "dl");
    standing(h, p);
    if (p->shop) {
        http__tag(h, "a", "button");
        http__attr(h, "href",
                   str_of(http_href(c->memory, "/products/*?channel=*&diagnose=1", p->product.sku, p->channel->code)));
        http__text(h, STR("Diagnose"));
        http__end_tag(h, "a");
        http__leaf(h, "span", "muted", STR(" asks Shopify, reads only"));
    }
    http__end_tag(h, "section");
}

static void waterfall(html *h, const product_view *p)
{
    http__leaff(h, "h2", NULL, "How %" PRId64 " comes about", p->v.result.online_atp);
    http__tag(h, "div", "pair");
    http__waterfall_picture(h, p);
    http__waterfall_table(h, p);
    http__end_tag(h, "div");
}

bool http__page_product(http_call *c, err *e)
{
    product_view p = {.call = c, .trouble = STR("")};
    if (!gather(&p, e))
        return false;
    html h = http__page(c, str_z(c->memory, p.product.sku), HTTP_TAB_PRODUCTS);
    if (!identity(&h, &p, e))
        return false;
    if (!p.channel) {
        http__leaf(&h, "p", NULL, STR("There are no channels yet. Name some with 'evenstock import config'."));
    } else {
        channels(&h, &p);
        verdict(&h, &p);
        http__section_diagnosis(&h, &p);
        waterfall(&h, &p);
        if (!http__section_stock(&h, &p, e) || !http__section_sync(&h, &p, e))
            return false;
    }
    if (!http__section_ledger(&h, &p, e))
        return false;
    http__page_end(&h);
    return true;
}
