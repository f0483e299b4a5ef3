#pragma once
/* A failure made small: kinds of trouble, then acts of people, are left out while the same invariant still breaks. */
#include "sim.h"

void shrink_and_tell(const sim_options *o, const sim_result *r, FILE *to);
