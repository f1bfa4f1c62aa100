import Glibc
import Kernel
import Testing

@Suite("Many restarts")
struct RestartCycles {
    private static let jobs = 20

    // MARK: F07

    @Test("leave no descriptor, no thread, no process and no memory behind")
    func cycles() throws {
        try Scene.play { scene in
            let flag = scene.path("flag")
            let restart = "restart: {initial_delay: 10ms, max_delay: 10ms, jitter: 0, max_attempts: 0}"
            try scene.declare(
                (1...Self.jobs).map {
                    JobText(
                        name: "job\($0)", method: "flaky", interval: "20ms", data: ["while": flag], lifecycle: [restart]
                    )
                })
            let daemon = try scene.start()
            // What grows once and for all has done so by then.
            try crash(daemon, flag, times: LongTests.size(100, long: 1_000))
            let before = Possessions(of: daemon)
            try crash(daemon, flag, times: LongTests.size(300, long: 10_000))
            try daemon.wait("what it has is what it had", within: 5) {
                let now = Possessions(of: daemon)
                return now.descriptors == before.descriptors && now.threads == before.threads
                    && now.children == before.children
            }
            let after = Possessions(of: daemon)
            #expect(after.children == Self.jobs)
            #expect(after.memory - before.memory < 5_000, "in kB, of \(before.memory)")
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    /// Lets workers crash at their first run until there were so many crashes, and then all of them run.
    private func crash(_ daemon: DaemonProcess, _ flag: String, times: Int) throws {
        let exits = daemon.log.count("Worker exited")
        try TextFile.write("", to: flag)
        try daemon.wait(for: "Worker exited", count: exits + times, within: 60 + times / 20)
        unlink(flag)
        let ticks = daemon.log.count("TICK")
        try daemon.wait("all run") {
            Set(daemon.log.all("TICK").dropFirst(ticks).map(\.entry)).count == Self.jobs
        }
    }

    private struct Possessions {
        let descriptors: Int
        let threads: String?
        let children: Int
        /// In kB.
        let memory: Int

        init(of daemon: DaemonProcess) {
            descriptors = Proc.descriptorCount(daemon.pid)
            threads = Proc.status(daemon.pid, "Threads")
            children = Proc.children(of: daemon.pid).count
            memory = Proc.status(daemon.pid, "VmRSS")?.split(separator: " ").first.flatMap { Int($0) } ?? .max
        }
    }
}
