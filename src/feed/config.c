/*
 * import config: the whole file or nothing, in one transaction. What the file names is created or changed, what it does
 * not name stays. Every error says at which entry of which list, and how to mend it.
 */
#include "feed/config_job.h"

#include "base/tz.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define FILE_MAX    ((size_t)64 << 20)
#define API_VERSION "2026-10" /* of a shop that names none */

/* -- what all lists share -- */

void feed__config_say(const config_job *j, err *e, const char *format, ...)
{
    char text[400];
    va_list list;
    va_start(list, format);
    (void)vsnprintf(text, sizeof text, format, list);
    va_end(list);
    err_set(e, ERR_INPUT, ERR_HERE, "%.*s: %s", STR_ARG(j->where), text);
}

const js_value *feed__config_list(const config_job *j, const config_thing *t)
{
    return js_get(j->root, t->list);
}

bool feed__config_key(config_job *j, const config_thing *t, size_t n, const js_value *entry, const char *key, str *ret,
                      err *e)
{
    j->where = str_printf(j->memory, "%s[%zu]", t->list, n);
    if (entry->kind != JS_OBJECT)
        return feed__config_wrong(j, e, "it must be an object");
    const js_value *v = js_get(entry, key);
    str text = str_trim(js_str(v, STR("")));
    if (v && v->kind != JS_STRING)
        return feed__config_wrong(j, e, "\"%s\" must be a text in quotes", key);
    const char *wrong = feed__code_wrong(text);
    if (wrong)
        return feed__config_wrong(j, e, "\"%s\" %s", key, wrong);
    *ret = text;
    return true;
}

bool feed__config_entry(config_job *j, const config_thing *t, size_t n, str label, err *e)
{
    j->where = str_printf(j->memory, "%s[%zu] (%.*s)", t->list, n, STR_ARG(label));
    if (n == 0)
        j->seen = map_new(j->memory);
    if (map_get(j->seen, label))
        return feed__config_wrong(j, e, "the list names it twice; keep one of the entries");
    map_put(j->seen, label, j);
    return true;
}

static void note(config_job *j, feed_change_kind kind, str what, const char *field, str old_value, str new_value)
{
    *vec_push(j->memory, &j->changes) = (feed_change){
        .kind = kind, .what = what, .field = str_of(field), .old_value = old_value, .new_value = new_value};
}

bool feed__config_diff(config_job *j, const config_thing *t, str what, const void *old, const void *now,
                       const config_text *lists, size_t list_count, bool *ret_changed, err *e)
{
    const store_config *c;
    if (!store_config_get(j->tx, &c, e))
        return false;
    *ret_changed = true;
    if (!old) {
        j->result.added++;
        note(j, FEED_ADD, what, "", STR(""), STR(""));
        return true;
    }
    size_t before = j->changes.count;
    for (size_t i = 0; i < t->field_count; i++) {
        str was = feed__field_text(j->memory, c, &t->fields[i], old),
            is = feed__field_text(j->memory, c, &t->fields[i], now);
        if (!str_equal(was, is))
            note(j, FEED_CHANGE, what, t->fields[i].key, was, is);
    }
    for (size_t i = 0; i < list_count; i++)
        if (!str_equal(lists[i].old_text, lists[i].new_text))
            note(j, FEED_CHANGE, what, lists[i].key, lists[i].old_text, lists[i].new_text);
    *ret_changed = j->changes.count > before;
    *(*ret_changed ? &j->result.changed : &j->result.same) += 1;
    if (!*ret_changed)
        note(j, FEED_SAME, what, "", STR(""), STR(""));
    return true;
}

static str what_of(config_job *j, const char *noun, str code)
{
    return str_printf(j->memory, "%s %.*s", noun, STR_ARG(code));
}

/* -- facilities -- */

static bool facility(config_job *j, size_t n, const js_value *entry, err *e)
{
    const config_thing *t = &feed__FACILITIES;
    const store_config *c;
    str code;
    bool changed;
    if (!feed__config_key(j, t, n, entry, "code", &code, e) || !feed__config_entry(j, t, n, code, e) ||
        !store_config_get(j->tx, &c, e))
        return false;
    const store_facility *old = config_facility_by_code(c, code);
    store_facility now = {.name = STR(""), .time_zone = STR("UTC"), .active = true};
    if (old)
        now = *old;
    if (!feed__fields_take(j, t, entry, !old, &now, e))
        return false;
    if (str_empty(now.time_zone))
        now.time_zone = STR("UTC");
    if (!tz_known(now.time_zone))
        return feed__config_wrong(j, e, "the time zone \"%.*s\" is not known; write one like \"Europe/Amsterdam\"",
                                  STR_ARG(now.time_zone));
    return feed__config_diff(j, t, what_of(j, "facility", code), old, &now, NULL, 0, &changed, e) &&
           (!changed || store_facility_put(j->tx, &now, NULL, e));
}

