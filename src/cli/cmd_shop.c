/* shop check, link, adopt. */
#include "cli/cli.h"

bool cli__shop_copy(cli *c, const char *code, store_shop *ret, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    const store_shop *s;
    if (!store_begin(c->store, STORE_READ, &tx, e) || !cli__shop_row(tx, code, &s, e))
        return false;
    *ret = *s;
    return true;
}

static void strings(js_writer *w, const char *key, const str *list, size_t count)
{
    js_array(w, key);
    for (size_t i = 0; i < count; i++)
        js_put_str(w, NULL, list[i]);
    js_close(w);
}

static void strings_line(cli *c, const char *what, const str *list, size_t count)
{
    if (count == 0)
        return;
    cli__line(c, "%s: %zu", what, count);
    for (size_t i = 0; i < count && i < 20; i++)
        cli__line(c, "  %.*s", STR_ARG(list[i]));
    if (count > 20)
        cli__line(c, "  ... and %zu more; --json lists them all", count - 20);
}

/* -- check -- */

typedef struct channel_trouble { /* a channel whose location does not do what the channel needs */
    str channel;
    const char *what;
    bool stops; /* nothing of it is sold there */
} channel_trouble;
typedef VEC(channel_trouble) channel_troubles;

static channel_trouble trouble_of(const store_channel *ch, const shop_facts *f)
{
    for (size_t i = 0; i < f->location_count; i++) {
        const shop_location *l = &f->locations[i];
        if (!str_equal(l->id, ch->location))
            continue;
        if (!l->active)
            return (channel_trouble){ch->code, "its location is not active", true};
        return (channel_trouble){ch->code, l->fulfills_online ? NULL : "its location does not fulfil online orders",
                                 false};
    }
    return (channel_trouble){ch->code, "its location does not exist", true};
}

static bool find_troubles(cli *c, int64_t of, const shop_facts *f, channel_troubles *ret, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    const store_config *config;
    if (!store_begin(c->store, STORE_READ, &tx, e) || !store_config_get(tx, &config, e))
        return false;
    for (size_t i = 0; i < config->channel_count; i++) {
        channel_trouble t = trouble_of(&config->channels[i], f);
        if (config->channels[i].shop != of || !t.what)
            continue;
        t.channel = str_copy(c->memory, t.channel);
        *vec_push(c->memory, ret) = t;
    }
    return true;
}

static void troubles_json(js_writer *w, const channel_troubles *list)
{
    js_array(w, "channels");
    for (size_t i = 0; i < list->count; i++) {
        js_object(w, NULL);
        js_put_str(w, "channel", list->at[i].channel);
        js_put_z(w, "trouble", list->at[i].what);
        js_close(w);
    }
    js_close(w);
}

/* Which way this shop went where Shopify does not say: as counted by hard syncs. */
typedef struct counts {
    store_assumed *rows;
    size_t count;
} counts;

static store_assumed count_of(const counts *n, assumed_id id)
{
    str name = str_of(domain_assumed_name(id));
    for (size_t i = 0; i < n->count; i++)
        if (str_equal(n->rows[i].what, name))
            return n->rows[i];
    return (store_assumed){.what = name};
}

static const char *verdict_of(store_assumed n)
{
    return n.failed > n.held ? "otherwise" : n.held > 0 ? "as assumed" : "not seen yet";
}

static bool find_counts(cli *c, int64_t of, counts *ret, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    return store_begin(c->store, STORE_READ, &tx, e) &&
           store_assumed_counts(tx, of, c->memory, &ret->rows, &ret->count, e);
}

static void counts_json(js_writer *w, const counts *n)
{
    js_array(w, "assumed");
    for (assumed_id id = 0; id < ASSUMED_KINDS; id++) {
        store_assumed one = count_of(n, id);
        js_object(w, NULL);
        js_put_str(w, "name", one.what);
        js_put_z(w, "what", domain_assumed_what(id));
        js_put_int(w, "held", one.held);
        js_put_int(w, "otherwise", one.failed);
        js_put_z(w, "verdict", verdict_of(one));
        js_close(w);
    }
    js_close(w);
}

static void counts_text(cli *c, const counts *n)
{
    for (assumed_id id = 0; id < ASSUMED_KINDS; id++) {
        store_assumed one = count_of(n, id);
        if (one.held + one.failed > 0)
            cli__line(c, "%s: %s %" PRId64 " times, otherwise %" PRId64 " times (%s)", verdict_of(one),
                      domain_assumed_name(id), one.held, one.failed, domain_assumed_what(id));
    }
}

