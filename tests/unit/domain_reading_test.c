/*
 * Readings compared: one row for each event of shopify.md section 6 that a reading can show, then the cases that cannot
 * be told apart, then late, broken and unrouted readings. Readings are written in the notation of
 * domain_reading_text.h, results in the one below.
 */
#include "domain/domain.h"
#include "domain_reading_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* "L claim -2 open 2; M claim 1 returned 1 !; pending 1": only what is not 0, the mark last. */
static const char *told(arena *a, const reading_line *l)
{
    AUTO(buf_end) buf b = buf_new(4096);
    for (size_t i = 0; i < l->place_count; i++) {
        const reading_place *p = &l->places[i];
        const struct {
            const char *name;
            qty units;
        } numbers[] = {{"claim", p->claim}, {"open", p->open},     {"departed", p->departed},
                       {"lost", p->lost},   {"unsure", p->unsure}, {"returned", p->returned}};
        buf_printf(&b, "%s%.*s", i ? "; " : "", STR_ARG(str_empty(p->location) ? STR("?") : p->location));
        for (size_t k = 0; k < COUNT(numbers); k++)
            if (numbers[k].units)
                buf_printf(&b, " %s %" PRId64, numbers[k].name, numbers[k].units);
        buf_printf(&b, "%s", p->mark ? " !" : "");
    }
    if (l->pending)
        buf_printf(&b, "%spending %" PRId64, l->place_count ? "; " : "", l->pending);
    return str_z(a, buf_str(&b));
}

typedef struct row {
    const char *what, *old, *now; /* old NULL: `now` is the first reading */
    const char *want;
} row;

static void check_rows(const row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        AUTO(arena_end) arena *a = arena_new(0);
        const reading *old = rows[i].old ? next_of(a, NULL, rows[i].old) : NULL;
        const reading *now = next_of(a, old, rows[i].now);
        const char *got = told(a, &now->lines[0]);
        if (strcmp(got, rows[i].want) != 0)
            fail_msg("%s\n  old  %s\n  now  %s\n  want %s\n  got  %s", rows[i].what, rows[i].old ? rows[i].old : "-",
                     rows[i].now, rows[i].want, got);
        const char *again = told(a, &next_of(a, now, rows[i].now)->lines[0]);
        if (strcmp(again, got) != 0)
            fail_msg("%s, read again\n  was  %s\n  is   %s", rows[i].what, got, again);
    }
}

