/*
 * Products of the configuration file, their kits, and their settings at facilities and in channels. Kits come after all
 * products, since a kit may name a component that stands later in the file.
 */
#include "feed/config_job.h"

#include <stdlib.h>

/* -- lists of a product -- */

static bool list_wrong(config_job *j, const js_value *list, const char *key, err *e)
{
    return list->kind == JS_ARRAY || js_is_null(list) || feed__config_wrong(j, e, "\"%s\" must be a list", key);
}

static bool keys_only(config_job *j, const js_value *v, const char *list, const char *one, const char *two, err *e)
{
    if (v->kind != JS_OBJECT)
        return feed__config_wrong(j, e, "an entry of \"%s\" must be an object of \"%s\" and \"%s\"", list, one, two);
    JS_EACH(k, v)
        if (!str_equal(k->key, str_of(one)) && !str_equal(k->key, str_of(two)))
            return feed__config_wrong(j, e, "the key \"%.*s\" in \"%s\" is not known; correct or remove it",
                                      STR_ARG(k->key), list);
    return true;
}

static bool code_in(config_job *j, const js_value *v, const char *list, const char *key, str *ret, err *e)
{
    str text = str_trim(js_str(js_get(v, key), STR("")));
    const char *wrong = feed__code_wrong(text);
    *ret = text;
    return !wrong || feed__config_wrong(j, e, "a \"%s\" in \"%s\" %s", key, list, wrong);
}

/* Texts of lists decide what has changed: a part that could be taken for two, or for another's end, is quoted. */
str feed__config_part(config_job *j, str text)
{
    AUTO(buf_end) buf out = buf_new(PTRDIFF_MAX - 1);
    feed__csv_put(&out, memchr(text.at, ',', text.len) ? ',' : ' ', text);
    return str_copy(j->memory, buf_str(&out));
}

static str joined(config_job *j, const str *texts, size_t count)
{
    AUTO(buf_end) buf out = buf_new(PTRDIFF_MAX - 1);
    for (size_t i = 0; i < count; i++)
        buf_printf(&out, "%s%.*s", i ? ", " : "", STR_ARG(texts[i]));
    return str_copy(j->memory, buf_str(&out));
}

static str tags_text(config_job *j, const store_product *p)
{
    str *texts = ARENA_NEW(j->memory, str, p->tag_count + 1);
    for (size_t i = 0; i < p->tag_count; i++)
        texts[i] = feed__config_part(j, p->tags[i]);
    return joined(j, texts, p->tag_count);
}

static bool tags_take(config_job *j, const js_value *list, store_product *to, err *e)
{
    if (!list_wrong(j, list, "tags", e))
        return false;
    str *tags = ARENA_NEW(j->memory, str, list->count + 1);
    to->tag_count = 0;
    JS_EACH(v, list) {
        str tag = str_trim(js_str(v, STR("")));
        if (str_empty(tag))
            return feed__config_wrong(j, e, "a tag must be a text, and not an empty one");
        tags[to->tag_count++] = tag;
    }
    to->tags = tags;
    return true;
}

typedef struct identifier_list {
    const store_identifier *at;
    size_t count;
} identifier_list;

static int identifier_compare(const void *x, const void *y)
{
    const store_identifier *a = x, *b = y;
    int order = str_compare(a->type, b->type);
    return order ? order : str_compare(a->value, b->value);
}

static bool identifiers_take(config_job *j, const js_value *list, identifier_list *ret, err *e)
{
    if (!list_wrong(j, list, "identifiers", e))
        return false;
    store_identifier *all = ARENA_NEW(j->memory, store_identifier, list->count + 1);
    size_t count = 0;
    JS_EACH(v, list) {
        store_identifier *i = &all[count++];
        if (!keys_only(j, v, "identifiers", "type", "value", e) || !code_in(j, v, "identifiers", "type", &i->type, e) ||
            !code_in(j, v, "identifiers", "value", &i->value, e))
            return false;
    }
    qsort(all, count, sizeof *all, identifier_compare);
    for (size_t i = 1; i < count; i++)
        if (identifier_compare(&all[i - 1], &all[i]) == 0)
            return feed__config_wrong(j, e, "\"identifiers\" names %.*s \"%.*s\" twice", STR_ARG(all[i].type),
                                      STR_ARG(all[i].value));
    *ret = (identifier_list){all, count};
    return true;
}

