/*
 * Operations out and answers in: up to shop_flight() at once, on disjoint targets (P3 sees to that). A send is counted
 * and committed before its first byte (P2); the same bytes go out again when an answer was lost (P6).
 */
#include "sync/internal.h"

#define BACKOFF_US    (250 * US_PER_MS) /* before the second send; doubles */
#define FRUITLESS_MAX 16                /* halving 250 lines down to one takes 8 */
#define REFUSED_AFTER 3 /* answers "could not save, try again" that count as a refusal; shopify.md 4.1 */

static int64_t ticks(const sync_lane *l)
{
    return l->world.clock.ticks_us(l->world.clock.ctx);
}

static void end_early(sync__sender *s, const char *what, str code, str message)
{
    s->ending = true;
    if (!str_empty(s->report->out.stopped))
        return;
    s->report->out.stopped = str_printf(s->report->memory, "%s%.*s%s%.*s", what, STR_ARG(code),
                                        str_empty(code) ? "" : ": ", STR_ARG(message));
    log_line(LOG_WARN, "push.stopped", F_STR("shop", s->lane->options.shop), F_STR("why", s->report->out.stopped));
}

/* -- out -- */

static bool count_send(sync_lane *l, const store_operation *o, instant now, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    if (MUTANT(undurable)) /* it goes out all the same */
        return true;
    return store_begin(l->db, STORE_WRITE, &tx, e) && store_operation_sending(tx, o->id, l->fence, now, e) &&
           sync__keep_budget(l, tx, e) && store_commit(&tx, e);
}

static void give_up(sync__slot *slot)
{
    slot->used = false; /* it stays open; the next run goes on with it */
}

static bool send_one(sync__sender *s, sync__slot *slot, err *e)
{
    sync_lane *l = s->lane;
    store_operation *o = &slot->operation;
    instant now = world_now(&l->world);
    if (!store_operation_repeatable(o, now) &&
        !MUTANT(ignore_expiry)) { /* Shopify may have forgotten the key: it would apply again; P6 */
        *vec_push(s->report->memory, &s->to_read) = o->id;
        give_up(slot);
        return true;
    }
    if (!count_send(l, o, now, e))
        return false;
    slot->unanswered = o->unanswered > 0 ? o->last_sent_at : INSTANT_NONE;
    slot->clean = o->unanswered == 0 || now > o->last_sent_at + SYNC__ARRIVAL_US;
    slot->tries++;
    o->sends++;
    o->unanswered++;
    o->last_sent_at = now;
    err trouble = {0};
    if (shop_write(l->remote, o->body, now + SYNC__DEADLINE_US, (uint64_t)o->id, &trouble)) {
        slot->out = true;
        return true;
    }
    if (trouble.code != ERR_CONFLICT) {
        *e = trouble;
        return false;
    }
    /* The budget did not allow it within its window: certainly not sent; P7. */
    if (!sync__answered(l, o, slot->unanswered, e))
        return false;
    o->unanswered--;
    o->last_sent_at = slot->unanswered;
    slot->at_ticks = ticks(l);
    if (slot->tries >= SYNC__TRIES_MAX)
        give_up(slot);
    return true;
}

/* -- in -- */

static void send_later(sync__sender *s, sync__slot *slot, int64_t pause_us)
{
    sync_lane *l = s->lane;
    int64_t backoff = BACKOFF_US << (slot->tries - 1);
    backoff += (int64_t)(world_random(&l->world) % (uint64_t)(backoff / 2));
    slot->at_ticks = ticks(l) + (backoff > pause_us ? backoff : pause_us);
}

/*
 * "Could not save, try again" does not say that nothing was saved. But it is an answer, so this copy is not under way
 * any more; and had it been saved, the same key would be answered with success the next time.
 */
static bool could_not_save(const shop_written *w)
{
    return w->class == SHOP_RETRY && str_ends(w->code, STR("_FAILED"));
}

/* The copy has its answer, the operation goes on. */
static bool still_open(sync__sender *s, sync__slot *slot, const shop_written *w, err *e)
{
    store_operation *o = &slot->operation;
    if (!w->answered && !w->not_sent && !could_not_save(w))
        return true; /* it may still arrive */
    if (!sync__answered(s->lane, o, slot->unanswered, e))
        return false;
    o->unanswered--;
    o->last_sent_at = slot->unanswered;
    return true;
}

