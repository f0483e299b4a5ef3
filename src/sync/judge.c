/*
 * What two reads of a target say, and what is booked for it: adoption (R3), drift (R4, R6), a line of an operation that
 * is too old to be sent again (R7). In doubt E stays high: whatever would lower it is vetoed while anything is unseen
 * (R5).
 */
#include "sync/internal.h"

#define SETTLED_US   (2 * US_PER_S)    /* stamps are whole seconds; R1 */
#define LAGGING_US   (120 * US_PER_S)  /* a read that much later is never called stale; R2 */
#define LOOK_US      US_PER_S          /* between two looks at a lagging replica */
#define UNKNOWN_US   (3600 * US_PER_S) /* an excess of C that old is reported; R5 */
#define EVIDENCE_MAX ((size_t)16 << 10)

/* -- may it be confirmed yet? -- */

/* Newest change of S that we know of there: our last adjustment, or an order's (less what its date may be off); R2. */
static instant known_change(const store_target *t)
{
    instant moved = t->moved_at == INSTANT_NONE ? INSTANT_NONE : t->moved_at - SETTLED_US;
    return t->group_at > moved ? t->group_at : moved;
}

static bool lagging(const store_target *t, const shop_level *l, instant asked)
{
    instant known = known_change(t);
    return !MUTANT(believe_replica) && known != INSTANT_NONE &&
           (l->available.at == INSTANT_NONE || l->available.at < known) && asked <= known + LAGGING_US;
}

static bool lowers(const sync__suspect *s, const shop_level *l)
{
    const store_target *t = &s->row.target;
    sync__numbers n = sync__numbers_of(l, t->baseline);
    return !t->e.known || s->operation || n.s + n.h < t->e.value;
}

/* From when on an S with this stamp may be booked; *ret_why what it waits for. */
static instant settled_from(const sync__confirmation *c, const sync__suspect *s, const shop_level *l,
                            const char **ret_why)
{
    sync__numbers n = sync__numbers_of(l, s->row.target.baseline);
    instant from = INSTANT_NONE;
    if (n.newest != INSTANT_NONE) {
        from = n.newest + SETTLED_US + 1;
        *ret_why = "it changed seconds ago; a change of the same second could not be told apart";
    }
    instant indexed = l->available.at == INSTANT_NONE ? INSTANT_NONE : l->available.at + c->shop.index_lag_s * US_PER_S;
    if (indexed > from && lowers(s, l) && !MUTANT(repair_upward)) { /* R5 */
        from = indexed;
        *ret_why = "it changed so recently that the search of orders may not know why yet (index_lag_s)";
    }
    return from;
}

instant sync__ready_from(const sync__confirmation *c, sync__suspect *s)
{
    const char *why = "";
    if (sync__state_of(&s->first, true) != TARGET_OK)
        return INSTANT_NONE;
    instant from = settled_from(c, s, &s->first, &why);
    if (lagging(&s->row.target, &s->first, s->first_asked)) {
        from = s->first_asked + LOOK_US;
        why = "Shopify answers with an older number than was written there";
    }
    if (from != INSTANT_NONE && from > s->first_asked)
        s->why = str_of(why);
    return from;
}

static bool not_yet(sync__suspect *s, instant ready_at, const char *why)
{
    s->why = str_of(why);
    s->ready_at = ready_at;
    return true;
}

/* R1, R2, R5 on both reads; true: not yet, and why. */
static bool disagrees(const sync__confirmation *c, sync__suspect *s, const target_row *now)
{
    const char *why = "";
    sync__numbers n = sync__numbers_of(&s->second, now->target.baseline);
    if (now->target.touched_seq != s->row.target.touched_seq || !str_equal(now->target.item, s->row.target.item))
        return not_yet(s, s->second_asked, "it changed here while it was read");
    if (now->open_operation && now->open_operation != s->operation)
        return not_yet(s, INSTANT_NONE, "a push of it is in doubt");
    if (MUTANT(one_reading))
        return false;
    if (!sync__levels_agree(&s->first, &s->second))
        return not_yet(s, n.newest == INSTANT_NONE ? s->second_asked : n.newest + SETTLED_US + 1,
                       "it changed at Shopify between two reads; it cannot be confirmed while it sells every second");
    if (lagging(&now->target, &s->second, s->second_asked))
        return not_yet(s, s->second_asked + LOOK_US, "Shopify answers with an older number than was written there");
    instant from = settled_from(c, s, &s->second, &why);
    return from != INSTANT_NONE && from > s->first_asked && not_yet(s, from, why);
}

