/* Confirm: what two reads prove. Others write to S; sales are imported late; our own push runs beside; staff puts a
 * unit aside as damaged, which is held and no drift. Stamps are of whole seconds, and a read may come from a replica
 * that shows the end of an earlier second (R1, R2, R4).
 *
 *   ours     holds
 *   BUSY     holds (slow)   two sales
 *   AGAIN    holds (slow)   two looks, one after the other
 *   BLIND    refuted   no catch-up between the reads: sales that are unseen are taken for drift (R1)
 *   VALUES   refuted   the reads agree by value only (R1)
 *   YOUNG    refuted   stamps of the very second of the first read are believed (R1)
 *   TOUCHED  refuted   an import or a push between catch-up and booking does not matter (R1)
 *   DOUBT    refuted   a push that is open does not matter: applied and not yet booked, it is taken for a drift (the law)
 *   STALE    refuted   a stamp older than the newest change that we know of is believed (R2)
 *   HELDLESS refuted   held units are left out: damage is taken for drift, and pushed up again (law)
 *   TORN     bound     the replica stops within the second of our newest change: only the compare of R6 sees it
 *
 * What is booked as drift is exactly what others had written at the moment that was read.
 */
#define SECONDS 3
#ifdef BUSY
#define SALES 2
#else
#define SALES 1
#endif
#ifdef AGAIN
#define LOOKS 2
#else
#define LOOKS 1
#endif

short S = 2, H = 0, E = 2, raw = 2;
byte stamp = 0, now = 1;
short foreign = 0, found = 0;               /* what others wrote in all; what we booked of it */
byte sold = 0, seen = 0, sale_at[SALES];
byte newest = 0;                            /* the newest change there that we know of */
bool open = false, applied = false;         /* our push, in doubt */
short delta = 0;
byte pushed_at = 0;
bool touched = false;                       /* here, since the catch-up ended */
bool looking = false;                       /* our own pushes wait (R8) */
/* The replica shows the end of some second. */
short old_S = 2, old_H = 0, old_foreign = 0;
byte old_stamp = 0;

#define T ((raw > 0) -> raw : 0)
#define U (sold - seen)
#define LAW (S + H + U == E + (foreign - found) + (applied -> delta : 0))

inline changed() { stamp = now; assert(LAW) }

inline copy() { old_S = S; old_H = H; old_stamp = stamp; old_foreign = foreign }

active proctype Shop()
{
    bool damaged = false;
    byte writes = 0;
end:
    do
    :: atomic { sold < SALES && S > 0 ->
         S--; sale_at[sold] = now; sold++; changed(); printf("shop: sells one, S %d\n", S) }
    :: atomic { writes < 2 -> writes++; S++; foreign++; changed(); printf("others: S %d\n", S) }
    :: atomic { writes < 2 -> writes++; S--; foreign--; changed(); printf("others: S %d\n", S) }
    :: atomic { !damaged && S > 0 -> damaged = true; S--; H++; changed(); printf("staff: one is damaged, S %d\n", S) }
    :: atomic { now < SECONDS -> if :: copy() :: true fi; now++ }
#ifdef TORN
    :: atomic { old_stamp != stamp || old_S != S -> copy() }
#endif
    od
}

inline import()
{
    E--; raw--; newest = (sale_at[seen] > newest -> sale_at[seen] : newest); seen++; touched = true;
    printf("import: one sale, E %d\n", E); assert(LAW)
}

active proctype Import()
{
end:
    do
    :: atomic { seen < sold -> import() }
    od
}

active proctype Push()
{
    raw++; printf("stock: one arrives\n");
end:
    do
    :: atomic { !looking && !open && E != T -> open = true; delta = T - E; printf("push: plans %d\n", delta) }
    :: atomic { open && !applied -> S = S + delta; applied = true; pushed_at = now; changed(); printf("push: applied, S %d\n", S) }
    :: atomic { open && applied ->
         E = E + delta; open = false; applied = false; delta = 0; newest = (pushed_at > newest -> pushed_at : newest);
         pushed_at = 0;
         touched = true; printf("push: booked, E %d\n", E); assert(LAW) }
    od
}

inline read(s, h, t, f)
{
    if
    :: s = S; h = H; t = stamp; f = foreign
    :: s = old_S; h = old_H; t = old_stamp; f = old_foreign
    fi;
    printf("client: reads S %d, H %d, stamp %d\n", s, h, t)
}

#ifdef VALUES
#define AGREE (s1 == s2 && h1 == h2)
#else
#define AGREE (s1 == s2 && h1 == h2 && t1 == t2)
#endif
#if defined(YOUNG) || defined(VALUES)
#define OLD_ENOUGH true
#else
#define OLD_ENOUGH (t1 < asked)
#endif
#ifdef TOUCHED
#define UNTOUCHED true
#else
#define UNTOUCHED (!touched)
#endif
#ifdef DOUBT
#define IN_DOUBT false
#else
#define IN_DOUBT open
#endif
#ifdef STALE
#define FRESH true
#else
#define FRESH (t2 >= known)
#endif
#ifdef HELDLESS
#define DRIFT (s2 - E)
#else
#define DRIFT (s2 + h2 - E)
#endif

active proctype Look()
{
    short s1, h1, s2, h2, f;
    byte t1, t2, asked, looks = 0;
    byte known;                             /* the newest change that we knew of at the second read */
end:
    do
    :: looks < LOOKS ->
       atomic { looks++; looking = true; asked = now; read(s1, h1, t1, f) };
#ifndef BLIND
       do
       :: atomic { seen < sold -> import() }
       :: atomic { seen == sold -> touched = false; break }
       od;
#endif
       atomic { read(s2, h2, t2, f); known = newest };
       atomic {
         if
         :: AGREE && OLD_ENOUGH && !IN_DOUBT && UNTOUCHED && FRESH && DRIFT != 0 ->
            found = found + DRIFT; E = E + DRIFT; printf("client: books a drift, E %d\n", E);
            assert(found == f)
         :: else
         fi;
         looking = false; s1 = 0; h1 = 0; t1 = 0; s2 = 0; h2 = 0; t2 = 0; f = 0; asked = 0; known = 0 }
    :: else -> break
    od
}
