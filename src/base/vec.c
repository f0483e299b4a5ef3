/*
 * The growing of lists inside an arena.
 */
#include "base/vec.h"

#include "base/err.h"

#include <stdint.h>
#include <string.h>

#define ROOM_FIRST 8

void *vec__grow(arena *a, const void *at, size_t count, size_t *room, size_t size, size_t align)
{
    CHECK(*room <= SIZE_MAX / 2);
    *room = *room > 0 ? *room * 2 : ROOM_FIRST;
    void *grown = arena_get(a, *room, size, align);
    if (count > 0)
        memcpy(grown, at, count * size);
    return grown;
}
