import Clocks
import Glibc
import Kernel
import LedgerStore
import Model
import TestSupport
import Testing

@testable import SQLiteStore

/// The ledger has what the jobs did, whatever is killed.
@Suite("The ledger")
struct LedgerFaults {
    private static let options = ["--ledger", "required", "--fallback", "off"]

    func start(_ scene: Scene, _ more: [String] = []) throws -> DaemonProcess {
        try scene.start(
            Self.options + ["--state-directory", scene.path("state")] + more, worker: Binaries.worker)
    }

    /// Writes down when its run begins and ends.
    func job(
        _ scene: Scene, _ name: String, doing work: String, interval: String?, data: [String: String] = [:]
    ) -> JobText {
        let row: (String) -> String = { "echo \($0) $CRONSUPD_ENTRY $CRONSUPD_RUN >> \(scene.ledger)" }
        return .shell(name, "\(row("begin")); \(work); \(row("end"))", interval: interval, data: data)
    }

    func rows(_ scene: Scene, _ what: Substring, _ entry: Substring) -> [Int64] {
        let lines = (TextFile.read(scene.ledger) ?? "").split(separator: "\n")
        return lines.compactMap { line in
            let words: [Substring] = line.split(separator: " ")
            guard words.count == 3, words[0] == what, words[1] == entry else { return nil }
            return Int64(words[2])
        }
    }

    func kill(_ daemon: DaemonProcess) throws {
        daemon.signal(SIGKILL)
        _ = try daemon.waitForExit()
    }

    func ledgerProcess(_ daemon: DaemonProcess) -> ProcessID? {
        daemon.log.all("Ledger started").last.map { ProcessID($0.number("pid")) }
    }

    func reader(_ scene: Scene) throws -> SQLiteReader {
        let place = scene.path("state")
        let key = try #require(try FileSystem.names(in: place).first)
        return try SQLiteReader("\(place)/\(key)/ledger.db", tails: SharedTails())
    }

    /// Those that have begun and not ended.
    func openRuns(_ scene: Scene) throws -> Int64? {
        let place = scene.path("state")
        let key = try #require(try FileSystem.names(in: place).first)
        return try Database("\(place)/\(key)/ledger.db", .reading).number("SELECT count(*) FROM open_run")
    }

    func history(_ scene: Scene, _ entry: String) throws -> [HistoryRow] {
        let reader = try reader(scene)
        var (rows, query) = ([HistoryRow](), HistoryQuery(job: entry, limit: 1_000))
        while true {
            let page = try reader.history(query)
            rows += page.rows
            guard let next = page.next else { return rows }
            query.before = next
        }
    }

    // MARK: F40

    @Test("has each run and each slot once, with the true outcome, wherever daemon and ledger are killed")
    func killEither() throws {
        try Scene.play { scene in
            try scene.declare([
                job(scene, "short", doing: "true", interval: "50ms"),
                job(scene, "long", doing: "sleep 0.12", interval: "70ms"),
                job(
                    scene, "flaky", doing: "[ $((CRONSUPD_RUN % 3)) = 0 ] || exit 1", interval: "150ms",
                    data: ["retry": "{max_attempts: 2, initial_delay: 10ms, jitter: 0}"]),
            ])
            var random = SystemRandomNumberGenerator()
            for _ in 0..<LongTests.size(10, long: 200) {
                let begun = rows(scene, "begin", "test:short").count
                let daemon = try start(scene)
                let more = Int.random(in: 1...8, using: &random)
                try daemon.wait("some runs have begun") { rows(scene, "begin", "test:short").count >= begun + more }
                if Bool.random(using: &random), let ledger = ledgerProcess(daemon) { Glibc.kill(ledger, SIGKILL) }
                if Bool.random(using: &random) {
                    let now = rows(scene, "begin", "test:short").count
                    try wait("runs go on", within: 20) { rows(scene, "begin", "test:short").count >= now + 3 }
                }
                if Bool.random(using: &random) { try kill(daemon) } else { _ = try daemon.stop() }
            }
            let last = try start(scene)
            try last.wait(for: "TICK", entry: "test:long")
            #expect(try last.stop() == .exited(code: 0))
            for entry in ["test:short", "test:long", "test:flaky"] { try compare(scene, last, entry) }
        }
    }

    private func compare(_ scene: Scene, _ last: DaemonProcess, _ entry: String) throws {
        let (begun, ended) = (rows(scene, "begin", entry[...]), rows(scene, "end", entry[...]))
        var (runs, gaps) = ([RunRow](), [GapRow]())
        for row in try history(scene, entry) {
            switch row {
            case .run(let run): runs.append(run)
            case .gap(let gap): gaps.append(gap)
            }
        }
        #expect(Set(runs.map(\.run)).count == runs.count, "\(entry): a run twice")
        let counted = gaps.reduce(0) { $1.outcome.isOfRun ? $0 + Int($1.count) : $0 }
        #expect(runs.count + counted == begun.count, "\(entry)")
        let ok = runs.filter { $0.outcome == .ok }.map(\.run)
        #expect(Set(ok).isSubset(of: Set(ended)), "\(entry): it says ok of a run that did not end")
        let countedOk = gaps.reduce(0) { $1.outcome == .ok ? $0 + Int($1.count) : $0 }
        #expect(ok.count + countedOk == ended.count, "\(entry)")
        // The daemon's own sums, which are those of the log.
        let stopped = try #require(last.log.all("Worker stopped", entry: entry).first)
        // A slot whose next attempt a stop has prevented is interrupted, and the run before it has failed.
        let kept: [Outcome] = [.failed, .interrupted]
        let others = Outcome.allCases.filter { !kept.contains($0) }
        for outcomes in [kept] + others.map({ [$0] }) {
            let settled = runs.filter { outcomes.contains($0.outcome) && $0.settles }.count
            let inGaps = gaps.reduce(0) { outcomes.contains($1.outcome) ? $0 + Int($1.count) : $0 }
            let sum = outcomes.reduce(0) { $0 + stopped.number($1.rawValue) }
            #expect(settled + inGaps == sum, "\(entry): \(outcomes)")
        }
    }

