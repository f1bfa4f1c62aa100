/* What layouts of Go's are made of, for those who write by them and read by them. */
#pragma once

#include "Machine.h"

enum element {
    LITERAL, LONG_YEAR, SHORT_YEAR, LONG_MONTH, MONTH_NAME, ZERO_MONTH, MONTH, LONG_WEEKDAY, WEEKDAY, ZERO_DAY,
    SPACED_DAY, DAY, ZERO_YEAR_DAY, SPACED_YEAR_DAY, HOUR, ZERO_HOUR_12, HOUR_12, ZERO_MINUTE, MINUTE, ZERO_SECOND,
    SECOND, UPPER_HALF, LOWER_HALF, ZONE_NAME, ZONE_Z_COLONS, ZONE_Z_6, ZONE_Z_COLON, ZONE_Z_4, ZONE_Z_2, ZONE_COLONS,
    ZONE_6, ZONE_COLON, ZONE_4, ZONE_2, FRACTION,
};

/* What a layout begins with. */
struct piece {
    enum element element;
    size_t length;
};

struct piece next_piece(const char *layout, size_t count);

extern const char *const month_names[12], *const weekday_names[7];
