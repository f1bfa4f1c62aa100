internal import CLinux
package import Clocks
internal import Glibc

/// Names a descriptor that somebody else owns, to wait for it. Valid as long as the owner is.
package struct PollHandle: Hashable, Sendable {
    fileprivate let raw: Int32
}

extension Descriptor {
    package var pollHandle: PollHandle { PollHandle(raw: raw) }
}

/// Waits for a few descriptors, to the nanosecond (ppoll(2)): for programs that have no loop around a `Poller`.
package struct Poll {
    // Two are all that anyone waits for, and an array of them would cost each worker the runtime's tables for it.
    private var entries = (pollfd(fd: -1, events: 0, revents: 0), pollfd(fd: -1, events: 0, revents: 0))
    private var count = 0

    package init() {}

    /// At most two.
    package mutating func add(_ handle: PollHandle, for interest: Poller.Interest) {
        precondition(count < 2, "a third descriptor to wait for; this waits for two")
        let events = interest.contains(.write) ? POLLOUT : POLLIN
        let entry = pollfd(fd: handle.raw, events: Int16(events), revents: 0)
        if count == 0 { entries.0 = entry } else { entries.1 = entry }
        count += 1
    }

    /// Waits until one is ready, a signal came, or `timeout` is over; `nil`: for ever.
    package mutating func wait(_ timeout: Nanoseconds?) throws(SystemError) {
        var limit = timespec()
        if let timeout {
            limit.tv_sec = Int(max(0, timeout.count) / 1_000_000_000)
            limit.tv_nsec = Int(max(0, timeout.count) % 1_000_000_000)
        }
        let result = withUnsafePointer(to: limit) { limit in
            clinux_poll_two(&entries.0, &entries.1, timeout == nil ? nil : limit)
        }
        guard result < 0 else { return }
        let code = errno
        (entries.0.revents, entries.1.revents) = (0, 0)
        if code != EINTR { throw SystemError("ppoll", code: code) }
    }

    /// Whether the entry that was added as number `index` is ready, or its other end closed.
    package func isReady(_ index: Int) -> Bool { (index == 0 ? entries.0 : entries.1).revents != 0 }
}
