import Clocks
import Model
import Schedules
import Values

/// The errors in one entry, made from paths into it.
struct EntryDiagnostics {
    private let entry: Entry
    private let positions: EntryPositions
    private(set) var errors: Diagnostics

    /// The longest durations that make sense have some 30 bytes.
    private static let longestDuration = 100

    init(_ entry: Entry, _ load: RegistryLoad) {
        (self.entry, positions) = (entry, load.positions)
        errors = Diagnostics(limit: load.limits.diagnostics)
    }

    func location(of path: [String]) -> SourceLocation {
        positions.location(of: path, in: entry.id) ?? entry.location
    }

    mutating func error(_ message: @autoclosure () -> String, at path: [String]) {
        errors.add(positions.diagnostic(.error, at: path, of: entry, message()))
    }

    /// About what stands `offset` bytes after the beginning of the text at `path`.
    mutating func error(_ message: @autoclosure () -> String, at path: [String], offset: Int) {
        errors.add(positions.diagnostic(.error, at: path, offset: offset, of: entry, message()))
    }

    /// In another file, of which nothing is shown.
    mutating func error(_ message: @autoclosure () -> String, at place: SourceLocation) {
        errors.add(Diagnostic(.error, at: place, message()))
    }

    /// What is worth knowing about a schedule that is right.
    func note(on schedule: Schedule) -> Diagnostic? {
        guard case .calendar(let calendar) = schedule.rule, let note = calendar.expression.dayRuleNote else {
            return nil
        }
        return positions.diagnostic(.note, at: ["meta", "schedule"], of: entry, "meta.schedule: " + note)
    }

    /// About the key itself, not its value.
    mutating func error(_ message: @autoclosure () -> String, atKey path: [String]) {
        errors.add(positions.diagnostic(.error, atKey: path, of: entry, message()))
    }

    /// The duration at `path`; `nil` if it is not one, which is an error.
    mutating func duration(_ value: Value, at path: [String], minimum: Nanoseconds) -> Nanoseconds? {
        let name = path.joined(separator: ".")
        guard let text = durationText(value) else {
            error("\(name): expected a duration such as \"10s\", found \(value.phrase)", at: path)
            return nil
        }
        do throws(DurationText.Failure) {
            return try DurationText.parse(text, minimum: minimum)
        } catch {
            self.error("\(name) \"\(PrintableText.escape(text))\" \(error.message)", at: path)
            return nil
        }
    }

    /// A number without quotes is a duration that lacks its unit, and is told so.
    private func durationText(_ value: Value) -> String? {
        switch value {
        case .string(let text) where text.utf8.count <= Self.longestDuration: text
        case .int, .double: value.scalarText
        default: nil
        }
    }
}
