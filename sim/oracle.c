/*
 * The oracle: what must be true, from a naive account of what was done. It looks at the store through a connection of
 * its own after every step in which a transaction reached the disk, and knows of the shops what no client is told: who
 * moved `available`, and by how much.
 *
 *   I1  S + H + U = E, plus what of an open operation was applied, plus what others did and nobody has booked yet
 *   I2  a write of ours shows no more than was promised when it was planned; T is what we hold less what is wanted
 *   I3  a target whose T and E differ is owed, in an open operation, or aside with a reason
 *   I4  at rest S + H = T = E, nothing is open, and T is what there really is
 *   I5  what the shop has applied of ours is what is booked, plus what is in an open operation
 *   I6  a drift that is booked is what others had done at the moment that was read
 *   I7  a refused line is not tried again and again
 *
 * U is what the shop's orders did to S less what was imported since the anchor: the last time E was read from the shop.
 * Where units are of which nobody can tell whether they came back, only I2, I3, I5, I7 and the bounds of I4 are asked
 * for.
 */
#include "model.h"

#include <stdlib.h>

#define OPEN_MAX     256
#define JOURNAL_PAGE 500
#define AT           "shop %d, item %d at %d"
#define AT_ARG(k)    (k).shop, (k).item, (k).channel

typedef struct account { /* of one target */
    bool anchored;
    int64_t seq, touched;
    qty t;
    qty moved_then[MOVERS];      /* what S was made of at the anchor */
    qty pending_then;            /* units that had left S then, at a location that nobody knew: R7 */
    qty imported, pushed, drift; /* booked since */
    qty excused;                 /* of U: what no import could know, and a drift has mended; model.c, doubt */
    qty excused_ever;            /* the same, not forgotten at an anchor */
    qty last_drift, last_excused;
} account;

typedef struct open_line {
    sim_target at;
    int64_t operation;
    qty delta;
    qty t; /* when it was planned, less what was imported by then: an import moves T and what is shown alike */
    char key[40];
} open_line;

struct oracle {
    uint64_t commits; /* as of the last look */
    account accounts[SIM_SHOPS_MAX][SIM_CHANNELS_MAX][SIM_ITEMS_MAX];
    qty units[SIM_ITEMS_MAX][SIM_PLACES_MAX];
    qty thresholds[SIM_SHOPS_MAX][SIM_CHANNELS_MAX][SIM_ITEMS_MAX];
    open_line open[OPEN_MAX];
    size_t open_count;
};

oracle *oracle_new(void)
{
    oracle *o = calloc(1, sizeof *o);
    CHECK(o);
    o->commits = UINT64_MAX;
    return o;
}

void oracle_free(oracle **held)
{
    free(*held);
    *held = NULL;
}

void oracle_counted(sim *w, int item, int place, qty units)
{
    w->oracle->units[item][place] = units;
}

void oracle_moved(sim *w, int item, int place, qty delta)
{
    w->oracle->units[item][place] += delta;
}

void oracle_threshold(sim *w, sim_target k, qty units)
{
    w->oracle->thresholds[k.shop][k.channel][k.item] = units;
}

qty oracle_threshold_of(const sim *w, sim_target k)
{
    return w->oracle->thresholds[k.shop][k.channel][k.item];
}

static account *account_of(const sim *w, sim_target k)
{
    return &w->oracle->accounts[k.shop][k.channel][k.item];
}

/* -- the shop's side -- */

static qty s_of(const qty *moved)
{
    return moved[BY_US] + moved[BY_ORDERS] + moved[BY_OTHERS] + moved[BY_DRAFTS];
}

static const model_level *level_at(const sim *w, sim_target k)
{
    return model_level_of(w->shops[k.shop], k.item, k.channel);
}

static qty held(const model_level *l)
{
    return l->q[Q_RESERVED];
}

static qty unseen_of(const account *a, qty moved_by_orders)
{
    return a->imported - (moved_by_orders - a->moved_then[BY_ORDERS]) + a->pending_then - a->excused;
}

static qty unseen(const account *a, const model_level *l)
{
    return unseen_of(a, l->moved[BY_ORDERS]);
}

/* What others did since the anchor and nobody has booked. */
static qty strange(const account *a, const model_level *l)
{
    return l->moved[BY_OTHERS] - a->moved_then[BY_OTHERS] - a->drift;
}

