import Kernel
import LedgerStore

/// The tables of a database, and how one is begun.
///
/// What comes is appended to `recent` and ordered into the other tables by a fold: a batch with a row of each of a thousand jobs
/// would write a page a row. Moments are microseconds since 1970.
enum Schema {
    static let version = Int64(1)
    /// "CRON": which program's it is.
    static let application = Int64(0x4352_4F4E)

    /// Makes the tables if there are none, and says so. `isShared`: the file system's memory is that of one machine, as a write-ahead log needs it.
    static func prepare(_ database: Database, isShared: Bool) throws(LedgerError) -> Bool {
        // In this order: what is set after the first write has no effect.
        try database.run("PRAGMA page_size = 4096; PRAGMA auto_vacuum = INCREMENTAL")
        try database.run("PRAGMA journal_mode = \(isShared ? "WAL" : "TRUNCATE")")
        try database.run(
            """
            PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 1000;
            PRAGMA journal_size_limit = \(journalLimit); PRAGMA cell_size_check = ON; PRAGMA secure_delete = FAST; PRAGMA trusted_schema = OFF
            """)
        guard try database.number("SELECT count(*) FROM sqlite_schema") == 0 else {
            try addColumns(database)
            return false
        }
        try create(database)
        return true
    }

    /// Those that an earlier one of this version did not have.
    private static func addColumns(_ database: Database) throws(LedgerError) {
        for (table, column, type) in [
            ("job", "history", "TEXT"), ("job", "alerts", "INTEGER NOT NULL DEFAULT 0"),
            ("meta", "commits", "INTEGER NOT NULL DEFAULT 0"),
        ] {
            let known = "SELECT count(*) FROM pragma_table_info('\(table)') WHERE name = '\(column)'"
            if try database.number(known) == 0 { try database.run("ALTER TABLE \(table) ADD COLUMN \(column) \(type)") }
        }
    }

    /// Of the write-ahead log, when it was written back.
    static let journalLimit = 8 * 1_024 * 1_024

    private static func create(_ database: Database) throws(LedgerError) {
        try database.transaction { () throws(LedgerError) in
            try database.run(tables)
            try database.run("PRAGMA user_version = \(version); PRAGMA application_id = \(application)")
        }
    }

    /// Refuses a file that is not to be touched. Asked before SQLite is, which would write back what a later version has left.
    static func check(_ path: String) throws(LedgerError) {
        guard let head = (try? FileSystem.contents(of: path, limit: 100))??.bytes, head.count >= 72 else { return }
        // Anything else is no database, of whatever version.
        guard String(decoding: head.prefix(15), as: UTF8.self) == "SQLite format 3" else { return }
        let (version, application) = (number(head, at: 60), number(head, at: 68))
        if version > Self.version {
            throw LedgerError(
                .newer(version), "it is of version \(version); this cronledger knows up to \(Self.version)",
                path: path)
        }
        // A database that was begun and not finished has neither.
        if application != Self.application, application != 0 || version != 0 {
            throw LedgerError(.other, "it is a database of another program", path: path)
        }
    }

    private static func number(_ bytes: [UInt8], at offset: Int) -> Int64 {
        bytes[offset..<(offset + 4)].reduce(0) { $0 << 8 | Int64($1) }
    }

    /// Of a run, in `recent` and in `run`.
    private static let runColumns = """
        life INTEGER NOT NULL, slot INTEGER, attempt INTEGER NOT NULL, cause INTEGER NOT NULL, outcome INTEGER NOT NULL,
        reason TEXT, began INTEGER NOT NULL, duration INTEGER NOT NULL, lateness INTEGER NOT NULL, code INTEGER,
        retry_after INTEGER, text TEXT, length INTEGER
        """

    private static let sumColumns = """
        ok INTEGER NOT NULL, failed INTEGER NOT NULL, timeout INTEGER NOT NULL, crashed INTEGER NOT NULL,
        oom INTEGER NOT NULL, skipped INTEGER NOT NULL, missed INTEGER NOT NULL, cancelled INTEGER NOT NULL,
        interrupted INTEGER NOT NULL, runs INTEGER NOT NULL, besides INTEGER NOT NULL, busy INTEGER NOT NULL,
        longest INTEGER NOT NULL, lateness INTEGER NOT NULL, latest INTEGER NOT NULL
        """

