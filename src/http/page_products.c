/* Products: those that differ first, then all by SKU; or what a search finds. A row is a product in a channel. */
#include "http/page.h"

#define DIFFER_MAX 50  /* rows of each kind that stand first; the count says how many there are */
#define ROWS       50  /* products a page */
#define FOUND_MAX  200 /* of a search */

http_standing http__standing(const store_channel *ch, const target_row *t)
{
    if (!ch->shop)
        return (http_standing){"ok", "Computed, not synced"};
    if (!t || str_empty(t->target.item))
        return (http_standing){"bad", "Not linked to an item of the shop"};
    switch (t->target.state) {
    case TARGET_OK:
        break;
    case TARGET_REFUSED:
        return (http_standing){"bad", "Set aside: Shopify refused it"};
    case TARGET_NOT_STOCKED:
        return (http_standing){"bad", "Set aside: not stocked at the location"};
    case TARGET_UNTRACKED:
        return (http_standing){"bad", "Set aside: Shopify does not track it"};
    case TARGET_LOCATION_INACTIVE:
        return (http_standing){"bad", "Set aside: the location is inactive"};
    case TARGET_BUNDLE:
        return (http_standing){"bad", "Set aside: Shopify computes a bundle itself"};
    case TARGET_ITEM_GONE:
        return (http_standing){"bad", "Set aside: the item is gone"};
    case TARGET_STATES:
        check_failed("a target's state", ERR_HERE);
    }
    if (!t->target.e.known)
        return (http_standing){"unknown", "Not adopted yet"};
    if (t->open_operation)
        return (http_standing){"move", "In doubt: sent, no answer booked yet"};
    if (t->target.t != t->target.e.value)
        return (http_standing){"warn", "Owed"};
    return (http_standing){"ok", "Nothing owed"};
}

maybe_qty http__owed(const target_row *t)
{
    return t->target.e.known ? qty_known(t->target.t - t->target.e.value) : QTY_UNKNOWN;
}

/* -- a row -- */

static const char *const HEADS[] = {"SKU",   "Title", "Channel", "#Online ATP", "#Shopify, as booked",
                                    "#Owed", "State", "Since",   NULL};

static void row_numbers(html *h, const store_channel *ch, const target_row *t)
{
    http__tag(h, "td", "number");
    if (ch->shop)
        http__maybe(h, t ? t->target.e : QTY_UNKNOWN);
    else
        http__none(h, "this channel is computed, not synced");
    http__end_tag(h, "td");
    http__tag(h, "td", "number");
    if (t && http__owed(t).known)
        http__change(h, http__owed(t).value);
    else if (ch->shop)
        http__maybe(h, QTY_UNKNOWN);
    else
        http__none(h, "this channel is computed, not synced");
    http__end_tag(h, "td");
}

static bool row(html *h, const store_product *p, const store_channel *ch, err *e)
{
    http_call *c = h->call;
    store_availability v;
    target_row t;
    bool some;
    if (!store_availability_get(c->tx, p->id, ch->id, c->memory, &v, e) ||
        !store_target_get(c->tx, (target_key){p->id, ch->id}, c->memory, &t, &some, e))
        return false;
    http_standing s = http__standing(ch, some ? &t : NULL);
    http__tag(h, "tr", NULL);
    http__tag(h, "th", "id");
    http__attr(h, "scope", STR("row"));
    http__link(h, http_href(c->memory, "/products/*?channel=*", p->sku, ch->code), p->sku);
    http__end_tag(h, "th");
    http__foreign_leaf(h, "td", "title", p->title);
    http__foreign_leaf(h, "td", NULL, ch->code);
    http__tag(h, "td", "number");
    http__qty(h, v.result.online_atp);
    http__end_tag(h, "td");
    row_numbers(h, ch, some ? &t : NULL);
    http__tag(h, "td", NULL);
    http__state(h, s.kind, s.word);
    http__end_tag(h, "td");
    http__tag(h, "td", NULL);
    if (some && t.target.owing_since != INSTANT_NONE)
        http__time(h, t.target.owing_since);
    else
        http__none(h, "nothing is owed");
    http__end_tag(h, "td");
    http__end_tag(h, "tr");
    return true;
}

static bool rows(html *h, const char *caption, const store_product *list, size_t count, err *e)
{
    const store_config *c = h->call->config;
    http__table(h, caption, HEADS);
    for (size_t i = 0; i < count; i++)
        for (size_t n = 0; n < c->channel_count; n++)
            if (!row(h, &list[i], &c->channels[n], e))
                return false;
    http__table_end(h);
    return true;
}

static bool target_rows(html *h, const char *caption, const target_row *list, size_t count, err *e)
{
    http_call *c = h->call;
    if (count == 0)
        return true;
    http__table(h, caption, HEADS);
    for (size_t i = 0; i < count; i++) {
        store_product p;
        if (!store_product_get(c->tx, list[i].key.product, c->memory, &p, e) ||
            !row(h, &p, config_channel(c->config, list[i].key.channel), e))
            return false;
    }
    http__table_end(h);
    return true;
}

