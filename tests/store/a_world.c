/* The store with a row of every kind; a_world.h. */
#include "a_world.h"

#define WEB "gid://shopify/Location/1"
#define NYC "gid://shopify/Location/2"

static void configuration(fixture *f, a_world *w)
{
    begin(f);
    w->nyc = a_facility(f, "NYC", FACILITY_STORE);
    w->la = a_facility(f, "LA", FACILITY_WAREHOUSE);
    a_facility(f, "BROKERING", FACILITY_BROKERING);
    store_member members[] = {{w->nyc, INSTANT_NONE, INSTANT_NONE}, {w->la, NOON - MINUTES(1), NOON + MINUTES(1000)}};
    int64_t group = a_group(f, "ONLINE", members, 2);
    w->shop = a_shop(f, "main");
    w->web = a_channel(f, "web", w->shop, WEB, group);
    w->nyc_channel = a_physical(f, "nyc", w->shop, NYC, w->nyc);
    w->outlet = a_channel(f, "outlet", 0, "", group);
    w->shirt = a_product(f, "SHIRT");
    w->hat = a_product(f, "HAT");
    w->set = a_kit(f, "SET", w->shirt, 2, w->hat, 1);
    const store_identifier upc = {STR("UPCA"), STR("012345678905")};
    OK(store_identifiers_replace(f->tx, w->shirt, &upc, 1, &trouble));
    commit(f);
    OK(store_catch_up_all(f->s, &trouble));
}

static void stock(fixture *f, const a_world *w)
{
    begin(f);
    adjust(f, w->shirt, w->nyc, 40, NOON - MINUTES(90));
    adjust(f, w->shirt, w->la, 30, NOON - MINUTES(90));
    adjust(f, w->hat, w->nyc, 20, NOON - MINUTES(90));
    reset(f, w->shirt, w->nyc, RESET_QOH, 38, NOON - MINUTES(60));
    adjust(f, w->shirt, w->nyc, -1, NOON - MINUTES(70)); /* in that count already */
    reset(f, w->hat, w->la, RESET_ATP, 7, INSTANT_NONE);
    OK(store_facility_settings(f->tx, w->shirt, w->la, 5, true, true, &trouble));
    OK(store_channel_settings(f->tx, w->shirt, w->outlet, 2, true, &trouble));
    OK(store_channel_settings(f->tx, w->set, w->outlet, 0, true, &trouble));
    adopt(f, w->shirt, w->web, 60);
    adopt(f, w->hat, w->web, 27);
    adopt(f, w->set, w->web, 18);
    commit(f);
}

static void orders(fixture *f, const a_world *w)
{
    begin(f);
    int64_t line = event(f, 0, w->web, w->shirt,
                         &(order_event){.kind = EVENT_PLACED, .quantity = 4, .queue = -1, .shop_origin = true});
    event(f, line, w->web, w->shirt,
          &(order_event){.kind = EVENT_ALLOCATED, .quantity = 4, .queue = -1, .facility = w->la, .seq = 2});
    event(f, line, w->web, w->shirt,
          &(order_event){.kind = EVENT_FULFILLED, .quantity = 1, .queue = -1, .facility = w->la});
    event(f, 0, w->web, w->set, &(order_event){.kind = EVENT_PLACED, .quantity = 3, .queue = -1});
    event(f, 0, w->outlet, w->hat, &(order_event){.kind = EVENT_PLACED, .quantity = 2, .queue = QUEUE_PREORDER});
    event(f, 0, w->web, w->hat, /* waits */
          &(order_event){.kind = EVENT_FULFILLED, .quantity = 1, .queue = -1, .facility = w->nyc});
    event(f, 0, w->web, w->hat, &(order_event){.kind = EVENT_POS_SOLD, .quantity = 1, .queue = -1, .facility = w->nyc});
    reading_of_one r = {.order = 1, .shop = w->shop, .channel = w->web, .product = w->shirt, .location = WEB};
    r.ordered = r.current = r.fulfilled = 2;
    a_reading(f, &r); /* departed */
    r.order = 2;
    r.ordered = r.current = r.open = 5;
    r.fulfilled = 0;
    a_reading(f, &r);
    r.current = r.open = 3;
    line = a_reading(f, &r); /* two unsure, one of them decided */
    store_decision d = {
        .line = line, .location = STR(WEB), .kind = DECIDE_UNSURE_DEPARTED, .units = 1, .at = NOON, .why = STR("read")};
    OK(store_decision_add(f->tx, &d, &trouble));
    effect_change how = {
        .at = NOON, .reason = STR("decided"), .source = STR("test"), .actor = STR(""), .comment = STR("")};
    int64_t movements = 0;
    OK(store_line_settle(f->tx, line, &how, &movements, &trouble));
    commit(f);
}