static const model_key *key_of(const model *s, const char *key)
{
    for (int i = s->key_count - 1; i >= 0; i--)
        if (strcmp(s->keys[i].key, key) == 0)
            return &s->keys[i];
    return NULL;
}

static bool same(sim_target x, sim_target y)
{
    return x.shop == y.shop && x.channel == y.channel && x.item == y.item;
}

static qty applied_in_doubt(const sim *w, sim_target k)
{
    qty sum = 0;
    for (size_t i = 0; i < w->oracle->open_count; i++) {
        const open_line *n = &w->oracle->open[i];
        if (!same(n->at, k))
            continue;
        const model_key *used = key_of(w->shops[k.shop], n->key);
        sum += used && !used->failed ? n->delta : 0;
    }
    return sum;
}

/* -- a write of ours arrives -- */

static const open_line *planned(const sim *w, sim_target k, str reference)
{
    for (size_t i = 0; i < w->oracle->open_count; i++) {
        const open_line *n = &w->oracle->open[i];
        int64_t id;
        const char *slash = memrchr(reference.at, '/', reference.len);
        if (slash && num_parse_i64((str){slash + 1, reference.len - (size_t)(slash + 1 - reference.at)}, &id) &&
            same(n->at, k) && n->operation == id)
            return n;
    }
    return NULL;
}

void oracle_applied(sim *w, int of, const js_value *changes, str reference)
{
    JS_EACH(line, changes) {
        sim_target k = {of, model_number(js_str(js_get(line, "locationId"), STR(""))),
                        model_number(js_str(js_get(line, "inventoryItemId"), STR("")))};
        qty delta = js_int(js_get(line, "delta"), 0);
        const account *a = account_of(w, k);
        const model_level *l = level_at(w, k);
        const open_line *n = planned(w, k, reference);
        sim_note(w, AT " %+" PRId64 " to %" PRId64 " by us", AT_ARG(k), delta, l->q[Q_AVAILABLE] + delta);
        if (!n && w->up_at)
            continue; /* planned in the step in which the power failed: the law is asked when the machine is back */
        if (!n) {
            sim_broken(w, "I5", AT ": %+" PRId64 " is applied, and no open operation says so", AT_ARG(k), delta);
            continue;
        }
        qty shown = l->q[Q_AVAILABLE] + delta + held(l) + unseen(a, l) - strange(a, l);
        if (w->kind != WORLD_UNTOLD && delta > 0 && a->anchored && shown > n->t + a->imported)
            sim_broken(w, "I2",
                       AT ": a write of %+" PRId64 " puts available to %" PRId64 " (unseen %" PRId64 ", held %" PRId64
                          ", by others %" PRId64 "), promised was %" PRId64,
                       AT_ARG(k), delta, l->q[Q_AVAILABLE] + delta, unseen(a, l), held(l), strange(a, l),
                       n->t + a->imported);
    }
}

/* -- the journal of E -- */

/*
 * The newest read that told S + H = `value`, less the units that the import knew as not routed then: those that were
 * not when it was read, or when another read told the same S. NULL: none did.
 */
static const model_served *anchor_of(const sim *w, sim_target k, qty value, bool pending, qty *ret_pending)
{
    const model *s = w->shops[k.shop];
    unsigned count = s->served_count[k.item][k.channel];
    for (unsigned i = 0; i < count && i < SERVED_MAX; i++) {
        const model_served *r = &s->served[k.item][k.channel][(count - 1 - i) % SERVED_MAX];
        *ret_pending = value - s_of(r->moved) - r->reserved;
        if (*ret_pending == (pending ? r->unrouted : 0))
            return r;
    }
    return NULL;
}

static void anchor(sim *w, sim_target k, const explained_row *row)
{
    account *a = account_of(w, k);
    qty pending = 0;
    bool read = row->kind == EXPLAINED_READ;
    const model_served *r = anchor_of(w, k, row->value, read, &pending);
    if (!r) {
        sim_broken(w, "I6", AT ": E := %" PRId64 " (%s), and no read told that", AT_ARG(k), row->value,
                   explained_kind_name(row->kind));
        return;
    }
    account next = {.anchored = true, .seq = a->seq, .touched = a->touched, .t = a->t, .excused_ever = a->excused_ever};
    if (read) { /* R7: where they will be routed nobody knows, so every location has them in its E */
        next.pending_then = pending;
        next.excused_ever -= pending - r->unrouted_here;
    }
    *a = next;
    memcpy(a->moved_then, r->moved, sizeof a->moved_then);
}

