import Find
import Values

/// Reads one entry of a `RegistryImage`, as far as it is asked for.
struct EntryImageReader {
    private var reader: ValueReader

    init(_ bytes: UnsafeRawBufferPointer, at start: Int) { reader = ValueReader(bytes, at: start) }

    mutating func entry() throws(RegistryImage.Failure) -> Entry {
        let (id, kind) = (try id(), try text())
        let location = SourceLocation(file: try text(), line: try number(), column: try number())
        return Entry(id: id, kind: kind, meta: try map(), data: try map(), location: location)
    }

    mutating func hold(_ criteria: Criteria) throws(RegistryImage.Failure) -> Bool {
        guard criteria.hold(for: try id(), kind: try text()) else { return false }
        guard criteria.needMeta else { return true }
        try skipPlace()
        return criteria.hold(for: try map())
    }

    /// Below zero if the entry's ID comes before `other`, above if after it.
    mutating func compareID(to other: String) throws(RegistryImage.Failure) -> Int {
        do { return try reader.compareText(to: other) } catch { throw .malformed }
    }

    private mutating func id() throws(RegistryImage.Failure) -> EntryID {
        guard let id = EntryID(try text()) else { throw .malformed }
        return id
    }

    private mutating func text() throws(RegistryImage.Failure) -> String {
        do { return try reader.text() } catch { throw .malformed }
    }

    private mutating func number() throws(RegistryImage.Failure) -> Int {
        do { return try reader.number() } catch { throw .malformed }
    }

    private mutating func map() throws(RegistryImage.Failure) -> Value.Map {
        do {
            if case .map(let map) = try reader.value() { return map }
        } catch {
            throw .malformed
        }
        throw .malformed
    }

    /// The file, the line and the column.
    private mutating func skipPlace() throws(RegistryImage.Failure) {
        do {
            try reader.skipText()
            _ = (try reader.number(), try reader.number())
        } catch {
            throw .malformed
        }
    }
}
