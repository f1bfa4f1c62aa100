import Host
package import Model
import Values

/// Entries for people, or as JSON.
package enum EntryReport {
    package static func table(_ entries: [Entry]) -> String {
        TextTable.text(
            [["ID", "KIND", "FILE:LINE"]]
                + entries.map { [$0.id.description, $0.kind, "\($0.location.file):\($0.location.line)"] })
    }

    /// An array of objects, one object a line.
    package static func json(_ entries: [Entry]) -> String {
        "[" + entries.map { JSONText($0).text }.joined(separator: ",\n") + "]\n"
    }

    package static func json(_ entry: Entry) -> String { JSONText(entry).text + "\n" }
}
