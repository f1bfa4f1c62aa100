import Clocks
import Kernel
import Links
import Values
import Wire

/// What a client follows, and how far it was told.
enum Following {
    /// `after`: the number of the last one.
    case events(EntryID?, after: Int64)
    /// `seen`: lines. `isGoing`: it had not ended when that was looked for; its end will be noticed.
    case output(EntryID, run: Int64, seen: Int64, isGoing: Bool)
}

/// A client of the ledger's socket.
final class QuestionClient: ConnectedClient {
    let peer: Peer
    let right: ControlRights.Right
    let source: Source
    var order: UInt32 { source.generation }
    private let socket: Box<Descriptor>
    private var input: [UInt8] = []
    private var output: [UInt8] = []
    private var written = 0
    /// Its question takes long, and is under way.
    var waits = false
    /// It wants what comes, and asks nothing else.
    var following: Following?
    private(set) var isOver = false
    private var isAtEnd = false
    private(set) var lastUse: MonotonicInstant
    private var interest = Poller.Interest.read

    /// So long it may take for a question, or for reading the answer.
    static let patience = Nanoseconds.seconds(10)

    init(
        _ socket: consuming Descriptor, _ peer: Peer, _ right: ControlRights.Right, _ source: Source,
        at now: MonotonicInstant
    ) {
        self.socket = Box(socket)
        (self.peer, self.right, self.source, lastUse) = (peer, right, source, now)
    }

    var isIdle: Bool { !isBusy && input.isEmpty && output.isEmpty }
    private var isBusy: Bool { waits || following != nil }

    /// When it has taken too long.
    var deadline: MonotonicInstant {
        waits || isIdle || following != nil && output.isEmpty ? .distantFuture : lastUse + Self.patience
    }

    // MARK: What it says

    func receive(at now: MonotonicInstant) {
        let room = WireFormat.longestMessage - input.count
        guard room > 0 else { return }
        var bytes = [UInt8](repeating: 0, count: room)
        switch (try? socket.value.read(into: &bytes, from: 0)) ?? .closed {
        case .bytes(let count):
            if input.isEmpty { lastUse = now }
            input += bytes[..<count]
        case .wouldBlock: break
        case .closed: if isBusy || !output.isEmpty { isOver = true } else { isAtEnd = true }
        }
    }

    /// The next question, without its newline.
    func takeLine() -> [UInt8]? {
        guard let end = input.firstIndex(of: UInt8(ascii: "\n")) else {
            if input.count >= WireFormat.longestMessage || isAtEnd { isOver = true }
            return nil
        }
        defer { input.removeSubrange(...end) }
        return Array(input[..<end])
    }

    // MARK: What it is told

    func tell(_ answer: LedgerAnswer) { output += answer.encoded() }

    /// Nothing else waits to be told.
    func send(_ file: LongWork.File) {
        let line = LedgerAnswer.done(.init(count: Int(clamping: file.size), runs: file.runs)).encoded()
        if (try? socket.value.send(line, with: file.descriptor)) != .bytes(line.count) { isOver = true }
    }

    /// Returns whether it has taken all.
    func flush(at now: MonotonicInstant) -> Bool {
        while written < output.count {
            let transfer = output[written...].withUnsafeBytes { try? socket.value.write($0) }
            guard case .bytes(let count)? = transfer else {
                if transfer != .wouldBlock { isOver = true }
                return false
            }
            written += count
            lastUse = now
        }
        (output, written) = ([], 0)
        return true
    }

    // MARK: The loop

    func watch(_ poller: borrowing Poller) throws(SystemError) {
        try poller.add(socket.value, token: source.packed, for: interest)
    }

    func renewWatch(_ poller: borrowing Poller) throws(SystemError) {
        let wanted: Poller.Interest = output.isEmpty ? (waits ? [] : .read) : .write
        guard wanted != interest else { return }
        try poller.modify(socket.value, token: source.packed, for: wanted)
        interest = wanted
    }

    func close(_ poller: borrowing Poller) { poller.remove(socket.value) }
}
