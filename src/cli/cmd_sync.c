/* sync recent, hard, orders. */
#include "cli/cli.h"

/* The shop that is meant: the one named, or the only one. */
static bool shop_named(cli *c, str *ret, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    const store_config *config;
    const char *code = cli__text(c, "shop", NULL);
    if (code) {
        *ret = str_trim(str_of(code));
        return true;
    }
    if (!store_begin(c->store, STORE_READ, &tx, e) || !store_config_get(tx, &config, e))
        return false;
    if (config->shop_count == 0)
        return ERR(e, ERR_MISSING, "there is no shop yet; name one with 'evenstock import config'");
    if (config->shop_count > 1)
        return ERR(e, ERR_USAGE, "there are %zu shops; say which with --shop", config->shop_count);
    *ret = str_copy(c->memory, config->shops[0].code);
    return true;
}

static void left_json(js_writer *w, const sync_report *r)
{
    js_array(w, "left");
    for (size_t i = 0; i < r->left_count; i++) {
        js_object(w, NULL);
        js_put_str(w, "sku", r->left[i].sku);
        js_put_str(w, "channel", r->left[i].channel);
        js_put_str(w, "why", r->left[i].why);
        js_close(w);
    }
    js_close(w);
}

static void incidents_json(js_writer *w, const sync_report *r)
{
    js_array(w, "incidents");
    for (size_t i = 0; i < r->incident_count; i++) {
        const sync_incident *n = &r->incidents[i];
        js_object(w, NULL);
        js_put_str(w, "sku", n->sku);
        js_put_str(w, "channel", n->channel);
        js_put_int(w, "drift", n->drift);
        js_put_int(w, "available", n->available);
        js_put_int(w, "explained", n->explained);
        js_put_instant(w, "after", n->after);
        js_put_instant(w, "before", n->before);
        js_put_str(w, "history", n->history);
        js_close(w);
    }
    js_close(w);
}

static void lines_json(js_writer *w, const sync_report *r)
{
    js_array(w, "lines");
    for (size_t i = 0; i < r->line_count; i++) {
        const sync_plan_line *l = &r->lines[i];
        js_object(w, NULL);
        js_put_str(w, "sku", l->sku);
        js_put_str(w, "channel", l->channel);
        js_put_int(w, "target", l->target);
        js_put_maybe(w, "explained", l->explained);
        js_put_maybe(w, "available", l->available);
        js_put_maybe(w, "unseen", l->unseen);
        js_put_int(w, "delta", l->delta);
        js_put_str(w, "why", l->why);
        js_close(w);
    }
    js_close(w);
}

static void report_json(cli *c, const char *job, const sync_report *r)
{
    bool orders = strcmp(job, "orders") == 0;
    js_writer w = cli__json(c);
    js_object(&w, NULL);
    js_put_z(&w, "job", job);
    if (orders || strcmp(job, "hard") == 0) {
        js_put_int(&w, "events", r->events);
        js_put_int(&w, "new", r->new_events);
        js_put_int(&w, "movements", r->movements);
    }
    if (!orders) {
        js_put_int(&w, "selected", r->selected);
        js_put_int(&w, "pushed", r->pushed);
        js_put_int(&w, "refused", r->refused);
        js_put_int(&w, "in_doubt", r->in_doubt);
        js_put_int(&w, "drifted", r->drifted);
    }
    js_put_int(&w, "calls", r->calls);
    js_put_int(&w, "points", r->points);
    js_put_seconds(&w, "seconds", r->us);
    if (strcmp(job, "hard") == 0) {
        left_json(&w, r);
        incidents_json(&w, r);
    }
    if (cli__given(c, "dry-run"))
        lines_json(&w, r);
    if (str_empty(r->stopped))
        js_put_null(&w, "stopped");
    else
        js_put_str(&w, "stopped", r->stopped);
    js_close(&w);
}

static instant_buf time_or(instant t)
{
    instant_buf unknown = {"an unknown time"};
    return t == INSTANT_NONE ? unknown : instant_print(t);
}

static void report_text(cli *c, const char *job, const sync_report *r)
{
    if (strcmp(job, "orders") == 0)
        cli__line(c, "%" PRId64 " orders read, %" PRId64 " of them new or changed: %" PRId64 " movements", r->events,
                  r->new_events, r->movements);
    else
        cli__line(c,
                  "%" PRId64 " selected, %" PRId64 " pushed, %" PRId64 " refused, %" PRId64 " in doubt, %" PRId64
                  " drifted",
                  r->selected, r->pushed, r->refused, r->in_doubt, r->drifted);
    for (size_t i = 0; i < r->line_count; i++)
        cli__line(c, "  would write %.*s in %.*s: %+" PRId64 " (target %" PRId64 "): %.*s", STR_ARG(r->lines[i].sku),
                  STR_ARG(r->lines[i].channel), r->lines[i].delta, r->lines[i].target, STR_ARG(r->lines[i].why));
    for (size_t i = 0; i < r->incident_count && i < 20; i++)
        cli__line(c, "  changed by somebody else: %.*s in %.*s by %+" PRId64 ", between %s and %s%s%.*s",
                  STR_ARG(r->incidents[i].sku), STR_ARG(r->incidents[i].channel), r->incidents[i].drift,
                  time_or(r->incidents[i].after).z, time_or(r->incidents[i].before).z,
                  str_empty(r->incidents[i].history) ? "" : "; see ", STR_ARG(r->incidents[i].history));
    for (size_t i = 0; i < r->left_count && i < 20; i++)
        cli__line(c, "  not confirmed: %.*s in %.*s: %.*s", STR_ARG(r->left[i].sku), STR_ARG(r->left[i].channel),
                  STR_ARG(r->left[i].why));
    cli__line(c, "%" PRId64 " calls, %" PRId64 " points, %.3f s", r->calls, r->points, (double)r->us / 1e6);
    if (!str_empty(r->stopped))
        cli__line(c, "stopped early: %.*s", STR_ARG(r->stopped));
}

typedef bool sync_run(sync_lane *l, arena *a, sync_report *ret, err *e);

static bool sync_with(cli *c, const char *job, sync_run *run, cli_exit *ret, err *e)
{
    AUTO(sync_close) sync_lane *l = NULL;
    sync_report r = {0};
    sync_options o = {.channel = str_trim(str_of(cli__text(c, "channel", ""))),
                      .dry_run = cli__given(c, "dry-run"),
                      .settle_ms = SYNC_SETTLE_MS,
                      .stop = cli__stopped,
                      .progress = cli__progress,
                      .ctx = c};
    if (!shop_named(c, &o.shop, e) || !store_catch_up_all(c->store, e) ||
        !sync_open(c->store, &c->world, &o, CLI_LANE_WAIT_MS, &l, e) || !run(l, c->memory, &r, e))
        return false;
    if (c->json)
        report_json(c, job, &r);
    else
        report_text(c, job, &r);
    *ret = r.refused || r.in_doubt || r.drifted || r.left_count || !str_empty(r.stopped) ? CLI_FOUND : CLI_GOOD;
    return true;
}

bool cmd_sync_recent(cli *c, cli_exit *ret, err *e)
{
    return sync_with(c, "recent", sync_recent, ret, e);
}

bool cmd_sync_hard(cli *c, cli_exit *ret, err *e)
{
    return sync_with(c, "hard", sync_hard, ret, e);
}

bool cmd_sync_orders(cli *c, cli_exit *ret, err *e)
{
    return sync_with(c, "orders", sync_orders, ret, e);
}
