#pragma once
/*
 * cli: the table of commands and the small machinery around it. One row of COMMANDS is one command: its name,
 * arguments, options, what must be open before it runs, and its help. Parsing, help, the man page and completion come
 * from the rows.
 *
 * A command builds its whole output first and prints it at the end (out.c): on an error standard output stays empty.
 * Exit status: 0 nothing wrong found, 1 something found, 2 the command line is wrong, 3 it could not be done.
 */
#include "feed/feed.h"
#include "jobs/jobs.h"

typedef enum cli_exit { CLI_GOOD = 0, CLI_FOUND = 1, CLI_USAGE = 2, CLI_FAILED = 3 } cli_exit;

/* How the value of an option is read; a bad one is a usage error that names the option. */
typedef enum opt_kind {
    OPT_FLAG,
    OPT_TEXT,
    OPT_COUNT,  /* 1 to 1,000,000,000 */
    OPT_TIME,   /* RFC 3339 */
    OPT_CHOICE, /* one of `arg`, which is then "a|b|c" */
} opt_kind;

typedef struct opt {
    const char *name; /* without dashes */
    opt_kind kind;
    const char *arg; /* its placeholder in the help; NULL for a flag */
    const char *about;
} opt;

#define OPTS_MAX 12 /* options of one command, the common ones included */

typedef struct opt_value {
    const opt *of; /* NULL: not given */
    const char *text;
    int64_t number; /* OPT_COUNT, OPT_TIME (an instant), OPT_CHOICE (index) */
} opt_value;

enum { /* what is open when a command runs */
       NEEDS_NOTHING = 0,
       NEEDS_STORE_READ = 1,
       NEEDS_STORE_WRITE = 2,
       NEEDS_NET = 4,
};

typedef struct command command;

typedef struct cli {
    const command *command;
    const char *db; /* address of the database */
    bool json, jsonl;
    opt_value values[OPTS_MAX];
    char **args; /* positional arguments, as many as the row says */
    size_t arg_count;
    arena *memory; /* of the whole run */
    world world;
    shop_net *net;
    store *store;
    buf out;             /* what goes to standard output when the command has succeeded */
    FILE *spool;         /* the same for what may be large; NULL: unused. Printed before `out` */
    int64_t started_us;  /* ticks */
    int64_t progress_us; /* ticks of the last progress; 0: none */
    bool progress_shown; /* a progress line stands on the terminal */
} cli;

/* Returns false with an error; else *ret is CLI_GOOD or CLI_FOUND. */
typedef bool command_run(cli *c, cli_exit *ret, err *e);

struct command {
    const char *name; /* "import levels" */
    const char *args; /* "FILE", "SKU", "" */
    size_t args_least, args_most;
    unsigned needs;
    const opt *opts; /* ends with a row without a name; NULL: none */
    command_run *run;
    const char *about;                   /* one line */
    const char *more;                    /* help: paragraphs, examples; may be NULL */
    bool (*check)(const cli *c, err *e); /* of the command line, before anything is opened; NULL: none */
};

#define CLI_LANE_WAIT_MS INT64_C(60000) /* how long a command waits for another worker of the same shop */

extern const command COMMANDS[]; /* sorted by name; ends with a row without a name */

/* run.c: the whole program, for main() and tests. */
int cli_run(int argc, char **argv);
/* True once SIGINT or SIGTERM came: long work ends soon and cleanly. */
bool cli__stopped(void *unused);

/* opt.c */
MUST bool cli__parse(cli *c, int argc, char **argv, bool *ret_help, err *e);
bool cli__given(const cli *c, const char *name);
const char *cli__text(const cli *c, const char *name, const char *otherwise);
int64_t cli__number(const cli *c, const char *name, int64_t otherwise);
size_t cli__opts(const command *cmd, opt ret[OPTS_MAX]); /* the command's own, then the common ones */

/* help.c */
void cli__help(buf *to);
void cli__help_command(buf *to, const command *cmd);
void cli__help_group(buf *to, const char *group); /* "import": all its commands */
bool cli__is_group(const char *word);
void cli__man(buf *to);

/* out.c */
js_writer cli__json(cli *c); /* a document into c->out */
void cli__line(cli *c, const char *format, ...) PRINTF(2, 3);
void cli__say(cli *c, const char *format, ...) PRINTF(2, 3);                  /* one line on standard error, at once */
void cli__progress(void *ctx, const char *what, int64_t done, int64_t total); /* ctx: the cli */
void cli__progress_end(cli *c);
MUST bool cli__print(cli *c, err *e);             /* everything to standard output, flushed */
MUST bool cli__spool(cli *c, FILE **ret, err *e); /* a temporary file that cli__print copies */
int64_t cli__elapsed_us(const cli *c);

/* shared by commands that name things */
MUST bool cli__product(store_tx *tx, const char *sku, int64_t *ret, err *e); /* ERR_MISSING with the mend */
MUST bool cli__channel(const store_config *c, const char *code, const store_channel **ret, err *e);

MUST bool cli__shop_row(store_tx *tx, const char *code, const store_shop **ret, err *e);
/* A copy of its row; its texts live as long as the store's configuration. */
MUST bool cli__shop_copy(cli *c, const char *code, store_shop *ret, err *e);
/* Webhook subscriptions, as `shop check` and `shop webhooks` tell them. */
void cli__hooks_json(js_writer *w, const shop_hook *list, size_t count);
void cli__hooks_text(cli *c, const shop_hook *list, size_t count);

/* cmd_sync.c: the shop that --shop names, or the only one; a report as text or JSON */
MUST bool cli__shop_named(cli *c, str *ret, err *e);
void cli__relinked(cli *c, const sync_relinked *list, size_t count);
void cli__report(cli *c, const char *job, const sync_report *r);

/* cmd_files.c: checks of the command line */
bool cli__check_levels(const cli *c, err *e);
bool cli__check_export(const cli *c, err *e);

command_run cmd_init, cmd_version, cmd_help, cmd_man, cmd_verify;
command_run cmd_import_config, cmd_import_products, cmd_import_levels, cmd_import_adjustments, cmd_import_orders;
command_run cmd_export_config, cmd_export_atp, cmd_export_levels, cmd_export_ledger;
command_run cmd_atp, cmd_ledger;
command_run cmd_shop_check, cmd_shop_link, cmd_shop_adopt, cmd_shop_webhooks;
command_run cmd_sync_recent, cmd_sync_hard, cmd_sync_orders;
command_run cmd_job_list, cmd_job_show, cmd_job_schedule, cmd_job_run, cmd_job_pause, cmd_job_resume, cmd_job_cancel;
command_run cmd_job_history, cmd_job_log, cmd_diagnose;
command_run cmd_quarantine_list, cmd_quarantine_release, cmd_incident_list, cmd_incident_accept, cmd_shop_apps,
    cmd_shop_app_claims;
bool cli__check_channel(const cli *c, err *e); /* cmd_doubt.c */
MUST bool cli__check_webhooks(const cli *c, err *e);
bool cli__check_schedule(const cli *c, err *e); /* cmd_job.c */
bool cli__check_diagnose(const cli *c, err *e); /* cmd_diagnose.c */
command_run cmd_serve;
bool cli__check_serve(const cli *c, err *e); /* cmd_serve.c */
