import Clocks
import Glibc
import Kernel
import LedgerStore
import Model
import Testing

@testable import SQLiteStore

/// What goes on with a new boot, and when what is in memory is gone.
extension LedgerFaults {
    /// As a new boot finds it: what was in memory is gone.
    private func forgetMemory(_ daemon: DaemonProcess) throws {
        let place = try #require(daemon.log.all("Journal opened").first?["path"])
        for name in try FileSystem.names(in: place) { try FileSystem.remove("\(place)/\(name)") }
    }

    /// Each second between the first slot and the last has its outcome, and one, over all lives.
    private func expectOneOutcome(_ scene: Scene) throws {
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
            try expectOneOutcome(scene)
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
            if !isOften { try expectOneOutcome(scene) }
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
}
