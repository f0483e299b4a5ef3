#pragma once
/*
 * What a backend implements: plain row access, no rule of the domain. A backend may assume that its caller (store/ *.c)
 * keeps the invariants; it enforces what a database can (keys, CHECKs, the append-only triggers, one open operation a
 * target) as a second pair of eyes. Every slot is filled. Texts of rows live in the arena that is passed in. Lookups
 * that find nothing succeed and say so.
 *
 * Two-underscore names are for this folder only.
 */
#include "store/store.h"

struct store {
    const struct store_ops *ops;
    io_clock clock;
    store_mode mode;
    store_tx *tx;         /* the open transaction; one at a time */
    arena *config_arena;  /* holds `config` */
    store_config *config; /* NULL: to be read */
    bool config_dirty;    /* changed in this transaction: forget it if that is rolled back */
};

typedef struct store__entry store__entry; /* a product's world in memory; world.c */

/* Tables (or lines with unsettled units) that many a shop has none of: asked once a transaction, so that no product is
 * looked up there in vain. */
typedef enum store__table { STORE__KITS, STORE__QUEUES, STORE__TARGETS, STORE__UNSETTLED, STORE__TABLES } store__table;

struct store_tx {
    store *owner;
    store_mode mode;
    instant now;
    arena *memory;        /* ends with the transaction */
    arena *cache;         /* the worlds; cleared by a flush */
    store__entry **table; /* product id -> entry, open addressing */
    size_t table_room, entry_count;
    store__entry *first, *last; /* in order of first touch */
    bool **members;             /* by index of channel; made when asked for; config.c */
    int64_t members_version;    /* of the configuration they were made from */
    arena *reading_memory;      /* of the reading parsed last: the lines of one order are derived one after the other */
    const reading *reading;     /* NULL: none */
    int64_t reading_shop;
    str reading_order;
    enum { ANY_UNASKED, ANY_NONE, ANY_SOME } any[STORE__TABLES]; /* what the tables hold; world.c */
};

/* A level, target and queue row as the backend stores it: the public row with its keys. */
typedef struct store__level_row {
    int64_t product;
    store_level level;
} store__level_row;
typedef struct store__target_row {
    int64_t product;
    store_target target;
} store__target_row;
typedef struct store__queue_row {
    int64_t product, channel;
    queue_kind kind;
    qty units; /* 0 deletes the row */
} store__queue_row;

typedef explained_row store__explained_row;

/* Classes of danger of a target that owes, the most urgent first; protocol P10. Its danger is class * 64 + 62 - n where
 * the difference is 2^n or more, so within a class the larger difference comes first. */
typedef enum owing_class {
    OWING_TO_NONE,   /* Shopify shows units, it must show none */
    OWING_FALL,      /* it shows too many */
    OWING_FROM_NONE, /* it shows none, it may show some */
    OWING_REST
} owing_class;
#define OWING_POWERS    64 /* dangers of a class */
#define OWING_POWER_MAX 62

struct store__ledger_sum;
struct store__scratch;

struct store_ops {
    const char *name;
    size_t store_size; /* of the backend's struct, which begins with struct store */

    /* open fills the backend's struct; close takes half-built ones. */
    bool (*open)(store *s, str address, err *e);
    void (*close)(store *s);
    bool (*begin)(store *s, store_mode mode, err *e);
    bool (*commit)(store *s, err *e);
    void (*rollback)(store *s);

    /* numbers of the program itself: "config_version", "boundary_at"; absent reads as `otherwise` */
    bool (*meta_get)(store *s, const char *name, int64_t otherwise, int64_t *ret, err *e);
    bool (*meta_put)(store *s, const char *name, int64_t value, err *e);

    bool (*any)(store *s, store__table which, bool *ret, err *e); /* does it hold a row */
    bool (*data_version)(store *s, int64_t *ret, err *e);         /* moves with the commits of others */

