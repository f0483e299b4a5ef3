#pragma once
/*
 * The closed lists of the domain, each with its names: facility types, channel modes, queue kinds, movement reasons.
 * Ids are the database's row ids; 0 is no row.
 */
#include "base/base.h"

typedef enum facility_type {
    FACILITY_STORE,
    FACILITY_OUTLET,
    FACILITY_WAREHOUSE,
    FACILITY_DISTRIBUTION_CENTER,
    FACILITY_BROKERING, /* from here on virtual: never counted */
    FACILITY_PREORDER,
    FACILITY_BACKORDER,
    FACILITY_UNFILLABLE,
    FACILITY_REJECTED,
    FACILITY_GENERAL,
    FACILITY_TYPES
} facility_type;

static inline bool facility_type_physical(facility_type t)
{
    return t <= FACILITY_DISTRIBUTION_CENTER;
}

typedef enum channel_mode { CHANNEL_AGGREGATE, CHANNEL_PHYSICAL, CHANNEL_MODES } channel_mode;

/* Ordered units with no facility yet; design 1 has the words. A placed line names only the first four. */
typedef enum queue_kind {
    QUEUE_BROKERING,
    QUEUE_PREORDER,
    QUEUE_BACKORDER,
    QUEUE_UNFILLABLE,
    QUEUE_DEPARTED, /* gone, from a facility that nobody has named yet; protocol I8 */
    QUEUE_UNSURE,   /* removed from an order, perhaps gone; protocol I4 */
    QUEUE_KINDS
} queue_kind;

/* The name in files and JSON; *_parse returns false for a name that is none of them. */
const char *facility_type_name(facility_type t);
MUST bool facility_type_parse(str name, facility_type *ret);
const char *channel_mode_name(channel_mode m);
MUST bool channel_mode_parse(str name, channel_mode *ret);
const char *queue_kind_name(queue_kind k);
MUST bool queue_kind_parse(str name, queue_kind *ret);
