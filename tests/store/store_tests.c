/* The fixture and the small world; store_tests.h. */
#include "store_tests.h"

#include <dirent.h>
#include <unistd.h>

err trouble;
static bool damaged;

void ok_(bool done, const char *file, int line)
{
    if (done)
        return;
    print_error("%s: %s (%s)\n", err_code_name(trouble.code), trouble.text, trouble.where);
    _fail(file, line);
}

void fails_(bool done, err_code code, const char *part, const char *file, int line)
{
    if (!done && trouble.code == code && strstr(trouble.text, part))
        return;
    print_error("want: %s, \"%s\"\ngot:  %s, \"%s\"\n", err_code_name(code), part,
                done ? "success" : err_code_name(trouble.code), done ? "" : trouble.text);
    _fail(file, line);
}

void text_(str got, const char *want, const char *file, int line)
{
    if (str_equal(got, str_of(want)))
        return;
    print_error("got:  %.*s\nwant: %s\n", STR_ARG(got), want);
    _fail(file, line);
}

/* -- backends -- */

static const struct backend {
    const char *name;
    const char *url; /* %s: a folder of the test's own */
    bool has_file;
} BACKENDS[] = {
    {"sqlite-file", "sqlite:%s/store.db", true},
    {"sqlite-memory", "sqlite::memory:", false},
};

static const struct backend *backend(void)
{
    const char *wanted = getenv("EVENSTOCK_TEST_STORE");
    for (size_t i = 0; i < COUNT(BACKENDS); i++)
        if (wanted && strcmp(wanted, BACKENDS[i].name) == 0)
            return &BACKENDS[i];
    return &BACKENDS[0];
}

bool fixture_has_file(void)
{
    return backend()->has_file;
}

static instant now_of(void *ctx)
{
    const fixture *f = ctx;
    return f->now;
}

/* -- life -- */

int fixture_setup(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    const struct backend *b = backend();
    damaged = false;
    f->a = arena_new(0);
    f->now = NOON;
    f->clock = (io_clock){.ctx = f, .now = now_of};
    snprintf(f->url, sizeof f->url, "%s", b->url);
    if (b->has_file) {
        snprintf(f->dir, sizeof f->dir, "/tmp/evenstock-store-XXXXXX");
        assert_non_null(mkdtemp(f->dir));
        snprintf(f->url, sizeof f->url, "sqlite:%s/store.db", f->dir);
    }
    OK(store_open(f->url, STORE_WRITE, &f->clock, &f->s, &trouble));
    *state = f;
    return 0;
}

static void folder_remove(const char *dir)
{
    DIR *d = opendir(dir);
    if (!d)
        return;
    for (const struct dirent *entry = readdir(d); entry; entry = readdir(d)) {
        char path[400];
        snprintf(path, sizeof path, "%s/%s", dir, entry->d_name);
        if (entry->d_name[0] != '.')
            unlink(path);
    }
    closedir(d);
    rmdir(dir);
}

int fixture_teardown(void **state)
{
    fixture *f = *state;
    store_tx_end(&f->tx);
    if (f->s && !damaged)
        verify(f);
    store_close(&f->s);
    arena_end(&f->a);
    if (f->dir[0])
        folder_remove(f->dir);
    free(f);
    return 0;
}

void tampered(void)
{
    damaged = true;
}

void reopen(fixture *f, store_mode mode)
{
    store_close(&f->s);
    OK(store_open(f->url, mode, &f->clock, &f->s, &trouble));
}

store_tx *begin(fixture *f)
{
    OK(store_begin(f->s, STORE_WRITE, &f->tx, &trouble));
    return f->tx;
}

store_tx *look(fixture *f)
{
    OK(store_begin(f->s, STORE_READ, &f->tx, &trouble));
    return f->tx;
}

void commit(fixture *f)
{
    OK(store_commit(&f->tx, &trouble));
}

void back(fixture *f)
{
    store_tx_end(&f->tx);
}

/* -- a small world -- */

