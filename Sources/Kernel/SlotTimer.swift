internal import CLinux
package import Clocks
internal import Glibc

/// A timer for one moment of the monotonic clock at a time, to be waited for like a pipe (timerfd_create(2)).
///
/// It is punctual to the microsecond however far the moment, where the time-out of a poll may be late by a thousandth of its
/// length: a job that runs every hour would be off by up to a tenth of a second.
package struct SlotTimer: ~Copyable {
    private let descriptor: Descriptor

    package init() throws(SystemError) {
        let flags = Int32(TFD_CLOEXEC) | Int32(TFD_NONBLOCK)
        descriptor = Descriptor(
            owning: try systemCall("timerfd_create") { timerfd_create(CLOCK_MONOTONIC, flags) })
    }

    /// Readable from `instant` on, until it is set again. A moment that is past makes it readable at once.
    package func set(_ instant: MonotonicInstant) throws(SystemError) {
        var time = itimerspec()
        // Zero would disarm it.
        let nanoseconds = max(1, instant.nanoseconds)
        time.it_value.tv_sec = Int(nanoseconds / 1_000_000_000)
        time.it_value.tv_nsec = Int(nanoseconds % 1_000_000_000)
        let raw = descriptor.raw
        try systemCall("timerfd_settime") { timerfd_settime(raw, Int32(TFD_TIMER_ABSTIME), &time, nil) }
    }

    package var pollHandle: PollHandle { descriptor.pollHandle }
}
