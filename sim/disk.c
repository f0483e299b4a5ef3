/* The VFS itself: files, what of them is durable, SQLite's locks and shared memory. See disk.h. */
#include "disk.h"

#include "base/base.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#define VFS_NAME     "simulated"
#define FILES_MAX    16
#define SECTOR       512
#define SHM_MAX      16 /* regions of the WAL's index; each covers some 4,000 pages */
#define SHM_BYTES    32768
#define NAME_MAX_LEN 80

typedef struct bytes {
    unsigned char *at;
    size_t len, room;
} bytes;

typedef struct pending_write { /* since the last sync, in order; `cut`: the file was cut to `offset` */
    size_t offset, len, from;  /* its bytes in `data` of the file */
    bool cut;
} pending_write;

typedef struct disk_file {
    char name[NAME_MAX_LEN];
    bool exists, is_log;
    int opens;
    bytes seen, durable, data;
    pending_write *writes;
    size_t write_count, write_room;
    unsigned char *shm[SHM_MAX], *shm_kept[SHM_MAX];
    struct handle *handles; /* those that are open: lock states are sums over them */
} disk_file;

typedef struct handle {
    sqlite3_file base;
    disk *owner;
    disk_file *file;
    disk_user *user;
    int level;               /* SQLITE_LOCK_* */
    unsigned shared, unique; /* locks of shared memory held, a bit each */
    bool scratch;
    struct handle *next;
} handle;

struct disk {
    disk_hooks hooks;
    disk_user *user;
    disk_file files[FILES_MAX];
    uint64_t die_in, commits;
    bool full;
};

/* -- bytes -- */

static void put(bytes *b, size_t offset, const void *from, size_t len)
{
    size_t end = offset + len;
    if (end > b->room) {
        size_t room = b->room ? b->room : 65536;
        while (room < end)
            room *= 2;
        b->at = realloc(b->at, room);
        CHECK(b->at);
        b->room = room;
    }
    if (offset > b->len)
        memset(b->at + b->len, 0, offset - b->len);
    if (len && from)
        memcpy(b->at + offset, from, len);
    if (end > b->len)
        b->len = end;
}

static void cut(bytes *b, size_t len)
{
    if (len < b->len)
        b->len = len;
}

static void release(bytes *b)
{
    free(b->at);
    *b = (bytes){0};
}

static void remember(disk_file *f, pending_write w, const void *from)
{
    if (f->write_count == f->write_room) {
        f->write_room = f->write_room ? 2 * f->write_room : 64;
        f->writes = reallocarray(f->writes, f->write_room, sizeof *f->writes);
        CHECK(f->writes);
    }
    w.from = f->data.len;
    put(&f->data, f->data.len, from, w.len);
    f->writes[f->write_count++] = w;
}

static void apply(disk_file *f, const pending_write *w, size_t from, size_t to)
{
    if (w->cut)
        cut(&f->durable, w->offset);
    else
        put(&f->durable, w->offset + from, f->data.at + w->from + from, to - from);
}

static void settle(disk_file *f)
{
    for (size_t i = 0; i < f->write_count; i++)
        apply(f, &f->writes[i], 0, f->writes[i].len);
    f->write_count = 0;
    f->data.len = 0;
}

/* -- dying -- */

/* A call that changes the disk. *ret_last: it is the last of this user, and is done in part only. */
static bool alive(handle *h, bool *ret_last)
{
    disk *d = h->owner;
    *ret_last = false;
    if (h->user->dead)
        return false;
    if (d->die_in > 0 && --d->die_in == 0)
        *ret_last = true;
    return true;
}

static int last_call(handle *h)
{
    h->owner->hooks.dies(h->owner->hooks.ctx, h->user);
    CHECK(h->user->dead);
    return SQLITE_IOERR;
}

/* -- files -- */

static int file_close(sqlite3_file *base)
{
    handle *h = (handle *)base;
    disk_file *f = h->file;
    for (handle **at = &f->handles; *at; at = &(*at)->next)
        if (*at == h) {
            *at = h->next;
            break;
        }
    f->opens--;
    if (h->scratch)
        f->exists = false;
    return SQLITE_OK;
}

static int file_read(sqlite3_file *base, void *to, int len, sqlite3_int64 offset)
{
    handle *h = (handle *)base;
    const bytes *b = &h->file->seen;
    size_t from = (size_t)offset, wanted = (size_t)len;
    if (h->user->dead)
        return SQLITE_IOERR_READ;
    size_t there = from >= b->len ? 0 : b->len - from < wanted ? b->len - from : wanted;
    if (there)
        memcpy(to, b->at + from, there);
    if (there == wanted)
        return SQLITE_OK;
    memset((char *)to + there, 0, wanted - there);
    return SQLITE_IOERR_SHORT_READ;
}

