/*
 * Which assumptions about Shopify a change rests on: one row for each of assumed.def, then changes that rest on none.
 * Rows are readings in the notation of domain_reading_text.h; what is asked about is the change at one location.
 */
#include "unit.h"

#include "domain/assumed.h"
#include "domain_reading_text.h"

typedef struct row {
    const char *what, *old, *now; /* old NULL: `now` is the first reading */
    const char *location, *want;  /* names, in the order of assumed.def, each with a space behind */
} row;

/* clang-format off */
static const row ROWS[] = {
    {"moved away", "2/2 f1@L:2/2", "2/2 f1@M:2/2", "L", "moved "},
    {"moved to here", "2/2 f1@L:2/2", "2/2 f1@M:2/2", "M", "moved "},
    {"shipped from elsewhere", "2/2 f1@L:2/2", "2/2 f1@L:2/0x +M:2", "M", "shipped_elsewhere "},
    {"shipment taken back", "2/2 f1@L:2/0x +L:2", "2/2 f1@L:2/0x f2@L:2/2", "L", "shipment_cancelled "},
    {"removed, not restocked", "2/2 f1@L:2/2", "2/1 f1@L:1/1 none:1", "L", "not_restocked "},
    {"removed, restocked", "2/2 f1@L:2/2", "2/1 f1@L:1/1 cancel@L:1", "L", "restocked "},
    {"removed, restocked elsewhere: there", "2/2 f1@L:2/2", "2/1 f1@L:1/1 cancel@M:1", "M", "restocked_elsewhere "},
    {"removed, restocked elsewhere: here", "2/2 f1@L:2/2", "2/1 f1@L:1/1 cancel@M:1", "L", "not_restocked "},
    {"came back where it was shipped", "2/2 f1@L:2/0x +L:2", "2/1 f1@L:2/0x +L:2 return@L:1", "L", "given_back "},
    {"came back elsewhere", "2/2 f1@L:2/0x +L:2", "2/1 f1@L:2/0x +L:2 return@M:1", "M", "given_back "},
    {"raised by an edit", "2/2 f1@L:2/2", "3/3 f1@L:3/3", "L", "edited_up "},
    {"sold at the till", NULL, "1/1 pos@R f1@R:1/0x +R:1 closed", "R", "sold_at_till "},

    {"placed", NULL, "2/2 f1@L:2/2", "L", ""},
    {"sold at the till, to be shipped", NULL, "1/1 pos@R f1@L:1/1", "L", ""},
    {"a shop's first reading of a shipped order", NULL, "2/2 f1@L:2/0x +L:2", "L", ""},
    {"nothing changed", "2/2 f1@L:2/2", "2/2 f1@L:2/2", "L", ""},
    {"shipped from where it was taken", "2/2 f1@L:2/2", "2/2 f1@L:2/0x +L:2", "L", ""},
    {"routed: it came from nowhere", "2/2", "2/2 f1@L:2/2", "L", ""},
    {"given up by its fulfilment order", "2/2 f1@L:2/2", "2/2 f1@L:2/2x", "L", ""},
    {"untracked: it claims nothing", "2/2 untracked f1@L:2/2", "2/2 untracked f1@M:2/2", "L", ""},
    {"another location than all that changed", "2/2 f1@L:2/2", "2/2 f1@M:2/2", "N", ""},
};
/* clang-format on */

static const char *names_of(arena *a, unsigned set)
{
    AUTO(buf_end) buf b = buf_new(1024);
    for (assumed_id id = 0; id < ASSUMED_KINDS; id++)
        if (set & 1u << id)
            buf_printf(&b, "%s ", domain_assumed_name(id));
    return str_z(a, buf_str(&b));
}

static unsigned assumed(arena *a, const row *r)
{
    const reading *old = r->old ? next_of(a, NULL, r->old) : NULL;
    const reading *now = next_of(a, old, r->now);
    return domain_assumed(&now->raw, old ? &old->lines[0] : NULL, &now->lines[0], str_of(r->location));
}

static void test_each_change_rests_on_what_its_row_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        AUTO(arena_end) arena *a = arena_new(0);
        const char *got = names_of(a, assumed(a, &ROWS[i]));
        if (strcmp(got, ROWS[i].want) != 0)
            fail_msg("%s: at %s '%s', want '%s'", ROWS[i].what, ROWS[i].location, got, ROWS[i].want);
    }
}

static void test_every_assumption_has_a_row_a_name_of_its_own_and_words(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    unsigned seen = 0;
    for (size_t i = 0; i < COUNT(ROWS); i++)
        seen |= assumed(a, &ROWS[i]);
    assert_int_equal(seen, (1u << ASSUMED_KINDS) - 1);
    for (assumed_id id = 0; id < ASSUMED_KINDS; id++) {
        assert_true(strlen(domain_assumed_what(id)) > 20);
        for (assumed_id other = 0; other < id; other++)
            assert_string_not_equal(domain_assumed_name(id), domain_assumed_name(other));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_change_rests_on_what_its_row_says),
        cmocka_unit_test(test_every_assumption_has_a_row_a_name_of_its_own_and_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
