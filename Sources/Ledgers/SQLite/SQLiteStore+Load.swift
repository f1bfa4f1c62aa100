import Clocks
import LedgerRecords
import LedgerStore
import Model
import Turns

extension SQLiteStore {
    /// What is known of the jobs, as of the last record.
    func load() throws(LedgerError) {
        try loadMeta()
        known = KnownJobs()
        var marks: [Int64] = []
        let open = try openRuns()
        let accounts = try database.rows("SELECT \(Self.jobColumns) FROM job ORDER BY id") { row in
            (JobAccount(row, open: open[row.integer(0)]), row.integer(17))
        }
        for (account, mark) in accounts {
            let place = known.add(account)
            if account.open != nil { known.open.insert(place) }
            marks.append(mark)
        }
        try replay(after: marks)
        try loadClaims()
        try loadNumbers()
        changedRuns = []
    }

    private func loadMeta() throws(LedgerError) {
        let rows = try database.rows("SELECT journal, number, life, seq FROM meta") { row in
            (JournalID(row.text(0)), row.integer(1), row.integer(2), row.integer(3))
        }
        guard let (journal, number, life, seq) = rows.first else {
            throw LedgerError(.damaged, "its table meta has no row", path: database.path)
        }
        position = journal.map { JournalPosition(journal: $0, number: UInt64(clamping: number)) }
        (self.life, self.seq) = (life, seq)
    }

    private func loadNumbers() throws(LedgerError) {
        let rows = try database.rows("SELECT idx, job FROM life_job WHERE life = ?", [.integer(life)]) {
            ($0.integer(0), $0.integer(1))
        }
        for (number, job) in rows { known.placesByNumber[number] = known.place(id: job) }
    }

    private func openRuns() throws(LedgerError) -> [Int64: JobAccount.OpenRun] {
        let rows = try database.rows(
            "SELECT job, run, life, slot, attempt, cause, began, lateness, pid FROM open_run"
        ) { row in
            let run = JobAccount.OpenRun(
                run: row.integer(1), life: row.integer(2), slot: row.moment(3), attempt: row.integer(4),
                cause: row.cause(5), began: WallInstant(microseconds: row.integer(6)),
                lateness: Nanoseconds(microseconds: row.integer(7)), pid: row.integer(8))
            return (row.integer(0), run)
        }
        return Dictionary(rows) { first, _ in first }
    }

    /// What has come since the rows of the jobs were written. `marks`: up to where they have it.
    private func replay(after marks: [Int64]) throws(LedgerError) {
        dirty = []
        unfolded = 0
        let statement = try database.statement(
            "SELECT seq, kind, job, number, last, count, outcome, reason, slot, attempt, cause, began FROM recent ORDER BY seq"
        )
        while try statement.step() {
            unfolded += 1
            guard let place = known.place(id: statement.integer(2)) else { continue }
            dirty.insert(place)
            guard statement.integer(0) > marks[place], let kind = RecentKind(rawValue: statement.integer(1)) else {
                continue
            }
            known.accounts[place].replay(statement, kind)
        }
    }

    /// In the order of `JobAccount.init(_:open:)` and of `save`.
    static let jobColumns = """
        id, name, schedule, timezone, comment, seen, books, sums, accounted, base, runs, failures, is_failing, is_late, \
        gap, gap_outcome, gap_reason, seq, ok, bad, gaps, last_began, is_ordered, history, alerts
        """

    /// Writes what is known of the job into its row.
    func save(_ place: Int) throws(LedgerError) {
        let account = known.accounts[place]
        try database.change(
            """
            UPDATE job SET schedule = ?, timezone = ?, comment = ?, seen = ?, books = ?, sums = ?, accounted = ?, base = ?,
            runs = ?, failures = ?, is_failing = ?, is_late = ?, gap = ?, gap_outcome = ?, gap_reason = ?, seq = ?, ok = ?,
            bad = ?, gaps = ?, last_began = ?, is_ordered = ?, history = ?, alerts = ? WHERE id = ?
            """,
            SQLValue(account.schedule), SQLValue(account.timezone), SQLValue(account.comment),
            .integer(account.seen.microseconds), .integer(account.books), SQLValue(account.sums.numbers),
            .integer(account.sums.accounted.microseconds), SQLValue(account.base), .integer(account.runs),
            .integer(account.failures), SQLValue(account.isFailing), SQLValue(account.isLate),
            SQLValue(account.gap?.id), SQLValue(account.gap.map { Int64($0.outcome.index) }),
            SQLValue(account.gap?.reason?.rawValue ?? ""), .integer(seq), .integer(account.ok), .integer(account.bad),
            .integer(account.gaps), .integer(account.lastBegan.microseconds), SQLValue(account.isOrdered),
            SQLValue(account.history.words), .integer(account.alerts), .integer(account.id))
        dirty.remove(place)
    }
}