/* -- those that differ -- */

static bool differ_in_shop(html *h, const store_shop *s, err *e)
{
    http_call *c = h->call;
    target_row *owing, *aside;
    size_t owing_count, aside_count;
    instant oldest;
    int64_t owed;
    if (!store_owing_count(c->tx, s->id, 0, &owed, &oldest, e) ||
        !store_owing(c->tx, s->id, 0, DIFFER_MAX, c->memory, &owing, &owing_count, e) ||
        !store_targets_aside(c->tx, s->id, DIFFER_MAX, c->memory, &aside, &aside_count, e))
        return false;
    if (owed > 0) {
        http__tag(h, "p", NULL);
        http__qty(h, owed);
        http__textf(h, " owed to %.*s, the oldest since ", STR_ARG(s->code));
        http__time(h, oldest);
        http__text(h, STR("."));
        http__end_tag(h, "p");
    }
    return target_rows(h,
                       owed > DIFFER_MAX ? "Owed, the first 50, the most urgent first" : "Owed, the most urgent first",
                       owing, owing_count, e) &&
           target_rows(h, "Set aside", aside, aside_count, e);
}

static bool differ(html *h, err *e)
{
    http_call *c = h->call;
    http__leaf(h, "h2", NULL, STR("Those that differ"));
    size_t before = c->answer->body.len;
    for (size_t i = 0; i < c->config->shop_count; i++)
        if (!differ_in_shop(h, &c->config->shops[i], e))
            return false;
    if (c->answer->body.len == before)
        http__note(h, "ok", STR("Nothing is owed, and nothing is set aside."));
    return true;
}

/* -- all, and searches -- */

static bool all(html *h, err *e)
{
    http_call *c = h->call;
    str after = http__field(&c->query, "after");
    store_product *list;
    size_t count;
    int64_t total;
    if (!store_products_by_sku(c->tx, after, ROWS + 1, c->memory, &list, &count, e) ||
        !store_products_count(c->tx, &total, e))
        return false;
    http__tag(h, "h2", NULL);
    http__text(h, STR("All "));
    http__qty(h, total);
    http__text(h, STR(" by SKU"));
    http__end_tag(h, "h2");
    if (count == 0)
        http__leaf(h, "p", NULL,
                   str_empty(after) ? STR("There are no products yet. Import some with 'evenstock import products'.")
                                    : STR("There are no more."));
    else if (!rows(h, "By SKU", list, count > ROWS ? ROWS : count, e))
        return false;
    http__tag(h, "p", "pages");
    if (!str_empty(after))
        http__link(h, "/products", STR("To the start"));
    if (count > ROWS)
        http__link(h, http_href(c->memory, "/products?after=*", list[ROWS - 1].sku), STR("Next"));
    http__end_tag(h, "p");
    return true;
}

static bool found(html *h, str text, err *e)
{
    http_call *c = h->call;
    store_product *list;
    size_t count;
    if (!store_products_search(c->tx, text, FOUND_MAX + 1, c->memory, &list, &count, e))
        return false;
    http__tag(h, "p", NULL);
    if (count == 0)
        http__text(h, STR("No product matches "));
    else if (count > FOUND_MAX)
        http__textf(h, "More than %d products match ", FOUND_MAX);
    else
        http__textf(h, "%zu %s ", count, count == 1 ? "product matches" : "products match");
    http__leaf(h, "q", NULL, text);
    http__text(h, count > FOUND_MAX ? STR("; say more to see the others. ") : STR(". "));
    http__link(h, "/products", STR("Show all"));
    http__end_tag(h, "p");
    return count == 0 || rows(h, "Found", list, count > FOUND_MAX ? FOUND_MAX : count, e);
}

/* A SKU or an identifier that is exact opens its product at once. */
static bool exact(http_call *c, str text, str *ret_sku, err *e)
{
    int64_t id;
    store_product p;
    *ret_sku = STR("");
    if (!store_product_find(c->tx, text, &id, e) || (id == 0 && !store_product_find_by(c->tx, STR(""), text, &id, e)))
        return false;
    if (id <= 0)
        return true;
    if (!store_product_get(c->tx, id, c->memory, &p, e))
        return false;
    *ret_sku = p.sku;
    return true;
}

bool http__page_products(http_call *c, err *e)
{
    str text = str_trim(http__field(&c->query, "q")), sku = STR("");
    if (!http__begin(c, e) || (!str_empty(text) && !exact(c, text, &sku, e)))
        return false;
    if (!str_empty(sku))
        return http__redirect(c, http_href(c->memory, "/products/*", sku));
    html h = http__page(c, "Products", HTTP_TAB_PRODUCTS);
    http__leaf(&h, "h1", NULL, STR("Products"));
    bool first = str_empty(text) && str_empty(http__field(&c->query, "after"));
    if ((first && !differ(&h, e)) || !(str_empty(text) ? all(&h, e) : found(&h, text, e)))
        return false;
    http__page_end(&h);
    return true;
}
