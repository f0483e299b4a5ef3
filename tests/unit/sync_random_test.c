/*
 * Random worlds: orders in every turn of their lives, foreign falls, lost and late calls, a lagging search, replicas
 * that stand still, processes that are killed. Two laws: no write of ours shows more than there is, and when the world
 * is quiet both sides are equal, with exactly the foreign changes found. A failure prints its seed; SYNC_RANDOM_SEEDS
 * and SYNC_RANDOM_FIRST choose others.
 */
#include "sync_fixture.h"

#define ITEMS 3
#define STEPS 60

typedef struct play {
    fixture *f;
    /* By seed: a foreign fall hides in units that nobody can tell about, and what happens at an unmapped location is
     * unseen until its import, or leaves no trace at all (protocol 5). So a world has one of the three. */
    bool foreigners, untold, unmapped;
    uint64_t seed, dice;
    qty qoh[ITEMS], foreign[ITEMS];
    int orders[MODEL_ORDERS_MAX], order_count;
    qty before[ITEMS]; /* available when a write of ours begins */
    bool told;
    bool in_doubt; /* what is in doubt goes out again as it was, and any fall since then right after it (P6) */
} play;

static uint64_t roll(play *p, uint64_t sides)
{
    uint64_t z = p->dice += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (z ^ (z >> 31)) % sides;
}

/* Units of an item that may still be sold: what we have, less all that was ordered and did not come back. */
static qty truth(const play *p, int item)
{
    qty units = p->qoh[item];
    for (int i = 0; i < p->f->m->order_count; i++) {
        const model_order *o = &p->f->m->orders[i];
        if (o->lines[0].item != item)
            continue;
        units -= o->lines[0].ordered;
        units += o->restocked;
    }
    return units;
}

static void watch_writes(void *ctx, model *m, const char *operation, int nth, bool after)
{
    play *p = ctx;
    (void)nth;
    if (strcmp(operation, "Adjust") != 0)
        return;
    for (int i = 0; i < ITEMS; i++) {
        qty s = model_available(m, i, 0);
        if (!after) {
            p->before[i] = s;
            continue;
        }
        qty most = qty_max(p->before[i], qty_max(0, truth(p, i)));
        if (s > most && !p->told && !p->unmapped && !p->in_doubt) {
            p->told = true;
            print_error("seed %" PRIu64 ": a write put SKU-%03d to %" PRId64 ", there are %" PRId64 "\n", p->seed, i, s,
                        truth(p, i));
        }
    }
}

static int any_order(play *p, bool open)
{
    for (int tries = 0; tries < 8 && p->f->m->order_count > 0; tries++) {
        int n = (int)roll(p, (uint64_t)p->f->m->order_count);
        if (!open || p->f->m->orders[n].lines[0].open > 0)
            return n;
    }
    return -1;
}

static void sell(play *p)
{
    int item = (int)roll(p, ITEMS);
    qty units = 1 + (qty)roll(p, 3);
    int location = p->unmapped && roll(p, 5) == 0 ? 2 : 0;
    if (p->f->m->order_count >= MODEL_ORDERS_MAX || model_available(p->f->m, item, location) < units)
        return;
    bool pos = roll(p, 6) == 0;
    model_place(
        p->f->m,
        (model_sale){
            .item = item, .units = units, .location = location, .pos = pos, .unrouted = !pos && roll(p, 6) == 0});
}

