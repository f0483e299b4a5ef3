#pragma once
/*
 * The configuration file: one table of fields for each kind of thing, from which import, the list of changes and export
 * all follow; and the job that an import is.
 */
#include "feed/internal.h"

typedef enum field_type {
    TYPE_TEXT,
    TYPE_FLAG,
    TYPE_NUMBER, /* 0 to QTY_FILE_MAX */
    TYPE_TIME,   /* INSTANT_NONE: null */
    TYPE_FACILITY_TYPE,
    TYPE_MODE,
    TYPE_UNMAPPED, /* unmapped_orders: a flag with two names */
    TYPE_FACILITY, /* from here on a row id, 0: none; a code in the file */
    TYPE_GROUP,
    TYPE_SHOP,
} field_type;

typedef struct config_field {
    const char *key;
    field_type type;
    size_t at;   /* in the thing's struct */
    bool needed; /* when it is created */
} config_field;

/* One kind of thing. Its struct is the store's, or one of ours. */
typedef struct config_thing {
    const char *list; /* "facilities" */
    const config_field *fields;
    size_t field_count;
    const char *lists[4]; /* further keys, which their own code reads; NULL ends them */
} config_thing;

extern const config_thing feed__FACILITIES, feed__GROUPS, feed__MEMBERS, feed__SHOPS, feed__CHANNELS, feed__PRODUCTS,
    feed__PRODUCT_FACILITIES, feed__PRODUCT_CHANNELS;

/* What the last two lists say, without their keys. */
typedef struct facility_settings {
    qty safety_stock;
    bool allow_brokering, allow_pickup;
} facility_settings;
typedef struct channel_settings {
    qty threshold;
    bool sellable;
    str item;
} channel_settings;

typedef struct config_job {
    store_tx *tx;
    arena *memory;
    const js_value *root;
    VEC(feed_change) changes;
    feed_config_result result;
    map *seen; /* labels of the list in hand */
    str where; /* "facilities[0] (NYC)": the entry in hand, for messages */
} config_job;

/* -- fields; config_fields.c -- */
/* Sets what the entry gives and leaves the rest; refuses unknown keys, wrong kinds and references to nothing. */
MUST bool feed__fields_take(config_job *j, const config_thing *t, const js_value *entry, bool created, void *to,
                            err *e);
str feed__field_text(arena *a, const store_config *c, const config_field *f, const void *of);
/* One key of an exported entry; nothing for what is not set. */
void feed__field_write(js_writer *w, const store_config *c, const config_field *f, const void *of);

/* -- the job; config.c -- */
/* ERR_INPUT at j->where; is false, in sight of analyzers as ERR is. */
#define feed__config_wrong(j, e, ...) (feed__config_say((j), (e), __VA_ARGS__), err_false())
void feed__config_say(const config_job *j, err *e, const char *format, ...) PRINTF(3, 4);
/* The next entry, whose label (made of its keys) must be there for the first time. */
MUST bool feed__config_entry(config_job *j, const config_thing *t, size_t n, str label, err *e);
/* A code that the entry, which must be an object, has to give. */
MUST bool feed__config_key(config_job *j, const config_thing *t, size_t n, const js_value *entry, const char *key,
                           str *ret, err *e);
const js_value *feed__config_list(const config_job *j, const config_thing *t); /* NULL: the file has none */
typedef struct config_text {                                                   /* of a list that belongs to a thing */
    const char *key;
    str old_text, new_text;
} config_text;
/* Notes what is new in `now` against `old` (NULL: the thing is created); *ret_changed: anything? */
MUST bool feed__config_diff(config_job *j, const config_thing *t, str what, const void *old, const void *now,
                            const config_text *lists, size_t list_count, bool *ret_changed, err *e);

/* -- products and their settings; config_products.c -- */
MUST bool feed__config_products(config_job *j, err *e);
MUST bool feed__config_settings(config_job *j, err *e);
/* A part of a list's text, in quotes where it needs them. */
str feed__config_part(config_job *j, str text);
