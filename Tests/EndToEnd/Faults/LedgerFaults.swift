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

    private func start(_ scene: Scene, _ more: [String] = []) throws -> DaemonProcess {
        try scene.start(
            Self.options + ["--state-directory", scene.path("state")] + more, worker: Binaries.worker)
    }

    /// Writes down when its run begins and ends.
    private func job(
        _ scene: Scene, _ name: String, doing work: String, interval: String?, data: [String: String] = [:]
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

    private func ledgerProcess(_ daemon: DaemonProcess) -> ProcessID? {
        daemon.log.all("Ledger started").last.map { ProcessID($0.number("pid")) }
    }

    private func reader(_ scene: Scene) throws -> SQLiteReader {
        let place = scene.path("state")
        let key = try #require(try FileSystem.names(in: place).first)
        return try SQLiteReader("\(place)/\(key)/ledger.db", tails: SharedTails())
    }

    /// Those that have begun and not ended.
    private func openRuns(_ scene: Scene) throws -> Int64? {
        let place = scene.path("state")
        let key = try #require(try FileSystem.names(in: place).first)
        return try Database("\(place)/\(key)/ledger.db", .reading).number("SELECT count(*) FROM open_run")
    }

    private func history(_ scene: Scene, _ entry: String) throws -> [HistoryRow] {
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

    // MARK: Boots

    /// As a new boot finds it: what was in memory is gone.
    private func forgetMemory(_ daemon: DaemonProcess) throws {
        let place = try #require(daemon.log.all("Journal opened").first?["path"])
        for name in try FileSystem.names(in: place) { try FileSystem.remove("\(place)/\(name)") }
    }

    @Test("lets numbers of runs, slots and standing go on over a boot")
    func boots() throws {
        try Scene.play { scene in
            var job = JobText.shell("job", "exit 3", interval: nil, data: ["on_failure": "test:alert"])
            job.meta = ["schedule": "'* * * * * *'", "seconds": "first"]
            try scene.declare([job, .shell("alert", "true", interval: "1h")])
            let first = try start(scene)
            try first.wait(for: "TICK FAILED", count: 2)
            try first.wait(for: "TICK", entry: "test:alert")
            #expect(try first.stop() == .exited(code: 0))
            let runs = first.log.all("TICK FAILED").map { $0.number("run") }
            try forgetMemory(first)
            let due = LogRecord.seconds(first.log.all("TICK FAILED").last?["slot"]) + 2.5
            try wait("slots come due without a daemon", within: 20) { Double(Clock.wall().nanoseconds) / 1e9 > due }
            let next = try start(scene)
            try next.wait(for: "TICK FAILED", count: 2)
            #expect(try next.stop() == .exited(code: 0))
            #expect(next.log.all("TICK FAILED").first?.number("run") == (runs.last ?? 0) + 1)
            let missed = try #require(next.log.all("TICK MISSED", entry: "test:job").first)
            #expect(missed["reason"] == "down" && missed.number("count") >= 2)
            #expect(first.log.count("Calling function") == 1 && next.log.count("Calling function") == 0)
            // Each slot between the first and the last has its outcome, and one.
            var (count, slots) = (0, [Int64]())
            for row in try history(scene, "test:job") {
                switch row {
                case .run(let run): (count, slots) = (count + 1, slots + [try #require(run.slot).wholeSeconds])
                case .gap(let gap):
                    count += Int(gap.count)
                    slots += [gap.first.wholeSeconds, gap.last.wholeSeconds]
                }
            }
            let (least, most) = (try #require(slots.min()), try #require(slots.max()))
            #expect(count == Int(most - least) + 1)
        }
    }

    @Test("has a failure told after a boot whose call had not ended")
    func untoldOverBoot() throws {
        try Scene.play { scene in
            let alert =
                "while [ ! -e \(scene.path("gate")) ]; do sleep 0.02; done; echo $CRONSUPD_EVENT_INCIDENT >> \(scene.ledger)"
            try scene.declare([
                .shell("job", "exit 3", interval: "300ms", data: ["on_failure": "test:alert"]),
                .shell("alert", alert, interval: "1h"),
            ])
            let first = try start(scene)
            try first.wait(for: "Calling function")
            try first.wait(for: "TICK FAILED", count: 3)
            let workers = try [first.worker("test:job"), first.worker("test:alert")]
            try kill(first)
            for worker in workers { Glibc.kill(worker, SIGKILL) }
            try wait("all have ended", within: 20) { scene.cage.isEmpty }
            try forgetMemory(first)
            try TextFile.write("", to: scene.path("gate"))
            let next = try start(scene)
            try next.wait(for: "TICK", entry: "test:alert")
            #expect(try next.stop() == .exited(code: 0))
            #expect(TextFile.read(scene.ledger) == "1\n" && next.log.count("Calling function") == 1)
            try forgetMemory(next)
            let last = try start(scene)
            try last.wait(for: "TICK FAILED")
            #expect(try last.stop() == .exited(code: 0))
            #expect(last.log.count("Calling function") == 0)
        }
    }

    @Test("lets a pause go on over a boot")
    func pauseOverBoot() throws {
        try Scene.play { scene in
            try scene.declare([job(scene, "job", doing: "true", interval: "50ms")])
            let first = try start(scene)
            try first.wait(for: "TICK")
            #expect(try scene.control(["pause", "test:job", "--note", "new disk"]).status == .exited(code: 0))
            try first.wait("the pause is on the disk") {
                TextFile.read(try pauseFile(scene))?.contains("test:job") == true
            }
            #expect(try first.stop() == .exited(code: 0))
            try forgetMemory(first)
            let next = try start(scene)
            try next.wait(for: "Pause in force")
            let begun = rows(scene, "begin", "test:job").count
            try next.wait("slots come due") { next.log.count("Worker started") > 0 }
            let page = try scene.control(["status", "test:job"]).output
            #expect(page.contains("new disk"), "\(page)")
            #expect(try scene.control(["resume", "test:job"]).status == .exited(code: 0))
            try next.wait(for: "TICK")
            #expect(rows(scene, "begin", "test:job").count > begun)
            let skipped = next.log.all("TICK SKIPPED").first { $0["reason"] == "paused" }
            #expect(skipped != nil)
            #expect(try next.stop() == .exited(code: 0))
            #expect(TextFile.read(try pauseFile(scene))?.contains("test:job") == false)
        }
    }

    private func pauseFile(_ scene: Scene) throws -> String {
        let place = scene.path("state")
        return "\(place)/\(try #require(try FileSystem.names(in: place).first))/pauses"
    }

    @Test("that answers late decides late what becomes of the slots of before", arguments: ["last", "all", "none"])
    func late(_ catchUp: String) throws {
        try Scene.play { scene in
            let isOften = catchUp == "none"
            let interval = isOften ? "200ms" : nil
            var text = job(scene, "job", doing: "true", interval: interval, data: ["catch_up": catchUp])
            if !isOften { text.meta = ["schedule": "'* * * * * *'", "seconds": "first"] }
            try scene.declare([text])
            let first = try start(scene)
            try first.wait(for: "TICK", count: 2)
            #expect(try first.stop() == .exited(code: 0))
            let runs = rows(scene, "begin", "test:job").max() ?? 0
            try forgetMemory(first)
            let due = Clock.wall().nanoseconds + 2_500_000_000
            try wait("slots come due without a daemon", within: 20) { Clock.wall().nanoseconds > due }

            let place = scene.path("state")
            let key = try #require(try FileSystem.names(in: place).first)
            let other = try Database("\(place)/\(key)/ledger.db", .writing)
            try other.run("BEGIN EXCLUSIVE")
            let next = try scene.start(
                ["--ledger", "auto", "--fallback", "off", "--state-directory", place, "--ledger-patience", "300ms"],
                worker: Binaries.worker)
            try next.wait(for: "Ledger silent")
            if catchUp == "all" {
                try next.wait("it waits") { try scene.control(["status"]).output.contains("waiting") }
            } else {
                try next.wait(for: "TICK", count: 2)
            }
            let before = next.log.count("TICK")
            #expect((catchUp == "all") == (before == 0))
            try other.run("COMMIT")
            try next.wait(for: "Ledger late")
            try next.wait(for: "TICK", count: before + 3)
            #expect(try next.stop() == .exited(code: 0))
            let missed = next.log.all("TICK MISSED").filter { $0["reason"] == "down" }.reduce(0) {
                $0 + $1.number("count")
            }
            #expect((catchUp == "all") == (missed == 0) && (catchUp == "all" || missed >= 2), "\(missed)")
            if catchUp == "all" { #expect(next.log.all("TICK").first?.number("run") == Int(runs) + 1) }
            // Each slot has one outcome, over both lives.
            guard !isOften else { return }
            var (count, slots) = (0, [Int64]())
            for row in try history(scene, "test:job") {
                switch row {
                case .run(let run): (count, slots) = (count + 1, slots + [try #require(run.slot).wholeSeconds])
                case .gap(let gap):
                    count += Int(gap.count)
                    slots += [gap.first.wholeSeconds, gap.last.wholeSeconds]
                }
            }
            let (least, most) = (try #require(slots.min()), try #require(slots.max()))
            #expect(count == Int(most - least) + 1)
        }
    }

    @Test("that is of a later version is left alone, and the log says so")
    func refused() throws {
        try Scene.play { scene in
            try scene.declare([job(scene, "job", doing: "true", interval: "50ms")])
            let first = try start(scene)
            try first.wait(for: "TICK")
            #expect(try first.stop() == .exited(code: 0))
            let place = scene.path("state")
            let key = try #require(try FileSystem.names(in: place).first)
            try Database("\(place)/\(key)/ledger.db", .writing).run("PRAGMA user_version = 99")
            let next = try scene.start(
                ["--ledger", "auto", "--fallback", "off", "--state-directory", place], worker: Binaries.worker)
            try next.wait(for: "Ledger exited")
            try next.wait(for: "TICK", count: 2)
            #expect(try next.stop() == .exited(code: 0))
            let refused = try #require(next.log.all("Ledger refused").first)
            #expect(refused["error"]?.contains("99") == true && refused["level"] == "ERROR", "\(refused.fields)")
        }
    }

    @Test("goes on when what it has in memory is removed")
    func memoryRemoved() throws {
        try Scene.play { scene in
            try scene.declare([job(scene, "job", doing: "true", interval: "50ms")])
            let first = try start(scene)
            try first.wait(for: "TICK", count: 2)
            try forgetMemory(first)
            Glibc.kill(try #require(ledgerProcess(first)), SIGKILL)
            try first.wait(for: "Ledger started", count: 2)
            #expect(first.log.count("Books restored") == 1)
            try first.wait(for: "TICK", count: first.log.count("TICK") + 2)
            try kill(first)
            let next = try start(scene)
            try next.wait(for: "TICK", count: 2)
            #expect(try next.stop() == .exited(code: 0))
            let runs = rows(scene, "begin", "test:job")
            #expect(Set(runs).count == runs.count, "a number is given twice")
            let known = try history(scene, "test:job").compactMap {
                if case .run(let run) = $0 { run.run } else { nil }
            }
            #expect(known.max() == runs.max() && known.count + 20 > runs.count)
        }
    }

    @Test("lets an interval go on over boots that come more often than its slots")
    func intervalOverBoots() throws {
        try Scene.play { scene in
            try scene.declare([job(scene, "job", doing: "true", interval: "4s")])
            var slots: [Double] = []
            for _ in 0..<10 where slots.count < 2 {
                let daemon = try start(scene)
                try daemon.wait(for: "Worker started")
                let begun = Clock.wall()
                try daemon.wait("a second has passed, or a slot came due") {
                    Clock.wall().nanoseconds > begun.nanoseconds + 1_000_000_000 || daemon.log.count("TICK") > 0
                }
                #expect(try daemon.stop() == .exited(code: 0))
                slots += daemon.log.all("TICK").map { LogRecord.seconds($0["slot"]) }
                try forgetMemory(daemon)
            }
            try #require(slots.count >= 2)
            let steps = (slots[1] - slots[0]) / 4
            #expect(steps >= 0.99 && abs(steps - steps.rounded()) < 0.01, "\(slots)")
        }
    }

    @Test("says of a run that was going when the machine went down that it was interrupted")
    func interrupted() throws {
        try Scene.play { scene in
            try scene.declare([job(scene, "job", doing: "sleep 600", interval: "200ms")])
            let first = try start(scene)
            try first.wait("a run has begun") { rows(scene, "begin", "test:job").count == 1 }
            try first.wait("the ledger has it") { try self.openRuns(scene) == 1 }
            let (worker, ledger) = (try first.worker("test:job"), try #require(ledgerProcess(first)))
            try kill(first)
            Glibc.kill(worker, SIGKILL)
            try wait("the ledger has ended", within: 20) { Glibc.kill(ledger, 0) != 0 }
            try forgetMemory(first)
            let next = try start(scene)
            try next.wait("the next run has begun") { rows(scene, "begin", "test:job").count == 2 }
            try next.wait(for: "Ledger recovered")
            for signal in [SIGINT, SIGINT, SIGINT] { next.signal(signal) }
            _ = try next.waitForExit()
            #expect(rows(scene, "begin", "test:job") == [1, 2])
            let found = try history(scene, "test:job").compactMap { row in
                if case .run(let run) = row, run.run == 1 { run.outcome } else { nil }
            }
            #expect(found == [.interrupted])
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