/* clang-format off */
static const row EVENTS[] = { /* shopify.md 6, in its order */
    {"order placed", NULL, "2/2 f1@L:2/2", "L claim -2 open 2"},
    {"fulfilled from L", "2/2 f1@L:2/2", "2/2 f1@L:2/0x +L:2", "L claim -2 departed 2"},
    {"partly fulfilled", "3/3 f1@L:3/3", "3/3 f1@L:3/2 +L:1", "L claim -3 open 2 departed 1"},
    {"moved L to M", "2/2 f1@L:2/2", "2/2 f1@M:2/2", "L; M claim -2 open 2"},
    {"a part moved", "3/3 f1@L:3/3", "3/3 f1@L:2/2 f2@M:1/1", "L claim -2 open 2; M claim -1 open 1"},
    {"fulfilled at M although assigned to L", "2/2 f1@L:2/2", "2/2 f1@L:2/0x +M:2", "L; M claim -2 departed 2"},
    {"fulfilment cancelled, same place", "2/2 f1@L:2/0x +L:2", "2/2 f1@L:2/0x f2@L:2/2", "L claim -2 open 2"},
    {"fulfilment cancelled, elsewhere", "2/2 f1@L:2/0x +L:2", "2/2 f1@L:2/0x f2@M:2/2", "L; M claim -2 open 2"},
    {"order cancelled, restock", "2/2 f1@L:2/2", "2/0 f1@L:0/0x cancel@L:2 cancelled closed", "L"},
    {"order cancelled, no restock", "2/2 f1@L:2/2", "2/0 f1@L:0/0x none:2 cancelled closed", "L claim -2 lost 2"},
    {"order cancelled, no record", "2/2 f1@L:2/2", "2/0 f1@L:0/0x cancelled closed", "L unsure 2 !"},
    {"refund CANCEL where it was claimed", "2/2 f1@L:2/2", "2/1 f1@L:1/1 cancel@L:1", "L claim -1 open 1"},
    {"refund CANCEL, restocked at M", "2/2 f1@L:2/2", "2/1 f1@L:1/1 cancel@M:1",
     "L claim -2 open 1 lost 1; M claim 1 departed -1 returned 1"},
    {"refund RETURN where it was shipped", "2/2 f1@L:2/0x +L:2", "2/1 f1@L:2/0x +L:2 return@L:1",
     "L claim -1 departed 1 returned 1"},
    {"refund RETURN, restocked at M", "2/2 f1@L:2/0x +L:2", "2/1 f1@L:2/0x +L:2 return@M:1",
     "L claim -2 departed 2; M claim 1 departed -1 returned 1"},
    {"refund NO_RESTOCK, shipped units", "2/2 f1@L:2/0x +L:2", "2/1 f1@L:2/0x +L:2 none:1", "L claim -2 departed 2"},
    {"refund NO_RESTOCK, open units", "2/2 f1@L:2/2", "2/1 f1@L:1/1 none:1", "L claim -2 open 1 lost 1"},
    {"refund NO_RESTOCK of shipped units beside open ones", "3/3 f1@L:3/1 +L:2", "3/2 f1@L:3/1 +L:2 none:1",
     "L claim -3 open 1 departed 2"},
    {"LEGACY_RESTOCK, restocked", "2/2 f1@L:2/0x +L:2", "2/1 f1@L:2/0x +L:2 legacy@L:1",
     "L claim -1 departed 1 returned 1"},
    {"LEGACY_RESTOCK, not restocked", "2/2 f1@L:2/0x +L:2", "2/1 f1@L:2/0x +L:2 legacy@L:1!", "L claim -2 departed 2"},
    {"edit: raised", "2/2 f1@L:2/2", "3/3 f1@L:3/3", "L claim -3 open 3"},
    {"edit: raised, in a new fulfilment order at M", "2/2 f1@L:2/0x +L:2", "3/3 f1@L:2/0x +L:2 f2@M:1/1",
     "L claim -2 departed 2; M claim -1 open 1"},
    {"edit: lowered, no record", "2/2 f1@L:2/2", "2/1 f1@L:1/1", "L claim -1 open 1 unsure 1 !"},
    {"return opened", "2/2 f1@L:2/0x +L:2", "2/2 f1@L:2/0x +L:2", "L claim -2 departed 2"},
    {"return processed, restocked, no refund", "2/2 f1@L:2/0x +L:2", "2/1 f1@L:2/0x +L:2",
     "L claim -1 departed 1 unsure 1 !"},
    {"POS sale, taken away", NULL, "1/1 pos@R f1@R:1/0x +R:1 closed", "R claim -1 departed 1"},
    {"POS sale, the fulfilment tells no place", NULL, "1/1 pos@R +:1", "R claim -1 departed 1"},
    {"POS sale, nothing but the till tells of it", NULL, "1/1 pos@R closed", "R claim -1 departed 1"},
    {"POS order to ship", NULL, "1/1 pos@R f1@L:1/1", "L claim -1 open 1"},
    {"POS order to ship, not routed yet", NULL, "1/1 pos@R", "pending 1"},
    {"untracked item", NULL, "2/2 untracked f1@L:2/2", "L open 2"},
    {"archived", "2/2 f1@L:2/0x +L:2", "2/2 f1@L:2/0x +L:2 closed", "L claim -2 departed 2"},
};

