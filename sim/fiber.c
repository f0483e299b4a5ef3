/* Fibers over ucontext, with a guard page below each stack. Stacks are kept for the next fiber. */
#include "fiber.h"

#include "base/base.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>

#define STACK_BYTES ((size_t)1 << 20)
#define GUARD_BYTES ((size_t)1 << 12)

struct fiber {
    ucontext_t inside, outside;
    fiber_body *body;
    void *ctx;
    char *stack;
    bool running, ended;
};

static char *spare_stacks[16];
static size_t spare_count;

static char *take_stack(void)
{
    if (spare_count > 0)
        return spare_stacks[--spare_count];
    char *made = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(made != MAP_FAILED);
    CHECK(mprotect(made, GUARD_BYTES, PROT_NONE) == 0);
    return made;
}

static void give_stack(char *stack)
{
    if (spare_count < COUNT(spare_stacks))
        spare_stacks[spare_count++] = stack;
    else
        CHECK(munmap(stack, STACK_BYTES) == 0);
}

/* makecontext passes ints only: the pointer goes in two halves. */
static void enter(unsigned high, unsigned low)
{
    fiber *f = (fiber *)(((uintptr_t)high << 32) | low); // NOLINT(performance-no-int-to-ptr): it was one
    f->body(f->ctx);
    f->ended = true;
}

fiber *fiber_new(fiber_body *body, void *ctx)
{
    fiber *f = calloc(1, sizeof *f);
    CHECK(f);
    f->body = body;
    f->ctx = ctx;
    f->stack = take_stack();
    CHECK(getcontext(&f->inside) == 0);
    f->inside.uc_stack.ss_sp = f->stack + GUARD_BYTES;
    f->inside.uc_stack.ss_size = STACK_BYTES - GUARD_BYTES;
    f->inside.uc_link = &f->outside;
    uintptr_t self = (uintptr_t)f;
    makecontext(&f->inside, (void (*)(void))enter, 2, (unsigned)(self >> 32), (unsigned)(self & UINT32_MAX));
    return f;
}

void fiber_resume(fiber *f)
{
    CHECK(!f->running);
    CHECK(!f->ended);
    f->running = true;
    CHECK(swapcontext(&f->outside, &f->inside) == 0);
    f->running = false;
}

void fiber_yield(fiber *f)
{
    CHECK(f->running);
    CHECK(swapcontext(&f->inside, &f->outside) == 0);
}

bool fiber_ended(const fiber *f)
{
    return f->ended;
}

void fiber_free(fiber **held)
{
    fiber *f = *held;
    if (!f)
        return;
    CHECK(f->ended);
    give_stack(f->stack);
    free(f);
    *held = NULL;
}
