/* What Swift's Glibc module lacks: Linux calls that need _GNU_SOURCE, variadic calls and macros. Only the module Kernel imports it. */
#pragma once

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <linux/magic.h>
#include <malloc.h>
#include <poll.h>

#include <pwd.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/user.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

/* Declared only with _GNU_SOURCE. Defining that here would give the system's structures other contents than the Glibc
 * module sees, which the compiler refuses. */
extern int madvise(void *address, size_t length, int advice);
extern int pipe2(int descriptors[2], int flags);
extern int memfd_create(const char *name, unsigned flags);
extern long syscall(long number, ...);

extern int ftruncate(int descriptor, off_t length);
extern void *mremap(void *address, size_t old_size, size_t new_size, int flags, ...);

static inline int clinux_pipe(int descriptors[2], int flags) { return pipe2(descriptors, flags); }

/* close_range(2) with a flag needs Linux 5.11; before that, one by one as far as descriptors are likely to have been left open. */
static inline void clinux_close_on_exec_from(unsigned first) {
    if (syscall(SYS_close_range, first, ~0U, CLOSE_RANGE_CLOEXEC) == 0) return;
    for (unsigned descriptor = first; descriptor < 1024; descriptor++) fcntl((int)descriptor, F_SETFD, FD_CLOEXEC);
}

/* A file in memory that nobody may change or run any more once it is sealed; -1 with errno. What the headers may lack is written as a
 * number. */
static inline int clinux_sealable_memory(const char *name) {
    const unsigned close_on_exec = 1, allow_sealing = 2, no_exec_seal = 8;
    /* Linux 6.3, and required there by some settings (sysctl vm.memfd_noexec). */
    int descriptor = memfd_create(name, close_on_exec | no_exec_seal);
    if (descriptor >= 0 || errno != EINVAL) return descriptor;
    return memfd_create(name, close_on_exec | allow_sealing);
}

/* F_ADD_SEALS with F_SEAL_SEAL, F_SEAL_SHRINK, F_SEAL_GROW and F_SEAL_WRITE (fcntl(2)). */
static inline int clinux_seal(int descriptor) { return fcntl(descriptor, 1024 + 9, 1 | 2 | 4 | 8); }

/* Linux 5.3 and 5.1; the C library has no names for them everywhere. Without them -1 and ENOSYS. */
static inline int clinux_pidfd_open(pid_t process) { return (int)syscall(SYS_pidfd_open, process, 0); }
static inline int clinux_pidfd_kill(int descriptor, int signal) {
    return (int)syscall(SYS_pidfd_send_signal, descriptor, signal, NULL, 0);
}

/* Users and groups. Weak: a static program, which must not ask the name service since that consists of shared libraries, is
 * linked without these functions, and has ENOSYS. */
#pragma weak getpwuid_r
#pragma weak getpwnam_r
#pragma weak getgrnam_r
#pragma weak getgrouplist

/* By name, or by number where that is NULL (getpwnam_r(3)). *found is NULL if there is none. */
static inline int clinux_user(
    const char *name, uid_t number, struct passwd *entry, char *text, size_t size, struct passwd **found) {
    if (getpwuid_r == NULL || getpwnam_r == NULL) return ENOSYS;
    return name != NULL ? getpwnam_r(name, entry, text, size, found) : getpwuid_r(number, entry, text, size, found);
}

static inline int clinux_group(const char *name, struct group *entry, char *text, size_t size, struct group **found) {
    if (getgrnam_r == NULL) return ENOSYS;
    return getgrnam_r(name, entry, text, size, found);
}

/* The number of groups, of which at most *count are written; -1 if there are more, which *count then says (getgrouplist(3)). */
extern int getgrouplist(const char *user, gid_t group, gid_t *groups, int *count);
static inline int clinux_groups(const char *user, gid_t group, gid_t *groups, int *count) {
    if (getgrouplist == NULL) return -1;
    return getgrouplist(user, group, groups, count);
}

/* Declared only with _GNU_SOURCE, or enums that Swift imports as types of their own. */
extern int setresuid(uid_t real, uid_t effective, uid_t saved);
extern int setresgid(gid_t real, gid_t effective, gid_t saved);
extern int setgroups(size_t count, const gid_t *groups);
static inline int clinux_set_limit(int resource, unsigned long soft, unsigned long hard) {
    const struct rlimit limit = {soft, hard};
    return setrlimit(resource, &limit);
}
static inline struct rlimit clinux_processor_time_limit(void) {
    struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
    getrlimit(RLIMIT_CPU, &limit);
    return limit;
}
static inline int clinux_set_nice(int nice) { return setpriority(PRIO_PROCESS, 0, nice); }
static const int clinux_rlimit_as = RLIMIT_AS, clinux_rlimit_cpu = RLIMIT_CPU, clinux_rlimit_nofile = RLIMIT_NOFILE,
                 clinux_rlimit_nproc = RLIMIT_NPROC, clinux_rlimit_fsize = RLIMIT_FSIZE, clinux_rlimit_core = RLIMIT_CORE;

