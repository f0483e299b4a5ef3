/* REST of jobs, runs and diagnoses. The writes answer with what is true afterwards. */
#include "http/internal.h"

/* A run, told with the code of its shop; the object stays open. */
static void put_run(const http_call *c, js_writer *w, const store_run *r)
{
    const store_shop *s = config_shop(c->config, r->shop);
    js_object(w, NULL);
    jobs_run_fields(w, r);
    js_put_str(w, "shop", s ? s->code : STR(""));
}

/* -- jobs -- */

/* The job that the route names. */
static bool kind_of(const http_call *c, const job_kind **ret, err *e)
{
    return jobs_kind_named(c->parts[0], ret, e);
}

/* The shop that is meant: the one named, or the only one. Its code is kept beyond the transaction. */
static bool shop_meant(http_call *c, str *ret, err *e)
{
    const store_shop *s;
    str code = http__field(&c->query, "shop");
    if (!http__begin(c, e))
        return false;
    if (str_empty(code) && c->config->shop_count != 1)
        return ERR(e, ERR_INPUT, "there are %zu shops; say which with ?shop=", c->config->shop_count);
    if (!http__shop(c, str_empty(code) ? c->config->shops[0].code : code, &s, e))
        return false;
    *ret = str_copy(c->memory, s->code);
    http__end(c);
    return true;
}

bool http__rest_jobs(http_call *c, err *e)
{
    job_view *list;
    size_t count;
    if (!http__begin(c, e) || !jobs_list(c->tx, http__field(&c->query, "shop"), c->memory, &list, &count, e))
        return false;
    js_writer w = http__list(c);
    for (size_t i = 0; i < count; i++)
        jobs_view_json(&w, &list[i]);
    http__list_end(&w, STR(""));
    return true;
}

static bool answer_job(http_call *c, const job_kind *k, str code, err *e)
{
    job_view *list;
    size_t count;
    if (!http__begin(c, e) || !jobs_list(c->tx, code, c->memory, &list, &count, e))
        return false;
    js_writer w = http__json(c);
    for (size_t i = 0; i < count; i++)
        if (list[i].kind == k)
            jobs_view_json(&w, &list[i]);
    return true;
}

bool http__rest_job(http_call *c, err *e)
{
    const job_kind *k;
    str code;
    return kind_of(c, &k, e) && shop_meant(c, &code, e) && answer_job(c, k, code, e);
}

static bool pause_or_resume(http_call *c, bool pause, err *e)
{
    const job_kind *k;
    str code;
    if (!kind_of(c, &k, e) || !shop_meant(c, &code, e) || !jobs_pause(c->db, k, code, pause, e))
        return false;
    http__wake(c);
    return answer_job(c, k, code, e);
}

bool http__rest_job_pause(http_call *c, err *e)
{
    return pause_or_resume(c, true, e);
}

bool http__rest_job_resume(http_call *c, err *e)
{
    return pause_or_resume(c, false, e);
}

/* The version that the edit was made on; -1: whatever it is. */
static bool version_of(const js_value *body, int64_t *ret, err *e)
{
    *ret = -1;
    if (!js_get(body, "version"))
        return true;
    return js_want_int(body, "version", "the body", ret, e) &&
           (*ret >= 0 || ERR(e, ERR_INPUT, "version: a job's version is not negative"));
}

/* {"schedule": "every 15m", "paused": false, "version": 3} */
bool http__rest_job_schedule(http_call *c, err *e)
{
    const job_kind *k;
    const js_value *body;
    str code, text;
    schedule s;
    int64_t version;
    if (!kind_of(c, &k, e) || !shop_meant(c, &code, e) || !js_parse(c->memory, c->request->body, &body, e) ||
        !js_want_str(body, "schedule", "the body", &text, e) || !domain_schedule_parse(text, &s, e) ||
        !version_of(body, &version, e) ||
        !jobs_schedule(c->db, k, code, s, js_bool(js_get(body, "paused"), false), version, e))
        return false;
    http__wake(c);
    return answer_job(c, k, code, e);
}

