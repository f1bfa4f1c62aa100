/* The modules whose work is the host's: `json`, `funcs`, `ctx`, `registry`; and `env`. */
#define _GNU_SOURCE 1

#include "Machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* json */

/* A value that has no JSON is an error to return, not one to raise: it is data. */
static int json_encode(lua_State *L) {
    luaL_checkany(L, 1);
    struct clua_bytes *question = begin_question(L, 1);
    if (encode(L, 1, ENCODE_STRICTLY, "the value", 1, question))
        return answer_or_error(L, ask(L, CLUA_JSON_TEXT, bytes_text(question)));
    const struct clua_bytes *problem = &machine_of(L)->problem;
    lua_pushlstring(L, (const char *)problem->start, problem->count);
    return fail(L, "INVALID");
}

static int json_decode(lua_State *L) {
    struct clua_text text;
    text.start = luaL_checklstring(L, 1, &text.count);
    return answer_or_error(L, ask(L, CLUA_JSON_VALUE, text));
}

int open_json(lua_State *L) {
    static const luaL_Reg functions[] = {{"encode", json_encode}, {"decode", json_decode}, {NULL, NULL}};
    push_module(L, "json", functions, "");
    lua_pushlightuserdata(L, NULL);
    lua_setfield(L, -2, "null");
    return 1;
}

/* funcs */

/* The context, a table or nil, stands first, then the ID and the arguments. */
static int call_function(lua_State *L, const char *name) {
    char subject[64];
    luaL_checkstring(L, 2);
    int last = lua_gettop(L);
    begin_question(L, (size_t)last);
    add_to_question(L, 2, ENCODE_STRICTLY, "the ID");
    add_to_question(L, 1, ENCODE_STRICTLY, "the context");
    for (int i = 3; i <= last; i++) {
        snprintf(subject, sizeof subject, "argument %d of %s", i - 1, name);
        add_to_question(L, i, ENCODE_STRICTLY, subject);
    }
    return answer_or_error(L, ask(L, CLUA_CALL, bytes_text(&machine_of(L)->question)));
}

static int funcs_call(lua_State *L) {
    luaL_checkstring(L, 1);
    lua_pushnil(L);
    lua_insert(L, 1);
    return call_function(L, "funcs.call");
}

/* An executor is a table with the context that its calls add. */

static const char executor_type[] = "Executor";

static void check_executor(lua_State *L) {
    if (!has_type(L, 1, executor_type)) luaL_typeerror(L, 1, "executor of funcs.new()");
}

static int executor_call(lua_State *L) {
    check_executor(L);
    raw_field(L, 1, "context");
    lua_replace(L, 1);
    return call_function(L, "call");
}

static void push_executor(lua_State *L) {
    lua_newtable(L);
    luaL_setmetatable(L, executor_type);
}

/* Another executor: the one before stays as it is. */
static int executor_with_context(lua_State *L) {
    check_executor(L);
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_settop(L, 2);
    push_executor(L);
    lua_newtable(L);
    push_map_mark(L);
    lua_setmetatable(L, 4);
    if (raw_field(L, 1, "context") == LUA_TTABLE) add_all(L, 4, 5);
    add_all(L, 4, 2);
    lua_settop(L, 4);
    lua_setfield(L, 3, "context");
    return 1;
}

static int funcs_new(lua_State *L) {
    static const luaL_Reg methods[] = {{"call", executor_call}, {"with_context", executor_with_context}, {NULL, NULL}};
    if (luaL_newmetatable(L, executor_type)) {
        push_module(L, "Executor", methods, "");
        lua_setfield(L, -2, "__index");
    }
    push_executor(L);
    return 1;
}

int open_funcs(lua_State *L) {
    static const luaL_Reg functions[] = {{"call", funcs_call}, {"new", funcs_new}, {NULL, NULL}};
    push_module(L, "funcs", functions, ": a function is called and waited for");
    return 1;
}

/* ctx */

static int ctx_all(lua_State *L) { return answer_or_error(L, ask(L, CLUA_CONTEXT, (struct clua_text){"", 0})); }

static int ctx_get(lua_State *L) {
    luaL_checkstring(L, 1);
    if (!ask(L, CLUA_CONTEXT, (struct clua_text){"", 0})) return answer_or_error(L, false);
    lua_pushvalue(L, 1);
    if (lua_rawget(L, -2) != LUA_TNIL) return 1;
    lua_pushfstring(L, "no value '%s' in the context", lua_tostring(L, 1));
    return fail(L, "NOT_FOUND");
}

int open_ctx(lua_State *L) {
    static const luaL_Reg functions[] = {{"all", ctx_all}, {"get", ctx_get}, {NULL, NULL}};
    push_module(L, "ctx", functions, ": the context is read, not written");
    return 1;
}

/* registry */

static int registry_find(lua_State *L) {
    bool has_criteria = !lua_isnoneornil(L, 1);
    if (has_criteria) luaL_checktype(L, 1, LUA_TTABLE);
    begin_question(L, has_criteria);
    if (has_criteria) add_to_question(L, 1, ENCODE_STRICTLY, "argument 1 of registry.find");
    return answer_or_error(L, ask(L, CLUA_FIND, bytes_text(&machine_of(L)->question)));
}

static int registry_get(lua_State *L) {
    struct clua_text text;
    text.start = luaL_checklstring(L, 1, &text.count);
    return answer_or_error(L, ask(L, CLUA_GET, text));
}

static int registry_parse_id(lua_State *L) {
    size_t count;
    const char *id = luaL_checklstring(L, 1, &count);
    const char *colon = memchr(id, ':', count);
    size_t space = colon != NULL ? (size_t)(colon - id) : 0;
    if (space == 0 || space + 1 == count) {
        lua_pushfstring(L, "'%s' is no ID; expected namespace:name", id);
        return fail(L, "INVALID");
    }
    lua_createtable(L, 0, 2);
    lua_pushlstring(L, id, space);
    lua_setfield(L, -2, "ns");
    lua_pushlstring(L, colon + 1, count - space - 1);
    lua_setfield(L, -2, "name");
    return 1;
}

int open_registry(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"find", registry_find}, {"get", registry_get}, {"parse_id", registry_parse_id}, {NULL, NULL}};
    push_module(L, "registry", functions, ": it is read, not written");
    return 1;
}

/* env */

static int env_get(lua_State *L) {
    struct clua_text name;
    name.start = luaL_checklstring(L, 1, &name.count);
    const char *value = getenv(name.start);
    if (value == NULL) return answer_or_error(L, ask(L, CLUA_VARIABLE, name));
    lua_pushstring(L, value);
    return 1;
}

/* What the environment has counts, whatever entries say. */
static int env_get_all(lua_State *L) {
    if (!ask(L, CLUA_VARIABLES, (struct clua_text){"", 0})) return answer_or_error(L, false);
    for (char **entry = environ; *entry != NULL; entry++) {
        const char *equals = strchr(*entry, '=');
        if (equals == NULL) continue;
        lua_pushlstring(L, *entry, (size_t)(equals - *entry));
        lua_pushstring(L, equals + 1);
        lua_rawset(L, -3);
    }
    return 1;
}

int open_env(lua_State *L) {
    static const luaL_Reg functions[] = {{"get", env_get}, {"get_all", env_get_all}, {NULL, NULL}};
    push_module(L, "env", functions, ": the environment is read, not written");
    return 1;
}
