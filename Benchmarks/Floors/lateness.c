/* The floor under the lateness of ticks: as many processes as there are jobs, each of which sleeps to its instants and
 * looks how late it woke. Nothing else: no report, no log. The timer slack is the system's default.
 *
 * PHASES holds a number of nanoseconds a line, a process each: its instants are base + phase + n * interval.
 * Prints the lateness of each instant in microseconds, a line `N LATENESS` each, with N from 0. */
#define _GNU_SOURCE 1

#include "program.h"

#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static const char arguments[] = "INSTANTS INTERVAL_NS PHASES";

enum { MOST_PROCESSES = 100000 };

static int read_phases(const char *path, long long *phases) {
    FILE *file = fopen(path, "r");
    if (file == NULL) die(path);
    int count = 0;
    while (count < MOST_PROCESSES && fscanf(file, "%lld", &phases[count]) == 1) count++;
    fclose(file);
    return count;
}

static void sleep_to_instants(long long first, long long interval, long long instants, int64_t *lateness) {
    for (long long index = 0; index < instants; index++) {
        long long instant = first + index * interval;
        sleep_until(instant);
        lateness[index] = monotonic_now() - instant;
    }
}

int main(int argc, char **argv) {
    if (argc != 4) usage(arguments);
    long long instants = positive(argv[1], arguments), interval = positive(argv[2], arguments);
    static long long phases[MOST_PROCESSES];
    int count = read_phases(argv[3], phases);

    int64_t *lateness = mmap(
        NULL, count * instants * sizeof(*lateness), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (lateness == MAP_FAILED) die("mmap");

    /* Behind the time that the forks take. */
    long long base = monotonic_now() + 2 * NANOSECONDS;
    pid_t parent = getpid();
    for (int process = 0; process < count; process++) {
        pid_t pid = fork();
        if (pid < 0) die("fork");
        if (pid > 0) continue;
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent) _exit(111);
        sleep_to_instants(base + phases[process], interval, instants, lateness + process * instants);
        _exit(0);
    }
    for (int process = 0; process < count; process++) {
        int status;
        if (wait(&status) < 0) die("wait");
        if (status != 0) return 111;
    }

    for (int process = 0; process < count; process++)
        for (long long index = 0; index < instants; index++)
            printf("%lld %.3f\n", index, lateness[process * instants + index] / 1e3);
    return 0;
}
