/*
 * Drives the shop module against a running sandbox, over the real net: each word on the command line is one call, and
 * prints one JSON line. tests/flow/shop.test.js starts it and compares with what the sandbox says.
 *
 *   shop-probe URL VERSION [check | items | levels LOCATION ITEM | levels-all LOCATION | orders | open-orders |
 *                               order ID | adjust KEY ITEM LOCATION DELTA FROM | activate KEY ITEM LOCATION | history
 * ITEM]
 *
 * The token is in SHOP_TOKEN, or client id and secret in SHOP_CLIENT_ID and SHOP_CLIENT_SECRET.
 */
#include "shop/shop.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct probe {
    shop *s;
    arena *a;
    buf out;
    js_writer w;
} probe;

static void put_quantity(js_writer *w, const char *name, shop_quantity q)
{
    js_object(w, name);
    js_put_maybe(w, "value", q.value);
    js_put_instant(w, "at", q.at);
    js_close(w);
}

static void put_level(js_writer *w, const shop_level *l)
{
    js_object(w, NULL);
    js_put_str(w, "item", l->item);
    js_put_str(w, "location", l->location);
    js_put_bool(w, "item_exists", l->item_exists);
    js_put_bool(w, "level_exists", l->level_exists);
    js_put_bool(w, "active", l->active);
    js_put_bool(w, "tracked", l->tracked);
    put_quantity(w, "available", l->available);
    put_quantity(w, "committed", l->committed);
    put_quantity(w, "on_hand", l->on_hand);
    put_quantity(w, "incoming", l->incoming);
    put_quantity(w, "reserved", l->reserved);
    put_quantity(w, "damaged", l->damaged);
    js_close(w);
}

static bool do_check(probe *p, char **arg, err *e)
{
    (void)arg;
    shop_facts f;
    if (!shop_check(p->s, p->a, &f, e))
        return false;
    js_put_str(&p->w, "name", f.name);
    js_put_str(&p->w, "domain", f.domain);
    js_put_str(&p->w, "plan", f.plan);
    js_put_str(&p->w, "api_version", f.api_version);
    js_put_int(&p->w, "restore_rate", f.restore_rate);
    js_put_int(&p->w, "bucket", f.bucket);
    js_put_int(&p->w, "scopes", (int64_t)f.scope_count);
    js_array(&p->w, "missing_scopes");
    for (size_t i = 0; i < f.missing_count; i++)
        js_put_str(&p->w, NULL, f.missing_scopes[i]);
    js_close(&p->w);
    js_array(&p->w, "locations");
    for (size_t i = 0; i < f.location_count; i++) {
        js_object(&p->w, NULL);
        js_put_str(&p->w, "id", f.locations[i].id);
        js_put_str(&p->w, "name", f.locations[i].name);
        js_put_bool(&p->w, "active", f.locations[i].active);
        js_close(&p->w);
    }
    js_close(&p->w);
    return true;
}

static bool put_item(void *ctx, const shop_item *i, err *e)
{
    probe *p = ctx;
    (void)e;
    js_object(&p->w, NULL);
    js_put_str(&p->w, "sku", i->sku);
    js_put_str(&p->w, "item", i->item);
    js_put_str(&p->w, "title", i->title);
    js_put_bool(&p->w, "tracked", i->tracked);
    js_put_bool(&p->w, "bundle", i->bundle);
    js_close(&p->w);
    return true;
}

static bool do_items(probe *p, char **arg, err *e)
{
    (void)arg;
    js_array(&p->w, "items");
    bool done = shop_items_all(p->s, put_item, p, e);
    js_close(&p->w);
    return done;
}

static bool do_levels(probe *p, char **arg, err *e)
{
    shop_level *levels;
    instant asked;
    str item = str_of(arg[1]);
    if (!shop_levels(p->s, str_of(arg[0]), &item, 1, p->a, &levels, &asked, e))
        return false;
    js_put_instant(&p->w, "asked", asked);
    js_array(&p->w, "levels");
    put_level(&p->w, &levels[0]);
    js_close(&p->w);
    return true;
}

static bool tell_level(void *ctx, const shop_level *l, err *e)
{
    (void)e;
    put_level(&((probe *)ctx)->w, l);
    return true;
}

static bool do_levels_all(probe *p, char **arg, err *e)
{
    instant asked;
    js_array(&p->w, "levels");
    bool done = shop_levels_all(p->s, str_of(arg[0]), tell_level, p, &asked, e);
    js_close(&p->w);
    return done;
}

