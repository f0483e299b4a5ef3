/* Gathers the facts that a diagnosis needs: our numbers, the jobs, and a look at Shopify. */
#include "jobs/jobs.h"

typedef struct gathering {
    arena *memory;
    diagnose_facts f;
    target_key key;
    str history_url;                  /* "" unknown */
    str item;                         /* "" not linked */
    VEC(diagnose_evidence) claimless; /* orders of apps that take no stock; I5 */
} gathering;

#define ORDERS_MAX 1000 /* open orders of one item that are looked through */

static void job_facts_of(const job_view *v, job_facts *ret)
{
    *ret = (job_facts){.scheduled = v->when.kind != SCHEDULE_NONE,
                       .paused = strcmp(v->status, "paused") == 0,
                       .ran = v->has_last,
                       .paused_at = v->paused_at,
                       .last_started_at = v->has_last ? v->last.started_at : INSTANT_NONE,
                       .last_ended_at = v->has_last ? v->last.ended_at : INSTANT_NONE,
                       .last_failed = v->has_last && v->last.state != RUN_FINISHED,
                       .schedule = v->schedule_text,
                       .last_error = v->has_last ? v->last.error : STR("")};
}

static bool gather_jobs(gathering *g, store_tx *tx, err *e)
{
    const job_facts never = {.paused_at = INSTANT_NONE,
                             .last_started_at = INSTANT_NONE,
                             .last_ended_at = INSTANT_NONE,
                             .schedule = STR("none"),
                             .last_error = STR("")};
    job_view *views;
    size_t count;
    g->f.recent = g->f.hard = g->f.orders = never;
    if (str_empty(g->f.shop))
        return true;
    if (!jobs_list(tx, g->f.shop, g->memory, &views, &count, e))
        return false;
    const struct {
        const char *name;
        job_facts *to;
    } wanted[] = {{"recent", &g->f.recent}, {"hard", &g->f.hard}, {"orders", &g->f.orders}};
    for (size_t i = 0; i < count; i++)
        for (size_t n = 0; n < COUNT(wanted); n++)
            if (strcmp(views[i].kind->name, wanted[n].name) == 0)
                job_facts_of(&views[i], wanted[n].to);
    return true;
}

static bool gather_number(gathering *g, store_tx *tx, err *e)
{
    store_availability v;
    store_movement *newest;
    size_t count;
    if (!store_availability_get(tx, g->key.product, g->key.channel, g->memory, &v, e) ||
        !store_movements_newest(tx, g->key.product, 1, g->memory, &newest, &count, e))
        return false;
    g->f.target = v.target;
    g->f.raw = v.result.raw;
    memcpy(g->f.terms, v.result.terms, sizeof g->f.terms);
    for (size_t i = 0; i < v.facility_count; i++)
        if (v.facilities[i].member)
            g->f.reserved += v.facilities[i].qoh - v.facilities[i].atp;
    g->f.changed_at = count ? newest[0].recorded_at : INSTANT_NONE;
    return true;
}

static bool gather_target(gathering *g, store_tx *tx, err *e)
{
    target_row row;
    store_operation o;
    bool some;
    g->f.state = STR("ok");
    g->f.reason = g->f.fix = STR("");
    g->f.owing_since = g->f.operation_sent_at = INSTANT_NONE;
    if (!store_target_get(tx, g->key, g->memory, &row, &some, e))
        return false;
    if (!some)
        return true;
    g->item = row.target.item;
    g->f.linked = !str_empty(g->item);
    g->f.explained = row.target.e;
    g->f.owing_since = row.target.owing_since;
    g->f.state = str_of(target_state_name(row.target.state));
    g->f.reason = row.target.reason;
    g->f.fix = row.target.fix;
    g->f.open_operation = row.open_operation;
    if (row.open_operation && !store_operation_get(tx, row.open_operation, g->memory, &o, &some, e))
        return false;
    if (row.open_operation && some)
        g->f.operation_sent_at = o.first_sent_at;
    return true;
}

/* -- orders of apps that take no stock: demand that nothing at Shopify shows -- */

static bool units_of(gathering *g, const store_reading *row, str app, qty *ret, err *e)
{
    const reading *r;
    if (!domain_reading_parse(g->memory, row->json, &r, e))
        return err_wrap(e, "the reading of order %.*s", STR_ARG(row->order));
    *ret = str_equal(r->raw.app, app) ? domain_reading_at(r, g->item, STR("")).open : 0;
    return true;
}

