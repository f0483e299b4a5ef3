#include "sync_fixture.h"

#include <sys/wait.h>

static store_tx *begin(fixture *f)
{
    store_tx *tx = NULL;
    OK(store_begin(f->db, STORE_WRITE, &tx, e));
    return tx;
}

static void move(fixture *f, store_tx *tx, int product, qty delta)
{
    store_movement m = {.product = f->products[product],
                        .facility = f->facility,
                        .at = INSTANT_NONE,
                        .qoh_delta = delta,
                        .atp_delta = delta,
                        .kind = MOVE_ADJUST,
                        .reason = STR("test"),
                        .source = STR("test"),
                        .actor = STR(""),
                        .comment = STR("")};
    OK(store_move(tx, &m, e));
}

static void commit(store_tx *tx)
{
    OK(store_commit(&tx, e));
}

static void configure(fixture *f)
{
    store_tx *tx = begin(f);
    int64_t group;
    store_facility place = {.code = STR("NYC"),
                            .name = STR("New York"),
                            .type = FACILITY_WAREHOUSE,
                            .active = true,
                            .time_zone = STR("UTC")};
    OK(store_facility_put(tx, &place, &f->facility, e));
    store_member member = {.facility = f->facility, .from = INSTANT_NONE, .thru = INSTANT_NONE};
    OK(store_group_put(tx, &(store_group){.code = STR("ONLINE"), .members = &member, .member_count = 1}, &group, e));
    store_shop shop_row = {.code = STR("main"),
                           .url = STR("http://127.0.0.1:1"),
                           .api_version = STR("2026-10"),
                           .token_env = STR("SYNC_TEST_TOKEN"),
                           .token_file = STR(""),
                           .client_id_env = STR(""),
                           .client_id_file = STR(""),
                           .client_secret_env = STR(""),
                           .client_secret_file = STR(""),
                           .webhook_secret_env = STR(""),
                           .webhook_secret_file = STR(""),
                           .writable = true,
                           .index_lag_s = 1,
                           .adopted_at = INSTANT_NONE,
                           .orders_until = INSTANT_NONE,
                           .reconciled_at = INSTANT_NONE};
    OK(store_shop_put(tx, &shop_row, &f->shop, e));
    store_channel web = {.code = STR("web"),
                         .shop = f->shop,
                         .location = STR("gid://shopify/Location/1"),
                         .mode = CHANNEL_AGGREGATE,
                         .group = group,
                         .reserve_inventory = true,
                         .behind = -1};
    OK(store_channel_put(tx, &web, &f->channel, e));
    commit(tx);
}

