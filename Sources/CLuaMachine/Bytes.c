#include "Machine.h"

#include <stdlib.h>
#include <string.h>

/* Above this, memory is given back when it is not needed. */
enum { KEPT_CAPACITY = 16 << 10 };

static bool reserve(struct clua_bytes *bytes, size_t more) {
    if (more <= bytes->capacity - bytes->count) return true;
    if (bytes->is_fixed) return false;
    size_t capacity = bytes->capacity < 64 ? 64 : bytes->capacity;
    while (capacity - bytes->count < more) {
        if (capacity > SIZE_MAX / 2) return false;
        capacity *= 2;
    }
    unsigned char *start = realloc(bytes->start, capacity);
    if (start == NULL) return false;
    bytes->start = start;
    bytes->capacity = capacity;
    return true;
}

bool bytes_append(struct clua_bytes *bytes, const void *start, size_t count) {
    if (count == 0) return true;
    if (!reserve(bytes, count)) return false;
    memcpy(bytes->start + bytes->count, start, count);
    bytes->count += count;
    return true;
}

bool bytes_append_string(struct clua_bytes *bytes, const char *string) {
    return bytes_append(bytes, string, strlen(string));
}

void bytes_free(struct clua_bytes *bytes) {
    free(bytes->start);
    *bytes = (struct clua_bytes){0};
}

void bytes_clear(struct clua_bytes *bytes) {
    if (bytes->capacity > KEPT_CAPACITY) bytes_free(bytes);
    bytes->count = 0;
}

void clua_result_free(struct clua_result *result) {
    bytes_free(&result->value);
    bytes_free(&result->message);
    bytes_free(&result->traceback);
    bytes_free(&result->error);
}
