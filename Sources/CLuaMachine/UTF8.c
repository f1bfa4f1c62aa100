#include "Machine.h"

static bool continues(unsigned char byte) { return (byte & 0xC0) == 0x80; }

/* The second byte's range is narrower after some first ones: no overlong forms, no surrogates, nothing above
 * U+10FFFF. */
static bool second_fits(unsigned char first, unsigned char second) {
    switch (first) {
    case 0xE0: return second >= 0xA0 && second <= 0xBF;
    case 0xED: return second >= 0x80 && second <= 0x9F;
    case 0xF0: return second >= 0x90 && second <= 0xBF;
    case 0xF4: return second >= 0x80 && second <= 0x8F;
    default: return continues(second);
    }
}

static size_t expected_length(unsigned char first) {
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return 2;
    if (first >= 0xE0 && first <= 0xEF) return 3;
    if (first >= 0xF0 && first <= 0xF4) return 4;
    return 0;
}

size_t utf8_sequence(const unsigned char *start, size_t count) {
    if (count == 0) return 0;
    size_t length = expected_length(start[0]);
    if (length < 2) return length;
    if (length > count || !second_fits(start[0], start[1])) return 0;
    for (size_t i = 2; i < length; i++)
        if (!continues(start[i])) return 0;
    return length;
}
