/*
 * The hard sync of a million (item, location) pairs from a bulk file, beside a bare loop that parses each line of that
 * file with the same JSON library and drops it. Targets: at least half of the bare loop's speed, under 256 MiB.
 *
 *     sync_bench [PAIRS] [RUNS]
 *
 * The shop is a few canned answers and the file; every DRIFT_EACH-th pair differs from our books, is read again,
 * recorded and mended. Each run is a process of its own on a fresh copy of the database; it and the bare loop take
 * turns.
 */
#include "sync/sync.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define DRIFT_EACH  1000
#define ITEM_FIRST  INT64_C(40000000000000) /* ids as long as Shopify's */
#define RUNS_MAX    99
#define PEAK_MIB    256
#define RATIO_LEAST 0.5
#define LOCATION    "gid://shopify/Location/1"
#define ITEM        "gid://shopify/InventoryItem/"

static char dir[] = "/tmp/evenstock-bench-XXXXXX";
static int64_t pairs = 1000000;
static int64_t file_bytes;

_Noreturn static void stop(const char *what, const char *why)
{
    fprintf(stderr, "sync_bench: %s: %s\n", what, why);
    exit(3);
}

static const char *path_of(const char *name)
{
    static char paths[4][128];
    static unsigned next;
    char *path = paths[next++ % COUNT(paths)];
    (void)snprintf(path, sizeof paths[0], "%s/%s", dir, name);
    return path;
}

static const char *url_of(const char *name)
{
    static char url[160];
    (void)snprintf(url, sizeof url, "sqlite:%s", path_of(name));
    return url;
}

/* -- both sides: our books have 0 everywhere, Shopify one unit at each DRIFT_EACH-th item -- */

static store_shop shop_row(void)
{
    return (store_shop){.code = STR("main"),
                        .url = STR("http://127.0.0.1:1"),
                        .api_version = STR("2026-10"),
                        .token_env = STR("SYNC_BENCH_TOKEN"),
                        .token_file = STR(""),
                        .client_id_env = STR(""),
                        .client_id_file = STR(""),
                        .client_secret_env = STR(""),
                        .client_secret_file = STR(""),
                        .webhook_secret_env = STR(""),
                        .webhook_secret_file = STR(""),
                        .writable = true,
                        .adopted_at = INSTANT_NONE,
                        .orders_until = INSTANT_NONE};
}

static bool add_product(store_tx *tx, arena *a, int64_t n, const store_channel *ch, err *e)
{
    arena_clear(a);
    int64_t id;
    store_product p = {
        .sku = str_printf(a, "SKU-%07" PRId64, n), .title = STR(""), .product_type = STR(""), .vendor = STR("")};
    return store_product_put(tx, &p, &id, e) &&
           store_link(tx, ch->shop, id, str_printf(a, ITEM "%" PRId64, ITEM_FIRST + n), e) &&
           store_explained(tx, (target_key){id, ch->id}, EXPLAINED_ADOPT, 0, STR("bench"), e);
}

static void make_database(void)
{
    err e = {0};
    io_clock clock = os_clock();
    store *s = NULL;
    store_tx *tx = NULL;
    AUTO(arena_end) arena *a = arena_new(0);
    store_shop row = shop_row();
    store_facility f = {.code = STR("WH"), .name = STR(""), .active = true, .time_zone = STR("UTC")};
    store_channel ch = {.code = STR("web"), .location = STR(LOCATION), .mode = CHANNEL_PHYSICAL, .behind = -1};
    bool good = store_open(url_of("template"), STORE_WRITE, &clock, &s, &e) && store_begin(s, STORE_WRITE, &tx, &e) &&
                store_facility_put(tx, &f, &ch.facility, &e) && store_shop_put(tx, &row, &ch.shop, &e) &&
                store_channel_put(tx, &ch, &ch.id, &e) && store_shop_adopted(tx, ch.shop, store_now(tx), &e) &&
                store_shop_orders_until(tx, ch.shop, store_now(tx), &e);
    for (int64_t i = 0; good && i < pairs; i++)
        good = add_product(tx, a, i, &ch, &e) && (i % 1000 != 999 || store_flush(tx, &e));
    if (!good || !store_commit(&tx, &e))
        stop("the database", e.text);
    store_close(&s);
}

