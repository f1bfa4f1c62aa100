/* A value of Lua's from bytes. They come from ValueCoding, but nothing is read past their end whatever they are. */
#include "Machine.h"

#include <string.h>

struct decoder {
    lua_State *L;
    const unsigned char *next, *end;
};

/* Its address is the key of the metatable in Lua's registry. */
static const char map_mark;

void push_map_mark(lua_State *L) { lua_rawgetp(L, LUA_REGISTRYINDEX, &map_mark); }

void open_map_mark(lua_State *L) {
    lua_newtable(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &map_mark);
}

static void decode_value(struct decoder *decoder, int depth);

static const unsigned char *take(struct decoder *decoder, size_t count) {
    if ((size_t)(decoder->end - decoder->next) < count) luaL_error(decoder->L, "a value ends too early");
    const unsigned char *start = decoder->next;
    decoder->next += count;
    return start;
}

static uint64_t take_bits(struct decoder *decoder, size_t size) {
    const unsigned char *bytes = take(decoder, size);
    uint64_t bits = 0;
    for (size_t i = 0; i < size; i++) bits |= (uint64_t)bytes[i] << (8 * i);
    return bits;
}

/* Of bytes or of elements, of which each takes a byte at least. */
static int take_count(struct decoder *decoder) {
    uint64_t count = take_bits(decoder, 4);
    if (count > (size_t)(decoder->end - decoder->next) || count > INT32_MAX)
        luaL_error(decoder->L, "a value ends too early");
    return (int)count;
}

static void decode_string(struct decoder *decoder) {
    size_t count = (size_t)take_count(decoder);
    lua_pushlstring(decoder->L, (const char *)take(decoder, count), count);
}

static void decode_double(struct decoder *decoder) {
    uint64_t bits = take_bits(decoder, 8);
    double number;
    memcpy(&number, &bits, sizeof number);
    lua_pushnumber(decoder->L, number);
}

static bool next_is_null(const struct decoder *decoder) {
    return decoder->next < decoder->end && *decoder->next == TAG_NULL;
}

/* A null keeps its position in a list, as json.null. */
static void decode_element(struct decoder *decoder, int depth) {
    bool is_null = next_is_null(decoder);
    decode_value(decoder, depth);
    if (!is_null) return;
    lua_pop(decoder->L, 1);
    lua_pushlightuserdata(decoder->L, NULL);
}

static void decode_list_value(struct decoder *decoder, int depth) {
    int count = take_count(decoder);
    lua_createtable(decoder->L, count, 0);
    for (int i = 1; i <= count; i++) {
        decode_element(decoder, depth + 1);
        lua_rawseti(decoder->L, -2, i);
    }
}

/* A null in a map is a key that is absent: `if map.key then` means what it says. */
static void decode_map_value(struct decoder *decoder, int depth) {
    int count = take_count(decoder);
    lua_createtable(decoder->L, 0, count);
    push_map_mark(decoder->L);
    lua_setmetatable(decoder->L, -2);
    for (int i = 0; i < count; i++) {
        decode_string(decoder);
        decode_value(decoder, depth + 1);
        lua_rawset(decoder->L, -3);
    }
}

static void decode_value(struct decoder *decoder, int depth) {
    lua_State *L = decoder->L;
    if (depth >= CODING_DEEPEST) luaL_error(L, "a value has more than %d lists and maps inside each other", depth - 1);
    luaL_checkstack(L, 8, "a value is too deep");
    switch (*take(decoder, 1)) {
    case TAG_NULL: lua_pushnil(L); break;
    case TAG_FALSE: lua_pushboolean(L, 0); break;
    case TAG_TRUE: lua_pushboolean(L, 1); break;
    case TAG_INT: lua_pushinteger(L, (lua_Integer)take_bits(decoder, 8)); break;
    case TAG_DOUBLE: decode_double(decoder); break;
    case TAG_STRING: decode_string(decoder); break;
    case TAG_LIST: decode_list_value(decoder, depth); break;
    case TAG_MAP: decode_map_value(decoder, depth); break;
    default: luaL_error(L, "a value has an unknown tag");
    }
}

static struct decoder begin(lua_State *L, struct clua_text coded) {
    const unsigned char *start = (const unsigned char *)coded.start;
    return (struct decoder){L, start, start + coded.count};
}

void decode(lua_State *L, struct clua_text coded) {
    struct decoder decoder = begin(L, coded);
    decode_value(&decoder, 0);
}

int decode_list(lua_State *L, struct clua_text coded) {
    struct decoder decoder = begin(L, coded);
    if (*take(&decoder, 1) != TAG_LIST) luaL_error(L, "the arguments are no list");
    int count = take_count(&decoder);
    for (int i = 0; i < count; i++) decode_value(&decoder, 1);
    return count;
}
