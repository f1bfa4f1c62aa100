/* A worker for the daemon that does nothing but report: it makes up a run a slot, without waiting for the slot, and writes
 * the reports as fast as the pipe takes them.
 *
 * The number of runs is the last part of its entry's name: `bench:flood.1.100000` makes 100,000. */
#define _GNU_SOURCE 1

#include "program.h"
#include "wire.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

struct grid {
    long long start;
    long long interval;
};

static void write_all(const char *bytes, size_t size) {
    while (size > 0) {
        ssize_t written = write(WIRE_REPORT, bytes, size);
        if (written < 0 && errno == EAGAIN) {
            struct pollfd report = {.fd = WIRE_REPORT, .events = POLLOUT};
            poll(&report, 1, -1);
            continue;
        }
        if (written < 0) die("write");
        bytes += written;
        size -= written;
    }
}

static long long field(const char *line, const char *name) {
    const char *value = strstr(line, name);
    if (value == NULL) {
        fprintf(stderr, "floodworker: the definition has no '%s'\n", name);
        exit(111);
    }
    return strtoll(value + strlen(name), NULL, 10);
}

static struct grid await_definition(FILE *control) {
    struct grid grid = {0};
    char line[WIRE_LONGEST + 1];
    while (fgets(line, sizeof(line), control) != NULL) {
        if (strncmp(line, WIRE_DEFINITION_COMPLETE, strlen(WIRE_DEFINITION_COMPLETE)) == 0) return grid;
        if (grid.interval == 0)
            grid = (struct grid){.start = field(line, " start="), .interval = field(line, " interval_ns=")};
    }
    fprintf(stderr, "floodworker: the definition ends early\n");
    exit(111);
}

/* As many whole messages in a write as fit into one that is never torn: the daemon is measured, not this program. */
static void flood(struct grid grid, long long runs) {
    char buffer[WIRE_LONGEST];
    char pair[512];
    size_t used = 0;
    for (long long run = 1; run <= runs; run++) {
        long long slot = grid.start + run * grid.interval, next = slot + grid.interval;
        size_t size = snprintf(pair, sizeof(pair), WIRE_BEGIN WIRE_END, run, slot, next, run, slot, next);
        if (used + size > sizeof(buffer)) {
            write_all(buffer, used);
            used = 0;
        }
        memcpy(buffer + used, pair, size);
        used += size;
    }
    write_all(buffer, used);
}

static void await_end(FILE *control) {
    char line[WIRE_LONGEST + 1];
    while (fgets(line, sizeof(line), control) != NULL) {
    }
}

int main(int argc, char **argv) {
    static const char arguments[] = "ENTRY INTERVAL";
    if (argc == 2 && strcmp(argv[1], WIRE_CATALOG_ARGUMENT) == 0) {
        fputs(WIRE_CATALOG, stdout);
        return 0;
    }
    const char *runs_text = argc == 3 ? strrchr(argv[1], '.') : NULL;
    if (runs_text == NULL) usage(arguments);
    long long runs = positive(runs_text + 1, arguments);
    signal(SIGPIPE, SIG_IGN);

    FILE *control = fdopen(WIRE_CONTROL, "r");
    if (control == NULL) die("fdopen");
    struct grid grid = await_definition(control);
    char message[128];
    write_all(message, snprintf(message, sizeof(message), WIRE_READY, grid.start + grid.interval));
    flood(grid, runs);
    await_end(control);
    write_all(message, snprintf(message, sizeof(message), WIRE_STOPPED, runs));
    return 0;
}
