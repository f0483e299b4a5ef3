/*
 * The real world: the clocks, randomness and files of the operating system. Nothing else calls them.
 */
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

static int64_t read_clock(clockid_t which)
{
    struct timespec t;
    CHECK(clock_gettime(which, &t) == 0);
    return t.tv_sec * US_PER_S + t.tv_nsec / 1000;
}

static instant clock_now(void *ctx)
{
    (void)ctx;
    return read_clock(CLOCK_REALTIME);
}

static int64_t clock_ticks_us(void *ctx)
{
    (void)ctx;
    return read_clock(CLOCK_MONOTONIC);
}

static void clock_sleep_until_us(void *ctx, int64_t ticks_us)
{
    (void)ctx;
    if (ticks_us <= 0)
        return;
    struct timespec t = {.tv_sec = ticks_us / US_PER_S, .tv_nsec = ticks_us % US_PER_S * 1000};
    int failed = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
    CHECK(failed == 0 || failed == EINTR);
}

io_clock os_clock(void)
{
    return (io_clock){.now = clock_now, .ticks_us = clock_ticks_us, .sleep_until_us = clock_sleep_until_us};
}

static void rng_bytes(void *ctx, void *to, size_t len)
{
    (void)ctx;
    for (size_t done = 0; done < len;) {
        ssize_t got = getrandom((char *)to + done, len - done, 0);
        CHECK(got > 0 || errno == EINTR);
        if (got > 0)
            done += (size_t)got;
    }
}

io_rng os_rng(void)
{
    return (io_rng){.bytes = rng_bytes};
}

instant world_now(const world *w)
{
    return w->clock.now(w->clock.ctx);
}

uint64_t world_random(const world *w)
{
    uint64_t made;
    w->rng.bytes(w->rng.ctx, &made, sizeof made);
    return made;
}

void world_uuid(const world *w, char ret[37])
{
    static const char hex[] = "0123456789abcdef";
    unsigned char b[16];
    w->rng.bytes(w->rng.ctx, b, sizeof b);
    b[6] = (unsigned char)((b[6] & 0x0F) | 0x40); /* version 4 */
    b[8] = (unsigned char)((b[8] & 0x3F) | 0x80); /* the variant of RFC 9562 */
    char *at = ret;
    for (size_t i = 0; i < sizeof b; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *at++ = '-';
        *at++ = hex[b[i] >> 4];
        *at++ = hex[b[i] & 0x0F];
    }
    *at = '\0';
}

static void close_file(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

bool os_read_file(arena *a, const char *path, size_t bytes_max, str *ret, err *e)
{
    AUTO(close_file) int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return ERR(e, ERR_IO, "%s: %m", path);
    AUTO(buf_end) buf text = buf_new(bytes_max);
    char chunk[16384];
    ssize_t got;
    while ((got = read(fd, chunk, sizeof chunk)) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return ERR(e, ERR_IO, "%s: %m", path);
        buf_add(&text, (str){chunk, (size_t)got});
        if (text.full)
            return ERR(e, ERR_INPUT, "%s: larger than the %zu bytes allowed", path, bytes_max);
    }
    *ret = str_copy(a, buf_str(&text));
    return true;
}
