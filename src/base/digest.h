#pragma once
/* SHA-256, over libsodium: names a file's bytes and an event's content. */
#include "base/str.h"

typedef struct digest {
    unsigned char at[32];
} digest;
typedef struct digest_run digest_run; /* streaming */
digest_run *digest_begin(arena *a);
void digest_add(digest_run *d, str bytes);
digest digest_end(digest_run *d);
digest digest_of(str bytes);
digest digest_keyed(str key, str bytes); /* HMAC-SHA256 */
/* Is `text` this digest in base64? In constant time over the digest. */
bool digest_is_base64(digest d, str text);
void digest_hex(digest d, char ret[65]);