/* -- the veto of R5 -- */

static str evidence_of(store_tx *tx, const sync__suspect *s, const char *who)
{
    AUTO(buf_end) buf text = buf_new(EVIDENCE_MAX);
    js_writer w = js_writer_new(&text);
    const struct {
        const char *name;
        const shop_level *level;
        instant asked;
    } reads[] = {{"first", &s->first, s->first_asked}, {"second", &s->second, s->second_asked}};
    js_object(&w, NULL);
    for (size_t i = 0; i < COUNT(reads); i++) {
        js_object(&w, reads[i].name);
        js_put_instant(&w, "asked_at", reads[i].asked);
        js_put_maybe(&w, "available", reads[i].level->available.value);
        js_put_instant(&w, "available_at", reads[i].level->available.at);
        js_put_maybe(&w, "committed", reads[i].level->committed.value);
        js_put_maybe(&w, "on_hand", reads[i].level->on_hand.value);
        js_put_maybe(&w, "reserved", reads[i].level->reserved.value);
        js_close(&w);
    }
    js_put_str(&w, "history", s->history);
    js_put_z(&w, "who", who);
    js_close(&w);
    CHECK(!text.full);
    return str_copy(store_arena(tx), buf_str(&text));
}

/* Closes what was reported of it; *ret_known: this very excess is reported, and stays open. */
static bool close_unknown(sync__confirmation *c, store_tx *tx, const sync__suspect *s, qty excess, str note,
                          bool *ret_known, err *e)
{
    store_incident *open;
    size_t count;
    *ret_known = false;
    if (!store_incidents(tx, c->lane->shop, s->row.key, /* open_only= */ true, 20, store_arena(tx), &open, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!str_equal(open[i].kind, STR(SYNC__UNKNOWN_COMMITMENT)))
            continue;
        if (!*ret_known && open[i].drift == excess)
            *ret_known = true;
        else if (!store_incident_close(tx, open[i].id, note, e))
            return false;
    }
    return true;
}

static bool report_unknown(sync__confirmation *c, store_tx *tx, const sync__suspect *s, qty excess, err *e)
{
    int64_t id;
    bool known;
    instant stamp = s->second.committed.at;
    if (stamp == INSTANT_NONE || s->second_asked - stamp < UNKNOWN_US || !c->open_orders_read)
        return true;
    if (!close_unknown(c, tx, s, excess, str_printf(store_arena(tx), "%" PRId64 " units by now", excess), &known, e))
        return false;
    store_incident i = {.key = s->row.key,
                        .sku = s->row.sku,
                        .location = s->row.location,
                        .drift = excess,
                        .available = sync__numbers_of(&s->second, 0).s,
                        .explained = s->row.target.e.known ? s->row.target.e.value : 0,
                        .found_at = store_now(tx),
                        .after = INSTANT_NONE,
                        .before = stamp,
                        .kind = STR(SYNC__UNKNOWN_COMMITMENT),
                        .evidence = evidence_of(tx, s, "an order that the token may not see, or that no search tells"),
                        .open = true};
    return known || store_incident_add(tx, &i, &id, e);
}

/* What was reported is over when a confirmed reading shows no more committed than the known orders explain. */
static bool end_unknown(sync__confirmation *c, store_tx *tx, const sync__suspect *s, const target_row *now, err *e)
{
    sync__demand d;
    bool known;
    if (!s->reported || !sync__committed_agrees(&s->first, &s->second))
        return true;
    if (!sync__demand_at(c->lane, tx, now->target.item, now->location, &d, e))
        return false;
    qty committed = sync__numbers_of(&s->second, 0).committed;
    if (committed > d.open)
        return true;
    str note = str_printf(store_arena(tx),
                          "over by itself: read at %s, %" PRId64 " units are committed there, and the orders that are "
                          "known have %" PRId64 " to ship",
                          INSTANT_Z(s->second_asked), committed, d.open);
    return close_unknown(c, tx, s, 0, note, &known, e);
}

/* *ret_vetoed: Shopify has committed more units there than the orders that were read here explain. It never measures.
 */
