/// A moment on the clock of a job's schedule: a slot, or what it is compared with.
@frozen
public struct SlotInstant: Hashable, Comparable, Sendable {
    public var nanoseconds: Int64

    @inlinable
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// No such slot.
    @inlinable
    public static var distantFuture: SlotInstant { SlotInstant(nanoseconds: .max) }

    @inlinable
    public static func == (left: Self, right: Self) -> Bool { left.nanoseconds == right.nanoseconds }
    @inlinable
    public static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }
    @inlinable
    public static func <= (left: Self, right: Self) -> Bool { left.nanoseconds <= right.nanoseconds }
    @inlinable
    public static func > (left: Self, right: Self) -> Bool { left.nanoseconds > right.nanoseconds }
    @inlinable
    public static func >= (left: Self, right: Self) -> Bool { left.nanoseconds >= right.nanoseconds }

    // The generic `max` and `min` would cost each worker the tables by which they compare.
    @inlinable
    public static func later(_ left: Self, _ right: Self) -> Self { left > right ? left : right }
    @inlinable
    public static func earlier(_ left: Self, _ right: Self) -> Self { left < right ? left : right }

    /// Saturates at `distantFuture` instead of overflowing.
    @inlinable
    public static func + (instant: Self, duration: Nanoseconds) -> Self {
        let (sum, overflow) = instant.nanoseconds.addingReportingOverflow(duration.count)
        return Self(nanoseconds: overflow ? .max : sum)
    }

    @inlinable
    public static func - (left: Self, right: Self) -> Nanoseconds {
        Nanoseconds(left.nanoseconds &- right.nanoseconds)
    }
}

/// Which clock a schedule goes by.
@frozen
public enum ScheduleClock: Hashable, Sendable {
    case monotonic, wall
}

/// The same moment on both clocks.
@frozen
public struct Moment: Hashable, Sendable {
    public var monotonic: MonotonicInstant
    public var wall: WallInstant

    @inlinable
    public init(monotonic: MonotonicInstant, wall: WallInstant) {
        (self.monotonic, self.wall) = (monotonic, wall)
    }

    @inlinable
    public func on(_ clock: ScheduleClock) -> SlotInstant {
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
