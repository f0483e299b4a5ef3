/* Compare: why a push is an adjustment by T - E, and never a number that was compared first (P4).
 *
 * One target. The shop sells whenever it shows a unit, a checkout's draft may hold one back for a while (H), and its
 * orders reach us late. One unit arrives here and one breaks. The client may run three times.
 *
 *   ours      holds     adjust by T - E, E being ours; whatever happens meanwhile commutes with it
 *   ABSOLUTE  refuted   write T: a sale that is not imported is put back on sale
 *   CAS       refuted   read S, write T if S still is that: the compare matches, the sale is undone all the same
 *   ADJUST    refuted   read S, adjust by T - S: the two jobs of other systems
 *
 * To sell a unit that does not exist is our fault unless a fall is known here and not yet pushed: nothing is faster.
 */
#define SALES_MAX 4

short S = 2, E = 2;
short H = 0;
byte owned = 2;             /* units that exist: the truth, and our books before imports */
byte sold = 0, seen = 0;    /* sold by the shop; imported by us */
bool arrived = false, broken = false;

#define T (owned - seen)
#define U (sold - seen)
#define LAW (S + H + U == E)

/* Checked when the shop gives a unit away. */
inline taken() { assert(sold + H <= owned || T < E) }

active proctype Shop()
{
end:
    do
    :: atomic { S > 0 && sold < SALES_MAX -> S--; sold++; printf("shop: sells one, shows %d\n", S); taken() }
    :: atomic { S > 0 && H == 0 && sold < SALES_MAX ->
         S--; H++; printf("shop: a draft holds one, shows %d\n", S); taken() }
    :: atomic { H > 0 -> H--; S++; printf("shop: the draft is dropped, shows %d\n", S) }
    :: atomic { H > 0 -> H--; sold++; printf("shop: the draft is completed\n") }
    od
}

active proctype Import()
{
end:
    do
    :: atomic { seen < sold -> seen++; E--; printf("import: one sale, T %d\n", T) }
    od
}

active proctype Stock()
{
end:
    do
    :: atomic { !arrived -> arrived = true; owned++; printf("stock: one arrives, T %d\n", T) }
    :: atomic { !broken && owned > 0 -> broken = true; owned--; printf("stock: one breaks, T %d\n", T) }
    od
}

active proctype Client()
{
    short shown, delta;
    byte runs = 0;
    do
    :: runs < 3 -> runs++;
#if defined(ABSOLUTE)
       delta = T; printf("client: plans to write %d\n", T);
       atomic { S = delta; E = delta; printf("client: writes it, S is now %d\n", S) }
#elif defined(CAS)
       shown = S; printf("client: reads S %d\n", S);
       delta = T; printf("client: plans to write %d\n", T);
       atomic {
         if
         :: S == shown -> S = delta; E = delta; printf("client: the compare matches, S is now %d\n", S)
         :: else
         fi }
#elif defined(ADJUST)
       shown = S; printf("client: reads S %d\n", S);
       delta = T - shown; printf("client: plans T - S\n");
       atomic { S = S + delta; E = shown + delta; printf("client: adjusts by %d, S is now %d\n", delta, S) }
#else
       delta = T - E; printf("client: plans T - E\n");
       atomic { S = S + delta; E = E + delta; printf("client: adjusts by %d, S is now %d\n", delta, S); assert(LAW) }
#endif
    :: else -> break
    od
}
