import Clocks
import Glibc
import Kernel
import TestSupport
import Testing

@testable import Daemon

/// Each in a process of its own: the environment belongs to all of a process.
@Suite("The service manager")
struct ServiceManagerTests {
    @Test("is told of each change of state, in the words of sd_notify(3)")
    func states() async {
        await #expect(processExitsWith: .success) {
            let directory = try TemporaryDirectory()
            let (listener, manager) = try start("\(directory.path)/notify", [:])
            manager.ready()
            manager.reloading(at: MonotonicInstant(nanoseconds: 1_234_567_890))
            manager.ready()
            manager.stopping()
            let expected = ["READY=1", "RELOADING=1\nMONOTONIC_USEC=1234567", "READY=1", "STOPPING=1"]
            #expect(listener.messages() == expected)
        }
    }

    @Test("may have a socket in the abstract namespace")
    func abstract() async {
        await #expect(processExitsWith: .success) {
            let (listener, manager) = try start("@cronsupd-test-\(ThisProcess.id)", [:])
            manager.ready()
            #expect(listener.messages() == ["READY=1"])
        }
    }

    @Test("gets a status when it changes, and only then")
    func status() async {
        await #expect(processExitsWith: .success) {
            let (listener, manager) = try start("@cronsupd-test-\(ThisProcess.id)", [:])
            for text in ["0 jobs", "0 jobs", "1 job", "0 jobs"] { manager.setStatus(text) }
            #expect(listener.messages() == ["STATUS=0 jobs", "STATUS=1 job", "STATUS=0 jobs"])
        }
    }

    @Test("gets a sign of life at half of the time that it allows")
    func watchdog() async {
        await #expect(processExitsWith: .success) {
            let pid = String(ThisProcess.id)
            let (listener, manager) = try start(
                "@cronsupd-test-\(pid)", ["WATCHDOG_USEC": "3000000", "WATCHDOG_PID": pid])
            #expect(manager.watchdogDeadline == startMoment + .milliseconds(1_500))
            manager.beat(at: startMoment + .milliseconds(1_499))
            #expect(listener.messages() == [])
            manager.beat(at: startMoment + .milliseconds(1_501))
            manager.beat(at: startMoment + .milliseconds(3_000))
            #expect(listener.messages() == ["WATCHDOG=1"])
            #expect(manager.watchdogDeadline == startMoment + .milliseconds(3_001))
        }
    }

    @Test("gets no sign of life that it did not ask this process for")
    func noWatchdog() async {
        await #expect(processExitsWith: .success) {
            let refusals: [[String: String]] = [
                [:], ["WATCHDOG_USEC": "0"], ["WATCHDOG_USEC": "-5"], ["WATCHDOG_USEC": "soon"],
                ["WATCHDOG_USEC": "9223372036854775807"], ["WATCHDOG_USEC": "1000000", "WATCHDOG_PID": "1"],
                ["WATCHDOG_USEC": "1000000", "WATCHDOG_PID": "x"],
            ]
            for (index, environment) in refusals.enumerated() {
                let (listener, manager) = try start("@cronsupd-test-\(ThisProcess.id)-\(index)", environment)
                #expect(manager.watchdogDeadline == .distantFuture, "\(environment)")
                manager.beat(at: .distantFuture)
                #expect(listener.messages() == [])
            }
        }
    }

    @Test("need not be there, nor read, nor have a name that fits")
    func absent() async {
        await #expect(processExitsWith: .success) {
            for name in [nil, "", "/nowhere/notify", "@nobody", String(repeating: "x", count: 500)] {
                unsetenv("NOTIFY_SOCKET")
                if let name { setenv("NOTIFY_SOCKET", name, 1) }
                let manager = ServiceManager(at: startMoment)
                manager.ready()
                manager.setStatus("s")
                manager.stopping()
            }
            let (listener, manager) = try start("@cronsupd-test-\(ThisProcess.id)", [:])
            for _ in 0..<10_000 { manager.ready() }
            #expect(!listener.messages().isEmpty)
        }
    }
}

private let startMoment = MonotonicInstant(nanoseconds: 60_000_000_000)

private func start(
    _ name: String, _ environment: [String: String]
) throws -> (listener: NotifyListener, manager: ServiceManager) {
    let listener = try NotifyListener(name)
    setenv("NOTIFY_SOCKET", name, 1)
    for (key, value) in environment { setenv(key, value, 1) }
    return (listener, ServiceManager(at: startMoment))
}
