package import Clocks
package import Shared

/// What a `meta.schedule` says.
package enum WrittenSchedule: Hashable, Sendable {
    case calendar(CronExpression)
    /// `@every 10s`, from the start of the job on.
    case every(Nanoseconds)
    /// `@reboot`.
    case atStart

    private static let everyWord = "@every"

    /// `entry`: the ID that `H` is hashed from.
    package init(_ text: String, entry: String?, hasSeconds: Bool) throws(CronFailure) {
        let words = text.split { $0 == " " || $0 == "\t" }
        switch words.first?.lowercased() {
        case .some(Schedule.startOnlyText) where words.count == 1: self = .atStart
        case .some(Self.everyWord) where words.count == 2: self = .every(try Self.interval(words[1], in: text))
        default: self = .calendar(try CronParser(entry: entry, hasSeconds: hasSeconds).parse(text))
        }
    }

    private static func interval(_ word: Substring, in text: String) throws(CronFailure) -> Nanoseconds {
        do throws(DurationText.Failure) {
            return try DurationText.parse(String(word), minimum: IntervalGrid.shortestInterval)
        } catch {
            let offset = text.utf8.distance(from: text.startIndex, to: word.startIndex)
            throw CronFailure(message: "the duration in '\(text)' \(error.message)", offset: offset)
        }
    }
}
