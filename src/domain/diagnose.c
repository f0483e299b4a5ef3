/*
 * From facts to a verdict; diagnose.h has the arithmetic.
 *
 * V1 every cause is judged, in the order of the table; a judge looks at facts alone.
 * V2 the verdict is that of the first wiring cause that holds (W, refused), else of the cause that accounts for the
 *    difference; with no difference, the units on their way or the number itself are explained.
 * V3 a difference that no cause accounts for is "unknown", and so is one that could not be read.
 */
#include "domain/diagnose.h"

typedef struct reckoning {
    arena *memory;
    const diagnose_facts *f;
    maybe_qty difference, drift, owed;
} reckoning;

static diagnose_check holds(maybe_qty explains, str detail)
{
    return (diagnose_check){.result = CHECK_FAIL, .explains = explains, .detail = detail};
}

static diagnose_check passes(const char *detail)
{
    return (diagnose_check){.result = CHECK_PASS, .detail = str_of(detail)};
}

static diagnose_check unread(const char *detail)
{
    return (diagnose_check){.result = CHECK_UNKNOWN, .detail = str_of(detail)};
}

/* A time as people read it: to the second. */
static instant second(instant t)
{
    return t - t % US_PER_S;
}

static str since(const reckoning *r, const char *words, instant t)
{
    return t == INSTANT_NONE ? str_of(words) : str_printf(r->memory, "%s since %s", words, INSTANT_Z(second(t)));
}

static maybe_qty negative(maybe_qty q)
{
    return q.known ? qty_known(-q.value) : q;
}

static reckoning reckon(arena *a, const diagnose_facts *f)
{
    reckoning r = {.memory = a, .f = f};
    if (f->explained.known)
        r.owed = qty_known(f->target - f->explained.value);
    if (!f->available.known || !f->held.known || !f->unseen.known)
        return r;
    qty whole = f->available.value + f->held.value + f->unseen.value;
    r.difference = qty_known(whole - f->target);
    if (f->explained.known)
        r.drift = qty_known(whole - f->explained.value);
    return r;
}

/* -- judges: wiring -- */

static diagnose_check judge_not_linked(const reckoning *r)
{
    if (str_empty(r->f->shop))
        return holds(QTY_UNKNOWN, STR("the channel has no shop: it is computed, not synchronised"));
    return r->f->linked ? passes("linked")
                        : holds(QTY_UNKNOWN, STR("no item of the shop has this SKU, or it was not looked for yet"));
}

static diagnose_check judge_not_adopted(const reckoning *r)
{
    return r->f->explained.known ? passes("adopted")
                                 : holds(QTY_UNKNOWN, STR("what Shopify shows was not read as a start yet"));
}

static bool state_is(const reckoning *r, const char *name)
{
    return str_equal(r->f->state, str_of(name));
}

static str state_detail(const reckoning *r)
{
    if (str_empty(r->f->fix))
        return r->f->reason;
    return str_printf(r->memory, "%.*s; %.*s", STR_ARG(r->f->reason), STR_ARG(r->f->fix));
}

static diagnose_check judge_not_stocked(const reckoning *r)
{
    if (state_is(r, "not_stocked") || state_is(r, "location_inactive"))
        return holds(QTY_UNKNOWN, state_detail(r));
    if (!r->f->level_read)
        return unread("the level was not read");
    return r->f->stocked ? passes("stocked at the location")
                         : holds(QTY_UNKNOWN, STR("Shopify says that it is not stocked at the location"));
}

static diagnose_check judge_not_tracked(const reckoning *r)
{
    if (state_is(r, "untracked"))
        return holds(QTY_UNKNOWN, state_detail(r));
    if (!r->f->level_read)
        return unread("the item was not read");
    return r->f->tracked ? passes("tracked") : holds(QTY_UNKNOWN, STR("Shopify sells it without counting"));
}

static diagnose_check judge_put_aside(const reckoning *r)
{
    if (state_is(r, "refused") || state_is(r, "bundle") || state_is(r, "item_gone"))
        return holds(QTY_UNKNOWN, state_detail(r));
    return passes("nothing of it was refused");
}