static const row DOUBTS[] = { /* I3, I4 */
    {"moved, then one restocked: from which?", "3/3 f1@L:3/3", "3/2 f1@M:2/2 cancel@M:1", "L !; M claim -1 open 2 !"},
    {"moved, then one lost", "3/3 f1@L:3/3", "3/2 f1@M:2/2 none:1", "L unsure 1 !; M claim -2 open 2 unsure 1 !"},
    {"a part moved, one removed without a word", "3/3 f1@L:3/3", "3/2 f1@L:1/1 f2@M:1/1",
     "L claim -1 open 1 unsure 1 !; M claim -1 open 1 unsure 1 !"},
    {"two fulfilment orders shrank", "4/4 f1@L:2/2 f2@M:2/2", "4/2 f1@L:1/1 f2@M:1/1 cancel@L:1 cancel@M:1",
     "L open 1 !; M open 1 !"},
    {"two at one place shrank", "4/4 f1@L:2/2 f2@L:2/2", "4/2 f1@L:1/1 f2@L:1/1 cancel@L:2", "L claim -2 open 2"},
    {"one shrank, the other stayed", "4/4 f1@L:2/2 f2@M:2/2", "4/3 f1@L:2/2 f2@M:1/1 none:1",
     "L claim -2 open 2; M claim -2 open 1 lost 1"},
    {"one shrank, the other shipped", "4/4 f1@L:2/2 f2@M:2/2", "4/3 f1@L:2/0x +L:2 f2@M:1/1 none:1",
     "L claim -2 departed 2; M claim -2 open 1 lost 1"},
    {"raised and lowered in one go", "2/2 f1@L:2/2", "3/2 f1@L:2/2 none:1", "L claim -2 open 2 unsure 1 !"},
    {"a fulfilment order vanished", "2/2 f1@L:1/1 f2@M:1/1", "2/1 f2@M:1/1 none:1",
     "L unsure 1 !; M claim -1 open 1 unsure 1 !"},
    {"shipment taken back and one removed", "2/2 f1@L:2/1 +L:1", "2/1 f1@L:2/1 f2@L:0/0x none:1",
     "L claim -1 open 1 unsure 1 !"},
    {"restocked, nobody says where", "2/2 f1@L:2/2", "2/1 f1@L:1/1 cancel@:1", "L claim -1 open 1 unsure 1 !"},
    {"cancelled, and the refund denies the restock", "2/2 f1@L:2/2", "2/1 f1@L:1/1 cancel@L:1!",
     "L claim -1 open 1 unsure 1 !"},
    {"not restocked, and the refund denies that", "2/2 f1@L:2/2", "2/1 f1@L:1/1 none:1!",
     "L claim -1 open 1 unsure 1 !"},
    {"returned, nobody says where to", "2/2 f1@L:2/1 +M:1", "2/1 f1@L:2/1 +M:1 return@:1",
     "L open 1 unsure 1 !; M unsure 1 !"},
    {"an open one removed without a word, beside shipped ones", "3/3 f1@L:3/1 +L:2", "3/2 f1@L:2/0x +L:2",
     "L claim -2 departed 2 unsure 1 !"},
    {"a record that comes late", "2/1 f1@L:1/1", "2/1 f1@L:1/1 cancel@L:1",
     "L open 1 departed -1 unsure 1 returned 1 !"},
    {"recorded before the fulfilment order shrank", "2/1 f1@L:2/2 cancel@L:1", "2/1 f1@L:1/1 cancel@L:1",
     "L claim -1 open 1 departed -1 lost 1 returned 1"},
    {"lowered before the fulfilment order shrank", "2/1 f1@L:2/2", "2/1 f1@L:1/1", "L claim -1 open 1 unsure 1 !"},
};

