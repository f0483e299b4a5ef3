/*
 * The table of commands, sorted by name. To add one: a row here, a function in a cmd_*.c file, its declaration in
 * cli.h.
 */
#include "cli/cli.h"

#define FILE_HELP                                                                                                      \
    "FILE may be gzip; - is standard input. Good rows apply, bad ones are written to FILE.errors.csv with the "        \
    "reason; it goes when the mended file is imported.\n"                                                              \
    "The same bytes again change nothing (--again overrides); after a crash the same command goes on where it "        \
    "stood.\n"

#define JOB_HELP                                                                                                       \
    "JOB is recent, orders or hard, or its title: \"Upload recent inventory change\", \"Import orders\", \"Hard "      \
    "Sync\".\n"

/* clang-format off */
static const opt OPTS_ATP[] = {
    {"channel", OPT_TEXT, "CODE", "only this channel; without it, each one"},
    {"explain", OPT_FLAG, NULL, "the waterfall: every term, and every facility with the reason"},
    {"jsonl", OPT_FLAG, NULL, "one JSON document a line"},
    {0}};
static const opt OPTS_IMPORT[] = {
    {"dry-run", OPT_FLAG, NULL, "check everything, write nothing"},
    {"all-or-nothing", OPT_FLAG, NULL, "apply no row when one is bad"},
    {"again", OPT_FLAG, NULL, "import although these bytes were imported before"},
    {"errors", OPT_TEXT, "FILE", "where refused rows go (FILE.errors.csv)"},
    {0}};
static const opt OPTS_LEVELS[] = {
    {"mode", OPT_CHOICE, "qoh|atp|keep-gap", "what the quantities are: a count, an ATP, or a count that keeps reservations (needed)"},
    {"as-of", OPT_TIME, "TIME", "when the snapshot was taken: what moved later is replayed on top"},
    {"dry-run", OPT_FLAG, NULL, "check everything, write nothing"},
    {"all-or-nothing", OPT_FLAG, NULL, "apply no row when one is bad"},
    {"again", OPT_FLAG, NULL, "import although these bytes were imported before"},
    {"errors", OPT_TEXT, "FILE", "where refused rows go (FILE.errors.csv)"},
    {0}};
static const opt OPTS_CONFIG[] = {
    {"dry-run", OPT_FLAG, NULL, "say what would change, write nothing"},
    {0}};
static const opt OPTS_EXPORT[] = {
    {"jsonl", OPT_FLAG, NULL, "one JSON document a line (the default)"},
    {"csv", OPT_FLAG, NULL, "CSV with a header"},
    {0}};
static const opt OPTS_LEDGER[] = {
    {"limit", OPT_COUNT, "N", "at most N movements (50)"},
    {0}};
static const opt OPTS_SYNC[] = {
    {"shop", OPT_TEXT, "CODE", "the shop; may be left out while there is one"},
    {"channel", OPT_TEXT, "CODE", "only this channel"},
    {"dry-run", OPT_FLAG, NULL, "say what would be written, send no write"},
    {0}};
static const opt OPTS_SHOP[] = {
    {"shop", OPT_TEXT, "CODE", "the shop; may be left out while there is one"},
    {0}};
static const opt OPTS_WEBHOOKS[] = {
    {"register", OPT_FLAG, NULL, "subscribe the topics that do not go to the address yet"},
    {"address", OPT_TEXT, "URL", "where the service is reached: https://HOST/webhooks/shopify/CODE"},
    {0}};
static const opt OPTS_LIST[] = {
    {"shop", OPT_TEXT, "CODE", "only this shop"},
    {0}};
static const opt OPTS_SCHEDULE[] = {
    {"shop", OPT_TEXT, "CODE", "the shop; may be left out while there is one"},
    {"every", OPT_TEXT, "15m", "every 1m, 5m, 15m, 30m or 60m"},
    {"hourly", OPT_FLAG, NULL, "on the hour"},
    {"daily-at", OPT_TEXT, "HH:MM", "once a day, UTC"},
    {"as-changes-happen", OPT_FLAG, NULL, "whenever something is owed; orders: asked for every 5 s, hard: every 15 min"},
    {"paused", OPT_FLAG, NULL, "schedule it, but paused"},
    {0}};
static const opt OPTS_HISTORY[] = {
    {"shop", OPT_TEXT, "CODE", "the shop; may be left out while there is one"},
    {"limit", OPT_COUNT, "N", "at most N runs (50)"},
    {0}};
static const opt OPTS_TARGET[] = {
    {"channel", OPT_TEXT, "CODE", "the channel (needed)"},
    {0}};
