/*
 * The configuration file: what is refused leaves nothing, what is imported is the same when it is imported again, and
 * its export gives the same configuration in an empty database.
 */
#include "feed_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(arena_end) arena *a = arena_new(0);
    AUTO(fuzz_file_end) fuzz_file f = fuzz_file_new(data, size);
    AUTO(store_close) store *one = fuzz_store(), *two = NULL;
    feed_config_result r;
    err e = {0};
    if (!feed_config(one, f.path, false, a, &r, &e)) {
        CHECK(e.code == ERR_INPUT);
        CHECK(utf8_valid(str_of(e.text)));
        return 0;
    }
    CHECK(feed_config(one, f.path, false, a, &r, &e));
    CHECK(r.added + r.changed == 0);
    str exported = fuzz_export(one, a);
    two = fuzz_store();
    fuzz_config(two, str_z(a, exported));
    CHECK(str_equal(fuzz_export(two, a), exported));
    fuzz_verify(one, a);
    return 0;
}