static bool list_orders(probe *p, bool open_only, err *e)
{
    str after = STR("");
    js_array(&p->w, "orders");
    do {
        shop_orders_page page;
        if (!shop_orders(p->s, 0, open_only, after, p->a, &page, e))
            return false;
        for (size_t i = 0; i < page.count; i++)
            js_put_str(&p->w, NULL, page.orders[i].id);
        after = page.next;
    } while (!str_empty(after));
    js_close(&p->w);
    return true;
}

static bool do_orders(probe *p, char **arg, err *e)
{
    (void)arg;
    return list_orders(p, /* open_only= */ false, e);
}

static bool do_open_orders(probe *p, char **arg, err *e)
{
    (void)arg;
    return list_orders(p, /* open_only= */ true, e);
}

static void put_order_line(js_writer *w, const reading_raw_line *l)
{
    static const char *const types[] = {"no_restock", "cancel", "return", "legacy"};
    js_object(w, NULL);
    js_put_str(w, "item", l->item);
    js_put_str(w, "sku", l->sku);
    js_put_bool(w, "tracked", l->tracked);
    js_put_int(w, "ordered", l->ordered);
    js_put_int(w, "current", l->current);
    js_array(w, "fulfilment_orders");
    for (size_t i = 0; i < l->fo_count; i++) {
        js_object(w, NULL);
        js_put_str(w, "location", l->fulfilment_orders[i].location);
        js_put_int(w, "total", l->fulfilment_orders[i].total);
        js_put_int(w, "remaining", l->fulfilment_orders[i].remaining);
        js_put_bool(w, "closed", l->fulfilment_orders[i].closed);
        js_close(w);
    }
    js_close(w);
    js_array(w, "fulfilled");
    for (size_t i = 0; i < l->fulfilled_count; i++) {
        js_object(w, NULL);
        js_put_str(w, "location", l->fulfilled[i].location);
        js_put_int(w, "units", l->fulfilled[i].units);
        js_close(w);
    }
    js_close(w);
    js_array(w, "refunds");
    for (size_t i = 0; i < l->refund_count; i++) {
        js_object(w, NULL);
        js_put_z(w, "type", types[l->refunds[i].type]);
        js_put_int(w, "units", l->refunds[i].units);
        js_put_bool(w, "restocked", l->refunds[i].restocked);
        js_put_str(w, "location", l->refunds[i].location);
        js_close(w);
    }
    js_close(w);
    js_close(w);
}

static bool do_order(probe *p, char **arg, err *e)
{
    reading_raw r;
    instant asked;
    bool some;
    if (!shop_order(p->s, str_of(arg[0]), p->a, &r, &asked, &some, e))
        return false;
    js_put_bool(&p->w, "some", some);
    if (!some)
        return true;
    js_put_str(&p->w, "order", r.order);
    js_put_str(&p->w, "name", r.name);
    js_put_str(&p->w, "app", r.app);
    js_put_str(&p->w, "retail_location", r.retail_location);
    js_put_bool(&p->w, "pos", r.pos);
    js_put_bool(&p->w, "cancelled", r.cancelled);
    js_put_bool(&p->w, "closed", r.closed);
    js_put_bool(&p->w, "in_time", asked >= r.updated_at - 2 * US_PER_S);
    js_array(&p->w, "lines");
    for (size_t i = 0; i < r.line_count; i++)
        put_order_line(&p->w, &r.lines[i]);
    js_close(&p->w);
    return true;
}

/* One write, sent again with its own bytes while the answer says RETRY, as a lane would. */
static bool do_adjust(probe *p, char **arg, err *e)
{
    shop_line line = {.item = str_of(arg[1]), .location = str_of(arg[2]), .change_from = QTY_UNKNOWN};
    shop_written w;
    AUTO(buf_end) buf body = buf_new(1 << 20);
    world real = {.clock = os_clock(), .rng = os_rng()};
    if (!num_parse_i64(str_of(arg[3]), &line.delta))
        return ERR(e, ERR_USAGE, "not a delta: %s", arg[3]);
    line.change_from.known = num_parse_i64(str_of(arg[4]), &line.change_from.value);
    if (!shop_adjust_body(p->s, &line, 1, str_of(arg[0]), STR("gid://evenstock/Push/1"), &body, e))
        return false;
    int64_t sends = 0;
    do {
        if (sends > 0)
            real.clock.sleep_until_us(NULL, real.clock.ticks_us(NULL) + w.pause_ms * US_PER_MS);
        instant deadline = world_now(&real) + 20 * US_PER_S;
        if (!shop_write(p->s, buf_str(&body), deadline, /* ticket= */ 7, e) || !shop_written_next(p->s, p->a, &w, e))
            return false;
    } while (w.class == SHOP_RETRY && ++sends < 5);
    js_put_z(&p->w, "class", shop_class_name(w.class));
    js_put_int(&p->w, "sends", sends + 1);
    js_put_int(&p->w, "ticket", (int64_t)w.ticket);
    js_put_bool(&p->w, "answered", w.answered);
    js_put_bool(&p->w, "not_sent", w.not_sent);
    js_put_str(&p->w, "group", w.group);
    js_put_instant(&p->w, "group_at", w.group_at);
    js_put_str(&p->w, "code", w.code);
    js_put_str(&p->w, "message", w.message);
    js_array(&p->w, "bad");
    for (size_t i = 0; i < w.bad_count; i++)
        js_put_str(&p->w, NULL, w.bad[i].code);
    js_close(&p->w);
    return true;
}

