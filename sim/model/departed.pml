/* Departed: an aggregate channel sums two facilities. An order takes a unit; it leaves from a facility that nobody
 * names, until an event or counts of both facilities tell. Or our side releases it to a facility first. Or its
 * location is one that no channel maps (I7, I8).
 *
 *   ours       holds     the unit stays demand until the books of a facility lose it
 *   SHIPSFROM  holds     the channel names the facility that ships them
 *   SHIPSFROM+ELSEWHERE  bound  ... and another one shipped: a count of the named one puts the unit back on sale
 *   FREE       refuted   shipped, the unit is demand no more: the books still have it (I8)
 *   ONE        refuted   a count of one facility ends the demand (I8)
 *   UNDATED    refuted   counts made before the departure end the demand (I8)
 *   KEPT       refuted   the event that names the facility does not end the demand (I8)
 *   FLICKER    refuted   a release leaves the queue and reserves in two transactions (I7)
 *   UNMAPPED   refuted   a unit at a location that no channel maps is nobody's demand (I7)
 *
 * When all is imported and pushed, the shop shows no more than exists and is not promised; at last it shows just
 * that.
 */
mtype = { none, open, shipped };
mtype order = none, seen = none;
byte exist[2] = 2, books[2] = 2;
short S = 4, E = 4;
byte queued = 0, reserved = 0, departed = 0;
bool unmapped = false;
bool event_comes;                           /* an event will name the facility; else both are counted */
byte from = 2;                              /* the facility that it left from: nobody at the shop says */
byte released = 2;                          /* our side released it to this facility */
bool told = false;
/* A count takes effect later than it was made. */
bool counting[2], counted_after[2], applied_after[2], applied_any[2];
byte count[2];

#define T (books[0] + books[1] - reserved - queued - departed)
#define PROMISED (exist[0] + exist[1] - (order == open))

inline pick()
{
#if defined(SHIPSFROM) && !defined(ELSEWHERE)
    from = 0
#else
    if :: from = 0 :: from = 1 fi
#endif
}

active proctype Shop()
{
    if :: unmapped = true; printf("shop: a location that no channel maps\n") :: true fi;
    atomic { order = open; if :: unmapped :: else -> S-- fi; printf("shop: an order, S %d\n", S) };
    if
    :: atomic { released == 2 ->
         pick(); exist[from]--; order = shipped; printf("shop: shipped from facility %d\n", from) }
    :: atomic { released < 2 ->
         from = released; exist[from]--; order = shipped; printf("our side: shipped from facility %d\n", from) }
    fi
}

active proctype Import()
{
end:
    do
    :: atomic { order != none && seen == none -> seen = open;
#ifndef UNMAPPED
         queued++;
#else
         if :: unmapped :: else -> queued++ fi;
#endif
         if :: unmapped :: else -> E-- fi;
         printf("import: an order, T %d\n", T) }
    :: atomic { order == shipped && seen == open && released == 2 -> seen = shipped;
#ifdef UNMAPPED
         if :: unmapped -> goto end :: else fi;
#endif
#if defined(FREE)
         queued--;
#elif defined(SHIPSFROM)
         queued--; books[0]--;
#else
         queued--; departed++;
#endif
         printf("import: it is shipped, T %d\n", T) }
    od
}

/* Our side: a release before anything is shipped, and the event of its shipment. */
active proctype Broker()
{
end:
    if
    :: atomic { order == open && seen == open && queued > 0 ->
         if :: released = 0 :: released = 1 fi; queued--;
#ifndef FLICKER
         reserved++; printf("broker: released to facility %d, T %d\n", released, T) };
#else
         printf("broker: out of the queue, T %d\n", T) };
       atomic { reserved++; printf("broker: reserved, T %d\n", T) };
#endif
       atomic { order == shipped ->
         reserved--; books[released]--; seen = shipped; printf("our side: the books lose it, T %d\n", T) }
    :: atomic { seen == shipped && event_comes && !told -> told = true;
#ifndef SHIPSFROM
         books[from]--;
#ifndef KEPT
         departed = departed - (departed > 0);
#endif
#endif
         printf("event: it left facility %d, T %d\n", from, T) }
    fi
}

#ifdef SHIPSFROM
#define LATER_MOVES(f) (f == 0 && seen == shipped && !counted_after[f])
#else
#define LATER_MOVES(f) 0
#endif
#if defined(ONE)
#define ALL_COUNTED (applied_after[0] || applied_after[1])
#elif defined(UNDATED)
#define ALL_COUNTED (applied_any[0] && applied_any[1])
#else
#define ALL_COUNTED (applied_after[0] && applied_after[1])
#endif

/* Counts, where no event will come: one before the departure perhaps, one after it. */
proctype Facility(byte f)
{
end:
    do
    :: atomic { released == 2 && !counting[f] && (order == shipped -> !counted_after[f] : !applied_any[f]) ->
         counting[f] = true; count[f] = exist[f]; counted_after[f] = (order == shipped);
         printf("facility %d: counts %d\n", f, count[f]) }
    :: atomic { counting[f] && released == 2 && (!counted_after[f] || seen == shipped) ->
         counting[f] = false; books[f] = count[f] - LATER_MOVES(f);
         applied_any[f] = true; applied_after[f] = counted_after[f];
         if :: seen == shipped && ALL_COUNTED -> departed = 0 :: else fi;
         printf("facility %d: the count is applied, T %d\n", f, T) }
    od
}

init
{
    atomic {
        if
        :: event_comes = true
        :: run Facility(0); run Facility(1)
        fi }
}

active proctype Push()
{
end:
    do
    :: atomic { E != T -> S = S + T - E; E = T; printf("push: S %d\n", S) }
    od
}

active proctype Judge()
{
    do
    :: atomic { seen == order && E == T && S > PROMISED -> assert(false) }
    :: timeout -> break
    od;
    assert(seen == order && S == PROMISED)
}