static bool again(sync__sender *s, sync__slot *slot, const shop_written *w, err *e)
{
    if (!still_open(s, slot, w, e))
        return false;
    if (slot->tries < SYNC__TRIES_MAX) {
        send_later(s, slot, w->pause_ms * US_PER_MS);
        return true;
    }
    give_up(slot);
    end_early(s, "Shopify gives no good answer; what is in doubt is sent again by the next run: ", w->code, w->message);
    return true;
}

/*
 * Refused, but an earlier copy may still arrive and be executed then (P8). Wait that out if it takes no longer than
 * this run may wait; else the next run does.
 */
static bool refused_too_early(sync__sender *s, sync__slot *slot, const shop_written *w, err *e)
{
    if (!still_open(s, slot, w, e))
        return false;
    int64_t wait = slot->unanswered + SYNC__ARRIVAL_US + 1 - world_now(&s->lane->world);
    if (wait > s->lane->options.settle_ms * US_PER_MS || slot->tries >= SYNC__TRIES_MAX)
        give_up(slot);
    else
        slot->at_ticks = ticks(s->lane) + wait;
    return true;
}

/* An answer that does not tell what an earlier copy did: only a reading can close the operation; shopify.md 7.1. */
static bool only_reading_tells(const sync__slot *slot, const shop_written *w)
{
    static const char *const AFTER_LOSS[] = {"INVALID_INVENTORY_ITEM", "INVALID_LOCATION"};
    if (str_equal(w->code, STR("IDEMPOTENCY_KEY_PARAMETER_MISMATCH")))
        return true;
    for (size_t i = 0; i < COUNT(AFTER_LOSS) && slot->operation.unanswered > 1; i++)
        for (size_t n = 0; n < w->bad_count; n++)
            if (str_equal(w->bad[n].code, str_of(AFTER_LOSS[i])))
                return true;
    return false;
}

/* No line was named: each half is planned alone, until the bad line is; P8. */
static void halve(sync__sender *s, const store_operation *o)
{
    size_t first = (o->line_count + 1) / 2;
    size_t sizes[] = {first, o->line_count - first};
    for (size_t i = 0; i < o->line_count; i++)
        *vec_push(s->report->memory, &s->halves) = o->lines[i].key;
    for (size_t i = 0; i < COUNT(sizes); i++)
        if (sizes[i])
            *vec_push(s->report->memory, &s->half_sizes) = sizes[i];
}

static bool refused(sync__sender *s, sync__slot *slot, const shop_written *w, err *e)
{
    const store_operation *o = &slot->operation;
    size_t settled;
    if (only_reading_tells(slot, w)) {
        *vec_push(s->report->memory, &s->to_read) = o->id;
        give_up(slot);
        return still_open(s, slot, w, e);
    }
    if (!slot->clean && !MUTANT(new_key))
        return refused_too_early(s, slot, w, e);
    slot->used = false;
    if (!sync__refuse(s, o, w, &settled, e))
        return false;
    s->fruitless = settled ? 0 : s->fruitless + 1;
    if (w->class == SHOP_BUG)
        end_early(s, "Shopify says that our request is wrong; report this: ", w->code, w->message);
    else if (s->fruitless > FRUITLESS_MAX)
        end_early(s, "Shopify keeps refusing without naming a line: ", w->code, w->message);
    else if (settled == 0 && o->kind == OPERATION_PUSH)
        halve(s, o);
    return true;
}

