/*
 * Order lines against a simulated world. Units stand on shelves, are sold, shipped, lost and come back; what is said of
 * them - our own events, readings of the shop's orders, counts - reaches the books late, twice, out of order, or never.
 * The books may promise less than there is, never more; and once all was told and everything counted, they are the
 * truth.
 *
 * A round is a world of its own, made from a seed of its own. EVENSTOCK_TEST_ROUNDS plays more of them, from
 * EVENSTOCK_TEST_SEED on; one that fails says what happened in it, and the two that play it alone.
 */
#include "store_tests.h"

#include "../unit/domain_random.h"

#define ROUNDS  (fixture_has_file() ? 40 : 800) /* where a commit waits for a disk, fewer */
#define SALES   4
#define ACTIONS 30
#define SHELF   20
#define NOBODY  (-1)
#define PENDING 1000 /* reports on their way, at most */
#define RETURNS 8    /* of a sale, at most */

enum { NYC, LA, DC, FACILITIES };
enum { WEB, STORE, DEPOT, CHANNELS }; /* the shelves of NYC and LA; of NYC; of DC, which it ships from */

/* What Shopify says of a line. */
typedef struct snapshot {
    qty open, shipped, lost, cancelled;
    struct {
        qty units;
        int minute;
        bool restocked;
    } returned[RETURNS];
    int returns;
    int minute; /* of its last change */
} snapshot;

/* One line of one order, as it is. */
typedef struct sale {
    int64_t line; /* in the books; 0: they have not heard of it */
    int number, channel;
    bool own;      /* not an order of the shop's: our events tell all of it */
    qty waiting;   /* on a shelf, to be shipped */
    qty unsaid;    /* shipped, and Shopify does not know */
    qty kept;      /* shipped, and whoever takes it back knows; not returned */
    int allocated; /* facility, or NOBODY */
    bool released; /* to pre-order */
    bool fixed;    /* lost units leave the place where the line stands, so it stays there */
    snapshot shop;
} sale;

typedef struct report {
    enum { REPORT_EVENT, REPORT_READING, REPORT_COUNT } kind;
    sale *of;
    order_event event;
    snapshot read;
    int facility, minute; /* of a count */
    qty units;            /* counted; else those that the books may promise until they hear of it */
} report;

typedef struct shelves {
    fixture *f;
    uint64_t seed; /* of this round */
    dice dice;
    int64_t facility[FACILITIES], channel[CHANNELS], shop, product;
    int minute;
    qty shelf[FACILITIES];
    sale sales[SALES];
    int sale_count;
    report pending[PENDING];
    int pending_count;
    buf log; /* of this round, for who has to find out */
} shelves;

static const char *const LOCATION[CHANNELS] = {"gid://shopify/Location/1", "gid://shopify/Location/2",
                                               "gid://shopify/Location/3"};

static instant time_of(int minute)
{
    return NOON + MINUTES(minute);
}

static int dice_pick(shelves *w, int count)
{
    return (int)dice_between(&w->dice, 0, count - 1);
}

/* -- telling the books -- */

static str order_gid(shelves *w, const sale *s)
{
    return str_printf(w->f->a, "gid://shopify/Order/%" PRId64 "%d", w->product, s->number);
}

/* The row of a line that the books hear of for the first time. */
static void row_of(shelves *w, sale *s, bool from_reading)
{
    store_line l = {.channel = w->channel[s->channel],
                    .order = order_gid(w, s),
                    .line = STR("1"),
                    .scope = w->shop,
                    .product = w->product,
                    .name = STR(""),
                    .waiting = true,
                    .departed_at = INSTANT_NONE};
    if (s->line)
        OK(store_line_get(w->f->tx, s->line, w->f->a, &l, &trouble));
    if (s->line && (!from_reading || l.from_reading))
        return;
    l.from_reading = from_reading;
    OK(store_line_put(w->f->tx, &l, &s->line, &trouble));
}

static void settle(shelves *w, const sale *s, int minute)
{
    int64_t movements = 0;
    effect_change how = {
        .at = time_of(minute), .reason = STR("told"), .source = STR("test"), .actor = STR(""), .comment = STR("")};
    OK(store_line_settle(w->f->tx, s->line, &how, &movements, &trouble));
}

