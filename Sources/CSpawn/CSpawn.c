#define _GNU_SOURCE 1

#include "CSpawn.h"

#include "Clone3.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* The most descriptors that a request may pass on, that of its program among them. */
enum { MOST_DESCRIPTORS = 8 };

/* Descriptors of the caller's that hold /dev/null until a spawn puts the child's into their place. Their numbers are low, so that
 * the child can cut off its table after them instead of copying it. */
static int stage[MOST_DESCRIPTORS];
/* The first number after them; 0: there are none. */
static unsigned stage_end;
static int parked = -1;

/* The stage and the child's stack are there once. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int reserve(void) {
    if (stage_end != 0) return 0;
    if (syscall(SYS_close_range, ~0U, ~0U, 0) != 0) return 0;
    parked = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (parked < 0) return -1;
    unsigned end = 0;
    for (int i = 0; i < MOST_DESCRIPTORS; i++) {
        /* Above the numbers that they will be moved to. */
        stage[i] = fcntl(parked, F_DUPFD_CLOEXEC, MOST_DESCRIPTORS);
        if (stage[i] < 0) return -1;
        if ((unsigned)stage[i] >= end) end = (unsigned)stage[i] + 1;
    }
    stage_end = end;
    return 0;
}

int cspawn_reserve(void) {
    pthread_mutex_lock(&lock);
    int result = reserve();
    pthread_mutex_unlock(&lock);
    return result;
}

struct child {
    const struct cspawn_request *request;
    struct cspawn_failure *failure;
    /* Where the child finds its descriptors. */
    const int *descriptors;
    /* And its program; -1: it is called by its path. */
    int program;
    /* The table is still the caller's. */
    int shares_table;
    /* The list of its group's processes, in which the child is to put itself; -1: it was born there. */
    int processes;
};

/* The caller's memory is shared, so the reason reaches it without a pipe. */
static void fail(const struct child *child, enum cspawn_step step) {
    child->failure->step = step;
    child->failure->error = errno;
    _exit(127);
}

/* The kernel's own form of sigaction: libc's refuses 32 and 33, which it keeps for itself, and leaves them ignored. */
struct kernel_sigaction {
    void (*handler)(int);
    unsigned long flags;
    void (*restorer)(void);
    unsigned long mask;
};

static void reset_signal_actions(void) {
    struct kernel_sigaction action = {.handler = SIG_DFL};
    for (int signal = 1; signal <= 64; signal++) {
        if (signal == SIGKILL || signal == SIGSTOP) continue;
        syscall(SYS_rt_sigaction, signal, &action, NULL, sizeof(action.mask));
    }
}

/* An exec keeps what is not close-on-exec, and dup2 clears that flag, except where source and target are the same. */
static int place(int source, int target) {
    if (source != target) return dup2(source, target);
    return fcntl(source, F_SETFD, 0);
}

static void lead(const struct child *child) {
    switch (child->request->lead) {
    case CSPAWN_SESSION:
        if (setsid() < 0) fail(child, CSPAWN_SETSID);
        break;
    case CSPAWN_GROUP:
        if (setpgid(0, 0) != 0) fail(child, CSPAWN_SETPGID);
        break;
    }
}

/* The parent may have died before the signal was set, and nobody is left then to hear of it. Compared with the process ID that was
 * handed over: what adopts the child may have any number. */
static void die_with(const struct child *child, pid_t parent) {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) fail(child, CSPAWN_PRCTL);
    if (getppid() != parent) _exit(127);
}

static void set_limit(const struct child *child) {
    const struct cspawn_request *request = child->request;
    const struct rlimit limit = {request->limit_soft, request->limit_hard};
    if (setrlimit(request->limit, &limit) != 0) fail(child, CSPAWN_SETRLIMIT);
}

/* 0 means the process that writes it. */
static void join_group(const struct child *child) {
    ssize_t count;
    do count = write(child->processes, "0", 1);
    while (count < 0 && errno == EINTR);
    if (count != 1) fail(child, CSPAWN_JOIN_GROUP);
}

/* Behind those that the child keeps. Of itself close-on-exec: what it starts is not to have it. */
static void place_program(const struct child *child) {
    int target = child->request->descriptor_count;
    if (place(child->program, target) < 0 || fcntl(target, F_SETFD, FD_CLOEXEC) != 0) fail(child, CSPAWN_DUP);
}

_Static_assert(MOST_DESCRIPTORS <= 10, "a descriptor's number has one digit");

/* For a kernel or a filter that does not know execveat: the same file, whatever stands at its path. */
static void execute_by_proc(const struct cspawn_request *request) {
    char path[] = "/proc/self/fd/0";
    path[sizeof(path) - 2] += (char)request->descriptor_count;
    execve(path, request->argv, request->envp);
}

/* A script cannot be run through a descriptor that its interpreter does not get (ENOENT), and there may be no /proc. */
static void execute(const struct child *child) {
    const struct cspawn_request *request = child->request;
    if (child->program >= 0) {
        syscall(SYS_execveat, request->descriptor_count, "", request->argv, request->envp, AT_EMPTY_PATH);
        if (errno == ENOSYS || errno == EPERM) execute_by_proc(request);
        if (errno != ENOENT) fail(child, CSPAWN_EXECVE);
    }
    execve(request->path, request->argv, request->envp);
    fail(child, CSPAWN_EXECVE);
}