int64_t a_facility(fixture *f, const char *code, facility_type type)
{
    int64_t id;
    store_facility row = {
        .code = str_of(code), .name = str_of(code), .type = type, .active = true, .time_zone = STR("America/New_York")};
    OK(store_facility_put(f->tx, &row, &id, &trouble));
    return id;
}

int64_t a_group(fixture *f, const char *code, const store_member *members, size_t count)
{
    int64_t id;
    store_member copy[16];
    assert_true(count <= COUNT(copy));
    memcpy(copy, members, count * sizeof *members);
    store_group row = {.code = str_of(code), .members = copy, .member_count = count};
    OK(store_group_put(f->tx, &row, &id, &trouble));
    return id;
}

int64_t a_group_of(fixture *f, const char *code, int64_t facility, int64_t other)
{
    store_member members[] = {{facility, INSTANT_NONE, INSTANT_NONE}, {other, INSTANT_NONE, INSTANT_NONE}};
    return a_group(f, code, members, other ? 2 : 1);
}

int64_t a_shop(fixture *f, const char *code)
{
    int64_t id;
    store_shop row = {.code = str_of(code),
                      .url = STR("http://127.0.0.1:1"),
                      .api_version = STR("2026-10"),
                      .token_env = STR("SHOP_TOKEN"),
                      .token_file = STR(""),
                      .client_id_env = STR(""),
                      .client_id_file = STR(""),
                      .client_secret_env = STR(""),
                      .client_secret_file = STR(""),
                      .webhook_secret_env = STR(""),
                      .webhook_secret_file = STR(""),
                      .writable = true,
                      .index_lag_s = 120,
                      .adopted_at = INSTANT_NONE,
                      .orders_until = INSTANT_NONE,
                      .reconciled_at = INSTANT_NONE};
    OK(store_shop_put(f->tx, &row, &id, &trouble));
    return id;
}

static int64_t channel_put(fixture *f, const store_channel *row)
{
    int64_t id;
    OK(store_channel_put(f->tx, row, &id, &trouble));
    return id;
}

int64_t a_channel(fixture *f, const char *code, int64_t shop, const char *location, int64_t group)
{
    return channel_put(f, &(store_channel){.code = str_of(code),
                                           .shop = shop,
                                           .location = str_of(location),
                                           .mode = CHANNEL_AGGREGATE,
                                           .group = group,
                                           .reserve_inventory = true});
}

int64_t a_physical(fixture *f, const char *code, int64_t shop, const char *location, int64_t facility)
{
    return channel_put(f, &(store_channel){.code = str_of(code),
                                           .shop = shop,
                                           .location = str_of(location),
                                           .mode = CHANNEL_PHYSICAL,
                                           .facility = facility,
                                           .reserve_inventory = true});
}

int64_t a_product(fixture *f, const char *sku)
{
    int64_t id;
    store_product row = {.sku = str_of(sku), .title = STR("A thing"), .product_type = STR(""), .vendor = STR("")};
    OK(store_product_put(f->tx, &row, &id, &trouble));
    return id;
}

int64_t a_kit(fixture *f, const char *sku, int64_t component, qty quantity, int64_t other, qty other_quantity)
{
    int64_t id = a_product(f, sku);
    store_kit_part parts[] = {{component, quantity}, {other, other_quantity}};
    OK(store_kit_replace(f->tx, id, parts, other ? 2 : 1, &trouble));
    return id;
}

void adjust(fixture *f, int64_t product, int64_t facility, qty delta, instant at)
{
    store_movement m = {.product = product,
                        .facility = facility,
                        .at = at,
                        .qoh_delta = delta,
                        .atp_delta = delta,
                        .kind = MOVE_ADJUST,
                        .reason = STR("test"),
                        .source = STR("test"),
                        .actor = STR("tester"),
                        .comment = STR("")};
    OK(store_move(f->tx, &m, &trouble));
}