typedef struct hooks {
    const shop_hook *list;
    size_t count;
} hooks;

static void facts_json(cli *c, const shop_facts *f, const channel_troubles *troubles, const hooks *told,
                       const counts *assumed, bool ok)
{
    js_writer w = cli__json(c);
    js_object(&w, NULL);
    js_put_bool(&w, "ok", ok);
    js_put_str(&w, "name", f->name);
    js_put_str(&w, "domain", f->domain);
    js_put_str(&w, "api_version", f->api_version);
    strings(&w, "scopes", f->scopes, f->scope_count);
    strings(&w, "missing_scopes", f->missing_scopes, f->missing_count);
    js_put_str(&w, "plan", f->plan);
    js_put_int(&w, "restore_rate", f->restore_rate);
    js_put_int(&w, "bucket", f->bucket);
    js_array(&w, "locations");
    for (size_t i = 0; i < f->location_count; i++) {
        js_object(&w, NULL);
        js_put_str(&w, "id", f->locations[i].id);
        js_put_str(&w, "name", f->locations[i].name);
        js_put_bool(&w, "active", f->locations[i].active);
        js_put_bool(&w, "fulfills_online", f->locations[i].fulfills_online);
        js_close(&w);
    }
    js_close(&w);
    troubles_json(&w, troubles);
    cli__hooks_json(&w, told->list, told->count);
    if (str_empty(shop_adjustments_lack(f)))
        js_put_null(&w, "who_changed_lacks");
    else
        js_put_str(&w, "who_changed_lacks", shop_adjustments_lack(f));
    counts_json(&w, assumed);
    js_close(&w);
}

static void facts_text(cli *c, const shop_facts *f, const channel_troubles *troubles, str asked)
{
    cli__line(c, "%.*s (%.*s), plan %.*s: %" PRId64 " points a second, bucket %" PRId64, STR_ARG(f->name),
              STR_ARG(f->domain), STR_ARG(f->plan), f->restore_rate, f->bucket);
    if (!str_equal(asked, f->api_version))
        cli__line(c, "asked for API version %.*s, answered with %.*s: set api_version to a version that is served",
                  STR_ARG(asked), STR_ARG(f->api_version));
    else
        cli__line(c, "API version %.*s", STR_ARG(f->api_version));
    strings_line(c, "missing scopes; grant them to the app", f->missing_scopes, f->missing_count);
    for (size_t i = 0; i < f->location_count; i++)
        cli__line(c, "%-36.*s %.*s%s%s", STR_ARG(f->locations[i].id), STR_ARG(f->locations[i].name),
                  f->locations[i].active ? "" : ", inactive",
                  f->locations[i].fulfills_online ? "" : ", does not fulfil online orders");
    for (size_t i = 0; i < troubles->count; i++)
        cli__line(c, "channel %.*s: %s", STR_ARG(troubles->at[i].channel), troubles->at[i].what);
}

bool cmd_shop_check(cli *c, cli_exit *ret, err *e)
{
    AUTO(shop_close) shop *s = NULL;
    store_shop row;
    shop_facts f;
    channel_troubles troubles = {0};
    counts assumed = {0};
    hooks told = {0};
    if (!cli__shop_copy(c, c->args[0], &row, e) || !shop_open(&row, &c->world, &s, e) ||
        !shop_check(s, c->memory, &f, e) || !shop_hooks(s, &f, c->memory, &told.list, &told.count, e) ||
        !find_troubles(c, row.id, &f, &troubles, e) || !find_counts(c, row.id, &assumed, e))
        return false;
    bool ok = f.missing_count == 0 && str_equal(row.api_version, f.api_version);
    for (size_t i = 0; i < troubles.count; i++)
        ok &= !troubles.at[i].stops;
    if (c->json)
        facts_json(c, &f, &troubles, &told, &assumed, ok);
    else
        facts_text(c, &f, &troubles, row.api_version);
    if (!c->json) {
        cli__hooks_text(c, told.list, told.count);
        str lack = shop_adjustments_lack(&f);
        if (!str_empty(lack))
            cli__line(c, "who changed a number cannot be asked: the app lacks the scope %.*s", STR_ARG(lack));
        counts_text(c, &assumed);
    }
    *ret = ok ? CLI_GOOD : CLI_FOUND;
    return true;
}

/* -- link and adopt -- */

