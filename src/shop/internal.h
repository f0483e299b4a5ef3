#pragma once
/*
 * What the files of this module share. From bottom to top: documents (texts and their cost), budget (points), errors
 * (tables), judge (one HTTP answer), token, call (one GraphQL call), and on these the typed reads and writes.
 */
#include "shop/shop.h"

/* -- documents.c -- */
typedef enum shop__document {
#define DOCUMENT(id, file, operation, points, each) DOC_##id,
#include "shop/documents.def"
#undef DOCUMENT
    DOC_COUNT
} shop__document;
typedef struct shop__document_info {
    str text, operation;
    int64_t points, points_each; /* of the bucket, to start with; for the call, for each id in it */
} shop__document_info;
shop__document_info shop__document_of(shop__document d);

/* A request's body in the making: its variables are written between begin and end. */
#define SHOP_BODY_MAX (1u << 20)
typedef struct shop__body {
    buf text;
    js_writer w;
} shop__body;
void shop__body_begin(shop__body *b, shop__document d);
MUST bool shop__body_end(shop__body *b, str *ret, err *e); /* ERR_INPUT: longer than SHOP_BODY_MAX */
void shop__body_drop(shop__body *b);                       /* for AUTO */

/* -- budget.c: pure, times are ticks in microseconds -- */
typedef struct shop__cost { /* extensions.cost; -1: not told */
    int64_t requested, actual, bucket, available, rate;
} shop__cost;
typedef struct shop__budget {
    bool known; /* an answer told the state of the bucket */
    int64_t bucket, rate;
    int64_t available, at; /* points at `at`; calls in flight are not out of it yet */
    int64_t reserved, flying;
    int64_t spent;      /* by answered calls, ever */
    int64_t not_before; /* the shop asked for a pause */
    int64_t others;     /* points a second that other processes of the app take; measured from: */
    struct {
        int64_t at, available, spent; /* as told at `at`; INT64_MIN: not begun */
    } since;
} shop__budget;
typedef struct shop__hold { /* what a call in flight keeps of the budget */
    int64_t points, spent_before;
} shop__hold;
#define SHOP_BUDGET_LATER INT64_MAX /* not before a call in flight is answered */
shop__budget shop__budget_new(int64_t now);
/* As it was told to an earlier process, `ago_us` before now: others may have spent since, so it is not `known`. */
shop__budget shop__budget_resumed(int64_t points, int64_t bucket, int64_t rate, int64_t ago_us, int64_t now);
/* What is surely there: without what calls in flight may still take. */
int64_t shop__budget_left(const shop__budget *b, int64_t now);
int64_t shop__budget_ready(const shop__budget *b, int64_t points, int64_t now); /* ticks from which it may be sent */
shop__hold shop__budget_take(shop__budget *b, int64_t points);
void shop__budget_give(shop__budget *b, shop__hold h, const shop__cost *cost, int64_t now);

/* -- errors.c -- */
typedef struct shop__meaning {
    shop_class class;
    bool open; /* it may have been applied */
    const char *text;
} shop__meaning;
shop__meaning shop__meaning_of_status(int status);
bool shop__meaning_of_user_code(str code, shop__meaning *ret); /* false: not in the table */
bool shop__meaning_of_top_code(str code, shop__meaning *ret);
shop_class shop__worse(shop_class a, shop_class b); /* which of two errors of one answer decides */

/* -- judge.c: pure -- */
typedef struct shop__verdict {
    shop_class class;
    bool open;
    str code, message;    /* of the error that decided; "" when done */
    const js_value *data; /* DONE: the whole data; with a root, data.root */
    const shop_bad_line *bad;
    size_t bad_count;
    int64_t retry_after_ms; /* 0: not told */
    shop__cost cost;
    bool throttled;
} shop__verdict;
/* Never fails: whatever came is one of the classes. `root`: the mutation's field, NULL for a query. */
shop__verdict shop__judge(arena *a, const net_answer *n, const char *root);
MUST bool shop__http_date(str s, instant *ret); /* "Tue, 24 Nov 2026 10:00:00 GMT" */

/* -- check.c, hooks.c -- */
bool shop__has_scope(const shop_facts *f, const char *scope);
typedef VEC(shop_hook) shop__hooks;
/* One page's topics that tell of orders are added to `to`; *ret_next "" at the end. */
MUST bool shop__hooks_parse(arena *a, const js_value *data, str after, shop__hooks *to, str *ret_next, err *e);

/* -- adjustments.c -- */
MUST bool shop__adjustments_parse(arena *a, const js_value *data, shop_adjustments *ret, err *e);

