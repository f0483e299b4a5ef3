/* Webhook subscriptions of a shop: which topics tell us of orders, and registering those that are missing. */
#include "cli/cli.h"

#define PATH "/webhooks/shopify/" /* where `serve` takes them; the shop's code follows */

void cli__hooks_json(js_writer *w, const shop_hook *list, size_t count)
{
    js_array(w, "webhooks");
    for (size_t i = 0; i < count; i++) {
        js_object(w, NULL);
        js_put_str(w, "topic", list[i].topic);
        if (str_empty(list[i].address))
            js_put_null(w, "address");
        else
            js_put_str(w, "address", list[i].address);
        if (str_empty(list[i].lacks))
            js_put_null(w, "lacks");
        else
            js_put_str(w, "lacks", list[i].lacks);
        js_close(w);
    }
    js_close(w);
}

void cli__hooks_text(cli *c, const shop_hook *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const shop_hook *h = &list[i];
        if (!str_empty(h->address))
            cli__line(c, "webhook %.*s goes to %.*s", STR_ARG(h->topic), STR_ARG(h->address));
        else if (!str_empty(h->lacks))
            cli__line(c, "webhook %.*s cannot be subscribed: the app lacks the scope %.*s", STR_ARG(h->topic),
                      STR_ARG(h->lacks));
        else
            cli__line(c, "webhook %.*s is not subscribed", STR_ARG(h->topic));
    }
}

bool cli__check_webhooks(const cli *c, err *e)
{
    str address = str_of(cli__text(c, "address", "")), path = str_printf(c->memory, PATH "%s", c->args[0]);
    if (cli__given(c, "register") && str_empty(address))
        return ERR(e, ERR_USAGE, "--register needs --address URL, where the service is reached from outside");
    if (!str_empty(address) && !str_ends(address, path))
        return ERR(e, ERR_USAGE, "--address must end with %.*s: there the service takes them", STR_ARG(path));
    return true;
}

static bool goes_to(const shop_hook *list, size_t count, str topic, str address)
{
    for (size_t i = 0; i < count; i++)
        if (str_equal(list[i].topic, topic) && (str_empty(address) || str_equal(list[i].address, address)) &&
            !str_empty(list[i].address))
            return true;
    return false;
}

/* Topics that do not go to `address` ("": nowhere), each once. */
static size_t find_missing(const shop_hook *list, size_t count, str address, arena *a, const shop_hook **ret)
{
    VEC(shop_hook) missing = {0};
    for (size_t i = 0; i < count; i++)
        if ((i == 0 || !str_equal(list[i].topic, list[i - 1].topic)) && !goes_to(list, count, list[i].topic, address))
            *vec_push(a, &missing) = list[i];
    *ret = missing.at;
    return missing.count;
}

bool cmd_shop_webhooks(cli *c, cli_exit *ret, err *e)
{
    AUTO(shop_close) shop *s = NULL;
    store_shop row;
    shop_facts f;
    const shop_hook *list, *missing;
    size_t count, lacking, registered = 0;
    str address = str_of(cli__text(c, "address", ""));
    if (!cli__shop_copy(c, c->args[0], &row, e) || !shop_open(&row, &c->world, &s, e) ||
        !shop_check(s, c->memory, &f, e) || !shop_hooks(s, &f, c->memory, &list, &count, e))
        return false;
    lacking = find_missing(list, count, address, c->memory, &missing);
    for (size_t i = 0; cli__given(c, "register") && i < lacking; i++) {
        if (!str_empty(missing[i].lacks))
            continue;
        if (!shop_hook_add(s, missing[i].topic, address, e))
            return err_wrap(e, "registering %.*s", STR_ARG(missing[i].topic));
        registered++;
    }
    if (registered > 0) { /* as it stands now, by Shopify's own list */
        if (!shop_hooks(s, &f, c->memory, &list, &count, e))
            return false;
        lacking = find_missing(list, count, address, c->memory, &missing);
    }
    if (c->json) {
        js_writer w = cli__json(c);
        js_object(&w, NULL);
        js_put_int(&w, "registered", (int64_t)registered);
        js_put_int(&w, "missing", (int64_t)lacking);
        cli__hooks_json(&w, list, count);
        js_close(&w);
    } else {
        cli__hooks_text(c, list, count);
        cli__line(c, "%zu registered, %zu missing", registered, lacking);
    }
    *ret = lacking ? CLI_FOUND : CLI_GOOD;
    return true;
}
