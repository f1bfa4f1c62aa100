import Glibc
import Kernel
import Testing

@Suite("A clone that fails", .enabled(if: Tracer.isAvailable, Tracer.need))
struct CloneFaults {
    // MARK: F02

    @Test(
        "is the machine's fault and no job's: it is tried again, and leaves nothing behind in the daemon",
        arguments: [
            ("EAGAIN", "Resource temporarily unavailable", "2..4"), ("ENOMEM", "Cannot allocate memory", "3+2"),
        ])
    func failing(error: String, words: String, turns: String) throws {
        try Scene.play { scene in
            let count = 12
            // A second failure in a row would be the job's last.
            let once = ["restart: {initial_delay: 50ms, max_delay: 50ms, max_attempts: 1}"]
            try scene.declare((1...count).map { JobText(name: "job\($0)", interval: "1h", lifecycle: once) })
            let (mask, baseline) = try untroubled(scene, count)

            // The first clone is for the question which functions there are.
            let daemon = try scene.start(
                wrapper: Tracer.wrapper(failing: "clone,clone3,fork,vfork", with: error, turns: turns))
            try daemon.wait("all are up", within: 30) { daemon.workers.count == count }
            let killed = Array(daemon.workers.values.prefix(5))
            for pid in killed { kill(pid, SIGKILL) }
            try daemon.wait(for: "Worker started", count: count + killed.count, within: 30)

            let postponed = daemon.log.all("Spawn postponed")
            #expect(postponed.count >= 3)
            #expect(Set(postponed.map(\.entry)).count == postponed.count, "once a minute for each job")
            #expect(postponed.allSatisfy { $0["error"]?.hasPrefix("clone '") == true })
            #expect(postponed.allSatisfy { $0["error"]?.hasSuffix(": \(words)") == true })
            #expect(daemon.log.count("Worker exited") == killed.count)
            #expect(daemon.log.all("Restarting worker").map { $0.number("failures") } == killed.map { _ in 1 })
            #expect(daemon.log.count("Job failed") + daemon.log.count("Spawn failed") == 0)

            for thread in try FileSystem.names(in: "/proc/\(daemon.pid)/task").compactMap({ ProcessID($0) }) {
                #expect(Proc.status(thread, "SigBlk") == mask)
            }
            for pid in daemon.workers.values { #expect(Proc.status(pid, "SigBlk") == "0000000000000000") }
            try daemon.wait("the descriptors are as many as ever") { Proc.descriptorCount(daemon.pid) == baseline }
            #expect(Proc.zombies(of: daemon.pid) == [])
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    /// The blocked signals and the number of descriptors of a daemon whose clones do not fail.
    private func untroubled(_ scene: Scene, _ count: Int) throws -> (mask: String, descriptors: Int) {
        let daemon = try scene.start()
        try daemon.wait("all are up") { daemon.workers.count == count }
        let mask = try #require(Proc.status(daemon.pid, "SigBlk"))
        let descriptors = Proc.descriptorCount(daemon.pid)
        #expect(try daemon.stop() == .exited(code: 0))
        return (mask, descriptors)
    }
}
