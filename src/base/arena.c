/*
 * Memory with one end: a list of blocks, of which the newest is handed out from its start. Blocks double in size up to
 * BLOCK_MAX; what would waste much of a block gets a block of its own. Blocks come zeroed, so handing out is an
 * addition.
 */
#include "base/arena.h"

#include "base/err.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_LEAST 4096
#define BLOCK_MAX   ((size_t)1 << 20)

/* Under AddressSanitizer each piece is a block of its own, so that an overrun of any of them is seen. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define PIECES_APART true
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define PIECES_APART true
#endif
#ifndef PIECES_APART
#define PIECES_APART false
#endif

typedef struct block {
    struct block *next;
    size_t size; /* bytes behind this header */
} block;

struct arena {
    block *shared; /* newest first; pieces are cut from the newest */
    block *apart;  /* each holds one large piece */
    char *at, *end;
    size_t next_size;
    size_t used;
};

static block *block_new(size_t size, block *next)
{
    block *b = size <= PTRDIFF_MAX - sizeof *b ? calloc(1, sizeof *b + size) : NULL;
    CHECK(b != NULL); /* the machine is out of memory */
    b->next = next;
    b->size = size;
    return b;
}

static void blocks_free(block *list)
{
    while (list) {
        block *next = list->next;
        free(list);
        list = next;
    }
}

static void start_block(arena *a, size_t size)
{
    a->shared = block_new(size, a->shared);
    a->at = (char *)(a->shared + 1);
    a->end = a->at + size;
}

arena *arena_new(size_t first_block)
{
    arena *a = calloc(1, sizeof *a);
    if (!a)
        check_failed("the machine is out of memory", ERR_HERE);
    a->next_size = first_block > BLOCK_LEAST ? first_block : BLOCK_LEAST;
    return a;
}

void arena_end(arena **a)
{
    if (!*a)
        return;
    blocks_free((*a)->shared);
    blocks_free((*a)->apart);
    free(*a);
    *a = NULL;
}

void arena_clear(arena *a)
{
    blocks_free(a->apart);
    a->apart = NULL;
    a->used = 0;
    if (!a->shared)
        return;
    blocks_free(a->shared->next);
    a->shared->next = NULL;
    char *start = (char *)(a->shared + 1);
    memset(start, 0, (size_t)(a->at - start));
    a->at = start;
}

static size_t padding(const char *at, size_t align)
{
    return -(uintptr_t)at & (align - 1);
}

/* The newest block has no room for it. */
static void *get_slowly(arena *a, size_t bytes, size_t align)
{
    CHECK(bytes <= PTRDIFF_MAX - align);
    if (PIECES_APART || bytes + align > a->next_size / 4) {
        a->apart = block_new(bytes + align - 1, a->apart);
        char *at = (char *)(a->apart + 1);
        return at + padding(at, align);
    }
    start_block(a, a->next_size);
    if (a->next_size < BLOCK_MAX)
        a->next_size *= 2;
    char *piece = a->at + padding(a->at, align);
    a->at = piece + bytes;
    return piece;
}

void *arena_get(arena *a, size_t count, size_t size, size_t align)
{
    size_t bytes;
    CHECK(!__builtin_mul_overflow(count, size, &bytes));
    CHECK(align != 0 && (align & (align - 1)) == 0);
    a->used += bytes;
    size_t skip = padding(a->at, align), room = (size_t)(a->end - a->at);
    if (!a->at || room < skip || room - skip < bytes)
        return get_slowly(a, bytes, align);
    char *piece = a->at + skip;
    a->at = piece + bytes;
    return piece;
}

size_t arena_used(const arena *a)
{
    return a->used;
}
