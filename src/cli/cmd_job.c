/* job list, show, schedule, run, pause, resume, cancel, history, log. */
#include "cli/cli.h"

static bool kind_of(const cli *c, const job_kind **ret, err *e)
{
    return jobs_kind_named(str_of(c->args[0]), ret, e);
}

/* -- runs -- */

/* For tables: "2026-11-24T02:03:04Z" or a dash. */
static instant_buf when(instant t)
{
    instant_buf none = {"-"};
    return t == INSTANT_NONE ? none : instant_print(t - t % US_PER_S);
}

static void run_text(cli *c, const store_run *r)
{
    cli__line(c, "%6" PRId64 "  %-9s  %-20s  %-20s  %.*s%s%.*s", r->id, run_state_name(r->state), when(r->started_at).z,
              when(r->ended_at).z, STR_ARG(r->cause), str_empty(r->error) ? "" : ": ", STR_ARG(r->error));
}

/* -- list, show -- */

static void owed_text(cli *c, const job_view *v)
{
    if (v->owed > 0)
        cli__line(c, "          owed %" PRId64 " since %s", v->owed, when(v->oldest_owed_at).z);
}

/* What the shop is owed stands under the job that pays it. */
static void view_text(cli *c, const job_view *v)
{
    cli__line(c, "%-8s  %-10.*s  %-12s %-20.*s  next %-20s  last run %s%s%s", v->kind->name, STR_ARG(v->shop),
              v->status, STR_ARG(v->schedule_text), when(v->next_at).z,
              v->has_last ? when(v->last.ended_at).z : "never", v->has_last ? " " : "",
              v->has_last ? run_state_name(v->last.state) : "");
    if (v->has_running)
        cli__line(c, "          running since %s (run %" PRId64 ")", when(v->running.started_at).z, v->running.id);
    if (v->kind == jobs_kinds)
        owed_text(c, v);
}

static bool views_of(cli *c, str code, job_view **ret, size_t *ret_count, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    return store_begin(c->store, STORE_READ, &tx, e) && jobs_list(tx, code, c->memory, ret, ret_count, e);
}

bool cmd_job_list(cli *c, cli_exit *ret, err *e)
{
    job_view *views;
    size_t count;
    if (!views_of(c, str_trim(str_of(cli__text(c, "shop", ""))), &views, &count, e))
        return false;
    js_writer w = cli__json(c);
    if (c->json)
        js_array(&w, NULL);
    for (size_t i = 0; i < count; i++)
        if (c->json)
            jobs_view_json(&w, &views[i]);
        else
            view_text(c, &views[i]);
    if (c->json)
        js_close(&w);
    else if (count == 0)
        cli__line(c, "there is no shop yet; name one with 'evenstock import config'");
    *ret = CLI_GOOD;
    return true;
}

bool cmd_job_show(cli *c, cli_exit *ret, err *e)
{
    const job_kind *k;
    str code;
    job_view *views;
    size_t count;
    if (!kind_of(c, &k, e) || !cli__shop_named(c, &code, e) || !views_of(c, code, &views, &count, e))
        return false;
    js_writer w = cli__json(c);
    for (size_t i = 0; i < count; i++) {
        if (views[i].kind != k)
            continue;
        if (c->json) {
            jobs_view_json(&w, &views[i]);
        } else {
            cli__line(c, "%s: %s", k->title, k->what);
            view_text(c, &views[i]);
            if (k != jobs_kinds)
                owed_text(c, &views[i]);
        }
    }
    *ret = CLI_GOOD;
    return true;
}

/* -- edits -- */

static const char *const PRESETS[] = {"every", "hourly", "daily-at", "as-changes-happen"};

bool cli__check_schedule(const cli *c, err *e)
{
    size_t given = 0;
    for (size_t i = 0; i < COUNT(PRESETS); i++)
        given += cli__given(c, PRESETS[i]);
    return given == 1 || ERR(e, ERR_USAGE, "give one of --every 15m, --hourly, --daily-at 02:00, --as-changes-happen");
}

static str schedule_words(const cli *c)
{
    if (cli__given(c, "every"))
        return str_printf(c->memory, "every %s", cli__text(c, "every", ""));
    if (cli__given(c, "daily-at"))
        return str_printf(c->memory, "daily at %s", cli__text(c, "daily-at", ""));
    return cli__given(c, "hourly") ? STR("hourly") : STR("as changes happen");
}

static bool said(cli *c, const job_kind *k, str code, cli_exit *ret, err *e)
{
    job_view *views;
    size_t count;
    if (!views_of(c, code, &views, &count, e))
        return false;
    js_writer w = cli__json(c);
    for (size_t i = 0; i < count; i++)
        if (views[i].kind == k && c->json)
            jobs_view_json(&w, &views[i]);
        else if (views[i].kind == k)
            view_text(c, &views[i]);
    *ret = CLI_GOOD;
    return true;
}

