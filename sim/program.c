/*
 * One program of the machine: it opens the database and runs jobs all day, on a fiber. Where it waits, others act.
 *
 * A program that dies is unwound: from that moment every call of it to the disk, the net and the clock fails or returns
 * at once, so its code comes to its end without being seen by anybody. What it had written stays, its locks end.
 */
#include "model.h"

#include <stdlib.h>

#define IDLE_US (20 * US_PER_S) /* between two jobs, at most */

/* -- its clock -- */

static instant now_of(void *ctx)
{
    const program *p = ctx;
    return sim_now(p->w);
}

static int64_t ticks_of(void *ctx)
{
    const program *p = ctx;
    return p->user.dead ? p->dead_ticks : p->w->ticks;
}

static void wait_until(program *p, int64_t ticks)
{
    p->wake_at = ticks;
    fiber_yield(p->fiber);
}

static void sleep_until(void *ctx, int64_t ticks)
{
    program *p = ctx;
    while (!p->user.dead && p->w->ticks < ticks)
        wait_until(p, ticks);
    if (p->user.dead && p->dead_ticks < ticks)
        p->dead_ticks = ticks;
}

static void rng_bytes(void *ctx, void *to, size_t len)
{
    const program *p = ctx;
    for (size_t i = 0; i < len; i++)
        ((unsigned char *)to)[i] = (unsigned char)sim_roll(p->w, DICE_PROGRAM, 256);
}

/* -- its net: net.c brings answers into the inbox -- */

static bool net_next_answer(void *ctx, int64_t until, arena *a, net_answer *ret, bool *ret_some, err *e)
{
    program *p = ctx;
    while (!p->user.dead && p->inbox_count == 0 && p->w->ticks < until)
        wait_until(p, until);
    if (p->user.dead)
        return ERR(e, ERR_IO, "the program is dead");
    *ret_some = p->inbox_count > 0;
    if (!*ret_some)
        return true;
    parcel n = p->inbox[0];
    memmove(&p->inbox[0], &p->inbox[1], sizeof n * --p->inbox_count);
    *ret = (net_answer){.ticket = n.ticket,
                        .outcome = n.outcome,
                        .status = n.status,
                        .body = str_copy(a, (str){n.body ? n.body : "", n.body_len}),
                        .date = net_http_date(a, n.date),
                        .retry_after = n.retry_after_s ? str_printf(a, "%d", n.retry_after_s) : STR(""),
                        .content_type = n.html ? STR("text/html") : STR("application/json"),
                        .api_version = STR("2026-10"),
                        .request_id = STR("")};
    if (n.outcome != NET_ANSWERED)
        snprintf(ret->why, sizeof ret->why, "connection cut");
    free(n.body);
    return true;
}

/* -- its day -- */

bool program_open(program *p, err *e)
{
    disk_become(p->w->disk, &p->user);
    return store_open(SIM_DB, STORE_WRITE, &p->world.clock, &p->db, e);
}

static bool stops(void *ctx)
{
    const program *p = ctx;
    return p->user.dead;
}

static bool unadopted(program *p, int of, err *e, bool *ret)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    const store_config *c;
    if (!store_begin(p->db, STORE_READ, &tx, e) || !store_config_get(tx, &c, e))
        return false;
    *ret = config_shop(c, p->w->shop_ids[of])->adopted_at == INSTANT_NONE;
    return true;
}

typedef enum work_kind { WORK_RECENT, WORK_ORDERS, WORK_HARD, WORK_ADOPT, WORK_LINK, WORK_KINDS } work_kind;
static const char *const WORK_NAMES[WORK_KINDS] = {"recent", "orders", "hard", "adopt", "link"};

