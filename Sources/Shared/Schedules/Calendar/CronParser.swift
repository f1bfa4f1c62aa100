import Clocks
import Values

/// Reads cron expressions in the Vixie dialect, as Debian's cron does (crontab(5)), with `L`, `W`, `#` and `H` in
/// addition.
package struct CronParser {
    /// The entry that `H` is hashed from; `nil`: `H` is an error.
    private let entry: String?
    /// Six fields, the first being the seconds.
    private let hasSeconds: Bool

    package init(entry: String?, hasSeconds: Bool = false) {
        (self.entry, self.hasSeconds) = (entry, hasSeconds)
    }

    private static let longest = 1_024

    private static func expansion(of nickname: String) -> String? {
        switch nickname {
        case "@hourly": "0 * * * *"
        case "@daily", "@midnight": "0 0 * * *"
        case "@weekly": "0 0 * * 0"
        case "@monthly": "0 0 1 * *"
        case "@yearly", "@annually": "0 0 1 1 *"
        default: nil
        }
    }

    // Taken apart when it is needed: an array of strings would stand in the memory of every worker.
    private static var nicknames: [String] {
        "@hourly @daily @midnight @weekly @monthly @yearly @annually @every @reboot".split(separator: " ").map(
            String.init)
    }

    package func parse(_ text: String) throws(CronFailure) -> CronExpression {
        guard text.utf8.count <= Self.longest else {
            throw CronFailure(message: "has \(text.utf8.count) bytes; expected at most \(Self.longest)", offset: 0)
        }
        let words = Self.words(of: text)
        if let first = words.first, first.text.first == "@" { return try nickname(first, words.count, text) }
        if let first = words.first, first.text.hasPrefix("CRON_TZ=") || first.text.hasPrefix("TZ=") {
            throw first.failure("'\(first.text)' is a time zone; expected it in meta.timezone, or after --timezone")
        }
        try checkCount(words)
        return try expression(words, text)
    }

    private func nickname(_ word: CronWord, _ count: Int, _ text: String) throws(CronFailure) -> CronExpression {
        let name = word.text.lowercased()
        guard count == 1, let expansion = Self.expansion(of: name) else {
            throw word.failure(
                "'\(text)' is no nickname; expected one of \(Self.nicknames.joined(separator: ", "))"
                    + NearestName.hint(for: name, among: Self.nicknames))
        }
        // A nickname has five fields, whatever the entry says of seconds.
        let parsed = try CronParser(entry: entry).parse(expansion)
        return CronExpression(
            text: text, fields: parsed.fields, hasFixedTimes: parsed.hasFixedTimes, starred: parsed.starred,
            words: parsed.words)
    }

    private func checkCount(_ words: [CronWord]) throws(CronFailure) {
        let expected = hasSeconds ? 6 : 5
        guard words.count != expected else { return }
        if words.count == 6, !hasSeconds {
            throw words[0].failure(
                "has six fields, which engines read in different ways; expected five, or meta.seconds: first for a first "
                    + "field of seconds")
        }
        let names = (hasSeconds ? ["second"] : []) + ["minute", "hour", "day of month", "month", "day of week"]
        throw CronFailure(
            message: "has \(words.count) \(words.count == 1 ? "field" : "fields"); expected \(expected): "
                + names.joined(separator: ", "), offset: words.last?.offset ?? 0)
    }

    private func expression(_ all: [CronWord], _ text: String) throws(CronFailure) -> CronExpression {
        let words = hasSeconds ? all[...] : [CronWord(text: "0", offset: 0)] + all
        func list(_ index: Int, _ field: CronField) throws(CronFailure) -> CronList {
            try CronListReader(field: field, hash: hash(of: field)).read(words[words.startIndex + index])
        }
        var fields = CronFields()
        fields.seconds = try list(0, .second).values
        fields.minutes = try list(1, .minute).values
        fields.hours = try list(2, .hour).values
        let (day, month, weekday) = (
            try list(3, .dayOfMonth), try list(4, .month), try list(5, .dayOfWeek)
        )
        fields.months = month.values
        fields.days = Self.dayRule(day, weekday)
        guard fields.everFires else {
            throw CronFailure(
                message: "never comes: no month has such a day", offset: words[words.startIndex + 3].offset)
        }
        let starred = words.dropFirst().map { $0.text.first == "*" }
        return CronExpression(
            text: text, fields: fields, hasFixedTimes: !starred[0] && !starred[1], starred: starred,
            words: all.map(\.text))
    }

    private static func dayRule(_ day: CronList, _ weekday: CronList) -> DayRule {
        var rule = DayRule()
        rule.daysOfMonth = day.values
        rule.daysBeforeLast = day.daysBeforeLast
        rule.nearestWeekdays = day.nearestWeekdays
        rule.weekdaysBeforeLast = day.weekdaysBeforeLast
        // Seven is Sunday as well.
        rule.weekdays = (weekday.values | weekday.values >> 7) & 0x7F
        rule.nthWeekdays = weekday.nthWeekdays
        rule.lastWeekdays = weekday.lastWeekdays
        rule.needsBoth = day.isStarred || weekday.isStarred
        return rule
    }

    private func hash(of field: CronField) -> UInt64? {
        entry.map { StableHash.of($0, salt: field.rawValue) }
    }

    private static func words(of text: String) -> [CronWord] {
        var words: [CronWord] = []
        var scanner = ByteScanner(text)
        scanner.skipBlanks()
        while !scanner.isAtEnd {
            let offset = scanner.position
            words.append(CronWord(text: scanner.takeWord(), offset: offset))
            scanner.skipBlanks()
        }
        return words
    }
}

/// One field of an expression as it was written.
struct CronWord {
    let text: String
    let offset: Int

    func failure(_ message: String) -> CronFailure { CronFailure(message: message, offset: offset) }
}
