/* Moves: an order of two units at location A. Between two readings up to three things happen: its fulfilment orders
 * move to B or back, split, and units are removed: restocked at a named location, named as lost, or without a word,
 * and then restocked or not. A reading shows the fulfilment orders and the removals, never where a removed unit was
 * claimed (I2, I3, I4).
 *
 *   ours       holds
 *   STILL      refuted   moves are not counted (I2)
 *   HOME       refuted   a restock is booked where the units were claimed, not where it was made (I2)
 *   GUESS      refuted   the fulfilment order that shrank is blamed although another changed too (I3)
 *   FREE       refuted   removed units that nobody speaks of are free; a look repairs their drift (I4)
 *   GONE       refuted   ... are booked in E as not restocked (I4)
 *   ROUNDTRIP  bound     a fulfilment order moved away, lost a unit there, and moved back: no reading shows it
 *   EXACT      bound     a restock whose claim has no place leaves E high; that can be taken for the loss of an
 *                        unsure unit: one too few is shown, until a count or the operator
 *
 * In doubt E is high: once all is imported, E >= S at both locations. Once all is pushed too, the two together show
 * no more than what exists. After a look at each marked location they show just that, but for the bound EXACT.
 */
#define A 0
#define B 1
#define ORDERS 3                            /* fulfilment orders that there may be */
#define CHANGES 3

typedef Reading {
    byte at[ORDERS];
    byte open[ORDERS];
    byte count;
    byte restocked[2];
    byte lost;
    byte removed
};
Reading shop, stored;
short S[2], E[2];
short exist[2], books[2];                   /* units that exist, and those that our books have */
byte unsure[2];
short departed[2];                          /* less than 0: arrived, and our books do not have them */
bool marked[2];
bool away[ORDERS];                          /* moved since the stored reading */
bool blurred = false;                       /* units were restocked, and where they were claimed is not told */
byte changes = 0, seen = 0;

#define OPEN(r, l) ((r.at[0] == l) * r.open[0] + (r.at[1] == l) * r.open[1] + (r.at[2] == l) * r.open[2])
#define T(l) (books[l] - OPEN(stored, l) - departed[l] - unsure[l])
#define IMPORTED (seen == changes)

inline move(o)
{
    from = shop.at[o];
    if
    :: S[from] = S[from] + shop.open[o]; S[1 - from] = S[1 - from] - shop.open[o];
       shop.at[o] = 1 - from; away[o] = true;
       printf("shop: order %d moves from %d with its %d\n", o, from, shop.open[o])
    :: shop.open[o] > 1 && shop.count < ORDERS ->
       S[from]++; S[1 - from]--; shop.open[o]--;
       shop.at[shop.count] = 1 - from; shop.open[shop.count] = 1; shop.count++;
       printf("shop: one unit of order %d moves from %d in a new order\n", o, from)
    fi
}

inline remove(o)
{
    from = shop.at[o]; shop.open[o]--; shop.removed++;
    if
    :: S[from]++; shop.restocked[from]++; printf("shop: removed at %d, restocked there\n", from)
    :: S[1 - from]++; shop.restocked[1 - from]++; exist[from]--; exist[1 - from]++;
       printf("shop: removed at %d, restocked at the other\n", from)
    :: shop.lost++; exist[from]--; printf("shop: removed at %d, named as lost\n", from)
    :: S[from]++; printf("shop: removed at %d without a word, restocked\n", from)
    :: exist[from]--; printf("shop: removed at %d without a word, not restocked\n", from)
    fi
}

active proctype Shop()
{
    byte o, from;
    atomic {
        exist[A] = 3; books[A] = 3; S[A] = 1; E[A] = 1; exist[B] = 1; books[B] = 1; S[B] = 1; E[B] = 1;
        shop.count = 1; shop.at[1] = 2; shop.at[2] = 2; shop.open[0] = 2;
        stored.count = 1; stored.at[1] = 2; stored.at[2] = 2; stored.open[0] = 2 };
end:
    do
    :: atomic { changes < CHANGES ->
         if :: o = 0 :: o = 1 :: o = 2 fi;
         if
#ifdef ROUNDTRIP
         :: shop.open[o] > 0 -> changes++; move(o)
#else
         :: shop.open[o] > 0 && !away[o] -> changes++; move(o)
#endif
         :: shop.open[o] > 0 -> changes++; remove(o)
         :: else
         fi;
         o = 0; from = 0 }
    od
}

