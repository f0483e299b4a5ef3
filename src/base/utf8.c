/*
 * Checks and folding of UTF-8 text, over GLib.
 */
#include "base/utf8.h"

#include <glib.h>

bool utf8_valid(str s)
{
    return g_utf8_validate_len(s.at, s.len, NULL);
}

str utf8_fold(arena *a, str s)
{
    /* Compatibility forms ("ﬁ", full width) become plain ones first, so that both ways of writing meet. */
    char *normal = g_utf8_normalize(s.at, (gssize)s.len, G_NORMALIZE_ALL_COMPOSE);
    CHECK(normal);
    char *folded = g_utf8_casefold(normal, -1);
    str kept = str_copy(a, str_of(folded));
    g_free(folded);
    g_free(normal);
    return kept;
}
