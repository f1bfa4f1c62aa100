import Glibc
import Kernel
import Testing

@Suite("A job's rights and bounds", .enabled(if: geteuid() == 0, "needs root"))
struct RightsFaults {
    private static let strace = "/usr/bin/strace"

    private func play(_ job: String, wrapper: [String] = [], _ body: (Scene, DaemonProcess) throws -> Void) throws {
        try Scene.play { scene in
            chmod(scene.directory, 0o1777)
            try scene.write("version: \"1.0\"\nnamespace: test\nentries:\n" + job)
            try body(scene, try scene.start(worker: Binaries.worker, wrapper: wrapper))
        }
    }

    /// What the kernel says of the process that the job's command is.
    private func facts(_ daemon: DaemonProcess) throws -> [String: String] {
        try daemon.wait(for: "TICK")
        var facts: [String: String] = [:]
        for line in daemon.log.all("Job output").compactMap({ $0["text"] }) {
            let parts = line.split(separator: ":", maxSplits: 1).map { $0.split(whereSeparator: \.isWhitespace) }
            if parts.count == 2 { facts[parts[0].joined(separator: " ")] = parts[1].joined(separator: " ") }
        }
        return facts
    }

    // MARK: F52

    @Test("are exactly those of its user, whose groups it has, and it can gain no others")
    func user() throws {
        try play(
            """
              - name: rights
                kind: function.exec
                command: "cat /proc/self/status; echo home: $HOME; echo user: $USER"
                user: nobody
                supplementary_groups: [daemon]
                meta: {type: cron.job, interval: 100ms}
            """
        ) { _, daemon in
            let facts = try facts(daemon)
            #expect(facts["Uid"] == "65534 65534 65534 65534")
            #expect(facts["Gid"] == "65534 65534 65534 65534")
            #expect(facts["Groups"] == "1")
            #expect(facts["CapEff"] == "0000000000000000" && facts["CapPrm"] == "0000000000000000")
            #expect(facts["NoNewPrivs"] == "1")
            #expect(facts["home"] == "/nonexistent" && facts["user"] == "nobody")
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test("let a function open its own output by name")
    func output() throws {
        try Scene.play { scene in
            chmod(scene.directory, 0o1777)
            try scene.write(
                """
                return {run = function()
                    for _, name in ipairs({"stdout", "stderr"}) do
                        local file <close> = assert(io.open("/dev/" .. name, "w"))
                        file:write("said to ", name, "\\n")
                    end
                end}
                """, in: "job.lua")
            var job = JobText.lua("job", "run", in: "job.lua", data: ["user": "nobody"])
            job.interval = "1h"
            job.meta = ["at_start": "true"]
            try scene.declare([job])
            let daemon = try scene.start(worker: Binaries.worker)
            try daemon.wait(for: "Job output", count: 2)
            #expect(daemon.log.all("Job output").map { $0["text"] } == ["said to stdout", "said to stderr"])
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    // MARK: F53, the limits of a process

    @Test("are bounded as its entry says")
    func bounds() throws {
        try play(
            """
              - name: bounds
                kind: function.exec
                command: "umask | sed 's/^/mask: /'; nice | sed 's/^/nice: /'; sed 's/^/oom: /' /proc/self/oom_score_adj;
                  ulimit -n | sed 's/^/files: /'; ulimit -Hc | sed 's/^/core: /'; ulimit -v | sed 's/^/memory: /';
                  ulimit -t | sed 's/^/time: /'; grep '^Max cpu' /proc/$PPID/limits | tr -s ' ' | cut -d' ' -f4 |
                  sed 's/^/its worker: /'"
                umask: '027'
                nice: 5
                oom_score_adj: 321
                limits: {open_files: 100, core: 0, address_space: 1GiB, cpu_time: 100s}
                meta: {type: cron.job, interval: 100ms}
            """
        ) { _, daemon in
            let facts = try facts(daemon)
            #expect(facts["mask"] == "0027" && facts["nice"] == "5" && facts["oom"] == "321")
            #expect(facts["files"] == "100" && facts["core"] == "0" && facts["memory"] == "1048576")
            // A long life of its worker takes none of it.
            #expect(facts["time"] == "100" && facts["its worker"] == "unlimited")
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    // MARK: F52, with a fault

    @Test("do not keep its worker from dying with the daemon")
    func parentDeath() throws {
        try play(
            """
              - {name: idle, kind: function.swift, method: heartbeat, user: nobody, meta: {type: cron.job, interval: 1h}}
            """
        ) { scene, daemon in
            try daemon.wait(for: "Worker started")
            daemon.signal(SIGKILL)
            _ = try daemon.waitForExit()
            try wait("the worker is gone", within: 3) { scene.cage.isEmpty }
        }
    }

    @Test(
        "or it does not run: a step that fails is named, with the reason",
        .enabled(if: access(strace, X_OK) == 0, "needs strace"),
        arguments: ["setgroups", "setresgid", "setresuid"])
    func refused(call: String) throws {
        let options = ["-e", "trace=\(call)", "-e", "inject=\(call):error=EPERM"]
        let tracer = [Self.strace, "-f", "-qq", "-o", "/dev/null"] + options
        try play(
            """
              - {name: job, kind: function.swift, method: heartbeat, user: nobody, meta: {type: cron.job, interval: 50ms},
                 lifecycle: {restart: {initial_delay: 100ms, max_delay: 100ms, max_attempts: 0}}}
            """, wrapper: tracer
        ) { _, daemon in
            try daemon.wait(for: "Worker fault", count: 2)
            let fault = try #require(daemon.log.all("Worker fault").first)
            #expect(fault["step"] == call)
            #expect(fault["errno"] == "\(EPERM)")
            #expect(fault["error"]?.hasSuffix("Operation not permitted") == true)
            #expect(daemon.log.count("TICK") == 0)
            // The tracer is the one that was started here; it ends with the daemon.
            for child in Proc.children(of: daemon.pid) { kill(child, SIGTERM) }
            _ = try daemon.waitForExit()
        }
    }
}