static bool vetoed(sync__confirmation *c, store_tx *tx, sync__suspect *s, const target_row *now, bool *ret_vetoed,
                   err *e)
{
    sync__demand d;
    if (!sync__demand_at(c->lane, tx, now->target.item, now->location, &d, e))
        return false;
    qty excess = sync__numbers_of(&s->second, 0).committed - d.open;
    *ret_vetoed = excess > now->target.accepted_excess && !MUTANT(ignore_pending);
    if (!*ret_vetoed)
        return true;
    s->ready_at = c->open_orders_read ? INSTANT_NONE : s->second_asked; /* the order may be one that was never read */
    s->why =
        str_printf(c->memory, "Shopify has %" PRId64 " units committed there that no order read here explains", excess);
    c->open_orders_wanted = true;
    return report_unknown(c, tx, s, excess, e);
}

/* -- booking -- */

/*
 * What is younger is not in the number that is adopted. That number tells of all until its stamp; and, as no replica is
 * behind for longer, of all until so long before it was read.
 */
static instant epoch_of(const sync__suspect *s)
{
    instant stamp = s->second.available.at, bound = s->first_asked - LAGGING_US;
    return stamp == INSTANT_NONE ? bound : qty_max(stamp + SETTLED_US, bound);
}

/* Damage and the like below the baseline: it was put back to available, so it is drift like any other (H >= 0). */
static bool lower_baseline(store_tx *tx, const sync__suspect *s, const target_row *now, err *e)
{
    sync__numbers n = sync__numbers_of(&s->second, now->target.baseline);
    return n.others >= now->target.baseline || store_target_baseline(tx, now->key, n.others, e);
}

/* Our next readings decide nothing about units that were removed before this moment: they count as departed; I4. */
static bool anchor(sync__confirmation *c, store_tx *tx, const target_row *now, err *e)
{
    qty unsure;
    return sync__unsure_at(c->lane, tx, now, &unsure, e) &&
           (unsure == 0 || sync__decide_unsure(c->lane, tx, now, unsure, e)) &&
           store_target_mark(tx, now->key, false, e);
}

static void note_difference(sync__confirmation *c, const sync__suspect *s, const target_row *now, qty off)
{
    qty size = off < 0 ? -off : off;
    c->adopted.differences += off != 0;
    if (off == 0)
        return;
    arena *a = c->report->memory;
    sync_difference d = {.sku = str_copy(a, now->sku),
                         .channel = str_copy(a, s->channel),
                         .target = now->target.t,
                         .available = sync__numbers_of(&s->second, 0).s,
                         .unseen = 0};
    size_t at = c->largest.count;
    for (; at > 0; at--) {
        qty other = c->largest.at[at - 1].available - c->largest.at[at - 1].target;
        if ((other < 0 ? -other : other) >= size)
            break;
    }
    if (at >= SYNC__LARGEST_MAX)
        return;
    if (c->largest.count < SYNC__LARGEST_MAX)
        (void)vec_push(a, &c->largest);
    memmove(&c->largest.at[at + 1], &c->largest.at[at], (c->largest.count - at - 1) * sizeof d);
    c->largest.at[at] = d;
}

/* R3 */
static bool adopt(sync__confirmation *c, store_tx *tx, sync__suspect *s, const target_row *now, err *e)
{
    sync__demand d;
    int64_t owner;
    bool veto;
    if (!store_product_of_item(tx, c->lane->shop, now->target.item, &owner, e) ||
        !sync__demand_at(c->lane, tx, now->target.item, now->location, &d, e))
        return false;
    if (owner != now->key.product)
        return not_yet(s, INSTANT_NONE, "its item is linked to another product, too; unlink one of the two");
    if (d.pending > 0)
        return not_yet(s, INSTANT_NONE, "an order of it is not routed to a location yet");
    if (!vetoed(c, tx, s, now, &veto, e))
        return false;
    if (veto)
        return true;
    sync__numbers n = sync__numbers_of(&s->second, 0);
    qty reserved = n.h - n.others; /* with a baseline of 0 H is the sum of all */
    if (!store_explained(tx, now->key, EXPLAINED_ADOPT, n.s + (MUTANT(adopt_unheld) ? 0 : reserved), STR("adopt"), e) ||
        !store_target_adopted(tx, now->key, n.others, epoch_of(s), e) || !anchor(c, tx, now, e))
        return false;
    s->done = true;
    c->adopted.adopted++;
    note_difference(c, s, now, n.s - (now->target.t - reserved));
    return true;
}

