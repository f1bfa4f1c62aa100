import Clocks
import Glibc
import Journal
import Kernel
import LedgerRecords
import LedgerStore
import Model
import SQLiteStore
import TestSupport
import Testing
import Values
import Wire

@Suite("cronledger")
struct LedgerProcessTests {
    // MARK: The journal

    @Test("takes all that there is when its daemon goes, and ends")
    func takesAll() throws {
        let scene = try LedgerScene()
        for index in 0..<500 { scene.run(index % 3) }
        try scene.launch()
        try scene.wait("start") { scene.hasStarted }
        for index in 0..<500 { scene.run(index % 3) }
        #expect(try scene.finish() == .exited(code: 0), "\(scene.errors)")
        #expect(scene.hasAll())
        #expect(scene.writer.used == 0 || scene.writer.lost.rows == 0)
        #expect(try scene.view().losses() == [:])
    }

    @Test("wakes up for what comes after a pause, and shows it")
    func wakes() throws {
        let scene = try LedgerScene()
        try scene.launch()
        try scene.wait("sleep") { scene.writer.isReaderAsleep }
        scene.run(0)
        try scene.wait("row") { scene.hasAll() }
        try scene.wait("room in the journal") { scene.writer.used == 0 }
    }

    // MARK: F40

    @Test("has every record once, however often it is killed")
    func killed() throws {
        let scene = try LedgerScene(jobs: 5, capacity: 256 << 10)
        var random = SystemRandomNumberGenerator()
        for _ in 0..<LongTests.size(25, long: 300) {
            try scene.launch()
            let end = Clock.monotonic() + .milliseconds(.random(in: 1...400, using: &random))
            while Clock.monotonic() < end {
                for _ in 0..<50 { scene.run(.random(in: 0..<5, using: &random), .random(of: [.ok, .ok, .failed])) }
                scene.listen()
                usleep(500)
            }
            try scene.kill()
        }
        try scene.launch()
        #expect(try scene.finish() == .exited(code: 0), "\(scene.errors)")
        #expect(scene.hasAll(), "\(scene.runs)")
        let sums = try scene.view().sums(
            of: nil, from: WallInstant(seconds: 0), to: WallInstant(seconds: 4_000_000_000))
        #expect(sums.map { $0.slots.total } == scene.runs)
        #expect(try SQLiteCopy(scene.database).faults().isEmpty)
    }

    // MARK: What a daemon wants to know

    @Test("tells a daemon without books how its jobs stand")
    func resumes() throws {
        let scene = try LedgerScene()
        for _ in 0..<7 { scene.run(1) }
        scene.write(.standing(.init(job: 1, failures: 4, isFailing: true, isLate: false)))
        try scene.launch()
        _ = try scene.finish()
        try scene.launch()
        scene.tell(.resume)
        try scene.wait("resumed") { scene.reports.contains(.resumed) }
        let jobs = scene.reports.compactMap { if case .job(let job) = $0 { job } else { nil } }
        let job = try #require(jobs.first { $0.entry == EntryID("app:1") })
        #expect(jobs.count == 3 && job.runs == 7 && job.failures == 4 && job.isFailing && !job.isLate)
        #expect(job.accounted == 2_500_000_007_000_000 && job.schedule == "every 1s")
    }

    // MARK: F39

    @Test("leaves a ledger alone that another journal is written into")
    func inUse() throws {
        let scene = try LedgerScene()
        try scene.launch()
        try scene.wait("start") { scene.hasStarted }
        let other = try LedgerScene()
        try scene.launch(memory: other.memory, besides: true)
        #expect(try scene.exit() == .exited(code: 111))
        scene.listen()
        #expect(scene.logged("Ledger in use").first?.text?.hasPrefix("by cronledger of host ") == true)
        #expect(scene.other?.hasExited == false)
    }

    @Test("ends one of an earlier life that holds on to the ledger, and takes nothing twice")
    func stopped() throws {
        let scene = try LedgerScene()
        try scene.launch()
        for index in 0..<300 { scene.run(index % 3) }
        try scene.wait("start") { scene.hasStarted }
        let old = try #require(scene.process)
        old.signal(SIGSTOP)
        for index in 0..<300 { scene.run(index % 3) }
        try scene.launch()
        try scene.wait("rows") { scene.hasAll() }
        #expect(old.hasExited)
        #expect(try scene.finish() == .exited(code: 0))
    }