static str identifiers_text(config_job *j, identifier_list list)
{
    str *texts = ARENA_NEW(j->memory, str, list.count + 1);
    for (size_t i = 0; i < list.count; i++) {
        str type = feed__config_part(j, list.at[i].type), value = feed__config_part(j, list.at[i].value);
        texts[i] = str_printf(j->memory, "%.*s %.*s", STR_ARG(type), STR_ARG(value));
    }
    return joined(j, texts, list.count);
}

/* -- kits -- */

typedef struct kit_list { /* as the file names it */
    struct kit_part {
        str sku;
        qty quantity;
    } * at;
    size_t count;
} kit_list;

static bool kit_take(config_job *j, const js_value *list, kit_list *ret, err *e)
{
    if (!list_wrong(j, list, "kit", e))
        return false;
    *ret = (kit_list){.at = ARENA_NEW(j->memory, struct kit_part, list->count + 1)};
    JS_EACH(v, list) {
        struct kit_part *part = &ret->at[ret->count++];
        const js_value *quantity = js_get(v, "quantity");
        if (!keys_only(j, v, "kit", "sku", "quantity", e) || !code_in(j, v, "kit", "sku", &part->sku, e))
            return false;
        if (!quantity || quantity->kind != JS_INT)
            return feed__config_wrong(j, e, "a \"quantity\" in \"kit\" must be a whole number");
        part->quantity = quantity->integer;
    }
    return true;
}

static str kit_text(config_job *j, kit_list list)
{
    str *texts = ARENA_NEW(j->memory, str, list.count + 1);
    for (size_t i = 0; i < list.count; i++) {
        str sku = feed__config_part(j, list.at[i].sku);
        texts[i] = str_printf(j->memory, "%.*s x %" PRId64, STR_ARG(sku), list.at[i].quantity);
    }
    return joined(j, texts, list.count);
}

static bool kit_stored(config_job *j, int64_t product, kit_list *ret, err *e)
{
    const store_world *w;
    if (!store_world_get(j->tx, product, &w, e))
        return false;
    *ret = (kit_list){ARENA_NEW(j->memory, struct kit_part, w->kit_count + 1), w->kit_count};
    for (size_t i = 0; i < w->kit_count; i++) {
        store_product part;
        if (!store_product_get(j->tx, w->kit[i].product, j->memory, &part, e))
            return false;
        ret->at[i] = (struct kit_part){part.sku, w->kit[i].quantity};
    }
    return true;
}

static bool kit_write(config_job *j, int64_t product, kit_list list, err *e)
{
    store_kit_part *parts = ARENA_NEW(j->memory, store_kit_part, list.count + 1);
    for (size_t i = 0; i < list.count; i++) {
        parts[i].quantity = list.at[i].quantity;
        if (!store_product_find(j->tx, list.at[i].sku, &parts[i].product, e))
            return false;
        if (parts[i].product == 0)
            return feed__config_wrong(j, e,
                                      "\"kit\" names the SKU \"%.*s\", which does not exist; add it to \"products\"",
                                      STR_ARG(list.at[i].sku));
    }
    return store_kit_replace(j->tx, product, parts, list.count, e) ||
           (e->code == ERR_INPUT ? err_wrap(e, "%.*s: \"kit\"", STR_ARG(j->where)) : false);
}

/* -- products -- */

typedef struct product_entry { /* what is left to do after all products exist */
    int64_t id;
    bool kit_changed;
    kit_list kit;
    str where;
} product_entry;

/* What is stored of a product; all empty where there is none. */
typedef struct product_stored {
    store_product row;
    identifier_list identifiers;
    kit_list kit;
} product_stored;

static bool product_read(config_job *j, str sku, product_stored *ret, err *e)
{
    str none = STR("");
    *ret = (product_stored){.row = {.sku = sku, .title = none, .product_type = none, .vendor = none}};
    int64_t id;
    if (!store_product_find(j->tx, sku, &id, e))
        return false;
    return id == 0 ||
           (store_product_get(j->tx, id, j->memory, &ret->row, e) &&
            store_product_identifiers(j->tx, id, j->memory, &ret->identifiers.at, &ret->identifiers.count, e) &&
            kit_stored(j, id, &ret->kit, e));
}

