#pragma once
/*
 * Time is int64_t microseconds since 1970 UTC; durations carry their unit in the name. Text (RFC 3339) is
 * made and read at the border only. Years 1970 to 9999.
 */
#include "base/str.h"
#include <stdint.h>

typedef int64_t instant;
#define INSTANT_NONE INT64_MIN /* no such time: printed as null */
#define US_PER_MS    INT64_C(1000)
#define US_PER_S     INT64_C(1000000)

#define INSTANT_TEXT_MAX 28 /* "2026-11-24T02:03:04.567890Z" and a terminator */
typedef struct instant_buf {
    char z[INSTANT_TEXT_MAX];
} instant_buf;

/* "2026-11-24T02:03:04Z"; a fraction only where there is one. INSTANT_NONE gives "". */
instant_buf instant_print(instant t);
#define INSTANT_Z(t) (instant_print(t).z)
str instant_text(arena *a, instant t);
/* RFC 3339 with Z or an offset, seconds required, fraction optional (cut to microseconds). */
MUST bool instant_parse(str s, instant *ret, err *e);
