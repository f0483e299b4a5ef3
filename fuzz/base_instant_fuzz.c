/*
 * RFC 3339: what parses prints and parses back the same. The first bytes are also taken as a time of their own, so that
 * every time in range is tried, not only those that a fuzzer can spell.
 */
#include "fuzz.h"

#include "base/base.h"

static void check_round_trip(instant t)
{
    instant again;
    err e = {0};
    CHECK(instant_parse(str_of(INSTANT_Z(t)), &again, &e));
    CHECK(again == t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    instant t, last;
    err e = {0};
    CHECK(instant_parse(STR("9999-12-31T23:59:59.999999Z"), &last, &e));
    if (size >= sizeof t) {
        memcpy(&t, data, sizeof t);
        check_round_trip((instant)((uint64_t)t % ((uint64_t)last + 1)));
    }
    if (instant_parse((str){(const char *)data, size}, &t, &e))
        check_round_trip(t);
    else
        CHECK(e.code == ERR_INPUT);
    return 0;
}
