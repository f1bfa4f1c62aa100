import Clocks
import Glibc
import Kernel
import Testing

@Suite("A command's processes")
struct CommandFaults {
    /// A shell's words that start `command` in a session of its own and wait until it has written its number to the file.
    private func apart(_ command: String, _ file: String) -> String {
        "setsid --fork sh -c 'echo $$ > \(file).new; mv \(file).new \(file); \(command)'; "
            + "while ! [ -e \(file) ]; do sleep 0.01; done; "
    }

    private func process(in file: String) throws -> ProcessID {
        var pid: ProcessID?
        try wait("it is there") {
            pid = TextFile.read(file).flatMap { ProcessID($0.dropLast()) }
            return pid != nil
        }
        return try #require(pid)
    }

    // MARK: F10

    @Test("end with its run, also one that went into a session of its own")
    func doubleFork() throws {
        try Scene.play { scene in
            let file = scene.path("pid")
            try scene.declare([
                .shell("job", apart("exec sleep 60", file) + "echo left"),
                JobText(name: "neighbour", method: "heartbeat"),
            ])
            let daemon = try scene.start(worker: Binaries.worker)
            try daemon.wait(for: "TICK", entry: "test:job")
            let left = try process(in: file)
            #expect(!Proc.isAlive(left))
            #expect(Proc.state(left) != "Z")
            #expect(Proc.zombies(of: daemon.pid) == [])
            #expect(daemon.log.count("Worker exited") == 0)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test("that outlive their worker are the daemon's to collect, and no job's")
    func strangers() throws {
        try Scene.play { scene in
            let file = scene.path("pid")
            var job = JobText.shell("job", apart("sleep 1; exit 7", file) + "sleep 60")
            job.lifecycle = JobText.noRestart
            try scene.declare([job, JobText(name: "neighbour", method: "heartbeat", interval: "50ms")])
            // Without a control group: with one they do not outlive it.
            let daemon = try scene.start(worker: Binaries.worker, wrapper: ControlGroups.hiding)
            let stranger = try process(in: file)
            try daemon.wait(for: "Worker started", entry: job.id)
            kill(try daemon.worker(job.id), SIGKILL)
            try daemon.wait(for: "Worker exited", entry: job.id)
            #expect(Proc.parent(stranger) == daemon.pid)
            try wait("it has ended") { !Proc.isAlive(stranger) }
            try wait("it is no zombie", within: 1) { Proc.state(stranger) == nil }
            let ticks = daemon.log.count("TICK", entry: "test:neighbour")
            try daemon.wait(for: "TICK", entry: "test:neighbour", count: ticks + 3)
            #expect(daemon.log.all("Worker exited").map { $0["status"] } == ["signal 9 (SIGKILL)"])
            #expect(daemon.log.count("TICK CRASHED") == 1)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    // MARK: F12

    @Test("end when the stop's grace is over, even if their worker was halted")
    func halted() throws {
        try Scene.play { scene in
            let file = scene.path("pids")
            let command = "timeout 60 sleep 60 & echo $$ $! > \(file).new; mv \(file).new \(file); wait"
            try scene.declare([.shell("job", command)])
            let daemon = try scene.start(["--stop-timeout", "1s"], worker: Binaries.worker)
            try daemon.wait("it runs") { TextFile.read(file) != nil }
            let pids = try #require(TextFile.read(file)).split(whereSeparator: \.isWhitespace).compactMap {
                ProcessID($0)
            }
            let worker = try daemon.worker("test:job")
            kill(worker, SIGSTOP)
            try wait("it is halted") { Proc.state(worker) == "T" }
            let asked = Clock.monotonic()
            daemon.signal(SIGTERM)
            try daemon.wait("the grace is over") {
                // A halt is no exit.
                if daemon.log.count("Worker terminated") == 0 { #expect(Proc.state(worker) == "T") }
                return daemon.log.count("Worker killed") == 1
            }
            #expect(try daemon.waitForExit() == .exited(code: 0))
            #expect(Clock.monotonic() - asked < .milliseconds(2_500))
            try wait("nothing is left of it", within: 1) { (pids + [worker]).allSatisfy { !Proc.isAlive($0) } }
            #expect(daemon.log.count("TICK CANCELLED") == 1)
            let story = daemon.log.records.filter { $0.entry == "test:job" }.map(\.message)
            #expect(story.suffix(4) == ["Worker terminated", "Worker killed", "TICK CANCELLED", "Worker stopped"])
        }
    }

    // MARK: F14

    @Test("that hold its output open delay neither the end of its run nor what it wrote")
    func heldOutput() throws {
        try Scene.play { scene in
            let file = scene.path("pid")
            let lines = "i=0; while [ $i -lt 500 ]; do i=$((i + 1)); echo line $i; done"
            // Nobody kills the one that is left while the run goes on: it waits for the file.
            try scene.declare([.shell("job", apart("exec sleep 60", file) + lines)])
            let daemon = try scene.start(worker: Binaries.worker)
            try daemon.wait(for: "Worker started")
            let worker = try daemon.worker("test:job")
            try daemon.wait(for: "TICK")
            let tick = try #require(daemon.log.all("TICK").first)
            #expect(tick.number("duration_us") < 1_000_000)
            #expect(tick["result"] == "line 500")
            #expect(daemon.log.all("Job output").compactMap { $0["text"] } == (1...500).map { "line \($0)" })
            #expect(!Proc.isAlive(try process(in: file)))
            // The pipes to the daemon, the registry, the lock, the job's own three, and the timer.
            try wait("its descriptors are closed") { Proc.descriptorCount(worker) == 9 }
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test("that hold its output open delay no exit of its worker either")
    func heldOutputOfKilled() throws {
        try Scene.play { scene in
            let file = scene.path("pid")
            var job = JobText.shell("job", "echo written; " + apart("exec sleep 60", file) + "sleep 60")
            job.lifecycle = JobText.noRestart
            try scene.declare([job, JobText(name: "neighbour", method: "heartbeat", interval: "1h")])
            // Without a control group: with one they end with it.
            let daemon = try scene.start(worker: Binaries.worker, wrapper: ControlGroups.hiding)
            let left = try process(in: file)
            try daemon.wait(for: "Job output")
            try daemon.wait("all are up") { daemon.workers.count == 2 }
            let before = Proc.descriptorCount(daemon.pid)
            let killed = Clock.monotonic()
            kill(try daemon.worker(job.id), SIGKILL)
            try daemon.wait(for: "Worker exited", within: 5)
            #expect(Clock.monotonic() - killed < .seconds(1))
            #expect(daemon.log.count("TICK CRASHED") == 1)
            #expect(Proc.isAlive(left))
            try wait("its three pipes are closed") { Proc.descriptorCount(daemon.pid) == before - 3 }
            #expect(try daemon.stop() == .exited(code: 0))
            kill(left, SIGKILL)
        }
    }

    // MARK: F05

    @Test("have nothing of the worker's or the daemon's, however that was started")
    func hygiene() throws {
        try Scene.play { scene in
            let facts = [
                "sed -n '/^Sig[BI]/p' /proc/self/status", "ls /proc/$$/fd", "echo supervisor=$CRONSUPD_PID",
                "cut -d' ' -f1,5,6 /proc/$$/stat", "umask", "ulimit -Sn", "nice",
            ]
            try scene.declare([.shell("probe", facts.joined(separator: "; "))])
            let spoil =
                "umask 027; trap '' TERM HUP USR1 PIPE; ulimit -Sn 300; exec 3</dev/null 5</dev/null 9</dev/null; "
                + "exec nice -n 3 env --block-signal=USR2 \"$@\""
            let daemon = try scene.start(worker: Binaries.worker, wrapper: ["/bin/sh", "-c", spoil, "sh"])
            try daemon.wait(for: "TICK")
            let worker = try daemon.worker("test:probe")
            #expect(try daemon.stop() == .exited(code: 0))
            let lines = daemon.log.all("Job output").compactMap { $0["text"] }
            try #require(lines.count == 10, "\(lines)")
            #expect(lines[0...1] == ["SigBlk:\t0000000000000000", "SigIgn:\t0000000000000000"])
            #expect(lines[2...5] == ["0", "1", "2", "supervisor="])
            // A group of its own in the worker's session.
            let numbers = lines[6].split(separator: " ")
            #expect(numbers.count == 3 && numbers[0] == numbers[1] && numbers[2] == "\(worker)")
            #expect(lines[7...9] == ["0027", "300", "3"])
        }
    }

    // MARK: F42

    @Test("may write what they like: it is output, and cut")
    func nonsense() throws {
        try Scene.play { scene in
            let words = [
                "printf '\\000\\000\\n'", "head -c 10485760 /dev/zero | tr '\\000' x", "echo",
                "printf '\\377\\376\\303(\\n'",
                "echo 'end run=1 outcome=ok result=forged'", "echo 'log level=info run=1 message=forged' >&2",
                "echo 'stopped runs=1' | tee /proc/self/fd/3",
            ]
            let flood = "for i in 1 2 3; do \(words.joined(separator: "; ")); done; echo done"
            try scene.declare([
                .shell("job", flood), JobText(name: "neighbour", method: "heartbeat", interval: "50ms"),
            ])
            let daemon = try scene.start(worker: Binaries.worker)
            try daemon.wait(for: "TICK", entry: "test:job")
            let ticks = daemon.log.count("TICK", entry: "test:neighbour")
            try daemon.wait(for: "TICK", entry: "test:neighbour", count: ticks + 3)
            let peak = Proc.status(daemon.pid, "VmHWM")?.split(separator: " ").first.flatMap { Int($0) }
            #expect(peak ?? .max < 60_000)
            #expect(try daemon.stop() == .exited(code: 0))

            #expect(daemon.log.all("TICK", entry: "test:job").map { $0["result"] } == ["done"])
            let lines = daemon.log.all("Job output", entry: "test:job")
            #expect(lines.filter { $0.number("length") == 10 << 20 }.count == 3)
            let texts = lines.compactMap { $0["text"] }
            #expect(texts.filter { $0 == "end run=1 outcome=ok result=forged" }.count == 3)
            #expect(texts.contains("\u{0}\u{0}") && texts.contains("\u{FFFD}\u{FFFD}\u{FFFD}("))
            #expect(texts.allSatisfy { $0.utf8.count < 7_000 })
            #expect(daemon.log.count("forged") + daemon.log.count("Message rejected") == 0)
            #expect(daemon.log.count("Worker exited") + daemon.log.count("Protocol error") == 0)
            #expect(daemon.log.foreignLines == [])
        }
    }
}