static const row LATE[] = { /* first readings of orders that lived before */
    {"one restocked", NULL, "3/2 f1@L:2/2 cancel@L:1", "L claim -2 open 2 !"},
    {"all restocked at once", NULL, "3/0 f1@L:0/0x cancel@L:3 cancelled closed", "L"},
    {"all lost at once", NULL, "3/0 f1@L:0/0x none:3 cancelled closed", "L claim -3 lost 3"},
    {"one lost", NULL, "3/2 f1@L:2/2 none:1", "L claim -2 open 2 unsure 1 !"},
    {"one gone without a word", NULL, "3/2 f1@L:2/2", "L claim -2 open 2 unsure 1 !"},
    {"one restocked at M", NULL, "3/2 f1@L:2/2 cancel@M:1", "L claim -2 open 2 !; M claim 1 !"},
    {"shipped from M, one returned there", NULL, "3/2 f1@L:3/1 +M:2 return@M:1",
     "L claim -1 open 1; M claim -1 departed 1 returned 1"},
    {"one returned without a word", NULL, "2/1 f1@L:2/0x +L:2", "L claim -1 departed 1 unsure 1 !"},
    {"split, one restocked: from which?", NULL, "3/2 f1@L:1/1 f2@M:1/1 cancel@L:1", "L open 1 !; M claim -1 open 1 !"},
    {"split, all lost at once", NULL, "3/0 f1@L:0/0x f2@M:0/0x none:3 cancelled", "L unsure 3 !; M unsure 3 !"},
    {"a shipment was taken back, and its unit lost", NULL, "2/1 f1@L:2/1 none:1", "L claim -1 open 1 unsure 1 !"},
    {"split", NULL, "3/3 f1@L:2/2 f2@M:1/1", "L claim -2 open 2; M claim -1 open 1"},
};

static const row UNROUTED[] = { /* I6 */
    {"not routed yet", NULL, "2/2", "pending 2"},
    {"routed", "2/2", "2/2 f1@L:2/2", "L claim -2 open 2"},
    {"lowered before it was routed", "2/2", "2/1 cancel@L:1", "L claim 1 !; pending 1"},
    {"routed and lowered", "2/2", "2/1 f1@L:1/1 cancel@L:1", "L claim -1 open 1 !"},
    {"ended, restocked", "2/2", "2/0 cancel@L:2 cancelled", "L claim 2 !"},
    {"ended, not restocked", "2/2", "2/0 none:2 cancelled", "? unsure 2 !"},
    {"ended, one restocked", "2/2", "2/0 cancel@L:1 cancelled", "L claim 1 !; ? unsure 1 !"},
    {"raised, and the new unit is not routed", "3/3 f1@L:3/3", "4/4 f1@L:3/3", "L claim -3 open 3; pending 1"},
    {"the same beside a shipped and refunded unit", "3/2 f1@L:3/1 +L:2 none:1", "4/3 f1@L:3/1 +L:2 none:1",
     "L claim -3 open 1 departed 2; pending 1"},
    {"shipment taken back, not routed again", "2/2 f1@L:2/0x +L:2", "2/2 f1@L:2/0x", "L; pending 2"},
    {"given up by its fulfilment order", "2/2 f1@L:2/2", "2/2 f1@L:2/2x", "L; pending 2"},
    {"closed while nothing holds them", "2/2 f1@L:2/2", "2/2 f1@L:2/2x closed", "L unsure 2 !"},
    {"a pending unit removed beside a routed one", "2/2 f1@L:1/1", "2/1 f1@L:1/1 none:1",
     "L claim -1 open 1 unsure 1 !"},
    {"location unknown", "2/2 f1@L:2/2", "2/2 f1@:2/2", "L; ? claim -2 open 2"},
};

