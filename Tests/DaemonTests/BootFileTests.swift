import Clocks
import Kernel
import Model
import Schedules
import TestSupport
import Testing
import Values
import Wire

@testable import Daemon
@testable import Supervision

@Suite("The record of a boot")
struct BootFileTests {
    private let directory: TemporaryDirectory
    private let one = EntryID(namespace: "app", name: "one")!
    private let two = EntryID(namespace: "app", name: "two")!
    private let three = EntryID(namespace: "app", name: "three")!

    init() throws {
        directory = try TemporaryDirectory()
        try FileSystem.createDirectories(directory.path)
    }

    private func file(_ boot: String = "b 1") -> BootFile { BootFile(in: directory.path, boot: boot) }

    private var text: String? {
        try? String(decoding: FileSystem.contents(of: "\(directory.path)/boot", limit: 1_000)!.bytes, as: UTF8.self)
    }

    @Test("has the runs of a boot's first daemon, each until it has begun, and those of later jobs not at all")
    func lives() throws {
        let first = file()
        #expect(try first.open([two, one]))
        #expect(first.isDue(one) && first.isDue(two) && !first.isDue(three))
        try first.began(one)
        try first.began(three)
        #expect(!first.isDue(one) && text == "b 1\ndue app:one\ndue app:two\nran app:one\n")
        let second = file()
        #expect(try !second.open([one, two, three]))
        #expect(!second.isDue(one) && second.isDue(two) && !second.isDue(three))
        try second.began(two)
        let third = file()
        #expect(try !third.open([one, two, three]))
        #expect(!third.isDue(two))
    }

    @Test("begins anew at the next boot of the machine or of the container")
    func boots() throws {
        #expect(try file().open([one]))
        try file().began(one)
        for boot in ["c 1", "c 2"] {
            let next = file(boot)
            #expect(try next.open([one]) && next.isDue(one))
            try next.began(one)
        }
    }

    @Test("was removed: it is made anew from what is known, or begins anew in another daemon")
    func removed() throws {
        let first = file()
        #expect(try first.open([one, two]))
        try first.began(one)
        directory.remove("boot")
        #expect(try file().open([one]))
        try first.write()
        let second = file()
        #expect(try !second.open([one, two]))
        #expect(!second.isDue(one) && second.isDue(two))
    }

    @Test(
        "counts no line that a crash has cut, and none that it does not know",
        arguments: ["ran app:on", "due x", "ran", "\u{FFFD} app:two"])
    func cut(line: String) throws {
        try directory.write("b 1\ndue app:one\n\(line)", to: "boot")
        let file = file()
        #expect(try !file.open([]))
        #expect(file.isDue(one))
    }

    @Test("is kept in memory where there is no directory")
    func memory() throws {
        let file = BootFile(in: nil, boot: "b")
        #expect(try file.open([one]))
        try file.began(one)
        #expect(!file.isDue(one))
        #expect(try file.open([one]) && file.isDue(one))
    }

    @Test("that cannot be read or written is an error with its path")
    func failure() throws {
        try FileSystem.createDirectories("\(directory.path)/boot")
        let error = try #require(throws: SystemError.self) { try file().open([one]) }
        #expect("\(error)".contains("\(directory.path)/boot"))
    }

    @Test("names the boot by the machine's ID and the start of the first process")
    func identity() throws {
        let words = try BootIdentity.current().split(separator: " ")
        #expect(words.count == 2 && words[0].count == 36 && words[1] != "unknown")
        #expect(try BootIdentity.current() == BootIdentity.current())
    }
}

@Suite("A job of the boot")
struct BootJobTests {
    private let play: PlayedPool
    private let id = EntryID(namespace: "app", name: "boot")!

    init() throws { play = try PlayedPool() }

    private func job(atStart: Bool = false) -> JobDefinition {
        var job = definition("app:boot", interval: .seconds(1))
        job.schedule = Schedule(.none, text: "@reboot")
        (job.schedule.runsAtBoot, job.schedule.runsAtStart) = (true, atStart)
        return job
    }

    private func runsNow(_ job: Job?) -> Bool? { job?.workerDefinition.header.runsNow }

    @Test("runs once, and a changed one does not run again")
    func once() throws {
        #expect(try play.pool.runtime.boot.open([id]))
        play.pool.add(job())
        #expect(runsNow(play.pool.jobsByID[id]) == true)
        try play.passToDeadline()
        let process = try #require(play.kernel.processes.first)
        try process.say(.ready(.init(next: .distantFuture)))
        try play.turn()
        #expect(play.pool.runtime.boot.isDue(id))
        try process.say(.begin(.init(run: 1, slot: nil, next: .distantFuture, lateness: .zero)))
        try play.turn()
        #expect(!play.pool.runtime.boot.isDue(id))
        // Its worker is started again, for calls and nothing else.
        #expect(runsNow(play.pool.jobsByID[id]) == false)
        var changed = job()
        changed.meta["x"] = .int(1)
        play.pool.stop(id, successor: changed)
        var end = Report.End()
        (end.run, end.next) = (1, .distantFuture)
        try process.say(.end(end))
        try play.turn()
        play.kernel.exit(process)
        try play.reap()
        #expect(play.kernel.processes.count == 1 && play.pool.jobsByID[id]?.definition.meta == changed.meta)
        try play.passToDeadline()
        #expect(play.kernel.processes.count == 1)
    }

    @Test("that comes later sleeps until the next boot, and says nothing at its end")
    func later() throws {
        #expect(try play.pool.runtime.boot.open([]))
        play.pool.add(job())
        #expect(play.pool.nextDeadline == .distantFuture && play.pool.workerCount == 0)
        play.pool.stop(id)
        #expect(play.pool.isEmpty)
        #expect(try play.records("Worker stopped").isEmpty)
    }

    @Test("that comes later runs at once if it also runs at its start")
    func atStart() throws {
        #expect(try play.pool.runtime.boot.open([]))
        play.pool.add(job(atStart: true))
        try play.passToDeadline()
        #expect(play.kernel.processes.count == 1)
        #expect(runsNow(play.pool.jobsByID[id]) == true)
    }

    @Test("that sleeps is called all the same")
    func called() throws {
        #expect(try play.pool.runtime.boot.open([]))
        play.pool.add(job())
        let job = try #require(play.pool.jobsByID[id])
        play.pool.handle(.call(event: "{}"), job)
        try play.passToDeadline()
        #expect(play.kernel.processes.count == 1 && runsNow(job) == false)
    }

    @Test("whose record cannot be written is told, and goes on")
    func unwritable() throws {
        #expect(try play.pool.runtime.boot.open([id]))
        play.pool.add(job())
        try play.passToDeadline()
        play.removeRuntimeDirectory()
        try play.kernel.processes[0].say(.ready(.init(next: .distantFuture)))
        try play.kernel.processes[0].say(.begin(.init(run: 1, slot: nil, next: .distantFuture, lateness: .zero)))
        try play.turn()
        #expect(try play.records("Boot record failed").count == 1)
    }
}
