import Values

/// What the parser of a program says of its command line: its options, arguments and subcommands.
struct CommandGrammar: Sendable {
    struct Option: Sendable {
        /// With their dashes.
        let names: [String]
        let help: String
        let isRepeating: Bool
        /// `nil`: it takes none.
        let value: ValueKind?
        let usual: String?
    }

    /// What a value is, as far as that can be completed.
    enum ValueKind: Hashable, Sendable {
        case text
        case words([String])
        /// That end so; all if there are none.
        case files([String])
        case directories
        /// IDs of a registry's entries.
        case entries, jobs
        /// IDs of the jobs of a running daemon.
        case runningJobs
        case zones, users
        case subcommands
    }

    let name: String
    let help: String
    private(set) var options: [Option] = []
    private(set) var arguments: [Option] = []
    private(set) var subcommands: [CommandGrammar] = []

    /// One that knows nothing but these.
    init(name: String, options: [Option], arguments: [Option]) {
        (self.name, help, self.options, self.arguments) = (name, "", options, arguments)
    }

    /// `text`: JSON, as ArgumentParser prints it for `--experimental-dump-help`. `nil`: it is none.
    init?(dump text: [UInt8]) {
        guard let root = try? JSONCoding.value(from: text), let command = root["command"] else { return nil }
        self.init(command)
    }

    private init(_ command: Value) {
        name = command["commandName"]?.string ?? ""
        help = Self.firstSentence(command["abstract"]?.string)
        for argument in command["arguments"]?.list ?? [] where argument["shouldDisplay"]?.bool != false {
            let option = Self.option(argument)
            if argument["kind"]?.string == "positional" { arguments.append(option) } else { options.append(option) }
        }
        for subcommand in command["subcommands"]?.list ?? [] where subcommand["shouldDisplay"]?.bool != false {
            subcommands.append(CommandGrammar(subcommand))
        }
        // It is said to be there, and is not.
        if subcommands.map(\.name) == ["help"] { subcommands = [] }
    }

    private static func option(_ argument: Value) -> Option {
        Option(
            names: (argument["names"]?.list ?? []).compactMap(flag), help: firstSentence(argument["abstract"]?.string),
            isRepeating: argument["isRepeating"]?.bool ?? false,
            value: argument["kind"]?.string == "flag" ? nil : value(argument), usual: argument["defaultValue"]?.string)
    }

    private static func flag(_ name: Value) -> String? {
        name["name"]?.string.map { (name["kind"]?.string == "long" ? "--" : "-") + $0 }
    }

    private static func firstSentence(_ text: String?) -> String {
        let words = (text ?? "").split(separator: " ", omittingEmptySubsequences: true)
        let last = words.firstIndex { $0.hasSuffix(".") || $0.hasSuffix(";") } ?? words.indices.last ?? 0
        let sentence = words.prefix(last + 1).joined(separator: " ")
        return sentence.hasSuffix(".") || sentence.hasSuffix(";") ? String(sentence.dropLast()) : sentence
    }

    /// Names of values mean the same in all programs.
    private static let kinds: [String: ValueKind] = [
        "entry-id": .entries, "job-id": .jobs, "running-job": .runningJobs,
        "zone": .zones, "user": .users, "subcommands": .subcommands,
    ]

    private static func value(_ argument: Value) -> ValueKind {
        let completion = argument["completionKind"]
        if let words = completion?["list"]?["values"]?.list ?? argument["allValues"]?.list {
            return .words(words.compactMap(\.string))
        }
        if let file = completion?["file"] { return .files((file["extensions"]?.list ?? []).compactMap(\.string)) }
        if completion?["directory"] != nil { return .directories }
        return kinds[argument["valueName"]?.string ?? ""] ?? .text
    }
}
