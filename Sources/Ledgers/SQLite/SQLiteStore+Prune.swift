package import Clocks
package import LedgerStore

extension SQLiteStore {
    package func prune(_ retention: Retention, at now: WallInstant, budget: Int) throws(LedgerError) -> Pruned {
        try fold()
        let pruned = try writing(.process) { () throws(LedgerError) in
            var pace = Pace(budget: budget)
            try pruneRuns(retention, at: now, &pace)
            try pruneGaps(retention, at: now, &pace)
            try pruneRest(retention, at: now, &pace)
            try pruneSize(retention, &pace)
            return pace.result
        }
        try database.change("PRAGMA incremental_vacuum(\(Self.pagesAtOnce))")
        return pruned
    }

    /// So many free pages are given back at a time.
    static let pagesAtOnce = 256

    /// How much may still be done at this time.
    private struct Pace {
        private(set) var result = Pruned()
        private(set) var rest: Int

        init(budget: Int) { rest = budget }

        /// How many of `count` rows may go now.
        mutating func permit(_ count: Int64) -> Int {
            if count > Int64(rest) { result.isDone = false }
            return Int(min(count, Int64(rest)))
        }

        mutating func note(removed count: Int) {
            result.rows += count
            rest -= count
        }

        /// So many have gone of all that there may be.
        mutating func note(removedOfAny count: Int) {
            note(removed: count)
            if rest <= 0 { result.isDone = false }
        }
    }

    // MARK: Runs

    private func pruneRuns(_ retention: Retention, at now: WallInstant, _ pace: inout Pace) throws(LedgerError) {
        for place in known.accounts.indices {
            let account = known.accounts[place]
            let excess = retention.of(account.history).excess(ok: account.ok, bad: account.bad)
            try removeOldest(excess.ok, isOk: true, place, &pace)
            try removeOldest(excess.bad, isOk: false, place, &pace)
        }
        let longest = longestAge(retention)
        for place in known.accounts.indices {
            let own = retention.of(known.accounts[place].history)
            if own.age < longest.age { try removeOld(own.oldest(at: now), place, &pace) }
        }
        let ids = try database.rows(
            """
            DELETE FROM run WHERE id IN (SELECT id FROM run WHERE began < ? ORDER BY began LIMIT ?) RETURNING id, outcome
            """, [.integer(longest.oldest(at: now).microseconds), SQLValue(pace.rest)]
        ) { ($0.integer(0), $0.integer(1) == 0) }
        pace.note(removedOfAny: ids.count)
        try forget(ids)
    }

    /// What is older than this is kept of no job.
    private func longestAge(_ retention: Retention) -> Retention {
        known.accounts.map { retention.of($0.history) }.max { $0.age < $1.age } ?? retention
    }

    /// Of a job that is kept for less time than another.
    private func removeOld(_ oldest: WallInstant, _ place: Int, _ pace: inout Pace) throws(LedgerError) {
        let account = known.accounts[place]
        let range = RunID.range(of: account.id)
        let bounds = [SQLValue.integer(range.first), .integer(range.last)]
        if account.isOrdered {
            // The first row says whether there is any.
            let first = try database.rows("SELECT began FROM run WHERE id BETWEEN ? AND ? ORDER BY id LIMIT 1", bounds)
            {
                $0.integer(0)
            }
            guard let first = first.first, first < oldest.microseconds else { return }
        }
        let ids = try database.rows(
            """
            DELETE FROM run WHERE id IN (SELECT id FROM run WHERE id BETWEEN ? AND ? AND began < ? ORDER BY id LIMIT ?)
            RETURNING id, outcome
            """, bounds + [.integer(oldest.microseconds), SQLValue(pace.rest)]
        ) { ($0.integer(0), $0.integer(1) == 0) }
        pace.note(removedOfAny: ids.count)
        try forget(ids)
    }

    private func removeOldest(
        _ count: Int64, isOk: Bool, _ place: Int, _ pace: inout Pace
    ) throws(LedgerError) {
        guard count > 0 else { return }
        let permitted = pace.permit(count)
        let range = RunID.range(of: known.accounts[place].id)
        let ids = try database.rows(
            """
            DELETE FROM run WHERE id IN (SELECT id FROM run WHERE id BETWEEN ? AND ? AND outcome \(isOk ? "=" : "<>") 0
            ORDER BY id LIMIT ?) RETURNING id
            """, [.integer(range.first), .integer(range.last), SQLValue(permitted)]
        ) { ($0.integer(0), isOk) }
        pace.note(removed: ids.count)
        try forget(ids)
    }

    /// Runs that are gone.
    private func forget(_ runs: [(id: Int64, isOk: Bool)]) throws(LedgerError) {
        var places: Set<Int> = []
        for (id, isOk) in runs {
            try database.change("DELETE FROM output WHERE run = ?", .integer(id))
            guard let place = known.place(id: RunID.job(of: id)) else { continue }
            if isOk { known.accounts[place].ok -= 1 } else { known.accounts[place].bad -= 1 }
            places.insert(place)
        }
        for place in places.sorted() { try save(place) }
    }

