import Clocks
import Kernel
import Logging
import Model
import TestSupport
import Testing
import Turns
import Values
import Wire

@testable import Daemon
@testable import Supervision

/// Holds what the log tells against the tables of docs/ARCHITECTURE.md.
@Suite("What is logged")
struct RecordTableTests {
    // MARK: The cases

    /// A new case of `Incident` belongs into this switch, into `samples` and into the table.
    private static func name(_ incident: Incident) -> String {
        switch incident {
        case .started: "started"
        case .callsDropped: "callsDropped"
        case .jobLine: "jobLine"
        case .output: "output"
        case .leftoversKilled: "leftoversKilled"
        case .leftoversLeft: "leftoversLeft"
        case .dropped: "dropped"
        case .fault: "fault"
        case .noteRefused: "noteRefused"
        case .exited: "exited"
        case .retry: "retry"
        case .gaveUp: "gaveUp"
        case .spawnFailed: "spawnFailed"
        case .shortage: "shortage"
        case .waitingForPreviousWorker: "waitingForPreviousWorker"
        case .waitingForLeftovers: "waitingForLeftovers"
        case .previousWorkerKilled: "previousWorkerKilled"
        case .violation: "violation"
        case .hung: "hung"
        case .overdue: "overdue"
        case .clockFollowed: "clockFollowed"
        case .catchingUp: "catchingUp"
        case .stillRunning: "stillRunning"
        case .waitingForGroup: "waitingForGroup"
        case .callsWaiting: "callsWaiting"
        case .waitingForWorker: "waitingForWorker"
        case .terminated: "terminated"
        case .killed: "killed"
        case .unkillable: "unkillable"
        case .leftBehind: "leftBehind"
        case .stopped: "stopped"
        }
    }

    private static let samples: [Incident] = [
        .started, .callsDropped(2), .jobLine(line), .output(cutOutput),
        .leftoversKilled(.init(run: 1, count: 2, program: "sleep")),
        .leftoversLeft(.init(run: 1, count: 2, program: "sleep", left: true)), .dropped(Report.Dropped()),
        .fault(Report.Fault()), .noteRefused("x"),
        .exited("exit 1"), .retry(after: .seconds(1), failures: 1), .gaveUp(retryAfter: .seconds(1), failures: 1),
        .spawnFailed("x"), .shortage("x"), .waitingForPreviousWorker(7), .waitingForLeftovers(7),
        .previousWorkerKilled(7), .violation("x"),
        .hung("x"), .overdue(by: .seconds(1)), .clockFollowed(until: SlotInstant(nanoseconds: 1)),
        .catchingUp(
            slots: 2, first: SlotInstant(nanoseconds: 1), last: SlotInstant(nanoseconds: 2), missed: 3),
        .stillRunning(run: 1, for: .seconds(10), slots: 3),
        .waitingForGroup(slots: 2, for: .seconds(10)), .callsWaiting(2, for: .seconds(10)),
        .waitingForWorker(run: nil, for: .seconds(10)), .terminated, .killed,
        .unkillable, .leftBehind, .stopped,
    ]

    private static var line: Report.Log {
        var line = Report.Log(level: .info, run: 1, message: "mine", fields: [.init(key: "entry", value: "forged")])
        line.fullLength = 9_000
        return line
    }

    private static let cutOutput = Report.Output(stream: .standardOutput, run: 1, text: "x", fullLength: 9_000)

    /// A new case of `Effect` belongs into this switch, into `effects` and into the table.
    private static func name(_ effect: Effect) -> String {
        switch effect {
        case .spawn: "spawn"
        case .closeControl: "closeControl"
        case .ping: "ping"
        case .send: "send"
        case .askForPermit: "askForPermit"
        case .returnPermit: "returnPermit"
        case .call: "call"
        case .logStacks: "logStacks"
        case .terminate: "terminate"
        case .kill: "kill"
        case .killPreviousWorker: "killPreviousWorker"
        case .watchPreviousWorker: "watchPreviousWorker"
        case .book: "book"
        case .log: "log"
        }
    }

    private static let effects: [Effect] = [
        .spawn, .closeControl, .ping(token: 1), .send(.ping(token: 1)), .askForPermit, .returnPermit,
        .call(EntryID("a:b")!, [], Value.Map()), .logStacks, .terminate, .kill, .killPreviousWorker,
        .watchPreviousWorker,
        .book(Booking(count: 1, outcome: .skipped)), .log(.started),
    ]

    // MARK: The tables

