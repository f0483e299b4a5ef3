/* One job of one shop: what it does, its schedule, and its runs; and the forms that change it. */
#include "http/page_runs.h"

#define RUNS 30

/* What a person can choose; the last asks for a time of day. */
static const char *const SCHEDULES[] = {"as changes happen", "every 1m", "every 5m", "every 15m",
                                        "every 30m",         "hourly",   "daily at"};

static void shop_field(html *h, const job_view *j)
{
    http__hidden(h, "shop", j->shop);
}

static void action(html *h, const job_view *j, const char *name, const char *button, const char *back)
{
    http__form(h, http_href(h->call->memory, "/jobs/*/*", str_of(j->kind->name), str_of(name)), NULL);
    shop_field(h, j);
    http__hidden(h, "back", str_of(back));
    http__tag(h, "button", NULL);
    http__attr(h, "aria-label", str_printf(h->call->memory, "%s: %s, %.*s", button, j->kind->title, STR_ARG(j->shop)));
    http__text(h, str_of(button));
    http__end_tag(h, "button");
    http__form_end(h);
}

void http__job_actions(html *h, const job_view *j, const char *back)
{
    http__tag(h, "div", "actions");
    action(h, j, "run", "Run now", back);
    if (strcmp(j->status, "scheduled") == 0)
        action(h, j, "pause", "Pause", back);
    else if (strcmp(j->status, "paused") == 0)
        action(h, j, "resume", "Resume", back);
    http__end_tag(h, "div");
}

static bool is_now(const job_view *j, const char *choice)
{
    schedule s;
    err ignored = {0};
    if (strcmp(choice, "daily at") == 0)
        return j->when.kind == SCHEDULE_DAILY;
    return domain_schedule_parse(str_of(choice), &s, &ignored) && s.kind == j->when.kind &&
           s.minutes == j->when.minutes;
}

static void schedule_form(html *h, const job_view *j)
{
    http_call *c = h->call;
    int64_t at = j->when.kind == SCHEDULE_DAILY ? j->when.minutes : INT64_C(3) * 60;
    http__form(h, http_href(c->memory, "/jobs/*/schedule", str_of(j->kind->name)), "stack");
    shop_field(h, j);
    http__hidden(h, "version", str_printf(c->memory, "%" PRId64, j->version));
    http__tag(h, "label", NULL);
    http__text(h, STR("Runs"));
    http__tag(h, "select", NULL);
    http__attr(h, "name", STR("schedule"));
    for (size_t i = 0; i < COUNT(SCHEDULES); i++) {
        http__tag(h, "option", NULL);
        if (is_now(j, SCHEDULES[i]))
            http__attr(h, "selected", STR(""));
        http__text(h, str_of(SCHEDULES[i]));
        http__end_tag(h, "option");
    }
    http__end_tag(h, "select");
    http__end_tag(h, "label");
    http__tag(h, "label", NULL);
    http__text(h, STR("Time of day, UTC (for daily)"));
    http__tag(h, "input", NULL);
    http__attr(h, "type", STR("time"));
    http__attr(h, "name", STR("at"));
    http__attr(h, "value", str_printf(c->memory, "%02" PRId64 ":%02" PRId64, at / 60, at % 60));
    http__end_tag(h, "label");
    http__button(h, "Schedule");
    http__form_end(h);
}

static bool view_of(http_call *c, const job_kind *k, str code, job_view *ret, err *e)
{
    job_view *list;
    size_t count;
    if (!http__begin(c, e))
        return false;
    if (str_empty(code) && c->config->shop_count > 0)
        code = c->config->shops[0].code;
    if (!jobs_list(c->tx, code, c->memory, &list, &count, e))
        return false;
    for (size_t i = 0; i < count; i++)
        if (list[i].kind == k) {
            *ret = list[i];
            return true;
        }
    return ERR(e, ERR_MISSING, "there is no shop yet; name one with 'evenstock import config'");
}

