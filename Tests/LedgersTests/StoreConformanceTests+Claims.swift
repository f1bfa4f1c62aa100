import LedgerRecords
import LedgerStore
import Model
import TestSupport
import Testing
import Turns

extension StoreConformanceTests {
    private func claim(_ run: Int64, at second: Int64, attempt: Int = 1) -> LedgerRecord {
        .claim(.init(job: 0, run: run, slot: self.second(second), attempt: attempt, at: self.second(second)))
    }

    private func isGranted(_ tested: TestedStore, _ records: [LedgerRecord]) throws -> [Bool] {
        try tested.take(records).claims.map(\.isGranted)
    }

    @Test("lets each attempt at a slot begin once, and none of before", arguments: kinds)
    func claims(_ kind: TestedStore.Kind) throws {
        let tested = try TestedStore(kind)
        #expect(try isGranted(tested, [life(), job(), claim(1, at: 1)]) == [true])
        try tested.reopen()
        #expect(try isGranted(tested, [run(1, at: 1, .failed, count: 0), claim(2, at: 1, attempt: 2)]) == [true])
        #expect(
            try isGranted(tested, [run(2, at: 1), claim(3, at: 1), claim(3, at: 0, attempt: 9)]) == [false, false])
        #expect(try isGranted(tested, [claim(3, at: 2)]) == [true])
    }

    @Test("gives the same answer again in the same boot, where it is known that nothing has begun", arguments: kinds)
    func claimedAgain(_ kind: TestedStore.Kind) throws {
        let tested = try TestedStore(kind)
        #expect(try isGranted(tested, [life(), job(), claim(1, at: 1), claim(1, at: 1)]) == [true, true])
        try tested.reopen()
        #expect(try isGranted(tested, [life(2), job(), claim(1, at: 1)]) == [true])
        try tested.reopen()
        #expect(try isGranted(tested, [life(3, boot: "c"), job(books: 2), claim(1, at: 1)]) == [false])
    }

    @Test(
        "lets no slot begin a second time that has its outcome, nor is it bound by a clock that was wrong",
        arguments: kinds)
    func clock(_ kind: TestedStore.Kind) throws {
        let tested = try TestedStore(kind)
        #expect(
            try isGranted(tested, [life(), job(), claim(1, at: 60), run(1, at: 60), claim(2, at: 60)]) == [true, false])
        // By a clock that was years ahead.
        #expect(try isGranted(tested, [claim(2, at: 99_000_000), gap(99_000_000, 99_000_000, count: 1)]) == [true])
        try tested.reopen()
        #expect(try isGranted(tested, [claim(2, at: 120), claim(3, at: 60)]) == [true, false])
    }

    @Test("has heard of a claim by the outcome that its slot has from the attempt before", arguments: kinds)
    func givenUp(_ kind: TestedStore.Kind) throws {
        let tested = try TestedStore(kind)
        let records = [
            life(), job(), claim(1, at: 1), run(1, at: 1, .failed, count: 0), claim(2, at: 1, attempt: 2),
            run(1, at: 1, .failed, isGivenUp: true),
        ]
        #expect(try isGranted(tested, records) == [true, true])
        try tested.reopen()
        #expect(try tested.take([life(2, boot: "c"), job(books: 2)]).interrupted == 0)
    }

    @Test("says that what was let begin before a boot was interrupted, unless it has heard of it", arguments: kinds)
    func claimLost(_ kind: TestedStore.Kind) throws {
        for isHeardOf in [false, true] {
            let tested = try TestedStore(kind)
            _ = try tested.take([life(), job(), run(1, at: 1), claim(2, at: 2)])
            if isHeardOf { _ = try tested.take([gap(2, 2, count: 1, .missed, .noWorker)]) }
            try tested.reopen()
            #expect(try tested.store.resumptions().first?.open?.run == (isHeardOf ? nil : 2))
            let appended = try tested.take([life(2, boot: "c"), job(books: 2)])
            #expect(appended.interrupted == (isHeardOf ? 0 : 1))
            try tested.reopen()
            #expect(try tested.take([life(3, boot: "d"), job(books: 3)]).interrupted == 0)
            let outcomes = try rows(tested).map(\.outcome)
            #expect(outcomes.count == 2 && outcomes.first == (isHeardOf ? .missed : .interrupted))
        }
    }
}
