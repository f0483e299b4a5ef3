/* Readings: an order changes three times; messages tell of it late, doubled or never; a poll looks too. Both may read
 * the order at once, and an answer takes its time (I1).
 *
 *   ours    holds     two readings are compared; what was asked for before the stored one was answered is dropped
 *   EVENTS  refuted   each message carries its change, and the changes are summed
 *   SPLIT   refuted   E and the reading are stored in two transactions
 *   OLDER   refuted   whatever answer comes is stored: what was seen is unseen, and a catch-up that ended was none
 *   EQUAL   refuted   an order whose updatedAt is the stored one's is never read again: two changes in one second
 */
#define VERSIONS 4
#define SECONDS 4

short effect[VERSIONS];                     /* of the order's versions on S: nothing, 2 placed, 1 given back, 1 added */
byte version = 0, updated = 0, now = 1;     /* at the shop; updatedAt is of whole seconds */
short S = 3, E = 3;
/* The stored reading: which version it is (nobody sees that), its updatedAt, when it was answered. */
byte stored = 0, stored_updated = 0, stored_at = 0;

#define WEBHOOK 0
#define POLL 1
mtype = { idle, asked, answered };
mtype state[2] = idle;
byte got[2], got_updated[2], got_at[2];
bool asked_before[2];                       /* the other importer had asked before this one's answer came */
bool outdated[2];
chan message = [2] of { short };            /* by how much S changed; ours looks at none of it */

#define LAW (S - effect[version] == 3 && E - effect[stored] == 3)
#define CHANGED (stored_updated != updated)
#ifdef EQUAL
#define DUE CHANGED
#else
#define DUE (CHANGED || updated >= stored_at)
#endif

active proctype Shop()
{
    effect[1] = -2; effect[2] = -1; effect[3] = -2;
end:
    do
    :: atomic { version + 1 < VERSIONS && now < SECONDS ->
         version++; updated = now; S = S + effect[version] - effect[version - 1];
         printf("shop: the order is at version %d, second %d, S %d\n", version, now, S);
         if
         :: nfull(message) -> message!(effect[version] - effect[version - 1])
         :: printf("net: the message is lost\n")
         fi;
         if
         :: nfull(message) && version == 1 -> message!(effect[1]); printf("net: the message is doubled\n")
         :: true
         fi }
    :: atomic { now < SECONDS -> now++ }
    od
}

inline ask(me)
{
    state[me] = asked; outdated[me] = false; printf("importer %d: asks\n", me)
}

inline finish(me)
{
    state[me] = idle; got[me] = 0; got_updated[me] = 0; got_at[me] = 0; outdated[me] = false; asked_before[me] = false;
    asked_before[1 - me] = false
}

inline book(me)
{
    if
#ifdef OLDER
    :: got_updated[me] >= stored_updated ->
#else
    :: !outdated[me] && got_updated[me] >= stored_updated ->
#endif
       printf("importer %d: books version %d over %d\n", me, got[me], stored);
       assert(got[me] >= stored);
       E = E + effect[got[me]] - effect[stored];
#ifdef SPLIT
       if :: true :: printf("importer %d: crashes before it stores the reading\n", me); goto lost fi;
#endif
       stored = got[me]; stored_updated = got_updated[me]; stored_at = got_at[me];
       outdated[1 - me] = asked_before[me];
       lost: skip
    :: else -> printf("importer %d: drops an older reading\n", me)
    fi;
    assert(LAW)
}

proctype Importer(byte me)
{
    short change;
end:
    do
#ifdef EVENTS
    :: atomic { me == WEBHOOK && nempty(message) ->
         message?change; E = E + change; printf("importer: adds %d, E %d\n", change, E); change = 0 }
#else
    :: atomic { me == WEBHOOK && state[me] == idle && nempty(message) -> message?change; change = 0; ask(me) }
    :: atomic { me == POLL && state[me] == idle && DUE -> ask(me) }
    :: atomic { state[me] == asked ->
         state[me] = answered; got[me] = version; got_updated[me] = updated; got_at[me] = now;
         asked_before[me] = (state[1 - me] != idle); printf("shop: answers importer %d: version %d\n", me, version) }
    :: atomic { state[me] == answered -> book(me); finish(me) }
    :: atomic { state[me] != idle -> finish(me); printf("importer %d: crashes\n", me) }
#endif
    od
}

init { atomic { run Importer(WEBHOOK); run Importer(POLL) } }

active proctype Judge()
{
    timeout;
    assert(S == E)
}