static bool runs(html *h, const job_view *j, err *e)
{
    http_call *c = h->call;
    const store_shop *s = config_shop_by_code(c->config, j->shop);
    store_run *list;
    size_t count;
    if (!store_runs(c->tx, str_of(j->kind->name), s->id, /* open_only= */ false, 0, RUNS, c->memory, &list, &count, e))
        return false;
    http__leaf(h, "h2", NULL, STR("Runs"));
    if (count == 0)
        http__leaf(h, "p", NULL, STR("This job has never run."));
    else
        http__runs_table(h, "The newest 30", list, count);
    return true;
}

bool http__page_job(http_call *c, err *e)
{
    const job_kind *k;
    job_view j;
    if (!jobs_kind_named(c->parts[0], &k, e) || !view_of(c, k, http__field(&c->query, "shop"), &j, e))
        return false;
    html h = http__page(c, k->title, HTTP_TAB_JOBS);
    http__leaff(&h, "h1", NULL, "%s, shop %.*s", k->title, STR_ARG(j.shop));
    http__leaf(&h, "p", NULL, str_of(k->what));
    http__tag(&h, "section", "panel");
    http__leaf(&h, "h2", NULL, STR("Schedule"));
    http__tag(&h, "p", NULL);
    http__job_status(&h, &j);
    if (j.next_at != INSTANT_NONE) {
        http__text(&h, STR("; next "));
        http__time(&h, j.next_at);
    }
    http__end_tag(&h, "p");
    if (c->visitor != HTTP_NOBODY) {
        schedule_form(&h, &j);
        http__leaf(&h, "h2", NULL, STR("Now"));
        http__job_actions(&h, &j, http_href(c->memory, "/jobs/*?shop=*", str_of(k->name), j.shop));
    }
    http__end_tag(&h, "section");
    if (!runs(&h, &j, e))
        return false;
    http__page_end(&h);
    return true;
}

/* -- what the forms do -- */

static bool back(http_call *c)
{
    return http__redirect(c, http__next_of(c, http__field(&c->form, "back")));
}

bool http__job_run(http_call *c, err *e)
{
    const job_kind *k;
    int64_t id;
    if (!jobs_kind_named(c->parts[0], &k, e) ||
        !jobs_queue(c->db, k, http__field(&c->form, "shop"), STR("page"), &id, e))
        return false;
    http__wake(c);
    return http__redirect(c, str_printf(c->memory, "/runs/%" PRId64, id).at);
}

static bool pause_or_resume(http_call *c, bool pause, err *e)
{
    const job_kind *k;
    if (!jobs_kind_named(c->parts[0], &k, e) || !jobs_pause(c->db, k, http__field(&c->form, "shop"), pause, e))
        return false;
    http__wake(c);
    return back(c);
}

bool http__job_pause(http_call *c, err *e)
{
    return pause_or_resume(c, true, e);
}

bool http__job_resume(http_call *c, err *e)
{
    return pause_or_resume(c, false, e);
}

/* The form carries the version that was shown, so that two people at once are told of each other. */
bool http__job_schedule(http_call *c, err *e)
{
    const job_kind *k;
    schedule s;
    int64_t version;
    str text = http__field(&c->form, "schedule"), code = http__field(&c->form, "shop");
    if (str_equal(text, STR("daily at")))
        text = str_printf(c->memory, "daily at %.*s", STR_ARG(http__field(&c->form, "at")));
    if (!jobs_kind_named(c->parts[0], &k, e) || !domain_schedule_parse(text, &s, e))
        return false;
    if (!num_parse_i64(http__field(&c->form, "version"), &version) || version < 0)
        return ERR(e, ERR_INPUT, "the form lacks its version; load the page again");
    if (!jobs_schedule(c->db, k, code, s, /* paused= */ false, version, e))
        return false;
    http__wake(c);
    return http__redirect(c, http_href(c->memory, "/jobs/*?shop=*", str_of(k->name), code));
}
