#pragma once

#include <stdint.h>

/* As clone3(2) reads it, up to the last field that is needed here. <linux/sched.h> does not go with <sched.h>. */
struct clone_arguments {
    uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size, cgroup;
};

/* The child calls function(argument) and ends with it. Returns the process ID, or a negative errno. */
long clone3_and_run(const struct clone_arguments *arguments, int (*function)(void *), void *argument);
