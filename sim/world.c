/* The loop of a world: who acts next, the machine's death and return, the end. */
#include "model.h"

#include <stdio.h>
#include <stdlib.h>

#define ACT_SPAN_US  (4 * US_PER_S)
#define STEPS_MAX    400000
#define HISTORY_TOLD 80 /* lines before a failure */

const char *const sim_trouble_names[TROUBLE_COUNT] = {
#define AS_NAME(id, name) name,
    SIM_TROUBLES(AS_NAME)
#undef AS_NAME
};

bool sim_has(const sim *w, sim_trouble t)
{
    return w->options.troubles & TROUBLE_BIT(t);
}

instant sim_now(const sim *w)
{
    return SIM_EPOCH + w->ticks + w->offset;
}

/* -- the disk's hooks -- */

static uint64_t disk_roll(void *ctx, uint64_t sides)
{
    return sim_roll(ctx, DICE_DISK, sides);
}

static int64_t disk_now(void *ctx)
{
    return sim_now(ctx);
}

/* A program holds no lock of the database across a wait, so none ever meets one. */
static void disk_held(void *ctx)
{
    (void)ctx;
    check_failed("nothing holds a lock of the database while it waits", ERR_HERE);
}

static void disk_dies(void *ctx, disk_user *u)
{
    sim *w = ctx;
    for (int i = 0; i < w->program_count; i++)
        if (w->power_next || &w->programs[i]->user == u)
            program_die(w->programs[i]);
    w->power_failed = w->power_next;
    w->deaths += !w->power_next;
    w->power_cuts += w->power_next;
    sim_note(w, w->power_next ? "the power fails" : "a program dies");
}

/* -- the machine -- */

/* The eye and the feeds: a connection that is no fiber. */
static void open_first(sim *w)
{
    program *p = w->programs[0];
    err e = {0};
    p->user.dead = false;
    w->full_until = 0; /* somebody has made room */
    disk_set_full(w->disk, false);
    if (!program_open(p, &e) || !erp_feed(w, &e))
        sim_broken(w, "error", "the database does not open again: %s", e.text);
}

static void bury_first(sim *w)
{
    program *p = w->programs[0];
    store_close(&p->db);
    disk_buried(w->disk, &p->user);
}

/* Whatever died in this step is unwound and closed before anything else happens. */
static void bury(sim *w)
{
    if (w->power_failed) {
        for (int i = 1; i < w->program_count; i++)
            if (w->programs[i]->fiber)
                program_resume(w->programs[i]);
        bury_first(w);
        disk_power_cut(w->disk);
        disk_die_at(w->disk, 0);
        w->power_failed = w->power_next = false;
        w->up_at = w->ticks + 2 * US_PER_S + w->down_for_us;
        w->act_at = qty_max(w->act_at, w->up_at - 20 * US_PER_S);
        w->down_for_us = 0;
    } else if (!w->up_at && w->programs[0]->user.dead) {
        bury_first(w);
        open_first(w);
    }
}

static void come_up(sim *w)
{
    w->up_at = 0;
    sim_note(w, "the machine is back");
    open_first(w);
    for (int i = 1; i < w->program_count; i++)
        w->programs[i]->wake_at = w->ticks + (int64_t)sim_roll(w, DICE_TIME, 5 * US_PER_S);
}

/* -- the loop -- */

static program *next_program(const sim *w, int64_t *ret_at)
{
    program *first = NULL;
    *ret_at = INT64_MAX;
    for (int i = 1; !w->up_at && i < w->program_count; i++) {
        program *p = w->programs[i];
        int64_t at = p->wake_at == INT64_MAX ? INT64_MAX : qty_max(p->wake_at, p->frozen_until);
        if (at < *ret_at) {
            *ret_at = at;
            first = p;
        }
    }
    return first;
}

static void run_program(program *p)
{
    if (p->fiber) {
        program_resume(p);
    } else {
        program_start(p);
        program_resume(p);
    }
    if (!p->fiber && p->user.dead) {
        sim_note(p->w, "program %d has died", p->number);
        p->wake_at = p->w->ticks + (int64_t)sim_roll(p->w, DICE_TIME, 30 * US_PER_S);
    }
}

static void begin_rest(sim *w)
{
    w->resting = true;
    w->options.troubles = 0;
    w->net_per_mille = 0;
    w->offset = 0; /* the clock is set right: a count settles what departed before it by the shop's clock (I8) */
    w->act_at = INT64_MAX;
    disk_die_at(w->disk, 0);
    for (int i = 1; i < w->program_count; i++)
        w->programs[i]->frozen_until = 0;
    people_rest(w);
    sim_note(w, "all trouble is over");
}