/* -- token.c -- */
#define SHOP_SECRET_MAX 4096
typedef struct shop__token {
    char *text;          /* what is sent; NULL before the first */
    char *id, *secret;   /* client credentials; NULL with a fixed token */
    char *file;          /* a fixed token's file, read again when the token is refused */
    int64_t renew_at;    /* ticks; INT64_MAX never */
    uint64_t generation; /* counts tokens, so that late refusals of an old one are known */
} shop__token;
/* The trimmed text of a variable or a file; "" when neither is named. */
MUST bool shop__secret_text(arena *a, const char *what, str variable, str file, str *ret, err *e);
MUST bool shop__token_open(shop *s, const store_shop *row, err *e);
void shop__token_end(shop__token *t);
/* Pure. ERR_REMOTE: not as documented, perhaps cut short; ERR_INPUT: whole, and no token. No error quotes it. */
MUST bool shop__token_parse(arena *a, str body, str *ret_token, int64_t *ret_life_s, err *e);
MUST bool shop__token_ready(shop *s, err *e); /* fetches one where there is none, or it ends soon */
/* After a 401 on a call that was sent with `generation`: false, when there is no other token to try. */
MUST bool shop__token_refused(shop *s, uint64_t generation, err *e);

/* -- call.c -- */
typedef struct shop__flight { /* a write in flight */
    bool used, arrived, renewed;
    uint64_t ticket, net_ticket; /* the caller's; ours */
    buf body;
    instant deadline;
    int64_t sent;    /* ticks */
    int64_t lost_at; /* ticks after which no answer will come */
    shop__hold hold;
    uint64_t token_generation;
    arena *memory; /* of `verdict` */
    net_outcome outcome;
    shop__verdict verdict;
} shop__flight;

struct shop {
    world w;
    arena *memory;
    str code, url, api_version, endpoint;
    str answered_version; /* X-Shopify-API-Version of the newest answer */
    shop__token token;
    shop__budget budget;
    int64_t points[DOC_COUNT], points_each[DOC_COUNT]; /* corrected by answers */
    int64_t adjust_points, round_trip_us;              /* measured: one write */
    shop_totals totals;
    instant date;
    uint64_t next_ticket;
    shop__flight flights[SHOP_FLIGHT_MAX];
    size_t flying;
    shop_idle *idle; /* while a bulk operation runs */
    void *idle_ctx;
};

int64_t shop__ticks(const shop *s);
int64_t shop__points_of(const shop *s, shop__document d, size_t ids);
int64_t shop__backoff_ms(shop *s, unsigned tries);
/* Waits, and takes in what arrives of writes meanwhile. */
MUST bool shop__wait_until(shop *s, int64_t ticks, err *e);
/* Waits until `points` are there; *ret_some false: they are not before `latest`. */
MUST bool shop__wait_budget(shop *s, int64_t points, int64_t latest, bool *ret_some, err *e);

typedef struct shop__exchange { /* one HTTP request */
    str method, url, body;
    str content_type, range; /* headers; "" none */
    bool with_token;
    size_t bytes_max;
    int64_t timeout_ms;
} shop__exchange;
/* false: nothing was sent. *ret_lost_at: ticks after which no answer will come. */
MUST bool shop__post(shop *s, const shop__exchange *x, uint64_t *ret_ticket, int64_t *ret_lost_at, err *e);
/* Takes one answer from the net; those of writes are kept for shop_written_next. *ret_some: it was the one of `ticket`.
 */
MUST bool shop__take(shop *s, uint64_t ticket, int64_t until, arena *a, net_answer *ret, bool *ret_some, err *e);
/* Request and answer; what was lost comes as an answer, too. */
MUST bool shop__exchange_once(shop *s, const shop__exchange *x, arena *a, net_answer *ret, err *e);
shop__exchange shop__api_exchange(const shop *s, str body);
/* Books points and date of an answer of the Admin API. */
void shop__account(shop *s, shop__document d, size_t ids, shop__hold h, const net_answer *n, const shop__verdict *v);

typedef struct shop__call {
    shop__document document;
    const char *root; /* of a mutation; NULL: a query */
    size_t ids;       /* that it reads: its cost grows with them */
} shop__call;
typedef struct shop__answer {
    const js_value *data;
    instant asked; /* shop's time, not after the request was made; INSTANT_NONE: the answer had no date */
} shop__answer;
/* One call, once (but for a 401 with a fresh token). false: nothing was sent. */
MUST bool shop__call_once(shop *s, shop__call c, str body, arena *a, shop__verdict *ret, instant *ret_asked, err *e);
/* The same until it is done, bounded; anything else than DONE is an error. For what may be repeated. */
MUST bool shop__call_until_done(shop *s, shop__call c, str body, arena *a, shop__answer *ret, err *e);
bool shop__refused(const shop *s, shop__document d, const shop__verdict *v, err *e); /* sets the error, returns false */
/* Wraps an error about an answer's shape, as an error of that shop. */
bool shop__odd(const shop *s, shop__document d, err *e);

