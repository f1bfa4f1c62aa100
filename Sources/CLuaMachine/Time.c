/* The module `time`: userdata of type Time, in nanoseconds since 1970 in UTC, from 1678 to 2262. */
#include "Machine.h"

#include <errno.h>
#include <time.h>

static const char time_type[] = "Time";
enum { NANOSECONDS = 1000000000 };

static int push_time(lua_State *L, int64_t nanoseconds) {
    *(int64_t *)lua_newuserdatauv(L, sizeof nanoseconds, 0) = nanoseconds;
    luaL_setmetatable(L, time_type);
    return 1;
}

static int64_t check_time(lua_State *L, int argument) { return *(int64_t *)luaL_checkudata(L, argument, time_type); }

static int out_of_range(lua_State *L) {
    return luaL_error(L, "the time is out of range; expected one between the years 1678 and 2262");
}

/* Functions */

static int time_now(lua_State *L) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return push_time(L, (int64_t)now.tv_sec * NANOSECONDS + now.tv_nsec);
}

static int time_unix_of(lua_State *L) {
    int64_t nanoseconds;
    lua_Integer seconds = luaL_checkinteger(L, 1), rest = luaL_optinteger(L, 2, 0);
    if (__builtin_mul_overflow(seconds, NANOSECONDS, &nanoseconds)) return out_of_range(L);
    if (__builtin_add_overflow(nanoseconds, rest, &nanoseconds)) return out_of_range(L);
    return push_time(L, nanoseconds);
}

/* The worker sleeps, and with it its job; a signal does not cut it short. */
static int time_sleep(lua_State *L) {
    int64_t nanoseconds = check_duration(L, 1);
    if (nanoseconds <= 0) return 0;
    struct timespec left = {nanoseconds / NANOSECONDS, nanoseconds % NANOSECONDS};
    while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR) {}
    return 0;
}

/* Methods */

static int time_unix(lua_State *L) {
    int64_t nanoseconds = check_time(L, 1), seconds = nanoseconds / NANOSECONDS;
    lua_pushinteger(L, nanoseconds % NANOSECONDS < 0 ? seconds - 1 : seconds);
    return 1;
}

static int time_unix_nano(lua_State *L) {
    lua_pushinteger(L, check_time(L, 1));
    return 1;
}

static int time_utc(lua_State *L) {
    check_time(L, 1);
    lua_settop(L, 1);
    return 1;
}

static int time_sub(lua_State *L) {
    int64_t difference;
    if (__builtin_sub_overflow(check_time(L, 1), check_time(L, 2), &difference)) return out_of_range(L);
    push_duration(L, difference);
    return 1;
}

static int time_add(lua_State *L) {
    int64_t sum;
    if (__builtin_add_overflow(check_time(L, 1), check_duration(L, 2), &sum)) return out_of_range(L);
    return push_time(L, sum);
}

static int push_comparison(lua_State *L, bool before, bool equal, bool after) {
    int64_t left = check_time(L, 1), right = check_time(L, 2);
    lua_pushboolean(L, (before && left < right) || (equal && left == right) || (after && left > right));
    return 1;
}

static int time_before(lua_State *L) { return push_comparison(L, true, false, false); }
static int time_after(lua_State *L) { return push_comparison(L, false, false, true); }
static int time_equal(lua_State *L) { return push_comparison(L, false, true, false); }
static int time_before_or_equal(lua_State *L) { return push_comparison(L, true, true, false); }

/* Of two userdata, of which one may be no time. */
static int time_same(lua_State *L) {
    const int64_t *left = luaL_testudata(L, 1, time_type), *right = luaL_testudata(L, 2, time_type);
    lua_pushboolean(L, left != NULL && right != NULL && *left == *right);
    return 1;
}

/* Upvalue: which part, by its place in struct civil. */
enum part { YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, NANOSECOND, WEEKDAY, YEAR_DAY };

