/*
 * Stored readings, and readings that follow one another. The input is one or two JSON documents, a line each.
 * What parses prints and parses back the same; so does what follows from two reads, and it follows only once.
 */
#include "fuzz.h"

#include "domain/domain.h"

#define TEXT_MAX (1 << 24)

static str text_of(arena *a, const reading *r)
{
    AUTO(buf_end) buf b = buf_new(TEXT_MAX);
    domain_reading_write(r, &b);
    CHECK(!b.full);
    return str_copy(a, buf_str(&b));
}

static void check_round_trip(arena *a, const reading *r)
{
    const reading *again;
    err e;
    str text = text_of(a, r);
    CHECK(domain_reading_parse(a, text, &again, &e));
    CHECK(str_equal(text_of(a, again), text));
}

/* What was read, out of a stored reading. */
static reading_raw raw_of(arena *a, const reading *r)
{
    reading_raw raw = r->raw;
    raw.lines = ARENA_NEW(a, reading_raw_line, r->line_count + 1);
    raw.line_count = r->line_count;
    for (size_t i = 0; i < r->line_count; i++)
        raw.lines[i] = r->lines[i].raw;
    return raw;
}

static const reading *check_next(arena *a, const reading *old, const reading *from)
{
    reading_raw raw = raw_of(a, from);
    const reading *r = domain_reading_next(a, old, &raw, from->asked_at, from->claimless_app);
    check_round_trip(a, r);
    CHECK(str_equal(text_of(a, domain_reading_next(a, r, &raw, from->asked_at, from->claimless_app)), text_of(a, r)));
    return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(arena_end) arena *a = arena_new(0);
    str one, two;
    const reading *first, *second;
    err e;
    if (size > TEXT_MAX / 64) /* what follows may be that much longer */
        return 0;
    (void)str_cut((str){(const char *)data, size}, '\n', &one, &two);
    if (!domain_reading_parse(a, one, &first, &e)) {
        CHECK(e.code == ERR_CORRUPT);
        return 0;
    }
    check_round_trip(a, first);
    const reading *old = check_next(a, NULL, first);
    if (!domain_reading_parse(a, two, &second, &e))
        return 0;
    check_next(a, old, second);
    reading_raw raw = raw_of(a, second);
    (void)domain_reading_next(a, first, &raw, 0, false); /* whatever the stored one claims */
    return 0;
}
