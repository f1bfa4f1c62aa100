package import Clocks
package import LedgerStore

extension SQLiteStore {
    package func forget(_ job: String, run: Int64?, before: WallInstant?) throws(LedgerError) -> Int {
        try fold()
        guard let place = known.place(name: job) else { return 0 }
        let id = known.accounts[place].id
        let ids = run.map { (RunID.of(id, $0), RunID.of(id, $0)) } ?? RunID.range(of: id)
        let runs = "id BETWEEN \(ids.0) AND \(ids.1) AND began < \(before?.microseconds ?? .max)"
        let count = try writing(.power) { () throws(LedgerError) in
            // Before the texts, by which these runs are found.
            let all = try database.query(
                """
                SELECT count(*) FROM run WHERE \(runs)
                AND (text IS NOT NULL OR id IN (SELECT run FROM output WHERE run BETWEEN \(ids.0) AND \(ids.1)))
                """
            ) { $0.integer(0) }
            try database.run(
                """
                DELETE FROM output WHERE run IN (SELECT id FROM run WHERE \(runs));
                UPDATE run SET text = NULL, length = NULL WHERE \(runs) AND text IS NOT NULL
                """)
            return all.first ?? 0
        }
        tails.forget(id, run: run)
        // What was there is in free pages and in the log ahead too.
        try database.change("PRAGMA incremental_vacuum")
        try checkpoint()
        return Int(count)
    }
}
