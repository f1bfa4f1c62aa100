import Clocks
import Model
import TestSupport
import Testing
import Values
import Wire

@Suite("A message")
struct WireRoundTripTests {
    @Test("of a worker reads back as what was sent, on one line", arguments: 0..<SeededGenerator.reportKinds)
    func reports(kind: Int) throws {
        for iteration in 0..<Fuzz.iterations(500) {
            let seed = Fuzz.seed &+ UInt64(iteration)
            var random = SeededGenerator(seed: seed)
            let report = random.report(kind: kind)
            let lines = lines(report.encoded())
            #expect(lines.count == 1, "FUZZ_SEED=\(seed)")
            #expect(try decodeReport(lines[0]) == report, "FUZZ_SEED=\(seed)")
        }
    }

    @Test("of the daemon reads back as what was sent, on one line")
    func commands() throws {
        for iteration in 0..<Fuzz.iterations(2_000) {
            let seed = Fuzz.seed &+ UInt64(iteration)
            var random = SeededGenerator(seed: seed)
            let command = random.command()
            let lines = lines(command.encoded())
            #expect(lines.count == 1, "FUZZ_SEED=\(seed)")
            #expect(try decodeCommand(lines[0]) == command, "FUZZ_SEED=\(seed)")
        }
    }

    @Test("is a line that a person can read")
    func text() {
        let end = Report.End(
            run: 7, slot: SlotInstant(nanoseconds: 5_000), next: SlotInstant(nanoseconds: 9_000),
            lateness: Nanoseconds(1_500), duration: Nanoseconds(2_999), outcome: .failed, text: "disk \"/\" full\n")
        let expected =
            #"end run=7 slot=5000 next=9000 lateness_us=1 duration_us=2 outcome=failed error="disk \"/\" full\n""#
        #expect(lines(Report.end(end).encoded()) == [Array(expected.utf8)])
        var command = end
        (command.text, command.code) = ("exit 3", 3)
        let words = #"end run=7 slot=5000 next=9000 lateness_us=1 duration_us=2 outcome=failed code=3 error="exit 3""#
        #expect(lines(Report.end(command).encoded()) == [Array(words.utf8)])
        #expect(lines(Command.ping(token: -3).encoded()) == [Array("ping token=-3".utf8)])
    }

    @Test("of a newer program may name features that are not known")
    func unknownFeatures() throws {
        let ready = Report.Ready(next: SlotInstant(nanoseconds: 1), features: .all)
        #expect(
            try decodeReport(
                "ready protocol=2 features=wings,gates,leftovers,leave,note,ask,deadline,owed,event,gate next=1")
                == .ready(ready))
        #expect(try decodeReport("ready protocol=2 next=1") == .ready(.init(next: ready.next, features: .none)))
        #expect(try decodeReport("ready protocol=2 features=gatesx,xgates next=1") != .ready(ready))
    }

    @Test("of a newer program may have fields that are not known")
    func unknownFields() throws {
        #expect(try decodeReport("pong mood=good token=1 x=\"a b\"") == .pong(token: 1))
        #expect(try decodeCommand("ping mood=good token=1 x=\"a b\"") == .ping(token: 1))
        #expect(try decodeCommand("run fast=true") == .run(.init()))
    }

    // `rn` and `rown` begin and end as `run` does.
    @Test(
        "has its fields in any order, among others, and means the last of those with one name",
        arguments: [
            "run=1 slot=5 next=9 lateness_us=3", "lateness_us=3 next=9 slot=5 run=1",
            "next=9 run=1 lateness_us=3 slot=5",
            "run=1 x=7 slot=5 y=\"a run=2\" next=9 z= lateness_us=3 t=1",
            "rn=4 run=1 slot=5 next=9 lateness_us=3 rown=8",
            "run=7 slot=5 run=1 next=9 lateness_us=3", "run=7 slot=5 next=9 lateness_us=3 run=1",
            "run=7 slot=8 next=9 lateness_us=3 slot=5 run=1",
            "a=1 b=1 c=1 d=1 e=1 f=1 g=1 h=1 i=1 j=1 k=1 l=1 m=1 run=1 slot=5 next=9 lateness_us=3",
        ])
    func order(fields: String) throws {
        let begin = Report.Begin(
            run: 1, slot: SlotInstant(nanoseconds: 5), next: SlotInstant(nanoseconds: 9), lateness: Nanoseconds(3_000))
        #expect(try decodeReport("begin " + fields) == .begin(begin))
    }

    @Test("has no field by another one that looks like it")
    func likeness() {
        #expect(throws: WireError.missingField("run", verb: "begin")) {
            try decodeReport("begin rn=4 slot=5 next=9 lateness_us=3 rown=8")
        }
    }

    @Test(
        "has a number of 64 bits with its sign, or none",
        arguments: [
            ("0", 0), ("-0", 0), ("-7", -7), ("9223372036854775807", .max), ("-9223372036854775808", .min),
            ("9223372036854775808", nil), ("9999999999999999999", nil), ("18446744073709551617", nil),
            ("-9223372036854775809", nil), ("000000000000000000000000000012", 12), ("", nil), ("-", nil), ("1x", nil),
            ("+1", nil), ("\"12\"", 12),
        ] as [(String, Int64?)])
    func numbers(text: String, expected: Int64?) {
        #expect((try? decodeReport("pong token=\(text)")) == expected.map { .pong(token: $0) })
    }

    @Test("that names a field twice means the last one")
    func duplicates() throws {
        #expect(try decodeReport("stopped runs=1 runs=2") == .stopped(runs: 2))
        let begin = Report.Begin(run: 2, slot: nil, next: SlotInstant(nanoseconds: 9), lateness: .zero)
        #expect(try decodeReport("begin run=1 next=3 lateness_us=0 run=2 next=9") == .begin(begin))
    }
}

