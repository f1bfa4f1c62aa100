/* From the host into Lua: a file's main chunk, and calls of its functions. */
#include "Machine.h"

#include <string.h>

/* An error that the handler has not seen: no memory, or an error in the handler itself. */
static void take_message(lua_State *L, struct clua_bytes *message) {
    size_t count = 0;
    const char *start = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &count) : NULL;
    bytes_clear(message);
    if (start == NULL || !bytes_append(message, start, count)) bytes_append_string(message, "not enough memory");
}

static void note_failure(lua_State *L, struct clua_run *run, int status) {
    if (run->outcome != CLUA_BAD_SYNTAX) run->outcome = CLUA_RAISED;
    if (status == LUA_ERRRUN && run->is_described) return;
    bytes_clear(&run->result->traceback);
    take_message(L, &run->result->message);
}

static enum clua_outcome perform(struct clua_run *run, lua_CFunction body) {
    struct clua_machine *machine = run->machine;
    lua_State *L = machine->current;
    int top = lua_gettop(L);
    if (!lua_checkstack(L, LUA_MINSTACK)) {
        bytes_append_string(&run->result->message, "stack overflow");
        return CLUA_RAISED;
    }
    run->outer = machine->run;
    machine->run = run;
    lua_pushcfunction(L, failure_handler);
    lua_pushcfunction(L, body);
    lua_pushlightuserdata(L, run);
    int status = lua_pcall(L, 1, 0, top + 1);
    if (status != LUA_OK) note_failure(L, run, status);
    lua_settop(L, top);
    machine->run = run->outer;
    return run->outcome;
}

/* Loading */

static bool is_accepted(lua_State *L, const struct clua_run *run) {
    return run->is_library || lua_istable(L, -1) || lua_isfunction(L, -1);
}

static int finish_load(lua_State *L, struct clua_run *run) {
    if (is_accepted(L, run)) return 0;
    run->outcome = CLUA_NO_TABLE;
    bytes_append_string(&run->result->message, luaL_typename(L, -1));
    return 0;
}

static void load_source(lua_State *L, struct clua_run *run) {
    const char *name = lua_pushfstring(L, "@%s", run->place.path);
    run->outcome = CLUA_BAD_SYNTAX;
    if (luaL_loadbufferx(L, run->input.start, run->input.count, name, "t") != LUA_OK) lua_error(L);
    run->outcome = CLUA_DONE;
    set_globals(L, run->place.scope);
}

static int load_body(lua_State *L) {
    struct clua_run *run = lua_touserdata(L, 1);
    run->frames_below = count_frames(L);
    if (push_value(L, run->place) != LUA_TNIL) return finish_load(L, run);
    load_source(L, run);
    lua_call(L, 0, 1);
    if (lua_isnil(L, -1) && run->is_library) lua_pushboolean(L, 1);
    if (is_accepted(L, run)) {
        lua_pushvalue(L, -1);
        set_value(L, run->place);
    }
    return finish_load(L, run);
}

enum clua_outcome clua_load(
    struct clua_machine *machine, struct clua_place place, struct clua_text source, bool is_library,
    struct clua_result *result) {
    struct clua_run run = {
        .machine = machine, .place = place, .input = source, .is_library = is_library, .result = result};
    return perform(&run, load_body);
}

/* Finding a function */

static bool append_name(lua_State *L, int index, struct clua_bytes *names) {
    return encode(L, index, ENCODE_REPAIRED, "", 1, names);
}

/* The list's count is written last. */
static void list_functions(lua_State *L, int table, struct clua_bytes *names) {
    size_t count = 0;
    need_memory(L, coding_append_count(names, TAG_LIST, 0));
    if (push_contents(L, table)) table = lua_gettop(L);
    lua_pushnil(L);
    while (lua_next(L, table)) {
        if (lua_isfunction(L, -1) && lua_type(L, -2) == LUA_TSTRING && append_name(L, -2, names)) count++;
        lua_pop(L, 1);
    }
    for (int i = 0; i < 4; i++) names->start[1 + i] = (unsigned char)(count >> (8 * i));
}

/* Pushes the function. */
static bool find_method(lua_State *L, struct clua_run *run) {
    int type = push_value(L, run->place);
    if (type == LUA_TFUNCTION) return true;
    if (type != LUA_TTABLE) luaL_error(L, "%s is not loaded", run->place.path);
    lua_pushlstring(L, run->method.start, run->method.count);
    if (lua_gettable(L, -2) == LUA_TFUNCTION) return true;
    run->outcome = CLUA_NO_FUNCTION;
    bytes_append_string(&run->result->message, luaL_typename(L, -1));
    list_functions(L, lua_gettop(L) - 1, &run->result->value);
    return false;
}

/* A function of C has no names of its parameters. */
static int check_body(lua_State *L) {
    struct clua_run *run = lua_touserdata(L, 1);
    run->frames_below = count_frames(L);
    if (!find_method(L, run)) return 0;
    const char *name = lua_getlocal(L, NULL, 1);
    lua_pushstring(L, name);
    need_memory(L, encode(L, -1, ENCODE_REPAIRED, "", 0, &run->result->value));
    return 0;
}

enum clua_outcome clua_check(
    struct clua_machine *machine, struct clua_place place, struct clua_text method, struct clua_result *result) {
    struct clua_run run = {.machine = machine, .place = place, .method = method, .result = result};
    return perform(&run, check_body);
}

/* Calling it */

static void take_error(lua_State *L, struct clua_run *run) {
    size_t count;
    push_description(L, -1);
    const char *text = lua_tolstring(L, -1, &count);
    run->outcome = CLUA_REFUSED;
    bytes_clear(&run->result->message);
    need_memory(L, bytes_append(&run->result->message, text, count));
    bytes_clear(&run->result->error);
    append_error(L, -2, &run->result->error);
}

/* A result is for people to read: bytes that are not UTF-8 are mended, not refused. */
static void take_result(lua_State *L, struct clua_run *run) {
    if (encode(L, -2, ENCODE_REPAIRED, "the result", 0, &run->result->value)) return;
    const struct clua_bytes *problem = &run->machine->problem;
    run->outcome = CLUA_REFUSED;
    need_memory(L, bytes_append(&run->result->message, problem->start, problem->count));
}

static int call_body(lua_State *L) {
    struct clua_run *run = lua_touserdata(L, 1);
    run->frames_below = count_frames(L);
    if (!find_method(L, run)) return 0;
    int arguments = decode_list(L, run->input);
    lua_call(L, arguments, 2);
    if (lua_isnil(L, -2) && !lua_isnil(L, -1))
        take_error(L, run);
    else
        take_result(L, run);
    return 0;
}

enum clua_outcome clua_call(
    struct clua_machine *machine, struct clua_place place, struct clua_text method, struct clua_text arguments,
    struct clua_result *result) {
    struct clua_run run = {
        .machine = machine, .place = place, .method = method, .input = arguments, .result = result};
    return perform(&run, call_body);
}
