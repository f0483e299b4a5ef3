/*
 * The plan of every statement is the kept one, query-plans.txt, and none scans a table that grows. The kept file is
 * written anew with EVENSTOCK_WRITE_PLANS=1; read the difference before it is committed.
 */
#include "store/sqlite/sqlite.h"
#include "store_tests.h"

static const struct statement {
    const char *name, *text;
} STATEMENTS[] = {
#define SQL(name, text) {#name, text},
#define SETUP(name, text)
#include "store/sqlite/sql.def"
#undef SQL
};

/* Scans that are meant; everything else that scans one of GROWING is an error. */
static const struct {
    const char *name, *why;
} MEANT[] = {
    {"ANY_KIT", "ends at the first row"},
    {"ANY_QUEUE", "ends at the first row"},
    {"ANY_TARGET", "ends at the first row"},
    {"ANY_UNSETTLED", "ends at the first row"},
    {"PRODUCTS_COUNT", "an index of the SKUs alone"},
    {"PRODUCTS_SEARCH", "any part of a text may be asked for"},
    {"LOCKS", "a part of verify"},
};
static const char *const GROWING[] = {
    "product",  "product_search", "identifier", "kit_part",       "level", "queue",       "target",
    "t",        "ledger",         "explained",  "order_line",     "l",     "order_event", "ev",
    "decision", "reading",        "r",          "reading_item",   "i",     "operation",   "operation_line",
    "incident", "import",         "refused",    "adjustment_key", "p"};

static bool meant(const char *name)
{
    for (size_t i = 0; i < COUNT(MEANT); i++)
        if (strcmp(MEANT[i].name, name) == 0)
            return true;
    return false;
}

static bool scans_what_grows(const char *step)
{
    for (size_t i = 0; i < COUNT(GROWING); i++) {
        size_t len = strlen(GROWING[i]);
        if (strncmp(step, "SCAN ", 5) == 0 && strncmp(step + 5, GROWING[i], len) == 0 &&
            (step[5 + len] == ' ' || step[5 + len] == 0))
            return true;
    }
    return false;
}

/* Appends the plan; false: it scans what grows. */
static bool plan_of(fixture *f, const struct statement *s, buf *to)
{
    AUTO(store__sq_drop) sqlite3_stmt *q = NULL;
    bool fine = true;
    str sql = str_printf(f->a, "EXPLAIN QUERY PLAN %s", s->text);
    assert_int_equal(sqlite3_prepare_v2(sq_of(f->s)->db, sql.at, (int)sql.len, &q, NULL), SQLITE_OK);
    buf_printf(to, "%s\n", s->name);
    while (sqlite3_step(q) == SQLITE_ROW) {
        const char *step = (const char *)sqlite3_column_text(q, 3);
        buf_printf(to, "    %s\n", step);
        if (!scans_what_grows(step) || meant(s->name))
            continue;
        print_error("%s: %s; give it an index, or say in MEANT why not\n", s->name, step);
        fine = false;
    }
    return fine;
}

static str plans(fixture *f, buf *to)
{
    bool fine = true;
    for (size_t i = 0; i < COUNT(STATEMENTS); i++)
        if (strncmp(STATEMENTS[i].text, "PRAGMA", 6) != 0 && strncmp(STATEMENTS[i].text, "BEGIN", 5) != 0 &&
            strcmp(STATEMENTS[i].text, "COMMIT") != 0)
            fine &= plan_of(f, &STATEMENTS[i], to);
    assert_true(fine);
    assert_false(to->full);
    return buf_str(to);
}

static void test_plans_are_the_kept_ones(void **state)
{
    fixture *f = *state;
    const char *path = getenv("EVENSTOCK_PLANS"), *write = getenv("EVENSTOCK_WRITE_PLANS");
    AUTO(buf_end) buf text = buf_new(1 << 20);
    /* Plans of writes would show the searches for rows that wait for a parent: they run only while there are some. */
    OK(store__sq_script(sq_of(f->s), "PRAGMA foreign_keys = OFF", &trouble));
    str now = plans(f, &text), kept;
    assert_non_null(path);
    if (write) {
        FILE *to = fopen(path, "w");
        assert_non_null(to);
        assert_int_equal(fwrite(now.at, 1, now.len, to), now.len);
        assert_int_equal(fclose(to), 0);
        return;
    }
    OK(os_read_file(f->a, path, 1 << 20, &kept, &trouble));
    while (!str_empty(now) || !str_empty(kept)) { /* line by line, so that the first difference is told */
        str line, want;
        str_cut(now, '\n', &line, &now);
        str_cut(kept, '\n', &want, &kept);
        assert_text(line, str_z(f->a, want));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_plans_are_the_kept_ones)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