static inline pid_t clinux_thread_id(void) { return (pid_t)syscall(SYS_gettid); }

/* Variadic in C, which Swift cannot call. */
static inline int clinux_fcntl(int descriptor, int command, int argument) {
    return fcntl(descriptor, command, argument);
}

/* As functions: in Swift the name flock means the structure of another call. Neither waits: EWOULDBLOCK if somebody else holds a
 * lock that excludes this one. */
static inline int clinux_lock(int descriptor) { return flock(descriptor, LOCK_EX | LOCK_NB); }
static inline int clinux_lock_shared(int descriptor) { return flock(descriptor, LOCK_SH | LOCK_NB); }

static inline int clinux_open(const char *path, int flags, mode_t mode) { return open(path, flags, mode); }
static inline int clinux_openat(int directory, const char *name, int flags, mode_t mode) {
    return openat(directory, name, flags, mode);
}

static inline int clinux_prctl(int option, unsigned long argument) { return prctl(option, argument, 0, 0, 0); }

/* Who was started through a descriptor is called by its number (execveat(2)). The name of the C library's is the file's in argv[0]. */
extern char *program_invocation_short_name;
static inline void clinux_take_name(void) { prctl(PR_SET_NAME, program_invocation_short_name, 0, 0, 0); }

/* The constants are an enum in C, which Swift imports as a type of its own. */
static inline int clinux_getrlimit_nofile(struct rlimit *limit) { return getrlimit(RLIMIT_NOFILE, limit); }
static inline int clinux_setrlimit_nofile(const struct rlimit *limit) { return setrlimit(RLIMIT_NOFILE, limit); }

/* A timer of the kernel's that sends SIGKILL to this process at that moment of CLOCK_MONOTONIC (timer_create(2)). Not by the C
 * library's functions, with which a static program would get their thread. -1 with errno. */
static inline int clinux_kill_at(int64_t nanoseconds, int *timer) {
    const struct itimerspec time = {{0, 0}, {nanoseconds / 1000000000, nanoseconds % 1000000000}};
    struct sigevent event;
    memset(&event, 0, sizeof(event));
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGKILL;
    if (syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, timer) != 0) return -1;
    if (syscall(SYS_timer_settime, *timer, TIMER_ABSTIME, &time, NULL) == 0) return 0;
    const int error = errno;
    syscall(SYS_timer_delete, *timer);
    return errno = error, -1;
}
static inline void clinux_delete_timer(int timer) { syscall(SYS_timer_delete, timer); }

/* An enum in C whose constants Swift does not import. */
static const int clinux_cancel_on_set = TFD_TIMER_CANCEL_ON_SET;

/* Macros with arguments, which Swift does not import (wait(2)). */
static inline int clinux_wifexited(int status) { return WIFEXITED(status); }
static inline int clinux_wexitstatus(int status) { return WEXITSTATUS(status); }
static inline int clinux_wtermsig(int status) { return WTERMSIG(status); }
static inline int clinux_wcoredump(int status) { return WCOREDUMP(status); }

/* The next child of the calling thread's that has exited, left as a zombie so that its process ID cannot be taken by another; 0 if
 * there is none now. What other threads have started is theirs to collect. */
static inline pid_t clinux_peek_exited_child(void) {
    siginfo_t info;
    info.si_pid = 0;
    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT | __WNOTHREAD) != 0) return -1;
    return info.si_pid;
}

/* Whether the calling thread has children, of whatever state; they stay as they are. */
static inline int clinux_has_children(void) {
    siginfo_t info;
    int result;
    do result = waitid(P_ALL, 0, &info, WEXITED | WSTOPPED | WCONTINUED | WNOHANG | WNOWAIT | __WALL | __WNOTHREAD);
    while (result != 0 && errno == EINTR);
    return result == 0;
}

/* Whether the child has exited; it stays a zombie, so that its process ID cannot be taken by another. -1 with errno if there is no
 * such child. */
static inline int clinux_has_exited(pid_t child) {
    siginfo_t info;
    info.si_pid = 0;
    if (waitid(P_PID, (id_t)child, &info, WEXITED | WNOHANG | WNOWAIT) != 0) return -1;
    return info.si_pid != 0;
}

