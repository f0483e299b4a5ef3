#pragma once
/*
 * Text with a length: a borrowed view, valid UTF-8 once inside (checked at the border), not terminated,
 * may be empty, `at` is never NULL inside. `char *` appears only beside libc, SQLite and curl.
 */
#include "base/arena.h"
#include "base/err.h"
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct str {
    const char *at;
    size_t len;
} str;

#define STR(lit)   ((str){"" lit, sizeof(lit) - 1})
#define STR_ARG(s) (int)(s).len, (s).at /* for %.*s */

static inline bool str_equal(str a, str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}
static inline bool str_empty(str s)
{
    return s.len == 0;
}
str str_of(const char *z);     /* view of a C string; NULL gives "" */
int str_compare(str a, str b); /* byte order */
str str_trim(str s);           /* without ASCII white space at both ends */
bool str_starts(str s, str prefix);
bool str_ends(str s, str suffix);
bool str_equal_fold(str a, str b);                   /* ASCII case ignored */
bool str_cut(str s, char at, str *left, str *right); /* at the first `at`; false: left = s, right = "" */
str str_head(str s, size_t most);                    /* its first bytes, not cut inside a character: for messages */
str str_copy(arena *a, str s);
char *str_z(arena *a, str s); /* a terminated copy */
str str_printf(arena *a, const char *format, ...) PRINTF(2, 3);
uint64_t str_hash(str s); /* FNV-1a: for tables in memory, not for foreign keys */

/* Growing text with a cap that is named at birth. Appends past the cap set `full` and change nothing more. */
typedef struct buf {
    char *at;
    size_t len, room, cap;
    bool full;
} buf;

buf buf_new(size_t cap);
void buf_end(buf *b); /* for AUTO(buf_end) */
void buf_clear(buf *b);
void buf_add(buf *b, str s);
void buf_add_char(buf *b, char c);
void buf_printf(buf *b, const char *format, ...) PRINTF(2, 3);
str buf_str(const buf *b);
