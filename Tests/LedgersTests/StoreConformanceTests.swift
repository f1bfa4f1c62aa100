import Clocks
import LedgerRecords
import LedgerStore
import Model
import SQLiteStore
import TestSupport
import Testing
import Turns

/// A store in a directory of its own, which can be closed and opened again.
final class TestedStore {
    enum Kind: String, CaseIterable, Sendable { case memory, sqlite }

    private(set) var store: any LedgerStore
    private(set) var view: any LedgerView
    private let directory: TemporaryDirectory
    private let kind: Kind

    var path: String { "\(directory.path)/ledger.db" }

    init(_ kind: Kind) throws {
        self.kind = kind
        directory = try TemporaryDirectory()
        let memory = MemoryStore()
        (store, view) = (memory, memory)
        if kind == .sqlite { try reopen() }
    }

    /// As after a death of the process. What is in memory alone is what it was.
    func reopen() throws {
        guard kind == .sqlite else { return }
        let tails = SharedTails()
        let store = try SQLiteStore(path, tails: tails)
        self.store = store
        view = try SQLiteReader(path, tails: tails)
    }

    /// What a daemon has said, record by record.
    func take(_ records: [LedgerRecord], journal: JournalID = JournalID(high: 0, low: 1)) throws -> Appended {
        var batch = RecordBatch(journal: journal)
        let start = store.position?.journal == journal ? store.position?.number ?? 0 : 0
        for (index, record) in records.enumerated() { batch.append(record, number: start + UInt64(index) + 1) }
        return try store.append(batch, .process)
    }
}

@Suite("Every store")
struct StoreConformanceTests {
    static let kinds = TestedStore.Kind.allCases
    let start = WallInstant(seconds: 2_500_000_000)

    func life(_ uid: Int64 = 1, boot: String = "b") -> LedgerRecord {
        .life(.init(uid: uid, pid: 1, began: start, host: "h", boot: boot, version: "1", registry: "r"))
    }

    func job(
        _ number: Int64 = 0, _ name: String = "app:a", books: Int64 = 1, sums: LedgerRecord.Sums = .init(),
        schedule: String = "every 1s", history: RunPolicy.History = .init()
    ) -> LedgerRecord {
        .job(
            .init(
                job: number, at: start, name: name, schedule: schedule, timezone: "", comment: "", books: books,
                sums: sums, standing: .init(job: number, failures: 0, isFailing: false, isLate: false),
                history: history))
    }

    func second(_ count: Int64) -> WallInstant { start + .seconds(count) }

    func run(
        _ number: Int64, at second: Int64, _ outcome: Outcome = .ok, count: Int64 = 1, job: Int64 = 0,
        isGivenUp: Bool = false
    ) -> LedgerRecord {
        .booking(
            .init(
                job: job, at: self.second(second), first: self.second(second), last: self.second(second), count: count,
                outcome: outcome, reason: isGivenUp ? .overlap : nil,
                run: .init(
                    number: number, began: self.second(second), retryAfter: count == 0 || isGivenUp ? .seconds(1) : nil,
                    text: outcome.isOk ? "" : "it broke"),
                isGivenUp: isGivenUp))
    }

    func gap(
        _ first: Int64, _ last: Int64, count: Int64, _ outcome: Outcome = .missed, _ reason: Booking.Reason = .down
    ) -> LedgerRecord {
        .booking(
            .init(
                job: 0, at: second(last), first: second(first), last: second(last), count: count, outcome: outcome,
                reason: reason))
    }

    func rows(_ tested: TestedStore, _ job: String = "app:a") throws -> [HistoryRow] {
        try tested.view.history(HistoryQuery(job: job, limit: 100)).rows
    }

    func runs(_ tested: TestedStore, _ job: String = "app:a") throws -> [Int64] {
        try rows(tested, job).compactMap { if case .run(let row) = $0 { row.run } else { nil } }
    }

    func sums(_ tested: TestedStore, _ job: String = "app:a") throws -> JobSums? {
        try tested.view.sums(of: job, from: WallInstant(seconds: 0), to: WallInstant(seconds: 4_000_000_000)).first
    }

    // MARK: Taking

    @Test("takes a batch once, however often it is given", arguments: kinds)
    func idempotent(_ kind: TestedStore.Kind) throws {
        let tested = try TestedStore(kind)
        var batch = RecordBatch(journal: JournalID(high: 4, low: 2))
        for (index, record) in [life(), job(), run(1, at: 1), run(2, at: 2)].enumerated() {
            batch.append(record, number: UInt64(index) + 10)
        }
        #expect(try tested.store.append(batch, .process).records == 4)
        try tested.reopen()
        #expect(try tested.store.append(batch, .power).records == 0)
        #expect(tested.store.position == JournalPosition(journal: JournalID(high: 4, low: 2), number: 13))
        #expect(try runs(tested) == [2, 1])
        batch.append(run(3, at: 3), number: 20)
        #expect(try tested.store.append(batch, .process).records == 1)
        #expect(try runs(tested) == [3, 2, 1])
        #expect(try sums(tested)?.slots[.ok] == 3)
    }

