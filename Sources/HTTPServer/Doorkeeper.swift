import Clocks
import Kernel

/// Accepts connections and has each wait until the head of its request is there: those that are slow cost a descriptor, and hold
/// up nobody. One whose head is refused never gets to the server.
final class Doorkeeper {
    private var poller: Poller
    private let listener: any Listener
    private let limits: HTTPLimits
    private let admit: (consuming Descriptor) -> Void
    private var waiting: [UInt64: Waiting] = [:]
    private var next = UInt64(1)
    private var listensAgain = MonotonicInstant.distantFuture

    private final class Waiting {
        var socket: Descriptor?
        let since: MonotonicInstant

        init(_ socket: consuming Descriptor, since: MonotonicInstant) {
            self.socket = consume socket
            self.since = since
        }
    }

    private static let door = UInt64(0)
    private static let acceptedAtOnce = 64
    /// Where the machine is short of descriptors.
    private static let pause = Nanoseconds.milliseconds(100)

    init(
        _ listener: any Listener, _ limits: HTTPLimits, _ admit: @escaping (consuming Descriptor) -> Void
    ) throws(SystemError) {
        (self.listener, self.limits, self.admit) = (listener, limits, admit)
        poller = try Poller(capacity: 256)
        try listener.watch(poller, token: Self.door)
    }

    func run() throws(SystemError) -> Never {
        var ready: [Poller.Readiness] = []
        while true {
            ready.removeAll(keepingCapacity: true)
            _ = try poller.wait(milliseconds: patience(at: Clock.monotonic()), into: &ready)
            let now = Clock.monotonic()
            for one in ready { if one.token == Self.door { accept(at: now) } else { look(one.token) } }
            dropLate(at: now)
        }
    }

    private func patience(at now: MonotonicInstant) -> Int32 {
        let first = waiting.values.map { $0.since + limits.patience }.min() ?? .distantFuture
        let end = min(first, listensAgain)
        return end == .distantFuture ? -1 : Int32(clamping: max(1, (end - now).millisecondsRoundedUp))
    }

    // MARK: The door

    private func accept(at now: MonotonicInstant) {
        for _ in 0..<Self.acceptedAtOnce {
            do throws(SystemError) {
                guard let socket = try listener.accept() else { return }
                try take(socket, at: now)
            } catch {
                if !error.isShortage { continue }
                if let oldest { return drop(oldest) }
                // It would be told of in every round.
                listener.unwatch(poller)
                listensAgain = now + Self.pause
                return
            }
        }
    }

    private func take(_ socket: consuming Descriptor, at now: MonotonicInstant) throws(SystemError) {
        if waiting.count >= limits.waiting, let oldest { drop(oldest) }
        let token = next
        next += 1
        try poller.add(socket, token: token, for: [.read, .edge])
        waiting[token] = Waiting(socket, since: now)
        look(token)
    }

    private var oldest: UInt64? { waiting.keys.min() }

    private func drop(_ token: UInt64) { waiting[token] = nil }

    private func dropLate(at now: MonotonicInstant) {
        for (token, one) in waiting where one.since + limits.patience <= now { drop(token) }
        guard now >= listensAgain else { return }
        listensAgain = .distantFuture
        try? listener.watch(poller, token: Self.door)
    }

    // MARK: Heads

    private func look(_ token: UInt64) {
        guard let one = waiting[token], let socket = one.socket.take() else { return }
        var bytes = [UInt8](repeating: 0, count: HeadGuard.longest)
        // One call: what comes after it is told of.
        switch (try? socket.peek(into: &bytes)) ?? .closed {
        case .bytes(let count): judge(bytes[..<count], socket, token)
        case .wouldBlock: one.socket = consume socket
        case .closed: waiting[token] = nil
        }
    }

    private func judge(_ bytes: ArraySlice<UInt8>, _ socket: consuming Descriptor, _ token: UInt64) {
        switch HeadGuard.judge(bytes) {
        case .incomplete: waiting[token]?.socket = consume socket
        case .complete:
            waiting[token] = nil
            poller.remove(socket)
            admit(socket)
        case .refused(let status, let reason):
            waiting[token] = nil
            RefusedHead.answer(socket, status, reason)
        }
    }
}

/// To one whose request is not parsed at all.
private enum RefusedHead {
    static func answer(_ socket: consuming Descriptor, _ status: Int, _ reason: String) {
        let words = status == 431 ? "Request Header Fields Too Large" : "Bad Request"
        let text = "\(words): \(reason)\n"
        let head = """
            HTTP/1.1 \(status) \(words)\r\nContent-Type: text/plain; charset=utf-8\r\n\
            Content-Length: \(text.utf8.count)\r\nConnection: close\r\n\r\n
            """
        _ = try? socket.write(Array((head + text).utf8))
        // What is unread when a socket is closed takes the answer away with it.
        var rest = [UInt8](repeating: 0, count: 64 * 1_024)
        _ = try? socket.read(into: &rest, from: 0)
    }
}