    static let tables = """
        -- One row: how far the journal was taken, of which life of the daemon, and the last number given in `recent`.
        CREATE TABLE meta (one INTEGER PRIMARY KEY CHECK (one = 1), created INTEGER NOT NULL, owner TEXT, checked INTEGER, journal TEXT,
            number INTEGER, life INTEGER NOT NULL, seq INTEGER NOT NULL, commits INTEGER NOT NULL DEFAULT 0) STRICT;
        INSERT INTO meta VALUES (1, unixepoch() * 1000000, NULL, NULL, NULL, NULL, 0, 0, 0);
        CREATE TABLE life (id INTEGER PRIMARY KEY AUTOINCREMENT, uid INTEGER NOT NULL UNIQUE, pid INTEGER NOT NULL,
            began INTEGER NOT NULL, host TEXT, boot TEXT, version TEXT, registry TEXT) STRICT;
        -- The numbers that a life has given to jobs.
        CREATE TABLE life_job (life INTEGER, idx INTEGER, job INTEGER NOT NULL, PRIMARY KEY (life, idx))
            STRICT, WITHOUT ROWID;
        -- `books`, `sums`, `accounted`: as the daemon has them. `base`: what is added to its numbers of runs. `seq`: up to which of
        -- `recent` that is. `ok`, `bad`, `gaps`: rows. `is_ordered`: each run began after the one before. `history`: what
        -- its entry says of that.
        CREATE TABLE job (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, schedule TEXT, timezone TEXT,
            comment TEXT, seen INTEGER NOT NULL, books INTEGER NOT NULL, sums TEXT, accounted INTEGER NOT NULL,
            base INTEGER, runs INTEGER NOT NULL, failures INTEGER NOT NULL, is_failing INTEGER NOT NULL,
            is_late INTEGER NOT NULL, gap INTEGER, gap_outcome INTEGER, gap_reason TEXT, seq INTEGER NOT NULL,
            ok INTEGER NOT NULL, bad INTEGER NOT NULL, gaps INTEGER NOT NULL, last_began INTEGER NOT NULL,
            is_ordered INTEGER NOT NULL, history TEXT, alerts INTEGER NOT NULL DEFAULT 0) STRICT;
        -- Runs that last longer than a batch.
        CREATE TABLE open_run (job INTEGER PRIMARY KEY, run INTEGER NOT NULL, life INTEGER NOT NULL, slot INTEGER,
            attempt INTEGER NOT NULL, cause INTEGER NOT NULL, began INTEGER NOT NULL, lateness INTEGER NOT NULL,
            pid INTEGER NOT NULL) STRICT;
        -- `kind`: that of `RecentKind`, which says what `number` is.
        CREATE TABLE recent (seq INTEGER PRIMARY KEY, kind INTEGER NOT NULL, job INTEGER NOT NULL, at INTEGER NOT NULL,
            number INTEGER NOT NULL, last INTEGER, count INTEGER NOT NULL, \(runColumns)) STRICT;
        -- job << 40 | number of the run: clustered by job without another index.
        CREATE TABLE run (id INTEGER PRIMARY KEY, settles INTEGER NOT NULL, \(runColumns)) STRICT;
        CREATE INDEX run_began ON run (began);
        -- For the failures of all jobs, and of one. Queries say `outcome <> 0`, or these are not used.
        CREATE INDEX run_bad ON run (began) WHERE outcome <> 0;
        CREATE INDEX run_bad_job ON run (id) WHERE outcome <> 0;
        CREATE TABLE gap (id INTEGER PRIMARY KEY, job INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
            count INTEGER NOT NULL, outcome INTEGER NOT NULL, reason TEXT, life INTEGER NOT NULL) STRICT;
        CREATE INDEX gap_job ON gap (job, last);
        CREATE INDEX gap_last ON gap (last);
        -- `run`: the id of a run.
        CREATE TABLE output (run INTEGER PRIMARY KEY, lines INTEGER NOT NULL, bytes INTEGER NOT NULL, tail TEXT) STRICT;
        CREATE TABLE incident (id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, job INTEGER,
            kind TEXT NOT NULL, text TEXT) STRICT;
        CREATE INDEX incident_at ON incident (at);
        -- What was booked in each hour, and in days that are longer ago.
        CREATE TABLE tally (hour INTEGER, job INTEGER, \(sumColumns), PRIMARY KEY (hour, job)) STRICT, WITHOUT ROWID;
        CREATE TABLE tally_day (hour INTEGER, job INTEGER, \(sumColumns), PRIMARY KEY (hour, job)) STRICT, WITHOUT ROWID;
        CREATE TABLE loss (at INTEGER, class TEXT, count INTEGER NOT NULL, PRIMARY KEY (at, class)) STRICT, WITHOUT ROWID;
        """
}

/// What a row of `recent` is.
enum RecentKind: Int64 {
    /// `number`: the run's. `count`: the slots that it settles.
    case run = 1
    /// A run that was thought to be followed by another attempt is its slot's last. `number`: the run's.
    case settled
    /// Slots without a run. `number`: that of the gap which they are in.
    case gap
    /// How the job stands. `number`: failures; `attempt`: is failing; `cause`: is late; `began`: alerts.
    case standing
}
