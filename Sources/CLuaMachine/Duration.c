/* Spans of time: userdata of type Duration, in nanoseconds; and text such as 1h30m, as Go writes it. */
#include "Machine.h"

#include <stdio.h>
#include <string.h>

static const char duration_type[] = "Duration";

static const struct unit {
    const char *name;
    int64_t nanoseconds;
} units[] = {
    {"d", 86400000000000}, {"h", 3600000000000}, {"ms", 1000000}, {"m", 60000000000}, {"s", 1000000000},
    {"us", 1000},          {"\u00B5s", 1000},    {"\u03BCs", 1000}, {"ns", 1},
};

void push_duration(lua_State *L, int64_t nanoseconds) {
    *(int64_t *)lua_newuserdatauv(L, sizeof nanoseconds, 0) = nanoseconds;
    luaL_setmetatable(L, duration_type);
}

/* Text */

struct scanner {
    const char *next, *end;
};

static bool take_digits(struct scanner *scanner, int64_t *value, int64_t *scale, bool is_fraction) {
    const char *start = scanner->next;
    for (; scanner->next < scanner->end && *scanner->next >= '0' && *scanner->next <= '9'; scanner->next++) {
        /* Places past the fifteenth are too fine for any unit to matter. */
        if (is_fraction && *scale >= 1000000000000000) continue;
        if (__builtin_mul_overflow(*value, 10, value)) return false;
        if (__builtin_add_overflow(*value, *scanner->next - '0', value)) return false;
        if (is_fraction) *scale *= 10;
    }
    return scanner->next > start;
}

static const struct unit *take_unit(struct scanner *scanner) {
    size_t left = (size_t)(scanner->end - scanner->next);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        size_t length = strlen(units[i].name);
        if (length > left || memcmp(units[i].name, scanner->next, length) != 0) continue;
        scanner->next += length;
        return &units[i];
    }
    return NULL;
}

/* A number with its unit, such as 1.5h. */
static bool take_part(struct scanner *scanner, int64_t *sum) {
    int64_t whole = 0, fraction = 0, scale = 1, part;
    bool has_digits = take_digits(scanner, &whole, &scale, false);
    if (scanner->next < scanner->end && *scanner->next == '.') {
        scanner->next++;
        has_digits = take_digits(scanner, &fraction, &scale, true) || has_digits;
    }
    const struct unit *unit = has_digits ? take_unit(scanner) : NULL;
    if (unit == NULL || __builtin_mul_overflow(whole, unit->nanoseconds, &part)) return false;
    int64_t rest = (int64_t)((__int128)fraction * unit->nanoseconds / scale);
    return !__builtin_add_overflow(part, rest, &part) && !__builtin_add_overflow(*sum, part, sum);
}

static bool scan_duration(const char *start, size_t count, int64_t *nanoseconds) {
    struct scanner scanner = {start, start + count};
    bool negative = count > 0 && *start == '-';
    if (count > 0 && (*start == '-' || *start == '+')) scanner.next++;
    *nanoseconds = 0;
    bool is_zero = scanner.end - scanner.next == 1 && *scanner.next == '0';
    if (is_zero) return true;
    if (scanner.next == scanner.end) return false;
    while (scanner.next < scanner.end)
        if (!take_part(&scanner, nanoseconds)) return false;
    if (negative) *nanoseconds = -*nanoseconds;
    return true;
}

static void push_bad_duration(lua_State *L, const char *text) {
    lua_pushfstring(L, "'%s' is no duration; expected numbers with units d, h, m, s, ms, us, ns, as in 1h30m", text);
}

int parse_duration(lua_State *L) {
    size_t count;
    int64_t nanoseconds;
    if (lua_type(L, 1) != LUA_TSTRING) {
        push_duration(L, check_duration(L, 1));
        return 1;
    }
    const char *text = lua_tolstring(L, 1, &count);
    if (scan_duration(text, count, &nanoseconds)) {
        push_duration(L, nanoseconds);
        return 1;
    }
    push_bad_duration(L, text);
    return fail(L, "INVALID");
}

static int64_t check_number(lua_State *L, int argument) {
    if (lua_isinteger(L, argument)) return lua_tointeger(L, argument);
    double number = lua_tonumber(L, argument);
    luaL_argcheck(L, number > -9.2e18 && number < 9.2e18, argument, "nanoseconds beyond the range of a duration");
    return (int64_t)number;
}

