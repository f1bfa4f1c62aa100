import Glibc
import TestSupport
import Testing

@testable import Kernel

@Suite("A tree of processes")
struct ProcessTreeTests {
    private func isDead(_ pid: ProcessID) -> Bool { ProcessTable.row(pid)?.isZombie ?? true }

    /// A shell's text as a child of this process, and the numbers that it writes.
    private func start(_ text: String) throws -> (root: ProcessID, descendants: [ProcessID]) {
        let pipe = try Pipe.open(nonblocking: .reader)
        let null = try Descriptor.open(updating: "/dev/null")
        let root = try program("/bin/bash", environment: ["PATH=/usr/bin:/bin"])
            .spawn(arguments: ["-c", text], input: null, output: pipe.writer, error: null)
        var output = ""
        let isDone = try eventually {
            output += try readAll(pipe.reader)
            return output.hasSuffix("done\n")
        }
        #expect(isDone)
        return (root, output.split(whereSeparator: \.isWhitespace).compactMap { ProcessID($0) })
    }

    @Test("is killed in whatever group and session its members are, but for its root")
    func all() throws {
        let (root, descendants) = try start(
            """
            setsid sh -c 'echo $$; sleep 1000 & echo $!; trap "" TERM; exec sleep 1000' & sleep 0.2
            set -m; sleep 1000 & echo $!; echo done; wait
            """)
        #expect(descendants.count == 3)
        ProcessSweep.kill(descendantsOf: root)
        #expect(eventually { descendants.allSatisfy(isDead) })
        #expect(!isDead(root))
        Children.signal(root, .kill)
        _ = try Children.collect(root)
    }

    @Test("of one process is left alone")
    func single() throws {
        let (root, _) = try start("echo done; exec sleep 1000")
        ProcessSweep.kill(descendantsOf: root)
        #expect(!isDead(root))
        Children.signal(root, .terminate)
        // It was not even stopped.
        #expect(try Children.collect(root) == .signaled(SIGTERM, dumpedCore: false))
    }

    @Test("that grows all the time is killed")
    func growing() throws {
        let (root, _) = try start("(while :; do sleep 5 & sleep 0.01; done) & echo done; wait")
        ProcessSweep.kill(descendantsOf: root)
        #expect(eventually { ProcessTable.children(of: root).allSatisfy(isDead) })
        Children.signal(root, .kill)
        _ = try Children.collect(root)
    }
}