    @Test("refuses a database of a later version, and leaves it as it is")
    func newer() throws {
        let scene = try LedgerScene()
        scene.run(0)
        try scene.launch()
        _ = try scene.finish()
        try Database(scene.database, .writing).run("PRAGMA user_version = 3; PRAGMA wal_checkpoint(TRUNCATE)")
        let before = try FileSystem.contents(of: scene.database, limit: 1 << 24)?.bytes
        try scene.launch()
        scene.tell(.resume)
        #expect(try scene.exit() == .exited(code: 100))
        scene.listen()
        #expect(scene.logged("Ledger refused").first?.error == "it is of version 3; this cronledger knows up to 1")
        #expect(scene.reports.last == .resumed)
        #expect(try FileSystem.contents(of: scene.database, limit: 1 << 24)?.bytes == before)
    }

    @Test("says who has locked the database, and goes on when it is free")
    func locked() throws {
        let scene = try LedgerScene()
        scene.run(0)
        try scene.launch()
        try scene.wait("row") { scene.hasAll() }
        // A lock of the test's own process would be taken for none: it asks by another one.
        let holder = try ChildProcess(
            ["/usr/bin/python3", "-c", Self.holder, scene.database], environment: [],
            output: "\(scene.directory.path)/o",
            errors: "\(scene.directory.path)/e")
        try scene.wait("lock") { FileSystem.exists("\(scene.database).locked") }
        scene.run(0)
        try scene.wait("word") { !scene.logged("Ledger cannot write").isEmpty }
        let log = try #require(scene.logged("Ledger cannot write").first)
        #expect(log.error == "database is locked by pid \(holder.pid) (python3)" && log.count == 1)
        holder.signal(SIGKILL)
        try scene.wait("word") { !scene.logged("Ledger writes again").isEmpty }
        #expect(scene.hasAll())
    }

    private static let holder = """
        import fcntl, sys, time
        file = open(sys.argv[1] + "-shm", "r+b")
        # The writer's lock of a log ahead (byte 120 of its index).
        fcntl.lockf(file, fcntl.LOCK_EX, 1, 120)
        open(sys.argv[1] + ".locked", "w")
        time.sleep(1000)
        """

    @Test("sets a damaged database aside, and begins a new one with all names")
    func damaged() throws {
        let scene = try LedgerScene()
        for index in 0..<900 { scene.run(index % 3, text: "some text") }
        try scene.launch()
        _ = try scene.finish()
        let size = try FileSystem.status(scene.database).identity.size
        let file = try Descriptor.open(updating: scene.database)
        try file.overwrite([UInt8](repeating: 0, count: Int(size)))
        try scene.launch()
        try scene.wait("word") { !scene.logged("Ledger damaged").isEmpty }
        let log = try #require(scene.logged("Ledger damaged").first)
        #expect(log.text?.hasPrefix("set aside as \(scene.database).damaged-2") == true)
        let last = scene.runs[2]
        scene.run(2)
        try scene.wait("names") { scene.reports.contains(.again) }
        scene.run(2)
        try scene.wait("row") { try scene.rows(of: 2).last == last + 2 }
        #expect(scene.logged("Ledger damaged").count == 1)
        #expect(try scene.finish() == .exited(code: 0))
    }

    @Test("sets aside what is no database, whatever is in it")
    func nonsense() throws {
        let scene = try LedgerScene()
        try FileSystem.createDirectories(scene.state)
        chmod(scene.state, 0o700)
        try TextFile.write(String(repeating: "no database\n", count: 1_000), to: scene.database)
        scene.run(0)
        try scene.launch()
        try scene.wait("word") { !scene.logged("Ledger damaged").isEmpty }
        try scene.wait("row") { scene.hasAll() }
        #expect(try scene.finish() == .exited(code: 0))
    }

    @Test("looks through a database that was not left in order, once a day, and finds what nobody has touched")
    func checked() throws {
        let scene = try LedgerScene()
        for index in 0..<6_000 { scene.run(index % 3, text: "some text of some length") }
        try scene.launch()
        #expect(try scene.finish() == .exited(code: 0))
        let file = try Descriptor.open(updating: scene.database)
        var bytes = try file.beginning(1 << 24)
        // Pages of runs, behind those that the fold has set free.
        let end = bytes.count - 8 * 4_096
        for index in (end - 40_960)..<end { bytes[index] = 0 }
        try file.overwrite(bytes)
        try scene.launch()
        try scene.wait("start") { scene.hasStarted }
        #expect(scene.logged("Ledger damaged").isEmpty)
        try scene.kill()
        try scene.launch()
        try scene.wait("word") { !scene.logged("Ledger damaged").isEmpty }
        #expect(try scene.finish() == .exited(code: 0))
    }