/* The origin of `units` is told: the same orders at the same places, and those at one place shrank by just these. */
inline tell_origin()
{
    i = 0; shrank[A] = 0; shrank[B] = 0; told = (shop.count == stored.count);
    do
    :: i < ORDERS ->
       if :: i < stored.count -> told = (told && shop.at[i] == stored.at[i]);
             shrank[stored.at[i]] = shrank[stored.at[i]] + stored.open[i] - shop.open[i]
          :: else fi;
       i++
    :: else -> break
    od;
    if
    :: shrank[A] == units && shrank[B] == 0 -> origin = A
    :: shrank[B] == units && shrank[A] == 0 -> origin = B
    :: else -> told = false
    fi;
#ifdef GUESS
    told = true; origin = (shrank[A] > 0 -> A : B)
#endif
}

inline book_states(l)
{
#ifdef STILL
    E[l] = E[l] + (l == A -> OPEN(stored, A) + OPEN(stored, B) - OPEN(shop, A) - OPEN(shop, B) : 0);
#else
    E[l] = E[l] + OPEN(stored, l) - OPEN(shop, l);
#endif
#ifndef HOME
    E[l] = E[l] + shop.restocked[l] - stored.restocked[l]
#endif
}

inline book_origin()
{
    back = shop.restocked[origin] - stored.restocked[origin];
    E[origin] = E[origin] - (units - untold);
#ifdef HOME
    E[origin] = E[origin] + restocked;
#endif
#ifdef GONE
    E[origin] = E[origin] - untold;
#endif
    departed[origin] = departed[origin] + (units - untold - back);
    departed[1 - origin] = departed[1 - origin] - (restocked - back);
#ifndef FREE
    unsure[origin] = unsure[origin] + untold;
#endif
    marked[origin] = (marked[origin] || untold > 0)
}

inline book_anywhere()
{
    unsure[A] = unsure[A] + (units - restocked); unsure[B] = unsure[B] + (units - restocked);
    marked[A] = true; marked[B] = true
}

inline keep_reading()
{
    i = 0;
    do
    :: i < ORDERS -> stored.at[i] = shop.at[i]; stored.open[i] = shop.open[i]; away[i] = false; i++
    :: else -> break
    od;
    stored.count = shop.count; stored.removed = shop.removed; stored.lost = shop.lost;
    stored.restocked[A] = shop.restocked[A]; stored.restocked[B] = shop.restocked[B]
}

active proctype Import()
{
    byte i, units, untold, restocked, origin, back;
    short shrank[2];
    bool told;
end:
    do
    :: atomic { !IMPORTED ->
         units = shop.removed - stored.removed;
         restocked = shop.restocked[A] + shop.restocked[B] - stored.restocked[A] - stored.restocked[B];
         untold = units - restocked - (shop.lost - stored.lost);
         tell_origin();
         book_states(A); book_states(B);
         if
         :: units > 0 && told -> book_origin()
         :: units > 0 && !told -> book_anywhere(); blurred = (blurred || restocked > 0)
         :: else
         fi;
         keep_reading(); seen = changes;
         printf("import: %d removed, told %d: E %d and %d, S %d and %d\n", units, told, E[A], E[B], S[A], S[B]);
         i = 0; units = 0; untold = 0; restocked = 0; origin = 0; back = 0; told = false; shrank[A] = 0; shrank[B] = 0;
         assert(E[A] >= S[A] && E[B] >= S[B]) }
    od
}

/* Two reads that agree, as one step: confirm.pml shows that they are. */
inline look(l)
{
    drift = S[l] - E[l]; marked[l] = false;
    assert(drift <= 0);
    gone = (-drift < unsure[l] -> -drift : unsure[l]);
    departed[l] = departed[l] + gone; unsure[l] = 0; E[l] = S[l];
    printf("look at %d: drift %d, %d departed\n", l, drift, gone);
    drift = 0; gone = 0
}

active proctype Client()
{
    short drift, gone;
end:
    do
    :: atomic { E[A] != T(A) || E[B] != T(B) ->
         S[A] = S[A] + T(A) - E[A]; E[A] = T(A); S[B] = S[B] + T(B) - E[B]; E[B] = T(B);
         printf("push: S %d and %d\n", S[A], S[B]);
         assert(!IMPORTED || S[A] + S[B] <= exist[A] + exist[B] - OPEN(shop, A) - OPEN(shop, B)) }
    :: atomic { IMPORTED && marked[A] -> look(A) }
    :: atomic { IMPORTED && marked[B] -> look(B) }
    od
}

active proctype Judge()
{
    timeout;
    assert(S[A] + S[B] <= exist[A] + exist[B] - OPEN(shop, A) - OPEN(shop, B));
#ifdef EXACT
    blurred = false;
#endif
    assert(blurred || S[A] + S[B] == exist[A] + exist[B] - OPEN(shop, A) - OPEN(shop, B))
}