static int64_t operation(fixture *f, const a_world *w, int64_t product, qty delta, int64_t incident)
{
    int64_t id;
    operation_line line = {.key = {product, w->web},
                           .sku = STR("A"),
                           .item = STR("gid://item"),
                           .location = STR(WEB),
                           .delta = delta,
                           .incident = incident};
    store_operation o = {.shop = w->shop,
                         .kind = incident ? OPERATION_REPAIR : OPERATION_PUSH,
                         .idempotency_key = STR(""),
                         .body = STR("{}"),
                         .fence = w->fence,
                         .created_at = NOON,
                         .first_sent_at = INSTANT_NONE,
                         .deadline = NOON + MINUTES(1),
                         .sent_again_until = INSTANT_NONE,
                         .last_sent_at = INSTANT_NONE,
                         .closed_at = INSTANT_NONE,
                         .group = STR(""),
                         .note = STR(""),
                         .lines = &line,
                         .line_count = 1};
    OK(store_operation_add(f->tx, &o, &id, &trouble));
    OK(store_operation_sending(f->tx, id, w->fence, NOON, &trouble));
    return id;
}

static void synchronisation(fixture *f, a_world *w)
{
    target_key hat = {w->hat, w->web};
    store_incident i = {.key = hat,
                        .sku = STR("HAT"),
                        .location = STR(WEB),
                        .drift = -3,
                        .available = 24,
                        .explained = 27,
                        .found_at = NOON,
                        .after = INSTANT_NONE,
                        .before = NOON,
                        .kind = STR("foreign_change"),
                        .evidence = STR("{}"),
                        .open = true};
    int64_t incident;
    begin(f);
    OK(store_lane_take(f->tx, w->shop, STR("worker"), 60, &w->fence, &trouble));
    int64_t id = operation(f, w, w->shirt, -2, 0);
    OK(store_operation_answered(f->tx, id, w->fence, INSTANT_NONE, &trouble));
    OK(store_explained(f->tx, (target_key){w->shirt, w->web}, EXPLAINED_PUSH, -2, STR("operation 1"), &trouble));
    OK(store_operation_close(f->tx, id, w->fence, OPERATION_BOOKED, STR("gid://group"), NOON, STR(""), &trouble));
    OK(store_incident_add(f->tx, &i, &incident, &trouble));
    OK(store_explained(f->tx, hat, EXPLAINED_DRIFT, -3, STR("incident 1"), &trouble));
    operation(f, w, w->hat, 3, incident);
    commit(f);
}

static void files(fixture *f)
{
    int64_t id;
    refused_row row = {2, STR("quantity"), STR("not a number"), STR("A,NYC,x")};
    begin(f);
    OK(store_import_begin(f->tx, STR("levels"), STR("qoh"), digest_of(STR("x")), STR("x.csv"), &id, &trouble));
    OK(store_import_progress(f->tx, id, 2, &(import_counts){.rows = 2, .applied = 1, .refused = 1}, true, &trouble));
    OK(store_refused_add(f->tx, id, &row, &trouble));
    OK(store_key_add(f->tx, STR("key"), digest_of(STR("k")), &trouble));
    commit(f);
}

a_world a_world_build(fixture *f)
{
    a_world w = {0};
    configuration(f, &w);
    stock(f, &w);
    orders(f, &w);
    synchronisation(f, &w);
    files(f);
    return w;
}
