/* A value of Lua's as bytes. Tables are read raw, so that no metamethod runs: nothing here allocates in Lua, and thus
 * neither raises nor collects garbage. */
#include "Machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where a value stands, from the inside out. */
struct place {
    const struct place *outer;
    /* NULL: an element of a list. */
    const char *key;
    size_t length;
    lua_Integer index;
};

struct encoder {
    lua_State *L;
    struct clua_machine *machine;
    enum encoding_policy policy;
    const char *subject;
    struct clua_bytes *out;
};

struct key {
    const char *start;
    size_t count;
    /* Where the key lies on Lua's stack. */
    int slot;
};

static bool encode_value(struct encoder *encoder, int index, const struct place *place, int depth);

/* Problems */

enum { LONGEST_KEY_SHOWN = 64 };

static void append_place(struct clua_bytes *text, const struct place *place) {
    if (place == NULL) return;
    append_place(text, place->outer);
    char index[32];
    snprintf(index, sizeof index, "[%lld]", (long long)place->index);
    if (place->key == NULL) {
        bytes_append_string(text, index);
        return;
    }
    bytes_append_string(text, ".");
    bytes_append(text, place->key, place->length < LONGEST_KEY_SHOWN ? place->length : LONGEST_KEY_SHOWN);
}

static bool problem(struct encoder *encoder, const struct place *place, const char *sentence) {
    struct clua_bytes *text = &encoder->machine->problem;
    bytes_clear(text);
    bytes_append_string(text, encoder->subject);
    if (place != NULL) bytes_append_string(text, ": ");
    append_place(text, place);
    bytes_append_string(text, " ");
    bytes_append_string(text, sentence);
    return false;
}

static bool no_memory(struct encoder *encoder) {
    return problem(encoder, NULL, "is too large; there is not enough memory");
}

static bool checked(struct encoder *encoder, bool there_was_memory) {
    return there_was_memory || no_memory(encoder);
}

/* Text */

static bool append_raw_text(struct encoder *encoder, const char *start, size_t count, bool has_tag) {
    size_t before = encoder->out->count;
    if (!coding_append_count(encoder->out, TAG_STRING, count)) return no_memory(encoder);
    if (!has_tag) {
        memmove(encoder->out->start + before, encoder->out->start + before + 1, 4);
        encoder->out->count--;
    }
    return checked(encoder, bytes_append(encoder->out, start, count));
}

static size_t repaired_length(const char *start, size_t count) {
    size_t length = 0;
    for (size_t i = 0, step; i < count; i += step ? step : 1) {
        step = utf8_sequence((const unsigned char *)start + i, count - i);
        length += step ? step : 3;
    }
    return length;
}

/* U+FFFD for each byte that is not UTF-8. */
static bool append_repaired_text(struct encoder *encoder, const char *start, size_t count, bool has_tag) {
    if (!append_raw_text(encoder, NULL, 0, has_tag)) return false;
    size_t length = repaired_length(start, count);
    for (int i = 0; i < 4; i++) encoder->out->start[encoder->out->count - 4 + i] = (unsigned char)(length >> (8 * i));
    if (length > UINT32_MAX) return no_memory(encoder);
    for (size_t i = 0, step; i < count; i += step ? step : 1) {
        step = utf8_sequence((const unsigned char *)start + i, count - i);
        if (!bytes_append(encoder->out, step ? start + i : "\xEF\xBF\xBD", step ? step : 3)) return no_memory(encoder);
    }
    return true;
}

static bool is_utf8(const char *start, size_t count) {
    for (size_t i = 0; i < count;) {
        size_t step = utf8_sequence((const unsigned char *)start + i, count - i);
        if (step == 0) return false;
        i += step;
    }
    return true;
}

static bool encode_text(
    struct encoder *encoder, const char *start, size_t count, const struct place *place, bool has_tag) {
    if (is_utf8(start, count)) return append_raw_text(encoder, start, count, has_tag);
    if (encoder->policy == ENCODE_STRICTLY)
        return problem(encoder, place, has_tag ? "is not UTF-8 text" : "has a key that is not UTF-8 text");
    return append_repaired_text(encoder, start, count, has_tag);
}

