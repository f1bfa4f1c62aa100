/* Moments as text, by a layout of Go's, which shows how Mon Jan 2 15:04:05 MST 2006 would be written. */
#include "Layout.h"

#include <stdio.h>
#include <string.h>

/* The longer one of two with the same beginning stands first. */
static const struct {
    const char *text;
    enum element element;
} elements[] = {
    {"2006", LONG_YEAR}, {"_2006", LITERAL}, {"__2", SPACED_YEAR_DAY}, {"_2", SPACED_DAY}, {"002", ZERO_YEAR_DAY},
    {"01", ZERO_MONTH}, {"02", ZERO_DAY}, {"03", ZERO_HOUR_12}, {"04", ZERO_MINUTE}, {"05", ZERO_SECOND},
    {"06", SHORT_YEAR}, {"15", HOUR}, {"1", MONTH}, {"2", DAY}, {"3", HOUR_12}, {"4", MINUTE}, {"5", SECOND},
    {"January", LONG_MONTH}, {"Jan", MONTH_NAME}, {"Monday", LONG_WEEKDAY}, {"Mon", WEEKDAY}, {"MST", ZONE_NAME},
    {"PM", UPPER_HALF}, {"pm", LOWER_HALF}, {"Z07:00:00", ZONE_Z_COLONS}, {"Z070000", ZONE_Z_6},
    {"Z07:00", ZONE_Z_COLON}, {"Z0700", ZONE_Z_4}, {"Z07", ZONE_Z_2}, {"-07:00:00", ZONE_COLONS}, {"-070000", ZONE_6}, {"-07:00", ZONE_COLON},
    {"-0700", ZONE_4}, {"-07", ZONE_2},
};

const char *const month_names[12] = {
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
};

const char *const weekday_names[7] = {
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
};

static int64_t floor_divide(int64_t dividend, int64_t divisor) {
    int64_t quotient = dividend / divisor;
    return dividend % divisor < 0 ? quotient - 1 : quotient;
}

/* Of the proleptic Gregorian calendar, counted in eras of 400 years that begin with a first of March. */
static void set_date(struct civil *civil, int64_t days) {
    int64_t shifted = days + 719468, era = floor_divide(shifted, 146097), day = shifted - era * 146097;
    int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    int64_t of_year = day - (365 * year + year / 4 - year / 100), month = (5 * of_year + 2) / 153;
    civil->day = (int)(of_year - (153 * month + 2) / 5 + 1);
    civil->month = (int)(month < 10 ? month + 3 : month - 9);
    civil->year = year + era * 400 + (civil->month <= 2);
    bool is_leap = civil->year % 4 == 0 && (civil->year % 100 != 0 || civil->year % 400 == 0);
    civil->year_day = (int)(civil->month > 2 ? of_year + 60 + is_leap : of_year - 305);
    civil->weekday = (int)(((days + 4) % 7 + 7) % 7);
}

struct civil civil_time(int64_t seconds, int nanosecond, int32_t offset) {
    struct civil civil = {.nanosecond = nanosecond, .offset = offset, .zone = "UTC"};
    int64_t local = seconds + offset, days = floor_divide(local, 86400);
    int second = (int)(local - days * 86400);
    civil.hour = second / 3600;
    civil.minute = second / 60 % 60;
    civil.second = second % 60;
    set_date(&civil, days);
    return civil;
}

