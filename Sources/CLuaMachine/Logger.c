/* The module `logger`: lines for the daemon's log, with fields. A logger is a table {name=, fields=} with this
 * metatable; the module is one itself. */
#include "Machine.h"

static const char logger_type[] = "Logger";

/* So that `logger.info("x")` does what `logger:info("x")` does: puts the module in front where it was left out. */
static void complete_self(lua_State *L) {
    if (has_type(L, 1, logger_type)) return;
    luaL_requiref(L, "logger", open_logger, 0);
    lua_insert(L, 1);
}

/* Tables and json.null are the host's to write. */
static bool needs_text(lua_State *L, int value) {
    if (lua_islightuserdata(L, value)) return false;
    if (!lua_istable(L, value)) return true;
    if (luaL_getmetafield(L, value, "__tostring") == LUA_TNIL) return false;
    lua_pop(L, 1);
    return true;
}

static void set_field(lua_State *L, int fields, int key, int value) {
    luaL_tolstring(L, key, NULL);
    if (needs_text(L, value))
        luaL_tolstring(L, value, NULL);
    else
        lua_pushvalue(L, value);
    lua_rawset(L, fields);
}

static void add_fields(lua_State *L, int fields, int from) {
    int top = lua_gettop(L);
    if (push_contents(L, from)) from = lua_gettop(L);
    lua_pushnil(L);
    while (lua_next(L, from)) {
        int value = lua_gettop(L);
        set_field(L, fields, value - 1, value);
        lua_pop(L, 1);
    }
    lua_settop(L, top);
}

/* Pushes a new table with the logger's fields and those of the argument. */
static int push_fields(lua_State *L, int argument) {
    if (!lua_isnoneornil(L, argument)) luaL_checktype(L, argument, LUA_TTABLE);
    lua_newtable(L);
    int fields = lua_gettop(L);
    if (raw_field(L, 1, "fields") == LUA_TTABLE) add_fields(L, fields, fields + 1);
    if (!lua_isnoneornil(L, argument)) add_fields(L, fields, argument);
    lua_settop(L, fields);
    return fields;
}

static void add_name(lua_State *L, int fields) {
    if (raw_field(L, 1, "name") == LUA_TSTRING)
        lua_setfield(L, fields, "logger");
    else
        lua_pop(L, 1);
}

static int write_line(lua_State *L, const char *level) {
    complete_self(L);
    luaL_checkany(L, 2);
    lua_settop(L, 3);
    int fields = push_fields(L, 3);
    add_name(L, fields);
    lua_pushstring(L, level);
    luaL_tolstring(L, 2, NULL);
    begin_question(L, 3);
    add_to_question(L, fields + 1, ENCODE_ANYTHING, "the level");
    add_to_question(L, fields + 2, ENCODE_ANYTHING, "the message");
    add_to_question(L, fields, ENCODE_ANYTHING, "the fields");
    ask(L, CLUA_LOG, bytes_text(&machine_of(L)->question));
    return 0;
}

static int write_debug(lua_State *L) { return write_line(L, "debug"); }
static int write_info(lua_State *L) { return write_line(L, "info"); }
static int write_warning(lua_State *L) { return write_line(L, "warn"); }
static int write_error(lua_State *L) { return write_line(L, "error"); }

/* Pushes a logger; its fields and then its name are on top of the stack. */
static int new_logger(lua_State *L) {
    lua_createtable(L, 0, 2);
    lua_insert(L, -3);
    lua_setfield(L, -3, "name");
    lua_setfield(L, -2, "fields");
    luaL_setmetatable(L, logger_type);
    return 1;
}

static int logger_with(lua_State *L) {
    complete_self(L);
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_settop(L, 2);
    push_fields(L, 2);
    raw_field(L, 1, "name");
    return new_logger(L);
}

/* The name of a named logger's child is both, with a dot. */
static int logger_named(lua_State *L) {
    complete_self(L);
    luaL_checkstring(L, 2);
    lua_settop(L, 2);
    raw_field(L, 1, "fields");
    if (raw_field(L, 1, "name") == LUA_TSTRING) {
        lua_pushliteral(L, ".");
        lua_pushvalue(L, 2);
        lua_concat(L, 3);
    } else {
        lua_pop(L, 1);
        lua_pushvalue(L, 2);
    }
    return new_logger(L);
}

static const luaL_Reg functions[] = {
    {"debug", write_debug}, {"info", write_info},   {"warn", write_warning}, {"error", write_error},
    {"with", logger_with},  {"named", logger_named}, {NULL, NULL},
};

int open_logger(lua_State *L) {
    lua_newtable(L);
    if (luaL_newmetatable(L, logger_type)) {
        push_module(L, "logger", functions, "");
        lua_setfield(L, -2, "__index");
    }
    lua_setmetatable(L, -2);
    return 1;
}
