#pragma once
/*
 * shop: one Shopify shop behind its Admin GraphQL API. It knows documents, tokens, the cost budget and what answers
 * mean; it knows nothing of targets and ledgers. Source of every document, limit and error class: Shopify's Admin API
 * reference as collected in docs/shopify.md.
 *
 * Reads retry by themselves (bounded, with jitter) and fail with one error. Writes are never repeated here: the caller
 * has the durable bytes and decides, by the class of the answer, what becomes of them.
 *
 * A shop belongs to one thread. Texts in answers live in the arena that is passed in.
 */
#include "store/store.h"

#define SHOP_LINES_MAX     250            /* lines of one quantity call, ids of one nodes() call */
#define SHOP_LEVEL_IDS_MAX 100            /* items of one level read: keeps the requested cost far below 1,000 points */
#define SHOP_ANSWER_MAX    (16u << 20)    /* bytes of one answer; a longer one is an error of that shop */
#define SHOP_TIMEOUT_MS    INT64_C(30000) /* connect, send and answer of one call */
#define SHOP_TRIES_MAX     6              /* of a read */

/* What the caller can do about an answer; the classes of the reference's section 4. */
typedef enum shop_class {
    SHOP_DONE,  /* it was executed, data is there */
    SHOP_RETRY, /* nothing is known to be wrong: the same bytes with the same key, after a pause */
    SHOP_LOOK,  /* our picture is old: close as not applied, read, plan again under a new key */
    SHOP_LINE,  /* lines are named as wrong: quarantine them, plan the others again under a new key */
    SHOP_STOP,  /* this shop's lane stops until a person acts */
    SHOP_BUG,   /* the document or its variables are wrong: ours to mend */
    SHOP_CLASSES
} shop_class;
const char *shop_class_name(shop_class c);

typedef struct shop shop;

/*
 * `row` gives address, version and where the secrets are; they are read here, kept in memory only, never logged. `row`
 * need not outlive the call. ERR_INPUT: no token, an unset variable or unreadable file (named, with the mend), or a
 * version older than SHOP_VERSION_FIRST, which knows no inactive levels.
 */
#define SHOP_VERSION_FIRST "2026-04"
MUST bool shop_open(const store_shop *row, const world *w, shop **ret, err *e);
void shop_close(shop **s); /* for AUTO(shop_close) */

typedef struct shop_totals { /* since it was opened */
    int64_t calls, points;
} shop_totals;
shop_totals shop_totals_of(const shop *s);
/* The bucket as far as it is known, for the next process that works on this shop: told_at INSTANT_NONE before an answer
 * told it. Resuming is for before the first call: what an earlier process spent is not there any more. */
store_budget shop_budget_now(const shop *s);
void shop_budget_resume(shop *s, const store_budget *b);
/* Newest Date header, on the shop's clock; INSTANT_NONE before the first answer. */
instant shop_date(const shop *s);
/* Calls in flight that keep the budget busy: ceil(restore rate / cost x round trip) + 1, from what was
 * measured; 1..SHOP_FLIGHT_MAX. */
#define SHOP_FLIGHT_MAX 96 /* plan Enterprise, 10 points a call, a round trip of 0.4 s: 82 */
size_t shop_flight(const shop *s);

/* The real net, over libcurl; one for each thread that has shops. Connections are kept alive, HTTP/2 is used where
 * offered. */
typedef struct shop_net shop_net;
MUST bool shop_net_open(shop_net **ret, io_net *ret_net, err *e);
void shop_net_close(shop_net **n);

/*
 * -- webhooks: the shop tells that an order changed; what changed is read from it, never believed from here --
 */
/*
 * Is `signature` (the header X-Shopify-Hmac-Sha256) the body's, by the shop's webhook secret, or its client secret
 * where that one is not named? A file or variable with two secrets, one a line, takes either: after a rotation the old
 * one signs for up to an hour. ERR_INPUT: there is no secret, or it cannot be read; the text says what mends it.
 */