static bool gather_claimless(gathering *g, store_tx *tx, int64_t of, err *e)
{
    store_app *apps;
    store_reading *rows;
    size_t app_count, row_count;
    if (str_empty(g->item))
        return true;
    if (!store_apps_claimless(tx, of, g->memory, &apps, &app_count, e))
        return false;
    if (app_count == 0)
        return true;
    if (!store_readings(tx, of, g->item, /* open_only= */ true, STR(""), ORDERS_MAX, g->memory, &rows, &row_count, e))
        return false;
    for (size_t i = 0; i < app_count; i++) {
        qty sum = 0;
        for (size_t n = 0; n < row_count; n++) {
            qty units;
            if (!units_of(g, &rows[n], apps[i].app, &units, e))
                return false;
            sum += units;
        }
        if (sum == 0)
            continue;
        *vec_push(g->memory, &g->claimless) = (diagnose_evidence){
            .what = STR("orders of an app that takes no stock at Shopify"),
            .value = str_printf(g->memory, "%" PRId64 " units of %.*s%s%.*s", sum, STR_ARG(apps[i].app),
                                str_empty(apps[i].proof) ? "" : "; found by ", STR_ARG(apps[i].proof)),
            .source = STR("evenstock shop apps"),
            .when = apps[i].at};
    }
    return true;
}

static bool gather_here(gathering *g, store *db, str sku, str channel, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    const store_config *c;
    g->item = STR("");
    if (!store_begin(db, STORE_READ, &tx, e) || !store_config_get(tx, &c, e) ||
        !store_product_find(tx, sku, &g->key.product, e))
        return false;
    const store_channel *ch = config_channel_by_code(c, channel);
    if (g->key.product == 0)
        return ERR(e, ERR_MISSING, "there is no product with the SKU '%.*s'; SKUs are compared byte for byte",
                   STR_ARG(sku));
    if (!ch)
        return ERR(e, ERR_MISSING, "there is no channel '%.*s'; 'evenstock export config' shows them",
                   STR_ARG(channel));
    const store_shop *of = config_shop(c, ch->shop);
    g->key.channel = ch->id;
    g->f.now = store_now(tx);
    g->f.shop = of ? str_copy(g->memory, of->code) : STR("");
    g->f.location = str_copy(g->memory, ch->location);
    g->f.writable = of && of->writable;
    return gather_number(g, tx, e) && gather_target(g, tx, e) && gather_claimless(g, tx, ch->shop, e) &&
           gather_jobs(g, tx, e);
}

/* A shop that does not answer is a fact, not an error. */
static void gather_there(gathering *g, store *db, const world *w)
{
    sync_sight s;
    err trouble = {0};
    g->f.reach_error = STR("");
    g->f.available_at = INSTANT_NONE;
    g->history_url = STR("");
    if (!g->f.linked) {
        g->f.reached = true; /* nothing to ask for */
        return;
    }
    g->f.reached = sync_look(db, w, g->key, g->memory, &s, &trouble);
    if (!g->f.reached) {
        g->f.reach_error = str_copy(g->memory, str_of(trouble.text));
        return;
    }
    g->f.available = s.available;
    g->f.committed = s.committed;
    g->f.held = s.held;
    g->f.unseen = s.unseen;
    g->f.available_at = s.available_at;
    g->f.level_read = s.level_read;
    g->f.stocked = s.stocked;
    g->f.tracked = s.tracked;
    g->f.settled = s.settled;
    g->history_url = s.history_url;
}

static void add_evidence(diagnosis *d, diagnose_evidence of)
{
    if (d->evidence_count < DIAGNOSE_EVIDENCE_MAX)
        d->evidence[d->evidence_count++] = of;
}

/* Who changed the number is not in the API, only on a page of the admin. */
static void point_to_history(const gathering *g, diagnosis *d)
{
    if (str_empty(g->history_url))
        return;
    add_evidence(d, (diagnose_evidence){.what = STR(JOBS_HISTORY),
                                        .value = g->history_url,
                                        .source = STR("Shopify, read now"),
                                        .when = INSTANT_NONE});
}

bool jobs_diagnose(store *db, const world *w, str sku, str channel, arena *a, diagnosis *ret, err *e)
{
    gathering g = {.memory = a, .f = {.sku = str_copy(a, sku), .channel = str_copy(a, channel)}};
    if (!gather_here(&g, db, sku, channel, e))
        return false;
    gather_there(&g, db, w);
    domain_diagnose(a, &g.f, ret);
    for (size_t i = 0; i < g.claimless.count; i++)
        add_evidence(ret, g.claimless.at[i]);
    point_to_history(&g, ret);
    return true;
}
