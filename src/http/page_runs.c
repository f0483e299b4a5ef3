/* Runs as rows, and the page of one run: its state, what it counted, its log. */
#include "http/page_runs.h"

#define LOG_LINES 500

void http__run_state(html *h, run_state s)
{
    static const struct {
        const char *kind, *word;
    } STATES[RUN_STATES] = {
        [RUN_PENDING] = {"move", "Pending"},     [RUN_QUEUED] = {"move", "Queued"}, [RUN_RUNNING] = {"move", "Running"},
        [RUN_FINISHED] = {"ok", "Finished"},     [RUN_FAILED] = {"bad", "Failed"},  [RUN_CRASHED] = {"bad", "Crashed"},
        [RUN_CANCELLED] = {"warn", "Cancelled"},
    };
    http__state(h, STATES[s].kind, STATES[s].word);
}

void http__job_status(html *h, const job_view *j)
{
    if (strcmp(j->status, "unscheduled") == 0) {
        http__state(h, "warn", "Not scheduled");
        return;
    }
    if (strcmp(j->status, "paused") == 0) {
        http__state(h, "warn", "Paused");
        http__text(h, STR(" since "));
        http__time(h, j->paused_at);
        http__text(h, STR(", else "));
    }
    http__text(h, j->schedule_text);
}

void http__counts(html *h, str counts)
{
    static const char *const NAMES[][2] = {
        {"selected", "selected"}, {"pushed", "pushed"},      {"refused", "refused"}, {"in_doubt", "in doubt"},
        {"drifted", "drifted"},   {"events", "orders read"}, {"new", "new"},         {"movements", "movements"},
        {"calls", "calls"},       {"points", "points"}};
    const js_value *v;
    err ignored = {0};
    if (str_empty(counts) || !js_parse(h->call->memory, counts, &v, &ignored))
        return;
    const char *comma = ": ";
    for (size_t i = 0; i < COUNT(NAMES); i++) {
        int64_t n = js_int(js_get(v, NAMES[i][0]), 0);
        if (n == 0)
            continue;
        http__textf(h, "%s%s ", comma, NAMES[i][1]);
        http__qty(h, n);
        comma = ", ";
    }
}

void http__last_run(html *h, const job_view *j, bool counts)
{
    http__tag(h, "td", NULL);
    if (j->has_last) {
        http__run_state(h, j->last.state);
        http__text(h, STR(" "));
        http__link(h, str_printf(h->call->memory, "/runs/%" PRId64, j->last.id).at, STR("run"));
        http__text(h, STR(" "));
        http__time(h, j->last.started_at);
        if (counts)
            http__counts(h, j->last.counts);
    } else {
        http__none(h, "never ran");
    }
    http__end_tag(h, "td");
}

static const char *title_of(const store_run *r)
{
    const job_kind *k = jobs_kind(r->kind);
    return k ? k->title : "A job of another version";
}

static void took(html *h, const store_run *r)
{
    if (r->started_at == INSTANT_NONE)
        http__none(h, "it has not started");
    else
        http__duration(h, (r->ended_at == INSTANT_NONE ? h->call->now : r->ended_at) - r->started_at);
}

static void run_row(html *h, const store_run *r)
{
    http_call *c = h->call;
    const store_shop *s = config_shop(c->config, r->shop);
    http__tag(h, "tr", NULL);
    http__tag(h, "th", NULL);
    http__attr(h, "scope", STR("row"));
    http__link(h, str_printf(c->memory, "/runs/%" PRId64, r->id).at, str_printf(c->memory, "%" PRId64, r->id));
    http__end_tag(h, "th");
    http__leaf(h, "td", NULL, str_of(title_of(r)));
    http__foreign_leaf(h, "td", NULL, s ? s->code : STR(""));
    http__tag(h, "td", NULL);
    http__run_state(h, r->state);
    http__counts(h, r->counts);
    if (!str_empty(r->error)) {
        http__text(h, STR(": "));
        http__foreign(h, r->error);
    }
    http__end_tag(h, "td");
    http__tag(h, "td", NULL);
    http__time(h, r->started_at != INSTANT_NONE ? r->started_at : r->queued_at);
    http__end_tag(h, "td");
    http__tag(h, "td", NULL);
    took(h, r);
    http__end_tag(h, "td");
    http__tag(h, "td", NULL);
    http__foreign(h, r->cause);
    http__end_tag(h, "td");
    http__end_tag(h, "tr");
}