MUST bool shop_webhook_signed(const store_shop *row, str body, str signature, arena *a, bool *ret, err *e);
/*
 * The order (gid) that a webhook of this topic ("refunds/create") is about; "" when it is about none, or none that it
 * names. ERR_INPUT: the body is no JSON object, or its order's id is none.
 */
MUST bool shop_webhook_order(str topic, str body, arena *a, str *ret, err *e);

/* -- check -- */
typedef struct shop_location {
    str id, name;
    bool active, fulfills_online;
} shop_location;
typedef struct shop_facts {
    str name, domain, plan, api_version; /* api_version: what the answer says, not what was asked */
    const str *scopes, *missing_scopes;
    size_t scope_count, missing_count;
    int64_t restore_rate, bucket;
    const shop_location *locations;
    size_t location_count;
} shop_facts;
MUST bool shop_check(shop *s, arena *a, shop_facts *ret, err *e);

/* -- subscriptions of webhooks -- */
typedef struct shop_hook { /* a topic that tells of orders, and one address that it goes to */
    str topic;             /* "orders/create" */
    str address;           /* "" it is not subscribed */
    str lacks;             /* the scope without which it cannot be; "" none */
} shop_hook;
/* Every topic that shop_webhook_order knows something of, in a fixed order; one that goes to several addresses comes
 * several times. */
MUST bool shop_hooks(shop *s, const shop_facts *facts, arena *a, const shop_hook **ret, size_t *ret_count, err *e);
/* Subscribes one of these topics. ERR_REMOTE with Shopify's words: the address does not suit, or it is there already.
 */
MUST bool shop_hook_add(shop *s, str topic, str address, err *e);

/* -- items -- */
typedef struct shop_item {
    str sku, item, title; /* item: gid */
    bool tracked, bundle;
} shop_item;
/*
 * Every variant of the shop, by bulk query (it scales to any catalogue), told one by one; `each` returning false stops.
 * Whether the result is whole is known at its end: nothing may be concluded from what was told before this is true.
 * An `each` keeps copies: what it is told lives until it returns.
 */
typedef bool shop_item_each(void *ctx, const shop_item *i, err *e);
MUST bool shop_items_all(shop *s, shop_item_each *each, void *ctx, err *e);

/* The variants that have one of these SKUs exactly, by search: cheap for a few, and as late as Shopify's index. */
MUST bool shop_items_of(shop *s, const str *skus, size_t count, shop_item_each *each, void *ctx, err *e);

/* -- levels -- */
typedef struct shop_quantity {
    maybe_qty value;
    instant at; /* updatedAt; INSTANT_NONE: null */
} shop_quantity;
typedef struct shop_level { /* one (item, location) */
    str item, location;
    str sku;                                         /* the item's, as Shopify has it now; "" none or not told */
    bool item_exists, level_exists, active, tracked; /* active: stocked there; P9 */
    shop_quantity available, committed, on_hand, incoming, reserved, damaged, quality_control, safety_stock;
} shop_level;
/* In the order of `items`, at most SHOP_LEVEL_IDS_MAX. *ret_asked: the shop's time when the request was made, never
 * later (the answer's Date less the time it took). */
MUST bool shop_levels(shop *s, str location, const str *items, size_t count, arena *a, shop_level **ret,
                      instant *ret_asked, err *e);
/* All items at one location, told like shop_items_all. Each row is judged at its own stamps: it is no snapshot.
 * *ret_asked: when the bulk operation was made. */
typedef bool shop_level_each(void *ctx, const shop_level *l, err *e);
MUST bool shop_levels_all(shop *s, str location, shop_level_each *each, void *ctx, instant *ret_asked, err *e);

/* A bulk operation may run for hours: about once a second `idle` is called, which may use the shop. NULL: nothing. */
typedef bool shop_idle(void *ctx, err *e);
void shop_while_waiting(shop *s, shop_idle *idle, void *ctx);

