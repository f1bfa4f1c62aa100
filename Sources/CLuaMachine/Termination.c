/* Where Lua is when SIGTERM ends its process, as at a run's time-out: a traceback on the standard error, which is the job's output.
 *
 * A handler, since a function that loops reads no descriptor. All that it does in time is to set a hook, which Lua allows there
 * (lua_sethook); Lua calls the hook before its next instruction, and the stack can be read in peace. */
#include "Machine.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

/* Declared only with _GNU_SOURCE. */
extern long syscall(long number, ...);

/* So long may a function of C, or a coroutine that was there before the hook, take to come back, in microseconds. The daemon sends
 * SIGKILL after a second. */
enum { PATIENCE = 250000, DEEPEST_COROUTINE = 16 };

static struct clua_machine *traced;
static pid_t traced_process;
static bool is_written;

/* The coroutine that runs on top of `L`: what a function of C has as its first argument, as coroutine.resume has, or as its first
 * upvalue, as that of coroutine.wrap. */
static lua_State *resumed(lua_State *L) {
    lua_Debug frame;
    if (!lua_getstack(L, 0, &frame) || !lua_getinfo(L, "S", &frame) || *frame.what != 'C') return NULL;
    int top = lua_gettop(L);
    lua_State *found = lua_getlocal(L, &frame, 1) != NULL ? lua_tothread(L, -1) : NULL;
    if (found == NULL && lua_getinfo(L, "f", &frame) && lua_getupvalue(L, -1, 1) != NULL) found = lua_tothread(L, -1);
    lua_settop(L, top);
    return found != NULL && lua_status(found) == LUA_OK && lua_getstack(found, 0, &frame) ? found : NULL;
}

static void append_coroutines(struct clua_bytes *text, lua_State *L, int depth) {
    lua_State *inner = depth < DEEPEST_COROUTINE ? resumed(L) : NULL;
    if (inner == NULL) return;
    append_coroutines(text, inner, depth + 1);
    append_stack(text, inner, 0, count_frames(inner) - 1, (struct clua_text){0});
}

static void write_all(const struct clua_bytes *text) {
    size_t done = 0;
    while (done < text->count) {
        ssize_t count = write(STDERR_FILENO, text->start + done, text->count - done);
        if (count < 0 && errno != EINTR) return;
        if (count > 0) done += (size_t)count;
    }
}

/* No memory is allocated: that may be what was interrupted. */
static void write_traceback(void) {
    static unsigned char room[16 << 10];
    struct clua_bytes text = {.start = room, .capacity = sizeof room, .is_fixed = true};
    const struct clua_run *run = traced->run;
    if (run == NULL || is_written) return;
    is_written = true;
    while (run->outer != NULL) run = run->outer;
    lua_State *L = traced->main;
    bytes_append_string(&text, "ended by SIGTERM, stack traceback:");
    append_coroutines(&text, L, 0);
    append_stack(&text, L, 0, count_frames(L) - run->frames_below - 1, run->method);
    bytes_append_string(&text, "\n");
    write_all(&text);
}

/* SIGTERM has its default action again since its handler began. Where it is held back, it is for whoever does so. */
static void end(void) { raise(SIGTERM); }

/* The standard output is buffered line by line: what waits has no end yet. */
static void end_open_line(void) {
    if (__fpending(stdout) > 0) putchar('\n');
    fflush(stdout);
}

static void end_in_hook(lua_State *L, lua_Debug *where) {
    (void)where;
    lua_sethook(L, NULL, 0, 0);
    end_open_line();
    write_traceback();
    end();
}

/* A function of C goes on and on, and the stack stands still below it. Should it not, then a fault ends what is to end. */
static void end_at_last(int number) {
    (void)number;
    write_traceback();
    end();
}

static void set_hook(lua_State *L) {
    lua_sethook(L, end_in_hook, LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT, 1);
}

static void terminated(int number);

/* Calls that wait are to return. */
static void install(void) {
    const struct sigaction action = {.sa_handler = terminated, .sa_flags = (int)(SA_RESETHAND | SA_NODEFER)};
    sigaction(SIGTERM, &action, NULL);
}

static void terminated(int number) {
    int error = errno;
    if (getpid() != traced_process || traced->run == NULL) {
        end();
    } else if (syscall(SYS_gettid) != traced_process) {
        /* Lua runs on the main thread. */
        install();
        syscall(SYS_tgkill, traced_process, traced_process, number);
    } else {
        const struct sigaction action = {.sa_handler = end_at_last};
        const struct itimerval patience = {.it_value.tv_usec = PATIENCE};
        set_hook(traced->main);
        if (traced->current != traced->main) set_hook(traced->current);
        sigaction(SIGALRM, &action, NULL);
        setitimer(ITIMER_REAL, &patience, NULL);
    }
    errno = error;
}

void clua_trace_termination(struct clua_machine *machine) {
    traced = machine;
    traced_process = getpid();
    install();
}