/* false: nothing will ever happen again. */
static bool step(sim *w)
{
    int64_t program_at;
    program *p = next_program(w, &program_at);
    parcel *n = net_next(w);
    int64_t parcel_at = n ? n->at : INT64_MAX, up_at = w->up_at ? w->up_at : INT64_MAX;
    int64_t at = qty_min(qty_min(program_at, parcel_at), qty_min(w->act_at, up_at));
    if (at == INT64_MAX)
        return false;
    w->steps++;
    w->ticks = qty_max(w->ticks, at);
    disk_set_full(w->disk, w->ticks < w->full_until && !w->resting);
    if (at == up_at) {
        come_up(w);
    } else if (at == parcel_at) {
        net_arrive(w, n);
    } else if (at == program_at) {
        run_program(p);
    } else if (w->acts < w->acts_max) {
        people_act(w);
        w->act_at = w->ticks + (int64_t)sim_roll(w, DICE_TIME, ACT_SPAN_US);
    } else {
        begin_rest(w);
    }
    bury(w);
    if (!w->up_at)
        oracle_look(w);
    if (w->steps >= STEPS_MAX)
        sim_broken(w, "I4", "no rest after %d steps", STEPS_MAX);
    return true;
}

/* -- a world -- */

static sim *begin(const sim_options *o)
{
    sim *w = calloc(1, sizeof *w);
    CHECK(w);
    w->options = *o;
    w->history.echo = o->echo;
    for (int i = 0; i < DICE_KINDS; i++)
        w->dice[i] = (o->seed + 1) * UINT64_C(0x9e3779b97f4a7c15) + (uint64_t)i * UINT64_C(0x632be59bd9b4e019);
    w->kind = (sim_kind)(sim_roll(w, DICE_PEOPLE, 6) < 4 ? 0 : 1 + sim_roll(w, DICE_PEOPLE, 2));
    w->shop_count = 1 + (int)(sim_chance(w, DICE_PEOPLE, 300) ? sim_roll(w, DICE_PEOPLE, SIM_SHOPS_MAX) : 0);
    w->channel_count = 1 + (int)(sim_chance(w, DICE_PEOPLE, 600) ? sim_roll(w, DICE_PEOPLE, SIM_CHANNELS_MAX) : 0);
    w->item_count = 2 + (int)sim_roll(w, DICE_PEOPLE, SIM_ITEMS_MAX - 1);
    w->place_count = 1 + (int)sim_roll(w, DICE_PEOPLE, SIM_PLACES_MAX);
    w->program_count = 2 + (int)sim_roll(w, DICE_PEOPLE, SIM_PROGRAMS_MAX - 1);
    w->acts_max = 300 + (uint32_t)sim_roll(w, DICE_PEOPLE, 700);
    if (o->acts)
        w->acts_max = o->acts;
    w->disk =
        disk_new((disk_hooks){.ctx = w, .roll = disk_roll, .now_us = disk_now, .held = disk_held, .dies = disk_dies});
    w->oracle = oracle_new();
    for (int i = 0; i < w->program_count; i++)
        w->programs[i] = program_new(w, i);
    return w;
}

static void end(sim *w)
{
    for (int i = 1; i < w->program_count; i++)
        program_kill(w->programs[i]);
    for (int i = 0; i < w->program_count; i++) {
        store_close(&w->programs[i]->db);
        program_end(&w->programs[i]);
    }
    net_forget(w);
    for (int i = 0; i < w->shop_count; i++)
        model_free(&w->shops[i]);
    oracle_free(&w->oracle);
    disk_free(&w->disk);
    free(w);
}

sim_result sim_play(const sim_options *o, FILE *tell)
{
    sim *w = begin(o);
    err e = {0};
    if (!program_open(w->programs[0], &e) || !setup_world(w, &e))
        sim_broken(w, "error", "the world does not begin: %s", e.text);
    for (int i = 1; i < w->program_count; i++)
        w->programs[i]->wake_at = 0;
    while (!w->failure.some && step(w))
        ;
    if (!w->failure.some)
        oracle_rest(w);
    sim_result r = {.failure = w->failure,
                    .steps = w->steps,
                    .events = disk_commits(w->disk),
                    .orders = w->orders,
                    .counts = w->counts,
                    .foreign = w->foreign,
                    .requests = w->requests,
                    .deaths = w->deaths,
                    .power_cuts = w->power_cuts,
                    .runs = w->runs,
                    .writes_applied = w->writes_applied,
                    .acts = w->acts,
                    .kind = w->kind};
    if (!w->failure.some)
        store_close(&w->programs[0]->db); /* folds the log into the file */
    r.hash = w->history.hash ^ disk_hash(w->disk);
    if (r.failure.some && tell)
        history_print(&w->history, tell, HISTORY_TOLD);
    end(w);
    return r;
}