static void tell_event(shelves *w, const report *r)
{
    static int count;
    row_of(w, r->of, false);
    store_event row = {.event_id = str_printf(w->f->a, "shelves-%d", ++count), .line = r->of->line, .event = r->event};
    row.content = digest_of(row.event_id);
    OK(store_event_add(w->f->tx, &row, &trouble));
    settle(w, r->of, r->minute);
}

static void refund(reading_raw_line *l, qty units, refund_type type, const char *location, instant at)
{
    if (units > 0)
        l->refunds[l->refund_count++] = (reading_refund){.id = STR("refund"),
                                                         .units = units,
                                                         .type = type,
                                                         .restocked = type != REFUND_NO_RESTOCK,
                                                         .location = str_of(type == REFUND_NO_RESTOCK ? "" : location),
                                                         .at = at};
}

static void tell_reading(shelves *w, const report *r)
{
    const snapshot *s = &r->read;
    const char *location = LOCATION[r->of->channel];
    reading_fo_line routed = {STR("fo"), str_of(location), s->open + s->shipped, s->open, false};
    reading_unit_at shipped = {str_of(location), s->shipped};
    reading_refund refunds[2 + RETURNS];
    qty ordered = s->open + s->shipped + s->lost + s->cancelled;
    reading_raw_line line = {.id = STR("1"),
                             .item = str_printf(w->f->a, "gid://shopify/InventoryItem/%" PRId64, w->product),
                             .sku = STR("A"),
                             .tracked = true,
                             .ordered = ordered,
                             .current = ordered - s->lost - s->cancelled,
                             .fulfilment_orders = &routed,
                             .fo_count = 1,
                             .fulfilled = &shipped,
                             .fulfilled_count = s->shipped > 0,
                             .refunds = refunds};
    refund(&line, s->lost, REFUND_NO_RESTOCK, location, time_of(s->minute));
    refund(&line, s->cancelled, REFUND_CANCEL, location, time_of(s->minute));
    for (int i = 0; i < s->returns; i++) {
        line.current -= s->returned[i].units;
        refund(&line, s->returned[i].units, s->returned[i].restocked ? REFUND_RETURN : REFUND_NO_RESTOCK, location,
               time_of(s->returned[i].minute));
    }
    reading_raw raw = {.order = order_gid(w, r->of),
                       .name = STR(""),
                       .created_at = NOON,
                       .processed_at = NOON,
                       .updated_at = time_of(s->minute),
                       .app = STR(""),
                       .retail_location = STR(""),
                       .lines = &line,
                       .line_count = 1};
    store_reading row;
    const reading *old = NULL;
    bool some;
    OK(store_reading_get(w->f->tx, w->shop, raw.order, w->f->a, &row, &some, &trouble));
    if (some)
        OK(domain_reading_parse(w->f->a, row.json, &old, &trouble));
    AUTO(buf_end) buf json = buf_new(1 << 20);
    domain_reading_write(domain_reading_next(w->f->a, old, &raw, w->f->now, false), &json);
    row = (store_reading){.shop = w->shop,
                          .order = raw.order,
                          .updated_at = raw.updated_at,
                          .asked_at = w->f->now,
                          .open = s->open > 0,
                          .json = buf_str(&json)};
    OK(store_reading_put(w->f->tx, &row, &line.item, 1, &trouble));
    row_of(w, r->of, true);
    settle(w, r->of, s->minute);
}

/* -- what the books may promise -- */

static qty promised(shelves *w)
{
    qty sum = 0;
    for (int i = 0; i < FACILITIES; i++)
        sum += level_of(w->f, w->product, w->facility[i]).atp;
    for (int i = 0; i < CHANNELS; i++)
        for (queue_kind k = 0; k < QUEUE_KINDS; k++)
            sum -= queue_of(w->f, w->product, w->channel[i], k);
    return sum;
}

static qty there(const shelves *w)
{
    qty sum = 0;
    for (int i = 0; i < FACILITIES; i++)
        sum += w->shelf[i];
    for (int i = 0; i < w->sale_count; i++)
        sum -= w->sales[i].waiting;
    return sum;
}

