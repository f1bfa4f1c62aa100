import Clocks
import Testing

@testable import Model

@Suite("The limit on a job's output")
struct OutputLimiterTests {
    private static let start = MonotonicInstant(nanoseconds: 5_000_000_000)

    private static func after(_ milliseconds: Int64) -> MonotonicInstant { start + .milliseconds(milliseconds) }

    /// How many of so many lines are let through at once.
    private func admitted(_ limiter: inout OutputLimiter, of lines: Int, at now: MonotonicInstant) -> Int {
        (0..<lines).count { _ in limiter.admit(size: 10, at: now) }
    }

    @Test("lets a burst through, and then so many lines a second")
    func rate() {
        var limiter = OutputLimiter()
        #expect(admitted(&limiter, of: 5_000, at: Self.after(0)) == 1_000)
        #expect(admitted(&limiter, of: 5, at: Self.after(9)) == 0)
        #expect(admitted(&limiter, of: 5, at: Self.after(10)) == 1)
        #expect(admitted(&limiter, of: 500, at: Self.after(1_010)) == 100)
        #expect(admitted(&limiter, of: 5_000, at: Self.after(60_000)) == 1_000)
    }

    @Test("never stands in the way of a job that keeps to the rate")
    func steady() {
        var limiter = OutputLimiter()
        let admitted = (0..<100_000).count { limiter.admit(size: 1, at: Self.after($0 * 10)) }
        #expect(admitted == 100_000)
        let loss = limiter.takeLoss()
        #expect(loss == nil)
        #expect(limiter.deadline == .distantFuture)
    }

    @Test("counts every line and byte that it leaves out, and says so once a second")
    func loss() {
        var limiter = OutputLimiter()
        var (admitted, lost, bytes) = (0, 0, 0)
        for millisecond in 0..<10_000 {
            let now = Self.after(Int64(millisecond))
            for size in 1...3 {
                if limiter.admit(size: size, at: now) { admitted += 1 } else { bytes -= size }
            }
            guard limiter.deadline <= now else { continue }
            let loss = limiter.takeLoss()
            lost += loss?.lines ?? 0
            bytes += loss?.bytes ?? 0
        }
        let rest = limiter.takeLoss()
        #expect(admitted + lost + (rest?.lines ?? 0) == 30_000)
        #expect(bytes + (rest?.bytes ?? 0) == 0)
        #expect((1_990...2_010).contains(admitted), "a burst and ten seconds: \(admitted)")
    }

    @Test("has its loss reported a second after the first, however long it goes on")
    func deadline() {
        var limiter = OutputLimiter()
        _ = admitted(&limiter, of: 1_001, at: Self.after(0))
        #expect(limiter.deadline == Self.after(1_000))
        _ = admitted(&limiter, of: 100, at: Self.after(5))
        #expect(limiter.deadline == Self.after(1_000))
        let loss = limiter.takeLoss()
        #expect(loss?.lines == 101 && loss?.bytes == 1_010)
        #expect(limiter.deadline == .distantFuture)
    }

    @Test("bears any size at any moment", arguments: [Int64.min, -1, 0, 1, .max - 1, .max])
    func extremes(nanoseconds: Int64) {
        var limiter = OutputLimiter()
        let now = MonotonicInstant(nanoseconds: nanoseconds)
        for size in [Int.max, 0, 1, Int.max] + Array(repeating: Int.max - 1, count: 2_000) {
            _ = limiter.admit(size: size, at: now)
        }
        if let loss = limiter.takeLoss() { #expect(loss.bytes == .max) }
    }
}