    @Test("has the moment at which a run began that ended without a daemon")
    func beginWithoutDaemon() throws {
        try Scene.play { scene in
            let gate = "while [ ! -e \(scene.path("gate")) ]; do sleep 0.02; done"
            try scene.declare([job(scene, "job", doing: gate, interval: "200ms")])
            let first = try start(scene)
            try first.wait("a run has begun") { rows(scene, "begin", "test:job").count == 1 }
            try kill(first)
            let begun = Clock.wall()
            try wait("a second has passed", within: 20) { Clock.wall().nanoseconds > begun.nanoseconds + 1_000_000_000 }
            try TextFile.write("", to: scene.path("gate"))
            try wait("the run has ended", within: 20) { rows(scene, "end", "test:job").count == 1 }
            try wait("its worker has gone", within: 20) { scene.cage.isEmpty }
            let next = try start(scene)
            try next.wait(for: "TICK", count: 2)
            #expect(try next.stop() == .exited(code: 0))
            let found = try history(scene, "test:job").compactMap { row in
                if case .run(let run) = row, run.run == 1 { run } else { nil }
            }
            let run = try #require(found.first)
            #expect(run.outcome == .ok && run.began <= begun)
            #expect(run.began.nanoseconds + run.duration.count > begun.nanoseconds + 900_000_000)
        }
    }

    // MARK: F40, alone

    @Test("is started again when it was killed, and what jobs wrote and what happened is in it")
    func killed() throws {
        try Scene.play { scene in
            try scene.declare([
                .shell("bad", "echo one; echo two >&2; exit 3", interval: "200ms"),
                .shell("good", "true", interval: "100ms"),
            ])
            let daemon = try start(scene)
            try daemon.wait(for: "TICK FAILED")
            Glibc.kill(try #require(ledgerProcess(daemon)), SIGKILL)
            try daemon.wait(for: "Ledger exited")
            Glibc.kill(try daemon.worker("test:good"), SIGKILL)
            try daemon.wait(for: "Ledger started", count: 2)
            try daemon.wait(for: "Worker exited")
            #expect(try daemon.stop() == .exited(code: 0))
            let reader = try reader(scene)
            let output = try #require(try reader.output(of: "test:bad", run: 1))
            #expect(output.tail == "one\ntwo\n" || output.tail == "two\none\n", "\(output)")
            let kinds = try reader.incidents(.init(limit: 100)).rows.map(\.kind)
            for kind in ["Scheduler started", "Ledger exited", "Worker exited", "Scheduler stopping"] {
                #expect(kinds.contains(kind), "\(kinds)")
            }
            try compareSums(scene, daemon, "test:good")
        }
    }

    private func compareSums(_ scene: Scene, _ daemon: DaemonProcess, _ entry: String) throws {
        let stopped = try #require(daemon.log.all("Worker stopped", entry: entry).first)
        let ok = try history(scene, entry).reduce(0) { sum, row in
            switch row {
            case .run(let run): run.outcome == .ok ? sum + 1 : sum
            case .gap(let gap): gap.outcome == .ok ? sum + Int(gap.count) : sum
            }
        }
        #expect(ok == stopped.number("ok"))
    }

    @Test("that cannot be kept stops no job, unless it is required")
    func missing() throws {
        try Scene.play { scene in
            try scene.declare([.shell("job", "true", interval: "50ms")])
            try TextFile.write("", to: scene.path("file"))
            let place = ["--state-directory", "\(scene.path("file"))/state", "--fallback", "off"]
            let daemon = try scene.start(place + ["--ledger", "auto"], worker: Binaries.worker)
            try daemon.wait(for: "TICK", count: 2)
            #expect(try daemon.stop() == .exited(code: 0))
            let note = try #require(daemon.log.all("No ledger").first)
            #expect(note["level"] == "NOTE" && note["error"]?.contains(scene.path("file")) == true, "\(note.fields)")
            let strict = try scene.start(place + ["--ledger", "required"], worker: Binaries.worker)
            #expect(try strict.waitForExit() == .exited(code: 111))
            #expect(TextFile.read(strict.errors)?.contains(scene.path("file")) == true)
            #expect(strict.log.count("Worker started") == 0)
        }
    }

    @Test("that does not end is not waited for without end")
    func stopped() throws {
        try Scene.play { scene in
            try scene.declare([.shell("job", "true", interval: "50ms")])
            let daemon = try start(scene, ["--ledger-patience", "300ms"])
            try daemon.wait(for: "TICK")
            let ledger = try #require(ledgerProcess(daemon))
            Glibc.kill(ledger, SIGSTOP)
            #expect(try daemon.stop() == .exited(code: 0))
            #expect(daemon.log.count("Ledger killed") == 1)
            let (count, next) = (daemon.log.count("TICK"), try start(scene))
            try next.wait(for: "TICK")
            #expect(try next.stop() == .exited(code: 0))
            // What that one has not written the next one has.
            let runs = try history(scene, "test:job").filter { if case .run = $0 { true } else { false } }
            #expect(runs.count == count + next.log.count("TICK"))
        }
    }
}