/* Units that were sold, or that left another shelf than the channel's, and the books cannot know it yet. */
static qty unknown(const shelves *w)
{
    qty sum = 0;
    for (int i = 0; i < w->pending_count; i++)
        if (w->pending[i].kind != REPORT_COUNT)
            sum += w->pending[i].units;
    return sum;
}

static void wrong(shelves *w, str what)
{
    fprintf(stderr, "%.*s\n", STR_ARG(buf_str(&w->log)));
    fail_msg("EVENSTOCK_TEST_SEED=%" PRIu64 " EVENSTOCK_TEST_ROUNDS=1, minute %d: %.*s", w->seed, w->minute,
             STR_ARG(what));
}

static void never_too_much(shelves *w)
{
    buf_printf(&w->log, " -> %d of %d+%d\n", (int)promised(w), (int)there(w), (int)unknown(w));
    if (promised(w) > there(w) + unknown(w))
        wrong(w, str_printf(w->f->a, "%d promised, %d there, %d unknown", (int)promised(w), (int)there(w),
                            (int)unknown(w)));
}

/* -- reports on their way -- */

/* Whether who reads the newer may leave the older out, and be sure of the same: what was removed is told one by one. */
static bool skips(const report *newer, const report *older)
{
    return newer->read.lost == older->read.lost && newer->read.cancelled == older->read.cancelled && older->units == 0;
}

/* Of the readings of an order those before come first, or never. */
static int reading_first(shelves *w, int n)
{
    for (int i = n - 1; i >= 0; i--) {
        report *older = &w->pending[i];
        if (older->kind != REPORT_READING || older->of != w->pending[n].of)
            continue;
        if (!skips(&w->pending[n], older) || dice_chance(&w->dice, 50))
            return reading_first(w, i);
        memmove(older, older + 1, (size_t)(--w->pending_count - i) * sizeof *older);
        n--;
    }
    return n;
}

static void arrive(shelves *w, int n)
{
    if (w->pending[n].kind == REPORT_READING)
        n = reading_first(w, n);
    report r = w->pending[n];
    memmove(&w->pending[n], &w->pending[n + 1], (size_t)(--w->pending_count - n) * sizeof r);
    if (r.kind == REPORT_EVENT) {
        buf_printf(&w->log, "    event: #%d %s %d @%d%s of %d", r.of->number, event_kind_name(r.event.kind),
                   (int)r.event.quantity, (int)r.event.facility, r.event.restock ? " restocked" : "", r.minute);
        tell_event(w, &r);
    } else if (r.kind == REPORT_READING) {
        buf_printf(&w->log, "    reading: #%d %d open, %d shipped, %d times returned, %d lost, %d cancelled at %d",
                   r.of->number, (int)r.read.open, (int)r.read.shipped, r.read.returns, (int)r.read.lost,
                   (int)r.read.cancelled, r.minute);
        tell_reading(w, &r);
        if (dice_chance(&w->dice, 10))
            tell_reading(w, &r);
    } else {
        buf_printf(&w->log, "    count: %d @%d as of %d", (int)r.units, (int)w->facility[r.facility], r.minute);
        reset(w->f, w->product, w->facility[r.facility], RESET_QOH, r.units, time_of(r.minute));
    }
    never_too_much(w);
}

static void arrive_all(shelves *w)
{
    while (w->pending_count)
        arrive(w, dice_pick(w, w->pending_count));
}

static void send(shelves *w, report r)
{
    assert_true(w->pending_count < PENDING);
    r.minute = w->minute;
    w->pending[w->pending_count++] = r;
}

static void send_reading(shelves *w, sale *s, qty units)
{
    s->shop.minute = w->minute;
    send(w, (report){.kind = REPORT_READING, .of = s, .read = s->shop, .units = units});
}

/* An event without a time is told at once: that it came is its time. */
static void send_event(shelves *w, sale *s, order_event ev, qty units)
{
    bool undated = dice_chance(&w->dice, 10);
    ev.at = undated ? INSTANT_NONE : time_of(w->minute);
    ev.seq = w->minute; /* so that arrival decides nothing */
    ev.location = STR("");
    if (ev.kind != EVENT_RELEASED)
        ev.queue = -1;
    send(w, (report){.kind = REPORT_EVENT, .of = s, .event = ev, .units = units});
    if (undated)
        arrive(w, w->pending_count - 1);
}