/* The other way round; a month is from 1 to 12. */
int64_t days_of_date(int64_t year, int month, int64_t day) {
    int64_t shifted = year - (month <= 2), era = floor_divide(shifted, 400), of_era = shifted - era * 400;
    int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void add_number(luaL_Buffer *buffer, const char *format, int64_t number) {
    char text[24];
    snprintf(text, sizeof text, format, (int)number);
    luaL_addstring(buffer, text);
}

static int hour_12(const struct civil *civil) { return civil->hour % 12 == 0 ? 12 : civil->hour % 12; }

static void add_date(luaL_Buffer *buffer, const struct civil *civil, enum element element) {
    switch (element) {
    case LONG_YEAR: add_number(buffer, "%04d", civil->year); break;
    case SHORT_YEAR: add_number(buffer, "%02d", civil->year % 100); break;
    case LONG_MONTH: luaL_addstring(buffer, month_names[civil->month - 1]); break;
    case MONTH_NAME: luaL_addlstring(buffer, month_names[civil->month - 1], 3); break;
    case ZERO_MONTH: add_number(buffer, "%02d", civil->month); break;
    case MONTH: add_number(buffer, "%d", civil->month); break;
    case LONG_WEEKDAY: luaL_addstring(buffer, weekday_names[civil->weekday]); break;
    case WEEKDAY: luaL_addlstring(buffer, weekday_names[civil->weekday], 3); break;
    case ZERO_DAY: add_number(buffer, "%02d", civil->day); break;
    case SPACED_DAY: add_number(buffer, "%2d", civil->day); break;
    case DAY: add_number(buffer, "%d", civil->day); break;
    case ZERO_YEAR_DAY: add_number(buffer, "%03d", civil->year_day); break;
    default: add_number(buffer, "%3d", civil->year_day); break;
    }
}

static void add_clock(luaL_Buffer *buffer, const struct civil *civil, enum element element) {
    switch (element) {
    case HOUR: add_number(buffer, "%02d", civil->hour); break;
    case ZERO_HOUR_12: add_number(buffer, "%02d", hour_12(civil)); break;
    case HOUR_12: add_number(buffer, "%d", hour_12(civil)); break;
    case ZERO_MINUTE: add_number(buffer, "%02d", civil->minute); break;
    case MINUTE: add_number(buffer, "%d", civil->minute); break;
    case ZERO_SECOND: add_number(buffer, "%02d", civil->second); break;
    case SECOND: add_number(buffer, "%d", civil->second); break;
    case UPPER_HALF: luaL_addstring(buffer, civil->hour < 12 ? "AM" : "PM"); break;
    default: luaL_addstring(buffer, civil->hour < 12 ? "am" : "pm"); break;
    }
}

static void add_offset(luaL_Buffer *buffer, int32_t offset, const char *separator, int parts) {
    char text[24];
    int rest = offset < 0 ? -offset : offset;
    luaL_addchar(buffer, offset < 0 ? '-' : '+');
    for (int part = 0, unit = 3600; part < parts; part++, unit /= 60) {
        snprintf(text, sizeof text, "%s%02d", part > 0 ? separator : "", part > 0 ? rest / unit % 60 : rest / unit);
        luaL_addstring(buffer, text);
    }
}

static void add_zone(luaL_Buffer *buffer, const struct civil *civil, enum element element) {
    if (element >= ZONE_Z_COLONS && element <= ZONE_Z_2 && civil->offset == 0) {
        luaL_addchar(buffer, 'Z');
        return;
    }
    switch (element) {
    case ZONE_NAME: luaL_addstring(buffer, civil->zone); break;
    case ZONE_4:
    case ZONE_Z_4: add_offset(buffer, civil->offset, "", 2); break;
    case ZONE_COLON:
    case ZONE_Z_COLON: add_offset(buffer, civil->offset, ":", 2); break;
    case ZONE_2:
    case ZONE_Z_2: add_offset(buffer, civil->offset, "", 1); break;
    case ZONE_6:
    case ZONE_Z_6: add_offset(buffer, civil->offset, "", 3); break;
    default: add_offset(buffer, civil->offset, ":", 3); break;
    }
}

static void add_element(luaL_Buffer *buffer, const struct civil *civil, enum element element) {
    if (element <= SPACED_YEAR_DAY)
        add_date(buffer, civil, element);
    else if (element <= LOWER_HALF)
        add_clock(buffer, civil, element);
    else
        add_zone(buffer, civil, element);
}

static bool is_digit(char character) { return character >= '0' && character <= '9'; }

/* The length of .000 or .999 with as many places as there are: a point or comma, and no other digit after it. */
static size_t fraction_length(const char *layout, size_t count) {
    if (count < 2 || (layout[0] != '.' && layout[0] != ',') || (layout[1] != '0' && layout[1] != '9')) return 0;
    size_t length = 2;
    while (length < count && layout[length] == layout[1]) length++;
    return length < count && is_digit(layout[length]) ? 0 : length;
}

/* Zeros show all the places, nines leave trailing zeros away. */
static void add_fraction(luaL_Buffer *buffer, const struct civil *civil, const char *layout, size_t length) {
    char digits[16];
    size_t places = length - 1;
    snprintf(digits, sizeof digits, "%09d", civil->nanosecond);
    size_t shown = places < 9 ? places : 9;
    while (layout[1] == '9' && shown > 0 && digits[shown - 1] == '0') shown--;
    if (shown == 0) return;
    luaL_addchar(buffer, layout[0]);
    luaL_addlstring(buffer, digits, shown);
    for (size_t i = 9; layout[1] == '0' && i < places; i++) luaL_addchar(buffer, '0');
}

/* Jan in a word such as Janet is no month. */
struct piece next_piece(const char *layout, size_t count) {
    size_t fraction = fraction_length(layout, count);
    if (fraction > 0) return (struct piece){FRACTION, fraction};
    for (size_t i = 0; i < sizeof elements / sizeof *elements; i++) {
        size_t length = strlen(elements[i].text);
        if (length > count || memcmp(layout, elements[i].text, length) != 0) continue;
        bool is_short_name = elements[i].element == MONTH_NAME || elements[i].element == WEEKDAY;
        if (is_short_name && length < count && layout[length] >= 'a' && layout[length] <= 'z') continue;
        return (struct piece){elements[i].element, elements[i].element == LITERAL ? 1 : length};
    }
    return (struct piece){LITERAL, 1};
}

void add_layout(luaL_Buffer *buffer, const struct civil *civil, const char *layout, size_t count) {
    while (count > 0) {
        struct piece piece = next_piece(layout, count);
        if (piece.element == FRACTION)
            add_fraction(buffer, civil, layout, piece.length);
        else if (piece.element == LITERAL)
            luaL_addchar(buffer, *layout);
        else
            add_element(buffer, civil, piece.element);
        layout += piece.length;
        count -= piece.length;
    }
}
