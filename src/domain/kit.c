/*
 * The formula for kits. A kit has no stock and no settings per facility of its own: what a facility holds in kits is
 * what its scarcest component there allows. Two limits meet: the kits that the facilities can make together, less the
 * queued ones, and the units of each component that its own channel number leaves free. Units of queued kits are in the
 * queues of the components too, so they are out of the second limit already, and only the first one subtracts them.
 */
#include "domain/internal.h"

/* What facility `n` holds, in kits. Its place and flags are the same for all components; brokering is each one's own.
 */
static atp_facility kits_at(const atp_component *c, size_t components, size_t n)
{
    atp_facility kit = c[0].facilities[n];
    kit.safety_stock = 0;
    kit.qoh = kit.atp = INT64_MAX;
    for (size_t i = 0; i < components; i++) {
        const atp_facility *f = &c[i].facilities[n];
        CHECK(f->facility == kit.facility);
        kit.brokering &= f->brokering;
        kit.qoh = qty_min(kit.qoh, qty_floor_div(f->qoh, c[i].per_kit));
        kit.atp = qty_min(kit.atp, qty_floor_div(f->atp, c[i].per_kit));
    }
    return kit;
}

/* Of those the kits that count, and whether some component's safety stock or deficit leaves none. */
static qty kits_counted(const atp_component *c, size_t components, size_t n, const atp_facility *kit, atp_why *ret_why)
{
    atp_why gate = domain__atp_gate(kit);
    qty kits = INT64_MAX;
    bool cut = kit->atp != 0;
    for (size_t i = 0; i < components; i++) {
        const atp_facility *f = &c[i].facilities[n];
        kits = qty_min(kits, qty_floor_div(domain__atp_counted(f, gate), c[i].per_kit));
        cut |= f->atp <= f->safety_stock && f->safety_stock > 0;
    }
    *ret_why = gate == ATP_COUNTED && kits == 0 && cut ? ATP_BELOW_SAFETY_STOCK : gate;
    return kits;
}

/* Kits that the scarcest component's own number in the channel allows, its sellable flag taken as on. */
static qty component_limit(const atp_component *c, size_t components, size_t facilities)
{
    qty kits = INT64_MAX;
    for (size_t i = 0; i < components; i++) {
        atp_settings on = *c[i].settings;
        atp_result own;
        on.sellable = true;
        domain_atp(c[i].facilities, facilities, &on, &own, NULL, NULL);
        kits = qty_min(kits, qty_floor_div(own.online_atp, c[i].per_kit));
    }
    return kits;
}

void domain_atp_kit(const atp_component *c, size_t components, size_t facilities, const atp_settings *kit,
                    atp_result *ret, atp_facility *kit_facilities, qty *counted, atp_why *why)
{
    atp_result r = {0};
    CHECK(components > 0);
    CHECK(facilities <= ATP_FACILITIES_MAX);
    for (size_t i = 0; i < components; i++)
        CHECK(c[i].per_kit >= 1);
    for (size_t n = 0; n < facilities; n++) {
        atp_why reason;
        atp_facility f = kits_at(c, components, n);
        qty kits = kits_counted(c, components, n, &f, &reason);
        domain__atp_gate_terms(r.terms, f.atp, reason);
        if (domain__atp_gate(&f) == ATP_COUNTED)
            r.terms[ATP_TERM_KIT_SPLIT] += kits - f.atp;
        if (kit_facilities)
            kit_facilities[n] = f;
        if (counted)
            counted[n] = kits;
        if (why)
            why[n] = reason;
    }
    domain__atp_finish(kit, component_limit(c, components, facilities), &r);
    *ret = r;
}