reset_outcome reset(fixture *f, int64_t product, int64_t facility, reset_mode mode, qty quantity, instant as_of)
{
    reset_outcome outcome;
    store_reset_row row = {.product = product,
                           .facility = facility,
                           .mode = mode,
                           .quantity = quantity,
                           .as_of = as_of,
                           .run = 1,
                           .reason = STR("count"),
                           .source = STR("test"),
                           .actor = STR(""),
                           .comment = STR("")};
    OK(store_reset(f->tx, &row, &outcome, &trouble));
    return outcome;
}

void adopt(fixture *f, int64_t product, int64_t channel, qty e)
{
    const store_config *c;
    target_key k = {product, channel};
    OK(store_config_get(f->tx, &c, &trouble));
    const store_channel *ch = config_channel(c, channel);
    OK(store_link(f->tx, ch->shop, product, str_printf(f->a, "gid://shopify/InventoryItem/%" PRId64, product),
                  &trouble));
    OK(store_explained(f->tx, k, EXPLAINED_ADOPT, e, STR("adopted"), &trouble));
    OK(store_target_adopted(f->tx, k, /* baseline= */ 0, f->now, &trouble));
}

static int64_t a_line(fixture *f, int64_t channel, int64_t product)
{
    static int count;
    const store_config *c;
    const store_world *w;
    int64_t id;
    OK(store_config_get(f->tx, &c, &trouble));
    const store_channel *ch = config_channel(c, channel);
    OK(store_world_get(f->tx, product, &w, &trouble));
    store_line l = {.channel = channel,
                    .order = str_printf(f->a, "%d", ++count),
                    .line = STR("1"),
                    .scope = ch->shop ? ch->shop : -channel,
                    .product = product,
                    .parts = w->kit,
                    .part_count = w->kit_count,
                    .name = STR(""),
                    .departed_at = INSTANT_NONE};
    OK(store_line_put(f->tx, &l, &id, &trouble));
    return id;
}

int64_t event(fixture *f, int64_t line, int64_t channel, int64_t product, const order_event *ev)
{
    static int count;
    if (!line)
        line = a_line(f, channel, product);
    store_event row = {.event_id = str_printf(f->a, "event-%d", ++count), .line = line, .event = *ev};
    row.content = digest_of(row.event_id);
    if (!row.event.location.at)
        row.event.location = STR("");
    if (!row.event.at)
        row.event.at = f->now;
    if (!row.event.seq)
        row.event.seq = EVENT_NO_SEQ;
    OK(store_event_add(f->tx, &row, &trouble));
    effect_change how = {
        .at = row.event.at, .reason = STR("order"), .source = STR("test"), .actor = STR(""), .comment = STR("")};
    int64_t movements = 0;
    OK(store_line_settle(f->tx, line, &how, &movements, &trouble));
    return line;
}

/* Stores what follows from the stored reading and from what Shopify would say of the order now. */
static void reading_put(fixture *f, const reading_of_one *r, str order, str id, str item, instant at)
{
    reading_fo_line routed = {str_printf(f->a, "gid://shopify/FulfillmentOrder/%d", r->order), str_of(r->location),
                              r->open + r->fulfilled, r->open, false};
    reading_unit_at shipped = {str_of(r->location), r->fulfilled};
    instant refunded = r->refunded ? r->refunded : at;
    reading_refund refunds[] = {
        {STR("back"), r->returned, REFUND_RETURN, true, str_of(r->location), refunded},
        {STR("lost"), r->lost, REFUND_NO_RESTOCK, false, STR(""), refunded},
    };
    reading_raw_line line = {.id = id,
                             .item = item,
                             .sku = STR("A"),
                             .tracked = true,
                             .ordered = r->ordered,
                             .current = r->current,
                             .fulfilment_orders = &routed,
                             .fo_count = 1,
                             .fulfilled = &shipped,
                             .fulfilled_count = r->fulfilled ? 1 : 0,
                             .refunds = r->returned ? refunds : refunds + 1,
                             .refund_count = (size_t)(r->returned > 0) + (r->lost > 0)};
    reading_raw raw = {.order = order,
                       .name = STR("#7"),
                       .created_at = NOON,
                       .processed_at = NOON,
                       .updated_at = at,
                       .app = STR(""),
                       .retail_location = STR(""),
                       .lines = &line,
                       .line_count = 1};
    const reading *old = NULL;
    store_reading stored;
    bool some;
    OK(store_reading_get(f->tx, r->shop, order, f->a, &stored, &some, &trouble));
    if (some)
        OK(domain_reading_parse(f->a, stored.json, &old, &trouble));
    AUTO(buf_end) buf json = buf_new(1 << 20);
    domain_reading_write(domain_reading_next(f->a, old, &raw, at, false), &json);
    store_reading row = {
        .shop = r->shop, .order = order, .updated_at = at, .asked_at = at, .open = r->open > 0, .json = buf_str(&json)};
    OK(store_reading_put(f->tx, &row, &item, 1, &trouble));
}