static void live(play *p)
{
    model *m = p->f->m;
    int n = any_order(p, true), any = any_order(p, false);
    uint64_t turn = roll(p, 7);
    if (any >= 0 && turn == 0)
        model_touch(m, any);
    if (n < 0)
        return;
    model_order *o = &m->orders[n];
    if (!o->routed) {
        if (turn < 4)
            model_route(m, n);
        return;
    }
    if (o->fo_count + 1 >= MODEL_PARTS_MAX || o->shipped_count + 1 >= MODEL_PARTS_MAX ||
        o->refund_count + 1 >= MODEL_PARTS_MAX)
        return;
    if (turn == 1)
        model_fulfil(m, n, 1 + (qty)roll(p, 2), o->fos[0].location);
    else if (turn == 2)
        model_cancel(m, n, p->unmapped || roll(p, 3) > 0, !p->untold || roll(p, 3) > 0);
    else if (turn == 3 && p->unmapped)
        model_move(m, n, roll(p, 2) ? 0 : 2);
    else if (turn == 4 && !p->foreigners)
        model_refund(m, n, 1, p->unmapped || roll(p, 2) ? "CANCEL" : "NO_RESTOCK", o->fos[0].location);
    else if (turn == 5 && o->shipped_count && o->returned < o->shipped[0].units)
        model_refund(m, n, 1, "RETURN", 0);
}

static void disturb(play *p)
{
    static const model_fault_kind KINDS[] = {MODEL_LOSE_REQUEST, MODEL_LOSE_ANSWER, MODEL_500_BEFORE,
                                             MODEL_500_AFTER,    MODEL_THROTTLED,   MODEL_NO_CONNECTION,
                                             MODEL_ARRIVES_LATE, MODEL_DOUBLED};
    model *m = p->f->m;
    switch (p->foreigners ? roll(p, 5) : 1 + roll(p, 4)) {
    case 1:
        m->fault_count = 0;
        model_fail(m, KINDS[roll(p, COUNT(KINDS))], "Adjust", (int)roll(p, 2), 1 + (int)roll(p, 8));
        break;
    case 0: {
        int item = (int)roll(p, ITEMS);
        qty units = 1 + (qty)roll(p, 2);
        model_edit(m, item, 0, -units);
        p->foreign[item] -= units;
        break;
    }
    case 2:
        m->index_lag_us = (int64_t)roll(p, 25) * US_PER_S;
        break;
    case 3:
        model_freeze(m);
        break;
    default:
        model_thaw(m);
        break;
    }
}

static void stock(play *p)
{
    int item = (int)roll(p, ITEMS);
    qty delta = (qty)roll(p, 7) - 3;
    p->qoh[item] += delta;
    fixture_move(p->f, item, delta);
}

/* A run that may fail: the shop may be out of reach. */
static void run(fixture *f, int which)
{
    AUTO(arena_end) arena *a = arena_new(0);
    AUTO(sync_close) sync_lane *l = NULL;
    err e = {0};
    sync_report r;
    if (!sync_open(f->db, &f->w, &(sync_options){.shop = STR("main"), .channel = STR("")}, 60000, &l, &e))
        return;
    bool done = which == 0   ? sync_recent(l, a, &r, &e)
                : which == 1 ? sync_orders(l, a, &r, &e)
                             : sync_hard(l, a, &r, &e);
    if (!done && e.code != ERR_REMOTE)
        print_error("run %d: %s (%s)\n", which, e.text, e.where);
    assert_true(done || e.code == ERR_REMOTE);
}

static void run_one(fixture *f)
{
    run(f, f->which);
}

static void synchronise(play *p)
{
    uint64_t which = roll(p, 6);
    p->in_doubt = fixture_open_operations(p->f) > 0;
    p->f->which = which < 3 ? 0 : which < 5 ? 1 : 2;
    if (roll(p, 6) == 0)
        (void)fixture_dies(p->f, run_one, 1 + (int64_t)roll(p, 40));
    else
        run_one(p->f);
}

static qty drifts_of(fixture *f, int product)
{
    store_tx *tx = NULL;
    explained_row *rows;
    size_t count;
    qty sum = 0;
    OK(store_begin(f->db, STORE_WRITE, &tx, e));
    OK(store_explained_after(tx, (target_key){f->products[product], f->channel}, 0, 10000, f->a, &rows, &count, e));
    for (size_t i = 0; i < count; i++)
        if ((rows[i].kind == EXPLAINED_DRIFT && str_starts(rows[i].ref, STR("read "))) ||
            rows[i].kind == EXPLAINED_UNDRIFT)
            sum += rows[i].value;
    store_tx_end(&tx);
    return sum;
}