/*
 * Of what a drift says beside what others did: can it be that orders left no trace of it here? What was thought so and
 * was a sale that no search had told yet may come back.
 */
static bool excusable(const account *a, const model_level *l, qty units, qty unseen_then)
{
    qty ever = a->excused_ever + units;
    bool is_unseen = units > 0 ? units <= unseen_then : units < 0 && units >= unseen_then;
    return is_unseen && ever <= l->too_high && ever >= -l->too_low;
}

static void take_drift(account *a, qty by_others, qty excused)
{
    a->drift += by_others;
    a->excused += excused;
    a->excused_ever += excused;
    a->last_drift = by_others;
    a->last_excused = excused;
}

/*
 * A drift is what others had done when it was read: one of the newest reads must have told it. Of a rise (which makes
 * us show less) a part may be what orders did that no search has told yet: R5 waits for that only before a fall.
 */
static void check_drift(sim *w, sim_target k, qty value)
{
    account *a = account_of(w, k);
    const model *s = w->shops[k.shop];
    unsigned count = s->served_count[k.item][k.channel];
    for (int excuses = 0; excuses < 3; excuses++)
        for (unsigned i = 0; i < count && i < SERVED_MAX; i++) {
            const model_served *r = &s->served[k.item][k.channel][(count - 1 - i) % SERVED_MAX];
            qty strange_then = r->moved[BY_OTHERS] - a->moved_then[BY_OTHERS] - a->drift;
            qty unseen_then = unseen_of(a, r->moved[BY_ORDERS]);
            if (excuses == 0 && value == strange_then)
                return take_drift(a, value, 0);
            if (excuses == 1 && excusable(a, level_at(w, k), strange_then - value, unseen_then))
                return take_drift(a, strange_then, strange_then - value);
            if (excuses == 2 && value > 0 && value == strange_then - unseen_then)
                return take_drift(a, value, 0);
        }
    sim_broken(w, "I6", AT ": a drift of %+" PRId64 " is booked; others had done %+" PRId64 " (unseen %+" PRId64 ")",
               AT_ARG(k), value, strange(a, level_at(w, k)), unseen(a, level_at(w, k)));
}

/* A compare was stale: the drift was none, and what it mended is not. */
static void take_drift_back(account *a)
{
    a->drift -= a->last_drift;
    a->excused -= a->last_excused;
    a->excused_ever -= a->last_excused;
    a->last_drift = a->last_excused = 0;
}

static void take_row(sim *w, sim_target k, const explained_row *row)
{
    account *a = account_of(w, k);
    a->seq = row->seq;
    sim_note(w, AT ": E %s %+" PRId64 " (%.*s)", AT_ARG(k), explained_kind_name(row->kind), row->value,
             STR_ARG(row->ref));
    switch (row->kind) {
    case EXPLAINED_ADOPT:
    case EXPLAINED_READ:
        anchor(w, k, row);
        break;
    case EXPLAINED_PUSH:
        a->pushed += row->value;
        break;
    case EXPLAINED_IMPORT:
    case EXPLAINED_CLAIM:
        a->imported += row->value;
        break;
    case EXPLAINED_DRIFT:
        if (w->kind != WORLD_UNTOLD)
            check_drift(w, k, row->value);
        break;
    case EXPLAINED_UNDRIFT:
        take_drift_back(a);
        break;
    case EXPLAINED_FORGET:
    case EXPLAINED_KINDS:
        a->anchored = false;
        break;
    }
}

static bool read_journal(sim *w, store_tx *tx, sim_target k, err *e)
{
    account *a = account_of(w, k);
    explained_row *rows;
    size_t count;
    target_key row = {w->products[k.item], w->channels[k.shop][k.channel]};
    if (!store_explained_after(tx, row, a->seq, JOURNAL_PAGE, store_arena(tx), &rows, &count, e))
        return false;
    for (size_t i = 0; i < count; i++)
        take_row(w, k, &rows[i]);
    return true;
}

/* -- after a step -- */

static int channel_of(const sim *w, int of, int64_t channel)
{
    for (int i = 0; i < w->channel_count; i++)
        if (w->channels[of][i] == channel)
            return i;
    check_failed("a channel of this world", ERR_HERE);
}

