#include "Machine.h"

static bool append_little_endian(struct clua_bytes *bytes, enum coding_tag tag, uint64_t bits, size_t size) {
    unsigned char all[9] = {(unsigned char)tag};
    for (size_t i = 0; i < size; i++) all[1 + i] = (unsigned char)(bits >> (8 * i));
    return bytes_append(bytes, all, 1 + size);
}

bool coding_append_count(struct clua_bytes *bytes, enum coding_tag tag, size_t count) {
    return count <= UINT32_MAX && append_little_endian(bytes, tag, count, 4);
}

bool coding_append_bits(struct clua_bytes *bytes, enum coding_tag tag, uint64_t bits) {
    return append_little_endian(bytes, tag, bits, 8);
}