@Suite("A worker's definition")
struct DefinitionRoundTripTests {
    @Test("comes through its messages whole, each of them short enough")
    func definitions() throws {
        for iteration in 0..<Fuzz.iterations(300) {
            let seed = Fuzz.seed &+ UInt64(iteration)
            var random = SeededGenerator(seed: seed)
            let definition = random.definition()
            let bytes = definition.encoded()
            let longest = lines(bytes).map(\.count).max() ?? 0
            #expect(longest < WireFormat.longestMessage, "FUZZ_SEED=\(seed)")
            #expect(try assemble(bytes) == definition, "FUZZ_SEED=\(seed)")
        }
    }

    private func roundTrip(_ value: Value) throws -> Value? {
        var definition = SeededGeneratorSample.definition
        definition.data = .init([("value", value)])
        return try assemble(definition.encoded())?.data["value"]
    }

    @Test(
        "keeps every kind of value",
        arguments: [
            .null, .bool(true), .bool(false), .int(.min), .int(.max), .int(-1), .double(0.1), .double(.infinity),
            .double(-.infinity), .double(.leastNonzeroMagnitude), .double(1), .string(""), .string("\u{0}\u{1F}\u{7F}"),
            .string("\r\n"), .string("a=b \"c\" \\"), .list([]), .map(.init()),
            .list([.list([]), .map(.init()), .null]),
            .map(.init([("", .int(1)), (" ", .list([])), ("\n", .string(""))])),
        ] as [Value])
    func values(value: Value) throws {
        #expect(try roundTrip(value) == value)
    }

    @Test("keeps a number that is none, and the sign of zero")
    func specialDoubles() throws {
        guard case .double(let nan) = try roundTrip(.double(.nan)),
            case .double(let zero) = try roundTrip(.double(-0.0))
        else {
            Issue.record("no double")
            return
        }
        #expect(nan.isNaN)
        #expect(zero.sign == .minus)
    }

    @Test(
        "keeps texts of any length, byte for byte",
        arguments: ["x", "\u{1}", "é", "日", "😀", "👩‍👩‍👧‍👦", "\r\n", "\""], [495, 496, 497, 4_095, 4_096, 20_000])
    func longTexts(character: String, count: Int) throws {
        let text = String(repeating: character, count: count)
        let result = try roundTrip(.list([.string("a" + text), .string(text)]))
        #expect(result?.list?.map { Array(($0.string ?? "").utf8) } == [Array(("a" + text).utf8), Array(text.utf8)])
    }

    @Test("keeps what is nested as deep as a registry may be")
    func deep() throws {
        var value = Value.int(1)
        for level in 0..<64 { value = level.isMultiple(of: 2) ? .list([value]) : .map(.init([("k", value)])) }
        #expect(try roundTrip(value) == value)
    }

    @Test("begins anew with its first message")
    func restart() throws {
        let whole = SeededGeneratorSample.definition.encoded()
        let torn = lines(whole).prefix(1).flatMap { $0 + [UInt8(ascii: "\n")] }
        let open = Command.values("{").encoded()
        #expect(try assemble(torn + open + whole) == SeededGeneratorSample.definition)
    }
}

enum SeededGeneratorSample {
    /// Some definition, always the same.
    static var definition: WorkerDefinition {
        var random = SeededGenerator(seed: 1)
        return random.definition()
    }
}