static int item_of_product(const sim *w, int64_t product)
{
    for (int i = 0; i < w->item_count; i++)
        if (w->products[i] == product)
            return i;
    check_failed("a product of this world", ERR_HERE);
}

static bool read_open(sim *w, store_tx *tx, int of, err *e)
{
    oracle *o = w->oracle;
    store_operation *list;
    size_t count;
    if (!store_operations_open(tx, w->shop_ids[of], store_arena(tx), &list, &count, e))
        return false;
    for (size_t i = 0; i < count; i++)
        for (size_t n = 0; n < list[i].line_count; n++) {
            CHECK(o->open_count < OPEN_MAX);
            if (list[i].lines[n].settled)
                continue;
            open_line *to = &o->open[o->open_count++];
            target_key key = list[i].lines[n].key;
            *to = (open_line){.at = {of, channel_of(w, of, key.channel), item_of_product(w, key.product)},
                              .operation = list[i].id,
                              .delta = list[i].lines[n].delta};
            snprintf(to->key, sizeof to->key, "%.*s", STR_ARG(list[i].idempotency_key));
        }
    return true;
}

/* T of an open line is that of its planning: kept from the look that saw it first. */
static void keep_planned(oracle *now, const open_line *before, size_t before_count)
{
    for (size_t i = 0; i < now->open_count; i++) {
        open_line *n = &now->open[i];
        const account *a = &now->accounts[n->at.shop][n->at.channel][n->at.item];
        n->t = a->t - a->imported;
        for (size_t k = 0; k < before_count; k++)
            if (before[k].operation == n->operation && same(before[k].at, n->at))
                n->t = before[k].t;
    }
}

static qty wanted(const store_world *p, int64_t channel)
{
    qty units = 0;
    for (size_t i = 0; i < p->queue_count; i++)
        for (int k = 0; p->queues[i].channel == channel && k < QUEUE_KINDS; k++)
            units += p->queues[i].units[k];
    return units;
}

/* I2, our side of it: T from what the feeds have told, and the demand that is booked. */
static bool check_t(sim *w, store_tx *tx, sim_target k, const target_row *row, err *e)
{
    const store_world *p;
    const store_config *c;
    qty promised = 0;
    if (!store_world_get(tx, row->key.product, &p, e) || !store_config_get(tx, &c, e))
        return false;
    if (config_channel(c, row->key.channel)->behind >= 0) /* the group has changed, and T follows later */
        return true;
    for (int i = 0; i < w->place_count; i++)
        promised += w->member[k.channel][i] ? qty_max(0, w->oracle->units[k.item][i] - w->safety[k.item][i]) : 0;
    promised = qty_max(0, promised - wanted(p, row->key.channel) - oracle_threshold_of(w, k));
    for (size_t i = 0; row->target.t != promised && i < p->level_count; i++)
        sim_note(w, "  place %" PRId64 ": qoh %" PRId64 ", atp %" PRId64, p->levels[i].facility, p->levels[i].qoh,
                 p->levels[i].atp);
    if (row->target.t != promised)
        sim_broken(w, "I2", AT ": T is %" PRId64 ", what we hold less what is wanted is %" PRId64, AT_ARG(k),
                   row->target.t, promised);
    return true;
}

static void check_law(sim *w, sim_target k, const target_row *row)
{
    const account *a = account_of(w, k);
    const model_level *l = level_at(w, k);
    qty ours = l->moved[BY_US] - a->moved_then[BY_US], doubt = applied_in_doubt(w, k);
    if (ours != a->pushed + doubt)
        sim_broken(w, "I5", AT ": %+" PRId64 " was applied, %+" PRId64 " is booked and %+" PRId64 " is in doubt",
                   AT_ARG(k), ours, a->pushed, doubt);
    if (w->kind == WORLD_UNTOLD)
        return;
    qty left = l->q[Q_AVAILABLE] + held(l) + unseen(a, l), right = row->target.e.value + doubt + strange(a, l);
    if (left != right)
        sim_broken(w, "I1",
                   AT ": S %" PRId64 " + H %" PRId64 " + U %" PRId64 " is not E %" PRId64 " (in doubt %+" PRId64
                      ", by others %+" PRId64 ")",
                   AT_ARG(k), l->q[Q_AVAILABLE], held(l), unseen(a, l), row->target.e.value, doubt, strange(a, l));
}

