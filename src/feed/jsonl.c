/*
 * Rows of a file of JSON lines: one object a line, whose keys are a closed list.
 */
#include "feed/internal.h"

bool feed__jsonl_next(feed__source *from, int64_t *number, feed__row *ret, bool *ret_some, err *e)
{
    for (;;) {
        str line;
        if (!feed__source_line(from, 0, &line, e))
            return false;
        *ret_some = line.len > 0;
        if (!*ret_some)
            return true;
        if (feed__without_end(line).len > FEED__ROW_MAX) {
            ret->number = ++*number;
            ret->bytes = STR(""); /* taking the rest of the line loses its first bytes */
            ret->broken = "the line is longer than 65536 bytes";
            return feed__source_take_line(from, e);
        }
        feed__source_take(from, line.len);
        str text = str_trim(line);
        if (str_empty(text))
            continue;
        *ret = (feed__row){.number = ++*number, .bytes = text};
        if (!utf8_valid(text))
            ret->broken = "the line is not UTF-8; save the file as UTF-8";
        return true;
    }
}

/* -- a line's object -- */

static bool key_known(const char *const *keys, str key)
{
    for (; *keys; keys++)
        if (str_equal(str_of(*keys), key))
            return true;
    return false;
}

const js_value *feed__json_row(feed__run *r, const feed__row *in, feed__item *row, const char *const *keys)
{
    err why = {0};
    const js_value *object;
    if (!js_parse(r->chunk, in->bytes, &object, &why)) {
        feed__refuse(r, row, STR(""), "%s", why.text);
        return NULL;
    }
    if (object->kind != JS_OBJECT) {
        feed__refuse(r, row, STR(""), "the line must be a JSON object");
        return NULL;
    }
    JS_EACH(v, object)
        if (!key_known(keys, v->key)) {
            feed__refuse(r, row, v->key, "the key \"%.*s\" is not known; correct or remove it", STR_ARG(v->key));
            return NULL;
        }
    return object;
}

str feed__json_text(feed__run *r, feed__item *row, const js_value *object, const char *key)
{
    const js_value *v = js_get(object, key);
    if (!js_is_null(v) && v->kind != JS_STRING)
        feed__refuse(r, row, str_of(key), "\"%s\" must be a text in quotes", key);
    return str_trim(js_str(v, STR("")));
}

str feed__json_code(feed__run *r, feed__item *row, const js_value *object, const char *key, bool needed)
{
    str text = feed__json_text(r, row, object, key);
    const char *wrong = str_empty(text) && !needed ? NULL : feed__code_wrong(text);
    if (wrong && row->outcome != ROW_REFUSED)
        feed__refuse(r, row, str_of(key), "\"%s\" %s", key, wrong);
    return text;
}