    /* configuration; put: id 0 inserts. Lists sorted by code. */
    bool (*facilities)(store *s, arena *a, store_facility **ret, size_t *ret_count, err *e);
    bool (*facility_put)(store *s, const store_facility *f, int64_t *ret_id, err *e);
    bool (*groups)(store *s, arena *a, store_group **ret, size_t *ret_count, err *e); /* with their present members */
    bool (*group_put)(store *s, const store_group *g, int64_t *ret_id, err *e);       /* code only */
    bool (*members_replace)(store *s, int64_t group, const store_member *m, size_t count, instant now,
                            err *e); /* old rows get replaced_at */
    bool (*shops)(store *s, arena *a, store_shop **ret, size_t *ret_count, err *e);
    bool (*shop_put)(store *s, const store_shop *row, int64_t *ret_id, err *e); /* state columns too */
    bool (*channels)(store *s, arena *a, store_channel **ret, size_t *ret_count, err *e);
    bool (*channel_put)(store *s, const store_channel *c, int64_t *ret_id, err *e); /* `behind` too */
    bool (*channel_behind)(store *s, int64_t channel, int64_t behind, err *e);

    /* products */
    bool (*product_find)(store *s, str sku, int64_t *ret_id, err *e);
    bool (*product_get)(store *s, int64_t id, arena *a, store_product *ret, bool *ret_some, err *e); /* with tags */
    bool (*product_put)(store *s, const store_product *p, int64_t *ret_id, err *e);
    bool (*products_after)(store *s, int64_t id, uint32_t limit, arena *a, store_product **ret, size_t *ret_count,
                           err *e);
    bool (*products_by_sku)(store *s, str sku, uint32_t limit, arena *a, store_product **ret, size_t *ret_count,
                            err *e);
    bool (*products_count)(store *s, int64_t *ret, err *e);
    bool (*products_search)(store *s, str text, uint32_t limit, arena *a, store_product **ret, size_t *ret_count,
                            err *e);
    bool (*identifiers)(store *s, int64_t product, arena *a, store_identifier **ret, size_t *ret_count, err *e);
    bool (*identifiers_replace)(store *s, int64_t product, const store_identifier *list, size_t count, err *e);
    bool (*identifier_find)(store *s, str type, str value, int64_t *ret_product,
                            err *e); /* 0 none, -1 several products */
    bool (*kit_parts)(store *s, int64_t kit, arena *a, store_kit_part **ret, size_t *ret_count, err *e);
    bool (*kits_with)(store *s, int64_t component, arena *a, int64_t **ret, size_t *ret_count, err *e);
    bool (*kit_replace)(store *s, int64_t kit, const store_kit_part *parts, size_t count, err *e);

    /* the world of a product */
    bool (*levels)(store *s, int64_t product, arena *a, store_level **ret, size_t *ret_count, err *e); /* by facility */
    bool (*level_put)(store *s, const store__level_row *row, err *e);                                  /* upsert */
    bool (*levels_after)(store *s, int64_t product, int64_t facility, uint32_t limit, arena *a, store__level_row **ret,
                         size_t *ret_count, err *e);
    bool (*queues)(store *s, int64_t product, arena *a, store__queue_row **ret, size_t *ret_count, err *e);
    bool (*queue_put)(store *s, const store__queue_row *row, err *e);
    bool (*queues_after)(store *s, const store__queue_row *after, uint32_t limit, arena *a, store__queue_row **ret,
                         size_t *ret_count, err *e);
    bool (*targets)(store *s, int64_t product, arena *a, store_target **ret, size_t *ret_count,
                    err *e);                                            /* by channel */
    bool (*target_put)(store *s, const store__target_row *row, err *e); /* upsert, whole row */

