/*
 * Readings as JSON, for the store. Each struct is a table of its fields, which writing and parsing both walk: what one
 * prints the other reads. Strict, as only this file writes it: a field that is missing or wrong means damage.
 */
#include "domain/internal.h"
#include "domain/reading.h"

#include <stddef.h>

#define STORED_UNITS_MAX INT64_C(1000000000000000) /* far above what readings of READING_UNITS_MAX add up to */

typedef enum field_kind { FIELD_STR, FIELD_QTY, FIELD_BOOL, FIELD_INSTANT, FIELD_CLAIMS, FIELD_REFUND } field_kind;

typedef struct field {
    const char *key;
    field_kind kind;
    size_t at;
} field;

typedef struct shape shape;
typedef struct list {
    const char *key;
    const shape *of;
    size_t at, count_at;
} list;

struct shape {
    const char *name; /* in messages */
    size_t size;
    const field *fields;
    size_t field_count;
    const list *lists;
    size_t list_count;
};

static const char *const REFUND_NAMES[] = {
    [REFUND_NO_RESTOCK] = "no_restock",
    [REFUND_CANCEL] = "cancel",
    [REFUND_RETURN] = "return",
    [REFUND_LEGACY] = "legacy",
};
_Static_assert(COUNT(REFUND_NAMES) == REFUND_TYPES, "a refund type has no name");

/* clang-format off */
static const field FO_FIELDS[] = {
    {"id",        FIELD_STR,  offsetof(reading_fo_line, fulfilment_order)},
    {"location",  FIELD_STR,  offsetof(reading_fo_line, location)},
    {"total",     FIELD_QTY,  offsetof(reading_fo_line, total)},
    {"remaining", FIELD_QTY,  offsetof(reading_fo_line, remaining)},
    {"closed",    FIELD_BOOL, offsetof(reading_fo_line, closed)},
};
static const field FULFILLED_FIELDS[] = {
    {"location", FIELD_STR, offsetof(reading_unit_at, location)},
    {"units",    FIELD_QTY, offsetof(reading_unit_at, units)},
};
static const field REFUND_FIELDS[] = {
    {"id",        FIELD_STR,     offsetof(reading_refund, id)},
    {"units",     FIELD_QTY,     offsetof(reading_refund, units)},
    {"type",      FIELD_REFUND,  offsetof(reading_refund, type)},
    {"restocked", FIELD_BOOL,    offsetof(reading_refund, restocked)},
    {"location",  FIELD_STR,     offsetof(reading_refund, location)},
    {"at",        FIELD_INSTANT, offsetof(reading_refund, at)},
};
static const field PLACE_FIELDS[] = {
    {"location", FIELD_STR,  offsetof(reading_place, location)},
    {"claim",    FIELD_QTY,  offsetof(reading_place, claim)},
    {"open",     FIELD_QTY,  offsetof(reading_place, open)},
    {"departed", FIELD_QTY,  offsetof(reading_place, departed)},
    {"lost",     FIELD_QTY,  offsetof(reading_place, lost)},
    {"unsure",   FIELD_QTY,  offsetof(reading_place, unsure)},
    {"returned", FIELD_QTY,  offsetof(reading_place, returned)},
    {"mark",     FIELD_BOOL, offsetof(reading_place, mark)},
};
static const field LINE_FIELDS[] = {
    {"id",              FIELD_STR,    offsetof(reading_line, raw.id)},
    {"item",            FIELD_STR,    offsetof(reading_line, raw.item)},
    {"sku",             FIELD_STR,    offsetof(reading_line, raw.sku)},
    {"tracked",         FIELD_BOOL,   offsetof(reading_line, raw.tracked)},
    {"tracked_unknown", FIELD_BOOL,   offsetof(reading_line, raw.tracked_unknown)},
    {"ordered",         FIELD_QTY,    offsetof(reading_line, raw.ordered)},
    {"current",         FIELD_QTY,    offsetof(reading_line, raw.current)},
    {"claims",          FIELD_CLAIMS, offsetof(reading_line, claims)},
    {"pending",         FIELD_QTY,    offsetof(reading_line, pending)},
};
static const field ORDER_FIELDS[] = {
    {"order",           FIELD_STR,     offsetof(reading, raw.order)},
    {"name",            FIELD_STR,     offsetof(reading, raw.name)},
    {"created_at",      FIELD_INSTANT, offsetof(reading, raw.created_at)},
    {"processed_at",    FIELD_INSTANT, offsetof(reading, raw.processed_at)},
    {"updated_at",      FIELD_INSTANT, offsetof(reading, raw.updated_at)},
    {"asked_at",        FIELD_INSTANT, offsetof(reading, asked_at)},
    {"cancelled",       FIELD_BOOL,    offsetof(reading, raw.cancelled)},
    {"closed",          FIELD_BOOL,    offsetof(reading, raw.closed)},
    {"pos",             FIELD_BOOL,    offsetof(reading, raw.pos)},
    {"test",            FIELD_BOOL,    offsetof(reading, raw.test)},
    {"app",             FIELD_STR,     offsetof(reading, raw.app)},
    {"retail_location", FIELD_STR,     offsetof(reading, raw.retail_location)},
    {"claimless_app",   FIELD_BOOL,    offsetof(reading, claimless_app)},
};

