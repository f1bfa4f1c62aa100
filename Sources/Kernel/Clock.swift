package import Clocks
internal import Glibc

/// Reads the clocks that the module Clocks defines.
package enum Clock {
    /// Both clocks, read one after the other.
    package static func moment() -> Moment { Moment(monotonic: monotonic(), wall: wall()) }

    /// What a schedule's clock shows.
    package static func slotInstant(_ clock: ScheduleClock) -> SlotInstant {
        switch clock {
        case .monotonic: SlotInstant(nanoseconds: read(CLOCK_MONOTONIC))
        case .wall: SlotInstant(nanoseconds: read(CLOCK_REALTIME))
        }
    }

    package static func monotonic() -> MonotonicInstant { MonotonicInstant(nanoseconds: read(CLOCK_MONOTONIC)) }

    package static func wall() -> WallInstant { WallInstant(nanoseconds: read(CLOCK_REALTIME)) }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        // It fails for an unknown clock only, and both are known to every kernel.
        unsafe clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
