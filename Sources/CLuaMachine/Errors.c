/* Errors as values: userdata with a text, a kind, whether another attempt may help, and details. The global `errors` makes them, and
 * the machine's modules return them. As a text they are their message, and have the methods of a string. */
#include "Machine.h"

#include <string.h>

/* Its address is the key of the metatable in Lua's registry. */
static const char error_mark;
static const char unknown[] = "UNKNOWN";

/* What is in the list that an error has. */
enum part { MESSAGE = 1, KIND, RETRYABLE, DETAILS, STACK, PARTS = STACK };

static const char *const kinds[] = {
    "ALREADY_EXISTS", "CANCELED", "CONFLICT",     "INTERNAL", "INVALID",     "NOT_FOUND",
    "PERMISSION_DENIED", "RATE_LIMITED", "TIMEOUT", "UNAVAILABLE", unknown,
};

/* Telling errors apart, and their parts; nothing is allocated. */

static bool is_error(lua_State *L, int index) {
    if (lua_type(L, index) != LUA_TUSERDATA || !lua_getmetatable(L, index)) return false;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &error_mark);
    bool is_one = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    return is_one;
}

static void push_part(lua_State *L, int index, enum part part) {
    lua_getiuservalue(L, index, 1);
    lua_rawgeti(L, -1, part);
    lua_remove(L, -2);
}

bool push_error_text(lua_State *L, int index) {
    if (!is_error(L, index)) return false;
    push_part(L, index, MESSAGE);
    return true;
}

void append_error(lua_State *L, int index, struct clua_bytes *out) {
    if (!is_error(L, index)) return;
    index = lua_absindex(L, index);
    bool appended = coding_append_count(out, TAG_LIST, 3);
    for (enum part part = KIND; appended && part <= DETAILS; part++) {
        push_part(L, index, part);
        appended = encode(L, -1, ENCODE_ANYTHING, "", 1, out);
        lua_pop(L, 1);
    }
    if (!appended) bytes_clear(out);
}

/* Methods */

static void check_error(lua_State *L) {
    if (!is_error(L, 1)) luaL_typeerror(L, 1, "error");
}

/* Upvalue: which part. */
static int error_part(lua_State *L) {
    check_error(L);
    push_part(L, 1, (enum part)lua_tointeger(L, lua_upvalueindex(1)));
    return 1;
}

static int error_tostring(lua_State *L) {
    check_error(L);
    push_part(L, 1, MESSAGE);
    return 1;
}

static int error_concat(lua_State *L) {
    luaL_tolstring(L, 1, NULL);
    luaL_tolstring(L, 2, NULL);
    lua_concat(L, 2);
    return 1;
}

static int error_length(lua_State *L) {
    error_tostring(L);
    lua_pushinteger(L, (lua_Integer)lua_rawlen(L, -1));
    return 1;
}

/* Upvalue: a function of `string`, called with the text. */
static int call_with_text(lua_State *L) {
    if (push_error_text(L, 1)) lua_replace(L, 1);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
    return lua_gettop(L);
}

static int error_index(lua_State *L) {
    static const char *const names[PARTS] = {"message", "kind", "retryable", "details", "stack"};
    const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
    for (int i = 0; i < PARTS; i++) {
        if (strcmp(name, names[i]) != 0) continue;
        lua_pushinteger(L, i + 1);
        lua_pushcclosure(L, error_part, 1);
        return 1;
    }
    lua_getglobal(L, LUA_STRLIBNAME);
    if (lua_istable(L, -1) && lua_getfield(L, -1, name) == LUA_TFUNCTION) {
        lua_pushcclosure(L, call_with_text, 1);
        return 1;
    }
    lua_pushnil(L);
    return 1;
}

static void push_metatable(lua_State *L) {
    static const luaL_Reg metamethods[] = {
        {"__index", error_index}, {"__tostring", error_tostring}, {"__concat", error_concat}, {"__len", error_length},
        {NULL, NULL},
    };
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &error_mark) == LUA_TTABLE) return;
    lua_pop(L, 1);
    lua_newtable(L);
    luaL_setfuncs(L, metamethods, 0);
    lua_pushliteral(L, "error");
    lua_setfield(L, -2, "__name");
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &error_mark);
}

/* Making errors */

static void push_parts(lua_State *L) { lua_createtable(L, PARTS, 0); }

/* Pops the value. */
static void set_part(lua_State *L, int parts, enum part part) { lua_rawseti(L, parts, part); }

static void set_kind(lua_State *L, int parts, const char *kind) {
    lua_pushstring(L, kind);
    set_part(L, parts, KIND);
}

