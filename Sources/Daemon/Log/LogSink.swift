package import Clocks
package import Kernel
import Logging
import Synchronization

/// Where the log's records go: the standard output or the journal, one write for each, never waiting for the reader.
///
/// While the reader stalls, lines wait in a bounded buffer. Past its bound the oldest job output goes first, then the oldest
/// ticks, then whatever is oldest; how many went is logged when the reader is back.
package final class LogSink: Sendable {
    /// How readily a line is given up.
    package enum Rank: Int, CaseIterable, Sendable {
        case output, tick, record
    }

    package static let defaultCapacity = 1 << 20
    private let state: Mutex<State>
    /// Whether records carry what only tools ask for.
    package let isDetailed: Bool

    /// `capacity`: how many bytes of lines wait at most. `hasPriority`: the journal reads the output.
    package init(
        _ output: consuming OutputStream, format: LogFormat, hasPriority: Bool = false,
        capacity: Int = defaultCapacity, style: LogStyle = .plain
    ) {
        precondition(format != .journal, "the journal's records in a stream")
        isDetailed = format.isDetailed
        let encoder = LogEncoder(format, style, hasPriority: hasPriority && format == .text)
        state = Mutex(State(.stream(output), encoder, capacity: capacity))
    }

    package init(_ journal: consuming JournalSocket, capacity: Int = defaultCapacity) {
        isDetailed = true
        state = Mutex(State(.journal(journal), LogEncoder(.journal), capacity: capacity))
    }

    func write(_ level: Logger.Level, _ message: String, _ fields: LogFields, _ rank: Rank) {
        state.withLock { $0.write(level, message, fields, rank) }
    }

    /// Whether lines wait for the reader.
    package var isBacklogged: Bool { state.withLock { $0.isBacklogged } }

    /// How many lines were given up, by their rank.
    var dropped: [Int] { state.withLock { $0.dropped } }

    /// Writes what waits, as far as the reader takes it.
    package func flush() { state.withLock { $0.flush() } }

    /// Waits until what was written is with the reader, `patience` at most; nothing may be written after it. Returns how many
    /// lines no reader has taken; `nil`: none.
    package func finish(patience: Nanoseconds) -> String? { state.withLock { $0.finish(patience: patience) } }

    /// Has the poller tell when the reader takes more. Returns `false` if it cannot be waited for, as a file.
    package func register(with poller: borrowing Poller, token: UInt64) throws(SystemError) -> Bool {
        try state.withLock { state throws(SystemError) in try state.register(with: poller, token: token) }
    }

    package func unregister(from poller: borrowing Poller) { state.withLock { $0.unregister(from: poller) } }
}

private struct State: ~Copyable {
    private let output: LogOutput
    private var encoder: LogEncoder
    private var backlog: LogBacklog
    /// The rest of a line that was taken in part: it must come before any other.
    private var rest: [UInt8] = []
    private var isClosed = false

    init(_ output: consuming LogOutput, _ encoder: consuming LogEncoder, capacity: Int) {
        self.output = output
        self.encoder = encoder
        backlog = LogBacklog(capacity: capacity)
    }

    var isBacklogged: Bool { !isClosed && (!rest.isEmpty || !backlog.isEmpty) }

    var dropped: [Int] { backlog.dropped.lines }

    mutating func write(_ level: Logger.Level, _ message: String, _ fields: LogFields, _ rank: LogSink.Rank) {
        guard !isClosed else { return }
        // A file cannot be waited for: try at each line whether it takes any again. Before the line is encoded, since what was
        // lost has a line as well, in the same buffer.
        if isBacklogged, !output.isPollable { flush() }
        encoder.encode(level, message, fields, at: Clock.wall())
        if isBacklogged || !writeLine(encoder.line) { backlog.append(Array(encoder.line), rank) }
    }

    mutating func flush() {
        guard !isClosed, writeRest() else { return }
        while let line = backlog.first {
            guard line.withUnsafeBufferPointer({ writeLine($0) }) else { return }
            backlog.removeFirst()
            guard rest.isEmpty else { return }
        }
        if let loss = backlog.takeLoss() { write(.warning, Drop.logLines.rawValue, loss.fields, .record) }
    }

    mutating func finish(patience: Nanoseconds) -> String? {
        output.finish(patience: patience)
        guard isBacklogged else { return nil }
        let loss = backlog.giveUp()
        // Of a line in part, too.
        let count = loss.total + (rest.isEmpty ? 0 : 1)
        return "\(Drop.logLines.rawValue): \(count), and the log takes no more"
    }

    /// Whether the line is off our hands; part of it may be in `rest`.
    private mutating func writeLine(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
        switch transfer(line) {
        case .bytes(let count):
            if count < line.count { rest = Array(line[count...]) }
            return true
        case .wouldBlock: return false
        case .closed:
            isClosed = true
            return true
        }
    }

    private mutating func writeRest() -> Bool {
        guard !rest.isEmpty else { return true }
        switch rest.withUnsafeBufferPointer({ transfer($0) }) {
        case .bytes(let count): rest.removeFirst(count)
        case .wouldBlock: break
        case .closed: isClosed = true
        }
        return rest.isEmpty
    }

    /// An error of the file, such as a full disk, is no reason to end: the line waits, or is given up in its turn.
    private func transfer(_ bytes: UnsafeBufferPointer<UInt8>) -> Descriptor.Transfer {
        (try? output.write(UnsafeRawBufferPointer(bytes))) ?? .wouldBlock
    }

    func register(with poller: borrowing Poller, token: UInt64) throws(SystemError) -> Bool {
        if output.isPollable { try output.register(with: poller, token: token) }
        return output.isPollable
    }

    func unregister(from poller: borrowing Poller) { if output.isPollable { output.unregister(from: poller) } }
}