/* A frame of the WAL begins with its page's number and, in the last one of a transaction, the size of the database. */
static bool is_commit_frame(const unsigned char *from, size_t len)
{
    return len == 24 && (from[4] | from[5] | from[6] | from[7]) != 0;
}

static int file_write(sqlite3_file *base, const void *from, int len, sqlite3_int64 offset)
{
    handle *h = (handle *)base;
    disk_file *f = h->file;
    size_t at = (size_t)offset, count = (size_t)len;
    bool last;
    if (!alive(h, &last))
        return SQLITE_IOERR_WRITE;
    if (h->owner->full && at + count > f->seen.len)
        return SQLITE_FULL;
    if (last)
        count = h->owner->hooks.roll(h->owner->hooks.ctx, count + 1);
    put(&f->seen, at, from, count);
    remember(f, (pending_write){.offset = at, .len = count}, from);
    if (last)
        return last_call(h);
    h->owner->commits += f->is_log && is_commit_frame(from, count);
    return SQLITE_OK;
}

static int file_truncate(sqlite3_file *base, sqlite3_int64 len)
{
    handle *h = (handle *)base;
    bool last;
    if (!alive(h, &last))
        return SQLITE_IOERR_TRUNCATE;
    if (last)
        return last_call(h);
    cut(&h->file->seen, (size_t)len);
    remember(h->file, (pending_write){.offset = (size_t)len, .cut = true}, NULL);
    return SQLITE_OK;
}

static int file_sync(sqlite3_file *base, int flags)
{
    handle *h = (handle *)base;
    bool last;
    (void)flags;
    if (!alive(h, &last))
        return SQLITE_IOERR_FSYNC;
    if (last)
        return last_call(h);
    settle(h->file);
    return SQLITE_OK;
}

static int file_size(sqlite3_file *base, sqlite3_int64 *ret)
{
    *ret = (sqlite3_int64)((handle *)base)->file->seen.len;
    return ((handle *)base)->user->dead ? SQLITE_IOERR_FSTAT : SQLITE_OK;
}

/* -- locks of the file: as in SQLite's documentation, section "file locking" -- */

static int highest_of_others(const handle *h)
{
    int highest = SQLITE_LOCK_NONE;
    for (const handle *o = h->file->handles; o; o = o->next)
        if (o != h && o->level > highest)
            highest = o->level;
    return highest;
}

static int file_lock(sqlite3_file *base, int level)
{
    handle *h = (handle *)base;
    int others = highest_of_others(h);
    if (h->user->dead)
        return SQLITE_IOERR_LOCK;
    if (level <= h->level)
        return SQLITE_OK;
    bool allowed = level == SQLITE_LOCK_SHARED     ? others < SQLITE_LOCK_PENDING
                   : level == SQLITE_LOCK_RESERVED ? others < SQLITE_LOCK_RESERVED
                                                   : others == SQLITE_LOCK_NONE;
    if (!allowed)
        return SQLITE_BUSY;
    h->level = level;
    return SQLITE_OK;
}

static int file_unlock(sqlite3_file *base, int level)
{
    handle *h = (handle *)base;
    if (h->level > level)
        h->level = level;
    return SQLITE_OK;
}

static int file_check_reserved(sqlite3_file *base, int *ret)
{
    *ret = highest_of_others((handle *)base) >= SQLITE_LOCK_RESERVED;
    return SQLITE_OK;
}

static int file_control(sqlite3_file *base, int op, void *arg)
{
    (void)base;
    (void)op;
    (void)arg;
    return SQLITE_NOTFOUND;
}

static int file_sector(sqlite3_file *base)
{
    (void)base;
    return SECTOR;
}

static int file_traits(sqlite3_file *base)
{
    (void)base;
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE; /* bytes beside a torn write stay; that is what power_cut does */
}

/* -- shared memory of the WAL -- */

static int shm_map(sqlite3_file *base, int region, int len, int extend, void volatile **ret)
{
    handle *h = (handle *)base;
    CHECK(region < SHM_MAX);
    CHECK(len == SHM_BYTES);
    *ret = NULL;
    if (h->user->dead)
        return SQLITE_IOERR_SHMMAP;
    unsigned char **at = &h->file->shm[region];
    if (!*at && extend) {
        *at = calloc(1, SHM_BYTES);
        CHECK(*at);
    }
    *ret = *at;
    return SQLITE_OK;
}

