/// Where on a command line the word stands that is to be completed.
struct CompletionPlace {
    enum Wanted {
        case option
        /// `prefix`: how much of the word stands before the value, as in `--registry=`.
        case value(CommandGrammar.ValueKind, prefix: String)
        case subcommand
        case nothing
    }

    /// The subcommand that the words before lead to, and the one that this is of.
    private(set) var command: CommandGrammar
    private(set) var parent: CommandGrammar?
    private(set) var wanted = Wanted.nothing
    /// Those on the line, on both sides of the word.
    private(set) var usedOptions: Set<String> = []
    /// What `--registry` says.
    var registry: String? { daemon.registry }
    private(set) var daemon = NamedDaemon()

    private var argumentCount = 0
    private var isAfterOptions = false

    init(_ line: TypedLine, in grammar: CommandGrammar) {
        command = grammar
        var waiting: CommandGrammar.Option?
        for (index, word) in line.words.enumerated() {
            if index == line.current {
                wanted = wanted(by: word, waiting)
                waiting = nil
                // What comes after it does not change what it is.
                if case .value = wanted { argumentCount += 1 }
            } else if let option = waiting {
                note(option, word)
                waiting = nil
            } else {
                waiting = take(word)
            }
        }
    }

    /// An option that waits for its value.
    private mutating func take(_ word: String) -> CommandGrammar.Option? {
        if isAfterOptions || !word.hasPrefix("-") || word == "-" {
            takeArgument(word)
            return nil
        }
        if word == "--" {
            isAfterOptions = true
            return nil
        }
        let (name, value) = Self.split(word)
        usedOptions.insert(name)
        guard let option = option(name), option.value != nil else { return nil }
        guard let value else { return option }
        note(option, value)
        return nil
    }

    private mutating func takeArgument(_ word: String) {
        if argumentCount == 0, let next = command.subcommands.first(where: { $0.name == word }) {
            (parent, command) = (command, next)
        } else {
            argumentCount += 1
        }
    }

    private mutating func note(_ option: CommandGrammar.Option, _ value: String) {
        if value.isEmpty { return }
        if option.names.contains("--registry") { daemon.registry = value }
        if option.names.contains("--daemon") { daemon.key = value }
        if option.names.contains("--runtime-directory") { daemon.place = value }
    }

    private func option(_ name: String) -> CommandGrammar.Option? {
        command.options.first { $0.names.contains(name) }
    }

    private func wanted(by word: String, _ waiting: CommandGrammar.Option?) -> Wanted {
        if let kind = waiting?.value { return .value(kind, prefix: "") }
        if word.hasPrefix("-"), !isAfterOptions {
            let (name, value) = Self.split(word)
            guard value != nil else { return .option }
            guard let kind = option(name)?.value else { return .nothing }
            return .value(kind, prefix: name + "=")
        }
        if argumentCount == 0, !command.subcommands.isEmpty { return .subcommand }
        // The last one takes all that follow, if it does so.
        let arguments = command.arguments
        guard let last = arguments.last else { return isAfterOptions ? .nothing : .option }
        guard argumentCount < arguments.count || last.isRepeating else { return isAfterOptions ? .nothing : .option }
        return .value(arguments[min(argumentCount, arguments.count - 1)].value ?? .text, prefix: "")
    }

    /// `--name=value`.
    private static func split(_ word: String) -> (name: String, value: String?) {
        guard let equals = word.firstIndex(of: "=") else { return (word, nil) }
        return (String(word[..<equals]), String(word[word.index(after: equals)...]))
    }
}
