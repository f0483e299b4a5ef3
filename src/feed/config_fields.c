/*
 * The fields of the configuration, as tables; and what each type of field means in a file, in a message and in memory.
 */
#include "feed/config_job.h"

/* clang-format off */
static const config_field FACILITY[] = {
    {"code", TYPE_TEXT, offsetof(store_facility, code), .needed = true},
    {"name", TYPE_TEXT, offsetof(store_facility, name)},
    {"type", TYPE_FACILITY_TYPE, offsetof(store_facility, type), .needed = true},
    {"active", TYPE_FLAG, offsetof(store_facility, active)},
    {"time_zone", TYPE_TEXT, offsetof(store_facility, time_zone)},
};
static const config_field GROUP[] = {
    {"code", TYPE_TEXT, offsetof(store_group, code), .needed = true},
};
static const config_field MEMBER[] = {
    {"facility", TYPE_FACILITY, offsetof(store_member, facility), .needed = true},
    {"from", TYPE_TIME, offsetof(store_member, from)},
    {"thru", TYPE_TIME, offsetof(store_member, thru)},
};
static const config_field SHOP[] = {
    {"code", TYPE_TEXT, offsetof(store_shop, code), .needed = true},
    {"url", TYPE_TEXT, offsetof(store_shop, url), .needed = true},
    {"api_version", TYPE_TEXT, offsetof(store_shop, api_version)},
    {"token_env", TYPE_TEXT, offsetof(store_shop, token_env)},
    {"token_file", TYPE_TEXT, offsetof(store_shop, token_file)},
    {"client_id_env", TYPE_TEXT, offsetof(store_shop, client_id_env)},
    {"client_id_file", TYPE_TEXT, offsetof(store_shop, client_id_file)},
    {"client_secret_env", TYPE_TEXT, offsetof(store_shop, client_secret_env)},
    {"client_secret_file", TYPE_TEXT, offsetof(store_shop, client_secret_file)},
    {"webhook_secret_env", TYPE_TEXT, offsetof(store_shop, webhook_secret_env)},
    {"webhook_secret_file", TYPE_TEXT, offsetof(store_shop, webhook_secret_file)},
    {"writable", TYPE_FLAG, offsetof(store_shop, writable)},
    {"index_lag_s", TYPE_NUMBER, offsetof(store_shop, index_lag_s)},
    {"unmapped_orders", TYPE_UNMAPPED, offsetof(store_shop, unmapped_ignore)},
};
static const config_field CHANNEL[] = {
    {"code", TYPE_TEXT, offsetof(store_channel, code), .needed = true},
    {"shop", TYPE_SHOP, offsetof(store_channel, shop)},
    {"location", TYPE_TEXT, offsetof(store_channel, location)},
    {"mode", TYPE_MODE, offsetof(store_channel, mode), .needed = true},
    {"group", TYPE_GROUP, offsetof(store_channel, group)},
    {"facility", TYPE_FACILITY, offsetof(store_channel, facility)},
    {"ships_from", TYPE_FACILITY, offsetof(store_channel, ships_from)},
    {"reserve_inventory", TYPE_FLAG, offsetof(store_channel, reserve_inventory)},
    {"hold_preorder", TYPE_FLAG, offsetof(store_channel, hold_preorder)},
    {"publish_negative", TYPE_FLAG, offsetof(store_channel, publish_negative)},
    {"activate_items", TYPE_FLAG, offsetof(store_channel, activate_items)},
};
static const config_field PRODUCT[] = {
    {"sku", TYPE_TEXT, offsetof(store_product, sku), .needed = true},
    {"title", TYPE_TEXT, offsetof(store_product, title)},
    {"product_type", TYPE_TEXT, offsetof(store_product, product_type)},
    {"vendor", TYPE_TEXT, offsetof(store_product, vendor)},
};
static const config_field PRODUCT_FACILITY[] = {
    {"safety_stock", TYPE_NUMBER, offsetof(facility_settings, safety_stock)},
    {"allow_brokering", TYPE_FLAG, offsetof(facility_settings, allow_brokering)},
    {"allow_pickup", TYPE_FLAG, offsetof(facility_settings, allow_pickup)},
};
static const config_field PRODUCT_CHANNEL[] = {
    {"threshold", TYPE_NUMBER, offsetof(channel_settings, threshold)},
    {"sellable", TYPE_FLAG, offsetof(channel_settings, sellable)},
    {"item", TYPE_TEXT, offsetof(channel_settings, item)},
};
/* clang-format on */

