/*
 * Quantities, times and signs in one form on all pages. A number that was not readable is "?", one that does not apply
 * a dash; 0 is zero and nothing else. A state is a sign and a word, never a colour alone.
 */
#include "http/html.h"

#include <stdio.h>

#define MINUS "\xE2\x88\x92"

/* Digits in groups of three, behind what `sign` says. */
static void grouped(html *h, const char *sign, uint64_t n)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%" PRIu64, n);
    http__text(h, str_of(sign));
    for (int at = 0; at < len;) {
        int group = (len - at - 1) % 3 + 1;
        http__text(h, (str){digits + at, (size_t)group});
        at += group;
        if (at < len)
            http__text(h, STR(","));
    }
}

static void number(html *h, const char *plus, qty n)
{
    http__tag(h, "data", NULL);
    http__attr_int(h, "value", n);
    grouped(h, n < 0 ? MINUS : n > 0 ? plus : "", n < 0 ? 0 - (uint64_t)n : (uint64_t)n);
    http__end_tag(h, "data");
}

void http__qty(html *h, qty n)
{
    number(h, "", n);
}

void http__change(html *h, qty n)
{
    number(h, "+", n);
}

void http__maybe(html *h, maybe_qty n)
{
    if (n.known) {
        http__qty(h, n.value);
        return;
    }
    http__tag(h, "span", "unknown");
    http__attr(h, "title", STR("not known"));
    http__text(h, STR("?"));
    http__end_tag(h, "span");
}

void http__none(html *h, const char *why)
{
    http__tag(h, "span", "muted");
    http__attr(h, "title", str_of(why));
    http__text(h, STR("\xE2\x80\x94"));
    http__end_tag(h, "span");
}

void http__duration(html *h, int64_t us)
{
    int64_t s = us / US_PER_S;
    if (s < 10)
        http__textf(h, "%" PRId64 ".%" PRId64 " s", s, us % US_PER_S / 100000);
    else if (s < 60)
        http__textf(h, "%" PRId64 " s", s);
    else if (s < 3600)
        http__textf(h, "%" PRId64 " min %" PRId64 " s", s / 60, s % 60);
    else if (s < 86400)
        http__textf(h, "%" PRId64 " h %" PRId64 " min", s / 3600, s % 3600 / 60);
    else
        http__textf(h, "%" PRId64 " days", s / 86400);
}

/* In the largest unit alone: "42 s", "8 min", "5 h". */
static void rough(html *h, int64_t us)
{
    int64_t s = us / US_PER_S;
    if (s < 60)
        http__textf(h, "%" PRId64 " s", s);
    else if (s < 3600)
        http__textf(h, "%" PRId64 " min", s / 60);
    else
        http__textf(h, "%" PRId64 " h", s / 3600);
}

void http__time(html *h, instant t)
{
    if (t == INSTANT_NONE) {
        http__none(h, "never");
        return;
    }
    int64_t day_us = 86400 * US_PER_S, ago = h->call->now - t;
    instant_buf text = instant_print(t - t % US_PER_S);
    http__tag(h, "time", NULL);
    http__attr(h, "datetime", str_of(INSTANT_Z(t)));
    bool near = ago > -day_us && ago < day_us;
    if (near && ago >= 0) {
        rough(h, ago);
        http__text(h, STR(" ago, "));
    } else if (near) {
        http__text(h, STR("in "));
        rough(h, -ago);
        http__text(h, STR(", "));
    }
    http__leaff(h, "span", "clock", "%.*s%s%.8s", near ? 0 : 10, text.z, near ? "" : " ", text.z + 11);
    http__end_tag(h, "time");
}

void http__link(html *h, const char *to, str text)
{
    http__tag(h, "a", NULL);
    http__attr(h, "href", str_of(to));
    http__foreign(h, text);
    http__end_tag(h, "a");
}

static const char *sign_of(const char *kind)
{
    static const char *const SIGNS[][2] = {{"ok", "\xE2\x9C\x93"},
                                           {"warn", "\xE2\x96\xB2"},
                                           {"bad", "\xE2\x9C\x95"},
                                           {"move", "\xE2\x87\x84"},
                                           {"unknown", "?"}};
    for (size_t i = 0; i < COUNT(SIGNS); i++)
        if (strcmp(kind, SIGNS[i][0]) == 0)
            return SIGNS[i][1];
    check_failed("a kind of state", ERR_HERE);
}

static void sign(html *h, const char *kind)
{
    http__tag(h, "span", "sign");
    http__attr(h, "aria-hidden", STR("true"));
    http__text(h, str_of(sign_of(kind)));
    http__end_tag(h, "span");
}

void http__state(html *h, const char *kind, const char *text)
{
    http__tag(h, "span", "state");
    http__attr(h, "data-kind", str_of(kind));
    sign(h, kind);
    http__textf(h, "\xC2\xA0%s", text); /* the sign does not stand alone at the end of a line */
    http__end_tag(h, "span");
}

void http__note_begin(html *h, const char *kind)
{
    http__tag(h, "p", "note");
    http__attr(h, "data-kind", str_of(kind));
    sign(h, kind);
    http__text(h, STR(" "));
}

void http__note(html *h, const char *kind, str text)
{
    http__note_begin(h, kind);
    http__foreign(h, text);
    http__end_tag(h, "p");
}

void http__foreign(html *h, str text)
{
    http__leaf(h, "bdi", NULL, text);
}

void http__foreign_leaf(html *h, const char *name, const char *class, str text)
{
    http__tag(h, name, class);
    http__foreign(h, text);
    http__end_tag(h, name);
}
