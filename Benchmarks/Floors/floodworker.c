/* A worker for the daemon that does nothing but report: it makes up runs and writes their reports as fast as the pipe
 * takes them.
 *
 * How many, and of which kind, its entry's name says. `bench:flood.1.asked.100000`: 100,000 runs without a slot, as
 * those that someone asked for. `bench:flood.1.due.500`: runs for its first 500 slots, at once, when all of these are
 * due; the daemon takes no slot before its time. */
#define _GNU_SOURCE 1

#include "program.h"
#include "wire.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

struct grid {
    /* The first slot that is the worker's: those up to `accounted` came due before it was there. */
    long long first;
    long long interval;
};

struct task {
    long long runs;
    int has_slots;
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

static struct grid read_grid(const char *header) {
    long long start = field(header, " start="), interval = field(header, " interval_ns=");
    long long accounted = field(header, " accounted=");
    if (interval <= 0 || accounted < start) {
        fprintf(stderr, "floodworker: the definition's grid makes no sense\n");
        exit(111);
    }
    return (struct grid){.first = start + ((accounted - start) / interval + 1) * interval, .interval = interval};
}

static struct grid await_definition(FILE *control) {
    char line[WIRE_LONGEST + 1];
    if (fgets(line, sizeof(line), control) != NULL) return read_grid(line);
    fprintf(stderr, "floodworker: there is no definition\n");
    exit(111);
}

/* As many whole messages in a write as fit into one that is never torn: the daemon is measured, not this program. */
static void flood(struct grid grid, struct task task) {
    char buffer[WIRE_LONGEST];
    char pair[512], slot[64] = "";
    long long next = grid.first;
    size_t used = 0;
    for (long long run = 1; run <= task.runs; run++) {
        if (task.has_slots) {
            snprintf(slot, sizeof(slot), WIRE_SLOT, next);
            next += grid.interval;
        }
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
    const char *runs = argc == 3 ? strrchr(argv[1], '.') : NULL;
    if (runs == NULL) usage(arguments);
    struct task task = {.runs = positive(runs + 1, arguments), .has_slots = strstr(argv[1], ".due.") != NULL};
    signal(SIGPIPE, SIG_IGN);

    FILE *control = fdopen(WIRE_CONTROL, "r");
    if (control == NULL) die("fdopen");
    struct grid grid = await_definition(control);
    long long due = grid.first + (task.has_slots ? task.runs - 1 : 0) * grid.interval;
    char message[128];
    write_all(message, snprintf(message, sizeof(message), WIRE_READY, due));
    if (task.has_slots) sleep_until(due);
    flood(grid, task);
    await_end(control);
    write_all(message, snprintf(message, sizeof(message), WIRE_STOPPED, task.runs));
    return 0;
}