    private static func document(_ name: String) throws -> [Substring] {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let file = try #require(try FileSystem.contents(of: "/\(root)/docs/\(name)", limit: 1 << 20))
        return String(decoding: file.bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// The cells of the table whose head begins with `head`.
    private static func rows(_ head: String) throws -> [[String]] {
        let lines = try document("ARCHITECTURE.md")
        let start = try #require(lines.firstIndex { $0.hasPrefix("| \(head)") })
        return lines[(start + 2)...].prefix { $0.hasPrefix("|") }.map { line in
            line.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast().map {
                String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
            }
        }
    }

    /// What stands in backquotes.
    private static func words(_ cell: String) -> [String] {
        cell.split(separator: "`", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }
            .map { String($0.element) }
    }

    /// The record of an incident, without its quotes.
    private func record(_ incident: Incident) throws -> String {
        let log = try PlayedLog()
        let now = MonotonicInstant(nanoseconds: 100_000_000_000)
        IncidentLog(log: log.log, moment: Moment(now)).record(incident, of: job(0, start: now))
        let records = try log.records("message=")
        #expect(records.count == 1)
        return records.first.map { $0.filter { $0 != "\"" } } ?? ""
    }

    @Test("has a row for each incident, whose record begins with the row's words and has its fields")
    func incidents() throws {
        let rows = try Self.rows("incident")
        #expect(rows.map { Self.words($0[0]) } == Self.samples.map { [Self.name($0)] })
        for (row, incident) in zip(rows, Self.samples) {
            let record = try record(incident)
            let message = Self.words(row[1]).first ?? "mine"
            #expect(record.contains(" message=\(message) "), "\(record)")
            for field in Self.words(row[2]) { #expect(record.contains(" \(field)="), "\(field): \(record)") }
        }
    }

    @Test("has a row for each effect, with records that there are")
    func effects() throws {
        let rows = try Self.rows("effect")
        #expect(rows.map { Self.words($0[0]) } == Self.effects.map { [Self.name($0)] })
        let log = try Self.document("LOG.md")
        for word in rows.flatMap({ Self.words($0[1]) }) where !word.hasPrefix("TICK") {
            #expect(log.contains { $0.hasPrefix("| `\(word)`") }, "\(word)")
        }
        for row in rows.dropLast() { #expect(!Self.words(row[1]).isEmpty, "\(row[0])") }
    }

    @Test("has a row for each loss, with its record and the fields that count it")
    func losses() throws {
        let rows = try Self.rows("what is lost")
        #expect(rows.map { Self.words($0[0]) } == Drop.allCases.map { ["\($0)"] })
        #expect(rows.map { Self.words($0[1]) } == Drop.allCases.map { [$0.rawValue] })
        #expect(rows.map { Self.words($0[2]) } == Drop.allCases.map(\.counters))
    }

    // MARK: What was lost silently

    @Test("of a function's line is how long it was, and how many of its fields are not there")
    func jobLine() throws {
        let long = String(repeating: "v", count: 2_000)
        var line = Report.Log(level: .info, run: 1, message: String(repeating: "m", count: 5_000), fields: [])
        line.fields = ["a", "b", "run", "d"].map { .init(key: $0, value: $0 == "run" ? "1" : long) }
        let sent = try line.encoded().dropLast().withUnsafeBytes { try Report.decode($0) }
        guard case .log(let read) = sent else { throw SystemError("no log", code: 0) }
        #expect(read.leftOut == 3 && read.fields.map(\.key) == ["run"])
        let record = try record(.jobLine(read))
        #expect(record.contains(" length=5000 ") && record.contains(" left_out=4"), "\(record)")
    }

    @Test("of a call is that its function is gone")
    func goneFunction() throws {
        let play = try PlayedPool()
        _ = try play.start()
        let job = try #require(play.pool.jobsByID.values.first)
        play.pool.call(EntryID("app:gone")!, .failure, with: Value.Map([("event", .string("failed"))]), for: job)
        let record = try #require(try play.records("Calls dropped").first)
        #expect(record.contains("function=app:gone count=1 event=failed"), "\(record)")
    }

    @Test("of the log is how many lines nobody has taken at the end")
    func unread() throws {
        let pipe = try TestPipe()
        let sink = LogSink(try OutputStream(sharing: try pipe.takeWriter()), format: .logfmt, capacity: 1_000_000)
        #expect(sink.finish(patience: .zero) == nil)
        // More than the pipe holds.
        let count = 3_000
        for number in 0..<count { sink.write(.info, "line\(number)", [:], .record) }
        let text = try #require(sink.finish(patience: .zero))
        let taken = try pipe.read().count { $0 == UInt8(ascii: "\n") }
        #expect(text == "Log lines dropped: \(count - taken), and the log takes no more")
    }
}
