import Glibc
import Kernel
import LedgerStore
import SQLiteStore
import TestSupport
import Testing

@Suite("A ledger on a disk that does not answer", .enabled(if: FrozenDisk.isAvailable, FrozenDisk.need))
struct FrozenLedgerFaults {
    private func start(_ scene: Scene, _ disk: FrozenDisk) throws -> DaemonProcess {
        try scene.start(
            [
                "--ledger", "required", "--fallback", "off", "--state-directory", "\(disk.path)/state",
                "--ledger-patience",
                "500ms",
            ], worker: Binaries.worker)
    }

    private func history(_ disk: FrozenDisk, _ entry: String) throws -> [Int64] {
        let key = try #require(try FileSystem.names(in: "\(disk.path)/state").first)
        let reader = try SQLiteReader("\(disk.path)/state/\(key)/ledger.db", tails: SharedTails())
        var (numbers, query) = ([Int64](), HistoryQuery(job: entry, limit: 1_000))
        repeat {
            let page = try reader.history(query)
            numbers += page.rows.compactMap { if case .run(let run) = $0 { run.run } else { nil } }
            query.before = page.next
        } while query.before != nil
        return numbers.reversed()
    }

    // MARK: F37

    @Test(
        "holds up no job, no worker's return, no answer about them and no stop, and has all of it when the disk answers"
    )
    func frozen() throws {
        try Scene.play { scene in
            let disk = try FrozenDisk(scene)
            defer { disk.remove() }
            try scene.declare([
                .shell("job", "true", interval: "50ms"), .shell("other", "true", interval: "100ms"),
            ])
            let first = try start(scene, disk)
            try first.wait(for: "TICK", entry: "test:job", count: 3)
            let ledger = ProcessID(try #require(first.log.all("Ledger started").last).number("pid"))
            try disk.freeze()
            let count = first.log.count("TICK", entry: "test:job")
            let more = LongTests.size(40, long: 600)
            try first.wait("it waits for its disk") { Proc.state(ledger) == "D" }
            try first.wait(for: "TICK", entry: "test:job", count: count + more, within: 60)
            let status = try scene.run(
                ["status", "--registry", scene.registry, "--runtime-directory", scene.runtime],
                program: Binaries.control)
            #expect(status.status == .exited(code: 0) && status.output.contains("test:job"), "\(status.errors)")
            kill(try first.worker("test:other"), SIGKILL)
            try first.wait("its worker is back") { first.log.count("Worker started", entry: "test:other") == 2 }
            #expect(first.log.count("Ledger exited") == 0 && Proc.state(ledger) == "D")
            // What it has not written the next one finds in the journal.
            #expect(try first.stop() == .exited(code: 0))
            #expect(first.log.count("Ledger killed") == 1)
            try disk.thaw()
            try wait("it dies when the disk answers") { !Proc.isAlive(ledger) }
            let next = try start(scene, disk)
            try next.wait(for: "TICK", entry: "test:job", count: 3)
            #expect(try next.stop() == .exited(code: 0))
            let ticks = (first.log.all("TICK", entry: "test:job") + next.log.all("TICK", entry: "test:job"))
                .map { Int64($0.number("run")) }
            #expect(try history(disk, "test:job") == ticks)
        }
    }
}
