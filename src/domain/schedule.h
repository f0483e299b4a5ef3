#pragma once
/*
 * When a job runs: a preset every few minutes, hourly, daily at a time of day (UTC), or as changes happen. Pure.
 */
#include "base/base.h"

typedef enum schedule_kind {
    SCHEDULE_NONE,    /* not scheduled */
    SCHEDULE_EVERY,   /* every `minutes`: 1, 5, 15, 30 or 60; on whole multiples of the hour */
    SCHEDULE_DAILY,   /* at `minutes` after midnight UTC */
    SCHEDULE_CHANGES, /* as changes happen */
    SCHEDULE_KINDS
} schedule_kind;

typedef struct schedule {
    schedule_kind kind;
    int64_t minutes;
} schedule;

/* "every 15m", "hourly", "daily at 02:00", "as changes happen", "none"; also "15m". ERR_INPUT names what is possible.
 */
MUST bool domain_schedule_parse(str text, schedule *ret, err *e);
/* In words, as people and the database read it: "every 15 minutes", "hourly", "daily at 02:00 UTC". It parses back. */
str domain_schedule_text(arena *a, schedule s);
/* The first time after `after`; INSTANT_NONE for SCHEDULE_NONE and SCHEDULE_CHANGES, which follow no clock. */
instant domain_schedule_next(schedule s, instant after);
