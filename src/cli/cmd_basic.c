/* init, version, help, man, verify. */
#include "cli/cli.h"

bool cmd_init(cli *c, cli_exit *ret, err *e)
{
    (void)e;
    if (c->json) {
        js_writer w = cli__json(c);
        js_object(&w, NULL);
        js_put_z(&w, "db", c->db);
        js_close(&w);
    } else {
        cli__line(c, "%s is ready", c->db);
    }
    *ret = CLI_GOOD;
    return true;
}

bool cmd_version(cli *c, cli_exit *ret, err *e)
{
    (void)e;
    if (c->json) {
        js_writer w = cli__json(c);
        js_object(&w, NULL);
        js_put_z(&w, "version", EVENSTOCK_VERSION);
        js_close(&w);
    } else {
        cli__line(c, "evenstock %s", EVENSTOCK_VERSION);
    }
    *ret = CLI_GOOD;
    return true;
}

bool cmd_help(cli *c, cli_exit *ret, err *e)
{
    *ret = CLI_GOOD;
    if (c->arg_count == 0) {
        cli__help(&c->out);
        return true;
    }
    str wanted = c->arg_count == 1 ? str_of(c->args[0]) : str_printf(c->memory, "%s %s", c->args[0], c->args[1]);
    for (const command *cmd = COMMANDS; cmd->name; cmd++)
        if (str_equal(str_of(cmd->name), wanted)) {
            cli__help_command(&c->out, cmd);
            return true;
        }
    if (c->arg_count > 1 || !cli__is_group(c->args[0]))
        return ERR(e, ERR_USAGE, "there is no command '%.*s'; 'evenstock help' lists them", STR_ARG(wanted));
    cli__help_group(&c->out, c->args[0]);
    return true;
}

bool cmd_man(cli *c, cli_exit *ret, err *e)
{
    (void)e;
    cli__man(&c->out);
    *ret = CLI_GOOD;
    return true;
}

static void verify_json(cli *c, const verify_report *r)
{
    js_writer w = cli__json(c);
    js_object(&w, NULL);
    js_put_int(&w, "levels", r->levels);
    js_put_int(&w, "targets", r->targets);
    js_put_int(&w, "orders", r->orders);
    js_put_int(&w, "movements", r->movements);
    js_put_int(&w, "behind", r->behind);
    js_put_int(&w, "differences", r->differences);
    js_array(&w, "details");
    for (size_t i = 0; i < r->detail_count; i++) {
        js_object(&w, NULL);
        js_put_str(&w, "what", r->details[i].what);
        js_put_str(&w, "where", r->details[i].where);
        js_put_str(&w, "stored", r->details[i].stored);
        js_put_str(&w, "computed", r->details[i].computed);
        js_close(&w);
    }
    js_close(&w);
    js_close(&w);
}

static void verify_text(cli *c, const verify_report *r)
{
    cli__line(c,
              "%" PRId64 " levels, %" PRId64 " targets, %" PRId64 " order lines, %" PRId64 " movements: %" PRId64
              " differences",
              r->levels, r->targets, r->orders, r->movements, r->differences);
    if (r->behind)
        cli__line(
            c, "%" PRId64 " targets wait for a recompute and were not compared; the next command that writes does it",
            r->behind);
    for (size_t i = 0; i < r->detail_count; i++)
        cli__line(c, "  %.*s of %.*s: stored %.*s, computed %.*s", STR_ARG(r->details[i].what),
                  STR_ARG(r->details[i].where), STR_ARG(r->details[i].stored), STR_ARG(r->details[i].computed));
    if ((int64_t)r->detail_count < r->differences)
        cli__line(c, "  ... and %" PRId64 " more", r->differences - (int64_t)r->detail_count);
}

bool cmd_verify(cli *c, cli_exit *ret, err *e)
{
    verify_report r;
    if (!store_verify(c->store, c->memory, &r, e))
        return false;
    if (c->json)
        verify_json(c, &r);
    else
        verify_text(c, &r);
    *ret = r.differences == 0 ? CLI_GOOD : CLI_FOUND;
    return true;
}