    /* the ledger */
    bool (*movement_add)(store *s, const store_movement *m, int64_t *ret_seq, err *e);
    bool (*movements_after)(store *s, int64_t product, int64_t facility, int64_t seq, uint32_t limit, arena *a,
                            store_movement **ret, size_t *ret_count, err *e);
    bool (*movements_newest)(store *s, int64_t product, uint32_t limit, arena *a, store_movement **ret,
                             size_t *ret_count, err *e);
    /* sums of the deltas of rows of the pair with at > `after`, kind not MOVE_RESET */
    bool (*movements_newer)(store *s, int64_t product, int64_t facility, instant after, qty *ret_qoh, qty *ret_atp,
                            err *e);
    /* per (product, facility) in that order, after the pair given: sums, row count, whether the chain of balances is
     * unbroken in order of seq, and the last balances; for verify, streaming */
    bool (*ledger_sums_after)(store *s, int64_t product, int64_t facility, uint32_t limit, arena *a,
                              struct store__ledger_sum **ret, size_t *ret_count, err *e);

    /* order lines */
    bool (*line_find)(store *s, int64_t scope, str order, str line, arena *a, store_line *ret, bool *ret_some,
                      err *e); /* by gid or name */
    bool (*line_get)(store *s, int64_t id, arena *a, store_line *ret, bool *ret_some, err *e);
    bool (*line_put)(store *s, const store_line *l, int64_t *ret_id, err *e);
    bool (*lines_after)(store *s, int64_t id, uint32_t limit, arena *a, store_line **ret, size_t *ret_count, err *e);
    bool (*lines_of_product)(store *s, int64_t product, int64_t after, uint32_t limit, arena *a, store_line **ret,
                             size_t *ret_count, err *e);
    bool (*lines_unsettled)(store *s, int64_t product, int64_t channel, arena *a, store_line **ret, size_t *ret_count,
                            err *e);
    bool (*effect_get)(store *s, int64_t line, arena *a, line_effect *ret, err *e);
    bool (*effect_put)(store *s, int64_t line, const line_effect *effect, err *e); /* replaces all its rows */
    bool (*event_find)(store *s, str event_id, digest *ret_content, bool *ret_some, err *e);
    bool (*event_add)(store *s, const store_event *ev, err *e);
    bool (*events_of)(store *s, int64_t line, arena *a, order_event **ret, size_t *ret_count, err *e);
    bool (*events_waiting)(store *s, int64_t *ret, err *e);
    bool (*decision_add)(store *s, const store_decision *d, err *e);
    bool (*decisions_of)(store *s, int64_t line, arena *a, store_decision **ret, size_t *ret_count, err *e);

    /* readings */
    bool (*reading_get)(store *s, int64_t shop, str order, arena *a, store_reading *ret, bool *ret_some, err *e);
    bool (*reading_put)(store *s, const store_reading *r, const str *items, size_t item_count, err *e);
    bool (*readings)(store *s, int64_t shop, str item, bool open_only, str after, uint32_t limit, arena *a,
                     store_reading **ret, size_t *ret_count, err *e);
    bool (*told_add)(store *s, int64_t shop, str order, instant at, err *e);
    bool (*told_orders)(store *s, int64_t shop, uint32_t limit, arena *a, store_told **ret, size_t *ret_count, err *e);
    bool (*told_done)(store *s, int64_t shop, const store_told *t, err *e);
    bool (*app_claimless)(store *s, int64_t shop, str app, bool *ret, err *e);
    bool (*app_claimless_add)(store *s, int64_t shop, const store_app *app, err *e);
    bool (*app_claimless_drop)(store *s, int64_t shop, str app, err *e);
    bool (*apps_claimless)(store *s, int64_t shop, arena *a, store_app **ret, size_t *ret_count, err *e);

    /* what is assumed: `what` 0 ends it; resting ones of a shop, or (with a product) of one target */
    bool (*assumed_rests)(store *s, target_key k, unsigned what, err *e);
    bool (*assumed_resting)(store *s, int64_t shop, target_key k, arena *a, store_resting **ret, size_t *ret_count,
                            err *e);
    bool (*assumed_count)(store *s, int64_t shop, str what, bool held, err *e);
    bool (*assumed_counts)(store *s, int64_t shop, arena *a, store_assumed **ret, size_t *ret_count, err *e);

