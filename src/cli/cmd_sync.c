/* sync recent, hard, orders. */
#include "cli/cli.h"

/* The shop that is meant: the one named, or the only one. */
bool cli__shop_named(cli *c, str *ret, err *e)
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

static instant_buf time_or(instant t)
{
    instant_buf unknown = {"an unknown time"};
    return t == INSTANT_NONE ? unknown : instant_print(t);
}

void cli__relinked(cli *c, const sync_relinked *list, size_t count)
{
    for (size_t i = 0; i < count && i < 20; i++)
        cli__line(c, "  %.*s was linked to %.*s, now to %.*s", STR_ARG(list[i].sku), STR_ARG(list[i].from),
                  STR_ARG(str_empty(list[i].to) ? STR("nothing") : list[i].to));
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
        cli__line(c, "  changed: %.*s in %.*s by %+" PRId64 ", between %s and %s; %.*s%s%.*s",
                  STR_ARG(r->incidents[i].sku), STR_ARG(r->incidents[i].channel), r->incidents[i].drift,
                  time_or(r->incidents[i].after).z, time_or(r->incidents[i].before).z, STR_ARG(r->incidents[i].who),
                  str_empty(r->incidents[i].history) ? "" : "; see ", STR_ARG(r->incidents[i].history));
    cli__relinked(c, r->relinked, r->relinked_count);
    for (size_t i = 0; i < r->claimless_count; i++)
        cli__line(c,
                  "  an app whose orders take no stock: %.*s, by %.*s; its orders count as sold elsewhere from now on",
                  STR_ARG(r->claimless[i].app), STR_ARG(r->claimless[i].proof));
    if (r->activated)
        cli__line(c, "  %" PRId64 " items were stocked at a location", r->activated);
    for (size_t i = 0; i < r->left_count && i < 20; i++)
        cli__line(c, "  not confirmed: %.*s in %.*s: %.*s", STR_ARG(r->left[i].sku), STR_ARG(r->left[i].channel),
                  STR_ARG(r->left[i].why));
    if (!str_empty(r->note))
        cli__line(c, "  %.*s", STR_ARG(r->note));
    cli__line(c, "%" PRId64 " calls, %" PRId64 " points, %.3f s", r->calls, r->points, (double)r->us / 1e6);
    if (!str_empty(r->stopped))
        cli__line(c, "stopped early: %.*s", STR_ARG(r->stopped));
}

void cli__report(cli *c, const char *job, const sync_report *r)
{
    if (!c->json) {
        report_text(c, job, r);
        return;
    }
    js_writer w = cli__json(c);
    jobs_report_json(&w, job, r, cli__given(c, "dry-run"));
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
    if (!cli__shop_named(c, &o.shop, e) || !jobs_pushes_follow(c->store, o.shop, &o.push, e) ||
        !store_catch_up_all(c->store, e) || !sync_open(c->store, &c->world, &o, CLI_LANE_WAIT_MS, &l, e) ||
        !run(l, c->memory, &r, e))
        return false;
    cli__report(c, job, &r);
    *ret = jobs_report_clean(&r) ? CLI_GOOD : CLI_FOUND;
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
