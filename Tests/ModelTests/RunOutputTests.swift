import Clocks
import Testing

@testable import Model

@Suite("The output of a run")
struct RunOutputTests {
    private static let start = MonotonicInstant(nanoseconds: 5_000_000_000)

    private static func after(_ milliseconds: Int64) -> MonotonicInstant { start + .milliseconds(milliseconds) }

    /// What is logged, in its order: lines, and `-lines/bytes` for what is left out.
    private struct Play {
        var output: RunOutput
        var log: [String] = []

        init(_ bounds: OutputBounds) { output = RunOutput(bounds) }

        mutating func write(_ lines: some Sequence<String>, at now: MonotonicInstant) {
            for line in lines {
                let isLogged = Array(line.utf8).withUnsafeBytes { output.admit($0, .plain, full: 0, at: now) }
                if isLogged { log.append(line) }
            }
        }

        mutating func release(at now: MonotonicInstant) { output.release(at: now) { Self.note($0, &log) } }
        mutating func finish(at now: MonotonicInstant) { output.finish(at: now) { Self.note($0, &log) } }

        private static func note(_ part: OutputTail.Part, _ log: inout [String]) {
            switch part {
            case .loss(let loss): log.append("-\(loss.lines)/\(loss.bytes)")
            case .line(_, let text, _): log.append(String(decoding: text, as: UTF8.self))
            }
        }
    }

    private func numbers(_ range: ClosedRange<Int>) -> [String] { range.map { "\($0)" } }

    @Test("is logged from its begin and up to its end, with the number between")
    func headAndTail() {
        var play = Play(OutputBounds())
        play.write(numbers(1...5_000) + ["FATAL: reason"], at: Self.after(0))
        #expect(play.log == numbers(1...1_000))
        play.finish(at: Self.after(5))
        // 4,102 to 5,000 and the last line are 900.
        let bytes = numbers(1_001...4_101).reduce(0) { $0 + $1.utf8.count }
        let rest = ["-3101/\(bytes)"] + numbers(4_102...5_000) + ["FATAL: reason"]
        #expect(Array(play.log.dropFirst(1_000)) == rest)
        #expect(play.output.deadline == .distantFuture && play.output.footprint == 0)
    }

    @Test("has a head and a tail of the size that the entry says, of each run")
    func bounds() {
        var play = Play(OutputBounds(head: 3, tail: 2))
        for run in 0..<2 {
            play.write(numbers(1...9), at: Self.after(Int64(run)))
            #expect(play.output.deadline == .distantFuture, "the rate would allow more, and the head is full")
            play.release(at: Self.after(Int64(run)))
            play.finish(at: Self.after(Int64(run)))
        }
        #expect(play.log == ["1", "2", "3", "-4/4", "8", "9", "1", "2", "3", "-4/4", "8", "9"])
        var none = Play(OutputBounds(head: 0, tail: 0))
        none.write(numbers(1...9), at: Self.after(0))
        none.finish(at: Self.after(0))
        #expect(none.log == ["-9/9"])
        var all = Play(OutputBounds(head: 0, tail: 10_000))
        all.write(numbers(1...10_000), at: Self.after(0))
        all.finish(at: Self.after(0))
        #expect(all.log == numbers(1...10_000))
    }

    @Test("goes on at the rate in a run that does not end, in its order")
    func rate() {
        var play = Play(OutputBounds(tail: 150))
        play.write(numbers(1...1_400), at: Self.after(0))
        #expect(play.output.deadline == Self.after(1_000))
        play.write(["slow"], at: Self.after(500))
        play.release(at: Self.after(1_000))
        let bytes = numbers(1_001...1_251).reduce(0) { $0 + $1.utf8.count }
        let rest = ["-251/\(bytes)"] + numbers(1_252...1_351)
        #expect(Array(play.log.dropFirst(1_000)) == rest)
        #expect(play.output.deadline == Self.after(2_000))
        play.release(at: Self.after(2_000))
        #expect(play.log.suffix(2) == ["1400", "slow"])
        #expect(play.output.deadline == .distantFuture)
        play.write(["again"], at: Self.after(2_100))
        #expect(play.log.last == "again")
    }

    @Test("counts for the rate with its last lines too, of which there is one at least")
    func tailsCount() {
        var play = Play(OutputBounds(tail: 200))
        play.write(numbers(1...2_000), at: Self.after(0))
        play.finish(at: Self.after(0))
        #expect(play.log.count == 1_000 + 1 + 200)
        play.log = []
        play.write(numbers(1...2_000), at: Self.after(0))
        play.finish(at: Self.after(0))
        #expect(play.log.count == 2 && play.log.last == "2000")
        play.log = []
        play.write(numbers(1...2_000), at: Self.after(1_000))
        play.finish(at: Self.after(1_000))
        #expect(play.log.count <= 1 + 100 && play.log.last == "2000")
    }

    @Test("takes 64 KiB of text and no more, whatever is written, and each line and byte is logged or counted")
    func memory() {
        var output = RunOutput(OutputBounds(head: 0, tail: 10_000))
        var (lines, bytes, written, most) = (0, 0, 0, 0)
        func note(_ part: OutputTail.Part) {
            switch part {
            case .loss(let loss): (lines, bytes) = (lines + loss.lines, bytes + loss.bytes)
            case .line(_, let text, let full): (lines, bytes) = (lines + 1, bytes + max(full, text.count))
            }
        }
        var random = SystemRandomNumberGenerator()
        let text = [UInt8](repeating: 1, count: 2_048)
        for number in 0..<50_000 {
            let size = Int.random(in: 0...(number % 2 == 0 ? 10 : 2_048), using: &random)
            let cut = size == 2_048 ? 5_000 : 0
            written += size + cut
            text[..<size].withUnsafeBytes {
                _ = output.admit($0, .plain, full: cut > 0 ? size + cut : 0, at: Self.after(0))
            }
            if number % 1_000 == 999 {
                output.lose(lines: 2, bytes: 7, at: Self.after(0))
                written += 7
            }
            most = max(most, output.footprint)
        }
        #expect(most > 65_536 && most <= 65_536 + 16 * 10_000)
        output.finish(at: Self.after(0), note)
        #expect(lines == 50_000 + 50 * 2 && bytes == written)
    }

    @Test("has one gap: what was lost on the way comes before the last lines, and after them if nothing follows")
    func losses() {
        var play = Play(OutputBounds(head: 1, tail: 3))
        play.write(numbers(1...4), at: Self.after(0))
        play.output.lose(lines: 5, bytes: 50, at: Self.after(0))
        play.write(["last"], at: Self.after(0))
        play.finish(at: Self.after(0))
        #expect(play.log == ["1", "-8/53", "last"])
        play.log = []
        play.write(numbers(1...4), at: Self.after(0))
        play.output.lose(lines: 5, bytes: 50, at: Self.after(0))
        play.finish(at: Self.after(0))
        #expect(play.log == ["1", "2", "3", "4", "-5/50"])
    }

    @Test("gives its memory to others, and counts its lines")
    func givenUp() {
        var play = Play(OutputBounds(head: 0))
        play.write(numbers(1...500), at: Self.after(0))
        play.output.giveUpTail()
        #expect(play.output.footprint == 0)
        play.write(["last"], at: Self.after(0))
        play.finish(at: Self.after(0))
        #expect(play.log == ["-500/1392", "last"])
    }
}
