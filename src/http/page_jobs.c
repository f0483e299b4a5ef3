/* Job Manager: what is owed and since when, the jobs, what waits and runs, and the history. */
#include "http/page_runs.h"

#define HISTORY_ROWS 50
#define CALM_US      (60 * US_PER_S) /* a debt that is older is called late */

/* -- what is owed -- */

static const char *status_of_recent(const job_view *list, size_t count, str code)
{
    for (size_t i = 0; i < count; i++)
        if (str_equal(list[i].shop, code) && strcmp(list[i].kind->name, "recent") == 0)
            return list[i].status;
    return "unscheduled";
}

/* Why nothing would be sent, whatever is owed; NULL: it would. */
static const char *standstill(const store_shop *s, const char *status)
{
    if (s->adopted_at == INSTANT_NONE)
        return " The shop was never adopted, so nothing is sent: 'evenstock shop adopt' does it.";
    if (!s->writable)
        return " The shop is not writable, so nothing is sent.";
    if (strcmp(status, "paused") == 0)
        return " Upload recent inventory change is paused: changes wait.";
    return strcmp(status, "unscheduled") == 0 ? " Upload recent inventory change is not scheduled: changes wait."
                                              : NULL;
}

static bool owed_line(html *h, const job_view *list, size_t count, const store_shop *s, err *e)
{
    const char *still = standstill(s, status_of_recent(list, count, s->code));
    int64_t owed;
    instant oldest;
    if (!store_owing_count(h->call->tx, s->id, 0, &owed, &oldest, e))
        return false;
    bool late = owed > 0 && h->call->now - oldest > CALM_US;
    http__note_begin(h, still && owed > 0 ? "bad" : still || late ? "warn" : owed > 0 ? "move" : "ok");
    http__foreign_leaf(h, "b", NULL, s->code);
    if (owed == 0) {
        http__text(h, STR(": nothing is owed."));
    } else {
        http__text(h, STR(": "));
        http__qty(h, owed);
        http__text(h, owed == 1 ? STR(" product owed since ") : STR(" products owed, the oldest since "));
        http__time(h, oldest);
        http__text(h, late ? STR(", which is late.") : STR("."));
    }
    if (still)
        http__text(h, str_of(still));
    http__end_tag(h, "p");
    return true;
}

/* -- the jobs -- */

static void job_row(html *h, const job_view *j)
{
    http_call *c = h->call;
    str name = str_of(j->kind->name);
    http__tag(h, "tr", NULL);
    http__tag(h, "th", NULL);
    http__attr(h, "scope", STR("row"));
    http__link(h, http_href(c->memory, "/jobs/*?shop=*", name, j->shop), str_of(j->kind->title));
    http__end_tag(h, "th");
    http__foreign_leaf(h, "td", NULL, j->shop);
    http__tag(h, "td", NULL);
    http__job_status(h, j);
    http__end_tag(h, "td");
    http__tag(h, "td", NULL);
    if (j->next_at == INSTANT_NONE)
        http__none(h, "it follows no clock");
    else
        http__time(h, j->next_at);
    http__end_tag(h, "td");
    http__last_run(h, j, /* counts= */ true);
    if (c->visitor != HTTP_NOBODY) {
        http__tag(h, "td", NULL);
        http__job_actions(h, j, "/");
        http__end_tag(h, "td");
    }
    http__end_tag(h, "tr");
}

static void jobs(html *h, const job_view *list, size_t count)
{
    static const char *const READING[] = {"Job", "Shop", "Schedule", "Next run", "Last run", NULL};
    static const char *const OPERATING[] = {"Job", "Shop", "Schedule", "Next run", "Last run", "Actions", NULL};
    http__leaf(h, "h2", NULL, STR("Jobs"));
    if (count == 0) {
        http__leaf(h, "p", NULL, STR("There is no shop yet. Name one with 'evenstock import config'."));
        return;
    }
    http__table(h, "Every job of every shop", h->call->visitor == HTTP_NOBODY ? READING : OPERATING);
    for (size_t i = 0; i < count; i++)
        job_row(h, &list[i]);
    http__table_end(h);
}

/* -- runs -- */

static bool open_runs(html *h, err *e)
{
    http_call *c = h->call;
    store_run *list;
    size_t count;
    if (!store_runs(c->tx, STR(""), 0, /* open_only= */ true, 0, HISTORY_ROWS, c->memory, &list, &count, e))
        return false;
    http__leaf(h, "h2", NULL, STR("Pending and running"));
    if (count == 0)
        http__leaf(h, "p", NULL, STR("No run waits, and none is running."));
    else
        http__runs_table(h, "Runs that are not over", list, count);
    return true;
}

/* Moves those that are over to the front, in order; gives how many they are. */
static size_t over_only(store_run *list, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (run_state_over(list[i].state))
            list[kept++] = list[i];
    return kept;
}

static bool history(html *h, err *e)
{
    http_call *c = h->call;
    int64_t before;
    store_run *list;
    size_t count;
    if (!http__number(c, "before", 0, INT64_MAX, 0, &before, e) ||
        !store_runs(c->tx, STR(""), 0, /* open_only= */ false, before, HISTORY_ROWS, c->memory, &list, &count, e))
        return false;
    http__leaf(h, "h2", NULL, STR("History"));
    if (count == 0) {
        http__leaf(h, "p", NULL, before ? STR("There are no older runs.") : STR("No job has run yet."));
        return true;
    }
    int64_t last = list[count - 1].id;
    bool more = count == HISTORY_ROWS;
    http__runs_table(h, "Runs that are over, the newest first", list, over_only(list, count));
    http__tag(h, "p", "pages");
    if (before)
        http__link(h, "/", STR("To the newest"));
    if (more)
        http__link(h, str_printf(c->memory, "/?before=%" PRId64, last).at, STR("Older"));
    http__end_tag(h, "p");
    return true;
}

bool http__page_jobs(http_call *c, err *e)
{
    job_view *list;
    size_t count;
    if (!http__begin(c, e) || !jobs_list(c->tx, STR(""), c->memory, &list, &count, e))
        return false;
    html h = http__page(c, "Jobs", HTTP_TAB_JOBS);
    http__leaf(&h, "h1", NULL, STR("Job Manager"));
    for (size_t i = 0; i < c->config->shop_count; i++)
        if (!owed_line(&h, list, count, &c->config->shops[i], e))
            return false;
    jobs(&h, list, count);
    if (!open_runs(&h, e) || !history(&h, e))
        return false;
    http__page_end(&h);
    return true;
}
