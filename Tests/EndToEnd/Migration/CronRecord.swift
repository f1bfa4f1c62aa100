import Kernel

/// How a command was started, as the shell in its place has written it down.
struct CronRecord: Hashable {
    /// From the shell's own name on.
    var arguments: [String] = []
    var environment: [String: String] = [:]
    var directory = ""
    /// User and group, real and effective, and all groups.
    var rights = ""
    var mask = ""
    var input = ""

    init?(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while let head = rest.firstIndex(of: 0x0A) {
            let words = String(decoding: rest[..<head], as: UTF8.self).split(separator: " ")
            guard words.count == 2, let size = Int(words[1]), rest.count > size + words[0].utf8.count else {
                return nil
            }
            let value = rest[(head + 1)..<(head + 1 + size)]
            set(String(words[0]), value)
            rest = rest[(head + 1 + size)...].dropFirst()
        }
    }

    private mutating func set(_ name: String, _ value: ArraySlice<UInt8>) {
        let text = String(decoding: value, as: UTF8.self)
        let items = value.split(separator: 0, omittingEmptySubsequences: false).dropLast().map {
            String(decoding: $0, as: UTF8.self)
        }
        switch name {
        case "arguments": arguments = items
        case "environment": environment = Self.variables(items)
        case "directory": directory = text
        case "rights": rights = text
        case "mask": mask = text
        default: input = text
        }
    }

    private static func variables(_ items: [String]) -> [String: String] {
        var variables: [String: String] = [:]
        for item in items {
            let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            variables[String(parts[0])] = parts.count > 1 ? String(parts[1]) : nil
        }
        return variables
    }

    /// The mark that the line's command begins with; `nil`: it is not of the corpus.
    var mark: String? {
        guard arguments.count == 3, let word = arguments[2].split(separator: " ").first, word.hasPrefix("L") else {
            return nil
        }
        return String(word)
    }

    /// Whether cronsupd has started it.
    var isOurs: Bool { environment["CRONSUPD_ENTRY"] != nil }

    /// Without what a job has in addition here, which the import says.
    func withoutAdditions(like other: CronRecord) -> CronRecord {
        var record = self
        record.environment = environment.filter { !$0.key.hasPrefix("CRONSUPD_") }
        if other.environment["USER"] == nil { record.environment["USER"] = nil }
        return record
    }

    /// In which parts it differs.
    func differences(to other: CronRecord) -> [String] {
        var differences: [String] = []
        func compare(_ name: String, _ one: some Equatable, _ two: some Equatable) {
            if "\(one)" != "\(two)" { differences.append("\(name): \(one) here, \(two) under cron") }
        }
        compare("arguments", arguments, other.arguments)
        compare("directory", directory, other.directory)
        compare("rights", rights, other.rights)
        compare("mask", mask, other.mask)
        compare("input", input.debugDescription, other.input.debugDescription)
        for name in Set(environment.keys).union(other.environment.keys).sorted() {
            compare(name, environment[name] ?? "none", other.environment[name] ?? "none")
        }
        return differences
    }
}
