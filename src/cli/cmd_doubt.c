/* What is left to a person: lines in quarantine, incidents, apps whose orders claim no stock. */
#include "cli/cli.h"

#define LIST_MAX 100000

/* -- where -- */

/* The target that SKU and --channel name. */
static bool named(cli *c, target_key *ret, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    const store_config *config;
    const store_channel *ch;
    if (!store_begin(c->store, STORE_READ, &tx, e) || !store_config_get(tx, &config, e) ||
        !cli__channel(config, cli__text(c, "channel", ""), &ch, e) || !cli__product(tx, c->args[0], &ret->product, e))
        return false;
    if (ch->shop == 0)
        return ERR(e, ERR_CONFLICT, "channel '%.*s' belongs to no shop", STR_ARG(ch->code));
    ret->channel = ch->id;
    return true;
}

bool cli__check_channel(const cli *c, err *e)
{
    return cli__given(c, "channel") || ERR(e, ERR_USAGE, "--channel is needed");
}

static str channel_code(const store_config *config, int64_t id)
{
    const store_channel *ch = config_channel(config, id);
    return ch ? ch->code : STR("?");
}

/* -- lists over shops -- */

typedef struct listing {
    cli *c;
    store_tx *tx;
    const store_config *config;
    js_writer w;
    size_t rows, found; /* found: those that somebody should look at */
} listing;

/* All shops, or the one that --shop names; `none` is said where there is nothing. */
static bool list_shops(cli *c, bool (*list)(listing *n, int64_t of, err *e), const char *none, cli_exit *ret, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    listing n = {.c = c, .w = cli__json(c)};
    const store_shop *only = NULL;
    if (!store_begin(c->store, STORE_READ, &tx, e) || !store_config_get(tx, &n.config, e) ||
        (cli__given(c, "shop") && !cli__shop_row(tx, cli__text(c, "shop", ""), &only, e)))
        return false;
    n.tx = tx;
    if (c->json)
        js_array(&n.w, NULL);
    for (size_t i = 0; i < n.config->shop_count; i++) {
        const store_shop *s = &n.config->shops[i];
        if ((!only || only == s) && !list(&n, s->id, e))
            return false;
    }
    if (c->json)
        js_close(&n.w);
    else if (n.rows == 0)
        cli__line(c, "%s", none);
    *ret = n.found ? CLI_FOUND : CLI_GOOD;
    return true;
}

/* -- quarantine -- */

static void aside_json(js_writer *w, str channel, const target_row *r)
{
    js_object(w, NULL);
    js_put_str(w, "sku", r->sku);
    js_put_str(w, "channel", channel);
    js_put_z(w, "state", target_state_name(r->target.state));
    js_put_str(w, "reason", r->target.reason);
    js_put_str(w, "fix", r->target.fix);
    js_put_int(w, "target", r->target.t);
    js_put_maybe(w, "explained", r->target.e);
    js_close(w);
}