    @Test("begins another journal at its first record", arguments: kinds)
    func otherJournal(_ kind: TestedStore.Kind) throws {
        let tested = try TestedStore(kind)
        _ = try tested.take([life(), job(), run(1, at: 1), run(2, at: 2)])
        let other = JournalID(high: 7, low: 7)
        _ = try tested.take([life(2), job(books: 2), run(3, at: 3)], journal: other)
        #expect(try runs(tested) == [3, 2, 1])
        #expect(tested.store.position == JournalPosition(journal: other, number: 3))
    }

    @Test("asks for names that it does not have, and takes what comes after them", arguments: kinds)
    func unknownNames(_ kind: TestedStore.Kind) throws {
        let tested = try TestedStore(kind)
        #expect(try tested.take([run(1, at: 1)]).missesNames)
        var sums = LedgerRecord.Sums()
        (sums.runs, sums.slots[0]) = (1, 1)
        #expect(try !tested.take([life(), job(sums: sums), run(2, at: 2)]).missesNames)
        #expect(try runs(tested) == [2])
        #expect(try self.sums(tested)?.slots[.ok] == 1)
        #expect(try tested.view.losses() == [:])
        // Another life numbers the jobs anew.
        #expect(try tested.take([life(2), run(3, at: 3)]).missesNames)
        #expect(try tested.view.hasJob("app:a") && !tested.view.hasJob("app:b"))
    }

    @Test("keeps the numbers of a life over its own death", arguments: kinds)
    func numbersOutliveTheStore(_ kind: TestedStore.Kind) throws {
        let tested = try TestedStore(kind)
        _ = try tested.take([life(), job(5), run(1, at: 1, job: 5)])
        try tested.store.fold()
        try tested.reopen()
        #expect(try !tested.take([run(2, at: 2, job: 5)]).missesNames)
        #expect(try runs(tested) == [2, 1])
    }

    @Test("counts a record that cannot be read", arguments: kinds)
    func unread(_ kind: TestedStore.Kind) throws {
        let tested = try TestedStore(kind)
        var batch = RecordBatch(journal: JournalID(high: 0, low: 1))
        batch.append(nil, number: 1)
        #expect(try tested.store.append(batch, .process).unread == 1)
        #expect(try tested.view.losses() == [.unread: 1])
    }

    // MARK: Slots

    @Test("gives a slot with several attempts one outcome", arguments: kinds)
    func attempts(_ kind: TestedStore.Kind) throws {
        let tested = try TestedStore(kind)
        _ = try tested.take([life(), job(), run(1, at: 1, .failed, count: 0), run(2, at: 1, .ok)])
        let sums = try #require(try sums(tested))
        #expect(sums.slots.total == 1 && sums.slots[.ok] == 1 && sums.runs == 2 && sums.besides == 0)
        let attempts = try tested.view.slots(of: "app:a", from: second(1), to: second(2))
        let settles = attempts.compactMap { if case .run(let row) = $0 { row.settles } else { nil } }
        #expect(settles == [false, true])
    }

