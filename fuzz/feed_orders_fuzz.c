/* Order events: any file is counted, and what it does to the books is consistent. */
#include "feed_fuzz.h"

static const char CONFIG[] =
    "{\"facilities\": [{\"code\": \"F\", \"type\": \"store\"}, {\"code\": \"G\", \"type\": \"warehouse\"}],"
    "\"groups\": [{\"code\": \"ALL\", \"members\": [{\"facility\": \"F\"}, {\"facility\": \"G\"}]}],"
    "\"shops\": [{\"code\": \"s\", \"url\": \"http://127.0.0.1:1\", \"token_env\": \"T\"}],"
    "\"channels\": [{\"code\": \"w\", \"shop\": \"s\", \"location\": \"gid://shopify/Location/1\", \"mode\": "
    "\"aggregate\","
    "\"group\": \"ALL\"}, {\"code\": \"p\", \"mode\": \"physical\", \"facility\": \"F\"}],"
    "\"products\": [{\"sku\": \"A\"}, {\"sku\": \"K\", \"kit\": [{\"sku\": \"A\", \"quantity\": 2}]}]}";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(store_close) store *s = fuzz_store();
    fuzz_config(s, CONFIG);
    fuzz_rows(s, feed_orders, data, size);
    return 0;
}
