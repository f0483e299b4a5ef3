/*
 * Tills that are not Shopify's: their sales come as files of order events, through the real feed, each in an anonymous
 * file of memory. An event may come again, in a later file; it counts once.
 */
#include "model.h"

#include <sys/mman.h>
#include <unistd.h>

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

static void quiet(void *ctx, str line)
{
    (void)ctx;
    (void)line;
}

static void put_row(js_writer *w, arena *a, const till_row *r)
{
    js_object(w, NULL);
    js_put_str(w, "event_id", str_printf(a, "till %" PRIu64, r->number));
    js_put_str(w, "order", str_printf(a, "T%" PRIu64, r->number));
    js_put_z(w, "line", "1");
    js_put_str(w, "sku", str_printf(a, "SKU-%d", r->item));
    js_put_int(w, "quantity", r->units);
    js_put_z(w, "kind", "pos_sold");
    js_put_str(w, "channel", str_printf(a, "shop%d-%d", r->shop, r->channel));
    js_put_str(w, "facility", str_printf(a, "P%d", r->place));
    js_close(w);
}

static bool import_file(sim *w, str text, arena *a, err *e)
{
    AUTO(close_fd) int fd = memfd_create("tills", MFD_CLOEXEC);
    feed_summary done;
    feed_options o = {.errors_path = "/dev/null", .actor = "till", .note = quiet};
    CHECK(fd >= 0);
    CHECK(write(fd, text.at, text.len) == (ssize_t)text.len);
    if (!feed_orders(w->programs[0]->db, str_z(a, str_printf(a, "/proc/self/fd/%d", fd)), &o, a, &done, e))
        return false;
    if (done.counts.refused > 0)
        sim_broken(w, "error", "%" PRId64 " sales of a till were refused", done.counts.refused);
    return true;
}

bool tills_feed(sim *w, err *e)
{
    AUTO(arena_end) arena *a = arena_new(0);
    AUTO(buf_end) buf text = buf_new((size_t)1 << 16);
    if (w->till_count == 0)
        return true;
    for (size_t i = 0; i < w->till_count; i++) {
        js_writer writer = js_writer_new(&text);
        put_row(&writer, a, &w->tills[i]);
        buf_add_char(&text, '\n');
    }
    if (!import_file(w, buf_str(&text), a, e))
        return false;
    for (size_t i = 0; i < w->till_count; i++)
        if (!w->tills[i].again)
            oracle_moved(w, w->tills[i].item, w->tills[i].place, -w->tills[i].units);
    w->till_count = 0;
    return true;
}

/* A few sales, and perhaps one of those before. */
void tills_sell(sim *w)
{
    CHECK(w->till_count == 0);
    for (uint64_t rows = 1 + sim_roll(w, DICE_PEOPLE, TILL_ROWS_MAX - 1); rows > 0; rows--) {
        till_row r = {.shop = (int)sim_roll(w, DICE_PEOPLE, (uint64_t)w->shop_count),
                      .channel = (int)sim_roll(w, DICE_PEOPLE, (uint64_t)w->channel_count),
                      .item = (int)sim_roll(w, DICE_PEOPLE, (uint64_t)w->item_count),
                      .place = (int)sim_roll(w, DICE_PEOPLE, (uint64_t)w->place_count),
                      .units = 1};
        if (w->real[r.item][r.place] < r.units)
            continue;
        w->real[r.item][r.place] -= r.units;
        r.number = w->sold_by_tills++;
        w->last_till = r;
        w->tills[w->till_count++] = r;
        sim_note(w, "till: item %d in place %d -%" PRId64, r.item, r.place, r.units);
    }
    if (w->sold_by_tills > 0 && w->till_count < TILL_ROWS_MAX && sim_chance(w, DICE_PEOPLE, 300)) {
        w->tills[w->till_count] = w->last_till;
        w->tills[w->till_count++].again = true;
    }
    w->counts += w->till_count;
}
