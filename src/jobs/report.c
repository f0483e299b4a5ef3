/* A report as JSON: as the run keeps it, and as `sync` and `job run` print it. */
#include "jobs/jobs.h"

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
        js_put_instant(w, "read_at", n->read_at);
        js_put_str(w, "who", n->who);
        js_put_str(w, "history", n->history);
        js_close(w);
    }
    js_close(w);
}

void jobs_relinked_json(js_writer *w, const sync_relinked *list, size_t count)
{
    js_array(w, "relinked");
    for (size_t i = 0; i < count; i++) {
        js_object(w, NULL);
        js_put_str(w, "sku", list[i].sku);
        js_put_str(w, "from", list[i].from);
        js_put_str(w, "to", list[i].to);
        js_close(w);
    }
    js_close(w);
}

static void claimless_json(js_writer *w, const sync_report *r)
{
    js_array(w, "claimless");
    for (size_t i = 0; i < r->claimless_count; i++) {
        js_object(w, NULL);
        js_put_str(w, "app", r->claimless[i].app);
        js_put_str(w, "proof", r->claimless[i].proof);
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

static void report_numbers(js_writer *w, const char *job, const sync_report *r)
{
    bool orders = strcmp(job, "orders") == 0;
    if (orders || strcmp(job, "hard") == 0) {
        js_put_int(w, "events", r->events);
        js_put_int(w, "new", r->new_events);
        js_put_int(w, "movements", r->movements);
    }
    if (!orders) {
        js_put_int(w, "selected", r->selected);
        js_put_int(w, "pushed", r->pushed);
        js_put_int(w, "refused", r->refused);
        js_put_int(w, "in_doubt", r->in_doubt);
        js_put_int(w, "drifted", r->drifted);
    }
    js_put_int(w, "calls", r->calls);
    js_put_int(w, "points", r->points);
    js_put_seconds(w, "seconds", r->us);
}

void jobs_report_json(js_writer *w, const char *job, const sync_report *r, bool lines)
{
    js_object(w, NULL);
    js_put_z(w, "job", job);
    report_numbers(w, job, r);
    if (strcmp(job, "hard") == 0) {
        js_put_int(w, "activated", r->activated);
        left_json(w, r);
        incidents_json(w, r);
        jobs_relinked_json(w, r->relinked, r->relinked_count);
        claimless_json(w, r);
        if (str_empty(r->note))
            js_put_null(w, "note");
        else
            js_put_str(w, "note", r->note);
    }
    if (lines)
        lines_json(w, r);
    if (str_empty(r->stopped))
        js_put_null(w, "stopped");
    else
        js_put_str(w, "stopped", r->stopped);
    js_close(w);
}

bool jobs_report_clean(const sync_report *r)
{
    return !r->refused && !r->in_doubt && !r->drifted && !r->left_count && str_empty(r->stopped);
}
