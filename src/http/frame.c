/* What every page has around it, and the parts that pages are made of: forms that write, tables that scroll. */
#include "http/html.h"

static void head(html *h, const char *title)
{
    static const char *const METAS[][2] = {{"viewport", "width=device-width, initial-scale=1"},
                                           {"color-scheme", "light dark"}};
    static const char *const LINKS[][2] = {{"stylesheet", "/style.css"}, {"icon", "/icon.svg"}};
    http__tag(h, "head", NULL);
    http__tag(h, "meta", NULL);
    http__attr(h, "charset", STR("utf-8"));
    for (size_t i = 0; i < COUNT(METAS); i++) {
        http__tag(h, "meta", NULL);
        http__attr(h, "name", str_of(METAS[i][0]));
        http__attr(h, "content", str_of(METAS[i][1]));
    }
    for (size_t i = 0; i < COUNT(LINKS); i++) {
        http__tag(h, "link", NULL);
        http__attr(h, "rel", str_of(LINKS[i][0]));
        http__attr(h, "href", str_of(LINKS[i][1]));
    }
    http__leaff(h, "title", NULL, "%s \xC2\xB7 Evenstock", title);
    http__end_tag(h, "head");
}

static void tabs(html *h, http_tab now)
{
    static const struct {
        const char *to, *text;
    } TABS[] = {[HTTP_TAB_JOBS] = {"/", "Jobs"}, [HTTP_TAB_PRODUCTS] = {"/products", "Products"}};
    http__tag(h, "nav", NULL);
    http__attr(h, "aria-label", STR("Pages"));
    for (http_tab t = 0; t < COUNT(TABS); t++) {
        http__tag(h, "a", NULL);
        http__attr(h, "href", str_of(TABS[t].to));
        if (t == now)
            http__attr(h, "aria-current", STR("page"));
        http__text(h, str_of(TABS[t].text));
        http__end_tag(h, "a");
    }
    http__end_tag(h, "nav");
}

static void search(html *h)
{
    http__tag(h, "form", "search");
    http__attr(h, "action", STR("/products"));
    http__attr(h, "role", STR("search"));
    http__tag(h, "input", NULL);
    http__attr(h, "type", STR("search"));
    http__attr(h, "name", STR("q"));
    http__attr(h, "aria-label", STR("SKU, title or identifier"));
    http__attr(h, "placeholder", STR("SKU, title or identifier"));
    http__attr(h, "value", http__field(&h->call->query, "q"));
    http__button(h, "Search");
    http__end_tag(h, "form");
}

static void visitor(html *h)
{
    if (h->call->visitor == HTTP_NOBODY) {
        http__link(h, http_href(h->call->memory, "/sign-in?next=*", h->call->request->target), STR("Sign in"));
    } else if (h->call->visitor == HTTP_SIGNED_IN) {
        http__form(h, "/sign-out", NULL);
        http__button(h, "Sign out");
        http__form_end(h);
    }
}

html http__page(http_call *c, const char *title, http_tab tab)
{
    html h = {.to = &c->answer->body, .call = c};
    c->answer->status = 200;
    c->answer->type = "text/html; charset=utf-8";
    if (c->now == 0)
        c->now = world_now(c->house->world);
    buf_add(h.to, STR("<!doctype html>"));
    http__tag(&h, "html", NULL);
    http__attr(&h, "lang", STR("en"));
    head(&h, title);
    http__tag(&h, "body", NULL);
    http__tag(&h, "a", "skip");
    http__attr(&h, "href", STR("#main"));
    http__text(&h, STR("Skip to the content"));
    http__end_tag(&h, "a");
    http__tag(&h, "header", "top");
    http__leaf(&h, "span", "brand", STR("Evenstock"));
    tabs(&h, tab);
    search(&h);
    visitor(&h);
    http__end_tag(&h, "header");
    http__tag(&h, "main", NULL);
    http__attr(&h, "id", STR("main"));
    return h;
}

void http__page_end(html *h)
{
    http__end_tag(h, "main");
    http__tag(h, "footer", NULL);
    http__textf(h, "Evenstock %s. Times are UTC. Made at ", EVENSTOCK_VERSION);
    instant_buf now = instant_print(h->call->now - h->call->now % US_PER_S);
    http__tag(h, "time", NULL);
    http__attr(h, "datetime", str_of(now.z));
    http__textf(h, "%.10s %.8s", now.z, now.z + 11);
    http__end_tag(h, "time");
    http__text(h, STR("; "));
    http__link(h, "", STR("read the page again")); /* an empty reference is the page itself */
    http__text(h, STR(" for newer numbers."));
    http__end_tag(h, "footer");
    http__end_tag(h, "body");
    http__end_tag(h, "html");
    CHECK(h->depth == 0);
}

/* -- parts -- */

void http__form(html *h, const char *action, const char *class)
{
    http__tag(h, "form", class);
    http__attr(h, "method", STR("post"));
    http__attr(h, "action", str_of(action));
    http__hidden(h, "csrf", http__csrf(h->call));
}

void http__form_end(html *h)
{
    http__end_tag(h, "form");
}

void http__hidden(html *h, const char *name, str value)
{
    http__tag(h, "input", NULL);
    http__attr(h, "type", STR("hidden"));
    http__attr(h, "name", str_of(name));
    http__attr(h, "value", value);
}

void http__button(html *h, const char *text)
{
    http__leaf(h, "button", NULL, str_of(text));
}

void http__table(html *h, const char *caption, const char *const *heads)
{
    http__tag(h, "div", "scroll");
    http__attr(h, "role", STR("region"));
    http__attr(h, "aria-label", str_of(caption));
    http__attr(h, "tabindex", STR("0")); /* it scrolls sideways where it must, by keys, too */
    http__tag(h, "table", NULL);
    http__leaf(h, "caption", NULL, str_of(caption));
    http__tag(h, "thead", NULL);
    http__tag(h, "tr", NULL);
    for (const char *const *head = heads; *head; head++) {
        bool numbers = **head == '#';
        http__tag(h, "th", numbers ? "number" : NULL);
        http__attr(h, "scope", STR("col"));
        http__text(h, str_of(*head + numbers));
        http__end_tag(h, "th");
    }
    http__end_tag(h, "tr");
    http__end_tag(h, "thead");
    http__tag(h, "tbody", NULL);
    h->heads = heads;
}

void http__table_end(html *h)
{
    h->heads = NULL;
    http__end_tag(h, "tbody");
    http__end_tag(h, "table");
    http__end_tag(h, "div");
}
