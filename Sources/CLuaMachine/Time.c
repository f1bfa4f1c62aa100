/* The module `time`: userdata of type Time, seconds since 1970 in UTC and nanoseconds, with the location that it is shown in. */
#include "Machine.h"

#include <errno.h>
#include <string.h>
#include <time.h>

static const char time_type[] = "Time";
enum { NANOSECONDS = 1000000000 };
/* About a thousand million years: sums stay far from overflow. */
static const int64_t most_seconds = (int64_t)1 << 55;
/* The first moment of the year 1, which is Go's zero time. */
static const int64_t zero_seconds = -62135596800;

static int out_of_range(lua_State *L) {
    return luaL_error(L, "the time is out of range; expected one within a thousand million years of 1970");
}

/* Pops the location. */
void push_moment(lua_State *L, int64_t seconds, int nanosecond) {
    if (seconds > most_seconds || seconds < -most_seconds) out_of_range(L);
    struct instant *instant = lua_newuserdatauv(L, sizeof *instant, 1);
    *instant = (struct instant){seconds, nanosecond};
    lua_insert(L, -2);
    lua_setiuservalue(L, -2, 1);
    luaL_setmetatable(L, time_type);
}

static struct instant check_time(lua_State *L, int argument) {
    return *(struct instant *)luaL_checkudata(L, argument, time_type);
}

static void push_location_of(lua_State *L, int time) { lua_getiuservalue(L, time, 1); }

/* Pops the location. */
static void push_sum(lua_State *L, struct instant instant, __int128 nanoseconds) {
    __int128 sum = (__int128)instant.seconds * NANOSECONDS + instant.nanosecond + nanoseconds;
    int rest = (int)(sum % NANOSECONDS);
    __int128 seconds = sum / NANOSECONDS;
    if (rest < 0) {
        rest += NANOSECONDS;
        seconds--;
    }
    if (seconds > most_seconds || seconds < -most_seconds) out_of_range(L);
    push_moment(L, (int64_t)seconds, rest);
}

/* Civil time */

static struct civil civil_of(lua_State *L, int time) {
    struct instant instant = check_time(L, time);
    push_location_of(L, time);
    int32_t offset = zone_span(L, lua_gettop(L), instant.seconds).offset;
    lua_pop(L, 1);
    return civil_time(instant.seconds, instant.nanosecond, offset);
}

/* As if all days had 24 hours; what is beyond the range of a part counts in the next one. */
static __int128 local_seconds(const struct date *date) {
    int64_t months = date->month - 1, years = months / 12, month = months % 12;
    if (month < 0) {
        month += 12;
        years--;
    }
    __int128 days = (__int128)days_of_date(date->year + years, (int)month + 1, 1) + date->day - 1;
    return days * 86400 + (__int128)date->hour * 3600 + (__int128)date->minute * 60 + date->second;
}

/* A time that clocks skip or show twice is that by one of the two offsets, as in Go. */
struct instant instant_of_date(lua_State *L, const struct date *date, int location) {
    /* Past these the calendar overflows. */
    int64_t most = (int64_t)1 << 40;
    if (date->year > most || date->year < -most || date->month > most || date->month < -most) out_of_range(L);
    __int128 local = local_seconds(date) + date->nanosecond / NANOSECONDS;
    int rest = (int)(date->nanosecond % NANOSECONDS);
    if (rest < 0) {
        rest += NANOSECONDS;
        local--;
    }
    if (local > most_seconds || local < -most_seconds) out_of_range(L);
    int64_t seconds = (int64_t)local;
    struct zone_span span = zone_span(L, location, seconds);
    if (seconds - span.offset < span.start || seconds - span.offset >= span.end)
        span = zone_span(L, location, seconds - span.offset);
    return (struct instant){seconds - span.offset, rest};
}

/* Functions */

