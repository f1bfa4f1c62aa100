/* The files that were run, and the globals that they have. All is in one table of Lua's registry: by `scope path` what a file has
 * returned, by the number of a scope its globals. */
#include "Machine.h"

#include <string.h>

/* Its address is the key of the table. */
static const char places_key;

static void push_places(lua_State *L) {
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &places_key) == LUA_TTABLE) return;
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &places_key);
}

static void push_key(lua_State *L, struct clua_place place) {
    lua_pushfstring(L, "%d %s", place.scope, place.path);
}

int push_value(lua_State *L, struct clua_place place) {
    push_places(L);
    push_key(L, place);
    int type = lua_rawget(L, -2);
    lua_remove(L, -2);
    return type;
}

void set_value(lua_State *L, struct clua_place place) {
    push_places(L);
    push_key(L, place);
    lua_rotate(L, -3, -1);
    lua_rawset(L, -3);
    lua_pop(L, 1);
}

/* A table with a `require` of the scope's own; all else is in the globals that all files share. */
static void make_globals(lua_State *L, int scope) {
    lua_createtable(L, 0, 1);
    lua_pushinteger(L, scope);
    lua_pushcclosure(L, require_module, 1);
    lua_setfield(L, -2, "require");
    lua_createtable(L, 0, 2);
    lua_pushglobaltable(L);
    lua_pushvalue(L, -1);
    lua_setfield(L, -3, "__index");
    lua_setfield(L, -2, "__newindex");
    lua_setmetatable(L, -2);
}

void push_globals(lua_State *L, int scope) {
    if (scope == 0) {
        lua_pushglobaltable(L);
        return;
    }
    push_places(L);
    if (lua_rawgeti(L, -1, scope) == LUA_TNIL) {
        lua_pop(L, 1);
        make_globals(L, scope);
        lua_pushvalue(L, -1);
        lua_rawseti(L, -3, scope);
    }
    lua_remove(L, -2);
}

void set_globals(lua_State *L, int scope) {
    if (scope == 0) return;
    push_globals(L, scope);
    lua_setupvalue(L, -2, 1);
}

/* Of a main chunk, which has its globals as its one upvalue. */
static bool has_globals(lua_State *L, lua_Debug *frame, int scope) {
    lua_getinfo(L, "f", frame);
    lua_getupvalue(L, -1, 1);
    push_globals(L, scope);
    bool has_them = lua_rawequal(L, -1, -2);
    lua_pop(L, 3);
    return has_them;
}

bool is_being_run(lua_State *L, struct clua_place place) {
    lua_Debug frame;
    luaL_checkstack(L, LUA_MINSTACK, "no room to look for a file");
    for (int level = 1; lua_getstack(L, level, &frame); level++) {
        lua_getinfo(L, "S", &frame);
        if (*frame.what != 'm' || frame.source[0] != '@' || strcmp(frame.source + 1, place.path) != 0) continue;
        if (has_globals(L, &frame, place.scope)) return true;
    }
    return false;
}
