import Clocks
import Kernel
import Links
import Model
import Values
import Wire

/// A client of the control socket: what it has said, what it is told, and what it waits for. It has one request at a time.
final class Connection: ConnectedClient {
    /// What its request is about, while that is not done.
    enum Work {
        case none
        case status(StatusCursor)
        case slots(SlotCursor)
        case metrics(MetricsCursor)
        /// Until so many reloads are over.
        case reload(Int)
        /// Until the run has begun, and then perhaps until it has ended.
        case run(EntryID, number: Int64?, waits: Bool)
        /// Until the run has ended; `nil`: the next one of the job that does.
        case end(EntryID, run: Int64?)
        /// Until nothing of it can begin any more, or this moment. `isPassing`: the next daemon will not know of it.
        case pause(JobPause, isPassing: Bool, until: MonotonicInstant)
    }

    let peer: Peer
    let right: ControlRights.Right
    let source: Source
    var order: UInt32 { source.generation }
    private let socket: Box<Descriptor>
    private var input: [UInt8] = []
    private var output: [UInt8] = []
    private var written = 0
    private var isAtEnd = false
    /// When it has asked for something last, or has connected.
    private(set) var lastUse: MonotonicInstant
    /// When the first byte came of a request that is not complete.
    private var inputSince = MonotonicInstant.distantFuture
    /// When it has taken something last.
    private var outputSince: MonotonicInstant
    private var interest = Poller.Interest.read
    var work = Work.none
    /// It is to be closed.
    private(set) var isOver = false
    private var isLastAnswer = false

    /// So long it may take for a request, or for reading what it is told.
    static let patience = Nanoseconds.seconds(10)

    init(
        _ socket: consuming Descriptor, _ peer: Peer, _ right: ControlRights.Right, _ source: Source,
        at now: MonotonicInstant
    ) {
        self.socket = Box(socket)
        (self.peer, self.right, self.source, lastUse, outputSince) = (peer, right, source, now, now)
    }

    var waits: Bool {
        switch work {
        case .reload, .run, .end, .pause: true
        case .none, .status, .slots, .metrics: false
        }
    }

    /// Between two requests.
    var isIdle: Bool { if case .none = work { output.isEmpty && input.isEmpty } else { false } }

    /// Whether what it says is read, or that it goes.
    var listens: Bool {
        switch work {
        case .none: !hasOutput
        case .status, .slots, .metrics: false
        case .reload, .run, .end, .pause: true
        }
    }

    var hasOutput: Bool { !output.isEmpty }
    var outputSize: Int { output.count - written }

    /// When it has taken too long.
    var deadline: MonotonicInstant {
        if hasOutput { return outputSince + Self.patience }
        switch work {
        case .none: return input.isEmpty ? .distantFuture : inputSince + Self.patience
        // The kernel tells of room when most of what it holds was read: nothing may wait here then.
        case .status, .slots, .metrics: return outputSince + Self.patience
        case .reload, .run, .end, .pause: return .distantFuture
        }
    }

    /// When its wait for a pause is over.
    var pauseDeadline: MonotonicInstant { if case .pause(_, _, let until) = work { until } else { .distantFuture } }

    func end() { isOver = true }

    // MARK: What it says

    /// Takes what there is room for. Nothing more comes, and there is nothing left to be answered: it is over.
    func receive(at now: MonotonicInstant) {
        let room = WireFormat.longestMessage - input.count
        guard room > 0 else { return end() }
        var bytes = [UInt8](repeating: 0, count: room)
        // An error says that the other end is gone.
        switch (try? socket.value.read(into: &bytes, from: 0)) ?? .closed {
        case .bytes(let count):
            if input.isEmpty { inputSince = now }
            input += bytes[..<count]
        case .wouldBlock: break
        case .closed: if waits { end() } else { isAtEnd = true }
        }
    }

    /// What has come is no request and never will be.
    var isTooLong: Bool { input.count >= WireFormat.longestMessage && !input.contains(UInt8(ascii: "\n")) }

    /// The next request, without its newline.
    func takeLine(at now: MonotonicInstant) -> [UInt8]? {
        guard let end = input.firstIndex(of: UInt8(ascii: "\n")) else {
            if isAtEnd { self.end() }
            return nil
        }
        let line = Array(input[..<end])
        input.removeSubrange(...end)
        (inputSince, outputSince, lastUse) = (now, now, now)
        return line
    }

    // MARK: What it is told

    func tell(_ answer: ControlAnswer, at now: MonotonicInstant) {
        if output.isEmpty { outputSince = now }
        output += answer.encoded()
    }

    /// It is closed when it has read this.
    func tellLast(_ answer: ControlAnswer, at now: MonotonicInstant) {
        tell(answer, at: now)
        isLastAnswer = true
    }

    /// Returns whether it has taken all.
    func flush(_ budget: inout RoundBudget, at now: MonotonicInstant) -> Bool {
        while written < output.count, budget.bytes > 0 {
            let end = min(output.count, written + budget.bytes)
            let transfer = output[written..<end].withUnsafeBytes { try? socket.value.write($0) }
            guard case .bytes(let count)? = transfer else {
                if transfer != .wouldBlock { self.end() }
                return false
            }
            written += count
            budget.bytes -= count
            outputSince = now
        }
        guard written == output.count else { return false }
        (output, written) = ([], 0)
        if isLastAnswer { end() }
        return true
    }

    // MARK: The loop

    func watch(_ poller: borrowing Poller) throws(SystemError) {
        try poller.add(socket.value, token: source.packed, for: interest)
    }

    /// It is listened to between requests alone; that the other end has gone is told at all times.
    func renewWatch(_ poller: borrowing Poller) throws(SystemError) {
        var wanted: Poller.Interest = []
        if hasOutput || hasMoreToDo { wanted.insert(.write) }
        if wanted.isEmpty, !waits { wanted.insert(.read) }
        guard wanted != interest else { return }
        try poller.modify(socket.value, token: source.packed, for: wanted)
        interest = wanted
    }

    /// In a later round.
    private var hasMoreToDo: Bool {
        switch work {
        case .status, .slots, .metrics: true
        case .none: input.contains(UInt8(ascii: "\n"))
        case .reload, .run, .end, .pause: false
        }
    }

    func close(_ poller: borrowing Poller) { poller.remove(socket.value) }
}
