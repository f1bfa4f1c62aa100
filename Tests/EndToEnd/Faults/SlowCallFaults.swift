import Kernel
import Testing

@Suite("A daemon whose system calls take seconds", .enabled(if: Tracer.isAvailable, Tracer.need))
struct SlowCallFaults {
    // MARK: F28

    /// `before`: how often the call is made before the first worker has died.
    @Test(
        "kills no worker for what it said meanwhile, or for a silence that nobody listened to",
        arguments: [("clone,clone3", 14), ("wait4", 1)], [1_500, 5_000])
    func slow(call: (names: String, before: Int), milliseconds: Int) throws {
        try play(delaying: call.names, before: call.before, milliseconds)
    }

    @Test(
        "kills no worker while it waits for the kernel to remove the control group of another",
        .enabled(if: ControlGroups.areAvailable, ControlGroups.need), arguments: [1_500, 5_000])
    func groups(milliseconds: Int) throws { try play(delaying: "rmdir", before: 0, milliseconds) }

    private func play(delaying call: String, before: Int, _ milliseconds: Int) throws {
        try Scene.play { scene in
            let workers = (1...12).map { JobText(name: "job\($0)", interval: "\(10 * $0 + 1)ms") }
            var killer = JobText.shell("killer", "kill -9 $PPID", interval: "200ms")
            killer.lifecycle = JobText.quickRestart
            try scene.declare(workers + [killer])
            let turns = "\(before + 1)..\(before + 4)"
            let daemon = try scene.start(
                wrapper: Tracer.wrapper(delaying: call, milliseconds: milliseconds, turns: turns))
            try daemon.wait(for: "Worker exited", entry: "test:killer", count: 6, within: 60)
            // What was late to be read has been read.
            let counts = workers.map { daemon.log.count("TICK", entry: $0.id) }
            for (job, count) in zip(workers, counts) { try daemon.wait(for: "TICK", entry: job.id, count: count + 3) }
            #expect(daemon.log.all("Protocol error").map { $0["error"] } == [])
            #expect(daemon.log.count("Worker hung") == 0)
            #expect(Set(daemon.log.all("Worker exited").map(\.entry)) == ["test:killer"])
            for job in workers { #expect(daemon.log.count("Worker started", entry: job.id) == 1, "\(job.id)") }
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test("names no worker as left behind that its signal has not come to yet", arguments: [2_000])
    func signals(milliseconds: Int) throws {
        try Scene.play { scene in
            try scene.declare([.shell("deaf", "trap '' TERM; while :; do sleep 1; done")])
            let daemon = try scene.start(
                ["--stop-timeout", "100ms"], worker: Binaries.worker,
                wrapper: Tracer.wrapper(delaying: "kill", milliseconds: milliseconds, turns: "1+1"))
            try daemon.wait(for: "Worker started")
            try daemon.wait("it is in a run") {
                Proc.children(of: daemon.latestWorker("test:deaf") ?? 0).isEmpty == false
            }
            #expect(try daemon.stop(within: 60) == .exited(code: 0))
            #expect(daemon.log.count("Worker killed") == 1 && daemon.log.count("Worker left behind") == 0)
        }
    }

    @Test("gives a program that it asks the whole of its time to answer", arguments: [5_000])
    func answer(milliseconds: Int) throws {
        try Scene.play { scene in
            try scene.declare([JobText(name: "job", interval: "100ms")])
            // The first program that is started is the one that is asked for its functions.
            let daemon = try scene.start(
                wrapper: Tracer.wrapper(delaying: "clone,clone3", milliseconds: milliseconds, turns: "1"))
            try daemon.wait(for: "TICK")
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }
}
