import Clocks
package import Model
import Wire

/// Reads the lines of an environment file, as cronsupd-registry(5) has them. No fault quotes any of the text: whatever stands
/// in such a file may be a secret.
package struct EnvironmentFileParser {
    package struct Fault: Error, Hashable {
        package var offset: Int
        package var message: String
    }

    /// Each name once, in the place of its first line and with the value of its last.
    package private(set) var variables: [ExecCommand.Variable] = []
    package private(set) var faults: [Fault] = []
    private var indices: [String: Int] = [:]
    private let bytes: [UInt8]
    private var position = 0

    /// A file of another kind has a fault in each line.
    private static let mostFaults = 100
    /// The longest name that fits into a message to the worker.
    private static let longestName = WorkerDefinition.longestKey

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    package mutating func read() {
        while position < bytes.count, faults.count < Self.mostFaults {
            do throws(Fault) {
                try readLine()
            } catch {
                faults.append(error)
                skipLine()
            }
        }
    }

    private mutating func readLine() throws(Fault) {
        skipBlanks()
        if isAtLineEnd || current == UInt8(ascii: "#") || current == UInt8(ascii: ";") { return skipLine() }
        let (start, name) = (position, try name())
        skipBlanks()
        let valueStart = position
        let value = try value()
        guard let text = String(validating: value, as: UTF8.self) else {
            throw Fault(offset: valueStart, message: "the value is not UTF-8; expected UTF-8")
        }
        try add(name, text, start, valueStart)
    }

    private mutating func add(_ name: String, _ value: String, _ start: Int, _ valueStart: Int) throws(Fault) {
        let most = ExecCommand.longestArgument - name.utf8.count - 1
        guard value.utf8.count <= most else {
            throw Fault(
                offset: valueStart, message: "a value of \(value.utf8.count) bytes; expected at most \(most)")
        }
        if let index = indices[name] {
            variables[index] = .init(name, value)
        } else {
            guard variables.count < ExecCommand.mostVariables else {
                // One such fault says it all.
                defer { position = bytes.count }
                throw Fault(
                    offset: start,
                    message: "more than \(ExecCommand.mostVariables) variables; expected at most that many")
            }
            indices[name] = variables.count
            variables.append(.init(name, value))
        }
    }

    // MARK: Names

    /// Up to the `=` and past it.
    private mutating func name() throws(Fault) -> String {
        let start = position
        guard let first = current, ASCII.isWord(first), !ASCII.isDigit(first) else {
            throw fault("expected NAME=value, a comment after # or ;, or an empty line")
        }
        while let byte = current, ASCII.isWord(byte) { position += 1 }
        let name = String(decoding: bytes[start..<position], as: UTF8.self)
        guard current == UInt8(ascii: "=") else {
            if name == "export" { throw Fault(offset: start, message: "a shell's 'export'; expected NAME=value") }
            throw fault("expected '=' directly after the name of a variable, which has letters, digits and _")
        }
        guard name.utf8.count <= Self.longestName else {
            throw Fault(
                offset: start,
                message: "the name of a variable has \(name.utf8.count) bytes; expected at most \(Self.longestName)")
        }
        guard !ReservedVariables.all.contains(name) else {
            throw Fault(offset: start, message: "\(name) is cronsupd's own; expected another name")
        }
        position += 1
        return name
    }

    // MARK: Values

    private mutating func value() throws(Fault) -> [UInt8] {
        guard let quote = current, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
            return try bareValue()
        }
        let value = try quotedValue(quote)
        skipBlanks()
        guard isAtLineEnd else { throw fault("text after the closing quote; expected the end of the line") }
        return value
    }

    /// Up to the end of the line, without blanks there. What other readers of such files disagree about is not taken.
    private mutating func bareValue() throws(Fault) -> [UInt8] {
        let start = position
        while let byte = current, !isAtLineEnd {
            if byte == UInt8(ascii: "\\") {
                throw fault("a backslash outside quotes; expected single quotes around a value that has one")
            }
            if byte < 0x20 && byte != UInt8(ascii: "\t") || byte == 0x7F {
                throw fault("a control character outside quotes; expected quotes around a value that has one")
            }
            position += 1
        }
        var end = position
        while end > start, ASCII.isBlank(bytes[end - 1]) { end -= 1 }
        return Array(bytes[start..<end])
    }

    /// Over several lines too. In single quotes everything stands for itself.
    private mutating func quotedValue(_ quote: UInt8) throws(Fault) -> [UInt8] {
        let start = position
        var value: [UInt8] = []
        position += 1
        while let byte = current {
            position += 1
            if byte == quote { return value }
            if byte == 0 { report("NUL; expected none, since it would end the value there", at: position - 1) }
            if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
                value.append(escaped())
            } else {
                value.append(byte)
            }
        }
        throw Fault(offset: start, message: "a quote that is not closed; expected the same one after the value")
    }

    /// What follows a backslash.
    private mutating func escaped() -> UInt8 {
        switch current {
        case let byte?
        where byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "$")
            || byte == UInt8(ascii: "`"):
            position += 1
            return byte
        default:
            report(
                "a backslash in double quotes that is before none of \" \\ $ `; expected \\\\, or single quotes",
                at: position - 1)
            return UInt8(ascii: "\\")
        }
    }

    // MARK: Places

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// Lines end at LF, CR LF and the file's end.
    private var isAtLineEnd: Bool {
        guard let byte = current, byte != UInt8(ascii: "\n") else { return true }
        let next = position + 1 < bytes.count ? bytes[position + 1] : 0
        return byte == UInt8(ascii: "\r") && next == UInt8(ascii: "\n")
    }

    private mutating func skipBlanks() { while let byte = current, ASCII.isBlank(byte) { position += 1 } }

    private mutating func skipLine() {
        while let byte = current {
            position += 1
            if byte == UInt8(ascii: "\n") { return }
        }
    }

    private func fault(_ message: String) -> Fault { Fault(offset: position, message: message) }

    /// What does not keep the rest of the value from being read.
    private mutating func report(_ message: String, at offset: Int) {
        if faults.count < Self.mostFaults { faults.append(Fault(offset: offset, message: message)) }
    }
}
