import Kernel
import Links
import Wire

/// The stream between this process and its daemon.
final class LedgerLink {
    private let outbox: Outbox
    private var inbox: Inbox
    private let loop: PollLoop
    /// The daemon is gone, or has told to end.
    private(set) var isOver = false

    /// In bytes, of what the daemon has not read: what it asks for of ten thousand jobs fits.
    private static let mostPending = 16 << 20

    /// `end`: this end of it.
    init(_ end: consuming Descriptor, _ loop: PollLoop) throws(SystemError) {
        try end.setNonblocking()
        let other = try end.duplicate()
        try loop.poller.add(other, token: LedgerSource.orders.packed, for: .read)
        inbox = Inbox(other, longestLine: WireFormat.longestMessage)
        outbox = Outbox(end, most: Self.mostPending, .count)
        self.loop = loop
    }

    func tell(_ report: LedgerReport) {
        outbox.send(report.encoded())
        // A poller that is out of memory: it is sent with the next report.
        try? outbox.watch(loop.poller, as: LedgerSource.reports)
    }

    func log(
        _ level: LedgerLevel, _ message: String, path: String? = nil, error: String? = nil, text: String? = nil,
        count: Int? = nil
    ) {
        tell(
            .log(
                .init(
                    level: level.rawValue, message: message, path: path, error: error, text: text,
                    count: count.map { Int64($0) })))
    }

    func resume() { outbox.resume(loop.poller) }

    /// What the daemon reads before this process is gone.
    func flush() { outbox.flush() }

    /// Calls `body` with each order that has come.
    func receive(_ body: (LedgerOrder) -> Void) {
        withUnsafeTemporaryAllocation(byteCount: 4_096, alignment: 8) { buffer in
            guard case .bytes(let count) = inbox.read(into: buffer) else { return end() }
            inbox.split(buffer, count) { line, _ in
                // A newer daemon may say more.
                if let order = try? LedgerOrder.decode(line) { body(order) }
            }
        }
    }

    func end() {
        isOver = true
        inbox.close(loop.poller)
    }
}

/// The level of a record in the daemon's log, as that names it.
enum LedgerLevel: String {
    case info, notice, warning, error
}

/// What the loop hears of.
enum LedgerSource {
    static let orders = Source(kind: 1)
    static let reports = Source(kind: 2)
    static let signals = Source(kind: 3)
    static let errands = Source(kind: 4)
}
