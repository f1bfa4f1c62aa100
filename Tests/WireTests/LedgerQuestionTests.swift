import Clocks
import Model
import TestSupport
import Testing
import Values
import Wire

@Suite("The messages of the ledger's socket")
struct LedgerQuestionTests {
    @Test("read back as they were written, and no longer than a message")
    func roundTrip() throws {
        for seed in 0..<UInt64(Fuzz.iterations(3_000)) {
            var random = SeededGenerator(seed: Fuzz.seed &+ seed)
            let question = random.ledgerQuestion()
            #expect(try decodeQuestion(lines(question.encoded())[0]) == question)
            let answer = random.ledgerAnswer()
            let bytes = answer.encoded()
            #expect(bytes.count <= WireFormat.longestMessage)
            #expect(try decodeAnswer(lines(bytes)[0]) == answer)
        }
    }

    @Test("are cut where a text is longer than a message may be, and say so")
    func longTexts() throws {
        var run = LedgerAnswer.Run()
        (run.entry, run.text) = (EntryID("a:b")!, String(repeating: "\u{1}", count: 5_000))
        let bytes = LedgerAnswer.run(run).encoded()
        #expect(bytes.count <= WireFormat.longestMessage)
        guard case .run(let read) = try decodeAnswer(lines(bytes)[0]) else { return #expect(Bool(false)) }
        #expect(read.fullLength == 5_000 && run.text.hasPrefix(read.text))
    }

    @Test("are a question or an answer or a WireError, whatever bytes they are")
    func mutations() {
        for iteration in 0..<Fuzz.iterations(20_000) {
            let seed = Fuzz.seed &+ UInt64(iteration)
            var random = SeededGenerator(seed: seed)
            let replay: Comment = "FUZZ_SEED=\(seed) FUZZ_ITERATIONS=1"
            let line = random.damagedLedgerLine()
            do {
                let question = try decodeQuestion(line)
                if try decodeQuestion(lines(question.encoded())[0]) != question { Issue.record(replay) }
            } catch {
                if !(error is WireError) { Issue.record(replay) }
            }
            do { _ = try decodeAnswer(line) } catch {
                if !(error is WireError) { Issue.record(replay) }
            }
        }
    }
}

private func decodeQuestion(_ line: [UInt8]) throws -> LedgerQuestion {
    try line.withUnsafeBytes { try LedgerQuestion.decode($0) }
}

private func decodeAnswer(_ line: [UInt8]) throws -> LedgerAnswer {
    try line.withUnsafeBytes { try LedgerAnswer.decode($0) }
}

extension SeededGenerator {
    private mutating func entry() -> EntryID { EntryID(namespace: "app", name: "job.\(below(100))")! }

    private mutating func moment() -> Int64? { chance(2) ? nil : anyInteger() }

    fileprivate mutating func ledgerQuestion() -> LedgerQuestion {
        switch below(9) {
        case 0:
            var history = LedgerQuestion.History()
            (history.entry, history.onlyFailures) = (chance(2) ? nil : entry(), chance(2))
            (history.since, history.until, history.before) = (moment(), moment(), moment())
            history.outcome = chance(2) ? nil : Outcome.allCases[below(Outcome.allCases.count)]
            (history.order, history.limit) = (moment(), Int64(1 + below(1_000)))
            return .history(history)
        case 1: return .slots(.init(entry: entry(), since: anyInteger(), until: anyInteger()))
        case 2:
            var events = LedgerQuestion.Events()
            (events.entry, events.since, events.until) = (chance(2) ? nil : entry(), moment(), moment())
            (events.before, events.limit) = (moment(), Int64(1 + below(1_000)))
            events.after = chance(2) ? nil : Int64(below(9_000))
            return .events(events)
        case 3:
            let after = chance(2) ? nil : Int64(below(9_000))
            return .output(.init(entry: entry(), run: chance(2) ? nil : Int64(1 + below(9_000)), after: after))
        case 4: return .status
        case 5: return .check
        case 6: return .backup
        case 7: return .forget(.init(entry: entry(), run: chance(2) ? nil : Int64(1 + below(9_000)), before: moment()))
        default: return .prune
        }
    }

    fileprivate mutating func ledgerAnswer() -> LedgerAnswer {
        switch below(11) {
        case 0: return .greeting(.init(program: text(), pid: anyInteger(), path: text(100)))
        case 1: return .run(ledgerRun())
        case 2:
            var gap = LedgerAnswer.Gap()
            (gap.entry, gap.first, gap.last) = (entry(), anyInteger(), anyInteger())
            (gap.count, gap.outcome, gap.reason) = (anyInteger(), pick(Outcome.allCases), chance(2) ? nil : text(9))
            return .gap(gap)
        case 3:
            return .event(
                .init(
                    number: moment(), at: anyInteger(), entry: chance(2) ? nil : entry(), kind: text(30),
                    text: text(100)))
        case 4: return .output(.init(run: anyInteger(), lines: count(), bytes: count()))
        case 5: return .line(text: text(200))
        case 6: return .status(ledgerStatus())
        case 7: return .fault(text: text(100))
        case 8: return .done(.init(count: below(1_000), before: moment(), order: moment(), last: moment()))
        case 9: return .lost(.init(events: moment(), lines: moment()))
        default: return .refused(.init(pick(ControlAnswer.Refused.Code.allCases), text(100)))
        }
    }

    private mutating func ledgerRun() -> LedgerAnswer.Run {
        var run = LedgerAnswer.Run()
        (run.entry, run.number, run.slot, run.attempt) = (entry(), anyInteger(), moment(), count())
        (run.cause, run.outcome, run.reason) = (text(9), pick(Outcome.allCases), chance(2) ? nil : text(9))
        (run.settles, run.began) = (chance(2), anyInteger())
        (run.duration, run.lateness) = (duration(), duration())
        (run.code, run.retryAfter, run.text) = (moment(), moment(), text(100))
        return run
    }

    private mutating func ledgerStatus() -> LedgerAnswer.Status {
        var status = LedgerAnswer.Status()
        (status.path, status.engine, status.isOpen) = (text(100), text(20), chance(2))
        (status.trouble, status.size, status.limit) = (chance(2) ? nil : text(100), anyInteger(), anyInteger())
        (status.log, status.runs, status.jobs) = (anyInteger(), anyInteger(), anyInteger())
        (status.behind, status.journal, status.lost) = (anyInteger(), anyInteger(), anyInteger())
        return status
    }

    /// One that is right, with some bytes changed.
    fileprivate mutating func damagedLedgerLine() -> [UInt8] {
        if chance(10) { return (0..<below(100)).map { _ in UInt8(below(256)) } }
        var line = lines(chance(2) ? ledgerQuestion().encoded() : ledgerAnswer().encoded())[0]
        for _ in 0..<below(5) {
            let place = below(line.count + 1)
            switch below(3) {
            case 0 where place < line.count: line[place] ^= 1 << UInt8(below(8))
            case 1: line.insert(pick(Array(" =\"\\-0\u{0}\n".utf8)), at: place)
            default: line.removeSubrange(place..<min(line.count, place + below(10)))
            }
        }
        return line
    }
}