static bool product(config_job *j, size_t n, const js_value *entry, product_entry *to, err *e)
{
    const config_thing *t = &feed__PRODUCTS;
    str sku;
    product_stored old;
    if (!feed__config_key(j, t, n, entry, "sku", &sku, e) || !feed__config_entry(j, t, n, sku, e) ||
        !product_read(j, sku, &old, e))
        return false;
    product_stored now = old;
    const js_value *tags = js_get(entry, "tags"), *identifiers = js_get(entry, "identifiers"),
                   *kit = js_get(entry, "kit");
    if (!feed__fields_take(j, t, entry, old.row.id == 0, &now.row, e) || (tags && !tags_take(j, tags, &now.row, e)) ||
        (identifiers && !identifiers_take(j, identifiers, &now.identifiers, e)) ||
        (kit && !kit_take(j, kit, &now.kit, e)))
        return false;
    config_text lists[] = {
        {"tags", tags_text(j, &old.row), tags_text(j, &now.row)},
        {"identifiers", identifiers_text(j, old.identifiers), identifiers_text(j, now.identifiers)},
        {"kit", kit_text(j, old.kit), kit_text(j, now.kit)},
    };
    bool changed;
    str what = str_printf(j->memory, "product %.*s", STR_ARG(sku));
    if (!feed__config_diff(j, t, what, old.row.id ? &old.row : NULL, &now.row, lists, COUNT(lists), &changed, e))
        return false;
    *to = (product_entry){
        .kit_changed = !str_equal(lists[2].old_text, lists[2].new_text), .kit = now.kit, .where = j->where};
    to->id = now.row.id;
    if (changed && !store_product_put(j->tx, &now.row, &to->id, e))
        return false;
    return str_equal(lists[1].old_text, lists[1].new_text) ||
           store_identifiers_replace(j->tx, to->id, now.identifiers.at, now.identifiers.count, e);
}

bool feed__config_products(config_job *j, err *e)
{
    const js_value *list = feed__config_list(j, &feed__PRODUCTS);
    size_t n = 0, count = list ? list->count : 0;
    product_entry *entries = ARENA_NEW(j->memory, product_entry, count + 1);
    JS_EACH(entry, list) {
        if (!product(j, n, entry, &entries[n], e) || (++n % FEED__FLUSH_PRODUCTS == 0 && !store_flush(j->tx, e)))
            return false;
    }
    /* Those that are kits no longer come first: they may be components now. */
    for (int parts = 0; parts <= 1; parts++)
        for (size_t i = 0; i < count; i++) {
            j->where = entries[i].where;
            if (entries[i].kit_changed && (entries[i].kit.count > 0) == parts &&
                !kit_write(j, entries[i].id, entries[i].kit, e))
                return false;
        }
    return true;
}

/* -- settings of products -- */

/* The product and the facility or channel that an entry is about. */
typedef struct setting_key {
    int64_t product;
    const store_world *world;
    const store_facility *facility;
    const store_channel *channel;
    str what;
} setting_key;

static bool key_take(config_job *j, const config_thing *t, size_t n, const js_value *entry, setting_key *ret, err *e)
{
    const store_config *c;
    str sku, code;
    bool at_facility = t == &feed__PRODUCT_FACILITIES;
    const char *other = at_facility ? "facility" : "channel";
    if (!feed__config_key(j, t, n, entry, "sku", &sku, e) || !feed__config_key(j, t, n, entry, other, &code, e))
        return false;
    str label = str_printf(j->memory, "%.*s %s %.*s", STR_ARG(sku), at_facility ? "at" : "in", STR_ARG(code));
    ret->what = str_printf(j->memory, "product %.*s", STR_ARG(label));
    if (!feed__config_entry(j, t, n, label, e) || !store_config_get(j->tx, &c, e) ||
        !store_product_find(j->tx, sku, &ret->product, e))
        return false;
    if (ret->product == 0)
        return feed__config_wrong(j, e, "there is no product \"%.*s\"; add it to \"products\", or correct it",
                                  STR_ARG(sku));
    ret->facility = at_facility ? config_facility_by_code(c, code) : NULL;
    ret->channel = at_facility ? NULL : config_channel_by_code(c, code);
    if (!ret->facility && !ret->channel)
        return feed__config_wrong(j, e, "there is no %s \"%.*s\"; add it to the file, or correct it", other,
                                  STR_ARG(code));
    return store_world_get(j->tx, ret->product, &ret->world, e);
}

