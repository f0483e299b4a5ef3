#pragma once
/*
 * Events and effects as one line of text, so that the tests read like the contract:
 *
 *   "placed 2 preorder shop=L1; allocated @3 #7; cancelled 1 lost"     an event: kind, then in any order its quantity
 * (1),
 *                                                                      @facility, queue, #seq, shop[=location], lost,
 * restock "open=1 @3=1/1 preorder=1 L1=-2 waiting"                           an effect: @facility=reserved/gone,
 * queues, locations; "own" is the channel's own location; zeros are left out
 */
#include "domain/domain.h"

static inline void event_word(order_event *ev, str word)
{
    int64_t number;
    queue_kind queue;
    str left, right;
    if (num_parse_i64(word, &ev->quantity))
        return;
    if (queue_kind_parse(word, &queue))
        ev->queue = (int)queue;
    else if (str_equal(word, STR("lost")) || str_equal(word, STR("restock")))
        ev->restock = str_equal(word, STR("restock"));
    else if (str_starts(word, STR("shop"))) {
        (void)str_cut(word, '=', &left, &right);
        ev->shop_origin = true;
        ev->location = right;
    } else {
        CHECK(num_parse_i64((str){word.at + 1, word.len - 1}, &number));
        CHECK(word.at[0] == '@' || word.at[0] == '#');
        *(word.at[0] == '@' ? &ev->facility : &ev->seq) = number;
    }
}

static inline order_event event_of(str text)
{
    order_event ev = {.quantity = 1, .queue = -1, .seq = EVENT_NO_SEQ, .at = INSTANT_NONE, .location = STR("")};
    str word;
    (void)str_cut(str_trim(text), ' ', &word, &text);
    CHECK(event_kind_parse(word, &ev.kind));
    ev.restock = ev.kind == EVENT_CANCELLED;
    while (!str_empty(text)) {
        (void)str_cut(text, ' ', &word, &text);
        event_word(&ev, word);
    }
    return ev;
}

/* The events of a line in order of arrival. */
static inline order_event *events_of(arena *a, const char *text, size_t *ret_count)
{
    VEC(order_event) list = {0};
    str rest = str_of(text), one;
    while (!str_empty(rest)) {
        (void)str_cut(rest, ';', &one, &rest);
        order_event *ev = vec_push(a, &list);
        *ev = event_of(one);
        ev->arrival = (int64_t)list.count;
    }
    *ret_count = list.count;
    return list.at;
}

/* Whatever the times of its units. */
static inline str effect_text(arena *a, const order_effect *f)
{
    str text = str_printf(a, "open=%" PRId64, f->open);
    for (size_t i = 0; i < f->facility_count; i++) {
        effect_facility sum = f->facilities[i], *x = &sum;
        if (i > 0 && f->facilities[i - 1].facility == x->facility)
            continue;
        for (size_t n = i + 1; n < f->facility_count && f->facilities[n].facility == x->facility; n++) {
            x->reserved += f->facilities[n].reserved;
            x->gone += f->facilities[n].gone;
        }
        if (x->reserved || x->gone)
            text = str_printf(a, "%.*s @%" PRId64 "=%" PRId64 "/%" PRId64, STR_ARG(text), x->facility, x->reserved,
                              x->gone);
    }
    for (size_t k = 0; k < QUEUE_KINDS; k++)
        if (f->queue[k])
            text = str_printf(a, "%.*s %s=%" PRId64, STR_ARG(text), queue_kind_name((queue_kind)k), f->queue[k]);
    for (size_t i = 0; i < f->location_count; i++) {
        str where = str_empty(f->locations[i].location) ? STR("own") : f->locations[i].location;
        if (f->locations[i].available)
            text = str_printf(a, "%.*s %.*s=%" PRId64, STR_ARG(text), STR_ARG(where), f->locations[i].available);
    }
    return f->waiting ? str_printf(a, "%.*s waiting", STR_ARG(text)) : text;
}
