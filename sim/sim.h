#pragma once
/*
 * One world of the simulator: a machine with a few programs (the real jobs, sync, store and domain code), some shops,
 * and people and fate that act on both. Everything follows from the seed: nothing reads a real clock, random source,
 * network or disk, and one fiber runs at a time. Files, in reading order:
 *
 *   world.c     the loop: who acts next; the machine's death and return
 *   program.c   one program: its fiber, its clock, its waiting, what it does all day
 *   net.c       requests and answers on their way, and what can happen to them
 *   model.c     a shop, its state; answers.c and answer_*.c  what it says to which document
 *   setup.c     the shops and the configuration that a world begins with
 *   people.c    who acts: other apps, fate;  trade.c  buyers and staff;  erp.c  counts and movements;  tills.c  sales
 *               that come as files
 *   oracle.c    the invariants I1-I7, against a naive account of what was done
 *   disk.c      the VFS;  fiber.c  code that waits;  history.c  what happened, counted and hashed
 */
#include "feed/feed.h"
#include "jobs/jobs.h"

#include <stdio.h>

#include "disk.h"
#include "fiber.h"

#define SIM_ITEMS_MAX    8
#define SIM_SHOPS_MAX    3
#define SIM_PROGRAMS_MAX 4
#define SIM_CHANNELS_MAX 3  /* of a shop: one for each location that is mapped */
#define SIM_PLACES_MAX   3  /* facilities */
#define SIM_INDEX_LAG_S  10 /* what the search of orders lags at most, and is configured so */
#define SIM_DB           "sqlite:evenstock.db"

/* What may go wrong in a world. A failure is shrunk by taking one after the other away. */
#define SIM_TROUBLES(TROUBLE)                                                                                          \
    TROUBLE(NET, "net")           /* requests and answers lost, late, doubled, cut; 5xx, 429, throttling, bad bytes */ \
    TROUBLE(OTHERS, "others")     /* staff and other apps change quantities */                                         \
    TROUBLE(HELD, "held")         /* drafts hold units back */                                                         \
    TROUBLE(REPLICA, "replica")   /* reads of levels come from a replica that stands still */                          \
    TROUBLE(STALE, "stale")       /* reads of single orders do */                                                      \
    TROUBLE(INDEX, "index")       /* the search of orders lags */                                                      \
    TROUBLE(HOOKS, "hooks")       /* webhooks beside polling: late, twice, in any order, lost */                       \
    TROUBLE(KILL, "kill")         /* a program dies at any call to the disk */                                         \
    TROUBLE(POWER, "power")       /* the machine does; writes that were not synced are torn */                         \
    TROUBLE(FULL, "full")         /* the disk is full for a while */                                                   \
    TROUBLE(THEFT, "theft")       /* a program stands still until others have taken its lease */                       \
    TROUBLE(CLOCK, "clock")       /* the machine's clock jumps */                                                      \
    TROUBLE(OUTAGE, "outage")     /* a shop is away for so long that keys of what is in doubt expire */                \
    TROUBLE(SWITCHES, "switches") /* items and locations are switched off, items refused */                            \
    TROUBLE(BULK, "bulk")         /* bulk operations hang, fail, end half done */

typedef enum sim_trouble {
#define AS_ENUM(id, name) TROUBLE_##id,
    SIM_TROUBLES(AS_ENUM)
#undef AS_ENUM
        TROUBLE_COUNT
} sim_trouble;
extern const char *const sim_trouble_names[TROUBLE_COUNT];
#define TROUBLE_BIT(t) (1U << (t))
#define TROUBLE_ALL    (TROUBLE_BIT(TROUBLE_COUNT) - 1)

/*
 * What can be told about a world. A foreign fall hides in units of which nobody can tell whether they came back, and
 * what is shipped from a location that no channel maps may stay demand: so a world has one of the three, and only in
 * the first is T at rest known exactly.
 */
typedef enum sim_kind { WORLD_EXACT, WORLD_UNTOLD, WORLD_UNMAPPED, WORLD_KINDS } sim_kind;

typedef struct sim_target { /* an item of a shop at one of its locations that are mapped: channel n is at location n */
    int shop, channel, item;
} sim_target;

typedef struct sim sim;
typedef struct model model; /* model.h: a shop */
typedef struct program program;
typedef struct oracle oracle;
typedef struct parcel parcel;

/* Streams of chance: what one part asks for does not shift the others. */
typedef enum sim_dice { DICE_PEOPLE, DICE_TIME, DICE_NET, DICE_DISK, DICE_PROGRAM, DICE_KINDS } sim_dice;