/* -- what happens -- */

static void buy(shelves *w)
{
    if (w->sale_count == SALES)
        return;
    sale *s = &w->sales[w->sale_count];
    *s = (sale){.number = w->sale_count++,
                .channel = dice_pick(w, CHANNELS),
                .own = dice_chance(&w->dice, 30),
                .waiting = dice_between(&w->dice, 1, 6),
                .allocated = NOBODY};
    s->shop.open = s->waiting;
    buf_printf(&w->log, "%d: #%d buys %d of channel %d%s\n", w->minute, s->number, (int)s->waiting, s->channel,
               s->own ? ", ours" : "");
    if (s->own)
        send_event(w, s, (order_event){.kind = EVENT_PLACED, .quantity = s->waiting}, s->waiting);
    else
        send_reading(w, s, s->waiting);
}

/* The shelf that a channel's units leave, as far as anybody can know. */
static int usual_shelf(shelves *w, const sale *s)
{
    return s->channel == WEB ? dice_pick(w, LA + 1) : s->channel == STORE ? NYC : DC;
}

/* Units left the place where the line stands. That is known with its last move only, and so is the last one. */
static void left_standing(shelves *w, sale *s, qty units)
{
    w->shelf[s->allocated != NOBODY ? s->allocated : usual_shelf(w, s)] -= units;
    s->fixed = true;
    for (int i = 0; i < w->pending_count; i++)
        if (w->pending[i].kind == REPORT_EVENT && w->pending[i].of == s &&
            (w->pending[i].event.kind == EVENT_ALLOCATED || w->pending[i].event.kind == EVENT_RELEASED))
            w->pending[i].units += units;
}

/* Our side says so: which shelf, or only that they went. */
static void ship_own(shelves *w, sale *s, qty units)
{
    bool named = dice_chance(&w->dice, 60);
    int from = dice_pick(w, FACILITIES);
    buf_printf(&w->log, "%d: #%d ships %d @%d\n", w->minute, s->number, (int)units, named ? (int)w->facility[from] : 0);
    if (named)
        w->shelf[from] -= units;
    else
        left_standing(w, s, units);
    s->kept += units;
    send_event(w, s,
               (order_event){.kind = EVENT_FULFILLED, .quantity = units, .facility = named ? w->facility[from] : 0}, 0);
}

/* Units go out of the door. Who says so: Shopify, now or later; and our side, which may not. */
static void ship(shelves *w, sale *s)
{
    if (s->waiting == 0)
        return;
    qty units = dice_between(&w->dice, 1, s->waiting);
    s->waiting -= units;
    if (s->own) {
        ship_own(w, s, units);
        return;
    }
    int usual = usual_shelf(w, s), from = dice_chance(&w->dice, 15) ? dice_pick(w, FACILITIES) : usual;
    bool foreign = s->channel == WEB ? from == DC : from != usual;
    buf_printf(&w->log, "%d: #%d ships %d @%d\n", w->minute, s->number, (int)units, (int)w->facility[from]);
    w->shelf[from] -= units;
    s->unsaid += units;
    if (foreign || dice_chance(&w->dice, 60)) {
        event_kind kind = dice_chance(&w->dice, 15) ? EVENT_POS_SOLD : EVENT_FULFILLED;
        send_event(w, s, (order_event){.kind = kind, .quantity = units, .facility = w->facility[from]},
                   foreign ? units : 0);
    }
}

static void say_shipped(shelves *w, sale *s)
{
    if (s->unsaid == 0)
        return;
    s->shop.shipped += s->unsaid;
    s->shop.open -= s->unsaid;
    s->kept += s->unsaid;
    s->unsaid = 0;
    send_reading(w, s, 0);
}

