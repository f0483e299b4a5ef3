#pragma once
/*
 * Lists that grow inside an arena. VEC(type) declares {at, count, room}; vec_push returns the new slot, zeroed.
 * The arena keeps the outgrown blocks until it ends: fine for lists of one step, not for a server's lifetime.
 */
#include "base/arena.h"

#define VEC(type)                                                                                                      \
    struct {                                                                                                           \
        type *at;                                                                                                      \
        size_t count, room;                                                                                            \
    }
void *vec__grow(arena *a, const void *at, size_t count, size_t *room, size_t size, size_t align);
#define vec_push(a, v)                                                                                                 \
    ((v)->count < (v)->room ? (void)0                                                                                  \
                            : (void)((v)->at = vec__grow((a), (v)->at, (v)->count, &(v)->room, sizeof *(v)->at,        \
                                                         _Alignof(__typeof__(*(v)->at)))),                             \
     &(v)->at[(v)->count++])
#define COUNT(array) (sizeof(array) / sizeof *(array))
