/*
 * Pushes what is owed: delta = T - E, known here, no read needed (P1, P4). A sale that happens meanwhile is not undone,
 * because adjustments commute with sales.
 */
#include "sync/internal.h"

#define PAGE_LINES 1000              /* targets selected at once, in the store's order of P10, at the least */
#define ASK_US     (100 * US_PER_MS) /* between two looks for more, where there was no more */
#define BODY_MAX   ((size_t)1 << 20) /* 250 lines take about 50 KiB */

typedef struct pushing {
    arena *page_memory;
    const target_row *page;
    size_t count, at;
    int64_t planned, planned_max; /* a run ends, even where targets owe again as fast as they are served */
    bool falls;                   /* only targets of which Shopify shows too many */
    int64_t ask_ticks; /* the last page held all that was owed: while calls fly it is not asked again before */
} pushing;

static int64_t ticks(const sync_lane *l)
{
    return l->world.clock.ticks_us(l->world.clock.ctx);
}

/* In the order of P10 the falls come first, but for a share that has waited long. */
static size_t keep_falls(target_row *rows, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (rows[i].target.t < rows[i].target.e.value)
            rows[kept++] = rows[i];
    return kept;
}

/* As much as flies at once: the selection walks over what is in flight, so a smaller page would walk more than it
 * finds. */
static uint32_t page_lines(const sync_lane *l, const pushing *job)
{
    int64_t lines = qty_max(PAGE_LINES, (int64_t)shop_flight(l->remote) * SHOP_LINES_MAX);
    return (uint32_t)qty_min(lines, job->planned_max - job->planned);
}

static bool next_page(sync_lane *l, pushing *job, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    arena_clear(job->page_memory);
    target_row *rows;
    size_t count;
    uint32_t limit = page_lines(l, job);
    if (!store_begin(l->db, STORE_READ, &tx, e) ||
        !store_owing(tx, l->shop, l->channel, limit, job->page_memory, &rows, &count, e))
        return false;
    job->ask_ticks = count < limit ? ticks(l) + ASK_US : 0;
    job->page = rows;
    job->count = job->falls ? keep_falls(rows, count) : count;
    job->at = 0;
    return true;
}

/* -- planning -- */

typedef struct batch {
    operation_line *lines;
    shop_line *changes;
    size_t count;
} batch;

/* Adds the target's line if it still owes (P1); a difference that no call can carry goes to quarantine. */
static bool plan_line(sync_lane *l, store_tx *tx, target_key k, arena *a, batch *b, err *e)
{
    target_row row;
    bool some;
    if (!store_target_get(tx, k, a, &row, &some, e))
        return false;
    const store_target *t = &row.target;
    if (!some || !t->e.known || t->t == t->e.value || t->state != TARGET_OK || row.open_operation ||
        str_empty(t->item) || (l->channel && k.channel != l->channel))
        return true;
    operation_line line = {
        .key = k, .sku = row.sku, .item = t->item, .location = row.location, .change_from = QTY_UNKNOWN};
    if (!qty_sub(t->t, t->e.value, &line.delta) || line.delta > SYNC__DELTA_MAX || line.delta < -SYNC__DELTA_MAX)
        return sync__quarantine(tx, &line, STR("INVALID_QUANTITY_TOO_HIGH"),
                                STR("the difference is beyond what one call may change"), e);
    b->lines[b->count] = line;
    b->changes[b->count++] = (shop_line){
        .item = line.item, .location = line.location, .delta = line.delta, .change_from = QTY_UNKNOWN}; /* P4 */
    return true;
}

bool sync__operation_add(sync_lane *l, store_tx *tx, store_operation *o, const shop_line *changes, arena *a, err *e)
{
    char key[37];
    AUTO(buf_end) buf body = buf_new(BODY_MAX);
    world_uuid(&l->world, key);
    o->shop = l->shop;
    o->fence = l->fence;
    o->created_at = store_now(tx);
    o->first_sent_at = o->last_sent_at = o->closed_at = INSTANT_NONE;
    o->deadline = o->created_at + SYNC__DEADLINE_US;
    o->sent_again_until = o->created_at + SYNC__SENT_AGAIN_US;
    o->body = o->group = o->note = STR("");
    o->idempotency_key = str_copy(a, str_of(key));
    if (!store_operation_add(tx, o, &o->id, e))
        return false;
    str reference = str_printf(a, SYNC_REFERENCE, o->id);
    if (!shop_adjust_body(l->remote, changes, o->line_count, o->idempotency_key, reference, &body, e))
        return false;
    CHECK(!body.full);
    o->body = str_copy(a, buf_str(&body));
    return store_operation_body(tx, o->id, o->idempotency_key, o->body, e);
}