static void put_level(buf *to, int64_t item)
{
    static const char *const OTHERS[] = {"incoming", "reserved", "damaged", "quality_control", "safety_stock"};
    int shown = (item - ITEM_FIRST) % DRIFT_EACH == 0;
    buf_printf(to,
               "{\"id\":\"" ITEM "%" PRId64 "\",\"tracked\":true,\"inventoryLevel\":{\"isActive\":"
               "true,\"quantities\":[{\"name\":\"available\",\"quantity\":%d,\"updatedAt\":\"2026-10-01T09:12:%02dZ\"}"
               ",{\"name\":\"committed\",\"quantity\":0,\"updatedAt\":\"2026-10-01T09:13:00Z\"}"
               ",{\"name\":\"on_hand\",\"quantity\":%d,\"updatedAt\":\"2026-10-01T09:14:00Z\"}",
               item, shown, (int)(item % 60), shown);
    for (size_t i = 0; i < COUNT(OTHERS); i++)
        buf_printf(to, ",{\"name\":\"%s\",\"quantity\":0,\"updatedAt\":null}", OTHERS[i]);
    buf_printf(to, "]}}");
}

static void make_file(void)
{
    FILE *to = fopen(path_of("bulk.jsonl"), "w");
    AUTO(buf_end) buf line = buf_new(4096);
    if (!to)
        stop("bulk.jsonl", strerror(errno));
    for (int64_t i = 0; i < pairs; i++) {
        buf_clear(&line);
        put_level(&line, ITEM_FIRST + i);
        buf_add_char(&line, '\n');
        fwrite(line.at, 1, line.len, to);
    }
    file_bytes = ftello(to);
    if (fclose(to) != 0)
        stop("bulk.jsonl", "it cannot be written");
}

/* -- the shop: every request has its answer at once -- */

typedef struct bench_shop {
    struct {
        uint64_t ticket;
        int status;
        buf body;
        bool used;
    } waiting[SHOP_FLIGHT_MAX + 1];
    int file, groups;
} bench_shop;

static void put_range(buf *to, const bench_shop *b, const net_request *r)
{
    long long from = -1, last = -1;
    for (size_t i = 0; i < r->header_count; i++)
        if (str_equal(r->headers[i].name, STR("Range")))
            (void)sscanf(r->headers[i].value.at, "bytes=%lld-%lld", &from, &last);
    if (from < 0 || last < from)
        stop("bulk.jsonl", "it is read by range");
    size_t len = (size_t)(last - from + 1);
    AUTO(arena_end) arena *a = arena_new(0);
    char *bytes = ARENA_NEW(a, char, len);
    if (pread(b->file, bytes, len, from) != (ssize_t)len)
        stop("bulk.jsonl", "it cannot be read");
    buf_add(to, (str){bytes, len});
}

static void put_levels(buf *to, const js_value *ids)
{
    buf_printf(to, "\"nodes\":[");
    JS_EACH(id, ids) {
        int64_t item;
        CHECK(str_starts(id->text, STR(ITEM)));
        if (!num_parse_i64((str){id->text.at + sizeof ITEM - 1, id->text.len - (sizeof ITEM - 1)}, &item))
            stop("an item", "an unknown id");
        put_level(to, item);
        buf_printf(to, id->next ? "," : "");
    }
    buf_printf(to, "]");
}

static void put_scopes(buf *to)
{
    static const char *const SCOPES[] = {"read_inventory",
                                         "write_inventory",
                                         "read_products",
                                         "read_locations",
                                         "read_orders",
                                         "read_all_orders",
                                         "read_merchant_managed_fulfillment_orders",
                                         "read_assigned_fulfillment_orders",
                                         "read_third_party_fulfillment_orders",
                                         "read_returns"};
    for (size_t i = 0; i < COUNT(SCOPES); i++)
        buf_printf(to, "%s{\"handle\":\"%s\"}", i ? "," : "", SCOPES[i]);
}

