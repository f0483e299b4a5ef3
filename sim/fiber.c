/*
 * Fibers over ucontext, with a guard page below each stack. Stacks are kept for the next fiber. The address sanitizer
 * is told of every switch, since it keeps books about each stack.
 */
#include "fiber.h"

#include "base/base.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>

#ifdef __has_feature /* clang */
#if __has_feature(address_sanitizer)
#define TOLD
#endif
#elif defined(__SANITIZE_ADDRESS__) /* gcc */
#define TOLD
#endif
#ifdef TOLD
#include <sanitizer/common_interface_defs.h>
#define STACK_BYTES ((size_t)1 << 22) /* its frames are larger */
#else
#define STACK_BYTES ((size_t)1 << 20)
#endif
#define GUARD_BYTES ((size_t)1 << 12)

typedef struct side { /* of a switch */
    ucontext_t context;
    const void *stack;
    size_t stack_size;
    void *kept; /* the sanitizer's, while the side waits */
} side;

struct fiber {
    side inside, outside;
    fiber_body *body;
    void *ctx;
    char *stack;
    bool running, ended;
};

static void leave(side *from, const side *to, bool for_ever)
{
#ifdef TOLD
    __sanitizer_start_switch_fiber(for_ever ? NULL : &from->kept, to->stack, to->stack_size);
#else
    (void)from, (void)to, (void)for_ever;
#endif
}

static void arrive(side *from, const side *at)
{
#ifdef TOLD
    __sanitizer_finish_switch_fiber(at->kept, &from->stack, &from->stack_size);
#else
    (void)from, (void)at;
#endif
}

static void switch_over(side *from, side *to)
{
    leave(from, to, /* for_ever= */ false);
    CHECK(swapcontext(&from->context, &to->context) == 0);
    arrive(to, from);
}

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
    arrive(&f->outside, &f->inside);
    f->body(f->ctx);
    f->ended = true;
    leave(&f->inside, &f->outside, /* for_ever= */ true);
}

fiber *fiber_new(fiber_body *body, void *ctx)
{
    fiber *f = calloc(1, sizeof *f);
    CHECK(f);
    f->body = body;
    f->ctx = ctx;
    f->stack = take_stack();
    f->inside.stack = f->stack + GUARD_BYTES;
    f->inside.stack_size = STACK_BYTES - GUARD_BYTES;
    ucontext_t *inside = &f->inside.context;
    CHECK(getcontext(inside) == 0);
    inside->uc_stack.ss_sp = f->stack + GUARD_BYTES;
    inside->uc_stack.ss_size = f->inside.stack_size;
    inside->uc_link = &f->outside.context;
    uintptr_t self = (uintptr_t)f;
    makecontext(inside, (void (*)(void))enter, 2, (unsigned)(self >> 32), (unsigned)(self & UINT32_MAX));
    return f;
}

void fiber_resume(fiber *f)
{
    CHECK(!f->running);
    CHECK(!f->ended);
    f->running = true;
    switch_over(&f->outside, &f->inside);
    f->running = false;
}

void fiber_yield(fiber *f)
{
    CHECK(f->running);
    switch_over(&f->inside, &f->outside);
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
