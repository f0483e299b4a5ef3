/* Urgent: the order in which owed lines go out, when one line fits a run and two targets never stop changing (P10).
 *
 *   ours    holds     the most dangerous first, but who has waited WAIT runs goes before all
 *   DANGER  refuted   always the most dangerous: the least one waits for ever
 */
#define TARGETS 3                           /* in order of danger */
#define WAIT 3
#define WAIT_MAX (WAIT + TARGETS)

bool owes[TARGETS];
byte waited[TARGETS];

active proctype Stock()
{
end:
    do
    :: atomic { !owes[0] -> owes[0] = true }
    :: atomic { !owes[1] -> owes[1] = true }
    :: atomic { !owes[2] -> owes[2] = true; printf("target 2 owes\n") }
    od
}

active proctype Run()
{
    byte i, take;
end:
    do
    :: atomic { owes[0] || owes[1] || owes[2] ->
         take = TARGETS; i = TARGETS;
         do :: i > 0 -> i--; if :: owes[i] -> take = i :: else fi :: else -> break od;
#ifndef DANGER
         do
         :: i < TARGETS -> if :: owes[i] && waited[i] >= WAIT && waited[i] > waited[take] -> take = i :: else fi; i++
         :: else -> break
         od;
#endif
         owes[take] = false; waited[take] = 0; i = 0; printf("run: target %d goes out\n", take);
         do
         :: i < TARGETS -> if :: owes[i] -> waited[i]++ :: else fi; assert(waited[i] <= WAIT_MAX); i++
         :: else -> break
         od;
         i = 0; take = 0 }
    od
}
