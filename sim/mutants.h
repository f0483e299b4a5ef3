#pragma once
/* The deliberate bugs of base/mutant.h: the table, and the proof that each is found. */
#include "sim.h"

bool mutant_choose(const char *name); /* false: there is none of that name */
/* Plays each until it is found; the exit status: 1 when one survives. */
int mutants_table(int64_t seed, const char *only, FILE *to);