static int time_now(lua_State *L) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    push_local_zone(L);
    push_moment(L, (int64_t)now.tv_sec, (int)now.tv_nsec);
    return 1;
}

static int time_unix_of(lua_State *L) {
    lua_Integer seconds = luaL_checkinteger(L, 1), rest = luaL_optinteger(L, 2, 0);
    if (seconds > most_seconds || seconds < -most_seconds) return out_of_range(L);
    push_local_zone(L);
    push_sum(L, (struct instant){seconds, 0}, rest);
    return 1;
}

static int time_date_of(lua_State *L) {
    struct date date = {luaL_checkinteger(L, 1), luaL_checkinteger(L, 2), luaL_checkinteger(L, 3), .hour = 0};
    date.hour = luaL_optinteger(L, 4, 0);
    date.minute = luaL_optinteger(L, 5, 0);
    date.second = luaL_optinteger(L, 6, 0);
    date.nanosecond = luaL_optinteger(L, 7, 0);
    push_location_argument(L, 8);
    struct instant instant = instant_of_date(L, &date, lua_gettop(L));
    push_moment(L, instant.seconds, instant.nanosecond);
    return 1;
}

/* The worker sleeps, and with it its job; a signal does not cut it short. */
static int time_sleep(lua_State *L) {
    int64_t nanoseconds = check_duration(L, 1);
    if (nanoseconds <= 0) return 0;
    struct timespec left = {nanoseconds / NANOSECONDS, nanoseconds % NANOSECONDS};
    while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR) {}
    return 0;
}

/* Methods: moments */

static int time_unix(lua_State *L) {
    lua_pushinteger(L, check_time(L, 1).seconds);
    return 1;
}

static int time_unix_nano(lua_State *L) {
    struct instant instant = check_time(L, 1);
    __int128 nanoseconds = (__int128)instant.seconds * NANOSECONDS + instant.nanosecond;
    if (nanoseconds > INT64_MAX || nanoseconds < INT64_MIN)
        return luaL_error(L, "the time has no whole number of nanoseconds; expected one between the years 1678 and 2262");
    lua_pushinteger(L, (int64_t)nanoseconds);
    return 1;
}

/* The longest duration there is, where they are further apart. */
static int time_sub(lua_State *L) {
    struct instant left = check_time(L, 1), right = check_time(L, 2);
    __int128 difference = (__int128)(left.seconds - right.seconds) * NANOSECONDS + left.nanosecond - right.nanosecond;
    if (difference > INT64_MAX) difference = INT64_MAX;
    if (difference < INT64_MIN) difference = INT64_MIN;
    push_duration(L, (int64_t)difference);
    return 1;
}

static int time_add(lua_State *L) {
    struct instant instant = check_time(L, 1);
    int64_t duration = check_duration(L, 2);
    push_location_of(L, 1);
    push_sum(L, instant, duration);
    return 1;
}

static int time_add_date(lua_State *L) {
    struct civil civil = civil_of(L, 1);
    lua_Integer years = luaL_optinteger(L, 2, 0), months = luaL_optinteger(L, 3, 0), days = luaL_optinteger(L, 4, 0);
    struct date date = {.hour = civil.hour, .minute = civil.minute, .second = civil.second};
    date.nanosecond = civil.nanosecond;
    if (__builtin_add_overflow(civil.year, years, &date.year) || __builtin_add_overflow(civil.month, months, &date.month) ||
        __builtin_add_overflow(civil.day, days, &date.day))
        return out_of_range(L);
    push_location_of(L, 1);
    struct instant instant = instant_of_date(L, &date, lua_gettop(L));
    push_moment(L, instant.seconds, instant.nanosecond);
    return 1;
}

