#pragma once
/*
 * Diagnosis: from facts to a verdict. Pure: whoever asks gathers the facts (jobs/diagnose.h), this decides. One cause is
 * one row of causes.def and one function that says whether it holds and how many units it accounts for.
 *
 * The primary cause is the one that accounts for available - (expected - unseen - held), in units; contracts, "diagnose".
 * C causes only explain `expected`; J and U causes count only while something is owed. What was not read is unknown,
 * never 0.
 */
#include "domain/atp.h"

typedef enum cause_id {
#define CAUSE(id, verdict, what, mend) CAUSE_##id,
#include "domain/causes.def"
#undef CAUSE
    CAUSES
} cause_id;

typedef enum check_result { CHECK_PASS, CHECK_FAIL, CHECK_UNKNOWN } check_result;

/* The last run of a job and its schedule, as far as a diagnosis needs them. */
typedef struct job_facts {
    bool scheduled, paused, ran;
    instant paused_at, last_started_at, last_ended_at;
    bool last_failed;
    str last_error, schedule;
} job_facts;

typedef struct diagnose_facts {
    str sku, channel, shop; /* shop "": the channel is not synced */
    instant now;
    qty target, raw;        /* T */
    maybe_qty explained;    /* E */
    qty terms[ATP_TERMS];
    qty reserved;           /* at facilities of the channel */
    bool linked, writable, adopted;
    str state, state_reason, state_fix; /* a target that is put aside; state "" or "ok": none */
    instant owing_since;    /* INSTANT_NONE: nothing owed */
    instant changed_at;     /* the newest change that moved T; INSTANT_NONE unknown */
    int64_t open_operation; /* in doubt; 0 none */
    instant operation_sent_at;
    /* Read from Shopify now; unknown when it did not answer. */
    bool reached;
    str reach_error;
    maybe_qty available, committed, held, unseen;
    instant available_at;   /* its stamp */
    bool stocked, tracked;
    qty open_incident;      /* drift already recorded and being mended */
    job_facts recent, hard, orders;
} diagnose_facts;

typedef struct diagnose_evidence {
    str what, value, source;
    instant when; /* INSTANT_NONE: none */
} diagnose_evidence;
typedef struct diagnose_check {
    cause_id id;
    check_result result;
    str detail;
} diagnose_check;
typedef struct diagnose_next {
    str action, command;
    bool safe; /* never an upward repair while anything is unseen */
} diagnose_next;

typedef struct diagnosis {
    const char *verdict; /* "in_sync", "in_flight", "owed", "foreign_change", "refused", "not_linked", "not_adopted", "shop_unreachable", "unknown" */
    const char *cause;   /* "J1"; NULL: none */
    str summary;         /* one sentence */
    maybe_qty expected, available, committed, unseen, explains;
    const diagnose_evidence *evidence;
    size_t evidence_count;
    const diagnose_check *checked; /* every cause, in order */
    size_t checked_count;
    const diagnose_next *next;
    size_t next_count;
} diagnosis;
void domain_diagnose(arena *a, const diagnose_facts *f, diagnosis *ret);

const char *cause_code(cause_id id);    /* "J1" */
const char *cause_what(cause_id id);