static bool run_job(program *p, work_kind kind, str code, arena *a, err *e)
{
    sync_report report;
    int64_t run;
    const job_kind *k;
    if (!jobs_kind_named(str_of(WORK_NAMES[kind]), &k, e))
        return false;
    jobs_request r = {.kind = k,
                      .shop = code,
                      .cause = STR("schedule"),
                      .actor = STR("simulator"),
                      .wait_ms = (int64_t)sim_roll(p->w, DICE_PROGRAM, 20000),
                      .stop = stops,
                      .ctx = p};
    if (!jobs_run(p->db, &p->world, &r, a, &report, &run, e))
        return false;
    sim_note(p->w,
             "program %d: %s of %.*s: pushed %" PRId64 ", in doubt %" PRId64 ", drifted %" PRId64 ", new %" PRId64
             ", left %zu%s%.*s",
             p->number, k->name, STR_ARG(code), report.pushed, report.in_doubt, report.drifted, report.new_events,
             report.left_count, str_empty(report.stopped) ? "" : ", stopped: ", STR_ARG(report.stopped));
    for (size_t i = 0; p->w->resting && i < report.left_count; i++)
        sim_note(p->w, "  left: %.*s in %.*s: %.*s", STR_ARG(report.left[i].sku), STR_ARG(report.left[i].channel),
                 STR_ARG(report.left[i].why));
    return true;
}

static bool run_beside_jobs(program *p, work_kind kind, str code, arena *a, err *e)
{
    AUTO(sync_close) sync_lane *l = NULL;
    sync_options o = {.shop = code, .channel = STR(""), .stop = stops, .ctx = p};
    sync_adopted adopted;
    sync_linked linked;
    if (!sync_open(p->db, &p->world, &o, 1000, &l, e))
        return false;
    if (kind == WORK_LINK)
        return sync_link(l, a, &linked, e);
    if (!sync_adopt(l, a, &adopted, e))
        return false;
    sim_note(p->w, "program %d: adopt of %.*s: %" PRId64 ", not %zu", p->number, STR_ARG(code), adopted.adopted,
             adopted.not_adopted_count);
    for (size_t i = 0; i < adopted.not_adopted_count; i++)
        sim_note(p->w, "  not adopted: %.*s: %.*s", STR_ARG(adopted.not_adopted[i].sku),
                 STR_ARG(adopted.not_adopted[i].why));
    return true;
}

/* What a job may fail with: the shop, another program, the disk. Anything else is wrong. */
static bool expected(const program *p, const err *e)
{
    bool full = sim_has(p->w, TROUBLE_FULL);
    return p->user.dead || e->code == ERR_REMOTE || e->code == ERR_BUSY || e->code == ERR_CONFLICT ||
           (e->code == ERR_IO && full);
}

static bool do_work(program *p, work_kind kind, int of)
{
    AUTO(arena_end) arena *a = arena_new(0);
    sim *w = p->w;
    err e = {0};
    bool adopt = false;
    str code = str_printf(a, "shop%d", of);
    w->runs++;
    bool done = unadopted(p, of, &e, &adopt);
    if (done && adopt)
        kind = WORK_ADOPT;
    done = done && (kind < WORK_ADOPT ? run_job(p, kind, code, a, &e) : run_beside_jobs(p, kind, code, a, &e));
    if (done)
        return true;
    sim_note(w, "program %d: %s of %.*s failed: %s: %.80s", p->number, WORK_NAMES[kind], STR_ARG(code),
             err_code_name(e.code), e.text);
    if (!expected(p, &e))
        sim_broken(w, "error", "program %d: %s: %s (%s)", p->number, WORK_NAMES[kind], e.text, e.where);
    return false;
}

static work_kind choose_work(sim *w)
{
    uint64_t n = sim_roll(w, DICE_PROGRAM, 100);
    return n < 48 ? WORK_RECENT : n < 86 ? WORK_ORDERS : n < 98 ? WORK_HARD : WORK_LINK;
}