int64_t a_reading(fixture *f, const reading_of_one *r)
{
    static instant updated = NOON;
    str order = str_printf(f->a, "gid://shopify/Order/%d", r->order);
    str id = str_printf(f->a, "gid://shopify/LineItem/%d", r->order);
    str item = str_printf(f->a, "gid://shopify/InventoryItem/%" PRId64, r->product);
    store_line l;
    bool some;
    reading_put(f, r, order, id, item, r->updated ? r->updated : (updated += US_PER_S));
    OK(store_line_find(f->tx, r->shop, order, id, f->a, &l, &some, &trouble));
    if (!some) {
        l = (store_line){.channel = r->channel,
                         .order = order,
                         .line = id,
                         .scope = r->shop,
                         .product = r->product,
                         .name = STR("#7"),
                         .from_reading = true,
                         .departed_at = INSTANT_NONE};
        OK(store_line_put(f->tx, &l, &l.id, &trouble));
    }
    effect_change how = {
        .at = f->now, .reason = STR("order"), .source = STR("shop"), .actor = STR(""), .comment = STR("")};
    int64_t movements = 0;
    OK(store_line_settle(f->tx, l.id, &how, &movements, &trouble));
    return l.id;
}

/* -- looking -- */

store_level level_of(fixture *f, int64_t product, int64_t facility)
{
    const store_world *w;
    OK(store_world_get(f->tx, product, &w, &trouble));
    for (size_t i = 0; i < w->level_count; i++)
        if (w->levels[i].facility == facility)
            return w->levels[i];
    return (store_level){.facility = facility};
}

store_target target_of(fixture *f, int64_t product, int64_t channel)
{
    target_row row;
    bool some;
    OK(store_target_get(f->tx, (target_key){product, channel}, f->a, &row, &some, &trouble));
    assert_true(some);
    return row.target;
}

qty queue_of(fixture *f, int64_t product, int64_t channel, queue_kind kind)
{
    const store_world *w;
    OK(store_world_get(f->tx, product, &w, &trouble));
    for (size_t i = 0; i < w->queue_count; i++)
        if (w->queues[i].channel == channel)
            return w->queues[i].units[kind];
    return 0;
}

qty atp_of(fixture *f, int64_t product, int64_t channel)
{
    store_availability v;
    OK(store_availability_get(f->tx, product, channel, f->a, &v, &trouble));
    qty sum = 0;
    for (size_t i = 0; i < ATP_TERMS; i++)
        sum += v.result.terms[i];
    assert_int_equal(sum, v.result.raw);
    return v.result.online_atp;
}

verify_report verify(fixture *f)
{
    verify_report r;
    OK(store_verify(f->s, f->a, &r, &trouble));
    for (size_t i = 0; i < r.detail_count && !damaged; i++)
        print_error("%.*s %.*s: stored %.*s, computed %.*s\n", STR_ARG(r.details[i].what), STR_ARG(r.details[i].where),
                    STR_ARG(r.details[i].stored), STR_ARG(r.details[i].computed));
    if (!damaged)
        assert_int_equal(r.differences, 0);
    return r;
}