void http__runs_table(html *h, const char *caption, const store_run *list, size_t count)
{
    static const char *const HEADS[] = {"Run", "Job", "Shop", "State", "Started", "Took", "Because", NULL};
    http__table(h, caption, HEADS);
    for (size_t i = 0; i < count; i++)
        run_row(h, &list[i]);
    http__table_end(h);
}

/* -- one run -- */

static void fact(html *h, const char *name)
{
    http__leaf(h, "dt", NULL, str_of(name));
    http__tag(h, "dd", NULL);
}

static void facts(html *h, const store_run *r)
{
    const struct {
        const char *name;
        instant at;
    } times[] = {{"Queued", r->queued_at}, {"Started", r->started_at}, {"Ended", r->ended_at}};
    http__tag(h, "dl", "facts");
    fact(h, "State");
    http__run_state(h, r->state);
    http__counts(h, r->counts);
    http__end_tag(h, "dd");
    for (size_t i = 0; i < COUNT(times); i++) {
        fact(h, times[i].name);
        http__time(h, times[i].at);
        http__end_tag(h, "dd");
    }
    fact(h, "Took");
    took(h, r);
    http__end_tag(h, "dd");
    fact(h, "Because");
    http__foreign(h, r->cause);
    if (!str_empty(r->actor)) {
        http__text(h, STR(", by "));
        http__foreign(h, r->actor);
    }
    http__end_tag(h, "dd");
    http__end_tag(h, "dl");
}

static bool still_owed(html *h, const store_run *r, err *e)
{
    int64_t owed;
    instant oldest;
    if (!store_owing_count(h->call->tx, r->shop, 0, &owed, &oldest, e))
        return false;
    http__tag(h, "p", NULL);
    http__text(h, STR("Owed to this shop now: "));
    http__qty(h, owed);
    if (owed > 0) {
        http__text(h, STR(", the oldest since "));
        http__time(h, oldest);
        http__text(h, STR(". "));
        http__link(h, "/products", STR("Show them"));
    }
    http__end_tag(h, "p");
    return true;
}

static bool log_of(html *h, const store_run *r, err *e)
{
    store_log_line *lines;
    size_t count;
    if (!store_run_log_lines(h->call->tx, r->id, 0, LOG_LINES, h->call->memory, &lines, &count, e))
        return false;
    http__leaf(h, "h2", NULL, STR("Log"));
    if (count == 0) {
        http__leaf(h, "p", NULL, STR("This run has written nothing to its log."));
        return true;
    }
    http__tag(h, "ol", "log");
    for (size_t i = 0; i < count; i++) {
        http__tag(h, "li", NULL);
        http__time(h, lines[i].at);
        http__text(h, STR(" "));
        http__foreign(h, lines[i].text);
        http__end_tag(h, "li");
    }
    http__end_tag(h, "ol");
    if (count == LOG_LINES)
        http__leaff(h, "p", NULL, "Only the first %d lines; 'evenstock job log' prints all.", LOG_LINES);
    return true;
}

static void cancel_form(html *h, const store_run *r)
{
    if (h->call->visitor == HTTP_NOBODY || run_state_over(r->state))
        return;
    http__form(h, str_printf(h->call->memory, "/runs/%" PRId64 "/cancel", r->id).at, NULL);
    http__button(h, "Cancel this run");
    http__form_end(h);
}

bool http__page_run(http_call *c, err *e)
{
    store_run r;
    int64_t id;
    if (!num_parse_i64(c->parts[0], &id))
        return ERR(e, ERR_MISSING, "a run is named by its number");
    if (!http__begin(c, e) || !http__run(c, id, &r, e))
        return false;
    html h = http__page(c, str_printf(c->memory, "Run %" PRId64, id).at, HTTP_TAB_JOBS);
    http__leaff(&h, "h1", NULL, "Run %" PRId64 ": %s", id, title_of(&r));
    if (!str_empty(r.error))
        http__note(&h, r.state == RUN_FAILED ? "bad" : "warn", r.error);
    facts(&h, &r);
    cancel_form(&h, &r);
    if (!still_owed(&h, &r, e) || !log_of(&h, &r, e))
        return false;
    http__page_end(&h);
    return true;
}

bool http__run_cancel(http_call *c, err *e)
{
    int64_t id;
    if (!num_parse_i64(c->parts[0], &id))
        return ERR(e, ERR_MISSING, "a run is named by its number");
    return jobs_cancel(c->db, id, e) && http__redirect(c, str_printf(c->memory, "/runs/%" PRId64, id).at);
}