    // MARK: Gaps, incidents and sums

    private func pruneGaps(_ retention: Retention, at now: WallInstant, _ pace: inout Pace) throws(LedgerError) {
        for place in known.accounts.indices {
            let account = known.accounts[place]
            let excess = max(0, account.gaps - Int64(retention.gaps))
            guard excess > 0 else { continue }
            pace.note(removed: try removeGaps("job = \(account.id)", "id", pace.permit(excess)))
        }
        let longest = longestAge(retention)
        for account in known.accounts {
            let own = retention.of(account.history)
            guard own.age < longest.age, account.gaps > 0 else { continue }
            let condition = "job = \(account.id) AND last < \(own.oldest(at: now).microseconds)"
            pace.note(removedOfAny: try removeGaps(condition, "last", pace.rest))
        }
        pace.note(removedOfAny: try removeGaps("last < \(longest.oldest(at: now).microseconds)", "last", pace.rest))
    }

    private func removeGaps(
        _ condition: String, _ order: String, _ permitted: Int
    ) throws(LedgerError) -> Int {
        let jobs = try database.query(
            "DELETE FROM gap WHERE id IN (SELECT id FROM gap WHERE \(condition) ORDER BY \(order) LIMIT ?) RETURNING job",
            [SQLValue(permitted)]
        ) { $0.integer(0) }
        let places = Set(jobs.compactMap { known.place(id: $0) })
        for job in jobs { if let place = known.place(id: job) { known.accounts[place].gaps -= 1 } }
        for place in places.sorted() { try save(place) }
        return jobs.count
    }

    private func pruneRest(_ retention: Retention, at now: WallInstant, _ pace: inout Pace) throws(LedgerError) {
        let count = try database.change(
            """
            DELETE FROM incident WHERE id IN (SELECT id FROM incident WHERE at < ?
            OR id <= (SELECT max(id) FROM incident) - ? ORDER BY id LIMIT ?)
            """, .integer(retention.oldest(at: now).microseconds), SQLValue(retention.incidents), SQLValue(pace.rest))
        pace.note(removedOfAny: count)
        try foldHours(before: retention.firstHour(at: now), &pace)
        try forgetTheOld(before: retention.oldestDay(at: now))
    }

    /// One hour at a time becomes part of its day.
    private func foldHours(before first: Int64, _ pace: inout Pace) throws(LedgerError) {
        while let hour = try database.number("SELECT min(hour) FROM tally"), hour < first {
            guard pace.permit(1) > 0 else { return }
            let columns = Tally.columns.joined(separator: ", ")
            try database.change(
                """
                INSERT INTO tally_day SELECT hour / 24 * 24, job, \(columns) FROM tally WHERE hour = ?
                ON CONFLICT (hour, job) DO UPDATE SET \(Tally.addition)
                """, .integer(hour))
            pace.note(removed: try database.change("DELETE FROM tally WHERE hour = ?", .integer(hour)))
        }
    }

    private func forgetTheOld(before oldest: WallInstant) throws(LedgerError) {
        try database.change("DELETE FROM tally_day WHERE hour < ?", .integer(oldest.hour / 24 * 24))
        try database.change("DELETE FROM loss WHERE at < ? AND at > 0", .integer(oldest.microseconds))
        try database.change(
            "DELETE FROM life WHERE began < ? AND id <> ?", .integer(oldest.microseconds), .integer(life))
    }

    // MARK: Room

    /// The job with the most runs gives its oldest, in turns.
    private func pruneSize(_ retention: Retention, _ pace: inout Pace) throws(LedgerError) {
        while try size() > retention.bytes, pace.permit(1) > 0 {
            let spare = known.accounts.indices.map { place in
                let account = known.accounts[place]
                return (place, retention.spare(ok: account.ok, bad: account.bad))
            }
            guard let most = spare.max(by: { $0.1.ok + $0.1.bad < $1.1.ok + $1.1.bad }), most.1.ok + most.1.bad > 0
            else { return }
            let isOk = most.1.ok > 0
            let count = min(Int64(Self.rowsAtOnce), isOk ? most.1.ok : most.1.bad, Int64(pace.rest))
            let before = pace.result.rows
            try removeOldest(count, isOk: isOk, most.0, &pace)
            guard pace.result.rows > before else { return }
        }
    }

    private static let rowsAtOnce = 1_000

    /// Of what is used, in bytes.
    package func size() throws(LedgerError) -> Int64 {
        let pages = try database.number("PRAGMA page_count") ?? 0
        let free = try database.number("PRAGMA freelist_count") ?? 0
        return (pages - free) * (try database.number("PRAGMA page_size") ?? 0)
    }
}
