/*
 * Workers: a few threads that answer requests, each with a store of its own (a store belongs to one thread), fed from
 * one bounded queue. The thread that reads and writes sockets never waits for a database or a shop.
 */
#include "http/internal.h"

#include <stdlib.h>

struct http_worker {
    http_workers *of;
    pthread_t thread;
    store *db;
    shop_net *net; /* NULL: not used yet */
    io_net calls;
};

struct http_workers {
    const http_house *house;
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t more;
    http_task *first, *last;
    size_t waiting, slow, started;
    bool stopping;
    http_worker all[HTTP_WORKERS];
};

static http_task *next_task(http_workers *w)
{
    pthread_mutex_lock(&w->lock);
    while (!w->first && !w->stopping)
        pthread_cond_wait(&w->more, &w->lock);
    http_task *t = w->first;
    if (t) {
        w->first = t->next;
        w->waiting--;
    }
    pthread_mutex_unlock(&w->lock);
    return t;
}

static void *work(void *ctx)
{
    http_worker *self = ctx;
    http_task *t;
    while ((t = next_task(self->of))) {
        http_call c = {.house = self->of->house,
                       .request = t->request,
                       .answer = t->answer,
                       .memory = t->memory,
                       .db = self->db,
                       .worker = self};
        http__dispatch(&c);
        t->done(t);
    }
    return NULL;
}

static bool worker_start(http_workers *w, http_worker *one, err *e)
{
    one->of = w;
    if (!store_open(w->house->db_url, STORE_WRITE, &w->house->world->clock, &one->db, e))
        return false;
    if (pthread_create(&one->thread, NULL, work, one) != 0) {
        store_close(&one->db);
        return ERR(e, ERR_MEMORY, "no thread for the HTTP service");
    }
    w->started++;
    return true;
}

bool http__workers_start(const http_house *h, http_workers **ret, err *e)
{
    http_workers *w = calloc(1, sizeof *w);
    if (!w)
        return ERR(e, ERR_MEMORY, "no memory for the HTTP service");
    w->house = h;
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->more, NULL);
    while (w->started < HTTP_WORKERS)
        if (!worker_start(w, &w->all[w->started], e)) {
            http__workers_end(&w);
            return false;
        }
    *ret = w;
    return true;
}

bool http__workers_give(http_workers *w, http_task *t)
{
    pthread_mutex_lock(&w->lock);
    bool taken = !w->stopping && w->waiting < HTTP_WAITING_MAX;
    if (taken) {
        t->next = NULL;
        if (w->first)
            w->last->next = t;
        else
            w->first = t;
        w->last = t;
        w->waiting++;
        pthread_cond_signal(&w->more);
    }
    pthread_mutex_unlock(&w->lock);
    return taken;
}

void http__workers_stop(http_workers *w)
{
    pthread_mutex_lock(&w->lock);
    w->stopping = true;
    pthread_cond_broadcast(&w->more);
    pthread_mutex_unlock(&w->lock);
    for (; w->started > 0; w->started--)
        pthread_join(w->all[w->started - 1].thread, NULL);
}

void http__workers_end(http_workers **held)
{
    http_workers *w = *held;
    if (!w)
        return;
    http__workers_stop(w);
    for (size_t i = 0; i < HTTP_WORKERS; i++) {
        shop_net_close(&w->all[i].net);
        store_close(&w->all[i].db);
    }
    pthread_cond_destroy(&w->more);
    pthread_mutex_destroy(&w->lock);
    free(w);
    *held = NULL;
}

bool http__worker_world(http_worker *w, world *ret, err *e)
{
    if (!w->net && !shop_net_open(&w->net, &w->calls, e))
        return false;
    *ret = *w->of->house->world;
    ret->net = w->calls;
    return true;
}

bool http__slow_begin(http_worker *w, err *e)
{
    pthread_mutex_lock(&w->of->lock);
    bool free = w->of->slow < HTTP_SLOW_MAX;
    if (free)
        w->of->slow++;
    pthread_mutex_unlock(&w->of->lock);
    return free ||
           ERR(e, ERR_BUSY, "%d diagnoses are waiting for Shopify already; try again in a moment", HTTP_SLOW_MAX);
}

void http__slow_end(http_worker *w)
{
    pthread_mutex_lock(&w->of->lock);
    w->of->slow--;
    pthread_mutex_unlock(&w->of->lock);
}
