/*
 * Lines that Shopify refused: the target is left out of every push until its cause is gone, with the reason and the fix
 * for people (P8). Nothing here is retried: `link` or a person releases it.
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
    {"ITEM_NOT_STOCKED_AT_LOCATION", TARGET_NOT_STOCKED,
     "stock the item at the location in Shopify, then run `evenstock shop link`"},
    {"INVALID_QUANTITY_TOO_HIGH", TARGET_REFUSED,
     "look for a wrong quantity in the feed, correct it, then run `evenstock shop link`"},
    {"INVALID_QUANTITY_TOO_LOW", TARGET_REFUSED,
     "look for a wrong quantity in the feed, correct it, then run `evenstock shop link`"},
};

bool sync__quarantine(store_tx *tx, const operation_line *line, str code, str message, err *e)
{
    target_state state = TARGET_REFUSED;
    str fix = STR("mend what Shopify says, then run `evenstock shop link`");
    for (size_t i = 0; i < COUNT(REASONS); i++)
        if (str_equal(code, str_of(REASONS[i].code))) {
            state = REASONS[i].state;
            fix = str_of(REASONS[i].fix);
        }
    str reason = str_empty(code) ? message : str_printf(store_arena(tx), "%.*s: %.*s", STR_ARG(code), STR_ARG(message));
    log_line(LOG_WARN, "push.refused", F_STR("sku", line->sku), F_STR("reason", reason), F_STR("fix", fix));
    return MUTANT(no_quarantine) || store_target_state(tx, line->key, state, reason, fix, e);
}