static void put_data(buf *to, bench_shop *b, str operation, const js_value *variables)
{
    if (str_equal(operation, STR("Check"))) {
        buf_printf(to, "\"shop\":{\"name\":\"Bench\",\"myshopifyDomain\":\"bench.myshopify.com\",\"plan\":{"
                       "\"publicDisplayName\":\"Basic\"}},\"currentAppInstallation\":{\"accessScopes\":[");
        put_scopes(to);
        buf_printf(to, "]},\"locations\":{\"nodes\":[{\"id\":\"" LOCATION "\",\"name\":\"Web\",\"isActive\":true,"
                       "\"fulfillsOnlineOrders\":true}],\"pageInfo\":{\"hasNextPage\":false,\"endCursor\":null}}");
    } else if (str_equal(operation, STR("Orders"))) {
        buf_printf(to, "\"orders\":{\"nodes\":[],\"pageInfo\":{\"hasNextPage\":false,\"endCursor\":null}}");
    } else if (str_equal(operation, STR("Levels"))) {
        put_levels(to, js_get(variables, "ids"));
    } else if (str_equal(operation, STR("HistoryUrl"))) {
        buf_printf(to, "\"inventoryItem\":{\"inventoryHistoryUrl\":\"https://bench.myshopify.com/admin\"}");
    } else if (str_equal(operation, STR("BulkList"))) {
        buf_printf(to, "\"bulkOperations\":{\"nodes\":[]}");
    } else if (str_equal(operation, STR("BulkRun"))) {
        buf_printf(to, "\"bulkOperationRunQuery\":{\"bulkOperation\":{\"id\":\"gid://shopify/BulkOperation/1\","
                       "\"status\":\"CREATED\",\"createdAt\":\"2026-11-01T00:00:00Z\"},\"userErrors\":[]}");
    } else if (str_equal(operation, STR("BulkPoll"))) {
        buf_printf(to,
                   "\"bulkOperation\":{\"id\":\"gid://shopify/BulkOperation/1\",\"status\":\"COMPLETED\",\"errorCode\":"
                   "null,\"objectCount\":\"%" PRId64 "\",\"rootObjectCount\":\"%" PRId64 "\",\"fileSize\":\"%" PRId64
                   "\",\"url\":\"http://127.0.0.1:1/bulk.jsonl\"}",
                   pairs, pairs, file_bytes);
    } else if (str_equal(operation, STR("Adjust"))) {
        buf_printf(to,
                   "\"inventoryAdjustQuantities\":{\"inventoryAdjustmentGroup\":{\"id\":"
                   "\"gid://shopify/InventoryAdjustmentGroup/%d\",\"createdAt\":\"2026-11-01T00:00:00Z\"},"
                   "\"userErrors\":[]}",
                   ++b->groups);
    } else {
        stop("the shop", "a document that this benchmark does not know");
    }
}

static bool answer(void *ctx, const net_request *r, uint64_t ticket, err *e)
{
    bench_shop *b = ctx;
    size_t i = 0;
    while (b->waiting[i].used)
        i++;
    b->waiting[i].used = true;
    b->waiting[i].ticket = ticket;
    b->waiting[i].status = str_empty(r->body) ? 206 : 200;
    buf *to = &b->waiting[i].body;
    *to = buf_new(SHOP_ANSWER_MAX);
    if (str_empty(r->body)) {
        put_range(to, b, r);
        return true;
    }
    AUTO(arena_end) arena *a = arena_new(0);
    const js_value *request;
    if (!js_parse(a, r->body, &request, e))
        return false;
    buf_printf(to, "{\"data\":{");
    put_data(to, b, js_str(js_get(request, "operationName"), STR("")), js_get(request, "variables"));
    buf_printf(to, "},\"extensions\":{\"cost\":{\"requestedQueryCost\":10,\"actualQueryCost\":10,\"throttleStatus\":{"
                   "\"maximumAvailable\":20000,\"currentlyAvailable\":20000,\"restoreRate\":1000}}}}");
    return true;
}

static bool take(void *ctx, int64_t until, arena *a, net_answer *ret, bool *ret_some, err *e)
{
    (void)until, (void)e;
    bench_shop *b = ctx;
    size_t i = 0;
    while (i < COUNT(b->waiting) && !b->waiting[i].used)
        i++;
    *ret_some = i < COUNT(b->waiting);
    if (!*ret_some)
        return true;
    *ret = (net_answer){.ticket = b->waiting[i].ticket,
                        .outcome = NET_ANSWERED,
                        .status = b->waiting[i].status,
                        .body = str_copy(a, buf_str(&b->waiting[i].body)),
                        .date = STR("Tue, 24 Nov 2026 10:00:00 GMT"),
                        .retry_after = STR(""),
                        .content_type = STR("application/json"),
                        .api_version = STR("2026-10"),
                        .request_id = STR("")};
    buf_end(&b->waiting[i].body);
    b->waiting[i].used = false;
    return true;
}

/* -- the two that are compared -- */