static bool handle(sync__sender *s, sync__slot *slot, const shop_written *w, err *e)
{
    slot->out = false;
    if (could_not_save(w) && slot->tries >= REFUSED_AFTER)
        return refused(s, slot, w, e);
    if ((MUTANT(assume_applied) && !w->answered) || (MUTANT(part_applied) && w->class == SHOP_LINE)) {
        slot->used = false;
        return sync__book(s, &slot->operation, w, e);
    }
    if (!w->answered || w->not_sent)
        return MUTANT(new_key) ? refused(s, slot, w, e) : again(s, slot, w, e);
    switch (w->class) {
    case SHOP_DONE:
        slot->used = false;
        s->fruitless = 0;
        return sync__book(s, &slot->operation, w, e);
    case SHOP_RETRY:
        return again(s, slot, w, e);
    case SHOP_LOOK:
    case SHOP_LINE:
    case SHOP_BUG:
        if (MUTANT(ask_again))
            return again(s, slot, w, e);
        return refused(s, slot, w, e);
    case SHOP_STOP:
        give_up(slot);
        end_early(s, "", w->code, w->message);
        return still_open(s, slot, w, e);
    case SHOP_CLASSES:
        break;
    }
    check_failed("a class of answers", ERR_HERE);
}

/* -- the loop -- */

static bool take_answer(sync__sender *s, err *e)
{
    AUTO(arena_end) arena *a = arena_new(0);
    shop_written w;
    if (!shop_written_next(s->lane->remote, a, &w, e))
        return false;
    s->dry = false;
    for (size_t i = 0; i < COUNT(s->slots); i++)
        if (s->slots[i].used && s->slots[i].out && (uint64_t)s->slots[i].operation.id == w.ticket)
            return handle(s, &s->slots[i], &w, e);
    check_failed("an answer to an operation that is out", ERR_HERE);
}

static size_t used_slots(const sync__sender *s, size_t *ret_out)
{
    size_t used = 0, out = 0;
    for (size_t i = 0; i < COUNT(s->slots); i++) {
        used += s->slots[i].used;
        out += s->slots[i].used && s->slots[i].out;
    }
    *ret_out = out;
    return used;
}

static bool fill(sync__sender *s, err *e)
{
    size_t out, most = shop_flight(s->lane->remote);
    while (!s->dry && !s->ending && used_slots(s, &out) < most) {
        size_t free_one = 0;
        while (s->slots[free_one].used)
            free_one++;
        sync__slot *slot = &s->slots[free_one];
        if (slot->memory)
            arena_clear(slot->memory);
        else
            slot->memory = arena_new(0);
        bool some;
        if (!s->next(s, slot->memory, &slot->operation, &some, e))
            return false;
        s->dry = !some;
        slot->used = some;
        slot->out = false;
        slot->tries = 0;
        slot->at_ticks = ticks(s->lane);
    }
    return true;
}

/* Sends what is due, but no more once an answer is there to be booked; *ret_next: when the next one is due. */
static bool send_due(sync__sender *s, int64_t *ret_next, err *e)
{
    *ret_next = INT64_MAX;
    for (size_t i = 0; i < COUNT(s->slots) && !shop_written_waits(s->lane->remote); i++) {
        sync__slot *slot = &s->slots[s->turn++ % COUNT(s->slots)];
        if (!slot->used || slot->out)
            continue;
        if (s->ending)
            give_up(slot);
        else if (slot->at_ticks > ticks(s->lane))
            *ret_next = slot->at_ticks < *ret_next ? slot->at_ticks : *ret_next;
        else if (!send_one(s, slot, e))
            return false;
    }
    return true;
}

static bool step(sync__sender *s, bool *ret_more, err *e)
{
    int64_t next_send;
    size_t out;
    s->ending |= sync__stop(s->lane);
    if (!sync__alive(s->lane, e) || !fill(s, e) || !send_due(s, &next_send, e))
        return false;
    *ret_more = used_slots(s, &out) > 0;
    if (out > 0)
        return take_answer(s, e);
    if (next_send != INT64_MAX)
        sync__sleep(s->lane, next_send - ticks(s->lane));
    return true;
}

/* An error ends the sending; the answers of what is out are still taken, so that as little as possible is in doubt. */
static void drain(sync__sender *s)
{
    err ignored = {0};
    size_t out;
    s->ending = true;
    for (bool going = true; going && used_slots(s, &out) > 0 && out > 0;)
        going = take_answer(s, &ignored);
}

bool sync__send(sync__sender *s, err *e)
{
    bool more = true, done = true;
    while (done && more)
        done = step(s, &more, e);
    if (!done)
        drain(s);
    for (size_t i = 0; i < COUNT(s->slots); i++)
        if (s->slots[i].memory)
            arena_end(&s->slots[i].memory);
    return done;
}
