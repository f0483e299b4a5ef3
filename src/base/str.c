/*
 * Text with a length: comparing, cutting, copying.
 */
#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>

str str_of(const char *z)
{
    return z ? (str){z, strlen(z)} : STR("");
}

int str_compare(str a, str b)
{
    int order = memcmp(a.at, b.at, a.len < b.len ? a.len : b.len);
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

str str_trim(str s)
{
    while (s.len > 0 && is_space(s.at[s.len - 1]))
        s.len--;
    while (s.len > 0 && is_space(*s.at)) {
        s.at++;
        s.len--;
    }
    return s;
}

bool str_starts(str s, str prefix)
{
    return s.len >= prefix.len && memcmp(s.at, prefix.at, prefix.len) == 0;
}

bool str_ends(str s, str suffix)
{
    return s.len >= suffix.len && memcmp(s.at + (s.len - suffix.len), suffix.at, suffix.len) == 0;
}

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

bool str_equal_fold(str a, str b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.at[i]) != lower(b.at[i]))
            return false;
    return true;
}

bool str_cut(str s, char at, str *left, str *right)
{
    const char *found = memchr(s.at, at, s.len);
    size_t before = found ? (size_t)(found - s.at) : s.len;
    *left = (str){s.at, before};
    *right = found ? (str){found + 1, s.len - before - 1} : STR("");
    return found != NULL;
}

str str_head(str s, size_t most)
{
    if (s.len <= most)
        return s;
    s.len = most;
    while (s.len > 0 && ((unsigned char)s.at[s.len] & 0xC0) == 0x80)
        s.len--;
    return s;
}

char *str_z(arena *a, str s)
{
    char *z = ARENA_NEW(a, char, s.len + 1);
    memcpy(z, s.at, s.len);
    return z;
}

str str_copy(arena *a, str s)
{
    return (str){str_z(a, s), s.len};
}

str str_printf(arena *a, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    CHECK(len >= 0);
    char *at = ARENA_NEW(a, char, (size_t)len + 1);
    (void)vsnprintf(at, (size_t)len + 1, format, again);
    va_end(again);
    va_end(args);
    return (str){at, (size_t)len};
}

uint64_t str_hash(str s)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < s.len; i++)
        hash = (hash ^ (unsigned char)s.at[i]) * UINT64_C(0x100000001b3);
    return hash;
}
