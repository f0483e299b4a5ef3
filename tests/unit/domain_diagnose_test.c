/*
 * Diagnosis: a table of worlds with their verdict, cause and units; and what every answer keeps.
 */
#include "domain/domain.h"

#include "unit.h"

#define T0         INT64_C(1790000000000000)
#define MINUTES(n) ((n)*60 * US_PER_S)

/* A product that is right: ours and Shopify's number are 40, everything runs. */
static diagnose_facts right(void)
{
    const job_facts job = {.scheduled = true,
                           .ran = true,
                           .paused_at = INSTANT_NONE,
                           .last_started_at = T0 - MINUTES(5),
                           .last_ended_at = T0 - MINUTES(5),
                           .schedule = STR("every 15 minutes"),
                           .last_error = STR("")};
    return (diagnose_facts){.sku = STR("A"),
                            .channel = STR("web"),
                            .shop = STR("main"),
                            .location = STR("gid://shopify/Location/1"),
                            .now = T0,
                            .target = 40,
                            .raw = 40,
                            .explained = qty_known(40),
                            .terms = {[ATP_TERM_PHYSICAL] = 40},
                            .linked = true,
                            .writable = true,
                            .state = STR("ok"),
                            .reason = STR(""),
                            .fix = STR(""),
                            .owing_since = INSTANT_NONE,
                            .changed_at = T0 - MINUTES(60),
                            .operation_sent_at = INSTANT_NONE,
                            .reached = true,
                            .reach_error = STR(""),
                            .available = qty_known(40),
                            .committed = qty_known(0),
                            .held = qty_known(0),
                            .unseen = qty_known(0),
                            .available_at = T0 - MINUTES(60),
                            .level_read = true,
                            .stocked = true,
                            .tracked = true,
                            .settled = true,
                            .recent = job,
                            .hard = job,
                            .orders = job};
}

/* -- what may be wrong with it; each changes one thing -- */
static void owe_40(diagnose_facts *f)
{
    f->explained = f->available = qty_known(0);
    f->owing_since = T0 - MINUTES(2);
}
static void pause_job(diagnose_facts *f)
{
    f->recent.paused = true;
    f->recent.paused_at = T0 - MINUTES(30);
}
static void unschedule(diagnose_facts *f)
{
    f->recent.scheduled = false;
}
static void fail_last(diagnose_facts *f)
{
    f->recent.last_failed = true;
    f->recent.last_error = STR("HTTP 502");
}
static void never_ran(diagnose_facts *f)
{
    f->recent.ran = false;
}
static void owed_before_run(diagnose_facts *f)
{
    f->owing_since = T0 - MINUTES(20);
}
static void read_only(diagnose_facts *f)
{
    f->writable = false;
}
static void staff_took_3(diagnose_facts *f)
{
    f->available = qty_known(37);
}
static void staff_added_5(diagnose_facts *f)
{
    f->available.value += 5;
}
static void sold_2(diagnose_facts *f)
{
    f->available.value -= 2;
    f->unseen = qty_known(2);
}
static void hold_4(diagnose_facts *f)
{
    f->available.value -= 4;
    f->held = qty_known(4);
}
static void silence(diagnose_facts *f)
{
    f->reached = f->level_read = false;
    f->reach_error = STR("connection refused");
    f->available = f->committed = f->held = f->unseen = QTY_UNKNOWN;
}
static void orders_unread(diagnose_facts *f)
{
    f->unseen = QTY_UNKNOWN;
}
static void unlink_it(diagnose_facts *f)
{
    f->linked = false;
    f->explained = QTY_UNKNOWN;
}
static void no_shop(diagnose_facts *f)
{
    f->shop = STR("");
    f->linked = false;
    f->explained = QTY_UNKNOWN;
}
static void not_adopted(diagnose_facts *f)
{
    f->explained = QTY_UNKNOWN;
}
static void refuse(diagnose_facts *f)
{
    f->state = STR("refused");
    f->reason = STR("INVALID_INVENTORY_ITEM");
    f->fix = STR("link again");
}
static void not_stocked(diagnose_facts *f)
{
    f->stocked = false;
}
static void untrack(diagnose_facts *f)
{
    f->tracked = false;
}
static void in_doubt(diagnose_facts *f)
{
    f->open_operation = 17;
    f->operation_sent_at = T0 - US_PER_S;
}
static void safety_5(diagnose_facts *f)
{
    f->terms[ATP_TERM_PHYSICAL] = 48;
    f->terms[ATP_TERM_SAFETY_STOCK] = -5;
    f->terms[ATP_TERM_THRESHOLD] = -3;
}
static void switched_off(diagnose_facts *f)
{
    f->target = f->raw = 0;
    f->explained = f->available = qty_known(0);
    f->terms[ATP_TERM_OFF] = -40;
}

