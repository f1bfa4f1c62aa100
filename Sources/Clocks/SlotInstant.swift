/// A moment on the clock of a job's schedule: a slot, or what it is compared with.
@frozen
package struct SlotInstant: Hashable, Comparable, Sendable {
    package var nanoseconds: Int64

    @inlinable
    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// No such slot.
    package static var distantFuture: SlotInstant { SlotInstant(nanoseconds: .max) }

    @inlinable
    package static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }
    @inlinable
    package static func <= (left: Self, right: Self) -> Bool { left.nanoseconds <= right.nanoseconds }
    @inlinable
    package static func > (left: Self, right: Self) -> Bool { left.nanoseconds > right.nanoseconds }
    @inlinable
    package static func >= (left: Self, right: Self) -> Bool { left.nanoseconds >= right.nanoseconds }

    // The generic `max` and `min` would cost each worker the tables by which they compare.
    @inlinable
    package static func later(_ left: Self, _ right: Self) -> Self { left > right ? left : right }
    @inlinable
    package static func earlier(_ left: Self, _ right: Self) -> Self { left < right ? left : right }

    /// Saturates at `distantFuture` instead of overflowing.
    @inlinable
    package static func + (instant: Self, duration: Nanoseconds) -> Self {
        let (sum, overflow) = instant.nanoseconds.addingReportingOverflow(duration.count)
        return Self(nanoseconds: overflow ? .max : sum)
    }

    @inlinable
    package static func - (left: Self, right: Self) -> Nanoseconds {
        Nanoseconds(left.nanoseconds &- right.nanoseconds)
    }
}

/// Which clock a schedule goes by.
package enum ScheduleClock: Hashable, Sendable {
    case monotonic, wall
}

/// The same moment on both clocks.
package struct Moment: Hashable, Sendable {
    package var monotonic: MonotonicInstant
    package var wall: WallInstant

    package init(monotonic: MonotonicInstant, wall: WallInstant) {
        (self.monotonic, self.wall) = (monotonic, wall)
    }

    package func on(_ clock: ScheduleClock) -> SlotInstant {
        switch clock {
        case .monotonic: SlotInstant(nanoseconds: monotonic.nanoseconds)
        case .wall: SlotInstant(nanoseconds: wall.nanoseconds)
        }
    }

    /// When the monotonic clock will show what the schedule's clock calls `slot`, if nobody sets the wall clock until then.
    package func monotonic(of slot: SlotInstant, on clock: ScheduleClock) -> MonotonicInstant {
        guard slot != .distantFuture else { return .distantFuture }
        let (distance, overflow) = slot.nanoseconds.subtractingReportingOverflow(on(clock).nanoseconds)
        if overflow { return slot.nanoseconds > 0 ? .distantFuture : monotonic }
        return MonotonicInstant(nanoseconds: max(0, (monotonic + Nanoseconds(distance)).nanoseconds))
    }

    /// When the monotonic clock will show what the wall clock calls `instant`, if nobody sets it until then.
    package func monotonic(of instant: WallInstant) -> MonotonicInstant {
        monotonic(of: SlotInstant(nanoseconds: instant.nanoseconds), on: .wall)
    }

    /// When the wall clock shows what the schedule's clock calls `slot`, as far as one can tell now.
    package func wall(of slot: SlotInstant, on clock: ScheduleClock) -> WallInstant {
        WallInstant(nanoseconds: wall.nanoseconds &+ (slot.nanoseconds &- on(clock).nanoseconds))
    }
}
