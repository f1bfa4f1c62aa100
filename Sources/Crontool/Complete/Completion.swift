import Model
import Registry
import Values

/// What may stand in the place of a word that is to be completed.
package struct Completion: Sendable {
    struct Candidate: Hashable, Sendable {
        /// A whole word.
        var text: String
        var help = ""
    }

    /// What the shell is to add by itself.
    private enum Files {
        case none
        case files([String])
        case directories
    }

    private let line: TypedLine
    private let place: CompletionPlace
    private let sources: CompletionSources

    package init(_ line: TypedLine, grammarOf definitions: ProgramDefinitions, from sources: CompletionSources) {
        self.init(line, in: definitions.grammar(of: line.program), from: sources)
    }

    init(_ line: TypedLine, in grammar: CommandGrammar, from sources: CompletionSources) {
        (self.line, self.sources) = (line, sources)
        place = CompletionPlace(line, in: grammar)
    }

    // MARK: For shells

    /// Lines: `words`, `files SUFFIX…` or `directories`; what of the word is a file's name; what stands before that; and the
    /// candidates, each with its help after a tab.
    package func text(withHelp: Bool) -> String {
        let (value, prefix) = split
        let candidates = candidates.filter { $0.text.hasPrefix(line.word) }.map { candidate in
            Self.without(line.keptBytes, candidate.text)
                + (withHelp && !candidate.help.isEmpty ? "\t\(candidate.help)" : "")
        }
        return ([header, value, Self.without(line.keptBytes, prefix)] + candidates).map { $0 + "\n" }.joined()
    }

    private static func without(_ bytes: Int, _ text: String) -> String {
        String(decoding: text.utf8.dropFirst(bytes), as: UTF8.self)
    }

    private var split: (value: String, prefix: String) {
        guard case .value(_, let prefix) = place.wanted else { return (line.word, "") }
        return (String(line.word.dropFirst(prefix.count)), prefix)
    }

    private var header: String {
        switch files {
        case .none: "words"
        case .files(let suffixes): (["files"] + suffixes).joined(separator: " ")
        case .directories: "directories"
        }
    }

    private var files: Files {
        switch place.wanted {
        case .value(.files(let suffixes), _): .files(suffixes)
        case .value(.directories, _): .directories
        default: .none
        }
    }

    // MARK: Candidates

    var candidates: [Candidate] {
        switch place.wanted {
        case .nothing: []
        case .option: options
        case .subcommand: Self.candidates(place.command.subcommands)
        case .value(let kind, let prefix): values(kind).map { Candidate(text: prefix + $0.text, help: $0.help) }
        }
    }

    private static func candidates(_ commands: [CommandGrammar]) -> [Candidate] {
        commands.map { Candidate(text: $0.name, help: $0.help) }
    }

    /// One that is given twice is an error, unless it may be repeated.
    private var options: [Candidate] {
        place.command.options.filter { $0.isRepeating || place.usedOptions.isDisjoint(with: $0.names) }
            .flatMap { option in option.names.map { Candidate(text: $0, help: option.help) } }
    }

    private func values(_ kind: CommandGrammar.ValueKind) -> [Candidate] {
        switch kind {
        case .text, .files, .directories: []
        case .words(let words): words.map { Candidate(text: listed + $0) }
        case .entries: sources.entries(registry).map { Candidate(text: $0.id.description, help: $0.kind) }
        case .jobs:
            sources.entries(registry).filter(\.isJob).map { Candidate(text: $0.id.description, help: $0.kind) }
        case .runningJobs: sources.jobs(place.daemon).map { Candidate(text: $0) }
        case .zones: sources.zones().map { Candidate(text: $0) }
        case .users: sources.users().map { Candidate(text: $0) }
        case .subcommands: Self.candidates(place.parent?.subcommands ?? [])
        }
    }

    /// Of several words with commas between, those that are complete.
    private var listed: String {
        let value = split.value
        guard let comma = value.lastIndex(of: ",") else { return "" }
        return String(value[...comma])
    }

    private var registry: String {
        place.registry
            ?? place.command.options.first { $0.names.contains("--registry") }?.usual ?? CompletionSources.usualRegistry
    }
}
