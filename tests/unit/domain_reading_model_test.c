/*
 * Random orders in a small model of Shopify, which keeps the true effect of each event on available. The order is read
 * at random moments, and through it all must hold:
 *
 *   M1 no claim is below the truth, at any location (E is never too low)
 *   M2 claims are the truth, while no reading left a mark (units not routed yet apart, which no claim counts)
 *   M3 a claim explains at least what is open, departed and lost there; exactly that, while M2 holds
 *   M4 open units are known, doubt or not
 *   M5 the books' demand covers what is really gone, over all locations
 *   M6 the same reading again says the same
 *
 * Left out, as no reading can show it: a fulfilment order that lost units elsewhere and came back (protocol, 5); a
 * silent return to a place that the line never named; a silent removal that is recorded while another one happens.
 * Before the first reading with a fulfilment order, units that were restocked apart from where they were claimed may
 * deceive (L4): then the mark is checked instead.
 *
 * EVENSTOCK_SEED=n runs that one seed and prints its events; EVENSTOCK_RUNS=n runs the seeds 1 to n.
 */
#include "domain/domain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define RUNS      5000
#define STEPS     24
#define LOCATIONS 3
#define LIST_MAX  64

static const char *const LOCATION[LOCATIONS] = {"A", "B", "C"};
#define NOWHERE -1

typedef struct fo {
    int at;
    qty total, remaining;
    int read_at;       /* where the last reading saw it, or NOWHERE */
    bool removed_away; /* it lost units since, while it was elsewhere */
} fo;

typedef struct shipment {
    int at;
    qty units; /* 0: cancelled */
} shipment;

typedef struct refund {
    refund_type type;
    bool restocked;
    int at;
    qty units;
} refund;

typedef struct silent { /* units removed before they were shipped, without a word */
    int at;
    qty units;
    bool restocked;
} silent;

typedef struct shop {
    uint64_t random;
    buf log;
    qty ordered, current, returned;
    qty pending[LOCATIONS]; /* claimed there, in no fulfilment order */
    qty effect[LOCATIONS];  /* the truth: what available did */
    bool cancelled, closed;
    fo fos[LIST_MAX];
    size_t fo_count;
    shipment shipments[LIST_MAX];
    size_t shipment_count;
    refund refunds[LIST_MAX];
    size_t refund_count;
    silent silents[LIST_MAX];
    size_t silent_count;
    /* since the last reading */
    qty quietly_returned[LOCATIONS];
    bool removed, recorded_late;
    /* for ever */
    bool fos_read;      /* a reading saw a fulfilment order */
    bool restock_apart; /* before that, units came back elsewhere than they were claimed */
    bool doubted;
} shop;

