/* Veto: the index of orders lags, so a catch-up cannot see the newest order. It takes one unit: a web order, which
 * raises C until it is shipped, or a sale at a till, which leaves no trace in C. Another app has committed a unit
 * that no order explains, and the operator has accepted it. The target may have to be adopted first (R5).
 *
 *   ours       holds     raised only when S is older than the index lag, and readings and the accepted explain C
 *   YOUNG      refuted   however young S is: a sale at a till is undone
 *   SLOW       holds     the index lags more than it should: C still shows the web order
 *   SLOW+BARE  refuted   ... and nobody asks C
 *   SLOW+ANY   refuted   ... and what was accepted once silences C for good
 *   MEASURE    refuted   C measures what is unseen, instead of a veto: a stranger's unit becomes a drift
 *   EAGER      refuted   a target is adopted whatever C says: its order lowers E once more when it is read
 *   SLOW+TILL  bound     the index lags more than it should, and the sale leaves no trace in C
 *
 * Nobody else writes here: so nothing may be booked as drift; and when a target is adopted, no web order of before
 * the reads is unseen. (A sale at a till is closed; its date, before the epoch, keeps it out of E: adopt.pml.)
 */
#define LAG 1
#define SECONDS 4

short S = 2, E = 2;
byte C = 1;                                 /* the other app's */
byte stamp = 0, now = 0;
bool adopted = true;
bool sold = false, till = false, shown = false, seen = false;

#ifdef ANY
#define ACCEPTED 9
#else
#define ACCEPTED 1
#endif
#define OPEN (seen && !till)
#ifdef BARE
#define C_AGREES true
#else
#define C_AGREES (c2 <= OPEN + ACCEPTED)
#endif
#ifdef YOUNG
#define OLD_ENOUGH (t2 < asked)
#else
#define OLD_ENOUGH (t2 + LAG < asked)
#endif

#ifdef EAGER
#define MAY_ADOPT true
#else
#define MAY_ADOPT (OLD_ENOUGH && C_AGREES)
#endif
#define AGREE (s1 == s2 && t1 == t2)

active proctype Shop()
{
end:
    do
    :: atomic { !sold -> sold = true; S--; stamp = now;
         if
#if !defined(SLOW) || defined(TILL)
         :: till = true; printf("shop: sells one at the till at second %d\n", now)
#endif
         :: C++; printf("shop: a web order at second %d\n", now)
         fi }
    :: atomic { sold && !shown -> shown = true; printf("index: shows the order at second %d\n", now) }
#ifdef SLOW
    :: atomic { now < SECONDS -> now++ }
#else
    :: atomic { now < SECONDS && (!sold || shown || now < stamp + LAG) -> now++ }
#endif
    od
}

inline import() { seen = true; E = E - adopted; printf("import: the order, E %d\n", E) }

active proctype Client()
{
    short s1, s2, drift;
    byte t1, t2, c2, asked;
    if :: adopted = false; printf("the target is not adopted\n") :: true fi;
end:
    do
    :: now < SECONDS || !shown || !seen ->
       atomic { s1 = S; t1 = stamp; asked = now;
         printf("client: reads S %d, C %d, stamp %d, at second %d\n", S, C, stamp, now) };
       if :: atomic { shown && !seen -> import() } :: !shown || seen fi;
       atomic { s2 = S; t2 = stamp; c2 = C };
       atomic {
         drift = s2 - E;
#ifdef MEASURE
         drift = s2 + (c2 - OPEN) - E;
#endif
         if
         :: !adopted && AGREE && t2 < asked && MAY_ADOPT ->
            adopted = true; E = s2; printf("client: adopts, E %d\n", E); assert(!sold || seen || till || stamp > t2)
         :: adopted && AGREE && t2 < asked && drift > 0 -> printf("client: books %d\n", drift); assert(false)
         :: adopted && AGREE && OLD_ENOUGH && drift < 0 && C_AGREES ->
            printf("client: books %d and repairs upward\n", drift); assert(false)
         :: else
         fi;
         s1 = 0; s2 = 0; t1 = 0; t2 = 0; c2 = 0; asked = 0; drift = 0 }
    od
}