static diagnose_check judge_shop_silent(const reckoning *r)
{
    return r->f->reached ? passes("it answered") : holds(QTY_UNKNOWN, r->f->reach_error);
}

/* -- judges: on the way -- */

static diagnose_check judge_in_doubt(const reckoning *r)
{
    if (r->f->open_operation == 0)
        return passes("no operation is open");
    str detail = str_printf(r->memory, "operation %" PRId64, r->f->open_operation);
    return holds(r->difference, since(r, str_z(r->memory, str_printf(r->memory, "%.*s is open", STR_ARG(detail))),
                                      r->f->operation_sent_at));
}

static diagnose_check judge_unseen(const reckoning *r)
{
    if (!r->f->unseen.known)
        return unread("the shop's newest orders were not read");
    if (r->f->unseen.value == 0)
        return passes("every order is imported");
    return holds(
        negative(r->f->unseen),
        str_printf(r->memory, "%" PRId64 " units sold, less returned, since the last import", r->f->unseen.value));
}

static diagnose_check judge_foreign(const reckoning *r)
{
    if (!r->drift.known)
        return unread("it needs Shopify's number, the newest orders and an adopted start");
    if (r->f->open_operation != 0)
        return unread("a push is on its way: it cannot be told apart yet");
    if (r->drift.value == 0)
        return passes("Shopify shows what all known changes add up to");
    const char *sure = r->f->settled ? "" : "; read seconds after a change there, so not confirmed yet";
    return holds(r->drift, str_printf(r->memory, "%+" PRId64 " units that are neither ours nor an order's%s",
                                      r->drift.value, sure));
}

/* -- judges: owed; they count only while something is -- */

static bool owing(const reckoning *r)
{
    return r->owed.known && r->owed.value != 0;
}

static diagnose_check judge_read_only(const reckoning *r)
{
    if (r->f->writable)
        return passes("writable");
    return owing(r) ? holds(negative(r->owed), STR("its option writable is false"))
                    : passes("read-only, but nothing is owed");
}

static diagnose_check judge_job_off(const reckoning *r)
{
    const job_facts *j = &r->f->recent;
    if (j->scheduled && !j->paused)
        return passes("scheduled");
    if (!owing(r))
        return passes("not running, but nothing is owed");
    return holds(negative(r->owed), j->paused ? since(r, "paused", j->paused_at) : STR("not scheduled"));
}

static diagnose_check judge_job_failed(const reckoning *r)
{
    const job_facts *j = &r->f->recent;
    if (!j->ran || !j->last_failed)
        return passes(j->ran ? "the last run did not fail" : "it has not run yet");
    return owing(r) ? holds(negative(r->owed), j->last_error) : passes("the last run failed, but nothing is owed");
}

static diagnose_check judge_change_after_run(const reckoning *r)
{
    const job_facts *j = &r->f->recent;
    if (!owing(r))
        return passes("nothing is owed");
    if (!j->ran)
        return holds(negative(r->owed), STR("the job has never run"));
    if (r->f->owing_since == INSTANT_NONE)
        return unread("when it began to be owed is not known");
    if (r->f->owing_since < j->last_started_at)
        return passes("it was owed already when the last run began");
    return holds(negative(r->owed),
                 str_printf(r->memory, "owed since %s, the last run began %s", INSTANT_Z(second(r->f->owing_since)),
                            INSTANT_Z(second(j->last_started_at))));
}

/* -- judges: the number itself -- */

static diagnose_check judge_terms(const reckoning *r, const atp_term *terms, size_t count)
{
    qty sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += r->f->terms[terms[i]];
    return sum < 0 ? holds(qty_known(sum), str_printf(r->memory, "%+" PRId64 " units", sum)) : passes("takes nothing");
}
#define JUDGE_TERMS(name, ...)                                                                                         \
    static diagnose_check judge_##name(const reckoning *r)                                                             \
    {                                                                                                                  \
        static const atp_term TERMS[] = {__VA_ARGS__};                                                                 \
        return judge_terms(r, TERMS, COUNT(TERMS));                                                                    \
    }
