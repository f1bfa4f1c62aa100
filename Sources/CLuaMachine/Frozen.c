/* Tables that cannot be changed: `table.freeze` moves what is in a table into another one, and leaves the table as a view of that.
 * Also what Lua 5.1 has and 5.4 has not, and many files use. */
#include "Machine.h"

/* Its address is the key of the contents in the metatable of a frozen table. */
static const char contents_key;

bool push_contents(lua_State *L, int table) {
    if (!lua_getmetatable(L, table)) return false;
    bool is_frozen = lua_rawgetp(L, -1, &contents_key) == LUA_TTABLE;
    lua_remove(L, -2);
    if (!is_frozen) lua_pop(L, 1);
    return is_frozen;
}

static int refuse_change(lua_State *L) {
    return luaL_error(L, "attempt to change '%s' of a frozen table", luaL_tolstring(L, 2, NULL));
}

static int frozen_length(lua_State *L) {
    lua_pushinteger(L, push_contents(L, 1) ? luaL_len(L, -1) : 0);
    return 1;
}

static int frozen_next(lua_State *L) {
    lua_settop(L, 2);
    if (lua_next(L, 1)) return 2;
    lua_pushnil(L);
    return 1;
}

static int frozen_pairs(lua_State *L) {
    lua_pushcfunction(L, frozen_next);
    if (!push_contents(L, 1)) lua_newtable(L);
    lua_pushnil(L);
    return 3;
}

/* Moves all that is in `from` into `to`. To clear a field does not disturb a traversal. */
static void move_fields(lua_State *L, int from, int to) {
    lua_pushnil(L);
    while (lua_next(L, from)) {
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, to);
        lua_pushvalue(L, -1);
        lua_pushnil(L);
        lua_rawset(L, from);
    }
}

static int table_freeze(lua_State *L) {
    static const luaL_Reg metamethods[] = {
        {"__newindex", refuse_change}, {"__len", frozen_length}, {"__pairs", frozen_pairs}, {NULL, NULL}};
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    if (push_contents(L, 1)) {
        lua_settop(L, 1);
        return 1;
    }
    lua_newtable(L);
    lua_createtable(L, 0, 5);
    bool has_own = lua_getmetatable(L, 1);
    if (has_own) {
        /* What it says of other things than fields still holds, such as __tostring; __gc is called once, with the contents. */
        add_all(L, 3, 4);
        lua_pushnil(L);
        lua_setfield(L, 3, "__gc");
        lua_pushvalue(L, 4);
        lua_setmetatable(L, 2);
        lua_setfield(L, 3, "__metatable");
    } else {
        lua_pushboolean(L, 0);
        lua_setfield(L, 3, "__metatable");
    }
    luaL_setfuncs(L, metamethods, 0);
    lua_pushvalue(L, 2);
    lua_setfield(L, 3, "__index");
    lua_pushvalue(L, 2);
    lua_rawsetp(L, 3, &contents_key);
    move_fields(L, 1, 2);
    lua_settop(L, 3);
    lua_setmetatable(L, 1);
    lua_settop(L, 1);
    return 1;
}

static int table_isfrozen(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_pushboolean(L, push_contents(L, 1));
    return 1;
}

void open_tables(lua_State *L) {
    lua_getglobal(L, LUA_TABLIBNAME);
    lua_pushcfunction(L, table_freeze);
    lua_setfield(L, -2, "freeze");
    lua_pushcfunction(L, table_isfrozen);
    lua_setfield(L, -2, "isfrozen");
    lua_getfield(L, -1, "unpack");
    lua_setglobal(L, "unpack");
    lua_pop(L, 1);
}
