#pragma once
/*
 * What the unit tests share: cmocka with the headers it wants before it, a comparison of text, and the check that a
 * misuse stops the program.
 */
#include "base/base.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define assert_text(got, want) assert_text_((got), (want), __FILE__, __LINE__)
static inline void assert_text_(str got, const char *want, const char *file, int line)
{
    if (str_equal(got, str_of(want)))
        return;
    print_error("got:  %.*s\nwant: %s\n", STR_ARG(got), want);
    _fail(file, line);
}

/* Runs `misuse` in a child, since a failed CHECK ends the process; true when it did. */
static inline bool stops(void (*misuse)(void))
{
    fflush(NULL);
    pid_t child = fork();
    assert_int_not_equal(child, -1);
    if (child == 0) {
        if (!freopen("/dev/null", "w", stderr))
            _exit(1);
        misuse();
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}
