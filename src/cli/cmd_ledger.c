/* ledger: a product's movements, newest first. */
#include "cli/cli.h"

static void movement_json(js_writer *w, const store_config *config, str sku, const store_movement *m)
{
    js_object(w, NULL);
    store_movement_fields(w, config, sku, m);
    js_put_str(w, "comment", m->comment);
    js_put_bool(w, "in_count", m->in_count);
    js_close(w);
}

static void movement_text(cli *c, const store_config *config, const store_movement *m)
{
    const store_facility *f = config_facility(config, m->facility);
    str code = f ? f->code : STR("?");
    cli__line(c, "%8" PRId64 "  %-20s  %-12.*s %+7" PRId64 " %+7" PRId64 " %8" PRId64 " %8" PRId64 "  %.*s%s%.*s%s",
              m->seq, INSTANT_Z(m->at), STR_ARG(code), m->qoh_delta, m->atp_delta, m->qoh, m->atp, STR_ARG(m->reason),
              str_empty(m->source) ? "" : ", ", STR_ARG(m->source), m->in_count ? " (already in the count)" : "");
}

bool cmd_ledger(cli *c, cli_exit *ret, err *e)
{
    AUTO(store_tx_end) store_tx *tx = NULL;
    const store_config *config;
    uint32_t limit = (uint32_t)cli__number(c, "limit", 50);
    str sku = str_trim(str_of(c->args[0]));
    int64_t product;
    store_movement *rows;
    size_t count;
    if (!store_begin(c->store, STORE_READ, &tx, e) || !store_config_get(tx, &config, e) ||
        !cli__product(tx, c->args[0], &product, e) ||
        !store_movements_newest(tx, product, limit, c->memory, &rows, &count, e))
        return false;
    js_writer w = cli__json(c);
    if (c->json)
        js_array(&w, NULL);
    else if (count > 0)
        cli__line(c, "%8s  %-20s  %-12s %7s %7s %8s %8s  reason, source", "seq", "at", "facility", "on hand", "ATP",
                  "= hand", "= ATP");
    else
        cli__line(c, "nothing has moved yet");
    for (size_t i = 0; i < count; i++)
        if (c->json)
            movement_json(&w, config, sku, &rows[i]);
        else
            movement_text(c, config, &rows[i]);
    if (c->json)
        js_close(&w);
    *ret = CLI_GOOD;
    return true;
}
