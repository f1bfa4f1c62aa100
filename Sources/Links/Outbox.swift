package import Kernel

/// The writing end of a pipe, which never waits: messages that the pipe does not take are kept, up to a bound.
package final class Outbox {
    /// What happens to a message that would be more than the bound.
    package enum Overflow: Sendable {
        /// Nothing more is sent, and `isCondemned` says that whoever does not read is to be ended.
        case condemn
        /// It is dropped and counted.
        case count
        /// The oldest that wait are dropped and counted, but for one that was sent in part.
        case dropOldest
    }

    package let end: Descriptor
    private let most: Int
    private let overflow: Overflow
    package private(set) var isCondemned = false
    private var isWatched = false
    /// Those before `first` are gone: to move what remains at each write would cost the square of its size.
    private var messages: [[UInt8]] = []
    private var first = 0
    /// Of the first message.
    private var written = 0
    /// So many bytes wait.
    private var pending = 0
    package private(set) var dropped = 0

    /// `most`: so many bytes may wait.
    package init(_ end: consuming Descriptor, most: Int, _ overflow: Overflow) {
        self.end = end
        (self.most, self.overflow) = (most, overflow)
    }

    package var isPending: Bool { pending > 0 }

    /// A reader that is gone is no error here: its exit will tell.
    package func send(_ message: [UInt8]) {
        guard makeRoom(for: message.count) else { return }
        messages.append(message)
        pending += message.count
        flush()
    }

    private func makeRoom(for count: Int) -> Bool {
        if overflow == .dropOldest { dropOldest(for: count) }
        guard isCondemned || pending + count > most else { return true }
        if overflow == .condemn { isCondemned = true } else { dropped += 1 }
        return false
    }

    private func dropOldest(for count: Int) {
        let oldest = written > 0 ? first + 1 : first
        while count <= most, pending + count > most, oldest < messages.count {
            pending -= messages.remove(at: oldest).count
            dropped += 1
        }
    }

    package func flush() {
        while first < messages.count {
            switch try? messages[first].withUnsafeBytes({
                try end.write(UnsafeRawBufferPointer(rebasing: $0[written...]))
            }) {
            case .bytes(let count): advance(count)
            case .wouldBlock: return
            case .closed, nil: forget()
            }
        }
        forget()
    }

    private func advance(_ count: Int) {
        (written, pending) = (written + count, pending - count)
        guard written == messages[first].count else { return }
        messages[first] = []
        (first, written) = (first + 1, 0)
        if first > messages.count / 2 {
            messages.removeFirst(first)
            first = 0
        }
    }

    private func forget() { (messages, first, written, pending) = ([], 0, 0, 0) }

    /// Has the poller tell when there is room, if something waits for it.
    package func watch(_ poller: borrowing Poller, as source: Source) throws(SystemError) {
        guard isPending, !isWatched else { return }
        try poller.add(end, token: source.packed, for: .write)
        isWatched = true
    }

    /// The poller has told.
    package func resume(_ poller: borrowing Poller) {
        flush()
        if !isPending { close(poller) }
    }

    /// To be called before it is let go.
    package func close(_ poller: borrowing Poller) {
        if isWatched { poller.remove(end) }
        isWatched = false
    }
}