/* -- groups -- */

static int member_compare(const void *x, const void *y)
{
    const store_member *a = x, *b = y;
    if (a->facility != b->facility)
        return a->facility < b->facility ? -1 : 1;
    return a->from < b->from ? -1 : a->from > b->from;
}

/* Members in one order, so that only what differs is a change. */
static str members_text(config_job *j, const store_config *c, const store_member *members, size_t count)
{
    AUTO(buf_end) buf out = buf_new(PTRDIFF_MAX - 1);
    store_member *sorted = ARENA_NEW(j->memory, store_member, count + 1);
    for (size_t i = 0; i < count; i++)
        sorted[i] = members[i];
    qsort(sorted, count, sizeof *sorted, member_compare);
    for (size_t i = 0; i < count; i++) {
        str code = feed__config_part(j, config_facility(c, sorted[i].facility)->code);
        buf_printf(&out, "%s%.*s", i ? ", " : "", STR_ARG(code));
        if (sorted[i].from != INSTANT_NONE)
            buf_printf(&out, " from %s", INSTANT_Z(sorted[i].from));
        if (sorted[i].thru != INSTANT_NONE)
            buf_printf(&out, " thru %s", INSTANT_Z(sorted[i].thru));
    }
    return str_copy(j->memory, buf_str(&out));
}

static bool overlap(const store_member *x, const store_member *y)
{
    bool x_ends = x->thru != INSTANT_NONE && y->from != INSTANT_NONE && x->thru <= y->from;
    bool y_ends = y->thru != INSTANT_NONE && x->from != INSTANT_NONE && y->thru <= x->from;
    return x->facility == y->facility && !x_ends && !y_ends;
}

static bool members_take(config_job *j, const js_value *list, store_group *to, err *e)
{
    str where = j->where;
    size_t count = 0;
    if (list->kind != JS_ARRAY)
        return feed__config_wrong(j, e, "\"members\" must be a list");
    store_member *members = ARENA_NEW(j->memory, store_member, list->count + 1);
    JS_EACH(v, list) {
        store_member *m = &members[count];
        *m = (store_member){.from = INSTANT_NONE, .thru = INSTANT_NONE};
        j->where = str_printf(j->memory, "%.*s: members[%zu]", STR_ARG(where), count);
        if (v->kind != JS_OBJECT)
            return feed__config_wrong(j, e, "it must be an object");
        if (!feed__fields_take(j, &feed__MEMBERS, v, true, m, e))
            return false;
        if (m->from != INSTANT_NONE && m->thru != INSTANT_NONE && m->from >= m->thru)
            return feed__config_wrong(j, e, "\"thru\" must be later than \"from\"");
        count++;
    }
    qsort(members, count, sizeof *members, member_compare);
    j->where = where;
    for (size_t i = 1; i < count; i++)
        if (overlap(&members[i - 1], &members[i]))
            return feed__config_wrong(j, e, "a facility is a member twice at one time; keep one of the entries");
    to->members = members;
    to->member_count = count;
    return true;
}

static bool group(config_job *j, size_t n, const js_value *entry, err *e)
{
    const config_thing *t = &feed__GROUPS;
    const store_config *c;
    str code;
    bool changed;
    if (!feed__config_key(j, t, n, entry, "code", &code, e) || !feed__config_entry(j, t, n, code, e) ||
        !store_config_get(j->tx, &c, e))
        return false;
    const store_group *old = config_group_by_code(c, code);
    store_group now = {0};
    if (old)
        now = *old;
    const js_value *members = js_get(entry, "members");
    if (!feed__fields_take(j, t, entry, !old, &now, e) || (members && !members_take(j, members, &now, e)))
        return false;
    config_text text = {.key = "members",
                        .old_text = old ? members_text(j, c, old->members, old->member_count) : STR(""),
                        .new_text = members_text(j, c, now.members, now.member_count)};
    return feed__config_diff(j, t, what_of(j, "group", code), old, &now, &text, 1, &changed, e) &&
           (!changed || store_group_put(j->tx, &now, NULL, e));
}

/* -- shops -- */

/* A secret is named by its environment variable or its file: the one that the entry gives replaces the other. */
static bool secret(config_job *j, const js_value *entry, const char *env_key, const char *file_key, str *env, str *file,
                   err *e)
{
    bool env_given = js_get(entry, env_key), file_given = js_get(entry, file_key);
    if (env_given && !file_given && !str_empty(*env))
        *file = STR("");
    if (file_given && !env_given && !str_empty(*file))
        *env = STR("");
    return str_empty(*env) || str_empty(*file) ||
           feed__config_wrong(j, e, "give \"%s\" or \"%s\", not both", env_key, file_key);
}

