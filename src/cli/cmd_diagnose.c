/* diagnose: why Shopify's number differs, with evidence and the next command. */
#include "cli/cli.h"

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
    js_writer w = cli__json(c);
    if (c->json)
        jobs_diagnosis_json(&w, sku, channel, &d);
    else
        diagnosis_text(c, &d);
    *ret = strcmp(d.verdict, "in_sync") == 0 ? CLI_GOOD : CLI_FOUND;
    return true;
}

bool cli__check_diagnose(const cli *c, err *e)
{
    return cli__given(c, "channel") || ERR(e, ERR_USAGE, "--channel is needed: which channel's number is asked about?");
}