#define HISTORY_LINES 4000
#define HISTORY_LINE  160

typedef struct history {
    uint64_t count, hash; /* of all lines ever */
    char lines[HISTORY_LINES][HISTORY_LINE];
    bool echo; /* each line goes to standard error, too */
} history;

typedef struct sim_failure {
    bool some;
    char invariant[8], text[400];
    uint64_t step;
} sim_failure;

typedef struct sim_options {
    uint64_t seed;
    unsigned troubles;   /* bits; others never happen */
    uint32_t acts;       /* of people; 0: as the seed says */
    const bool *skipped; /* of acts: those that do not happen; NULL: none. For shrinking */
    bool echo;
} sim_options;

typedef struct feed_row { /* of a file that the ERP sends, or a setting of the operator */
    uint64_t number;      /* its key */
    enum {
        FEED_MOVED,     /* so many units more in a place */
        FEED_COUNTED,   /* so many there are */
        FEED_THRESHOLD, /* so many a channel keeps back */
        FEED_SAFETY,    /* so many a place keeps back */
        FEED_MEMBER,    /* the place joins the channel's group, or leaves it (0 units) */
    } kind;
    int item, place;   /* place: not of a threshold */
    int shop, channel; /* of a threshold */
    qty units;
} feed_row;

#define TILL_ROWS_MAX 6
typedef struct till_row { /* a sale at a till that is not Shopify's */
    uint64_t number;
    int shop, channel, item, place;
    qty units;
    bool again; /* it was told before */
} till_row;

struct sim {
    sim_options options;
    sim_kind kind;
    uint64_t dice[DICE_KINDS];
    int64_t ticks;  /* the one true time, in us since the world began */
    int64_t offset; /* wall time of the machine = ticks + offset */
    uint64_t steps;
    uint32_t acts, acts_max; /* of people so far */
    history history;
    sim_failure failure;
    disk *disk;
    model *shops[SIM_SHOPS_MAX];
    int shop_count, channel_count, item_count, place_count;
    bool member[SIM_CHANNELS_MAX][SIM_PLACES_MAX]; /* whose stock a channel sells, in every shop alike */
    program *programs[SIM_PROGRAMS_MAX]; /* [0] is no fiber: feeds and the oracle's eye, between the steps of others */
    int program_count;
    parcel *parcels;
    size_t parcel_count, parcel_room;
    uint64_t parcels_sent;
    unsigned net_per_mille;        /* of requests that do not go well */
    int64_t act_at, up_at;         /* when people act next; when the machine is back (0: it is up) */
    bool resting;                  /* no more trouble and no more people: everything must come to rest */
    bool power_next, power_failed; /* the next death is the machine's; it has happened */
    int64_t down_for_us, full_until;
    int64_t freeze_us; /* so long the program that sends the next write stands still then; 0: it does not */
    qty real[SIM_ITEMS_MAX][SIM_PLACES_MAX]; /* what really lies there */
    feed_row feed[SIM_ITEMS_MAX * SIM_PLACES_MAX];
    size_t feed_count;
    uint64_t feeds;
    till_row tills[TILL_ROWS_MAX], last_till; /* those that wait to be fed; the newest of all */
    size_t till_count;
    uint64_t sold_by_tills;
    oracle *oracle;
    int64_t shop_ids[SIM_SHOPS_MAX], channels[SIM_SHOPS_MAX][SIM_CHANNELS_MAX]; /* ids in the store */
    int64_t products[SIM_ITEMS_MAX], places[SIM_PLACES_MAX], groups[SIM_CHANNELS_MAX];
    qty safety[SIM_ITEMS_MAX][SIM_PLACES_MAX]; /* as our books know it, like `member` */
    /* What was done, for the summary: */
    uint64_t orders, counts, foreign, requests, deaths, power_cuts, runs, writes_applied;
};

/* -- world.c -- */
typedef struct sim_result {
    sim_failure failure;
    uint64_t steps, events, hash; /* events: transactions that reached the log of the database */
    uint32_t acts;
    uint64_t orders, counts, foreign, requests, deaths, power_cuts, runs, writes_applied;
    sim_kind kind;
} sim_result;
/* Plays one world to its end or to its first failure. The history of a failure is printed to `tell` (NULL: nowhere). */
sim_result sim_play(const sim_options *o, FILE *tell);
bool sim_has(const sim *w, sim_trouble t);
instant sim_now(const sim *w);                     /* wall time of the machine */
#define SIM_EPOCH (INT64_C(1795000000) * US_PER_S) /* a day in November 2026 */

