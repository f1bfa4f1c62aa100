import Clocks
import Kernel
import Synchronization
import TestSupport
import Testing
import Wire

@testable import CronWorkerKit

/// On the main actor: what waits for a task must not hold up the threads that tasks run on.
@MainActor
@Suite("A worker's end of the report pipe")
struct ReportChannelTests {
    private func ready(_ number: Int64) -> Report { .ready(.init(next: .init(nanoseconds: number))) }

    /// Reports until one is kept. Returns how many there are.
    private func fill(_ reports: ReportChannel) -> Int64 {
        var count: Int64 = 0
        repeat {
            count += 1
            reports.send(ready(count))
        } while reports.flush()
        return count
    }

    @Test("takes reports from any thread, whole and one after the other")
    func threads() async throws {
        let ends = try DaemonEnds()
        let reports = ends.reports
        await withTaskGroup(of: Void.self) { group in
            for number in 1...200 { group.addTask { reports.send(.pong(token: Int64(number))) } }
        }
        let tokens = try ends.received().compactMap { if case .pong(let token) = $0 { token } else { nil } }
        #expect(tokens.sorted() == Array(1...200))
    }

    @Test("does not wait for a daemon that does not read, and loses nothing within its bound")
    func full() throws {
        let ends = try DaemonEnds()
        let count = fill(ends.reports)
        #expect(ends.reports.offer(ready(count + 1)))
        var received: [Report] = []
        while !ends.reports.flush() { received += try ends.received() }
        received += try ends.received()
        #expect(received == (1...count + 1).map(ready))
    }

    @Test("drains what was kept, while the daemon reads")
    func drain() async throws {
        let ends = try DaemonEnds()
        let (reports, count) = (ends.reports, fill(ends.reports))
        let drained = Task.detached { try reports.drain() }
        var received: [Report] = []
        #expect(
            try eventually {
                received += try ends.received()
                return received.count == count
            })
        try await drained.value
        #expect(received == (1...count).map(ready))
    }

    @Test("sends what was kept while a function keeps the thread of the worker busy")
    func flushing() throws {
        let ends = try DaemonEnds()
        let count = fill(ends.reports)
        let seen = try ends.reports.flushing { () -> Result<Bool, any Error> in
            Result {
                var received = 0
                return try eventually {
                    received += try ends.received().count
                    return received == count
                }
            }
        }.get()
        #expect(seen)
    }

    @Test("is closed when nobody reads any more")
    func closed() throws {
        let ends = try DaemonEnds()
        #expect(!ends.reports.isClosed)
        ends.stopReading()
        #expect(
            eventually {
                ends.reports.send(ready(1))
                return ends.reports.isClosed
            })
        #expect(ends.reports.flush())
    }

    @Test("waits for the reader in a terminal")
    func terminal() async throws {
        let ends = try DaemonEnds(waits: true)
        for number in 1...3 { ends.reports.send(ready(Int64(number))) }
        #expect(ends.reports.flush())
        #expect(try ends.received() == (1...3).map(ready))
    }
}
