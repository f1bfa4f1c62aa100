/* Questions to the host. Its frames lie on the stack between two pieces of Lua: nothing is raised through them, since
 * each reply runs under a lua_pcall of its own, and its error is raised again when the host has returned. */
#include "Machine.h"

struct reply {
    const char *path;
    struct clua_text text;
};

bool ask_request(lua_State *L, struct clua_request *request) {
    struct clua_machine *machine = machine_of(L);
    luaL_checkstack(L, LUA_MINSTACK, "no room for an answer");
    request->state = L;
    lua_State *before = machine->current;
    machine->current = L;
    bool answered = machine->host(machine->context, request);
    machine->current = before;
    bytes_clear(&machine->question);
    if (request->failed) lua_error(L);
    return answered;
}

bool ask(lua_State *L, enum clua_question question, struct clua_text text) {
    struct clua_request request = {.question = question, .text = text};
    return ask_request(L, &request);
}

static void reply(struct clua_request *request, lua_CFunction body, struct reply *reply) {
    lua_State *L = request->state;
    if (L == NULL) return;
    lua_pushcfunction(L, body);
    lua_pushlightuserdata(L, reply);
    if (lua_pcall(L, 1, 1, 0) != LUA_OK) request->failed = true;
}

static int reply_value(lua_State *L) {
    const struct reply *reply = lua_touserdata(L, 1);
    decode(L, reply->text);
    return 1;
}

static int reply_text(lua_State *L) {
    const struct reply *reply = lua_touserdata(L, 1);
    lua_pushlstring(L, reply->text.start, reply->text.count);
    return 1;
}

static int reply_source(lua_State *L) {
    const struct reply *reply = lua_touserdata(L, 1);
    const char *name = lua_pushfstring(L, "@%s", reply->path);
    if (luaL_loadbufferx(L, reply->text.start, reply->text.count, name, "t") != LUA_OK) return lua_error(L);
    return 1;
}

void clua_reply_value(struct clua_request *request, struct clua_text coded) {
    struct reply answer = {.text = coded};
    reply(request, reply_value, &answer);
}

static int reply_error(lua_State *L) {
    const struct reply *reply = lua_touserdata(L, 1);
    if (decode_list(L, reply->text) != 4) return luaL_error(L, "an error has not four parts");
    make_described_error(L);
    return 1;
}

void clua_reply_error(struct clua_request *request, struct clua_text coded) {
    struct reply answer = {.text = coded};
    reply(request, reply_error, &answer);
}

void clua_reply_text(struct clua_request *request, struct clua_text text) {
    struct reply answer = {.text = text};
    reply(request, reply_text, &answer);
}

void clua_reply_source(struct clua_request *request, const char *path, struct clua_text source) {
    struct reply answer = {path, source};
    reply(request, reply_source, &answer);
}

/* The question's text */

void need_memory(lua_State *L, bool there_was) {
    if (!there_was) luaL_error(L, "not enough memory");
}

struct clua_bytes *begin_question(lua_State *L, size_t count) {
    struct clua_bytes *question = &machine_of(L)->question;
    bytes_clear(question);
    need_memory(L, coding_append_count(question, TAG_LIST, count));
    return question;
}

/* The text is copied first: what comes after may run a finalizer, which may have a problem of its own. */
static int raise_problem(lua_State *L) {
    const struct clua_bytes *problem = &machine_of(L)->problem;
    lua_pushlstring(L, (const char *)problem->start, problem->count);
    luaL_where(L, 1);
    lua_insert(L, -2);
    lua_concat(L, 2);
    return lua_error(L);
}

void add_to_question(lua_State *L, int index, enum encoding_policy policy, const char *subject) {
    if (!encode(L, index, policy, subject, 1, &machine_of(L)->question)) raise_problem(L);
}

int answer_or_error(lua_State *L, bool answered) {
    if (answered) return 1;
    lua_pushnil(L);
    lua_insert(L, -2);
    return 2;
}