JUDGE_TERMS(switched_off, ATP_TERM_OFF, ATP_TERM_BROKERING_OFF)
JUDGE_TERMS(on_hold, ATP_TERM_HOLD)
JUDGE_TERMS(excluded, ATP_TERM_EXCLUDED)
JUDGE_TERMS(safety_stock, ATP_TERM_SAFETY_STOCK)
JUDGE_TERMS(threshold, ATP_TERM_THRESHOLD)
JUDGE_TERMS(queued, ATP_TERM_QUEUE)
JUDGE_TERMS(kit_limit, ATP_TERM_KIT_SPLIT, ATP_TERM_COMPONENT_LIMIT)

static diagnose_check judge_below_zero(const reckoning *r)
{
    if (r->f->raw < 0)
        return holds(qty_known(r->f->raw),
                     str_printf(r->memory, "more is promised than there is: %" PRId64, r->f->raw));
    return r->f->terms[ATP_TERM_FACILITY_FLOOR] > 0
               ? holds(qty_known(0),
                       str_printf(r->memory, "%" PRId64 " units below zero are not counted against the others",
                                  r->f->terms[ATP_TERM_FACILITY_FLOOR]))
               : passes("no facility is below zero");
}

static diagnose_check judge_reserved(const reckoning *r)
{
    return r->f->reserved > 0
               ? holds(qty_known(-r->f->reserved), str_printf(r->memory, "%" PRId64 " units", r->f->reserved))
               : passes("nothing is reserved");
}

/* -- the table -- */

static const struct cause_row {
    const char *code, *verdict, *what;
    diagnose_check (*judge)(const reckoning *r);
} ROWS[CAUSES] = {
#define CAUSE(id, verdict, judge, what) [CAUSE_##id] = {#id, verdict, what, judge_##judge},
#include "domain/causes.def"
#undef CAUSE
};

const char *domain_cause_code(cause_id id)
{
    CHECK(id < CAUSES);
    return id == CAUSE_D02 ? "D0.2" : ROWS[id].code;
}

const char *domain_cause_what(cause_id id)
{
    CHECK(id < CAUSES);
    return ROWS[id].what;
}

const char *domain_check_name(check_result result)
{
    static const char *const NAMES[] = {"pass", "fail", "unknown"};
    CHECK(result < COUNT(NAMES));
    return NAMES[result];
}

/* -- the verdict; V2, V3 -- */

#define NO_CAUSE CAUSES

static cause_id first_that_holds(const diagnosis *d, cause_id from, cause_id to)
{
    for (cause_id id = from; id <= to; id++)
        if (d->checked[id].result == CHECK_FAIL)
            return id;
    return NO_CAUSE;
}

/* The C cause that takes most. */
static cause_id lowering(const diagnosis *d)
{
    cause_id best = NO_CAUSE;
    for (cause_id id = CAUSE_C7; id < CAUSES; id++)
        if (d->checked[id].result == CHECK_FAIL &&
            (best == NO_CAUSE || d->checked[id].explains.value < d->checked[best].explains.value))
            best = id;
    return best;
}

static qty absolute(qty v)
{
    return v < 0 ? -v : v;
}

/* What accounts for a difference: drift or debt, whichever is more of it. */
static cause_id accountable(const reckoning *r, const diagnosis *d)
{
    cause_id debt = first_that_holds(d, CAUSE_W2, CAUSE_G1);
    bool drifted = d->checked[CAUSE_S1].result == CHECK_FAIL;
    if (drifted && (!owing(r) || absolute(r->drift.value) >= absolute(r->owed.value)))
        return CAUSE_S1;
    return debt;
}

static void decide(const reckoning *r, diagnosis *d)
{
    cause_id id = first_that_holds(d, CAUSE_W4, CAUSE_W1);
    d->verdict = "unknown";
    bool failing = d->checked[CAUSE_J4].result == CHECK_FAIL; /* it is not on its way: the next run fails, too */
    if (id == NO_CAUSE && d->checked[CAUSE_U9].result == CHECK_FAIL && !failing)
        id = CAUSE_U9;
    if (id == NO_CAUSE && !r->difference.known) {
        if (!owing(r))
            return;
        id = first_that_holds(d, CAUSE_W2, CAUSE_G1);
        d->verdict = "owed";
    } else if (id == NO_CAUSE && r->difference.value != 0) {
        id = accountable(r, d);
        d->verdict = owing(r) ? "owed" : "unknown";
    } else if (id == NO_CAUSE) {
        id = r->f->unseen.value != 0 ? CAUSE_D02 : lowering(d);
        d->verdict = "in_sync";
    }
    if (id == NO_CAUSE)
        return;
    d->verdict = ROWS[id].verdict;
    d->cause = domain_cause_code(id);
    d->explains = d->checked[id].explains;
}