/* -- write.c -- */
/* What came, or NULL after a wait, is judged and booked, and kept for shop_written_next. */
void shop__write_arrived(shop *s, const net_answer *n);
int64_t shop__write_lost_at(const shop *s); /* ticks at which the next write counts as lost; INT64_MAX: none flies */

/* -- parts of typed answers: pure; the error is ERR_INPUT with the path -- */
MUST bool shop__want(const js_value *v, const char *key, js_kind kind, const char *what, const js_value **ret, err *e);
MUST bool shop__maybe_str(const js_value *v, const char *key, const char *what, str *ret, err *e); /* null gives "" */
MUST bool shop__want_instant(const js_value *v, const char *key, const char *what, instant *ret, err *e);
MUST bool shop__maybe_instant(const js_value *v, const char *key, const char *what, instant *ret, err *e);
typedef struct shop__page { /* a connection's nodes, and where they go on */
    const js_value *nodes;
    str next; /* "" at the end */
} shop__page;
MUST bool shop__want_page(const js_value *v, const char *key, const char *what, shop__page *ret, err *e);
MUST bool shop__want_count(const js_value *v, const char *key, const char *what, int64_t *ret,
                           err *e); /* UnsignedInt64 */

MUST bool shop__check_parse(arena *a, const js_value *data, shop_facts *to, shop__page *ret_locations, err *e);
MUST bool shop__locations_parse(const js_value *nodes, shop_location *to, err *e);
MUST bool shop__level_parse(const js_value *item, str location, shop_level *ret, err *e);
MUST bool shop__levels_parse(arena *a, const js_value *data, str location, const str *items, size_t count,
                             shop_level **ret, err *e);
MUST bool shop__item_parse(const js_value *variant, shop_item *ret, err *e);
MUST bool shop__orders_parse(arena *a, const js_value *data, str after, shop_orders_page *ret, err *e);

/* -- order_draft.c: pure; an order in the making. ERR_BUSY: its parts do not belong together, read it again -- */
typedef struct shop__draft shop__draft;
shop__draft *shop__draft_new(arena *a);
MUST bool shop__draft_head(shop__draft *d, const js_value *order, err *e);
MUST bool shop__draft_lines(shop__draft *d, const js_value *nodes, err *e);
typedef enum shop__part_kind { PART_FULFILLMENT_ORDER, PART_FULFILLMENT, PART_REFUND } shop__part_kind;
typedef struct shop__part { /* that has lines of its own, each for a line of the order */
    shop__part_kind kind;
    str id, location;
    bool closed, counts; /* of a fulfilment order; of a fulfilment: it succeeded */
    instant at;          /* of a refund */
} shop__part;
MUST bool shop__part_parse(const js_value *node, shop__part_kind kind, shop__part *ret, err *e);
MUST bool shop__draft_part_lines(shop__draft *d, const shop__part *p, const js_value *nodes, err *e);
void shop__draft_finish(shop__draft *d, reading_raw *ret);

/* -- bulk.c, download.c -- */
typedef bool shop__object(void *ctx, const js_value *object, err *e); /* one line of a result */
MUST bool shop__bulk(shop *s, shop__document d, str query, shop__object *each, void *ctx, instant *ret_started, err *e);
typedef struct shop__bulk_state {
    str id, status, error_code, url, query;
    instant created_at;
    int64_t objects, roots, bytes; /* -1 not told */
} shop__bulk_state;
MUST bool shop__bulk_parse(const js_value *operation, shop__bulk_state *ret, err *e);
typedef struct shop__lines { /* cuts a body that comes in parts into lines, and counts objects */
    shop__object *each;
    void *ctx;
    buf rest;      /* the begun line */
    arena *memory; /* of one line */
    int64_t objects, roots;
} shop__lines;
#define SHOP_BULK_LINE_MAX (1u << 20)
shop__lines shop__lines_new(shop__object *each, void *ctx);
void shop__lines_drop(shop__lines *l); /* for AUTO */
MUST bool shop__lines_add(shop__lines *l, str part, err *e);
MUST bool shop__lines_end(shop__lines *l, err *e);
MUST bool shop__download(shop *s, str url, int64_t bytes, shop__lines *to, err *e);