const config_thing feed__FACILITIES = {"facilities", FACILITY, COUNT(FACILITY), {0}};
const config_thing feed__GROUPS = {"groups", GROUP, COUNT(GROUP), {"members"}};
const config_thing feed__MEMBERS = {"members", MEMBER, COUNT(MEMBER), {0}};
const config_thing feed__SHOPS = {"shops", SHOP, COUNT(SHOP), {0}};
const config_thing feed__CHANNELS = {"channels", CHANNEL, COUNT(CHANNEL), {0}};
const config_thing feed__PRODUCTS = {"products", PRODUCT, COUNT(PRODUCT), {"tags", "identifiers", "kit"}};
const config_thing feed__PRODUCT_FACILITIES = {
    "product_facilities", PRODUCT_FACILITY, COUNT(PRODUCT_FACILITY), {"sku", "facility"}};
const config_thing feed__PRODUCT_CHANNELS = {
    "product_channels", PRODUCT_CHANNEL, COUNT(PRODUCT_CHANNEL), {"sku", "channel"}};

static const char *const UNMAPPED[] = {"demand", "ignore"};

/* -- names of closed lists -- */

static const char *choice_name(field_type type, int n)
{
    if (type == TYPE_FACILITY_TYPE)
        return n < FACILITY_TYPES ? facility_type_name((facility_type)n) : NULL;
    if (type == TYPE_MODE)
        return n < CHANNEL_MODES ? channel_mode_name((channel_mode)n) : NULL;
    return n < (int)COUNT(UNMAPPED) ? UNMAPPED[n] : NULL;
}

static bool take_choice(config_job *j, const config_field *f, str text, int *ret, err *e)
{
    str all = STR("");
    for (int n = 0; choice_name(f->type, n); n++) {
        const char *name = choice_name(f->type, n);
        if (str_equal(text, str_of(name))) {
            *ret = n;
            return true;
        }
        all = str_printf(j->memory, "%.*s%s%s", STR_ARG(all), n ? ", " : "", name);
    }
    return feed__config_wrong(j, e, "\"%s\" is \"%.*s\", which is none of %.*s", f->key, STR_ARG(text), STR_ARG(all));
}

/* -- references -- */

static int64_t id_of(const store_config *c, field_type type, str code)
{
    if (type == TYPE_FACILITY) {
        const store_facility *f = config_facility_by_code(c, code);
        return f ? f->id : 0;
    }
    if (type == TYPE_GROUP) {
        const store_group *g = config_group_by_code(c, code);
        return g ? g->id : 0;
    }
    const store_shop *s = config_shop_by_code(c, code);
    return s ? s->id : 0;
}

static str code_of(const store_config *c, field_type type, int64_t id)
{
    if (id == 0)
        return STR("");
    if (type == TYPE_FACILITY)
        return config_facility(c, id)->code;
    return type == TYPE_GROUP ? config_group(c, id)->code : config_shop(c, id)->code;
}

static bool take_reference(config_job *j, const config_field *f, str code, int64_t *ret, err *e)
{
    const store_config *c;
    if (!store_config_get(j->tx, &c, e))
        return false;
    int64_t id = str_empty(code) ? 0 : id_of(c, f->type, code);
    if (id == 0 && !str_empty(code))
        return feed__config_wrong(j, e,
                                  "\"%s\" names \"%.*s\", which does not exist; add it to the file, or correct it",
                                  f->key, STR_ARG(code));
    *ret = id;
    return true;
}

/* -- one value -- */

/* The text of a value that must be one; null is "". */
static bool take_text(config_job *j, const config_field *f, const js_value *v, str *ret, err *e)
{
    if (!js_is_null(v) && v->kind != JS_STRING)
        return feed__config_wrong(j, e, "\"%s\" must be a text in quotes", f->key);
    *ret = str_trim(js_str(v, STR("")));
    return true;
}

static bool take_time(config_job *j, const config_field *f, str text, instant *ret, err *e)
{
    err why = {0};
    instant t = INSTANT_NONE;
    if (!str_empty(text) && !instant_parse(text, &t, &why))
        return feed__config_wrong(j, e, "\"%s\": %s", f->key, why.text);
    *ret = t;
    return true;
}