    /* targets across products */
    bool (*product_of_item)(store *s, int64_t shop, str item, int64_t *ret_product, err *e);
    /* targets of a channel that owe, of one danger, owing since `until` or longer, the longest first; not in an open
     * operation */
    bool (*owing)(store *s, int64_t channel, int64_t danger, instant until, uint32_t limit, arena *a, target_row **ret,
                  size_t *ret_count, err *e);
    /* the danger next to `after` (the first: -1) of what a channel owes; INT64_MAX: none */
    bool (*owing_next)(store *s, int64_t channel, int64_t after, int64_t *ret, err *e);
    bool (*owing_count)(store *s, int64_t channel, int64_t *ret, instant *ret_oldest, err *e);
    bool (*targets_after)(store *s, int64_t channel, int64_t product, uint32_t limit, arena *a, target_row **ret,
                          size_t *ret_count, err *e); /* linked ones */
    bool (*targets_aside)(store *s, int64_t channel, uint32_t limit, arena *a, target_row **ret, size_t *ret_count,
                          err *e);
    bool (*target_open_operation)(store *s, target_key k, int64_t *ret, err *e); /* 0: none */
    bool (*explained_add)(store *s, const store__explained_row *row, err *e);
    bool (*explained_after)(store *s, target_key k, int64_t seq, uint32_t limit, arena *a, store__explained_row **ret,
                            size_t *ret_count, err *e);
    bool (*explained_newest)(store *s, target_key k, uint32_t limit, arena *a, store__explained_row **ret,
                             size_t *ret_count, err *e);

    /* operations; a violated one-open-operation index is ERR_CONFLICT */
    bool (*operation_add)(store *s, const store_operation *o, int64_t *ret_id, err *e);
    bool (*operation_put)(store *s, const store_operation *o,
                          err *e); /* the row's own columns, not its lines; closing frees the targets */
    bool (*operation_line_settled)(store *s, int64_t id, target_key k, err *e);
    bool (*operations_open)(store *s, int64_t shop, arena *a, store_operation **ret, size_t *ret_count, err *e);
    bool (*operation_get)(store *s, int64_t id, arena *a, store_operation *ret, bool *ret_some, err *e);
    bool (*operations_of)(store *s, target_key k, uint32_t limit, arena *a, store_operation **ret, size_t *ret_count,
                          err *e);
    bool (*lane_get)(store *s, int64_t shop, arena *a, str *ret_holder, int64_t *ret_fence, instant *ret_beat,
                     err *e); /* "" free; fence 0 never taken */
    bool (*lane_put)(store *s, int64_t shop, str holder, int64_t fence, instant beat, err *e);
    bool (*budget_get)(store *s, int64_t shop, store_budget *ret, err *e); /* told_at INSTANT_NONE: no row */
    bool (*budget_put)(store *s, int64_t shop, const store_budget *b, err *e);

    bool (*incident_add)(store *s, const store_incident *i, int64_t *ret_id, err *e);
    bool (*incident_close)(store *s, int64_t id, str note, err *e);
    bool (*incident_evidence)(store *s, int64_t id, str evidence, err *e);
    bool (*incidents)(store *s, int64_t shop, target_key k, bool open_only, uint32_t limit, arena *a,
                      store_incident **ret, size_t *ret_count, err *e);

    /* imports */
    bool (*import_find)(store *s, str kind, str options, digest content, store_import *ret, bool *ret_some, err *e);
    bool (*import_begin)(store *s, str kind, str options, digest content, str file, instant now, int64_t *ret_id,
                         err *e);
    bool (*import_progress)(store *s, int64_t id, int64_t rows_done, const import_counts *c, bool finished, err *e);
    bool (*refused_add)(store *s, int64_t import, const refused_row *r, err *e);
    bool (*refused_after)(store *s, int64_t import, int64_t row, uint32_t limit, arena *a, refused_row **ret,
                          size_t *ret_count, err *e);
    bool (*refused_clear)(store *s, int64_t import, err *e);
    bool (*key_find)(store *s, str key, digest *ret_content, bool *ret_some, err *e);
    bool (*key_add)(store *s, str key, digest content, err *e);

