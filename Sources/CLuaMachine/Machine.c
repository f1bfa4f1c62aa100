#include "Machine.h"

#include <stdlib.h>
#include <string.h>

/* Lua's allocator: realloc with a limit, so that a job that builds an endless string gets an error of Lua's instead of
 * all the machine's memory. */
static void *allocate(void *context, void *block, size_t old_size, size_t new_size) {
    struct clua_machine *machine = context;
    /* For a new block the old size is a tag. */
    size_t held = block != NULL ? old_size : 0;
    if (new_size == 0) {
        free(block);
        machine->memory -= held;
        return NULL;
    }
    if (new_size > held && new_size - held > machine->memory_limit - machine->memory) return NULL;
    void *moved = realloc(block, new_size);
    if (moved != NULL) machine->memory = machine->memory - held + new_size;
    return moved;
}

/* Warnings of Lua's, such as of an error in a finalizer, go to the log. */
static void log_warning(struct clua_machine *machine) {
    struct clua_bytes *question = &machine->question;
    struct clua_text message = bytes_text(&machine->warning);
    bytes_clear(question);
    bool built = coding_append_count(question, TAG_LIST, 3) && coding_append_count(question, TAG_STRING, 4) &&
                 bytes_append_string(question, "warn") && coding_append_count(question, TAG_STRING, message.count) &&
                 bytes_append(question, message.start, message.count) && coding_append_count(question, TAG_MAP, 0);
    struct clua_request request = {.question = CLUA_LOG, .text = bytes_text(question)};
    if (built) machine->host(machine->context, &request);
}

static void warn(void *context, const char *message, int continues) {
    struct clua_machine *machine = context;
    /* A message of one part that begins with @ controls the stock program's warnings; these are always on. */
    bool is_control = machine->warning.count == 0 && !continues && message[0] == '@';
    if (!is_control) bytes_append_string(&machine->warning, message);
    if (continues) return;
    if (!is_control) log_warning(machine);
    bytes_clear(&machine->warning);
}

/* No C modules: nothing can be loaded into a static program. `require` is the machine's own, and package.path names
 * nothing. */
static void trim_package(lua_State *L) {
    static const char *const removed[] = {"loadlib", "searchers", "preload"};
    lua_getglobal(L, LUA_LOADLIBNAME);
    for (size_t i = 0; i < sizeof removed / sizeof *removed; i++) {
        lua_pushnil(L);
        lua_setfield(L, -2, removed[i]);
    }
    lua_pushliteral(L, "");
    lua_setfield(L, -2, "path");
    lua_pushliteral(L, "");
    lua_setfield(L, -2, "cpath");
    lua_pop(L, 1);
    lua_register(L, "require", require_module);
}

static int open_libraries(lua_State *L) {
    struct clua_machine *machine = lua_touserdata(L, 1);
    luaL_openlibs(L);
    trim_package(L);
    open_map_mark(L);
    open_tables(L);
    open_global_errors(L);
    lua_setwarnf(L, warn, machine);
    return 0;
}

struct clua_machine *clua_open(clua_host host, void *context, size_t memory_limit) {
    struct clua_machine *machine = calloc(1, sizeof *machine);
    if (machine == NULL) return NULL;
    machine->host = host;
    machine->context = context;
    machine->memory_limit = memory_limit;
    lua_State *L = lua_newstate(allocate, machine);
    if (L == NULL) {
        free(machine);
        return NULL;
    }
    machine->main = machine->current = L;
    *(struct clua_machine **)lua_getextraspace(L) = machine;
    lua_pushcfunction(L, open_libraries);
    lua_pushlightuserdata(L, machine);
    if (lua_pcall(L, 1, 0, 0) == LUA_OK) return machine;
    clua_close(machine);
    return NULL;
}

/* Finalizers run when the state is closed, and the host may be half gone by then. */
static bool answer_when_closed(void *context, struct clua_request *request) {
    static const char text[] = "the worker's Lua is being closed";
    (void)context;
    clua_reply_text(request, (struct clua_text){text, sizeof text - 1});
    return false;
}

void clua_close(struct clua_machine *machine) {
    machine->host = answer_when_closed;
    lua_close(machine->main);
    bytes_free(&machine->question);
    bytes_free(&machine->warning);
    bytes_free(&machine->keys);
    bytes_free(&machine->problem);
    free(machine);
}

void clua_collect(struct clua_machine *machine) { lua_gc(machine->current, LUA_GCCOLLECT); }

size_t clua_memory(const struct clua_machine *machine) { return machine->memory; }