/* Whatever is no value: a problem, or a text in its stead. */
static bool encode_stranger(
    struct encoder *encoder, const struct place *place, const char *stead, const char *sentence) {
    if (encoder->policy != ENCODE_ANYTHING) return problem(encoder, place, sentence);
    return append_raw_text(encoder, stead, strlen(stead), true);
}

/* Tables */

static bool encode_list(struct encoder *encoder, int table, size_t count, const struct place *outer, int depth) {
    if (!coding_append_count(encoder->out, TAG_LIST, count)) return no_memory(encoder);
    for (size_t i = 1; i <= count; i++) {
        struct place place = {.outer = outer, .index = (lua_Integer)i};
        lua_rawgeti(encoder->L, table, (lua_Integer)i);
        bool encoded = encode_value(encoder, lua_gettop(encoder->L), &place, depth + 1);
        lua_pop(encoder->L, 1);
        if (!encoded) return false;
    }
    return true;
}

static int compare_keys(const void *left, const void *right) {
    const struct key *a = left, *b = right;
    int order = memcmp(a->start, b->start, a->count < b->count ? a->count : b->count);
    if (order != 0) return order;
    return (a->count > b->count) - (a->count < b->count);
}

/* Leaves the keys on Lua's stack, since a value is found by its key without allocating, and sorts them, so that equal
 * tables have equal bytes. */
static bool push_keys(struct encoder *encoder, int table) {
    lua_State *L = encoder->L;
    struct clua_bytes *keys = &encoder->machine->keys;
    size_t first = keys->count;
    lua_pushnil(L);
    while (lua_next(L, table)) {
        struct key key;
        key.slot = lua_gettop(L) - 1;
        key.start = lua_tolstring(L, key.slot, &key.count);
        lua_pop(L, 1);
        if (!lua_checkstack(L, 4) || !bytes_append(keys, &key, sizeof key)) return no_memory(encoder);
        lua_pushvalue(L, -1);
    }
    struct key *start = (struct key *)keys->start + first / sizeof(struct key);
    qsort(start, (keys->count - first) / sizeof(struct key), sizeof(struct key), compare_keys);
    return true;
}

static bool encode_pair(struct encoder *encoder, int table, struct key key, const struct place *outer, int depth) {
    if (!encode_text(encoder, key.start, key.count, outer, false)) return false;
    struct place place = {.outer = outer, .key = key.start, .length = key.count};
    lua_pushvalue(encoder->L, key.slot);
    lua_rawget(encoder->L, table);
    bool encoded = encode_value(encoder, lua_gettop(encoder->L), &place, depth + 1);
    lua_pop(encoder->L, 1);
    return encoded;
}

static bool encode_map(struct encoder *encoder, int table, size_t count, const struct place *outer, int depth) {
    struct clua_bytes *keys = &encoder->machine->keys;
    size_t first = keys->count;
    if (!coding_append_count(encoder->out, TAG_MAP, count)) return no_memory(encoder);
    int top = lua_gettop(encoder->L);
    bool encoded = count == 0 || push_keys(encoder, table);
    for (size_t i = 0; encoded && i < count; i++) {
        struct key key = ((struct key *)keys->start)[first / sizeof(struct key) + i];
        encoded = encode_pair(encoder, table, key, outer, depth);
    }
    lua_settop(encoder->L, top);
    keys->count = first;
    return encoded;
}

/* In bytes. Past it each table is a text: one that is inside itself twice would have no end. */
enum { MOST_OF_ANYTHING = 1 << 20 };