static void come_to_rest(play *p)
{
    fixture *f = p->f;
    f->m->fault_count = 0;
    f->m->index_lag_us = 0;
    model_thaw(f->m);
    for (int i = 0; i < f->m->order_count; i++)
        if (!f->m->orders[i].routed && !f->m->orders[i].cancelled)
            model_route(f->m, i);
    for (int i = 0; i < 3; i++) {
        model_advance(f->m, 200 * US_PER_S);
        fixture_orders(f);
        sync_report r = fixture_hard(f);
        for (size_t n = 0; i == 2 && n < r.left_count; n++)
            print_error("seed %" PRIu64 ": %.*s is left: %.*s\n", p->seed, STR_ARG(r.left[n].sku),
                        STR_ARG(r.left[n].why));
    }
}

static bool rests(play *p)
{
    fixture *f = p->f;
    bool right = !p->told && fixture_open_operations(f) == 0;
    for (int i = 0; i < ITEMS; i++) {
        target_row row = fixture_target(f, i);
        qty s = model_available(f->m, i, 0), want = qty_max(0, truth(p, i));
        /* Doubts that no reading settles cost units (I3, I4): there are never more than `want`. */
        bool good = row.target.e.known && row.target.e.value == row.target.t && s == row.target.t &&
                    (p->foreigners ? row.target.t == want : row.target.t <= want);
        bool told = !p->foreigners || drifts_of(f, i) == p->foreign[i];
        if (!good || !told)
            print_error("seed %" PRIu64 ": SKU-%03d T %" PRId64 ", E %" PRId64 ", S %" PRId64 ", there are %" PRId64
                        "; foreign %" PRId64 ", drift %" PRId64 "\n",
                        p->seed, i, row.target.t, row.target.e.value, s, want, p->foreign[i], drifts_of(f, i));
        right &= good && told;
    }
    return right;
}

static bool play_one(uint64_t seed)
{
    AUTO(fixture_end) fixture *f = fixture_new();
    play p = {.f = f, .seed = seed, .dice = seed * 7919 + 1};
    p.foreigners = seed % 3 == 0;
    p.untold = seed % 3 == 1;
    p.unmapped = seed % 3 == 2;
    f->m->seed = seed;
    fixture_index_lag(f, 30);
    for (int i = 0; i < ITEMS; i++) {
        char sku[16];
        snprintf(sku, sizeof sku, "SKU-%03d", i);
        p.qoh[i] = 6 + (qty)roll(&p, 10);
        fixture_product(f, sku, p.qoh[i]);
        f->m->items[i].levels[2] = (model_level){.exists = true, .active = true};
        model_edit(f->m, i, 2, 4);
    }
    model_advance(f->m, 600 * US_PER_S);
    assert_int_equal(fixture_adopt(f).adopted, ITEMS);
    f->m->hook = watch_writes;
    f->m->hook_ctx = &p;
    for (int step = 0; step < STEPS; step++) {
        uint64_t what = roll(&p, 10);
        if (what < 2)
            sell(&p);
        else if (what < 5)
            live(&p);
        else if (what < 6)
            disturb(&p);
        else if (what < 7)
            stock(&p);
        else
            synchronise(&p);
        model_advance(f->m, (int64_t)roll(&p, 20) * US_PER_S);
    }
    fixture_verify(f);
    come_to_rest(&p);
    fixture_verify(f);
    return rests(&p);
}

static int64_t from_environment(const char *name, int64_t otherwise)
{
    int64_t n = otherwise;
    const char *text = getenv(name);
    return text && num_parse_i64(str_of(text), &n) ? n : otherwise;
}

static void test_random_worlds(void **state)
{
    (void)state;
    int64_t first = from_environment("SYNC_RANDOM_FIRST", 1), count = from_environment("SYNC_RANDOM_SEEDS", 40),
            bad = 0;
    for (int64_t seed = first; seed < first + count; seed++)
        bad += !play_one((uint64_t)seed);
    assert_int_equal(bad, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_random_worlds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
