import Glibc
import TestSupport
import Testing

@testable import Kernel

@Suite("A sweep of sessions")
struct SessionSweepTests {
    /// A session whose leader runs the text, and what that writes first.
    private func session(_ text: String) throws -> (leader: ProcessID, words: [ProcessID]) {
        let pipe = try Pipe.open(nonblocking: .reader)
        let null = try Descriptor.open(updating: "/dev/null")
        let pid = try program("/bin/bash", environment: ["PATH=/usr/bin:/bin"])
            .spawn(arguments: ["-c", text], input: null, output: pipe.writer, error: null)
        var output = ""
        let isDone = try eventually {
            output += try readAll(pipe.reader)
            return output.hasSuffix("\n")
        }
        #expect(isDone)
        return (pid, output.split(whereSeparator: \.isWhitespace).compactMap { ProcessID($0) })
    }

    private func isDead(_ pid: ProcessID) -> Bool { ProcessTable.row(pid)?.isZombie ?? true }

    @Test("kills a dead leader's descendants in every group of its session")
    func groups() throws {
        let (leader, words) = try session("set -m; sleep 1000 & a=$!; (sleep 1000 & echo $a $! $BASHPID); kill -9 $$")
        #expect(eventually { (try? Children.hasExited(leader)) == true })
        #expect(Set(words.prefix(2).map { getpgid($0) }).count == 2 && !words.contains(leader))
        #expect(try ProcessSweep.kill(sessions: [leader]) == 2)
        #expect(eventually { words.allSatisfy(isDead) })
        #expect(try ProcessSweep.kill(sessions: [leader]) == 0, "zombies are ignored")
        #expect(try Children.collect(leader) == .signaled(SIGKILL, dumpedCore: false))
    }

    @Test("kills those of many sessions in one go, and nobody else")
    func many() throws {
        let sessions = try (0..<5).map { _ in try session("sleep 1000 & echo $!; exec sleep 1000") }
        let spared = sessions[4]
        #expect(try ProcessSweep.kill(sessions: Set(sessions.prefix(4).map(\.leader))) == 8)
        for (leader, words) in sessions.prefix(4) {
            #expect(try Children.collect(leader) == .signaled(SIGKILL, dumpedCore: false))
            #expect(eventually { words.allSatisfy(isDead) })
        }
        #expect(!isDead(spared.leader) && spared.words.allSatisfy { !isDead($0) })
        #expect(try ProcessSweep.kill(sessions: [spared.leader]) == 2)
        _ = try Children.collect(spared.leader)
        #expect(try ProcessSweep.kill(sessions: []) == 0)
    }

    @Test("catches a process that forks and exits all the time")
    func hopper() throws {
        let directory = try TemporaryDirectory()
        try directory.write("#!/bin/sh\n\"$0\" &\n", to: "hop")
        try #require(chmod("\(directory.path)/hop", 0o755) == 0)
        let (leader, _) = try session("\(directory.path)/hop & echo; kill -9 $$")
        #expect(eventually { (try? Children.hasExited(leader)) == true })
        try ProcessSweep.kill(sessions: [leader])
        // One that was dying when it was killed may be seen a moment longer.
        #expect(try eventually { try alive(in: leader) == 0 })
        _ = try Children.collect(leader)
    }

    private func alive(in session: ProcessID) throws -> Int {
        var count = 0
        for pid in try ProcessTable.processes() {
            if let row = ProcessTable.row(pid), row.session == session, !row.isZombie { count += 1 }
        }
        return count
    }
}
