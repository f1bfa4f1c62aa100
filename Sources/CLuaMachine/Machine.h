/* What the files of this module share. */
#pragma once

#include "CLuaMachine.h"

#include <lua.h>

#include <lauxlib.h>
#include <lualib.h>
#include <stdint.h>

/* One call from the host into Lua, on the host's stack. */
struct clua_run {
    struct clua_machine *machine;
    struct clua_run *outer;
    struct clua_place place;
    bool is_library;
    /* Names the function in a traceback; empty for a file's main chunk. */
    struct clua_text method;
    /* The source, or the arguments. */
    struct clua_text input;
    /* How many frames of the stack are not the user's. */
    int frames_below;
    /* The message handler has written the error into the result. */
    bool is_described;
    enum clua_outcome outcome;
    struct clua_result *result;
};

struct clua_machine {
    lua_State *main;
    /* The state or coroutine that is running: what the host calls while it answers must run on top of it. */
    lua_State *current;
    clua_host host;
    void *context;
    size_t memory, memory_limit;
    struct clua_run *run;
    /* The current question. The host has read it before it calls Lua again. */
    struct clua_bytes question;
    /* Parts of a warning that has not ended. */
    struct clua_bytes warning;
    /* Keys of maps that are being encoded, a stack. */
    struct clua_bytes keys;
    /* What the encoder found wrong. */
    struct clua_bytes problem;
};

/* Each state and coroutine has a pointer to the machine in the space in front of it. */
static inline struct clua_machine *machine_of(lua_State *L) { return *(struct clua_machine **)lua_getextraspace(L); }

static inline struct clua_text bytes_text(const struct clua_bytes *bytes) {
    return (struct clua_text){(const char *)bytes->start, bytes->count};
}

/* Bytes.c: false if there is no memory. */
bool bytes_append(struct clua_bytes *bytes, const void *start, size_t count);
bool bytes_append_string(struct clua_bytes *bytes, const char *string);
void bytes_free(struct clua_bytes *bytes);
/* Empties them, and keeps no great piece of memory for it. */
void bytes_clear(struct clua_bytes *bytes);

/* UTF8.c: the length of the sequence at `start`, 0 if it is not one. */
size_t utf8_sequence(const unsigned char *start, size_t count);

/* Coding.c: tags and limits of ValueCoding. */
enum coding_tag { TAG_NULL, TAG_FALSE, TAG_TRUE, TAG_INT, TAG_DOUBLE, TAG_STRING, TAG_LIST, TAG_MAP };
enum { CODING_DEEPEST = 128 };
bool coding_append_count(struct clua_bytes *bytes, enum coding_tag tag, size_t count);
bool coding_append_bits(struct clua_bytes *bytes, enum coding_tag tag, uint64_t bits);

enum encoding_policy {
    /* Whatever is no value is a problem. */
    ENCODE_STRICTLY,
    /* Strings that are not UTF-8 get U+FFFD where they are not. */
    ENCODE_REPAIRED,
    /* And what is no value becomes a text, such as (function). */
    ENCODE_ANYTHING,
};

/* Encoder.c: appends the value at `index`, which will stand inside `depth` lists and maps. Raises nothing, runs no Lua
 * code and pushes nothing. On a problem it returns false; the machine's `problem` is the sentence, beginning with
 * `subject`. */
bool encode(
    lua_State *L, int index, enum encoding_policy policy, const char *subject, int depth, struct clua_bytes *out);

/* Shape.c: a list or a map of so many values. `fault`: it is neither, and why; NULL: it is one. */
struct shape {
    bool is_list;
    size_t count;
    const char *fault;
};
struct shape shape_of(lua_State *L, int table);

/* Decoder.c: pushes the value; raises an error if the bytes are not one. `decode_list` pushes the elements of a list and
 * returns their number. */
void decode(lua_State *L, struct clua_text coded);
int decode_list(lua_State *L, struct clua_text coded);
/* Pushes the metatable that tells an empty map from an empty list. */
void push_map_mark(lua_State *L);
void open_map_mark(lua_State *L);

/* Ask.c: puts a question to the host, and pushes the answer. False: it is the text of an error. */
bool ask(lua_State *L, enum clua_question question, struct clua_text text);
bool ask_request(lua_State *L, struct clua_request *request);
/* Begins a coded list as a question's text; raises an error if there is no memory. */
struct clua_bytes *begin_question(lua_State *L, size_t count);
void need_memory(lua_State *L, bool there_was);
/* Adds the value at `index` to the question; raises an error that begins with `subject`. */
void add_to_question(lua_State *L, int index, enum encoding_policy policy, const char *subject);
/* The answer, or nil and the error: what the caller returns. */
int answer_or_error(lua_State *L, bool answered);

/* Errors.c: what functions return as the second value of `nil, error`. `fail` takes a message from the top of the stack and
 * returns the error to Lua. `push_error_text` pushes the message of one and allocates nothing; false: it is none. */
