/* The border to the operating system: clocks, randomness, files, log lines; and the digests. */
#include "unit.h"

#include <fcntl.h>
#include <limits.h>
#include <pthread.h>

static void test_digests_are_sha_256(void **state)
{
    (void)state;
    char hex[65];
    digest_hex(digest_of(STR("")), hex);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    digest_hex(digest_of(STR("abc")), hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void test_a_digest_in_pieces_equals_the_whole(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    str text = str_printf(a, "%1000d", 7);
    digest whole = digest_of(text);
    for (size_t size = 1; size <= 1000; size += 37) {
        digest_run *run = digest_begin(a);
        for (size_t at = 0; at < text.len; at += size)
            digest_add(run, (str){text.at + at, at + size < text.len ? size : text.len - at});
        digest got = digest_end(run);
        assert_memory_equal(got.at, whole.at, sizeof whole.at);
    }
}

static void test_sleeping_ends_after_its_time_and_not_before(void **state)
{
    (void)state;
    io_clock clock = os_clock();
    int64_t until = clock.ticks_us(clock.ctx) + 20000;
    clock.sleep_until_us(clock.ctx, until);
    assert_true(clock.ticks_us(clock.ctx) >= until);
    clock.sleep_until_us(clock.ctx, until);
    clock.sleep_until_us(clock.ctx, -1);
    assert_true(clock.now(clock.ctx) > INT64_C(1700000000) * US_PER_S);
}

static void fill(void *ctx, void *to, size_t len)
{
    memset(to, *(const int *)ctx, len);
}

static void test_a_uuid_is_of_version_4(void **state)
{
    (void)state;
    char text[37];
    world w = {.rng = {.ctx = &(int){0xFF}, .bytes = fill}};
    world_uuid(&w, text);
    assert_string_equal(text, "ffffffff-ffff-4fff-bfff-ffffffffffff");
    assert_true(world_random(&w) == UINT64_MAX);
    w.rng.ctx = &(int){0};
    world_uuid(&w, text);
    assert_string_equal(text, "00000000-0000-4000-8000-000000000000");
    w = (world){.clock = os_clock(), .rng = os_rng()};
    char other[37];
    world_uuid(&w, text);
    world_uuid(&w, other);
    assert_string_not_equal(text, other);
    assert_true(world_now(&w) > 0);
}

typedef struct folder {
    char path[64], file[80];
} folder;

static int make_folder(void **state)
{
    static folder f;
    f = (folder){.path = "/tmp/evenstock-base-XXXXXX"};
    if (!mkdtemp(f.path))
        return -1;
    snprintf(f.file, sizeof f.file, "%s/file", f.path);
    *state = &f;
    return 0;
}

static int remove_folder(void **state)
{
    const folder *f = *state;
    unlink(f->file);
    return rmdir(f->path);
}

static void write_file(const char *path, str text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(text.at, 1, text.len, f), text.len);
    assert_int_equal(fclose(f), 0);
}

static void test_a_file_is_read_up_to_its_limit(void **state)
{
    const folder *f = *state;
    AUTO(arena_end) arena *a = arena_new(0);
    err e = {0};
    str got = STR("untouched"), text = str_printf(a, "%40000d", 1);
    write_file(f->file, text);
    assert_true(os_read_file(a, f->file, 40000, &got, &e));
    assert_true(str_equal(got, text));
    got = STR("untouched");
    assert_false(os_read_file(a, f->file, 39999, &got, &e));
    assert_int_equal(e.code, ERR_INPUT);
    assert_non_null(strstr(e.text, "larger than the 39999 bytes allowed"));
    assert_text(got, "untouched");
    write_file(f->file, STR(""));
    assert_true(os_read_file(a, f->file, 0, &got, &e));
    assert_text(got, "");
}

static void test_a_file_that_cannot_be_read_is_named(void **state)
{
    const folder *f = *state;
    AUTO(arena_end) arena *a = arena_new(0);
    err e = {0};
    str got;
    assert_false(os_read_file(a, f->file, 10, &got, &e));
    assert_int_equal(e.code, ERR_IO);
    assert_text(str_of(e.text), str_printf(a, "%s: No such file or directory", f->file).at);
    assert_false(os_read_file(a, f->path, 10, &got, &e));
    assert_int_equal(e.code, ERR_IO);
    assert_non_null(strstr(e.text, f->path));
}

/* Standard error of this process goes to the file while `log` runs; gives what was written. */
static str logged(arena *a, const char *file, void (*log)(void))
{
    int kept = dup(STDERR_FILENO), to = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
    assert_true(kept >= 0 && to >= 0);
    assert_int_equal(dup2(to, STDERR_FILENO), STDERR_FILENO);
    log();
    assert_int_equal(dup2(kept, STDERR_FILENO), STDERR_FILENO);
    close(to);
    close(kept);
    err e = {0};
    str text = STR("");
    assert_true(os_read_file(a, file, 1 << 24, &text, &e));
    return text;
}

static void log_two_lines(void)
{
    log_line(LOG_INFO, "push.booked", F_STR("shop", STR("main")), F_INT("lines", -250));
    log_line(LOG_ERROR, "push.refused", F_STR("a", STR("two words")), F_STR("b", STR("x=\"y\\\"\n\x01")),
             F_STR("c", STR("")), F_STR("d", STR("\u00e9")));
}

static void test_a_line_has_time_level_event_and_fields(void **state)
{
    const folder *f = *state;
    AUTO(arena_end) arena *a = arena_new(0);
    str line, rest = logged(a, f->file, log_two_lines), time;
    instant at;
    err e = {0};
    assert_true(str_cut(rest, '\n', &line, &rest));
    assert_true(str_cut(line, ' ', &time, &line));
    assert_true(instant_parse(time, &at, &e));
    assert_int_equal(at % US_PER_S, 0);
    assert_text(line, "info push.booked shop=main lines=-250");
    assert_true(str_cut(rest, '\n', &line, &rest));
    assert_true(str_cut(line, ' ', &time, &line));
    assert_text(line, "error push.refused a=\"two words\" b=\"x=\\\"y\\\\\\\"\\n\\x01\" c=\"\" d=\u00e9");
    assert_text(rest, "");
}

static void log_every_level(void)
{
    log_line(LOG_ERROR, "e", F_INT("n", 0));
    log_line(LOG_WARN, "w", F_INT("n", 1));
    log_line(LOG_INFO, "i", F_INT("n", 2));
    log_line(LOG_DEBUG, "d", F_INT("n", 3));
}

static size_t count_lines(str text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += text.at[i] == '\n';
    return count;
}

static void test_lines_below_the_level_are_not_written(void **state)
{
    const folder *f = *state;
    AUTO(arena_end) arena *a = arena_new(0);
    assert_int_equal(count_lines(logged(a, f->file, log_every_level)), 3);
    log_set_level(LOG_ERROR);
    assert_int_equal(count_lines(logged(a, f->file, log_every_level)), 1);
    log_set_level(LOG_DEBUG);
    assert_int_equal(count_lines(logged(a, f->file, log_every_level)), 4);
    log_set_level(LOG_INFO);
}

static void log_a_long_line(void)
{
    char text[10000];
    memset(text, 'x', sizeof text);
    log_line(LOG_INFO, "long", F_STR("text", ((str){text, sizeof text})), F_STR("after", STR("lost")));
}

static void test_a_long_line_is_cut_and_still_a_line(void **state)
{
    const folder *f = *state;
    AUTO(arena_end) arena *a = arena_new(0);
    str text = logged(a, f->file, log_a_long_line);
    assert_int_equal(text.len, PIPE_BUF);
    assert_true(str_ends(text, STR("xxx...\n")));
    assert_int_equal(count_lines(text), 1);
}

#define THREADS      4
#define THREAD_LINES 500
static void *log_from_a_thread(void *arg)
{
    for (int i = 0; i < THREAD_LINES; i++)
        log_line(LOG_INFO, "thread", F_STR("who", str_of(arg)), F_STR("what", STR("words that could be mixed")));
    return NULL;
}

static void log_from_threads(void)
{
    static char who[] = "me";
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, log_from_a_thread, who), 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
}

