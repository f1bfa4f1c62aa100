import Clocks
import Values

/// What a scalar without quotes means (https://yaml.org/spec/1.2.2/#103-core-schema).
enum CoreSchema {
    enum Fault: Error {
        case integerOutOfRange
        case numberOutOfRange
    }

    static func value(ofPlain text: String) throws(Fault) -> Value {
        guard couldBeMoreThanText(text) else { return .string(text) }
        if let null = null(text) { return null }
        if let bool = bool(text) { return .bool(bool) }
        if let int = try int(text) { return .int(int) }
        if let double = try double(text) { return .double(double) }
        return .string(text)
    }

    /// Most scalars are words: their first byte tells.
    private static func couldBeMoreThanText(_ text: String) -> Bool {
        guard let first = text.utf8.first else { return true }
        return switch first {
        case UInt8(ascii: "~"), UInt8(ascii: "n"), UInt8(ascii: "N"), UInt8(ascii: "t"), UInt8(ascii: "T"),
            UInt8(ascii: "f"), UInt8(ascii: "F"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }

    static func null(_ text: String) -> Value? {
        switch text {
        case "", "~", "null", "Null", "NULL": .null
        default: nil
        }
    }

    static func bool(_ text: String) -> Bool? {
        switch text {
        case "true", "True", "TRUE": true
        case "false", "False", "FALSE": false
        default: nil
        }
    }

    /// `nil` unless the text has the form of an integer.
    static func int(_ text: String) throws(Fault) -> Int64? {
        let (digits, radix) = digitsOfInt(text)
        guard let radix else { return nil }
        guard let int = Int64(digits, radix: radix) else { throw .integerOutOfRange }
        return int
    }

    private static func digitsOfInt(_ text: String) -> (digits: Substring, radix: Int?) {
        let bytes = text.utf8
        if text.hasPrefix("0o") {
            let isOctal = bytes.count > 2 && bytes.dropFirst(2).allSatisfy { (0x30...0x37).contains($0) }
            return (text.dropFirst(2), isOctal ? 8 : nil)
        }
        if text.hasPrefix("0x") {
            let isHexadecimal = bytes.count > 2 && bytes.dropFirst(2).allSatisfy { ASCII.hexadecimal($0) != nil }
            return (text.dropFirst(2), isHexadecimal ? 16 : nil)
        }
        let unsigned = withoutSign(bytes[...])
        return (text[...], !unsigned.isEmpty && unsigned.allSatisfy(ASCII.isDigit) ? 10 : nil)
    }

    /// `nil` unless the text has the form of a floating point number; integers have it too.
    static func double(_ text: String) throws(Fault) -> Double? {
        switch text {
        case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": return .infinity
        case "-.inf", "-.Inf", "-.INF": return -.infinity
        case ".nan", ".NaN", ".NAN": return .nan
        default: break
        }
        guard hasFloatForm(text.utf8[...]) else { return nil }
        guard let double = Double(text), double.isFinite else { throw .numberOutOfRange }
        return double
    }

    /// `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`
    private static func hasFloatForm(_ text: Substring.UTF8View) -> Bool {
        var rest = withoutSign(text)
        let whole = rest.prefix(while: ASCII.isDigit)
        rest = rest.dropFirst(whole.count)
        if rest.first == UInt8(ascii: ".") {
            let fraction = rest.dropFirst().prefix(while: ASCII.isDigit)
            guard !whole.isEmpty || !fraction.isEmpty else { return false }
            rest = rest.dropFirst(1 + fraction.count)
        } else if whole.isEmpty {
            return false
        }
        guard let mark = rest.first else { return true }
        let exponent = withoutSign(rest.dropFirst())
        return mark | 0x20 == UInt8(ascii: "e") && !exponent.isEmpty && exponent.allSatisfy(ASCII.isDigit)
    }

    private static func withoutSign(_ text: Substring.UTF8View) -> Substring.UTF8View {
        text.first == UInt8(ascii: "-") || text.first == UInt8(ascii: "+") ? text.dropFirst() : text
    }
}

extension CoreSchema.Fault {
    func message(for text: String) -> String {
        switch self {
        case .integerOutOfRange:
            "integer out of range: \(PrintableText.quote(text)); expected \(Int64.min) to \(Int64.max), or quotes around it"
        case .numberOutOfRange:
            "number out of range: \(PrintableText.quote(text)); expected at most \(Double.greatestFiniteMagnitude), "
                + "or quotes around it"
        }
    }
}
