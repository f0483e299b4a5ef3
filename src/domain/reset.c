/* The arithmetic of a reset: one difference, whatever the mode, that goes to QOH and ATP alike. */
#include "domain/reset.h"
#include "domain/internal.h"

/* clang-format off */
static const char *const RESET_MODE_NAMES[] = {
    [RESET_QOH] = "qoh",
    [RESET_ATP] = "atp",
    [RESET_KEEP_GAP] = "keep-gap",
};
/* clang-format on */
_Static_assert(COUNT(RESET_MODE_NAMES) == RESET_MODES, "a reset mode has no name");

const char *reset_mode_name(reset_mode m)
{
    CHECK(m < RESET_MODES);
    return RESET_MODE_NAMES[m];
}

bool reset_mode_parse(str name, reset_mode *ret)
{
    int i = domain__name_index(RESET_MODE_NAMES, RESET_MODES, name);
    if (i >= 0)
        *ret = (reset_mode)i;
    return i >= 0;
}

qty domain_reset_delta(reset_mode mode, qty quantity, qty qoh, qty atp, qty newer)
{
    qty wanted, delta;
    CHECK(mode < RESET_MODES);
    CHECK(qty_add(quantity, newer, &wanted));
    CHECK(qty_sub(wanted, mode == RESET_ATP ? atp : qoh, &delta));
    return delta;
}
