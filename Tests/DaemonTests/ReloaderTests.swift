import Clocks
import Glibc
import Host
import Links
import Model
import Registry
import TestSupport
import Testing
import Values
import Wire

@testable import Daemon
@testable import Kernel

@Suite("A reload")
struct ReloaderTests {
    private let kernel = PlayedKernel()
    private let directory: TemporaryDirectory
    private let loop: PollLoop
    private let children: ChildTable<Child>
    private let reloader: Reloader

    init() throws {
        directory = try TemporaryDirectory()
        let machine = kernel.machine
        loop = try PollLoop(machine)
        children = ChildTable(machine)
        reloader = Reloader(
            path: "\(directory.path)/jobs.yaml", programs: try kernel.programs(), loop: loop, children: children,
            mostJobs: 100, controllers: .none, knownFiles: [], isWatched: true, machine: machine)
        try write("heartbeat")
        pass(.seconds(1))
    }

    private func write(_ method: String) throws {
        try directory.write(registry(("job.one", method, "1s")), to: "jobs.yaml")
        // The wall clock shows the file's own time at this moment.
        let written = try FileSystem.status("\(directory.path)/jobs.yaml").identity.modified
        kernel.wallLead = Nanoseconds(written.nanoseconds - kernel.now.nanoseconds)
    }

    private func pass(_ time: Nanoseconds) { kernel.now = kernel.now + time }

    /// One round. Returns whether a program has answered.
    private func turn() throws -> Bool {
        var isAnswered = false
        try loop.turn(until: .distantFuture) { if EventToken($0) == .functionAnswer { isAnswered = true } }
        try children.reap { pid, owner in
            if case .query(let query)? = owner { query.exited() }
            return { _ in }
        }
        return isAnswered
    }

    private func answer(_ text: String, _ process: PlayedProcess) throws {
        try process.write(text, to: 1)
        kernel.exit(process)
    }

    private func jobs(_ result: Reloader.Result?) -> [String]? {
        guard case .loaded(let loaded, _, _, _)? = result else { return nil }
        return loaded.jobs.map(\.id.description)
    }

    private func isPending(_ result: Reloader.Result?) -> Bool { if case nil = result { true } else { false } }

    private func failure(_ result: Reloader.Result?) -> String? {
        guard case .failed(let reason)? = result else { return nil }
        return reason
    }

    @Test("asks the program for its functions while the loop goes on, and has the jobs when it has answered")
    func loads() throws {
        #expect(reloader.isIdle && reloader.deadline == .distantFuture)
        reloader.request(at: kernel.now)
        #expect(isPending(reloader.advance()) && !reloader.isIdle)
        let program = try #require(kernel.processes.first)
        #expect(program.arguments == ["--catalog"])
        #expect(try turn() == false)
        try program.write("protocol 2\nfunction heart", to: 1)
        #expect(try turn())
        #expect(isPending(reloader.advance()))
        try answer("beat\n", program)
        #expect(try turn())
        #expect(jobs(reloader.advance()) == ["app:job.one"])
        #expect(reloader.isIdle && children.all.isEmpty)
    }

    @Test("refuses a registry that names functions which are not there")
    func refuses() throws {
        try write("hartbeat")
        pass(.seconds(1))
        reloader.request(at: kernel.now)
        #expect(isPending(reloader.advance()))
        try answer("protocol 2\nfunction heartbeat\n", kernel.processes[0])
        _ = try turn()
        guard case .refused(let errors)? = reloader.advance() else { throw SystemError("not refused", code: 0) }
        #expect(errors.count == 1)
    }

    @Test("refuses a registry in which a file that had entries cannot be read any more, whatever it has now")
    func losesNoFile() throws {
        let machine = kernel.machine
        let reloader = Reloader(
            path: directory.path, programs: try kernel.programs(), loop: loop, children: children, mostJobs: 100,
            controllers: .none, knownFiles: [], machine: machine)
        try directory.write("{{ a: [", to: "template.yaml")
        pass(.seconds(1))
        reloader.request(at: kernel.now)
        #expect(isPending(reloader.advance()))
        try answer("protocol 2\nfunction heartbeat\n", kernel.processes[0])
        _ = try turn()
        guard case .loaded(let loaded, _, _, _)? = reloader.advance() else { throw SystemError("refused", code: 0) }
        #expect(loaded.jobs.map(\.id.description) == ["app:job.one"])
        reloader.knownFiles = loaded.files
        try directory.write("{{ a: [", to: "jobs.yaml")
        pass(.seconds(1))
        reloader.request(at: kernel.now)
        #expect(isPending(reloader.advance()))
        try answer("protocol 2\nfunction heartbeat\n", kernel.processes[1])
        _ = try turn()
        guard case .refused(let errors)? = reloader.advance() else { throw SystemError("not refused", code: 0) }
        #expect(errors.map(\.location.file) == ["\(directory.path)/jobs.yaml"])
    }

