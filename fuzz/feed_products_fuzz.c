/* Product files in their three forms: any file is counted, and what was imported can be exported and imported again. */
#include "feed_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(arena_end) arena *a = arena_new(0);
    AUTO(store_close) store *one = fuzz_store(), *two = fuzz_store();
    fuzz_rows(one, feed_products, data, size);
    str exported = fuzz_export(one, a);
    fuzz_config(two, str_z(a, exported));
    CHECK(str_equal(fuzz_export(two, a), exported));
    return 0;
}
