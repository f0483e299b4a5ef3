/* Mapping: orders are read before anybody linked their item to a product; later it is linked, and perhaps relinked to
 * another item that the shop also sells (I10).
 *
 *   ours   holds     linking derives the stored readings in its transaction; relinking forgets E
 *   LATER  refuted   the demand of stored readings is derived in a transaction of its own
 *   NEVER  refuted   only readings from now on count
 *   KEPT   refuted   E is kept when the target gets another item
 *
 * An adopted target holds S + U = E, and when all is imported shows no more than exists and is not promised.
 */
#define NONE 2

short S[2] = 3;                             /* of the two items */
byte exist = 3;                             /* of the product, in our books, too */
byte sold[2], seen[2], demand[2];           /* at the shop; in stored readings; of those, counted in T */
byte item = NONE;                           /* linked to the product */
bool adopted = false;
short E = 0;

#define T (exist - (item == NONE -> 0 : demand[item]))
#define LAW (!adopted || S[item] + sold[item] - seen[item] == E)

inline derive() { demand[0] = seen[0]; demand[1] = seen[1] }

active proctype Shop()
{
end:
    do
    :: atomic { sold[0] < 2 && S[0] > 0 && item != 1 -> sold[0]++; S[0]--; printf("shop: sells item 0, S %d\n", S[0]) }
    :: atomic { sold[1] < 1 && S[1] > 0 && sold[0] == 0 ->
         sold[1]++; S[1]--; printf("shop: sells item 1, S %d\n", S[1]) }
    od
}

inline read(i)
{
    seen[i]++;
    if :: item == i -> demand[i]++; if :: adopted -> E-- :: else fi :: else fi;
    printf("import: an order of item %d, T %d, E %d\n", i, T, E); assert(LAW)
}

active proctype Import()
{
end:
    do
    :: atomic { seen[0] < sold[0] -> read(0) }
    :: atomic { seen[1] < sold[1] -> read(1) }
    od
}

inline link(i)
{
    item = i;
#ifndef KEPT
    adopted = false; E = 0;
#endif
#if !defined(LATER) && !defined(NEVER)
    derive();
#endif
    printf("operator: links item %d, T %d\n", i, T); assert(LAW)
}

active proctype Operator()
{
    atomic { link(0) };
#ifdef LATER
    atomic { derive(); printf("client: derives, T %d\n", T) };
#endif
    if
    :: atomic { sold[0] == 0 -> link(1) };
#ifdef LATER
       atomic { derive(); printf("client: derives, T %d\n", T) }
#endif
    :: true
    fi
}

active proctype Stock()
{
    atomic { exist++; printf("stock: one arrives, T %d\n", T) }
}

active proctype Client()
{
end:
    do
    :: atomic { item != NONE && !adopted && sold[item] == seen[item] ->
         adopted = true; E = S[item]; printf("adopt: E %d\n", E) }
    :: atomic { adopted && E != T ->
         S[item] = S[item] + T - E; E = T; printf("push: S %d\n", S[item]);
         assert(LAW); assert(seen[item] < sold[item] || S[item] <= exist - sold[item]) }
    od
}

active proctype Judge()
{
    timeout;
    assert(adopted && E == T && S[item] == exist - sold[item])
}