typedef void change(diagnose_facts *f);
static const struct {
    const char *id;
    change *changes[3];
    const char *verdict, *cause; /* cause "": none */
    int64_t explains;            /* INT64_MIN: unknown */
    const char *command;         /* of the first next action; "": none */
} WORLDS[] = {
    {"right", {0}, "in_sync", "", INT64_MIN, ""},
    {"right, and low for safety stock", {safety_5}, "in_sync", "C1", -5, "atp A --channel web --explain"},
    {"right, and off in the channel", {switched_off}, "in_sync", "C7", -40, "atp A --channel web --explain"},
    {"right with units on their way", {sold_2}, "in_flight", "D0.2", -2, "job run orders --shop main"},
    {"right with units that Shopify holds", {hold_4}, "in_sync", "", INT64_MIN, ""},
    {"read-only, nothing owed", {read_only}, "in_sync", "", INT64_MIN, ""},
    {"paused, nothing owed", {pause_job}, "in_sync", "", INT64_MIN, ""},
    {"owed, the job paused", {owe_40, pause_job}, "owed", "J1", -40, "job resume recent --shop main"},
    {"owed, the job not scheduled",
     {owe_40, unschedule},
     "owed",
     "J1",
     -40,
     "job schedule recent --as-changes-happen --shop main"},
    {"owed, the last run failed", {owe_40, fail_last}, "owed", "J4", -40, "job run recent --shop main"},
    {"owed since the last run", {owe_40}, "owed", "G1", -40, "job run recent --shop main"},
    {"owed, the job never ran", {owe_40, never_ran}, "owed", "G1", -40, "job run recent --shop main"},
    {"owed although the job ran", {owe_40, owed_before_run}, "owed", "", INT64_MIN, "job run recent --shop main"},
    {"owed, the shop read-only", {owe_40, read_only}, "owed", "W2", -40, "import config FILE"},
    {"owed, the newest orders unread",
     {owe_40, pause_job, orders_unread},
     "owed",
     "J1",
     -40,
     "job resume recent --shop main"},
    {"a staff edit", {staff_took_3}, "foreign_change", "S1", -3, "job run hard --shop main"},
    {"a staff edit while sales are unseen",
     {staff_added_5, sold_2},
     "foreign_change",
     "S1",
     5,
     "job run hard --shop main"},
    {"a small staff edit beside a large debt",
     {owe_40, pause_job, staff_added_5},
     "owed",
     "J1",
     -40,
     "job resume recent --shop main"},
    {"a push in doubt", {owe_40, in_doubt}, "in_flight", "U9", -40, "job run recent --shop main"},
    {"in doubt, and the last run failed",
     {owe_40, in_doubt, fail_last},
     "owed",
     "J4",
     -40,
     "job run recent --shop main"},
    {"in doubt is told before a foreign change",
     {staff_took_3, in_doubt},
     "in_flight",
     "U9",
     -3,
     "job run recent --shop main"},
    {"the newest orders unread", {staff_took_3, orders_unread}, "unknown", "", INT64_MIN, "job run hard --shop main"},
    {"the shop is silent", {silence}, "shop_unreachable", "W1", INT64_MIN, "shop check main"},
    {"silent and owed", {owe_40, silence}, "shop_unreachable", "W1", INT64_MIN, "shop check main"},
    {"not linked", {unlink_it}, "not_linked", "W4", INT64_MIN, "shop link main"},
    {"a channel without a shop", {no_shop}, "not_linked", "W4", INT64_MIN, ""},
    {"not adopted", {not_adopted}, "not_adopted", "W0", INT64_MIN, "shop adopt main"},
    {"refused", {owe_40, refuse}, "refused", "U6", INT64_MIN, "shop link main"},
    {"not stocked", {not_stocked}, "refused", "W10", INT64_MIN, "shop link main"},
    {"not tracked", {untrack}, "refused", "W11", INT64_MIN, "shop link main"},
};