/* -- orders -- */
typedef struct shop_order_head {
    str id, name;
    instant updated_at;
} shop_order_head;
typedef struct shop_orders_page {
    const shop_order_head *orders;
    size_t count;
    str next; /* cursor; "" at the end */
} shop_orders_page;
/* Orders updated at or after `since`, in order of updated_at; or, with `open_only`, of any age all that may have units
 * to ship, archived ones too. `after`: a cursor or "". ERR_REMOTE when a cursor repeats. */
MUST bool shop_orders(shop *s, instant since, bool open_only, str after, arena *a, shop_orders_page *ret, err *e);
/* One whole order, every page of its lists, all of one state; *ret_some false: it does not exist. ERR_REMOTE: a list
 * was cut, or it keeps changing. A fulfilment that names no location has "". */
MUST bool shop_order(shop *s, str id, arena *a, reading_raw *ret, instant *ret_asked, bool *ret_some, err *e);

/* -- writes of quantities -- */
typedef struct shop_line {
    str item, location;
    qty delta;
    maybe_qty change_from; /* unknown prints null: no compare */
} shop_line;
/* The exact body of an inventoryAdjustQuantities call on `available`. `reference` names the push
 * ("gid://evenstock/Push/412"). */
MUST bool shop_adjust_body(const shop *s, const shop_line *lines, size_t count, str idempotency_key, str reference,
                           buf *to, err *e);

typedef struct shop_bad_line {
    size_t line;
    str code, message;
} shop_bad_line;
typedef struct shop_written {
    uint64_t ticket;
    shop_class class;
    bool answered; /* false: lost on its way, or an error that leaves open whether it was applied */
    bool not_sent; /* certainly nothing arrived */
    str group;     /* the adjustment group's gid; "" when all deltas were 0 */
    instant group_at;
    const shop_bad_line *bad;
    size_t bad_count;  /* LINE and LOOK; 0: the call was refused and no line is named (P8: halves) */
    str code, message; /* the error that decided, for people; code "HTTP_502", "LOST", "NOT_SENT", "MALFORMED" beside
                          Shopify's */
    int64_t pause_ms;  /* RETRY: wait at least this long */
} shop_written;
/*
 * Sends stored bytes; waits for the budget first, and sends nothing after `deadline` (ERR_CONFLICT then, and at once
 * when the budget would allow it only later). false: nothing was sent. The answer comes from shop_written_next, in any
 * order, by the deadline. At most SHOP_FLIGHT_MAX in flight (ERR_BUSY). A 401 fetches a fresh token once.
 */
MUST bool shop_write(shop *s, str body, instant deadline, uint64_t ticket, err *e);
MUST bool shop_written_next(shop *s, arena *a, shop_written *ret, err *e);
bool shop_written_waits(const shop *s); /* an answer is there already */

/* Stocks an item at a location (inventoryActivate). The key makes it apply once. */
MUST bool shop_activate(shop *s, str item, str location, str idempotency_key, err *e);

/* The admin page of an item's adjustment history, for people; "" unknown. */
MUST bool shop_history_url(shop *s, str item, arena *a, str *ret, err *e);

/* -- who changed a quantity, as far as Shopify's analytics tell: late, and only to an app that may read reports -- */
#define SHOP_ADJUSTMENTS_MAX 1000
typedef struct shop_adjustment { /* of `available`, summed over a day of the shop's time zone; "" not told */
    str day, app, staff, reason, reference;
    qty change;
} shop_adjustment;
typedef struct shop_adjustments {
    const shop_adjustment *list;
    size_t count;
} shop_adjustments;
str shop_adjustments_lack(const shop_facts *f); /* the scope without which it cannot be asked; "" it can */
/* Asked once, never again by itself: a throttle of its own, or a list that may be cut, is an error. */
MUST bool shop_adjustments_of(shop *s, str item, str location, instant since, instant until, arena *a,
                              shop_adjustments *ret, err *e);
