#pragma once
/*
 * Availability: the online ATP of one product in one channel, and its waterfall. Design section 2; vectors T1-T16 of
 * the domain study. Units are whole pieces.
 *
 *   a(f)       = max(0, ATP(f) - safety_stock(f))   if f is counted, else 0
 *   raw        = sum a(f) - threshold - queue       0 if the product is off in the channel, or held for pre-orders
 *   online_atp = max(0, raw)
 *
 * A facility counts when it is physical, active, a member of the channel now, and brokering is allowed for the product
 * there. All sums are checked: the store keeps every balance within +-ATP_BALANCE_MAX, and a channel has at most
 * ATP_FACILITIES_MAX facilities, so they cannot overflow; a CHECK says so.
 */
#include "domain/words.h"

#define ATP_BALANCE_MAX    INT64_C(1000000000000) /* 10^12 units at one (product, facility) or in one queue */
#define ATP_FACILITIES_MAX 65536

/* Why a facility's units count or not: the first reason in this order that holds. */
typedef enum atp_why {
    ATP_VIRTUAL,
    ATP_INACTIVE,
    ATP_NOT_IN_CHANNEL,
    ATP_BROKERING_OFF,
    ATP_BELOW_SAFETY_STOCK, /* counted, with 0 for want of more: ATP < 0, or safety stock that is not exceeded */
    ATP_COUNTED,
    ATP_WHYS
} atp_why;
const char *atp_why_name(atp_why w);

/* One facility as one product sees it, in one channel. */
typedef struct atp_facility {
    int64_t facility;
    bool physical, active, member, brokering;
    qty qoh, atp, safety_stock;
} atp_facility;

/* What the channel says about one product. */
typedef struct atp_settings {
    qty threshold;
    bool sellable;          /* off: the number is 0 */
    bool reserve_inventory; /* off: the queue is left out */
    bool hold_preorder;     /* with pre-order or backorder units queued: the number is 0 */
    qty queue[QUEUE_KINDS]; /* a product's own, and n units of it for each queued kit it is in */
} atp_settings;

/* The terms of the waterfall, in order; they always add up to raw. */
typedef enum atp_term {
    ATP_TERM_PHYSICAL,        /* physical_atp: the ATP of all physical facilities */
    ATP_TERM_EXCLUDED,        /* excluded_facilities: less the inactive ones and those not in the channel */
    ATP_TERM_BROKERING_OFF,   /* brokering_off */
    ATP_TERM_SAFETY_STOCK,    /* safety_stock: what it really holds back, at most the facility's ATP */
    ATP_TERM_FACILITY_FLOOR,  /* facility_floor: a negative facility does not eat the others' stock */
    ATP_TERM_KIT_SPLIT,       /* kit_split: kits only: what the safety stock and floors of components leave */
    ATP_TERM_QUEUE,           /* queue (kits: before the component limit) */
    ATP_TERM_COMPONENT_LIMIT, /* component_limit: kits only: what the scarcest component allows in this channel */
    ATP_TERM_THRESHOLD,       /* threshold */
    ATP_TERM_OFF,             /* channel_off: not sellable in the channel */
    ATP_TERM_HOLD,            /* preorder_hold */
    ATP_TERMS
} atp_term;
const char *atp_term_name(atp_term t);

typedef struct atp_result {
    qty online_atp, raw;
    qty terms[ATP_TERMS]; /* a term that does not apply is 0 */
} atp_result;

/* The number and its terms. `counted` (may be NULL) takes a(f) per facility, `why` (may be NULL) the reason. */
void domain_atp(const atp_facility *f, size_t count, const atp_settings *s, atp_result *ret, qty *counted,
                atp_why *why);

/*
 * Kits, design section 2: per facility the kits that the components there can make, summed, less the queue, and
 * never more than the components' own free units in the channel allow; then the threshold.
 * Each component brings its facilities (the same list of facilities in the same order for all components of one
 * kit) and its own settings in this channel. What is told by facility (the last three, each may be NULL) is in units
 * of kits; one is below safety stock where that of a component, or a deficit, leaves no kit.
 */
typedef struct atp_component {
    int64_t product;
    qty per_kit; /* n_c >= 1 */
    const atp_facility *facilities;
    const atp_settings *settings;
} atp_component;
void domain_atp_kit(const atp_component *c, size_t components, size_t facilities, const atp_settings *kit,
                    atp_result *ret, atp_facility *kit_facilities, qty *counted, atp_why *why);

/* The target of a channel: raw where it publishes negative numbers, else online ATP. */
static inline qty domain_target(const atp_result *r, bool publish_negative)
{
    return publish_negative ? r->raw : r->online_atp;
}

/* Dated membership: a member counts while from <= now < thru; either may be INSTANT_NONE (no bound). */
static inline bool domain_member_now(instant from, instant thru, instant now)
{
    return (from == INSTANT_NONE || from <= now) && (thru == INSTANT_NONE || now < thru);
}