static uint64_t draw(shop *s)
{
    uint64_t z = s->random += 0x9e3779b97f4a7c15u; /* splitmix64 */
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static int below(shop *s, int n)
{
    return (int)(draw(s) % (uint64_t)n);
}

static bool chance(shop *s, int percent)
{
    return below(s, 100) < percent;
}

static int some_location(shop *s)
{
    return below(s, LOCATIONS);
}

static qty some_of(shop *s, qty most)
{
    return chance(s, 40) ? most : 1 + below(s, (int)most);
}

static qty sum_at(const qty at[LOCATIONS])
{
    qty sum = 0;
    for (int i = 0; i < LOCATIONS; i++)
        sum += at[i];
    return sum;
}

static qty open_at(const shop *s, int at)
{
    qty sum = 0;
    for (size_t i = 0; i < s->fo_count; i++)
        if (s->fos[i].at == at)
            sum += s->fos[i].remaining;
    return sum;
}

static qty shipped(const shop *s)
{
    qty sum = 0;
    for (size_t i = 0; i < s->shipment_count; i++)
        sum += s->shipments[i].units;
    return sum;
}

static void new_fo(shop *s, int at, qty units)
{
    CHECK(s->fo_count < LIST_MAX);
    s->fos[s->fo_count++] = (fo){at, units, units, NOWHERE, false};
}

static void add_refund(shop *s, refund_type type, bool restocked, int at, qty units)
{
    CHECK(s->refund_count < LIST_MAX);
    s->refunds[s->refund_count++] = (refund){type, restocked, at, units};
}

static fo *some_open_fo(shop *s)
{
    size_t start = s->fo_count ? (size_t)below(s, (int)s->fo_count) : 0;
    for (size_t n = 0; n < s->fo_count; n++) {
        fo *f = &s->fos[(start + n) % s->fo_count];
        if (f->remaining > 0)
            return f;
    }
    return NULL;
}

/* -- events; shopify.md 6. Each does nothing where it is not possible -- */

static void move_effect(shop *s, int from, int to, qty units)
{
    s->effect[from] += units;
    s->effect[to] -= units;
}

static void do_place(shop *s)
{
    qty units = 1 + below(s, 5);
    int at = some_location(s);
    s->ordered += units;
    s->current += units;
    s->effect[at] -= units;
    if (chance(s, 75))
        new_fo(s, at, units);
    else
        s->pending[at] += units;
    buf_printf(&s->log, "placed %" PRId64 " at %s\n", units, LOCATION[at]);
}

static void do_route(shop *s)
{
    for (int at = 0; at < LOCATIONS; at++) {
        if (s->pending[at] == 0)
            continue;
        qty units = some_of(s, s->pending[at]);
        int to = chance(s, 70) ? at : some_location(s);
        s->pending[at] -= units;
        move_effect(s, at, to, units);
        new_fo(s, to, units);
        buf_printf(&s->log, "%" PRId64 " routed from %s to %s\n", units, LOCATION[at], LOCATION[to]);
        return;
    }
}

static void do_ship(shop *s)
{
    fo *f = some_open_fo(s);
    if (!f || s->shipment_count == LIST_MAX)
        return;
    qty units = some_of(s, f->remaining);
    int at = chance(s, 75) ? f->at : some_location(s);
    f->remaining -= units;
    move_effect(s, f->at, at, units);
    s->shipments[s->shipment_count++] = (shipment){at, units};
    buf_printf(&s->log, "shipped %" PRId64 " of %s from %s\n", units, LOCATION[f->at], LOCATION[at]);
}

static void do_take_shipment_back(shop *s)
{
    if (s->shipment_count == 0)
        return;
    shipment *p = &s->shipments[below(s, (int)s->shipment_count)];
    qty units = p->units;
    if (units == 0 || shipped(s) - units < s->returned)
        return;
    int to = chance(s, 70) ? p->at : some_location(s);
    p->units = 0;
    s->closed = false;
    move_effect(s, p->at, to, units);
    if (chance(s, 70))
        new_fo(s, to, units);
    else
        s->pending[to] += units;
    buf_printf(&s->log, "shipment of %" PRId64 " from %s taken back to %s\n", units, LOCATION[p->at], LOCATION[to]);
}

static void do_move(shop *s)
{
    fo *f = some_open_fo(s);
    int to = some_location(s);
    if (!f || to == f->at)
        return;
    qty units = some_of(s, f->remaining);
    bool whole = units == f->total;
    if (whole && f->removed_away && to == f->read_at)
        return; /* leaves no trace */
    move_effect(s, f->at, to, units);
    buf_printf(&s->log, "moved %" PRId64 " from %s to %s\n", units, LOCATION[f->at], LOCATION[to]);
    if (whole) {
        f->at = to;
        return;
    }
    f->total -= units;
    f->remaining -= units;
    new_fo(s, to, units);
}

static void do_raise(shop *s)
{
    qty units = 1 + below(s, 3);
    fo *f = some_open_fo(s);
    int at = f ? f->at : some_location(s);
    if (f && chance(s, 60)) {
        f->total += units;
        f->remaining += units;
    } else if (chance(s, 60))
        new_fo(s, at = some_location(s), units);
    else
        s->pending[at = some_location(s)] += units;
    s->ordered += units;
    s->current += units;
    s->effect[at] -= units;
    s->closed = false;
    buf_printf(&s->log, "raised by %" PRId64 " at %s\n", units, LOCATION[at]);
}

/* Units leave the order before they are shipped: with restock or without, with a refund line or without. */
static void remove_units(shop *s, int from, qty units, bool restock, bool record, int to)
{
    s->current -= units;
    s->removed = true;
    if (restock)
        s->effect[to] += units;
    if (restock && to != from && !s->fos_read)
        s->restock_apart = true;
    if (record && restock && to == from && chance(s, 5))
        add_refund(s, REFUND_CANCEL, true, NOWHERE, units);
    else if (record)
        add_refund(s, restock ? REFUND_CANCEL : REFUND_NO_RESTOCK, restock, restock ? to : NOWHERE, units);
    else if (s->silent_count < LIST_MAX)
        s->silents[s->silent_count++] = (silent){from, units, restock};
    buf_printf(&s->log, "removed %" PRId64 " at %s, %s%s\n", units, LOCATION[from], record ? "" : "silently ",
               restock ? LOCATION[to] : "lost");
}

static void remove_from_fo(shop *s, fo *f, qty units, bool restock, bool record, int to)
{
    f->total -= units;
    f->remaining -= units;
    f->removed_away |= f->read_at != NOWHERE && f->at != f->read_at;
    remove_units(s, f->at, units, restock, record, to);
}

static void do_remove(shop *s)
{
    fo *f = some_open_fo(s);
    if (!f || s->recorded_late)
        return;
    bool restock = chance(s, 65), record = chance(s, 65);
    int to = record && chance(s, 25) ? some_location(s) : f->at;
    remove_from_fo(s, f, some_of(s, f->remaining), restock, record, to);
}

static void do_remove_pending(shop *s)
{
    int from = some_location(s);
    if (s->pending[from] == 0 || s->recorded_late)
        return;
    qty units = some_of(s, s->pending[from]);
    bool restock = chance(s, 65), record = chance(s, 65);
    s->pending[from] -= units;
    remove_units(s, from, units, restock, record, record && chance(s, 25) ? some_location(s) : from);
}

static void do_return(shop *s)
{
    qty most = shipped(s) - s->returned;
    if (most <= 0 || s->recorded_late)
        return;
    qty units = some_of(s, most);
    bool restock = chance(s, 60), record = chance(s, 70);
    int to = some_location(s);
    s->current -= units;
    s->returned += units;
    s->removed = true;
    if (restock)
        s->effect[to] += units;
    if (record)
        add_refund(s, restock ? REFUND_RETURN : REFUND_NO_RESTOCK, restock, restock ? to : NOWHERE, units);
    else if (restock)
        s->quietly_returned[to] += units;
    buf_printf(&s->log, "returned %" PRId64 ", %s%s\n", units, record ? "" : "silently ",
               restock ? LOCATION[to] : "not restocked");
}

static void do_record_late(shop *s)
{
    if (s->silent_count == 0 || s->removed)
        return;
    silent *q = &s->silents[--s->silent_count];
    if (q->restocked)
        add_refund(s, REFUND_CANCEL, true, q->at, q->units);
    else
        add_refund(s, REFUND_NO_RESTOCK, false, NOWHERE, q->units);
    s->recorded_late = true;
    buf_printf(&s->log, "recorded late: %" PRId64 " at %s\n", q->units, LOCATION[q->at]);
}

static void do_cancel(shop *s)
{
    if (shipped(s) > 0 || s->recorded_late)
        return;
    bool restock = chance(s, 70), record = chance(s, 70);
    buf_printf(&s->log, "cancelled:\n");
    for (size_t i = 0; i < s->fo_count; i++)
        if (s->fos[i].remaining > 0)
            remove_from_fo(s, &s->fos[i], s->fos[i].remaining, restock, record, s->fos[i].at);
    for (int at = 0; at < LOCATIONS; at++)
        if (s->pending[at] > 0) {
            remove_units(s, at, s->pending[at], restock, record, at);
            s->pending[at] = 0;
        }
    s->cancelled = s->closed = true;
}

static void do_close(shop *s)
{
    for (size_t i = 0; i < s->fo_count; i++)
        if (s->fos[i].remaining > 0)
            return;
    s->closed = sum_at(s->pending) == 0;
}

static void (*const EVENTS[])(shop *) = {
    do_route,  do_route,  do_ship,           do_ship,   do_take_shipment_back, do_move,   do_raise,
    do_remove, do_remove, do_remove_pending, do_return, do_record_late,        do_cancel, do_close,
};

/* -- readings -- */

static str gid(arena *a, const char *kind, size_t n)
{
    return str_printf(a, "%s%zu", kind, n);
}

static str location_of(int at)
{
    return at == NOWHERE ? STR("") : str_of(LOCATION[at]);
}

static const reading_raw *read_shop(arena *a, const shop *s)
{
    reading_raw *order = ARENA_NEW(a, reading_raw, 1);
    reading_raw_line *l = ARENA_NEW(a, reading_raw_line, 1);
    *order = (reading_raw){.cancelled = s->cancelled, .closed = s->closed, .lines = l, .line_count = 1};
    *l = (reading_raw_line){.item = STR("item"), .tracked = true, .ordered = s->ordered, .current = s->current};
    l->fulfilment_orders = ARENA_NEW(a, reading_fo_line, LIST_MAX);
    for (size_t i = 0; i < s->fo_count; i++) {
        const fo *f = &s->fos[i];
        l->fulfilment_orders[l->fo_count++] =
            (reading_fo_line){gid(a, "f", i), location_of(f->at), f->total, f->remaining, f->remaining == 0};
    }
    l->fulfilled = ARENA_NEW(a, reading_unit_at, LIST_MAX);
    for (size_t i = 0; i < s->shipment_count; i++) {
        const shipment *p = &s->shipments[i];
        if (p->units > 0)
            l->fulfilled[l->fulfilled_count++] = (reading_unit_at){location_of(p->at), p->units};
    }
    l->refunds = ARENA_NEW(a, reading_refund, LIST_MAX);
    for (size_t i = 0; i < s->refund_count; i++) {
        const refund *r = &s->refunds[i];
        l->refunds[l->refund_count++] =
            (reading_refund){gid(a, "r", i), r->units, r->type, r->restocked, location_of(r->at)};
    }
    return order;
}

/* Through JSON, as the store keeps it. */
static const reading *stored(arena *a, const reading *r)
{
    AUTO(buf_end) buf b = buf_new(1 << 20);
    const reading *ret;
    err e;
    domain_reading_write(r, &b);
    if (!domain_reading_parse(a, str_copy(a, buf_str(&b)), &ret, &e))
        fail_msg("%s", e.text);
    return ret;
}

static str text_of(arena *a, const reading *r)
{
    AUTO(buf_end) buf b = buf_new(1 << 20);
    domain_reading_write(r, &b);
    return str_copy(a, buf_str(&b));
}

static const char *wrong; /* the law that was broken; NULL: none */

static void expect(bool holds, const char *law)
{
    if (!holds && !wrong)
        wrong = law;
}

static bool names(const reading_line *l, int at)
{
    for (size_t i = 0; i < l->place_count; i++)
        if (str_equal(l->places[i].location, location_of(at)))
            return true;
    return false;
}

/* Returns false when the readings were deceived (L4): what comes later says nothing. */
static bool check_place(shop *s, const reading *r, int at)
{
    reading_sum p = domain_reading_at(r, STR("item"), location_of(at));
    qty truth = s->effect[at] + s->pending[at], explained = p.claim + p.open + p.departed + p.lost;
    if (p.claim < truth && s->restock_apart) {
        expect(p.mark, "M1: deceived, and no mark");
        return false;
    }
    expect(p.claim >= truth, "M1: a claim is too low");
    expect(s->doubted || p.claim == truth, "M2: no doubt, and a claim is not the truth");
    expect(explained >= 0 && (s->doubted || explained == 0), "M3: a claim explains less than is open and gone");
    expect(p.open == open_at(s, at), "M4: open units");
    return true;
}

static bool check(shop *s, const reading *r)
{
    const reading_line *l = &r->lines[0];
    reading_sum all = domain_reading_at(r, STR("item"), STR(""));
    bool goes_on = true;
    s->doubted |= all.mark;
    for (int at = 0; at < LOCATIONS; at++) {
        if (!names(l, at))
            s->effect[at] -= s->quietly_returned[at]; /* as if somebody else had written there */
        s->quietly_returned[at] = 0;
    }
    for (int at = 0; at < LOCATIONS; at++)
        goes_on = check_place(s, r, at) && goes_on;
    expect(s->doubted || all.pending == sum_at(s->pending), "M2: pending units");
    qty demand = all.open + all.departed + all.lost + all.unsure + all.pending;
    expect(demand >= -sum_at(s->effect), "M5: demand is less than what is gone");
    return goes_on;
}

static void log_reading(shop *s, const reading *r)
{
    buf_printf(&s->log, "-- read, %" PRId64 " pending\n", r->lines[0].pending);
    for (size_t i = 0; i < r->lines[0].place_count; i++) {
        const reading_place *p = &r->lines[0].places[i];
        buf_printf(&s->log, "   %.*s: claim %" PRId64 ", open %" PRId64 ", departed %" PRId64, STR_ARG(p->location),
                   p->claim, p->open, p->departed);
        buf_printf(&s->log, ", lost %" PRId64 ", unsure %" PRId64 "%s\n", p->lost, p->unsure, p->mark ? " !" : "");
    }
    for (int at = 0; at < LOCATIONS; at++)
        buf_printf(&s->log, "   truth at %s: %" PRId64 ", %" PRId64 " of it pending\n", LOCATION[at], s->effect[at],
                   s->pending[at]);
}

static void was_read(shop *s)
{
    s->removed = s->recorded_late = false;
    s->fos_read |= s->fo_count > 0;
    s->restock_apart &= !s->fos_read;
    for (size_t i = 0; i < s->fo_count; i++) {
        s->fos[i].read_at = s->fos[i].at;
        s->fos[i].removed_away = false;
    }
}

/* Whether no doubt came up. */
static bool run(uint64_t seed, bool loud)
{
    AUTO(arena_end) arena *a = arena_new(0);
    shop s = {.random = seed, .log = buf_new(1 << 16)};
    int reading_percent = 10 + below(&s, 70);
    const reading *r = NULL;
    wrong = NULL;
    do_place(&s);
    for (int i = 0; i < STEPS && !wrong; i++) {
        if (s.fo_count < LIST_MAX - LOCATIONS - 1 && s.refund_count < LIST_MAX / 2 && !s.cancelled)
            EVENTS[below(&s, COUNT(EVENTS))](&s);
        if (!chance(&s, reading_percent) && i < STEPS - 1)
            continue;
        const reading_raw *raw = read_shop(a, &s);
        r = stored(a, domain_reading_next(a, r, raw, i, false));
        str text = text_of(a, r);
        log_reading(&s, r);
        bool goes_on = check(&s, r);
        expect(str_equal(text, text_of(a, domain_reading_next(a, r, raw, i, false))), "M6: read again");
        if (!goes_on)
            break;
        was_read(&s);
    }
    if (wrong || loud) {
        str log = buf_str(&s.log);
        fwrite(log.at, 1, log.len, stderr);
    }
    buf_end(&s.log);
    if (wrong)
        fail_msg("%s, EVENSTOCK_SEED=%" PRIu64, wrong, seed);
    return !s.doubted;
}

static int64_t wanted(const char *name, int64_t otherwise)
{
    const char *text = getenv(name);
    int64_t n;
    return text && num_parse_i64(str_of(text), &n) && n > 0 ? n : otherwise;
}

static void test_no_reading_explains_too_little(void **state)
{
    (void)state;
    int64_t seed = wanted("EVENSTOCK_SEED", 0), runs = wanted("EVENSTOCK_RUNS", RUNS), clear = 0;
    if (seed) {
        run((uint64_t)seed, true);
        return;
    }
    for (int64_t i = 1; i <= runs; i++)
        clear += run((uint64_t)i, false);
    print_message("%" PRId64 " runs, %" PRId64 " of them without a doubt\n", runs, clear);
    assert_true(clear >= runs / 10 && clear <= runs / 2); /* both kinds were really tried */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_reading_explains_too_little),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
