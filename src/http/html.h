#pragma once
/*
 * html: a writer that cannot be misused. Text and attribute values are always escaped, there is no way to write raw
 * markup; tags that are closed in the wrong order are a CHECK. Names of tags, attributes and classes are ours.
 */
#include "http/internal.h"

#define HTML_DEPTH_MAX 32

typedef struct html {
    buf *to;
    http_call *call;
    const char *open[HTML_DEPTH_MAX];
    size_t depth;
    bool in_tag;              /* attributes may follow */
    const char *const *heads; /* of the table being written: each cell repeats its head, for narrow windows */
    size_t column;
} html;

/* -- html.c -- */
void http__tag(html *h, const char *name, const char *class); /* class NULL: none */
void http__attr(html *h, const char *name, str value);
void http__attr_int(html *h, const char *name, int64_t value);
void http__text(html *h, str text);
void http__textf(html *h, const char *format, ...) PRINTF(2, 3);
void http__end_tag(html *h, const char *name);
void http__leaf(html *h, const char *name, const char *class, str text);
void http__leaff(html *h, const char *name, const char *class, const char *format, ...) PRINTF(4, 5);

/* -- words.c: quantities, times and what is not known, always in one form -- */
void http__qty(html *h, qty n);            /* 12,408; −3 */
void http__change(html *h, qty n);         /* +15, −3, 0 */
void http__maybe(html *h, maybe_qty n);    /* "?" where it is not known */
void http__time(html *h, instant t);       /* "8 min ago, 14:02:11"; INSTANT_NONE: a dash */
void http__duration(html *h, int64_t us);  /* 4 min 2 s */
void http__none(html *h, const char *why); /* a dash that says why: it does not apply */
void http__link(html *h, const char *to, str text);
void http__state(html *h, const char *kind,
                 const char *text);                   /* a sign and a word; kind: ok, warn, bad, move, unknown */
void http__note(html *h, const char *kind, str text); /* a paragraph with the same */
void http__note_begin(html *h, const char *kind);     /* its parts are written in between; ends as "p" */
/* Text of others (titles, reasons), kept from turning the line's direction. */
void http__foreign(html *h, str text);
void http__foreign_leaf(html *h, const char *name, const char *class, str text);

/* -- frame.c: what every page has around it -- */
typedef enum http_tab { HTTP_TAB_JOBS, HTTP_TAB_PRODUCTS, HTTP_NO_TAB } http_tab;
html http__page(http_call *c, const char *title, http_tab tab);
void http__page_end(html *h);
/* A form that writes: only where the visitor is signed in, with its field against forgery. Fields go in between. */
void http__form(html *h, const char *action, const char *class);
void http__form_end(html *h);
void http__hidden(html *h, const char *name, str value);
void http__button(html *h, const char *text);
/* A table that scrolls by itself where the window is narrow; `heads` ends with NULL. A head that begins with "#" is of
 * numbers. */
void http__table(html *h, const char *caption, const char *const *heads);
void http__table_end(html *h);