#define TABLE(array) (array), COUNT(array)
static const shape FO        = {"fulfilment order", sizeof(reading_fo_line), TABLE(FO_FIELDS), NULL, 0};
static const shape FULFILLED = {"shipment", sizeof(reading_unit_at), TABLE(FULFILLED_FIELDS), NULL, 0};
static const shape REFUND    = {"refund", sizeof(reading_refund), TABLE(REFUND_FIELDS), NULL, 0};
static const shape PLACE     = {"place", sizeof(reading_place), TABLE(PLACE_FIELDS), NULL, 0};

#define AT(member) offsetof(reading_line, member)
static const list LINE_LISTS[] = {
    {"fulfilment_orders", &FO,        AT(raw.fulfilment_orders), AT(raw.fo_count)},
    {"fulfilled",         &FULFILLED, AT(raw.fulfilled),         AT(raw.fulfilled_count)},
    {"refunds",           &REFUND,    AT(raw.refunds),           AT(raw.refund_count)},
    {"places",            &PLACE,     AT(places),                AT(place_count)},
};
static const shape LINE = {"line", sizeof(reading_line), TABLE(LINE_FIELDS), TABLE(LINE_LISTS)};

static const list ORDER_LISTS[] = {
    {"lines", &LINE, offsetof(reading, lines), offsetof(reading, line_count)},
};
static const shape ORDER = {"reading", sizeof(reading), TABLE(ORDER_FIELDS), TABLE(ORDER_LISTS)};
/* clang-format on */

/* -- writing -- */

static void write_field(js_writer *w, const field *f, const void *at)
{
    switch (f->kind) {
    case FIELD_STR:
        js_put_str(w, f->key, *(const str *)at);
        return;
    case FIELD_QTY:
        js_put_int(w, f->key, *(const qty *)at);
        return;
    case FIELD_BOOL:
        js_put_bool(w, f->key, *(const bool *)at);
        return;
    case FIELD_INSTANT:
        js_put_instant(w, f->key, *(const instant *)at);
        return;
    case FIELD_CLAIMS:
        js_put_int(w, f->key, *(const int *)at);
        return;
    case FIELD_REFUND:
        js_put_z(w, f->key, REFUND_NAMES[*(const refund_type *)at]);
        return;
    }
}

static void write_object(js_writer *w, const shape *s, const char *from)
{
    js_object(w, NULL);
    for (size_t i = 0; i < s->field_count; i++)
        write_field(w, &s->fields[i], from + s->fields[i].at);
    for (size_t i = 0; i < s->list_count; i++) {
        const list *l = &s->lists[i];
        const char *items;
        size_t count;
        memcpy(&items, from + l->at, sizeof items);
        memcpy(&count, from + l->count_at, sizeof count);
        js_array(w, l->key);
        for (size_t k = 0; k < count; k++)
            write_object(w, l->of, items + k * l->of->size);
        js_close(w);
    }
    js_close(w);
}

void domain_reading_write(const reading *r, buf *to)
{
    js_writer w = js_writer_new(to);
    write_object(&w, &ORDER, (const char *)r);
}

