/* Moments from text, by a layout of Go's. Nothing is allocated before the time is known. */
#include "Layout.h"

#include <string.h>
#include <strings.h>

/* What is left of the text, and what has been read. */
struct reading {
    const char *next, *end;
    struct date date;
    /* 0: none was read. */
    int64_t year_day;
    bool has_day, has_month, is_pm, is_am;
    /* What the text says of its zone. */
    bool is_utc, has_offset;
    int32_t offset;
    char zone[LONGEST_ZONE];
};

static bool is_digit(char character) { return character >= '0' && character <= '9'; }

static size_t left(const struct reading *reading) { return (size_t)(reading->end - reading->next); }

/* From `least` to `most` digits. */
static bool take_number(struct reading *reading, int least, int most, int64_t *number) {
    int count = 0;
    *number = 0;
    while (count < most && left(reading) > 0 && is_digit(*reading->next)) {
        *number = *number * 10 + (*reading->next++ - '0');
        count++;
    }
    return count >= least;
}

static bool take_part(
    struct reading *reading, bool has_two_digits, int64_t least, int64_t most, int64_t *part) {
    return take_number(reading, has_two_digits ? 2 : 1, 2, part) && *part >= least && *part <= most;
}

/* The place of a name in the list, whatever its case, or -1. `length` 0: the names are whole. */
static int take_name(struct reading *reading, const char *const names[], int count, size_t length) {
    for (int i = 0; i < count; i++) {
        size_t wanted = length > 0 ? length : strlen(names[i]);
        if (left(reading) < wanted || strncasecmp(reading->next, names[i], wanted) != 0) continue;
        reading->next += wanted;
        return i;
    }
    return -1;
}

static void skip_spaces(struct reading *reading, int most) {
    while (most-- > 0 && left(reading) > 0 && *reading->next == ' ') reading->next++;
}

/* Dates */

static bool take_short_year(struct reading *reading) {
    if (!take_number(reading, 2, 2, &reading->date.year)) return false;
    reading->date.year += reading->date.year >= 69 ? 1900 : 2000;
    return true;
}

static bool take_month(struct reading *reading, enum element element) {
    int64_t *month = &reading->date.month;
    reading->has_month = true;
    if (element == ZERO_MONTH || element == MONTH) return take_part(reading, element == ZERO_MONTH, 1, 12, month);
    *month = take_name(reading, month_names, 12, element == MONTH_NAME ? 3 : 0) + 1;
    return *month > 0;
}

static bool take_day(struct reading *reading, enum element element) {
    reading->has_day = true;
    if (element == SPACED_DAY) skip_spaces(reading, 1);
    /* The month and the year say how many there are. */
    return take_part(reading, element == ZERO_DAY, 1, 31, &reading->date.day);
}

static bool take_year_day(struct reading *reading, enum element element) {
    if (element == SPACED_YEAR_DAY) skip_spaces(reading, 2);
    return take_number(reading, element == ZERO_YEAR_DAY ? 3 : 1, 3, &reading->year_day) && reading->year_day >= 1 &&
           reading->year_day <= 366;
}

static bool take_date(struct reading *reading, enum element element) {
    switch (element) {
    case LONG_YEAR: return take_number(reading, 4, 4, &reading->date.year);
    case SHORT_YEAR: return take_short_year(reading);
    case LONG_MONTH:
    case MONTH_NAME:
    case ZERO_MONTH:
    case MONTH: return take_month(reading, element);
    case LONG_WEEKDAY: return take_name(reading, weekday_names, 7, 0) >= 0;
    case WEEKDAY: return take_name(reading, weekday_names, 7, 3) >= 0;
    case ZERO_DAY:
    case SPACED_DAY:
    case DAY: return take_day(reading, element);
    default: return take_year_day(reading, element);
    }
}

/* Times of day */

