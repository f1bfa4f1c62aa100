import Clocks
import Glibc
import TestSupport
import Testing

@testable import Kernel

@Suite("The stacks of a process")
struct ProcessStacksTests {
    private static let path = "/bin/sleep"

    private func stacks(of pid: ProcessID, program: String) -> [ThreadStack] {
        var taker = StackTaker()
        let threads = taker.take(of: pid, program: program)
        // On a busy machine it may take a while until they halt; one that has died is let go when it is collected.
        _ = eventually {
            taker.letGo()
            return !taker.isAttached || ProcessTable.row(pid)?.isZombie ?? true
        }
        return threads
    }

    private func start() throws -> ProcessID {
        let null = try Descriptor.open(updating: "/dev/null")
        return try program(Self.path).spawn(arguments: ["1000"], input: null, output: null, error: null)
    }

    private func end(_ pid: ProcessID) throws {
        Children.signal(pid, .kill)
        #expect(try Children.collect(pid) == .signaled(SIGKILL, dumpedCore: false))
    }

    @Test(
        "lead through a shared library, and say what the process waits for",
        .enabled(if: StackTaker.readsCalls, "needs x86-64, whose registers are read"))
    func sleeping() throws {
        let pid = try start()
        let isThere = eventually {
            let threads = stacks(of: pid, program: Self.path)
            let frames = threads.first?.frames ?? []
            // A sleep that a look has halted goes on as restart_syscall(2), in the looks after the first.
            let call = threads.first?.facts.call?.description
            return threads.count == 1 && (call == "clock_nanosleep" || call == "restart_syscall")
                && frames.first?.module?.hasPrefix("libc") ?? false
                && frames.contains { $0.symbol?.contains("nanosleep") ?? false }
                && frames.last?.module == "sleep"
        }
        #expect(isThere, "\(stacks(of: pid, program: Self.path))")
        #expect(eventually { stacks(of: pid, program: Self.path).first?.facts.call?.description == "restart_syscall" })
        try end(pid)
    }

    @Test(
        "of a file that is neither the program nor installed are taken without looking into it",
        .enabled(if: StackTaker.readsCalls, "needs x86-64, whose registers are read"))
    func foreign() throws {
        let directory = try TemporaryDirectory()
        let copy = "\(directory.path)/copy"
        try #require(try run("/bin/cp", [Self.path, copy]).status == .exited(code: 0))
        let null = try Descriptor.open(updating: "/dev/null")
        let pid = try program(copy).spawn(arguments: ["1000"], input: null, output: null, error: null)
        var frames: [ThreadStack.Frame] = []
        let isThere = eventually {
            frames = stacks(of: pid, program: "/nowhere").first?.frames ?? []
            return frames.contains { $0.module == "copy" }
        }
        #expect(isThere)
        #expect(frames.allSatisfy { $0.module != "copy" || $0.symbol == nil }, "\(frames)")
        try end(pid)
    }

    @Test("of one that has exited are none, and it is collected as ever")
    func dead() throws {
        let pid = try start()
        Children.signal(pid, .kill)
        #expect(try eventually { try Children.hasExited(pid) })
        let threads = stacks(of: pid, program: Self.path)
        #expect(threads.allSatisfy { $0.facts.state == .dead && $0.frames.isEmpty })
        #expect(try Children.collect(pid) == .signaled(SIGKILL, dumpedCore: false))
        #expect(stacks(of: pid, program: Self.path) == [])
    }

    @Test("are refused of one that another traces already, with the reason")
    func traced() throws {
        let pid = try start()
        _ = try Tracee(pid)
        let threads = stacks(of: pid, program: Self.path)
        #expect(threads.first?.gap == "ptrace 'thread \(pid)': Operation not permitted")
        #expect(threads.first?.facts.name == "sleep")
        try end(pid)
    }

    @Test("leave nothing behind of one that dies while it is looked at")
    func dying() throws {
        for _ in 0..<20 {
            let pid = try start()
            Children.signal(pid, .kill)
            _ = stacks(of: pid, program: Self.path)
            #expect(try Children.collect(pid) == .signaled(SIGKILL, dumpedCore: false))
        }
    }
}
