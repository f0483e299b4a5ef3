/*
 * Reading JSON: jansson parses and checks, the tree is then copied into the arena. Nothing else sees jansson.
 */
#include "base/js.h"

#include "base/utf8.h"

#include <jansson.h>

static void drop_document(json_t **document)
{
    json_decref(*document);
}

/* Fills `to`, leaving its key empty and its sibling out; false when it nests too deep. */
static bool convert(arena *a, json_t *from, unsigned depth, js_value *to)
{
    to->key = to->text = STR("");
    switch (json_typeof(from)) {
    case JSON_NULL:
        to->kind = JS_NULL;
        return true;
    case JSON_TRUE:
    case JSON_FALSE:
        to->kind = JS_BOOL;
        to->truth = json_is_true(from);
        return true;
    case JSON_INTEGER:
        to->kind = JS_INT;
        to->integer = json_integer_value(from);
        return true;
    case JSON_REAL:
        to->kind = JS_REAL;
        to->real = json_real_value(from);
        return true;
    case JSON_STRING:
        to->kind = JS_STRING;
        to->text = str_copy(a, (str){json_string_value(from), json_string_length(from)});
        return true;
    case JSON_ARRAY:
        to->kind = JS_ARRAY;
        to->count = json_array_size(from);
        break;
    case JSON_OBJECT:
        to->kind = JS_OBJECT;
        to->count = json_object_size(from);
        break;
    }
    if (depth == JS_DEPTH_MAX)
        return false;
    if (to->count == 0)
        return true;

    js_value *children = ARENA_NEW(a, js_value, to->count);
    void *member = to->kind == JS_OBJECT ? json_object_iter(from) : NULL;
    to->first = children;
    for (size_t i = 0; i < to->count; i++) {
        json_t *child = member ? json_object_iter_value(member) : json_array_get(from, i);
        if (!convert(a, child, depth + 1, &children[i]))
            return false;
        children[i].next = i + 1 < to->count ? &children[i + 1] : NULL;
        if (member) {
            children[i].key = str_copy(a, (str){json_object_iter_key(member), json_object_iter_key_len(member)});
            member = json_object_iter_next(from, member);
        }
    }
    return true;
}

/* Where jansson speaks of bytes or of its own flags, we have better words. */
static const char *reason(json_error_t *wrong)
{
    enum json_error_code code = json_error_code(wrong);
    if (code == json_error_invalid_utf8)
        return "the text is not UTF-8";
    if (code == json_error_null_character || code == json_error_null_byte_in_key)
        return "text must not contain the character \\u0000";
    /* It also quotes what it has read, and may do so within a character. */
    char *quote = strstr(wrong->text, " near '");
    if (quote && !utf8_valid(str_of(wrong->text)))
        *quote = '\0';
    return wrong->text;
}

bool js_parse(arena *a, str text, const js_value **ret, err *e)
{
    /* jansson takes a NUL after the value for the end of the text, and would not see what follows it. */
    const char *nul = memchr(text.at, '\0', text.len);
    if (nul)
        return ERR(e, ERR_INPUT, "not JSON: byte %td is NUL", nul - text.at + 1);
    json_error_t wrong;
    size_t flags = JSON_REJECT_DUPLICATES | JSON_DECODE_ANY;
    AUTO(drop_document) json_t *document = json_loadb(text.at, text.len, flags, &wrong);
    if (!document && json_error_code(&wrong) == json_error_out_of_memory)
        return ERR(e, ERR_MEMORY, "no memory to read a JSON document of %zu bytes", text.len);
    if (!document)
        return ERR(e, ERR_INPUT, "not JSON, line %d, column %d: %s", wrong.line, wrong.column, reason(&wrong));
    js_value *root = ARENA_NEW(a, js_value, 1);
    if (!convert(a, document, 0, root))
        return ERR(e, ERR_INPUT, "the JSON document nests deeper than %d levels", JS_DEPTH_MAX);
    *ret = root;
    return true;
}

static const js_value *member(const js_value *object, str key)
{
    if (object && object->kind == JS_OBJECT)
        JS_EACH(v, object)
            if (str_equal(v->key, key))
                return v;
    return NULL;
}

static const js_value *element(const js_value *array, str number)
{
    int64_t n;
    if (!num_parse_i64(number, &n) || n < 0)
        return NULL;
    JS_EACH(v, array)
        if (n-- == 0)
            return v;
    return NULL;
}

const js_value *js_get(const js_value *object, const char *key)
{
    return member(object, str_of(key));
}

const js_value *js_path(const js_value *v, const char *dotted)
{
    str part, rest = str_of(dotted);
    for (bool more = true; v && more;) {
        more = str_cut(rest, '.', &part, &rest);
        v = v->kind == JS_ARRAY ? element(v, part) : member(v, part);
    }
    return v;
}

bool js_is_null(const js_value *v)
{
    return !v || v->kind == JS_NULL;
}

str js_str(const js_value *v, str otherwise)
{
    return v && v->kind == JS_STRING ? v->text : otherwise;
}

int64_t js_int(const js_value *v, int64_t otherwise)
{
    return v && v->kind == JS_INT ? v->integer : otherwise;
}

bool js_bool(const js_value *v, bool otherwise)
{
    return v && v->kind == JS_BOOL ? v->truth : otherwise;
}

/* The member of that kind; NULL with an error that says what stands there instead. */
static const js_value *want(const js_value *v, const char *key, const char *what, js_kind kind, err *e)
{
    static const char *const names[] = {
        [JS_NULL] = "null",   [JS_BOOL] = "true or false", [JS_INT] = "a whole number", [JS_REAL] = "a fraction",
        [JS_STRING] = "text", [JS_ARRAY] = "an array",     [JS_OBJECT] = "an object",
    };
    const js_value *found = js_get(v, key);
    if (found && found->kind == kind)
        return found;
    if (found)
        ERR(e, ERR_INPUT, "%s: '%s' is %s, and must be %s", what, key, names[found->kind], names[kind]);
    else if (v && v->kind == JS_OBJECT)
        ERR(e, ERR_INPUT, "%s: '%s' is missing", what, key);
    else
        ERR(e, ERR_INPUT, "%s is %s, and must be an object with '%s'", what, v ? names[v->kind] : "missing", key);
    return NULL;
}

bool js_want_str(const js_value *v, const char *key, const char *what, str *ret, err *e)
{
    const js_value *found = want(v, key, what, JS_STRING, e);
    if (found)
        *ret = found->text;
    return found != NULL;
}

bool js_want_int(const js_value *v, const char *key, const char *what, int64_t *ret, err *e)
{
    const js_value *found = want(v, key, what, JS_INT, e);
    if (found)
        *ret = found->integer;
    return found != NULL;
}

bool js_want_bool(const js_value *v, const char *key, const char *what, bool *ret, err *e)
{
    const js_value *found = want(v, key, what, JS_BOOL, e);
    if (found)
        *ret = found->truth;
    return found != NULL;
}

bool js_want_array(const js_value *v, const char *key, const char *what, const js_value **ret, err *e)
{
    const js_value *found = want(v, key, what, JS_ARRAY, e);
    if (found)
        *ret = found;
    return found != NULL;
}