/* -- runs -- */

static bool answer_run(http_call *c, int64_t id, bool with_log, err *e)
{
    store_run r;
    store_log_line *lines;
    size_t count;
    if (!http__begin(c, e) || !http__run(c, id, &r, e) ||
        !store_run_log_lines(c->tx, id, 0, HTTP_LIMIT_MAX, c->memory, &lines, &count, e))
        return false;
    js_writer w = http__json(c);
    put_run(c, &w, &r);
    js_array(&w, "log");
    for (size_t i = 0; with_log && i < count; i++) {
        js_object(&w, NULL);
        js_put_instant(&w, "at", lines[i].at);
        js_put_str(&w, "text", lines[i].text);
        js_close(&w);
    }
    js_close(&w);
    js_close(&w);
    return true;
}

bool http__rest_job_run(http_call *c, err *e)
{
    const job_kind *k;
    str code;
    int64_t id;
    if (!kind_of(c, &k, e) || !shop_meant(c, &code, e) || !jobs_queue(c->db, k, code, STR("api"), &id, e))
        return false;
    http__wake(c);
    if (!answer_run(c, id, /* with_log= */ false, e))
        return false;
    c->answer->status = 202;
    c->answer->location = str_printf(c->memory, "/api/v1/runs/%" PRId64, id).at;
    return true;
}

static bool run_named(const http_call *c, int64_t *ret, err *e)
{
    return num_parse_i64(c->parts[0], ret) || ERR(e, ERR_MISSING, "a run is named by its number");
}

bool http__rest_run(http_call *c, err *e)
{
    int64_t id;
    return run_named(c, &id, e) && answer_run(c, id, /* with_log= */ true, e);
}

bool http__rest_run_cancel(http_call *c, err *e)
{
    int64_t id;
    return run_named(c, &id, e) && jobs_cancel(c->db, id, e) && answer_run(c, id, /* with_log= */ true, e);
}

bool http__rest_runs(http_call *c, err *e)
{
    str job = http__field(&c->query, "job"), code = http__field(&c->query, "shop");
    const job_kind *k = NULL;
    const store_shop *s = NULL;
    int64_t after, limit;
    store_run *list;
    size_t count;
    if (!http__begin(c, e) || !http__number(c, "after", 0, INT64_MAX, 0, &after, e) ||
        !http__number(c, "limit", 1, HTTP_LIMIT_MAX, HTTP_LIMIT, &limit, e) ||
        (!str_empty(job) && !jobs_kind_named(job, &k, e)) || (!str_empty(code) && !http__shop(c, code, &s, e)) ||
        !store_runs(c->tx, k ? str_of(k->name) : STR(""), s ? s->id : 0,
                    str_equal(http__field(&c->query, "open"), STR("true")), after, (uint32_t)limit, c->memory, &list,
                    &count, e))
        return false;
    js_writer w = http__list(c);
    for (size_t i = 0; i < count; i++) {
        put_run(c, &w, &list[i]);
        js_close(&w);
    }
    http__list_end(&w, count == (size_t)limit ? str_printf(c->memory, "%" PRId64, list[count - 1].id) : STR(""));
    return true;
}

/* -- diagnosis -- */

bool http__rest_diagnose(http_call *c, err *e)
{
    str sku = str_trim(http__field(&c->query, "sku")), channel = str_trim(http__field(&c->query, "channel"));
    diagnosis d;
    world w;
    if (str_empty(sku) || str_empty(channel))
        return ERR(e, ERR_INPUT, "sku and channel are needed: which number is asked about?");
    if (!http__worker_world(c->worker, &w, e) || !http__slow_begin(c->worker, e))
        return false;
    bool done = jobs_diagnose(c->db, &w, sku, channel, c->memory, &d, e);
    http__slow_end(c->worker);
    if (!done)
        return false;
    js_writer j = http__json(c);
    jobs_diagnosis_json(&j, sku, channel, &d);
    return true;
}
