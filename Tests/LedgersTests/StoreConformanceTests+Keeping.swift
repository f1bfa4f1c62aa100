import Clocks
import LedgerRecords
import LedgerStore
import Model
import SQLiteStore
import TestSupport
import Testing
import Turns

/// What is kept for a daemon that begins again, and for how long.
extension StoreConformanceTests {
    // MARK: What a daemon goes on with

    @Test("tells how a job stands, over its own death", arguments: kinds)
    func resumes(_ kind: TestedStore.Kind) throws {
        let tested = try TestedStore(kind)
        _ = try tested.take([
            life(), job(), run(1, at: 1, .failed),
            .standing(.init(job: 0, failures: 3, isFailing: true, isLate: false, alerts: 17)),
            .begin(
                .init(
                    job: 0, run: 2, slot: second(2), attempt: 1, cause: .slot, began: second(2), lateness: .zero,
                    pid: 9)),
        ])
        try tested.reopen()
        let expected = JobResumption(
            job: "app:a", schedule: "every 1s", timezone: "", runs: 2, accounted: second(1), failures: 3,
            isFailing: true, isLate: false, alerts: 17,
            open: .init(run: 2, slot: second(2)))
        #expect(try tested.store.resumptions() == [expected])
        _ = try tested.take([run(2, at: 2)])
        #expect(try tested.store.resumptions().first?.open == nil)
    }

    @Test("does not take a run for one that goes on whose end was dropped", arguments: kinds)
    func droppedEnd(_ kind: TestedStore.Kind) throws {
        let tested = try TestedStore(kind)
        let begin = LedgerRecord.Begin(
            job: 0, run: 1, slot: second(1), attempt: 1, cause: .slot, began: second(1), lateness: .zero, pid: 9)
        _ = try tested.take([life(), job(), .begin(begin)])
        var sums = LedgerRecord.Sums()
        (sums.runs, sums.slots[Outcome.ok.index]) = (1, 1)
        #expect(try tested.take([job(sums: sums)]).lost == 1)
        #expect(try tested.store.resumptions().first?.open == nil)
        #expect(try tested.take([life(2), job(books: 2, sums: LedgerRecord.Sums())]).interrupted == 0)
        #expect(try self.sums(tested)?.slots[.ok] == 1 && self.sums(tested)?.slots[.interrupted] == 0)
    }

