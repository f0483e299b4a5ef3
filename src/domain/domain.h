#pragma once
/*
 * domain: what stock means. Pure functions over plain structs: no I/O, no clock, no allocation but the caller's arena.
 * The jobs, the CLI, the page and the verifier all call these same functions.
 */
#include "domain/assumed.h"
#include "domain/atp.h"
#include "domain/diagnose.h"
#include "domain/order.h"
#include "domain/reading.h"
#include "domain/reset.h"
#include "domain/schedule.h"
#include "domain/words.h"
