internal import CSQLite
import LedgerStore

/// A value in a row.
enum SQLValue {
    case null
    case integer(Int64)
    case text(String)

    init(_ value: Int64?) { self = value.map { .integer($0) } ?? .null }
    init(_ value: Bool) { self = .integer(value ? 1 : 0) }
    init(_ value: Int) { self = .integer(Int64(value)) }
    /// An empty one is none.
    init(_ value: String) { self = value.isEmpty ? .null : .text(value) }
}

extension SQLValue: ExpressibleByIntegerLiteral {
    init(integerLiteral value: Int64) { self = .integer(value) }
}

/// A prepared statement of a database, which outlives it.
@safe final class Statement {
    private let handle: OpaquePointer
    private unowned let database: Database
    private var isEnded = false

    init(_ handle: OpaquePointer, _ database: Database) {
        unsafe self.handle = handle
        self.database = database
    }

    /// With its database.
    func end() {
        guard !isEnded else { return }
        isEnded = true
        unsafe sqlite3_finalize(handle)
    }

    func reset() { unsafe sqlite3_reset(handle) }

    func begin(_ values: [SQLValue]) throws(LedgerError) {
        reset()
        for (index, value) in values.enumerated() {
            let code = bind(Int32(index + 1), value)
            guard code == SQLITE_OK else { throw database.error(code) }
        }
    }

    private func bind(_ index: Int32, _ value: SQLValue) -> Int32 {
        switch value {
        case .null: return unsafe sqlite3_bind_null(handle, index)
        case .integer(let number): return unsafe sqlite3_bind_int64(handle, index, number)
        case .text(var text):
            return text.withUTF8 { bytes in
                unsafe bytes.withMemoryRebound(to: CChar.self) {
                    unsafe csqlite_bind_text(handle, index, $0.baseAddress, Int32($0.count))
                }
            }
        }
    }

    /// Goes on to the next row. Returns `false` if there is none left.
    func step() throws(LedgerError) -> Bool {
        let code = unsafe sqlite3_step(handle)
        if code == SQLITE_ROW { return true }
        let error = code == SQLITE_DONE ? nil : database.error(code)
        // What it has read from is let go.
        reset()
        if let error { throw error }
        return false
    }

    // MARK: The row, by column

    func integer(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(handle, column) }

    func optional(_ column: Int32) -> Int64? {
        unsafe sqlite3_column_type(handle, column) == SQLITE_NULL ? nil : integer(column)
    }

    func flag(_ column: Int32) -> Bool { integer(column) != 0 }

    /// Empty where there is none.
    func text(_ column: Int32) -> String {
        guard let bytes = unsafe sqlite3_column_text(handle, column) else { return "" }
        let count = Int(unsafe sqlite3_column_bytes(handle, column))
        return unsafe String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }
}
