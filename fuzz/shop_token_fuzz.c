/*
 * Answers of the token endpoint: what is taken is a header's worth and lives; no error quotes a byte of it.
 */
#include "fuzz.h"

#include "shop/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(arena_end) arena *a = arena_new(0);
    str token = STR("");
    int64_t life_s = 0;
    err e = {0};
    if (!shop__token_parse(a, (str){(const char *)data, size}, &token, &life_s, &e)) {
        CHECK(e.code == ERR_REMOTE || e.code == ERR_INPUT);
        CHECK(str_starts(str_of(e.text), STR("fetching a token: ")) && !strchr(e.text, '"'));
        CHECK(str_empty(token) && life_s == 0);
        return 0;
    }
    CHECK(token.len > 0 && token.len <= SHOP_SECRET_MAX && life_s > 0 && life_s <= INT32_MAX);
    for (size_t i = 0; i < token.len; i++)
        CHECK(token.at[i] > ' ' && token.at[i] <= '~');
    return 0;
}
