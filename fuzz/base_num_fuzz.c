/*
 * Whole numbers: the same verdict and value as strtoll on text of digits only, and no other text is a number.
 */
#include "fuzz.h"

#include "base/base.h"

#include <errno.h>
#include <stdlib.h>

static bool is_whole(const char *z, size_t len)
{
    size_t sign = strspn(z, "+-") > 0 ? 1 : 0;
    return len > sign && sign + strspn(z + sign, "0123456789") == len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(arena_end) arena *a = arena_new(0);
    str text = {(const char *)data, size};
    const char *z = str_z(a, text);
    errno = 0;
    long long want = strtoll(z, NULL, 10);
    bool fits = is_whole(z, size) && errno == 0;

    int64_t got;
    CHECK(num_parse_i64(text, &got) == fits);
    CHECK(!fits || got == want);
    err e = {0};
    bool allowed = fits && want >= -QTY_FILE_MAX && want <= QTY_FILE_MAX;
    CHECK(num_parse_qty(text, -QTY_FILE_MAX, QTY_FILE_MAX, &got, &e) == allowed);
    CHECK(allowed || (e.code == ERR_INPUT && e.text[0] != '\0'));
    return 0;
}
