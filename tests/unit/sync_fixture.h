#pragma once
/* What the tests of sync share: a database with one shop, its model, two facilities, and looks at both sides. */
#include "sync/sync.h"

#include "model_shop.h"
#include "unit.h"

#define FIXTURE_PRODUCTS_MAX MODEL_ITEMS_MAX

typedef struct fixture {
    model *m;
    world w;
    arena *a;
    char dir[64], url[96];
    store *db;
    int64_t shop, facility, channel,
        shelf; /* channel: aggregate at location 0; shelf: physical at location 1, where made */
    int64_t products[FIXTURE_PRODUCTS_MAX];
    int product_count;
    int which; /* free for a test */
} fixture;

fixture *fixture_new(void);
void fixture_end(fixture **f); /* for AUTO(fixture_end) */
void fixture_reopen(fixture *f);
/* A product with the same number here and at location 0 of the shop: item n of the model is product n. Linked. */
int fixture_product(fixture *f, const char *sku, qty units);
void fixture_shelf(fixture *f);                       /* a second, physical channel at location 1 */
void fixture_explain(fixture *f, int product, qty e); /* E known without an adoption: for tests of the push alone */
void fixture_adopted(fixture *f);                     /* the shop counts as adopted */
void fixture_index_lag(fixture *f, int64_t seconds);
void fixture_move(fixture *f, int product, qty delta);
target_row fixture_target(fixture *f, int product);
qty fixture_e(fixture *f, int product);
qty fixture_t(fixture *f, int product);
/* Units of the first product in the channel's queue. */
qty fixture_queued(fixture *f, int product, queue_kind kind);
int64_t fixture_open_operations(fixture *f);
void fixture_verify(fixture *f); /* 0 differences */
/* Everything imported, nothing open: S + H = E = T of every target that has an E. */
void fixture_settled(fixture *f);

sync_lane *fixture_lane(fixture *f);
sync_report fixture_recent(fixture *f);
sync_report fixture_orders(fixture *f);
sync_report fixture_hard(fixture *f);
sync_adopted fixture_adopt(fixture *f);
/* Runs `what` in a child that dies at its n-th step; false: it came to its end before that. */
bool fixture_dies(fixture *f, void (*what)(fixture *f), int64_t n);

#define OK(call)                                                                                                       \
    do {                                                                                                               \
        err ok_error = {0};                                                                                            \
        err *e = &ok_error;                                                                                            \
        if (!(call))                                                                                                   \
            fail_msg("%s: %s (%s)", #call, ok_error.text, ok_error.where ? ok_error.where : "?");                      \
    } while (0)
