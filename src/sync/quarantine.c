/*
 * Lines that Shopify refused: the target is left out of every push until its cause is gone, with the reason and the fix
 * for people (P8). Nothing here is retried as it was: a line goes out again when a person or `link` releases it, or
 * when it would not say any more what was refused.
 */
#include "sync/internal.h"

static const struct {
    const char *code;
    target_state state;
    const char *fix;
} REASONS[] = {
    {"INVALID_INVENTORY_ITEM", TARGET_ITEM_GONE, "the item was deleted; `evenstock shop link` finds the new one"},
    {"NON_MUTABLE_INVENTORY_ITEM", TARGET_BUNDLE,
     "Shopify computes a bundle from its components; push those and unlink this product"},
    {"INVALID_LOCATION", TARGET_LOCATION_INACTIVE, "map the channel to a location that exists, then adopt it again"},
    {"ITEM_NOT_STOCKED_AT_LOCATION", TARGET_NOT_STOCKED, "stock it there in Shopify; the next hard sync takes it up"},
    {"INVALID_QUANTITY_TOO_HIGH", TARGET_REFUSED,
     "look for a wrong quantity in the feed and correct it; the next hard sync takes it up"},
    {"INVALID_QUANTITY_TOO_LOW", TARGET_REFUSED,
     "look for a wrong quantity in the feed and correct it; the next hard sync takes it up"},
};

bool sync__quarantine(store_tx *tx, const operation_line *line, str code, str message, err *e)
{
    target_state state = TARGET_REFUSED;
    str fix = STR("mend what Shopify says, then run `evenstock quarantine release`");
    for (size_t i = 0; i < COUNT(REASONS); i++)
        if (str_equal(code, str_of(REASONS[i].code))) {
            state = REASONS[i].state;
            fix = str_of(REASONS[i].fix);
        }
    str reason = str_empty(code) ? message : str_printf(store_arena(tx), "%.*s: %.*s", STR_ARG(code), STR_ARG(message));
    log_line(LOG_WARN, "push.refused", F_STR("sku", line->sku), F_STR("reason", reason), F_STR("fix", fix));
    return MUTANT(no_quarantine) || store_target_state(tx, line->key, state, reason, fix, e);
}

/* -- out again -- */

/* Whether a push of it now would say something else than the newest one that was refused. */
static bool says_else(store_tx *tx, const target_row *row, bool *ret, err *e)
{
    arena *a = store_arena(tx);
    store_operation *list;
    size_t count;
    *ret = false;
    if (!row->target.e.known || row->target.t == row->target.e.value)
        return true;
    if (!store_operations_of(tx, row->key, 1, a, &list, &count, e))
        return false;
    for (size_t i = 0; count > 0 && i < list[0].line_count; i++) {
        const operation_line *line = &list[0].lines[i];
        if (line->key.product == row->key.product && line->key.channel == row->key.channel)
            *ret = line->delta != row->target.t - row->target.e.value || !str_equal(line->item, row->target.item) ||
                   !str_equal(line->location, row->location);
    }
    return true;
}

bool sync__recheck(sync_lane *l, const target_key *list, size_t count, err *e)
{
    for (size_t i = 0; i < count; i++) {
        AUTO(store_tx_end) store_tx *tx = NULL;
        target_row row;
        bool some, else_now;
        if (!store_begin(l->db, STORE_WRITE, &tx, e) || !store_lane_beat(tx, l->shop, l->fence, e) ||
            !store_target_get(tx, list[i], store_arena(tx), &row, &some, e))
            return false;
        if (!some || row.target.state != TARGET_REFUSED)
            continue;
        if (!says_else(tx, &row, &else_now, e) || (else_now && !sync__put_state(tx, row.key, TARGET_OK, e)) ||
            !store_commit(&tx, e))
            return false;
    }
    return true;
}
