/* Adopt: first contact, while the shop goes on. S is already less by an order that is open since long, by one that
 * was closed before we came and is read only later, by a unit that a draft holds. A sale at a till comes at any time
 * and is closed at once; the open order may be cancelled; somebody writes to S (R3, R1).
 *
 *   ours      holds     read, catch up with every open order and all news, read again; E := S + reserved
 *   FIRST     refuted   E from one read, without a catch-up
 *   LATE      refuted   the catch-up comes after the second read
 *   RECENT    refuted   the catch-up leaves out open orders that did not change lately
 *   VALUES    refuted   the reads agree by value only
 *   TOUCHED   refuted   an import between catch-up and booking does not matter
 *   RESERVED  refuted   E := S: the draft's unit is missing when it becomes an order
 *   UNDATED   refuted   an order that was closed and never read counts, however old it is
 *   BOOKED    refuted   the epoch is the moment of the booking, not of the first read
 *
 * From then on S + H + U = E, but for what others wrote after the second read.
 */
short S = 3, E = 0;
byte H = 1;                                 /* the draft: reserved */
byte stamp = 0;
bool adopted = false;
short drift = 0;                            /* written by others, not in E */
byte now = 1, epoch = 0;                    /* each event its own moment: seconds are confirm.pml's matter */
bool wrote = false, second_read = false;
/* The old open order; the old closed one; the sale at the till; the draft's order. */
bool cancelled = false, open_seen = false, cancel_seen = false;
bool closed_seen = false;
byte sold_at = 0;
bool sale_seen = false;
bool completed = false, draft_seen = false;
bool touched = false;

/* What happened and was not imported: after the epoch, or in our reading's reach. */
#define U ((sold_at > 0 && !sale_seen && sold_at > epoch) - (cancelled && !cancel_seen) + (completed && !draft_seen))
#define LAW (!adopted || S + H + U == E + drift)

inline tick() { now++; stamp = now }

active proctype Shop()
{
end:
    do
    :: atomic { sold_at == 0 ->
         S--; tick(); sold_at = now; printf("shop: sells one at the till, S %d\n", S); assert(LAW) }
    :: atomic { !cancelled ->
         cancelled = true; S++; tick(); printf("shop: the old order is cancelled, S %d\n", S); assert(LAW) }
    :: atomic { adopted && !completed ->
         completed = true; H--; tick(); printf("shop: the draft is completed\n"); assert(LAW) }
    :: atomic { !wrote ->
         wrote = true; S++; tick(); if :: second_read -> drift++ :: else fi; printf("others: S %d\n", S); assert(LAW) }
    od
}

inline book(effect)
{
    if :: adopted -> E = E + effect :: else fi;
    touched = true; printf("import: %d, E %d\n", effect, E); assert(LAW)
}

/* A first reading of an order that is closed counts if the order is younger than the epoch. */
#ifdef UNDATED
#define COUNTS(at) 1
#else
#define COUNTS(at) (at > epoch)
#endif

inline import_sale() { sale_seen = true; book(-COUNTS(sold_at)) }
inline import_open()
{
    /* Read before, the cancellation gives its unit back; a first reading of an order that has ended gives nothing. */
    if
    :: !cancelled -> open_seen = true; printf("import: the old open order\n")
    :: cancelled && open_seen -> cancel_seen = true; book(1)
    :: cancelled && !open_seen -> open_seen = true; cancel_seen = true; book(0)
    fi
}
#define NEWS_SALE (sold_at > 0 && !sale_seen)
#define NEWS_CANCEL (cancelled && !cancel_seen)

active proctype Import()
{
end:
    do
    :: atomic { NEWS_SALE -> import_sale() }
    :: atomic { NEWS_CANCEL -> import_open() }
    :: atomic { completed && !draft_seen -> draft_seen = true; book(-1) }
    :: atomic { adopted && !closed_seen ->
         closed_seen = true; printf("import: the old closed order is read\n"); book(-COUNTS(0)) }
    od
}

inline catch_up()
{
    do
    :: atomic { NEWS_SALE -> import_sale() }
    :: atomic { NEWS_CANCEL -> import_open() }
#ifndef RECENT
    :: atomic { !open_seen && !cancelled -> import_open() }
    :: atomic { !NEWS_SALE && !NEWS_CANCEL && open_seen -> touched = false; break }
#else
    :: atomic { !NEWS_SALE && !NEWS_CANCEL -> touched = false; break }
#endif
    od
}

#if defined(VALUES)
#define AGREE (s1 == s2)
#else
#define AGREE (s1 == s2 && t1 == t2)
#endif
#ifdef TOUCHED
#define UNTOUCHED true
#else
#define UNTOUCHED (!touched)
#endif
#ifdef RESERVED
#define FOUND s2
#else
#define FOUND (s2 + h2)
#endif

active proctype Adopt()
{
    short s1, s2;
    byte h2, t1, t2, first;
end:
    do
    :: !adopted ->
       atomic { s1 = S; t1 = stamp; now++; first = now; printf("client: reads S %d\n", S) };
#ifdef FIRST
       atomic { s2 = s1; h2 = H; t2 = t1; second_read = true; drift = 0 };
#else
#ifndef LATE
       catch_up();
#endif
       atomic { s2 = S; h2 = H; t2 = stamp; second_read = true; drift = 0; printf("client: reads S %d again\n", S) };
#ifdef LATE
       catch_up();
#endif
#endif
       atomic {
         if
         :: AGREE && UNTOUCHED ->
            adopted = true; E = FOUND; epoch = first; now++;
#ifdef BOOKED
            epoch = now;
#endif
            printf("client: adopts, E %d\n", E);
#ifndef BOOKED
            assert(LAW)
#endif
         :: else -> second_read = false
         fi;
         s1 = 0; s2 = 0; h2 = 0; t1 = 0; t2 = 0; first = 0 }
    :: else -> break
    od
}
