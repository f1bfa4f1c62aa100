import Clocks
import Glibc
import Kernel
import LedgerStore
import Model
import SQLiteStore
import TestSupport
import Testing

/// The ledger has what the jobs did, whatever is killed.
@Suite("The ledger")
struct LedgerFaults {
    private static let options = ["--ledger", "required", "--fallback", "off"]

    private func start(_ scene: Scene, _ more: [String] = []) throws -> DaemonProcess {
        try scene.start(
            Self.options + ["--state-directory", scene.path("state")] + more, worker: Binaries.worker)
    }

    /// Writes down when its run begins and ends.
    private func job(
        _ scene: Scene, _ name: String, doing work: String, interval: String, data: [String: String] = [:]
    ) -> JobText {
        let row: (String) -> String = { "echo \($0) $CRONSUPD_ENTRY $CRONSUPD_RUN >> \(scene.ledger)" }
        return .shell(name, "\(row("begin")); \(work); \(row("end"))", interval: interval, data: data)
    }

    private func rows(_ scene: Scene, _ what: Substring, _ entry: Substring) -> [Int64] {
        let lines = (TextFile.read(scene.ledger) ?? "").split(separator: "\n")
        return lines.compactMap { line in
            let words: [Substring] = line.split(separator: " ")
            guard words.count == 3, words[0] == what, words[1] == entry else { return nil }
            return Int64(words[2])
        }
    }

    private func kill(_ daemon: DaemonProcess) throws {
        daemon.signal(SIGKILL)
        _ = try daemon.waitForExit()
    }

    private func ledger(_ daemon: DaemonProcess) -> ProcessID? {
        daemon.log.all("Ledger started").last.map { ProcessID($0.number("pid")) }
    }

    private func history(_ scene: Scene, _ entry: String) throws -> [HistoryRow] {
        let place = scene.path("state")
        let key = try #require(try FileSystem.names(in: place).first)
        let reader = try SQLiteReader("\(place)/\(key)/ledger.db", tails: SharedTails())
        var (rows, query) = ([HistoryRow](), HistoryQuery(job: entry, limit: 1_000))
        while true {
            let page = try reader.history(query)
            rows += page.rows
            guard let next = page.next else { return rows }
            query.before = next
        }
    }

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
                if Bool.random(using: &random), let ledger = ledger(daemon) { Glibc.kill(ledger, SIGKILL) }
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
        for outcome in Outcome.allCases {
            let settled = runs.filter { $0.outcome == outcome && $0.settles }.count
            let inGaps = gaps.reduce(0) { $1.outcome == outcome ? $0 + Int($1.count) : $0 }
            #expect(settled + inGaps == stopped.number(outcome.rawValue), "\(entry): \(outcome)")
        }
    }
}
