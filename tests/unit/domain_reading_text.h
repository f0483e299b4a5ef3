#pragma once
/* Readings in a small notation, for tables of tests: one line of one order, and the reading that follows. */
#include "domain/domain.h"

/*
 * One line of an order, as it was read: "ORDERED/CURRENT", then words:
 *   ID@L:TOTAL/REMAINING   a fulfilment order at L; with an x behind it, it is closed
 *   +L:N                   N shipped from L
 *   cancel@L:N  return@L:N  legacy@L:N  none:N     refund lines; "@:" names no location; a ! behind: not restocked
 *   cancelled  closed  pos@L  untracked  unknown   of the order, of the item
 */
typedef struct reader {
    arena *memory;
    reading_raw *order;
    VEC(reading_fo_line) fos;
    VEC(reading_unit_at) fulfilled;
    VEC(reading_refund) refunds;
} reader;

static inline qty number(str s)
{
    int64_t n;
    CHECK(num_parse_i64(s, &n));
    return n;
}

static inline void read_refund(reader *r, str type, str place, str units)
{
    static const char *const TYPES[] = {"none", "cancel", "return", "legacy"};
    refund_type t = REFUND_NO_RESTOCK;
    while (t < REFUND_TYPES && !str_equal(type, str_of(TYPES[t])))
        t++;
    CHECK(t < REFUND_TYPES);
    bool refuted = str_ends(units, STR("!"));
    units.len -= refuted;
    reading_refund *f = vec_push(r->memory, &r->refunds);
    *f = (reading_refund){.id = str_printf(r->memory, "r%zu", r->refunds.count),
                          .units = number(units),
                          .type = t,
                          .restocked = (t != REFUND_NO_RESTOCK) != refuted,
                          .location = place};
}

static inline void read_word(reader *r, reading_raw_line *l, str word)
{
    str left, right, units, rest;
    if (str_equal(word, STR("cancelled")))
        r->order->cancelled = true;
    else if (str_equal(word, STR("closed")))
        r->order->closed = true;
    else if (str_equal(word, STR("untracked")))
        l->tracked = false;
    else if (str_equal(word, STR("unknown")))
        l->tracked_unknown = true;
    else if (str_starts(word, STR("pos@"))) {
        r->order->pos = true;
        r->order->retail_location = (str){word.at + 4, word.len - 4};
    } else if (str_starts(word, STR("+"))) {
        CHECK(str_cut((str){word.at + 1, word.len - 1}, ':', &left, &right));
        *vec_push(r->memory, &r->fulfilled) = (reading_unit_at){left, number(right)};
    } else if (str_starts(word, STR("none:")))
        read_refund(r, STR("none"), STR(""), (str){word.at + 5, word.len - 5});
    else if (str_cut(word, '@', &left, &right)) {
        CHECK(str_cut(right, ':', &right, &units));
        if (!str_cut(units, '/', &units, &rest)) {
            read_refund(r, left, right, units);
            return;
        }
        bool closed = str_ends(rest, STR("x"));
        rest.len -= closed;
        *vec_push(r->memory, &r->fos) = (reading_fo_line){left, right, number(units), number(rest), closed};
    } else {
        CHECK(str_cut(word, '/', &left, &right));
        l->ordered = number(left);
        l->current = number(right);
    }
}

static inline const reading_raw *raw_of(arena *a, const char *text)
{
    reading_raw *order = ARENA_NEW(a, reading_raw, 1);
    reading_raw_line *l = ARENA_NEW(a, reading_raw_line, 1);
    *order = (reading_raw){.order = STR("gid://shopify/Order/1"), .name = STR("#1001"), .lines = l, .line_count = 1};
    *l = (reading_raw_line){.id = STR("line"), .item = STR("item"), .sku = STR("A"), .tracked = true};
    reader r = {.memory = a, .order = order};
    str rest = str_of(text), word;
    while (!str_empty(rest)) {
        (void)str_cut(rest, ' ', &word, &rest);
        read_word(&r, l, word);
    }
    l->fulfilment_orders = r.fos.at;
    l->fo_count = r.fos.count;
    l->fulfilled = r.fulfilled.at;
    l->fulfilled_count = r.fulfilled.count;
    l->refunds = r.refunds.at;
    l->refund_count = r.refunds.count;
    return order;
}

static inline const reading *next_of(arena *a, const reading *old, const char *now)
{
    return domain_reading_next(a, old, raw_of(a, now), /* asked_at= */ 1, /* claimless_app= */ false);
}
