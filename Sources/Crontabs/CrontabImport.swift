package import Values

/// Crontabs made into entries.
package struct CrontabImport: Sendable {
    /// In the order of the lines. Where a line was refused, it stands here as a remark.
    package private(set) var items: [Item] = []
    /// Of all files.
    package private(set) var problems: [Problem] = []
    /// What is different from cron, or may not be what is expected: `file:line: message`.
    package private(set) var notes: [String] = []

    /// What is wrong with a line, which is left out.
    package struct Problem: Hashable, Sendable {
        package let location: SourceLocation
        package let message: String
    }

    /// `file:line:column: message`
    package var errors: [String] { problems.map(\.description) }

    package enum Item: Hashable, Sendable {
        case entry(ImportedEntry)
        /// To stand as it is in the registry, where people read it.
        case remark(String)
    }

    package init(_ files: [CrontabFile], host: CrontabHost) {
        for file in files {
            var reader = CrontabReader(file, host: host)
            reader.read()
            items += reader.items
            problems += reader.problems
            notes += reader.notes
        }
        nameEntries()
        if !entries.isEmpty { notes += host.login.notes }
    }

    package var entries: [ImportedEntry] {
        items.compactMap { if case .entry(let entry) = $0 { entry } else { nil } }
    }

    private mutating func nameEntries() {
        var names = EntryNamer.names(of: entries)[...]
        for (index, item) in items.enumerated() {
            guard case .entry(var entry) = item, let name = names.popFirst() else { continue }
            entry.name = name
            items[index] = .entry(entry)
        }
    }
}

extension CrontabImport.Problem {
    package var description: String { "\(location): \(message)" }
}
