package import LedgerStore
import Model

/// The columns of sums.
enum Tally {
    static let outcomes = Outcome.allCases.sorted { $0.index < $1.index }.map(\.rawValue)
    static let columns = outcomes + ["runs", "besides", "busy", "longest", "lateness", "latest"]
    /// The others are added up.
    private static let greatest: Set<String> = ["longest", "latest"]

    /// What a row does to one that is there.
    static let addition = columns.map {
        greatest.contains($0) ? "\($0) = max(\($0), excluded.\($0))" : "\($0) = \($0) + excluded.\($0)"
    }.joined(separator: ", ")

    /// Of several rows of sums.
    static let sums = columns.map { greatest.contains($0) ? "max(\($0)) AS \($0)" : "sum(\($0)) AS \($0)" }
        .joined(separator: ", ")

    /// A row of `recent` as a row of sums. An `interrupted` run has no end, and so no duration.
    static let recent =
        (outcomes.enumerated().map { "iif(outcome = \($0), count, 0) AS \($1)" } + [
            "kind = 1 AS runs", "kind = 1 AND slot IS NULL AS besides", "iif(kind = 1, duration, 0) AS busy",
            "iif(kind = 1, duration, 0) AS longest", "iif(kind = 1, lateness, 0) AS lateness",
            "iif(kind = 1, lateness, 0) AS latest",
        ]).joined(separator: ", ")

    /// Of the kinds that `recent` counts.
    static let counted = "kind IN (1, 2, 3)"
    static let hour = "at / 3600000000"
}

extension SQLiteStore {
    package func fold() throws(LedgerError) {
        try refresh()
        guard unfolded > 0 else { return }
        try writing(.process) { () throws(LedgerError) in
            try foldRuns()
            try foldRest()
            for place in dirty.sorted() { try save(place) }
            try database.change("DELETE FROM recent")
            try database.change("DELETE FROM life_job WHERE life <> ?", .integer(life))
        }
        unfolded = 0
    }

    /// A run whose number is taken is left out: one bad row must not stop all the others for ever.
    private func foldRuns() throws(LedgerError) {
        let expected = try database.number("SELECT count(*) FROM recent WHERE kind = 1") ?? 0
        let count = try database.change(
            """
            INSERT INTO run SELECT job << 40 | number, count > 0, life, slot, attempt, cause, outcome, reason, began, duration,
            lateness, code, retry_after, text, length FROM recent WHERE kind = 1 ORDER BY job, number, seq
            ON CONFLICT (id) DO NOTHING
            """)
        try database.change(
            "UPDATE run SET settles = 1 WHERE id IN (SELECT job << 40 | number FROM recent WHERE kind = 2)")
        guard Int64(count) < expected else { return }
        try database.change(
            """
            INSERT INTO loss (at, class, count) VALUES (0, ?, ?)
            ON CONFLICT (at, class) DO UPDATE SET count = count + excluded.count
            """, .text(LossClass.conflict.rawValue), .integer(expected - Int64(count)))
        for place in dirty { try recount(place) }
    }

    private func recount(_ place: Int) throws(LedgerError) {
        let range = RunID.range(of: known.accounts[place].id)
        let bounds = [SQLValue.integer(range.first), .integer(range.last)]
        let counts = try database.rows(
            "SELECT count(*) FILTER (WHERE outcome = 0), count(*) FROM run WHERE id BETWEEN ? AND ?", bounds
        ) { ($0.integer(0), $0.integer(1)) }
        for (ok, all) in counts { (known.accounts[place].ok, known.accounts[place].bad) = (ok, all - ok) }
    }

    private func foldRest() throws(LedgerError) {
        try database.change(
            """
            INSERT INTO gap SELECT number, job, min(slot), max(last), sum(count), outcome, reason, min(life) FROM recent
            WHERE kind = 3 GROUP BY number ON CONFLICT (id) DO UPDATE SET last = max(last, excluded.last),
            first = min(first, excluded.first), count = count + excluded.count
            """)
        try database.change(
            """
            INSERT INTO tally SELECT hour, job, \(Tally.sums) FROM
            (SELECT \(Tally.hour) AS hour, job, \(Tally.recent) FROM recent WHERE \(Tally.counted))
            WHERE true GROUP BY hour, job ON CONFLICT (hour, job) DO UPDATE SET \(Tally.addition)
            """)
    }
}
