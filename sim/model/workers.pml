/* Workers: two programs serve one shop. A lane has a fence that grows each time somebody takes it; its holder may
 * have slept at any point, with a request in hand or an answer not yet booked (P3, P5, P7).
 *
 *   ours      holds
 *   TWOOPEN   refuted   each worker has an operation of its own: both push the same difference (P3)
 *   UNFENCED  refuted   who lost the lane still closes what was refused, not knowing of the new holder's copy (P5)
 *   LATE      refuted   a request that slept past its deadline is sent, when its key is forgotten (P7)
 *
 * No sales here, so the law is S = E plus the delta of an open operation that the shop has applied, and S never
 * exceeds T.
 */
#define TAKES_MAX 4
#define KEYS_MAX 4

short S = 1, E = 1, T = 2;
byte fence = 0;
byte keys = 0;
/* Operations in the database. The unique index leaves room for one; TWOOPEN has one a worker. */
bool open[2], applied[2];
short delta[2];
byte key[2];
bool known[KEYS_MAX + 1];
/* A worker has a request in hand that is not sent yet; its deadline has passed. */
bool hand[2], late[2];

#ifdef TWOOPEN
#define OP me
#else
#define OP 0
#endif
#define OTHER (1 - me)
#define LAW (S == E + (applied[0] -> delta[0] : 0) + (applied[1] -> delta[1] : 0))
#ifdef UNFENCED
#define MINE true
#else
#define MINE (my_fence == fence)
#endif

inline close() { open[OP] = false; delta[OP] = 0; applied[OP] = false }

proctype Worker(byte me)
{
    byte my_fence = 255, k = 0;
    bool answered = false, done = false;
    bool alone = false;     /* no other copy was within its deadline at the send */
end:
    do
    :: atomic { my_fence != fence && fence < TAKES_MAX ->
         fence++; my_fence = fence; printf("worker %d: takes the lane, fence %d\n", me, fence);
         answered = false; done = false; alone = false /* an answer of an earlier fence is not this one's */ }
    :: atomic { my_fence == fence && !open[OP] && E != T && keys < KEYS_MAX ->
         keys++; key[OP] = keys; open[OP] = true; delta[OP] = T - E; applied[OP] = false;
         printf("worker %d: plans %d under key %d\n", me, delta[OP], keys) }
    :: atomic { my_fence == fence && open[OP] && !hand[me] && !answered ->
         k = key[OP]; hand[me] = true; late[me] = false; printf("worker %d: takes the request in hand\n", me) }
    :: atomic { hand[me] && !late[me] -> late[me] = true; printf("time: worker %d sleeps past its deadline\n", me) }
    :: atomic { hand[me] && late[me] ->
         hand[me] = false; late[me] = false; printf("worker %d: does not send it\n", me) }
#ifdef LATE
    :: atomic { hand[me] ->
#else
    :: atomic { hand[me] && !late[me] ->
#endif
         hand[me] = false; late[me] = false; alone = !(hand[OTHER] && !late[OTHER]);
         if
         :: known[k] -> done = true; printf("shop: knows key %d\n", k)
         :: !known[k] -> done = true; known[k] = true;
            if
            :: open[OP] && key[OP] == k -> S = S + delta[OP]; applied[OP] = true
            :: else -> S = S + 1 /* the bytes in hand: every plan here is of one unit */
            fi;
            printf("shop: applies key %d of worker %d, S %d\n", k, me, S)
         :: !known[k] -> done = false; printf("shop: refuses key %d of worker %d\n", k, me)
         fi;
         if :: answered = true :: printf("net: the answer is lost\n") fi;
         assert(LAW); assert(S <= T) }
    :: atomic { answered ->
         if
         :: done && MINE && open[OP] && key[OP] == k ->
            E = E + delta[OP]; close(); printf("worker %d: books it, E %d\n", me, E)
         :: !done && MINE && open[OP] && key[OP] == k && alone ->
            close(); printf("worker %d: closes the refused operation\n", me)
         :: else
         fi;
         answered = false; done = false; alone = false; k = 0; assert(LAW) }
    /* A day passes, in which no request can still be within its deadline: closed by reading (R7). */
    :: atomic { my_fence == fence && open[OP] && (!hand[me] || late[me]) && (!hand[OTHER] || late[OTHER]) ->
         known[key[OP]] = false; E = S; close();
         printf("worker %d: a day later, closes it by reading, E %d\n", me, E); assert(LAW) }
    od
}

proctype Stock()
{
end:
    atomic { T == E -> T++; printf("stock: one arrives, T %d\n", T) }
}

init { atomic { run Worker(0); run Worker(1); run Stock() } }
