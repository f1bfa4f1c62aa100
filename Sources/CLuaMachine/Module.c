#include "Machine.h"

#include <string.h>

/* The names of a module's functions and constants, sorted and with commas, appended to the buffer. */
static void add_names(luaL_Buffer *buffer, lua_State *L, int names) {
    lua_Integer count = luaL_len(L, names);
    for (lua_Integer i = 1; i <= count; i++) {
        if (i > 1) luaL_addstring(buffer, ", ");
        lua_geti(L, names, i);
        luaL_addvalue(buffer);
    }
}

static void push_sorted_names(lua_State *L, int module) {
    lua_newtable(L);
    int names = lua_gettop(L);
    lua_pushnil(L);
    while (lua_next(L, module)) {
        lua_pop(L, 1);
        lua_pushvalue(L, -1);
        lua_seti(L, names, luaL_len(L, names) + 1);
    }
    lua_getglobal(L, LUA_TABLIBNAME);
    lua_getfield(L, -1, "sort");
    lua_pushvalue(L, names);
    lua_call(L, 1, 0);
    lua_settop(L, names);
}

/* Upvalues: the module's name and the reason. */
static int raise_unknown_name(lua_State *L) {
    const char *name = luaL_tolstring(L, 2, NULL);
    const char *module = lua_tostring(L, lua_upvalueindex(1));
    push_sorted_names(L, 1);
    int names = lua_gettop(L);
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    add_names(&buffer, L, names);
    luaL_pushresult(&buffer);
    return luaL_error(
        L, "%s.%s is not available in a job%s; %s has %s", module, name, lua_tostring(L, lua_upvalueindex(2)), module,
        lua_tostring(L, -1));
}

void push_module(lua_State *L, const char *name, const luaL_Reg *functions, const char *reason) {
    lua_newtable(L);
    luaL_setfuncs(L, functions, 0);
    lua_createtable(L, 0, 1);
    lua_pushstring(L, name);
    lua_pushstring(L, reason);
    lua_pushcclosure(L, raise_unknown_name, 2);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
}

bool has_type(lua_State *L, int index, const char *type) {
    if (!lua_istable(L, index) || !lua_getmetatable(L, index)) return false;
    luaL_getmetatable(L, type);
    bool is_one = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    return is_one;
}

int raw_field(lua_State *L, int table, const char *name) {
    lua_pushstring(L, name);
    return lua_rawget(L, table);
}

void add_all(lua_State *L, int to, int from) {
    int top = lua_gettop(L);
    if (push_contents(L, from)) from = lua_gettop(L);
    lua_pushnil(L);
    while (lua_next(L, from)) {
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, to);
    }
    lua_settop(L, top);
}
