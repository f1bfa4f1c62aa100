/* Whether a table of Lua's is a list or a map. It is read raw and nothing is allocated, as in Encoder.c. */
#include "Machine.h"

struct keys {
    size_t strings, integers;
    lua_Integer largest;
    /* Whether a key lies outside of 1, 2, 3…, and the type of one that is neither number nor string. */
    bool has_stray_integer;
    int other_key;
};

static void count_key(lua_State *L, struct keys *keys) {
    int type = lua_type(L, -2);
    if (type == LUA_TSTRING) {
        keys->strings++;
    } else if (lua_isinteger(L, -2)) {
        lua_Integer key = lua_tointeger(L, -2);
        keys->integers++;
        if (key < 1) keys->has_stray_integer = true;
        if (key > keys->largest) keys->largest = key;
    } else {
        keys->other_key = type;
    }
}

static struct keys keys_of(lua_State *L, int table) {
    struct keys keys = {.other_key = LUA_TNONE};
    lua_pushnil(L);
    while (lua_next(L, table)) {
        count_key(L, &keys);
        lua_pop(L, 1);
    }
    return keys;
}

static bool is_marked_map(lua_State *L, int table) {
    if (!lua_getmetatable(L, table)) return false;
    push_map_mark(L);
    bool marked = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    return marked;
}

static const char *fault_of(const struct keys *keys) {
    if (keys->other_key != LUA_TNONE)
        return "has a key that is neither a string nor a whole number; expected strings, or 1 to n";
    if (keys->integers == 0) return NULL;
    if (keys->strings > 0) return "has both strings and numbers as keys; expected strings, or 1 to n";
    if (keys->has_stray_integer) return "has a number below 1 as a key; expected strings, or 1 to n";
    if ((size_t)keys->largest == keys->integers) return NULL;
    return "is a list with holes; expected the keys 1 to n, with json.null where there is nothing";
}

struct shape shape_of(lua_State *L, int table) {
    struct keys keys = keys_of(L, table);
    bool is_list = keys.strings == 0 && (keys.integers > 0 || !is_marked_map(L, table));
    return (struct shape){is_list, keys.strings + keys.integers, fault_of(&keys)};
}