/* To a multiple of the duration since the zero time; half of it goes up. */
static int push_multiple(lua_State *L, bool rounds) {
    struct instant instant = check_time(L, 1);
    int64_t duration = check_duration(L, 2);
    __int128 past = (__int128)(instant.seconds - zero_seconds) * NANOSECONDS + instant.nanosecond, rest = 0;
    if (duration > 0) rest = past % duration;
    if (rest < 0) rest += duration;
    push_location_of(L, 1);
    push_sum(L, instant, rounds && rest > 0 && rest + rest >= duration ? duration - rest : -rest);
    return 1;
}

static int time_round(lua_State *L) { return push_multiple(L, true); }
static int time_truncate(lua_State *L) { return push_multiple(L, false); }

static int time_is_zero(lua_State *L) {
    struct instant instant = check_time(L, 1);
    lua_pushboolean(L, instant.seconds == zero_seconds && instant.nanosecond == 0);
    return 1;
}

static int order(struct instant left, struct instant right) {
    if (left.seconds != right.seconds) return left.seconds < right.seconds ? -1 : 1;
    return (left.nanosecond > right.nanosecond) - (left.nanosecond < right.nanosecond);
}

static int push_comparison(lua_State *L, bool before, bool equal, bool after) {
    int found = order(check_time(L, 1), check_time(L, 2));
    lua_pushboolean(L, (before && found < 0) || (equal && found == 0) || (after && found > 0));
    return 1;
}

static int time_before(lua_State *L) { return push_comparison(L, true, false, false); }
static int time_after(lua_State *L) { return push_comparison(L, false, false, true); }
static int time_equal(lua_State *L) { return push_comparison(L, false, true, false); }
static int time_before_or_equal(lua_State *L) { return push_comparison(L, true, true, false); }

/* Of two userdata, of which one may be no time. */
static int time_same(lua_State *L) {
    const struct instant *left = luaL_testudata(L, 1, time_type), *right = luaL_testudata(L, 2, time_type);
    lua_pushboolean(L, left != NULL && right != NULL && order(*left, *right) == 0);
    return 1;
}

/* Methods: parts */

enum part { YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, NANOSECOND, WEEKDAY, YEAR_DAY };

static int64_t part_of(const struct civil *civil, enum part part) {
    switch (part) {
    case YEAR: return civil->year;
    case MONTH: return civil->month;
    case DAY: return civil->day;
    case HOUR: return civil->hour;
    case MINUTE: return civil->minute;
    case SECOND: return civil->second;
    case NANOSECOND: return civil->nanosecond;
    case WEEKDAY: return civil->weekday;
    default: return civil->year_day;
    }
}

/* Upvalue: which part. */
static int time_part(lua_State *L) {
    struct civil civil = civil_of(L, 1);
    lua_pushinteger(L, part_of(&civil, (enum part)lua_tointeger(L, lua_upvalueindex(1))));
    return 1;
}

static int push_parts(lua_State *L, enum part first) {
    struct civil civil = civil_of(L, 1);
    for (enum part part = first; part < first + 3; part++) lua_pushinteger(L, part_of(&civil, part));
    return 3;
}

static int time_date(lua_State *L) { return push_parts(L, YEAR); }
static int time_clock(lua_State *L) { return push_parts(L, HOUR); }

/* Methods: locations */

static int push_in(lua_State *L) {
    struct instant instant = check_time(L, 1);
    push_moment(L, instant.seconds, instant.nanosecond);
    return 1;
}

static int time_utc(lua_State *L) {
    check_time(L, 1);
    lua_pushnil(L);
    return push_in(L);
}

static int time_in_local(lua_State *L) {
    check_time(L, 1);
    push_local_zone(L);
    return push_in(L);
}

static int time_in_location(lua_State *L) {
    check_time(L, 1);
    check_location(L, 2);
    lua_settop(L, 2);
    return push_in(L);
}