static bool shop_secrets(config_job *j, const js_value *entry, store_shop *s, err *e)
{
    if (!secret(j, entry, "token_env", "token_file", &s->token_env, &s->token_file, e) ||
        !secret(j, entry, "client_id_env", "client_id_file", &s->client_id_env, &s->client_id_file, e) ||
        !secret(j, entry, "client_secret_env", "client_secret_file", &s->client_secret_env, &s->client_secret_file,
                e) ||
        !secret(j, entry, "webhook_secret_env", "webhook_secret_file", &s->webhook_secret_env, &s->webhook_secret_file,
                e))
        return false;
    bool token_given = js_get(entry, "token_env") || js_get(entry, "token_file");
    bool client_given = js_get(entry, "client_id_env") || js_get(entry, "client_id_file");
    if (token_given && !client_given) /* a shop that changes from one way in to the other names only the new one */
        s->client_id_env = s->client_id_file = s->client_secret_env = s->client_secret_file = STR("");
    if (client_given && !token_given)
        s->token_env = s->token_file = STR("");
    bool token = s->token_env.len + s->token_file.len, id = s->client_id_env.len + s->client_id_file.len;
    bool key = s->client_secret_env.len + s->client_secret_file.len;
    if (token ? id || key : !id || !key)
        return feed__config_wrong(
            j, e, "it needs \"token_env\", or \"client_id_env\" and \"client_secret_env\" (or _file), and not both");
    return true;
}

static bool shop_check(config_job *j, store_shop *s, err *e)
{
    while (str_ends(s->url, STR("/")))
        s->url.len--;
    if (!str_starts(s->url, STR("https://")) && !str_starts(s->url, STR("http://")))
        return feed__config_wrong(j, e, "\"url\" must begin with https://, as in \"https://example.myshopify.com\"");
    bool good = s->api_version.len == 7 && s->api_version.at[4] == '-';
    for (size_t i = 0; good && i < 7; i++)
        good = i == 4 || (s->api_version.at[i] >= '0' && s->api_version.at[i] <= '9');
    return good || feed__config_wrong(j, e, "\"api_version\" must be written like \"" API_VERSION "\"");
}

static bool shop(config_job *j, size_t n, const js_value *entry, err *e)
{
    const config_thing *t = &feed__SHOPS;
    const store_config *c;
    str code, none = STR("");
    bool changed;
    if (!feed__config_key(j, t, n, entry, "code", &code, e) || !feed__config_entry(j, t, n, code, e) ||
        !store_config_get(j->tx, &c, e))
        return false;
    const store_shop *old = config_shop_by_code(c, code);
    store_shop now = {.api_version = STR(API_VERSION),
                      .token_env = none,
                      .token_file = none,
                      .client_id_env = none,
                      .client_id_file = none,
                      .client_secret_env = none,
                      .client_secret_file = none,
                      .webhook_secret_env = none,
                      .webhook_secret_file = none,
                      .writable = true,
                      .index_lag_s = 120,
                      .adopted_at = INSTANT_NONE,
                      .orders_until = INSTANT_NONE,
                      .reconciled_at = INSTANT_NONE};
    if (old)
        now = *old;
    return feed__fields_take(j, t, entry, !old, &now, e) && shop_secrets(j, entry, &now, e) && shop_check(j, &now, e) &&
           feed__config_diff(j, t, what_of(j, "shop", code), old, &now, NULL, 0, &changed, e) &&
           (!changed || store_shop_put(j->tx, &now, NULL, e));
}

/* -- channels -- */

/* A change of mode alone drops what belongs to the other mode. */
static bool channel_mode_check(config_job *j, const js_value *entry, store_channel *ch, err *e)
{
    bool physical = ch->mode == CHANNEL_PHYSICAL;
    int64_t *wanted = physical ? &ch->facility : &ch->group, *other = physical ? &ch->group : &ch->facility;
    const char *wanted_key = physical ? "facility" : "group", *other_key = physical ? "group" : "facility";
    if (!js_is_null(js_get(entry, other_key)))
        return feed__config_wrong(j, e, "a channel of mode \"%s\" has a \"%s\", no \"%s\"", channel_mode_name(ch->mode),
                                  wanted_key, other_key);
    *other = 0;
    return *wanted ||
           feed__config_wrong(j, e, "a channel of mode \"%s\" needs a \"%s\"", channel_mode_name(ch->mode), wanted_key);
}

