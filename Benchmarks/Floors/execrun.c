/* The floor under the run of a command: posix_spawn and waitpid of a program, and no look at its output or at whatever
 * it leaves behind. At instants of its own, so that the machine is as cold as for a job.
 *
 * Prints how long each run took in microseconds, a line each. */
#define _GNU_SOURCE 1

#include "program.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

static const char arguments[] = "RUNS INTERVAL_NS PROGRAM";

static void run(char *program) {
    char *argv[] = {program, NULL};
    pid_t pid;
    int status;
    errno = posix_spawn(&pid, program, NULL, NULL, argv, environ);
    if (errno != 0) die(program);
    if (waitpid(pid, &status, 0) < 0) die("waitpid");
    if (status != 0) {
        fprintf(stderr, "execrun: %s ended with status %d\n", program, status);
        exit(111);
    }
}

int main(int argc, char **argv) {
    if (argc != 4) usage(arguments);
    long long runs = positive(argv[1], arguments), interval = positive(argv[2], arguments);
    long long start = monotonic_now();
    for (long long number = 1; number <= runs; number++) {
        sleep_until(start + number * interval);
        long long begin = monotonic_now();
        run(argv[3]);
        printf("%.3f\n", (monotonic_now() - begin) / 1e3);
    }
    return 0;
}
