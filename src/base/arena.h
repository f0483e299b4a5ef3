#pragma once
/*
 * Memory with one end: what is taken from an arena is freed with it, never alone. Make one per request, per
 * step of a run, per imported chunk; whoever makes it ends it. Never returns NULL: a machine out of memory
 * stops the program (safe, see CHECK in err.h). Memory comes zeroed.
 */
#include <stddef.h>

typedef struct arena arena;

arena *arena_new(size_t first_block) __attribute__((returns_nonnull)); /* 0: a page */
void arena_end(arena **a);                                             /* for AUTO(arena_end); NULL inside is fine */
void arena_clear(arena *a); /* forgets everything, keeps one block: for loops over chunks */
void *arena_get(arena *a, size_t count, size_t size, size_t align) __attribute__((returns_nonnull));
size_t arena_used(const arena *a); /* bytes handed out since the last clear */
#define ARENA_NEW(a, type, count) ((type *)arena_get((a), (count), sizeof(type), _Alignof(type)))
