/*
 * Who made a drift: asked of Shopify's analytics once, when everything is booked and mended. The answer only refines
 * what an incident says, when exactly one author's changes add up to the drift; that it does not come is a note.
 */
#include "sync/internal.h"

#define DAY_US       (INT64_C(24) * 3600 * US_PER_S)
#define ASKED_MAX    20              /* incidents of one run that are asked about */
#define TOGETHER_US  (10 * US_PER_S) /* no question is begun later than this after the first */
#define UNBOUNDED_US (7 * DAY_US)    /* so far back, where the last moment at which all was right is not known */
#define EVIDENCE_MAX ((size_t)16 << 10)

typedef struct author { /* all that one did for one reason in that time */
    const shop_adjustment *first;
    qty change;
} author;

/* What orders did was imported, and what we did is known. */
static bool explained(const shop_adjustment *a)
{
    static const char *const KNOWN[] = {"gid://evenstock/", "gid://shopify/Order/", "gid://shopify/Refund/",
                                        "gid://shopify/Return/"};
    for (size_t i = 0; i < COUNT(KNOWN); i++)
        if (str_starts(a->reference, str_of(KNOWN[i])))
            return true;
    return false;
}

static bool same_author(const shop_adjustment *x, const shop_adjustment *y)
{
    return str_equal(x->app, y->app) && str_equal(x->staff, y->staff) && str_equal(x->reason, y->reason);
}

/* The one author whose changes are the drift; false: none, or more than one. */
static bool find_author(arena *a, const shop_adjustments *list, qty drift, author *ret)
{
    VEC(author) all = {0};
    size_t fits = 0;
    for (size_t i = 0; i < list->count; i++) {
        const shop_adjustment *one = &list->list[i];
        author *of = NULL;
        if (explained(one))
            continue;
        for (size_t k = 0; k < all.count && !of; k++)
            if (same_author(all.at[k].first, one))
                of = &all.at[k];
        if (!of) {
            of = vec_push(a, &all);
            of->first = one;
        }
        if (!qty_add(of->change, one->change, &of->change))
            return false;
    }
    for (size_t k = 0; k < all.count; k++)
        if (all.at[k].change == drift && !(str_empty(all.at[k].first->app) && str_empty(all.at[k].first->staff))) {
            *ret = all.at[k];
            fits++;
        }
    return fits == 1;
}

static str words_of(arena *a, const author *by)
{
    const shop_adjustment *f = by->first;
    str staff = str_empty(f->staff) ? STR("") : str_printf(a, "staff member %.*s", STR_ARG(f->staff));
    str app = str_empty(f->app) ? STR("") : str_printf(a, "app %.*s", STR_ARG(f->app));
    return str_printf(a, "%.*s%s%.*s (%+" PRId64 ", reason %.*s, on %.*s), as Shopify's analytics tell", STR_ARG(staff),
                      str_empty(staff) || str_empty(app) ? "" : ", ", STR_ARG(app), by->change,
                      STR_ARG(str_empty(f->reason) ? STR("not told") : f->reason), STR_ARG(f->day));
}

/* The evidence as it was, with another word on who. */
static bool with_author(arena *a, str evidence, str who, str *ret, err *e)
{
    AUTO(buf_end) buf text = buf_new(EVIDENCE_MAX);
    js_writer w = js_writer_new(&text);
    const js_value *old;
    if (!js_parse(a, evidence, &old, e))
        return false;
    js_object(&w, NULL);
    JS_EACH(member, old)
        if (!str_equal(member->key, STR("who")))
            js_put_value(&w, str_z(a, member->key), member);
    js_put_str(&w, "who", who);
    js_close(&w);
    if (text.full)
        return ERR(e, ERR_INPUT, "the evidence would be longer than %zu bytes", EVIDENCE_MAX);
    *ret = str_copy(a, buf_str(&text));
    return true;
}

static bool put_author(sync_lane *l, const sync__found *f, str who, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    store_incident *list;
    size_t count;
    str evidence;
    if (!store_begin(l->db, STORE_WRITE, &tx, e) || !store_lane_beat(tx, l->shop, l->fence, e) ||
        !store_incidents(tx, l->shop, f->key, /* open_only= */ false, ASKED_MAX, store_arena(tx), &list, &count, e))
        return false;
    for (size_t i = 0; i < count; i++)
        if (list[i].id == f->incident)
            return with_author(store_arena(tx), list[i].evidence, who, &evidence, e) &&
                   store_incident_evidence(tx, f->incident, evidence, e) && store_commit(&tx, e);
    return true; /* so many came after it that it does not matter any more */
}

static bool ask(sync__confirmation *c, const sync__found *f, sync_incident *i, err *e)
{
    AUTO(arena_end) arena *a = arena_new(0);
    shop_adjustments list;
    author by;
    instant after = i->after == INSTANT_NONE ? i->before - UNBOUNDED_US : i->after;
    if (i->before == INSTANT_NONE) /* never changed, by its stamp: nothing to ask about */
        return true;
    if (!sync__alive(c->lane, e)) /* days are those of the shop's time zone, so one more on either side */
        return false;
    if (!shop_adjustments_of(c->lane->remote, f->item, f->location, after - DAY_US, i->before + DAY_US, a, &list, e))
        return false;
    if (!find_author(a, &list, i->drift, &by))
        return true;
    i->who = words_of(c->report->memory, &by);
    return put_author(c->lane, f, i->who, e);
}

void sync__tell_authors(sync__confirmation *c)
{
    sync__report *r = c->report;
    const io_clock *clock = &c->lane->world.clock;
    int64_t until = clock->ticks_us(clock->ctx) + TOGETHER_US;
    if (!str_empty(shop_adjustments_lack(&c->facts)))
        return;
    for (size_t i = 0; i < r->found.count && i < ASKED_MAX; i++) {
        err trouble = {0};
        if (sync__stop(c->lane) || clock->ticks_us(clock->ctx) >= until)
            return;
        if (!ask(c, &r->found.at[i], &r->incidents.at[i], &trouble)) {
            r->out.note = str_printf(r->memory, "who changed the numbers was not told: %s", trouble.text);
            return;
        }
    }
}
