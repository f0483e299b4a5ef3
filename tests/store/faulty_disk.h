#pragma once
/*
 * A disk that fails on demand, as a VFS of SQLite over the real one: each call that changes the disk is counted, and
 * the n-th one fails, or ends the process before it is done.
 */
typedef enum disk_fault {
    DISK_FINE,
    DISK_FULL,   /* from the n-th write on, until it is set anew */
    DISK_BROKEN, /* the n-th call alone gives an error */
    DISK_KILL,   /* the process ends at the n-th call */
} disk_fault;

#define DISK_KILLED 42 /* its exit status then */

void faulty_disk_install(void); /* as the default, for connections that are opened from now on */
void faulty_disk_set(disk_fault fault, int nth);
int faulty_disk_calls(void); /* since it was set */
