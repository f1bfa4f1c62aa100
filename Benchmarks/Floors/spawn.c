/* The floor under the start of a thousand jobs: a bare loop that spawns the same worker as often, with a pipe on its
 * standard input and one on its output, and waits until each has printed its first line, `ready`.
 *
 * Prints `spawned SECONDS` and `ready SECONDS`, both since its own start. Its end closes the workers' standard input,
 * which ends them. */
#define _GNU_SOURCE 1

#include "program.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static const char arguments[] = "COUNT WORKER";

struct worker {
    pid_t pid;
    int input;
    int output;
};

static void raise_open_files(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) die("getrlimit");
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) die("setrlimit");
}

static struct worker spawn(const char *path) {
    int input[2], output[2];
    if (pipe2(input, O_CLOEXEC) != 0 || pipe2(output, O_CLOEXEC) != 0) die("pipe2");

    /* A function that a worker runs when no daemon tells it. */
    char *argv[] = {"cronworker", "heartbeat", "1h", NULL};
    char *environment[] = {NULL};

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
    struct worker worker = {.input = input[1], .output = output[0]};
    errno = posix_spawn(&worker.pid, path, &actions, NULL, argv, environment);
    if (errno != 0) die(path);
    posix_spawn_file_actions_destroy(&actions);
    close(input[0]);
    close(output[1]);
    return worker;
}

static void await_ready(int poller, long long count) {
    struct epoll_event events[256];
    while (count > 0) {
        int ready = epoll_wait(poller, events, 256, -1);
        if (ready < 0) die("epoll_wait");
        for (int index = 0; index < ready; index++) {
            char line[512];
            ssize_t size = read(events[index].data.fd, line, sizeof(line));
            if (size < 5 || memcmp(line, "ready", 5) != 0) {
                fprintf(stderr, "spawn: a worker said '%.*s' instead of 'ready'\n", size < 0 ? 0 : (int)size, line);
                exit(111);
            }
            if (epoll_ctl(poller, EPOLL_CTL_DEL, events[index].data.fd, NULL) != 0) die("epoll_ctl");
            count--;
        }
    }
}

static void print_elapsed(const char *what, long long start) {
    printf("%s %.6f\n", what, (double)(monotonic_now() - start) / NANOSECONDS);
    fflush(stdout);
}

int main(int argc, char **argv) {
    if (argc != 3) usage(arguments);
    long long start = monotonic_now(), count = positive(argv[1], arguments);
    raise_open_files();

    struct worker *workers = calloc(count, sizeof(*workers));
    int poller = epoll_create1(EPOLL_CLOEXEC);
    if (workers == NULL || poller < 0) die("epoll_create1");
    for (long long number = 0; number < count; number++) {
        workers[number] = spawn(argv[2]);
        struct epoll_event event = {.events = EPOLLIN, .data.fd = workers[number].output};
        if (epoll_ctl(poller, EPOLL_CTL_ADD, workers[number].output, &event) != 0) die("epoll_ctl");
    }
    print_elapsed("spawned", start);
    await_ready(poller, count);
    print_elapsed("ready", start);

    for (long long number = 0; number < count; number++) close(workers[number].input);
    for (long long number = 0; number < count; number++) waitpid(workers[number].pid, NULL, 0);
    return 0;
}
