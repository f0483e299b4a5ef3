/*
 * Lists that are always read and written whole, kept as JSON in one column: the parts of a kit that was ordered,
 * [[product, quantity]], and the effect of a line, {"f": [[facility, reserved, gone, at]], "q": [[channel, units...]],
 * "l": [[location, available]], "t": [[channel, at, units...]], "r": the reading's time}. An empty list is NULL.
 */
#include "store/sqlite/sqlite.h"

bool store__sq_json(sq_store *s, sqlite3_stmt *q, int column, arena *a, const js_value **ret, err *e)
{
    str text = store__sq_text(q, column, a);
    if (str_empty(text)) {
        *ret = NULL;
        return true;
    }
    if (js_parse(a, text, ret, e))
        return true;
    e->code = ERR_CORRUPT; /* the text is ours */
    return err_wrap(e, "database %s, %s", s->path, sqlite3_column_name(q, column));
}

bool store__sq_json_text(const buf *b, str *ret, err *e)
{
    if (b->full)
        return ERR(e, ERR_INPUT, "a list of more than %u bytes (SQ_JSON_MAX) cannot be stored", SQ_JSON_MAX);
    *ret = buf_str(b);
    return true;
}

/* The n-th number of a row [..., ..., ...]. */
static int64_t number_at(const js_value *row, size_t n)
{
    const js_value *v = row->first;
    while (v && n-- > 0)
        v = v->next;
    return js_int(v, 0);
}

/* -- parts -- */

bool store__sq_parts_read(sq_store *s, sqlite3_stmt *q, int column, arena *a, store_line *to, err *e)
{
    const js_value *list;
    if (!store__sq_json(s, q, column, a, &list, e))
        return false;
    store_kit_part *parts = list ? ARENA_NEW(a, store_kit_part, list->count + 1) : NULL;
    size_t count = 0;
    JS_EACH(row, list)
        parts[count++] = (store_kit_part){.product = number_at(row, 0), .quantity = number_at(row, 1)};
    to->parts = parts;
    to->part_count = count;
    return true;
}

bool store__sq_parts_write(const store_line *l, buf *to, str *ret, err *e)
{
    js_writer w = js_writer_new(to);
    *ret = STR("");
    if (l->part_count == 0)
        return true;
    js_array(&w, NULL);
    for (size_t i = 0; i < l->part_count; i++) {
        js_array(&w, NULL);
        js_put_int(&w, NULL, l->parts[i].product);
        js_put_int(&w, NULL, l->parts[i].quantity);
        js_close(&w);
    }
    js_close(&w);
    return store__sq_json_text(to, ret, e);
}

/* -- effects -- */

bool store__sq_effect_read(sq_store *s, sqlite3_stmt *q, int column, arena *a, line_effect *ret, err *e)
{
    const js_value *whole;
    if (!store__sq_json(s, q, column, a, &whole, e))
        return false;
    const js_value *facilities = js_get(whole, "f"), *queues = js_get(whole, "q"), *locations = js_get(whole, "l");
    const js_value *told = js_get(whole, "t");
    line_effect f = {.facilities = ARENA_NEW(a, effect_facility, (facilities ? facilities->count : 0) + 1),
                     .queues = ARENA_NEW(a, effect_queue, (queues ? queues->count : 0) + 1),
                     .locations = ARENA_NEW(a, effect_location, (locations ? locations->count : 0) + 1),
                     .told = ARENA_NEW(a, effect_told, (told ? told->count : 0) + 1),
                     .read_at = js_int(js_get(whole, "r"), INSTANT_NONE),
                     .departed_at = INSTANT_NONE};
    JS_EACH(row, facilities)
        f.facilities[f.facility_count++] = (effect_facility){.facility = number_at(row, 0),
                                                             .reserved = number_at(row, 1),
                                                             .gone = number_at(row, 2),
                                                             .at = row->count > 3 ? number_at(row, 3) : INSTANT_NONE};
    JS_EACH(row, queues) {
        f.queues[f.queue_count] = (effect_queue){.channel = number_at(row, 0)};
        for (size_t k = 0; k < QUEUE_KINDS; k++)
            f.queues[f.queue_count].units[k] = number_at(row, k + 1);
        f.queue_count++;
    }
    JS_EACH(row, locations)
        f.locations[f.location_count++] =
            (effect_location){.location = js_str(row->first, STR("")), .available = number_at(row, 1)};
    JS_EACH(row, told) {
        f.told[f.told_count] = (effect_told){.channel = number_at(row, 0), .at = number_at(row, 1)};
        for (size_t k = 0; k < TOLD_KINDS; k++)
            f.told[f.told_count].units[k] = number_at(row, k + 2);
        f.told_count++;
    }
    *ret = f;
    return true;
}

static void write_told(js_writer *w, const line_effect *f)
{
    js_array(w, "t");
    for (size_t i = 0; i < f->told_count; i++) {
        js_array(w, NULL);
        js_put_int(w, NULL, f->told[i].channel);
        js_put_int(w, NULL, f->told[i].at);
        for (size_t k = 0; k < TOLD_KINDS; k++)
            js_put_int(w, NULL, f->told[i].units[k]);
        js_close(w);
    }
    js_close(w);
    js_put_int(w, "r", f->read_at);
}

bool store__sq_effect_write(const line_effect *f, buf *to, str *ret, err *e)
{
    js_writer w = js_writer_new(to);
    *ret = STR("");
    if (f->facility_count + f->queue_count + f->location_count == 0 && f->read_at == INSTANT_NONE)
        return true;
    js_object(&w, NULL);
    js_array(&w, "f");
    for (size_t i = 0; i < f->facility_count; i++) {
        js_array(&w, NULL);
        js_put_int(&w, NULL, f->facilities[i].facility);
        js_put_int(&w, NULL, f->facilities[i].reserved);
        js_put_int(&w, NULL, f->facilities[i].gone);
        if (f->facilities[i].at != INSTANT_NONE)
            js_put_int(&w, NULL, f->facilities[i].at);
        js_close(&w);
    }
    js_close(&w);
    js_array(&w, "q");
    for (size_t i = 0; i < f->queue_count; i++) {
        js_array(&w, NULL);
        js_put_int(&w, NULL, f->queues[i].channel);
        for (size_t k = 0; k < QUEUE_KINDS; k++)
            js_put_int(&w, NULL, f->queues[i].units[k]);
        js_close(&w);
    }
    js_close(&w);
    js_array(&w, "l");
    for (size_t i = 0; i < f->location_count; i++) {
        js_array(&w, NULL);
        js_put_str(&w, NULL, f->locations[i].location);
        js_put_int(&w, NULL, f->locations[i].available);
        js_close(&w);
    }
    js_close(&w);
    if (f->read_at != INSTANT_NONE)
        write_told(&w, f);
    js_close(&w);
    return store__sq_json_text(to, ret, e);
}
