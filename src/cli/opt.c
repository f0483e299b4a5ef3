/*
 * Options: from a command's row to getopt_long and back to checked values. --db, --json and the like may stand
 * anywhere, before the command's name too.
 */
#include "cli/cli.h"

#include <getopt.h>
#include <stdlib.h>

static const opt COMMON[] = {
    {"db", OPT_TEXT, "URL", "the database; also EVENSTOCK_DB (sqlite:evenstock.db)"},
    {"json", OPT_FLAG, NULL, "one JSON document on standard output"},
    {"help", OPT_FLAG, NULL, "what this command does, with examples"},
};

size_t cli__opts(const command *cmd, opt ret[OPTS_MAX])
{
    size_t n = 0;
    for (const opt *o = cmd->opts; o && o->name; o++)
        ret[n++] = *o;
    CHECK(n + COUNT(COMMON) <= OPTS_MAX);
    for (size_t i = 0; i < COUNT(COMMON); i++)
        ret[n++] = COMMON[i];
    return n;
}

/* The place of `text` among "a|b|c"; -1: none. */
static int64_t choice_of(const char *choices, const char *text)
{
    int64_t at = 0;
    str rest = str_of(choices), one;
    for (bool more = true; more; at++) {
        more = str_cut(rest, '|', &one, &rest);
        if (str_equal(one, str_of(text)))
            return at;
    }
    return -1;
}

static bool value_read(const opt *o, const char *text, opt_value *ret, err *e)
{
    opt_value v = {.of = o, .text = text};
    err inner = {0};
    switch (o->kind) {
    case OPT_FLAG:
        break;
    case OPT_TEXT:
        if (!*text)
            return ERR(e, ERR_USAGE, "--%s needs a value: --%s %s", o->name, o->name, o->arg);
        if (!utf8_valid(str_of(text)))
            return ERR(e, ERR_USAGE, "the value of --%s is not UTF-8 text", o->name);
        break;
    case OPT_COUNT:
        if (!num_parse_qty(str_of(text), 1, QTY_FILE_MAX, &v.number, &inner))
            return ERR(e, ERR_USAGE, "--%s: %s", o->name, inner.text);
        break;
    case OPT_TIME:
        if (!instant_parse(str_of(text), &v.number, &inner))
            return ERR(e, ERR_USAGE, "--%s: %s", o->name, inner.text);
        break;
    case OPT_CHOICE:
        v.number = choice_of(o->arg, text);
        if (v.number < 0)
            return ERR(e, ERR_USAGE, "--%s: '%s' is none of %s", o->name, text, o->arg);
        break;
    }
    *ret = v;
    return true;
}

static const opt_value *value_of(const cli *c, const char *name)
{
    for (size_t i = 0; i < OPTS_MAX; i++)
        if (c->values[i].of && strcmp(c->values[i].of->name, name) == 0)
            return &c->values[i];
    return NULL;
}

bool cli__given(const cli *c, const char *name)
{
    return value_of(c, name) != NULL;
}

const char *cli__text(const cli *c, const char *name, const char *otherwise)
{
    const opt_value *v = value_of(c, name);
    return v ? v->text : otherwise;
}

int64_t cli__number(const cli *c, const char *name, int64_t otherwise)
{
    const opt_value *v = value_of(c, name);
    return v ? v->number : otherwise;
}

/* The command's name is the first one or two words that are no options; what stands before and after are options. */
static const command *command_find(const char *first, const char *second, size_t *ret_words)
{
    const command *found = NULL;
    for (const command *cmd = COMMANDS; cmd->name; cmd++) {
        str group, rest;
        if (!str_cut(str_of(cmd->name), ' ', &group, &rest)) {
            if (strcmp(cmd->name, first) == 0) {
                *ret_words = 1;
                found = cmd;
            }
        } else if (second && str_equal(group, str_of(first)) && str_equal(rest, str_of(second))) {
            *ret_words = 2;
            return cmd;
        }
    }
    return found;
}

