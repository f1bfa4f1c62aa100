import Clocks
import Model
import TestSupport
import Testing
import Values
import Wire

@Suite("A message of at most 4,096 bytes")
struct WireLimitTests {
    private static let lengths = [0, 1, 2_000, 3_900, 3_950, 4_000, 4_050, 4_096, 5_000, 100_000]
    private static let characters = ["x", "é", "日", "😀", "\u{1}", "\n", "\"", " ", "=", "👩‍👩‍👧‍👦"]

    private func end(_ text: String, _ outcome: Outcome = .ok) -> Report {
        .end(
            .init(
                run: .max, slot: .distantFuture, next: .distantFuture, lateness: Nanoseconds(.max),
                duration: Nanoseconds(.max), outcome: outcome, text: text))
    }

    @Test("cuts a result that is too long between two characters, and states its length", arguments: characters)
    func results(character: String) throws {
        for length in Self.lengths {
            let text = String(repeating: character, count: length / character.utf8.count)
            let bytes = end(text).encoded()
            #expect(bytes.count <= WireFormat.longestMessage, "\(length)")
            guard case .end(let end) = try decodeReport(lines(bytes)[0]) else { continue }
            expectCut(end, text)
        }
    }

    private func expectCut(_ end: Report.End, _ text: String) {
        #expect(Array(text.utf8).starts(with: end.text.utf8), "\(text.utf8.count)")
        guard end.text.utf8.count < text.utf8.count else {
            #expect(end.fullLength == nil)
            return
        }
        #expect(end.fullLength == Int64(text.utf8.count))
        // A character of eight bytes that each take four is what can be left over at the most.
        #expect(end.text.utf8.count >= 3_800 / 4, "\(end.text.utf8.count)")
    }

    @Test("is filled to the last byte that is not needed for the length")
    func full() throws {
        for length in 3_700...4_100 {
            let bytes = end(String(repeating: "x", count: length)).encoded()
            #expect(bytes.count <= WireFormat.longestMessage)
            if length == 4_100 { #expect(bytes.count > WireFormat.longestMessage - 30) }
        }
    }

    @Test("holds an error or a fault of any length", arguments: lengths)
    func errors(length: Int) throws {
        let text = String(repeating: "\u{1}", count: length)
        #expect(end(text, .failed).encoded().count <= WireFormat.longestMessage)
        let fault = Report.fault(.init(step: "exec", errno: .max, message: text)).encoded()
        #expect(fault.count <= WireFormat.longestMessage)
        guard case .fault(let decoded) = try decodeReport(lines(fault)[0]) else { return }
        #expect(text.hasPrefix(decoded.message))
    }

    @Test("holds a log line of any length with any fields, and leaves out a field that does not fit")
    func logs() throws {
        for iteration in 0..<Fuzz.iterations(300) {
            let seed = Fuzz.seed &+ UInt64(iteration)
            var random = SeededGenerator(seed: seed)
            let fields = (0..<random.below(20)).map { _ in
                Report.Log.Field(key: random.text(100), value: random.text(random.pick([10, 300, 5_000])))
            }
            let log = Report.Log(level: .warning, run: .max, message: random.text(6_000), fields: fields)
            let bytes = Report.log(log).encoded()
            #expect(bytes.count <= WireFormat.longestMessage, "FUZZ_SEED=\(seed)")
            guard case .log(let decoded) = try decodeReport(lines(bytes)[0]) else { continue }
            #expect(Array(log.message.utf8).starts(with: decoded.message.utf8), "FUZZ_SEED=\(seed)")
            #expect(isSubsequence(decoded.fields, of: fields), "FUZZ_SEED=\(seed)")
        }
    }

    private func isSubsequence(_ part: [Report.Log.Field], of whole: [Report.Log.Field]) -> Bool {
        var rest = part[...]
        for field in whole where field == rest.first { rest.removeFirst() }
        return rest.isEmpty
    }

    @Test("holds every other report, with the largest numbers")
    func numbers() {
        let (future, longest) = (SlotInstant.distantFuture, Nanoseconds(.max))
        let reports: [Report] = [
            .ready(.init(next: future)), .begin(.init(run: .max, slot: future, next: future, lateness: longest)),
            .skipped(.init(first: future, last: future, next: future)), .pong(token: .min), .stopped(runs: .min),
            .dropped(.init(reports: .max, ok: .max, failed: .max, skipped: .max, through: future, run: .max)),
        ]
        for report in reports { #expect(report.encoded().count < 200) }
    }
}
