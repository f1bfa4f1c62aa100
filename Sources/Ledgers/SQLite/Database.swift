internal import CSQLite
package import LedgerStore

/// A connection to a database. One thread uses it at a time.
@safe package final class Database {
    private let handle: OpaquePointer
    package let path: String
    private var statements: [String: Statement] = [:]

    /// What the library is called in its own terms.
    package static var version: String { unsafe String(cString: sqlite3_libversion()) }

    package struct Mode: Hashable, Sendable {
        let flags: Int32
        var isImmutable = false

        func name(of path: String) -> String {
            guard isImmutable else { return path }
            let escaped = path.utf8.map { byte in
                let isPlain = byte > 0x20 && byte < 0x7F && !"%?#".utf8.contains(byte)
                let digits = String(byte, radix: 16)
                return isPlain ? String(Unicode.Scalar(byte)) : "%" + (digits.utf8.count < 2 ? "0" : "") + digits
            }
            return "file:\(escaped.joined())?immutable=1"
        }

        package static let writing = Mode(
            flags: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX)
        package static let reading = Mode(flags: SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX)
        /// Nothing is changed, and nothing beside it is made that was not there.
        package static let readOnly = Mode(flags: SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX)
        /// As if nobody wrote to it, which must be so: for a file in a place where nothing can be made beside it.
        package static let immutable = Mode(
            flags: SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI, isImmutable: true)
    }

    package init(_ path: String, _ mode: Mode) throws(LedgerError) {
        var handle: OpaquePointer?
        let code = unsafe sqlite3_open_v2(mode.name(of: path), &handle, mode.flags, nil)
        guard code == SQLITE_OK, let opened = unsafe handle else {
            let error = unsafe Self.error(code, handle, path)
            unsafe sqlite3_close_v2(handle)
            throw error
        }
        unsafe self.handle = opened
        self.path = path
        unsafe sqlite3_extended_result_codes(opened, 1)
    }

    deinit {
        for statement in statements.values { statement.end() }
        unsafe sqlite3_close_v2(handle)
    }

    // MARK: Statements

    /// Runs statements that have no values and whose rows nobody wants.
    package func run(_ sql: String) throws(LedgerError) {
        let code = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw error(code) }
    }

    /// The statement, with values for its `?`, before its first row. It is kept, and must be done with before it is asked for again.
    func statement(_ sql: String, _ values: [SQLValue] = []) throws(LedgerError) -> Statement {
        let statement = try prepared(sql)
        try statement.begin(values)
        return statement
    }

    private func prepared(_ sql: String) throws(LedgerError) -> Statement {
        if let statement = statements[sql] { return statement }
        var made: OpaquePointer?
        let code = unsafe sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &made, nil)
        guard code == SQLITE_OK, let prepared = unsafe made else { throw error(code) }
        let statement = unsafe Statement(prepared, self)
        statements[sql] = statement
        return statement
    }

    /// Runs it to its end. Returns how many rows it has changed.
    @discardableResult
    func change(_ sql: String, _ values: SQLValue...) throws(LedgerError) -> Int { try change(sql, values) }

    @discardableResult
    func change(_ sql: String, _ values: [SQLValue]) throws(LedgerError) -> Int {
        let statement = try statement(sql, values)
        while try statement.step() {}
        return Int(unsafe sqlite3_changes64(handle))
    }

    /// What `read` makes of each row.
    func rows<Row>(
        _ sql: String, _ values: [SQLValue] = [], _ read: (Statement) -> Row
    ) throws(LedgerError) -> [Row] {
        let statement = try statement(sql, values)
        var rows: [Row] = []
        while try statement.step() { rows.append(read(statement)) }
        return rows
    }

    /// The same of a statement that has values in its text, and is not kept.
    func query<Row>(_ sql: String, _ values: [SQLValue] = [], _ read: (Statement) -> Row) throws(LedgerError) -> [Row] {
        defer { statements.removeValue(forKey: sql)?.end() }
        return try rows(sql, values, read)
    }

    /// The first number of the first row.
    func number(_ sql: String, _ values: SQLValue...) throws(LedgerError) -> Int64? {
        try rows(sql, values) { $0.optional(0) }.first ?? nil
    }

    // MARK: Transactions

    /// All of what `body` does, or nothing.
    func transaction<Result>(
        _ begin: String = "BEGIN IMMEDIATE", _ body: () throws(LedgerError) -> Result
    ) throws(LedgerError) -> Result {
        try change(begin)
        do throws(LedgerError) {
            let result = try body()
            try change("COMMIT")
            return result
        } catch {
            rollBack()
            throw error
        }
    }

    /// On a full disk SQLite has done it by itself.
    private func rollBack() {
        for statement in statements.values { statement.reset() }
        if unsafe sqlite3_get_autocommit(handle) == 0 { _ = try? change("ROLLBACK") }
    }

    /// How long a call waits for another program that has the database.
    package func wait(milliseconds: Int32) { unsafe sqlite3_busy_timeout(handle, milliseconds) }

    /// For other threads, as long as the connection is open.
    package var interrupter: Interrupter { unsafe Interrupter(handle) }

    /// Ends what goes on in a connection.
    @safe package struct Interrupter: @unchecked Sendable {
        private let handle: OpaquePointer

        fileprivate init(_ handle: OpaquePointer) { unsafe self.handle = handle }

        package func interrupt() { unsafe sqlite3_interrupt(handle) }
    }

    package func giveBackMemory() { unsafe sqlite3_db_release_memory(handle) }

    // MARK: Errors

    func error(_ code: Int32) -> LedgerError { unsafe Self.error(code, handle, path) }

    private static func error(_ code: Int32, _ handle: OpaquePointer?, _ path: String) -> LedgerError {
        guard let handle = unsafe handle else { return LedgerError(.other, "out of memory", code: code, path: path) }
        let extended = unsafe max(code, sqlite3_extended_errcode(handle))
        let system = unsafe sqlite3_system_errno(handle)
        let text = unsafe String(cString: sqlite3_errmsg(handle))
        return LedgerError(kind(extended, system: system), text, code: extended, path: path)
    }

    /// ENOSPC, EDQUOT and EROFS.
    private static let noRoom: [Int32] = [28, 122, 30]

    private static func kind(_ code: Int32, system: Int32) -> LedgerError.Kind {
        switch code & 0xFF {
        case SQLITE_FULL, SQLITE_READONLY: .noRoom
        case SQLITE_BUSY, SQLITE_LOCKED: .locked
        case SQLITE_CORRUPT, SQLITE_NOTADB: .damaged
        case SQLITE_IOERR, SQLITE_CANTOPEN: noRoom.contains(system) ? .noRoom : .failing
        default: .other
        }
    }
}
