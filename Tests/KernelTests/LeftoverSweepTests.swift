import Clocks
import Glibc
import TestSupport
import Testing

@testable import Kernel

/// One after the other: each looks at all processes.
@Suite("A sweep by mark", .serialized)
struct LeftoverSweepTests {
    private let mark = "CRONSUPD_SWEEP_TEST=\(getpid())-\(UInt64.random(in: 0 ... .max))"

    /// A marked process which is no descendant of this one any more, and what its script wrote first.
    private func orphan(_ script: String) throws -> [ProcessID] {
        let pipe = try Pipe.open(nonblocking: .reader)
        let null = try Descriptor.open(updating: "/dev/null")
        let text = "\(script); echo"
        let pid = try program("/bin/sh", environment: ["PATH=/usr/bin:/bin", "FIRST=1", mark, "LAST=1"])
            .spawn(arguments: ["-c", "setsid sh -c '\(text)' & wait"], input: null, output: pipe.writer, error: null)
        var output = ""
        let isDone = try eventually {
            output += try readAll(pipe.reader)
            return output.hasSuffix("\n\n")
        }
        #expect(isDone)
        _ = try Children.collect(pid)
        return output.split(whereSeparator: \.isWhitespace).compactMap { ProcessID($0) }
    }

    private func isDead(_ pid: ProcessID) -> Bool { ProcessTable.row(pid)?.isZombie ?? true }

    private func sweep(sparing roots: Set<ProcessID> = []) throws -> Int {
        try ProcessSweep.kill(mark: mark, sparing: roots, patience: .seconds(5))
    }

    @Test("kills what carries the mark, in whatever session, waits for its end, and kills nobody else")
    func kills() throws {
        let null = try Descriptor.open(updating: "/dev/null")
        let other = try program("/bin/sleep", environment: ["\(mark)0", "X\(mark)", "X=\(mark)"])
            .spawn(arguments: ["600"], input: null, output: null, error: null)
        let left = try orphan("sleep 600 & echo $!; setsid sleep 600 & echo $!")
        #expect(left.count == 2)
        #expect(try sweep() == 2)
        #expect(left.allSatisfy(isDead))
        #expect(try sweep() == 0)
        #expect(!isDead(other))
        Children.signal(other, .kill)
        _ = try Children.collect(other)
    }

    @Test("spares this process's descendants")
    func own() throws {
        let null = try Descriptor.open(updating: "/dev/null")
        let own = try program("/bin/sleep", environment: [mark])
            .spawn(arguments: ["600"], input: null, output: null, error: null)
        #expect(try sweep() == 0)
        #expect(!isDead(own))
        Children.signal(own, .kill)
        _ = try Children.collect(own)
    }

    @Test("spares a root, what descends from it, and what is left in the session that it leads")
    func roots() throws {
        // The root, a child in a session of its own, an orphan in the root's session, and one in another.
        let script =
            "echo $$; setsid sleep 600 & echo $!; (sleep 600 & echo $!); (setsid sleep 600 & echo $!); exec sleep 600"
        let pipe = try Pipe.open(nonblocking: .reader)
        let null = try Descriptor.open(updating: "/dev/null")
        let starter = try program("/bin/sh", environment: ["PATH=/usr/bin:/bin", mark]).spawn(
            arguments: ["-c", "setsid sh -c '\(script)' &"], input: null, output: pipe.writer, error: null)
        var output = ""
        let isDone = try eventually {
            output += try readAll(pipe.reader)
            return output.filter { $0 == "\n" }.count == 4
        }
        #expect(isDone)
        _ = try Children.collect(starter)
        let family = output.split(whereSeparator: \.isWhitespace).compactMap { ProcessID($0) }
        try #require(family.count == 4)
        #expect(eventually { [1, 3].allSatisfy { getsid(family[$0]) == family[$0] } })
        #expect(try sweep(sparing: [family[0]]) == 1)
        #expect(family.map(isDead) == [false, false, false, true])
        #expect(try sweep() == 3)
        #expect(family.allSatisfy(isDead))
    }
}

@Suite("A process's identity")
struct ProcessIdentityTests {
    @Test("is that of one process, as long as it lives, and survives being written down")
    func identity() throws {
        let null = try Descriptor.open(updating: "/dev/null")
        let pid = try program("/bin/sleep").spawn(arguments: ["600"], input: null, output: null, error: null)
        let identity = try #require(ProcessIdentity(pid))
        #expect(identity.isAlive)
        #expect(ProcessIdentity(note: identity.note) == identity)
        // Another process that has got the number.
        let other = try #require(ProcessIdentity(note: "\(pid) \(identity.began + 1)"))
        #expect(!other.isAlive)
        other.killTree()
        #expect(identity.isAlive)
        identity.killTree()
        #expect(try Children.collect(pid) == .signaled(SIGKILL, dumpedCore: false))
        #expect(!identity.isAlive)
    }

    @Test("is not made of what is none", arguments: ["", "12", "1 5", "-5 5", "x 5", "5 x", "5 6 7"])
    func malformed(note: String) { #expect(ProcessIdentity(note: note) == nil) }
}