static void test_each_world_has_its_verdict(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(WORLDS); i++) {
        AUTO(arena_end) arena *a = arena_new(0);
        diagnose_facts f = right();
        diagnosis d;
        for (size_t n = 0; n < COUNT(WORLDS[i].changes) && WORLDS[i].changes[n]; n++)
            WORLDS[i].changes[n](&f);
        domain_diagnose(a, &f, &d);
        maybe_qty want = WORLDS[i].explains == INT64_MIN ? QTY_UNKNOWN : qty_known(WORLDS[i].explains);
        bool same = strcmp(d.verdict, WORLDS[i].verdict) == 0 && strcmp(d.cause ? d.cause : "", WORLDS[i].cause) == 0 &&
                    d.explains.known == want.known && (!want.known || d.explains.value == want.value);
        str command = d.next_count ? d.next[0].command : STR("");
        bool advised = str_empty(command) ? !*WORLDS[i].command
                                          : str_equal(command, str_printf(a, "evenstock %s", WORLDS[i].command));
        if (!same || !advised)
            fail_msg("%s: %s, cause %s, %" PRId64 "; %.*s; %.*s", WORLDS[i].id, d.verdict, d.cause ? d.cause : "none",
                     d.explains.known ? d.explains.value : INT64_MIN, STR_ARG(command), STR_ARG(d.summary));
    }
}

static diagnose_check check_of(const diagnosis *d, cause_id id)
{
    assert_int_equal(d->checked[id].id, id);
    return d->checked[id];
}

static void test_every_cause_is_checked_and_unread_ones_are_unknown(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    diagnose_facts f = right();
    diagnosis d;
    domain_diagnose(a, &f, &d);
    for (cause_id id = 0; id < CAUSES; id++)
        assert_int_equal(check_of(&d, id).result, CHECK_PASS);
    silence(&f);
    domain_diagnose(a, &f, &d);
    static const cause_id UNREAD[] = {CAUSE_W10, CAUSE_W11, CAUSE_D02, CAUSE_S1};
    for (size_t i = 0; i < COUNT(UNREAD); i++)
        assert_int_equal(check_of(&d, UNREAD[i]).result, CHECK_UNKNOWN);
    assert_false(d.available.known);
    assert_non_null(strstr(str_z(a, d.summary), "unknown"));
}

static void test_a_repair_upwards_is_not_safe_while_sales_are_unseen(void **state)
{
    (void)state;
    static const struct {
        qty available, unseen;
        bool safe;
    } CASES[] = {{37, 0, true}, {35, 2, false}, {45, 0, true}, {43, 2, true}};
    for (size_t i = 0; i < COUNT(CASES); i++) {
        AUTO(arena_end) arena *a = arena_new(0);
        diagnose_facts f = right();
        diagnosis d;
        f.available = qty_known(CASES[i].available);
        f.unseen = qty_known(CASES[i].unseen);
        domain_diagnose(a, &f, &d);
        assert_string_equal(d.verdict, "foreign_change");
        assert_int_equal(d.next[0].safe, CASES[i].safe);
    }
}

static void test_a_fresh_read_is_called_unconfirmed(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    diagnose_facts f = right();
    diagnosis d;
    staff_took_3(&f);
    f.settled = false;
    domain_diagnose(a, &f, &d);
    assert_non_null(strstr(str_z(a, d.summary), "not confirmed yet"));
}

static void test_the_pause_is_told_with_its_time(void **state)
{
    (void)state;
    AUTO(arena_end) arena *a = arena_new(0);
    diagnose_facts f = right();
    diagnosis d;
    owe_40(&f);
    pause_job(&f);
    domain_diagnose(a, &f, &d);
    assert_text(check_of(&d, CAUSE_J1).detail, str_z(a, str_printf(a, "paused since %s", INSTANT_Z(T0 - MINUTES(30)))));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_world_has_its_verdict),
        cmocka_unit_test(test_every_cause_is_checked_and_unread_ones_are_unknown),
        cmocka_unit_test(test_a_repair_upwards_is_not_safe_while_sales_are_unseen),
        cmocka_unit_test(test_a_fresh_read_is_called_unconfirmed),
        cmocka_unit_test(test_the_pause_is_told_with_its_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
