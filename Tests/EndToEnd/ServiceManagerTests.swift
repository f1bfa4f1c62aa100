import Glibc
import Kernel
import Testing

@Suite("The service manager")
struct ServiceManagerTests {
    @Test("is told of readiness, status, reloads and the stop (sd_notify(3))")
    func notifications() throws {
        try Scene.play { scene in
            try scene.declare([JobText(name: "one", interval: "100ms"), JobText(name: "two", interval: "1h")])
            let socket = try DatagramSocket(scene.path("notify"))
            let daemon = try scene.start(environment: ["NOTIFY_SOCKET=\(scene.path("notify"))"])
            try socket.wait(for: "READY=1")
            try socket.wait(for: "STATUS=2 workers for 2 jobs")
            #expect(!socket.text.contains("WATCHDOG"))

            try scene.declare([JobText(name: "one", interval: "100ms")])
            daemon.reload()
            try socket.wait(for: "RELOADING=1")
            // Which reload it is (Type=notify-reload): the moment on the monotonic clock, in microseconds.
            try socket.wait(for: "MONOTONIC_USEC=")
            try socket.wait(for: "READY=1", times: 2)
            try socket.wait(for: "STATUS=1 worker for 1 job")

            // One that fails is over as well.
            let bad = "{name: one, kind: function.none, meta: {type: cron.job, interval: 1s}}"
            try scene.write("namespace: test\nentries: [\(bad)]\n")
            daemon.reload()
            try socket.wait(for: "RELOADING=1", times: 2)
            try socket.wait(for: "READY=1", times: 3)
            // Whoever has waited for the end of the reload finds why it failed.
            let lines = socket.text.split(separator: "\n")
            let ready = try #require(lines.lastIndex(of: "READY=1"))
            let status = "STATUS=1 worker for 1 job; reload failed at 2"
            #expect(lines[ready - 1].hasPrefix(status) && lines[ready - 1].contains("jobs.yaml:2:29: "), "\(lines)")
            try scene.declare([JobText(name: "one", interval: "200ms")])
            daemon.reload()
            try socket.wait(for: "READY=1", times: 4)
            try wait("the status is as it was", evidence: socket.text) {
                socket.receive()
                return socket.text.split(separator: "\n").last { $0.hasPrefix("STATUS=") }
                    == "STATUS=1 worker for 1 job"
            }

            daemon.signal(SIGTERM)
            try socket.wait(for: "STOPPING=1")
            #expect(try daemon.waitForExit() == .exited(code: 0))
        }
    }

    @Test("is told of a reload that is asked for during another, and of the end of both at once")
    func reloadDuringReload() throws {
        try Scene.play { scene in
            try scene.declare([JobText(name: "one", interval: "1h")])
            let socket = try DatagramSocket(scene.path("notify"))
            let daemon = try scene.start(environment: ["NOTIFY_SOCKET=\(scene.path("notify"))"])
            try socket.wait(for: "STATUS=1 worker for 1 job")
            // Written to just now, so that the reload waits.
            try scene.declare([JobText(name: "one", interval: "2h")])
            daemon.reload()
            try socket.wait(for: "RELOADING=1")
            daemon.reload()
            try socket.wait(for: "RELOADING=1", times: 2)
            try daemon.wait(for: "Reloaded registry", count: 2)
            try socket.wait(for: "READY=1", times: 2)
            #expect(try daemon.stop() == .exited(code: 0))
            socket.receive()
            #expect(socket.count("READY=1") == 2)
        }
    }

    @Test("hears from the loop as often as its watchdog asks for")
    func watchdog() throws {
        try Scene.play { scene in
            try scene.declare([JobText(name: "one", interval: "1h")])
            let socket = try DatagramSocket(scene.path("notify"))
            let daemon = try scene.start(environment: [
                "NOTIFY_SOCKET=\(scene.path("notify"))", "WATCHDOG_USEC=200000",
            ])
            try socket.wait(for: "WATCHDOG=1", times: 5)
            // It is the loop that says so, and goes on saying so after a stand-still.
            daemon.signal(SIGSTOP)
            try wait("it stands still") { Proc.state(daemon.pid) == "T" }
            socket.receive()
            let count = socket.count("WATCHDOG=1")
            #expect(count >= 5)
            daemon.signal(SIGCONT)
            try socket.wait(for: "WATCHDOG=1", times: count + 2)
            #expect(try daemon.stop() == .exited(code: 0))
        }
    }

    @Test("is no part of a worker's environment, nor of its business")
    func workers() throws {
        try Scene.play { scene in
            try scene.declare([JobText(name: "one", interval: "1h")])
            let socket = try DatagramSocket(scene.path("notify"))
            let daemon = try scene.start(environment: [
                "NOTIFY_SOCKET=\(scene.path("notify"))", "WATCHDOG_USEC=30000000", "WATCHDOG_PID=1",
            ])
            try daemon.wait(for: "Worker started")
            let pid = try daemon.worker("test:one")
            let environment = TextFile.read("/proc/\(pid)/environ") ?? ""
            #expect(environment.contains("CRONSUPD_PID=\(daemon.pid)"))
            #expect(!environment.contains("NOTIFY_SOCKET="))
            #expect(!environment.contains("WATCHDOG_"))
            #expect(try daemon.stop() == .exited(code: 0))
            socket.receive()
        }
    }
}
