package import LedgerStore

/// What reads the whole of a database: a connection of its own, which holds back the log ahead as long as it reads.
package final class SQLiteCopy {
    private let database: Database

    package init(_ path: String) throws(LedgerError) {
        database = try Database(path, .reading)
        database.wait(milliseconds: SQLiteStore.patience)
    }

    package var interrupter: Database.Interrupter { database.interrupter }

    /// What is wrong with it, at most so many lines; none: it is in order.
    package func faults(most: Int = 20) throws(LedgerError) -> [String] {
        try database.query("PRAGMA quick_check(\(most))") { $0.text(0) }.filter { $0 != "ok" }
    }

    /// Writes all of it, in order, into a file that is not there yet.
    package func write(to path: String) throws(LedgerError) {
        try database.change("VACUUM INTO ?", .text(path))
    }
}