    @Test("names at once what stands in its way when it has read the registry")
    func noSite() throws {
        // Two links to places as far below as a path may go: the registry can be read, and has no path without links.
        let below = Array(repeating: String(repeating: "d", count: 200), count: 12).joined(separator: "/")
        try FileSystem.createDirectories("\(directory.path)/\(below)")
        try directory.link("one", to: below)
        try directory.write("", to: "one/\(below)/readme")
        try directory.link("one/two", to: below)
        defer { for name in ["one/two", "one"] { remove(below, in: name) } }
        let reloader = Reloader(
            path: "\(directory.path)/one/two", programs: try kernel.programs(), loop: loop, children: children,
            mostJobs: 100, controllers: .none, knownFiles: [], machine: kernel.machine)
        pass(.seconds(1))
        reloader.request(at: kernel.now)
        let reason = try #require(failure(reloader.advance()))
        #expect(reason.hasSuffix("File name too long"), "\(reason)")
    }

    /// What is below a link, part by part: its whole path is too long for who tidies up.
    private func remove(_ below: String, in link: String) {
        var parts = below.split(separator: "/")
        unlink("\(directory.path)/\(link)/\(below)/readme")
        while !parts.isEmpty {
            rmdir("\(directory.path)/\(link)/\(parts.joined(separator: "/"))")
            parts.removeLast()
        }
    }

    @Test("waits until nobody has written to the registry for a while")
    func settles() throws {
        try write("heartbeat")
        reloader.request(at: kernel.now)
        for _ in 0..<4 {
            #expect(reloader.deadline == kernel.now)
            #expect(isPending(reloader.advance()))
            #expect(kernel.processes.isEmpty && reloader.deadline == kernel.now + .milliseconds(50))
            pass(.milliseconds(50))
        }
        #expect(isPending(reloader.advance()))
        #expect(kernel.processes.count == 1)
    }

    @Test("gives up a registry that is written to all the time")
    func restless() throws {
        reloader.request(at: kernel.now)
        var result: Reloader.Result?
        for _ in 0..<201 where isPending(result) {
            try write("heartbeat")
            result = reloader.advance()
            pass(.milliseconds(50))
        }
        #expect(failure(result)?.contains("is still being written to after 10s") == true)
        #expect(reloader.files.registry == .unknown)
    }

    @Test("waits until nobody has written to a file of Lua for a while, also one that was checked")
    func luaFile() throws {
        let file = "\(directory.path)/job.lua"
        let meta = "meta: {type: cron.job, interval: 1s}"
        try directory.write("return {}", to: "job.lua")
        try directory.write(
            "namespace: app\nentries:\n- {name: a, kind: function.lua, source: file://job.lua, method: m, \(meta)}\n",
            to: "jobs.yaml")
        pass(.seconds(1))
        reloader.request(at: kernel.now)
        #expect(isPending(reloader.advance()))
        try answer("protocol 2\nfunction heartbeat\n", kernel.processes[0])
        _ = try turn()
        #expect(isPending(reloader.advance()))
        let check = kernel.processes[1]
        #expect(check.arguments == ["--check"])
        let version = FunctionCheckAnswer.version(of: Array("return {}".utf8))
        for answer in [FunctionCheckAnswer.read(file: file, version: version), .ready(parameter: nil)] {
            try check.ends[3]?.value.writeAll(answer.encoded())
        }
        kernel.exit(check)
        _ = try turn()
        // The same bytes, and perhaps not the last ones.
        let written = try FileSystem.status(file).identity.modified
        kernel.wallLead = Nanoseconds(written.nanoseconds - kernel.now.nanoseconds)
        #expect(isPending(reloader.advance()))
        #expect(reloader.deadline == kernel.now + .milliseconds(50))
    }

    @Test("gives a program 5 s from its start, and ends it when they are over")
    func silence() throws {
        reloader.request(at: kernel.now)
        #expect(isPending(reloader.advance()))
        #expect(reloader.deadline == kernel.now + .seconds(5))
        pass(.milliseconds(4_999))
        #expect(isPending(reloader.advance()))
        pass(.milliseconds(1))
        #expect(failure(reloader.advance())?.contains("did not answer within 5s") == true)
        #expect(kernel.signals == ["kill 0"] && reloader.isIdle)
    }

    @Test("has the answer of a program that has exited, although its pipe is still open")
    func exited() throws {
        reloader.request(at: kernel.now)
        #expect(isPending(reloader.advance()))
        let program = kernel.processes[0]
        try program.write("protocol 2\nfunction heartbeat\n", to: 1)
        let heir = program.ends
        kernel.exit(program)
        _ = try turn()
        withExtendedLifetime(heir) { #expect(jobs(reloader.advance()) == ["app:job.one"]) }
    }

    @Test("that is asked for during another follows it, and is none when both are given up")
    func again() throws {
        reloader.request(at: kernel.now)
        #expect(isPending(reloader.advance()))
        reloader.request(at: kernel.now)
        try answer("protocol 2\nfunction heartbeat\n", kernel.processes[0])
        _ = try turn()
        #expect(jobs(reloader.advance()) != nil)
        #expect(!reloader.isIdle && reloader.deadline == kernel.now)
        #expect(isPending(reloader.advance()))
        reloader.request(at: kernel.now)
        reloader.cancel()
        #expect(reloader.isIdle && kernel.signals.last == "kill 1")
        #expect(try turn() == false)
    }
}