    /* jobs, runs, tokens; put: id 0 inserts. A second running run of a job is ERR_BUSY. */
    bool (*job_get)(store *s, str kind, int64_t shop, arena *a, store_job *ret, bool *ret_some, err *e);
    bool (*jobs)(store *s, arena *a, store_job **ret, size_t *ret_count, err *e); /* by kind, shop */
    bool (*job_put)(store *s, const store_job *j, err *e);
    bool (*run_get)(store *s, int64_t id, arena *a, store_run *ret, bool *ret_some, err *e);
    bool (*run_put)(store *s, const store_run *r, int64_t *ret_id, err *e);
    /* newest first, before id `before` */
    bool (*runs)(store *s, str kind, int64_t shop, int64_t before, uint32_t limit, arena *a, store_run **ret,
                 size_t *ret_count, err *e);
    bool (*runs_open)(store *s, str kind, int64_t shop, int64_t before, uint32_t limit, arena *a, store_run **ret,
                      size_t *ret_count, err *e);
    bool (*run_drop)(store *s, int64_t id, err *e); /* with its log */
    bool (*run_log_add)(store *s, int64_t run, instant at, str text, err *e);
    bool (*run_log_lines)(store *s, int64_t run, int64_t after, uint32_t limit, arena *a, store_log_line **ret,
                          size_t *ret_count, err *e);
    bool (*token_any)(store *s, bool *ret, err *e);
    bool (*token_add)(store *s, str name, digest of, instant at, err *e);
    bool (*token_known)(store *s, digest of, bool *ret, err *e);

    /* a scratch table for verify, outside the transaction's rows, on disk when large: sums of units by three keys */
    bool (*scratch_clear)(store *s, err *e);
    bool (*scratch_add)(store *s, int64_t space, int64_t a, int64_t b, int64_t c, qty units, err *e);
    bool (*scratch_after)(store *s, const struct store__scratch *after, uint32_t limit, arena *a,
                          struct store__scratch **ret, size_t *ret_count, err *e);

    /* the database's own check (page checksums, foreign keys, constraints): one text a finding */
    bool (*self_check)(store *s, arena *a, str **ret, size_t *ret_count, err *e);
};

typedef struct store__scratch { /* in order of space, a, b, c */
    int64_t space, a, b, c;
    qty units;
} store__scratch;

typedef struct store__ledger_sum {
    int64_t product, facility;
    qty qoh, atp;           /* sums of the deltas */
    qty last_qoh, last_atp; /* balances of the newest row */
    int64_t rows;
    int64_t broken_seq; /* first row whose balance is not the previous one plus its delta; 0 none */
} store__ledger_sum;

extern const struct store_ops store__sqlite_ops;

/* world.c: the cache of products */
bool store__entry_get(store_tx *tx, int64_t product, store__entry **ret, err *e);
bool store__any(store_tx *tx, store__table which, bool *ret, err *e); /* can a lookup find anything */
store_world *store__entry_world(store_tx *tx, store__entry *en);      /* of the product only its id */
bool store__entry_is_kit(const store__entry *en);
str store__entry_sku(store_tx *tx, const store__entry *en); /* for messages; "product 17" where it cannot be read */
void store__entry_recompute(store__entry *en);              /* stock, queue, settings or mapping changed */
store_level *store__level_of(store_tx *tx, store__entry *en, int64_t facility);  /* made when absent */
store_target *store__target_of(store_tx *tx, store__entry *en, int64_t channel); /* made when absent */
const store_level *store__level_if(const store__entry *en, int64_t facility);    /* NULL: absent */
const store_target *store__target_if(const store__entry *en, int64_t channel);   /* NULL: absent */
const qty *store__queue_if(const store__entry *en, int64_t channel);             /* units by kind; NULL: none */
bool store__queue_add(store_tx *tx, store__entry *en, int64_t channel, queue_kind kind, qty units, err *e);
bool store__world_write(store_tx *tx, err *e); /* writes and recomputes all touched products */
void store__world_forget(store_tx *tx);
/* Flushes when the worlds take much memory: at the start of a change, where nobody holds an entry. */
bool store__world_bound(store_tx *tx, err *e);

