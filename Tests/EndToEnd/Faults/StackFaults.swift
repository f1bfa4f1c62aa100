import Glibc
import Kernel
import Testing

@Suite("The stacks of a worker", .enabled(if: StackTaker.readsCalls, "needs x86-64, whose registers are read"))
struct StackFaults {
    private typealias Body = (ProcessID, [ThreadStack]) throws -> Void

    private func stacks(of pid: ProcessID) throws -> [ThreadStack] {
        var taker = StackTaker()
        let threads = taker.take(of: pid, program: Binaries.faultWorker)
        // On a busy machine it may take a while until they halt.
        try wait("its threads are let go") {
            taker.letGo()
            return !taker.isAttached
        }
        return threads
    }

    // MARK: F27

    /// A static program without a daemon, looked at when it is where it is to be.
    private func look(
        _ verb: String, end: Int32 = SIGKILL, places: Int = 1, _ body: Body
    ) throws {
        try Scene.play { scene in
            let child = try ChildProcess(
                [Binaries.faultWorker, "test:raw.\(verb)", "1s"], environment: scene.environment,
                output: "/dev/null", errors: "/dev/null")
            var threads: [ThreadStack] = []
            try wait("it is there", evidence: "\(threads)") {
                threads = try stacks(of: child.pid)
                // It is no program of its own yet before its exec.
                return threads.first?.facts.name == "faultworker" && threads.count(where: isAtKnownPlace) == places
            }
            try body(child.pid, threads)
            child.signal(SIGKILL)
            try wait("its end") { child.hasExited }
            #expect(child.exitStatus == .signaled(end, dumpedCore: false))
        }
    }

    private func isAtKnownPlace(_ thread: ThreadStack) -> Bool {
        thread.frames.contains { $0.symbol?.contains("KnownPlace") ?? false }
    }

    /// Whether a function is among the calls, and the one below it is its caller.
    private func expect(_ name: String, below caller: String, _ thread: ThreadStack) throws {
        let symbols = thread.frames.map { $0.symbol ?? "?" }
        let place = try #require(symbols.firstIndex { $0.contains(name) }, "\(symbols)")
        #expect(symbols[place...].contains { $0.contains(caller) }, "\(symbols)")
        #expect(thread.gap == nil)
    }

    @Test("name the functions of a static program, through those of the C library")
    func spinning() throws {
        try look("spin") { _, threads in
            #expect(threads.count == 1)
            try expect("spinInKnownPlace", below: "RawScript", threads[0])
            #expect(threads[0].frames.last?.symbol == "_start")
        }
    }

    @Test("are those of all its threads")
    func threads() throws {
        try look("threads", places: 2) { pid, threads in
            #expect(threads.first?.id == pid)
            #expect(threads.map(\.facts.name) == ["faultworker", "spinner", "waiter"])
            try #require(threads.count == 3)
            try expect("sleep", below: "main", threads[0])
            try expect("spinInKnownPlace", below: "start_thread", threads[1])
            try expect("waitInKnownPlace", below: "start_thread", threads[2])
            #expect(threads[2].facts.call?.description == "pause")
        }
    }

    @Test("are had of a stopped one too, which stays stopped")
    func stopped() throws {
        try look("spin") { pid, _ in
            kill(pid, SIGSTOP)
            try wait("it is stopped") { Proc.state(pid) == "T" }
            let threads = try stacks(of: pid)
            try expect("spinInKnownPlace", below: "RawScript", threads[0])
            try wait("it is stopped again") { Proc.state(pid) == "T" }
            #expect(Proc.status(pid, "TracerPid") == "0")
        }
    }

    @Test("take nothing away from a signal that is on its way")
    func signalled() throws {
        try look("spin", end: SIGTERM) { pid, _ in
            var taker = StackTaker()
            for _ in 0..<100 {
                _ = taker.take(of: pid, program: Binaries.faultWorker)
                kill(pid, SIGWINCH)
                taker.letGo()
            }
            kill(pid, SIGTERM)
            _ = taker.take(of: pid, program: Binaries.faultWorker)
            try wait("it ends") {
                taker.letGo()
                return Proc.state(pid) == "Z"
            }
        }
    }
}