    @Test("has an attempt that is given up settle its slot, before and after a fold", arguments: kinds, [false, true])
    func givenUp(_ kind: TestedStore.Kind, isFolded: Bool) throws {
        let tested = try TestedStore(kind)
        _ = try tested.take([life(), job(), run(1, at: 1, .failed, count: 0)])
        if isFolded { try tested.store.fold() }
        _ = try tested.take([run(1, at: 1, .failed, isGivenUp: true)])
        for _ in 0..<2 {
            guard case .run(let row)? = try rows(tested).first else { return #expect(Bool(false), "no row") }
            let sums = try sums(tested)
            #expect(row.settles && sums?.slots[.failed] == 1 && sums?.runs == 1)
            try tested.store.fold()
        }
    }

    @Test("makes gaps that follow each other one row, over a fold", arguments: kinds)
    func gaps(_ kind: TestedStore.Kind) throws {
        let tested = try TestedStore(kind)
        _ = try tested.take([life(), job(), gap(1, 3, count: 3)])
        try tested.store.fold()
        _ = try tested.take([gap(4, 4, count: 1)])
        try tested.reopen()
        _ = try tested.take([gap(5, 9, count: 5), gap(10, 10, count: 1, .skipped, .overlap), run(1, at: 11)])
        _ = try tested.take([gap(12, 12, count: 1, .skipped, .overlap)])
        let found = try rows(tested).compactMap { if case .gap(let row) = $0 { row } else { nil } }
        #expect(found.map(\.count) == [1, 1, 9])
        #expect(found.last?.first == second(1) && found.last?.last == second(9))
        let at = try tested.view.slots(of: "app:a", from: second(7), to: second(8))
        #expect(at.count == 1 && at.first?.moment == second(9))
        #expect(try sums(tested)?.slots[.missed] == 9)
    }

    @Test("ends a gap where the job left the registry", arguments: kinds)
    func gapOfTwoJobs(_ kind: TestedStore.Kind) throws {
        let tested = try TestedStore(kind)
        var sums = LedgerRecord.Sums()
        sums.slots[Outcome.missed.index] = 3
        _ = try tested.take([life(), job(), gap(1, 3, count: 3), job(sums: sums, schedule: "")])
        _ = try tested.take([job(sums: sums), gap(9, 9, count: 1)])
        #expect(try rows(tested).compactMap { if case .gap(let row) = $0 { Int(row.count) } else { nil } } == [1, 3])
    }

    @Test("tells of runs by their time, though the clock was set back between them", arguments: kinds)
    func clockSetBack(_ kind: TestedStore.Kind) throws {
        let tested = try TestedStore(kind)
        _ = try tested.take([life(), job(), run(1, at: 1), run(2, at: 90), run(3, at: 95)])
        try tested.store.fold()
        try tested.reopen()
        _ = try tested.take([run(4, at: 10), run(5, at: 20)])
        for _ in 0..<2 {
            var (query, numbers) = (HistoryQuery(job: "app:a", limit: 2), [Int64]())
            repeat {
                let page = try tested.view.history(query)
                numbers += page.rows.compactMap { if case .run(let row) = $0 { row.run } else { nil } }
                query.before = page.next
            } while query.before != nil
            #expect(numbers == [3, 2, 5, 4, 1])
            try tested.store.fold()
        }
    }

    // MARK: What is missing

    @Test("finds in the sums what never came", arguments: kinds)
    func lost(_ kind: TestedStore.Kind) throws {
        let tested = try TestedStore(kind)
        _ = try tested.take([life(), job(), run(1, at: 1)])
        var sums = LedgerRecord.Sums()
        sums.runs = 6
        (sums.slots[0], sums.slots[1], sums.besides[0]) = (3, 1, 2)
        #expect(try tested.take([job(sums: sums), run(7, at: 9)]).lost == 5)
        #expect(try tested.view.losses() == [.rows: 5])
        let found = try #require(try self.sums(tested))
        #expect(found.slots[.ok] == 4 && found.slots[.failed] == 1 && found.besides == 2)
        #expect(try tested.take([job(sums: sums)]).lost == 0)
    }

    @Test("counts all sums of books that began after a boot", arguments: kinds)
    func lostAfterBoot(_ kind: TestedStore.Kind) throws {
        let tested = try TestedStore(kind)
        _ = try tested.take([life(), job(), run(1, at: 1), run(2, at: 2)])
        var sums = LedgerRecord.Sums()
        (sums.runs, sums.slots[0]) = (3, 1)
        #expect(try tested.take([life(2), job(books: 2, sums: sums), run(4, at: 4)]).lost == 1)
        #expect(try self.sums(tested)?.slots[.ok] == 4)
    }

    @Test("takes lower sums for those of a job that was away", arguments: kinds)
    func lowerSums(_ kind: TestedStore.Kind) throws {
        let tested = try TestedStore(kind)
        _ = try tested.take([life(), job(), run(1, at: 1), run(2, at: 2)])
        var sums = LedgerRecord.Sums()
        (sums.runs, sums.slots[1]) = (3, 1)
        #expect(try tested.take([job(sums: sums), run(4, at: 4)]).lost == 0)
        (sums.runs, sums.slots[0], sums.slots[1]) = (5, 1, 2)
        #expect(try tested.take([job(sums: sums)]).lost == 1)
        #expect(try self.sums(tested)?.slots[.ok] == 3)
        #expect(try runs(tested) == [4, 2, 1])
    }

    // MARK: Numbers of runs

    @Test("moves the numbers of books that begin at 1 again, and says so once", arguments: kinds)
    func moved(_ kind: TestedStore.Kind) throws {
        let tested = try TestedStore(kind)
        _ = try tested.take([life(), job(), run(1, at: 1), run(2, at: 2)])
        let first = try tested.take([life(2), job(books: 2), run(1, at: 3)])
        #expect(first.moved == [.init(job: "app:a", by: 2)])
        try tested.reopen()
        #expect(try tested.take([run(2, at: 4)]).moved.isEmpty)
        #expect(try runs(tested) == [4, 3, 2, 1])
        #expect(try tested.store.resumptions().first?.runs == 4)
    }

    @Test("leaves numbers that go on as they are", arguments: kinds)
    func numbersGoOn(_ kind: TestedStore.Kind) throws {
        let tested = try TestedStore(kind)
        _ = try tested.take([life(), job(), run(1, at: 1), run(2, at: 2)])
        var sums = LedgerRecord.Sums()
        sums.runs = 2
        #expect(try tested.take([life(2), job(books: 2, sums: sums), run(3, at: 3)]).moved.isEmpty)
        #expect(try runs(tested) == [3, 2, 1])
    }
}