bool cmd_job_schedule(cli *c, cli_exit *ret, err *e)
{
    const job_kind *k;
    str code;
    schedule s;
    err inner = {0};
    if (!domain_schedule_parse(schedule_words(c), &s, &inner))
        return ERR(e, ERR_USAGE, "%s", inner.text);
    return kind_of(c, &k, e) && cli__shop_named(c, &code, e) &&
           jobs_schedule(c->store, k, code, s, cli__given(c, "paused"), /* version= */ -1, e) &&
           said(c, k, code, ret, e);
}

static bool pause_with(cli *c, bool paused, cli_exit *ret, err *e)
{
    const job_kind *k;
    str code;
    return kind_of(c, &k, e) && cli__shop_named(c, &code, e) && jobs_pause(c->store, k, code, paused, e) &&
           said(c, k, code, ret, e);
}

bool cmd_job_pause(cli *c, cli_exit *ret, err *e)
{
    return pause_with(c, true, ret, e);
}

bool cmd_job_resume(cli *c, cli_exit *ret, err *e)
{
    return pause_with(c, false, ret, e);
}

/* -- runs -- */

bool cmd_job_run(cli *c, cli_exit *ret, err *e)
{
    jobs_request r = {.cause = STR("by hand"),
                      .actor = STR("cli"),
                      .wait_ms = CLI_LANE_WAIT_MS,
                      .stop = cli__stopped,
                      .progress = cli__progress,
                      .ctx = c};
    sync_report report;
    int64_t run;
    if (!kind_of(c, &r.kind, e) || !cli__shop_named(c, &r.shop, e) ||
        !jobs_run(c->store, &c->world, &r, c->memory, &report, &run, e))
        return false;
    cli__report(c, r.kind->name, &report);
    *ret = jobs_report_clean(&report) ? CLI_GOOD : CLI_FOUND;
    return true;
}

static bool run_id(const cli *c, int64_t *ret, err *e)
{
    err inner = {0};
    return num_parse_qty(str_of(c->args[0]), 1, INT64_MAX - 1, ret, &inner) ||
           ERR(e, ERR_USAGE, "RUN is the number of a run: %s", inner.text);
}

bool cmd_job_cancel(cli *c, cli_exit *ret, err *e)
{
    int64_t id;
    if (!run_id(c, &id, e) || !jobs_cancel(c->store, id, e))
        return false;
    if (c->json) {
        js_writer w = cli__json(c);
        js_object(&w, NULL);
        js_put_int(&w, "cancelled", id);
        js_close(&w);
    } else {
        cli__line(c, "run %" PRId64 " ends; what it has not sent stays owed", id);
    }
    *ret = CLI_GOOD;
    return true;
}

bool cmd_job_history(cli *c, cli_exit *ret, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    const job_kind *k;
    const store_config *config;
    str code;
    store_run *rows;
    size_t count;
    uint32_t limit = (uint32_t)cli__number(c, "limit", 50);
    if (!kind_of(c, &k, e) || !cli__shop_named(c, &code, e) || !store_begin(c->store, STORE_READ, &tx, e) ||
        !store_config_get(tx, &config, e))
        return false;
    const store_shop *of = config_shop_by_code(config, code);
    if (!of)
        return ERR(e, ERR_MISSING, "there is no shop '%.*s'; 'evenstock export config' shows them", STR_ARG(code));
    if (!store_runs(tx, str_of(k->name), of->id, false, 0, limit, c->memory, &rows, &count, e))
        return false;
    js_writer w = cli__json(c);
    if (c->json)
        js_array(&w, NULL);
    for (size_t i = 0; i < count; i++)
        if (c->json)
            jobs_run_json(&w, NULL, &rows[i]);
        else
            run_text(c, &rows[i]);
    if (c->json)
        js_close(&w);
    else if (count == 0)
        cli__line(c, "%s has not run yet", k->title);
    *ret = CLI_GOOD;
    return true;
}

#define LOG_LINES_MAX 100000

bool cmd_job_log(cli *c, cli_exit *ret, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    int64_t id;
    store_run r;
    bool some;
    store_log_line *lines;
    size_t count;
    if (!run_id(c, &id, e) || !store_begin(c->store, STORE_READ, &tx, e) ||
        !store_run_get(tx, id, c->memory, &r, &some, e))
        return false;
    if (!some)
        return ERR(e, ERR_MISSING, "there is no run %" PRId64 "; 'evenstock job history JOB' lists them", id);
    if (!store_run_log_lines(tx, id, 0, LOG_LINES_MAX, c->memory, &lines, &count, e))
        return false;
    js_writer w = cli__json(c);
    if (c->json) {
        js_object(&w, NULL);
        jobs_run_json(&w, "run", &r);
        js_array(&w, "lines");
    } else {
        run_text(c, &r);
    }
    for (size_t i = 0; i < count; i++) {
        if (!c->json) {
            cli__line(c, "%s  %.*s", when(lines[i].at).z, STR_ARG(lines[i].text));
            continue;
        }
        js_object(&w, NULL);
        js_put_instant(&w, "at", lines[i].at);
        js_put_str(&w, "text", lines[i].text);
        js_close(&w);
    }
    if (c->json) {
        js_close(&w);
        js_close(&w);
    }
    *ret = CLI_GOOD;
    return true;
}
