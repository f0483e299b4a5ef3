#pragma once
/* Checks and folding of UTF-8 text, over GLib (which base/utf8.c and base/tz.c alone see). */
#include "base/str.h"

bool utf8_valid(str s);         /* no NUL, no surrogates, no overlong forms */
str utf8_fold(arena *a, str s); /* normalised and case folded: for searches only, never for codes */
