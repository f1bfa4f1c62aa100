import Clocks
import Testing

@testable import Model

@Suite("The limit on a job's output")
struct OutputLimiterTests {
    private static let start = MonotonicInstant(nanoseconds: 5_000_000_000)

    private static func after(_ milliseconds: Int64) -> MonotonicInstant { start + .milliseconds(milliseconds) }

    /// How many of so many lines are let through at once.
    private func admitted(_ output: inout RunOutput, of lines: Int, at now: MonotonicInstant) -> Int {
        (0..<lines).count { _ in output.admit(size: 10, at: now) }
    }

    @Test("lets a burst through, and then so many lines a second")
    func rate() {
        var limiter = OutputLimiter()
        #expect(limiter.admit(upTo: 5_000, at: Self.after(0)) == 1_000)
        #expect(limiter.admit(upTo: 5, at: Self.after(9)) == 0)
        #expect(limiter.admit(upTo: 5, at: Self.after(10)) == 1)
        #expect(limiter.admit(upTo: 500, at: Self.after(1_010)) == 100)
        #expect(limiter.admit(upTo: 5_000, at: Self.after(60_000)) == 1_000)
    }

    @Test("never stands in the way of a job that keeps to the rate")
    func steady() {
        var output = RunOutput(OutputBounds(tail: 0))
        let admitted = (0..<100_000).count { output.admit(size: 1, at: Self.after($0 * 10)) }
        #expect(admitted == 100_000)
        #expect(output.takeLoss(at: Self.after(1_000_000)) == nil)
        #expect(output.deadline == .distantFuture)
    }

    @Test("counts every line and byte that it leaves out, and says so once a second")
    func loss() {
        var output = RunOutput(OutputBounds(tail: 0))
        var (admitted, lost, bytes, told) = (0, 0, 0, 0)
        func note(_ loss: OutputTail.Loss?) {
            lost += loss?.lines ?? 0
            bytes += loss?.bytes ?? 0
            told += loss == nil ? 0 : 1
        }
        for millisecond in 0..<10_000 {
            let now = Self.after(Int64(millisecond))
            for size in 1...3 {
                if output.admit(size: size, at: now) { admitted += 1 } else { bytes -= size }
            }
            if output.deadline <= now { note(output.takeLoss(at: now)) }
        }
        note(output.takeLoss(at: Self.after(10_000)))
        #expect(admitted + lost == 30_000)
        #expect(bytes == 0)
        #expect((1_900...2_010).contains(admitted), "a burst and ten seconds: \(admitted)")
        #expect((9...11).contains(told))
    }

    @Test("has its loss reported a second after the first, however long it goes on")
    func deadline() {
        var output = RunOutput(OutputBounds(tail: 0))
        _ = admitted(&output, of: 1_001, at: Self.after(0))
        #expect(output.deadline == Self.after(1_000))
        _ = admitted(&output, of: 100, at: Self.after(5))
        #expect(output.deadline == Self.after(1_000))
        let loss = output.takeLoss(at: Self.after(1_000))
        #expect(loss?.lines == 101 && loss?.bytes == 1_010)
        #expect(output.deadline == .distantFuture)
    }

    @Test("bears any size at any moment", arguments: [Int64.min, -1, 0, 1, .max - 1, .max])
    func extremes(nanoseconds: Int64) {
        var output = RunOutput(OutputBounds(tail: 0))
        let now = MonotonicInstant(nanoseconds: nanoseconds)
        for size in [Int.max, 0, 1, Int.max] + Array(repeating: Int.max - 1, count: 2_000) {
            _ = output.admit(size: size, at: now)
        }
        if let loss = output.takeLoss(at: now) { #expect(loss.bytes == .max) }
    }
}

extension RunOutput {
    /// A line that had so many bytes, of which none has come.
    fileprivate mutating func admit(size: Int, at now: MonotonicInstant) -> Bool {
        admit(UnsafeRawBufferPointer(start: nil, count: 0), .plain, full: size, at: now)
    }

    fileprivate mutating func takeLoss(at now: MonotonicInstant) -> OutputTail.Loss? {
        var found: OutputTail.Loss?
        release(at: now) { if case .loss(let loss) = $0 { found = loss } }
        return found
    }
}
