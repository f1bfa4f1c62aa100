import Clocks

/// A line `NAME = value` of a crontab, as cron reads it: either side may stand in quotes of either kind, and blanks around it
/// do not count. Nothing in it is expanded.
struct CrontabSetting: Hashable {
    let name: String
    let value: String
    /// `NAME=` with nothing after it, which Debian's cron refuses.
    let isBare: Bool

    /// `nil`: the line is something else.
    init?(_ line: String) {
        var scanner = ByteScanner(line)
        scanner.skipBlanks()
        guard let name = Self.name(&scanner), !name.isEmpty else { return nil }
        scanner.skipBlanks()
        guard scanner.take("=") else { return nil }
        scanner.skipBlanks()
        guard let value = Self.value(&scanner) else { return nil }
        (self.name, self.value, isBare) = (
            name, value, scanner.isAtEnd && value.isEmpty && line.utf8.last == UInt8(ascii: "=")
        )
    }

    private static func name(_ scanner: inout ByteScanner) -> String? {
        if let quote = quote(scanner) { return quoted(by: quote, &scanner) }
        return scanner.take { $0 != UInt8(ascii: "=") && !ASCII.isBlank($0) }
    }

    private static func value(_ scanner: inout ByteScanner) -> String? {
        guard let quote = quote(scanner) else { return CrontabText.withoutBlanksAtEnd(scanner.rest) }
        let value = quoted(by: quote, &scanner)
        scanner.skipBlanks()
        // Quotes do not keep blanks at the end: Debian's cron takes these off last.
        return scanner.isAtEnd ? value.map { CrontabText.withoutBlanksAtEnd($0) } : nil
    }

    private static func quote(_ scanner: ByteScanner) -> Unicode.Scalar? {
        scanner.isAt("'") ? "'" : scanner.isAt("\"") ? "\"" : nil
    }

    /// `nil` without an end.
    private static func quoted(by quote: Unicode.Scalar, _ scanner: inout ByteScanner) -> String? {
        _ = scanner.take(quote)
        let text = scanner.take { $0 != UInt8(ascii: quote) }
        return scanner.take(quote) ? text : nil
    }
}
