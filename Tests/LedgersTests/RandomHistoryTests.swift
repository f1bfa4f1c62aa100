import Clocks
import LedgerRecords
import LedgerStore
import Model
import SQLiteStore
import TestSupport
import Testing

@Suite("Histories at random")
struct RandomHistoryTests {
    private static let seeds = (0..<UInt64(Fuzz.iterations(8))).map { Fuzz.seed &+ $0 }

    @Test("are answered by a database as by a store that looks at all it was told", arguments: seeds)
    func agree(_ seed: UInt64) throws {
        var play = try Play(seed: seed)
        for _ in 0..<40 {
            try play.round()
            try play.compare()
        }
        try play.settle()
        try play.compare()
        try play.compareToTruth()
    }

    private struct Play {
        var daemon: PlayedDaemon
        let tested: TestedStore
        let oracle = MemoryStore()
        var lives = Int64(1)
        var lost = Int64(0)
        var retention = Retention()

        init(seed: UInt64) throws {
            daemon = PlayedDaemon(jobs: ["app:a", "app:b", "app:c"], seed: seed)
            tested = try TestedStore(.sqlite)
            daemon.start(id: 1)
            (retention.runs, retention.failures, retention.gaps) = (20, 8, 6)
            retention.incidents = 15
            retention.age = .seconds(Int64(600 + daemon.random.below(3_000)))
            // What a job booked before its first record is not history.
            try settle()
        }

        mutating func round() throws {
            for _ in 0..<daemon.random.below(30) { daemon.step() }
            switch daemon.random.below(13) {
            case 0: daemon.isFull.toggle()
            case 1: try tested.reopen()
            case 2: try tested.store.fold()
            case 3: try prune()
            case 4: daemon.introduce()
            case 5: try restart()
            case 6: try reboot()
            case 8: daemon.setHistory(daemon.random.pick(daemon.names))
            case 7: if !daemon.isFull { daemon.forget(daemon.random.pick(daemon.names)) }
            default: try take(most: 1 + daemon.random.below(40))
            }
        }

        private mutating func take(most: Int) throws {
            let batch = daemon.batch(after: tested.store.position, most: most)
            let (one, other) = (try tested.store.append(batch, .process), oracle.append(batch, .process))
            #expect(one == other)
            lost += one.lost
            #expect(!one.missesNames || daemon.isFull)
            if let position = tested.store.position, daemon.random.chance(2) { daemon.free(through: position.number) }
        }

        private mutating func takeAll() throws { try take(most: .max) }

        private mutating func prune() throws {
            while try !tested.store.prune(retention, at: daemon.now, budget: 1 + daemon.random.below(9)).isDone {}
            _ = oracle.prune(retention, at: daemon.now, budget: .max)
        }

        /// A daemon whose books are there yet.
        private mutating func restart() throws {
            lives += 1
            daemon.isFull = false
            daemon.start(id: lives)
        }

        private mutating func reboot() throws {
            try settle()
            lives += 1
            daemon.reboot(id: lives, resuming: daemon.random.chance(2) ? try tested.store.resumptions() : nil)
        }

        /// All that was booked has been told.
        mutating func settle() throws {
            daemon.isFull = false
            daemon.introduce()
            for _ in 0..<40 { daemon.step() }
            try takeAll()
        }

        // MARK: Comparing

        mutating func compare() throws {
            let (view, random) = (tested.view, daemon.random.below(1_000))
            let sort = { (left: JobResumption, right: JobResumption) in left.job < right.job }
            #expect(try tested.store.resumptions().sorted(by: sort) == oracle.resumptions().sorted(by: sort))
            for job in [nil] + daemon.names.map(Optional.some) {
                var query = HistoryQuery(job: job, limit: 1 + random % 7)
                query.onlyFailures = random % 3 == 0
                if random % 4 == 0 { query.outcome = Outcome.allCases[random / 4 % Outcome.allCases.count] }
                if random % 5 == 0 { query.since = daemon.now + .seconds(-60) }
                if random % 7 == 0 { query.until = daemon.now + .seconds(-20) }
                try equal(try pages(view, query), try pages(oracle, query), "\(query)")
            }
            let (start, end) = (daemon.now + .seconds(-40), daemon.now + .seconds(-10))
            #expect(
                try view.slots(of: "app:a", from: start, to: end) == oracle.slots(of: "app:a", from: start, to: end))
            let (first, last) = (WallInstant(seconds: 0), WallInstant(seconds: 4_000_000_000))
            #expect(try view.sums(of: nil, from: first, to: last) == oracle.sums(of: nil, from: first, to: last))
            let incidents = IncidentQuery(job: random % 2 == 0 ? nil : "app:b", limit: 20)
            #expect(try view.incidents(incidents).rows == oracle.incidents(incidents).rows)
            let newest = try view.incidents(after: 0, job: nil, limit: 1).last
            for (number, job) in [(newest - Int64(random % 9), String?.none), (newest - 5, "app:b"), (newest + 1, nil)]
            {
                let limit = 1 + random % 8
                #expect(
                    try view.incidents(after: max(0, number), job: job, limit: limit)
                        == oracle.incidents(after: max(0, number), job: job, limit: limit))
            }
            let run = Int64(random % 30)
            #expect(try view.hasEnded(run, of: "app:c") == oracle.hasEnded(run, of: "app:c"))
            #expect(try view.hasRun(run, of: "app:c") == oracle.hasRun(run, of: "app:c"))
            #expect(try view.losses() == oracle.losses())
        }

        /// Stops at the first difference: those that follow come of it.
        private func equal(_ rows: [HistoryRow], _ expected: [HistoryRow], _ what: String) throws {
            let index = (0..<max(rows.count, expected.count)).first { index in
                index >= rows.count || index >= expected.count || rows[index] != expected[index]
            }
            guard let index else { return }
            let (row, other) = (rows.dropFirst(index).first, expected.dropFirst(index).first)
            try #require(row == other, "row \(index) of \(rows.count) and \(expected.count): \(what)")
        }

        private func pages(_ view: any LedgerView, _ query: HistoryQuery) throws -> [HistoryRow] {
            var (query, rows) = (query, [HistoryRow]())
            repeat {
                let page = try view.history(query)
                rows += page.rows
                query.before = page.next
            } while query.before != nil
            return rows
        }

        /// Every booking is in the sums once, and so is every one that no record told of in what was lost.
        func compareToTruth() throws {
            let sums = try tested.view.sums(
                of: nil, from: WallInstant(seconds: 0), to: WallInstant(seconds: 4_000_000_000))
            for sum in sums {
                for outcome in Outcome.allCases where outcome != .interrupted {
                    #expect(sum.slots[outcome] == daemon.truth[sum.job]?[outcome] ?? 0, "\(sum.job) \(outcome)")
                }
            }
            #expect(try tested.view.losses()[.rows] ?? 0 == daemon.dropped && daemon.dropped == lost)
        }
    }
}
