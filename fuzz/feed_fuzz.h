#pragma once
/* What the targets of feed share: an input as a file that is on no disk, and a database in memory whose clock stands.
 */
#include "fuzz.h"

#include "feed/feed.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

typedef struct fuzz_file {
    int fd;
    char path[32];
} fuzz_file;

static inline fuzz_file fuzz_file_new(const void *at, size_t size)
{
    fuzz_file f = {.fd = memfd_create("input", MFD_CLOEXEC)};
    CHECK(f.fd >= 0);
    CHECK(write(f.fd, at, size) == (ssize_t)size);
    (void)snprintf(f.path, sizeof f.path, "/proc/self/fd/%d", f.fd);
    return f;
}

static inline void fuzz_file_end(fuzz_file *f)
{
    (void)close(f->fd);
}

static inline instant fuzz_now(void *ctx)
{
    (void)ctx;
    return INT64_C(1795521600) * US_PER_S;
}

static inline store *fuzz_store(void)
{
    io_clock clock = os_clock();
    clock.now = fuzz_now;
    store *s = NULL;
    err e = {0};
    CHECK(store_open("sqlite::memory:", STORE_WRITE, &clock, &s, &e));
    return s;
}

static inline void fuzz_config(store *s, const char *text)
{
    AUTO(arena_end) arena *a = arena_new(0);
    AUTO(fuzz_file_end) fuzz_file f = fuzz_file_new(text, strlen(text));
    feed_config_result r;
    err e = {0};
    CHECK(feed_config(s, f.path, false, a, &r, &e));
}

static inline void fuzz_note(void *ctx, str line)
{
    (void)ctx;
    CHECK(utf8_valid(line));
}

static inline str fuzz_export(store *s, arena *a)
{
    char *text = NULL;
    size_t len = 0;
    err e = {0};
    FILE *to = open_memstream(&text, &len);
    CHECK(to);
    CHECK(feed_config_export(s, to, &e));
    CHECK(fclose(to) == 0);
    str copy = str_copy(a, (str){text, len});
    free(text);
    return copy;
}

static inline void fuzz_verify(store *s, arena *a)
{
    verify_report report;
    err e = {0};
    CHECK(store_verify(s, a, &report, &e));
    CHECK(report.differences == 0);
}

static inline void fuzz_adds_up(const feed_summary *s)
{
    CHECK(s->counts.rows == s->counts.applied + s->counts.unchanged + s->counts.refused + s->counts.waiting);
}

typedef bool fuzz_import(store *s, const char *path, const feed_options *o, arena *a, feed_summary *ret, err *e);

/*
 * A dry run counts as the import does, the import leaves consistent books, and the same file once more finds nothing
 * new to move. A file with refused rows is only run dry: its errors would be a file on disk.
 */
static inline void fuzz_rows(store *s, fuzz_import *import, const uint8_t *data, size_t size)
{
    AUTO(arena_end) arena *a = arena_new(0);
    AUTO(fuzz_file_end) fuzz_file f = fuzz_file_new(data, size);
    feed_options o = {.note = fuzz_note, .dry_run = true};
    feed_summary dry, real, again;
    err e = {0};
    if (!import(s, f.path, &o, a, &dry, &e)) {
        CHECK(e.code == ERR_INPUT);
        CHECK(utf8_valid(str_of(e.text)));
        return;
    }
    fuzz_adds_up(&dry);
    if (dry.counts.refused > 0)
        return;
    o.dry_run = false;
    CHECK(import(s, f.path, &o, a, &real, &e));
    CHECK(memcmp(&real.counts, &dry.counts, sizeof dry.counts) == 0);
    fuzz_verify(s, a);
    o.again = true;
    CHECK(import(s, f.path, &o, a, &again, &e));
    fuzz_adds_up(&again);
    CHECK(again.counts.movements == 0);
    fuzz_verify(s, a);
}
