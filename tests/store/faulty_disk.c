/* The disk that fails on demand; faulty_disk.h. */
#include "faulty_disk.h"
#include "base/base.h"

#include <sqlite3.h>
#include <unistd.h>

static struct {
    disk_fault fault;
    int nth, calls;
} disk;

/* Counts a call that changes the disk; the result it must give, SQLITE_OK: go on. */
static int changes(bool takes_room)
{
    disk.calls++;
    switch (disk.fault) {
    case DISK_FINE:
        return SQLITE_OK;
    case DISK_FULL:
        return takes_room && disk.calls >= disk.nth ? SQLITE_FULL : SQLITE_OK;
    case DISK_BROKEN:
        return disk.calls == disk.nth ? SQLITE_IOERR : SQLITE_OK;
    case DISK_KILL:
        if (disk.calls == disk.nth)
            _exit(DISK_KILLED);
        return SQLITE_OK;
    }
    check_failed("a fault", ERR_HERE);
}

typedef struct disk_file {
    sqlite3_file base;
    sqlite3_file *real; /* lies behind this struct */
} disk_file;

static sqlite3_file *real_of(sqlite3_file *f)
{
    return ((disk_file *)f)->real;
}

static int file_close(sqlite3_file *f)
{
    return real_of(f)->pMethods->xClose(real_of(f));
}

static int file_read(sqlite3_file *f, void *to, int len, sqlite3_int64 at)
{
    return real_of(f)->pMethods->xRead(real_of(f), to, len, at);
}

static int file_write(sqlite3_file *f, const void *from, int len, sqlite3_int64 at)
{
    int rc = changes(/* takes_room= */ true);
    return rc != SQLITE_OK ? rc : real_of(f)->pMethods->xWrite(real_of(f), from, len, at);
}

static int file_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    int rc = changes(false);
    return rc != SQLITE_OK ? rc : real_of(f)->pMethods->xTruncate(real_of(f), size);
}

/* Not passed on: no test here cuts the power, and the real disk would take most of the time. */
static int file_sync(sqlite3_file *f, int flags)
{
    (void)f;
    (void)flags;
    return changes(false);
}

static int file_size(sqlite3_file *f, sqlite3_int64 *ret)
{
    return real_of(f)->pMethods->xFileSize(real_of(f), ret);
}

static int file_lock(sqlite3_file *f, int level)
{
    return real_of(f)->pMethods->xLock(real_of(f), level);
}

static int file_unlock(sqlite3_file *f, int level)
{
    return real_of(f)->pMethods->xUnlock(real_of(f), level);
}

static int file_reserved(sqlite3_file *f, int *ret)
{
    return real_of(f)->pMethods->xCheckReservedLock(real_of(f), ret);
}

static int file_control(sqlite3_file *f, int what, void *arg)
{
    return real_of(f)->pMethods->xFileControl(real_of(f), what, arg);
}

static int file_sector(sqlite3_file *f)
{
    return real_of(f)->pMethods->xSectorSize(real_of(f));
}

static int file_traits(sqlite3_file *f)
{
    return real_of(f)->pMethods->xDeviceCharacteristics(real_of(f));
}

static int shm_map(sqlite3_file *f, int region, int size, int extend, void volatile **ret)
{
    return real_of(f)->pMethods->xShmMap(real_of(f), region, size, extend, ret);
}

static int shm_lock(sqlite3_file *f, int offset, int count, int flags)
{
    return real_of(f)->pMethods->xShmLock(real_of(f), offset, count, flags);
}

static void shm_barrier(sqlite3_file *f)
{
    real_of(f)->pMethods->xShmBarrier(real_of(f));
}

static int shm_unmap(sqlite3_file *f, int remove)
{
    return real_of(f)->pMethods->xShmUnmap(real_of(f), remove);
}

static const sqlite3_io_methods METHODS = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector,
    .xDeviceCharacteristics = file_traits,
    .xShmMap = shm_map,
    .xShmLock = shm_lock,
    .xShmBarrier = shm_barrier,
    .xShmUnmap = shm_unmap,
};

static sqlite3_vfs *below;

static int disk_open(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags, int *ret_flags)
{
    disk_file *file = (disk_file *)f;
    (void)v;
    *file = (disk_file){.real = (sqlite3_file *)(file + 1)};
    int rc = below->xOpen(below, name, file->real, flags, ret_flags);
    if (rc == SQLITE_OK)
        file->base.pMethods = &METHODS;
    return rc;
}

static int disk_delete(sqlite3_vfs *v, const char *name, int sync)
{
    (void)v;
    int rc = changes(false);
    return rc != SQLITE_OK ? rc : below->xDelete(below, name, sync);
}

void faulty_disk_install(void)
{
    static sqlite3_vfs vfs;
    below = sqlite3_vfs_find(NULL);
    vfs = *below;
    vfs.zName = "faulty";
    vfs.szOsFile = below->szOsFile + (int)sizeof(disk_file);
    vfs.xOpen = disk_open;
    vfs.xDelete = disk_delete;
    CHECK(sqlite3_vfs_register(&vfs, /* as the default= */ 1) == SQLITE_OK);
}

void faulty_disk_set(disk_fault fault, int nth)
{
    disk.fault = fault;
    disk.nth = nth;
    disk.calls = 0;
}

int faulty_disk_calls(void)
{
    return disk.calls;
}
