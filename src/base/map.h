#pragma once
/* A hash table from text to a pointer, inside an arena (keys are copied); insertion only. */
#include "base/str.h"

typedef struct map map;
map *map_new(arena *a);
void map_put(map *m, str key, void *value); /* replaces */
void *map_get(const map *m, str key);       /* NULL: absent */
size_t map_count(const map *m);