/* The operation is durable when this returns (P2): key, bytes, lines and fence in one transaction. */
static bool plan(sync_lane *l, const target_key *keys, size_t count, arena *a, store_operation *ret, bool *ret_some,
                 err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    batch b = {.lines = ARENA_NEW(a, operation_line, count), .changes = ARENA_NEW(a, shop_line, count)};
    CHECK(count <= SHOP_LINES_MAX);
    if (!store_begin(l->db, STORE_WRITE, &tx, e))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!plan_line(l, tx, keys[i], a, &b, e))
            return false;
    *ret_some = b.count > 0;
    if (b.count == 0)
        return store_commit(&tx, e);
    *ret = (store_operation){.kind = OPERATION_PUSH, .lines = b.lines, .line_count = b.count};
    return sync__operation_add(l, tx, ret, b.changes, a, e) && store_commit(&tx, e);
}

/* A look walks over all that is in flight: not after each answer, where the last one found the end. */
static bool may_ask(const sync__sender *s, const pushing *job)
{
    bool flying = false;
    for (size_t i = 0; i < COUNT(s->slots); i++)
        flying |= s->slots[i].used;
    return !flying || ticks(s->lane) >= job->ask_ticks;
}

/* The next group of targets: halves of refused calls first, then the page, then another page. 0: nothing owes. */
static bool next_group(sync__sender *s, target_key *keys, size_t *ret_count, err *e)
{
    pushing *job = s->ctx;
    *ret_count = 0;
    if (s->half_sizes.count) {
        size_t n = s->half_sizes.at[--s->half_sizes.count];
        s->halves.count -= n;
        memcpy(keys, &s->halves.at[s->halves.count], n * sizeof *keys);
        *ret_count = n;
        return true;
    }
    if (job->planned >= job->planned_max)
        return true;
    if (job->at == job->count && may_ask(s, job) && !next_page(s->lane, job, e))
        return false;
    while (job->at < job->count && *ret_count < SHOP_LINES_MAX)
        keys[(*ret_count)++] = job->page[job->at++].key;
    return true;
}

static bool next_push(sync__sender *s, arena *a, store_operation *ret, bool *ret_some, err *e)
{
    pushing *job = s->ctx;
    target_key keys[SHOP_LINES_MAX];
    size_t count;
    *ret_some = false;
    while (!*ret_some) {
        if (!next_group(s, keys, &count, e))
            return false;
        if (count == 0)
            return true;
        job->planned += (int64_t)count;
        if (!plan(s->lane, keys, count, a, ret, ret_some, e))
            return err_wrap(e, "planning a push");
    }
    sync__progress(s->lane, "push", s->report->out.pushed, -1);
    return true;
}

bool sync__push(sync_lane *l, sync__report *r, err *e)
{
    AUTO(arena_end) arena *memory = arena_new(0);
    pushing job = {.page_memory = memory};
    int64_t owing;
    {
        AUTO(store_tx_end) store_tx *tx = NULL;
        instant oldest;
        if (!store_begin(l->db, STORE_READ, &tx, e) || !store_owing_count(tx, l->shop, l->channel, &owing, &oldest, e))
            return false;
    }
    r->out.selected += owing;
    job.planned_max = 2 * owing + PAGE_LINES;
    sync__sender s = {.lane = l, .report = r, .next = next_push, .ctx = &job};
    return sync__send(&s, e);
}

static bool any_owed(sync_lane *l, bool falls, bool *ret, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    target_row *first;
    size_t count;
    if (!store_begin(l->db, STORE_READ, &tx, e) ||
        !store_owing(tx, l->shop, l->channel, 1, store_arena(tx), &first, &count, e))
        return false;
    *ret = (falls ? keep_falls(first, count) : count) > 0;
    return true;
}