/* A point or comma with digits, of which more than nine say nothing. */
static bool take_fraction(struct reading *reading, size_t places) {
    int64_t scale = 100000000, sum = 0;
    if (left(reading) < 2 || (*reading->next != '.' && *reading->next != ',') || !is_digit(reading->next[1])) return false;
    reading->next++;
    for (size_t i = 0; i < places && left(reading) > 0 && is_digit(*reading->next); i++, scale /= 10)
        sum += (*reading->next++ - '0') * scale;
    reading->date.nanosecond = sum;
    return true;
}

/* Zeros want as many digits as they are, nines take any number of them or none. */
static bool take_layout_fraction(struct reading *reading, const char *layout, size_t length) {
    if (layout[1] == '9') {
        take_fraction(reading, SIZE_MAX);
        return true;
    }
    const char *start = reading->next;
    return take_fraction(reading, length - 1) && (size_t)(reading->next - start) == length;
}

static bool take_half(struct reading *reading, bool is_upper) {
    if (left(reading) < 2) return false;
    reading->is_pm = memcmp(reading->next, is_upper ? "PM" : "pm", 2) == 0;
    reading->is_am = memcmp(reading->next, is_upper ? "AM" : "am", 2) == 0;
    reading->next += 2;
    return reading->is_pm || reading->is_am;
}

/* A fraction that the layout does not have is taken all the same. */
static bool take_second(struct reading *reading, bool has_two_digits, const char *layout, size_t count) {
    if (!take_part(reading, has_two_digits, 0, 59, &reading->date.second)) return false;
    if (count == 0 || next_piece(layout, count).element != FRACTION) take_fraction(reading, SIZE_MAX);
    return true;
}

static bool take_clock(struct reading *reading, enum element element) {
    switch (element) {
    case HOUR: return take_part(reading, false, 0, 23, &reading->date.hour);
    case ZERO_HOUR_12:
    case HOUR_12: return take_part(reading, element == ZERO_HOUR_12, 0, 12, &reading->date.hour);
    case ZERO_MINUTE:
    case MINUTE: return take_part(reading, element == ZERO_MINUTE, 0, 59, &reading->date.minute);
    default: return take_half(reading, element == UPPER_HALF);
    }
}

/* Zones */

static bool take_offset(struct reading *reading, const char *separator, int parts) {
    int64_t number, sum = 0;
    if (left(reading) == 0 || (*reading->next != '+' && *reading->next != '-')) return false;
    bool is_west = *reading->next++ == '-';
    for (int part = 0, unit = 3600; part < parts; part++, unit /= 60) {
        size_t length = part > 0 ? strlen(separator) : 0;
        if (left(reading) < length || memcmp(reading->next, separator, length) != 0) return false;
        reading->next += length;
        if (!take_number(reading, 2, 2, &number) || number > (part > 0 ? 59 : 24)) return false;
        sum += number * unit;
    }
    reading->has_offset = true;
    reading->offset = (int32_t)(is_west ? -sum : sum);
    return true;
}

/* Letters such as CEST, perhaps with a number as in GMT+3, or a number alone. */
static size_t zone_name_length(const struct reading *reading) {
    size_t length = 0, letters;
    while (length < left(reading) && reading->next[length] >= 'A' && reading->next[length] <= 'Z') length++;
    letters = length;
    bool is_mixed = left(reading) >= 4 && (memcmp(reading->next, "ChST", 4) == 0 || memcmp(reading->next, "MeST", 4) == 0);
    if (is_mixed) return 4;
    bool has_number = letters == 0 || (letters == 3 && memcmp(reading->next, "GMT", 3) == 0);
    if (has_number && length < left(reading) && (reading->next[length] == '+' || reading->next[length] == '-')) {
        size_t sign = length++;
        while (length < left(reading) && length - sign <= 4 && is_digit(reading->next[length])) length++;
        if (length == sign + 1) length = sign;
    }
    return letters == 0 || (letters >= 3 && letters <= 5) ? length : 0;
}

static bool take_zone_name(struct reading *reading) {
    size_t length = zone_name_length(reading);
    if (length == 0 || length >= LONGEST_ZONE) return false;
    memcpy(reading->zone, reading->next, length);
    reading->zone[length] = '\0';
    reading->next += length;
    if (strcmp(reading->zone, "UTC") == 0) reading->is_utc = true;
    return true;
}

