/// The last column of a crontab, taken apart at its percent signs as Debian's cron does.
package struct CrontabCommand: Hashable, Sendable {
    /// What the shell is given.
    package let command: String
    /// What stands after the first `%`: the standard input. `nil`: there is none.
    package let standardInput: String?

    package init(_ text: String) {
        let bytes = Array(text.utf8)
        let (command, end) = Self.command(bytes)
        self.command = String(decoding: command, as: UTF8.self)
        let input = end.map { Self.input(bytes[$0...]) } ?? []
        standardInput = input.isEmpty ? nil : String(decoding: input, as: UTF8.self)
    }

    private static let percent = UInt8(ascii: "%")
    private static let backslash = UInt8(ascii: "\\")

    /// Up to the first bare `%`; where the text after it begins. `\%` is `%`, `\\` is one backslash, any other backslash
    /// stays.
    private static func command(_ bytes: [UInt8]) -> (command: [UInt8], end: Int?) {
        var (command, index) = ([UInt8](), 0)
        while index < bytes.count {
            if bytes[index] == percent { return (command, index + 1) }
            let next = index + 1 < bytes.count ? bytes[index + 1] : 0
            if bytes[index] == backslash, next == percent || next == backslash { index += 1 }
            command.append(bytes[index])
            index += 1
        }
        return (command, nil)
    }

    /// Each further `%` ends a line, and so does the end. Other than in the command, `\\` stays: cron reads the two parts in
    /// different ways.
    private static func input(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var input: [UInt8] = []
        for byte in bytes {
            if byte != percent {
                input.append(byte)
            } else if input.last == backslash {
                input[input.count - 1] = percent
            } else {
                input.append(UInt8(ascii: "\n"))
            }
        }
        // Cron looks at the last byte that is no backslash.
        let last = input.last { $0 != backslash }
        if let last, last != UInt8(ascii: "\n") { input.append(UInt8(ascii: "\n")) }
        return input
    }
}
