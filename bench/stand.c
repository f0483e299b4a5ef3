/* The lean shop and the database of the benchmarks of sync. */
#include "stand.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define ADJUST_POINTS 10
#define READ_POINTS   10

_Noreturn void stand_stop(const char *what, const char *why)
{
    fprintf(stderr, "%s: %s\n", what, why);
    exit(3);
}

/* -- the database -- */

static store_shop shop_row(void)
{
    return (store_shop){.code = STR("main"),
                        .url = STR("http://127.0.0.1:1"),
                        .api_version = STR("2026-10"),
                        .token_env = STR("STAND_TOKEN"),
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

static bool add_product(store_tx *tx, arena *a, int64_t n, const store_channel *ch, qty explained, err *e)
{
    arena_clear(a);
    int64_t id;
    store_product p = {
        .sku = str_printf(a, "SKU-%07" PRId64, n), .title = STR(""), .product_type = STR(""), .vendor = STR("")};
    return store_product_put(tx, &p, &id, e) &&
           store_link(tx, ch->shop, id, str_printf(a, STAND_ITEM "%" PRId64, STAND_ITEM_FIRST + n), e) &&
           store_explained(tx, (target_key){id, ch->id}, EXPLAINED_ADOPT, explained, STR("bench"), e);
}

void stand_database(const char *url, int64_t products, qty explained)
{
    err e = {0};
    io_clock clock = os_clock();
    store *s = NULL;
    store_tx *tx = NULL;
    AUTO(arena_end) arena *a = arena_new(0);
    store_shop row = shop_row();
    store_facility f = {.code = STR("WH"), .name = STR(""), .active = true, .time_zone = STR("UTC")};
    store_channel ch = {.code = STR("web"), .location = STR(STAND_LOCATION), .mode = CHANNEL_PHYSICAL, .behind = -1};
    bool good = store_open(url, STORE_WRITE, &clock, &s, &e) && store_begin(s, STORE_WRITE, &tx, &e) &&
                store_facility_put(tx, &f, &ch.facility, &e) && store_shop_put(tx, &row, &ch.shop, &e) &&
                store_channel_put(tx, &ch, &ch.id, &e) && store_shop_adopted(tx, ch.shop, store_now(tx), &e) &&
                store_shop_orders_until(tx, ch.shop, store_now(tx), &e);
    for (int64_t i = 0; good && i < products; i++)
        good = add_product(tx, a, i, &ch, explained, &e) && (i % 1000 != 999 || store_flush(tx, &e));
    if (!good || !store_commit(&tx, &e))
        stand_stop(url, e.text);
    store_close(&s);
}

void stand_point(const char *url, uint16_t port)
{
    err e = {0};
    io_clock clock = os_clock();
    AUTO(store_close) store *s = NULL;
    AUTO(store_tx_end) store_tx *tx = NULL;
    const store_config *c;
    char address[64];
    (void)snprintf(address, sizeof address, "http://127.0.0.1:%u", port);
    if (!store_open(url, STORE_WRITE, &clock, &s, &e) || !store_begin(s, STORE_WRITE, &tx, &e) ||
        !store_config_get(tx, &c, &e))
        stand_stop(url, e.text);
    store_shop row = c->shops[0];
    row.url = str_of(address);
    if (!store_shop_put(tx, &row, NULL, &e) || !store_commit(&tx, &e))
        stand_stop(url, e.text);
}

/* -- what is told -- */

static void put_level(buf *to, int64_t item)
{
    static const char *const OTHERS[] = {"incoming", "reserved", "damaged", "quality_control", "safety_stock"};
    int shown = (item - STAND_ITEM_FIRST) % STAND_WRONG_EACH == 0;
    buf_printf(to,
               "{\"id\":\"" STAND_ITEM "%" PRId64 "\",\"tracked\":true,\"inventoryLevel\":{\"isActive\":"
               "true,\"quantities\":[{\"name\":\"available\",\"quantity\":%d,\"updatedAt\":\"2026-10-01T09:12:%02dZ\"}"
               ",{\"name\":\"committed\",\"quantity\":0,\"updatedAt\":\"2026-10-01T09:13:00Z\"}"
               ",{\"name\":\"on_hand\",\"quantity\":%d,\"updatedAt\":\"2026-10-01T09:14:00Z\"}",
               item, shown, (int)(item % 60), shown);
    for (size_t i = 0; i < COUNT(OTHERS); i++)
        buf_printf(to, ",{\"name\":\"%s\",\"quantity\":0,\"updatedAt\":null}", OTHERS[i]);
    buf_printf(to, "]}}");
}

int64_t stand_file(const char *path, int64_t pairs)
{
    FILE *to = fopen(path, "w");
    AUTO(buf_end) buf line = buf_new(4096);
    if (!to)
        stand_stop(path, strerror(errno));
    for (int64_t i = 0; i < pairs; i++) {
        buf_clear(&line);
        put_level(&line, STAND_ITEM_FIRST + i);
        buf_add_char(&line, '\n');
        fwrite(line.at, 1, line.len, to);
    }
    int64_t bytes = ftello(to);
    if (fclose(to) != 0)
        stand_stop(path, "it cannot be written");
    return bytes;
}

static void put_levels(buf *to, const js_value *ids)
{
    buf_printf(to, "\"nodes\":[");
    JS_EACH(id, ids) {
        int64_t item;
        CHECK(str_starts(id->text, STR(STAND_ITEM)));
        if (!num_parse_i64((str){id->text.at + sizeof STAND_ITEM - 1, id->text.len - (sizeof STAND_ITEM - 1)}, &item))
            stand_stop("an item", "an unknown id");
        put_level(to, item);
        buf_printf(to, id->next ? "," : "");
    }
    buf_printf(to, "]");
}

static void put_check(buf *to)
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
    buf_printf(to, "\"shop\":{\"name\":\"Bench\",\"myshopifyDomain\":\"bench.myshopify.com\",\"plan\":{"
                   "\"publicDisplayName\":\"Basic\"}},\"currentAppInstallation\":{\"accessScopes\":[");
    for (size_t i = 0; i < COUNT(SCOPES); i++)
        buf_printf(to, "%s{\"handle\":\"%s\"}", i ? "," : "", SCOPES[i]);
    buf_printf(to, "]},\"locations\":{\"nodes\":[{\"id\":\"" STAND_LOCATION "\",\"name\":\"Web\",\"isActive\":true,"
                   "\"fulfillsOnlineOrders\":true}],\"pageInfo\":{\"hasNextPage\":false,\"endCursor\":null}}");
}

/* -- the shop's process -- */

typedef struct serving {
    const stand_shop *shop;
    struct stand_seen *seen;
    io_clock clock;
    double points;
    int64_t at; /* ticks of `points` */
    int64_t groups;
} serving;

static bool pay(serving *s, int64_t points)
{
    int64_t now = s->clock.ticks_us(s->clock.ctx);
    s->points += (double)(now - s->at) * (double)s->shop->rate / 1e6;
    s->points = s->points < (double)s->shop->bucket ? s->points : (double)s->shop->bucket;
    s->at = now;
    bool enough = s->points >= (double)points;
    s->points -= enough ? (double)points : 0;
    s->seen->calls++;
    s->seen->throttled += !enough;
    return enough;
}

static void put_data(serving *s, buf *to, str operation, const js_value *variables)
{
    if (str_equal(operation, STR("Adjust")))
        buf_printf(to,
                   "\"inventoryAdjustQuantities\":{\"inventoryAdjustmentGroup\":{\"id\":"
                   "\"gid://shopify/InventoryAdjustmentGroup/%" PRId64 "\",\"createdAt\":\"2026-11-01T00:00:00Z\"},"
                   "\"userErrors\":[]}",
                   ++s->groups);
    else if (str_equal(operation, STR("Check")))
        put_check(to);
    else if (str_equal(operation, STR("Orders")))
        buf_printf(to, "\"orders\":{\"nodes\":[],\"pageInfo\":{\"hasNextPage\":false,\"endCursor\":null}}");
    else if (str_equal(operation, STR("Levels")))
        put_levels(to, js_get(variables, "ids"));
    else if (str_equal(operation, STR("HistoryUrl")))
        buf_printf(to, "\"inventoryItem\":{\"inventoryHistoryUrl\":\"https://bench.myshopify.com/admin\"}");
    else if (str_equal(operation, STR("BulkList")))
        buf_printf(to, "\"bulkOperations\":{\"nodes\":[]}");
    else if (str_equal(operation, STR("BulkRun")))
        buf_printf(to, "\"bulkOperationRunQuery\":{\"bulkOperation\":{\"id\":\"gid://shopify/BulkOperation/1\","
                       "\"status\":\"CREATED\",\"createdAt\":\"2026-11-01T00:00:00Z\"},\"userErrors\":[]}");
    else if (str_equal(operation, STR("BulkPoll")))
        buf_printf(to,
                   "\"bulkOperation\":{\"id\":\"gid://shopify/BulkOperation/1\",\"status\":\"COMPLETED\",\"errorCode\":"
                   "null,\"objectCount\":\"%" PRId64 "\",\"rootObjectCount\":\"%" PRId64 "\",\"fileSize\":\"%" PRId64
                   "\",\"url\":\"http://127.0.0.1:%u/bulk.jsonl\"}",
                   s->shop->pairs, s->shop->pairs, s->shop->file_bytes, s->shop->port);
    else
        stand_stop("the shop", "a document that it does not know");
}

/* Only what is small is parsed: of a write its name is enough. */
static void answer(serving *s, str request, buf *to)
{
    AUTO(arena_end) arena *a = arena_new(0);
    static const char NAME[] = "\"operationName\":\"";
    const char *name = memmem(request.at, request.len, NAME, sizeof NAME - 1);
    const js_value *whole = NULL;
    err e;
    if (!name)
        stand_stop("the shop", "a request without a name");
    name += sizeof NAME - 1;
    str operation = {name, strcspn(name, "\"")};
    bool adjust = str_equal(operation, STR("Adjust"));
    if (!adjust && !js_parse(a, request, &whole, &e))
        stand_stop("the shop", e.text);
    int64_t points = adjust ? ADJUST_POINTS : READ_POINTS;
    if (pay(s, points)) {
        buf_printf(to, "{\"data\":{");
        put_data(s, to, operation, js_get(whole, "variables"));
        buf_printf(to, "}");
    } else {
        points = 0;
        buf_printf(to, "{\"errors\":[{\"message\":\"Throttled\",\"extensions\":{\"code\":\"THROTTLED\"}}]");
    }
    buf_printf(to,
               ",\"extensions\":{\"cost\":{\"requestedQueryCost\":10,\"actualQueryCost\":%" PRId64
               ",\"throttleStatus\":{\"maximumAvailable\":%" PRId64 ",\"currentlyAvailable\":%" PRId64
               ",\"restoreRate\":%" PRId64 "}}}}",
               points, s->shop->bucket, (int64_t)s->points, s->shop->rate);
}

static enum MHD_Result send_file(const serving *s, struct MHD_Connection *c)
{
    const char *range = MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Range");
    unsigned long long from, last;
    int file = open(s->shop->file, O_RDONLY | O_CLOEXEC);
    if (file < 0 || !range || sscanf(range, "bytes=%llu-%llu", &from, &last) != 2 || last < from)
        stand_stop("the shop", "a file is read by range");
    struct MHD_Response *r = MHD_create_response_from_fd_at_offset64(last - from + 1, file, from);
    enum MHD_Result done = MHD_queue_response(c, MHD_HTTP_PARTIAL_CONTENT, r);
    MHD_destroy_response(r);
    return done;
}

static enum MHD_Result serve(void *ctx, struct MHD_Connection *c, const char *url, const char *method,
                             const char *version, const char *data, size_t *size, void **request)
{
    serving *s = ctx;
    (void)url, (void)version;
    if (strcmp(method, "GET") == 0)
        return send_file(s, c);
    if (!*request) {
        buf *body = calloc(1, sizeof *body);
        CHECK(body);
        *body = buf_new(SHOP_ANSWER_MAX);
        *request = body;
        return MHD_YES;
    }
    buf *body = *request;
    if (*size > 0) {
        buf_add(body, (str){data, *size});
        *size = 0;
        return MHD_YES;
    }
    AUTO(buf_end) buf out = buf_new(SHOP_ANSWER_MAX);
    buf_add_char(body, '\0');
    answer(s, (str){body->at, body->len - 1}, &out);
    struct MHD_Response *r = MHD_create_response_from_buffer(out.len, out.at, MHD_RESPMEM_MUST_COPY);
    MHD_add_response_header(r, "Content-Type", "application/json");
    MHD_add_response_header(r, "X-Shopify-API-Version", "2026-10");
    enum MHD_Result done = MHD_queue_response(c, MHD_HTTP_OK, r);
    MHD_destroy_response(r);
    return done;
}

static void forget(void *ctx, struct MHD_Connection *c, void **request, enum MHD_RequestTerminationCode why)
{
    (void)ctx, (void)c, (void)why;
    if (!*request)
        return;
    buf_end(*request);
    free(*request);
    *request = NULL;
}

/* Until it is ended. It listens before the port is told. */
_Noreturn static void be_shop(stand_shop *of, struct stand_seen *seen, int tell)
{
    serving s = {.shop = of, .seen = seen, .clock = os_clock()};
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    s.at = s.clock.ticks_us(s.clock.ctx);
    struct MHD_Daemon *d =
        MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, serve, &s, MHD_OPTION_SOCK_ADDR,
                         (struct sockaddr *)&here, MHD_OPTION_NOTIFY_COMPLETED, forget, NULL, MHD_OPTION_END);
    if (!d)
        stand_stop("the shop", "it cannot listen");
    of->port = MHD_get_daemon_info(d, MHD_DAEMON_INFO_BIND_PORT)->port;
    if (write(tell, &of->port, sizeof of->port) != (ssize_t)sizeof of->port)
        stand_stop("the shop", strerror(errno));
    for (;;)
        pause();
}

