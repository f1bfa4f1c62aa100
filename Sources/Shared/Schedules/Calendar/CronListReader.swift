import Clocks
import Values

/// Reads one field: elements with commas between them.
struct CronListReader {
    let field: CronField
    /// For `H`; `nil` where there is no entry to hash.
    let hash: UInt64?

    func read(_ word: CronWord) throws(CronFailure) -> CronList {
        var list = CronList()
        list.isStarred = word.text.utf8.first == UInt8(ascii: "*")
        // Nearly all fields are one of these two, and a registry has many.
        if let values = plainValues(word.text) {
            list.values = values
            return list
        }
        var offset = word.offset
        for element in word.text.split(separator: ",", omittingEmptySubsequences: false) {
            let part = CronWord(text: String(element), offset: offset)
            try read(part, into: &list)
            offset += element.utf8.count + 1
        }
        return list
    }

    /// Of `*` and of a number in range.
    private func plainValues(_ text: String) -> UInt64? {
        if text == "*" { return (2 << UInt64(field.range.upperBound)) - (1 << UInt64(field.range.lowerBound)) }
        return Self.number(text[...]).flatMap { field.range.contains($0) ? 1 << UInt64($0) : nil }
    }

    private func read(_ part: CronWord, into list: inout CronList) throws(CronFailure) {
        guard !part.text.isEmpty else { throw wrong(part, "is an empty element of a list") }
        if part.text.contains("~") {
            throw wrong(part, "asks for a random value, which changes with every start; use H(a-b), which stays")
        }
        if part.text == "?" { throw wrong(part, "is another engine's word for any; use *") }
        if try readDayExtension(part, &list) { return }
        if try readWeekdayExtension(part, &list) { return }
        list.values |= try values(of: part)
    }

    private func wrong(_ part: CronWord, _ problem: String) -> CronFailure {
        part.failure("'\(part.text)' in the \(field.name) \(problem)")
    }

    // MARK: Ranges and steps

    private func values(of part: CronWord) throws(CronFailure) -> UInt64 {
        let pieces = part.text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let step = pieces.count == 2 ? try self.step(pieces[1], part) : nil
        if pieces[0].lowercased().hasPrefix("h") { return try hashed(pieces[0], step, part) }
        let range = try range(pieces[0], step: step, part)
        var values: UInt64 = 0
        for value in stride(from: range.lowerBound, through: range.upperBound, by: step ?? 1) {
            values |= 1 << UInt64(value)
        }
        return values
    }

    private func step(_ text: Substring, _ part: CronWord) throws(CronFailure) -> Int {
        guard let step = Self.number(text), step >= 1, step <= field.range.upperBound else {
            throw wrong(part, "has the step '\(text)'; expected 1 to \(field.range.upperBound)" + longStep(text, part))
        }
        return step
    }

    /// What is meant by a step beyond the field: `*/90`.
    private func longStep(_ text: Substring, _ part: CronWord) -> String {
        guard let step = Self.number(text), step > 0, part.text.hasPrefix("*/") else { return "" }
        switch field {
        case .second: return ", or @every \(step)s"
        case .minute: return ", or @every \(step)m"
        case .hour: return ", or @every \(step)h"
        default: return ""
        }
    }

    private func range(_ text: Substring, step: Int?, _ part: CronWord) throws(CronFailure) -> ClosedRange<Int> {
        if text == "*" { return field.range }
        let ends = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let first = try value(ends[0], part)
        // `5/15` is `5-59/15`, as most engines have it.
        guard ends.count == 2 else { return first...(step != nil ? field.range.upperBound : first) }
        let last = try value(ends[1], part)
        guard first <= last else { throw wrapped(ends[0], ends[1], first...field.range.upperBound, last, step, part) }
        return first...last
    }

    /// Names the two halves of a range that goes round.
    private func wrapped(
        _ first: Substring, _ last: Substring, _ rest: ClosedRange<Int>, _ high: Int, _ step: Int?, _ part: CronWord
    ) -> CronFailure {
        let (low, start) = (rest.lowerBound, field.range.lowerBound)
        let end = field == .dayOfWeek ? 6 : rest.upperBound
        func tail(from next: Int) -> String {
            Self.half(next == high ? String(last) : name(of: next, like: last), String(last), step)
        }
        // Seven is the Sunday that the week begins with.
        guard low <= end else { return wrong(part, "ends before it begins; expected \(tail(from: start))") }
        let head = Self.half(String(first), low == end ? String(first) : name(of: end, like: first), step)
        // The second half begins where the step leads to.
        let next = start + (step ?? 1) - 1 - (end - low) % (step ?? 1)
        guard next <= high else { return wrong(part, "ends before it begins; expected \(head)") }
        return wrong(part, "ends before it begins; expected its two halves: \(head),\(tail(from: next))")
    }

