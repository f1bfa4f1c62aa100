package import Clocks
import Host
package import Schedules
import Values

/// A moment as people write it, in the zone of those who ask.
///
/// | text                                     | moment                                                    |
/// |------------------------------------------|-----------------------------------------------------------|
/// | `2026-03-29T03:00:00+02:00`              | that one (RFC 3339)                                       |
/// | `2026-03-29`, `… 03:00`, `… 03:00:30`    | on that day; without a time its first                     |
/// | `18:00`, `18:00:30`, `18:00:30.25`       | the last one past, or the next to come                    |
/// | `today`, `yesterday`, `tomorrow 18:00`   | on that day                                               |
/// | `now`, `-2h`, `2h ago`, `+2h`, `in 2h`   | so much before or after now; `2 days ago` too             |
/// | `@1774746000`                            | so many seconds after 1970-01-01T00:00:00Z                |
package struct TimeInput {
    private let now: WallInstant
    private let zone: ZoneRules
    /// Why `zone` is none that anybody meant.
    private let fault: String?
    private let direction: Direction

    /// Where a time without a day lies.
    package enum Direction: Sendable {
        case past, future
    }

    package struct Reading: Equatable {
        package let moment: WallInstant
        /// What those who wrote it should know.
        package var note: String?
    }

    /// `zone`: of those who ask; `nil`: that of this process.
    package init(now: WallInstant, zone: ZoneRules? = nil, _ direction: Direction) {
        (self.now, self.direction) = (now, direction)
        let directory = ZoneDirectory()
        (self.zone, fault) = (zone ?? directory.local, zone == nil ? directory.localFault : nil)
    }

    /// How long something is to last.
    package static func span(_ text: String, _ option: String) throws(InputFailure) -> Nanoseconds {
        do throws(DurationText.Failure) {
            return try DurationText.parse(text)
        } catch {
            throw InputFailure("\(option): '\(PrintableText.escape(text, limit: 100))' \(error.message)")
        }
    }

    /// `option`: for the words of an error.
    package func read(_ text: String, _ option: String) throws(InputFailure) -> Reading {
        if let moment = CivilText.instant(text) ?? relative(text) ?? sinceEpoch(text) { return Reading(moment: moment) }
        if let (day, time) = dayAndTime(text) { return try reading(day * 86_400 + (time ?? 0), text, option) }
        if let time = time(text) { return try reading(nearest(time), text, option) }
        if let (whole, fraction) = Self.fraction(text) {
            let reading = try read(whole, option)
            return Reading(moment: reading.moment + fraction, note: reading.note)
        }
        let some =
            switch direction {
            case .past: "18:00 (the last one), yesterday, -2h, '2 days ago', '2026-03-29 03:00'"
            case .future: "18:00 (the next one), tomorrow, +2h, '2026-03-29 03:00'"
            }
        throw InputFailure(
            "\(option): '\(PrintableText.escape(text, limit: 100))' is no moment; expected one such as \(some), "
                + "2026-03-29T03:00:00+02:00 or @1774746000")
    }

    /// `… 18:00:30.25`, without an offset: up to the seconds, and what follows them.
    private static func fraction(_ text: String) -> (whole: String, Nanoseconds)? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, 1...9 ~= parts[1].utf8.count, let digits = UInt32(parts[1]), parts[1].first != "+",
            parts[0].suffix(8).split(separator: ":").count == 3
        else { return nil }
        var unit = Int64(1_000_000_000)
        for _ in 0..<parts[1].utf8.count { unit /= 10 }
        return (String(parts[0]), Nanoseconds(Int64(digits) * unit))
    }

    // MARK: Parts

    private func relative(_ text: String) -> WallInstant? {
        if text == "now" { return now }
        if let rest = text.after("-") ?? text.before(" ago") { return span(rest).map { now + Nanoseconds(-$0.count) } }
        return (text.after("+") ?? text.after("in ")).flatMap { span($0).map { now + $0 } }
    }

    private func span(_ text: Substring) -> Nanoseconds? {
        (try? DurationText.parse(String(text))) ?? spoken(text)
    }

    /// `2 days`, `1 hour 30 min`.
    private func spoken(_ text: Substring) -> Nanoseconds? {
        let words = text.split(separator: " ")
        guard !words.isEmpty, words.count.isMultiple(of: 2) else { return nil }
        var short = ""
        for place in stride(from: 0, to: words.count, by: 2) {
            guard let unit = Self.units[String(words[place + 1])] else { return nil }
            short += words[place] + unit
        }
        return try? DurationText.parse(short)
    }

    private static let units: [String: String] = {
        var units: [String: String] = [:]
        for (unit, names) in [
            ("d", "d day days"), ("h", "h hour hours"), ("m", "m min mins minute minutes"),
            ("s", "s sec secs second seconds"),
        ] {
            for name in names.split(separator: " ") { units[String(name)] = unit }
        }
        return units
    }()

    /// So far a clock goes that is right.
    private static let farthest = Int64(9_000_000_000)

    private func sinceEpoch(_ text: String) -> WallInstant? {
        guard let rest = text.after("@"), let seconds = Int64(rest), 0...Self.farthest ~= seconds else { return nil }
        return WallInstant(seconds: seconds)
    }

    private var today: Int64 { floorDivide(now.wholeSeconds + zone.offset(at: now.wholeSeconds), 86_400) }

    /// The day, in days since 1970-01-01, and the second of it, if one is named.
    private func dayAndTime(_ text: String) -> (day: Int64, time: Int64?)? {
        let parts = text.split(separator: " ", maxSplits: 1)
        guard let first = parts.first else { return nil }
        if let day = day(String(first)) {
            if parts.count == 1 { return (day, nil) }
            return time(String(parts[1])).map { (day, $0) }
        }
        let halves = text.split(separator: "T", maxSplits: 1)
        guard halves.count == 2, let day = day(String(halves[0])), let time = time(String(halves[1])) else {
            return nil
        }
        return (day, time)
    }

    private func day(_ text: String) -> Int64? {
        switch text {
        case "today": today
        case "yesterday": today - 1
        case "tomorrow": today + 1
        default: CivilText.instant("\(text)T00:00:00Z").map { floorDivide($0.wholeSeconds, 86_400) }
        }
    }

    /// The second of the day.
    private func time(_ text: String) -> Int64? {
        let whole = text.utf8.count == 5 ? "\(text):00" : text
        guard whole.utf8.count == 8 else { return nil }
        return CivilText.instant("1970-01-01T\(whole)Z")?.wholeSeconds
    }

    /// Of the days around today, on the clocks of the zone.
    private func nearest(_ time: Int64) -> Int64 {
        let local = now.wholeSeconds + zone.offset(at: now.wholeSeconds)
        let here = today * 86_400 + time
        switch direction {
        case .past: return here > local ? here - 86_400 : here
        case .future: return here <= local ? here + 86_400 : here
        }
    }

    // MARK: The zone

    private func reading(_ local: Int64, _ text: String, _ option: String) throws(InputFailure) -> Reading {
        if let fault { throw InputFailure("\(option): '\(text)' has no offset, and \(fault)") }
        switch zone.showing(local) {
        case .once(let instant): return Reading(moment: WallInstant(seconds: instant))
        case .twice(let first, let second):
            let note = "\(option): '\(text)' comes twice; \(words(first)) is taken, and not \(words(second))"
            return Reading(moment: WallInstant(seconds: first), note: note)
        case .never(let jump):
            throw InputFailure("\(option): there is no '\(text)': the clocks jump over it to \(words(jump))")
        }
    }

    private func words(_ instant: Int64) -> String {
        CivilText.text(WallInstant(seconds: instant), offset: zone.offset(at: instant))
    }
}

extension String {
    fileprivate func after(_ prefix: String) -> Substring? { hasPrefix(prefix) ? dropFirst(prefix.count) : nil }
    fileprivate func before(_ suffix: String) -> Substring? { hasSuffix(suffix) ? dropLast(suffix.count) : nil }
}