static const opt OPTS_INCIDENTS[] = {
    {"shop", OPT_TEXT, "CODE", "only this shop"},
    {"open", OPT_FLAG, NULL, "only those that are not mended"},
    {"limit", OPT_COUNT, "N", "at most N of a shop, newest first (50)"},
    {0}};
static const opt OPTS_DIAGNOSE[] = {
    {"channel", OPT_TEXT, "CODE", "whose number is asked about (needed)"},
    {0}};

static const opt OPTS_SERVE[] = {
    {"port", OPT_TEXT, "N", "the port (0: a free one, which the first line tells)"},
    {"host", OPT_TEXT, "ADDRESS", "where it listens, and the name it answers to (127.0.0.1: this machine alone)"},
    {"gather-ms", OPT_TEXT, "N", "jobs that follow changes push what is owed after so long, with what else is owed by then (50)"},
    {0}};

const command COMMANDS[] = {
    {"atp", "SKU", 1, 1, NEEDS_STORE_READ, OPTS_ATP, cmd_atp,
     "show what a product can promise, and why",
     "The online ATP is what a channel may promise: the stock of its facilities less what is reserved, kept back or queued.\n\n"
     "  evenstock atp SHIRT-M --explain\n"
     "  evenstock atp SHIRT-M --channel web --json\n"},
    {"diagnose", "SKU", 1, 1, NEEDS_STORE_READ | NEEDS_NET, OPTS_DIAGNOSE, cmd_diagnose,
     "say why Shopify's number differs, with evidence and the next command",
     "Reads Shopify, writes nothing. Exit status 0 is in sync, 1 any other verdict.\n\n"
     "  evenstock diagnose SHIRT-M --channel web\n", cli__check_diagnose},
    {"export atp", "", 0, 0, NEEDS_STORE_READ, OPTS_EXPORT, cmd_export_atp,
     "write the online ATP of every product in every channel",
     "  evenstock export atp --csv > atp.csv\n", cli__check_export},
    {"export config", "", 0, 0, NEEDS_STORE_READ, NULL, cmd_export_config,
     "write the configuration as 'import config' reads it",
     "  evenstock export config > config.json\n"},
    {"export ledger", "", 0, 0, NEEDS_STORE_READ, OPTS_EXPORT, cmd_export_ledger,
     "write every movement, oldest first",
     "  evenstock export ledger --jsonl | gzip > ledger.jsonl.gz\n", cli__check_export},
    {"export levels", "", 0, 0, NEEDS_STORE_READ, OPTS_EXPORT, cmd_export_levels,
     "write the stock of every product at every facility",
     "  evenstock export levels --csv > levels.csv\n", cli__check_export},
    {"help", "[COMMAND]", 0, 2, NEEDS_NOTHING, NULL, cmd_help,
     "list the commands, or tell about one",
     "  evenstock help import levels\n"},
    {"import adjustments", "FILE", 1, 1, NEEDS_STORE_WRITE, OPTS_IMPORT, cmd_import_adjustments,
     "add signed changes of stock: sales, damage, receipts",
     "CSV columns: sku (or id_type,id_value), facility, delta; optional reason, at, key, comments. A key applies once for ever.\n"
     FILE_HELP "\n"
     "  evenstock import adjustments pos.csv --errors refused.csv\n"},
    {"import config", "FILE", 1, 1, NEEDS_STORE_WRITE, OPTS_CONFIG, cmd_import_config,
     "create or change facilities, groups, shops, channels, products",
     "What the file names is created or changed, what it does not name stays. A file with one error changes nothing.\n"
     "'evenstock export config' writes the same form.\n\n"
     "  evenstock import config config.json --dry-run\n"},
    {"import levels", "FILE", 1, 1, NEEDS_STORE_WRITE, OPTS_LEVELS, cmd_import_levels,
     "set what facilities hold, from an ERP's or WMS's file",
     "CSV columns: sku (or id_type,id_value), facility, quantity; optional as_of, reason, comments.\n"
     "Mode qoh: the file counts units on the shelf. atp: it already nets reservations. keep-gap: a count, reservations stay.\n"
     FILE_HELP "\n"
     "  evenstock import levels erp.csv --mode qoh --as-of 2026-11-24T02:00:00Z\n", cli__check_levels},
    {"import orders", "FILE", 1, 1, NEEDS_STORE_WRITE, OPTS_IMPORT, cmd_import_orders,
     "apply order events: placed, allocated, fulfilled, cancelled, returned",
     "JSON lines, one event each, in whatever order; each event_id applies once.\n"
     FILE_HELP "\n"
     "  evenstock import orders oms.jsonl\n"
     "  {\"event_id\": \"e1\", \"order\": \"1001\", \"line\": \"1\", \"sku\": \"A\",\n"
     "   \"quantity\": 2, \"kind\": \"placed\", \"channel\": \"web\"}\n"},
    {"import products", "FILE", 1, 1, NEEDS_STORE_WRITE, OPTS_IMPORT, cmd_import_products,
     "create or change products, from a CSV or Shopify's product export",
     "Columns: sku,title,product_type,vendor,tags,upc; or Shopify's own (Handle,Title,...,Variant SKU).\n"
     FILE_HELP "\n"
     "  evenstock import products products_export.csv\n"},
    {"incident accept", "SKU", 1, 1, NEEDS_STORE_WRITE, OPTS_TARGET, cmd_incident_accept,
     "accept units that Shopify has committed and no order explains",
     "Such units forbid Evenstock to raise the number. Once accepted, only more of them do.\n\n"
     "  evenstock incident accept SHIRT-M --channel web\n", cli__check_channel},
    {"incident list", "", 0, 0, NEEDS_STORE_READ, OPTS_INCIDENTS, cmd_incident_list,
     "show what others did to Shopify's numbers, newest first",
     "Exit status 1: some are not mended.\n\n"
     "  evenstock incident list --open\n"},
    {"init", "", 0, 0, NEEDS_STORE_WRITE, NULL, cmd_init,
     "create the database, or bring it to this version",
     "Not needed: every command that writes does the same.\n\n"
     "  evenstock init --db sqlite:/var/lib/evenstock/stock.db\n"},
    {"job cancel", "RUN", 1, 1, NEEDS_STORE_WRITE, NULL, cmd_job_cancel,
     "end a run; what it has not sent stays owed",
     "RUN is the number that 'job history' shows.\n\n"
     "  evenstock job cancel 17\n"},
    {"job history", "JOB", 1, 1, NEEDS_STORE_READ, OPTS_HISTORY, cmd_job_history,
     "show a job's runs, newest first",
     JOB_HELP "\n"
     "  evenstock job history recent --limit 10\n"},
    {"job list", "", 0, 0, NEEDS_STORE_READ, OPTS_LIST, cmd_job_list,
     "show every job: schedule, last run, what is owed and since when",
     "  evenstock job list --shop main\n"},
    {"job log", "RUN", 1, 1, NEEDS_STORE_READ, NULL, cmd_job_log,
     "show what a run wrote down",
     "RUN is the number that 'job history' shows.\n\n"
     "  evenstock job log 17\n"},
    {"job pause", "JOB", 1, 1, NEEDS_STORE_WRITE, OPTS_SHOP, cmd_job_pause,
     "stop its schedule; a run that has begun goes on",
     JOB_HELP "\n"
     "  evenstock job pause hard\n"},
    {"job resume", "JOB", 1, 1, NEEDS_STORE_WRITE, OPTS_SHOP, cmd_job_resume,
     "let its schedule go on",
     JOB_HELP "\n"
     "  evenstock job resume hard\n"},
    {"job run", "JOB", 1, 1, NEEDS_STORE_WRITE | NEEDS_NET, OPTS_SHOP, cmd_job_run,
     "run it now, here; waits for a run of the same job to end first",
     JOB_HELP "\n"
     "  evenstock job run \"Hard Sync\" --shop main\n"},
    {"job schedule", "JOB", 1, 1, NEEDS_STORE_WRITE, OPTS_SCHEDULE, cmd_job_schedule,
     "say when it runs",
     JOB_HELP "\n"
     "  evenstock job schedule recent --as-changes-happen\n"
     "  evenstock job schedule \"Hard Sync\" --daily-at 02:00\n", cli__check_schedule},
    {"job show", "JOB", 1, 1, NEEDS_STORE_READ, OPTS_SHOP, cmd_job_show,
     "show one job and what it is for",
     JOB_HELP "\n"
     "  evenstock job show orders\n"},
    {"ledger", "SKU", 1, 1, NEEDS_STORE_READ, OPTS_LEDGER, cmd_ledger,
     "show a product's movements, newest first",
     "  evenstock ledger SHIRT-M --limit 20\n"},
    {"man", "", 0, 0, NEEDS_NOTHING, NULL, cmd_man,
     "write the man page, in mdoc",
     "  evenstock man | man -l -\n"},
    {"quarantine list", "", 0, 0, NEEDS_STORE_READ, OPTS_LIST, cmd_quarantine_list,
     "show what is not pushed, with the reason and the mend",
     "What is read there (not stocked, untracked, gone) is taken up by the next Hard Sync once it is mended; so is a\n"
     "refused line when it would say something else. Exit status 1: there are some.\n\n"
     "  evenstock quarantine list --shop main\n"},
    {"quarantine release", "SKU", 1, 1, NEEDS_STORE_WRITE, OPTS_TARGET, cmd_quarantine_release,
     "push it again",
     "When what refused it is mended at Shopify and you do not want to wait for the next Hard Sync.\n\n"
     "  evenstock quarantine release SHIRT-M --channel web\n", cli__check_channel},
    {"serve", "", 0, 0, NEEDS_STORE_WRITE, OPTS_SERVE, cmd_serve,
     "run the schedules of all jobs, and answer HTTP: pages and REST",
     "Prints one line of JSON when it is ready: its url, and, the first time, the token that writes need. Ends at SIGTERM.\n"
     "Other commands work beside it on the same database. On this machine's own address reading is open; on any other\n"
     "--host it needs the token, too.\n\n"
     "  evenstock serve --port 8420\n", cli__check_serve},
    {"shop adopt", "CODE", 1, 1, NEEDS_STORE_WRITE | NEEDS_NET, NULL, cmd_shop_adopt,
     "read the shop's quantities as the start of what is explained",
     "Writes nothing to the shop. Look at the differences it reports: the next sync pushes them.\n\n"
     "  evenstock shop adopt main\n"},
    {"shop app-claims", "CODE APP", 2, 2, NEEDS_STORE_WRITE | NEEDS_NET, NULL, cmd_shop_app_claims,
     "take an app off the list of those whose orders claim no stock",
     "For when its vendor has mended it. The list is found by watching, see 'shop apps'.\n\n"
     "  evenstock shop app-claims main \"Old POS\"\n"},
    {"shop apps", "CODE", 1, 1, NEEDS_STORE_READ, NULL, cmd_shop_apps,
     "show the apps whose orders claim no stock",
     "Shopify does not tell which they are; they are found by the committed units that are missing. Their orders are\n"
     "demand here, and are pushed.\n\n"
     "  evenstock shop apps main\n"},
    {"shop check", "CODE", 1, 1, NEEDS_STORE_READ | NEEDS_NET, NULL, cmd_shop_check,
     "test the connection: version, scopes, plan, budget, locations",
     "Reads only. Exit status 1: a scope is missing, another API version answers, or a channel's location sells nothing.\n\n"
     "  evenstock shop check main\n"},
    {"shop link", "CODE", 1, 1, NEEDS_STORE_WRITE | NEEDS_NET, NULL, cmd_shop_link,
     "find the inventory item of every SKU",
     "Reads the shop's variants; again whenever SKUs were added there. Exit status 1: a SKU has no item, several items,\n"
     "or one that Shopify does not track or stock.\n\n"
     "  evenstock shop link main\n"},
    {"shop webhooks", "CODE", 1, 1, NEEDS_STORE_READ | NEEDS_NET, OPTS_WEBHOOKS, cmd_shop_webhooks,
     "show which topics tell the service of orders, and where they go; register what is missing",
     "Without --address a topic counts that goes anywhere. Registering again registers nothing. Exit status 1: some\n"
     "are missing; one whose scope the app lacks cannot be registered.\n\n"
     "  evenstock shop webhooks main --register --address https://stock.example.com/webhooks/shopify/main\n",
     cli__check_webhooks},
    {"sync hard", "", 0, 0, NEEDS_STORE_WRITE | NEEDS_NET, OPTS_SYNC, cmd_sync_hard,
     "Hard Sync: compare everything with Shopify, find and mend what others changed",
     "Reads every linked item, twice where it differs, and writes only where the difference is nobody's order. Exit\n"
     "status 1: something had drifted, was refused, is in doubt, or could not be confirmed yet.\n\n"
     "  evenstock sync hard --channel web --dry-run\n"},
    {"sync orders", "", 0, 0, NEEDS_STORE_WRITE | NEEDS_NET, OPTS_SHOP, cmd_sync_orders,
     "import what the shop's orders did since the last time",
     "Webhooks make it sooner, never more: what they miss is found here. Nothing is written to the shop.\n\n"
     "  evenstock sync orders --shop main\n"},
    {"sync recent", "", 0, 0, NEEDS_STORE_WRITE | NEEDS_NET, OPTS_SYNC, cmd_sync_recent,
     "Upload recent inventory change: push what Shopify does not show yet",
     "Only differences are sent, the most dangerous first. Exit status 1: a line was refused, or an answer is in doubt;\n"
     "what is in doubt is settled by the next run.\n\n"
     "  evenstock sync recent --dry-run\n"},
    {"verify", "", 0, 0, NEEDS_STORE_READ, NULL, cmd_verify,
     "recompute every number from the ledger and compare",
     "0 differences is the only pass, at any moment, also after a crash.\n\n"
     "  evenstock verify --db sqlite:copy.db\n"},
    {"version", "", 0, 0, NEEDS_NOTHING, NULL, cmd_version,
     "print the version",
     "  evenstock version --json\n"},
    {0}};
/* clang-format on */
