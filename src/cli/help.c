/*
 * Help and the man page, from the table of commands: what a row says is said once.
 */
#include "cli/cli.h"

static const char INTRO[] =
    "Evenstock keeps a Shopify shop's sellable stock equal to what the retailer can really promise.\n";

static const char EXIT_STATUS[] =
    "Exit status: 0 done, nothing wrong found; 1 done, something was found; 2 the command line is wrong;\n"
    "3 it could not be done.\n";

static str group_of(const command *cmd)
{
    str group, rest;
    return str_cut(str_of(cmd->name), ' ', &group, &rest) ? group : STR("");
}

bool cli__is_group(const char *word)
{
    for (const command *cmd = COMMANDS; cmd->name; cmd++)
        if (str_equal(group_of(cmd), str_of(word)))
            return true;
    return false;
}

static void row(buf *to, const command *cmd)
{
    char left[80];
    (void)snprintf(left, sizeof left, "%s%s%s", cmd->name, *cmd->args ? " " : "", cmd->args);
    buf_printf(to, "  %-30s %s\n", left, cmd->about);
}

void cli__help(buf *to)
{
    buf_printf(to, "%s\nusage: evenstock COMMAND [OPTIONS]\n\n", INTRO);
    for (const command *cmd = COMMANDS; cmd->name; cmd++)
        row(to, cmd);
    buf_printf(to,
               "\nA first look:\n"
               "  evenstock import config config.json        facilities, channels, products\n"
               "  evenstock import levels levels.csv --mode qoh\n"
               "  evenstock atp SKU --explain                what can be promised, and why\n"
               "  evenstock shop check main                  then: shop link main, shop adopt main\n"
               "  evenstock sync recent                      pushes what Shopify does not show yet\n\n"
               "The database is named by --db or EVENSTOCK_DB (sqlite:evenstock.db). 'evenstock COMMAND --help' tells "
               "more.\n%s",
               EXIT_STATUS);
}

void cli__help_group(buf *to, const char *group)
{
    buf_printf(to, "usage: evenstock %s ... [OPTIONS]\n\n", group);
    for (const command *cmd = COMMANDS; cmd->name; cmd++)
        if (str_equal(group_of(cmd), str_of(group)))
            row(to, cmd);
    buf_printf(to, "\n'evenstock %s WORD --help' tells more.\n", group);
}

static void opt_left(const opt *o, char *to, size_t room)
{
    (void)snprintf(to, room, "--%s%s%s", o->name, o->arg ? " " : "", o->arg ? o->arg : "");
}

void cli__help_command(buf *to, const command *cmd)
{
    opt all[OPTS_MAX];
    size_t count = cli__opts(cmd, all);
    buf_printf(to, "usage: evenstock %s%s%s [OPTIONS]\n\n%s\n\n", cmd->name, *cmd->args ? " " : "", cmd->args,
               cmd->about);
    for (size_t i = 0; i < count; i++) {
        char left[80];
        opt_left(&all[i], left, sizeof left);
        buf_printf(to, "  %-26s %s\n", left, all[i].about);
    }
    if (cmd->more)
        buf_printf(to, "\n%s", cmd->more);
    buf_printf(to, "\n%s", EXIT_STATUS);
}

/* -- the man page, in mdoc -- */

/* One sentence as a line; a leading dot or quote would be a macro. */
static void man_sentence(buf *to, str line)
{
    if (line.at[0] == '.' || line.at[0] == '\'')
        buf_printf(to, "\\&");
    for (size_t i = 0; i < line.len; i++)
        if (line.at[i] == '\\')
            buf_printf(to, "\\e");
        else
            buf_add_char(to, line.at[i]);
    buf_add_char(to, '\n');
}

/* mdoc wants each sentence on a line of its own. */
static void man_text(buf *to, str text)
{
    size_t from = 0;
    for (size_t i = 0; i <= text.len; i++) {
        bool ends = i == text.len || text.at[i] == '\n' || (text.at[i] == ' ' && i > 0 && text.at[i - 1] == '.');
        if (!ends)
            continue;
        str line = str_trim((str){text.at + from, i - from});
        if (!str_empty(line))
            man_sentence(to, line);
        from = i;
    }
}

/* Help in paragraphs; lines that begin with two spaces are examples and stay as they are. */
static void man_more(buf *to, const char *more)
{
    str rest = str_of(more), line;
    bool literal = false;
    for (bool left = true; left;) {
        left = str_cut(rest, '\n', &line, &rest);
        bool example = str_starts(line, STR("  "));
        if (example != literal)
            buf_printf(to, "%s\n", example ? ".Bd -literal -offset indent" : ".Ed");
        literal = example;
        if (!str_empty(line))
            man_text(to, line);
        else if (left && !str_empty(rest) && !str_starts(rest, STR("  ")))
            buf_printf(to, ".Pp\n");
    }
    if (literal)
        buf_printf(to, ".Ed\n");
}

static int first_upper(const char *text)
{
    return *text >= 'a' && *text <= 'z' ? *text - 'a' + 'A' : *text;
}

static void man_opt(buf *to, const opt *o)
{
    buf_printf(to, ".It Fl -%s", o->name);
    if (o->arg)
        buf_printf(to, " Ar %s", o->arg);
    buf_add_char(to, '\n');
    man_text(to, str_of(o->about));
}

static void man_opts(buf *to, const opt *list, size_t count)
{
    if (count == 0)
        return;
    buf_printf(to, ".Bl -tag -width Ds\n");
    for (size_t i = 0; i < count; i++)
        man_opt(to, &list[i]);
    buf_printf(to, ".El\n");
}

void cli__man(buf *to)
{
    opt opts[OPTS_MAX];
    size_t common = cli__opts(&(command){0}, opts);
    buf_printf(to, ".Dd November 24, 2026\n.Dt EVENSTOCK 1\n.Os\n.Sh NAME\n.Nm evenstock\n"
                   ".Nd keep a shop's sellable stock equal to what can be promised\n"
                   ".Sh SYNOPSIS\n.Nm\n.Ar COMMAND\n.Op Ar OPTIONS\n.Sh DESCRIPTION\n");
    man_text(to, str_of(INTRO));
    buf_printf(to, ".Sh COMMANDS\n");
    for (const command *cmd = COMMANDS; cmd->name; cmd++) {
        buf_printf(to, ".Ss %s%s%s\n", cmd->name, *cmd->args ? " " : "", cmd->args);
        buf_printf(to, "%c%s.\n", first_upper(cmd->about), cmd->about + 1);
        if (cmd->more) {
            if (!str_starts(str_of(cmd->more), STR("  ")))
                buf_printf(to, ".Pp\n");
            man_more(to, cmd->more);
        }
        man_opts(to, opts, cli__opts(cmd, opts) - common);
    }
    buf_printf(to, ".Sh OPTIONS\nEvery command takes these, before its name, too:\n");
    man_opts(to, opts, cli__opts(&(command){0}, opts));
    buf_printf(
        to, ".Sh ENVIRONMENT\n.Bl -tag -width Ds\n.It Ev EVENSTOCK_DB\nThe database when there is no\n.Fl -db .\n.El\n"
            ".Sh EXIT STATUS\n");
    man_text(to, str_of(EXIT_STATUS));
    buf_printf(to, ".Sh EXAMPLES\nA first look:\n.Bd -literal -offset indent\nevenstock import config config.json\n"
                   "evenstock import levels levels.csv --mode qoh\nevenstock atp SKU --explain\n.Ed\n");
}
