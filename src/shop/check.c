/*
 * shop_check: what a person wants to know before anything is synchronised. Also the small words in which typed answers
 * are read.
 */
#include "shop/internal.h"

#define LOCATION_PAGES_MAX 50

/*
 * Without one of these a number would be wrong, or nothing could be pushed. The three of fulfilment orders matter most:
 * without them their list is silently shorter, with no error. read_all_orders: else open orders older than 60 days
 * hide.
 */
static const char *const SCOPES[] = {"read_inventory",
                                     "write_inventory",
                                     "read_products",
                                     "read_orders",
                                     "read_all_orders",
                                     "read_merchant_managed_fulfillment_orders",
                                     "read_assigned_fulfillment_orders",
                                     "read_third_party_fulfillment_orders"};

bool shop__want(const js_value *v, const char *key, js_kind kind, const char *what, const js_value **ret, err *e)
{
    static const char *const names[] = {"null",   "a boolean", "a whole number", "a number",
                                        "a text", "a list",    "an object"};
    const js_value *found = js_get(v, key);
    if (!found || found->kind != kind)
        return ERR(e, ERR_INPUT, "%s: \"%s\" must be %s", what, key, names[kind]);
    *ret = found;
    return true;
}

bool shop__maybe_str(const js_value *v, const char *key, const char *what, str *ret, err *e)
{
    if (!js_is_null(js_get(v, key)))
        return js_want_str(v, key, what, ret, e);
    *ret = STR("");
    return true;
}

bool shop__want_instant(const js_value *v, const char *key, const char *what, instant *ret, err *e)
{
    str text;
    return js_want_str(v, key, what, &text, e) && (instant_parse(text, ret, e) || err_wrap(e, "%s: \"%s\"", what, key));
}

bool shop__maybe_instant(const js_value *v, const char *key, const char *what, instant *ret, err *e)
{
    if (!js_is_null(js_get(v, key)))
        return shop__want_instant(v, key, what, ret, e);
    *ret = INSTANT_NONE;
    return true;
}

bool shop__want_page(const js_value *v, const char *key, const char *what, shop__page *ret, err *e)
{
    const js_value *connection, *info;
    shop__page page = {.next = STR("")};
    bool more;
    if (!shop__want(v, key, JS_OBJECT, what, &connection, e) ||
        !shop__want(connection, "nodes", JS_ARRAY, key, &page.nodes, e) ||
        !shop__want(connection, "pageInfo", JS_OBJECT, key, &info, e) ||
        !js_want_bool(info, "hasNextPage", key, &more, e) ||
        (more && !js_want_str(info, "endCursor", key, &page.next, e)))
        return false;
    if (more && str_empty(page.next))
        return ERR(e, ERR_INPUT, "%s: %s: more pages, but no cursor to the next", what, key);
    *ret = page;
    return true;
}

bool shop__want_count(const js_value *v, const char *key, const char *what, int64_t *ret, err *e)
{
    str text;
    int64_t count;
    if (!js_want_str(v, key, what, &text, e))
        return false;
    if (!num_parse_i64(text, &count) || count < 0)
        return ERR(e, ERR_INPUT, "%s: \"%s\" must be a count", what, key);
    *ret = count;
    return true;
}

/* -- check -- */

bool shop__has_scope(const shop_facts *f, const char *scope)
{
    for (size_t i = 0; i < f->scope_count; i++) {
        str have = f->scopes[i];
        if (str_equal(have, str_of(scope)))
            return true;
        /* the right to write brings the right to read */
        if (str_starts(have, STR("write_")) && str_starts(str_of(scope), STR("read_")) &&
            str_equal((str){have.at + 6, have.len - 6}, str_of(scope + 5)))
            return true;
    }
    return false;
}

static bool parse_scopes(arena *a, const js_value *list, shop_facts *to, err *e)
{
    str *scopes = ARENA_NEW(a, str, list->count), *missing = ARENA_NEW(a, str, COUNT(SCOPES));
    size_t count = 0;
    JS_EACH(one, list)
        if (!js_want_str(one, "handle", "a scope", &scopes[count++], e))
            return false;
    to->scopes = scopes;
    to->scope_count = count;
    for (size_t i = 0; i < COUNT(SCOPES); i++)
        if (!shop__has_scope(to, SCOPES[i]))
            missing[to->missing_count++] = str_of(SCOPES[i]);
    to->missing_scopes = missing;
    return true;
}

bool shop__check_parse(arena *a, const js_value *data, shop_facts *to, shop__page *ret_locations, err *e)
{
    const js_value *about, *plan, *installation, *scopes;
    shop_facts f = *to;
    if (!shop__want(data, "shop", JS_OBJECT, "data", &about, e) || !js_want_str(about, "name", "shop", &f.name, e) ||
        !js_want_str(about, "myshopifyDomain", "shop", &f.domain, e) ||
        !shop__want(about, "plan", JS_OBJECT, "shop", &plan, e) ||
        !js_want_str(plan, "publicDisplayName", "plan", &f.plan, e) ||
        !shop__want(data, "currentAppInstallation", JS_OBJECT, "data", &installation, e) ||
        !shop__want(installation, "accessScopes", JS_ARRAY, "installation", &scopes, e) ||
        !parse_scopes(a, scopes, &f, e) || !shop__want_page(data, "locations", "data", ret_locations, e))
        return false;
    *to = f;
    return true;
}

bool shop__locations_parse(const js_value *nodes, shop_location *to, err *e)
{
    JS_EACH(node, nodes) {
        if (!js_want_str(node, "id", "location", &to->id, e) || !js_want_str(node, "name", "location", &to->name, e) ||
            !js_want_bool(node, "isActive", "location", &to->active, e) ||
            !js_want_bool(node, "fulfillsOnlineOrders", "location", &to->fulfills_online, e))
            return false;
        to++;
    }
    return true;
}

static bool ask(shop *s, str after, arena *a, shop__answer *ret, err *e)
{
    AUTO(shop__body_drop) shop__body b = {0};
    str body;
    shop__body_begin(&b, DOC_CHECK);
    if (str_empty(after))
        js_put_null(&b.w, "after");
    else
        js_put_str(&b.w, "after", after);
    return shop__body_end(&b, &body, e) &&
           shop__call_until_done(s, (shop__call){.document = DOC_CHECK}, body, a, ret, e);
}

bool shop_check(shop *s, arena *a, shop_facts *ret, err *e)
{
    shop_facts facts = {0};
    VEC(shop_location) all = {0};
    str after = STR("");
    for (unsigned pages = 0;; pages++) {
        shop__answer answer;
        shop__page page;
        facts.missing_count = 0;
        if (!ask(s, after, a, &answer, e))
            return false;
        if (!shop__check_parse(a, answer.data, &facts, &page, e))
            return shop__odd(s, DOC_CHECK, e);
        shop_location *some = ARENA_NEW(a, shop_location, page.nodes->count);
        if (!shop__locations_parse(page.nodes, some, e))
            return shop__odd(s, DOC_CHECK, e);
        for (size_t i = 0; i < page.nodes->count; i++)
            *vec_push(a, &all) = some[i];
        if (str_empty(page.next))
            break;
        if (str_equal(page.next, after) || pages + 1 == LOCATION_PAGES_MAX)
            return ERR(e, ERR_REMOTE, "shop %.*s: its list of locations does not end", STR_ARG(s->code));
        after = page.next;
    }
    facts.locations = all.at;
    facts.location_count = all.count;
    facts.restore_rate = s->budget.rate;
    facts.bucket = s->budget.bucket;
    facts.api_version = str_copy(a, s->answered_version);
    *ret = facts;
    return true;
}