static bool list_aside(listing *n, int64_t of, err *e)
{
    target_row *rows;
    size_t count;
    if (!store_targets_aside(n->tx, of, LIST_MAX, n->c->memory, &rows, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        str channel = channel_code(n->config, rows[i].key.channel);
        if (n->c->json)
            aside_json(&n->w, channel, &rows[i]);
        else
            cli__line(n->c, "%.*s in %.*s: %.*s\n  mend: %.*s", STR_ARG(rows[i].sku), STR_ARG(channel),
                      STR_ARG(rows[i].target.reason), STR_ARG(rows[i].target.fix));
    }
    n->rows += count;
    n->found += count;
    return true;
}

bool cmd_quarantine_list(cli *c, cli_exit *ret, err *e)
{
    return list_shops(c, list_aside, "nothing is in quarantine", ret, e);
}

bool cmd_quarantine_release(cli *c, cli_exit *ret, err *e)
{
    target_key k;
    if (!named(c, &k, e) || !sync_release(c->store, k, e))
        return false;
    if (c->json) {
        js_writer w = cli__json(c);
        js_object(&w, NULL);
        js_put_z(&w, "sku", c->args[0]);
        js_put_bool(&w, "released", true);
        js_close(&w);
    } else {
        cli__line(c, "released; the next sync pushes it again");
    }
    *ret = CLI_GOOD;
    return true;
}

/* -- incidents -- */

static bool incident_json(listing *n, str channel, const store_incident *i, err *e)
{
    const js_value *evidence;
    js_writer *w = &n->w;
    if (!js_parse(n->c->memory, i->evidence, &evidence, e))
        return err_wrap(e, "incident %" PRId64, i->id);
    js_object(w, NULL);
    js_put_int(w, "id", i->id);
    js_put_str(w, "sku", i->sku);
    js_put_str(w, "channel", channel);
    js_put_str(w, "location", i->location);
    js_put_str(w, "kind", i->kind);
    js_put_int(w, "drift", i->drift);
    js_put_int(w, "available", i->available);
    js_put_int(w, "explained", i->explained);
    js_put_instant(w, "found_at", i->found_at);
    js_put_instant(w, "after", i->after);
    js_put_instant(w, "before", i->before);
    js_put_value(w, "evidence", evidence);
    js_put_bool(w, "open", i->open);
    js_put_str(w, "note", i->note);
    js_close(w);
    return true;
}

static bool list_incidents(listing *n, int64_t of, err *e)
{
    store_incident *rows;
    size_t count;
    uint32_t limit = (uint32_t)cli__number(n->c, "limit", 50);
    if (!store_incidents(n->tx, of, (target_key){0}, cli__given(n->c, "open"), limit, n->c->memory, &rows, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        str channel = channel_code(n->config, rows[i].key.channel);
        n->found += rows[i].open;
        if (n->c->json && !incident_json(n, channel, &rows[i], e))
            return false;
        if (!n->c->json)
            cli__line(n->c, "%6" PRId64 "  %s  %.*s in %.*s: %.*s, %+" PRId64 "%s%.*s", rows[i].id,
                      INSTANT_Z(rows[i].found_at), STR_ARG(rows[i].sku), STR_ARG(channel), STR_ARG(rows[i].kind),
                      rows[i].drift,
                      rows[i].open              ? ", open"
                      : str_empty(rows[i].note) ? ""
                                                : "; ",
                      STR_ARG(rows[i].note));
    }
    n->rows += count;
    return true;
}

bool cmd_incident_list(cli *c, cli_exit *ret, err *e)
{
    return list_shops(c, list_incidents, cli__given(c, "open") ? "no incident is open" : "no incident was found", ret,
                      e);
}

bool cmd_incident_accept(cli *c, cli_exit *ret, err *e)
{
    target_key k;
    qty excess;
    if (!named(c, &k, e) || !sync_accept(c->store, k, &excess, e))
        return false;
    if (c->json) {
        js_writer w = cli__json(c);
        js_object(&w, NULL);
        js_put_z(&w, "sku", c->args[0]);
        js_put_int(&w, "accepted", excess);
        js_close(&w);
    } else {
        cli__line(c, "%" PRId64 " units that are committed there without a known order are accepted", excess);
    }
    *ret = CLI_GOOD;
    return true;
}

/* -- apps that claim no stock -- */

bool cmd_shop_apps(cli *c, cli_exit *ret, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    const store_shop *s;
    store_app *apps;
    size_t count;
    if (!store_begin(c->store, STORE_READ, &tx, e) || !cli__shop_row(tx, c->args[0], &s, e) ||
        !store_apps_claimless(tx, s->id, c->memory, &apps, &count, e))
        return false;
    js_writer w = cli__json(c);
    if (c->json)
        js_array(&w, NULL);
    for (size_t i = 0; i < count; i++) {
        if (!c->json) {
            cli__line(c, "%.*s, since %s%s%.*s", STR_ARG(apps[i].app), INSTANT_Z(apps[i].at),
                      str_empty(apps[i].proof) ? "" : ": ", STR_ARG(apps[i].proof));
            continue;
        }
        js_object(&w, NULL);
        js_put_str(&w, "app", apps[i].app);
        js_put_instant(&w, "since", apps[i].at);
        js_put_str(&w, "proof", apps[i].proof);
        js_close(&w);
    }
    if (c->json)
        js_close(&w);
    else if (count == 0)
        cli__line(c, "no app is known whose orders claim no stock");
    *ret = CLI_GOOD;
    return true;
}

bool cmd_shop_app_claims(cli *c, cli_exit *ret, err *e)
{
    AUTO(sync_close) sync_lane *l = NULL;
    sync_options o = {.shop = str_trim(str_of(c->args[0])), .channel = STR(""), .stop = cli__stopped, .ctx = c};
    if (!sync_open(c->store, &c->world, &o, CLI_LANE_WAIT_MS, &l, e) ||
        !sync_app_claims(l, str_trim(str_of(c->args[1])), e))
        return false;
    if (c->json) {
        js_writer w = cli__json(c);
        js_object(&w, NULL);
        js_put_z(&w, "app", c->args[1]);
        js_put_bool(&w, "claims", true);
        js_close(&w);
    } else {
        cli__line(c, "its orders count again, the open ones as soon as Shopify's committed units show that they do");
    }
    *ret = CLI_GOOD;
    return true;
}
