/* `require`: what an entry imports, files in the directory of its source, the standard libraries and the machine's modules. */
#include "Machine.h"

#include <string.h>

static const luaL_Reg machine_modules[] = {
    {"ctx", open_ctx},   {"env", open_env},       {"errors", open_errors}, {"funcs", open_funcs},
    {"json", open_json}, {"logger", open_logger}, {"time", open_time},     {"registry", open_registry},
    {NULL, NULL},
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

static bool is_built_in(lua_State *L, const char *name, size_t length) {
    if (strlen(name) != length) return false;
    for (const luaL_Reg *module = machine_modules; module->name != NULL; module++)
        if (strcmp(module->name, name) == 0) return true;
    bool is_loaded = push_loaded(L, name);
    lua_pop(L, 1);
    return is_loaded;
}

/* With the place of the call; the text may have a zero in it. */
static void raise_answer(lua_State *L) {
    luaL_where(L, 1);
    lua_insert(L, -2);
    lua_concat(L, 2);
    lua_error(L);
}

/* Leaves the module's value. */
static void run_file(lua_State *L, const char *name, struct clua_place place) {
    if (is_being_run(L, place))
        luaL_error(
            L, "require '%s': %s is still being run; expected no files that require each other", name, place.path);
    if (!ask(L, CLUA_SOURCE, (struct clua_text){place.path, strlen(place.path)})) raise_answer(L);
    set_globals(L, place.scope);
    lua_pushstring(L, name);
    lua_pushstring(L, place.path);
    lua_call(L, 2, 1);
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        lua_pushboolean(L, 1);
    }
    lua_pushvalue(L, -1);
    set_value(L, place);
}

/* That of the file which it is called in; for the `require` that all files share, that of the running function's file. */
static int scope_of(lua_State *L) {
    if (lua_isinteger(L, lua_upvalueindex(1))) return (int)lua_tointeger(L, lua_upvalueindex(1));
    const struct clua_run *run = machine_of(L)->run;
    return run != NULL ? run->place.scope : 0;
}

int require_module(lua_State *L) {
    size_t length;
    const char *name = luaL_checklstring(L, 1, &length);
    lua_settop(L, 1);
    struct clua_request request = {
        .question = CLUA_LOCATE, .text = {name, length}, .scope = scope_of(L), .is_built_in = is_built_in(L, name, length)};
    if (!ask_request(L, &request)) raise_answer(L);
    struct clua_place place = {request.scope, lua_tostring(L, 2)};
    if (*place.path == '\0') return push_loaded(L, name) || push_machine_module(L, name);
    if (push_value(L, place) == LUA_TNIL) run_file(L, name, place);
    lua_pushvalue(L, 2);
    return 2;
}
