package import Clocks
import Kernel
import LedgerRecords
package import LedgerStore
import Model
import Turns

/// Reads a database that a `SQLiteStore` of another thread writes to. Each answer is a transaction of its own, so that it does not
/// hold back the log for long.
package final class SQLiteReader: LedgerView {
    private let database: Database
    private let tails: SharedTails

    package convenience init(_ path: String, tails: SharedTails) throws(LedgerError) {
        try self.init(path, .reading, tails)
    }

    /// One that perhaps nobody keeps, as far as this user may read it. `isKept`: some process writes to it.
    package convenience init(unkept path: String, isKept: Bool) throws(LedgerError) {
        try Schema.check(path)
        let log = (try? FileSystem.status("\(path)-wal"))?.identity.size ?? 0
        try self.init(path, isKept || log > 0 ? .readOnly : .immutable, SharedTails())
        // Its first look tells whether it is any.
        _ = try database.number("SELECT version FROM (SELECT 1 AS version FROM job LIMIT 1)")
    }

    private init(_ path: String, _ mode: Database.Mode, _ tails: SharedTails) throws(LedgerError) {
        database = try Database(path, mode)
        self.tails = tails
        database.wait(milliseconds: SQLiteStore.patience)
        try database.run("PRAGMA query_only = ON; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF")
    }

    private func reading<Result>(_ body: () throws(LedgerError) -> Result) throws(LedgerError) -> Result {
        try database.transaction("BEGIN", body)
    }

    /// The id of a job; `nil`: there is none of this name.
    private func id(of job: String) throws(LedgerError) -> Int64? {
        try database.number("SELECT id FROM job WHERE name = ?", .text(job))
    }

    package func hasJob(_ job: String) throws(LedgerError) -> Bool { try id(of: job) != nil }

    // MARK: History

    package func history(_ query: HistoryQuery) throws(LedgerError) -> HistoryPage {
        try reading { () throws(LedgerError) in
            var range = HistoryRange(query)
            if let job = query.job {
                guard let id = try id(of: job) else { return HistoryPage(rows: [], next: nil) }
                range.job = id
                range.isOrdered = try database.number("SELECT is_ordered FROM job WHERE id = ?", .integer(id)) == 1
            }
            var rows = try runs(range)
            if !query.onlyFailures { rows += try gaps(range) }
            rows.sort { $0.key > $1.key }
            let page = rows.prefix(range.limit)
            return HistoryPage(
                rows: try named(page), next: rows.count > range.limit ? page.last?.key : nil)
        }
    }

    private typealias Keyed = (key: HistoryKey, job: Int64, row: HistoryRow)

    private func named(_ page: ArraySlice<Keyed>) throws(LedgerError) -> [HistoryRow] {
        var names: [Int64: String] = [:]
        var rows: [HistoryRow] = []
        for (_, job, row) in page {
            if names[job] == nil {
                names[job] = try database.rows("SELECT name FROM job WHERE id = ?", [.integer(job)]) { $0.text(0) }
                    .first
            }
            rows.append(row.named(names[job] ?? ""))
        }
        return rows
    }

    private static let runColumns = """
        attempt, cause, outcome, reason, slot, began, duration, lateness, code, retry_after, text, length
        """

    /// One more than the page has.
    private func runs(_ range: HistoryRange) throws(LedgerError) -> [Keyed] {
        let settled = try settledLately()
        let inRun = """
            SELECT id, settles, \(Self.runColumns) FROM run WHERE \(range.condition("id"))
            \(range.ids.map { "AND id BETWEEN \($0.first) AND \($0.last)" } ?? "")
            ORDER BY \(range.isOrdered ? "" : "began DESC,") id DESC LIMIT \(range.limit + 1)
            """
        let inRecent = """
            SELECT id, settles, \(Self.runColumns) FROM
            (SELECT job << 40 | number AS id, count > 0 AS settles, * FROM recent WHERE kind = 1
            AND NOT EXISTS (SELECT 1 FROM run WHERE run.id = job << 40 | number))
            WHERE \(range.condition("id")) \(range.job.map { "AND job = \($0)" } ?? "")
            ORDER BY began DESC, id DESC LIMIT \(range.limit + 1)
            """
        func keyed(_ row: Statement) -> Keyed {
            let id = row.integer(0)
            return (HistoryKey(moment: row.integer(7), order: id), RunID.job(of: id), .run(RunRow(row, settled)))
        }
        return try database.query(inRun, [], keyed) + database.query(inRecent, [], keyed)
    }

    /// Runs that are their slots' last since the last fold.
    private func settledLately() throws(LedgerError) -> Set<Int64> {
        Set(try database.rows("SELECT job << 40 | number FROM recent WHERE kind = 2") { $0.integer(0) })
    }

    /// One more than the page has.
    private func gaps(_ range: HistoryRange) throws(LedgerError) -> [Keyed] {
        let recent = try recentGaps(range.job)
        let sql = """
            SELECT id, job, first, last, count, outcome, reason FROM gap WHERE \(range.condition("id", moment: "last"))
            \(range.job.map { "AND job = \($0)" } ?? "") ORDER BY last DESC, id DESC LIMIT \(range.limit + 1 + recent.count)
            """
        let old = try database.query(sql, [], Gap.init).filter { recent[$0.id] == nil }
        let new = recent.values.filter {
            range.contains($0.key) && (range.outcome == nil || range.outcome == $0.row.outcome)
        }
        return (old + new).map { ($0.key, $0.job, .gap($0.row)) }
    }

    /// Those that have got slots since the last fold, whole.
    private func recentGaps(_ job: Int64?) throws(LedgerError) -> [Int64: Gap] {
        let sql = """
            SELECT number, job, min(slot), max(last), sum(count), outcome, reason FROM recent WHERE kind = 3
            \(job.map { "AND job = \($0)" } ?? "") GROUP BY number
            """
        var gaps: [Int64: Gap] = [:]
        for gap in try database.query(sql, [], Gap.init) {
            let begun = try database.rows(
                "SELECT id, job, first, last, count, outcome, reason FROM gap WHERE id = ?", [.integer(gap.id)],
                Gap.init)
            gaps[gap.id] = begun.first.map { gap.joined(to: $0) } ?? gap
        }
        return gaps
    }

    // MARK: Slots

    package func slots(
        of job: String, from start: WallInstant, to end: WallInstant
    ) throws(LedgerError) -> [HistoryRow] {
        try reading { () throws(LedgerError) in
            guard let id = try id(of: job) else { return [] }
            let bounds = RunID.range(of: id)
            let settled = try settledLately()
            let slots = "slot >= \(start.microseconds) AND slot < \(end.microseconds)"
            let sql = """
                SELECT id, settles, \(Self.runColumns) FROM run WHERE id BETWEEN \(bounds.first) AND \(bounds.last) AND \(slots)
                UNION ALL SELECT job << 40 | number, count > 0, \(Self.runColumns) FROM recent
                WHERE kind = 1 AND job = \(id) AND \(slots) AND NOT EXISTS
                (SELECT 1 FROM run WHERE run.id = job << 40 | number) ORDER BY 1 LIMIT \(HistoryQuery.most)
                """
            let runs = try database.query(sql) { HistoryRow.run(RunRow($0, settled)) }
            let gaps = try gaps(of: id, overlapping: start, end)
            return (runs + gaps.map { .gap($0.row) }).map { $0.named(job) }
        }
    }

    private func gaps(
        of job: Int64, overlapping start: WallInstant, _ end: WallInstant
    ) throws(LedgerError) -> [Gap] {
        let recent = try recentGaps(job)
        let sql = """
            SELECT id, job, first, last, count, outcome, reason FROM gap WHERE job = \(job)
            AND last >= \(start.microseconds) AND first < \(end.microseconds) ORDER BY last LIMIT \(HistoryQuery.most)
            """
        let old = try database.query(sql, [], Gap.init).filter { recent[$0.id] == nil }
        let new = recent.values.filter { $0.last >= start.microseconds && $0.first < end.microseconds }
        return (old + new).sorted { $0.key < $1.key }
    }

    // MARK: Sums, incidents, output

    package func sums(
        of job: String?, from start: WallInstant, to end: WallInstant
    ) throws(LedgerError) -> [JobSums] {
        let columns = Tally.columns.joined(separator: ", ")
        let sql = """
            SELECT (SELECT name FROM job WHERE id = known.job) AS name, \(Tally.sums) FROM
            (SELECT job, \(columns) FROM tally WHERE hour >= \(start.hour) AND hour < \(end.hour)
            UNION ALL SELECT job, \(columns) FROM tally_day WHERE hour >= \(start.hour) AND hour < \(end.hour)
            UNION ALL SELECT job, \(Tally.recent) FROM recent
            WHERE \(Tally.counted) AND \(Tally.hour) >= \(start.hour) AND \(Tally.hour) < \(end.hour)) AS known
            WHERE ?1 IS NULL OR job = (SELECT id FROM job WHERE name = ?1) GROUP BY job ORDER BY name
            """
        return try database.query(sql, [job.map { .text($0) } ?? .null], JobSums.init)
    }

    package func incidents(_ query: IncidentQuery) throws(LedgerError) -> IncidentPage {
        let limit = min(query.limit, HistoryQuery.most)
        let sql = """
            SELECT incident.id, at, job.name, kind, text FROM incident LEFT JOIN job ON job.id = incident.job
            WHERE incident.id < ?1 AND at >= ?2 AND at < ?3 AND (?4 IS NULL OR job.name = ?4)
            ORDER BY incident.id DESC LIMIT ?5
            """
        let rows = try database.rows(
            sql,
            [
                .integer(query.before ?? .max), .integer(query.since?.microseconds ?? 0),
                .integer(query.until?.microseconds ?? .max), query.job.map { .text($0) } ?? .null,
                SQLValue(limit + 1),
            ]
        ) { ($0.integer(0), IncidentRow($0)) }
        let page = rows.prefix(limit)
        return IncidentPage(
            rows: page.map(\.1), next: rows.count > limit ? page.last?.0 : nil, numbers: page.map(\.0))
    }

    package func incidents(after number: Int64, job: String?, limit: Int) throws(LedgerError) -> NewIncidents {
        try reading { () throws(LedgerError) in
            let last = try database.number("SELECT max(id) FROM incident") ?? 0
            let start = number > last ? 0 : number
            let condition = "incident.id > ?1 AND (?2 IS NULL OR incident.job = (SELECT id FROM job WHERE name = ?2))"
            let values = [SQLValue.integer(start), job.map { .text($0) } ?? .null]
            let rows = try database.rows(
                """
                SELECT incident.id, at, job.name, kind, text FROM incident LEFT JOIN job ON job.id = incident.job
                WHERE \(condition) ORDER BY incident.id DESC LIMIT ?3
                """, values + [SQLValue(limit)]
            ) { ($0.integer(0), IncidentRow($0)) }
            var count = Int64(rows.count)
            if rows.count == limit {
                let counts = try database.rows("SELECT count(*) FROM incident WHERE \(condition)", values) {
                    $0.integer(0)
                }
                count = counts.first ?? count
            }
            return NewIncidents(
                rows: rows.reversed().map(\.1), numbers: rows.reversed().map(\.0), lost: count - Int64(rows.count),
                last: last)
        }
    }

    package func hasEnded(_ run: Int64, of job: String) throws(LedgerError) -> Bool {
        try reading { () throws(LedgerError) in
            guard let id = try id(of: job) else { return false }
            let range = RunID.range(of: id)
            let rows = try database.rows(
                """
                SELECT EXISTS (SELECT 1 FROM run WHERE id BETWEEN ? AND ?)
                OR EXISTS (SELECT 1 FROM recent WHERE kind = 1 AND job = ? AND number >= ?)
                """, [.integer(RunID.of(id, run)), .integer(range.last), .integer(id), .integer(run)]
            ) { $0.flag(0) }
            return rows.first ?? false
        }
    }

    /// Whether its entry lets what its runs write be kept.
    package func keepsOutput(of job: String) throws(LedgerError) -> Bool {
        let words = try database.rows("SELECT history FROM job WHERE name = ?", [.text(job)]) { $0.text(0) }
        return RunPolicy.History(words: words.first ?? "").output != .none
    }

    package func hasRun(_ run: Int64, of job: String) throws(LedgerError) -> Bool {
        try reading { () throws(LedgerError) in
            guard let id = try id(of: job) else { return false }
            let rows = try database.rows(
                """
                SELECT EXISTS (SELECT 1 FROM run WHERE id = ?1)
                OR EXISTS (SELECT 1 FROM recent WHERE kind = 1 AND job = ?2 AND number = ?3)
                OR EXISTS (SELECT 1 FROM open_run WHERE job = ?2 AND run = ?3)
                """, [.integer(RunID.of(id, run)), .integer(id), .integer(run)]
            ) { $0.flag(0) }
            return rows.first ?? false
        }
    }

    package func lines(of run: Int64, _ job: String, after count: Int64) throws(LedgerError) -> NewLines {
        guard let id = try id(of: job) else { return NewLines(seen: count, hasEnded: false) }
        return tails.lines(of: run, id, after: count)
    }

    package func output(of job: String, run: Int64?) throws(LedgerError) -> KeptOutput? {
        guard let id = try id(of: job) else { return nil }
        if let output = tails.output(of: id, run: run) { return output }
        let bounds = run.map { (RunID.of(id, $0), RunID.of(id, $0)) } ?? RunID.range(of: id)
        let rows = try database.rows(
            "SELECT run, lines, bytes, tail FROM output WHERE run BETWEEN ? AND ? ORDER BY run DESC LIMIT 1",
            [.integer(bounds.0), .integer(bounds.1)]
        ) { row in
            KeptOutput(
                run: RunID.run(of: row.integer(0)), lines: row.integer(1), bytes: row.integer(2), tail: row.text(3))
        }
        return rows.first
    }

    /// Of jobs, of rows of runs, and of bytes that are used.
    package func extent() throws(LedgerError) -> (jobs: Int64, runs: Int64, size: Int64) {
        try reading { () throws(LedgerError) in
            let runs = try database.number("SELECT count(*) FROM run") ?? 0
            let recent = try database.number("SELECT count(*) FROM recent WHERE kind = 1") ?? 0
            let pages = try database.number("PRAGMA page_count") ?? 0
            let free = try database.number("PRAGMA freelist_count") ?? 0
            return (
                try database.number("SELECT count(*) FROM job") ?? 0, runs + recent,
                (pages - free) * (try database.number("PRAGMA page_size") ?? 0)
            )
        }
    }

    package func losses() throws(LedgerError) -> [LossClass: Int64] {
        let rows = try database.rows("SELECT class, sum(count) FROM loss GROUP BY class") {
            (LossClass(rawValue: $0.text(0)), $0.integer(1))
        }
        var losses: [LossClass: Int64] = [:]
        for case (let kind?, let count) in rows { losses[kind] = count }
        return losses
    }
}
