import Clocks

/// Writes a string as a YAML scalar on one line, which reads back as the same string.
enum YAMLScalar {
    static func text(_ string: String) -> String {
        if isPlain(string) { return string }
        let needsEscapes = string.unicodeScalars.contains { !isPrintable($0) }
        return needsEscapes ? doubleQuoted(string) : singleQuoted(string)
    }

    /// What some reader of YAML takes for something else than a string.
    private static let words: Set<String> = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"]

    /// Without quotes only what nobody can misread.
    private static func isPlain(_ string: String) -> Bool {
        guard let first = string.utf8.first, ASCII.isLetter(first) || first == UInt8(ascii: "/") else { return false }
        return string.utf8.allSatisfy(isPlainByte) && !words.contains(string.lowercased())
    }

    private static func isPlainByte(_ byte: UInt8) -> Bool {
        ASCII.isLetter(byte) || "0123456789_./-".utf8.contains(byte)
    }

    private static func singleQuoted(_ string: String) -> String {
        var quoted = "'"
        for scalar in string.unicodeScalars { quoted += scalar == "'" ? "''" : String(scalar) }
        return quoted + "'"
    }

    private static func doubleQuoted(_ string: String) -> String {
        var quoted = "\""
        for scalar in string.unicodeScalars { quoted += escaped(scalar) }
        return quoted + "\""
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\"": "\\\""
        case "\\": "\\\\"
        case "\n": "\\n"
        case "\t": "\\t"
        case "\r": "\\r"
        default: isPrintable(scalar) ? String(scalar) : numbered(scalar)
        }
    }

    private static func numbered(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        let (mark, width) = scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
        return "\\\(mark)" + String(repeating: "0", count: width - digits.count) + digits
    }

    /// What may stand in a YAML text as it is, and can be seen there.
    static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return (0x20...0x7E).contains(scalar.value) }
        return switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }
}
