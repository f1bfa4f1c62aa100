/* Starts a program the way posix_spawn does it: a clone that shares the caller's memory and suspends it until the exec
 * (vfork(2)), so that it costs the same whatever the caller's size. All that happens between clone and exec is written in C,
 * calls nothing but async-signal-safe functions, and touches nothing but what stands in the request. */
#pragma once

/* Sets descriptors aside through which spawned programs get theirs. Without it, or on a kernel without close_range(2), each spawn
 * copies and closes the caller's whole table of descriptors, which at some thousands costs more than the exec itself. To be called
 * early, while few descriptors are open. Returns -1 with errno if there are none left. */
int cspawn_reserve(void);

/* What failed. The order is that of the steps. */
enum cspawn_step {
    CSPAWN_NONE,
    CSPAWN_OPEN_GROUP,
    CSPAWN_CLONE,
    CSPAWN_JOIN_GROUP,
    CSPAWN_SETSID,
    CSPAWN_SETPGID,
    CSPAWN_PRCTL,
    CSPAWN_CLOSE_RANGE,
    CSPAWN_DUP,
    CSPAWN_CHDIR,
    CSPAWN_SETRLIMIT,
    CSPAWN_SIGPROCMASK,
    CSPAWN_EXECVE,
};

/* What the child leads: a new session, or a new process group in the session of its spawner. */
enum cspawn_lead { CSPAWN_SESSION, CSPAWN_GROUP };

struct cspawn_request {
    const char *path;
    /* The program's file, whatever stands at its path by now; -1: what stands there. 16 or above, and close-on-exec. */
    int program;
    char *const *argv;
    char *const *envp;
    /* The child's descriptors 0, 1, 2, …; each is 3 or above in the caller, and close-on-exec. */
    const int *descriptors;
    int descriptor_count;
    enum cspawn_lead lead;
    /* Where the child begins, from the caller's directory; NULL: there. */
    const char *directory;
    /* The child dies by SIGKILL when the thread ends that spawned it, or if this process is its parent no more; 0: it does not
     * (prctl(2), PR_SET_PDEATHSIG). */
    int dies_with;
    /* A directory of the control groups' file system, version 2, in which the child begins its life; -1: in the caller's group. */
    int group;
    /* RLIMIT_NOFILE of the child, or another one of its limits, if it is not to be the caller's; -1: all are. */
    int limit;
    unsigned long limit_soft;
    unsigned long limit_hard;
};

struct cspawn_failure {
    enum cspawn_step step;
    int error;
};

/* The child's process ID, or -1 with *failure filled in; then there is no child left to wait for.
 * The child has no signal blocked and none ignored, and no descriptors but those of the request.
 * Threads that call it wait for each other. */
int cspawn(const struct cspawn_request *request, struct cspawn_failure *failure);

/* From now on children join their groups by themselves, as where clone3(2) is refused. For tests. */
void cspawn_avoid_clone3(void);
