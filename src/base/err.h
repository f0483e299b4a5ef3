#pragma once
/*
 * One error type for the whole program. The caller holds it, passes it in as the last argument, and it
 * allocates nothing, so that it works when memory is out. `code` says what the caller can do about it,
 * `text` is for people: outermost context first, the fix last.
 *
 * A function that can fail returns bool and is MUST; its outputs (`ret_x`) are untouched when it fails.
 * "Not there" on a lookup is an answer, not an error.
 */
#include <stdbool.h>

#define MUST          __attribute__((warn_unused_result))
#define PRINTF(f, a)  __attribute__((format(printf, f, a), nonnull(f)))
#define AUTO(release) __attribute__((cleanup(release)))

typedef enum err_code {
    ERR_NONE,
    ERR_USAGE,    /* the command line is wrong: exit 2 */
    ERR_INPUT,    /* bytes from outside are wrong: name the row, field and reason */
    ERR_MISSING,  /* what was named does not exist */
    ERR_CONFLICT, /* the state does not allow it (fence lost, key reused with other content) */
    ERR_BUSY,     /* somebody else holds it; the same call may succeed later */
    ERR_REMOTE,   /* the shop refused or is down; the text says which and what to do */
    ERR_IN_DOUBT, /* a request was sent, its answer was lost */
    ERR_CORRUPT,  /* the database contradicts itself or is no database */
    ERR_IO,       /* disk full, file not readable */
    ERR_MEMORY,   /* a library reported that it has no memory */
} err_code;

typedef struct err {
    err_code code;
    const char *where; /* "sync/push.c:88", where it began; static */
    char text[480];    /* "push to main: operation 17: HTTP 502"; cut with "..." */
} err;

#define ERR_STR2(x) #x
#define ERR_STR(x)  ERR_STR2(x)
#define ERR_HERE    (__FILE__ ":" ERR_STR(__LINE__))
/* Sets the error and is false, so that `return ERR(...)` reads well; inline, so that analyzers see it, too. */
#define ERR(e, code, ...) (err_set((e), (code), ERR_HERE, __VA_ARGS__), err_false())
void err_set(err *e, err_code code, const char *where, const char *format, ...) PRINTF(4, 5);
/* Puts context in front ("context: text"), keeps code and origin, is false. */
#define err_wrap(e, ...) (err_context((e), __VA_ARGS__), err_false())
void err_context(err *e, const char *format, ...) PRINTF(2, 3);
static inline bool err_false(void)
{
    return false;
}
const char *err_code_name(err_code code);

/*
 * CHECK is always on: a stop is better than a wrong number, and a stop is safe because every step is a
 * transaction. It guards arguments, states and laws; bad input never reaches one.
 */
#define CHECK(x) ((x) ? (void)0 : check_failed(#x, ERR_HERE))
_Noreturn void check_failed(const char *what, const char *where);