/* `stdout` is a variable of C, which Swift 6 holds for a data race. */
static inline void clinux_line_buffer_stdout(void) { setvbuf(stdout, NULL, _IOLBF, 0); }
static inline void clinux_flush_stdout(void) { fflush(stdout); }

/* Gives back the free pages of the heap, and those of the stack below the caller's frame: what a start or a run has dirtied
 * and nobody needs while the process sleeps. The stack below a frame has no meaning, and reads as zeros when it grows again. */
static inline __attribute__((noinline)) void clinux_release_free_memory(void) {
    malloc_trim(0);
    const uintptr_t page = 4096, depth = 256 * 1024;
    /* A kilobyte is left for this frame and the call it makes. */
    uintptr_t top = ((uintptr_t)__builtin_frame_address(0) - 1024) & ~(page - 1);
    /* Parts of the range that are not mapped are skipped (madvise(2), ENOMEM). */
    madvise((void *)(top - depth), depth, MADV_DONTNEED);
}

/* sun_path is an array, which Swift imports as a tuple of 108 elements. A leading '@' stands for the abstract namespace (unix(7)). */
static inline socklen_t clinux_unix_address(struct sockaddr_un *address, const char *path) {
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof(address->sun_path)) return 0;
    memset(address, 0, sizeof(*address));
    address->sun_family = AF_UNIX;
    memcpy(address->sun_path, path, length);
    if (path[0] == '@') {
        address->sun_path[0] = '\0';
        return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    }
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + 1);
}

/* Connections come as descriptors that never wait and that no program inherits; accept4(2) needs _GNU_SOURCE. */
extern int accept4(int listener, struct sockaddr *restrict address, socklen_t *restrict length, int flags);
static inline int clinux_accept(int listener) {
    return accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
}

/* Who is at the other end of a socket, as the kernel noted it when they connected (unix(7)): the structure of SO_PEERCRED needs
 * _GNU_SOURCE, and older headers lack SO_PEERGROUPS. */
static inline int clinux_peer(int socket, pid_t *process, uid_t *user, gid_t *group) {
    struct {
        pid_t process;
        uid_t user;
        gid_t group;
    } peer;
    socklen_t size = sizeof(peer);
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return -1;
    *process = peer.process, *user = peer.user, *group = peer.group;
    return 0;
}
static inline int clinux_peer_groups(int socket, gid_t *groups, socklen_t *size) {
    enum { PEER_GROUPS = 59 };
    return getsockopt(socket, SOL_SOCKET, PEER_GROUPS, groups, size);
}

/* Hands an open file to the other end of a socket (unix(7)): macros with arguments. A stream carries it only with bytes. -1 with
 * errno, or how many bytes went. */
static inline ssize_t clinux_send_with_descriptor(int socket, int descriptor, const void *bytes, size_t count) {
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control;
    memset(&control, 0, sizeof(control));
    struct iovec data = {(void *)bytes, count};
    struct msghdr message;
    memset(&message, 0, sizeof(message));
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = &control;
    message.msg_controllen = sizeof(control.space);
    struct cmsghdr *part = CMSG_FIRSTHDR(&message);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(part), &descriptor, sizeof(int));
    return sendmsg(socket, &message, MSG_NOSIGNAL);
}

/* Reads bytes, and an open file if one came with them (-1: none did). */
static inline ssize_t clinux_receive_with_descriptor(int socket, void *bytes, size_t count, int *descriptor) {
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec data = {bytes, count};
    struct msghdr message;
    memset(&message, 0, sizeof(message));
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = &control;
    message.msg_controllen = sizeof(control.space);
    *descriptor = -1;
    const ssize_t result = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    if (result < 0) return result;
    struct cmsghdr *part = CMSG_FIRSTHDR(&message);
    if (part != NULL && part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_RIGHTS &&
        part->cmsg_len == CMSG_LEN(sizeof(int)))
        memcpy(descriptor, CMSG_DATA(part), sizeof(int));
    return result;
}

/* Variadic, and only with _GNU_SOURCE (1: MREMAP_MAYMOVE). */
static inline void *clinux_mremap(void *address, size_t old_size, size_t new_size) {
    return mremap(address, old_size, new_size, 1);
}

/* Memory that several processes share: a load or store of all eight bytes at once, and in order with those around it. */
static inline uint64_t clinux_load_acquire(const void *address) {
    return __atomic_load_n((const uint64_t *)address, __ATOMIC_ACQUIRE);
}

