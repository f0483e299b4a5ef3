/* diagnose: why Shopify's number differs, with evidence and the next command. */
#include "cli/cli.h"

static void lists_json(js_writer *w, const diagnosis *d)
{
    js_array(w, "evidence");
    for (size_t i = 0; i < d->evidence_count; i++) {
        js_object(w, NULL);
        js_put_str(w, "what", d->evidence[i].what);
        js_put_str(w, "value", d->evidence[i].value);
        js_put_instant(w, "when", d->evidence[i].when);
        js_put_str(w, "source", d->evidence[i].source);
        js_close(w);
    }
    js_close(w);
    js_array(w, "checked");
    for (cause_id id = 0; id < CAUSES; id++) {
        js_object(w, NULL);
        js_put_z(w, "id", domain_cause_code(id));
        js_put_z(w, "what", domain_cause_what(id));
        js_put_z(w, "result", domain_check_name(d->checked[id].result));
        js_put_str(w, "detail", d->checked[id].detail);
        js_close(w);
    }
    js_close(w);
    js_array(w, "next");
    for (size_t i = 0; i < d->next_count; i++) {
        js_object(w, NULL);
        js_put_str(w, "action", d->next[i].action);
        js_put_str(w, "command", d->next[i].command);
        js_put_bool(w, "safe", d->next[i].safe);
        js_close(w);
    }
    js_close(w);
}

static void diagnosis_json(cli *c, str sku, str channel, const diagnosis *d)
{
    js_writer w = cli__json(c);
    js_object(&w, NULL);
    js_put_str(&w, "sku", sku);
    js_put_str(&w, "channel", channel);
    js_put_int(&w, "expected", d->expected);
    js_put_maybe(&w, "available", d->available);
    js_put_maybe(&w, "committed", d->committed);
    js_put_maybe(&w, "unseen", d->unseen);
    js_put_z(&w, "verdict", d->verdict);
    js_put_z(&w, "cause", d->cause);
    js_put_str(&w, "summary", d->summary);
    js_put_maybe(&w, "explains", d->explains);
    lists_json(&w, d);
    js_close(&w);
}

static void diagnosis_text(cli *c, const diagnosis *d)
{
    cli__line(c, "%s: %.*s", d->verdict, STR_ARG(d->summary));
    cli__line(c, "%s", "");
    for (size_t i = 0; i < d->evidence_count; i++)
        cli__line(c, "  %-48.*s %.*s%s%s", STR_ARG(d->evidence[i].what), STR_ARG(d->evidence[i].value),
                  d->evidence[i].when == INSTANT_NONE ? "" : ", ", INSTANT_Z(d->evidence[i].when));
    cli__line(c, "%s", "");
    for (cause_id id = 0; id < CAUSES; id++)
        if (d->checked[id].result != CHECK_PASS)
            cli__line(c, "  %-5s %-8s %s: %.*s", domain_cause_code(id), domain_check_name(d->checked[id].result),
                      domain_cause_what(id), STR_ARG(d->checked[id].detail));
    for (size_t i = 0; i < d->next_count; i++)
        cli__line(c, "next: %.*s: %.*s%s", STR_ARG(d->next[i].action), STR_ARG(d->next[i].command),
                  d->next[i].safe ? "" : " (not safe yet: sales there are unseen; import orders first)");
}

bool cmd_diagnose(cli *c, cli_exit *ret, err *e)
{
    diagnosis d;
    str sku = str_trim(str_of(c->args[0])), channel = str_trim(str_of(cli__text(c, "channel", "")));
    if (!jobs_diagnose(c->store, &c->world, sku, channel, c->memory, &d, e))
        return false;
    if (c->json)
        diagnosis_json(c, sku, channel, &d);
    else
        diagnosis_text(c, &d);
    *ret = strcmp(d.verdict, "in_sync") == 0 ? CLI_GOOD : CLI_FOUND;
    return true;
}

bool cli__check_diagnose(const cli *c, err *e)
{
    return cli__given(c, "channel") || ERR(e, ERR_USAGE, "--channel is needed: which channel's number is asked about?");
}