int64_t check_duration(lua_State *L, int argument) {
    int64_t *duration = luaL_testudata(L, argument, duration_type);
    if (duration != NULL) return *duration;
    if (lua_type(L, argument) == LUA_TNUMBER) return check_number(L, argument);
    if (lua_type(L, argument) != LUA_TSTRING)
        return luaL_typeerror(L, argument, "duration, number of nanoseconds or text");
    size_t count;
    int64_t nanoseconds;
    const char *text = lua_tolstring(L, argument, &count);
    if (scan_duration(text, count, &nanoseconds)) return nanoseconds;
    push_bad_duration(L, text);
    return luaL_argerror(L, argument, lua_tostring(L, -1));
}

/* A number with decimal places as far as there are any, and a unit: 1.5ms. */
static void add_decimal(luaL_Buffer *buffer, uint64_t count, uint64_t unit, const char *name) {
    char text[48], places[24];
    int width = 0;
    for (uint64_t scale = unit; scale > 1; scale /= 10) width++;
    snprintf(places, sizeof places, "%0*llu", width, (unsigned long long)(count % unit));
    if (width == 0) places[0] = '\0';
    for (int i = width - 1; i >= 0 && places[i] == '0'; i--) places[i] = '\0';
    snprintf(
        text, sizeof text, "%llu%s%s%s", (unsigned long long)(count / unit), *places ? "." : "", places, name);
    luaL_addstring(buffer, text);
}

static void add_hours(luaL_Buffer *buffer, uint64_t count) {
    char text[48];
    uint64_t minutes = count / 60000000000U;
    if (minutes >= 60)
        snprintf(text, sizeof text, "%lluh%llum", (unsigned long long)minutes / 60, (unsigned long long)minutes % 60);
    else
        snprintf(text, sizeof text, "%llum", (unsigned long long)minutes);
    if (minutes > 0) luaL_addstring(buffer, text);
    add_decimal(buffer, count % 60000000000U, 1000000000, "s");
}

/* As Go writes it: 1h30m0s, 1.5s, 2ms, 0s. */
static int duration_tostring(lua_State *L) {
    int64_t nanoseconds = check_duration(L, 1);
    uint64_t count = nanoseconds < 0 ? 0 - (uint64_t)nanoseconds : (uint64_t)nanoseconds;
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    if (nanoseconds < 0) luaL_addchar(&buffer, '-');
    if (count == 0 || count >= 1000000000)
        add_hours(&buffer, count);
    else if (count >= 1000000)
        add_decimal(&buffer, count, 1000000, "ms");
    else if (count >= 1000)
        add_decimal(&buffer, count, 1000, "\u00B5s");
    else
        add_decimal(&buffer, count, 1, "ns");
    luaL_pushresult(&buffer);
    return 1;
}

/* Methods */

static int push_in(lua_State *L, double unit) {
    lua_pushnumber(L, (double)check_duration(L, 1) / unit);
    return 1;
}

static int duration_hours(lua_State *L) { return push_in(L, 3600e9); }
static int duration_minutes(lua_State *L) { return push_in(L, 60e9); }
static int duration_seconds(lua_State *L) { return push_in(L, 1e9); }

static int push_whole(lua_State *L, int64_t unit) {
    lua_pushinteger(L, check_duration(L, 1) / unit);
    return 1;
}

static int duration_milliseconds(lua_State *L) { return push_whole(L, 1000000); }
static int duration_microseconds(lua_State *L) { return push_whole(L, 1000); }
static int duration_nanoseconds(lua_State *L) { return push_whole(L, 1); }

/* Of two userdata, of which one may be no duration. */
static int duration_equal(lua_State *L) {
    const int64_t *left = luaL_testudata(L, 1, duration_type), *right = luaL_testudata(L, 2, duration_type);
    lua_pushboolean(L, left != NULL && right != NULL && *left == *right);
    return 1;
}

static int duration_less(lua_State *L) {
    lua_pushboolean(L, check_duration(L, 1) < check_duration(L, 2));
    return 1;
}

static int duration_less_or_equal(lua_State *L) {
    lua_pushboolean(L, check_duration(L, 1) <= check_duration(L, 2));
    return 1;
}

void open_durations(lua_State *L) {
    static const luaL_Reg methods[] = {
        {"hours", duration_hours},
        {"minutes", duration_minutes},
        {"seconds", duration_seconds},
        {"milliseconds", duration_milliseconds},
        {"microseconds", duration_microseconds},
        {"nanoseconds", duration_nanoseconds},
        {NULL, NULL},
    };
    static const luaL_Reg metamethods[] = {
        {"__tostring", duration_tostring},  {"__eq", duration_equal}, {"__lt", duration_less},
        {"__le", duration_less_or_equal}, {NULL, NULL},
    };
    luaL_newmetatable(L, duration_type);
    luaL_setfuncs(L, metamethods, 0);
    push_module(L, "Duration", methods, "");
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
}
