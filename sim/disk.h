#pragma once
/*
 * The disk: an SQLite VFS over memory. A file has two images: what programs read, and what has reached the platter.
 * A write is in the first at once and in the second after a sync; a power cut keeps of the writes in between any, torn
 * at sectors. A program that dies in the middle of a call leaves a part of its write, its locks end, and every call
 * that its unwinding code still makes fails.
 *
 * One machine, one disk at a time in this program: SQLite knows its VFS by name.
 */
#include <stdbool.h>
#include <stdint.h>

typedef struct disk disk;

typedef struct disk_user { /* a program that has files open; it outlives its handles */
    bool dead;
} disk_user;

typedef struct disk_hooks {
    void *ctx;
    uint64_t (*roll)(void *ctx, uint64_t sides);
    int64_t (*now_us)(void *ctx);             /* wall time, as SQLite asks for it */
    void (*held)(void *ctx);                  /* a lock that a program wants is held by another one */
    void (*dies)(void *ctx, disk_user *user); /* the call counted by disk_die_at has come; sets `dead` */
} disk_hooks;

disk *disk_new(disk_hooks h);
void disk_free(disk **d);
void disk_become(disk *d, disk_user *u); /* who opens files from now on */

/* From now on the n-th call that changes the disk is the last of its user; 0: none. */
void disk_die_at(disk *d, uint64_t n);
void disk_set_full(disk *d, bool full); /* growing a file fails */

/* What shared memory was when a program died: what its unwinding code does to it must not be seen. */
void disk_died(disk *d);
void disk_buried(disk *d, const disk_user *u);
/* All programs are dead and have closed their files. */
void disk_power_cut(disk *d);

uint64_t disk_commits(const disk *d); /* transactions that reached the log */
uint64_t disk_hash(const disk *d);    /* of all files */
