/*
 * Items that are not stocked at a channel's location: stocked there by a hard sync, where the channel says so. That an
 * item is not stocked is read, never learnt from a refusal (P9).
 */
#include "sync/internal.h"

#define TROUBLES_MAX 3 /* failures in a row: then it is the shop, not the item */

bool sync__activate(sync_lane *l, sync__report *r, const sync__mapped *const *list, size_t count, arena *a,
                    sync__keys *ret, err *e)
{
    int troubles = 0;
    for (size_t i = 0; i < count && !sync__stop(l); i++) {
        char key[37];
        err trouble = {0};
        world_uuid(&l->world, key);
        sync__progress(l, "stocking", (int64_t)i, (int64_t)count);
        if (!sync__alive(l, e))
            return false;
        if (shop_activate(l->remote, list[i]->item, list[i]->place->location, str_of(key), &trouble)) {
            *vec_push(a, ret) = list[i]->key;
            r->out.activated++;
            troubles = 0;
            continue;
        }
        if (++troubles == TROUBLES_MAX) {
            *e = trouble;
            return false;
        }
        sync__report_left(r, list[i]->sku, list[i]->place->channel, str_of(trouble.text));
    }
    return true;
}