int fail(lua_State *L, const char *kind);
bool push_error_text(lua_State *L, int index);
/* Pops four values: the message, the kind, whether it is retryable, the details. */
void make_described_error(lua_State *L);
/* What an error says besides its text, as a coded list; nothing if it is none. */
void append_error(lua_State *L, int index, struct clua_bytes *out);
void open_global_errors(lua_State *L);
int open_errors(lua_State *L);

/* Frozen.c: `push_contents` pushes the table that a frozen one stands for, and allocates nothing; false: it is not frozen. */
bool push_contents(lua_State *L, int table);
void open_tables(lua_State *L);

/* Failure.c: a message handler for lua_pcall; and the text of any error value, which it pushes. */
int failure_handler(lua_State *L);
void push_description(lua_State *L, int index);
int count_frames(lua_State *L);
/* The frames of these levels, the innermost first, each on a line of its own. `method` is the name of the last one. */
void append_stack(struct clua_bytes *text, lua_State *L, int first, int last, struct clua_text method);

/* Places.c: what files have returned. `push_value` pushes it, or nil; `set_value` pops it. */
int push_value(lua_State *L, struct clua_place place);
void set_value(lua_State *L, struct clua_place place);
/* Pushes the globals of a scope. */
void push_globals(lua_State *L, int scope);
/* Gives the chunk at the top of the stack the globals of the scope. */
void set_globals(lua_State *L, int scope);
/* Whether the file's main chunk is on the stack, so that it cannot have returned its value yet. */
bool is_being_run(lua_State *L, struct clua_place place);

/* Require.c and the modules. */
int require_module(lua_State *L);
int open_logger(lua_State *L);
int open_time(lua_State *L);
int open_ctx(lua_State *L);
int open_json(lua_State *L);
int open_env(lua_State *L);
int open_funcs(lua_State *L);
int open_registry(lua_State *L);

/* Module.c: a table whose unknown names are errors that say which there are. `reason` may be empty. */
void push_module(lua_State *L, const char *name, const luaL_Reg *functions, const char *reason);
/* Whether it is a table with the metatable of this name. */
bool has_type(lua_State *L, int index, const char *type);
/* Pushes a field as it stands, without metamethods; returns its type. */
int raw_field(lua_State *L, int table, const char *name);
/* Copies all fields of the table `from`, which may be frozen, into the table `to`. Both indices count from the bottom. */
void add_all(lua_State *L, int to, int from);

/* Time.c, Duration.c: spans and moments in nanoseconds. */
void push_duration(lua_State *L, int64_t nanoseconds);
/* Accepts a Duration, a number of nanoseconds, or text. */
int64_t check_duration(lua_State *L, int argument);
int parse_duration(lua_State *L);
void open_durations(lua_State *L);

/* Layout.c: a moment as a layout of Go's says, appended to a buffer. */
enum { LONGEST_ZONE = 16 };
struct civil {
    int64_t year;
    int month, day, hour, minute, second, weekday, year_day;
    int nanosecond;
    /* East of Greenwich, in seconds. */
    int32_t offset;
    /* What the zone is called then, such as CEST. */
    char zone[LONGEST_ZONE];
};
struct civil civil_time(int64_t seconds, int nanosecond, int32_t offset);
int64_t days_of_date(int64_t year, int month, int64_t day);
void add_layout(luaL_Buffer *buffer, const struct civil *civil, const char *layout, size_t count);

/* Zone.c: locations, userdata. `zone_span` is what the clocks show at a moment, in seconds since 1970, at the location at
 * `index`; nil is UTC. */
struct zone_span {
    /* The first second of it, and the first after it. */
    int64_t start, end;
    int32_t offset;
};
struct zone_span zone_span(lua_State *L, int index, int64_t seconds);
/* What the zone is called then. */
void zone_name(lua_State *L, int index, int64_t seconds, char name[LONGEST_ZONE]);
/* Pushes a location or nil: the argument, or that of the job. */
void push_location_argument(lua_State *L, int argument);
void push_fixed_zone(lua_State *L, const char *name, int32_t offset);
void push_local_zone(lua_State *L);
void check_location(lua_State *L, int argument);
int load_location(lua_State *L);
int fixed_zone(lua_State *L);
void open_locations(lua_State *L);
/* Pops the location and pushes it, or for UTC a location that is it. */
void push_as_location(lua_State *L);

/* Time.c: a moment in a location, which is popped. */
void push_moment(lua_State *L, int64_t seconds, int nanosecond);
/* The moment when clocks there show this; all but the nanosecond may be beyond its range. The location is at `index`. */
struct date {
    int64_t year, month, day, hour, minute, second, nanosecond;
};
struct instant {
    int64_t seconds;
    int nanosecond;
};
struct instant instant_of_date(lua_State *L, const struct date *date, int location);

/* Parse.c */
int parse_time(lua_State *L);
