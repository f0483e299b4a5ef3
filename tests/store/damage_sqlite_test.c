/* One number is changed in a copy of each kind of table, and verify must find it and name it. */
#include "a_world.h"
#include "store/sqlite/sqlite.h"

/* Takes away the database's own guards, which would refuse the damage. */
#define UNGUARDED                                                                                                      \
    "PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF;"                                                 \
    "DROP TRIGGER ledger_no_update; DROP TRIGGER ledger_no_delete; DROP TRIGGER explained_no_update;"                  \
    "DROP TRIGGER explained_no_delete; DROP TRIGGER order_event_no_update; DROP TRIGGER order_event_no_delete;"

static const struct damage {
    const char *sql;   /* exactly one row of it */
    const char *what;  /* a difference of this name ... */
    const char *where; /* ... at this place */
} DAMAGES[] = {
    {"UPDATE level SET qoh = qoh + 1 WHERE (product, facility) = (1, 1)", "qoh", "SHIRT at NYC"},
    {"UPDATE level SET atp = atp - 1 WHERE (product, facility) = (1, 2)", "atp", "SHIRT at LA"},
    {"UPDATE level SET qoh = qoh + 1, atp = atp + 1 WHERE (product, facility) = (2, 1)", "qoh", "HAT at NYC"},
    {"UPDATE level SET moved = 0 WHERE (product, facility) = (1, 1)", "level", "SHIRT at NYC"},
    {"DELETE FROM level WHERE (product, facility) = (2, 2)", "qoh", "HAT at LA"},
    {"UPDATE ledger SET qoh_delta = qoh_delta + 1 WHERE seq = 1", "qoh", "SHIRT at NYC"},
    {"UPDATE ledger SET atp_delta = atp_delta + 1 WHERE seq = 2", "atp", "SHIRT at LA"},
    {"UPDATE ledger SET qoh = qoh + 1 WHERE seq = 1", "chain", "SHIRT at NYC"},
    {"UPDATE ledger SET atp = atp + 1 WHERE seq = 1", "chain", "SHIRT at NYC"},
    {"DELETE FROM ledger WHERE seq = 3", "qoh", "HAT at NYC"},
    {"UPDATE ledger SET facility = 2 WHERE seq = 3", "qoh", "HAT at LA"},
    {"UPDATE queue SET units = units + 1 WHERE (product, channel, kind) = (2, 3, 1)", "queue",
     "HAT in outlet, preorder"},
    {"DELETE FROM queue WHERE (product, channel, kind) = (1, 1, 4)", "queue", "SHIRT in web, departed"},
    {"INSERT INTO queue VALUES (3, 3, 0, 1)", "queue", "SET in outlet, brokering"},
    {"UPDATE target SET t = t + 1, owe = 0 WHERE (product, channel) = (1, 1)", "t", "SHIRT in web"},
    {"UPDATE target SET raw = raw + 1 WHERE (product, channel) = (3, 3)", "raw", "SET in outlet"},
    {"UPDATE target SET e = e + 1 WHERE (product, channel) = (2, 1)", "e", "HAT in web"},
    {"UPDATE target SET e = NULL, owe = NULL WHERE (product, channel) = (2, 1)", "e", "HAT in web"},
    {"UPDATE target SET threshold = threshold + 1 WHERE (product, channel) = (1, 3)", "t", "SHIRT in outlet"},
    {"UPDATE target SET owing_since = NULL WHERE (product, channel) = (1, 1)", "owing_since", "SHIRT in web"},
    {"UPDATE target SET owe = 3 WHERE (product, channel) = (1, 1)", "constraint", "the database"},
    {"DELETE FROM target WHERE (product, channel) = (3, 1)", "constraint", "the database"},
    {"UPDATE explained SET value = value + 1 WHERE seq = 1", "e", "SHIRT in web"},
    {"UPDATE explained SET after = after + 1 WHERE seq = 2", "e", "HAT in web"},
    {"UPDATE explained SET kind = 6 WHERE seq = 3", "e", "SET in web"},
    {"DELETE FROM explained WHERE seq = 4", "e", "SHIRT in web"},
    {"UPDATE order_line SET effect = replace(effect, '[2,', '[1,') WHERE id = 1", "line", "order 1 line 1"},
    {"UPDATE order_line SET effect = NULL WHERE id = 2", "line", "order 2 line 1"},
    {"UPDATE order_line SET waiting = 0 WHERE id = 4", "line", "order 4 line 1"},
    {"UPDATE order_line SET parts = replace(parts, '[1,2]', '[1,3]') WHERE id = 2", "queue", "SHIRT in web, brokering"},
    {"UPDATE order_line SET product = 1 WHERE id = 3", "queue", "HAT in outlet, preorder"},
    {"DELETE FROM order_line WHERE id = 1", "reserved", "SHIRT at LA"},
    {"UPDATE order_event SET quantity = quantity + 1 WHERE id = 1", "line", "order 1 line 1"},
    {"UPDATE order_event SET facility = 1 WHERE id = 2", "line", "order 1 line 1"},
    {"DELETE FROM order_event WHERE id = 3", "line", "order 1 line 1"},
    {"UPDATE reading SET json = replace(json, 'open\":3', 'open\":2') WHERE id = 2", "line",
     "order gid://shopify/Order/2"},
    {"UPDATE reading SET json = '{' WHERE id = 1", "line", "order gid://shopify/Order/1"},
    {"DELETE FROM reading WHERE id = 1", "line", "order gid://shopify/Order/1"},
    {"UPDATE decision SET units = units + 1 WHERE id = 1", "line", "order gid://shopify/Order/2"},
    {"DELETE FROM decision WHERE id = 1", "line", "order gid://shopify/Order/2"},
    {"UPDATE operation_line SET open = 0 WHERE operation = 2", "constraint", "the database"},
    {"UPDATE operation SET state = 0 WHERE id = 1", "constraint", "the database"},
    {"UPDATE operation SET unanswered = 7 WHERE id = 1", "constraint", "the database"},
    {"UPDATE facility SET active = 0 WHERE id = 2", "t", "SHIRT in web"},
    {"UPDATE member SET thru_at = 0 WHERE id = 2", "t", "SHIRT in web"},
    {"UPDATE channel SET facility = 2 WHERE id = 2", "t", "SHIRT in nyc"},
    {"UPDATE kit_part SET quantity = 7 WHERE (kit, component) = (3, 2)", "t", "SET in web"},
    {"UPDATE level SET safety_stock = 9 WHERE (product, facility) = (1, 2)", "t", "SHIRT in web"},
    {"UPDATE incident SET operation = 99 WHERE id = 1", "constraint", "the database"},
    {"UPDATE refused SET import = 99", "constraint", "the database"},
};