/* Takes the list of parts from the top of the stack, and adds the kind if there is none, and the caller's stack. */
static void wrap_parts(lua_State *L) {
    int parts = lua_gettop(L);
    if (lua_rawgeti(L, parts, KIND) == LUA_TNIL) set_kind(L, parts, unknown);
    lua_pop(L, 1);
    luaL_traceback(L, L, NULL, 1);
    set_part(L, parts, STACK);
    lua_newuserdatauv(L, 0, 1);
    lua_insert(L, -2);
    lua_setiuservalue(L, -2, 1);
    push_metatable(L);
    lua_setmetatable(L, -2);
}

static void make_error(lua_State *L, const char *kind) {
    push_parts(L);
    int parts = lua_gettop(L);
    lua_insert(L, -2);
    set_part(L, parts - 1, MESSAGE);
    set_kind(L, parts - 1, kind);
    wrap_parts(L);
}

int fail(lua_State *L, const char *kind) {
    make_error(L, kind);
    return answer_or_error(L, false);
}

void make_described_error(lua_State *L) {
    push_parts(L);
    lua_insert(L, -5);
    int parts = lua_gettop(L) - 4;
    for (enum part part = DETAILS; part >= MESSAGE; part--) set_part(L, parts, part);
    wrap_parts(L);
}

/* The module */

static bool is_kind(const char *text) {
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i], text) == 0) return true;
    return false;
}

static void take_field(lua_State *L, int parts, const char *name, enum part part, int type) {
    int found = lua_getfield(L, 1, name);
    if (found != LUA_TNIL && type != LUA_TNONE && found != type)
        luaL_error(
            L, "errors.new: '%s' is a %s; expected a %s", name, lua_typename(L, found), lua_typename(L, type));
    set_part(L, parts, part);
}

static void take_table(lua_State *L, int parts) {
    if (lua_getfield(L, 1, "message") == LUA_TNIL) luaL_error(L, "errors.new: no 'message' in the table; expected a text");
    luaL_tolstring(L, -1, NULL);
    set_part(L, parts, MESSAGE);
    lua_pop(L, 1);
    take_field(L, parts, "kind", KIND, LUA_TSTRING);
    take_field(L, parts, "retryable", RETRYABLE, LUA_TBOOLEAN);
    take_field(L, parts, "details", DETAILS, LUA_TNONE);
}

/* A text, a table, or a kind and a text. */
static int errors_new(lua_State *L) {
    luaL_checkany(L, 1);
    bool has_kind = lua_type(L, 1) == LUA_TSTRING && lua_type(L, 2) == LUA_TSTRING && is_kind(lua_tostring(L, 1));
    push_parts(L);
    int parts = lua_gettop(L);
    if (has_kind) set_kind(L, parts, lua_tostring(L, 1));
    if (lua_istable(L, 1)) {
        take_table(L, parts);
    } else {
        luaL_tolstring(L, has_kind ? 2 : 1, NULL);
        set_part(L, parts, MESSAGE);
    }
    wrap_parts(L);
    return 1;
}

/* Another error with more to its text, and all else as it was. */
static int errors_wrap(lua_State *L) {
    luaL_checkany(L, 1);
    luaL_checkstring(L, 2);
    push_parts(L);
    int parts = lua_gettop(L);
    for (enum part part = KIND; is_error(L, 1) && part <= DETAILS; part++) {
        push_part(L, 1, part);
        set_part(L, parts, part);
    }
    lua_pushvalue(L, 2);
    lua_pushliteral(L, ": ");
    push_description(L, 1);
    lua_concat(L, 3);
    set_part(L, parts, MESSAGE);
    wrap_parts(L);
    return 1;
}

static int errors_is(lua_State *L) {
    luaL_checkstring(L, 2);
    bool is_it = is_error(L, 1);
    if (is_it) {
        push_part(L, 1, KIND);
        is_it = lua_rawequal(L, -1, 2);
    }
    lua_pushboolean(L, is_it);
    return 1;
}

static void add_kinds(lua_State *L) {
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        lua_pushstring(L, kinds[i]);
        lua_setfield(L, -2, kinds[i]);
    }
}

int open_errors(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"new", errors_new}, {"wrap", errors_wrap}, {"is", errors_is}, {NULL, NULL}};
    push_module(L, "errors", functions, "");
    add_kinds(L);
    return 1;
}

/* The global is there without `require`, and made of nothing before somebody asks it for something. */
static int global_index(lua_State *L) {
    luaL_requiref(L, "errors", open_errors, 0);
    lua_pushvalue(L, 2);
    lua_gettable(L, -2);
    return 1;
}

void open_global_errors(lua_State *L) {
    lua_newtable(L);
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, global_index);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
    lua_setglobal(L, "errors");
}