static const row BROKEN[] = {
    {"negative numbers", NULL, "-2/-5 f1@L:-3/-4 +L:-1 none:-7", "L"},
    {"more remains than there is", NULL, "2/2 f1@L:2/9", "L claim -2 open 2"},
    {"current above ordered", NULL, "2/9 f1@L:2/2", "L claim -2 open 2"},
    {"told at two places", "1/1 f1@L:1/1", "1/1 f1@L:1/1 +M:1", "L !; M !; pending 1"},
    {"shipped more than ordered", NULL, "1/1 f1@L:1/0x +L:3", "L claim -1 departed 1 !"},
    {"huge", NULL, "9000000000000000000/9000000000000000000 f1@L:9000000000000000000/9000000000000000000",
     "L claim -1000000000 open 1000000000"},
    {"refunds above what was ordered", "2/2 f1@L:2/2", "2/0 f1@L:0/0x none:9", "L claim -2 lost 2"},
};
/* clang-format on */

static void test_every_event_of_the_table(void **state)
{
    (void)state;
    check_rows(EVENTS, COUNT(EVENTS));
}

static void test_what_cannot_be_told_is_booked_high_and_marked(void **state)
{
    (void)state;
    check_rows(DOUBTS, COUNT(DOUBTS));
}

static void test_late_first_readings(void **state)
{
    (void)state;
    check_rows(LATE, COUNT(LATE));
}

static void test_unrouted_units_are_pending(void **state)
{
    (void)state;
    check_rows(UNROUTED, COUNT(UNROUTED));
}

static void test_broken_numbers_claim_less(void **state)
{
    (void)state;
    check_rows(BROKEN, COUNT(BROKEN));
}

static void test_claims_are_fixed_at_the_first_reading(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    const reading *r = next_of(a, next_of(a, NULL, "2/2 untracked f1@L:2/2"), "2/2 f1@L:2/2");
    assert_int_equal(r->lines[0].claims, 0);
    r = next_of(a, next_of(a, NULL, "2/2 f1@L:2/2"), "2/2 untracked f1@L:2/2");
    assert_string_equal(told(a, &r->lines[0]), "L claim -2 open 2");
    r = next_of(a, NULL, "2/2 unknown f1@L:2/2");
    assert_int_equal(r->lines[0].claims, -1);
    assert_string_equal(told(a, &r->lines[0]), "L open 2");
}

static void test_c_shows_that_a_line_claims(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    const reading *r = next_of(a, NULL, "4/3 unknown f1@L:3/2 +L:1 none:1");
    r = domain_reading_claim(a, r, STR("line"), 1);
    assert_string_equal(told(a, &r->lines[0]), "L claim -3 open 2 departed 1 unsure 1 !");
    assert_string_equal(told(a, &next_of(a, r, "4/3 f1@L:3/1 +L:2 none:1")->lines[0]),
                        "L claim -3 open 1 departed 2 unsure 1");
    assert_string_equal(told(a, &domain_reading_claim(a, r, STR("line"), 0)->lines[0]),
                        "L open 2 departed 1 unsure 1 !");
    assert_string_equal(told(a, &domain_reading_claim(a, r, STR("other"), 0)->lines[0]), told(a, &r->lines[0]));
}

static void test_an_app_that_claims_nothing(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    const reading_raw *raw = raw_of(a, "2/2 f1@L:2/2");
    const reading *r = domain_reading_next(a, NULL, raw, 1, /* claimless_app= */ true);
    assert_string_equal(told(a, &r->lines[0]), "L open 2");
    r = domain_reading_next(a, next_of(a, NULL, "2/2 f1@L:2/2"), raw, 2, /* claimless_app= */ true);
    assert_string_equal(told(a, &r->lines[0]), "L open 2");
    assert_int_equal(r->lines[0].claims, 0);
}

static void test_custom_lines_and_deleted_variants(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    reading_raw *raw = ARENA_NEW(a, reading_raw, 1);
    *raw = *raw_of(a, "2/2 f1@L:2/2");
    raw->lines[0].item = STR("");
    assert_string_equal(told(a, &domain_reading_next(a, NULL, raw, 1, false)->lines[0]), "L open 2");
    const reading *r = domain_reading_next(a, next_of(a, NULL, "2/2 f1@L:2/2"), raw, 2, false);
    assert_string_equal(told(a, &r->lines[0]), "L claim -2 open 2");
    assert_true(str_equal(r->lines[0].raw.item, STR("item")));
}