    // MARK: F39, moved

    enum Removal: String, CaseIterable {
        case directory, database, lock, backup
    }

    @Test(
        "notices that its directory was removed or replaced, and goes on there with what the journal has",
        arguments: Removal.allCases)
    func removed(_ removal: Removal) throws {
        let scene = try LedgerScene()
        for index in 0..<30 { scene.run(index % 3) }
        try scene.launch()
        try scene.wait("rows") { scene.hasAll() && scene.writer.used == 0 }
        let backup = "\(scene.directory.path)/backup.db"
        try SQLiteCopy(scene.database).write(to: backup)
        // It is frozen meanwhile, so that what comes is in the journal when it looks.
        scene.process?.signal(SIGSTOP)
        switch removal {
        case .directory: try FileSystem.rename(scene.state, to: "\(scene.state)-old")
        case .database: for end in ["", "-wal", "-shm"] { try FileSystem.remove("\(scene.database)\(end)") }
        case .lock: try FileSystem.remove("\(scene.state)/ledger.lock")
        case .backup:
            for end in ["-wal", "-shm"] { try FileSystem.remove("\(scene.database)\(end)") }
            try FileSystem.rename(backup, to: scene.database)
        }
        for index in 0..<30 { scene.run(index % 3) }
        scene.process?.signal(SIGCONT)
        let goesOn = removal == .lock || removal == .backup
        try scene.wait("rows") {
            // It may not have its tables yet.
            !scene.logged("Ledger moved").isEmpty
                && (0..<3).allSatisfy { (try? scene.rows(of: $0)) == Array(goesOn ? 1...20 : 11...20) }
        }
        #expect(scene.logged("Ledger moved").count == 1)
        for index in 0..<30 { scene.run(index % 3) }
        #expect(try scene.finish() == .exited(code: 0), "\(scene.errors)")
        for job in 0..<3 { #expect(try scene.rows(of: job) == Array(goesOn ? 1...30 : 11...30)) }
        #expect(try scene.view().losses() == [:])
        #expect(scene.logged("Ledger moved").count == 1)
    }

    @Test("writes what the journal has into a new database, if its own is gone when its daemon goes")
    func removedAtTheEnd() throws {
        let scene = try LedgerScene()
        for index in 0..<30 { scene.run(index % 3) }
        try scene.launch()
        try scene.wait("rows") { scene.hasAll() && scene.writer.used == 0 }
        scene.process?.signal(SIGSTOP)
        try FileSystem.rename(scene.state, to: "\(scene.state)-old")
        for index in 0..<30 { scene.run(index % 3) }
        shutdown(scene.link, Int32(SHUT_RDWR))
        scene.process?.signal(SIGCONT)
        #expect(try scene.exit() == .exited(code: 0), "\(scene.errors)")
        for job in 0..<3 { #expect(try scene.rows(of: job) == Array(11...20)) }
    }

    // MARK: F36

    @Test(
        "waits on a full disk, gives its ballast up, and loses nothing",
        .enabled(if: ThisProcess.userID == 0, "needs root"))
    func diskFull() throws {
        let scene = try LedgerScene()
        try FileSystem.createDirectories(scene.state)
        let disk = try SmallDisk(scene.state, mebibytes: 24)
        scene.disk = disk
        for index in 0..<300 { scene.run(index % 3) }
        try scene.launch()
        try scene.wait("rows") { scene.hasAll() }
        let ballast = "\(scene.state)/ballast"
        try scene.wait("ballast") { FileSystem.exists(ballast) }
        let words = String(repeating: "x", count: 300)
        func book() { for index in 0..<200 { scene.run(index % 3, .failed, text: words) } }
        try disk.fill("filler")
        try scene.wait("end of the ballast") {
            book()
            return !FileSystem.exists(ballast)
        }
        try disk.fill("other")
        try scene.wait("word") {
            book()
            return scene.logged("Ledger cannot write").contains { $0.error == "database or disk is full" }
        }
        #expect(scene.logged("Ledger cannot write").count <= 2)
        disk.empty("filler")
        disk.empty("other")
        try scene.wait("word") { !scene.logged("Ledger writes again").isEmpty }
        try scene.wait("rows") { scene.hasAll() }
        #expect(try SQLiteCopy(scene.database).faults().isEmpty)
        #expect(try scene.finish() == .exited(code: 0))
    }
}

extension Outcome {
    fileprivate static func random(of outcomes: [Outcome]) -> Outcome { outcomes.randomElement() ?? .ok }
}
