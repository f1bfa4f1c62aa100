import Clocks
import Glibc
import Journal
import Kernel
import LedgerStore
import Model
import SQLiteStore
import TestSupport
import Testing
import Wire

@Suite("cronledger under load")
struct LedgerLoadTests {
    /// Until the run has room in the journal.
    private func run(_ scene: LedgerScene, _ job: Int, _ outcome: Outcome = .ok, text: String = "") {
        while !scene.run(job, outcome, text: text) {
            scene.listen()
            usleep(1_000)
        }
    }

    private func size(_ scene: LedgerScene, _ suffix: String = "") -> Int64 {
        (try? FileSystem.status(scene.database + suffix))?.identity.size ?? 0
    }

    // MARK: What is kept

    @Test("keeps its file flat where runs go as fast as they come, and failures of before in it")
    func retention() throws {
        var history = RunPolicy.History()
        history.runs = 100
        let jobs = LongTests.size(100, long: 1_000)
        let scene = try LedgerScene(jobs: jobs, capacity: 16 << 20, history: history)
        try scene.launch()
        for job in 0..<jobs { run(scene, job, .failed, text: "exit 3") }
        var sizes: [Int64] = []
        for part in 0..<10 {
            for _ in 0..<(LongTests.size(60_000, long: 600_000) / jobs / 10) { for job in 0..<jobs { run(scene, job) } }
            try scene.wait("all of part \(part)") { scene.writer.used == 0 }
            sizes.append(size(scene))
        }
        #expect(try scene.finish() == .exited(code: 0), "\(scene.errors)")
        #expect(size(scene) <= 40 << 20, "\(sizes)")
        // What a fold leaves behind is removed after the next one at the latest.
        #expect(sizes[9] <= sizes[5] + sizes[5] / 2, "\(sizes)")
        let view = try scene.view()
        for job in [0, jobs - 1] {
            let rows = try view.history(HistoryQuery(job: "app:\(job)", limit: 1_000)).rows
            guard case .run(let oldest)? = rows.last else { return #expect(Bool(false)) }
            #expect(oldest.run == 1 && oldest.outcome == .failed)
        }
        let sums = try view.sums(of: nil, from: WallInstant(seconds: 0), to: WallInstant(seconds: 4_000_000_000))
        #expect(sums.map(\.slots.total).reduce(0, +) == scene.runs.reduce(0, +))
    }

    // MARK: Those who ask

    @Test("is held up by nobody who asks and does not read: its log ahead stays short")
    func readers() throws {
        let scene = try LedgerScene(jobs: 100, capacity: 16 << 20)
        for index in 0..<3_000 { run(scene, index % 100, text: "some text of some length") }
        try scene.launch()
        try scene.wait("socket") { (try? scene.ask(.status)) != nil }
        var history = LedgerQuestion.History()
        history.limit = 1_000
        // They take nothing of the answer, or one row of it.
        let sleepers = try (0..<8).map { _ in try scene.connect(.history(history)) }
        var most = Int64(0)
        for index in 0..<LongTests.size(60_000, long: 1_000_000) {
            run(scene, index % 100, text: "some text of some length")
            if index % 500 == 0 { most = max(most, size(scene, "-wal")) }
        }
        try scene.wait("all") { scene.writer.used == 0 }
        #expect(most <= 32 << 20, "\(most >> 20) MiB")
        withExtendedLifetime(sleepers) {}
        #expect(try scene.finish() == .exited(code: 0), "\(scene.errors)")
    }

    @Test("hands out a copy that is in order while runs come")
    func backup() throws {
        let scene = try LedgerScene(jobs: 10, capacity: 16 << 20)
        for index in 0..<LongTests.size(20_000, long: 500_000) {
            if index == 1_000 { try scene.launch() }
            run(scene, index % 10, text: "some text of some length")
        }
        try scene.wait("socket") { (try? scene.ask(.status)) != nil }
        try scene.wait("all") { scene.writer.used == 0 }
        let before = scene.runs
        let copying = try scene.connect(.backup)
        var fullest = 0
        // A thousand a second.
        while try copying.answers().count < 2 {
            for index in 0..<10 { run(scene, index) }
            fullest = max(fullest, scene.writer.used)
            usleep(10_000)
        }
        guard case .done(let done)? = try copying.answers().last else { return #expect(Bool(false)) }
        let file = try #require(copying.file)
        let path = "\(scene.directory.path)/copy.db"
        let copy = try Descriptor.create(path)
        try file.file.copyAll(to: copy)
        #expect(try FileSystem.status(path).identity.size == done.count)
        #expect(try SQLiteCopy(path).faults().isEmpty)
        let reader = try SQLiteReader(path, tails: SharedTails())
        let sums = try reader.sums(of: nil, from: WallInstant(seconds: 0), to: WallInstant(seconds: 4_000_000_000))
        #expect(zip(sums, before).allSatisfy { $0.slots.total >= $1 })
        // What came meanwhile was taken: the journal is far from full.
        #expect(fullest < scene.writer.capacity / 4, "\(fullest)")
        #expect(try scene.finish() == .exited(code: 0), "\(scene.errors)")
        let all = try scene.view().sums(of: nil, from: WallInstant(seconds: 0), to: WallInstant(seconds: 4_000_000_000))
        #expect(all.map(\.slots.total) == scene.runs)
    }

    // MARK: F40

    @Test(
        "is in order wherever it is killed in a commit, with every record once",
        .enabled(if: FileSystem.isExecutable("/usr/bin/strace"), "needs strace"))
    func killedInCommit() throws {
        var history = RunPolicy.History()
        (history.runs, history.failures) = (1_000_000, 100_000)
        let scene = try LedgerScene(jobs: 5, capacity: 1 << 20, history: history)
        // Each write takes 2 ms, so that it is in one nearly always.
        scene.prefix = [
            "/usr/bin/strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=pwrite64,fdatasync,fsync", "-e",
            "inject=pwrite64,fdatasync,fsync:delay_enter=2000",
        ]
        var random = SystemRandomNumberGenerator()
        for _ in 0..<LongTests.size(15, long: 500) {
            try scene.launch()
            try scene.wait("it") { child(of: scene) != nil }
            let ledger = try #require(child(of: scene))
            let end = Clock.monotonic() + .milliseconds(.random(in: 50...500, using: &random))
            while Clock.monotonic() < end {
                for _ in 0..<20 { scene.run(.random(in: 0..<5, using: &random), Bool.random() ? .ok : .failed) }
                scene.listen()
                usleep(2_000)
            }
            Glibc.kill(ledger, SIGKILL)
            _ = try scene.exit()
        }
        scene.prefix = []
        try scene.launch()
        #expect(try scene.finish() == .exited(code: 0), "\(scene.errors)")
        #expect(scene.hasAll(), "\(scene.runs)")
        let sums = try scene.view().sums(
            of: nil, from: WallInstant(seconds: 0), to: WallInstant(seconds: 4_000_000_000))
        #expect(sums.map { $0.slots.total } == scene.runs)
        #expect(try SQLiteCopy(scene.database).faults().isEmpty)
    }

    /// The program that strace runs.
    private func child(of scene: LedgerScene) -> ProcessID? {
        guard let strace = scene.process?.pid,
            let text = try? ProcFile.text("/proc/\(strace)/task/\(strace)/children", limit: 100)
        else { return nil }
        let children = text.split(separator: " ").compactMap { ProcessID($0) }
        return children.first { child in
            (try? ProcFile.text("/proc/\(child)/comm", limit: 64))?.hasPrefix("cronledger") ?? false
        }
    }
}
