/* atp: one product's promise in each channel, as a number, a waterfall or JSON. */
#include "cli/cli.h"

typedef struct atp_view {
    const store_config *config;
    const store_channel *channel;
    str sku;
    store_availability a;
} atp_view;

static void view_json(js_writer *w, const atp_view *v)
{
    js_object(w, NULL);
    js_put_str(w, "sku", v->sku);
    js_put_str(w, "channel", v->channel->code);
    js_put_int(w, "online_atp", v->a.result.online_atp);
    js_put_int(w, "raw", v->a.result.raw);
    store_waterfall_json(w, v->config, &v->a);
    js_close(w);
}

/* -- for people -- */

static const char *const TERM_WORDS[ATP_TERMS] = {
    [ATP_TERM_PHYSICAL] = "free in all stores and warehouses (on hand less reserved)",
    [ATP_TERM_EXCLUDED] = "at facilities that are inactive or not in this channel",
    [ATP_TERM_BROKERING_OFF] = "at facilities that do not ship this product (brokering off)",
    [ATP_TERM_SAFETY_STOCK] = "kept back as safety stock",
    [ATP_TERM_FACILITY_FLOOR] = "put back: a facility below zero takes nothing from the others",
    [ATP_TERM_KIT_SPLIT] = "components that do not meet at one facility",
    [ATP_TERM_QUEUE] = "ordered, with no facility yet (queues)",
    [ATP_TERM_COMPONENT_LIMIT] = "more than the scarcest component allows here",
    [ATP_TERM_THRESHOLD] = "kept back by the channel (threshold)",
    [ATP_TERM_OFF] = "switched off: the product is not sellable in this channel",
    [ATP_TERM_HOLD] = "held: pre-orders or backorders are queued",
};

static const char *const WHY_WORDS[ATP_WHYS] = {
    [ATP_VIRTUAL] = "virtual: holds no units",
    [ATP_INACTIVE] = "inactive",
    [ATP_NOT_IN_CHANNEL] = "not in this channel now",
    [ATP_BROKERING_OFF] = "brokering is off for the product here",
    [ATP_BELOW_SAFETY_STOCK] = "nothing above its safety stock",
    [ATP_COUNTED] = "counted",
};

static void waterfall(cli *c, const atp_view *v)
{
    const atp_result *r = &v->a.result;
    for (atp_term t = 0; t < ATP_TERMS; t++)
        if (r->terms[t] != 0 || t == ATP_TERM_PHYSICAL)
            cli__line(c, "  %+8" PRId64 "  %s", r->terms[t], TERM_WORDS[t]);
    if (r->raw < 0)
        cli__line(c, "  = %6" PRId64 "  is below zero: more is promised than there is", r->raw);
    cli__line(c, "  = %6" PRId64 "  online ATP", r->online_atp);
    if (v->a.target != r->online_atp)
        cli__line(c, "           (Shopify is told %" PRId64 ": this channel publishes negative numbers)", v->a.target);
}

static void facility_table(cli *c, const atp_view *v)
{
    cli__line(c, "  %-20s %9s %9s %9s %9s %9s  why", v->a.kit ? "facility (in kits)" : "facility", "on hand",
              "reserved", "ATP", "safety", "counted");
    for (size_t i = 0; i < v->a.facility_count; i++) {
        const atp_facility *f = &v->a.facilities[i];
        if (!f->physical && f->qoh == 0 && f->atp == 0)
            continue;
        cli__line(c, "  %-20.*s %9" PRId64 " %9" PRId64 " %9" PRId64 " %9" PRId64 " %9" PRId64 "  %s",
                  STR_ARG(v->config->facilities[i].code), f->qoh, f->qoh - f->atp, f->atp, f->safety_stock,
                  v->a.counted[i], WHY_WORDS[v->a.why[i]]);
    }
}

static void view_text(cli *c, const atp_view *v)
{
    if (!cli__given(c, "explain")) {
        cli__line(c, "%-20.*s %" PRId64, STR_ARG(v->channel->code), v->a.result.online_atp);
        return;
    }
    cli__line(c, "%.*s in %.*s", STR_ARG(v->sku), STR_ARG(v->channel->code));
    waterfall(c, v);
    facility_table(c, v);
}

static bool one_channel(cli *c, store_tx *tx, js_writer *w, atp_view *v, int64_t product, err *e)
{
    if (!store_availability_get(tx, product, v->channel->id, c->memory, &v->a, e))
        return false;
    if (!c->json)
        view_text(c, v);
    else
        view_json(w, v);
    if (c->jsonl) {
        buf_add_char(&c->out, '\n');
        *w = cli__json(c);
    }
    return true;
}

bool cmd_atp(cli *c, cli_exit *ret, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    atp_view v = {.sku = str_trim(str_of(c->args[0]))};
    const char *channel = cli__text(c, "channel", NULL);
    int64_t product;
    if (!store_begin(c->store, STORE_READ, &tx, e) || !store_config_get(tx, &v.config, e) ||
        !cli__product(tx, c->args[0], &product, e))
        return false;
    js_writer w = cli__json(c);
    *ret = CLI_GOOD;
    if (channel)
        return cli__channel(v.config, channel, &v.channel, e) && one_channel(c, tx, &w, &v, product, e);
    if (c->json && !c->jsonl)
        js_array(&w, NULL);
    for (size_t i = 0; i < v.config->channel_count; i++) {
        v.channel = &v.config->channels[i];
        if (!one_channel(c, tx, &w, &v, product, e))
            return false;
    }
    if (c->json && !c->jsonl)
        js_close(&w);
    if (!c->json && v.config->channel_count == 0)
        cli__line(c, "there are no channels yet; name some with 'evenstock import config'");
    return true;
}
