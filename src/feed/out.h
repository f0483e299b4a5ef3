#pragma once
/*
 * Text that streams to a file through a small buffer; what fails is told once, at the end.
 */
#include "feed/internal.h"

typedef struct feed__out {
    FILE *to;
    buf text;
    bool failed;
    int why; /* errno of the first failure */
} feed__out;

feed__out feed__out_new(FILE *to);
void feed__out_end(feed__out *o);                /* for AUTO(feed__out_end); flushes nothing */
void feed__out_row(feed__out *o);                /* a row is complete: writes when there is enough */
MUST bool feed__out_close(feed__out *o, err *e); /* writes the rest. ERR_IO */
