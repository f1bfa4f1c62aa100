/* What an error says: its text, and the user's frames of the stack. */
#include "Machine.h"

#include <stdio.h>
#include <string.h>

/* As many of a deep stack's frames are shown at its top, and at its bottom. */
enum { SHOWN_AT_EACH_END = 11 };

/* Frames */

static bool has_frame(lua_State *L, int level) {
    lua_Debug frame;
    return lua_getstack(L, level, &frame);
}

int count_frames(lua_State *L) {
    int low = 0, high = 1;
    while (has_frame(L, high - 1)) {
        low = high;
        high *= 2;
    }
    /* There are at least `low` and fewer than `high`. */
    while (low + 1 < high) {
        int middle = (low + high) / 2;
        if (has_frame(L, middle - 1))
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* The path as it was given: Lua's short form cuts a long one. */
static const char *source_of(const lua_Debug *frame) {
    return frame->source[0] == '@' ? frame->source + 1 : frame->short_src;
}

static void append_line(struct clua_bytes *text, const char *source, int line) {
    char number[16];
    bytes_append_string(text, source);
    if (line <= 0) return;
    snprintf(number, sizeof number, ":%d", line);
    bytes_append_string(text, number);
}

static void append_function(struct clua_bytes *text, const lua_Debug *frame, struct clua_text method) {
    if (*frame->namewhat != '\0' || method.count > 0) {
        bytes_append_string(text, "function '");
        if (*frame->namewhat != '\0')
            bytes_append_string(text, frame->name);
        else
            bytes_append(text, method.start, method.count);
        bytes_append_string(text, "'");
    } else if (*frame->what == 'm') {
        bytes_append_string(text, "main chunk");
    } else if (*frame->what == 'C') {
        bytes_append_string(text, "function ?");
    } else {
        bytes_append_string(text, "function <");
        append_line(text, source_of(frame), frame->linedefined);
        bytes_append_string(text, ">");
    }
}

static void append_frame(struct clua_bytes *text, lua_State *L, int level, struct clua_text method) {
    lua_Debug frame;
    if (!lua_getstack(L, level, &frame)) return;
    lua_getinfo(L, "Slnt", &frame);
    bytes_append_string(text, "\n\t");
    append_line(text, source_of(&frame), frame.currentline);
    bytes_append_string(text, ": in ");
    append_function(text, &frame, method);
    if (frame.istailcall) bytes_append_string(text, "\n\t(...tail calls...)");
}

static void append_skipped(struct clua_bytes *text, int count) {
    char line[64];
    snprintf(line, sizeof line, "\n\t...\t(skipping %d levels)", count);
    bytes_append_string(text, line);
}

/* No memory of Lua's is needed for it, since there may be none. */
void append_stack(struct clua_bytes *text, lua_State *L, int first, int last, struct clua_text method) {
    int skipped = last - first + 1 - 2 * SHOWN_AT_EACH_END;
    for (int level = first; level <= last; level++) {
        if (level == first + SHOWN_AT_EACH_END && skipped > 0) {
            append_skipped(text, skipped);
            level += skipped;
        }
        append_frame(text, L, level, level == last ? method : (struct clua_text){0});
    }
}

/* From the function that raised the error, which is above the handler, to the one that the host called. */
static void append_traceback(struct clua_bytes *text, lua_State *L, const struct clua_run *run) {
    bytes_append_string(text, "stack traceback:");
    append_stack(text, L, 1, count_frames(L) - run->frames_below - 1, run->method);
}

/* The text of an error value */

/* The table's or userdata's `message`, a text or a method that returns one. */
static bool push_message(lua_State *L, int index) {
    if (lua_getfield(L, index, "message") == LUA_TFUNCTION) {
        lua_pushvalue(L, index);
        lua_call(L, 1, 1);
    }
    if (lua_type(L, -1) == LUA_TSTRING) return true;
    lua_pop(L, 1);
    return false;
}

static bool push_json(lua_State *L, int index) {
    struct clua_bytes *question = begin_question(L, 1);
    if (!encode(L, index, ENCODE_ANYTHING, "", 1, question)) return false;
    bool answered = ask(L, CLUA_JSON_TEXT, bytes_text(question));
    if (!answered) lua_pop(L, 1);
    return answered;
}

static int describe(lua_State *L) {
    bool is_table = lua_istable(L, 1);
    bool has_text = luaL_getmetafield(L, 1, "__tostring") != LUA_TNIL;
    bool has_fields = is_table || luaL_getmetafield(L, 1, "__index") != LUA_TNIL;
    if (!has_text && has_fields && push_message(L, 1)) return 1;
    if (!has_text && is_table && push_json(L, 1)) return 1;
    luaL_tolstring(L, 1, NULL);
    return 1;
}

void push_description(lua_State *L, int index) {
    index = lua_absindex(L, index);
    lua_pushcfunction(L, describe);
    lua_pushvalue(L, index);
    if (lua_pcall(L, 1, 1, 0) == LUA_OK) return;
    lua_pop(L, 1);
    lua_pushfstring(L, "an error value that is a %s, and has no text", luaL_typename(L, index));
}

/* Replaces what an earlier error left, as of a function that was closing a variable when another was raised. */
int failure_handler(lua_State *L) {
    struct clua_run *run = machine_of(L)->run;
    size_t count;
    bytes_clear(&run->result->error);
    if (lua_type(L, 1) != LUA_TSTRING) {
        append_error(L, 1, &run->result->error);
        push_description(L, 1);
        lua_replace(L, 1);
    }
    const char *message = lua_tolstring(L, 1, &count);
    run->is_described = true;
    bytes_clear(&run->result->message);
    bytes_clear(&run->result->traceback);
    bytes_append(&run->result->message, message, count);
    append_traceback(&run->result->traceback, L, run);
    return 1;
}
