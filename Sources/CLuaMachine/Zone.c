/* Zones of the module `time`: userdata of type Location. The host knows their rules; each location remembers the span of time that it
 * was asked about last. */
#include "Machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char location_type[] = "Location";

/* Its address is the key of the job's own location in Lua's registry. */
static const char local_key;

struct location {
    struct zone_span known;
    /* An offset of its own, and no zone of the host's. */
    bool is_fixed;
    char name[];
};

static struct location *push_location(lua_State *L, const char *name) {
    size_t length = strlen(name);
    struct location *location = lua_newuserdatauv(L, sizeof *location + length + 1, 0);
    /* Nothing is known before the first question. */
    *location = (struct location){.known = {.start = 0, .end = 0}};
    memcpy(location->name, name, length + 1);
    luaL_setmetatable(L, location_type);
    return location;
}

void push_fixed_zone(lua_State *L, const char *name, int32_t offset) {
    struct location *location = push_location(L, name);
    location->is_fixed = true;
    location->known = (struct zone_span){INT64_MIN, INT64_MAX, offset};
}

void push_local_zone(lua_State *L) { lua_rawgetp(L, LUA_REGISTRYINDEX, &local_key); }

void check_location(lua_State *L, int argument) { luaL_checkudata(L, argument, location_type); }

void push_location_argument(lua_State *L, int argument) {
    if (lua_isnoneornil(L, argument)) {
        push_local_zone(L);
    } else {
        check_location(L, argument);
        lua_pushvalue(L, argument);
    }
}

void push_as_location(lua_State *L) {
    if (!lua_isnil(L, -1)) return;
    lua_pop(L, 1);
    push_fixed_zone(L, "UTC", 0);
}

/* The host's answers */

static bool ask_zone(lua_State *L, enum clua_question kind, const char *name, int64_t seconds) {
    lua_pushstring(L, name);
    lua_pushinteger(L, seconds);
    begin_question(L, 2);
    add_to_question(L, -2, ENCODE_REPAIRED, "the zone");
    add_to_question(L, -1, ENCODE_REPAIRED, "the time");
    lua_pop(L, 2);
    return ask(L, kind, bytes_text(&machine_of(L)->question));
}

static int64_t take_integer(lua_State *L, int list, int index) {
    lua_rawgeti(L, list, index);
    int64_t number = lua_tointeger(L, -1);
    lua_pop(L, 1);
    return number;
}

/* The answer is popped; false: it stays, and is the error. */
static bool learn_span(lua_State *L, struct location *location, int64_t seconds) {
    if (!ask_zone(L, CLUA_ZONE, location->name, seconds)) return false;
    int list = lua_gettop(L);
    location->known.start = take_integer(L, list, 1);
    location->known.end = take_integer(L, list, 2);
    location->known.offset = (int32_t)take_integer(L, list, 3);
    lua_pop(L, 1);
    return true;
}

struct zone_span zone_span(lua_State *L, int index, int64_t seconds) {
    struct location *location = luaL_testudata(L, index, location_type);
    if (location == NULL) return (struct zone_span){INT64_MIN, INT64_MAX, 0};
    bool is_known = location->known.start <= seconds && seconds < location->known.end;
    if (!is_known && !location->is_fixed && !learn_span(L, location, seconds)) lua_error(L);
    return location->known;
}

/* As zones without letters are called: +03, -0330. */
static void write_offset(char name[LONGEST_ZONE], int32_t offset) {
    int minutes = abs(offset) / 60;
    if (minutes % 60 == 0)
        snprintf(name, LONGEST_ZONE, "%c%02d", offset < 0 ? '-' : '+', minutes / 60);
    else
        snprintf(name, LONGEST_ZONE, "%c%02d%02d", offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

void zone_name(lua_State *L, int index, int64_t seconds, char name[LONGEST_ZONE]) {
    struct location *location = luaL_testudata(L, index, location_type);
    write_offset(name, zone_span(L, index, seconds).offset);
    if (location == NULL) {
        snprintf(name, LONGEST_ZONE, "UTC");
    } else if (location->is_fixed) {
        if (*location->name != '\0') snprintf(name, LONGEST_ZONE, "%s", location->name);
    } else {
        if (ask_zone(L, CLUA_ZONE_NAME, location->name, seconds) && lua_type(L, -1) == LUA_TSTRING)
            snprintf(name, LONGEST_ZONE, "%s", lua_tostring(L, -1));
        lua_pop(L, 1);
    }
}

/* Functions of `time` */

int load_location(lua_State *L) {
    size_t length;
    const char *name = luaL_checklstring(L, 1, &length);
    if (length == 0 || strlen(name) != length) {
        lua_pushliteral(L, "expected the name of a time zone such as Europe/Riga");
        return fail(L, "INVALID");
    }
    if (strcmp(name, "UTC") == 0) {
        push_fixed_zone(L, "UTC", 0);
        return 1;
    }
    struct location *location = push_location(L, name);
    if (learn_span(L, location, 0)) return 1;
    return answer_or_error(L, false);
}

int fixed_zone(lua_State *L) {
    const char *name = luaL_checkstring(L, 1);
    lua_Integer offset = luaL_checkinteger(L, 2);
    luaL_argcheck(L, offset > -86400 && offset < 86400, 2, "expected seconds, less than a day of them");
    push_fixed_zone(L, name, (int32_t)offset);
    return 1;
}

/* That of the job has no name that the worker knows. */
static int location_string(lua_State *L) {
    const struct location *location = luaL_checkudata(L, 1, location_type);
    lua_pushstring(L, *location->name != '\0' || location->is_fixed ? location->name : "Local");
    return 1;
}

void open_locations(lua_State *L) {
    static const luaL_Reg methods[] = {{"string", location_string}, {NULL, NULL}};
    luaL_newmetatable(L, location_type);
    lua_pushcfunction(L, location_string);
    lua_setfield(L, -2, "__tostring");
    push_module(L, "Location", methods, "");
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
    push_location(L, "");
    lua_rawsetp(L, LUA_REGISTRYINDEX, &local_key);
}
