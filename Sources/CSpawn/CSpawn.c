#define _GNU_SOURCE 1

#include "CSpawn.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct child {
    const struct cspawn_request *request;
    struct cspawn_failure *failure;
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

static int run_child(void *argument) {
    const struct child *child = argument;
    const struct cspawn_request *request = child->request;

    /* Handlers first: one of the caller's must not run here once the mask is open. */
    reset_signal_actions();
    if (setsid() < 0) fail(child, CSPAWN_SETSID);
    for (int target = 0; target < request->descriptor_count; target++)
        if (place(request->descriptors[target], target) < 0) fail(child, CSPAWN_DUP);
    const struct rlimit open_files = {request->open_files_soft, request->open_files_hard};
    if (setrlimit(RLIMIT_NOFILE, &open_files) != 0) fail(child, CSPAWN_SETRLIMIT);

    sigset_t none;
    sigemptyset(&none);
    if (sigprocmask(SIG_SETMASK, &none, NULL) != 0) fail(child, CSPAWN_SIGPROCMASK);
    execve(request->path, request->argv, request->envp);
    fail(child, CSPAWN_EXECVE);
    return 127;
}

int cspawn(const struct cspawn_request *request, struct cspawn_failure *failure) {
    /* Its own stack, since the caller's frames must survive the child. One is enough: vfork suspends the caller. */
    static _Alignas(16) char stack[32 * 1024];

    struct child child = {.request = request, .failure = failure};
    failure->step = CSPAWN_NONE;
    failure->error = 0;

    sigset_t all, previous;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &previous);
    pid_t pid = clone(run_child, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | SIGCHLD, &child);
    if (pid < 0) {
        failure->step = CSPAWN_CLONE;
        failure->error = errno;
    }
    sigprocmask(SIG_SETMASK, &previous, NULL);

    if (pid > 0 && failure->step != CSPAWN_NONE) {
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
        }
        return -1;
    }
    return pid;
}
