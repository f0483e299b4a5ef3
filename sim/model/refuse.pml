/* Refuse: a call of three lines of which any may be bad. One bad line refuses the whole call. The errors name all bad
 * lines, or only the first, or none; which, nobody knows (P8).
 *
 *   ours     holds     named lines are put aside, the rest goes under a new key; none named: halves, down to one line
 *   REST     refuted   the lines that the errors do not name are taken as applied
 *   WHOLE    refuted   the whole call is put aside: good lines with it
 *   AGAIN    refuted   a call without a named line is sent again as it was, for ever
 *   SAMEKEY  refuted   the rest goes under the old key: other content under a key is refused for ever
 *
 * At the end every good line is applied and booked once, and every bad one is put aside.
 */
#define LINES 3
#define CALLS_MAX 8

bool bad[LINES], aside[LINES], batch[LINES], named[LINES];
byte S[LINES], E[LINES];                    /* every line owes one unit */
bool refused, used = false;

#define OWES(i) (!aside[i] && E[i] == 0)

inline plan()
{
    i = 0; size = 0;
    do
    :: i < LINES -> batch[i] = (OWES(i) && size < limit); size = size + batch[i]; i++
    :: else -> break
    od
}

inline call()                               /* the shop */
{
    i = 0; refused = false;
    do :: i < LINES -> named[i] = false; refused = refused || (batch[i] && bad[i]); i++ :: else -> break od;
#ifdef SAMEKEY
    refused = refused || used;
#endif
    used = true; i = 0;
    if
    :: !refused -> do :: i < LINES -> S[i] = S[i] + batch[i]; i++ :: else -> break od
    :: refused -> do :: i < LINES -> named[i] = (batch[i] && bad[i]); i++ :: else -> break od
    :: refused ->
       do
       :: i < LINES -> named[i] = (batch[i] && bad[i]); if :: named[i] -> break :: else -> i++ fi
       :: else -> break
       od
    :: refused
    fi
}

inline book()
{
    i = 0; some = false;
    do :: i < LINES -> some = some || named[i]; i++ :: else -> break od;
    i = 0;
    do
    :: i < LINES ->
       if
       :: !batch[i]
       :: batch[i] && !refused -> E[i]++
#if defined(REST)
       :: batch[i] && refused && !named[i] && some -> E[i]++
#elif defined(WHOLE)
       :: batch[i] && refused && !named[i] && some -> aside[i] = true
#else
       :: batch[i] && refused && !named[i] && some
#endif
       :: batch[i] && refused && named[i] -> aside[i] = true
       :: batch[i] && refused && !some -> aside[i] = (size == 1)
       fi;
       assert(E[i] == S[i]); i++
    :: else -> break
    od;
    limit = LINES;
#ifndef AGAIN
    if :: refused && !some && size > 1 -> limit = (size + 1) / 2 :: else fi
#endif
}

active proctype Client()
{
    byte i = 0, size, limit = LINES, calls = 0;
    bool some;
    do :: i < LINES -> if :: bad[i] = true; printf("line %d is bad\n", i) :: true fi; i++ :: else -> break od;
    do
    :: atomic {
         plan();
         if :: size == 0 -> break :: else fi;
         calls++; assert(calls <= CALLS_MAX);
         call(); printf("call of %d lines: refused %d, named %d%d%d\n", size, refused, named[0], named[1], named[2]);
         book() }
    od;
    i = 0;
    do :: i < LINES -> assert(aside[i] == bad[i] && S[i] == !bad[i] && E[i] == S[i]); i++ :: else -> break od
}
