/*
 * What an answer does to the books. Each is one transaction, and closing the operation in it fails unless it is open
 * under our fence: so a line is booked once, whatever was resent, doubled or crashed (P5).
 */
#include "sync/internal.h"

/* A target whose E was forgotten meanwhile (relinked, tracked changed) closes unbooked; it is adopted again. */
static bool explain(store_tx *tx, const operation_line *line, explained_kind kind, qty change, str ref, err *e)
{
    target_row row;
    bool some;
    if (line->settled || change == 0)
        return true;
    change *= MUTANT(book_twice) ? 2 : 1;
    if (!store_target_get(tx, line->key, store_arena(tx), &row, &some, e))
        return false;
    if (MUTANT(coalesce) && some) /* "all that is owed by now has been sent" */
        change = row.target.t - row.target.e.value;
    return !some || !row.target.e.known || store_explained(tx, line->key, kind, change, ref, e);
}

static str push_name(store_tx *tx, const store_operation *o)
{
    return str_printf(store_arena(tx), "push %" PRId64, o->id);
}

static bool close_incident(store_tx *tx, const operation_line *line, str note, err *e)
{
    return line->incident == 0 || store_incident_close(tx, line->incident, note, e);
}

bool sync__book(sync__sender *s, const store_operation *o, const shop_written *w, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    sync_lane *l = s->lane;
    int64_t booked = 0;
    if (!store_begin(l->db, STORE_WRITE, &tx, e))
        return false;
    str name = push_name(tx, o);
    for (size_t i = 0; i < o->line_count; i++) { /* from our stored lines, never from the answer's; P5 */
        const operation_line *line = &o->lines[i];
        if (!explain(tx, line, EXPLAINED_PUSH, line->delta, name, e) || !close_incident(tx, line, STR("mended"), e))
            return err_wrap(e, "booking push %" PRId64, o->id);
        booked += !line->settled;
    }
    if (MUTANT(split_booking) && (!store_commit(&tx, e) || !store_begin(l->db, STORE_WRITE, &tx, e)))
        return false;
    if ((!store_operation_close(tx, o->id, l->fence, OPERATION_BOOKED, w->group, w->group_at, STR(""), e) &&
         !MUTANT(no_fence)) ||
        !store_commit(&tx, e))
        return err_wrap(e, "booking push %" PRId64, o->id);
    s->report->out.pushed += booked;
    return true;
}

/* R6: a compare failed, so the reading that the repair rests on is old: E goes back, and we look again. */
static bool take_back(sync__sender *s, store_tx *tx, const store_operation *o, err *e)
{
    str name = push_name(tx, o);
    for (size_t i = 0; i < o->line_count; i++) {
        const operation_line *line = &o->lines[i];
        if (!explain(tx, line, EXPLAINED_UNDRIFT, -line->drift, name, e) ||
            !close_incident(tx, line, STR("taken back: the quantity had changed before it was mended"), e))
            return false;
        *vec_push(s->report->memory, &s->stale) = line->key;
    }
    return true;
}

static bool quarantine_named(sync__sender *s, store_tx *tx, const store_operation *o, const shop_written *w,
                             size_t *ret_settled, err *e)
{
    bool alone = w->bad_count == 0 && o->line_count == 1;
    size_t settled = 0;
    for (size_t i = 0; i < w->bad_count; i++) {
        if (w->bad[i].line >= o->line_count)
            return ERR(e, ERR_REMOTE, "Shopify names line %zu of %zu", w->bad[i].line, o->line_count);
        if (!sync__quarantine(tx, &o->lines[w->bad[i].line], w->bad[i].code, w->bad[i].message, e))
            return false;
        bool first = true; /* both ids of a line may be named */
        for (size_t n = 0; n < i; n++)
            first &= w->bad[n].line != w->bad[i].line;
        settled += first;
    }
    if (alone && !sync__quarantine(tx, &o->lines[0], w->code, w->message, e))
        return false;
    settled += alone;
    s->report->out.refused += (int64_t)settled;
    *ret_settled = settled;
    return true;
}

bool sync__refuse(sync__sender *s, const store_operation *o, const shop_written *w, size_t *ret_settled, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    sync_lane *l = s->lane;
    bool look = w->class == SHOP_LOOK;
    size_t settled = 0;
    if (!store_begin(l->db, STORE_WRITE, &tx, e))
        return false;
    bool done = true;
    if (look && o->kind == OPERATION_REPAIR)
        done = take_back(s, tx, o, e);
    else if (w->class == SHOP_LINE || w->class == SHOP_RETRY)
        done = quarantine_named(s, tx, o, w, &settled, e);
    for (size_t i = 0; done && look && i < o->line_count; i++) /* our picture is old: the next reconcile looks here */
        done = store_target_mark(tx, o->lines[i].key, true, e);
    str note = str_printf(store_arena(tx), "%.*s %.*s", STR_ARG(w->code), STR_ARG(w->message));
    if (!done ||
        !store_operation_close(tx, o->id, l->fence, look ? OPERATION_STALE : OPERATION_REFUSED, STR(""), INSTANT_NONE,
                               note, e) ||
        !store_commit(&tx, e))
        return err_wrap(e, "closing push %" PRId64, o->id);
    *ret_settled = settled;
    return true;
}

bool sync__answered(sync_lane *l, const store_operation *o, instant newest_unanswered, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    return store_begin(l->db, STORE_WRITE, &tx, e) &&
           store_operation_answered(tx, o->id, l->fence, newest_unanswered, e) && store_commit(&tx, e);
}
