import TestSupport
import Values

/// Writes values as YAML in one of the many ways that mean the same.
struct EntryEmitter: ValueGenerator {
    var random: SeededGenerator

    private static let words = [
        "", "a", "null", "~", "true", "no", "5", "1.5", ".inf", "0x1F", "1e3", "- x", "a: b", "a #b", "#", "'", "\"",
        "\\", "<<",
        "key with spaces", " lead", "trail ", "tab\there", "line\nbreak", "\n", "é", "日本", "😀", "\u{85}", "\u{2028}",
        "\u{0}", "\u{7}", "*a", "&a", "!x", "@", "%", "|", ">", "[", "]", "{", "}", ",", "a,b", "---", "...", "?", ":",
        "a:",
        "\u{FEFF}", "long long long long long long long long long long long long text",
    ]

    private static let doubles = [0.1, -1.5, 2, 1e300, .leastNonzeroMagnitude, .infinity, -.infinity]

    mutating func word() -> String { random.pick(Self.words) }

    mutating func double() -> Double {
        random.chance(2) ? random.pick(Self.doubles) : .random(in: -1...1, using: &random)
    }

    /// The value after `key:` or `-` in a line that is indented by `indent`; begins with a space or a line break.
    mutating func emit(_ value: Value, indent: Int) -> String {
        switch value {
        case .list(let values) where !values.isEmpty && !random.chance(3):
            let pad = String(repeating: " ", count: indent + 2)
            return values.map { "\n\(pad)-" + emit($0, indent: indent + 2) }.joined()
        case .map(let map) where !map.isEmpty && !random.chance(3): return "\n" + block(map, indent: indent + 2)
        default: return " " + flow(value)
        }
    }

    mutating func block(_ map: Value.Map, indent: Int) -> String {
        let pad = String(repeating: " ", count: indent)
        return zip(map.keys, map.values).map { "\(pad)\(quoted($0)):" + emit($1, indent: indent) }.joined(
            separator: "\n")
    }

    private mutating func flow(_ value: Value) -> String {
        switch value {
        case .string(let string): return quoted(string)
        case .list(let values): return "[" + values.map { flow($0) }.joined(separator: ", ") + "]"
        case .map(let map):
            return "{" + zip(map.keys, map.values).map { "\(quoted($0)): \(flow($1))" }.joined(separator: ",  ") + "}"
        case .null: return random.pick(["null", "~", "Null", "!!null ''"])
        case .int(let int) where int >= 0 && random.chance(3): return "0x" + String(int, radix: 16)
        case .bool, .int, .double: return value.scalarText ?? ""
        }
    }

    private mutating func quoted(_ text: String) -> String {
        let isWord = !text.isEmpty && text.utf8.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
        let isPlain = isWord && !["null", "true", "no"].contains(text)
        if isPlain, random.chance(2) { return text }
        let isOneLine = text.unicodeScalars.allSatisfy {
            $0.value >= 0x20 && !"\u{85}\u{2028}\u{FEFF}".unicodeScalars.contains($0)
        }
        if isOneLine, random.chance(2) {
            return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
        }
        return "\"" + text.unicodeScalars.map { escaped($0) }.joined() + "\""
    }

    private mutating func escaped(_ scalar: Unicode.Scalar) -> String {
        let isHarmless = scalar.value >= 0x20 && !"\"\\\u{85}\u{2028}\u{FEFF}".unicodeScalars.contains(scalar)
        if isHarmless, !random.chance(4) { return String(scalar) }
        let digits = String(scalar.value, radix: 16)
        return "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
    }
}
