package import Clocks
import Kernel
package import LedgerStore

/// A ledger in a database of SQLite.
///
/// What it knows of the jobs is in memory too, as of the last record: `job` has it as of a fold, and the rest is read from `recent`
/// when the database is opened, or after an error.
package final class SQLiteStore: LedgerStore {
    let database: Database
    package internal(set) var position: JournalPosition?
    package internal(set) var unfolded = 0
    /// What the last runs wrote, for those who read as well.
    package let tails: SharedTails
    var known = KnownJobs()
    /// The life of the daemon that the records are of; 0: none yet.
    var life = Int64(0)
    /// The last number given in `recent`.
    var seq = Int64(0)
    /// Whose row in `job` is older than what is known.
    var dirty: Set<Int> = []
    /// Whose current run has changed since the last commit.
    var changedRuns: Set<Int> = []
    /// Up to where the sums that it has inherited have what the journal has.
    var countedThrough: JournalPosition?
    /// It was made just now.
    package let isNew: Bool
    /// Whoever had it before has not left it in order.
    package private(set) var wasLeft = false
    /// What is in memory is not what is in the database.
    private var isStale = true

    /// `isShared`: see `Schema.prepare`.
    package init(_ path: String, isShared: Bool = true, tails: SharedTails = SharedTails()) throws(LedgerError) {
        try Schema.check(path)
        try Self.makePrivate(path)
        database = try Database(path, .writing)
        self.tails = tails
        database.wait(milliseconds: Self.patience)
        isNew = try Schema.prepare(database, isShared: isShared)
        wasLeft = owner != nil
        try database.change(Self.claimTable)
        try forgetJobs()
        try refresh()
    }

    /// SQLite would make one that others can read, and gives the files beside it the mode that it finds.
    private static func makePrivate(_ path: String) throws(LedgerError) {
        guard !FileSystem.exists(path) else { return }
        do throws(SystemError) {
            _ = try Descriptor.create(path)
        } catch {
            throw LedgerError(error.isReadOnly ? .noRoom : .failing, "\(error)", path: path)
        }
    }

    /// For another program that has the database, a call.
    package static let patience = Int32(200)

    // MARK: What is in memory

    func refresh() throws(LedgerError) {
        guard isStale else { return }
        try database.transaction("BEGIN") { () throws(LedgerError) in try load() }
        isStale = false
    }

    /// Jobs that are gone, and of which nothing is kept any more.
    private func forgetJobs() throws(LedgerError) {
        try database.change(
            """
            DELETE FROM job WHERE ok = 0 AND bad = 0 AND gaps = 0 AND seen < (unixepoch() - ?) * 1000000
            AND NOT EXISTS (SELECT 1 FROM recent WHERE recent.job = job.id)
            """, .integer(Retention().days.count / 1_000_000_000))
    }

    /// All of what `body` writes, or nothing; after an error what is in memory is read again. Another ledger that has written meanwhile
    /// is noticed.
    func writing<Result>(
        _ durability: Durability, _ body: () throws(LedgerError) -> Result
    ) throws(LedgerError) -> Result {
        try refresh()
        isStale = true
        try set(durability)
        let result = try database.transaction { () throws(LedgerError) in
            try requireOwn()
            return try body()
        }
        isStale = false
        return result
    }

    private func requireOwn() throws(LedgerError) {
        let count = try database.number(
            "SELECT count(*) FROM meta WHERE journal IS ? AND number IS ?",
            SQLValue(position?.journal.description ?? ""), SQLValue(position.map { Int64(clamping: $0.number) }))
        guard count != 1 else { return }
        throw LedgerError(.other, "another ledger has written to it", path: database.path)
    }

    package func resumptions() throws(LedgerError) -> [JobResumption] {
        try refresh()
        return known.accounts.map(\.resumption)
    }

    // MARK: Durability

    /// For the transactions to come.
    private func set(_ durability: Durability) throws(LedgerError) {
        switch durability {
        case .process: try database.change("PRAGMA synchronous = NORMAL")
        case .power: try database.change("PRAGMA synchronous = FULL")
        }
    }

    /// Writes the log back, as far as nobody reads.
    package func checkpoint() throws(LedgerError) {
        try database.change("PRAGMA wal_checkpoint(TRUNCATE)")
    }

    /// While nothing comes.
    package func rest() { database.giveBackMemory() }

    /// Of rows.
    package var runCount: Int64 { known.accounts.reduce(0) { $0 + $1.ok + $1.bad } }
    package var jobCount: Int { known.accounts.count }

    // MARK: Who has it

    package var owner: String? {
        (try? database.rows("SELECT owner FROM meta") { $0.text(0) })?.first.flatMap { $0.isEmpty ? nil : $0 }
    }

    package func set(owner: String) throws(LedgerError) {
        try set(.process)
        try database.change("UPDATE meta SET owner = ?", .text(owner))
    }

    /// The whole of it was found to be in order.
    package func note(checkedAt now: WallInstant) throws(LedgerError) {
        try set(.process)
        try database.change("UPDATE meta SET checked = ?", .integer(now.microseconds))
    }

    /// `nil`: never.
    package func lastCheck() throws(LedgerError) -> WallInstant? {
        try database.number("SELECT checked FROM meta").map { WallInstant(microseconds: $0) }
    }

    /// It was left in order.
    package func end() throws(LedgerError) {
        try set(.power)
        try database.change("UPDATE meta SET owner = NULL")
        try checkpoint()
    }
}

/// The jobs of a store, and the numbers that the daemon has for them.
struct KnownJobs {
    var accounts: [JobAccount] = []
    private var placesByName: [String: Int] = [:]
    private var placesByID: [Int64: Int] = [:]
    /// By the number that the daemon's life has given.
    var placesByNumber: [Int64: Int] = [:]
    /// Which of them have a row in `open_run`.
    var open: Set<Int> = []

    mutating func add(_ account: JobAccount) -> Int {
        accounts.append(account)
        placesByName[account.name] = accounts.count - 1
        placesByID[account.id] = accounts.count - 1
        return accounts.count - 1
    }

    func place(name: String) -> Int? { placesByName[name] }
    func place(id: Int64) -> Int? { placesByID[id] }
}