static bool take_zone(struct reading *reading, enum element element) {
    if (element == ZONE_NAME) return take_zone_name(reading);
    if (element >= ZONE_Z_COLONS && element <= ZONE_Z_2 && left(reading) > 0 && *reading->next == 'Z') {
        reading->next++;
        reading->is_utc = true;
        return true;
    }
    switch (element) {
    case ZONE_COLONS:
    case ZONE_Z_COLONS: return take_offset(reading, ":", 3);
    case ZONE_6:
    case ZONE_Z_6: return take_offset(reading, "", 3);
    case ZONE_COLON:
    case ZONE_Z_COLON: return take_offset(reading, ":", 2);
    case ZONE_4:
    case ZONE_Z_4: return take_offset(reading, "", 2);
    default: return take_offset(reading, "", 1);
    }
}

/* The whole */

/* A blank of the layout is any number of them in the text. */
static bool take_literal(struct reading *reading, char character) {
    if (character == ' ') {
        if (left(reading) > 0 && *reading->next != ' ') return false;
        skip_spaces(reading, INT32_MAX);
        return true;
    }
    if (left(reading) == 0 || *reading->next != character) return false;
    reading->next++;
    return true;
}

static bool take_piece(struct reading *reading, struct piece piece, const char *layout, size_t count) {
    enum element element = piece.element;
    const char *after = layout + piece.length;
    if (element == LITERAL) return take_literal(reading, *layout);
    if (element == FRACTION) return take_layout_fraction(reading, layout, piece.length);
    if (element == ZERO_SECOND || element == SECOND)
        return take_second(reading, element == ZERO_SECOND, after, count - piece.length);
    if (element <= SPACED_YEAR_DAY) return take_date(reading, element);
    return element <= LOWER_HALF ? take_clock(reading, element) : take_zone(reading, element);
}

/* What was expected where it stopped, or NULL. */
static const char *read_all(struct reading *reading, const char *layout, size_t count, size_t *length) {
    while (count > 0) {
        struct piece piece = next_piece(layout, count);
        const char *before = reading->next;
        *length = piece.length;
        if (!take_piece(reading, piece, layout, count)) {
            reading->next = before;
            return layout;
        }
        bool is_blank = piece.element == LITERAL && *layout == ' ';
        layout += piece.length;
        count -= piece.length;
        /* The text's blanks are all taken. */
        while (is_blank && count > 0 && *layout == ' ') layout++, count--;
    }
    *length = 0;
    return left(reading) > 0 ? layout : NULL;
}

