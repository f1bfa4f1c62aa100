/* The modules whose work is the host's: `json`, `funcs`, `registry`; and `env`. */
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
    return answer_or_error(L, false);
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

static int funcs_call(lua_State *L) {
    char subject[48];
    luaL_checkstring(L, 1);
    int count = lua_gettop(L);
    begin_question(L, (size_t)count);
    for (int i = 1; i <= count; i++) {
        snprintf(subject, sizeof subject, "argument %d of funcs.call", i);
        add_to_question(L, i, ENCODE_STRICTLY, subject);
    }
    return answer_or_error(L, ask(L, CLUA_CALL, bytes_text(&machine_of(L)->question)));
}

int open_funcs(lua_State *L) {
    static const luaL_Reg functions[] = {{"call", funcs_call}, {NULL, NULL}};
    push_module(L, "funcs", functions, ": a function is called and waited for");
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
        return answer_or_error(L, false);
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
    const char *name = luaL_checkstring(L, 1);
    const char *value = getenv(name);
    if (value != NULL) {
        lua_pushstring(L, value);
        return 1;
    }
    lua_pushfstring(L, "no variable '%s' in the environment", name);
    return answer_or_error(L, false);
}

static int env_get_all(lua_State *L) {
    lua_newtable(L);
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
