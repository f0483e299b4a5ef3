/* Owing: what a push run takes. Two transactions each raise a target; a transaction takes its time stamp before it
 * commits. The run comes three times, the last time when all is over (P1).
 *
 *   ours    holds     what owes is what has T != E
 *   CURSOR  refuted   rows stamped since the last run: one that was stamped before and committed after is lost
 *   FLAG    refuted   rows with a flag that the run clears: a change between plan and booking is lost
 */
#define RUNS 3

byte clock = 1;
byte T[2], E[2], stamp[2];
bool flag[2];
byte live = 3;

proctype Transaction(byte i)
{
    byte at;
    atomic { at = clock; clock++ };
    atomic {
        T[i]++; stamp[i] = at; flag[i] = true; live--;
        printf("target %d: T %d, stamped %d, committed at %d\n", i, T[i], at, clock) }
}

proctype Run()
{
    byte n = 0, i, last = 0, started, delta[2];
    do
    :: n < RUNS ->
       n++;
       if :: n == RUNS -> live == 0 :: else fi;
       atomic { started = clock; clock++; i = 0; printf("run %d: plans\n", n);
         do
         :: i < 2 ->
            delta[i] = T[i] - E[i];
#ifdef CURSOR
            if :: stamp[i] <= last -> delta[i] = 0 :: else fi;
#endif
#ifdef FLAG
            if :: !flag[i] -> delta[i] = 0 :: else fi;
#endif
            i++
         :: else -> break
         od;
         last = started };
       atomic { i = 0; printf("run %d: books\n", n);
         do :: i < 2 -> E[i] = E[i] + delta[i]; flag[i] = false; i++ :: else -> break od }
    :: else -> break
    od;
    assert(E[0] == T[0] && E[1] == T[1])
}

init { atomic { run Transaction(0); run Transaction(0); run Transaction(1); run Run() } }
