/* Cursor: polling for orders. The index shows an order up to LAG seconds after it changed. A poll lists what the
 * index shows from the cursor on, imports it, and advances the cursor; it may die in between (I9).
 *
 *   ours   holds     the cursor stays OVERLAP behind the time of the list, and advances when the page is imported
 *   SHARP  refuted   the cursor advances to the time of the list
 *   SEEN   refuted   the cursor advances to the newest order that was seen
 *   SHORT  refuted   the overlap is no longer than the lag
 *   EARLY  refuted   the cursor advances before the page is imported
 */
#define ORDERS 2
#define LAG 2
#ifdef SHORT
#define OVERLAP 1
#else
#define OVERLAP 3
#endif
#define LAST_CHANGE 4
#define END (LAST_CHANGE + LAG + 1)
#define NEVER 255

byte now = 1;
byte changed[ORDERS] = NEVER;
bool shown[ORDERS], seen[ORDERS];           /* shown by the index; imported */
byte cursor = 0;                            /* durable */
bool polled = false;                        /* in this second, to its end */

#define OVERDUE(i) (changed[i] != NEVER && !shown[i] && now >= changed[i] + LAG)

active proctype Shop()
{
end:
    do
    :: atomic { changed[0] == NEVER && now <= LAST_CHANGE ->
         changed[0] = now; printf("shop: order 0 at second %d\n", now) }
    :: atomic { changed[1] == NEVER && now <= LAST_CHANGE ->
         changed[1] = now; printf("shop: order 1 at second %d\n", now) }
    :: atomic { changed[0] != NEVER && !shown[0] ->
         shown[0] = true; printf("index: shows order 0 at second %d\n", now) }
    :: atomic { changed[1] != NEVER && !shown[1] ->
         shown[1] = true; printf("index: shows order 1 at second %d\n", now) }
    :: atomic { now < END && !OVERDUE(0) && !OVERDUE(1) -> now++; polled = false }
    od
}

active proctype Poll()
{
    bool listed[ORDERS];
    byte at, next;
end:
    do
    :: atomic { !polled && (now < END || (shown[0] || changed[0] == NEVER) && (shown[1] || changed[1] == NEVER)) ->
         listed[0] = (shown[0] && changed[0] >= cursor); listed[1] = (shown[1] && changed[1] >= cursor);
         at = now; polled = true; printf("poll: lists from %d on at second %d\n", cursor, now);
#if defined(SHARP)
         next = at;
#elif defined(SEEN)
         next = cursor;
         if :: listed[0] && changed[0] > next -> next = changed[0] :: else fi;
         if :: listed[1] && changed[1] > next -> next = changed[1] :: else fi;
#else
         next = (at > OVERLAP -> at - OVERLAP : 0);
#endif
#ifdef EARLY
         cursor = next;
#endif
       };
       if
       :: atomic {
            seen[0] = seen[0] || listed[0]; seen[1] = seen[1] || listed[1];
            printf("poll: imports %d and %d\n", listed[0], listed[1]) };
          if
          :: atomic { cursor = next; printf("poll: the cursor is at %d\n", cursor) }
          :: at < END -> printf("poll: dies before it advances\n")
          fi
       :: at < END -> printf("poll: dies before it imports\n")
       fi;
       atomic { listed[0] = false; listed[1] = false; at = 0; next = 0 }
    od
}

active proctype Judge()
{
    timeout;
    assert(now == END);
    assert((changed[0] == NEVER || seen[0]) && (changed[1] == NEVER || seen[1]))
}
