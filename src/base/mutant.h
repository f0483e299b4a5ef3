#pragma once
/*
 * Deliberate bugs, each the breach of one rule of docs/protocol.md. The simulator proves with them that it would notice
 * (sim/mutants.c has the list). In every other build MUTANT(name) is the constant false, and its branch is not there.
 */
#ifdef EVENSTOCK_MUTANTS
#include <stdbool.h>
#include <string.h>
extern const char *mutant_now; /* NULL: none */
#define MUTANT(name) (mutant_now && strcmp(mutant_now, #name) == 0)
#else
#define MUTANT(name) false
#endif
