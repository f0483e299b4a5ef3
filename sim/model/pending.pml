/* Pending: an order is placed, takes its unit at the location that the routing will choose, and has no fulfilment
 * order for a while, so nobody can tell where. It may end before it is routed: restocked at a named location,
 * restocked without a word, or not restocked. Or others write to S meanwhile (I6, R3, R4).
 *
 *   ours    holds     pending units move nothing; only what is certainly too much is booked; nothing is adopted
 *   PLACE   refuted   the unit is booked at a location that is guessed (I6)
 *   FREE    refuted   ended before it was routed, the unit is free: nobody says that it was not restocked (I6)
 *   UPWARD  refuted   a drift below E is booked, and pushed up, while the item has pending units (R4)
 *   ADOPT   refuted   a target is adopted while the item has pending units: they are out of S already (R3)
 *   HIDDEN  bound     somebody's increase of just that size hides the loss of an unsure unit
 *
 * In doubt E is high: S + U never exceeds E but by what others wrote. When all is imported and pushed, both locations
 * together show no more than exists; at last they show just that, unless an adoption had to decide an unsure unit.
 */
#define A 0
#define B 1

mtype = { none, unrouted, routed, restocked, silent, lost };
mtype order = none, seen = none;
bool unrouted_end = false;                  /* it ended before it was routed */
byte at = A;                                /* where it took its unit; known when routed */
short S[2] = 2, E[2] = 2;
short exist = 4;                            /* units of both locations together */
short others[2];                            /* what others wrote and we have not found */
byte unsure[2], departed[2];
bool marked[2], adopted[2];
bool mine[2];                               /* PLACE: the pending unit is booked here */
bool quiet = true;                           /* nobody else writes in this history */
bool wrote = false, decided = false;

#define TAKEN(state) (state == unrouted || state == routed)
#define PENDING (seen == unrouted)
#define IMPORTED (seen == order)
#define U(l) (l == at && TAKEN(order) && !(seen == routed))
#define T(l) (2 - (l == at && seen == routed) - mine[l] - unsure[l] - departed[l])
#define HIGH(l) (!adopted[l] || E[l] + others[l] >= S[l] + U(l))
#define SHOWN (S[A] + S[B])
#define PROMISED (exist - TAKEN(order))
#ifdef HIDDEN
#define MAY_LOSE true
#else
#define MAY_LOSE (quiet || order == routed)
#endif

inline end_as(how) { unrouted_end = (order == unrouted); order = how }

active proctype Shop()
{
    atomic {
        if :: at = B :: true fi;
        if :: quiet = false :: true fi;
        if :: adopted[A] = true; adopted[B] = true :: true fi };
end:
    do
    :: atomic { order == none -> order = unrouted; S[at]--; printf("shop: an order takes one at %d, not routed\n", at) }
    :: atomic { order == unrouted -> order = routed; printf("shop: the order is routed to %d\n", at) }
    :: atomic { TAKEN(order) -> end_as(restocked); S[at]++; printf("shop: the order ends, restocked at %d\n", at) }
    :: atomic { order == unrouted && MAY_LOSE ->
         end_as(silent); S[at]++; printf("shop: the order ends, restocked at %d without a word\n", at) }
    :: atomic { order == unrouted && MAY_LOSE ->
         end_as(lost); exist--; printf("shop: the order ends, not restocked\n") }
    od
}

active proctype Others()
{
end:
    atomic { !quiet && !wrote ->
      wrote = true;
      if
      :: S[A]++; others[A]++; printf("others: S of A +1\n")
      :: S[A]--; others[A]--; printf("others: S of A -1\n")
      fi }
}

inline become_unsure()
{
    unsure[A] = 1; unsure[B] = 1; marked[A] = true; marked[B] = true
}

active proctype Import()
{
end:
    do
    :: atomic { !IMPORTED ->
         if
         :: order == routed && !mine[A] -> E[at]--
         :: order == routed && mine[A] -> E[A]++; E[at]--
         :: TAKEN(seen) && order == restocked && seen == routed -> E[at]++
         /* Where it was taken is not told. E is raised where it was put back. */
         :: order == restocked && seen != routed -> E[at]++; marked[at] = true
#ifndef FREE
         :: order == silent || order == lost -> become_unsure()
#else
         :: order == silent || order == lost -> marked[A] = true; marked[B] = true
#endif
         :: order == unrouted ->
#ifdef PLACE
            mine[A] = true; E[A]--
#endif
         fi;
         if :: order != unrouted -> mine[A] = false :: else fi;
         seen = order; printf("import: the order, E %d and %d, S %d and %d\n", E[A], E[B], S[A], S[B]);
         assert(HIGH(A) && HIGH(B)) }
    od
}

#ifdef UPWARD
#define CERTAIN(l) (S[l] != E[l])
#else
#define CERTAIN(l) (PENDING -> S[l] > E[l] : S[l] != E[l] || marked[l])
#endif
#ifdef ADOPT
#define MAY_ADOPT true
#else
#define MAY_ADOPT (!PENDING)
#endif

/* Two reads that agree, as one step: confirm.pml shows that they are. */
inline look(l)
{
    drift = S[l] - E[l];
    if
    :: PENDING -> others[l] = others[l] - drift
    :: else ->
       others[l] = 0; marked[l] = false;
       gone = (-drift < unsure[l] -> (drift < 0 -> -drift : 0) : unsure[l]);
       departed[l] = departed[l] + gone; unsure[l] = 0
    fi;
    E[l] = S[l]; printf("look at %d: drift %d, departed %d\n", l, drift, gone);
    assert(HIGH(l)); drift = 0; gone = 0
}

inline adopt(l)
{
    decided = (decided || unsure[l] > 0);
    departed[l] = unsure[l]; unsure[l] = 0; marked[l] = false;
    adopted[l] = true; E[l] = S[l]; others[l] = 0; printf("adopt: %d at E %d\n", l, E[l]); assert(HIGH(l))
}

inline push(l)
{
    S[l] = S[l] + T(l) - E[l]; E[l] = T(l); printf("push: S of %d is %d\n", l, S[l])
}

#define SETTLED (IMPORTED && others[A] == 0 && others[B] == 0 && E[A] == T(A) && E[B] == T(B))

active proctype Client()
{
    short drift, gone;
end:
    do
    :: atomic { !adopted[A] && IMPORTED && MAY_ADOPT -> adopt(A) }
    :: atomic { !adopted[B] && IMPORTED && MAY_ADOPT -> adopt(B) }
    :: atomic { adopted[A] && IMPORTED && CERTAIN(A) -> look(A) }
    :: atomic { adopted[B] && IMPORTED && CERTAIN(B) -> look(B) }
    :: atomic { adopted[A] && E[A] != T(A) -> push(A) }
    :: atomic { adopted[B] && E[B] != T(B) -> push(B) }
    od
}

active proctype Judge()
{
    do
    :: atomic { SETTLED && adopted[A] && adopted[B] && !unrouted_end -> assert(SHOWN <= PROMISED); break }
    :: timeout -> break
    od;
    timeout;
    assert(adopted[A] && adopted[B]);
    assert(SHOWN <= PROMISED);
    assert(decided || SHOWN == PROMISED)
}
