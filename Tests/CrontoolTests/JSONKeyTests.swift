import Clocks
import Kernel
import Model
import Schedules
import Testing
import Values
import Wire

@testable import Crontool

/// Holds docs/CRONSUPCTL.md and what commands print with `--json` against each other.
@Suite("The keys of JSON")
struct JSONKeyTests {
    /// Of objects in it too, but not of what users write.
    private func keys(_ value: Value?) -> Set<String> {
        switch value {
        case .map(let map):
            zip(map.keys, map.values).reduce(into: []) { keys, member in
                keys.insert(member.0)
                if !["meta", "data"].contains(member.0) { keys.formUnion(self.keys(member.1)) }
            }
        case .list(let list): list.reduce(into: []) { $0.formUnion(keys($1)) }
        default: []
        }
    }

    private func keys(of text: String) throws -> Set<String> {
        try text.split(separator: "\n").reduce(into: []) { keys, line in
            let object = try JSONCoding.value(from: Array(line.utf8))
            keys.formUnion(self.keys(object))
        }
    }

    private static let entry = EntryID("app:job.backup")!

    private var job: JobStatus {
        var job = JobStatus()
        (job.entry, job.schedule, job.interval, job.timezone) = (Self.entry, "0 0 * * *", "10s", "UTC")
        (job.hasSeconds, job.isAligned, job.next, job.pid, job.retry) = (true, true, 1, Int64(ThisProcess.id), 1)
        var run = JobStatus.Going()
        (run.slot, run.isManual) = (1, true)
        var last = JobStatus.Last()
        (last.slot, last.code, last.text) = (1, 3, "x")
        (job.run, job.last, job.pause) = (run, last, pause)
        return job
    }

    private var pause: JobStatus.Pause {
        var pause = JobStatus.Pause()
        (pause.scope, pause.until, pause.note) = ("--all", 1, "new disk")
        return pause
    }

    private func ended(_ outcome: Outcome) -> ControlAnswer {
        .ended(.init(entry: Self.entry, run: 1, outcome: outcome.rawValue, duration: .zero, text: "x"))
    }

    private var answers: [ControlAnswer] {
        var done = ControlAnswer.Done(count: 1, disabled: 1)
        (done.added, done.changed, done.removed, done.unchanged) = (1, 1, 1, 1)
        (done.running, done.pausing, done.paused, done.isPassing) = (1, 1, 1, true)
        return [
            .started(.init(entry: Self.entry, run: 1)), .running(.init(entry: Self.entry, run: 1)), ended(.ok),
            ended(.failed), .pausing(.init(entry: Self.entry, pid: 1)), .replaced(pause), .error(text: "x"),
            .greeting(.init(program: "1", pid: 1, registry: "/etc/cronsupd")), .done(done),
        ]
    }

    private var rows: [LedgerAnswer] {
        var run = LedgerAnswer.Run()
        (run.entry, run.slot, run.reason, run.code, run.retryAfter) = (Self.entry, 1, "operator", 3, 1)
        (run.text, run.fullLength, run.outcome) = ("x", 9, .failed)
        var gap = LedgerAnswer.Gap()
        (gap.entry, gap.reason) = (Self.entry, "down")
        var event = LedgerAnswer.Event()
        (event.entry, event.text) = (Self.entry, "pid=5")
        var status = LedgerAnswer.Status()
        status.trouble = "x"
        return [.run(run), .gap(gap), .event(event), .status(status)]
    }

    private var others: String {
        get throws {
            let zone = try ZoneSource.utcOnly.zone("UTC")
            let schedule = try SlotInput.schedule("0 0 * * *", entry: nil, hasSeconds: false, .next)
            let now = WallInstant(nanoseconds: 1)
            func report(_ direction: SlotSearch.Direction) -> SlotReport {
                SlotReport("0 0 * * *", SlotSearch(schedule, in: .utc, from: now, count: 1, direction), zone: zone)
            }
            let entry = Entry(
                id: Self.entry, kind: "function.exec", meta: .init(), data: .init(),
                location: SourceLocation(file: "a.yaml", line: 1, column: 1))
            return report(.next).json + report(.previous).json
                + Explanation(schedule).json(of: "0 0 * * *", report(.next)) + EntryReport.json(entry)
        }
    }

    /// What stands in backquotes in the first cells.
    private func documented() throws -> Set<String> {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let file = try #require(try FileSystem.contents(of: "/\(root)/docs/CRONSUPCTL.md", limit: 1 << 20))
        let lines = String(decoding: file.bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(lines.firstIndex { $0 == "| key | what it is |" })
        let cells = lines[(start + 2)...].prefix { $0.hasPrefix("|") }.map { $0.split(separator: "|")[0] }
        return cells.reduce(into: []) { keys, cell in
            let parts = cell.split(separator: "`", omittingEmptySubsequences: false).map(String.init)
            keys.formUnion(parts.enumerated().filter { $0.offset % 2 == 1 }.map(\.element))
        }
    }

    @Test("are all on the page, and no others")
    func page() throws {
        var ok = job
        ok.last?.outcome = .ok
        var failed = job
        failed.last?.outcome = .failed
        var top = TopRows()
        for _ in 0..<2 { top.look([job], at: Clock.moment(), by: .cpu) }
        let rows = StatusRows([ok, failed], disabled: 0, now: WallInstant(nanoseconds: 1), zone: .utc)
        var printed = try keys(of: rows.json + top.json + others)
        printed.formUnion(try keys(of: answers.compactMap(AnswerJSON.line).joined()))
        printed.formUnion(try keys(of: self.rows.compactMap(HistoryJSON.line).joined()))
        let changed: [(String, Value?)] = [("action", .string("forget")), ("run", .int(1)), ("count", .int(1))]
        let copied: [(String, Value?)] = [("path", .string("x")), ("size", .int(1)), ("runs", .int(1))]
        printed.formUnion(
            try keys(
                of: HistoryJSON.done(changed) + HistoryJSON.done(copied) + HistoryJSON.done([("faults", .int(1))])
                    + HistoryJSON.fault("x") + HistoryJSON.line("x", run: 1, of: Self.entry)
                    + HistoryJSON.going(job.run ?? .init(), of: Self.entry)))
        // As DaemonList has them.
        printed.formUnion(DaemonList.keys)
        let documented = try documented()
        #expect(printed.subtracting(documented).sorted() == [])
        #expect(documented.subtracting(printed).sorted() == [])
    }
}