static void test_a_line_that_is_not_named_any_more(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    const reading *old = next_of(a, NULL, "4/4 f1@L:3/2 +L:1");
    assert_string_equal(told(a, &old->lines[0]), "L claim -3 open 2 departed 1; pending 1");
    reading_raw empty = *raw_of(a, "0/0");
    empty.line_count = 0;
    const reading *r = domain_reading_next(a, old, &empty, 2, false);
    assert_int_equal(r->line_count, 1);
    assert_string_equal(told(a, &r->lines[0]), "L claim -1 departed 1 unsure 3 !");
    assert_string_equal(told(a, &domain_reading_next(a, r, &empty, 3, false)->lines[0]),
                        "L claim -1 departed 1 unsure 3 !");
}

/* Lines are matched by id, wherever they stand; the sums are per item and location. */
static void test_lines_are_matched_by_id_and_summed_by_item(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    reading_raw_line lines[3] = {raw_of(a, "2/2 f1@L:2/2")->lines[0], raw_of(a, "3/3 f1@L:1/1 f2@M:2/1 +M:1")->lines[0],
                                 raw_of(a, "5/5")->lines[0]};
    lines[0].id = STR("one"), lines[1].id = STR("two"), lines[2].id = STR("three");
    lines[2].item = STR("other");
    reading_raw raw = {.order = STR("o"), .lines = lines, .line_count = 3};
    const reading *r = domain_reading_next(a, NULL, &raw, 1, false);
    reading_raw_line moved = lines[0];
    lines[0] = lines[1], lines[1] = moved;
    r = domain_reading_next(a, r, &raw, 2, false);
    assert_true(str_equal(r->lines[1].raw.id, STR("one")));

    reading_sum all = domain_reading_at(r, STR("item"), STR("")), at = domain_reading_at(r, STR("item"), STR("L"));
    assert_int_equal(all.claim, -5);
    assert_int_equal(all.open, 4);
    assert_int_equal(all.departed, 1);
    assert_int_equal(all.pending, 0);
    assert_int_equal(at.claim, -3);
    assert_int_equal(at.open, 3);
    assert_false(at.mark);
    assert_int_equal(domain_reading_at(r, STR("other"), STR("L")).pending, 5);
    assert_int_equal(domain_reading_at(r, STR("nobody's"), STR("")).claim, 0);
}

/* A doubt is for the reading that found it; the next one that moves something does not raise it again. */
static void test_a_mark_stays_until_something_moves(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    const reading *r = next_of(a, next_of(a, NULL, "3/3 f1@L:3/3"), "3/2 f1@L:2/2");
    assert_true(r->lines[0].places[0].mark);
    r = next_of(a, r, "3/2 f1@L:2/2 closed");
    assert_true(r->lines[0].places[0].mark);
    r = next_of(a, r, "3/2 f1@L:2/1 +L:1");
    assert_string_equal(told(a, &r->lines[0]), "L claim -2 open 1 departed 1 unsure 1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_event_of_the_table),
        cmocka_unit_test(test_what_cannot_be_told_is_booked_high_and_marked),
        cmocka_unit_test(test_late_first_readings),
        cmocka_unit_test(test_unrouted_units_are_pending),
        cmocka_unit_test(test_broken_numbers_claim_less),
        cmocka_unit_test(test_claims_are_fixed_at_the_first_reading),
        cmocka_unit_test(test_c_shows_that_a_line_claims),
        cmocka_unit_test(test_an_app_that_claims_nothing),
        cmocka_unit_test(test_custom_lines_and_deleted_variants),
        cmocka_unit_test(test_a_line_that_is_not_named_any_more),
        cmocka_unit_test(test_lines_are_matched_by_id_and_summed_by_item),
        cmocka_unit_test(test_a_mark_stays_until_something_moves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
