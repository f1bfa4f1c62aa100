/// A line `NAME = value` of a crontab, as cron reads it: either side may stand in quotes of either kind, and blanks around it
/// do not count. Nothing in it is expanded.
struct CrontabSetting: Hashable {
    let name: String
    let value: String

    /// `nil`: the line is something else.
    init?(_ line: String) {
        var scanner = CrontabScanner(line)
        scanner.skipBlanks()
        guard let name = Self.name(&scanner), !name.isEmpty else { return nil }
        scanner.skipBlanks()
        guard scanner.takeByte() == UInt8(ascii: "=") else { return nil }
        scanner.skipBlanks()
        guard let value = Self.value(&scanner) else { return nil }
        (self.name, self.value) = (name, value)
    }

    private static func name(_ scanner: inout CrontabScanner) -> String? {
        if let quote = quote(scanner) { return quoted(by: quote, &scanner) }
        var name: [UInt8] = []
        while let next = scanner.next, next != UInt8(ascii: "="), !CrontabScanner.isBlank(next) {
            name.append(next)
            _ = scanner.takeByte()
        }
        return String(decoding: name, as: UTF8.self)
    }

    private static func value(_ scanner: inout CrontabScanner) -> String? {
        guard let quote = quote(scanner) else { return trimmed(scanner.rest) }
        let value = quoted(by: quote, &scanner)
        scanner.skipBlanks()
        return scanner.isAtEnd ? value : nil
    }

    private static func quote(_ scanner: CrontabScanner) -> UInt8? {
        guard let next = scanner.next, next == UInt8(ascii: "'") || next == UInt8(ascii: "\"") else { return nil }
        return next
    }

    /// `nil` without an end.
    private static func quoted(by quote: UInt8, _ scanner: inout CrontabScanner) -> String? {
        _ = scanner.takeByte()
        var text: [UInt8] = []
        while let byte = scanner.takeByte() {
            if byte == quote { return String(decoding: text, as: UTF8.self) }
            text.append(byte)
        }
        return nil
    }

    private static func trimmed(_ text: String) -> String {
        let end = text.utf8.lastIndex { !CrontabScanner.isBlank($0) }
        return end.map { String(decoding: text.utf8[...$0], as: UTF8.self) } ?? ""
    }
}
