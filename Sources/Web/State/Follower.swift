import Clocks
import HTTPServer
import Kernel
import Synchronization
import Values
import Wire

/// One who is sent what has changed since what it has seen: rows, not a log of changes, so that nothing is missed by one who was
/// away or is slow.
final class Follower: Sendable {
    private struct State {
        /// Everything up to this one was sent.
        var version: UInt64
        var counts = ""
        var spoken = MonotonicInstant(nanoseconds: 0)
    }

    private let stream: EventStream
    private let state: Mutex<State>

    /// In one go: the rest comes with the next look.
    private static let most = 64
    /// A connection that is gone is only noticed when something is sent.
    private static let quiet = Nanoseconds.seconds(15)

    init(_ stream: EventStream, version: UInt64) {
        self.stream = stream
        state = Mutex(State(version: version))
    }

    func tell(_ news: News) {
        let now = Clock.monotonic()
        let text = state.withLock { state in
            var text = ""
            for change in news.board.changes(after: state.version, most: Self.most) {
                text += news.event(change)
                state.version = change.version
            }
            if state.counts != news.counts {
                state.counts = news.counts
                text += News.text("board", news.counts, version: state.version)
            }
            if text.isEmpty, now - state.spoken >= Self.quiet { text = ":\n\n" }
            if !text.isEmpty { state.spoken = now }
            return text
        }
        if !text.isEmpty { stream.push(Array(text.utf8)) }
    }
}

/// What those who follow are sent at one time. A job is put into words once for all of them.
final class News {
    let board: Board
    private let row: (Board.Row) -> String
    private var words: [EntryID: String] = [:]
    let counts: String

    /// Tells one process from the next, which counts anew.
    static let instance = String(UInt64(bitPattern: Clock.wall().nanoseconds), radix: 36)

    init(_ board: Board, _ row: @escaping (Board.Row) -> String) {
        (self.board, self.row) = (board, row)
        counts = JSONCoding.output(BoardJSON.value(of: board))
    }

    func event(_ change: Board.Change) -> String {
        guard let row = board.jobs[change.entry] else {
            let value = Value.object([("id", .string(change.entry.description))])
            return Self.text("gone", JSONCoding.output(value), version: change.version)
        }
        return Self.text("job", data(row), version: change.version)
    }

    private func data(_ row: Board.Row) -> String {
        if let known = words[row.status.entry] { return known }
        let id = row.status.entry.description
        let data = JSONCoding.output(.object([("id", .string(id)), ("html", .string(self.row(row)))]))
        words[row.status.entry] = data
        return data
    }

    /// JSON has no line ends.
    static func text(_ kind: String, _ data: String, version: UInt64) -> String {
        "id: \(instance)-\(version)\nevent: \(kind)\ndata: \(data)\n\n"
    }

    /// The version in a `Last-Event-ID`; 0: it is of another process, and everything is to be sent.
    static func version(in id: String) -> UInt64 {
        let parts = id.split(separator: "-")
        guard parts.count == 2, parts[0] == instance, let version = UInt64(parts[1]) else { return 0 }
        return version
    }
}

enum BoardJSON {
    static func value(of board: Board) -> Value {
        let counts = board.counts
        return .object([
            ("all", .int(Int64(counts.all))), ("failing", .int(Int64(counts.failing))),
            ("late", .int(Int64(counts.late))), ("running", .int(Int64(counts.running))),
            ("paused", .int(Int64(counts.paused))), ("disabled", .int(board.disabled)),
            ("fault", board.fault.map { .string($0) } ?? .null),
        ])
    }
}
