#pragma once
/*
 * Resets: a file says what a facility holds. Arithmetic of the domain study 7.2 and contracts, "import levels".
 */
#include "domain/words.h"

typedef enum reset_mode { RESET_QOH, RESET_ATP, RESET_KEEP_GAP, RESET_MODES } reset_mode;
const char *reset_mode_name(reset_mode m);
MUST bool reset_mode_parse(str name, reset_mode *ret);

/*
 * The difference that goes to both QOH and ATP, so that what the mode compares with (ATP for `atp`, QOH for the others)
 * becomes `quantity` plus `newer`: the sum of what moved after the snapshot's as-of time (0 when none was given).
 */
qty domain_reset_delta(reset_mode mode, qty quantity, qty qoh, qty atp, qty newer);
