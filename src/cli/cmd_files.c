/* import and export: files in and out. */
#include "cli/cli.h"

static void on_progress(void *ctx, int64_t done, int64_t total)
{
    cli *c = ctx;
    cli__progress(ctx, c->command->name, done >> 10, total < 0 ? total : total >> 10); /* KiB */
}

static void on_note(void *ctx, str line)
{
    cli__say(ctx, "evenstock: %.*s", STR_ARG(line));
}

static feed_options options_of(cli *c)
{
    return (feed_options){.dry_run = cli__given(c, "dry-run"),
                          .all_or_nothing = cli__given(c, "all-or-nothing"),
                          .again = cli__given(c, "again"),
                          .errors_path = cli__text(c, "errors", NULL),
                          .progress = on_progress,
                          .progress_ctx = c,
                          .note = on_note,
                          .note_ctx = c};
}

static void summary_json(cli *c, const feed_summary *s)
{
    js_writer w = cli__json(c);
    js_object(&w, NULL);
    js_put_int(&w, "rows", s->counts.rows);
    js_put_int(&w, "applied", s->counts.applied);
    js_put_int(&w, "unchanged", s->counts.unchanged);
    js_put_int(&w, "refused", s->counts.refused);
    js_put_int(&w, "waiting", s->counts.waiting);
    js_put_int(&w, "movements", s->counts.movements);
    js_put_bool(&w, "dry_run", cli__given(c, "dry-run"));
    js_put_bool(&w, "same_bytes", s->same_bytes);
    if (str_empty(s->errors_path))
        js_put_null(&w, "errors_file");
    else
        js_put_str(&w, "errors_file", s->errors_path);
    js_put_seconds(&w, "seconds", s->us);
    js_close(&w);
}

static bool summary(cli *c, const feed_summary *s, cli_exit *ret)
{
    const import_counts *n = &s->counts;
    *ret = n->refused > 0 ? CLI_FOUND : CLI_GOOD;
    if (c->json) {
        summary_json(c, s);
        return true;
    }
    cli__line(c,
              "%s%" PRId64 " rows: %" PRId64 " applied, %" PRId64 " unchanged, %" PRId64 " refused, %" PRId64
              " waiting; %" PRId64 " movements, %.3f s",
              cli__given(c, "dry-run") ? "dry run, nothing written: " : "", n->rows, n->applied, n->unchanged,
              n->refused, n->waiting, n->movements, (double)s->us / 1e6);
    if (!str_empty(s->errors_path))
        cli__line(c, "refused rows with their reasons: %.*s", STR_ARG(s->errors_path));
    return true;
}

/* Rows change targets of configurations that a date or an edit has left behind: bring those up first. */
static bool up_to_date(cli *c, err *e)
{
    return store_catch_up_all(c->store, e);
}

bool cli__check_levels(const cli *c, err *e)
{
    if (cli__given(c, "mode"))
        return true;
    return ERR(e, ERR_USAGE, "--mode is needed: qoh (a count), atp (already net of reservations) or keep-gap");
}

bool cmd_import_levels(cli *c, cli_exit *ret, err *e)
{
    feed_options o = options_of(c);
    feed_summary s;
    reset_mode mode = (reset_mode[]){RESET_QOH, RESET_ATP, RESET_KEEP_GAP}[cli__number(c, "mode", 0)];
    instant as_of = cli__number(c, "as-of", INSTANT_NONE);
    return up_to_date(c, e) && feed_levels(c->store, c->args[0], mode, as_of, &o, c->memory, &s, e) &&
           summary(c, &s, ret);
}

bool cmd_import_adjustments(cli *c, cli_exit *ret, err *e)
{
    feed_options o = options_of(c);
    feed_summary s;
    return up_to_date(c, e) && feed_adjustments(c->store, c->args[0], &o, c->memory, &s, e) && summary(c, &s, ret);
}

bool cmd_import_products(cli *c, cli_exit *ret, err *e)
{
    feed_options o = options_of(c);
    feed_summary s;
    return feed_products(c->store, c->args[0], &o, c->memory, &s, e) && summary(c, &s, ret);
}