/* targets.c: another item or location: what was known of Shopify's side is void, E is null (I10) */
bool store__target_forget(store_tx *tx, target_key k, str ref, err *e);
/* targets.c: whether a target owes (P1, but for open operations), and how urgently; also what the column `owe` keeps */
bool store__owes(const store_target *t, int64_t *ret_danger);

/* availability.c */
bool store__target_value(store_tx *tx, store__entry *en, const store_channel *ch, qty *ret_t, qty *ret_raw, err *e);

/* config.c */
bool store__channel_behind(store_tx *tx, int64_t channel, int64_t product,
                           err *e); /* recompute from this product on; -1: none */
const bool *store__members(store_tx *tx, const store_config *c,
                           const store_channel *ch);              /* by index in c->facilities, now */
size_t config__facility_index(const store_config *c, int64_t id); /* index in c->facilities; must exist */

/* store.c: the channels with a from/thru date passed since the last catch-up (`passed` by index, may be NULL) */
bool store__boundaries(store_tx *tx, const store_config *c, bool *passed, bool *ret_any, err *e);

/* apply.c: makes `now` the effect of a line that had the effect `was`; store_line_apply */
bool store__line_apply(store_tx *tx, store_line *l, const line_effect *was, const line_effect *now,
                       const effect_change *how, arena *a, int64_t *ret_movements, err *e);
bool store__effect_equal(const line_effect *x, const line_effect *y);
/* apply.c: a line's units as product units: the product itself (in *own), or the parts of the kit as it was placed */
const store_kit_part *store__line_parts(const store_line *l, store_kit_part *own, size_t *ret_count);
/* lines.c: settles the lines of a shop and of a channel again: where their units are booked may have changed (I10) */
bool store__lines_resettle(store_tx *tx, int64_t shop, int64_t channel, err *e);

/* derive.c: the effect of a line, from its events, reading and decisions, and from what `was` had been told; what
 * store_line_settle applies. Its texts live until the next line is derived. */
bool store__line_derive(store_tx *tx, const store_line *l, const line_effect *was, arena *a, line_effect *ret,
                        bool *ret_waiting, err *e);
void store__reading_forget(store_tx *tx); /* a reading was stored */

/* units.c */
typedef VEC(effect_told) store__units;
store__units store__units_of(arena *a, const line_effect *was);
qty store__units_told(const store__units *t, int64_t channel, told_kind kind);
/* So many units of a kind have been told of in a channel: the new ones by `at`. */
void store__units_set(arena *a, store__units *t, int64_t channel, told_kind kind, qty units, instant at);
void store__units_write(const store__units *t, line_effect *to);
/* A count of the time may have found what came back until then; false: there was nothing to find. */
bool store__units_found(line_effect *f, int64_t channel, instant counted);
bool store__units_equal(const line_effect *x, const line_effect *y);

/* counts.c: the newest resets of every facility that counts in a channel, of all that a line takes */
typedef struct store__counts {
    instant earliest, newest; /* INSTANT_NONE: some have none, all have none */
} store__counts;
bool store__counts_of(store_tx *tx, const store_config *c, const store_channel *ch, const store_line *l,
                      store__counts *ret, err *e);
bool store__settle_counted(store_tx *tx, int64_t product, err *e); /* after a reset of the product somewhere */
