package import Clocks
package import Schedules
import Values

/// What a `meta.schedule` says.
package enum WrittenSchedule: Hashable, Sendable {
    case calendar(CronExpression)
    /// `@every 10s`, from the start of the job on.
    case every(Nanoseconds)
    /// `@reboot`.
    case atBoot

    private static let everyWord = "@every"

    /// `entry`: the ID that `H` is hashed from.
    package init(_ text: String, entry: String?, hasSeconds: Bool) throws(CronFailure) {
        switch Self.nicknameWords(text) {
        case let words where words.count == 1 && words[0].lowercased() == Schedule.bootText: self = .atBoot
        case let words where words.count == 2 && words[0].lowercased() == Self.everyWord:
            self = .every(try Self.interval(words[1], in: text))
        case let words where words.first?.lowercased() == Self.everyWord: throw Self.everyFailure(words, text)
        default: self = .calendar(try CronParser(entry: entry, hasSeconds: hasSeconds).parse(text))
        }
    }

    /// None, if the text is no nickname: nearly all are not, and a program may ask for many.
    private static func nicknameWords(_ text: String) -> [Substring] {
        guard text.utf8.first(where: { !ASCII.isBlank($0) }) == UInt8(ascii: "@") else { return [] }
        return text.utf8.split(whereSeparator: ASCII.isBlank).map { Substring($0) }
    }

    private static func everyFailure(_ words: [Substring], _ text: String) -> CronFailure {
        let place = words.count > 1 ? words[1].startIndex : text.endIndex
        return CronFailure(
            message: "'\(text)' has \(words.count - 1) words after @every; expected one duration, such as @every 5m",
            offset: text.utf8.distance(from: text.startIndex, to: place))
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
