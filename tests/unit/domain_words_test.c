/* The closed lists: every value has a name of its own that parses back, and nothing else parses. */
#include "domain/domain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* Each list as functions over int, so that one test walks them all. */
#define LIST(type, prefix)                                                                                             \
    static const char *prefix##_of(int v)                                                                              \
    {                                                                                                                  \
        return prefix##_name((type)v);                                                                                 \
    }                                                                                                                  \
    static int prefix##_from(str name)                                                                                 \
    {                                                                                                                  \
        type v = (type)-1;                                                                                             \
        bool good = prefix##_parse(name, &v);                                                                          \
        assert_int_equal(good, v != (type)-1);                                                                         \
        return good ? (int)v : -1;                                                                                     \
    }
LIST(facility_type, facility_type)
LIST(channel_mode, channel_mode)
LIST(queue_kind, queue_kind)
LIST(reset_mode, reset_mode)
LIST(event_kind, event_kind)

/* contracts.md: facility types, channel modes, kinds of queue and event, modes of a reset */
static const struct {
    const char *(*name)(int);
    int (*parse)(str);
    int count;
    const char *first, *last;
} LISTS[] = {
    {facility_type_of, facility_type_from, FACILITY_TYPES, "store", "general"},
    {channel_mode_of, channel_mode_from, CHANNEL_MODES, "aggregate", "physical"},
    {queue_kind_of, queue_kind_from, QUEUE_KINDS, "brokering", "unsure"},
    {reset_mode_of, reset_mode_from, RESET_MODES, "qoh", "keep-gap"},
    {event_kind_of, event_kind_from, EVENT_KINDS, "placed", "pos_sold"},
};

static void test_every_name_parses_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(LISTS); i++) {
        assert_string_equal(LISTS[i].name(0), LISTS[i].first);
        assert_string_equal(LISTS[i].name(LISTS[i].count - 1), LISTS[i].last);
        for (int v = 0; v < LISTS[i].count; v++)
            assert_int_equal(LISTS[i].parse(str_of(LISTS[i].name(v))), v);
    }
}

static void test_other_names_are_refused_and_leave_the_output(void **state)
{
    (void)state;
    static const char *const WRONG[] = {"", "Store", "store ", "brokerin", "brokering2", "keep_gap", "PLACED", "place"};
    for (size_t i = 0; i < COUNT(LISTS); i++)
        for (size_t w = 0; w < COUNT(WRONG); w++)
            assert_int_equal(LISTS[i].parse(str_of(WRONG[w])), -1);
}

static void test_a_name_with_a_zero_inside_is_refused(void **state)
{
    (void)state;
    assert_int_equal(queue_kind_from(STR("unsure\0")), -1);
}

static void test_only_buildings_are_physical(void **state)
{
    (void)state;
    static const bool PHYSICAL[FACILITY_TYPES] = {
        [FACILITY_STORE] = true,
        [FACILITY_OUTLET] = true,
        [FACILITY_WAREHOUSE] = true,
        [FACILITY_DISTRIBUTION_CENTER] = true,
    };
    for (int t = 0; t < FACILITY_TYPES; t++)
        assert_int_equal(facility_type_physical((facility_type)t), PHYSICAL[t]);
}

static void test_reasons_and_terms_have_the_contract_s_names(void **state)
{
    (void)state;
    static const char *const WHY[] = {"virtual",       "inactive",           "not_in_channel",
                                      "brokering_off", "below_safety_stock", "counted"};
    static const char *const TERM[] = {"physical_atp",   "excluded_facilities", "brokering_off", "safety_stock",
                                       "facility_floor", "kit_split",           "queue",         "component_limit",
                                       "threshold",      "channel_off",         "preorder_hold"};
    assert_int_equal(COUNT(WHY), ATP_WHYS);
    assert_int_equal(COUNT(TERM), ATP_TERMS);
    for (size_t i = 0; i < COUNT(WHY); i++)
        assert_string_equal(atp_why_name((atp_why)i), WHY[i]);
    for (size_t i = 0; i < COUNT(TERM); i++)
        assert_string_equal(atp_term_name((atp_term)i), TERM[i]);
}

static void test_membership_ends_before_its_thru(void **state)
{
    (void)state;
    assert_true(domain_member_now(INSTANT_NONE, INSTANT_NONE, 0));
    assert_true(domain_member_now(10, 20, 10));
    assert_true(domain_member_now(10, 20, 19));
    assert_false(domain_member_now(10, 20, 9));
    assert_false(domain_member_now(10, 20, 20));
    assert_true(domain_member_now(INSTANT_NONE, 20, 0));
    assert_true(domain_member_now(10, INSTANT_NONE, 1000));
    assert_false(domain_member_now(10, 10, 10));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_name_parses_back),
        cmocka_unit_test(test_other_names_are_refused_and_leave_the_output),
        cmocka_unit_test(test_a_name_with_a_zero_inside_is_refused),
        cmocka_unit_test(test_only_buildings_are_physical),
        cmocka_unit_test(test_reasons_and_terms_have_the_contract_s_names),
        cmocka_unit_test(test_membership_ends_before_its_thru),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