    @Test("gives a run that was going when the machine went down its outcome", arguments: kinds)
    func interrupted(_ kind: TestedStore.Kind) throws {
        let tested = try TestedStore(kind)
        let begin = LedgerRecord.Begin(
            job: 0, run: 1, slot: second(1), attempt: 1, cause: .slot, began: second(1), lateness: .zero, pid: 9)
        _ = try tested.take([life(), job(), .begin(begin)])
        // The next life has the same books, and will tell what became of it.
        #expect(try tested.take([life(2), job()]).interrupted == 0)
        var sums = LedgerRecord.Sums()
        sums.runs = 1
        #expect(try tested.take([life(3), job(books: 2, sums: sums)]).interrupted == 1)
        guard case .run(let row)? = try rows(tested).first else { return #expect(Bool(false), "no row") }
        #expect(row.outcome == .interrupted && row.settles && row.reason == .down)
        #expect(try tested.store.resumptions().first?.open == nil)
        #expect(try self.sums(tested)?.slots[.interrupted] == 1)
    }

    @Test("does so though the job is not in the registry any more, and accounts for its slot", arguments: kinds)
    func interruptedAbsent(_ kind: TestedStore.Kind) throws {
        let tested = try TestedStore(kind)
        let begin = LedgerRecord.Begin(
            job: 0, run: 1, slot: second(1), attempt: 1, cause: .slot, began: second(1), lateness: .zero, pid: 9)
        _ = try tested.take([life(), job(), job(1, "app:b"), .begin(begin)])
        #expect(try tested.take([life(2)]).interrupted == 0)
        try tested.reopen()
        #expect(try tested.take([life(3, boot: "other"), job(1, "app:b", books: 2)]).interrupted == 1)
        guard case .run(let row)? = try rows(tested).first else { return #expect(Bool(false), "no row") }
        #expect(row.outcome == .interrupted && row.settles && row.reason == .down)
        for _ in 0..<2 {
            let resumption = try tested.store.resumptions().first { $0.job == "app:a" }
            #expect(resumption?.open == nil && resumption?.accounted == second(1) && resumption?.runs == 1)
            try tested.reopen()
        }
        #expect(try tested.take([life(4, boot: "third"), job(0, books: 3)]).interrupted == 0)
        #expect(try self.sums(tested)?.slots[.interrupted] == 1)
    }

    // MARK: Output and incidents

    @Test("keeps the end of what a run wrote", arguments: kinds)
    func output(_ kind: TestedStore.Kind) throws {
        let tested = try TestedStore(kind)
        let lines = (1...300).map { index in
            LedgerRecord.output(
                .init(
                    job: 0, run: 1, at: second(1), isError: false,
                    text: "line \(index) \(String(repeating: "x", count: 50))"))
        }
        _ = try tested.take([life(), job()] + lines + [run(1, at: 1, .failed)])
        let first = try #require(try tested.view.output(of: "app:a", run: 1))
        #expect(first.lines == 300 && first.tail.hasSuffix("line 300 \(String(repeating: "x", count: 50))\n"))
        #expect(first.tail.hasPrefix("line ") && first.tail.utf8.count <= OutputTails.longest)
        _ = try tested.take([
            .output(.init(job: 0, run: 2, at: second(2), isError: false, text: "done")), run(2, at: 2),
        ])
        #expect(try tested.view.output(of: "app:a", run: nil)?.tail == "done\n")
        #expect(try tested.view.output(of: "app:a", run: 1) == first)
        #expect(try tested.view.output(of: "app:b", run: nil) == nil)
    }

    @Test("erases what runs have said and written, and keeps what they came to", arguments: kinds)
    func forget(_ kind: TestedStore.Kind) throws {
        let tested = try TestedStore(kind)
        func line(_ run: Int64) -> LedgerRecord {
            .output(.init(job: 0, run: run, at: second(run), isError: false, text: "secret \(run)"))
        }
        _ = try tested.take([
            life(), job(), line(1), run(1, at: 1, .failed), run(2, at: 2), line(3), run(3, at: 3, .failed), line(4),
            run(4, at: 4, .failed), job(1, "app:b"), run(1, at: 1, .failed, job: 1),
        ])
        let before = try sums(tested)
        func said() throws -> [Int64] {
            try rows(tested).compactMap { if case .run(let row) = $0, !row.text.isEmpty { row.run } else { nil } }
        }
        #expect(try tested.store.forget("app:a", run: 3, before: nil) == 1)
        #expect(try said() == [4, 1] && tested.view.output(of: "app:a", run: 3) == nil)
        #expect(try tested.view.output(of: "app:a", run: 1)?.tail == "secret 1\n")
        #expect(try tested.store.forget("app:a", run: nil, before: second(2)) == 1)
        #expect(try said() == [4] && tested.view.output(of: "app:a", run: 1) == nil)
        #expect(try tested.store.forget("app:a", run: nil, before: nil) == 1)
        #expect(try said().isEmpty && tested.view.output(of: "app:a", run: nil) == nil)
        #expect(try tested.store.forget("app:a", run: nil, before: nil) == 0)
        #expect(try sums(tested) == before && runs(tested).count == 4)
        guard case .run(let other)? = try rows(tested, "app:b").first else { return #expect(Bool(false), "no row") }
        #expect(other.text == "it broke")
    }

    @Test("tells of incidents, page by page", arguments: kinds)
    func incidents(_ kind: TestedStore.Kind) throws {
        let tested = try TestedStore(kind)
        let all = (0..<7).map { index in
            LedgerRecord.incident(
                .init(job: index % 2 == 0 ? 0 : nil, at: second(Int64(index)), kind: "K\(index)", text: "n=\(index)"))
        }
        _ = try tested.take([life(), job()] + all)
        var (query, kinds) = (IncidentQuery(limit: 3), [String]())
        repeat {
            let page = try tested.view.incidents(query)
            kinds += page.rows.map(\.kind)
            query.before = page.next
        } while query.before != nil
        #expect(kinds == (0..<7).reversed().map { "K\($0)" })
        #expect(try tested.view.incidents(IncidentQuery(job: "app:a", limit: 9)).rows.count == 4)
    }

    // MARK: Retention

    @Test("keeps the newest runs of each job, and failures apart", arguments: kinds)
    func retention(_ kind: TestedStore.Kind) throws {
        let tested = try TestedStore(kind)
        let runs = (1...30).map { run($0, at: $0, $0 % 10 == 3 ? .failed : .ok) }
        _ = try tested.take([life(), job()] + runs)
        var retention = Retention()
        (retention.runs, retention.failures) = (5, 2)
        while try !tested.store.prune(retention, at: second(40), budget: 4).isDone {}
        #expect(try self.runs(tested) == [30, 29, 28, 27, 26, 23, 13])
        #expect(try sums(tested)?.slots.total == 30)
        retention.age = .seconds(12)
        while try !tested.store.prune(retention, at: second(40), budget: 1).isDone {}
        #expect(try self.runs(tested) == [30, 29, 28])
        #expect(try sums(tested)?.runs == 30)
    }

    @Test("keeps of a job what its entry says, over its own death, and of one that is gone too", arguments: kinds)
    func history(_ kind: TestedStore.Kind) throws {
        let tested = try TestedStore(kind)
        var (few, young, long) = (RunPolicy.History(), RunPolicy.History(), RunPolicy.History())
        (few.runs, few.failures) = (2, 1)
        (young.age, long.age) = (.seconds(60), Retention.days(200))
        _ = try tested.take([
            life(), job(history: few), job(1, "app:young", history: young), job(2, "app:long", history: long),
            job(3, "app:usual"),
        ])
        for number in Int64(1)...6 {
            for job in Int64(0)...3 {
                _ = try tested.take([run(number, at: 20 * number, number > 3 ? .failed : .ok, job: job)])
            }
        }
        _ = try tested.take([job(0, "app:a", schedule: "")])
        try tested.reopen()
        func prune(_ now: WallInstant) throws {
            while try !tested.store.prune(Retention(), at: now, budget: 3).isDone {}
        }
        try prune(second(150))
        #expect(try runs(tested) == [6, 3, 2])
        #expect(try runs(tested, "app:young") == [6, 5])
        #expect(try runs(tested, "app:long").count == 6 && runs(tested, "app:usual").count == 6)
        // Where the clock is not believed, theirs does not count either.
        _ = try tested.store.prune(Retention().whateverTheTime, at: second(100_000), budget: 100)
        #expect(try runs(tested, "app:young") == [6, 5])
        try prune(start + Retention.days(100))
        #expect(try runs(tested, "app:long").count == 6 && runs(tested, "app:usual").isEmpty)
    }

    @Test("keeps what runs wrote that were ok, if the entry says so, as long as the runs", arguments: kinds)
    func allOutput(_ kind: TestedStore.Kind) throws {
        let tested = try TestedStore(kind)
        var all = RunPolicy.History()
        (all.output, all.runs) = (.all, 2)
        _ = try tested.take([life(), job(history: all)])
        for number in Int64(1)...4 {
            let line = LedgerRecord.Output(
                job: 0, run: number, at: second(number), isError: false, text: "line \(number)")
            _ = try tested.take([.output(line), run(number, at: number)])
        }
        while try !tested.store.prune(Retention(), at: second(9), budget: 9).isDone {}
        #expect(try tested.view.output(of: "app:a", run: 3)?.tail == "line 3\n")
        #expect(try tested.view.output(of: "app:a", run: 2) == nil)
    }

    @Test("removes nothing by its age where the clock is not believed", arguments: kinds)
    func whateverTheTime(_ kind: TestedStore.Kind) throws {
        let tested = try TestedStore(kind)
        _ = try tested.take(
            [life(), job()] + (1...20).map { run($0, at: $0 * 3_600) } + [gap(80_000, 80_000, count: 1)])
        let all = try sums(tested)
        let later = start + Retention.days(9_000)
        while try !tested.store.prune(Retention().whateverTheTime, at: later, budget: 100).isDone {}
        #expect(try rows(tested).count == 21)
        #expect(try sums(tested) == all)
    }

    @Test("adds sums by the hour up to days, and forgets them in the end", arguments: kinds)
    func days(_ kind: TestedStore.Kind) throws {
        let tested = try TestedStore(kind)
        _ = try tested.take([life(), job()] + (1...50).map { run($0, at: $0 * 3_600) })
        let all = try sums(tested)
        let later = start + Retention.days(60)
        while try !tested.store.prune(Retention(), at: later, budget: 7).isDone {}
        #expect(try sums(tested) == all)
        while try !tested.store.prune(Retention(), at: start + Retention.days(500), budget: 7).isDone {}
        #expect(try sums(tested) == nil)
    }
}
