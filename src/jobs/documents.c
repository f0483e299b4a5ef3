/* Runs, jobs and diagnoses as JSON: what the command line prints and the REST core answers. */
#include "jobs/jobs.h"

static void text_or_null(js_writer *w, const char *key, str text)
{
    if (str_empty(text))
        js_put_null(w, key);
    else
        js_put_str(w, key, text);
}

static void counts_json(js_writer *w, str counts)
{
    AUTO(arena_end) arena *a = arena_new(0);
    const js_value *v;
    err ignored = {0};
    if (str_empty(counts) || !js_parse(a, counts, &v, &ignored))
        js_put_null(w, "counts");
    else
        js_put_value(w, "counts", v);
}

void jobs_run_fields(js_writer *w, const store_run *r)
{
    js_put_int(w, "id", r->id);
    js_put_str(w, "job", r->kind);
    js_put_z(w, "state", run_state_name(r->state));
    js_put_instant(w, "queued_at", r->queued_at);
    js_put_instant(w, "started_at", r->started_at);
    js_put_instant(w, "ended_at", r->ended_at);
    text_or_null(w, "cause", r->cause);
    text_or_null(w, "actor", r->actor);
    counts_json(w, r->counts);
    text_or_null(w, "error", r->error);
}

void jobs_run_json(js_writer *w, const char *key, const store_run *r)
{
    js_object(w, key);
    jobs_run_fields(w, r);
    js_close(w);
}

void jobs_view_json(js_writer *w, const job_view *v)
{
    js_object(w, NULL);
    js_put_z(w, "job", v->kind->name);
    js_put_z(w, "title", v->kind->title);
    js_put_str(w, "shop", v->shop);
    js_put_z(w, "status", v->status);
    js_put_str(w, "schedule", v->schedule_text);
    js_put_int(w, "version", v->version);
    js_put_instant(w, "next_run_at", v->next_at);
    js_put_instant(w, "paused_at", v->paused_at);
    if (v->has_running)
        jobs_run_json(w, "running", &v->running);
    else
        js_put_null(w, "running");
    if (v->has_last)
        jobs_run_json(w, "last_run", &v->last);
    else
        js_put_null(w, "last_run");
    js_put_int(w, "owed", v->owed);
    js_put_instant(w, "oldest_owed_at", v->oldest_owed_at);
    js_close(w);
}

static void lists_json(js_writer *w, const diagnosis *d)
{
    js_array(w, "evidence");
    for (size_t i = 0; i < d->evidence_count; i++) {
        js_object(w, NULL);
        js_put_str(w, "what", d->evidence[i].what);
        js_put_str(w, "value", d->evidence[i].value);
        js_put_instant(w, "when", d->evidence[i].when);
        js_put_str(w, "source", d->evidence[i].source);
        js_close(w);
    }
    js_close(w);
    js_array(w, "checked");
    for (cause_id id = 0; id < CAUSES; id++) {
        js_object(w, NULL);
        js_put_z(w, "id", domain_cause_code(id));
        js_put_z(w, "what", domain_cause_what(id));
        js_put_z(w, "result", domain_check_name(d->checked[id].result));
        js_put_str(w, "detail", d->checked[id].detail);
        js_close(w);
    }
    js_close(w);
    js_array(w, "next");
    for (size_t i = 0; i < d->next_count; i++) {
        js_object(w, NULL);
        js_put_str(w, "action", d->next[i].action);
        js_put_str(w, "command", d->next[i].command);
        js_put_bool(w, "safe", d->next[i].safe);
        js_close(w);
    }
    js_close(w);
}

void jobs_diagnosis_json(js_writer *w, str sku, str channel, const diagnosis *d)
{
    js_object(w, NULL);
    js_put_str(w, "sku", sku);
    js_put_str(w, "channel", channel);
    js_put_int(w, "expected", d->expected);
    js_put_maybe(w, "available", d->available);
    js_put_maybe(w, "committed", d->committed);
    js_put_maybe(w, "unseen", d->unseen);
    js_put_z(w, "verdict", d->verdict);
    js_put_z(w, "cause", d->cause);
    js_put_str(w, "summary", d->summary);
    js_put_maybe(w, "explains", d->explains);
    lists_json(w, d);
    js_close(w);
}