/* -- history.c -- */
uint64_t sim_roll(sim *w, sim_dice d, uint64_t sides);
bool sim_chance(sim *w, sim_dice d, unsigned per_mille);
void sim_note(sim *w, const char *format, ...) PRINTF(2, 3);
void sim_note_bytes(sim *w, str bytes); /* into the hash alone */
/* The first one ends the world. */
void sim_broken(sim *w, const char *invariant, const char *format, ...) PRINTF(3, 4);
void history_print(const history *h, FILE *to, size_t last);

/* -- program.c -- */
struct program {
    sim *w;
    int number;
    disk_user user;
    fiber *fiber;
    store *db;
    world world;
    int64_t wake_at;      /* ticks; INT64_MAX: only an answer wakes it */
    int64_t dead_ticks;   /* a dead program's time passes by itself, so that no wait of its unwinding hangs */
    int64_t frozen_until; /* it stands still: nothing wakes it before */
    uint64_t life;        /* rises with each start: answers to an earlier life are dropped */
    parcel *inbox;
    size_t inbox_count, inbox_room;
};
program *program_new(sim *w, int number);
void program_end(program **p);
void program_start(program *p);  /* with a fiber of its own */
void program_resume(program *p); /* until it waits again or its life is over */
void program_die(program *p);    /* it, and nothing else, is over at this very call */
void program_kill(program *p);   /* from outside: while it waits */
MUST bool program_open(program *p, err *e);

/* -- net.c -- */
typedef enum parcel_kind { PARCEL_REQUEST, PARCEL_ANSWER, PARCEL_HOOK } parcel_kind;
struct parcel {
    parcel_kind kind;
    int64_t at; /* ticks */
    uint64_t number;
    int shop, program;
    uint64_t life, ticket;
    int order; /* of a webhook */
    char *body;
    size_t body_len;
    bool get; /* the request is no POST, but for a file */
    int file;
    int fate;           /* of a request */
    int64_t expires_at; /* of a request: no answer comes later */
    net_outcome outcome;
    int status, retry_after_s;
    instant date;
    bool html;
};
bool net_post(void *ctx, const net_request *r, uint64_t ticket, err *e); /* ctx: the program */
str net_http_date(arena *a, instant t);
/* The next parcel that arrives, NULL: none is under way. */
parcel *net_next(sim *w);
void net_arrive(sim *w, parcel *p);       /* it is removed */
void net_tell(const model *s, int order); /* a webhook: look at this order */
void net_forget(sim *w);                  /* at the end */

/* -- setup.c -- */
MUST bool setup_world(sim *w, err *e);
MUST bool setup_group(const sim *w, store_tx *tx, int channel, const bool *member, int64_t *id, err *e); /* id 0: new */

/* -- people.c -- */
void people_act(sim *w);  /* one act */
void people_rest(sim *w); /* all trouble is over; what waits is finished */

/* -- trade.c -- */
void trade_buy(sim *w);
void trade_serve(sim *w);                           /* staff do something with an order */
void trade_race(model *s, const js_value *changes); /* right before a write arrives */
void trade_follow(model *s, int order);             /* right after it was read */
qty trade_there(const sim *w, sim_target k);        /* units that a channel may promise, in truth */

/* -- erp.c -- */
void erp_move(sim *w);
void erp_count(sim *w);
void erp_count_all(sim *w);
void erp_configure(sim *w); /* thresholds, safety stock, groups: at any time */
void erp_tills(sim *w);
MUST bool erp_feed(sim *w, err *e); /* what waits to be fed: also once more, after a death */

/* -- tills.c -- */
void tills_sell(sim *w);
MUST bool tills_feed(sim *w, err *e); /* what waits; also once more, after a death */

/* -- oracle.c -- */
oracle *oracle_new(void);
void oracle_free(oracle **o);
void oracle_look(sim *w);                                    /* after a step */
void oracle_rest(sim *w);                                    /* at the end: I4 */
void oracle_counted(sim *w, int item, int place, qty units); /* our books hold so many there now */
void oracle_moved(sim *w, int item, int place, qty delta);
void oracle_threshold(sim *w, sim_target k, qty units);
qty oracle_threshold_of(const sim *w, sim_target k);
/* The shop tells: these changes are about to be applied. */
void oracle_applied(sim *w, int of, const js_value *changes, str reference);