static void come_back(shelves *w, sale *s)
{
    if (s->kept == 0 || s->shop.returns == RETURNS)
        return;
    qty units = dice_between(&w->dice, 1, s->kept);
    int to = usual_shelf(w, s);
    bool restock = dice_chance(&w->dice, 80), told = s->own || dice_chance(&w->dice, 60);
    buf_printf(&w->log, "%d: #%d returns %d @%d%s\n", w->minute, s->number, (int)units, (int)w->facility[to],
               restock ? "" : ", broken");
    w->shelf[to] += restock ? units : 0;
    s->kept -= units;
    if (!s->own && (!told || dice_chance(&w->dice, 80))) {
        s->shop.returned[s->shop.returns].units = units;
        s->shop.returned[s->shop.returns].restocked = restock;
        s->shop.returned[s->shop.returns++].minute = w->minute;
        send_reading(w, s, 0);
    }
    if (told)
        send_event(
            w, s,
            (order_event){.kind = EVENT_RETURNED, .quantity = units, .facility = w->facility[to], .restock = restock},
            0);
}

static void cancel(shelves *w, sale *s, bool lost)
{
    if (s->waiting == 0)
        return;
    qty units = dice_between(&w->dice, 1, s->waiting);
    buf_printf(&w->log, "%d: #%d %s %d\n", w->minute, s->number, lost ? "loses" : "cancels", (int)units);
    s->waiting -= units;
    s->shop.open -= units;
    *(lost ? &s->shop.lost : &s->shop.cancelled) += units;
    if (lost)
        left_standing(w, s, units);
    if (!s->own)
        send_reading(w, s, 0);
    if (s->own || dice_chance(&w->dice, 30)) /* of the shop's orders it is Shopify's word that counts */
        send_event(w, s, (order_event){.kind = EVENT_CANCELLED, .quantity = units, .restock = !lost}, 0);
}

static void move(shelves *w, sale *s)
{
    if (s->fixed)
        return;
    s->released = dice_chance(&w->dice, 30);
    s->allocated = s->released ? NOBODY : dice_pick(w, FACILITIES);
    order_event ev = {.kind = EVENT_RELEASED, .quantity = 1, .queue = QUEUE_PREORDER};
    if (!s->released)
        ev = (order_event){.kind = EVENT_ALLOCATED, .quantity = 1, .facility = w->facility[s->allocated]};
    buf_printf(&w->log, "%d: #%d moves to %d\n", w->minute, s->number, (int)ev.facility);
    send_event(w, s, ev, 0);
}

/* A count as of its time may come late. One without: all that was told until then is in it, what comes later is not. */
static void take_count(shelves *w)
{
    int facility = dice_pick(w, FACILITIES);
    if (dice_chance(&w->dice, 85)) {
        send(w, (report){.kind = REPORT_COUNT, .facility = facility, .units = w->shelf[facility]});
        return;
    }
    arrive_all(w);
    reset(w->f, w->product, w->facility[facility], RESET_QOH, w->shelf[facility], INSTANT_NONE);
    buf_printf(&w->log, "    count: %d @%d", (int)w->shelf[facility], (int)w->facility[facility]);
    never_too_much(w);
}

/* A minute is a transaction: the books' own clock moves, too. */
static void minute_begin(shelves *w)
{
    w->f->now = time_of(++w->minute);
    begin(w->f);
}

static void happen(shelves *w)
{
    sale *s = w->sale_count ? &w->sales[dice_pick(w, w->sale_count)] : NULL;
    int64_t what = s ? dice_between(&w->dice, 0, 99) : 0;
    if (what < 8)
        buy(w);
    else if (what < 30)
        ship(w, s);
    else if (what < 45)
        say_shipped(w, s);
    else if (what < 55)
        come_back(w, s);
    else if (what < 62)
        cancel(w, s, dice_chance(&w->dice, 60));
    else if (what < 70)
        move(w, s);
    else
        take_count(w);
}

/* -- the truth -- */