static int shm_lock(sqlite3_file *base, int first, int count, int flags)
{
    handle *h = (handle *)base;
    unsigned mask = ((1U << count) - 1) << first, shared = 0, unique = 0;
    if (flags & SQLITE_SHM_UNLOCK) {
        h->shared &= ~mask;
        h->unique &= ~mask;
        return SQLITE_OK;
    }
    if (h->user->dead)
        return SQLITE_IOERR_SHMLOCK;
    for (const handle *o = h->file->handles; o; o = o->next)
        if (o != h) {
            shared |= o->shared;
            unique |= o->unique;
        }
    bool exclusive = flags & SQLITE_SHM_EXCLUSIVE;
    if (mask & (exclusive ? shared | unique : unique))
        return SQLITE_BUSY;
    *(exclusive ? &h->unique : &h->shared) |= mask;
    return SQLITE_OK;
}

static void shm_barrier(sqlite3_file *base)
{
    (void)base;
}

static void forget_shm(disk_file *f)
{
    for (size_t i = 0; i < SHM_MAX; i++) {
        free(f->shm[i]);
        f->shm[i] = NULL;
    }
}

static int shm_unmap(sqlite3_file *base, int gone)
{
    handle *h = (handle *)base;
    h->shared = h->unique = 0;
    if (gone && !h->user->dead)
        forget_shm(h->file);
    return SQLITE_OK;
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
    .xCheckReservedLock = file_check_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector,
    .xDeviceCharacteristics = file_traits,
    .xShmMap = shm_map,
    .xShmLock = shm_lock,
    .xShmBarrier = shm_barrier,
    .xShmUnmap = shm_unmap,
};

/* -- the file system -- */

static disk_file *find(disk *d, const char *name)
{
    for (size_t i = 0; i < FILES_MAX; i++)
        if (d->files[i].exists && strcmp(d->files[i].name, name) == 0)
            return &d->files[i];
    return NULL;
}

static disk_file *make(disk *d, const char *name)
{
    size_t i = 0;
    while (i < FILES_MAX && (d->files[i].exists || d->files[i].opens))
        i++;
    CHECK(i < FILES_MAX);
    disk_file *f = &d->files[i];
    f->seen.len = f->durable.len = f->data.len = f->write_count = 0;
    f->exists = true;
    f->is_log = str_ends(str_of(name), STR("-wal"));
    snprintf(f->name, sizeof f->name, "%s", name);
    return f;
}

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags, int *ret_flags)
{
    disk *d = vfs->pAppData;
    handle *h = (handle *)base;
    memset(h, 0, sizeof *h);
    if (d->user->dead)
        return SQLITE_CANTOPEN;
    disk_file *f = name ? find(d, name) : NULL;
    if (!f && name && !(flags & SQLITE_OPEN_CREATE))
        return SQLITE_CANTOPEN;
    if (!f)
        f = make(d, name ? name : "(scratch)");
    *h = (handle){.base.pMethods = &METHODS, .owner = d, .file = f, .user = d->user, .next = f->handles};
    h->scratch = !name || (flags & SQLITE_OPEN_DELETEONCLOSE);
    f->handles = h;
    f->opens++;
    if (ret_flags)
        *ret_flags = flags;
    return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    disk *d = vfs->pAppData;
    disk_file *f = find(d, name);
    (void)sync; /* a deletion is durable at once: what it would bring back is a log that a checkpoint has emptied */
    if (d->user->dead)
        return SQLITE_IOERR_DELETE;
    if (!f)
        return SQLITE_IOERR_DELETE_NOENT;
    f->exists = false;
    return SQLITE_OK;
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *ret)
{
    (void)flags;
    *ret = find(vfs->pAppData, name) != NULL;
    return SQLITE_OK;
}

static int vfs_full_path(sqlite3_vfs *vfs, const char *name, int room, char *ret)
{
    (void)vfs;
    snprintf(ret, (size_t)room, "%s", name);
    return SQLITE_OK;
}

static int vfs_random(sqlite3_vfs *vfs, int len, char *to)
{
    disk *d = vfs->pAppData;
    for (int i = 0; i < len; i++)
        to[i] = (char)d->hooks.roll(d->hooks.ctx, 256);
    return len;
}

/* SQLite would try the lock again after so long; here nothing is waited for. */
static int vfs_pause(sqlite3_vfs *vfs, int us)
{
    disk *d = vfs->pAppData;
    d->hooks.held(d->hooks.ctx);
    return us;
}

/* SQLite counts days since noon in Greenwich on November 24, 4714 B.C., in milliseconds. */
#define JULIAN_1970_MS INT64_C(210866760000000)

static int vfs_time(sqlite3_vfs *vfs, sqlite3_int64 *ret)
{
    disk *d = vfs->pAppData;
    *ret = JULIAN_1970_MS + d->hooks.now_us(d->hooks.ctx) / US_PER_MS;
    return SQLITE_OK;
}

