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
void digest_hex(digest d, char ret[65]);
