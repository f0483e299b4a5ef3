/*
 * A hash table from text to a pointer: open addressing with linear probing, at most three quarters full, the number of
 * slots a power of two.
 */
#include "base/map.h"

#define SLOTS_FIRST 16

typedef struct slot {
    str key; /* at is NULL: free */
    uint64_t hash;
    void *value;
} slot;

struct map {
    arena *memory;
    slot *slots;
    size_t count, room;
};

map *map_new(arena *a)
{
    map *m = ARENA_NEW(a, map, 1);
    m->memory = a;
    m->room = SLOTS_FIRST;
    m->slots = ARENA_NEW(a, slot, m->room);
    return m;
}

/* The slot that holds the key, or the free one where it belongs. */
static slot *find(const map *m, str key, uint64_t hash)
{
    size_t i = hash & (m->room - 1);
    while (m->slots[i].key.at && (m->slots[i].hash != hash || !str_equal(m->slots[i].key, key)))
        i = (i + 1) & (m->room - 1);
    return &m->slots[i];
}

static void grow(map *m)
{
    map bigger = *m;
    bigger.room *= 2;
    bigger.slots = ARENA_NEW(m->memory, slot, bigger.room);
    for (size_t i = 0; i < m->room; i++)
        if (m->slots[i].key.at)
            *find(&bigger, m->slots[i].key, m->slots[i].hash) = m->slots[i];
    *m = bigger;
}

void map_put(map *m, str key, void *value)
{
    uint64_t hash = str_hash(key);
    slot *s = find(m, key, hash);
    if (!s->key.at) {
        if (m->count + 1 > m->room / 4 * 3) {
            grow(m);
            s = find(m, key, hash);
        }
        m->count++;
        s->key = str_copy(m->memory, key);
        s->hash = hash;
    }
    s->value = value;
}

void *map_get(const map *m, str key)
{
    return find(m, key, str_hash(key))->value;
}

size_t map_count(const map *m)
{
    return m->count;
}
