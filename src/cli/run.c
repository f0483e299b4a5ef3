/*
 * One run of the program: the command line, what the command needs, the command, its output and its exit status.
 */
#include "cli/cli.h"

#include <signal.h>

static volatile sig_atomic_t stopped; /* the program's one signal flag */

static void on_signal(int number)
{
    (void)number;
    stopped = 1;
}

bool cli__stopped(void *unused)
{
    (void)unused;
    return stopped != 0;
}

static void failed_writes_are_errors(void)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigemptyset(&ignore.sa_mask);
    (void)sigaction(SIGPIPE, &ignore, NULL); /* a closed pipe */
    (void)sigaction(SIGXFSZ, &ignore, NULL); /* a file at its limit */
}

/* For what talks to a shop: its call in hand is booked first. All else ends at once: each step is a transaction. */
static void stop_when_asked(void)
{
    struct sigaction ask = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND}; /* a second one ends at once */
    sigemptyset(&ask.sa_mask);
    (void)sigaction(SIGINT, &ask, NULL);
    (void)sigaction(SIGTERM, &ask, NULL);
}

static bool needs_open(cli *c, err *e)
{
    unsigned needs = c->command->needs;
    if (c->command->check && !c->command->check(c, e))
        return false;
    if (needs & NEEDS_NET) {
        stop_when_asked();
        if (!shop_net_open(&c->net, &c->world.net, e))
            return false;
    }
    if (!(needs & (NEEDS_STORE_READ | NEEDS_STORE_WRITE)))
        return true;
    return store_open(c->db, needs & NEEDS_STORE_WRITE ? STORE_WRITE : STORE_READ, &c->world.clock, &c->store, e);
}

static cli_exit exit_of(const err *e)
{
    return e->code == ERR_USAGE ? CLI_USAGE : CLI_FAILED;
}

static void release(cli *c)
{
    cli__progress_end(c);
    store_close(&c->store);
    shop_net_close(&c->net);
    if (c->spool)
        (void)fclose(c->spool);
    buf_end(&c->out);
    arena_end(&c->memory);
}

#define OUT_MAX (256u << 20) /* bytes of one command's answer; larger ones are spooled */

int cli_run(int argc, char **argv)
{
    err e = {0};
    bool help = false;
    cli_exit status = CLI_GOOD;
    cli c = {.memory = arena_new(0), .world = {.clock = os_clock(), .rng = os_rng()}, .out = buf_new(OUT_MAX)};
    c.started_us = c.world.clock.ticks_us(c.world.clock.ctx);
    failed_writes_are_errors();
    bool done =
        cli__parse(&c, argc, argv, &help, &e) && (help || (needs_open(&c, &e) && c.command->run(&c, &status, &e)));
    cli__progress_end(&c);
    done = done && cli__print(&c, &e);
    if (!done) {
        status = exit_of(&e);
        cli__say(&c, "evenstock: %s", e.text);
    }
    release(&c);
    return (int)status;
}
