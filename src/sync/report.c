/*
 * What a run tells: counts, what is left, what would be written. What is in doubt is read from the store at the end.
 */
#include "sync/internal.h"

void sync__report_begin(sync__report *r, sync_lane *l, arena *a)
{
    *r = (sync__report){.memory = a, .before = shop_totals_of(l->remote)};
    r->began_ticks = l->outer->clock.ticks_us(l->outer->clock.ctx);
    r->out.stopped = r->out.note = STR("");
}

void sync__report_left(sync__report *r, str sku, str channel, str why)
{
    *vec_push(r->memory, &r->left) = (sync_left){
        .sku = str_copy(r->memory, sku), .channel = str_copy(r->memory, channel), .why = str_copy(r->memory, why)};
}

static bool in_doubt(sync_lane *l, int64_t *ret, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    AUTO(arena_end) arena *a = arena_new(0);
    store_operation *open;
    size_t count;
    if (!store_begin(l->db, STORE_READ, &tx, e) || !store_operations_open(tx, l->shop, a, &open, &count, e))
        return false;
    *ret = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t n = 0; n < open[i].line_count; n++)
            *ret += !open[i].lines[n].settled && (l->channel == 0 || open[i].lines[n].key.channel == l->channel);
    return true;
}

bool sync__report_end(sync__report *r, sync_lane *l, sync_report *ret, err *e)
{
    if (!in_doubt(l, &r->out.in_doubt, e))
        return false;
    shop_totals now = shop_totals_of(l->remote);
    r->out.calls = now.calls - r->before.calls;
    r->out.points = now.points - r->before.points;
    r->out.us = l->outer->clock.ticks_us(l->outer->clock.ctx) - r->began_ticks;
    r->out.relinked = r->relinked.at;
    r->out.relinked_count = r->relinked.count;
    r->out.claimless = r->claimless.at;
    r->out.claimless_count = r->claimless.count;
    r->out.left = r->left.at;
    r->out.left_count = r->left.count;
    r->out.incidents = r->incidents.at;
    r->out.incident_count = r->incidents.count;
    r->out.lines = r->lines.at;
    r->out.line_count = r->lines.count;
    *ret = r->out;
    return true;
}
