/*
 * SHA-256, over libsodium.
 */
#include "base/digest.h"

#include <sodium.h>

_Static_assert(sizeof(digest) == crypto_hash_sha256_BYTES, "a digest is the whole hash");

struct digest_run {
    crypto_hash_sha256_state state;
};

digest_run *digest_begin(arena *a)
{
    digest_run *d = ARENA_NEW(a, digest_run, 1);
    crypto_hash_sha256_init(&d->state);
    return d;
}

void digest_add(digest_run *d, str bytes)
{
    crypto_hash_sha256_update(&d->state, (const unsigned char *)bytes.at, bytes.len);
}

digest digest_end(digest_run *d)
{
    digest made;
    crypto_hash_sha256_final(&d->state, made.at);
    return made;
}

digest digest_of(str bytes)
{
    digest made;
    crypto_hash_sha256(made.at, (const unsigned char *)bytes.at, bytes.len);
    return made;
}

digest digest_keyed(str key, str bytes)
{
    digest made;
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, (const unsigned char *)key.at, key.len);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)bytes.at, bytes.len);
    crypto_auth_hmacsha256_final(&state, made.at);
    sodium_memzero(&state, sizeof state);
    return made;
}

bool digest_is_base64(digest d, str text)
{
    digest told;
    size_t len;
    return sodium_base642bin(told.at, sizeof told.at, text.at, text.len, NULL, &len, NULL,
                             sodium_base64_VARIANT_ORIGINAL) == 0 &&
           len == sizeof told.at && sodium_memcmp(d.at, told.at, sizeof d.at) == 0;
}

void digest_hex(digest d, char ret[65])
{
    sodium_bin2hex(ret, 65, d.at, sizeof d.at);
}