bool sync__line_read(sync_lane *l, store_tx *tx, int64_t operation, target_key k, err *e)
{
    store_operation o;
    bool some, all = true;
    if (!store_operation_line_settled(tx, operation, l->fence, k, e) ||
        !store_operation_get(tx, operation, store_arena(tx), &o, &some, e))
        return false;
    for (size_t i = 0; i < o.line_count; i++)
        all &= o.lines[i].settled;
    return !all || store_operation_close(tx, operation, l->fence, OPERATION_READ, STR(""), INSTANT_NONE,
                                         STR("closed by reading"), e);
}

/* R7: its old E is not trusted. */
static bool close_by_reading(sync__confirmation *c, store_tx *tx, sync__suspect *s, const target_row *now, err *e)
{
    sync__demand d;
    bool veto;
    if (now->target.e.known && s->second.item_exists) {
        if (!vetoed(c, tx, s, now, &veto, e))
            return false;
        if (veto)
            return true;
        sync__numbers n = sync__numbers_of(&s->second, now->target.baseline);
        str ref = str_printf(store_arena(tx), "push %" PRId64, s->operation);
        if (!sync__demand_at(c->lane, tx, now->target.item, now->location, &d, e) || !lower_baseline(tx, s, now, e) ||
            (!MUTANT(drop_old) && !store_explained(tx, now->key, EXPLAINED_READ, n.s + n.h + d.pending, ref, e)) ||
            !anchor(c, tx, now, e))
            return false;
    } else if (now->target.e.known && !store_explained(tx, now->key, EXPLAINED_FORGET, 0, STR("item gone"), e)) {
        return false;
    }
    s->done = true;
    return sync__line_read(c->lane, tx, s->operation, now->key, e);
}

static void report_incident(sync__confirmation *c, const sync__suspect *s, const store_incident *i, int64_t id)
{
    arena *a = c->report->memory;
    *vec_push(a, &c->report->found) = (sync__found){
        .incident = id, .key = i->key, .item = str_copy(a, s->row.target.item), .location = str_copy(a, i->location)};
    *vec_push(a, &c->report->incidents) = (sync_incident){.sku = str_copy(a, i->sku),
                                                          .channel = str_copy(a, s->channel),
                                                          .drift = i->drift,
                                                          .available = i->available,
                                                          .explained = i->explained,
                                                          .after = i->after,
                                                          .before = i->before,
                                                          .read_at = s->second_asked,
                                                          .who = STR(SYNC__WHO),
                                                          .history = str_copy(a, s->history)};
}

/* R6: the incident, E and the line of the repair, in this transaction. */
static bool book_drift(sync__confirmation *c, store_tx *tx, sync__suspect *s, const target_row *now, qty drift,
                       sync__repairs *r, err *e)
{
    const store_target *t = &now->target;
    sync__numbers n = sync__numbers_of(&s->second, t->baseline);
    /* A target that was marked or aside may have drifted before the whole shop was last found right. */
    instant whole = s->row.target.marked ? INSTANT_NONE : c->shop.reconciled_at;
    instant known[] = {t->epoch, t->group_at, t->moved_at, whole}, after = INSTANT_NONE;
    int64_t incident;
    qty explained, delta;
    for (size_t i = 0; i < COUNT(known); i++)
        if (known[i] > after && known[i] <= s->second.available.at)
            after = known[i];
    if (!qty_add(t->e.value, drift, &explained) || !qty_sub(t->t, explained, &delta))
        return ERR(e, ERR_CORRUPT, "its numbers do not fit");
    bool repair = delta != 0 && t->state == TARGET_OK && delta <= SYNC__DELTA_MAX && delta >= -SYNC__DELTA_MAX;
    store_incident i = {.key = now->key,
                        .sku = now->sku,
                        .location = now->location,
                        .drift = drift,
                        .available = n.s,
                        .explained = t->e.value,
                        .found_at = store_now(tx),
                        .after = after,
                        .before = s->second.available.at,
                        .kind = STR("foreign_change"),
                        .evidence = evidence_of(tx, s, SYNC__WHO),
                        .open = repair};
    str ref = str_printf(store_arena(tx), "read %s", INSTANT_Z(s->second_asked));
    if (!store_incident_add(tx, &i, &incident, e) || !store_explained(tx, now->key, EXPLAINED_DRIFT, drift, ref, e))
        return false;
    c->report->out.drifted++;
    report_incident(c, s, &i, incident);
    log_line(LOG_INFO, "reconcile.drift", F_STR("sku", now->sku), F_INT("drift", drift), F_INT("available", n.s));
    if (!repair)
        return true;
    CHECK(r->count < SYNC__REPAIR_LINES);
    r->lines[r->count] = (operation_line){.key = now->key,
                                          .sku = now->sku,
                                          .item = t->item,
                                          .location = now->location,
                                          .delta = delta,
                                          .change_from = qty_known(n.s),
                                          .drift = drift,
                                          .incident = incident};
    r->changes[r->count++] =
        (shop_line){.item = t->item, .location = now->location, .delta = delta, .change_from = qty_known(n.s)};
    return true;
}

