/* The floor under a run's cost: what a cron daemon does for each run of a command. It forks, the child begins a session
 * and becomes a shell with its output in a pipe; the output is read to its end, the child waited for, and a line
 * written into the log. One run behind the other without a pause, which is the best for it: it costs no less at
 * intervals.
 *
 * Prints the processor time of a run in microseconds, its own and that of its children. */
#define _GNU_SOURCE 1

#include "program.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static const char arguments[] = "RUNS LOG COMMAND";

__attribute__((noreturn)) static void become_shell(const char *command, int output) {
    if (setsid() < 0 || dup2(output, STDOUT_FILENO) < 0 || dup2(output, STDERR_FILENO) < 0) _exit(111);
    execl("/bin/sh", "sh", "-c", command, NULL);
    _exit(127);
}

/* Keeps what fits, as a daemon would that mails or logs it. */
static size_t read_to_end(int output, char *kept, size_t capacity) {
    char rest[512];
    size_t used = 0;
    for (;;) {
        int has_room = used < capacity;
        ssize_t size = read(output, has_room ? kept + used : rest, has_room ? capacity - used : sizeof(rest));
        if (size < 0) die("read");
        if (size == 0) return used;
        if (has_room) used += size;
    }
}

static void write_line(int log, long long run, pid_t pid, const char *output, size_t size, int status) {
    while (size > 0 && output[size - 1] == '\n') size--;
    struct timespec now;
    struct tm utc;
    char time[32], line[1024];
    clock_gettime(CLOCK_REALTIME, &now);
    strftime(time, sizeof(time), "%Y-%m-%dT%H:%M:%S", gmtime_r(&now.tv_sec, &utc));
    int length = snprintf(line, sizeof(line), "%s.%03ldZ INFO run=%lld pid=%d status=%d output=%.*s\n", time,
                          now.tv_nsec / 1000000, run, pid, status, (int)size, output);
    if (write(log, line, length) != length) die("write");
}

static void run(const char *command, int log, long long number) {
    int output[2], status;
    if (pipe2(output, O_CLOEXEC) != 0) die("pipe2");
    pid_t pid = fork();
    if (pid < 0) die("fork");
    if (pid == 0) become_shell(command, output[1]);
    close(output[1]);
    char kept[512];
    size_t size = read_to_end(output[0], kept, sizeof(kept));
    close(output[0]);
    if (waitpid(pid, &status, 0) < 0) die("waitpid");
    if (status != 0) {
        fprintf(stderr, "cronrun: the shell ended with status %d\n", status);
        exit(111);
    }
    write_line(log, number, pid, kept, size, status);
}

static double seconds_of(struct timeval time) { return time.tv_sec + time.tv_usec / 1e6; }

static double cpu_seconds(int who) {
    struct rusage usage;
    if (getrusage(who, &usage) != 0) die("getrusage");
    return seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
}

int main(int argc, char **argv) {
    if (argc != 4) usage(arguments);
    long long runs = positive(argv[1], arguments);
    int log = open(argv[2], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (log < 0) die(argv[2]);

    double before = cpu_seconds(RUSAGE_SELF) + cpu_seconds(RUSAGE_CHILDREN);
    for (long long number = 1; number <= runs; number++) run(argv[3], log, number);
    double after = cpu_seconds(RUSAGE_SELF) + cpu_seconds(RUSAGE_CHILDREN);
    printf("%.3f\n", (after - before) / runs * 1e6);
    return 0;
}