static bool encode_shape(struct encoder *encoder, int table, const struct place *place, int depth) {
    /* One level before it would be a problem, since the text that stands for it takes a level too. */
    if (encoder->policy == ENCODE_ANYTHING && (depth + 1 >= CODING_DEEPEST || encoder->out->count > MOST_OF_ANYTHING))
        return append_raw_text(encoder, "(table)", 7, true);
    struct shape shape = shape_of(encoder->L, table);
    if (shape.fault != NULL) return encode_stranger(encoder, place, "(table)", shape.fault);
    if (shape.is_list) return encode_list(encoder, table, shape.count, place, depth);
    return encode_map(encoder, table, shape.count, place, depth);
}

static bool encode_table(struct encoder *encoder, int table, const struct place *place, int depth) {
    if (!push_contents(encoder->L, table)) return encode_shape(encoder, table, place, depth);
    bool encoded = encode_shape(encoder, lua_gettop(encoder->L), place, depth);
    lua_pop(encoder->L, 1);
    return encoded;
}

/* Scalars */

static bool encode_number(struct encoder *encoder, int index) {
    if (lua_isinteger(encoder->L, index))
        return checked(
            encoder, coding_append_bits(encoder->out, TAG_INT, (uint64_t)lua_tointeger(encoder->L, index)));
    double number = lua_tonumber(encoder->L, index);
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    return checked(encoder, coding_append_bits(encoder->out, TAG_DOUBLE, bits));
}

static bool encode_tag(struct encoder *encoder, enum coding_tag tag) {
    unsigned char byte = (unsigned char)tag;
    return checked(encoder, bytes_append(encoder->out, &byte, 1));
}

static bool encode_string(struct encoder *encoder, int index, const struct place *place) {
    size_t count;
    const char *start = lua_tolstring(encoder->L, index, &count);
    return encode_text(encoder, start, count, place, true);
}

static bool encode_userdata(struct encoder *encoder, int index, const struct place *place) {
    /* json.null */
    if (lua_touserdata(encoder->L, index) == NULL) return encode_tag(encoder, TAG_NULL);
    if (push_error_text(encoder->L, index)) {
        bool encoded = encode_string(encoder, lua_gettop(encoder->L), place);
        lua_pop(encoder->L, 1);
        return encoded;
    }
    return encode_stranger(encoder, place, "(userdata)", "is a userdata such as a time; expected tostring of it");
}

/* The number of stack slots that one level needs, those of a map's keys apart. */
enum { SLOTS_PER_LEVEL = 8 };

static bool encode_value(struct encoder *encoder, int index, const struct place *place, int depth) {
    const char *what = "expected nil, a boolean, a number, a string or a table";
    char sentence[128];
    if (depth >= CODING_DEEPEST)
        return problem(encoder, NULL, "has more than 127 tables inside each other; is one inside itself?");
    if (!lua_checkstack(encoder->L, SLOTS_PER_LEVEL)) return no_memory(encoder);
    int type = lua_type(encoder->L, index);
    switch (type) {
    case LUA_TNIL: return encode_tag(encoder, TAG_NULL);
    case LUA_TBOOLEAN: return encode_tag(encoder, lua_toboolean(encoder->L, index) ? TAG_TRUE : TAG_FALSE);
    case LUA_TNUMBER: return encode_number(encoder, index);
    case LUA_TSTRING: return encode_string(encoder, index, place);
    case LUA_TTABLE: return encode_table(encoder, index, place, depth);
    case LUA_TLIGHTUSERDATA:
    case LUA_TUSERDATA: return encode_userdata(encoder, index, place);
    default:
        snprintf(sentence, sizeof sentence, "is a %s; %s", lua_typename(encoder->L, type), what);
        return encode_stranger(encoder, place, type == LUA_TFUNCTION ? "(function)" : "(thread)", sentence);
    }
}

bool encode(
    lua_State *L, int index, enum encoding_policy policy, const char *subject, int depth, struct clua_bytes *out) {
    struct encoder encoder = {L, machine_of(L), policy, subject, out};
    int top = lua_gettop(L);
    bool encoded = encode_value(&encoder, lua_absindex(L, index), NULL, depth);
    lua_settop(L, top);
    bytes_clear(&encoder.machine->keys);
    return encoded;
}