/* R4, with the unsure units of I4 */
static bool reconcile(sync__confirmation *c, store_tx *tx, sync__suspect *s, const target_row *now, sync__repairs *r,
                      err *e)
{
    sync__numbers n = sync__numbers_of(&s->second, now->target.baseline);
    sync__demand d;
    qty drift, unsure, gone = 0;
    bool veto;
    if (!qty_sub(n.s + n.h, now->target.e.value, &drift))
        return ERR(e, ERR_CORRUPT, "its numbers do not fit");
    if (!sync__demand_at(c->lane, tx, now->target.item, now->location, &d, e) ||
        !sync__unsure_at(c->lane, tx, now, &unsure, e))
        return false;
    if (d.pending > 0 && drift < 0 &&
        !MUTANT(ignore_pending)) { /* only a rise is certain while units are at a location that nobody knows */
        s->done = drift >= -d.pending;
        return s->done || not_yet(s, INSTANT_NONE, "an order of it is not routed to a location yet");
    }
    if (drift < 0 && !vetoed(c, tx, s, now, &veto, e))
        return false;
    if (drift < 0 && veto)
        return true;
    if (!lower_baseline(tx, s, now, e))
        return false;
    if (unsure > 0) {
        gone = qty_min(unsure, qty_max(0, -drift));
        if (!sync__decide_unsure(c->lane, tx, now, gone, e) ||
            (gone > 0 &&
             !store_explained(tx, now->key, EXPLAINED_DRIFT, -gone, STR("removed units that were not restocked"), e)))
            return false;
    }
    s->done = true;
    if (!store_target_mark(tx, now->key, false, e) ||
        !store_assumed_found(tx, c->lane->shop, now->key, /* right= */ drift + gone == 0, e))
        return false;
    if (drift + gone == 0)
        return true;
    target_row after;
    bool some;
    return store_target_get(tx, now->key, store_arena(tx), &after, &some, e) &&
           book_drift(c, tx, s, &after, drift + gone, r, e);
}

bool sync__judge(sync__confirmation *c, store_tx *tx, sync__suspect *s, sync__repairs *r, err *e)
{
    target_row now;
    bool some;
    if (!store_target_get(tx, s->row.key, store_arena(tx), &now, &some, e))
        return false;
    CHECK(some);
    target_state seen = sync__state_of(&s->second, sync__location_active(&c->facts, now.location));
    bool tracking = (seen == TARGET_UNTRACKED) != (now.target.state == TARGET_UNTRACKED) && seen != TARGET_ITEM_GONE;
    if (!sync__see_state(tx, &now, seen, e))
        return false;
    if (seen != TARGET_OK && !s->operation) {
        s->why = str_of(sync__state_reason(seen));
        s->ready_at = INSTANT_NONE;
        return true;
    }
    if (tracking && now.target.e.known) /* E is void now; it is adopted in the next round */
        return not_yet(s, s->second_asked, "its tracking changed");
    bool readable = now.target.e.known && seen != TARGET_ITEM_GONE;
    if ((readable || !s->operation) && disagrees(c, s, &now))
        return true;
    s->ready_at = INSTANT_NONE;
    if (!end_unknown(c, tx, s, &now, e))
        return false;
    if (s->operation)
        return close_by_reading(c, tx, s, &now, e);
    if (!now.target.e.known)
        return adopt(c, tx, s, &now, e);
    if (c->adopting)
        return s->done = true;
    bool again;
    if (!sync__claims(c, tx, s, &now, &again, e))
        return false;
    return again || reconcile(c, tx, s, &now, r, e);
}