fixture *fixture_new(void)
{
    fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->m = model_new();
    f->w = model_world(f->m);
    f->a = arena_new(0);
    model_add_location(f->m, "Web");
    model_add_location(f->m, "Shelf");
    model_add_location(f->m, "Elsewhere");
    snprintf(f->dir, sizeof f->dir, "/tmp/sync-test-XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    snprintf(f->url, sizeof f->url, "sqlite:%s/db", f->dir);
    assert_int_equal(setenv("SYNC_TEST_TOKEN", "token", 1), 0);
    log_set_level(LOG_ERROR);
    OK(store_open(f->url, STORE_WRITE, &f->w.clock, &f->db, e));
    configure(f);
    return f;
}

void fixture_end(fixture **held)
{
    fixture *f = *held;
    static const char *const FILES[] = {"db", "db-wal", "db-shm"};
    if (!f)
        return;
    store_close(&f->db);
    for (size_t i = 0; i < COUNT(FILES); i++) {
        char path[96];
        snprintf(path, sizeof path, "%s/%s", f->dir, FILES[i]);
        (void)unlink(path);
    }
    assert_int_equal(rmdir(f->dir), 0);
    arena_end(&f->a);
    model_end(&f->m);
    free(f);
    *held = NULL;
}

void fixture_reopen(fixture *f)
{
    store_close(&f->db);
    OK(store_open(f->url, STORE_WRITE, &f->w.clock, &f->db, e));
}

int fixture_product(fixture *f, const char *sku, qty units)
{
    int n = model_add_item(f->m, sku, 0, units);
    assert_int_equal(n, f->product_count);
    store_tx *tx = begin(f);
    store_product p = {.sku = str_of(sku), .title = str_of(sku), .product_type = STR(""), .vendor = STR("")};
    OK(store_product_put(tx, &p, &f->products[n], e));
    f->product_count++;
    move(f, tx, n, units);
    OK(store_link(tx, f->shop, f->products[n], model_item_gid(f->a, n), e));
    commit(tx);
    return n;
}

void fixture_shelf(fixture *f)
{
    store_tx *tx = begin(f);
    store_channel shelf = {.code = STR("shelf"),
                           .shop = f->shop,
                           .location = STR("gid://shopify/Location/2"),
                           .mode = CHANNEL_PHYSICAL,
                           .facility = f->facility,
                           .reserve_inventory = true,
                           .behind = -1};
    OK(store_channel_put(tx, &shelf, &f->shelf, e));
    commit(tx);
}

void fixture_explain(fixture *f, int product, qty value)
{
    store_tx *tx = begin(f);
    OK(store_explained(tx, (target_key){f->products[product], f->channel}, EXPLAINED_ADOPT, value, STR("test"), e));
    commit(tx);
}

void fixture_adopted(fixture *f)
{
    store_tx *tx = begin(f);
    OK(store_shop_adopted(tx, f->shop, store_now(tx), e));
    commit(tx);
}

void fixture_index_lag(fixture *f, int64_t seconds)
{
    store_tx *tx = begin(f);
    const store_config *c;
    OK(store_config_get(tx, &c, e));
    store_shop row = *config_shop(c, f->shop);
    row.index_lag_s = seconds;
    OK(store_shop_put(tx, &row, NULL, e));
    commit(tx);
}

void fixture_move(fixture *f, int product, qty delta)
{
    store_tx *tx = begin(f);
    move(f, tx, product, delta);
    commit(tx);
}

target_row fixture_target(fixture *f, int product)
{
    store_tx *tx = begin(f);
    target_row row;
    bool some;
    OK(store_target_get(tx, (target_key){f->products[product], f->channel}, f->a, &row, &some, e));
    assert_true(some);
    store_tx_end(&tx);
    return row;
}

qty fixture_e(fixture *f, int product)
{
    target_row row = fixture_target(f, product);
    assert_true(row.target.e.known);
    return row.target.e.value;
}

qty fixture_t(fixture *f, int product)
{
    return fixture_target(f, product).target.t;
}

qty fixture_queued(fixture *f, int product, queue_kind kind)
{
    store_tx *tx = begin(f);
    const store_world *world_of;
    qty units = 0;
    OK(store_world_get(tx, f->products[product], &world_of, e));
    for (size_t i = 0; i < world_of->queue_count; i++)
        if (world_of->queues[i].channel == f->channel)
            units += world_of->queues[i].units[kind];
    store_tx_end(&tx);
    return units;
}

int64_t fixture_open_operations(fixture *f)
{
    store_tx *tx = begin(f);
    store_operation *open;
    size_t count;
    OK(store_operations_open(tx, f->shop, f->a, &open, &count, e));
    store_tx_end(&tx);
    return (int64_t)count;
}

void fixture_verify(fixture *f)
{
    verify_report r;
    OK(store_verify(f->db, f->a, &r, e));
    for (size_t i = 0; i < r.detail_count; i++)
        print_error("%.*s %.*s: %.*s, should be %.*s\n", STR_ARG(r.details[i].what), STR_ARG(r.details[i].where),
                    STR_ARG(r.details[i].stored), STR_ARG(r.details[i].computed));
    assert_int_equal(r.differences, 0);
    assert_true(model_consistent(f->m));
    assert_string_equal(f->m->violations, "");
}

void fixture_settled(fixture *f)
{
    fixture_verify(f);
    assert_int_equal(fixture_open_operations(f), 0);
    for (int i = 0; i < f->product_count; i++) {
        target_row row = fixture_target(f, i);
        const model_level *l = &f->m->items[i].levels[0];
        if (!row.target.e.known || row.target.state != TARGET_OK)
            continue;
        if (row.target.e.value != row.target.t || l->q[MODEL_AVAILABLE] + l->q[MODEL_RESERVED] != row.target.e.value)
            fail_msg("%s: T %" PRId64 ", E %" PRId64 ", S %" PRId64 ", reserved %" PRId64, f->m->items[i].sku,
                     row.target.t, row.target.e.value, l->q[MODEL_AVAILABLE], l->q[MODEL_RESERVED]);
    }
}

sync_lane *fixture_lane(fixture *f)
{
    sync_lane *l = NULL;
    OK(sync_open(f->db, &f->w, &(sync_options){.shop = STR("main"), .channel = STR("")}, 60000, &l, e));
    return l;
}

sync_report fixture_recent(fixture *f)
{
    AUTO(sync_close) sync_lane *l = fixture_lane(f);
    sync_report r;
    OK(sync_recent(l, f->a, &r, e));
    return r;
}

sync_report fixture_orders(fixture *f)
{
    AUTO(sync_close) sync_lane *l = fixture_lane(f);
    sync_report r;
    OK(sync_orders(l, f->a, &r, e));
    return r;
}

sync_report fixture_hard(fixture *f)
{
    AUTO(sync_close) sync_lane *l = fixture_lane(f);
    sync_report r;
    OK(sync_hard(l, f->a, &r, e));
    return r;
}

sync_adopted fixture_adopt(fixture *f)
{
    AUTO(sync_close) sync_lane *l = fixture_lane(f);
    sync_adopted r;
    OK(sync_adopt(l, f->a, &r, e));
    return r;
}

bool fixture_dies(fixture *f, void (*what)(fixture *f), int64_t n)
{
    fflush(NULL);
    store_close(&f->db); /* a connection must not be carried through a fork */
    pid_t child = fork();
    assert_int_not_equal(child, -1);
    if (child == 0) {
        err trouble = {0};
        f->m->steps = 0;
        f->m->die_at = n;
        if (!store_open(f->url, STORE_WRITE, &f->w.clock, &f->db, &trouble))
            _exit(1);
        what(f);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    f->m->die_at = 0;
    OK(store_open(f->url, STORE_WRITE, &f->w.clock, &f->db, e));
    assert_true(WIFEXITED(status));
    assert_true(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == MODEL_DIED);
    return WEXITSTATUS(status) == MODEL_DIED;
}
