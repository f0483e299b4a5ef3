/* Push: an operation is durable before its first byte, sent with one key until it is answered, booked once (P2, P5,
 * P6, P8).
 *
 * One target. Requests and answers are lost, late, doubled (by resending) and reordered; the client crashes at any
 * step, which forgets all but what the database holds. The shop sells and may refuse a call at first and take the
 * same call later (it does not remember refusals); it forgets keys, but not within the 12 hours in which we send.
 *
 *   ours        holds
 *   DEEP        holds (slow)   more sales, sends and keys
 *   UNDURABLE   refuted   the operation is in memory only: a crash plans it again
 *   NOKEY       refuted   every copy that arrives is applied
 *   NEWKEY      refuted   a copy gets a new key
 *   NEWBYTES    refuted   a copy under the old key carries the delta of the moment: booked is not what was applied
 *   TWICE       refuted   an answer is booked although its operation is closed
 *   SPLIT       refuted   booking and closing are two transactions
 *   AGED        refuted   an operation is sent again after the shop forgot its key
 *   HASTY       refuted   a refusal closes the operation while an earlier copy may still arrive
 *
 * The law at every step: S + U = E, plus the delta of an open operation that the shop has applied.
 */
#ifdef DEEP
#define SALES_MAX 3
#define SENDS_MAX 6
#define KEYS_MAX 4
#else
#define SALES_MAX 2
#define SENDS_MAX 4
#define KEYS_MAX 4
#endif

short S = 2, raw = 2;                       /* raw: T before it is floored at 0; moves with imports and our stock */
short E = 2;                                /* durable, as all of the operation is */
bool open = false;
bool old = false;                           /* first sent more than 12 hours ago */
byte key = 0, keys = 0;
short delta = 0;
bool sent = false;                          /* in memory: an answer is awaited */
bool alone = false;                         /* in memory: no other copy was on its way at the send */
byte sends = 0, attempt = 0, flying = 0;
byte sold = 0, seen = 0;
bool known[KEYS_MAX + 1];                   /* the shop's memory of keys that it applied */
bool applied = false;                       /* the truth about the open operation */

chan request = [2] of { byte, short, byte };            /* key, delta, attempt */
chan answer = [2] of { byte, short, byte, bool };       /* ... and: done, not refused */

#define T ((raw > 0) -> raw : 0)
#define U (sold - seen)
#define LAW (S + U == E + (applied -> delta : 0))
/* A unit that does not exist is sold only while a fall is known here: owed, or in an operation of an earlier plan. */
#define COVERED (raw - U > 0 || E + ((open && delta > 0) -> delta : 0) > T)

#ifdef AGED
#define MAY_SEND true
#else
#define MAY_SEND (!old)
#endif

inline apply(k, d)
{
    S = S + d; known[k] = true;
    printf("shop: applies %d under key %d, S %d\n", d, k, S);
    if :: open && k == key -> applied = true :: else fi
}

inline close() { open = false; delta = 0; applied = false; sent = false; old = false }

active proctype Shop()
{
    byte k, a;
    short d;
    bool done;
end:
    do
    :: atomic { sold < SALES_MAX && S > 0 ->
         assert(COVERED); S--; sold++; printf("shop: sells one, S %d\n", S); assert(LAW) }
    :: atomic { request?k,d,a ->
         if
         :: len(request) > 0 -> request!k,d,a; request?k,d,a; printf("net: requests change their order\n")
         :: true
         fi;
         flying--; done = true;
         if
         :: printf("net: the request is lost\n")
         :: if
#ifdef NOKEY
            :: apply(k, d)
#else
            :: known[k] -> printf("shop: knows key %d, applies nothing\n", k)
            :: !known[k] -> apply(k, d)
            :: !known[k] -> done = false; printf("shop: refuses the call\n")
#endif
            fi;
            assert(LAW);
            if :: nfull(answer) -> answer!k,d,a,done :: printf("net: the answer is lost\n") fi
         fi;
         k = 0; d = 0; a = 0; done = false }
    :: atomic { open && old && known[key] -> known[key] = false; printf("shop: forgets key %d\n", key) }
    od
}

active proctype Import()
{
end:
    do
    :: atomic { seen < sold -> seen++; E--; raw--; printf("import: one sale, E %d\n", E); assert(LAW) }
    od
}

active proctype Stock()
{
    if :: raw++; printf("stock: one arrives\n") :: raw--; printf("stock: one breaks\n") :: true fi
}

active proctype Client()
{
    byte k, a;
    short d;
    bool done;
end:
    do
    :: atomic { !open && T != E && sends < SENDS_MAX && keys < KEYS_MAX ->
         keys++; key = keys; open = true; delta = T - E; applied = false;
         printf("client: plans %d under key %d\n", delta, key) }
    :: atomic { open && !sent && MAY_SEND && sends < SENDS_MAX && nfull(request) ->
#ifdef NEWKEY
         if :: keys < KEYS_MAX && sends > 0 -> keys++; key = keys :: else fi;
#endif
#ifdef NEWBYTES
         delta = T - E;
#endif
         alone = (flying == 0);
         sends++; attempt = sends; flying++; sent = true;
         request!key,delta,attempt; printf("client: sends %d under key %d\n", delta, key) }
    :: atomic { sent -> sent = false; printf("client: gives up waiting, or crashes and starts\n") }
#ifdef UNDURABLE
    :: atomic { open ->
         open = false; delta = 0; applied = false; sent = false;
         printf("client: crashes, the operation is forgotten\n") }
#endif
    :: atomic { open && !sent && !old && flying == 0 && len(answer) == 0 ->
         old = true; printf("time: 12 hours pass\n") }
    :: atomic { open && old && flying == 0 ->
         E = S + U; close(); printf("client: closes it by reading (R7), E %d\n", E) }
    :: atomic { answer?k,d,a,done ->
         if
#ifdef TWICE
         :: done -> E = E + d; if :: open && k == key -> close() :: else fi
#else
         :: done && open && k == key ->
            E = E + delta; printf("client: books %d, E %d\n", delta, E);
#ifdef SPLIT
            if :: close() :: sent = false; printf("client: crashes before it closes\n") fi
#else
            close()
#endif
#endif
#ifdef HASTY
         :: !done && open && k == key -> close(); printf("client: closes the refused operation\n")
#else
         :: !done && open && k == key && sent && alone && a == attempt ->
            close(); printf("client: closes the refused operation\n")
#endif
         :: else
         fi;
         k = 0; d = 0; a = 0; done = false;
         assert(LAW) }
    od
}

/* No change is lost: when nothing more can happen, nothing is owed or open, unless the model's sends ran out. */
active proctype Judge()
{
    timeout;
    assert(sends == SENDS_MAX || keys == KEYS_MAX || (!open && E == T))
}