static bool do_activate(probe *p, char **arg, err *e)
{
    return shop_activate(p->s, str_of(arg[1]), str_of(arg[2]), str_of(arg[0]), e);
}

static bool do_history(probe *p, char **arg, err *e)
{
    str url;
    if (!shop_history_url(p->s, str_of(arg[0]), p->a, &url, e))
        return false;
    js_put_str(&p->w, "url", url);
    return true;
}

static const struct word {
    const char *name;
    int args;
    bool (*run)(probe *p, char **arg, err *e);
} WORDS[] = {{"check", 0, do_check},           {"items", 0, do_items},   {"levels", 2, do_levels},
             {"levels-all", 1, do_levels_all}, {"orders", 0, do_orders}, {"open-orders", 0, do_open_orders},
             {"order", 1, do_order},           {"adjust", 5, do_adjust}, {"activate", 3, do_activate},
             {"history", 1, do_history}};

/* One line: what the call told, or its error. */
static void run_word(probe *p, const struct word *word, char **arg)
{
    err e;
    p->out = buf_new(64u << 20);
    p->w = js_writer_new(&p->out);
    js_object(&p->w, NULL);
    bool done = word->run(p, arg, &e);
    while (p->w.depth > 1)
        js_close(&p->w);
    if (!done)
        js_put_z(&p->w, "error", e.text);
    js_put_int(&p->w, "calls", shop_totals_of(p->s).calls);
    js_put_int(&p->w, "points", shop_totals_of(p->s).points);
    js_close(&p->w);
    printf("%.*s\n", STR_ARG(buf_str(&p->out)));
    fflush(stdout);
    buf_end(&p->out);
}

static int run(const char *url, const char *version, char **words, err *e)
{
    AUTO(shop_net_close) shop_net *net = NULL;
    AUTO(shop_close) shop *s = NULL;
    AUTO(arena_end) arena *a = arena_new(0);
    world w = {.clock = os_clock(), .rng = os_rng()};
    store_shop row = {.code = STR("probe"),
                      .url = str_of(url),
                      .api_version = str_of(version),
                      .token_env = STR(""),
                      .token_file = STR(""),
                      .client_id_env = STR(""),
                      .client_id_file = STR(""),
                      .client_secret_env = STR(""),
                      .client_secret_file = STR("")};
    if (getenv("SHOP_TOKEN")) {
        row.token_env = STR("SHOP_TOKEN");
    } else {
        row.client_id_env = STR("SHOP_CLIENT_ID");
        row.client_secret_env = STR("SHOP_CLIENT_SECRET");
    }
    if (!shop_net_open(&net, &w.net, e) || !shop_open(&row, &w, &s, e))
        return 3;
    while (*words) {
        size_t i = 0;
        while (i < COUNT(WORDS) && strcmp(*words, WORDS[i].name) != 0)
            i++;
        if (i == COUNT(WORDS))
            return (void)ERR(e, ERR_USAGE, "unknown word %s", *words), 2;
        for (int n = 0; n < WORDS[i].args; n++)
            if (!words[1 + n])
                return (void)ERR(e, ERR_USAGE, "%s takes %d words", *words, WORDS[i].args), 2;
        probe p = {.s = s, .a = a};
        run_word(&p, &WORDS[i], words + 1);
        words += 1 + WORDS[i].args;
    }
    return 0;
}

int main(int argc, char **argv)
{
    err e = {0};
    int status = argc < 3 ? 2 : run(argv[1], argv[2], argv + 3, &e);
    if (status != 0)
        fprintf(stderr, "shop-probe: %s\n", argc < 3 ? "usage: shop-probe URL VERSION WORD..." : e.text);
    return status;
}
