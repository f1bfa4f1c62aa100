import Host
package import Model
import Values

/// Entries for people, or as JSON.
package enum EntryReport {
    /// `width`: of the screen; `nil`: any.
    package static func table(_ entries: [Entry], width: Int? = nil) -> String {
        TextTable(
            [.cut("ID", order: 1, least: 12), .whole("KIND"), .cut("FILE:LINE", order: 0, least: 12)],
            entries.map { [$0.id.description, $0.kind, "\($0.location.file):\($0.location.line)"] }
        ).text(width: width)
    }

    /// An array of objects, one object a line.
    package static func json(_ entries: [Entry]) -> String {
        "[" + entries.map { JSONCoding.output(value(of: $0)) }.joined(separator: ",\n") + "]\n"
    }

    package static func json(_ entry: Entry) -> String { JSONCoding.output(value(of: entry)) + "\n" }

    /// All that is known of an entry.
    private static func value(of entry: Entry) -> Value {
        .object([
            ("id", .string(entry.id.description)), ("kind", .string(entry.kind)), ("meta", .map(entry.meta)),
            ("data", .map(entry.data)), ("file", .string(entry.location.file)),
            ("line", .int(Int64(entry.location.line))),
        ])
    }
}
