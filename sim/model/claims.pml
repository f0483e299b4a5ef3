/* Claims: apps create orders, and nothing in an order tells whether it claims stock. C at the location does. One app
 * may claim nothing; the other sales are honest. Order 0 was read before the target was adopted, order 1 comes
 * afterwards. An honest order is shipped, which lowers C before we can know of it (I5).
 *
 *   ours     holds     C, older than the index lag, judges first; what readings booked since the anchor ends
 *   TRUST    refuted   every order claims: its units are found as somebody's drift
 *   DRIFT    refuted   the drift is booked first, C judged afterwards
 *   EARLY    refuted   a C of just now is believed: an honest app is listed
 *   ALL      refuted   the listing takes back what was booked before the adoption, too
 *   SHIPPED  bound     an order that claimed nothing is shipped before the first look: C shows nothing any more
 *
 * Nobody else writes here: so no drift may ever be booked, and no honest app listed.
 */
#define ORDERS 2

bool claimless;                             /* the truth about the app */
bool listed = false;
short S = 5, E = 0, C = 0;
bool adopted = false;
bool claimed[ORDERS];                       /* the order took stock: the truth */
bool placed[ORDERS], seen[ORDERS];
bool shipped[ORDERS], shipped_seen[ORDERS];
short booked[ORDERS];                       /* what its reading booked into E, ever */
short since[ORDERS];                        /* ... since the anchor */
bool fresh = false;                         /* C changed within the index lag; imports may be behind it */

#ifdef SHIPPED
#define MAY_SHIP(i) (placed[i] && !shipped[i])
#else
#define MAY_SHIP(i) (placed[i] && !shipped[i] && (claimed[i] || listed))
#endif
#define UNSEEN(i) (placed[i] && !seen[i])
#define SHIPMENTS_SEEN (shipped[0] == shipped_seen[0] && shipped[1] == shipped_seen[1])
#define U ((UNSEEN(0) && claimed[0]) + (UNSEEN(1) && claimed[1]))
#define OPEN ((seen[0] && !shipped_seen[0]) + (seen[1] && !shipped_seen[1]))
#define CLAIMS (listed -> 0 : OPEN)         /* open units of readings that are taken to claim */

inline place(i)
{
    placed[i] = true; claimed[i] = !claimless;
    S = S - claimed[i]; C = C + claimed[i]; fresh = true;
    printf("shop: order %d, S %d, C %d\n", i, S, C)
}

inline ship(i)
{
    shipped[i] = true; C = C - claimed[i]; fresh = true; printf("shop: order %d is shipped, C %d\n", i, C)
}

active proctype Shop()
{
    if :: claimless = true; printf("the app claims nothing\n") :: true fi;
end:
    do
    :: atomic { !placed[0] && !adopted -> place(0) }
    :: atomic { !placed[1] && adopted -> place(1) }
    :: atomic { MAY_SHIP(0) -> ship(0) }
    :: atomic { MAY_SHIP(1) -> ship(1) }
    /* The lag is over when what happened has been imported: the catch-up between two reads sees to it. */
    :: atomic { fresh && !UNSEEN(0) && !UNSEEN(1) && SHIPMENTS_SEEN ->
         fresh = false; printf("time: the index lag is over\n") }
    od
}

inline see(i)
{
    seen[i] = true;
    booked[i] = (listed -> 0 : -1); since[i] = (adopted -> booked[i] : 0);
    if :: adopted -> E = E + booked[i] :: else fi;
    printf("import: order %d, E %d\n", i, E)
}

active proctype Import()
{
end:
    do
    :: atomic { UNSEEN(0) -> see(0) }
    :: atomic { UNSEEN(1) -> see(1) }
    :: atomic { seen[0] && shipped[0] && !shipped_seen[0] ->
         shipped_seen[0] = true; printf("import: order 0 is shipped\n") }
    :: atomic { seen[1] && shipped[1] && !shipped_seen[1] ->
         shipped_seen[1] = true; printf("import: order 1 is shipped\n") }
    od
}

inline list()
{
    listed = true; printf("client: the app is listed\n");
    assert(claimless);
#ifdef ALL
    E = E - booked[0] - booked[1];
#else
    E = E - since[0] - since[1];
#endif
    since[0] = 0; since[1] = 0; booked[0] = 0; booked[1] = 0
}

inline drift()
{
    printf("client: a drift of %d is booked\n", S + U - E);
    assert(S + U == E); E = S; since[0] = 0; since[1] = 0
}

active proctype Client()
{
end:
    do
    :: atomic { !adopted && !UNSEEN(0) -> adopted = true; E = S; since[0] = 0; printf("client: adopts, E %d\n", E) }
#ifdef EARLY
    :: atomic { adopted && C < CLAIMS -> list() }
#else
#ifndef TRUST
    :: atomic { adopted && !fresh && C < CLAIMS -> list() }
#endif
#endif
#if defined(TRUST) || defined(DRIFT)
    :: atomic { adopted && !fresh && E != S -> drift() }
#else
    :: atomic { adopted && !fresh && C >= CLAIMS && E != S -> drift() }
#endif
    od
}
