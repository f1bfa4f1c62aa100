import Clocks

/// Sizes as people write them: `64KiB`, `10MiB`, `1GiB`; a number alone counts bytes.
package enum SizeText {
    private static let units: [(name: String, factor: UInt64)] = [
        ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40), ("B", 1), ("", 1),
    ]

    /// What a text may look like, for error messages.
    package static let forms = "a size such as 64KiB, 512MiB or 2GiB"

    /// As a regular expression: but for how much it is.
    package static var pattern: String { "^[0-9]+(?:\(units.map(\.name).joined(separator: "|")))$" }

    /// `nil` unless it is a whole number of bytes that fits 63 bits.
    package static func parse(_ text: String) -> UInt64? {
        let digits = text.utf8.prefix(while: ASCII.isDigit)
        let unit = String(text.dropFirst(digits.count))
        guard let number = UInt64(String(Substring(digits))),
            let factor = units.first(where: { $0.name == unit })?.factor
        else { return nil }
        let (size, overflow) = number.multipliedReportingOverflow(by: factor)
        return overflow || size > UInt64(Int64.max) ? nil : size
    }

    /// In the largest unit of which it is a whole number.
    package static func format(_ bytes: Int64) -> String {
        let unit = units.dropLast().filter { bytes % Int64($0.factor) == 0 && bytes > 0 }.max { $0.factor < $1.factor }
        return "\(bytes / Int64(unit?.factor ?? 1))\(unit?.name ?? "B")"
    }
}