static bool take_value(config_job *j, const config_field *f, const js_value *v, void *at, err *e)
{
    str text;
    int choice = 0;
    switch (f->type) {
    case TYPE_FLAG:
        if (v->kind != JS_BOOL)
            return feed__config_wrong(j, e, "\"%s\" must be true or false", f->key);
        *(bool *)at = v->truth;
        return true;
    case TYPE_NUMBER:
        if (v->kind != JS_INT || v->integer < 0 || v->integer > QTY_FILE_MAX)
            return feed__config_wrong(j, e, "\"%s\" must be a whole number from 0 to %d", f->key, QTY_FILE_MAX);
        *(qty *)at = v->integer;
        return true;
    case TYPE_TEXT:
        return take_text(j, f, v, at, e);
    case TYPE_TIME:
        return take_text(j, f, v, &text, e) && take_time(j, f, text, at, e);
    case TYPE_FACILITY:
    case TYPE_GROUP:
    case TYPE_SHOP:
        return take_text(j, f, v, &text, e) && take_reference(j, f, text, at, e);
    case TYPE_FACILITY_TYPE:
    case TYPE_MODE:
    case TYPE_UNMAPPED:
        break;
    }
    if (!take_text(j, f, v, &text, e) || !take_choice(j, f, text, &choice, e))
        return false;
    if (f->type == TYPE_FACILITY_TYPE)
        *(facility_type *)at = (facility_type)choice;
    else if (f->type == TYPE_MODE)
        *(channel_mode *)at = (channel_mode)choice;
    else
        *(bool *)at = choice == 1;
    return true;
}

/* -- one entry -- */

static bool key_known(const config_thing *t, str key)
{
    for (size_t i = 0; i < t->field_count; i++)
        if (str_equal(key, str_of(t->fields[i].key)))
            return true;
    for (size_t i = 0; i < COUNT(t->lists) && t->lists[i]; i++)
        if (str_equal(key, str_of(t->lists[i])))
            return true;
    return false;
}

bool feed__fields_take(config_job *j, const config_thing *t, const js_value *entry, bool created, void *to, err *e)
{
    JS_EACH(v, entry)
        if (!key_known(t, v->key))
            return feed__config_wrong(j, e, "the key \"%.*s\" is not known; correct or remove it", STR_ARG(v->key));
    for (size_t i = 0; i < t->field_count; i++) {
        const config_field *f = &t->fields[i];
        const js_value *v = js_get(entry, f->key);
        if (f->needed && (v ? js_is_null(v) || (v->kind == JS_STRING && str_empty(str_trim(v->text))) : created))
            return feed__config_wrong(j, e, "\"%s\" is missing", f->key);
        if (v && !take_value(j, f, v, (char *)to + f->at, e))
            return false;
    }
    return true;
}

str feed__field_text(arena *a, const store_config *c, const config_field *f, const void *of)
{
    const void *at = (const char *)of + f->at;
    switch (f->type) {
    case TYPE_TEXT:
        return str_copy(a, *(const str *)at);
    case TYPE_FLAG:
        return *(const bool *)at ? STR("true") : STR("false");
    case TYPE_NUMBER:
        return str_printf(a, "%" PRId64, *(const qty *)at);
    case TYPE_TIME:
        return instant_text(a, *(const instant *)at);
    case TYPE_FACILITY_TYPE:
        return str_of(choice_name(f->type, (int)*(const facility_type *)at));
    case TYPE_MODE:
        return str_of(choice_name(f->type, (int)*(const channel_mode *)at));
    case TYPE_UNMAPPED:
        return str_of(choice_name(f->type, *(const bool *)at));
    case TYPE_FACILITY:
    case TYPE_GROUP:
    case TYPE_SHOP:
        return str_copy(a, code_of(c, f->type, *(const int64_t *)at));
    }
    check_failed("a field has a type without a text", ERR_HERE);
}

void feed__field_write(js_writer *w, const store_config *c, const config_field *f, const void *of)
{
    const void *at = (const char *)of + f->at;
    if (f->type == TYPE_FLAG) {
        js_put_bool(w, f->key, *(const bool *)at);
    } else if (f->type == TYPE_NUMBER) {
        js_put_int(w, f->key, *(const qty *)at);
    } else if (f->type == TYPE_TIME) {
        js_put_instant(w, f->key, *(const instant *)at);
    } else {
        AUTO(arena_end) arena *a = arena_new(0);
        str text = feed__field_text(a, c, f, of);
        if (!str_empty(text))
            js_put_str(w, f->key, text);
    }
}
