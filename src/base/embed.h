#pragma once
/* Files compiled into the program; tools/embed.py makes the arrays. */
#include <stddef.h>

struct embed_file {
    const char *name;
    const unsigned char *at; /* a zero byte follows */
    size_t len;
};
