/// The daemon's log while it is being written.
final class LogFile {
    let path: String
    private(set) var records: [LogRecord] = []
    /// Lines that are no records: there must be none.
    private(set) var foreignLines: [String] = []
    private var consumed = 0

    init(_ path: String) { self.path = path }

    /// Takes in what was written since the last call.
    @discardableResult
    func update() -> [LogRecord] {
        guard let bytes = TextFile.bytes(path), let end = bytes.lastIndex(of: UInt8(ascii: "\n")), end >= consumed
        else { return records }
        let text = String(decoding: bytes[consumed...end], as: UTF8.self)
        consumed = end + 1
        for line in text.split(separator: "\n") {
            if let record = LogRecord(line) { records.append(record) } else { foreignLines.append(String(line)) }
        }
        return records
    }

    func all(_ message: String, entry: String? = nil) -> [LogRecord] {
        update().filter { $0.message == message && (entry == nil || $0.entry == entry) }
    }

    func count(_ message: String, entry: String? = nil) -> Int { all(message, entry: entry).count }

    var tail: String { (TextFile.read(path) ?? "").split(separator: "\n").suffix(15).joined(separator: "\n") }
}
