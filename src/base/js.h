#pragma once
/*
 * JSON, reading over jansson (which base/js.c alone sees) and writing.
 *
 * Reading: a document is parsed whole into an arena: integers exact (int64), duplicates refused, UTF-8 checked, depth
 * limited. Lookups return NULL for "not there"; the js_want_* functions make an error with the path of what is wrong.
 *
 * Writing: js_writer appends to a buf and keeps commas and nesting right; misuse is a CHECK.
 */
#include "base/instant.h"
#include "base/num.h"

typedef enum js_kind { JS_NULL, JS_BOOL, JS_INT, JS_REAL, JS_STRING, JS_ARRAY, JS_OBJECT } js_kind;
typedef struct js_value js_value;
struct js_value {
    js_kind kind;
    str key;  /* inside an object */
    str text; /* string */
    int64_t integer;
    double real;
    bool truth;
    size_t count;          /* array, object */
    const js_value *first; /* children as a list */
    const js_value *next;  /* sibling */
};

#define JS_DEPTH_MAX 64
MUST bool js_parse(arena *a, str text, const js_value **ret, err *e); /* ERR_INPUT with line and column */
const js_value *js_get(const js_value *object, const char *key);      /* NULL: absent, or not an object */
const js_value *js_path(const js_value *v, const char *dotted); /* "data.shop.id"; arrays by number; NULL: absent */
bool js_is_null(const js_value *v);                             /* absent or null */
str js_str(const js_value *v, str otherwise);
int64_t js_int(const js_value *v, int64_t otherwise);
bool js_bool(const js_value *v, bool otherwise);
/* `v` is the object, `what` the name of the thing in messages ("facility 3"). Absent or wrong kind: ERR_INPUT. */
MUST bool js_want_str(const js_value *v, const char *key, const char *what, str *ret, err *e);
MUST bool js_want_int(const js_value *v, const char *key, const char *what, int64_t *ret, err *e);
MUST bool js_want_bool(const js_value *v, const char *key, const char *what, bool *ret, err *e);
MUST bool js_want_array(const js_value *v, const char *key, const char *what, const js_value **ret, err *e);
#define JS_EACH(item, list) for (const js_value *item = (list) ? (list)->first : NULL; item; item = item->next)

#define JS_WRITE_DEPTH_MAX (2 * JS_DEPTH_MAX) /* a parsed document still fits inside one of ours */
typedef struct js_writer {
    buf *to;
    unsigned depth;
    bool comma[JS_WRITE_DEPTH_MAX + 1]; /* at this depth something was written */
    char close[JS_WRITE_DEPTH_MAX + 1]; /* what ends it: '}' or ']' */
    bool pretty;                        /* one key a line, two spaces; for people */
} js_writer;

js_writer js_writer_new(buf *to);
void js_object(js_writer *w, const char *key); /* key NULL: at the top or inside an array */
void js_array(js_writer *w, const char *key);
void js_close(js_writer *w);
void js_put_str(js_writer *w, const char *key, str v);
void js_put_z(js_writer *w, const char *key, const char *v); /* NULL prints null */
void js_put_int(js_writer *w, const char *key, int64_t v);
void js_put_maybe(js_writer *w, const char *key, maybe_qty v); /* unknown prints null */
void js_put_bool(js_writer *w, const char *key, bool v);
void js_put_null(js_writer *w, const char *key);
void js_put_seconds(js_writer *w, const char *key, int64_t us); /* 0.213 */
void js_put_instant(js_writer *w, const char *key, instant t);  /* INSTANT_NONE prints null */
void js_put_value(js_writer *w, const char *key, const js_value *v);
