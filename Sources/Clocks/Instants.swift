// The clocks of cronsupd, told apart by type so that they cannot be mixed.
//
// *Monotonic* (CLOCK_MONOTONIC, clock_gettime(2)): advances steadily from an arbitrary zero at boot, the same zero for
// all processes of a host; no one can set it. Everything that asks "how long" uses it: intervals, time-outs, backoff.
//
// *Wall* (CLOCK_REALTIME): the civil time in nanoseconds since 1970-01-01T00:00:00Z, without leap seconds. It can be
// set back and forth at any moment. Calendar schedules go by it, and what people read: the time of a log record.
//
// The instants and what is counted with them are public: the compiler inlines nothing of a package across its modules, and a
// busy daemon would call a function for each comparison of two numbers.
//
// A *slot* is the moment at which a run was due, as opposed to the moment at which it began. It is an instant on the
// clock of its schedule: the monotonic clock for an interval, the wall clock for a calendar.

/// A moment on the monotonic clock, in nanoseconds since boot.
@frozen
public struct MonotonicInstant: Hashable, Comparable, Sendable {
    public var nanoseconds: Int64

    @inlinable
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// Later than every moment that a machine reaches (292 years after boot).
    @inlinable
    public static var distantFuture: MonotonicInstant { MonotonicInstant(nanoseconds: .max) }

    @inlinable
    public static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }
    // Hashable and Comparable would supply these, as code that other modules call through their witnesses.
    @inlinable
    public static func == (left: Self, right: Self) -> Bool { left.nanoseconds == right.nanoseconds }
    @inlinable
    public static func <= (left: Self, right: Self) -> Bool { left.nanoseconds <= right.nanoseconds }
    @inlinable
    public static func > (left: Self, right: Self) -> Bool { left.nanoseconds > right.nanoseconds }
    @inlinable
    public static func >= (left: Self, right: Self) -> Bool { left.nanoseconds >= right.nanoseconds }

    // The generic `min` of more than two makes an array of them.
    @inlinable
    public static func earliest(_ first: Self, _ second: Self, _ third: Self) -> Self {
        Self(nanoseconds: min(min(first.nanoseconds, second.nanoseconds), third.nanoseconds))
    }

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

/// A moment of civil time, in nanoseconds since 1970-01-01T00:00:00Z, without leap seconds: the years 1678 to 2262.
@frozen
public struct WallInstant: Hashable, Comparable, Sendable {
    public var nanoseconds: Int64

    @inlinable
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    @inlinable
    public static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }
    @inlinable
    public static func >= (left: Self, right: Self) -> Bool { left.nanoseconds >= right.nanoseconds }

    package static func + (instant: Self, duration: Nanoseconds) -> Self {
        Self(nanoseconds: instant.nanoseconds &+ duration.count)
    }
}

extension WallInstant {
    /// Rounded down.
    package var wholeSeconds: Int64 { floorDivide(nanoseconds, 1_000_000_000) }

    package init(seconds: Int64) { nanoseconds = seconds * 1_000_000_000 }
}

/// A span of time in whole nanoseconds, at most 292 years. Eight bytes and plain integer arithmetic, where
/// `Swift.Duration` takes sixteen and a division: a busy daemon handles several of these for each report.
@frozen
public struct Nanoseconds: Hashable, Comparable, Sendable {
    public var count: Int64

    @inlinable
    public init(_ count: Int64) { self.count = count }

    @inlinable
    public static var zero: Nanoseconds { Nanoseconds(0) }
    @inlinable
    public static func milliseconds(_ count: Int64) -> Self { Self(count * 1_000_000) }
    @inlinable
    public static func seconds(_ count: Int64) -> Self { Self(count * 1_000_000_000) }

    @inlinable
    public var wholeMicroseconds: Int64 { count / 1_000 }
    /// Rounded up, so that a timer set with it never fires early.
    package var millisecondsRoundedUp: Int64 { count <= 0 ? 0 : (count - 1) / 1_000_000 + 1 }
    package var inSeconds: Double { Double(count) / 1e9 }

    @inlinable
    public static func == (left: Self, right: Self) -> Bool { left.count == right.count }
    @inlinable
    public static func < (left: Self, right: Self) -> Bool { left.count < right.count }
    @inlinable
    public static func <= (left: Self, right: Self) -> Bool { left.count <= right.count }
    @inlinable
    public static func > (left: Self, right: Self) -> Bool { left.count > right.count }
    @inlinable
    public static func >= (left: Self, right: Self) -> Bool { left.count >= right.count }
    @inlinable
    public static func + (left: Self, right: Self) -> Self { Self(left.count + right.count) }
    @inlinable
    public static func - (left: Self, right: Self) -> Self { Self(left.count - right.count) }
}
