internal import CLinux
package import Clocks
internal import Glibc

/// A timer for one moment of a clock at a time, to be waited for like a pipe (timerfd_create(2)).
///
/// It is punctual to the microsecond however far the moment, where the time-out of a poll may be late by a thousandth of its
/// length: a job that runs every hour would be off by up to a tenth of a second.
package struct SlotTimer: ~Copyable {
    private let descriptor: Descriptor
    private let flags: Int32

    package init(_ clock: ScheduleClock = .monotonic) throws(SystemError) {
        let (id, flags): (clockid_t, Int32) =
            switch clock {
            case .monotonic: (CLOCK_MONOTONIC, Int32(TFD_TIMER_ABSTIME))
            // Readable at once when somebody sets the clock, forward or back.
            case .wall: (CLOCK_REALTIME, Int32(TFD_TIMER_ABSTIME) | clinux_cancel_on_set)
            }
        self.flags = flags
        descriptor = Descriptor(
            owning: try systemCall("timerfd_create") {
                timerfd_create(id, Int32(TFD_CLOEXEC) | Int32(TFD_NONBLOCK))
            })
    }

    /// Readable from `instant` on, and when the wall clock is set, if it goes by that; until it is set again. A moment that is past
    /// makes it readable at once.
    package func set(_ instant: SlotInstant) throws(SystemError) {
        var time = itimerspec()
        // Zero would disarm it.
        let nanoseconds = max(1, instant.nanoseconds)
        time.it_value.tv_sec = Int(nanoseconds / 1_000_000_000)
        time.it_value.tv_nsec = Int(nanoseconds % 1_000_000_000)
        let (raw, flags) = (descriptor.raw, flags)
        do throws(SystemError) {
            try systemCall("timerfd_settime") { unsafe timerfd_settime(raw, flags, &time, nil) }
        } catch {
            // The clock was set before the timer was; the timer is set all the same (timerfd_create(2)).
            if error.code != ECANCELED { throw error }
        }
    }

    package var pollHandle: PollHandle { descriptor.pollHandle }

    package func register(with poller: borrowing Poller, token: UInt64) throws(SystemError) {
        try poller.add(descriptor, token: token, for: .read)
    }
}