static int vfs_last_error(sqlite3_vfs *vfs, int len, char *to)
{
    (void)vfs;
    (void)len;
    (void)to;
    return 0;
}

static sqlite3_vfs vfs = {
    .iVersion = 2,
    .szOsFile = sizeof(handle),
    .mxPathname = NAME_MAX_LEN - 8,
    .zName = VFS_NAME,
    .xOpen = vfs_open,
    .xDelete = vfs_delete,
    .xAccess = vfs_access,
    .xFullPathname = vfs_full_path,
    .xRandomness = vfs_random,
    .xSleep = vfs_pause,
    .xCurrentTimeInt64 = vfs_time,
    .xGetLastError = vfs_last_error,
};

/* -- the simulator's side -- */

disk *disk_new(disk_hooks h)
{
    disk *d = calloc(1, sizeof *d);
    CHECK(d);
    d->hooks = h;
    vfs.pAppData = d;
    CHECK(sqlite3_vfs_register(&vfs, /* makeDflt= */ 1) == SQLITE_OK);
    sqlite3_randomness(0, NULL); /* its generator is seeded by this disk from now on */
    return d;
}

void disk_free(disk **held)
{
    disk *d = *held;
    if (!d)
        return;
    for (size_t i = 0; i < FILES_MAX; i++) {
        disk_file *f = &d->files[i];
        CHECK(f->opens == 0);
        release(&f->seen);
        release(&f->durable);
        release(&f->data);
        free(f->writes);
        forget_shm(f);
        for (size_t n = 0; n < SHM_MAX; n++)
            free(f->shm_kept[n]);
    }
    CHECK(sqlite3_vfs_unregister(&vfs) == SQLITE_OK);
    free(d);
    *held = NULL;
}

void disk_become(disk *d, disk_user *u)
{
    d->user = u;
}

void disk_die_at(disk *d, uint64_t n)
{
    d->die_in = n;
}

void disk_set_full(disk *d, bool full)
{
    d->full = full;
}

void disk_died(disk *d)
{
    for (size_t i = 0; i < FILES_MAX; i++)
        for (size_t n = 0; n < SHM_MAX; n++) {
            disk_file *f = &d->files[i];
            free(f->shm_kept[n]);
            f->shm_kept[n] = NULL;
            if (!f->shm[n])
                continue;
            f->shm_kept[n] = malloc(SHM_BYTES);
            CHECK(f->shm_kept[n]);
            memcpy(f->shm_kept[n], f->shm[n], SHM_BYTES);
        }
}

void disk_buried(disk *d, const disk_user *u)
{
    for (size_t i = 0; i < FILES_MAX; i++) {
        disk_file *f = &d->files[i];
        for (const handle *h = f->handles; h; h = h->next)
            CHECK(h->user != u);
        for (size_t n = 0; n < SHM_MAX; n++)
            if (f->shm[n] && f->shm_kept[n])
                memcpy(f->shm[n], f->shm_kept[n], SHM_BYTES);
    }
}

/* Each write that was not synced is there whole, not at all, or torn between two sectors. */
static void lose_power(disk *d, disk_file *f)
{
    for (size_t i = 0; i < f->write_count; i++) {
        const pending_write *w = &f->writes[i];
        uint64_t fate = d->hooks.roll(d->hooks.ctx, 4);
        if (fate == 0)
            continue;
        size_t sectors = w->len / SECTOR, from = 0, to = w->len;
        if (fate == 1 && sectors > 0)
            to = SECTOR * d->hooks.roll(d->hooks.ctx, sectors + 1);
        else if (fate == 2 && sectors > 0)
            from = SECTOR * d->hooks.roll(d->hooks.ctx, sectors + 1);
        apply(f, w, from, to);
    }
    f->write_count = 0;
    f->data.len = 0;
    f->seen.len = 0;
    put(&f->seen, 0, f->durable.at, f->durable.len);
}

void disk_power_cut(disk *d)
{
    for (size_t i = 0; i < FILES_MAX; i++) {
        disk_file *f = &d->files[i];
        CHECK(f->opens == 0);
        forget_shm(f);
        if (f->exists)
            lose_power(d, f);
    }
}

uint64_t disk_commits(const disk *d)
{
    return d->commits;
}

uint64_t disk_hash(const disk *d)
{
    uint64_t h = 0;
    for (size_t i = 0; i < FILES_MAX; i++) {
        const disk_file *f = &d->files[i];
        if (f->exists)
            h = h * 31 + str_hash((str){(const char *)f->seen.at, f->seen.len});
    }
    return h;
}
