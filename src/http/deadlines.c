/*
 * Deadlines: a sender has so long for its headers, its body and for taking its answer, whatever it trickles meanwhile;
 * the HTTP library itself only knows how long nothing came at all. One thread looks every so often. A sender that is
 * too slow is told so (408) and cut off; the library then finds the connection closed.
 */
#include "http/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#define LOOK_EVERY_MS 250

static const int64_t PHASE_MS[HTTP_PHASES] = {[HTTP_HEADERS] = 10000, [HTTP_BODY] = 30000, [HTTP_ANSWERING] = 120000};

struct http_line {
    http_deadlines *of;
    http_line *next, *before;
    int fd;
    http_phase phase;
    int64_t since_us;
    bool answered; /* once: from then on an idle line is closed without a word */
    bool cut;
};

struct http_deadlines {
    io_clock clock;
    pthread_t thread;
    pthread_mutex_t lock; /* of all below, and of all lines */
    bool stopping;
    http_line *first;
};

static void cut(http_line *l, unsigned status)
{
    if (status != 0) {
        char text[160];
        int len = snprintf(text, sizeof text,
                           "HTTP/1.1 %u %s\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\n"
                           "\r\n%s\n",
                           status, http__status_title(status), strlen(http__status_title(status)) + 1,
                           http__status_title(status));
        /* One attempt: who does not read gets no answer. */
        (void)send(l->fd, text, (size_t)len, MSG_DONTWAIT | MSG_NOSIGNAL);
    }
    (void)shutdown(l->fd, SHUT_RDWR);
    l->cut = true;
}

static void look(http_deadlines *d)
{
    int64_t now = d->clock.ticks_us(d->clock.ctx);
    for (http_line *l = d->first; l; l = l->next)
        if (!l->cut && now - l->since_us > PHASE_MS[l->phase] * US_PER_MS)
            cut(l, l->phase == HTTP_ANSWERING || (l->phase == HTTP_HEADERS && l->answered) ? 0 : 408);
}

static bool stopping(http_deadlines *d)
{
    pthread_mutex_lock(&d->lock);
    bool end = d->stopping;
    if (!end)
        look(d);
    pthread_mutex_unlock(&d->lock);
    return end;
}

static void *watch(void *ctx)
{
    http_deadlines *d = ctx;
    while (!stopping(d))
        d->clock.sleep_until_us(d->clock.ctx, d->clock.ticks_us(d->clock.ctx) + LOOK_EVERY_MS * US_PER_MS);
    return NULL;
}

bool http__deadlines_start(const io_clock *clock, http_deadlines **ret, err *e)
{
    http_deadlines *d = calloc(1, sizeof *d);
    if (!d)
        return ERR(e, ERR_MEMORY, "no memory for the HTTP service");
    d->clock = *clock;
    pthread_mutex_init(&d->lock, NULL);
    if (pthread_create(&d->thread, NULL, watch, d) != 0) {
        free(d);
        return ERR(e, ERR_MEMORY, "no thread for the HTTP service");
    }
    *ret = d;
    return true;
}

void http__deadlines_stop(http_deadlines **held)
{
    http_deadlines *d = *held;
    if (!d)
        return;
    pthread_mutex_lock(&d->lock);
    d->stopping = true;
    pthread_mutex_unlock(&d->lock);
    pthread_join(d->thread, NULL);
    CHECK(!d->first);
    pthread_mutex_destroy(&d->lock);
    free(d);
    *held = NULL;
}

http_line *http__line_open(http_deadlines *d, int fd)
{
    http_line *l = calloc(1, sizeof *l);
    if (!l)
        return NULL;
    l->of = d;
    l->fd = fd;
    pthread_mutex_lock(&d->lock);
    l->since_us = d->clock.ticks_us(d->clock.ctx);
    l->next = d->first;
    if (d->first)
        d->first->before = l;
    d->first = l;
    pthread_mutex_unlock(&d->lock);
    return l;
}

void http__line_phase(http_line *l, http_phase p)
{
    pthread_mutex_lock(&l->of->lock);
    l->phase = p;
    l->since_us = l->of->clock.ticks_us(l->of->clock.ctx);
    l->answered |= p == HTTP_HEADERS;
    pthread_mutex_unlock(&l->of->lock);
}

void http__line_close(http_line *l)
{
    http_deadlines *d = l->of;
    pthread_mutex_lock(&d->lock);
    if (l->before)
        l->before->next = l->next;
    else
        d->first = l->next;
    if (l->next)
        l->next->before = l->before;
    pthread_mutex_unlock(&d->lock);
    free(l);
}

void http__line_refuse(http_line *l, unsigned status)
{
    pthread_mutex_lock(&l->of->lock);
    if (!l->cut)
        cut(l, status);
    pthread_mutex_unlock(&l->of->lock);
}