/* Splits the words of a command off argv: `ret_argv` begins with the program's name and has all the rest. */
static bool command_take(cli *c, int argc, char **argv, char **ret_argv, int *ret_argc, bool *ret_help, err *e)
{
    const char *words[2] = {NULL, NULL};
    int at[2] = {0, 0}, n = 0;
    for (int i = 1; i < argc && n < 2; i++) {
        if (strcmp(argv[i], "--") == 0)
            break;
        if (argv[i][0] == '-' && argv[i][1]) {
            i += strcmp(argv[i], "--db") == 0; /* its value is no word */
            continue;
        }
        words[n] = argv[i];
        at[n++] = i;
    }
    size_t used = 0;
    if (n > 0)
        c->command = command_find(words[0], words[1], &used);
    if (!c->command && n > 0 && !cli__is_group(words[0]))
        return ERR(e, ERR_USAGE, "there is no command '%s'; 'evenstock help' lists them", words[0]);
    if (!c->command && n > 0 && words[1] && strcmp(words[1], "help") != 0)
        return ERR(e, ERR_USAGE, "there is no command '%s %s'; 'evenstock help %s' lists them", words[0], words[1],
                   words[0]);
    if (!c->command) {
        for (int i = 1; i < argc; i++)
            *ret_help |= strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0;
        if (*ret_help) {
            if (n > 0)
                cli__help_group(&c->out, words[0]);
            else
                cli__help(&c->out);
            return true;
        }
        if (n > 0)
            return ERR(e, ERR_USAGE, "'%s' needs one more word; 'evenstock help %s' lists what it can do", words[0],
                       words[0]);
        return ERR(e, ERR_USAGE, "a command is needed; 'evenstock help' lists them");
    }
    int out = 0;
    for (int i = 0; i < argc; i++)
        if (i == 0 || ((used < 1 || i != at[0]) && (used < 2 || i != at[1])))
            ret_argv[out++] = argv[i];
    ret_argv[out] = NULL;
    *ret_argc = out;
    return true;
}

/* What getopt_long could not take, in words. */
static bool refuse(const cli *c, int code, char **argv, err *e)
{
    const char *word = argv[optind - 1];
    if (code == ':')
        return ERR(e, ERR_USAGE, "%s needs a value; see 'evenstock %s --help'", word, c->command->name);
    return ERR(e, ERR_USAGE, "'%s' has no option %s; see 'evenstock %s --help'", c->command->name, word,
               c->command->name);
}

static bool options_take(cli *c, const opt *all, size_t count, int argc, char **argv, err *e)
{
    struct option rows[OPTS_MAX + 1] = {0};
    for (size_t i = 0; i < count; i++)
        rows[i] =
            (struct option){all[i].name, all[i].kind == OPT_FLAG ? no_argument : required_argument, NULL, (int)i + 256};
    optind = 0; /* GNU: start anew, permute */
    opterr = 0;
    for (;;) {
        int code = getopt_long(argc, argv, ":h", rows, NULL);
        if (code == -1)
            break;
        if (code == ':' || code == '?')
            return refuse(c, code, argv, e);
        size_t i = code == 'h' ? count - 1 : (size_t)code - 256;
        if (c->values[i].of && all[i].kind != OPT_FLAG)
            return ERR(e, ERR_USAGE, "--%s is given twice", all[i].name);
        if (!value_read(&all[i], optarg, &c->values[i], e))
            return false;
    }
    c->args = argv + optind;
    c->arg_count = (size_t)(argc - optind);
    return true;
}

static bool args_check(const cli *c, err *e)
{
    const command *cmd = c->command;
    if (c->arg_count < cmd->args_least)
        return ERR(e, ERR_USAGE, "'%s' needs %s; see 'evenstock %s --help'", cmd->name, cmd->args, cmd->name);
    if (c->arg_count > cmd->args_most)
        return ERR(e, ERR_USAGE, "'%s' is one argument too many for '%s'; see 'evenstock %s --help'",
                   c->args[cmd->args_most], cmd->name, cmd->name);
    for (size_t i = 0; i < c->arg_count; i++)
        if (!utf8_valid(str_of(c->args[i])))
            return ERR(e, ERR_USAGE, "argument %zu is not UTF-8 text", i + 1);
    return true;
}

bool cli__parse(cli *c, int argc, char **argv, bool *ret_help, err *e)
{
    char **rest = ARENA_NEW(c->memory, char *, (size_t)argc + 1);
    int rest_count = 0;
    *ret_help = false;
    if (!command_take(c, argc, argv, rest, &rest_count, ret_help, e))
        return false;
    if (!c->command)
        return true;
    opt *all = ARENA_NEW(c->memory, opt, OPTS_MAX);
    size_t count = cli__opts(c->command, all);
    if (!options_take(c, all, count, rest_count, rest, e))
        return false;
    if (cli__given(c, "help")) {
        *ret_help = true;
        cli__help_command(&c->out, c->command);
        return true;
    }
    const char *from_environment = getenv("EVENSTOCK_DB");
    c->db = cli__text(c, "db", from_environment && *from_environment ? from_environment : "sqlite:evenstock.db");
    c->jsonl = cli__given(c, "jsonl");
    c->json = cli__given(c, "json") || c->jsonl;
    return args_check(c, e);
}
