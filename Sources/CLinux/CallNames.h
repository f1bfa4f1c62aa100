#pragma once

#include <stddef.h>
#include <sys/syscall.h>

/* The system calls that processes wait in, since their numbers differ from one kind of processor to the next; NULL for others. */
static inline const char *clinux_call_name(long number) {
    switch (number) {
#define CLINUX_CALL(name) case SYS_##name: return #name;
        CLINUX_CALL(accept) CLINUX_CALL(accept4) CLINUX_CALL(clock_nanosleep) CLINUX_CALL(close) CLINUX_CALL(connect)
        CLINUX_CALL(copy_file_range) CLINUX_CALL(epoll_pwait) CLINUX_CALL(execve) CLINUX_CALL(fallocate) CLINUX_CALL(fcntl)
        CLINUX_CALL(fdatasync) CLINUX_CALL(flock) CLINUX_CALL(fstat) CLINUX_CALL(fsync) CLINUX_CALL(ftruncate) CLINUX_CALL(futex)
        CLINUX_CALL(getdents64) CLINUX_CALL(ioctl) CLINUX_CALL(linkat) CLINUX_CALL(mkdirat) CLINUX_CALL(mmap) CLINUX_CALL(mount)
        CLINUX_CALL(munmap) CLINUX_CALL(nanosleep) CLINUX_CALL(openat) CLINUX_CALL(ppoll) CLINUX_CALL(pread64)
        CLINUX_CALL(pselect6) CLINUX_CALL(pwrite64) CLINUX_CALL(read) CLINUX_CALL(readv) CLINUX_CALL(recvfrom)
        CLINUX_CALL(recvmsg) CLINUX_CALL(renameat2) CLINUX_CALL(restart_syscall) CLINUX_CALL(rt_sigsuspend) CLINUX_CALL(rt_sigtimedwait)
        CLINUX_CALL(sendfile) CLINUX_CALL(sendmsg) CLINUX_CALL(sendto) CLINUX_CALL(statfs) CLINUX_CALL(sync) CLINUX_CALL(syncfs) CLINUX_CALL(umount2)
        CLINUX_CALL(unlinkat) CLINUX_CALL(wait4) CLINUX_CALL(waitid) CLINUX_CALL(write) CLINUX_CALL(writev)
#ifdef SYS_open /* processors that are older than openat(2) */
        CLINUX_CALL(epoll_wait) CLINUX_CALL(mkdir) CLINUX_CALL(open) CLINUX_CALL(pause) CLINUX_CALL(poll) CLINUX_CALL(rename)
        CLINUX_CALL(rmdir) CLINUX_CALL(select) CLINUX_CALL(stat) CLINUX_CALL(unlink)
#endif
#undef CLINUX_CALL
        default: return NULL;
    }
}
