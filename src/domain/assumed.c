/* Tells, from two readings of a line, which assumptions about Shopify its change rests on. */
#include "domain/assumed.h"

static const struct {
    const char *name, *what;
} ROWS[] = {
#define ASSUMED(id, name, what) {name, what},
#include "domain/assumed.def"
#undef ASSUMED
};

const char *domain_assumed_name(assumed_id id)
{
    CHECK(id < ASSUMED_KINDS);
    return ROWS[id].name;
}

const char *domain_assumed_what(assumed_id id)
{
    CHECK(id < ASSUMED_KINDS);
    return ROWS[id].what;
}

static reading_place place_of(const reading_line *l, str location)
{
    for (size_t i = 0; l && i < l->place_count; i++)
        if (str_equal(l->places[i].location, location))
            return l->places[i];
    return (reading_place){.location = location};
}

static bool given_back(const reading_line *l)
{
    for (size_t i = 0; i < l->raw.refund_count; i++)
        if (l->raw.refunds[i].type == REFUND_RETURN)
            return true;
    return false;
}

/* What changed at one place since the reading before. */
typedef struct change {
    qty open, departed, lost, returned, claim;
    qty ordered, removed; /* of the whole line */
} change;

static change change_of(const reading_line *old, const reading_line *now, str location)
{
    reading_place was = place_of(old, location), is = place_of(now, location);
    return (change){.open = is.open - was.open,
                    .departed = is.departed - was.departed,
                    .lost = is.lost - was.lost,
                    .returned = is.returned - was.returned,
                    .claim = is.claim - was.claim,
                    .ordered = now->raw.ordered - old->raw.ordered,
                    .removed = (now->raw.ordered - now->raw.current) - (old->raw.ordered - old->raw.current)};
}

unsigned domain_assumed(const reading_raw *order, const reading_line *old, const reading_line *now, str location)
{
    unsigned set = 0;
    if (now->claims != 1)
        return 0;
    if (!old)
        return order->pos && place_of(now, location).departed > 0 ? 1u << ASSUMED_SOLD_AT_TILL : 0;
    change c = change_of(old, now, location);
    if (c.ordered > 0 && c.open > 0)
        set |= 1u << ASSUMED_EDITED_UP;
    if (c.lost > 0)
        set |= 1u << ASSUMED_NOT_RESTOCKED;
    if (c.returned > 0)
        set |= 1u << (given_back(now) ? ASSUMED_GIVEN_BACK : ASSUMED_RESTOCKED_ELSEWHERE);
    if (c.departed < 0 && c.returned == 0)
        set |= 1u << ASSUMED_SHIPMENT_CANCELLED;
    if (c.departed > 0 && c.departed > -c.open)
        set |= 1u << ASSUMED_SHIPPED_ELSEWHERE;
    if (c.removed > 0 && c.open < 0 && c.claim > 0)
        set |= 1u << ASSUMED_RESTOCKED;
    if (old->pending != now->pending) /* it came from nowhere, or was never routed */
        return set;
    bool left = c.open < 0 && c.claim > 0, came = c.open > 0 && c.claim < 0 && c.departed == 0;
    if (c.removed == 0 && c.ordered == 0 && (left || came))
        set |= 1u << ASSUMED_MOVED;
    return set;
}
