#include "Clone3.h"

#include <errno.h>
#include <sys/syscall.h>

/* In assembly, since the child comes back from the same call on a stack of its own, where the caller's frame is not: it must not
 * run a single instruction that the compiler has made for the caller. */
long clone3_and_run(const struct clone_arguments *arguments, int (*function)(void *), void *argument) {
#if defined(__x86_64__)
    long result = SYS_clone3;
    register int (*called)(void *) __asm__("r8") = function;
    register void *passed __asm__("r9") = argument;
    __asm__ volatile(
        "syscall\n\t"
        "testq %%rax, %%rax\n\t"
        "jnz 1f\n\t"
        /* The outermost frame; the kernel has set the stack pointer, which is aligned as a call needs it. */
        "xorl %%ebp, %%ebp\n\t"
        "movq %%r9, %%rdi\n\t"
        "callq *%%r8\n\t"
        "movl %%eax, %%edi\n\t"
        "movl %[exit], %%eax\n\t"
        "syscall\n\t"
        "hlt\n"
        "1:"
        : "+a"(result)
        : "D"(arguments), "S"(sizeof(*arguments)), "r"(called), "r"(passed), [exit] "i"(SYS_exit)
        : "rcx", "r11", "cc", "memory");
    return result;
#elif defined(__aarch64__)
    register long number __asm__("x8") = SYS_clone3;
    register long result __asm__("x0") = (long)arguments;
    register long size __asm__("x1") = sizeof(*arguments);
    register int (*called)(void *) __asm__("x2") = function;
    register void *passed __asm__("x3") = argument;
    __asm__ volatile(
        "svc #0\n\t"
        "cbnz x0, 1f\n\t"
        "mov x29, #0\n\t"
        "mov x0, x3\n\t"
        "blr x2\n\t"
        "mov x8, %[exit]\n\t"
        "svc #0\n\t"
        "brk #0\n"
        "1:"
        : "+r"(result)
        : "r"(number), "r"(size), "r"(called), "r"(passed), [exit] "i"(SYS_exit)
        : "cc", "memory");
    return result;
#else
    (void)arguments, (void)function, (void)argument;
    return -ENOSYS;
#endif
}
