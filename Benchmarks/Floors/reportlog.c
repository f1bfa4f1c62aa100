/* The floor under the taking of reports: reads the reports of the same flood workers from the same kind of pipes, looks
 * for the lines that begin with `end`, and writes a log line for each with one write(2). It understands nothing and
 * keeps nothing.
 *
 * Prints `COUNT SECONDS`: the log lines, and the time from the first to the last. */
#define _GNU_SOURCE 1

#include "program.h"
#include "wire.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

static const char arguments[] = "WORKERS RUNS asked|due FLOODWORKER LOG";

struct source {
    pid_t pid;
    int control;
    int report;
    char buffer[65536];
    size_t used;
};

struct log {
    int file;
    long long lines;
    long long first;
    long long last;
};

static void spawn(struct source *source, int number, long long runs, const char *kind, const char *path) {
    int control[2], report[2];
    if (pipe2(control, O_CLOEXEC) != 0 || pipe2(report, O_CLOEXEC) != 0) die("pipe2");
    char entry[64];
    snprintf(entry, sizeof(entry), "bench:flood.%d.%s.%lld", number, kind, runs);
    int has_slots = strcmp(kind, "due") == 0;
    char *interval = has_slots ? "10ms" : "1h";
    char *argv[] = {"cronworker", entry, interval, NULL};
    char *environment[] = {NULL};

    /* A dup2 onto itself only clears the flag that would close it. */
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, control[0], WIRE_CONTROL);
    posix_spawn_file_actions_adddup2(&actions, report[1], WIRE_REPORT);
    errno = posix_spawn(&source->pid, path, &actions, NULL, argv, environment);
    if (errno != 0) die(path);
    posix_spawn_file_actions_destroy(&actions);
    close(control[0]);
    close(report[1]);

    char definition[1024];
    long long now = monotonic_now();
    int size = snprintf(
        definition, sizeof(definition), WIRE_DEFINITION, entry, interval,
        has_slots ? NANOSECONDS / 100 : 3600 * NANOSECONDS, now, now);
    if (write(control[1], definition, size) != size) die("write");
    source->control = control[1];
    source->report = report[0];
}

static void log_end(struct log *log, const char *line, int size) {
    static const char form[] =
        "{\"time\":\"2026-01-01T00:00:00.000000Z\",\"level\":\"info\",\"message\":\"TICK\",\"entry\":"
        "\"bench:flood\",\"report\":\"%.*s\"}\n";
    char record[WIRE_LONGEST + sizeof(form)];
    int length = snprintf(record, sizeof(record), form, size, line);
    if (write(log->file, record, length) != length) die("write");
    log->last = monotonic_now();
    if (log->lines++ == 0) log->first = log->last;
}

/* Returns whether there may be more. */
static int take(struct source *source, struct log *log) {
    ssize_t size = read(source->report, source->buffer + source->used, sizeof(source->buffer) - source->used);
    if (size < 0) die("read");
    if (size == 0) return 0;
    source->used += size;
    char *line = source->buffer, *limit = source->buffer + source->used, *end;
    while ((end = memchr(line, '\n', limit - line)) != NULL) {
        if (memcmp(line, "end ", 4) == 0) log_end(log, line, end - line);
        line = end + 1;
    }
    source->used = limit - line;
    memmove(source->buffer, line, source->used);
    return 1;
}

int main(int argc, char **argv) {
    if (argc != 6) usage(arguments);
    int count = positive(argv[1], arguments);
    long long runs = positive(argv[2], arguments);
    struct log log = {.file = open(argv[5], O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644)};
    if (log.file < 0) die(argv[5]);

    /* The first four descriptors are the worker's, so none of ours may have such a number. */
    for (int spare = 0; spare <= WIRE_REPORT;) {
        spare = open("/dev/null", O_RDWR | O_CLOEXEC);
        if (spare < 0) die("/dev/null");
    }
    struct source *sources = calloc(count, sizeof(*sources));
    int poller = epoll_create1(EPOLL_CLOEXEC);
    if (sources == NULL || poller < 0) die("epoll_create1");
    for (int index = 0; index < count; index++) {
        spawn(&sources[index], index + 1, runs, argv[3], argv[4]);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &sources[index]};
        if (epoll_ctl(poller, EPOLL_CTL_ADD, sources[index].report, &event) != 0) die("epoll_ctl");
    }

    while (log.lines < count * runs) {
        struct epoll_event events[64];
        int ready = epoll_wait(poller, events, 64, -1);
        if (ready < 0) die("epoll_wait");
        for (int index = 0; index < ready; index++)
            if (!take(events[index].data.ptr, &log)) {
                fprintf(stderr, "reportlog: a flood worker ended early\n");
                return 111;
            }
    }
    printf("%lld %.6f\n", log.lines, (double)(log.last - log.first) / NANOSECONDS);

    for (int index = 0; index < count; index++) close(sources[index].control);
    for (int index = 0; index < count; index++) waitpid(sources[index].pid, NULL, 0);
    return 0;
}
