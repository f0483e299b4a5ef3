#pragma once
/*
 * Diagnosis: from facts to a verdict. Pure: jobs/diagnose.c gathers the facts, this decides. One cause is one row of
 * causes.def and one function that says whether it holds and how many units it accounts for.
 *
 *   difference = available - (expected - unseen - held)     what is to be explained; 0 when Shopify is right
 *   drift      = available + held + unseen - E               what somebody else did
 *   owed       = T - E                                        what we have not pushed;   difference = drift - owed
 *
 * The primary cause is the one that accounts for the difference, in units. C causes only explain `expected`; J, G and
 * W2 count only while something is owed. What was not read is unknown, never 0.
 */
#include "domain/atp.h"

typedef enum cause_id {
#define CAUSE(id, verdict, judge, what) CAUSE_##id,
#include "domain/causes.def"
#undef CAUSE
    CAUSES
} cause_id;
const char *domain_cause_code(cause_id id); /* "J1" */
const char *domain_cause_what(cause_id id);

typedef enum check_result {
    CHECK_PASS,    /* looked at: not this */
    CHECK_FAIL,    /* it holds */
    CHECK_UNKNOWN, /* what it needs could not be read */
} check_result;
const char *domain_check_name(check_result r);

/* A job as far as a diagnosis needs it. */
typedef struct job_facts {
    bool scheduled, paused, ran, last_failed;
    instant paused_at, last_started_at, last_ended_at; /* INSTANT_NONE: never */
    str schedule, last_error;
} job_facts;

typedef struct diagnose_facts {
    str sku, channel, shop, location; /* shop "": the channel is computed, not synced */
    instant now;
    qty target, raw;
    maybe_qty explained; /* E; unknown: not adopted */
    qty terms[ATP_TERMS];
    qty reserved; /* at the channel's facilities */
    bool linked, writable;
    str state, reason, fix; /* of a target that is put aside: "refused", "not_stocked", ...; state "ok": it is not */
    instant owing_since;    /* INSTANT_NONE: nothing owed */
    instant changed_at;     /* newest change of its stock here; INSTANT_NONE: none known */
    int64_t open_operation; /* 0: none */
    instant operation_sent_at;
    /* Read from Shopify now. */
    bool reached;
    str reach_error; /* why not */
    maybe_qty available, committed, held, unseen;
    instant available_at; /* when `available` last changed there */
    bool level_read, stocked, tracked;
    bool settled; /* the read's stamps are old enough to be trusted; protocol R1 */
    job_facts recent, hard, orders;
} diagnose_facts;

typedef struct diagnose_evidence {
    str what, value, source;
    instant when; /* INSTANT_NONE: it has no time */
} diagnose_evidence;

typedef struct diagnose_check {
    cause_id id;
    check_result result;
    maybe_qty explains; /* units of the difference (C causes: of the number) */
    str detail;
} diagnose_check;

typedef struct diagnose_next {
    str action, command;
    bool safe; /* false: it could raise Shopify's number while sales are unseen */
} diagnose_next;

#define DIAGNOSE_EVIDENCE_MAX 16
#define DIAGNOSE_NEXT_MAX     3

typedef struct diagnosis {
    const char *verdict; /* "in_sync", "in_flight", "owed", "foreign_change", "refused", "not_linked", "not_adopted",
                            "shop_unreachable", "unknown" */
    const char *cause;   /* "J1"; NULL: none */
    str summary;         /* one sentence or two */
    qty expected;
    maybe_qty available, committed, unseen, explains;
    diagnose_evidence evidence[DIAGNOSE_EVIDENCE_MAX];
    size_t evidence_count;
    diagnose_check checked[CAUSES]; /* every cause, in order */
    diagnose_next next[DIAGNOSE_NEXT_MAX];
    size_t next_count;
} diagnosis;

/* Texts live in `a` or are those of the facts. */
void domain_diagnose(arena *a, const diagnose_facts *f, diagnosis *ret);
