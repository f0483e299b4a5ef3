#pragma once
/*
 * Stock as JSON, in one form for the command line and the REST core. Both write into an open object, whose first keys
 * (which product, which channel) are the caller's.
 */
#include "store/config.h"
#include "store/stock.h"

/* The keys `terms` and `facilities`: the waterfall and what stands behind it. */
void store_waterfall_json(js_writer *w, const store_config *c, const store_availability *v);
/* All of a movement but its comment. */
void store_movement_fields(js_writer *w, const store_config *c, str sku, const store_movement *m);
