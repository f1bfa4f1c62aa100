/// The last column of a crontab, taken apart at its percent signs as cron does.
struct CrontabCommand: Hashable {
    /// What the shell is given.
    let command: String
    /// What stands after the first `%`: the standard input. `nil`: there is none.
    let standardInput: String?

    init(_ text: String) {
        let bytes = Array(text.utf8)
        let (command, end) = Self.command(bytes)
        self.command = String(decoding: command, as: UTF8.self)
        let input = end.map { Self.input(bytes[$0...]) } ?? []
        standardInput = input.isEmpty ? nil : String(decoding: input, as: UTF8.self)
    }

    private static let percent = UInt8(ascii: "%")
    private static let backslash = UInt8(ascii: "\\")

    /// Up to the first `%` that no backslash stands before; where the text after it begins.
    private static func command(_ bytes: [UInt8]) -> (command: [UInt8], end: Int?) {
        var command: [UInt8] = []
        var isEscaped = false
        for (index, byte) in bytes.enumerated() {
            if byte == percent, !isEscaped { return (command, index + 1) }
            if byte == percent { command.removeLast() }
            command.append(byte)
            isEscaped = byte == backslash && !isEscaped
        }
        return (command, nil)
    }

    /// Each further `%` ends a line, and so does the end. Other than in the command, a backslash before a backslash does not
    /// make it a plain one: cron reads the two parts in different ways.
    private static func input(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var input: [UInt8] = []
        var isEscaped = false
        for byte in bytes {
            if isEscaped, byte != percent { input.append(backslash) }
            let isBackslash = byte == backslash
            if !isBackslash { input.append(byte == percent && !isEscaped ? UInt8(ascii: "\n") : byte) }
            isEscaped = isBackslash
        }
        if isEscaped { input.append(backslash) }
        if let last = input.last, last != UInt8(ascii: "\n") { input.append(UInt8(ascii: "\n")) }
        return input
    }
}