/* -- parsing -- */

MUST static bool parse_units(const js_value *v, const char *key, const char *what, qty *ret, err *e)
{
    int64_t units;
    if (!js_want_int(v, key, what, &units, e))
        return false;
    if (units < -STORED_UNITS_MAX || units > STORED_UNITS_MAX)
        return ERR(e, ERR_CORRUPT, "%s: %s is %" PRId64, what, key, units);
    *ret = units;
    return true;
}

MUST static bool parse_claims(const js_value *v, const char *key, const char *what, int *ret, err *e)
{
    int64_t claims;
    if (!js_want_int(v, key, what, &claims, e))
        return false;
    if (claims < -1 || claims > 1)
        return ERR(e, ERR_CORRUPT, "%s: %s is %" PRId64, what, key, claims);
    *ret = (int)claims; /* -1, 0 or 1 */
    return true;
}

MUST static bool parse_refund(const js_value *v, const char *key, const char *what, refund_type *ret, err *e)
{
    str name;
    if (!js_want_str(v, key, what, &name, e))
        return false;
    int type = domain__name_index(REFUND_NAMES, REFUND_TYPES, name);
    if (type < 0)
        return ERR(e, ERR_CORRUPT, "%s: %s is \"%.*s\"", what, key, STR_ARG(name));
    *ret = (refund_type)type; /* an index of the names */
    return true;
}

MUST static bool parse_instant(const js_value *v, const char *key, const char *what, instant *ret, err *e)
{
    const js_value *at = js_get(v, key);
    str text;
    if (at && at->kind == JS_NULL) {
        *ret = INSTANT_NONE;
        return true;
    }
    if (!js_want_str(v, key, what, &text, e))
        return false;
    return instant_parse(text, ret, e) || err_wrap(e, "%s: %s", what, key);
}

MUST static bool parse_field(const js_value *v, const field *f, const char *what, void *at, err *e)
{
    switch (f->kind) {
    case FIELD_STR:
        return js_want_str(v, f->key, what, at, e);
    case FIELD_QTY:
        return parse_units(v, f->key, what, at, e);
    case FIELD_BOOL:
        return js_want_bool(v, f->key, what, at, e);
    case FIELD_INSTANT:
        return parse_instant(v, f->key, what, at, e);
    case FIELD_CLAIMS:
        return parse_claims(v, f->key, what, at, e);
    case FIELD_REFUND:
        return parse_refund(v, f->key, what, at, e);
    }
    return false;
}

MUST static bool parse_object(arena *a, const js_value *v, const shape *s, char *to, err *e);

MUST static bool parse_list(arena *a, const js_value *v, const list *l, const char *what, char *to, err *e)
{
    const js_value *array;
    size_t i = 0;
    if (!js_want_array(v, l->key, what, &array, e))
        return false;
    char *items = arena_get(a, array->count + 1, l->of->size, _Alignof(max_align_t));
    JS_EACH(item, array) {
        if (!parse_object(a, item, l->of, items + i * l->of->size, e))
            return err_wrap(e, "%s[%zu]", l->key, i);
        i++;
    }
    memcpy(to + l->at, &items, sizeof items);
    memcpy(to + l->count_at, &array->count, sizeof array->count);
    return true;
}

bool parse_object(arena *a, const js_value *v, const shape *s, char *to, err *e)
{
    for (size_t i = 0; i < s->field_count; i++)
        if (!parse_field(v, &s->fields[i], s->name, to + s->fields[i].at, e))
            return false;
    for (size_t i = 0; i < s->list_count; i++)
        if (!parse_list(a, v, &s->lists[i], s->name, to, e))
            return false;
    return true;
}

bool domain_reading_parse(arena *a, str json, const reading **ret, err *e)
{
    const js_value *v;
    reading *r = ARENA_NEW(a, reading, 1);
    if (js_parse(a, json, &v, e) && parse_object(a, v, &ORDER, (char *)r, e)) {
        *ret = r;
        return true;
    }
    if (e->code == ERR_INPUT) /* js and instant say so of foreign text; this is our own */
        e->code = ERR_CORRUPT;
    return false;
}