static int time_location(lua_State *L) {
    check_time(L, 1);
    push_location_of(L, 1);
    push_as_location(L);
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
    {"RFC822", "02 Jan 06 15:04 MST"},
    {"RFC822Z", "02 Jan 06 15:04 -0700"},
    {"RFC850", "Monday, 02-Jan-06 15:04:05 MST"},
    {"RFC1123", "Mon, 02 Jan 2006 15:04:05 MST"},
    {"RFC1123Z", "Mon, 02 Jan 2006 15:04:05 -0700"},
    {"KITCHEN", "3:04PM"},
    {"STAMP", "Jan _2 15:04:05"},
    {"STAMP_MILLI", "Jan _2 15:04:05.000"},
    {"STAMP_MICRO", "Jan _2 15:04:05.000000"},
    {"STAMP_NANO", "Jan _2 15:04:05.000000000"},
};

static int push_layout(lua_State *L, const char *layout, size_t count) {
    struct civil civil = civil_of(L, 1);
    /* To ask for the name may mean to read a file. */
    if (strstr(layout, "MST") != NULL) {
        push_location_of(L, 1);
        zone_name(L, lua_gettop(L), check_time(L, 1).seconds, civil.zone);
        lua_pop(L, 1);
    }
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

static int time_format_rfc3339(lua_State *L) { return push_layout(L, layouts[0].layout, strlen(layouts[0].layout)); }
static int time_tostring(lua_State *L) { return push_layout(L, layouts[1].layout, strlen(layouts[1].layout)); }

/* The module */

static const luaL_Reg methods[] = {
    {"unix", time_unix},
    {"unix_nano", time_unix_nano},
    {"utc", time_utc},
    {"in_local", time_in_local},
    {"in_location", time_in_location},
    {"location", time_location},
    {"format", time_format},
    {"format_rfc3339", time_format_rfc3339},
    {"sub", time_sub},
    {"add", time_add},
    {"add_date", time_add_date},
    {"round", time_round},
    {"truncate", time_truncate},
    {"before", time_before},
    {"after", time_after},
    {"equal", time_equal},
    {"is_zero", time_is_zero},
    {"date", time_date},
    {"clock", time_clock},
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

static void set_integer(lua_State *L, const char *name, lua_Integer value) {
    lua_pushinteger(L, value);
    lua_setfield(L, -2, name);
}

static void add_units(lua_State *L) {
    set_integer(L, "NANOSECOND", 1);
    set_integer(L, "MICROSECOND", 1000);
    set_integer(L, "MILLISECOND", 1000000);
    set_integer(L, "SECOND", NANOSECONDS);
    set_integer(L, "MINUTE", 60000000000);
    set_integer(L, "HOUR", 3600000000000);
}

/* JANUARY is 1, SUNDAY is 0. */
static void add_calendar(lua_State *L) {
    static const char *const names[] = {
        "JANUARY", "FEBRUARY", "MARCH", "APRIL", "MAY", "JUNE", "JULY", "AUGUST", "SEPTEMBER", "OCTOBER", "NOVEMBER",
        "DECEMBER", "SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY",
    };
    for (int i = 0; i < 12; i++) set_integer(L, names[i], i + 1);
    for (int i = 0; i < 7; i++) set_integer(L, names[12 + i], i);
}

static void add_layouts(lua_State *L) {
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
        lua_pushstring(L, layouts[i].layout);
        lua_setfield(L, -2, layouts[i].name);
    }
}

int open_time(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"now", time_now},
        {"date", time_date_of},
        {"unix", time_unix_of},
        {"parse", parse_time},
        {"sleep", time_sleep},
        {"parse_duration", parse_duration},
        {"load_location", load_location},
        {"fixed_zone", fixed_zone},
        {NULL, NULL},
    };
    open_durations(L);
    open_locations(L);
    open_times(L);
    push_module(L, "time", functions, ": a worker runs one function at a time");
    add_units(L);
    add_calendar(L);
    add_layouts(L);
    push_fixed_zone(L, "UTC", 0);
    lua_setfield(L, -2, "utc");
    push_local_zone(L);
    lua_setfield(L, -2, "localtz");
    return 1;
}
