/* What every program here needs. */
#pragma once

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NANOSECONDS 1000000000LL

__attribute__((noreturn)) static inline void die(const char *call) {
    fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, call, strerror(errno));
    exit(111);
}

__attribute__((noreturn)) static inline void usage(const char *arguments) {
    fprintf(stderr, "usage: %s %s\n", program_invocation_short_name, arguments);
    exit(100);
}

static inline long long monotonic_now(void) {
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0) die("clock_gettime");
    return now.tv_sec * NANOSECONDS + now.tv_nsec;
}

static inline void sleep_until(long long instant) {
    struct timespec due = {.tv_sec = instant / NANOSECONDS, .tv_nsec = instant % NANOSECONDS};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL) == EINTR) {
    }
}

/* A number above zero. */
static inline long long positive(const char *text, const char *arguments) {
    char *end;
    long long number = strtoll(text, &end, 10);
    if (*end != '\0' || number <= 0) usage(arguments);
    return number;
}
