#pragma once
/* The entry that libFuzzer, AFL++ and replay.c call; a target defines it and states its properties as CHECKs. */
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