static bool check_target(sim *w, store_tx *tx, int of, const target_row *row, err *e)
{
    sim_target k = {of, channel_of(w, of, row->key.channel), item_of_product(w, row->key.product)};
    account *a = account_of(w, k);
    if (row->target.touched_seq != a->touched && !read_journal(w, tx, k, e))
        return false;
    a->touched = row->target.touched_seq;
    a->t = row->target.t;
    if (w->till_count == 0 && !check_t(w, tx, k, row, e)) /* else a file was heard in part, perhaps */
        return false;
    if (row->target.e.known && a->anchored)
        check_law(w, k, row);
    if (row->target.e.known && row->target.t != row->target.e.value && row->target.state == TARGET_OK &&
        row->target.owing_since == INSTANT_NONE)
        sim_broken(w, "I3", AT ": T %" PRId64 " and E %" PRId64 " differ, and nothing is owed", AT_ARG(k),
                   row->target.t, row->target.e.value);
    return true;
}

static bool look_at_shop(sim *w, store_tx *tx, int of, err *e)
{
    target_row *rows;
    size_t count;
    if (!read_open(w, tx, of, e) ||
        !store_targets_after(tx, w->shop_ids[of], 0, (target_key){0}, 200, store_arena(tx), &rows, &count, e))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!check_target(w, tx, of, &rows[i], e))
            return false;
    return true;
}

void oracle_look(sim *w)
{
    oracle *o = w->oracle;
    open_line before[OPEN_MAX];
    size_t before_count = o->open_count;
    AUTO(store_tx_end) store_tx *tx = NULL;
    err e = {0};
    if (o->commits == disk_commits(w->disk) || w->failure.some)
        return;
    o->commits = disk_commits(w->disk);
    memcpy(before, o->open, sizeof before[0] * before_count);
    o->open_count = 0;
    bool done = store_begin(w->programs[0]->db, STORE_READ, &tx, &e);
    for (int n = 0; done && n < w->shop_count; n++)
        done = look_at_shop(w, tx, n, &e);
    keep_planned(o, before, before_count);
    if (!done)
        sim_broken(w, "error", "the oracle cannot look: %s", e.text);
}

/* -- at the end -- */

static void rest_of(sim *w, sim_target k, const target_row *row)
{
    const model_level *l = level_at(w, k);
    const store_target *t = &row->target;
    qty there = qty_max(0, trade_there(w, k) - oracle_threshold_of(w, k));
    if (!t->e.known || t->state != TARGET_OK || row->open_operation) {
        sim_broken(w, "I4", AT " does not come to rest: %s%s, operation %" PRId64, AT_ARG(k),
                   t->e.known ? "" : "not adopted, ", target_state_name(t->state), row->open_operation);
        return;
    }
    bool right = t->e.value == t->t && l->q[Q_AVAILABLE] + held(l) == t->t &&
                 (w->kind == WORLD_EXACT ? t->t == there : t->t <= there);
    if (!right)
        sim_broken(w, "I4",
                   AT " at rest: S %" PRId64 " + H %" PRId64 ", E %" PRId64 ", T %" PRId64 ", there are %" PRId64,
                   AT_ARG(k), l->q[Q_AVAILABLE], held(l), t->e.value, t->t, there);
}

void oracle_rest(sim *w)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    AUTO(arena_end) arena *a = arena_new(0);
    verify_report v;
    err e = {0};
    bool done = store_begin(w->programs[0]->db, STORE_READ, &tx, &e);
    for (int n = 0; done && n < w->shop_count; n++)
        for (int c = 0; c < w->channel_count; c++)
            for (int i = 0; done && i < w->item_count; i++) {
                sim_target k = {n, c, i};
                target_row row;
                bool some;
                done = store_target_get(tx, (target_key){w->products[i], w->channels[n][c]}, a, &row, &some, &e);
                if (done && some)
                    rest_of(w, k, &row);
            }
    store_tx_end(&tx);
    done = done && store_verify(w->programs[0]->db, a, &v, &e);
    if (!done)
        sim_broken(w, "error", "the oracle cannot look at the end: %s", e.text);
    else if (v.differences)
        sim_broken(w, "verify", "%" PRId64 " differences, first %.*s of %.*s: %.*s, should be %.*s", v.differences,
                   STR_ARG(v.details[0].what), STR_ARG(v.details[0].where), STR_ARG(v.details[0].stored),
                   STR_ARG(v.details[0].computed));
}
