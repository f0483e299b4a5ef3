/*
 * UTF-8: the same verdict as a decoder written from the definition; what is valid stays valid when cut or folded.
 */
#include "fuzz.h"

#include "base/base.h"

/* Takes one character; false: there is none at the start of `s`. */
static bool take_character(str *s)
{
    static const struct {
        unsigned char mask, lead;
        size_t len;
        uint32_t least;
    } forms[] = {{0x80, 0x00, 1, 1}, {0xE0, 0xC0, 2, 0x80}, {0xF0, 0xE0, 3, 0x800}, {0xF8, 0xF0, 4, 0x10000}};
    for (size_t i = 0; i < COUNT(forms); i++) {
        unsigned char first = (unsigned char)s->at[0];
        if ((first & forms[i].mask) != forms[i].lead)
            continue;
        if (s->len < forms[i].len)
            return false;
        uint32_t code = first & (unsigned char)~forms[i].mask;
        for (size_t j = 1; j < forms[i].len; j++) {
            if (((unsigned char)s->at[j] & 0xC0) != 0x80)
                return false;
            code = code << 6 | ((unsigned char)s->at[j] & 0x3F);
        }
        *s = (str){s->at + forms[i].len, s->len - forms[i].len};
        return code >= forms[i].least && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
    }
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(arena_end) arena *a = arena_new(0);
    str text = {(const char *)data, size}, rest = text;
    bool valid = true;
    while (valid && rest.len > 0)
        valid = take_character(&rest);
    CHECK(utf8_valid(text) == valid);
    if (!valid)
        return 0;
    CHECK(utf8_valid(utf8_fold(a, text)));
    for (size_t most = 0; most <= size && most < 64; most++)
        CHECK(utf8_valid(str_head(text, most)));
    return 0;
}