static bool named(const verify_report *r, const struct damage *d)
{
    for (size_t i = 0; i < r->detail_count; i++)
        if (str_equal(r->details[i].what, str_of(d->what)) && str_starts(r->details[i].where, str_of(d->where)))
            return true;
    return false;
}

/* Damages a copy of the file, and looks whether verify says so. */
static bool found(fixture *f, const struct damage *d)
{
    AUTO(store_close) store *copy = NULL;
    verify_report r;
    sqlite3 *db;
    str path = str_printf(f->a, "%s/copy.db", f->dir);
    remove(path.at);
    OK(store__sq_script(sq_of(f->s), str_printf(f->a, "VACUUM INTO '%.*s'", STR_ARG(path)).at, &trouble));
    assert_int_equal(sqlite3_open(path.at, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, UNGUARDED, NULL, NULL, NULL), SQLITE_OK);
    int rc = sqlite3_exec(db, d->sql, NULL, NULL, NULL);
    int changes = sqlite3_changes(db);
    sqlite3_close(db);
    if (rc != SQLITE_OK || changes != 1)
        fail_msg("%s: result %d, %d rows", d->sql, rc, changes);
    OK(store_open(str_printf(f->a, "sqlite:%.*s", STR_ARG(path)).at, STORE_READ, &f->clock, &copy, &trouble));
    OK(store_verify(copy, f->a, &r, &trouble));
    bool fine = r.differences > 0 && named(&r, d);
    for (size_t i = 0; i < r.detail_count && !fine; i++)
        print_error("  found %.*s %.*s: %.*s, %.*s\n", STR_ARG(r.details[i].what), STR_ARG(r.details[i].where),
                    STR_ARG(r.details[i].stored), STR_ARG(r.details[i].computed));
    return fine;
}

static void test_every_damage_is_found(void **state)
{
    fixture *f = *state;
    size_t missed = 0;
    a_world_build(f);
    for (size_t i = 0; i < COUNT(DAMAGES); i++) {
        if (found(f, &DAMAGES[i]))
            continue;
        print_error("not found: %s\n", DAMAGES[i].sql);
        missed++;
    }
    assert_int_equal(missed, 0);
}

static void test_differences_are_all_counted_and_the_first_are_told(void **state)
{
    fixture *f = *state;
    begin(f);
    int64_t nyc = a_facility(f, "NYC", FACILITY_STORE);
    for (int i = 0; i < 2 * VERIFY_DETAILS_MAX; i++)
        adjust(f, a_product(f, str_z(f->a, str_printf(f->a, "P%d", i))), nyc, 1, INSTANT_NONE);
    commit(f);
    tampered();
    OK(store__sq_script(sq_of(f->s), "UPDATE level SET qoh = 2", &trouble));
    verify_report r = verify(f);
    assert_int_equal(r.detail_count, VERIFY_DETAILS_MAX);
    assert_true(r.differences >= 2 * VERIFY_DETAILS_MAX);
    assert_text(r.details[0].what, "qoh");
    assert_text(r.details[0].where, "P0 at NYC");
    assert_text(r.details[0].stored, "2");
    assert_text(r.details[0].computed, "1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_every_damage_is_found),
        TEST(test_differences_are_all_counted_and_the_first_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
