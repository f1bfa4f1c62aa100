/* One Lua 5.4 state, as Swift sees it. Lua raises an error by longjmp, which must never cross a frame of Swift's: so
 * every call into Lua that can raise is made here, under lua_pcall, and Swift and Lua exchange values as bytes (the
 * format is that of ValueCoding). No function of this header raises. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct clua_machine;

/* Bytes that grow, unless they are fixed: then what finds no room is left out. All zero is empty. */
struct clua_bytes {
    unsigned char *start;
    size_t count, capacity;
    bool is_fixed;
};

struct clua_text {
    const char *start;
    size_t count;
};

enum clua_outcome {
    CLUA_DONE,
    /* The function returned nil and an error. */
    CLUA_REFUSED,
    /* An error was raised; there is a traceback if there was memory for it. */
    CLUA_RAISED,
    /* The file's text is no Lua. */
    CLUA_BAD_SYNTAX,
    /* The file returned neither a table nor a function; the message is what it was. */
    CLUA_NO_TABLE,
    /* The file's table has no function of that name; the message is the type of what it has, the value a list of the
     * names of the functions that it has. */
    CLUA_NO_FUNCTION,
};

struct clua_result {
    /* A coded value. */
    struct clua_bytes value;
    struct clua_bytes message, traceback;
    /* Of an error of `errors`: a coded list of its kind, whether it is retryable, and its details. */
    struct clua_bytes error;
};

void clua_result_free(struct clua_result *result);

/* What Lua asks of its host. `text` is the question's bytes. */
enum clua_question {
    /* A coded list: level, message, a map of fields. */
    CLUA_LOG,
    /* A coded list: the function's ID, null or a map that is added to the context, its arguments. */
    CLUA_CALL,
    /* A coded list: the criteria, if there are any. */
    CLUA_FIND,
    /* The ID of an entry. */
    CLUA_GET,
    /* A coded list of one value. */
    CLUA_JSON_TEXT,
    /* JSON text. */
    CLUA_JSON_VALUE,
    /* A coded list: a zone's name, or "" for that of the job, and seconds since 1970. The answer is a list of the first second of
     * the span in which its clocks stay as they are then, the first second after it, and how far east they are. */
    CLUA_ZONE,
    /* The same. The answer is what the zone is called then, such as CEST. */
    CLUA_ZONE_NAME,
    /* Nothing. */
    CLUA_CONTEXT,
    /* The name of a variable that the environment does not have. */
    CLUA_VARIABLE,
    /* Nothing. */
    CLUA_VARIABLES,
    /* A module's name, to be looked for in `scope`; the answer is its file's path, in the scope that `scope` then is. No path:
     * it is one of the machine's own. */
    CLUA_LOCATE,
    /* A path; the answer is the source. */
    CLUA_SOURCE,
};

struct clua_request {
    enum clua_question question;
    struct clua_text text;
    int scope;
    /* The machine has a module of this name. */
    bool is_built_in;
    /* Lua's side of it. */
    void *state;
    bool failed;
};

/* Answers by one call of a `clua_reply` function and returns true, or replies with an error, of CLUA_LOCATE and CLUA_SOURCE
 * with its text, and returns false. A log line needs no answer. */
typedef bool (*clua_host)(void *context, struct clua_request *request);

void clua_reply_value(struct clua_request *request, struct clua_text coded);
/* A coded list: the error's text, its kind, whether it is retryable, its details. */
void clua_reply_error(struct clua_request *request, struct clua_text coded);
void clua_reply_text(struct clua_request *request, struct clua_text text);
void clua_reply_source(struct clua_request *request, const char *path, struct clua_text source);

/* NULL: there is no memory for it. Lua's own use of memory ends at `memory_limit` with an error in Lua. */
struct clua_machine *clua_open(clua_host host, void *context, size_t memory_limit);
void clua_close(struct clua_machine *machine);

/* A file of a scope. The scopes are the host's: each is a number, and what `require` finds for its files. Those of scope 0 share
 * Lua's globals as they are; those of another have a `require` of their own besides. */
struct clua_place {
    int scope;
    const char *path;
};

/* Runs the source and keeps what it returns: a table or a function; anything, if it is a library. */
enum clua_outcome clua_load(
    struct clua_machine *machine, struct clua_place place, struct clua_text source, bool is_library,
    struct clua_result *result);

/* Whether the place, which is loaded, has a function of that name, or is one: CLUA_DONE, and the value is the name of its first
 * parameter or null; or CLUA_NO_FUNCTION. */
enum clua_outcome clua_check(
    struct clua_machine *machine, struct clua_place place, struct clua_text method, struct clua_result *result);

/* Calls it with a coded list of arguments. */
enum clua_outcome clua_call(
    struct clua_machine *machine, struct clua_place place, struct clua_text method, struct clua_text arguments,
    struct clua_result *result);

/* From now on SIGTERM during a call into Lua writes where that is to the standard error before it ends the process. For one
 * machine of the process, on its main thread. */
void clua_trace_termination(struct clua_machine *machine);

/* A full collection of Lua's garbage. */
void clua_collect(struct clua_machine *machine);

/* Bytes that Lua holds. */
size_t clua_memory(const struct clua_machine *machine);