/* A clock that was set back can bring the last sign of a dead program's life near again: once, and not for long. */
static bool do_at_last(program *p, work_kind kind, int number)
{
    if (do_work(p, kind, number))
        return true;
    sleep_until(p, p->w->ticks + 100 * US_PER_S);
    return do_work(p, kind, number);
}

/* With all trouble over, a few rounds bring everything to rest; protocol R8 and I5 may need more than one. */
#define REST_ROUNDS 4
static void bring_to_rest(program *p)
{
    sim *w = p->w;
    sleep_until(p, w->ticks + 900 * US_PER_S); /* leases of the dead end */
    for (int round = 0; round < REST_ROUNDS && !w->failure.some; round++) {
        for (int n = 0; n < w->shop_count && !w->failure.some; n++) {
            static const work_kind ROUND[] = {WORK_LINK, WORK_ORDERS, WORK_HARD}; /* link releases what was refused */
            sleep_until(p, w->ticks + 200 * US_PER_S);
            for (size_t i = 0; i < COUNT(ROUND); i++)
                if (!do_at_last(p, ROUND[i], n))
                    sim_broken(w, "I4", "shop %d: %s fails with all trouble over", n, WORK_NAMES[ROUND[i]]);
        }
        if (round == 0)
            erp_count_all(w);
    }
}

static void life(void *ctx)
{
    program *p = ctx;
    sim *w = p->w;
    err e = {0};
    if (!program_open(p, &e)) {
        if (!expected(p, &e))
            sim_broken(w, "error", "program %d does not start: %s", p->number, e.text);
        return;
    }
    while (!p->user.dead && !w->resting && !w->failure.some) {
        sleep_until(p, w->ticks + (int64_t)sim_roll(w, DICE_PROGRAM, IDLE_US));
        if (!p->user.dead && !w->resting)
            (void)do_work(p, choose_work(w), (int)sim_roll(w, DICE_PROGRAM, (uint64_t)w->shop_count));
    }
    if (w->resting && p->number == 1 && !w->failure.some)
        bring_to_rest(p);
    store_close(&p->db);
}

/* -- its life, from outside -- */

program *program_new(sim *w, int number)
{
    program *p = calloc(1, sizeof *p);
    CHECK(p);
    p->w = w;
    p->number = number;
    p->wake_at = INT64_MAX;
    p->world = (world){
        .clock = {.ctx = p, .now = now_of, .ticks_us = ticks_of, .sleep_until_us = sleep_until},
        .rng = {.ctx = p, .bytes = rng_bytes},
        .net = {.ctx = p, .post = net_post, .next = net_next_answer},
    };
    return p;
}

static void empty_inbox(program *p)
{
    while (p->inbox_count)
        free(p->inbox[--p->inbox_count].body);
}

void program_end(program **held)
{
    program *p = *held;
    if (!p)
        return;
    CHECK(!p->fiber);
    empty_inbox(p);
    free(p->inbox);
    free(p);
    *held = NULL;
}

void program_start(program *p)
{
    CHECK(!p->fiber);
    p->life++;
    p->user.dead = false;
    p->frozen_until = 0;
    empty_inbox(p);
    p->fiber = fiber_new(life, p);
    p->wake_at = p->w->ticks;
}

void program_resume(program *p)
{
    disk_become(p->w->disk, &p->user);
    p->wake_at = INT64_MAX;
    fiber_resume(p->fiber);
    if (fiber_ended(p->fiber)) {
        fiber_free(&p->fiber);
        if (p->user.dead)
            disk_buried(p->w->disk, &p->user);
    } else {
        CHECK(!p->user.dead); /* a dead one never waits */
    }
    disk_become(p->w->disk, &p->w->programs[0]->user);
}

void program_die(program *p)
{
    if (p->user.dead)
        return;
    p->user.dead = true;
    p->dead_ticks = p->w->ticks;
    disk_died(p->w->disk);
}

void program_kill(program *p)
{
    program_die(p);
    if (p->fiber)
        program_resume(p);
}