static bool is_leap(int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

/* What the parts mean together; false: there is no such day. */
static bool complete(struct reading *reading) {
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    struct date *date = &reading->date;
    if (reading->is_pm && date->hour < 12) date->hour += 12;
    if (reading->is_am && date->hour == 12) date->hour = 0;
    if (reading->year_day > 0 && !reading->has_month && !reading->has_day) {
        date->day = reading->year_day;
        return reading->year_day <= 365 + is_leap(date->year);
    }
    return date->day <= lengths[date->month - 1] + (date->month == 2 && is_leap(date->year));
}

static int refuse(lua_State *L, const struct reading *reading, const char *wanted, size_t length) {
    lua_pushlstring(L, reading->next, left(reading));
    lua_pushlstring(L, wanted != NULL ? wanted : "", length);
    const char *rest = lua_tostring(L, -2), *expected = lua_tostring(L, -1);
    if (wanted == NULL)
        lua_pushfstring(L, "'%s' has a day that its month does not have", lua_tostring(L, 2));
    else if (length == 0)
        lua_pushfstring(L, "'%s' is no time as '%s': '%s' is left over", lua_tostring(L, 2), lua_tostring(L, 1), rest);
    else
        lua_pushfstring(
            L, "'%s' is no time as '%s': expected something like '%s', found '%s'", lua_tostring(L, 2),
            lua_tostring(L, 1), expected, rest);
    return fail(L, "INVALID");
}

/* With an offset: in the location if its clocks show that then, or else in a zone of its own. */
static void push_with_offset(lua_State *L, const struct reading *reading, int location) {
    lua_pushnil(L);
    struct instant instant = instant_of_date(L, &reading->date, lua_gettop(L));
    lua_pop(L, 1);
    instant.seconds -= reading->offset;
    char name[LONGEST_ZONE];
    bool is_there = zone_span(L, location, instant.seconds).offset == reading->offset;
    if (is_there && *reading->zone != '\0') {
        zone_name(L, location, instant.seconds, name);
        is_there = strcmp(reading->zone, name) == 0;
    }
    if (is_there)
        lua_pushvalue(L, location);
    else
        push_fixed_zone(L, reading->zone, reading->offset);
    push_moment(L, instant.seconds, instant.nanosecond);
}

/* Whether the location's clocks are called so at that time, or were before it or will be after it; then `offset` is theirs. */
static bool find_zone(lua_State *L, const char *wanted, int location, int64_t local, int32_t *offset) {
    char name[LONGEST_ZONE];
    struct zone_span span = zone_span(L, location, local);
    int64_t places[] = {local, span.start > INT64_MIN ? span.start - 1 : local, span.end < INT64_MAX ? span.end : local};
    for (int i = 0; i < 3; i++) {
        zone_name(L, location, places[i], name);
        if (strcmp(name, wanted) != 0) continue;
        *offset = zone_span(L, location, places[i]).offset;
        return true;
    }
    return false;
}

/* A name that the location does not have is kept, with an offset of zero, or that of GMT+3 or +0545. */
static void push_with_name(lua_State *L, const struct reading *reading, int location) {
    lua_pushnil(L);
    struct instant instant = instant_of_date(L, &reading->date, lua_gettop(L));
    lua_pop(L, 1);
    int32_t offset = 0;
    if (find_zone(L, reading->zone, location, instant.seconds, &offset)) {
        lua_pushvalue(L, location);
    } else {
        struct reading number = {.next = reading->zone, .end = reading->zone + strlen(reading->zone)};
        int64_t hours = 0, minutes = 0;
        if (strncmp(reading->zone, "GMT", 3) == 0) number.next += 3;
        bool is_west = left(&number) > 0 && *number.next == '-';
        if (left(&number) > 0 && (is_west || *number.next == '+')) {
            number.next++;
            take_number(&number, 1, 2, &hours);
            if (!take_number(&number, 2, 2, &minutes)) minutes = 0;
        }
        offset = (int32_t)((is_west ? -1 : 1) * (hours * 3600 + minutes * 60));
        push_fixed_zone(L, reading->zone, offset);
    }
    push_moment(L, instant.seconds - offset, instant.nanosecond);
}

static void push_plain(lua_State *L, const struct reading *reading, int location) {
    if (reading->is_utc)
        lua_pushnil(L);
    else
        lua_pushvalue(L, location);
    struct instant instant = instant_of_date(L, &reading->date, lua_gettop(L));
    push_moment(L, instant.seconds, instant.nanosecond);
}

int parse_time(lua_State *L) {
    size_t layout_length, length, expected;
    const char *layout = luaL_checklstring(L, 1, &layout_length), *text = luaL_checklstring(L, 2, &length);
    struct reading reading = {.next = text, .end = text + length, .date = {.month = 1, .day = 1}};
    lua_settop(L, 3);
    push_location_argument(L, 3);
    const char *wanted = read_all(&reading, layout, layout_length, &expected);
    if (wanted != NULL) return refuse(L, &reading, wanted, expected);
    if (!complete(&reading)) return refuse(L, &reading, NULL, 0);
    if (reading.is_utc || (!reading.has_offset && *reading.zone == '\0'))
        push_plain(L, &reading, 4);
    else if (reading.has_offset)
        push_with_offset(L, &reading, 4);
    else
        push_with_name(L, &reading, 4);
    return 1;
}
