/*
 * The formula of design section 2 for a single product, with its waterfall. What a facility adds is told by its gate
 * (the reason it is out of the sum, if any); what the channel says comes after the sum. kit.c uses both halves.
 */
#include "domain/internal.h"

/* clang-format off */
static const char *const WHY_NAMES[] = {
    [ATP_VIRTUAL] = "virtual",
    [ATP_INACTIVE] = "inactive",
    [ATP_NOT_IN_CHANNEL] = "not_in_channel",
    [ATP_BROKERING_OFF] = "brokering_off",
    [ATP_BELOW_SAFETY_STOCK] = "below_safety_stock",
    [ATP_COUNTED] = "counted",
};
/* clang-format on */
_Static_assert(COUNT(WHY_NAMES) == ATP_WHYS, "a reason has no name");

/* clang-format off */
static const char *const TERM_NAMES[] = {
    [ATP_TERM_PHYSICAL] = "physical_atp",
    [ATP_TERM_EXCLUDED] = "excluded_facilities",
    [ATP_TERM_BROKERING_OFF] = "brokering_off",
    [ATP_TERM_SAFETY_STOCK] = "safety_stock",
    [ATP_TERM_FACILITY_FLOOR] = "facility_floor",
    [ATP_TERM_KIT_SPLIT] = "kit_split",
    [ATP_TERM_QUEUE] = "queue",
    [ATP_TERM_COMPONENT_LIMIT] = "component_limit",
    [ATP_TERM_THRESHOLD] = "threshold",
    [ATP_TERM_OFF] = "channel_off",
    [ATP_TERM_HOLD] = "preorder_hold",
};
/* clang-format on */
_Static_assert(COUNT(TERM_NAMES) == ATP_TERMS, "a term has no name");

/* A facility adds at most two such values to a term; the channel's own few more vanish beside 65536 of them. */
_Static_assert(ATP_BALANCE_MAX <= INT64_MAX / 4 / ATP_FACILITIES_MAX, "a sum over facilities could overflow");

const char *atp_why_name(atp_why w)
{
    CHECK(w < ATP_WHYS);
    return WHY_NAMES[w];
}

const char *atp_term_name(atp_term t)
{
    CHECK(t < ATP_TERMS);
    return TERM_NAMES[t];
}

static bool in_bounds(qty q)
{
    return q >= -ATP_BALANCE_MAX && q <= ATP_BALANCE_MAX;
}

atp_why domain__atp_gate(const atp_facility *f)
{
    return !f->physical    ? ATP_VIRTUAL
           : !f->active    ? ATP_INACTIVE
           : !f->member    ? ATP_NOT_IN_CHANNEL
           : !f->brokering ? ATP_BROKERING_OFF
                           : ATP_COUNTED;
}

qty domain__atp_counted(const atp_facility *f, atp_why gate)
{
    CHECK(in_bounds(f->atp));
    CHECK(in_bounds(f->safety_stock));
    return gate == ATP_COUNTED ? qty_max(0, f->atp - f->safety_stock) : 0;
}

void domain__atp_gate_terms(qty *terms, qty atp, atp_why gate)
{
    if (gate == ATP_VIRTUAL)
        return;
    terms[ATP_TERM_PHYSICAL] += atp;
    if (gate == ATP_INACTIVE || gate == ATP_NOT_IN_CHANNEL)
        terms[ATP_TERM_EXCLUDED] -= atp;
    else if (gate == ATP_BROKERING_OFF)
        terms[ATP_TERM_BROKERING_OFF] -= atp;
}

static qty queued(const atp_settings *s)
{
    qty sum = 0;
    for (size_t k = 0; k < QUEUE_KINDS; k++) {
        CHECK(in_bounds(s->queue[k]));
        sum += s->queue[k];
    }
    return sum;
}

static bool held(const atp_settings *s)
{
    return s->hold_preorder && (s->queue[QUEUE_PREORDER] > 0 || s->queue[QUEUE_BACKORDER] > 0);
}

void domain__atp_finish(const atp_settings *s, qty limit, atp_result *r)
{
    qty *terms = r->terms, raw = 0;
    CHECK(in_bounds(s->threshold));
    for (size_t t = 0; t < ATP_TERM_QUEUE; t++)
        raw += terms[t];
    terms[ATP_TERM_QUEUE] = s->reserve_inventory ? -queued(s) : 0;
    raw += terms[ATP_TERM_QUEUE];
    terms[ATP_TERM_COMPONENT_LIMIT] = qty_min(raw, limit) - raw;
    terms[ATP_TERM_THRESHOLD] = -s->threshold;
    raw += terms[ATP_TERM_COMPONENT_LIMIT] + terms[ATP_TERM_THRESHOLD];
    if (!s->sellable || held(s)) {
        terms[s->sellable ? ATP_TERM_HOLD : ATP_TERM_OFF] = -raw;
        raw = 0;
    }
    r->raw = raw;
    r->online_atp = qty_max(0, raw);
}

/* Whether a 0 is what safety stock or the floor left, and not simply all there is. */
static bool cut_off(const atp_facility *f)
{
    return f->safety_stock > 0 || f->atp < 0;
}

void domain_atp(const atp_facility *f, size_t count, const atp_settings *s, atp_result *ret, qty *counted, atp_why *why)
{
    atp_result r = {0};
    CHECK(count <= ATP_FACILITIES_MAX);
    for (size_t i = 0; i < count; i++) {
        atp_why gate = domain__atp_gate(&f[i]);
        qty a = domain__atp_counted(&f[i], gate);
        domain__atp_gate_terms(r.terms, f[i].atp, gate);
        if (gate == ATP_COUNTED) {
            qty there = qty_max(0, f[i].atp);
            r.terms[ATP_TERM_SAFETY_STOCK] += a - there;
            r.terms[ATP_TERM_FACILITY_FLOOR] += there - f[i].atp;
        }
        if (counted)
            counted[i] = a;
        if (why)
            why[i] = gate == ATP_COUNTED && a == 0 && cut_off(&f[i]) ? ATP_BELOW_SAFETY_STOCK : gate;
    }
    domain__atp_finish(s, INT64_MAX, &r);
    *ret = r;
}