static inline void clinux_store_release(void *address, uint64_t value) {
    __atomic_store_n((uint64_t *)address, value, __ATOMIC_RELEASE);
}

/* What was read before is not read again after it (the second look of a reader that takes no lock). */
static inline void clinux_fence(void) { __atomic_thread_fence(__ATOMIC_SEQ_CST); }

/* Behind _GNU_SOURCE, or newer than some C libraries (memfd_create(2), fcntl(2)). */
enum {
    CLINUX_PATH_ONLY = 010000000, /* O_PATH */
    CLINUX_ADD_SEALS = 1033,
    CLINUX_SEAL_SHRINK = 0x0002,
    CLINUX_SEAL_FUTURE_WRITE = 0x0010,
};

/* ptrace(2) is variadic and its requests are an enum. */
static inline int clinux_seize(pid_t thread) { return (int)ptrace(PTRACE_SEIZE, thread, NULL, NULL); }
static inline int clinux_interrupt(pid_t thread) { return (int)ptrace(PTRACE_INTERRUPT, thread, NULL, NULL); }
/* `signal`: the one that the thread was about to get when it stopped, or 0. */
static inline int clinux_detach(pid_t thread, int signal) {
    return (int)ptrace(PTRACE_DETACH, thread, NULL, (void *)(uintptr_t)signal);
}

/* Whether a thread that was seized stands still; its exit, if it has died instead, is left to whoever collects it. `signal` is the one
 * that it was about to get, or 0. */
static inline int clinux_has_stopped(pid_t thread, int *signal) {
    siginfo_t info;
    info.si_pid = 0;
    if (waitid(P_PID, (id_t)thread, &info, WSTOPPED | WNOHANG | __WALL) != 0) return -1;
    if (info.si_pid == 0) return 0;
    /* A stop of ptrace's own has its event in the second byte. */
    *signal = info.si_status >> 8 == 0 ? info.si_status : 0;
    return 1;
}

/* The registers of a thread that stands still, in the order of DWARF (System V ABI, AMD64 supplement), the return address last. */
enum { CLINUX_REGISTERS = 17 };
static inline int clinux_registers(pid_t thread, uint64_t *registers) {
#if defined(__x86_64__) && defined(__LP64__)
    struct user_regs_struct all;
    struct iovec area = {&all, sizeof(all)};
    const uintptr_t general = 1; /* NT_PRSTATUS */
    if (ptrace(PTRACE_GETREGSET, thread, (void *)general, &area) != 0) return -1;
    if (area.iov_len != sizeof(all)) return errno = ENOSYS, -1;
    const uint64_t ordered[CLINUX_REGISTERS] = {
        all.rax, all.rdx, all.rcx, all.rbx, all.rsi, all.rdi, all.rbp, all.rsp, all.r8,
        all.r9,  all.r10, all.r11, all.r12, all.r13, all.r14, all.r15, all.rip,
    };
    memcpy(registers, ordered, sizeof(ordered));
    return 0;
#else
    return errno = ENOSYS, -1;
#endif
}

/* Declared only with _GNU_SOURCE. How many bytes could be read; -1 with errno. */
static inline ssize_t clinux_read_memory(pid_t process, uint64_t address, void *buffer, size_t size) {
    struct iovec local = {buffer, size}, remote = {(void *)(uintptr_t)address, size};
    return syscall(SYS_process_vm_readv, process, &local, 1UL, &remote, 1UL, 0UL);
}

/* A macro. Whether the descriptor is of something in /proc. */
static inline int clinux_is_in_proc(int descriptor) {
    struct statfs system;
    return fstatfs(descriptor, &system) == 0 && system.f_type == PROC_SUPER_MAGIC;
}

/* Whether the file is on a file system that is memory alone. */
static inline int clinux_is_memory(int descriptor) {
    struct statfs system;
    if (fstatfs(descriptor, &system) != 0) return 0;
    return system.f_type == TMPFS_MAGIC || system.f_type == RAMFS_MAGIC;
}

/* In bytes, what is free there for whoever asks; -1 with errno. */
static inline int64_t clinux_free_bytes(const char *path) {
    struct statfs system;
    if (statfs(path, &system) != 0) return -1;
    return (int64_t)system.f_bavail * (int64_t)system.f_bsize;
}

/* The type of the file system, as linux/magic.h has them; -1 with errno. Whether the field has a sign depends on the processor. */
static inline int64_t clinux_file_system_type(const char *path) {
    struct statfs system;
    int result;
    do result = statfs(path, &system);
    while (result != 0 && errno == EINTR);
    return result == 0 ? (int64_t)(uint32_t)system.f_type : -1;
}
