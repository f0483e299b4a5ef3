#pragma once
/*
 * Fibers: code that waits, without a thread. A program under test runs on one; where it waits for the network or the
 * clock the fiber yields, and the simulator decides what happens meanwhile. Exactly one runs at a time.
 */
#include <stdbool.h>

typedef struct fiber fiber;
typedef void fiber_body(void *ctx);

fiber *fiber_new(fiber_body *body, void *ctx);
void fiber_resume(fiber *f); /* until it yields or ends; from outside of any fiber */
void fiber_yield(fiber *f);  /* from inside of it */
bool fiber_ended(const fiber *f);
void fiber_free(fiber **f); /* ended ones only: nothing unwinds a stack from outside */
