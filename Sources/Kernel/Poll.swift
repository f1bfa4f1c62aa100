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

/// Waits for a few descriptors (poll(2)): for programs that have no loop around a `Poller`.
package struct Poll {
    // Six are all that anyone waits for, and an array of them would cost each worker the runtime's tables for it. An
    // entry with descriptor -1 is ignored.
    private var entries = (none, none, none, none, none, none)
    private var count = 0

    private static var none: pollfd { pollfd(fd: -1, events: 0, revents: 0) }

    package init() {}

    /// At most six. Returns the number under which `isReady` knows it.
    @discardableResult
    package mutating func add(_ handle: PollHandle, for interest: Poller.Interest) -> Int {
        let events = interest.contains(.write) ? POLLOUT : POLLIN
        let entry = pollfd(fd: handle.raw, events: Int16(events), revents: 0)
        switch count {
        case 0: entries.0 = entry
        case 1: entries.1 = entry
        case 2: entries.2 = entry
        case 3: entries.3 = entry
        case 4: entries.4 = entry
        case 5: entries.5 = entry
        default: preconditionFailure("a seventh descriptor to wait for; this waits for six")
        }
        count += 1
        return count - 1
    }

    /// Waits until one is ready, a signal came, or `timeout` is over; `nil`: for ever. A time-out may be late by a thousandth of
    /// its length, since the kernel joins such wake-ups: use a `SlotTimer` for what must be punctual.
    package mutating func wait(_ timeout: Nanoseconds?) throws(SystemError) {
        let milliseconds = timeout.map { Int32(clamping: $0.millisecondsRoundedUp) } ?? -1
        let number = nfds_t(count)
        let result = unsafe withUnsafeMutableBytes(of: &entries) {
            unsafe poll($0.assumingMemoryBound(to: pollfd.self).baseAddress, number, milliseconds)
        }
        guard result < 0 else { return }
        let code = errno
        clear()
        if code != EINTR { throw SystemError("poll", code: code) }
    }

    private mutating func clear() {
        (entries.0.revents, entries.1.revents, entries.2.revents) = (0, 0, 0)
        (entries.3.revents, entries.4.revents, entries.5.revents) = (0, 0, 0)
    }

    /// Whether the entry that was added as number `index` is ready, or its other end closed.
    package func isReady(_ index: Int) -> Bool {
        switch index {
        case 0: entries.0.revents != 0
        case 1: entries.1.revents != 0
        case 2: entries.2.revents != 0
        case 3: entries.3.revents != 0
        case 4: entries.4.revents != 0
        default: entries.5.revents != 0
        }
    }
}