static int time_part(lua_State *L) {
    struct civil civil = civil_time(check_time(L, 1));
    int64_t parts[] = {
        [YEAR] = civil.year, [MONTH] = civil.month, [DAY] = civil.day, [HOUR] = civil.hour, [MINUTE] = civil.minute,
        [SECOND] = civil.second, [NANOSECOND] = civil.nanosecond, [WEEKDAY] = civil.weekday,
        [YEAR_DAY] = civil.year_day,
    };
    lua_pushinteger(L, parts[lua_tointeger(L, lua_upvalueindex(1))]);
    return 1;
}

/* Layouts */

static const struct {
    const char *name, *layout;
} layouts[] = {
    {"RFC3339", "2006-01-02T15:04:05Z07:00"},
    {"RFC3339NANO", "2006-01-02T15:04:05.999999999Z07:00"},
    {"DATE_TIME", "2006-01-02 15:04:05"},
    {"DATE_ONLY", "2006-01-02"},
    {"TIME_ONLY", "15:04:05"},
};

static int push_layout(lua_State *L, const char *layout, size_t count) {
    struct civil civil = civil_time(check_time(L, 1));
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    add_layout(&buffer, &civil, layout, count);
    luaL_pushresult(&buffer);
    return 1;
}

static int time_format(lua_State *L) {
    size_t count;
    const char *layout = luaL_checklstring(L, 2, &count);
    return push_layout(L, layout, count);
}

static int time_format_rfc3339(lua_State *L) { return push_layout(L, layouts[0].layout, 25); }
static int time_tostring(lua_State *L) { return push_layout(L, layouts[1].layout, 35); }

/* The module */

static const luaL_Reg methods[] = {
    {"unix", time_unix},     {"unix_nano", time_unix_nano},
    {"utc", time_utc},       {"format", time_format},
    {"sub", time_sub},       {"format_rfc3339", time_format_rfc3339},
    {"add", time_add},       {"before", time_before},
    {"after", time_after},   {"equal", time_equal},
    {NULL, NULL},
};

static void add_parts(lua_State *L) {
    static const char *const names[] = {
        [YEAR] = "year", [MONTH] = "month", [DAY] = "day", [HOUR] = "hour", [MINUTE] = "minute",
        [SECOND] = "second", [NANOSECOND] = "nanosecond", [WEEKDAY] = "weekday", [YEAR_DAY] = "year_day",
    };
    for (int i = 0; i <= YEAR_DAY; i++) {
        lua_pushinteger(L, i);
        lua_pushcclosure(L, time_part, 1);
        lua_setfield(L, -2, names[i]);
    }
}

static void open_times(lua_State *L) {
    static const luaL_Reg metamethods[] = {
        {"__tostring", time_tostring}, {"__eq", time_same}, {"__lt", time_before}, {"__le", time_before_or_equal},
        {"__sub", time_sub},           {"__add", time_add},  {NULL, NULL},
    };
    luaL_newmetatable(L, time_type);
    luaL_setfuncs(L, metamethods, 0);
    push_module(L, "Time", methods, "");
    add_parts(L);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
}

static void add_constants(lua_State *L) {
    static const struct {
        const char *name;
        lua_Integer nanoseconds;
    } units[] = {
        {"NANOSECOND", 1},      {"MICROSECOND", 1000},     {"MILLISECOND", 1000000},
        {"SECOND", NANOSECONDS}, {"MINUTE", 60000000000}, {"HOUR", 3600000000000},
    };
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        lua_pushinteger(L, units[i].nanoseconds);
        lua_setfield(L, -2, units[i].name);
    }
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
        lua_pushstring(L, layouts[i].layout);
        lua_setfield(L, -2, layouts[i].name);
    }
}

int open_time(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"now", time_now},
        {"unix", time_unix_of},
        {"sleep", time_sleep},
        {"parse_duration", parse_duration},
        {NULL, NULL},
    };
    open_durations(L);
    open_times(L);
    push_module(L, "time", functions, ": a worker runs one function at a time");
    add_constants(L);
    return 1;
}
