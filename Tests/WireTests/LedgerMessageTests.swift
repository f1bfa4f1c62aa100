import TestSupport
import Testing
import Values
import Wire

@Suite("The messages between daemon and ledger")
struct LedgerMessageTests {
    @Test("read back as they were written, and no longer than a message")
    func roundTrip() throws {
        for order in [LedgerOrder.resume, .wake] {
            #expect(try LedgerOrder.decoded(lines(order.encoded())[0]) == order)
        }
        for seed in 0..<UInt64(Fuzz.iterations(3_000)) {
            var random = SeededGenerator(seed: Fuzz.seed &+ seed)
            let report = random.ledgerReport()
            let bytes = report.encoded()
            #expect(bytes.count <= WireFormat.longestMessage)
            #expect(try LedgerReport.decoded(lines(bytes)[0]) == report)
        }
    }

    @Test("are an order or a report or a WireError, whatever bytes they are")
    func mutations() {
        for iteration in 0..<Fuzz.iterations(20_000) {
            let seed = Fuzz.seed &+ UInt64(iteration)
            var random = SeededGenerator(seed: seed)
            var line = lines(chance(&random) ? LedgerOrder.wake.encoded() : random.ledgerReport().encoded())[0]
            for _ in 0..<random.below(5) {
                let place = random.below(line.count + 1)
                if random.chance(2), place < line.count {
                    line[place] ^= 1 << UInt8(random.below(8))
                } else {
                    line.insert(random.pick(Array(" =\"\\-0\u{0}\n".utf8)), at: place)
                }
            }
            do {
                let report = try LedgerReport.decoded(line)
                #expect(
                    try LedgerReport.decoded(lines(report.encoded())[0]) == report,
                    "FUZZ_SEED=\(seed) FUZZ_ITERATIONS=1")
            } catch {
                if !(error is WireError) { Issue.record("\(error): FUZZ_SEED=\(seed) FUZZ_ITERATIONS=1") }
            }
            do { _ = try LedgerOrder.decoded(line) } catch {
                if !(error is WireError) { Issue.record("\(error): FUZZ_SEED=\(seed) FUZZ_ITERATIONS=1") }
            }
        }
    }

    private func chance(_ random: inout SeededGenerator) -> Bool { random.chance(10) }
}

extension LedgerOrder {
    fileprivate static func decoded(_ line: [UInt8]) throws -> LedgerOrder {
        try line.withUnsafeBytes { try LedgerOrder.decode($0) }
    }
}

extension LedgerReport {
    fileprivate static func decoded(_ line: [UInt8]) throws -> LedgerReport {
        try line.withUnsafeBytes { try LedgerReport.decode($0) }
    }
}

extension SeededGenerator {
    fileprivate mutating func ledgerReport() -> LedgerReport {
        switch below(5) {
        case 0: return .started(.init(path: text(), runs: count(), isNew: chance(2)))
        case 1: return .resumed
        case 2: return .again
        case 3:
            return .log(
                .init(
                    level: "error", message: text(), path: chance(2) ? text() : nil, error: chance(2) ? text() : nil,
                    text: chance(2) ? text() : nil, count: chance(2) ? anyInteger() : nil))
        default:
            var job = LedgerReport.Job(
                entry: EntryID(namespace: "app", name: "job.\(below(100))")!, schedule: text(), timezone: "a" + text(),
                runs: count(), accounted: anyInteger())
            (job.failures, job.isFailing, job.isLate, job.alerts) = (count(), chance(2), chance(2), count())
            return .job(job)
        }
    }
}
