#pragma once
/* A store with a row of every kind, for what looks at all of it: verify, faults. */
#include "store_tests.h"

typedef struct a_world {
    int64_t nyc, la, shop, web, nyc_channel, outlet;
    int64_t shirt, hat, set;
    int64_t fence;
} a_world;

/* In several transactions; leaves an open operation, an open incident and a settled one. */
a_world a_world_build(fixture *f);
