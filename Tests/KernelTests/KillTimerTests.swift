import Clocks
import Glibc
import Testing

@testable import Kernel

@Suite("A timer that ends its process")
struct KillTimerTests {
    @Test("does so whatever the process is busy with, and what it has blocked or ignores")
    func ends() async {
        await #expect(processExitsWith: .signal(SIGKILL)) {
            SignalQueue.blockAll()
            let timer = try KillTimer(at: Clock.monotonic() + .milliseconds(20))
            while Clock.monotonic() < .distantFuture {}
            withExtendedLifetime(timer) {}
        }
        await #expect(processExitsWith: .signal(SIGKILL)) {
            // A moment that is past.
            let timer = try KillTimer(at: MonotonicInstant(nanoseconds: 1))
            while Clock.monotonic() < .distantFuture { pause() }
            withExtendedLifetime(timer) {}
        }
    }

    @Test("is gone when it is dropped, and is no program's that is started")
    func dropped() async {
        await #expect(processExitsWith: .success) {
            let timer = try KillTimer(at: .distantFuture)
            #expect(try readFile("/proc/self/timers").contains("signal: 9/"))
            #expect(try run("/bin/cat", ["/proc/self/timers"]).output.isEmpty)
            _ = consume timer
            #expect(try readFile("/proc/self/timers").isEmpty)
        }
    }
}