static void books_are(shelves *w)
{
    qty reserved[FACILITIES] = {0}, queue[CHANNELS][QUEUE_KINDS] = {{0}};
    for (int i = 0; i < w->sale_count; i++) {
        const sale *s = &w->sales[i];
        if (s->allocated != NOBODY)
            reserved[s->allocated] += s->waiting;
        else if (s->channel == STORE && !s->released)
            reserved[NYC] += s->waiting;
        else
            queue[s->channel][s->released ? QUEUE_PREORDER : QUEUE_BROKERING] += s->waiting;
    }
    for (int i = 0; i < FACILITIES; i++) {
        store_level l = level_of(w->f, w->product, w->facility[i]);
        if (l.qoh != w->shelf[i] || l.qoh - l.atp != reserved[i])
            wrong(w, str_printf(w->f->a, "facility %d: %d/%d, not %d/%d", i, (int)l.qoh, (int)(l.qoh - l.atp),
                                (int)w->shelf[i], (int)reserved[i]));
    }
    for (int i = 0; i < CHANNELS; i++)
        for (queue_kind k = 0; k < QUEUE_KINDS; k++)
            if (queue_of(w->f, w->product, w->channel[i], k) != queue[i][k])
                wrong(w, str_printf(w->f->a, "channel %d, %s: %d, not %d", i, queue_kind_name(k),
                                    (int)queue_of(w->f, w->product, w->channel[i], k), (int)queue[i][k]));
}

static void round_begin(shelves *w)
{
    w->dice = (dice){w->seed};
    w->minute = w->sale_count = w->pending_count = 0;
    buf_clear(&w->log);
    minute_begin(w);
    w->product = a_product(w->f, str_z(w->f->a, str_printf(w->f->a, "A%" PRIu64, w->seed)));
    for (int i = 0; i < FACILITIES; i++) {
        w->shelf[i] = SHELF;
        reset(w->f, w->product, w->facility[i], RESET_QOH, SHELF, INSTANT_NONE);
    }
    commit(w->f);
}

static void a_round(shelves *w)
{
    round_begin(w);
    for (int i = 0; i < ACTIONS; i++) {
        minute_begin(w);
        happen(w);
        while (w->pending_count && dice_chance(&w->dice, 45))
            arrive(w, dice_pick(w, w->pending_count));
        commit(w->f);
    }
    minute_begin(w);
    for (int i = 0; i < w->sale_count; i++)
        say_shipped(w, &w->sales[i]);
    arrive_all(w);
    commit(w->f);
    minute_begin(w);
    for (int i = 0; i < FACILITIES; i++)
        send(w, (report){.kind = REPORT_COUNT, .facility = i, .units = w->shelf[i]});
    arrive_all(w);
    books_are(w);
    commit(w->f);
}

static void test_the_books_promise_no_more_than_the_shelves_hold(void **state)
{
    fixture *f = *state;
    shelves *w = ARENA_NEW(f->a, shelves, 1);
    const char *rounds = getenv("EVENSTOCK_TEST_ROUNDS");
    w->f = f;
    w->log = buf_new(1 << 20);
    begin(f);
    w->facility[NYC] = a_facility(f, "NYC", FACILITY_STORE);
    w->facility[LA] = a_facility(f, "LA", FACILITY_STORE);
    w->facility[DC] = a_facility(f, "DC", FACILITY_WAREHOUSE);
    w->shop = a_shop(f, "main");
    w->channel[WEB] =
        a_channel(f, "web", w->shop, LOCATION[WEB], a_group_of(f, "W", w->facility[NYC], w->facility[LA]));
    w->channel[STORE] = a_physical(f, "store", w->shop, LOCATION[STORE], w->facility[NYC]);
    w->channel[DEPOT] = a_channel(f, "depot", w->shop, LOCATION[DEPOT], a_group_of(f, "D", w->facility[DC], 0));
    const store_config *c;
    OK(store_config_get(f->tx, &c, &trouble));
    store_channel ch = *config_channel(c, w->channel[DEPOT]);
    ch.ships_from = w->facility[DC];
    OK(store_channel_put(f->tx, &ch, NULL, &trouble));
    commit(f);
    uint64_t first = dice_new("shelves").state, count = rounds ? strtoull(rounds, NULL, 10) : (uint64_t)ROUNDS;
    for (w->seed = first; w->seed - first < count; w->seed++)
        a_round(w);
    buf_end(&w->log);
    verify(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_the_books_promise_no_more_than_the_shelves_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
