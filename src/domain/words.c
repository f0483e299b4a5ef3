/* The names of the closed lists, each beside its enumeration's values and nowhere else. */
#include "domain/words.h"
#include "domain/internal.h"

/* clang-format off */
static const char *const FACILITY_TYPE_NAMES[] = {
    [FACILITY_STORE] = "store",
    [FACILITY_OUTLET] = "outlet",
    [FACILITY_WAREHOUSE] = "warehouse",
    [FACILITY_DISTRIBUTION_CENTER] = "distribution_center",
    [FACILITY_BROKERING] = "brokering",
    [FACILITY_PREORDER] = "preorder",
    [FACILITY_BACKORDER] = "backorder",
    [FACILITY_UNFILLABLE] = "unfillable",
    [FACILITY_REJECTED] = "rejected",
    [FACILITY_GENERAL] = "general",
};
/* clang-format on */
_Static_assert(COUNT(FACILITY_TYPE_NAMES) == FACILITY_TYPES, "a facility type has no name");

/* clang-format off */
static const char *const CHANNEL_MODE_NAMES[] = {
    [CHANNEL_AGGREGATE] = "aggregate",
    [CHANNEL_PHYSICAL] = "physical",
};
/* clang-format on */
_Static_assert(COUNT(CHANNEL_MODE_NAMES) == CHANNEL_MODES, "a channel mode has no name");

/* clang-format off */
static const char *const QUEUE_KIND_NAMES[] = {
    [QUEUE_BROKERING] = "brokering",
    [QUEUE_PREORDER] = "preorder",
    [QUEUE_BACKORDER] = "backorder",
    [QUEUE_UNFILLABLE] = "unfillable",
    [QUEUE_DEPARTED] = "departed",
    [QUEUE_UNSURE] = "unsure",
};
/* clang-format on */
_Static_assert(COUNT(QUEUE_KIND_NAMES) == QUEUE_KINDS, "a queue kind has no name");

int domain__name_index(const char *const *names, int count, str name)
{
    for (int i = 0; i < count; i++)
        if (str_equal(str_of(names[i]), name))
            return i;
    return -1;
}

const char *facility_type_name(facility_type t)
{
    CHECK(t < FACILITY_TYPES);
    return FACILITY_TYPE_NAMES[t];
}

bool facility_type_parse(str name, facility_type *ret)
{
    int i = domain__name_index(FACILITY_TYPE_NAMES, FACILITY_TYPES, name);
    if (i >= 0)
        *ret = (facility_type)i;
    return i >= 0;
}

const char *channel_mode_name(channel_mode m)
{
    CHECK(m < CHANNEL_MODES);
    return CHANNEL_MODE_NAMES[m];
}

bool channel_mode_parse(str name, channel_mode *ret)
{
    int i = domain__name_index(CHANNEL_MODE_NAMES, CHANNEL_MODES, name);
    if (i >= 0)
        *ret = (channel_mode)i;
    return i >= 0;
}

const char *queue_kind_name(queue_kind k)
{
    CHECK(k < QUEUE_KINDS);
    return QUEUE_KIND_NAMES[k];
}

bool queue_kind_parse(str name, queue_kind *ret)
{
    int i = domain__name_index(QUEUE_KIND_NAMES, QUEUE_KINDS, name);
    if (i >= 0)
        *ret = (queue_kind)i;
    return i >= 0;
}
