internal import CLinux
internal import Glibc

/// Waits for many descriptors at once (epoll(7), level-triggered).
@safe package struct Poller: ~Copyable {
    private let descriptor: Descriptor
    private var events: [epoll_event]

    package struct Interest: OptionSet, Sendable {
        package let rawValue: UInt32
        package init(rawValue: UInt32) { self.rawValue = rawValue }

        package static let read = Interest(rawValue: EPOLLIN.rawValue)
        package static let write = Interest(rawValue: EPOLLOUT.rawValue)
        /// Not again before something more has come.
        package static let edge = Interest(rawValue: EPOLLET.rawValue)
        /// Nothing more after the first time, until `modify`.
        package static let once = Interest(rawValue: EPOLLONESHOT.rawValue)
    }

    /// What a descriptor is ready for. A hang-up or an error makes it ready for whatever was asked: the call finds out.
    package struct Readiness: Hashable, Sendable {
        /// As it was given to `add`.
        package let token: UInt64
        package let canRead: Bool
        package let canWrite: Bool
        /// The other end is closed.
        package let isHungUp: Bool
    }

    /// `capacity`: how many descriptors one `wait` reports at most.
    package init(capacity: Int) throws(SystemError) {
        descriptor = Descriptor(owning: try systemCall("epoll_create1") { epoll_create1(Int32(EPOLL_CLOEXEC)) })
        unsafe events = Array(repeating: epoll_event(), count: capacity)
    }

    package func add(_ other: borrowing Descriptor, token: UInt64, for interest: Interest) throws(SystemError) {
        try control(EPOLL_CTL_ADD, other.raw, interest, token)
    }

    package func modify(_ other: borrowing Descriptor, token: UInt64, for interest: Interest) throws(SystemError) {
        try control(EPOLL_CTL_MOD, other.raw, interest, token)
    }

    /// Must be called before the descriptor is closed if a child holds a copy of it: the kernel watches the open file.
    package func remove(_ other: borrowing Descriptor) {
        _ = try? control(EPOLL_CTL_DEL, other.raw, [], 0)
    }

    private func control(
        _ operation: Int32, _ raw: Int32, _ interest: Interest, _ token: UInt64
    ) throws(SystemError) {
        var event = unsafe epoll_event(events: interest.rawValue, data: epoll_data_t(u64: token))
        let poller = descriptor.raw
        try systemCall("epoll_ctl", "descriptor \(raw)") { unsafe epoll_ctl(poller, operation, raw, &event) }
    }

    /// Waits for at most `milliseconds`, for ever if negative, and appends what is ready. Returns whether there may be more
    /// that did not fit.
    package mutating func wait(milliseconds: Int32, into ready: inout [Readiness]) throws(SystemError) -> Bool {
        let count = unsafe epoll_wait(descriptor.raw, &events, Int32(events.count), milliseconds)
        guard count >= 0 else {
            let code = errno
            // A stopped and continued process comes back with EINTR even if no handler ran (signal(7)), however long it was
            // stopped. What is ready by now was not looked at.
            if code == EINTR { return true }
            throw SystemError("epoll_wait", code: code)
        }
        for index in 0..<Int(count) {
            let (flags, token) = unsafe (events[index].events, events[index].data.u64)
            let isHungUp = flags & (EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0
            ready.append(
                Readiness(
                    token: token, canRead: flags & EPOLLIN.rawValue != 0 || isHungUp,
                    canWrite: flags & EPOLLOUT.rawValue != 0 || isHungUp, isHungUp: isHungUp))
        }
        return unsafe Int(count) == events.count
    }
}