/* -- what is said -- */

static str quantity(const reckoning *r, maybe_qty q)
{
    return q.known ? str_printf(r->memory, "%" PRId64, q.value) : STR("unknown");
}

static bool verdict_is(const diagnosis *d, const char *name)
{
    return strcmp(d->verdict, name) == 0;
}

static cause_id cause_of(const diagnosis *d)
{
    for (cause_id id = 0; d->cause && id < CAUSES; id++)
        if (strcmp(domain_cause_code(id), d->cause) == 0)
            return id;
    return NO_CAUSE;
}

static void summarise(const reckoning *r, diagnosis *d)
{
    const diagnose_facts *f = r->f;
    cause_id id = cause_of(d);
    str numbers = str_printf(r->memory, "Evenstock expects %" PRId64 ", Shopify shows %.*s", f->target,
                             STR_ARG(quantity(r, f->available)));
    if (verdict_is(d, "in_sync"))
        d->summary = id == NO_CAUSE
                         ? str_printf(r->memory, "In sync: both show %" PRId64 ".", f->target)
                         : str_printf(r->memory, "In sync: both show %" PRId64 ". It is not more because %s (%.*s).",
                                      f->target, domain_cause_what(id), STR_ARG(d->checked[id].detail));
    else if (id == NO_CAUSE)
        d->summary = str_printf(r->memory, "%.*s; %s.", STR_ARG(numbers),
                                verdict_is(d, "owed") ? "the difference is owed and the job is due"
                                                      : "why cannot be told from what was checked");
    else
        d->summary = str_printf(r->memory, "%.*s: %s (%.*s).", STR_ARG(numbers), domain_cause_what(id),
                                STR_ARG(d->checked[id].detail));
}

static void show(diagnosis *d, const char *what, str value, instant when, const char *source)
{
    CHECK(d->evidence_count < DIAGNOSE_EVIDENCE_MAX);
    d->evidence[d->evidence_count++] =
        (diagnose_evidence){.what = str_of(what), .value = value, .when = when, .source = str_of(source)};
}

static str job_words(const reckoning *r, const job_facts *j)
{
    str state = !j->scheduled ? STR("not scheduled") : j->paused ? since(r, "paused", j->paused_at) : j->schedule;
    if (!j->ran)
        return str_printf(r->memory, "%.*s; it has not run yet", STR_ARG(state));
    return str_printf(r->memory, "%.*s; the last run began %s and %s", STR_ARG(state),
                      INSTANT_Z(second(j->last_started_at)), j->last_failed ? "failed" : "ended well");
}

static void gather(const reckoning *r, diagnosis *d)
{
    const diagnose_facts *f = r->f;
    show(d, "online ATP here (expected)", quantity(r, qty_known(f->target)), f->changed_at, "ledger");
    show(d, "what Shopify should show by all that is imported", quantity(r, f->explained), INSTANT_NONE, "journal");
    show(d, "available in Shopify", quantity(r, f->available), f->available_at, "Shopify, read now");
    show(d, "committed in Shopify", quantity(r, f->committed), INSTANT_NONE, "Shopify, read now");
    show(d, "held back by Shopify itself", quantity(r, f->held), INSTANT_NONE, "Shopify, read now");
    show(d, "sold there, not imported here", quantity(r, f->unseen), INSTANT_NONE, "Shopify's orders, read now");
    if (owing(r))
        show(d, "owed to Shopify", str_printf(r->memory, "%+" PRId64, r->owed.value), f->owing_since, "journal");
    show(d, "Upload recent inventory change", job_words(r, &f->recent), f->recent.last_ended_at, "jobs");
    show(d, "Hard Sync", job_words(r, &f->hard), f->hard.last_ended_at, "jobs");
    show(d, "Import orders", job_words(r, &f->orders), f->orders.last_ended_at, "jobs");
}

