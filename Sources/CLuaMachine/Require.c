/* `require`: the standard libraries, the machine's modules, and files in the directory of the source that the run began in. */
#include "Machine.h"

#include <string.h>

static const luaL_Reg machine_modules[] = {
    {"env", open_env},   {"funcs", open_funcs},       {"json", open_json}, {"logger", open_logger},
    {"time", open_time}, {"registry", open_registry}, {NULL, NULL},
};

static bool push_loaded(lua_State *L, const char *name) {
    lua_getfield(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    lua_getfield(L, -1, name);
    lua_remove(L, -2);
    return lua_toboolean(L, -1);
}

static bool push_machine_module(lua_State *L, const char *name) {
    for (const luaL_Reg *module = machine_modules; module->name != NULL; module++) {
        if (strcmp(module->name, name) != 0) continue;
        luaL_requiref(L, name, module->func, 0);
        return true;
    }
    return false;
}

/* Whether the file's main chunk is on the stack, so that it cannot have returned its value yet. */
static bool is_being_run(lua_State *L, const char *path) {
    lua_Debug frame;
    for (int level = 1; lua_getstack(L, level, &frame); level++) {
        lua_getinfo(L, "S", &frame);
        if (*frame.what == 'm' && frame.source[0] == '@' && strcmp(frame.source + 1, path) == 0) return true;
    }
    return false;
}

/* With the place of the call; the text may have a zero in it. */
static void raise_answer(lua_State *L) {
    luaL_where(L, 1);
    lua_insert(L, -2);
    lua_concat(L, 2);
    lua_error(L);
}

/* Leaves the module's value. */
static void run_file(lua_State *L, const char *name, const char *path) {
    if (is_being_run(L, path))
        luaL_error(L, "require '%s': %s is still being run; expected no files that require each other", name, path);
    if (!ask(L, CLUA_SOURCE, (struct clua_text){path, strlen(path)})) raise_answer(L);
    lua_pushstring(L, name);
    lua_pushstring(L, path);
    lua_call(L, 2, 1);
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        lua_pushboolean(L, 1);
    }
    push_files(L);
    lua_pushvalue(L, -2);
    lua_setfield(L, -2, path);
    lua_pop(L, 1);
}

static int require_file(lua_State *L, const char *name, size_t length) {
    if (!ask(L, CLUA_LOCATE, (struct clua_text){name, length})) raise_answer(L);
    const char *path = lua_tostring(L, -1);
    push_files(L);
    if (lua_getfield(L, -1, path) == LUA_TNIL) run_file(L, name, path);
    lua_pushstring(L, path);
    return 2;
}

int require_module(lua_State *L) {
    size_t length;
    const char *name = luaL_checklstring(L, 1, &length);
    if (push_loaded(L, name) || push_machine_module(L, name)) return 1;
    return require_file(L, name, length);
}