bool cmd_import_orders(cli *c, cli_exit *ret, err *e)
{
    feed_options o = options_of(c);
    feed_summary s;
    return up_to_date(c, e) && feed_orders(c->store, c->args[0], &o, c->memory, &s, e) && summary(c, &s, ret);
}

/* -- configuration -- */

static const char *const CHANGE_NAMES[] = {"add", "change", "same"};

static void config_json(cli *c, const feed_config_result *r)
{
    js_writer w = cli__json(c);
    js_object(&w, NULL);
    js_put_int(&w, "added", r->added);
    js_put_int(&w, "changed", r->changed);
    js_put_int(&w, "same", r->same);
    js_put_bool(&w, "dry_run", cli__given(c, "dry-run"));
    js_array(&w, "changes");
    for (size_t i = 0; i < r->change_count; i++) {
        const feed_change *f = &r->changes[i];
        js_object(&w, NULL);
        js_put_z(&w, "kind", CHANGE_NAMES[f->kind]);
        js_put_str(&w, "what", f->what);
        js_put_str(&w, "field", f->field);
        js_put_str(&w, "old", f->old_value);
        js_put_str(&w, "new", f->new_value);
        js_close(&w);
    }
    js_close(&w);
    js_close(&w);
}

static void config_text(cli *c, const feed_config_result *r)
{
    bool dry = cli__given(c, "dry-run");
    for (size_t i = 0; dry && i < r->change_count; i++) {
        const feed_change *f = &r->changes[i];
        if (f->kind == FEED_CHANGE)
            cli__line(c, "change %.*s: %.*s: %.*s -> %.*s", STR_ARG(f->what), STR_ARG(f->field), STR_ARG(f->old_value),
                      STR_ARG(f->new_value));
        else
            cli__line(c, "%-6s %.*s", CHANGE_NAMES[f->kind], STR_ARG(f->what));
    }
    cli__line(c, "%s%" PRId64 " added, %" PRId64 " changed, %" PRId64 " the same",
              dry ? "dry run, nothing written: " : "", r->added, r->changed, r->same);
}

bool cmd_import_config(cli *c, cli_exit *ret, err *e)
{
    feed_config_result r;
    bool dry = cli__given(c, "dry-run");
    if (!feed_config(c->store, c->args[0], dry, c->memory, &r, e) || (!dry && !up_to_date(c, e)))
        return false;
    if (c->json)
        config_json(c, &r);
    else
        config_text(c, &r);
    *ret = CLI_GOOD;
    return true;
}

/* -- exports: spooled, so that an error in the middle leaves standard output empty -- */

bool cmd_export_config(cli *c, cli_exit *ret, err *e)
{
    FILE *to;
    *ret = CLI_GOOD;
    return cli__spool(c, &to, e) && feed_config_export(c->store, to, e);
}

bool cli__check_export(const cli *c, err *e)
{
    if (!cli__given(c, "csv") || !c->json)
        return true;
    return ERR(e, ERR_USAGE, "--csv and --json cannot both be; choose one");
}

typedef bool export_run(store *s, feed_format f, FILE *to, err *e);

static bool export_with(cli *c, export_run *run, cli_exit *ret, err *e)
{
    FILE *to;
    bool csv = cli__given(c, "csv");
    *ret = CLI_GOOD;
    feed_format f = csv ? FEED_CSV : c->json && !c->jsonl ? FEED_JSON : FEED_JSONL;
    return cli__spool(c, &to, e) && run(c->store, f, to, e);
}

bool cmd_export_atp(cli *c, cli_exit *ret, err *e)
{
    return export_with(c, feed_export_atp, ret, e);
}

bool cmd_export_levels(cli *c, cli_exit *ret, err *e)
{
    return export_with(c, feed_export_levels, ret, e);
}

bool cmd_export_ledger(cli *c, cli_exit *ret, err *e)
{
    return export_with(c, feed_export_ledger, ret, e);
}