static void suggest(diagnosis *d, str action, str command, bool safe)
{
    CHECK(d->next_count < DIAGNOSE_NEXT_MAX);
    d->next[d->next_count++] = (diagnose_next){.action = action, .command = command, .safe = safe};
}

static str with_shop(const reckoning *r, const char *command, bool as_option)
{
    return str_printf(r->memory, as_option ? "evenstock %s --shop %.*s" : "evenstock %s %.*s", command,
                      STR_ARG(r->f->shop));
}

/* A repair that raises Shopify's number is safe only when every sale there is known. */
static bool repair_safe(const reckoning *r)
{
    return r->drift.known && (r->drift.value > 0 || (r->f->unseen.known && r->f->unseen.value == 0));
}

static void advise_job(const reckoning *r, diagnosis *d)
{
    if (r->f->recent.scheduled && r->f->recent.paused)
        suggest(d, STR("Resume the job"), with_shop(r, "job resume recent", true), true);
    else if (!r->f->recent.scheduled)
        suggest(d, STR("Schedule the job"), with_shop(r, "job schedule recent --as-changes-happen", true), true);
    suggest(d, STR("Run it now"), with_shop(r, "job run recent", true), true);
}

static void advise(const reckoning *r, diagnosis *d)
{
    switch (cause_of(d)) {
    case CAUSE_W4:
        if (!str_empty(r->f->shop))
            suggest(d, STR("Link the shop"), with_shop(r, "shop link", false), true);
        break;
    case CAUSE_W0:
        suggest(d, STR("Adopt the shop"), with_shop(r, "shop adopt", false), true);
        break;
    case CAUSE_W10:
    case CAUSE_W11:
    case CAUSE_U6:
        suggest(d, STR("Mend the reason in Shopify, then let it be read again"), with_shop(r, "shop link", false),
                true);
        break;
    case CAUSE_W1:
        suggest(d, STR("Check the connection"), with_shop(r, "shop check", false), true);
        break;
    case CAUSE_W2:
        suggest(d, STR("Set the shop's option writable to true"), STR("evenstock import config FILE"), true);
        break;
    case CAUSE_U9:
        suggest(d, STR("Send it again under the same key"), with_shop(r, "job run recent", true), true);
        break;
    case CAUSE_D02:
        suggest(d, STR("Import orders"), with_shop(r, "job run orders", true), true);
        break;
    case CAUSE_S1:
        suggest(d, STR("Hard Sync"), with_shop(r, "job run hard", true), repair_safe(r));
        break;
    case CAUSE_J1:
    case CAUSE_J4:
    case CAUSE_G1:
        advise_job(r, d);
        break;
    case CAUSE_C7:
    case CAUSE_C8:
    case CAUSE_C5:
    case CAUSE_C10:
    case CAUSE_C1:
    case CAUSE_C2:
    case CAUSE_C3:
    case CAUSE_C4:
    case CAUSE_C15:
        suggest(d, STR("See every term of the number"),
                str_printf(r->memory, "evenstock atp %.*s --channel %.*s --explain", STR_ARG(r->f->sku),
                           STR_ARG(r->f->channel)),
                true);
        break;
    case NO_CAUSE:
        if (verdict_is(d, "owed"))
            advise_job(r, d);
        else if (!verdict_is(d, "in_sync"))
            suggest(d, STR("Compare everything with Shopify"), with_shop(r, "job run hard", true), repair_safe(r));
        break;
    }
}

void domain_diagnose(arena *a, const diagnose_facts *f, diagnosis *ret)
{
    reckoning r = reckon(a, f);
    diagnosis d = {.expected = f->target, .available = f->available, .committed = f->committed, .unseen = f->unseen};
    for (cause_id id = 0; id < CAUSES; id++) {
        d.checked[id] = ROWS[id].judge(&r);
        d.checked[id].id = id;
    }
    decide(&r, &d);
    summarise(&r, &d);
    gather(&r, &d);
    advise(&r, &d);
    *ret = d;
}