static void hard_sync(void)
{
    err e = {0};
    bench_shop b = {.file = open(path_of("bulk.jsonl"), O_RDONLY)};
    world w = {.clock = os_clock(), .rng = os_rng(), .net = {.ctx = &b, .post = answer, .next = take}};
    AUTO(store_close) store *s = NULL;
    AUTO(arena_end) arena *a = arena_new(0);
    AUTO(sync_close) sync_lane *l = NULL;
    sync_options o = {.shop = STR("main"), .channel = STR("")};
    sync_report r;
    int64_t wrong = (pairs + DRIFT_EACH - 1) / DRIFT_EACH;
    log_set_level(LOG_ERROR);
    if (b.file < 0 || !store_open(url_of("run"), STORE_WRITE, &w.clock, &s, &e) || !sync_open(s, &w, &o, 0, &l, &e) ||
        !sync_hard(l, a, &r, &e))
        stop("hard sync", e.text);
    if (r.drifted != wrong || r.pushed != wrong || r.left_count > 0)
        stop("hard sync", "it did not find and mend exactly what differs");
}

/* Nothing but reading, cutting into lines and parsing. */
static void parse_only(void)
{
    static char line[4096];
    FILE *from = fopen(path_of("bulk.jsonl"), "r");
    int64_t count = 0;
    for (; from && fgets(line, sizeof line, from); count++) {
        json_t *parsed = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
        if (!parsed)
            stop("bulk.jsonl", "it is not JSON");
        json_decref(parsed);
    }
    if (count != pairs || fclose(from) != 0)
        stop("bulk.jsonl", "it was not read whole");
}

/* -- runs -- */

static void copy_database(void)
{
    static const char *const FILES[] = {"run", "run-wal", "run-shm"};
    static char block[1 << 20];
    for (size_t i = 0; i < COUNT(FILES); i++)
        (void)unlink(path_of(FILES[i]));
    int from = open(path_of("template"), O_RDONLY), to = open(path_of("run"), O_WRONLY | O_CREAT, 0600);
    ssize_t len = -1;
    while (from >= 0 && to >= 0 && (len = read(from, block, sizeof block)) > 0)
        if (write(to, block, (size_t)len) != len)
            stop("run", strerror(errno));
    if (len < 0)
        stop("run", strerror(errno));
    close(from);
    close(to);
}

/* Seconds of processor time of one run: other work of the machine does not count. *ret_kib the peak of its memory. */
static double timed(void (*work)(void), long *ret_kib)
{
    struct rusage usage;
    int status;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        work();
        _exit(0);
    }
    if (wait4(child, &status, 0, &usage) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        stop("a run", "it failed");
    *ret_kib = usage.ru_maxrss;
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static int compare(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;
    return a < b ? -1 : a > b;
}

static bool measure(int runs)
{
    double ours[RUNS_MAX], bares[RUNS_MAX], ratios[RUNS_MAX];
    long kib, peak = 0, bare_kib;
    for (int i = 0; i < runs; i++) {
        copy_database();
        bares[i] = timed(parse_only, &bare_kib);
        ours[i] = timed(hard_sync, &kib);
        ratios[i] = bares[i] / ours[i];
        peak = kib > peak ? kib : peak;
    }
    qsort(ours, (size_t)runs, sizeof *ours, compare);
    qsort(bares, (size_t)runs, sizeof *bares, compare);
    qsort(ratios, (size_t)runs, sizeof *ratios, compare);
    double ratio = ratios[runs / 2];
    printf("hard sync of %" PRId64 " pairs (%" PRId64
           " MiB): processor %.1f s, parsing alone %.1f s, ratio %.2f (%.2f to %.2f, "
           "at least %.1f), peak %ld MiB (at most %d)\n",
           pairs, file_bytes >> 20, ours[runs / 2], bares[runs / 2], ratio, ratios[0], ratios[runs - 1], RATIO_LEAST,
           peak / 1024, PEAK_MIB);
    return ratio >= RATIO_LEAST && peak / 1024 <= PEAK_MIB;
}

int main(int argc, char **argv)
{
    int64_t runs = 1;
    static const char *const FILES[] = {"run",          "run-wal",      "run-shm",   "template",
                                        "template-wal", "template-shm", "bulk.jsonl"};
    if ((argc > 1 && (!num_parse_i64(str_of(argv[1]), &pairs) || pairs < 1)) ||
        (argc > 2 && (!num_parse_i64(str_of(argv[2]), &runs) || runs < 1 || runs > RUNS_MAX))) {
        fprintf(stderr, "usage: sync_bench [PAIRS] [RUNS]\n");
        return 2;
    }
    if (!mkdtemp(dir) || setenv("SYNC_BENCH_TOKEN", "token", 1) != 0)
        stop(dir, strerror(errno));
    make_database();
    make_file();
    bool good = measure((int)runs);
    for (size_t i = 0; i < COUNT(FILES); i++)
        (void)unlink(path_of(FILES[i]));
    return rmdir(dir) == 0 && good ? 0 : 1;
}
