import Clocks
import Model
import TestSupport
import Values
import Wire

/// Messages and values of all kinds.
extension SeededGenerator {
    private static let characters: [Character] = [
        "a", "Z", "0", " ", "\"", "\\", "=", "\n", "\r", "\r\n", "\t", "\u{1}", "\u{1B}", "\u{7F}", "\u{85}", "é",
        "e\u{301}", "日", "😀", "👩‍👩‍👧‍👦", "\u{FEFF}", "\u{FFFD}", "\u{2028}", "\u{10FFFF}", "x", "n", "-", ".", ":",
    ]

    mutating func text(_ most: Int = 30) -> String {
        let length = below(most + 1)
        return String((0..<length).map { _ in pick(Self.characters) })
    }

    mutating func anyInteger() -> Int64 {
        pick([.min, .min + 1, -1, 0, 1, .max - 1, .max, Int64(bitPattern: next()), Int64(below(1_000))])
    }

    mutating func count() -> Int64 {
        pick([0, 1, .max - 1, .max, Int64(bitPattern: next() >> 1), Int64(below(1_000))])
    }

    mutating func instant() -> SlotInstant { SlotInstant(nanoseconds: chance(4) ? -(count() >> 2) : count()) }

    /// Whole microseconds, as they are on the wire.
    mutating func duration() -> Nanoseconds { Nanoseconds(count() / 1_000 * 1_000) }

    // MARK: Values

    mutating func scalar() -> Value {
        switch below(6) {
        case 0: .null
        case 1: .bool(chance(2))
        case 2: .int(anyInteger())
        case 3: .double(pick([0, -0.0, 0.1, -1.5, 1e300, .leastNonzeroMagnitude, .infinity, -.infinity, 1e15, 3]))
        default: .string(text(chance(20) ? 3_000 : 30))
        }
    }

    mutating func value(depth: Int) -> Value {
        switch below(depth > 0 ? 4 : 2) {
        case 2: .list((0..<below(5)).map { _ in value(depth: depth - 1) })
        case 3: .map(map(depth: depth - 1))
        default: scalar()
        }
    }

    mutating func map(depth: Int) -> Value.Map {
        Value.Map((0..<below(6)).map { _ in (chance(50) ? key() : text(8), value(depth: depth)) })
    }

    /// As long as a key may be, of what takes the most room.
    private mutating func key() -> String {
        String(repeating: "\u{1}", count: WorkerDefinition.longestKey - below(2))
    }

    mutating func definition() -> WorkerDefinition {
        var header = WorkerDefinition.Header(
            entry: EntryID(namespace: "app", name: "job.\(below(100))")!, kind: "function.swift",
            schedule: words(), start: instant(), accounted: instant(), runs: anyInteger(), file: text(100),
            runsNow: chance(4))
        (header.queues, header.asks) = (chance(4), chance(4))
        if chance(2) { header.startingDeadline = Nanoseconds(count()) }
        if chance(2) {
            (header.owed, header.owedSince, header.owedSpread) = (instant(), instant(), Nanoseconds(count()))
        }
        return WorkerDefinition(
            header: header, meta: map(depth: below(6)), data: map(depth: below(6)), zone: chance(2) ? "" : text(3_000))
    }

    /// A schedule of any kind, with whatever may stand beside it.
    mutating func words() -> ScheduleWords {
        var words = ScheduleWords()
        words.text = chance(2) ? pick(["1s", "*/5 * * * *", "@reboot"]) : "x" + text()
        if chance(2) { words.interval = Nanoseconds(max(1, count())) }
        (words.isAligned, words.hasSeconds) = (chance(4), chance(4))
        words.zoneFile = chance(2) ? "" : text(100)
        (words.jitter, words.splay) = (Nanoseconds(count()), Nanoseconds(count()))
        return words
    }

    // MARK: Messages

    static let reportKinds = 15

    mutating func report(kind: Int) -> Report {
        switch kind {
        case 0: .ready(.init(next: instant()))
        case 1:
            .begin(
                .init(
                    run: count(), slot: slot(), next: instant(), lateness: duration(), call: chance(2) ? nil : count()))
        case 2:
            .end(
                .init(
                    run: count(), slot: slot(), next: instant(), lateness: duration(), duration: duration(),
                    outcome: chance(2) ? .ok : .failed, text: text(), code: chance(2) ? nil : count(),
                    isFinal: chance(2)))
        case 3: .skipped(.init(first: instant(), last: instant(), next: instant()))
        case 4: .log(log())
        case 5: .pong(token: anyInteger())
        case 6:
            .dropped(
                .init(
                    reports: count(), ok: count(), failed: count(), skipped: count(), through: slot(), run: count()))
        case 7: .stopped(runs: anyInteger())
        case 8: .output(output())
        case 9: .outputDropped(.init(lines: count(), bytes: count()))
        case 10: .due(slot: slot())
        case 12: .asked(chance(2))
        case 13: .late(.init(slot: instant(), next: instant()))
        case 11:
            .leftovers(
                .init(
                    run: count(), count: max(1, count()), program: text(), left: chance(2),
                    at: MonotonicInstant(nanoseconds: count())))
        default: .fault(.init(step: text(), errno: Int32(below(200)), message: text()))
        }
    }

    private mutating func slot() -> SlotInstant? { chance(4) ? nil : instant() }

    private mutating func log() -> Report.Log {
        let fields = (0..<below(4)).map { _ in Report.Log.Field(key: text(5), value: text()) }
        return .init(level: pick(LogLevel.allCases), run: count(), message: text(), fields: fields)
    }

    private mutating func output() -> Report.Output {
        .init(
            stream: pick(Report.Output.Stream.allCases), run: count(), text: text(),
            fullLength: chance(2) ? nil : count())
    }

    mutating func command() -> Command {
        switch below(10) {
        case 8: .ask(chance(2))
        case 9: .pass(through: instant())
        case 0:
            .run(
                .init(
                    slot: slot(), attempt: anyInteger(), call: chance(2) ? nil : anyInteger(),
                    event: chance(2) ? nil : text(500)))
        case 1: .ping(token: anyInteger())
        case 2: .skip(through: instant())
        case 3, 4: .values(text(500))
        case 5: .moved
        default: .definition(definition().header)
        }
    }
}

/// Takes `bytes` apart into messages without their newlines, which each must have.
func lines(_ bytes: [UInt8]) -> [[UInt8]] {
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { Array($0) }
    precondition(lines.popLast() == [], "no newline at the end")
    return lines
}

func decodeReport(_ line: [UInt8]) throws -> Report { try line.withUnsafeBytes { try Report.decode($0) } }

func decodeCommand(_ line: [UInt8]) throws -> Command { try line.withUnsafeBytes { try Command.decode($0) } }

func decodeReport(_ line: String) throws -> Report { try decodeReport(Array(line.utf8)) }

func decodeCommand(_ line: String) throws -> Command { try decodeCommand(Array(line.utf8)) }

/// Puts the messages of `bytes` together as a worker does.
func assemble(_ bytes: [UInt8]) throws -> WorkerDefinition? {
    var assembler = DefinitionAssembler()
    var definition: WorkerDefinition?
    for line in lines(bytes) {
        switch try decodeCommand(line) {
        case .definition(let header): definition = try assembler.add(header)
        case .values(let piece): definition = try assembler.add(piece)
        default: break
        }
    }
    return definition
}
