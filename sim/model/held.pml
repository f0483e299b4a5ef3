/* Held: units that the shop itself keeps out of `available` as damaged and the like. One was put aside before we
 * adopted: that is the baseline. Staff puts others aside and takes them back, the first one, too (the law; H >= 0).
 *
 *   ours      holds     a reading below the baseline lowers it, in the transaction that books what is then a drift
 *   BASELESS  refuted   no baseline: what was put aside before we came is held, too, and taken for a drift
 *   NEGATIVE  refuted   H may fall below 0: the first unit is taken back, and is on sale though our books do not have it
 *   LATER     refuted   the baseline is lowered in a transaction of its own: the next damage is taken for a drift
 *
 * When a look is done and what is owed is pushed, the shop shows what our books promise, less what was put aside.
 */
#define TOUCHES 4

short S = 2, E = 2, baseline = 1;
byte aside = 1;                             /* damaged, at the shop */
byte lowest = 1;                            /* the least that any look found: the true baseline */
byte touches = 0;
bool looked = true;                         /* since the last touch */

#define T 2
#ifdef NEGATIVE
#define H(others) (others - baseline)
#else
#define H(others) (others > baseline -> others - baseline : 0)
#endif

active proctype Staff()
{
end:
    do
    :: atomic { touches < TOUCHES && S > 0 ->
         touches++; S--; aside++; looked = false; printf("staff: puts one aside, S %d\n", S) }
    :: atomic { touches < TOUCHES && aside > 0 ->
         touches++; S++; aside--; looked = false; printf("staff: takes one back, S %d\n", S) }
    od
}

active proctype Client()
{
    short drift;
#ifdef BASELESS
    baseline = 0; looked = false;
#endif
end:
    do
    :: atomic { !looked ->
         looked = true; lowest = (aside < lowest -> aside : lowest);
         drift = S + H(aside) - E; E = E + drift; printf("client: books a drift of %d, E %d\n", drift, E); drift = 0;
#ifdef LATER
       };
       if :: true :: printf("client: dies\n"); goto next fi;
       atomic {
#endif
#ifndef NEGATIVE
         baseline = (aside < baseline -> aside : baseline)
#endif
       }
    :: atomic { E != T -> S = S + T - E; E = T; printf("push: S %d\n", S) }
    :: atomic { looked && E == T && S != T - (aside - lowest) -> assert(false) }
next:
    od
}