static bool lane(cli *c, sync_options *o, sync_lane **ret, err *e)
{
    *o = (sync_options){.shop = str_trim(str_of(c->args[0])),
                        .channel = STR(""),
                        .settle_ms = SYNC_SETTLE_MS,
                        .stop = cli__stopped,
                        .progress = cli__progress,
                        .ctx = c};
    return store_catch_up_all(c->store, e) && sync_open(c->store, &c->world, o, CLI_LANE_WAIT_MS, ret, e);
}

bool cmd_shop_link(cli *c, cli_exit *ret, err *e)
{
    AUTO(sync_close) sync_lane *l = NULL;
    sync_options o;
    sync_linked r;
    if (!lane(c, &o, &l, e) || !sync_link(l, c->memory, &r, e))
        return false;
    if (c->json) {
        js_writer w = cli__json(c);
        js_object(&w, NULL);
        js_put_int(&w, "linked", r.linked);
        strings(&w, "unlinked", r.unlinked, r.unlinked_count);
        strings(&w, "duplicates", r.duplicates, r.duplicate_count);
        strings(&w, "untracked", r.untracked, r.untracked_count);
        strings(&w, "not_stocked", r.not_stocked, r.not_stocked_count);
        jobs_relinked_json(&w, r.relinked, r.relinked_count);
        js_close(&w);
    } else {
        cli__line(c, "%" PRId64 " SKUs linked", r.linked);
        cli__relinked(c, r.relinked, r.relinked_count);
        strings_line(c, "no variant in the shop has this SKU", r.unlinked, r.unlinked_count);
        strings_line(c, "several items share the SKU; make it unique in the shop", r.duplicates, r.duplicate_count);
        strings_line(c, "Shopify does not track the item; switch tracking on", r.untracked, r.untracked_count);
        strings_line(c, "not stocked at the channel's location; stock it there", r.not_stocked, r.not_stocked_count);
    }
    *ret = r.unlinked_count + r.duplicate_count + r.untracked_count + r.not_stocked_count ? CLI_FOUND : CLI_GOOD;
    return true;
}

static void adopted_json(cli *c, const sync_adopted *r)
{
    js_writer w = cli__json(c);
    js_object(&w, NULL);
    js_put_int(&w, "adopted", r->adopted);
    js_array(&w, "not_adopted");
    for (size_t i = 0; i < r->not_adopted_count; i++) {
        js_object(&w, NULL);
        js_put_str(&w, "sku", r->not_adopted[i].sku);
        js_put_str(&w, "channel", r->not_adopted[i].channel);
        js_put_str(&w, "why", r->not_adopted[i].why);
        js_close(&w);
    }
    js_close(&w);
    js_put_int(&w, "differences", r->differences);
    js_array(&w, "largest");
    for (size_t i = 0; i < r->largest_count; i++) {
        js_object(&w, NULL);
        js_put_str(&w, "sku", r->largest[i].sku);
        js_put_str(&w, "channel", r->largest[i].channel);
        js_put_int(&w, "target", r->largest[i].target);
        js_put_int(&w, "available", r->largest[i].available);
        js_put_int(&w, "unseen", r->largest[i].unseen);
        js_close(&w);
    }
    js_close(&w);
    js_close(&w);
}

static void adopted_text(cli *c, const sync_adopted *r)
{
    cli__line(c, "%" PRId64 " adopted, %" PRId64 " of them show another number than ours%s", r->adopted, r->differences,
              r->differences ? "; the next sync pushes it" : "");
    for (size_t i = 0; i < r->largest_count; i++)
        cli__line(c, "  %.*s in %.*s: Shopify shows %" PRId64 ", ours is %" PRId64, STR_ARG(r->largest[i].sku),
                  STR_ARG(r->largest[i].channel), r->largest[i].available, r->largest[i].target);
    if (r->not_adopted_count)
        cli__line(c, "%zu not adopted; the next 'sync hard' tries again:", r->not_adopted_count);
    for (size_t i = 0; i < r->not_adopted_count && i < 20; i++)
        cli__line(c, "  %.*s in %.*s: %.*s", STR_ARG(r->not_adopted[i].sku), STR_ARG(r->not_adopted[i].channel),
                  STR_ARG(r->not_adopted[i].why));
}

bool cmd_shop_adopt(cli *c, cli_exit *ret, err *e)
{
    AUTO(sync_close) sync_lane *l = NULL;
    sync_options o;
    sync_adopted r;
    if (!lane(c, &o, &l, e) || !sync_adopt(l, c->memory, &r, e))
        return false;
    if (c->json)
        adopted_json(c, &r);
    else
        adopted_text(c, &r);
    *ret = r.not_adopted_count ? CLI_FOUND : CLI_GOOD;
    return true;
}
