/* Expired: an operation in doubt that is too old to be sent again. Its delta may or may not be in S. Sales go on,
 * their import is late, staff puts a unit aside, an order of the item is not routed yet: it took its unit here or
 * elsewhere (R7).
 *
 *   ours     holds     two reads that agree around a catch-up; E := S + H + pending
 *   RESEND   refuted   the same bytes again: the shop has forgotten the key
 *   DROP     refuted   taken as not applied
 *   ASSUME   refuted   taken as applied
 *   ONE      refuted   one read, no catch-up
 *   ROUTED   refuted   E := S + H: the pending order lowers E once more when it is routed
 *   HELDLESS refuted   E := S + pending: the unit put aside is a drift when it comes back
 *
 * In doubt E is high: S + H + U never exceeds E when the operation is closed; and it is E but for the pending unit.
 */
short S = 2, H = 0, E = 2;
short delta = 1;
byte stamp = 0;
byte sold = 0, seen = 0;
bool open = true, applied = false;
bool pending = false, here = false, routed = false;
bool doubt = false;                         /* E may be high by the pending unit */

#define U (sold - seen + (here && !routed))
#define LAW (E == S + H + U - ((open && applied) -> delta : 0) + (doubt && !here))

proctype Shop()
{
end:
    do
    :: atomic { sold < 1 && S > 0 -> sold++; S--; stamp++; printf("shop: sells one, S %d\n", S); assert(LAW) }
    :: atomic { H == 0 && stamp < 4 -> S--; H++; stamp++; printf("staff: puts one aside, S %d\n", S); assert(LAW) }
    :: atomic { H == 1 && stamp < 4 -> S++; H--; stamp++; printf("staff: puts it back, S %d\n", S); assert(LAW) }
    od
}

proctype Import()
{
end:
    do
    :: atomic { seen < sold -> seen++; E--; printf("import: one sale, E %d\n", E); assert(LAW) }
    :: atomic { pending && !open -> pending = false; routed = true; if :: here -> E-- :: else fi;
         printf("import: the order is routed, E %d\n", E); assert(LAW) }
    od
}

proctype Client()
{
    short s1, s2, h2, e;
    byte t1, t2;
    do
    :: open ->
#if defined(RESEND)
       atomic { S = S + delta; E = E + delta; open = false; printf("client: sends it again, S %d\n", S); assert(LAW) }
#elif defined(DROP)
       atomic { open = false; printf("client: closes it as not applied\n"); assert(LAW) }
#elif defined(ASSUME)
       atomic { E = E + delta; open = false; printf("client: closes it as applied\n"); assert(LAW) }
#else
       atomic { s1 = S; t1 = stamp; printf("client: reads S %d\n", S) };
#ifndef ONE
       do
       :: atomic { seen < sold -> seen++; E--; printf("import: one sale, E %d\n", E) }
       :: atomic { seen == sold -> e = E; break }
       od;
       atomic { s2 = S; h2 = H; t2 = stamp; printf("client: reads S %d, H %d\n", S, H) };
#else
       s2 = s1; h2 = 0; t2 = t1; e = E;
#endif
       atomic {
         if
         :: t1 == t2 && e == E ->
#if defined(ROUTED)
            E = s2 + h2;
#elif defined(HELDLESS)
            E = s2 + pending; doubt = pending;
#else
            E = s2 + h2 + pending; doubt = pending;
#endif
            open = false; printf("client: closes it by reading, E %d\n", E); assert(LAW)
         :: else
         fi;
         s1 = 0; s2 = 0; h2 = 0; t1 = 0; t2 = 0; e = 0 }
#endif
    :: else -> break
    od
}

init
{
    atomic {
        if
        :: S = S + delta; applied = true; printf("a day ago: it was applied, S %d\n", S)
        :: printf("a day ago: it was not applied\n")
        fi;
        if
        :: pending = true; here = true; S--; printf("shop: an order, not routed, took one here\n")
        :: pending = true; printf("shop: an order, not routed, took one elsewhere\n")
        :: true
        fi;
        run Shop(); run Import(); run Client() }
}
