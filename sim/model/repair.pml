/* Repair: an incident, the drift in E and the open repair are one transaction; the repair compares with what was
 * read. The reads may come from a replica that lags more than R2 can tell: it shows any state since our last write,
 * and a sale that we have imported may be missing in it. Answers are lost, the client dies at every step (R6).
 *
 *   ours     holds
 *   BARE     refuted   the repair goes out without a compare
 *   FORCE    refuted   a stale compare is answered by the same repair without one
 *   KEEP     refuted   a stale compare leaves the drift in E
 *   OPENING  refuted   drift first, repair in a transaction of its own: a crash leaves a drift that nothing compared
 *   CLOSING  refuted   the drift goes back in one transaction, the operation closes in another
 *   EARLY    refuted   the incident is written before the drift is booked: a crash writes it twice
 *
 * When nothing is in doubt, what was booked is nothing or exactly what others wrote, with one incident that says so.
 */
#define LOOKS 2
#define NONE 9

short S = 3, E = 3, T = 3;
short shown = 3;                            /* by the replica */
bool behind = false;                        /* the replica has not our last write: R2 knows */
bool sold = false, seen = false;
short foreign = 0, booked = 0;
byte incidents = 0, looks = 0;
/* The open repair, durable. */
bool open = false;
short compare = NONE, delta = 0, drift = 0;
bool known = false, applied = false;        /* the shop's memory of the key, and the truth */

#define U (sold - seen)
#define LAW (S + U == E + (foreign - booked) + (applied -> delta : 0))
#define EXACT ((booked == 0 && incidents == 0) || (booked == foreign && incidents == 1))

active proctype Shop()
{
end:
    do
    :: atomic { !sold -> sold = true; S--; printf("shop: sells one, S %d\n", S); assert(LAW) }
    :: atomic { foreign == 0 -> foreign = -1; S--; printf("others: S %d\n", S); assert(LAW) }
    :: atomic { shown != S || behind -> shown = S; behind = false; printf("replica: catches up\n") }
    od
}

active proctype Import()
{
end:
    atomic { sold -> seen = true; E--; T--; printf("import: the sale, E %d\n", E); assert(LAW) }
}

inline close() { open = false; compare = NONE; delta = 0; drift = 0; known = false; applied = false }

inline book_drift()
{
    drift = shown - E; E = E + drift; booked = booked + drift; printf("client: books a drift of %d\n", drift)
}

inline apply()
{
    S = S + delta; known = true; applied = true; behind = true; printf("shop: applies it, S %d\n", S)
}

active proctype Client()
{
    bool stale;
end:
    do
    /* Two reads that agree, as far as R1 and R2 can tell. */
    :: atomic { !open && looks < LOOKS && seen == sold && !behind && shown != E ->
         looks++;
#ifdef EARLY
         incidents++; printf("client: an incident\n");
       };
       if :: true :: printf("client: dies\n"); goto next fi;
       atomic {
         if :: shown == E || seen != sold -> goto next :: else fi;
#endif
         book_drift();
#ifndef EARLY
         incidents++;
#endif
#ifdef OPENING
       };
       if :: true :: printf("client: dies\n"); goto next fi;
       atomic {
#endif
         open = true; compare = shown; delta = T - E;
         printf("client: opens a repair of %d, if S is %d\n", delta, compare) }
    :: atomic { open ->
         stale = false;
         if
         :: printf("net: the request is lost\n"); goto lost
         :: known
#ifdef BARE
         :: !known -> apply()
#else
         :: !known && (compare == NONE || S == compare) -> apply()
         :: !known && compare != NONE && S != compare -> stale = true; printf("shop: stale, S is %d\n", S)
#endif
         fi;
         assert(LAW);
         if :: true :: printf("net: the answer is lost\n"); goto lost fi;
         if
         :: !stale -> E = E + delta; close(); printf("client: books it, E %d\n", E)
#if defined(FORCE)
         :: stale -> compare = NONE; printf("client: without a compare, then\n")
#elif defined(KEEP)
         :: stale -> close(); printf("client: closes it\n")
#else
         :: stale ->
            E = E - drift; booked = booked - drift; incidents--; printf("client: puts the drift back, E %d\n", E);
#ifdef CLOSING
            if :: true :: printf("client: dies before it closes\n"); goto lost fi;
#endif
            close()
#endif
         fi;
lost:    stale = false; assert(LAW); assert(open || EXACT) }
    :: atomic { looks < LOOKS && !open && !EXACT -> assert(false) }
next:
    od
}
