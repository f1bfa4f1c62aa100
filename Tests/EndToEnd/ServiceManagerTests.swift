import Glibc
import Kernel
import Testing

@Suite("The service manager")
struct ServiceManagerTests {
    @Test("is told of readiness, status, reloads and the stop (sd_notify(3))")
    func notifications() throws {
        try Scene.play { scene in
            try scene.declare([JobText(name: "one", interval: "100ms"), JobText(name: "two", interval: "1h")])
            let socket = try NotificationSocket(scene.path("notify"))
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
            try scene.write("version: 2\n")
            daemon.reload()
            try socket.wait(for: "RELOADING=1", times: 2)
            try socket.wait(for: "READY=1", times: 3)

            daemon.signal(SIGTERM)
            try socket.wait(for: "STOPPING=1")
            #expect(try daemon.waitForExit() == .exited(code: 0))
        }
    }

    @Test("is told of a reload that is asked for during another, and of the end of both at once")
    func reloadDuringReload() throws {
        try Scene.play { scene in
            try scene.declare([JobText(name: "one", interval: "1h")])
            let socket = try NotificationSocket(scene.path("notify"))
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
            let socket = try NotificationSocket(scene.path("notify"))
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
            let socket = try NotificationSocket(scene.path("notify"))
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

/// The service manager's end.
private final class NotificationSocket {
    private let descriptor: Int32
    private(set) var text = ""

    init(_ path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { throw Failure("bind '\(path)': \(String(cString: strerror(errno)))") }
    }

    deinit { close(descriptor) }

    func receive() {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            text += String(decoding: buffer[..<count], as: UTF8.self) + "\n"
        }
    }

    func count(_ word: String) -> Int { text.split(separator: "\n").filter { $0.hasPrefix(word) }.count }

    func wait(for word: String, times: Int = 1) throws {
        try EndToEnd.wait("\(times) × '\(word)'", evidence: text) {
            receive()
            return count(word) >= times
        }
    }
}