    private static func half(_ from: String, _ through: String, _ step: Int?) -> String {
        from == through ? from : "\(from)-\(through)" + (step.map { "/\($0)" } ?? "")
    }

    private func name(of value: Int, like text: Substring) -> String {
        let isName = Self.number(text) == nil
        return isName ? field.names[(value - field.range.lowerBound) % field.names.count] : String(value)
    }

    private func value(_ text: Substring, _ part: CronWord) throws(CronFailure) -> Int {
        if let number = Self.number(text) {
            guard field.range.contains(number) else {
                throw wrong(part, "is out of range; expected \(field.expectation)")
            }
            return number
        }
        let name = text.lowercased()
        if let index = field.names.firstIndex(of: name) { return index + field.range.lowerBound }
        throw wrong(
            part, "is no value; expected \(field.expectation)" + hint(for: name))
    }

    /// Whole names of days and months have three letters here.
    private func hint(for name: String) -> String {
        if let short = field.names.first(where: { name.hasPrefix($0) }) { return "; did you mean '\(short)'?" }
        return NearestName.hint(for: name, among: field.names)
    }

    /// Digits only: no sign, no blank. `nil` for anything else, and for what nobody could mean.
    private static func number(_ text: Substring) -> Int? {
        guard !text.isEmpty, text.utf8.count <= 9 else { return nil }
        var number = 0
        for byte in text.utf8 {
            guard ASCII.isDigit(byte) else { return nil }
            number = number * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return number
    }

    // MARK: H

    /// `H`, `H(a-b)`, either with `/n`: every n-th from a value that is hashed from the entry's ID.
    private func hashed(_ text: Substring, _ step: Int?, _ part: CronWord) throws(CronFailure) -> UInt64 {
        var range = field.hashRange
        if text.utf8.count > 1 {
            guard text.dropFirst().first == "(", text.last == ")" else {
                throw wrong(part, "is no value; expected H or H(a-b)")
            }
            let inner = text.dropFirst(2).dropLast()
            guard inner.contains("-") else { throw wrong(part, "has no range in parentheses; expected H(a-b)") }
            range = try self.range(inner, step: nil, part)
        }
        guard let hash else { throw wrong(part, "needs an entry to hash; expected an entry ID with it") }
        guard let step else { return 1 << (UInt64(range.lowerBound) + hash % UInt64(range.count)) }
        var values: UInt64 = 0
        let first = range.lowerBound + Int(hash % UInt64(min(step, range.count)))
        for value in stride(from: first, through: range.upperBound, by: step) { values |= 1 << UInt64(value) }
        return values
    }

    // MARK: L, W and #

    private func readDayExtension(_ part: CronWord, _ list: inout CronList) throws(CronFailure) -> Bool {
        guard field == .dayOfMonth else { return false }
        let text = part.text.uppercased()
        if text == "L" {
            list.daysBeforeLast |= 1
        } else if text == "LW" {
            list.weekdaysBeforeLast |= 1
        } else if text.hasPrefix("L-") {
            let isWeekday = text.hasSuffix("W")
            guard let days = Self.number(text.dropFirst(2).dropLast(isWeekday ? 1 : 0)), (1...30).contains(days) else {
                throw wrong(part, "is no day before the last; expected L-1 to L-30, or L-1W to L-30W")
            }
            if isWeekday {
                list.weekdaysBeforeLast |= 1 << UInt64(days)
            } else {
                list.daysBeforeLast |= 1 << UInt64(days)
            }
        } else if text.hasSuffix("W") {
            guard let day = Self.number(text.dropLast()), field.range.contains(day) else {
                throw wrong(part, "names no day; expected 1W to 31W or LW")
            }
            list.nearestWeekdays |= 1 << UInt64(day)
        } else {
            return false
        }
        return true
    }

    private func readWeekdayExtension(_ part: CronWord, _ list: inout CronList) throws(CronFailure) -> Bool {
        guard field == .dayOfWeek else { return false }
        let text = part.text.uppercased()
        if let mark = text.firstIndex(of: "#") {
            let weekday = try value(text[..<mark], part) % 7
            guard let week = Self.number(text[text.index(after: mark)...]), (1...5).contains(week) else {
                throw wrong(part, "counts no week of a month; expected #1 to #5")
            }
            list.nthWeekdays |= 1 << UInt64(8 * (week - 1) + weekday)
        } else if text == "L" {
            throw wrong(part, "is read in different ways; expected a day before it, as in 5L for the last Friday, or 6")
        } else if text.hasSuffix("L") {
            list.lastWeekdays |= 1 << UInt64(try value(text.dropLast(), part) % 7)
        } else if text.hasPrefix("L"), let day = try? value(text.dropFirst(), part) {
            throw wrong(part, "has its L before the day; expected \(day % 7)L")
        } else {
            return false
        }
        return true
    }
}