static int run_child(void *argument) {
    const struct child *child = argument;
    const struct cspawn_request *request = child->request;

    /* First of all: from here on, to end the group is to end the child. */
    if (child->processes >= 0) join_group(child);
    /* Handlers first: one of the caller's must not run here once the mask is open. */
    reset_signal_actions();
    lead(child);
    if (request->dies_with != 0) die_with(child, request->dies_with);
    /* From here on the table is the child's own, and holds nothing from `stage_end` on. */
    if (child->shares_table && syscall(SYS_close_range, stage_end, ~0U, CLOSE_RANGE_UNSHARE) != 0)
        fail(child, CSPAWN_CLOSE_RANGE);
    for (int target = 0; target < request->descriptor_count; target++)
        if (place(child->descriptors[target], target) < 0) fail(child, CSPAWN_DUP);
    if (child->program >= 0) place_program(child);
    /* Those that the caller was started with are not close-on-exec. A kernel without the call passes them on. */
    syscall(SYS_close_range, (unsigned)request->descriptor_count + (child->program >= 0), ~0U, 0);
    if (request->directory != NULL && chdir(request->directory) != 0) fail(child, CSPAWN_CHDIR);
    if (request->limit >= 0) set_limit(child);

    sigset_t none;
    sigemptyset(&none);
    if (sigprocmask(SIG_SETMASK, &none, NULL) != 0) fail(child, CSPAWN_SIGPROCMASK);
    execute(child);
    return 127;
}

/* Returns -1 with errno if one cannot be placed. */
static int fill_stage(const struct cspawn_request *request) {
    for (int i = 0; i < request->descriptor_count; i++)
        if (dup3(request->descriptors[i], stage[i], O_CLOEXEC) < 0) return -1;
    return request->program < 0 ? 0 : dup3(request->program, stage[request->descriptor_count], O_CLOEXEC);
}

/* The caller must not hold on to the child's ends of its pipes. */
static void clear_stage(const struct cspawn_request *request) {
    for (int i = 0; i < request->descriptor_count + (request->program >= 0); i++) dup3(parked, stage[i], O_CLOEXEC);
}

static const uint64_t clone_into_cgroup = 0x200000000;

enum { STACK_SIZE = 32 * 1024 };

/* Its own stack, since the caller's frames must survive the child. One is enough: vfork suspends the caller. */
static _Alignas(16) char stack[STACK_SIZE];

static int clone_flags(const struct child *child) {
    return CLONE_VM | CLONE_VFORK | (child->shares_table ? CLONE_FILES : 0);
}

/* The kernel has shown that it does not know the call, or not the group in it. */
static int lacks_clone3;

/* Whether the call may be told off for itself and not for what it asks for: an old kernel, or a filter of system calls, which
 * cannot look into the arguments and therefore refuses the call as such. */
static int is_refusal(int error) {
    if (error == ENOSYS || error == E2BIG || error == EINVAL) lacks_clone3 = 1;
    return lacks_clone3 || error == EPERM || error == EACCES;
}

/* Returns the process ID, -1 with errno, or 0 if the child has to join its group by itself. */
static int start_in_group(struct child *child) {
    if (lacks_clone3) return 0;
    const struct clone_arguments arguments = {
        .flags = (uint64_t)clone_flags(child) | clone_into_cgroup,
        .exit_signal = SIGCHLD,
        .stack = (uintptr_t)stack,
        .stack_size = sizeof(stack),
        .cgroup = (uint64_t)child->request->group,
    };
    long result = clone3_and_run(&arguments, run_child, child);
    if (result > 0) return (int)result;
    if (is_refusal((int)-result)) return 0;
    errno = (int)-result;
    return -1;
}

static int open_processes(struct child *child) {
    child->processes = openat(child->request->group, "cgroup.procs", O_WRONLY | O_CLOEXEC);
    if (child->processes >= 0) return 0;
    child->failure->step = CSPAWN_OPEN_GROUP;
    child->failure->error = errno;
    return -1;
}

static int start_plainly(struct child *child) {
    if (child->request->group >= 0 && open_processes(child) != 0) return -1;
    int pid = clone(run_child, stack + sizeof(stack), clone_flags(child) | SIGCHLD, child);
    int error = errno;
    if (child->processes >= 0) close(child->processes);
    errno = error;
    return pid;
}

static int start(struct child *child) {
    sigset_t all, previous;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &previous);
    int pid = child->request->group >= 0 ? start_in_group(child) : 0;
    if (pid == 0) pid = start_plainly(child);
    if (pid < 0 && child->failure->step == CSPAWN_NONE) {
        child->failure->step = CSPAWN_CLONE;
        child->failure->error = errno;
    }
    sigprocmask(SIG_SETMASK, &previous, NULL);
    return pid;
}

static int spawn(const struct cspawn_request *request, struct cspawn_failure *failure) {
    struct child child = {
        .request = request, .failure = failure, .descriptors = request->descriptors, .program = request->program,
        .processes = -1};
    failure->step = CSPAWN_NONE;
    failure->error = 0;

    if (stage_end != 0 && request->descriptor_count < MOST_DESCRIPTORS) {
        if (fill_stage(request) >= 0) {
            child.descriptors = stage;
            if (request->program >= 0) child.program = stage[request->descriptor_count];
            child.shares_table = 1;
        } else {
            failure->step = CSPAWN_DUP;
            failure->error = errno;
            clear_stage(request);
            return -1;
        }
    }
    int pid = start(&child);
    if (child.shares_table) clear_stage(request);

    if (pid > 0 && failure->step != CSPAWN_NONE) {
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
        }
        return -1;
    }
    return pid;
}

void cspawn_avoid_clone3(void) { lacks_clone3 = 1; }

int cspawn(const struct cspawn_request *request, struct cspawn_failure *failure) {
    pthread_mutex_lock(&lock);
    int pid = spawn(request, failure);
    pthread_mutex_unlock(&lock);
    return pid;
}
