/*
 * What is left to a person: releasing a refused line, accepting units that Shopify has committed for nobody knows whom.
 */
#include "sync/internal.h"

#define OPEN_MAX 100 /* open incidents of one target that are looked at */

bool sync_release(store *db, target_key k, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    target_row row;
    bool some;
    if (!store_begin(db, STORE_WRITE, &tx, e) || !store_target_get(tx, k, store_arena(tx), &row, &some, e))
        return false;
    if (!some || row.target.state == TARGET_OK)
        return ERR(e, ERR_CONFLICT, "it is not in quarantine; 'evenstock quarantine list' shows what is");
    return sync__put_state(tx, k, TARGET_OK, e) && store_target_mark(tx, k, true, e) && store_commit(&tx, e);
}

bool sync_accept(store *db, target_key k, qty *ret_excess, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    const store_config *c;
    store_incident *open;
    size_t count;
    qty excess = 0;
    if (!store_begin(db, STORE_WRITE, &tx, e) || !store_config_get(tx, &c, e) ||
        !store_incidents(tx, config_channel(c, k.channel)->shop, k, /* open_only= */ true, OPEN_MAX, store_arena(tx),
                         &open, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!str_equal(open[i].kind, STR(SYNC__UNKNOWN_COMMITMENT)))
            continue;
        excess = excess ? excess : open[i].drift; /* the newest comes first */
        if (!store_incident_close(tx, open[i].id, STR("accepted by hand"), e))
            return false;
    }
    if (excess == 0)
        return ERR(e, ERR_CONFLICT,
                   "no unknown commitment of it was reported; 'evenstock incident list' shows what was");
    if (!store_target_accept_excess(tx, k, excess, e) || !store_target_mark(tx, k, true, e) || !store_commit(&tx, e))
        return false;
    *ret_excess = excess;
    return true;
}