void stand_open(stand_shop *s)
{
    int ends[2];
    struct stand_seen *seen = mmap(NULL, sizeof *seen, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (seen == MAP_FAILED || pipe(ends) != 0)
        stand_stop("the shop", strerror(errno));
    fflush(stdout);
    s->child = fork();
    if (s->child == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* it never outlives the benchmark */
        close(ends[0]);
        be_shop(s, seen, ends[1]);
    }
    close(ends[1]);
    if (s->child < 0 || read(ends[0], &s->port, sizeof s->port) != (ssize_t)sizeof s->port)
        stand_stop("the shop", "it did not start");
    close(ends[0]);
    s->seen = seen;
}

void stand_close(stand_shop *s)
{
    int status;
    kill(s->child, SIGKILL);
    if (waitpid(s->child, &status, 0) != s->child || !WIFSIGNALED(status))
        stand_stop("the shop", "it had ended before");
}

/* -- its folder -- */

static char dir[] = "/tmp/evenstock-bench-XXXXXX";

void stand_begin(void)
{
    if (!mkdtemp(dir) || setenv("STAND_TOKEN", "token", 1) != 0)
        stand_stop(dir, strerror(errno));
}

const char *stand_path(const char *name)
{
    static char paths[4][320];
    static unsigned next;
    char *path = paths[next++ % COUNT(paths)];
    (void)snprintf(path, sizeof paths[0], "%s/%s", dir, name);
    return path;
}

const char *stand_url(const char *name)
{
    static char url[340];
    (void)snprintf(url, sizeof url, "sqlite:%s", stand_path(name));
    return url;
}

void stand_end(void)
{
    DIR *list = opendir(dir);
    for (struct dirent *one; list && (one = readdir(list));)
        if (one->d_name[0] != '.')
            (void)unlink(stand_path(one->d_name));
    if (!list || closedir(list) != 0 || rmdir(dir) != 0)
        stand_stop(dir, strerror(errno));
}

/* -- two that are compared -- */

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
        stand_stop("a run", "it failed");
    *ret_kib = usage.ru_maxrss;
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void copy(const char *from_path, const char *to_path)
{
    static char block[1 << 20];
    int from = open(from_path, O_RDONLY), to = open(to_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ssize_t len = -1;
    while (from >= 0 && to >= 0 && (len = read(from, block, sizeof block)) > 0)
        if (write(to, block, (size_t)len) != len)
            stand_stop(to_path, strerror(errno));
    if (len < 0)
        stand_stop(to_path, strerror(errno));
    close(from);
    close(to);
}

static double in_turn(void (*work)(void), long *ret_kib)
{
    (void)unlink(stand_path("run-wal"));
    (void)unlink(stand_path("run-shm"));
    copy(stand_path("template"), stand_path("run"));
    return timed(work, ret_kib);
}

static int by_size(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;
    return a < b ? -1 : a > b;
}

stand_turns stand_compare(void (*ours)(void), void (*bare)(void), int runs)
{
    double our[STAND_RUNS_MAX], its[STAND_RUNS_MAX], ratios[STAND_RUNS_MAX];
    double *const all[] = {our, its, ratios};
    stand_turns t = {0};
    CHECK(runs >= 1 && runs <= STAND_RUNS_MAX);
    for (int i = 0; i < runs; i++) {
        long kib;
        its[i] = in_turn(bare, &kib);
        our[i] = in_turn(ours, &kib);
        ratios[i] = its[i] / our[i];
        t.peak_kib = kib > t.peak_kib ? kib : t.peak_kib;
    }
    for (size_t i = 0; i < COUNT(all); i++)
        qsort(all[i], (size_t)runs, sizeof *all[i], by_size);
    t.ours = our[runs / 2];
    t.bare = its[runs / 2];
    t.ratio = ratios[runs / 2];
    t.ratio_least = ratios[0];
    t.ratio_most = ratios[runs - 1];
    return t;
}
