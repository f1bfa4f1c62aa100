import Clocks
import Values

/// A value in an entry that knows its path. Errors about it begin with the path and name the place of the value.
struct EntryField {
    let value: Value
    let path: [String]
    let issues: EntryDiagnostics

    /// Of all durations that have no minimum of their own.
    static let shortestDuration = Nanoseconds.milliseconds(1)
    /// The longest texts of durations that make sense have some 30 bytes.
    private static let longestDuration = 100

    init(_ value: Value, at path: [String], _ issues: EntryDiagnostics) {
        (self.value, self.path, self.issues) = (value, path, issues)
    }

    /// `nil` unless it is a map that has the key.
    subscript(key: String) -> EntryField? { value[key].map { EntryField($0, at: path + [key], issues) } }

    /// `nil` unless it is a list.
    var items: [EntryField]? {
        value.list?.enumerated().map { EntryField($1, at: path + ["\($0)"], issues) }
    }

    // MARK: Errors

    var name: String { path.joined(separator: ".") }

    func error(_ message: @autoclosure () -> String, _ part: EntryPositions.Part = .value) {
        issues.error("\(name): \(message())", at: path, part)
    }

    func note(_ note: Note, _ message: @autoclosure () -> String) {
        issues.note(note, "\(name): \(message())", at: path)
    }

    /// Always `nil`: there is no such value.
    func expected<Wanted>(_ what: @autoclosure () -> String) -> Wanted? {
        error("expected \(what()), found \(value.phrase)")
        return nil
    }

    func unknownKey(_ key: String, _ known: [String]) {
        issues.error(
            (path.isEmpty ? "" : "\(name): ") + "unknown key \(KnownKeys.complaint(about: key, known))",
            at: path + [key], .key)
    }

    /// A note about a key of others.
    func noEffect(_ key: String) {
        let whole = (path + [key]).joined(separator: ".")
        issues.note(.noEffect, "\(PrintableText.escape(whole)): has no effect in cronsupd", at: path + [key], .key)
    }

    // MARK: Values, or else an error

    /// A map; each key that is not one of `keys` is an error. `ignored`: keys of others, each a note.
    func map(of keys: [String], ignoring ignored: [String] = []) -> EntryField? {
        guard let map = value.map else { return expected("a map") }
        for key in map.keys where !keys.contains(key) {
            if ignored.contains(key) { noEffect(key) } else { unknownKey(key, keys) }
        }
        return self
    }

    func flag() -> Bool? { value.bool ?? expected("true or false") }

    func integer(_ range: ClosedRange<Int>) -> Int? {
        if let int = value.int, let integer = Int(exactly: int), range.contains(integer) { return integer }
        return expected("a whole number from \(range.lowerBound) to \(range.upperBound)")
    }

    var number: Double? {
        switch value {
        case .int(let int): Double(int)
        case .double(let double): double
        default: nil
        }
    }

    func number(_ range: ClosedRange<Double>) -> Double? {
        if let number, range.contains(number) { return number }
        return expected("a number from \(Int(range.lowerBound)) to \(Int(range.upperBound))")
    }

    /// In bytes, with a unit or without.
    var size: UInt64? {
        value.int.map { UInt64(exactly: $0) } ?? value.string.flatMap { SizeText.parse($0) }
    }

    func duration(minimum: Nanoseconds = shortestDuration) -> Nanoseconds? {
        guard let text = durationText else { return expected("a duration such as \"10s\"") }
        do throws(DurationText.Failure) {
            return try DurationText.parse(text, minimum: minimum)
        } catch {
            issues.error("\(name) \"\(PrintableText.escape(text))\" \(error.message)", at: path)
            return nil
        }
    }

    /// A number without quotes is a duration that lacks its unit, and is told so.
    private var durationText: String? {
        switch value {
        case .string(let text) where text.utf8.count <= Self.longestDuration: text
        case .int, .double: value.scalarText
        default: nil
        }
    }
}