static bool at_facility(config_job *j, size_t n, const js_value *entry, err *e)
{
    const config_thing *t = &feed__PRODUCT_FACILITIES;
    setting_key k;
    facility_settings old, now = {.allow_brokering = true, .allow_pickup = true};
    bool configured = false, changed;
    if (!key_take(j, t, n, entry, &k, e))
        return false;
    for (size_t i = 0; i < k.world->level_count; i++) {
        const store_level *l = &k.world->levels[i];
        if (l->facility != k.facility->id || !l->configured)
            continue;
        configured = true;
        now = (facility_settings){l->safety_stock, l->allow_brokering, l->allow_pickup};
    }
    old = now;
    return feed__fields_take(j, t, entry, !configured, &now, e) &&
           feed__config_diff(j, t, k.what, configured ? &old : NULL, &now, NULL, 0, &changed, e) &&
           (!changed || store_facility_settings(j->tx, k.product, k.facility->id, now.safety_stock, now.allow_brokering,
                                                now.allow_pickup, e));
}

static bool item_check(config_job *j, const setting_key *k, str item, err *e)
{
    int64_t holder;
    if (str_empty(item))
        return true;
    if (!k->channel->shop)
        return feed__config_wrong(j, e, "\"item\" is given, but the channel has no shop; remove one or add the other");
    if (!str_starts(item, STR("gid://shopify/InventoryItem/")))
        return feed__config_wrong(j, e, "\"item\" must be written like \"gid://shopify/InventoryItem/1\"");
    if (!store_product_of_item(j->tx, k->channel->shop, item, &holder, e))
        return false;
    return holder == 0 || holder == k->product ||
           feed__config_wrong(j, e,
                              "\"item\" is linked to another product of this shop; set that one's item to null first");
}

static bool in_channel(config_job *j, size_t n, const js_value *entry, err *e)
{
    const config_thing *t = &feed__PRODUCT_CHANNELS;
    setting_key k;
    channel_settings old, now = {.sellable = true, .item = STR("")};
    bool exists = false, configured = false, changed;
    if (!key_take(j, t, n, entry, &k, e))
        return false;
    for (size_t i = 0; i < k.world->target_count; i++) {
        const store_target *target = &k.world->targets[i];
        if (target->channel != k.channel->id)
            continue;
        configured = target->configured;
        exists = configured || !str_empty(target->item);
        now = (channel_settings){target->threshold, target->sellable, str_copy(j->memory, target->item)};
    }
    old = now;
    int64_t channel = k.channel->id, shop = k.channel->shop;
    if (!feed__fields_take(j, t, entry, !exists, &now, e) || !item_check(j, &k, now.item, e) ||
        !feed__config_diff(j, t, k.what, exists ? &old : NULL, &now, NULL, 0, &changed, e))
        return false;
    if (changed && !str_equal(old.item, now.item) && !store_link(j->tx, shop, k.product, now.item, e))
        return false;
    bool settings = js_get(entry, "threshold") || js_get(entry, "sellable") || !js_get(entry, "item");
    return !settings || (configured && !changed) ||
           store_channel_settings(j->tx, k.product, channel, now.threshold, now.sellable, e);
}

static bool settings_list(config_job *j, const config_thing *t,
                          bool (*take)(config_job *, size_t, const js_value *, err *), err *e)
{
    size_t n = 0;
    JS_EACH(entry, feed__config_list(j, t))
        if (!take(j, n, entry, e) || (++n % FEED__FLUSH_PRODUCTS == 0 && !store_flush(j->tx, e)))
            return false;
    return true;
}

bool feed__config_settings(config_job *j, err *e)
{
    return settings_list(j, &feed__PRODUCT_FACILITIES, at_facility, e) &&
           settings_list(j, &feed__PRODUCT_CHANNELS, in_channel, e);
}