static void test_lines_of_several_threads_do_not_mix(void **state)
{
    const folder *f = *state;
    AUTO(arena_end) arena *a = arena_new(0);
    str line, rest = logged(a, f->file, log_from_threads);
    size_t count = 0;
    while (str_cut(rest, '\n', &line, &rest)) {
        assert_true(str_ends(line, STR(" info thread who=me what=\"words that could be mixed\"")));
        assert_int_equal(line.len,
                         strlen("2026-11-24T02:03:04Z info thread who=me what=\"words that could be mixed\""));
        count++;
    }
    assert_int_equal(count, THREADS * THREAD_LINES);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_digests_are_sha_256),
        cmocka_unit_test(test_a_digest_in_pieces_equals_the_whole),
        cmocka_unit_test(test_sleeping_ends_after_its_time_and_not_before),
        cmocka_unit_test(test_a_uuid_is_of_version_4),
        IN_FOLDER(test_a_file_is_read_up_to_its_limit),
        IN_FOLDER(test_a_file_that_cannot_be_read_is_named),
        IN_FOLDER(test_a_line_has_time_level_event_and_fields),
        IN_FOLDER(test_lines_below_the_level_are_not_written),
        IN_FOLDER(test_a_long_line_is_cut_and_still_a_line),
        IN_FOLDER(test_lines_of_several_threads_do_not_mix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