extension JobAccount {
    fileprivate init(_ row: Statement, open: OpenRun?) {
        var sums = LedgerRecord.Sums(numbers: row.text(7))
        sums.accounted = WallInstant(microseconds: row.integer(8))
        let gap = row.optional(14).map { OpenGap(id: $0, outcome: row.outcome(15), reason: row.reason(16)) }
        self.init(
            id: row.integer(0), name: row.text(1), books: row.integer(6), sums: sums, base: row.optional(9),
            runs: row.integer(10),
            standing: .init(
                job: 0, failures: row.integer(11), isFailing: row.flag(12), isLate: row.flag(13),
                alerts: row.integer(24)),
            gap: gap, open: open)
        (schedule, timezone, comment) = (row.text(2), row.text(3), row.text(4))
        seen = WallInstant(microseconds: row.integer(5))
        (ok, bad, gaps) = (row.integer(18), row.integer(19), row.integer(20))
        resume(lastBegan: WallInstant(microseconds: row.integer(21)), isOrdered: row.flag(22))
        history = RunPolicy.History(words: row.text(23))
    }

    /// A row of `recent`, with the columns of `SQLiteStore.replay`.
    fileprivate mutating func replay(_ row: Statement, _ kind: RecentKind) {
        let (number, count, outcome) = (row.integer(3), row.integer(5), row.outcome(6))
        switch kind {
        case .run:
            book(run: number, slots: count, outcome: outcome, hasSlot: row.optional(8) != nil, accounted: row.moment(4))
            addRow(outcome, began: WallInstant(microseconds: row.integer(11)))
        case .settled: book(run: number, slots: count, outcome: outcome, hasSlot: true, accounted: row.moment(4))
        case .gap:
            _ = book(gap: number, slots: count, outcome: outcome, reason: row.reason(7), accounted: row.moment(4))
        case .standing:
            take(
                .init(
                    job: 0, failures: number, isFailing: row.flag(9), isLate: row.flag(10), alerts: row.integer(11)))
        }
    }
}

extension LedgerRecord.Sums {
    /// `runs`, slots by outcome and runs without a slot by outcome.
    fileprivate var numbers: String { ([runs] + slots + besides).map(String.init).joined(separator: " ") }

    fileprivate init(numbers: String) {
        self.init()
        let all = numbers.split(separator: " ").map { Int64($0) ?? 0 }
        guard all.count == 1 + slots.count + besides.count else { return }
        runs = all[0]
        slots = Array(all[1..<(1 + slots.count)])
        besides = Array(all[(1 + slots.count)...])
    }
}

extension RunPolicy.History {
    /// `10000 - 7776000000000 failures all`; empty: nothing is said.
    fileprivate var words: String {
        if self == RunPolicy.History() { return "" }
        let numbers = [runs.map(String.init), failures.map(String.init), age.map { String($0.count) }]
        return (numbers.map { $0 ?? "-" } + [output.rawValue, text.rawValue]).joined(separator: " ")
    }

    init(words: String) {
        self.init()
        let all = words.split(separator: " ").map(String.init)
        guard all.count == 5 else { return }
        (runs, failures, age) = (Int(all[0]), Int(all[1]), Int64(all[2]).map { Nanoseconds($0) })
        (output, text) = (Output(rawValue: all[3]) ?? output, Text(rawValue: all[4]) ?? text)
    }
}

// MARK: What is in a column

extension Statement {
    func moment(_ column: Int32) -> WallInstant? { optional(column).map { WallInstant(microseconds: $0) } }

    func outcome(_ column: Int32) -> Outcome { Outcome.ofIndex(integer(column)) }

    func reason(_ column: Int32) -> Booking.Reason? { Booking.Reason(rawValue: text(column)) }

    func cause(_ column: Int32) -> LedgerRecord.Cause { LedgerRecord.Cause(rawValue: integer(column)) ?? .slot }
}

extension Outcome {
    private static let byIndex = allCases.sorted { $0.index < $1.index }

    fileprivate static func ofIndex(_ index: Int64) -> Outcome {
        byIndex.indices.contains(Int(index)) ? byIndex[Int(index)] : .interrupted
    }
}
