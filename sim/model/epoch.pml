/* Epoch: a change of configuration touches many targets and is computed in chunks, while stock moves, the
 * configuration changes again, and the program dies. The configuration and its epoch change in one transaction; a
 * target carries the epoch that it was computed at (P1: what is behind is derived, as what is owed is).
 *
 *   ours      holds     targets behind the epoch are computed with the present configuration
 *   LIST      refuted   the list of targets is kept in memory: a crash forgets it
 *   SNAPSHOT  refuted   the configuration is read once, when the work begins
 */
#define TARGETS 3

byte stock[TARGETS] = 1;
byte T[TARGETS], at[TARGETS];               /* at: the epoch that T was computed at */
byte config = 0, epoch = 0;
bool crashed = false;

#define BEHIND (at[0] != epoch || at[1] != epoch || at[2] != epoch)

active proctype Operator()
{
    atomic { config++; epoch++; printf("operator: configuration %d\n", config) };
    atomic { config++; epoch++; printf("operator: configuration %d\n", config) }
}

active proctype Stock()
{
    atomic { stock[1]++; T[1] = stock[1] * config; at[1] = epoch; printf("stock: target 1 moves\n") }
}

active proctype Chunks()
{
    byte i, used, left = 0, begun = 0;
end:
    do
#ifdef LIST
    :: atomic { left == 0 && begun != epoch -> begun = epoch; left = TARGETS; printf("chunks: a list of all\n") }
    :: atomic { left > 0 ->
         left--; T[left] = stock[left] * config; at[left] = begun; printf("chunks: target %d\n", left) }
    :: atomic { left > 0 && !crashed -> crashed = true; left = 0; printf("chunks: crash\n") }
#else
    :: atomic { BEHIND ->
         i = 0;
         do :: at[i] == epoch -> i++ :: else -> break od;
         used = config;
#ifdef SNAPSHOT
         if :: left == 0 -> begun = config; left = TARGETS :: else fi;
         used = begun; left--;
#endif
         T[i] = stock[i] * used; at[i] = epoch; printf("chunks: target %d with configuration %d\n", i, used);
         i = 0; used = 0 }
#endif
    od
}

active proctype Judge()
{
    timeout;
    assert(T[0] == stock[0] * config && T[1] == stock[1] * config && T[2] == stock[2] * config)
}
