/* Settle: when stimuli stop, the shop is right at last: S = T - U - H with U = 0, E = T, nothing open and nothing
 * unfound, whatever was lost on the way (P6, I9, R4, R8). Two sales, one change of stock, one write of others, a
 * draft that may hold a unit for ever, lost requests and answers, lost messages. Fairness: who can act for ever does
 * act at last.
 *
 *   ours      holds
 *   UNSENT    refuted   an operation in doubt is left alone (P6)
 *   UNPOLLED  refuted   orders come by message only, and messages get lost (I9)
 *   UNLOOKED  refuted   nobody looks for what others wrote (R4)
 *   STUBBORN  refuted   a stamp older than a movement that we booked is called stale for ever: that movement was a doubt (R2)
 *   RESTLESS  holds     our stock never rests; our pushes to a target pause while it is read (R8)
 *   RESTLESS+PAUSELESS  refuted  ... and our pushes never pause: no two reads ever agree
 *   SELLING   bound     it sells and is cancelled for ever: a look needs one quiet moment of the target (R8)
 */
#define LOST_MAX 2
#define SALES 2

short S = 2, H = 0, E = 2, raw = 2;
byte sold = 0, seen = 0;
bool told = true;                           /* a message of the last sale is on its way */
bool open = false, applied = false, tried = false;
short delta = 0;
byte lost = 0;
short foreign = 0;
bool doubted = false;                       /* a movement was booked in doubt, which S never made */
bool stale = false;                         /* so the stamp is older than what we know of; for two minutes */
bool wrote = false, drafted = false, kept = false;
bool changed = false;                       /* our stock */
bool looking = false;                       /* between two reads */
bool quiet = true;                          /* neither S nor E moved since the first */
bool rested = false;                        /* what was owed had its turn; now a look has its own */

#define T ((raw > 0) * raw)
#define RIGHT (S + H == T && sold == seen && E == T && !open && foreign == 0)

#if defined(SELLING) || defined(RESTLESS)
ltl found { [] (wrote implies (<> (foreign == 0))) }
#else
ltl settles { <> [] RIGHT }
#endif

/* Time goes on: so a system that is stuck is an infinite run, and judged like one. */
bool tick = false;
active proctype Clock() { do :: tick = !tick od }

active proctype Shop()
{
end:
    do
    :: atomic { sold < SALES && S > 0 -> S--; sold++; quiet = false; printf("shop: sells one, S %d\n", S);
         if :: told = false; printf("net: the message is lost\n") :: true fi }
    :: atomic { !drafted && S > 0 ->
         drafted = true; S--; H++; quiet = false; printf("shop: a draft holds one, S %d\n", S) }
    :: atomic { H > 0 && !kept ->
         quiet = false;
         if
         :: H--; S++; printf("shop: the draft is dropped, S %d\n", S)
         :: kept = true; printf("shop: the draft stays for good\n")
         fi }
    :: atomic { !wrote -> wrote = true; quiet = false; if :: S++; foreign = 1 :: S--; foreign = -1 fi;
         printf("others: S %d\n", S) }
#ifdef SELLING
    :: atomic { sold == SALES && seen == SALES ->
         sold = 0; seen = 0; S = S + SALES; E = E + SALES; raw = raw + SALES; quiet = false;
         printf("shop and import: both sales are cancelled, S %d\n", S) }
#endif
    od
}

active proctype Stock()
{
end:
    do
    :: atomic { !changed -> changed = true; if :: raw++ :: raw-- fi; printf("stock: %d\n", raw) }
#ifdef RESTLESS
    :: atomic { changed && raw < 3 -> raw++; printf("stock: %d\n", raw) }
    :: atomic { changed && raw > 1 -> raw--; printf("stock: %d\n", raw) }
#endif
    od
}

active proctype Import()
{
end:
    do
#ifdef UNPOLLED
    :: atomic { seen < sold && told -> seen++; E--; raw--; quiet = false; printf("import: one sale, E %d\n", E) }
#else
    :: atomic { seen < sold -> seen++; E--; raw--; quiet = false; printf("import: one sale, E %d\n", E) }
#endif
    od
}

#if !defined(SELLING) && !defined(RESTLESS)
active proctype Doubt()
{
end:
    atomic { !doubted -> doubted = true; E++; quiet = false; stale = true; printf("import: a restock in doubt, E %d\n", E) };
#ifndef STUBBORN
    atomic { stale = false; printf("time: two minutes pass\n") }
#endif
}
#endif

#ifdef PAUSELESS
#define MAY_PLAN true
#else
#define MAY_PLAN (!looking && !rested)
#endif

inline book() { E = E + delta; delta = 0; open = false; applied = false; tried = false; rested = true }

active proctype Push()
{
end:
    do
    :: atomic { !open && E != T && MAY_PLAN -> open = true; delta = T - E; printf("push: plans %d\n", delta) }
    :: atomic { !open && E == T && !looking && !rested -> rested = true }
    :: atomic { open && !applied && !tried ->
         quiet = false; tried = true;
         if
         :: lost < LOST_MAX -> lost++; printf("net: the request is lost\n")
         :: lost < LOST_MAX ->
            lost++; S = S + delta; applied = true; printf("net: applied, S %d, and the answer is lost\n", S)
         :: S = S + delta; book(); printf("push: S %d\n", S)
         fi }
#ifndef UNSENT
    :: atomic { open && tried && !applied -> tried = false; printf("push: sends it again\n") }
    :: atomic { open && tried && applied -> book(); quiet = false; printf("push: sent again, known, booked\n") }
#endif
    od
}

/* Two reads around a catch-up, in two steps; they agree if nothing moved between. */
#ifndef UNLOOKED
active proctype Look()
{
end:
    do
    :: atomic { !open && !looking && rested -> looking = true; quiet = true; printf("look: reads\n") }
    :: atomic { looking && (seen < sold || !quiet || open || stale) ->
         looking = false; rested = false; printf("look: not quiet\n") }
    :: atomic { looking && seen == sold && quiet && !open && !stale -> E = S + H; foreign = 0; looking = false; rested = false;
         printf("look: confirms, E %d\n", E) }
    od
}
#endif
