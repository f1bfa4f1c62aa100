import Values

extension ExecCommand {
    private static let longestLabel = 40

    /// The command in one line of a table: cut, and without what a terminal would obey.
    package var label: String {
        let text =
            switch program {
            case .arguments(let arguments): arguments.map(Self.quoted).joined(separator: " ")
            case .shell(let text, _): text
            }
        return PrintableText.escape(text, limit: Self.longestLabel)
    }

    /// So that arguments can be told apart.
    private static func quoted(_ argument: String) -> String {
        argument.isEmpty || argument.utf8.contains(UInt8(ascii: " ")) ? "'\(argument)'" : argument
    }
}
