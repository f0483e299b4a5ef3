#pragma once
/*
 * Configuration: facilities, groups with dated members, shops, channels. Small, so it is read whole and kept until
 * its version changes. Lists are sorted by code; ids are stable.
 */
#include "domain/domain.h"

typedef struct store store;
typedef struct store_tx store_tx;

typedef struct store_facility {
    int64_t id;
    str code, name;
    facility_type type;
    bool active;
    str time_zone;
} store_facility;

typedef struct store_member {
    int64_t facility;
    instant from, thru; /* INSTANT_NONE: no bound */
} store_member;

typedef struct store_group {
    int64_t id;
    str code;
    store_member *members; /* the present list; replaced ones stay in the database as history */
    size_t member_count;
} store_group;

typedef struct store_shop {
    int64_t id;
    str code, url, api_version;
    /* Names of environment variables or paths of files; "" where not given. Never the secrets themselves. */
    str token_env, token_file, client_id_env, client_id_file, client_secret_env, client_secret_file;
    str webhook_secret_env, webhook_secret_file;
    bool writable;
    int64_t index_lag_s;  /* how far Shopify's order search may lag; protocol I9 */
    bool unmapped_ignore; /* unmapped_orders: "ignore"; else "demand" */
    /* State, not configuration: */
    instant adopted_at;    /* INSTANT_NONE: never adopted */
    instant orders_until;  /* the polling cursor: everything updated before it has been imported; protocol I9 */
    instant reconciled_at; /* a hard sync that began then left nothing: whatever drifts now came later; R6 */
} store_shop;

typedef struct store_channel {
    int64_t id;
    str code;
    int64_t shop; /* 0: computed, not synced */
    str location; /* gid; "" without a shop */
    channel_mode mode;
    int64_t group;      /* aggregate; else 0 */
    int64_t facility;   /* physical; else 0 */
    int64_t ships_from; /* protocol I8; 0: none */
    bool reserve_inventory, hold_preorder, publish_negative;
    bool activate_items; /* a hard sync stocks linked items at the location */
    int64_t behind;      /* products with an id >= this one have yet to be recomputed; -1: none. store_catch_up */
} store_channel;

typedef struct store_config {
    int64_t version;
    const store_facility *facilities;
    size_t facility_count;
    const store_group *groups;
    size_t group_count;
    const store_shop *shops;
    size_t shop_count;
    const store_channel *channels;
    size_t channel_count;
} store_config;

/* As this transaction sees it, its own changes included. Valid until the next change of configuration or its end. */
MUST bool store_config_get(store_tx *tx, const store_config **ret, err *e);

/* Lookups; NULL: not there. */
const store_facility *config_facility(const store_config *c, int64_t id);
const store_facility *config_facility_by_code(const store_config *c, str code);
const store_group *config_group(const store_config *c, int64_t id);
const store_group *config_group_by_code(const store_config *c, str code);
const store_shop *config_shop(const store_config *c, int64_t id);
const store_shop *config_shop_by_code(const store_config *c, str code);
const store_channel *config_channel(const store_config *c, int64_t id);
const store_channel *config_channel_by_code(const store_config *c, str code);
const store_channel *config_channel_at(const store_config *c, int64_t shop, str location);
/* The shop's first aggregate channel (by id): takes demand at unmapped locations; protocol I7. NULL: none. */
const store_channel *config_channel_unmapped(const store_config *c, int64_t shop);
/* Is the facility in the channel at `now` (member of its group, or its one facility)? */
bool config_in_channel(const store_config *c, const store_channel *ch, int64_t facility, instant now);

/* Create (id 0) or change; *ret_id the row's id. What depends on it is marked behind. */
MUST bool store_facility_put(store_tx *tx, const store_facility *f, int64_t *ret_id, err *e);
MUST bool store_group_put(store_tx *tx, const store_group *g, int64_t *ret_id, err *e); /* members replace the list */
MUST bool store_shop_put(store_tx *tx, const store_shop *s, int64_t *ret_id, err *e);
/* A change of shop or location sets E of its targets to null (adopt again; protocol I10). */
MUST bool store_channel_put(store_tx *tx, const store_channel *c, int64_t *ret_id, err *e);

MUST bool store_shop_adopted(store_tx *tx, int64_t shop, instant at, err *e);
MUST bool store_shop_orders_until(store_tx *tx, int64_t shop, instant until, err *e);
MUST bool store_shop_reconciled(store_tx *tx, int64_t shop, instant at, err *e);
