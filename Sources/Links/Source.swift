/// What a descriptor of the poll belongs to, in the 64 bits that epoll carries.
package struct Source: Hashable, Sendable {
    /// What it is: each program has a list of its own.
    package let kind: UInt8
    /// Whose it is, as a place in a table: less than `mostPlaces`.
    package let place: Int
    /// Tells it from the one before that had the same place, and whose events may still be on the way.
    package let generation: UInt32

    package static let mostPlaces = 1 << 24

    package init(kind: UInt8, place: Int = 0, generation: UInt32 = 0) {
        (self.kind, self.place, self.generation) = (kind, place, generation)
    }

    package init(packed: UInt64) {
        kind = UInt8(truncatingIfNeeded: packed)
        place = Int(packed >> 8 & 0xFF_FFFF)
        generation = UInt32(truncatingIfNeeded: packed >> 32)
    }

    package var packed: UInt64 { UInt64(kind) | UInt64(place) << 8 | UInt64(generation) << 32 }
}