/*
 * No push needs an import, and no rise is less safe in the midst of one (P4). But the points of a backlog of rises
 * would hold up the run that it goes on beside, so they go by the page, and not before each order.
 */
bool sync__push_meanwhile(sync_lane *l, sync__report *r, err *e)
{
    AUTO(arena_end) arena *memory = NULL;
    bool falls = ticks(l) < l->rises_ticks, owed;
    if (!str_empty(r->out.stopped) || sync__stop(l))
        return true;
    if (!any_owed(l, falls, &owed, e))
        return false;
    if (!owed)
        return true;
    memory = arena_new(0);
    pushing job = {.page_memory = memory, .falls = falls, .planned_max = PAGE_LINES};
    sync__sender s = {.lane = l, .report = r, .next = next_push, .ctx = &job};
    if (!sync__send(&s, e))
        return false;
    r->out.selected += job.planned;
    if (!falls)
        l->rises_ticks = ticks(l) + SYNC__RISES_US;
    return true;
}

/* -- the delta job -- */

static bool plan_shown(sync__report *r, const store_config *c, const target_row *row, err *e)
{
    const store_target *t = &row->target;
    qty delta;
    if (!t->e.known || t->t == t->e.value || t->state != TARGET_OK || row->open_operation)
        return true;
    if (!qty_sub(t->t, t->e.value, &delta))
        return ERR(e, ERR_CORRUPT, "the numbers of %.*s do not fit", STR_ARG(row->sku));
    *vec_push(r->memory, &r->lines) = (sync_plan_line){
        .sku = str_copy(r->memory, row->sku),
        .channel = str_copy(r->memory, config_channel(c, row->key.channel)->code),
        .target = t->t,
        .explained = t->e,
        .available = QTY_UNKNOWN, /* this job reads neither orders nor levels */
        .unseen = QTY_UNKNOWN,
        .delta = delta,
        .why = STR("owed"),
    };
    r->out.selected++;
    return true;
}

static bool dry_run(sync_lane *l, sync__report *r, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    AUTO(arena_end) arena *page = arena_new(0);
    const store_config *c;
    target_key after = {0};
    if (!store_begin(l->db, STORE_READ, &tx, e) || !store_config_get(tx, &c, e))
        return false;
    for (;;) {
        target_row *rows;
        size_t count;
        arena_clear(page);
        if (!store_targets_after(tx, l->shop, l->channel, after, PAGE_LINES, page, &rows, &count, e))
            return false;
        for (size_t i = 0; i < count; i++)
            if (!plan_shown(r, c, &rows[i], e))
                return false;
        if (count == 0)
            return true;
        after = rows[count - 1].key;
    }
}

static int64_t open_lines(const store_operation *open, size_t count)
{
    int64_t lines = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t n = 0; n < open[i].line_count; n++)
            lines += !open[i].lines[n].settled;
    return lines;
}

bool sync__count_open(sync_lane *l, sync__report *r, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    store_operation *open;
    size_t count;
    if (!store_begin(l->db, STORE_READ, &tx, e) ||
        !store_operations_open(tx, l->shop, store_arena(tx), &open, &count, e))
        return false;
    r->out.selected += open_lines(open, count);
    return true;
}

bool sync_recent(sync_lane *l, arena *a, sync_report *ret, err *e)
{
    sync__report r;
    store_shop row;
    sync__ids to_read;
    sync__report_begin(&r, l, a);
    if (!sync__check_shop(l, (sync__need){.adopted = true, .writable = true}, a, &row, e) ||
        !store_catch_up_all(l->db, e))
        return false;
    if (l->options.dry_run)
        return dry_run(l, &r, e) && sync__report_end(&r, l, ret, e);
    if (!sync__count_open(l, &r, e) || !sync__settle(l, &r, &to_read, e))
        return false;
    if (str_empty(r.out.stopped) && !sync__stop(l) && !sync__push(l, &r, e))
        return false;
    return sync__report_end(&r, l, ret, e);
}
