#pragma once
/* What the pages of products share. */
#include "http/html.h"

/* One product in one channel, as the product's page shows it. */
typedef struct product_view {
    http_call *call;
    store_product product;
    const store_channel *channel;
    const store_shop *shop; /* NULL: the channel is computed, not synced */
    store_availability v;
    target_row target;
    bool has_target;
    instant changed_at; /* of the newest movement of its stock; INSTANT_NONE: never moved */
    bool diagnosed;
    diagnosis d;
    str trouble; /* why there is no diagnosis although one was asked for; "" */
} product_view;

/* How a target stands, as far as is known here: the first that holds. */
typedef struct http_standing {
    const char *kind; /* as http__state */
    const char *word;
} http_standing;
http_standing http__standing(const store_channel *ch, const target_row *t); /* NULL: there is no target */
/* T - E; unknown until adopted. */
maybe_qty http__owed(const target_row *t);

/* waterfall.c: how the number comes about, as a picture and as a table whose terms open their rows */
void http__waterfall_picture(html *h, const product_view *p);
void http__waterfall_table(html *h, const product_view *p);
const char *http__why_words(atp_why w);

/* page_stock.c */
MUST bool http__section_stock(html *h, const product_view *p, err *e); /* facilities, queues, components */
/* page_history.c */
MUST bool http__section_sync(html *h, const product_view *p, err *e); /* pushes, journal, incidents, jobs */
MUST bool http__section_ledger(html *h, const product_view *p, err *e);
/* page_diagnosis.c */
MUST bool http__diagnose(product_view *p, str channel, err *e); /* asks Shopify; needs the store free */
void http__section_diagnosis(html *h, const product_view *p);
