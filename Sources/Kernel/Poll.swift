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
    private var entries: [pollfd] = []

    package init() {}

    package mutating func add(_ handle: PollHandle, for interest: Poller.Interest) {
        let events = interest.contains(.write) ? POLLOUT : POLLIN
        entries.append(pollfd(fd: handle.raw, events: Int16(events), revents: 0))
    }

    package mutating func removeAll() { entries.removeAll(keepingCapacity: true) }

    /// Waits until one is ready, a signal came, or `timeout` is over; `nil`: for ever.
    package mutating func wait(_ timeout: Nanoseconds?) throws(SystemError) {
        var limit = timespec()
        if let timeout {
            limit.tv_sec = Int(max(0, timeout.count) / 1_000_000_000)
            limit.tv_nsec = Int(max(0, timeout.count) % 1_000_000_000)
        }
        let count = withUnsafePointer(to: limit) { limit in
            ppoll(&entries, nfds_t(entries.count), timeout == nil ? nil : limit, nil)
        }
        guard count < 0 else { return }
        let code = errno
        for index in entries.indices { entries[index].revents = 0 }
        if code != EINTR { throw SystemError("ppoll", code: code) }
    }

    /// Whether the entry that was added as number `index` is ready, or its other end closed.
    package func isReady(_ index: Int) -> Bool { entries[index].revents != 0 }
}