static bool channel_check(config_job *j, const store_config *c, const store_channel *ch, err *e)
{
    if ((ch->shop != 0) == str_empty(ch->location))
        return feed__config_wrong(j, e, "a channel has both \"shop\" and \"location\", or none of them");
    if (!ch->shop)
        return true;
    if (!str_starts(ch->location, STR("gid://shopify/Location/")))
        return feed__config_wrong(j, e, "\"location\" must be written like \"gid://shopify/Location/1\"");
    if (!ch->reserve_inventory)
        return feed__config_wrong(
            j, e, "\"reserve_inventory\" must be true, for the channel has a shop: orders would be promised twice");
    const store_channel *other = config_channel_at(c, ch->shop, ch->location);
    if (other && other->id != ch->id)
        return feed__config_wrong(j, e, "the channel \"%.*s\" is on the same location; a location shows one channel",
                                  STR_ARG(other->code));
    return true;
}

static bool channel(config_job *j, size_t n, const js_value *entry, err *e)
{
    const config_thing *t = &feed__CHANNELS;
    const store_config *c;
    str code;
    bool changed;
    if (!feed__config_key(j, t, n, entry, "code", &code, e) || !feed__config_entry(j, t, n, code, e) ||
        !store_config_get(j->tx, &c, e))
        return false;
    const store_channel *old = config_channel_by_code(c, code);
    store_channel now = {.location = STR(""), .reserve_inventory = true, .behind = -1};
    if (old)
        now = *old;
    return feed__fields_take(j, t, entry, !old, &now, e) && channel_mode_check(j, entry, &now, e) &&
           channel_check(j, c, &now, e) &&
           feed__config_diff(j, t, what_of(j, "channel", code), old, &now, NULL, 0, &changed, e) &&
           (!changed || store_channel_put(j->tx, &now, NULL, e));
}

/* -- the file -- */

static const struct {
    const config_thing *thing;
    bool (*take)(config_job *j, size_t n, const js_value *entry, err *e);
} PARTS[] = {
    /* in this order: each names only what stands before it */
    {&feed__FACILITIES, facility},
    {&feed__GROUPS, group},
    {&feed__SHOPS, shop},
    {&feed__CHANNELS, channel},
};
static const char *const OTHER_LISTS[] = {"products", "product_facilities", "product_channels", "rules"};

static bool list_known(str key)
{
    for (size_t i = 0; i < COUNT(PARTS); i++)
        if (str_equal(key, str_of(PARTS[i].thing->list)))
            return true;
    for (size_t i = 0; i < COUNT(OTHER_LISTS); i++)
        if (str_equal(key, str_of(OTHER_LISTS[i])))
            return true;
    return false;
}

static bool file_check(const js_value *root, err *e)
{
    if (root->kind != JS_OBJECT)
        return ERR(e, ERR_INPUT, "it must be an object of lists, as `evenstock export config` prints it");
    JS_EACH(v, root) {
        if (!list_known(v->key))
            return ERR(e, ERR_INPUT, "the key \"%.*s\" is not known; correct or remove it", STR_ARG(v->key));
        if (v->kind != JS_ARRAY)
            return ERR(e, ERR_INPUT, "\"%.*s\" must be a list", STR_ARG(v->key));
    }
    const js_value *rules = js_get(root, "rules");
    if (rules && rules->count > 0)
        return ERR(e, ERR_INPUT,
                   "\"rules\" must be empty: this version has no rules; give safety stock and thresholds in "
                   "\"product_facilities\" and \"product_channels\"");
    return true;
}

static bool apply(config_job *j, err *e)
{
    for (size_t i = 0; i < COUNT(PARTS); i++) {
        size_t n = 0;
        JS_EACH(entry, feed__config_list(j, PARTS[i].thing))
            if (!PARTS[i].take(j, n++, entry, e))
                return false;
    }
    return feed__config_products(j, e) && feed__config_settings(j, e);
}

bool feed_config(store *s, const char *path, bool dry_run, arena *a, feed_config_result *ret, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    AUTO(arena_end) arena *document = arena_new(0);
    config_job j = {.memory = a};
    str text;
    if (!feed__source_all(path, FILE_MAX, document, &text, e))
        return false;
    if (!js_parse(document, text, &j.root, e) || !file_check(j.root, e))
        return err_wrap(e, "%s", path);
    if (!store_begin(s, STORE_WRITE, &tx, e))
        return false;
    j.tx = tx;
    if (!apply(&j, e))
        return e->code == ERR_INPUT ? err_wrap(e, "%s", path) : false;
    if (!dry_run && !store_commit(&tx, e))
        return false;
    j.result.changes = j.changes.at;
    j.result.change_count = j.changes.count;
    *ret = j.result;
    return true;
}
